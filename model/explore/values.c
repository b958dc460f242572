/* values.c - see values.h. */
#include "values.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_FIRST = 256 };

static cr__xnumbers *numbers_new(uint32_t slots) {
  cr__xnumbers *numbers = cr_alloc(sizeof *numbers + slots * sizeof *numbers->slots);
  numbers->mask = slots - 1;
  return numbers;
}

static cr__xnumbers *numbers_of(const cr__xvalues *values) {
  return atomic_load_explicit(&values->numbers, memory_order_acquire);
}

void cr__xvalues_init(cr__xvalues *values, size_t bytes) {
  *values = (cr__xvalues){.bytes = bytes, .lock = cr__xlock_new()};
  atomic_init(&values->numbers, numbers_new(SLOTS_FIRST));
}

void cr__xvalues_free(cr__xvalues *values) {
  for (unsigned i = 0; i < CR__XVALUE_CHUNKS; i++) free(values->chunk[i]);
  for (cr__xnumbers *numbers = numbers_of(values), *next; numbers != NULL; numbers = next) {
    next = numbers->outgrown;
    free(numbers);
  }
  cr__xlock_free(values->lock);
}

/* Chunk i begins with number FIRST * (2^i - 1). */
static unsigned char *place(const cr__xvalues *values, uint32_t number, unsigned *chunk) {
  unsigned i = 0;
  uint32_t rank = number / CR__XVALUE_FIRST + 1;
  while (rank >> (i + 1) != 0) i++;
  *chunk = i;
  uint32_t first = CR__XVALUE_FIRST * ((UINT32_C(1) << i) - 1);
  return values->chunk[i] == NULL ? NULL : values->chunk[i] + (number - first) * values->bytes;
}

const unsigned char *cr__xvalues_at(const cr__xvalues *values, uint32_t number) {
  unsigned chunk;
  return place(values, number, &chunk);
}

static uint64_t load(const _Atomic uint64_t *slot) {
  return atomic_load_explicit(slot, memory_order_acquire);
}

/* Where a value is, or belongs, and what is there: 0 when it is not known. To be read once only, as
 * somebody else's value may come to an empty slot at any time. */
static _Atomic uint64_t *find(const cr__xvalues *values, cr__xnumbers *numbers, const void *value,
                              uint64_t digest, uint64_t *found) {
  for (uint32_t i = (uint32_t)digest & numbers->mask;; i = (i + 1) & numbers->mask) {
    uint64_t slot = *found = load(&numbers->slots[i]);
    if (slot == 0) return &numbers->slots[i];
    if ((slot ^ digest << 32) >> 32 != 0) continue;
    if (memcmp(cr__xvalues_at(values, (uint32_t)slot - 1), value, values->bytes) == 0)
      return &numbers->slots[i];
  }
}

/* The lower half of a digest is enough to find its place in any table. */
static cr__xnumbers *grow(cr__xvalues *values, cr__xnumbers *old) {
  cr__xnumbers *new = numbers_new((old->mask + 1) * 2);
  for (size_t n = 0; n <= old->mask; n++) {
    uint64_t slot = load(&old->slots[n]);
    if (slot == 0) continue;
    uint32_t i = (uint32_t)(slot >> 32) & new->mask;
    while (load(&new->slots[i]) != 0) i = (i + 1) & new->mask;
    atomic_store_explicit(&new->slots[i], slot, memory_order_relaxed);
  }
  new->outgrown = old;
  atomic_store_explicit(&values->numbers, new, memory_order_release);
  return new;
}

static uint32_t add(cr__xvalues *values, _Atomic uint64_t *slot, const void *value,
                    uint64_t digest) {
  unsigned chunk;
  uint32_t number = values->count++;
  unsigned char *to = place(values, number, &chunk);
  CR_ASSERT(chunk < CR__XVALUE_CHUNKS);
  if (to == NULL) {
    values->chunk[chunk] = cr_alloc(((size_t)CR__XVALUE_FIRST << chunk) * values->bytes);
    to = place(values, number, &chunk);
  }
  memcpy(to, value, values->bytes);
  atomic_store_explicit(slot, digest << 32 | (number + UINT64_C(1)), memory_order_release);
  return number;
}

uint32_t cr__xvalues_number(cr__xvalues *values, const void *value) {
  uint64_t digest = cr_digest(value, values->bytes), known;
  (void)find(values, numbers_of(values), value, digest, &known);
  if (known != 0) return (uint32_t)known - 1;
  cr__xlock_take(values->lock);
  cr__xnumbers *numbers = numbers_of(values);
  if (values->count * (uint64_t)2 >= numbers->mask) numbers = grow(values, numbers);
  _Atomic uint64_t *slot = find(values, numbers, value, digest, &known);
  uint32_t number = known != 0 ? (uint32_t)known - 1 : add(values, slot, value, digest);
  cr__xlock_give(values->lock);
  return number;
}

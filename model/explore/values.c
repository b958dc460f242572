/* values.c - see values.h. */
#include "values.h"

#include <stdlib.h>
#include <string.h>

void cr__xvalues_init(cr__xvalues *values, size_t bytes) {
  *values = (cr__xvalues){.bytes = bytes, .lock = cr__xlock_new()};
}

void cr__xvalues_free(cr__xvalues *values) {
  for (unsigned i = 0; i < CR__XVALUE_CHUNKS; i++) free(values->chunk[i]);
  free(values->slots);
  cr__xlock_free(values->lock);
  *values = (cr__xvalues){0};
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

static uint32_t home(const cr__xvalues *values, const void *value) {
  return (uint32_t)cr_digest(value, values->bytes) & (values->cap - 1);
}

static void grow(cr__xvalues *values) {
  free(values->slots);
  values->cap = values->cap == 0 ? 256 : values->cap * 2;
  values->slots = cr_alloc(values->cap * sizeof *values->slots);
  for (uint32_t n = 0; n < values->count; n++) {
    uint32_t i = home(values, cr__xvalues_at(values, n));
    while (values->slots[i] != 0) i = (i + 1) & (values->cap - 1);
    values->slots[i] = n + 1;
  }
}

static uint32_t add(cr__xvalues *values, uint32_t slot, const void *value) {
  unsigned chunk;
  uint32_t number = values->count++;
  unsigned char *to = place(values, number, &chunk);
  CR_ASSERT(chunk < CR__XVALUE_CHUNKS);
  if (to == NULL) {
    values->chunk[chunk] = cr_alloc(((size_t)CR__XVALUE_FIRST << chunk) * values->bytes);
    to = place(values, number, &chunk);
  }
  memcpy(to, value, values->bytes);
  values->slots[slot] = number + 1;
  return number;
}

uint32_t cr__xvalues_number(cr__xvalues *values, const void *value) {
  cr__xlock_take(values->lock);
  if (values->count * (uint64_t)2 >= values->cap) grow(values);
  uint32_t i = home(values, value), number = UINT32_MAX;
  for (; values->slots[i] != 0; i = (i + 1) & (values->cap - 1)) {
    if (memcmp(cr__xvalues_at(values, values->slots[i] - 1), value, values->bytes) != 0) continue;
    number = values->slots[i] - 1;
    break;
  }
  if (number == UINT32_MAX) number = add(values, i, value);
  cr__xlock_give(values->lock);
  return number;
}

/* trail.c - see trail.h. */
#include "trail.h"

#include <stdlib.h>
#include <string.h>

/* Two codes of numbers below 2^34 take 2 * 67 bits. */
enum { BLOCK_WORDS = 508, BITS_MAX = BLOCK_WORDS * 64, CODES_MAX = 2 * 67 };

enum { POINTER_BYTES = sizeof(void *) };

struct cr__xtrail_block {
  uint32_t first;            /* its first state, */
  uint64_t parent, position; /* which is not in its bits */
  uint64_t words[BLOCK_WORDS];
};

void cr__xtrail_free(cr__xtrail *trail, cr__xstore *store) {
  for (size_t i = 0; i < trail->blocks_count; i++) free(trail->blocks[i]);
  free(trail->blocks);
  cr__xstore_release(
      store, trail->blocks_count * sizeof(cr__xtrail_block) + trail->blocks_cap * POINTER_BYTES);
  *trail = (cr__xtrail){0};
}

/* ---- writing --------------------------------------------------------------------------------- */

static void bits_write(cr__xtrail *trail, uint64_t value, unsigned width) {
  uint64_t *word = trail->blocks[trail->blocks_count - 1]->words + trail->bit / 64;
  unsigned shift = trail->bit % 64;
  word[0] |= value << shift;
  if (shift + width > 64) word[1] |= value >> (64 - shift);
  trail->bit += width;
}

static unsigned length_of(uint64_t number) {
  unsigned bits = 0;
  while (bits < 63 && number >> (bits + 1) != 0) bits++;
  return bits;
}

/* As many zeros as there are bits below the highest one of number + 1, a one, and those bits. */
static void gamma_write(cr__xtrail *trail, uint64_t number) {
  unsigned bits = length_of(number + 1);
  bits_write(trail, UINT64_C(1) << bits, bits + 1);
  if (bits > 0) bits_write(trail, (number + 1) & ((UINT64_C(1) << bits) - 1), bits);
}

static bool blocks_grow(cr__xtrail *trail, cr__xstore *store) {
  size_t cap = trail->blocks_cap == 0 ? 16 : trail->blocks_cap * 2;
  if (!cr__xstore_reserve(store, cap * POINTER_BYTES)) return false;
  cr__xtrail_block **blocks = realloc(trail->blocks, cap * POINTER_BYTES);
  if (blocks == NULL) {
    cr__xstore_release(store, cap * POINTER_BYTES);
    return false;
  }
  cr__xstore_release(store, trail->blocks_cap * POINTER_BYTES);
  trail->blocks = blocks;
  trail->blocks_cap = cap;
  return true;
}

static bool block_add(cr__xtrail *trail, cr__xstore *store) {
  if (trail->blocks_count == trail->blocks_cap && !blocks_grow(trail, store)) return false;
  if (!cr__xstore_reserve(store, sizeof(cr__xtrail_block))) return false;
  cr__xtrail_block *block = calloc(1, sizeof *block);
  if (block == NULL) {
    cr__xstore_release(store, sizeof *block);
    return false;
  }
  trail->blocks[trail->blocks_count++] = block;
  trail->bit = 0;
  return true;
}

bool cr__xtrail_add(cr__xtrail *trail, uint32_t parent, uint32_t position, cr__xstore *store) {
  uint64_t from = parent == CR__XNO_PARENT ? 0 : (uint64_t)parent + 1;
  CR_ASSERT(trail->count == 0 || from > trail->parent ||
            (from == trail->parent && position > trail->position));
  if (trail->blocks_count == 0 || trail->bit + CODES_MAX > BITS_MAX) {
    if (!block_add(trail, store)) return false;
    cr__xtrail_block *block = trail->blocks[trail->blocks_count - 1];
    block->first = trail->count;
    block->parent = from;
    block->position = position;
  } else {
    gamma_write(trail, from - trail->parent);
    gamma_write(trail, from == trail->parent ? position - trail->position - 1 : position);
  }
  trail->count++;
  trail->parent = from;
  trail->position = position;
  return true;
}

/* ---- reading --------------------------------------------------------------------------------- */

static uint64_t bits_read(const cr__xtrail_block *block, unsigned *at, unsigned width) {
  uint64_t bits = 0;
  for (unsigned i = 0; i < width; i++, (*at)++)
    bits |= (block->words[*at / 64] >> (*at % 64) & 1) << i;
  return bits;
}

static uint64_t gamma_read(const cr__xtrail_block *block, unsigned *at) {
  unsigned bits = 0;
  while (bits_read(block, at, 1) == 0) bits++;
  return (UINT64_C(1) << bits | bits_read(block, at, bits)) - 1;
}

void cr__xtrail_at(const cr__xtrail *trail, uint32_t state, uint32_t *parent, uint32_t *position) {
  CR_ASSERT(state < trail->count);
  size_t low = 0, high = trail->blocks_count;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (trail->blocks[middle]->first <= state)
      low = middle;
    else
      high = middle;
  }
  const cr__xtrail_block *block = trail->blocks[low];
  uint64_t from = block->parent, place = block->position;
  unsigned at = 0;
  for (uint32_t n = block->first; n < state; n++) {
    uint64_t step = gamma_read(block, &at), next = gamma_read(block, &at);
    place = step == 0 ? place + 1 + next : next;
    from += step;
  }
  *parent = from == 0 ? CR__XNO_PARENT : (uint32_t)(from - 1);
  *position = (uint32_t)place;
}

/* ---- paths ----------------------------------------------------------------------------------- */

typedef struct step {
  uint32_t position, emitted, label;
  unsigned char *next;
  size_t key_bytes;
} step;

static void pick(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  step *s = sink->arg;
  if (s->emitted++ != s->position) return;
  CR_ASSERT(violation == 0);
  s->label = label;
  memcpy(s->next, next, s->key_bytes);
}

/* Goes on from key, which becomes that of the target; the label. */
static uint32_t take_step(cr__xspace *space, unsigned char *key, uint32_t position) {
  unsigned char next[CR_XSTATE_BYTES_MAX];
  size_t key_bytes = cr__xspace_key_bytes(space);
  step s = {.position = position, .next = next, .key_bytes = key_bytes};
  cr_xsink sink = {.take = pick, .arg = &s};
  cr__xspace_successors(space, 0, key, &sink);
  CR_ASSERT(s.emitted > position);
  memcpy(key, next, key_bytes);
  return s.label;
}

void cr__xtrail_path(cr__xspace *space, const cr__xtrail *trail, const cr__xfinding *finding,
                     cr_xpath *path) {
  size_t steps = 0, cap = 64;
  uint32_t *positions = cr_alloc(cap * sizeof *positions);
  uint32_t state = finding->state, parent, position;
  for (;; state = parent) {
    cr__xtrail_at(trail, state, &parent, &position);
    if (parent == CR__XNO_PARENT) break;
    if (steps == cap) {
      cap *= 2;
      positions = cr_realloc(positions, cap * sizeof *positions);
    }
    positions[steps++] = position;
  }
  cr__xpath_begin(path, finding, steps);
  path->initial = position;
  unsigned char key[CR_XSTATE_BYTES_MAX];
  bool exists = cr__xspace_initial(space, 0, path->initial, key);
  CR_ASSERT(exists);
  for (size_t i = 0; i < steps; i++)
    path->labels[i] = take_step(space, key, positions[steps - 1 - i]);
  free(positions);
}

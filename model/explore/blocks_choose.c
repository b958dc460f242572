/* blocks_choose.c - whether and how states are cut into blocks; see blocks.h. */
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "blocks_plan.h"

enum {
  FIRST_LOOK = 1 << 16, /* states; at four times as many there is another look, */
  LAST_LOOK = 1 << 22,  /* up to here */
  FIRST_LOOK_ON = 32,
  PAYS = 4,            /* states a block */
  LOCALS_WANTED = 512, /* not more: bitmaps grow, and effects */
  FAR_LEAST = 256      /* groups of blocks that lie together */
};

cr_err cr__xblocks_allowed(const cr_xmodel *model, const cr_xoptions *o, cr_errinfo *info) {
  const cr_xproduct *p = model->product;
  const char *reason = NULL;
  if (p == NULL || o->plain)
    reason = "blocks are for products of components; go without";
  else if (p->invariant != NULL && p->parts_count == 0)
    reason = "blocks need an invariant in parts; go without";
  else if (model->owed != NULL)
    reason = "it has duties, which blocks do not know; go without blocks";
  else if (o->symmetry || o->partial_order)
    reason = "blocks and reductions do not go together; choose one";
  else if (o->compress || o->hash_bits != 0 || o->bitstate_bytes != 0 || o->spill != NULL)
    reason = "blocks and other ways to save memory do not go together; choose one";
  else if (o->checkpoint != NULL || o->resume != NULL)
    reason = "a checkpoint keeps single states; choose it or blocks";
  else if (o->ranks != NULL)
    reason = "blocks are for one process; go without";
  return reason == NULL ? CR_OK
                        : cr_fail(info, CR_ERR_INPUT, "model %s: %s", model->name, reason);
}

bool cr__xblocks_due(const cr_xoptions *o, uint32_t states) {
  return states >= (o->blocks == CR_XBLOCKS_ON ? FIRST_LOOK_ON : FIRST_LOOK) &&
         (o->blocks == CR_XBLOCKS_ON || states <= LAST_LOOK);
}

/* ---- counting -------------------------------------------------------------------------------- */

/* A set of words, to count different ones. */
typedef struct word_set {
  uint64_t *slots; /* word + 1 */
  uint64_t mask;
  uint32_t count;
} word_set;

static void set_add(word_set *set, uint64_t word) {
  uint64_t i = cr__xstore_mix(word) & set->mask;
  while (set->slots[i] != 0 && set->slots[i] != word + 1) i = (i + 1) & set->mask;
  if (set->slots[i] == 0) set->count++;
  set->slots[i] = word + 1;
}

static uint64_t key_of(const cr__xstore *store, uint32_t number) {
  uint64_t key;
  memcpy(&key, cr__xstore_key(store, number), sizeof key);
  return key;
}

/* How many different values the states have in these bits of their keys. */
static uint32_t different(word_set *set, const cr__xstore *store, uint64_t bits) {
  memset(set->slots, 0, (set->mask + 1) * sizeof *set->slots);
  set->count = 0;
  for (uint32_t n = 0; n < store->count; n++) set_add(set, key_of(store, n) & bits);
  return set->count;
}

/* ---- choosing -------------------------------------------------------------------------------- */

static uint64_t mask_of(const cr__xspace *s, uint64_t components) {
  uint64_t mask = 0;
  for (; components != 0; components &= components - 1)
    mask |= cr__xbits_in(s->component[cr__xfirst_bit(components)].field);
  return mask;
}

/* The component that, taken inside as well, leaves the fewest blocks; 64: none. */
static unsigned best_more(const cr__xspace *s, const cr__xstore *store, word_set *set,
                          uint64_t inside, uint32_t locals_max, uint32_t *blocks) {
  unsigned best = 64;
  for (unsigned c = 0; c < s->product->components; c++) {
    uint64_t with = inside | UINT64_C(1) << c, mask = mask_of(s, with);
    if (with == inside || cr__xvalues_count(&s->component[c].values) < 2) continue;
    if (locals_max != UINT32_MAX && different(set, store, mask) > locals_max) continue;
    uint32_t count = different(set, store, ~mask);
    if (count >= *blocks) continue;
    *blocks = count;
    best = c;
  }
  return best;
}

/* Adds one component after the other to some, as long as there are clearly fewer blocks with it, but
 * not less than so many. */
static uint64_t take_more(const cr__xspace *s, const cr__xstore *store, word_set *set,
                          uint64_t components, uint32_t locals_max, uint32_t least,
                          uint32_t *blocks) {
  for (;;) {
    uint32_t fewer = *blocks;
    unsigned more = best_more(s, store, set, components, locals_max, &fewer);
    if (more == 64 || fewer < least || fewer * UINT64_C(5) > *blocks * UINT64_C(4))
      return components;
    components |= UINT64_C(1) << more;
    *blocks = fewer;
  }
}

bool cr__xblocks_choose(cr__xspace *s, const cr__xstore *store, cr_xblocks wanted,
                        cr__xblocks_shape *shape) {
  if (!cr__xspace_narrow(s)) return false;
  word_set set = {.mask = 1};
  while (set.mask < store->count * UINT64_C(2)) set.mask = set.mask * 2 + 1;
  set.slots = cr_alloc((set.mask + 1) * sizeof *set.slots);
  uint32_t blocks = store->count;
  shape->inside = take_more(s, store, &set, 0, LOCALS_WANTED, 0, &blocks);
  bool pays = store->count / PAYS >= blocks || wanted == CR_XBLOCKS_ON;
  shape->near = ~shape->inside & take_more(s, store, &set, shape->inside, UINT32_MAX, FAR_LEAST,
                                           &blocks);
  free(set.slots);
  return pays && shape->inside != 0;
}

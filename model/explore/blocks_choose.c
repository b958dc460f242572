/* blocks_choose.c - whether and how states are cut into blocks; see blocks.h. */
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "blocks_plan.h"

enum {
  LOOK_STATES = 1 << 14, /* when it is decided, and by how many states */
  LOOK_STATES_ON = 32,
  PAYS = 8,            /* states a block */
  REUSED = 2,          /* states for which what is learned of one has to do */
  LOCALS_WANTED = 768, /* not more: bitmaps grow, and effects */
  FAR_LEAST = 32       /* groups of blocks that lie together: shared by threads */
};

cr_err cr__xblocks_allowed(const cr_xmodel *model, const cr_xoptions *o, cr_errinfo *info) {
  const cr_xproduct *p = model->product;
  const char *reason = NULL;
  if (p == NULL || o->plain)
    reason = "blocks are for products of components; go without";
  else if (p->invariant != NULL && p->parts_count == 0)
    reason = "blocks need an invariant in parts; go without";
  else if (p->parts_count > 64 || p->groups_count + p->parts_count > CR__XBLOCK_FAMILIES_MAX)
    reason = "blocks are for 64 parts, and 256 groups and parts, at most; go without";
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
  return reason == NULL ? CR_OK : cr_fail(info, CR_ERR_INPUT, "model %s: %s", model->name, reason);
}

bool cr__xblocks_due(const cr_xoptions *o, uint32_t states) {
  return states >= (o->blocks == CR_XBLOCKS_ON ? LOOK_STATES_ON : LOOK_STATES);
}

/* ---- counting -------------------------------------------------------------------------------- */

/* The first states, and a set of bits by which different words are counted: those that share a bit
 * by chance are few, and what is decided is whether something is clearly better. That it is in the
 * nearest cache makes it cheap to look at many choices. */
enum { SET_SHIFT = 18 };
typedef struct sample {
  uint32_t count, blocks_count;
  uint64_t keys[LOOK_STATES];
  uint64_t blocks[LOOK_STATES];        /* what keys have outside, each value once */
  uint32_t values[CR_XCOMPONENTS_MAX]; /* that a component has */
  uint64_t set[(1 << SET_SHIFT) / 64];
} sample;

/* The numbers of values depend on who met them first, which keys share a bit must not: so values
 * are numbered anew, in the order of the states. */
static uint32_t renumber(sample *x, const cr__xcomponent *c) {
  uint32_t met = 0, *rank = cr_alloc((cr__xvalues_count(&c->values) + (size_t)1) * sizeof *rank);
  for (uint32_t n = 0; n < x->count; n++) {
    uint32_t number = cr__xnumber_in(&x->keys[n], c->field);
    if (rank[number] == 0) rank[number] = ++met;
    x->keys[n] = (x->keys[n] & ~cr__xbits_in(c->field)) | (uint64_t)(rank[number] - 1)
                                                              << c->field.shift;
  }
  free(rank);
  return met;
}

static sample *sample_new(const cr__xspace *s, const cr__xstore *store) {
  sample *x = cr_alloc(sizeof *x);
  x->count = store->count < LOOK_STATES ? store->count : LOOK_STATES;
  for (uint32_t n = 0; n < x->count; n++)
    memcpy(&x->keys[n], cr__xstore_key(store, n), sizeof *x->keys);
  for (unsigned c = 0; c < s->product->components; c++)
    x->values[c] = renumber(x, &s->component[c]);
  memcpy(x->blocks, x->keys, x->count * sizeof *x->keys);
  x->blocks_count = x->count;
  return x;
}

/* Is the value new to the set, to which it is added? */
static inline bool set_add(sample *x, uint64_t word) {
  uint64_t hash = (word ^ word >> 32) * UINT64_C(0x9E3779B97F4A7C15) >> (64 - SET_SHIFT);
  uint64_t before = x->set[hash / 64], now = before | UINT64_C(1) << hash % 64;
  x->set[hash / 64] = now;
  return before != now;
}

/* How many different values keys have in these bits, if not more than most, else some number above
 * that; *half: the first half of the keys. */
static uint32_t different_of(sample *x, const uint64_t *keys, uint32_t keys_count, uint64_t bits,
                             uint32_t most, uint32_t *half) {
  enum { PIECES = 32 };
  uint32_t count = 0, n = 0;
  memset(x->set, 0, sizeof x->set);
  for (uint32_t piece = 1; piece <= PIECES && count <= most; piece++) {
    uint32_t end = (uint32_t)((uint64_t)keys_count * piece / PIECES);
    for (; n < end; n++) count += set_add(x, keys[n] & bits);
    if (piece == PIECES / 2) *half = count;
  }
  return count;
}

/* Of the blocks. */
static uint32_t different(sample *x, uint64_t bits, uint32_t most) {
  uint32_t half = 0;
  return different_of(x, x->blocks, x->blocks_count, bits, most, &half);
}

/* The blocks are from now on those by these bits, which are fewer than before. */
static void blocks_cut(sample *x, uint64_t bits) {
  uint32_t count = 0;
  memset(x->set, 0, sizeof x->set);
  for (uint32_t n = 0; n < x->blocks_count; n++)
    if (set_add(x, x->blocks[n] & bits)) x->blocks[count++] = x->blocks[n] & bits;
  x->blocks_count = count;
}

/* How many were new in the later half of the states. */
static uint32_t different_later(sample *x, uint64_t bits) {
  uint32_t half = 0, now = different_of(x, x->keys, x->count, bits, x->count, &half);
  return now - half;
}

enum { GROWTH = 4 };

/* How many there may be in the end: more, if the later half of the states still had new ones. */
static uint32_t expected(sample *x, uint64_t bits, uint32_t most) {
  uint32_t half = 0, now = different_of(x, x->keys, x->count, bits, most, &half);
  return now > most ? now : now + GROWTH * (now - half);
}

/* ---- choosing -------------------------------------------------------------------------------- */

static uint64_t mask_of(const cr__xspace *s, uint64_t components) {
  uint64_t mask = 0;
  for (; components != 0; components &= components - 1)
    mask |= cr__xbits_in(s->component[cr__xfirst_bit(components)].field);
  return mask;
}

/* Are a few bits enough for the local numbers of these components, however many there may be? */
static bool few(const sample *x, uint64_t components) {
  uint64_t most = GROWTH + 1;
  for (; components != 0 && most <= 64; components &= components - 1)
    most *= x->values[cr__xfirst_bit(components)];
  return most <= 64;
}

/* Bytes that a block takes, more or less, and more if many groups lead out of it. */
static uint64_t cost_of(const cr__xspace *s, uint64_t inside, uint32_t locals) {
  enum { HEAD_BYTES = 64, WORD_BYTES = 24 };
  uint64_t leading = 1, bytes = HEAD_BYTES + (locals + 63) / 64 * WORD_BYTES;
  for (unsigned g = 0; g < s->product->groups_count; g++) {
    const cr_xgroup *group = &s->product->groups[g];
    if ((group->touches & ~group->reads & ~inside) != 0) leading++;
  }
  return bytes * leading * leading;
}

/* Takes one component after the other inside, each time the one with which blocks take least, as
 * long as they take clearly less. */
static uint64_t choose_inside(const cr__xspace *s, sample *x) {
  uint64_t inside = 0, cost = UINT64_MAX;
  for (;;) {
    uint64_t best = 0, best_cost = cost - cost / 8;
    for (unsigned c = 0; c < s->product->components; c++) {
      uint64_t with = inside | UINT64_C(1) << c, mask = mask_of(s, with);
      if (with == inside || cr__xvalues_count(&s->component[c].values) < 2) continue;
      uint32_t locals = few(x, with) ? 1 : expected(x, mask, LOCALS_WANTED);
      if (locals > LOCALS_WANTED) continue;
      uint64_t each = cost_of(s, with, locals), most = best_cost / each;
      uint64_t with_cost = each * different(x, ~mask, most < x->count ? (uint32_t)most : x->count);
      if (with_cost >= best_cost) continue;
      best = with;
      best_cost = with_cost;
    }
    if (best == 0) return inside;
    inside = best;
    cost = best_cost;
    blocks_cut(x, ~mask_of(s, inside));
  }
}

/* Takes components out of what tells where a block lies, as long as clearly fewer places remain,
 * but enough. */
static uint64_t choose_near(const cr__xspace *s, sample *x, uint64_t inside) {
  uint64_t taken = inside;
  uint32_t blocks = x->blocks_count;
  for (;;) {
    uint64_t best = 0;
    uint32_t best_places = blocks - blocks / 5;
    for (unsigned c = 0; c < s->product->components; c++) {
      uint64_t with = taken | UINT64_C(1) << c;
      if (with == taken) continue;
      uint32_t places = different(x, ~mask_of(s, with), best_places);
      if (places >= best_places || places < FAR_LEAST) continue;
      best = with;
      best_places = places;
    }
    if (best == 0) return taken & ~inside;
    taken = best;
    blocks = best_places;
  }
}

/* Does a group touch something inside, and no group before it all of the same? */
static bool learns(const cr__xspace *s, unsigned group, uint64_t inside) {
  const cr_xgroup *g = s->product->groups;
  if (g[group].otherwise || (g[group].touches & inside) == 0) return false;
  for (unsigned i = 0; i < group; i++)
    if (!g[i].otherwise && (g[i].touches & inside) != 0 &&
        ((g[i].touches ^ g[group].touches) & ~inside) == 0)
      return false;
  return true;
}

/* What such groups do is learned for each combination of what is inside with what they touch
 * outside. Where most states bring new ones, all is as in a walk state by state, and blocks to
 * be kept besides. */
static bool reuses(const cr__xspace *s, sample *x, uint64_t inside) {
  uint64_t learned = 0, met = 0;
  for (unsigned g = 0; g < s->product->groups_count; g++) {
    if (!learns(s, g, inside)) continue;
    learned += different_later(x, mask_of(s, s->product->groups[g].touches | inside));
    met += x->count - x->count / 2;
  }
  return met >= learned * REUSED;
}

bool cr__xblocks_choose(cr__xspace *s, const cr__xstore *store, cr_xblocks wanted,
                        cr__xblocks_shape *shape) {
  if (!cr__xspace_narrow(s)) return false;
  sample *x = sample_new(s, store);
  shape->inside = choose_inside(s, x);
  bool pays = wanted == CR_XBLOCKS_ON ||
              (x->count / PAYS >= x->blocks_count && reuses(s, x, shape->inside));
  if (pays) shape->near = choose_near(s, x, shape->inside);
  free(x);
  return pays && shape->inside != 0;
}

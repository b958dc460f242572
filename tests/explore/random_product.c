/* random_product.c - see random_product.h. */
#include "random_product.h"

#include <string.h>

#include "sink.h"

static uint64_t digest_of(const product *p, const unsigned char *whole, uint64_t components,
                          uint64_t seed) {
  unsigned char values[COMPONENTS_MAX] = {0};
  for (unsigned c = 0; c < p->components; c++)
    if (components >> c & 1) values[c] = whole[c * STRIDE];
  return cr_digest_seeded(values, sizeof values, p->seed ^ seed);
}

static bool initial(void *ctx, uint32_t index, void *state) {
  (void)ctx;
  memset(state, 0, WHOLE);
  ((unsigned char *)state)[1] = 77; /* of no component */
  ((unsigned char *)state)[0] = (unsigned char)index;
  return index < 2;
}

static void of_group(void *ctx, unsigned g, const void *state, cr_xsink *sink) {
  const product *p = ctx;
  uint64_t touches = p->group[g].touches;
  uint64_t guard = p->group[g].guard;
  if (guard != 0 && digest_of(p, state, guard, 1000 + g) % 3 == 0) return;
  for (unsigned row = 0; row < ROWS; row++) {
    uint32_t label = row * GROUPS_MAX + g;
    uint64_t chance = digest_of(p, state, touches | p->reads_more[g], label);
    if (chance % 3 != 0 && (guard == 0 || row > 0)) continue;
    unsigned char next[WHOLE];
    memcpy(next, state, WHOLE);
    for (unsigned c = 0; c < p->components; c++)
      if ((touches >> c & 1) && (chance >> (c % 40) & 7) < 3)
        next[c * STRIDE] =
            (unsigned char)(cr_digest_seeded(&chance, sizeof chance, c) % p->values[c]);
    cr_xemit(sink, label, next,
             !p->calm && chance % 997 == 5 ? 1 + (uint32_t)(chance >> 32) % 3 : 0);
  }
}

/* All groups, row by row, which is the order of the labels. */
typedef struct collected {
  cr_xsink *sink;
  uint32_t label;
} collected;

static void successors(void *ctx, const void *state, cr_xsink *sink);

static cr_xviolation part(void *ctx, unsigned number, const void *state) {
  const product *p = ctx;
  uint64_t reads = p->parts[number] | p->parts_read_more;
  bool wrong = digest_of(p, state, reads, 77 + number) % 503 == 1;
  return wrong && !p->calm ? 9 + number : 0;
}

static cr_xviolation invariant(void *ctx, const void *state) {
  cr_xviolation violation = 0;
  for (unsigned i = 0; violation == 0 && i < PARTS; i++) violation = part(ctx, i, state);
  return violation;
}

static bool final(void *ctx, const void *state) {
  return digest_of(ctx, state, UINT64_MAX, 78) % 2 == 1;
}

static void parts_random(product *p) {
  for (unsigned i = 0; i < PARTS; i++) {
    uint64_t chance = cr_digest_seeded(&p->seed, sizeof p->seed, i);
    for (unsigned k = 0; k < 3; k++)
      p->parts[i] |= UINT64_C(1) << (chance >> 16 * k & 0xFFFF) % p->components;
  }
}

static void product_fill(product *p, cr_rng *rng);

product product_random(cr_rng *rng) {
  product p = {.seed = cr_rng_next(rng),
               .components = 2 + cr_rng_below(rng, COMPONENTS_MAX - 2),
               .groups = 2 + cr_rng_below(rng, GROUPS_MAX - 2)};
  for (unsigned c = 0; c < p.components; c++)
    p.values[c] = 1 + cr_rng_below(rng, cr_rng_below(rng, 5) == 0 ? 250 : 4);
  product_fill(&p, rng);
  return p;
}

product product_small(cr_rng *rng, unsigned components, unsigned values) {
  product p = {.seed = cr_rng_next(rng),
               .components = components,
               .groups = 4 + cr_rng_below(rng, GROUPS_MAX - 4)};
  for (unsigned c = 0; c < p.components; c++) p.values[c] = 2 + cr_rng_below(rng, values - 1);
  product_fill(&p, rng);
  return p;
}

static void product_fill(product *to, cr_rng *rng) {
  product p = *to;
  for (unsigned c = 0; c < p.components; c++) p.span[c] = (cr_xspan){c, c * STRIDE, 1};
  for (unsigned g = 0; g < p.groups; g++) {
    for (unsigned i = 0; i < 3; i++)
      p.group[g].touches |= (uint64_t)1 << cr_rng_below(rng, p.components);
    if (cr_rng_below(rng, 3) == 0)
      p.group[g].guard = p.group[g].touches & (~p.group[g].touches + 1);
  }
  p.group[p.groups - 1].otherwise = cr_rng_below(rng, 2) == 0;
  if (p.groups > 2 && p.group[p.groups - 1].otherwise)
    p.group[p.groups - 2].otherwise = cr_rng_below(rng, 2) == 0; /* all of them are asked */
  parts_random(&p);
  *to = p;
}

cr_xmodel product_model(product *p) {
  p->face = (cr_xproduct){.whole_bytes = WHOLE,
                          .spans = p->span,
                          .spans_count = p->components,
                          .components = p->components,
                          .groups = p->group,
                          .groups_count = p->groups,
                          .initial = initial,
                          .successors = of_group,
                          .invariant = invariant,
                          .parts = p->parts,
                          .parts_count = PARTS,
                          .part = part,
                          .final = final};
  return (cr_xmodel){.name = "product",
                     .state_bytes = WHOLE,
                     .ctx = p,
                     .initial = initial,
                     .successors = successors,
                     .invariant = invariant,
                     .final = final,
                     .product = &p->face};
}

/* Gives on the transitions of one label. */
static void only_label(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  collected *c = sink->arg;
  if (label == c->label) cr_xemit(c->sink, label, next, violation);
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const product *p = ctx;
  uint64_t before = sink->emitted;
  for (int otherwise = 0; otherwise < 2 && sink->emitted == before; otherwise++)
    for (uint32_t label = 0; label < ROWS * GROUPS_MAX; label++) {
      unsigned g = label % GROUPS_MAX;
      if (g >= p->groups || p->group[g].otherwise != (otherwise == 1)) continue;
      collected c = {sink, label};
      cr_xsink inner = {.take = only_label, .arg = &c};
      of_group(ctx, g, state, &inner);
    }
}

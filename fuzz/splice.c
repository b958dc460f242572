/* splice.c - two interleavings become one where they are in the same state, and what the inputs of
 * a model are made of; see clusrace/mutate.h. */
#include <string.h>

#include "clusrace/fuzz.h"
#include "clusrace/mutate.h"

enum { STATES_MAX = CR_FUZZ_STEPS_DEFAULT + 1 };

static size_t states_of_model(const void *context, const uint8_t *bytes, size_t n, uint32_t *state,
                              size_t max) {
  const cr_model *model = context;
  unsigned actions = cr_model_actions_count(model);
  size_t width = actions > 256 ? 2 : 1, count = 0;
  cr_world world;
  cr_event event;
  cr_world_init(model, &world);
  for (size_t at = 0; count < max; at += width) {
    state[count++] = cr_fuzz_abstract(model, &world);
    if (at + width > n) break;
    unsigned choice = width == 2 ? (unsigned)(bytes[at] | bytes[at + 1] << 8) : bytes[at];
    unsigned action = cr_world_prefer(model, &world, choice % actions);
    if (action == CR_ACTIONS_MAX) break;
    if (cr_world_step(model, &world, (cr_action)action, &event, NULL) != CR_CLAUSE_COUNT) break;
  }
  return count;
}

static size_t walk_of_model(const void *context, cr_rng *rng, uint8_t *bytes, size_t max) {
  const cr_model *model = context;
  size_t width = cr_model_actions_count(model) > 256 ? 2 : 1, n = 0;
  cr_world world;
  cr_actions enabled;
  cr_event event;
  cr_world_init(model, &world);
  while (n + width <= max) {
    cr_world_enabled(model, &world, &enabled);
    if (enabled.count == 0) break;
    cr_action action = enabled.list[cr_rng_below(rng, enabled.count)];
    bytes[n] = (uint8_t)action;
    if (width == 2) bytes[n + 1] = (uint8_t)(action >> 8);
    n += width;
    if (cr_world_step(model, &world, action, &event, NULL) != CR_CLAUSE_COUNT) break;
  }
  return n;
}

void cr_mutator_of_model(cr_mutator *m, const cr_model *model) {
  memset(m, 0, sizeof *m);
  m->count = cr_model_actions_count(model);
  m->width = m->count > 256 ? 2 : 1;
  m->states = states_of_model;
  m->walk = walk_of_model;
  m->context = model;
  for (unsigned i = 0; i < m->count; i++)
    m->choice[i] = (cr_choice){(uint16_t)i, (uint8_t)cr_action_actor(model, (cr_action)i),
                               (uint8_t)cr_action_kind_of(model, (cr_action)i)};
}

typedef struct cuts {
  size_t head, from; /* in choices: a's are kept up to here, b's from here on */
} cuts;

/* One of the pairs of moments at which the two are in the same state, each as likely as any other;
 * the beginning of both is none. */
static bool choose_equal(const uint32_t *a, size_t na, const uint32_t *b, size_t nb, cr_rng *rng,
                         cuts *out) {
  uint32_t seen = 0;
  for (size_t i = 1; i < na; i++)
    for (size_t k = 0; k < nb; k++)
      if (a[i] == b[k] && cr_rng_below(rng, ++seen) == 0) *out = (cuts){i, k};
  return seen != 0;
}

size_t cr_splice(const cr_mutator *m, const uint8_t *a, size_t na, const uint8_t *b, size_t nb,
                 uint8_t *out, size_t max, uint64_t seed) {
  uint32_t of_a[STATES_MAX], of_b[STATES_MAX];
  cr_rng rng;
  cr_rng_seed(&rng, seed);
  size_t w = m->width;
  na /= w, nb /= w, max /= w;
  size_t states_a = m->states(m->context, a, na * w, of_a, STATES_MAX);
  size_t states_b = m->states(m->context, b, nb * w, of_b, STATES_MAX);
  cuts c;
  if (!choose_equal(of_a, states_a, of_b, states_b, &rng, &c)) {
    c.head = cr_rng_below(&rng, (uint32_t)na + 1);
    c.from = cr_rng_below(&rng, (uint32_t)nb + 1);
  }
  if (c.head > max) c.head = max;
  size_t tail = nb - c.from < max - c.head ? nb - c.from : max - c.head;
  if (c.head > 0) memcpy(out, a, c.head * w);
  if (tail > 0) memcpy(out + c.head * w, b + c.from * w, tail * w);
  return (c.head + tail) * w;
}

/* sampling.c - schedules drawn by chance: PCT, POS and the uniform random walk. */
#include <string.h>

#include "private.h"

enum { STEPS_FIRST_GUESS = 60, COSTLY_ONE_IN = 4 };

void cr__sample_begin(cr_search *s) {
  uint64_t words[2] = {s->config.seed, s->stats.schedules};
  cr_rng_seed(&s->rng, cr_digest(words, sizeof words));
  s->current = CR__NOBODY;
  memset(s->used, 0, sizeof s->used);
  memset(s->priority, 0, sizeof s->priority);
  unsigned depth = s->config.depth == 0 ? 3 : s->config.depth;
  uint32_t steps = s->stats.steps_max == 0 ? STEPS_FIRST_GUESS : s->stats.steps_max;
  s->changes =
      depth - 1 < CR_ARRAY_LEN(s->change_at) ? depth - 1 : (unsigned)CR_ARRAY_LEN(s->change_at);
  for (unsigned i = 0; i < s->changes; i++) s->change_at[i] = cr_rng_below(&s->rng, steps);
}

/* Above every changed priority, and never 0. */
static uint64_t draw(cr_search *s) { return cr_rng_next(&s->rng) | (uint64_t)1 << 63; }

/* Which options take part in the draw: those that cost nothing, of the others now and then one. */
static uint64_t candidates(cr_search *s, const cr_candidate *options, unsigned n) {
  uint64_t free = 0, costly = 0, affordable = 0;
  for (unsigned i = 0; i < n; i++) {
    if (!cr__affordable(s, s->used, &options[i])) continue;
    affordable |= (uint64_t)1 << i;
    if (options[i].cost == CR_COST_NONE)
      free |= (uint64_t)1 << i;
    else if (cr_rng_below(&s->rng, COSTLY_ONE_IN) == 0)
      costly |= (uint64_t)1 << i;
  }
  return free == 0 ? affordable : free | costly;
}

static unsigned draw_process(cr_search *s, const cr_candidate *options, unsigned n, uint64_t set) {
  unsigned best = CR__NOBODY;
  bool uniform = s->config.strategy == CR_STRATEGY_RANDOM;
  for (unsigned i = 0; i < n; i++) {
    if ((set >> i & 1) == 0) continue;
    unsigned p = options[i].process;
    if (s->priority[p] == 0) s->priority[p] = draw(s);
    if (best == CR__NOBODY || s->priority[p] > s->priority[best]) best = p;
  }
  if (uniform) memset(s->priority, 0, sizeof s->priority);
  return best;
}

unsigned cr__sample_pick(cr_search *s, const cr_candidate *options, unsigned n) {
  uint64_t set = candidates(s, options, n);
  if (set == 0) return n;
  if (s->config.strategy == CR_STRATEGY_PCT && s->current != CR__NOBODY)
    for (unsigned i = 0; i < s->changes; i++)
      if (s->change_at[i] == s->at) s->priority[s->current] = i + 1;
  unsigned process = draw_process(s, options, n, set);
  unsigned count = 0, pick = n;
  for (unsigned i = 0; i < n; i++)
    if ((set >> i & 1) != 0 && options[i].process == process && cr_rng_below(&s->rng, ++count) == 0)
      pick = i;
  s->current = (uint8_t)process;
  s->used[options[pick].cost]++;
  return pick;
}

/* POS: whoever raced with this step gets a new place in the order, and so does the process itself.
 */
void cr__sample_did(cr_search *s, const cr_candidate *options, unsigned n,
                    const cr_footprint *footprint) {
  if (s->config.strategy != CR_STRATEGY_POS) return;
  s->priority[s->current] = 0;
  for (unsigned i = 0; i < n; i++)
    for (unsigned k = 0; k < footprint->count; k++)
      if (options[i].object == footprint->object[k]) s->priority[options[i].process] = 0;
}

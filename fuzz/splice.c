/* splice.c - two interleavings become one where they are in the same state, and what the inputs of
 * a model are made of; see clusrace/mutate.h. */
#include <string.h>

#include "clusrace/fuzz.h"
#include "clusrace/mutate.h"

enum { STATES_MAX = CR_FUZZ_STEPS_DEFAULT + 1, BUCKETS = 1024 };

static unsigned choice_at(const uint8_t *bytes, size_t width) {
  return width == 2 ? (unsigned)(bytes[0] | bytes[1] << 8) : bytes[0];
}

static size_t states_of_model(void *context, const uint8_t *bytes, size_t n, uint32_t *state,
                              size_t max) {
  cr_memo *memo = context;
  unsigned actions = cr_model_actions_count(cr_memo_model(memo));
  size_t width = actions > 256 ? 2 : 1, count = 0;
  cr_memo_moment moment;
  bool fresh;
  if (max == 0) return 0;
  cr_memo_begin(memo, &moment);
  state[count++] = cr_memo_first(memo);
  for (size_t at = 0; count < max && at + width <= n; at += width) {
    unsigned number = cr_memo_prefer(memo, &moment, choice_at(bytes + at, width) % actions);
    if (number == CR_MEMO_NOTHING) break;
    const cr_memo_step *step = cr_memo_take(memo, &moment, number, NULL, &fresh);
    if (step->clause != CR_CLAUSE_COUNT) break;
    state[count++] = step->abstract;
  }
  return count;
}

static size_t walk_of_model(void *context, cr_rng *rng, uint8_t *bytes, size_t n, size_t max) {
  cr_memo *memo = context;
  unsigned actions = cr_model_actions_count(cr_memo_model(memo));
  size_t width = actions > 256 ? 2 : 1, at = 0;
  cr_memo_moment moment;
  bool fresh;
  cr_memo_begin(memo, &moment);
  while (at + width <= max) {
    unsigned number = at + width <= n
                          ? cr_memo_prefer(memo, &moment, choice_at(bytes + at, width) % actions)
                          : cr_memo_any(memo, &moment, rng);
    if (number == CR_MEMO_NOTHING) break;
    const cr_memo_step *step = cr_memo_take(memo, &moment, number, NULL, &fresh);
    bytes[at] = (uint8_t)step->action;
    if (width == 2) bytes[at + 1] = (uint8_t)(step->action >> 8);
    at += width;
    if (step->clause != CR_CLAUSE_COUNT) break;
  }
  return at;
}

void cr_mutator_of_model(cr_mutator *m, cr_memo *memo, cr_frontier *frontier) {
  const cr_model *model = cr_memo_model(memo);
  memset(m, 0, sizeof *m);
  m->count = cr_model_actions_count(model);
  m->width = m->count > 256 ? 2 : 1;
  m->states = states_of_model;
  m->walk = walk_of_model;
  m->frontier = frontier;
  m->context = memo;
  for (unsigned i = 0; i < m->count; i++)
    m->choice[i] = (cr_choice){(uint16_t)i, (uint8_t)cr_action_actor(model, (cr_action)i),
                               (uint8_t)cr_action_kind_of(model, (cr_action)i)};
}

void cr_mutator_note(const cr_mutator *m, const uint8_t *bytes, size_t n) {
  uint32_t state[STATES_MAX];
  if (m->frontier == NULL) return;
  size_t count = m->states(m->context, bytes, n, state, STATES_MAX);
  for (size_t i = 1; i < count; i++) cr_frontier_pass(m->frontier, state[i], bytes, i * m->width);
}

typedef struct cuts {
  size_t head, from; /* in choices: a's are kept up to here, b's from here on */
} cuts;

/* The moments of an interleaving by their state: chains in ascending order. */
typedef struct moments {
  uint16_t head[BUCKETS], next[STATES_MAX]; /* moment + 1; 0: the chain ends */
} moments;

static void sort(moments *m, const uint32_t *state, size_t n) {
  memset(m->head, 0, sizeof m->head);
  for (size_t k = n; k-- > 0;) {
    uint16_t *head = &m->head[state[k] % BUCKETS];
    m->next[k] = *head;
    *head = (uint16_t)(k + 1);
  }
}

/* One of the pairs of moments at which the two are in the same state, each as likely as any other;
 * the beginning of both is none. */
static bool choose_equal(const uint32_t *a, size_t na, const uint32_t *b, size_t nb, cr_rng *rng,
                         cuts *out) {
  moments of_b;
  uint32_t seen = 0;
  sort(&of_b, b, nb);
  for (size_t i = 1; i < na; i++)
    for (size_t k = of_b.head[a[i] % BUCKETS]; k != 0; k = of_b.next[k - 1])
      if (a[i] == b[k - 1] && cr_rng_below(rng, ++seen) == 0) *out = (cuts){i, k - 1};
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
  cuts c = {0, 0};
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

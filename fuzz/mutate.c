/* mutate.c - the operators; see clusrace/mutate.h. All keep whole choices, so that the rest of an
 * interleaving keeps its meaning. */
#include "clusrace/mutate.h"

#include <string.h>

enum {
  CHUNK_MAX = 16,
  DROP_MAX = 4,
  PRIORITY_MAX = 100,
  GROW_MAX = 24,
  FRESH_MAX = 200,
  RUN_BITS_MAX = 7,
  ROUNDS_MAX = 4,
  ONWARDS_MAX = 64,
  RETURN_ONE_IN = 2 /* fewer find later; more make no difference */
};

typedef struct mutation {
  const cr_mutator *of;
  uint8_t *bytes;
  size_t n, max; /* in choices */
  cr_rng rng;
} mutation;

static uint8_t *at(mutation *m, size_t i) { return m->bytes + i * m->of->width; }

static unsigned get(mutation *m, size_t i) {
  const uint8_t *p = at(m, i);
  return m->of->width == 2 ? (unsigned)(p[0] | p[1] << 8) : p[0];
}

static void put(mutation *m, size_t i, unsigned value) {
  at(m, i)[0] = (uint8_t)value;
  if (m->of->width == 2) at(m, i)[1] = (uint8_t)(value >> 8);
}

static size_t pick(mutation *m, size_t bound) { return cr_rng_below(&m->rng, (uint32_t)bound); }

static const cr_choice *any(mutation *m) { return &m->of->choice[pick(m, m->of->count)]; }

/* NULL when the alphabet has none of the kind. */
static const cr_choice *any_of(mutation *m, cr_action_kind kind) {
  const cr_choice *chosen = NULL;
  uint32_t seen = 0;
  for (unsigned i = 0; i < m->of->count; i++)
    if (m->of->choice[i].kind == kind && cr_rng_below(&m->rng, ++seen) == 0)
      chosen = &m->of->choice[i];
  return chosen;
}

static bool is_of(const cr_mutator *of, unsigned value, cr_action_kind kind) {
  for (unsigned i = 0; i < of->count; i++)
    if (of->choice[i].value == value) return of->choice[i].kind == kind;
  return false;
}

static void insert_gap(mutation *m, size_t where, size_t count) {
  memmove(at(m, where + count), at(m, where), (m->n - where) * m->of->width);
  m->n += count;
}

static void cut(mutation *m, size_t where, size_t count) {
  memmove(at(m, where), at(m, where + count), (m->n - where - count) * m->of->width);
  m->n -= count;
}

static void insert_value(mutation *m, size_t where, unsigned value) {
  if (m->n == m->max) return;
  insert_gap(m, where, 1);
  put(m, where, value);
}

/* The choice at `from` goes to another place. */
static void relocate(mutation *m, size_t from) {
  if (m->n < 2) return;
  unsigned value = get(m, from);
  size_t to = pick(m, m->n - 1);
  if (to >= from) to++;
  cut(m, from, 1);
  insert_value(m, to, value);
}

/* ---- the operators --------------------------------------------------------------------------- */

static void change(mutation *m) { put(m, pick(m, m->n), any(m)->value); }
static void insert(mutation *m) { insert_value(m, pick(m, m->n + 1), any(m)->value); }
static void move(mutation *m) { relocate(m, pick(m, m->n)); }

static void drop(mutation *m) {
  if (m->n < 2) return;
  size_t most = m->n - 1 < DROP_MAX ? m->n - 1 : DROP_MAX;
  size_t count = 1 + pick(m, most);
  cut(m, pick(m, m->n - count + 1), count);
}

static void swap(mutation *m) {
  if (m->n < 2) return;
  size_t from = pick(m, m->n - 1);
  for (size_t k = 0; k < m->n - 1; k++) {
    size_t i = (from + k) % (m->n - 1);
    unsigned first = get(m, i), second = get(m, i + 1);
    if (first == second) continue;
    put(m, i, second);
    put(m, i + 1, first);
    return;
  }
}

static void down(mutation *m) {
  size_t chosen = 0;
  uint32_t seen = 0;
  for (size_t i = 0; i < m->n; i++)
    if (is_of(m->of, get(m, i), CR_ACTION_DOWN) && cr_rng_below(&m->rng, ++seen) == 0) chosen = i;
  if (seen != 0) relocate(m, chosen);
}

static void race(mutation *m) {
  const cr_choice *open = any_of(m, CR_ACTION_OPEN);
  if (open != NULL) insert_value(m, pick(m, m->n + 1), open->value);
}

static void duplicate(mutation *m) {
  uint8_t kept[2 * CHUNK_MAX];
  size_t from = pick(m, m->n), left = m->n - from, room = m->max - m->n;
  size_t most = left < CHUNK_MAX ? left : CHUNK_MAX;
  if (room == 0) return;
  size_t count = 1 + pick(m, most < room ? most : room);
  memcpy(kept, at(m, from), count * m->of->width);
  size_t to = pick(m, m->n + 1);
  insert_gap(m, to, count);
  memcpy(at(m, to), kept, count * m->of->width);
}

/* A choice that is not possible means the next one that is: so one actor's, said again and again,
 * puts this actor before the others for as long as it can go on. */
static void priority(mutation *m) {
  unsigned actor = any(m)->actor;
  size_t from = pick(m, m->n), count = 2 + pick(m, PRIORITY_MAX - 1);
  unsigned value = 0;
  for (unsigned i = m->of->count; i-- > 0;)
    if (m->of->choice[i].actor == actor) value = m->of->choice[i].value;
  if (pick(m, 2) == 0) { /* in between, not in place of what was there */
    if (count > m->max - m->n) count = m->max - m->n;
    insert_gap(m, from, count);
  }
  for (size_t i = from; i < from + count && i < m->max; i++) {
    if (i == m->n) m->n++;
    put(m, i, value);
  }
}

static void grow(mutation *m) {
  for (size_t count = 1 + pick(m, GROW_MAX); count > 0 && m->n < m->max; count--)
    put(m, m->n++, any(m)->value);
}

/* What no engine would come to by small changes: it is what a random walk is good at. */
static void fresh(mutation *m) {
  m->n = 0;
  size_t most = m->max < FRESH_MAX ? m->max : FRESH_MAX, w = m->of->width;
  if (m->of->walk != NULL) {
    m->n = m->of->walk(m->of->context, &m->rng, m->bytes, 0, most * w) / w;
    return;
  }
  for (size_t count = 1 + pick(m, most); m->n < count;) { /* few changes of who is at work */
    unsigned value = any(m)->value;
    for (size_t run = 1 + pick(m, (size_t)1 << pick(m, RUN_BITS_MAX)); run > 0 && m->n < count;
         run--)
      put(m, m->n++, value);
  }
}

/* Steps that were seen lead to the edge of what is known; from there chance alone does. */
static void come_back(mutation *m) {
  size_t w = m->of->width, n = 0;
  const uint8_t *way = m->of->frontier == NULL || m->of->walk == NULL
                           ? NULL
                           : cr_frontier_choose(m->of->frontier, &m->rng, m->max * w, &n);
  if (way == NULL) {
    fresh(m);
    return;
  }
  if (n > 0) memcpy(m->bytes, way, n);
  size_t most = n / w + 1 + pick(m, ONWARDS_MAX);
  if (most > m->max) most = m->max;
  m->n = m->of->walk(m->of->context, &m->rng, m->bytes, n, most * w) / w;
}

static void (*const operators[CR_MUTATION_COUNT])(mutation *) = {
    [CR_MUTATION_CHANGE] = change,     [CR_MUTATION_INSERT] = insert,
    [CR_MUTATION_DROP] = drop,         [CR_MUTATION_SWAP] = swap,
    [CR_MUTATION_MOVE] = move,         [CR_MUTATION_DOWN] = down,
    [CR_MUTATION_RACE] = race,         [CR_MUTATION_DUPLICATE] = duplicate,
    [CR_MUTATION_PRIORITY] = priority, [CR_MUTATION_GROW] = grow,
    [CR_MUTATION_FRESH] = fresh,       [CR_MUTATION_RETURN] = come_back};

static mutation begin(const cr_mutator *of, uint8_t *bytes, size_t n, size_t max, uint64_t seed) {
  mutation m = {.of = of, .bytes = bytes, .n = n / of->width, .max = max / of->width};
  if (m.n > m.max) m.n = m.max;
  cr_rng_seed(&m.rng, seed);
  return m;
}

size_t cr_mutate_by(const cr_mutator *of, cr_mutation which, uint8_t *bytes, size_t n, size_t max,
                    uint64_t seed) {
  mutation m = begin(of, bytes, n, max, seed);
  bool anew = which == CR_MUTATION_FRESH || which == CR_MUTATION_RETURN;
  if (m.n > 0 || anew) operators[which](&m);
  return m.n * of->width;
}

size_t cr_mutate(const cr_mutator *of, uint8_t *bytes, size_t n, size_t max, uint64_t seed) {
  mutation m = begin(of, bytes, n, max, seed);
  if (m.max == 0) return 0;
  if (of->frontier != NULL && pick(&m, RETURN_ONE_IN) == 0) {
    come_back(&m);
    return m.n * of->width;
  }
  if (m.n == 0) insert(&m);
  for (uint32_t rounds = 1 + cr_rng_below(&m.rng, ROUNDS_MAX); rounds > 0; rounds--)
    operators[cr_rng_below(&m.rng, CR_MUTATION_RETURN)](&m); /* any of those before */
  return m.n * of->width;
}

/* n_peterson.c - Peterson's mutual exclusion for n processes (Information Processing Letters 12(3),
 * 1981), with the atomic steps of the well-known Murphi example: a waiting process that may not go
 * on takes a step to the same state, and a process leaving returns to priority 1, not 0.
 */
#include <string.h>

#include "models.h"
#include "symmetry.h"

enum { OUTSIDE, SET_PRIORITY, SET_TURN, WAIT, CRITICAL };

enum { NOBODY = 255 };

typedef struct peterson {
  uint8_t at[MODEL_N_MAX], priority[MODEL_N_MAX], round[MODEL_N_MAX], turn[MODEL_N_MAX];
} peterson;

/* The state holds the first n entries of each array; turn needs rounds 1 to n - 1 only. */
static void load(peterson *p, const unsigned char *state, uint32_t n) {
  *p = (peterson){0};
  memcpy(p->at, state, n);
  memcpy(p->priority, state + n, n);
  memcpy(p->round, state + 2 * n, n);
  memcpy(p->turn + 1, state + 3 * n, n - 1);
}

static void store(const peterson *p, unsigned char *state, uint32_t n) {
  memcpy(state, p->at, n);
  memcpy(state + n, p->priority, n);
  memcpy(state + 2 * n, p->round, n);
  memcpy(state + 3 * n, p->turn + 1, n - 1);
}

static bool initial(void *ctx, uint32_t index, void *state) {
  const model_size *size = ctx;
  peterson p = {0};
  memset(p.turn, NOBODY, sizeof p.turn);
  store(&p, state, size->n);
  return index == 0;
}

static bool may_pass(const peterson *p, uint32_t n, uint32_t i) {
  if (p->turn[p->round[i]] != i) return true;
  for (uint32_t k = 0; k < n; k++)
    if (k != i && p->priority[k] >= p->round[i]) return false;
  return true;
}

static void step(peterson *p, uint32_t n, uint32_t i) {
  switch (p->at[i]) {
    case OUTSIDE:
      p->round[i] = 1;
      p->at[i] = SET_PRIORITY;
      break;
    case SET_PRIORITY:
      p->priority[i] = p->round[i];
      p->at[i] = SET_TURN;
      break;
    case SET_TURN:
      p->turn[p->round[i]] = (uint8_t)i;
      p->at[i] = WAIT;
      break;
    case WAIT:
      if (!may_pass(p, n, i)) break;
      p->round[i]++;
      p->at[i] = p->round[i] < n ? SET_PRIORITY : CRITICAL;
      break;
    default:
      p->priority[i] = 1;
      p->at[i] = OUTSIDE;
      break;
  }
}

void permute_n_peterson(const model_size *size, const uint8_t *to, const void *state, void *out) {
  peterson p, renamed = {0};
  load(&p, state, size->n);
  memset(renamed.turn, NOBODY, sizeof renamed.turn);
  for (uint32_t i = 0; i < size->n; i++) {
    renamed.at[to[i]] = p.at[i];
    renamed.priority[to[i]] = p.priority[i];
    renamed.round[to[i]] = p.round[i];
    if (i != 0 && p.turn[i] != NOBODY) renamed.turn[i] = to[p.turn[i]];
  }
  store(&renamed, out, size->n);
}

/* All that concerns process i: its values, and the rounds in which it had the last turn. */
static uint64_t role(const peterson *p, uint32_t n, uint32_t i) {
  uint64_t key =
      (uint64_t)p->at[i] << 48 | (uint64_t)p->priority[i] << 40 | (uint64_t)p->round[i] << 32;
  for (uint32_t round = 1; round < n; round++)
    if (p->turn[round] == i) key |= UINT64_C(1) << round;
  return key;
}

/* Processes in the order of their roles. Those of equal roles are interchangeable in this state: no
 * two have had the last turn of one round, so none of them has had any. */
void canonical_n_peterson(void *ctx, void *state) {
  const model_size *size = ctx;
  peterson p;
  load(&p, state, size->n);
  uint64_t roles[MODEL_N_MAX];
  uint8_t to[MODEL_N_MAX];
  unsigned char original[4 * MODEL_N_MAX];
  memcpy(original, state, 4 * size->n - 1);
  for (uint32_t i = 0; i < size->n; i++) roles[i] = role(&p, size->n, i);
  for (uint32_t i = 0; i < size->n; i++) {
    to[i] = 0;
    for (uint32_t k = 0; k < size->n; k++)
      to[i] = (uint8_t)(to[i] + (roles[k] < roles[i] || (roles[k] == roles[i] && k < i)));
  }
  permute_n_peterson(size, to, original, state);
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const model_size *size = ctx;
  for (uint32_t i = 0; i < size->n; i++) {
    peterson p;
    unsigned char next[4 * MODEL_N_MAX];
    load(&p, state, size->n);
    step(&p, size->n, i);
    store(&p, next, size->n);
    if (size->option == MODEL_QUOTIENT) canonical_n_peterson(ctx, next);
    cr_xemit(sink, i, next, 0);
  }
}

static cr_xviolation invariant(void *ctx, const void *state) {
  const model_size *size = ctx;
  const unsigned char *at = state;
  uint32_t inside = 0;
  for (uint32_t i = 0; i < size->n; i++) inside += at[i] == CRITICAL;
  return inside > 1 ? 1 : 0;
}

cr_xmodel model_n_peterson(model_size *size) {
  return (cr_xmodel){.name = "n_peterson",
                     .state_bytes = 4 * size->n - 1,
                     .ctx = size,
                     .initial = initial,
                     .successors = successors,
                     .invariant = invariant};
}

/* two_phase.c - two-phase commit after Gray and Lamport, "Consensus on Transaction Commit" (ACM
 * TODS 31(1), 2006), the specification TwoPhase: messages are never lost nor removed, so receiving
 * one again is a step to the same state. The published counts of TwoPhase (TLA+ examples) and of
 * its stateright version are those of this model.
 */
#include <string.h>

#include "models.h"
#include "symmetry.h"

enum { WORKING, PREPARED, COMMITTED, ABORTED };

typedef struct two_phase {
  uint8_t rm[MODEL_N_MAX];
  uint8_t tm; /* WORKING until it decides */
  uint8_t commit_sent, abort_sent;
  uint16_t prepared_sent, prepared_received; /* sets of resource managers */
} two_phase;

_Static_assert(sizeof(two_phase) == MODEL_N_MAX + 8, "the one byte of padding is kept zero");

enum { TM_COMMIT, TM_ABORT, TM_RECEIVE, RM_PREPARE, RM_ABORT, RM_GET_COMMIT, RM_GET_ABORT };

static bool initial(void *ctx, uint32_t index, void *state) {
  (void)ctx;
  memset(state, 0, sizeof(two_phase));
  return index == 0;
}

/* Does the step in place; false when it is not enabled. */
static bool step(two_phase *s, uint32_t n, uint32_t action, uint32_t i) {
  uint16_t bit = (uint16_t)(1u << i);
  switch (action) {
    case TM_COMMIT:
      if (s->tm != WORKING || s->prepared_received != (1u << n) - 1) return false;
      s->tm = COMMITTED;
      s->commit_sent = 1;
      return true;
    case TM_ABORT:
      if (s->tm != WORKING) return false;
      s->tm = ABORTED;
      s->abort_sent = 1;
      return true;
    case TM_RECEIVE:
      if (s->tm != WORKING || (s->prepared_sent & bit) == 0) return false;
      s->prepared_received |= bit;
      return true;
    case RM_PREPARE:
      if (s->rm[i] != WORKING) return false;
      s->rm[i] = PREPARED;
      s->prepared_sent |= bit;
      return true;
    case RM_ABORT:
      if (s->rm[i] != WORKING) return false;
      s->rm[i] = ABORTED;
      return true;
    case RM_GET_COMMIT: s->rm[i] = COMMITTED; return s->commit_sent;
    default: s->rm[i] = ABORTED; return s->abort_sent;
  }
}

void permute_two_phase(const model_size *size, const uint8_t *to, const void *state, void *out) {
  const two_phase *s = state;
  two_phase renamed;
  memcpy(&renamed, s, sizeof renamed);
  renamed.prepared_sent = renamed.prepared_received = 0;
  for (uint32_t i = 0; i < size->n; i++) {
    renamed.rm[to[i]] = s->rm[i];
    renamed.prepared_sent |= (uint16_t)((s->prepared_sent >> i & 1u) << to[i]);
    renamed.prepared_received |= (uint16_t)((s->prepared_received >> i & 1u) << to[i]);
  }
  memcpy(out, &renamed, sizeof renamed);
}

static uint32_t role(const two_phase *s, uint32_t i) {
  return s->rm[i] * 4u + (s->prepared_sent >> i & 1u) * 2u + (s->prepared_received >> i & 1u);
}

/* Resource managers in the order of their roles; nothing else names one. */
void canonical_two_phase(void *ctx, void *state) {
  const model_size *size = ctx;
  two_phase s;
  uint8_t to[MODEL_N_MAX];
  memcpy(&s, state, sizeof s);
  for (uint32_t i = 0; i < size->n; i++) {
    to[i] = 0;
    for (uint32_t k = 0; k < size->n; k++)
      to[i] =
          (uint8_t)(to[i] + (role(&s, k) < role(&s, i) || (role(&s, k) == role(&s, i) && k < i)));
  }
  permute_two_phase(size, to, &s, state);
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const model_size *size = ctx;
  for (uint32_t action = TM_COMMIT; action <= RM_GET_ABORT; action++) {
    uint32_t parties = action <= TM_ABORT ? 1 : size->n;
    for (uint32_t i = 0; i < parties; i++) {
      two_phase next;
      memcpy(&next, state, sizeof next); /* the padding as well */
      if (!step(&next, size->n, action, i)) continue;
      if (size->option == MODEL_QUOTIENT) canonical_two_phase(ctx, &next);
      cr_xemit(sink, action * MODEL_N_MAX + i, &next, 0);
    }
  }
}

static cr_xviolation invariant(void *ctx, const void *state) {
  const model_size *size = ctx;
  const two_phase *s = state;
  bool committed = false, aborted = false;
  for (uint32_t i = 0; i < size->n; i++) {
    committed = committed || s->rm[i] == COMMITTED;
    aborted = aborted || s->rm[i] == ABORTED;
  }
  return committed && aborted ? 1 : 0;
}

cr_xmodel model_two_phase(model_size *size) {
  return (cr_xmodel){.name = "two_phase",
                     .state_bytes = sizeof(two_phase),
                     .ctx = size,
                     .initial = initial,
                     .successors = successors,
                     .invariant = invariant};
}

/* chang_roberts.c - leader election on a one-way ring (Chang and Roberts, CACM 22(5), 1979), with
 * the atomic steps of ChangRoberts in the TLA+ examples: any set of nodes may be initiators (one
 * initial state each), the smallest identity wins, and a node's waiting messages are a set.
 */
#include <string.h>

#include "models.h"

enum { LOST, CANDIDATE, WON };

typedef struct ring {
  uint16_t waiting[MODEL_N_MAX]; /* sets of identities */
  uint8_t started[MODEL_N_MAX], initiator[MODEL_N_MAX], status[MODEL_N_MAX];
} ring;

static bool initial(void *ctx, uint32_t index, void *state) {
  const model_size *size = ctx;
  ring *r = state;
  *r = (ring){0};
  for (uint32_t i = 0; i < size->n; i++) {
    r->initiator[i] = index >> i & 1;
    r->status[i] = r->initiator[i] ? CANDIDATE : LOST;
  }
  return index < 1u << size->n;
}

static void handle(ring *r, uint32_t node, uint32_t after, uint32_t id) {
  uint16_t bit = (uint16_t)(1u << id);
  r->waiting[node] &= (uint16_t)~bit;
  if (r->status[node] == LOST) {
    r->waiting[after] |= bit;
  } else if (id < node) {
    r->status[node] = LOST;
    r->waiting[after] |= bit;
  } else if (id == node) {
    r->status[node] = WON;
  }
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const model_size *size = ctx;
  for (uint32_t node = 0; node < size->n; node++) {
    const ring *now = state;
    uint32_t after = (node + 1) % size->n;
    if (!now->started[node]) {
      ring next = *now;
      next.started[node] = 1;
      if (next.initiator[node]) next.waiting[after] |= (uint16_t)(1u << node);
      cr_xemit(sink, node * MODEL_N_MAX, &next, 0);
      continue;
    }
    for (uint32_t id = 0; id < size->n; id++) {
      if ((now->waiting[node] >> id & 1) == 0) continue;
      ring next = *now;
      handle(&next, node, after, id);
      cr_xemit(sink, node * MODEL_N_MAX + id, &next, 0);
    }
  }
}

static cr_xviolation invariant(void *ctx, const void *state) {
  const model_size *size = ctx;
  const ring *r = state;
  for (uint32_t i = 0; i < size->n; i++) {
    if (r->status[i] != WON) continue;
    if (!r->initiator[i]) return 1;
    for (uint32_t k = 0; k < size->n; k++)
      if (k != i && (r->status[k] != LOST || (r->initiator[k] && k < i))) return 1;
  }
  return 0;
}

cr_xmodel model_chang_roberts(model_size *size) {
  return (cr_xmodel){.name = "chang_roberts",
                     .state_bytes = sizeof(ring),
                     .ctx = size,
                     .initial = initial,
                     .successors = successors,
                     .invariant = invariant};
}

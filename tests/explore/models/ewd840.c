/* ewd840.c - termination detection on a ring (Dijkstra, Feijen and van Gasteren, EWD 840, 1983),
 * with the atomic steps of EWD840 in the TLA+ examples: any activity, colours and token place may
 * be initial while the token is black; messages arrive at once. The token may move for one of
 * several reasons (it is black, the node is black, the node is passive), and each reason that holds
 * is a transition of its own: TLC, by which the count was published, takes every true disjunct of
 * an action as a generated state.
 */
#include "models.h"

typedef struct ring {
  uint8_t active[MODEL_N_MAX], black[MODEL_N_MAX];
  uint8_t token_at, token_black;
} ring;

enum { INITIATE, PASS, DEACTIVATE, SEND };

static uint32_t label(uint32_t action, uint32_t from, uint32_t to) {
  return (action * MODEL_N_MAX + from) * MODEL_N_MAX + to;
}

static bool initial(void *ctx, uint32_t index, void *state) {
  const model_size *size = ctx;
  ring *r = state;
  *r = (ring){.token_black = 1};
  for (uint32_t i = 0; i < size->n; i++, index /= 2) r->active[i] = index % 2;
  for (uint32_t i = 0; i < size->n; i++, index /= 2) r->black[i] = index % 2;
  r->token_at = (uint8_t)(index % size->n);
  return index < size->n;
}

/* Emits the step once for each reason that holds, as the published count does. */
static void emit_reasons(cr_xsink *sink, uint32_t action, uint32_t at, const ring *next,
                         const bool *reasons, uint32_t reasons_count) {
  for (uint32_t i = 0; i < reasons_count; i++)
    if (reasons[i]) cr_xemit(sink, label(action, at, i), next, 0);
}

static void move_token(const ring *now, uint32_t n, cr_xsink *sink) {
  uint32_t at = now->token_at;
  const bool reasons[] = {now->token_black, now->black[at], !now->active[at]};
  ring next = *now;
  next.black[at] = 0;
  if (at == 0) {
    next.token_at = (uint8_t)(n - 1);
    next.token_black = 0;
    emit_reasons(sink, INITIATE, at, &next, reasons, 2);
  } else {
    next.token_at = (uint8_t)(at - 1);
    if (now->black[at]) next.token_black = 1;
    emit_reasons(sink, PASS, at, &next, reasons, 3);
  }
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const model_size *size = ctx;
  const ring *now = state;
  move_token(now, size->n, sink);
  for (uint32_t i = 0; i < size->n; i++) {
    if (!now->active[i]) continue;
    ring next = *now;
    next.active[i] = 0;
    cr_xemit(sink, label(DEACTIVATE, i, 0), &next, 0);
    for (uint32_t k = 0; k < size->n; k++) {
      if (k == i) continue;
      next = *now;
      next.active[k] = 1;
      if (k > i) next.black[i] = 1;
      cr_xemit(sink, label(SEND, i, k), &next, 0);
    }
  }
}

static cr_xviolation invariant(void *ctx, const void *state) {
  const model_size *size = ctx;
  const ring *r = state;
  if (r->token_at != 0 || r->token_black || r->black[0]) return 0;
  if (r->active[0]) return 0;
  for (uint32_t i = 0; i < size->n; i++)
    if (r->active[i]) return 1;
  return 0;
}

cr_xmodel model_ewd840(model_size *size) {
  return (cr_xmodel){.name = "ewd840",
                     .state_bytes = sizeof(ring),
                     .ctx = size,
                     .initial = initial,
                     .successors = successors,
                     .invariant = invariant};
}

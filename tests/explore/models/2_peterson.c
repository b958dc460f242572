/* 2_peterson.c - Peterson's mutual exclusion for two processes (Information Processing Letters
 * 12(3), 1981), with the atomic steps of the well-known Murphi example: two start states (either
 * process may have the turn), five places a process, a waiting process steps to the same state.
 */
#include <string.h>

#include "models.h"
#include "symmetry.h"

enum { OUTSIDE, SET_TURN, WAIT, CRITICAL, LEAVE };

typedef struct peterson {
  uint8_t at[2], wants[2], turn;
} peterson;

static bool initial(void *ctx, uint32_t index, void *state) {
  const model_size *size = ctx;
  *(peterson *)state = (peterson){.turn = (uint8_t)index};
  return index < (size->option == MODEL_QUOTIENT ? 1 : 2);
}

static peterson step(peterson p, uint8_t i) {
  uint8_t other = (uint8_t)(1 - i);
  switch (p.at[i]) {
    case OUTSIDE:
      p.wants[i] = 1;
      p.at[i] = SET_TURN;
      break;
    case SET_TURN:
      p.turn = i;
      p.at[i] = WAIT;
      break;
    case WAIT:
      if (!p.wants[other] || p.turn == other) p.at[i] = CRITICAL;
      break;
    case CRITICAL: p.at[i] = LEAVE; break;
    default:
      p.wants[i] = 0;
      p.at[i] = OUTSIDE;
      break;
  }
  return p;
}

void permute_2_peterson(const model_size *size, const uint8_t *to, const void *state, void *out) {
  (void)size;
  const peterson *p = state;
  peterson renamed = {.turn = to[p->turn]};
  for (uint32_t i = 0; i < 2; i++) {
    renamed.at[to[i]] = p->at[i];
    renamed.wants[to[i]] = p->wants[i];
  }
  memcpy(out, &renamed, sizeof renamed);
}

void canonical_2_peterson(void *ctx, void *state) {
  model_least_image(ctx, permute_2_peterson, sizeof(peterson), state);
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const model_size *size = ctx;
  for (uint8_t i = 0; i < 2; i++) {
    peterson next = step(*(const peterson *)state, i);
    if (size->option == MODEL_QUOTIENT) canonical_2_peterson(ctx, &next);
    cr_xemit(sink, i, &next, 0);
  }
}

static cr_xviolation invariant(void *ctx, const void *state) {
  (void)ctx;
  const peterson *p = state;
  return p->at[0] == CRITICAL && p->at[1] == CRITICAL ? 1 : 0;
}

cr_xmodel model_2_peterson(model_size *size) {
  return (cr_xmodel){.name = "2_peterson",
                     .state_bytes = sizeof(peterson),
                     .ctx = size,
                     .initial = initial,
                     .successors = successors,
                     .invariant = invariant};
}

/* dekker.c - Dekker's mutual exclusion for two processes (Dijkstra, EWD 123, 1965), with the atomic
 * steps of the well-known Murphi example: eight places a process, process 0 has the first turn. In
 * that example the process that has given way tries again as long as the other one has the turn,
 * and waits once it has the turn itself; that excludes as well, and is what was counted.
 */
#include "models.h"

enum { OUTSIDE, LOOK, CHECK_TURN, GIVE_WAY, AWAIT_TURN, RETRY, CRITICAL, LEAVE };

typedef struct dekker {
  uint8_t at[2], wants[2], turn;
} dekker;

static bool initial(void *ctx, uint32_t index, void *state) {
  (void)ctx;
  *(dekker *)state = (dekker){0};
  return index == 0;
}

static dekker step(dekker d, uint8_t i) {
  uint8_t other = (uint8_t)(1 - i);
  switch (d.at[i]) {
    case OUTSIDE:
    case RETRY:
      d.wants[i] = 1;
      d.at[i] = LOOK;
      break;
    case LOOK: d.at[i] = d.wants[other] ? CHECK_TURN : CRITICAL; break;
    case CHECK_TURN: d.at[i] = d.turn == other ? GIVE_WAY : LOOK; break;
    case GIVE_WAY:
      d.wants[i] = 0;
      d.at[i] = AWAIT_TURN;
      break;
    case AWAIT_TURN:
      if (d.turn == other) d.at[i] = RETRY;
      break;
    case CRITICAL: d.at[i] = LEAVE; break;
    default:
      d.wants[i] = 0;
      d.turn = other;
      d.at[i] = OUTSIDE;
      break;
  }
  return d;
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  (void)ctx;
  for (uint8_t i = 0; i < 2; i++) {
    dekker next = step(*(const dekker *)state, i);
    cr_xemit(sink, i, &next, 0);
  }
}

static cr_xviolation invariant(void *ctx, const void *state) {
  (void)ctx;
  const dekker *d = state;
  return d->at[0] == CRITICAL && d->at[1] == CRITICAL ? 1 : 0;
}

cr_xmodel model_dekker(model_size *size) {
  return (cr_xmodel){.name = "dekker",
                     .state_bytes = sizeof(dekker),
                     .ctx = size,
                     .initial = initial,
                     .successors = successors,
                     .invariant = invariant};
}

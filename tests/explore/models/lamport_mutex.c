/* lamport_mutex.c - distributed mutual exclusion by logical clocks (Lamport, CACM 21(7), 1978),
 * with the atomic steps of LamportMutex in the TLA+ examples: channels keep their order, only
 * receiving a request advances a clock, entering may be repeated while inside. The published count
 * is of the states in which no clock has passed option: TLC counts a step out of these as generated
 * and then drops its target, so here it is a step to the same state.
 */
#include <string.h>

#include "models.h"

enum { PROCESSES_MAX = 4, CHANNEL_MAX = 3 };

/* A message: none, or REQUEST + the clock it carries. */
enum { NONE, ACK, RELEASE, REQUEST };

typedef struct mutex {
  uint8_t clock[PROCESSES_MAX];
  uint8_t request[PROCESSES_MAX][PROCESSES_MAX]; /* [p][q]: what p knows of q's; 0 = none */
  uint8_t acks[PROCESSES_MAX];                   /* sets of processes */
  uint8_t channel[PROCESSES_MAX][PROCESSES_MAX][CHANNEL_MAX]; /* [from][to], oldest first */
  uint8_t inside;                                             /* set of processes */
} mutex;

enum { ASK, ENTER, EXIT, RECEIVE };

static bool initial(void *ctx, uint32_t index, void *state) {
  const model_size *size = ctx;
  mutex *m = state;
  CR_ASSERT(size->n <= PROCESSES_MAX);
  *m = (mutex){0};
  memset(m->clock, 1, size->n);
  return index == 0;
}

static void send(mutex *m, uint32_t from, uint32_t to, uint8_t message) {
  uint32_t i = 0;
  while (m->channel[from][to][i] != NONE) i++;
  CR_ASSERT(i < CHANNEL_MAX); /* a theorem: never two messages of one kind in a channel */
  m->channel[from][to][i] = message;
}

static void broadcast(mutex *m, uint32_t n, uint32_t from, uint8_t message) {
  for (uint32_t to = 0; to < n; to++)
    if (to != from) send(m, from, to, message);
}

static bool may_enter(const mutex *m, uint32_t n, uint32_t p) {
  if (m->acks[p] != (1u << n) - 1) return false;
  uint8_t mine = m->request[p][p];
  for (uint32_t q = 0; q < n; q++) {
    uint8_t its = m->request[p][q];
    if (q != p && its != 0 && (its < mine || (its == mine && q < p))) return false;
  }
  return true;
}

/* Does the step in place; false when it is not enabled. */
static bool act(mutex *m, uint32_t n, uint32_t action, uint32_t p) {
  uint8_t bit = (uint8_t)(1u << p);
  switch (action) {
    case ASK:
      if (m->request[p][p] != 0) return false;
      m->request[p][p] = m->clock[p];
      m->acks[p] = bit;
      broadcast(m, n, p, (uint8_t)(REQUEST + m->clock[p]));
      return true;
    case ENTER:
      if (!may_enter(m, n, p)) return false;
      m->inside |= bit;
      return true;
    default:
      if ((m->inside & bit) == 0) return false;
      m->inside &= (uint8_t)~bit;
      m->request[p][p] = 0;
      m->acks[p] = 0;
      broadcast(m, n, p, RELEASE);
      return true;
  }
}

static bool receive(mutex *m, uint32_t p, uint32_t from) {
  uint8_t *channel = m->channel[from][p], message = channel[0];
  if (message == NONE) return false;
  memmove(channel, channel + 1, CHANNEL_MAX - 1);
  channel[CHANNEL_MAX - 1] = NONE;
  if (message == ACK) {
    m->acks[p] |= (uint8_t)(1u << from);
  } else if (message == RELEASE) {
    m->request[p][from] = 0;
  } else {
    uint8_t stamp = (uint8_t)(message - REQUEST);
    m->request[p][from] = stamp;
    m->clock[p] = (uint8_t)((stamp > m->clock[p] ? stamp : m->clock[p]) + 1);
    send(m, p, from, ACK);
  }
  return true;
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const model_size *size = ctx;
  const mutex *now = state;
  for (uint32_t p = 0; p < size->n; p++) {
    for (uint32_t action = ASK; action <= EXIT; action++) {
      mutex next = *now;
      if (act(&next, size->n, action, p)) cr_xemit(sink, action * MODEL_N_MAX + p, &next, 0);
    }
    for (uint32_t from = 0; from < size->n; from++) {
      mutex next = *now;
      if (!receive(&next, p, from)) continue;
      uint32_t label = (RECEIVE + from) * MODEL_N_MAX + p;
      cr_xemit(sink, label, next.clock[p] <= size->option ? &next : now, 0);
    }
  }
}

static cr_xviolation invariant(void *ctx, const void *state) {
  (void)ctx;
  const mutex *m = state;
  return (m->inside & (m->inside - 1)) != 0 ? 1 : 0;
}

cr_xmodel model_lamport_mutex(model_size *size) {
  return (cr_xmodel){.name = "lamport_mutex",
                     .state_bytes = sizeof(mutex),
                     .ctx = size,
                     .initial = initial,
                     .successors = successors,
                     .invariant = invariant};
}

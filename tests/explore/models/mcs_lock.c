/* mcs_lock.c - the queueing lock of Mellor-Crummey and Scott (ACM TOCS 9(1), 1991), with the atomic
 * steps of the well-known Murphi examples: each access to shared memory is one step, a process that
 * waits steps to the same state. Its release has two forms: with compare-and-swap (mcslock1), or
 * with fetch-and-store only (mcslock2), in which a process may find that others have queued up on a
 * lock it has just taken apart, the usurpers, and appends its own successors to theirs.
 */
#include <string.h>

#include "models.h"
#include "symmetry.h"

enum { NIL = 255 };

enum { OUTSIDE, SWAP_TAIL, LOOK_AT_PREDECESSOR, BLOCK, LINK, WAIT, CRITICAL, RELEASE, LAST_STEPS };

/* After RELEASE each form has places of its own. */
enum { CAS_AWAIT_NEXT = LAST_STEPS, CAS_UNBLOCK };
enum { SWAP_COMPARE = LAST_STEPS, SWAP_BACK, SWAP_AWAIT_NEXT, SWAP_MEND, SWAP_UNBLOCK };

/* A state is the lock's tail, then for each of these the values of all processes. */
enum { AT, NEXT, BLOCKED, PREDECESSOR, CAS_FIELDS, OLD_TAIL = CAS_FIELDS, USURPER, SWAP_FIELDS };

enum { STATE_MAX = 1 + SWAP_FIELDS * MODEL_N_MAX };

typedef struct lock {
  unsigned char state[STATE_MAX];
  uint32_t n;
} lock;

static unsigned char *cell(lock *l, uint32_t field, uint32_t i) {
  return &l->state[1 + field * l->n + i];
}

static size_t state_bytes(uint32_t n, uint32_t fields) { return 1 + fields * n; }

static bool initial(const model_size *size, uint32_t fields, uint32_t index, void *state) {
  lock l = {.n = size->n};
  memset(l.state, NIL, sizeof l.state);
  memset(cell(&l, AT, 0), OUTSIDE, size->n);
  memset(cell(&l, BLOCKED, 0), false, size->n);
  memcpy(state, l.state, state_bytes(size->n, fields));
  return index == 0;
}

/* Unblocks the process behind i. */
static void unblock_next(lock *l, uint32_t i) { *cell(l, BLOCKED, *cell(l, NEXT, i)) = false; }

/* The steps up to CRITICAL, which both forms share. */
static void acquire(lock *l, uint32_t i) {
  unsigned char *at = cell(l, AT, i), *predecessor = cell(l, PREDECESSOR, i);
  switch (*at) {
    case OUTSIDE:
      *cell(l, NEXT, i) = NIL;
      *at = SWAP_TAIL;
      break;
    case SWAP_TAIL:
      *predecessor = l->state[0];
      l->state[0] = (unsigned char)i;
      *at = LOOK_AT_PREDECESSOR;
      break;
    case LOOK_AT_PREDECESSOR: *at = *predecessor == NIL ? CRITICAL : BLOCK; break;
    case BLOCK:
      *cell(l, BLOCKED, i) = true;
      *at = LINK;
      break;
    case LINK:
      *cell(l, NEXT, *predecessor) = (unsigned char)i;
      *at = WAIT;
      break;
    default:
      if (!*cell(l, BLOCKED, i)) *at = CRITICAL;
      break;
  }
}

static void release_by_compare(lock *l, uint32_t i) {
  unsigned char *at = cell(l, AT, i);
  bool has_next = *cell(l, NEXT, i) != NIL;
  switch (*at) {
    case CRITICAL: *at = has_next ? CAS_UNBLOCK : RELEASE; break;
    case RELEASE:
      *at = l->state[0] == i ? OUTSIDE : CAS_AWAIT_NEXT;
      if (*at == OUTSIDE) l->state[0] = NIL;
      break;
    case CAS_AWAIT_NEXT:
      if (has_next) *at = CAS_UNBLOCK;
      break;
    default:
      unblock_next(l, i);
      *at = OUTSIDE;
      break;
  }
}

static void release_by_swap(lock *l, uint32_t i) {
  unsigned char *at = cell(l, AT, i), *tail = cell(l, OLD_TAIL, i), *usurper = cell(l, USURPER, i);
  bool has_next = *cell(l, NEXT, i) != NIL;
  switch (*at) {
    case CRITICAL: *at = has_next ? SWAP_UNBLOCK : RELEASE; break;
    case RELEASE:
      *tail = l->state[0];
      l->state[0] = NIL;
      *at = SWAP_COMPARE;
      break;
    case SWAP_COMPARE: *at = *tail == i ? OUTSIDE : SWAP_BACK; break;
    case SWAP_BACK:
      *usurper = l->state[0];
      l->state[0] = *tail;
      *at = SWAP_AWAIT_NEXT;
      break;
    case SWAP_AWAIT_NEXT:
      if (has_next) *at = SWAP_MEND;
      break;
    case SWAP_MEND:
      if (*usurper == NIL)
        unblock_next(l, i);
      else
        *cell(l, NEXT, *usurper) = *cell(l, NEXT, i);
      *at = OUTSIDE;
      break;
    default:
      unblock_next(l, i);
      *at = OUTSIDE;
      break;
  }
}

static cr_xviolation invariant(void *ctx, const void *state) {
  const model_size *size = ctx;
  const unsigned char *at = (const unsigned char *)state + 1;
  uint32_t inside = 0;
  for (uint32_t i = 0; i < size->n; i++) inside += at[i] == CRITICAL;
  return inside > 1 ? 1 : 0;
}

/* Process i becomes process to[i]: its values move, and whoever names it names the new number. */
static void permute(uint32_t n, uint32_t fields, const uint8_t *to, const unsigned char *state,
                    unsigned char *out) {
  out[0] = state[0] == NIL ? NIL : to[state[0]];
  for (uint32_t field = 0; field < fields; field++) {
    bool names = field != AT && field != BLOCKED;
    for (uint32_t i = 0; i < n; i++) {
      unsigned char value = state[1 + field * n + i];
      out[1 + field * n + to[i]] = names && value != NIL ? to[value] : value;
    }
  }
}

/* ---- with compare-and-swap --------------------------------------------------------------------
 */

static bool initial_1(void *ctx, uint32_t index, void *state) {
  return initial(ctx, CAS_FIELDS, index, state);
}

void permute_mcslock1(const model_size *size, const uint8_t *to, const void *state, void *out) {
  permute(size->n, CAS_FIELDS, to, state, out);
}

void canonical_mcslock1(void *ctx, void *state) {
  const model_size *size = ctx;
  model_least_image(size, permute_mcslock1, state_bytes(size->n, CAS_FIELDS), state);
}

static void successors_1(void *ctx, const void *state, cr_xsink *sink) {
  const model_size *size = ctx;
  for (uint32_t i = 0; i < size->n; i++) {
    lock l = {.n = size->n};
    memcpy(l.state, state, state_bytes(size->n, CAS_FIELDS));
    if (*cell(&l, AT, i) < CRITICAL)
      acquire(&l, i);
    else
      release_by_compare(&l, i);
    if (size->option == MODEL_QUOTIENT) canonical_mcslock1(ctx, l.state);
    cr_xemit(sink, i, l.state, 0);
  }
}

cr_xmodel model_mcslock1(model_size *size) {
  return (cr_xmodel){.name = "mcslock1",
                     .state_bytes = state_bytes(size->n, CAS_FIELDS),
                     .ctx = size,
                     .initial = initial_1,
                     .successors = successors_1,
                     .invariant = invariant};
}

/* ---- with fetch-and-store only ----------------------------------------------------------------
 */

static bool initial_2(void *ctx, uint32_t index, void *state) {
  return initial(ctx, SWAP_FIELDS, index, state);
}

void permute_mcslock2(const model_size *size, const uint8_t *to, const void *state, void *out) {
  permute(size->n, SWAP_FIELDS, to, state, out);
}

void canonical_mcslock2(void *ctx, void *state) {
  const model_size *size = ctx;
  model_least_image(size, permute_mcslock2, state_bytes(size->n, SWAP_FIELDS), state);
}

static void successors_2(void *ctx, const void *state, cr_xsink *sink) {
  const model_size *size = ctx;
  for (uint32_t i = 0; i < size->n; i++) {
    lock l = {.n = size->n};
    memcpy(l.state, state, state_bytes(size->n, SWAP_FIELDS));
    if (*cell(&l, AT, i) < CRITICAL)
      acquire(&l, i);
    else
      release_by_swap(&l, i);
    if (size->option == MODEL_QUOTIENT) canonical_mcslock2(ctx, l.state);
    cr_xemit(sink, i, l.state, 0);
  }
}

cr_xmodel model_mcslock2(model_size *size) {
  return (cr_xmodel){.name = "mcslock2",
                     .state_bytes = state_bytes(size->n, SWAP_FIELDS),
                     .ctx = size,
                     .initial = initial_2,
                     .successors = successors_2,
                     .invariant = invariant};
}

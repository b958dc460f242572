/* store.h - the set of visited states (private to the explorer).
 *
 * States get numbers 0, 1, 2, ... in the order they are added. A state and its parent's number live
 * in a chunk, which never moves. The table that finds a state by content is cut into segments by
 * hash; each grows on its own, so that growing never holds two whole tables. A slot keeps 32 bits
 * of the hash, from which alone its home slot follows: growing does not touch the states.
 *
 * Owns        everything it points to; cr__xstore_free gives it back.
 * Errors      a refused allocation or bound is a result, not an error: the store stays usable.
 */
#ifndef CLUSRACE_EXPLORE_STORE_H
#define CLUSRACE_EXPLORE_STORE_H

#include "clusrace/explore.h"

#if defined(__GNUC__) || defined(__clang__)
#define CR__PREFETCH(p) __builtin_prefetch(p)
#else
#define CR__PREFETCH(p) ((void)(p))
#endif

enum { CR__XSEGMENT_BITS = 6, CR__XSEGMENTS = 1 << CR__XSEGMENT_BITS };

/* The parent of an initial state. */
#define CR__XNO_PARENT UINT32_MAX
#define CR__XNO_STATE UINT32_MAX

/* Part of the table. A slot is 0 when empty, else hash bits 0..31 << 32 | (state number + 1). */
typedef struct cr__xsegment {
  uint64_t *slots;
  uint32_t cap, count;
} cr__xsegment;

typedef struct cr__xstore {
  size_t state_bytes;
  uint64_t states_max;
  size_t memory_bytes, memory_peak_bytes, memory_max_bytes; /* max: 0 = none */
  uint32_t count;
  uint32_t chunk_shift; /* a chunk holds 1 << chunk_shift states */
  unsigned char **chunks;
  size_t chunks_count, chunks_cap;
  cr__xsegment segments[CR__XSEGMENTS];
} cr__xstore;

typedef enum cr__xadd {
  CR__XADD_NEW = 1,
  CR__XADD_KNOWN,
  CR__XADD_MAX_STATES, /* new, but one too many: not added */
  CR__XADD_MAX_MEMORY  /* new, but there is no room: not added */
} cr__xadd;

/* Prepares an empty store; states_max 0 = CR_XSTATES_MAX. No allocation happens yet. */
void cr__xstore_init(cr__xstore *store, size_t state_bytes, uint64_t states_max,
                     size_t memory_max_bytes);
void cr__xstore_free(cr__xstore *store);

/* Accounts for bytes about to be allocated, here or by the explorer; false (and nothing changes)
 * when they exceed the bound. cr__xstore_release takes them off again. */
bool cr__xstore_reserve(cr__xstore *store, size_t bytes);
void cr__xstore_release(cr__xstore *store, size_t bytes);

uint64_t cr__xstore_hash(const cr__xstore *store, const void *state);

/* Adds the state unless it is known. */
cr__xadd cr__xstore_add(cr__xstore *store, uint64_t hash, const void *state, uint32_t parent);

/* Help for coming calls of cr__xstore_add; they change nothing. First the home slot is fetched.
 * Then, that slot being at hand, cr__xstore_guess gives the first state of the same fingerprint,
 * which it fetches, or CR__XNO_STATE. If cr__xstore_equals then, the state is known and need not be
 * added: what is stored stays. */
void cr__xstore_prefetch_slot(const cr__xstore *store, uint64_t hash);
uint32_t cr__xstore_guess(const cr__xstore *store, uint64_t hash);
bool cr__xstore_equals(const cr__xstore *store, uint32_t index, const void *state);

/* Number of a state, or CR__XNO_STATE when it was never added. */
uint32_t cr__xstore_find(const cr__xstore *store, const void *state);

/* The bytes of a state (not aligned), and its parent's number or CR__XNO_PARENT. */
const unsigned char *cr__xstore_state(const cr__xstore *store, uint32_t index);
uint32_t cr__xstore_parent(const cr__xstore *store, uint32_t index);

#endif

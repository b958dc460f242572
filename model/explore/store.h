/* store.h - the set of visited states (private to the explorer).
 *
 * States get numbers 0, 1, 2, ... in the order they are added. A state's key (the bytes by which it
 * is told from others) and its parent's number live in a chunk, which never moves. The table that
 * finds a key is cut into segments by hash; each grows on its own, so that growing never holds two
 * whole tables, and threads may fill different segments at the same time.
 *
 * Wide        a slot keeps 32 bits of the hash, from which alone its home follows, and the state's
 *             number; whole keys are compared in the chunks.
 * Narrow      keys of 8 bytes are kept in the slots of another table themselves (words.h): one look
 *             is enough. Numbers are kept beside them only when asked for.
 *
 * Spilled     the chunks lie in a file from the beginning. The table joins them when it would take
 *             more than half of the bound on memory: the rest is for batches.
 *
 * Batches     many keys are added in three steps: make_room; put, by one thread a segment, under
 *             the number that each has in the batch; settle, in the order of the final numbers. A
 *             narrow store has make_words instead of the first, and claims instead of the second.
 * Owns        everything it points to; cr__xstore_free gives it back.
 * Errors      a refused allocation or bound is a result, not an error: the store stays usable.
 */
#ifndef CLUSRACE_EXPLORE_STORE_H
#define CLUSRACE_EXPLORE_STORE_H

#include "clusrace/explore.h"
#include "spill.h"
#include "words.h"

enum { CR__XSEGMENT_BITS = 6, CR__XSEGMENTS = 1 << CR__XSEGMENT_BITS };

/* The parent of an initial state. */
#define CR__XNO_PARENT UINT32_MAX
#define CR__XNO_STATE UINT32_MAX

/* Part of the table. A slot is 0 when empty; else hash bits 0..31 << 32 | (number + 1). */
typedef struct cr__xsegment {
  uint64_t *slots;
  uint32_t cap, count;
  bool spilled; /* lies in a file */
} cr__xsegment;

/* A set in less memory (lean.h), used instead of the table. */
typedef struct cr__xlean cr__xlean;

typedef struct cr__xstore {
  size_t key_bytes;
  bool narrow, numbered;
  cr__xlean *lean;     /* NULL: the table is used */
  uint32_t forgotten;  /* states whose keys are gone (only with lean) */
  size_t parent_bytes; /* of a state; 0 with lean */
  uint64_t states_max;
  size_t memory_bytes, memory_peak_bytes, memory_max_bytes; /* max: 0 = none */
  uint32_t count;
  uint32_t chunk_shift; /* a chunk holds 1 << chunk_shift states */
  unsigned char **chunks;
  size_t chunks_count, chunks_cap;
  cr__xspill *spill;  /* where the chunks are; NULL: in memory */
  bool table_spilled; /* and the table, since it outgrew its half of memory_max_bytes */
  bool disk_full;     /* something was refused there */
  cr__xsegment segments[CR__XSEGMENTS]; /* wide */
  cr__xwords words;                     /* narrow */
} cr__xstore;

/* What a store is for. */
typedef struct cr__xstore_kind {
  size_t key_bytes;
  bool narrow;         /* key_bytes is 8 */
  bool numbered;       /* cr__xstore_find will be asked */
  bool orphaned;       /* there will be a lean set: parents are not kept */
  uint64_t states_max; /* 0 = CR_XSTATES_MAX */
  size_t memory_max_bytes;
  cr__xspill *spill; /* NULL: none. The store owns it; what is spilled is not accounted for */
} cr__xstore_kind;

/* Prepares an empty store. No allocation happens yet. */
void cr__xstore_init(cr__xstore *store, const cr__xstore_kind *kind);
void cr__xstore_free(cr__xstore *store);

/* Accounts for bytes about to be allocated, here or by the explorer; false (and nothing changes)
 * when they exceed the bound. cr__xstore_release takes them off again. */
bool cr__xstore_reserve(cr__xstore *store, size_t bytes);
void cr__xstore_release(cr__xstore *store, size_t bytes);

/* That of a narrow key is cr__xwords_mix. */
uint64_t cr__xstore_hash(const cr__xstore *store, const void *key);
/* Scales 32 bits to a slot. Growing keeps the order of homes, so it writes almost in sequence. */
static inline uint32_t cr__xstore_home(uint64_t hash, uint32_t cap) {
  return (uint32_t)(((uint64_t)(uint32_t)hash * cap) >> 32);
}
static inline unsigned cr__xstore_segment(uint64_t hash) {
  return (unsigned)(hash >> (64 - CR__XSEGMENT_BITS));
}

/* ---- looking, by any number of threads while nobody adds ------------------------------------- */

/* First the home slot is fetched. Then, that slot being at hand, guess fetches what known or
 * find_hashed will look at; known tells whether the key was added. */
static inline void cr__xstore_prefetch(const cr__xstore *store, uint64_t hash) {
  if (store->narrow) {
    if (store->words.cap != 0) cr__xwords_prefetch(&store->words, hash);
    return;
  }
  const cr__xsegment *segment = &store->segments[cr__xstore_segment(hash)];
  if (segment->cap != 0) CR__PREFETCH(&segment->slots[cr__xstore_home(hash, segment->cap)]);
}
uint32_t cr__xstore_guess(const cr__xstore *store, uint64_t hash);
bool cr__xstore_known(const cr__xstore *store, uint64_t hash, const void *key, uint32_t guess);

/* Number of a state, or CR__XNO_STATE when it was never added. The store is numbered or wide. */
uint32_t cr__xstore_find(const cr__xstore *store, const void *key);
uint32_t cr__xstore_find_hashed(const cr__xstore *store, uint64_t hash, const void *key);

/* The key of a state (not aligned), and its parent's number or CR__XNO_PARENT. */
const unsigned char *cr__xstore_key(const cr__xstore *store, uint32_t number);
/* The keys of so many states from one on, where keys are single words. */
void cr__xstore_copy_words(const cr__xstore *store, uint32_t first, uint32_t count,
                           uint64_t *words);
uint32_t cr__xstore_parent(const cr__xstore *store, uint32_t number);

/* ---- adding ---------------------------------------------------------------------------------- */

typedef enum cr__xadd {
  CR__XADD_NEW = 1,
  CR__XADD_KNOWN,
  CR__XADD_MAX_STATES, /* new, but one too many: not added */
  CR__XADD_MAX_MEMORY  /* new, but there is no room: not added */
} cr__xadd;

/* Adds one key unless it is known. */
cr__xadd cr__xstore_add(cr__xstore *store, uint64_t hash, const void *key, uint32_t parent);

/* The keys of a batch that are not settled yet, by their number in the batch. */
typedef struct cr__xpending {
  const unsigned char *(*key)(const void *arg, uint32_t number);
  const void *arg;
} cr__xpending;

#define CR__XNO_SLOT UINT32_MAX

/* Makes room for so many more keys in each segment; false when there is none. Slots do not move
 * until the next call. */
bool cr__xstore_make_room(cr__xstore *store, const uint32_t more[CR__XSEGMENTS]);
/* The same for a narrow store, for so many keys in all; a team (NULL: none) helps. Where there is
 * no memory for that many to be found quickly, the table stays as it is if it takes them at all. */
bool cr__xstore_make_words(cr__xstore *store, uint64_t keys, cr__xteam *team);
/* Puts a key under its number in the batch; the slot it takes, or CR__XNO_SLOT when it is known or
 * pending already. One thread a segment. */
uint32_t cr__xstore_put(cr__xstore *store, uint64_t hash, const void *key, uint32_t number,
                        const cr__xpending *pending);
/* Makes chunks for up to `more` states after those that there are: for how many there is room. */
uint32_t cr__xstore_make_chunks(cr__xstore *store, uint32_t more);
/* Gives a key that was put its final number, count or above. By any number of threads, for
 * different numbers; afterwards count is raised by whoever called them. */
void cr__xstore_settle(cr__xstore *store, uint64_t hash, uint32_t slot, uint32_t number,
                       const void *key, uint32_t parent);

/* Writes what is kept of a state, count or above; its chunk is there. As settle. */
void cr__xstore_write(cr__xstore *store, uint32_t number, const void *key, uint32_t parent);

/* For a store with a lean set: a key without looking, and what is never asked for again: the keys
 * of the states before first. */
void cr__xstore_keep(cr__xstore *store, uint32_t number, const void *key);
void cr__xstore_forget(cr__xstore *store, uint32_t first);

/* Gives every key another form, in the order of the numbers; key_bytes may change between narrow
 * and wide. False when there is no room: the keys have their new form, but none can be found or
 * added any more. */
typedef void cr__xrekey(void *arg, const void *old, void *key);
bool cr__xstore_rekey(cr__xstore *store, size_t key_bytes, bool narrow, cr__xrekey *rekey,
                      void *arg);

#endif

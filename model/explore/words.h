/* words.h - the table of a store whose keys are single words (private to the explorer).
 *
 * A slot holds the whole key, mixed by a function that can be turned round: one look at the table
 * is enough. There is one table, without segments or locks. While a batch is expanded, the threads
 * of a team look up its targets and claim slots for those that are new; of equal targets the one
 * that comes first in the order of the batch has the slot in the end, whichever thread came first.
 * Claims are settled, or all of them are given up, before the next batch.
 *
 * Slot     0: empty. Else the two lowest bits say what it is: 1, settled: the mixed key without its
 *          two uppermost bits; 2, claimed: 32 of those bits, and the claim's place in the batch.
 * Exact    what a slot leaves out of a mixed key follows from where the slot is: keys that differ
 *          in their two uppermost bits alone have homes a quarter of the table apart, and no key is
 *          farther than an eighth from its home.
 */
#ifndef CLUSRACE_EXPLORE_WORDS_H
#define CLUSRACE_EXPLORE_WORDS_H

#include <stdatomic.h>

#include "team.h"

#if defined(__GNUC__) || defined(__clang__)
#define CR__PREFETCH(p) __builtin_prefetch(p)
#else
#define CR__PREFETCH(p) ((void)(p))
#endif

enum {
  CR__XCLAIM_BLOCKS = 16,
  CR__XCLAIM_FIRST_BITS = 9,
  CR__XCLAIM_INDEX_BITS = 24, /* of a claim's number within its task */
  CR__XCLAIM_TASK_BITS = 6
};

/* A target that was not settled, and had no earlier claim, when it was looked up. */
typedef struct cr__xclaim {
  uint64_t key, hash, slot;
  uint32_t source, position;
} cr__xclaim;

/* The claims of one task of a batch, in its order. They never move: others read them. */
typedef struct cr__xclaims {
  cr__xclaim *block[CR__XCLAIM_BLOCKS]; /* block i holds 1 << (CR__XCLAIM_FIRST_BITS + i) */
  uint32_t count;
  _Atomic uint32_t lost; /* those that an earlier task has taken over */
} cr__xclaims;

typedef struct cr__xwords {
  _Atomic uint64_t *slots; /* NULL when cap is 0 */
  uint32_t *numbers;       /* of the states in the slots; NULL unless numbered */
  bool numbered;
  uint64_t cap, reach; /* reach: no key is so far from its home */
} cr__xwords;

#define CR__XNO_WORD UINT64_MAX

/* The finaliser of splitmix64, in which every bit moves every other. */
static inline uint64_t cr__xwords_mix(uint64_t key) {
  uint64_t x = key + 1;
  x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
  return x ^ (x >> 31);
}

/* Homes are in the order of the mixed keys, so that growing writes almost in sequence. */
static inline uint64_t cr__xwords_home(const cr__xwords *words, uint64_t hash) {
  return (hash >> 34) * words->cap >> 30;
}

static inline uint64_t cr__xwords_next(const cr__xwords *words, uint64_t at) {
  return at + 1 == words->cap ? 0 : at + 1;
}

static inline uint64_t cr__xwords_settled(uint64_t hash) { return hash << 2 | 1; }

static inline void cr__xwords_prefetch(const cr__xwords *words, uint64_t hash) {
  CR__PREFETCH((const void *)&words->slots[cr__xwords_home(words, hash)]);
}

/* ---- making room, by one thread --------------------------------------------------------------
 */

void cr__xwords_free(cr__xwords *words);
size_t cr__xwords_bytes(const cr__xwords *words);
/* How many slots a table should have for so many keys: at least as many as there are now. */
uint64_t cr__xwords_cap_for(const cr__xwords *words, uint64_t keys);
/* How many keys, claimed ones included, it takes at most. */
static inline uint64_t cr__xwords_limit(const cr__xwords *words) { return words->cap / 20 * 17; }
/* A table of so many slots takes the place of this one; false when the system refuses the memory.
 * The team (NULL: none) helps. There are no claims. */
bool cr__xwords_grow(cr__xwords *words, uint64_t cap, cr__xteam *team);

/* ---- looking and adding ----------------------------------------------------------------------
 */

/* The slot of a settled key, or CR__XNO_WORD. By any number of threads, while others claim. */
uint64_t cr__xwords_find(const cr__xwords *words, uint64_t hash);
/* Puts a key that is not there, settled: its slot, or CR__XNO_WORD when the table must grow. By one
 * thread. */
uint64_t cr__xwords_put(cr__xwords *words, uint64_t hash);

/* Goes on with a claim from the slot `at`, so many steps from home. False when there is no room. */
bool cr__xwords_claim_slot(cr__xwords *words, cr__xclaims *tasks, unsigned task,
                           const cr__xclaim *claim, uint64_t at, uint64_t steps, uint32_t *fresh);

/* Claims a slot for a key unless it is settled or an earlier claim has it (slot need not be set).
 * One thread a task; *fresh is raised when the key is new to the table. False when there is no room
 * for it, or for the claim. */
static inline bool cr__xwords_claim(cr__xwords *words, cr__xclaims *tasks, unsigned task,
                                    const cr__xclaim *claim, uint32_t *fresh) {
  uint64_t settled = cr__xwords_settled(claim->hash), at = cr__xwords_home(words, claim->hash);
  for (uint64_t steps = 0; steps < words->reach; steps++, at = cr__xwords_next(words, at)) {
    uint64_t slot = atomic_load_explicit(&words->slots[at], memory_order_relaxed);
    if (slot == settled) return true;
    if (slot == 0 || ((slot & 2) != 0 && (slot ^ settled) >> 32 == 0))
      return cr__xwords_claim_slot(words, tasks, task, claim, at, steps, fresh);
  }
  return false;
}

/* The claim with a number below tasks[task].count. */
static inline cr__xclaim *cr__xclaim_at(const cr__xclaims *claims, uint32_t number) {
  uint32_t rank = (number >> CR__XCLAIM_FIRST_BITS) + 1;
#if defined(__GNUC__) || defined(__clang__)
  unsigned block = 31 - (unsigned)__builtin_clz(rank);
#else
  unsigned block = 0;
  while (rank >> (block + 1) != 0) block++;
#endif
  uint32_t first = ((UINT32_C(1) << block) - 1) << CR__XCLAIM_FIRST_BITS;
  return claims->block[block] + (number - first);
}

/* What is in the slot of a claim that has it. */
static inline uint64_t cr__xclaimed(uint64_t hash, unsigned task, uint32_t number) {
  uint64_t settled = cr__xwords_settled(hash);
  return (settled >> 32 << 32) | (uint64_t)task << (CR__XCLAIM_INDEX_BITS + 2) |
         (uint64_t)number << 2 | 2;
}

/* Gives all claims of a task up. */
void cr__xwords_unclaim(cr__xwords *words, const cr__xclaims *claims);

void cr__xclaims_free(cr__xclaims *claims);

#endif

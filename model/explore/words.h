/* words.h - the table of a store whose keys are single words (private to the explorer).
 *
 * A slot holds the whole key, mixed by a function that can be turned round: one look at the table
 * is enough. There is one table, without segments or locks. While a batch is expanded, the threads
 * of a team look up its targets and claim slots for those that are new; of equal targets the one
 * that comes first in the order of the batch has the slot in the end, whichever thread came first.
 * Claims are settled, or all of them are given up, before the next batch.
 *
 * Line     slots are filled line by line of the cache: a key is in its home line, or in one that
 * comes after it, all lines before that being full. Slot     0: empty. Else the two lowest bits say
 * what it is: 1, settled: the mixed key without its two uppermost bits; 2, claimed: 32 of those
 * bits, and the claim's place in the batch. Exact    what a slot leaves out of a mixed key follows
 * from where the slot is: keys that differ in their two uppermost bits alone have homes a quarter
 * of the table apart, and no key is farther than an eighth from its home.
 */
#ifndef CLUSRACE_EXPLORE_WORDS_H
#define CLUSRACE_EXPLORE_WORDS_H

#include <stdatomic.h>

#include "spill.h"
#include "team.h"

#if defined(__GNUC__) || defined(__clang__)
#define CR__PREFETCH(p) __builtin_prefetch(p)
#define CR__PREFETCH_TO_WRITE(p) __builtin_prefetch(p, 1)
#else
#define CR__PREFETCH(p) ((void)(p))
#define CR__PREFETCH_TO_WRITE(p) ((void)(p))
#endif

enum {
  CR__XCLAIM_BLOCKS = 16,
  CR__XCLAIM_FIRST_BITS = 9,
  CR__XCLAIM_INDEX_BITS = 24, /* of a claim's number within its task */
  CR__XCLAIM_TASK_BITS = 6,
  CR__XWORDS_LINE = 8 /* slots */
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
  char apart[128];       /* the next ones are another thread's */
} cr__xclaims;

typedef struct cr__xwords {
  _Atomic uint64_t *slots; /* NULL when cap is 0 */
  uint32_t *numbers;       /* of the states in the slots; NULL unless numbered */
  bool numbered;
  bool spilled;          /* both lie in files */
  uint64_t cap;          /* a multiple of four lines, so that a quarter is whole lines */
  uint64_t lines, reach; /* reach: no key is so many lines after its home */
} cr__xwords;

#define CR__XNO_WORD UINT64_MAX

/* The finaliser of splitmix64, in which every bit moves every other. */
static inline uint64_t cr__xwords_mix(uint64_t key) {
  uint64_t x = key + 1;
  x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
  return x ^ (x >> 31);
}

/* The home line. Homes are in the order of the mixed keys, so that growing writes almost in
 * sequence. */
static inline uint64_t cr__xwords_home(const cr__xwords *words, uint64_t hash) {
  return (hash >> 34) * words->lines >> 30;
}

static inline _Atomic uint64_t *cr__xwords_line(const cr__xwords *words, uint64_t line) {
  return words->slots + line * CR__XWORDS_LINE;
}

static inline uint64_t cr__xwords_next(const cr__xwords *words, uint64_t line) {
  return line + 1 == words->lines ? 0 : line + 1;
}

static inline uint64_t cr__xwords_settled(uint64_t hash) { return hash << 2 | 1; }

static inline void cr__xwords_prefetch(const cr__xwords *words, uint64_t hash) {
  CR__PREFETCH((const void *)cr__xwords_line(words, cr__xwords_home(words, hash)));
}

/* ---- making room, by one thread --------------------------------------------------------------
 */

void cr__xwords_free(cr__xwords *words);
/* Of memory that it takes; that a table of so many slots would take. */
size_t cr__xwords_bytes(const cr__xwords *words);
size_t cr__xwords_bytes_for(const cr__xwords *words, uint64_t cap);
/* How many slots a table should have for so many keys: at least as many as there are now. scarce:
 * memory is, so that it grows by little. */
uint64_t cr__xwords_cap_for(const cr__xwords *words, uint64_t keys, bool scarce);
/* How many keys, claimed ones included, it takes at most. */
static inline uint64_t cr__xwords_limit(const cr__xwords *words) { return words->cap / 20 * 17; }
/* A table of so many slots takes the place of this one, in files when spill is not NULL; false when
 * the system refuses the memory, or the disk is full. The team (NULL: none) helps. There are no
 * claims. */
bool cr__xwords_grow(cr__xwords *words, uint64_t cap, cr__xspill *spill, cr__xteam *team);

/* ---- looking and adding ----------------------------------------------------------------------
 */

/* The slot of a settled key, or CR__XNO_WORD. By any number of threads, while others claim. */
uint64_t cr__xwords_find(const cr__xwords *words, uint64_t hash);
/* Puts a key that is not there, settled: its slot, or CR__XNO_WORD when the table must grow. By one
 * thread. */
uint64_t cr__xwords_put(cr__xwords *words, uint64_t hash);

/* Is the key settled, in its home line? Mostly, when it is at all; nothing to be guessed wrong. */
static inline bool cr__xwords_at_home(const cr__xwords *words, uint64_t hash) {
  const _Atomic uint64_t *line = cr__xwords_line(words, cr__xwords_home(words, hash));
  uint64_t settled = cr__xwords_settled(hash);
  unsigned found = 0;
  for (unsigned i = 0; i < CR__XWORDS_LINE; i++)
    found |= atomic_load_explicit(&line[i], memory_order_relaxed) == settled;
  return found != 0;
}

/* Fetches what comes after the home line, if that is full. */
static inline void cr__xwords_prefetch_overflow(const cr__xwords *words, uint64_t hash) {
  uint64_t line = cr__xwords_home(words, hash);
  if (atomic_load_explicit(&cr__xwords_line(words, line)[CR__XWORDS_LINE - 1],
                           memory_order_relaxed) != 0)
    CR__PREFETCH((const void *)cr__xwords_line(words, cr__xwords_next(words, line)));
}

/* Claims a slot for a key unless it is settled or an earlier claim has it (slot need not be set).
 * One thread a task; *fresh is raised when the key is new to the table. False when there is no room
 * for it, or for the claim. */
bool cr__xwords_claim(cr__xwords *words, cr__xclaims *tasks, unsigned task, const cr__xclaim *claim,
                      uint32_t *fresh);

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

/* memo.h - what a transition group does, by the components that it depends on (private to the
 * explorer). One a group, for all workers.
 *
 * What a worker has found out, the others need not. Nothing is locked: a slot is reserved, filled,
 * and then shown. When two workers are in each other's way, something may be forgotten, or be there
 * twice, which costs time only. What is remembered lies in the pool of the worker that added it. It
 * does not move, and a table that was outgrown stays as well, until one thread is alone.
 *
 * A transition is kept as the bits that its target has in place of the group's components, one or
 * more words, followed by label << 32 | violation.
 */
#ifndef CLUSRACE_EXPLORE_MEMO_H
#define CLUSRACE_EXPLORE_MEMO_H

#include <stdatomic.h>

#include "clusrace/explore.h"
#include "words.h"

/* Where one worker writes down what is remembered. */
typedef struct cr__xpool {
  struct cr__xpool_chunk *last;
  size_t used, cap, bytes; /* words of the last chunk; bytes of all */
} cr__xpool;

/* A slot is words + 1 each: what is remembered, 0 = empty, CR__XMEMO_RESERVED = not yet; the key.
 */
enum { CR__XMEMO_RESERVED = 1, CR__XMEMO_READY = 2, CR__XMEMO_WORDS_MAX = 4 };
typedef struct cr__xmemo_table {
  struct cr__xmemo_table *outgrown;
  uint32_t mask; /* a power of two of slots, less one */
  _Atomic uint32_t count;
  _Atomic uint64_t slots[];
} cr__xmemo_table;

typedef struct cr__xmemo {
  _Atomic(cr__xmemo_table *) table;
  unsigned words; /* of a key */
  atomic_bool growing;
} cr__xmemo;

/* keys: how many are expected. */
void cr__xmemo_init(cr__xmemo *memo, unsigned words, uint32_t keys);
void cr__xmemo_free(cr__xmemo *memo);

/* For one thread alone, as are the two before: the bytes of a memo, after tables that were outgrown
 * were freed; forgetting everything that a memo, or the memos that added to a pool, hold. */
size_t cr__xmemo_bytes(cr__xmemo *memo);
uint32_t cr__xmemo_count(const cr__xmemo *memo);
void cr__xmemo_clear(cr__xmemo *memo, unsigned words);
void cr__xpool_clear(cr__xpool *pool);

/* The place of a key: its upper bits, too, have to reach the lower ones of the hash. */
static inline uint64_t cr__xmemo_hash(const uint64_t *key, unsigned words) {
  uint64_t hash = key[0] * UINT64_C(0x9E3779B97F4A7C15);
  for (unsigned i = 1; i < words; i++)
    hash = ((hash >> 29) ^ hash ^ key[i]) * UINT64_C(0x9E3779B97F4A7C15);
  hash = (hash ^ hash >> 32) * UINT64_C(0xD6E8FEB86659FD93);
  return hash >> 32 ^ hash;
}

static inline cr__xmemo_table *cr__xmemo_table_of(const cr__xmemo *memo) {
  return atomic_load_explicit(&memo->table, memory_order_acquire);
}

/* What is in a slot; the key behind it may be read when that is CR__XMEMO_READY or more. */
static inline uint64_t cr__xmemo_value(const _Atomic uint64_t *slot) {
  return atomic_load_explicit(slot, memory_order_acquire);
}

static inline uint64_t cr__xmemo_key(const _Atomic uint64_t *slot, unsigned word) {
  return atomic_load_explicit(slot + 1 + word, memory_order_relaxed);
}

static inline bool cr__xmemo_has(const _Atomic uint64_t *slot, unsigned words,
                                 const uint64_t *key) {
  unsigned same = 0;
  while (same < words && cr__xmemo_key(slot, same) == key[same]) same++;
  return same == words;
}

/* What is remembered for a key (already reduced to what the memo is for), or 0. */
static inline uint64_t cr__xmemo_look(const cr__xmemo *memo, const uint64_t *key, uint64_t hash) {
  const cr__xmemo_table *table = cr__xmemo_table_of(memo);
  for (uint32_t i = (uint32_t)hash & table->mask;; i = (i + 1) & table->mask) {
    const _Atomic uint64_t *slot = table->slots + (size_t)i * (memo->words + 1u);
    uint64_t value = cr__xmemo_value(slot);
    if (value < CR__XMEMO_READY) return 0;
    if (cr__xmemo_has(slot, memo->words, key)) return value;
  }
}

/* cr__xmemo_look for keys of one word. */
static inline uint64_t cr__xmemo_look_narrow(const cr__xmemo *memo, uint64_t key) {
  const cr__xmemo_table *table = cr__xmemo_table_of(memo);
  for (uint32_t i = (uint32_t)cr__xmemo_hash(&key, 1) & table->mask;; i = (i + 1) & table->mask) {
    const _Atomic uint64_t *slot = table->slots + (size_t)i * 2;
    uint64_t value = cr__xmemo_value(slot);
    if (value < CR__XMEMO_READY) return 0;
    if (cr__xmemo_key(slot, 0) == key) return value;
  }
}

/* Transitions, and how many, by what a memo has of them (not 0); NULL for 0. */
static inline const uint64_t *cr__xmemo_transitions(uint64_t value, uint32_t *count) {
  if (value == 0) return NULL;
  const uint64_t *at = (const uint64_t *)(uintptr_t)value;
  *count = (uint32_t)at[0];
  return at + 1;
}

/* Bits, by what a memo has of them (not 0). */
static inline uint64_t cr__xmemo_bits(uint64_t value) { return value >> 2; }

/* What is remembered for a key of one word is fetched in two steps: its slot, and when that is at
 * hand, what the slot names. */
static inline const _Atomic uint64_t *cr__xmemo_home(const cr__xmemo *memo, uint64_t key) {
  const cr__xmemo_table *table = cr__xmemo_table_of(memo);
  return table->slots + ((uint32_t)cr__xmemo_hash(&key, 1) & table->mask) * (size_t)2;
}
static inline void cr__xmemo_fetch(const cr__xmemo *memo, uint64_t key) {
  CR__PREFETCH((const void *)cr__xmemo_home(memo, key));
}
static inline void cr__xmemo_fetch_named(const cr__xmemo *memo, uint64_t key) {
  const _Atomic uint64_t *slot = cr__xmemo_home(memo, key);
  uint64_t value = cr__xmemo_value(slot);
  if (value >= CR__XMEMO_READY && cr__xmemo_key(slot, 0) == key)
    CR__PREFETCH((const void *)(uintptr_t)value);
}

/* Remembers count transitions of (words + 1) each for a key, unless another worker was faster.
 * Returns where they are now. */
const uint64_t *cr__xmemo_add(cr__xmemo *memo, cr__xpool *pool, const uint64_t *key, uint64_t hash,
                              const uint64_t *transitions, uint32_t count);
/* Remembers bits, of 62. */
void cr__xmemo_add_bits(cr__xmemo *memo, const uint64_t *key, uint64_t hash, uint64_t bits);

#endif

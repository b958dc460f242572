/* memo.h - what a transition group does, by the components that it depends on (private to the
 * explorer). One a group and worker: nothing is shared.
 *
 * A transition is kept as the bits that its target has in place of the group's components, one or
 * more words, followed by label << 32 | violation.
 */
#ifndef CLUSRACE_EXPLORE_MEMO_H
#define CLUSRACE_EXPLORE_MEMO_H

#include "clusrace/explore.h"
#include "words.h"

typedef struct cr__xmemo {
  unsigned words;      /* of a key */
  uint64_t *slots;     /* words + 1 each: the key, then first << 32 | (count + 1); 0 = empty */
  uint32_t cap, count; /* cap is 0 or a power of two */
  uint64_t *pool;      /* of transitions */
  size_t pool_count, pool_cap;
} cr__xmemo;

static inline size_t cr__xmemo_bytes(const cr__xmemo *memo) {
  return (memo->cap * (size_t)(memo->words + 1) + memo->pool_cap) * sizeof(uint64_t);
}

/* The place of a key: one for which one word is enough takes little. */
static inline uint64_t cr__xmemo_hash(const uint64_t *key, unsigned words) {
  uint64_t hash = key[0] * UINT64_C(0x9E3779B97F4A7C15);
  for (unsigned i = 1; i < words; i++)
    hash = ((hash >> 29) ^ hash ^ key[i]) * UINT64_C(0x9E3779B97F4A7C15);
  return hash >> 32 ^ hash;
}

/* Forgets everything. */
void cr__xmemo_clear(cr__xmemo *memo, unsigned words);

/* The slot of the key, or the empty one where it belongs. cap is not 0. */
static inline uint64_t *cr__xmemo_slot(const cr__xmemo *memo, const uint64_t *key, uint64_t hash) {
  size_t stride = memo->words + 1u;
  for (uint32_t i = (uint32_t)hash & (memo->cap - 1);; i = (i + 1) & (memo->cap - 1)) {
    uint64_t *slot = memo->slots + i * stride;
    if (slot[memo->words] == 0) return slot;
    uint64_t differ = slot[0] ^ key[0];
    for (unsigned k = 1; k < memo->words; k++) differ |= slot[k] ^ key[k];
    if (differ == 0) return slot;
  }
}

/* The transitions remembered for a key (already reduced to the group's components), and how many
 * there are; NULL when it is not known. */
static inline const uint64_t *cr__xmemo_find(const cr__xmemo *memo, const uint64_t *key,
                                             uint64_t hash, uint32_t *count) {
  if (memo->cap == 0) return NULL;
  uint64_t value = cr__xmemo_slot(memo, key, hash)[memo->words];
  if (value == 0) return NULL;
  *count = (uint32_t)value - 1;
  return memo->pool + (size_t)(value >> 32) * (memo->words + 1u);
}

/* cr__xmemo_find for keys of one word. */
static inline const uint64_t *cr__xmemo_find_narrow(const cr__xmemo *memo, uint64_t key,
                                                    uint32_t *count) {
  if (memo->cap == 0) return NULL;
  uint32_t mask = memo->cap - 1;
  for (uint32_t i = (uint32_t)cr__xmemo_hash(&key, 1) & mask;; i = (i + 1) & mask) {
    const uint64_t *slot = memo->slots + (size_t)i * 2;
    if (slot[1] == 0) return NULL;
    if (slot[0] != key) continue;
    *count = (uint32_t)slot[1] - 1;
    return memo->pool + (size_t)(slot[1] >> 32) * 2;
  }
}

/* What is remembered for a key of one word is fetched in two steps: its slot, and when that is at
 * hand, what the slot names. */
static inline void cr__xmemo_fetch(const cr__xmemo *memo, uint64_t key) {
  if (memo->cap != 0)
    CR__PREFETCH(&memo->slots[((uint32_t)cr__xmemo_hash(&key, 1) & (memo->cap - 1)) * (size_t)2]);
}
static inline const uint64_t *cr__xmemo_fetch_named(const cr__xmemo *memo, uint64_t key) {
  if (memo->cap == 0) return NULL;
  const uint64_t *slot =
      &memo->slots[((uint32_t)cr__xmemo_hash(&key, 1) & (memo->cap - 1)) * (size_t)2];
  if (slot[0] != key || slot[1] == 0) return NULL;
  const uint64_t *named = memo->pool + (size_t)(slot[1] >> 32) * 2;
  CR__PREFETCH(named);
  return named;
}

/* Remembers count transitions of (words + 1) each for a key that is not known. Returns where they
 * are now; they stay there until the next call. */
const uint64_t *cr__xmemo_add(cr__xmemo *memo, const uint64_t *key, uint64_t hash,
                              const uint64_t *transitions, uint32_t count);

#endif

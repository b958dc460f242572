/* memo.h - what a transition group does, by the components that it depends on (private to the
 * explorer). One a group and worker: nothing is shared.
 *
 * A transition is kept as the bits that its target has in place of the group's components, one or
 * more words, followed by label << 32 | violation.
 */
#ifndef CLUSRACE_EXPLORE_MEMO_H
#define CLUSRACE_EXPLORE_MEMO_H

#include "clusrace/explore.h"

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

uint64_t cr__xmemo_hash(const uint64_t *key, unsigned words);

void cr__xmemo_clear(cr__xmemo *memo, unsigned words);

/* The transitions remembered for a key (already reduced to the group's components), and how many
 * there are; NULL when it is not known. */
const uint64_t *cr__xmemo_find(const cr__xmemo *memo, const uint64_t *key, uint64_t hash,
                               uint32_t *count);
/* Remembers count transitions of (words + 1) each for a key that is not known. Returns where they
 * are now; they stay there until the next call. */
const uint64_t *cr__xmemo_add(cr__xmemo *memo, const uint64_t *key, uint64_t hash,
                              const uint64_t *transitions, uint32_t count);

#endif

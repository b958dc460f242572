/* memo.c - see memo.h. */
#include "memo.h"

#include <stdlib.h>
#include <string.h>

enum { CAP_FIRST = 256 };

void cr__xmemo_clear(cr__xmemo *memo, unsigned words) {
  free(memo->slots);
  free(memo->pool);
  *memo = (cr__xmemo){.words = words};
}

static void grow(cr__xmemo *memo) {
  cr__xmemo old = *memo;
  size_t stride = memo->words + 1u;
  memo->cap = old.cap == 0 ? CAP_FIRST : old.cap * 2;
  memo->slots = cr_alloc(memo->cap * stride * sizeof *memo->slots);
  for (uint32_t i = 0; i < old.cap; i++) {
    const uint64_t *slot = old.slots + i * stride;
    if (slot[memo->words] == 0) continue;
    memcpy(cr__xmemo_slot(memo, slot, cr__xmemo_hash(slot, memo->words)), slot,
           stride * sizeof *slot);
  }
  free(old.slots);
}

const uint64_t *cr__xmemo_add(cr__xmemo *memo, const uint64_t *key, uint64_t hash,
                              const uint64_t *transitions, uint32_t count) {
  size_t stride = memo->words + 1u, wanted = memo->pool_count + count * stride;
  if ((memo->count + 1) * (uint64_t)2 > memo->cap) grow(memo);
  if (wanted > memo->pool_cap || memo->pool == NULL) {
    while (memo->pool_cap < wanted || memo->pool_cap == 0)
      memo->pool_cap = memo->pool_cap == 0 ? 1024 : memo->pool_cap * 2;
    memo->pool = cr_realloc(memo->pool, memo->pool_cap * sizeof *memo->pool);
  }
  uint64_t *slot = cr__xmemo_slot(memo, key, hash), first = memo->pool_count / stride;
  memcpy(slot, key, memo->words * sizeof *slot);
  slot[memo->words] = first << 32 | (count + UINT64_C(1));
  if (count > 0)
    memcpy(memo->pool + memo->pool_count, transitions, count * stride * sizeof *transitions);
  memo->pool_count = wanted;
  memo->count++;
  return memo->pool + first * stride;
}

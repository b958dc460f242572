/* memo.c - see memo.h. */
#include "memo.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_FIRST = 16, SLOTS_MANY = 4096, CHUNK_FIRST = 1 << 9, CHUNK_MAX = 1 << 17 };

/* ---- pools ----------------------------------------------------------------------------------- */

typedef struct cr__xpool_chunk {
  struct cr__xpool_chunk *before;
  uint64_t words[];
} chunk;

void cr__xpool_clear(cr__xpool *pool) {
  while (pool->last != NULL) {
    chunk *last = pool->last;
    pool->last = last->before;
    free(last);
  }
  *pool = (cr__xpool){0};
}

static uint64_t *pool_add(cr__xpool *pool, size_t words) {
  if (pool->cap - pool->used < words) {
    size_t cap = pool->cap == 0 ? CHUNK_FIRST : pool->cap * 2;
    if (cap > CHUNK_MAX) cap = CHUNK_MAX;
    if (cap < words) cap = words;
    chunk *new = cr_realloc(NULL, sizeof *new + cap * sizeof *new->words);
    new->before = pool->last;
    pool->last = new;
    pool->bytes += sizeof *new + cap * sizeof *new->words;
    pool->used = 0;
    pool->cap = cap;
  }
  uint64_t *at = pool->last->words + pool->used;
  pool->used += words;
  return at;
}

/* ---- tables ---------------------------------------------------------------------------------- */

static size_t table_bytes(uint32_t slots, unsigned words) {
  return sizeof(cr__xmemo_table) + (size_t)slots * (words + 1u) * sizeof(uint64_t);
}

static cr__xmemo_table *table_new(uint32_t slots, unsigned words) {
  cr__xmemo_table *table = cr_alloc(table_bytes(slots, words));
  table->mask = slots - 1;
  return table;
}

static void tables_free(cr__xmemo_table *table) {
  while (table != NULL) {
    cr__xmemo_table *next = table->outgrown;
    free(table);
    table = next;
  }
}

void cr__xmemo_init(cr__xmemo *memo, unsigned words, uint32_t keys) {
  uint32_t slots = SLOTS_FIRST;
  while ((keys + 1) * (uint64_t)2 > slots) slots *= 2;
  *memo = (cr__xmemo){.words = words, .lock = cr__xlock_new()};
  atomic_init(&memo->table, table_new(slots, words));
}

void cr__xmemo_free(cr__xmemo *memo) {
  tables_free(cr__xmemo_table_of(memo));
  cr__xlock_free(memo->lock);
}

size_t cr__xmemo_bytes(cr__xmemo *memo) {
  cr__xmemo_table *table = cr__xmemo_table_of(memo);
  tables_free(table->outgrown);
  table->outgrown = NULL;
  return table_bytes(table->mask + 1, memo->words);
}

void cr__xmemo_clear(cr__xmemo *memo, unsigned words) {
  tables_free(cr__xmemo_table_of(memo));
  memo->words = words;
  memo->count = 0;
  atomic_store(&memo->table, table_new(SLOTS_FIRST, words));
}

/* The value last: who sees it may read the key. */
static void fill(_Atomic uint64_t *slot, unsigned words, const uint64_t *key, uint64_t value) {
  for (unsigned i = 0; i < words; i++)
    atomic_store_explicit(slot + 1 + i, key[i], memory_order_relaxed);
  atomic_store_explicit(slot, value, memory_order_release);
}

static cr__xmemo_table *grow(cr__xmemo *memo, cr__xmemo_table *old) {
  uint32_t slots = (old->mask + 1) * (old->mask < SLOTS_MANY ? 4 : 2);
  cr__xmemo_table *new = table_new(slots, memo->words);
  for (size_t i = 0; i <= old->mask; i++) {
    const _Atomic uint64_t *slot = old->slots + i * (memo->words + 1u);
    uint64_t value = cr__xmemo_value(slot), key[8] = {0};
    if (value == 0) continue;
    for (unsigned k = 0; k < memo->words; k++) key[k] = cr__xmemo_key(slot, k);
    fill(cr__xmemo_slot(new, memo->words, key, cr__xmemo_hash(key, memo->words)), memo->words, key,
         value);
  }
  new->outgrown = old;
  atomic_store_explicit(&memo->table, new, memory_order_release);
  return new;
}

/* What is remembered for the key from now on: the value, if it is the first. */
static uint64_t put(cr__xmemo *memo, const uint64_t *key, uint64_t hash, uint64_t value) {
  cr__xlock_take(memo->lock);
  cr__xmemo_table *table = cr__xmemo_table_of(memo);
  if ((memo->count + 1) * (uint64_t)2 > table->mask + UINT64_C(1)) table = grow(memo, table);
  _Atomic uint64_t *slot = cr__xmemo_slot(table, memo->words, key, hash);
  uint64_t first = cr__xmemo_value(slot);
  if (first == 0) {
    fill(slot, memo->words, key, value);
    memo->count++;
    first = value;
  }
  cr__xlock_give(memo->lock);
  return first;
}

const uint64_t *cr__xmemo_add(cr__xmemo *memo, cr__xpool *pool, const uint64_t *key, uint64_t hash,
                              const uint64_t *transitions, uint32_t count) {
  size_t words = count * (memo->words + (size_t)1);
  uint64_t *own = pool_add(pool, 1 + words);
  own[0] = count;
  if (count > 0) memcpy(own + 1, transitions, words * sizeof *own);
  const uint64_t *first = (const uint64_t *)(uintptr_t)put(memo, key, hash, (uintptr_t)own);
  if (first != own) pool->used -= 1 + words;
  return first + 1;
}

void cr__xmemo_add_bits(cr__xmemo *memo, const uint64_t *key, uint64_t hash, uint64_t bits) {
  CR_ASSERT(bits >> 63 == 0);
  (void)put(memo, key, hash, bits << 1 | 1);
}

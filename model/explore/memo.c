/* memo.c - see memo.h. */
#include "memo.h"

#include <stdlib.h>
#include <string.h>

#include "pages.h"

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
    cr__xpages_ready(new, sizeof *new + cap * sizeof *new->words);
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
  cr__xpages_ready(table, table_bytes(slots, words));
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
  while (keys >= slots / 2) slots *= 2;
  *memo = (cr__xmemo){.words = words};
  atomic_init(&memo->table, table_new(slots, words));
}

void cr__xmemo_free(cr__xmemo *memo) { tables_free(cr__xmemo_table_of(memo)); }

size_t cr__xmemo_bytes(cr__xmemo *memo) {
  cr__xmemo_table *table = cr__xmemo_table_of(memo);
  tables_free(table->outgrown);
  table->outgrown = NULL;
  return table_bytes(table->mask + 1, memo->words);
}

uint32_t cr__xmemo_count(const cr__xmemo *memo) {
  return atomic_load_explicit(&cr__xmemo_table_of(memo)->count, memory_order_relaxed);
}

void cr__xmemo_clear(cr__xmemo *memo, unsigned words) {
  cr__xmemo_free(memo);
  cr__xmemo_init(memo, words, 0);
}

/* Reserves an empty slot, fills it, and shows it. False: another one was faster. */
static bool fill(_Atomic uint64_t *slot, unsigned words, const uint64_t *key, uint64_t value) {
  uint64_t empty = 0;
  if (!atomic_compare_exchange_strong_explicit(slot, &empty, CR__XMEMO_RESERVED,
                                               memory_order_relaxed, memory_order_relaxed))
    return false;
  for (unsigned i = 0; i < words; i++)
    atomic_store_explicit(slot + 1 + i, key[i], memory_order_relaxed);
  atomic_store_explicit(slot, value, memory_order_release);
  return true;
}

/* What is remembered for the key from now on: the value, if it is the first, or if the table has no
 * room, which always leaves it some empty slots. */
static uint64_t table_put(cr__xmemo_table *table, unsigned words, const uint64_t *key,
                          uint64_t hash, uint64_t value) {
  uint32_t room = table->mask - table->mask / 8, first = (uint32_t)hash & table->mask;
  uint32_t before = atomic_fetch_add_explicit(&table->count, 1, memory_order_relaxed);
  for (uint32_t i = first; before < room; i = (i + 1) & table->mask) {
    _Atomic uint64_t *slot = table->slots + (size_t)i * (words + 1u);
    if (cr__xmemo_value(slot) == 0 && fill(slot, words, key, value)) return value;
    uint64_t other = cr__xmemo_value(slot);
    if (other < CR__XMEMO_READY || !cr__xmemo_has(slot, words, key)) continue;
    value = other;
    break;
  }
  atomic_fetch_sub_explicit(&table->count, 1, memory_order_relaxed);
  return value;
}

/* By the first to see that it is due; the others go on with what there is. What they add meanwhile
 * may be forgotten. */
static cr__xmemo_table *grow(cr__xmemo *memo, cr__xmemo_table *old) {
  if (atomic_exchange(&memo->growing, true)) return old;
  if (cr__xmemo_table_of(memo) == old) {
    uint32_t slots = (old->mask + 1) * (old->mask < SLOTS_MANY ? 4 : 2);
    cr__xmemo_table *new = table_new(slots, memo->words);
    for (size_t i = 0; i <= old->mask; i++) {
      const _Atomic uint64_t *slot = old->slots + i * (memo->words + 1u);
      uint64_t value = cr__xmemo_value(slot), key[CR__XMEMO_WORDS_MAX] = {0};
      if (value < CR__XMEMO_READY) continue;
      for (unsigned k = 0; k < memo->words; k++) key[k] = cr__xmemo_key(slot, k);
      (void)table_put(new, memo->words, key, cr__xmemo_hash(key, memo->words), value);
    }
    new->outgrown = old;
    atomic_store_explicit(&memo->table, new, memory_order_release);
  }
  atomic_store(&memo->growing, false);
  return cr__xmemo_table_of(memo);
}

static uint64_t put(cr__xmemo *memo, const uint64_t *key, uint64_t hash, uint64_t value) {
  cr__xmemo_table *table = cr__xmemo_table_of(memo);
  if (atomic_load_explicit(&table->count, memory_order_relaxed) > table->mask / 2)
    table = grow(memo, table);
  return table_put(table, memo->words, key, hash, value);
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
  CR_ASSERT(bits >> 62 == 0);
  (void)put(memo, key, hash, bits << 2 | 3);
}

/* blocks_table.c - see blocks_table.h. */
#include "blocks_table.h"

#include <stdlib.h>
#include <string.h>

enum { CAP_FIRST = 64, AHEAD = 16, AHEAD_NEAR = 6 };

void cr__xblocks_table_init(cr__xblocks_table *table, unsigned words, size_t bytes_max) {
  CR_ASSERT(words >= 1 && words <= CR__XBLOCK_WORDS_MAX);
  memset(table, 0, sizeof *table);
  table->words = words;
  table->bytes_max = bytes_max;
}

static void segment_free(cr__xblock_segment *s) {
  for (size_t i = 0; i < s->chunks_count; i++) free(s->chunks[i]);
  free(s->chunks);
  free(s->slots);
  free(s->active[0].numbers);
  free(s->active[1].numbers);
  memset(s, 0, sizeof *s);
}

void cr__xblocks_table_free(cr__xblocks_table *table) {
  for (unsigned i = 0; i < CR__XSEGMENTS; i++) segment_free(&table->segment[i]);
  atomic_store(&table->bytes, 0);
}

/* ---- memory ---------------------------------------------------------------------------------- */

static bool reserve(cr__xblocks_table *table, size_t bytes) {
  size_t before = atomic_fetch_add(&table->bytes, bytes);
  if (table->bytes_max == 0 || before + bytes <= table->bytes_max) return true;
  atomic_fetch_sub(&table->bytes, bytes);
  return false;
}

static void *allocate(cr__xblocks_table *table, size_t bytes) {
  if (!reserve(table, bytes)) return NULL;
  void *new = calloc(1, bytes);
  if (new == NULL) atomic_fetch_sub(&table->bytes, bytes);
  return new;
}

/* Makes an array larger; what it had is copied. */
static bool enlarge(cr__xblocks_table *table, void **array, size_t old_bytes, size_t new_bytes) {
  if (!reserve(table, new_bytes)) return false;
  void *new = realloc(*array, new_bytes);
  atomic_fetch_sub(&table->bytes, new == NULL ? new_bytes : old_bytes);
  if (new == NULL) return false;
  *array = new;
  return true;
}

static size_t chunk_bytes(const cr__xblocks_table *table) {
  return (cr__xblock_stride(table) << CR__XBLOCK_CHUNK_SHIFT) * sizeof(uint64_t);
}

static size_t segment_bytes(const cr__xblocks_table *table, const cr__xblock_segment *s) {
  return s->chunks_count * chunk_bytes(table) + s->chunks_cap * sizeof *s->chunks +
         s->cap * sizeof *s->slots +
         (s->active[0].cap + (size_t)s->active[1].cap) * sizeof *s->active[0].numbers;
}

bool cr__xblocks_activate(cr__xblocks_table *table, unsigned segment, unsigned parity,
                          uint32_t number) {
  cr__xblock_list *list = &table->segment[segment].active[parity];
  if (list->count == list->cap) {
    uint32_t cap = list->cap == 0 ? CAP_FIRST : list->cap * 2;
    void *array = list->numbers;
    if (!enlarge(table, &array, list->cap * sizeof *list->numbers, cap * sizeof *list->numbers))
      return false;
    list->numbers = array;
    list->cap = cap;
  }
  list->numbers[list->count++] = number;
  return true;
}

/* ---- finding --------------------------------------------------------------------------------- */

/* Where a hash may be found, from a slot on: the next slot that is empty or has its low bits. */
static inline uint32_t probe(const cr__xblock_segment *s, uint64_t hash, uint32_t from) {
  uint32_t i = from;
  while (s->slots[i] != 0 && (uint32_t)(s->slots[i] >> 32) != (uint32_t)hash)
    i = i + 1 == s->cap ? 0 : i + 1;
  return i;
}

static void slot_fill(cr__xblock_segment *s, uint64_t hash, uint32_t number) {
  uint32_t i = cr__xstore_home(hash, s->cap);
  while (s->slots[i] != 0) i = i + 1 == s->cap ? 0 : i + 1;
  s->slots[i] = (uint64_t)(uint32_t)hash << 32 | (number + UINT64_C(1));
}

static bool slots_grow(cr__xblocks_table *table, cr__xblock_segment *s) {
  uint64_t *old = s->slots;
  uint32_t old_cap = s->cap, cap = old_cap == 0 ? CAP_FIRST : old_cap + old_cap / 2;
  uint64_t *new = allocate(table, cap * sizeof *new);
  if (new == NULL) return false;
  s->slots = new;
  s->cap = cap;
  for (uint32_t i = 0; i < old_cap; i++)
    if (old[i] != 0) slot_fill(s, old[i] >> 32, (uint32_t)old[i] - 1);
  free(old);
  atomic_fetch_sub(&table->bytes, old_cap * sizeof *old);
  return true;
}

static bool chunk_add(cr__xblocks_table *table, cr__xblock_segment *s) {
  if (s->chunks_count == s->chunks_cap) {
    size_t cap = s->chunks_cap == 0 ? 16 : s->chunks_cap * 2;
    void *array = s->chunks;
    if (!enlarge(table, &array, s->chunks_cap * sizeof *s->chunks, cap * sizeof *s->chunks))
      return false;
    s->chunks = array;
    s->chunks_cap = cap;
  }
  uint64_t *chunk = allocate(table, chunk_bytes(table));
  if (chunk == NULL) return false;
  s->chunks[s->chunks_count++] = chunk;
  return true;
}

/* An empty block; NULL: no room. */
static uint64_t *block_new(cr__xblocks_table *table, unsigned segment, uint64_t hash, uint64_t key,
                           uint32_t *number) {
  cr__xblock_segment *s = &table->segment[segment];
  if (((uint64_t)s->count + 1) * 6 > s->cap * UINT64_C(5) && !slots_grow(table, s)) return NULL;
  if ((size_t)s->count == s->chunks_count << CR__XBLOCK_CHUNK_SHIFT && !chunk_add(table, s))
    return NULL;
  *number = s->count++;
  slot_fill(s, hash, *number);
  uint64_t *block = cr__xblock_at(table, segment, *number);
  *block = key;
  return block;
}

/* The block of a key; NULL: there is none. */
static inline uint64_t *block_find(const cr__xblocks_table *table, unsigned segment, uint64_t hash,
                                   uint64_t key, uint32_t *number) {
  const cr__xblock_segment *s = &table->segment[segment];
  if (s->cap == 0) return NULL;
  for (uint32_t i = cr__xstore_home(hash, s->cap);; i = i + 1 == s->cap ? 0 : i + 1) {
    i = probe(s, hash, i);
    if (s->slots[i] == 0) return NULL;
    *number = (uint32_t)s->slots[i] - 1;
    uint64_t *block = cr__xblock_at(table, segment, *number);
    if (*block == key) return block;
  }
}

/* ---- adding ---------------------------------------------------------------------------------- */

/* First the slot is fetched, and when it is at hand, the block. */
static inline void fetch_slot(const cr__xblock_segment *s, uint64_t key) {
  if (s->cap != 0) CR__PREFETCH(&s->slots[cr__xstore_home(cr__xstore_mix(key), s->cap)]);
}

static inline void fetch_block(const cr__xblocks_table *table, unsigned segment, uint64_t key) {
  const cr__xblock_segment *s = &table->segment[segment];
  if (s->cap == 0) return;
  uint64_t hash = cr__xstore_mix(key);
  uint64_t slot = s->slots[probe(s, hash, cr__xstore_home(hash, s->cap))];
  if (slot == 0) return;
  const uint64_t *block = cr__xblock_at(table, segment, (uint32_t)slot - 1);
  for (size_t i = 0; i < cr__xblock_stride(table); i += 8) CR__PREFETCH(block + i);
}

bool cr__xblocks_merge(cr__xblocks_table *table, unsigned segment, unsigned parity,
                       const uint64_t *rows, size_t count, uint64_t *added) {
  size_t width = 1 + (size_t)table->words;
  for (size_t i = 0; i < count && i < AHEAD; i++)
    fetch_slot(&table->segment[segment], rows[i * width]);
  for (size_t i = 0; i < count && i < AHEAD_NEAR; i++)
    fetch_block(table, segment, rows[i * width]);
  for (size_t i = 0; i < count; i++) {
    const uint64_t *row = rows + i * width;
    if (i + AHEAD < count) fetch_slot(&table->segment[segment], row[AHEAD * width]);
    if (i + AHEAD_NEAR < count) fetch_block(table, segment, row[AHEAD_NEAR * width]);
    uint32_t number, new;
    bool idle;
    uint64_t hash = cr__xstore_mix(*row);
    uint64_t *block = block_find(table, segment, hash, *row, &number);
    if (block == NULL) block = block_new(table, segment, hash, *row, &number);
    if (block == NULL) return false;
    new = cr__xblock_add(table, block, parity, row + 1, &idle);
    *added += new;
    if (new > 0 && idle && !cr__xblocks_activate(table, segment, parity, number)) return false;
  }
  return true;
}

/* ---- another shape --------------------------------------------------------------------------- */

static bool nonzero(const uint64_t *words, unsigned count) {
  uint64_t any = 0;
  for (unsigned i = 0; i < count; i++) any |= words[i];
  return any != 0;
}

/* Copies a block of another table. */
static bool block_copy(cr__xblocks_table *to, const cr__xblocks_table *from, uint64_t *old,
                       uint64_t key) {
  uint32_t number;
  uint64_t hash = cr__xstore_mix(key);
  unsigned segment = cr__xstore_segment(hash);
  uint64_t *new = block_new(to, segment, hash, key, &number);
  if (new == NULL) return false;
  memcpy(cr__xblock_visited(new), cr__xblock_visited(old), from->words * sizeof *new);
  for (unsigned parity = 0; parity < 2; parity++) {
    const uint64_t *frontier = cr__xblock_frontier(from, old, parity);
    if (!nonzero(frontier, from->words)) continue;
    memcpy(cr__xblock_frontier(to, new, parity), frontier, from->words * sizeof *new);
    if (!cr__xblocks_activate(to, segment, parity, number)) return false;
  }
  return true;
}

bool cr__xblocks_reshape(cr__xblocks_table *table, unsigned words, cr__xblock_convert *convert,
                         void *arg) {
  CR_ASSERT(words >= table->words);
  cr__xblocks_table *old = cr_alloc(sizeof *old);
  memcpy(old, table, sizeof *old);
  cr__xblocks_table_init(table, words, old->bytes_max);
  atomic_store(&table->bytes, atomic_load(&old->bytes));
  bool good = true;
  for (unsigned i = 0; i < CR__XSEGMENTS; i++) {
    cr__xblock_segment *s = &old->segment[i];
    for (uint32_t n = 0; good && n < s->count; n++) {
      uint64_t *block = cr__xblock_at(old, i, n);
      good = block_copy(table, old, block, convert == NULL ? *block : convert(arg, *block));
    }
    atomic_fetch_sub(&table->bytes, segment_bytes(old, s));
    segment_free(s);
  }
  free(old);
  return good;
}

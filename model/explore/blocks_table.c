/* blocks_table.c - see blocks_table.h. */
#include "blocks_table.h"

#include <stdlib.h>
#include <string.h>

#include "space_private.h"

enum { CAP_FIRST = 16, ROWS_FIRST = 64, AHEAD = 16, AHEAD_NEAR = 6 };

void cr__xblocks_table_init(cr__xblocks_table *table, unsigned words, unsigned marks, uint64_t far,
                            size_t bytes_max) {
  CR_ASSERT(words >= 1 && words <= CR__XBLOCK_WORDS_MAX);
  memset(table, 0, sizeof *table);
  table->words = words;
  table->far = far;
  table->head = 1 + (1 + marks + 3) / 4;
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
  for (unsigned i = 0; i < CR__XBLOCK_SEGMENTS; i++) segment_free(&table->segment[i]);
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

bool cr__xblocks_rows_grow(cr__xblocks_table *table, cr__xblock_rows *rows, size_t more) {
  size_t cap = rows->cap == 0 ? ROWS_FIRST : rows->cap;
  while (cap < rows->count + more) cap *= 2;
  void *array = rows->words;
  if (!enlarge(table, &array, rows->cap * sizeof *rows->words, cap * sizeof *rows->words))
    return false;
  rows->words = array;
  rows->cap = cap;
  return true;
}

void cr__xblocks_rows_free(cr__xblocks_table *table, cr__xblock_rows *rows) {
  free(rows->words);
  atomic_fetch_sub(&table->bytes, rows->cap * sizeof *rows->words);
  *rows = (cr__xblock_rows){0};
}

static size_t chunk_bytes(const cr__xblocks_table *table) {
  return (cr__xblock_stride(table) << CR__XBLOCK_CHUNK_SHIFT) * sizeof(uint64_t);
}

static size_t segment_bytes(const cr__xblocks_table *table, const cr__xblock_segment *s) {
  return s->chunks_count * chunk_bytes(table) + s->chunks_cap * sizeof *s->chunks +
         s->cap * sizeof *s->slots +
         (s->active[0].cap + (size_t)s->active[1].cap) * sizeof *s->active[0].numbers;
}

/* As marks have them; never 0. */
static uint16_t mark_of(uint32_t level) { return (uint16_t)(level % CR__XBLOCK_LEVELS + 1); }

bool cr__xblocks_list(cr__xblocks_table *table, unsigned segment, uint32_t number, uint64_t *block,
                      uint32_t level) {
  if (cr__xblock_mark(block, 0) == mark_of(level)) return true;
  cr__xblock_list *list = &table->segment[segment].active[cr__xblock_parity(level)];
  if (list->count == list->cap) {
    uint32_t cap = list->cap == 0 ? CAP_FIRST : list->cap * 2;
    void *array = list->numbers;
    if (!enlarge(table, &array, list->cap * sizeof *list->numbers, cap * sizeof *list->numbers))
      return false;
    list->numbers = array;
    list->cap = cap;
  }
  list->numbers[list->count++] = number;
  cr__xblock_set_mark(block, 0, mark_of(level));
  return true;
}

/* ---- finding --------------------------------------------------------------------------------- */

/* Keys of a segment differ in few bits; all of them reach the low half. */
static inline uint64_t hash_of(uint64_t key) {
  uint64_t x = (key ^ key >> 32) * UINT64_C(0xD6E8FEB86659FD93);
  return x >> 32;
}

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
  if (((uint64_t)s->count + 1) * 3 > s->cap * UINT64_C(2) && !slots_grow(table, s)) return NULL;
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
  if (s->cap != 0) CR__PREFETCH(&s->slots[cr__xstore_home(hash_of(key), s->cap)]);
}

static inline void fetch_block(const cr__xblocks_table *table, unsigned segment,
                               const uint64_t *row) {
  const cr__xblock_segment *s = &table->segment[segment];
  if (s->cap == 0) return;
  uint64_t hash = hash_of(row[0]);
  uint64_t slot = s->slots[probe(s, hash, cr__xstore_home(hash, s->cap))];
  if (slot == 0) return;
  uint64_t *block = cr__xblock_at(table, segment, (uint32_t)slot - 1);
  CR__PREFETCH(block);
  for (uint64_t which = (uint32_t)row[1]; which != 0; which &= which - 1)
    CR__PREFETCH(cr__xblock_bits(table, block, cr__xfirst_bit(which)) + 1);
}

static inline const uint64_t *row_next(const uint64_t *row) { return row + 2 + (row[1] >> 32); }

bool cr__xblocks_merge(cr__xblocks_table *table, unsigned segment, uint32_t level,
                       const cr__xblock_rows *rows, uint64_t *added) {
  if (rows->count == 0) return true;
  const uint64_t *row = rows->words, *end = row + rows->count, *near = row, *far = row;
  for (unsigned i = 0; i < AHEAD && far < end; i++, far = row_next(far))
    fetch_slot(&table->segment[segment], *far);
  for (unsigned i = 0; i < AHEAD_NEAR && near < end; i++, near = row_next(near))
    fetch_block(table, segment, near);
  while (row < end) {
    if (far < end) {
      fetch_slot(&table->segment[segment], *far);
      far = row_next(far);
    }
    if (near < end) {
      fetch_block(table, segment, near);
      near = row_next(near);
    }
    uint32_t number, new = 0;
    uint64_t hash = hash_of(row[0]);
    uint64_t *block = block_find(table, segment, hash, row[0], &number);
    if (block == NULL) block = block_new(table, segment, hash, row[0], &number);
    if (block == NULL) return false;
    const uint64_t *states = row + 2;
    for (uint64_t which = (uint32_t)row[1]; which != 0; which &= which - 1)
      new += cr__xblock_add(cr__xblock_bits(table, block, cr__xfirst_bit(which)), level, *states++);
    row = states;
    *added += new;
    if (new > 0 && !cr__xblocks_list(table, segment, number, block, level)) return false;
  }
  return true;
}

/* ---- marks ----------------------------------------------------------------------------------- */

void cr__xblocks_age(cr__xblocks_table *table) {
  for (unsigned i = 0; i < CR__XBLOCK_SEGMENTS; i++)
    for (uint32_t n = 0; n < table->segment[i].count; n++)
      cr__xblock_set_mark(cr__xblock_at(table, i, n), 0, 0);
}

void cr__xblocks_clear_marks(cr__xblocks_table *table) {
  for (unsigned i = 0; i < CR__XBLOCK_SEGMENTS; i++)
    for (uint32_t n = 0; n < table->segment[i].count; n++) {
      uint64_t *block = cr__xblock_at(table, i, n);
      uint16_t level = cr__xblock_mark(block, 0);
      memset(block + 1, 0, (table->head - 1) * sizeof *block);
      cr__xblock_set_mark(block, 0, level);
    }
}

/* ---- another shape --------------------------------------------------------------------------- */

/* Copies a block of another table. */
static bool block_copy(cr__xblocks_table *to, const cr__xblocks_table *from, uint64_t *old,
                       uint64_t key, uint32_t level) {
  uint32_t number;
  uint64_t hash = hash_of(key), any[2] = {0};
  unsigned segment = cr__xblocks_segment(to, key);
  uint64_t *new = block_new(to, segment, hash, key, &number);
  if (new == NULL) return false;
  memcpy(new + to->head, old + from->head, 3 * from->words * sizeof *new);
  for (unsigned i = 0; i < from->words; i++) {
    any[0] |= cr__xblock_bits(to, new, i)[1];
    any[1] |= cr__xblock_bits(to, new, i)[2];
  }
  for (uint32_t l = level; l < level + 2; l++)
    if (any[cr__xblock_parity(l)] != 0 && !cr__xblocks_list(to, segment, number, new, l))
      return false;
  return true;
}

bool cr__xblocks_reshape(cr__xblocks_table *table, unsigned words, uint32_t level, uint64_t far,
                         cr__xblock_convert *convert, void *arg) {
  CR_ASSERT(words >= table->words);
  cr__xblocks_table *old = cr_alloc(sizeof *old);
  memcpy(old, table, sizeof *old);
  memset(table->segment, 0, sizeof table->segment);
  table->words = words;
  table->far = far;
  bool good = true;
  for (unsigned i = 0; i < CR__XBLOCK_SEGMENTS; i++) {
    cr__xblock_segment *s = &old->segment[i];
    for (uint32_t n = 0; good && n < s->count; n++) {
      uint64_t *block = cr__xblock_at(old, i, n);
      good = block_copy(table, old, block, convert == NULL ? *block : convert(arg, *block), level);
    }
    atomic_fetch_sub(&table->bytes, segment_bytes(old, s));
    segment_free(s);
  }
  free(old);
  return good;
}

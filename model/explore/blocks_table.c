/* blocks_table.c - see blocks_table.h. */
#include "blocks_table.h"

#include <stdlib.h>
#include <string.h>

#include "pages.h"
#include "space_private.h"

enum {
  CAP_FIRST = 16,
  ROWS_FIRST = 64,
  AHEAD = 16,
  AHEAD_NEAR = 6,
  SLABS_MAX = 1 << (32 - CR__XBLOCK_SLAB_SHIFT)
};

static const uint32_t SLAB_GRAINS = UINT32_C(1) << CR__XBLOCK_SLAB_SHIFT;
static const size_t SLAB_BYTES =
    ((size_t)1 << CR__XBLOCK_SLAB_SHIFT) * CR__XBLOCK_GRAIN * sizeof(uint64_t);

static void shape_set(cr__xblocks_table *table, unsigned words, uint64_t far) {
  table->words = words;
  table->far = far;
  table->grains = (table->head + 2 * words + CR__XBLOCK_GRAIN - 1) / CR__XBLOCK_GRAIN;
}

/* Place 0 is none. */
static void slabs_begin(cr__xblocks_table *table) {
  table->slab = cr_alloc(SLABS_MAX * sizeof *table->slab);
  table->slabs_count = table->free = table->slab_end = 0;
}

void cr__xblocks_table_init(cr__xblocks_table *table, unsigned words, unsigned marks, uint64_t far,
                            size_t bytes_max) {
  CR_ASSERT(words >= 1 && words <= CR__XBLOCK_WORDS_MAX);
  memset(table, 0, sizeof *table);
  table->head = 2 + (marks + 3) / 4;
  table->bytes_max = bytes_max;
  table->lock = cr__xlock_new();
  shape_set(table, words, far);
  slabs_begin(table);
}

static void segment_free(cr__xblock_segment *s) {
  free(s->chunks);
  free(s->slots);
  free(s->links.words);
  free(s->next.places);
  free(s->frontier.words);
  memset(s, 0, sizeof *s);
}

static void slabs_free(uint64_t **slab, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) cr__xpages_free(slab[i], SLAB_BYTES);
  free(slab);
}

void cr__xblocks_table_renew(cr__xblocks_table *table, unsigned words, uint64_t far,
                             cr__xblocks_table *old) {
  CR_ASSERT(words >= table->words && words <= CR__XBLOCK_WORDS_MAX);
  memcpy(old, table, sizeof *old);
  memset(table->segment, 0, sizeof table->segment);
  table->lock = cr__xlock_new();
  shape_set(table, words, far);
  slabs_begin(table);
}

void cr__xblocks_table_free(cr__xblocks_table *table) {
  for (unsigned i = 0; i < CR__XBLOCK_SEGMENTS; i++) segment_free(&table->segment[i]);
  if (table->slab != NULL) slabs_free(table->slab, table->slabs_count);
  cr__xlock_free(table->lock);
  table->slab = NULL;
  table->lock = NULL;
  atomic_store(&table->bytes, 0);
}

/* ---- memory ---------------------------------------------------------------------------------- */

bool cr__xblocks_reserve(cr__xblocks_table *table, size_t bytes) {
  size_t before = atomic_fetch_add(&table->bytes, bytes);
  if (table->bytes_max == 0 || before + bytes <= table->bytes_max) return true;
  atomic_fetch_sub(&table->bytes, bytes);
  return false;
}

static void *allocate(cr__xblocks_table *table, size_t bytes) {
  if (!cr__xblocks_reserve(table, bytes)) return NULL;
  void *new = calloc(1, bytes);
  if (new == NULL) atomic_fetch_sub(&table->bytes, bytes);
  return new;
}

bool cr__xblocks_enlarge(cr__xblocks_table *table, void **array, size_t old_bytes,
                         size_t new_bytes) {
  if (!cr__xblocks_reserve(table, new_bytes)) return false;
  void *new = realloc(*array, new_bytes);
  atomic_fetch_sub(&table->bytes, new == NULL ? new_bytes : old_bytes);
  if (new == NULL) return false;
  *array = new;
  return true;
}

static bool rows_grow(cr__xblocks_table *table, cr__xblock_rows *rows, size_t more) {
  size_t cap = rows->cap == 0 ? ROWS_FIRST : rows->cap;
  while (cap < rows->count + more) cap *= 2;
  void *array = rows->words;
  if (!cr__xblocks_enlarge(table, &array, rows->cap * sizeof *rows->words,
                           cap * sizeof *rows->words))
    return false;
  rows->words = array;
  rows->cap = cap;
  return true;
}

uint64_t *cr__xblocks_row(cr__xblocks_table *table, cr__xblock_rows *rows, uint64_t where,
                          unsigned words, uint64_t which) {
  size_t more = 2 + (size_t)words;
  if (rows->count + more > rows->cap && !rows_grow(table, rows, more)) return NULL;
  uint64_t *row = rows->words + rows->count;
  rows->count += more;
  row[0] = where;
  row[1] = (uint64_t)words << 32 | which;
  return row + 2;
}

void cr__xblocks_rows_free(cr__xblocks_table *table, cr__xblock_rows *rows) {
  free(rows->words);
  atomic_fetch_sub(&table->bytes, rows->cap * sizeof *rows->words);
  *rows = (cr__xblock_rows){0};
}

static size_t chunk_bytes(const cr__xblocks_table *table) {
  return (size_t)table->grains * CR__XBLOCK_CHUNK * CR__XBLOCK_GRAIN * sizeof(uint64_t);
}

size_t cr__xblocks_segment_bytes(const cr__xblocks_table *table, unsigned segment) {
  const cr__xblock_segment *s = &table->segment[segment];
  return s->chunks_count * chunk_bytes(table) + s->chunks_cap * sizeof *s->chunks +
         s->cap * sizeof *s->slots + s->links.cap * sizeof *s->links.words +
         s->next.cap * sizeof *s->next.places + s->frontier.cap * sizeof *s->frontier.words;
}

bool cr__xblocks_list(cr__xblocks_table *table, uint32_t place, uint64_t *block) {
  if ((block[1] & CR__XBLOCK_LISTED) != 0) return true;
  cr__xblock_list *list = &table->segment[cr__xblocks_segment(table, *block)].next;
  if (list->count == list->cap) {
    uint32_t cap = list->cap == 0 ? CAP_FIRST : list->cap * 2;
    void *array = list->places;
    if (!cr__xblocks_enlarge(table, &array, list->cap * sizeof *list->places,
                             cap * sizeof *list->places))
      return false;
    list->places = array;
    list->cap = cap;
  }
  list->places[list->count++] = place;
  block[1] |= CR__XBLOCK_LISTED;
  return true;
}

static void fetch_whole(const cr__xblocks_table *table, uint32_t place) {
  const uint64_t *block = cr__xblock_at(table, place);
  for (unsigned i = 0; i < table->grains * CR__XBLOCK_GRAIN; i += 8) CR__PREFETCH(block + i);
}

bool cr__xblocks_take(cr__xblocks_table *table, unsigned segment) {
  cr__xblock_segment *s = &table->segment[segment];
  cr__xblock_rows *rows = &s->frontier;
  unsigned words = table->words;
  rows->count = 0;
  for (uint32_t i = 0; i < s->next.count; i++) {
    if (i + AHEAD < s->next.count) fetch_whole(table, s->next.places[i + AHEAD]);
    if (rows->count + 2 + words > rows->cap && !rows_grow(table, rows, 2 + words)) return false;
    uint64_t *block = cr__xblock_at(table, s->next.places[i]);
    uint64_t *row = rows->words + rows->count, *to = row + 2;
    uint64_t *found = cr__xblock_bits(table, block, 0) + 1, which = 0;
    for (unsigned word = 0; word < words; word++, found += 2) {
      uint64_t bits = *found;
      if (bits == 0) continue;
      *to++ = bits;
      *found = 0;
      which |= UINT64_C(1) << word;
    }
    block[1] &= ~(uint64_t)CR__XBLOCK_LISTED;
    row[0] = s->next.places[i];
    row[1] = (uint64_t)(to - row - 2) << 32 | which;
    rows->count += (size_t)(to - row);
  }
  s->next.count = 0;
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

static void slot_fill(cr__xblock_segment *s, uint64_t hash, uint32_t place) {
  uint32_t i = cr__xstore_home(hash, s->cap);
  while (s->slots[i] != 0) i = i + 1 == s->cap ? 0 : i + 1;
  s->slots[i] = (uint64_t)(uint32_t)hash << 32 | place;
}

static bool slots_grow(cr__xblocks_table *table, cr__xblock_segment *s) {
  uint64_t *old = s->slots;
  uint32_t old_cap = s->cap, cap = old_cap == 0 ? CAP_FIRST : old_cap + old_cap / 2;
  uint64_t *new = allocate(table, cap * sizeof *new);
  if (new == NULL) return false;
  s->slots = new;
  s->cap = cap;
  for (uint32_t i = 0; i < old_cap; i++)
    if (old[i] != 0) slot_fill(s, old[i] >> 32, (uint32_t)old[i]);
  free(old);
  atomic_fetch_sub(&table->bytes, old_cap * sizeof *old);
  return true;
}

/* The place of a chunk, which does not go over the end of a slab; 0: no room. */
static uint32_t chunk_place(cr__xblocks_table *table) {
  uint32_t wanted = table->grains * CR__XBLOCK_CHUNK, place = 0;
  cr__xlock_take(table->lock);
  if (table->free + wanted > table->slab_end && table->slabs_count < SLABS_MAX) {
    uint64_t *slab = cr__xpages_new(SLAB_BYTES);
    if (slab != NULL) {
      table->slab[table->slabs_count] = slab;
      table->free = table->slabs_count == 0 ? 1 : 0;
      table->slab_end = SLAB_GRAINS;
      table->slabs_count++;
    }
  }
  if (table->free + wanted <= table->slab_end) {
    place = (table->slabs_count - 1) << CR__XBLOCK_SLAB_SHIFT | table->free;
    table->free += wanted;
  }
  cr__xlock_give(table->lock);
  return place;
}

static bool chunk_add(cr__xblocks_table *table, cr__xblock_segment *s) {
  if (s->chunks_count == s->chunks_cap) {
    size_t cap = s->chunks_cap == 0 ? 16 : s->chunks_cap * 2;
    void *array = s->chunks;
    if (!cr__xblocks_enlarge(table, &array, s->chunks_cap * sizeof *s->chunks,
                             cap * sizeof *s->chunks))
      return false;
    s->chunks = array;
    s->chunks_cap = cap;
  }
  if (!cr__xblocks_reserve(table, chunk_bytes(table))) return false;
  uint32_t chunk = chunk_place(table);
  if (chunk == 0) {
    atomic_fetch_sub(&table->bytes, chunk_bytes(table));
    return false;
  }
  s->chunks[s->chunks_count++] = chunk;
  return true;
}

/* An empty block; NULL: no room. */
static uint64_t *block_new(cr__xblocks_table *table, unsigned segment, uint64_t hash, uint64_t key,
                           uint32_t *place) {
  cr__xblock_segment *s = &table->segment[segment];
  if (((uint64_t)s->count + 1) * 3 > s->cap * UINT64_C(2) && !slots_grow(table, s)) return NULL;
  if ((size_t)s->count == s->chunks_count * CR__XBLOCK_CHUNK && !chunk_add(table, s)) return NULL;
  *place = cr__xblock_place(table, segment, s->count++);
  slot_fill(s, hash, *place);
  uint64_t *block = cr__xblock_at(table, *place);
  *block = key;
  return block;
}

/* The block of a key; NULL: there is none. */
static inline uint64_t *block_find(const cr__xblocks_table *table, unsigned segment, uint64_t hash,
                                   uint64_t key, uint32_t *place) {
  const cr__xblock_segment *s = &table->segment[segment];
  if (s->cap == 0) return NULL;
  for (uint32_t i = cr__xstore_home(hash, s->cap);; i = i + 1 == s->cap ? 0 : i + 1) {
    i = probe(s, hash, i);
    if (s->slots[i] == 0) return NULL;
    *place = (uint32_t)s->slots[i];
    uint64_t *block = cr__xblock_at(table, *place);
    if (*block == key) return block;
  }
}

uint64_t *cr__xblocks_open(cr__xblocks_table *table, unsigned segment, uint64_t key,
                           uint32_t *place, bool *new) {
  uint64_t hash = hash_of(key), *block = block_find(table, segment, hash, key, place);
  *new = block == NULL;
  return block != NULL ? block : block_new(table, segment, hash, key, place);
}

static inline void fetch_slot(const cr__xblock_segment *s, uint64_t key) {
  if (s->cap != 0) CR__PREFETCH(&s->slots[cr__xstore_home(hash_of(key), s->cap)]);
}

void cr__xblocks_fetch(const cr__xblocks_table *table, uint64_t key) {
  fetch_slot(&table->segment[cr__xblocks_segment(table, key)], key);
}

void cr__xblocks_fetch_block(const cr__xblocks_table *table, uint64_t key, uint32_t which) {
  const cr__xblock_segment *s = &table->segment[cr__xblocks_segment(table, key)];
  if (s->cap == 0) return;
  uint64_t hash = hash_of(key);
  uint64_t slot = s->slots[probe(s, hash, cr__xstore_home(hash, s->cap))];
  if (slot == 0) return;
  uint64_t *block = cr__xblock_at(table, (uint32_t)slot);
  CR__PREFETCH(block);
  CR__PREFETCH(cr__xblock_bits(table, block, cr__xfirst_bit(which)));
  CR__PREFETCH(cr__xblock_bits(table, block, cr__xlast_bit(which)));
}

/* ---- adding ---------------------------------------------------------------------------------- */

bool cr__xblocks_merge(cr__xblocks_table *table, unsigned segment, const cr__xblock_rows *rows,
                       uint64_t *added) {
  if (rows->count == 0) return true;
  const uint64_t *row = rows->words, *end = row + rows->count, *near = row, *far = row;
  for (unsigned i = 0; i < AHEAD && far < end; i++, far = cr__xblock_row_next(far))
    fetch_slot(&table->segment[segment], *far);
  for (unsigned i = 0; i < AHEAD_NEAR && near < end; i++, near = cr__xblock_row_next(near))
    cr__xblocks_fetch_block(table, *near, (uint32_t)near[1]);
  while (row < end) {
    if (far < end) {
      fetch_slot(&table->segment[segment], *far);
      far = cr__xblock_row_next(far);
    }
    if (near < end) {
      cr__xblocks_fetch_block(table, *near, (uint32_t)near[1]);
      near = cr__xblock_row_next(near);
    }
    uint32_t place, new = 0;
    bool made;
    uint64_t *block = cr__xblocks_open(table, segment, row[0], &place, &made);
    if (block == NULL) return false;
    const uint64_t *states = row + 2;
    for (uint64_t which = (uint32_t)row[1]; which != 0; which &= which - 1)
      new += cr__xblock_add(cr__xblock_bits(table, block, cr__xfirst_bit(which)), *states++);
    row = states;
    *added += new;
    if (new > 0 && !cr__xblocks_list(table, place, block)) return false;
  }
  return true;
}

/* ---- marks ----------------------------------------------------------------------------------- */

void cr__xblocks_clear_marks(cr__xblocks_table *table) {
  for (unsigned i = 0; i < CR__XBLOCK_SEGMENTS; i++) {
    cr__xblock_segment *s = &table->segment[i];
    s->links.count = 0;
    for (uint32_t n = 0; n < s->count; n++) {
      uint64_t *block = cr__xblock_at(table, cr__xblock_place(table, i, n));
      block[1] = (uint32_t)block[1];
      memset(block + 2, 0, (table->head - 2) * sizeof *block);
    }
  }
}

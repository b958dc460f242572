/* blocks_table.h - states kept as bits of blocks (private to the explorer).
 *
 * A block holds the states that differ in the block components only. It is a row of words: the
 * block's key; what the table notes of it; marks of 16 bits, which are the caller's, 0 at first;
 * and for each 64 local numbers two words of bits, the visited states and those of them that were
 * found for the next level, side by side because what is added to a block is mostly few states.
 * When a level begins, its states are taken out of the blocks into rows that are read in order.
 * Blocks never move: they lie in slabs on large pages, and a place of 32 bits tells where. They
 * belong to segments; in each an index finds them, and a list says which have states for the next
 * level. Part of the key, the near bits, does not tell which segment it is: so many transitions
 * stay in a segment, which the caches hold. A block may have links: a pool of the segment remembers
 * at which places its transitions end. They are of the caller's making, by family of transitions,
 * and may be missing.
 *
 * Threads      different segments may be changed at the same time.
 * Memory       what is allocated counts against a bound; a refusal is a result, not an error.
 */
#ifndef CLUSRACE_EXPLORE_BLOCKS_TABLE_H
#define CLUSRACE_EXPLORE_BLOCKS_TABLE_H

#include <stdatomic.h>
#include <string.h>

#include "store.h"
#include "team.h"

enum {
  CR__XBLOCK_WORDS_MAX = 16,
  CR__XBLOCK_CHUNK = 16,      /* blocks that a segment gets at once */
  CR__XBLOCK_GRAIN = 4,       /* words: where a block may begin */
  CR__XBLOCK_SLAB_SHIFT = 16, /* grains in a slab: 2 MiB */
  CR__XBLOCK_SEGMENT_BITS = 9,
  CR__XBLOCK_SEGMENTS = 1 << CR__XBLOCK_SEGMENT_BITS
};

/* Places of blocks. */
typedef struct cr__xblock_list {
  uint32_t *places;
  uint32_t count, cap;
} cr__xblock_list;

/* Links of blocks, one after another. Of a block: where those of each family begin, in bytes, and
 * where the last ones end; then the links, which are places. */
typedef struct cr__xblock_pool {
  uint32_t *words;
  uint32_t count, cap;
} cr__xblock_pool;

/* Rows of states, one after another: the key of their block, or its place; how many words of the
 * bitmap follow << 32 | which, by bit; and these. */
typedef struct cr__xblock_rows {
  uint64_t *words;
  size_t count, cap; /* in words */
} cr__xblock_rows;

typedef struct cr__xblock_segment {
  uint64_t *slots; /* hash bits 0..31 << 32 | place; 0 = empty */
  uint32_t cap, count;
  uint32_t *chunks; /* where they begin */
  size_t chunks_count, chunks_cap;
  cr__xblock_pool links;
  cr__xblock_list next;     /* blocks with states for the next level */
  cr__xblock_rows frontier; /* the level's states, by place */
} cr__xblock_segment;

typedef struct cr__xblocks_table {
  unsigned words;  /* of a bitmap */
  unsigned head;   /* words before the bitmaps */
  unsigned grains; /* of a block */
  uint64_t far;    /* bits of a key that tell the segment */
  uint64_t **slab;
  cr__xlock *lock;   /* of what follows */
  uint32_t free;     /* the next place in the last slab */
  uint32_t slab_end; /* where it ends; places after the end of 32 bits are not given */
  uint32_t slabs_count;
  atomic_size_t bytes;
  size_t bytes_max; /* 0: none */
  cr__xblock_segment segment[CR__XBLOCK_SEGMENTS];
} cr__xblocks_table;

void cr__xblocks_table_init(cr__xblocks_table *table, unsigned words, unsigned marks, uint64_t far,
                            size_t bytes_max);
/* Empties the table, which has another shape then (bitmaps of so many words). What it had is the
 * caller's, in *old, to be freed by cr__xblocks_table_free; its bytes stay in the account. */
void cr__xblocks_table_renew(cr__xblocks_table *table, unsigned words, uint64_t far,
                             cr__xblocks_table *old);
/* Bytes that a segment has in the account. */
size_t cr__xblocks_segment_bytes(const cr__xblocks_table *table, unsigned segment);
/* Puts bytes to the table's account. False: that is too many. */
bool cr__xblocks_reserve(cr__xblocks_table *table, size_t bytes);
/* Makes an array larger, or smaller; what it had is copied. False: no room. */
bool cr__xblocks_enlarge(cr__xblocks_table *table, void **array, size_t old_bytes,
                         size_t new_bytes);
void cr__xblocks_table_free(cr__xblocks_table *table);

static inline unsigned cr__xblocks_segment(const cr__xblocks_table *table, uint64_t key) {
  uint64_t far = key & table->far;
  far = (far ^ far >> 32) * UINT64_C(0x9E3779B97F4A7C15);
  return (unsigned)(far >> (64 - CR__XBLOCK_SEGMENT_BITS));
}

static inline uint64_t *cr__xblock_at(const cr__xblocks_table *table, uint32_t place) {
  return table->slab[place >> CR__XBLOCK_SLAB_SHIFT] +
         (place & ((UINT32_C(1) << CR__XBLOCK_SLAB_SHIFT) - 1)) * (size_t)CR__XBLOCK_GRAIN;
}

/* The place of a block by its number in its segment. */
static inline uint32_t cr__xblock_place(const cr__xblocks_table *table, unsigned segment,
                                        uint32_t number) {
  return table->segment[segment].chunks[number / CR__XBLOCK_CHUNK] +
         number % CR__XBLOCK_CHUNK * table->grains;
}

/* The marks are numbers of two bytes, one behind the other. */
static inline uint16_t cr__xblock_mark(const uint64_t *block, unsigned number) {
  uint16_t mark;
  memcpy(&mark, (const uint8_t *)&block[2] + number * sizeof mark, sizeof mark);
  return mark;
}
static inline void cr__xblock_set_mark(uint64_t *block, unsigned number, uint16_t mark) {
  memcpy((uint8_t *)&block[2] + number * sizeof mark, &mark, sizeof mark);
}

/* Of the second word of a block: it is in the list of the next level. */
enum { CR__XBLOCK_LISTED = 1 };

/* Where the block's links are in its segment's pool; 0: it has none. */
static inline uint32_t cr__xblock_links(const uint64_t *block) {
  return (uint32_t)(block[1] >> 32);
}

/* Links of one family. */
typedef struct cr__xblock_way {
  uint32_t *link;
  uint32_t count;
} cr__xblock_way;

static inline uint32_t cr__xblock_links_head(unsigned families) { return families / 4 + 1; }
/* links: where the pool has the block's. */
static inline cr__xblock_way cr__xblock_links_of(uint32_t *links, uint32_t head, unsigned family) {
  const uint8_t *from = (const uint8_t *)links;
  return (cr__xblock_way){links + head + from[family], (uint32_t)from[family + 1] - from[family]};
}

/* The visited states of 64 local numbers; after them, those found for the next level. */
static inline uint64_t *cr__xblock_bits(const cr__xblocks_table *table, uint64_t *block,
                                        unsigned word) {
  return block + table->head + 2 * (size_t)word;
}

/* The number of the highest bit that is set; there is one. */
static inline unsigned cr__xlast_bit(uint32_t bits) {
#if defined(__GNUC__) || defined(__clang__)
  return 31U - (unsigned)__builtin_clz(bits);
#else
  unsigned i = 31;
  while ((bits >> i & 1) == 0) i--;
  return i;
#endif
}

static inline unsigned cr__xbits_count(uint64_t x) {
  x -= x >> 1 & UINT64_C(0x5555555555555555);
  x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
  x = (x + (x >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
  return (unsigned)(x * UINT64_C(0x0101010101010101) >> 56);
}

/* Adds states of one word to a block: those that are new become visited and part of the next level.
 * Returns how many are new. */
static inline uint32_t cr__xblock_add(uint64_t *bits, uint64_t states) {
  uint64_t new = states & ~bits[0];
  if (new == 0) return 0;
  bits[0] |= new;
  bits[1] |= new;
  return cr__xbits_count(new);
}

/* Notes that a block has states for the next level. False: no room. */
bool cr__xblocks_list(cr__xblocks_table *table, uint32_t place, uint64_t *block);

/* A level begins: moves the states that were found for it from a segment's blocks into its rows.
 * False: no room, and some are left out. */
bool cr__xblocks_take(cr__xblocks_table *table, unsigned segment);

/* The block of a key, whose segment this is; a new one if there is none. NULL: no room. */
uint64_t *cr__xblocks_open(cr__xblocks_table *table, unsigned segment, uint64_t key,
                           uint32_t *place, bool *new);

/* Fetches what is needed first to find the block of a key. Not while others change its segment. */
void cr__xblocks_fetch(const cr__xblocks_table *table, uint64_t key);

/* When that is at hand, fetches the block, and of its bitmap these words. */
void cr__xblocks_fetch_block(const cr__xblocks_table *table, uint64_t key, uint32_t which);

/* blocks_links.c: gives a block links, so many for each of the families
 * (1..CR__XBLOCK_FAMILIES_MAX): those that it had (no more), and 0 for the others. Returns where
 * they are; 0: it has none, as there are too many or little room. */
enum { CR__XBLOCK_FAMILIES_MAX = 256 };
uint32_t cr__xblock_links_new(cr__xblocks_table *table, unsigned segment, uint64_t *block,
                              unsigned families, const uint32_t *counts);

/* Adds a row. words of its bitmap are to be set by the caller at what is returned; NULL: no room.
 */
uint64_t *cr__xblocks_row(cr__xblocks_table *table, cr__xblock_rows *rows, uint64_t where,
                          unsigned words, uint64_t which);
void cr__xblocks_rows_free(cr__xblocks_table *table, cr__xblock_rows *rows);
static inline const uint64_t *cr__xblock_row_next(const uint64_t *row) {
  return row + 2 + (row[1] >> 32);
}

/* Adds the rows, by key, whose blocks are in one segment. *added is raised by how many states are
 * new. False: no room, and some are left out. */
bool cr__xblocks_merge(cr__xblocks_table *table, unsigned segment, const cr__xblock_rows *rows,
                       uint64_t *added);

/* Sets the caller's marks to 0, and takes all links away. */
void cr__xblocks_clear_marks(cr__xblocks_table *table);

/* blocks_shape.c: gives blocks another shape: bitmaps of so many words (no fewer), keys as convert
 * says (NULL: the same keys), with these bits for the segment. What is in rows and lists stays, the
 * caller's marks are 0. False: no room; the table is then of no use. */
typedef uint64_t cr__xblock_convert(void *arg, uint64_t key);
bool cr__xblocks_reshape(cr__xblocks_table *table, unsigned words, uint64_t far,
                         cr__xblock_convert *convert, void *arg);

#endif

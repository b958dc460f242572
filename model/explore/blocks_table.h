/* blocks_table.h - states kept as bits of blocks (private to the explorer).
 *
 * A block holds the states that differ in the block components only. It is a row of words: the
 * block's key; what the table notes of it; marks of 16 bits, which are the caller's, 0 at first;
 * and for each 64 local numbers three words of bits, the visited states and the frontiers of even
 * and of odd levels, side by side because what is added to a block is mostly few states. Blocks lie
 * in chunks, which never move, by segments; in each segment an index finds them, and two lists say
 * which have a frontier. Part of the key, the near bits, does not tell which segment it is: so many
 * transitions stay in a segment, which the caches hold. A block may have links: a pool of the
 * segment remembers in which blocks its transitions end. They are of the caller's making, by family
 * of transitions, and may be missing.
 *
 * Threads      different segments may be changed at the same time.
 * Memory       what is allocated counts against a bound; a refusal is a result, not an error.
 */
#ifndef CLUSRACE_EXPLORE_BLOCKS_TABLE_H
#define CLUSRACE_EXPLORE_BLOCKS_TABLE_H

#include <stdatomic.h>
#include <string.h>

#include "store.h"

enum {
  CR__XBLOCK_WORDS_MAX = 16,
  CR__XBLOCK_CHUNK_SHIFT = 4,
  CR__XBLOCK_SEGMENT_BITS = 9,
  CR__XBLOCK_SEGMENTS = 1 << CR__XBLOCK_SEGMENT_BITS,
  CR__XBLOCK_NUMBER_BITS = 32 - CR__XBLOCK_SEGMENT_BITS, /* in links */
  CR__XBLOCK_LEVELS = 1 << 15                            /* levels that marks tell apart */
};

typedef struct cr__xblock_list {
  uint32_t *numbers;
  uint32_t count, cap;
} cr__xblock_list;

/* Links of blocks, one after another. Of a block: where those of each family begin, in bytes, and
 * where the last ones end; then the links. */
typedef struct cr__xblock_pool {
  uint32_t *words;
  uint32_t count, cap;
} cr__xblock_pool;

typedef struct cr__xblock_segment {
  uint64_t *slots; /* hash bits 0..31 << 32 | (number + 1); 0 = empty */
  uint32_t cap, count;
  uint64_t **chunks;
  size_t chunks_count, chunks_cap;
  cr__xblock_pool links;
  cr__xblock_list active[2]; /* blocks with a frontier, by the parity of its level */
} cr__xblock_segment;

typedef struct cr__xblocks_table {
  unsigned words; /* of a bitmap */
  unsigned head;  /* words before the bitmaps */
  uint64_t far;   /* bits of a key that tell the segment */
  atomic_size_t bytes;
  size_t bytes_max; /* 0: none */
  cr__xblock_segment segment[CR__XBLOCK_SEGMENTS];
} cr__xblocks_table;

void cr__xblocks_table_init(cr__xblocks_table *table, unsigned words, unsigned marks, uint64_t far,
                            size_t bytes_max);
/* Puts bytes to the table's account. False: that is too many. */
bool cr__xblocks_reserve(cr__xblocks_table *table, size_t bytes);
void cr__xblocks_table_free(cr__xblocks_table *table);

static inline unsigned cr__xblocks_segment(const cr__xblocks_table *table, uint64_t key) {
  uint64_t far = key & table->far;
  far = (far ^ far >> 32) * UINT64_C(0x9E3779B97F4A7C15);
  return (unsigned)(far >> (64 - CR__XBLOCK_SEGMENT_BITS));
}

static inline size_t cr__xblock_stride(const cr__xblocks_table *table) {
  return table->head + 3 * (size_t)table->words;
}
static inline uint64_t *cr__xblock_at(const cr__xblocks_table *table, unsigned segment,
                                      uint32_t number) {
  return table->segment[segment].chunks[number >> CR__XBLOCK_CHUNK_SHIFT] +
         (number & ((1U << CR__XBLOCK_CHUNK_SHIFT) - 1)) * cr__xblock_stride(table);
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
static inline cr__xblock_way cr__xblock_links_of(const cr__xblock_segment *segment,
                                                 unsigned families, uint32_t links,
                                                 unsigned family) {
  uint32_t *words = segment->links.words + links;
  const uint8_t *from = (const uint8_t *)words;
  return (cr__xblock_way){words + cr__xblock_links_head(families) + from[family],
                          (uint32_t)from[family + 1] - from[family]};
}

/* A block as a link; 0: it cannot be one. Links that are not 0 have the other three. */
static inline uint32_t cr__xblock_link(unsigned segment, uint32_t number) {
  if (number >= (UINT32_C(1) << CR__XBLOCK_NUMBER_BITS) - 1) return 0;
  return (uint32_t)segment << CR__XBLOCK_NUMBER_BITS | (number + 1);
}
static inline unsigned cr__xblock_link_segment(uint32_t link) {
  return link >> CR__XBLOCK_NUMBER_BITS;
}
static inline uint32_t cr__xblock_link_number(uint32_t link) {
  return (link & ((UINT32_C(1) << CR__XBLOCK_NUMBER_BITS) - 1)) - 1;
}
static inline uint64_t *cr__xblock_linked(const cr__xblocks_table *table, uint32_t link) {
  return cr__xblock_at(table, cr__xblock_link_segment(link), cr__xblock_link_number(link));
}

/* The visited states; the frontiers of even and of odd levels are after them. */
static inline uint64_t *cr__xblock_bits(const cr__xblocks_table *table, uint64_t *block,
                                        unsigned word) {
  return block + table->head + 3 * (size_t)word;
}

static inline unsigned cr__xbits_count(uint64_t x) {
  x -= x >> 1 & UINT64_C(0x5555555555555555);
  x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
  x = (x + (x >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
  return (unsigned)(x * UINT64_C(0x0101010101010101) >> 56);
}

/* Where states are added: to the frontiers of this level. */
static inline unsigned cr__xblock_parity(uint32_t level) { return level & 1; }

/* Adds states of one word to a block: those that are new become visited and part of the level's
 * frontier. Returns how many are new. */
static inline uint32_t cr__xblock_add(uint64_t *bits, uint32_t level, uint64_t states) {
  uint64_t new = states & ~bits[0];
  if (new == 0) return 0;
  bits[0] |= new;
  bits[1 + cr__xblock_parity(level)] |= new;
  return cr__xbits_count(new);
}

/* Notes that a block has a frontier in a level. False: no room. */
bool cr__xblocks_list(cr__xblocks_table *table, unsigned segment, uint32_t number, uint64_t *block,
                      uint32_t level);

/* The block of a key in a segment, a new one if there is none. NULL: no room. */
uint64_t *cr__xblocks_open(cr__xblocks_table *table, unsigned segment, uint64_t key,
                           uint32_t *number);

/* Fetches what is needed first to find the block of a key. Not while others change its segment. */
void cr__xblocks_fetch(const cr__xblocks_table *table, uint64_t key);

/* Gives a block links, so many for each of the families (1..CR__XBLOCK_FAMILIES_MAX): those that it
 * had (no more), and 0 for the others. Returns where they are; 0: it has none, as there are too
 * many or little room. */
enum { CR__XBLOCK_FAMILIES_MAX = 256 };
uint32_t cr__xblock_links_new(cr__xblocks_table *table, unsigned segment, uint64_t *block,
                              unsigned families, const uint32_t *counts);

/* Rows of states to be added to blocks, one after another: the block's key; how many words of the
 * bitmap follow << 32 | which, by bit; and these. */
typedef struct cr__xblock_rows {
  uint64_t *words;
  size_t count, cap; /* in words */
} cr__xblock_rows;

/* Room for so many words more. False: there is none. */
bool cr__xblocks_rows_grow(cr__xblocks_table *table, cr__xblock_rows *rows, size_t more);
void cr__xblocks_rows_free(cr__xblocks_table *table, cr__xblock_rows *rows);

/* Adds the rows, whose blocks are in one segment, to a level. *added is raised by how many states
 * are new. False: no room, and some are left out. */
bool cr__xblocks_merge(cr__xblocks_table *table, unsigned segment, uint32_t level,
                       const cr__xblock_rows *rows, uint64_t *added);

/* Before a level whose number in marks has been used before. */
void cr__xblocks_age(cr__xblocks_table *table);
/* Sets the caller's marks to 0, and takes all links away. */
void cr__xblocks_clear_marks(cr__xblocks_table *table);

/* Gives blocks another shape: bitmaps of so many words (no fewer), keys as convert says (NULL: the
 * same keys), with these bits for the segment. The lists of a level and the next one are made anew,
 * the caller's marks are 0. False: no room; the table is then of no use. */
typedef uint64_t cr__xblock_convert(void *arg, uint64_t key);
bool cr__xblocks_reshape(cr__xblocks_table *table, unsigned words, uint32_t level, uint64_t far,
                         cr__xblock_convert *convert, void *arg);

#endif

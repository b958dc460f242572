/* blocks_table.h - states kept as bits of blocks (private to the explorer).
 *
 * A block holds the states that differ in the block components only. It is a row of words: the
 * block's key, the visited ones of its states by the local numbers of their values, and two
 * frontiers, of even and of odd levels. Blocks lie in chunks, which never move, by segments of
 * their hash; in each segment an index finds them, and two lists say which have a frontier.
 *
 * Threads      different segments may be changed at the same time.
 * Memory       what is allocated counts against a bound; a refusal is a result, not an error.
 */
#ifndef CLUSRACE_EXPLORE_BLOCKS_TABLE_H
#define CLUSRACE_EXPLORE_BLOCKS_TABLE_H

#include <stdatomic.h>

#include "store.h"

enum { CR__XBLOCK_WORDS_MAX = 16, CR__XBLOCK_CHUNK_SHIFT = 6 };

typedef struct cr__xblock_list {
  uint32_t *numbers;
  uint32_t count, cap;
} cr__xblock_list;

typedef struct cr__xblock_segment {
  uint64_t *slots; /* hash bits 0..31 << 32 | (number + 1); 0 = empty */
  uint32_t cap, count;
  uint64_t **chunks;
  size_t chunks_count, chunks_cap;
  cr__xblock_list active[2]; /* blocks with a frontier, by the parity of its level */
} cr__xblock_segment;

typedef struct cr__xblocks_table {
  unsigned words; /* of a bitmap */
  atomic_size_t bytes;
  size_t bytes_max; /* 0: none */
  cr__xblock_segment segment[CR__XSEGMENTS];
} cr__xblocks_table;

void cr__xblocks_table_init(cr__xblocks_table *table, unsigned words, size_t bytes_max);
void cr__xblocks_table_free(cr__xblocks_table *table);

static inline size_t cr__xblock_stride(const cr__xblocks_table *table) {
  return 1 + 3 * (size_t)table->words;
}
static inline uint64_t *cr__xblock_at(const cr__xblocks_table *table, unsigned segment,
                                      uint32_t number) {
  return table->segment[segment].chunks[number >> CR__XBLOCK_CHUNK_SHIFT] +
         (number & ((1U << CR__XBLOCK_CHUNK_SHIFT) - 1)) * cr__xblock_stride(table);
}
static inline uint64_t *cr__xblock_visited(uint64_t *block) { return block + 1; }
static inline uint64_t *cr__xblock_frontier(const cr__xblocks_table *table, uint64_t *block,
                                            unsigned parity) {
  return block + 1 + (size_t)(1 + parity) * table->words;
}

static inline unsigned cr__xbits_count(uint64_t x) {
  x -= x >> 1 & UINT64_C(0x5555555555555555);
  x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
  x = (x + (x >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
  return (unsigned)(x * UINT64_C(0x0101010101010101) >> 56);
}

/* Adds states to a block: those that are new become visited and part of a frontier. Returns how
 * many are new. *idle tells whether the frontier was empty before; then the block belongs into the
 * list. */
static inline uint32_t cr__xblock_add(const cr__xblocks_table *table, uint64_t *block,
                                      unsigned parity, const uint64_t *states, bool *idle) {
  uint64_t *visited = cr__xblock_visited(block);
  uint64_t *frontier = cr__xblock_frontier(table, block, parity), before = 0;
  uint32_t count = 0;
  for (unsigned i = 0; i < table->words; i++) {
    uint64_t new = states[i] & ~visited[i];
    before |= frontier[i];
    if (new == 0) continue;
    visited[i] |= new;
    frontier[i] |= new;
    count += cr__xbits_count(new);
  }
  *idle = before == 0;
  return count;
}

/* Notes that a block has a frontier. False: no room. */
bool cr__xblocks_activate(cr__xblocks_table *table, unsigned segment, unsigned parity,
                          uint32_t number);

/* States to be added to blocks of one segment: count rows of a key and a bitmap each. *added is
 * raised by how many are new. False: no room, and some are left out. */
bool cr__xblocks_merge(cr__xblocks_table *table, unsigned segment, unsigned parity,
                       const uint64_t *rows, size_t count, uint64_t *added);

/* Gives blocks another shape: bitmaps of so many words (no fewer), keys as convert says (NULL: the
 * same keys). The lists are made anew. False: no room; the table is then of no use. */
typedef uint64_t cr__xblock_convert(void *arg, uint64_t key);
bool cr__xblocks_reshape(cr__xblocks_table *table, unsigned words, cr__xblock_convert *convert,
                         void *arg);

#endif

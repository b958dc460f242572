/* blocks_links.c - the pool of links; see blocks_table.h. */
#include <string.h>

#include "blocks_table.h"

enum { LINKS_FIRST = 64 };

/* Links save time, not room: under a bound they get no more than blocks leave. */
static bool links_fit(cr__xblocks_table *table, size_t bytes) {
  return table->bytes_max == 0 ||
         atomic_load_explicit(&table->bytes, memory_order_relaxed) + bytes <= table->bytes_max / 2;
}

uint32_t cr__xblock_links_new(cr__xblocks_table *table, unsigned segment, uint64_t *block,
                              unsigned families, const uint32_t *counts) {
  cr__xblock_segment *s = &table->segment[segment];
  cr__xblock_pool *pool = &s->links;
  uint32_t head = cr__xblock_links_head(families), all = 0, old = cr__xblock_links(block);
  for (unsigned f = 0; f < families; f++) all += counts[f];
  uint64_t end = (pool->count == 0 ? UINT64_C(1) : pool->count) + head + all;
  if (all > UINT8_MAX || end > UINT32_MAX) return old;
  if (end > pool->cap) {
    uint64_t cap = pool->cap + (uint64_t)pool->cap / 4 + LINKS_FIRST;
    while (cap < end) cap += cap / 4;
    void *array = pool->words;
    if (cap > UINT32_MAX || !links_fit(table, (cap - pool->cap) * sizeof *pool->words) ||
        !cr__xblocks_enlarge(table, &array, pool->cap * sizeof *pool->words,
                             cap * sizeof *pool->words))
      return old;
    pool->words = array;
    pool->cap = (uint32_t)cap;
  }
  uint32_t links = (uint32_t)end - head - all, place = 0;
  pool->count = (uint32_t)end;
  memset(pool->words + links, 0, (head + all) * sizeof *pool->words);
  uint8_t *from = (uint8_t *)(pool->words + links);
  for (unsigned f = 0; f < families; f++) {
    if (old != 0) {
      cr__xblock_way had = cr__xblock_links_of(pool->words + old, head, f);
      memcpy(pool->words + links + head + place, had.link, had.count * sizeof *had.link);
    }
    from[f] = (uint8_t)place;
    place += counts[f];
    from[f + 1] = (uint8_t)place;
  }
  block[1] = (uint32_t)block[1] | (uint64_t)links << 32;
  return links;
}

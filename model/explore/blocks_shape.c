/* blocks_shape.c - blocks of another shape; see blocks_table.h. */
#include <stdlib.h>
#include <string.h>

#include "blocks_table.h"

typedef struct reshaping {
  cr__xblocks_table *to, *from;
  cr__xblock_convert *convert;
  void *arg;
} reshaping;

/* The new block of an old one; it is made, if there is none. NULL: no room. */
static uint64_t *block_of(const reshaping *r, const uint64_t *old, uint32_t *place) {
  uint64_t key = r->convert == NULL ? *old : r->convert(r->arg, *old);
  bool made;
  return cr__xblocks_open(r->to, cr__xblocks_segment(r->to, key), key, place, &made);
}

static bool block_copy(const reshaping *r, const uint64_t *old) {
  uint32_t place;
  uint64_t *new = block_of(r, old, &place);
  if (new == NULL) return false;
  memcpy(new + r->to->head, old + r->from->head, 2 * r->from->words * sizeof *new);
  return (old[1] & CR__XBLOCK_LISTED) == 0 || cr__xblocks_list(r->to, place, new);
}

/* When all blocks are copied. */
static bool frontier_copy(const reshaping *r, const cr__xblock_rows *rows) {
  if (rows->count == 0) return true;
  cr__xblocks_table *to = r->to;
  const uint64_t *row = rows->words, *end = row + rows->count;
  for (; row < end; row = cr__xblock_row_next(row)) {
    uint32_t place;
    unsigned words = (unsigned)(row[1] >> 32);
    const uint64_t *block = block_of(r, cr__xblock_at(r->from, (uint32_t)row[0]), &place);
    if (block == NULL) return false;
    cr__xblock_segment *segment = &to->segment[cr__xblocks_segment(to, *block)];
    uint64_t *new = cr__xblocks_row(to, &segment->frontier, place, words, (uint32_t)row[1]);
    if (new == NULL) return false;
    memcpy(new, row + 2, words * sizeof *new);
  }
  return true;
}

bool cr__xblocks_reshape(cr__xblocks_table *table, unsigned words, uint64_t far,
                         cr__xblock_convert *convert, void *arg) {
  cr__xblocks_table *old = cr_alloc(sizeof *old);
  cr__xblocks_table_renew(table, words, far, old);
  reshaping r = {table, old, convert, arg};
  bool good = true;
  for (unsigned i = 0; i < CR__XBLOCK_SEGMENTS; i++)
    for (uint32_t n = 0; good && n < old->segment[i].count; n++)
      good = block_copy(&r, cr__xblock_at(old, cr__xblock_place(old, i, n)));
  for (unsigned i = 0; i < CR__XBLOCK_SEGMENTS; i++) {
    good = good && frontier_copy(&r, &old->segment[i].frontier);
    atomic_fetch_sub(&table->bytes, cr__xblocks_segment_bytes(old, i));
  }
  cr__xblocks_table_free(old);
  free(old);
  return good;
}

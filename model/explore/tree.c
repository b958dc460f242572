/* tree.c - see tree.h. */
#include "tree.h"

#include <stdlib.h>
#include <string.h>

enum {
  PIECE_BYTES = 8,
  PIECES_MAX = (CR_XSTATE_BYTES_MAX + PIECE_BYTES - 1) / PIECE_BYTES,
  CHUNK_SHIFT = 7,
  CHUNK_PARTS = 1 << CHUNK_SHIFT,
  CAP_FIRST = 16,
  NUMBER_BITS = 32 - CR__XSEGMENT_BITS
};
/* Neither a number nor a part of one: the highest number of a segment is not given. */
#define NONE UINT32_MAX

/* ---- parts ----------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 32)) * UINT64_C(0xD6E8FEB86659FD93);
  x = (x ^ (x >> 32)) * UINT64_C(0xD6E8FEB86659FD93);
  return x ^ (x >> 32);
}

static uint64_t part_at(const cr__xparts *p, uint32_t i) {
  return p->chunks[i >> CHUNK_SHIFT][i & (CHUNK_PARTS - 1)];
}

static uint32_t home_of(uint64_t hash, uint32_t cap) {
  return (uint32_t)(((uint64_t)(uint32_t)hash * cap) >> 32);
}

/* The slot of a part, or the empty one where it belongs. */
static uint32_t probe(const cr__xparts *p, uint64_t hash, uint64_t part) {
  uint32_t i = home_of(hash, p->cap);
  while (p->slots[i] != 0 && part_at(p, p->slots[i] - 1) != part) i = i + 1 == p->cap ? 0 : i + 1;
  return i;
}

static uint32_t part_find(const cr__xtree *tree, uint64_t part) {
  uint64_t hash = mix(part);
  unsigned segment = cr__xstore_segment(hash);
  const cr__xparts *p = &tree->parts[segment];
  if (p->cap == 0) return NONE;
  uint32_t slot = p->slots[probe(p, hash, part)];
  return slot == 0 ? NONE : (uint32_t)segment << NUMBER_BITS | (slot - 1);
}

static bool slots_grow(cr__xparts *p, cr__xstore *store) {
  uint32_t cap = p->cap == 0 ? CAP_FIRST : p->cap + p->cap / 4;
  if (!cr__xstore_reserve(store, cap * sizeof *p->slots)) return false;
  uint32_t *slots = calloc(cap, sizeof *slots);
  if (slots == NULL) {
    cr__xstore_release(store, cap * sizeof *slots);
    return false;
  }
  for (uint32_t n = 0; n < p->count; n++) {
    uint32_t i = home_of(mix(part_at(p, n)), cap);
    while (slots[i] != 0) i = i + 1 == cap ? 0 : i + 1;
    slots[i] = n + 1;
  }
  cr__xstore_release(store, p->cap * sizeof *slots);
  free(p->slots);
  p->slots = slots;
  p->cap = cap;
  return true;
}

static bool chunk_add(cr__xparts *p, cr__xstore *store) {
  size_t cap = p->chunks_count < p->chunks_cap ? p->chunks_cap : p->chunks_cap * 2 + 4;
  size_t list = (cap - p->chunks_cap) * sizeof *p->chunks;
  if (!cr__xstore_reserve(store, list + CHUNK_PARTS * sizeof(uint64_t))) return false;
  uint64_t *chunk = malloc(CHUNK_PARTS * sizeof *chunk);
  uint64_t **chunks = chunk == NULL ? NULL : realloc(p->chunks, cap * sizeof *chunks);
  if (chunks == NULL) {
    free(chunk);
    cr__xstore_release(store, list + CHUNK_PARTS * sizeof(uint64_t));
    return false;
  }
  chunks[p->chunks_count++] = chunk;
  p->chunks = chunks;
  p->chunks_cap = cap;
  return true;
}

static uint32_t part_add(cr__xtree *tree, uint64_t part, cr__xstore *store) {
  uint32_t number = part_find(tree, part);
  if (number != NONE) return number;
  uint64_t hash = mix(part);
  unsigned segment = cr__xstore_segment(hash);
  cr__xparts *p = &tree->parts[segment];
  if (p->count == (UINT32_C(1) << NUMBER_BITS) - 1) return NONE;
  if ((p->count + UINT64_C(1)) * 5 > p->cap * UINT64_C(4) && !slots_grow(p, store)) return NONE;
  if (p->count >> CHUNK_SHIFT == p->chunks_count && !chunk_add(p, store)) return NONE;
  uint32_t i = p->count++;
  p->chunks[i >> CHUNK_SHIFT][i & (CHUNK_PARTS - 1)] = part;
  p->slots[probe(p, hash, part)] = i + 1;
  return (uint32_t)segment << NUMBER_BITS | i;
}

static uint64_t part_of(const cr__xtree *tree, uint32_t number) {
  return part_at(&tree->parts[number >> NUMBER_BITS], number & ((UINT32_C(1) << NUMBER_BITS) - 1));
}

/* ---- trees ----------------------------------------------------------------------------------- */

void cr__xtree_init(cr__xtree *tree, size_t key_bytes) {
  CR_ASSERT(key_bytes > PIECE_BYTES && key_bytes <= CR_XSTATE_BYTES_MAX);
  *tree = (cr__xtree){.key_bytes = key_bytes,
                      .pieces = (uint32_t)((key_bytes + PIECE_BYTES - 1) / PIECE_BYTES)};
}

void cr__xtree_free(cr__xtree *tree, cr__xstore *store) {
  for (size_t s = 0; s < CR__XSEGMENTS; s++) {
    cr__xparts *p = &tree->parts[s];
    for (size_t i = 0; i < p->chunks_count; i++) free(p->chunks[i]);
    free(p->chunks);
    free(p->slots);
    cr__xstore_release(store, p->cap * sizeof *p->slots +
                                  p->chunks_count * CHUNK_PARTS * sizeof(uint64_t) +
                                  p->chunks_cap * sizeof *p->chunks);
    *p = (cr__xparts){0};
  }
}

void cr__xglance_init(cr__xglance *glance, const cr__xtree *tree) {
  *glance = (cr__xglance){.pieces = cr_alloc(tree->pieces * sizeof *glance->pieces),
                          .numbers = cr_alloc(2 * (size_t)tree->pieces * sizeof *glance->numbers),
                          .changed = cr_alloc(2 * (size_t)tree->pieces * sizeof *glance->changed)};
  memset(glance->numbers, 0xFF, 2 * (size_t)tree->pieces * sizeof *glance->numbers);
}

void cr__xglance_free(cr__xglance *glance) {
  free(glance->pieces);
  free(glance->numbers);
  free(glance->changed);
  *glance = (cr__xglance){0};
}

/* Gives a node its number; to is NULL for looking only. False: it has none. */
static bool renumber(const cr__xtree *tree, cr__xtree *to, cr__xglance *g, uint32_t node,
                     uint64_t part, cr__xstore *store) {
  uint32_t number = to != NULL ? part_add(to, part, store) : part_find(tree, part);
  if (number != g->numbers[node]) g->changed[node >> 1] = true;
  g->numbers[node] = number;
  return number != NONE;
}

static uint64_t pair_of(const cr__xglance *g, uint32_t node) {
  return (uint64_t)g->numbers[2 * node] << 32 | g->numbers[2 * node + 1];
}

/* From the pieces up. A node is looked for when something below it is new, or when it had no number
 * yet; what has none below keeps a node from having one. */
static bool number_all(const cr__xtree *tree, cr__xtree *to, cr__xglance *g, const void *key,
                       uint64_t *pair, cr__xstore *store) {
  const unsigned char *bytes = key;
  uint32_t n = tree->pieces;
  bool good = true;
  memset(g->changed, 0, n * sizeof *g->changed);
  for (uint32_t i = 0; i < n; i++) {
    size_t from = (size_t)i * PIECE_BYTES, left = tree->key_bytes - from;
    uint64_t piece = 0;
    memcpy(&piece, bytes + from, left < PIECE_BYTES ? left : PIECE_BYTES);
    if (piece == g->pieces[i] && g->numbers[n + i] != NONE) continue;
    g->pieces[i] = piece;
    if (!renumber(tree, to, g, n + i, piece, store)) good = false;
    if (!good && to != NULL) return false;
  }
  for (uint32_t node = n - 1; node > 1; node--) {
    if (!g->changed[node] && g->numbers[node] != NONE) continue;
    if (g->numbers[2 * node] == NONE || g->numbers[2 * node + 1] == NONE) {
      g->numbers[node] = NONE;
      g->changed[node >> 1] = true;
      good = false;
    } else if (!renumber(tree, to, g, node, pair_of(g, node), store)) {
      good = false;
    }
    if (!good && to != NULL) return false;
  }
  *pair = pair_of(g, 1);
  return good;
}

bool cr__xtree_find(const cr__xtree *tree, cr__xglance *glance, const void *key, uint64_t *pair) {
  return number_all(tree, NULL, glance, key, pair, NULL);
}

/* When there was no room, what the glance holds is of no one key: it is forgotten. */
bool cr__xtree_add(cr__xtree *tree, cr__xglance *glance, const void *key, uint64_t *pair,
                   cr__xstore *store) {
  if (number_all(tree, tree, glance, key, pair, store)) return true;
  memset(glance->numbers, 0xFF, 2 * (size_t)tree->pieces * sizeof *glance->numbers);
  return false;
}

void cr__xtree_key(const cr__xtree *tree, uint64_t pair, void *key) {
  uint32_t numbers[2 * PIECES_MAX];
  uint32_t n = tree->pieces;
  numbers[2] = (uint32_t)(pair >> 32);
  numbers[3] = (uint32_t)pair;
  for (uint32_t node = 2; node < n; node++) {
    uint64_t part = part_of(tree, numbers[node]);
    numbers[2 * node] = (uint32_t)(part >> 32);
    numbers[2 * node + 1] = (uint32_t)part;
  }
  for (uint32_t i = 0; i < n; i++) {
    size_t from = (size_t)i * PIECE_BYTES, left = tree->key_bytes - from;
    uint64_t piece = part_of(tree, numbers[n + i]);
    memcpy((unsigned char *)key + from, &piece, left < PIECE_BYTES ? left : PIECE_BYTES);
  }
}

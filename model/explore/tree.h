/* tree.h - long keys as trees of shared parts (private to the explorer).
 *
 * A key is cut into pieces of 8 bytes. Pieces have numbers; so have pairs of numbers, which are 8
 * bytes, too; the last pair stands for the key. A part that many keys have is kept once (Laarman,
 * van de Pol, Weber, "Parallel recursive state compression for free", SPIN 2011). Exact: equal
 * keys have equal pairs, and a pair gives back its key.
 *
 * Threads      any number may look, each through its own glance, while nobody adds.
 */
#ifndef CLUSRACE_EXPLORE_TREE_H
#define CLUSRACE_EXPLORE_TREE_H

#include "store.h"

/* Parts with one segment of their hashes. */
typedef struct cr__xparts {
  uint64_t **chunks;
  uint32_t *slots; /* number within the segment + 1; 0 = empty */
  size_t chunks_count, chunks_cap;
  uint32_t cap, count;
} cr__xparts;

typedef struct cr__xtree {
  size_t key_bytes;
  uint32_t pieces; /* of a key, 2 or more */
  cr__xparts parts[CR__XSEGMENTS];
} cr__xtree;

/* The key seen last and the numbers of its parts: of a key much like it only few are looked for. */
typedef struct cr__xglance {
  uint64_t *pieces;
  uint32_t *numbers; /* by node: 1 is the root, n has 2n and 2n + 1 below it */
  bool *changed;
} cr__xglance;

/* An empty tree for keys of more than 8 bytes. No allocation happens yet. */
void cr__xtree_init(cr__xtree *tree, size_t key_bytes);
/* Memory for parts is accounted for in store, which gets it back here. */
void cr__xtree_free(cr__xtree *tree, cr__xstore *store);
void cr__xglance_init(cr__xglance *glance, const cr__xtree *tree);
void cr__xglance_free(cr__xglance *glance);

/* The pair of a key; false when some part of it was never added. */
bool cr__xtree_find(const cr__xtree *tree, cr__xglance *glance, const void *key, uint64_t *pair);
/* The same, adding what is missing; false when there is no room for that. */
bool cr__xtree_add(cr__xtree *tree, cr__xglance *glance, const void *key, uint64_t *pair,
                   cr__xstore *store);
/* The key of a pair. */
void cr__xtree_key(const cr__xtree *tree, uint64_t pair, void *key);

#endif

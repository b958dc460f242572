/* trail.h - which transition added each state, in about a byte a state (private to the explorer).
 *
 * States are numbered in the order in which a breadth-first walk meets them, so the numbers of
 * their parents never fall, and the children of one parent come by rising position. Only the steps
 * are written, as Elias gamma codes: 1 bit for the same parent, 3 for the next one or the one after
 * it. A block begins anew, so that a state is found by looking for its block and reading that.
 * (That the shape of a tree in level order takes 2 bits a node: Jacobson, "Space-efficient static
 * trees and graphs", FOCS 1989.)
 */
#ifndef CLUSRACE_EXPLORE_TRAIL_H
#define CLUSRACE_EXPLORE_TRAIL_H

#include "findings.h"

typedef struct cr__xtrail_block cr__xtrail_block;

typedef struct cr__xtrail {
  cr__xtrail_block **blocks;
  size_t blocks_count, blocks_cap;
  uint32_t count;            /* states */
  uint64_t parent, position; /* of the last one; parent + 1, 0: an initial state */
  unsigned bit;              /* of the last block, the next to write */
} cr__xtrail;

/* Memory is accounted for in store, which gets it back when it is freed. */
void cr__xtrail_free(cr__xtrail *trail, cr__xstore *store);

/* The next state: its parent, which is not less than the last one's, and how many transitions of it
 * came before; for an initial state CR__XNO_PARENT and its number. False when there is no room. */
bool cr__xtrail_add(cr__xtrail *trail, uint32_t parent, uint32_t position, cr__xstore *store);

/* What was added for a state. Reads a block. */
void cr__xtrail_at(const cr__xtrail *trail, uint32_t state, uint32_t *parent, uint32_t *position);

/* As cr__xpath_build (findings.h), by walking the transitions again from the initial state on. */
void cr__xtrail_path(cr__xspace *space, const cr__xtrail *trail, const cr__xfinding *finding,
                     cr_xpath *path);

#endif

/* blocks.h - the walk in which states are bits of blocks (private to the explorer).
 *
 * The walk state by state begins, and hands over between two levels. From there on a level is done
 * in phases that a team shares out; nothing is locked on the way but for what is new.
 *   take    one task a segment of the table moves the level's states out of its blocks, into rows
 * Then each worker goes through the rows of its own segments:
 *   look    a block's effects are found (blocks_plan.h), and new ones learned; what judges states
 *           is asked; states without successors are looked at one by one
 *   expand  the effects are done to its states: what they add to blocks of the worker's own waits
 *           in a ring until the memory has come, bitmaps for other segments are put aside
 * and when much is put aside, or all segments are done,
 *   merge   one task a segment adds it.
 * Something that a run has to report, or that does not fit, ends the walk by blocks without a
 * result: the walk state by state is then done from the beginning, and tells. So everything that is
 * reported is what that one reports; a run without findings has no order that could show.
 */
#ifndef CLUSRACE_EXPLORE_BLOCKS_H
#define CLUSRACE_EXPLORE_BLOCKS_H

#include "findings.h"
#include "space.h"
#include "team.h"

typedef struct cr__xblocks_run {
  const cr_xmodel *model;
  const cr_xoptions *options;
  cr__xspace *space;
  cr__xstore *store; /* all states; the frontier are those from first on. Emptied, if anything is
                        done */
  uint32_t first, depth;
  cr__xteam *team;
  cr_xresult *result; /* goes on from what it is */
  bool *found;        /* set, when the walk ended because there is a finding to report */
} cr__xblocks_run;

/* Do model and options allow blocks? info (may be NULL) says what does not. */
CR_WARN_UNUSED cr_err cr__xblocks_allowed(const cr_xmodel *model, const cr_xoptions *options,
                                          cr_errinfo *info);

/* May this be the moment to begin, with so many states stored? */
bool cr__xblocks_due(const cr_xoptions *options, uint32_t states);

/* How to cut states into blocks: components, by bit. */
typedef struct cr__xblocks_shape {
  uint64_t inside; /* by which the states of a block differ */
  uint64_t near;   /* by which blocks differ that should lie together */
} cr__xblocks_shape;

/* The shape for the states that are stored; false: blocks do not pay. */
bool cr__xblocks_choose(cr__xspace *space, const cr__xstore *store, cr_xblocks wanted,
                        cr__xblocks_shape *shape);

/* Walks on. Returns why the walk ended, or 0 when it has to be done state by state; or when the
 * space has a mistake. */
cr_xstop cr__xblocks_walk(const cr__xblocks_run *run, const cr__xblocks_shape *shape);

#endif

/* batch.h - expands a run of states and adds what is new (private to the explorer).
 *
 * Three phases, each shared out among the threads of a team; nothing is locked:
 *   expand  tasks of neighbouring states; a target that the store knows is only counted, the others
 *           become candidates of the task, in the order of emission
 *   insert  one task a segment of the store takes the segment's candidates in the order of all
 *           tasks, so that of equal candidates the first one stays
 *   settle  the candidates that stayed are numbered in that order and written
 * So the numbers are those that a walk state by state would give.
 */
#ifndef CLUSRACE_EXPLORE_BATCH_H
#define CLUSRACE_EXPLORE_BATCH_H

#include "findings.h"
#include "full.h"
#include "team.h"

/* A batch is no larger. Where a bound or a violation ends a run depends on it. */
enum { CR__XBATCH_STATES = 256 * 64 };

typedef struct cr__xbatch cr__xbatch;

/* What a batch did. */
typedef struct cr__xharvest {
  uint32_t expanded; /* how many states, from the first on: all that were asked for, or fewer */
  uint32_t added;
  uint64_t transitions, deadlocks, reduced;
  /* The first of each kind and number of each task, in order; deadlocks apart. They live until the
   * next run. */
  cr__xfindings deadlocked, others;
} cr__xharvest;

typedef enum cr__xbatch_end {
  CR__XBATCH_DONE = 1,
  CR__XBATCH_MAX_STATES, /* done, but what was one too many is left out */
  CR__XBATCH_MAX_MEMORY, /* the same, or there was no room to begin */
} cr__xbatch_end;

/* Borrows all but the options. */
cr__xbatch *cr__xbatch_new(cr__xspace *space, cr__xstore *store, cr__xteam *team, cr__xfull *full,
                           const cr_xoptions *options);
void cr__xbatch_free(cr__xbatch *batch);

/* How many states a batch takes at most: fewer after memory was short. Where batches end, runs that
 * a bound or a violation ends do. */
uint32_t cr__xbatch_states(const cr__xbatch *batch);
void cr__xbatch_set_states(cr__xbatch *batch, uint32_t states);

/* Expands states first .. end - 1, or as many of them as one batch holds, and adds the transitions
 * of each label to counts. */
cr__xbatch_end cr__xbatch_run(cr__xbatch *batch, uint32_t first, uint32_t end,
                              cr__xharvest *harvest, cr_xresult *counts);

#endif

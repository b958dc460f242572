/* cycles.h - the first component of the graph in which a duty is owed for ever (private to the
 * explorer).
 *
 * A strongly connected component is unfair to a duty when every fairness class that is enabled in
 * all its states is also taken in it: then a run may go round in it for ever. What is not on the
 * way from any cycle is trimmed first, by all threads; most duties leave nothing. The components of
 * the rest are found by Tarjan's algorithm (SIAM J. Comput. 1, 1972), without recursion.
 *
 * Determinism  the answer is a property of the graph: the component with the least place in it.
 */
#ifndef CLUSRACE_EXPLORE_CYCLES_H
#define CLUSRACE_EXPLORE_CYCLES_H

#include <stdatomic.h>

#include "owing.h"

#define CR__XNO_PLACE UINT32_MAX

typedef struct cr__xcycles {
  cr__xowing *owing;
  cr__xteam *team;
  uint64_t duty;
  _Atomic uint32_t *degree; /* of each place: transitions to it that are not trimmed */
  uint32_t *component;      /* of each place: its number, or one of two marks (cycles.c) */
  uint32_t *order, *low;    /* Tarjan's; while trimming, low links what is to be trimmed */
  uint32_t *open, *path;    /* stacks, and */
  uint32_t *next;           /* the transition to look at, of each place on path */
  uint32_t *stuck_in;       /* of each part */
  uint32_t open_count, path_count, met, components;

  /* The answer. */
  uint32_t stuck;                /* least place where no fair transition is enabled */
  uint32_t best, best_component; /* least place of the first unfair component, and its number */
} cr__xcycles;

/* Makes room for searching all duties; false when there is none. What it allocates is accounted to
 * owing; cr__xcycles_free frees it. */
bool cr__xcycles_init(cr__xcycles *cycles, cr__xowing *owing, cr__xteam *team);
void cr__xcycles_free(cr__xcycles *cycles);

/* Sets stuck, best and best_component for a duty (one bit); CR__XNO_PLACE where there is none. */
void cr__xcycles_search(cr__xcycles *cycles, uint64_t duty);

#endif

/* cycles.h - the first component of the graph in which a duty is owed for ever (private to the
 * explorer).
 *
 * A strongly connected component is unfair to a duty when every fairness class that is enabled in
 * all its states is also taken in it: then a run may go round in it for ever. What is not on the
 * way from any cycle is trimmed first, by all threads if there are two; most duties leave nothing
 * where nothing polls. From three on they also take the component out of a large rest that is
 * likely the largest: what its busiest place reaches and is reached from (Fleischer, Hendrickson,
 * Pinar, IPDPS workshops 2000). The components of what is left are found by one thread, with
 * Tarjan's algorithm (SIAM J. Comput. 1, 1972) without recursion; it takes less than a tenth of the
 * walk.
 *
 * Memory       20 bytes a place; where a component is worth taking out, 4 for each transition more.
 * Determinism  the answer is a property of the graph: the component with the least place in it.
 */
#ifndef CLUSRACE_EXPLORE_CYCLES_H
#define CLUSRACE_EXPLORE_CYCLES_H

#include <stdatomic.h>

#include "owing.h"

#define CR__XNO_PLACE UINT32_MAX

/* What there is of a part, and what trimming leaves of it. */
typedef struct cr__xrest {
  uint32_t stuck, sources; /* first place where nothing fair is enabled; list of what is trimmed */
  uint32_t places, pivot;
  uint64_t edges, pivot_weight; /* edges: at first from the places of the part, then to them */
} cr__xrest;

typedef struct cr__xcycles {
  cr__xowing *owing;
  cr__xteam *team;
  uint64_t duty;
  _Atomic uint32_t *degree; /* of each place: transitions to it that are not trimmed; then marks */
  uint32_t *component;      /* of each place: its number, or what stands for one (cycles.c) */
  /* Of Tarjan's algorithm; open and path are stacks, next is the transition to look at of each
   * place on path. Before it begins they serve other ends (cycles.c). */
  uint32_t *open, *path, *next;
  struct cr__xrest *rest; /* of each part */
  uint32_t *back;         /* the places before each, of the rest */
  uint32_t begin, end;    /* of what is looked at in the queue, */
  _Atomic uint32_t tail;  /* and where it ends */
  bool backward;
  _Atomic uint64_t always, taken;
  atomic_bool cycle;
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

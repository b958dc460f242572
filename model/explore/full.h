/* full.h - which states partial order has expanded with all their transitions (private to the
 * explorer).
 *
 * A state that has been expanded in part only may put off what it leaves out to a later state, or
 * to one that has been expanded in full (stubborn.h). So this belongs to the walk, and to its
 * checkpoint.
 */
#ifndef CLUSRACE_EXPLORE_FULL_H
#define CLUSRACE_EXPLORE_FULL_H

#include "store.h"

/* Empty, unless there is partial order. */
typedef struct cr__xfull {
  unsigned char *of; /* by state, 0 or 1 */
  size_t cap;        /* known of the states before it */
} cr__xfull;

/* Makes room for the states before end, accounted to the store. Where there is none they count as
 * expanded in part: more is expanded then, nothing is missed. */
void cr__xfull_grow(cr__xfull *full, cr__xstore *store, uint32_t end);
void cr__xfull_free(cr__xfull *full);

static inline bool cr__xfull_has(const cr__xfull *full, uint32_t state) {
  return state < full->cap && full->of[state] != 0;
}

static inline void cr__xfull_set(cr__xfull *full, uint32_t state, bool whole) {
  if (state < full->cap) full->of[state] = whole;
}

#endif

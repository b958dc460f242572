/* orbit.h - states up to symmetry (private to the explorer).
 *
 * A model that knows a symmetry brings each state to the representative of its orbit
 * (cr_xmodel.canonical); the walk then stores representatives only (Ip and Dill, "Better
 * Verification through Symmetry", 1996; Emerson and Sistla, "Symmetry and Model Checking", 1996).
 * Equal numbers of violations mean equal things for all states of an orbit, so the verdicts stay. A
 * path through representatives is no run of the model; it is walked again from the real initial
 * state, at each step by the first transition into the orbit of the next representative.
 */
#ifndef CLUSRACE_EXPLORE_ORBIT_H
#define CLUSRACE_EXPLORE_ORBIT_H

#include "findings.h"

/* For one worker; borrows the model. The caller frees it; NULL is allowed. */
typedef struct cr__xorbit cr__xorbit;
cr__xorbit *cr__xorbit_new(const cr_xmodel *model, bool check_all);
void cr__xorbit_free(cr__xorbit *orbit);

/* Brings a state (aligned) to its representative. */
void cr__xorbit_canonical(const cr__xorbit *orbit, void *state);
/* As the model's successors, but with the representatives of the targets. state is aligned. */
void cr__xorbit_successors(cr__xorbit *orbit, const void *state, cr_xsink *sink);
/* What was found wrong with the model's symmetry, or NULL: a representative has another one, or the
 * successors of a state and of its representative have different representatives. */
const char *cr__xorbit_mistake(const cr__xorbit *orbit);

/* The real run of a finding (as cr__xpath_build, which see). */
void cr__xorbit_path(cr__xorbit *orbit, const cr__xstore *store, const cr__xfinding *finding,
                     cr_xpath *path);

#endif

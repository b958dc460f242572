/* minimise.h - shorter traces with the same finding. */
#ifndef CLUSRACE_MINIMISE_H
#define CLUSRACE_MINIMISE_H

#include "clusrace/world.h"

/* What minimising took. */
typedef struct cr_minimised {
  uint64_t executions; /* runs of candidates; at most about 1,000 */
  uint64_t states;     /* visited by the searches at the end */
} cr_minimised;

/* Reduces a trace of the model, verdict VIOLATES or DEADLOCK, to one with the same verdict and
 * clause in which nothing more can be
 *   left out    no actor, no chunk, no single step: steps that are not enabled any more are
 *               skipped, the rest follows;
 *   searched    no shorter way with the actions of the trace, with those of its actors, or with
 *               all: the explorer looks, each time in a bounded number of states;
 *   calmed      no two runs of an actor can be joined, so that there is no needless switch;
 *   put right   neighbouring runs stand in the order of their actions, and what is alike (workers,
 *               applications, resources) has the least names.
 * Where the searches come to their end the result does not depend on the trace, only on the model
 * and the clause. Each form was run. result must be zero or initialised; stats may be NULL. A
 * lasso, a trace without such a verdict and one that does not reproduce on model are copied. */
void cr_minimise(const cr_model *model, const cr_trace *trace, cr_trace *result,
                 cr_minimised *stats);

#endif

/* minimise.h - shorter traces with the same finding. */
#ifndef CLUSRACE_MINIMISE_H
#define CLUSRACE_MINIMISE_H

#include "clusrace/world.h"

/* Reduces a trace of the model (verdict VIOLATES) to one with the same clause from which no single
 * step and no chunk can be left out: steps that are not enabled any more are skipped, the rest
 * follows. Then a bounded search among the actions of the trace looks for a shorter one. result
 * must be zero or initialised. executions (may be NULL) counts the runs it took. If trace does not
 * reproduce on model, result is a copy of it. */
void cr_minimise(const cr_model *model, const cr_trace *trace, cr_trace *result,
                 uint64_t *executions);

#endif

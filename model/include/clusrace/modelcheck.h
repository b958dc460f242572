/* modelcheck.h - the contract's model as the explorer wants it, and what the explorer found as
 * traces. The only place where the explorer and the contract meet. */
#ifndef CLUSRACE_MODELCHECK_H
#define CLUSRACE_MODELCHECK_H

#include "clusrace/explore.h"
#include "clusrace/world.h"

/* Fills in an explorer model over model (borrowed). Labels are cr_action; a violation is the
 * clause's index + 1. */
void cr_modelcheck_bind(const cr_model *model, cr_xmodel *xmodel);
/* The trace of a counterexample; its verdict is VIOLATES or DEADLOCK. trace must be zero or
 * initialised. */
void cr_modelcheck_trace(const cr_model *model, const cr_xpath *path, cr_trace *trace);

#endif

/* modelcheck.h - the contract's model as the explorer wants it, and what the explorer found as
 * traces. The only place where the explorer and the contract meet. */
#ifndef CLUSRACE_MODELCHECK_H
#define CLUSRACE_MODELCHECK_H

#include "clusrace/explore.h"
#include "clusrace/world.h"

/* Fills in an explorer model over model (borrowed). Labels are cr_action; a violation is the
 * clause's index + 1. */
void cr_modelcheck_bind(const cr_model *model, cr_xmodel *xmodel);
/* Appends what tells an exploration of this model from others, in lines (cr_xoptions.identity):
 * version and contract, scenario, subject, judge. */
void cr_modelcheck_identity(const cr_model *model, cr_buf *out);
/* The trace of a counterexample; its verdict is VIOLATES or DEADLOCK, and CONFORMS when the model's
 * judge looks for witnesses. trace must be zero or initialised. */
void cr_modelcheck_trace(const cr_model *model, const cr_xpath *path, cr_trace *trace);

/* What all interleavings together do to the clauses. No violation ends a path here, whatever the
 * model's judge says: exercised and violated are complete when the result is. Errors as for
 * cr_explore; result is the caller's. */
CR_WARN_UNUSED cr_err cr_modelcheck_survey(const cr_model *model, const cr_xoptions *options,
                                           cr_judgement *judged, cr_xresult *result,
                                           cr_errinfo *info);

/* What to look for: the subject exercises the clause and keeps it, or violates it. */
typedef enum cr_sought { CR_SOUGHT_WITNESS = 1, CR_SOUGHT_VIOLATION } cr_sought;

/* The shortest trace of a subject in a scenario that shows what is sought of one clause; among
 * equally short ones the least (clusrace/explore.h). trace must be zero or initialised; it has no
 * steps when there is none. Errors as for cr_explore. */
CR_WARN_UNUSED cr_err cr_modelcheck_find(const cr_scenario *scenario, const cr_subject *subject,
                                         cr_clause clause, cr_sought sought,
                                         const cr_xoptions *options, cr_trace *trace,
                                         cr_errinfo *info);

#endif

/* checkpoint.h - a walk in a file, so that it can go on after anything (private to the explorer).
 *
 * A file is a log (log.h). Its first record names the run: the model, the options on which results
 * depend, and what the caller says. Then follow, in the order in which they came to be, values of
 * components, forms of the keys, states with their parents, what partial order has expanded in
 * full; a checkpoint appends what is new and a record with everything else: where the walk is, what
 * was counted and found. Keys are never written again: after a change of their form (space.h) the
 * file says so, and reading repeats the change. The table of states is not in the file: it is built
 * again.
 */
#ifndef CLUSRACE_EXPLORE_CHECKPOINT_H
#define CLUSRACE_EXPLORE_CHECKPOINT_H

#include "findings.h"
#include "full.h"

/* The walk between two batches, beside its states. level_end: where the level ends that is being
 * expanded; when it is next, that level was reported and the one of depth begins. */
typedef struct cr__xposition {
  uint32_t next, level_end, depth;
  uint32_t batch_states;
  cr_xresult *result;                            /* states, transitions, counts */
  cr__xfull *full;                               /* of the states before next */
  cr__xfindings *deadlocked, *others, *findings; /* of this level; of those before */
} cr__xposition;

typedef struct cr__xcheckpoint cr__xcheckpoint;

/* For a run that writes or resumes one, else NULL in *checkpoint. A file to be resumed is read into
 * space, store and what position points to (all of them empty). The rest is borrowed. Fails with
 * one line when the file is damaged, of another run, or beyond the options' bounds, or when the
 * file to be written cannot be. */
CR_WARN_UNUSED cr_err cr__xcheckpoint_new(const cr_xmodel *model, const cr_xoptions *options,
                                          cr__xspace *space, cr__xstore *store,
                                          cr__xposition *position, cr__xcheckpoint **checkpoint,
                                          cr_errinfo *info);
void cr__xcheckpoint_free(cr__xcheckpoint *checkpoint);

/* Appends what is new. After an error the last one that was written is still good. */
CR_WARN_UNUSED cr_err cr__xcheckpoint_write(cr__xcheckpoint *checkpoint,
                                            const cr__xposition *position, cr_errinfo *info);

#endif

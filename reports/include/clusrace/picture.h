/* picture.h - what of a model was covered by runs, as pictures: the state machine of a resource as
 * the monitor sees it, and the operations that race, each pair in each order.
 *
 * What there is to cover comes from the model's suites, what was covered from observed runs.
 * Several scenarios add up; things are told apart by their names. Everything appended is the same
 * bytes for the same calls in any order of the runs.
 */
#ifndef CLUSRACE_PICTURE_H
#define CLUSRACE_PICTURE_H

#include "clusrace/suite.h"
#include "clusrace/taken.h"

typedef struct cr_covering cr_covering;

/* Free it with cr_covering_free. */
cr_covering *cr_covering_new(void);
void cr_covering_free(cr_covering *covering);

/* Takes what a suite (made with pairs) shows the model to be able to do. Only what scenarios with
 * one resource can do is taken: the pictures are those of one. */
void cr_covering_model(cr_covering *covering, const cr_suite *suite);
/* Takes what a run did: of what the model can do, so that comes first. */
void cr_covering_run(cr_covering *covering, const cr_trace *trace);
/* Takes what many runs of a scenario did, as a hunt tells it. */
void cr_covering_taken(cr_covering *covering, const cr_scenario *scenario, const cr_taken *taken);

/* How much there is to be covered, and how much was. */
typedef struct cr_covered {
  size_t ways, ways_taken;
  unsigned pairs, pairs_taken;
} cr_covered;

cr_covered cr_covering_count(const cr_covering *covering);
/* Is there anything to be covered? */
bool cr_covering_any(const cr_covering *covering);

/* The state machine in the language of Graphviz (DOT): a node for each state that the monitor can
 * take a resource to be in, an edge for what leads from one to another; what was covered is solid.
 */
void cr_covering_states(const cr_covering *covering, cr_buf *out);
/* The racing pairs as a matrix, an SVG document: row first, column right after it. */
void cr_covering_pairs(const cr_covering *covering, cr_buf *out);
/* Sentences with the figures, for beneath the pictures. */
void cr_covering_states_text(const cr_covering *covering, cr_buf *out);
void cr_covering_pairs_text(const cr_covering *covering, cr_buf *out);
/* All figures in a few words; nothing when there is nothing to be covered. */
void cr_covering_text(const cr_covering *covering, cr_buf *out);

#endif

/* coverage.h - `clusrace explore --coverage` and `--depths`. Private to cli/. */
#ifndef CR_CLI_COVERAGE_H
#define CR_CLI_COVERAGE_H

#include "clusrace/graph.h"
#include "clusrace/modelcheck.h"
#include "json.h"

/* Tallies the clauses over the states that the exploration has met. Ctrl-C ends it early, which the
 * tally says. */
void cli_coverage_tally(const cr_model *model, const cr_xresult *result, cr_tally *tally);
/* Prints how often each action was taken, the dead ones apart, and how often each clause that is
 * judged was put to the test. */
void cli_coverage_print(const cr_model *model, const cr_xresult *result, const cr_tally *tally);
/* The clauses as `clusrace explore --json --coverage` gives them, under "clauses". */
void cli_coverage_json(const cr_model *model, const cr_tally *tally, json_t *root);
/* Prints how many states lie at each depth, as bars that fit the terminal. */
void cli_depths_print(const cr_xresult *result);

#endif

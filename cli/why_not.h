/* why_not.h - why a clause could not be exercised in some scenarios. Private to cli/. */
#ifndef CR_CLI_WHY_NOT_H
#define CR_CLI_WHY_NOT_H

#include "cli.h"

/* Appends what wanted has and none of ours has, like "needs two resources"; nothing when there is
 * nothing of the kind. The parts that wanted switches on are the caller's. */
void cli_lacking(const cr_scenario *const *ours, unsigned count, const cr_scenario *wanted,
                 cr_buf *out);

/* Appends why the suite of a scenario does not exercise a clause, and to see the name of a scenario
 * that does: what that one has, and this one has not, is the reason. complete: this one was walked
 * through to the end. */
void cli_suite_why(const cr_scenario *scenario, bool complete, cr_clause clause, cr_buf *why,
                   cr_buf *see);

#endif

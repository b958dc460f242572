/* scenario_check.h - whether the lines of a scenario go together. Private to model/. */
#ifndef CR_MODEL_SCENARIO_CHECK_H
#define CR_MODEL_SCENARIO_CHECK_H

#include "clusrace/scenario.h"
#include "text.h"

/* Judges a scenario whose lines were all read. CR_OK, or fails at the line that `lines` has come
 * to, with what to change. What is accepted makes a model whose reference breaks no clause. */
cr_err cr__scenario_check(const cr_lines *lines, const cr_scenario *scenario, cr_errinfo *info);

#endif

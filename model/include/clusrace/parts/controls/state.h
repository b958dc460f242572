/* state.h - variables of the part "controls": scripts, and an automaton over bits. */
#ifndef CLUSRACE_PART_CONTROLS_H
#define CLUSRACE_PART_CONTROLS_H

#include "clusrace/parts/story_fields.h"

#define CR_PART_CONTROLS_FIELDS(X) CR_STORY_FIELDS(X)
#define CR_OBS_CONTROLS_FIELDS(X) CR_AUTOMATON_FIELDS(X)
#define CR_PART_CONTROLS_SLOTS 0

#endif

/* state.h - variables of the part "removal": scripts, and an automaton over bits. */
#ifndef CLUSRACE_PART_REMOVAL_H
#define CLUSRACE_PART_REMOVAL_H

#include "clusrace/parts/story_fields.h"

#define CR_PART_REMOVAL_FIELDS(X) CR_STORY_FIELDS(X)
#define CR_OBS_REMOVAL_FIELDS(X) CR_AUTOMATON_FIELDS(X)
#define CR_PART_REMOVAL_SLOTS 4

#endif

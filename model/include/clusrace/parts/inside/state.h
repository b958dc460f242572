/* state.h - variables of the part "inside": scripts, and an automaton over bits. */
#ifndef CLUSRACE_PART_INSIDE_H
#define CLUSRACE_PART_INSIDE_H

#include "clusrace/parts/story_fields.h"

#define CR_PART_INSIDE_FIELDS(X) CR_STORY_FIELDS(X)
#define CR_OBS_INSIDE_FIELDS(X) CR_AUTOMATON_FIELDS(X)
#define CR_PART_INSIDE_SLOTS 0

#endif

/* state.h - variables of the part "health": scripts, and an automaton over bits. */
#ifndef CLUSRACE_PART_HEALTH_H
#define CLUSRACE_PART_HEALTH_H

#include "clusrace/parts/story_fields.h"

#define CR_PART_HEALTH_FIELDS(X) CR_STORY_FIELDS(X)
#define CR_OBS_HEALTH_FIELDS(X) CR_AUTOMATON_FIELDS(X)
#define CR_PART_HEALTH_SLOTS 0

#endif

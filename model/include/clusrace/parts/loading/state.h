/* state.h - variables of the part "loading": scripts, and an automaton over bits. */
#ifndef CLUSRACE_PART_LOADING_H
#define CLUSRACE_PART_LOADING_H

#include "clusrace/parts/story_fields.h"

#define CR_PART_LOADING_FIELDS(X) CR_STORY_FIELDS(X)
#define CR_OBS_LOADING_FIELDS(X) CR_AUTOMATON_FIELDS(X)
#define CR_PART_LOADING_SLOTS 0

#endif

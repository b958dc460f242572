/* state.h - variables of the part "policy": scripts, and an automaton over bits. */
#ifndef CLUSRACE_PART_POLICY_H
#define CLUSRACE_PART_POLICY_H

#include "clusrace/parts/story_fields.h"

#define CR_PART_POLICY_FIELDS(X) CR_STORY_FIELDS(X)
#define CR_OBS_POLICY_FIELDS(X) CR_AUTOMATON_FIELDS(X)
#define CR_PART_POLICY_SLOTS 0

#endif

/* state.h - variables of the part "disk": scripts, and an automaton over bits. */
#ifndef CLUSRACE_PART_DISK_H
#define CLUSRACE_PART_DISK_H

#include "clusrace/parts/story_fields.h"

#define CR_PART_DISK_FIELDS(X) CR_STORY_FIELDS(X)
#define CR_OBS_DISK_FIELDS(X) CR_AUTOMATON_FIELDS(X)
#define CR_PART_DISK_SLOTS 4

#endif

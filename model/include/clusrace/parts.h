/* parts.h - the variables of the world's parts (parts.def): one table for each gives the
 * structures, the packed form and the names in state listings. */
#ifndef CLUSRACE_PARTS_H
#define CLUSRACE_PARTS_H

#include <stdint.h>

#include "clusrace/parts/controls/state.h"
#include "clusrace/parts/disk/state.h"
#include "clusrace/parts/health/state.h"
#include "clusrace/parts/inside/state.h"
#include "clusrace/parts/loading/state.h"
#include "clusrace/parts/nodes/state.h"
#include "clusrace/parts/policy/state.h"
#include "clusrace/parts/removal/state.h"
#include "clusrace/parts/stack/state.h"

typedef enum cr_part {
#define PART(ID, lower, meaning) CR_PART_##ID,
#include "clusrace/parts.def"
#undef PART
  CR_PART_COUNT
} cr_part;

#define CR_PART_FIELD(name, bits) uint8_t name;
#define PART(ID, lower, meaning)         \
  typedef struct cr_part_##lower {       \
    CR_PART_##ID##_FIELDS(CR_PART_FIELD) \
  } cr_part_##lower;                     \
  typedef struct cr_obs_##lower {        \
    CR_OBS_##ID##_FIELDS(CR_PART_FIELD)  \
  } cr_obs_##lower;
#include "clusrace/parts.def"
#undef PART
#undef CR_PART_FIELD

/* What the actors of all parts know. */
typedef struct cr_parts {
#define PART(ID, lower, meaning) cr_part_##lower lower;
#include "clusrace/parts.def"
#undef PART
} cr_parts;

/* What the observer remembers for them. */
typedef struct cr_obs_parts {
#define PART(ID, lower, meaning) cr_obs_##lower lower;
#include "clusrace/parts.def"
#undef PART
} cr_obs_parts;

/* "loading", ...; what it is for. Static storage. */
const char *cr_part_name(cr_part part);
const char *cr_part_meaning(cr_part part);

#endif

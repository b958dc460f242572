/* state.h - variables of the part "inside", with their widths in bits (1 to 8). */
#ifndef CLUSRACE_PART_INSIDE_H
#define CLUSRACE_PART_INSIDE_H

/* The actors' own. */
#define CR_PART_INSIDE_FIELDS(X) X(started, 1)

/* The observer's. */
#define CR_OBS_INSIDE_FIELDS(X) X(seen, 1)

/* Handle numbers of its own, beside those of the core's actors. */
#define CR_PART_INSIDE_SLOTS 0

#endif

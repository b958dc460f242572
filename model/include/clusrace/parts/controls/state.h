/* state.h - variables of the part "controls", with their widths in bits (1 to 8). */
#ifndef CLUSRACE_PART_CONTROLS_H
#define CLUSRACE_PART_CONTROLS_H

/* The actors' own. */
#define CR_PART_CONTROLS_FIELDS(X) X(started, 1)

/* The observer's. */
#define CR_OBS_CONTROLS_FIELDS(X) X(seen, 1)

/* Handle numbers of its own, beside those of the core's actors. */
#define CR_PART_CONTROLS_SLOTS 0

#endif

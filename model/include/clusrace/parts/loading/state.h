/* state.h - variables of the part "loading", with their widths in bits (1 to 8). */
#ifndef CLUSRACE_PART_LOADING_H
#define CLUSRACE_PART_LOADING_H

/* The actors' own. */
#define CR_PART_LOADING_FIELDS(X) X(started, 1)

/* The observer's. */
#define CR_OBS_LOADING_FIELDS(X) X(seen, 1)

/* Handle numbers of its own, beside those of the core's actors. */
#define CR_PART_LOADING_SLOTS 0

#endif

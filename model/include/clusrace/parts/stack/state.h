/* state.h - variables of the part "stack", with their widths in bits (1 to 8). */
#ifndef CLUSRACE_PART_STACK_H
#define CLUSRACE_PART_STACK_H

/* The actors' own.
 *   pc0, pc1, pc2  where each program stands in its script */
#define CR_PART_STACK_FIELDS(X) X(pc0, 5) X(pc1, 5) X(pc2, 5)

/* The observer's.
 *   plain  bit set of the programs that gave up the right to manage volumes */
#define CR_OBS_STACK_FIELDS(X) X(plain, 4)

/* Handle numbers of its own, beside those of the core's actors: three for each program. */
#define CR_PART_STACK_SLOTS 9

#endif

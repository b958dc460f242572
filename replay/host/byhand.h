/* byhand.h - what a person does with the host alone: replays, suites of them, and hunts. */
#ifndef CR_HOST_BYHAND_H
#define CR_HOST_BYHAND_H

#include "prepare.h"

typedef struct cr_byhand {
  cr_preparation how;
  const char *trace, *suite, *scenario; /* files, or NULL */
  const char *out;   /* file for a trace; of a suite, folder for those of its findings; or NULL */
  const char *tally; /* file that counts what was seen of each clause, or NULL: see tally.h */
  uint32_t flags;    /* CR_REPLAY_ of frame.h */
  bool json, all;
  unsigned long repeat, from, break_at; /* 0 = not given; from: the suite's first trace to replay */
  cr_search_config config;
} cr_byhand;

/* Each returns the exit status. */
int cr_byhand_replay(const cr_byhand *b);
/* Several traces, one file: they stand one after the other. One line for each; the status is the
 * worst of them. A process that cannot be used after a crash hands the rest to a new one. */
int cr_byhand_suite(const cr_byhand *b);
int cr_byhand_hunt(const cr_byhand *b);
int cr_byhand_imports(const cr_byhand *b);
/* Prints what the tally says: the verdict on the DLL, and on each clause. */
int cr_byhand_verdicts(const cr_byhand *b);

/* What differs between systems. */
/* Stops in the debugger that is attached; when there is none, says so and waits for Enter. */
void cr_person_waits(void);
/* This process's own command again in a new one, from that trace of the suite on; its exit status.
 */
int cr_byhand_hand_over(unsigned long from);

#endif

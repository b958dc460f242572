/* play.h - the parts that the host plays in one replay (the monitor, the applications, the pending
 * timer), and what becomes of the replay: shared by whoever decides what happens next (follow.c, a
 * trace; hunt.c, a search).
 */
#ifndef CR_HOST_PLAY_H
#define CR_HOST_PLAY_H

#include "session.h"

enum {
  CR_DRAIN_STEPS_MAX = 5000,  /* steps to come to rest after the last step that was asked for */
  CR_REPLAY_STEPS_MAX = 50000 /* steps of a whole replay */
};

typedef struct cr_play {
  cr_session *s;
  cr_verdict_kind ended; /* NONE, or why the replay cannot go on */
  char why[sizeof((cr_verdict *)0)->note];
  bool usable;      /* the process can be used again */
  bool first;       /* it is over with the first violation or misuse */
  uint32_t left_at; /* first step of the input that could not be followed, 0 = none */
  char left_why[sizeof((cr_verdict *)0)->note]; /* what was expected, and what was there instead */
} cr_play;

/* Begins a replay of the scenario. */
void cr_play_begin(cr_play *play, cr_session *s, const cr_scenario *scenario, bool strict);
/* Ends it: appends nothing to the trace, sets its verdict. left_over: threads, handles and memory
 * that are left are named in the verdict's note. */
void cr_play_end(cr_play *play, bool left_over);

/* The replay ends like this; only the first reason counts. */
void cr_play_stop(cr_play *play, cr_verdict_kind kind, const char *why);
/* No further step: it has ended, has what it was to show first, or is too long. */
bool cr_play_over(const cr_play *play);

/* A thread carries out its operation; false when the replay is over with it. */
bool cr_play_run(cr_play *play, cr_thread *t, bool time_out);
bool cr_play_run_silent(cr_play *play, cr_thread *t, unsigned steps_max);

bool cr_play_may_call(const cr_play *play, unsigned resource, cr_entry_point ep);
/* Is a thread inside an entry point? */
bool cr_play_inside(const cr_session *s);
/* Nothing can move although a call has not returned: says who waits for what. */
void cr_play_deadlock(cr_play *play);
/* "disk0.ep waits for a lock of disk0.worker0" appended. */
void cr_play_write_wait(const cr_thread *t, cr_buf *out);
/* Calls what the monitor owes, if it may be called now. */
bool cr_play_call_owed(cr_play *play);
/* One call that takes a resource down in good order: Offline while online, then Close. False when
 * there is none to be made. */
bool cr_play_call_down(cr_play *play);
bool cr_play_expire_one(cr_play *play);
/* When nothing but the monitor's timer can go on: if no thread of the DLL is there any more, and it
 * still owes something (duties.def), it will never come. Then that clause is violated; true. */
bool cr_play_give_up(cr_play *play);

#endif

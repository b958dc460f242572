/* control_common.h - a resource DLL of version 4 that answers control codes, made to be varied.
 *
 * control_common.c wraps the entry points of plain_common.c: every instance has two private
 * properties' worth of state of its own, an event that Online hands out, and at most one thread
 * that goes on with a control call. Each DLL whose name begins with `control_` links it,
 * plain_common.c and one small file that defines `control_traits`; all members zero is the
 * conforming DLL.
 */
#ifndef CLUSRACE_TESTS_CONTROL_COMMON_H
#define CLUSRACE_TESTS_CONTROL_COMMON_H

#include "clusrace/abi.h"

struct control_traits {
  BOOL unknown_success;  /* a code that it does not know is answered with success */
  BOOL small_overrun;    /* what is asked for is written whatever room there is */
  BOOL size_untold;      /* a buffer that is too small is refused without the size */
  BOOL end_twice;        /* the thread of a control call ends it twice */
  BOOL never_end;        /* ... never */
  BOOL late_write;       /* ... and writes the size afterwards */
  BOOL unjoined;         /* Close does not wait for that thread */
  BOOL end_after_answer; /* a call that was answered at once is ended as well */
  BOOL list_trusted;     /* lists of properties are believed in what they say of themselves */
  BOOL cancel_crashes;   /* Cancel uses what only an Offline has */
  BOOL cancel_silent;    /* a cancelled operation ends without a report */
  BOOL cancel_stops;     /* Cancel is refused and stops the operation */
  BOOL event_stays_set;  /* Online hands out the event as it is */
  BOOL event_crashes;    /* IsAlive uses what nobody has made when the event is signalled */
  BOOL event_closed;     /* Offline closes the event before anything else; Online makes a new one */
  BOOL event_late;       /* a thread that Online leaves behind hands out the event */
  BOOL validate_frees;   /* validating properties frees what setting them has stored */
  BOOL reason_longer;    /* of the reason of a state change more is read than was given */
  BOOL lost_twice;       /* Release reports the loss of the quorum, twice */
};

/* Defined by each DLL's own file. */
extern const struct control_traits control_traits;

#endif /* CLUSRACE_TESTS_CONTROL_COMMON_H */

/* controls.h - the monitor's side of control codes, Cancel, Arbitrate and Release, and of the event
 * handle that Online hands out: what is asked, with which buffers, and what is seen of the answer.
 *
 * A control call is announced by a fact of the monitor (topic control-code; the detail says how it
 * is sent, the number is the code) and made by the CALL that follows. Its buffers lie in pages of
 * their own: what is behind the input cannot be read, what is around the output is filled and
 * looked at afterwards. A call that goes on asynchronously keeps its buffers and its context for
 * the rest of the replay, so that whatever is done with them too late is seen.
 */
#ifndef CR_HOST_CONTROLS_H
#define CR_HOST_CONTROLS_H

#include <windows.h>

#include "clusrace/abi.h"
#include "clusrace/control_codes.h"
#include "clusrace/monitor.h"
#include "clusrace/trace.h"

typedef struct cr_session cr_session;
typedef struct cr_thread cr_thread;
typedef struct cr_table cr_table;

enum {
  CR_CONTROL_CALLS_MAX = CR_CODES_MAX, /* in one replay, asynchronous or not */
  CR_CONTROL_ROOM_MAX = 1024           /* bytes of an output */
};

typedef enum cr_control_state {
  CR_CONTROL_UNUSED = 0,
  CR_CONTROL_INSIDE,   /* the entry point runs */
  CR_CONTROL_ANSWERED, /* it has answered for good */
  CR_CONTROL_OPEN,     /* it goes on asynchronously */
  CR_CONTROL_ENDED     /* ... and was ended */
} cr_control_state;

/* One control call and its buffers. */
typedef struct cr_control {
  uint8_t state; /* cr_control_state */
  uint8_t row;   /* of the table of codes */
  uint8_t resource;
  bool of_type, written_late;
  bool goes_on; /* the entry point has said so */
  DWORD code;
  DWORD room;      /* of the output buffer */
  uint64_t digest; /* of the output's page when it was ended */
} cr_control;

/* A call with a code and an input of the caller's own instead of those of its row: what a fuzzer
 * sends. The input is borrowed until the call has returned. */
typedef struct cr_control_given {
  DWORD code;
  const void *in; /* at any address */
  DWORD in_size;
  DWORD room; /* of the output; cut at CR_CONTROL_ROOM_MAX */
} cr_control_given;

typedef struct cr_controls {
  const cr_control_given *given; /* for every call, or NULL */
  uint8_t *pages; /* reserved once: for each call a page for input, one for output, guards */
  cr_control call[CR_CONTROL_CALLS_MAX];
  unsigned calls;
  uint8_t announced[CR_RESOURCES_MAX]; /* 1 + row of the call to be made next, 0 = none */
  bool comes_online;                   /* some replay in this process has seen an Online succeed */
  bool judged;                         /* the scenario has control calls or Cancel */
  bool held[CR_RESOURCES_MAX];         /* Arbitrate has succeeded */
  cr_scenario told;                    /* what the clauses on them are judged by */
  cr_observer observer;                /* of what is no control call's */
  cr_observer of_call[CR_CONTROL_CALLS_MAX]; /* of one call each */
  unsigned about;                            /* the call that the present event is of, or all */
  uint8_t last_code;               /* cr_control_when of a code that admits few calls after it */
  bool wants_reason;               /* the resource has asked to be told why it goes down */
  bool phase1, phase2;             /* of the type's start: told */
  bool phases;                     /* the scenario has the second one: the DLL has to wait for it */
  HANDLE event[CR_RESOURCES_MAX];  /* that Online or a report has handed out, or NULL */
  HANDLE place[CR_RESOURCES_MAX];  /* where Online puts it */
  HANDLE placed[CR_RESOURCES_MAX]; /* what was there when Online returned */
  bool returned[CR_RESOURCES_MAX]; /* ... and that it has */
  bool event_seen[CR_RESOURCES_MAX]; /* its signal, since it was last reset */
} cr_controls;

/* A replay begins. */
void cr_controls_begin(cr_session *s, const cr_scenario *scenario);

/* Do the DLL's table, the scenario and the moment admit a row for the resource? */
bool cr_control_possible(const cr_session *s, unsigned resource, unsigned row);
/* The entry point that the row is sent to with this DLL's table. */
cr_entry_point cr_control_entry(const cr_session *s, unsigned row);
/* The row that a fact announces, or cr_control_rows() when there is none. */
unsigned cr_control_row_of(const cr_event *fact);

/* Announces the row: a FACT of the monitor. Its call is the next one of cr_session_call. */
void cr_control_announce(cr_session *s, unsigned resource, unsigned row);
/* Does the DLL's table have this entry point, one beside those that every table has? */
bool cr_controls_has(const cr_table *table, cr_entry_point ep);
/* May the monitor call this one now, as far as announcements, the event handle and the table say?
 */
bool cr_controls_admit(const cr_session *s, unsigned resource, cr_entry_point ep);
/* Is this one of the entry points that cr_control_run makes? One that takes a code? */
bool cr_is_control(cr_entry_point ep);
bool cr_takes_code(cr_entry_point ep);
/* The entry point that a guide's call of ep means here: the one that the announced code is sent to.
 */
cr_entry_point cr_control_next(const cr_session *s, unsigned resource, cr_entry_point ep);
/* Calls the entry point, on a thread of the DLL, and says what is seen of the answer; returns the
 * value as a trace has it. */
uint32_t cr_control_run(cr_thread *t, cr_entry_point ep, unsigned row);
/* Says so when a buffer was written after its call had ended, or the place for the event handle
 * after Online had returned. On a thread of the DLL, at a stop. */
void cr_controls_look(cr_thread *t);

/* Adds what the clauses on control calls make of the event. */
void cr_controls_judge(cr_session *s, const cr_event *event, cr_judgement *judgement);

/* The callbacks of a DLL's monitor that end or extend asynchronous calls. */
DWORD WINAPI cr_end_control(PRES_CTL_CTX context, DWORD status);
DWORD WINAPI cr_end_type_control(PRESTYPE_CTL_CTX context, DWORD status);
DWORD WINAPI cr_extend_control(PRES_CTL_CTX context, DWORD ms);
DWORD WINAPI cr_extend_type_control(PRESTYPE_CTL_CTX context, DWORD ms);

/* Online has handed out an event handle (NULL: none): checked, said, and watched from now on. */
void cr_event_handed_out(cr_thread *t, unsigned resource, HANDLE event);
/* The monitor calls ep: what it knows of the event handle is over with a new Online, and with a
 * Close of what is not down. */
void cr_event_of_call(cr_session *s, unsigned resource, cr_entry_point ep);
/* Online returns with this value and its place for the handle filled in or not: said, and from now
 * on nobody may write there. A failed Online has handed out nothing. */
void cr_event_returned(cr_thread *t, unsigned resource, uint32_t value);
/* The resource whose event handle this is, or CR_RESOURCES_MAX. */
unsigned cr_event_of_handle(HANDLE handle);
/* The DLL closes the event handle of the resource: a FACT. At the step of the closing. */
void cr_event_closed(cr_thread *t, unsigned resource);
/* Is the resource online and its event handle signalled, which the monitor has not seen yet? */
bool cr_event_signalled(const cr_session *s, unsigned resource);
/* The monitor sees the signal: a FACT; from now on it owes an IsAlive. */
void cr_event_take(cr_session *s, unsigned resource);

#endif

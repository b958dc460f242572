/* feedback.h - telling a fuzzing engine that an interleaving got somewhere new.
 *
 * Counters of one byte, which an engine reads as if they were code that was run. They
 * have a range for each kind: abstract states, (abstract state, action) pairs, racing pairs (which
 * two operations of different actors on the same thing met, and in which order), and code of a DLL
 * that was built for being watched.
 *
 * A cr_feedback is a plain value of one run. Portable: the host of a real DLL fills the same
 * counters.
 */
#ifndef CLUSRACE_FEEDBACK_H
#define CLUSRACE_FEEDBACK_H

#include "clusrace/observer.h"

/* More counters slow the engines down: they look at every one after every input. */
enum {
  CR_FEEDBACK_STATES = 8192,
  CR_FEEDBACK_PAIRS = 4096,
  CR_FEEDBACK_RACES = 2048,
  CR_FEEDBACK_CODE = 2048,
  CR_FEEDBACK_COUNTERS =
      CR_FEEDBACK_STATES + CR_FEEDBACK_PAIRS + CR_FEEDBACK_RACES + CR_FEEDBACK_CODE
};

/* Kinds, as a set. */
enum {
  CR_FEEDBACK_NOTHING = 0,
  CR_FEEDBACK_OF_STATES = 1,
  CR_FEEDBACK_OF_PAIRS = 2,
  CR_FEEDBACK_OF_RACES = 4,
  CR_FEEDBACK_ALL = 7
};

typedef struct cr_feedback {
  uint8_t *counter; /* CR_FEEDBACK_COUNTERS of them */
  unsigned kinds;   /* CR_FEEDBACK_ bits */
  struct {
    uint16_t operation, actor; /* of the last event about it; actor 0: none yet */
  } last[CR_RESOURCES_MAX + CR_VOLUMES_MAX];
} cr_feedback;

/* What a step raises, to be kept when it is taken again and again. */
typedef struct cr_feedback_mark {
  uint16_t state, pair;      /* counters */
  uint16_t operation, actor; /* of the event */
  uint8_t thing;             /* that it is about */
} cr_feedback_mark;

/* Begins a run; counter is borrowed and not cleared. */
void cr_feedback_begin(cr_feedback *feedback, uint8_t *counter, unsigned kinds);
/* The run has taken an action (any number that stands for it) and reached an abstract state. */
void cr_feedback_step(cr_feedback *feedback, uint32_t state, uint32_t action);
/* It has shown an event. */
void cr_feedback_event(cr_feedback *feedback, const cr_event *event);

/* What a step raises that takes an action, shows an event and reaches a state. */
void cr_feedback_mark_of(cr_feedback_mark *mark, uint32_t state, uint32_t action,
                         const cr_event *event);
/* Raises it: as cr_feedback_step and cr_feedback_event do one after the other. */
void cr_feedback_raise(cr_feedback *feedback, const cr_feedback_mark *mark);

/* The abstract state of a run of which only the events are known. */
uint32_t cr_feedback_observed(const cr_observer *observer, const cr_scenario *scenario);

#endif

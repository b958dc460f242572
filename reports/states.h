/* states.h - what can be said of every actor of a trace after each step, out of its events alone,
 * in words. Private to reports/. */
#ifndef CR_REPORT_STATES_H
#define CR_REPORT_STATES_H

#include "clusrace/observer.h"
#include "lanes.h"

typedef struct cr__states {
  const cr_trace *trace;
  const cr__lanes *lanes;
  cr_observer observer;
  cr_judgement judgement;      /* of the last step */
  uint8_t owner[CR_OPENS_MAX]; /* lane that opened a handle */
} cr__states;

/* Before the first step. trace and lanes are borrowed. */
void cr__states_begin(cr__states *states, const cr_trace *trace, const cr__lanes *lanes);
/* Takes a step. */
void cr__states_step(cr__states *states, const cr_event *event);
/* Appends what is to be said of a lane now, a line for each thing; nothing for actors of whom
 * nothing is known. */
void cr__states_lane(const cr__states *states, unsigned lane, cr_buf *out);

#endif

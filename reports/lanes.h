/* lanes.h - the actors of a trace as columns of a chart. Private to reports/. */
#ifndef CR_REPORT_LANES_H
#define CR_REPORT_LANES_H

#include "clusrace/trace.h"

enum { CR_LANES_MAX = 48 };

typedef struct cr__lane {
  char name[CR_NAME_MAX + 16];
  uint8_t role, who, index; /* VOLUME lanes: role 0, who = volume */
} cr__lane;

typedef struct cr__lanes {
  cr__lane lane[CR_LANES_MAX];
  unsigned count;
} cr__lanes;

/* The actors that do something visible in the trace, the monitor first, volumes between the DLL and
 * the applications. */
void cr__lanes_of(const cr_trace *trace, cr__lanes *lanes);
/* Lane of the event's actor; and of whom it acts on (the volume, the resource's thread, the
 * monitor), the same lane when it acts on nobody. */
unsigned cr__lane_from(const cr__lanes *lanes, const cr_event *event);
unsigned cr__lane_to(const cr__lanes *lanes, const cr_event *event);
/* What a lane is, for its colour: "monitor", "dll", "volume", "app", "env". */
const char *cr__lane_class(unsigned role);
/* Is the step shown in charts? */
bool cr__lane_shows(const cr_trace *trace, size_t step);
/* "Online", "status Online cp=2 -> continue", "offline h3 -> 5 (rights)": the event without its
 * actor and object. */
void cr__lane_label(const cr_trace *trace, const cr_event *event, cr_buf *out);
/* One sentence: "violates RM-TERM-04 at step 23". */
void cr__verdict_text(const cr_verdict *verdict, cr_buf *out);

#endif

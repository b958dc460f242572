/* hunt.h - lets a search decide what happens next (search.h), schedule after schedule, without any
 * trace: the DLL's threads, the monitor's calls, the pending timer, applications, waits that end by
 * time and failures of what the DLL calls.
 */
#ifndef CR_HOST_HUNT_H
#define CR_HOST_HUNT_H

#include "clusrace/hunt.h"
#include "session.h"

/* Runs schedules until `most` of them are done, one ends with a finding that is not known, about
 * `ms_max` milliseconds of real time have passed, or none is left. found receives the finding's
 * trace (steps_count 0: none). known: signatures of findings that are passed over. Returns false
 * when the process cannot be used for another schedule. */
bool cr_hunt_some(cr_session *s, cr_search *search, const cr_scenario *scenario,
                  const cr_hunt_request *request, cr_hunt_answer *answer, cr_trace *found);

#endif

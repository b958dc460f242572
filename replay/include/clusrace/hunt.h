/* hunt.h - what a controller asks of a host that searches the schedules of a DLL, and how that is
 * written down in a frame.
 */
#ifndef CLUSRACE_HUNT_H
#define CLUSRACE_HUNT_H

#include "clusrace/clause.h"
#include "clusrace/scenario.h"
#include "clusrace/search.h"
#include "clusrace/taken.h"

enum { CR_HUNT_KNOWN_MAX = 32 };

typedef struct cr_hunt_request {
  cr_search_config config;
  uint32_t most;   /* schedules until the next answer */
  uint32_t ms_max; /* real time until the next answer, about; 0 = any */
  uint8_t crumbs;  /* every event is told at once, in a frame of its own: the host may be lost */
  uint8_t strict;  /* warnings count as violations */
  uint8_t taken;   /* the answer tells what the schedules took */
  uint8_t lost;    /* the saved state is that of a host that did not come back */
  uint8_t known_count;
  uint64_t known[CR_HUNT_KNOWN_MAX]; /* signatures of findings to be passed over */
} cr_hunt_request;

typedef struct cr_hunt_answer {
  cr_search_stats stats;
  uint8_t exhausted;  /* within the configured bounds */
  uint8_t over;       /* no schedule is left, or enough were run */
  uint64_t known_met; /* schedules that ended with a known finding */
  cr_clauses warned;  /* clauses of the level warning that were broken since the last answer */
  /* Of the schedules since the last answer that were run to their end: in how many each of the
   * DLL's clauses could have failed and did not, and in how many it was the first that did, or a
   * warning.
   */
  uint32_t held[CR_CLAUSE_COUNT], broken[CR_CLAUSE_COUNT];
  cr_taken taken;  /* by the schedules since the last answer, those that were given up, too */
  char error[240]; /* why the search cannot go on: what is searched does not repeat itself, and
                      behind which step, of whom, called from where, that was seen */
} cr_hunt_answer;

/* The payload of a HUNT frame: request, scenario, saved state of the search (n = 0: a new one, or
 * the one that the host holds). */
void cr_hunt_request_write(const cr_hunt_request *request, const cr_scenario *scenario,
                           const void *state, size_t n, cr_buf *out);
/* state points into bytes. */
CR_WARN_UNUSED cr_err cr_hunt_request_read(const void *bytes, size_t n, cr_hunt_request *request,
                                           cr_scenario *scenario, const void **state,
                                           size_t *state_n, cr_errinfo *info);
/* The payload of a HUNTED frame: answer, saved state, a finding's trace in text form ("" = none).
 */
void cr_hunt_answer_write(const cr_hunt_answer *answer, const cr_buf *state, const cr_buf *trace,
                          cr_buf *out);
CR_WARN_UNUSED cr_err cr_hunt_answer_read(const void *bytes, size_t n, cr_hunt_answer *answer,
                                          const void **state, size_t *state_n, const char **trace,
                                          size_t *trace_n, cr_errinfo *info);

#endif

/* guided.h - schedules that a fuzzing engine has chosen, and what it is told of them while they
 * run.
 */
#ifndef CR_HOST_GUIDED_H
#define CR_HOST_GUIDED_H

#include "clusrace/feedback.h"
#include "clusrace/guided.h"
#include "session.h"

struct cr_guided {
  cr_scenario scenario;
  cr_hunt_request request;
  cr_search *search;
  cr_guided_block *block; /* NULL: nothing has begun */
  cr_feedback feedback;
};

/* text: a path, a line break, a HUNT request. Fails with CR_ERR_INPUT. */
CR_WARN_UNUSED cr_err cr_guided_begin(cr_guided *guided, const char *text, size_t n,
                                      cr_errinfo *info);
/* The schedule in the block. trace receives it in text form when it does not conform, or is wanted.
 * Returns false when the process cannot be used for another one. */
bool cr_guided_drive(cr_session *s, cr_guided *guided, bool wanted, cr_buf *trace);

/* Maps n bytes of a file that is there; NULL when that cannot be done (shared.c). Until the process
 * ends. */
void *cr_shared_map(const char *path, size_t n);

#endif

/* follow.h - follows a trace on the DLL: plays monitor, applications and environment, and chooses
 * which thread of the DLL goes on.
 */
#ifndef CR_HOST_FOLLOW_H
#define CR_HOST_FOLLOW_H

#include "session.h"

enum {
  CR_FAIR_STEPS_MAX = 200, /* steps that one step of the input may take to be reached */
  CR_ALIGN_STEPS_MAX = 6   /* visible steps that a DLL may take more than the model for one */
};

/* Replays input on the session's DLL; flags are CR_REPLAY_ bits (frame.h). observed receives what
 * happened, subject and verdict set. Returns false when the process cannot be used for another
 * replay: the DLL crashed, ended the process or does not come back. */
bool cr_follow(cr_session *s, const cr_trace *input, uint32_t flags, cr_trace *observed);

#endif

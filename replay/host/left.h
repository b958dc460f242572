/* left.h - says why a step of a trace could not be followed. */
#ifndef CR_HOST_LEFT_H
#define CR_HOST_LEFT_H

#include "session.h"

/* Appends what the trace has there and what was there instead, one line:
 * "expected disk0.ep online vol0 h4 -> 0, saw disk0.ep online vol0 h4 -> 21 (offline)", or, when
 * nothing happened (instead is NULL), who could not go on and on what it waits: "expected
 * disk0.worker0 unlock vol0 h4 -> 0, but disk0.worker0 waits for a lock of disk0.ep". Asked right
 * after the attempt, while everybody still stands where it has failed. */
void cr_left_why(const cr_session *s, const cr_event *want, const cr_event *instead, cr_buf *out);

#endif

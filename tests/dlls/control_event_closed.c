/* control_event_closed.c - Offline closes the event that Online has handed out before it reports.
 */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.event_closed = TRUE};

/* control_event_null.c - IsAlive uses what nobody has made when the event is signalled. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.event_crashes = TRUE};

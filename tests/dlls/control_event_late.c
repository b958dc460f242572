/* control_event_late.c - a thread that Online starts hands out the event, perhaps when Online has
 * returned. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.event_late = TRUE};

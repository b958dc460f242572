/* control_event_set.c - the event handle that Online hands out is signalled already. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.event_stays_set = TRUE};

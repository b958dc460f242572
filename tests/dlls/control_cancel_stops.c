/* control_cancel_stops.c - a Cancel that is refused stops the operation. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.cancel_stops = TRUE};

/* control_cancel_silent.c - a cancelled operation ends without a report. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.cancel_silent = TRUE};

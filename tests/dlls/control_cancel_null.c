/* control_cancel_null.c - Cancel uses what only an Offline has. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.cancel_crashes = TRUE};

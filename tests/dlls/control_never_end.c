/* control_never_end.c - an asynchronous control call is never ended. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.never_end = TRUE};

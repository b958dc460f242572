/* control_end_twice.c - the thread of an asynchronous control call ends it twice. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.end_twice = TRUE};

/* control_unjoined.c - Close does not wait for the thread of a control call. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.unjoined = TRUE};

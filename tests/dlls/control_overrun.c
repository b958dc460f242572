/* control_overrun.c - an answer is written whatever room there is. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.small_overrun = TRUE};

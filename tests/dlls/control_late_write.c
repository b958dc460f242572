/* control_late_write.c - the answer's size is written after the call was ended. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.late_write = TRUE};

/* control_end_answered.c - a call that was answered at once is ended as well. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.end_after_answer = TRUE};

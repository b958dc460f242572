/* control_quorum.c - Release reports the loss of the quorum, twice. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.lost_twice = TRUE};

/* plain_two_workers.c - Terminate and Online both find no worker and both start one. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.check_then_act = TRUE};

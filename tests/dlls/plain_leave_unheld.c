/* plain_leave_unheld.c - Terminate without a worker leaves a lock once more than it entered it. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.leave_unheld = TRUE};

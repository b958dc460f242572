/* plain_lost_wakeup.c - the worker resets the event that has already told it to begin, and waits
 * for ever. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.lost_wakeup = TRUE};

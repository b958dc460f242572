/* plain_big_lock.c - Terminate waits for the worker while it holds the lock that the worker needs.
 */
#include "plain_common.h"

const struct plain_traits plain_traits = {.wait_under_lock = TRUE};

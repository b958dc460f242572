/* plain_lock_order.c - Terminate takes two locks in the opposite order of the worker. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.lock_order = TRUE};

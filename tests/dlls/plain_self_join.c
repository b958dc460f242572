/* plain_self_join.c - a worker that is told to end calls Terminate, which waits for the worker. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.self_join = TRUE};

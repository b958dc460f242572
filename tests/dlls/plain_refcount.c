/* plain_refcount.c - the references of the instance are read and written in two steps. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.count_in_two_steps = TRUE};

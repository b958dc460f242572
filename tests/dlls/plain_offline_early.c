/* plain_offline_early.c - Offline answers success while the worker of Online still writes the
 * state. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.offline_leaves = TRUE};

/* plain_sticky_flag.c - the terminate flag is never cleared, so that no later operation works. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.sticky_flag = TRUE};

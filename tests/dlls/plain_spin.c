/* plain_spin.c - Online loops for ever when Terminate sets a flag that Online has just cleared. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.spin = TRUE};

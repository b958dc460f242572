/* plain_late_worker.c - Online starts its worker after Terminate has looked for one to stop. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.create_unchecked = TRUE};

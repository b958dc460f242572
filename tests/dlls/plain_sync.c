/* plain_sync.c - the conforming DLL whose operations end inside the entry point. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = TRUE};

/* plain_worker.c - the conforming DLL whose operations run on workers of resutils. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};

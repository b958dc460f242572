/* plain_null_offline.c - Offline writes to a buffer that Online allocates and Terminate frees. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.offline_needs_online = TRUE};

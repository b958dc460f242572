/* hang_terminate.c - Terminate waits for an event that nobody signals. */
#include "disk_common.h"

const struct disk_traits disk_traits = {.hang_terminate = TRUE};

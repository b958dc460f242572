/* race_online.c - Terminate sets the flag, takes the volume down and returns without the worker,
 * and the worker looks at the flag only when it begins. A worker that has passed that point puts
 * the volume online, or reports Online, after Terminate has returned. Most schedules are right. */
#include "disk_common.h"

const struct disk_traits disk_traits = {.terminate_without_join = TRUE};

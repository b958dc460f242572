/* crash_online.c - the Online worker writes through a null pointer once the volume is online. */
#include "disk_common.h"

const struct disk_traits disk_traits = {.crash_online = TRUE};

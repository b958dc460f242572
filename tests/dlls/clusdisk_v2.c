/* clusdisk_v2.c - the conforming disk-like resource DLL with a function table of version 2. */
#include "disk_common.h"
#include "later.h"

const struct disk_traits disk_traits = {.refuse_own_type = FALSE};
const struct later_traits later_traits = {.version = CLRES_VERSION_V2_00};

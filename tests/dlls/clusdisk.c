/* clusdisk.c - the conforming disk-like resource DLL. */
#include "disk_common.h"

const struct disk_traits disk_traits = {.refuse_own_type = FALSE};

/* close_nojoin.c - Close frees the instance without ending its worker or taking the volume down. */
#include "disk_common.h"

const struct disk_traits disk_traits = {.close_without_join = TRUE};

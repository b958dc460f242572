/* disk.c - the actors of the part "disk". */
#include "world_private.h"

const cr_part_rules cr__part_disk = {0};

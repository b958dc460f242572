/* removal.c - the actors of the part "removal". */
#include "world_private.h"

const cr_part_rules cr__part_removal = {0};

/* inside.c - the actors of the part "inside". */
#include "world_private.h"

const cr_part_rules cr__part_inside = {0};

/* controls.c - the actors of the part "controls". */
#include "world_private.h"

const cr_part_rules cr__part_controls = {0};

/* health.c - the actors of the part "health". */
#include "world_private.h"

const cr_part_rules cr__part_health = {0};

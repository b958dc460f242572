/* policy.c - the actors of the part "policy". */
#include "world_private.h"

const cr_part_rules cr__part_policy = {0};

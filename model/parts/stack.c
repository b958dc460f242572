/* stack.c - the actors of the part "stack". */
#include "world_private.h"

const cr_part_rules cr__part_stack = {0};

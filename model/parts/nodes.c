/* nodes.c - the actors of the part "nodes". */
#include "world_private.h"

const cr_part_rules cr__part_nodes = {0};

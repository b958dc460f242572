/* loading.c - the actors of the part "loading". */
#include "world_private.h"

const cr_part_rules cr__part_loading = {0};

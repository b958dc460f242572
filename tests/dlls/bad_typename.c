/* bad_typename.c - Startup expects 0 of a string comparison that answers 2 for equal strings. */
#include "disk_common.h"

const struct disk_traits disk_traits = {.refuse_own_type = TRUE};

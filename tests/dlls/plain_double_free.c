/* plain_double_free.c - Terminate frees a buffer and keeps the pointer, and Close frees it again.
 */
#include "plain_common.h"

const struct plain_traits plain_traits = {.free_twice = TRUE};

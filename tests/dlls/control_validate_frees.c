/* control_validate_frees.c - validating properties frees what setting them has stored, and Close
 * frees it again: wrong only when both codes come. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.validate_frees = TRUE};

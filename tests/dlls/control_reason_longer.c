/* control_reason_longer.c - of the reason of a state change it reads more than the monitor gives,
 * as if it came in a later version of the structure.
 */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.reason_longer = TRUE};

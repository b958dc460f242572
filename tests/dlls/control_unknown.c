/* control_unknown.c - a code that the DLL does not know is answered with success. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.unknown_success = TRUE};

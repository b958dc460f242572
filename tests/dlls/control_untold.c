/* control_untold.c - a buffer that is too small is refused without the size that is needed. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.size_untold = TRUE};

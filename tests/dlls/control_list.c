/* control_list.c - lists of properties are believed in what they say of themselves. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.list_trusted = TRUE};

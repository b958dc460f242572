/* control_codes.c - the conforming DLL that answers control codes. */
#include "control_common.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct control_traits control_traits = {.list_trusted = FALSE};

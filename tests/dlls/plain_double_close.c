/* plain_double_close.c - Terminate closes the event of the instance each time that it is called. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.close_handle_twice = TRUE};

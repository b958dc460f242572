/* plain_null_handle.c - the worker reports with no resource handle. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.null_handle = TRUE};

/* plain_error_reported.c - Online answers an error although its worker has reported the end. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.error_after_report = TRUE};

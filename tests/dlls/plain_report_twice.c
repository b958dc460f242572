/* plain_report_twice.c - the Online worker reports Online twice. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.report_twice = TRUE};

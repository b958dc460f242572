/* plain_silent.c - Online is pending and its worker ends without a report. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.never_report = TRUE};

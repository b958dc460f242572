/* plain_open_reports.c - Open reports Offline. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.report_in_open = TRUE};

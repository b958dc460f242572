/* plain_report_locked.c - the end is reported with the lock held that every entry point needs. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.report_under_lock = TRUE};

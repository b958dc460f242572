/* plain_late_record.c - the worker notes the state after the report, so that IsAlive may look too
 * early. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.record_after_report = TRUE};

/* plain_success_worker.c - Online answers success while its worker still runs and will report. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.success_and_worker = TRUE};

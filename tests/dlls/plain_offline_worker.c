/* plain_offline_worker.c - Offline answers success while its worker still runs and will report. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.offline_and_worker = TRUE};

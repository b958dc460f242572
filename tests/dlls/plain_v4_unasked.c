/* plain_v4_unasked.c - StartupEx hands out version 4 whatever versions the monitor offers. */
#include "later.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct later_traits later_traits = {
    .version = CLRES_VERSION_V4_00, .cancel = plain_cancel, .unasked_version = TRUE};

/* plain_v3.c - the conforming DLL with workers, offered in version 3. */
#include "later.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct later_traits later_traits = {.version = CLRES_VERSION_V3_00, .cancel = plain_cancel};

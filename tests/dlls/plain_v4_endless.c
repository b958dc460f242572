/* plain_v4_endless.c - BeginResourceControl says of every code that it goes on asynchronously, and
 * never ends it. */
#include "later.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct later_traits later_traits = {
    .version = CLRES_VERSION_V4_00, .cancel = plain_cancel, .asynchronous_for_ever = TRUE};

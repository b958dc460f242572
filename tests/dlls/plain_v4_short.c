/* plain_v4_short.c - the reports to SetResourceStatusEx are as long as the first release had them.
 */
#include "later.h"
#include "plain_common.h"

const struct plain_traits plain_traits = {.sync = FALSE};
const struct later_traits later_traits = {
    .version = CLRES_VERSION_V4_00, .cancel = plain_cancel, .short_status = TRUE};

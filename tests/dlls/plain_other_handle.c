/* plain_other_handle.c - the worker reports with the handle of the instance that was opened last.
 */
#include "plain_common.h"

const struct plain_traits plain_traits = {.last_handle = TRUE};

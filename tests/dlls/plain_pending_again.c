/* plain_pending_again.c - the Online worker reports Online and then progress. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.pending_after_online = TRUE};

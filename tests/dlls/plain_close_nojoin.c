/* plain_close_nojoin.c - Close frees the instance without ending its worker. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.close_without_join = TRUE};

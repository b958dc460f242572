/* plain_term_nojoin.c - Terminate returns without its worker, which looks at the flag only when it
 * begins. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.terminate_without_join = TRUE};

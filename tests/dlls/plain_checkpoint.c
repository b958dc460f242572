/* plain_checkpoint.c - the checkpoint of the progress reports does not grow. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.checkpoint_stuck = TRUE};

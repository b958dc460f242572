/* plain_told_failed.c - a worker that is told to end reports Failed to Terminate's monitor. */
#include "plain_common.h"

const struct plain_traits plain_traits = {.failed_when_told = TRUE};

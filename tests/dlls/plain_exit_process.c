/* plain_exit_process.c - Terminate ends the process of the monitor. */
#include "plain_common.h"

static void leave(struct plain *p) {
  plain_log(p, L"The resource does not stop.\n");
  ExitProcess(1);
}

const struct plain_traits plain_traits = {.terminate = leave};

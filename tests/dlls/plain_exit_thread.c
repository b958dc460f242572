/* plain_exit_thread.c - Offline ends the thread that called it, which is the monitor's. */
#include "plain_common.h"

static void leave(struct plain *p) {
  (void)p;
  ExitThread(ERROR_SUCCESS);
}

const struct plain_traits plain_traits = {.offline = leave};

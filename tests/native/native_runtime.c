/* native_runtime.c - keeps the name in memory of the C runtime and frees it twice, in Terminate and
 * in Close. */
#include <stdlib.h>

#include "plain_common.h"

static DWORD keep(struct plain *p, LPCWSTR name) {
  (void)name;
  p->own = malloc(32);
  return p->own == NULL ? ERROR_NOT_ENOUGH_MEMORY : ERROR_SUCCESS;
}

static void give_up(struct plain *p) { free(p->own); }

const struct plain_traits plain_traits = {.open = keep, .terminate = give_up, .close = give_up};

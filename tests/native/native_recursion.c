/* native_recursion.c - Online calls itself until its stack is used up. */
#include "plain_common.h"

static LONG depth(volatile LONG *n) {
  volatile LONG here[64];
  here[0] = *n + 1;
  return here[0] < 0 ? 0 : depth(here) + here[0] % 2;
}

static void sink(struct plain *p) {
  volatile LONG zero = 0;
  p->beats = (DWORD)depth(&zero);
}

const struct plain_traits plain_traits = {.online = sink};

/* plain_fast_fail.c - Online ends the process by the way that no handler sees (__fastfail: what the
 * compiler's buffer checks and a damaged heap do). */
#include "plain_common.h"

static void fail_fast(struct plain *p) {
  (void)p;
  __asm__ volatile("int $0x29" : : "c"(7));
}

const struct plain_traits plain_traits = {.online = fail_fast};

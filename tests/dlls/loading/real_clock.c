/* real_clock.c - Online asks the processor what time it is, which no host can answer in its place.
 */
#include "plain_common.h"

static void online(struct plain *p) {
  (void)p;
  if ((__builtin_ia32_rdtsc() >> 6 & 1) != 0) Sleep(1);
}

const struct plain_traits plain_traits = {.online = online};

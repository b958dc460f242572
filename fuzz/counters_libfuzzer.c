/* counters_libfuzzer.c - see counters.h. */
#include <stdlib.h>
#include <string.h>

#include "clusrace/feedback.h"
#include "counters.h"

/* libFuzzer reads this section as if it were code. */
__attribute__((used,
               section("__libfuzzer_extra_counters"))) static uint8_t extra[CR_FEEDBACK_COUNTERS];

/* The counters that -fsanitize-coverage=inline-8bit-counters has put into the model's code; the
 * linker knows where they begin and end. Weak: there may be none. */
extern uint8_t __start___sancov_cntrs[] __attribute__((weak));
extern uint8_t __stop___sancov_cntrs[] __attribute__((weak));

uint8_t *cr__counters(void) { return extra; }

void cr__counters_pause(bool pause) {
  static uint8_t *kept;
  uint8_t *begin = __start___sancov_cntrs;
  size_t n = (size_t)(__stop___sancov_cntrs - begin);
  if (begin == NULL || n == 0) return;
  if (kept == NULL) kept = malloc(n);
  if (kept == NULL) return;
  if (pause)
    memcpy(kept, begin, n);
  else
    memcpy(begin, kept, n);
}

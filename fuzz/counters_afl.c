/* counters_afl.c - see counters.h. Compiled without instrumentation: code with it has a declaration
 * of the map of its own. */
#include "clusrace/feedback.h"
#include "counters.h"

extern uint8_t *__afl_area_ptr;
void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop);

/* Places in AFL++'s map, as if this were a module with so many edges; numbered one after the other.
 */
static uint32_t guard[CR_FEEDBACK_COUNTERS];
static uint8_t nowhere[1 << 20]; /* the map while nobody is to look */

__attribute__((constructor)) static void reserve(void) {
  __sanitizer_cov_trace_pc_guard_init(guard, guard + CR_FEEDBACK_COUNTERS);
}

uint8_t *cr__counters(void) { return __afl_area_ptr + guard[0]; }

void cr__counters_pause(bool pause) {
  static uint8_t *map;
  if (pause) {
    map = __afl_area_ptr;
    __afl_area_ptr = nowhere;
  } else {
    __afl_area_ptr = map;
  }
}

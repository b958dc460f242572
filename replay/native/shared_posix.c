/* shared_posix.c - a file that another process has mapped as well, and what a DLL that was built
 * with -fsanitize-coverage=trace-pc-guard tells of its code; see ../host/guided.h. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guided.h"
#include "native.h"

/* Weak: an engine that the host itself is linked with (fuzz/targets) brings its own. */
#define WATCHED __attribute__((weak)) CR_NATIVE_EXPORT
WATCHED void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, const uint32_t *stop);
WATCHED void __sanitizer_cov_trace_pc_guard(const uint32_t *guard);

void *cr_shared_map(const char *path, size_t n) {
  int file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return NULL;
  void *block = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  return block == MAP_FAILED ? NULL : block;
}

/* The DLL's edges, numbered in the order of its modules. */
void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, const uint32_t *stop) {
  static uint32_t count;
  if (start == stop || *start != 0) return;
  for (uint32_t *guard = start; guard < stop; guard++) *guard = ++count;
}

void __sanitizer_cov_trace_pc_guard(const uint32_t *guard) {
  const cr_guided *g = cr_session_get()->watched;
  enum { FROM = CR_FEEDBACK_COUNTERS - CR_FEEDBACK_CODE };
  if (*guard != 0 && g != NULL) g->block->counter[FROM + *guard % CR_FEEDBACK_CODE] = 1;
}

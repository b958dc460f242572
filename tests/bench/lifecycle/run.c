/* run.c - walks the lifecycle model once and prints its figures on one line: states, transitions,
 * depth, the explorer's own memory in bytes. The exit status is 1 when anything is wrong with the
 * model (a condition broken, a deadlock, not all visited).
 *
 * usage: bench_lifecycle RESOURCES CHECKS RETRIES [THREADS [HOW]]; --threads says whether THREADS
 * may be above 1 (status 0) or not (status 1). HOW: auto; plain (no product); states (a product,
 * but no blocks); blocks (as soon as they can be). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle.h"

static bool number(const char *text, unsigned min, unsigned max, unsigned *out) {
  char *end;
  unsigned long value = strtoul(text, &end, 10);
  if (*text < '0' || *text > '9' || *end != 0 || value < min || value > max) return false;
  *out = (unsigned)value;
  return true;
}

static bool how(const char *text, cr_xoptions *options) {
  options->plain = strcmp(text, "plain") == 0;
  options->blocks = strcmp(text, "states") == 0   ? CR_XBLOCKS_OFF
                    : strcmp(text, "blocks") == 0 ? CR_XBLOCKS_ON
                                                  : CR_XBLOCKS_AUTO;
  return options->plain || options->blocks != CR_XBLOCKS_AUTO || strcmp(text, "auto") == 0;
}

int main(int argc, char **argv) {
#ifdef THREADS_MEMBER
  const unsigned threads_max = 64;
#else
  const unsigned threads_max = 1;
#endif
  if (argc == 2 && strcmp(argv[1], "--threads") == 0) return threads_max > 1 ? 0 : 1;
  lifecycle_sizes sizes;
  unsigned threads = 1;
  cr_xoptions options = {0};
  if (argc < 4 || argc > 6 || !number(argv[1], 1, LIFECYCLE_RESOURCES_MAX, &sizes.resources) ||
      !number(argv[2], 0, LIFECYCLE_CHECKS_MAX, &sizes.checks) ||
      !number(argv[3], 0, LIFECYCLE_RETRIES_MAX, &sizes.retries) ||
      (argc > 4 && !number(argv[4], 1, threads_max, &threads)) ||
      (argc > 5 && !how(argv[5], &options))) {
    fprintf(stderr,
            "bench_lifecycle: usage: bench_lifecycle RESOURCES(1..%d) CHECKS(0..%d) RETRIES(0..%d) "
            "[THREADS(1..%u) [auto|plain|states|blocks]]\n",
            LIFECYCLE_RESOURCES_MAX, LIFECYCLE_CHECKS_MAX, LIFECYCLE_RETRIES_MAX, threads_max);
    return 2;
  }
  lifecycle *model = lifecycle_new(&sizes);
  cr_xmodel xmodel = lifecycle_xmodel(model);
#ifdef THREADS_MEMBER
  options.THREADS_MEMBER = threads;
#endif
  cr_xresult result;
  cr_errinfo info;
  if (cr_explore(&xmodel, &options, &result, &info) != CR_OK) {
    fprintf(stderr, "bench_lifecycle: %s\n", info.text);
    return 3;
  }
  bool clean = result.stop == CR_XSTOP_COMPLETE && result.paths_count == 0;
  if (!clean) {
    cr_buf text = {0};
    cr_buf_printf(&text, "the walk is not complete (stop %d)\n", (int)result.stop);
    for (size_t i = 0; i < result.paths_count; i++) {
      cr_buf_printf(&text, "violation %u, after\n", result.paths[i].violation);
      for (size_t k = 0; k < result.paths[i].labels_count; k++) {
        xmodel.label_text(model, result.paths[i].labels[k], &text);
        cr_buf_printf(&text, "\n");
      }
    }
    fputs(text.data, stderr);
    cr_buf_free(&text);
  }
  printf("%llu %llu %u %zu\n", (unsigned long long)result.states,
         (unsigned long long)result.transitions, result.depth, result.memory_bytes);
  cr_xresult_free(&result);
  lifecycle_free(model);
  return clean ? 0 : 1;
}

/* exploring.c - see exploring.h. */
#include "exploring.h"

static uint64_t number(const cli_args *args, const char *flag, uint64_t min, uint64_t max) {
  return cli_has(args, flag) ? cli_number(args, flag, 0, min, max) : 0;
}

void cli_explore_options(const cli_args *args, cli_progress *progress, cr_xoptions *options) {
  *options =
      (cr_xoptions){.max_states = number(args, "max-states", 1, UINT32_MAX - 2),
                    .max_depth = (uint32_t)number(args, "max-depth", 1, UINT32_MAX),
                    .max_memory_bytes = (size_t)number(args, "max-memory", 1 << 20, SIZE_MAX / 2),
                    .keep_going = cli_has(args, "keep-going"),
                    .threads = cli_has(args, "threads")
                                   ? (unsigned)cli_number(args, "threads", 1, 1, CR_XTHREADS_MAX)
                                   : cli_processors(CR_XTHREADS_MAX),
                    .plain = cli_has(args, "plain"),
                    .check_all = cli_has(args, "check-footprints"),
                    .symmetry = cli_has(args, "symmetry"),
                    .partial_order = cli_has(args, "partial-order"),
                    .progress_every = 4096,
                    .progress = cli_progress_explore,
                    .progress_arg = progress};
}

const char *cli_stop_name(cr_xstop stop) {
  switch (stop) {
    case CR_XSTOP_COMPLETE: return "complete";
    case CR_XSTOP_VIOLATION: return "violation";
    case CR_XSTOP_MAX_STATES: return "max-states";
    case CR_XSTOP_MAX_DEPTH: return "max-depth";
    case CR_XSTOP_MAX_MEMORY: return "max-memory";
    case CR_XSTOP_INTERRUPTED: return "interrupted";
  }
  return "?";
}

int cli_explored_status(const cr_xresult *r) {
  if (r->paths_count > 0)
    return r->paths[0].kind == CR_XKIND_LASSO ? CR_EXIT_LIVENESS : CR_EXIT_SAFETY;
  return r->stop == CR_XSTOP_COMPLETE ? CR_EXIT_OK : CR_EXIT_BOUNDED;
}

/* exploring.c - see exploring.h. */
#include "exploring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t number(const cli_args *args, const char *flag, uint64_t min, uint64_t max) {
  return cli_has(args, flag) ? cli_number(args, flag, 0, min, max) : 0;
}

static cr_xblocks blocks_of(const char *how) {
  if (how != NULL && strcmp(how, "on") == 0) return CR_XBLOCKS_ON;
  return how != NULL && strcmp(how, "off") == 0 ? CR_XBLOCKS_OFF : CR_XBLOCKS_AUTO;
}

bool cli_blocks_known(const char *how) {
  return blocks_of(how) != CR_XBLOCKS_AUTO || strcmp(how, "auto") == 0;
}

void cli_explore_options(const cli_args *args, cli_progress *progress, cr_xoptions *options) {
  *options = (cr_xoptions){
      .max_states = number(args, "max-states", 1, UINT32_MAX - 2),
      .max_depth = (uint32_t)number(args, "max-depth", 1, UINT32_MAX),
      .max_memory_bytes = (size_t)number(args, "max-memory", 1000000, SIZE_MAX / 2),
      .keep_going = cli_has(args, "keep-going"),
      .threads = cli_has(args, "threads")
                     ? (unsigned)cli_number(args, "threads", 1, 1, CR_XTHREADS_MAX)
                     : cli_processors(CR_XTHREADS_MAX),
      .plain = cli_has(args, "plain"),
      .blocks = blocks_of(cli_has(args, "blocks") ? cli_value(args, "blocks") : NULL),
      .check_all = cli_has(args, "check-footprints"),
      .compress = cli_has(args, "compress"),
      .hash_bits = (unsigned)number(args, "hash-compact", CR_XHASH_BITS_MIN, CR_XHASH_BITS_MAX),
      .bitstate_bytes = (size_t)number(args, "bitstate", 4096, SIZE_MAX / 2),
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
    case CR_XSTOP_INEXACT: return "inexact";
  }
  return "?";
}

void cli_bound_write(double bound, cr_buf *out) {
  char text[32], unit[32];
  snprintf(text, sizeof text, "%.1e", bound);
  if (strtod(text, NULL) < bound) {
    snprintf(unit, sizeof unit, "0.05%s", strchr(text, 'e'));
    snprintf(text, sizeof text, "%.1e", bound + strtod(unit, NULL));
  }
  cr_buf_puts(out, text);
}

void cli_omissions_write(const cr_xresult *r, cr_buf *out) {
  if (r->omissions >= 1) {
    cr_buf_puts(out, "states may have been omitted, with any probability");
    return;
  }
  cr_buf_puts(out, "states may have been omitted, probability <= ");
  cli_bound_write(r->omissions, out);
}

int cli_explored_status(const cr_xresult *r) {
  if (r->paths_count > 0)
    return r->paths[0].kind == CR_XKIND_LASSO ? CR_EXIT_LIVENESS : CR_EXIT_SAFETY;
  if (r->untold) return CR_EXIT_SAFETY;
  return r->stop == CR_XSTOP_COMPLETE ? CR_EXIT_OK : CR_EXIT_BOUNDED;
}

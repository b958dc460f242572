/* guided.h - one schedule of a real DLL after the other, each as somebody else has chosen it: what
 * a fuzzing engine and a host say to each other.
 *
 * Choices go to the host, and counters and breadcrumbs come back, through a block of memory that
 * both have mapped. So what a schedule did up to a crash is known however the host ends, and a
 * schedule costs no more than two short frames beside its run.
 */
#ifndef CLUSRACE_GUIDED_H
#define CLUSRACE_GUIDED_H

#include "clusrace/feedback.h"
#include "clusrace/replay.h"

enum {
  CR_GUIDED_BYTES_MAX = 2048, /* of an input; two a choice (search.h: cr_search_guide) */
  CR_GUIDED_CRUMBS_MAX = 1024 /* events that are told of */
};

/* The shared block. Fixed sizes: both sides are 64-bit x86. */
typedef struct cr_guided_block {
  uint32_t bytes; /* size of this structure, for those who map it */
  uint32_t input_bytes, taken_bytes;
  uint32_t crumbs_count; /* volatile in effect: read after the host is gone */
  uint8_t input[CR_GUIDED_BYTES_MAX];
  uint8_t taken[CR_GUIDED_BYTES_MAX]; /* the choices really taken */
  uint8_t counter[CR_FEEDBACK_COUNTERS];
  cr_event crumb[CR_GUIDED_CRUMBS_MAX];
} cr_guided_block;

/* ---- the controller's side ------------------------------------------------------------------- */

typedef struct cr_guided_options {
  const cr_scenario *scenario;
  bool strict;        /* warnings count as violations */
  const char *folder; /* where the block's file is put; NULL: in memory where there is a place */
  uint8_t timers, faults; /* most of each in a schedule (search.h) */
} cr_guided_options;

typedef struct cr_guided cr_guided;

/* Maps a block; no process is started yet. The host is borrowed and used for nothing else until the
 * guided runs are freed. Fails with CR_ERR_ENVIRONMENT when no memory can be shared. */
CR_WARN_UNUSED cr_err cr_guided_new(cr_host *host, const cr_guided_options *options,
                                    cr_guided **guided, cr_errinfo *info);
void cr_guided_free(cr_guided *guided);

/* Runs one schedule; longer inputs are cut. seen (zero or initialised) receives what the DLL did
 * when it did not conform, or with_trace is set; else it has no steps. A host that is gone gives
 * CRASHES or HANGS with the steps up to then. Fails as cr_host_replay does; a DLL that cannot be
 * driven is CR_ERR_INPUT. */
CR_WARN_UNUSED cr_err cr_guided_run(cr_guided *guided, const uint8_t *input, size_t n,
                                    bool with_trace, cr_trace *seen, cr_errinfo *info);
/* Runs a finding once more, exactly, in a fresh host. again has no steps when it does not come. */
CR_WARN_UNUSED cr_err cr_guided_confirm(cr_guided *guided, const cr_trace *found, cr_trace *again,
                                        cr_errinfo *info);
/* What the last run has left there. */
const cr_guided_block *cr_guided_block_of(const cr_guided *guided);

#endif

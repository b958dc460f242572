/* of_dll.c - inputs on a real DLL, behind its host; see private.h. */
#include <stdlib.h>
#include <string.h>

#include "clusrace/guided.h"
#include "private.h"

typedef struct of_dll {
  cr_guided *guided;
  cr_err failed; /* it could not be set up: told of at the first run */
  cr_errinfo info;
  uint8_t *(*counters)(void);
  uint8_t seen[CR_FEEDBACK_COUNTERS]; /* counters that some input has raised */
  cr_trace found;                     /* of the run before, no steps: it conformed */
} of_dll;

/* True when the run has raised a counter that none has raised before. */
static bool take_counters(of_dll *d, cr_fuzz_stats *stats) {
  const cr_guided_block *block = cr_guided_block_of(d->guided);
  uint8_t *to = d->counters == NULL ? NULL : d->counters();
  bool novel = false;
  for (size_t i = 0; i < CR_FEEDBACK_COUNTERS; i++) {
    if (block->counter[i] == 0) continue;
    if (to != NULL) to[i] = block->counter[i];
    if (d->seen[i] != 0) continue;
    d->seen[i] = 1;
    stats->pairs++;
    novel = true;
  }
  return novel;
}

static cr_err run(void *self, const uint8_t *bytes, size_t n, cr_fuzz_stats *stats,
                  cr__outcome *out, cr_errinfo *info) {
  of_dll *d = self;
  if (d->failed != CR_OK) {
    *info = d->info;
    return d->failed;
  }
  cr_err err = cr_guided_run(d->guided, bytes, n, false, &d->found, info);
  if (err != CR_OK) return err;
  const cr_verdict *verdict = &d->found.verdict;
  out->violates = verdict->kind != CR_VERDICT_NONE && verdict->kind != CR_VERDICT_CONFORMS;
  out->novel = take_counters(d, stats);
  out->steps = cr_guided_block_of(d->guided)->crumbs_count;
  if (verdict->kind == CR_VERDICT_VIOLATES) cr_clauses_add(&stats->violated, verdict->clause);
  return CR_OK;
}

static const cr_trace *peek(void *self) {
  const of_dll *d = self;
  return d->found.verdict.kind == CR_VERDICT_NONE ? NULL : &d->found;
}

/* A finding comes again in a fresh host, as a new interleaving in the same. */
static cr_err look(void *self, const uint8_t *bytes, size_t n, cr_trace *trace, cr_buf *canonical,
                   cr_clauses *exercised, cr_errinfo *info) {
  of_dll *d = self;
  const cr_guided_block *block = cr_guided_block_of(d->guided);
  cr_buf_add(canonical, block->taken, block->taken_bytes);
  bool finding = d->found.verdict.kind != CR_VERDICT_NONE;
  cr_err err = finding ? cr_guided_confirm(d->guided, &d->found, trace, info)
                       : cr_guided_run(d->guided, bytes, n, true, trace, info);
  if (err != CR_OK) return err;
  if (!finding && trace->verdict.kind != CR_VERDICT_CONFORMS) cr_trace_clear(trace);
  cr_judgement covered = {0};
  if (trace->steps_count != 0) cr_trace_judge(trace, &covered);
  *exercised = covered.exercised;
  return CR_OK;
}

static void dispose(void *self) {
  of_dll *d = self;
  cr_guided_free(d->guided);
  cr_trace_free(&d->found);
  free(d);
}

cr__runner cr__runner_of_dll(const cr_fuzz_options *options, cr_mutator *mutator) {
  of_dll *d = cr_alloc(sizeof *d);
  cr_guided_options guided = {.scenario = options->scenario,
                              .strict = options->judge != NULL && options->judge->strict,
                              .folder = options->folder,
                              .timers = 1,
                              .faults = options->scenario->budget[CR_BUDGET_FAULT]};
  d->counters = options->counters;
  d->failed = cr_guided_new(options->host, &guided, &d->guided, &d->info);
  cr_mutator_of_schedules(mutator, options->scenario);
  return (cr__runner){d, run, look, peek, NULL, dispose};
}

/* batch.c - interleavings that are stored together, and bounded while they are. */
#include <stdlib.h>
#include <string.h>

#include "clusrace/corpus_tend.h"
#include "private.h"

struct cr_corpus_batch {
  cr_corpus *corpus;
  int64_t run;
  cr__row *rows;
  size_t count, cap, bytes;
  cr_scenario scenario; /* of the last one, with its text: most are of the same */
  cr_buf scenario_text;
  cr_corpus_puts puts;
  cr_corpus_told told;
  void *told_arg;
  bool bounded;
  cr_corpus_policy policy;
  uint32_t since_pruned; /* how many it was given since */
};

cr_corpus_batch *cr_corpus_batch_new(cr_corpus *corpus, int64_t run) {
  CR_ASSERT(corpus->writable);
  cr_corpus_batch *batch = cr_alloc(sizeof *batch);
  batch->corpus = corpus;
  batch->run = run;
  return batch;
}

static void batch_clear(cr_corpus_batch *batch) {
  for (size_t i = 0; i < batch->count; i++) cr__row_free(&batch->rows[i]);
  batch->count = batch->bytes = 0;
}

void cr_corpus_batch_free(cr_corpus_batch *batch) {
  if (batch == NULL) return;
  batch_clear(batch);
  cr_buf_free(&batch->scenario_text);
  free(batch->rows);
  free(batch);
}

void cr_corpus_batch_tell(cr_corpus_batch *batch, cr_corpus_told told, void *arg) {
  batch->told = told;
  batch->told_arg = arg;
}

void cr_corpus_batch_bound(cr_corpus_batch *batch, const cr_corpus_policy *policy) {
  batch->bounded = true;
  batch->policy = *policy;
}

/* What the flush has made durable is told. */
static void tell(const cr_corpus_batch *batch) {
  for (size_t i = 0; batch->told != NULL && i < batch->count; i++) {
    const cr__row *row = &batch->rows[i];
    char id[17];
    cr__hex(row->behaviour, id);
    id[CR_CORPUS_ID_SHORT] = '\0';
    if (row->fresh && row->signature != 0)
      batch->told(batch->told_arg, id, row->verdict, row->clause, row->steps);
  }
}

cr_err cr_corpus_batch_flush(cr_corpus_batch *batch, cr_errinfo *info) {
  if (batch->count == 0) return CR_OK;
  cr_corpus_puts puts = batch->puts;
  cr__ids ids = {0};
  cr_err err = cr__begin(batch->corpus, info);
  if (err != CR_OK) return err;
  for (size_t i = 0; err == CR_OK && i < batch->count; i++) {
    uint64_t known = puts.known;
    err = cr__row_store(batch->corpus, &ids, &batch->rows[i], &puts, info);
    batch->rows[i].fresh = puts.known == known;
  }
  cr__ids_free(&ids);
  if (err == CR_OK)
    err = cr__commit(batch->corpus, info);
  else
    cr__rollback(batch->corpus);
  if (err != CR_OK) return err;
  batch->puts = puts;
  tell(batch);
  batch_clear(batch);
  return CR_OK;
}

/* Pruned after so many that were given, not so many that were flushed: the clock decides when an
 * engine flushes, and is not to decide what is kept. */
static cr_err keep_bound(cr_corpus_batch *batch, cr_errinfo *info) {
  if (!batch->bounded || ++batch->since_pruned < batch->policy.sample / 2) return CR_OK;
  batch->since_pruned = 0;
  cr_err err = cr_corpus_batch_flush(batch, info);
  return err == CR_OK ? cr_corpus_prune(batch->corpus, &batch->policy, NULL, info) : err;
}

static const cr_buf *scenario_text(cr_corpus_batch *batch, const cr_scenario *scenario) {
  /* The digest has all but what a scenario says about itself. */
  if (batch->scenario_text.len == 0 || batch->scenario.digest != scenario->digest ||
      strcmp(batch->scenario.about, scenario->about) != 0) {
    cr_buf_clear(&batch->scenario_text);
    cr_scenario_write(scenario, "", &batch->scenario_text);
    batch->scenario = *scenario;
  }
  return &batch->scenario_text;
}

cr_err cr__batch_put(cr_corpus_batch *batch, const cr_trace *trace, const cr_clauses *exercised,
                     cr_engine engine, int64_t run, cr_errinfo *info) {
  if (batch->count == batch->cap) {
    batch->cap = batch->cap == 0 ? 64 : batch->cap * 2;
    batch->rows = cr_realloc(batch->rows, batch->cap * sizeof *batch->rows);
  }
  cr__row *row = &batch->rows[batch->count++];
  cr__row_init(row, trace, scenario_text(batch, &trace->scenario), exercised, engine, run);
  batch->bytes += row->text.len + row->scenario_text.len;
  if (batch->count >= CR_CORPUS_BATCH_ROWS || batch->bytes >= CR_CORPUS_BATCH_BYTES) {
    cr_err err = cr_corpus_batch_flush(batch, info);
    if (err != CR_OK) return err;
  }
  return keep_bound(batch, info);
}

cr_err cr_corpus_batch_put(cr_corpus_batch *batch, const cr_trace *trace,
                           const cr_clauses *exercised, cr_engine engine, cr_errinfo *info) {
  cr_err err = cr__batch_put(batch, trace, exercised, engine, batch->run, info);
  if (err == CR_OK && cr__signature(trace) != 0) err = cr_corpus_batch_flush(batch, info);
  return err;
}

size_t cr_corpus_batch_pending(const cr_corpus_batch *batch) { return batch->count; }
const cr_corpus_puts *cr_corpus_batch_puts(const cr_corpus_batch *batch) { return &batch->puts; }

cr_err cr_corpus_put(cr_corpus *corpus, const cr_trace *trace, const cr_clauses *exercised,
                     cr_engine engine, int64_t run, cr_corpus_puts *puts, cr_errinfo *info) {
  cr_corpus_batch *batch = cr_corpus_batch_new(corpus, run);
  cr_err err = cr__batch_put(batch, trace, exercised, engine, run, info);
  if (err == CR_OK) err = cr_corpus_batch_flush(batch, info);
  if (err == CR_OK && puts != NULL) {
    puts->inserted += batch->puts.inserted;
    puts->replaced += batch->puts.replaced;
    puts->known += batch->puts.known;
  }
  cr_corpus_batch_free(batch);
  return err;
}

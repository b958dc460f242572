/* fuzz_builtin.c - the random engine, in this process; see fuzzing.h. */
#include <stdio.h>

#include "clusrace/corpus_tend.h"
#include "clusrace/fuzz.h"
#include "fuzzing.h"
#include "progress.h"

typedef struct keeping {
  cr_corpus_batch *batch;
  uint64_t waiting_since_ms;
} keeping;

static cr_err keep(void *arg, const cr_trace *trace, const cr_clauses *exercised,
                   cr_errinfo *info) {
  keeping *k = arg;
  if (k->waiting_since_ms == 0) k->waiting_since_ms = cli_now_ms();
  return cr_corpus_batch_put(k->batch, trace, exercised, CR_ENGINE_RANDOM, info);
}

/* Said once it is on the disk: from then on nothing loses it. */
static void say_stored(void *arg, const char *id, cr_verdict_kind verdict, cr_clause clause,
                       uint32_t steps) {
  (void)arg;
  fprintf(stderr, "%sstored %s: %s%s%s in %u steps\n", cli_stderr_is_terminal() ? "\r\033[K" : "",
          id, cr_verdict_kind_name(verdict), verdict == CR_VERDICT_VIOLATES ? " " : "",
          verdict == CR_VERDICT_VIOLATES ? cr_clause_row_of(clause)->id : "", steps);
}

static void show_random(cli_progress *progress, const cr_fuzz_stats *stats) {
  cr_buf line = {0};
  uint64_t ms = cli_now_ms() - progress->started_ms;
  cli_thousands(stats->executions, &line);
  cr_buf_printf(&line, " executions, %llu k/s, ",
                (unsigned long long)(ms == 0 ? 0 : stats->executions / ms));
  cli_thousands(stats->pairs, &line);
  cr_buf_puts(&line, " (state, action) pairs, ");
  cli_thousands(stats->novel, &line);
  cr_buf_puts(&line, " novel, ");
  cli_thousands(stats->violations, &line);
  cr_buf_puts(&line, " violating");
  cli_progress_show(progress, line.data);
  cr_buf_free(&line);
}

/* A host that does not come back must not hold up the end. It asks without a context, so this has a
 * state. */
static uint64_t deadline_ms; /* 0: none */

static bool is_over(void) {
  return cli_interrupted() || (deadline_ms != 0 && cli_now_ms() > deadline_ms);
}

cr_err cli_fuzz_host(const cli_fuzz_dll *real, cr_host **host, cr_errinfo *info) {
  cr_host_options options = {.host = real->host,
                             .dll = real->dll,
                             .type = real->type,
                             .properties = real->properties,
                             .heap_guard = real->heap_guard,
                             .threads = real->fibres ? "--fibres" : NULL,
                             .interrupted = is_over};
  return cr_host_new(&options, host, info);
}

static cr_err random_loop(const cli_fuzz *fuzz, cr_fuzzer *fuzzer, keeping *k,
                          cli_fuzz_result *result, cr_errinfo *info) {
  cli_progress progress;
  cli_progress_begin(&progress);
  if (fuzz->limit_ms != 0)
    deadline_ms = progress.started_ms + fuzz->limit_ms + CLI_FUZZ_LAST_WORDS_MS;
  cr_err err = CR_OK;
  for (uint64_t i = 0; err == CR_OK && (fuzz->runs == 0 || i < fuzz->runs); i++) {
    err = cr_fuzzer_random(fuzzer, fuzz->seed, i, info);
    if (err != CR_OK || (fuzz->real.dll == NULL && i % 256 != 0)) continue; /* a DLL is slow */
    uint64_t now = cli_now_ms();
    if (cli_interrupted()) result->interrupted = true;
    if (result->interrupted || (fuzz->limit_ms != 0 && now - progress.started_ms >= fuzz->limit_ms))
      break;
    if (k->batch != NULL && k->waiting_since_ms != 0 &&
        now - k->waiting_since_ms >= CR_FUZZ_FLUSH_MS) {
      k->waiting_since_ms = 0;
      err = cr_corpus_batch_flush(k->batch, info);
    }
    if (cli_progress_due(&progress)) show_random(&progress, cr_fuzzer_stats(fuzzer));
  }
  cli_progress_end(&progress);
  result->ms = cli_now_ms() - progress.started_ms;
  return err;
}

cr_err cli_fuzz_builtin(const cli_fuzz *fuzz, cli_fuzz_result *result, cr_errinfo *info) {
  cr_corpus *corpus = NULL;
  keeping k = {0};
  cr_judge judge = {.strict = fuzz->strict};
  if (fuzz->only != NULL) cr_clauses_add(&judge.only, cr_clause_by_id(fuzz->only));
  cr_err err = CR_OK;
  if (fuzz->store != NULL) err = cr_corpus_open(fuzz->store, CR_CORPUS_CREATE, &corpus, info);
  if (err != CR_OK) return err;
  if (corpus != NULL) {
    k.batch = cr_corpus_batch_new(corpus, 0);
    cr_corpus_batch_bound(k.batch, &cr_corpus_policy_running);
    cr_corpus_batch_tell(k.batch, say_stored, NULL);
  }
  cr_host *host = NULL;
  if (fuzz->real.dll != NULL) err = cli_fuzz_host(&fuzz->real, &host, info);
  if (err != CR_OK) {
    cr_corpus_batch_free(k.batch);
    cr_corpus_close(corpus);
    return err;
  }
  cr_fuzz_options options = {.scenario = fuzz->scenario,
                             .remember = true,
                             .subject = fuzz->subject,
                             .judge = &judge,
                             .host = host,
                             .keep = corpus == NULL ? NULL : keep,
                             .keep_arg = &k};
  cr_fuzzer *fuzzer = cr_fuzzer_new(&options);
  err = random_loop(fuzz, fuzzer, &k, result, info);
  if (err == CR_OK && k.batch != NULL) err = cr_corpus_batch_flush(k.batch, info);
  const cr_fuzz_stats *stats = cr_fuzzer_stats(fuzzer);
  bool cut = host != NULL && cr_host_interrupted(host) && stats->executions > 0;
  result->executions = stats->executions - cut; /* the last one did not come to its end */
  if (err == CR_OK && result->executions == 0 && !result->interrupted)
    err = cr_fail(info, CR_ERR_ENVIRONMENT,
                  "%s: no schedule came to its end in the time given; give it more with --time",
                  fuzz->real.dll == NULL ? fuzz->scenario->name : fuzz->real.dll);
  result->novel = stats->novel;
  result->violations = stats->violations;
  if (k.batch != NULL) result->stored = cr_corpus_batch_puts(k.batch)->inserted;
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    result->shortest[i] = cr_fuzzer_shortest(fuzzer, (cr_clause)i);
    result->found[i] = cr_fuzzer_found(fuzzer, (cr_clause)i);
  }
  cr_fuzzer_free(fuzzer);
  cr_host_free(host);
  cr_corpus_batch_free(k.batch);
  cr_corpus_close(corpus);
  return err;
}

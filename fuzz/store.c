/* store.c - see store.h. */
#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SUMMARY_MS = 250 };

struct cr__store {
  cr_corpus *corpus;
  cr_corpus_batch *batch;
  cr_engine engine;
  uint64_t waiting_since_ms; /* 0: nothing waits */
};

static uint64_t now_ms(void) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Into the engine's log. */
static void say_stored(void *arg, const char *id, cr_verdict_kind verdict, cr_clause clause,
                       uint32_t steps) {
  (void)arg;
  fprintf(stderr, "stored %s: %s %s, %u steps\n", id, cr_verdict_kind_name(verdict),
          verdict == CR_VERDICT_VIOLATES ? cr_clause_row_of(clause)->id : "", steps);
}

cr_err cr__store_open(const char *path, const char *engine, cr__store **store, cr_errinfo *info) {
  *store = NULL;
  cr_engine number = cr_engine_by_name(engine);
  if (number == CR_ENGINE_INVALID)
    return cr_fail(info, CR_ERR_INPUT, "there is no engine \"%s\"", engine);
  cr_corpus *corpus;
  cr_err err = cr_corpus_open(path, CR_CORPUS_CREATE, &corpus, info);
  if (err != CR_OK) return err;
  cr__store *s = cr_alloc(sizeof *s);
  s->corpus = corpus;
  s->engine = number;
  s->batch = cr_corpus_batch_new(corpus, 0);
  cr_corpus_batch_bound(s->batch, &cr_corpus_policy_running);
  cr_corpus_batch_tell(s->batch, say_stored, NULL);
  *store = s;
  return CR_OK;
}

cr_err cr__store_close(cr__store *s, cr_errinfo *info) {
  cr_err err = cr_corpus_batch_flush(s->batch, info);
  cr_corpus_batch_free(s->batch);
  cr_corpus_close(s->corpus);
  free(s);
  return err;
}

cr_err cr__store_keep(void *store, const cr_trace *trace, const cr_clauses *exercised,
                      cr_errinfo *info) {
  cr__store *s = store;
  cr_err err = cr_corpus_batch_put(s->batch, trace, exercised, s->engine, info);
  if (err == CR_OK && s->waiting_since_ms == 0 && cr_corpus_batch_pending(s->batch) > 0)
    s->waiting_since_ms = now_ms();
  return err;
}

bool cr__store_due(const cr__store *s) {
  return s->waiting_since_ms != 0 && now_ms() - s->waiting_since_ms >= CR_FUZZ_FLUSH_MS;
}

cr_err cr__store_flush(cr__store *s, cr_errinfo *info) {
  s->waiting_since_ms = 0;
  return cr_corpus_batch_flush(s->batch, info);
}

bool cr__summary_due(uint64_t *last_ms) {
  uint64_t now = now_ms();
  if (now - *last_ms < SUMMARY_MS) return false;
  *last_ms = now;
  return true;
}

void cr__summary_write(const char *path, const cr_fuzzer *fuzzer, const cr__store *store) {
  const cr_fuzz_stats *stats = cr_fuzzer_stats(fuzzer);
  cr_buf text = {0};
  cr_buf_printf(
      &text,
      "executions : %llu\nsteps : %llu\nnovel : %llu\nviolations : %llu\npairs : %llu\n"
      "stored : %llu\n",
      (unsigned long long)stats->executions, (unsigned long long)stats->steps,
      (unsigned long long)stats->novel, (unsigned long long)stats->violations,
      (unsigned long long)stats->pairs,
      (unsigned long long)(store == NULL ? 0 : cr_corpus_batch_puts(store->batch)->inserted));
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++)
    if (cr_clauses_has(&stats->violated, (cr_clause)i))
      cr_buf_printf(&text, "violated %s : %u from %u\n", cr_clause_row_of((cr_clause)i)->id,
                    cr_fuzzer_shortest(fuzzer, (cr_clause)i),
                    cr_fuzzer_found(fuzzer, (cr_clause)i));
  cr_errinfo ignored;
  if (cr_file_write(path, text.data, text.len, &ignored) != CR_OK) cr_buf_clear(&text);
  cr_buf_free(&text);
}

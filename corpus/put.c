/* put.c - storing interleavings and replays. */
#include <stdlib.h>
#include <string.h>

#include "clusrace/corpus_tend.h"
#include "private.h"

static const char *const put_sql[CR__PUT_COUNT] = {
    [CR__PUT_FIND] =
        "SELECT id, contract, verdict, steps, engine, trace FROM interleaving"
        " WHERE behaviour = ?1",
    [CR__PUT_INSERT] =
        "INSERT INTO interleaving (behaviour, scenario, subject, run, engine, contract, steps,"
        "                          verdict, clause, verdict_step, signature, digest, trace,"
        "                          exercised)"
        " VALUES (?1, ?2, ?3, nullif(?4, 0), ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    [CR__PUT_REPLACE] =
        "UPDATE interleaving SET run = coalesce(nullif(?4, 0), run), engine = ?5, contract = ?6,"
        "  steps = ?7, verdict = ?8, clause = ?9, verdict_step = ?10, signature = ?11,"
        "  digest = ?12, trace = ?13, scenario = ?2, subject = ?3 WHERE behaviour = ?1",
    [CR__PUT_ENGINE] = "UPDATE interleaving SET engine = ?2 WHERE id = ?1",
    [CR__PUT_COVERAGE] =
        "UPDATE interleaving SET exercised = (SELECT json_group_array(value) FROM"
        "  (SELECT value FROM json_each(exercised) UNION SELECT value FROM json_each(?2)"
        "   ORDER BY value)) WHERE id = ?1 AND exercised <> ?2",
    [CR__PUT_SCENARIO_FIND] = "SELECT id, text FROM scenario WHERE digest = ?1",
    [CR__PUT_SCENARIO_INSERT] = "INSERT INTO scenario (digest, name, text) VALUES (?1, ?2, ?3)",
    [CR__PUT_SCENARIO_TEXT] = "UPDATE scenario SET text = ?2 WHERE id = ?1",
    [CR__PUT_SUBJECT_FIND] = "SELECT id FROM subject WHERE text = ?1",
    [CR__PUT_SUBJECT_INSERT] =
        "INSERT INTO subject (text, kind, name, digest)"
        " VALUES (?1, ?2, ?3, ?4)",
    [CR__PUT_REPLAY] =
        "INSERT INTO replay (interleaving, subject, verdict, clause, verdict_step,"
        "                    digest, trace)"
        " SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM interleaving WHERE behaviour = ?1"
        " ON CONFLICT DO NOTHING",
};

static cr_err prepared(cr_corpus *corpus, unsigned which, sqlite3_stmt **statement,
                       cr_errinfo *info) {
  CR_ASSERT(corpus->writable);
  *statement = NULL;
  if (corpus->put[which] == NULL) {
    int rc = sqlite3_prepare_v3(corpus->db, put_sql[which], -1, SQLITE_PREPARE_PERSISTENT,
                                &corpus->put[which], NULL);
    if (rc != SQLITE_OK) return cr__db_fail(corpus, rc, info);
  }
  *statement = corpus->put[which];
  return CR_OK;
}

/* ---- scenario and subject ---------------------------------------------------------------------
 */

void cr__ids_free(cr__ids *ids) {
  cr_buf_free(&ids->scenario_text);
  cr_buf_free(&ids->subject_text);
}

static bool buf_is(const cr_buf *buf, const char *text) {
  return buf->data != NULL && strcmp(buf->data, text) == 0;
}

static void buf_set(cr_buf *buf, const char *text) {
  cr_buf_clear(buf);
  cr_buf_puts(buf, text);
}

cr_err cr__scenario_id(cr_corpus *corpus, cr__ids *ids, const char *name, uint64_t digest,
                       const char *text, cr_errinfo *info) {
  if (ids->scenario != 0 && ids->scenario_digest == digest && buf_is(&ids->scenario_text, text))
    return CR_OK;
  ids->scenario = 0;
  sqlite3_stmt *find, *store;
  bool row;
  cr_err err = prepared(corpus, CR__PUT_SCENARIO_FIND, &find, info);
  if (err != CR_OK) return err;
  cr__bind(find, cr__h(digest));
  err = cr__step(corpus, find, &row, info);
  int64_t id = row ? sqlite3_column_int64(find, 0) : 0;
  /* Scenarios may differ in their `about` line alone: the lesser text is kept. */
  bool change = row && strcmp(text, cr__text(find, 1)) < 0;
  cr__done(find);
  if (err != CR_OK) return err;
  if (!row || change) {
    err = prepared(corpus, row ? CR__PUT_SCENARIO_TEXT : CR__PUT_SCENARIO_INSERT, &store, info);
    if (err != CR_OK) return err;
    if (row)
      cr__bind(store, cr__i(id), cr__t(text));
    else
      cr__bind(store, cr__h(digest), cr__t(name), cr__t(text));
    err = cr__exec(corpus, store, info);
    if (err != CR_OK) return err;
    if (!row) id = sqlite3_last_insert_rowid(corpus->db);
  }
  ids->scenario = id;
  ids->scenario_digest = digest;
  buf_set(&ids->scenario_text, text);
  return CR_OK;
}

/* Kind, name and digest of a subject, as columns. */
static void subject_columns(const cr_subject *subject, const char **kind, const char **name,
                            char digest[17]) {
  *name = subject->name;
  digest[0] = '\0';
  switch ((cr_subject_kind)subject->kind) {
    case CR_SUBJECT_MUTANT:
      *kind = "mutant";
      *name = cr_mutant_row_of(subject->mutant)->name;
      return;
    case CR_SUBJECT_NATIVE:
    case CR_SUBJECT_PE:
      *kind = subject->kind == CR_SUBJECT_PE ? "pe" : "native";
      cr__hex(subject->digest, digest);
      return;
    case CR_SUBJECT_REFERENCE:
    case CR_SUBJECT_INVALID: break;
  }
  CR_ASSERT(subject->kind == CR_SUBJECT_REFERENCE);
  *kind = "reference";
  *name = "";
}

cr_err cr__subject_id(cr_corpus *corpus, cr__ids *ids, const cr_subject *subject,
                      cr_errinfo *info) {
  cr_buf text = {0};
  sqlite3_stmt *find, *store;
  bool row;
  cr_subject_write(subject, &text);
  cr_err err = CR_OK;
  if (ids->subject != 0 && buf_is(&ids->subject_text, text.data)) goto out;
  ids->subject = 0;
  err = prepared(corpus, CR__PUT_SUBJECT_FIND, &find, info);
  if (err != CR_OK) goto out;
  cr__bind(find, cr__t(text.data));
  err = cr__step(corpus, find, &row, info);
  int64_t id = row ? sqlite3_column_int64(find, 0) : 0;
  cr__done(find);
  if (err != CR_OK) goto out;
  if (!row) {
    const char *kind, *name;
    char digest[17];
    err = prepared(corpus, CR__PUT_SUBJECT_INSERT, &store, info);
    if (err != CR_OK) goto out;
    subject_columns(subject, &kind, &name, digest);
    cr__bind(store, cr__t(text.data), cr__t(kind), cr__t(name), cr__t(digest));
    err = cr__exec(corpus, store, info);
    if (err != CR_OK) goto out;
    id = sqlite3_last_insert_rowid(corpus->db);
  }
  ids->subject = id;
  buf_set(&ids->subject_text, text.data);
out:
  cr_buf_free(&text);
  return err;
}

/* ---- one interleaving -------------------------------------------------------------------------
 */

void cr__row_init(cr__row *row, const cr_trace *trace, const cr_clauses *exercised,
                  cr_engine engine, int64_t run) {
  CR_ASSERT(engine > CR_ENGINE_INVALID && engine < CR_ENGINE_COUNT);
  CR_ASSERT(trace->steps_count <= CR_TRACE_STEPS_MAX);
  *row = (cr__row){.behaviour = cr_trace_behaviour_digest(trace),
                   .contract = trace->contract,
                   .signature = cr_trace_signature(trace),
                   .scenario_digest = trace->scenario.digest,
                   .subject = trace->subject,
                   .steps = (uint32_t)trace->steps_count,
                   .verdict = (cr_verdict_kind)trace->verdict.kind,
                   .clause = trace->verdict.clause,
                   .verdict_step = trace->verdict.step,
                   .engine = engine,
                   .run = run};
  memcpy(row->scenario, trace->scenario.name, sizeof row->scenario);
  cr_scenario_write(&trace->scenario, "", &row->scenario_text);
  cr_trace_write(trace, &row->text);
  if (exercised != NULL) row->exercised = *exercised;
}

void cr__row_free(cr__row *row) {
  cr_buf_free(&row->scenario_text);
  cr_buf_free(&row->text);
}

static int verdict_rank(cr_verdict_kind kind) {
  switch (kind) {
    case CR_VERDICT_NONE:
    case CR_VERDICT_COUNT: return 0;
    case CR_VERDICT_INCONCLUSIVE: return 1;
    case CR_VERDICT_CONFORMS: return 2;
    default: return 3;
  }
}

bool cr__verdict_is_finding(cr_verdict_kind kind) { return verdict_rank(kind) == 3; }

/* Invariant 1 of corpus.h: a total order, so that it does not matter which came first. */
static bool row_is_better(const cr__row *row, sqlite3_stmt *stored) {
  uint64_t contract = 0, present = cr_contract_digest();
  bool known = cr__unhex(cr__text(stored, 1), &contract);
  bool stored_current = known && contract == present;
  if (stored_current != (row->contract == present)) return !stored_current;
  int rank = verdict_rank(row->verdict);
  int stored_rank = verdict_rank(cr__verdict_by_name(cr__text(stored, 2)));
  if (rank != stored_rank) return rank > stored_rank;
  int64_t steps = sqlite3_column_int64(stored, 3);
  if (steps != (int64_t)row->steps) return (int64_t)row->steps < steps;
  return strcmp(row->text.data, cr__text(stored, 5)) < 0;
}

static const char *clause_of(cr_verdict_kind verdict, cr_clause clause) {
  return verdict == CR_VERDICT_VIOLATES ? cr_clause_row_of(clause)->id : "";
}

static int compare_ids(const void *a, const void *b) {
  const char *const *x = a, *const *y = b;
  return strcmp(*x, *y);
}

/* As a JSON array in the order of the texts, so that equal sets are equal texts. */
static void put_clauses(const cr_clauses *set, cr_buf *out) {
  const char *id[CR_CLAUSE_COUNT];
  size_t count = 0;
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++)
    if (cr_clauses_has(set, (cr_clause)i)) id[count++] = cr_clause_row_of((cr_clause)i)->id;
  qsort(id, count, sizeof *id, compare_ids);
  cr_buf_putc(out, '[');
  for (size_t i = 0; i < count; i++) {
    cr_buf_puts(out, i == 0 ? "\"" : ",\"");
    cr_buf_puts(out, id[i]);
    cr_buf_putc(out, '"');
  }
  cr_buf_putc(out, ']');
}

static cr_err row_write(cr_corpus *corpus, unsigned which, const cr__ids *ids, const cr__row *row,
                        cr_engine engine, cr_errinfo *info) {
  sqlite3_stmt *store = NULL;
  cr_err err = prepared(corpus, which, &store, info);
  if (err != CR_OK) return err;
  char signature[17] = "";
  if (row->signature != 0) cr__hex(row->signature, signature);
  cr_buf clauses = {0};
  put_clauses(&row->exercised, &clauses);
  const cr__value values[] = {cr__h(row->behaviour),
                              cr__i(ids->scenario),
                              cr__i(ids->subject),
                              cr__i(row->run),
                              cr__t(cr_engine_name(engine)),
                              cr__h(row->contract),
                              cr__i(row->steps),
                              cr__t(cr_verdict_kind_name(row->verdict)),
                              cr__t(clause_of(row->verdict, row->clause)),
                              cr__i((int64_t)row->verdict_step),
                              cr__t(signature),
                              cr__h(cr_digest(row->text.data, row->text.len)),
                              cr__b(row->text.data, row->text.len),
                              cr__b(clauses.data, clauses.len)};
  /* A known row keeps its clauses: coverage_join. */
  size_t count = CR_ARRAY_LEN(values) - (which == CR__PUT_REPLACE);
  cr__bind_values(store, values, count);
  err = cr__exec(corpus, store, info);
  cr_buf_free(&clauses);
  return err;
}

/* What a row already known exercises is joined by what it is seen to exercise now. */
static cr_err coverage_join(cr_corpus *corpus, int64_t id, const cr__row *row, cr_errinfo *info) {
  sqlite3_stmt *store = NULL;
  if (!cr_clauses_any(&row->exercised)) return CR_OK;
  cr_err err = prepared(corpus, CR__PUT_COVERAGE, &store, info);
  if (err != CR_OK) return err;
  cr_buf clauses = {0};
  put_clauses(&row->exercised, &clauses);
  cr__bind(store, cr__i(id), cr__b(clauses.data, clauses.len));
  err = cr__exec(corpus, store, info);
  cr_buf_free(&clauses);
  return err;
}

cr_err cr__row_store(cr_corpus *corpus, cr__ids *ids, const cr__row *row, cr_corpus_puts *puts,
                     cr_errinfo *info) {
  sqlite3_stmt *find = NULL;
  bool known;
  cr_err err = cr__scenario_id(corpus, ids, row->scenario, row->scenario_digest,
                               row->scenario_text.data, info);
  if (err == CR_OK) err = cr__subject_id(corpus, ids, &row->subject, info);
  if (err == CR_OK) err = prepared(corpus, CR__PUT_FIND, &find, info);
  if (err != CR_OK) return err;
  cr__bind(find, cr__h(row->behaviour));
  err = cr__step(corpus, find, &known, info);
  int64_t id = 0;
  bool better = true;
  cr_engine engine = row->engine, stored_engine = CR_ENGINE_INVALID;
  if (known) {
    id = sqlite3_column_int64(find, 0);
    better = row_is_better(row, find);
    stored_engine = cr_engine_by_name(cr__text(find, 4));
    if (stored_engine != CR_ENGINE_INVALID && stored_engine < engine) engine = stored_engine;
  }
  cr__done(find);
  if (err != CR_OK) return err;
  if (better) {
    err = row_write(corpus, known ? CR__PUT_REPLACE : CR__PUT_INSERT, ids, row, engine, info);
    if (!known) id = sqlite3_last_insert_rowid(corpus->db);
  } else if (engine != stored_engine) {
    sqlite3_stmt *store = NULL;
    err = prepared(corpus, CR__PUT_ENGINE, &store, info);
    if (err != CR_OK) return err;
    cr__bind(store, cr__i(id), cr__t(cr_engine_name(engine)));
    err = cr__exec(corpus, store, info);
  }
  if (err == CR_OK && known) err = coverage_join(corpus, id, row, info);
  if (err != CR_OK) return err;
  uint64_t *count = !known ? &puts->inserted : better ? &puts->replaced : &puts->known;
  *count += 1;
  return CR_OK;
}

/* ---- batches ----------------------------------------------------------------------------------
 */

struct cr_corpus_batch {
  cr_corpus *corpus;
  int64_t run;
  cr__row *rows;
  size_t count, cap, bytes;
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

cr_err cr__batch_put(cr_corpus_batch *batch, const cr_trace *trace, const cr_clauses *exercised,
                     cr_engine engine, int64_t run, cr_errinfo *info) {
  if (batch->count == batch->cap) {
    batch->cap = batch->cap == 0 ? 64 : batch->cap * 2;
    batch->rows = cr_realloc(batch->rows, batch->cap * sizeof *batch->rows);
  }
  cr__row *row = &batch->rows[batch->count++];
  cr__row_init(row, trace, exercised, engine, run);
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
  if (err == CR_OK && cr_trace_signature(trace) != 0) err = cr_corpus_batch_flush(batch, info);
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

/* ---- replays ----------------------------------------------------------------------------------
 */

/* Is the interleaving there? */
static cr_err behaviour_known(cr_corpus *corpus, uint64_t behaviour, bool *known,
                              cr_errinfo *info) {
  sqlite3_stmt *find = NULL;
  cr_err err = prepared(corpus, CR__PUT_FIND, &find, info);
  if (err != CR_OK) return err;
  cr__bind(find, cr__h(behaviour));
  err = cr__step(corpus, find, known, info);
  cr__done(find);
  return err;
}

cr_err cr__replay_store(cr_corpus *corpus, cr__ids *ids, uint64_t behaviour,
                        const cr_trace *observed, bool *known, bool *inserted, cr_errinfo *info) {
  sqlite3_stmt *store = NULL;
  *inserted = false;
  cr_err err = behaviour_known(corpus, behaviour, known, info);
  if (err == CR_OK && !*known) return CR_OK;
  if (err == CR_OK) err = cr__subject_id(corpus, ids, &observed->subject, info);
  if (err == CR_OK) err = prepared(corpus, CR__PUT_REPLAY, &store, info);
  if (err != CR_OK) return err;
  const cr_verdict *verdict = &observed->verdict;
  cr_verdict_kind kind = (cr_verdict_kind)verdict->kind;
  cr_buf text = {0};
  cr_trace_write(observed, &text);
  cr__bind(store, cr__h(behaviour), cr__i(ids->subject), cr__t(cr_verdict_kind_name(kind)),
           cr__t(clause_of(kind, verdict->clause)), cr__i(verdict->step),
           cr__h(cr_digest(text.data, text.len)), cr__b(text.data, text.len));
  err = cr__exec(corpus, store, info);
  cr_buf_free(&text);
  *inserted = err == CR_OK && sqlite3_changes(corpus->db) != 0;
  return err;
}

cr_err cr_corpus_put_replay(cr_corpus *corpus, uint64_t behaviour, const cr_trace *observed,
                            bool *inserted, cr_errinfo *info) {
  cr__ids ids = {0};
  bool known, fresh;
  cr_err err = cr__begin(corpus, info);
  if (err != CR_OK) return err;
  err = cr__replay_store(corpus, &ids, behaviour, observed, &known, &fresh, info);
  if (err == CR_OK && !known)
    err = cr_fail(info, CR_ERR_INPUT,
                  "%s: holds no interleaving %016llx to which the replay belongs; store it first",
                  corpus->path, (unsigned long long)behaviour);
  cr__ids_free(&ids);
  if (err == CR_OK)
    err = cr__commit(corpus, info);
  else
    cr__rollback(corpus);
  if (err == CR_OK && inserted != NULL) *inserted = fresh;
  return err;
}

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

cr_err cr__put_prepared(cr_corpus *corpus, unsigned which, sqlite3_stmt **statement,
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

/* ---- one interleaving -------------------------------------------------------------------------
 */

void cr__row_init(cr__row *row, const cr_trace *trace, const cr_buf *scenario,
                  const cr_clauses *exercised, cr_engine engine, int64_t run) {
  CR_ASSERT(engine > CR_ENGINE_INVALID && engine < CR_ENGINE_COUNT);
  CR_ASSERT(trace->steps_count <= CR_TRACE_STEPS_MAX);
  *row = (cr__row){.contract = trace->contract,
                   .signature = cr__signature(trace),
                   .scenario_digest = trace->scenario.digest,
                   .subject = trace->subject,
                   .steps = (uint32_t)trace->steps_count,
                   .verdict = (cr_verdict_kind)trace->verdict.kind,
                   .clause = trace->verdict.clause,
                   .verdict_step = trace->verdict.step,
                   .engine = engine,
                   .run = run};
  memcpy(row->scenario, trace->scenario.name, sizeof row->scenario);
  cr_buf_add(&row->scenario_text, scenario->data, scenario->len);
  row->behaviour = cr_trace_write_digested(trace, &row->text);
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

uint64_t cr__signature(const cr_trace *trace) {
  return cr__verdict_is_finding((cr_verdict_kind)trace->verdict.kind) ? cr_trace_signature(trace)
                                                                      : 0;
}

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
  const cr_clause *x = a, *y = b;
  return strcmp(cr_clause_row_of(*x)->id, cr_clause_row_of(*y)->id);
}

/* All clauses in the order of their texts. */
static const cr_clause *clauses_in_order(cr_corpus *corpus) {
  if (corpus->clauses[0] != corpus->clauses[1]) return corpus->clauses;
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) corpus->clauses[i] = (cr_clause)i;
  qsort(corpus->clauses, CR_CLAUSE_COUNT, sizeof *corpus->clauses, compare_ids);
  return corpus->clauses;
}

/* As a JSON array in the order of the texts, so that equal sets are equal texts. */
static void put_clauses(cr_corpus *corpus, const cr_clauses *set, cr_buf *out) {
  const cr_clause *clause = clauses_in_order(corpus);
  const char *before = "\"";
  cr_buf_putc(out, '[');
  for (size_t i = 0; i < CR_CLAUSE_COUNT; i++) {
    if (!cr_clauses_has(set, clause[i])) continue;
    cr_buf_puts(out, before);
    cr_buf_puts(out, cr_clause_row_of(clause[i])->id);
    cr_buf_putc(out, '"');
    before = ",\"";
  }
  cr_buf_putc(out, ']');
}

static cr_err row_write(cr_corpus *corpus, unsigned which, const cr__ids *ids, const cr__row *row,
                        cr_engine engine, cr_errinfo *info) {
  sqlite3_stmt *store = NULL;
  cr_err err = cr__put_prepared(corpus, which, &store, info);
  if (err != CR_OK) return err;
  char signature[17] = "";
  if (row->signature != 0) cr__hex(row->signature, signature);
  cr_buf clauses = {0};
  put_clauses(corpus, &row->exercised, &clauses);
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
  cr_err err = cr__put_prepared(corpus, CR__PUT_COVERAGE, &store, info);
  if (err != CR_OK) return err;
  cr_buf clauses = {0};
  put_clauses(corpus, &row->exercised, &clauses);
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
  if (err == CR_OK) err = cr__put_prepared(corpus, CR__PUT_FIND, &find, info);
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
    err = cr__put_prepared(corpus, CR__PUT_ENGINE, &store, info);
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

/* ---- replays ----------------------------------------------------------------------------------
 */

/* Is the interleaving there? */
static cr_err behaviour_known(cr_corpus *corpus, uint64_t behaviour, bool *known,
                              cr_errinfo *info) {
  sqlite3_stmt *find = NULL;
  cr_err err = cr__put_prepared(corpus, CR__PUT_FIND, &find, info);
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
  if (err == CR_OK) err = cr__put_prepared(corpus, CR__PUT_REPLAY, &store, info);
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

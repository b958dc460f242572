/* run.c - the runs of engines: what was started, and how far it came. */
#include "private.h"

cr_err cr__run_store(cr_corpus *corpus, cr__ids *ids, const cr_corpus_run *run, int64_t *id,
                     bool *inserted, cr_errinfo *info) {
  CR_ASSERT(corpus->writable);
  sqlite3_stmt *statement = NULL;
  bool row;
  const char *label = run->label == NULL ? "" : run->label;
  cr_buf text = {0};
  cr_scenario_write(run->scenario, "", &text);
  cr_err err =
      cr__scenario_id(corpus, ids, run->scenario->name, run->scenario->digest, text.data, info);
  cr_buf_free(&text);
  if (err == CR_OK) err = cr__subject_id(corpus, ids, run->subject, info);
  if (err == CR_OK)
    err = cr__prepare(corpus,
                      "INSERT INTO run (tool, scenario, subject, engine, seed, label)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
                      &statement, info);
  if (err != CR_OK) return err;
  cr__bind(statement, cr__t(run->tool), cr__i(ids->scenario), cr__i(ids->subject),
           cr__t(cr_engine_name(run->engine)), cr__h(run->seed), cr__t(label));
  err = cr__exec(corpus, statement, info);
  sqlite3_finalize(statement);
  *inserted = err == CR_OK && sqlite3_changes(corpus->db) != 0;
  if (err == CR_OK)
    err = cr__prepare(corpus,
                      "SELECT id FROM run WHERE tool = ?1 AND scenario = ?2 AND subject = ?3"
                      " AND engine = ?4 AND seed = ?5 AND label = ?6",
                      &statement, info);
  if (err != CR_OK) return err;
  cr__bind(statement, cr__t(run->tool), cr__i(ids->scenario), cr__i(ids->subject),
           cr__t(cr_engine_name(run->engine)), cr__h(run->seed), cr__t(label));
  err = cr__step(corpus, statement, &row, info);
  if (err == CR_OK) {
    CR_ASSERT(row);
    *id = sqlite3_column_int64(statement, 0);
  }
  sqlite3_finalize(statement);
  return err;
}

cr_err cr__run_query(const cr_corpus *corpus, sqlite3_stmt **statement, cr_errinfo *info) {
  return cr__prepare(corpus,
                     "SELECT r.id, r.tool, s.text, u.kind, u.name, u.digest, u.text, r.engine,"
                     "       r.seed, r.label, r.executions, r.duration_ms, r.exit"
                     " FROM run r JOIN scenario s ON s.id = r.scenario"
                     " JOIN subject u ON u.id = r.subject WHERE r.id = ?1",
                     statement, info);
}

/* From kind, name and digest; it must be the one that its text says. */
static bool subject_read(sqlite3_stmt *s, cr_subject *subject) {
  const char *kind = cr__text(s, 3), *name = cr__text(s, 4);
  bool good = true;
  *subject = (cr_subject){.kind = CR_SUBJECT_REFERENCE};
  if (strcmp(kind, "mutant") == 0) {
    subject->kind = CR_SUBJECT_MUTANT;
    subject->mutant = cr_mutant_by_name(name);
    good = subject->mutant != CR_MUTANT_NONE;
  } else if (strcmp(kind, "reference") != 0) {
    subject->kind = strcmp(kind, "pe") == 0 ? CR_SUBJECT_PE : CR_SUBJECT_NATIVE;
    good = strlen(name) < sizeof subject->name && cr__unhex(cr__text(s, 5), &subject->digest);
    if (good) memcpy(subject->name, name, strlen(name) + 1);
  }
  if (!good) return false;
  cr_buf text = {0};
  cr_subject_write(subject, &text);
  bool same = strcmp(text.data, cr__text(s, 6)) == 0;
  cr_buf_free(&text);
  return same;
}

cr_err cr__run_read(const cr_corpus *corpus, sqlite3_stmt *s, cr__run_row *row,
                    cr_errinfo *reason) {
  const char *text = cr__text(s, 2);
  row->run = (cr_corpus_run){
      cr__text(s, 1), &row->scenario, &row->subject, cr_engine_by_name(cr__text(s, 7)), 0,
      cr__text(s, 9)};
  bool good =
      cr__unhex(cr__text(s, 8), &row->run.seed) && row->run.engine != CR_ENGINE_INVALID &&
      subject_read(s, &row->subject) && sqlite3_column_int64(s, 10) >= 0 &&
      sqlite3_column_int64(s, 11) >= 0 &&
      cr_scenario_parse(text, strlen(text), corpus->path, 1, &row->scenario, reason) == CR_OK;
  row->executions = (uint64_t)sqlite3_column_int64(s, 10);
  row->duration_ms = (uint64_t)sqlite3_column_int64(s, 11);
  row->ended = sqlite3_column_type(s, 12) != SQLITE_NULL;
  row->exit = sqlite3_column_int(s, 12);
  if (good) return CR_OK;
  return cr_fail(reason, CR_ERR_INPUT, "%s: run %lld has a value that is none of this version's",
                 corpus->path, (long long)sqlite3_column_int64(s, 0));
}

cr_err cr_corpus_run_begin(cr_corpus *corpus, const cr_corpus_run *run, int64_t *id,
                           cr_errinfo *info) {
  cr__ids ids = {0};
  bool inserted;
  cr_err err = cr__begin(corpus, info);
  if (err != CR_OK) return err;
  err = cr__run_store(corpus, &ids, run, id, &inserted, info);
  cr__ids_free(&ids);
  if (err == CR_OK) return cr__commit(corpus, info);
  cr__rollback(corpus);
  return err;
}

cr_err cr__run_finish(cr_corpus *corpus, int64_t id, uint64_t executions, uint64_t duration_ms,
                      int exit, cr_errinfo *info) {
  sqlite3_stmt *statement = NULL;
  CR_ASSERT(executions <= INT64_MAX && duration_ms <= INT64_MAX);
  /* Of equal runs the longer counts, whichever was stored first. */
  cr_err err = cr__prepare(corpus,
                           "UPDATE run SET executions = ?2, duration_ms = ?3, exit = ?4"
                           " WHERE id = ?1 AND (exit IS NULL"
                           "   OR (?2, ?3, ?4) > (executions, duration_ms, exit))",
                           &statement, info);
  if (err != CR_OK) return err;
  cr__bind(statement, cr__i(id), cr__i((int64_t)executions), cr__i((int64_t)duration_ms),
           cr__i(exit));
  err = cr__exec(corpus, statement, info);
  sqlite3_finalize(statement);
  return err;
}

cr_err cr_corpus_run_end(cr_corpus *corpus, int64_t id, uint64_t executions, uint64_t duration_ms,
                         cr_exit exit, cr_errinfo *info) {
  cr_err err = cr__begin(corpus, info);
  if (err != CR_OK) return err;
  err = cr__run_finish(corpus, id, executions, duration_ms, (int)exit, info);
  if (err == CR_OK) return cr__commit(corpus, info);
  cr__rollback(corpus);
  return err;
}

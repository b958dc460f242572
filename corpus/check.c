/* check.c - is everything in a store what it says it is? */
#include <stdlib.h>
#include <string.h>

#include "private.h"

typedef struct checker {
  cr_corpus *corpus;
  cr_corpus_say say;
  void *arg;
  uint64_t problems;
} checker;

/* A line that names the file already. */
static void problem_line(checker *c, const char *line) {
  c->problems++;
  if (c->say != NULL) c->say(c->arg, line);
}

static void problem(checker *c, const char *format, ...) CR_PRINTF(2, 3);
static void problem(checker *c, const char *format, ...) {
  char text[512];
  cr_buf line = {0};
  va_list args;
  va_start(args, format);
  sqlite3_vsnprintf((int)sizeof text, text, format, args);
  va_end(args);
  cr_buf_printf(&line, "%s: %s", c->corpus->path, text);
  problem_line(c, line.data);
  cr_buf_free(&line);
}

/* A step over damage is a problem, not the end of the check. Returns whether there is a row. */
static bool next_row(checker *c, sqlite3_stmt *statement, const char *what) {
  int rc = sqlite3_step(statement);
  if (rc == SQLITE_ROW) return true;
  if (rc != SQLITE_DONE)
    problem(c, "%s cannot be read to the end: %s", what, sqlite3_errmsg(c->corpus->db));
  return false;
}

static sqlite3_stmt *query(checker *c, const char *sql, const char *what) {
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2(c->corpus->db, sql, -1, &statement, NULL) == SQLITE_OK) return statement;
  problem(c, "%s cannot be read: %s", what, sqlite3_errmsg(c->corpus->db));
  return NULL;
}

/* One row of SQLite's check may hold several lines. */
static void structure_lines(checker *c, const char *text) {
  while (*text != '\0') {
    size_t n = strcspn(text, "\n");
    if (strncmp(text, "***", 3) != 0 && strcmp(text, "ok") != 0)
      problem(c, "structure: %.*s", (int)n, text);
    text += n;
    if (*text == '\n') text++;
  }
}

static void check_structure(checker *c) {
  sqlite3_stmt *s = query(c, "PRAGMA integrity_check", "the file's structure");
  while (s != NULL && next_row(c, s, "the file's structure")) structure_lines(c, cr__text(s, 0));
  sqlite3_finalize(s);
  s = query(c, "PRAGMA foreign_key_check", "references between rows");
  while (s != NULL && next_row(c, s, "references between rows"))
    problem(c, "row %lld of %s refers to a row of %s that is not there",
            (long long)sqlite3_column_int64(s, 1), cr__text(s, 0), cr__text(s, 2));
  sqlite3_finalize(s);
}

/* The schema must be word for word the one that this version makes. */
static void check_schema(checker *c) {
  static const char sql[] =
      "SELECT type, name, coalesce(sql, '') FROM sqlite_schema"
      " WHERE name NOT GLOB 'sqlite_*' ORDER BY type, name";
  cr_corpus fresh = {.path = c->corpus->path, .busy_tries = 1};
  cr_errinfo info;
  int rc = sqlite3_open_v2(":memory:", &fresh.db, SQLITE_OPEN_READWRITE, NULL);
  CR_ASSERT(rc == SQLITE_OK);
  cr_err err = cr__migrate(&fresh, cr__migrations, CR_CORPUS_VERSION, true, &info);
  CR_ASSERT(err == CR_OK);
  sqlite3_stmt *expected = NULL;
  rc = sqlite3_prepare_v2(fresh.db, sql, -1, &expected, NULL);
  CR_ASSERT(rc == SQLITE_OK);
  sqlite3_stmt *found = query(c, sql, "the schema");
  bool same = found != NULL, more = same;
  while (same && more) {
    more = sqlite3_step(expected) == SQLITE_ROW;
    same = next_row(c, found, "the schema") == more;
    for (int i = 0; same && more && i < 3; i++)
      same = strcmp(cr__text(expected, i), cr__text(found, i)) == 0;
  }
  if (!same) problem(c, "the schema is not that of a corpus of version %d", CR_CORPUS_VERSION);
  sqlite3_finalize(found);
  sqlite3_finalize(expected);
  sqlite3_close(fresh.db);
}

/* Is the text what its digest says, and a trace that is written as it was read? */
static bool check_text(checker *c, sqlite3_stmt *s, int text_column, int digest_column,
                       const char *name, cr_trace *trace) {
  const char *text = cr__text(s, text_column);
  size_t n = (size_t)sqlite3_column_bytes(s, text_column);
  uint64_t digest = 0;
  if (!cr__unhex(cr__text(s, digest_column), &digest) || digest != cr_digest(text, n)) {
    problem(c, "%s: the trace is not the one that was stored", name);
    return false;
  }
  cr_errinfo info;
  if (cr_trace_read(text, n, name, trace, &info) != CR_OK) {
    problem(c, "%s", info.text);
    return false;
  }
  cr_buf again = {0};
  cr_trace_write(trace, &again);
  bool same = again.len == n && memcmp(again.data, text, n) == 0;
  if (!same) problem(c, "%s: the trace is not in canonical form", name);
  cr_buf_free(&again);
  return same;
}

/* Reports a column that is not what the trace says. */
static void expect(checker *c, const char *name, const char *column, const char *found,
                   const char *expected) {
  if (strcmp(found, expected) != 0)
    problem(c, "%s: %s is \"%.80s\", but the trace says \"%.80s\"", name, column, found, expected);
}

static void expect_hex(checker *c, const char *name, const char *column, const char *found,
                       uint64_t expected) {
  char hex[17];
  cr__hex(expected, hex);
  expect(c, name, column, found, hex);
}

static void expect_verdict(checker *c, const char *name, sqlite3_stmt *s, int column,
                           const cr_trace *trace) {
  const cr_verdict *v = &trace->verdict;
  char step[24];
  sqlite3_snprintf((int)sizeof step, step, "%u", v->step);
  expect(c, name, "verdict", cr__text(s, column), cr_verdict_kind_name((cr_verdict_kind)v->kind));
  expect(c, name, "clause", cr__text(s, column + 1),
         v->kind == CR_VERDICT_VIOLATES ? cr_clause_row_of(v->clause)->id : "");
  expect(c, name, "verdict_step", cr__text(s, column + 2), step);
}

static void expect_subject(checker *c, const char *name, const char *found,
                           const cr_subject *subject) {
  cr_buf text = {0};
  cr_subject_write(subject, &text);
  expect(c, name, "subject", found, text.data);
  cr_buf_free(&text);
}

static void check_interleavings(checker *c) {
  sqlite3_stmt *s = query(c,
                          "SELECT i.behaviour, i.trace, i.digest, s.name, s.digest, u.text,"
                          " i.contract, i.verdict, i.clause, i.verdict_step, i.steps, i.signature,"
                          " i.engine"
                          " FROM interleaving i LEFT JOIN scenario s ON s.id = i.scenario"
                          " LEFT JOIN subject u ON u.id = i.subject ORDER BY i.id",
                          "the interleavings");
  cr_trace trace = {0};
  while (s != NULL && next_row(c, s, "the interleavings")) {
    char name[40], number[24];
    sqlite3_snprintf((int)sizeof name, name, "interleaving %.16s", cr__text(s, 0));
    if (cr_engine_by_name(cr__text(s, 12)) == CR_ENGINE_INVALID)
      problem(c, "%s: engine \"%.40s\" is not known", name, cr__text(s, 12));
    if (!check_text(c, s, 1, 2, name, &trace)) continue;
    expect_hex(c, name, "behaviour", cr__text(s, 0), cr_trace_behaviour_digest(&trace));
    expect(c, name, "scenario", cr__text(s, 3), trace.scenario.name);
    expect_hex(c, name, "scenario digest", cr__text(s, 4), trace.scenario.digest);
    expect_subject(c, name, cr__text(s, 5), &trace.subject);
    expect_hex(c, name, "contract", cr__text(s, 6), trace.contract);
    expect_verdict(c, name, s, 7, &trace);
    sqlite3_snprintf((int)sizeof number, number, "%llu", (unsigned long long)trace.steps_count);
    expect(c, name, "steps", cr__text(s, 10), number);
    uint64_t signature = cr__signature(&trace);
    if (signature == 0)
      expect(c, name, "signature", cr__text(s, 11), "");
    else
      expect_hex(c, name, "signature", cr__text(s, 11), signature);
  }
  cr_trace_free(&trace);
  sqlite3_finalize(s);
}

static void check_replays(checker *c) {
  sqlite3_stmt *s = query(c,
                          "SELECT i.behaviour, r.trace, r.digest, u.text, r.verdict, r.clause,"
                          " r.verdict_step, r.id"
                          " FROM replay r LEFT JOIN interleaving i ON i.id = r.interleaving"
                          " LEFT JOIN subject u ON u.id = r.subject ORDER BY r.id",
                          "the replays");
  cr_trace trace = {0};
  while (s != NULL && next_row(c, s, "the replays")) {
    char name[64];
    sqlite3_snprintf((int)sizeof name, name, "replay %lld of %.16s", sqlite3_column_int64(s, 7),
                     cr__text(s, 0));
    if (!check_text(c, s, 1, 2, name, &trace)) continue;
    expect_subject(c, name, cr__text(s, 3), &trace.subject);
    expect_verdict(c, name, s, 4, &trace);
  }
  cr_trace_free(&trace);
  sqlite3_finalize(s);
}

static void check_scenarios(checker *c) {
  sqlite3_stmt *s =
      query(c, "SELECT name, digest, text FROM scenario ORDER BY id", "the scenarios");
  cr_scenario *scenario = cr_alloc(sizeof *scenario);
  while (s != NULL && next_row(c, s, "the scenarios")) {
    char name[80];
    cr_errinfo info;
    const char *text = cr__text(s, 2);
    sqlite3_snprintf((int)sizeof name, name, "scenario %.48s", cr__text(s, 0));
    if (cr_scenario_parse(text, strlen(text), name, 1, scenario, &info) != CR_OK) {
      problem(c, "%s", info.text);
      continue;
    }
    expect(c, name, "name", cr__text(s, 0), scenario->name);
    expect_hex(c, name, "digest", cr__text(s, 1), scenario->digest);
  }
  free(scenario);
  sqlite3_finalize(s);
}

/* What prune and stats count by: an array of texts, each once and in order, as it is written. */
static void check_exercised(checker *c) {
  sqlite3_stmt *s =
      query(c,
            "SELECT behaviour FROM interleaving WHERE NOT CASE"
            " WHEN NOT json_valid(exercised) THEN 0"
            " WHEN json_type(exercised) <> 'array' THEN 0"
            " WHEN EXISTS (SELECT 1 FROM json_each(exercised) WHERE type <> 'text') THEN 0"
            " ELSE exercised = (SELECT json_group_array(value) FROM"
            "   (SELECT DISTINCT value FROM json_each(exercised) ORDER BY value)) END ORDER BY id",
            "the clauses that are exercised");
  while (s != NULL && next_row(c, s, "the clauses that are exercised"))
    problem(c, "interleaving %.16s: exercised is no list of clauses", cr__text(s, 0));
  sqlite3_finalize(s);
}

/* By the eyes of a merge, which takes over what they let pass. */
static void check_runs(checker *c) {
  sqlite3_stmt *ids = query(c, "SELECT id FROM run ORDER BY id", "the runs"), *s = NULL;
  cr__run_row *row = cr_alloc(sizeof *row);
  cr_errinfo info;
  if (cr__run_query(c->corpus, &s, &info) != CR_OK) s = NULL; /* then ids said so */
  while (ids != NULL && s != NULL && next_row(c, ids, "the runs")) {
    cr__bind(s, cr__i(sqlite3_column_int64(ids, 0)));
    if (next_row(c, s, "the runs") && cr__run_read(c->corpus, s, row, &info) != CR_OK)
      problem_line(c, info.text);
    cr__done(s);
  }
  free(row);
  sqlite3_finalize(s);
  sqlite3_finalize(ids);
}

cr_err cr_corpus_check(cr_corpus *corpus, cr_corpus_say say, void *arg, uint64_t *problems,
                       cr_errinfo *info) {
  checker c = {corpus, say, arg, 0};
  /* One reading transaction: a writer in another process must not look like a contradiction. */
  cr_err err = cr__script(corpus, "BEGIN", info);
  if (err != CR_OK) return err;
  check_structure(&c);
  check_schema(&c);
  check_scenarios(&c);
  check_interleavings(&c);
  check_exercised(&c);
  check_replays(&c);
  check_runs(&c);
  cr__rollback(corpus);
  *problems = c.problems;
  return CR_OK;
}

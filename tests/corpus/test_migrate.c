/* test_migrate.c - a store of the first schema becomes one of the present schema: nothing lost,
 * nothing half-made. The old store is made of a present one, row by row, in the first tables. */
#include <stdio.h>

#include "fixture.h"

/* A store with findings and clean ones, clauses, replays and runs. */
static void make_new(const char *name) {
  cr_corpus *corpus = opened(name, CR_CORPUS_CREATE);
  cr_trace trace = {0}, observed = {0};
  for (uint32_t i = 0; i < 40; i++) {
    recipe r = {.scenario = i % 3,
                .salt = i,
                .visible = 2 + i % 7,
                .verdict = i % 4 == 0 ? CR_VERDICT_VIOLATES : CR_VERDICT_CONFORMS,
                .clause = CR_CLAUSE_RM_TERM_04};
    recipe seen = {.scenario = r.scenario, .salt = i, .dll = "b.dll", .verdict = CR_VERDICT_HANGS};
    cr_clauses exercised = {{0}}; /* of none up to three of them */
    for (uint32_t k = 0; k < i % 4; k++)
      cr_clauses_add(&exercised, (cr_clause)((i * 7 + k * 5) % 60));
    cr_corpus_run run = {"1", &trace.scenario, &trace.subject, CR_ENGINE_AFL, i / 10, "night"};
    int64_t id = 0;
    cook(&r, &trace);
    if (i % 10 == 0) {
      ck_ok(cr_corpus_run_begin(corpus, &run, &id, why));
      if (i != 0) ck_ok(cr_corpus_run_end(corpus, id, i, 1, CR_EXIT_OK, why));
    }
    ck_ok(cr_corpus_put(corpus, &trace, &exercised, CR_ENGINE_AFL, id, NULL, why));
    if (i % 5 != 0) continue;
    cook(&seen, &observed);
    ck_ok(cr_corpus_put_replay(corpus, behaviour_of(&r), &observed, NULL, why));
  }
  cr_trace_free(&trace);
  cr_trace_free(&observed);
  cr_corpus_close(corpus);
}

/* The same in the tables of an older version. */
static void make_of_version(unsigned version, const char *name, const char *of) {
  cr_corpus corpus = {.path = (char *)(uintptr_t)at(name), .busy_tries = 1};
  char sql[2000];
  ck_assert_int_eq(sqlite3_open(at(name), &corpus.db), SQLITE_OK);
  ck_ok(cr__script(&corpus, "PRAGMA journal_mode = WAL", why));
  ck_ok(cr__migrate(&corpus, cr__migrations, version, true, why));
  snprintf(
      sql, sizeof sql,
      "ATTACH '%s' AS n;"
      "INSERT INTO scenario SELECT * FROM n.scenario;"
      "INSERT INTO subject SELECT * FROM n.subject;"
      "INSERT INTO run SELECT * FROM n.run;"
      "INSERT INTO interleaving SELECT id, behaviour, scenario, subject, run, engine, contract,"
      "  steps, verdict, clause, verdict_step, signature, digest, trace%s FROM n.interleaving;"
      "%s INSERT INTO replay SELECT * FROM n.replay;",
      at(of), version == 1 ? "" : ", exercised",
      version == 1 ? "INSERT INTO coverage SELECT interleaving, clause FROM n.coverage;" : "");
  ck_ok(cr__script(&corpus, sql, why));
  ck_assert_int_eq(sqlite3_close(corpus.db), SQLITE_OK);
}

static void make_old(const char *name, const char *of) { make_of_version(1, name, of); }

static int64_t count_of(cr_corpus *corpus, const char *sql) {
  sqlite3_stmt *s;
  bool row;
  ck_ok(cr__prepare(corpus, sql, &s, why));
  ck_ok(cr__step(corpus, s, &row, why));
  int64_t count = sqlite3_column_int64(s, 0);
  sqlite3_finalize(s);
  return count;
}

static void assert_same_rows(const char *a, const char *b) {
  static const char *const tables[] = {"scenario", "subject", "run",    "interleaving",
                                       "coverage", "replay",  "finding"};
  cr_corpus *corpus = opened(a, CR_CORPUS_WRITE);
  char sql[400];
  snprintf(sql, sizeof sql, "ATTACH '%s' AS other", at(b));
  ck_ok(cr__script(corpus, sql, why));
  for (size_t i = 0; i < CR_ARRAY_LEN(tables); i++) {
    const char *t = tables[i];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM main.%s", t);
    ck_assert_msg(count_of(corpus, sql) > 0, "%s is empty", t);
    snprintf(
        sql, sizeof sql,
        "SELECT (SELECT count(*) FROM (SELECT * FROM main.%s EXCEPT SELECT * FROM other.%s)) + "
        "(SELECT count(*) FROM (SELECT * FROM other.%s EXCEPT SELECT * FROM main.%s))",
        t, t, t, t);
    ck_assert_msg(count_of(corpus, sql) == 0, "%s: rows differ", t);
  }
  cr_corpus_close(corpus);
}

START_TEST(old__first_writer__brings_it_up_to_date_and_loses_nothing) {
  make_new("new.db");
  make_of_version((unsigned)_i, "old.db", "new.db");
  cr_corpus_close(opened("old.db", CR_CORPUS_WRITE));
  assert_same_rows("old.db", "new.db");
  cr_corpus *corpus = opened("old.db", CR_CORPUS_READ);
  cr__identity is;
  ck_ok(cr__identify(corpus, &is, why));
  ck_assert_int_eq(is.version, CR_CORPUS_VERSION);
  ck_assert_uint_eq(problems_of(corpus, NULL), 0); /* the schema word for word, each trace read */
  ck_assert_uint_eq(totals_of(corpus).interleavings, 40);
  cr_corpus_close(corpus);
  put(corpus = opened("old.db", CR_CORPUS_CREATE), &(recipe){.salt = 99}); /* and goes on */
  ck_assert_uint_eq(totals_of(corpus).interleavings, 41);
  cr_corpus_close(corpus);
}
END_TEST

/* Up to version 2 what is inconclusive was stored as a finding. */
START_TEST(old__inconclusive__no_finding_any_more) {
  make_new("new.db");
  cr_corpus *corpus = opened("new.db", CR_CORPUS_WRITE);
  put(corpus, &(recipe){.salt = 50, .verdict = CR_VERDICT_INCONCLUSIVE});
  uint64_t findings = totals_of(corpus).findings;
  cr_corpus_close(corpus);
  make_of_version((unsigned)_i, "old.db", "new.db");
  sql_on(at("old.db"),
         "UPDATE interleaving SET signature = '0123456789abcdef' WHERE verdict = 'inconclusive'");
  corpus = opened("old.db", CR_CORPUS_WRITE);
  ck_assert_uint_eq(totals_of(corpus).findings, findings);
  ck_assert_uint_eq(problems_of(corpus, NULL), 0);
  cr_corpus_close(corpus);
}
END_TEST

static void assert_untouched(const char *name, const cr_buf *before) {
  cr_buf after = {0};
  file_bytes(at(name), &after);
  assert_same_bytes(before, &after);
  cr_buf_free(&after);
}

START_TEST(old__reader__says_what_to_do_and_leaves_it) {
  cr_buf before = {0};
  cr_errinfo info = {{0}};
  cr_corpus *corpus;
  make_new("new.db");
  make_old("old.db", "new.db");
  file_bytes(at("old.db"), &before);
  ck_assert_int_eq(cr_corpus_open(at("old.db"), CR_CORPUS_READ, &corpus, &info), CR_ERR_INPUT);
  ck_assert_msg(strstr(info.text, "`clusrace corpus gc --store FILE` brings it up to date") != NULL,
                "%s", info.text);
  assert_untouched("old.db", &before);
  cr_buf_free(&before);
}
END_TEST

/* What is missing or wrong in an old store shows while it is brought up to date: it stays as it is.
 */
static const char *const breaks[] = {
    "DROP TABLE coverage",
    "DROP VIEW finding; DROP TABLE replay; DROP TABLE interleaving",
    "ALTER TABLE interleaving ADD COLUMN exercised TEXT",
    "ALTER TABLE coverage RENAME COLUMN clause TO other",
};

START_TEST(old__broken__refused_and_left_as_it_was) {
  cr_buf before = {0};
  make_new("new.db");
  make_old("old.db", "new.db");
  sql_on(at("old.db"), breaks[_i]);
  file_bytes(at("old.db"), &before);
  for (int mode = CR_CORPUS_WRITE; mode <= CR_CORPUS_CREATE; mode++) {
    cr_errinfo info = {{0}};
    cr_corpus *corpus;
    ck_assert_int_ne(cr_corpus_open(at("old.db"), (cr_corpus_mode)mode, &corpus, &info), CR_OK);
    ck_assert_ptr_null(corpus);
    ck_assert_msg(strstr(info.text, at("old.db")) == info.text, "names the file: %s", info.text);
    ck_assert_ptr_null(strchr(info.text, '\n'));
    assert_untouched("old.db", &before);
  }
  cr_buf_free(&before);
}
END_TEST

/* A page that is overwritten in its middle: refused, or what could be read is there; never less
 * than that and called sound. */
START_TEST(old__damaged_page__never_called_sound) {
  enum { PAGE = 4096 };
  cr_buf bytes = {0};
  make_new("new.db");
  make_old("old.db", "new.db");
  file_bytes(at("old.db"), &bytes);
  size_t at_byte = (size_t)_i * PAGE + PAGE / 2;
  if (at_byte + 64 < bytes.len) {
    bool used = false; /* a page may have nothing in its middle */
    for (size_t i = 0; i < 64; i++) used |= bytes.data[at_byte + i] != 0;
    memset(bytes.data + at_byte, 0xA5, 64);
    ck_ok(cr_file_write(at("old.db"), bytes.data, bytes.len, why));
    cr_errinfo info = {{0}};
    cr_corpus *corpus;
    if (cr_corpus_open(at("old.db"), CR_CORPUS_WRITE, &corpus, &info) == CR_OK) {
      ck_assert_msg(!used || problems_of(corpus, NULL) > 0, "page %d", _i);
      cr_corpus_close(corpus);
    } else {
      ck_assert_ptr_null(strchr(info.text, '\n'));
    }
  }
  cr_buf_free(&bytes);
}
END_TEST

Suite *cr_suite_migrate(void) {
  Suite *suite = suite_create("migrate");
  TCase *tcase = case_new(suite, "migrate", 60);
  tcase_add_loop_test(tcase, old__first_writer__brings_it_up_to_date_and_loses_nothing, 1,
                      CR_CORPUS_VERSION);
  tcase_add_loop_test(tcase, old__inconclusive__no_finding_any_more, 1, 3);
  tcase_add_test(tcase, old__reader__says_what_to_do_and_leaves_it);
  tcase_add_loop_test(tcase, old__broken__refused_and_left_as_it_was, 0, CR_ARRAY_LEN(breaks));
  tcase_add_loop_test(tcase, old__damaged_page__never_called_sound, 1, 24);
  return suite;
}

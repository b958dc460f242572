/* test_check.c - damage is found and named, never passed over. */
#include <stdio.h>

#include "fixture.h"

static void made(const char *name, unsigned rows) {
  cr_corpus *corpus = opened(name, CR_CORPUS_CREATE);
  cr_trace trace = {0};
  cr_corpus_batch *batch = cr_corpus_batch_new(corpus, 0);
  for (uint32_t i = 0; i < rows; i++) {
    cook(&(recipe){.salt = i, .visible = 5 + i % 40, .verdict = CR_VERDICT_CONFORMS}, &trace);
    cr_clauses exercised = {{0}};
    cr_clauses_add(&exercised, (cr_clause)(i % CR_CLAUSE_COUNT));
    ck_ok(cr_corpus_batch_put(batch, &trace, &exercised, CR_ENGINE_RANDOM, why));
  }
  ck_ok(cr_corpus_batch_flush(batch, why));
  cr_corpus_batch_free(batch);
  cook(&(recipe){.salt = 0, .visible = 5, .dll = "a.dll", .verdict = CR_VERDICT_HANGS}, &trace);
  ck_ok(cr_corpus_put_replay(corpus, behaviour_of(&(recipe){.salt = 0, .visible = 5}), &trace, NULL,
                             why));
  int64_t id;
  cr_corpus_run run = {
      "1", &trace.scenario, &(cr_subject){.kind = CR_SUBJECT_REFERENCE}, CR_ENGINE_AFL, 1, NULL};
  ck_ok(cr_corpus_run_begin(corpus, &run, &id, why));
  cr_trace_free(&trace);
  cr_corpus_close(corpus);
}

/* Is damage noticed: at the opening, or by the check? Then the line names the file. */
static bool noticed(const char *path) {
  cr_corpus *corpus;
  cr_errinfo info = {{0}};
  cr_buf lines = {0};
  uint64_t problems = 0;
  if (cr_corpus_open(path, CR_CORPUS_READ, &corpus, &info) != CR_OK) {
    ck_assert_msg(strstr(info.text, path) == info.text, "%s", info.text);
    return true;
  }
  ck_ok(cr_corpus_check(corpus, NULL, NULL, &problems, why));
  uint64_t again = problems_of(corpus, &lines);
  ck_assert_uint_eq(again, problems);
  if (problems != 0) ck_assert_msg(strstr(lines.data, path) == lines.data, "%s", lines.data);
  cr_buf_free(&lines);
  cr_corpus_close(corpus);
  return problems != 0;
}

START_TEST(check__clean__says_nothing) {
  made("a.db", 50);
  ck_assert(!noticed(at("a.db")));
}
END_TEST

/* Every page in turn is overwritten with random bytes. */
START_TEST(check__page_overwritten__noticed) {
  enum { PAGE = 4096 };
  made("a.db", 120);
  cr_buf good = {0};
  cr_rng rng;
  cr_rng_seed(&rng, 11);
  file_bytes(at("a.db"), &good);
  ck_assert_uint_gt(good.len / PAGE, 30);
  for (size_t page = 0; page < good.len / PAGE; page++) {
    cr_buf bad = {0};
    cr_buf_add(&bad, good.data, good.len);
    for (size_t i = page == 0 ? 100 : 0; i < PAGE; i++)
      bad.data[page * PAGE + i] = (char)cr_rng_next(&rng);
    ck_ok(cr_file_write(at("bad.db"), bad.data, bad.len, why));
    ck_assert_msg(noticed(at("bad.db")), "page %zu", page + 1);
    cr_buf_free(&bad);
  }
  cr_buf_free(&good);
}
END_TEST

static void count_line(void *arg, const char *line) {
  ck_assert_ptr_null(strchr(line, '\n'));
  *(unsigned *)arg += 1;
}

/* What lies on whole pages is saved by a merge into a new store. */
START_TEST(merge__page_overwritten__rest_is_saved) {
  enum { PAGE = 4096, ROWS = 120 };
  made("a.db", ROWS);
  cr_buf good = {0};
  cr_rng rng;
  cr_rng_seed(&rng, 12);
  file_bytes(at("a.db"), &good);
  unsigned partly = 0;
  for (size_t page = 8; page < good.len / PAGE; page += 3) {
    cr_buf bad = {0};
    cr_errinfo info = {{0}};
    cr_corpus_taken taken;
    unsigned lines = 0;
    const cr_corpus_intake how = {.refused = count_line, .arg = &lines};
    cr_buf_add(&bad, good.data, good.len);
    for (size_t i = 0; i < PAGE; i++) bad.data[page * PAGE + i] = (char)cr_rng_next(&rng);
    ck_ok(cr_file_write(at("bad.db"), bad.data, bad.len, why));
    cr_corpus *saved = opened("saved.db", CR_CORPUS_CREATE);
    if (cr_corpus_merge(saved, at("bad.db"), &how, &taken, &info) == CR_OK) {
      partly += taken.puts.inserted > ROWS / 2 && taken.puts.inserted < ROWS;
      ck_assert_uint_eq(lines, taken.refused);
      ck_assert_uint_eq(totals_of(saved).interleavings, taken.puts.inserted);
      ck_assert(taken.puts.inserted == ROWS || lines > 0);
    }
    ck_assert_uint_eq(problems_of(saved, NULL), 0);
    cr_corpus_close(saved);
    remove(at("saved.db"));
    cr_buf_free(&bad);
  }
  ck_assert_uint_gt(partly, 5);
  cr_buf_free(&good);
}
END_TEST

/* The page on which the last rows of a table lie: the way down at the right. */
static char *last_leaf(const cr_buf *file, int root) {
  enum { PAGE = 4096, INTERIOR = 5 };
  char *page = file->data + (size_t)(root - 1) * PAGE;
  while (page[0] == INTERIOR) {
    const unsigned char *right = (const unsigned char *)page + 8;
    page = file->data + (size_t)(right[2] << 8 | (right[3] - 1)) * PAGE;
  }
  return page;
}

static void keep_line(void *arg, const char *line) {
  cr_buf_puts(arg, line);
  cr_buf_putc(arg, '\n');
}

/* Rows that an index knows are named; where it is lost as well, one line is for all. */
START_TEST(merge__last_rows_lost__a_line_each_or_one_for_all) {
  enum { PAGE = 4096, ROWS = 120 };
  cr_buf file = {0}, lines = {0};
  cr_corpus_taken taken;
  sqlite3 *db;
  sqlite3_stmt *s;
  made("a.db", ROWS);
  if (_i == 1) sql_on(at("a.db"), "DROP INDEX interleaving_subject");
  ck_assert_int_eq(sqlite3_open(at("a.db"), &db), SQLITE_OK);
  sqlite3_prepare_v2(db, "SELECT rootpage FROM sqlite_schema WHERE name = 'interleaving'", -1, &s,
                     NULL);
  ck_assert_int_eq(sqlite3_step(s), SQLITE_ROW);
  int root = sqlite3_column_int(s, 0);
  sqlite3_finalize(s);
  sqlite3_close(db);
  file_bytes(at("a.db"), &file);
  char *leaf = last_leaf(&file, root);
  memset(leaf, 0xee, PAGE);
  ck_ok(cr_file_write(at("a.db"), file.data, file.len, why));
  const cr_corpus_intake how = {.refused = keep_line, .arg = &lines};
  cr_corpus *saved = opened("saved.db", CR_CORPUS_CREATE);
  ck_ok(cr_corpus_merge(saved, at("a.db"), &how, &taken, why));
  ck_assert_uint_lt(taken.puts.inserted, ROWS);
  ck_assert_uint_gt(taken.puts.inserted, ROWS / 2);
  ck_assert_uint_eq(taken.replays, 1);
  ck_assert_uint_eq(taken.refused, _i == 1 ? 1 : ROWS - taken.puts.inserted);
  ck_assert_msg(strstr(lines.data, _i == 1 ? "what may be in interleaving from row "
                                           : "row 120 of interleaving cannot be read: ") != NULL,
                "%s", lines.data);
  ck_assert_uint_eq(problems_of(saved, NULL), 0);
  cr_buf_free(&file);
  cr_buf_free(&lines);
  cr_corpus_close(saved);
}
END_TEST

START_TEST(check__cut_short__noticed) {
  made("a.db", 60);
  cr_buf good = {0};
  file_bytes(at("a.db"), &good);
  for (size_t n = good.len - 4096; n > 8192; n = n / 2) {
    ck_ok(cr_file_write(at("cut.db"), good.data, n, why));
    ck_assert_msg(noticed(at("cut.db")), "%zu bytes", n);
  }
  cr_buf_free(&good);
}
END_TEST

/* One changed byte inside a stored trace, where it would still be a trace. */
START_TEST(check__one_digit_of_a_trace__noticed) {
  made("a.db", 20);
  cr_buf bytes = {0};
  file_bytes(at("a.db"), &bytes);
  char *spot = memmem(bytes.data, bytes.len, "@00000000000003e9", 17);
  ck_assert_ptr_nonnull(spot);
  spot[5] = '7';
  ck_ok(cr_file_write(at("a.db"), bytes.data, bytes.len, why));
  ck_assert(noticed(at("a.db")));
  cr_buf_free(&bytes);
}
END_TEST

/* Each kind of contradiction, made with SQL behind the store's back, and a word of its line. */
static const struct {
  const char *sql, *line;
} contradictions[] = {
    {"UPDATE interleaving SET trace = trace || '# x'", "is not the one that was stored"},
    {"UPDATE interleaving SET steps = steps + 1", "steps is"},
    {"UPDATE interleaving SET verdict = 'crashes'", "verdict is \"crashes\""},
    {"UPDATE interleaving SET verdict = 'violates', clause = 'RM-TERM-04'", "clause is"},
    {"UPDATE interleaving SET verdict_step = 3", "verdict_step is"},
    {"UPDATE interleaving SET signature = '0123456789abcdef'", "signature is"},
    {"UPDATE interleaving SET contract = '0123456789abcdef'", "contract is"},
    {"UPDATE interleaving SET engine = 'steam'", "engine \"steam\""},
    {"UPDATE interleaving SET behaviour = 'aaaaaaaaaaaa' || printf('%04d', id)", "behaviour is"},
    {"UPDATE subject SET text = 'mutant x' WHERE id = 1", "subject is"},
    {"UPDATE scenario SET digest = '0123456789abcdef'", "scenario digest is"},
    {"UPDATE scenario SET text = 'x'", "scenario s0:1:"},
    {"UPDATE scenario SET name = 's9'", "name is \"s9\""},
    {"UPDATE replay SET trace = 'x'", "replay 1 of"},
    {"UPDATE replay SET verdict = 'none'", "replay 1 of"},
    {"PRAGMA foreign_keys = OFF; DELETE FROM scenario", "refers to a row of scenario"},
    {"UPDATE interleaving SET exercised = '[\"RM-' WHERE id = 2", "exercised is no list"},
    {"UPDATE interleaving SET exercised = '{}' WHERE id = 2", "exercised is no list"},
    {"UPDATE interleaving SET exercised = '[1]' WHERE id = 2", "exercised is no list"},
    {"UPDATE interleaving SET exercised = '[\"b\",\"a\"]' WHERE id = 2", "exercised is no list"},
    {"UPDATE interleaving SET exercised = '[\"a\",\"a\"]' WHERE id = 2", "exercised is no list"},
    {"UPDATE run SET engine = 'steam'", "run 1 has a value that is none"},
    {"UPDATE run SET seed = 'no number here!!'", "run 1 has a value that is none"},
    {"UPDATE run SET executions = -1", "run 1 has a value that is none"},
    {"UPDATE run SET duration_ms = -1", "run 1 has a value that is none"},
    {"UPDATE subject SET kind = 'steam'", "run 1 has a value that is none"},
    {"UPDATE subject SET kind = 'mutant', name = 'none such'", "run 1 has a value that is none"},
    {"PRAGMA foreign_keys = OFF; UPDATE run SET scenario = 99", "refers to a row of scenario"},
    {"DROP INDEX interleaving_subject", "the schema is not"},
    {"DROP VIEW coverage", "the schema is not"},
    {"CREATE TRIGGER t AFTER INSERT ON scenario BEGIN DELETE FROM scenario; END",
     "the schema is not"},
};

START_TEST(check__contradiction__named) {
  made("a.db", 3);
  sql_on(at("a.db"), contradictions[_i].sql);
  cr_corpus *corpus = opened("a.db", CR_CORPUS_READ);
  cr_buf lines = {0};
  ck_assert_uint_gt(problems_of(corpus, &lines), 0);
  ck_assert_msg(strstr(lines.data, contradictions[_i].line) != NULL, "\"%s\" in:\n%s",
                contradictions[_i].line, lines.data);
  cr_buf_free(&lines);
  cr_corpus_close(corpus);
}
END_TEST

Suite *cr_suite_check(void) {
  Suite *suite = suite_create("check");
  TCase *tcase = case_new(suite, "check", 120);
  tcase_add_test(tcase, check__clean__says_nothing);
  tcase_add_test(tcase, check__page_overwritten__noticed);
  tcase_add_test(tcase, check__cut_short__noticed);
  tcase_add_test(tcase, merge__page_overwritten__rest_is_saved);
  tcase_add_loop_test(tcase, merge__last_rows_lost__a_line_each_or_one_for_all, 0, 2);
  tcase_add_test(tcase, check__one_digit_of_a_trace__noticed);
  tcase_add_loop_test(tcase, check__contradiction__named, 0, (int)CR_ARRAY_LEN(contradictions));
  return suite;
}

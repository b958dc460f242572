/* test_open.c - what is opened, made, brought up to date, and refused untouched. */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"

static void refused(const char *path, cr_corpus_mode mode, cr_err expected, const char *reason) {
  cr_errinfo info = {{0}};
  cr_corpus *corpus = (cr_corpus *)1;
  ck_assert_int_eq(cr_corpus_open(path, mode, &corpus, &info), expected);
  ck_assert_ptr_null(corpus);
  ck_assert_msg(strstr(info.text, path) == info.text, "names the file: %s", info.text);
  ck_assert_msg(strstr(info.text, reason) != NULL, "says \"%s\": %s", reason, info.text);
  ck_assert_ptr_null(strchr(info.text, '\n'));
}

START_TEST(create__fresh__has_identity_and_wal) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  cr__identity is;
  ck_ok(cr__identify(corpus, &is, why));
  ck_assert_int_eq(is.application, CR_CORPUS_APPLICATION);
  ck_assert_int_eq(is.version, CR_CORPUS_VERSION);
  sqlite3_stmt *s;
  bool row;
  ck_ok(cr__prepare(corpus,
                    "SELECT m.journal_mode, f.foreign_keys FROM pragma_journal_mode m,"
                    " pragma_foreign_keys f",
                    &s, why));
  ck_ok(cr__step(corpus, s, &row, why));
  ck_assert(row);
  ck_assert_str_eq(cr__text(s, 0), "wal");
  ck_assert_int_eq(sqlite3_column_int(s, 1), 1);
  sqlite3_finalize(s);
  ck_assert_str_eq(cr_corpus_path(corpus), at("a.db"));
  ck_assert_uint_eq(totals_of(corpus).interleavings, 0);
  ck_assert_uint_eq(problems_of(corpus, NULL), 0);
  cr_corpus_close(corpus);
  cr_corpus_close(NULL);
  /* A closed store is one file. */
  ck_assert_int_ne(access(at("a.db-wal"), F_OK), 0);
  ck_assert_int_ne(access(at("a.db-shm"), F_OK), 0);
}
END_TEST

START_TEST(create__existing__keeps_content) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  put(corpus, &(recipe){.salt = 1});
  cr_corpus_close(corpus);
  corpus = opened("a.db", CR_CORPUS_CREATE);
  ck_assert_uint_eq(totals_of(corpus).interleavings, 1);
  cr_corpus_close(corpus);
}
END_TEST

START_TEST(open__missing__refused) {
  refused(at("none.db"), CR_CORPUS_READ, CR_ERR_INPUT, "check the name");
  refused(at("none.db"), CR_CORPUS_WRITE, CR_ERR_INPUT, "check the name");
  refused(at("none/none.db"), CR_CORPUS_CREATE, CR_ERR_ENVIRONMENT, "folder");
  refused(at(""), CR_CORPUS_CREATE, CR_ERR_INPUT, "is no file");
  ck_assert_int_ne(access(at("none.db"), F_OK), 0);
}
END_TEST

/* Refused in every mode, and not a byte of it or beside it is written. */
static void refused_untouched(const char *path, const char *reason) {
  cr_buf before = {0}, after = {0}, beside = {0};
  struct stat was, is;
  file_bytes(path, &before);
  ck_assert_int_eq(stat(path, &was), 0);
  for (int mode = CR_CORPUS_READ; mode <= CR_CORPUS_CREATE; mode++)
    refused(path, (cr_corpus_mode)mode, CR_ERR_INPUT, reason);
  file_bytes(path, &after);
  ck_assert_int_eq(stat(path, &is), 0);
  ck_assert_uint_eq(after.len, before.len);
  ck_assert_mem_eq(after.data, before.data, before.len);
  ck_assert(was.st_mtim.tv_sec == is.st_mtim.tv_sec && was.st_mtim.tv_nsec == is.st_mtim.tv_nsec);
  const char *const suffixes[] = {"-wal", "-shm", "-journal"};
  for (size_t i = 0; i < CR_ARRAY_LEN(suffixes); i++) {
    cr_buf_clear(&beside);
    cr_buf_printf(&beside, "%s%s", path, suffixes[i]);
    ck_assert_int_ne(access(beside.data, F_OK), 0);
  }
  cr_buf_free(&before);
  cr_buf_free(&after);
  cr_buf_free(&beside);
}

START_TEST(open__no_database__refused_untouched) {
  cr_buf text = {0};
  for (unsigned i = 0; i < 5000; i++) cr_buf_printf(&text, "line %u of a diary\n", i);
  ck_ok(cr_file_write(at("diary.txt"), text.data, text.len, why));
  refused_untouched(at("diary.txt"), "is no clusrace corpus");
  ck_ok(cr_file_write(at("short"), "x", 1, why));
  refused_untouched(at("short"), "is no clusrace corpus");
  cr_buf_free(&text);
}
END_TEST

START_TEST(open__foreign_database__refused_untouched) {
  sql_on(at("photos.db"), "CREATE TABLE photo (id INTEGER); INSERT INTO photo VALUES (1);");
  refused_untouched(at("photos.db"), "is no clusrace corpus");
  /* Without tables, but not an empty file: still somebody else's. */
  sql_on(at("bare.db"), "CREATE TABLE t (a); DROP TABLE t; VACUUM;");
  refused_untouched(at("bare.db"), "is no clusrace corpus");
  sql_on(at("other.db"), "PRAGMA application_id = 1; PRAGMA user_version = 1; VACUUM;");
  refused_untouched(at("other.db"), "is no clusrace corpus");
}
END_TEST

START_TEST(open__empty_file__filled_only_when_creating) {
  ck_ok(cr_file_write(at("empty.db"), "", 0, why));
  refused(at("empty.db"), CR_CORPUS_READ, CR_ERR_INPUT, "is no clusrace corpus");
  refused(at("empty.db"), CR_CORPUS_WRITE, CR_ERR_INPUT, "is no clusrace corpus");
  cr_corpus *corpus = opened("empty.db", CR_CORPUS_CREATE);
  put(corpus, &(recipe){.salt = 1});
  cr_corpus_close(corpus);
}
END_TEST

START_TEST(open__newer_version__refused_untouched) {
  cr_corpus_close(opened("new.db", CR_CORPUS_CREATE));
  sql_on(at("new.db"), "PRAGMA user_version = 99");
  cr_buf before = {0}, after = {0};
  file_bytes(at("new.db"), &before);
  for (int mode = CR_CORPUS_READ; mode <= CR_CORPUS_CREATE; mode++)
    refused(at("new.db"), (cr_corpus_mode)mode, CR_ERR_INPUT, "is of version 99");
  file_bytes(at("new.db"), &after);
  assert_same_bytes(&before, &after);
  cr_buf_free(&before);
  cr_buf_free(&after);
}
END_TEST

START_TEST(open__ours_without_version__refused) {
  cr_corpus_close(opened("zero.db", CR_CORPUS_CREATE));
  sql_on(at("zero.db"), "PRAGMA user_version = 0");
  refused(at("zero.db"), CR_CORPUS_READ, CR_ERR_INPUT, "without a version");
  refused(at("zero.db"), CR_CORPUS_WRITE, CR_ERR_INPUT, "without a version");
  refused(at("zero.db"), CR_CORPUS_CREATE, CR_ERR_INPUT, "without a version");
}
END_TEST

/* The runner itself, on steps of our own. */
static cr_corpus bare(void) {
  cr_corpus corpus = {.path = (char *)(uintptr_t) "memory", .busy_tries = 1};
  ck_assert_int_eq(sqlite3_open(":memory:", &corpus.db), SQLITE_OK);
  return corpus;
}

#define STEP_ONE "CREATE TABLE one (a); PRAGMA application_id = 0x63727263; PRAGMA user_version = 1"
#define STEP_TWO "ALTER TABLE one ADD COLUMN b; UPDATE one SET b = 7; PRAGMA user_version = 2"

START_TEST(migrate__two_versions__one_after_the_other) {
  static const char *const steps[] = {STEP_ONE, STEP_TWO};
  cr_corpus c = bare();
  cr__identity is;
  ck_ok(cr__migrate(&c, steps, 1, true, why));
  ck_ok(cr__script(&c, "INSERT INTO one VALUES (5)", why));
  ck_ok(cr__migrate(&c, steps, 2, false, why));
  ck_ok(cr__identify(&c, &is, why));
  ck_assert_int_eq(is.version, 2);
  sqlite3_stmt *s;
  bool row;
  ck_ok(cr__prepare(&c, "SELECT a, b FROM one", &s, why));
  ck_ok(cr__step(&c, s, &row, why));
  ck_assert_int_eq(sqlite3_column_int(s, 0), 5);
  ck_assert_int_eq(sqlite3_column_int(s, 1), 7);
  sqlite3_finalize(s);
  cr_errinfo info;
  ck_assert_int_eq(cr__migrate(&c, steps, 1, true, &info), CR_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(info.text, "use a newer one"));
  sqlite3_close(c.db);
}
END_TEST

START_TEST(migrate__step_fails__nothing_half_made) {
  static const char *const steps[] = {STEP_ONE, "CREATE TABLE two (a); SELECT nonsense"};
  cr_corpus c = bare();
  cr__identity is;
  cr_errinfo info;
  ck_assert_int_ne(cr__migrate(&c, steps, 2, true, &info), CR_OK);
  ck_ok(cr__identify(&c, &is, why));
  ck_assert_int_eq(is.version, 0);
  ck_assert_int_eq(is.application, 0);
  ck_assert_int_eq(is.objects, 0);
  ck_assert_int_ne(cr__migrate(&c, steps, 1, false, &info), CR_OK); /* empty, and not to be made */
  sqlite3_close(c.db);
}
END_TEST

START_TEST(read__stores_nothing) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  put(corpus, &(recipe){.salt = 1});
  cr_corpus_close(corpus);
  cr_buf before = {0}, after = {0}, list = {0};
  file_bytes(at("a.db"), &before);
  corpus = opened("a.db", CR_CORPUS_READ);
  listing(corpus, NULL, &list);
  ck_assert_uint_eq(totals_of(corpus).interleavings, 1);
  ck_assert_int_ne(sqlite3_exec(corpus->db, "DELETE FROM coverage", NULL, NULL, NULL), SQLITE_OK);
  cr_corpus_close(corpus);
  file_bytes(at("a.db"), &after);
  assert_same_bytes(&before, &after);
  cr_buf_free(&before);
  cr_buf_free(&after);
  cr_buf_free(&list);
}
END_TEST

/* A store in a place where this user can write nothing at all. */
START_TEST(read__read_only_folder__works) {
  ck_assert_int_eq(mkdir(at("medium #1%"), 0755), 0);
  cr_corpus *corpus = opened("medium #1%/a.db", CR_CORPUS_CREATE);
  put(corpus, &(recipe){.salt = 1});
  cr_corpus_close(corpus);
  ck_assert_int_eq(chmod(at("medium #1%/a.db"), 0444), 0);
  ck_assert_int_eq(chmod(at("medium #1%"), 0555), 0);
  ck_assert_int_eq(chmod(at("."), 0755), 0);
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    cr_errinfo info;
    cr_corpus_totals totals = {0};
    if (geteuid() == 0 && setuid(65534) != 0) _exit(3);
    if (cr_corpus_open(at("medium #1%/a.db"), CR_CORPUS_WRITE, &corpus, &info) !=
        CR_ERR_ENVIRONMENT)
      _exit(4);
    if (cr_corpus_open(at("medium #1%/a.db"), CR_CORPUS_READ, &corpus, &info) != CR_OK) {
      fprintf(stderr, "%s\n", info.text);
      _exit(5);
    }
    if (cr_corpus_total(corpus, &totals, &info) != CR_OK || totals.interleavings != 1) _exit(6);
    cr_corpus_close(corpus);
    _exit(0);
  }
  int status;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(chmod(at("medium #1%"), 0755), 0);
  ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
}
END_TEST

/* Several processes make the same store at the same moment. */
START_TEST(create__by_many_at_once__all_succeed) {
  enum { ROUNDS = 10, PROCESSES = 6 };
  for (unsigned round = 0; round < ROUNDS; round++) {
    char name[32];
    int gate[2];
    snprintf(name, sizeof name, "race%u.db", round);
    ck_assert_int_eq(pipe(gate), 0);
    for (unsigned i = 0; i < PROCESSES; i++) {
      pid_t child = fork();
      ck_assert_int_ge(child, 0);
      if (child != 0) continue;
      char byte;
      cr_corpus *corpus;
      cr_errinfo info;
      close(gate[1]);
      if (read(gate[0], &byte, 1) != 0) _exit(3);
      if (cr_corpus_open(at(name), CR_CORPUS_CREATE, &corpus, &info) != CR_OK) {
        fprintf(stderr, "%s\n", info.text);
        _exit(4);
      }
      put(corpus, &(recipe){.salt = i});
      cr_corpus_close(corpus);
      _exit(0);
    }
    close(gate[0]);
    close(gate[1]); /* starts all of them */
    int status;
    for (unsigned i = 0; i < PROCESSES; i++) {
      ck_assert_int_gt(wait(&status), 0);
      ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
    }
    cr_corpus *corpus = opened(name, CR_CORPUS_READ);
    ck_assert_uint_eq(totals_of(corpus).interleavings, PROCESSES);
    ck_assert_uint_eq(problems_of(corpus, NULL), 0);
    cr_corpus_close(corpus);
  }
}
END_TEST

Suite *cr_suite_open(void) {
  Suite *suite = suite_create("open");
  TCase *tcase = case_new(suite, "open", 60);
  tcase_add_test(tcase, create__fresh__has_identity_and_wal);
  tcase_add_test(tcase, create__existing__keeps_content);
  tcase_add_test(tcase, open__missing__refused);
  tcase_add_test(tcase, open__no_database__refused_untouched);
  tcase_add_test(tcase, open__foreign_database__refused_untouched);
  tcase_add_test(tcase, open__empty_file__filled_only_when_creating);
  tcase_add_test(tcase, open__newer_version__refused_untouched);
  tcase_add_test(tcase, open__ours_without_version__refused);
  tcase_add_test(tcase, migrate__two_versions__one_after_the_other);
  tcase_add_test(tcase, migrate__step_fails__nothing_half_made);
  tcase_add_test(tcase, read__stores_nothing);
  tcase_add_test(tcase, read__read_only_folder__works);
  tcase_add_test(tcase, create__by_many_at_once__all_succeed);
  return suite;
}

/* fixture.c - see fixture.h. */
#include "fixture.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[256];

void folder_make(void) {
  const char *base = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/test_corpus.XXXXXX", base == NULL ? "/tmp" : base);
  ck_assert_ptr_nonnull(mkdtemp(folder));
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk) {
  (void)status, (void)type, (void)walk;
  return remove(path);
}

void folder_remove(void) { ck_assert_int_eq(nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0); }

const char *at(const char *name) {
  static char paths[16][400];
  static unsigned next;
  char *path = paths[next++ % 16];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

TCase *case_new(Suite *suite, const char *name, double timeout_s) {
  TCase *tcase = tcase_create(name);
  tcase_add_checked_fixture(tcase, folder_make, folder_remove);
  tcase_set_timeout(tcase, timeout_s);
  suite_add_tcase(suite, tcase);
  return tcase;
}

static void scenario_make(const recipe *r, cr_scenario *scenario) {
  cr_buf text = {0};
  cr_buf_printf(&text,
                "clusrace-scenario 1\nname s%u\nabout %s\n"
                "volume vol0 letter V state offline detach cleanup\n"
                "resource disk0 type \"Clusrace Disk\" volume vol0\n"
                "app app0 volume vol0\noption pending app-file\nbudget online 1\n",
                r->scenario, r->about == NULL ? "Made up for a test." : r->about);
  ck_ok(cr_scenario_parse(text.data, text.len, "made up", 1, scenario, why));
  cr_buf_free(&text);
}

void cook(const recipe *r, cr_trace *trace) {
  cr_scenario scenario;
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  if (r->mutant != CR_MUTANT_NONE) {
    subject.kind = CR_SUBJECT_MUTANT;
    subject.mutant = r->mutant;
  } else if (r->dll != NULL) {
    subject.kind = CR_SUBJECT_PE;
    subject.digest = cr_digest(r->dll, strlen(r->dll));
    snprintf(subject.name, sizeof subject.name, "%s", r->dll);
  }
  scenario_make(r, &scenario);
  cr_trace_free(trace);
  cr_trace_init(trace, &scenario, &subject);
  if (r->contract != 0) trace->contract = r->contract;
  cr_event silent = {.kind = CR_EV_SYNC, .role = CR_ROLE_EP, .handle = CR_NO_HANDLE, .value = 1};
  cr_event spawn = {.kind = CR_EV_SPAWN, .role = CR_ROLE_EP, .handle = CR_NO_HANDLE};
  unsigned visible = r->visible == 0 ? 3 : r->visible;
  for (unsigned i = 0; i < r->silent; i++) cr_trace_push(trace, &silent, 77 + i);
  for (unsigned i = 0; i < visible; i++) {
    spawn.value = i == 0 ? r->salt : i;
    cr_trace_push(trace, &spawn, 1000 + i);
  }
  trace->verdict.kind = (uint8_t)r->verdict;
  if (r->verdict == CR_VERDICT_VIOLATES) trace->verdict.clause = r->clause;
  if (cr_trace_signature(trace) != 0) trace->verdict.step = (uint32_t)trace->steps_count;
}

uint64_t behaviour_of(const recipe *r) {
  cr_trace trace = {0};
  cook(r, &trace);
  uint64_t digest = cr_trace_behaviour_digest(&trace);
  cr_trace_free(&trace);
  return digest;
}

cr_corpus *opened(const char *name, cr_corpus_mode mode) {
  cr_corpus *corpus = NULL;
  ck_ok(cr_corpus_open(at(name), mode, &corpus, why));
  ck_assert_ptr_nonnull(corpus);
  return corpus;
}

cr_corpus_puts put_by(cr_corpus *corpus, const recipe *r, cr_engine engine) {
  cr_corpus_puts puts = {0};
  cr_trace trace = {0};
  cr_clauses exercised = {{0}};
  cook(r, &trace);
  cr_clauses_add(&exercised, (cr_clause)(r->salt % CR_CLAUSE_COUNT));
  ck_ok(cr_corpus_put(corpus, &trace, &exercised, engine, 0, &puts, why));
  cr_trace_free(&trace);
  return puts;
}

cr_corpus_puts put(cr_corpus *corpus, const recipe *r) {
  return put_by(corpus, r, CR_ENGINE_RANDOM);
}

cr_corpus_totals totals_of(cr_corpus *corpus) {
  cr_corpus_totals totals;
  ck_ok(cr_corpus_total(corpus, &totals, why));
  return totals;
}

static void say(void *arg, const char *line) {
  if (arg == NULL) return;
  cr_buf_puts(arg, line);
  cr_buf_putc(arg, '\n');
}

uint64_t problems_of(cr_corpus *corpus, cr_buf *lines) {
  uint64_t problems = 0;
  ck_ok(cr_corpus_check(corpus, say, lines, &problems, why));
  return problems;
}

static cr_err list_one(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  (void)info;
  cr_buf_printf(arg, "%s %s %s %u %s %s %s\n", item->id, item->scenario, item->subject, item->steps,
                cr_verdict_kind_name(item->verdict), item->clause, cr_engine_name(item->engine));
  return CR_OK;
}

void listing(cr_corpus *corpus, const cr_corpus_filter *filter, cr_buf *out) {
  cr_buf_add(out, "", 0);
  ck_ok(cr_corpus_each(corpus, filter, list_one, out, why));
}

void sql_on(const char *path, const char *sql) {
  sqlite3 *db;
  char *message = NULL;
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK, "%s", message);
  ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

void file_bytes(const char *path, cr_buf *out) {
  ck_ok(cr_file_read(path, (size_t)1 << 30, out, why));
}

static int by_name(const struct dirent **a, const struct dirent **b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

void folder_bytes(const char *path, cr_buf *out) {
  struct dirent **names;
  int count = scandir(path, &names, NULL, by_name);
  ck_assert_int_ge(count, 2);
  for (int i = 0; i < count; i++) {
    if (names[i]->d_name[0] != '.') {
      cr_buf file = {0};
      cr_buf_printf(&file, "%s/%s", path, names[i]->d_name);
      cr_buf_printf(out, "==== %s\n", names[i]->d_name);
      file_bytes(file.data, out);
      cr_buf_free(&file);
    }
    free(names[i]);
  }
  free(names);
}

void assert_same_bytes(const cr_buf *a, const cr_buf *b) {
  ck_assert_uint_ne(a->len, 0);
  ck_assert_uint_eq(a->len, b->len);
  ck_assert_mem_eq(a->data, b->data, a->len);
}

/* test_transfer.c - export, import and merge: equal content is equal bytes, whatever the way. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clusrace/world.h"
#include "fixture.h"

static void say(void *arg, const char *line) {
  cr_buf_puts(arg, line);
  cr_buf_putc(arg, '\n');
}

/* Real interleavings of the model: random choices, reference and mutants. */
enum { REAL = 240 };

static void real_model(const char *scenario_name, unsigned which, cr_model **model) {
  static const cr_mutant mutants[] = {CR_MUTANT_NONE, CR_MUTANT_TERM_NOJOIN, CR_MUTANT_CLOSE_NOJOIN,
                                      CR_MUTANT_CHECKPOINT_STUCK};
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  subject.mutant = mutants[which % CR_ARRAY_LEN(mutants)];
  if (subject.mutant != CR_MUTANT_NONE) subject.kind = CR_SUBJECT_MUTANT;
  cr_buf path = {0}, text = {0};
  cr_scenario scenario;
  cr_buf_printf(&path, "%s/%s.scenario", SCENARIOS, scenario_name);
  file_bytes(path.data, &text);
  ck_ok(cr_scenario_parse(text.data, text.len, path.data, 1, &scenario, why));
  *model = cr_model_new(&scenario, &subject, NULL);
  cr_buf_free(&path);
  cr_buf_free(&text);
}

/* Fills corpora[i % count] with real trace i, in the order of a permutation. */
static void fill_real(cr_corpus **corpora, unsigned count, unsigned step) {
  cr_corpus_batch *batches[4];
  cr_model *models[4];
  cr_trace trace = {0};
  for (unsigned i = 0; i < count; i++) batches[i] = cr_corpus_batch_new(corpora[i], 0);
  for (unsigned i = 0; i < 4; i++) real_model(i < 2 ? "disk-basic" : "disk-once", i, &models[i]);
  for (unsigned i = 0; i < REAL; i++) {
    unsigned k = i * step % REAL;
    uint8_t bytes[120];
    cr_rng rng;
    cr_judgement covered = {0};
    cr_rng_seed(&rng, k / 2); /* each twice: some are met again in another store */
    for (size_t b = 0; b < sizeof bytes; b++) bytes[b] = (uint8_t)cr_rng_next(&rng);
    const cr_model *model = models[k / 2 % 4];
    cr_trace_init(&trace, cr_model_scenario(model), cr_model_subject(model));
    cr_choices_run(model, bytes, sizeof bytes, 100, &trace, &covered, NULL);
    ck_ok(
        cr_corpus_batch_put(batches[k % count], &trace, &covered.exercised, CR_ENGINE_RANDOM, why));
    cr_trace_free(&trace);
  }
  for (unsigned i = 0; i < count; i++) {
    ck_ok(cr_corpus_batch_flush(batches[i], why));
    cr_corpus_batch_free(batches[i]);
  }
  for (unsigned i = 0; i < 4; i++) cr_model_free(models[i]);
}

static void exported(cr_corpus *corpus, const char *folder, cr_buf *out) {
  uint64_t files = 0;
  ck_ok(cr_corpus_export(corpus, NULL, at(folder), &files, why));
  ck_assert_uint_eq(files, totals_of(corpus).interleavings);
  folder_bytes(at(folder), out);
}

START_TEST(export__two_insertion_orders__same_bytes) {
  cr_buf one = {0}, two = {0};
  cr_corpus *a = opened("a.db", CR_CORPUS_CREATE), *b = opened("b.db", CR_CORPUS_CREATE);
  fill_real(&a, 1, 1);
  fill_real(&b, 1, 77);
  exported(a, "out-a", &one);
  exported(b, "out-b", &two);
  assert_same_bytes(&one, &two);
  ck_assert_uint_gt(totals_of(a).findings, 0);
  ck_assert_uint_gt(totals_of(a).interleavings, REAL / 4);
  ck_assert_uint_eq(problems_of(a, NULL), 0);
  /* Again over the same folder: still the same. */
  cr_buf_clear(&one);
  exported(a, "out-b", &one);
  assert_same_bytes(&one, &two);
  cr_buf_free(&one);
  cr_buf_free(&two);
  cr_corpus_close(a);
  cr_corpus_close(b);
}
END_TEST

START_TEST(import__what_was_exported__same_export) {
  cr_buf one = {0}, two = {0};
  cr_corpus *a = opened("a.db", CR_CORPUS_CREATE), *b = opened("b.db", CR_CORPUS_CREATE);
  cr_corpus_taken taken;
  fill_real(&a, 1, 1);
  exported(a, "out-a", &one);
  ck_ok(cr_corpus_import(b, at("out-a"), NULL, &taken, why));
  ck_assert_uint_eq(taken.read, totals_of(a).interleavings);
  ck_assert_uint_eq(taken.puts.inserted, taken.read);
  ck_assert_uint_eq(taken.refused, 0);
  exported(b, "out-b", &two);
  assert_same_bytes(&one, &two);
  ck_ok(cr_corpus_import(b, at("out-a"), NULL, &taken, why));
  ck_assert_uint_eq(taken.puts.inserted, 0);
  ck_assert_uint_eq(taken.puts.known, taken.read);
  cr_buf_free(&one);
  cr_buf_free(&two);
  cr_corpus_close(a);
  cr_corpus_close(b);
}
END_TEST

START_TEST(export__filter_and_folder) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  cr_errinfo reason = {{0}};
  uint64_t files = 9;
  put(corpus, &(recipe){.salt = 1, .scenario = 1});
  put(corpus, &(recipe){.salt = 2, .scenario = 2});
  ck_ok(cr_corpus_export(corpus, &(cr_corpus_filter){.scenario = "s2"}, at("out"), &files, why));
  ck_assert_uint_eq(files, 1);
  ck_assert_int_eq(cr_corpus_export(corpus, NULL, at("no/where"), &files, &reason),
                   CR_ERR_ENVIRONMENT);
  ck_assert_ptr_nonnull(strstr(reason.text, "no/where"));
  cr_corpus_close(corpus);
}
END_TEST

static void write_trace(const char *path, const recipe *r, const char *damage) {
  cr_trace trace = {0};
  cr_buf text = {0};
  cook(r, &trace);
  cr_trace_write(&trace, &text);
  if (damage != NULL) cr_buf_puts(&text, damage);
  ck_ok(cr_file_write(path, text.data, text.len, why));
  cr_buf_free(&text);
  cr_trace_free(&trace);
}

START_TEST(import__broken_files__refused_with_line_and_rest_goes_on) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  cr_buf refused = {0};
  cr_corpus_taken taken;
  const cr_corpus_intake how = {.engine = CR_ENGINE_SEED, .refused = say, .arg = &refused};
  ck_assert_int_eq(mkdir(at("in"), 0755) | mkdir(at("in/deep"), 0755), 0);
  write_trace(at("in/1.trace"), &(recipe){.salt = 1}, NULL);
  write_trace(at("in/2.trace"), &(recipe){.salt = 2}, "17 nonsense\n");
  ck_ok(cr_file_write(at("in/3.trace"), "", 0, why));
  ck_ok(cr_file_write(at("in/4.trace"), "\x89PNG\r\n\x1a\n\0\0", 10, why));
  write_trace(at("in/5.trace"), &(recipe){.salt = 5}, NULL);
  write_trace(at("in/deep/6.trace"), &(recipe){.salt = 6}, "# a comment\n");
  write_trace(at("in/notes.txt"), &(recipe){.salt = 7}, NULL);
  write_trace(at("in/.hidden.trace"), &(recipe){.salt = 8}, NULL);
  ck_assert_int_eq(symlink("..", at("in/deep/circle")), 0);
  ck_assert_int_eq(symlink("nowhere", at("in/dangling.trace")), 0);
  ck_ok(cr_corpus_import(corpus, at("in"), &how, &taken, why));
  ck_assert_uint_eq(taken.read, 7);
  ck_assert_uint_eq(taken.refused, 4);
  ck_assert_uint_eq(taken.puts.inserted, 3);
  cr_buf expected = {0}; /* the line that the strict reader names */
  cr_buf_printf(&expected, "%s:", at("in/2.trace"));
  ck_assert_msg(strstr(refused.data, expected.data) == refused.data, "%s", refused.data);
  const char *number = refused.data + expected.len;
  ck_assert_int_gt(strtol(number, NULL, 10), 10);
  for (int i = 3; i <= 4; i++) {
    cr_buf_clear(&expected);
    cr_buf_printf(&expected, "in/%d.trace", i);
    ck_assert_ptr_nonnull(strstr(refused.data, expected.data));
  }
  ck_assert_ptr_nonnull(strstr(refused.data, "dangling.trace"));
  cr_buf list = {0};
  listing(corpus, &(cr_corpus_filter){.engines = 1u << CR_ENGINE_SEED, .limit = 10}, &list);
  ck_assert_uint_ne(list.len, 0);
  /* A file that is named is read whatever its name; a missing path is an error of the whole. */
  ck_ok(cr_corpus_import(corpus, at("in/notes.txt"), NULL, &taken, why));
  ck_assert_uint_eq(taken.puts.inserted, 1);
  ck_ok(cr_corpus_import(corpus, at("in/3.trace"), &how, &taken, why));
  ck_assert_uint_eq(taken.refused, 1);
  cr_errinfo reason;
  ck_assert_int_eq(cr_corpus_import(corpus, at("none"), NULL, &taken, &reason), CR_ERR_INPUT);
  ck_assert_uint_eq(totals_of(corpus).interleavings, 4);
  cr_buf_free(&expected);
  cr_buf_free(&list);
  cr_buf_free(&refused);
  cr_corpus_close(corpus);
}
END_TEST

static cr_err only_short(void *arg, const cr_trace *trace, cr_clauses *exercised,
                         cr_errinfo *reason) {
  (void)arg;
  cr_clauses_add(exercised, CR_CLAUSE_RM_TERM_04);
  if (trace->steps_count < 5) return CR_OK;
  return cr_fail(reason, CR_ERR_INPUT, "too long");
}

START_TEST(import__accept__may_refuse_and_tell_clauses) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  cr_buf refused = {0};
  cr_corpus_taken taken;
  cr_clauses exercised;
  const cr_corpus_intake how = {.accept = only_short, .refused = say, .arg = &refused};
  recipe small = {.salt = 1, .visible = 4};
  ck_assert_int_eq(mkdir(at("in"), 0755), 0);
  write_trace(at("in/1.trace"), &small, NULL);
  write_trace(at("in/2.trace"), &(recipe){.salt = 2, .visible = 5}, NULL);
  ck_ok(cr_corpus_import(corpus, at("in"), &how, &taken, why));
  ck_assert_uint_eq(taken.puts.inserted, 1);
  ck_assert_uint_eq(taken.refused, 1);
  ck_assert_str_eq(refused.data, "too long\n");
  ck_ok(cr_corpus_exercised(corpus, behaviour_of(&small), &exercised, why));
  ck_assert(cr_clauses_has(&exercised, CR_CLAUSE_RM_TERM_04));
  cr_buf_free(&refused);
  cr_corpus_close(corpus);
}
END_TEST

/* Adds what only a merge carries: a run and replays, and forms of shared behaviours. */
static void add_extras(cr_corpus *corpus, unsigned which) {
  cr_trace trace = {0};
  recipe shared = {.salt = 100,
                   .verdict = CR_VERDICT_CONFORMS,
                   .silent = which,
                   .about = which == 1 ? "Aaa." : "Bbb."};
  recipe seen = {.salt = 100, .dll = "a.dll", .verdict = CR_VERDICT_CRASHES, .visible = 2 + which};
  int64_t run;
  bool inserted;
  cook(&shared, &trace);
  cr_corpus_run what = {.tool = "0.1.0",
                        .scenario = &trace.scenario,
                        .subject = &trace.subject,
                        .engine = CR_ENGINE_AFL,
                        .seed = 4,
                        .label = which == 2 ? "two" : ""};
  ck_ok(cr_corpus_run_begin(corpus, &what, &run, why));
  if (which != 0) ck_ok(cr_corpus_run_end(corpus, run, 100 * which, 3, CR_EXIT_OK, why));
  ck_ok(cr_corpus_put(corpus, &trace, NULL, which == 0 ? CR_ENGINE_IMPORT : CR_ENGINE_AFL, run,
                      NULL, why));
  for (unsigned i = 0; i < 2; i++) {
    cook(&seen, &trace);
    ck_ok(cr_corpus_put_replay(corpus, behaviour_of(&shared), &trace, &inserted, why));
    seen.visible = 9; /* the same in all stores */
  }
  cr_trace_free(&trace);
}

static cr_err list_run(void *arg, const cr_corpus_run_item *run, cr_errinfo *info) {
  (void)info;
  cr_buf_printf(arg, "run %s %s %s %s %llu %d\n", run->scenario, run->subject, run->label,
                cr_engine_name(run->engine), (unsigned long long)run->executions, run->ended);
  return CR_OK;
}

static cr_err list_replay(void *arg, const cr_corpus_replay *replay, cr_errinfo *info) {
  (void)info;
  cr_buf_printf(arg, "replay %016llx %s\n%s", (unsigned long long)replay->behaviour,
                replay->subject, replay->text);
  return CR_OK;
}

static cr_err list_coverage(void *arg, const char *key, uint64_t count, cr_errinfo *info) {
  (void)info;
  cr_buf_printf(arg, "exercised %s %llu\n", key, (unsigned long long)count);
  return CR_OK;
}

/* Everything that a user can see of a store. */
static void everything(cr_corpus *corpus, const char *folder, cr_buf *out) {
  exported(corpus, folder, out);
  listing(corpus, NULL, out);
  ck_ok(cr_corpus_each_run(corpus, list_run, out, why));
  ck_ok(cr_corpus_each_replay(corpus, 0, list_replay, out, why));
  ck_ok(cr_corpus_count(corpus, CR_CORPUS_BY_EXERCISED, list_coverage, out, why));
  ck_assert_uint_eq(problems_of(corpus, out), 0);
}

START_TEST(merge__any_order__same_store) {
  static const char *const names[] = {"0.db", "1.db", "2.db"};
  static const unsigned orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 0, 2}};
  cr_corpus *parts[3];
  cr_buf all[3] = {{0}};
  for (unsigned i = 0; i < 3; i++) parts[i] = opened(names[i], CR_CORPUS_CREATE);
  fill_real(parts, 3, 1);
  for (unsigned i = 0; i < 3; i++) add_extras(parts[i], i);
  for (unsigned i = 0; i < 3; i++) cr_corpus_close(parts[i]);
  for (unsigned o = 0; o < 3; o++) {
    char name[16], folder[16];
    cr_corpus_taken taken;
    snprintf(name, sizeof name, "all%u.db", o);
    snprintf(folder, sizeof folder, "all%u", o);
    cr_corpus *corpus = opened(name, CR_CORPUS_CREATE);
    for (unsigned i = 0; i < 3; i++) {
      ck_ok(cr_corpus_merge(corpus, at(names[orders[o][i]]), NULL, &taken, why));
      ck_assert_uint_eq(taken.refused, 0);
      ck_assert_uint_gt(taken.read, 0);
      ck_assert_uint_eq(taken.puts.inserted + taken.puts.replaced + taken.puts.known, taken.read);
    }
    everything(corpus, folder, &all[o]);
    /* Once more, and into itself: nothing changes. */
    ck_ok(cr_corpus_merge(corpus, at(names[0]), NULL, &taken, why));
    ck_assert_uint_eq(taken.puts.inserted + taken.puts.replaced + taken.replays + taken.runs, 0);
    ck_ok(cr_corpus_merge(corpus, at(name), NULL, &taken, why));
    ck_assert_uint_eq(taken.puts.inserted + taken.puts.replaced + taken.replays + taken.runs, 0);
    cr_buf again = {0};
    everything(corpus, folder, &again);
    assert_same_bytes(&again, &all[o]);
    cr_buf_free(&again);
    ck_assert_uint_eq(totals_of(corpus).replays, 4);
    ck_assert_uint_eq(totals_of(corpus).runs, 2);
    cr_corpus_close(corpus);
  }
  assert_same_bytes(&all[0], &all[1]);
  assert_same_bytes(&all[0], &all[2]);
  ck_assert_ptr_nonnull(strstr(all[0].data, "run s0 reference  afl 100 1\n"));
  ck_assert_ptr_nonnull(strstr(all[0].data, "run s0 reference two afl 200 1\n"));
  for (unsigned i = 0; i < 3; i++) cr_buf_free(&all[i]);
}
END_TEST

START_TEST(merge__damaged_row__refused_and_rest_goes_on) {
  cr_corpus *a = opened("a.db", CR_CORPUS_CREATE), *b = opened("b.db", CR_CORPUS_CREATE);
  cr_buf refused = {0};
  cr_corpus_taken taken;
  cr_errinfo reason;
  for (uint32_t i = 0; i < 5; i++) put(b, &(recipe){.salt = i});
  cr_corpus_close(b);
  sql_on(at("b.db"),
         "UPDATE interleaving SET trace = 'gone' WHERE id = 2;"
         "UPDATE interleaving SET behaviour = '0000000000000001' WHERE id = 3;");
  const cr_corpus_intake how = {.refused = say, .arg = &refused};
  ck_ok(cr_corpus_merge(a, at("b.db"), &how, &taken, why));
  ck_assert_uint_eq(taken.read, 5);
  ck_assert_uint_eq(taken.refused, 2);
  ck_assert_uint_eq(taken.puts.inserted, 3);
  ck_assert_ptr_nonnull(strstr(refused.data, "is not what its trace says"));
  ck_assert_ptr_nonnull(strstr(refused.data, at("b.db")));
  ck_assert_uint_eq(problems_of(a, NULL), 0);
  ck_assert_int_eq(cr_corpus_merge(a, at("none.db"), NULL, &taken, &reason), CR_ERR_INPUT);
  cr_buf_free(&refused);
  cr_corpus_close(a);
}
END_TEST

/* `count` interleavings with a replay each, and as many runs. */
static void with_replays_and_runs(const char *name, uint32_t count) {
  cr_corpus *corpus = opened(name, CR_CORPUS_CREATE);
  cr_trace trace = {0};
  for (uint32_t i = 0; i < count; i++) {
    int64_t id;
    put(corpus, &(recipe){.salt = i});
    cook(&(recipe){.salt = i, .dll = "a.dll", .verdict = CR_VERDICT_HANGS}, &trace);
    ck_ok(cr_corpus_put_replay(corpus, behaviour_of(&(recipe){.salt = i}), &trace, NULL, why));
    cr_corpus_run run = {"1", &trace.scenario, &trace.subject, CR_ENGINE_AFL, i, NULL};
    ck_ok(cr_corpus_run_begin(corpus, &run, &id, why));
    ck_ok(cr_corpus_run_end(corpus, id, 10, 1, CR_EXIT_OK, why));
  }
  cr_trace_free(&trace);
  cr_corpus_close(corpus);
}

/* Each bad row costs one line and itself, wherever it stands. */
static const struct {
  const char *sql;
  uint64_t refused, interleavings, replays, runs;
} losses[] = {
    {"UPDATE replay SET verdict = 'zzz' WHERE id = 1", 1, 5, 4, 5},
    {"UPDATE replay SET trace = 'gone' WHERE id IN (1, 4)", 2, 5, 3, 5},
    {"PRAGMA foreign_keys = OFF; UPDATE replay SET subject = 99 WHERE id = 2", 1, 5, 4, 5},
    {"PRAGMA foreign_keys = OFF; UPDATE replay SET interleaving = 99 WHERE id = 5", 1, 5, 4, 5},
    {"PRAGMA foreign_keys = OFF; UPDATE interleaving SET subject = 99 WHERE id = 1", 2, 4, 4, 5},
    {"UPDATE run SET engine = 'steam' WHERE id = 1", 1, 5, 5, 4},
    {"UPDATE run SET seed = 'no number here!!' WHERE id = 2", 1, 5, 5, 4},
    {"UPDATE run SET executions = -1 WHERE id = 1", 1, 5, 5, 4},
    {"PRAGMA foreign_keys = OFF; UPDATE run SET scenario = 99 WHERE id = 3", 1, 5, 5, 4},
};

START_TEST(merge__damaged_rows_of_any_table__only_these_are_lost) {
  with_replays_and_runs("b.db", 5);
  sql_on(at("b.db"), losses[_i].sql);
  cr_corpus *a = opened("a.db", CR_CORPUS_CREATE);
  cr_buf refused = {0};
  cr_corpus_taken taken;
  const cr_corpus_intake how = {.refused = say, .arg = &refused};
  ck_ok(cr_corpus_merge(a, at("b.db"), &how, &taken, why));
  ck_assert_msg(taken.refused == losses[_i].refused, "%s: %llu\n%s", losses[_i].sql,
                (unsigned long long)taken.refused, refused.data);
  ck_assert_uint_eq(taken.puts.inserted, losses[_i].interleavings);
  ck_assert_uint_eq(taken.replays, losses[_i].replays);
  ck_assert_uint_eq(taken.runs, losses[_i].runs);
  ck_assert_ptr_eq(strstr(refused.data, at("b.db")), refused.data);
  ck_assert_uint_eq(problems_of(a, NULL), 0);
  cr_buf_free(&refused);
  cr_corpus_close(a);
}
END_TEST

/* Where pages are broken, no more lines are said than there are rows, and one for what is behind.
 */
START_TEST(merge__any_page_overwritten__a_line_for_each_row_at_most) {
  enum { PAGE = 4096, ROWS = 120 };
  with_replays_and_runs("b.db", ROWS);
  cr_buf good = {0};
  cr_rng rng;
  unsigned partly[3] = {0};
  cr_rng_seed(&rng, 13);
  file_bytes(at("b.db"), &good);
  for (size_t page = 1; page < good.len / PAGE; page += 2) {
    cr_buf bad = {0}, lines = {0};
    cr_errinfo reason = {{0}};
    cr_corpus_taken taken;
    const cr_corpus_intake how = {.refused = say, .arg = &lines};
    cr_buf_add(&bad, good.data, good.len);
    for (size_t i = 0; i < PAGE; i++) bad.data[page * PAGE + i] = (char)cr_rng_next(&rng);
    ck_ok(cr_file_write(at("bad.db"), bad.data, bad.len, why));
    cr_corpus *saved = opened("saved.db", CR_CORPUS_CREATE);
    if (cr_corpus_merge(saved, at("bad.db"), &how, &taken, &reason) == CR_OK) {
      const uint64_t got[] = {taken.puts.inserted, taken.replays, taken.runs};
      ck_assert_msg(taken.refused <= 3 * ROWS + 3, "page %zu: %llu lines", page + 1,
                    (unsigned long long)taken.refused);
      for (size_t i = 0; i < 3; i++) {
        ck_assert_msg(got[i] == ROWS || taken.refused > 0, "page %zu", page + 1);
        partly[i] += got[i] > ROWS / 2 && got[i] < ROWS;
      }
    }
    cr_corpus_close(saved);
    remove(at("saved.db"));
    cr_buf_free(&bad);
    cr_buf_free(&lines);
  }
  for (size_t i = 0; i < 3; i++) ck_assert_msg(partly[i] > 0, "table %zu", i);
  cr_buf_free(&good);
}
END_TEST

static cr_err count_replay(void *arg, const cr_corpus_replay *replay, cr_errinfo *info) {
  (void)replay, (void)info;
  ++*(unsigned *)arg;
  return CR_OK;
}

/* The replays of one interleaving are looked up, not looked for: a bundle asks for each. */
START_TEST(each_replay__of_one__does_not_walk_all) {
  enum { ROWS = 300 };
  with_replays_and_runs("a.db", ROWS);
  cr_corpus *corpus = opened("a.db", CR_CORPUS_READ);
  sqlite3_stmt *plan = NULL;
  unsigned count = 0;
  uint64_t one = behaviour_of(&(recipe){.salt = 3});
  ck_ok(cr_corpus_each_replay(corpus, 0, count_replay, &count, why));
  ck_assert_uint_eq(count, ROWS);
  count = 0;
  ck_ok(cr__replays_of(corpus, one, &plan, why));
  while (sqlite3_step(plan) == SQLITE_ROW) count++;
  ck_assert_uint_eq(count, 1);
  ck_assert_int_eq(sqlite3_stmt_status(plan, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0), 0);
  ck_assert_int_lt(sqlite3_stmt_status(plan, SQLITE_STMTSTATUS_VM_STEP, 0), ROWS);
  sqlite3_finalize(plan);
  cr_corpus_close(corpus);
}
END_TEST

Suite *cr_suite_transfer(void) {
  Suite *suite = suite_create("transfer");
  TCase *tcase = case_new(suite, "transfer", 120);
  tcase_add_test(tcase, export__two_insertion_orders__same_bytes);
  tcase_add_test(tcase, import__what_was_exported__same_export);
  tcase_add_test(tcase, export__filter_and_folder);
  tcase_add_test(tcase, import__broken_files__refused_with_line_and_rest_goes_on);
  tcase_add_test(tcase, import__accept__may_refuse_and_tell_clauses);
  tcase_add_test(tcase, merge__any_order__same_store);
  tcase_add_test(tcase, merge__damaged_row__refused_and_rest_goes_on);
  tcase_add_loop_test(tcase, merge__damaged_rows_of_any_table__only_these_are_lost, 0,
                      (int)CR_ARRAY_LEN(losses));
  tcase_add_test(tcase, merge__any_page_overwritten__a_line_for_each_row_at_most);
  tcase_add_test(tcase, each_replay__of_one__does_not_walk_all);
  return suite;
}

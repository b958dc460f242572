/* test_put.c - what is stored, what is the same, and which of two is kept. */
#include "fixture.h"

static void assert_puts(cr_corpus_puts puts, uint64_t inserted, uint64_t replaced, uint64_t known) {
  ck_assert_uint_eq(puts.inserted, inserted);
  ck_assert_uint_eq(puts.replaced, replaced);
  ck_assert_uint_eq(puts.known, known);
}

static cr_err add_text(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  (void)info;
  cr_buf_add(arg, item->text, item->text_len);
  return CR_OK;
}

/* Puts a, then b, into a fresh store and appends all it holds. */
static void both(const char *name, const recipe *a, const recipe *b, cr_buf *out) {
  cr_corpus *corpus = opened(name, CR_CORPUS_CREATE);
  put(corpus, a);
  put(corpus, b);
  ck_assert_uint_eq(totals_of(corpus).interleavings, 1);
  listing(corpus, NULL, out);
  ck_ok(cr_corpus_each(corpus, NULL, add_text, out, why));
  sqlite3_stmt *scenario;
  bool row;
  ck_ok(cr__prepare(corpus, "SELECT text FROM scenario", &scenario, why));
  ck_ok(cr__step(corpus, scenario, &row, why));
  cr_buf_puts(out, cr__text(scenario, 0));
  sqlite3_finalize(scenario);
  ck_assert_uint_eq(problems_of(corpus, NULL), 0);
  cr_corpus_close(corpus);
}

/* Of two traces of one behaviour `better` stays, whichever comes first. */
static void assert_kept(const recipe *better, const recipe *worse, const char *sign) {
  cr_buf one = {0}, two = {0};
  ck_assert_uint_eq(behaviour_of(better), behaviour_of(worse));
  folder_remove();
  folder_make();
  both("1.db", better, worse, &one);
  both("2.db", worse, better, &two);
  assert_same_bytes(&one, &two);
  ck_assert_msg(strstr(one.data, sign) != NULL, "\"%s\" in %s", sign, one.data);
  cr_buf_free(&one);
  cr_buf_free(&two);
}

START_TEST(put__round_trip__same_bytes) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  const recipe all[] = {
      {.salt = 1, .verdict = CR_VERDICT_CONFORMS},
      {.salt = 2,
       .mutant = CR_MUTANT_TERM_NOJOIN,
       .verdict = CR_VERDICT_VIOLATES,
       .clause = CR_CLAUSE_RM_TERM_04},
      {.salt = 3, .dll = "odd \xc3\xa4 name's.dll", .verdict = CR_VERDICT_CRASHES},
      {.salt = 4, .visible = 900, .silent = 3},
      {.salt = 5, .scenario = 3, .contract = 17, .verdict = CR_VERDICT_DEADLOCK},
  };
  for (size_t i = 0; i < CR_ARRAY_LEN(all); i++) assert_puts(put(corpus, &all[i]), 1, 0, 0);
  cr_corpus_close(corpus);
  corpus = opened("a.db", CR_CORPUS_READ);
  for (size_t i = 0; i < CR_ARRAY_LEN(all); i++) {
    cr_trace trace = {0}, back = {0};
    cr_buf text = {0}, again = {0};
    char id[17];
    cook(&all[i], &trace);
    cr__hex(cr_trace_behaviour_digest(&trace), id);
    ck_ok(cr_corpus_get(corpus, id, &back, why));
    cr_trace_write(&trace, &text);
    cr_trace_write(&back, &again);
    assert_same_bytes(&text, &again);
    cr_buf_free(&text);
    cr_buf_free(&again);
    cr_trace_free(&trace);
    cr_trace_free(&back);
  }
  cr_corpus_totals totals = totals_of(corpus);
  ck_assert_uint_eq(totals.interleavings, 5);
  ck_assert_uint_eq(totals.findings, 3);
  ck_assert_uint_eq(totals.scenarios, 2);
  ck_assert_uint_eq(totals.subjects, 3);
  ck_assert_uint_eq(totals.stale, 1);
  ck_assert_uint_eq(problems_of(corpus, NULL), 0);
  cr_corpus_close(corpus);
}
END_TEST

START_TEST(put__same_behaviour__stored_once) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  recipe r = {.salt = 1, .verdict = CR_VERDICT_CONFORMS, .silent = 2};
  assert_puts(put(corpus, &r), 1, 0, 0);
  assert_puts(put(corpus, &r), 0, 0, 1);
  r.silent = 5;
  assert_puts(put(corpus, &r), 0, 0, 1);
  r.silent = 1;
  assert_puts(put(corpus, &r), 0, 1, 0);
  r.salt = 2;
  assert_puts(put(corpus, &r), 1, 0, 0);
  ck_assert_uint_eq(totals_of(corpus).interleavings, 2);
  cr_corpus_close(corpus);
}
END_TEST

START_TEST(put__two_of_one_behaviour__better_stays) {
  const cr_clause clause = CR_CLAUSE_RM_TERM_04;
  assert_kept(&(recipe){.silent = 1}, &(recipe){.silent = 4}, " 4 none");
  assert_kept(&(recipe){.silent = 9, .verdict = CR_VERDICT_VIOLATES, .clause = clause},
              &(recipe){.verdict = CR_VERDICT_CONFORMS}, "violates RM-TERM-04");
  assert_kept(&(recipe){.silent = 9, .verdict = CR_VERDICT_CONFORMS},
              &(recipe){.verdict = CR_VERDICT_INCONCLUSIVE}, "conforms");
  assert_kept(&(recipe){.verdict = CR_VERDICT_INCONCLUSIVE}, &(recipe){.silent = 0},
              "inconclusive");
  /* What an older contract said counts less than anything said today. */
  assert_kept(&(recipe){.silent = 9, .verdict = CR_VERDICT_CONFORMS},
              &(recipe){.contract = 5, .verdict = CR_VERDICT_VIOLATES, .clause = clause},
              " 12 conforms");
  /* Only the bytes differ: some order, but always the same. */
  assert_kept(&(recipe){.contract = 5}, &(recipe){.contract = 6}, "none");
  assert_kept(&(recipe){.about = "Aaa."}, &(recipe){.about = "Bbb."}, "none");
}
END_TEST

/* What could not be judged is nobody's fault. */
START_TEST(put__inconclusive__no_finding) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  put(corpus, &(recipe){.verdict = CR_VERDICT_INCONCLUSIVE});
  ck_assert_uint_eq(totals_of(corpus).interleavings, 1);
  ck_assert_uint_eq(totals_of(corpus).findings, 0);
  ck_assert_uint_eq(problems_of(corpus, NULL), 0);
  cr_corpus_close(corpus);
}
END_TEST

START_TEST(put__engine__first_of_the_list_stays) {
  recipe r = {.salt = 9, .verdict = CR_VERDICT_CONFORMS};
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  const cr_corpus_filter imported = {.engines = 1u << CR_ENGINE_IMPORT};
  const cr_corpus_filter explored = {.engines = 1u << CR_ENGINE_EXPLORE | 1u << CR_ENGINE_AFL};
  cr_buf list = {0};
  put_by(corpus, &r, CR_ENGINE_IMPORT);
  listing(corpus, &imported, &list);
  ck_assert_uint_ne(list.len, 0);
  put_by(corpus, &r, CR_ENGINE_EXPLORE);
  put_by(corpus, &r, CR_ENGINE_AFL);
  cr_buf_clear(&list);
  listing(corpus, &imported, &list);
  ck_assert_uint_eq(list.len, 0);
  listing(corpus, &explored, &list);
  ck_assert_ptr_nonnull(strstr(list.data, "explore"));
  cr_buf_free(&list);
  cr_corpus_close(corpus);
}
END_TEST

START_TEST(engine__names__there_and_back) {
  for (unsigned i = 1; i < CR_ENGINE_COUNT; i++)
    ck_assert_int_eq(cr_engine_by_name(cr_engine_name((cr_engine)i)), i);
  ck_assert_int_eq(cr_engine_by_name("steam"), CR_ENGINE_INVALID);
  ck_assert_int_eq(cr_engine_by_name(""), CR_ENGINE_INVALID);
}
END_TEST

START_TEST(put__exercised__is_a_union) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  recipe r = {.salt = 1, .silent = 1};
  cr_trace trace = {0};
  cr_clauses some = {{0}}, back;
  cook(&r, &trace);
  ck_ok(cr_corpus_put(corpus, &trace, NULL, CR_ENGINE_SEED, 0, NULL, why));
  ck_ok(cr_corpus_exercised(corpus, behaviour_of(&r), &back, why));
  ck_assert(!cr_clauses_any(&back));
  cr_clauses_add(&some, CR_CLAUSE_RM_TERM_04);
  ck_ok(cr_corpus_put(corpus, &trace, &some, CR_ENGINE_SEED, 0, NULL, why));
  some = (cr_clauses){{0}};
  cr_clauses_add(&some, (cr_clause)(CR_CLAUSE_COUNT - 1));
  ck_ok(cr_corpus_put(corpus, &trace, &some, CR_ENGINE_SEED, 0, NULL, why));
  cr_clauses_add(&some, CR_CLAUSE_RM_TERM_04);
  ck_ok(cr_corpus_exercised(corpus, behaviour_of(&r), &back, why));
  ck_assert_mem_eq(&back, &some, sizeof some);
  cr_trace_free(&trace);
  cr_corpus_close(corpus);
}
END_TEST

START_TEST(batch__flushes__at_a_thousand_and_at_findings) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  cr_corpus *reader = opened("a.db", CR_CORPUS_READ);
  cr_corpus_batch *batch = cr_corpus_batch_new(corpus, 0);
  cr_trace trace = {0};
  for (uint32_t i = 0; i < CR_CORPUS_BATCH_ROWS; i++) {
    ck_assert_uint_eq(cr_corpus_batch_pending(batch), i);
    ck_assert_uint_eq(totals_of(reader).interleavings, 0);
    cook(&(recipe){.salt = i, .verdict = CR_VERDICT_CONFORMS}, &trace);
    ck_ok(cr_corpus_batch_put(batch, &trace, NULL, CR_ENGINE_RANDOM, why));
  }
  ck_assert_uint_eq(cr_corpus_batch_pending(batch), 0);
  ck_assert_uint_eq(totals_of(reader).interleavings, CR_CORPUS_BATCH_ROWS);
  cook(&(recipe){.salt = 5000, .verdict = CR_VERDICT_CONFORMS}, &trace);
  ck_ok(cr_corpus_batch_put(batch, &trace, NULL, CR_ENGINE_RANDOM, why));
  cook(&(recipe){.salt = 5001, .verdict = CR_VERDICT_HANGS}, &trace);
  ck_ok(cr_corpus_batch_put(batch, &trace, NULL, CR_ENGINE_RANDOM, why));
  ck_assert_uint_eq(cr_corpus_batch_pending(batch), 0);
  ck_assert_uint_eq(totals_of(reader).interleavings, CR_CORPUS_BATCH_ROWS + 2);
  cook(&(recipe){.salt = 5002, .verdict = CR_VERDICT_CONFORMS}, &trace);
  ck_ok(cr_corpus_batch_put(batch, &trace, NULL, CR_ENGINE_RANDOM, why));
  ck_ok(cr_corpus_batch_flush(batch, why));
  ck_ok(cr_corpus_batch_flush(batch, why));
  assert_puts(*cr_corpus_batch_puts(batch), CR_CORPUS_BATCH_ROWS + 3, 0, 0);
  cook(&(recipe){.salt = 5003, .verdict = CR_VERDICT_CONFORMS}, &trace);
  ck_ok(cr_corpus_batch_put(batch, &trace, NULL, CR_ENGINE_RANDOM, why));
  cr_corpus_batch_free(batch); /* not flushed: not stored */
  ck_assert_uint_eq(totals_of(reader).interleavings, CR_CORPUS_BATCH_ROWS + 3);
  cr_trace_free(&trace);
  cr_corpus_close(reader);
  cr_corpus_close(corpus);
}
END_TEST

static cr_err count_replay(void *arg, const cr_corpus_replay *replay, cr_errinfo *info) {
  (void)info;
  cr_buf_printf(arg, "%016llx %s %s %u %zu\n", (unsigned long long)replay->behaviour,
                replay->subject, cr_verdict_kind_name(replay->verdict), replay->verdict_step,
                replay->text_len);
  return CR_OK;
}

START_TEST(replay__stored_once__listed_by_behaviour) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  recipe r = {.salt = 1, .verdict = CR_VERDICT_CONFORMS};
  recipe seen = {.salt = 1, .dll = "clusdisk.dll", .verdict = CR_VERDICT_DIVERGES};
  cr_trace observed = {0};
  cr_buf list = {0};
  bool inserted = true;
  cr_errinfo reason;
  cook(&seen, &observed);
  ck_assert_int_eq(cr_corpus_put_replay(corpus, behaviour_of(&r), &observed, &inserted, &reason),
                   CR_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(reason.text, "store it first"));
  ck_assert_uint_eq(totals_of(corpus).subjects, 0); /* rolled back wholly */
  put(corpus, &r);
  ck_ok(cr_corpus_put_replay(corpus, behaviour_of(&r), &observed, &inserted, why));
  ck_assert(inserted);
  ck_ok(cr_corpus_put_replay(corpus, behaviour_of(&r), &observed, &inserted, why));
  ck_assert(!inserted);
  seen.verdict = CR_VERDICT_CRASHES;
  cook(&seen, &observed);
  ck_ok(cr_corpus_put_replay(corpus, behaviour_of(&r), &observed, &inserted, why));
  ck_assert(inserted);
  ck_ok(cr_corpus_each_replay(corpus, behaviour_of(&r), count_replay, &list, why));
  ck_assert_ptr_nonnull(strstr(list.data, "pe \"clusdisk.dll\""));
  ck_assert_ptr_nonnull(strstr(list.data, "diverges 3"));
  ck_assert_ptr_nonnull(strstr(list.data, "crashes 3"));
  cr_buf_clear(&list);
  ck_ok(cr_corpus_each_replay(corpus, 1, count_replay, &list, why));
  ck_assert_uint_eq(list.len, 0);
  ck_assert_uint_eq(totals_of(corpus).replays, 2);
  ck_assert_uint_eq(problems_of(corpus, NULL), 0);
  cr_buf_free(&list);
  cr_trace_free(&observed);
  cr_corpus_close(corpus);
}
END_TEST

static cr_err list_run(void *arg, const cr_corpus_run_item *run, cr_errinfo *info) {
  (void)info;
  cr_buf_printf(arg, "%s %s %s %s %s %llu %llu %llu %d %d\n", run->tool, run->scenario,
                run->subject, run->label, cr_engine_name(run->engine),
                (unsigned long long)run->seed, (unsigned long long)run->executions,
                (unsigned long long)run->duration_ms, run->ended, run->exit);
  return CR_OK;
}

START_TEST(run__repeated__longer_counts) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  cr_trace trace = {0};
  cr_buf list = {0};
  int64_t id, same, other;
  cook(&(recipe){.salt = 1}, &trace);
  cr_corpus_run run = {.tool = "0.1.0",
                       .scenario = &trace.scenario,
                       .subject = &trace.subject,
                       .engine = CR_ENGINE_RANDOM,
                       .seed = UINT64_MAX};
  ck_ok(cr_corpus_run_begin(corpus, &run, &id, why));
  ck_assert_int_gt(id, 0);
  ck_ok(cr_corpus_each_run(corpus, list_run, &list, why));
  ck_assert_str_eq(list.data, "0.1.0 s0 reference  random 18446744073709551615 0 0 0 0\n");
  ck_ok(cr_corpus_run_end(corpus, id, 500, 20, CR_EXIT_SAFETY, why));
  ck_ok(cr_corpus_run_begin(corpus, &run, &same, why));
  ck_assert_int_eq(same, id);
  ck_ok(cr_corpus_run_end(corpus, id, 400, 90, CR_EXIT_OK, why));
  run.label = "job 7";
  ck_ok(cr_corpus_run_begin(corpus, &run, &other, why));
  ck_assert_int_ne(other, id);
  cr_buf_clear(&list);
  ck_ok(cr_corpus_each_run(corpus, list_run, &list, why));
  ck_assert_str_eq(list.data,
                   "0.1.0 s0 reference  random 18446744073709551615 500 20 1 10\n"
                   "0.1.0 s0 reference job 7 random 18446744073709551615 0 0 0 0\n");
  ck_ok(cr_corpus_put(corpus, &trace, NULL, CR_ENGINE_RANDOM, id, NULL, why));
  /* A run of another store is refused, not invented. */
  cr_errinfo reason;
  cook(&(recipe){.salt = 2}, &trace);
  ck_assert_int_eq(cr_corpus_put(corpus, &trace, NULL, CR_ENGINE_RANDOM, 999, NULL, &reason),
                   CR_ERR_INPUT);
  ck_assert_uint_eq(totals_of(corpus).interleavings, 1);
  cr_buf_free(&list);
  cr_trace_free(&trace);
  cr_corpus_close(corpus);
}
END_TEST

Suite *cr_suite_put(void) {
  Suite *suite = suite_create("put");
  TCase *tcase = case_new(suite, "put", 60);
  tcase_add_test(tcase, put__round_trip__same_bytes);
  tcase_add_test(tcase, put__same_behaviour__stored_once);
  tcase_add_test(tcase, put__two_of_one_behaviour__better_stays);
  tcase_add_test(tcase, put__inconclusive__no_finding);
  tcase_add_test(tcase, put__engine__first_of_the_list_stays);
  tcase_add_test(tcase, engine__names__there_and_back);
  tcase_add_test(tcase, put__exercised__is_a_union);
  tcase_add_test(tcase, batch__flushes__at_a_thousand_and_at_findings);
  tcase_add_test(tcase, replay__stored_once__listed_by_behaviour);
  tcase_add_test(tcase, run__repeated__longer_counts);
  return suite;
}

/* test_tend.c - retention, minimal forms, collection, differences. Pruning and merging are tried as
 * an algebra: random stores of fixed seeds, in every order and grouping, give the same bytes. */
#include <stdio.h>
#include <sys/stat.h>

#include "clusrace/corpus_tend.h"
#include "fixture.h"

/* One of 400 interleavings; its number says all of it, so that stores share some. */
static recipe numbered(uint32_t number) {
  static const cr_verdict_kind verdicts[] = {CR_VERDICT_CONFORMS, CR_VERDICT_CONFORMS,
                                             CR_VERDICT_VIOLATES, CR_VERDICT_CRASHES};
  recipe r = {.scenario = number % 3,
              .salt = number,
              .visible = 2 + number * 7 % 23,
              .verdict = verdicts[number % 4],
              .clause = (cr_clause)(number % 5)};
  if (number % 6 == 0) r.dll = "a.dll";
  return r;
}

enum { RECIPES = 400 };

/* A store with `count` of them, some in a longer form, some with a replay, and a run or two. */
static void random_store(const char *name, uint64_t seed, unsigned count) {
  cr_corpus *corpus = opened(name, CR_CORPUS_CREATE);
  cr_trace trace = {0}, observed = {0};
  cr_rng rng;
  cr_rng_seed(&rng, seed);
  for (unsigned i = 0; i < count; i++) {
    recipe r = numbered(cr_rng_below(&rng, RECIPES));
    recipe seen = {
        .scenario = r.scenario, .salt = r.salt, .dll = "b.dll", .verdict = CR_VERDICT_HANGS};
    r.silent = cr_rng_below(&rng, 2);
    cr_clauses exercised = {{0}};
    cr_clauses_add(&exercised, (cr_clause)(r.salt % 4)); /* few, or that rule would keep all */
    cook(&r, &trace);
    ck_ok(cr_corpus_put(corpus, &trace, &exercised,
                        (cr_engine)(1 + cr_rng_below(&rng, CR_ENGINE_COUNT - 1)), 0, NULL, why));
    if (cr_rng_below(&rng, 8) == 0) {
      cook(&seen, &observed);
      ck_ok(cr_corpus_put_replay(corpus, behaviour_of(&r), &observed, NULL, why));
    }
    if (cr_rng_below(&rng, 20) == 0) {
      int64_t id;
      cook(&r, &trace);
      cr_corpus_run run = {"1",           &trace.scenario,       &trace.subject,
                           CR_ENGINE_AFL, cr_rng_below(&rng, 5), NULL};
      ck_ok(cr_corpus_run_begin(corpus, &run, &id, why));
      ck_ok(cr_corpus_run_end(corpus, id, run.seed * 10, 1, CR_EXIT_OK, why));
    }
  }
  cr_trace_free(&trace);
  cr_trace_free(&observed);
  cr_corpus_close(corpus);
}

static cr_err item_bytes(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  (void)info;
  cr_buf_printf(arg, "%s %s\n", item->id, cr_engine_name(item->engine));
  cr_buf_add(arg, item->text, item->text_len);
  return CR_OK;
}

static cr_err replay_bytes(void *arg, const cr_corpus_replay *replay, cr_errinfo *info) {
  (void)info;
  cr_buf_printf(arg, "replay of %016llx\n%s", (unsigned long long)replay->behaviour, replay->text);
  return CR_OK;
}

static cr_err run_bytes(void *arg, const cr_corpus_run_item *run, cr_errinfo *info) {
  (void)info;
  cr_buf_printf(arg, "run %s %s %llu %llu\n", run->scenario, run->subject,
                (unsigned long long)run->seed, (unsigned long long)run->executions);
  return CR_OK;
}

/* All that a store says, in its own order; the store is found sound. */
static void all_of(const char *name, cr_buf *out) {
  cr_corpus *corpus = opened(name, CR_CORPUS_READ);
  ck_ok(cr_corpus_each(corpus, NULL, item_bytes, out, why));
  ck_ok(cr_corpus_each_replay(corpus, 0, replay_bytes, out, why));
  ck_ok(cr_corpus_each_run(corpus, run_bytes, out, why));
  ck_assert_uint_eq(problems_of(corpus, NULL), 0);
  cr_corpus_close(corpus);
}

static void merge_into(const char *name, const char *other) {
  cr_corpus *corpus = opened(name, CR_CORPUS_CREATE);
  cr_corpus_taken taken;
  ck_ok(cr_corpus_merge(corpus, at(other), NULL, &taken, why));
  ck_assert_uint_eq(taken.refused, 0);
  cr_corpus_close(corpus);
}

static const cr_corpus_policy tight = {
    .findings = 2, .clauses = 1, .sample = 5, .replays = 2, .runs = 2};

static void prune(const char *name) {
  cr_corpus *corpus = opened(name, CR_CORPUS_WRITE);
  cr_corpus_pruned pruned;
  uint64_t before = totals_of(corpus).interleavings;
  ck_ok(cr_corpus_prune(corpus, &tight, &pruned, why));
  ck_assert_uint_gt(pruned.interleavings, 0);
  ck_assert_uint_eq(totals_of(corpus).interleavings, before - pruned.interleavings);
  cr_corpus_close(corpus);
}

/* Whether or not there is anything left that goes. */
static void prune_again(const char *name) {
  cr_corpus *corpus = opened(name, CR_CORPUS_WRITE);
  ck_ok(cr_corpus_prune(corpus, &tight, NULL, why));
  cr_corpus_close(corpus);
}

static void same(const char *a, const char *b) {
  cr_buf one = {0}, two = {0};
  all_of(a, &one);
  all_of(b, &two);
  assert_same_bytes(&one, &two);
  cr_buf_free(&one);
  cr_buf_free(&two);
}

START_TEST(merge__random_stores__commutative_associative_idempotent) {
  uint64_t seed = 100 * (uint64_t)_i;
  random_store("a", seed + 1, 60);
  random_store("b", seed + 2, 90);
  random_store("c", seed + 3, 30);
  merge_into("ab", "a"), merge_into("ab", "b");
  merge_into("ba", "b"), merge_into("ba", "a");
  same("ab", "ba");
  merge_into("ab-c", "ab"), merge_into("ab-c", "c");
  merge_into("bc", "b"), merge_into("bc", "c");
  merge_into("a-bc", "a"), merge_into("a-bc", "bc");
  same("ab-c", "a-bc");
  merge_into("c-ba", "c"), merge_into("c-ba", "ba");
  same("ab-c", "c-ba");
  merge_into("twice", "ab-c"), merge_into("twice", "b"), merge_into("twice", "ab-c");
  same("ab-c", "twice");
  /* Copied into an empty one it is the same. */
  merge_into("copy", "a");
  same("copy", "a");
}
END_TEST

START_TEST(prune__before_or_after_merge__same_bytes) {
  uint64_t seed = 1000 + 100 * (uint64_t)_i;
  random_store("a", seed + 1, 150);
  random_store("b", seed + 2, 150);
  merge_into("whole", "a"), merge_into("whole", "b");
  prune("whole");
  prune("a"), prune("b");
  merge_into("parts", "b"), merge_into("parts", "a"); /* the other order */
  prune("parts");
  same("whole", "parts");
  /* Once more changes nothing. */
  cr_corpus *corpus = opened("whole", CR_CORPUS_WRITE);
  cr_corpus_pruned again;
  ck_ok(cr_corpus_prune(corpus, &tight, &again, why));
  ck_assert_uint_eq(again.interleavings + again.replays + again.runs, 0);
  cr_corpus_close(corpus);
}
END_TEST

/* Guides of one form each, replayed by two builds of a DLL: one mostly good, the other mostly bad.
 */
static void replayed_store(const char *name, uint64_t seed, const char *dll, unsigned bad_in_8) {
  static const cr_verdict_kind bad[] = {CR_VERDICT_HANGS, CR_VERDICT_CRASHES,
                                        CR_VERDICT_INCONCLUSIVE};
  cr_corpus *corpus = opened(name, CR_CORPUS_CREATE);
  cr_trace trace = {0};
  cr_rng rng;
  cr_rng_seed(&rng, seed);
  for (unsigned i = 0; i < 60; i++) {
    recipe r = numbered(cr_rng_below(&rng, 80));
    recipe seen = {.scenario = r.scenario, .salt = r.salt, .dll = dll};
    bool is_bad = cr_rng_below(&rng, 8) < bad_in_8;
    seen.verdict = is_bad ? bad[cr_rng_below(&rng, CR_ARRAY_LEN(bad))] : CR_VERDICT_CONFORMS;
    put(corpus, &r);
    cook(&seen, &trace);
    ck_ok(cr_corpus_put_replay(corpus, behaviour_of(&r), &trace, NULL, why));
  }
  cr_trace_free(&trace);
  cr_corpus_close(corpus);
}

START_TEST(prune__replays_before_or_after_merge__same_bytes) {
  uint64_t seed = 5000 + 100 * (uint64_t)_i;
  replayed_store("a", seed + 1, "a.dll", 1), replayed_store("b", seed + 2, "a.dll", 6);
  replayed_store("c", seed + 3, "b.dll", 3);
  merge_into("whole", "a"), merge_into("whole", "b"), merge_into("whole", "c");
  prune_again("whole");
  prune_again("a"), prune_again("b"), prune_again("c");
  merge_into("some", "c"), merge_into("some", "a");
  prune_again("some");
  merge_into("parts", "b"), merge_into("parts", "some");
  prune_again("parts");
  same("whole", "parts");
}
END_TEST

START_TEST(prune__rules__keep_what_they_name) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  cr_corpus_pruned pruned;
  cr_trace trace = {0};
  /* 20 of one finding: the shortest are kept. 30 clean ones that exercise a clause of their own. */
  for (uint32_t i = 0; i < 20; i++)
    put(corpus, &(recipe){.salt = i,
                          .visible = 10 + i,
                          .verdict = CR_VERDICT_VIOLATES,
                          .clause = CR_CLAUSE_RM_TERM_04});
  for (uint32_t i = 0; i < 30; i++)
    put(corpus, &(recipe){.salt = 100 + i, .visible = 4, .verdict = CR_VERDICT_CONFORMS});
  put(corpus, &(recipe){.salt = 5, .contract = 77, .verdict = CR_VERDICT_CONFORMS});
  cook(&(recipe){.dll = "a.dll", .verdict = CR_VERDICT_CRASHES}, &trace);
  ck_ok(cr_corpus_put_replay(corpus, behaviour_of(&(recipe){.salt = 117, .visible = 4}), &trace,
                             NULL, why));
  cr_corpus_policy all = {CR_CORPUS_ALL, CR_CORPUS_ALL, CR_CORPUS_ALL,
                          CR_CORPUS_ALL, CR_CORPUS_ALL, false};
  ck_ok(cr_corpus_prune(corpus, &all, &pruned, why));
  ck_assert_uint_eq(pruned.interleavings, 0);
  all.present = true;
  ck_ok(cr_corpus_prune(corpus, &all, &pruned, why));
  ck_assert_uint_eq(pruned.interleavings, 1);
  ck_assert_uint_eq(totals_of(corpus).stale, 0);
  ck_ok(cr_corpus_prune(corpus, &(cr_corpus_policy){.findings = 2, .replays = 1}, &pruned, why));
  ck_assert_uint_eq(totals_of(corpus).interleavings, 3);
  ck_assert_uint_eq(totals_of(corpus).replays, 1);
  cr_buf list = {0};
  listing(corpus, &(cr_corpus_filter){.findings = true}, &list);
  ck_assert_ptr_nonnull(strstr(list.data, " 10 violates"));
  ck_assert_ptr_nonnull(strstr(list.data, " 11 violates"));
  ck_ok(cr_corpus_prune(corpus, &(cr_corpus_policy){.findings = 0}, &pruned, why));
  ck_assert_uint_eq(totals_of(corpus).interleavings, 0);
  ck_assert_uint_eq(totals_of(corpus).replays, 0);
  ck_assert_uint_eq(problems_of(corpus, NULL), 0);
  cr_buf_free(&list);
  cr_trace_free(&trace);
  cr_corpus_close(corpus);
}
END_TEST

START_TEST(policy__text__read_or_refused_whole) {
  cr_corpus_policy policy = cr_corpus_policy_default;
  cr_errinfo reason;
  ck_ok(cr_corpus_policy_parse("findings=7,sample=all,present,runs=0", &policy, why));
  ck_assert_uint_eq(policy.findings, 7);
  ck_assert_uint_eq(policy.sample, CR_CORPUS_ALL);
  ck_assert_uint_eq(policy.runs, 0);
  ck_assert(policy.present);
  ck_assert_uint_eq(policy.clauses, cr_corpus_policy_default.clauses);
  static const char *const bad[] = {"",
                                    "findings",
                                    "findings=",
                                    "findings=x",
                                    "sample=-1",
                                    "sample=5,",
                                    "nights=3",
                                    "sample=5 ",
                                    "present=1",
                                    "findings=all2",
                                    "runs=99999999999999999999"};
  for (size_t i = 0; i < CR_ARRAY_LEN(bad); i++) {
    cr_corpus_policy before = policy;
    ck_assert_msg(cr_corpus_policy_parse(bad[i], &policy, &reason) == CR_ERR_INPUT, "%s", bad[i]);
    ck_assert_mem_eq(&before, &policy, sizeof policy);
    ck_assert_ptr_nonnull(strstr(reason.text, "findings=N"));
  }
}
END_TEST

static uint64_t file_size(const char *name) {
  struct stat status;
  ck_assert_int_eq(stat(at(name), &status), 0);
  return (uint64_t)status.st_size;
}

/* An engine that writes for long: the store stays within what the policy keeps, one and a half
 * times; so does the file. */
START_TEST(bound__long_run__rows_and_bytes_hold) {
  enum { ROWS = 10000, SAMPLE = 200, BATCH = 100 };
  const cr_corpus_policy policy = {.findings = CR_CORPUS_ALL, .clauses = 1, .sample = SAMPLE};
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  cr_corpus_batch *batch = cr_corpus_batch_new(corpus, 0);
  cr_trace trace = {0};
  uint64_t most = 0, bytes = 0;
  cr_corpus_batch_bound(batch, &policy);
  for (uint32_t i = 0; i < ROWS; i++) {
    bool finding = i % 1000 == 999;
    recipe r = {.salt = i,
                .visible = 20 + i % 9,
                .verdict = finding ? CR_VERDICT_VIOLATES : CR_VERDICT_CONFORMS,
                .clause = CR_CLAUSE_RM_TERM_04};
    cook(&r, &trace);
    ck_ok(cr_corpus_batch_put(batch, &trace, NULL, CR_ENGINE_RANDOM, why));
    if (i % BATCH != 0) continue;
    ck_ok(cr_corpus_batch_flush(batch, why));
    uint64_t rows = totals_of(corpus).interleavings, now = file_size("a.db");
    if (rows > most) most = rows;
    if (now > bytes) bytes = now;
  }
  ck_ok(cr_corpus_batch_flush(batch, why));
  ck_assert_uint_eq(cr_corpus_batch_puts(batch)->inserted, ROWS);
  ck_assert_msg(most <= SAMPLE + SAMPLE / 2 + BATCH + ROWS / 1000, "%llu rows",
                (unsigned long long)most);
  ck_assert_msg(bytes < 2 << 20, "%llu bytes", (unsigned long long)bytes);
  cr_corpus_filter findings = {.findings = true};
  cr_buf list = {0};
  size_t lines = 0;
  listing(corpus, &findings, &list);
  for (const char *p = list.data; (p = strchr(p, '\n')) != NULL; p++) lines++;
  ck_assert_uint_eq(lines, ROWS / 1000); /* none of them went */
  ck_assert_uint_eq(problems_of(corpus, NULL), 0);
  cr_corpus_batch_free(batch);
  cr_buf_free(&list);
  cr_trace_free(&trace);
  cr_corpus_close(corpus);
}
END_TEST

/* When rows are flushed depends on an engine's clock; what is kept does not. */
START_TEST(bound__flushed_at_other_moments__same_rows) {
  enum { ROWS = 1500 };
  const cr_corpus_policy policy = {.findings = CR_CORPUS_ALL, .clauses = 1, .sample = 200};
  static const char *const names[] = {"a.db", "b.db"};
  static const uint32_t every[] = {7, 64};
  cr_trace trace = {0};
  for (size_t k = 0; k < CR_ARRAY_LEN(names); k++) {
    cr_corpus *corpus = opened(names[k], CR_CORPUS_CREATE);
    cr_corpus_batch *batch = cr_corpus_batch_new(corpus, 0);
    cr_corpus_batch_bound(batch, &policy);
    for (uint32_t i = 0; i < ROWS; i++) {
      cook(&(recipe){.salt = i, .verdict = CR_VERDICT_CONFORMS}, &trace);
      ck_ok(cr_corpus_batch_put(batch, &trace, NULL, CR_ENGINE_RANDOM, why));
      if (i % every[k] == 0) ck_ok(cr_corpus_batch_flush(batch, why));
    }
    ck_ok(cr_corpus_batch_flush(batch, why));
    cr_corpus_batch_free(batch);
    cr_corpus_close(corpus);
  }
  same("a.db", "b.db");
  cr_trace_free(&trace);
}
END_TEST

/* Rows of a store that was pruned for years have large numbers: a merge still finds all. */
START_TEST(merge__large_numbers_of_rows__all_found) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  for (uint32_t i = 0; i < 5; i++) put(corpus, &(recipe){.salt = i});
  cr_corpus_close(corpus);
  sql_on(at("a.db"), "UPDATE interleaving SET id = id * 1000000000");
  merge_into("copy", "a.db");
  same("copy", "a.db");
}
END_TEST

static void count_told(void *arg, const char *id, cr_verdict_kind verdict, cr_clause clause,
                       uint32_t steps) {
  ck_assert_uint_eq(strlen(id), CR_CORPUS_ID_SHORT);
  cr_buf_printf(arg, "%s %s %s %u\n", id, cr_verdict_kind_name(verdict),
                clause == CR_CLAUSE_COUNT ? "-" : cr_clause_row_of(clause)->id, steps);
}

/* What is told is there for others to see, and each form is told once. */
START_TEST(told__after_the_flush__once) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE), *reader = opened("a.db", CR_CORPUS_READ);
  cr_corpus_batch *batch = cr_corpus_batch_new(corpus, 0);
  cr_buf told = {0};
  cr_trace trace = {0};
  recipe r = {
      .salt = 1, .verdict = CR_VERDICT_VIOLATES, .clause = CR_CLAUSE_RM_TERM_04, .silent = 2};
  cr_corpus_batch_tell(batch, count_told, &told);
  for (unsigned i = 0; i < 3; i++) {
    cook(&r, &trace);
    ck_ok(cr_corpus_batch_put(batch, &trace, NULL, CR_ENGINE_RANDOM, why));
    if (i == 1) r.silent = 0; /* a shorter form */
  }
  cook(&(recipe){.salt = 2, .verdict = CR_VERDICT_CONFORMS}, &trace);
  ck_ok(cr_corpus_batch_put(batch, &trace, NULL, CR_ENGINE_RANDOM, why));
  ck_ok(cr_corpus_batch_flush(batch, why));
  char expected[200], id[17];
  cr__hex(behaviour_of(&r), id);
  snprintf(expected, sizeof expected, "%.12s violates RM-TERM-04 5\n%.12s violates RM-TERM-04 3\n",
           id, id);
  ck_assert_str_eq(told.data, expected);
  ck_assert_uint_eq(totals_of(reader).interleavings, 2);
  cr_corpus_batch_free(batch);
  cr_buf_free(&told);
  cr_trace_free(&trace);
  cr_corpus_close(reader);
  cr_corpus_close(corpus);
}
END_TEST

static cr_err collect(void *arg, cr_corpus_side side, const cr_corpus_item *item,
                      cr_errinfo *info) {
  (void)info;
  cr_buf_printf(arg, "%d %u\n", (int)side, item->steps);
  return CR_OK;
}

START_TEST(diff__sides_and_forms) {
  cr_corpus *a = opened("a.db", CR_CORPUS_CREATE), *b = opened("b.db", CR_CORPUS_CREATE);
  cr_buf out = {0};
  cr_buf_add(&out, "", 0);
  ck_ok(cr_corpus_diff(a, b, collect, &out, why));
  put(a, &(recipe){.salt = 1, .visible = 4}), put(b, &(recipe){.salt = 1, .visible = 4});
  ck_ok(cr_corpus_diff(a, b, collect, &out, why));
  ck_assert_uint_eq(out.len, 0);
  put(a, &(recipe){.salt = 2, .visible = 5});
  ck_ok(cr_corpus_diff(a, b, collect, &out, why));
  ck_assert_str_eq(out.data, "1 5\n");
  cr_buf_clear(&out);
  ck_ok(cr_corpus_diff(b, a, collect, &out, why));
  ck_assert_str_eq(out.data, "2 5\n");
  put(b, &(recipe){.salt = 2, .visible = 5, .silent = 3});
  cr_buf_clear(&out);
  ck_ok(cr_corpus_diff(a, b, collect, &out, why));
  ck_assert_str_eq(out.data, "3 8\n");
  cr_buf_free(&out);
  cr_corpus_close(a);
  cr_corpus_close(b);
}
END_TEST

/* The reduced form of any finding is one of three steps, by its clause; long ones are left. */
static cr_err reduce(void *arg, const cr_trace *trace, cr_trace *form, cr_clauses *exercised,
                     cr_errinfo *info) {
  (void)arg, (void)exercised, (void)info;
  if (trace->steps_count > 50) return CR_OK;
  cook(&(recipe){.salt = 1000 + (uint32_t)trace->verdict.clause,
                 .verdict = CR_VERDICT_VIOLATES,
                 .clause = trace->verdict.clause},
       form);
  return CR_OK;
}

/* Every length reaches itself and those below it that are even. */
static cr_err reaches(void *arg, const cr_trace *trace, cr_buf *numbers, cr_errinfo *info) {
  (void)arg, (void)info;
  uint64_t n = trace->steps_count;
  cr_buf_add(numbers, &n, sizeof n);
  for (n = 2; n < trace->steps_count; n += 2) cr_buf_add(numbers, &n, sizeof n);
  return CR_OK;
}

START_TEST(lessen__findings_once_and_a_cover) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  cr_corpus_lessened sum;
  cr_trace trace = {0};
  const cr_corpus_least how = {.reduce = reduce, .reaches = reaches};
  for (uint32_t i = 0; i < 30; i++)
    put(corpus, &(recipe){.salt = i,
                          .visible = 10 + i,
                          .verdict = CR_VERDICT_VIOLATES,
                          .clause = i % 2 == 0 ? CR_CLAUSE_RM_TERM_04 : CR_CLAUSE_RM_CLOSE_04});
  put(corpus, &(recipe){.salt = 9, .visible = 60, .dll = "a.dll", .verdict = CR_VERDICT_CRASHES});
  for (uint32_t i = 0; i < 20; i++)
    put(corpus, &(recipe){.salt = 100 + i, .visible = 3 + i / 2, .verdict = CR_VERDICT_CONFORMS});
  /* A finding with a replay is no longer anybody's to remove. */
  cook(&(recipe){.dll = "b.dll", .verdict = CR_VERDICT_HANGS}, &trace);
  ck_ok(cr_corpus_put_replay(corpus, behaviour_of(&(recipe){.salt = 4, .visible = 14}), &trace,
                             NULL, why));
  ck_ok(cr_corpus_lessen(corpus, &how, &sum, why));
  ck_assert_uint_eq(sum.findings, 31);
  ck_assert_uint_eq(sum.findings_left, 2 + 1 + 1);
  ck_assert_uint_eq(sum.steps_left, 3 + 3 + 60 + 14);
  ck_assert_uint_eq(sum.clean, 20);
  ck_assert_uint_eq(sum.clean_left, 10); /* one of each length: 3 and 5 reach 2 and 4 as well */
  ck_assert_uint_eq(totals_of(corpus).interleavings, 14);
  ck_assert_uint_eq(problems_of(corpus, NULL), 0);
  cr_buf one = {0}, two = {0};
  listing(corpus, NULL, &one);
  ck_ok(cr_corpus_lessen(corpus, &how, &sum, why));
  listing(corpus, NULL, &two);
  assert_same_bytes(&one, &two);
  cr_buf_free(&one);
  cr_buf_free(&two);
  cr_trace_free(&trace);
  cr_corpus_close(corpus);
}
END_TEST

/* A shorter one of another contract is no reason to let a present one go: clean or a finding. */
START_TEST(lessen__stale_and_shorter__present_one_stays) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  cr_corpus_lessened sum;
  cr_buf list = {0};
  recipe stale = {.contract = 77, .visible = 60, .verdict = CR_VERDICT_CRASHES, .dll = "a.dll"};
  recipe present = {.salt = 1, .visible = 70, .verdict = CR_VERDICT_CRASHES, .dll = "a.dll"};
  const cr_corpus_least how = {.reduce = reduce, .reaches = reaches};
  put(corpus, &stale), put(corpus, &present);
  put(corpus, &(recipe){.contract = 77, .visible = 4, .salt = 2, .verdict = CR_VERDICT_CONFORMS});
  put(corpus, &(recipe){.visible = 4, .salt = 3, .silent = 1, .verdict = CR_VERDICT_CONFORMS});
  put(corpus, &(recipe){.visible = 4, .salt = 4, .silent = 1, .verdict = CR_VERDICT_CONFORMS});
  ck_ok(cr_corpus_lessen(corpus, &how, &sum, why));
  ck_assert_uint_eq(sum.findings_left, 1);
  ck_assert_uint_eq(sum.clean, 3);
  listing(corpus, NULL, &list);
  ck_assert_msg(strstr(list.data, " 70 crashes") != NULL, "%s", list.data);
  ck_assert_msg(strstr(list.data, " 5 conforms") != NULL, "%s", list.data);
  ck_assert_uint_eq(totals_of(corpus).stale, 0);
  cr_buf_free(&list);
  cr_corpus_close(corpus);
}
END_TEST

START_TEST(gc__unused_rows_and_pages__given_back) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  cr_corpus_collected c;
  for (uint32_t i = 0; i < 300; i++)
    put(corpus,
        &(recipe){
            .salt = i, .visible = 40, .scenario = i == 0 ? 0 : 1, .dll = i == 1 ? "a.dll" : NULL});
  ck_ok(cr_corpus_prune(corpus, &(cr_corpus_policy){.sample = 0}, NULL, why));
  put(corpus, &(recipe){.salt = 1});
  ck_ok(cr_corpus_gc(corpus, &c, why));
  ck_assert_uint_eq(c.scenarios, 1);
  ck_assert_uint_eq(c.subjects, 1);
  ck_assert_uint_lt(c.bytes_now, c.bytes_before / 4);
  ck_assert_uint_eq(file_size("a.db"), c.bytes_now);
  ck_assert_uint_eq(totals_of(corpus).interleavings, 1);
  ck_assert_uint_eq(problems_of(corpus, NULL), 0);
  cr_corpus_close(corpus);
}
END_TEST

Suite *cr_suite_tend(void) {
  Suite *suite = suite_create("tend");
  TCase *tcase = case_new(suite, "tend", 120);
  tcase_add_loop_test(tcase, merge__random_stores__commutative_associative_idempotent, 0, 5);
  tcase_add_loop_test(tcase, prune__before_or_after_merge__same_bytes, 0, 5);
  tcase_add_loop_test(tcase, prune__replays_before_or_after_merge__same_bytes, 0, 10);
  tcase_add_test(tcase, prune__rules__keep_what_they_name);
  tcase_add_test(tcase, policy__text__read_or_refused_whole);
  tcase_add_test(tcase, bound__long_run__rows_and_bytes_hold);
  tcase_add_test(tcase, merge__large_numbers_of_rows__all_found);
  tcase_add_test(tcase, told__after_the_flush__once);
  tcase_add_test(tcase, bound__flushed_at_other_moments__same_rows);
  tcase_add_test(tcase, diff__sides_and_forms);
  tcase_add_test(tcase, lessen__findings_once_and_a_cover);
  tcase_add_test(tcase, lessen__stale_and_shorter__present_one_stays);
  tcase_add_test(tcase, gc__unused_rows_and_pages__given_back);
  return suite;
}

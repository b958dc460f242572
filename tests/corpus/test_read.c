/* test_read.c - finding, filtering, ordering, counting. */
#include "fixture.h"

static unsigned lines_of(const cr_buf *text) {
  unsigned lines = 0;
  for (size_t i = 0; i < text->len; i++) lines += text->data[i] == '\n';
  return lines;
}

static unsigned matching(cr_corpus *corpus, const cr_corpus_filter *filter) {
  cr_buf list = {0};
  listing(corpus, filter, &list);
  unsigned lines = lines_of(&list);
  cr_buf_free(&list);
  return lines;
}

/* 60 interleavings: scenarios s0..s2, five subjects, verdicts and engines in turn. */
enum { MANY = 60 };

static recipe nth(unsigned i) {
  recipe r = {.scenario = i % 3, .salt = i, .visible = 1 + i * 7 % 11};
  switch (i % 5) {
    case 1: r.mutant = CR_MUTANT_TERM_NOJOIN; break;
    case 2: r.mutant = CR_MUTANT_CLOSE_NOJOIN; break;
    case 3: r.dll = "a.dll"; break;
    case 4: r.dll = "b.dll"; break;
    default: break;
  }
  r.verdict = i % 4 == 0   ? CR_VERDICT_VIOLATES
              : i % 4 == 1 ? CR_VERDICT_CONFORMS
              : i % 4 == 2 ? CR_VERDICT_CRASHES
                           : CR_VERDICT_NONE;
  if (i % 4 == 0) r.clause = i % 8 == 0 ? CR_CLAUSE_RM_TERM_04 : CR_CLAUSE_RM_CLOSE_04;
  return r;
}

static cr_engine nth_engine(unsigned i) { return (cr_engine)(1 + i % (CR_ENGINE_COUNT - 1)); }

/* Stores them all, in the order of a permutation: (i * step) % MANY, step without common divisor.
 */
static cr_corpus *filled(const char *name, unsigned step) {
  cr_corpus *corpus = opened(name, CR_CORPUS_CREATE);
  for (unsigned i = 0; i < MANY; i++) {
    unsigned k = i * step % MANY;
    recipe r = nth(k);
    put_by(corpus, &r, nth_engine(k));
  }
  return corpus;
}

START_TEST(each__any_insertion_order__same_listing) {
  cr_buf one = {0}, two = {0};
  cr_corpus *a = filled("a.db", 1), *b = filled("b.db", 37);
  listing(a, NULL, &one);
  listing(b, NULL, &two);
  assert_same_bytes(&one, &two);
  ck_assert_uint_eq(lines_of(&one), MANY);
  cr_buf_free(&one);
  cr_buf_free(&two);
  cr_corpus_close(a);
  cr_corpus_close(b);
}
END_TEST

typedef struct last_seen {
  char scenario[CR_NAME_MAX];
  uint32_t steps;
  uint64_t behaviour;
  unsigned count;
} last_seen;

static cr_err in_order(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  (void)info;
  last_seen *last = arg;
  int names = strcmp(last->scenario, item->scenario);
  ck_assert_int_le(names, 0);
  if (names == 0) {
    ck_assert_uint_le(last->steps, item->steps);
    if (last->steps == item->steps) ck_assert_uint_lt(last->behaviour, item->behaviour);
  }
  memcpy(last->scenario, item->scenario, strlen(item->scenario) + 1);
  last->steps = item->steps;
  last->behaviour = item->behaviour;
  last->count++;
  return CR_OK;
}

START_TEST(each__order__scenario_steps_digest) {
  cr_corpus *corpus = filled("a.db", 7);
  last_seen last = {.scenario = ""};
  ck_ok(cr_corpus_each(corpus, NULL, in_order, &last, why));
  ck_assert_uint_eq(last.count, MANY);
  cr_corpus_close(corpus);
}
END_TEST

/* Each filter against what the recipes say. */
START_TEST(filter__each_kind__what_the_recipes_say) {
  cr_corpus *corpus = filled("a.db", 1);
  unsigned s1 = 0, mutant = 0, both_pe = 0, a_dll = 0, clause = 0, verdicts = 0, engines = 0,
           findings = 0, several = 0, exercised = 0;
  for (unsigned i = 0; i < MANY; i++) {
    recipe r = nth(i);
    bool finding = r.verdict == CR_VERDICT_VIOLATES || r.verdict == CR_VERDICT_CRASHES;
    s1 += r.scenario == 1;
    mutant += r.mutant == CR_MUTANT_CLOSE_NOJOIN;
    both_pe += r.dll != NULL;
    a_dll += r.dll != NULL && strcmp(r.dll, "a.dll") == 0;
    clause += r.clause == CR_CLAUSE_RM_CLOSE_04 && r.verdict == CR_VERDICT_VIOLATES;
    verdicts += r.verdict == CR_VERDICT_CRASHES || r.verdict == CR_VERDICT_NONE;
    engines += nth_engine(i) == CR_ENGINE_AFL;
    findings += finding;
    several += r.scenario == 1 && finding && r.dll != NULL;
    exercised += i % CR_CLAUSE_COUNT == 3;
  }
  const struct {
    cr_corpus_filter filter;
    unsigned expected;
  } cases[] = {
      {{.scenario = "s1"}, s1},
      {{.scenario = "s"}, 0},
      {{.subject = "mutant close-nojoin"}, mutant},
      {{.subject = "close-nojoin"}, mutant},
      {{.subject = "pe"}, both_pe},
      {{.subject = "a.dll"}, a_dll},
      {{.subject = "reference"}, MANY / 5},
      {{.subject = "x' OR '1'='1"}, 0},
      {{.clause = "RM-CLOSE-04"}, clause},
      {{.exercised = cr_clause_row_of((cr_clause)3)->id}, exercised},
      {{.verdicts = 1u << CR_VERDICT_CRASHES | 1u << CR_VERDICT_NONE}, verdicts},
      {{.verdicts = 1u << CR_VERDICT_HANGS}, 0},
      {{.engines = 1u << CR_ENGINE_AFL}, engines},
      {{.findings = true}, findings},
      {{.findings = true, .scenario = "s1", .subject = "pe"}, several},
      {{.limit = 7}, 7},
      {{.limit = 700}, MANY},
  };
  for (size_t i = 0; i < CR_ARRAY_LEN(cases); i++)
    ck_assert_msg(matching(corpus, &cases[i].filter) == cases[i].expected, "case %zu: %u, not %u",
                  i, matching(corpus, &cases[i].filter), cases[i].expected);
  ck_assert_uint_gt(several, 0);
  ck_assert_uint_gt(exercised, 0);
  cr_corpus_close(corpus);
}
END_TEST

static cr_err stop_at_third(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  unsigned *seen = arg;
  if (++*seen < 3) return CR_OK;
  return cr_fail(info, CR_ERR_ENVIRONMENT, "enough of %s", item->id);
}

START_TEST(each__visitor_fails__walk_ends_with_its_error) {
  cr_corpus *corpus = filled("a.db", 1);
  unsigned seen = 0;
  cr_errinfo info = {{0}};
  ck_assert_int_eq(cr_corpus_each(corpus, NULL, stop_at_third, &seen, &info), CR_ERR_ENVIRONMENT);
  ck_assert_uint_eq(seen, 3);
  ck_assert_ptr_nonnull(strstr(info.text, "enough of"));
  cr_corpus_close(corpus);
}
END_TEST

static cr_err keep_id(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  (void)info;
  memcpy(arg, item->id, sizeof item->id);
  return CR_OK;
}

static void find_fails(cr_corpus *corpus, const char *id, const char *reason) {
  cr_errinfo info = {{0}};
  char found[17];
  ck_assert_int_eq(cr_corpus_find(corpus, id, keep_id, found, &info), CR_ERR_INPUT);
  ck_assert_msg(strstr(info.text, reason) != NULL, "\"%s\" in: %s", reason, info.text);
}

START_TEST(find__prefix__one_none_or_many) {
  cr_corpus *corpus = filled("a.db", 1);
  for (unsigned i = 0; i < MANY; i++) {
    recipe r = nth(i);
    char hex[17], found[17];
    cr__hex(behaviour_of(&r), hex);
    ck_ok(cr_corpus_find(corpus, hex, keep_id, found, why));
    ck_assert_uint_eq(strlen(found), CR_CORPUS_ID_SHORT);
    ck_assert_int_eq(strncmp(found, hex, CR_CORPUS_ID_SHORT), 0);
    ck_ok(cr_corpus_find(corpus, found, keep_id, hex, why));
    ck_assert_str_eq(found, hex);
  }
  find_fails(corpus, "0000000000000000", "no interleaving");
  find_fails(corpus, "", "is no id");
  find_fails(corpus, "0123456789abcdef0", "is no id");
  find_fails(corpus, "ABCDEF", "is no id");
  find_fails(corpus, "%", "is no id");
  bool ambiguous = false; /* 60 rows on 16 digits */
  for (unsigned i = 0; i < 16 && !ambiguous; i++) {
    const char digit[2] = {"0123456789abcdef"[i], '\0'};
    char found[17];
    cr_errinfo info = {{0}};
    ambiguous = cr_corpus_find(corpus, digit, keep_id, found, &info) != CR_OK &&
                strstr(info.text, "give more digits") != NULL;
  }
  ck_assert(ambiguous);
  cr_corpus_close(corpus);
}
END_TEST

/* Two behaviours that share twelve digits are shown with sixteen. The pair is planted. */
START_TEST(find__shared_twelve_digits__long_ids) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  put(corpus, &(recipe){.salt = 1});
  put(corpus, &(recipe){.salt = 2});
  put(corpus, &(recipe){.salt = 3});
  cr_corpus_close(corpus);
  sql_on(at("a.db"),
         "UPDATE interleaving SET behaviour = 'aaaaaaaaaaaa0001' WHERE id = 1;"
         "UPDATE interleaving SET behaviour = 'aaaaaaaaaaaa0002' WHERE id = 2;"
         "UPDATE interleaving SET behaviour = 'aaaaaaaaaaab0001' WHERE id = 3;");
  corpus = opened("a.db", CR_CORPUS_READ);
  char found[17];
  find_fails(corpus, "aaaaaaaaaaaa", "give more digits");
  ck_ok(cr_corpus_find(corpus, "aaaaaaaaaaaa0002", keep_id, found, why));
  ck_assert_str_eq(found, "aaaaaaaaaaaa0002");
  ck_ok(cr_corpus_find(corpus, "aaaaaaaaaaab", keep_id, found, why));
  ck_assert_str_eq(found, "aaaaaaaaaaab");
  uint64_t files = 0;
  ck_ok(cr_corpus_export(corpus, NULL, at("out"), &files, why));
  ck_assert_uint_eq(files, 3);
  cr_buf all = {0};
  folder_bytes(at("out"), &all);
  ck_assert_ptr_nonnull(strstr(all.data, "==== aaaaaaaaaaaa0001.trace\n"));
  ck_assert_ptr_nonnull(strstr(all.data, "==== aaaaaaaaaaaa0002.trace\n"));
  ck_assert_ptr_nonnull(strstr(all.data, "==== aaaaaaaaaaab.trace\n"));
  cr_buf_free(&all);
  cr_corpus_close(corpus);
}
END_TEST

static cr_err list_finding(void *arg, const cr_corpus_finding *finding, cr_errinfo *info) {
  (void)info;
  cr_buf_printf(arg, "%s %s %s x%llu %u\n", finding->shortest->clause, finding->shortest->subject,
                cr_verdict_kind_name(finding->shortest->verdict),
                (unsigned long long)finding->interleavings, finding->shortest->steps);
  return CR_OK;
}

START_TEST(findings__grouped__shortest_shown) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  cr_buf list = {0};
  recipe r = {.mutant = CR_MUTANT_TERM_NOJOIN,
              .verdict = CR_VERDICT_VIOLATES,
              .clause = CR_CLAUSE_RM_TERM_04};
  for (r.salt = 0; r.salt < 6; r.salt++) {
    r.visible = 9 - r.salt;
    put(corpus, &r);
  }
  r = (recipe){.salt = 50, .verdict = CR_VERDICT_DEADLOCK, .scenario = 1};
  put(corpus, &r);
  r = (recipe){.salt = 51, .verdict = CR_VERDICT_CONFORMS};
  put(corpus, &r);
  ck_ok(cr_corpus_each_finding(corpus, NULL, list_finding, &list, why));
  ck_assert_str_eq(list.data,
                   " reference deadlock x1 3\nRM-TERM-04 mutant term-nojoin violates x6 4\n");
  cr_buf_clear(&list);
  ck_ok(cr_corpus_each_finding(corpus, &(cr_corpus_filter){.scenario = "s1"}, list_finding, &list,
                               why));
  ck_assert_str_eq(list.data, " reference deadlock x1 3\n");
  ck_assert_uint_eq(totals_of(corpus).findings, 2);
  cr_buf_free(&list);
  cr_corpus_close(corpus);
}
END_TEST

static cr_err list_count(void *arg, const char *key, uint64_t count, cr_errinfo *info) {
  (void)info;
  cr_buf_printf(arg, "%s=%llu ", key, (unsigned long long)count);
  return CR_OK;
}

START_TEST(counts__by_each_key) {
  cr_corpus *corpus = filled("a.db", 1);
  cr_buf list = {0};
  ck_ok(cr_corpus_count(corpus, CR_CORPUS_BY_SCENARIO, list_count, &list, why));
  ck_assert_str_eq(list.data, "s0=20 s1=20 s2=20 ");
  cr_buf_clear(&list);
  ck_ok(cr_corpus_count(corpus, CR_CORPUS_BY_VERDICT, list_count, &list, why));
  ck_assert_str_eq(list.data, "conforms=15 crashes=15 none=15 violates=15 ");
  cr_buf_clear(&list);
  ck_ok(cr_corpus_count(corpus, CR_CORPUS_BY_CLAUSE, list_count, &list, why));
  ck_assert_str_eq(list.data, "RM-CLOSE-04=7 RM-TERM-04=8 ");
  cr_buf_clear(&list);
  ck_ok(cr_corpus_count(corpus, CR_CORPUS_BY_ENGINE, list_count, &list, why));
  ck_assert_str_eq(list.data, "afl=9 explore=9 import=8 libfuzzer=9 random=9 replay=8 seed=8 ");
  cr_buf_clear(&list);
  ck_ok(cr_corpus_count(corpus, CR_CORPUS_BY_SUBJECT, list_count, &list, why));
  ck_assert_ptr_nonnull(strstr(list.data, "mutant close-nojoin=12 "));
  cr_buf_clear(&list);
  ck_ok(cr_corpus_count(corpus, CR_CORPUS_BY_EXERCISED, list_count, &list, why));
  ck_assert_ptr_nonnull(strstr(list.data, "=1 "));
  cr_corpus_totals totals = totals_of(corpus);
  ck_assert_uint_eq(totals.interleavings, MANY);
  ck_assert_uint_eq(totals.subjects, 5);
  ck_assert_uint_eq(totals.scenarios, 3);
  ck_assert_uint_eq(totals.stale, 0);
  cr_buf_free(&list);
  cr_corpus_close(corpus);
}
END_TEST

Suite *cr_suite_read(void) {
  Suite *suite = suite_create("read");
  TCase *tcase = case_new(suite, "read", 60);
  tcase_add_test(tcase, each__any_insertion_order__same_listing);
  tcase_add_test(tcase, each__order__scenario_steps_digest);
  tcase_add_test(tcase, filter__each_kind__what_the_recipes_say);
  tcase_add_test(tcase, each__visitor_fails__walk_ends_with_its_error);
  tcase_add_test(tcase, find__prefix__one_none_or_many);
  tcase_add_test(tcase, find__shared_twelve_digits__long_ids);
  tcase_add_test(tcase, findings__grouped__shortest_shown);
  tcase_add_test(tcase, counts__by_each_key);
  return suite;
}

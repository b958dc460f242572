/* test_suite.c - suites: what they cover and how large they are is pinned, they are what they say,
 * and the same each time. The figures are pins: a change of the model that moves them says why. */
#include <string.h>

#include "clusrace/suite.h"
#include "suites.h"

static const struct {
  const char *name;
  bool pairs;
  uint32_t transitions, raced, clauses, traces, least;
  uint64_t steps, steps_least;
} pins[] = {
    {"hunt-life", false, 280, 0, 83, 43, 37, 1046, 811},
    {"hunt-life", true, 280, 163, 83, 75, 43, 1883, 977},
    {"hunt-opener", false, 662, 0, 90, 199, 153, 5395, 3866},
    {"hunt-opener", true, 662, 395, 90, 249, 153, 6681, 3866},
    {"plain-life", false, 147, 0, 45, 30, 30, 596, 541},
    {"plain-life", true, 147, 81, 45, 43, 30, 845, 541},
    {"disk-small", false, 880, 0, 95, 272, 202, 7877, 5466},
    {"disk-small", true, 880, 483, 95, 322, 208, 9245, 5610},
    {"nodes-plain", false, 23, 0, 25, 1, 1, 24, 19},
};

static void make(const char *name, bool pairs, cr_suite *suite) {
  cr_scenario scenario;
  cr_errinfo info;
  cr_suite_options options = {.pairs = pairs};
  load_scenario(name, &scenario);
  ck_assert_msg(cr_suite_make(&scenario, &options, suite, &info) == CR_OK, "%s", info.text);
  ck_assert(suite->complete && !suite->stopped);
}

START_TEST(suite__shipped_scenario__covers_and_measures) {
  cr_suite suite;
  make(pins[_i].name, pins[_i].pairs, &suite);
  ck_assert_uint_eq(suite.transitions, pins[_i].transitions);
  ck_assert_uint_eq(suite.pairs, pins[_i].raced);
  ck_assert_uint_eq(suite.clauses, pins[_i].clauses);
  ck_assert_uint_eq(suite.traces_count, pins[_i].traces);
  ck_assert_uint_eq(suite.traces_least, pins[_i].least);
  ck_assert_uint_eq(suite.steps, pins[_i].steps);
  ck_assert_uint_eq(suite.steps_least, pins[_i].steps_least);
  cr_suite_free(&suite);
}
END_TEST

/* A suite below its own bound would show the bound to be wrong, or the suite. */
START_TEST(suite__any__keeps_its_bounds) {
  cr_suite suite;
  make(pins[_i].name, pins[_i].pairs, &suite);
  ck_assert_uint_ge(suite.traces_count, suite.traces_least);
  ck_assert_uint_ge(suite.steps, suite.steps_least);
  cr_suite_free(&suite);
}
END_TEST

/* Each trace runs on the model with the same events and states, conforms, and all of them together
 * exercise what some interleaving of the scenario exercises. */
START_TEST(suite__replayed_on_the_model__conforms_and_exercises_everything) {
  cr_suite suite;
  cr_judgement survey, covered = {{{0}}, {{0}}};
  cr_xresult result;
  cr_errinfo info;
  uint64_t steps = 0;
  make(pins[_i].name, pins[_i].pairs, &suite);
  cr_model *model = cr_model_new(&suite.trace[0].scenario, &suite.trace[0].subject, NULL);
  for (size_t i = 0; i < suite.traces_count; i++) {
    cr_trace again = {0};
    cr_judgement one;
    cr_trace_rerun(model, &suite.trace[i], &again, &one);
    ck_assert_int_eq(again.verdict.kind, CR_VERDICT_CONFORMS);
    ck_assert_uint_eq(again.steps_count, suite.trace[i].steps_count);
    cr_clauses_merge(&covered.exercised, &one.exercised);
    cr_clauses_merge(&covered.violated, &one.violated);
    steps += again.steps_count;
    cr_trace_free(&again);
  }
  ck_assert_uint_eq(steps, suite.steps);
  ck_assert(cr_modelcheck_survey(model, NULL, &survey, &result, &info) == CR_OK);
  ck_assert_uint_eq(result.states, suite.states);
  ck_assert_uint_eq(result.transitions, suite.edges);
  ck_assert_mem_eq(&covered.exercised, &survey.exercised, sizeof survey.exercised);
  ck_assert_mem_eq(&covered.exercised, &suite.exercised, sizeof suite.exercised);
  ck_assert(!cr_clauses_any(&covered.violated));
  cr_xresult_free(&result);
  cr_model_free(model);
  cr_suite_free(&suite);
}
END_TEST

static cr_err count_one(void *arg, const cr_trace *trace, cr_errinfo *info) {
  const cr_suite *suite = ((void **)arg)[0];
  size_t *next = ((void **)arg)[1];
  cr_buf a = {0}, b = {0};
  (void)info;
  ck_assert_uint_lt(*next, suite->traces_count);
  cr_trace_write(trace, &a);
  cr_trace_write(&suite->trace[(*next)++], &b);
  ck_assert_str_eq(a.data, b.data);
  cr_buf_free(&a);
  cr_buf_free(&b);
  return CR_OK;
}

START_TEST(suite__made_twice_and_read_back__is_the_same) {
  cr_suite a, b;
  cr_buf x = {0}, y = {0};
  cr_errinfo info;
  size_t next = 0;
  make(pins[_i].name, pins[_i].pairs, &a);
  make(pins[_i].name, pins[_i].pairs, &b);
  cr_suite_write(&a, &x);
  cr_suite_write(&b, &y);
  ck_assert_uint_eq(x.len, y.len);
  ck_assert_mem_eq(x.data, y.data, x.len);
  void *arg[] = {&a, &next};
  ck_assert_msg(cr_bundle_each(x.data, x.len, "x.suite", count_one, arg, &info) == CR_OK, "%s",
                info.text);
  ck_assert_uint_eq(next, a.traces_count);
  cr_buf_free(&x);
  cr_buf_free(&y);
  cr_suite_free(&a);
  cr_suite_free(&b);
}
END_TEST

/* Here nothing is lost by greed. */
START_TEST(suite__plain_life__is_the_smallest) {
  cr_suite suite;
  make("plain-life", false, &suite);
  ck_assert_uint_eq(suite.traces_count, suite.traces_least);
  cr_suite_free(&suite);
}
END_TEST

static bool at_once(void) { return true; }

START_TEST(suite__bounded_or_stopped__says_so) {
  cr_suite suite;
  cr_scenario scenario;
  cr_errinfo info;
  cr_suite_options options = {.max_states = 100};
  load_scenario("hunt-life", &scenario);
  ck_assert(cr_suite_make(&scenario, &options, &suite, &info) == CR_OK);
  ck_assert(!suite.complete && !suite.stopped && suite.traces_count > 0);
  ck_assert_uint_eq(suite.states, 100);
  cr_suite_free(&suite);
  options = (cr_suite_options){.stop = at_once};
  ck_assert(cr_suite_make(&scenario, &options, &suite, &info) == CR_OK);
  ck_assert(!suite.complete && suite.stopped && suite.traces_count == 0);
  cr_suite_free(&suite);
}
END_TEST

START_TEST(bundle__without_a_trace_or_with_a_broken_one__is_refused) {
  cr_errinfo info;
  static const char none[] = "# nothing\n", broken[] = "# one\nclusrace-trace 1\nnonsense\n";
  ck_assert(cr_bundle_each(none, sizeof none - 1, "a", count_one, NULL, &info) == CR_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(info.text, "a: there is no trace"));
  ck_assert(cr_bundle_each("", 0, "a", count_one, NULL, &info) == CR_ERR_INPUT);
  ck_assert(cr_bundle_each(broken, sizeof broken - 1, "a", count_one, NULL, &info) == CR_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(info.text, "a:1:"));
}
END_TEST

Suite *cr_suite_suite(void) {
  Suite *suite = suite_create("suite");
  TCase *tests = tcase_create("suites");
  int n = (int)CR_ARRAY_LEN(pins);
  tcase_set_timeout(tests, 120);
  tcase_add_loop_test(tests, suite__shipped_scenario__covers_and_measures, 0, n);
  tcase_add_loop_test(tests, suite__any__keeps_its_bounds, 0, n);
  tcase_add_loop_test(tests, suite__replayed_on_the_model__conforms_and_exercises_everything, 0, n);
  tcase_add_loop_test(tests, suite__made_twice_and_read_back__is_the_same, 0, n);
  tcase_add_test(tests, suite__plain_life__is_the_smallest);
  tcase_add_test(tests, suite__bounded_or_stopped__says_so);
  tcase_add_test(tests, bundle__without_a_trace_or_with_a_broken_one__is_refused);
  suite_add_tcase(suite, tests);
  return suite;
}

/* test_pictures.c - what runs have taken, as traces and as the sets that a hunt sends: the same
 * pictures. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/picture.h"

static void load(const char *name, cr_suite *suite, cr_scenario *scenario) {
  cr_buf path = {0}, text = {0};
  cr_errinfo info;
  cr_suite_options options = {.pairs = true};
  cr_buf_printf(&path, "%s/%s.scenario", CLUSRACE_SCENARIOS, name);
  ck_assert_int_eq(cr_file_read(path.data, 1 << 20, &text, &info), CR_OK);
  ck_assert_int_eq(cr_scenario_parse(text.data, text.len, name, 1, scenario, &info), CR_OK);
  ck_assert_int_eq(cr_suite_make(scenario, &options, suite, &info), CR_OK);
  cr_buf_free(&path);
  cr_buf_free(&text);
}

/* As a host does it. */
static void take(cr_taken *taken, const cr_trace *trace) {
  cr_observer *observer = cr_alloc(sizeof *observer);
  cr_judgement judged;
  cr_observer_init(observer, &trace->scenario);
  cr_taken_begin(taken);
  for (size_t i = 0; i < trace->steps_count; i++) {
    unsigned from = observer->resource[0].mon;
    cr_observe(observer, &trace->scenario, &trace->steps[i].event, &judged);
    cr_taken_event(taken, from, observer->resource[0].mon, &trace->steps[i].event);
  }
  free(observer);
}

static void pictures(const cr_covering *c, cr_buf *out) {
  cr_covering_states(c, out);
  cr_covering_pairs(c, out);
  cr_covering_states_text(c, out);
  cr_covering_pairs_text(c, out);
}

static const char *const scenarios[] = {"hunt-life", "hunt-opener", "plain-life"};

START_TEST(runs__as_traces_or_as_sets__give_the_same_pictures) {
  cr_suite suite;
  cr_scenario scenario;
  load(scenarios[_i], &suite, &scenario);
  cr_covering *by_runs = cr_covering_new(), *by_sets = cr_covering_new();
  cr_taken *one = cr_alloc(sizeof *one), *all = cr_alloc(sizeof *all);
  cr_covering_model(by_runs, &suite);
  cr_covering_model(by_sets, &suite);
  cr_covered before = cr_covering_count(by_sets);
  ck_assert_uint_gt(before.ways, 0);
  ck_assert_uint_eq(before.ways_taken + before.pairs_taken, 0);
  for (size_t i = 0; i < suite.traces_count / 2; i++) {
    cr_covering_run(by_runs, &suite.trace[i]);
    memset(one, 0, sizeof *one);
    take(one, &suite.trace[i]);
    cr_taken_merge(all, one);
  }
  cr_covering_taken(by_sets, &scenario, all);
  cr_covered after = cr_covering_count(by_sets);
  ck_assert_uint_gt(after.ways_taken, 0);
  ck_assert_uint_gt(after.pairs_taken, 0);
  cr_buf a = {0}, b = {0};
  pictures(by_runs, &a);
  pictures(by_sets, &b);
  ck_assert(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
  cr_buf_free(&a);
  cr_buf_free(&b);
  free(one);
  free(all);
  cr_covering_free(by_runs);
  cr_covering_free(by_sets);
  cr_suite_free(&suite);
}
END_TEST

/* Every number that means nothing is refused; what is listed comes in again. */
START_TEST(keys__from_anywhere__are_read_or_refused) {
  cr_suite suite;
  cr_scenario scenario;
  cr_taken *taken = cr_alloc(sizeof *taken), *again = cr_alloc(sizeof *again);
  uint64_t *list = cr_alloc(CR_TAKEN_MAX * sizeof *list);
  load("plain-life", &suite, &scenario);
  for (size_t i = 0; i < suite.traces_count; i++) take(taken, &suite.trace[i]);
  uint32_t count = cr_taken_list(taken, list);
  ck_assert_uint_gt(count, 0);
  ck_assert_uint_eq(count, taken->count);
  for (uint32_t i = count; i-- > 0;) ck_assert(cr_taken_add(again, list[i]));
  for (uint32_t i = 1; i < count; i++) ck_assert(list[i - 1] < list[i]);
  ck_assert_uint_eq(again->count, count);
  static const uint64_t bad[] = {0, 1, UINT64_MAX, (uint64_t)1 << 62, (uint64_t)1 << 63};
  for (size_t i = 0; i < CR_ARRAY_LEN(bad); i++) ck_assert(!cr_taken_add(again, bad[i]));
  /* Without its event, or with a state that there is not, it is none. */
  ck_assert(!cr_taken_add(again, list[0] >> 31 << 31));
  ck_assert(!cr_taken_add(again, list[count - 1] | (uint64_t)255 << 31));
  free(list);
  free(taken);
  free(again);
  cr_suite_free(&suite);
}
END_TEST

START_TEST(keys__more_than_there_is_room_for__are_left_out) {
  cr_taken *taken = cr_alloc(sizeof *taken);
  uint64_t *list = cr_alloc(CR_TAKEN_MAX * sizeof *list);
  cr_event e = {.kind = CR_EV_SPAWN, .role = CR_ROLE_WORKER}, other = {.kind = CR_EV_EXIT};
  other.role = CR_ROLE_EP;
  for (unsigned i = 0; i < CR_TAKEN_SLOTS; i++) {
    e.lane = (uint8_t)i;
    other.kind = (uint8_t)(i / 256 % 2 == 0 ? CR_EV_EXIT : CR_EV_SPAWN);
    other.who = (uint8_t)(i / 512 % 4);
    e.who = (uint8_t)(i / 2048 % 4);
    cr_taken_begin(taken);
    cr_taken_event(taken, 0, 0, &other);
    cr_taken_event(taken, 0, 0, &e);
  }
  ck_assert_uint_eq(taken->count, CR_TAKEN_MAX);
  ck_assert_uint_eq(cr_taken_list(taken, list), CR_TAKEN_MAX);
  free(list);
  free(taken);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("pictures");
  TCase *tests = tcase_create("taken");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, runs__as_traces_or_as_sets__give_the_same_pictures, 0,
                      (int)CR_ARRAY_LEN(scenarios));
  tcase_add_test(tests, keys__from_anywhere__are_read_or_refused);
  tcase_add_test(tests, keys__more_than_there_is_room_for__are_left_out);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* test_fuzz.c - the fuzzing core: the same seed gives the same findings, every mutant of the DLL is
 * found from nothing within the default budget. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/fuzz.h"

static void load(const char *name, cr_scenario *scenario) {
  cr_buf path = {0}, text = {0};
  cr_errinfo info = {{0}};
  cr_buf_printf(&path, "%s/%s.scenario", SCENARIOS, name);
  ck_assert_msg(cr_file_read(path.data, 65536, &text, &info) == CR_OK, "%s", info.text);
  ck_assert_msg(cr_scenario_parse(text.data, text.len, path.data, 1, scenario, &info) == CR_OK,
                "%s", info.text);
  cr_buf_free(&path);
  cr_buf_free(&text);
}

typedef struct kept {
  uint64_t digest, count, clean;
} kept;

static cr_err keep(void *arg, const cr_trace *trace, const cr_clauses *exercised,
                   cr_errinfo *info) {
  kept *k = arg;
  cr_buf text = {0};
  (void)exercised;
  (void)info;
  cr_trace_write(trace, &text);
  k->digest = cr_digest_seeded(text.data, text.len, k->digest);
  k->count++;
  if (trace->verdict.kind == CR_VERDICT_CONFORMS) k->clean++;
  cr_buf_free(&text);
  return CR_OK;
}

static kept fuzz(const char *scenario_name, uint32_t mutant, bool strict, uint64_t seed,
                 uint64_t runs, cr_fuzz_stats *stats) {
  cr_scenario scenario;
  cr_subject subject = {.kind = mutant == 0 ? CR_SUBJECT_REFERENCE : CR_SUBJECT_MUTANT,
                        .mutant = mutant};
  cr_judge judge = {.strict = strict};
  kept k = {0};
  cr_errinfo info;
  load(scenario_name, &scenario);
  cr_fuzz_options options = {
      .scenario = &scenario, .subject = &subject, .judge = &judge, .keep = keep, .keep_arg = &k};
  cr_fuzzer *fuzzer = cr_fuzzer_new(&options);
  for (uint64_t i = 0; i < runs; i++)
    ck_assert_int_eq(cr_fuzzer_random(fuzzer, seed, i, &info), CR_OK);
  *stats = *cr_fuzzer_stats(fuzzer);
  cr_fuzzer_free(fuzzer);
  return k;
}

START_TEST(fuzz__same_seed__same_findings) {
  cr_fuzz_stats a, b, c;
  kept ka = fuzz("disk-basic", CR_MUTANT_TERM_NOJOIN, false, 7, 3000, &a);
  kept kb = fuzz("disk-basic", CR_MUTANT_TERM_NOJOIN, false, 7, 3000, &b);
  kept kc = fuzz("disk-basic", CR_MUTANT_TERM_NOJOIN, false, 8, 3000, &c);
  ck_assert_uint_eq(ka.digest, kb.digest);
  ck_assert_uint_eq(ka.count, kb.count);
  ck_assert_uint_eq(a.steps, b.steps);
  ck_assert_uint_ne(ka.digest, kc.digest);
}
END_TEST

START_TEST(fuzz__reference__violates_nothing) {
  static const char *const names[] = {"disk-basic", "disk-admin", "disk-once", "two-disks"};
  cr_fuzz_stats stats;
  kept k = fuzz(names[_i], 0, false, 1, 20000, &stats);
  ck_assert_uint_eq(stats.violations, 0);
  ck_assert_uint_eq(k.count, k.clean);
  ck_assert_uint_gt(stats.novel, 50);
  ck_assert_uint_eq(stats.executions, 20000);
}
END_TEST

/* The budget that `clusrace run` gives each mutant. */
START_TEST(fuzz__mutant_of_the_dll__is_found_from_nothing) {
  const cr_mutant_row *row = cr_mutant_row_of((uint32_t)_i);
  cr_scenario scenario;
  load(row->scenario, &scenario);
  for (unsigned p = 0; p < CR_PART_COUNT; p++)
    if (scenario.part[p]) return;              /* the default scenario does not have it */
  if (scenario.option[CR_OPTION_LIVE]) return; /* a run that ends shows nothing of it */
  if (row->side != CR_MUTANT_SIDE_DLL) return;
  bool warning = cr_clause_row_of(cr_clause_by_id(row->clause))->level == CR_LEVEL_WARNING;
  cr_fuzz_stats stats;
  fuzz("disk-basic", (uint32_t)_i, warning, 1, 2000, &stats);
  ck_assert_msg(stats.violations > 0, "%s is not found", row->name);
}
END_TEST

static uint8_t raised_counters[CR_FEEDBACK_COUNTERS];
static uint8_t *counters(void) { return raised_counters; }

static unsigned raised(size_t from, size_t n) {
  unsigned count = 0;
  for (size_t i = from; i < from + n; i++) count += raised_counters[i] != 0;
  return count;
}

/* Any bytes are an interleaving: decoding never fails, and what is decoded is bounded. */
START_TEST(fuzzer__any_bytes__run) {
  cr_scenario scenario;
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  load("disk-admin", &scenario);
  memset(raised_counters, 0, sizeof raised_counters);
  cr_fuzz_options options = {.scenario = &scenario,
                             .subject = &subject,
                             .counters = counters,
                             .feedback = CR_FEEDBACK_ALL,
                             .steps_max = 50};
  cr_fuzzer *fuzzer = cr_fuzzer_new(&options);
  cr_errinfo info;
  uint8_t bytes[512];
  for (unsigned value = 0; value < 256; value++) {
    memset(bytes, (int)value, sizeof bytes);
    for (size_t n = 0; n <= sizeof bytes; n += 64)
      ck_assert_int_eq(cr_fuzzer_one(fuzzer, bytes, n, &info), CR_OK);
  }
  ck_assert_uint_le(cr_fuzzer_stats(fuzzer)->steps, cr_fuzzer_stats(fuzzer)->executions * 50);
  ck_assert_uint_gt(raised(0, CR_FEEDBACK_STATES), 10);
  ck_assert_uint_gt(raised(CR_FEEDBACK_STATES, CR_FEEDBACK_PAIRS), 10);
  ck_assert_uint_gt(raised(CR_FEEDBACK_STATES + CR_FEEDBACK_PAIRS, CR_FEEDBACK_RACES), 5);
  ck_assert_uint_eq(raised(CR_FEEDBACK_COUNTERS - CR_FEEDBACK_CODE, CR_FEEDBACK_CODE), 0);
  cr_fuzzer_free(fuzzer);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("fuzz");
  TCase *tcase = tcase_create("fuzz");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, fuzz__same_seed__same_findings);
  tcase_add_loop_test(tcase, fuzz__reference__violates_nothing, 0, 4);
  tcase_add_loop_test(tcase, fuzz__mutant_of_the_dll__is_found_from_nothing, 1, CR_MUTANT_COUNT);
  tcase_add_test(tcase, fuzzer__any_bytes__run);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* test_scenarios.c - every shipped scenario: its exact counts, and that the reference keeps every
 * clause in every interleaving. The counts are pins: a change of the model that moves them must say
 * why. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "suites.h"

static const struct {
  const char *name;
  uint64_t states, transitions;
  uint32_t depth;
} pins[] = {
#define PIN(name, states, transitions, depth) {name, states, transitions, depth},
#include "pins.def"
#undef PIN
};

START_TEST(scenario__reference__keeps_every_clause) {
  cr_scenario scenario;
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  cr_xresult r;
  load_scenario(pins[_i].name, &scenario);
  ck_assert_msg(scenario.about[0] != '\0', "%s does not say what it is for", scenario.name);
  cr_judge judge = {.strict = true}; /* the reference follows the advice as well */
  cr_model *model = cr_model_new(&scenario, &subject, &judge);
  explore_model(model, &r);
  if (r.paths_count > 0) {
    cr_trace trace = {0};
    cr_buf text = {0};
    cr_modelcheck_trace(model, &r.paths[0], &trace);
    cr_trace_write(&trace, &text);
    ck_abort_msg("%s", text.data);
  }
  ck_assert_int_eq(r.stop, CR_XSTOP_COMPLETE);
  ck_assert_uint_eq(r.states, pins[_i].states);
  ck_assert_uint_eq(r.transitions, pins[_i].transitions);
  ck_assert_uint_eq(r.depth, pins[_i].depth);
  cr_xresult_free(&r);
  cr_model_free(model);
}
END_TEST

/* Every file is pinned, but for what is meant to be beyond exhausting. */
START_TEST(scenarios__shipped__are_pinned) {
  static const char *const unbounded[] = {"group-large"};
  DIR *dir = opendir(SCENARIOS);
  unsigned found = 0;
  ck_assert_ptr_nonnull(dir);
  for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
    char name[256];
    snprintf(name, sizeof name, "%s", entry->d_name);
    char *end = strstr(name, ".scenario");
    if (end == NULL) continue;
    *end = '\0';
    bool known = false;
    for (size_t i = 0; i < CR_ARRAY_LEN(unbounded); i++) known |= strcmp(name, unbounded[i]) == 0;
    for (size_t i = 0; i < CR_ARRAY_LEN(pins); i++) known |= strcmp(name, pins[i].name) == 0;
    ck_assert_msg(known, "%s is not pinned in pins.def", name);
    found++;
  }
  closedir(dir);
  ck_assert_uint_eq(found, CR_ARRAY_LEN(pins) + CR_ARRAY_LEN(unbounded));
}
END_TEST

/* A clause that is never exercised proves nothing: between them the scenarios exercise almost all.
 */
START_TEST(scenarios__together__exercise_the_clauses) {
  static const char *const walked[] = {"disk-small", "disk-once", "disk-found-online", "disk-basic",
                                       "disk-admin"};
  cr_clauses seen = {{0}};
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  for (size_t k = 0; k < CR_ARRAY_LEN(walked); k++) {
    cr_scenario scenario;
    load_scenario(walked[k], &scenario);
    cr_model *model = cr_model_new(&scenario, &subject, NULL);
    cr_trace trace;
    cr_trace_init(&trace, &scenario, &subject);
    for (uint64_t run = 0; run < 4000; run++) {
      uint8_t bytes[160];
      cr_rng rng;
      cr_judgement covered;
      cr_rng_seed(&rng, run);
      for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)cr_rng_next(&rng);
      cr_choices_run(model, bytes, sizeof bytes, 200, &trace, &covered, NULL);
      cr_clauses_merge(&seen, &covered.exercised);
    }
    cr_trace_free(&trace);
    cr_model_free(model);
  }
  unsigned rm = 0, vol = 0;
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++)
    if (cr_clauses_has(&seen, (cr_clause)c)) {
      if (cr_clause_row_of((cr_clause)c)->id[0] == 'R')
        rm++;
      else
        vol++;
    }
  ck_assert_uint_ge(rm, 40);
  ck_assert_uint_ge(vol, 35);
}
END_TEST

Suite *cr_suite_scenarios(void) {
  Suite *suite = suite_create("scenarios");
  TCase *tcase = tcase_create("scenarios");
  tcase_set_timeout(tcase, 300);
  tcase_add_loop_test(tcase, scenario__reference__keeps_every_clause, 0, CR_ARRAY_LEN(pins));
  tcase_add_test(tcase, scenarios__shipped__are_pinned);
  tcase_add_test(tcase, scenarios__together__exercise_the_clauses);
  suite_add_tcase(suite, tcase);
  return suite;
}

/* test_reduced.c - the contract's model with reductions (clusrace/explore.h) against the whole
 * walk: the reference and every mutant break the same clauses, with fewer states. */
#include <stdio.h>
#include <string.h>

#include "suites.h"

static const struct {
  const char *name;
  uint64_t states;
} pins[] = {
#define PIN(name, states, transitions, depth) {name, states},
#include "pins.def"
#undef PIN
};

/* Where several actors are alike, which few shipped scenarios have. */
static const char *const alike[] = {
    "clusrace-scenario 1\nname twins\nabout Two disks, and failures.\n"
    "volume vol0 letter V state offline detach cleanup\n"
    "volume vol1 letter W state offline detach cleanup\n"
    "resource disk0 type \"Clusrace Disk\" volume vol0\n"
    "resource disk1 type \"Clusrace Disk\" volume vol1\n"
    "option pending open-fails quiet\n"
    "budget online 1\nbudget offline 1\nbudget terminate 1\nbudget poll 0\nbudget expire 0\n"
    "budget fault 1\nbudget progress 0\nbudget app 0\n",
    "clusrace-scenario 1\nname pair\nabout Two disks with a program each.\n"
    "volume vol0 letter V state offline detach cleanup\n"
    "volume vol1 letter W state offline detach cleanup\n"
    "resource disk0 type \"Clusrace Disk\" volume vol0\n"
    "resource disk1 type \"Clusrace Disk\" volume vol1\n"
    "app app0 volume vol0\napp app1 volume vol1\n"
    "option sync app-file\n"
    "budget online 1\nbudget offline 0\nbudget terminate 1\nbudget poll 0\nbudget expire 0\n"
    "budget fault 0\nbudget progress 0\nbudget app 1\n",
    "clusrace-scenario 1\nname openers\nabout Two programs on one disk.\n"
    "volume vol0 letter V state offline detach any\n"
    "resource disk0 type \"Clusrace Disk\" volume vol0\n"
    "app app0 volume vol0\napp app1 volume vol0\n"
    "option sync app-volume app-admin\n"
    "budget online 1\nbudget offline 0\nbudget terminate 0\nbudget poll 0\nbudget expire 0\n"
    "budget fault 0\nbudget progress 0\nbudget app 1\n",
    "clusrace-scenario 1\nname three\nabout Three services.\n"
    "resource serv0 type \"Clusrace Service\"\n"
    "resource serv1 type \"Clusrace Service\"\n"
    "resource serv2 type \"Clusrace Service\"\n"
    "option pending\n"
    "budget online 1\nbudget offline 0\nbudget terminate 0\nbudget poll 1\nbudget expire 0\n"
    "budget fault 1\nbudget progress 0\nbudget app 0\n",
};

static unsigned walked, skipped; /* by compare */

static void parse(const char *text, cr_scenario *scenario) {
  cr_errinfo info = {{0}};
  ck_assert_msg(cr_scenario_parse(text, strlen(text), "alike", 1, scenario, &info) == CR_OK, "%s",
                info.text);
}

static bool may_be_reduced(const cr_scenario *s) {
  for (unsigned i = 0; i < CR_PART_COUNT; i++)
    if (s->part[i]) return false;
  return !s->option[CR_OPTION_LIVE];
}

static cr_xresult walk(const cr_model *model, const cr_xoptions *options) {
  cr_xmodel xmodel;
  cr_xresult r;
  cr_errinfo info = {{0}};
  cr_modelcheck_bind(model, &xmodel);
  ck_assert_msg(cr_explore(&xmodel, options, &r, &info) == CR_OK, "%s", info.text);
  ck_assert_int_eq(r.stop, CR_XSTOP_COMPLETE);
  return r;
}

static bool has_path(const cr_xresult *r, const cr_xpath *like) {
  for (size_t i = 0; i < r->paths_count; i++)
    if (r->paths[i].kind == like->kind && r->paths[i].violation == like->violation) return true;
  return false;
}

/* Each counterexample is a run of the model that ends as it says. */
static void assert_runs(const cr_model *model, const cr_xresult *r) {
  for (size_t i = 0; i < r->paths_count; i++) {
    cr_trace trace = {0}, again = {0};
    cr_modelcheck_trace(model, &r->paths[i], &trace);
    cr_trace_rerun(model, &trace, &again, NULL);
    ck_assert_int_eq(again.verdict.kind, trace.verdict.kind);
    ck_assert_int_eq(again.verdict.clause, trace.verdict.clause);
    cr_trace_free(&trace);
    cr_trace_free(&again);
  }
}

static void assert_same(const cr_model *model, const cr_xresult *whole, const cr_xresult *reduced) {
  const char *name = cr_model_scenario(model)->name;
  ck_assert_msg(whole->paths_count == reduced->paths_count, "%s: %zu findings, not %zu", name,
                reduced->paths_count, whole->paths_count);
  for (size_t i = 0; i < whole->paths_count; i++)
    ck_assert_msg(has_path(reduced, &whole->paths[i]), "%s: finding %zu is missing", name, i);
  ck_assert_uint_le(reduced->states, whole->states);
  ck_assert_int_eq(whole->deadlocks > 0, reduced->deadlocks > 0);
  assert_runs(model, reduced);
}

/* A walk in short: two that have the same went through the same, as far as counts tell. */
typedef struct gist {
  uint64_t states, transitions, deadlocks, depth, findings, labels;
} gist;

static gist gist_of(const cr_xresult *r) {
  uint64_t depths = cr_digest(r->depth_counts, (r->depth + 1) * sizeof *r->depth_counts);
  gist g = {.states = r->states,
            .transitions = r->transitions,
            .deadlocks = r->deadlocks,
            .depth = depths,
            .findings = r->paths_count,
            .labels = cr_digest(r->label_counts, r->label_counts_len * sizeof *r->label_counts)};
  return g;
}

/* All three walks of a subject, every clause judged, what is declared checked at every
 * opportunity. A subject whose whole walk is that of reference (may be NULL) is that in this
 * scenario, and not walked again. */
static gist compare(const cr_scenario *scenario, const cr_subject *subject, const gist *reference) {
  cr_judge judge = {.strict = true};
  cr_model *model = cr_model_new(scenario, subject, &judge);
  cr_xoptions options = {.keep_going = true};
  cr_xresult whole = walk(model, &options);
  gist same = gist_of(&whole);
  if (reference == NULL || memcmp(&same, reference, sizeof same) != 0) {
    options = (cr_xoptions){.keep_going = true, .partial_order = true, .check_all = true};
    cr_xresult ordered = walk(model, &options);
    assert_same(model, &whole, &ordered);
    ck_assert_uint_eq(whole.deadlocks, ordered.deadlocks);
    options = (cr_xoptions){.keep_going = true, .symmetry = true, .check_all = true};
    cr_xresult folded = walk(model, &options);
    assert_same(model, &whole, &folded);
    cr_xresult_free(&ordered);
    cr_xresult_free(&folded);
    walked++;
  } else {
    skipped++;
  }
  cr_xresult_free(&whole);
  cr_model_free(model);
  return same;
}

/* What can be reduced at all has the verdict of the whole walk: none. */
START_TEST(scenario__reduced__keeps_every_clause) {
  cr_scenario scenario;
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  load_scenario(pins[_i].name, &scenario);
  if (!may_be_reduced(&scenario)) return;
  cr_judge judge = {.strict = true};
  cr_model *model = cr_model_new(&scenario, &subject, &judge);
  for (int symmetry = 0; symmetry < 2; symmetry++) {
    cr_xoptions options = {.symmetry = symmetry == 1, .partial_order = symmetry == 0};
    cr_xresult r = walk(model, &options);
    ck_assert_uint_eq(r.paths_count, 0);
    ck_assert_uint_le(r.states, pins[_i].states);
    cr_xresult_free(&r);
  }
  cr_model_free(model);
}
END_TEST

START_TEST(alike__reduced__same_findings) {
  cr_scenario scenario;
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  parse(alike[_i], &scenario);
  (void)compare(&scenario, &subject, NULL);
}
END_TEST

/* How much is saved, for any number of threads. */
START_TEST(alike__reduced__pinned_states) {
  static const struct {
    uint64_t whole, ordered, folded;
  } counts[CR_ARRAY_LEN(alike)] = {
      {19860, 6633, 9955}, {11640, 1880, 5844}, {28848, 28848, 15405}, {8451, 321, 1627}};
  cr_scenario scenario;
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  parse(alike[_i], &scenario);
  cr_model *model = cr_model_new(&scenario, &subject, NULL);
  cr_xoptions ways[] = {{0}, {.partial_order = true}, {.symmetry = true}};
  uint64_t expected[] = {counts[_i].whole, counts[_i].ordered, counts[_i].folded};
  for (size_t i = 0; i < CR_ARRAY_LEN(ways); i++) {
    ways[i].threads = 1 + (unsigned)i;
    cr_xresult r = walk(model, &ways[i]);
    ck_assert_uint_eq(r.states, expected[i]);
    cr_xresult_free(&r);
  }
  cr_model_free(model);
}
END_TEST

static bool is_core(const cr_mutant_row *row) {
  cr_scenario scenario;
  load_scenario(row->scenario, &scenario);
  return may_be_reduced(&scenario);
}

/* Where something is to be reduced, besides the scenario that shows a mutant. */
static const char *const others[] = {"hunt-two", "plain-two"};
enum { OTHERS = CR_ARRAY_LEN(others) + CR_ARRAY_LEN(alike) };

static void load_other(size_t number, cr_scenario *scenario) {
  if (number < CR_ARRAY_LEN(others))
    load_scenario(others[number], scenario);
  else
    parse(alike[number - CR_ARRAY_LEN(others)], scenario);
}

/* Which mutants: one in SAMPLE, with every check of what is declared; or all, a part of them in
 * each run. */
enum { SAMPLE = 16, SAMPLED = 1 };
static bool sampling;
static unsigned part, parts;
static gist reference[OTHERS];

/* Of the parent: its children have them. */
static void walk_reference(void) {
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  for (size_t i = 0; i < OTHERS; i++) {
    cr_scenario scenario;
    load_other(i, &scenario);
    reference[i] = compare(&scenario, &subject, NULL);
    ck_assert_uint_eq(reference[i].findings, 0);
  }
}

/* Every mutant of the core, where it is shown, and where there is something to reduce. */
START_TEST(mutant__reduced__same_findings) {
  if (sampling ? _i % SAMPLE != SAMPLED : (unsigned)_i % parts != part) return;
  const cr_mutant_row *row = cr_mutant_row_of((uint32_t)_i);
  cr_subject subject = {.kind = CR_SUBJECT_MUTANT, .mutant = (uint32_t)_i};
  cr_scenario scenario;
  if (!is_core(row)) return;
  load_scenario(row->scenario, &scenario);
  walked = skipped = 0;
  (void)compare(&scenario, &subject, NULL);
  for (size_t i = 0; i < OTHERS; i++) {
    load_other(i, &scenario);
    (void)compare(&scenario, &subject, &reference[i]);
  }
  printf("%s: %u scenarios walked with reductions, %u as the reference\n", row->name, walked,
         skipped);
  fflush(stdout);
}
END_TEST

START_TEST(live_scenario__reduced__refused) {
  cr_scenario scenario;
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  load_scenario("live-small", &scenario);
  cr_model *model = cr_model_new(&scenario, &subject, NULL);
  cr_xmodel xmodel;
  cr_modelcheck_bind(model, &xmodel);
  for (int symmetry = 0; symmetry < 2; symmetry++) {
    cr_xoptions options = {.symmetry = symmetry == 1, .partial_order = symmetry == 0};
    cr_xresult r;
    cr_errinfo info = {{0}};
    ck_assert_int_eq(cr_explore(&xmodel, &options, &r, &info), CR_ERR_INPUT);
    ck_assert_msg(strstr(info.text, "it has duties") != NULL, "%s", info.text);
  }
  cr_model_free(model);
}
END_TEST

Suite *cr_suite_reduced(void) {
  Suite *suite = suite_create("reduced");
  TCase *tcase = tcase_create("reduced");
  tcase_set_timeout(tcase, 300);
  tcase_add_loop_test(tcase, scenario__reduced__keeps_every_clause, 0, (int)CR_ARRAY_LEN(pins));
  tcase_add_loop_test(tcase, alike__reduced__same_findings, 0, (int)CR_ARRAY_LEN(alike));
  tcase_add_loop_test(tcase, alike__reduced__pinned_states, 0, (int)CR_ARRAY_LEN(alike));
  tcase_add_test(tcase, live_scenario__reduced__refused);
  suite_add_tcase(suite, tcase);
  return suite;
}

Suite *cr_suite_reduced_slow(bool sample, unsigned number, unsigned count) {
  sampling = sample;
  part = number;
  parts = count;
  Suite *suite = suite_create(sample ? "reduced-sample" : "reduced-mutants");
  TCase *tcase = tcase_create("mutants");
  tcase_set_timeout(tcase, 600);
  tcase_add_unchecked_fixture(tcase, walk_reference, NULL);
  tcase_add_loop_test(tcase, mutant__reduced__same_findings, 1, CR_MUTANT_COUNT);
  suite_add_tcase(suite, tcase);
  return suite;
}

/* test_mutants.c - every mutant is caught by the clause that its row names, with a trace that runs
 * again to the same verdict and that the reference does not violate. */
#include <string.h>

#include "suites.h"

/* The shortest trace in which mutant violates what is judged, in the scenario of its row. */
static bool catch_mutant(uint32_t mutant, const cr_judge *judge, cr_trace *trace) {
  cr_scenario scenario;
  cr_subject subject = {.kind = CR_SUBJECT_MUTANT, .mutant = mutant};
  cr_xresult r;
  load_scenario(cr_mutant_row_of(mutant)->scenario, &scenario);
  cr_model *model = cr_model_new(&scenario, &subject, judge);
  explore_model(model, &r);
  bool caught = r.paths_count > 0 &&
                (r.paths[0].kind == CR_XKIND_TRANSITION || r.paths[0].kind == CR_XKIND_LASSO);
  if (caught) {
    cr_trace again = {0};
    cr_modelcheck_trace(model, &r.paths[0], trace);
    cr_trace_rerun(model, trace, &again, NULL);
    ck_assert_int_eq(again.verdict.kind, CR_VERDICT_VIOLATES);
    ck_assert_int_eq(again.verdict.clause, trace->verdict.clause);
    ck_assert_uint_eq(again.verdict.loop, trace->verdict.loop);
    ck_assert_uint_eq(again.steps_count, trace->steps_count);
    cr_trace_free(&again);
  }
  cr_xresult_free(&r);
  cr_model_free(model);
  return caught;
}

START_TEST(mutant__explored__is_caught_by_its_clause) {
  const cr_mutant_row *row = cr_mutant_row_of((uint32_t)_i);
  cr_clause clause = cr_clause_by_id(row->clause);
  ck_assert_msg(clause != CR_CLAUSE_COUNT, "%s: there is no clause %s", row->name, row->clause);
  cr_trace trace = {0};
  cr_judge judge = {.strict = true};
  cr_clauses_add(&judge.only, clause);
  ck_assert_msg(catch_mutant((uint32_t)_i, &judge, &trace), "%s is not caught by %s", row->name,
                row->clause);
  ck_assert_int_eq(trace.verdict.clause, clause);
  ck_assert_uint_eq(trace.verdict.step, trace.steps_count);
  cr_trace_free(&trace);
}
END_TEST

/* Judged by everything that counts by default, no mutant gets away either. */
START_TEST(mutant__judged_by_all__is_caught) {
  const cr_mutant_row *row = cr_mutant_row_of((uint32_t)_i);
  cr_judge judge = {.strict =
                        cr_clause_row_of(cr_clause_by_id(row->clause))->level == CR_LEVEL_WARNING};
  cr_trace trace = {0};
  ck_assert_msg(catch_mutant((uint32_t)_i, &judge, &trace), "%s is not caught", row->name);
  cr_trace_free(&trace);
}
END_TEST

START_TEST(mutants__names__are_unique_and_found) {
  for (uint32_t i = 1; i < CR_MUTANT_COUNT; i++)
    ck_assert_uint_eq(cr_mutant_by_name(cr_mutant_row_of(i)->name), i);
  ck_assert_uint_eq(cr_mutant_by_name("no-such-mutant"), CR_MUTANT_NONE);
}
END_TEST

Suite *cr_suite_mutants(void) {
  Suite *suite = suite_create("mutants");
  TCase *tcase = tcase_create("mutants");
  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, mutant__explored__is_caught_by_its_clause, 1, CR_MUTANT_COUNT);
  tcase_add_loop_test(tcase, mutant__judged_by_all__is_caught, 1, CR_MUTANT_COUNT);
  tcase_add_test(tcase, mutants__names__are_unique_and_found);
  suite_add_tcase(suite, tcase);
  return suite;
}

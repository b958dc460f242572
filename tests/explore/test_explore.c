/* test_explore.c - runs the explorer's tests; with the argument "slow" the slow ones instead. */
#include <stdlib.h>
#include <string.h>

#include "suites.h"

cr_xresult explore_checked(const cr_xmodel *model, const cr_xoptions *options) {
  cr_xresult result;
  cr_errinfo info = {0};
  cr_err err = cr_explore(model, options, &result, &info);
  ck_assert_msg(err == CR_OK, "%s: %s", model->name, info.text);
  uint64_t states = 0, transitions = 0;
  for (uint32_t i = 0; i <= result.depth; i++) states += result.depth_counts[i];
  for (size_t i = 0; i < result.label_counts_len; i++) transitions += result.label_counts[i];
  ck_assert_uint_eq(states, result.states);
  ck_assert_uint_eq(transitions, result.transitions);
  ck_assert(result.depth == 0 || result.depth_counts[result.depth] > 0);
  ck_assert(result.stop >= CR_XSTOP_COMPLETE && result.stop <= CR_XSTOP_INEXACT);
  ck_assert(result.stop != CR_XSTOP_VIOLATION || result.paths_count == 1);
  ck_assert(result.paths_count == 0 || result.paths != NULL);
  return result;
}

void assert_path(const cr_xpath *actual, const cr_xpath *expected) {
  ck_assert_int_eq(actual->kind, expected->kind);
  ck_assert_uint_eq(actual->violation, expected->violation);
  ck_assert_uint_eq(actual->initial, expected->initial);
  ck_assert_uint_eq(actual->labels_count, expected->labels_count);
  for (size_t i = 0; i < expected->labels_count; i++)
    ck_assert_uint_eq(actual->labels[i], expected->labels[i]);
}

void assert_same(const cr_xresult *a, const cr_xresult *b) {
  ck_assert_int_eq(a->stop, b->stop);
  ck_assert_uint_eq(a->states, b->states);
  ck_assert_uint_eq(a->transitions, b->transitions);
  ck_assert_uint_eq(a->depth, b->depth);
  ck_assert_uint_eq(a->deadlocks, b->deadlocks);
  ck_assert_uint_eq(a->reduced, b->reduced);
  ck_assert_uint_eq(a->label_counts_len, b->label_counts_len);
  for (size_t i = 0; i < a->label_counts_len; i++)
    ck_assert_uint_eq(a->label_counts[i], b->label_counts[i]);
  for (size_t i = 0; i <= a->depth; i++) ck_assert_uint_eq(a->depth_counts[i], b->depth_counts[i]);
  ck_assert_uint_eq(a->paths_count, b->paths_count);
  for (size_t i = 0; i < a->paths_count; i++) assert_path(&a->paths[i], &b->paths[i]);
}

int main(int argc, char **argv) {
  bool slow = argc > 1 && strcmp(argv[1], "slow") == 0;
  Suite *suite = suite_create(slow ? "explore, slow" : "explore");
  if (slow) {
    suite_add_tcase(suite, case_textbook_slow());
    suite_add_tcase(suite, case_symmetry_slow());
  } else {
    suite_add_tcase(suite, case_textbook());
    suite_add_tcase(suite, case_symmetry());
    suite_add_tcase(suite, case_verdicts());
    suite_add_tcase(suite, case_values());
    suite_add_tcase(suite, case_words());
    suite_add_tcase(suite, case_random());
    suite_add_tcase(suite, case_bounds());
    suite_add_tcase(suite, case_store());
    suite_add_tcase(suite, case_lasso());
    suite_add_tcase(suite, case_lean());
    suite_add_tcase(suite, case_product());
    suite_add_tcase(suite, case_checkpoint());
    suite_add_tcase(suite, case_reduced());
    suite_add_tcase(suite, case_blocks());
  }
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

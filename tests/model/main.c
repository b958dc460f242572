/* main.c - the model's test program; arguments name suites, none means all but the slow ones.
 * Behind the slow one of all mutants PART/PARTS may follow, from 0/PARTS on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"

void load_scenario(const char *name, cr_scenario *scenario) {
  cr_buf path = {0}, text = {0};
  cr_errinfo info = {{0}};
  cr_buf_printf(&path, "%s/%s.scenario", SCENARIOS, name);
  ck_assert_msg(cr_file_read(path.data, 65536, &text, &info) == CR_OK, "%s", info.text);
  ck_assert_msg(cr_scenario_parse(text.data, text.len, path.data, 1, scenario, &info) == CR_OK,
                "%s", info.text);
  ck_assert_str_eq(scenario->name, name);
  cr_buf_free(&path);
  cr_buf_free(&text);
}

void explore_model(const cr_model *model, cr_xresult *result) {
  cr_xmodel xmodel;
  cr_errinfo info = {{0}};
  cr_modelcheck_bind(model, &xmodel);
  ck_assert_msg(cr_explore(&xmodel, NULL, result, &info) == CR_OK, "%s", info.text);
}

int main(int argc, char **argv) {
  static Suite *(*const suites[])(void) = {cr_suite_volume,   cr_suite_observer,  cr_suite_trace,
                                           cr_suite_scenario, cr_suite_scenarios, cr_suite_mutants,
                                           cr_suite_choices,  cr_suite_catalogue, cr_suite_stack,
                                           cr_suite_memory,   cr_suite_suite,     cr_suite_reduced,
                                           cr_suite_graph,    cr_suite_blocks};
  SRunner *runner = srunner_create(NULL);
  for (size_t i = 0; i < CR_ARRAY_LEN(suites); i++) srunner_add_suite(runner, suites[i]());
  bool sample = argc > 1 && strcmp(argv[1], "reduced-sample") == 0;
  unsigned part = 0, parts = 1;
  if (argc > 2 && sscanf(argv[2], "%u/%u", &part, &parts) == 2 && part < parts) argc = 2;
  if (argc > 1) srunner_add_suite(runner, cr_suite_reduced_slow(sample, part, parts));
  int failed = 0;
  if (argc < 2) srunner_run_all(runner, CK_NORMAL);
  for (int i = 1; i < argc; i++) srunner_run(runner, argv[i], NULL, CK_NORMAL);
  failed = srunner_ntests_failed(runner);
  if (srunner_ntests_run(runner) == 0) failed = 1;
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

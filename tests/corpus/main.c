/* main.c - the corpus' test program; arguments name suites, none means all. */
#include "fixture.h"

int main(int argc, char **argv) {
  static Suite *(*const suites[])(void) = {cr_suite_open,     cr_suite_put,    cr_suite_read,
                                           cr_suite_transfer, cr_suite_check,  cr_suite_crash,
                                           cr_suite_tend,     cr_suite_migrate};
  SRunner *runner = srunner_create(NULL);
  for (size_t i = 0; i < CR_ARRAY_LEN(suites); i++) srunner_add_suite(runner, suites[i]());
  if (argc < 2) srunner_run_all(runner, CK_NORMAL);
  for (int i = 1; i < argc; i++) srunner_run(runner, argv[i], NULL, CK_NORMAL);
  bool good = srunner_ntests_failed(runner) == 0 && srunner_ntests_run(runner) != 0;
  srunner_free(runner);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

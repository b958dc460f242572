/* test_sources.c - every short name of a source is told in words. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../reports/sources.h"

START_TEST(sources__of_every_clause__are_told) {
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    const cr_clause_row *row = cr_clause_row_of((cr_clause)i);
    cr__source list[CR__SOURCES_MAX];
    unsigned count = cr__sources_of((cr_clause)i, list), commas = 0;
    for (const char *at = row->source; *at != '\0'; at++) commas += *at == ',';
    ck_assert_msg(count == (*row->source == '\0' ? 0 : commas + 1), "%s: %u", row->id, count);
    for (unsigned k = 0; k < count; k++)
      ck_assert_msg(list[k].what[0] != '\0', "%s: %s", row->id, list[k].name);
  }
}
END_TEST

START_TEST(sources__of_one_name__are_those_of_its_part) {
  cr__source list[CR__SOURCES_MAX];
  unsigned count = cr__sources_of(cr_clause_by_id("RM-TERM-04"), list);
  ck_assert_uint_eq(count, 3);
  ck_assert_str_eq(list[0].name, "TERM");
  ck_assert_ptr_nonnull(strstr(list[0].what, "entry points"));
  ck_assert_ptr_nonnull(strstr(list[1].what, "RESOURCE_EXIT_STATE"));
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    count = cr__sources_of((cr_clause)i, list);
    for (unsigned k = 0; k < count; k++)
      if (strcmp(list[k].name, "LOCK") == 0)
        ck_assert_int_eq(strstr(list[k].what, "SetResourceLockedMode") != NULL,
                         strncmp(cr_clause_row_of((cr_clause)i)->id, "RM-", 3) == 0);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("sources");
  TCase *tests = tcase_create("sources");
  tcase_add_test(tests, sources__of_every_clause__are_told);
  tcase_add_test(tests, sources__of_one_name__are_those_of_its_part);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

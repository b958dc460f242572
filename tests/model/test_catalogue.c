/* test_catalogue.c - no clause is a decoration: each is exercised and kept by the reference, and
 * broken by a mutant that is meant for it; and no clause of the catalogue is missing.
 *
 * The catalogue's chapters are counted here, so that a row that disappears is noticed: a chapter's
 * ids run from 1 without gaps, and each is a clause or stands among those that are not judged.
 */
#include <stdio.h>
#include <string.h>

#include "suites.h"

static const struct {
  const char *chapter;
  unsigned count;
} chapters[] = {
    {"RM-ABI", 5},      {"RM-ACTL", 15},   {"RM-CANCEL", 8},    {"RM-CLOSE", 12},
    {"RM-CONC", 11},    {"RM-CTL", 16},    {"RM-DEAD", 11},     {"RM-EVENT", 14},
    {"RM-FAIL", 12},    {"RM-LOAD", 17},   {"RM-LOCK", 2},      {"RM-LOG", 3},
    {"RM-OFFLINE", 22}, {"RM-ONLINE", 24}, {"RM-OPEN", 14},     {"RM-POLL", 18},
    {"RM-QUORUM", 10},  {"RM-SHUT", 2},    {"RM-STATUS", 29},   {"RM-TERM", 18},
    {"RM-TIME", 9},     {"RM-WORK", 10},   {"VOL-ACC", 11},     {"VOL-CLOSE", 10},
    {"VOL-CLUS", 20},   {"VOL-DATA", 9},   {"VOL-DISM", 18},    {"VOL-IO", 12},
    {"VOL-LOCK", 19},   {"VOL-MM", 11},    {"VOL-OFFLINE", 19}, {"VOL-ONLINE", 11},
    {"VOL-OPEN", 21},   {"VOL-PNP", 11},   {"VOL-PR", 8},       {"VOL-QUERY", 8},
    {"VOL-RECIPE", 10}, {"VOL-STALE", 11}, {"VOL-UNLOCK", 7},
};

static bool not_judged(const char *id) {
  for (unsigned i = 0; cr_unseen_row_of(i) != NULL; i++)
    if (strcmp(cr_unseen_row_of(i)->id, id) == 0) return true;
  return false;
}

START_TEST(catalogue__every_id__is_a_clause_or_says_why_not) {
  unsigned total = 0, unseen = 0;
  for (size_t i = 0; i < CR_ARRAY_LEN(chapters); i++)
    for (unsigned n = 1; n <= chapters[i].count; n++) {
      char id[32];
      snprintf(id, sizeof id, "%s-%02u", chapters[i].chapter, n);
      bool judged = cr_clause_by_id(id) != CR_CLAUSE_COUNT;
      ck_assert_msg(judged != not_judged(id), "%s is %s", id, judged ? "both" : "missing");
      total++;
      unseen += !judged;
    }
  ck_assert_uint_eq(total - unseen, CR_CLAUSE_COUNT);
  ck_assert_uint_le(unseen, 4);
}
END_TEST

/* Does the reference come to where it could break the clause, in the scenario of a mutant that is
 * meant for it? And is there such a mutant? That each is caught is test_mutants.c's. */
START_TEST(clause__of_the_table__has_a_witness_and_a_mutant) {
  cr_clause clause = (cr_clause)_i;
  const char *id = cr_clause_row_of(clause)->id;
  cr_subject reference = {.kind = CR_SUBJECT_REFERENCE};
  cr_trace witness = {0};
  unsigned mutants = 0;
  for (uint32_t m = 1; m < CR_MUTANT_COUNT && witness.steps_count == 0; m++) {
    cr_scenario scenario;
    cr_errinfo info = {{0}};
    if (strcmp(cr_mutant_row_of(m)->clause, id) != 0) continue;
    mutants++;
    load_scenario(cr_mutant_row_of(m)->scenario, &scenario);
    ck_assert_int_eq(
        cr_modelcheck_find(&scenario, &reference, clause, CR_SOUGHT_WITNESS, NULL, &witness, &info),
        CR_OK);
  }
  ck_assert_msg(mutants > 0, "no mutant is meant for %s", id);
  ck_assert_msg(witness.steps_count > 0, "the reference never exercises %s", id);
  ck_assert_int_eq(witness.verdict.kind, CR_VERDICT_CONFORMS);
  cr_trace_free(&witness);
}
END_TEST

START_TEST(mutants__of_each_side__are_many) {
  unsigned total = CR_MUTANT_COUNT - 1, sides[8] = {0};
  for (uint32_t m = 1; m < CR_MUTANT_COUNT; m++) sides[cr_mutant_row_of(m)->side]++;
  ck_assert_uint_ge(total, CR_CLAUSE_COUNT);
  ck_assert_uint_ge(sides[CR_MUTANT_SIDE_DLL], 100);
  ck_assert_uint_ge(sides[CR_MUTANT_SIDE_MONITOR], 60);
  ck_assert_uint_ge(sides[CR_MUTANT_SIDE_VOLUME], 60);
}
END_TEST

Suite *cr_suite_catalogue(void) {
  Suite *suite = suite_create("catalogue");
  TCase *tcase = tcase_create("catalogue");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, catalogue__every_id__is_a_clause_or_says_why_not);
  tcase_add_loop_test(tcase, clause__of_the_table__has_a_witness_and_a_mutant, 0, CR_CLAUSE_COUNT);
  tcase_add_test(tcase, mutants__of_each_side__are_many);
  suite_add_tcase(suite, tcase);
  return suite;
}

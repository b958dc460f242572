/* suites.h - the test cases of the explorer, one function a file. */
#ifndef CLUSRACE_TESTS_EXPLORE_SUITES_H
#define CLUSRACE_TESTS_EXPLORE_SUITES_H

#include <check.h>

#include "clusrace/explore.h"

TCase *case_textbook(void);
TCase *case_textbook_slow(void);
TCase *case_symmetry(void);
TCase *case_symmetry_slow(void);
TCase *case_verdicts(void);
TCase *case_values(void);
TCase *case_words(void);
TCase *case_random(void);
TCase *case_bounds(void);
TCase *case_store(void);
TCase *case_lasso(void);
TCase *case_lean(void);
TCase *case_product(void);
TCase *case_checkpoint(void);
TCase *case_reduced(void);
TCase *case_blocks(void);

/* Explores, asserts success and that the result is consistent in itself. */
cr_xresult explore_checked(const cr_xmodel *model, const cr_xoptions *options);

/* Asserts that both are the same: kind, violation, initial state, labels. */
void assert_path(const cr_xpath *actual, const cr_xpath *expected);
/* Asserts that both results are the same in everything but memory. */
void assert_same(const cr_xresult *a, const cr_xresult *b);

#endif

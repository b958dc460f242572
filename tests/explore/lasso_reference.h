/* lasso_reference.h - what cycles under weak fairness there are, found the slow way (tests). */
#ifndef CLUSRACE_TESTS_EXPLORE_LASSO_REFERENCE_H
#define CLUSRACE_TESTS_EXPLORE_LASSO_REFERENCE_H

#include "clusrace/explore.h"

/* The lassos that the explorer must report for a model with duties when every state was visited,
 * and how many: by the duty's number. The caller frees the labels of each and the list. */
cr_xpath *lasso_reference(const cr_xmodel *model, size_t *count);

#endif

/* loopback.h - the explorer's transport between threads of this process, for tests without MPI. */
#ifndef CLUSRACE_TESTS_RANKS_LOOPBACK_H
#define CLUSRACE_TESTS_RANKS_LOOPBACK_H

#include "clusrace/explore.h"

enum { LOOPBACK_MAX = 8 };

/* What one of the ranks got from cr_explore. */
typedef struct loopback_outcome {
  cr_err err;
  cr_errinfo info;
  cr_xresult result; /* the caller frees it */
} loopback_outcome;

/* Explores with `size` ranks at once, rank i with options[i] (their ranks are set here). The
 * models' functions must allow threads. */
void loopback_explore(unsigned size, const cr_xmodel *const *models, const cr_xoptions *options,
                      loopback_outcome *outcomes);

#endif

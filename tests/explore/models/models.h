/* models.h - textbook models with published counts, for the explorer's tests.
 *
 * Each function returns a model over a fixed number of components. Sizes are borrowed and must live
 * as long as the model. Every file names the algorithm's source; the counts are pinned in
 * test_textbook.c.
 */
#ifndef CLUSRACE_TESTS_EXPLORE_MODELS_H
#define CLUSRACE_TESTS_EXPLORE_MODELS_H

#include "clusrace/explore.h"

/* The most components (processes, discs, ...) any of these models takes. */
enum { MODEL_N_MAX = 12 };

/* n: components; option: a further size or variant, where a model says so. */
typedef struct model_size {
  uint32_t n, option;
} model_size;

/* The option of these is whether the model is a quotient by symmetry: see symmetry.h. */
cr_xmodel model_n_peterson(model_size *size); /* n processes, 2.. */
cr_xmodel model_2_peterson(model_size *size); /* n is 2 */
cr_xmodel model_two_phase(model_size *size);  /* n resource managers */
cr_xmodel model_mcslock1(model_size *size);   /* n processes, 2.. */
cr_xmodel model_mcslock2(model_size *size);   /* n processes, 2.. */

cr_xmodel model_philosophers(model_size *size);
cr_xmodel model_chang_roberts(model_size *size);
cr_xmodel model_ewd840(model_size *size);
cr_xmodel model_dekker(model_size *size);        /* n is 2 */
cr_xmodel model_lamport_mutex(model_size *size); /* n processes; option: the last clock value */
cr_xmodel model_coffee_can(model_size *size);    /* option: the most beans */
cr_xmodel model_token_ring(model_size *size);    /* option: values of a counter */
cr_xmodel model_hanoi(model_size *size);         /* n discs */
cr_xmodel model_puzzle(model_size *size);        /* n is 3: a board of 3 x 3 */
cr_xmodel model_cube(model_size *size);          /* option 1: half turns are moves as well */

#endif

/* random_product.h - random products of components, with a model state by state that is the same.
 */
#ifndef CLUSRACE_TESTS_EXPLORE_RANDOM_PRODUCT_H
#define CLUSRACE_TESTS_EXPLORE_RANDOM_PRODUCT_H

#include "clusrace/explore.h"

enum {
  COMPONENTS_MAX = 40,
  GROUPS_MAX = 12,
  ROWS = 3,
  PARTS = 4,
  STRIDE = 3,
  WHOLE = COMPONENTS_MAX * STRIDE
};

/* A model whose state is a byte a component, at its own place among bytes that never change. What a
 * transition does depends on a digest of what its group touches. */
typedef struct product {
  uint64_t seed;
  unsigned components, groups;
  uint32_t values[COMPONENTS_MAX]; /* how many a component has */
  cr_xspan span[2 * COMPONENTS_MAX];
  cr_xgroup group[GROUPS_MAX];
  uint64_t reads_more[GROUPS_MAX]; /* undeclared */
  uint64_t parts[PARTS];           /* of the invariant */
  uint64_t parts_read_more;        /* undeclared */
  bool calm;                       /* nothing is violated */
  cr_xproduct face;
} product;

/* Many components, few states in common; or few components with so many values each. */
product product_random(cr_rng *rng);
product product_small(cr_rng *rng, unsigned components, unsigned values);
/* The model of a product, which it borrows. */
cr_xmodel product_model(product *p);

#endif

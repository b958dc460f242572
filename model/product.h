/* product.h - the world as a product of components, for the explorer. Private to model/. */
#ifndef CR_MODEL_PRODUCT_H
#define CR_MODEL_PRODUCT_H

#include "clusrace/explore.h"
#include "world_private.h"

/* The product of a model whose action table is built, or the finer one (product.c); NULL when it
 * has none. */
cr__product *cr__product_new(const cr_model *model, bool finer);
void cr__product_free(cr__product *product);
/* As the explorer wants it; its ctx is the model. NULL for NULL. */
const cr_xproduct *cr__product_face(const cr__product *product);

#endif

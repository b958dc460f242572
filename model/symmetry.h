/* symmetry.h - which actors of a scenario are alike, for the explorer. Private to model/. */
#ifndef CR_MODEL_SYMMETRY_H
#define CR_MODEL_SYMMETRY_H

#include "world_private.h"

/* Can two actors of the model change places at all? Not if it has parts: these may know an actor by
 * its number. */
bool cr__symmetry_has(const cr_model *model);

/* Brings a world to the representative of those that are the same but for which of several alike
 * programs and resources is which. For a model that has a symmetry. */
void cr__symmetry_canonical(const cr_model *model, cr_world *world);

#endif

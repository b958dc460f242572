/* mutant.c - the table of named deviations; see clusrace/mutant.h. */
#include "clusrace/mutant.h"

#include <string.h>

static const cr_mutant_row rows[CR_MUTANT_COUNT] = {
#define MUTANT(ID, name, side, clause, scenario, text) \
  [CR_MUTANT_##ID] = {name, CR_MUTANT_SIDE_##side, clause, scenario, text},
#include "clusrace/mutants.def"
#undef MUTANT
};

const cr_mutant_row *cr_mutant_row_of(uint32_t mutant) {
  CR_ASSERT(mutant > CR_MUTANT_NONE && mutant < CR_MUTANT_COUNT);
  return &rows[mutant];
}

const char *cr_mutant_side_name(cr_mutant_side side) {
  static const char *const names[] = {"", "dll", "monitor", "volume", "cluster", "pnp"};
  CR_ASSERT((unsigned)side < CR_ARRAY_LEN(names));
  return names[side];
}

cr_mutant cr_mutant_by_name(const char *name) {
  for (uint32_t i = 1; i < CR_MUTANT_COUNT; i++)
    if (strcmp(rows[i].name, name) == 0) return (cr_mutant)i;
  return CR_MUTANT_NONE;
}

/* mutant.h - the named deviations that the contract must catch (mutants.def). */
#ifndef CLUSRACE_MUTANT_H
#define CLUSRACE_MUTANT_H

#include "clusrace/base.h"

typedef enum cr_mutant {
  CR_MUTANT_NONE = 0,
#define MUTANT(ID, name, side, clause, scenario, text) CR_MUTANT_##ID,
#include "clusrace/mutants.def"
#undef MUTANT
  CR_MUTANT_COUNT
} cr_mutant;

typedef enum cr_mutant_side {
  CR_MUTANT_SIDE_DLL = 1,
  CR_MUTANT_SIDE_MONITOR,
  CR_MUTANT_SIDE_VOLUME,
  CR_MUTANT_SIDE_CLUSTER,
  CR_MUTANT_SIDE_PNP
} cr_mutant_side;

typedef struct cr_mutant_row {
  const char *name;
  cr_mutant_side side;
  const char *clause;   /* id of the clause that must catch it */
  const char *scenario; /* a shipped one in which it is caught */
  const char *text;
} cr_mutant_row;

/* "dll", "monitor", ... Static storage. */
const char *cr_mutant_side_name(cr_mutant_side side);

/* Row of a mutant, 1..CR_MUTANT_COUNT - 1. Static storage. */
const cr_mutant_row *cr_mutant_row_of(uint32_t mutant);
/* Mutant of that name, or CR_MUTANT_NONE. */
cr_mutant cr_mutant_by_name(const char *name);

#endif

/* minimise_private.h - what the two halves of minimising share. Private to model/. */
#ifndef CR_MODEL_MINIMISE_PRIVATE_H
#define CR_MODEL_MINIMISE_PRIVATE_H

#include "world_private.h"

/* What is to be shown again: a clause, or a deadlock. */
typedef struct cr__target {
  cr_verdict_kind kind; /* VIOLATES or DEADLOCK */
  cr_clause clause;
} cr__target;

/* Has a step that violated `clause` (or CR_CLAUSE_COUNT) and led to world reached the target? */
bool cr__target_reached(const cr_model *model, const cr__target *target, const cr_world *world,
                        cr_clause clause);

/* Actions by number. */
typedef struct cr__alphabet {
  bool has[CR_ACTIONS_MAX];
} cr__alphabet;

/* The shortest way to the target that takes actions of the alphabet only, of these the one with the
 * least sequence of actions; at most *steps long. Fills actions (room for *steps) and *steps. False
 * when there is none or states_max states were not enough. *states: how many were visited. */
bool cr__shortest_way(const cr_model *model, const cr__target *target, const cr__alphabet *alphabet,
                      uint64_t states_max, cr_action *actions, size_t *steps, uint64_t *states);

#endif

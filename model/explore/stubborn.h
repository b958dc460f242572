/* stubborn.h - which transition groups of a product need to be taken in a state (private to the
 * explorer).
 *
 * Stubborn sets (Valmari, "Stubborn sets for reduced state space generation", 1989; Godefroid,
 * "Partial-Order Methods for the Verification of Concurrent Systems", 1996), of groups. A set is
 * stubborn in a state when
 *   - with a group that has a transition there, it holds all groups that depend on that one: one
 *     writes what the other touches, and it is not just a supply from which both take;
 *   - with a group that has none, it holds all groups that write one of the components that keep
 *     it from having any;
 *   - some group of it that has a transition is a key: those that share a supply with it are in the
 *     set as well.
 * So in any sequence the first transition of the set may as well come first (who takes from a
 * supply earlier leaves enough: in the end as much is taken), and whatever the groups outside do,
 * alone, a key's transitions stay, and change nothing for them. From that follows:
 *   deadlocks   the reduced walk meets the very same deadlocks. Groups that are asked only where no
 *               other has a transition (otherwise) are taken in these states as ever.
 *   violations  a violation depends on what its group touches, like the transition itself, so
 *               moving others that are independent to before or after it changes nothing. Every
 *               transition that is taken is judged. A sequence that ends in a violation loses its
 *               first transition of the set to the step that the walk takes, or, if it has none,
 *               stays possible after any step of a key. That it is not put off for ever (the
 *               ignoring problem) is seen to by whoever takes the set: some target of a key is to
 *               be expanded later than the state itself, in the order of the numbers, which ends,
 *               or has been expanded with all its transitions
 *               (Bosnacki and Holzmann, "Improving Spin's Partial-Order Reduction for Breadth-First
 *               Search", 2005, call this a queue proviso). Else all groups are taken.
 *   invariants  of states are not kept, nor is liveness; both are refused.
 *
 * A component that is frozen, because its value changes no more from here on, makes nobody depend
 * on anybody.
 */
#ifndef CLUSRACE_EXPLORE_STUBBORN_H
#define CLUSRACE_EXPLORE_STUBBORN_H

#include "clusrace/explore.h"

enum { CR__XGROUP_WORDS = CR_XREDUCED_GROUPS_MAX / 64, CR__XSTUBBORN_SETS = 16 };

/* A set of groups. */
typedef struct cr__xgroups {
  uint64_t bits[CR__XGROUP_WORDS];
} cr__xgroups;

static inline bool cr__xgroups_has(const cr__xgroups *set, unsigned group) {
  return (set->bits[group / 64] >> group % 64 & 1) != 0;
}
static inline void cr__xgroups_add(cr__xgroups *set, unsigned group) {
  set->bits[group / 64] |= UINT64_C(1) << group % 64;
}

/* For one worker: remembers who depends on whom. Borrows the product, which has at most
 * CR_XREDUCED_GROUPS_MAX groups. The caller frees it; NULL is allowed. */
typedef struct cr__xstubborn cr__xstubborn;
cr__xstubborn *cr__xstubborn_new(const cr_xproduct *product);
void cr__xstubborn_free(cr__xstubborn *stubborn);

/* A state, as far as it matters. */
typedef struct cr__xsituation {
  uint64_t frozen;       /* components */
  cr__xgroups enabled;   /* the groups that have a transition, otherwise aside */
  const uint32_t *count; /* how many, by group */
  /* Components of which one has to change before a group that has no transition gets one. */
  uint64_t (*closed)(void *arg, unsigned group);
  void *arg;
} cr__xsituation;

/* The enabled groups of a stubborn set, and the keys among them. */
typedef struct cr__xset {
  cr__xgroups groups, keys;
} cr__xset;

/* Sets that do not hold all enabled groups, the fewest transitions first. Returns how many there
 * are: 0, nothing can be left out. A function of the situation only. */
unsigned cr__xstubborn_sets(cr__xstubborn *stubborn, const cr__xsituation *situation,
                            cr__xset sets[CR__XSTUBBORN_SETS]);

#endif

/* round.h - one round of several processes (private to the explorer; see ranks.h). */
#ifndef CLUSRACE_EXPLORE_ROUND_H
#define CLUSRACE_EXPLORE_ROUND_H

#include "ranks.h"
#include "space.h"

/* What a process finds; a state is known to all by its owner and its number there. Sent as it is.
 */
typedef struct cr__xfound {
  uint64_t source;   /* as in findings.h, but numbered over all processes */
  uint32_t position; /* the same */
  uint32_t kind, violation, label;
  uint32_t owner, state;
} cr__xfound;

typedef struct cr__xfounds {
  cr__xfound *list;
  size_t count, cap;
} cr__xfounds;

void cr__xfounds_add(cr__xfounds *to, const cr__xfound *found);
/* Unless one of its kind and number is there. */
void cr__xfounds_add_first(cr__xfounds *to, const cr__xfound *found);

/* Numbers over all processes of the states of a level that this one owns, ascending. The first is
 * that of state number `first` of the store. */
typedef struct cr__xlevel {
  uint64_t *number;
  uint32_t first, count, cap;
} cr__xlevel;

/* Transitions by label. */
typedef struct cr__xtally {
  uint64_t *count;
  size_t len, cap;
} cr__xtally;

typedef struct cr__xround cr__xround;

/* What the processes know together, and this one of its own. */
typedef struct cr__xshare {
  const cr_xranks *ranks;
  cr__xspace *space;
  cr__xstore store;
  uint16_t *owner; /* of each state's parent, whose number the store has */
  uint32_t owner_cap;
  bool deadlocks;      /* are they looked for as findings? */
  uint64_t states_max; /* of all processes */
  uint64_t total;      /* states of all processes so far */
  cr__xlevel now, then;
  uint32_t taken;    /* states of `now` that were expanded */
  cr__xfounds found; /* by this process in this level */
  cr__xtally labels;
  uint64_t transitions, deadlocked; /* of this process */
  cr_xtraffic traffic;              /* of this process */
  cr__xround *round;
} cr__xshare;

typedef enum cr__xround_end {
  CR__XROUND_DONE = 1,
  CR__XROUND_MAX_STATES, /* done, but what was one too many is left out */
  CR__XROUND_MAX_MEMORY  /* what was new is left out, or nothing was expanded */
} cr__xround_end;

/* Borrows share, which has ranks, space and store. */
cr__xround *cr__xround_new(cr__xshare *share, bool small);
void cr__xround_free(cr__xround *round, cr__xshare *share);

/* Expands the states with the numbers first .. *end - 1, or fewer (*end says), on all processes,
 * and raises total. */
cr__xround_end cr__xround_run(cr__xshare *share, uint64_t first, uint64_t *end);

/* Adds the initial states from *index on, a round of them; *index becomes that of the next one,
 * *more tells whether there may be any. */
cr__xround_end cr__xround_initial(cr__xshare *share, uint32_t *index, bool *more);

#endif

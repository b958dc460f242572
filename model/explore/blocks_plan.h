/* blocks_plan.h - what transition groups, and parts of an invariant, do to whole blocks (private to
 * the explorer).
 *
 * A cut says which components are inside of blocks: of a narrow key, the bits of their values are
 * mapped to a local number, the others are the block's key. An effect is what one group does in all
 * blocks that agree in what it touches outside. For a group that touches nothing inside, it is the
 * same for every state of the block: it moves whole bitmaps. Else it is split by local number, and
 * a number is looked at when the first state with it comes: by running the group as for any state,
 * checks of its declaration included (space.h).
 *
 * Threads      a plan belongs to one worker; a cut is shared, only its local numbers change.
 */
#ifndef CLUSRACE_EXPLORE_BLOCKS_PLAN_H
#define CLUSRACE_EXPLORE_BLOCKS_PLAN_H

#include "space_private.h"

enum { CR__XLOCALS_MAX = 1024, CR__XLOCAL_SLOTS = 4 * CR__XLOCALS_MAX };

/* The values of the components inside, by local number. */
typedef struct cr__xlocals {
  uint64_t bits[CR__XLOCALS_MAX]; /* in a key */
  uint16_t slots[CR__XLOCAL_SLOTS];
  unsigned count;
  bool crowded; /* there are more than can be numbered */
  cr__xlock *lock;
} cr__xlocals;

typedef struct cr__xcut {
  cr__xspace *space;
  uint64_t inside; /* components, by bit */
  uint64_t mask;   /* their bits in a key */
  unsigned words;  /* of bitmaps */
  cr__xlocals locals;
} cr__xcut;

/* One transition: to which of the effect's targets, and to which local number there. */
typedef struct cr__xstep {
  uint16_t target, local;
  uint32_t label;
} cr__xstep;

/* The steps of a local number. */
typedef struct cr__xsteps {
  uint32_t first, count;
} cr__xsteps;

typedef struct cr__xeffect {
  bool blind;           /* the same for all local numbers; then it is kept for number 0 */
  bool empty;           /* blind, and without a step */
  bool whole;           /* blind, and known */
  uint64_t mask;        /* key bits outside that the group touches */
  uint64_t *known;      /* bitmaps: local numbers that were looked at, */
  uint64_t *any, *bad;  /* that have a transition, and that have one with a violation */
  uint64_t *target;     /* the key bits of the mask there; the first is where it comes from */
  uint32_t targets_count, targets_cap;
  cr__xsteps *of;       /* by local number */
  cr__xstep *steps;
  uint32_t steps_count, steps_cap;
  uint32_t *fired;      /* by local number: in how many states since the last harvest */
} cr__xeffect;

typedef struct cr__xeffect_slot {
  uint64_t key;
  cr__xeffect *effect; /* NULL: empty */
} cr__xeffect_slot;

/* The effects of a group, or of a part of the invariant, by the key bits outside that it touches.
 */
typedef struct cr__xeffect_map {
  uint64_t mask;
  bool blind;
  cr__xeffect_slot *slots;
  uint32_t cap, count;
} cr__xeffect_map;

typedef struct cr__xplan {
  cr__xcut *cut;
  unsigned worker;      /* of the space */
  cr__xeffect_map *map; /* one a group, then one a part of the invariant */
  size_t bytes;
} cr__xplan;

/* ---- cuts ------------------------------------------------------------------------------------ */

/* Cuts the space, whose keys are narrow, by these components. The caller frees it. */
void cr__xcut_init(cr__xcut *cut, cr__xspace *space, uint64_t inside);
void cr__xcut_free(cr__xcut *cut);
/* The local number of a key; a new one if its values are new. May set locals.crowded. */
unsigned cr__xlocal_number(cr__xcut *cut, uint64_t key);
/* After a change of the form of keys: what was under a key is now under convert's. */
void cr__xcut_convert(cr__xcut *cut, uint64_t (*convert)(void *arg, uint64_t key), void *arg);

/* ---- plans ----------------------------------------------------------------------------------- */

void cr__xplan_init(cr__xplan *plan, cr__xcut *cut, unsigned worker);
void cr__xplan_free(cr__xplan *plan);
/* Forgets all effects, and learns the form of keys again. What was not harvested is lost. */
void cr__xplan_clear(cr__xplan *plan);
/* Adds to a result how often transitions were taken since the last time. */
void cr__xplan_harvest(cr__xplan *plan, cr_xresult *result);

/* The effect of a group in the block of a key, looked at for these states. When the space or the
 * locals are crowded afterwards, it is of no use. */
cr__xeffect *cr__xplan_effect(cr__xplan *plan, unsigned group, uint64_t key,
                              const uint64_t *states);
/* The same for a part of the invariant: only known and bad. */
cr__xeffect *cr__xplan_verdict(cr__xplan *plan, unsigned part, uint64_t key,
                               const uint64_t *states);

#endif

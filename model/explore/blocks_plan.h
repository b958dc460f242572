/* blocks_plan.h - what transition groups, and parts of an invariant, do to whole blocks (private to
 * the explorer).
 *
 * A cut says which components are inside of blocks: of a narrow key, the bits of their values are
 * mapped to a local number, the others are the block's key. Groups are put into families: one's
 * effect is the same in all blocks that agree in what its groups touch outside. A family of groups
 * that touch nothing inside moves whole bitmaps: its effects are the same for every state, and
 * equal ones are kept once, as changes of keys. Else an effect is split by local number, and a
 * number is looked at when the first state with it comes, by running the groups as for any state,
 * checks of their declarations included (space.h). Parts of the invariant go with the families.
 *
 * Threads      a plan belongs to one worker; a cut is shared, only its local numbers change.
 */
#ifndef CLUSRACE_EXPLORE_BLOCKS_PLAN_H
#define CLUSRACE_EXPLORE_BLOCKS_PLAN_H

#include "blocks_table.h"
#include "space_private.h"

enum { CR__XLOCALS_MAX = CR__XBLOCK_WORDS_MAX * 64, CR__XLOCAL_SLOTS = 4 * CR__XLOCALS_MAX };

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
  uint64_t inside, near; /* components, by bit; the near ones do not tell a segment */
  uint64_t mask;         /* bits in a key of those inside */
  uint64_t far;          /* and of those neither inside nor near */
  unsigned words;        /* of bitmaps */
  cr__xlocals locals;
} cr__xcut;

/* One transition of a local number: to which of the effect's targets, and which local number there.
 */
typedef struct cr__xstep {
  uint16_t target, local;
  uint32_t label;
} cr__xstep;

/* The steps of a local number. */
typedef struct cr__xsteps {
  uint32_t first, count;
} cr__xsteps;

/* A transition that leaves what is inside as it is, for some local numbers. */
typedef struct cr__xmove {
  uint16_t target;
  uint32_t label, fired;
  uint64_t states[CR__XBLOCK_WORDS_MAX];
} cr__xmove;

typedef struct cr__xeffect {
  bool blind;       /* the same for all local numbers */
  bool broken;      /* blind, and something is violated */
  uint32_t fired;   /* blind: in how many states since the last harvest */
  uint64_t *change; /* target keys, by the bits that differ; the first is 0, the block itself */
  uint32_t changes_count, changes_cap;
  uint32_t *labels; /* blind: of all transitions */
  uint32_t labels_count, labels_cap;
  /* Split: bitmaps of local numbers that were looked at, that have a transition, that have a step,
   * that violate something. */
  uint64_t known[CR__XBLOCK_WORDS_MAX], any[CR__XBLOCK_WORDS_MAX], stepping[CR__XBLOCK_WORDS_MAX],
      bad[CR__XBLOCK_WORDS_MAX];
  cr__xmove *moves;
  uint32_t moves_count, moves_cap;
  cr__xsteps *of; /* by local number */
  uint32_t *fired_by;
  cr__xstep *steps;
  uint32_t steps_count, steps_cap;
} cr__xeffect;

/* Groups and parts whose effects are found by the same key bits outside. */
typedef struct cr__xfamily {
  bool blind;
  uint64_t touches, mask; /* components, and their key bits outside */
  uint64_t parts;         /* of the invariant, by bit */
  unsigned *groups;
  unsigned groups_count;
} cr__xfamily;

/* Numbers of effects by key; 0: empty. */
typedef struct cr__xeffect_map {
  struct cr__xeffect_slot *slots;
  uint32_t cap, count;
} cr__xeffect_map;

typedef struct cr__xplan {
  cr__xcut *cut;
  unsigned worker; /* of the space */
  cr__xfamily *families;
  unsigned families_count;
  cr__xeffect_map *map;  /* one a family */
  cr__xeffect **effects; /* by number; number 0 is none */
  uint32_t effects_count, effects_cap;
  cr__xeffect_map interned; /* blind ones by digest */
  size_t bytes;
} cr__xplan;

/* ---- cuts ------------------------------------------------------------------------------------ */

/* Cuts the space, whose keys are narrow, by these components. The caller frees it. */
void cr__xcut_init(cr__xcut *cut, cr__xspace *space, uint64_t inside, uint64_t near);
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

/* The number of the effect of a family in the block of a key; a new one, if it is split, or what
 * there is of it, knows nothing yet. When the space is crowded afterwards, it is of no use. */
uint32_t cr__xplan_effect(cr__xplan *plan, unsigned family, uint64_t key, const uint64_t *states);
/* Looks at a split effect for these states, of which some are not known. When the space or the
 * locals are crowded afterwards, it is of no use. */
void cr__xplan_learn(cr__xplan *plan, unsigned family, cr__xeffect *effect, uint64_t key,
                     const uint64_t *states);

#endif

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

enum { CR__XEFFECT_EMPTY = 1 };
/* Transitions, and targets, that an effect has room for; with more there are no blocks. */
enum { CR__XEFFECT_MOST = 1 << 10 };
enum { CR__XLOCALS_MAX = CR__XBLOCK_WORDS_MAX * 64, CR__XLOCAL_SLOTS = 4 * CR__XLOCALS_MAX };

/* The values of the components inside, by local number. */
typedef struct cr__xlocals {
  uint64_t bits[CR__XLOCALS_MAX]; /* in a key */
  uint16_t slots[CR__XLOCAL_SLOTS];
  atomic_uint count;
  atomic_bool crowded; /* there are more than can be numbered */
  cr__xlock *lock;     /* of the numbers; what count says is known without it */
} cr__xlocals;

typedef struct cr__xcut {
  cr__xspace *space;
  uint64_t inside, near; /* components, by bit; the near ones do not tell a segment */
  uint64_t mask;         /* bits in a key of those inside */
  uint64_t far;          /* and of those neither inside nor near */
  unsigned words;        /* of bitmaps */
  cr__xlocals locals;
  atomic_bool outgrown; /* some effect has no room: there can be no blocks */
} cr__xcut;

/* One transition of a local number, as it is done: the bit of the target's local number, in which
 * of the bitmaps' words it is (target number * words + word) << 6, and whether it is the last one.
 */
enum { CR__XSTEP_AT_SHIFT = 6 };
#define CR__XSTEP_LAST (UINT32_C(1) << 31)

/* The steps of a local number: where they begin, and their labels together. */
typedef struct cr__xsteps {
  uint32_t first, tally;
} cr__xsteps;

/* A transition that leaves what is inside as it is, for some local numbers. */
typedef struct cr__xmove {
  uint16_t target;
  uint32_t tally;
  uint64_t states[CR__XBLOCK_WORDS_MAX];
} cr__xmove;

/* Of 64 local numbers, by bit: which were looked at, and violate nothing, too; which have a
 * transition, and a step. */
typedef struct cr__xtraits {
  uint64_t known, fine, any, stepping;
} cr__xtraits;

/* An effect by local number. */
typedef struct cr__xsplit {
  cr__xtraits traits[CR__XBLOCK_WORDS_MAX];
  cr__xmove *moves;
  uint32_t moves_count, steps_count;
  cr__xsteps *of; /* by local number; NULL: none has a step */
  uint32_t *steps;
} cr__xsplit;

/* Small, as many are at work at the same time. */
typedef struct cr__xeffect {
  uint64_t *change;  /* target keys, by the bits that differ; the first is 0, the block itself */
  cr__xsplit *split; /* NULL: blind, the same for all local numbers */
  uint32_t *labels;  /* blind: of all transitions */
  uint64_t fired;    /* blind: in how many states since the last harvest */
  uint16_t changes_count, labels_count;
  bool broken; /* blind, and something is violated */
} cr__xeffect;

/* How often transitions with these labels were taken, each of them, since the last harvest. */
typedef struct cr__xtally {
  uint32_t *labels;
  uint32_t count;
} cr__xtally;

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

/* Steps with their labels, while they are being found. */
typedef struct cr__xsteplist {
  uint32_t *steps, *labels;
  uint32_t count, cap;
} cr__xsteplist;

typedef struct cr__xplan {
  cr__xcut *cut;
  unsigned worker; /* of the space */
  cr__xfamily *families;
  unsigned families_count, blind_count; /* the blind ones are first */
  cr__xeffect_map *map;                 /* one a family */
  cr__xeffect *effects; /* by number; number 0 is none, CR__XEFFECT_EMPTY does nothing */
  uint32_t effects_count;
  cr__xeffect_map interned; /* blind ones by digest */
  cr__xtally *tallies;
  uint64_t *fired; /* by tally */
  uint32_t tallies_count;
  cr__xeffect_map tallied; /* by digest */
  cr__xsteplist list;      /* of the local number that is being looked at */
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

/* The number of the effect of a family in the block of a key, of which states has some; a new one,
 * if it is split, or what there is of it, knows nothing yet. When the space is crowded or the cut
 * outgrown afterwards, it is of no use. Effects may have moved then. */
uint32_t cr__xplan_effect(cr__xplan *plan, unsigned family, uint64_t key, const uint64_t *states);
/* Fetches what is needed to find it. */
void cr__xplan_fetch(const cr__xplan *plan, unsigned family, uint64_t key);
/* Looks at a split effect for these states, of which some are not known. When the space or the
 * locals are crowded, or the cut is outgrown, afterwards, it is of no use. */
void cr__xplan_learn(cr__xplan *plan, unsigned family, uint32_t effect, uint64_t key,
                     const uint64_t *states);

/* ---- effects (blocks_effects.c) -------------------------------------------------------------- */

/* Room for one more element behind count others, when arrays grow by this alone. */
void *cr__xplan_more(cr__xplan *plan, void *array, uint32_t count, size_t each);
uint32_t cr__xeffect_split(cr__xplan *plan);
/* What holds for one state of the block holds for all. */
uint32_t cr__xeffect_blind(cr__xplan *plan, const cr__xfamily *family, uint64_t state);
void cr__xeffects_free(cr__xplan *plan);
void cr__xtallies_free(cr__xplan *plan);
uint32_t cr__xmap_find(const cr__xeffect_map *map, uint64_t key); /* 0: none */
void cr__xmap_fetch(const cr__xeffect_map *map, uint64_t key);
void cr__xmap_add(cr__xplan *plan, cr__xeffect_map *map, uint64_t key, uint32_t effect);
void cr__xmap_clear(cr__xeffect_map *map);

#endif

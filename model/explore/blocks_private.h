/* blocks_private.h - what the files of the walk by blocks share (private to them).
 *
 * blocks.c does the levels; blocks_look.c and blocks_expand.c the two things that are done to a
 * block; blocks_begin.c begins, ends, and goes over to another form of keys.
 */
#ifndef CLUSRACE_EXPLORE_BLOCKS_PRIVATE_H
#define CLUSRACE_EXPLORE_BLOCKS_PRIVATE_H

#include "blocks.h"
#include "blocks_plan.h"
#include "blocks_table.h"

enum {
  CR__XBLOCKS_BATCH = 64,  /* blocks that are fetched together */
  CR__XBLOCKS_PENDING = 32 /* additions; a power of two */
};

/* An effect that is to be done to a block, and the family that it is of. */
typedef struct cr__xdeed {
  uint32_t effect, family;
} cr__xdeed;

/* A block whose turn it is. */
typedef struct cr__xpiece {
  uint64_t *block;
  const uint64_t *row; /* its states of the level */
  uint32_t place;
} cr__xpiece;

/* States that are to be added to a block, when what is needed is at hand. */
typedef struct cr__xaddition {
  uint64_t *block;      /* NULL: it has to be looked for */
  const uint64_t *row;  /* the states */
  const uint64_t *from; /* the block from which a transition leads there */
  uint32_t place;
  uint32_t link; /* in the segment's pool, to remember it; 0: none */
} cr__xaddition;

/* What only some additions have: the block's key, and a row. */
typedef struct cr__xapart {
  uint64_t key;
  uint64_t row[2 + CR__XBLOCK_WORDS_MAX];
} cr__xapart;

/* A transition of a state for which no group had one but one that is asked otherwise. */
typedef struct cr__xsingle {
  uint64_t *block; /* the state's */
  uint64_t key;
  uint32_t label, local;
} cr__xsingle;

/* Owns the segments whose number is its own when divided by the number of workers. */
typedef struct cr__xblocks_worker {
  unsigned number;
  cr__xplan plan;
  unsigned segment; /* where its next batch begins, */
  size_t position;  /* in words of the segment's rows, */
  size_t end;       /* and where this one ends */
  cr__xpiece *pieces;
  uint32_t pieces_count;
  uint32_t *numbers; /* of effects, by family */
  cr__xdeed *deeds;  /* of a block */
  uint32_t deeds_count;
  bool learned;             /* something with that block, so that there may be a reason to meet */
  cr__xaddition *pending;   /* a ring of additions, */
  cr__xapart *apart;        /* and what belongs to them, */
  uint32_t asked, added_to; /* whose ends these are */
  cr__xsingle *singles;
  uint32_t singles_count, singles_cap;
  uint32_t *labels; /* of singles that were expanded */
  uint32_t labels_count, labels_cap;
  uint64_t deadlocks, expanded, added;
  uint32_t since_check;
  uint64_t *out; /* bitmaps of targets; 0 when no block is being done */
  uint32_t out_cap;
  uint16_t *target_of;     /* by word of these bitmaps */
  size_t aside, aside_max; /* words in rows */
  size_t accounted;        /* of the plan's bytes, in the table's account */
  bool done;               /* with the level */
  cr__xblock_rows rows[CR__XBLOCK_SEGMENTS];
} cr__xblocks_worker;

typedef struct cr__xblocks {
  const cr__xblocks_run *run;
  cr__xcut cut;
  cr__xblocks_table table;
  cr__xblocks_worker *worker;
  unsigned workers;
  uint32_t depth;
  uint64_t frontier; /* states of the level that are not yet expanded */
  uint64_t since_progress;
  uint64_t segment_added[CR__XBLOCK_SEGMENTS];
  atomic_bool finding, full;
  size_t accounted; /* bytes, in the store's account */
  cr_xstop stop;
  bool last; /* the level's states are judged, but not expanded */
  bool declined;
} cr__xblocks;

/* States of a block, without the words in which there are none: a row, decoded. */
typedef struct cr__xsome {
  unsigned words; /* how many */
  uint8_t at[CR__XBLOCK_WORDS_MAX];
  const uint64_t *bits;
} cr__xsome;

static inline void cr__xsome_row(cr__xsome *to, const uint64_t *row) {
  to->words = 0;
  to->bits = row + 2;
  for (uint64_t which = (uint32_t)row[1]; which != 0; which &= which - 1)
    to->at[to->words++] = (uint8_t)cr__xfirst_bit(which);
}

/* There are values for which keys or bitmaps have no room, or an effect has none. */
static inline bool cr__xblocks_crowded(const cr__xblocks *x) {
  const cr__xlocals *l = &x->cut.locals;
  return cr__xspace_crowded(x->run->space) ||
         atomic_load_explicit(&x->cut.outgrown, memory_order_relaxed) ||
         atomic_load_explicit(&l->crowded, memory_order_relaxed) ||
         atomic_load_explicit(&l->count, memory_order_relaxed) > x->cut.words * 64;
}

static inline void *cr__xblocks_grown(void *array, uint32_t *cap, uint32_t wanted, size_t each) {
  if (wanted <= *cap) return array;
  while (*cap < wanted) *cap = *cap == 0 ? 64 : *cap * 2;
  return cr_realloc(array, *cap * each);
}

/* Finds the effects of a block, learns what is new, and judges its states. */
void cr__xblocks_look(cr__xblocks *x, cr__xblocks_worker *w, const cr__xpiece *piece,
                      const cr__xsome *now);
/* Does the effects: additions to the worker's own blocks are made soon, others are put aside. */
void cr__xblocks_expand(cr__xblocks *x, cr__xblocks_worker *w, const cr__xpiece *piece,
                        const cr__xsome *now);
/* Makes all additions that are not yet made. */
void cr__xblocks_settle(cr__xblocks *x, cr__xblocks_worker *w);

/* False: it cannot be. cr__xblocks_end is due in any case. */
bool cr__xblocks_begin(cr__xblocks *x, const cr__xblocks_shape *shape);
void cr__xblocks_end(cr__xblocks *x);
/* Makes room for what did not fit. The level goes on with whatever has a frontier. */
void cr__xblocks_widen(cr__xblocks *x);
/* Forgets what is planned; the blocks' marks are then of no use. */
void cr__xblocks_plans_clear(cr__xblocks *x);
void cr__xblocks_harvest(cr__xblocks *x);
/* The level's lists are gone through from their beginning. */
void cr__xblocks_rewind(cr__xblocks *x);
/* The worker's plan becomes part of the table's account; if it does not fit, the walk is full. */
void cr__xblocks_account_plan(cr__xblocks *x, cr__xblocks_worker *w);
/* The table's account becomes part of the store's. */
void cr__xblocks_account(cr__xblocks *x);

#endif

/* batch_private.h - what the parts of a batch share (private to batch*.c; for all others, batch.h).
 *
 * batch.c        tasks, their sharing out, room, final numbers, findings
 * batch_table.c  targets and candidates for a wide store or a lean set
 * batch_words.c  targets and claims for a narrow store
 */
#ifndef CLUSRACE_EXPLORE_BATCH_PRIVATE_H
#define CLUSRACE_EXPLORE_BATCH_PRIVATE_H

#include "batch.h"
#include "lean.h"

/* A batch of many states keeps the threads busy between its meetings; one of few keeps the
 * candidates in the second cache. A queue of more targets than QUEUE gains nothing. */
enum {
  TASK_STATES = 256,
  TASKS_MAX = 64,
  BATCH_STATES = CR__XBATCH_STATES,
  BATCH_STATES_MIN = 64,
  QUEUE = 64,
  DUE = 256,
  HAD = 16384
};
_Static_assert((int)BATCH_STATES == (int)TASK_STATES * (int)TASKS_MAX, "one batch, all tasks");
_Static_assert((int)TASKS_MAX == 1 << CR__XCLAIM_TASK_BITS, "a claim's place names its task");

/* A target that the store did not know when the batch began. */
typedef struct candidate {
  uint64_t hash;
  uint32_t source, position;
  uint32_t next; /* candidate of the same task and segment, NONE: the last */
  uint32_t slot; /* CR__XNO_SLOT: it is not new after all */
} candidate;

#define NONE UINT32_MAX

typedef struct task {
  uint32_t first, end; /* the states to expand */
  candidate *candidate;
  unsigned char *keys;
  uint32_t count, cap;
  uint32_t base;   /* number of its first candidate in the batch */
  uint32_t number; /* final number of the first that stays */
  uint32_t stay;   /* how many of them do */
  uint32_t head[CR__XSEGMENTS], tail[CR__XSEGMENTS], in_segment[CR__XSEGMENTS];
  uint64_t transitions, deadlocks, reduced;
  cr__xfindings deadlocked, others;
  char apart[128]; /* the next task is another thread's */
} task;

typedef struct target {
  uint64_t hash;
  uint32_t source, position, guess;
  bool named; /* with a lean set: hash is the print */
} target;

/* What a worker has at hand. */
typedef struct lane {
  struct cr__xbatch *batch;
  task *task;
  unsigned worker;
  uint32_t source, position;
  uint64_t *labels; /* transitions by label, in this batch */
  size_t labels_len, labels_cap;
  /* For a narrow store: targets that are due to be looked up. */
  cr__xclaim due[DUE];
  uint16_t open[DUE];
  uint64_t listed[TASK_STATES]; /* of the task's states */
  uint64_t had[HAD];            /* hashes of targets, each in its place */
  uint32_t due_count;
  uint32_t claimed; /* keys new to the table of which the batch was not told yet */
  bool stopped;     /* the table is full: nothing more is claimed */
  /* For others. */
  target queue[QUEUE];
  unsigned char *keys; /* of the queue */
  unsigned queued;
  char apart[128]; /* the next lane is another thread's */
} lane;

struct cr__xbatch {
  cr__xspace *space;
  cr__xstore *store;
  cr__xteam *team;
  bool deadlocks, partial_order;
  uint32_t states_max; /* a batch takes no more; halved when memory is short */
  uint32_t first;      /* the first state of this batch */
  cr__xfull *full;     /* asked for the states before this batch */
  task task[TASKS_MAX];
  cr__xclaims claims[TASKS_MAX]; /* of the tasks */
  uint64_t claims_max;           /* keys new to the table that one batch may claim */
  char apart[128];               /* from what is only read */
  _Atomic uint64_t claimed;      /* that this one has claimed */
  atomic_bool crammed;           /* the table has no room for one of them */
  uint32_t tasks_count;
  lane *lane;
  size_t buffers_bytes; /* accounted for candidates or claims */
  cr__xfindings deadlocked, others;
};

/* How targets are dealt with, by the store. one: expands the state of a key (false: it has no
 * successors); done: the task has no more states. */
typedef struct cr__xbatch_way {
  bool (*one)(cr__xbatch *batch, lane *lane, const unsigned char *key);
  void (*done)(lane *lane);
} cr__xbatch_way;

/* ---- batch.c --------------------------------------------------------------------------------- */

void cr__xlabel_new(lane *l, uint32_t label);

static inline void cr__xlabel_count(lane *l, uint32_t label) {
  if (label < l->labels_len)
    l->labels[label]++;
  else if (label < CR_XLABELS_COUNTED_MAX)
    cr__xlabel_new(l, label);
}

/* A transition with a violation. */
void cr__xviolated(lane *l, uint32_t label, uint32_t position, cr_xviolation violation);

/* For partial order: will the target be expanded later than the state that is being expanded, or
 * has it been expanded in full? */
bool cr__xfresh(const cr_xsink *sink, const void *next);

/* Shares tasks out that have so many things to do in all: waking the others does not pay for few.
 */
void cr__xbatch_share(cr__xbatch *b, uint32_t count, uint32_t tasks, cr__xtask_function *function);

/* What is asked of each new state, after its number was given and its key written. */
static inline void cr__xbatch_judge(cr__xbatch *b, task *t, unsigned worker, uint32_t number,
                                    const void *key, uint32_t source, uint32_t position) {
  cr_xviolation violation = cr__xspace_invariant(b->space, worker, key);
  if (violation == 0) return;
  cr__xfinding found = {CR_XKIND_INVARIANT, violation, number, 0, source, position};
  cr__xfindings_add_first(&t->others, &found);
}

/* ---- batch_table.c --------------------------------------------------------------------------- */

extern const cr__xbatch_way cr__xway_wide, cr__xway_lean;

/* For a lean set: all candidates get their names, in order, as trees grow with them. False when
 * there is no room. */
bool cr__xbatch_name(cr__xbatch *b);
/* Inserts the candidates, so many of them; each task then knows how many of its own stay. */
void cr__xbatch_insert(cr__xbatch *b, uint32_t count);
/* For a lean set: writes down where the first `room` that stay come from; for how many there was
 * room. */
uint32_t cr__xbatch_trail(cr__xbatch *b, uint32_t room);
/* The task gives the first of its candidates that stay their numbers. */
void cr__xsettle_table(cr__xbatch *b, task *t, unsigned worker);

/* ---- batch_words.c --------------------------------------------------------------------------- */

extern const cr__xbatch_way cr__xway_words, cr__xway_listed;

/* Room in the table for a batch of so many states. */
bool cr__xclaims_begin(cr__xbatch *b, uint32_t states);
/* How many states of the batch are new; false when the table was full: all claims are given up, and
 * claims_max has been raised, or there is no room. */
typedef enum cr__xclaims_end {
  CR__XCLAIMS_DONE = 1,
  CR__XCLAIMS_AGAIN,
  CR__XCLAIMS_SHORT
} cr__xclaims_end;
cr__xclaims_end cr__xclaims_finish(cr__xbatch *b, uint32_t *count);
/* The lanes forget which targets they have had: at the beginning, and when keys get another form.
 */
void cr__xclaims_forget(cr__xbatch *b);
/* Gives all claims of the batch up. */
void cr__xclaims_drop(cr__xbatch *b);
/* As the one for a table. */
void cr__xsettle_words(cr__xbatch *b, task *t, unsigned worker);

#endif

/* memo.h - runs of a model that remember what was run before.
 *
 * A fuzzer takes the same steps over and over: of a hundred, ninety-nine lead from a state that it
 * has seen, by an action that it has taken, to where they led before. So states and steps are kept,
 * and only what is new is run and judged. What a run shows is the same with a memo and without one;
 * but code that an engine watches is run only when a step is taken for the first time.
 *
 * A memo is bounded: when it is full it begins anew, and where it was of little use it ends. Both
 * depend on nothing but the steps asked for. It belongs to one thread.
 */
#ifndef CLUSRACE_MEMO_H
#define CLUSRACE_MEMO_H

#include "clusrace/feedback.h"
#include "clusrace/world.h"

enum { CR_MEMO_NOTHING = 0xFFFF /* no step is possible */ };

typedef struct cr_memo cr_memo;

/* What a step did. */
typedef struct cr_memo_step {
  uint32_t next;     /* private */
  uint32_t abstract; /* of the state that it led to (cr_fuzz_abstract) */
  cr_action action;
  uint16_t clause; /* that it violated, or CR_CLAUSE_COUNT */
  bool taken, judged;
  cr_feedback_mark mark;
} cr_memo_step;

/* A moment of a run. All of it is private; it lives until the next one of the memo begins. */
typedef struct cr_memo_moment {
  uint32_t node;
  uint16_t depth;     /* steps taken */
  uint16_t preferred; /* what was asked for last */
  bool here;          /* world is that of the node */
  cr_world world;
  cr_memo_step last;
  cr_actions enabled;
} cr_memo_moment;

/* The model is borrowed. remember: whether anything is to be remembered at all. The caller frees it
 * with cr_memo_free. */
cr_memo *cr_memo_new(const cr_model *model, bool remember);
void cr_memo_free(cr_memo *memo);
const cr_model *cr_memo_model(const cr_memo *memo);

/* The beginning of a run. */
void cr_memo_begin(cr_memo *memo, cr_memo_moment *moment);
/* The number of the step that a preferred action means (cr_world_prefer), to be given to
 * cr_memo_take; CR_MEMO_NOTHING when none is possible. */
unsigned cr_memo_prefer(cr_memo *memo, cr_memo_moment *moment, unsigned preferred);
/* Likewise one of the possible steps, each as likely as any other. */
unsigned cr_memo_any(cr_memo *memo, cr_memo_moment *moment, cr_rng *rng);
/* Takes the step. The first time that judgement is not NULL it is run and judgement filled in, and
 * *fresh becomes true; afterwards judgement is left alone. What is returned lasts until the next
 * call. */
const cr_memo_step *cr_memo_take(cr_memo *memo, cr_memo_moment *moment, unsigned step,
                                 cr_judgement *judgement, bool *fresh);
/* May the run rightly end here (cr_world_final)? */
bool cr_memo_final(cr_memo *memo, cr_memo_moment *moment);
/* The abstract state at the beginning. */
uint32_t cr_memo_first(const cr_memo *memo);

#endif

/* explore.h - the explorer: walks every state of any finite model, breadth first.
 *
 * It knows no domain. A model is a fixed-size canonical state (equal states are equal bytes), its
 * initial states and its labelled successors. The terms are those of the explicit-state
 * model-checking literature (state, transition, deadlock, invariant, counterexample).
 *
 * Determinism  the counts, the verdict and the counterexample depend on the model and the options
 *              only: the counterexample is a shortest one and, among the shortest, the one with the
 *              lexicographically least sequence (initial-state index, then emission order of labels).
 * Memory       packed states in one array, a table of fingerprint + index, one parent index a state.
 */
#ifndef CLUSRACE_EXPLORE_H
#define CLUSRACE_EXPLORE_H

#include "clusrace/base.h"

/* Passed to a model's successor function; hands over each transition to the explorer. */
typedef struct cr_xsink cr_xsink;

/* What a model says about one transition besides where it leads. 0 = nothing wrong; any other value
 * is a violation number of the model (for the contract: the clause index + 1). */
typedef uint32_t cr_xviolation;

typedef struct cr_xmodel {
  const char *name;
  size_t state_bytes; /* 1..4096, fixed for the run */
  void *ctx;          /* borrowed; passed to every function below */

  /* Writes initial state number index into state; returns false when there is none with that
   * number (numbers run from 0 without gaps). */
  bool (*initial)(void *ctx, uint32_t index, void *state);

  /* Calls cr_xemit once per enabled transition, in a fixed order, labels unique per state. */
  void (*successors)(void *ctx, const void *state, cr_xsink *sink);

  /* Optional (NULL: none): violation number of a state itself (an invariant); 0 = holds. */
  cr_xviolation (*invariant)(void *ctx, const void *state);

  /* Optional (NULL: none is): a state without successors in which the model may rightly stop. */
  bool (*final)(void *ctx, const void *state);

  /* Optional (NULL: the number is used): text of a label, and of a violation, for messages. */
  void (*label_text)(void *ctx, uint32_t label, cr_buf *out);
  void (*violation_text)(void *ctx, cr_xviolation violation, cr_buf *out);
} cr_xmodel;

/* One transition with its label. next has state_bytes bytes and is copied. A transition with a
 * violation is counted; its target is neither stored nor expanded. */
void cr_xemit(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation);

/* Progress, given to the callback about once per progress_every states expanded. */
typedef struct cr_xprogress {
  uint64_t states, transitions, frontier;
  uint32_t depth;
  size_t memory_bytes;
} cr_xprogress;

typedef struct cr_xoptions {
  uint64_t max_states;     /* 0 = as memory allows */
  uint32_t max_depth;      /* 0 = none */
  size_t max_memory_bytes; /* 0 = none */
  bool keep_going;         /* collect the first counterexample of every violation number, not stop */
  bool allow_deadlock;     /* do not report states without successors */
  uint64_t progress_every; /* states; 0 = never */
  /* Returning false stops the run cleanly (Ctrl-C). */
  bool (*progress)(void *arg, const cr_xprogress *now);
  void *progress_arg;
} cr_xoptions;

typedef enum cr_xstop {
  CR_XSTOP_COMPLETE = 1, /* every reachable state was visited */
  CR_XSTOP_VIOLATION,    /* stopped at the first violation or deadlock (keep_going is false) */
  CR_XSTOP_MAX_STATES,
  CR_XSTOP_MAX_DEPTH,
  CR_XSTOP_MAX_MEMORY,
  CR_XSTOP_INTERRUPTED
} cr_xstop;

typedef enum cr_xkind { CR_XKIND_TRANSITION = 1, CR_XKIND_INVARIANT, CR_XKIND_DEADLOCK } cr_xkind;

/* A counterexample: the initial state's number and the labels of the shortest path. */
typedef struct cr_xpath {
  cr_xkind kind;
  cr_xviolation violation; /* 0 for a deadlock */
  uint32_t initial;
  uint32_t *labels;
  size_t labels_count;
} cr_xpath;

typedef struct cr_xresult {
  cr_xstop stop;
  uint64_t states;      /* distinct states stored */
  uint64_t transitions; /* transitions generated, self loops and violating ones included */
  uint32_t depth;       /* length of the longest shortest path; 0 = initial states only */
  uint64_t deadlocks;   /* states without successors that are not final (all, when keep_going) */
  size_t memory_bytes;  /* high-water mark of the explorer's own arrays */
  cr_xpath *paths;      /* in the order found: by length, then lexicographically */
  size_t paths_count;
  uint64_t *label_counts; /* transitions per label; labels 0..label_counts_len-1 */
  size_t label_counts_len;
  uint64_t *depth_counts; /* states per depth; depth + 1 entries */
} cr_xresult;

/* Explores the model. options may be NULL (all defaults). result is overwritten and owned by the
 * caller (cr_xresult_free). Fails with CR_ERR_INPUT for a model out of bounds (state_bytes,
 * no initial state) and CR_ERR_ENVIRONMENT when the first allocation is refused. */
CR_WARN_UNUSED cr_err cr_explore(const cr_xmodel *model, const cr_xoptions *options,
                                 cr_xresult *result, cr_errinfo *info);
void cr_xresult_free(cr_xresult *result);

#endif

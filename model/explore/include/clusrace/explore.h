/* explore.h - the explorer: walks every state of any finite model, breadth first.
 *
 * It knows no domain. A model is a fixed-size canonical state (equal states are equal bytes), its
 * initial states and its labelled successors. The terms are those of the explicit-state
 * model-checking literature (state, transition, deadlock, invariant, counterexample).
 *
 * Exact        whole states are compared; a fingerprint only saves comparisons. Only hash_bits and
 *              bitstate_bytes of cr_xoptions give that up: a run then never ends as complete.
 * Determinism  the counts, the verdict and the counterexamples depend on the model and the options
 *              only. Counterexamples are ordered by length; at equal length those of transitions
 *              and invariants come before deadlocks; then by the sequence (initial-state number,
 *              then emission order of each step), lexicographically. The least one is reported.
 *              A model function must depend on its arguments only.
 * Liveness     a model may name duties (bits of what a state owes) and fairness classes of its
 *              transitions. A duty that stays owed along an infinite run is a violation, unless
 *              some class is enabled for ever from some point on and never taken (weak fairness).
 *              The counterexample is a lasso: a path, and the steps at its end that repeat; none
 *              repeat when no fair transition is enabled: nothing then has to happen any more.
 * Products     a model may also be given as a product of components with transition groups that
 *              declare which components they read and write (Blom, van de Pol, Weber, "LTSmin",
 *              CAV 2010, calls such a table a dependency matrix). A state is then a few numbers of
 *              component values, and a group is run once for each combination of the values that
 *              it depends on. The declarations are checked while exploring; results are the same.
 * Memory       keys in chunks, a table of 8 bytes a slot, one 4-byte parent number a state; no
 *              label is stored, a path is rebuilt by expanding it again. What is remembered of the
 *              groups of a product comes on top (CR_XMEMO_BYTES_MAX a thread). Liveness takes some
 *              45 bytes for each state that owes a duty, and nine for each transition between such.
 * Threads      re-entrant; a run may use several (cr_xoptions.threads): states are expanded in
 *              batches and numbered when a batch is known, so that nothing depends on who came
 *              first. A model's functions must allow it.
 * Processes    a run may be shared by several, on several machines (cr_xoptions.ranks): each keeps
 *              the states whose digests are its own. The results are those of one process.
 * Reductions   off unless asked for (cr_xoptions.symmetry, .partial_order). Verdicts are those of
 *              the whole walk: with keep_going the same kinds and numbers of findings, and as many
 *              deadlocks with partial_order; a run that stops at the first finding finds one if
 *              there is any, perhaps another one. Counterexamples are real runs. With partial_order
 *              they need not be the shortest. Counts are those of what was walked.
 * Tests        tests/explore, tests/ranks
 */
#ifndef CLUSRACE_EXPLORE_H
#define CLUSRACE_EXPLORE_H

#include "clusrace/base.h"

/* Passed to a model's successor function; hands over each transition to the explorer. */
typedef struct cr_xsink cr_xsink;

/* What a model says about one transition besides where it leads. 0 = nothing wrong; any other value
 * is a violation number of the model (for the contract: the clause index + 1). */
typedef uint32_t cr_xviolation;

/* Bounds of a model. Labels may be any number; only those below CR_XLABELS_COUNTED_MAX are counted
 * one by one in cr_xresult.label_counts. More than CR_XSTATES_MAX states end a run as max_states
 * does. */
enum {
  CR_XSTATE_BYTES_MAX = 4096,
  CR_XLABELS_COUNTED_MAX = 65536,
  CR_XFAIRNESS_MAX = 63,
  CR_XWHOLE_BYTES_MAX = 16384,
  CR_XCOMPONENTS_MAX = 64,
  CR_XTHREADS_MAX = 64,
  CR_XHASH_BITS_MIN = 16,
  CR_XHASH_BITS_MAX = 64,
  CR_XREDUCED_GROUPS_MAX = 256,
  CR_XMEMO_BYTES_MAX = 1 << 27
};
#define CR_XSTATES_MAX UINT32_C(0xFFFFFFFE)

/* ---- products ----------------------------------------------------------------------------------
 */

/* Bytes of a state's whole form that belong to a component. */
typedef struct cr_xspan {
  unsigned component;
  size_t offset, bytes;
} cr_xspan;

/* Transitions that depend on the same components. */
typedef struct cr_xgroup {
  uint64_t touches; /* the components that its transitions read or write, by bit */
  uint64_t guard;   /* some of them that alone decide whether it has any transition; 0: none */
  uint64_t reads;   /* those of them that its transitions never change; 0: any may be changed */
  uint64_t counts;  /* those of them, a byte each, that are supplies to it: a transition takes 1 of
                       it, is possible while there is any, and else the same whatever is left; or
                       it takes none and does not look. Checked with partial_order */
  bool otherwise;   /* asked only in states in which no group without this has a transition */
} cr_xgroup;

/* The same model, state by state and label by label, as a product. Its states have a whole form of
 * whole_bytes; what belongs to no component never changes. The functions take ctx of the model;
 * state is the whole form, and so is next of cr_xemit. */
typedef struct cr_xproduct {
  size_t whole_bytes;    /* 1..CR_XWHOLE_BYTES_MAX */
  const cr_xspan *spans; /* in the order of their offsets, none overlapping */
  size_t spans_count;
  unsigned components; /* 1..CR_XCOMPONENTS_MAX */
  const cr_xgroup *groups;
  unsigned groups_count;

  bool (*initial)(void *ctx, uint32_t index, void *state);
  /* The transitions of a group, by ascending label; no label is in two groups. All groups together
   * give what cr_xmodel.successors does, which must be in the order of the labels, too. */
  void (*successors)(void *ctx, unsigned group, const void *state, cr_xsink *sink);
  /* As those of cr_xmodel; NULL where that has none. */
  cr_xviolation (*invariant)(void *ctx, const void *state);
  bool (*final)(void *ctx, const void *state);
  unsigned (*fairness)(void *ctx, const void *state, uint32_t label);
  uint64_t (*owed)(void *ctx, const void *state);

  /* Optional (NULL, 0): the invariant in parts, each of which depends on some components only:
   * these, by bit, and the function. The invariant's violation is that of the first part that has
   * one. Checked while exploring. */
  const uint64_t *parts;
  unsigned parts_count;
  cr_xviolation (*part)(void *ctx, unsigned number, const void *state);

  /* Optional (NULL, 0: nothing is known): what helps cr_xoptions.partial_order. Checked while
   * exploring, like the groups' declarations. */
  /* The group has no transition in state; components that alone keep it from having any: as long
   * as none of these changes, it gets none. */
  uint64_t (*closed)(void *ctx, unsigned group, const void *state);
  /* Those of may_freeze that have a value from which they never change again, whatever the other
   * components are: does this one, in state? */
  uint64_t may_freeze;
  bool (*frozen)(void *ctx, unsigned component, const void *state);
} cr_xproduct;

/* State pointers that the explorer hands to a model are aligned for any type, except that invariant
 * gets the very pointer that the model gave to cr_xemit. Padding and unused bytes of a state must
 * hold fixed values. */
typedef struct cr_xmodel {
  const char *name;
  size_t state_bytes; /* 1..CR_XSTATE_BYTES_MAX, fixed for the run */
  void *ctx;          /* borrowed; passed to every function below */

  /* Writes initial state number index into state; returns false when there is none with that
   * number (numbers run from 0 without gaps). */
  bool (*initial)(void *ctx, uint32_t index, void *state);

  /* Calls cr_xemit once per enabled transition, in a fixed order, labels unique per state. May be
   * called again for a state already expanded (paths), and for states ahead of the count. */
  void (*successors)(void *ctx, const void *state, cr_xsink *sink);

  /* Optional (NULL: none): violation number of a state itself (an invariant); 0 = holds. Called
   * once per distinct state; with keep_going a violating state is expanded like any other. */
  cr_xviolation (*invariant)(void *ctx, const void *state);

  /* Optional (NULL: none is): a state without successors in which the model may rightly stop. */
  bool (*final)(void *ctx, const void *state);

  /* Optional (both or neither): liveness. The fairness class of an enabled transition, 1 to
   * CR_XFAIRNESS_MAX, or 0 when it need never be taken; and the duties that a state owes, by bit.
   */
  unsigned (*fairness)(void *ctx, const void *state, uint32_t label);
  uint64_t (*owed)(void *ctx, const void *state);

  /* Optional: brings a state to the representative of those that are the same up to a symmetry, in
   * place. Representatives stay as they are. The successors of a state and of its representative
   * have the same representatives and violations, and invariant, final and initial states do not
   * tell the two apart. Checked while exploring. */
  void (*canonical)(void *ctx, void *state);

  /* Optional: the model as a product; used instead unless cr_xoptions.plain says otherwise. */
  const cr_xproduct *product;
  /* Optional (NULL: product itself): the same with groups that are smaller, for partial_order. */
  const cr_xproduct *finer;

  /* Optional (NULL: the number is used): text of a label, and of a violation, for messages. */
  void (*label_text)(void *ctx, uint32_t label, cr_buf *out);
  void (*violation_text)(void *ctx, cr_xviolation violation, cr_buf *out);
} cr_xmodel;

/* One transition with its label. next has state_bytes bytes and is copied. A transition with a
 * violation is counted; its target is neither stored nor expanded (next may be NULL then). */
void cr_xemit(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation);

/* Progress, given to the callback between batches, at most once per progress_every states. */
typedef struct cr_xprogress {
  uint64_t states, transitions, frontier;
  uint32_t depth; /* of the level being expanded */
  size_t memory_bytes;
  const uint64_t *depth_counts; /* states per depth, 0..depth; those of depth are all known */
} cr_xprogress;

/* Several processes that explore one model together; how they are connected is nobody else's
 * business. NULL where a run is one process's. */
typedef struct cr_xranks cr_xranks;

/* Are states kept as bits of blocks (docs/exploring.md)? Automatically is where it pays. On: as
 * soon as there are some states, and wherever it can be done. Results are the same. */
typedef enum cr_xblocks { CR_XBLOCKS_AUTO = 0, CR_XBLOCKS_ON, CR_XBLOCKS_OFF } cr_xblocks;

typedef struct cr_xoptions {
  uint64_t max_states;     /* 0 = as memory allows */
  uint32_t max_depth;      /* 0 = none; states at this depth are stored, but not expanded */
  size_t max_memory_bytes; /* 0 = none; the explorer's own arrays, moments of growth included */
  bool keep_going;         /* collect the first counterexample of every violation, do not stop */
  bool allow_deadlock;     /* count states without successors, but do not report them */
  unsigned threads;        /* 0 = 1; at most CR_XTHREADS_MAX. Results do not depend on it */
  bool plain;              /* do not use the model's product */
  cr_xblocks blocks;       /* only for a product whose invariant, if any, is given in parts, without
                              duties, and without the options below on reductions, memory and
                              checkpoints, or ranks; on is refused with these */
  bool check_all;          /* check a product's declarations at every opportunity, not at one in
                              eight */
  /* At most one of the two, and neither for a model with duties, nor with less memory a state or
   * ranks. */
  bool symmetry;      /* store one state an orbit (cr_xmodel.canonical; implies plain). Nothing is
                         reduced when the model has none */
  bool partial_order; /* leave out orders of independent groups of a product (stubborn sets). The
                         model has no invariant; nothing is reduced without a product */
  /* Less memory a state; at most one of the three, and none for a model with duties, nor with
   * spill, checkpoint, resume or ranks, which need whole states. */
  bool compress;           /* exact: results are the same. Keys that have been expanded are kept as
                              the rest that a compact table needs, those of more than 8 bytes as
                              trees of shared parts; which transition added a state, in about 1 byte */
  unsigned hash_bits;      /* 0 = none; CR_XHASH_BITS_MIN to CR_XHASH_BITS_MAX: so many bits of a
                              digest stand for a state (hash compaction). Not exact */
  size_t bitstate_bytes;   /* 0 = none; from 4096 on: three bits in an array of so many bytes stand
                              for a state. Not exact */
  uint64_t progress_every; /* states; 0 = never */
  /* May be NULL. Returning false stops the run cleanly (Ctrl-C). */
  bool (*progress)(void *arg, const cr_xprogress *now);
  void *progress_arg;

  /* A folder (NULL: none) for files without a name that hold the keys and parents of the states
   * instead of memory, and their table as soon as it would take more than half of max_memory_bytes.
   * What is there is not accounted for. Results are the same; a disk that is full ends the run with
   * CR_ERR_ENVIRONMENT, but for its checkpoint. Not for a model with duties. */
  const char *spill;

  /* A checkpoint (NULL: none) keeps the walk in a file, from which it goes on (resume) to the same
   * results, with any number of threads. The file is new, or the one that is resumed; a kill at any
   * moment leaves it as it was last. It is written every so many batches (0: never), when the
   * callback says so (NULL: never; asked between batches, given progress_arg), when the run is
   * interrupted or ends at a bound from which it can go on, and before liveness is judged. */
  const char *checkpoint, *resume;
  uint64_t checkpoint_every;
  bool (*checkpoint_due)(void *arg);
  /* May be NULL. What else tells this run from others, in lines: a checkpoint whose run has another
   * one, another model's name or size, keep_going, allow_deadlock, plain, symmetry or partial_order
   * is refused. The bounds may be others if the checkpoint is not beyond them. */
  const char *identity;

  /* All processes call cr_explore with the same model and options, but for progress: it is called
   * on each, with the counts of all and the memory of that one, and false from any of them stops
   * all. Borrowed. threads and plain are then taken to be 1 and true; max_memory_bytes is for each
   * process; a model with duties is refused. */
  const cr_xranks *ranks;
} cr_xoptions;

/* Why the run ended. With keep_going a run with violations can be COMPLETE: see paths_count. */
typedef enum cr_xstop {
  CR_XSTOP_COMPLETE = 1, /* every reachable state was visited */
  CR_XSTOP_VIOLATION,    /* stopped at the first violation or deadlock (keep_going is false) */
  CR_XSTOP_MAX_STATES,
  CR_XSTOP_MAX_DEPTH,
  CR_XSTOP_MAX_MEMORY, /* the bound, or an allocation that was refused */
  CR_XSTOP_INTERRUPTED,
  CR_XSTOP_INEXACT /* every state that was stored was expanded, but some may have been taken for
                      others and omitted (hash_bits, bitstate_bytes) */
} cr_xstop;

typedef enum cr_xkind {
  CR_XKIND_TRANSITION = 1,
  CR_XKIND_INVARIANT,
  CR_XKIND_DEADLOCK,
  CR_XKIND_LASSO
} cr_xkind;

/* A counterexample: the initial state's number and the labels of the shortest path; for a lasso the
 * labels from number loop on repeat (loop == labels_count: nothing happens any more). */
typedef struct cr_xpath {
  cr_xkind kind;
  cr_xviolation violation; /* 0 for a deadlock; for a lasso the number of the duty's bit + 1 */
  uint32_t initial;
  size_t loop;
  uint32_t *labels;
  size_t labels_count;
} cr_xpath;

/* What several processes told each other, all of them together. */
typedef struct cr_xtraffic {
  uint32_t processes;    /* 0: the run was one process's, and the others are 0 as well */
  uint64_t rounds;       /* meetings in which states were expanded */
  uint64_t targets;      /* sent to another process to be looked up there */
  uint64_t spared;       /* not sent, because they had been sent before */
  uint64_t bytes;        /* of targets and of numbers, to other processes */
  uint64_t messages;     /* that carried them */
  uint64_t collectives;  /* operations of all processes with a few words, each counted once */
  uint64_t memory_bytes; /* the sum of what each has at its high-water mark */
} cr_xtraffic;

typedef struct cr_xresult {
  cr_xstop stop;
  uint64_t states; /* distinct states stored, initial ones included. A run that a violation ends
                      has finished the level or the batch in which it was found */
  uint64_t transitions; /* transitions generated, self loops and violating ones included; initial
                           states are not transitions (some tools count them as generated) */
  uint32_t depth;       /* length of the longest shortest path; 0 = initial states only */
  uint64_t deadlocks;   /* states without successors that are not final, allowed or not, among
                           the states expanded (all of them, when the run is complete) */
  uint64_t reduced;     /* states of which partial_order took some groups only */
  bool inexact;         /* states may have been omitted. Counterexamples are real, but maybe not the
                           shortest; without one, nothing is proved */
  double omissions;     /* when inexact: bound on the expected number of omissions while so many
                           states were stored, and so on the probability that there was one; may be
                           above 1. The digest is taken for a random function. For hash_bits, n
                           states and b bits: n (n + 1) / 2^(b + 1); for bitstate_bytes: the sum
                           over all states of the cube of the part of the array that was set */
  size_t memory_bytes;  /* high-water mark of the explorer's own arrays; of several processes, that
                           of the one that needed most */
  size_t key_bytes;     /* bytes by which a state is stored: the model's own, or a product's */
  uint64_t blocks;      /* in which the states were kept at the end; 0: they were kept one by one */
  bool untold;          /* there is a violation or a deadlock, which blocks have seen; but the walk
                           state by state, which gives the path, ended before it for want of memory */
  cr_xpath *paths;      /* in the order given at Determinism above, one for each kind and number */
  size_t paths_count;
  uint64_t *label_counts; /* transitions per label; labels 0..label_counts_len-1, which is cut at
                             CR_XLABELS_COUNTED_MAX */
  size_t label_counts_len;
  uint64_t *depth_counts;        /* states per depth; depth + 1 entries */
  uint64_t checkpoints;          /* how many this run has written */
  cr_errinfo checkpoint_trouble; /* why the last one could not be; else empty. No reason to end */
  cr_xtraffic traffic;
} cr_xresult;

/* Explores the model. options may be NULL (all defaults). result is overwritten and owned by the
 * caller (cr_xresult_free); it is consistent whatever ended the run: the states per depth add up to
 * states, and the transitions per label to transitions. Fails with CR_ERR_INPUT for a model out of
 * bounds (state_bytes, no initial state) and CR_ERR_ENVIRONMENT when the first allocation is
 * refused, for a checkpoint that cannot be read (INPUT) or begun (ENVIRONMENT), for
 * spilling where there is liveness (INPUT) or no room on the disk (ENVIRONMENT), and CR_ERR_INPUT
 * for a product whose group touches what it does not declare, a symmetry that is none, options that
 * do not go together or that the model does not allow, and for several processes that do not
 * explore the same model, or one with duties; result is then empty. */
CR_WARN_UNUSED cr_err cr_explore(const cr_xmodel *model, const cr_xoptions *options,
                                 cr_xresult *result, cr_errinfo *info);

/* Frees what result owns and empties it; an empty one is allowed. */
void cr_xresult_free(cr_xresult *result);

#endif

/* suite.h - few and short interleavings of a scenario that together show everything of it once.
 *
 * What is covered, on the reference model (an item each):
 *
 *   transition  an event in an abstract control point: who does what with which result, while the
 *               resource that it is about stands where (the monitor's view, the entry point and the
 *               Terminate inside, how far a cancellation has come, its workers), and of an event on
 *               a volume also how that stands (offline, instance, dismount pending, lock)
 *   pair        two operations of different actors on one resource or its volume that were both
 *               possible, and came one right after the other in this order
 *   clause      a clause of the contract that is exercised, so that it could have failed
 *
 * The traces are walks through the graph of states, each time by a shortest path to the nearest
 * item that nobody has covered yet; then those are left out whose items others cover, and ends that
 * cover nothing of their own. A minimum is not claimed: the suite says how far from it it can be.
 *
 * Determinism  depends on the scenario and the options only.
 * Memory       the whole graph; max_states bounds it.
 */
#ifndef CLUSRACE_SUITE_H
#define CLUSRACE_SUITE_H

#include "clusrace/world.h"

enum { CR_SUITE_STATES = 1000000 };

typedef struct cr_suite_options {
  bool pairs;          /* pairs are items, too */
  uint64_t max_states; /* 0 = CR_SUITE_STATES; what lies behind is not covered */
  bool (*stop)(void);  /* asked now and then, true ends the making; may be NULL */
} cr_suite_options;

typedef struct cr_suite {
  cr_trace *trace; /* each from the initial state on, verdict CONFORMS; those that were made first,
                      come first */
  size_t traces_count;
  uint64_t steps;                       /* of all traces */
  uint32_t transitions, pairs, clauses; /* items; all of them are covered */
  cr_clauses exercised;
  uint64_t states, edges; /* of the graph */
  bool complete;          /* it is the whole graph */
  bool stopped;           /* by options.stop: there are no traces */
  /* No suite with these items is smaller: so many items exclude each other pairwise in one run, and
   * each needs a run at least as long as the shortest way to it. */
  uint32_t traces_least;
  uint64_t steps_least;
} cr_suite;

/* Makes the suite of a scenario; suite is overwritten, free it with cr_suite_free. options may be
 * NULL. Fails with CR_ERR_INPUT when the scenario has nothing that can happen. */
CR_WARN_UNUSED cr_err cr_suite_make(const cr_scenario *scenario, const cr_suite_options *options,
                                    cr_suite *suite, cr_errinfo *info);
void cr_suite_free(cr_suite *suite);

/* Appends the traces one after the other, behind a comment that says what they are: a bundle, as
 * `clusrace-host --suite` replays it. */
void cr_suite_write(const cr_suite *suite, cr_buf *out);

/* Calls visit for each trace of a bundle in its order, until that fails. file names it in messages
 * (FILE:NUMBER: ...). Fails with CR_ERR_INPUT when there is none in it or one cannot be read. */
CR_WARN_UNUSED cr_err cr_bundle_each(const char *text, size_t n, const char *file,
                                     cr_err (*visit)(void *arg, const cr_trace *trace,
                                                     cr_errinfo *info),
                                     void *arg, cr_errinfo *info);

#endif

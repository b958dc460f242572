/* ranks.h - several processes that explore one model together (private to the explorer).
 *
 * What they need of each other is the few operations of cr_xranks; the explorer calls them on all
 * processes in the same order, and knows nothing else of how they are connected. ranks_mpi.c has
 * them over MPI, the tests over the threads of one process. A transport that fails ends the
 * processes: there is nothing that the others could do without one of them.
 *
 * Who owns what  a state belongs to the process that its digest says: it is kept, and expanded,
 *                there and only there. All processes work on plain states (cr_xoptions.plain),
 *                because the numbers of a product's component values differ between processes.
 * Rounds         the states of a level are taken in runs of neighbouring numbers, as in batch.h.
 *                Each process expands what it owns of them and sends the targets to their owners;
 *                an owner merges what it gets by (number of the source, position), which is the
 *                order of one process, so that of equal targets the first one stays. What stayed is
 *                numbered in the same order: each process sorts a part of the sources' range, and a
 *                prefix sum gives the parts their first numbers.
 * Levels         all processes end a level together; a sum tells how many states the next one has,
 *                and none ends the run. So no other detection of termination is needed.
 * Results        the same on all processes, and the same as those of one, but for what is measured
 *                (memory_bytes, traffic), for runs that max_memory or progress end, and for the
 *                bound CR_XSTATES_MAX, which holds for each process.
 */
#ifndef CLUSRACE_EXPLORE_RANKS_H
#define CLUSRACE_EXPLORE_RANKS_H

#include "clusrace/explore.h"

enum { CR__XRANKS_MAX = 65536 };

/* size processes, of which this one is number rank. Buffers are the caller's. */
struct cr_xranks {
  unsigned size, rank;
  void *arg; /* passed to every function */
  /* send[r] goes to process r; receive[r] is what it sent to this one. */
  void (*counts)(void *arg, const uint64_t *send, uint64_t *receive);
  /* The same for bytes: send_bytes[r] of them at send[r]; what is received lies in the order of
   * the processes without gaps. All sizes are known on both sides. */
  void (*exchange)(void *arg, const unsigned char *const *send, const uint64_t *send_bytes,
                   unsigned char *receive, const uint64_t *receive_bytes);
  /* Each value becomes the sum, or the greatest, of those of all processes. */
  void (*sum)(void *arg, uint64_t *values, unsigned count);
  void (*greatest)(void *arg, uint64_t *values, unsigned count);
  /* The sum of the values of the processes with a smaller number. */
  uint64_t (*before)(void *arg, uint64_t value);
  /* The bytes of process `from` become those of all. */
  void (*broadcast)(void *arg, unsigned from, void *data, size_t bytes);
};

/* cr_explore with cr_xoptions.ranks. */
cr_err cr__xranks_explore(const cr_xmodel *model, const cr_xoptions *options, cr_xresult *result,
                          cr_errinfo *info);

#endif

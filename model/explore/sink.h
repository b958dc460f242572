/* sink.h - where a model's transitions go (private to the explorer). */
#ifndef CLUSRACE_EXPLORE_SINK_H
#define CLUSRACE_EXPLORE_SINK_H

#include "store.h"

/* Set up by whoever calls successors; take is given each transition, emitted counts them. */
struct cr_xsink {
  void (*take)(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation);
  void *arg;
  uint64_t emitted;
};

/* What was found, before its path is rebuilt. */
typedef struct cr__xfinding {
  cr_xkind kind;
  cr_xviolation violation;
  uint32_t state; /* where the path ends; for a transition, the state it leaves */
  uint32_t label; /* of the transition */
} cr__xfinding;

/* Rebuilds the path of a finding. The caller owns path->labels. It is an assertion that the model
 * gives the same transitions as before. */
void cr__xpath_build(const cr_xmodel *model, const cr__xstore *store, const cr__xfinding *finding,
                     cr_xpath *path);

/* Looks for duties that are owed for ever (clusrace/explore.h, Liveness) in a store that holds
 * every reachable state; appends one path a duty, by the duty's number. False when there was no
 * room. */
bool cr__xlassos(const cr_xmodel *model, cr__xstore *store, cr_xpath **paths, size_t *count);

#endif

/* sink.h - where a model's transitions go (private to the explorer). */
#ifndef CLUSRACE_EXPLORE_SINK_H
#define CLUSRACE_EXPLORE_SINK_H

#include "clusrace/explore.h"

/* Set up by whoever calls successors; take is given each transition, emitted counts them. Where
 * fresh is set and reductions are on, some transitions may be left out (stubborn.h), provided that
 * fresh holds for a target of one that is not; reduced tells. */
struct cr_xsink {
  void (*take)(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation);
  bool (*fresh)(const cr_xsink *sink, const void *next);
  void *arg;
  uint64_t emitted;
  bool reduced;
};

#endif

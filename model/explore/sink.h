/* sink.h - where a model's transitions go (private to the explorer). */
#ifndef CLUSRACE_EXPLORE_SINK_H
#define CLUSRACE_EXPLORE_SINK_H

#include "clusrace/explore.h"

/* Set up by whoever calls successors; take is given each transition, emitted counts them. */
struct cr_xsink {
  void (*take)(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation);
  void *arg;
  uint64_t emitted;
};

#endif

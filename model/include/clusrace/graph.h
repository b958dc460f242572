/* graph.h - the states and transitions of a model as values, for what the explorer does not keep:
 * pictures of small models, and how often each clause is put to the test.
 *
 * Both walk breadth first in the order of the model's actions, by the public functions of world.h
 * alone, so that they also check the explorer: of a model that was explored to its end the counts
 * are the same. A violated clause that counts ends its branch, as it does there.
 */
#ifndef CLUSRACE_GRAPH_H
#define CLUSRACE_GRAPH_H

#include "clusrace/world.h"

#define CR_GRAPH_NONE UINT32_MAX

typedef struct cr_graph_state {
  uint32_t depth;
  uint32_t parent;    /* edge by which it was first reached; CR_GRAPH_NONE: the initial state */
  uint32_t edge;      /* its first edge */
  uint32_t edges;     /* number of its edges */
  cr_clause violated; /* it is where a branch ends by this clause; else CR_CLAUSE_COUNT */
  bool final;         /* nothing is enabled, and rightly so */
  bool deadlock;      /* nothing is enabled although something is owed */
  bool cut;           /* not expanded: it lies at the depth where the walk ends */
  bool path;          /* on the path that was marked */
} cr_graph_state;

typedef struct cr_graph_edge {
  uint32_t from, to;
  cr_action action;
  cr_event event;
  bool path;
} cr_graph_edge;

/* States are numbered in the order of their finding, 0 is the initial one. */
typedef struct cr_graph {
  const cr_model *model; /* borrowed */
  cr_graph_state *state;
  cr_graph_edge *edge; /* those of a state follow each other, by action */
  size_t states_count, edges_count;
  uint32_t depth;
  size_t states_violating; /* of the states: ends of branches, which the explorer does not store */
  /* private */
  size_t states_cap, edges_cap;
  struct cr_walk *walk;
} cr_graph;

/* Collects the graph of model (borrowed until cr_graph_free). depth_max: states at this depth are
 * not expanded; 0 = none. Fails with CR_ERR_INPUT, and an empty graph, when there are more than
 * states_max states. */
CR_WARN_UNUSED cr_err cr_graph_collect(const cr_model *model, size_t states_max, uint32_t depth_max,
                                       cr_graph *graph, cr_errinfo *info);
void cr_graph_free(cr_graph *graph);
/* The world of a state. */
void cr_graph_world(const cr_graph *graph, size_t state, cr_world *world);
/* Marks the path that these actions take from the initial state. Returns false, with the steps
 * marked as far as they go, when there is no such path (the graph was cut). */
bool cr_graph_mark(cr_graph *graph, const uint32_t *actions, size_t count);

/* How often the transitions of a model put each clause to the test, and what came of it. */
typedef struct cr_tally {
  uint64_t states, transitions;
  uint64_t exercised[CR_CLAUSE_COUNT]; /* transitions in which it could have failed */
  uint64_t violated[CR_CLAUSE_COUNT];  /* of these, those in which it did */
  bool whole;                          /* every state was expanded */
} cr_tally;

/* Tallies all transitions of the first states_max states (0 = all) down to depth_max (0 = all).
 * go_on (may be NULL) is asked now and then; false ends the walk. Memory: the packed states and 16
 * bytes each. */
void cr_tally_collect(const cr_model *model, uint64_t states_max, uint32_t depth_max,
                      bool (*go_on)(void *arg), void *arg, cr_tally *tally);

#endif

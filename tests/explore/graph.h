/* graph.h - explicit graphs as models, for the explorer's tests, and two references that share
 * nothing with it: one knows the definition of a counterexample only and tries every path, length
 * by length, in order; the other one computes how far the end is from everywhere and goes there.
 */
#ifndef CLUSRACE_TESTS_EXPLORE_GRAPH_H
#define CLUSRACE_TESTS_EXPLORE_GRAPH_H

#include "clusrace/explore.h"

typedef struct graph_edge {
  uint32_t from, to, label;
  cr_xviolation violation;
} graph_edge;

/* Edges are sorted by from; edges of one node are emitted in their order. */
typedef struct graph {
  size_t state_bytes;
  bool spread; /* the bytes that tell nodes apart lie all over the state, not at its end */
  uint32_t nodes_count, edges_count, initials_count;
  graph_edge *edges;
  uint32_t *first; /* nodes_count + 1 entries: the edges of node i are first[i]..first[i + 1] - 1 */
  uint32_t *initials;
  cr_xviolation *invariants; /* one a node */
  bool *finals;
} graph;

/* How graph_random draws. Chances are in percent. */
typedef struct graph_shape {
  size_t state_bytes;
  uint32_t nodes_count, initials_max;
  uint32_t edges_min, edges_max;             /* of one node */
  uint32_t edge_violation, invariant, final; /* chances */
  uint32_t violations;                       /* violation numbers are 1..violations */
  uint32_t labels; /* labels are 0..labels - 1; no multiple of 7, more than edges_max; 0 = 16 */
  bool spread;
} graph_shape;

/* The caller owns the result (graph_free). edges_count edges are copied. */
graph graph_new(size_t state_bytes, uint32_t nodes_count, const graph_edge *edges,
                uint32_t edges_count);
graph graph_random(cr_rng *rng, const graph_shape *shape);
void graph_free(graph *g);

/* Borrows g. */
cr_xmodel graph_model(graph *g);

/* Distances from the initial nodes, UINT32_MAX where there is no way; the caller frees them. */
uint32_t *graph_distances(const graph *g);

/* What a path may end in. violation 0 = any number. */
typedef struct graph_goal {
  bool transitions, invariants, deadlocks;
  cr_xviolation violation;
} graph_goal;

/* The first path, of the least length, in lexicographic order, that meets the goal; false when
 * there is none. The caller frees path->labels. */
bool graph_first_path(const graph *g, const graph_goal *goal, cr_xpath *path);

/* The same by distances, for graphs with too many paths to try. */
bool graph_least_path(const graph *g, const graph_goal *goal, cr_xpath *path);

#endif

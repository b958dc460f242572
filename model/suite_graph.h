/* suite_graph.h - the graph of a scenario's states with what each edge covers. Private to model/.
 */
#ifndef CR_SUITE_GRAPH_H
#define CR_SUITE_GRAPH_H

#include "clusrace/suite.h"

#define CR_NONE UINT32_MAX

typedef struct cr__edge {
  uint32_t to;
  uint32_t list; /* number of its list of items */
  uint16_t op;   /* number of the operation */
  uint16_t action;
} cr__edge;

/* An operation, whatever its result. */
typedef struct cr__op {
  uint64_t key;
  uint16_t actor, family;
} cr__op;

typedef struct cr__graph {
  const cr_model *model;
  uint32_t nodes, edges_count;
  uint32_t *first; /* of each node: its edges are edge[first[n]] to edge[first[n + 1] - 1] */
  uint32_t *depth;
  cr__edge *edge;
  /* lists of items, each item once */
  uint32_t *list_first, *list_item;
  uint32_t lists_count;
  cr__op *op;
  unsigned ops_count;
  uint32_t *pair; /* ops_count squared: the item of two operations in this order, or CR_NONE */
  uint32_t items_count, transitions, pairs, clauses;
  cr_clauses exercised;
  bool complete, stopped;
} cr__graph;

void cr__graph_make(cr__graph *g, const cr_model *model, const cr_suite_options *options);
void cr__graph_free(cr__graph *g);

/* The item of two edges, the second from where the first leads to, or CR_NONE. from: where the
 * first begins. */
uint32_t cr__graph_pair(const cr__graph *g, uint32_t from, const cr__edge *a, const cr__edge *b);

/* How few traces and steps a suite must have; see cr_suite. */
void cr__graph_least(const cr__graph *g, uint32_t *traces, uint64_t *steps);

#endif

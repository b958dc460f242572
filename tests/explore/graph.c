/* graph.c - see graph.h. */
#include "graph.h"

#include <stdlib.h>
#include <string.h>

/* Up to four bytes of a state are the node's number, the last ones or every so many; the others are
 * the same for all nodes that are equal modulo 3, so that comparing only a part of a state would be
 * noticed. */
static size_t number_bytes(const graph *g) { return g->state_bytes < 4 ? g->state_bytes : 4; }

static size_t number_at(const graph *g, size_t i) {
  size_t number = number_bytes(g);
  if (!g->spread || number == 1) return g->state_bytes - number + i;
  return i * (g->state_bytes - 1) / (number - 1);
}

static void encode(const graph *g, uint32_t node, unsigned char *state) {
  for (size_t i = 0; i < g->state_bytes; i++) state[i] = (unsigned char)(i * 31 + node % 3);
  for (size_t i = 0; i < number_bytes(g); i++)
    state[number_at(g, i)] = (unsigned char)(node >> (8 * i));
}

static uint32_t decode(const graph *g, const unsigned char *state) {
  unsigned char expected[CR_XSTATE_BYTES_MAX];
  uint32_t node = 0;
  for (size_t i = 0; i < number_bytes(g); i++) node |= (uint32_t)state[number_at(g, i)] << (8 * i);
  encode(g, node, expected);
  CR_ASSERT(memcmp(state, expected, g->state_bytes) == 0);
  CR_ASSERT(node < g->nodes_count);
  return node;
}

graph graph_new(size_t state_bytes, uint32_t nodes_count, const graph_edge *edges,
                uint32_t edges_count) {
  graph g = {.state_bytes = state_bytes,
             .nodes_count = nodes_count,
             .edges_count = edges_count,
             .initials_count = 1,
             .edges = cr_alloc(edges_count * sizeof *edges),
             .first = cr_alloc((nodes_count + 1) * sizeof(uint32_t)),
             .initials = cr_alloc(sizeof(uint32_t)),
             .invariants = cr_alloc(nodes_count * sizeof(cr_xviolation)),
             .finals = cr_alloc(nodes_count * sizeof(bool))};
  if (edges_count != 0) memcpy(g.edges, edges, edges_count * sizeof *edges);
  uint32_t e = 0;
  for (uint32_t node = 0; node <= nodes_count; node++) {
    while (e < edges_count && edges[e].from < node) e++;
    g.first[node] = e;
  }
  return g;
}

static bool chance(cr_rng *rng, uint32_t percent) { return cr_rng_below(rng, 100) < percent; }

static cr_xviolation draw_violation(cr_rng *rng, uint32_t percent, uint32_t violations) {
  return chance(rng, percent) ? 1 + cr_rng_below(rng, violations) : 0;
}

graph graph_random(cr_rng *rng, const graph_shape *shape) {
  uint32_t nodes = shape->nodes_count, count = 0;
  uint32_t labels = shape->labels != 0 ? shape->labels : 16;
  CR_ASSERT(labels % 7 != 0 && labels > shape->edges_max);
  graph_edge *edges = cr_alloc((size_t)nodes * (shape->edges_max + 1) * sizeof *edges);
  for (uint32_t node = 0; node < nodes; node++) {
    uint32_t out = shape->edges_min + cr_rng_below(rng, shape->edges_max - shape->edges_min + 1);
    uint32_t turn = cr_rng_below(rng, labels);
    for (uint32_t i = 0; i < out; i++) /* the labels differ, but are not ascending */
      edges[count++] =
          (graph_edge){.from = node,
                       .to = cr_rng_below(rng, nodes),
                       .label = (i * 7 + turn) % labels,
                       .violation = draw_violation(rng, shape->edge_violation, shape->violations)};
  }
  graph g = graph_new(shape->state_bytes, nodes, edges, count);
  free(edges);
  g.spread = shape->spread;
  g.initials_count = 1 + cr_rng_below(rng, shape->initials_max);
  g.initials = cr_realloc(g.initials, g.initials_count * sizeof *g.initials);
  for (uint32_t i = 0; i < g.initials_count; i++) g.initials[i] = cr_rng_below(rng, nodes);
  for (uint32_t node = 0; node < nodes; node++) {
    g.invariants[node] = draw_violation(rng, shape->invariant, shape->violations);
    g.finals[node] = chance(rng, shape->final);
  }
  return g;
}

void graph_free(graph *g) {
  free(g->edges);
  free(g->first);
  free(g->initials);
  free(g->invariants);
  free(g->finals);
  *g = (graph){0};
}

/* ---- the model ------------------------------------------------------------------------------- */

static bool initial(void *ctx, uint32_t index, void *state) {
  const graph *g = ctx;
  if (index >= g->initials_count) return false;
  encode(g, g->initials[index], state);
  return true;
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const graph *g = ctx;
  uint32_t node = decode(g, state);
  unsigned char *next = cr_alloc(g->state_bytes);
  for (uint32_t e = g->first[node]; e < g->first[node + 1]; e++) {
    encode(g, g->edges[e].to, next);
    cr_xviolation violation = g->edges[e].violation;
    cr_xemit(sink, g->edges[e].label, violation == 0 ? next : NULL, violation);
  }
  free(next);
}

static cr_xviolation invariant(void *ctx, const void *state) {
  const graph *g = ctx;
  return g->invariants[decode(g, state)];
}

static bool final(void *ctx, const void *state) {
  const graph *g = ctx;
  return g->finals[decode(g, state)];
}

cr_xmodel graph_model(graph *g) {
  return (cr_xmodel){.name = "graph",
                     .state_bytes = g->state_bytes,
                     .ctx = g,
                     .initial = initial,
                     .successors = successors,
                     .invariant = invariant,
                     .final = final};
}

/* ---- the reference --------------------------------------------------------------------------- */

uint32_t *graph_distances(const graph *g) {
  uint32_t *distances = cr_alloc(g->nodes_count * sizeof *distances);
  for (uint32_t i = 0; i < g->nodes_count; i++) distances[i] = UINT32_MAX;
  for (uint32_t i = 0; i < g->initials_count; i++) distances[g->initials[i]] = 0;
  for (bool changed = true; changed;) { /* until nothing gets nearer; no queue as the explorer's */
    changed = false;
    for (uint32_t e = 0; e < g->edges_count; e++) {
      const graph_edge *edge = &g->edges[e];
      if (edge->violation != 0 || distances[edge->from] == UINT32_MAX) continue;
      if (distances[edge->from] + 1 >= distances[edge->to]) continue;
      distances[edge->to] = distances[edge->from] + 1;
      changed = true;
    }
  }
  return distances;
}

static bool meets(const graph_goal *goal, cr_xviolation violation) {
  return violation != 0 && (goal->violation == 0 || goal->violation == violation);
}

static bool ends_here(const graph *g, uint32_t node, const graph_goal *goal, cr_xpath *path) {
  if (goal->invariants && meets(goal, g->invariants[node])) {
    path->kind = CR_XKIND_INVARIANT;
    path->violation = g->invariants[node];
    return true;
  }
  path->kind = CR_XKIND_DEADLOCK;
  path->violation = 0;
  return goal->deadlocks && g->first[node] == g->first[node + 1] && !g->finals[node];
}

static bool try_paths(const graph *g, uint32_t node, size_t left, const graph_goal *goal,
                      cr_xpath *path) {
  if (left == 0) return ends_here(g, node, goal, path);
  for (uint32_t e = g->first[node]; e < g->first[node + 1]; e++) {
    const graph_edge *edge = &g->edges[e];
    path->labels[path->labels_count - left] = edge->label;
    if (edge->violation == 0) {
      if (try_paths(g, edge->to, left - 1, goal, path)) return true;
    } else if (left == 1 && goal->transitions && meets(goal, edge->violation)) {
      path->kind = CR_XKIND_TRANSITION;
      path->violation = edge->violation;
      return true;
    }
  }
  return false;
}

bool graph_first_path(const graph *g, const graph_goal *goal, cr_xpath *path) {
  *path = (cr_xpath){.labels = cr_alloc((g->nodes_count + 1) * sizeof *path->labels)};
  for (size_t length = 0; length <= g->nodes_count; length++) {
    path->labels_count = length;
    for (uint32_t i = 0; i < g->initials_count; i++) {
      path->initial = i;
      if (try_paths(g, g->initials[i], length, goal, path)) return true;
    }
  }
  free(path->labels);
  *path = (cr_xpath){0};
  return false;
}

/* Steps from each node to the goal, UINT32_MAX where there is no way. */
static uint32_t *distances_to(const graph *g, const graph_goal *goal) {
  uint32_t *distances = cr_alloc(g->nodes_count * sizeof *distances);
  cr_xpath ignored;
  for (uint32_t node = 0; node < g->nodes_count; node++)
    distances[node] = ends_here(g, node, goal, &ignored) ? 0 : UINT32_MAX;
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t e = g->edges_count; e-- > 0;) {
      const graph_edge *edge = &g->edges[e];
      uint32_t rest = edge->violation == 0                                ? distances[edge->to]
                      : goal->transitions && meets(goal, edge->violation) ? 0
                                                                          : UINT32_MAX;
      if (rest == UINT32_MAX || rest + 1 >= distances[edge->from]) continue;
      distances[edge->from] = rest + 1;
      changed = true;
    }
  }
  return distances;
}

/* The first edge of the node that comes nearer; the goal itself may be an edge. */
static const graph_edge *nearer(const graph *g, const uint32_t *distances, uint32_t node,
                                const graph_goal *goal) {
  for (uint32_t e = g->first[node]; e < g->first[node + 1]; e++) {
    const graph_edge *edge = &g->edges[e];
    if (edge->violation == 0
            ? distances[edge->to] == distances[node] - 1
            : distances[node] == 1 && goal->transitions && meets(goal, edge->violation))
      return edge;
  }
  CR_ASSERT(false);
  return NULL;
}

bool graph_least_path(const graph *g, const graph_goal *goal, cr_xpath *path) {
  uint32_t *distances = distances_to(g, goal), least = UINT32_MAX;
  *path = (cr_xpath){0};
  for (uint32_t i = 0; i < g->initials_count; i++) {
    if (distances[g->initials[i]] >= least) continue;
    least = distances[g->initials[i]];
    path->initial = i;
  }
  if (least != UINT32_MAX) {
    path->labels = cr_alloc(((size_t)least + 1) * sizeof *path->labels);
    uint32_t node = g->initials[path->initial];
    while (path->kind == 0) {
      if (distances[node] == 0) {
        CR_ASSERT(ends_here(g, node, goal, path));
        break;
      }
      const graph_edge *edge = nearer(g, distances, node, goal);
      path->labels[path->labels_count++] = edge->label;
      node = edge->to;
      path->violation = edge->violation;
      if (edge->violation != 0) path->kind = CR_XKIND_TRANSITION;
    }
  }
  free(distances);
  return least != UINT32_MAX;
}

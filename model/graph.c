/* graph.c - a walk over all states that keeps what it sees; see clusrace/graph.h. */
#include "clusrace/graph.h"

#include <stdlib.h>
#include <string.h>

/* ---- the states met so far ------------------------------------------------------------------- */

enum { SLOTS_FIRST = 1024, ASK_EVERY = 4096 };

/* A key is a packed state and two bytes: 0, or the violated clause + 1. So the end of a branch is
 * no state that others come to. */
typedef struct cr_walk {
  const cr_model *model;
  size_t packed_bytes, key_bytes;
  uint8_t *key;
  uint32_t *slot; /* number + 1; 0 = free */
  size_t count, cap, slots;
} walk;

static void walk_init(walk *w, const cr_model *model) {
  *w = (walk){.model = model, .packed_bytes = cr_world_packed_bytes(model)};
  w->key_bytes = w->packed_bytes + 2;
  w->slots = SLOTS_FIRST;
  w->slot = cr_alloc(w->slots * sizeof *w->slot);
}

static void walk_free(walk *w) {
  free(w->key);
  free(w->slot);
}

static uint8_t *key_of(const walk *w, size_t number) { return w->key + number * w->key_bytes; }

/* The slot of a key: where it is, or the free one where it belongs. */
static uint32_t *slot_of(const walk *w, const uint8_t *key) {
  size_t at = (size_t)cr_digest(key, w->key_bytes) & (w->slots - 1);
  while (w->slot[at] != 0 && memcmp(key_of(w, w->slot[at] - 1), key, w->key_bytes) != 0)
    at = (at + 1) & (w->slots - 1);
  return &w->slot[at];
}

static void slots_grow(walk *w) {
  free(w->slot);
  w->slots *= 2;
  w->slot = cr_alloc(w->slots * sizeof *w->slot);
  for (size_t i = 0; i < w->count; i++) *slot_of(w, key_of(w, i)) = (uint32_t)i + 1;
}

/* Number of the state; *added when it is a new one. */
static uint32_t walk_add(walk *w, const cr_world *world, cr_clause violated, bool *added) {
  if (w->count == w->cap) {
    w->cap = w->cap == 0 ? 256 : 2 * w->cap;
    w->key = cr_realloc(w->key, w->cap * w->key_bytes);
  }
  unsigned end = violated == CR_CLAUSE_COUNT ? 0 : (unsigned)violated + 1;
  uint8_t *key = key_of(w, w->count);
  cr_world_pack(w->model, world, key);
  key[w->packed_bytes] = (uint8_t)(end & 0xFF);
  key[w->packed_bytes + 1] = (uint8_t)(end >> 8);
  uint32_t *slot = slot_of(w, key);
  *added = *slot == 0;
  if (!*added) return *slot - 1;
  CR_ASSERT(w->count < UINT32_MAX - 1);
  uint32_t number = (uint32_t)w->count++;
  *slot = number + 1;
  if (2 * w->count > w->slots) slots_grow(w);
  return number;
}

/* ---- the graph ------------------------------------------------------------------------------- */

static void push_state(cr_graph *g, uint32_t depth, uint32_t parent, cr_clause violated) {
  if (g->states_count == g->states_cap) {
    g->states_cap = g->states_cap == 0 ? 256 : 2 * g->states_cap;
    g->state = cr_realloc(g->state, g->states_cap * sizeof *g->state);
  }
  g->state[g->states_count++] =
      (cr_graph_state){.depth = depth, .parent = parent, .violated = violated};
  if (violated != CR_CLAUSE_COUNT) g->states_violating++;
  if (depth > g->depth) g->depth = depth;
}

static void push_edge(cr_graph *g, const cr_graph_edge *edge) {
  if (g->edges_count == g->edges_cap) {
    g->edges_cap = g->edges_cap == 0 ? 512 : 2 * g->edges_cap;
    g->edge = cr_realloc(g->edge, g->edges_cap * sizeof *g->edge);
  }
  g->edge[g->edges_count++] = *edge;
}

static void graph_expand(cr_graph *g, uint32_t from) {
  cr_world world;
  cr_actions enabled;
  cr_graph_world(g, from, &world);
  cr_world_enabled(g->model, &world, &enabled);
  g->state[from].edge = (uint32_t)g->edges_count;
  g->state[from].edges = enabled.count;
  bool final = enabled.count == 0 && cr_world_final(g->model, &world);
  g->state[from].final = final;
  g->state[from].deadlock = enabled.count == 0 && !final;
  for (unsigned i = 0; i < enabled.count; i++) {
    cr_world next = world;
    cr_graph_edge edge = {.from = from, .action = enabled.list[i]};
    bool added;
    cr_clause clause = cr_world_step(g->model, &next, enabled.list[i], &edge.event, NULL);
    edge.to = walk_add(g->walk, &next, clause, &added);
    if (added) push_state(g, g->state[from].depth + 1, (uint32_t)g->edges_count, clause);
    push_edge(g, &edge);
  }
}

cr_err cr_graph_collect(const cr_model *model, size_t states_max, uint32_t depth_max,
                        cr_graph *graph, cr_errinfo *info) {
  cr_world world;
  bool added;
  *graph = (cr_graph){.model = model, .walk = cr_alloc(sizeof *graph->walk)};
  walk_init(graph->walk, model);
  cr_world_init(model, &world);
  (void)walk_add(graph->walk, &world, CR_CLAUSE_COUNT, &added);
  push_state(graph, 0, CR_GRAPH_NONE, CR_CLAUSE_COUNT);
  for (uint32_t i = 0; i < graph->states_count && graph->states_count <= states_max; i++) {
    if (graph->state[i].violated != CR_CLAUSE_COUNT) continue;
    if (depth_max != 0 && graph->state[i].depth == depth_max)
      graph->state[i].cut = true;
    else
      graph_expand(graph, i);
  }
  if (graph->states_count <= states_max) return CR_OK;
  cr_graph_free(graph);
  return cr_fail(info, CR_ERR_INPUT, "%s has more than %zu states", cr_model_scenario(model)->name,
                 states_max);
}

void cr_graph_free(cr_graph *graph) {
  if (graph->walk != NULL) walk_free(graph->walk);
  free(graph->walk);
  free(graph->state);
  free(graph->edge);
  *graph = (cr_graph){0};
}

void cr_graph_world(const cr_graph *graph, size_t state, cr_world *world) {
  CR_ASSERT(state < graph->states_count);
  cr_world_unpack(graph->model, key_of(graph->walk, state), world);
}

bool cr_graph_mark(cr_graph *graph, const uint32_t *actions, size_t count) {
  uint32_t at = 0;
  graph->state[at].path = true;
  for (size_t i = 0; i < count; i++) {
    const cr_graph_state *state = &graph->state[at];
    uint32_t e = state->edge, end = state->edge + state->edges;
    while (e < end && graph->edge[e].action != actions[i]) e++;
    if (e == end) return false;
    graph->edge[e].path = true;
    at = graph->edge[e].to;
    graph->state[at].path = true;
  }
  return true;
}

/* ---- tallies --------------------------------------------------------------------------------- */

static void count(const cr_clauses *set, uint64_t *counts) {
  for (unsigned word = 0; word < CR_ARRAY_LEN(set->bits); word++)
    for (uint64_t left = set->bits[word]; left != 0; left &= left - 1) {
      unsigned bit = 0;
      while (!(left >> bit & 1)) bit++;
      counts[word * 64 + bit]++;
    }
}

static void tally_expand(walk *w, size_t from, cr_tally *tally) {
  cr_world world, next;
  cr_actions enabled;
  cr_event event;
  cr_judgement judgement;
  cr_world_unpack(w->model, key_of(w, from), &world);
  cr_world_enabled(w->model, &world, &enabled);
  for (unsigned i = 0; i < enabled.count; i++) {
    bool added;
    next = world;
    cr_clause clause = cr_world_step(w->model, &next, enabled.list[i], &event, &judgement);
    tally->transitions++;
    count(&judgement.exercised, tally->exercised);
    count(&judgement.violated, tally->violated);
    if (clause == CR_CLAUSE_COUNT) (void)walk_add(w, &next, CR_CLAUSE_COUNT, &added);
  }
}

void cr_tally_collect(const cr_model *model, uint64_t states_max, uint32_t depth_max,
                      bool (*go_on)(void *arg), void *arg, cr_tally *tally) {
  walk w;
  cr_world world;
  bool added;
  *tally = (cr_tally){0};
  walk_init(&w, model);
  cr_world_init(model, &world);
  (void)walk_add(&w, &world, CR_CLAUSE_COUNT, &added);
  uint32_t depth = 0;
  size_t level_end = 1, at = 0;
  for (; at < w.count; at++) {
    if (states_max != 0 && w.count > states_max) break;
    if (at == level_end) {
      depth++;
      level_end = w.count;
    }
    if (depth_max != 0 && depth == depth_max) break;
    if (go_on != NULL && at % ASK_EVERY == ASK_EVERY - 1 && !go_on(arg)) break;
    tally_expand(&w, at, tally);
  }
  tally->states = w.count;
  tally->whole = at == w.count;
  walk_free(&w);
}

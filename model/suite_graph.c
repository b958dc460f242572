/* suite_graph.c - see suite_graph.h. */
#include "suite_graph.h"

#include <stdlib.h>
#include <string.h>

enum { STOP_EVERY = 4096, OPS_MAX = 2048 };

/* ---- numbers for keys ------------------------------------------------------------------------ */

/* Keys are digests; two that are equal are taken for one. */
typedef struct numbers {
  uint64_t *key; /* by number */
  uint32_t *slot;
  uint32_t count, cap, slots;
} numbers;

static void numbers_grow(numbers *n) {
  n->cap = n->cap == 0 ? 256 : 2 * n->cap;
  n->slots = 2 * n->cap;
  n->key = cr_realloc(n->key, n->cap * sizeof *n->key);
  n->slot = cr_realloc(n->slot, n->slots * sizeof *n->slot);
  memset(n->slot, 0xFF, n->slots * sizeof *n->slot);
  for (uint32_t i = 0; i < n->count; i++) {
    uint32_t at = (uint32_t)n->key[i] & (n->slots - 1);
    while (n->slot[at] != CR_NONE) at = (at + 1) & (n->slots - 1);
    n->slot[at] = i;
  }
}

static uint32_t number_of(numbers *n, uint64_t key, bool *is_new) {
  if (n->count == n->cap) numbers_grow(n);
  uint32_t at = (uint32_t)key & (n->slots - 1);
  while (n->slot[at] != CR_NONE && n->key[n->slot[at]] != key) at = (at + 1) & (n->slots - 1);
  *is_new = n->slot[at] == CR_NONE;
  if (*is_new) {
    n->slot[at] = n->count;
    n->key[n->count++] = key;
  }
  return n->slot[at];
}

static void numbers_free(numbers *n) {
  free(n->key);
  free(n->slot);
}

/* ---- what an edge covers --------------------------------------------------------------------- */

static bool of_dll(const cr_event *e) {
  return e->role == CR_ROLE_EP || e->role == CR_ROLE_TERM || e->role == CR_ROLE_WORKER ||
         e->role == CR_ROLE_POLLER;
}

/* The resource that an event is about: the DLL's own, the object, or the one that has the volume.
 */
static unsigned resource_of(const cr_scenario *s, const cr_event *e) {
  if (of_dll(e)) return e->who;
  if (cr_event_row_of(e->kind)->object == CR_FIELD_RESOURCE) return e->object;
  for (unsigned r = 0; r < s->resources_count; r++)
    if (s->resource[r].volume == e->object) return r;
  return CR_RESOURCES_MAX;
}

static uint64_t transition_key(const cr_scenario *s, const cr_observer *o, const cr_event *e) {
  uint32_t point[24] = {e->kind,    e->role,  e->who,   e->lane,   e->object,
                        e->effects, e->cause, e->value, e->result, 0};
  unsigned n = 10, r = resource_of(s, e);
  if (r < CR_RESOURCES_MAX) {
    const cr_obs_resource *x = &o->resource[r];
    point[n++] = 1u + x->mon;
    point[n++] = x->inflight;
    point[n++] = x->term;
    point[n++] = x->cancel;
    point[n++] = (x->w0 != 0) + 2u * (x->w1 != 0);
  }
  if (cr_event_row_of(e->kind)->object == CR_FIELD_VOLUME) {
    const cr_obs_volume *v = &o->volume[e->object];
    point[n++] = v->off;
    point[n++] = v->fs;
    point[n++] = v->pend;
    point[n++] = (v->lock != 0) + 2u * v->impl;
  }
  return cr_digest(point, n * sizeof point[0]);
}

/* A handle is not part of it: which one it is depends on who opened before. */
static cr__op op_of(const cr_scenario *s, const cr_event *e) {
  uint32_t parts[] = {e->kind, e->role, e->who, e->lane, e->object, e->value};
  unsigned r = resource_of(s, e);
  if (cr_event_row_of(e->kind)->object == CR_FIELD_VOLUME) parts[5] = 0;
  return (cr__op){
      .key = cr_digest(parts, sizeof parts),
      .actor = (uint16_t)(e->role * 64u + e->who * 8u + e->lane),
      .family = (uint16_t)(r < CR_RESOURCES_MAX ? r : (unsigned)CR_RESOURCES_MAX + e->object)};
}

/* ---- building -------------------------------------------------------------------------------- */

typedef struct builder {
  cr__graph *g;
  numbers states, transitions, lists, ops;
  uint8_t *packed; /* of all nodes */
  size_t bytes, nodes_cap, edges_cap, items_cap, lists_cap;
  uint32_t clause_item[CR_CLAUSE_COUNT];
  uint32_t list_items;
} builder;

/* The number of a state; states are compared whole, so that no two become one. */
static uint32_t node_of(builder *b, const uint8_t *packed, uint32_t depth, bool may_add) {
  cr__graph *g = b->g;
  for (uint64_t salt = 0;; salt++) { /* two states with one digest: the next salt */
    uint64_t key = cr_digest_seeded(packed, b->bytes, salt);
    numbers *n = &b->states;
    if (n->count == n->cap) numbers_grow(n);
    uint32_t at = (uint32_t)key & (n->slots - 1);
    while (n->slot[at] != CR_NONE && n->key[n->slot[at]] != key) at = (at + 1) & (n->slots - 1);
    if (n->slot[at] != CR_NONE) {
      CR_ASSERT(b->packed != NULL);
      if (memcmp(b->packed + (size_t)n->slot[at] * b->bytes, packed, b->bytes) == 0)
        return n->slot[at];
      continue;
    }
    if (!may_add) return CR_NONE;
    if (g->nodes == b->nodes_cap) {
      b->nodes_cap = b->nodes_cap == 0 ? 1024 : 2 * b->nodes_cap;
      b->packed = cr_realloc(b->packed, b->nodes_cap * b->bytes);
      g->depth = cr_realloc(g->depth, b->nodes_cap * sizeof *g->depth);
    }
    CR_ASSERT(b->packed != NULL && g->depth != NULL);
    n->slot[at] = n->count;
    n->key[n->count++] = key;
    memcpy(b->packed + (size_t)g->nodes * b->bytes, packed, b->bytes);
    g->depth[g->nodes] = depth;
    return g->nodes++;
  }
}

/* The number of the list of these items. */
static uint32_t list_of(builder *b, const uint32_t *items, uint32_t count) {
  cr__graph *g = b->g;
  bool is_new;
  uint32_t list = number_of(&b->lists, cr_digest(items, count * sizeof *items), &is_new);
  if (!is_new) return list;
  if (list + 2 > b->lists_cap) {
    b->lists_cap = b->lists_cap == 0 ? 256 : 2 * b->lists_cap;
    g->list_first = cr_realloc(g->list_first, b->lists_cap * sizeof *g->list_first);
  }
  if (b->list_items + count > b->items_cap) {
    b->items_cap = 2 * (b->items_cap + count);
    g->list_item = cr_realloc(g->list_item, b->items_cap * sizeof *g->list_item);
  }
  memcpy(g->list_item + b->list_items, items, count * sizeof *items);
  g->list_first[list] = b->list_items;
  b->list_items += count;
  g->list_first[list + 1] = b->list_items;
  g->lists_count = list + 1;
  return list;
}

static uint32_t items_of(builder *b, const cr_observer *before, const cr_event *e,
                         const cr_judgement *judged) {
  cr__graph *g = b->g;
  uint32_t items[1 + CR_CLAUSE_COUNT], count = 0;
  bool is_new;
  uint32_t transition =
      number_of(&b->transitions, transition_key(cr_model_scenario(g->model), before, e), &is_new);
  if (is_new) g->transitions++;
  items[count++] = transition;
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++) {
    if (!cr_clauses_has(&judged->exercised, (cr_clause)c)) continue;
    cr_clauses_add(&g->exercised, (cr_clause)c);
    if (b->clause_item[c] == 0) {
      uint64_t key = UINT64_C(0xC1A05E0000000000) + c;
      b->clause_item[c] = 1 + number_of(&b->transitions, key, &is_new);
      g->clauses++;
    }
    items[count++] = b->clause_item[c] - 1;
  }
  return list_of(b, items, count);
}

static uint16_t op_number(builder *b, const cr_event *e) {
  cr__graph *g = b->g;
  cr__op op = op_of(cr_model_scenario(g->model), e);
  bool is_new;
  uint32_t number = number_of(&b->ops, op.key, &is_new);
  if (is_new) {
    CR_ASSERT(number < OPS_MAX);
    g->op = cr_realloc(g->op, (number + 1) * sizeof *g->op);
    g->op[number] = op;
    g->ops_count = number + 1;
  }
  return (uint16_t)number;
}

static void expand(builder *b, uint32_t node, uint64_t max_states) {
  cr__graph *g = b->g;
  cr_world world, next;
  cr_actions enabled;
  cr_world_unpack(g->model, b->packed + (size_t)node * b->bytes, &world);
  cr_world_enabled(g->model, &world, &enabled);
  uint8_t *packed = cr_alloc(b->bytes);
  for (unsigned i = 0; i < enabled.count; i++) {
    cr_event event;
    cr_judgement judged;
    next = world;
    (void)cr_world_step(g->model, &next, enabled.list[i], &event, &judged);
    cr_world_pack(g->model, &next, packed);
    uint32_t to = node_of(b, packed, g->depth[node] + 1, g->nodes < max_states);
    if (to == CR_NONE) {
      g->complete = false;
      continue;
    }
    if (g->edges_count == b->edges_cap) {
      b->edges_cap = b->edges_cap == 0 ? 4096 : 2 * b->edges_cap;
      g->edge = cr_realloc(g->edge, b->edges_cap * sizeof *g->edge);
    }
    g->edge[g->edges_count++] = (cr__edge){.to = to,
                                           .list = items_of(b, &world.observer, &event, &judged),
                                           .op = op_number(b, &event),
                                           .action = enabled.list[i]};
  }
  free(packed);
}

/* Two operations that were both possible, of different actors, on one thing. */
static bool races(const cr__graph *g, uint32_t from, const cr__edge *a, const cr__edge *b) {
  const cr__op *x = &g->op[a->op], *y = &g->op[b->op];
  if (x->actor == y->actor || x->family != y->family) return false;
  for (uint32_t e = g->first[from]; e < g->first[from + 1]; e++)
    if (g->edge[e].op == b->op) return true;
  return false;
}

uint32_t cr__graph_pair(const cr__graph *g, uint32_t from, const cr__edge *a, const cr__edge *b) {
  if (g->pair == NULL) return CR_NONE;
  uint32_t item = g->pair[(size_t)a->op * g->ops_count + b->op];
  return item != CR_NONE && races(g, from, a, b) ? item : CR_NONE;
}

static void number_pairs(cr__graph *g) {
  size_t n = (size_t)g->ops_count * g->ops_count;
  g->pair = cr_alloc(n * sizeof *g->pair);
  memset(g->pair, 0xFF, n * sizeof *g->pair);
  for (uint32_t node = 0; node < g->nodes; node++)
    for (uint32_t a = g->first[node]; a < g->first[node + 1]; a++) {
      uint32_t middle = g->edge[a].to;
      for (uint32_t b = g->first[middle]; b < g->first[middle + 1]; b++) {
        uint32_t *item = &g->pair[(size_t)g->edge[a].op * g->ops_count + g->edge[b].op];
        if (*item != CR_NONE || !races(g, node, &g->edge[a], &g->edge[b])) continue;
        *item = g->items_count++;
        g->pairs++;
      }
    }
}

void cr__graph_make(cr__graph *g, const cr_model *model, const cr_suite_options *options) {
  *g = (cr__graph){.model = model, .complete = true};
  uint64_t max_states =
      options != NULL && options->max_states != 0 ? options->max_states : CR_SUITE_STATES;
  builder b = {.g = g, .bytes = cr_world_packed_bytes(model)};
  uint8_t *packed = cr_alloc(b.bytes);
  size_t firsts_cap = 0;
  cr_world world;
  cr_world_init(model, &world);
  cr_world_pack(model, &world, packed);
  node_of(&b, packed, 0, true);
  free(packed);
  for (uint32_t node = 0; node < g->nodes; node++) {
    if (options != NULL && options->stop != NULL && node % STOP_EVERY == 0 && options->stop())
      g->stopped = true;
    if (node + 2 > firsts_cap) {
      firsts_cap = firsts_cap == 0 ? 1024 : 2 * firsts_cap;
      g->first = cr_realloc(g->first, firsts_cap * sizeof *g->first);
    }
    g->first[node] = g->edges_count;
    if (!g->stopped) expand(&b, node, max_states);
    g->first[node + 1] = g->edges_count;
  }
  g->items_count = b.transitions.count;
  if (options != NULL && options->pairs && !g->stopped && g->ops_count != 0) number_pairs(g);
  numbers_free(&b.states);
  numbers_free(&b.transitions);
  numbers_free(&b.lists);
  numbers_free(&b.ops);
  free(b.packed);
}

void cr__graph_free(cr__graph *g) {
  free(g->first);
  free(g->depth);
  free(g->edge);
  free(g->list_first);
  free(g->list_item);
  free(g->op);
  free(g->pair);
  *g = (cr__graph){0};
}

/* ---- how small a suite can be ---------------------------------------------------------------- */

enum { BITS_MAX_BYTES = 1 << 29 };

typedef struct bounds {
  const cr__graph *g;
  size_t words;
  uint64_t *after; /* of each node: the items that can still come */
  uint64_t *with;  /* of each item: those that can be in one run with it */
  uint32_t *depth; /* of each item: the shortest way that covers it */
} bounds;

static void put(uint64_t *set, uint32_t item) { set[item / 64] |= (uint64_t)1 << (item % 64); }
static bool has(const uint64_t *set, uint32_t item) { return set[item / 64] >> (item % 64) & 1; }

static bool join(uint64_t *to, const uint64_t *from, size_t words) {
  uint64_t changed = 0;
  for (size_t w = 0; w < words; w++) {
    changed |= from[w] & ~to[w];
    to[w] |= from[w];
  }
  return changed != 0;
}

/* What edge e of node n covers, with the pairs that begin with it. */
static void edge_items(const cr__graph *g, uint32_t n, uint32_t e, uint64_t *set) {
  const cr__edge *a = &g->edge[e];
  for (uint32_t i = g->list_first[a->list]; i < g->list_first[a->list + 1]; i++)
    put(set, g->list_item[i]);
  for (uint32_t k = g->first[a->to]; g->pair != NULL && k < g->first[a->to + 1]; k++) {
    uint32_t pair = cr__graph_pair(g, n, a, &g->edge[k]);
    if (pair != CR_NONE) put(set, pair);
  }
}

/* Against the edges, mostly; a graph with cycles takes several rounds. */
static void find_after(bounds *b) {
  const cr__graph *g = b->g;
  for (uint32_t n = 0; n < g->nodes; n++)
    for (uint32_t e = g->first[n]; e < g->first[n + 1]; e++)
      edge_items(g, n, e, b->after + n * b->words);
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t n = g->nodes; n-- > 0;)
      for (uint32_t e = g->first[n]; e < g->first[n + 1]; e++)
        changed |= join(b->after + n * b->words, b->after + g->edge[e].to * b->words, b->words);
  }
}

static void meet(bounds *b, uint32_t item, const uint64_t *others, uint32_t depth) {
  join(b->with + item * b->words, others, b->words);
  if (depth < b->depth[item]) b->depth[item] = depth;
}

static void find_with(bounds *b) {
  const cr__graph *g = b->g;
  uint64_t *set = cr_alloc(b->words * sizeof *set);
  for (uint32_t n = 0; n < g->nodes; n++)
    for (uint32_t e = g->first[n]; e < g->first[n + 1]; e++) {
      const cr__edge *a = &g->edge[e];
      memcpy(set, b->after + a->to * b->words, b->words * sizeof *set);
      edge_items(g, n, e, set);
      for (uint32_t i = g->list_first[a->list]; i < g->list_first[a->list + 1]; i++)
        meet(b, g->list_item[i], set, g->depth[n] + 1);
      for (uint32_t k = g->first[a->to]; g->pair != NULL && k < g->first[a->to + 1]; k++) {
        uint32_t pair = cr__graph_pair(g, n, a, &g->edge[k]);
        if (pair != CR_NONE) meet(b, pair, set, g->depth[n] + 2);
      }
    }
  free(set);
  for (uint32_t i = 0; i < g->items_count; i++) /* before as well as after */
    for (uint32_t k = 0; k < g->items_count; k++)
      if (has(b->with + i * b->words, k)) put(b->with + k * b->words, i);
}

typedef struct ranked {
  uint32_t item, rank;
} ranked;

static int compare_ranked(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
  return (x->item > y->item) - (x->item < y->item);
}

/* Items that exclude each other, taken greedily in this order; how many, and their depths. */
static void exclusive(const bounds *b, const ranked *order, uint32_t *traces, uint64_t *steps) {
  uint64_t *out = cr_alloc(b->words * sizeof *out), depths = 0;
  uint32_t count = 0;
  for (uint32_t i = 0; i < b->g->items_count; i++) {
    uint32_t item = order[i].item;
    if (has(out, item)) continue;
    join(out, b->with + item * b->words, b->words);
    count++;
    depths += b->depth[item];
  }
  free(out);
  if (count > *traces) *traces = count;
  if (depths > *steps) *steps = depths;
}

/* Items that few others go along with come first, or deep ones. Pairs come last, or among the
 * others: a suite with pairs is never told to be smaller than one without them. */
static void try_order(const bounds *b, bool deep, bool pairs_last, ranked *order, uint32_t *traces,
                      uint64_t *steps) {
  const cr__graph *g = b->g;
  uint32_t plain = pairs_last ? g->transitions + g->clauses : g->items_count;
  for (uint32_t i = 0; i < g->items_count; i++) {
    order[i] = (ranked){.item = i, .rank = deep ? CR_NONE - b->depth[i] : 0};
    for (uint32_t k = 0; k < plain && !deep; k++) order[i].rank += has(b->with + i * b->words, k);
  }
  qsort(order, plain, sizeof *order, compare_ranked);
  qsort(order + plain, g->items_count - plain, sizeof *order, compare_ranked);
  exclusive(b, order, traces, steps);
}

void cr__graph_least(const cr__graph *g, uint32_t *traces, uint64_t *steps) {
  *traces = 1;
  *steps = 1;
  bounds b = {.g = g, .words = (g->items_count + 63) / 64};
  if (g->items_count == 0 || g->nodes > BITS_MAX_BYTES / (8 * b.words)) return;
  b.after = cr_alloc(g->nodes * b.words * sizeof *b.after);
  b.with = cr_alloc(g->items_count * b.words * sizeof *b.with);
  b.depth = cr_alloc(g->items_count * sizeof *b.depth);
  ranked *order = cr_alloc(g->items_count * sizeof *order);
  memset(b.depth, 0xFF, g->items_count * sizeof *b.depth);
  find_after(&b);
  find_with(&b);
  for (unsigned way = 0; way < 4; way++)
    try_order(&b, way % 2 != 0, way / 2 != 0, order, traces, steps);
  free(b.after);
  free(b.with);
  free(b.depth);
  free(order);
}

/* lasso_reference.c - lassos by one thread, over a list of all transitions and one search a duty
 * (Tarjan's algorithm, without recursion); states are visited one by one. Slow and plain: what the
 * explorer's own search is compared with.
 */
#include <stdlib.h>
#include <string.h>

#include "findings.h"
#include "lasso_reference.h"

#define NONE UINT32_MAX

/* The transitions of all states, those of state s at first[s] .. first[s + 1] - 1. */
typedef struct graph {
  cr__xspace *space;
  cr__xstore *store;
  uint32_t states;
  size_t edges, cap, bytes;
  uint32_t *first, *to, *label;
  uint8_t *class;
  uint64_t *owed, *enabled; /* of each state: duties; fairness classes */
  bool refused;
} graph;

typedef struct collect {
  graph *g;
  const unsigned char *key;
  uint32_t index;
} collect;

static void *reserve(graph *g, size_t count, size_t size) {
  if (g->refused || !cr__xstore_reserve(g->store, count * size)) {
    g->refused = true;
    return NULL;
  }
  g->bytes += count * size;
  return cr_alloc(count * size);
}

static void *grow(graph *g, void *old, size_t count, size_t size, size_t next) {
  void *new = reserve(g, next, size);
  if (new != NULL && count > 0) memcpy(new, old, count * size);
  if (new == NULL) return old;
  free(old);
  cr__xstore_release(g->store, count * size);
  g->bytes -= count * size;
  return new;
}

static void add_edge(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  collect *c = sink->arg;
  graph *g = c->g;
  if (violation != 0 || g->refused) return;
  uint32_t to = cr__xstore_find(g->store, next);
  CR_ASSERT(to != CR__XNO_STATE);
  if (g->edges == g->cap) {
    size_t cap = g->cap == 0 ? 1024 : g->cap + g->cap / 2;
    g->to = grow(g, g->to, g->cap, sizeof *g->to, cap);
    g->label = grow(g, g->label, g->cap, sizeof *g->label, cap);
    g->class = grow(g, g->class, g->cap, sizeof *g->class, cap);
    if (g->refused) return;
    g->cap = cap;
  }
  unsigned class = cr__xspace_fairness(g->space, 0, c->key, label);
  CR_ASSERT(class <= CR_XFAIRNESS_MAX);
  g->to[g->edges] = to;
  g->label[g->edges] = label;
  g->class[g->edges++] = (uint8_t) class;
  if (class != 0) g->enabled[c->index] |= (uint64_t)1 << class;
}

static void graph_build(graph *g) {
  g->states = g->store->count;
  g->first = reserve(g, (size_t)g->states + 1, sizeof *g->first);
  g->owed = reserve(g, g->states, sizeof *g->owed);
  g->enabled = reserve(g, g->states, sizeof *g->enabled);
  for (uint32_t i = 0; i < g->states && !g->refused; i++) {
    const unsigned char *key = cr__xstore_key(g->store, i);
    g->first[i] = (uint32_t)g->edges;
    g->owed[i] = cr__xspace_owed(g->space, 0, key);
    collect c = {.g = g, .key = key, .index = i};
    cr_xsink sink = {.take = add_edge, .arg = &c};
    cr__xspace_successors(g->space, 0, key, &sink);
    if (g->edges >= NONE - 1) g->refused = true;
  }
  if (!g->refused) g->first[g->states] = (uint32_t)g->edges;
}

static void graph_free(graph *g) {
  free(g->first);
  free(g->to);
  free(g->label);
  free(g->class);
  free(g->owed);
  free(g->enabled);
  cr__xstore_release(g->store, g->bytes);
}

/* ---- components ------------------------------------------------------------------------------ */

/* One search over the states in which a duty is owed. */
typedef struct tarjan {
  const graph *g;
  uint64_t duty;
  uint32_t *order, *low, *component; /* of each state; NONE: not met, or of no component yet */
  uint32_t *open, *path, *next;      /* stacks; next: the edge to look at, of each state on path */
  uint32_t open_count, path_count, met, components;
  uint32_t best, best_component; /* least state of the first unfair component */
} tarjan;

static void enter(tarjan *t, uint32_t state) {
  t->order[state] = t->low[state] = t->met++;
  t->open[t->open_count++] = state;
  t->path[t->path_count] = state;
  t->next[t->path_count++] = t->g->first[state];
}

/* The component on top of the open stack down to root is complete: is it a counterexample? */
static void judge_component(tarjan *t, uint32_t root) {
  const graph *g = t->g;
  uint32_t number = t->components++, bottom = t->open_count, least = NONE;
  do {
    uint32_t state = t->open[--bottom];
    t->component[state] = number;
    if (state < least) least = state;
  } while (t->open[bottom] != root);
  uint64_t always = UINT64_MAX, taken = 0;
  bool cycle = false;
  for (uint32_t i = bottom; i < t->open_count; i++) {
    uint32_t state = t->open[i];
    always &= g->enabled[state];
    for (uint32_t e = g->first[state]; e < g->first[state + 1]; e++) {
      if (t->component[g->to[e]] != number) continue;
      cycle = true;
      if (g->class[e] != 0) taken |= (uint64_t)1 << g->class[e];
    }
  }
  t->open_count = bottom;
  if (cycle && (always & ~taken) == 0 && least < t->best) {
    t->best = least;
    t->best_component = number;
  }
}

static void search_from(tarjan *t, uint32_t start) {
  const graph *g = t->g;
  enter(t, start);
  while (t->path_count > 0) {
    uint32_t state = t->path[t->path_count - 1], e = t->next[t->path_count - 1];
    if (e < g->first[state + 1]) {
      t->next[t->path_count - 1]++;
      uint32_t to = g->to[e];
      if ((g->owed[to] & t->duty) == 0) continue;
      if (t->order[to] == NONE)
        enter(t, to);
      else if (t->component[to] == NONE && t->order[to] < t->low[state])
        t->low[state] = t->order[to];
      continue;
    }
    t->path_count--;
    if (t->path_count > 0) {
      uint32_t parent = t->path[t->path_count - 1];
      if (t->low[state] < t->low[parent]) t->low[parent] = t->low[state];
    }
    if (t->low[state] == t->order[state]) judge_component(t, state);
  }
}

/* ---- the cycle to show ----------------------------------------------------------------------- */

typedef struct tour {
  const tarjan *t;
  uint64_t missing; /* classes that would still be enabled throughout and never taken */
  uint32_t start, now;
  uint32_t *queue, *by; /* by: edge by which a state was reached, NONE: not yet */
  uint32_t *from;
  uint32_t *labels;
  size_t count, cap;
} tour;

static bool wanted(const tour *w, uint32_t e, bool home) {
  const graph *g = w->t->g;
  if (home) return g->to[e] == w->start;
  return ((uint64_t)1 << g->class[e] & w -> missing) != 0 ||
         (w->missing & ~g->enabled[g->to[e]]) != 0;
}

static void walk_edge(tour *w, uint32_t e) {
  const graph *g = w->t->g;
  if (w->count == w->cap) {
    w->cap = w->cap == 0 ? 16 : 2 * w->cap;
    w->labels = cr_realloc(w->labels, w->cap * sizeof *w->labels);
  }
  w->labels[w->count++] = g->label[e];
  w->missing &= ~((uint64_t)1 << g->class[e]);
  w->missing &= g->enabled[g->to[e]];
  w->now = g->to[e];
}

/* The shortest way, inside the component, over an edge that is wanted. */
static void walk(tour *w, bool home) {
  const graph *g = w->t->g;
  uint32_t head = 0, tail = 0, last = NONE;
  memset(w->by, 0xFF, g->states * sizeof *w->by);
  w->queue[tail++] = w->now;
  while (last == NONE) {
    CR_ASSERT(head < tail);
    uint32_t state = w->queue[head++];
    for (uint32_t e = g->first[state]; e < g->first[state + 1] && last == NONE; e++) {
      uint32_t to = g->to[e];
      if ((g->owed[to] & w->t->duty) == 0 || w->t->component[to] != w->t->best_component) continue;
      if (wanted(w, e, home)) {
        w->from[e] = state;
        last = e;
      } else if (to != w->now && w->by[to] == NONE) {
        w->by[to] = e;
        w->from[e] = state;
        w->queue[tail++] = to;
      }
    }
  }
  uint32_t *way = cr_alloc((size_t)(tail + 1) * sizeof *way);
  size_t steps = 0;
  for (uint32_t e = last;; e = w->by[w->from[e]]) {
    way[steps++] = e;
    if (w->from[e] == w->now) break;
  }
  while (steps > 0) walk_edge(w, way[--steps]);
  free(way);
}

/* A cycle from the component's least state on which no class is enabled throughout and not taken.
 */
static void cycle_build(const tarjan *t, cr_xpath *path) {
  const graph *g = t->g;
  tour w = {.t = t, .start = t->best, .now = t->best, .missing = g->enabled[t->best]};
  w.queue = cr_alloc((size_t)g->states * sizeof *w.queue);
  w.by = cr_alloc((size_t)g->states * sizeof *w.by);
  w.from = cr_alloc(g->edges * sizeof *w.from);
  while (w.missing != 0) walk(&w, false);
  if (w.now != w.start || w.count == 0) walk(&w, true);
  path->labels = cr_realloc(path->labels, (path->labels_count + w.count) * sizeof *path->labels);
  memcpy(path->labels + path->labels_count, w.labels, w.count * sizeof *w.labels);
  path->labels_count += w.count;
  free(w.queue);
  free(w.by);
  free(w.from);
  free(w.labels);
}

/* ---- all duties ------------------------------------------------------------------------------ */

static void search_duty(graph *g, unsigned bit, tarjan *t, cr_xpath **paths, size_t *count) {
  size_t bytes = (size_t)g->states * sizeof *t->order;
  uint32_t stuck = NONE;
  t->duty = (uint64_t)1 << bit;
  t->open_count = t->path_count = t->met = t->components = 0;
  t->best = NONE;
  memset(t->order, 0xFF, bytes);
  memset(t->component, 0xFF, bytes);
  for (uint32_t i = 0; i < g->states; i++) {
    if ((g->owed[i] & t->duty) == 0) continue;
    if (g->enabled[i] == 0 && stuck == NONE) stuck = i;
    if (t->order[i] == NONE) search_from(t, i);
  }
  if (stuck == NONE && t->best == NONE) return;
  cr__xfinding end = {.kind = CR_XKIND_INVARIANT, .state = stuck <= t->best ? stuck : t->best};
  cr_xpath path;
  cr__xpath_build(g->space, g->store, &end, &path);
  path.kind = CR_XKIND_LASSO;
  path.violation = bit + 1;
  path.loop = path.labels_count;
  if (stuck > t->best) cycle_build(t, &path);
  *paths = cr_realloc(*paths, (*count + 1) * sizeof **paths);
  (*paths)[(*count)++] = path;
}

static bool search(cr__xspace *space, cr__xstore *store, cr_xpath **paths, size_t *count) {
  graph g = {.space = space, .store = store};
  graph_build(&g);
  tarjan t = {.g = &g};
  uint32_t **arrays[] = {&t.order, &t.low, &t.component, &t.open, &t.path, &t.next};
  for (size_t i = 0; i < CR_ARRAY_LEN(arrays); i++)
    *arrays[i] = reserve(&g, g.states, sizeof **arrays[i]);
  if (!g.refused) {
    uint64_t duties = 0;
    for (uint32_t i = 0; i < g.states; i++) duties |= g.owed[i];
    for (unsigned bit = 0; bit < 64; bit++)
      if (duties >> bit & 1) search_duty(&g, bit, &t, paths, count);
  }
  for (size_t i = 0; i < CR_ARRAY_LEN(arrays); i++) free(*arrays[i]);
  graph_free(&g);
  return !g.refused;
}

/* ---- the walk -------------------------------------------------------------------------------- */

typedef struct walk_sink {
  cr__xstore *store;
  uint32_t from;
} walk_sink;

static void visit(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  const walk_sink *w = sink->arg;
  (void)label;
  if (violation != 0) return;
  cr__xadd how = cr__xstore_add(w->store, cr__xstore_hash(w->store, next), next, w->from);
  CR_ASSERT(how == CR__XADD_NEW || how == CR__XADD_KNOWN);
}

static void walk_all(cr__xspace *space, cr__xstore *store) {
  unsigned char *key = cr_alloc(store->key_bytes);
  for (uint32_t i = 0; cr__xspace_initial(space, 0, i, key); i++)
    (void)cr__xstore_add(store, cr__xstore_hash(store, key), key, CR__XNO_PARENT);
  for (uint32_t i = 0; i < store->count; i++) {
    walk_sink w = {store, i};
    cr_xsink sink = {.take = visit, .arg = &w};
    memcpy(key, cr__xstore_key(store, i), store->key_bytes);
    cr__xspace_successors(space, 0, key, &sink);
  }
  free(key);
}

cr_xpath *lasso_reference(const cr_xmodel *model, size_t *count) {
  cr_xoptions options = {.plain = true};
  cr_xpath *paths = NULL;
  cr__xstore store;
  *count = 0;
  cr__xspace *space = cr__xspace_new(model, &options, 1, NULL);
  CR_ASSERT(space != NULL);
  cr__xstore_kind kind = {.key_bytes = cr__xspace_key_bytes(space),
                          .narrow = cr__xspace_narrow(space),
                          .numbered = true};
  cr__xstore_init(&store, &kind);
  walk_all(space, &store);
  bool room = search(space, &store, &paths, count);
  CR_ASSERT(room);
  cr__xstore_free(&store);
  cr__xspace_free(space);
  return paths;
}

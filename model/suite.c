/* suite.c - see clusrace/suite.h. */
#include "clusrace/suite.h"

#include <stdlib.h>
#include <string.h>

#include "suite_graph.h"

/* A walk from the initial state: its edges. */
typedef struct walk {
  uint32_t *edge;
  uint32_t count, cap;
} walk;

typedef struct making {
  const cr__graph *g;
  const cr_suite_options *options;
  walk *walk;
  uint32_t walks;
  uint32_t *times; /* of each item: how many walks cover it */
  /* of the search for the nearest item */
  uint32_t *queue, *parent, *by, *seen;
  uint32_t round;
} making;

static void push(walk *w, uint32_t edge) {
  if (w->count == w->cap) {
    w->cap = w->cap == 0 ? 64 : 2 * w->cap;
    w->edge = cr_realloc(w->edge, w->cap * sizeof *w->edge);
  }
  w->edge[w->count++] = edge;
}

/* ---- what a walk covers ---------------------------------------------------------------------- */

static void visit_items(const cr__graph *g, const walk *w, void (*item)(void *, uint32_t, uint32_t),
                        void *arg) {
  uint32_t node = 0, before = 0;
  for (uint32_t i = 0; i < w->count; i++) {
    const cr__edge *e = &g->edge[w->edge[i]];
    for (uint32_t k = g->list_first[e->list]; k < g->list_first[e->list + 1]; k++)
      item(arg, g->list_item[k], i + 1);
    if (i > 0) {
      uint32_t pair = cr__graph_pair(g, before, &g->edge[w->edge[i - 1]], e);
      if (pair != CR_NONE) item(arg, pair, i + 1);
    }
    before = node;
    node = e->to;
  }
}

/* Each item of a walk once, with the first place where it is covered. */
typedef struct marks {
  uint32_t *first; /* by item; 0 = not covered */
} marks;

static void mark(void *arg, uint32_t item, uint32_t at) {
  marks *m = arg;
  if (m->first[item] == 0) m->first[item] = at;
}

static void marks_of(const making *m, const walk *w, marks *k) {
  memset(k->first, 0, m->g->items_count * sizeof *k->first);
  visit_items(m->g, w, mark, k);
}

/* ---- walking --------------------------------------------------------------------------------- */

static uint32_t gain_of_list(const making *m, const cr__edge *e) {
  const cr__graph *g = m->g;
  uint32_t gain = 0;
  for (uint32_t k = g->list_first[e->list]; k < g->list_first[e->list + 1]; k++)
    gain += m->times[g->list_item[k]] == 0;
  return gain;
}

static bool pair_is_open(const making *m, uint32_t from, const cr__edge *a, const cr__edge *b) {
  uint32_t pair = cr__graph_pair(m->g, from, a, b);
  return pair != CR_NONE && m->times[pair] == 0;
}

/* The best of node's edges: most items that are new, the first of equals. second: one more edge,
 * when it is a pair that is new; CR_NONE otherwise. */
static uint32_t best_edge(const making *m, uint32_t node, uint32_t *second) {
  const cr__graph *g = m->g;
  uint32_t best = CR_NONE, most = 0;
  *second = CR_NONE;
  for (uint32_t e = g->first[node]; e < g->first[node + 1]; e++) {
    uint32_t gain = gain_of_list(m, &g->edge[e]);
    if (gain > most) {
      most = gain;
      best = e;
    }
  }
  if (best != CR_NONE || g->pair == NULL) return best;
  for (uint32_t e = g->first[node]; e < g->first[node + 1]; e++) {
    uint32_t middle = g->edge[e].to;
    for (uint32_t k = g->first[middle]; k < g->first[middle + 1]; k++)
      if (pair_is_open(m, node, &g->edge[e], &g->edge[k])) {
        *second = k;
        return e;
      }
  }
  return CR_NONE;
}

/* The edges from the tree of the search, in the order of the walk. */
static void push_path(const making *m, walk *w, uint32_t from, uint32_t node) {
  uint32_t begin = w->count;
  for (; node != from; node = m->parent[node]) push(w, m->by[node]);
  for (uint32_t i = begin, k = w->count; i + 1 < k; i++, k--) {
    uint32_t edge = w->edge[i];
    w->edge[i] = w->edge[k - 1];
    w->edge[k - 1] = edge;
  }
}

/* Goes on from node, which is entered from `before`, to the nearest item that is new; false when
 * there is none. */
static bool extend(making *m, walk *w, uint32_t before, uint32_t node) {
  const cr__graph *g = m->g;
  uint32_t head = 0, tail = 0;
  for (uint32_t k = g->first[node]; w->count > 0 && k < g->first[node + 1]; k++)
    if (pair_is_open(m, before, &g->edge[w->edge[w->count - 1]], &g->edge[k])) {
      push(w, k);
      return true;
    }
  m->round++;
  m->seen[node] = m->round;
  m->queue[tail++] = node;
  while (head < tail) {
    uint32_t at = m->queue[head++], second;
    uint32_t edge = best_edge(m, at, &second);
    if (edge != CR_NONE) {
      push_path(m, w, node, at);
      push(w, edge);
      if (second != CR_NONE) push(w, second);
      return true;
    }
    for (uint32_t e = g->first[at]; e < g->first[at + 1]; e++) {
      uint32_t to = g->edge[e].to;
      if (m->seen[to] == m->round) continue;
      m->seen[to] = m->round;
      m->parent[to] = at;
      m->by[to] = e;
      m->queue[tail++] = to;
    }
  }
  return false;
}

/* Counts the items of the walk from edge number `from` on. Where the walk stands then. */
typedef struct counting {
  making *m;
  uint32_t from;
} counting;

static void count_item(void *arg, uint32_t item, uint32_t at) {
  counting *c = arg;
  if (at > c->from) c->m->times[item]++;
}

static void stand(const cr__graph *g, const walk *w, uint32_t *before, uint32_t *node) {
  *before = *node = 0;
  for (uint32_t i = 0; i < w->count; i++) {
    *before = *node;
    *node = g->edge[w->edge[i]].to;
  }
}

static bool stopped(const making *m) {
  return m->options != NULL && m->options->stop != NULL && m->options->stop();
}

static void walk_all(making *m) {
  const cr__graph *g = m->g;
  for (;;) {
    walk w = {0};
    uint32_t before = 0, node = 0, counted = 0;
    while (!stopped(m) && extend(m, &w, before, node)) {
      counting c = {m, counted};
      visit_items(g, &w, count_item, &c);
      counted = w.count;
      stand(g, &w, &before, &node);
    }
    if (w.count == 0 || stopped(m)) {
      free(w.edge);
      return;
    }
    m->walk = cr_realloc(m->walk, (m->walks + 1) * sizeof *m->walk);
    m->walk[m->walks++] = w;
  }
}

/* ---- leaving out ----------------------------------------------------------------------------- */

/* From the last walk to the first: the later ones were made for what was left. */
static void prune(making *m) {
  uint32_t items = m->g->items_count;
  marks k = {cr_alloc(items * sizeof(uint32_t))};
  memset(m->times, 0, items * sizeof *m->times);
  for (uint32_t w = 0; w < m->walks; w++) {
    marks_of(m, &m->walk[w], &k);
    for (uint32_t i = 0; i < items; i++) m->times[i] += k.first[i] != 0;
  }
  for (uint32_t w = m->walks; w-- > 0;) {
    uint32_t needed = 0; /* edges, for what only this one covers */
    marks_of(m, &m->walk[w], &k);
    for (uint32_t i = 0; i < items; i++)
      if (k.first[i] > needed && m->times[i] == 1) needed = k.first[i];
    for (uint32_t i = 0; i < items; i++)
      if (k.first[i] > needed) m->times[i]--;
    m->walk[w].count = needed;
  }
  uint32_t kept = 0;
  for (uint32_t w = 0; w < m->walks; w++) {
    if (m->walk[w].count > 0)
      m->walk[kept++] = m->walk[w];
    else
      free(m->walk[w].edge);
  }
  m->walks = kept;
  free(k.first);
}

/* ---- traces ---------------------------------------------------------------------------------- */

static void trace_of(const cr__graph *g, const walk *w, cr_trace *trace) {
  static const cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  cr_world world;
  cr_trace_init(trace, cr_model_scenario(g->model), &subject);
  cr_world_init(g->model, &world);
  for (uint32_t i = 0; i < w->count; i++) {
    cr_event event;
    (void)cr_world_step(g->model, &world, g->edge[w->edge[i]].action, &event, NULL);
    cr_trace_push(trace, &event, cr_world_digest(g->model, &world));
  }
  trace->verdict.kind = CR_VERDICT_CONFORMS;
}

static void make(making *m, cr_suite *suite) {
  const cr__graph *g = m->g;
  m->times = cr_alloc(g->items_count * sizeof *m->times);
  m->queue = cr_alloc(g->nodes * sizeof *m->queue);
  m->parent = cr_alloc(g->nodes * sizeof *m->parent);
  m->by = cr_alloc(g->nodes * sizeof *m->by);
  m->seen = cr_alloc(g->nodes * sizeof *m->seen);
  walk_all(m);
  suite->stopped = stopped(m);
  if (!suite->stopped) {
    prune(m);
    cr__graph_least(g, &suite->traces_least, &suite->steps_least);
    suite->trace = cr_alloc(m->walks * sizeof *suite->trace);
    for (uint32_t w = 0; w < m->walks; w++) {
      trace_of(g, &m->walk[w], &suite->trace[suite->traces_count++]);
      suite->steps += m->walk[w].count;
    }
  }
  for (uint32_t w = 0; w < m->walks; w++) free(m->walk[w].edge);
  free(m->walk);
  free(m->times);
  free(m->queue);
  free(m->parent);
  free(m->by);
  free(m->seen);
}

cr_err cr_suite_make(const cr_scenario *scenario, const cr_suite_options *options, cr_suite *suite,
                     cr_errinfo *info) {
  static const cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  cr__graph g;
  *suite = (cr_suite){0};
  cr_model *model = cr_model_new(scenario, &subject, NULL);
  cr__graph_make(&g, model, options);
  suite->states = g.nodes;
  suite->edges = g.edges_count;
  suite->transitions = g.transitions;
  suite->pairs = g.pairs;
  suite->clauses = g.clauses;
  suite->exercised = g.exercised;
  suite->complete = g.complete && !g.stopped;
  suite->stopped = g.stopped;
  making m = {.g = &g, .options = options};
  cr_err err = CR_OK;
  if (g.edges_count == 0 && suite->complete)
    err = cr_fail(info, CR_ERR_INPUT, "scenario %s: nothing can happen in it; give it budgets",
                  scenario->name);
  else if (g.edges_count != 0 && !g.stopped)
    make(&m, suite);
  cr__graph_free(&g);
  cr_model_free(model);
  return err;
}

void cr_suite_free(cr_suite *suite) {
  for (size_t i = 0; i < suite->traces_count; i++) cr_trace_free(&suite->trace[i]);
  free(suite->trace);
  *suite = (cr_suite){0};
}

/* ---- bundles --------------------------------------------------------------------------------- */

static const char head[] = "clusrace-trace ";

void cr_suite_write(const cr_suite *suite, cr_buf *out) {
  if (suite->traces_count == 0) return;
  cr_buf_printf(out,
                "# A suite of scenario %s: %zu traces, %llu steps;\n"
                "# %u transitions, %u racing pairs and %u clauses are covered.\n"
                "# clusrace-host --suite FILE replays it on a DLL; so does clusrace conform.\n",
                suite->trace[0].scenario.name, suite->traces_count,
                (unsigned long long)suite->steps, suite->transitions, suite->pairs, suite->clauses);
  for (size_t i = 0; i < suite->traces_count; i++) cr_trace_write(&suite->trace[i], out);
}

/* Where the next trace begins, from the beginning of a line on; end when there is none. */
static const char *next_trace(const char *at, const char *end) {
  while (at < end) {
    if ((size_t)(end - at) > sizeof head - 1 && memcmp(at, head, sizeof head - 1) == 0) return at;
    const char *line = memchr(at, '\n', (size_t)(end - at));
    at = line == NULL ? end : line + 1;
  }
  return end;
}

cr_err cr_bundle_each(const char *text, size_t n, const char *file,
                      cr_err (*visit)(void *arg, const cr_trace *trace, cr_errinfo *info),
                      void *arg, cr_errinfo *info) {
  const char *end = text + n, *at = n == 0 ? end : next_trace(text, end);
  cr_err err = CR_OK;
  if (at == end)
    return cr_fail(info, CR_ERR_INPUT, "%s: there is no trace in it; make one with clusrace suite",
                   file);
  for (unsigned number = 1; err == CR_OK && at < end; number++) {
    const char *next = next_trace(at + sizeof head - 1, end);
    cr_trace trace = {0};
    cr_buf where = {0}, one = {0};
    cr_buf_printf(&where, "%s:%u", file, number);
    cr_buf_add(&one, at, (size_t)(next - at));
    err = cr_trace_read(one.data, one.len, where.data, &trace, info);
    if (err == CR_OK) err = visit(arg, &trace, info);
    cr_trace_free(&trace);
    cr_buf_free(&where);
    cr_buf_free(&one);
    at = next;
  }
  return err;
}

/* cycles.c - see cycles.h. */
#include "cycles.h"

#include <stdlib.h>
#include <string.h>

/* Fewer places are not worth the threads' meetings; CHUNK of the queue are a task. */
enum { PEEL_MIN = 4096, TRIMMERS = 2, PEELERS = 3, CHUNK = 512, FORWARD = 1, BOTH = 3 };

#define NONE UINT32_MAX

/* A place's component: REST when it was not met yet, or GONE when it does not owe the duty or is
 * trimmed; below the numbers of the components, which go down from LAST, those of Tarjan's order.
 */
#define REST 0
#define GONE UINT32_MAX
#define LAST (UINT32_MAX - 1)

bool cr__xcycles_init(cr__xcycles *c, cr__xowing *owing, cr__xteam *team) {
  *c = (cr__xcycles){.owing = owing, .team = team};
  size_t count = (size_t)owing->count + 1;
  uint32_t **arrays[] = {&c->component, &c->open, &c->path, &c->next};
  for (size_t i = 0; i < CR_ARRAY_LEN(arrays); i++) {
    *arrays[i] = cr__xowing_reserve(owing, count, sizeof **arrays[i]);
    if (*arrays[i] == NULL) return false;
  }
  c->degree = cr__xowing_reserve(owing, count, sizeof *c->degree);
  c->rest = cr__xowing_reserve(owing, (size_t)owing->parts_count + 1, sizeof *c->rest);
  return c->degree != NULL && c->rest != NULL;
}

void cr__xcycles_free(cr__xcycles *c) {
  free(c->component);
  free(c->open);
  free(c->path);
  free(c->next);
  free((void *)c->degree);
  free(c->rest);
  *c = (cr__xcycles){0};
}

/* ---- trimming -------------------------------------------------------------------------------- */

static bool owes(const cr__xcycles *c, uint32_t place) {
  return (c->owing->owed[place] & c->duty) != 0;
}

static uint32_t part_end(const cr__xcycles *c, uint32_t part) {
  uint32_t left = c->owing->count - part * CR__XPART;
  return part * CR__XPART + (left < CR__XPART ? left : CR__XPART);
}

static void begin(void *arg, unsigned worker, uint32_t part) {
  (void)worker;
  cr__xcycles *c = arg;
  c->rest[part] = (cr__xrest){.stuck = NONE};
  for (uint32_t s = part * CR__XPART; s < part_end(c, part); s++) {
    atomic_store_explicit(&c->degree[s], 0, memory_order_relaxed);
    c->component[s] = owes(c, s) ? REST : GONE;
    if (!owes(c, s)) continue;
    c->rest[part].places++;
    c->rest[part].edges += cr__xowing_edges(c->owing, s).count;
    if (c->owing->enabled[s] == 0 && c->rest[part].stuck == NONE) c->rest[part].stuck = s;
  }
}

static void count_degrees(void *arg, unsigned worker, uint32_t part) {
  (void)worker;
  cr__xcycles *c = arg;
  for (uint32_t s = part * CR__XPART; s < part_end(c, part); s++) {
    if (!owes(c, s)) continue;
    cr__xedges edges = cr__xowing_edges(c->owing, s);
    for (uint32_t e = 0; e < edges.count; e++)
      if (owes(c, edges.to[e]))
        atomic_fetch_add_explicit(&c->degree[edges.to[e]], 1, memory_order_relaxed);
  }
}

/* What nothing leads to, linked by open. */
static void list_sources(void *arg, unsigned worker, uint32_t part) {
  (void)worker;
  cr__xcycles *c = arg;
  uint32_t head = NONE;
  for (uint32_t s = part * CR__XPART; s < part_end(c, part); s++) {
    if (!owes(c, s) || atomic_load_explicit(&c->degree[s], memory_order_relaxed) != 0) continue;
    c->open[s] = head;
    head = s;
  }
  c->rest[part].sources = head;
}

/* Whoever takes away the last transition to a place goes on with it. */
static void trim(void *arg, unsigned worker, uint32_t part) {
  (void)worker;
  cr__xcycles *c = arg;
  for (uint32_t head = c->rest[part].sources; head != NONE;) {
    uint32_t s = head;
    cr__xedges edges = cr__xowing_edges(c->owing, s);
    head = c->open[s];
    c->component[s] = GONE;
    for (uint32_t e = 0; e < edges.count; e++) {
      uint32_t to = edges.to[e];
      if (!owes(c, to)) continue;
      if (atomic_fetch_sub_explicit(&c->degree[to], 1, memory_order_relaxed) != 1) continue;
      c->open[to] = head;
      head = to;
    }
  }
}

static void trim_all(cr__xcycles *c) {
  uint32_t parts = c->owing->parts_count;
  cr__xteam_run(c->team, parts, count_degrees, c);
  cr__xteam_run(c->team, parts, list_sources, c);
  cr__xteam_run(c->team, parts, trim, c);
}

/* ---- one component by all threads ------------------------------------------------------------ */

static void gather(void *arg, unsigned worker, uint32_t part) {
  (void)worker;
  cr__xcycles *c = arg;
  cr__xrest *rest = &c->rest[part];
  *rest = (cr__xrest){.stuck = rest->stuck};
  for (uint32_t s = part * CR__XPART; s < part_end(c, part); s++) {
    if (c->component[s] != REST) continue;
    uint64_t in = atomic_load_explicit(&c->degree[s], memory_order_relaxed);
    uint64_t weight = in * cr__xowing_edges(c->owing, s).count + 1;
    rest->places++;
    rest->edges += in;
    if (weight <= rest->pivot_weight) continue;
    rest->pivot_weight = weight;
    rest->pivot = s;
  }
}

/* Those before place s will be back[open[s]] .. back[path[s] - 1]; sources: where the part's begin.
 */
static void lay_out(void *arg, unsigned worker, uint32_t part) {
  (void)worker;
  cr__xcycles *c = arg;
  uint32_t at = c->rest[part].sources;
  for (uint32_t s = part * CR__XPART; s < part_end(c, part); s++) {
    if (c->component[s] != REST) continue;
    c->open[s] = at;
    at += atomic_load_explicit(&c->degree[s], memory_order_relaxed);
    c->path[s] = at;
  }
}

/* Uses the degrees up: what follows begins without marks. */
static void turn_round(void *arg, unsigned worker, uint32_t part) {
  (void)worker;
  cr__xcycles *c = arg;
  for (uint32_t s = part * CR__XPART; s < part_end(c, part); s++) {
    if (c->component[s] != REST) continue;
    cr__xedges edges = cr__xowing_edges(c->owing, s);
    for (uint32_t e = 0; e < edges.count; e++) {
      uint32_t to = edges.to[e];
      if (c->component[to] != REST) continue;
      uint32_t left = atomic_fetch_sub_explicit(&c->degree[to], 1, memory_order_relaxed);
      c->back[c->open[to] + left - 1] = s;
    }
  }
}

/* Places that a task met, until there are enough of them to take a stretch of the queue. */
typedef struct met {
  uint32_t place[256], count;
} met;

static void met_flush(cr__xcycles *c, met *m) {
  uint32_t at = atomic_fetch_add_explicit(&c->tail, m->count, memory_order_relaxed);
  memcpy(c->next + at, m->place, m->count * sizeof *m->place);
  m->count = 0;
}

static void meet(cr__xcycles *c, met *m, uint32_t place) {
  uint32_t mark = atomic_load_explicit(&c->degree[place], memory_order_relaxed);
  uint32_t before = c->backward ? FORWARD : 0, after = c->backward ? BOTH : FORWARD;
  if (c->component[place] != REST || mark != before) return;
  if (atomic_exchange_explicit(&c->degree[place], after, memory_order_relaxed) != before) return;
  if (m->count == CR_ARRAY_LEN(m->place)) met_flush(c, m);
  m->place[m->count++] = place;
}

static void spread(void *arg, unsigned worker, uint32_t number) {
  (void)worker;
  cr__xcycles *c = arg;
  met m = {.count = 0};
  uint32_t first = c->begin + number * CHUNK;
  for (uint32_t i = first; i < c->end && i - first < CHUNK; i++) {
    uint32_t s = c->next[i];
    cr__xedges edges = cr__xowing_edges(c->owing, s);
    if (c->backward)
      for (uint32_t e = c->open[s]; e < c->path[s]; e++) meet(c, &m, c->back[e]);
    else
      for (uint32_t e = 0; e < edges.count; e++) meet(c, &m, edges.to[e]);
  }
  met_flush(c, &m);
}

/* Marks what the pivot reaches, or what of that reaches it; then next[0 .. tail - 1] is that. */
static void reach(cr__xcycles *c, uint32_t pivot, bool backward) {
  c->backward = backward;
  c->next[0] = pivot;
  c->begin = 0;
  atomic_store(&c->degree[pivot], backward ? BOTH : FORWARD);
  atomic_store(&c->tail, 1);
  while ((c->end = atomic_load(&c->tail)) > c->begin) {
    cr__xteam_run(c->team, (c->end - c->begin + CHUNK - 1) / CHUNK, spread, c);
    c->begin = c->end;
  }
}

static void judge_chunk(void *arg, unsigned worker, uint32_t number) {
  (void)worker;
  cr__xcycles *c = arg;
  uint64_t always = UINT64_MAX, taken = 0;
  bool cycle = false;
  uint32_t first = number * CHUNK;
  for (uint32_t i = first; i < c->end && i - first < CHUNK; i++) {
    uint32_t s = c->next[i];
    cr__xedges edges = cr__xowing_edges(c->owing, s);
    always &= c->owing->enabled[s];
    c->component[s] = c->components;
    for (uint32_t e = 0; e < edges.count; e++) {
      if (atomic_load_explicit(&c->degree[edges.to[e]], memory_order_relaxed) != BOTH) continue;
      cycle = true;
      if (edges.class[e] != 0) taken |= (uint64_t)1 << edges.class[e];
    }
  }
  atomic_fetch_and(&c->always, always);
  atomic_fetch_or(&c->taken, taken);
  if (cycle) atomic_store(&c->cycle, true);
}

/* Takes the component of the pivot out of the rest. */
static void peel(cr__xcycles *c, uint32_t pivot) {
  uint32_t parts = c->owing->parts_count;
  cr__xteam_run(c->team, parts, lay_out, c);
  cr__xteam_run(c->team, parts, turn_round, c);
  reach(c, pivot, false);
  reach(c, pivot, true);
  atomic_store(&c->always, UINT64_MAX);
  atomic_store(&c->taken, 0);
  atomic_store(&c->cycle, false);
  cr__xteam_run(c->team, (c->end + CHUNK - 1) / CHUNK, judge_chunk, c);
  if (atomic_load(&c->cycle) && (c->always & ~c->taken) == 0) {
    c->best_component = c->components;
    for (uint32_t i = 0; i < c->end; i++)
      if (c->next[i] < c->best) c->best = c->next[i];
  }
  c->components--;
}

static void peel_if_worth(cr__xcycles *c) {
  uint64_t places = 0, edges = 0, weight = 0;
  uint32_t pivot = NONE;
  cr__xteam_run(c->team, c->owing->parts_count, gather, c);
  for (uint32_t i = 0; i < c->owing->parts_count; i++) {
    cr__xrest *rest = &c->rest[i];
    rest->sources = (uint32_t)edges;
    places += rest->places;
    edges += rest->edges;
    if (rest->pivot_weight <= weight) continue;
    weight = rest->pivot_weight;
    pivot = rest->pivot;
  }
  if (places < PEEL_MIN) return;
  c->back = cr_alloc((size_t)edges * sizeof *c->back);
  peel(c, pivot);
  free(c->back);
}

/* With few threads one alone is quicker than all of them on the way there. The room for a peel is
 * asked for whether or not it is used, so that it is the same with any number of threads. */
static void narrow_down(cr__xcycles *c) {
  unsigned threads = cr__xteam_size(c->team);
  uint64_t places = 0, edges = 0;
  for (uint32_t i = 0; i < c->owing->parts_count; i++) {
    places += c->rest[i].places;
    edges += c->rest[i].edges;
  }
  size_t bytes = (size_t)edges * sizeof *c->back;
  bool room = places >= PEEL_MIN && edges < NONE && cr__xstore_reserve(c->owing->store, bytes);
  if (threads >= TRIMMERS) trim_all(c);
  if (threads >= PEELERS && room) peel_if_worth(c);
  if (room) cr__xstore_release(c->owing->store, bytes);
}

/* ---- the other components -------------------------------------------------------------------- */

/* Until its component is known a place has in c->component the least number, in the order of being
 * met, of what it is known to reach; met counts those only, so that it stays below the components'
 * numbers. One array tells all that a transition asks of its target (Pearce, "A space-efficient
 * algorithm for finding strongly connected components", IPL 116, 2016). */
static void enter(cr__xcycles *c, uint32_t place) {
  c->component[place] = ++c->met;
  c->path[c->path_count] = place;
  c->next[c->path_count++] = 0;
}

/* The component open[bottom ..] is complete: is it a counterexample? */
static void judge_component(cr__xcycles *c, uint32_t bottom) {
  uint32_t number = c->components--, least = NONE;
  for (uint32_t i = bottom; i < c->open_count; i++) {
    uint32_t place = c->open[i];
    c->component[place] = number;
    if (place < least) least = place;
  }
  uint64_t always = UINT64_MAX, taken = 0;
  bool cycle = false;
  for (uint32_t i = bottom; i < c->open_count && least < c->best; i++) {
    cr__xedges edges = cr__xowing_edges(c->owing, c->open[i]);
    always &= c->owing->enabled[c->open[i]];
    for (uint32_t e = 0; e < edges.count; e++) {
      if (c->component[edges.to[e]] != number) continue;
      cycle = true;
      if (edges.class[e] != 0) taken |= (uint64_t)1 << edges.class[e];
    }
  }
  c->met -= c->open_count - bottom;
  c->open_count = bottom;
  if (!cycle || (always & ~taken) != 0) return;
  c->best = least;
  c->best_component = number;
}

/* Nothing more leads from the place. It waits with those from which it was not met first and which
 * it reaches, or it completes a component. */
static void leave(cr__xcycles *c, uint32_t place, bool root) {
  uint32_t bottom = c->open_count, least = c->component[place];
  if (root)
    while (bottom > 0 && c->component[c->open[bottom - 1]] >= least) bottom--;
  c->open[c->open_count++] = place;
  if (root) judge_component(c, bottom);
}

#define NO_ROOT \
  (UINT32_C(1) << 31) /* beside the transition to look at: it reaches an earlier one */

static void search_from(cr__xcycles *c, uint32_t start) {
  enter(c, start);
  while (c->path_count > 0) {
    uint32_t top = c->path_count - 1, place = c->path[top], least = c->component[place];
    uint32_t e = c->next[top] & ~NO_ROOT, root = c->next[top] & NO_ROOT;
    cr__xedges edges = cr__xowing_edges(c->owing, place);
    for (; e < edges.count; e++) {
      uint32_t below = c->component[edges.to[e]];
      if (below == REST) break; /* when that is left, this one is looked at again */
      if (below >= least) continue;
      least = below;
      root = NO_ROOT;
    }
    c->component[place] = least;
    c->next[top] = e | root;
    if (e < edges.count) {
      enter(c, edges.to[e]);
      continue;
    }
    c->path_count--;
    leave(c, place, root == 0);
  }
}

void cr__xcycles_search(cr__xcycles *c, uint64_t duty) {
  c->duty = duty;
  c->stuck = c->best = c->best_component = NONE;
  c->open_count = c->path_count = c->met = 0;
  c->components = LAST;
  cr__xteam_run(c->team, c->owing->parts_count, begin, c);
  for (uint32_t i = 0; i < c->owing->parts_count && c->stuck == NONE; i++)
    c->stuck = c->rest[i].stuck;
  narrow_down(c);
  /* All of a component is reached from its least place, so later ones are entered later. */
  for (uint32_t s = 0; s < c->owing->count && s < c->best && s <= c->stuck; s++)
    if (c->component[s] == REST) search_from(c, s);
}

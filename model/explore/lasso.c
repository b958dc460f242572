/* lasso.c - what is owed for ever: cycles under weak fairness (see findings.h).
 *
 * For each duty the part of the graph in which it is owed is searched for components in which a run
 * may stay (cycles.h); a single state is one when no fair transition is enabled there, since
 * nothing then has to happen any more. Reported is the one that is entered first.
 */
#include <stdlib.h>
#include <string.h>

#include "cycles.h"

#define NONE UINT32_MAX

/* ---- the cycle to show ----------------------------------------------------------------------- */

/* A transition: the place that it leaves, and its number there. */
typedef struct step {
  uint32_t from, index;
} step;

/* The search is over, so its arrays hold what the tour needs. */
typedef struct tour {
  const cr__xcycles *cycles;
  uint64_t missing; /* classes that would still be enabled throughout and never taken */
  uint32_t start, now;
  uint32_t *queue, *from, *index; /* from, index: the step by which a place was reached */
  uint32_t *labels;
  size_t count, cap;
} tour;

static bool wanted(const tour *w, const cr__xedges *edges, uint32_t e, bool home) {
  if (home) return edges->to[e] == w->start;
  return ((uint64_t)1 << edges->class[e] & w -> missing) != 0 ||
         (w->missing & ~w->cycles->owing->enabled[edges->to[e]]) != 0;
}

static void walk_step(tour *w, step taken) {
  const cr__xowing *o = w->cycles->owing;
  cr__xedges edges = cr__xowing_edges(o, taken.from);
  if (w->count == w->cap) {
    w->cap = w->cap == 0 ? 16 : 2 * w->cap;
    w->labels = cr_realloc(w->labels, w->cap * sizeof *w->labels);
  }
  w->labels[w->count++] = cr__xowing_label(o, taken.from, taken.index);
  w->missing &= ~((uint64_t)1 << edges.class[taken.index]);
  w->missing &= o->enabled[edges.to[taken.index]];
  w->now = edges.to[taken.index];
}

/* The first transition that is wanted, breadth first inside the component. */
static step find_wanted(tour *w, bool home) {
  const cr__xcycles *c = w->cycles;
  uint32_t head = 0, tail = 0;
  memset(w->from, 0xFF, c->owing->count * sizeof *w->from);
  w->queue[tail++] = w->now;
  for (;;) {
    CR_ASSERT(head < tail);
    uint32_t place = w->queue[head++];
    cr__xedges edges = cr__xowing_edges(c->owing, place);
    for (uint32_t e = 0; e < edges.count; e++) {
      uint32_t to = edges.to[e];
      if (c->component[to] != c->best_component) continue;
      if (wanted(w, &edges, e, home)) return (step){place, e};
      if (to == w->now || w->from[to] != NONE) continue;
      w->from[to] = place;
      w->index[to] = e;
      w->queue[tail++] = to;
    }
  }
}

/* The shortest way over a transition that is wanted. */
static void walk(tour *w, bool home) {
  step last = find_wanted(w, home);
  size_t steps = 1, cap = 16;
  step *way = cr_alloc(cap * sizeof *way);
  way[0] = last;
  for (uint32_t place = last.from; place != w->now; place = w->from[place]) {
    if (steps == cap) {
      cap *= 2;
      way = cr_realloc(way, cap * sizeof *way);
    }
    way[steps++] = (step){w->from[place], w->index[place]};
  }
  while (steps > 0) walk_step(w, way[--steps]);
  free(way);
}

/* A cycle from the component's least place on which no class is enabled throughout and not taken.
 */
static void cycle_build(const cr__xcycles *c, cr_xpath *path) {
  tour w = {.cycles = c,
            .start = c->best,
            .now = c->best,
            .missing = c->owing->enabled[c->best],
            .queue = c->open,
            .from = c->path,
            .index = c->next};
  while (w.missing != 0) walk(&w, false);
  if (w.now != w.start || w.count == 0) walk(&w, true);
  path->labels = cr_realloc(path->labels, (path->labels_count + w.count) * sizeof *path->labels);
  memcpy(path->labels + path->labels_count, w.labels, w.count * sizeof *w.labels);
  path->labels_count += w.count;
  free(w.labels);
}

/* ---- all duties ------------------------------------------------------------------------------ */

static void search_duty(cr__xcycles *c, unsigned bit, cr_xpath **paths, size_t *count) {
  const cr__xowing *o = c->owing;
  cr__xcycles_search(c, (uint64_t)1 << bit);
  if (c->stuck == NONE && c->best == NONE) return;
  uint32_t place = c->stuck <= c->best ? c->stuck : c->best;
  cr__xfinding end = {.kind = CR_XKIND_INVARIANT, .state = o->state[place]};
  cr_xpath path;
  cr__xpath_build(o->space, o->store, &end, &path);
  path.kind = CR_XKIND_LASSO;
  path.violation = bit + 1;
  path.loop = path.labels_count;
  if (c->stuck > c->best) cycle_build(c, &path);
  *paths = cr_realloc(*paths, (*count + 1) * sizeof **paths);
  (*paths)[(*count)++] = path;
}

bool cr__xlassos(cr__xspace *space, cr__xstore *store, cr__xteam *team, cr_xpath **paths,
                 size_t *count) {
  cr__xowing owing;
  cr__xcycles cycles = {0};
  bool room = cr__xowing_build(&owing, space, store, team);
  if (room && owing.count > 0) {
    room = cr__xcycles_init(&cycles, &owing, team);
    for (unsigned bit = 0; room && bit < 64; bit++)
      if (owing.duties >> bit & 1) search_duty(&cycles, bit, paths, count);
    cr__xcycles_free(&cycles);
  }
  cr__xowing_free(&owing);
  return room;
}

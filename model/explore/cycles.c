/* cycles.c - see cycles.h. */
#include "cycles.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX
#define GONE (UINT32_MAX - 1) /* does not owe the duty, or is trimmed */

static uint32_t **array(cr__xcycles *c, size_t i) {
  uint32_t **arrays[] = {&c->component, &c->order, &c->low, &c->open, &c->path, &c->next};
  return i < CR_ARRAY_LEN(arrays) ? arrays[i] : NULL;
}

bool cr__xcycles_init(cr__xcycles *c, cr__xowing *owing, cr__xteam *team) {
  *c = (cr__xcycles){.owing = owing, .team = team};
  size_t count = (size_t)owing->count + 1;
  bool room = true;
  for (size_t i = 0; room && array(c, i) != NULL; i++) {
    *array(c, i) = cr__xowing_reserve(owing, count, sizeof(uint32_t));
    room = *array(c, i) != NULL;
  }
  if (!room) return false;
  c->degree = cr__xowing_reserve(owing, count, sizeof *c->degree);
  c->stuck_in = cr__xowing_reserve(owing, (size_t)owing->parts_count + 1, sizeof *c->stuck_in);
  return c->degree != NULL && c->stuck_in != NULL;
}

void cr__xcycles_free(cr__xcycles *c) {
  for (size_t i = 0; array(c, i) != NULL; i++) free(*array(c, i));
  free((void *)c->degree);
  free(c->stuck_in);
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
  c->stuck_in[part] = NONE;
  for (uint32_t s = part * CR__XPART; s < part_end(c, part); s++) {
    atomic_store_explicit(&c->degree[s], 0, memory_order_relaxed);
    c->component[s] = owes(c, s) ? NONE : GONE;
    if (owes(c, s) && c->owing->enabled[s] == 0 && c->stuck_in[part] == NONE) c->stuck_in[part] = s;
  }
}

static void count_degrees(void *arg, unsigned worker, uint32_t part) {
  (void)worker;
  cr__xcycles *c = arg;
  for (uint32_t s = part * CR__XPART; s < part_end(c, part); s++) {
    if (!owes(c, s)) continue;
    cr__xedges edges = cr__xowing_edges(c->owing, s);
    for (uint32_t e = 0; e < edges.count; e++)
      atomic_fetch_add_explicit(&c->degree[edges.to[e]], 1, memory_order_relaxed);
  }
}

/* Lists what nothing leads to: low[first place of the part] is not free, so the list begins in
 * path. */
static void list_sources(void *arg, unsigned worker, uint32_t part) {
  (void)worker;
  cr__xcycles *c = arg;
  uint32_t head = NONE;
  for (uint32_t s = part * CR__XPART; s < part_end(c, part); s++) {
    if (!owes(c, s) || atomic_load_explicit(&c->degree[s], memory_order_relaxed) != 0) continue;
    c->low[s] = head;
    head = s;
  }
  c->path[part] = head;
}

/* Whoever takes away the last transition to a place goes on with it. */
static void trim(void *arg, unsigned worker, uint32_t part) {
  (void)worker;
  cr__xcycles *c = arg;
  for (uint32_t head = c->path[part]; head != NONE;) {
    uint32_t s = head;
    cr__xedges edges = cr__xowing_edges(c->owing, s);
    head = c->low[s];
    c->component[s] = GONE;
    for (uint32_t e = 0; e < edges.count; e++) {
      uint32_t to = edges.to[e];
      if (!owes(c, to)) continue;
      if (atomic_fetch_sub_explicit(&c->degree[to], 1, memory_order_relaxed) != 1) continue;
      c->low[to] = head;
      head = to;
    }
  }
}

static void trim_all(cr__xcycles *c) {
  uint32_t parts = c->owing->parts_count;
  cr__xteam_run(c->team, parts, begin, c);
  for (uint32_t i = 0; i < parts && c->stuck == NONE; i++) c->stuck = c->stuck_in[i];
  cr__xteam_run(c->team, parts, count_degrees, c);
  cr__xteam_run(c->team, parts, list_sources, c);
  cr__xteam_run(c->team, parts, trim, c);
}

/* ---- components ------------------------------------------------------------------------------ */

static void enter(cr__xcycles *c, uint32_t place) {
  c->order[place] = c->low[place] = c->met++;
  c->open[c->open_count++] = place;
  c->path[c->path_count] = place;
  c->next[c->path_count++] = 0;
}

/* The component on top of the open stack down to root is complete: is it a counterexample? */
static void judge_component(cr__xcycles *c, uint32_t root) {
  uint32_t number = c->components++, bottom = c->open_count, least = NONE;
  do {
    uint32_t place = c->open[--bottom];
    c->component[place] = number;
    if (place < least) least = place;
  } while (c->open[bottom] != root);
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
  c->open_count = bottom;
  if (!cycle || (always & ~taken) != 0) return;
  c->best = least;
  c->best_component = number;
}

static void search_from(cr__xcycles *c, uint32_t start) {
  enter(c, start);
  while (c->path_count > 0) {
    uint32_t place = c->path[c->path_count - 1], e = c->next[c->path_count - 1];
    cr__xedges edges = cr__xowing_edges(c->owing, place);
    if (e < edges.count) {
      c->next[c->path_count - 1]++;
      uint32_t to = edges.to[e];
      if (c->component[to] != NONE) continue;
      if (c->order[to] == NONE)
        enter(c, to);
      else if (c->order[to] < c->low[place])
        c->low[place] = c->order[to];
      continue;
    }
    c->path_count--;
    if (c->path_count > 0) {
      uint32_t parent = c->path[c->path_count - 1];
      if (c->low[place] < c->low[parent]) c->low[parent] = c->low[place];
    }
    if (c->low[place] == c->order[place]) judge_component(c, place);
  }
}

void cr__xcycles_search(cr__xcycles *c, uint64_t duty) {
  c->duty = duty;
  c->stuck = c->best = c->best_component = NONE;
  c->open_count = c->path_count = c->met = c->components = 0;
  trim_all(c);
  for (uint32_t s = 0; s < c->owing->count; s++) c->order[s] = NONE;
  for (uint32_t s = 0; s < c->owing->count; s++)
    if (c->component[s] == NONE) search_from(c, s);
}

/* symmetry.c - which actors are alike; see symmetry.h.
 *
 * Alike are the programs on one volume; and resources of one type with the same settings that
 * nothing depends on, each with a volume of its own (or none) and as many programs on it. The
 * workers of a resource are not: the reference never has two at work, and mutants know them by
 * number. With an actor change places: its variables, what it has open, that it holds a
 * lock, and what the observer knows of all that. Each is brought into the order of its bytes, the
 * greatest first, from the inside to the outside; nothing that is sorted refers to a thing outside
 * itself by number, but for the lock, which is taken along as a flag or a number within.
 *
 * The first resource runs Startup, for all. Until that has succeeded it is like no other;
 * afterwards it is not called again.
 */
#include "symmetry.h"

#include <string.h>

enum { DLL_SLOTS = 2 + CR_WORKERS_MAX, SLOTS_MAX = DLL_SLOTS + 2 * CR_APPS_MAX };

/* An open as both sides know it; whether it holds the lock. Bytes only, so that memcmp compares. */
typedef struct place {
  cr_open open;
  cr_obs_open seen;
  uint8_t locks, seen_locks;
} place;

typedef struct program {
  cr_app app;
  place file, volume;
} program;

/* A resource with all that is on its volume. */
typedef struct family {
  cr_monitor monitor;
  cr_dll dll;
  cr_obs_resource seen;
  cr_volume volume;
  cr_obs_volume seen_volume;
  place place[DLL_SLOTS];
  program program[CR_APPS_MAX];
} family;

/* ---- what is open ---------------------------------------------------------------------------- */

/* Takes an open out of the world, with its lock; volume: of which it is. */
static place place_take(cr_world *w, unsigned slot, unsigned volume) {
  place p = {.open = w->volumes.open[slot], .seen = w->observer.open[slot]};
  p.open.volume = p.seen.volume = 0;
  if (volume == CR_NO_VOLUME) return p;
  cr_volume *v = &w->volumes.volume[volume];
  cr_obs_volume *seen = &w->observer.volume[volume];
  if (v->lock == slot + 1) p.locks = 1, v->lock = 0;
  if (seen->lock == slot + 1) p.seen_locks = 1, seen->lock = 0;
  return p;
}

static void place_put(cr_world *w, unsigned slot, unsigned volume, const place *p) {
  w->volumes.open[slot] = p->open;
  w->observer.open[slot] = p->seen;
  if (volume == CR_NO_VOLUME) return;
  if (p->open.kind != CR_OPEN_NONE) w->volumes.open[slot].volume = (uint8_t)volume;
  if (p->seen.kind != CR_OPEN_NONE) w->observer.open[slot].volume = (uint8_t)volume;
  if (p->locks) w->volumes.volume[volume].lock = (uint8_t)(slot + 1);
  if (p->seen_locks) w->observer.volume[volume].lock = (uint8_t)(slot + 1);
}

/* ---- programs -------------------------------------------------------------------------------- */

static program program_take(const cr_model *m, cr_world *w, unsigned a) {
  unsigned volume = m->scenario.app[a].volume;
  return (program){.app = w->app[a],
                   .file = place_take(w, cr__slot_app(a, false), volume),
                   .volume = place_take(w, cr__slot_app(a, true), volume)};
}

static void program_put(const cr_model *m, cr_world *w, unsigned a, const program *p) {
  unsigned volume = m->scenario.app[a].volume;
  w->app[a] = p->app;
  place_put(w, cr__slot_app(a, false), volume, &p->file);
  place_put(w, cr__slot_app(a, true), volume, &p->volume);
}

/* The programs on a volume. */
static unsigned programs_on(const cr_model *m, unsigned volume, unsigned list[CR_APPS_MAX]) {
  unsigned count = 0;
  for (unsigned a = 0; a < m->scenario.apps_count; a++)
    if (m->scenario.app[a].volume == volume) list[count++] = a;
  return count;
}

static void programs_sort(const cr_model *m, cr_world *w, unsigned volume) {
  unsigned list[CR_APPS_MAX], count = programs_on(m, volume, list);
  program sorted[CR_APPS_MAX];
  if (count < 2) return;
  for (unsigned i = 0; i < count; i++) {
    program p = program_take(m, w, list[i]);
    unsigned at = i;
    for (; at > 0 && memcmp(&sorted[at - 1], &p, sizeof p) < 0; at--) sorted[at] = sorted[at - 1];
    sorted[at] = p;
  }
  for (unsigned i = 0; i < count; i++) program_put(m, w, list[i], &sorted[i]);
}

/* ---- resources ------------------------------------------------------------------------------- */

static unsigned dll_slot(const cr_model *m, unsigned r, unsigned i) {
  return cr__slot_dll(m, r, CR_ROLE_EP, 0) + i;
}

static void family_take(const cr_model *m, cr_world *w, unsigned r, family *f) {
  unsigned list[CR_APPS_MAX], volume = m->scenario.resource[r].volume;
  *f = (family){.monitor = w->monitor[r], .dll = w->dll[r], .seen = w->observer.resource[r]};
  f->seen.load = 0; /* is the type's */
  for (unsigned i = 0; i < DLL_SLOTS; i++) f->place[i] = place_take(w, dll_slot(m, r, i), volume);
  if (volume == CR_NO_VOLUME) return;
  unsigned count = programs_on(m, volume, list);
  for (unsigned i = 0; i < count; i++) f->program[i] = program_take(m, w, list[i]);
  f->volume = w->volumes.volume[volume];
  f->seen_volume = w->observer.volume[volume];
}

static void family_put(const cr_model *m, cr_world *w, unsigned r, const family *f) {
  unsigned list[CR_APPS_MAX], volume = m->scenario.resource[r].volume;
  uint8_t load = w->observer.resource[r].load;
  w->monitor[r] = f->monitor;
  w->dll[r] = f->dll;
  w->observer.resource[r] = f->seen;
  w->observer.resource[r].load = load;
  if (volume != CR_NO_VOLUME) {
    w->volumes.volume[volume] = f->volume;
    w->observer.volume[volume] = f->seen_volume;
    unsigned count = programs_on(m, volume, list);
    for (unsigned i = 0; i < count; i++) program_put(m, w, list[i], &f->program[i]);
  }
  for (unsigned i = 0; i < DLL_SLOTS; i++) place_put(w, dll_slot(m, r, i), volume, &f->place[i]);
}

/* Does the resource stand alone, with a volume of its own or none? */
static bool alone(const cr_scenario *s, unsigned r) {
  if (s->resource[r].needs != 0) return false;
  for (unsigned i = 0; i < s->resources_count; i++) {
    if (s->resource[i].needs == r + 1) return false;
    if (i != r && s->resource[r].volume != CR_NO_VOLUME &&
        s->resource[i].volume == s->resource[r].volume)
      return false;
  }
  return true;
}

static bool resources_alike(const cr_model *m, unsigned a, unsigned b) {
  const cr_scenario *s = &m->scenario;
  const cr_scenario_resource *x = &s->resource[a], *y = &s->resource[b];
  unsigned list[CR_APPS_MAX];
  if (!alone(s, a) || !alone(s, b) || strcmp(x->type, y->type) != 0) return false;
  if ((x->volume == CR_NO_VOLUME) != (y->volume == CR_NO_VOLUME)) return false;
  return x->volume == CR_NO_VOLUME ||
         (s->volume[x->volume].detach == s->volume[y->volume].detach &&
          programs_on(m, x->volume, list) == programs_on(m, y->volume, list));
}

/* May the resource change places now? */
static bool movable(const cr_model *m, const cr_world *w, unsigned r) {
  if (r > 0) return true;
  return w->monitor[0].loaded && w->monitor[0].inflight != CR_EP_STARTUP &&
         w->dll[0].ep.job != CR_EP_STARTUP && !cr__is(m, CR_MUTANT_MON_STARTS_AGAIN);
}

/* Puts the resources that are like r, r being the first of them, in order. */
static void families_sort(const cr_model *m, cr_world *w, unsigned r) {
  unsigned list[CR_RESOURCES_MAX], count = 0;
  family sorted[CR_RESOURCES_MAX], f;
  for (unsigned i = r; i < m->scenario.resources_count; i++)
    if (i == r || resources_alike(m, r, i)) list[count++] = i;
  if (count < 2) return;
  for (unsigned i = 0; i < count; i++) {
    family_take(m, w, list[i], &f);
    unsigned at = i;
    for (; at > 0 && memcmp(&sorted[at - 1], &f, sizeof f) < 0; at--) sorted[at] = sorted[at - 1];
    sorted[at] = f;
  }
  for (unsigned i = 0; i < count; i++) family_put(m, w, list[i], &sorted[i]);
}

static void resources_sort(const cr_model *m, cr_world *w) {
  unsigned first = movable(m, w, 0) ? 0 : 1;
  for (unsigned r = first; r < m->scenario.resources_count; r++) {
    bool done = false;
    for (unsigned i = first; i < r; i++) done |= resources_alike(m, i, r);
    if (!done) families_sort(m, w, r);
  }
}

/* ---- the face -------------------------------------------------------------------------------- */

bool cr__symmetry_has(const cr_model *m) {
  unsigned list[CR_APPS_MAX];
  if (m->parts_count > 0) return false;
  for (unsigned v = 0; v < m->scenario.volumes_count; v++)
    if (programs_on(m, v, list) > 1) return true;
  for (unsigned a = 0; a < m->scenario.resources_count; a++)
    for (unsigned b = a + 1; b < m->scenario.resources_count; b++)
      if (resources_alike(m, a, b)) return true;
  return false;
}

void cr__symmetry_canonical(const cr_model *m, cr_world *w) {
  for (unsigned v = 0; v < m->scenario.volumes_count; v++) programs_sort(m, w, v);
  resources_sort(m, w);
}

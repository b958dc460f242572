/* product.c - the world as a product of components, for the explorer (clusrace/explore.h,
 * Products).
 *
 * A component is what changes together: the monitor's and the observer's view of a resource, the
 * DLL for a resource, a volume with what is open on it, a program, a budget. A transition group is
 * what one actor may do at the cost of one budget. Parts may look at everything, so a model that
 * has any is no product. That no group touches more than is said here is checked while exploring.
 */
#include "product.h"

#include <stdlib.h>
#include <string.h>

enum {
  COMPONENTS = 2 * CR_RESOURCES_MAX + CR_VOLUMES_MAX + CR_APPS_MAX + CR_BUDGET_COUNT + 2,
  GROUPS = CR_RESOURCES_MAX * 7 + CR_APPS_MAX + 2,
  SPANS_MAX = 1024
};
_Static_assert((int)COMPONENTS <= (int)CR_XCOMPONENTS_MAX, "a bit each");

typedef struct rows {
  cr_action action[CR_ACTIONS_MAX];
  unsigned count;
} rows;

struct cr__product {
  cr_xproduct face;
  cr_xspan span[SPANS_MAX];
  cr_xgroup group[GROUPS];
  rows rows[GROUPS];
  int startup; /* the group of the DLL's Startup, -1: none */
  int entry;   /* the group of the same thread otherwise */
};

/* ---- components ------------------------------------------------------------------------------ */

static unsigned of_monitor(unsigned r) { return 2 * r; }
static unsigned of_dll(unsigned r) { return 2 * r + 1; }

static unsigned of_volume(const cr_model *m, unsigned v) {
  return 2u * m->scenario.resources_count + v;
}

static unsigned of_app(const cr_model *m, unsigned a) {
  return of_volume(m, m->scenario.volumes_count) + a;
}

static unsigned of_budget(const cr_model *m, unsigned b) {
  return of_app(m, m->scenario.apps_count) + b;
}

/* What the type is, for all resources: whether Startup has succeeded. */
static unsigned of_load(const cr_model *m) { return of_budget(m, CR_BUDGET_COUNT); }

static uint64_t bit(unsigned component) { return (uint64_t)1 << component; }

static void span_add(cr__product *p, unsigned component, size_t offset, size_t bytes) {
  CR_ASSERT(p->face.spans_count < SPANS_MAX);
  p->span[p->face.spans_count++] = (cr_xspan){component, offset, bytes};
}

static void open_spans(const cr_model *m, cr__product *p, unsigned slot, unsigned component) {
  span_add(p, component, offsetof(cr_world, volumes.open) + slot * sizeof(cr_open),
           sizeof(cr_open));
  if (m->judge.nothing) return;
  span_add(p, component, offsetof(cr_world, observer.open) + slot * sizeof(cr_obs_open),
           sizeof(cr_obs_open));
}

/* A resource without a volume opens nothing; its handles lie with its DLL. */
static unsigned opens_of_resource(const cr_model *m, unsigned r) {
  uint8_t volume = m->scenario.resource[r].volume;
  return volume == CR_NO_VOLUME ? of_dll(r) : of_volume(m, volume);
}

static void resource_spans(const cr_model *m, cr__product *p, unsigned r) {
  span_add(p, of_monitor(r), offsetof(cr_world, monitor) + r * sizeof(cr_monitor),
           sizeof(cr_monitor));
  span_add(p, of_dll(r), offsetof(cr_world, dll) + r * sizeof(cr_dll), sizeof(cr_dll));
  for (unsigned i = 0; i < 2 + CR_WORKERS_MAX; i++)
    open_spans(m, p, cr__slot_dll(m, r, CR_ROLE_EP, 0) + i, opens_of_resource(m, r));
  if (m->judge.nothing) return;
  size_t at = offsetof(cr_world, observer.resource) + r * sizeof(cr_obs_resource);
  if (r > 0) {
    span_add(p, of_monitor(r), at, sizeof(cr_obs_resource));
    return;
  }
  _Static_assert(offsetof(cr_obs_resource, load) == 0, "what is for the type comes first");
  span_add(p, of_load(m), at, 1);
  span_add(p, of_monitor(r), at + 1, sizeof(cr_obs_resource) - 1);
}

static int compare_spans(const void *a, const void *b) {
  const cr_xspan *x = a, *y = b;
  return (x->offset > y->offset) - (x->offset < y->offset);
}

static void spans_build(const cr_model *m, cr__product *p) {
  const cr_scenario *s = &m->scenario;
  for (unsigned r = 0; r < s->resources_count; r++) resource_spans(m, p, r);
  for (unsigned v = 0; v < s->volumes_count; v++) {
    span_add(p, of_volume(m, v), offsetof(cr_world, volumes.volume) + v * sizeof(cr_volume),
             sizeof(cr_volume));
    if (!m->judge.nothing)
      span_add(p, of_volume(m, v), offsetof(cr_world, observer.volume) + v * sizeof(cr_obs_volume),
               sizeof(cr_obs_volume));
  }
  for (unsigned a = 0; a < s->apps_count; a++) {
    span_add(p, of_app(m, a), offsetof(cr_world, app) + a * sizeof(cr_app), sizeof(cr_app));
    for (unsigned i = 0; i < 2; i++)
      open_spans(m, p, cr__slot_app(a, i == 1), of_volume(m, s->app[a].volume));
  }
  for (unsigned b = 0; b < CR_BUDGET_COUNT; b++)
    span_add(p, of_budget(m, b), offsetof(cr_world, budget) + b, 1);
  /* The end of time is one more thing about the type. */
  span_add(p, of_load(m), offsetof(cr_world, observer.quiet), 1);
  p->face.components = of_load(m) + 1;
  qsort(p->span, p->face.spans_count, sizeof *p->span, compare_spans);
}

/* ---- groups ---------------------------------------------------------------------------------- */

static uint64_t everything(const cr_model *m) {
  return of_load(m) == 63 ? UINT64_MAX : bit(of_load(m) + 1) - 1;
}

/* The monitor's views of the resources that wait for r, or that it waits for. */
static uint64_t order_of(const cr_model *m, unsigned r) {
  const cr_scenario *s = &m->scenario;
  uint64_t touches = 0;
  for (unsigned i = 0; i < s->resources_count; i++)
    if (s->resource[i].needs == r + 1 || s->resource[r].needs == i + 1)
      touches |= bit(of_monitor(i));
  return touches;
}

static uint64_t of_resources_on(const cr_model *m, unsigned volume) {
  uint64_t touches = 0;
  for (unsigned r = 0; r < m->scenario.resources_count; r++)
    if (m->scenario.resource[r].volume == volume) touches |= bit(of_monitor(r));
  return touches;
}

static unsigned group_new(const cr_model *m, cr__product *p, uint64_t touches, uint64_t guard) {
  CR_ASSERT(p->face.groups_count < GROUPS);
  p->group[p->face.groups_count] =
      (cr_xgroup){.touches = touches | bit(of_load(m)), .guard = guard};
  return p->face.groups_count++;
}

static cr_budget budget_of_call(cr_entry_point ep) {
  switch (ep) {
    case CR_EP_ONLINE: return CR_BUDGET_ONLINE;
    case CR_EP_OFFLINE: return CR_BUDGET_OFFLINE;
    case CR_EP_TERMINATE: return CR_BUDGET_TERMINATE;
    case CR_EP_LOOKS_ALIVE:
    case CR_EP_IS_ALIVE: return CR_BUDGET_POLL;
    default: return CR_BUDGET_COUNT;
  }
}

static void row_add(cr__product *p, unsigned group, unsigned action) {
  p->rows[group].action[p->rows[group].count++] = (cr_action)action;
}

/* The calls of one resource's monitor that cost the same budget. */
static void calls_group(const cr_model *m, cr__product *p, unsigned r, cr_budget budget) {
  uint64_t own = bit(of_monitor(r)) | bit(of_load(m));
  uint64_t touches = own | bit(of_dll(r)) | order_of(m, r), guard = own | order_of(m, r);
  if (budget != CR_BUDGET_COUNT) {
    touches |= bit(of_budget(m, budget));
    guard |= bit(of_budget(m, budget));
  }
  uint8_t volume = m->scenario.resource[r].volume;
  if (volume != CR_NO_VOLUME) touches |= bit(of_volume(m, volume));
  unsigned group = group_new(m, p, touches, guard);
  for (unsigned i = 0; i < m->actions_count; i++)
    if (m->action[i].role == CR_ROLE_MONITOR && m->action[i].who == r &&
        budget_of_call((cr_entry_point)m->action[i].what) == budget)
      row_add(p, group, i);
}

static void resource_groups(const cr_model *m, cr__product *p, unsigned r) {
  static const cr_budget budgets[] = {CR_BUDGET_COUNT, CR_BUDGET_ONLINE, CR_BUDGET_OFFLINE,
                                      CR_BUDGET_TERMINATE, CR_BUDGET_POLL};
  for (size_t i = 0; i < CR_ARRAY_LEN(budgets); i++) calls_group(m, p, r, budgets[i]);
  uint64_t touches = bit(of_monitor(r)) | bit(of_dll(r)) | bit(of_budget(m, CR_BUDGET_FAULT));
  uint8_t volume = m->scenario.resource[r].volume;
  if (volume != CR_NO_VOLUME) touches |= bit(of_volume(m, volume)) | of_resources_on(m, volume);
  unsigned threads = group_new(m, p, touches, 0);
  uint64_t pending = bit(of_monitor(r)) | bit(of_budget(m, CR_BUDGET_EXPIRE));
  unsigned expiry = group_new(m, p, pending, pending);
  for (unsigned i = 0; i < m->actions_count; i++) {
    const cr_action_row *row = &m->action[i];
    if (row->who != r) continue;
    if (row->role == CR_ROLE_EP || row->role == CR_ROLE_TERM || row->role == CR_ROLE_WORKER)
      row_add(p, threads, i);
    else if (row->role == CR_ROLE_ENV && row->what == CR_ENV_EXPIRE)
      row_add(p, expiry, i);
  }
  if (r > 0) return;
  /* Startup is for the type: all monitors take note of its return. */
  for (unsigned i = 0; i < m->scenario.resources_count; i++) touches |= bit(of_monitor(i));
  p->entry = (int)threads;
  p->startup = (int)group_new(m, p, touches, bit(of_monitor(0)));
  for (unsigned i = 0; i < m->actions_count; i++)
    if (m->action[i].role == CR_ROLE_EP && m->action[i].who == 0)
      row_add(p, (unsigned)p->startup, i);
}

static void app_group(const cr_model *m, cr__product *p, unsigned a) {
  unsigned volume = m->scenario.app[a].volume;
  unsigned group = group_new(
      m, p, bit(of_volume(m, volume)) | bit(of_app(m, a)) | of_resources_on(m, volume), 0);
  for (unsigned i = 0; i < m->actions_count; i++)
    if (m->action[i].role == CR_ROLE_APP && m->action[i].who == a) row_add(p, group, i);
}

static void quiet_group(const cr_model *m, cr__product *p) {
  unsigned group = group_new(m, p, everything(m), 0);
  p->group[group].otherwise = true;
  row_add(p, group, m->actions_count - 1);
}

/* ---- the face -------------------------------------------------------------------------------- */

static bool initial(void *ctx, uint32_t index, void *state) {
  if (index != 0) return false;
  cr_world_init(ctx, state);
  return true;
}

static void successors(void *ctx, unsigned group, const void *state, cr_xsink *sink) {
  const cr_model *m = ctx;
  const cr__product *p = m->product;
  const cr_world *world = state;
  bool starting = world->monitor[0].inflight == CR_EP_STARTUP;
  if ((int)group == p->startup && !starting) return;
  for (unsigned i = 0; i < p->rows[group].count; i++) {
    cr_action action = p->rows[group].action[i];
    const cr_action_row *row = &m->action[action];
    if ((int)group == p->entry && starting && row->role == CR_ROLE_EP) continue;
    if (p->group[group].otherwise ? world->observer.quiet != 0 : !cr__row_enabled(m, world, row))
      continue;
    cr_world next = *world;
    cr_event event;
    cr_judgement judgement;
    cr_clause clause = cr_world_step(m, &next, action, &event, &judgement);
    cr_xemit(sink, action, &next, clause == CR_CLAUSE_COUNT ? 0 : (cr_xviolation)clause + 1);
  }
}

static bool final(void *ctx, const void *state) { return cr_world_final(ctx, state); }

static unsigned fairness(void *ctx, const void *state, uint32_t label) {
  return cr_action_fairness(ctx, state, (cr_action)label);
}

static uint64_t owed(void *ctx, const void *state) { return cr__owed(ctx, state); }

cr__product *cr__product_new(const cr_model *m) {
  if (m->parts_count > 0) return NULL;
  cr__product *p = cr_alloc(sizeof *p);
  p->startup = p->entry = -1;
  spans_build(m, p);
  for (unsigned r = 0; r < m->scenario.resources_count; r++) resource_groups(m, p, r);
  for (unsigned a = 0; a < m->scenario.apps_count; a++) app_group(m, p, a);
  if (m->scenario.option[CR_OPTION_QUIET]) quiet_group(m, p);
  p->face.whole_bytes = sizeof(cr_world);
  p->face.spans = p->span;
  p->face.groups = p->group;
  p->face.initial = initial;
  p->face.successors = successors;
  p->face.final = final;
  p->face.fairness = fairness;
  p->face.owed = owed;
  return p;
}

void cr__product_free(cr__product *product) { free(product); }

const cr_xproduct *cr__product_face(const cr__product *product) {
  return product == NULL ? NULL : &product->face;
}

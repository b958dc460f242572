/* product.c - the world as a product of components, for the explorer (clusrace/explore.h,
 * Products).
 *
 * A component is what changes together: the monitor's and the observer's view of a resource, the
 * DLL for a resource, a volume with what is open on it, a program, a budget. A transition group is
 * what one actor may do at the cost of one budget; in the finer of two products that is so of the
 * steps that fail, too, which leaves more orders out but takes longer. Parts may look at
 * everything, so a model that has any is no product. That no group touches more than is said here,
 * and that it changes nothing that it is said to read only, is checked while exploring.
 */
#include "product.h"

#include <stdlib.h>
#include <string.h>

#include "obs.h"

enum {
  COMPONENTS = 2 * CR_RESOURCES_MAX + CR_VOLUMES_MAX + CR_APPS_MAX + CR_BUDGET_COUNT + 2,
  GROUPS = CR_RESOURCES_MAX * 8 + CR_APPS_MAX + 2,
  SPANS_MAX = 1024
};
_Static_assert((int)COMPONENTS <= (int)CR_XCOMPONENTS_MAX, "a bit each");

/* What a group is for. */
typedef enum purpose { CALLS, THREADS, FAILING, EXPIRY, STARTUP, PROGRAM, QUIET } purpose;

typedef struct rows {
  cr_action action[CR_ACTIONS_MAX];
  unsigned count;
  purpose purpose;
  unsigned who; /* resource or program */
} rows;

struct cr__product {
  cr_xproduct face;
  cr_xspan span[SPANS_MAX];
  cr_xgroup group[GROUPS];
  rows rows[GROUPS];
  bool finer;         /* with the steps that fail as groups of their own */
  int startup;        /* the group of the DLL's Startup, -1: none */
  int entry, failing; /* the groups of the same thread otherwise */
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

/* That the end of time has come. */
static unsigned of_end(const cr_model *m) { return of_load(m) + 1; }

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
  size_t at = offsetof(cr_world, observer.resource) + r * sizeof(cr_obs_resource);
  if (r > 0 && m->judge.nothing) return;
  if (r > 0) {
    span_add(p, of_monitor(r), at, sizeof(cr_obs_resource));
    return;
  }
  _Static_assert(offsetof(cr_obs_resource, load) == 0, "what is for the type comes first");
  span_add(p, of_load(m), at, 1);
  if (m->judge.nothing) return;
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
  span_add(p, of_end(m), offsetof(cr_world, observer.quiet), 1);
  p->face.components = of_end(m) + 1;
  qsort(p->span, p->face.spans_count, sizeof *p->span, compare_spans);
}

/* ---- groups ---------------------------------------------------------------------------------- */

static uint64_t everything(const cr_model *m) {
  return of_end(m) == 63 ? UINT64_MAX : bit(of_end(m) + 1) - 1;
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

static bool budget_changes(uint8_t budget) { return budget != 0 && budget != CR_BUDGET_FOREVER; }

static unsigned group_new(const cr_model *m, cr__product *p, purpose why, unsigned who,
                          cr_xgroup group) {
  CR_ASSERT(p->face.groups_count < GROUPS);
  unsigned number = p->face.groups_count++;
  group.touches |= bit(of_load(m));
  p->group[number] = group;
  p->rows[number].purpose = why;
  p->rows[number].who = who;
  return number;
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
  /* Startup is a call without a budget; the observer notes for the type that it runs. */
  uint64_t reads = order_of(m, r) & ~own;
  if (r > 0 || budget != CR_BUDGET_COUNT) reads |= bit(of_load(m));
  uint64_t counts = budget == CR_BUDGET_COUNT ? 0 : bit(of_budget(m, budget));
  unsigned group = group_new(m, p, CALLS, r, (cr_xgroup){touches, guard, reads, counts, false});
  for (unsigned i = 0; i < m->actions_count; i++)
    if (m->action[i].role == CR_ROLE_MONITOR && m->action[i].who == r &&
        budget_of_call((cr_entry_point)m->action[i].what) == budget)
      row_add(p, group, i);
}

static void resource_groups(const cr_model *m, cr__product *p, unsigned r) {
  static const cr_budget budgets[] = {CR_BUDGET_COUNT, CR_BUDGET_ONLINE, CR_BUDGET_OFFLINE,
                                      CR_BUDGET_TERMINATE, CR_BUDGET_POLL};
  for (size_t i = 0; i < CR_ARRAY_LEN(budgets); i++) calls_group(m, p, r, budgets[i]);
  uint64_t touches = bit(of_monitor(r)) | bit(of_dll(r));
  uint8_t volume = m->scenario.resource[r].volume;
  if (volume != CR_NO_VOLUME) touches |= bit(of_volume(m, volume)) | of_resources_on(m, volume);
  uint64_t reads = bit(of_load(m)), faults = bit(of_budget(m, CR_BUDGET_FAULT));
  uint64_t own = p->finer ? touches : touches | faults;
  unsigned threads = group_new(m, p, THREADS, r, (cr_xgroup){own, 0, reads, 0, false});
  unsigned failing = threads;
  touches |= faults;
  if (p->finer)
    failing = group_new(m, p, FAILING, r, (cr_xgroup){touches, 0, reads, faults, false});
  uint64_t expiries = bit(of_budget(m, CR_BUDGET_EXPIRE)), timer = bit(of_monitor(r)) | expiries;
  unsigned expiry = group_new(m, p, EXPIRY, r, (cr_xgroup){timer, timer, reads, expiries, false});
  for (unsigned i = 0; i < m->actions_count; i++) {
    const cr_action_row *row = &m->action[i];
    if (row->who != r) continue;
    if (row->role == CR_ROLE_EP || row->role == CR_ROLE_TERM || row->role == CR_ROLE_WORKER)
      row_add(p, row->what == CR_ALT_FAULT ? failing : threads, i);
    else if (row->role == CR_ROLE_ENV && row->what == CR_ENV_EXPIRE)
      row_add(p, expiry, i);
  }
  if (r > 0) return;
  /* Startup is for the type: all monitors take note of its return. */
  for (unsigned i = 0; i < m->scenario.resources_count; i++) touches |= bit(of_monitor(i));
  p->entry = (int)threads;
  p->failing = (int)failing;
  p->startup =
      (int)group_new(m, p, STARTUP, 0, (cr_xgroup){touches, bit(of_monitor(0)), 0, faults, false});
  for (unsigned i = 0; i < m->actions_count; i++)
    if (m->action[i].role == CR_ROLE_EP && m->action[i].who == 0)
      row_add(p, (unsigned)p->startup, i);
}

static void app_group(const cr_model *m, cr__product *p, unsigned a) {
  unsigned volume = m->scenario.app[a].volume;
  uint64_t touches = bit(of_volume(m, volume)) | bit(of_app(m, a)) | of_resources_on(m, volume);
  unsigned group = group_new(m, p, PROGRAM, a, (cr_xgroup){touches, 0, bit(of_load(m)), 0, false});
  for (unsigned i = 0; i < m->actions_count; i++)
    if (m->action[i].role == CR_ROLE_APP && m->action[i].who == a) row_add(p, group, i);
}

static void quiet_group(const cr_model *m, cr__product *p) {
  unsigned group =
      group_new(m, p, QUIET, 0, (cr_xgroup){.touches = everything(m), .otherwise = true});
  row_add(p, group, m->actions_count - 1);
}

/* ---- the face -------------------------------------------------------------------------------- */

static bool initial(void *ctx, uint32_t index, void *state) {
  if (index != 0) return false;
  cr_world_init(ctx, state);
  return true;
}

/* What each thread of a resource's DLL may do, which is asked once for all its rows. */
typedef struct offers {
  unsigned entry, terminate, worker[CR_WORKERS_MAX];
} offers;

static offers offers_of(const cr_model *m, const cr_world *world, unsigned resource) {
  offers of = {.entry = cr__dll_alternatives(m, world, resource, CR_ROLE_EP, 0),
               .terminate = cr__dll_alternatives(m, world, resource, CR_ROLE_TERM, 0)};
  for (unsigned lane = 0; lane < CR_WORKERS_MAX; lane++)
    of.worker[lane] = cr__dll_alternatives(m, world, resource, CR_ROLE_WORKER, lane);
  return of;
}

static bool offered(const offers *of, const cr_action_row *row) {
  unsigned alternatives = row->role == CR_ROLE_EP     ? of->entry
                          : row->role == CR_ROLE_TERM ? of->terminate
                                                      : of->worker[row->lane];
  return (alternatives >> row->what & 1) != 0;
}

static bool of_threads(purpose why) { return why == THREADS || why == FAILING || why == STARTUP; }

static void emit(const cr_model *m, const cr_world *world, cr_action action, cr_xsink *sink) {
  cr_world next = *world;
  cr_event event;
  cr_judgement judgement;
  cr_clause clause = cr_world_step(m, &next, action, &event, &judgement);
  cr_xemit(sink, action, &next, clause == CR_CLAUSE_COUNT ? 0 : (cr_xviolation)clause + 1);
}

/* The rows of threads that the group has in this state: Startup's steps are a group's of its own.
 */
static void emit_threads(const cr_model *m, const cr__product *p, unsigned group,
                         const cr_world *world, bool starting, cr_xsink *sink) {
  const rows *all = &p->rows[group];
  bool entry = (int)group == p->entry || (int)group == p->failing;
  offers of = offers_of(m, world, all->who);
  for (unsigned i = 0; i < all->count; i++) {
    const cr_action_row *row = &m->action[all->action[i]];
    if (entry && starting && row->role == CR_ROLE_EP) continue;
    if (offered(&of, row)) emit(m, world, all->action[i], sink);
  }
}

static void emit_group(const cr_model *m, const cr__product *p, unsigned group,
                       const cr_world *world, cr_xsink *sink) {
  const rows *all = &p->rows[group];
  bool starting = world->monitor[0].inflight == CR_EP_STARTUP;
  /* Either says so; one is the guard, the other closes the group. */
  if ((int)group == p->startup && !(starting && world->dll[0].ep.job == CR_EP_STARTUP)) return;
  if (of_threads(all->purpose)) {
    emit_threads(m, p, group, world, starting, sink);
    return;
  }
  for (unsigned i = 0; i < all->count; i++) {
    const cr_action_row *row = &m->action[all->action[i]];
    if (all->purpose == QUIET ? world->observer.quiet == 0 : cr__row_enabled(m, world, row))
      emit(m, world, all->action[i], sink);
  }
}

static void successors(void *ctx, unsigned group, const void *state, cr_xsink *sink) {
  const cr_model *m = ctx;
  emit_group(m, m->product, group, state, sink);
}

static void finer_successors(void *ctx, unsigned group, const void *state, cr_xsink *sink) {
  const cr_model *m = ctx;
  emit_group(m, m->finer, group, state, sink);
}

/* ---- for partial order ------------------------------------------------------------------------
 */

/* Why is none of a group's calls made? Each reason that alone is enough is better than all. */
static uint64_t calls_closed(const cr_model *m, const rows *group, const cr_world *world) {
  const cr_monitor *monitor = &world->monitor[group->who];
  bool close_any = cr__option(m, CR_OPTION_CLOSE_ANY), order = true, unpaid = true;
  uint64_t own = bit(of_monitor(group->who));
  bool callable = false;
  cr_budget budget = CR_BUDGET_COUNT;
  for (unsigned i = 0; i < group->count; i++) {
    cr_entry_point ep = (cr_entry_point)m->action[group->action[i]].what;
    budget = budget_of_call(ep);
    if (!cr_monitor_may_call(monitor, ep, close_any, m->mutant)) continue;
    callable = true;
    if (cr_monitor_order_admits(&m->scenario, world->monitor, group->who, ep, m->mutant))
      order = false;
    if (cr_monitor_pays(monitor, ep) == CR_BUDGET_COUNT || cr__has_budget(world, budget))
      unpaid = false;
  }
  if (!callable) return own;
  if (unpaid) return own | bit(of_budget(m, budget));
  return order ? own | order_of(m, group->who) : UINT64_MAX;
}

/* Of a group without a transition. */
static uint64_t closed(void *ctx, unsigned number, const void *state) {
  const cr_model *m = ctx;
  const cr_world *world = state;
  const rows *group = &m->finer->rows[number];
  switch (group->purpose) {
    case CALLS: return calls_closed(m, group, world);
    case THREADS:
      return cr__dll_idle(&world->dll[group->who]) ? bit(of_dll(group->who)) : UINT64_MAX;
    case FAILING:
      if (!cr__has_budget(world, CR_BUDGET_FAULT)) return bit(of_budget(m, CR_BUDGET_FAULT));
      return cr__dll_idle(&world->dll[group->who]) ? bit(of_dll(group->who))
                                                   : ~bit(of_budget(m, CR_BUDGET_FAULT));
    case EXPIRY:
      return cr__has_budget(world, CR_BUDGET_EXPIRE) ? bit(of_monitor(group->who))
                                                     : bit(of_budget(m, CR_BUDGET_EXPIRE));
    case STARTUP: return bit(of_dll(0));
    default: return UINT64_MAX;
  }
}

/* A budget that is spent, or has no end, stays so; and Startup is not called any more once it has
 * succeeded. */
static bool frozen(void *ctx, unsigned component, const void *state) {
  const cr_model *m = ctx;
  const cr_world *world = state;
  if (component == of_load(m))
    return world->observer.resource[0].load == CR__LOAD_DONE &&
           !cr__is(m, CR_MUTANT_MON_STARTS_AGAIN);
  return !budget_changes(world->budget[component - of_budget(m, 0)]);
}

static bool final(void *ctx, const void *state) { return cr_world_final(ctx, state); }

static unsigned fairness(void *ctx, const void *state, uint32_t label) {
  return cr_action_fairness(ctx, state, (cr_action)label);
}

static uint64_t owed(void *ctx, const void *state) { return cr__owed(ctx, state); }

cr__product *cr__product_new(const cr_model *m, bool finer) {
  if (m->parts_count > 0) return NULL;
  cr__product *p = cr_alloc(sizeof *p);
  p->finer = finer;
  p->startup = p->entry = p->failing = -1;
  spans_build(m, p);
  for (unsigned r = 0; r < m->scenario.resources_count; r++) resource_groups(m, p, r);
  for (unsigned a = 0; a < m->scenario.apps_count; a++) app_group(m, p, a);
  if (m->scenario.option[CR_OPTION_QUIET]) quiet_group(m, p);
  p->face.whole_bytes = sizeof(cr_world);
  p->face.spans = p->span;
  p->face.groups = p->group;
  p->face.initial = initial;
  p->face.successors = finer ? finer_successors : successors;
  p->face.final = final;
  p->face.fairness = fairness;
  p->face.owed = owed;
  if (!finer) return p;
  p->face.closed = closed;
  p->face.frozen = frozen;
  for (unsigned b = 0; b < CR_BUDGET_COUNT; b++) p->face.may_freeze |= bit(of_budget(m, b));
  p->face.may_freeze |= bit(of_load(m));
  return p;
}

void cr__product_free(cr__product *product) { free(product); }

const cr_xproduct *cr__product_face(const cr__product *product) {
  return product == NULL ? NULL : &product->face;
}

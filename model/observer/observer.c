/* observer.c - the observer's frame: initial state, dispatch, which clauses count; see
 * clusrace/observer.h. */
#include <string.h>

#include "obs.h"

const char *cr_mon_state_name(cr_mon_state state) {
  static const char *const names[CR_MON_COUNT] = {
      "none",         "opening",         "offline", "online-call", "online-pending", "online",
      "offline-call", "offline-pending", "failed",  "closing",     "closed"};
  return (unsigned)state < CR_MON_COUNT ? names[state] : NULL;
}

void cr_observer_init(cr_observer *observer, const cr_scenario *scenario) {
  memset(observer, 0, sizeof *observer);
  for (unsigned v = 0; v < scenario->volumes_count && v < CR_VOLUMES_MAX; v++)
    observer->volume[v].off = scenario->volume[v].off != 0;
}

void cr__op_end(cr_obs_resource *r) {
  r->op = r->cancel = r->step = r->knew = r->spawned = r->early = r->cp = r->tolde = r->ready = 0;
}

static void on_resource(const cr__view *w) {
  const cr_event *e = w->e;
  if (e->object >= w->s->resources_count || e->object >= CR_RESOURCES_MAX) return;
  cr_obs_resource *r = &w->o->resource[e->object];
  if (e->kind != CR_EV_CALL && cr__by_dll(e) && e->who != e->object) return;
  switch (e->kind) {
    case CR_EV_CALL: cr__on_call(w, r); break;
    case CR_EV_RET: cr__on_ret(w, r); break;
    case CR_EV_STATUS: cr__on_status(w, r); break;
    case CR_EV_LOG: cr__on_log(w, r); break;
    case CR_EV_SPAWN: cr__on_spawn(w, r); break;
    case CR_EV_EXIT: cr__on_exit(w, r); break;
    case CR_EV_EXPIRE: cr__on_expire(w, r); break;
    default: break;
  }
}

/* Whoever takes the volume offline ends what the DLL did to bring it up. */
static void brought_down(const cr__view *w, unsigned v) {
  for (unsigned i = 0; i < w->s->resources_count && i < CR_RESOURCES_MAX; i++)
    if (w->s->resource[i].volume == v) w->o->resource[i].up = 0;
}

/* The disk was pulled from under a real DLL: the event is silent to it, and it is to nobody's
 * blame. */
static void on_volume_gone(const cr__view *w) {
  unsigned v = w->e->result;
  if (v >= w->s->volumes_count || v >= CR_VOLUMES_MAX) return;
  cr_obs_volume *gone = &w->o->volume[v];
  if (!gone->off) gone->unsure = 1;
  gone->off = 1;
  gone->sus = 0;
  brought_down(w, v);
}

static void on_volume_event(const cr__view *w) {
  const cr_event *e = w->e;
  unsigned v = e->object;
  if (v >= w->s->volumes_count || v >= CR_VOLUMES_MAX) return;
  cr_obs_resource *r = NULL;
  if (cr__by_dll(e) && e->who < w->s->resources_count && e->who < CR_RESOURCES_MAX &&
      w->s->resource[e->who].volume == v)
    r = &w->o->resource[e->who];
  cr_obs_volume before = w->o->volume[v];
  cr_obs_open handle = {0};
  const cr_obs_open *open = cr__open_of(w);
  if (open != NULL) handle = *open;
  if (r != NULL) cr__user_before(w, r, &before);
  cr__on_volume(w, v);
  if (e->kind == CR_EV_OFFLINE && e->result == CR_E_SUCCESS) brought_down(w, v);
  if (r != NULL) cr__user_after(w, r, &before, open != NULL ? &handle : NULL);
}

void cr_observe(cr_observer *observer, const cr_scenario *scenario, const cr_event *given,
                cr_judgement *judgement) {
  /* What holds of an entry point holds of its later form. */
  cr_event base = *given;
  if (given->kind == CR_EV_CALL || given->kind == CR_EV_RET)
    base.value = cr_entry_point_base(given->value);
  const cr_event *event = &base;
  *judgement = (cr_judgement){0};
  cr__view w = {.o = observer, .s = scenario, .e = event, .seen = given, .j = judgement};
  cr_event copy;
  if (scenario->part[CR_PART_STACK]) event = w.e = cr__stack_event(&w, &copy);
  const cr_obs_open *open = cr__open_of(&w);
  if (open != NULL) w.was = *open;
  if (event->kind == CR_EV_INVALID || event->kind >= CR_EV_COUNT) return;
  if (event->role == CR_ROLE_INVALID || event->role >= CR_ROLE_COUNT) return;
  bool live = scenario->option[CR_OPTION_LIVE];
  uint64_t owed = live ? cr_observer_owed(observer, scenario) : 0;
  if (event->kind == CR_EV_QUIET)
    observer->quiet = 1;
  else if (event->kind >= CR_EV_OPENV && event->kind <= CR_EV_FLUSH)
    on_volume_event(&w);
  else if (event->kind == CR_EV_SYNC && event->role == CR_ROLE_ENV &&
           event->value == CR_WAIT_VOLUME_GONE)
    on_volume_gone(&w);
  else if (event->kind < CR_EV_OPENV)
    on_resource(&w);
  /* The entry point has begun to run: it has done something since its call. */
  if (event->role == CR_ROLE_EP && event->who < scenario->resources_count &&
      event->who < CR_RESOURCES_MAX) {
    cr_obs_resource *r = &observer->resource[event->who];
    if (cr__inside(r) && r->cancel != CR__OVER) r->step = 1;
  }
  if (live) cr__judge_duties(&w, owed);
#define PART(ID, lower, meaning) \
  if (scenario->part[CR_PART_##ID]) cr__observe_##lower(&w);
#include "clusrace/parts.def"
#undef PART
}

bool cr_judge_counts(const cr_judge *judge, cr_clause clause, const cr_event *event) {
  const cr_clause_row *row = cr_clause_row_of(clause);
  /* Naming a clause asks for it, whatever its level. */
  if (cr_clauses_any(&judge->only)) {
    if (!cr_clauses_has(&judge->only, clause)) return false;
  } else if (row->level == CR_LEVEL_WARNING && !judge->strict) {
    return false;
  }
  if (judge->only_doc && row->confidence != CR_CONF_DOC) return false;
  if (!judge->dll_only || row->party == CR_PARTY_DLL) return true;
  return row->party == CR_PARTY_APP && event != NULL && cr__by_dll(event);
}

void cr_duties_of_dll(cr_dll_duties *duties) {
  *duties = (cr_dll_duties){0};
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    const cr_clause_row *row = cr_clause_row_of((cr_clause)i);
    if (row->level == CR_LEVEL_NOTE) continue;
    if (row->party == CR_PARTY_DLL) cr_clauses_add(&duties->always, (cr_clause)i);
    if (row->party == CR_PARTY_APP) cr_clauses_add(&duties->as_program, (cr_clause)i);
  }
}

void cr_judgement_narrow(const cr_dll_duties *duties, const cr_event *event,
                         cr_judgement *judgement) {
  bool acts = cr__by_dll(event);
  for (unsigned w = 0; w < CR_ARRAY_LEN(duties->always.bits); w++) {
    uint64_t mask = duties->always.bits[w] | (acts ? duties->as_program.bits[w] : 0);
    judgement->exercised.bits[w] &= mask;
    judgement->violated.bits[w] &= mask;
  }
}

cr_clause cr_judge_first(const cr_judge *judge, const cr_judgement *judgement,
                         const cr_event *event) {
  const cr_clauses *set = judge->witness ? &judgement->exercised : &judgement->violated;
  if (!cr_clauses_any(set)) return CR_CLAUSE_COUNT;
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    cr_clause clause = (cr_clause)i;
    if (!cr_clauses_has(set, clause)) continue;
    if (judge->witness && cr_clauses_has(&judgement->violated, clause)) continue;
    if (cr_judge_counts(judge, clause, event)) return clause;
  }
  return CR_CLAUSE_COUNT;
}

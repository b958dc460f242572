/* world.c - the composition: who may do what, and what happens then; see clusrace/world.h. */
#include <stdlib.h>
#include <string.h>

#include "product.h"

/* ---- handle numbers -------------------------------------------------------------------------- */

_Static_assert(2 * CR_APPS_MAX + CR_RESOURCES_MAX * (2 + CR_WORKERS_MAX) <= CR_OPENS_MAX,
               "every actor has its handle numbers");

unsigned cr__slot_app(unsigned app, bool volume) { return 2 * app + (volume ? 1 : 0); }

unsigned cr__slot_dll(const cr_model *model, unsigned resource, cr_role role, unsigned lane) {
  unsigned first = 2u * model->scenario.apps_count + resource * (2 + CR_WORKERS_MAX);
  if (role == CR_ROLE_EP) return first;
  if (role == CR_ROLE_TERM) return first + 1;
  return first + 2 + lane;
}

cr_volopt cr__volopt(const cr_model *model, const cr_world *world, bool detach_now) {
  return (cr_volopt){.detach_now = detach_now,
                     .system = cr__param(model, CR_PARAM_STACK_SYSTEM) != 0,
                     .lock_dismounts = cr__param(model, CR_PARAM_STACK_LOCK_DISMOUNTS) != 0,
                     .referred = world->parts.stack.refer > CR__REFER_OPEN,
                     .mutant = model->mutant};
}

/* ---- parts ----------------------------------------------------------------------------------- */

static const struct {
  const cr_part_rules *rules;
  uint8_t slots;
} all_parts[CR_PART_COUNT] = {
#define PART(ID, lower, meaning) {&cr__part_##lower, CR_PART_##ID##_SLOTS},
#include "clusrace/parts.def"
#undef PART
};

static void build_parts(cr_model *m) {
  for (unsigned i = 0; i < CR_PART_COUNT; i++) {
    if (!m->scenario.part[i]) continue;
    m->part[m->parts_count] = all_parts[i].rules;
    m->part_id[m->parts_count++] = (uint8_t)i;
    m->slots_base[i] = (uint8_t)m->slots_count;
    m->slots_count += all_parts[i].slots;
  }
  CR_ASSERT(m->slots_count <= CR_OPENS_MAX);
}

/* ---- the table of actions -------------------------------------------------------------------- */

static const cr_entry_point monitor_calls[] = {CR_EP_STARTUP,  CR_EP_OPEN,      CR_EP_ONLINE,
                                               CR_EP_OFFLINE,  CR_EP_TERMINATE, CR_EP_LOOKS_ALIVE,
                                               CR_EP_IS_ALIVE, CR_EP_CLOSE};

static void add_part_row(cr_model *m, unsigned role, unsigned who, unsigned lane, unsigned what,
                         unsigned part) {
  CR_ASSERT(m->actions_count < CR_ACTIONS_MAX);
  m->action[m->actions_count++] =
      (cr_action_row){(uint8_t)role, (uint8_t)who, (uint8_t)lane, (uint8_t)what, (uint8_t)part};
}

static void add_row(cr_model *m, cr_role role, unsigned who, unsigned lane, unsigned what) {
  add_part_row(m, role, who, lane, what, 0);
}

static void build_actions(cr_model *m) {
  const cr_scenario *s = &m->scenario;
  for (unsigned r = 0; r < s->resources_count; r++)
    for (size_t i = 0; i < CR_ARRAY_LEN(monitor_calls); i++)
      if (r == 0 || monitor_calls[i] != CR_EP_STARTUP)
        add_row(m, CR_ROLE_MONITOR, r, 0, monitor_calls[i]);
  for (unsigned r = 0; r < s->resources_count; r++)
    for (unsigned alt = 0; alt < CR_ALT_COUNT; alt++) {
      add_row(m, CR_ROLE_EP, r, 0, alt);
      add_row(m, CR_ROLE_TERM, r, 0, alt);
      for (unsigned lane = 0; lane < CR_WORKERS_MAX; lane++)
        add_row(m, CR_ROLE_WORKER, r, lane, alt);
    }
  for (unsigned a = 0; a < s->apps_count; a++)
    for (unsigned move = 0; move < CR_APP_MOVES; move++) add_row(m, CR_ROLE_APP, a, 0, move);
  for (unsigned r = 0; r < s->resources_count; r++) add_row(m, CR_ROLE_ENV, r, 0, CR_ENV_EXPIRE);
  for (unsigned p = 0; p < m->parts_count; p++)
    for (unsigned i = 0; i < m->part[p]->rules_count; i++) {
      const cr_rule *rule = &m->part[p]->rule[i];
      add_part_row(m, rule->role, rule->who, rule->lane, i, m->part_id[p] + 1u);
    }
  if (s->option[CR_OPTION_QUIET]) add_row(m, CR_ROLE_ENV, 0, 0, CR_ENV_QUIET);
}

/* ---- models ---------------------------------------------------------------------------------- */

cr_model *cr_model_new(const cr_scenario *scenario, const cr_subject *subject,
                       const cr_judge *judge) {
  CR_ASSERT(subject->kind == CR_SUBJECT_REFERENCE || subject->kind == CR_SUBJECT_MUTANT);
  cr_model *m = cr_alloc(sizeof *m);
  m->scenario = *scenario;
  m->subject = *subject;
  m->contract = cr_contract_digest();
  if (judge != NULL) m->judge = *judge;
  m->mutant = subject->kind == CR_SUBJECT_MUTANT ? (cr_mutant)subject->mutant : CR_MUTANT_NONE;
  m->slots_count = 2u * scenario->apps_count + scenario->resources_count * (2 + CR_WORKERS_MAX);
  build_parts(m);
  build_actions(m);
  cr__pack_layout(m);
  m->product = cr__product_new(m, false);
  m->finer = cr__product_new(m, true);
  return m;
}

void cr_model_free(cr_model *model) {
  if (model != NULL) {
    cr__product_free(model->product);
    cr__product_free(model->finer);
  }
  free(model);
}
const cr_scenario *cr_model_scenario(const cr_model *model) { return &model->scenario; }
const cr_subject *cr_model_subject(const cr_model *model) { return &model->subject; }
const cr_judge *cr_model_judge(const cr_model *model) { return &model->judge; }
unsigned cr_model_actions_count(const cr_model *model) { return model->actions_count; }

void cr_world_init(const cr_model *model, cr_world *world) {
  const cr_scenario *s = &model->scenario;
  memset(world, 0, sizeof *world);
  for (unsigned v = 0; v < s->volumes_count; v++) world->volumes.volume[v].off = s->volume[v].off;
  for (unsigned a = 0; a < s->apps_count; a++) world->app[a].hands = s->budget[CR_BUDGET_APP];
  memcpy(world->budget, s->budget, sizeof world->budget);
  world->budget[CR_BUDGET_PROGRESS] = 0; /* counted per operation and per application */
  world->budget[CR_BUDGET_APP] = 0;
  cr_observer_init(&world->observer, s);
  for (unsigned p = 0; p < model->parts_count; p++)
    if (model->part[p]->init != NULL) model->part[p]->init(model, world);
}

/* ---- the monitor ----------------------------------------------------------------------------- */

static bool monitor_enabled(const cr_model *model, const cr_world *w, const cr_action_row *row) {
  const cr_monitor *m = &w->monitor[row->who];
  cr_entry_point ep = (cr_entry_point)row->what;
  if (cr_monitor_rogue(m, ep, model->mutant)) return true;
  if (!cr_monitor_may_call(m, ep, cr__option(model, CR_OPTION_CLOSE_ANY), model->mutant))
    return false;
  if (!cr_monitor_order_admits(&model->scenario, w->monitor, row->who, ep, model->mutant))
    return false;
  cr_budget budget = cr_monitor_pays(m, ep);
  return budget == CR_BUDGET_COUNT || cr__has_budget(w, budget);
}

static void monitor_step(const cr_model *model, cr_world *w, const cr_action_row *row,
                         cr_event *e) {
  cr_monitor *m = &w->monitor[row->who];
  cr_entry_point ep = (cr_entry_point)row->what;
  e->kind = CR_EV_CALL;
  e->object = row->who;
  e->value = ep;
  e->who = 0;
  if (cr_monitor_rogue(m, ep, model->mutant)) return;
  cr_budget budget = cr_monitor_pays(m, ep);
  if (budget != CR_BUDGET_COUNT) cr__spend(w, budget);
  cr_monitor_call(m, ep);
  cr__dll_call(w, row->who, ep);
}

/* The monitor takes what a thread of the DLL did. */
static void monitor_takes(const cr_model *model, cr_world *w, const cr_event *e) {
  if (e->role == CR_ROLE_EP) cr_monitor_begun(&w->monitor[e->who]);
  if (e->kind != CR_EV_RET) return;
  cr_entry_point ep = (cr_entry_point)e->value;
  cr_monitor_ret(&w->monitor[e->who], ep, e->result, model->mutant);
  if (ep == CR_EP_STARTUP && e->result == CR_E_SUCCESS) /* it is for the type, not one resource */
    for (unsigned r = 0; r < model->scenario.resources_count; r++) w->monitor[r].loaded = 1;
}

/* ---- applications ---------------------------------------------------------------------------- */

static const struct {
  cr_event_kind kind;
  bool volume; /* through the volume handle */
  bool admin;
} app_moves[CR_APP_MOVES] = {
    [CR_APP_OPENF] = {CR_EV_OPENF, false, false},
    [CR_APP_OPENV] = {CR_EV_OPENV, true, false},
    [CR_APP_READF] = {CR_EV_READ, false, false},
    [CR_APP_WRITEF] = {CR_EV_WRITE, false, false},
    [CR_APP_CLOSEF] = {CR_EV_CLOSE, false, false},
    [CR_APP_READV] = {CR_EV_READ, true, false},
    [CR_APP_CLOSEV] = {CR_EV_CLOSE, true, false},
    [CR_APP_LOCK] = {CR_EV_LOCK, true, true},
    [CR_APP_UNLOCK] = {CR_EV_UNLOCK, true, true},
    [CR_APP_DISMOUNT] = {CR_EV_DISMOUNT, true, true},
    [CR_APP_DISMOUNT_ONCE] = {CR_EV_DISMOUNT, true, true},
    [CR_APP_OFFLINE] = {CR_EV_OFFLINE, true, true},
    [CR_APP_ONLINE] = {CR_EV_ONLINE, true, true},
};

/* Who locks again and again starves everybody else: for liveness a lock is paid like an open. */
static bool locks_are_paid(const cr_model *model) { return cr__option(model, CR_OPTION_LIVE); }

static void pay_app(cr_app *app) {
  CR_ASSERT(app->hands > 0);
  if (app->hands != CR_BUDGET_FOREVER) app->hands--;
}

static bool app_enabled(const cr_model *model, const cr_world *w, const cr_action_row *row) {
  cr_app_move move = (cr_app_move)row->what;
  bool volume = app_moves[move].volume;
  unsigned slot = cr__slot_app(row->who, volume);
  bool open = w->volumes.open[slot].kind != CR_OPEN_NONE;
  if (app_moves[move].admin && !cr__option(model, CR_OPTION_APP_ADMIN)) return false;
  switch (move) {
    case CR_APP_OPENF:
    case CR_APP_OPENV:
      return !open && w->app[row->who].hands > 0 &&
             cr__option(model, volume ? CR_OPTION_APP_VOLUME : CR_OPTION_APP_FILE);
    case CR_APP_LOCK: return open && (w->app[row->who].hands > 0 || !locks_are_paid(model));
    case CR_APP_WRITEF: return open && cr__option(model, CR_OPTION_APP_WRITE);
    case CR_APP_DISMOUNT:
    case CR_APP_DISMOUNT_ONCE: {
      uint8_t detach = model->scenario.volume[model->scenario.app[row->who].volume].detach;
      bool chooses = cr_volume_dismount_chooses(&w->volumes, slot);
      if (move == CR_APP_DISMOUNT_ONCE) return open && chooses && detach != CR_DETACH_CLEANUP;
      return open && !(chooses && detach == CR_DETACH_ONCE);
    }
    default: return open;
  }
}

static void app_step(const cr_model *model, cr_world *w, const cr_action_row *row, cr_event *e) {
  cr_app_move move = (cr_app_move)row->what;
  unsigned volume = model->scenario.app[row->who].volume;
  unsigned slot = cr__slot_app(row->who, app_moves[move].volume);
  cr_volopt opt = cr__volopt(model, w, move == CR_APP_DISMOUNT_ONCE);
  cr_volop done;
  e->kind = (uint8_t)app_moves[move].kind;
  e->object = (uint8_t)volume;
  e->handle = (uint8_t)slot;
  if (move == CR_APP_OPENF || move == CR_APP_OPENV) {
    unsigned access = CR_ACC_READ | CR_SHR_READ | CR_SHR_WRITE;
    if (cr__option(model, move == CR_APP_OPENF ? CR_OPTION_APP_WRITE : CR_OPTION_APP_ADMIN))
      access |= CR_ACC_WRITE;
    pay_app(&w->app[row->who]);
    e->extra = access;
    done = move == CR_APP_OPENF ? cr_volume_openf(&w->volumes, volume, slot, access, opt)
                                : cr_volume_openv(&w->volumes, volume, slot, access, opt);
    if (done.code != CR_E_SUCCESS) e->handle = CR_NO_HANDLE;
  } else {
    if (move == CR_APP_LOCK && locks_are_paid(model)) pay_app(&w->app[row->who]);
    done = cr_volume_op(&w->volumes, app_moves[move].kind, slot, opt);
  }
  e->result = done.code;
  e->cause = done.cause;
  e->effects = done.effects;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static const cr_rule *rule_of(const cr_action_row *row) {
  return &all_parts[row->part - 1].rules->rule[row->what];
}

bool cr__row_enabled(const cr_model *model, const cr_world *w, const cr_action_row *row) {
  if (row->part != 0) {
    const cr_rule *rule = rule_of(row);
    return rule->enabled(model, w, rule->arg);
  }
  for (unsigned p = 0; p < model->parts_count; p++)
    if (model->part[p]->allows != NULL && !model->part[p]->allows(model, w, row)) return false;
  switch (row->role) {
    case CR_ROLE_MONITOR: return monitor_enabled(model, w, row);
    case CR_ROLE_APP: return app_enabled(model, w, row);
    case CR_ROLE_ENV:
      if (row->what != CR_ENV_EXPIRE || !cr__has_budget(w, CR_BUDGET_EXPIRE)) return false;
      return w->monitor[row->who].timer ||
             cr_monitor_rogue_timer(&w->monitor[row->who], model->mutant);
    default:
      return cr__dll_alternatives(model, w, row->who, (cr_role)row->role, row->lane) >> row->what &
             1;
  }
}

void cr_world_enabled(const cr_model *model, const cr_world *world, cr_actions *actions) {
  actions->count = 0;
  for (unsigned i = 0; i < model->actions_count; i++)
    if (cr__row_enabled(model, world, &model->action[i]))
      actions->list[actions->count++] = (cr_action)i;
  /* The end of time is the last row. */
  if (actions->count == 0 && cr__option(model, CR_OPTION_QUIET) && !world->observer.quiet)
    actions->list[actions->count++] = (cr_action)(model->actions_count - 1);
}

unsigned cr_world_prefer(const cr_model *model, const cr_world *world, unsigned preferred) {
  unsigned n = model->actions_count;
  CR_ASSERT(preferred < n);
  for (unsigned i = preferred; i < n; i++)
    if (cr__row_enabled(model, world, &model->action[i])) return i;
  for (unsigned i = 0; i < preferred; i++)
    if (cr__row_enabled(model, world, &model->action[i])) return i;
  bool ends = cr__option(model, CR_OPTION_QUIET) && !world->observer.quiet;
  return ends ? n - 1 : (unsigned)CR_ACTIONS_MAX;
}

cr_action_kind cr_action_kind_of(const cr_model *model, cr_action action) {
  CR_ASSERT(action < model->actions_count);
  const cr_action_row *row = &model->action[action];
  if (row->part != 0) return CR_ACTION_PLAIN;
  bool down =
      row->what == CR_EP_OFFLINE || row->what == CR_EP_TERMINATE || row->what == CR_EP_CLOSE;
  if (row->role == CR_ROLE_MONITOR && down) return CR_ACTION_DOWN;
  bool opens = row->what == CR_APP_OPENF || row->what == CR_APP_OPENV;
  return row->role == CR_ROLE_APP && opens ? CR_ACTION_OPEN : CR_ACTION_PLAIN;
}

unsigned cr_action_actor(const cr_model *model, cr_action action) {
  CR_ASSERT(action < model->actions_count);
  const cr_action_row *row = &model->action[action];
  return (unsigned)(row->role << 4 | (row->who & 3) << 2 | (row->lane & 3));
}

/* Mutants that are one change of one event (deviations.def). */
static void deviate(const cr_model *model, cr_event *e) {
  enum { VALUE, EXTRA, RESULT, EFFECTS, CAUSE, HANDLE };
  static const struct {
    uint16_t mutant;
    uint8_t kind, field;
    uint32_t value, extra, to;
  } rows[] = {
      {CR_MUTANT_NONE, 0, 0, 0, 0, 0}, /* the table may be empty */
#define DEVIATION(mutant, kind, value, extra, field, to) \
  {CR_MUTANT_##mutant, CR_EV_##kind, field, value, extra, to},
#include "clusrace/deviations.def"
#undef DEVIATION
  };
  for (size_t i = 1; i < CR_ARRAY_LEN(rows); i++) {
    if (rows[i].mutant != model->mutant || rows[i].kind != e->kind) continue;
    if (rows[i].value != CR_ANY && rows[i].value != e->value) continue;
    if (rows[i].extra != CR_ANY && rows[i].extra != e->extra) continue;
    switch (rows[i].field) {
      case VALUE: e->value = rows[i].to; break;
      case EXTRA: e->extra = rows[i].to; break;
      case RESULT: e->result = rows[i].to; break;
      case EFFECTS: e->effects = (uint8_t)rows[i].to; break;
      case CAUSE: e->cause = (uint8_t)rows[i].to; break;
      default: e->handle = (uint8_t)rows[i].to;
    }
  }
}

static void env_step(const cr_model *model, cr_world *world, const cr_action_row *row,
                     cr_event *event) {
  event->object = row->who;
  event->who = 0;
  if (row->what == CR_ENV_QUIET) {
    event->kind = CR_EV_QUIET;
    return;
  }
  cr__spend(world, CR_BUDGET_EXPIRE);
  event->kind = CR_EV_EXPIRE;
  if (!world->monitor[row->who].timer) return;
  cr_monitor_expire(&world->monitor[row->who]);
  if (cr__is(model, CR_MUTANT_MON_FORGETS_EXPIRY)) world->monitor[row->who].mustterm = 0;
}

static void core_step(const cr_model *model, cr_world *world, const cr_action_row *row,
                      cr_event *event) {
  switch (row->role) {
    case CR_ROLE_MONITOR: monitor_step(model, world, row, event); break;
    case CR_ROLE_APP: app_step(model, world, row, event); break;
    case CR_ROLE_ENV: env_step(model, world, row, event); break;
    default:
      cr__dll_step(model, world, event, (cr_alternative)row->what);
      monitor_takes(model, world, event);
  }
  for (unsigned p = 0; p < model->parts_count; p++)
    if (model->part[p]->after != NULL) model->part[p]->after(model, world, event);
}

cr_clause cr_world_step(const cr_model *model, cr_world *world, cr_action action, cr_event *event,
                        cr_judgement *judgement) {
  CR_ASSERT(action < model->actions_count);
  const cr_action_row *row = &model->action[action];
  cr_judgement local;
  if (judgement == NULL) judgement = &local;
  *event =
      (cr_event){.role = row->role, .who = row->who, .lane = row->lane, .handle = CR_NO_HANDLE};
  if (row->part != 0)
    rule_of(row)->step(model, world, event, rule_of(row)->arg);
  else
    core_step(model, world, row, event);
  if (model->mutant != CR_MUTANT_NONE) deviate(model, event);
  if (model->judge.nothing) {
    *judgement = (cr_judgement){0};
    world->observer.quiet |= event->kind == CR_EV_QUIET;
    return CR_CLAUSE_COUNT;
  }
  cr_observe(&world->observer, &model->scenario, event, judgement);
  return cr_judge_first(&model->judge, judgement, event);
}

bool cr_world_final(const cr_model *model, const cr_world *world) {
  for (unsigned p = 0; p < model->parts_count; p++)
    if (model->part[p]->final != NULL && !model->part[p]->final(model, world)) return false;
  for (unsigned r = 0; r < model->scenario.resources_count; r++) {
    const cr_monitor *m = &world->monitor[r];
    if (m->inflight != CR_EP_NONE || m->term || m->mustterm || m->mustalive) return false;
    if (m->op != CR_EP_NONE || !cr__dll_idle(&world->dll[r])) return false;
  }
  return true;
}

void cr_action_write(const cr_model *model, cr_action action, cr_buf *out) {
  static const char *const alternatives[CR_ALT_COUNT] = {"next step", "other way", "fault",
                                                         "dismount that detaches at once"};
  CR_ASSERT(action < model->actions_count);
  const cr_action_row *row = &model->action[action];
  const cr_scenario *s = &model->scenario;
  cr_event actor = {.role = row->role, .who = row->who, .lane = row->lane};
  cr_actor_write(s, &actor, out);
  if (row->part != 0) {
    cr_buf_printf(out, ": %s", rule_of(row)->text);
    return;
  }
  switch (row->role) {
    case CR_ROLE_MONITOR:
      cr_buf_printf(out, ": call %s of %s", cr_entry_point_name(row->what),
                    s->resource[row->who].name);
      break;
    case CR_ROLE_APP:
      cr_buf_printf(out, ": %s %s%s", cr_event_row_of((uint32_t)app_moves[row->what].kind)->verb,
                    app_moves[row->what].volume ? "volume" : "file",
                    row->what == CR_APP_DISMOUNT_ONCE ? " (detaches at once)" : "");
      break;
    case CR_ROLE_ENV:
      if (row->what == CR_ENV_QUIET)
        cr_buf_puts(out, ": the end of time");
      else
        cr_buf_printf(out, ": pending timer of %s expires", s->resource[row->who].name);
      break;
    default: cr_buf_printf(out, ": %s", alternatives[row->what]);
  }
}

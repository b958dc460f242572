/* hunt.c - see hunt.h. */
#include "hunt.h"

#include <stdio.h>
#include <string.h>

#include "clusrace/frame.h"
#include "clusrace/schedule.h"
#include "leaks.h"
#include "play.h"
#include "tally.h"

/* Variants of a thread's next step, behind those of schedule.h. */
enum { VARIANT_DELAY = 0x40 };

enum {
  OFFER_V1 = 0x80,      /* variant of the monitor: from now on it offers version 1 alone */
  TAKE_SIGNAL,          /* ... it sees the signal of an event handle */
  SEND_CODE = 0x90,     /* ... it sends the first control code of the table, and so on */
  OPENS_MAX = 2,        /* calls of Open for one resource */
  IDLE_WAKES = 3,       /* of one resource's sleepers, while nothing is reported or called */
  HASTE = 64,           /* steps in a row after which a thread is taken to spin */
  ONLY_NOW = 0x100,     /* set in a variant: possible because nobody else can go on */
  SCHEDULE_STEPS = 4000 /* a schedule that is longer does not come to rest */
};

typedef struct option_list {
  cr_candidate list[CR_SEARCH_OPTIONS_MAX];
  unsigned count;
  bool cut; /* there was more than a step can have */
} option_list;

typedef struct hunt {
  cr_play play;
  cr_session *s;
  cr_search *search;
  uint8_t left[CR_RESOURCES_MAX][CR_BUDGET_COUNT]; /* budgets, each resource its own */
  uint8_t opens[CR_RESOURCES_MAX];                 /* calls of Open */
  uint8_t codes[CR_RESOURCES_MAX], cancels[CR_RESOURCES_MAX], arbitrations[CR_RESOURCES_MAX];
  uint8_t hands[CR_APPS_MAX];
  uint8_t file[CR_APPS_MAX], device[CR_APPS_MAX]; /* 1 + slot of what an application has open */
  const cr_thread *last;                          /* who took the last step */
  unsigned in_a_row;
  uint8_t idle[CR_RESOURCES_MAX]; /* wakes since anything was reported or called */
  unsigned resource;              /* of the thread that makes it */
  cr_candidate now;               /* the step that is being made */
  unsigned steps;
  bool abandoned, over;
} hunt;

static unsigned monitor_process(unsigned r) { return CR_PROCESS_MONITOR + r; }
static unsigned app_process(unsigned a) { return CR_PROCESS_APP + a; }
static unsigned timer_process(unsigned r) { return CR_PROCESS_TIMER + r; }

static void add(option_list *o, unsigned process, unsigned variant, cr_cost cost, uint64_t object) {
  if (o->count == CR_SEARCH_OPTIONS_MAX) {
    o->cut = true;
    return;
  }
  o->list[o->count++] = (cr_candidate){(uint8_t)process, (uint8_t)cost, (uint16_t)variant, object};
}

/* ---- threads of the DLL ---------------------------------------------------------------------- */

static unsigned process_of(const cr_thread *t) {
  return cr_process_of_thread((cr_role)t->role, t->resource, t->lane);
}

static uint64_t object_of(const cr_thread *t) {
  cr_footprint f = cr_pending_footprint(t);
  return f.count == 0 ? 0 : f.object[0];
}

static bool chooses_detach(const hunt *h, const cr_thread *t) {
  unsigned slot = t->stop.dismounts - 1;
  if (t->stop.dismounts == 0 || !cr_volume_dismount_chooses(&h->s->volumes, slot)) return false;
  return h->s->scenario->volume[h->s->volumes.open[slot].volume].detach == CR_DETACH_ANY;
}

/* What a stopped thread may do. */
static void thread_options(const hunt *h, const cr_thread *t, option_list *o) {
  unsigned process = process_of(t);
  bool spins = h->last == t && h->in_a_row >= HASTE;
  if (cr_thread_ready(t)) {
    cr_cost cost = t->stop.sleeps || spins ? CR_COST_TIMER : CR_COST_NONE;
    add(o, process, CR_STEP_GO, cost, object_of(t));
    if (chooses_detach(h, t)) add(o, process, CR_STEP_ONCE, cost, 0);
    for (unsigned i = 0; t->stop.faults != NULL && t->stop.faults[i] != 0; i++)
      add(o, process, CR_STEP_FAULT + i, CR_COST_FAULT, 0);
    if (t->stop.delay_ms != 0) add(o, process, VARIANT_DELAY, CR_COST_FAULT, 0);
  }
  if (t->suspended == 0 && t->stop.finite) add(o, process, CR_STEP_TIME_OUT, CR_COST_TIMER, 0);
}

/* ---- the monitor, the timer, the applications ------------------------------------------------ */

static const cr_entry_point calls[] = {CR_EP_STARTUP,     CR_EP_OPEN,     CR_EP_ONLINE,
                                       CR_EP_LOOKS_ALIVE, CR_EP_IS_ALIVE, CR_EP_OFFLINE,
                                       CR_EP_TERMINATE,   CR_EP_CLOSE};

static bool may_call(const hunt *h, unsigned r, cr_entry_point ep) {
  const cr_session *s = h->s;
  if (ep == CR_EP_STARTUP && (r != 0 || s->startup_error != ERROR_SUCCESS)) return false;
  if (ep == CR_EP_OPEN && h->opens[r] == OPENS_MAX) return false; /* it fails again and again */
  if (!cr_play_may_call(&h->play, r, ep) ||
      !cr_monitor_order_admits(s->scenario, s->monitor, r, ep, CR_MUTANT_NONE))
    return false;
  cr_budget budget = cr_monitor_pays(&s->monitor[r], ep);
  return budget == CR_BUDGET_COUNT || h->left[r][budget] > 0;
}

static void monitor_options(const hunt *h, unsigned r, option_list *o) {
  for (size_t i = 0; i < CR_ARRAY_LEN(calls); i++)
    if (may_call(h, r, calls[i])) {
      add(o, monitor_process(r), calls[i], CR_COST_NONE, 0);
      bool can_offer = calls[i] == CR_EP_STARTUP && h->s->image.startup_ex != NULL &&
                       h->s->offers == CLRES_VERSION_V4_00;
      if (can_offer) add(o, monitor_process(r), OFFER_V1, CR_COST_NONE, 0);
    }
}

/* One code or one Cancel in a schedule, or as many codes as the scenario says; and one Arbitrate
 * with its Release. */
static void control_options(const hunt *h, unsigned r, option_list *o) {
  const bool *option = h->s->scenario->option;
  bool held = h->s->controls.held[r];
  cr_entry_point arbitrate = held ? CR_EP_RELEASE : CR_EP_ARBITRATE;
  if (cr_event_signalled(h->s, r)) add(o, monitor_process(r), TAKE_SIGNAL, CR_COST_NONE, 0);
  unsigned most = h->s->scenario->codes_most;
  bool asked = h->cancels[r] != 0 || (most == 0 && h->codes[r] != 0);
  if (option[CR_OPTION_CANCEL] && !asked && cr_play_may_call(&h->play, r, CR_EP_CANCEL))
    add(o, monitor_process(r), CR_EP_CANCEL, CR_COST_NONE, 0);
  if (option[CR_OPTION_ARBITRATE] && h->arbitrations[r] < (held ? 2 : 1) &&
      cr_play_may_call(&h->play, r, arbitrate))
    add(o, monitor_process(r), arbitrate, CR_COST_NONE, 0);
  bool codes = cr_scenario_has_codes(h->s->scenario) && (most != 0 ? h->codes[r] < most : !asked);
  for (unsigned row = 0; codes && row < cr_control_rows(); row++)
    if (cr_control_possible(h->s, r, row))
      add(o, monitor_process(r), SEND_CODE + row, CR_COST_NONE, 0);
}

static bool move_possible(const hunt *h, unsigned a, cr_move m) {
  const bool *option = h->s->scenario->option;
  bool admin = option[CR_OPTION_APP_ADMIN];
  switch (m) {
    case CR_MOVE_OPENF: return h->file[a] == 0 && h->hands[a] > 0 && option[CR_OPTION_APP_FILE];
    case CR_MOVE_OPENV: return h->device[a] == 0 && h->hands[a] > 0 && option[CR_OPTION_APP_VOLUME];
    case CR_MOVE_READ: return h->file[a] != 0 && h->hands[a] > 0;
    case CR_MOVE_WRITE: return h->file[a] != 0 && h->hands[a] > 0 && option[CR_OPTION_APP_WRITE];
    case CR_MOVE_CLOSE: return h->file[a] != 0 || h->device[a] != 0;
    default: return h->device[a] != 0 && h->hands[a] > 0 && admin;
  }
}

static void app_options(const hunt *h, option_list *o) {
  for (unsigned a = 0; a < h->s->scenario->apps_count; a++)
    for (unsigned m = 0; m < CR_MOVE_COUNT; m++)
      if (move_possible(h, a, (cr_move)m)) add(o, app_process(a), m, CR_COST_NONE, 0);
}

/* Every move but closing is paid: an application that reads for ever makes no new schedule. */
static void app_move(hunt *h, unsigned a, cr_move m) {
  static const cr_event_kind kinds[CR_MOVE_COUNT] = {
      CR_EV_OPENF, CR_EV_OPENV,  CR_EV_READ,     CR_EV_WRITE,   CR_EV_CLOSE,
      CR_EV_LOCK,  CR_EV_UNLOCK, CR_EV_DISMOUNT, CR_EV_OFFLINE, CR_EV_ONLINE};
  cr_session *s = h->s;
  bool through_file = m == CR_MOVE_OPENF || m == CR_MOVE_READ || m == CR_MOVE_WRITE ||
                      (m == CR_MOVE_CLOSE && h->file[a] != 0);
  uint8_t *mine = through_file ? &h->file[a] : &h->device[a];
  unsigned access = CR_ACC_READ | CR_SHR_READ | CR_SHR_WRITE;
  if (s->scenario->option[m == CR_MOVE_OPENF ? CR_OPTION_APP_WRITE : CR_OPTION_APP_ADMIN])
    access |= CR_ACC_WRITE;
  bool open = m == CR_MOVE_OPENF || m == CR_MOVE_OPENV;
  unsigned volume = s->scenario->app[a].volume;
  unsigned slot = open ? cr_session_free_open(s, CR_RESOURCES_MAX) : *mine - 1u;
  cr_event e = {.kind = (uint8_t)kinds[m],
                .role = CR_ROLE_APP,
                .who = (uint8_t)a,
                .object = (uint8_t)volume,
                .handle = (uint8_t)slot,
                .extra = open ? access : 0};
  if (m != CR_MOVE_CLOSE) h->hands[a]--;
  if (open && slot == CR_OPENS_MAX) return;
  cr_volopt opt = {.detach_now = s->scenario->volume[volume].detach == CR_DETACH_ONCE};
  cr_volop done = m == CR_MOVE_OPENF   ? cr_volume_openf(&s->volumes, volume, slot, access, opt)
                  : m == CR_MOVE_OPENV ? cr_volume_openv(&s->volumes, volume, slot, access, opt)
                                       : cr_volume_op(&s->volumes, kinds[m], slot, opt);
  e.result = done.code;
  e.cause = done.cause;
  e.effects = done.effects;
  if (open && done.code != CR_E_SUCCESS) e.handle = CR_NO_HANDLE;
  if (open && done.code == CR_E_SUCCESS) *mine = (uint8_t)(slot + 1);
  if (m == CR_MOVE_CLOSE) *mine = 0;
  cr_touch(CR_THING_HANDLES, CR_RESOURCES_MAX, CR_ACCESS_WRITE);
  cr_emit(&e);
}

/* ---- everything that may happen -------------------------------------------------------------- */

/* Each resource is looked at by itself: time passes for one when nobody of its own can go on,
 * whatever the others do. So what one does never depends on where the others stand. */

static bool any_free(const option_list *o, unsigned from) {
  for (unsigned i = from; i < o->count; i++)
    if (o->list[i].cost == CR_COST_NONE) return true;
  return false;
}

/* quiet: of the armed timers and registered waits, else of the others. */
static const cr_thread *first_to_wake(const hunt *h, unsigned r, bool quiet) {
  const cr_thread *first = NULL;
  if (quiet && h->s->sched.idle_fires >= CR_IDLE_FIRES_MAX) return NULL;
  for (unsigned i = 0; i < h->s->sched.high; i++) {
    const cr_thread *t = &h->s->sched.thread[i];
    if (t->state != CR_THREAD_STOPPED || t->resource != r || t->suspended != 0 ||
        t->job.quiet != quiet)
      continue;
    if (!(t->stop.sleeps && cr_thread_ready(t)) && !t->stop.finite) continue;
    if (first == NULL || t->stop.deadline < first->stop.deadline) first = t;
  }
  return first;
}

static bool is_quiet(const hunt *h, unsigned process) {
  for (unsigned i = 0; i < h->s->sched.high; i++) {
    const cr_thread *t = &h->s->sched.thread[i];
    if (t->state == CR_THREAD_STOPPED && t->job.quiet && process_of(t) == process) return true;
  }
  return false;
}

/* Is there anything that a timer could bring to its end? */
static bool is_awaited(const hunt *h, unsigned r) {
  for (unsigned i = 0; i < h->s->sched.high; i++) {
    const cr_thread *t = &h->s->sched.thread[i];
    if (t->state == CR_THREAD_STOPPED && t->resource == r && !t->job.quiet) return true;
  }
  return h->s->monitor[r].timer != 0;
}

/* Nobody can go on: time passes until the first who waits for it wakes, without cost. */
static void wake_first(const hunt *h, unsigned r, unsigned from, option_list *o) {
  const cr_thread *first = first_to_wake(h, r, false);
  if (first == NULL && is_awaited(h, r)) first = first_to_wake(h, r, true);
  for (unsigned i = from; i < o->count; i++) {
    cr_candidate *c = &o->list[i];
    bool spins = first == NULL && c->variant == CR_STEP_GO && !is_quiet(h, c->process);
    bool wakes = first != NULL && c->process == process_of(first) && c->cost == CR_COST_TIMER &&
                 c->variant <= CR_STEP_TIME_OUT;
    if (spins || wakes) c->cost = CR_COST_NONE;
    if (wakes) c->variant |= ONLY_NOW;
  }
}

static void timer_option(const hunt *h, unsigned r, bool even_unpaid, option_list *o) {
  if (h->s->monitor[r].timer && (even_unpaid || h->left[r][CR_BUDGET_EXPIRE] > 0))
    add(o, timer_process(r), 0, CR_COST_NONE, 0);
}

/* When all budgets are spent the resource is taken down. */
static void down_option(const hunt *h, unsigned r, option_list *o) {
  static const cr_entry_point down[] = {CR_EP_OFFLINE, CR_EP_CLOSE};
  for (size_t i = 0; i < CR_ARRAY_LEN(down); i++)
    if (cr_play_may_call(&h->play, r, down[i]) &&
        cr_monitor_order_admits(h->s->scenario, h->s->monitor, r, down[i], CR_MUTANT_NONE)) {
      add(o, monitor_process(r), down[i], CR_COST_NONE, 0);
      return;
    }
}

static bool inside(const hunt *h, unsigned r) {
  return h->s->monitor[r].inflight != CR_EP_NONE || h->s->monitor[r].term;
}

/* A Terminate, a poll, an Offline or a Close of what is not down that nothing obliges to may come
 * at any time, and time does not wait for it. */
static bool at_leisure(const hunt *h, unsigned r, cr_entry_point ep) {
  const cr_monitor *m = &h->s->monitor[r];
  if (cr_monitor_obliged(m, ep)) return false;
  if (cr_is_control(ep)) return true;
  bool down = m->state == CR_MON_OFFLINE || m->state == CR_MON_FAILED;
  return ep == CR_EP_TERMINATE || ep == CR_EP_LOOKS_ALIVE || ep == CR_EP_IS_ALIVE ||
         ep == CR_EP_OFFLINE || (ep == CR_EP_CLOSE && !down);
}

static bool anybody_moves(const hunt *h, unsigned r, const option_list *o, unsigned from) {
  for (unsigned i = from; i < o->count; i++) {
    const cr_candidate *c = &o->list[i];
    if (c->cost != CR_COST_NONE) continue;
    if (c->process != monitor_process(r)) return true;
    if (c->variant >= SEND_CODE) continue;
    if (c->variant >= OFFER_V1 || !at_leisure(h, r, (cr_entry_point)c->variant)) return true;
  }
  return false;
}

/* May the monitor take the resource down, if there is nothing else to do? */
static bool can_go_down(const hunt *h, unsigned r) {
  return !inside(h, r) && (cr_play_may_call(&h->play, r, CR_EP_OFFLINE) ||
                           cr_play_may_call(&h->play, r, CR_EP_CLOSE));
}

/* A call that takes long takes longer than the pending timeout: that may end meanwhile. */
static bool is_late(const hunt *h, unsigned r) {
  for (unsigned i = 0; i < h->s->sched.high; i++) {
    const cr_thread *t = &h->s->sched.thread[i];
    if (t->state == CR_THREAD_STOPPED && t->resource == r && t->stop.late) return true;
  }
  return false;
}

/* A thing of the surroundings is gone, while anybody can still go on. */
static void vanish_options(const hunt *h, option_list *o) {
  unsigned which;
  if (!cr_search_affords(h->search, CR_COST_FAULT) || !any_free(o, 0)) return;
  for (unsigned what = CR_WAIT_SERVICE_GONE; what <= CR_WAIT_VOLUME_GONE; what++)
    if (cr_vanish_which((cr_wait)what, &which)) add(o, timer_process(0), what, CR_COST_FAULT, 0);
}

static void resource_options(const hunt *h, unsigned r, option_list *o) {
  unsigned from = o->count;
  for (unsigned i = 0; i < h->s->sched.high; i++) {
    const cr_thread *t = &h->s->sched.thread[i];
    if (t->state == CR_THREAD_STOPPED && t->resource == r) thread_options(h, t, o);
  }
  monitor_options(h, r, o);
  control_options(h, r, o);
  timer_option(h, r, is_late(h, r), o);
  /* Somebody who only looks again and again does not keep the monitor from going on. */
  bool idle = h->idle[r] >= IDLE_WAKES && can_go_down(h, r);
  if (!idle && !anybody_moves(h, r, o, from)) wake_first(h, r, from, o);
  if (!any_free(o, from)) timer_option(h, r, true, o);
  if (!any_free(o, from) && !inside(h, r)) down_option(h, r, o);
}

static void options_of(const hunt *h, option_list *o) {
  o->count = 0;
  o->cut = false;
  for (unsigned r = 0; r < h->s->scenario->resources_count; r++) resource_options(h, r, o);
  app_options(h, o);
  vanish_options(h, o);
}

/* ---- one step -------------------------------------------------------------------------------- */

static cr_thread *thread_of_process(hunt *h, unsigned process) {
  for (unsigned i = 0; i < h->s->sched.high; i++) {
    cr_thread *t = &h->s->sched.thread[i];
    if (t->state == CR_THREAD_STOPPED && process_of(t) == process) return t;
  }
  CR_ASSERT(false);
  return NULL;
}

static bool is_thread(unsigned process) {
  return process < monitor_process(0) || process >= timer_process(CR_RESOURCES_MAX);
}

/* What the step that was chosen is, whoever else could go on. */
static unsigned chosen_variant(const hunt *h) { return h->now.variant & ~(unsigned)ONLY_NOW; }
static bool nobody_else(const hunt *h) { return (h->now.variant & ONLY_NOW) != 0; }
static bool ends_by_time(const hunt *h) { return chosen_variant(h) == CR_STEP_TIME_OUT; }

/* The step of a thread begins: afterwards it has only to run. */
static cr_thread *thread_begins(hunt *h) {
  cr_thread *t = thread_of_process(h, h->now.process);
  unsigned what = chosen_variant(h);
  h->in_a_row = h->last == t ? h->in_a_row + 1 : 1;
  h->last = t;
  h->resource = t->resource;
  h->s->detach_now = what == CR_STEP_ONCE;
  t->delay_next = what == VARIANT_DELAY;
  t->fault_next =
      what >= CR_STEP_FAULT && !t->delay_next ? t->stop.faults[what - CR_STEP_FAULT] : 0;
  return t;
}

/* What a step has written is seen, what it has read is not: it is taken to have read everything. */
static void memory_touched(hunt *h) {
  cr_session *s = h->s;
  if (!cr_search_learns(h->search)) return;
  uint32_t written = cr_heap_changed(&s->heap) | (cr_image_changed(&s->image) ? 1u : 0u);
  for (unsigned owner = 0; owner <= CR_RESOURCES_MAX; owner++) {
    bool wrote = (written >> owner & 1) != 0;
    if (!wrote && owner > s->scenario->resources_count) continue;
    cr_footprint_add(&s->footprint, (uint64_t)CR_THING_MEMORY << 56 | owner,
                     wrote ? CR_ACCESS_WRITE : CR_ACCESS_READ);
  }
}

/* A step that was possible because nobody of its resource could go on depends on all the others'
 * there. */
static void touch_turn(unsigned resource, bool alone) {
  cr_touch(CR_THING_TURN, resource, alone ? CR_ACCESS_WRITE : CR_ACCESS_ADD);
}

static void thread_ended_step(hunt *h) {
  cr_session *s = h->s;
  const cr_event *e =
      s->observed.steps_count == 0 ? NULL : &s->observed.steps[s->observed.steps_count - 1].event;
  if (e != NULL && (e->kind == CR_EV_STATUS || e->kind == CR_EV_RET)) h->idle[h->resource] = 0;
  if (nobody_else(h) && h->idle[h->resource] < IDLE_WAKES) h->idle[h->resource]++;
  if (h->last != NULL && h->last->state == CR_THREAD_FREE) h->last = NULL;
  s->detach_now = false;
  memory_touched(h);
  if (!s->declared) s->footprint.everything = true;
  touch_turn(h->resource, nobody_else(h));
  if (h->now.cost == CR_COST_TIMER) cr_touch(CR_THING_TIMERS, 0, CR_ACCESS_WRITE);
}

/* A step of the monitor, an application or the pending timer. */
static void other_step(hunt *h) {
  const cr_candidate *c = &h->now;
  unsigned p = c->process;
  cr_session *s = h->s;
  h->last = NULL;
  if (p < app_process(0) && c->variant == OFFER_V1) {
    cr_session_offer_v1(s);
  } else if (p < app_process(0) && c->variant == TAKE_SIGNAL) {
    cr_event_take(s, p - monitor_process(0));
  } else if (p < app_process(0) && c->variant >= SEND_CODE) {
    unsigned r = p - monitor_process(0), row = c->variant - SEND_CODE;
    h->codes[r]++;
    h->idle[r] = 0;
    touch_turn(r, false);
    cr_control_announce(s, r, row);
    cr_session_call(s, r, cr_control_entry(s, row));
  } else if (p < app_process(0)) {
    unsigned r = p - monitor_process(0);
    cr_entry_point ep = (cr_entry_point)c->variant;
    cr_budget budget = cr_monitor_pays(&s->monitor[r], ep);
    if (budget != CR_BUDGET_COUNT && h->left[r][budget] > 0) h->left[r][budget]--;
    if (ep == CR_EP_OPEN) h->opens[r]++;
    if (ep == CR_EP_CANCEL) h->cancels[r]++;
    if (ep == CR_EP_ARBITRATE || ep == CR_EP_RELEASE) h->arbitrations[r]++;
    h->idle[r] = 0;
    touch_turn(r, false);
    cr_session_call(s, r, ep);
  } else if (p < timer_process(0)) {
    app_move(h, p - app_process(0), (cr_move)c->variant);
  } else if (c->variant != 0) {
    unsigned which = 0;
    cr_vanish_which((cr_wait)c->variant, &which);
    cr_vanish((cr_wait)c->variant, which);
  } else {
    unsigned r = p - timer_process(0);
    if (h->left[r][CR_BUDGET_EXPIRE] > 0) h->left[r][CR_BUDGET_EXPIRE]--;
    touch_turn(r, false);
    cr_session_expire(s, r);
  }
}

/* ---- one schedule ---------------------------------------------------------------------------- */

static void tell_blocked(hunt *h) {
  for (unsigned i = 0; i < h->s->sched.high; i++) {
    const cr_thread *t = &h->s->sched.thread[i];
    if (t->state != CR_THREAD_STOPPED || cr_thread_ready(t)) continue;
    cr_footprint f = cr_pending_footprint(t);
    if (!f.everything) cr_search_blocked(h->search, process_of(t), &f);
  }
}

/* Can only the monitor's timer go on? */
static bool only_timer(const option_list *o) {
  for (unsigned i = 0; i < o->count; i++)
    if (o->list[i].process < timer_process(0) ||
        o->list[i].process >= timer_process(CR_RESOURCES_MAX) || o->list[i].variant != 0)
      return false;
  return o->count != 0;
}

/* What happens next goes to h->now; false when the schedule is over. */
static bool choose(hunt *h) {
  option_list o;
  if (cr_play_over(&h->play)) return false;
  options_of(h, &o);
  if (o.count == 0) {
    if (cr_play_inside(h->s)) cr_play_deadlock(&h->play);
    return false;
  }
  if (h->steps++ == SCHEDULE_STEPS) {
    cr_play_stop(&h->play, CR_VERDICT_HANGS, "does not come to rest");
    return false;
  }
  if (only_timer(&o) && cr_play_give_up(&h->play)) return false;
  if (o.cut) cr_search_incomplete(h->search);
  unsigned pick = cr_search_pick(h->search, o.list, o.count);
  h->abandoned = pick >= o.count;
  if (h->abandoned) return false;
  h->now = o.list[pick];
  h->s->footprint = (cr_footprint){0};
  h->s->declared = false;
  return true;
}

/* The step that was chosen has been made; false when the schedule ends with it. */
static bool step_ends(hunt *h) {
  const cr_session *s = h->s;
  if (is_thread(h->now.process)) thread_ended_step(h);
  cr_search_did(h->search, &s->footprint);
  if (s->violated != CR_CLAUSE_COUNT || s->misuse[0] != '\0') return false;
  bool asked = s->offers != CLRES_VERSION_V4_00 && !cr_play_inside(s);
  return !asked || s->observed.steps_count <= 2; /* else Startup has answered: that was it */
}

/* Chooses, and makes all that is no thread's, up to the next step of a thread: that one, or NULL
 * when the schedule is over. */
static cr_thread *next_thread(hunt *h) {
  while (choose(h)) {
    if (is_thread(h->now.process)) return thread_begins(h);
    other_step(h);
    if (!step_ends(h)) return NULL;
  }
  return NULL;
}

/* The scheduler's question, asked on the thread that has just made its step. */
static cr_thread *decide(void *context) {
  hunt *h = context;
  cr_thread *next = step_ends(h) ? next_thread(h) : NULL;
  if (next == NULL)
    h->over = true;
  else
    cr_sched_prepare(&h->s->sched, next, ends_by_time(h));
  return next;
}

/* Returns false when it was abandoned: the rest would have been a repetition. */
static bool schedule(hunt *h) {
  cr_sched *sched = &h->s->sched;
  cr_thread *t = next_thread(h);
  sched->context = h;
  sched->decide = decide;
  if (t != NULL) {
    cr_play_run(&h->play, t, ends_by_time(h));
    if (!h->over) step_ends(h); /* it crashed or does not come back */
  }
  sched->decide = NULL;
  return !h->abandoned;
}

static void begin(hunt *h, cr_session *s, cr_search *search, const cr_scenario *scenario,
                  bool strict) {
  memset(h, 0, sizeof *h);
  h->s = s;
  h->search = search;
  cr_play_begin(&h->play, s, scenario, strict);
  if (s->taken != NULL) cr_taken_begin(s->taken);
  for (unsigned r = 0; r < CR_RESOURCES_MAX; r++)
    memcpy(h->left[r], scenario->budget, sizeof h->left[r]);
  for (unsigned a = 0; a < scenario->apps_count; a++)
    h->hands[a] = (uint8_t)(2 * scenario->budget[CR_BUDGET_APP]);
  if (!cr_search_learns(search)) return;
  cr_image_changed(&s->image);
  cr_heap_changed(&s->heap);
}

static bool is_known(const cr_hunt_request *request, uint64_t signature) {
  for (unsigned i = 0; i < request->known_count; i++)
    if (request->known[i] == signature) return true;
  return false;
}

/* Is the schedule that has just ended a finding? A DLL may refuse a monitor that knows no later
 * version than the first; and an operation that never succeeds, or fails by an injected fault, says
 * nothing about the Cancel that it had refused. */
static bool is_finding(const cr_session *s) {
  cr_verdict_kind kind = (cr_verdict_kind)s->observed.verdict.kind;
  if (kind == CR_VERDICT_INCONCLUSIVE && s->offers == CLRES_VERSION_V1_00) return false;
  if (kind == CR_VERDICT_VIOLATES && s->observed.verdict.clause == CR_CLAUSE_RM_CANCEL_05 &&
      (!s->controls.comes_online || s->faults_injected != 0))
    return false;
  return kind != CR_VERDICT_CONFORMS;
}

static bool is_new(const cr_hunt_request *request, const cr_trace *trace, cr_hunt_answer *answer) {
  bool known = is_known(request, cr_trace_signature(trace));
  answer->known_met += known;
  return !known;
}

/* Lives the plainest life several times over; false when the process cannot be used any more. found
 * is left empty when there is nothing new in it. */
static bool judge_plainest(cr_session *s, const cr_hunt_request *request, cr_hunt_answer *answer,
                           cr_trace *found) {
  cr_trace_copy(found, &s->observed);
  bool usable = cr_leaks_judge(s, found, request->strict ? CR_REPLAY_STRICT : 0);
  bool wrong = found->verdict.kind != CR_VERDICT_CONFORMS;
  if (!wrong || !is_new(request, found, answer)) cr_trace_clear(found);
  return usable;
}

/* Schedules that began alike have differed: it shows behind the last step, so whoever made it has
 * looked at something that is not simulated, since then or in that step. */
static void name_source(const hunt *h, cr_hunt_answer *answer) {
  const char *error = cr_search_error(h->search);
  const cr_trace *seen = &h->s->observed;
  if (error == NULL || answer->error[0] != '\0') return;
  cr_buf text = {0};
  cr_buf_puts(&text, error);
  if (seen->steps_count != 0) {
    const cr_event *last = &seen->steps[seen->steps_count - 1].event;
    cr_buf_printf(&text, "; seen behind step %zu, ", seen->steps_count);
    cr_trace_write_event(h->s->scenario, last, &text);
    const cr_thread *t = cr_thread_find((cr_role)last->role, last->who, last->lane);
    if (t != NULL && t->site != NULL) {
      cr_buf_puts(&text, ", now at ");
      cr_address_write(t->site, &text);
    }
  }
  snprintf(answer->error, sizeof answer->error, "%s", text.data);
  cr_buf_free(&text);
}

bool cr_hunt_some(cr_session *s, cr_search *search, const cr_scenario *scenario,
                  const cr_hunt_request *request, cr_hunt_answer *answer, cr_trace *found) {
  hunt h;
  ULONGLONG begun = GetTickCount64();
  bool usable = true;
  s->taken = request->taken && scenario->resources_count == 1 ? &answer->taken : NULL;
  for (uint32_t count = 0; count < request->most && cr_search_begin(search); count++) {
    begin(&h, s, search, scenario, request->strict != 0);
    bool whole = schedule(&h);
    tell_blocked(&h);
    cr_search_end(search);
    name_source(&h, answer);
    cr_play_end(&h.play, whole);
    cr_clauses_merge(&answer->warned, &s->warned);
    if (whole) cr_tally_clauses(s, answer->held, answer->broken);
    usable = h.play.usable;
    bool finding = whole && is_finding(s), first = cr_search_stats_of(search)->schedules == 1;
    if (finding && is_new(request, &s->observed, answer))
      cr_trace_copy(found, &s->observed);
    else if (usable && first && whole && s->observed.verdict.kind == CR_VERDICT_CONFORMS)
      usable = judge_plainest(s, request, answer, found);
    bool late = request->ms_max != 0 && GetTickCount64() - begun >= request->ms_max;
    if (!usable || found->steps_count != 0 || late) break;
  }
  s->taken = NULL;
  return usable;
}

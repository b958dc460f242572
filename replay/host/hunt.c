/* hunt.c - see hunt.h. */
#include "hunt.h"

#include <string.h>

#include "play.h"

/* Variants of a thread's next step. */
enum { VARIANT_GO = 0, VARIANT_TIME_OUT, VARIANT_ONCE, VARIANT_FAULT };
/* Variants of an application's next step, as the model has them. */
typedef enum move { MOVE_OPENF = 0, MOVE_OPENV, MOVE_READ, MOVE_WRITE, MOVE_CLOSE, MOVE_LOCK, MOVE_UNLOCK,
                    MOVE_DISMOUNT, MOVE_OFFLINE, MOVE_ONLINE, MOVE_COUNT } move;

enum {
  HASTE = 64,            /* steps in a row after which a thread is taken to spin */
  ONLY_NOW = 0x100,      /* set in a variant: possible because nobody else can go on */
  SCHEDULE_STEPS = 4000, /* a schedule that is longer does not come to rest */
  DLL_NAMES = 6
};

typedef struct option_list {
  cr_candidate list[CR_SEARCH_OPTIONS_MAX];
  unsigned count;
} option_list;

typedef struct hunt {
  cr_play play;
  cr_session *s;
  cr_search *search;
  uint8_t left[CR_BUDGET_COUNT];
  uint8_t hands[CR_APPS_MAX];
  uint8_t file[CR_APPS_MAX], device[CR_APPS_MAX]; /* 1 + slot of what an application has open */
  const cr_thread *last;                          /* who took the last step */
  unsigned in_a_row;
  unsigned process_of[CR_THREADS_MAX];
} hunt;

static unsigned monitor_process(unsigned r) { return 2 * CR_RESOURCES_MAX + r; }
static unsigned app_process(unsigned a) { return 3 * CR_RESOURCES_MAX + a; }
static unsigned timer_process(unsigned r) { return 4 * CR_RESOURCES_MAX + r; }

static void add(option_list *o, unsigned process, unsigned variant, cr_cost cost, uint64_t object) {
  if (o->count == CR_SEARCH_OPTIONS_MAX) return; /* the rest has to wait for its turn */
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

/* What a stopped thread may do. hurried: it spins or sleeps, and somebody else could go on. */
static void thread_options(const hunt *h, const cr_thread *t, option_list *o) {
  unsigned process = process_of(t);
  bool spins = h->last == t && h->in_a_row >= HASTE;
  if (cr_thread_ready(t)) {
    cr_cost cost = t->stop.sleeps || spins ? CR_COST_TIMER : CR_COST_NONE;
    add(o, process, VARIANT_GO, cost, object_of(t));
    if (chooses_detach(h, t)) add(o, process, VARIANT_ONCE, cost, 0);
    for (unsigned i = 0; t->stop.faults != NULL && t->stop.faults[i] != 0; i++)
      add(o, process, VARIANT_FAULT + i, CR_COST_FAULT, 0);
  }
  if (t->suspended == 0 && t->stop.finite) add(o, process, VARIANT_TIME_OUT, CR_COST_TIMER, 0);
}

/* ---- the monitor, the timer, the applications ------------------------------------------------ */

static const cr_entry_point calls[] = {CR_EP_STARTUP,     CR_EP_OPEN,     CR_EP_ONLINE,
                                       CR_EP_LOOKS_ALIVE, CR_EP_IS_ALIVE, CR_EP_OFFLINE,
                                       CR_EP_TERMINATE,   CR_EP_CLOSE};

static bool may_call(const hunt *h, unsigned r, cr_entry_point ep) {
  const cr_session *s = h->s;
  if (ep == CR_EP_STARTUP && r != 0) return false;
  if (!cr_play_may_call(&h->play, r, ep) ||
      !cr_monitor_order_admits(s->scenario, s->monitor, r, ep, CR_MUTANT_NONE))
    return false;
  cr_budget budget = cr_monitor_pays(&s->monitor[r], ep);
  return budget == CR_BUDGET_COUNT || h->left[budget] > 0;
}

static void monitor_options(const hunt *h, option_list *o) {
  for (unsigned r = 0; r < h->s->scenario->resources_count; r++)
    for (size_t i = 0; i < CR_ARRAY_LEN(calls); i++)
      if (may_call(h, r, calls[i])) add(o, monitor_process(r), calls[i], CR_COST_NONE, 0);
}

static bool move_possible(const hunt *h, unsigned a, move m) {
  const bool *option = h->s->scenario->option;
  bool admin = option[CR_OPTION_APP_ADMIN];
  switch (m) {
    case MOVE_OPENF: return h->file[a] == 0 && h->hands[a] > 0 && option[CR_OPTION_APP_FILE];
    case MOVE_OPENV: return h->device[a] == 0 && h->hands[a] > 0 && option[CR_OPTION_APP_VOLUME];
    case MOVE_READ: return h->file[a] != 0 && h->hands[a] > 0;
    case MOVE_WRITE: return h->file[a] != 0 && h->hands[a] > 0 && option[CR_OPTION_APP_WRITE];
    case MOVE_CLOSE: return h->file[a] != 0 || h->device[a] != 0;
    default: return h->device[a] != 0 && h->hands[a] > 0 && admin;
  }
}

static void app_options(const hunt *h, option_list *o) {
  for (unsigned a = 0; a < h->s->scenario->apps_count; a++)
    for (unsigned m = 0; m < MOVE_COUNT; m++)
      if (move_possible(h, a, (move)m)) add(o, app_process(a), m, CR_COST_NONE, 0);
}

/* Every move but closing is paid: an application that reads for ever makes no new schedule. */
static void app_move(hunt *h, unsigned a, move m) {
  static const cr_event_kind kinds[MOVE_COUNT] = {
      CR_EV_OPENF, CR_EV_OPENV,  CR_EV_READ,     CR_EV_WRITE,   CR_EV_CLOSE,
      CR_EV_LOCK,  CR_EV_UNLOCK, CR_EV_DISMOUNT, CR_EV_OFFLINE, CR_EV_ONLINE};
  cr_session *s = h->s;
  bool through_file = m == MOVE_OPENF || m == MOVE_READ || m == MOVE_WRITE ||
                      (m == MOVE_CLOSE && h->file[a] != 0);
  uint8_t *mine = through_file ? &h->file[a] : &h->device[a];
  unsigned access = CR_ACC_READ | CR_SHR_READ | CR_SHR_WRITE;
  if (s->scenario->option[m == MOVE_OPENF ? CR_OPTION_APP_WRITE : CR_OPTION_APP_ADMIN])
    access |= CR_ACC_WRITE;
  bool open = m == MOVE_OPENF || m == MOVE_OPENV;
  unsigned volume = s->scenario->app[a].volume;
  unsigned slot = open ? cr_volume_free_slot(&s->volumes) : *mine - 1u;
  cr_event e = {.kind = (uint8_t)kinds[m],
                .role = CR_ROLE_APP,
                .who = (uint8_t)a,
                .object = (uint8_t)volume,
                .handle = (uint8_t)slot,
                .extra = open ? access : 0};
  if (m != MOVE_CLOSE) h->hands[a]--;
  if (open && slot == CR_OPENS_MAX) return;
  cr_volopt opt = {.detach_now = s->scenario->volume[volume].detach == CR_DETACH_ONCE};
  cr_volop done = m == MOVE_OPENF   ? cr_volume_openf(&s->volumes, volume, slot, access, opt)
                  : m == MOVE_OPENV ? cr_volume_openv(&s->volumes, volume, slot, access, opt)
                                    : cr_volume_op(&s->volumes, kinds[m], slot, opt);
  e.result = done.code;
  e.cause = done.cause;
  e.effects = done.effects;
  if (open && done.code != CR_E_SUCCESS) e.handle = CR_NO_HANDLE;
  if (open && done.code == CR_E_SUCCESS) *mine = (uint8_t)(slot + 1);
  if (m == MOVE_CLOSE) *mine = 0;
  cr_touch_numbers();
  cr_emit(&e);
}

/* ---- everything that may happen -------------------------------------------------------------- */

static bool any_free(const option_list *o) {
  for (unsigned i = 0; i < o->count; i++)
    if (o->list[i].cost == CR_COST_NONE) return true;
  return false;
}

/* Nobody can go on: time passes until the first who waits for it wakes, without cost. */
static void wake_first(const hunt *h, option_list *o) {
  const cr_thread *first = NULL;
  for (unsigned i = 0; i < CR_THREADS_MAX; i++) {
    const cr_thread *t = &h->s->sched.thread[i];
    if (t->state != CR_THREAD_STOPPED || t->suspended != 0) continue;
    if (!(t->stop.sleeps && cr_thread_ready(t)) && !t->stop.finite) continue;
    if (first == NULL || t->stop.deadline < first->stop.deadline) first = t;
  }
  if (first == NULL) { /* nobody sleeps: whoever spins goes on spinning */
    for (unsigned i = 0; i < o->count; i++)
      if (o->list[i].variant == VARIANT_GO) o->list[i].cost = CR_COST_NONE;
    return;
  }
  for (unsigned i = 0; i < o->count; i++) {
    bool its = o->list[i].process == process_of(first) && o->list[i].cost == CR_COST_TIMER;
    if (!its || o->list[i].variant > VARIANT_TIME_OUT) continue;
    o->list[i].cost = CR_COST_NONE;
    o->list[i].variant |= ONLY_NOW;
  }
}

static void timer_options(const hunt *h, bool even_unpaid, option_list *o) {
  for (unsigned r = 0; r < h->s->scenario->resources_count; r++)
    if (h->s->monitor[r].timer && (even_unpaid || h->left[CR_BUDGET_EXPIRE] > 0))
      add(o, timer_process(r), 0, CR_COST_NONE, 0);
}

/* When all budgets are spent the resources are taken down. */
static void down_options(const hunt *h, option_list *o) {
  static const cr_entry_point down[] = {CR_EP_OFFLINE, CR_EP_CLOSE};
  for (unsigned r = 0; r < h->s->scenario->resources_count; r++)
    for (size_t i = 0; i < CR_ARRAY_LEN(down); i++)
      if (cr_play_may_call(&h->play, r, down[i]) &&
          cr_monitor_order_admits(h->s->scenario, h->s->monitor, r, down[i], CR_MUTANT_NONE)) {
        add(o, monitor_process(r), down[i], CR_COST_NONE, 0);
        return;
      }
}

static void options_of(const hunt *h, option_list *o) {
  o->count = 0;
  for (unsigned i = 0; i < CR_THREADS_MAX; i++) {
    const cr_thread *t = &h->s->sched.thread[i];
    if (t->state == CR_THREAD_STOPPED) thread_options(h, t, o);
  }
  monitor_options(h, o);
  timer_options(h, false, o);
  app_options(h, o);
  if (!any_free(o)) wake_first(h, o);
  if (!any_free(o)) timer_options(h, true, o);
  if (!any_free(o) && !cr_play_inside(h->s)) down_options(h, o);
}

/* ---- one step -------------------------------------------------------------------------------- */

static cr_thread *thread_of_process(hunt *h, unsigned process) {
  for (unsigned i = 0; i < CR_THREADS_MAX; i++) {
    cr_thread *t = &h->s->sched.thread[i];
    if (t->state == CR_THREAD_STOPPED && process_of(t) == process) return t;
  }
  CR_ASSERT(false);
  return NULL;
}

static void thread_step(hunt *h, unsigned process, unsigned variant) {
  cr_thread *t = thread_of_process(h, process);
  unsigned what = variant & ~(unsigned)ONLY_NOW;
  bool time_out = what == VARIANT_TIME_OUT;
  h->in_a_row = h->last == t ? h->in_a_row + 1 : 1;
  h->last = t;
  h->s->detach_now = what == VARIANT_ONCE;
  t->fault_next = what >= VARIANT_FAULT ? t->stop.faults[what - VARIANT_FAULT] : 0;
  if (cr_play_run(&h->play, t, time_out) && t->state == CR_THREAD_FREE) h->last = NULL;
  h->s->detach_now = false;
}

static void step(hunt *h, const cr_candidate *c) {
  unsigned p = c->process;
  cr_session *s = h->s;
  s->footprint = (cr_footprint){0};
  s->told = false;
  bool dll = p < monitor_process(0) || p >= timer_process(CR_RESOURCES_MAX);
  if (!dll) h->last = NULL;
  if (dll) {
    thread_step(h, p, c->variant);
    bool wrote = cr_image_changed(&s->image) | cr_heap_changed(&s->heap);
    cr_footprint_add(&s->footprint, (uint64_t)CR_THING_MEMORY << 56,
                     wrote ? CR_ACCESS_WRITE : CR_ACCESS_READ);
    if (!s->told || (c->variant & ONLY_NOW) != 0) s->footprint.everything = true;
    if (c->cost == CR_COST_TIMER) cr_touch(CR_THING_TIMERS, 0, CR_ACCESS_WRITE);
  } else if (p < app_process(0)) {
    unsigned r = p - monitor_process(0);
    cr_entry_point ep = (cr_entry_point)c->variant;
    cr_budget budget = cr_monitor_pays(&s->monitor[r], ep);
    if (budget != CR_BUDGET_COUNT && h->left[budget] > 0) h->left[budget]--;
    cr_session_call(s, r, ep);
  } else if (p < timer_process(0)) {
    app_move(h, p - app_process(0), (move)c->variant);
  } else {
    if (h->left[CR_BUDGET_EXPIRE] > 0) h->left[CR_BUDGET_EXPIRE]--;
    cr_session_expire(s, p - timer_process(0));
  }
}

/* ---- one schedule ---------------------------------------------------------------------------- */

static void tell_blocked(hunt *h) {
  for (unsigned i = 0; i < CR_THREADS_MAX; i++) {
    const cr_thread *t = &h->s->sched.thread[i];
    if (t->state != CR_THREAD_STOPPED || cr_thread_ready(t)) continue;
    cr_footprint f = cr_pending_footprint(t);
    if (!f.everything) cr_search_blocked(h->search, process_of(t), &f);
  }
}

/* Returns false when it was abandoned: the rest would have been a repetition. */
static bool schedule(hunt *h) {
  option_list o;
  for (unsigned i = 0; !cr_play_over(&h->play); i++) {
    options_of(h, &o);
    if (o.count == 0) {
      if (cr_play_inside(h->s)) cr_play_deadlock(&h->play);
      break;
    }
    if (i == SCHEDULE_STEPS) {
      cr_play_stop(&h->play, CR_VERDICT_HANGS, "does not come to rest");
      break;
    }
    unsigned pick = cr_search_pick(h->search, o.list, o.count);
    if (pick >= o.count) return false;
    step(h, &o.list[pick]);
    cr_search_did(h->search, &h->s->footprint);
    if (h->s->violated != CR_CLAUSE_COUNT || h->s->misuse[0] != '\0') break;
    if (h->s->startup_error != ERROR_SUCCESS) break; /* it would be asked again and again */
  }
  return true;
}

static void begin(hunt *h, cr_session *s, cr_search *search, const cr_scenario *scenario,
                  bool strict) {
  memset(h, 0, sizeof *h);
  h->s = s;
  h->search = search;
  cr_play_begin(&h->play, s, scenario, strict);
  memcpy(h->left, scenario->budget, sizeof h->left);
  for (unsigned a = 0; a < scenario->apps_count; a++)
    h->hands[a] = (uint8_t)(2 * scenario->budget[CR_BUDGET_APP]);
  cr_image_changed(&s->image);
  cr_heap_changed(&s->heap);
}

static bool is_known(const cr_hunt_request *request, uint64_t signature) {
  for (unsigned i = 0; i < request->known_count; i++)
    if (request->known[i] == signature) return true;
  return false;
}

bool cr_hunt_some(cr_session *s, cr_search *search, const cr_scenario *scenario,
                  const cr_hunt_request *request, cr_trace *found) {
  hunt h;
  ULONGLONG begun = GetTickCount64();
  for (uint32_t count = 0; count < request->most && cr_search_begin(search); count++) {
    begin(&h, s, search, scenario, request->strict != 0);
    bool whole = schedule(&h);
    tell_blocked(&h);
    cr_search_end(search);
    cr_play_end(&h.play, whole);
    const cr_verdict *v = &s->observed.verdict;
    bool finding = v->kind != CR_VERDICT_CONFORMS && whole;
    if (finding && !is_known(request, cr_trace_signature(&s->observed))) {
      cr_trace_copy(found, &s->observed);
      return h.play.usable;
    }
    if (!h.play.usable) return false;
    if (request->ms_max != 0 && GetTickCount64() - begun >= request->ms_max) break;
  }
  return true;
}

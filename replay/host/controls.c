/* controls.c - see controls.h. */
#include "controls.h"

#include <string.h>

#include "session.h"

/* ---- what can be asked ----------------------------------------------------------------------- */

enum { ABOUT_ALL = CR_CONTROL_CALLS_MAX + 1 };

/* The numbers of the model are those of the binary interface; a few stand for all. */
#define SAME(row_code, code) _Static_assert((row_code) == (code), "as in the ABI")
SAME(0x01000081, CLUSCTL_RESOURCE_GET_PRIVATE_PROPERTIES);
SAME(0x01400086, CLUSCTL_RESOURCE_SET_PRIVATE_PROPERTIES);
SAME(0x01500006, CLUSCTL_RESOURCE_DELETE);
SAME(0x0150004E, CLUSCTL_RESOURCE_STATE_CHANGE_REASON);
SAME(0x0250003A, CLUSCTL_RESOURCE_TYPE_STARTING_PHASE2);
SAME(0x02100081, CLUSCTL_RESOURCE_TYPE_NOTIFY_MONITOR_SHUTTING_DOWN);

static const cr_control_row *row_of(unsigned r) { return cr_control_row_at(r); }
static bool of_type(unsigned r) { return cr_control_of_type(row_of(r)->code); }

unsigned cr_control_row_of(const cr_event *fact) {
  unsigned r = 0;
  while (r < cr_control_rows() &&
         (row_of(r)->detail != fact->extra || row_of(r)->code != fact->result))
    r++;
  return r;
}

static bool begins(const cr_table *table) { return table->version >= CLRES_VERSION_V3_00; }

cr_entry_point cr_control_entry(const cr_session *s, unsigned r) {
  if (!begins(&s->table)) return of_type(r) ? CR_EP_RESOURCE_TYPE_CONTROL : CR_EP_RESOURCE_CONTROL;
  if (row_of(r)->as_user)
    return of_type(r) ? CR_EP_BEGIN_TYPE_CONTROL_AS_USER : CR_EP_BEGIN_CONTROL_AS_USER;
  return of_type(r) ? CR_EP_BEGIN_TYPE_CONTROL : CR_EP_BEGIN_CONTROL;
}

bool cr_is_control(cr_entry_point ep) {
  return (ep >= CR_EP_ARBITRATE && ep <= CR_EP_CANCEL) || ep >= CR_EP_BEGIN_CONTROL;
}

bool cr_takes_code(cr_entry_point ep) {
  return cr_is_control(ep) && ep != CR_EP_ARBITRATE && ep != CR_EP_RELEASE && ep != CR_EP_CANCEL;
}

bool cr_controls_has(const cr_table *table, cr_entry_point ep) {
  const CLRES_V1_FUNCTIONS *v1 = &table->v1;
  const CLRES_V4_FUNCTIONS *v4 = &table->v4;
  bool first = table->version == CLRES_VERSION_V1_00;
  bool later = begins(table), fourth = table->version >= CLRES_VERSION_V4_00;
  if (table->version == 0) return false;
  switch (ep) {
    case CR_EP_ARBITRATE: return (first ? v1->Arbitrate : v4->Arbitrate) != NULL;
    case CR_EP_RELEASE: return (first ? v1->Release : v4->Release) != NULL;
    case CR_EP_RESOURCE_CONTROL: return !later && v1->ResourceControl != NULL;
    case CR_EP_RESOURCE_TYPE_CONTROL: return !later && v1->ResourceTypeControl != NULL;
    case CR_EP_CANCEL: return !first && v4->Cancel != NULL;
    case CR_EP_BEGIN_CONTROL: return later && v4->BeginResourceControl != NULL;
    case CR_EP_BEGIN_TYPE_CONTROL: return later && v4->BeginResourceTypeControl != NULL;
    case CR_EP_BEGIN_CONTROL_AS_USER: return fourth && v4->BeginResourceControlAsUser != NULL;
    case CR_EP_BEGIN_TYPE_CONTROL_AS_USER:
      return fourth && v4->BeginResourceTypeControlAsUser != NULL;
    default: return false;
  }
}

/* Does the scenario have this row? */
static bool wanted(const cr_scenario *scenario, unsigned r) {
  const bool *option = scenario->option;
  for (unsigned i = 0; i < scenario->codes_count; i++)
    if (scenario->code[i] == r) return true;
  if (scenario->codes_most != 0 || row_of(r)->by_name) return false;
  return option[CR_OPTION_CONTROL] || (option[CR_OPTION_CONTROL_FEW] && row_of(r)->few);
}

/* Is it the moment for it? */
static bool timely(const cr_session *s, unsigned resource, unsigned r) {
  const cr_controls *c = &s->controls;
  uint8_t state = s->monitor[resource].state;
  switch (row_of(r)->when) {
    case CR_CONTROL_DOWN: return state == CR_MON_OFFLINE || state == CR_MON_FAILED;
    case CR_CONTROL_WANTED: return c->wants_reason && state == CR_MON_ONLINE;
    case CR_CONTROL_PHASE1: return !c->phase1 && !c->phase2;
    case CR_CONTROL_PHASE2: return !c->phase2;
    default: return true;
  }
}

/* After some codes only these calls follow. */
static bool follows(const cr_controls *c, cr_entry_point ep) {
  bool down = ep == CR_EP_TERMINATE || ep == CR_EP_CLOSE;
  switch (c->last_code) {
    case CR_CONTROL_DOWN: return ep == CR_EP_CLOSE;
    case CR_CONTROL_WANTED: return down || ep == CR_EP_OFFLINE;
    case CR_CONTROL_LAST: return down || ep == CR_EP_OFFLINE || ep == CR_EP_IS_ALIVE;
    default: return true;
  }
}

bool cr_control_possible(const cr_session *s, unsigned resource, unsigned r) {
  if (!wanted(s->scenario, r) || !timely(s, resource, r) ||
      !follows(&s->controls, cr_control_entry(s, r)) || s->controls.calls == CR_CONTROL_CALLS_MAX ||
      s->controls.announced[resource] != 0)
    return false;
  cr_entry_point ep = cr_control_entry(s, r);
  bool user = ep == CR_EP_BEGIN_CONTROL_AS_USER || ep == CR_EP_BEGIN_TYPE_CONTROL_AS_USER;
  return row_of(r)->as_user == user && cr_controls_has(&s->table, ep) &&
         cr_monitor_may_call(&s->monitor[resource], ep, false, CR_MUTANT_NONE);
}

cr_entry_point cr_control_next(const cr_session *s, unsigned resource, cr_entry_point ep) {
  unsigned next = s->controls.announced[resource];
  return cr_takes_code(ep) && next != 0 ? cr_control_entry(s, next - 1) : ep;
}

bool cr_controls_admit(const cr_session *s, unsigned resource, cr_entry_point ep) {
  bool announced = s->controls.announced[resource] != 0 && cr_takes_code(ep);
  if (!announced && !follows(&s->controls, ep)) return false;
  if (ep == CR_EP_LOOKS_ALIVE) return s->controls.event[resource] == NULL;
  if (!cr_is_control(ep)) return true;
  if (!cr_controls_has(&s->table, ep)) return false;
  unsigned next = s->controls.announced[resource];
  return !cr_takes_code(ep) || (next != 0 && cr_control_entry(s, next - 1) == ep);
}

/* ---- buffers --------------------------------------------------------------------------------- */

/* Of each call: a page for the input, one that cannot be touched, one for the output and what is
 * handed out beside it, one that cannot be touched. */
enum {
  PAGE = 4096,
  CALL_PAGES = 4,
  OUT_AT = 2048,
  BESIDE = 64, /* at the begin of the output's page: how many bytes, whether asynchronous */
  FILL = 0xA5
};
_Static_assert(OUT_AT + CR_CONTROL_ROOM_MAX < PAGE, "the rim behind the output is looked at");

typedef struct beside {
  DWORD returned;
  BOOL asynchronous;
} beside;

static const BOOL unsaid = 0x5A5A5A5A;

static uint8_t *in_page(const cr_controls *c, unsigned call) {
  return c->pages + (size_t)call * CALL_PAGES * PAGE;
}
static uint8_t *out_page(const cr_controls *c, unsigned call) {
  return in_page(c, call) + 2 * PAGE;
}
static beside *beside_of(const cr_controls *c, unsigned call) {
  return (beside *)(void *)out_page(c, call);
}

/* At a place of their own, so that addresses repeat; anywhere when it is taken. */
static void reserve(cr_controls *c) {
  const SIZE_T bytes = (SIZE_T)CR_CONTROL_CALLS_MAX * CALL_PAGES * PAGE;
  DWORD old;
  c->pages =
      VirtualAlloc((LPVOID)(ULONG_PTR)0x5D0000000, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  if (c->pages == NULL)
    c->pages = VirtualAlloc(NULL, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  for (unsigned i = 0; c->pages != NULL && i < CR_CONTROL_CALLS_MAX; i++)
    if (!VirtualProtect(in_page(c, i) + PAGE, PAGE, PAGE_NOACCESS, &old) ||
        !VirtualProtect(out_page(c, i) + PAGE, PAGE, PAGE_NOACCESS, &old))
      c->pages = NULL;
}

void cr_controls_begin(cr_session *s, const cr_scenario *scenario) {
  cr_controls *c = &s->controls;
  bool codes = cr_scenario_has_codes(scenario);
  memset(c->call, 0, sizeof c->call);
  memset(c->announced, 0, sizeof c->announced);
  memset(c->held, 0, sizeof c->held);
  memset(c->event, 0, sizeof c->event);
  memset(c->place, 0, sizeof c->place);
  memset(c->returned, 0, sizeof c->returned);
  memset(c->event_seen, 0, sizeof c->event_seen);
  c->calls = 0;
  c->about = ABOUT_ALL;
  c->last_code = CR_CONTROL_ALWAYS;
  c->wants_reason = c->phase1 = c->phase2 = c->phases = false;
  for (unsigned i = 0; i < scenario->codes_count; i++)
    c->phases = c->phases || row_of(scenario->code[i])->when == CR_CONTROL_PHASE2;
  c->judged = codes || scenario->option[CR_OPTION_CANCEL];
  if (!c->judged) return;
  c->told = *scenario;
  c->told.part[CR_PART_CONTROLS] = true;
  cr_observer_init(&c->observer, &c->told);
  if (codes && c->pages == NULL) reserve(c);
  CR_ASSERT(!codes || c->pages != NULL);
}

/* ---- lists of properties --------------------------------------------------------------------- */

typedef struct list {
  uint8_t bytes[128];
  DWORD size;
} list;

static void put(list *l, const void *what, DWORD n) {
  memcpy(l->bytes + l->size, what, n);
  l->size += n;
  while (l->size % 4 != 0) l->bytes[l->size++] = 0;
}

static void put_number(list *l, DWORD number) { put(l, &number, sizeof number); }

/* One property, Volume, with the letter of the scenario's volumes; damaged as the detail says. */
static void make_list(uint16_t detail, list *l) {
  static const WCHAR name[] = L"Volume", value[] = L"V:";
  *l = (list){.size = 0};
  if (detail == CR_DETAIL_NO_LIST) return;
  put_number(l, detail == CR_DETAIL_COUNT_BEYOND ? 0x7FFFFFFF : 1);
  put_number(l, CLUSPROP_SYNTAX_NAME);
  put_number(l, sizeof name);
  put(l, name, detail == CR_DETAIL_CUT_OFF ? 4 : sizeof name);
  if (detail == CR_DETAIL_CUT_OFF) return;
  put_number(l, detail == CR_DETAIL_WRONG_SYNTAX ? 0x12345678 : CLUSPROP_SYNTAX_LIST_VALUE_SZ);
  put_number(l, detail == CR_DETAIL_LENGTH_BEYOND ? 0x7FFFFFF0 : sizeof value);
  put(l, value, sizeof value);
  put_number(l, CLUSPROP_SYNTAX_ENDMARK);
}

/* ---- a control call -------------------------------------------------------------------------- */

void cr_control_announce(cr_session *s, unsigned resource, unsigned r) {
  cr_event e = {.kind = CR_EV_FACT,
                .role = CR_ROLE_MONITOR,
                .object = (uint8_t)resource,
                .handle = CR_NO_HANDLE,
                .value = CR_TOPIC_CONTROL_CODE,
                .extra = row_of(r)->detail,
                .result = row_of(r)->code};
  cr_controls *c = &s->controls;
  uint8_t when = row_of(r)->when;
  c->announced[resource] = (uint8_t)(r + 1);
  c->phase1 = c->phase1 || when == CR_CONTROL_PHASE1;
  c->phase2 = c->phase2 || when == CR_CONTROL_PHASE2;
  if (when == CR_CONTROL_DOWN || when == CR_CONTROL_WANTED || when == CR_CONTROL_LAST)
    c->last_code = when;
  c->about = c->calls;
  c->of_call[c->calls] = c->observer;
  cr_emit(&e);
  c->about = ABOUT_ALL;
}

/* Contexts are numbers that no pointer has; those of types are odd. */
#define CONTEXT_BASE ((INT64)0x7C000000)

static INT64 context_of(const cr_controls *c, unsigned call) {
  return CONTEXT_BASE + 2 * (INT64)call + (c->call[call].of_type ? 1 : 0);
}

static unsigned call_of(const cr_controls *c, INT64 context) {
  unsigned i = 0;
  while (i < c->calls && context_of(c, i) != context) i++;
  return i;
}

static bool overrun(const cr_controls *c, unsigned call) {
  const uint8_t *page = out_page(c, call);
  DWORD room = c->call[call].room;
  for (unsigned i = BESIDE; i < PAGE; i++)
    if ((i < OUT_AT || i >= OUT_AT + room) && page[i] != FILL) return true;
  return false;
}

static uint64_t out_digest(const cr_controls *c, unsigned call) {
  return cr_digest(out_page(c, call), PAGE);
}

/* What goes with the row. */
static void make_input(unsigned r, list *l) {
  static const WCHAR name[] = L"Renamed";
  static const DWORD reason[] = {12, 1, 1}; /* size, version, a failover */
  *l = (list){.size = 0};
  switch (row_of(r)->input) {
    case CR_CONTROL_LIST: make_list(row_of(r)->detail, l); break;
    case CR_CONTROL_NAME: put(l, name, sizeof name); break;
    case CR_CONTROL_REASON: put(l, reason, sizeof reason); break;
    case CR_CONTROL_NUMBER: put_number(l, 1); break;
    default: break;
  }
}

typedef struct arguments {
  PVOID in, out;
  DWORD in_size, room;
  LPDWORD returned;
  LPBOOL asynchronous;
  INT64 context;
} arguments;

static DWORD room_of(const cr_controls *c, const cr_control_row *row) {
  if (c->given != NULL)
    return c->given->room < CR_CONTROL_ROOM_MAX ? c->given->room : CR_CONTROL_ROOM_MAX;
  if (row->input != CR_CONTROL_NOTHING || row->detail == CR_DETAIL_NO_ROOM) return 0;
  return row->detail == CR_DETAIL_ONE_BYTE ? 1 : CR_CONTROL_ROOM_MAX;
}

static arguments call_begin(cr_controls *c, unsigned call, unsigned resource, unsigned r) {
  list l = {.size = 0};
  const cr_control_given *given = c->given;
  if (given == NULL) make_input(r, &l);
  bool asks = row_of(r)->input == CR_CONTROL_NOTHING;
  DWORD room = room_of(c, row_of(r));
  c->call[call] = (cr_control){.state = CR_CONTROL_INSIDE,
                               .row = (uint8_t)r,
                               .resource = (uint8_t)resource,
                               .of_type = of_type(r),
                               .code = given == NULL ? row_of(r)->code : given->code,
                               .room = room};
  uint8_t *in = in_page(c, call) + PAGE - l.size;
  memset(in_page(c, call), 0, PAGE);
  memcpy(in, l.bytes, l.size);
  memset(out_page(c, call), FILL, PAGE);
  beside *b = beside_of(c, call);
  *b = (beside){0, unsaid};
  arguments a = {.in = l.size == 0 ? NULL : in,
                 .out = asks ? out_page(c, call) + OUT_AT : NULL,
                 .in_size = l.size,
                 .room = room,
                 .returned = &b->returned,
                 .asynchronous = &b->asynchronous,
                 .context = context_of(c, call)};
  if (given == NULL) return a;
  a.in = given->in_size == 0 ? NULL : (PVOID)(ULONG_PTR)given->in;
  a.in_size = given->in_size;
  a.out = out_page(c, call) + OUT_AT;
  return a;
}

/* The thread's own token, as GetCurrentThreadEffectiveToken has it. */
#define TOKEN ((HANDLE)(LONG_PTR)-6)

static DWORD call_make(const cr_session *s, cr_entry_point ep, unsigned resource, DWORD code,
                       const arguments *a) {
  const CLRES_V1_FUNCTIONS *v1 = &s->table.v1;
  const CLRES_V4_FUNCTIONS *v4 = &s->table.v4;
  RESID id = s->resid[resource];
  WCHAR type[CR_NAME_MAX * 2];
  cr_path_widen(s->image.type != NULL ? s->image.type : s->scenario->resource[resource].type, type,
                CR_ARRAY_LEN(type));
  switch (ep) {
    case CR_EP_RESOURCE_CONTROL:
      return v1->ResourceControl(id, code, a->in, a->in_size, a->out, a->room, a->returned);
    case CR_EP_RESOURCE_TYPE_CONTROL:
      return v1->ResourceTypeControl(type, code, a->in, a->in_size, a->out, a->room, a->returned);
    case CR_EP_BEGIN_CONTROL:
      return v4->BeginResourceControl(id, code, a->in, a->in_size, a->out, a->room, a->returned,
                                      a->context, a->asynchronous);
    case CR_EP_BEGIN_TYPE_CONTROL:
      return v4->BeginResourceTypeControl(type, code, a->in, a->in_size, a->out, a->room,
                                          a->returned, a->context, a->asynchronous);
    case CR_EP_BEGIN_CONTROL_AS_USER:
      return v4->BeginResourceControlAsUser(id, TOKEN, code, a->in, a->in_size, a->out, a->room,
                                            a->returned, a->context, a->asynchronous);
    default:
      return v4->BeginResourceTypeControlAsUser(type, TOKEN, code, a->in, a->in_size, a->out,
                                                a->room, a->returned, a->context, a->asynchronous);
  }
}

static void call_emit(const cr_event *e, unsigned call) {
  cr_controls *c = &cr_session_get()->controls;
  c->about = call;
  cr_emit(e);
  c->about = ABOUT_ALL;
}

/* A fact about one call; somebody else may take a step before it. */
static void call_fact(cr_thread *t, unsigned call, cr_topic topic, cr_detail detail) {
  cr_stop stop = cr_stop_visible();
  cr_stop_here(t, &stop);
  cr_event e = cr_event_of(t, CR_EV_FACT, t->resource);
  e.value = topic;
  e.extra = detail;
  call_emit(&e, call);
}

/* The resource asks to be told why it goes down. */
static void note_characteristics(cr_controls *c, unsigned call, DWORD value) {
  DWORD bits = 0;
  if (c->call[call].code != CLUSCTL_RESOURCE_GET_CHARACTERISTICS || value != ERROR_SUCCESS ||
      c->call[call].room < sizeof bits)
    return;
  memcpy(&bits, out_page(c, call) + OUT_AT, sizeof bits);
  if ((bits & CLUS_CHAR_REQUIRES_STATE_CHANGE_REASON) != 0) c->wants_reason = true;
}

/* What the answer shows; each is a step of its own. */
static void tell_answer(cr_thread *t, cr_controls *c, unsigned call, bool begin, DWORD value) {
  cr_control *own = &c->call[call];
  const beside *b = beside_of(c, call);
  BOOL said = b->asynchronous;
  bool goes_on = begin && said != unsaid && said != FALSE;
  if (begin && said != unsaid)
    call_fact(t, call, CR_TOPIC_BEGIN_SAYS,
              goes_on ? CR_DETAIL_ASYNCHRONOUS : CR_DETAIL_SYNCHRONOUS);
  bool ended = own->state == CR_CONTROL_ENDED;
  own->goes_on = goes_on;
  if (!ended) own->state = goes_on ? CR_CONTROL_OPEN : CR_CONTROL_ANSWERED;
  if (goes_on) return;
  if (overrun(c, call) || (value == ERROR_SUCCESS && b->returned > own->room))
    call_fact(t, call, CR_TOPIC_BYTES_RETURNED, CR_DETAIL_BEYOND);
  if (value == ERROR_MORE_DATA && b->returned > own->room)
    call_fact(t, call, CR_TOPIC_NEEDED_SIZE, CR_DETAIL_TOLD);
}

static uint32_t code_run(cr_thread *t, cr_entry_point ep, unsigned r) {
  cr_session *s = cr_session_get();
  cr_controls *c = &s->controls;
  unsigned call = c->calls++;
  arguments a = call_begin(c, call, t->resource, r);
  DWORD value = call_make(s, ep, t->resource, c->call[call].code, &a);
  tell_answer(t, c, call, ep >= CR_EP_BEGIN_CONTROL, value);
  note_characteristics(c, call, value);
  return value;
}

/* The DLL's node has lost what it defends. */
static VOID WINAPI quorum_lost(RESOURCE_HANDLE handle) {
  cr_thread *t = cr_self();
  cr_session *s = cr_session_get();
  if (t == NULL) return;
  unsigned resource = cr_resource_of_token(handle);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_emit_sync(t, CR_WAIT_OTHER);
  if (resource == CR_RESOURCES_MAX || !s->controls.held[resource])
    cr_misuse(t, "reports the loss of what Arbitrate has not given it");
  else
    s->controls.held[resource] = false;
}

uint32_t cr_control_run(cr_thread *t, cr_entry_point ep, unsigned r) {
  cr_session *s = cr_session_get();
  bool first = s->table.version == CLRES_VERSION_V1_00;
  const CLRES_V1_FUNCTIONS *v1 = &s->table.v1;
  const CLRES_V4_FUNCTIONS *v4 = &s->table.v4;
  RESID id = s->resid[t->resource];
  bool *held = &s->controls.held[t->resource];
  DWORD value;
  switch (ep) {
    case CR_EP_CANCEL: return v4->Cancel(id, 0);
    case CR_EP_ARBITRATE:
      *held = true; /* the loss may be told before the return */
      value = (first ? v1->Arbitrate : v4->Arbitrate)(id, quorum_lost);
      if (value != ERROR_SUCCESS) *held = false;
      return value;
    case CR_EP_RELEASE:
      value = (first ? v1->Release : v4->Release)(id);
      *held = false;
      return value;
    default: return code_run(t, ep, r);
  }
}

/* ---- asynchronous calls ---------------------------------------------------------------------- */

static void place_look(cr_thread *t, cr_controls *c) {
  unsigned r = t->resource;
  if (!c->returned[r] || c->place[r] == c->placed[r]) return;
  c->placed[r] = c->place[r];
  cr_emit_fact(t, CR_TOPIC_EVENT_PLACE, CR_DETAIL_WRITTEN);
}

void cr_controls_look(cr_thread *t) {
  cr_controls *c = &cr_session_get()->controls;
  place_look(t, c);
  for (unsigned i = 0; i < c->calls; i++) {
    cr_control *own = &c->call[i];
    if (own->state != CR_CONTROL_ENDED || own->written_late || out_digest(c, i) == own->digest)
      continue;
    own->written_late = true;
    call_fact(t, i, CR_TOPIC_CONTROL_BUFFER, CR_DETAIL_WRITTEN);
  }
}

/* A step that nobody else sees. */
static void silent_step(cr_thread *t) {
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_nothing();
  cr_emit_sync(t, CR_WAIT_OTHER);
}

static DWORD end(cr_thread *t, INT64 context, DWORD status, bool type) {
  cr_controls *c = &cr_session_get()->controls;
  if (t == NULL) return ERROR_SUCCESS;
  unsigned call = call_of(c, context);
  if (call == c->calls) {
    silent_step(t);
    cr_misuse(t, "ends a control call that was never begun");
    return ERROR_INVALID_PARAMETER;
  }
  cr_control *own = &c->call[call];
  if (own->of_type != type) call_fact(t, call, CR_TOPIC_END_THROUGH, CR_DETAIL_OTHER_CALLBACK);
  bool beyond =
      overrun(c, call) || (status == ERROR_SUCCESS && beside_of(c, call)->returned > own->room);
  if (own->state == CR_CONTROL_OPEN && beyond)
    call_fact(t, call, CR_TOPIC_BYTES_RETURNED, CR_DETAIL_BEYOND);
  /* Only at the fact's own step it is sure who comes first. */
  cr_stop stop = cr_stop_visible();
  cr_stop_here(t, &stop);
  cr_event e = cr_event_of(t, CR_EV_FACT, t->resource);
  e.value = CR_TOPIC_END_CONTROL;
  e.extra = own->state == CR_CONTROL_INSIDE ? CR_DETAIL_EARLY : CR_DETAIL_CALLED;
  if (own->state == CR_CONTROL_INSIDE || own->state == CR_CONTROL_OPEN) {
    own->state = CR_CONTROL_ENDED;
    own->digest = out_digest(c, call);
  }
  call_emit(&e, call);
  return ERROR_SUCCESS;
}

static DWORD extend(cr_thread *t, INT64 context) {
  cr_controls *c = &cr_session_get()->controls;
  if (t == NULL) return ERROR_SUCCESS;
  unsigned call = call_of(c, context);
  silent_step(t);
  if (call < c->calls && c->call[call].state == CR_CONTROL_INSIDE) return ERROR_SUCCESS;
  call_fact(t, call, CR_TOPIC_EXTEND_CONTROL, CR_DETAIL_CALLED);
  return ERROR_SUCCESS;
}

DWORD WINAPI cr_end_control(PRES_CTL_CTX context, DWORD status) {
  return end(cr_self(), context, status, false);
}
DWORD WINAPI cr_end_type_control(PRESTYPE_CTL_CTX context, DWORD status) {
  return end(cr_self(), context, status, true);
}
DWORD WINAPI cr_extend_control(PRES_CTL_CTX context, DWORD ms) {
  (void)ms;
  return extend(cr_self(), context);
}
DWORD WINAPI cr_extend_type_control(PRESTYPE_CTL_CTX context, DWORD ms) {
  (void)ms;
  return extend(cr_self(), context);
}

/* ---- the clauses ----------------------------------------------------------------------------- */

/* Clauses of the part "controls" that follow from what is seen here. */
static const cr_clause judged_clauses[] = {
    CR_CLAUSE_RM_CTL_04,   CR_CLAUSE_RM_CTL_05,  CR_CLAUSE_RM_CTL_06,  CR_CLAUSE_RM_CTL_11,
    CR_CLAUSE_RM_CTL_14,   CR_CLAUSE_RM_ACTL_01, CR_CLAUSE_RM_ACTL_02, CR_CLAUSE_RM_ACTL_03,
    CR_CLAUSE_RM_ACTL_04,  CR_CLAUSE_RM_ACTL_06, CR_CLAUSE_RM_ACTL_07, CR_CLAUSE_RM_ACTL_08,
    CR_CLAUSE_RM_ACTL_10,  CR_CLAUSE_RM_ACTL_12, CR_CLAUSE_RM_ACTL_13, CR_CLAUSE_RM_CANCEL_04,
    CR_CLAUSE_RM_CANCEL_05};

static void tell_one(cr_controls *c, cr_observer *observer, const cr_event *event,
                     cr_judgement *judgement) {
  cr_judgement parts;
  cr_observe(observer, &c->told, event, &parts);
  for (size_t i = 0; i < CR_ARRAY_LEN(judged_clauses); i++) {
    if (cr_clauses_has(&parts.exercised, judged_clauses[i]))
      cr_clauses_add(&judgement->exercised, judged_clauses[i]);
    if (cr_clauses_has(&parts.violated, judged_clauses[i]))
      cr_clauses_add(&judgement->violated, judged_clauses[i]);
  }
}

/* Each control call is judged by an observer of its own, which begins as the one that knows of none
 * of them; so calls may overlap. What is of no call, all are told. */
static void tell(cr_controls *c, const cr_event *event, cr_judgement *judgement) {
  bool coming = false;
  for (unsigned r = 0; r < CR_RESOURCES_MAX; r++) coming = coming || c->announced[r] != 0;
  unsigned begun = c->calls + (coming ? 1 : 0);
  if (c->about < begun) {
    tell_one(c, &c->of_call[c->about], event, judgement);
    return;
  }
  tell_one(c, &c->observer, event, judgement);
  for (unsigned i = 0; c->about == ABOUT_ALL && i < begun; i++)
    tell_one(c, &c->of_call[i], event, judgement);
}

static void tell_as(cr_controls *c, cr_event event, cr_entry_point ep, cr_judgement *judgement) {
  event.value = ep;
  tell(c, &event, judgement);
}

static void tell_fact(cr_controls *c, cr_event event, cr_topic topic, cr_detail detail,
                      cr_judgement *judgement) {
  event.kind = CR_EV_FACT;
  event.value = topic;
  event.extra = detail;
  event.result = 0;
  tell(c, &event, judgement);
}

/* What a Begin call shares with the calls of the first version is judged by their clauses, and all
 * forms of Begin by those of the first one. */
static void tell_begin(cr_controls *c, const cr_event *e, cr_judgement *judgement) {
  const cr_control *own = &c->call[c->calls == 0 ? 0 : c->calls - 1];
  cr_event event = *e;
  if (e->kind == CR_EV_CALL) {
    unsigned announced = c->announced[e->object];
    bool unknown = announced != 0 && row_of(announced - 1)->detail == CR_DETAIL_UNKNOWN;
    tell_as(c, event, CR_EP_RESOURCE_CONTROL, judgement);
    tell_as(c, event, CR_EP_BEGIN_CONTROL, judgement);
    if (unknown) tell_fact(c, event, CR_TOPIC_ASYNC_CODE, CR_DETAIL_UNKNOWN, judgement);
    return;
  }
  bool goes_on = own->goes_on, early = own->state == CR_CONTROL_ENDED && !goes_on;
  event.result = goes_on ? CR_E_SUCCESS : e->result;
  if (goes_on || e->result != CR_E_IO_PENDING) tell_as(c, event, CR_EP_RESOURCE_CONTROL, judgement);
  event.result = e->result;
  if (goes_on && e->result != CR_E_SUCCESS && e->result != CR_E_IO_PENDING)
    event.result = CR_E_GEN_FAILURE;
  tell_as(c, event, CR_EP_BEGIN_CONTROL, judgement);
  /* That there was nothing to be ended is known only now. */
  if (early) tell_fact(c, event, CR_TOPIC_END_CONTROL, CR_DETAIL_CALLED, judgement);
}

static void judge_event(cr_controls *c, const cr_event *e, cr_judgement *judgement) {
  bool call = e->kind == CR_EV_CALL || e->kind == CR_EV_RET;
  bool up = e->kind == CR_EV_STATUS
                ? e->value == CR_STATE_ONLINE && e->result == CR_EXIT_STATE_CONTINUE
                : e->kind == CR_EV_RET && e->value == CR_EP_ONLINE && e->result == CR_E_SUCCESS;
  c->comes_online = c->comes_online || up;
  if (call && e->value >= CR_EP_BEGIN_CONTROL) {
    tell_begin(c, e, judgement);
  } else if (call && e->value == CR_EP_RESOURCE_TYPE_CONTROL) {
    tell_as(c, *e, CR_EP_RESOURCE_CONTROL, judgement);
  } else if (e->kind == CR_EV_FACT && e->value == CR_TOPIC_BYTES_RETURNED &&
             e->role == CR_ROLE_WORKER) { /* of a call whose entry point has returned */
    cr_event inside = *e;
    inside.kind = CR_EV_CALL;
    inside.extra = inside.result = 0;
    tell_as(c, inside, CR_EP_RESOURCE_CONTROL, judgement);
    tell(c, e, judgement);
  } else if (call || e->kind == CR_EV_FACT || e->kind == CR_EV_EXPIRE ||
             (e->kind == CR_EV_STATUS && e->result == CR_EXIT_STATE_CONTINUE)) {
    tell(c, e, judgement);
  }
}

void cr_controls_judge(cr_session *s, const cr_event *e, cr_judgement *judgement) {
  cr_controls *c = &s->controls;
  if (!c->judged) return;
  unsigned about = c->about;
  if (e->kind == CR_EV_CALL && cr_takes_code((cr_entry_point)e->value)) c->about = c->calls;
  if (e->kind == CR_EV_RET && cr_takes_code((cr_entry_point)e->value)) c->about = c->calls - 1;
  judge_event(c, e, judgement);
  c->about = about;
  unsigned row = e->kind == CR_EV_FACT && e->value == CR_TOPIC_CONTROL_CODE ? cr_control_row_of(e)
                                                                            : cr_control_rows();
  if (row == cr_control_rows() || row_of(row)->when != CR_CONTROL_PHASE2) return;
  c->about = ABOUT_ALL;
  tell_fact(c, *e, CR_TOPIC_PHASE2, CR_DETAIL_ANNOUNCED, judgement);
  c->about = about;
}

/* ---- the event handle ------------------------------------------------------------------------ */

void cr_event_handed_out(cr_thread *t, unsigned resource, HANDLE event) {
  cr_session *s = cr_session_get();
  if (event == NULL) return;
  const cr_kobject *object = cr_kobject_of(event, CR_KOBJECT_FREE);
  cr_detail detail = object == NULL                    ? CR_DETAIL_INVALID
                     : cr_kobject_signalled(object, t) ? CR_DETAIL_STILL_SIGNALLED
                                                       : CR_DETAIL_FRESH;
  cr_emit_fact(t, CR_TOPIC_EVENT_HANDLE, detail);
  s->controls.event[resource] = event;
  s->controls.event_seen[resource] = false;
}

void cr_event_of_call(cr_session *s, unsigned resource, cr_entry_point ep) {
  cr_controls *c = &s->controls;
  uint8_t state = s->monitor[resource].state;
  bool down = state == CR_MON_OFFLINE || state == CR_MON_FAILED;
  if (ep == CR_EP_ONLINE) {
    c->event[resource] = c->place[resource] = NULL;
    c->returned[resource] = false;
  } else if (ep == CR_EP_CLOSE && !down) {
    c->event[resource] = NULL;
  }
}

void cr_event_returned(cr_thread *t, unsigned resource, uint32_t value) {
  cr_controls *c = &cr_session_get()->controls;
  HANDLE event = c->place[resource];
  c->placed[resource] = event;
  c->returned[resource] = true;
  if (event == NULL) return;
  cr_emit_fact(t, CR_TOPIC_EVENT_PLACE, CR_DETAIL_WRITTEN);
  cr_event_handed_out(t, resource, event);
  if (value != ERROR_SUCCESS && value != ERROR_IO_PENDING) c->event[resource] = NULL;
}

unsigned cr_event_of_handle(HANDLE handle) {
  const cr_session *s = cr_session_get();
  unsigned r = 0;
  while (r < CR_RESOURCES_MAX && (handle == NULL || s->controls.event[r] != handle)) r++;
  return r;
}

void cr_event_closed(cr_thread *t, unsigned resource) {
  cr_event e = cr_event_of(t, CR_EV_FACT, resource);
  e.value = CR_TOPIC_EVENT_HANDLE;
  e.extra = CR_DETAIL_CLOSED;
  cr_session_get()->controls.event[resource] = NULL;
  cr_emit(&e);
}

bool cr_event_signalled(const cr_session *s, unsigned resource) {
  const cr_monitor *m = &s->monitor[resource];
  if (s->controls.event[resource] == NULL || s->controls.event_seen[resource]) return false;
  if (m->state != CR_MON_ONLINE || m->mustalive || m->mustterm || m->term) return false;
  const cr_kobject *object = cr_kobject_of(s->controls.event[resource], CR_KOBJECT_FREE);
  return object != NULL && cr_kobject_signalled(object, NULL);
}

void cr_event_take(cr_session *s, unsigned resource) {
  cr_event e = {.kind = CR_EV_FACT,
                .role = CR_ROLE_MONITOR,
                .object = (uint8_t)resource,
                .handle = CR_NO_HANDLE,
                .value = CR_TOPIC_SIGNAL,
                .extra = CR_DETAIL_SEEN_ONLINE};
  cr_kobject *object = cr_kobject_of(s->controls.event[resource], CR_KOBJECT_FREE);
  if (object != NULL) {
    cr_touch_object(object, CR_ACCESS_WRITE);
    if (object->kind == CR_KOBJECT_EVENT && !object->manual) object->signalled = false;
  }
  s->controls.event_seen[resource] = true;
  s->monitor[resource].mustalive = 1;
  cr_emit(&e);
}

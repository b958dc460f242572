/* session.c - see session.h. */
#include "session.h"

#include <stdio.h>
#include <string.h>

#include "clusrace/schedule.h"

/* Tokens look like this, for the same reason as handles do. */
#define TOKEN_BASE ((ULONG_PTR)0x60000000)

cr_session *cr_session_get(void) {
  static cr_session session;
  return &session;
}

/* ---- facts ----------------------------------------------------------------------------------- */

/* Clauses of the parts that follow from facts which the host tells, and from nothing that only the
 * parts' own actors do. */
static const cr_clause told_clauses[] = {
    CR_CLAUSE_RM_STATUS_03, CR_CLAUSE_RM_ONLINE_23, CR_CLAUSE_RM_OFFLINE_22,
    CR_CLAUSE_RM_TERM_18,   CR_CLAUSE_RM_CONC_09,   CR_CLAUSE_RM_LOAD_04,
    CR_CLAUSE_RM_LOAD_08,   CR_CLAUSE_RM_ABI_01,    CR_CLAUSE_RM_EVENT_01};

/* Likewise, but they need what is remembered of a resource, and the parts remember one alone. */
static const cr_clause told_of_one[] = {CR_CLAUSE_RM_EVENT_03, CR_CLAUSE_RM_EVENT_14};

static void facts_begin(cr_session *s, const cr_scenario *scenario) {
  s->told = *scenario;
  s->told.part[CR_PART_LOADING] = s->told.part[CR_PART_INSIDE] = true;
  s->told.part[CR_PART_HEALTH] = true;
  cr_observer_init(&s->told_observer, &s->told);
  s->warned = s->exercised = s->broken = (cr_clauses){0};
}

static void take_over(const cr_judgement *parts, const cr_clause *clauses, size_t count,
                      cr_judgement *judgement) {
  for (size_t i = 0; i < count; i++) {
    if (cr_clauses_has(&parts->exercised, clauses[i]))
      cr_clauses_add(&judgement->exercised, clauses[i]);
    if (cr_clauses_has(&parts->violated, clauses[i]))
      cr_clauses_add(&judgement->violated, clauses[i]);
  }
}

/* Adds what the parts make of the event, as far as the host can tell it. */
static void facts_judge(cr_session *s, const cr_event *event, cr_judgement *judgement) {
  cr_judgement parts;
  cr_observe(&s->told_observer, &s->told, event, &parts);
  take_over(&parts, told_clauses, CR_ARRAY_LEN(told_clauses), judgement);
  if (s->scenario->resources_count == 1)
    take_over(&parts, told_of_one, CR_ARRAY_LEN(told_of_one), judgement);
}

static void warnings_note(cr_session *s, const cr_judgement *judgement) {
  if (!cr_clauses_any(&judgement->violated)) return;
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++) {
    const cr_clause_row *row = cr_clause_row_of((cr_clause)c);
    if (cr_clauses_has(&judgement->violated, (cr_clause)c) && row->level == CR_LEVEL_WARNING &&
        row->party == CR_PARTY_DLL)
      cr_clauses_add(&s->warned, (cr_clause)c);
  }
}

/* What the run says of the clauses that the DLL has to keep. */
static void tally(cr_session *s, const cr_judgement *judgement, const cr_event *event) {
  cr_judgement own = *judgement;
  cr_judgement_narrow(&s->duties, event, &own);
  cr_clauses_merge(&s->exercised, &own.exercised);
  cr_clauses_merge(&s->broken, &own.violated);
}

/* Clauses that the model can judge by the worker that an operation started; a real DLL may have a
 * thread of its own do it, from Open on or for all resources. If it never does, it shows in what is
 * owed. */
static void excuse(const cr_session *s, cr_judgement *judgement) {
  static const cr_clause by_worker[] = {CR_CLAUSE_RM_ONLINE_07, CR_CLAUSE_RM_ONLINE_08,
                                        CR_CLAUSE_RM_OFFLINE_04, CR_CLAUSE_RM_OFFLINE_05};
  bool worker = false;
  for (unsigned i = 0; i < CR_THREADS_MAX && !worker; i++)
    worker =
        s->sched.thread[i].state != CR_THREAD_FREE && s->sched.thread[i].role == CR_ROLE_WORKER;
  for (size_t i = 0; worker && i < CR_ARRAY_LEN(by_worker); i++)
    judgement->violated.bits[by_worker[i] / 64] &= ~((uint64_t)1 << (by_worker[i] % 64));
}

/* ---- begin and end --------------------------------------------------------------------------- */

void cr_session_begin(cr_session *s, const cr_scenario *scenario, bool strict) {
  if (!s->keep) {
    cr_image_restore(&s->image);
    cr_heap_restore(&s->heap);
    cr_kernel_reset(&s->kernel);
    if (s->pool.used) memset(&s->pool, 0, sizeof s->pool);
    cr_slots_begin(&s->slots);
    cr_local_begin(&s->local, &s->properties);
    cr_store_reset(&s->files);
  }
  cr_registry_begin(&s->registry, &s->properties, scenario);
  memset(&s->processes, 0, sizeof s->processes);
  if (s->services.used) memset(&s->services, 0, sizeof s->services);
  cr_shares_reset(&s->shares);
  cr_controls_begin(s, scenario);
  memset(s->monitor, 0, sizeof s->monitor);
  memset(&s->volumes, 0, sizeof s->volumes);
  memset(s->resid, 0, sizeof s->resid);
  memset(s->key, 0, sizeof s->key);
  s->scenario = scenario;
  for (unsigned v = 0; v < scenario->volumes_count; v++)
    s->volumes.volume[v].off = scenario->volume[v].off;
  cr_observer_init(&s->observer, scenario);
  facts_begin(s, scenario);
  s->judge = (cr_judge){.strict = strict, .dll_only = true};
  s->table = (cr_table){0};
  cr_subject subject = {.kind = CR_SUBJECT_LOADED, .digest = s->image.file_digest};
  memcpy(subject.name, s->image.name, sizeof subject.name);
  if (s->observed.contract == 0) { /* what it digests is long: once */
    cr_duties_of_dll(&s->duties);
    cr_trace_init(&s->observed, scenario, &subject);
  } else {
    cr_trace_clear(&s->observed);
    s->observed.scenario = *scenario;
    s->observed.subject = subject;
  }
  s->violated = CR_CLAUSE_COUNT;
  s->violated_at = 0;
  s->startup_error = ERROR_SUCCESS;
  s->startup_why = NULL;
  s->offers = CLRES_VERSION_V4_00;
  s->detach_now = false;
  s->bad_tokens = 0;
  s->misuse[0] = '\0';
  s->faults_injected = 0;
  s->footprint = (cr_footprint){0};
}

void cr_session_end(cr_session *s, cr_buf *note) {
  unsigned threads = cr_sched_reset(&s->sched);
  unsigned handles = cr_handles_count(&s->kernel);
  s->left = (cr_left){threads, handles, cr_heap_blocks_left(&s->heap)};
  if (threads != 0) cr_buf_printf(note, "; %u thread%s left", threads, threads == 1 ? "" : "s");
  if (handles != 0) cr_buf_printf(note, "; %u handle%s left", handles, handles == 1 ? "" : "s");
}

/* ---- events ---------------------------------------------------------------------------------- */

static uint64_t state_digest(const cr_session *s) {
  uint64_t digest = cr_digest(s->monitor, sizeof s->monitor);
  digest = cr_digest_seeded(&s->volumes, sizeof s->volumes, digest);
  return cr_digest_seeded(&s->observer, sizeof s->observer, digest);
}

unsigned cr_family_of_volume(unsigned volume) {
  const cr_scenario *scenario = cr_session_get()->scenario;
  for (unsigned r = 0; r < scenario->resources_count; r++)
    if (scenario->resource[r].volume == volume) return r;
  return CR_RESOURCES_MAX + volume;
}

/* The events of a resource and of its volume are judged together. */
static unsigned family_of(const cr_event *event) {
  if (cr_event_row_of(event->kind)->object != CR_FIELD_VOLUME) return event->object;
  return cr_family_of_volume(event->object);
}

void cr_touch(cr_thing thing, uint64_t which, cr_access_mode mode) {
  cr_session *s = cr_session_get();
  cr_footprint_add(&s->footprint, (uint64_t)thing << 56 | which, mode);
  s->declared = true;
}

bool cr_faulted(cr_thread *t) {
  if (t->fault == 0) return false;
  cr_session_get()->faults_injected++;
  cr_event e = cr_event_of(t, CR_EV_SYNC, t->resource);
  e.value = CR_WAIT_FAULT;
  if (t->fault != t->stop.faults[0]) e.result = t->fault;
  cr_emit(&e);
  SetLastError(t->fault);
  return true;
}

void cr_touch_nothing(void) { cr_session_get()->declared = true; }

void cr_touch_object(const cr_kobject *object, cr_access_mode mode) {
  cr_touch(CR_THING_OBJECT, (uint64_t)(object - cr_session_get()->kernel.object), mode);
}

void cr_touch_address(const volatile void *address, cr_access_mode mode) {
  cr_touch(CR_THING_ADDRESS, cr_address_number(address), mode);
}

void cr_touch_numbers(void) {
  const cr_thread *t = cr_self();
  if (t == NULL) { /* an application */
    for (unsigned r = 0; r < CR_RESOURCES_MAX; r++) cr_touch(CR_THING_HANDLES, r, CR_ACCESS_WRITE);
    return;
  }
  cr_touch(CR_THING_HANDLES, t->resource, CR_ACCESS_WRITE);
}

void cr_misuse(const cr_thread *t, const char *what) {
  cr_session *s = cr_session_get();
  if (s->misuse[0] != '\0') return;
  cr_buf text = {0};
  if (t != NULL) cr_thread_name(t, &text);
  cr_buf_printf(&text, "%s%s", t == NULL ? "" : " ", what);
  snprintf(s->misuse, sizeof s->misuse, "%s", text.data);
  s->misuse_at = (uint32_t)s->observed.steps_count;
  cr_buf_free(&text);
}

static unsigned lanes_of_resource(void) {
  return (CR_SEARCH_PROCESSES_MAX - CR_PROCESS_WORKER) /
         cr_session_get()->scenario->resources_count;
}

unsigned cr_session_quiet_lane(unsigned resource) {
  unsigned lanes = lanes_of_resource();
  for (unsigned lane = lanes < CR_LANES_MAX ? lanes : CR_LANES_MAX; lane-- > CR_WORKERS_MAX;)
    if (cr_thread_find(CR_ROLE_WORKER, resource, lane) == NULL) return lane;
  return CR_LANES_MAX;
}

unsigned cr_process_of_thread(cr_role role, unsigned resource, unsigned lane) {
  unsigned lanes = lanes_of_resource();
  if (role == CR_ROLE_EP) return CR_PROCESS_ENTRY + resource;
  if (role == CR_ROLE_TERM) return CR_PROCESS_TERMINATE + resource;
  return CR_PROCESS_WORKER + resource * lanes + (lane < lanes ? lane : lanes - 1);
}

cr_footprint cr_pending_footprint(const cr_thread *t) {
  cr_footprint f = {0};
  uint64_t address = (uint64_t)CR_THING_ADDRESS << 56, object = (uint64_t)CR_THING_OBJECT << 56;
  const cr_kobject *first = cr_session_get()->kernel.object;
  if (t->stop.address != NULL)
    cr_footprint_add(&f, address | cr_address_number(t->stop.address), CR_ACCESS_WRITE);
  for (size_t i = 0; t->stop.objects != NULL && i < t->stop.objects_count; i++) {
    const cr_kobject *waits =
        t->stop.handles == NULL ? t->stop.objects[i] : cr_kobject_of_kernel(t->stop.handles[i]);
    if (waits != NULL) cr_footprint_add(&f, object | (uint64_t)(waits - first), CR_ACCESS_WRITE);
    if (t->stop.handles != NULL)
      cr_footprint_add(&f, cr_handle_thing(t->stop.handles[i]), CR_ACCESS_READ);
  }
  if (f.count == 0) f.everything = true;
  return f;
}

/* Written data is on the disk, or lost, with what the volume says of its cache. */
static void files_settle(cr_session *s, const cr_event *event) {
  if (!s->files.used || cr_event_row_of(event->kind)->object != CR_FIELD_VOLUME) return;
  bool lost = (event->effects & CR_FX_LOST) != 0;
  if (lost || !s->volumes.volume[event->object].dirty)
    cr_store_settle(&s->files, event->object, lost);
}

void cr_emit(const cr_event *event) {
  cr_session *s = cr_session_get();
  cr_judgement judgement;
  files_settle(s, event);
  if (cr_event_row_of(event->kind)->visible)
    cr_touch(CR_THING_FAMILY, family_of(event), CR_ACCESS_WRITE);
  if (event->role == CR_ROLE_EP) cr_monitor_begun(&s->monitor[event->who]);
  unsigned from = s->observer.resource[0].mon;
  cr_observe(&s->observer, s->scenario, event, &judgement);
  if (s->taken != NULL) cr_taken_event(s->taken, from, s->observer.resource[0].mon, event);
  if (event->kind == CR_EV_FACT || event->kind == CR_EV_CALL || event->kind == CR_EV_RET ||
      event->kind == CR_EV_STATUS)
    facts_judge(s, event, &judgement);
  cr_controls_judge(s, event, &judgement);
  if (event->kind == CR_EV_RET) excuse(s, &judgement);
  warnings_note(s, &judgement);
  tally(s, &judgement, event);
  cr_trace_push(&s->observed, event, state_digest(s));
  cr_clause clause = cr_judge_first(&s->judge, &judgement, event);
  if (clause != CR_CLAUSE_COUNT && s->violated == CR_CLAUSE_COUNT) {
    s->violated = clause;
    s->violated_at = (uint32_t)s->observed.steps_count;
  }
  if (s->crumb != NULL) s->crumb(event);
}

cr_event cr_event_of(const cr_thread *t, cr_event_kind kind, unsigned object) {
  return (cr_event){.kind = (uint8_t)kind,
                    .role = t->role,
                    .who = t->resource,
                    .lane = t->lane,
                    .object = (uint8_t)object,
                    .handle = CR_NO_HANDLE};
}

void cr_emit_fact(cr_thread *t, cr_topic topic, uint32_t detail) {
  cr_stop stop = {.visible = true};
  cr_stop_here(t, &stop);
  cr_event e = cr_event_of(t, CR_EV_FACT, t->resource);
  e.value = topic;
  e.extra = detail;
  cr_emit(&e);
}

void cr_emit_sync(const cr_thread *t, cr_wait wait) {
  cr_event e = cr_event_of(t, CR_EV_SYNC, t->resource);
  e.value = wait;
  cr_emit(&e);
}

/* ---- what the monitor and the environment do ------------------------------------------------- */

void cr_session_call(cr_session *s, unsigned resource, cr_entry_point ep) {
  cr_event e = {.kind = CR_EV_CALL,
                .role = CR_ROLE_MONITOR,
                .object = (uint8_t)resource,
                .handle = CR_NO_HANDLE,
                .value = ep};
  cr_job job = {.kind = CR_JOB_ENTRY, .entry_point = (uint8_t)ep};
  s->sched.idle_fires = 0;
  cr_event_of_call(s, resource, ep);
  cr_monitor_call(&s->monitor[resource], ep);
  cr_emit(&e);
  if (cr_takes_code(ep)) {
    job.control = s->controls.announced[resource];
    s->controls.announced[resource] = 0;
  }
  cr_role role = ep == CR_EP_TERMINATE ? CR_ROLE_TERM : CR_ROLE_EP;
  cr_touch(CR_THING_THREAD, cr_process_of_thread(role, resource, 0), CR_ACCESS_WRITE);
  cr_thread *t = cr_thread_begin(role, resource, 0, &job);
  CR_ASSERT(t != NULL);
}

void cr_session_offer_v1(cr_session *s) {
  cr_event e = {.kind = CR_EV_FACT,
                .role = CR_ROLE_MONITOR,
                .handle = CR_NO_HANDLE,
                .value = CR_TOPIC_OFFERS,
                .extra = CR_DETAIL_V1_ONLY};
  s->offers = CLRES_VERSION_V1_00;
  cr_emit(&e);
}

void cr_session_expire(cr_session *s, unsigned resource) {
  cr_event e = {.kind = CR_EV_EXPIRE,
                .role = CR_ROLE_ENV,
                .object = (uint8_t)resource,
                .handle = CR_NO_HANDLE};
  cr_monitor_expire(&s->monitor[resource]);
  cr_emit(&e);
}

void *cr_resource_token(unsigned resource) {
  return (void *)(TOKEN_BASE + 4 * (ULONG_PTR)resource);
}

unsigned cr_resource_of_token(const void *token) {
  const cr_session *s = cr_session_get();
  for (unsigned r = 0; r < s->scenario->resources_count; r++)
    if (token == cr_resource_token(r)) return r;
  return CR_RESOURCES_MAX;
}

void cr_thread_name(const cr_thread *t, cr_buf *out) {
  cr_event e = cr_event_of(t, CR_EV_SYNC, t->resource);
  cr_actor_write(cr_session_get()->scenario, &e, out);
}

/* ---- what a thread of the DLL does ----------------------------------------------------------- */

cr_thread *cr_session_spawn(cr_thread *creator, const cr_job *job, bool suspended) {
  unsigned lane = cr_thread_free_lane(creator->resource);
  cr_event e = cr_event_of(creator, CR_EV_SPAWN, creator->resource);
  cr_thread *t =
      lane == CR_LANES_MAX ? NULL : cr_thread_begin(CR_ROLE_WORKER, creator->resource, lane, job);
  e.value = lane;
  e.result = t == NULL ? ERROR_NOT_ENOUGH_MEMORY : CR_E_SUCCESS;
  if (t != NULL) {
    t->suspended = suspended;
    cr_touch(CR_THING_THREAD, cr_process_of_thread(CR_ROLE_WORKER, creator->resource, lane),
             CR_ACCESS_WRITE);
  }
  cr_emit(&e);
  return t;
}

unsigned cr_session_free_open(const cr_session *s, unsigned resource) {
  enum { EACH = CR_OPENS_MAX / (CR_RESOURCES_MAX + 1) };
  unsigned first = resource * EACH;
  unsigned end = resource == CR_RESOURCES_MAX ? CR_OPENS_MAX : first + EACH;
  return cr_volume_free_slot(&s->volumes, first, end);
}

void cr_session_spawn_fails(cr_thread *creator) {
  cr_event e = cr_event_of(creator, CR_EV_SPAWN, creator->resource);
  e.result = creator->fault;
  e.cause = CR_CAUSE_FAULT;
  cr_session_get()->faults_injected++;
  cr_emit(&e);
  SetLastError(e.result);
}

void cr_session_worker_exits(cr_thread *t) {
  cr_slots_end(&cr_session_get()->slots);
  cr_controls_look(t);
  cr_stop stop = {.visible = true, .last = true};
  cr_stop_here(t, &stop);
  if (t->object != NULL) cr_touch_object(t->object, CR_ACCESS_WRITE);
  cr_touch(CR_THING_THREAD, cr_process_of_thread(CR_ROLE_WORKER, t->resource, t->lane),
           CR_ACCESS_WRITE); /* its number is free again */
  cr_kernel_thread_ended(t);
  cr_event e = cr_event_of(t, CR_EV_EXIT, t->resource);
  e.value = t->lane;
  cr_emit(&e);
}

static void entry_run(cr_thread *t) {
  cr_session *s = cr_session_get();
  const cr_scenario_resource *resource = &s->scenario->resource[t->resource];
  cr_entry_point ep = (cr_entry_point)t->job.entry_point;
  uint32_t value;
  if (ep == CR_EP_STARTUP) {
    value = cr_image_startup(&s->image, s->image.type != NULL ? s->image.type : resource->type,
                             s->offers, &s->table, &s->startup_why);
    if (s->table.version > s->offers) cr_emit_fact(t, CR_TOPIC_TABLE_VERSION, CR_DETAIL_OUTSIDE);
  } else {
    WCHAR name[CR_NAME_MAX];
    HKEY *key = &s->key[t->resource]; /* valid from Open to the end of Close */
    if (ep == CR_EP_OPEN) *key = cr_registry_root(t->resource);
    cr_path_widen(resource->name, name, CR_ARRAY_LEN(name));
    HANDLE *event = &s->controls.place[t->resource];
    if (cr_is_control(ep))
      value = cr_control_run(t, ep, t->job.control == 0 ? 0 : t->job.control - 1u);
    else
      value = cr_table_call(&s->table, ep, name, *key, cr_resource_token(t->resource),
                            &s->resid[t->resource], event);
    if (ep == CR_EP_ONLINE) cr_event_returned(t, t->resource, value);
    cr_controls_look(t);
    bool over = ep == CR_EP_CLOSE || (ep == CR_EP_OPEN && value == 0);
    if (over && cr_kobject_of((HANDLE)*key, CR_KOBJECT_KEY) != NULL) cr_handle_close((HANDLE)*key);
    if (over) *key = NULL;
  }
  cr_stop stop = {.visible = true, .last = true};
  cr_stop_here(t, &stop);
  if (ep == CR_EP_STARTUP) s->startup_error = value;
  cr_monitor_begun(&s->monitor[t->resource]);
  cr_monitor_ret(&s->monitor[t->resource], ep, value, CR_MUTANT_NONE);
  if (ep == CR_EP_STARTUP && value == CR_E_SUCCESS) /* it is for the type, not one resource */
    for (unsigned r = 0; r < s->scenario->resources_count; r++) s->monitor[r].loaded = 1;
  cr_event e = cr_event_of(t, CR_EV_RET, t->resource);
  e.value = ep;
  e.result = value;
  cr_emit(&e);
}

void cr_job_run(cr_thread *t) {
  cr_slots_clear(&cr_session_get()->slots);
  SetLastError(ERROR_SUCCESS);
  cr_touch(CR_THING_THREAD, cr_process_of_thread((cr_role)t->role, t->resource, t->lane),
           CR_ACCESS_WRITE);
  if (!t->job.quiet) cr_emit_sync(t, CR_WAIT_ENTER);
  if (t->job.kind != CR_JOB_POOLED) cr_apcs_deliver(t);
  switch (t->job.kind) {
    case CR_JOB_ENTRY: entry_run(t); return;
    case CR_JOB_POOLED: t->job.pooled(t); return;
    case CR_JOB_WORKER: t->exit_code = t->job.routine(t->job.parameter); break;
    case CR_JOB_CLUS_WORKER:
      t->exit_code = t->job.worker_routine(t->job.worker, t->job.parameter);
      break;
  }
  cr_session_worker_exits(t);
}

/* pool.c - the thread pool: work, timers, waits, cleanup groups. See pool.h. */
#include "pool.h"

#include <string.h>

#include "../session.h"

/* Tokens look like this: nothing is there, and no handle or resource looks alike. */
#define POOL_BASE ((ULONG_PTR)0x48000000)
#define INSTANCE_BASE ((ULONG_PTR)0x49000000)
#define POOL_STRIDE 16

static cr_pool *pool(void) {
  cr_pool *p = &cr_session_get()->pool;
  p->used = true;
  return p;
}

/* ---- objects --------------------------------------------------------------------------------- */

cr_pool_object *cr_pool_new(cr_pool_kind kind, void (*function)(void), void *context,
                            unsigned resource) {
  cr_pool *p = pool();
  if (p->count == CR_POOL_OBJECTS_MAX) return NULL;
  cr_pool_object *o = &p->object[p->count++];
  *o = (cr_pool_object){.kind = (uint8_t)kind,
                        .function = function,
                        .context = context,
                        .resource = (uint8_t)resource};
  return o;
}

void *cr_pool_token(const cr_pool_object *o) {
  return (void *)(POOL_BASE + POOL_STRIDE * (ULONG_PTR)(1 + (o - pool()->object)));
}

cr_pool_object *cr_pool_of(const void *token, cr_pool_kind kind) {
  ULONG_PTR at = (ULONG_PTR)token - POOL_BASE;
  if (at % POOL_STRIDE != 0 || at == 0 || at / POOL_STRIDE > pool()->count) return NULL;
  cr_pool_object *o = &pool()->object[at / POOL_STRIDE - 1];
  return o->kind == kind && !o->closed ? o : NULL;
}

void cr_pool_touch(const cr_pool_object *o) { cr_touch_address(o, CR_ACCESS_WRITE); }

void cr_pool_gone(cr_thread *t) {
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  cr_misuse(t, "uses an object of the thread pool that is closed");
  cr_emit_sync(t, CR_WAIT_OTHER);
}

static uint64_t process_of(const cr_thread *t) {
  return cr_process_of_thread((cr_role)t->role, t->resource, t->lane);
}

/* ---- the end of a callback ------------------------------------------------------------------- */

/* One callback less. */
static void over(cr_pool_object *o) {
  cr_pool_touch(o);
  o->pending--;
  if (o->pending > 0 || o->complete == NULL) return;
  cr_touch_object(o->complete, CR_ACCESS_WRITE);
  o->complete->signalled = true;
  cr_kobject_release(o->complete);
  o->complete = NULL;
}

/* Handles of the system are left alone. */
static cr_kobject *ours_used(cr_thread *t, HANDLE handle, cr_kobject_kind kind) {
  return cr_handle_was_ours(handle) ? cr_handle_use(t, handle, kind) : NULL;
}

static void give_back(cr_thread *t, cr_pool_instance *i) {
  if (i->event == NULL && i->mutex == NULL && i->semaphore == NULL && i->section == NULL) return;
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_kobject *event = ours_used(t, i->event, CR_KOBJECT_EVENT);
  cr_kobject *mutex = ours_used(t, i->mutex, CR_KOBJECT_MUTEX);
  cr_kobject *semaphore = ours_used(t, i->semaphore, CR_KOBJECT_SEMAPHORE);
  if (i->section != NULL) cr_lock_leave(t, i->section);
  if (mutex != NULL) {
    cr_touch_object(mutex, CR_ACCESS_WRITE);
    if (mutex->owner != t)
      cr_misuse(t, "gives back a mutex that it does not hold");
    else if (--mutex->count == 0)
      mutex->owner = NULL;
  }
  if (semaphore != NULL) {
    cr_touch_object(semaphore, CR_ACCESS_WRITE);
    if (i->release <= semaphore->max - semaphore->count) semaphore->count += i->release;
  }
  if (event != NULL) {
    cr_touch_object(event, CR_ACCESS_WRITE);
    event->signalled = true;
  }
  cr_emit_sync(t, CR_WAIT_SIGNAL);
}

static cr_pool_instance *instance_begin(const cr_thread *t, cr_pool_object *o) {
  cr_pool_instance *i = &pool()->instance[t->index];
  *i = (cr_pool_instance){.of = o, .runs = true};
  return i;
}

static void *instance_token(const cr_thread *t) {
  return (void *)(INSTANCE_BASE + POOL_STRIDE * (ULONG_PTR)t->index);
}

/* Returns the object that the callback still belongs to, or NULL. */
static cr_pool_object *instance_end(cr_thread *t) {
  cr_pool_instance *i = &pool()->instance[t->index];
  give_back(t, i);
  if (i->library != NULL) FreeLibrary(i->library);
  cr_pool_object *of = i->of;
  *i = (cr_pool_instance){0};
  return of;
}

/* ---- submitted callbacks --------------------------------------------------------------------- */

static void call(cr_thread *t, cr_pool_object *o, bool by_time) {
  void *instance = instance_token(t), *token = cr_pool_token(o);
  switch ((cr_pool_kind)o->kind) {
    case CR_POOL_WORK: ((PTP_WORK_CALLBACK)o->function)(instance, o->context, token); break;
    case CR_POOL_TIMER: ((PTP_TIMER_CALLBACK)o->function)(instance, o->context, token); break;
    case CR_POOL_WAIT:
      ((PTP_WAIT_CALLBACK)o->function)(instance, o->context, token,
                                       by_time ? WAIT_TIMEOUT : WAIT_OBJECT_0);
      break;
    case CR_POOL_SIMPLE:
      ((PTP_SIMPLE_CALLBACK)o->function)(instance, o->context);
      if (o->finished != NULL) ((PTP_SIMPLE_CALLBACK)o->finished)(instance, o->context);
      break;
    case CR_POOL_QUEUE_TIMER: ((WAITORTIMERCALLBACK)o->function)(o->context, TRUE); break;
    case CR_POOL_REGISTERED:
      ((WAITORTIMERCALLBACK)o->function)(o->context, by_time ? TRUE : FALSE);
      break;
    default: break;
  }
}

/* job.worker: the number of the submission. */
static void run_submitted(cr_thread *t) {
  cr_pool_object *o = t->job.parameter;
  cr_touch_address(o, CR_ACCESS_READ);
  instance_begin(t, o);
  if ((uintptr_t)t->job.worker > o->cancelled) call(t, o, false);
  o = instance_end(t);
  t->exit_code = 0;
  cr_session_worker_exits(t);
  if (o != NULL) over(o);
}

/* The visible step is taken. */
static bool submit(cr_thread *t, cr_pool_object *o) {
  cr_job job = {.kind = CR_JOB_POOLED, .pooled = run_submitted, .parameter = o};
  job.worker = (void *)(uintptr_t)(o->submitted + 1);
  cr_pool_touch(o);
  if (cr_session_spawn(t, &job, false) == NULL) return false;
  o->submitted++;
  o->pending++;
  return true;
}

/* ---- what stands until it fires -------------------------------------------------------------- */

static bool may_repeat(const cr_pool_object *o) {
  return !o->again || cr_session_get()->sched.idle_fires < CR_IDLE_FIRES_MAX;
}

static bool time_may_come(const cr_thread *t) { return may_repeat(t->job.parameter); }

static bool object_signalled(const cr_thread *t) {
  return may_repeat(t->job.parameter) && cr_kobject_signalled(t->stop.objects[0], t);
}

static bool waits_for_object(const cr_pool_object *o) {
  return o->kind == CR_POOL_WAIT || o->kind == CR_POOL_REGISTERED;
}

static void arm_again(cr_pool_object *o) {
  uint64_t next = o->due + (uint64_t)o->period * CR_TICKS_PER_MS;
  if (o->closed || o->carrier != NULL) return;
  if (o->kind == CR_POOL_REGISTERED) {
    if (o->once) return;
    cr_pool_arm(o, o->period != INFINITE, cr_deadline(o->period));
  } else if (waits_for_object(o) || o->period == 0) {
    return;
  } else {
    cr_pool_arm(o, true, next);
  }
  o->again = true;
}

static void kernel_timer_fires(cr_pool_object *o) {
  cr_apc apc = {.function = (void (*)(ULONG_PTR, ULONG_PTR, ULONG_PTR))o->function,
                .argument = {(ULONG_PTR)o->context, (DWORD)o->due, (DWORD)(o->due >> 32)},
                .timer = o->object};
  cr_touch_object(o->object, CR_ACCESS_WRITE);
  o->object->signalled = true;
  if (o->function == NULL || o->setter == NULL) return;
  cr_touch(CR_THING_THREAD, process_of(o->setter), CR_ACCESS_WRITE);
  cr_apc_queue(o->setter, &apc);
}

static void fire(cr_thread *t) {
  cr_pool_object *o = t->job.parameter;
  bool waited = waits_for_object(o), by_time = !waited || t->timed_out;
  bool quiet_end = o->kind == CR_POOL_KERNEL_TIMER;
  cr_session_get()->sched.idle_fires++;
  cr_pool_touch(o);
  if (by_time) {
    cr_touch(CR_THING_TIME, 0, CR_ACCESS_ADD);
    cr_time_reach(t->stop.deadline);
  }
  if (waited) {
    cr_touch_object(o->object, CR_ACCESS_WRITE);
    if (!by_time) cr_kobject_take(o->object, t);
    if (o->kind == CR_POOL_WAIT || o->once) {
      cr_kobject_release(o->object);
      o->object = NULL;
    }
  }
  o->carrier = NULL;
  if (o->kind == CR_POOL_QUEUE_TIMER && o->period == 0) o->once = true;
  if (quiet_end) kernel_timer_fires(o);
  cr_emit_sync(t, !waited ? CR_WAIT_SLEEP : by_time ? CR_WAIT_TIMEOUT : CR_WAIT_WAIT);
  if (!quiet_end) {
    o->pending++;
    instance_begin(t, o);
    call(t, o, by_time);
    cr_pool_object *of = instance_end(t);
    cr_slots_end(&cr_session_get()->slots);
    cr_stop stop = cr_stop_silent();
    cr_stop_here(t, &stop);
    cr_kernel_thread_ended(t);
    if (of != NULL) over(of);
    cr_emit_sync(t, CR_WAIT_OTHER);
  }
  cr_touch(CR_THING_THREAD, process_of(t), CR_ACCESS_WRITE); /* its number is free again */
  arm_again(o);
}

void cr_pool_arm(cr_pool_object *o, bool finite, uint64_t due) {
  cr_job job = {.kind = CR_JOB_POOLED, .pooled = fire, .parameter = o, .quiet = true};
  bool waits = waits_for_object(o);
  cr_pool_disarm(o);
  unsigned lane = cr_session_quiet_lane(o->resource);
  if (lane == CR_LANES_MAX) return; /* too many at once: this one never fires */
  cr_thread *t = cr_thread_begin(CR_ROLE_WORKER, o->resource, lane, &job);
  if (t == NULL) return;
  t->stop = (cr_stop){.ready = waits ? object_signalled : time_may_come,
                      .waits_for = waits ? "an object (a registered wait)" : "its time (a timer)",
                      .address = waits ? NULL : o,
                      .objects = waits ? &o->object : NULL,
                      .objects_count = waits ? 1 : 0,
                      .sleeps = !waits,
                      .finite = waits && finite,
                      .deadline = due};
  o->carrier = t;
  o->due = due;
  o->again = false;
  cr_touch(CR_THING_THREAD, process_of(t), CR_ACCESS_WRITE);
}

void cr_pool_disarm(cr_pool_object *o) {
  if (o->carrier == NULL) return;
  cr_touch(CR_THING_THREAD, process_of(o->carrier), CR_ACCESS_WRITE);
  cr_thread_unbegin(o->carrier);
  o->carrier = NULL;
}

/* ---- waiting for callbacks ------------------------------------------------------------------- */

static bool none_left(const cr_thread *t) {
  return ((const cr_pool_object *)(uintptr_t)t->stop.compare)->pending == 0;
}

static const cr_thread *who_runs(const cr_thread *t) {
  const cr_session *s = cr_session_get();
  for (unsigned i = 0; i < CR_THREADS_MAX; i++) {
    const cr_thread *other = &s->sched.thread[i];
    if (other->state == CR_THREAD_FREE || other->job.kind != CR_JOB_POOLED) continue;
    if ((uintptr_t)other->job.parameter != t->stop.compare) continue;
    if (!other->job.quiet || s->pool.instance[i].of != NULL) return other;
  }
  return NULL;
}

void cr_pool_wait_over(cr_thread *t, cr_pool_object *o) {
  cr_stop stop = {.ready = none_left,
                  .holder = who_runs,
                  .waits_for = "a callback of the thread pool",
                  .address = o,
                  .compare = (uintptr_t)o};
  cr_stop_here(t, &stop);
  cr_pool_touch(o);
  cr_emit_sync(t, CR_WAIT_WAIT);
}

static void cancel_pending(cr_pool_object *o) {
  cr_pool_touch(o);
  o->cancelled = o->submitted;
}

static void wait_callbacks(const void *token, cr_pool_kind kind, BOOL cancel) {
  cr_thread *t = cr_self();
  cr_pool_object *o = cr_pool_of(token, kind);
  if (o == NULL) {
    cr_pool_gone(t);
    return;
  }
  if (cancel && o->submitted > o->cancelled && o->pending > 0) {
    cr_stop stop = cr_stop_silent();
    cr_stop_here(t, &stop);
    cancel_pending(o);
    cr_emit_sync(t, CR_WAIT_OTHER);
  }
  cr_pool_wait_over(t, o);
}

/* ---- creation and closing -------------------------------------------------------------------- */

static void *create(cr_pool_kind kind, void (*function)(void), void *context,
                    PTP_CALLBACK_ENVIRON environment) {
  static const uint32_t faults[] = {ERROR_NOT_ENOUGH_MEMORY, 0};
  cr_thread *t = cr_self();
  cr_stop stop = cr_stop_silent();
  stop.faults = faults;
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  if (cr_faulted(t)) return NULL;
  cr_pool_object *group = NULL;
  cr_pool_object *o = cr_pool_new(kind, function, context, t->resource);
  if (environment != NULL && environment->CleanupGroup != NULL) {
    group = cr_pool_of(environment->CleanupGroup, CR_POOL_GROUP);
    if (group == NULL) cr_misuse(t, "uses a cleanup group that is closed");
  }
  if (environment != NULL && environment->Pool != NULL &&
      cr_pool_of(environment->Pool, CR_POOL_POOL) == NULL)
    cr_misuse(t, "uses a thread pool that is closed");
  if (o != NULL && group != NULL) {
    o->group = (unsigned)(1 + (group - pool()->object));
    o->group_cancel = (void (*)(void))environment->CleanupGroupCancelCallback;
  }
  cr_emit_sync(t, CR_WAIT_CREATE);
  if (o == NULL) SetLastError(ERROR_NOT_ENOUGH_MEMORY);
  return o == NULL ? NULL : cr_pool_token(o);
}

static void close_object(const void *token, cr_pool_kind kind) {
  cr_thread *t = cr_self();
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  cr_pool_object *o = cr_pool_of(token, kind);
  if (o == NULL) {
    cr_misuse(t, "closes an object of the thread pool twice");
  } else {
    cr_pool_touch(o);
    cr_pool_disarm(o);
    if (o->object != NULL) cr_kobject_release(o->object);
    o->object = NULL;
    o->closed = true;
  }
  cr_emit_sync(t, CR_WAIT_DESTROY);
}

#define CREATE_HOOK(Kind, KIND)                                                                \
  static PTP_##KIND WINAPI hook_CreateThreadpool##Kind(                                        \
      PTP_##KIND##_CALLBACK function, PVOID context, PTP_CALLBACK_ENVIRON environment) {       \
    cr_thread *t = cr_self();                                                                  \
    if (t == NULL) return CreateThreadpool##Kind(function, context, environment);              \
    CR_SITE(t);                                                                                \
    return create(CR_POOL_##KIND, (void (*)(void))function, context, environment);             \
  }                                                                                            \
  static void WINAPI hook_CloseThreadpool##Kind(PTP_##KIND object) {                           \
    cr_thread *t = cr_self();                                                                  \
    if (t == NULL) {                                                                           \
      CloseThreadpool##Kind(object);                                                           \
      return;                                                                                  \
    }                                                                                          \
    CR_SITE(t);                                                                                \
    close_object(object, CR_POOL_##KIND);                                                      \
  }                                                                                            \
  static void WINAPI hook_WaitForThreadpool##Kind##Callbacks(PTP_##KIND object, BOOL cancel) { \
    cr_thread *t = cr_self();                                                                  \
    if (t == NULL) {                                                                           \
      WaitForThreadpool##Kind##Callbacks(object, cancel);                                      \
      return;                                                                                  \
    }                                                                                          \
    CR_SITE(t);                                                                                \
    wait_callbacks(object, CR_POOL_##KIND, cancel);                                            \
  }
CREATE_HOOK(Work, WORK)
CREATE_HOOK(Timer, TIMER)
CREATE_HOOK(Wait, WAIT)

/* ---- submitting and arming ------------------------------------------------------------------- */

static void WINAPI hook_SubmitThreadpoolWork(PTP_WORK work) {
  cr_thread *t = cr_self();
  if (t == NULL) {
    SubmitThreadpoolWork(work);
    return;
  }
  CR_SITE(t);
  if (cr_pool_of(work, CR_POOL_WORK) == NULL) {
    cr_pool_gone(t);
    return;
  }
  cr_stop stop = cr_stop_visible();
  cr_stop_here(t, &stop);
  cr_pool_object *o = cr_pool_of(work, CR_POOL_WORK);
  if (o != NULL) {
    submit(t, o);
    return;
  }
  cr_misuse(t, "uses an object of the thread pool that is closed");
  cr_emit_sync(t, CR_WAIT_OTHER);
}

static BOOL WINAPI hook_TrySubmitThreadpoolCallback(PTP_SIMPLE_CALLBACK function, PVOID context,
                                                    PTP_CALLBACK_ENVIRON environment) {
  static const uint32_t faults[] = {ERROR_NOT_ENOUGH_MEMORY, 0};
  cr_thread *t = cr_self();
  if (t == NULL) return TrySubmitThreadpoolCallback(function, context, environment);
  CR_SITE(t);
  cr_stop stop = cr_stop_visible();
  stop.faults = faults;
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  if (t->fault != 0) {
    cr_session_spawn_fails(t);
    return FALSE;
  }
  cr_pool_object *o = cr_pool_new(CR_POOL_SIMPLE, (void (*)(void))function, context, t->resource);
  if (o == NULL) {
    cr_emit_sync(t, CR_WAIT_OTHER);
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return FALSE;
  }
  if (environment != NULL) {
    const cr_pool_object *group = cr_pool_of(environment->CleanupGroup, CR_POOL_GROUP);
    o->finished = (void (*)(void))environment->FinalizationCallback;
    o->group_cancel = (void (*)(void))environment->CleanupGroupCancelCallback;
    if (group != NULL) o->group = (unsigned)(1 + (group - pool()->object));
  }
  if (submit(t, o)) return TRUE;
  SetLastError(ERROR_NOT_ENOUGH_MEMORY);
  return FALSE;
}

/* A FILETIME as the timer functions take it: negative is from now on. */
static uint64_t due_of(const FILETIME *due) {
  int64_t value = (int64_t)((uint64_t)due->dwHighDateTime << 32 | due->dwLowDateTime);
  return cr_time_due(value);
}

static BOOL set_timer(cr_thread *t, const void *token, const FILETIME *due, DWORD period) {
  if (cr_pool_of(token, CR_POOL_TIMER) == NULL) {
    cr_pool_gone(t);
    return FALSE;
  }
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_pool_object *o = cr_pool_of(token, CR_POOL_TIMER);
  if (o == NULL) {
    cr_touch_numbers();
    cr_misuse(t, "uses an object of the thread pool that is closed");
    cr_emit_sync(t, CR_WAIT_OTHER);
    return FALSE;
  }
  bool before = o->carrier != NULL;
  cr_pool_touch(o);
  cr_pool_disarm(o);
  o->period = due == NULL ? 0 : period;
  o->resource = t->resource;
  if (due != NULL) {
    cr_touch(CR_THING_TIME, 0, CR_ACCESS_READ);
    cr_pool_arm(o, true, due_of(due));
  }
  cr_emit_sync(t, CR_WAIT_OTHER);
  return before;
}

static void WINAPI hook_SetThreadpoolTimer(PTP_TIMER timer, PFILETIME due, DWORD period,
                                           DWORD window) {
  cr_thread *t = cr_self();
  if (t == NULL) {
    SetThreadpoolTimer(timer, due, period, window);
    return;
  }
  CR_SITE(t);
  set_timer(t, timer, due, period);
}

static BOOL WINAPI hook_SetThreadpoolTimerEx(PTP_TIMER timer, PFILETIME due, DWORD period,
                                             DWORD window) {
  cr_thread *t = cr_self();
  (void)window;
  if (t == NULL) return FALSE;
  CR_SITE(t);
  return set_timer(t, timer, due, period);
}

/* A timer counts as set until it is cancelled. */
static BOOL WINAPI hook_IsThreadpoolTimerSet(PTP_TIMER timer) {
  cr_thread *t = cr_self();
  if (t == NULL) return IsThreadpoolTimerSet(timer);
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  const cr_pool_object *o = cr_pool_of(timer, CR_POOL_TIMER);
  if (o == NULL) {
    cr_touch_numbers();
    cr_misuse(t, "uses an object of the thread pool that is closed");
  } else {
    cr_touch_address(o, CR_ACCESS_READ);
  }
  cr_emit_sync(t, CR_WAIT_OTHER);
  return o != NULL && (o->carrier != NULL || o->period != 0);
}

static BOOL set_wait(cr_thread *t, const void *token, HANDLE handle, const FILETIME *timeout) {
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_pool_object *o = cr_pool_of(token, CR_POOL_WAIT);
  cr_kobject *object = handle == NULL ? NULL : cr_kobject_of_kernel(handle);
  bool before = o != NULL && o->carrier != NULL;
  cr_touch_handle(handle);
  if (o == NULL || (handle != NULL && object == NULL && cr_handle_was_ours(handle))) {
    cr_touch_numbers();
    cr_misuse(t, o == NULL ? "uses an object of the thread pool that is closed"
                           : "waits for a handle that is closed");
  } else {
    cr_pool_touch(o);
    cr_pool_disarm(o);
    if (o->object != NULL) cr_kobject_release(o->object);
    o->object = object;
    o->resource = t->resource;
    if (object != NULL) {
      object->refs++;
      cr_touch(CR_THING_TIME, 0, CR_ACCESS_READ);
      cr_pool_arm(o, timeout != NULL, timeout == NULL ? 0 : due_of(timeout));
    }
  }
  cr_emit_sync(t, CR_WAIT_OTHER);
  return before;
}

static void WINAPI hook_SetThreadpoolWait(PTP_WAIT wait, HANDLE handle, PFILETIME timeout) {
  cr_thread *t = cr_self();
  if (t == NULL) {
    SetThreadpoolWait(wait, handle, timeout);
    return;
  }
  CR_SITE(t);
  set_wait(t, wait, handle, timeout);
}

static BOOL WINAPI hook_SetThreadpoolWaitEx(PTP_WAIT wait, HANDLE handle, PFILETIME timeout,
                                            PVOID reserved) {
  cr_thread *t = cr_self();
  (void)reserved;
  if (t == NULL) return FALSE;
  CR_SITE(t);
  return set_wait(t, wait, handle, timeout);
}

/* ---- pools and cleanup groups ---------------------------------------------------------------- */

static PTP_POOL WINAPI hook_CreateThreadpool(PVOID reserved) {
  cr_thread *t = cr_self();
  if (t == NULL) return CreateThreadpool(reserved);
  CR_SITE(t);
  return create(CR_POOL_POOL, NULL, NULL, NULL);
}

static void WINAPI hook_CloseThreadpool(PTP_POOL which) {
  cr_thread *t = cr_self();
  if (t == NULL) {
    CloseThreadpool(which);
    return;
  }
  CR_SITE(t);
  close_object(which, CR_POOL_POOL);
}

static void set_threads(const void *which) {
  cr_thread *t = cr_self();
  if (cr_pool_of(which, CR_POOL_POOL) == NULL) cr_pool_gone(t);
}

static void WINAPI hook_SetThreadpoolThreadMaximum(PTP_POOL which, DWORD most) {
  if (cr_self() == NULL)
    SetThreadpoolThreadMaximum(which, most);
  else
    set_threads(which);
}

static BOOL WINAPI hook_SetThreadpoolThreadMinimum(PTP_POOL which, DWORD least) {
  if (cr_self() == NULL) return SetThreadpoolThreadMinimum(which, least);
  set_threads(which);
  return TRUE;
}

static PTP_CLEANUP_GROUP WINAPI hook_CreateThreadpoolCleanupGroup(void) {
  cr_thread *t = cr_self();
  if (t == NULL) return CreateThreadpoolCleanupGroup();
  CR_SITE(t);
  return create(CR_POOL_GROUP, NULL, NULL, NULL);
}

static void WINAPI hook_CloseThreadpoolCleanupGroup(PTP_CLEANUP_GROUP group) {
  cr_thread *t = cr_self();
  if (t == NULL) {
    CloseThreadpoolCleanupGroup(group);
    return;
  }
  CR_SITE(t);
  close_object(group, CR_POOL_GROUP);
}

/* Closes every member, waits for their callbacks, then tells who wants to know. */
static void WINAPI hook_CloseThreadpoolCleanupGroupMembers(PTP_CLEANUP_GROUP group, BOOL cancel,
                                                           PVOID context) {
  cr_thread *t = cr_self();
  if (t == NULL) {
    CloseThreadpoolCleanupGroupMembers(group, cancel, context);
    return;
  }
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  cr_pool *p = pool();
  const cr_pool_object *g = cr_pool_of(group, CR_POOL_GROUP);
  if (g == NULL) {
    cr_misuse(t, "uses an object of the thread pool that is closed");
    cr_emit_sync(t, CR_WAIT_OTHER);
    return;
  }
  unsigned place = (unsigned)(1 + (g - p->object)), count = 0;
  unsigned member[CR_POOL_OBJECTS_MAX];
  for (unsigned i = 0; i < p->count; i++) {
    cr_pool_object *o = &p->object[i];
    if (o->group != place) continue;
    bool told = !o->closed && (o->kind != CR_POOL_SIMPLE || o->pending > 0);
    cr_pool_touch(o);
    cr_pool_disarm(o);
    if (cancel) cancel_pending(o);
    if (o->object != NULL) cr_kobject_release(o->object);
    o->object = NULL;
    o->closed = true;
    if (!told || !cancel) o->group_cancel = NULL;
    if (told || o->pending > 0) member[count++] = i;
  }
  cr_emit_sync(t, CR_WAIT_DESTROY);
  for (unsigned i = 0; i < count; i++) {
    cr_pool_object *o = &p->object[member[i]];
    o->group = 0;
    if (o->pending > 0) cr_pool_wait_over(t, o);
    if (o->group_cancel != NULL)
      ((PTP_CLEANUP_GROUP_CANCEL_CALLBACK)o->group_cancel)(o->context, context);
  }
}

/* ---- inside a callback ----------------------------------------------------------------------- */

/* The instance of the callback that runs on the calling thread. */
static cr_pool_instance *instance_of(const cr_thread *t, const void *token) {
  cr_pool_instance *i = &pool()->instance[t->index];
  if (i->runs && token == instance_token(t)) return i;
  cr_misuse(t, "names a callback of the thread pool that does not run here");
  return &pool()->nobody;
}

static BOOL WINAPI hook_CallbackMayRunLong(PTP_CALLBACK_INSTANCE instance) {
  const cr_thread *t = cr_self();
  if (t == NULL) return CallbackMayRunLong(instance);
  instance_of(t, instance);
  return TRUE;
}

static void WINAPI hook_SetEventWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance, HANDLE event) {
  const cr_thread *t = cr_self();
  if (t == NULL)
    SetEventWhenCallbackReturns(instance, event);
  else
    instance_of(t, instance)->event = event;
}

static void WINAPI hook_ReleaseSemaphoreWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance,
                                                            HANDLE semaphore, DWORD by) {
  const cr_thread *t = cr_self();
  if (t == NULL) {
    ReleaseSemaphoreWhenCallbackReturns(instance, semaphore, by);
    return;
  }
  instance_of(t, instance)->semaphore = semaphore;
  instance_of(t, instance)->release = (LONG)by;
}

static void WINAPI hook_ReleaseMutexWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance,
                                                        HANDLE mutex) {
  const cr_thread *t = cr_self();
  if (t == NULL)
    ReleaseMutexWhenCallbackReturns(instance, mutex);
  else
    instance_of(t, instance)->mutex = mutex;
}

static void WINAPI hook_LeaveCriticalSectionWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance,
                                                                PCRITICAL_SECTION section) {
  const cr_thread *t = cr_self();
  if (t == NULL)
    LeaveCriticalSectionWhenCallbackReturns(instance, section);
  else
    instance_of(t, instance)->section = section;
}

static void WINAPI hook_FreeLibraryWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance,
                                                       HMODULE module) {
  const cr_thread *t = cr_self();
  if (t == NULL)
    FreeLibraryWhenCallbackReturns(instance, module);
  else
    instance_of(t, instance)->library = module;
}

static void WINAPI hook_DisassociateCurrentThreadFromCallback(PTP_CALLBACK_INSTANCE instance) {
  cr_thread *t = cr_self();
  if (t == NULL) {
    DisassociateCurrentThreadFromCallback(instance);
    return;
  }
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_nothing();
  cr_pool_instance *i = instance_of(t, instance);
  if (i->of != NULL) over(i->of);
  i->of = NULL;
  cr_emit_sync(t, CR_WAIT_SIGNAL);
}

const cr_hook cr_hooks_pool[] = {CR_HOOK(CreateThreadpoolWork),
                                 CR_HOOK(SubmitThreadpoolWork),
                                 CR_HOOK(WaitForThreadpoolWorkCallbacks),
                                 CR_HOOK(CloseThreadpoolWork),
                                 CR_HOOK(TrySubmitThreadpoolCallback),
                                 CR_HOOK(CreateThreadpoolTimer),
                                 CR_HOOK(SetThreadpoolTimer),
                                 CR_HOOK(SetThreadpoolTimerEx),
                                 CR_HOOK(IsThreadpoolTimerSet),
                                 CR_HOOK(WaitForThreadpoolTimerCallbacks),
                                 CR_HOOK(CloseThreadpoolTimer),
                                 CR_HOOK(CreateThreadpoolWait),
                                 CR_HOOK(SetThreadpoolWait),
                                 CR_HOOK(SetThreadpoolWaitEx),
                                 CR_HOOK(WaitForThreadpoolWaitCallbacks),
                                 CR_HOOK(CloseThreadpoolWait),
                                 CR_HOOK(CreateThreadpool),
                                 CR_HOOK(CloseThreadpool),
                                 CR_HOOK(SetThreadpoolThreadMaximum),
                                 CR_HOOK(SetThreadpoolThreadMinimum),
                                 CR_HOOK(CreateThreadpoolCleanupGroup),
                                 CR_HOOK(CloseThreadpoolCleanupGroup),
                                 CR_HOOK(CloseThreadpoolCleanupGroupMembers),
                                 CR_HOOK(CallbackMayRunLong),
                                 CR_HOOK(SetEventWhenCallbackReturns),
                                 CR_HOOK(ReleaseSemaphoreWhenCallbackReturns),
                                 CR_HOOK(ReleaseMutexWhenCallbackReturns),
                                 CR_HOOK(LeaveCriticalSectionWhenCallbackReturns),
                                 CR_HOOK(FreeLibraryWhenCallbackReturns),
                                 CR_HOOK(DisassociateCurrentThreadFromCallback),
                                 CR_HOOK_END};

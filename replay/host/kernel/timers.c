/* timers.c - timer queues, registered waits, waitable timers, and APCs. */
#include <stdio.h>
#include <string.h>

#include "../session.h"

static cr_pool *pool(void) {
  cr_pool *p = &cr_session_get()->pool;
  p->used = true;
  return p;
}

/* ---- APCs ------------------------------------------------------------------------------------ */

bool cr_apcs_pending(const cr_thread *t) { return cr_session_get()->pool.apcs[t->index] > 0; }

static uint64_t process_of(const cr_thread *t) {
  return cr_process_of_thread((cr_role)t->role, t->resource, t->lane);
}

void cr_touch_apcs(const cr_thread *t) { cr_touch(CR_THING_THREAD, process_of(t), CR_ACCESS_READ); }

void cr_apcs_deliver(cr_thread *t) {
  if (!cr_session_get()->pool.used) return;
  cr_pool *p = pool();
  while (p->apcs[t->index] > 0) {
    cr_apc *queue = p->apc[t->index], next = queue[0];
    p->apcs[t->index]--;
    memmove(queue, queue + 1, p->apcs[t->index] * sizeof *queue);
    next.function(next.argument[0], next.argument[1], next.argument[2]);
  }
}

bool cr_apc_queue(cr_thread *to, const cr_apc *apc) {
  cr_pool *p = pool();
  if (p->apcs[to->index] == CR_APCS_MAX) return false;
  p->apc[to->index][p->apcs[to->index]++] = *apc;
  if (to->state == CR_THREAD_STOPPED && to->stop.alertable) to->stop.sleeps = false;
  return true;
}

void cr_apcs_clear(const cr_thread *t) {
  if (!cr_session_get()->pool.used) return;
  cr_pool *p = pool();
  p->apcs[t->index] = 0;
  for (unsigned i = 0; i < p->count; i++)
    if (p->object[i].setter == t) p->object[i].setter = NULL;
}

void cr_apc_forget(const cr_kobject *timer) {
  cr_pool *p = pool();
  for (unsigned i = 0; i < CR_THREADS_MAX; i++) {
    unsigned kept = 0;
    for (unsigned k = 0; k < p->apcs[i]; k++)
      if (p->apc[i][k].timer != timer) p->apc[i][kept++] = p->apc[i][k];
    p->apcs[i] = (uint8_t)kept;
  }
}

static void call_user(ULONG_PTR function, ULONG_PTR argument, ULONG_PTR unused) {
  (void)unused;
  ((PAPCFUNC)function)(argument);
}

static DWORD WINAPI hook_QueueUserAPC(PAPCFUNC function, HANDLE handle, ULONG_PTR argument) {
  cr_thread *t = cr_self();
  if (t == NULL || (handle != GetCurrentThread() && !cr_handle_was_ours(handle)))
    return QueueUserAPC(function, handle, argument);
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_thread *to = t;
  if (handle != GetCurrentThread()) {
    const cr_kobject *object = cr_handle_use(t, handle, CR_KOBJECT_THREAD);
    if (object == NULL) {
      cr_emit_sync(t, CR_WAIT_OTHER);
      return FALSE;
    }
    cr_touch_object(object, CR_ACCESS_READ);
    to = object->thread;
  }
  cr_emit_sync(t, CR_WAIT_SIGNAL);
  if (to == NULL) return (DWORD)cr_answer(ERROR_GEN_FAILURE); /* it has ended */
  cr_apc apc = {.function = call_user, .argument = {(ULONG_PTR)function, argument, 0}};
  cr_touch(CR_THING_THREAD, process_of(to), CR_ACCESS_WRITE);
  return (DWORD)cr_answer(cr_apc_queue(to, &apc) ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY);
}

const cr_hook cr_hooks_apcs[] = {CR_HOOK(QueueUserAPC), CR_HOOK_END};

/* ---- being rid of timers and waits ----------------------------------------------------------- */

BOOL cr_pool_retire(cr_thread *t, cr_pool_object **several, unsigned count, HANDLE completion) {
  bool wait = completion == INVALID_HANDLE_VALUE;
  cr_kobject *event = wait ? NULL : cr_kobject_of(completion, CR_KOBJECT_EVENT);
  unsigned left = 0;
  for (unsigned i = 0; i < count; i++) {
    cr_pool_object *o = several[i];
    cr_pool_touch(o);
    cr_pool_disarm(o);
    if (o->object != NULL) cr_kobject_release(o->object);
    o->object = NULL;
    o->closed = true;
    left += o->pending > 0;
  }
  if (event != NULL) cr_touch_object(event, CR_ACCESS_WRITE);
  if (event != NULL && left == 0) event->signalled = true;
  for (unsigned i = 0; i < count && event != NULL && left > 0; i++) {
    if (several[i]->pending == 0) continue; /* one of them is enough: the last is over after all */
    several[i]->complete = event;
    event->refs++;
  }
  cr_emit_sync(t, CR_WAIT_DESTROY);
  for (unsigned i = 0; i < count && wait; i++)
    if (several[i]->pending > 0) cr_pool_wait_over(t, several[i]);
  return cr_answer(left == 0 || wait ? ERROR_SUCCESS : ERROR_IO_PENDING);
}

static BOOL retire_one(const void *token, cr_pool_kind kind, HANDLE completion) {
  cr_thread *t = cr_self();
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  cr_pool_object *o = cr_pool_of(token, kind);
  if (o != NULL) return cr_pool_retire(t, &o, 1, completion);
  cr_misuse(t, kind == CR_POOL_REGISTERED ? "unregisters a wait twice" : "deletes a timer twice");
  cr_emit_sync(t, CR_WAIT_DESTROY);
  return cr_answer(ERROR_INVALID_HANDLE);
}

/* ---- timer queues ---------------------------------------------------------------------------- */

/* Behind the stop. NULL when the environment or the room does not allow it. */
static cr_pool_object *make(cr_thread *t, cr_pool_kind kind, void (*function)(void),
                            void *context) {
  static const uint32_t faults[] = {ERROR_NOT_ENOUGH_MEMORY, 0};
  cr_stop stop = cr_stop_silent();
  stop.faults = faults;
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  if (cr_faulted(t)) return NULL;
  cr_pool_object *o = cr_pool_new(kind, function, context, t->resource);
  cr_emit_sync(t, CR_WAIT_CREATE);
  if (o == NULL) SetLastError(ERROR_NOT_ENOUGH_MEMORY);
  return o;
}

static HANDLE WINAPI hook_CreateTimerQueue(void) {
  cr_thread *t = cr_self();
  if (t == NULL) return CreateTimerQueue();
  CR_SITE(t);
  const cr_pool_object *o = make(t, CR_POOL_QUEUE, NULL, NULL);
  return o == NULL ? NULL : cr_pool_token(o);
}

static BOOL WINAPI hook_CreateTimerQueueTimer(PHANDLE timer, HANDLE queue,
                                              WAITORTIMERCALLBACK function, PVOID context,
                                              DWORD due, DWORD period, ULONG flags) {
  cr_thread *t = cr_self();
  if (t == NULL) return CreateTimerQueueTimer(timer, queue, function, context, due, period, flags);
  CR_SITE(t);
  const cr_pool_object *q = NULL;
  if (queue != NULL) q = cr_pool_of(queue, CR_POOL_QUEUE);
  if (queue != NULL && q == NULL) {
    cr_pool_gone(t);
    return cr_answer(ERROR_INVALID_HANDLE);
  }
  cr_pool_object *o = make(t, CR_POOL_QUEUE_TIMER, (void (*)(void))function, context);
  if (o == NULL) return FALSE;
  o->queue = q == NULL ? 0 : (unsigned)(1 + (q - pool()->object));
  o->period = (flags & WT_EXECUTEONLYONCE) != 0 ? 0 : period;
  cr_touch(CR_THING_TIME, 0, CR_ACCESS_READ);
  if (due != INFINITE) cr_pool_arm(o, true, cr_deadline(due));
  *timer = cr_pool_token(o);
  return TRUE;
}

static BOOL WINAPI hook_ChangeTimerQueueTimer(HANDLE queue, HANDLE timer, ULONG due, ULONG period) {
  cr_thread *t = cr_self();
  if (t == NULL) return ChangeTimerQueueTimer(queue, timer, due, period);
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_pool_object *o = cr_pool_of(timer, CR_POOL_QUEUE_TIMER);
  if (o == NULL) {
    cr_touch_numbers();
    cr_misuse(t, "uses a timer that is deleted");
    cr_emit_sync(t, CR_WAIT_OTHER);
    return cr_answer(ERROR_INVALID_HANDLE);
  }
  cr_pool_touch(o);
  cr_touch(CR_THING_TIME, 0, CR_ACCESS_READ);
  if (!o->once) { /* one that has expired for good is not changed */
    cr_pool_disarm(o);
    o->period = period;
    if (due != INFINITE) cr_pool_arm(o, true, cr_deadline(due));
  }
  cr_emit_sync(t, CR_WAIT_OTHER);
  return TRUE;
}

static BOOL WINAPI hook_DeleteTimerQueueTimer(HANDLE queue, HANDLE timer, HANDLE completion) {
  cr_thread *t = cr_self();
  if (t == NULL) return DeleteTimerQueueTimer(queue, timer, completion);
  CR_SITE(t);
  return retire_one(timer, CR_POOL_QUEUE_TIMER, completion);
}

static BOOL delete_queue(cr_thread *t, HANDLE queue, HANDLE completion) {
  cr_pool_object *several[CR_POOL_OBJECTS_MAX];
  cr_pool *p = pool();
  unsigned count = 0;
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  cr_pool_object *q = cr_pool_of(queue, CR_POOL_QUEUE);
  if (q == NULL) {
    cr_misuse(t, "deletes a timer queue twice");
    cr_emit_sync(t, CR_WAIT_DESTROY);
    return cr_answer(ERROR_INVALID_HANDLE);
  }
  several[count++] = q;
  for (unsigned i = 0; i < p->count; i++)
    if (p->object[i].kind == CR_POOL_QUEUE_TIMER && !p->object[i].closed &&
        p->object[i].queue == (unsigned)(1 + (q - p->object)))
      several[count++] = &p->object[i];
  return cr_pool_retire(t, several, count, completion);
}

static BOOL WINAPI hook_DeleteTimerQueueEx(HANDLE queue, HANDLE completion) {
  cr_thread *t = cr_self();
  if (t == NULL) return DeleteTimerQueueEx(queue, completion);
  CR_SITE(t);
  return delete_queue(t, queue, completion);
}

static BOOL WINAPI hook_DeleteTimerQueue(HANDLE queue) {
  cr_thread *t = cr_self();
  if (t == NULL) return DeleteTimerQueueEx(queue, NULL);
  CR_SITE(t);
  delete_queue(t, queue, NULL);
  return TRUE;
}

/* ---- registered waits ------------------------------------------------------------------------ */

static BOOL WINAPI hook_RegisterWaitForSingleObject(PHANDLE wait, HANDLE handle,
                                                    WAITORTIMERCALLBACK function, PVOID context,
                                                    ULONG ms, ULONG flags) {
  cr_thread *t = cr_self();
  if (t == NULL || !cr_handle_was_ours(handle))
    return RegisterWaitForSingleObject(wait, handle, function, context, ms, flags);
  CR_SITE(t);
  cr_pool_object *o = make(t, CR_POOL_REGISTERED, (void (*)(void))function, context);
  if (o == NULL) return FALSE;
  o->object = cr_handle_use(t, handle, CR_KOBJECT_FREE);
  if (o->object == NULL) {
    o->closed = true;
    return FALSE;
  }
  o->object->refs++;
  o->once = (flags & WT_EXECUTEONLYONCE) != 0;
  o->period = ms;
  cr_touch(CR_THING_TIME, 0, CR_ACCESS_READ);
  cr_pool_arm(o, ms != INFINITE, cr_deadline(ms));
  *wait = cr_pool_token(o);
  return TRUE;
}

static BOOL WINAPI hook_UnregisterWaitEx(HANDLE wait, HANDLE completion) {
  cr_thread *t = cr_self();
  if (t == NULL) return UnregisterWaitEx(wait, completion);
  CR_SITE(t);
  return retire_one(wait, CR_POOL_REGISTERED, completion);
}

static BOOL WINAPI hook_UnregisterWait(HANDLE wait) {
  cr_thread *t = cr_self();
  if (t == NULL) return UnregisterWaitEx(wait, NULL);
  CR_SITE(t);
  return retire_one(wait, CR_POOL_REGISTERED, NULL);
}

/* ---- waitable timers ------------------------------------------------------------------------- */

/* The one in the pool that makes the timer signalled; NULL: it was never set. */
static cr_pool_object *clock_of(const cr_kobject *timer) {
  return timer->index == 0 ? NULL : &pool()->object[timer->index - 1];
}

static void stop_clock(const cr_kobject *timer) {
  cr_pool_object *o = clock_of(timer);
  if (o == NULL) return;
  cr_pool_touch(o);
  cr_pool_disarm(o);
  o->period = 0;
  cr_apc_forget(timer);
}

void cr_waitable_timer_closed(cr_kobject *timer) { stop_clock(timer); }

static BOOL set_waitable(cr_thread *t, HANDLE handle, const LARGE_INTEGER *due, LONG period,
                         PTIMERAPCROUTINE routine, void *argument) {
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  cr_kobject *object = cr_handle_use(t, handle, CR_KOBJECT_TIMER);
  cr_emit_sync(t, object == NULL ? CR_WAIT_OTHER : CR_WAIT_RESET);
  if (object == NULL) return FALSE;
  if (period < 0 || due == NULL) return cr_answer(ERROR_INVALID_PARAMETER);
  cr_touch_object(object, CR_ACCESS_WRITE);
  stop_clock(object);
  if (object->index == 0) {
    const cr_pool_object *fresh = cr_pool_new(CR_POOL_KERNEL_TIMER, NULL, NULL, t->resource);
    if (fresh == NULL) return cr_answer(ERROR_NOT_ENOUGH_MEMORY);
    object->index = (unsigned)(1 + (fresh - pool()->object));
  }
  cr_pool_object *o = clock_of(object);
  o->function = (void (*)(void))routine;
  o->context = argument;
  o->object = object;
  o->setter = t;
  o->resource = t->resource;
  o->period = (DWORD)period;
  object->signalled = false;
  cr_touch(CR_THING_TIME, 0, CR_ACCESS_READ);
  cr_pool_arm(o, true, cr_time_due(due->QuadPart));
  return TRUE;
}

static BOOL WINAPI hook_SetWaitableTimer(HANDLE timer, const LARGE_INTEGER *due, LONG period,
                                         PTIMERAPCROUTINE routine, LPVOID argument, BOOL resume) {
  cr_thread *t = cr_self();
  if (t == NULL || !cr_handle_was_ours(timer))
    return SetWaitableTimer(timer, due, period, routine, argument, resume);
  CR_SITE(t);
  return set_waitable(t, timer, due, period, routine, argument);
}

static BOOL WINAPI hook_SetWaitableTimerEx(HANDLE timer, const LARGE_INTEGER *due, LONG period,
                                           PTIMERAPCROUTINE routine, LPVOID argument,
                                           PREASON_CONTEXT reason, ULONG delay) {
  cr_thread *t = cr_self();
  if (t == NULL || !cr_handle_was_ours(timer))
    return SetWaitableTimerEx(timer, due, period, routine, argument, reason, delay);
  CR_SITE(t);
  return set_waitable(t, timer, due, period, routine, argument);
}

/* It stays signalled if it is. */
static BOOL WINAPI hook_CancelWaitableTimer(HANDLE timer) {
  cr_thread *t = cr_self();
  if (t == NULL || !cr_handle_was_ours(timer)) return CancelWaitableTimer(timer);
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  const cr_kobject *object = cr_handle_use(t, timer, CR_KOBJECT_TIMER);
  cr_emit_sync(t, object == NULL ? CR_WAIT_OTHER : CR_WAIT_RESET);
  if (object == NULL) return FALSE;
  cr_touch_object(object, CR_ACCESS_WRITE);
  stop_clock(object);
  return TRUE;
}

const cr_hook cr_hooks_timers[] = {CR_HOOK(CreateTimerQueue),
                                   CR_HOOK(CreateTimerQueueTimer),
                                   CR_HOOK(ChangeTimerQueueTimer),
                                   CR_HOOK(DeleteTimerQueueTimer),
                                   CR_HOOK(DeleteTimerQueue),
                                   CR_HOOK(DeleteTimerQueueEx),
                                   CR_HOOK(RegisterWaitForSingleObject),
                                   CR_HOOK(UnregisterWait),
                                   CR_HOOK(UnregisterWaitEx),
                                   CR_HOOK(SetWaitableTimer),
                                   CR_HOOK(SetWaitableTimerEx),
                                   CR_HOOK(CancelWaitableTimer),
                                   CR_HOOK_END};

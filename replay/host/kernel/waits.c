/* waits.c - waiting for kernel objects. */
#include "../session.h"

static bool objects_signalled(const cr_thread *t) {
  const cr_stop *stop = &t->stop;
  size_t good = 0;
  for (size_t i = 0; i < stop->objects_count; i++)
    good += cr_kobject_signalled(stop->objects[i], t);
  return stop->all ? good == stop->objects_count : good > 0;
}

static bool objects_ready(const cr_thread *t) {
  if (t->stop.alertable && cr_apcs_pending(t)) return true;
  return objects_signalled(t);
}

static const cr_thread *objects_holder(const cr_thread *t) {
  const cr_kobject *object = t->stop.objects[0];
  if (object->kind == CR_KOBJECT_MUTEX) return object->owner;
  return object->kind == CR_KOBJECT_THREAD ? object->thread : NULL;
}

static const char *waits_for(const cr_kobject *object) {
  switch (object->kind) {
    case CR_KOBJECT_EVENT: return "an event";
    case CR_KOBJECT_MUTEX: return "a mutex";
    case CR_KOBJECT_SEMAPHORE: return "a semaphore";
    case CR_KOBJECT_THREAD:
    case CR_KOBJECT_MAIN_THREAD: return "a thread";
    case CR_KOBJECT_PROCESS: return "a process";
    case CR_KOBJECT_JOB: return "a job";
    case CR_KOBJECT_TIMER: return "a timer";
    default: return "an object";
  }
}

/* Does it stay signalled when it was waited for? */
static bool stays(const cr_kobject *object) {
  return object->kind == CR_KOBJECT_THREAD || (object->kind == CR_KOBJECT_EVENT && object->manual);
}

/* The objects are kept alive by a reference, as the real wait does. */
static void hold(cr_kobject **objects, size_t count) {
  for (size_t i = 0; i < count; i++) objects[i]->refs++;
}

static void let_go(cr_kobject **objects, size_t count) {
  for (size_t i = 0; i < count; i++) cr_kobject_release(objects[i]);
}

static DWORD wait_objects(cr_thread *t, cr_kobject **objects, size_t count, bool all, DWORD ms,
                          bool alertable) {
  cr_stop stop = {.ready = objects_ready,
                  .holder = objects_holder,
                  .waits_for = waits_for(objects[0]),
                  .objects = objects,
                  .objects_count = count,
                  .all = all,
                  .alertable = alertable,
                  .finite = ms != INFINITE && ms != 0,
                  .deadline = cr_deadline(ms)};
  if (ms == 0) stop.ready = NULL;
  hold(objects, count);
  cr_stop_here(t, &stop);
  for (size_t i = 0; i < count; i++)
    cr_touch_object(objects[i], stays(objects[i]) ? CR_ACCESS_READ : CR_ACCESS_WRITE);
  let_go(objects, count);
  bool signalled = objects_signalled(t);
  if (alertable) cr_touch_apcs(t);
  if (!signalled && alertable && cr_apcs_pending(t)) {
    cr_emit_sync(t, CR_WAIT_WAIT);
    cr_apcs_deliver(t);
    return WAIT_IO_COMPLETION;
  }
  if (!signalled) {
    if (t->timed_out) cr_time_reach(stop.deadline);
    cr_emit_sync(t, CR_WAIT_TIMEOUT);
    return WAIT_TIMEOUT;
  }
  bool join = count == 1 && objects[0]->kind == CR_KOBJECT_THREAD;
  cr_emit_sync(t, join ? CR_WAIT_JOIN : CR_WAIT_WAIT);
  DWORD first = 0;
  bool abandoned = false;
  for (size_t i = count; i-- > 0;)
    if (cr_kobject_signalled(objects[i], t)) first = (DWORD)i;
  for (size_t i = 0; i < count; i++) {
    if (!all && i != first) continue;
    abandoned = abandoned || objects[i]->abandoned;
    cr_kobject_take(objects[i], t);
  }
  if (all) first = 0;
  return (abandoned ? WAIT_ABANDONED_0 : WAIT_OBJECT_0) + first;
}

static DWORD wait_one(cr_thread *t, cr_kobject *object, DWORD ms, bool alertable) {
  cr_kobject *objects[1] = {object};
  return wait_objects(t, objects, 1, false, ms, alertable);
}

/* A real object (made while the DLL was loaded, or by the system): it is asked without waiting, so
 * that the scheduler stays in charge. What was got is kept in `woken`. */
static bool real_ready(const cr_thread *t) {
  cr_thread *self = &cr_session_get()->sched.thread[t->index];
  if (!self->woken) self->woken = WaitForSingleObject((HANDLE)t->stop.compare, 0) == WAIT_OBJECT_0;
  return self->woken;
}

static DWORD wait_real(cr_thread *t, HANDLE handle, DWORD ms) {
  DWORD at_once = WaitForSingleObject(handle, 0);
  if (at_once == WAIT_FAILED) return at_once;
  t->woken = at_once != WAIT_TIMEOUT;
  cr_stop stop = {.ready = ms == 0 ? NULL : real_ready,
                  .waits_for = "an object of the system",
                  .compare = (ULONG_PTR)handle,
                  .finite = ms != INFINITE && ms != 0,
                  .deadline = cr_deadline(ms)};
  cr_stop_here(t, &stop);
  bool late = t->timed_out || !t->woken;
  if (t->timed_out) cr_time_reach(stop.deadline);
  t->woken = false;
  cr_emit_sync(t, late ? CR_WAIT_TIMEOUT : CR_WAIT_WAIT);
  return late ? WAIT_TIMEOUT : at_once == WAIT_ABANDONED ? at_once : WAIT_OBJECT_0;
}

static DWORD wait_any(cr_thread *t, HANDLE handle, DWORD ms, bool alertable) {
  cr_kobject *object = cr_kobject_of_kernel(handle);
  if (object == NULL && handle == GetCurrentThread()) object = cr_thread_object(t);
  if (object != NULL) return wait_one(t, object, ms, alertable);
  if (!cr_handle_was_ours(handle) || cr_kobject_of(handle, CR_KOBJECT_FREE) != NULL)
    return wait_real(t, handle, ms);
  cr_handle_gone(t);
  return WAIT_FAILED;
}

static DWORD WINAPI hook_WaitForSingleObject(HANDLE handle, DWORD ms) {
  cr_thread *t = cr_self();
  if (t == NULL) return WaitForSingleObject(handle, ms);
  CR_SITE(t);
  return wait_any(t, handle, ms, false);
}

static DWORD WINAPI hook_WaitForSingleObjectEx(HANDLE handle, DWORD ms, BOOL alertable) {
  cr_thread *t = cr_self();
  if (t == NULL) return WaitForSingleObjectEx(handle, ms, alertable);
  CR_SITE(t);
  return wait_any(t, handle, ms, alertable != FALSE);
}

/* *ours: at least one handle is ours. Returns WAIT_FAILED when they are mixed. */
static DWORD wait_many(cr_thread *t, DWORD count, const HANDLE *handles, bool all, DWORD ms,
                       bool alertable, bool *ours) {
  cr_kobject *objects[MAXIMUM_WAIT_OBJECTS];
  DWORD known = 0;
  *ours = false;
  if (count == 0 || count > MAXIMUM_WAIT_OBJECTS) return WAIT_FAILED;
  for (DWORD i = 0; i < count; i++) {
    objects[i] = cr_kobject_of_kernel(handles[i]);
    known += objects[i] != NULL;
    if (objects[i] != NULL || !cr_handle_was_ours(handles[i]) ||
        cr_kobject_of(handles[i], CR_KOBJECT_FREE) != NULL)
      continue;
    *ours = true;
    cr_handle_gone(t);
    return WAIT_FAILED;
  }
  *ours = known > 0;
  if (known == 0) return WAIT_FAILED;
  if (known != count) {
    SetLastError(ERROR_INVALID_HANDLE);
    return WAIT_FAILED;
  }
  for (DWORD i = 0; i < count && all; i++)
    for (DWORD j = 0; j < i; j++)
      if (handles[i] == handles[j]) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return WAIT_FAILED;
      }
  return wait_objects(t, objects, count, all, ms, alertable);
}

static DWORD WINAPI hook_WaitForMultipleObjects(DWORD count, const HANDLE *handles, BOOL all,
                                                DWORD ms) {
  cr_thread *t = cr_self();
  bool ours = false;
  DWORD result = WAIT_FAILED;
  if (t != NULL) {
    CR_SITE(t);
    result = wait_many(t, count, handles, all != FALSE, ms, false, &ours);
  }
  return ours ? result : WaitForMultipleObjects(count, handles, all, ms);
}

static DWORD WINAPI hook_WaitForMultipleObjectsEx(DWORD count, const HANDLE *handles, BOOL all,
                                                  DWORD ms, BOOL alertable) {
  cr_thread *t = cr_self();
  bool ours = false;
  DWORD result = WAIT_FAILED;
  if (t != NULL) {
    CR_SITE(t);
    result = wait_many(t, count, handles, all != FALSE, ms, alertable != FALSE, &ours);
  }
  return ours ? result : WaitForMultipleObjectsEx(count, handles, all, ms, alertable);
}

/* ERROR_SUCCESS, or why the object cannot be signalled. */
static DWORD signal_object(cr_thread *t, cr_kobject *object) {
  cr_touch_object(object, CR_ACCESS_WRITE);
  switch (object->kind) {
    case CR_KOBJECT_EVENT: object->signalled = true; return ERROR_SUCCESS;
    case CR_KOBJECT_SEMAPHORE:
      if (object->count == object->max) return ERROR_TOO_MANY_POSTS;
      object->count++;
      return ERROR_SUCCESS;
    case CR_KOBJECT_MUTEX:
      if (object->owner != t) {
        cr_misuse(t, "gives back a mutex that it does not hold");
        return ERROR_NOT_OWNER;
      }
      if (--object->count == 0) object->owner = NULL;
      return ERROR_SUCCESS;
    default: return ERROR_INVALID_HANDLE;
  }
}

static DWORD WINAPI hook_SignalObjectAndWait(HANDLE signal, HANDLE wait, DWORD ms, BOOL alertable) {
  cr_thread *t = cr_self();
  cr_kobject *object = t == NULL ? NULL : cr_kobject_of_kernel(wait);
  cr_kobject *signalled = t == NULL ? NULL : cr_kobject_of_kernel(signal);
  if (t != NULL && ((object == NULL && cr_handle_was_ours(wait)) ||
                    (signalled == NULL && cr_handle_was_ours(signal)))) {
    cr_handle_gone(t);
    return WAIT_FAILED;
  }
  if (object == NULL || signalled == NULL) return SignalObjectAndWait(signal, wait, ms, alertable);
  CR_SITE(t);
  hold(&object, 1);
  hold(&signalled, 1);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  DWORD error = signal_object(t, signalled);
  cr_emit_sync(t, CR_WAIT_SIGNAL);
  DWORD result = WAIT_FAILED;
  if (error == ERROR_SUCCESS) result = wait_one(t, object, ms, alertable != FALSE);
  let_go(&object, 1);
  let_go(&signalled, 1);
  if (error != ERROR_SUCCESS) SetLastError(error);
  return result;
}

const cr_hook cr_hooks_waits[] = {
    CR_HOOK(WaitForSingleObject),    CR_HOOK(WaitForSingleObjectEx),
    CR_HOOK(WaitForMultipleObjects), CR_HOOK(WaitForMultipleObjectsEx),
    CR_HOOK(SignalObjectAndWait),    CR_HOOK_END};

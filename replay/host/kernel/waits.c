/* waits.c - waiting for kernel objects. */
#include "../session.h"

/* What the stop's handles stand for by now: false when one of them is closed. */
static bool objects_found(const cr_thread *t) {
  const cr_stop *stop = &t->stop;
  for (size_t i = 0; stop->handles != NULL && i < stop->objects_count; i++) {
    stop->objects[i] = cr_kobject_of_kernel(stop->handles[i]);
    if (stop->objects[i] == NULL) return false;
  }
  return true;
}

static bool objects_signalled(const cr_thread *t) {
  const cr_stop *stop = &t->stop;
  size_t good = 0;
  for (size_t i = 0; i < stop->objects_count; i++)
    good += cr_kobject_signalled(stop->objects[i], t);
  return stop->all ? good == stop->objects_count : good > 0;
}

/* A wait whose handle is closed while it lasts is as wrong as one that begins afterwards, and a
 * thread that stands here may be either. */
static bool objects_ready(const cr_thread *t) {
  if (!objects_found(t)) return true;
  if (t->stop.alertable && cr_apcs_pending(t)) return true;
  return objects_signalled(t);
}

static const cr_thread *objects_holder(const cr_thread *t) {
  if (!objects_found(t)) return NULL;
  const cr_kobject *object = t->stop.objects[0];
  if (object->kind == CR_KOBJECT_MUTEX) return object->owner;
  return object->kind == CR_KOBJECT_THREAD ? object->thread : NULL;
}

static const char *waits_for(const cr_kobject *object) {
  switch (object == NULL ? CR_KOBJECT_FREE : object->kind) {
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

/* Behind the stop: false when one of the handles is closed. */
static bool objects_used(cr_thread *t) {
  const cr_stop *stop = &t->stop;
  bool good = true;
  for (size_t i = 0; good && stop->handles != NULL && i < stop->objects_count; i++) {
    stop->objects[i] = cr_handle_use(t, stop->handles[i], CR_KOBJECT_FREE);
    good = stop->objects[i] != NULL;
  }
  return good;
}

/* handles: of the objects, which need not be known yet; NULL: the caller holds them. */
static DWORD wait_objects(cr_thread *t, const HANDLE *handles, cr_kobject **objects, size_t count,
                          bool all, DWORD ms, bool alertable) {
  if (handles != NULL) objects[0] = cr_kobject_of_kernel(handles[0]);
  cr_stop stop = {.ready = objects_ready,
                  .holder = objects_holder,
                  .waits_for = waits_for(objects[0]),
                  .objects = objects,
                  .handles = handles,
                  .objects_count = count,
                  .all = all,
                  .alertable = alertable,
                  .finite = ms != INFINITE && ms != 0,
                  .deadline = cr_deadline(ms)};
  if (ms == 0) stop.ready = NULL;
  cr_stop_here(t, &stop);
  if (!objects_used(t)) {
    cr_emit_sync(t, CR_WAIT_OTHER);
    return WAIT_FAILED;
  }
  for (size_t i = 0; i < count; i++)
    cr_touch_object(objects[i], stays(objects[i]) ? CR_ACCESS_READ : CR_ACCESS_WRITE);
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

/* The object is kept alive by a reference, as the real wait does. */
static DWORD wait_held(cr_thread *t, cr_kobject *object, DWORD ms, bool alertable) {
  cr_kobject *objects[1] = {object};
  object->refs++;
  DWORD result = wait_objects(t, NULL, objects, 1, false, ms, alertable);
  cr_kobject_release(object);
  return result;
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
  cr_kobject *objects[1] = {NULL};
  if (handle == GetCurrentThread()) objects[0] = cr_thread_object(t);
  if (objects[0] != NULL) return wait_held(t, objects[0], ms, alertable);
  if (!cr_handle_was_ours(handle)) return wait_real(t, handle, ms);
  return wait_objects(t, &handle, objects, 1, false, ms, alertable);
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
static DWORD wait_many(cr_thread *t, DWORD count, const HANDLE *given, bool all, DWORD ms,
                       bool alertable, bool *ours) {
  cr_kobject *objects[MAXIMUM_WAIT_OBJECTS];
  HANDLE handles[MAXIMUM_WAIT_OBJECTS]; /* the caller's may change while the thread stands here */
  DWORD known = 0;
  *ours = false;
  if (count == 0 || count > MAXIMUM_WAIT_OBJECTS) return WAIT_FAILED;
  for (DWORD i = 0; i < count; i++) {
    handles[i] = given[i];
    known += cr_handle_was_ours(handles[i]);
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
  return wait_objects(t, handles, objects, count, all, ms, alertable);
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
  if (t == NULL || !cr_handle_was_ours(wait) || !cr_handle_was_ours(signal))
    return SignalObjectAndWait(signal, wait, ms, alertable);
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_kobject *signalled = cr_handle_use(t, signal, CR_KOBJECT_FREE);
  cr_kobject *object = signalled == NULL ? NULL : cr_handle_use(t, wait, CR_KOBJECT_FREE);
  if (object == NULL) {
    cr_emit_sync(t, CR_WAIT_OTHER);
    return WAIT_FAILED;
  }
  DWORD error = signal_object(t, signalled);
  cr_emit_sync(t, CR_WAIT_SIGNAL);
  if (error == ERROR_SUCCESS) return wait_held(t, object, ms, alertable != FALSE);
  SetLastError(error);
  return WAIT_FAILED;
}

const cr_hook cr_hooks_waits[] = {
    CR_HOOK(WaitForSingleObject),    CR_HOOK(WaitForSingleObjectEx),
    CR_HOOK(WaitForMultipleObjects), CR_HOOK(WaitForMultipleObjectsEx),
    CR_HOOK(SignalObjectAndWait),    CR_HOOK_END};

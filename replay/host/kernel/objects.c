/* objects.c - handles; what events, mutexes and semaphores do. named.c makes them. */
#include <string.h>

#include "../session.h"

/* Handles look like this, so that no log depends on the system's own numbers. */
#define HANDLE_BASE ((ULONG_PTR)0x40000000)

static cr_kernel *kernel(void) { return &cr_session_get()->kernel; }

cr_stop cr_stop_silent(void) { return (cr_stop){.visible = false}; }
cr_stop cr_stop_visible(void) { return (cr_stop){.visible = true}; }

void cr_stop_once(cr_thread *t) {
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_emit_sync(t, CR_WAIT_OTHER);
}

bool cr_stop_or_fail(cr_thread *t, const uint32_t *errors) {
  cr_stop stop = cr_stop_silent();
  stop.faults = errors;
  cr_stop_here(t, &stop);
  if (cr_faulted(t)) return false;
  cr_emit_sync(t, CR_WAIT_OTHER);
  return true;
}

BOOL cr_answer(DWORD error) {
  if (error != ERROR_SUCCESS) SetLastError(error);
  return error == ERROR_SUCCESS;
}

/* ---- handles --------------------------------------------------------------------------------- */

static HANDLE handle_at(unsigned index) { return (HANDLE)(HANDLE_BASE + 4 * (ULONG_PTR)index); }

static unsigned index_of(HANDLE handle) {
  ULONG_PTR value = (ULONG_PTR)handle - HANDLE_BASE;
  if (value % 4 != 0 || value / 4 >= CR_KOBJECTS_MAX) return CR_KOBJECTS_MAX;
  return (unsigned)(value / 4);
}

/* Each resource has its own range of numbers, so that what one does never shows in another's. */
static void range_of_caller(unsigned *from, unsigned *to) {
  const cr_thread *t = cr_self();
  *from = (t == NULL ? 0u : t->resource) * CR_KOBJECTS_EACH;
  *to = *from + CR_KOBJECTS_EACH;
}

static void note_used(uint16_t *used, unsigned i) {
  uint16_t n = (uint16_t)(i % CR_KOBJECTS_EACH + 1);
  if (used[i / CR_KOBJECTS_EACH] < n) used[i / CR_KOBJECTS_EACH] = n;
}

uint64_t cr_handle_thing(HANDLE handle) {
  return (uint64_t)CR_THING_HANDLE << 56 | index_of(handle);
}

/* Says nothing of the step's other effects, so it does not count as its declaration. */
static void handle_set(unsigned index, unsigned to) {
  cr_session *s = cr_session_get();
  cr_footprint_add(&s->footprint, cr_handle_thing(handle_at(index)), CR_ACCESS_WRITE);
  s->kernel.handle[index] = (uint16_t)to;
}

HANDLE cr_kobject_share(cr_kobject *object) {
  cr_kernel *k = kernel();
  unsigned i, end;
  range_of_caller(&i, &end);
  while (i < end && k->handle[i] != 0) i++;
  if (i == end) return NULL;
  note_used(k->handles_used, i);
  handle_set(i, (unsigned)(1 + (object - k->object)));
  object->refs++;
  return handle_at(i);
}

cr_kobject *cr_kobject_new(cr_kobject_kind kind, HANDLE *handle) {
  cr_kernel *k = kernel();
  unsigned i, end;
  range_of_caller(&i, &end);
  while (i < end && k->object[i].kind != CR_KOBJECT_FREE) i++;
  *handle = NULL;
  if (i == end) return NULL;
  note_used(k->objects_used, i);
  k->object[i] = (cr_kobject){.kind = (uint8_t)kind};
  *handle = cr_kobject_share(&k->object[i]);
  if (*handle == NULL) {
    k->object[i].kind = CR_KOBJECT_FREE;
    return NULL;
  }
  return &k->object[i];
}

bool cr_handle_was_ours(HANDLE handle) { return index_of(handle) != CR_KOBJECTS_MAX; }

BOOL cr_handle_gone(cr_thread *t) {
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  cr_misuse(t, "uses a handle that is closed");
  cr_emit_sync(t, CR_WAIT_OTHER);
  SetLastError(ERROR_INVALID_HANDLE);
  return FALSE;
}

void cr_touch_handle(HANDLE handle) {
  if (cr_handle_was_ours(handle)) cr_touch(CR_THING_HANDLE, index_of(handle), CR_ACCESS_READ);
}

cr_kobject *cr_handle_use(cr_thread *t, HANDLE handle, cr_kobject_kind kind) {
  cr_kobject *object =
      kind == CR_KOBJECT_FREE ? cr_kobject_of_kernel(handle) : cr_kobject_of(handle, kind);
  cr_touch_handle(handle);
  if (object != NULL) return object;
  cr_misuse(t, "uses a handle that is closed");
  SetLastError(ERROR_INVALID_HANDLE);
  return NULL;
}

cr_kobject *cr_kobject_of(HANDLE handle, cr_kobject_kind kind) {
  cr_kernel *k = kernel();
  unsigned i = index_of(handle);
  if (i == CR_KOBJECTS_MAX || k->handle[i] == 0) return NULL;
  cr_kobject *object = &k->object[k->handle[i] - 1];
  return kind == CR_KOBJECT_FREE || object->kind == kind ? object : NULL;
}

cr_kobject *cr_kobject_of_kernel(HANDLE handle) {
  cr_kobject *object = cr_kobject_of(handle, CR_KOBJECT_FREE);
  if (object == NULL || object->kind == CR_KOBJECT_SCM || object->kind == CR_KOBJECT_SERVICE)
    return NULL;
  return object;
}

void cr_kobject_release(cr_kobject *object) {
  object->refs--;
  if (object->refs == 0 && object->kind == CR_KOBJECT_JOB) cr_process_job_closed(object);
  if (object->refs == 0 && object->kind == CR_KOBJECT_TIMER) cr_waitable_timer_closed(object);
  if (object->refs == 0 && object->kind == CR_KOBJECT_LOCAL_KEY) cr_local_key_closed(object);
  if (object->refs == 0 && (object->kind == CR_KOBJECT_FILE || object->kind == CR_KOBJECT_FIND))
    cr_file_closed(object);
  if (object->refs == 0 && object->thread == NULL) object->kind = CR_KOBJECT_FREE;
}

void cr_handle_close(HANDLE handle) {
  cr_kobject *object = cr_kobject_of(handle, CR_KOBJECT_FREE);
  CR_ASSERT(object != NULL);
  handle_set(index_of(handle), 0);
  cr_kobject_release(object);
}

unsigned cr_handles_count(const cr_kernel *k) {
  unsigned count = 0;
  for (unsigned r = 0; r < CR_RESOURCES_MAX; r++)
    for (unsigned i = 0; i < k->handles_used[r]; i++)
      count += k->handle[r * CR_KOBJECTS_EACH + i] != 0;
  return count;
}

cr_kobject *cr_thread_object(cr_thread *t) {
  HANDLE handle;
  if (t->object != NULL) return t->object;
  cr_kobject *object = cr_kobject_new(CR_KOBJECT_THREAD, &handle);
  if (object == NULL) return NULL;
  object->thread = t;
  t->object = object;
  cr_handle_close(handle); /* kept by its thread */
  return object;
}

void cr_kernel_thread_ended(cr_thread *t) {
  cr_kernel *k = kernel();
  for (unsigned i = 0; i < CR_KOBJECTS_MAX; i++) {
    cr_kobject *object = &k->object[i];
    if (object->kind != CR_KOBJECT_MUTEX || object->owner != t) continue;
    object->owner = NULL;
    object->count = 0;
    object->abandoned = true;
  }
  cr_locks_thread_ended(t);
  cr_kobject *own = t->object;
  if (own == NULL) return;
  own->signalled = true;
  own->exit_code = t->exit_code;
  own->thread = NULL;
  if (own->refs == 0) own->kind = CR_KOBJECT_FREE;
  t->object = NULL;
}

void cr_kernel_reset(cr_kernel *k) {
  for (unsigned r = 0; r < CR_RESOURCES_MAX; r++) {
    memset(&k->object[r * CR_KOBJECTS_EACH], 0, k->objects_used[r] * sizeof *k->object);
    memset(&k->handle[r * CR_KOBJECTS_EACH], 0, k->handles_used[r] * sizeof *k->handle);
    k->objects_used[r] = k->handles_used[r] = 0;
  }
  memset(k->lock, 0, k->locks_used * sizeof *k->lock);
  k->locks_used = 0;
  k->now = 0;
}

/* ---- what a wait sees ------------------------------------------------------------------------ */

bool cr_kobject_signalled(const cr_kobject *object, const cr_thread *t) {
  switch (object->kind) {
    case CR_KOBJECT_EVENT:
    case CR_KOBJECT_TIMER:
    case CR_KOBJECT_THREAD: return object->signalled;
    case CR_KOBJECT_MUTEX: return object->owner == NULL || object->owner == t;
    case CR_KOBJECT_SEMAPHORE: return object->count > 0;
    case CR_KOBJECT_PROCESS:
    case CR_KOBJECT_MAIN_THREAD: return cr_process_over(object->index);
    case CR_KOBJECT_JOB: return false; /* only a time limit signals one */
    default: return true;              /* I/O through a file is always complete */
  }
}

void cr_kobject_take(cr_kobject *object, cr_thread *t) {
  switch (object->kind) {
    case CR_KOBJECT_EVENT:
    case CR_KOBJECT_TIMER:
      if (!object->manual) object->signalled = false;
      break;
    case CR_KOBJECT_MUTEX:
      object->owner = t;
      object->count++;
      object->abandoned = false;
      break;
    case CR_KOBJECT_SEMAPHORE: object->count--; break;
    case CR_KOBJECT_PROCESS:
    case CR_KOBJECT_MAIN_THREAD: cr_process_waited(object->index); break;
    default: break;
  }
}

/* ---- signalling ------------------------------------------------------------------------------ */

/* Stops, then emits what is done to the object of that kind behind the handle: NULL when the handle
 * is closed by now. */
static cr_kobject *object_at_last(cr_thread *t, HANDLE handle, cr_kobject_kind kind, cr_wait wait) {
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_kobject *object = cr_handle_use(t, handle, kind);
  if (object != NULL) cr_touch_object(object, CR_ACCESS_WRITE);
  cr_emit_sync(t, object == NULL ? CR_WAIT_OTHER : wait);
  return object;
}

static BOOL set_event(cr_thread *t, HANDLE handle, bool to) {
  cr_kobject *object =
      object_at_last(t, handle, CR_KOBJECT_EVENT, to ? CR_WAIT_SIGNAL : CR_WAIT_RESET);
  if (object != NULL) object->signalled = to;
  return object != NULL;
}

static BOOL WINAPI hook_SetEvent(HANDLE handle) {
  cr_thread *t = cr_self();
  if (t == NULL || !cr_handle_was_ours(handle)) return SetEvent(handle);
  CR_SITE(t);
  return set_event(t, handle, true);
}

static BOOL WINAPI hook_ResetEvent(HANDLE handle) {
  cr_thread *t = cr_self();
  if (t == NULL || !cr_handle_was_ours(handle)) return ResetEvent(handle);
  CR_SITE(t);
  return set_event(t, handle, false);
}

static BOOL WINAPI hook_ReleaseMutex(HANDLE handle) {
  cr_thread *t = cr_self();
  if (t == NULL || !cr_handle_was_ours(handle)) return ReleaseMutex(handle);
  CR_SITE(t);
  cr_kobject *object = object_at_last(t, handle, CR_KOBJECT_MUTEX, CR_WAIT_UNLOCK);
  if (object == NULL) return FALSE;
  if (object->owner != t) {
    cr_misuse(t, "gives back a mutex that it does not hold");
    SetLastError(ERROR_NOT_OWNER);
    return FALSE;
  }
  if (--object->count == 0) object->owner = NULL;
  return TRUE;
}

static BOOL WINAPI hook_ReleaseSemaphore(HANDLE handle, LONG by, LPLONG before) {
  cr_thread *t = cr_self();
  if (t == NULL || !cr_handle_was_ours(handle)) return ReleaseSemaphore(handle, by, before);
  CR_SITE(t);
  cr_kobject *object = object_at_last(t, handle, CR_KOBJECT_SEMAPHORE, CR_WAIT_SIGNAL);
  if (object == NULL) return FALSE;
  if (by <= 0 || by > object->max - object->count) {
    SetLastError(by <= 0 ? ERROR_INVALID_PARAMETER : ERROR_TOO_MANY_POSTS);
    return FALSE;
  }
  if (before != NULL) *before = object->count;
  object->count += by;
  return TRUE;
}

static BOOL WINAPI hook_CloseHandle(HANDLE handle) {
  cr_thread *t = cr_self();
  cr_kobject *object = t == NULL ? NULL : cr_kobject_of(handle, CR_KOBJECT_FREE);
  if (object == NULL && t != NULL && cr_handle_was_ours(handle)) return cr_handle_gone(t);
  if (object == NULL) return CloseHandle(handle);
  CR_SITE(t);
  if (object->kind == CR_KOBJECT_FILE) return cr_file_close(t, handle);
  cr_stop stop =
      cr_event_of_handle(handle) == CR_RESOURCES_MAX ? cr_stop_silent() : cr_stop_visible();
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  unsigned event_of = cr_event_of_handle(handle);
  if (event_of == CR_RESOURCES_MAX)
    cr_emit_sync(t, CR_WAIT_DESTROY);
  else
    cr_event_closed(t, event_of);
  if (cr_kobject_of_kernel(handle) == NULL) {
    if (cr_kobject_of(handle, CR_KOBJECT_FREE) == NULL) cr_misuse(t, "closes a handle twice");
    SetLastError(ERROR_INVALID_HANDLE);
    return FALSE;
  }
  cr_handle_close(handle);
  return TRUE;
}

static BOOL WINAPI hook_DuplicateHandle(HANDLE from_process, HANDLE from, HANDLE to_process,
                                        LPHANDLE to, DWORD access, BOOL inherit, DWORD options) {
  cr_thread *t = cr_self();
  bool self = t != NULL && from == GetCurrentThread();
  if (t == NULL || (!self && !cr_handle_was_ours(from)))
    return DuplicateHandle(from_process, from, to_process, to, access, inherit, options);
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  cr_kobject *object = self ? cr_thread_object(t) : cr_handle_use(t, from, CR_KOBJECT_FREE);
  cr_emit_sync(t, object == NULL ? CR_WAIT_OTHER : CR_WAIT_CREATE);
  if (object == NULL) return FALSE;
  if (object->kind == CR_KOBJECT_FILE || to == NULL || to_process != GetCurrentProcess()) {
    SetLastError(ERROR_NOT_SUPPORTED); /* an open of a volume has one handle here */
    return FALSE;
  }
  *to = cr_kobject_share(object);
  if (*to == NULL) {
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return FALSE;
  }
  if ((options & DUPLICATE_CLOSE_SOURCE) != 0 && !self) cr_handle_close(from);
  return TRUE;
}

const cr_hook cr_hooks_objects[] = {CR_HOOK(SetEvent),
                                    CR_HOOK(ResetEvent),
                                    CR_HOOK(ReleaseMutex),
                                    CR_HOOK(ReleaseSemaphore),
                                    CR_HOOK(CloseHandle),
                                    CR_HOOK(DuplicateHandle),
                                    CR_HOOK_END};

/* named.c - events, mutexes, semaphores and waitable timers are made, or opened by their names. */
#include <stdio.h>
#include <string.h>

#include "../session.h"

/* ---- names ----------------------------------------------------------------------------------- */

/* The session of a service is the global one, so neither prefix changes what is meant. */
static const char *without_prefix(const char *name) {
  static const char *const prefix[] = {"Global\\", "Local\\"};
  for (size_t i = 0; i < CR_ARRAY_LEN(prefix); i++)
    if (strncmp(name, prefix[i], strlen(prefix[i])) == 0) return name + strlen(prefix[i]);
  return name;
}

/* Of a name too long for the table, its end is what tells it from others that begin alike. */
static void keep_name(const char *name, char to[CR_KNAME_MAX]) {
  size_t n = strlen(name);
  if (n < CR_KNAME_MAX)
    memcpy(to, name, n + 1);
  else
    snprintf(to, CR_KNAME_MAX, "%.32s#%016llx", name, (unsigned long long)cr_digest(name, n));
}

void cr_kname_keep(LPCSTR from, char to[CR_KNAME_MAX]) {
  keep_name(from == NULL ? "" : without_prefix(from), to);
}

void cr_kname_narrow(LPCWSTR from, char to[CR_KNAME_MAX]) {
  char name[MAX_PATH + 1];
  size_t i = 0;
  for (; from != NULL && from[i] != 0 && i < MAX_PATH; i++)
    name[i] = from[i] < 0x80 ? (char)from[i] : '?';
  name[i] = '\0';
  cr_kname_keep(name, to);
}

/* Kinds share one space of names. */
static cr_kobject *find(const char *name) {
  cr_kernel *k = &cr_session_get()->kernel;
  for (unsigned i = 0; i < CR_KOBJECTS_MAX; i++)
    if (k->object[i].kind != CR_KOBJECT_FREE && strcmp(k->object[i].name, name) == 0)
      return &k->object[i];
  return NULL;
}

/* ---- making and opening ---------------------------------------------------------------------- */

cr_kobject *cr_kobject_create(cr_thread *t, cr_kobject_kind kind, const char *name, HANDLE *handle,
                              bool *fresh) {
  static const uint32_t faults[] = {ERROR_NOT_ENOUGH_MEMORY, 0};
  cr_stop stop = cr_stop_silent();
  stop.faults = faults;
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  *handle = NULL;
  *fresh = false;
  if (cr_faulted(t)) return NULL;
  cr_emit_sync(t, CR_WAIT_CREATE);
  cr_kobject *object = name[0] == '\0' ? NULL : find(name);
  *fresh = object == NULL;
  if (object != NULL && object->kind != kind) {
    SetLastError(ERROR_INVALID_HANDLE);
    return NULL;
  }
  if (object != NULL) {
    *handle = cr_kobject_share(object);
    SetLastError(*handle == NULL ? ERROR_NOT_ENOUGH_MEMORY : ERROR_ALREADY_EXISTS);
    return object;
  }
  object = strchr(name, '\\') != NULL ? NULL : cr_kobject_new(kind, handle);
  if (object == NULL) {
    SetLastError(strchr(name, '\\') != NULL ? ERROR_PATH_NOT_FOUND : ERROR_NOT_ENOUGH_MEMORY);
    return NULL;
  }
  snprintf(object->name, sizeof object->name, "%s", name);
  SetLastError(ERROR_SUCCESS);
  return object;
}

static HANDLE open_named(cr_thread *t, cr_kobject_kind kind, const char *name) {
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  cr_emit_sync(t, CR_WAIT_CREATE);
  cr_kobject *object = name[0] == '\0' ? NULL : find(name);
  HANDLE handle = object == NULL || object->kind != kind ? NULL : cr_kobject_share(object);
  if (handle == NULL)
    SetLastError(name[0] == '\0'        ? ERROR_INVALID_PARAMETER
                 : object == NULL       ? ERROR_FILE_NOT_FOUND
                 : object->kind != kind ? ERROR_INVALID_HANDLE
                                        : ERROR_NOT_ENOUGH_MEMORY);
  return handle;
}

static HANDLE create_event(cr_thread *t, bool manual, bool set, const char *name) {
  HANDLE handle;
  bool fresh;
  cr_kobject *object = cr_kobject_create(t, CR_KOBJECT_EVENT, name, &handle, &fresh);
  if (object != NULL && fresh) {
    object->manual = manual;
    object->signalled = set;
  }
  return handle;
}

static HANDLE create_mutex(cr_thread *t, bool owned, const char *name) {
  HANDLE handle;
  bool fresh;
  cr_kobject *object = cr_kobject_create(t, CR_KOBJECT_MUTEX, name, &handle, &fresh);
  if (object != NULL && fresh && owned) cr_kobject_take(object, t);
  return handle;
}

static HANDLE create_semaphore(cr_thread *t, LONG count, LONG max, const char *name) {
  HANDLE handle = NULL;
  bool fresh;
  if (max <= 0 || count < 0 || count > max) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return NULL;
  }
  cr_kobject *object = cr_kobject_create(t, CR_KOBJECT_SEMAPHORE, name, &handle, &fresh);
  if (object != NULL && fresh) {
    object->count = count;
    object->max = max;
  }
  return handle;
}

static HANDLE create_timer(cr_thread *t, bool manual, const char *name) {
  HANDLE handle;
  bool fresh;
  cr_kobject *object = cr_kobject_create(t, CR_KOBJECT_TIMER, name, &handle, &fresh);
  if (object != NULL && fresh) object->manual = manual;
  return handle;
}

/* ---- the functions --------------------------------------------------------------------------- */

/* The body of one: passed on when it is not the DLL that calls, else `make` with the name in
 * `name`. */
#define BY_NAME(passed_on, keep, given, make) \
  cr_thread *t = cr_self();                   \
  char name[CR_KNAME_MAX];                    \
  if (t == NULL) return passed_on;            \
  CR_SITE(t);                                 \
  keep(given, name);                          \
  return make

static HANDLE WINAPI hook_CreateEventW(LPSECURITY_ATTRIBUTES sa, BOOL manual, BOOL set,
                                       LPCWSTR text) {
  BY_NAME(CreateEventW(sa, manual, set, text), cr_kname_narrow, text,
          create_event(t, manual != FALSE, set != FALSE, name));
}

static HANDLE WINAPI hook_CreateEventA(LPSECURITY_ATTRIBUTES sa, BOOL manual, BOOL set,
                                       LPCSTR text) {
  BY_NAME(CreateEventA(sa, manual, set, text), cr_kname_keep, text,
          create_event(t, manual != FALSE, set != FALSE, name));
}

static HANDLE WINAPI hook_CreateEventExW(LPSECURITY_ATTRIBUTES sa, LPCWSTR text, DWORD flags,
                                         DWORD access) {
  BY_NAME(CreateEventExW(sa, text, flags, access), cr_kname_narrow, text,
          create_event(t, (flags & CREATE_EVENT_MANUAL_RESET) != 0,
                       (flags & CREATE_EVENT_INITIAL_SET) != 0, name));
}

static HANDLE WINAPI hook_CreateEventExA(LPSECURITY_ATTRIBUTES sa, LPCSTR text, DWORD flags,
                                         DWORD access) {
  BY_NAME(CreateEventExA(sa, text, flags, access), cr_kname_keep, text,
          create_event(t, (flags & CREATE_EVENT_MANUAL_RESET) != 0,
                       (flags & CREATE_EVENT_INITIAL_SET) != 0, name));
}

static HANDLE WINAPI hook_CreateMutexW(LPSECURITY_ATTRIBUTES sa, BOOL owned, LPCWSTR text) {
  BY_NAME(CreateMutexW(sa, owned, text), cr_kname_narrow, text,
          create_mutex(t, owned != FALSE, name));
}

static HANDLE WINAPI hook_CreateMutexA(LPSECURITY_ATTRIBUTES sa, BOOL owned, LPCSTR text) {
  BY_NAME(CreateMutexA(sa, owned, text), cr_kname_keep, text,
          create_mutex(t, owned != FALSE, name));
}

static HANDLE WINAPI hook_CreateMutexExW(LPSECURITY_ATTRIBUTES sa, LPCWSTR text, DWORD flags,
                                         DWORD access) {
  BY_NAME(CreateMutexExW(sa, text, flags, access), cr_kname_narrow, text,
          create_mutex(t, (flags & CREATE_MUTEX_INITIAL_OWNER) != 0, name));
}

static HANDLE WINAPI hook_CreateMutexExA(LPSECURITY_ATTRIBUTES sa, LPCSTR text, DWORD flags,
                                         DWORD access) {
  BY_NAME(CreateMutexExA(sa, text, flags, access), cr_kname_keep, text,
          create_mutex(t, (flags & CREATE_MUTEX_INITIAL_OWNER) != 0, name));
}

static HANDLE WINAPI hook_CreateSemaphoreW(LPSECURITY_ATTRIBUTES sa, LONG count, LONG max,
                                           LPCWSTR text) {
  BY_NAME(CreateSemaphoreW(sa, count, max, text), cr_kname_narrow, text,
          create_semaphore(t, count, max, name));
}

static HANDLE WINAPI hook_CreateSemaphoreA(LPSECURITY_ATTRIBUTES sa, LONG count, LONG max,
                                           LPCSTR text) {
  BY_NAME(CreateSemaphoreA(sa, count, max, text), cr_kname_keep, text,
          create_semaphore(t, count, max, name));
}

static HANDLE WINAPI hook_CreateSemaphoreExW(LPSECURITY_ATTRIBUTES sa, LONG count, LONG max,
                                             LPCWSTR text, DWORD flags, DWORD access) {
  BY_NAME(CreateSemaphoreExW(sa, count, max, text, flags, access), cr_kname_narrow, text,
          create_semaphore(t, count, max, name));
}

static HANDLE WINAPI hook_CreateSemaphoreExA(LPSECURITY_ATTRIBUTES sa, LONG count, LONG max,
                                             LPCSTR text, DWORD flags, DWORD access) {
  BY_NAME(CreateSemaphoreExA(sa, count, max, text, flags, access), cr_kname_keep, text,
          create_semaphore(t, count, max, name));
}

static HANDLE WINAPI hook_CreateWaitableTimerW(LPSECURITY_ATTRIBUTES sa, BOOL manual,
                                               LPCWSTR text) {
  BY_NAME(CreateWaitableTimerW(sa, manual, text), cr_kname_narrow, text,
          create_timer(t, manual != FALSE, name));
}

static HANDLE WINAPI hook_CreateWaitableTimerA(LPSECURITY_ATTRIBUTES sa, BOOL manual, LPCSTR text) {
  BY_NAME(CreateWaitableTimerA(sa, manual, text), cr_kname_keep, text,
          create_timer(t, manual != FALSE, name));
}

static HANDLE WINAPI hook_CreateWaitableTimerExW(LPSECURITY_ATTRIBUTES sa, LPCWSTR text,
                                                 DWORD flags, DWORD access) {
  BY_NAME(CreateWaitableTimerExW(sa, text, flags, access), cr_kname_narrow, text,
          create_timer(t, (flags & CREATE_WAITABLE_TIMER_MANUAL_RESET) != 0, name));
}

static HANDLE WINAPI hook_CreateWaitableTimerExA(LPSECURITY_ATTRIBUTES sa, LPCSTR text, DWORD flags,
                                                 DWORD access) {
  BY_NAME(CreateWaitableTimerExA(sa, text, flags, access), cr_kname_keep, text,
          create_timer(t, (flags & CREATE_WAITABLE_TIMER_MANUAL_RESET) != 0, name));
}

#define OPEN_HOOK(function, Text, keep, kind)                                        \
  static HANDLE WINAPI hook_##function(DWORD access, BOOL inherit, Text text) {      \
    BY_NAME(function(access, inherit, text), keep, text, open_named(t, kind, name)); \
  }
OPEN_HOOK(OpenEventW, LPCWSTR, cr_kname_narrow, CR_KOBJECT_EVENT)
OPEN_HOOK(OpenEventA, LPCSTR, cr_kname_keep, CR_KOBJECT_EVENT)
OPEN_HOOK(OpenMutexW, LPCWSTR, cr_kname_narrow, CR_KOBJECT_MUTEX)
OPEN_HOOK(OpenMutexA, LPCSTR, cr_kname_keep, CR_KOBJECT_MUTEX)
OPEN_HOOK(OpenSemaphoreW, LPCWSTR, cr_kname_narrow, CR_KOBJECT_SEMAPHORE)
OPEN_HOOK(OpenSemaphoreA, LPCSTR, cr_kname_keep, CR_KOBJECT_SEMAPHORE)
OPEN_HOOK(OpenWaitableTimerW, LPCWSTR, cr_kname_narrow, CR_KOBJECT_TIMER)
OPEN_HOOK(OpenWaitableTimerA, LPCSTR, cr_kname_keep, CR_KOBJECT_TIMER)

const cr_hook cr_hooks_named[] = {CR_HOOK(CreateEventW),
                                  CR_HOOK(CreateEventA),
                                  CR_HOOK(CreateEventExW),
                                  CR_HOOK(CreateEventExA),
                                  CR_HOOK(CreateMutexW),
                                  CR_HOOK(CreateMutexA),
                                  CR_HOOK(CreateMutexExW),
                                  CR_HOOK(CreateMutexExA),
                                  CR_HOOK(CreateSemaphoreW),
                                  CR_HOOK(CreateSemaphoreA),
                                  CR_HOOK(CreateSemaphoreExW),
                                  CR_HOOK(CreateSemaphoreExA),
                                  CR_HOOK(CreateWaitableTimerW),
                                  CR_HOOK(CreateWaitableTimerA),
                                  CR_HOOK(CreateWaitableTimerExW),
                                  CR_HOOK(CreateWaitableTimerExA),
                                  CR_HOOK(OpenEventW),
                                  CR_HOOK(OpenEventA),
                                  CR_HOOK(OpenMutexW),
                                  CR_HOOK(OpenMutexA),
                                  CR_HOOK(OpenSemaphoreW),
                                  CR_HOOK(OpenSemaphoreA),
                                  CR_HOOK(OpenWaitableTimerW),
                                  CR_HOOK(OpenWaitableTimerA),
                                  CR_HOOK_END};

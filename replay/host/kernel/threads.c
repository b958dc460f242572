/* threads.c - what a DLL does with threads and with its process. */
#include <stdio.h>

#include "../session.h"

static HANDLE create_thread(cr_thread *t, LPTHREAD_START_ROUTINE routine, void *parameter,
                            DWORD flags, LPDWORD id) {
  static const uint32_t faults[] = {ERROR_NOT_ENOUGH_MEMORY, 0};
  cr_stop stop = cr_stop_visible();
  stop.faults = faults;
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  if (t->fault != 0) {
    cr_session_spawn_fails(t);
    return NULL;
  }
  cr_job job = {.kind = CR_JOB_WORKER, .routine = routine, .parameter = parameter};
  HANDLE handle = NULL;
  cr_kobject *object = cr_kobject_new(CR_KOBJECT_THREAD, &handle);
  cr_thread *worker =
      object == NULL ? NULL : cr_session_spawn(t, &job, (flags & CREATE_SUSPENDED) != 0);
  if (worker == NULL) {
    if (handle != NULL) cr_handle_close(handle);
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return NULL;
  }
  object->thread = worker;
  worker->object = object;
  if (id != NULL) *id = worker->os_id;
  return handle;
}

static HANDLE WINAPI hook_CreateThread(LPSECURITY_ATTRIBUTES sa, SIZE_T stack,
                                       LPTHREAD_START_ROUTINE routine, LPVOID parameter,
                                       DWORD flags, LPDWORD id) {
  cr_thread *t = cr_self();
  if (t == NULL) return CreateThread(sa, stack, routine, parameter, flags, id);
  CR_SITE(t);
  return create_thread(t, routine, parameter, flags, id);
}

/* The C runtime's own per-thread set-up is left out: it makes it on demand. */
static uintptr_t hook__beginthreadex(void *sa, unsigned stack, unsigned(WINAPI *routine)(void *),
                                     void *parameter, unsigned flags, unsigned *id) {
  cr_thread *t = cr_self();
  LPTHREAD_START_ROUTINE start = (LPTHREAD_START_ROUTINE)(void (*)(void))routine;
  DWORD number = 0;
  HANDLE handle;
  if (t == NULL) {
    handle = CreateThread(sa, stack, start, parameter, flags, &number);
  } else {
    CR_SITE(t);
    handle = create_thread(t, start, parameter, flags, &number);
  }
  if (id != NULL) *id = number;
  return (uintptr_t)handle;
}

static BOOL WINAPI hook_QueueUserWorkItem(LPTHREAD_START_ROUTINE routine, PVOID parameter,
                                          ULONG flags) {
  cr_thread *t = cr_self();
  if (t == NULL) return QueueUserWorkItem(routine, parameter, flags);
  CR_SITE(t);
  HANDLE handle = create_thread(t, routine, parameter, 0, NULL);
  if (handle == NULL) return FALSE;
  cr_handle_close(handle);
  return TRUE;
}

static void WINAPI hook_ExitThread(DWORD code) {
  cr_thread *t = cr_self();
  if (t == NULL) ExitThread(code);
  CR_SITE(t);
  if (t->job.kind == CR_JOB_POOLED) cr_thread_fault(t, "ends a thread of the thread pool");
  cr_thread_end(t, code);
}

static void hook__endthreadex(unsigned code) { hook_ExitThread(code); }

/* A thread of the DLL or the one thread of a simulated process. */
static cr_kobject *thread_of(HANDLE handle) {
  cr_kobject *object = cr_kobject_of(handle, CR_KOBJECT_MAIN_THREAD);
  return object != NULL ? object : cr_kobject_of(handle, CR_KOBJECT_THREAD);
}

/* Behind the stop, as cr_handle_use. */
static cr_kobject *thread_used(cr_thread *t, HANDLE handle) {
  const cr_kobject *object = cr_kobject_of(handle, CR_KOBJECT_FREE);
  bool other = object != NULL && object->kind == CR_KOBJECT_MAIN_THREAD;
  return cr_handle_use(t, handle, other ? CR_KOBJECT_MAIN_THREAD : CR_KOBJECT_THREAD);
}

static DWORD WINAPI hook_ResumeThread(HANDLE handle) {
  cr_thread *t = cr_self();
  if (t == NULL || !cr_handle_was_ours(handle)) return ResumeThread(handle);
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_kobject *object = thread_used(t, handle);
  cr_emit_sync(t, object == NULL ? CR_WAIT_OTHER : CR_WAIT_SIGNAL);
  if (object == NULL) return (DWORD)-1;
  cr_touch_object(object, CR_ACCESS_WRITE);
  if (object->kind == CR_KOBJECT_MAIN_THREAD) {
    cr_session_get()->footprint.everything = true; /* the process goes on */
    unsigned *count = &cr_session_get()->processes.process[object->index].suspended;
    return *count > 0 ? (*count)-- : 0;
  }
  if (object->thread == NULL) return 0;
  cr_touch(CR_THING_THREAD,
           cr_process_of_thread((cr_role)object->thread->role, object->thread->resource,
                                object->thread->lane),
           CR_ACCESS_WRITE);
  unsigned before = object->thread->suspended;
  if (before > 0) object->thread->suspended--;
  return before;
}

static DWORD WINAPI hook_SuspendThread(HANDLE handle) {
  cr_thread *t = cr_self();
  if (t == NULL || !cr_handle_was_ours(handle)) return SuspendThread(handle);
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  const cr_kobject *object = thread_used(t, handle);
  cr_emit_sync(t, object == NULL ? CR_WAIT_OTHER : CR_WAIT_SIGNAL);
  if (object == NULL) return (DWORD)-1;
  cr_session_get()->footprint.everything = true; /* whatever the other would do next */
  if (object->kind == CR_KOBJECT_MAIN_THREAD)
    return cr_session_get()->processes.process[object->index].suspended++;
  cr_thread *other = object->thread;
  if (other == NULL) {
    SetLastError(ERROR_ACCESS_DENIED);
    return (DWORD)-1;
  }
  if (other->suspended == MAXIMUM_SUSPEND_COUNT) {
    SetLastError(ERROR_SIGNAL_REFUSED);
    return (DWORD)-1;
  }
  DWORD before = other->suspended++;
  if (other == t) { /* stands here until it is resumed */
    cr_stop_here(t, &stop);
    cr_emit_sync(t, CR_WAIT_WAIT);
  }
  return before;
}

static HANDLE WINAPI hook_OpenThread(DWORD access, BOOL inherit, DWORD id) {
  cr_thread *t = cr_self();
  if (t == NULL) return OpenThread(access, inherit, id);
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  cr_emit_sync(t, CR_WAIT_CREATE);
  cr_sched *sched = &cr_session_get()->sched;
  for (unsigned i = 0; i < CR_THREADS_MAX; i++) {
    cr_thread *other = &sched->thread[i];
    if (other->state == CR_THREAD_FREE || other->os_id != id) continue;
    cr_touch(CR_THING_THREAD,
             cr_process_of_thread((cr_role)other->role, other->resource, other->lane),
             CR_ACCESS_READ);
    cr_kobject *object = cr_thread_object(other);
    HANDLE handle = object == NULL ? NULL : cr_kobject_share(object);
    if (handle == NULL) SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return handle;
  }
  SetLastError(ERROR_INVALID_PARAMETER);
  return NULL;
}

/* No thread uses any of the processor's time here. */
static BOOL WINAPI hook_GetThreadTimes(HANDLE handle, LPFILETIME creation, LPFILETIME end,
                                       LPFILETIME kernel, LPFILETIME user) {
  const cr_thread *t = cr_self();
  if (t == NULL || (handle != GetCurrentThread() && thread_of(handle) == NULL))
    return GetThreadTimes(handle, creation, end, kernel, user);
  *creation = *end = *kernel = *user = (FILETIME){0};
  return TRUE;
}

static BOOL WINAPI hook_GetExitCodeThread(HANDLE handle, LPDWORD code) {
  cr_thread *t = cr_self();
  if (t == NULL || !cr_handle_was_ours(handle)) return GetExitCodeThread(handle, code);
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  const cr_kobject *object = thread_used(t, handle);
  cr_emit_sync(t, CR_WAIT_OTHER);
  if (object == NULL) return FALSE;
  cr_touch_object(object, CR_ACCESS_READ);
  if (object->kind == CR_KOBJECT_MAIN_THREAD) {
    *code = cr_process_look(object->index);
    return TRUE;
  }
  *code = object->signalled ? object->exit_code : STILL_ACTIVE;
  return TRUE;
}

static DWORD WINAPI hook_GetThreadId(HANDLE handle) {
  const cr_kobject *object = cr_self() == NULL ? NULL : thread_of(handle);
  if (object == NULL) return GetThreadId(handle);
  if (object->kind == CR_KOBJECT_MAIN_THREAD) return cr_process_thread_id(object->index);
  return object->thread == NULL ? 0 : object->thread->os_id;
}

static DWORD WINAPI hook_GetCurrentThreadId(void) { return cr_self_id(); }

static BOOL WINAPI hook_SetThreadPriority(HANDLE handle, int priority) {
  if (cr_self() != NULL && thread_of(handle) != NULL) return TRUE;
  return SetThreadPriority(handle, priority);
}

static BOOL WINAPI hook_TerminateThread(HANDLE handle, DWORD code) {
  cr_thread *t = cr_self();
  if (t != NULL && cr_kobject_of(handle, CR_KOBJECT_THREAD) != NULL)
    cr_thread_fault(t, "TerminateThread on a worker: what it holds is never given back");
  return TerminateThread(handle, code);
}

/* ---- storage per thread ------------------------------------------------------------------------
 */

/* Threads are pooled, so what the DLL stored in one is cleared before its next use. */
static void slot_note(DWORD slot, bool fiber) {
  cr_slots *slots = &cr_session_get()->slots;
  if (slot >= CR_SLOTS_MAX) return;
  (fiber ? slots->fls : slots->tls)[slot] = true;
  (*(fiber ? &slots->fls_noted : &slots->tls_noted))++;
  if (!fiber) cr_sched_slot_new(&cr_session_get()->sched, slot);
}

static DWORD WINAPI hook_TlsAlloc(void) {
  cr_slots *slots = &cr_session_get()->slots;
  bool replay = cr_self() != NULL;
  if (replay && slots->tls_given < slots->tls_count) return slots->tls_again[slots->tls_given++];
  DWORD slot = TlsAlloc();
  slot_note(slot, false);
  if (replay && slot != TLS_OUT_OF_INDEXES && slots->tls_count < CR_SLOTS_MAX)
    slots->tls_again[slots->tls_count++] = slot, slots->tls_given++;
  return slot;
}

/* The system knows of no callback: it would call it when a pooled thread ends. */
static DWORD fls_slot_new(cr_slots *slots) {
  if (slots->fls_given < slots->fls_count) return slots->fls_again[slots->fls_given++];
  DWORD slot = FlsAlloc(NULL);
  slot_note(slot, true);
  if (slot != FLS_OUT_OF_INDEXES && slots->fls_count < CR_SLOTS_MAX)
    slots->fls_again[slots->fls_count++] = slot, slots->fls_given++;
  return slot;
}

static DWORD WINAPI hook_FlsAlloc(PFLS_CALLBACK_FUNCTION callback) {
  cr_slots *slots = &cr_session_get()->slots;
  bool replay = cr_self() != NULL;
  DWORD slot = replay ? fls_slot_new(slots) : FlsAlloc(callback);
  if (!replay) slot_note(slot, true);
  if (replay && slot < CR_SLOTS_MAX) slots->fls_callback[slot] = callback;
  return slot;
}

/* Slots are kept: the next replay may find them in use by what was loaded. */
static BOOL WINAPI hook_TlsFree(DWORD slot) { return cr_self() != NULL || TlsFree(slot); }

/* The callback is called for the calling thread only: what others hold is cleared with their job.
 */
static BOOL WINAPI hook_FlsFree(DWORD slot) {
  cr_slots *slots = &cr_session_get()->slots;
  if (cr_self() == NULL) return FlsFree(slot);
  if (slot < CR_SLOTS_MAX && slots->fls_callback[slot] != NULL) {
    void *value = FlsGetValue(slot);
    if (value != NULL) {
      FlsSetValue(slot, NULL);
      slots->fls_callback[slot](value);
    }
    slots->fls_callback[slot] = NULL;
  }
  return TRUE;
}

void cr_slots_begin(cr_slots *slots) {
  slots->tls_given = slots->fls_given = 0;
  memset(slots->fls_callback, 0, sizeof slots->fls_callback);
}

void cr_slots_end(const cr_slots *slots) {
  if (slots->fls_noted == 0) return;
  for (DWORD i = 0; i < CR_SLOTS_MAX; i++) {
    void *value = slots->fls_callback[i] == NULL ? NULL : FlsGetValue(i);
    if (value == NULL) continue;
    FlsSetValue(i, NULL);
    slots->fls_callback[i](value);
  }
}

void cr_slots_clear(const cr_slots *slots) {
  if (slots->tls_noted == 0 && slots->fls_noted == 0) return;
  for (DWORD i = 0; i < CR_SLOTS_MAX; i++) {
    if (slots->tls[i]) TlsSetValue(i, NULL);
    if (slots->fls[i]) FlsSetValue(i, NULL);
  }
}

/* ---- the end of the process ------------------------------------------------------------------ */

static void ends_loading(const char *what) { cr_image_gives_up(&cr_session_get()->image, what); }

static void process_ends(cr_thread *t, const char *how, UINT code) {
  char what[64];
  snprintf(what, sizeof what, "%s(%u) ends the monitor's process", how, code);
  cr_thread_fault(t, what);
}

static void WINAPI hook_ExitProcess(UINT code) {
  cr_thread *t = cr_self();
  if (t != NULL) process_ends(t, "ExitProcess", code);
  ends_loading("ends the process");
  ExitProcess(code);
}

static BOOL WINAPI hook_TerminateProcess(HANDLE process, UINT code) {
  cr_thread *t = cr_self();
  if (t != NULL &&
      (process == GetCurrentProcess() || GetProcessId(process) == GetCurrentProcessId()))
    process_ends(t, "TerminateProcess", code);
  if (t != NULL && cr_kobject_of(process, CR_KOBJECT_PROCESS) != NULL) {
    CR_SITE(t);
    return cr_process_terminate(t, process, code);
  }
  return TerminateProcess(process, code);
}

static void hook_exit(int code) {
  cr_thread *t = cr_self();
  if (t != NULL) process_ends(t, "exit", (UINT)code);
  ends_loading("ends the process");
  ExitProcess((UINT)code);
}

static void hook__exit(int code) { hook_exit(code); }
static void hook_abort(void) {
  cr_thread *t = cr_self();
  if (t != NULL) cr_thread_fault(t, "abort() ends the monitor's process");
  ends_loading("calls abort()");
  ExitProcess(3);
}

/* Faults of the DLL are the host's to report. */
static LPTOP_LEVEL_EXCEPTION_FILTER WINAPI
hook_SetUnhandledExceptionFilter(LPTOP_LEVEL_EXCEPTION_FILTER filter) {
  if (cr_self() != NULL) return NULL;
  return SetUnhandledExceptionFilter(filter);
}

const cr_hook cr_hooks_threads[] = {CR_HOOK(CreateThread),
                                    CR_HOOK(_beginthreadex),
                                    CR_HOOK(QueueUserWorkItem),
                                    CR_HOOK(ExitThread),
                                    CR_HOOK(_endthreadex),
                                    CR_HOOK(ResumeThread),
                                    CR_HOOK(SuspendThread),
                                    CR_HOOK(OpenThread),
                                    CR_HOOK(GetThreadTimes),
                                    CR_HOOK(GetExitCodeThread),
                                    CR_HOOK(GetThreadId),
                                    CR_HOOK(GetCurrentThreadId),
                                    CR_HOOK(SetThreadPriority),
                                    CR_HOOK(TerminateThread),
                                    CR_HOOK(TlsAlloc),
                                    CR_HOOK(FlsAlloc),
                                    CR_HOOK(TlsFree),
                                    CR_HOOK(FlsFree),
                                    CR_HOOK(ExitProcess),
                                    CR_HOOK(TerminateProcess),
                                    CR_HOOK(exit),
                                    CR_HOOK(_exit),
                                    CR_HOOK(abort),
                                    CR_HOOK(SetUnhandledExceptionFilter),
                                    CR_HOOK_END};

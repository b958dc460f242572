/* workers.c - ClusWorkerCreate and its siblings, and the callbacks that a DLL gets in Startup. */
#include "../session.h"

/* ---- workers --------------------------------------------------------------------------------- */

static DWORD WINAPI hook_ClusWorkerCreate(PCLUS_WORKER worker, PWORKER_START_ROUTINE routine,
                                          PVOID parameter) {
  cr_thread *t = cr_self();
  if (t == NULL) return ERROR_CALL_NOT_IMPLEMENTED;
  CR_SITE(t);
  static const uint32_t faults[] = {ERROR_NOT_ENOUGH_MEMORY, 0};
  cr_stop stop = cr_stop_visible();
  stop.faults = faults;
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  if (t->fault != 0) {
    cr_session_spawn_fails(t);
    return ERROR_NOT_ENOUGH_MEMORY;
  }
  cr_job job = {.kind = CR_JOB_CLUS_WORKER,
                .worker_routine = (DWORD(WINAPI *)(void *, void *))(void (*)(void))routine,
                .worker = worker,
                .parameter = parameter};
  HANDLE handle = NULL;
  cr_kobject *object = cr_kobject_new(CR_KOBJECT_THREAD, &handle);
  cr_thread *thread = object == NULL ? NULL : cr_session_spawn(t, &job, false);
  if (thread == NULL) {
    if (handle != NULL) cr_handle_close(handle);
    return ERROR_NOT_ENOUGH_MEMORY;
  }
  object->thread = thread;
  thread->object = object;
  worker->hThread = handle;
  worker->Terminate = FALSE;
  return ERROR_SUCCESS;
}

static BOOL WINAPI hook_ClusWorkerCheckTerminate(PCLUS_WORKER worker) {
  cr_thread *t = cr_self();
  if (t == NULL) return worker->Terminate;
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_nothing(); /* beside the DLL's memory */
  cr_emit_sync(t, CR_WAIT_CHECK);
  return worker->Terminate;
}

static bool ended(const cr_thread *t) {
  const cr_kobject *object = t->stop.objects[0];
  return object->kind != CR_KOBJECT_THREAD || object->signalled;
}

static const cr_thread *who(const cr_thread *t) {
  const cr_kobject *object = t->stop.objects[0];
  return object->kind == CR_KOBJECT_THREAD ? object->thread : NULL;
}

/* Waits for the thread; the one who finds the handle still there closes it. */
static DWORD join(cr_thread *t, PCLUS_WORKER worker, DWORD ms) {
  cr_kobject *object = cr_kobject_of(worker->hThread, CR_KOBJECT_THREAD);
  if (object == NULL) return ERROR_SUCCESS;
  cr_kobject *objects[1] = {object};
  cr_stop stop = {.ready = ended,
                  .holder = who,
                  .waits_for = "a worker",
                  .objects = objects,
                  .objects_count = 1,
                  .finite = ms != INFINITE,
                  .deadline = cr_deadline(ms)};
  object->refs++;
  cr_stop_here(t, &stop);
  cr_touch_object(object, CR_ACCESS_READ);
  cr_touch_numbers();
  object->refs--;
  if (object->refs == 0 && object->thread == NULL) object->kind = CR_KOBJECT_FREE;
  if (t->timed_out) {
    cr_time_reach(stop.deadline);
    cr_emit_sync(t, CR_WAIT_TIMEOUT);
    return WAIT_TIMEOUT;
  }
  cr_emit_sync(t, CR_WAIT_JOIN);
  HANDLE handle = worker->hThread;
  worker->hThread = NULL;
  if (handle != NULL && cr_kobject_of(handle, CR_KOBJECT_THREAD) != NULL) cr_handle_close(handle);
  return ERROR_SUCCESS;
}

/* Asks, then waits: two steps. A worker that was never created or is joined needs neither. */
static DWORD terminate(cr_thread *t, PCLUS_WORKER worker, DWORD ms, bool wait_only) {
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_nothing();
  if (!wait_only && worker->hThread != NULL) worker->Terminate = TRUE;
  cr_emit_sync(t, CR_WAIT_SIGNAL);
  return join(t, worker, ms);
}

static void WINAPI hook_ClusWorkerTerminate(PCLUS_WORKER worker) {
  cr_thread *t = cr_self();
  if (t == NULL) return;
  CR_SITE(t);
  terminate(t, worker, INFINITE, false);
}

static DWORD WINAPI hook_ClusWorkerTerminateEx(PCLUS_WORKER worker, DWORD ms, BOOL wait_only) {
  cr_thread *t = cr_self();
  if (t == NULL) return ERROR_CALL_NOT_IMPLEMENTED;
  CR_SITE(t);
  return terminate(t, worker, ms, wait_only != FALSE);
}

static DWORD WINAPI hook_ClusWorkersTerminate(PCLUS_WORKER *workers, SIZE_T count, DWORD ms,
                                              BOOL wait_only) {
  cr_thread *t = cr_self();
  DWORD result = ERROR_SUCCESS;
  if (t == NULL) return ERROR_CALL_NOT_IMPLEMENTED;
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_nothing();
  for (SIZE_T i = 0; !wait_only && i < count; i++)
    if (workers[i] != NULL && workers[i]->hThread != NULL) workers[i]->Terminate = TRUE;
  cr_emit_sync(t, CR_WAIT_SIGNAL);
  for (SIZE_T i = 0; result == ERROR_SUCCESS && i < count; i++)
    if (workers[i] != NULL) result = join(t, workers[i], ms);
  return result;
}

const cr_hook cr_hooks_workers[] = {
    CR_HOOK(ClusWorkerCreate),      CR_HOOK(ClusWorkerCheckTerminate), CR_HOOK(ClusWorkerTerminate),
    CR_HOOK(ClusWorkerTerminateEx), CR_HOOK(ClusWorkersTerminate),     CR_HOOK_END};

/* ---- callbacks ------------------------------------------------------------------------------- */

/* The resource that a token names. A token of nobody is counted and gives no event of its own. */
static unsigned resource_of(cr_thread *t, RESOURCE_HANDLE handle) {
  unsigned resource = cr_resource_of_token(handle);
  if (resource != CR_RESOURCES_MAX) return resource;
  cr_session_get()->bad_tokens++;
  cr_event e = cr_event_of(t, CR_EV_FACT, t->resource);
  e.value = CR_TOPIC_STATUS_HANDLE;
  e.extra = CR_DETAIL_OTHER;
  cr_emit(&e);
  return CR_RESOURCES_MAX;
}

static DWORD report(cr_thread *t, RESOURCE_HANDLE handle, uint32_t state, uint32_t checkpoint) {
  cr_session *s = cr_session_get();
  cr_stop stop = cr_stop_visible();
  cr_stop_here(t, &stop);
  unsigned resource = resource_of(t, handle);
  if (resource == CR_RESOURCES_MAX) return ResourceExitStateTerminate;
  cr_event e = cr_event_of(t, CR_EV_STATUS, resource);
  e.value = state;
  e.extra = checkpoint;
  e.result = cr_monitor_status(&s->monitor[resource], state, checkpoint, CR_MUTANT_NONE);
  cr_emit(&e);
  return e.result;
}

/* A structure of an earlier release is shorter than what the monitor reads. Seen on the heap only.
 */
static void check_size(cr_thread *t, const void *status, size_t bytes) {
  if (cr_heap_room(&cr_session_get()->heap, status) < bytes)
    cr_emit_fact(t, CR_TOPIC_STATUS_SIZE, CR_DETAIL_SHORT);
}

DWORD WINAPI cr_set_resource_status(RESOURCE_HANDLE handle, PRESOURCE_STATUS status) {
  cr_thread *t = cr_self();
  if (t == NULL) return ResourceExitStateTerminate;
  CR_SITE(t);
  check_size(t, status, sizeof *status);
  CLUSTER_RESOURCE_STATE state = status->ResourceState;
  HANDLE event = status->EventHandle; /* of Online it counts like what Online hands out */
  unsigned resource = cr_resource_of_token(handle);
  DWORD answer = report(t, handle, (uint32_t)status->ResourceState, status->CheckPoint);
  if (event != NULL && state == ClusterResourceOnline && resource != CR_RESOURCES_MAX)
    cr_event_handed_out(t, resource, event);
  return answer;
}

static DWORD WINAPI set_resource_status_ex(RESOURCE_HANDLE handle, PRESOURCE_STATUS_EX status) {
  cr_thread *t = cr_self();
  if (t == NULL) return ResourceExitStateTerminate;
  CR_SITE(t);
  check_size(t, status, sizeof *status);
  CLUSTER_RESOURCE_STATE state = status->ResourceState;
  HANDLE event = status->EventHandle; /* of Online it counts like what Online hands out */
  unsigned resource = cr_resource_of_token(handle);
  DWORD answer = report(t, handle, (uint32_t)status->ResourceState, status->CheckPoint);
  if (event != NULL && state == ClusterResourceOnline && resource != CR_RESOURCES_MAX)
    cr_event_handed_out(t, resource, event);
  return answer;
}

void WINAPI cr_log_event(RESOURCE_HANDLE handle, LOG_LEVEL level, LPCWSTR format, ...) {
  cr_thread *t = cr_self();
  (void)format;
  if (t == NULL) return;
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  unsigned resource = cr_resource_of_token(handle);
  cr_touch(CR_THING_FAMILY, resource == CR_RESOURCES_MAX ? t->resource : resource, CR_ACCESS_WRITE);
  cr_event e = cr_event_of(t, CR_EV_LOG, resource == CR_RESOURCES_MAX ? t->resource : resource);
  e.value = (uint32_t)level;
  cr_emit(&e);
}

/* A callback that the simulated monitor takes note of and answers with success. */
static DWORD taken(void) {
  cr_thread *t = cr_self();
  if (t == NULL) return ERROR_SUCCESS;
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_nothing();
  cr_emit_sync(t, CR_WAIT_OTHER);
  return ERROR_SUCCESS;
}

static DWORD WINAPI locked_mode(RESOURCE_HANDLE handle, BOOL enabled, DWORD reason) {
  (void)handle, (void)enabled, (void)reason;
  return taken();
}

static DWORD WINAPI node_local(RESOURCE_HANDLE handle, LPBYTE properties, DWORD size) {
  (void)handle, (void)properties, (void)size;
  return taken();
}

static DWORD WINAPI internal_state(RESOURCE_HANDLE handle, CLUSTER_RESOURCE_APPLICATION_STATE type,
                                   BOOL active) {
  (void)handle, (void)type, (void)active;
  return taken();
}

/* Callbacks that the simulation does not have stay NULL, as in older releases. */
void cr_callbacks_fill(CLRES_CALLBACK_FUNCTION_TABLE *table) {
  *table = (CLRES_CALLBACK_FUNCTION_TABLE){
      .LogEvent = cr_log_event,
      .SetResourceStatusEx = set_resource_status_ex,
      .SetResourceLockedMode = locked_mode,
      .SetResourceInMemoryNodeLocalProperties = node_local,
      .EndControlCall = cr_end_control,
      .EndTypeControlCall = cr_end_type_control,
      .ExtendControlCall = cr_extend_control,
      .ExtendTypeControlCall = cr_extend_type_control,
      .SetInternalState = internal_state,
  };
}

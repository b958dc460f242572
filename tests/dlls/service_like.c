/* service_like.c - a resource that keeps one service running (interface version 1).
 *
 * The service is "ClusraceSample" and the resource's name, so that two resources do not share one.
 * Online and Offline each hand the work to a worker that starts or stops the service and polls
 * until that is over.
 *
 * Who may do what:
 *  - `lock` guards `state`, `stop` and `worker_live`. It is never held across a callback, a wait or
 *    a call about the service; only the creation of the worker happens under it.
 *  - `teardown` is the right to join the worker and, in Terminate and Close, to stop the service
 *    then: one joiner at a time. The worker never takes it.
 *
 * Terminate against Online and Offline: the entry point clears `stop` before anything else and
 * creates the worker under `lock` if it is still clear, so a Terminate that comes later finds the
 * worker or prevents it. A `stop` that was set already may be of a Terminate that overtook this
 * very call: then the monitor is asked by a progress report.
 */
#include "startup_v1.h"

#define SERVICE_PREFIX L"ClusraceSample "
#define NAME_MAX 128
#define POLL_MS 100
#define POLLS_MAX 50 /* of a start or stop that hangs */
#define STOPPED ERROR_OPERATION_ABORTED

struct instance {
  RESOURCE_HANDLE handle;
  SRWLOCK teardown;
  CRITICAL_SECTION lock;
  WCHAR service[NAME_MAX];
  DWORD checkpoint; /* of the current operation: its entry point, then its worker */
  CLUS_WORKER worker;

  /* under lock */
  CLUSTER_RESOURCE_STATE state;
  BOOL stop;        /* the current operation is to be given up */
  BOOL worker_live; /* created and not joined */
};

/* ---- small steps ----------------------------------------------------------------------------- */

static DWORD last_error(void) {
  DWORD error = GetLastError();
  return error == ERROR_SUCCESS ? ERROR_GEN_FAILURE : error;
}

static void set_state(struct instance *n, CLUSTER_RESOURCE_STATE state) {
  EnterCriticalSection(&n->lock);
  n->state = state;
  LeaveCriticalSection(&n->lock);
}

static BOOL swap_stop(struct instance *n, BOOL to) {
  BOOL before;
  EnterCriticalSection(&n->lock);
  before = n->stop;
  n->stop = to;
  LeaveCriticalSection(&n->lock);
  return before;
}

/* TRUE when the monitor wants the operation to go on. */
static BOOL report(struct instance *n, CLUSTER_RESOURCE_STATE state) {
  RESOURCE_STATUS status = {0};
  status.ResourceState = state;
  status.CheckPoint = n->checkpoint;
  return startup_v1_set_status(n->handle, &status) != ResourceExitStateTerminate;
}

static BOOL stop_requested(struct instance *n, PCLUS_WORKER worker) {
  BOOL stop;
  EnterCriticalSection(&n->lock);
  stop = n->stop;
  LeaveCriticalSection(&n->lock);
  return stop || ClusWorkerCheckTerminate(worker);
}

/* ---- the service ----------------------------------------------------------------------------- */

static DWORD service_open(const struct instance *n, DWORD access, SC_HANDLE *service) {
  SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
  DWORD error = ERROR_SUCCESS;
  if (manager == NULL) return last_error();
  *service = OpenServiceW(manager, n->service, access);
  if (*service == NULL) error = last_error();
  CloseServiceHandle(manager);
  return error;
}

/* Polls until the service is in the state. With a worker each poll is also a question whether to go
 * on and a progress report; without one nobody can cancel. */
static DWORD service_await(struct instance *n, PCLUS_WORKER worker, CLUSTER_RESOURCE_STATE pending,
                           SC_HANDLE service, DWORD wanted) {
  SERVICE_STATUS status;
  int polls;
  for (polls = 0; polls < POLLS_MAX; polls++) {
    if (!QueryServiceStatus(service, &status)) return last_error();
    if (status.dwCurrentState == wanted) return ERROR_SUCCESS;
    if (wanted == SERVICE_RUNNING && status.dwCurrentState == SERVICE_STOPPED)
      return ERROR_SERVICE_NEVER_STARTED;
    Sleep(POLL_MS);
    if (worker == NULL) continue;
    if (stop_requested(n, worker)) return STOPPED;
    n->checkpoint++;
    if (!report(n, pending)) return STOPPED;
  }
  return ERROR_SERVICE_REQUEST_TIMEOUT;
}

static DWORD service_start(struct instance *n, PCLUS_WORKER worker) {
  SC_HANDLE service;
  DWORD error = service_open(n, SERVICE_START | SERVICE_QUERY_STATUS, &service);
  if (error != ERROR_SUCCESS) return error;
  if (!StartServiceW(service, 0, NULL)) error = last_error();
  if (error == ERROR_SUCCESS || error == ERROR_SERVICE_ALREADY_RUNNING)
    error = service_await(n, worker, ClusterResourceOnlinePending, service, SERVICE_RUNNING);
  CloseServiceHandle(service);
  return error;
}

/* A service that is still starting takes no control, so that is waited for first. Idempotent. */
static DWORD service_stop(struct instance *n, PCLUS_WORKER worker) {
  SERVICE_STATUS status;
  SC_HANDLE service;
  DWORD error = service_open(n, SERVICE_STOP | SERVICE_QUERY_STATUS, &service);
  int attempt;
  if (error != ERROR_SUCCESS) return error;
  for (attempt = 0; attempt < POLLS_MAX; attempt++) {
    error = ControlService(service, SERVICE_CONTROL_STOP, &status) ? ERROR_SUCCESS : last_error();
    if (error != ERROR_SERVICE_CANNOT_ACCEPT_CTRL) break;
    Sleep(POLL_MS);
  }
  if (error == ERROR_SUCCESS)
    error = service_await(n, worker, ClusterResourceOfflinePending, service, SERVICE_STOPPED);
  else if (error == ERROR_SERVICE_NOT_ACTIVE)
    error = ERROR_SUCCESS;
  CloseServiceHandle(service);
  return error;
}

/* ---- workers --------------------------------------------------------------------------------- */

/* Own record first, then the report: after it the monitor may already be in the next call. */
static void complete(struct instance *n, CLUSTER_RESOURCE_STATE state) {
  BOOL wanted;
  EnterCriticalSection(&n->lock);
  wanted = !n->stop;
  if (wanted) n->state = state;
  LeaveCriticalSection(&n->lock);
  if (wanted) report(n, state);
}

static DWORD WINAPI online_worker(PCLUS_WORKER worker, LPVOID parameter) {
  struct instance *n = parameter;
  DWORD error = stop_requested(n, worker) ? STOPPED : service_start(n, worker);
  if (error == ERROR_SUCCESS) {
    complete(n, ClusterResourceOnline);
    return error;
  }
  service_stop(n, NULL);
  if (error == STOPPED) return error; /* Terminate tells the state */
  startup_v1_log(n->handle, LOG_ERROR, L"The service could not be started.\n");
  complete(n, ClusterResourceFailed);
  return error;
}

static DWORD WINAPI offline_worker(PCLUS_WORKER worker, LPVOID parameter) {
  struct instance *n = parameter;
  DWORD error = stop_requested(n, worker) ? STOPPED : service_stop(n, worker);
  if (error == STOPPED) return error;
  if (error != ERROR_SUCCESS)
    startup_v1_log(n->handle, LOG_ERROR, L"The service could not be stopped.\n");
  complete(n, error == ERROR_SUCCESS ? ClusterResourceOffline : ClusterResourceFailed);
  return error;
}

/* The caller has teardown. */
static void join_worker(struct instance *n) {
  BOOL live;
  EnterCriticalSection(&n->lock);
  live = n->worker_live;
  LeaveCriticalSection(&n->lock);
  if (!live) return;
  ClusWorkerTerminate(&n->worker);
  EnterCriticalSection(&n->lock);
  n->worker_live = FALSE;
  LeaveCriticalSection(&n->lock);
}

static DWORD begin(struct instance *n, CLUSTER_RESOURCE_STATE pending,
                   PWORKER_START_ROUTINE routine) {
  DWORD error = STOPPED;
  n->checkpoint = 0;
  if (swap_stop(n, FALSE) && !report(n, pending)) {
    swap_stop(n, TRUE);
    return error;
  }
  AcquireSRWLockExclusive(&n->teardown);
  join_worker(n);
  ReleaseSRWLockExclusive(&n->teardown);

  EnterCriticalSection(&n->lock);
  if (!n->stop) {
    CLUSTER_RESOURCE_STATE before = n->state;
    n->state = pending;
    error = ClusWorkerCreate(&n->worker, routine, n);
    n->worker_live = error == ERROR_SUCCESS;
    if (error != ERROR_SUCCESS) n->state = before;
  }
  LeaveCriticalSection(&n->lock);
  return error == ERROR_SUCCESS ? ERROR_IO_PENDING : error;
}

/* ---- entry points ---------------------------------------------------------------------------- */

static RESID WINAPI service_like_open(LPCWSTR name, HKEY key, RESOURCE_HANDLE handle) {
  struct instance *n = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*n));
  const int prefix = (int)(sizeof(SERVICE_PREFIX) / sizeof(WCHAR)) - 1;
  DWORD error;
  (void)key;
  if (n == NULL) {
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return NULL;
  }
  InitializeCriticalSection(&n->lock);
  InitializeSRWLock(&n->teardown);
  n->handle = handle;
  n->state = ClusterResourceOffline;
  lstrcpynW(n->service, SERVICE_PREFIX, NAME_MAX);
  lstrcpynW(n->service + prefix, name, NAME_MAX - prefix);

  /* A monitor process that died may have left the service running. */
  error = service_stop(n, NULL);
  if (error == ERROR_SUCCESS) return n;
  DeleteCriticalSection(&n->lock);
  HeapFree(GetProcessHeap(), 0, n);
  SetLastError(error);
  return NULL;
}

static DWORD WINAPI service_like_online(RESID resource, LPHANDLE event_handle) {
  (void)event_handle; /* stays NULL: health is polled */
  if (resource == NULL) return ERROR_RESOURCE_NOT_FOUND;
  return begin(resource, ClusterResourceOnlinePending, online_worker);
}

static DWORD WINAPI service_like_offline(RESID resource) {
  if (resource == NULL) return ERROR_RESOURCE_NOT_FOUND;
  return begin(resource, ClusterResourceOfflinePending, offline_worker);
}

static VOID WINAPI service_like_terminate(RESID resource) {
  struct instance *n = resource;
  DWORD error;
  if (n == NULL) return;
  swap_stop(n, TRUE);
  AcquireSRWLockExclusive(&n->teardown);
  join_worker(n);
  error = service_stop(n, NULL);
  set_state(n, error == ERROR_SUCCESS ? ClusterResourceOffline : ClusterResourceFailed);
  ReleaseSRWLockExclusive(&n->teardown);
}

static VOID WINAPI service_like_close(RESID resource) {
  struct instance *n = resource;
  if (n == NULL) return;
  service_like_terminate(n);
  DeleteCriticalSection(&n->lock);
  HeapFree(GetProcessHeap(), 0, n);
}

static BOOL is_online(struct instance *n) {
  BOOL online;
  EnterCriticalSection(&n->lock);
  online = n->state == ClusterResourceOnline && !n->stop;
  LeaveCriticalSection(&n->lock);
  return online;
}

static BOOL WINAPI service_like_looks_alive(RESID resource) {
  return resource != NULL && is_online(resource);
}

static BOOL WINAPI service_like_is_alive(RESID resource) {
  SERVICE_STATUS status;
  SC_HANDLE service;
  BOOL alive;
  if (resource == NULL || !is_online(resource)) return FALSE;
  if (service_open(resource, SERVICE_QUERY_STATUS, &service) != ERROR_SUCCESS) return FALSE;
  alive = QueryServiceStatus(service, &status) && status.dwCurrentState == SERVICE_RUNNING;
  CloseServiceHandle(service);
  return alive;
}

/* ---- loading --------------------------------------------------------------------------------- */

CLRES_FUNCTION_TABLE startup_v1_table = {
    STARTUP_V1_HEAD,
    .V1Functions =
        {
            .Open = service_like_open,
            .Close = service_like_close,
            .Online = service_like_online,
            .Offline = service_like_offline,
            .Terminate = service_like_terminate,
            .LooksAlive = service_like_looks_alive,
            .IsAlive = service_like_is_alive,
            .ResourceControl = startup_v1_control,
            .ResourceTypeControl = startup_v1_type_control,
        },
};

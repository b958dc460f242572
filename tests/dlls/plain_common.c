/* plain_common.c - a resource that keeps a record of being up (interface version 1).
 *
 * Who may do what is as in disk_common.c: `lock` guards the record and is never held across a
 * callback or a wait; `teardown` is the right to join the worker, taken by Terminate, and by Online
 * and Offline while they wait for the previous worker; the worker never takes it.
 *
 * Online and Offline clear the terminate flag before anything else and start the worker under
 * `lock` if the flag is still clear. A flag that was set already belongs to the last operation, or
 * to this one if Terminate overtook the entry point's first instruction: only the monitor can tell,
 * so then it is asked by a progress report.
 */
#include "plain_common.h"
#include "startup_v1.h"

#define STEPS 2     /* progress reports of an operation */
#define STEP_MS 100 /* virtual milliseconds between them */
#define SCRATCH_BYTES 64
#define STOPPED ERROR_OPERATION_ABORTED

static SRWLOCK g_lock = SRWLOCK_INIT;
static struct plain *g_list;
static RESOURCE_HANDLE g_last_handle; /* trait last_handle */

static void terminate_plain(struct plain *p, BOOL join);

/* ---- small steps ----------------------------------------------------------------------------- */

void plain_log(struct plain *p, LPCWSTR text) { startup_v1_log(p->handle, LOG_INFORMATION, text); }

static void set_state(struct plain *p, CLUSTER_RESOURCE_STATE state) {
  EnterCriticalSection(&p->lock);
  p->state = state;
  LeaveCriticalSection(&p->lock);
}

/* TRUE when the monitor wants the operation to go on. */
static BOOL report(struct plain *p, CLUSTER_RESOURCE_STATE state, DWORD checkpoint) {
  RESOURCE_STATUS status = {0};
  RESOURCE_HANDLE handle = p->handle;
  if (plain_traits.null_handle) handle = NULL;
  if (plain_traits.last_handle) handle = g_last_handle;
  status.ResourceState = state;
  status.CheckPoint = checkpoint;
  return startup_v1_set_status(handle, &status) != ResourceExitStateTerminate;
}

static BOOL stop_requested(struct plain *p) {
  BOOL stop;
  EnterCriticalSection(&p->lock);
  stop = p->terminate != FALSE && !plain_traits.create_unchecked;
  LeaveCriticalSection(&p->lock);
  return stop || (plain_traits.runner == NULL && ClusWorkerCheckTerminate(&p->worker));
}

/* Between two steps of a worker: FALSE when the operation is to be given up. */
static BOOL go_on(struct plain *p, CLUSTER_RESOURCE_STATE pending) {
  BOOL wanted;
  if (!plain_traits.terminate_without_join && stop_requested(p)) return FALSE;
  if (!plain_traits.checkpoint_stuck) p->checkpoint++;
  wanted = report(p, pending, p->checkpoint);
  return wanted || plain_traits.terminate_without_join;
}

static BOOL cancelled(struct plain *p) {
  BOOL answer;
  EnterCriticalSection(&p->lock);
  answer = p->cancelled;
  LeaveCriticalSection(&p->lock);
  return answer;
}

/* ---- references (trait count_in_two_steps) --------------------------------------------------- */

static LONG references(struct plain *p) {
  LONG count;
  EnterCriticalSection(&p->lock);
  count = p->references;
  LeaveCriticalSection(&p->lock);
  return count;
}

static void set_references(struct plain *p, LONG count) {
  EnterCriticalSection(&p->lock);
  p->references = count;
  LeaveCriticalSection(&p->lock);
}

static void destroy(struct plain *p);

static void hold(struct plain *p) {
  if (plain_traits.count_in_two_steps) set_references(p, references(p) + 1);
}

static void let_go(struct plain *p) {
  LONG count;
  if (!plain_traits.count_in_two_steps) return;
  count = references(p) - 1;
  set_references(p, count);
  if (count == 0) destroy(p);
}

/* ---- operations ------------------------------------------------------------------------------ */

/* Own record first, then the report. FALSE when the operation was given up meanwhile. After TRUE
 * the worker touches nothing of the instance: the monitor may already be in the next call. */
static BOOL complete(struct plain *p, CLUSTER_RESOURCE_STATE state) {
  BOOL wanted;
  BOOL told;
  EnterCriticalSection(&p->lock);
  wanted = !p->terminate || plain_traits.terminate_without_join || plain_traits.create_unchecked;
  if (wanted) p->state = state;
  LeaveCriticalSection(&p->lock);
  if (!wanted) return FALSE;
  told = !report(p, state, p->checkpoint);
  return !told || plain_traits.terminate_without_join;
}

/* The worker was told to end, or found out that it is not wanted. Terminate is waiting for it. */
static void give_up(struct plain *p) {
  if (plain_traits.failed_when_told) report(p, ClusterResourceFailed, p->checkpoint);
  if (plain_traits.self_join) terminate_plain(p, TRUE);
}

/* A worker's steps between its begin and its terminal report. */
static BOOL run_steps(struct plain *p, CLUSTER_RESOURCE_STATE pending) {
  int step;
  if (plain_traits.lost_wakeup) {
    ResetEvent(p->event);
    WaitForSingleObject(p->event, INFINITE);
  }
  if (stop_requested(p)) return FALSE;
  for (step = 0; step < STEPS; step++) {
    if (!go_on(p, pending)) return FALSE;
    if (plain_traits.lock_order) {
      EnterCriticalSection(&p->second);
      EnterCriticalSection(&p->lock);
      LeaveCriticalSection(&p->lock);
      LeaveCriticalSection(&p->second);
    }
    Sleep(STEP_MS);
  }
  return TRUE;
}

static void online_body(struct plain *p) {
  BOOL success = run_steps(p, ClusterResourceOnlinePending);
  if (success && cancelled(p)) {
    if (complete(p, ClusterResourceFailed)) return;
  } else if (success) {
    if (plain_traits.never_report) return;
    if (complete(p, ClusterResourceOnline)) {
      if (plain_traits.report_twice) report(p, ClusterResourceOnline, p->checkpoint);
      if (plain_traits.pending_after_online)
        report(p, ClusterResourceOnlinePending, p->checkpoint + 1);
      return;
    }
    set_state(p, ClusterResourceFailed);
  }
  give_up(p);
}

static void offline_body(struct plain *p) {
  if (!run_steps(p, ClusterResourceOfflinePending) || !complete(p, ClusterResourceOffline))
    give_up(p);
}

/* ---- the worker ------------------------------------------------------------------------------ */

static DWORD WINAPI worker_main(PCLUS_WORKER worker, LPVOID parameter) {
  struct plain *p = parameter;
  (void)worker;
  p->body(p);
  return ERROR_SUCCESS;
}

static DWORD start_worker(struct plain *p, plain_body body) {
  p->body = body;
  return plain_traits.runner != NULL ? plain_traits.runner->start(p, body)
                                     : ClusWorkerCreate(&p->worker, worker_main, p);
}

static void wait_worker(struct plain *p) {
  if (plain_traits.runner != NULL)
    plain_traits.runner->join(p);
  else
    ClusWorkerTerminate(&p->worker);
}

/* The caller holds `teardown`. On return no worker of the instance is alive. */
static void join_worker(struct plain *p) {
  BOOL live;
  EnterCriticalSection(&p->lock);
  live = p->worker_live;
  if (live && plain_traits.wait_under_lock) wait_worker(p);
  LeaveCriticalSection(&p->lock);
  if (!live) {
    if (plain_traits.leave_unheld) LeaveCriticalSection(&p->lock);
    return;
  }
  if (!plain_traits.wait_under_lock) wait_worker(p);
  EnterCriticalSection(&p->lock);
  p->worker_live = FALSE;
  LeaveCriticalSection(&p->lock);
}

/* Trait check_then_act: nothing keeps two callers from both finding no worker. */
static DWORD start_unless_live(struct plain *p, plain_body body) {
  DWORD error;
  BOOL live;
  EnterCriticalSection(&p->lock);
  live = p->worker_live;
  LeaveCriticalSection(&p->lock);
  if (live) return ERROR_SUCCESS;
  error = start_worker(p, body);
  if (error != ERROR_SUCCESS) return error;
  EnterCriticalSection(&p->lock);
  p->worker_live = TRUE;
  LeaveCriticalSection(&p->lock);
  return ERROR_SUCCESS;
}

/* Trait check_then_act: what Terminate leaves to a worker. */
static void down_body(struct plain *p) { set_state(p, ClusterResourceOffline); }

static DWORD start_operation(struct plain *p, CLUSTER_RESOURCE_STATE pending, plain_body body) {
  DWORD error = STOPPED;

  if (InterlockedExchange(&p->terminate, FALSE) && !report(p, pending, 0)) {
    InterlockedExchange(&p->terminate, TRUE); /* it was this operation's */
    return STOPPED;
  }
  AcquireSRWLockExclusive(&p->teardown);
  join_worker(p);
  ReleaseSRWLockExclusive(&p->teardown);

  if (plain_traits.check_then_act) {
    p->checkpoint = 0;
    set_state(p, pending);
    error = start_unless_live(p, body);
    return error == ERROR_SUCCESS ? ERROR_IO_PENDING : error;
  }

  EnterCriticalSection(&p->lock);
  if (!p->terminate || plain_traits.create_unchecked) {
    CLUSTER_RESOURCE_STATE before = p->state;
    p->cancelled = FALSE;
    if (plain_traits.sync) {
      p->state =
          pending == ClusterResourceOnlinePending ? ClusterResourceOnline : ClusterResourceOffline;
      error = ERROR_SUCCESS;
    } else {
      p->state = pending;
      p->checkpoint = 0;
      error = start_worker(p, body);
      if (error == ERROR_SUCCESS) {
        p->worker_live = TRUE;
        error = ERROR_IO_PENDING;
      } else {
        p->state = before;
      }
    }
  }
  LeaveCriticalSection(&p->lock);
  if (error == ERROR_IO_PENDING && plain_traits.lost_wakeup) SetEvent(p->event);
  return error;
}

/* Terminate's work, also done by Close. May be called in any state and any number of times. */
static void terminate_plain(struct plain *p, BOOL join) {
  EnterCriticalSection(&p->lock);
  InterlockedExchange(&p->terminate, TRUE);
  if (plain_traits.lock_order) {
    EnterCriticalSection(&p->second);
    LeaveCriticalSection(&p->second);
  }
  LeaveCriticalSection(&p->lock);

  AcquireSRWLockExclusive(&p->teardown);
  if (plain_traits.check_then_act) start_unless_live(p, down_body);
  if (join) join_worker(p);
  set_state(p, ClusterResourceOffline);
  ReleaseSRWLockExclusive(&p->teardown);
}

DWORD WINAPI plain_cancel(RESID resource, DWORD flags) {
  struct plain *p = resource;
  BOOL accepted;
  (void)flags;
  if (p == NULL) return ERROR_RESOURCE_NOT_FOUND;
  EnterCriticalSection(&p->lock);
  accepted = p->state == ClusterResourceOnlinePending;
  if (accepted) p->cancelled = TRUE;
  LeaveCriticalSection(&p->lock);
  return accepted ? ERROR_SUCCESS : ERROR_INVALID_STATE;
}

/* ---- entry points ---------------------------------------------------------------------------- */

static void destroy(struct plain *p) {
  if (p->event != NULL) CloseHandle(p->event);
  if (p->scratch != NULL) HeapFree(GetProcessHeap(), 0, p->scratch);
  if (plain_traits.lock_order) DeleteCriticalSection(&p->second);
  DeleteCriticalSection(&p->lock);
  HeapFree(GetProcessHeap(), 0, p);
}

static RESID WINAPI plain_open(LPCWSTR name, HKEY key, RESOURCE_HANDLE handle) {
  struct plain *p = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*p));
  DWORD error = ERROR_SUCCESS;
  (void)key;
  if (p == NULL) {
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return NULL;
  }
  InitializeCriticalSection(&p->lock);
  InitializeSRWLock(&p->teardown);
  p->handle = handle;
  p->state = ClusterResourceOffline;
  p->references = 1;
  if (plain_traits.lock_order) InitializeCriticalSection(&p->second);
  if (plain_traits.lost_wakeup || plain_traits.close_handle_twice) {
    p->event = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (p->event == NULL) error = GetLastError();
  }
  if (error == ERROR_SUCCESS && plain_traits.open != NULL) error = plain_traits.open(p, name);
  if (error != ERROR_SUCCESS) {
    destroy(p);
    SetLastError(error);
    return NULL;
  }
  if (plain_traits.report_in_open) report(p, ClusterResourceOffline, 0);
  AcquireSRWLockExclusive(&g_lock);
  p->next = g_list;
  g_list = p;
  g_last_handle = handle;
  ReleaseSRWLockExclusive(&g_lock);
  return p;
}

static VOID WINAPI plain_close(RESID resource) {
  struct plain *p = resource;
  struct plain **link;
  if (p == NULL) return;
  if (!plain_traits.close_without_join) terminate_plain(p, TRUE);
  AcquireSRWLockExclusive(&g_lock);
  for (link = &g_list; *link != NULL; link = &(*link)->next) {
    if (*link == p) {
      *link = p->next;
      break;
    }
  }
  ReleaseSRWLockExclusive(&g_lock);
  if (plain_traits.close != NULL) plain_traits.close(p);
  if (plain_traits.count_in_two_steps)
    let_go(p);
  else
    destroy(p);
}

static DWORD allocate_scratch(struct plain *p) {
  DWORD error = ERROR_SUCCESS;
  EnterCriticalSection(&p->lock);
  if (p->scratch == NULL) p->scratch = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, SCRATCH_BYTES);
  if (p->scratch == NULL) error = ERROR_NOT_ENOUGH_MEMORY;
  LeaveCriticalSection(&p->lock);
  return error;
}

static void free_scratch(struct plain *p) {
  LONG *scratch;
  EnterCriticalSection(&p->lock);
  scratch = p->scratch;
  p->scratch = NULL;
  LeaveCriticalSection(&p->lock);
  if (scratch != NULL) HeapFree(GetProcessHeap(), 0, scratch);
}

static DWORD online(struct plain *p) {
  DWORD error = ERROR_SUCCESS;
  if (plain_traits.free_twice || plain_traits.offline_needs_online) error = allocate_scratch(p);
  if (error != ERROR_SUCCESS) return error;
  if (plain_traits.spin) {
    p->busy = FALSE;
    set_state(p, ClusterResourceOffline);
    while (p->busy) {
    }
  }
  if (plain_traits.online != NULL) plain_traits.online(p);
  error = start_operation(p, ClusterResourceOnlinePending, online_body);
  if (error == ERROR_IO_PENDING && plain_traits.success_and_worker) return ERROR_SUCCESS;
  if (error == ERROR_IO_PENDING && plain_traits.error_after_report) {
    AcquireSRWLockExclusive(&p->teardown);
    join_worker(p);
    ReleaseSRWLockExclusive(&p->teardown);
    return ERROR_GEN_FAILURE;
  }
  return error;
}

static DWORD WINAPI plain_online(RESID resource, LPHANDLE event_handle) {
  DWORD error;
  (void)event_handle; /* stays NULL: health is polled */
  if (resource == NULL) return ERROR_RESOURCE_NOT_FOUND;
  hold(resource);
  error = online(resource);
  let_go(resource);
  return error;
}

static DWORD WINAPI plain_offline(RESID resource) {
  struct plain *p = resource;
  DWORD error;
  if (p == NULL) return ERROR_RESOURCE_NOT_FOUND;
  if (plain_traits.offline != NULL) plain_traits.offline(p);
  hold(p);
  error = start_operation(p, ClusterResourceOfflinePending, offline_body);
  if (plain_traits.offline_needs_online) p->scratch[0]++;
  let_go(p);
  if (error == ERROR_IO_PENDING && plain_traits.offline_and_worker) return ERROR_SUCCESS;
  return error;
}

static VOID WINAPI plain_terminate(RESID resource) {
  struct plain *p = resource;
  if (p == NULL) return;
  if (plain_traits.terminate != NULL) plain_traits.terminate(p);
  hold(p);
  if (plain_traits.spin) p->busy = TRUE;
  terminate_plain(p, !plain_traits.terminate_without_join);
  if (plain_traits.free_twice && p->scratch != NULL) HeapFree(GetProcessHeap(), 0, p->scratch);
  if (plain_traits.offline_needs_online) free_scratch(p);
  if (plain_traits.close_handle_twice) CloseHandle(p->event);
  let_go(p);
}

static BOOL WINAPI plain_is_alive(RESID resource) {
  struct plain *p = resource;
  BOOL alive;
  if (p == NULL) return FALSE;
  EnterCriticalSection(&p->lock);
  alive = p->state == ClusterResourceOnline && !p->terminate;
  LeaveCriticalSection(&p->lock);
  return alive;
}

static DWORD WINAPI plain_resource_control(RESID resource, DWORD code, PVOID in, DWORD in_size,
                                           PVOID out, DWORD out_size, LPDWORD returned) {
  struct plain *p;
  (void)code;
  (void)in;
  (void)in_size;
  (void)out;
  (void)out_size;
  if (returned != NULL) *returned = 0;
  AcquireSRWLockShared(&g_lock);
  for (p = g_list; p != NULL && p != resource; p = p->next) {
  }
  ReleaseSRWLockShared(&g_lock);
  return p == NULL ? ERROR_RESOURCE_NOT_FOUND : ERROR_INVALID_FUNCTION;
}

/* ---- loading --------------------------------------------------------------------------------- */

CLRES_FUNCTION_TABLE startup_v1_table = {
    STARTUP_V1_HEAD,
    .V1Functions =
        {
            .Open = plain_open,
            .Close = plain_close,
            .Online = plain_online,
            .Offline = plain_offline,
            .Terminate = plain_terminate,
            .LooksAlive = plain_is_alive,
            .IsAlive = plain_is_alive,
            .Arbitrate = NULL,
            .Release = NULL,
            .ResourceControl = plain_resource_control,
            .ResourceTypeControl = startup_v1_type_control,
        },
};

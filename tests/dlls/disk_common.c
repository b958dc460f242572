/* disk_common.c - a storage resource that keeps one volume online or offline (interface version 1).
 *
 * Who may do what:
 *  - `lock` guards the flags of an instance. It is never held across a callback, a wait or I/O.
 *  - `teardown` is the right to join the worker and then to take the volume down: Terminate, and
 *    Online/Offline while they wait for the previous worker. The worker never takes it, so a holder
 *    may wait for the worker. One joiner at a time, because a second caller of ClusWorkerTerminate
 *    may return before the thread has gone.
 *  - `poll` is held by IsAlive while it has the probe file open. Whoever takes the volume down
 *    first makes IsAlive refuse (state, terminate flag) and then passes through `poll` once.
 *
 * Terminate against Online and Offline: the entry point clears the flag before anything else and
 * creates the worker under `lock` if the flag is still clear. So a Terminate that comes later
 * either finds the worker and joins it, or leaves the flag. A flag that was set already belongs to
 * the last operation, or to this one if Terminate overtook the entry point's first instruction:
 * only the monitor can tell, so then it is asked by a progress report.
 */
#include "disk_common.h"

#include "clusrace/abi.h"

#define RETRY_LIMIT 3      /* attempts at a step that another program may be blocking */
#define RETRY_PAUSE_MS 100 /* virtual milliseconds between them */
#define STOPPED ERROR_OPERATION_ABORTED

#ifndef ERROR_NO_SUCH_DEVICE
#define ERROR_NO_SUCH_DEVICE 433L
#endif
#ifndef ERROR_DEVICE_REMOVED
#define ERROR_DEVICE_REMOVED 1617L
#endif

struct disk {
  struct disk *next; /* under g_lock */
  RESOURCE_HANDLE handle;
  PSET_RESOURCE_STATUS_ROUTINE set_status;
  PLOG_EVENT_ROUTINE log;
  HKEY parameters; /* NULL when the resource has none */
  SRWLOCK teardown;
  SRWLOCK poll;
  CRITICAL_SECTION lock;

  volatile LONG terminate; /* the current operation is to be given up; set under lock */

  /* under lock */
  CLUSTER_RESOURCE_STATE state;
  BOOL worker_live; /* created and not joined */
  BOOL up;          /* this instance put the volume online and has not taken it down since */
  WCHAR letter;

  /* of the current operation: the entry point before it creates the worker, then the worker */
  DWORD checkpoint;
  CLUS_WORKER worker;
};

/* A worker's way to ask whether to go on; NULL stands for a path that nobody can cancel. */
struct run {
  struct disk *disk;
  PCLUS_WORKER worker;
  CLUSTER_RESOURCE_STATE pending;
};

static SRWLOCK g_lock = SRWLOCK_INIT;
static struct disk *g_disks;
static PSET_RESOURCE_STATUS_ROUTINE g_set_status;
static PLOG_EVENT_ROUTINE g_log;

/* ---- small steps ----------------------------------------------------------------------------- */

static DWORD last_error(void) {
  DWORD error = GetLastError();
  return error == ERROR_SUCCESS ? ERROR_GEN_FAILURE : error;
}

static DWORD control(HANDLE handle, DWORD code) {
  DWORD bytes = 0;
  return DeviceIoControl(handle, code, NULL, 0, NULL, 0, &bytes, NULL) ? ERROR_SUCCESS
                                                                       : last_error();
}

static void set_state(struct disk *d, CLUSTER_RESOURCE_STATE state) {
  EnterCriticalSection(&d->lock);
  d->state = state;
  LeaveCriticalSection(&d->lock);
}

/* TRUE when the monitor wants the operation to go on. */
static BOOL report(struct disk *d, CLUSTER_RESOURCE_STATE state, DWORD checkpoint) {
  RESOURCE_STATUS status = {0};
  status.ResourceState = state;
  status.CheckPoint = checkpoint;
  return d->set_status(d->handle, &status) != ResourceExitStateTerminate;
}

static BOOL stop_requested(struct disk *d, PCLUS_WORKER worker) {
  BOOL stop;
  EnterCriticalSection(&d->lock);
  stop = d->terminate != FALSE;
  LeaveCriticalSection(&d->lock);
  return stop || ClusWorkerCheckTerminate(worker);
}

/* Between two steps of a worker: FALSE when the operation is to be given up. */
static BOOL keep_going(const struct run *run) {
  BOOL wanted;
  if (run == NULL) return TRUE;
  if (!disk_traits.terminate_without_join && stop_requested(run->disk, run->worker)) return FALSE;
  run->disk->checkpoint++;
  wanted = report(run->disk, run->pending, run->disk->checkpoint);
  return wanted || disk_traits.terminate_without_join;
}

/* The drive letter: private property "Volume", L"V:" if there is none or it is none. Read at Open
 * and Online. A value that cannot be read is an error: L"V:" may be another resource's. */
static DWORD read_letter(HKEY parameters, WCHAR *letter) {
  WCHAR text[4] = {0};
  DWORD size = sizeof(text) - sizeof(text[0]);
  DWORD type = 0;
  DWORD error;
  *letter = L'V';
  if (parameters == NULL) return ERROR_SUCCESS;
  error = (DWORD)ClusterRegQueryValue(parameters, L"Volume", &type, (LPBYTE)text, &size);
  if (error == ERROR_FILE_NOT_FOUND || error == ERROR_MORE_DATA) return ERROR_SUCCESS;
  if (error != ERROR_SUCCESS) return error;
  if (type != REG_SZ || text[1] != L':' || text[2] != 0) return ERROR_SUCCESS;
  if (text[0] >= L'a' && text[0] <= L'z') *letter = (WCHAR)(text[0] - L'a' + L'A');
  if (text[0] >= L'A' && text[0] <= L'Z') *letter = text[0];
  return ERROR_SUCCESS;
}

/* ---- the volume ------------------------------------------------------------------------------ */

static HANDLE open_device(WCHAR letter, DWORD access) {
  WCHAR name[] = L"\\\\.\\V:";
  name[4] = letter;
  return CreateFileW(name, access, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0,
                     NULL);
}

static HANDLE open_probe(WCHAR letter, DWORD access, DWORD disposition) {
  WCHAR name[] = L"V:\\clusrace.probe";
  name[0] = letter;
  return CreateFileW(name, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                     disposition, FILE_ATTRIBUTE_NORMAL, NULL);
}

/* Opens the volume for control. A program that locks or dismounts it makes that fail for a while,
 * so a few attempts are made; STOPPED when the worker was told to give up in between. */
static DWORD open_volume(WCHAR letter, const struct run *run, HANDLE *volume) {
  DWORD error = ERROR_SUCCESS;
  int attempt;
  for (attempt = 0; attempt < RETRY_LIMIT; attempt++) {
    if (attempt > 0) {
      Sleep(RETRY_PAUSE_MS);
      if (!keep_going(run)) return STOPPED;
    }
    *volume = open_device(letter, GENERIC_READ | GENERIC_WRITE);
    if (*volume != INVALID_HANDLE_VALUE) return ERROR_SUCCESS;
    error = last_error();
  }
  return error;
}

/* Asks without mounting anything: an open without data access reaches the volume device only. */
static BOOL volume_is_offline(WCHAR letter) {
  HANDLE volume = open_device(letter, 0);
  BOOL offline;
  if (volume == INVALID_HANDLE_VALUE) return FALSE;
  offline = control(volume, IOCTL_VOLUME_IS_OFFLINE) == ERROR_SUCCESS;
  CloseHandle(volume);
  return offline;
}

/* Success with *locked FALSE means: do without. STOPPED when told to give up. */
static DWORD lock_volume(HANDLE volume, const struct run *run, BOOL *locked) {
  int attempt;
  *locked = FALSE;
  for (attempt = 0; attempt < RETRY_LIMIT; attempt++) {
    if (attempt > 0) {
      Sleep(RETRY_PAUSE_MS);
      if (!keep_going(run)) return STOPPED;
    }
    if (control(volume, FSCTL_LOCK_VOLUME) == ERROR_SUCCESS) {
      *locked = TRUE;
      return ERROR_SUCCESS;
    }
  }
  return ERROR_SUCCESS;
}

/* A step that has to be done, whatever hinders it for a while. */
static DWORD control_until_done(HANDLE volume, DWORD code) {
  DWORD error = ERROR_SUCCESS;
  int attempt;
  for (attempt = 0; attempt < RETRY_LIMIT; attempt++) {
    if (attempt > 0) Sleep(RETRY_PAUSE_MS);
    error = control(volume, code);
    if (error == ERROR_SUCCESS || error == ERROR_NOT_READY) break;
  }
  return error;
}

/* Lock (graceful only), dismount, offline, close: one handle, and from the dismount on without a
 * look at the terminate flag, because a dismounted volume that is still online would be mounted
 * again by the next open. *clean: no file system can have come back in between. */
static DWORD dismount_and_offline(WCHAR letter, const struct run *run, BOOL *clean) {
  HANDLE volume;
  BOOL locked = FALSE;
  DWORD error = open_volume(letter, run, &volume);
  if (error != ERROR_SUCCESS) return error;
  if (run != NULL) {
    error = lock_volume(volume, run, &locked);
    if (error != ERROR_SUCCESS) {
      CloseHandle(volume);
      return error;
    }
    /* A lock that was refused may have been refused before it flushed, and a dismount need not
     * flush. Whatever the answer, the volume has to go. */
    if (!locked) FlushFileBuffers(volume);
  }
  error = control_until_done(volume, FSCTL_DISMOUNT_VOLUME);
  if (error != ERROR_SUCCESS && error != ERROR_NOT_READY) {
    CloseHandle(volume);
    return error;
  }
  *clean = locked && error == ERROR_SUCCESS;
  if (disk_traits.reopen_before_offline) {
    CloseHandle(volume);
    error = open_volume(letter, NULL, &volume);
    if (error != ERROR_SUCCESS) return error;
  }
  error = control_until_done(volume, IOCTL_VOLUME_OFFLINE);
  CloseHandle(volume);
  return error;
}

/* While the volume is offline nothing real can be mounted, so this dismount is final. */
static void dismount_leftover(WCHAR letter) {
  HANDLE volume;
  if (open_volume(letter, NULL, &volume) != ERROR_SUCCESS) return;
  control(volume, FSCTL_DISMOUNT_VOLUME);
  CloseHandle(volume);
}

/* Takes the volume down: gracefully for a worker (`run`), by force and without a lock for NULL.
 * The caller has made IsAlive refuse. Idempotent. 0 means that the volume is offline. */
static DWORD take_down(struct disk *d, const struct run *run) {
  WCHAR letter;
  BOOL leftover;
  BOOL clean = FALSE;

  AcquireSRWLockExclusive(&d->poll); /* lets an IsAlive that is inside finish */
  ReleaseSRWLockExclusive(&d->poll);

  EnterCriticalSection(&d->lock);
  letter = d->letter;
  leftover = d->up;
  LeaveCriticalSection(&d->lock);

  if (!volume_is_offline(letter)) {
    DWORD error = dismount_and_offline(letter, run, &clean);
    if (error != ERROR_SUCCESS) return error;
    leftover = !clean;
  }
  if (leftover && !disk_traits.reopen_before_offline) dismount_leftover(letter);

  EnterCriticalSection(&d->lock);
  d->up = FALSE;
  LeaveCriticalSection(&d->lock);
  return ERROR_SUCCESS;
}

static DWORD write_probe(WCHAR letter) {
  static const char text[] = "clusrace probe";
  DWORD written = 0;
  DWORD error = ERROR_SUCCESS;
  HANDLE file = open_probe(letter, GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS);
  if (file == INVALID_HANDLE_VALUE) return last_error();
  if (!WriteFile(file, text, sizeof(text), &written, NULL)) error = last_error();
  CloseHandle(file);
  return error;
}

static DWORD read_probe(WCHAR letter) {
  char text[16];
  DWORD read = 0;
  DWORD error = ERROR_SUCCESS;
  HANDLE file = open_probe(letter, GENERIC_READ, OPEN_EXISTING);
  if (file == INVALID_HANDLE_VALUE) return last_error();
  if (!ReadFile(file, text, sizeof(text), &read, NULL)) error = last_error();
  CloseHandle(file);
  return error;
}

/* Online, mount, prove it. The handle that sent ONLINE was opened on an offline volume: it must be
 * gone before a file can be opened. *touched: there is something to undo. */
static DWORD bring_up(const struct run *run, BOOL *touched) {
  struct disk *d = run->disk;
  WCHAR letter;
  HANDLE volume;
  DWORD error;

  EnterCriticalSection(&d->lock);
  letter = d->letter;
  LeaveCriticalSection(&d->lock);

  if (!keep_going(run)) return STOPPED;
  error = open_volume(letter, run, &volume);
  if (error != ERROR_SUCCESS) return error;

  *touched = TRUE;
  EnterCriticalSection(&d->lock);
  d->up = TRUE;
  LeaveCriticalSection(&d->lock);
  error = control(volume, IOCTL_VOLUME_ONLINE);
  CloseHandle(volume);
  if (error != ERROR_SUCCESS) return error;

  if (disk_traits.crash_online) {
    struct disk *volatile nobody = NULL;
    nobody->checkpoint = 0;
  }
  if (!keep_going(run)) return STOPPED;
  error = write_probe(letter);
  if (error != ERROR_SUCCESS) return error;
  error = read_probe(letter);
  if (error == ERROR_SUCCESS && disk_traits.mounted != NULL) error = disk_traits.mounted(letter);
  return error;
}

/* ---- workers --------------------------------------------------------------------------------- */

/* Own record first, then the report. FALSE when the operation was given up meanwhile. After TRUE
 * the worker touches nothing of the instance: the monitor may already be in the next call. */
static BOOL complete(struct disk *d, CLUSTER_RESOURCE_STATE state) {
  BOOL wanted;
  EnterCriticalSection(&d->lock);
  wanted = !d->terminate || disk_traits.terminate_without_join;
  if (wanted) d->state = state;
  LeaveCriticalSection(&d->lock);
  if (!wanted) return FALSE;
  return report(d, state, d->checkpoint) || disk_traits.terminate_without_join;
}

static DWORD WINAPI online_worker(PCLUS_WORKER worker, LPVOID parameter) {
  struct disk *d = parameter;
  struct run run = {d, worker, ClusterResourceOnlinePending};
  BOOL touched = FALSE;
  DWORD error = stop_requested(d, worker) ? STOPPED : bring_up(&run, &touched);

  if (error == ERROR_SUCCESS && stop_requested(d, worker) && !disk_traits.terminate_without_join)
    error = STOPPED;
  if (error == ERROR_SUCCESS) {
    if (complete(d, ClusterResourceOnline)) return ERROR_SUCCESS;
    error = STOPPED;
  }

  set_state(d, ClusterResourceFailed);
  if (touched) take_down(d, NULL);
  if (error != STOPPED) {
    d->log(d->handle, LOG_ERROR, L"The volume could not be brought online.\n");
    complete(d, ClusterResourceFailed);
  }
  return error;
}

static DWORD WINAPI offline_worker(PCLUS_WORKER worker, LPVOID parameter) {
  struct disk *d = parameter;
  struct run run = {d, worker, ClusterResourceOfflinePending};
  DWORD error = STOPPED;

  if (!stop_requested(d, worker) && keep_going(&run)) error = take_down(d, &run);
  if (error == STOPPED) return error;
  if (error != ERROR_SUCCESS)
    d->log(d->handle, LOG_ERROR, L"The volume could not be taken offline.\n");
  complete(d, error == ERROR_SUCCESS ? ClusterResourceOffline : ClusterResourceFailed);
  return error;
}

/* The caller holds `teardown`. On return no worker of the instance is alive. */
static void join_worker(struct disk *d) {
  BOOL live;
  EnterCriticalSection(&d->lock);
  live = d->worker_live;
  LeaveCriticalSection(&d->lock);
  if (!live) return;
  ClusWorkerTerminate(&d->worker);
  EnterCriticalSection(&d->lock);
  d->worker_live = FALSE;
  LeaveCriticalSection(&d->lock);
}

static DWORD start_operation(struct disk *d, CLUSTER_RESOURCE_STATE pending,
                             PWORKER_START_ROUTINE routine) {
  DWORD error = STOPPED;
  WCHAR letter = 0;

  if (InterlockedExchange(&d->terminate, FALSE) && !report(d, pending, 0)) {
    InterlockedExchange(&d->terminate, TRUE); /* it was this operation's */
    return STOPPED;
  }
  AcquireSRWLockExclusive(&d->teardown);
  join_worker(d);
  ReleaseSRWLockExclusive(&d->teardown);
  if (pending == ClusterResourceOnlinePending) {
    error = read_letter(d->parameters, &letter);
    if (error != ERROR_SUCCESS) return error;
    error = STOPPED;
  }

  EnterCriticalSection(&d->lock);
  if (!d->terminate) {
    CLUSTER_RESOURCE_STATE before = d->state;
    d->state = pending;
    d->checkpoint = 0;
    if (pending == ClusterResourceOnlinePending) d->letter = letter;
    error = ClusWorkerCreate(&d->worker, routine, d);
    if (error == ERROR_SUCCESS)
      d->worker_live = TRUE;
    else
      d->state = before;
  }
  LeaveCriticalSection(&d->lock);
  return error == ERROR_SUCCESS ? ERROR_IO_PENDING : error;
}

/* Terminate's work, also done by Close. May be called in any state and any number of times. */
static void terminate_disk(struct disk *d, BOOL join) {
  DWORD error;
  EnterCriticalSection(&d->lock);
  InterlockedExchange(&d->terminate, TRUE);
  LeaveCriticalSection(&d->lock);

  AcquireSRWLockExclusive(&d->teardown);
  if (join) join_worker(d);
  error = take_down(d, NULL);
  set_state(d, error == ERROR_SUCCESS ? ClusterResourceOffline : ClusterResourceFailed);
  ReleaseSRWLockExclusive(&d->teardown);
}

/* ---- entry points ---------------------------------------------------------------------------- */

static void destroy(struct disk *d) {
  if (d->parameters != NULL) ClusterRegCloseKey(d->parameters);
  DeleteCriticalSection(&d->lock);
  HeapFree(GetProcessHeap(), 0, d);
}

/* The disk may be masked from this node: then there is nothing that Open could take down. */
static BOOL device_missing(DWORD error) {
  return error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND ||
         error == ERROR_NO_SUCH_DEVICE || error == ERROR_DEVICE_NOT_CONNECTED ||
         error == ERROR_DEVICE_REMOVED;
}

static RESID WINAPI disk_open(LPCWSTR name, HKEY key, RESOURCE_HANDLE handle) {
  struct disk *d = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*d));
  DWORD error;
  (void)name;
  if (d == NULL) {
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return NULL;
  }
  InitializeCriticalSection(&d->lock);
  InitializeSRWLock(&d->teardown);
  InitializeSRWLock(&d->poll);
  d->handle = handle;
  d->set_status = g_set_status;
  d->log = g_log;
  d->state = ClusterResourceOffline;
  error = (DWORD)ClusterRegOpenKey(key, L"Parameters", KEY_READ, &d->parameters);
  if (error != ERROR_SUCCESS) d->parameters = NULL;
  if (error == ERROR_SUCCESS || error == ERROR_FILE_NOT_FOUND)
    error = read_letter(d->parameters, &d->letter);
  if (error != ERROR_SUCCESS) {
    destroy(d);
    SetLastError(error);
    return NULL;
  }
  if (disk_traits.opened != NULL) disk_traits.opened(key);

  /* A monitor process that died may have left the volume online. */
  error = take_down(d, NULL);
  if (error != ERROR_SUCCESS && !device_missing(error)) {
    d->log(handle, LOG_ERROR, L"The volume is online and cannot be taken offline.\n");
    destroy(d);
    SetLastError(error);
    return NULL;
  }
  AcquireSRWLockExclusive(&g_lock);
  d->next = g_disks;
  g_disks = d;
  ReleaseSRWLockExclusive(&g_lock);
  return d;
}

static VOID WINAPI disk_close(RESID resource) {
  struct disk *d = resource;
  struct disk **link;
  if (d == NULL) return;
  if (!disk_traits.close_without_join) terminate_disk(d, TRUE);
  AcquireSRWLockExclusive(&g_lock);
  for (link = &g_disks; *link != NULL; link = &(*link)->next) {
    if (*link == d) {
      *link = d->next;
      break;
    }
  }
  ReleaseSRWLockExclusive(&g_lock);
  destroy(d);
}

static DWORD WINAPI disk_online(RESID resource, LPHANDLE event_handle) {
  (void)event_handle; /* stays NULL: health is polled */
  if (resource == NULL) return ERROR_RESOURCE_NOT_FOUND;
  return start_operation(resource, ClusterResourceOnlinePending, online_worker);
}

static DWORD WINAPI disk_offline(RESID resource) {
  if (resource == NULL) return ERROR_RESOURCE_NOT_FOUND;
  return start_operation(resource, ClusterResourceOfflinePending, offline_worker);
}

static VOID WINAPI disk_terminate(RESID resource) {
  if (resource == NULL) return;
  if (disk_traits.hang_terminate) {
    HANDLE never = CreateEventW(NULL, TRUE, FALSE, NULL);
    WaitForSingleObject(never, INFINITE);
    CloseHandle(never);
  }
  terminate_disk(resource, !disk_traits.terminate_without_join);
}

static BOOL WINAPI disk_looks_alive(RESID resource) {
  struct disk *d = resource;
  BOOL alive;
  if (d == NULL) return FALSE;
  EnterCriticalSection(&d->lock);
  alive = d->state == ClusterResourceOnline;
  LeaveCriticalSection(&d->lock);
  return alive;
}

/* TRUE only after a file was read now. Opening it mounts, so never once the volume is to go. */
static BOOL WINAPI disk_is_alive(RESID resource) {
  struct disk *d = resource;
  BOOL alive;
  WCHAR letter;
  if (d == NULL) return FALSE;
  AcquireSRWLockExclusive(&d->poll);
  EnterCriticalSection(&d->lock);
  alive = d->state == ClusterResourceOnline && !d->terminate;
  letter = d->letter;
  LeaveCriticalSection(&d->lock);
  if (alive) alive = read_probe(letter) == ERROR_SUCCESS;
  ReleaseSRWLockExclusive(&d->poll);
  return alive;
}

static DWORD WINAPI disk_resource_control(RESID resource, DWORD code, PVOID in, DWORD in_size,
                                          PVOID out, DWORD out_size, LPDWORD returned) {
  struct disk *d;
  (void)code;
  (void)in;
  (void)in_size;
  (void)out;
  (void)out_size;
  if (returned != NULL) *returned = 0;
  AcquireSRWLockShared(&g_lock);
  for (d = g_disks; d != NULL && d != resource; d = d->next) {
  }
  ReleaseSRWLockShared(&g_lock);
  return d == NULL ? ERROR_RESOURCE_NOT_FOUND : ERROR_INVALID_FUNCTION;
}

static DWORD WINAPI disk_type_control(LPCWSTR type_name, DWORD code, PVOID in, DWORD in_size,
                                      PVOID out, DWORD out_size, LPDWORD returned) {
  (void)type_name;
  (void)code;
  (void)in;
  (void)in_size;
  (void)out;
  (void)out_size;
  if (returned != NULL) *returned = 0;
  return ERROR_INVALID_FUNCTION;
}

/* ---- loading --------------------------------------------------------------------------------- */

static CLRES_FUNCTION_TABLE g_table = {
    .TableSize = sizeof(CLRES_V1_FUNCTIONS),
    .Version = CLRES_VERSION_V1_00,
    .V1Functions =
        {
            .Open = disk_open,
            .Close = disk_close,
            .Online = disk_online,
            .Offline = disk_offline,
            .Terminate = disk_terminate,
            .LooksAlive = disk_looks_alive,
            .IsAlive = disk_is_alive,
            .Arbitrate = NULL,
            .Release = NULL,
            .ResourceControl = disk_resource_control,
            .ResourceTypeControl = disk_type_control,
        },
};

__declspec(dllexport) DWORD WINAPI
    Startup(LPCWSTR ResourceType, DWORD MinVersionSupported, DWORD MaxVersionSupported,
            PSET_RESOURCE_STATUS_ROUTINE SetResourceStatus, PLOG_EVENT_ROUTINE LogEvent,
            PCLRES_FUNCTION_TABLE *FunctionTable) {
  int equal = disk_traits.refuse_own_type ? 0 : CSTR_EQUAL;
  if (CompareStringW(LOCALE_INVARIANT, NORM_IGNORECASE, ResourceType, -1, DISK_TYPE_NAME, -1) !=
      equal)
    return ERROR_CLUSTER_RESNAME_NOT_FOUND;
  if (MinVersionSupported > CLRES_VERSION_V1_00 || MaxVersionSupported < CLRES_VERSION_V1_00)
    return ERROR_REVISION_MISMATCH;
  g_set_status = SetResourceStatus;
  g_log = LogEvent;
  *FunctionTable = &g_table;
  return ERROR_SUCCESS;
}

/* The DLLs have no C runtime: this is the image's entry point. */
BOOL WINAPI DllMainCRTStartup(HINSTANCE instance, DWORD reason, LPVOID reserved);

BOOL WINAPI DllMainCRTStartup(HINSTANCE instance, DWORD reason, LPVOID reserved) {
  (void)reserved;
  if (reason == DLL_PROCESS_ATTACH) DisableThreadLibraryCalls(instance);
  return TRUE;
}

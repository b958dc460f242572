/* surroundings.h - what surrounds a DLL beside the kernel: simulated volumes, the cluster database,
 * the cluster's helper functions, services, processes, shares, and the callbacks of the monitor.
 */
#ifndef CR_HOST_SURROUNDINGS_H
#define CR_HOST_SURROUNDINGS_H

#include "../kernel/kernel.h"
#include "clusrace/abi.h"

extern const cr_hook cr_hooks_files[], cr_hooks_volumes[], cr_hooks_registry[],
    cr_hooks_properties[], cr_hooks_workers[], cr_hooks_services[], cr_hooks_processes[],
    cr_hooks_shares[], cr_hooks_cluster[];

/* ---- volumes --------------------------------------------------------------------------------- */

/* What a path names. */
typedef enum cr_path_kind {
  CR_PATH_OTHER = 0, /* nothing simulated: the real system's */
  CR_PATH_VOLUME,    /* \\.\X:, \\?\Volume{...} */
  CR_PATH_FILE       /* a file or directory on a simulated volume */
} cr_path_kind;

/* Sorts a path; volume receives its index. */
cr_path_kind cr_path_sort(const WCHAR *path, unsigned *volume);
/* Widens an ANSI path into `wide` (cut at its size). */
void cr_path_widen(const char *path, WCHAR *wide, size_t wide_len);

/* Opens as CreateFile does. Returns INVALID_HANDLE_VALUE with the last error set. kind is VOLUME or
 * FILE; object_kind is FILE or FIND. Stops, and emits OPENV, OPENM or OPENF. */
HANDLE cr_volume_open(cr_thread *t, cr_path_kind kind, unsigned volume, DWORD access, DWORD share,
                      cr_kobject_kind object_kind);
/* Another operation through a handle that is ours: stops, emits the event, sets the last error when
 * it fails. */
bool cr_volume_operate(cr_thread *t, HANDLE handle, cr_event_kind kind);
/* CloseHandle and FindClose. */
BOOL cr_file_close(cr_thread *t, HANDLE handle);

/* ---- cluster database ------------------------------------------------------------------------ */

enum { CR_REG_VALUES_MAX = 64, CR_REG_NAME_MAX = 64, CR_REG_DATA_MAX = 512 };

/* A value that the DLL has set. */
typedef struct cr_reg_value {
  bool used, deleted;
  uint8_t resource;
  bool parameters;
  WCHAR name[CR_REG_NAME_MAX];
  DWORD type, size;
  BYTE data[CR_REG_DATA_MAX];
} cr_reg_value;

typedef struct cr_registry {
  bool used; /* anything below may differ from zero */
  cr_reg_value value[CR_REG_VALUES_MAX];
} cr_registry;

/* Values that a file gives (properties_file.c). */
typedef struct cr_registry_row {
  char owner[CR_NAME_MAX]; /* name of a resource; "": all of them */
  cr_reg_value value;
} cr_registry_row;

typedef struct cr_registry_file {
  cr_registry_row row[CR_REG_VALUES_MAX];
  unsigned count;
} cr_registry_file;

/* Fails with CR_ERR_INPUT and "FILE:LINE: reason". */
CR_WARN_UNUSED cr_err cr_registry_file_read(const char *path, cr_registry_file *file,
                                            cr_errinfo *info);
/* What a replay of the scenario begins with. */
void cr_registry_begin(cr_registry *registry, const cr_registry_file *file,
                       const cr_scenario *scenario);

/* The key of a resource that Open gets; NULL when there is no room for a handle. */
HKEY cr_registry_root(unsigned resource);

/* Where a key is: a resource's own key, or its Parameters. */
typedef struct cr_reg_place {
  unsigned resource;
  bool parameters;
} cr_reg_place;

/* The step of a call on the cluster database: stops silently, emits the event, then looks the key
 * up. A system error code when the handle is no key, or the caller is no thread of the replay. */
DWORD cr_registry_step(HKEY key, cr_reg_place *place);
/* Goes to the key below; false when there is none of that name. */
bool cr_registry_below(cr_reg_place *place, LPCWSTR name);
/* A value's copy; false when there is none. */
bool cr_registry_get(const cr_reg_place *place, LPCWSTR name, cr_reg_value *value);
/* The index-th value of a key; false behind the last one. */
bool cr_registry_at(const cr_reg_place *place, unsigned index, cr_reg_value *value);
/* Sets a value; a system error code when it has no room. */
DWORD cr_registry_set(const cr_reg_place *place, LPCWSTR name, DWORD type, const void *data,
                      DWORD size);
/* Removes a value, there or not. */
DWORD cr_registry_delete(const cr_reg_place *place, LPCWSTR name);
/* ---- processes ------------------------------------------------------------------------------- */

enum { CR_PROCESSES_MAX = 64 };

/* A simulated process: it runs nothing. */
typedef struct cr_process {
  bool used, ended;
  bool exits;         /* ends by itself: at the first wait, or at the second look */
  unsigned looks;     /* GetExitCodeProcess calls while it could have ended */
  unsigned suspended; /* its thread: count */
  DWORD exit_code;
  const cr_kobject *job; /* NULL: in none, or nobody has a handle to it any more */
} cr_process;

typedef struct cr_processes {
  cr_process process[CR_PROCESSES_MAX];
} cr_processes;

/* A new process; CR_PROCESSES_MAX when there is no room. */
unsigned cr_process_begin(void);
/* It ends, unless it has already: its service too. */
void cr_process_end(unsigned process, DWORD exit_code);
/* Its id, a constant of the index; and the running process of an id or CR_PROCESSES_MAX. */
DWORD cr_process_id(unsigned process);
unsigned cr_process_of_id(DWORD id);
/* Would a wait for it succeed? And: one did, so that a process that ends by itself has ended. */
bool cr_process_over(unsigned process);
void cr_process_waited(unsigned process);
/* Its exit code as GetExitCodeProcess gives it out. */
DWORD cr_process_look(unsigned process);
DWORD cr_process_thread_id(unsigned process);
/* TerminateProcess on a handle of ours: stops. */
BOOL cr_process_terminate(cr_thread *t, HANDLE handle, UINT exit_code);
/* The last handle to a job is closed. */
void cr_process_job_closed(const cr_kobject *job);

/* ---- services -------------------------------------------------------------------------------- */

enum { CR_SERVICES_MAX = 32, CR_SERVICE_NAME_MAX = 257 };

typedef struct cr_service {
  bool used;
  WCHAR name[CR_SERVICE_NAME_MAX];
  DWORD state;      /* SERVICE_STOPPED, ... */
  DWORD exit_code;  /* of its last run */
  unsigned looks;   /* at a pending state: the second one finds it over */
  unsigned process; /* while it is not stopped */
} cr_service;

typedef struct cr_services {
  bool used; /* anything below may differ from zero */
  cr_service service[CR_SERVICES_MAX];
} cr_services;

/* A process has ended without its service having been asked: the service is stopped. */
void cr_service_lost(unsigned process);

/* ---- shares ---------------------------------------------------------------------------------- */

enum {
  CR_SHARES_MAX = 32,
  CR_SHARE_NAME_MAX = 81,
  CR_SHARE_TEXT_MAX = 260,
  CR_NET_BUFFERS_MAX = 64
};

typedef struct cr_share {
  bool used;
  WCHAR server[CR_SHARE_TEXT_MAX]; /* the name that it is seen under; "": every one */
  WCHAR name[CR_SHARE_NAME_MAX];
  WCHAR remark[CR_SHARE_TEXT_MAX], path[CR_SHARE_TEXT_MAX];
  DWORD type, permissions, max_uses, flags;
} cr_share;

typedef struct cr_shares {
  bool used; /* anything below may differ from zero */
  cr_share share[CR_SHARES_MAX];
  void *buffer[CR_NET_BUFFERS_MAX]; /* given out, and the DLL's to free */
} cr_shares;

/* Forgets all shares, frees what the DLL has not. */
void cr_shares_reset(cr_shares *shares);

/* ---- callbacks ------------------------------------------------------------------------------- */

DWORD WINAPI cr_set_resource_status(RESOURCE_HANDLE handle, PRESOURCE_STATUS status);
/* For StartupEx. */
void cr_callbacks_fill(CLRES_CALLBACK_FUNCTION_TABLE *table);
void WINAPI cr_log_event(RESOURCE_HANDLE handle, LOG_LEVEL level, LPCWSTR format, ...);

#endif

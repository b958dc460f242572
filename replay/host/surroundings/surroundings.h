/* surroundings.h - what surrounds a DLL beside the kernel: simulated volumes, the cluster database,
 * the cluster's helper functions, services, processes, shares, and the callbacks of the monitor.
 */
#ifndef CR_HOST_SURROUNDINGS_H
#define CR_HOST_SURROUNDINGS_H

#include "../kernel/kernel.h"
#include "clusrace/abi.h"
#include "file_store.h"
#include "key_tree.h"

extern const cr_hook cr_hooks_files[], cr_hooks_volumes[], cr_hooks_registry[],
    cr_hooks_properties[], cr_hooks_workers[], cr_hooks_services[], cr_hooks_service_helpers[],
    cr_hooks_processes[], cr_hooks_shares[], cr_hooks_cluster[], cr_hooks_file_data[],
    cr_hooks_property_find[], cr_hooks_property_values[], cr_hooks_local_keys[],
    cr_hooks_local_values[];

/* ---- volumes --------------------------------------------------------------------------------- */

/* What a path names. */
typedef enum cr_path_kind {
  CR_PATH_OTHER = 0, /* nothing simulated: the real system's */
  CR_PATH_VOLUME,    /* \\.\X:, \\?\Volume{...} */
  CR_PATH_FILE       /* a file or directory on a simulated volume */
} cr_path_kind;

/* Sorts a path; volume receives its index. */
cr_path_kind cr_path_sort(const WCHAR *path, unsigned *volume);
/* What of such a path is behind the volume's name. */
const WCHAR *cr_path_below(const WCHAR *path);
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
/* The last handle to a file or a listing is closed. */
void cr_file_closed(const cr_kobject *object);
/* Overlapped requests are complete when the call returns. */
void cr_overlapped_complete(LPOVERLAPPED overlapped, DWORD error, DWORD bytes);

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

/* ---- local registry -------------------------------------------------------------------------- */

enum { CR_LOCAL_WATCHES_MAX = 16, CR_LOCAL_PATH_MAX = 512 };

/* A RegNotifyChangeKeyValue that nothing has answered yet. */
typedef struct cr_local_watch {
  bool used, fired;
  bool subtree;
  DWORD filter;
  unsigned key;           /* of the tree */
  const cr_kobject *from; /* through which key object */
  cr_kobject *event;      /* a reference; NULL: its caller waits */
} cr_local_watch;

typedef struct cr_local {
  bool begun;   /* holds what a replay begins with */
  bool touched; /* ... and has been changed or opened since */
  cr_tree tree;
  cr_local_watch watch[CR_LOCAL_WATCHES_MAX];
} cr_local;

/* The roots and the few keys that are always there. */
void cr_local_tree_init(cr_tree *tree);
/* The root that a predefined key's name stands for ("HKLM", "HKEY_CURRENT_USER", ...); *path is
 * what lies between. CR_TREE_NONE: no such name. */
unsigned cr_local_root(const char *name, size_t n, const WCHAR **path);
/* The last handle to a key is closed. */
void cr_local_key_closed(const cr_kobject *object);

/* For the two files of the local registry. A text that a function is given, in its own form: */
typedef struct cr_local_text {
  WCHAR text[CR_LOCAL_PATH_MAX];
} cr_local_text;
/* As UTF-16: the text itself when it is that already, else in room. NULL stays NULL. */
const WCHAR *cr_local_text_in(const void *text, bool ansi, cr_local_text *room);

/* Is a call with this key for us? Of a thread of the replay, with one of ours or a predefined one.
 */
bool cr_local_ours(const cr_thread *t, HKEY key);
/* The step of a call: stops, may be made to fail, emits, looks the key up in the tree. needs:
 * KEY_... rights of the handle. path: what lies below it and is touched. A system error code. */
DWORD cr_local_step(cr_thread *t, HKEY key, DWORD needs, const WCHAR *path, unsigned *tree_key);
/* The same for a key below, which must be there. */
DWORD cr_local_step_below(cr_thread *t, HKEY key, DWORD needs, const WCHAR *path,
                          unsigned *tree_key);
/* A key or its values were changed: whoever waits for that is told. filter: REG_NOTIFY_... */
void cr_local_changed(unsigned tree_key, DWORD filter);
DWORD cr_local_error(cr_tree_error error);
/* Gives out a name or text of n characters without its end; *size: room in characters with the end,
 * then those given without it. ERROR_MORE_DATA. */
DWORD cr_local_text_out(const WCHAR *text, size_t n, bool ansi, void *to, DWORD *size);

/* ---- values that a file gives (properties_file.c) -------------------------------------------- */

typedef struct cr_registry_row {
  char owner[CR_NAME_MAX]; /* name of a resource; "": all of them */
  cr_reg_value value;
} cr_registry_row;

typedef struct cr_registry_file {
  cr_registry_row row[CR_REG_VALUES_MAX];
  unsigned count;
  bool local_given; /* the tree below has been made */
  cr_tree local;    /* what the local registry begins with */
} cr_registry_file;

/* Fails with CR_ERR_INPUT and "FILE:LINE: reason". */
CR_WARN_UNUSED cr_err cr_registry_file_read(const char *path, cr_registry_file *file,
                                            cr_errinfo *info);
/* What the local registry of a replay begins with. */
void cr_local_begin(cr_local *local, cr_registry_file *file);
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
  bool slow;        /* ... or the last one that anybody has patience for */
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

/* ---- what disappears ------------------------------------------------------------------------- */

/* Milliseconds that a call takes which the environment delays: more than any pending timeout. */
enum { CR_DELAY_MS = 600000 };

/* The thing that can disappear now, if what (CR_WAIT_..._GONE) has one. */
bool cr_vanish_which(cr_wait what, unsigned *which);
/* It is gone; false when it is not there. */
bool cr_vanish(cr_wait what, unsigned which);

/* ---- callbacks ------------------------------------------------------------------------------- */

DWORD WINAPI cr_set_resource_status(RESOURCE_HANDLE handle, PRESOURCE_STATUS status);
/* For StartupEx. */
void cr_callbacks_fill(CLRES_CALLBACK_FUNCTION_TABLE *table);
void WINAPI cr_log_event(RESOURCE_HANDLE handle, LOG_LEVEL level, LPCWSTR format, ...);

#endif

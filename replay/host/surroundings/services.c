/* services.c - the service control manager.
 *
 * Every service exists that a DLL asks for, so that no DLL is refused because it is not installed
 * here; a name that begins with "Missing" stands for one that does not. No time passes in a
 * service: a start or a stop is over when the service is looked at for the second time, so a DLL
 * that polls sees a pending state and then its end.
 */
#include <string.h>
#include <wchar.h>

#include "../session.h"
#include "services.h"

/* What of a service's access rights the generic ones stand for. */
#define READ_RIGHTS \
  (SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS | SERVICE_ENUMERATE_DEPENDENTS | SERVICE_INTERROGATE)
#define EXECUTE_RIGHTS \
  (SERVICE_START | SERVICE_STOP | SERVICE_PAUSE_CONTINUE | SERVICE_USER_DEFINED_CONTROL)

enum { LOOKS_OF_A_SLOW_ONE = 100, DRIVER_CONTROLS = 128, CONTROLS_END = 256 };

cr_service *cr_services_all(void) {
  cr_services *s = &cr_session_get()->services;
  s->used = true;
  return s->service;
}

/* ---- one service ----------------------------------------------------------------------------- */

/* ERROR_SUCCESS and *found, made at its first use. */
DWORD cr_service_find(LPCWSTR name, unsigned *found) {
  static const WCHAR missing[] = L"Missing";
  cr_service *all = cr_services_all();
  unsigned i = 0;
  if (name == NULL || name[0] == 0 || wcslen(name) >= CR_SERVICE_NAME_MAX)
    return ERROR_INVALID_NAME;
  if (_wcsnicmp(name, missing, CR_ARRAY_LEN(missing) - 1) == 0) return ERROR_SERVICE_DOES_NOT_EXIST;
  while (i < CR_SERVICES_MAX && all[i].used && _wcsicmp(all[i].name, name) != 0) i++;
  if (i == CR_SERVICES_MAX) return ERROR_NOT_ENOUGH_MEMORY;
  if (!all[i].used) {
    all[i] = (cr_service){.used = true, .state = SERVICE_STOPPED, .process = CR_PROCESSES_MAX};
    wcscpy(all[i].name, name);
  }
  *found = i;
  return ERROR_SUCCESS;
}

static void stopped(cr_service *service, DWORD exit_code) {
  unsigned process = service->process;
  service->state = SERVICE_STOPPED;
  service->exit_code = exit_code;
  service->process = CR_PROCESSES_MAX; /* before the process ends: its end is not the cause */
  if (process != CR_PROCESSES_MAX) cr_process_end(process, exit_code);
}

void cr_service_lost(unsigned process) {
  cr_service *all = cr_services_all();
  for (unsigned i = 0; i < CR_SERVICES_MAX; i++) {
    if (!all[i].used || all[i].process != process) continue;
    all[i].process = CR_PROCESSES_MAX;
    stopped(&all[i], ERROR_PROCESS_ABORTED);
  }
}

bool cr_service_pending(const cr_service *service) {
  return service->state == SERVICE_START_PENDING || service->state == SERVICE_STOP_PENDING;
}

/* Every call about a service is a look: whoever repeats a refused control must get on, too. */
void cr_service_look(cr_service *service) {
  if (!cr_service_pending(service) || ++service->looks < (service->slow ? LOOKS_OF_A_SLOW_ONE : 2))
    return;
  if (service->state == SERVICE_START_PENDING)
    service->state = SERVICE_RUNNING;
  else
    stopped(service, ERROR_SUCCESS);
}

/* slow: it stays pending for longer than its wait hint. */
DWORD cr_service_start(cr_service *service, bool slow) {
  cr_service_look(service);
  if (service->state != SERVICE_STOPPED) return ERROR_SERVICE_ALREADY_RUNNING;
  service->process = cr_process_begin();
  if (service->process == CR_PROCESSES_MAX) return ERROR_NOT_ENOUGH_MEMORY;
  service->state = SERVICE_START_PENDING;
  service->exit_code = ERROR_SUCCESS;
  service->looks = 0;
  service->slow = slow;
  return ERROR_SUCCESS;
}

DWORD cr_service_control(cr_service *service, DWORD code) {
  cr_service_look(service);
  if (service->state == SERVICE_STOPPED) return ERROR_SERVICE_NOT_ACTIVE;
  if (code == SERVICE_CONTROL_INTERROGATE) return ERROR_SUCCESS;
  if (cr_service_pending(service)) return ERROR_SERVICE_CANNOT_ACCEPT_CTRL;
  switch (code) {
    case SERVICE_CONTROL_STOP:
      service->state = SERVICE_STOP_PENDING;
      service->looks = 0;
      service->slow = false;
      return ERROR_SUCCESS;
    case SERVICE_CONTROL_PAUSE: service->state = SERVICE_PAUSED; return ERROR_SUCCESS;
    case SERVICE_CONTROL_CONTINUE: service->state = SERVICE_RUNNING; return ERROR_SUCCESS;
    default:
      return code >= DRIVER_CONTROLS && code < CONTROLS_END ? ERROR_SUCCESS
                                                            : ERROR_INVALID_SERVICE_CONTROL;
  }
}

static SERVICE_STATUS status_of(const cr_service *service) {
  bool accepts = service->state == SERVICE_RUNNING || service->state == SERVICE_PAUSED;
  return (SERVICE_STATUS){
      .dwServiceType = SERVICE_WIN32_OWN_PROCESS,
      .dwCurrentState = service->state,
      .dwControlsAccepted = accepts ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PAUSE_CONTINUE : 0,
      .dwWin32ExitCode = service->exit_code,
      .dwCheckPoint = cr_service_pending(service) ? service->looks : 0,
      .dwWaitHint = cr_service_pending(service) ? CR_SERVICE_HINT_MS : 0};
}

/* ---- handles --------------------------------------------------------------------------------- */

static DWORD rights(DWORD access) {
  DWORD all = access & ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL);
  if ((access & (GENERIC_ALL | MAXIMUM_ALLOWED)) != 0) return SERVICE_ALL_ACCESS;
  if ((access & GENERIC_READ) != 0) all |= READ_RIGHTS;
  if ((access & GENERIC_WRITE) != 0) all |= SERVICE_CHANGE_CONFIG;
  if ((access & GENERIC_EXECUTE) != 0) all |= EXECUTE_RIGHTS;
  return all;
}

DWORD cr_service_open(LPCWSTR name, DWORD access, SC_HANDLE *result) {
  unsigned service;
  HANDLE handle;
  DWORD error = cr_service_find(name, &service);
  *result = NULL;
  if (error != ERROR_SUCCESS) return error;
  cr_kobject *object = cr_kobject_new(CR_KOBJECT_SERVICE, &handle);
  if (object == NULL) return ERROR_NOT_ENOUGH_MEMORY;
  object->index = service;
  object->access = rights(access);
  *result = (SC_HANDLE)handle;
  return ERROR_SUCCESS;
}

/* The service behind a handle that was opened with these rights, or NULL with *error set. */
cr_service *cr_service_of(SC_HANDLE handle, DWORD access, DWORD *error) {
  const cr_kobject *object = cr_kobject_of((HANDLE)handle, CR_KOBJECT_SERVICE);
  *error = ERROR_INVALID_HANDLE;
  if (object == NULL) return NULL;
  *error = ERROR_ACCESS_DENIED;
  if ((object->access & access) != access) return NULL;
  *error = ERROR_SUCCESS;
  return &cr_services_all()[object->index];
}

/* The wide form of an A function's text, NULL for NULL; one that is too long stays too long. */
enum { WIDE_MAX = CR_SERVICE_NAME_MAX + 1 };

static const WCHAR *widen(LPCSTR text, WCHAR wide[WIDE_MAX]) {
  if (text == NULL) return NULL;
  cr_path_widen(text, wide, WIDE_MAX);
  return wide;
}

static SC_HANDLE manager_open(cr_thread *t, const WCHAR *database) {
  HANDLE handle = NULL;
  cr_stop_once(t);
  if (database != NULL && _wcsicmp(database, SERVICES_ACTIVE_DATABASEW) != 0) {
    SetLastError(ERROR_DATABASE_DOES_NOT_EXIST);
    return NULL;
  }
  if (cr_kobject_new(CR_KOBJECT_SCM, &handle) == NULL) SetLastError(ERROR_NOT_ENOUGH_MEMORY);
  return (SC_HANDLE)handle;
}

static SC_HANDLE WINAPI hook_OpenSCManagerW(LPCWSTR machine, LPCWSTR database, DWORD access) {
  cr_thread *t = cr_self();
  if (t == NULL) return OpenSCManagerW(machine, database, access);
  CR_SITE(t);
  return manager_open(t, database);
}

static SC_HANDLE WINAPI hook_OpenSCManagerA(LPCSTR machine, LPCSTR database, DWORD access) {
  cr_thread *t = cr_self();
  WCHAR wide[WIDE_MAX];
  if (t == NULL) return OpenSCManagerA(machine, database, access);
  CR_SITE(t);
  return manager_open(t, widen(database, wide));
}

static SC_HANDLE open_service(cr_thread *t, SC_HANDLE manager, LPCWSTR name, DWORD access) {
  SC_HANDLE handle = NULL;
  cr_stop_once(t);
  bool ours = cr_kobject_of((HANDLE)manager, CR_KOBJECT_SCM) != NULL;
  cr_answer(ours ? cr_service_open(name, access, &handle) : ERROR_INVALID_HANDLE);
  return handle;
}

static SC_HANDLE WINAPI hook_OpenServiceW(SC_HANDLE manager, LPCWSTR name, DWORD access) {
  cr_thread *t = cr_self();
  if (t == NULL) return OpenServiceW(manager, name, access);
  CR_SITE(t);
  return open_service(t, manager, name, access);
}

static SC_HANDLE WINAPI hook_OpenServiceA(SC_HANDLE manager, LPCSTR name, DWORD access) {
  cr_thread *t = cr_self();
  WCHAR wide[WIDE_MAX];
  if (t == NULL) return OpenServiceA(manager, name, access);
  CR_SITE(t);
  return open_service(t, manager, widen(name, wide), access);
}

/* A resource DLL looks after a service, it does not install one. */
static SC_HANDLE refuse_new(cr_thread *t) {
  cr_stop_once(t);
  SetLastError(ERROR_ACCESS_DENIED);
  return NULL;
}

static SC_HANDLE WINAPI hook_CreateServiceW(SC_HANDLE manager, LPCWSTR name, LPCWSTR display,
                                            DWORD access, DWORD type, DWORD start_type,
                                            DWORD error_control, LPCWSTR path, LPCWSTR group,
                                            LPDWORD tag, LPCWSTR dependencies, LPCWSTR account,
                                            LPCWSTR password) {
  cr_thread *t = cr_self();
  if (t == NULL)
    return CreateServiceW(manager, name, display, access, type, start_type, error_control, path,
                          group, tag, dependencies, account, password);
  CR_SITE(t);
  return refuse_new(t);
}

static SC_HANDLE WINAPI hook_CreateServiceA(SC_HANDLE manager, LPCSTR name, LPCSTR display,
                                            DWORD access, DWORD type, DWORD start_type,
                                            DWORD error_control, LPCSTR path, LPCSTR group,
                                            LPDWORD tag, LPCSTR dependencies, LPCSTR account,
                                            LPCSTR password) {
  cr_thread *t = cr_self();
  if (t == NULL)
    return CreateServiceA(manager, name, display, access, type, start_type, error_control, path,
                          group, tag, dependencies, account, password);
  CR_SITE(t);
  return refuse_new(t);
}

static BOOL WINAPI hook_DeleteService(SC_HANDLE handle) {
  cr_thread *t = cr_self();
  DWORD error;
  if (t == NULL) return DeleteService(handle);
  CR_SITE(t);
  cr_stop_once(t);
  if (cr_service_of(handle, 0, &error) != NULL) error = ERROR_ACCESS_DENIED;
  return cr_answer(error);
}

static BOOL WINAPI hook_CloseServiceHandle(SC_HANDLE handle) {
  cr_thread *t = cr_self();
  if (t == NULL) return CloseServiceHandle(handle);
  CR_SITE(t);
  cr_stop_once(t);
  if (cr_kobject_of((HANDLE)handle, CR_KOBJECT_SCM) == NULL &&
      cr_kobject_of((HANDLE)handle, CR_KOBJECT_SERVICE) == NULL)
    return cr_answer(ERROR_INVALID_HANDLE);
  cr_handle_close((HANDLE)handle);
  return TRUE;
}

/* ---- start, control, status ------------------------------------------------------------------ */

static BOOL start_service(cr_thread *t, SC_HANDLE handle) {
  static const uint32_t faults[] = {ERROR_SERVICE_REQUEST_TIMEOUT, 0};
  DWORD error;
  cr_stop stop = cr_stop_silent();
  stop.faults = faults;
  stop.delay_ms = CR_SERVICE_HINT_MS;
  cr_stop_here(t, &stop);
  bool slow = t->was_delayed;
  if (cr_faulted(t)) return FALSE;
  cr_emit_sync(t, CR_WAIT_OTHER);
  cr_service *service = cr_service_of(handle, SERVICE_START, &error);
  return cr_answer(service == NULL ? error : cr_service_start(service, slow));
}

static BOOL WINAPI hook_StartServiceW(SC_HANDLE handle, DWORD count, LPCWSTR *arguments) {
  cr_thread *t = cr_self();
  if (t == NULL) return StartServiceW(handle, count, arguments);
  CR_SITE(t);
  return start_service(t, handle);
}

static BOOL WINAPI hook_StartServiceA(SC_HANDLE handle, DWORD count, LPCSTR *arguments) {
  cr_thread *t = cr_self();
  if (t == NULL) return StartServiceA(handle, count, arguments);
  CR_SITE(t);
  return start_service(t, handle);
}

static DWORD right_for(DWORD code) {
  switch (code) {
    case SERVICE_CONTROL_STOP: return SERVICE_STOP;
    case SERVICE_CONTROL_PAUSE:
    case SERVICE_CONTROL_CONTINUE: return SERVICE_PAUSE_CONTINUE;
    case SERVICE_CONTROL_INTERROGATE: return SERVICE_INTERROGATE;
    default: return code >= DRIVER_CONTROLS ? SERVICE_USER_DEFINED_CONTROL : 0;
  }
}

static BOOL WINAPI hook_ControlService(SC_HANDLE handle, DWORD code, LPSERVICE_STATUS status) {
  cr_thread *t = cr_self();
  DWORD error;
  if (t == NULL) return ControlService(handle, code, status);
  CR_SITE(t);
  cr_stop_once(t);
  cr_service *service = cr_service_of(handle, right_for(code), &error);
  if (service == NULL) return cr_answer(error);
  if (status == NULL) return cr_answer(ERROR_INVALID_PARAMETER);
  error = cr_service_control(service, code);
  *status = status_of(service);
  return cr_answer(error);
}

static BOOL WINAPI hook_QueryServiceStatus(SC_HANDLE handle, LPSERVICE_STATUS status) {
  cr_thread *t = cr_self();
  DWORD error;
  if (t == NULL) return QueryServiceStatus(handle, status);
  CR_SITE(t);
  cr_stop_once(t);
  cr_service *service = cr_service_of(handle, SERVICE_QUERY_STATUS, &error);
  if (service == NULL) return cr_answer(error);
  if (status == NULL) return cr_answer(ERROR_INVALID_PARAMETER);
  cr_service_look(service);
  *status = status_of(service);
  return TRUE;
}

static BOOL WINAPI hook_QueryServiceStatusEx(SC_HANDLE handle, SC_STATUS_TYPE level, LPBYTE buffer,
                                             DWORD size, LPDWORD needed) {
  cr_thread *t = cr_self();
  DWORD error;
  if (t == NULL) return QueryServiceStatusEx(handle, level, buffer, size, needed);
  CR_SITE(t);
  cr_stop_once(t);
  cr_service *service = cr_service_of(handle, SERVICE_QUERY_STATUS, &error);
  if (service == NULL) return cr_answer(error);
  if (level != SC_STATUS_PROCESS_INFO) return cr_answer(ERROR_INVALID_LEVEL);
  if (needed != NULL) *needed = sizeof(SERVICE_STATUS_PROCESS);
  if (buffer == NULL || size < sizeof(SERVICE_STATUS_PROCESS))
    return cr_answer(ERROR_INSUFFICIENT_BUFFER);
  cr_service_look(service);
  SERVICE_STATUS status = status_of(service);
  SERVICE_STATUS_PROCESS full = {.dwServiceType = status.dwServiceType,
                                 .dwCurrentState = status.dwCurrentState,
                                 .dwControlsAccepted = status.dwControlsAccepted,
                                 .dwWin32ExitCode = status.dwWin32ExitCode,
                                 .dwCheckPoint = status.dwCheckPoint,
                                 .dwWaitHint = status.dwWaitHint};
  if (service->process != CR_PROCESSES_MAX) full.dwProcessId = cr_process_id(service->process);
  memcpy(buffer, &full, sizeof full);
  return TRUE;
}

/* ---- configuration --------------------------------------------------------------------------- */

static LPWSTR text_put(WCHAR **at, const WCHAR *text, size_t count) {
  WCHAR *start_of = *at;
  wmemcpy(start_of, text, count);
  *at += count;
  return start_of;
}

static BOOL WINAPI hook_QueryServiceConfigW(SC_HANDLE handle, LPQUERY_SERVICE_CONFIGW config,
                                            DWORD size, LPDWORD needed) {
  static const WCHAR path[] = L"C:\\Windows\\System32\\service.exe", account[] = L"LocalSystem";
  static const WCHAR empty[2] = {0, 0};
  cr_thread *t = cr_self();
  DWORD error;
  if (t == NULL) return QueryServiceConfigW(handle, config, size, needed);
  CR_SITE(t);
  cr_stop_once(t);
  const cr_service *service = cr_service_of(handle, SERVICE_QUERY_CONFIG, &error);
  if (service == NULL) return cr_answer(error);
  size_t name = wcslen(service->name) + 1;
  size_t words = CR_ARRAY_LEN(path) + CR_ARRAY_LEN(account) + CR_ARRAY_LEN(empty) + name;
  DWORD bytes = (DWORD)(sizeof *config + words * sizeof(WCHAR));
  if (needed != NULL) *needed = bytes;
  if (config == NULL || size < bytes) return cr_answer(ERROR_INSUFFICIENT_BUFFER);
  WCHAR *at = (WCHAR *)(void *)(config + 1);
  *config = (QUERY_SERVICE_CONFIGW){.dwServiceType = SERVICE_WIN32_OWN_PROCESS,
                                    .dwStartType = SERVICE_DEMAND_START,
                                    .dwErrorControl = SERVICE_ERROR_NORMAL};
  config->lpBinaryPathName = text_put(&at, path, CR_ARRAY_LEN(path));
  config->lpServiceStartName = text_put(&at, account, CR_ARRAY_LEN(account));
  config->lpDisplayName = text_put(&at, service->name, name);
  config->lpDependencies = text_put(&at, empty, CR_ARRAY_LEN(empty));
  config->lpLoadOrderGroup = config->lpDependencies;
  return TRUE;
}

/* Changes are accepted and have no effect: nothing that is simulated depends on them. */
static BOOL change_config(cr_thread *t, SC_HANDLE handle) {
  DWORD error;
  cr_stop_once(t);
  cr_service_of(handle, SERVICE_CHANGE_CONFIG, &error);
  return cr_answer(error);
}

static BOOL WINAPI hook_ChangeServiceConfigW(SC_HANDLE handle, DWORD type, DWORD start_type,
                                             DWORD error_control, LPCWSTR path, LPCWSTR group,
                                             LPDWORD tag, LPCWSTR dependencies, LPCWSTR account,
                                             LPCWSTR password, LPCWSTR display) {
  cr_thread *t = cr_self();
  if (t == NULL)
    return ChangeServiceConfigW(handle, type, start_type, error_control, path, group, tag,
                                dependencies, account, password, display);
  CR_SITE(t);
  return change_config(t, handle);
}

static BOOL WINAPI hook_ChangeServiceConfigA(SC_HANDLE handle, DWORD type, DWORD start_type,
                                             DWORD error_control, LPCSTR path, LPCSTR group,
                                             LPDWORD tag, LPCSTR dependencies, LPCSTR account,
                                             LPCSTR password, LPCSTR display) {
  cr_thread *t = cr_self();
  if (t == NULL)
    return ChangeServiceConfigA(handle, type, start_type, error_control, path, group, tag,
                                dependencies, account, password, display);
  CR_SITE(t);
  return change_config(t, handle);
}

static BOOL WINAPI hook_ChangeServiceConfig2A(SC_HANDLE handle, DWORD level, LPVOID info) {
  cr_thread *t = cr_self();
  if (t == NULL) return ChangeServiceConfig2A(handle, level, info);
  CR_SITE(t);
  return change_config(t, handle);
}

static BOOL WINAPI hook_ChangeServiceConfig2W(SC_HANDLE handle, DWORD level, LPVOID info) {
  cr_thread *t = cr_self();
  if (t == NULL) return ChangeServiceConfig2W(handle, level, info);
  CR_SITE(t);
  return change_config(t, handle);
}

/* No service needs another one. */
static BOOL no_dependents(cr_thread *t, SC_HANDLE handle, LPDWORD needed, LPDWORD count) {
  DWORD error;
  cr_stop_once(t);
  if (cr_service_of(handle, SERVICE_ENUMERATE_DEPENDENTS, &error) == NULL) return cr_answer(error);
  if (needed == NULL || count == NULL) return cr_answer(ERROR_INVALID_PARAMETER);
  *needed = *count = 0;
  return TRUE;
}

static BOOL WINAPI hook_EnumDependentServicesW(SC_HANDLE handle, DWORD state,
                                               LPENUM_SERVICE_STATUSW found, DWORD size,
                                               LPDWORD needed, LPDWORD count) {
  cr_thread *t = cr_self();
  if (t == NULL) return EnumDependentServicesW(handle, state, found, size, needed, count);
  CR_SITE(t);
  return no_dependents(t, handle, needed, count);
}

static BOOL WINAPI hook_EnumDependentServicesA(SC_HANDLE handle, DWORD state,
                                               LPENUM_SERVICE_STATUSA found, DWORD size,
                                               LPDWORD needed, LPDWORD count) {
  cr_thread *t = cr_self();
  if (t == NULL) return EnumDependentServicesA(handle, state, found, size, needed, count);
  CR_SITE(t);
  return no_dependents(t, handle, needed, count);
}

const cr_hook cr_hooks_services[] = {CR_HOOK(OpenSCManagerW),
                                     CR_HOOK(OpenSCManagerA),
                                     CR_HOOK(OpenServiceW),
                                     CR_HOOK(OpenServiceA),
                                     CR_HOOK(CreateServiceW),
                                     CR_HOOK(CreateServiceA),
                                     CR_HOOK(DeleteService),
                                     CR_HOOK(CloseServiceHandle),
                                     CR_HOOK(StartServiceW),
                                     CR_HOOK(StartServiceA),
                                     CR_HOOK(ControlService),
                                     CR_HOOK(QueryServiceStatus),
                                     CR_HOOK(QueryServiceStatusEx),
                                     CR_HOOK(QueryServiceConfigW),
                                     CR_HOOK(ChangeServiceConfigW),
                                     CR_HOOK(ChangeServiceConfigA),
                                     CR_HOOK(ChangeServiceConfig2W),
                                     CR_HOOK(ChangeServiceConfig2A),
                                     CR_HOOK(EnumDependentServicesW),
                                     CR_HOOK(EnumDependentServicesA),
                                     CR_HOOK_END};

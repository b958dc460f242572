/* service_helpers.c - the functions of resutils about services. They wait inside, so each look at
 * the service is a step of its own. */
#include "../session.h"
#include "services.h"

enum { LOOKS_OF_A_HELPER = 30 };

static void await(cr_thread *t, cr_service *service) {
  for (unsigned i = 0; i < LOOKS_OF_A_HELPER && cr_service_pending(service); i++) {
    cr_stop_once(t);
    cr_service_look(service);
  }
}

static DWORD WINAPI hook_ResUtilStartResourceService(LPCWSTR name, SC_HANDLE *result) {
  cr_thread *t = cr_self();
  unsigned index;
  SC_HANDLE handle = NULL;
  if (t == NULL) return ERROR_CALL_NOT_IMPLEMENTED;
  CR_SITE(t);
  if (result != NULL) *result = NULL;
  cr_stop stop = cr_stop_silent();
  stop.delay_ms = CR_SERVICE_HINT_MS;
  cr_stop_here(t, &stop);
  bool slow = t->was_delayed;
  cr_emit_sync(t, CR_WAIT_OTHER);
  DWORD error = cr_service_find(name, &index);
  if (error != ERROR_SUCCESS) return error;
  cr_service *service = &cr_services_all()[index];
  error = cr_service_start(service, slow);
  if (error != ERROR_SUCCESS && error != ERROR_SERVICE_ALREADY_RUNNING) return error;
  await(t, service);
  if (service->state != SERVICE_RUNNING) return ERROR_SERVICE_NEVER_STARTED;
  if (result == NULL) return ERROR_SUCCESS;
  error = cr_service_open(name, SERVICE_ALL_ACCESS, &handle);
  *result = handle;
  return error;
}

static DWORD stop_and_await(cr_thread *t, cr_service *service) {
  DWORD error = cr_service_control(service, SERVICE_CONTROL_STOP);
  for (unsigned i = 0; error == ERROR_SERVICE_CANNOT_ACCEPT_CTRL && i < LOOKS_OF_A_HELPER; i++) {
    cr_stop_once(t);
    error = cr_service_control(service, SERVICE_CONTROL_STOP);
  }
  if (error == ERROR_SERVICE_NOT_ACTIVE) return ERROR_SUCCESS;
  if (error != ERROR_SUCCESS) return error;
  await(t, service);
  return service->state == SERVICE_STOPPED ? ERROR_SUCCESS : ERROR_SERVICE_REQUEST_TIMEOUT;
}

static DWORD WINAPI hook_ResUtilStopResourceService(LPCWSTR name) {
  cr_thread *t = cr_self();
  unsigned index;
  if (t == NULL) return ERROR_CALL_NOT_IMPLEMENTED;
  CR_SITE(t);
  cr_stop_once(t);
  DWORD error = cr_service_find(name, &index);
  return error != ERROR_SUCCESS ? error : stop_and_await(t, &cr_services_all()[index]);
}

/* It also closes the handle. */
static DWORD WINAPI hook_ResUtilStopService(SC_HANDLE handle) {
  cr_thread *t = cr_self();
  DWORD error;
  if (t == NULL) return ERROR_CALL_NOT_IMPLEMENTED;
  CR_SITE(t);
  cr_stop_once(t);
  cr_service *service = cr_service_of(handle, SERVICE_STOP, &error);
  if (service == NULL) return error;
  error = stop_and_await(t, service);
  if (cr_service_of(handle, 0, &(DWORD){0}) != NULL) cr_handle_close((HANDLE)handle);
  return error;
}

static DWORD verify(cr_service *service) {
  cr_service_look(service);
  bool up = service->state == SERVICE_RUNNING || service->state == SERVICE_START_PENDING;
  return up ? ERROR_SUCCESS : ERROR_RESOURCE_NOT_ONLINE;
}

static DWORD WINAPI hook_ResUtilVerifyResourceService(LPCWSTR name) {
  cr_thread *t = cr_self();
  unsigned index;
  if (t == NULL) return ERROR_CALL_NOT_IMPLEMENTED;
  CR_SITE(t);
  cr_stop_once(t);
  DWORD error = cr_service_find(name, &index);
  return error != ERROR_SUCCESS ? error : verify(&cr_services_all()[index]);
}

static DWORD WINAPI hook_ResUtilVerifyService(SC_HANDLE handle) {
  cr_thread *t = cr_self();
  DWORD error;
  if (t == NULL) return ERROR_CALL_NOT_IMPLEMENTED;
  CR_SITE(t);
  cr_stop_once(t);
  cr_service *service = cr_service_of(handle, SERVICE_QUERY_STATUS, &error);
  return service == NULL ? error : verify(service);
}

/* The environment is what the service's process would see: nobody does. */
static DWORD environment(cr_thread *t, LPCWSTR name) {
  unsigned index;
  cr_stop_once(t);
  return cr_service_find(name, &index);
}

static DWORD WINAPI hook_ResUtilSetResourceServiceEnvironment(LPCWSTR name, HANDLE resource,
                                                              PLOG_EVENT_ROUTINE log,
                                                              RESOURCE_HANDLE token) {
  cr_thread *t = cr_self();
  (void)resource, (void)log, (void)token;
  if (t == NULL) return ERROR_CALL_NOT_IMPLEMENTED;
  CR_SITE(t);
  return environment(t, name);
}

static DWORD WINAPI hook_ResUtilRemoveResourceServiceEnvironment(LPCWSTR name,
                                                                 PLOG_EVENT_ROUTINE log,
                                                                 RESOURCE_HANDLE token) {
  cr_thread *t = cr_self();
  (void)log, (void)token;
  if (t == NULL) return ERROR_CALL_NOT_IMPLEMENTED;
  CR_SITE(t);
  return environment(t, name);
}

static DWORD start_parameters(cr_thread *t, LPCWSTR name, SC_HANDLE manager, SC_HANDLE *result,
                              DWORD access) {
  SC_HANDLE handle;
  cr_stop_once(t);
  if (manager != NULL && cr_kobject_of((HANDLE)manager, CR_KOBJECT_SCM) == NULL)
    return ERROR_INVALID_HANDLE;
  if (result == NULL) return environment(t, name);
  DWORD error = cr_service_open(name, access, &handle);
  *result = handle;
  return error;
}

static DWORD WINAPI hook_ResUtilSetResourceServiceStartParameters(LPCWSTR name, SC_HANDLE manager,
                                                                  SC_HANDLE *result,
                                                                  PLOG_EVENT_ROUTINE log,
                                                                  RESOURCE_HANDLE token) {
  cr_thread *t = cr_self();
  (void)log, (void)token;
  if (t == NULL) return ERROR_CALL_NOT_IMPLEMENTED;
  CR_SITE(t);
  return start_parameters(t, name, manager, result, SERVICE_ALL_ACCESS);
}

static DWORD WINAPI hook_ResUtilSetResourceServiceStartParametersEx(LPCWSTR name, SC_HANDLE manager,
                                                                    SC_HANDLE *result, DWORD access,
                                                                    PLOG_EVENT_ROUTINE log,
                                                                    RESOURCE_HANDLE token) {
  cr_thread *t = cr_self();
  (void)log, (void)token;
  if (t == NULL) return ERROR_CALL_NOT_IMPLEMENTED;
  CR_SITE(t);
  return start_parameters(t, name, manager, result, access);
}

static DWORD WINAPI hook_ResUtilTerminateServiceProcessFromResDll(DWORD id, BOOL offline,
                                                                  PDWORD state,
                                                                  PLOG_EVENT_ROUTINE log,
                                                                  RESOURCE_HANDLE token) {
  cr_thread *t = cr_self();
  (void)offline, (void)log, (void)token;
  if (t == NULL) return ERROR_CALL_NOT_IMPLEMENTED;
  CR_SITE(t);
  cr_stop_once(t);
  unsigned process = cr_process_of_id(id);
  bool found = process != CR_PROCESSES_MAX;
  if (found) cr_process_end(process, 0);
  if (state != NULL) *state = (DWORD)(found ? ClusterResourceOffline : ClusterResourceFailed);
  return found ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
}

const cr_hook cr_hooks_service_helpers[] = {CR_HOOK(ResUtilStartResourceService),
                                            CR_HOOK(ResUtilStopResourceService),
                                            CR_HOOK(ResUtilStopService),
                                            CR_HOOK(ResUtilVerifyResourceService),
                                            CR_HOOK(ResUtilVerifyService),
                                            CR_HOOK(ResUtilSetResourceServiceEnvironment),
                                            CR_HOOK(ResUtilRemoveResourceServiceEnvironment),
                                            CR_HOOK(ResUtilSetResourceServiceStartParameters),
                                            CR_HOOK(ResUtilSetResourceServiceStartParametersEx),
                                            CR_HOOK(ResUtilTerminateServiceProcessFromResDll),
                                            CR_HOOK_END};

/* clusdisk_v2.c - the conforming disk-like resource DLL with a function table of version 2.
 *
 * StartupEx takes the entry points from the Startup of disk_common.c, gives those that changed
 * their later form, and passes the reports on to SetResourceStatusEx.
 */
#include "disk_common.h"

#include "clusrace/abi.h"

const struct disk_traits disk_traits = {.refuse_own_type = FALSE};

DWORD WINAPI Startup(LPCWSTR ResourceType, DWORD MinVersionSupported, DWORD MaxVersionSupported,
                     PSET_RESOURCE_STATUS_ROUTINE SetResourceStatus, PLOG_EVENT_ROUTINE LogEvent,
                     PCLRES_FUNCTION_TABLE *FunctionTable);

static PSET_RESOURCE_STATUS_ROUTINE_EX g_set_status_ex;
static CLRES_V1_FUNCTIONS g_first;

static DWORD WINAPI report_ex(RESOURCE_HANDLE handle, PRESOURCE_STATUS status) {
  RESOURCE_STATUS_EX extended = {0};
  extended.ResourceState = status->ResourceState;
  extended.CheckPoint = status->CheckPoint;
  extended.EventHandle = status->EventHandle;
  return g_set_status_ex(handle, &extended);
}

/* What OpenV2, OnlineV2 and OfflineV2 add changes nothing for a disk. */
static RESID WINAPI open_v2(LPCWSTR name, HKEY key, RESOURCE_HANDLE handle, DWORD flags) {
  (void)flags;
  return g_first.Open(name, key, handle);
}

static DWORD WINAPI online_v2(RESID resource, LPHANDLE event_handle, DWORD flags, PBYTE in,
                              DWORD in_size, DWORD reserved) {
  (void)flags;
  (void)in;
  (void)in_size;
  (void)reserved;
  return g_first.Online(resource, event_handle);
}

static DWORD WINAPI offline_v2(RESID resource, LPCWSTR destination, DWORD flags, PBYTE in,
                               DWORD in_size, DWORD reserved) {
  (void)destination;
  (void)flags;
  (void)in;
  (void)in_size;
  (void)reserved;
  return g_first.Offline(resource);
}

/* Refused: the operation goes on as if nothing had come. */
static DWORD WINAPI cancel(RESID resource, DWORD flags) {
  (void)resource;
  (void)flags;
  return ERROR_INVALID_FUNCTION;
}

static CLRES_FUNCTION_TABLE g_table_v2 = {
    .TableSize = sizeof(CLRES_V2_FUNCTIONS),
    .Version = CLRES_VERSION_V2_00,
    .V2Functions = {.Open = open_v2, .Online = online_v2, .Offline = offline_v2, .Cancel = cancel},
};

__declspec(dllexport) DWORD WINAPI
    StartupEx(LPCWSTR ResourceType, DWORD MinVersionSupported, DWORD MaxVersionSupported,
              PCLRES_CALLBACK_FUNCTION_TABLE MonitorCallbackFunctions,
              PCLRES_FUNCTION_TABLE *ResourceDllInterfaceFunctions) {
  PCLRES_FUNCTION_TABLE first = NULL;
  DWORD error = Startup(ResourceType, CLRES_VERSION_V1_00, CLRES_VERSION_V1_00, report_ex,
                        MonitorCallbackFunctions->LogEvent, &first);
  if (error != ERROR_SUCCESS) return error;
  if (MinVersionSupported > CLRES_VERSION_V2_00 || MaxVersionSupported < CLRES_VERSION_V2_00)
    return ERROR_REVISION_MISMATCH;
  g_set_status_ex = MonitorCallbackFunctions->SetResourceStatusEx;
  g_first = first->V1Functions;
  g_table_v2.V2Functions.Close = g_first.Close;
  g_table_v2.V2Functions.Terminate = g_first.Terminate;
  g_table_v2.V2Functions.LooksAlive = g_first.LooksAlive;
  g_table_v2.V2Functions.IsAlive = g_first.IsAlive;
  g_table_v2.V2Functions.ResourceControl = g_first.ResourceControl;
  g_table_v2.V2Functions.ResourceTypeControl = g_first.ResourceTypeControl;
  *ResourceDllInterfaceFunctions = &g_table_v2;
  return ERROR_SUCCESS;
}

/* startup_ex.c - a function table of version 2, 3 or 4 over the entry points of version 1. */
#include "later.h"

static PSET_RESOURCE_STATUS_ROUTINE_EX g_set_status_ex;
static CLRES_V1_FUNCTIONS g_first;

/* Trait short_status: the structure before WaitHint was added, at the end of what is readable. */
struct status_ex_2012 {
  CLUSTER_RESOURCE_STATE state;
  DWORD checkpoint;
  HANDLE event_handle;
  DWORD error;
  DWORD flags;
};

_Static_assert(sizeof(struct status_ex_2012) == CLUSRACE_RESOURCE_STATUS_EX_SIZE_2012, "2012");

static DWORD report_short(RESOURCE_HANDLE handle, const RESOURCE_STATUS *status) {
  struct status_ex_2012 *reported =
      HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*reported));
  DWORD answer;
  if (reported == NULL) return ResourceExitStateContinue;
  reported->state = status->ResourceState;
  reported->checkpoint = status->CheckPoint;
  answer = g_set_status_ex(handle, (PRESOURCE_STATUS_EX)(void *)reported);
  HeapFree(GetProcessHeap(), 0, reported);
  return answer;
}

static DWORD WINAPI report_ex(RESOURCE_HANDLE handle, PRESOURCE_STATUS status) {
  RESOURCE_STATUS_EX extended = {0};
  if (later_traits.short_status) return report_short(handle, status);
  extended.ResourceState = status->ResourceState;
  extended.CheckPoint = status->CheckPoint;
  extended.EventHandle = status->EventHandle;
  return g_set_status_ex(handle, &extended);
}

/* What OpenV2, OnlineV2 and OfflineV2 add changes nothing for these resources. */
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
static DWORD WINAPI refuse_cancel(RESID resource, DWORD flags) {
  (void)resource;
  (void)flags;
  return ERROR_INVALID_FUNCTION;
}

/* Every code is answered at once, so the context of an asynchronous call is never used. */
static DWORD WINAPI begin_control(RESID resource, DWORD code, PVOID in, DWORD in_size, PVOID out,
                                  DWORD out_size, LPDWORD returned, PRES_CTL_CTX context,
                                  LPBOOL asynchronous) {
  (void)context;
  *asynchronous = later_traits.asynchronous_for_ever;
  if (later_traits.asynchronous_for_ever) return ERROR_IO_PENDING;
  return g_first.ResourceControl(resource, code, in, in_size, out, out_size, returned);
}

static DWORD WINAPI begin_type_control(LPCWSTR type_name, DWORD code, PVOID in, DWORD in_size,
                                       PVOID out, DWORD out_size, LPDWORD returned,
                                       PRESTYPE_CTL_CTX context, LPBOOL asynchronous) {
  (void)context;
  *asynchronous = FALSE;
  return g_first.ResourceTypeControl(type_name, code, in, in_size, out, out_size, returned);
}

static DWORD WINAPI begin_control_as_user(RESID resource, HANDLE token, DWORD code, PVOID in,
                                          DWORD in_size, PVOID out, DWORD out_size,
                                          LPDWORD returned, PRES_CTL_CTX context,
                                          LPBOOL asynchronous) {
  (void)token;
  return begin_control(resource, code, in, in_size, out, out_size, returned, context, asynchronous);
}

static DWORD WINAPI begin_type_control_as_user(LPCWSTR type_name, HANDLE token, DWORD code,
                                               PVOID in, DWORD in_size, PVOID out, DWORD out_size,
                                               LPDWORD returned, PRESTYPE_CTL_CTX context,
                                               LPBOOL asynchronous) {
  (void)token;
  return begin_type_control(type_name, code, in, in_size, out, out_size, returned, context,
                            asynchronous);
}

static CLRES_FUNCTION_TABLE g_table_ex;

/* The first nine members and Cancel have the same place in versions 2, 3 and 4. */
static void fill_table(void) {
  CLRES_V4_FUNCTIONS *table = &g_table_ex.V4Functions;
  table->Open = open_v2;
  table->Close = g_first.Close;
  table->Online = online_v2;
  table->Offline = offline_v2;
  table->Terminate = g_first.Terminate;
  table->LooksAlive = g_first.LooksAlive;
  table->IsAlive = g_first.IsAlive;
  table->Cancel = later_traits.cancel != NULL ? later_traits.cancel : refuse_cancel;
  if (later_traits.version == CLRES_VERSION_V2_00) {
    g_table_ex.V2Functions.ResourceControl = g_first.ResourceControl;
    g_table_ex.V2Functions.ResourceTypeControl = g_first.ResourceTypeControl;
  } else {
    table->BeginResourceControl = begin_control;
    table->BeginResourceTypeControl = begin_type_control;
  }
  g_table_ex.TableSize = CLRES_V2_FUNCTION_SIZE;
  if (later_traits.version == CLRES_VERSION_V4_00) {
    table->BeginResourceControlAsUser = begin_control_as_user;
    table->BeginResourceTypeControlAsUser = begin_type_control_as_user;
    g_table_ex.TableSize = CLRES_V4_FUNCTION_SIZE;
  }
  g_table_ex.Version = later_traits.version;
}

_Static_assert(offsetof(CLRES_V2_FUNCTIONS, Cancel) == offsetof(CLRES_V4_FUNCTIONS, Cancel), "V2");
_Static_assert(offsetof(CLRES_V3_FUNCTIONS, Cancel) == offsetof(CLRES_V4_FUNCTIONS, Cancel), "V3");

__declspec(dllexport) DWORD WINAPI
    StartupEx(LPCWSTR ResourceType, DWORD MinVersionSupported, DWORD MaxVersionSupported,
              PCLRES_CALLBACK_FUNCTION_TABLE MonitorCallbackFunctions,
              PCLRES_FUNCTION_TABLE *ResourceDllInterfaceFunctions) {
  PCLRES_FUNCTION_TABLE first = NULL;
  DWORD error = Startup(ResourceType, CLRES_VERSION_V1_00, CLRES_VERSION_V1_00, report_ex,
                        MonitorCallbackFunctions->LogEvent, &first);
  if (error != ERROR_SUCCESS) return error;
  if ((MinVersionSupported > later_traits.version || MaxVersionSupported < later_traits.version) &&
      !later_traits.unasked_version)
    return ERROR_REVISION_MISMATCH;
  g_set_status_ex = MonitorCallbackFunctions->SetResourceStatusEx;
  g_first = first->V1Functions;
  fill_table();
  *ResourceDllInterfaceFunctions = &g_table_ex;
  return ERROR_SUCCESS;
}

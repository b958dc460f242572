/* startup_v1.c - see startup_v1.h. */
#include "startup_v1.h"

/* The resource type that the samples serve. */
#define TYPE_NAME L"Clusrace Disk"

PSET_RESOURCE_STATUS_ROUTINE startup_v1_set_status;
PLOG_EVENT_ROUTINE startup_v1_log;

static DWORD refuse(LPDWORD returned) {
  if (returned != NULL) *returned = 0;
  return ERROR_INVALID_FUNCTION;
}

DWORD WINAPI startup_v1_control(RESID resource, DWORD code, PVOID in, DWORD in_size, PVOID out,
                                DWORD out_size, LPDWORD returned) {
  (void)resource, (void)code, (void)in, (void)in_size, (void)out, (void)out_size;
  return refuse(returned);
}

DWORD WINAPI startup_v1_type_control(LPCWSTR type_name, DWORD code, PVOID in, DWORD in_size,
                                     PVOID out, DWORD out_size, LPDWORD returned) {
  (void)type_name, (void)code, (void)in, (void)in_size, (void)out, (void)out_size;
  return refuse(returned);
}

__declspec(dllexport) DWORD WINAPI
    Startup(LPCWSTR ResourceType, DWORD MinVersionSupported, DWORD MaxVersionSupported,
            PSET_RESOURCE_STATUS_ROUTINE SetResourceStatus, PLOG_EVENT_ROUTINE LogEvent,
            PCLRES_FUNCTION_TABLE *FunctionTable) {
  if (CompareStringW(LOCALE_INVARIANT, NORM_IGNORECASE, ResourceType, -1, TYPE_NAME, -1) !=
      CSTR_EQUAL)
    return ERROR_CLUSTER_RESNAME_NOT_FOUND;
  if (MinVersionSupported > CLRES_VERSION_V1_00 || MaxVersionSupported < CLRES_VERSION_V1_00)
    return ERROR_REVISION_MISMATCH;
  startup_v1_set_status = SetResourceStatus;
  startup_v1_log = LogEvent;
  *FunctionTable = &startup_v1_table;
  return ERROR_SUCCESS;
}

/* The DLLs have no C runtime: this is the image's entry point. */
BOOL WINAPI DllMainCRTStartup(HINSTANCE instance, DWORD reason, LPVOID reserved);

BOOL WINAPI DllMainCRTStartup(HINSTANCE instance, DWORD reason, LPVOID reserved) {
  (void)reserved;
  if (reason == DLL_PROCESS_ATTACH) DisableThreadLibraryCalls(instance);
  return TRUE;
}

/* checks.c - see checks.h. */
#include "checks.h"

__declspec(dllexport) DWORD WINAPI
    Startup(LPCWSTR ResourceType, DWORD MinVersionSupported, DWORD MaxVersionSupported,
            PSET_RESOURCE_STATUS_ROUTINE SetResourceStatus, PLOG_EVENT_ROUTINE LogEvent,
            PCLRES_FUNCTION_TABLE *FunctionTable) {
  DWORD error = ERROR_SUCCESS;
  int i;
  (void)ResourceType, (void)MinVersionSupported, (void)MaxVersionSupported;
  (void)SetResourceStatus, (void)LogEvent, (void)FunctionTable;
  for (i = 0; checks[i] != NULL && error == ERROR_SUCCESS; i++) error = checks[i]();
  return error == ERROR_SUCCESS ? ERROR_CANCELLED : error;
}

BOOL WINAPI DllMainCRTStartup(HINSTANCE instance, DWORD reason, LPVOID reserved);

BOOL WINAPI DllMainCRTStartup(HINSTANCE instance, DWORD reason, LPVOID reserved) {
  (void)instance, (void)reason, (void)reserved;
  return TRUE;
}

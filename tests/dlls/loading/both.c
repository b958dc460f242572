/* both.c - StartupEx beside Startup: the monitor calls it instead. This one refuses; nobody should
 * see the table of Startup then. */
#include "clusrace/abi.h"

__declspec(dllexport) DWORD WINAPI
    StartupEx(LPCWSTR type, DWORD min, DWORD max, CLRES_CALLBACK_FUNCTION_TABLE *callbacks,
              PCLRES_FUNCTION_TABLE *table) {
  (void)type;
  (void)min;
  (void)max;
  (void)callbacks;
  (void)table;
  return ERROR_NOT_SUPPORTED;
}

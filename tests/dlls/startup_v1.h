/* startup_v1.h - what a sample of interface version 1 needs to be loaded: Startup and the image's
 * entry point, and the answer to control codes that nobody has any use for.
 *
 * A DLL that links startup_v1.c defines `startup_v1_table` and reports through the pointers.
 */
#ifndef CLUSRACE_TESTS_STARTUP_V1_H
#define CLUSRACE_TESTS_STARTUP_V1_H

#include "clusrace/abi.h"

/* Defined by the DLL: its table, which begins with STARTUP_V1_HEAD. */
extern CLRES_FUNCTION_TABLE startup_v1_table;
#define STARTUP_V1_HEAD .TableSize = sizeof(CLRES_V1_FUNCTIONS), .Version = CLRES_VERSION_V1_00

/* The monitor's callbacks; set by Startup. */
extern PSET_RESOURCE_STATUS_ROUTINE startup_v1_set_status;
extern PLOG_EVENT_ROUTINE startup_v1_log;

/* Answer every code with ERROR_INVALID_FUNCTION and no data. */
DWORD WINAPI startup_v1_control(RESID resource, DWORD code, PVOID in, DWORD in_size, PVOID out,
                                DWORD out_size, LPDWORD returned);
DWORD WINAPI startup_v1_type_control(LPCWSTR type_name, DWORD code, PVOID in, DWORD in_size,
                                     PVOID out, DWORD out_size, LPDWORD returned);

#endif /* CLUSRACE_TESTS_STARTUP_V1_H */

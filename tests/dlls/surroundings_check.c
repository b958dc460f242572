/* surroundings_check.c - asks the simulated services, processes and shares for their answers; see
 * checks.h. */
#include "checks.h"
/* after windows.h */
#include <lm.h>

/* resutils, as in the public reference */
DWORD WINAPI ResUtilStartResourceService(LPCWSTR name, SC_HANDLE *result);
DWORD WINAPI ResUtilStopResourceService(LPCWSTR name);
DWORD WINAPI ResUtilStopService(SC_HANDLE handle);
DWORD WINAPI ResUtilVerifyResourceService(LPCWSTR name);
DWORD WINAPI ResUtilVerifyService(SC_HANDLE handle);
DWORD WINAPI ResUtilSetResourceServiceStartParameters(LPCWSTR name, SC_HANDLE manager,
                                                      SC_HANDLE *result, PLOG_EVENT_ROUTINE log,
                                                      RESOURCE_HANDLE token);
DWORD WINAPI ResUtilTerminateServiceProcessFromResDll(DWORD id, BOOL offline, PDWORD state,
                                                      PLOG_EVENT_ROUTINE log,
                                                      RESOURCE_HANDLE token);

static DWORD state_of(SC_HANDLE service) {
  SERVICE_STATUS status;
  return QueryServiceStatus(service, &status) ? status.dwCurrentState : 0;
}

static DWORD check_services(void) {
  SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT), service, reader;
  SERVICE_STATUS status;
  CHECK(manager != NULL);
  REFUSED(OpenServiceW(manager, L"MissingOne", SERVICE_ALL_ACCESS), ERROR_SERVICE_DOES_NOT_EXIST);
  REFUSED(OpenServiceW((SC_HANDLE)NULL, L"One", SERVICE_ALL_ACCESS), ERROR_INVALID_HANDLE);
  service = OpenServiceA(manager, "One", SERVICE_ALL_ACCESS);
  reader = OpenServiceW(manager, L"ONE", SERVICE_QUERY_STATUS);
  CHECK(service != NULL && reader != NULL && service != reader);
  REFUSED(CloseHandle((HANDLE)service), ERROR_INVALID_HANDLE);
  REFUSED(StartServiceW(reader, 0, NULL), ERROR_ACCESS_DENIED);
  REFUSED(ControlService(service, SERVICE_CONTROL_STOP, &status), ERROR_SERVICE_NOT_ACTIVE);
  CHECK(status.dwCurrentState == SERVICE_STOPPED);
  CHECK(StartServiceW(service, 0, NULL));
  CHECK(state_of(reader) == SERVICE_START_PENDING);
  CHECK(state_of(reader) == SERVICE_RUNNING && state_of(reader) == SERVICE_RUNNING);
  REFUSED(StartServiceA(service, 0, NULL), ERROR_SERVICE_ALREADY_RUNNING);
  CHECK(ControlService(service, SERVICE_CONTROL_INTERROGATE, &status));
  CHECK(status.dwControlsAccepted & SERVICE_ACCEPT_STOP);
  CHECK(ControlService(service, SERVICE_CONTROL_PAUSE, &status));
  CHECK(state_of(service) == SERVICE_PAUSED);
  CHECK(ControlService(service, SERVICE_CONTROL_CONTINUE, &status));
  CHECK(ControlService(service, SERVICE_CONTROL_STOP, &status));
  CHECK(status.dwCurrentState == SERVICE_STOP_PENDING);
  REFUSED(ControlService(service, SERVICE_CONTROL_STOP, &status), ERROR_SERVICE_CANNOT_ACCEPT_CTRL);
  CHECK(state_of(service) == SERVICE_STOPPED);
  REFUSED(OpenSCManagerW(NULL, L"Other", SC_MANAGER_CONNECT), ERROR_DATABASE_DOES_NOT_EXIST);
  CHECK(CloseServiceHandle(reader) && CloseServiceHandle(service) && CloseServiceHandle(manager));
  REFUSED(CloseServiceHandle(manager), ERROR_INVALID_HANDLE);
  REFUSED(QueryServiceStatus(service, &status), ERROR_INVALID_HANDLE);
  return ERROR_SUCCESS;
}

static DWORD check_config(void) {
  union {
    QUERY_SERVICE_CONFIGW config;
    BYTE bytes[512];
  } room;
  DWORD needed = 0, count = 1;
  SC_HANDLE service = NULL;
  CHECK(ResUtilSetResourceServiceStartParameters(L"Two", NULL, &service, NULL, NULL) == 0);
  CHECK(service != NULL);
  REFUSED(QueryServiceConfigW(service, NULL, 0, &needed), ERROR_INSUFFICIENT_BUFFER);
  CHECK(needed > sizeof room.config && needed <= sizeof room);
  CHECK(QueryServiceConfigW(service, &room.config, needed, &needed));
  CHECK(room.config.dwStartType == SERVICE_DEMAND_START);
  CHECK(lstrcmpW(room.config.lpDisplayName, L"Two") == 0);
  CHECK(ChangeServiceConfigW(service, SERVICE_NO_CHANGE, SERVICE_DEMAND_START, SERVICE_NO_CHANGE,
                             NULL, NULL, NULL, NULL, NULL, NULL, NULL));
  CHECK(EnumDependentServicesW(service, SERVICE_ACTIVE, NULL, 0, &needed, &count) && count == 0);
  CHECK(CloseServiceHandle(service));
  return ERROR_SUCCESS;
}

static DWORD check_helpers(void) {
  SERVICE_STATUS_PROCESS status;
  DWORD needed, state = 0;
  SC_HANDLE service = NULL;
  HANDLE process;
  CHECK(ResUtilVerifyResourceService(L"Three") == ERROR_RESOURCE_NOT_ONLINE);
  CHECK(ResUtilStartResourceService(L"MissingToo", NULL) == ERROR_SERVICE_DOES_NOT_EXIST);
  CHECK(ResUtilStartResourceService(L"Three", &service) == 0 && service != NULL);
  CHECK(ResUtilVerifyService(service) == 0 && ResUtilVerifyResourceService(L"three") == 0);
  CHECK(QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (LPBYTE)&status, sizeof status,
                             &needed));
  CHECK(status.dwCurrentState == SERVICE_RUNNING && status.dwProcessId != 0);
  process = OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, status.dwProcessId);
  CHECK(process != NULL && WaitForSingleObject(process, 0) == WAIT_TIMEOUT);
  CHECK(ResUtilTerminateServiceProcessFromResDll(status.dwProcessId, TRUE, &state, NULL, NULL) ==
        0);
  CHECK(state == ClusterResourceOffline);
  CHECK(WaitForSingleObject(process, INFINITE) == WAIT_OBJECT_0 && CloseHandle(process));
  CHECK(ResUtilTerminateServiceProcessFromResDll(status.dwProcessId, TRUE, &state, NULL, NULL) !=
        0);
  CHECK(ResUtilVerifyService(service) == ERROR_RESOURCE_NOT_ONLINE);
  CHECK(QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (LPBYTE)&status, sizeof status,
                             &needed));
  CHECK(status.dwWin32ExitCode == ERROR_PROCESS_ABORTED && status.dwProcessId == 0);
  CHECK(ResUtilStartResourceService(L"Three", NULL) == 0);
  CHECK(ResUtilStopService(service) == 0);
  CHECK(!CloseServiceHandle(service)); /* closed by it */
  CHECK(ResUtilStopResourceService(L"Three") == 0);
  return ERROR_SUCCESS;
}

static BOOL run(const WCHAR *command, DWORD flags, PROCESS_INFORMATION *process) {
  STARTUPINFOW startup = {.cb = sizeof startup};
  WCHAR text[64];
  lstrcpynW(text, command, 64);
  return CreateProcessW(NULL, text, NULL, NULL, FALSE, flags, NULL, NULL, &startup, process);
}

static DWORD check_processes(void) {
  PROCESS_INFORMATION a, b;
  DWORD code;
  HANDLE again;
  CHECK(run(L"server.exe", 0, &a) && run(L"cmd /c exit", CREATE_SUSPENDED, &b));
  CHECK(a.dwProcessId != b.dwProcessId && GetProcessId(a.hProcess) == a.dwProcessId);
  CHECK(GetThreadId(a.hThread) == a.dwThreadId);
  CHECK(WaitForSingleObject(a.hProcess, 100) == WAIT_TIMEOUT);
  CHECK(WaitForSingleObject(b.hProcess, 0) == WAIT_TIMEOUT);
  CHECK(ResumeThread(b.hThread) == 1);
  CHECK(GetExitCodeProcess(b.hProcess, &code) && code == STILL_ACTIVE);
  CHECK(WaitForSingleObject(b.hProcess, INFINITE) == WAIT_OBJECT_0);
  CHECK(GetExitCodeProcess(b.hProcess, &code) && code == 0);
  REFUSED(OpenProcess(PROCESS_TERMINATE, FALSE, b.dwProcessId), ERROR_INVALID_PARAMETER);
  again = OpenProcess(SYNCHRONIZE, FALSE, a.dwProcessId);
  REFUSED(TerminateProcess(again, 7), ERROR_ACCESS_DENIED);
  CHECK(TerminateProcess(a.hProcess, 7) && WaitForSingleObject(again, INFINITE) == WAIT_OBJECT_0);
  CHECK(GetExitCodeThread(a.hThread, &code) && code == 7);
  REFUSED(TerminateProcess(a.hProcess, 8), ERROR_ACCESS_DENIED);
  CHECK(CloseHandle(again) && CloseHandle(a.hProcess) && CloseHandle(a.hThread));
  CHECK(CloseHandle(b.hProcess) && CloseHandle(b.hThread));
  return ERROR_SUCCESS;
}

static DWORD check_jobs(void) {
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
  JOBOBJECT_BASIC_ACCOUNTING_INFORMATION counts;
  HANDLE job = CreateJobObjectW(NULL, NULL), other = CreateJobObjectA(NULL, "clusrace");
  PROCESS_INFORMATION a;
  BOOL inside = FALSE;
  CHECK(job != NULL && other != NULL && run(L"server.exe", 0, &a));
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
  CHECK(SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits));
  REFUSED(AssignProcessToJobObject(job, GetCurrentProcess()), ERROR_ACCESS_DENIED);
  CHECK(AssignProcessToJobObject(job, a.hProcess));
  CHECK(IsProcessInJob(a.hProcess, job, &inside) && inside);
  REFUSED(AssignProcessToJobObject(other, a.hProcess), ERROR_ACCESS_DENIED);
  CHECK(QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &counts, sizeof counts,
                                  NULL));
  CHECK(counts.ActiveProcesses == 1);
  CHECK(WaitForSingleObject(a.hProcess, 0) == WAIT_TIMEOUT);
  CHECK(CloseHandle(job) && WaitForSingleObject(a.hProcess, INFINITE) == WAIT_OBJECT_0);
  CHECK(CloseHandle(a.hProcess) && CloseHandle(a.hThread));
  CHECK(run(L"server.exe", 0, &a) && AssignProcessToJobObject(other, a.hProcess));
  CHECK(TerminateJobObject(other, 5) && WaitForSingleObject(a.hThread, INFINITE) == 0);
  CHECK(CloseHandle(a.hProcess) && CloseHandle(a.hThread) && CloseHandle(other));
  return ERROR_SUCCESS;
}

static DWORD check_shares(void) {
  WCHAR name[] = L"data", path[] = L"V:\\data", remark[] = L"one", device[] = L"V:";
  WCHAR server[] = L"\\\\fileserver", other[] = L"W:";
  SHARE_INFO_2 share = {.shi2_netname = name, .shi2_remark = remark, .shi2_path = path};
  SHARE_INFO_1004 text = {.shi1004_remark = path};
  SHARE_INFO_2 *two;
  SHARE_INFO_1 *one;
  DWORD count, total, type;
  void *buffer;
  share.shi2_type = STYPE_DISKTREE;
  share.shi2_max_uses = 9;
  CHECK(NetShareDel(NULL, name, 0) == NERR_NetNameNotFound);
  CHECK(NetShareAdd(NULL, 1, (LPBYTE)&share, NULL) == ERROR_INVALID_LEVEL);
  CHECK(NetShareAdd(NULL, 2, (LPBYTE)&share, NULL) == NERR_Success);
  CHECK(NetShareAdd(NULL, 2, (LPBYTE)&share, NULL) == NERR_DuplicateShare);
  CHECK(NetShareAdd(server, 2, (LPBYTE)&share, NULL) == NERR_Success);
  CHECK(NetShareGetInfo(NULL, name, 2, (LPBYTE *)&two) == NERR_Success);
  CHECK(lstrcmpW(two->shi2_path, path) == 0 && two->shi2_max_uses == 9);
  CHECK(NetApiBufferFree(two) == NERR_Success);
  CHECK(NetShareSetInfo(NULL, name, 1004, (LPBYTE)&text, NULL) == NERR_Success);
  CHECK(NetShareEnum(NULL, 1, (LPBYTE *)&one, MAX_PREFERRED_LENGTH, &count, &total, NULL) == 0);
  CHECK(count == 1 && total == 1 && lstrcmpW(one->shi1_remark, path) == 0);
  CHECK(NetApiBufferFree(one) == NERR_Success);
  CHECK(NetShareEnum(NULL, 503, (LPBYTE *)&buffer, MAX_PREFERRED_LENGTH, &count, &total, NULL) ==
        0);
  CHECK(count == 2 && NetApiBufferFree(buffer) == NERR_Success);
  CHECK(NetShareCheck(NULL, device, &type) == NERR_Success && type == STYPE_DISKTREE);
  CHECK(NetShareCheck(NULL, other, &type) == NERR_DeviceNotShared);
  CHECK(NetShareDel(server, name, 0) == NERR_Success && NetShareDel(NULL, name, 0) == NERR_Success);
  CHECK(NetShareGetInfo(NULL, name, 2, (LPBYTE *)&two) == NERR_NetNameNotFound);
  CHECK(NetApiBufferAllocate(16, &buffer) == NERR_Success && NetApiBufferFree(buffer) == 0);
  return ERROR_SUCCESS;
}

check_function *const checks[] = {check_services, check_config, check_helpers, check_processes,
                                  check_jobs,     check_shares, NULL};

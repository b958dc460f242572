/* processes.c - processes that a DLL starts, and jobs.
 *
 * A simulated process runs nothing and lasts until somebody ends it. One whose command line has
 * "exit" in it ends by itself with code 0: when it is first waited for, or at the second look at
 * its exit code, so that a DLL that only polls gets on, too.
 */
#include <string.h>
#include <wchar.h>

#include "../session.h"

/* Ids are multiples of four like the system's, and above what it gives out itself. */
enum { FIRST_ID = 90000, ID_STEP = 8, THREAD_ID = 4, COMMAND_MAX = 512 };

static cr_process *processes(void) { return cr_session_get()->processes.process; }

/* ---- the table ------------------------------------------------------------------------------- */

static bool handle_left(unsigned process) {
  const cr_kernel *k = &cr_session_get()->kernel;
  for (unsigned i = 0; i < CR_KOBJECTS_MAX; i++) {
    const cr_kobject *o = &k->object[i];
    bool about = o->kind == CR_KOBJECT_PROCESS || o->kind == CR_KOBJECT_MAIN_THREAD;
    if (about && o->index == process) return true;
  }
  return false;
}

/* An id is used again only when all others are taken: old ids are then as stale as they can be. */
unsigned cr_process_begin(void) {
  cr_process *all = processes();
  unsigned i = 0;
  while (i < CR_PROCESSES_MAX && all[i].used) i++;
  for (unsigned j = 0; i == CR_PROCESSES_MAX && j < CR_PROCESSES_MAX; j++)
    if (all[j].ended && !handle_left(j)) i = j;
  if (i != CR_PROCESSES_MAX) all[i] = (cr_process){.used = true};
  return i;
}

void cr_process_end(unsigned process, DWORD exit_code) {
  cr_process *p = &processes()[process];
  if (p->ended) return;
  p->ended = true;
  p->exit_code = exit_code;
  cr_service_lost(process);
}

DWORD cr_process_id(unsigned process) { return FIRST_ID + ID_STEP * (DWORD)process; }
DWORD cr_process_thread_id(unsigned process) { return cr_process_id(process) + THREAD_ID; }

static bool id_is_ours(DWORD id) {
  return id >= FIRST_ID && id < FIRST_ID + ID_STEP * (DWORD)CR_PROCESSES_MAX;
}

unsigned cr_process_of_id(DWORD id) {
  if (!id_is_ours(id) || (id - FIRST_ID) % ID_STEP != 0) return CR_PROCESSES_MAX;
  unsigned process = (id - FIRST_ID) / ID_STEP;
  const cr_process *p = &processes()[process];
  return p->used && !p->ended ? process : CR_PROCESSES_MAX;
}

static bool ends_by_itself(const cr_process *p) { return p->exits && p->suspended == 0; }

bool cr_process_over(unsigned process) {
  const cr_process *p = &processes()[process];
  return p->ended || ends_by_itself(p);
}

void cr_process_waited(unsigned process) { cr_process_end(process, 0); }

DWORD cr_process_look(unsigned process) {
  cr_process *p = &processes()[process];
  if (ends_by_itself(p) && ++p->looks >= 2) cr_process_end(process, 0);
  return p->ended ? p->exit_code : STILL_ACTIVE;
}

/* ---- CreateProcess --------------------------------------------------------------------------- */

static HANDLE handle_new(cr_kobject_kind kind, unsigned process, DWORD access) {
  HANDLE handle;
  cr_kobject *object = cr_kobject_new(kind, &handle);
  if (object == NULL) return NULL;
  object->index = process;
  object->access = access;
  return handle;
}

static BOOL create(cr_thread *t, const WCHAR *program, const WCHAR *command, DWORD flags,
                   LPPROCESS_INFORMATION result) {
  static const uint32_t faults[] = {ERROR_NOT_ENOUGH_MEMORY, 0};
  if (!cr_stop_or_fail(t, faults)) return FALSE;
  if (result == NULL || (program == NULL && command == NULL))
    return cr_answer(ERROR_INVALID_PARAMETER);
  *result = (PROCESS_INFORMATION){0};
  unsigned process = cr_process_begin();
  if (process == CR_PROCESSES_MAX) return cr_answer(ERROR_NOT_ENOUGH_MEMORY);
  cr_process *p = &processes()[process];
  p->exits = wcsstr(command != NULL ? command : program, L"exit") != NULL;
  p->suspended = (flags & CREATE_SUSPENDED) != 0;
  HANDLE own = handle_new(CR_KOBJECT_PROCESS, process, PROCESS_ALL_ACCESS);
  HANDLE thread = own == NULL ? NULL : handle_new(CR_KOBJECT_MAIN_THREAD, process, 0);
  if (thread == NULL) {
    if (own != NULL) cr_handle_close(own);
    p->ended = true;
    return cr_answer(ERROR_NOT_ENOUGH_MEMORY);
  }
  *result = (PROCESS_INFORMATION){.hProcess = own,
                                  .hThread = thread,
                                  .dwProcessId = cr_process_id(process),
                                  .dwThreadId = cr_process_thread_id(process)};
  return TRUE;
}

static BOOL WINAPI hook_CreateProcessW(LPCWSTR program, LPWSTR command,
                                       LPSECURITY_ATTRIBUTES of_process,
                                       LPSECURITY_ATTRIBUTES of_thread, BOOL inherit, DWORD flags,
                                       LPVOID environment, LPCWSTR folder, LPSTARTUPINFOW startup,
                                       LPPROCESS_INFORMATION result) {
  cr_thread *t = cr_self();
  if (t == NULL)
    return CreateProcessW(program, command, of_process, of_thread, inherit, flags, environment,
                          folder, startup, result);
  CR_SITE(t);
  return create(t, program, command, flags, result);
}

static BOOL WINAPI hook_CreateProcessA(LPCSTR program, LPSTR command,
                                       LPSECURITY_ATTRIBUTES of_process,
                                       LPSECURITY_ATTRIBUTES of_thread, BOOL inherit, DWORD flags,
                                       LPVOID environment, LPCSTR folder, LPSTARTUPINFOA startup,
                                       LPPROCESS_INFORMATION result) {
  cr_thread *t = cr_self();
  WCHAR wide_program[COMMAND_MAX], wide_command[COMMAND_MAX];
  if (t == NULL)
    return CreateProcessA(program, command, of_process, of_thread, inherit, flags, environment,
                          folder, startup, result);
  CR_SITE(t);
  if (program != NULL) cr_path_widen(program, wide_program, CR_ARRAY_LEN(wide_program));
  if (command != NULL) cr_path_widen(command, wide_command, CR_ARRAY_LEN(wide_command));
  return create(t, program == NULL ? NULL : wide_program, command == NULL ? NULL : wide_command,
                flags, result);
}

/* ---- processes by handle and by id ----------------------------------------------------------- */

static cr_kobject *process_of(HANDLE handle) { return cr_kobject_of(handle, CR_KOBJECT_PROCESS); }

BOOL cr_process_terminate(cr_thread *t, HANDLE handle, UINT exit_code) {
  cr_stop_once(t);
  const cr_kobject *object = process_of(handle);
  if (object == NULL) return cr_answer(ERROR_INVALID_HANDLE);
  if ((object->access & PROCESS_TERMINATE) == 0 || processes()[object->index].ended)
    return cr_answer(ERROR_ACCESS_DENIED);
  cr_process_end(object->index, exit_code);
  return TRUE;
}

static BOOL WINAPI hook_GetExitCodeProcess(HANDLE handle, LPDWORD exit_code) {
  cr_thread *t = cr_self();
  if (t == NULL || process_of(handle) == NULL) return GetExitCodeProcess(handle, exit_code);
  CR_SITE(t);
  cr_stop_once(t);
  const cr_kobject *object = process_of(handle);
  if (object == NULL) return cr_answer(ERROR_INVALID_HANDLE);
  if (exit_code == NULL) return cr_answer(ERROR_INVALID_PARAMETER);
  *exit_code = cr_process_look(object->index);
  return TRUE;
}

static HANDLE WINAPI hook_OpenProcess(DWORD access, BOOL inherit, DWORD id) {
  cr_thread *t = cr_self();
  if (t == NULL || !id_is_ours(id)) return OpenProcess(access, inherit, id);
  CR_SITE(t);
  cr_stop_once(t);
  unsigned process = cr_process_of_id(id);
  if (process == CR_PROCESSES_MAX) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return NULL;
  }
  if ((access & MAXIMUM_ALLOWED) != 0) access = PROCESS_ALL_ACCESS;
  HANDLE handle = handle_new(CR_KOBJECT_PROCESS, process, access);
  if (handle == NULL) SetLastError(ERROR_NOT_ENOUGH_MEMORY);
  return handle;
}

static DWORD WINAPI hook_GetProcessId(HANDLE handle) {
  cr_thread *t = cr_self();
  if (t == NULL || process_of(handle) == NULL) return GetProcessId(handle);
  CR_SITE(t);
  cr_stop_once(t);
  const cr_kobject *object = process_of(handle);
  if (object != NULL) return cr_process_id(object->index);
  SetLastError(ERROR_INVALID_HANDLE);
  return 0;
}

/* Simulated processes have no window: there is nothing to wait for. user32 is not linked, because
 * it is slow to load and only a DLL that has loaded it can come here. */
static DWORD WINAPI hook_WaitForInputIdle(HANDLE handle, DWORD ms) {
  cr_thread *t = cr_self();
  if (t == NULL || process_of(handle) == NULL) {
    HMODULE user32 = GetModuleHandleA("user32.dll");
    DWORD(WINAPI * real)
    (HANDLE, DWORD) = user32 == NULL
                          ? NULL
                          : (DWORD(WINAPI *)(HANDLE, DWORD))(void (*)(void))GetProcAddress(
                                user32, "WaitForInputIdle");
    return real == NULL ? WAIT_FAILED : real(handle, ms);
  }
  CR_SITE(t);
  cr_stop_once(t);
  return 0;
}

/* ---- jobs ------------------------------------------------------------------------------------ */

static cr_kobject *job_of(HANDLE handle) { return cr_kobject_of(handle, CR_KOBJECT_JOB); }

static void job_end(const cr_kobject *job, UINT exit_code) {
  cr_process *all = processes();
  for (unsigned i = 0; i < CR_PROCESSES_MAX; i++)
    if (all[i].used && all[i].job == job) cr_process_end(i, exit_code);
}

void cr_process_job_closed(const cr_kobject *job) {
  cr_process *all = processes();
  if ((job->limits & JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE) != 0) job_end(job, 0);
  for (unsigned i = 0; i < CR_PROCESSES_MAX; i++)
    if (all[i].job == job) all[i].job = NULL;
}

static HANDLE create_job(cr_thread *t, const char *name) {
  HANDLE handle;
  bool fresh;
  cr_kobject_create(t, CR_KOBJECT_JOB, name, &handle, &fresh);
  return handle;
}

static HANDLE WINAPI hook_CreateJobObjectW(LPSECURITY_ATTRIBUTES sa, LPCWSTR wide) {
  cr_thread *t = cr_self();
  char name[CR_KNAME_MAX];
  if (t == NULL) return CreateJobObjectW(sa, wide);
  CR_SITE(t);
  cr_kname_narrow(wide, name);
  return create_job(t, name);
}

static HANDLE WINAPI hook_CreateJobObjectA(LPSECURITY_ATTRIBUTES sa, LPCSTR text) {
  cr_thread *t = cr_self();
  WCHAR wide[CR_KNAME_MAX];
  char name[CR_KNAME_MAX];
  if (t == NULL) return CreateJobObjectA(sa, text);
  CR_SITE(t);
  cr_path_widen(text == NULL ? "" : text, wide, CR_ARRAY_LEN(wide));
  cr_kname_narrow(wide, name);
  return create_job(t, name);
}

static BOOL WINAPI hook_AssignProcessToJobObject(HANDLE handle, HANDLE process) {
  cr_thread *t = cr_self();
  if (t == NULL || job_of(handle) == NULL) return AssignProcessToJobObject(handle, process);
  CR_SITE(t);
  cr_stop_once(t);
  const cr_kobject *job = job_of(handle), *object = process_of(process);
  /* The monitor's own process does not go into a job of one of its DLLs. */
  if (job != NULL && process == GetCurrentProcess()) return cr_answer(ERROR_ACCESS_DENIED);
  if (job == NULL || object == NULL) return cr_answer(ERROR_INVALID_HANDLE);
  cr_process *p = &processes()[object->index];
  if (p->ended || (p->job != NULL && p->job != job)) return cr_answer(ERROR_ACCESS_DENIED);
  p->job = job;
  return TRUE;
}

static BOOL WINAPI hook_IsProcessInJob(HANDLE process, HANDLE handle, PBOOL result) {
  cr_thread *t = cr_self();
  if (t == NULL || process_of(process) == NULL) return IsProcessInJob(process, handle, result);
  CR_SITE(t);
  cr_stop_once(t);
  const cr_kobject *job = job_of(handle), *object = process_of(process);
  if (object == NULL || (handle != NULL && job == NULL)) return cr_answer(ERROR_INVALID_HANDLE);
  const cr_kobject *own = processes()[object->index].job;
  *result = handle == NULL ? own != NULL : own == job;
  return TRUE;
}

static BOOL WINAPI hook_TerminateJobObject(HANDLE handle, UINT exit_code) {
  cr_thread *t = cr_self();
  if (t == NULL || job_of(handle) == NULL) return TerminateJobObject(handle, exit_code);
  CR_SITE(t);
  cr_stop_once(t);
  const cr_kobject *job = job_of(handle);
  if (job == NULL) return cr_answer(ERROR_INVALID_HANDLE);
  job_end(job, exit_code);
  return TRUE;
}

/* Of all limits only KILL_ON_JOB_CLOSE has an effect here. */
static BOOL WINAPI hook_SetInformationJobObject(HANDLE handle, JOBOBJECTINFOCLASS class_of,
                                                LPVOID info, DWORD size) {
  cr_thread *t = cr_self();
  if (t == NULL || job_of(handle) == NULL)
    return SetInformationJobObject(handle, class_of, info, size);
  CR_SITE(t);
  cr_stop_once(t);
  cr_kobject *job = job_of(handle);
  bool basic = class_of == JobObjectBasicLimitInformation;
  if (job == NULL) return cr_answer(ERROR_INVALID_HANDLE);
  if (!basic && class_of != JobObjectExtendedLimitInformation) return TRUE;
  DWORD need = basic ? sizeof(JOBOBJECT_BASIC_LIMIT_INFORMATION)
                     : sizeof(JOBOBJECT_EXTENDED_LIMIT_INFORMATION);
  if (info == NULL) return cr_answer(ERROR_INVALID_PARAMETER);
  if (size != need) return cr_answer(ERROR_BAD_LENGTH);
  job->limits = ((const JOBOBJECT_BASIC_LIMIT_INFORMATION *)info)->LimitFlags;
  return TRUE;
}

static unsigned members(const cr_kobject *job, bool living) {
  const cr_process *all = processes();
  unsigned count = 0;
  for (unsigned i = 0; i < CR_PROCESSES_MAX; i++)
    count += all[i].used && all[i].job == job && (!living || !all[i].ended);
  return count;
}

static DWORD give_ids(const cr_kobject *job, void *info, DWORD size, LPDWORD needed) {
  const cr_process *all = processes();
  JOBOBJECT_BASIC_PROCESS_ID_LIST *list = info;
  unsigned count = members(job, true);
  const size_t head = offsetof(JOBOBJECT_BASIC_PROCESS_ID_LIST, ProcessIdList);
  if (needed != NULL) *needed = (DWORD)(head + count * sizeof list->ProcessIdList[0]);
  if (size < sizeof *list) return ERROR_BAD_LENGTH;
  size_t room = (size - head) / sizeof list->ProcessIdList[0];
  list->NumberOfAssignedProcesses = count;
  list->NumberOfProcessIdsInList = 0;
  for (unsigned i = 0; i < CR_PROCESSES_MAX; i++) {
    if (!all[i].used || all[i].job != job || all[i].ended) continue;
    if (list->NumberOfProcessIdsInList == room) return ERROR_MORE_DATA;
    list->ProcessIdList[list->NumberOfProcessIdsInList++] = cr_process_id(i);
  }
  return ERROR_SUCCESS;
}

static DWORD give(const cr_kobject *job, JOBOBJECTINFOCLASS class_of, void *info, DWORD size,
                  LPDWORD needed) {
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {.BasicLimitInformation.LimitFlags = job->limits};
  JOBOBJECT_BASIC_ACCOUNTING_INFORMATION counts = {.TotalProcesses = members(job, false),
                                                   .ActiveProcesses = members(job, true)};
  const void *from = &limits;
  DWORD bytes;
  switch (class_of) {
    case JobObjectBasicLimitInformation: bytes = sizeof limits.BasicLimitInformation; break;
    case JobObjectExtendedLimitInformation: bytes = sizeof limits; break;
    case JobObjectBasicAccountingInformation:
      from = &counts;
      bytes = sizeof counts;
      break;
    default: return ERROR_NOT_SUPPORTED;
  }
  if (needed != NULL) *needed = bytes;
  if (size != bytes) return ERROR_BAD_LENGTH;
  memcpy(info, from, bytes);
  return ERROR_SUCCESS;
}

/* No handle asks about the caller's own job, which is the monitor's and real. */
static BOOL WINAPI hook_QueryInformationJobObject(HANDLE handle, JOBOBJECTINFOCLASS class_of,
                                                  LPVOID info, DWORD size, LPDWORD needed) {
  cr_thread *t = cr_self();
  if (t == NULL || job_of(handle) == NULL)
    return QueryInformationJobObject(handle, class_of, info, size, needed);
  CR_SITE(t);
  cr_stop_once(t);
  const cr_kobject *job = job_of(handle);
  if (job == NULL) return cr_answer(ERROR_INVALID_HANDLE);
  if (info == NULL) return cr_answer(ERROR_INVALID_PARAMETER);
  bool ids = class_of == JobObjectBasicProcessIdList;
  return cr_answer(ids ? give_ids(job, info, size, needed)
                       : give(job, class_of, info, size, needed));
}

const cr_hook cr_hooks_processes[] = {CR_HOOK(CreateProcessW),
                                      CR_HOOK(CreateProcessA),
                                      CR_HOOK(GetExitCodeProcess),
                                      CR_HOOK(OpenProcess),
                                      CR_HOOK(GetProcessId),
                                      CR_HOOK(WaitForInputIdle),
                                      CR_HOOK(CreateJobObjectW),
                                      CR_HOOK(CreateJobObjectA),
                                      CR_HOOK(AssignProcessToJobObject),
                                      CR_HOOK(IsProcessInJob),
                                      CR_HOOK(TerminateJobObject),
                                      CR_HOOK(SetInformationJobObject),
                                      CR_HOOK(QueryInformationJobObject),
                                      CR_HOOK_END};

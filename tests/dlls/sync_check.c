/* sync_check.c - asks the simulated kernel (waits, names, locks, conditions, addresses,
 * initialisation, lists, time) for its answers; see checks.h. */
#include "checks.h"

static volatile LONG g_calls;
static HANDLE g_other;

/* ---- waits ----------------------------------------------------------------------------------- */

static DWORD WINAPI abandoner(LPVOID mutex) { return WaitForSingleObject(mutex, INFINITE); }

static DWORD WINAPI idler(LPVOID parameter) {
  (void)parameter;
  return 7;
}

static DWORD check_waits(void) {
  HANDLE mutex = CreateMutexW(NULL, TRUE, NULL), semaphore = CreateSemaphoreW(NULL, 1, 2, NULL);
  HANDLE pair[2] = {g_other, g_other}, thread, own;
  CRITICAL_SECTION section;
  DWORD id, code;
  LONG before = 9;
  CHECK(mutex != NULL && semaphore != NULL && GOT(mutex));
  CHECK(ReleaseMutex(mutex) && ReleaseMutex(mutex));
  thread = CreateThread(NULL, 0, abandoner, mutex, 0, NULL);
  CHECK(thread != NULL && GOT(thread) && CloseHandle(thread));
  CHECK(WaitForSingleObject(mutex, INFINITE) == WAIT_ABANDONED && ReleaseMutex(mutex));
  CHECK(GOT(mutex) && ReleaseMutex(mutex));

  REFUSED(ReleaseSemaphore(semaphore, 2, &before), ERROR_TOO_MANY_POSTS);
  CHECK(before == 9 && ReleaseSemaphore(semaphore, 1, &before) && before == 1);
  CHECK(GOT(semaphore) && GOT(semaphore) && NOT_YET(semaphore));
  REFUSED(CreateSemaphoreW(NULL, 2, 1, NULL) != NULL, ERROR_INVALID_PARAMETER);

  REFUSED(WaitForMultipleObjects(2, pair, TRUE, 0) != WAIT_FAILED, ERROR_INVALID_PARAMETER);
  CHECK(WaitForMultipleObjects(2, pair, FALSE, 0) == WAIT_TIMEOUT);
  pair[1] = mutex;
  CHECK(WaitForMultipleObjects(2, pair, TRUE, 0) == WAIT_TIMEOUT);
  CHECK(WaitForMultipleObjects(2, pair, FALSE, 0) == WAIT_OBJECT_0 + 1);
  SetEvent(g_other);
  CHECK(WaitForMultipleObjects(2, pair, TRUE, INFINITE) == WAIT_OBJECT_0 && NOT_YET(g_other));
  CHECK(ReleaseMutex(mutex));
  CHECK(SignalObjectAndWait(mutex, g_other, 0, FALSE) == WAIT_TIMEOUT);

  CHECK(DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &own, 0,
                        FALSE, DUPLICATE_SAME_ACCESS));
  CHECK(NOT_YET(own) && CloseHandle(own));
  CHECK(WaitForSingleObject(GetCurrentThread(), 10) == WAIT_TIMEOUT);
  thread = CreateThread(NULL, 0, idler, NULL, CREATE_SUSPENDED, &id);
  CHECK(thread != NULL && SuspendThread(thread) == 1 && ResumeThread(thread) == 2);
  own = OpenThread(SYNCHRONIZE, FALSE, id);
  CHECK(own != NULL && NOT_YET(own) && ResumeThread(thread) == 1 && GOT(own));
  CHECK(GetExitCodeThread(thread, &code) && code == 7 && CloseHandle(own) && CloseHandle(thread));

  InitializeCriticalSection(&section);
  EnterCriticalSection(&section);
  EnterCriticalSection(&section);
  CHECK(TryEnterCriticalSection(&section));
  LeaveCriticalSection(&section);
  LeaveCriticalSection(&section);
  LeaveCriticalSection(&section);
  DeleteCriticalSection(&section);
  CHECK(CloseHandle(mutex) && CloseHandle(semaphore));
  return ERROR_SUCCESS;
}

/* ---- names ----------------------------------------------------------------------------------- */

#define LONG_NAME "one long name of an object that has more than sixty-four characters, "

static DWORD check_names(void) {
  HANDLE event = CreateEventW(NULL, TRUE, FALSE, L"Clusrace.Names"), again, other;
  CHECK(event != NULL && GetLastError() == ERROR_SUCCESS);
  again = CreateEventA(NULL, FALSE, TRUE, "Clusrace.Names"); /* it stays what it was made */
  CHECK(again != NULL && again != event && GetLastError() == ERROR_ALREADY_EXISTS &&
        NOT_YET(again));
  other = OpenEventA(EVENT_ALL_ACCESS, FALSE, "Global\\Clusrace.Names");
  CHECK(other != NULL && SetEvent(other) && GOT(event) && GOT(again) && CloseHandle(other));
  other = OpenEventW(EVENT_ALL_ACCESS, FALSE, L"Local\\Clusrace.Names");
  CHECK(other != NULL && CloseHandle(other));
  REFUSED(OpenEventW(EVENT_ALL_ACCESS, FALSE, L"clusrace.names") != NULL, ERROR_FILE_NOT_FOUND);
  REFUSED(OpenEventW(EVENT_ALL_ACCESS, FALSE, NULL) != NULL, ERROR_INVALID_PARAMETER);
  REFUSED(CreateEventW(NULL, FALSE, FALSE, L"a\\b") != NULL, ERROR_PATH_NOT_FOUND);
  /* one space of names for all kinds */
  REFUSED(CreateMutexW(NULL, FALSE, L"Clusrace.Names") != NULL, ERROR_INVALID_HANDLE);
  REFUSED(OpenSemaphoreA(SEMAPHORE_ALL_ACCESS, FALSE, "Clusrace.Names") != NULL,
          ERROR_INVALID_HANDLE);
  CHECK(CloseHandle(event) && CloseHandle(again));
  REFUSED(OpenEventW(EVENT_ALL_ACCESS, FALSE, L"Clusrace.Names") != NULL, ERROR_FILE_NOT_FOUND);

  event = CreateMutexExA(NULL, "Clusrace.Names", CREATE_MUTEX_INITIAL_OWNER, MUTEX_ALL_ACCESS);
  CHECK(event != NULL);
  again = OpenMutexA(MUTEX_ALL_ACCESS, FALSE, "Clusrace.Names");
  CHECK(again != NULL && ReleaseMutex(again)); /* owned by the thread, not by the handle */
  CHECK(CloseHandle(event) && CloseHandle(again));
  event = CreateSemaphoreExA(NULL, 0, 1, "Clusrace.Names", 0, SEMAPHORE_ALL_ACCESS);
  again = CreateSemaphoreW(NULL, 1, 1, L"Clusrace.Names");
  CHECK(event != NULL && again != NULL && NOT_YET(again) && ReleaseSemaphore(event, 1, NULL));
  CHECK(GOT(again) && CloseHandle(event) && CloseHandle(again));
  event = CreateEventA(NULL, FALSE, FALSE, LONG_NAME "and ends");
  again = CreateEventA(NULL, FALSE, FALSE, LONG_NAME "and goes on");
  CHECK(event != NULL && again != NULL && GetLastError() == ERROR_SUCCESS);
  CHECK(SetEvent(event) && NOT_YET(again) && CloseHandle(event) && CloseHandle(again));
  return ERROR_SUCCESS;
}

/* ---- locks, conditions, addresses, time ------------------------------------------------------ */

static SRWLOCK g_srw = SRWLOCK_INIT;
static CRITICAL_SECTION g_section;
static CONDITION_VARIABLE g_condition = CONDITION_VARIABLE_INIT;
static volatile LONG g_word;

static DWORD WINAPI shares(LPVOID parameter) {
  (void)parameter;
  CHECK(!TryAcquireSRWLockExclusive(&g_srw) && TryAcquireSRWLockShared(&g_srw));
  ReleaseSRWLockShared(&g_srw);
  return ERROR_SUCCESS;
}

static DWORD WINAPI consumes(LPVOID parameter) {
  (void)parameter;
  EnterCriticalSection(&g_section);
  while (g_word == 0)
    if (!SleepConditionVariableCS(&g_condition, &g_section, INFINITE)) return FAILED_AT + __LINE__;
  g_word--;
  LeaveCriticalSection(&g_section);
  return ERROR_SUCCESS;
}

static DWORD WINAPI awaits_word(LPVOID parameter) {
  LONG nought = 0;
  (void)parameter;
  while (g_word == 0)
    if (!WaitOnAddress(&g_word, &nought, sizeof nought, INFINITE)) return FAILED_AT + __LINE__;
  return ERROR_SUCCESS;
}

static DWORD WINAPI queued(LPVOID event) {
  SetEvent(event);
  return ERROR_SUCCESS;
}

/* A thread whose answer is success. */
static BOOL ends_well(HANDLE thread) {
  DWORD code = 1;
  BOOL good = thread != NULL && GOT(thread) && GetExitCodeThread(thread, &code);
  return good && CloseHandle(thread) && code == ERROR_SUCCESS;
}

static DWORD check_locks(void) {
  HANDLE thread;
  LONG one = 1, two = 2;
  AcquireSRWLockShared(&g_srw);
  CHECK(ends_well(CreateThread(NULL, 0, shares, NULL, 0, NULL)));
  ReleaseSRWLockShared(&g_srw);
  AcquireSRWLockExclusive(&g_srw);
  CHECK(!TryAcquireSRWLockShared(&g_srw) && !TryAcquireSRWLockExclusive(&g_srw));
  REFUSED(SleepConditionVariableSRW(&g_condition, &g_srw, 10, 0), ERROR_TIMEOUT);
  CHECK(!TryAcquireSRWLockShared(&g_srw)); /* it has the lock again */
  ReleaseSRWLockExclusive(&g_srw);

  InitializeCriticalSection(&g_section);
  g_word = 0;
  thread = CreateThread(NULL, 0, consumes, NULL, 0, NULL);
  EnterCriticalSection(&g_section);
  g_word = 1;
  WakeAllConditionVariable(&g_condition);
  LeaveCriticalSection(&g_section);
  CHECK(ends_well(thread) && g_word == 0);
  DeleteCriticalSection(&g_section);

  thread = CreateThread(NULL, 0, awaits_word, NULL, 0, NULL);
  CHECK(thread != NULL);
  InterlockedIncrement(&g_word);
  WakeByAddressSingle((PVOID)&g_word);
  CHECK(ends_well(thread));
  CHECK(WaitOnAddress(&g_word, &two, sizeof two, INFINITE));
  REFUSED(WaitOnAddress(&g_word, &one, sizeof one, 10), ERROR_TIMEOUT);
  REFUSED(WaitOnAddress(&g_word, &one, 3, INFINITE), ERROR_INVALID_PARAMETER);

  CHECK(QueueUserWorkItem(queued, g_other, WT_EXECUTEDEFAULT) && GOT(g_other));
  return ERROR_SUCCESS;
}

static ULONGLONG as_number(FILETIME time) {
  return (ULONGLONG)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

static DWORD check_time(void) {
  ULONGLONG ticks = GetTickCount64();
  DWORD short_ticks = GetTickCount();
  FILETIME before, after;
  LARGE_INTEGER count, later, frequency;
  GetSystemTimeAsFileTime(&before);
  CHECK(QueryPerformanceFrequency(&frequency) && QueryPerformanceCounter(&count));
  Sleep(86400000);
  GetSystemTimeAsFileTime(&after);
  CHECK(QueryPerformanceCounter(&later));
  CHECK(GetTickCount64() - ticks >= 86400000 && GetTickCount() - short_ticks >= 86400000);
  CHECK(as_number(after) - as_number(before) >= 864000000000ULL);
  CHECK((later.QuadPart - count.QuadPart) / frequency.QuadPart >= 86400);
  return ERROR_SUCCESS;
}

/* ---- initialisation, barriers, lists --------------------------------------------------------- */

static INIT_ONCE g_once;
static SYNCHRONIZATION_BARRIER g_barrier;

static DWORD WINAPI meets(LPVOID parameter) {
  (void)parameter;
  return (DWORD)EnterSynchronizationBarrier(&g_barrier, 0);
}

static BOOL CALLBACK makes(PINIT_ONCE once, PVOID parameter, PVOID *made) {
  (void)once;
  *made = &g_barrier;
  return InterlockedIncrement(&g_calls) > 1 || parameter != NULL; /* fails the first time */
}

static DWORD check_once(void) {
  PINIT_ONCE once = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *once);
  PVOID made = NULL;
  CHECK(once != NULL);
  g_calls = 0;
  CHECK(!InitOnceExecuteOnce(once, makes, NULL, &made) && g_calls == 1);
  CHECK(InitOnceExecuteOnce(once, makes, NULL, &made) && g_calls == 2 && made == &g_barrier);
  made = NULL;
  CHECK(InitOnceExecuteOnce(once, makes, NULL, &made) && g_calls == 2 && made == &g_barrier);
  InitOnceInitialize(once); /* begun anew */
  CHECK(InitOnceExecuteOnce(once, makes, once, NULL) && g_calls == 3);
  CHECK(HeapFree(GetProcessHeap(), 0, once));
  once = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *once); /* perhaps at that address */
  CHECK(once != NULL && InitOnceExecuteOnce(once, makes, once, NULL) && g_calls == 4);
  return HeapFree(GetProcessHeap(), 0, once) ? ERROR_SUCCESS : FAILED_AT + __LINE__;
}

static DWORD check_others(void) {
  static SLIST_HEADER list;
  static SLIST_ENTRY entry[2];
  LPVOID context = NULL;
  BOOL pending = FALSE;
  HANDLE thread;
  DWORD code, mine;
  REFUSED(InitOnceBeginInitialize(&g_once, INIT_ONCE_CHECK_ONLY, &pending, &context),
          ERROR_GEN_FAILURE);
  CHECK(InitOnceBeginInitialize(&g_once, 0, &pending, &context) && pending);
  CHECK(InitOnceComplete(&g_once, INIT_ONCE_INIT_FAILED, NULL));
  CHECK(InitOnceBeginInitialize(&g_once, 0, &pending, &context) && pending);
  CHECK(InitOnceComplete(&g_once, 0, &list));
  CHECK(InitOnceBeginInitialize(&g_once, 0, &pending, &context) && !pending && context == &list);
  REFUSED(InitOnceComplete(&g_once, 0, NULL), ERROR_GEN_FAILURE);

  CHECK(InitializeSynchronizationBarrier(&g_barrier, 2, -1));
  thread = CreateThread(NULL, 0, meets, NULL, 0, NULL);
  CHECK(thread != NULL);
  mine = (DWORD)EnterSynchronizationBarrier(&g_barrier, 0);
  CHECK(GOT(thread) && GetExitCodeThread(thread, &code) && code + mine == 1);
  CHECK(CloseHandle(thread) && DeleteSynchronizationBarrier(&g_barrier));

  InitializeSListHead(&list);
  CHECK(InterlockedPushEntrySList(&list, &entry[0]) == NULL);
  CHECK(InterlockedPushEntrySList(&list, &entry[1]) == &entry[0] && QueryDepthSList(&list) == 2);
  CHECK(InterlockedPopEntrySList(&list) == &entry[1]);
  CHECK(InterlockedFlushSList(&list) == &entry[0] && InterlockedPopEntrySList(&list) == NULL);
  return ERROR_SUCCESS;
}

static DWORD check_begin(void) {
  g_other = CreateEventW(NULL, FALSE, FALSE, NULL);
  CHECK(g_other != NULL);
  return ERROR_SUCCESS;
}

static DWORD check_end(void) {
  CHECK(CloseHandle(g_other));
  return ERROR_SUCCESS;
}

check_function *const checks[] = {check_begin, check_waits,  check_names, check_locks, check_time,
                                  check_once,  check_others, check_end,   NULL};

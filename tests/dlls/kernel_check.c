/* kernel_check.c - asks the simulated kernel (thread pool, timers, APCs) for its answers; see
 * checks.h. */
#include "checks.h"

static volatile LONG g_calls;
static HANDLE g_begun, g_go, g_other;
static DWORD g_fls;

static FILETIME due_in(DWORD ms) {
  LARGE_INTEGER due;
  FILETIME time;
  due.QuadPart = -10000LL * ms;
  time.dwLowDateTime = due.LowPart;
  time.dwHighDateTime = (DWORD)due.HighPart;
  return time;
}

/* ---- thread pool ----------------------------------------------------------------------------- */

static VOID CALLBACK count_work(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WORK work) {
  (void)instance, (void)context, (void)work;
  FlsSetValue(g_fls, (PVOID)&g_fls);
  InterlockedIncrement(&g_calls);
}

static VOID CALLBACK slow_work(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WORK work) {
  (void)context, (void)work;
  CallbackMayRunLong(instance);
  SetEvent(g_begun);
  WaitForSingleObject(g_go, INFINITE);
  InterlockedIncrement(&g_calls);
  SetEventWhenCallbackReturns(instance, g_other);
}

static VOID CALLBACK simple(PTP_CALLBACK_INSTANCE instance, PVOID context) {
  DisassociateCurrentThreadFromCallback(instance);
  ReleaseSemaphoreWhenCallbackReturns(instance, context, 2);
}

static VOID CALLBACK group_cancelled(PVOID object, PVOID context) {
  if (object == context) InterlockedIncrement(&g_calls);
}

static VOID WINAPI fls_gone(PVOID value) {
  if (value == (PVOID)&g_fls) InterlockedExchangeAdd(&g_calls, 100);
}

static DWORD check_work(void) {
  PTP_WORK work = CreateThreadpoolWork(count_work, NULL, NULL);
  HANDLE semaphore = CreateSemaphoreW(NULL, 0, 2, NULL);
  TP_CALLBACK_ENVIRON environment;
  PTP_CLEANUP_GROUP group;
  CHECK(work != NULL && semaphore != NULL);
  g_calls = 0;
  WaitForThreadpoolWorkCallbacks(work, FALSE);
  SubmitThreadpoolWork(work);
  SubmitThreadpoolWork(work);
  WaitForThreadpoolWorkCallbacks(work, FALSE);
  CHECK(g_calls == 2);
  g_fls = FlsAlloc(fls_gone);
  CHECK(g_fls != FLS_OUT_OF_INDEXES);
  SubmitThreadpoolWork(work);
  WaitForThreadpoolWorkCallbacks(work, FALSE);
  CHECK(g_calls == 103);
  CHECK(FlsFree(g_fls));
  g_fls = FLS_OUT_OF_INDEXES;
  CloseThreadpoolWork(work);

  work = CreateThreadpoolWork(slow_work, NULL, NULL);
  g_calls = 0;
  SubmitThreadpoolWork(work);
  CHECK(GOT(g_begun) && NOT_YET(g_other));
  CloseThreadpoolWork(work); /* lives on until its callback is over */
  SetEvent(g_go);
  CHECK(GOT(g_other) && g_calls == 1);

  CHECK(TrySubmitThreadpoolCallback(simple, semaphore, NULL));
  CHECK(GOT(semaphore) && GOT(semaphore) && NOT_YET(semaphore) && CloseHandle(semaphore));

  group = CreateThreadpoolCleanupGroup();
  CHECK(group != NULL);
  InitializeThreadpoolEnvironment(&environment);
  SetThreadpoolCallbackCleanupGroup(&environment, group, group_cancelled);
  work = CreateThreadpoolWork(count_work, &environment, &environment);
  CHECK(work != NULL);
  g_calls = 0;
  CloseThreadpoolCleanupGroupMembers(group, TRUE, &environment);
  CHECK(g_calls == 1);
  work = CreateThreadpoolWork(count_work, &environment, &environment);
  SubmitThreadpoolWork(work);
  CloseThreadpoolCleanupGroupMembers(group, FALSE, &environment);
  CHECK(g_calls == 2);
  CloseThreadpoolCleanupGroup(group);
  DestroyThreadpoolEnvironment(&environment);
  return ERROR_SUCCESS;
}

static VOID CALLBACK on_timer(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_TIMER timer) {
  (void)instance, (void)timer;
  InterlockedIncrement(&g_calls);
  SetEvent(context);
}

static VOID CALLBACK on_wait(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WAIT wait,
                             TP_WAIT_RESULT result) {
  (void)instance, (void)wait;
  InterlockedExchange(&g_calls, (LONG)result);
  SetEvent(context);
}

static DWORD check_pool_timers(void) {
  PTP_TIMER timer = CreateThreadpoolTimer(on_timer, g_other, NULL);
  PTP_WAIT wait = CreateThreadpoolWait(on_wait, g_other, NULL);
  FILETIME soon = due_in(10), late = due_in(100000);
  CHECK(timer != NULL && wait != NULL && !IsThreadpoolTimerSet(timer));
  g_calls = 0;
  SetThreadpoolTimer(timer, &soon, 0, 0);
  CHECK(GOT(g_other));
  WaitForThreadpoolTimerCallbacks(timer, TRUE);
  CHECK(g_calls == 1 && NOT_YET(g_other));
  SetThreadpoolTimer(timer, &late, 50, 0);
  CHECK(IsThreadpoolTimerSet(timer));
  CHECK(GOT(g_other) && GOT(g_other));
  SetThreadpoolTimer(timer, NULL, 0, 0);
  WaitForThreadpoolTimerCallbacks(timer, TRUE);
  CHECK(!IsThreadpoolTimerSet(timer) && g_calls >= 3);
  ResetEvent(g_other);
  CloseThreadpoolTimer(timer);

  g_calls = 9;
  SetThreadpoolWait(wait, g_go, NULL);
  CHECK(NOT_YET(g_other));
  SetEvent(g_go);
  CHECK(GOT(g_other));
  WaitForThreadpoolWaitCallbacks(wait, FALSE);
  CHECK(g_calls == WAIT_OBJECT_0 && NOT_YET(g_go)); /* it took the event */
  SetThreadpoolWait(wait, g_go, &soon);
  CHECK(GOT(g_other));
  WaitForThreadpoolWaitCallbacks(wait, FALSE);
  CHECK(g_calls == WAIT_TIMEOUT);
  SetThreadpoolWait(wait, g_go, NULL);
  SetThreadpoolWait(wait, NULL, NULL);
  SetEvent(g_go);
  CHECK(GOT(g_go) && NOT_YET(g_other));
  CloseThreadpoolWait(wait);
  return ERROR_SUCCESS;
}

/* ---- timer queues and registered waits ------------------------------------------------------- */

static VOID CALLBACK on_queue(PVOID context, BOOLEAN fired) {
  InterlockedExchange(&g_calls, fired ? 1 : 2);
  SetEvent(g_begun);
  if (context != NULL) WaitForSingleObject(context, INFINITE);
}

static DWORD check_queues(void) {
  HANDLE queue = CreateTimerQueue(), timer, wait;
  CHECK(queue != NULL);
  CHECK(CreateTimerQueueTimer(&timer, queue, on_queue, NULL, 10, 0, 0));
  CHECK(GOT(g_begun) && g_calls == 1);
  CHECK(DeleteTimerQueueTimer(queue, timer, INVALID_HANDLE_VALUE));
  CHECK(CreateTimerQueueTimer(&timer, NULL, on_queue, g_go, 10, 0, WT_EXECUTEONLYONCE));
  CHECK(ChangeTimerQueueTimer(NULL, timer, 5, 0));
  CHECK(GOT(g_begun));
  REFUSED(DeleteTimerQueueTimer(NULL, timer, NULL), ERROR_IO_PENDING);
  SetEvent(g_go);
  CHECK(CreateTimerQueueTimer(&timer, queue, on_queue, g_go, 10, 20, 0));
  CHECK(GOT(g_begun));
  REFUSED(DeleteTimerQueueEx(queue, g_other), ERROR_IO_PENDING);
  CHECK(NOT_YET(g_other));
  SetEvent(g_go);
  CHECK(GOT(g_other));

  CHECK(RegisterWaitForSingleObject(&wait, g_other, on_queue, NULL, INFINITE, 0));
  SetEvent(g_other);
  CHECK(GOT(g_begun) && g_calls == 2);
  SetEvent(g_other);
  CHECK(GOT(g_begun));
  CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
  CHECK(NOT_YET(g_other));
  CHECK(RegisterWaitForSingleObject(&wait, g_other, on_queue, NULL, 10, WT_EXECUTEONLYONCE));
  CHECK(GOT(g_begun) && g_calls == 1);
  CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
  return ERROR_SUCCESS;
}

/* ---- waitable timers and APCs ---------------------------------------------------------------- */

static VOID CALLBACK on_apc(ULONG_PTR argument) {
  InterlockedExchangeAdd(&g_calls, (LONG)argument);
}

static VOID CALLBACK on_due(LPVOID argument, DWORD low, DWORD high) {
  (void)low, (void)high;
  InterlockedExchangeAdd(&g_calls, *(const LONG *)argument);
}

static DWORD WINAPI sleeper(LPVOID parameter) {
  SetEvent(parameter); /* an APC before would have been called before this function */
  return SleepEx(INFINITE, TRUE);
}

static DWORD check_timers(void) {
  HANDLE timer = CreateWaitableTimerW(NULL, FALSE, L"clusrace"), again, thread;
  HANDLE manual =
      CreateWaitableTimerExW(NULL, NULL, CREATE_WAITABLE_TIMER_MANUAL_RESET, TIMER_ALL_ACCESS);
  const LONG five = 5;
  LARGE_INTEGER due;
  DWORD code;
  CHECK(timer != NULL && manual != NULL);
  again = OpenWaitableTimerW(TIMER_ALL_ACCESS, FALSE, L"clusrace");
  CHECK(again != NULL && again != timer);
  REFUSED(OpenWaitableTimerW(TIMER_ALL_ACCESS, FALSE, L"nobody"), ERROR_FILE_NOT_FOUND);
  CHECK(NOT_YET(timer));
  due.QuadPart = -100000;
  CHECK(SetWaitableTimer(again, &due, 0, NULL, NULL, FALSE));
  CHECK(GOT(timer) && NOT_YET(timer));
  CHECK(SetWaitableTimer(timer, &due, 10, NULL, NULL, FALSE));
  CHECK(GOT(timer) && GOT(timer) && GOT(timer) && CancelWaitableTimer(timer));
  due.QuadPart = 1; /* long ago */
  CHECK(SetWaitableTimer(manual, &due, 0, NULL, NULL, FALSE));
  CHECK(GOT(manual) && GOT(manual) && CloseHandle(again));

  g_calls = 0;
  CHECK(SleepEx(0, TRUE) == 0);
  CHECK(QueueUserAPC(on_apc, GetCurrentThread(), 10) &&
        QueueUserAPC(on_apc, GetCurrentThread(), 1));
  CHECK(WaitForSingleObject(g_other, 0) == WAIT_TIMEOUT && g_calls == 0);
  CHECK(WaitForSingleObjectEx(manual, INFINITE, TRUE) == WAIT_OBJECT_0 && g_calls == 0);
  CHECK(WaitForSingleObjectEx(g_other, INFINITE, TRUE) == WAIT_IO_COMPLETION && g_calls == 11);
  CHECK(SleepEx(1, TRUE) == 0);
  due.QuadPart = -100000;
  CHECK(SetWaitableTimer(timer, &due, 0, on_due, (LPVOID)&five, FALSE));
  CHECK(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION && g_calls == 16);
  CHECK(CloseHandle(timer) && CloseHandle(manual));

  thread = CreateThread(NULL, 0, sleeper, g_begun, 0, NULL);
  CHECK(thread != NULL && GOT(g_begun) && QueueUserAPC(on_apc, thread, 100) && GOT(thread));
  CHECK(g_calls == 116 && GetExitCodeThread(thread, &code) && code == WAIT_IO_COMPLETION);
  REFUSED(QueueUserAPC(on_apc, thread, 100), ERROR_GEN_FAILURE);
  CHECK(CloseHandle(thread));
  return ERROR_SUCCESS;
}

static DWORD check_begin(void) {
  g_begun = CreateEventW(NULL, FALSE, FALSE, NULL);
  g_go = CreateEventW(NULL, FALSE, FALSE, NULL);
  g_other = CreateEventW(NULL, FALSE, FALSE, NULL);
  g_fls = FLS_OUT_OF_INDEXES;
  CHECK(g_begun != NULL && g_go != NULL && g_other != NULL);
  return ERROR_SUCCESS;
}

static DWORD check_end(void) {
  CHECK(CloseHandle(g_begun) && CloseHandle(g_go) && CloseHandle(g_other));
  return ERROR_SUCCESS;
}

check_function *const checks[] = {
    check_begin, check_work, check_pool_timers, check_queues, check_timers, check_end, NULL};

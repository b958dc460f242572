/* health_poller.c - conforming: Online finishes inside the entry point and leaves a thread behind
 * that looks again and again whether all is well, until Offline or Terminate ends it. */
#include "startup_v1.h"
struct inst {
  RESOURCE_HANDLE h;
  HANDLE stop, thread;
  SRWLOCK life;
  CRITICAL_SECTION cs;
  int up;
  int term;
  unsigned beats;
};
static DWORD WINAPI thr(LPVOID a) {
  struct inst *p = a;
#ifdef SLEEPER
  for (;;) {
    Sleep(1000);
    if (WaitForSingleObject(p->stop, 0) == WAIT_OBJECT_0) return 0;
    EnterCriticalSection(&p->cs);
    p->beats++;
    LeaveCriticalSection(&p->cs);
  }
#else
  while (WaitForSingleObject(p->stop, 1000) == WAIT_TIMEOUT) {
    EnterCriticalSection(&p->cs);
    p->beats++;
    LeaveCriticalSection(&p->cs);
  }
  return 0;
#endif
}
static RESID WINAPI r_open(LPCWSTR n, HKEY k, RESOURCE_HANDLE h) {
  (void)n;
  (void)k;
  struct inst *p = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *p);
  p->h = h;
  InitializeCriticalSection(&p->cs);
  InitializeSRWLock(&p->life);
  p->stop = CreateEventW(NULL, TRUE, FALSE, NULL);
  return p;
}
static void down(struct inst *p) {
  AcquireSRWLockExclusive(&p->life);
  if (p->thread) {
    SetEvent(p->stop);
    WaitForSingleObject(p->thread, INFINITE);
    CloseHandle(p->thread);
    p->thread = NULL;
    ResetEvent(p->stop);
  }
  p->up = 0;
  ReleaseSRWLockExclusive(&p->life);
}
static DWORD WINAPI r_on(RESID r, LPHANDLE e) {
  struct inst *p = r;
  (void)e;
  DWORD err = 0;
  int was;
  AcquireSRWLockExclusive(&p->life);
  was = p->term;
  p->term = 0;
  ReleaseSRWLockExclusive(&p->life);
  if (was) {
    RESOURCE_STATUS s = {0};
    s.ResourceState = ClusterResourceOnlinePending;
    if (startup_v1_set_status(p->h, &s) == ResourceExitStateTerminate) {
      AcquireSRWLockExclusive(&p->life);
      p->term = 1;
      ReleaseSRWLockExclusive(&p->life);
      return ERROR_OPERATION_ABORTED;
    }
  }
#ifdef INOPEN
  (void)p;
#endif
  AcquireSRWLockExclusive(&p->life);
  if (p->term) {
    ReleaseSRWLockExclusive(&p->life);
    return ERROR_OPERATION_ABORTED;
  }
  if (!p->thread) p->thread = CreateThread(NULL, 0, thr, p, 0, NULL);
  if (!p->thread)
    err = GetLastError();
  else
    p->up = 1;
  ReleaseSRWLockExclusive(&p->life);
  return err;
}
static DWORD WINAPI r_off(RESID r) {
  down(r);
  return 0;
}
static VOID WINAPI r_term(RESID r) {
  struct inst *p = r;
  AcquireSRWLockExclusive(&p->life);
  p->term = 1;
  ReleaseSRWLockExclusive(&p->life);
  down(r);
}
static VOID WINAPI r_close(RESID r) {
  struct inst *p = r;
  down(p);
  CloseHandle(p->stop);
  DeleteCriticalSection(&p->cs);
  HeapFree(GetProcessHeap(), 0, p);
}
static BOOL WINAPI r_alive(RESID r) {
  struct inst *p = r;
  AcquireSRWLockShared(&p->life);
  BOOL b = p->up;
  ReleaseSRWLockShared(&p->life);
  return b;
}
CLRES_FUNCTION_TABLE startup_v1_table = {STARTUP_V1_HEAD, .V1Functions = {.Open = r_open,
                                                                          .Close = r_close,
                                                                          .Online = r_on,
                                                                          .Offline = r_off,
                                                                          .Terminate = r_term,
                                                                          .LooksAlive = r_alive,
                                                                          .IsAlive = r_alive}};

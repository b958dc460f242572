/* event_worker.c - conforming: one worker for each instance, from Open to Close, which is told what
 * to do by events and waits for several of them at once. */
#include "startup_v1.h"
#ifndef POLL
#define POLL 0
#endif
struct inst {
  RESOURCE_HANDLE h;
  HANDLE stop, abort, thread, idle;
  HANDLE go;
  CRITICAL_SECTION cs;
  int want;
  int state;
  int aborted;
};
enum { NONE, ON, OFF };
static BOOL rep(struct inst *p, int st, DWORD cp) {
  RESOURCE_STATUS s = {0};
  s.ResourceState = st;
  s.CheckPoint = cp;
  return startup_v1_set_status(p->h, &s) != ResourceExitStateTerminate;
}
static BOOL sleepy(struct inst *p, DWORD ms) {
  return WaitForSingleObject(p->abort, ms) == WAIT_TIMEOUT;
}
static void op(struct inst *p, int want) {
  int pend = want == ON ? ClusterResourceOnlinePending : ClusterResourceOfflinePending;
  int end = want == ON ? ClusterResourceOnline : ClusterResourceOffline;
  for (DWORD i = 1; i < 3; i++) {
    if (!sleepy(p, 100)) return;
    if (!rep(p, pend, i)) return;
  }
  EnterCriticalSection(&p->cs);
  int ab = p->aborted;
  if (!ab) p->state = end;
  LeaveCriticalSection(&p->cs);
  if (ab) return;
  rep(p, end, 3);
}
static DWORD WINAPI thr(LPVOID a) {
  struct inst *p = a;
  HANDLE hs[2] = {p->stop, p->go};
  for (;;) {
#if POLL
    DWORD r = WaitForMultipleObjects(2, hs, FALSE, 200);
    if (r == WAIT_TIMEOUT) continue;
#else
    DWORD r = WaitForMultipleObjects(2, hs, FALSE, INFINITE);
#endif
    if (r == WAIT_OBJECT_0) return 0;
    EnterCriticalSection(&p->cs);
    int w = p->want;
    p->want = NONE;
    LeaveCriticalSection(&p->cs);
    if (w != NONE) op(p, w);
#ifdef IDLERACE
    SetEvent(p->idle);
#else
    EnterCriticalSection(&p->cs);
    if (p->want == NONE) SetEvent(p->idle);
    LeaveCriticalSection(&p->cs);
#endif
  }
}
static void destroy(struct inst *p) {
  HANDLE own[] = {p->thread, p->stop, p->abort, p->go, p->idle};
  for (unsigned i = 0; i < sizeof own / sizeof own[0]; i++)
    if (own[i] != NULL) CloseHandle(own[i]);
  DeleteCriticalSection(&p->cs);
  HeapFree(GetProcessHeap(), 0, p);
}
static RESID WINAPI r_open(LPCWSTR n, HKEY k, RESOURCE_HANDLE h) {
  (void)n;
  (void)k;
  struct inst *p = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *p);
  if (!p) {
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return NULL;
  }
  p->h = h;
  p->state = ClusterResourceOffline;
  InitializeCriticalSection(&p->cs);
  p->stop = CreateEventW(NULL, TRUE, FALSE, NULL);
  p->abort = CreateEventW(NULL, TRUE, FALSE, NULL);
  p->go = CreateEventW(NULL, FALSE, FALSE, NULL);
  p->idle = CreateEventW(NULL, TRUE, TRUE, NULL);
  if (p->stop != NULL && p->abort != NULL && p->go != NULL && p->idle != NULL)
    p->thread = CreateThread(NULL, 0, thr, p, 0, NULL);
  if (p->thread != NULL) return p;
  destroy(p);
  SetLastError(ERROR_NOT_ENOUGH_MEMORY);
  return NULL;
}
static DWORD start(struct inst *p, int w) {
  int pend = w == ON ? ClusterResourceOnlinePending : ClusterResourceOfflinePending;
  EnterCriticalSection(&p->cs);
  int was = p->aborted;
  p->aborted = 0;
  LeaveCriticalSection(&p->cs);
#ifndef OVERTAKE
  if (was && !rep(p, pend, 0)) {
    EnterCriticalSection(&p->cs);
    p->aborted = 1;
    LeaveCriticalSection(&p->cs);
    return ERROR_OPERATION_ABORTED;
  }
#endif
  WaitForSingleObject(p->idle, INFINITE);
  EnterCriticalSection(&p->cs);
  int ab = p->aborted;
  if (!ab) {
    ResetEvent(p->abort);
    p->want = w;
    ResetEvent(p->idle);
  }
  LeaveCriticalSection(&p->cs);
  if (ab) return ERROR_OPERATION_ABORTED;
  SetEvent(p->go);
  return ERROR_IO_PENDING;
}
static DWORD WINAPI r_on(RESID r, LPHANDLE e) {
  (void)e;
  return start(r, ON);
}
static DWORD WINAPI r_off(RESID r) { return start(r, OFF); }
static VOID WINAPI r_term(RESID r) {
  struct inst *p = r;
  EnterCriticalSection(&p->cs);
  p->aborted = 1;
  p->want = NONE;
  SetEvent(p->abort);
  LeaveCriticalSection(&p->cs);
  WaitForSingleObject(p->idle, INFINITE);
  EnterCriticalSection(&p->cs);
  p->state = ClusterResourceOffline;
  LeaveCriticalSection(&p->cs);
}
static VOID WINAPI r_close(RESID r) {
  struct inst *p = r;
  r_term(r);
  SetEvent(p->stop);
  WaitForSingleObject(p->thread, INFINITE);
  destroy(p);
}
static BOOL WINAPI r_alive(RESID r) {
  struct inst *p = r;
  EnterCriticalSection(&p->cs);
  BOOL b = p->state == ClusterResourceOnline;
  LeaveCriticalSection(&p->cs);
  return b;
}
CLRES_FUNCTION_TABLE startup_v1_table = {STARTUP_V1_HEAD, .V1Functions = {.Open = r_open,
                                                                          .Close = r_close,
                                                                          .Online = r_on,
                                                                          .Offline = r_off,
                                                                          .Terminate = r_term,
                                                                          .LooksAlive = r_alive,
                                                                          .IsAlive = r_alive}};

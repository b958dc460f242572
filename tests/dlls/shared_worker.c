/* shared_worker.c - conforming: all instances share one worker, from the first Open to the last
 * Close; what is to be done stands in a queue under one lock. */
#include "startup_v1.h"
struct inst {
  struct inst *next;
  RESOURCE_HANDLE h;
  int want;
  int state;
  int aborted;
  int busy;
  HANDLE idle;
};
enum { NONE, ON, OFF };
static SRWLOCK g_lock = SRWLOCK_INIT;
static struct inst *g_list;
static HANDLE g_thread, g_wake;
static int g_stop, g_users;
static SRWLOCK g_life = SRWLOCK_INIT;
static BOOL rep(struct inst *p, int st, DWORD cp) {
  RESOURCE_STATUS s = {0};
  s.ResourceState = st;
  s.CheckPoint = cp;
  return startup_v1_set_status(p->h, &s) != ResourceExitStateTerminate;
}
static int aborted(struct inst *p) {
  AcquireSRWLockExclusive(&g_lock);
  int a = p->aborted;
  ReleaseSRWLockExclusive(&g_lock);
  return a;
}
static void op(struct inst *p, int want) {
  int pend = want == ON ? ClusterResourceOnlinePending : ClusterResourceOfflinePending;
  int end = want == ON ? ClusterResourceOnline : ClusterResourceOffline;
  if (aborted(p) || !rep(p, pend, 1)) return;
  AcquireSRWLockExclusive(&g_lock);
  int ab = p->aborted;
  if (!ab) p->state = end;
  ReleaseSRWLockExclusive(&g_lock);
  if (!ab) rep(p, end, 2);
}
static DWORD WINAPI thr(LPVOID a) {
  (void)a;
  for (;;) {
    WaitForSingleObject(g_wake, INFINITE);
    for (;;) {
      struct inst *p;
      int w = 0;
      AcquireSRWLockExclusive(&g_lock);
      if (g_stop) {
        ReleaseSRWLockExclusive(&g_lock);
        return 0;
      }
      for (p = g_list; p && p->want == NONE; p = p->next)
        ;
      if (p) {
        w = p->want;
        p->want = NONE;
        p->busy = 1;
      }
      ReleaseSRWLockExclusive(&g_lock);
      if (!p) break;
      op(p, w);
      AcquireSRWLockExclusive(&g_lock);
      p->busy = 0;
      if (p->want == NONE) SetEvent(p->idle);
      ReleaseSRWLockExclusive(&g_lock);
    }
  }
}
/* Under g_life, by the first who comes. */
static BOOL start_worker(void) {
  g_stop = 0;
  g_wake = CreateEventW(NULL, FALSE, FALSE, NULL);
  if (g_wake == NULL) return FALSE;
  g_thread = CreateThread(NULL, 0, thr, NULL, 0, NULL);
  if (g_thread == NULL) CloseHandle(g_wake);
  return g_thread != NULL;
}
static RESID WINAPI r_open(LPCWSTR n, HKEY k, RESOURCE_HANDLE h) {
  (void)n;
  (void)k;
  struct inst *p = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *p);
  if (p == NULL) {
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return NULL;
  }
  p->h = h;
  p->state = ClusterResourceOffline;
  p->idle = CreateEventW(NULL, TRUE, TRUE, NULL);
  AcquireSRWLockExclusive(&g_life);
  if (p->idle == NULL || (g_users == 0 && !start_worker())) {
    ReleaseSRWLockExclusive(&g_life);
    if (p->idle != NULL) CloseHandle(p->idle);
    HeapFree(GetProcessHeap(), 0, p);
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return NULL;
  }
  g_users++;
  AcquireSRWLockExclusive(&g_lock);
  p->next = g_list;
  g_list = p;
  ReleaseSRWLockExclusive(&g_lock);
  ReleaseSRWLockExclusive(&g_life);
  return p;
}
static DWORD start(struct inst *p, int w) {
  int pend = w == ON ? ClusterResourceOnlinePending : ClusterResourceOfflinePending;
  AcquireSRWLockExclusive(&g_lock);
  int was = p->aborted;
  p->aborted = 0;
  ReleaseSRWLockExclusive(&g_lock);
  if (was && !rep(p, pend, 0)) {
    AcquireSRWLockExclusive(&g_lock);
    p->aborted = 1;
    ReleaseSRWLockExclusive(&g_lock);
    return ERROR_OPERATION_ABORTED;
  }
  WaitForSingleObject(p->idle, INFINITE);
  AcquireSRWLockExclusive(&g_lock);
  int ab = p->aborted;
  if (!ab) {
    p->want = w;
    ResetEvent(p->idle);
  }
  ReleaseSRWLockExclusive(&g_lock);
  if (ab) return ERROR_OPERATION_ABORTED;
  SetEvent(g_wake);
  return ERROR_IO_PENDING;
}
static DWORD WINAPI r_on(RESID r, LPHANDLE e) {
  (void)e;
  return start(r, ON);
}
static DWORD WINAPI r_off(RESID r) { return start(r, OFF); }
static VOID WINAPI r_term(RESID r) {
  struct inst *p = r;
  AcquireSRWLockExclusive(&g_lock);
  p->aborted = 1;
  if (p->want != NONE) {
    p->want = NONE;
    if (!p->busy) SetEvent(p->idle);
  }
  ReleaseSRWLockExclusive(&g_lock);
  WaitForSingleObject(p->idle, INFINITE);
  AcquireSRWLockExclusive(&g_lock);
  p->state = ClusterResourceOffline;
  ReleaseSRWLockExclusive(&g_lock);
}
static VOID WINAPI r_close(RESID r) {
  struct inst *p = r, **l;
  r_term(r);
  AcquireSRWLockExclusive(&g_life);
  AcquireSRWLockExclusive(&g_lock);
  for (l = &g_list; *l != p; l = &(*l)->next)
    ;
  *l = p->next;
  int last = --g_users == 0;
  if (last) g_stop = 1;
  ReleaseSRWLockExclusive(&g_lock);
  if (last) {
    SetEvent(g_wake);
    WaitForSingleObject(g_thread, INFINITE);
    CloseHandle(g_thread);
    CloseHandle(g_wake);
  }
  ReleaseSRWLockExclusive(&g_life);
  CloseHandle(p->idle);
  HeapFree(GetProcessHeap(), 0, p);
}
static BOOL WINAPI r_alive(RESID r) {
  struct inst *p = r;
  AcquireSRWLockExclusive(&g_lock);
  BOOL b = p->state == ClusterResourceOnline;
  ReleaseSRWLockExclusive(&g_lock);
  return b;
}
CLRES_FUNCTION_TABLE startup_v1_table = {STARTUP_V1_HEAD, .V1Functions = {.Open = r_open,
                                                                          .Close = r_close,
                                                                          .Online = r_on,
                                                                          .Offline = r_off,
                                                                          .Terminate = r_term,
                                                                          .LooksAlive = r_alive,
                                                                          .IsAlive = r_alive}};

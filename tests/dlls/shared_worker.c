/* shared_worker.c - conforming: all instances share one worker, from the first Open to the last
 * Close; what is to be done stands in a queue under one lock. */
#include "clusrace/abi.h"
static PSET_RESOURCE_STATUS_ROUTINE set_status;
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
static CRITICAL_SECTION g_cs;
static struct inst *g_list;
static HANDLE g_thread, g_wake;
static int g_stop, g_users;
static SRWLOCK g_life = SRWLOCK_INIT;
static BOOL rep(struct inst *p, int st, DWORD cp) {
  RESOURCE_STATUS s = {0};
  s.ResourceState = st;
  s.CheckPoint = cp;
  return set_status(p->h, &s) != ResourceExitStateTerminate;
}
static int aborted(struct inst *p) {
  EnterCriticalSection(&g_cs);
  int a = p->aborted;
  LeaveCriticalSection(&g_cs);
  return a;
}
static void op(struct inst *p, int want) {
  int pend = want == ON ? ClusterResourceOnlinePending : ClusterResourceOfflinePending;
  int end = want == ON ? ClusterResourceOnline : ClusterResourceOffline;
  if (aborted(p) || !rep(p, pend, 1)) return;
  EnterCriticalSection(&g_cs);
  int ab = p->aborted;
  if (!ab) p->state = end;
  LeaveCriticalSection(&g_cs);
  if (!ab) rep(p, end, 2);
}
static DWORD WINAPI thr(LPVOID a) {
  (void)a;
  for (;;) {
    WaitForSingleObject(g_wake, INFINITE);
    for (;;) {
      struct inst *p;
      int w = 0;
      EnterCriticalSection(&g_cs);
      if (g_stop) {
        LeaveCriticalSection(&g_cs);
        return 0;
      }
      for (p = g_list; p && p->want == NONE; p = p->next)
        ;
      if (p) {
        w = p->want;
        p->want = NONE;
        p->busy = 1;
      }
      LeaveCriticalSection(&g_cs);
      if (!p) break;
      op(p, w);
      EnterCriticalSection(&g_cs);
      p->busy = 0;
      if (p->want == NONE) SetEvent(p->idle);
      LeaveCriticalSection(&g_cs);
    }
  }
}
static RESID WINAPI r_open(LPCWSTR n, HKEY k, RESOURCE_HANDLE h) {
  (void)n;
  (void)k;
  struct inst *p = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *p);
  p->h = h;
  p->state = ClusterResourceOffline;
  p->idle = CreateEventW(NULL, TRUE, TRUE, NULL);
  AcquireSRWLockExclusive(&g_life);
  if (g_users++ == 0) {
    g_stop = 0;
    g_wake = CreateEventW(NULL, FALSE, FALSE, NULL);
    g_thread = CreateThread(NULL, 0, thr, NULL, 0, NULL);
  }
  EnterCriticalSection(&g_cs);
  p->next = g_list;
  g_list = p;
  LeaveCriticalSection(&g_cs);
  ReleaseSRWLockExclusive(&g_life);
  return p;
}
static DWORD start(struct inst *p, int w) {
  int pend = w == ON ? ClusterResourceOnlinePending : ClusterResourceOfflinePending;
  EnterCriticalSection(&g_cs);
  int was = p->aborted;
  p->aborted = 0;
  LeaveCriticalSection(&g_cs);
  if (was && !rep(p, pend, 0)) {
    EnterCriticalSection(&g_cs);
    p->aborted = 1;
    LeaveCriticalSection(&g_cs);
    return ERROR_OPERATION_ABORTED;
  }
  WaitForSingleObject(p->idle, INFINITE);
  EnterCriticalSection(&g_cs);
  int ab = p->aborted;
  if (!ab) {
    p->want = w;
    ResetEvent(p->idle);
  }
  LeaveCriticalSection(&g_cs);
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
  EnterCriticalSection(&g_cs);
  p->aborted = 1;
  if (p->want != NONE) {
    p->want = NONE;
    if (!p->busy) SetEvent(p->idle);
  }
  LeaveCriticalSection(&g_cs);
  WaitForSingleObject(p->idle, INFINITE);
  EnterCriticalSection(&g_cs);
  p->state = ClusterResourceOffline;
  LeaveCriticalSection(&g_cs);
}
static VOID WINAPI r_close(RESID r) {
  struct inst *p = r, **l;
  r_term(r);
  AcquireSRWLockExclusive(&g_life);
  EnterCriticalSection(&g_cs);
  for (l = &g_list; *l != p; l = &(*l)->next)
    ;
  *l = p->next;
  int last = --g_users == 0;
  if (last) g_stop = 1;
  LeaveCriticalSection(&g_cs);
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
  EnterCriticalSection(&g_cs);
  BOOL b = p->state == ClusterResourceOnline;
  LeaveCriticalSection(&g_cs);
  return b;
}
static CLRES_FUNCTION_TABLE tab = {.TableSize = sizeof(CLRES_V1_FUNCTIONS),
                                   .Version = CLRES_VERSION_V1_00,
                                   .V1Functions = {.Open = r_open,
                                                   .Close = r_close,
                                                   .Online = r_on,
                                                   .Offline = r_off,
                                                   .Terminate = r_term,
                                                   .LooksAlive = r_alive,
                                                   .IsAlive = r_alive}};
__declspec(dllexport) DWORD WINAPI
    Startup(LPCWSTR t, DWORD mi, DWORD ma, PSET_RESOURCE_STATUS_ROUTINE s, PLOG_EVENT_ROUTINE l,
            PCLRES_FUNCTION_TABLE *ft) {
  (void)t;
  (void)mi;
  (void)ma;
  (void)l;
  set_status = s;
  *ft = &tab;
  return 0;
}
BOOL WINAPI DllMainCRTStartup(HINSTANCE i, DWORD r, LPVOID x) {
  (void)i;
  (void)x;
  if (r == DLL_PROCESS_ATTACH) InitializeCriticalSection(&g_cs);
  return TRUE;
}

/* thread_check.c - looks at what a thread has of its own (number, last error, storage) while two of
 * them take turns; see checks.h. At the end a stack overflows. */
#include "checks.h"

static HANDLE g_go[2];
static DWORD g_tls, g_fls, g_late = TLS_OUT_OF_INDEXES;
static volatile DWORD g_ids[2];

/* The other one goes on, up to where it says the same. */
static void turn(int own) {
  SetEvent(g_go[!own]);
  WaitForSingleObject(g_go[own], INFINITE);
}

static DWORD takes_turns(int own) {
  char *value = (char *)0 + 1 + own;
  g_ids[own] = GetCurrentThreadId();
  CHECK(TlsGetValue(g_tls) == NULL && FlsGetValue(g_fls) == NULL);
  CHECK(TlsSetValue(g_tls, value) && FlsSetValue(g_fls, value + 10));
  SetLastError(40 + (DWORD)own);
  turn(own);
  CHECK(GetLastError() == 40 + (DWORD)own);
  CHECK(TlsGetValue(g_tls) == value && FlsGetValue(g_fls) == value + 10);
  CHECK(GetCurrentThreadId() == g_ids[own]);
  if (own == 0) g_late = TlsAlloc(); /* while the other one stands */
  turn(own);
  CHECK(TlsGetValue(g_late) == NULL && TlsSetValue(g_late, value + 20));
  turn(own);
  CHECK(TlsGetValue(g_late) == value + 20 && TlsGetValue(g_tls) == value);
  SetEvent(g_go[!own]);
  return ERROR_SUCCESS;
}

static DWORD WINAPI other(LPVOID parameter) {
  (void)parameter;
  WaitForSingleObject(g_go[1], INFINITE);
  return takes_turns(1);
}

static DWORD check(void) {
  DWORD id = 0, code = 0;
  g_tls = TlsAlloc();
  g_fls = FlsAlloc(NULL);
  CHECK(g_tls != TLS_OUT_OF_INDEXES && g_fls != FLS_OUT_OF_INDEXES);
  HANDLE thread = CreateThread(NULL, 0, other, NULL, 0, &id);
  CHECK(thread != NULL && id != 0 && id == GetThreadId(thread));
  DWORD error = takes_turns(0);
  CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
  CHECK(GetExitCodeThread(thread, &code) && CloseHandle(thread));
  CHECK(g_ids[0] != g_ids[1] && g_ids[1] == id && g_ids[0] == GetCurrentThreadId());
  return error != ERROR_SUCCESS ? error : code;
}

static __attribute__((noinline)) DWORD deep(volatile char *above, DWORD depth) {
  volatile char page[2048]; /* much more than a call pushes: it is the first to reach the end */
  page[0] = *above;
  if (depth == 0) return (DWORD)page[0];
  return deep(page, depth - 1) + (DWORD)page[0];
}

static DWORD check_begin(void) {
  g_go[0] = CreateEventW(NULL, FALSE, FALSE, NULL);
  g_go[1] = CreateEventW(NULL, FALSE, FALSE, NULL);
  CHECK(g_go[0] != NULL && g_go[1] != NULL);
  return ERROR_SUCCESS;
}

static DWORD check_stack(void) {
  volatile char bottom = 0;
  return deep(&bottom, 0xFFFFFFFF);
}

check_function *const checks[] = {check_begin, check, check_stack, NULL};

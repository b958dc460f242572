/* thread_posix.c - what thread.c asks of the system: threads, their numbers, waiting on an address,
 * and one processor for all of them. */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <windows.h>

#include "native.h"

/* ---- errors and numbers ---------------------------------------------------------------------- */

static _Thread_local DWORD last_error;

CR_NATIVE_EXPORT DWORD GetLastError(void) { return last_error; }
CR_NATIVE_EXPORT void SetLastError(DWORD error) { last_error = error; }

DWORD GetCurrentThreadId(void) {
  static _Thread_local DWORD own;
  if (own == 0) own = (DWORD)syscall(SYS_gettid);
  return own;
}

CR_NATIVE_EXPORT HANDLE GetCurrentThread(void) { return (HANDLE)(LONG_PTR)-2; }
CR_NATIVE_EXPORT HANDLE GetCurrentProcess(void) { return (HANDLE)(LONG_PTR)-1; }
CR_NATIVE_EXPORT DWORD GetCurrentProcessId(void) { return (DWORD)getpid(); }

/* ---- waiting on an address (of 32 bits: that is all that the host waits for) ------------------
 */

BOOL WaitOnAddress(volatile VOID *address, PVOID compare, SIZE_T size, DWORD ms) {
  struct timespec limit = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
  uint32_t expected;
  if (size != sizeof expected) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return FALSE;
  }
  memcpy(&expected, compare, sizeof expected);
  long answer = syscall(SYS_futex, address, FUTEX_WAIT_PRIVATE, expected,
                        ms == INFINITE ? NULL : &limit, NULL, 0);
  if (answer == 0 || errno != ETIMEDOUT) return TRUE;
  SetLastError(ERROR_TIMEOUT);
  return FALSE;
}

static void wake(PVOID address, int most) {
  syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, most, NULL, NULL, 0);
}

void WakeByAddressSingle(PVOID address) { wake(address, 1); }
void WakeByAddressAll(PVOID address) { wake(address, INT32_MAX); }

/* ---- threads --------------------------------------------------------------------------------- */

typedef struct beginning {
  LPTHREAD_START_ROUTINE routine;
  void *parameter;
  volatile LONG id;
} beginning;

static void *begin(void *argument) {
  beginning *b = argument;
  LPTHREAD_START_ROUTINE routine = b->routine;
  void *parameter = b->parameter;
  cr_native_thread_begins();
  InterlockedExchange(&b->id, (LONG)GetCurrentThreadId()); /* b is gone from here on */
  WakeByAddressSingle((PVOID)(uintptr_t)&b->id);
  routine(parameter);
  return NULL;
}

/* A stack at the next fixed place, with a page before it that cannot be touched: locks on a stack
 * have the same addresses in every process. */
static void *stack_new(size_t bytes) {
  static size_t used; /* the controller alone begins threads */
  enum { GUARD = 64 * 1024 };
  uint8_t *place = (uint8_t *)0x200640000000 + used; /* NOLINT(performance-no-int-to-ptr) */
  used += bytes + GUARD;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
  uint8_t *got = mmap(place, bytes + GUARD, PROT_NONE, flags, -1, 0);
  if (got != place || mprotect(got + GUARD, bytes, PROT_READ | PROT_WRITE) != 0) return NULL;
  return got + GUARD;
}

/* For the pool of thread.c. */
HANDLE CreateThread(LPSECURITY_ATTRIBUTES attributes, SIZE_T stack, LPTHREAD_START_ROUTINE routine,
                    LPVOID parameter, DWORD flags, LPDWORD id) {
  beginning b = {.routine = routine, .parameter = parameter};
  pthread_attr_t how;
  pthread_t thread;
  LONG zero = 0;
  (void)attributes;
  (void)flags;
  pthread_attr_init(&how);
#ifdef CR_NATIVE_ASAN
  stack *= 8; /* its frames are that much larger */
#endif
  void *at = stack_new(stack);
  int failed = at == NULL ? ENOMEM : pthread_attr_setstack(&how, at, stack);
  if (failed == 0) failed = pthread_create(&thread, &how, begin, &b);
  pthread_attr_destroy(&how);
  if (failed != 0) {
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return NULL;
  }
  pthread_detach(thread);
  while (InterlockedCompareExchange(&b.id, 0, 0) == 0)
    WaitOnAddress(&b.id, &zero, sizeof zero, INFINITE);
  if (id != NULL) *id = (DWORD)b.id;
  return (HANDLE)(ULONG_PTR)thread;
}

bool cr_native_thread(uint32_t (*routine)(void *), void *argument) {
  beginning b = {.routine = routine, .parameter = argument};
  pthread_t thread;
  LONG zero = 0;
  if (pthread_create(&thread, NULL, begin, &b) != 0) return false;
  pthread_detach(thread);
  while (InterlockedCompareExchange(&b.id, 0, 0) == 0)
    WaitOnAddress(&b.id, &zero, sizeof zero, INFINITE);
  return true;
}

BOOL SetThreadStackGuarantee(PULONG bytes) {
  (void)bytes; /* signals have a stack of their own */
  return TRUE;
}

/* ---- processors ------------------------------------------------------------------------------ */

BOOL GetProcessAffinityMask(HANDLE process, PDWORD_PTR own, PDWORD_PTR all) {
  cpu_set_t set;
  (void)process;
  *own = 0;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return FALSE;
  for (unsigned i = 0; i < 64; i++)
    if (CPU_ISSET(i, &set)) *own |= (DWORD_PTR)1 << i;
  *all = *own;
  return TRUE;
}

BOOL SetProcessAffinityMask(HANDLE process, DWORD_PTR mask) {
  cpu_set_t set;
  (void)process;
  CPU_ZERO(&set);
  for (unsigned i = 0; i < 64; i++)
    if (mask >> i & 1) CPU_SET(i, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

/* ---- the functions that thread.c looks for by name ---------------------------------------------
 */

CR_NATIVE_EXPORT HMODULE GetModuleHandleW(LPCWSTR name) {
  (void)name;
  return (HMODULE)(ULONG_PTR)1;
}

CR_NATIVE_EXPORT HMODULE GetModuleHandleA(LPCSTR name) {
  (void)name;
  return (HMODULE)(ULONG_PTR)1;
}

FARPROC GetProcAddress(HMODULE module, LPCSTR name) {
  (void)module;
  if (strcmp(name, "WaitOnAddress") == 0) return (FARPROC)(void (*)(void))WaitOnAddress;
  if (strcmp(name, "WakeByAddressSingle") == 0) return (FARPROC)(void (*)(void))WakeByAddressSingle;
  if (strcmp(name, "WakeByAddressAll") == 0) return (FARPROC)(void (*)(void))WakeByAddressAll;
  SetLastError(ERROR_PROC_NOT_FOUND);
  return NULL;
}

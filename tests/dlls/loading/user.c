/* user.c - conforming: its threads are made by needed.dll, which lies beside it. Linked in the
 * common way, with delayed loading, or (BY_LOOKUP) with LoadLibrary and GetProcAddress. */
#include "needed.h"
#include "plain_common.h"

static DWORD WINAPI thread_main(LPVOID parameter) {
  struct plain *p = parameter;
  p->body(p);
  return ERROR_SUCCESS;
}

#ifdef BY_LOOKUP
typedef DWORD (*start_function)(LPTHREAD_START_ROUTINE routine, void *parameter);
typedef void (*join_function)(void);
typedef HANDLE(WINAPI *create_function)(LPSECURITY_ATTRIBUTES, SIZE_T, LPTHREAD_START_ROUTINE,
                                        LPVOID, DWORD, LPDWORD);

static DWORD start(struct plain *p, plain_body body) {
  HMODULE needed = LoadLibraryA(BY_LOOKUP);
  HMODULE kernel = GetModuleHandleA("kernel32.dll");
  start_function function = (start_function)(void (*)(void))GetProcAddress(needed, "needed_start");
  create_function create = (create_function)(void (*)(void))GetProcAddress(kernel, "CreateThread");
  (void)body;
  if (function == NULL || create == NULL) return ERROR_PROC_NOT_FOUND;
  HANDLE second =
      create(NULL, 0, (LPTHREAD_START_ROUTINE)(void (*)(void))GetTickCount, NULL, 0, NULL);
  if (second == NULL) return ERROR_NOT_ENOUGH_MEMORY;
  WaitForSingleObject(second, INFINITE);
  CloseHandle(second);
  return function(thread_main, p);
}

static void join(struct plain *p) {
  HMODULE needed = GetModuleHandleA(BY_LOOKUP);
  join_function function = (join_function)(void (*)(void))GetProcAddress(needed, "needed_join");
  (void)p;
  function();
}
#else
static DWORD start(struct plain *p, plain_body body) {
  (void)body;
  return needed_start(thread_main, p);
}

static void join(struct plain *p) {
  (void)p;
  needed_join();
  if (needed_count() > 1000) plain_log(p, L"there are many of them"); /* never: it is put back */
}
#endif

static const struct plain_runner threads = {.start = start, .join = join};
const struct plain_traits plain_traits = {.runner = &threads};

/* plain_watch.c - the conforming DLL with workers, and a thread that lives from Open to Close. */
#include "plain_common.h"

struct watch {
  HANDLE stop;
  HANDLE thread;
};

static DWORD WINAPI watch_main(LPVOID parameter) {
  const struct watch *watch = parameter;
  WaitForSingleObject(watch->stop, INFINITE);
  return ERROR_SUCCESS;
}

static DWORD start_watch(struct plain *p, LPCWSTR name) {
  struct watch *watch = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*watch));
  DWORD error = ERROR_NOT_ENOUGH_MEMORY;
  (void)name;
  if (watch == NULL) return error;
  watch->stop = CreateEventW(NULL, TRUE, FALSE, NULL);
  if (watch->stop != NULL) {
    watch->thread = CreateThread(NULL, 0, watch_main, watch, 0, NULL);
    if (watch->thread != NULL) {
      p->own = watch;
      return ERROR_SUCCESS;
    }
    error = GetLastError();
    CloseHandle(watch->stop);
  } else {
    error = GetLastError();
  }
  HeapFree(GetProcessHeap(), 0, watch);
  return error;
}

static void stop_watch(struct plain *p) {
  struct watch *watch = p->own;
  SetEvent(watch->stop);
  WaitForSingleObject(watch->thread, INFINITE);
  CloseHandle(watch->thread);
  CloseHandle(watch->stop);
  HeapFree(GetProcessHeap(), 0, watch);
}

const struct plain_traits plain_traits = {.open = start_watch, .close = stop_watch};

/* plain_leak_thread.c - Open starts a thread that waits for an event, and Close forgets both. */
#include "plain_common.h"

static DWORD WINAPI watch(LPVOID parameter) {
  WaitForSingleObject(parameter, INFINITE);
  return ERROR_SUCCESS;
}

static DWORD start_watch(struct plain *p, LPCWSTR name) {
  HANDLE thread;
  (void)name;
  p->own = CreateEventW(NULL, TRUE, FALSE, NULL);
  if (p->own == NULL) return GetLastError();
  thread = CreateThread(NULL, 0, watch, p->own, 0, NULL);
  if (thread == NULL) {
    DWORD error = GetLastError();
    CloseHandle(p->own);
    return error;
  }
  CloseHandle(thread);
  return ERROR_SUCCESS;
}

const struct plain_traits plain_traits = {.open = start_watch};

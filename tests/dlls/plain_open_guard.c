/* plain_open_guard.c - Open admits one instance by a named semaphore, and an Open that fails keeps
 * its handle. The name then lives on after the other instance is closed: no Open succeeds again. */
#include "plain_common.h"

static DWORD guard(struct plain *p, LPCWSTR name) {
  HANDLE semaphore = CreateSemaphoreW(NULL, 0, 1, L"Global\\Clusrace Disk");
  DWORD error = GetLastError();
  (void)name;
  if (semaphore == NULL) return error;
  if (error == ERROR_ALREADY_EXISTS) return ERROR_OBJECT_ALREADY_EXISTS;
  p->own = semaphore;
  p->event = CreateEventW(NULL, TRUE, FALSE, NULL);
  return p->event == NULL ? GetLastError() : ERROR_SUCCESS;
}

static void release(struct plain *p) { CloseHandle(p->own); }

const struct plain_traits plain_traits = {.open = guard, .close = release};

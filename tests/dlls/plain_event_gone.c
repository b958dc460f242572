/* plain_event_gone.c - a worker tells its end with an event and closes it. Who has just looked at
 * the handle, and has not begun to wait yet, waits on a closed one. Nothing that a schedule could
 * change lies between the look and the wait, and the thread itself is waited for as it should be.
 */
#include "plain_common.h"

static DWORD WINAPI thread_main(LPVOID parameter) {
  struct plain *p = parameter;
  HANDLE done;
  p->body(p);
  done = p->event;
  p->event = NULL;
  SetEvent(done);
  CloseHandle(done);
  return ERROR_SUCCESS;
}

static DWORD thread_start(struct plain *p, plain_body body) {
  (void)body;
  p->event = CreateEventW(NULL, TRUE, FALSE, NULL);
  if (p->event == NULL) return GetLastError();
  p->own = CreateThread(NULL, 0, thread_main, p, 0, NULL);
  return p->own == NULL ? GetLastError() : ERROR_SUCCESS;
}

static void thread_join(struct plain *p) {
  HANDLE done = p->event;
  if (done != NULL) WaitForSingleObject(done, INFINITE);
  WaitForSingleObject(p->own, INFINITE);
  CloseHandle(p->own);
  p->own = NULL;
}

static const struct plain_runner threads = {.start = thread_start, .join = thread_join};

const struct plain_traits plain_traits = {.runner = &threads};

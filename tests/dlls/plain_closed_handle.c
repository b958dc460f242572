/* plain_closed_handle.c - a worker closes the handle of its own thread at its end. Who looked at
 * the handle just before waits on a closed one, and takes the failed wait for the end of the
 * thread. */
#include "plain_common.h"

static HANDLE take_handle(struct plain *p) {
  HANDLE thread;
  EnterCriticalSection(&p->lock);
  thread = p->own;
  LeaveCriticalSection(&p->lock);
  return thread;
}

static DWORD WINAPI thread_main(LPVOID parameter) {
  struct plain *p = parameter;
  HANDLE thread;
  p->body(p);
  EnterCriticalSection(&p->lock);
  thread = p->own;
  p->own = NULL;
  LeaveCriticalSection(&p->lock);
  CloseHandle(thread);
  return ERROR_SUCCESS;
}

static DWORD thread_start(struct plain *p, plain_body body) {
  (void)body;
  p->own = CreateThread(NULL, 0, thread_main, p, 0, NULL);
  return p->own == NULL ? GetLastError() : ERROR_SUCCESS;
}

static void handle_join(struct plain *p) {
  HANDLE thread = take_handle(p);
  if (thread != NULL) WaitForSingleObject(thread, INFINITE);
}

static const struct plain_runner threads = {.start = thread_start, .join = handle_join};

const struct plain_traits plain_traits = {.runner = &threads};

/* plain_use_after_free.c - the end of a worker is known by a flag, which the worker sets before it
 * touches the instance for the last time. When Close comes in between, that is freed memory. */
#include "plain_common.h"

static DWORD WINAPI thread_main(LPVOID parameter) {
  struct plain *p = parameter;
  p->body(p);
  InterlockedExchange(&p->busy, FALSE);
  EnterCriticalSection(&p->lock);
  p->checkpoint = 0;
  LeaveCriticalSection(&p->lock);
  return ERROR_SUCCESS;
}

static DWORD thread_start(struct plain *p, plain_body body) {
  (void)body;
  InterlockedExchange(&p->busy, TRUE);
  p->own = CreateThread(NULL, 0, thread_main, p, 0, NULL);
  return p->own == NULL ? GetLastError() : ERROR_SUCCESS;
}

static void flag_join(struct plain *p) {
  while (p->busy) Sleep(1);
  CloseHandle(p->own);
  p->own = NULL;
}

static const struct plain_runner threads = {.start = thread_start, .join = flag_join};

const struct plain_traits plain_traits = {.runner = &threads};

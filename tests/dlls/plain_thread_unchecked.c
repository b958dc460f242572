/* plain_thread_unchecked.c - an operation whose thread cannot be created is pending all the same.
 */
#include "plain_common.h"

static DWORD WINAPI thread_main(LPVOID parameter) {
  struct plain *p = parameter;
  p->body(p);
  return ERROR_SUCCESS;
}

static DWORD thread_start(struct plain *p, plain_body body) {
  (void)body;
  p->own = CreateThread(NULL, 0, thread_main, p, 0, NULL);
  return ERROR_SUCCESS;
}

static void thread_join(struct plain *p) {
  if (p->own == NULL) return;
  WaitForSingleObject(p->own, INFINITE);
  CloseHandle(p->own);
  p->own = NULL;
}

static const struct plain_runner threads = {.start = thread_start, .join = thread_join};

const struct plain_traits plain_traits = {.runner = &threads};

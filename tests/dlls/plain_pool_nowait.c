/* plain_pool_nowait.c - Terminate closes the work of the thread pool and takes that for a wait. */
#include "plain_common.h"

static VOID CALLBACK pool_main(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WORK work) {
  struct plain *p = context;
  (void)instance;
  (void)work;
  p->body(p);
}

static DWORD pool_start(struct plain *p, plain_body body) {
  (void)body;
  p->own = CreateThreadpoolWork(pool_main, p, NULL);
  if (p->own == NULL) return GetLastError();
  SubmitThreadpoolWork(p->own);
  return ERROR_SUCCESS;
}

/* Closing frees the work once its callbacks are done; it does not wait for them. */
static void pool_close(struct plain *p) {
  CloseThreadpoolWork(p->own);
  p->own = NULL;
}

static const struct plain_runner pool = {.start = pool_start, .join = pool_close};

const struct plain_traits plain_traits = {.runner = &pool};

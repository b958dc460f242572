/* plain_pool.c - the conforming DLL whose operations run in the thread pool. */
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

/* A callback that is still queued is waited for too: it sees the terminate flag. */
static void pool_join(struct plain *p) {
  WaitForThreadpoolWorkCallbacks(p->own, FALSE);
  CloseThreadpoolWork(p->own);
  p->own = NULL;
}

static const struct plain_runner pool = {.start = pool_start, .join = pool_join};

const struct plain_traits plain_traits = {.runner = &pool};

/* plain_singleton.c - what all instances share is made by the first Open and torn down by every
 * Close, which keeps the pointer: the next instance uses freed memory and frees it again. */
#include "plain_common.h"

struct shared {
  CRITICAL_SECTION lock;
  LONG instances;
};

static struct shared *g_shared;

static DWORD join_shared(struct plain *p, LPCWSTR name) {
  (void)p;
  (void)name;
  if (g_shared == NULL) {
    struct shared *made = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*made));
    if (made == NULL) return ERROR_NOT_ENOUGH_MEMORY;
    InitializeCriticalSection(&made->lock);
    g_shared = made;
  }
  EnterCriticalSection(&g_shared->lock);
  g_shared->instances++;
  LeaveCriticalSection(&g_shared->lock);
  return ERROR_SUCCESS;
}

static void leave_shared(struct plain *p) {
  (void)p;
  DeleteCriticalSection(&g_shared->lock);
  HeapFree(GetProcessHeap(), 0, g_shared);
}

const struct plain_traits plain_traits = {.open = join_shared, .close = leave_shared};

/* freed.c - Close reads a block after it was freed, or (BEHIND) reads far behind its end. Without
 * guard pages nobody notices: what is read does not matter. */
#include "plain_common.h"

static DWORD allocate(struct plain *p, LPCWSTR name) {
  (void)name;
  p->own = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, 40);
  return p->own == NULL ? ERROR_NOT_ENOUGH_MEMORY : ERROR_SUCCESS;
}

static void look(struct plain *p) {
  volatile const char *block = p->own;
#ifdef BEHIND
  p->beats = (DWORD)block[60];
  HeapFree(GetProcessHeap(), 0, p->own);
#else
  HeapFree(GetProcessHeap(), 0, p->own);
  p->beats = (DWORD)block[8];
#endif
}

const struct plain_traits plain_traits = {.sync = TRUE, .open = allocate, .close = look};

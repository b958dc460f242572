/* plain_overrun.c - Open copies the name of the resource to the heap, and its end beyond that. */
#include "plain_common.h"

static DWORD copy_name(struct plain *p, LPCWSTR name) {
  SIZE_T length = 0;
  SIZE_T i;
  volatile WCHAR *copy;
  while (name[length] != 0) length++;
  p->own = HeapAlloc(GetProcessHeap(), 0, length * sizeof(*copy));
  if (p->own == NULL) return ERROR_NOT_ENOUGH_MEMORY;
  copy = p->own;
  for (i = 0; i <= length; i++) copy[i] = name[i];
  return ERROR_SUCCESS;
}

static void free_name(struct plain *p) { HeapFree(GetProcessHeap(), 0, p->own); }

const struct plain_traits plain_traits = {.open = copy_name, .close = free_name};

/* native_undefined.c - conforms, but counts beyond the largest number: only a sanitizer tells. */
#include "plain_common.h"

static DWORD count(struct plain *p, LPCWSTR name) {
  volatile LONG most = 0x7FFFFFFF;
  (void)name;
  most = most + 1;
  p->beats = (DWORD)most;
  return ERROR_SUCCESS;
}

const struct plain_traits plain_traits = {.open = count};

/* plain_leak_key.c - Open opens a key of the registry that nobody closes. */
#include "plain_common.h"

static DWORD open_key(struct plain *p, LPCWSTR name) {
  HKEY key;
  (void)name;
  if (RegCreateKeyW(HKEY_LOCAL_MACHINE, L"Software\\Clusrace", &key) != ERROR_SUCCESS)
    return ERROR_GEN_FAILURE;
  p->own = key;
  return ERROR_SUCCESS;
}

const struct plain_traits plain_traits = {.open = open_key};

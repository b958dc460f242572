/* plain_key_awaited.c - Online waits until the registry key is there that Open has made: it does
 * not expect that somebody deletes it. A call that fails is given up. */
#include "plain_common.h"

#define POLL_MS 100
#define KEY L"Software\\Clusrace Sample"

static DWORD make_key(struct plain *p, LPCWSTR name) {
  HKEY key;
  DWORD error = (DWORD)RegCreateKeyW(HKEY_LOCAL_MACHINE, KEY, &key);
  (void)p;
  (void)name;
  if (error == ERROR_SUCCESS) RegCloseKey(key);
  return error;
}

static void await_key(struct plain *p) {
  HKEY key;
  LONG error;
  (void)p;
  while ((error = RegOpenKeyW(HKEY_LOCAL_MACHINE, KEY, &key)) == ERROR_FILE_NOT_FOUND)
    Sleep(POLL_MS);
  if (error == ERROR_SUCCESS) RegCloseKey(key);
}

const struct plain_traits plain_traits = {.open = make_key, .online = await_key};

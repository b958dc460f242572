/* plain_more_data.c - Open reads a text from the registry into a block that is too small for it,
 * and takes the size that it is told for what it has got. */
#include "plain_common.h"

#define ROOM 16

static const WCHAR text[] = L"too long"; /* with its end two bytes more than there is room */

static DWORD read_text(HKEY key, WCHAR *room) {
  DWORD size = ROOM;
  RegQueryValueExW(key, L"Text", NULL, NULL, (BYTE *)room, &size); /* ERROR_MORE_DATA */
  room[size / sizeof *room - 1] = 0;
  return ERROR_SUCCESS;
}

static DWORD open_instance(struct plain *p, LPCWSTR name) {
  DWORD error = ERROR_NOT_ENOUGH_MEMORY;
  WCHAR *room = HeapAlloc(GetProcessHeap(), 0, ROOM);
  HKEY key;
  (void)p;
  (void)name;
  if (room == NULL) return error;
  if (RegCreateKeyW(HKEY_LOCAL_MACHINE, L"Software\\Clusrace", &key) == ERROR_SUCCESS) {
    RegSetValueExW(key, L"Text", 0, REG_SZ, (const BYTE *)text, sizeof text);
    error = read_text(key, room);
    RegCloseKey(key);
  }
  HeapFree(GetProcessHeap(), 0, room);
  return error;
}

const struct plain_traits plain_traits = {.open = open_instance};

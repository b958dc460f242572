/* disk_state.c - the conforming disk-like resource DLL, which counts how often it went online: in
 * the registry of the computer, and in a file on its volume. */
#include "disk_common.h"

static const WCHAR key_name[] = L"Software\\Clusrace\\Disk State";

static void count_open(HKEY resource_key) {
  HKEY key;
  DWORD opens = 0, size = sizeof opens;
  (void)resource_key;
  if (RegCreateKeyExW(HKEY_LOCAL_MACHINE, key_name, 0, NULL, REG_OPTION_NON_VOLATILE,
                      KEY_QUERY_VALUE | KEY_SET_VALUE, NULL, &key, NULL) != ERROR_SUCCESS)
    return;
  if (RegQueryValueExW(key, L"Opens", NULL, NULL, (BYTE *)&opens, &size) != ERROR_SUCCESS)
    opens = 0;
  opens++;
  RegSetValueExW(key, L"Opens", 0, REG_DWORD, (const BYTE *)&opens, sizeof opens);
  RegCloseKey(key);
}

/* The old count is read, the new one written over it and read again. */
static DWORD count(HANDLE file) {
  DWORD was = 0, now = 0, done = 0;
  if (!ReadFile(file, &was, sizeof was, &done, NULL)) return GetLastError();
  if (done != sizeof was) was = 0;
  was++;
  if (SetFilePointer(file, 0, NULL, FILE_BEGIN) == INVALID_SET_FILE_POINTER ||
      !WriteFile(file, &was, sizeof was, &done, NULL) || !FlushFileBuffers(file) ||
      SetFilePointer(file, 0, NULL, FILE_BEGIN) == INVALID_SET_FILE_POINTER ||
      !ReadFile(file, &now, sizeof now, &done, NULL))
    return GetLastError();
  return done == sizeof now && now == was ? ERROR_SUCCESS : ERROR_INVALID_DATA;
}

static DWORD count_online(WCHAR letter) {
  const WCHAR path[] = {letter, L':', L'\\', L'o', L'n', L'l', L'i', L'n', L'e', 0};
  HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                            NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
  DWORD error;
  if (file == INVALID_HANDLE_VALUE) return GetLastError();
  error = count(file);
  CloseHandle(file);
  return error;
}

const struct disk_traits disk_traits = {.opened = count_open, .mounted = count_online};

/* local_check.c - asks the simulated registry and the files of the simulated volume V: for their
 * answers; see checks.h. */
#include "checks.h"
/* after windows.h */
#include <winioctl.h>

static BOOL same(const void *a, const void *b, DWORD n) {
  const BYTE *x = a, *y = b;
  while (n > 0 && *x == *y) x++, y++, n--;
  return n == 0;
}

/* ---- registry -------------------------------------------------------------------------------- */

static const WCHAR path[] = L"Software\\Clusrace\\State";

static DWORD check_keys(void) {
  HKEY key, again, below;
  DWORD how = 0, size, count = 9, longest = 0;
  WCHAR name[16];
  char narrow[16];
  CHECK(RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_READ, &key) == ERROR_FILE_NOT_FOUND);
  CHECK(RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, &how) ==
        0);
  CHECK(how == REG_CREATED_NEW_KEY);
  CHECK(RegCreateKeyExA(HKEY_LOCAL_MACHINE, "software\\CLUSRACE\\state", 0, NULL, 0, KEY_READ, NULL,
                        &again, &how) == 0);
  CHECK(how == REG_OPENED_EXISTING_KEY && again != key);
  CHECK(RegSetValueExW(again, L"X", 0, REG_DWORD, (const BYTE *)&how, 4) == ERROR_ACCESS_DENIED);
  CHECK(RegCreateKeyExW(again, L"New", 0, NULL, 0, KEY_READ, NULL, &below, NULL) ==
        ERROR_ACCESS_DENIED);
  CHECK(RegCreateKeyW(key, L"Two", &below) == 0 && RegCloseKey(below) == 0);
  CHECK(RegCreateKeyA(key, "One", &below) == 0 && RegCloseKey(below) == 0);
  size = 3;
  CHECK(RegEnumKeyExW(again, 0, name, &size, NULL, NULL, NULL, NULL) == ERROR_MORE_DATA);
  size = 16;
  CHECK(RegEnumKeyExW(again, 0, name, &size, NULL, NULL, NULL, NULL) == 0);
  CHECK(size == 3 && same(name, L"One", 8));
  size = 16;
  CHECK(RegEnumKeyExA(again, 1, narrow, &size, NULL, NULL, NULL, NULL) == 0);
  CHECK(size == 3 && same(narrow, "Two", 4));
  CHECK(RegEnumKeyExW(again, 2, name, &size, NULL, NULL, NULL, NULL) == ERROR_NO_MORE_ITEMS);
  CHECK(RegQueryInfoKeyW(again, NULL, NULL, NULL, &count, &longest, NULL, NULL, NULL, NULL, NULL,
                         NULL) == 0);
  CHECK(count == 2 && longest == 3);
  CHECK(RegDeleteKeyW(HKEY_LOCAL_MACHINE, path) == ERROR_ACCESS_DENIED); /* keys below */
  CHECK(RegDeleteKeyW(key, L"Three") == ERROR_FILE_NOT_FOUND);
  CHECK(RegDeleteTreeW(HKEY_LOCAL_MACHINE, path) == 0);
  CHECK(RegQueryValueExW(key, L"X", NULL, NULL, NULL, NULL) == ERROR_KEY_DELETED);
  CHECK(RegCloseKey(key) == 0 && RegCloseKey(again) == 0);
  CHECK(RegCloseKey(HKEY_LOCAL_MACHINE) == 0 && RegCloseKey(NULL) == ERROR_INVALID_HANDLE);
  CHECK(RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_READ, &key) == ERROR_FILE_NOT_FOUND);
  CHECK(RegOpenKeyExW(HKEY_CURRENT_USER, L"Software", 0, KEY_READ, &key) == 0);
  return RegCloseKey(key) == 0 ? ERROR_SUCCESS : FAILED_AT + __LINE__;
}

static DWORD check_values(void) {
  HKEY key;
  DWORD type = 0, size = 0, number = 7, name_size = 8, count = 0, longest = 0;
  BYTE room[32];
  WCHAR name[8];
  CHECK(RegCreateKeyW(HKEY_LOCAL_MACHINE, path, &key) == 0);
  CHECK(RegQueryValueExW(key, L"Text", NULL, &type, NULL, &size) == ERROR_FILE_NOT_FOUND);
  CHECK(RegSetValueExW(key, L"Text", 0, REG_SZ, (const BYTE *)L"abc", 8) == 0);
  CHECK(RegSetValueExA(key, "Number", 0, REG_DWORD, (const BYTE *)&number, 4) == 0);
  CHECK(RegSetValueExW(key, NULL, 0, REG_BINARY, (const BYTE *)"xy", 2) == 0);
  CHECK(RegQueryValueExW(key, L"TEXT", NULL, &type, NULL, &size) == 0);
  CHECK(type == REG_SZ && size == 8);
  size = 7;
  CHECK(RegQueryValueExW(key, L"Text", NULL, &type, room, &size) == ERROR_MORE_DATA && size == 8);
  CHECK(RegQueryValueExW(key, L"Text", NULL, &type, room, NULL) == ERROR_INVALID_PARAMETER);
  CHECK(RegQueryValueExW(key, L"Text", NULL, &type, room, &size) == 0 && same(room, L"abc", 8));
  size = sizeof room;
  CHECK(RegQueryValueExA(key, "Text", NULL, &type, room, &size) == 0);
  CHECK(size == 4 && same(room, "abc", 4));
  size = sizeof number;
  CHECK(RegGetValueW(HKEY_LOCAL_MACHINE, path, L"Number", RRF_RT_REG_DWORD, NULL, &number, &size) ==
        0);
  CHECK(number == 7 && size == 4);
  size = sizeof room;
  CHECK(RegGetValueW(key, NULL, L"Number", RRF_RT_REG_SZ, NULL, room, &size) ==
        ERROR_UNSUPPORTED_TYPE);
  /* a text without its end is given with it */
  CHECK(RegSetValueExW(key, L"Text", 0, REG_SZ, (const BYTE *)L"abc", 6) == 0);
  size = 6;
  CHECK(RegGetValueW(key, NULL, L"Text", RRF_RT_REG_SZ, NULL, room, &size) == ERROR_MORE_DATA);
  CHECK(size == 8);
  CHECK(RegGetValueW(key, NULL, L"Text", RRF_RT_REG_SZ, &type, room, &size) == 0 && size == 8);
  size = sizeof room;
  CHECK(RegEnumValueW(key, 1, name, &name_size, NULL, &type, room, &size) == 0);
  CHECK(name_size == 6 && same(name, L"Number", 14) && type == REG_DWORD && size == 4);
  CHECK(RegEnumValueW(key, 3, name, &name_size, NULL, NULL, NULL, NULL) == ERROR_NO_MORE_ITEMS);
  CHECK(RegQueryInfoKeyA(key, NULL, NULL, NULL, NULL, NULL, NULL, &count, &longest, &size, NULL,
                         NULL) == 0);
  CHECK(count == 3 && longest == 6 && size == 4);
  CHECK(RegDeleteValueW(key, L"Text") == 0 && RegDeleteValueA(key, "Text") == ERROR_FILE_NOT_FOUND);
  CHECK(RegFlushKey(key) == 0 && RegCloseKey(key) == 0);
  CHECK(RegDeleteKeyExW(HKEY_LOCAL_MACHINE, path, KEY_WOW64_64KEY, 0) == 0);
  return ERROR_SUCCESS;
}

static DWORD check_notify(void) {
  HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
  HKEY key, below;
  CHECK(RegCreateKeyW(HKEY_LOCAL_MACHINE, path, &key) == 0);
  CHECK(RegNotifyChangeKeyValue(key, FALSE, REG_NOTIFY_CHANGE_LAST_SET, event, TRUE) == 0);
  CHECK(RegCreateKeyW(key, L"Below", &below) == 0);
  CHECK(RegSetValueExW(below, L"A", 0, REG_BINARY, NULL, 0) == 0);
  CHECK(WaitForSingleObject(event, 0) == WAIT_TIMEOUT);
  CHECK(RegSetValueExW(key, L"A", 0, REG_BINARY, NULL, 0) == 0);
  CHECK(WaitForSingleObject(event, INFINITE) == WAIT_OBJECT_0);
  CHECK(RegSetValueExW(key, L"A", 0, REG_BINARY, NULL, 0) == 0); /* told once only */
  CHECK(WaitForSingleObject(event, 0) == WAIT_TIMEOUT);
  CHECK(RegNotifyChangeKeyValue(key, TRUE, REG_NOTIFY_CHANGE_LAST_SET, event, TRUE) == 0);
  CHECK(RegDeleteValueW(below, L"A") == 0);
  CHECK(WaitForSingleObject(event, INFINITE) == WAIT_OBJECT_0);
  CHECK(RegNotifyChangeKeyValue(key, TRUE, REG_NOTIFY_CHANGE_NAME, event, TRUE) == 0);
  CHECK(RegCloseKey(key) == 0);
  CHECK(WaitForSingleObject(event, INFINITE) == WAIT_OBJECT_0);
  CHECK(RegCloseKey(below) == 0 && CloseHandle(event));
  CHECK(RegDeleteTreeA(HKEY_LOCAL_MACHINE, "Software\\Clusrace") == 0);
  return ERROR_SUCCESS;
}

/* ---- files ----------------------------------------------------------------------------------- */

static const DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE;

static HANDLE open_file(LPCWSTR name, DWORD access, DWORD disposition) {
  return CreateFileW(name, access, share, NULL, disposition, 0, NULL);
}
#define NO_FILE(call, error)               \
  do {                                     \
    CHECK((call) == INVALID_HANDLE_VALUE); \
    CHECK(GetLastError() == (error));      \
  } while (0)

static DWORD check_data(void) {
  HANDLE file, reader;
  LARGE_INTEGER at;
  DWORD done = 0;
  char room[16];
  file = open_file(L"V:\\state.dat", GENERIC_READ | GENERIC_WRITE, CREATE_NEW);
  CHECK(file != INVALID_HANDLE_VALUE && GetFileSize(file, NULL) == 0);
  NO_FILE(open_file(L"v:/STATE.dat", GENERIC_READ, CREATE_NEW), ERROR_FILE_EXISTS);
  NO_FILE(open_file(L"V:\\missing.dat", GENERIC_READ, OPEN_EXISTING), ERROR_FILE_NOT_FOUND);
  CHECK(WriteFile(file, "hello", 5, &done, NULL) && done == 5);
  CHECK(SetFilePointer(file, -4, NULL, FILE_CURRENT) == 1);
  CHECK(ReadFile(file, room, 16, &done, NULL) && done == 4 && same(room, "ello", 4));
  CHECK(ReadFile(file, room, 16, &done, NULL) && done == 0);
  at.QuadPart = -9;
  REFUSED(SetFilePointerEx(file, at, NULL, FILE_END), ERROR_NEGATIVE_SEEK);
  at.QuadPart = 3;
  CHECK(SetFilePointerEx(file, at, &at, FILE_BEGIN) && at.QuadPart == 3 && SetEndOfFile(file));
  CHECK(GetFileSizeEx(file, &at) && at.QuadPart == 3);
  reader = open_file(L"V:\\state.dat", GENERIC_READ, OPEN_ALWAYS);
  CHECK(reader != INVALID_HANDLE_VALUE && GetLastError() == ERROR_ALREADY_EXISTS);
  CHECK(ReadFile(reader, room, 16, &done, NULL) && done == 3 && same(room, "hel", 3));
  CHECK(FlushFileBuffers(file) && CloseHandle(file));
  REFUSED(DeleteFileW(L"V:\\state.dat"), ERROR_SHARING_VIOLATION);
  CHECK(CloseHandle(reader));
  file = open_file(L"V:\\state.dat", FILE_APPEND_DATA, OPEN_EXISTING);
  CHECK(WriteFile(file, "!", 1, &done, NULL) && GetFileSize(file, NULL) == 4 && CloseHandle(file));
  file = open_file(L"V:\\state.dat", GENERIC_WRITE, TRUNCATE_EXISTING);
  CHECK(GetFileSize(file, NULL) == 0 && CloseHandle(file));
  return ERROR_SUCCESS;
}

static DWORD check_names(void) {
  WIN32_FIND_DATAW found;
  WIN32_FILE_ATTRIBUTE_DATA data;
  HANDLE find, file = open_file(L"V:\\b.dat", GENERIC_WRITE, CREATE_ALWAYS);
  CHECK(file != INVALID_HANDLE_VALUE && CloseHandle(file));
  REFUSED(MoveFileW(L"V:\\b.dat", L"V:\\state.dat"), ERROR_ALREADY_EXISTS);
  CHECK(MoveFileExW(L"V:\\b.dat", L"V:\\a.dat", MOVEFILE_REPLACE_EXISTING));
  CHECK(GetFileAttributesW(L"V:\\b.dat") == INVALID_FILE_ATTRIBUTES);
  CHECK(GetLastError() == ERROR_FILE_NOT_FOUND);
  CHECK(GetFileAttributesExW(L"V:\\a.dat", GetFileExInfoStandard, &data));
  CHECK(data.nFileSizeLow == 0 && data.dwFileAttributes == FILE_ATTRIBUTE_NORMAL);
  find = FindFirstFileW(L"V:\\*.dat", &found);
  CHECK(find != INVALID_HANDLE_VALUE && lstrcmpiW(found.cFileName, L"a.dat") == 0);
  CHECK(FindNextFileW(find, &found) && lstrcmpiW(found.cFileName, L"state.dat") == 0);
  REFUSED(FindNextFileW(find, &found), ERROR_NO_MORE_FILES);
  CHECK(FindClose(find));
  NO_FILE(FindFirstFileW(L"V:\\missing.*", &found), ERROR_FILE_NOT_FOUND);
  CHECK(CreateDirectoryW(L"V:\\folder", NULL));
  REFUSED(CreateDirectoryW(L"V:\\folder", NULL), ERROR_ALREADY_EXISTS);
  CHECK(GetFileAttributesA("V:\\folder") == FILE_ATTRIBUTE_DIRECTORY);
  file = open_file(L"V:\\folder\\x", GENERIC_WRITE, CREATE_NEW);
  CHECK(file != INVALID_HANDLE_VALUE && CloseHandle(file));
  REFUSED(RemoveDirectoryW(L"V:\\folder"), ERROR_DIR_NOT_EMPTY);
  CHECK(DeleteFileA("V:\\folder\\x") && RemoveDirectoryW(L"V:\\folder"));
  CHECK(DeleteFileW(L"V:\\a.dat") && DeleteFileW(L"V:\\state.dat"));
  REFUSED(DeleteFileW(L"V:\\a.dat"), ERROR_FILE_NOT_FOUND);
  return ERROR_SUCCESS;
}

static DWORD check_files(void) {
  DWORD done, error;
  HANDLE volume =
      CreateFileW(L"\\\\.\\V:", GENERIC_READ | GENERIC_WRITE, share, NULL, OPEN_EXISTING, 0, NULL);
  CHECK(volume != INVALID_HANDLE_VALUE);
  NO_FILE(open_file(L"V:\\state.dat", GENERIC_READ, CREATE_NEW), ERROR_UNRECOGNIZED_VOLUME);
  CHECK(DeviceIoControl(volume, IOCTL_VOLUME_ONLINE, NULL, 0, NULL, 0, &done, NULL));
  CHECK(DeviceIoControl(volume, FSCTL_DISMOUNT_VOLUME, NULL, 0, NULL, 0, &done, NULL));
  CHECK(CloseHandle(volume)); /* the raw file system leaves it: the next open mounts */
  error = check_data();
  if (error == ERROR_SUCCESS) error = check_names();
  return error;
}

check_function *const checks[] = {check_keys, check_values, check_notify, check_files, NULL};

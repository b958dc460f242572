/* files.c - functions that take a path. On a simulated volume a function that opens, looks and
 * closes is two steps: OPENF and CLOSE. All files exist; they hold no data. */
#include <stdio.h>
#include <string.h>

#include "../session.h"

enum { PATH_LEN_MAX = 1024 };

static const DWORD share_all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

static HANDLE WINAPI hook_CreateFileW(LPCWSTR path, DWORD access, DWORD share,
                                      LPSECURITY_ATTRIBUTES sa, DWORD disposition, DWORD flags,
                                      HANDLE template) {
  cr_thread *t = cr_self();
  unsigned volume;
  cr_path_kind kind = t == NULL ? CR_PATH_OTHER : cr_path_sort(path, &volume);
  if (kind == CR_PATH_OTHER)
    return CreateFileW(path, access, share, sa, disposition, flags, template);
  CR_SITE(t);
  return cr_volume_open(t, kind, volume, access, share, CR_KOBJECT_FILE);
}

static HANDLE WINAPI hook_CreateFileA(LPCSTR path, DWORD access, DWORD share,
                                      LPSECURITY_ATTRIBUTES sa, DWORD disposition, DWORD flags,
                                      HANDLE template) {
  cr_thread *t = cr_self();
  unsigned volume;
  WCHAR wide[PATH_LEN_MAX];
  cr_path_widen(path, wide, CR_ARRAY_LEN(wide));
  cr_path_kind kind = t == NULL ? CR_PATH_OTHER : cr_path_sort(wide, &volume);
  if (kind == CR_PATH_OTHER)
    return CreateFileA(path, access, share, sa, disposition, flags, template);
  CR_SITE(t);
  return cr_volume_open(t, kind, volume, access, share, CR_KOBJECT_FILE);
}

/* Opens and closes: TRUE when the file can be reached. */
static BOOL touch(cr_thread *t, unsigned volume, DWORD access) {
  HANDLE handle = cr_volume_open(t, CR_PATH_FILE, volume, access, share_all, CR_KOBJECT_FILE);
  if (handle == INVALID_HANDLE_VALUE) return FALSE;
  cr_file_close(t, handle);
  return TRUE;
}

static DWORD WINAPI hook_GetFileAttributesW(LPCWSTR path) {
  cr_thread *t = cr_self();
  unsigned volume;
  if (t == NULL || cr_path_sort(path, &volume) != CR_PATH_FILE) return GetFileAttributesW(path);
  CR_SITE(t);
  return touch(t, volume, FILE_READ_ATTRIBUTES) ? FILE_ATTRIBUTE_NORMAL : INVALID_FILE_ATTRIBUTES;
}

static DWORD WINAPI hook_GetFileAttributesA(LPCSTR path) {
  cr_thread *t = cr_self();
  unsigned volume;
  WCHAR wide[PATH_LEN_MAX];
  cr_path_widen(path, wide, CR_ARRAY_LEN(wide));
  if (t == NULL || cr_path_sort(wide, &volume) != CR_PATH_FILE) return GetFileAttributesA(path);
  CR_SITE(t);
  return touch(t, volume, FILE_READ_ATTRIBUTES) ? FILE_ATTRIBUTE_NORMAL : INVALID_FILE_ATTRIBUTES;
}

static BOOL WINAPI hook_DeleteFileW(LPCWSTR path) {
  cr_thread *t = cr_self();
  unsigned volume;
  if (t == NULL || cr_path_sort(path, &volume) != CR_PATH_FILE) return DeleteFileW(path);
  CR_SITE(t);
  return touch(t, volume, DELETE);
}

static BOOL WINAPI hook_CreateDirectoryW(LPCWSTR path, LPSECURITY_ATTRIBUTES sa) {
  cr_thread *t = cr_self();
  unsigned volume;
  if (t == NULL || cr_path_sort(path, &volume) != CR_PATH_FILE) return CreateDirectoryW(path, sa);
  CR_SITE(t);
  return touch(t, volume, GENERIC_WRITE);
}

static BOOL WINAPI hook_GetVolumeInformationW(LPCWSTR root, LPWSTR name, DWORD name_len,
                                              LPDWORD serial, LPDWORD component, LPDWORD flags,
                                              LPWSTR fs, DWORD fs_len) {
  cr_thread *t = cr_self();
  unsigned volume;
  if (t == NULL || cr_path_sort(root, &volume) != CR_PATH_FILE)
    return GetVolumeInformationW(root, name, name_len, serial, component, flags, fs, fs_len);
  CR_SITE(t);
  if (!touch(t, volume, FILE_READ_ATTRIBUTES)) return FALSE;
  if (name != NULL && name_len > 0) name[0] = 0;
  if (serial != NULL) *serial = 0xC1050000u + volume;
  if (component != NULL) *component = 255;
  if (flags != NULL) *flags = 0;
  if (fs != NULL && fs_len >= 5) memcpy(fs, L"NTFS", 5 * sizeof(WCHAR));
  return TRUE;
}

static BOOL WINAPI hook_GetDiskFreeSpaceExW(LPCWSTR path, PULARGE_INTEGER mine,
                                            PULARGE_INTEGER total, PULARGE_INTEGER unused) {
  cr_thread *t = cr_self();
  unsigned volume;
  if (t == NULL || cr_path_sort(path, &volume) != CR_PATH_FILE)
    return GetDiskFreeSpaceExW(path, mine, total, unused);
  CR_SITE(t);
  if (!touch(t, volume, FILE_READ_ATTRIBUTES)) return FALSE;
  if (mine != NULL) mine->QuadPart = 1u << 30;
  if (total != NULL) total->QuadPart = 1ull << 32;
  if (unused != NULL) unused->QuadPart = 1u << 30;
  return TRUE;
}

/* A directory holds one file. */
static HANDLE WINAPI hook_FindFirstFileW(LPCWSTR path, LPWIN32_FIND_DATAW data) {
  cr_thread *t = cr_self();
  unsigned volume;
  if (t == NULL || cr_path_sort(path, &volume) != CR_PATH_FILE) return FindFirstFileW(path, data);
  CR_SITE(t);
  HANDLE handle =
      cr_volume_open(t, CR_PATH_FILE, volume, FILE_LIST_DIRECTORY, share_all, CR_KOBJECT_FIND);
  if (handle == INVALID_HANDLE_VALUE) return handle;
  memset(data, 0, sizeof *data);
  data->dwFileAttributes = FILE_ATTRIBUTE_NORMAL;
  memcpy(data->cFileName, L"file", 5 * sizeof(WCHAR));
  return handle;
}

static BOOL WINAPI hook_FindNextFileW(HANDLE handle, LPWIN32_FIND_DATAW data) {
  if (cr_self() == NULL || cr_kobject_of(handle, CR_KOBJECT_FIND) == NULL)
    return FindNextFileW(handle, data);
  SetLastError(ERROR_NO_MORE_FILES);
  return FALSE;
}

static BOOL WINAPI hook_FindClose(HANDLE handle) {
  cr_thread *t = cr_self();
  if (t == NULL || cr_kobject_of(handle, CR_KOBJECT_FIND) == NULL) return FindClose(handle);
  CR_SITE(t);
  return cr_file_close(t, handle);
}

static DWORD WINAPI hook_SetFilePointer(HANDLE handle, LONG low, PLONG high, DWORD method) {
  if (cr_self() == NULL || cr_kobject_of(handle, CR_KOBJECT_FILE) == NULL)
    return SetFilePointer(handle, low, high, method);
  SetLastError(ERROR_SUCCESS);
  return (DWORD)low;
}

static BOOL WINAPI hook_SetFilePointerEx(HANDLE handle, LARGE_INTEGER to, PLARGE_INTEGER now,
                                         DWORD method) {
  if (cr_self() == NULL || cr_kobject_of(handle, CR_KOBJECT_FILE) == NULL)
    return SetFilePointerEx(handle, to, now, method);
  if (now != NULL) *now = to;
  return TRUE;
}

static BOOL WINAPI hook_GetFileSizeEx(HANDLE handle, PLARGE_INTEGER size) {
  if (cr_self() == NULL || cr_kobject_of(handle, CR_KOBJECT_FILE) == NULL)
    return GetFileSizeEx(handle, size);
  size->QuadPart = 4096;
  return TRUE;
}

const cr_hook cr_hooks_files[] = {
    CR_HOOK(CreateFileW),           CR_HOOK(CreateFileA),         CR_HOOK(GetFileAttributesW),
    CR_HOOK(GetFileAttributesA),    CR_HOOK(DeleteFileW),         CR_HOOK(CreateDirectoryW),
    CR_HOOK(GetVolumeInformationW), CR_HOOK(GetDiskFreeSpaceExW), CR_HOOK(FindFirstFileW),
    CR_HOOK(FindNextFileW),         CR_HOOK(FindClose),           CR_HOOK(SetFilePointer),
    CR_HOOK(SetFilePointerEx),      CR_HOOK(GetFileSizeEx),       CR_HOOK_END};

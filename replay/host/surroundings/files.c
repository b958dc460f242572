/* files.c - functions that take a path. On a simulated volume a function that opens, looks and
 * closes is two steps: OPENF and CLOSE. The volume model says whether a file can be reached,
 * file_store.c what is there then. */
#include <stdio.h>
#include <string.h>

#include "../session.h"

enum { PATH_LEN_MAX = 1024 };

static const DWORD share_all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

static cr_store *store(void) { return &cr_session_get()->files; }

/* A path that a function was given, in either form. */
typedef struct file_path {
  cr_path_kind kind;
  unsigned volume;
  uint16_t below[CR_STORE_PATH_MAX];
  WCHAR wide[PATH_LEN_MAX];
} file_path;

/* Is it for us, a path of a thread of the replay? */
static bool is_ours(const cr_thread *t, const void *path, bool ansi, file_path *p) {
  const WCHAR *wide = path;
  if (t == NULL || path == NULL) return false;
  if (ansi) {
    cr_path_widen(path, p->wide, CR_ARRAY_LEN(p->wide));
    wide = p->wide;
  }
  p->kind = cr_path_sort(wide, &p->volume);
  if (p->kind == CR_PATH_OTHER) return false;
  if (!cr_store_path(cr_path_below(wide), p->below)) p->below[0] = 0;
  return true;
}

static bool is_our_file(const cr_thread *t, const void *path, bool ansi, file_path *p) {
  return is_ours(t, path, ansi, p) && p->kind == CR_PATH_FILE;
}

/* What the volume has let through fails all the same: the open is given back. */
static void refuse(cr_thread *t, HANDLE handle, DWORD error) {
  cr_file_close(t, handle);
  SetLastError(error);
}

static HANDLE create_file(cr_thread *t, const file_path *p, DWORD access, DWORD share,
                          DWORD disposition, DWORD flags) {
  unsigned slot;
  bool existed = true, shares_delete = (share & FILE_SHARE_DELETE) != 0;
  HANDLE handle = cr_volume_open(t, p->kind, p->volume, access, share, CR_KOBJECT_FILE);
  if (handle == INVALID_HANDLE_VALUE || p->kind != CR_PATH_FILE) return handle;
  DWORD error =
      cr_store_open(store(), p->volume, p->below, disposition, shares_delete, &slot, &existed);
  if (error != ERROR_SUCCESS) {
    refuse(t, handle, error);
    return INVALID_HANDLE_VALUE;
  }
  cr_kobject *object = cr_kobject_of(handle, CR_KOBJECT_FILE);
  object->index = 1 + slot;
  object->unshared = !shares_delete;
  object->access = access;
  if ((flags & FILE_FLAG_DELETE_ON_CLOSE) != 0 && !store()->file[slot].folder)
    store()->file[slot].deleting = true;
  bool over = existed && (disposition == CREATE_ALWAYS || disposition == OPEN_ALWAYS);
  SetLastError(over ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
  return handle;
}

void cr_file_closed(const cr_kobject *object) {
  if (object->index == 0) return;
  if (object->kind == CR_KOBJECT_FIND)
    store()->find[object->index - 1].used = false;
  else
    cr_store_close(store(), object->index - 1, !object->unshared);
}

static HANDLE WINAPI hook_CreateFileW(LPCWSTR path, DWORD access, DWORD share,
                                      LPSECURITY_ATTRIBUTES sa, DWORD disposition, DWORD flags,
                                      HANDLE template) {
  cr_thread *t = cr_self();
  file_path p;
  if (!is_ours(t, path, false, &p))
    return CreateFileW(path, access, share, sa, disposition, flags, template);
  CR_SITE(t);
  return create_file(t, &p, access, share, disposition, flags);
}

static HANDLE WINAPI hook_CreateFileA(LPCSTR path, DWORD access, DWORD share,
                                      LPSECURITY_ATTRIBUTES sa, DWORD disposition, DWORD flags,
                                      HANDLE template) {
  cr_thread *t = cr_self();
  file_path p;
  if (!is_ours(t, path, true, &p))
    return CreateFileA(path, access, share, sa, disposition, flags, template);
  CR_SITE(t);
  return create_file(t, &p, access, share, disposition, flags);
}

/* ---- looking at a path, and changing what it names ------------------------------------------- */

/* Opens and closes: TRUE when the volume can be reached. Between the two `act` is carried out; its
 * error is the last one. */
typedef struct errand {
  DWORD access;
  DWORD (*act)(const file_path *p, void *context);
  void *context;
} errand;

static BOOL run(cr_thread *t, const file_path *p, const errand *e) {
  HANDLE handle = cr_volume_open(t, CR_PATH_FILE, p->volume, e->access, share_all, CR_KOBJECT_FILE);
  if (handle == INVALID_HANDLE_VALUE) return FALSE;
  DWORD error = e->act == NULL ? ERROR_SUCCESS : e->act(p, e->context);
  cr_file_close(t, handle);
  return cr_answer(error);
}

static BOOL touch(cr_thread *t, unsigned volume, DWORD access) {
  file_path p = {.volume = volume};
  return run(t, &p, &(errand){.access = access});
}

static DWORD act_look(const file_path *p, void *context) {
  WIN32_FILE_ATTRIBUTE_DATA *to = context;
  unsigned slot;
  DWORD error = cr_store_look(store(), p->volume, p->below, &slot);
  *to = (WIN32_FILE_ATTRIBUTE_DATA){0};
  if (error != ERROR_SUCCESS) return error;
  const cr_stored *f = &store()->file[slot];
  to->dwFileAttributes = f->folder ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_NORMAL;
  to->nFileSizeLow = f->size;
  return ERROR_SUCCESS;
}

static BOOL attributes(cr_thread *t, const file_path *p, WIN32_FILE_ATTRIBUTE_DATA *to) {
  return run(t, p, &(errand){FILE_READ_ATTRIBUTES, act_look, to});
}

static DWORD WINAPI hook_GetFileAttributesW(LPCWSTR path) {
  cr_thread *t = cr_self();
  file_path p;
  WIN32_FILE_ATTRIBUTE_DATA data;
  if (!is_our_file(t, path, false, &p)) return GetFileAttributesW(path);
  CR_SITE(t);
  return attributes(t, &p, &data) ? data.dwFileAttributes : INVALID_FILE_ATTRIBUTES;
}

static DWORD WINAPI hook_GetFileAttributesA(LPCSTR path) {
  cr_thread *t = cr_self();
  file_path p;
  WIN32_FILE_ATTRIBUTE_DATA data;
  if (!is_our_file(t, path, true, &p)) return GetFileAttributesA(path);
  CR_SITE(t);
  return attributes(t, &p, &data) ? data.dwFileAttributes : INVALID_FILE_ATTRIBUTES;
}

static BOOL WINAPI hook_GetFileAttributesExW(LPCWSTR path, GET_FILEEX_INFO_LEVELS level,
                                             LPVOID data) {
  cr_thread *t = cr_self();
  file_path p;
  if (!is_our_file(t, path, false, &p)) return GetFileAttributesExW(path, level, data);
  CR_SITE(t);
  return attributes(t, &p, data);
}

static BOOL WINAPI hook_GetFileAttributesExA(LPCSTR path, GET_FILEEX_INFO_LEVELS level,
                                             LPVOID data) {
  cr_thread *t = cr_self();
  file_path p;
  if (!is_our_file(t, path, true, &p)) return GetFileAttributesExA(path, level, data);
  CR_SITE(t);
  return attributes(t, &p, data);
}

static DWORD act_delete(const file_path *p, void *context) {
  return cr_store_delete(store(), p->volume, p->below, *(const bool *)context);
}

static BOOL delete_path(cr_thread *t, const file_path *p, bool folder) {
  return run(t, p, &(errand){DELETE, act_delete, &folder});
}

static BOOL WINAPI hook_DeleteFileW(LPCWSTR path) {
  cr_thread *t = cr_self();
  file_path p;
  if (!is_our_file(t, path, false, &p)) return DeleteFileW(path);
  CR_SITE(t);
  return delete_path(t, &p, false);
}

static BOOL WINAPI hook_DeleteFileA(LPCSTR path) {
  cr_thread *t = cr_self();
  file_path p;
  if (!is_our_file(t, path, true, &p)) return DeleteFileA(path);
  CR_SITE(t);
  return delete_path(t, &p, false);
}

static BOOL WINAPI hook_RemoveDirectoryW(LPCWSTR path) {
  cr_thread *t = cr_self();
  file_path p;
  if (!is_our_file(t, path, false, &p)) return RemoveDirectoryW(path);
  CR_SITE(t);
  return delete_path(t, &p, true);
}

static DWORD act_folder(const file_path *p, void *context) {
  (void)context;
  return cr_store_folder(store(), p->volume, p->below);
}

static BOOL WINAPI hook_CreateDirectoryW(LPCWSTR path, LPSECURITY_ATTRIBUTES sa) {
  cr_thread *t = cr_self();
  file_path p;
  if (!is_our_file(t, path, false, &p)) return CreateDirectoryW(path, sa);
  CR_SITE(t);
  return run(t, &p, &(errand){GENERIC_WRITE, act_folder, NULL});
}

typedef struct moving {
  file_path to;
  DWORD flags;
} moving;

/* From one volume to another nothing is moved: the copy would be many steps. */
static DWORD act_move(const file_path *p, void *context) {
  const moving *m = context;
  if (m->to.volume != p->volume) return ERROR_NOT_SAME_DEVICE;
  return cr_store_move(store(), p->volume, p->below, m->to.below,
                       (m->flags & MOVEFILE_REPLACE_EXISTING) != 0);
}

static BOOL move(cr_thread *t, const file_path *p, moving *m) {
  return run(t, p, &(errand){DELETE, act_move, m});
}

static BOOL WINAPI hook_MoveFileExW(LPCWSTR from, LPCWSTR to, DWORD flags) {
  cr_thread *t = cr_self();
  file_path p;
  moving m = {.flags = flags};
  if (!is_our_file(t, from, false, &p) || !is_our_file(t, to, false, &m.to))
    return MoveFileExW(from, to, flags);
  CR_SITE(t);
  return move(t, &p, &m);
}

static BOOL WINAPI hook_MoveFileExA(LPCSTR from, LPCSTR to, DWORD flags) {
  cr_thread *t = cr_self();
  file_path p;
  moving m = {.flags = flags};
  if (!is_our_file(t, from, true, &p) || !is_our_file(t, to, true, &m.to))
    return MoveFileExA(from, to, flags);
  CR_SITE(t);
  return move(t, &p, &m);
}

static BOOL WINAPI hook_MoveFileW(LPCWSTR from, LPCWSTR to) {
  return hook_MoveFileExW(from, to, 0);
}
static BOOL WINAPI hook_MoveFileA(LPCSTR from, LPCSTR to) { return hook_MoveFileExA(from, to, 0); }

/* ---- volumes --------------------------------------------------------------------------------- */

static BOOL WINAPI hook_GetVolumeInformationW(LPCWSTR root, LPWSTR name, DWORD name_len,
                                              LPDWORD serial, LPDWORD component, LPDWORD flags,
                                              LPWSTR fs, DWORD fs_len) {
  cr_thread *t = cr_self();
  unsigned volume = 0;
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
  unsigned volume = 0;
  if (t == NULL || cr_path_sort(path, &volume) != CR_PATH_FILE)
    return GetDiskFreeSpaceExW(path, mine, total, unused);
  CR_SITE(t);
  if (!touch(t, volume, FILE_READ_ATTRIBUTES)) return FALSE;
  if (mine != NULL) mine->QuadPart = 1u << 30;
  if (total != NULL) total->QuadPart = 1ull << 32;
  if (unused != NULL) unused->QuadPart = 1u << 30;
  return TRUE;
}

/* ---- listings -------------------------------------------------------------------------------- */

static void describe(unsigned slot, LPWIN32_FIND_DATAW data) {
  const cr_stored *f = &store()->file[slot];
  const uint16_t *name = cr_store_name(f->path);
  memset(data, 0, sizeof *data);
  data->dwFileAttributes = f->folder ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_NORMAL;
  data->nFileSizeLow = f->size;
  for (size_t i = 0; name[i] != 0; i++) data->cFileName[i] = name[i];
}

static bool is_pattern(const uint16_t *name) {
  for (; *name != 0; name++)
    if (*name == '*' || *name == '?') return true;
  return false;
}

/* In a folder of which nothing is known a file is found, as one is that is looked for by name. */
static unsigned find_any(const cr_store_find *find) {
  uint16_t path[CR_STORE_PATH_MAX];
  unsigned slot = CR_STORE_NONE;
  size_t n = (size_t)(cr_store_name(find->pattern) - find->pattern);
  cr_store_find all = *find;
  if (n + 2 < CR_STORE_PATH_MAX) memcpy(all.pattern + n, L"*", sizeof L"*");
  if (is_pattern(find->pattern + n) && cr_store_next(store(), &all) != CR_STORE_NONE)
    return CR_STORE_NONE;
  memcpy(path, find->pattern, sizeof path);
  if (is_pattern(path + n) && n + 5 < CR_STORE_PATH_MAX) memcpy(path + n, L"file", sizeof L"file");
  if (cr_store_look(store(), find->volume, path, &slot) != ERROR_SUCCESS) return CR_STORE_NONE;
  return slot;
}

static unsigned find_slot_new(void) {
  unsigned i = 0;
  while (i < CR_STORE_FINDS_MAX && store()->find[i].used) i++;
  return i;
}

static HANDLE WINAPI hook_FindFirstFileW(LPCWSTR path, LPWIN32_FIND_DATAW data) {
  static const uint16_t everything[] = {'*', '.', '*', 0};
  cr_thread *t = cr_self();
  file_path p;
  if (!is_our_file(t, path, false, &p)) return FindFirstFileW(path, data);
  CR_SITE(t);
  HANDLE handle =
      cr_volume_open(t, CR_PATH_FILE, p.volume, FILE_LIST_DIRECTORY, share_all, CR_KOBJECT_FIND);
  if (handle == INVALID_HANDLE_VALUE) return handle;
  unsigned i = find_slot_new();
  if (i == CR_STORE_FINDS_MAX) {
    refuse(t, handle, ERROR_NO_SYSTEM_RESOURCES);
    return INVALID_HANDLE_VALUE;
  }
  cr_store_find *find = &store()->find[i];
  *find = (cr_store_find){.used = true, .volume = (uint8_t)p.volume};
  store()->used = true;
  memcpy(find->pattern, p.below, sizeof find->pattern);
  size_t n = (size_t)(cr_store_name(find->pattern) - find->pattern);
  if (memcmp(find->pattern + n, everything, sizeof everything) == 0) find->pattern[n + 1] = 0;
  cr_kobject_of(handle, CR_KOBJECT_FIND)->index = 1 + i;
  unsigned slot = cr_store_next(store(), find);
  if (slot == CR_STORE_NONE) slot = find_any(find);
  if (slot == CR_STORE_NONE) {
    refuse(t, handle, ERROR_FILE_NOT_FOUND);
    return INVALID_HANDLE_VALUE;
  }
  find->next = 1;
  describe(slot, data);
  return handle;
}

static BOOL WINAPI hook_FindNextFileW(HANDLE handle, LPWIN32_FIND_DATAW data) {
  cr_thread *t = cr_self();
  if (t == NULL || cr_kobject_of(handle, CR_KOBJECT_FIND) == NULL)
    return FindNextFileW(handle, data);
  CR_SITE(t);
  if (!cr_volume_operate(t, handle, CR_EV_READ)) return FALSE;
  cr_store_find *find = &store()->find[cr_kobject_of(handle, CR_KOBJECT_FIND)->index - 1];
  unsigned slot = cr_store_next(store(), find);
  if (slot == CR_STORE_NONE) return cr_answer(ERROR_NO_MORE_FILES);
  find->next++;
  describe(slot, data);
  return TRUE;
}

static BOOL WINAPI hook_FindClose(HANDLE handle) {
  cr_thread *t = cr_self();
  if (t == NULL || cr_kobject_of(handle, CR_KOBJECT_FIND) == NULL) return FindClose(handle);
  CR_SITE(t);
  return cr_file_close(t, handle);
}

const cr_hook cr_hooks_files[] = {CR_HOOK(CreateFileW),
                                  CR_HOOK(CreateFileA),
                                  CR_HOOK(GetFileAttributesW),
                                  CR_HOOK(GetFileAttributesA),
                                  CR_HOOK(GetFileAttributesExW),
                                  CR_HOOK(GetFileAttributesExA),
                                  CR_HOOK(DeleteFileW),
                                  CR_HOOK(DeleteFileA),
                                  CR_HOOK(MoveFileExW),
                                  CR_HOOK(MoveFileExA),
                                  CR_HOOK(MoveFileW),
                                  CR_HOOK(MoveFileA),
                                  CR_HOOK(RemoveDirectoryW),
                                  CR_HOOK(CreateDirectoryW),
                                  CR_HOOK(GetVolumeInformationW),
                                  CR_HOOK(GetDiskFreeSpaceExW),
                                  CR_HOOK(FindFirstFileW),
                                  CR_HOOK(FindNextFileW),
                                  CR_HOOK(FindClose),
                                  CR_HOOK_END};

/* file_data.c - reading and writing through an open of a simulated volume: each is one step, which
 * the volume model lets through or not; what the file holds is file_store.c's matter. The volume
 * itself, opened without a file, reads as zeros and takes what is written. */
#include <string.h>

#include "../session.h"

static cr_store *store(void) { return &cr_session_get()->files; }

/* The file behind an open, or NULL: the volume itself, or a handle that is closed by now. */
static cr_kobject *file_of(HANDLE handle) {
  cr_kobject *object = cr_kobject_of(handle, CR_KOBJECT_FILE);
  return object == NULL || object->index == 0 ? NULL : object;
}

static uint64_t place_of(const cr_kobject *object, const OVERLAPPED *overlapped) {
  if (overlapped == NULL) return object->at;
  return (uint64_t)overlapped->OffsetHigh << 32 | overlapped->Offset;
}

/* Is it an open of ours? *closed: it was one. */
static bool is_ours(cr_thread *t, HANDLE handle, bool *closed) {
  *closed =
      t != NULL && cr_handle_was_ours(handle) && cr_kobject_of(handle, CR_KOBJECT_FILE) == NULL;
  return t != NULL && cr_kobject_of(handle, CR_KOBJECT_FILE) != NULL;
}

/* Zeros are read of a volume, and of a file what is there. */
static bool read_data(HANDLE handle, void *buffer, DWORD bytes, DWORD *n,
                      const OVERLAPPED *overlapped) {
  cr_kobject *object = file_of(handle);
  *n = bytes;
  if (object == NULL) {
    if (buffer != NULL) memset(buffer, 0, bytes);
    return true;
  }
  uint64_t at = place_of(object, overlapped);
  *n = buffer == NULL ? 0 : cr_store_read(store(), object->index - 1, at, buffer, bytes);
  object->at = at + *n;
  if (*n != 0 || bytes == 0 || overlapped == NULL) return true;
  SetLastError(ERROR_HANDLE_EOF);
  return false;
}

static BOOL WINAPI hook_ReadFile(HANDLE handle, LPVOID buffer, DWORD bytes, LPDWORD done,
                                 LPOVERLAPPED overlapped) {
  cr_thread *t = cr_self();
  bool closed;
  DWORD n = 0;
  if (!is_ours(t, handle, &closed))
    return closed ? cr_handle_gone(t) : ReadFile(handle, buffer, bytes, done, overlapped);
  CR_SITE(t);
  bool good =
      cr_volume_operate(t, handle, CR_EV_READ) && read_data(handle, buffer, bytes, &n, overlapped);
  if (done != NULL) *done = n;
  cr_overlapped_complete(overlapped, good ? ERROR_SUCCESS : GetLastError(), n);
  return good;
}

static DWORD write_data(HANDLE handle, const void *buffer, DWORD bytes,
                        const OVERLAPPED *overlapped) {
  cr_kobject *object = file_of(handle);
  if (object == NULL || buffer == NULL) return ERROR_SUCCESS;
  unsigned slot = object->index - 1;
  uint64_t at = place_of(object, overlapped);
  bool appends = (object->access & (GENERIC_WRITE | GENERIC_ALL | FILE_WRITE_DATA)) == 0;
  if (appends || at == UINT64_MAX) at = store()->file[slot].size;
  DWORD error = cr_store_write(store(), slot, at, buffer, bytes);
  if (error == ERROR_SUCCESS) object->at = at + bytes;
  return error;
}

/* What the volume model counts as written is settled with its next event. */
static BOOL WINAPI hook_WriteFile(HANDLE handle, LPCVOID buffer, DWORD bytes, LPDWORD done,
                                  LPOVERLAPPED overlapped) {
  cr_thread *t = cr_self();
  bool closed;
  if (!is_ours(t, handle, &closed))
    return closed ? cr_handle_gone(t) : WriteFile(handle, buffer, bytes, done, overlapped);
  CR_SITE(t);
  bool good = cr_volume_operate(t, handle, CR_EV_WRITE) &&
              cr_answer(write_data(handle, buffer, bytes, overlapped));
  if (done != NULL) *done = good ? bytes : 0;
  cr_overlapped_complete(overlapped, good ? ERROR_SUCCESS : GetLastError(), good ? bytes : 0);
  return good;
}

static BOOL WINAPI hook_FlushFileBuffers(HANDLE handle) {
  cr_thread *t = cr_self();
  bool closed;
  if (!is_ours(t, handle, &closed)) return closed ? cr_handle_gone(t) : FlushFileBuffers(handle);
  CR_SITE(t);
  return cr_volume_operate(t, handle, CR_EV_FLUSH);
}

static BOOL WINAPI hook_SetEndOfFile(HANDLE handle) {
  cr_thread *t = cr_self();
  bool closed;
  if (!is_ours(t, handle, &closed)) return closed ? cr_handle_gone(t) : SetEndOfFile(handle);
  CR_SITE(t);
  if (!cr_volume_operate(t, handle, CR_EV_WRITE)) return FALSE;
  const cr_kobject *object = file_of(handle);
  if (object == NULL) return cr_answer(ERROR_INVALID_FUNCTION);
  return cr_answer(cr_store_cut(store(), object->index - 1, object->at));
}

/* ---- size and place -------------------------------------------------------------------------- */

/* A silent step: no other program can tell when it was made. */
static cr_kobject *step(cr_thread *t, HANDLE handle) {
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_kobject *object = cr_kobject_of(handle, CR_KOBJECT_FILE);
  cr_touch_numbers();
  if (object != NULL) {
    cr_touch_object(object, CR_ACCESS_WRITE);
    cr_touch(CR_THING_FAMILY, cr_family_of_volume(object->volume), CR_ACCESS_READ);
  }
  cr_emit_sync(t, CR_WAIT_OTHER);
  if (object == NULL) SetLastError(ERROR_INVALID_HANDLE);
  return object;
}

static uint64_t size_of(const cr_kobject *object) {
  return object->index == 0 ? CR_STORE_BYTES_MAX : store()->file[object->index - 1].size;
}

static bool seek(cr_kobject *object, int64_t distance, DWORD method, uint64_t *to) {
  uint64_t from = method == FILE_BEGIN ? 0 : method == FILE_END ? size_of(object) : object->at;
  if (method > FILE_END) return cr_answer(ERROR_INVALID_PARAMETER);
  if (distance < 0 && (uint64_t)-distance > from) return cr_answer(ERROR_NEGATIVE_SEEK);
  *to = object->at = from + (uint64_t)distance;
  return true;
}

static DWORD WINAPI hook_SetFilePointer(HANDLE handle, LONG low, PLONG high, DWORD method) {
  cr_thread *t = cr_self();
  bool closed;
  uint64_t to = 0;
  if (!is_ours(t, handle, &closed))
    return closed ? (cr_handle_gone(t), INVALID_SET_FILE_POINTER)
                  : SetFilePointer(handle, low, high, method);
  CR_SITE(t);
  cr_kobject *object = step(t, handle);
  int64_t distance =
      high == NULL ? low : (int64_t)((uint64_t)(uint32_t)*high << 32 | (uint32_t)low);
  if (object == NULL || !seek(object, distance, method, &to)) return INVALID_SET_FILE_POINTER;
  if (high != NULL) *high = (LONG)(to >> 32);
  SetLastError(ERROR_SUCCESS);
  return (DWORD)(to & 0xFFFFFFFF);
}

static BOOL WINAPI hook_SetFilePointerEx(HANDLE handle, LARGE_INTEGER distance, PLARGE_INTEGER now,
                                         DWORD method) {
  cr_thread *t = cr_self();
  bool closed;
  uint64_t to = 0;
  if (!is_ours(t, handle, &closed))
    return closed ? cr_handle_gone(t) : SetFilePointerEx(handle, distance, now, method);
  CR_SITE(t);
  cr_kobject *object = step(t, handle);
  if (object == NULL || !seek(object, distance.QuadPart, method, &to)) return FALSE;
  if (now != NULL) now->QuadPart = (LONGLONG)to;
  return TRUE;
}

static BOOL WINAPI hook_GetFileSizeEx(HANDLE handle, PLARGE_INTEGER size) {
  cr_thread *t = cr_self();
  bool closed;
  if (!is_ours(t, handle, &closed)) return closed ? cr_handle_gone(t) : GetFileSizeEx(handle, size);
  CR_SITE(t);
  const cr_kobject *object = step(t, handle);
  if (object == NULL) return FALSE;
  size->QuadPart = (LONGLONG)size_of(object);
  return TRUE;
}

static DWORD WINAPI hook_GetFileSize(HANDLE handle, LPDWORD high) {
  cr_thread *t = cr_self();
  bool closed;
  if (!is_ours(t, handle, &closed))
    return closed ? (cr_handle_gone(t), INVALID_FILE_SIZE) : GetFileSize(handle, high);
  CR_SITE(t);
  const cr_kobject *object = step(t, handle);
  if (object == NULL) return INVALID_FILE_SIZE;
  if (high != NULL) *high = 0;
  SetLastError(ERROR_SUCCESS);
  return (DWORD)size_of(object);
}

const cr_hook cr_hooks_file_data[] = {
    CR_HOOK(ReadFile),     CR_HOOK(WriteFile),      CR_HOOK(FlushFileBuffers),
    CR_HOOK(SetEndOfFile), CR_HOOK(SetFilePointer), CR_HOOK(SetFilePointerEx),
    CR_HOOK(GetFileSize),  CR_HOOK(GetFileSizeEx),  CR_HOOK_END};

/* volumes.c - names and opens of the simulated volumes, and controls on them. */
#include <string.h>

#include "../session.h"

/* GUID name of volume number n: the last digit is n. */
static const WCHAR guid_prefix[] = L"Volume{c105ace0-0000-4000-8000-00000000000";

/* ---- names ----------------------------------------------------------------------------------- */

static unsigned volume_of_letter(WCHAR letter) {
  const cr_scenario *s = cr_session_get()->scenario;
  if (letter >= L'a' && letter <= L'z') letter = (WCHAR)(letter - L'a' + L'A');
  for (unsigned i = 0; s != NULL && i < s->volumes_count; i++)
    if ((WCHAR)s->volume[i].letter == letter) return i;
  return CR_VOLUMES_MAX;
}

static bool is_separator(WCHAR c) { return c == L'\\' || c == L'/'; }

cr_path_kind cr_path_sort(const WCHAR *path, unsigned *volume) {
  const cr_scenario *s = cr_session_get()->scenario;
  bool device = path != NULL && is_separator(path[0]) && is_separator(path[1]) &&
                (path[2] == L'.' || path[2] == L'?') && is_separator(path[3]);
  if (path == NULL || s == NULL) return CR_PATH_OTHER;
  if (device) path += 4;
  size_t prefix = sizeof guid_prefix / sizeof guid_prefix[0] - 1;
  if (device && _wcsnicmp(path, guid_prefix, prefix) == 0) {
    unsigned number = (unsigned)path[prefix] - L'0';
    if (number >= s->volumes_count || path[prefix + 1] != L'}') return CR_PATH_OTHER;
    *volume = number;
    return path[prefix + 2] == 0 ? CR_PATH_VOLUME : CR_PATH_FILE;
  }
  if (path[0] == 0 || path[1] != L':') return CR_PATH_OTHER;
  *volume = volume_of_letter(path[0]);
  if (*volume == CR_VOLUMES_MAX) return CR_PATH_OTHER;
  return device && path[2] == 0 ? CR_PATH_VOLUME : CR_PATH_FILE;
}

const WCHAR *cr_path_below(const WCHAR *path) {
  const WCHAR *at = path;
  while (*at != 0 && *at != L':' && *at != L'}') at++;
  return *at == 0 ? at : at + 1;
}

void cr_path_widen(const char *path, WCHAR *wide, size_t wide_len) {
  size_t i = 0;
  for (; path != NULL && path[i] != '\0' && i + 1 < wide_len; i++)
    wide[i] = (WCHAR)(unsigned char)path[i];
  wide[i] = 0;
}

/* ---- operations ------------------------------------------------------------------------------ */

static unsigned access_bits(DWORD access, DWORD share) {
  unsigned bits = 0;
  if (access & (GENERIC_READ | GENERIC_ALL | MAXIMUM_ALLOWED | FILE_READ_DATA)) bits |= CR_ACC_READ;
  if (access & (GENERIC_WRITE | GENERIC_ALL | MAXIMUM_ALLOWED | FILE_WRITE_DATA | FILE_APPEND_DATA))
    bits |= CR_ACC_WRITE;
  if (share & FILE_SHARE_READ) bits |= CR_SHR_READ;
  if (share & FILE_SHARE_WRITE) bits |= CR_SHR_WRITE;
  if (share & FILE_SHARE_DELETE) bits |= CR_SHR_DELETE;
  return bits;
}

HANDLE cr_volume_open(cr_thread *t, cr_path_kind kind, unsigned volume, DWORD access, DWORD share,
                      cr_kobject_kind object_kind) {
  static const uint32_t faults[] = {CR_E_IO_DEVICE, 0};
  cr_session *s = cr_session_get();
  cr_stop stop = cr_stop_visible();
  stop.faults = faults;
  stop.delay_ms = CR_DELAY_MS;
  cr_stop_here(t, &stop);
  unsigned bits = access_bits(access, share);
  bool meta = kind == CR_PATH_VOLUME && (bits & (CR_ACC_READ | CR_ACC_WRITE)) == 0;
  cr_event e = cr_event_of(t,
                           kind == CR_PATH_FILE ? CR_EV_OPENF
                           : meta               ? CR_EV_OPENM
                                                : CR_EV_OPENV,
                           volume);
  if (!meta) e.extra = bits;
  if (t->fault != 0) {
    e.result = t->fault;
    e.cause = CR_CAUSE_FAULT;
    s->faults_injected++;
    cr_emit(&e);
    SetLastError(e.result);
    return INVALID_HANDLE_VALUE;
  }
  cr_touch_numbers();
  unsigned slot = cr_session_free_open(s, t->resource);
  HANDLE handle = NULL;
  cr_kobject *object = slot == CR_OPENS_MAX ? NULL : cr_kobject_new(object_kind, &handle);
  if (object == NULL) {
    cr_emit_sync(t, CR_WAIT_OTHER);
    SetLastError(ERROR_TOO_MANY_OPEN_FILES);
    return INVALID_HANDLE_VALUE;
  }
  cr_volopt opt = {0};
  cr_volop done;
  if (kind == CR_PATH_FILE)
    done = cr_volume_openf(&s->volumes, volume, slot, bits, opt);
  else if (meta)
    done = cr_volume_openm(&s->volumes, volume, slot, opt);
  else
    done = cr_volume_openv(&s->volumes, volume, slot, bits, opt);
  e.result = done.code;
  e.cause = done.cause;
  e.effects = done.effects;
  if (done.code == CR_E_SUCCESS) {
    e.handle = (uint8_t)slot;
    object->slot = slot;
    object->volume = volume;
  } else {
    cr_handle_close(handle);
    handle = INVALID_HANDLE_VALUE;
  }
  cr_emit(&e);
  SetLastError(done.code);
  return handle;
}

/* Carries out and emits; the thread has stopped before. */
static bool operate(cr_thread *t, const cr_kobject *object, cr_event_kind kind) {
  cr_session *s = cr_session_get();
  cr_volopt opt = {0};
  if (t->fault != 0) {
    cr_event failed = cr_event_of(t, kind, object->volume);
    failed.handle = (uint8_t)object->slot;
    failed.result = t->fault;
    failed.cause = CR_CAUSE_FAULT;
    s->faults_injected++;
    cr_emit(&failed);
    SetLastError(failed.result);
    return false;
  }
  if (kind == CR_EV_DISMOUNT && cr_volume_dismount_chooses(&s->volumes, object->slot))
    opt.detach_now = s->scenario->volume[object->volume].detach == CR_DETACH_ONCE ||
                     (s->scenario->volume[object->volume].detach == CR_DETACH_ANY && s->detach_now);
  cr_event e = cr_event_of(t, kind, object->volume);
  e.handle = (uint8_t)object->slot;
  cr_volop done = cr_volume_op(&s->volumes, kind, object->slot, opt);
  e.result = done.code;
  e.cause = done.cause;
  e.effects = done.effects;
  cr_emit(&e);
  if (done.code != CR_E_SUCCESS) SetLastError(done.code);
  return done.code == CR_E_SUCCESS;
}

bool cr_volume_operate(cr_thread *t, HANDLE handle, cr_event_kind kind) {
  static const uint32_t faults[] = {CR_E_IO_DEVICE, 0};
  static const uint32_t of_a_write[] = {CR_E_IO_DEVICE, ERROR_DISK_FULL, 0};
  cr_stop stop = cr_stop_visible();
  cr_kobject *file = cr_kobject_of(handle, CR_KOBJECT_FILE);
  stop.faults = kind == CR_EV_WRITE ? of_a_write : faults;
  stop.delay_ms = CR_DELAY_MS;
  stop.dismounts = kind == CR_EV_DISMOUNT && file != NULL ? 1 + file->slot : 0;
  cr_stop_here(t, &stop);
  cr_kobject *object = cr_kobject_of(handle, CR_KOBJECT_FREE);
  if (object == NULL || (object->kind != CR_KOBJECT_FILE && object->kind != CR_KOBJECT_FIND)) {
    cr_touch_numbers();
    cr_misuse(t, "uses a handle that is closed");
    cr_emit_sync(t, CR_WAIT_OTHER); /* another thread closed it meanwhile */
    SetLastError(ERROR_INVALID_HANDLE);
    return false;
  }
  return operate(t, object, kind);
}

BOOL cr_file_close(cr_thread *t, HANDLE handle) {
  cr_stop stop = cr_stop_visible();
  cr_stop_here(t, &stop);
  cr_kobject *object = cr_kobject_of(handle, CR_KOBJECT_FREE);
  if (object == NULL) {
    cr_touch_numbers();
    cr_misuse(t, "closes a handle twice");
    cr_emit_sync(t, CR_WAIT_OTHER);
    SetLastError(ERROR_INVALID_HANDLE);
    return FALSE;
  }
  cr_touch_numbers();
  bool good = operate(t, object, CR_EV_CLOSE);
  cr_handle_close(handle);
  return good;
}

/* ---- controls -------------------------------------------------------------------------------- */

static cr_event_kind kind_of_code(DWORD code) {
  switch (code) {
    case FSCTL_LOCK_VOLUME: return CR_EV_LOCK;
    case FSCTL_UNLOCK_VOLUME: return CR_EV_UNLOCK;
    case FSCTL_DISMOUNT_VOLUME: return CR_EV_DISMOUNT;
    case FSCTL_IS_VOLUME_MOUNTED: return CR_EV_ISMOUNTED;
    case IOCTL_VOLUME_OFFLINE: return CR_EV_OFFLINE;
    case IOCTL_VOLUME_ONLINE: return CR_EV_ONLINE;
    case IOCTL_VOLUME_IS_OFFLINE: return CR_EV_ISOFF;
    default: return CR_EV_INVALID;
  }
}

void cr_overlapped_complete(LPOVERLAPPED overlapped, DWORD error, DWORD bytes) {
  if (overlapped == NULL) return;
  overlapped->Internal = error;
  overlapped->InternalHigh = bytes;
  cr_kobject *event = cr_kobject_of(overlapped->hEvent, CR_KOBJECT_EVENT);
  if (event != NULL) event->signalled = true;
}

static BOOL WINAPI hook_DeviceIoControl(HANDLE handle, DWORD code, LPVOID in, DWORD in_size,
                                        LPVOID out, DWORD out_size, LPDWORD returned,
                                        LPOVERLAPPED overlapped) {
  cr_thread *t = cr_self();
  if (t != NULL && cr_handle_was_ours(handle) && cr_kobject_of(handle, CR_KOBJECT_FILE) == NULL)
    return cr_handle_gone(t);
  if (t == NULL || cr_kobject_of(handle, CR_KOBJECT_FILE) == NULL)
    return DeviceIoControl(handle, code, in, in_size, out, out_size, returned, overlapped);
  CR_SITE(t);
  if (returned != NULL) *returned = 0;
  cr_event_kind kind = kind_of_code(code);
  bool good;
  if (kind != CR_EV_INVALID) {
    good = cr_volume_operate(t, handle, kind);
  } else {
    cr_stop stop = cr_stop_silent();
    cr_stop_here(t, &stop);
    cr_touch_nothing();
    cr_emit_sync(t, CR_WAIT_OTHER);
    good = code == FSCTL_ALLOW_EXTENDED_DASD_IO || code == IOCTL_VOLUME_SUPPORTS_ONLINE_OFFLINE;
    if (!good) SetLastError(ERROR_INVALID_FUNCTION);
  }
  cr_overlapped_complete(overlapped, good ? ERROR_SUCCESS : GetLastError(), 0);
  return good;
}

static BOOL WINAPI hook_GetOverlappedResult(HANDLE handle, LPOVERLAPPED overlapped, LPDWORD bytes,
                                            BOOL wait) {
  cr_thread *t = cr_self();
  if (t == NULL || cr_kobject_of(handle, CR_KOBJECT_FILE) == NULL)
    return GetOverlappedResult(handle, overlapped, bytes, wait);
  *bytes = (DWORD)overlapped->InternalHigh;
  if (overlapped->Internal != ERROR_SUCCESS) SetLastError((DWORD)overlapped->Internal);
  return overlapped->Internal == ERROR_SUCCESS;
}

static BOOL WINAPI hook_GetVolumeNameForVolumeMountPointW(LPCWSTR mount_point, LPWSTR name,
                                                          DWORD length) {
  cr_thread *t = cr_self();
  unsigned volume;
  if (t == NULL || cr_path_sort(mount_point, &volume) == CR_PATH_OTHER)
    return GetVolumeNameForVolumeMountPointW(mount_point, name, length);
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_nothing();
  cr_emit_sync(t, CR_WAIT_OTHER);
  size_t prefix = sizeof guid_prefix / sizeof guid_prefix[0] - 1;
  const WCHAR tail[] = {(WCHAR)(L'0' + volume), L'}', L'\\', 0};
  if (length < 4 + prefix + sizeof tail / sizeof tail[0]) {
    SetLastError(ERROR_FILENAME_EXCED_RANGE);
    return FALSE;
  }
  memcpy(name, L"\\\\?\\", 4 * sizeof(WCHAR));
  memcpy(name + 4, guid_prefix, prefix * sizeof(WCHAR));
  memcpy(name + 4 + prefix, tail, sizeof tail);
  return TRUE;
}

const cr_hook cr_hooks_volumes[] = {CR_HOOK(DeviceIoControl), CR_HOOK(GetOverlappedResult),
                                    CR_HOOK(GetVolumeNameForVolumeMountPointW), CR_HOOK_END};

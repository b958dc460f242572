/* registry.c - the cluster database: each resource has a key, and below it "Parameters" with the
 * value "Volume" (L"X:"). What the DLL sets is remembered until the replay ends. */
#include <string.h>
#include <wchar.h>

#include "../session.h"

static HKEY key_new(unsigned resource, bool parameters) {
  HANDLE handle;
  cr_kobject *object = cr_kobject_new(CR_KOBJECT_KEY, &handle);
  if (object == NULL) return NULL;
  object->resource = resource;
  object->parameters = parameters;
  return (HKEY)handle;
}

HKEY cr_registry_root(unsigned resource) { return key_new(resource, false); }

static cr_reg_value *value_find(const cr_reg_place *place, LPCWSTR name) {
  cr_registry *r = &cr_session_get()->registry;
  for (unsigned i = 0; i < CR_REG_VALUES_MAX; i++) {
    cr_reg_value *v = &r->value[i];
    if (v->used && v->resource == place->resource && v->parameters == place->parameters &&
        _wcsicmp(v->name, name) == 0)
      return v;
  }
  return NULL;
}

static cr_reg_value *value_make(const cr_reg_place *place, LPCWSTR name) {
  cr_registry *r = &cr_session_get()->registry;
  cr_reg_value *v = value_find(place, name);
  r->used = true;
  for (unsigned i = 0; v == NULL && i < CR_REG_VALUES_MAX; i++)
    if (!r->value[i].used) v = &r->value[i];
  if (v == NULL) return NULL;
  *v = (cr_reg_value){
      .used = true, .resource = (uint8_t)place->resource, .parameters = place->parameters};
  wcscpy(v->name, name);
  return v;
}

/* The value "Volume" of the scenario. */
static bool volume_value(const cr_reg_place *place, cr_reg_value *value) {
  const cr_scenario *s = cr_session_get()->scenario;
  uint8_t volume = s->resource[place->resource].volume;
  if (!place->parameters || volume == CR_NO_VOLUME) return false;
  const WCHAR text[3] = {(WCHAR)s->volume[volume].letter, L':', 0};
  *value = (cr_reg_value){.used = true,
                          .resource = (uint8_t)place->resource,
                          .parameters = true,
                          .name = L"Volume",
                          .type = REG_SZ,
                          .size = sizeof text};
  memcpy(value->data, text, sizeof text);
  return true;
}

DWORD cr_registry_step(HKEY key, cr_reg_place *place) {
  cr_thread *t = cr_self();
  if (t == NULL) return ERROR_INVALID_HANDLE;
  static const uint32_t faults[] = {RPC_S_CALL_FAILED, 0}; /* the cluster service has gone */
  cr_stop stop = cr_stop_silent();
  stop.faults = faults;
  stop.delay_ms = CR_DELAY_MS;
  cr_stop_here(t, &stop);
  if (cr_faulted(t)) return t->fault;
  const cr_kobject *object = cr_kobject_of((HANDLE)key, CR_KOBJECT_KEY);
  if (object == NULL)
    cr_touch_numbers();
  else
    cr_touch(CR_THING_REGISTRY, object->resource, CR_ACCESS_READ);
  cr_emit_sync(t, CR_WAIT_REGISTRY);
  if (object == NULL) return ERROR_INVALID_HANDLE;
  *place = (cr_reg_place){object->resource, object->parameters};
  return ERROR_SUCCESS;
}

bool cr_registry_below(cr_reg_place *place, LPCWSTR name) {
  if (place->parameters || _wcsicmp(name, L"Parameters") != 0) return false;
  place->parameters = true;
  return true;
}

bool cr_registry_get(const cr_reg_place *place, LPCWSTR name, cr_reg_value *value) {
  const cr_reg_value *v = value_find(place, name);
  if (v == NULL) return _wcsicmp(name, L"Volume") == 0 && volume_value(place, value);
  *value = *v;
  return !v->deleted;
}

bool cr_registry_at(const cr_reg_place *place, unsigned index, cr_reg_value *value) {
  const cr_registry *r = &cr_session_get()->registry;
  if (value_find(place, L"Volume") == NULL && volume_value(place, value) && index-- == 0)
    return true;
  for (unsigned i = 0; i < CR_REG_VALUES_MAX; i++) {
    const cr_reg_value *v = &r->value[i];
    if (!v->used || v->deleted || v->resource != place->resource ||
        v->parameters != place->parameters || index-- != 0)
      continue;
    *value = *v;
    return true;
  }
  return false;
}

DWORD cr_registry_set(const cr_reg_place *place, LPCWSTR name, DWORD type, const void *data,
                      DWORD size) {
  if (name == NULL || wcslen(name) >= CR_REG_NAME_MAX || size > CR_REG_DATA_MAX)
    return ERROR_INVALID_PARAMETER;
  cr_touch(CR_THING_REGISTRY, place->resource, CR_ACCESS_WRITE);
  cr_reg_value *v = value_make(place, name);
  if (v == NULL) return ERROR_NOT_ENOUGH_MEMORY;
  v->type = type;
  v->size = size;
  if (size != 0) memcpy(v->data, data, size);
  return ERROR_SUCCESS;
}

DWORD cr_registry_delete(const cr_reg_place *place, LPCWSTR name) {
  if (name == NULL || wcslen(name) >= CR_REG_NAME_MAX) return ERROR_INVALID_PARAMETER;
  cr_touch(CR_THING_REGISTRY, place->resource, CR_ACCESS_WRITE);
  cr_reg_value *v = value_make(place, name); /* it may hide one of the scenario */
  if (v == NULL) return ERROR_NOT_ENOUGH_MEMORY;
  v->deleted = true;
  return ERROR_SUCCESS;
}

#define REMEMBER_SITE()              \
  do {                               \
    cr_thread *self = cr_self();     \
    if (self != NULL) CR_SITE(self); \
  } while (0)

static LONG open_key(HKEY key, LPCWSTR name, PHKEY result) {
  cr_reg_place place;
  DWORD error = cr_registry_step(key, &place);
  if (error != ERROR_SUCCESS) return (LONG)error;
  if (name == NULL || result == NULL) return ERROR_INVALID_PARAMETER;
  if (!cr_registry_below(&place, name)) return ERROR_FILE_NOT_FOUND;
  cr_touch_numbers();
  *result = key_new(place.resource, place.parameters);
  return *result == NULL ? ERROR_NOT_ENOUGH_MEMORY : ERROR_SUCCESS;
}

static LONG WINAPI hook_ClusterRegOpenKey(HKEY key, LPCWSTR name, REGSAM access, PHKEY result) {
  (void)access;
  REMEMBER_SITE();
  return open_key(key, name, result);
}

static LONG WINAPI hook_ClusterRegCreateKey(HKEY key, LPCWSTR name, DWORD options, REGSAM access,
                                            LPSECURITY_ATTRIBUTES sa, PHKEY result,
                                            LPDWORD disposition) {
  (void)options;
  (void)access;
  (void)sa;
  REMEMBER_SITE();
  if (disposition != NULL) *disposition = REG_OPENED_EXISTING_KEY;
  return open_key(key, name, result);
}

static LONG WINAPI hook_ClusterRegCloseKey(HKEY key) {
  cr_reg_place place;
  REMEMBER_SITE();
  DWORD error = cr_registry_step(key, &place);
  if (error == ERROR_SUCCESS) cr_handle_close((HANDLE)key);
  return (LONG)error;
}

/* A value's bytes as RegQueryValueEx gives them out. */
static LONG give_value(DWORD value_type, const void *value, DWORD value_size, LPDWORD type,
                       LPBYTE data, LPDWORD size) {
  DWORD room = size == NULL ? 0 : *size;
  if (type != NULL) *type = value_type;
  if (size != NULL) *size = value_size;
  if (data == NULL) return ERROR_SUCCESS;
  if (room < value_size) return ERROR_MORE_DATA;
  memcpy(data, value, value_size);
  return ERROR_SUCCESS;
}

static LONG WINAPI hook_ClusterRegQueryValue(HKEY key, LPCWSTR name, LPDWORD type, LPBYTE data,
                                             LPDWORD size) {
  cr_reg_place place;
  cr_reg_value v;
  REMEMBER_SITE();
  DWORD error = cr_registry_step(key, &place);
  if (error != ERROR_SUCCESS) return (LONG)error;
  if (name == NULL) return ERROR_INVALID_PARAMETER;
  if (!cr_registry_get(&place, name, &v)) return ERROR_FILE_NOT_FOUND;
  return give_value(v.type, v.data, v.size, type, data, size);
}

static LONG WINAPI hook_ClusterRegSetValue(HKEY key, LPCWSTR name, DWORD type, const BYTE *data,
                                           DWORD size) {
  cr_reg_place place;
  REMEMBER_SITE();
  DWORD error = cr_registry_step(key, &place);
  if (error == ERROR_SUCCESS) error = cr_registry_set(&place, name, type, data, size);
  return (LONG)error;
}

static LONG WINAPI hook_ClusterRegDeleteValue(HKEY key, LPCWSTR name) {
  cr_reg_place place;
  REMEMBER_SITE();
  DWORD error = cr_registry_step(key, &place);
  if (error == ERROR_SUCCESS) error = cr_registry_delete(&place, name);
  return (LONG)error;
}

/* ---- resutils' short ways ---------------------------------------------------------------------
 */

/* The string is the caller's to free with LocalFree. */
static LPWSTR WINAPI hook_ResUtilGetSzValue(HKEY key, LPCWSTR name) {
  cr_reg_place place;
  cr_reg_value v;
  REMEMBER_SITE();
  DWORD error = cr_registry_step(key, &place);
  if (error == ERROR_SUCCESS && name == NULL) error = ERROR_INVALID_PARAMETER;
  if (error == ERROR_SUCCESS && !cr_registry_get(&place, name, &v)) error = ERROR_FILE_NOT_FOUND;
  if (error == ERROR_SUCCESS && v.type != REG_SZ && v.type != REG_EXPAND_SZ &&
      v.type != REG_MULTI_SZ)
    error = ERROR_INVALID_DATA;
  LPWSTR text = error == ERROR_SUCCESS ? LocalAlloc(LPTR, v.size + 2 * sizeof(WCHAR)) : NULL;
  if (text == NULL) {
    SetLastError(error == ERROR_SUCCESS ? ERROR_NOT_ENOUGH_MEMORY : error);
    return NULL;
  }
  memcpy(text, v.data, v.size);
  return text;
}

static DWORD WINAPI hook_ResUtilGetDwordValue(HKEY key, LPCWSTR name, LPDWORD value,
                                              DWORD initial) {
  cr_reg_place place;
  cr_reg_value v;
  REMEMBER_SITE();
  DWORD error = cr_registry_step(key, &place);
  if (error != ERROR_SUCCESS) return error;
  if (name == NULL || value == NULL) return ERROR_BAD_ARGUMENTS;
  *value = initial;
  if (!cr_registry_get(&place, name, &v)) return ERROR_SUCCESS;
  if (v.type != REG_DWORD || v.size != sizeof *value) return ERROR_INVALID_DATA;
  memcpy(value, v.data, sizeof *value);
  return ERROR_SUCCESS;
}

static DWORD WINAPI hook_ResUtilSetDwordValue(HKEY key, LPCWSTR name, DWORD value,
                                              LPDWORD current) {
  cr_reg_place place;
  REMEMBER_SITE();
  DWORD error = cr_registry_step(key, &place);
  if (error == ERROR_SUCCESS)
    error = cr_registry_set(&place, name, REG_DWORD, &value, sizeof value);
  if (error == ERROR_SUCCESS && current != NULL) *current = value;
  return error;
}

const cr_hook cr_hooks_registry[] = {CR_HOOK(ClusterRegOpenKey),    CR_HOOK(ClusterRegCreateKey),
                                     CR_HOOK(ClusterRegCloseKey),   CR_HOOK(ClusterRegQueryValue),
                                     CR_HOOK(ClusterRegSetValue),   CR_HOOK(ClusterRegDeleteValue),
                                     CR_HOOK(ResUtilGetSzValue),    CR_HOOK(ResUtilGetDwordValue),
                                     CR_HOOK(ResUtilSetDwordValue), CR_HOOK_END};

/* local_values.c - the registry of this computer: values. See local_keys.c.
 *
 * Text is kept as UTF-16; the A forms take and give one byte for each character.
 */
#include <string.h>
#include <wchar.h>

#include "../session.h"

static cr_tree *tree(void) { return &cr_session_get()->local.tree; }

static bool is_text(DWORD type) {
  return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ;
}

/* What a value holds, as a function gives it out. */
typedef struct content {
  DWORD type, size;
  BYTE data[CR_TREE_DATA_MAX + 2 * sizeof(WCHAR)];
} content;

static void content_of(const cr_tree_value *v, bool ansi, content *c) {
  c->type = v->type;
  c->size = v->size;
  memcpy(c->data, v->data, v->size);
  if (!ansi || !is_text(v->type)) return;
  c->size = v->size / sizeof(WCHAR);
  for (DWORD i = 0; i < c->size; i++) {
    WCHAR wide;
    memcpy(&wide, v->data + i * sizeof wide, sizeof wide);
    c->data[i] = (BYTE)(wide > 0xFF ? '?' : wide);
  }
}

/* Data without room, or without its size, is only asked about. */
static DWORD content_out(const content *c, LPDWORD type, void *data, LPDWORD size) {
  DWORD room = size == NULL ? 0 : *size;
  if (type != NULL) *type = c->type;
  if (size != NULL) *size = c->size;
  if (data == NULL) return ERROR_SUCCESS;
  if (room < c->size) return ERROR_MORE_DATA;
  memcpy(data, c->data, c->size);
  return ERROR_SUCCESS;
}

/* ---- query ----------------------------------------------------------------------------------- */

static LSTATUS query(cr_thread *t, HKEY key, const void *name, bool ansi, LPDWORD type, void *data,
                     LPDWORD size) {
  cr_local_text room;
  unsigned tree_key;
  content c;
  DWORD error = cr_local_step(t, key, KEY_QUERY_VALUE, NULL, &tree_key);
  if (error != ERROR_SUCCESS) return (LSTATUS)error;
  if (data != NULL && size == NULL) return ERROR_INVALID_PARAMETER;
  const cr_tree_value *v =
      cr_tree_value_find(tree(), tree_key, cr_local_text_in(name, ansi, &room));
  if (v == NULL) return ERROR_FILE_NOT_FOUND;
  content_of(v, ansi, &c);
  return (LSTATUS)content_out(&c, type, data, size);
}

static LSTATUS WINAPI hook_RegQueryValueExW(HKEY key, LPCWSTR name, LPDWORD reserved, LPDWORD type,
                                            LPBYTE data, LPDWORD size) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegQueryValueExW(key, name, reserved, type, data, size);
  CR_SITE(t);
  return query(t, key, name, false, type, data, size);
}

static LSTATUS WINAPI hook_RegQueryValueExA(HKEY key, LPCSTR name, LPDWORD reserved, LPDWORD type,
                                            LPBYTE data, LPDWORD size) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegQueryValueExA(key, name, reserved, type, data, size);
  CR_SITE(t);
  return query(t, key, name, true, type, data, size);
}

static DWORD kind_of(DWORD type) {
  switch (type) {
    case REG_NONE: return RRF_RT_REG_NONE;
    case REG_SZ: return RRF_RT_REG_SZ;
    case REG_EXPAND_SZ: return RRF_RT_REG_EXPAND_SZ;
    case REG_BINARY: return RRF_RT_REG_BINARY;
    case REG_DWORD: return RRF_RT_REG_DWORD;
    case REG_MULTI_SZ: return RRF_RT_REG_MULTI_SZ;
    case REG_QWORD: return RRF_RT_REG_QWORD;
    default: return 0;
  }
}

/* Text ends with one zero, several texts with two: what is missing is added. */
static void ends_added(content *c, bool ansi) {
  DWORD one = ansi ? 1 : sizeof(WCHAR), ends = c->type == REG_MULTI_SZ ? 2 : 1, have = 0;
  static const BYTE zeros[sizeof(WCHAR)];
  if (!is_text(c->type)) return;
  while (have < ends && c->size >= (have + 1) * one &&
         memcmp(c->data + c->size - (have + 1) * one, zeros, one) == 0)
    have++;
  for (; have < ends; have++, c->size += one) memset(c->data + c->size, 0, one);
}

/* A text with variables is given as it is: nobody has set any here. */
static LSTATUS get(cr_thread *t, HKEY key, const void *below, const void *name, bool ansi,
                   DWORD flags, LPDWORD type, void *data, LPDWORD size) {
  cr_local_text room, below_room;
  unsigned tree_key;
  content c;
  DWORD had = size == NULL ? 0 : *size;
  DWORD error =
      cr_local_step_below(t, key, below == NULL || *(const char *)below == 0 ? KEY_QUERY_VALUE : 0,
                          cr_local_text_in(below, ansi, &below_room), &tree_key);
  if (error == ERROR_SUCCESS && data != NULL && size == NULL) error = ERROR_INVALID_PARAMETER;
  if (error == ERROR_SUCCESS && (flags & RRF_RT_ANY) == 0) error = ERROR_INVALID_PARAMETER;
  const cr_tree_value *v =
      error != ERROR_SUCCESS
          ? NULL
          : cr_tree_value_find(tree(), tree_key, cr_local_text_in(name, ansi, &room));
  if (error == ERROR_SUCCESS && v == NULL) error = ERROR_FILE_NOT_FOUND;
  if (error == ERROR_SUCCESS) {
    content_of(v, ansi, &c);
    if (c.type == REG_EXPAND_SZ && (flags & RRF_NOEXPAND) == 0) c.type = REG_SZ;
    ends_added(&c, ansi);
    bool wanted = (flags & RRF_RT_ANY) == RRF_RT_ANY || (flags & kind_of(c.type)) != 0;
    error = wanted ? content_out(&c, type, data, size) : ERROR_UNSUPPORTED_TYPE;
  }
  if (error != ERROR_SUCCESS && (flags & RRF_ZEROONFAILURE) != 0 && data != NULL)
    memset(data, 0, had);
  return (LSTATUS)error;
}

static LSTATUS WINAPI hook_RegGetValueW(HKEY key, LPCWSTR below, LPCWSTR name, DWORD flags,
                                        LPDWORD type, PVOID data, LPDWORD size) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegGetValueW(key, below, name, flags, type, data, size);
  CR_SITE(t);
  return get(t, key, below, name, false, flags, type, data, size);
}

static LSTATUS WINAPI hook_RegGetValueA(HKEY key, LPCSTR below, LPCSTR name, DWORD flags,
                                        LPDWORD type, PVOID data, LPDWORD size) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegGetValueA(key, below, name, flags, type, data, size);
  CR_SITE(t);
  return get(t, key, below, name, true, flags, type, data, size);
}

static LSTATUS enum_value(cr_thread *t, HKEY key, DWORD index, bool ansi, void *name,
                          LPDWORD name_size, LPDWORD type, void *data, LPDWORD size) {
  unsigned tree_key;
  content c;
  DWORD error = cr_local_step(t, key, KEY_QUERY_VALUE, NULL, &tree_key);
  if (error != ERROR_SUCCESS) return (LSTATUS)error;
  if (data != NULL && size == NULL) return ERROR_INVALID_PARAMETER;
  const cr_tree_value *v = cr_tree_value_at(tree(), tree_key, index);
  if (v == NULL) return ERROR_NO_MORE_ITEMS;
  error = cr_local_text_out(v->name, wcslen(v->name), ansi, name, name_size);
  content_of(v, ansi, &c);
  return (LSTATUS)(error != ERROR_SUCCESS ? error : content_out(&c, type, data, size));
}

static LSTATUS WINAPI hook_RegEnumValueW(HKEY key, DWORD index, LPWSTR name, LPDWORD name_size,
                                         LPDWORD reserved, LPDWORD type, LPBYTE data,
                                         LPDWORD size) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key))
    return RegEnumValueW(key, index, name, name_size, reserved, type, data, size);
  CR_SITE(t);
  return enum_value(t, key, index, false, name, name_size, type, data, size);
}

static LSTATUS WINAPI hook_RegEnumValueA(HKEY key, DWORD index, LPSTR name, LPDWORD name_size,
                                         LPDWORD reserved, LPDWORD type, LPBYTE data,
                                         LPDWORD size) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key))
    return RegEnumValueA(key, index, name, name_size, reserved, type, data, size);
  CR_SITE(t);
  return enum_value(t, key, index, true, name, name_size, type, data, size);
}

/* ---- set and delete -------------------------------------------------------------------------- */

static DWORD put(unsigned tree_key, const WCHAR *name, bool ansi, DWORD type, const void *data,
                 DWORD size) {
  WCHAR wide[CR_TREE_DATA_MAX / sizeof(WCHAR)];
  if (data == NULL && size != 0) return ERROR_INVALID_PARAMETER;
  if (ansi && is_text(type)) {
    if (size > CR_ARRAY_LEN(wide)) return ERROR_NO_SYSTEM_RESOURCES;
    for (DWORD i = 0; i < size; i++) wide[i] = ((const unsigned char *)data)[i];
    data = wide;
    size *= sizeof(WCHAR);
  }
  cr_local_changed(tree_key, REG_NOTIFY_CHANGE_LAST_SET);
  return cr_local_error(cr_tree_set(tree(), tree_key, name, type, data, size));
}

static LSTATUS set(cr_thread *t, HKEY key, const void *name, bool ansi, DWORD type,
                   const void *data, DWORD size) {
  cr_local_text room;
  unsigned tree_key;
  DWORD error = cr_local_step(t, key, KEY_SET_VALUE, NULL, &tree_key);
  if (error != ERROR_SUCCESS) return (LSTATUS)error;
  return (LSTATUS)put(tree_key, cr_local_text_in(name, ansi, &room), ansi, type, data, size);
}

static LSTATUS WINAPI hook_RegSetValueExW(HKEY key, LPCWSTR name, DWORD reserved, DWORD type,
                                          const BYTE *data, DWORD size) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegSetValueExW(key, name, reserved, type, data, size);
  CR_SITE(t);
  return set(t, key, name, false, type, data, size);
}

static LSTATUS WINAPI hook_RegSetValueExA(HKEY key, LPCSTR name, DWORD reserved, DWORD type,
                                          const BYTE *data, DWORD size) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegSetValueExA(key, name, reserved, type, data, size);
  CR_SITE(t);
  return set(t, key, name, true, type, data, size);
}

static LSTATUS delete_value(cr_thread *t, HKEY key, const void *name, bool ansi) {
  cr_local_text room;
  unsigned tree_key;
  DWORD error = cr_local_step(t, key, KEY_SET_VALUE, NULL, &tree_key);
  if (error != ERROR_SUCCESS) return (LSTATUS)error;
  if (cr_tree_read_only(tree(), tree_key)) return ERROR_ACCESS_DENIED;
  bool gone = cr_tree_unset(tree(), tree_key, cr_local_text_in(name, ansi, &room));
  if (gone) cr_local_changed(tree_key, REG_NOTIFY_CHANGE_LAST_SET);
  return gone ? ERROR_SUCCESS : ERROR_FILE_NOT_FOUND;
}

static LSTATUS WINAPI hook_RegDeleteValueW(HKEY key, LPCWSTR name) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegDeleteValueW(key, name);
  CR_SITE(t);
  return delete_value(t, key, name, false);
}

static LSTATUS WINAPI hook_RegDeleteValueA(HKEY key, LPCSTR name) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegDeleteValueA(key, name);
  CR_SITE(t);
  return delete_value(t, key, name, true);
}

const cr_hook cr_hooks_local_values[] = {CR_HOOK(RegQueryValueExW),
                                         CR_HOOK(RegQueryValueExA),
                                         CR_HOOK(RegGetValueW),
                                         CR_HOOK(RegGetValueA),
                                         CR_HOOK(RegEnumValueW),
                                         CR_HOOK(RegEnumValueA),
                                         CR_HOOK(RegSetValueExW),
                                         CR_HOOK(RegSetValueExA),
                                         CR_HOOK(RegDeleteValueW),
                                         CR_HOOK(RegDeleteValueA),
                                         CR_HOOK_END};

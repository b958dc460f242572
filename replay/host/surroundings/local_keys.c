/* local_keys.c - the registry of this computer: keys. It is the DLL's own, made anew for every
 * replay out of what the properties file gives; nothing of the real one is seen or changed.
 *
 * HKEY_CLASSES_ROOT is Software\Classes of the computer, HKEY_CURRENT_USER the default user: a
 * resource monitor is no person. The 32-bit view is the 64-bit one.
 */
#include <string.h>
#include <wchar.h>

#include "../session.h"

#define WRITE_RIGHTS \
  (KEY_SET_VALUE | KEY_CREATE_SUB_KEY | KEY_CREATE_LINK | DELETE | WRITE_DAC | WRITE_OWNER)
#define VIEWS (KEY_WOW64_64KEY | KEY_WOW64_32KEY)

enum { ROOT_MACHINE = 0, ROOT_USERS = 1, ROOT_PERFORMANCE = 2 };

static const struct {
  ULONG_PTR handle;
  const char *name, *short_name;
  unsigned root;
  const WCHAR *path;
} predefined[] = {{0x80000000, "HKEY_CLASSES_ROOT", "HKCR", ROOT_MACHINE, L"Software\\Classes"},
                  {0x80000001, "HKEY_CURRENT_USER", "HKCU", ROOT_USERS, L".DEFAULT"},
                  {0x80000002, "HKEY_LOCAL_MACHINE", "HKLM", ROOT_MACHINE, L""},
                  {0x80000003, "HKEY_USERS", "HKU", ROOT_USERS, L""},
                  {0x80000004, "HKEY_PERFORMANCE_DATA", "HKPD", ROOT_PERFORMANCE, L""},
                  {0x80000005, "HKEY_CURRENT_CONFIG", "HKCC", ROOT_MACHINE,
                   L"System\\CurrentControlSet\\Hardware Profiles\\Current"}};

static cr_local *local(void) { return &cr_session_get()->local; }

/* ---- the tree -------------------------------------------------------------------------------- */

unsigned cr_local_root(const char *name, size_t n, const WCHAR **path) {
  for (size_t i = 0; i < CR_ARRAY_LEN(predefined); i++) {
    bool same =
        (strlen(predefined[i].name) == n && memcmp(predefined[i].name, name, n) == 0) ||
        (strlen(predefined[i].short_name) == n && memcmp(predefined[i].short_name, name, n) == 0);
    if (!same) continue;
    *path = predefined[i].path;
    return predefined[i].root;
  }
  return CR_TREE_NONE;
}

void cr_local_tree_init(cr_tree *tree) {
  static const WCHAR *const machine[] = {L"Software\\Classes",
                                         L"Software\\Microsoft\\Windows NT\\CurrentVersion",
                                         L"System\\CurrentControlSet\\Services",
                                         L"System\\CurrentControlSet\\Hardware Profiles\\Current"};
  unsigned key;
  bool fresh;
  memset(tree, 0, sizeof *tree);
  cr_tree_root(tree, L"machine");
  cr_tree_root(tree, L"users");
  cr_tree_root(tree, L"performance");
  for (size_t i = 0; i < CR_ARRAY_LEN(machine); i++)
    cr_tree_make(tree, ROOT_MACHINE, machine[i], &key, &fresh);
  cr_tree_make(tree, ROOT_USERS, L".DEFAULT\\Software", &key, &fresh);
}

void cr_local_begin(cr_local *l, cr_registry_file *file) {
  if (!file->local_given) cr_local_tree_init(&file->local);
  file->local_given = true;
  if (l->begun && !l->touched) return;
  l->tree = file->local;
  memset(l->watch, 0, sizeof l->watch);
  l->begun = true;
  l->touched = false;
}

DWORD cr_local_error(cr_tree_error error) {
  switch (error) {
    case CR_TREE_OK: return ERROR_SUCCESS;
    case CR_TREE_NO_ROOM: return ERROR_NO_SYSTEM_RESOURCES;
    case CR_TREE_BAD_NAME: return ERROR_INVALID_PARAMETER;
    case CR_TREE_DENIED:
    case CR_TREE_HAS_KEYS: return ERROR_ACCESS_DENIED;
  }
  return ERROR_INVALID_PARAMETER;
}

/* ---- text ------------------------------------------------------------------------------------ */

const WCHAR *cr_local_text_in(const void *text, bool ansi, cr_local_text *room) {
  if (text == NULL || !ansi) return text;
  cr_path_widen(text, room->text, CR_ARRAY_LEN(room->text));
  return room->text;
}

DWORD cr_local_text_out(const WCHAR *text, size_t n, bool ansi, void *to, DWORD *size) {
  if (to == NULL || size == NULL) return ERROR_INVALID_PARAMETER;
  if (*size <= n) return ERROR_MORE_DATA;
  for (size_t i = 0; i <= n; i++) {
    WCHAR c = i < n ? text[i] : 0;
    if (ansi)
      ((char *)to)[i] = (char)(c > 0xFF ? '?' : c);
    else
      ((WCHAR *)to)[i] = c;
  }
  *size = (DWORD)n;
  return ERROR_SUCCESS;
}

/* ---- a step ---------------------------------------------------------------------------------- */

static size_t predefined_at(HKEY key) {
  ULONG_PTR value = (ULONG_PTR)key & 0xFFFFFFFF; /* the header's constants are sign-extended */
  size_t i = 0;
  bool high = (ULONG_PTR)key >> 31 == 1 || (ULONG_PTR)key >> 31 == (ULONG_PTR)-1 >> 31;
  while (i < CR_ARRAY_LEN(predefined) && (!high || predefined[i].handle != value)) i++;
  return i;
}

bool cr_local_ours(const cr_thread *t, HKEY key) {
  return t != NULL && (key == NULL || cr_handle_was_ours((HANDLE)key) ||
                       predefined_at(key) != CR_ARRAY_LEN(predefined));
}

static void touch(unsigned key, const WCHAR *path, cr_access_mode mode) {
  cr_touch(CR_THING_LOCAL_KEY, cr_tree_number(&local()->tree, key, path), mode);
}

/* The key of the tree behind a handle, and the rights that it has; CR_TREE_NONE: none. */
static unsigned key_of(HKEY key, DWORD *access) {
  size_t i = predefined_at(key);
  const cr_kobject *object = cr_kobject_of((HANDLE)key, CR_KOBJECT_LOCAL_KEY);
  *access = object == NULL ? KEY_ALL_ACCESS : object->access;
  if (i != CR_ARRAY_LEN(predefined))
    return cr_tree_find(&local()->tree, predefined[i].root, predefined[i].path);
  return object == NULL ? CR_TREE_NONE : object->index;
}

/* Names longer than any that the tree has are refused before they are looked for. */
static bool names_fit(const WCHAR *path) {
  size_t n = 0;
  for (; path != NULL && *path != 0; path++) {
    n = *path == L'\\' ? 0 : n + 1;
    if (n >= CR_TREE_NAME_MAX) return false;
  }
  return true;
}

DWORD cr_local_step(cr_thread *t, HKEY key, DWORD needs, const WCHAR *path, unsigned *tree_key) {
  static const uint32_t faults[] = {ERROR_ACCESS_DENIED, ERROR_NO_SYSTEM_RESOURCES, 0};
  DWORD access;
  cr_stop stop = cr_stop_silent();
  stop.faults = faults;
  cr_stop_here(t, &stop);
  DWORD last = GetLastError(); /* these functions leave it alone */
  if (cr_faulted(t)) {
    SetLastError(last);
    return t->fault;
  }
  *tree_key = key_of(key, &access);
  if (*tree_key == CR_TREE_NONE) {
    cr_touch_numbers();
    if (key != NULL && cr_kobject_of((HANDLE)key, CR_KOBJECT_FREE) == NULL)
      cr_misuse(t, "uses a registry key that is closed");
    cr_emit_sync(t, CR_WAIT_REGISTRY);
    return ERROR_INVALID_HANDLE;
  }
  touch(*tree_key, path, CR_ACCESS_READ);
  cr_emit_sync(t, CR_WAIT_REGISTRY);
  if (local()->tree.key[*tree_key].deleted) return ERROR_KEY_DELETED;
  if ((access & needs) != needs) return ERROR_ACCESS_DENIED;
  return names_fit(path) ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
}

DWORD cr_local_step_below(cr_thread *t, HKEY key, DWORD needs, const WCHAR *path,
                          unsigned *tree_key) {
  DWORD error = cr_local_step(t, key, needs, path, tree_key);
  if (error != ERROR_SUCCESS) return error;
  *tree_key = cr_tree_find(&local()->tree, *tree_key, path);
  return *tree_key == CR_TREE_NONE ? ERROR_FILE_NOT_FOUND : ERROR_SUCCESS;
}

/* ---- changes --------------------------------------------------------------------------------- */

static void watch_ends(cr_local_watch *w) {
  w->fired = true;
  if (w->event == NULL) return; /* its caller frees it */
  cr_touch_object(w->event, CR_ACCESS_WRITE);
  w->event->signalled = true;
  cr_kobject *event = w->event;
  *w = (cr_local_watch){0};
  cr_kobject_release(event);
}

void cr_local_changed(unsigned tree_key, DWORD filter) {
  cr_local *l = local();
  l->touched = true;
  touch(tree_key, NULL, CR_ACCESS_WRITE);
  cr_touch(CR_THING_LOCAL_WATCHES, 0, CR_ACCESS_READ);
  for (unsigned i = 0; i < CR_LOCAL_WATCHES_MAX; i++) {
    cr_local_watch *w = &l->watch[i];
    bool there = w->used && !w->fired && (w->filter & filter) != 0;
    if (!there || (w->subtree ? !cr_tree_within(&l->tree, tree_key, w->key) : tree_key != w->key))
      continue;
    cr_touch(CR_THING_LOCAL_WATCHES, 0, CR_ACCESS_WRITE);
    watch_ends(w);
  }
}

/* The keys right below it are others now. */
static void names_changed(unsigned parent) {
  if (parent != CR_TREE_NONE) cr_local_changed(parent, REG_NOTIFY_CHANGE_NAME);
}

void cr_local_key_closed(const cr_kobject *object) {
  cr_local *l = local();
  for (unsigned i = 0; i < CR_LOCAL_WATCHES_MAX; i++)
    if (l->watch[i].used && l->watch[i].from == object) watch_ends(&l->watch[i]);
  cr_tree_let_go(&l->tree, object->index);
}

static bool has_fired(const cr_thread *t) { return local()->watch[t->stop.compare].fired; }

static DWORD notify(cr_thread *t, HKEY key, bool subtree, DWORD filter, HANDLE event, bool later) {
  static const DWORD all = REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_ATTRIBUTES |
                           REG_NOTIFY_CHANGE_LAST_SET | REG_NOTIFY_CHANGE_SECURITY;
  cr_local *l = local();
  unsigned i = 0, of;
  DWORD error = cr_local_step(t, key, KEY_NOTIFY, NULL, &of);
  if (error != ERROR_SUCCESS) return error;
  cr_kobject *object = later ? cr_kobject_of(event, CR_KOBJECT_EVENT) : NULL;
  if (later && object == NULL) return ERROR_INVALID_HANDLE;
  if ((filter & all) == 0) return ERROR_INVALID_PARAMETER;
  while (i < CR_LOCAL_WATCHES_MAX && l->watch[i].used) i++;
  if (i == CR_LOCAL_WATCHES_MAX) return ERROR_NO_SYSTEM_RESOURCES;
  cr_touch(CR_THING_LOCAL_WATCHES, 0, CR_ACCESS_WRITE);
  l->touched = true;
  l->watch[i] = (cr_local_watch){.used = true,
                                 .subtree = subtree,
                                 .filter = filter,
                                 .key = of,
                                 .from = cr_kobject_of((HANDLE)key, CR_KOBJECT_LOCAL_KEY),
                                 .event = object};
  if (later) {
    object->refs++;
    object->signalled = false;
    cr_touch_object(object, CR_ACCESS_WRITE);
    return ERROR_SUCCESS;
  }
  cr_stop stop = cr_stop_silent();
  stop.ready = has_fired;
  stop.compare = i;
  stop.waits_for = "a change of a registry key";
  cr_stop_here(t, &stop);
  cr_touch(CR_THING_LOCAL_WATCHES, 0, CR_ACCESS_WRITE);
  l->watch[i] = (cr_local_watch){0};
  cr_emit_sync(t, CR_WAIT_WAIT);
  return ERROR_SUCCESS;
}

static LSTATUS WINAPI hook_RegNotifyChangeKeyValue(HKEY key, BOOL subtree, DWORD filter,
                                                   HANDLE event, BOOL later) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegNotifyChangeKeyValue(key, subtree, filter, event, later);
  CR_SITE(t);
  return (LSTATUS)notify(t, key, subtree != FALSE, filter, event, later != FALSE);
}

/* ---- opening and closing --------------------------------------------------------------------- */

static DWORD rights(DWORD access, bool read_only) {
  DWORD all = access & ~(DWORD)(VIEWS | GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE |
                                GENERIC_ALL | MAXIMUM_ALLOWED);
  if ((access & (GENERIC_READ | GENERIC_EXECUTE)) != 0) all |= KEY_READ;
  if ((access & GENERIC_WRITE) != 0) all |= KEY_WRITE;
  if ((access & GENERIC_ALL) != 0) all |= KEY_ALL_ACCESS;
  if ((access & MAXIMUM_ALLOWED) != 0) all |= read_only ? KEY_READ : KEY_ALL_ACCESS;
  return all;
}

static DWORD handle_new(unsigned tree_key, DWORD access, PHKEY result) {
  HANDLE handle;
  bool read_only = cr_tree_read_only(&local()->tree, tree_key);
  DWORD granted = rights(access, read_only);
  if (read_only && (granted & WRITE_RIGHTS) != 0) return ERROR_ACCESS_DENIED;
  cr_touch_numbers();
  cr_kobject *object = cr_kobject_new(CR_KOBJECT_LOCAL_KEY, &handle);
  if (object == NULL) return ERROR_NO_SYSTEM_RESOURCES;
  object->index = tree_key;
  object->access = granted;
  cr_tree_hold(&local()->tree, tree_key);
  local()->touched = true;
  *result = (HKEY)handle;
  return ERROR_SUCCESS;
}

static LSTATUS open_key(cr_thread *t, HKEY key, const void *name, bool ansi, DWORD access,
                        PHKEY result) {
  cr_local_text room;
  unsigned tree_key;
  DWORD error = cr_local_step_below(t, key, 0, cr_local_text_in(name, ansi, &room), &tree_key);
  if (result == NULL) return ERROR_INVALID_PARAMETER;
  if (error == ERROR_SUCCESS) error = handle_new(tree_key, access, result);
  if (error != ERROR_SUCCESS) *result = NULL;
  return (LSTATUS)error;
}

/* What is made is touched name by name: whoever looked for one of them in vain depends on it. */
static void made(unsigned tree_key, unsigned above) {
  for (; tree_key != above && tree_key != CR_TREE_NONE;
       tree_key = local()->tree.key[tree_key].parent) {
    cr_local_changed(tree_key, 0);
    names_changed(local()->tree.key[tree_key].parent);
  }
}

static LSTATUS create_key(cr_thread *t, HKEY key, const void *name, bool ansi, DWORD access,
                          PHKEY result, LPDWORD disposition) {
  cr_local_text room;
  unsigned above, tree_key;
  bool fresh;
  const WCHAR *path = cr_local_text_in(name, ansi, &room);
  DWORD error = cr_local_step(t, key, 0, path, &above);
  if (error != ERROR_SUCCESS) return (LSTATUS)error;
  if (result == NULL) return ERROR_INVALID_PARAMETER;
  *result = NULL;
  const cr_kobject *object = cr_kobject_of((HANDLE)key, CR_KOBJECT_LOCAL_KEY);
  if (object != NULL && (object->access & KEY_CREATE_SUB_KEY) == 0 &&
      cr_tree_find(&local()->tree, above, path) == CR_TREE_NONE)
    return ERROR_ACCESS_DENIED;
  error = cr_local_error(cr_tree_make(&local()->tree, above, path, &tree_key, &fresh));
  if (error != ERROR_SUCCESS) {
    cr_session_get()->footprint.everything = true; /* a part of the way may be new */
    local()->touched = true;
    return (LSTATUS)error;
  }
  if (fresh) made(tree_key, above);
  if (disposition != NULL) *disposition = fresh ? REG_CREATED_NEW_KEY : REG_OPENED_EXISTING_KEY;
  return (LSTATUS)handle_new(tree_key, access, result);
}

static LSTATUS WINAPI hook_RegOpenKeyExW(HKEY key, LPCWSTR name, DWORD options, REGSAM access,
                                         PHKEY result) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegOpenKeyExW(key, name, options, access, result);
  CR_SITE(t);
  return open_key(t, key, name, false, access, result);
}

static LSTATUS WINAPI hook_RegOpenKeyExA(HKEY key, LPCSTR name, DWORD options, REGSAM access,
                                         PHKEY result) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegOpenKeyExA(key, name, options, access, result);
  CR_SITE(t);
  return open_key(t, key, name, true, access, result);
}

static LSTATUS WINAPI hook_RegOpenKeyW(HKEY key, LPCWSTR name, PHKEY result) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegOpenKeyW(key, name, result);
  CR_SITE(t);
  return open_key(t, key, name, false, MAXIMUM_ALLOWED, result);
}

static LSTATUS WINAPI hook_RegOpenKeyA(HKEY key, LPCSTR name, PHKEY result) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegOpenKeyA(key, name, result);
  CR_SITE(t);
  return open_key(t, key, name, true, MAXIMUM_ALLOWED, result);
}

static LSTATUS WINAPI hook_RegCreateKeyExW(HKEY key, LPCWSTR name, DWORD reserved, LPWSTR class,
                                           DWORD options, REGSAM access, LPSECURITY_ATTRIBUTES sa,
                                           PHKEY result, LPDWORD disposition) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key))
    return RegCreateKeyExW(key, name, reserved, class, options, access, sa, result, disposition);
  CR_SITE(t);
  return create_key(t, key, name, false, access, result, disposition);
}

static LSTATUS WINAPI hook_RegCreateKeyExA(HKEY key, LPCSTR name, DWORD reserved, LPSTR class,
                                           DWORD options, REGSAM access, LPSECURITY_ATTRIBUTES sa,
                                           PHKEY result, LPDWORD disposition) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key))
    return RegCreateKeyExA(key, name, reserved, class, options, access, sa, result, disposition);
  CR_SITE(t);
  return create_key(t, key, name, true, access, result, disposition);
}

static LSTATUS WINAPI hook_RegCreateKeyW(HKEY key, LPCWSTR name, PHKEY result) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegCreateKeyW(key, name, result);
  CR_SITE(t);
  return create_key(t, key, name, false, MAXIMUM_ALLOWED, result, NULL);
}

static LSTATUS WINAPI hook_RegCreateKeyA(HKEY key, LPCSTR name, PHKEY result) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegCreateKeyA(key, name, result);
  CR_SITE(t);
  return create_key(t, key, name, true, MAXIMUM_ALLOWED, result, NULL);
}

/* A closing is never made to fail: nobody could do anything about it. */
static LSTATUS WINAPI hook_RegCloseKey(HKEY key) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegCloseKey(key);
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_numbers();
  const cr_kobject *object = cr_kobject_of((HANDLE)key, CR_KOBJECT_LOCAL_KEY);
  if (object != NULL) {
    cr_touch(CR_THING_LOCAL_WATCHES, 0, CR_ACCESS_WRITE);
    cr_handle_close((HANDLE)key);
  } else if (key != NULL && predefined_at(key) == CR_ARRAY_LEN(predefined) &&
             cr_kobject_of((HANDLE)key, CR_KOBJECT_FREE) == NULL) {
    cr_misuse(t, "closes a registry key twice");
  }
  cr_emit_sync(t, CR_WAIT_DESTROY);
  return object != NULL || predefined_at(key) != CR_ARRAY_LEN(predefined) ? ERROR_SUCCESS
                                                                          : ERROR_INVALID_HANDLE;
}

/* ---- deleting -------------------------------------------------------------------------------- */

static LSTATUS delete_key(cr_thread *t, HKEY key, const void *name, bool ansi) {
  cr_local_text room;
  unsigned tree_key;
  DWORD error = cr_local_step_below(t, key, 0, cr_local_text_in(name, ansi, &room), &tree_key);
  if (name == NULL) return ERROR_INVALID_PARAMETER;
  if (error != ERROR_SUCCESS) return (LSTATUS)error;
  unsigned parent = local()->tree.key[tree_key].parent;
  if (parent == CR_TREE_NONE) return ERROR_ACCESS_DENIED;
  cr_local_changed(tree_key, REG_NOTIFY_CHANGE_NAME);
  error = cr_local_error(cr_tree_delete(&local()->tree, tree_key));
  if (error == ERROR_SUCCESS) names_changed(parent);
  return (LSTATUS)error;
}

static LSTATUS delete_tree(cr_thread *t, HKEY key, const void *name, bool ansi) {
  cr_local_text room;
  unsigned tree_key;
  cr_tree *tree = &local()->tree;
  DWORD error = cr_local_step_below(t, key, name == NULL ? DELETE : 0,
                                    cr_local_text_in(name, ansi, &room), &tree_key);
  if (error != ERROR_SUCCESS) return (LSTATUS)error;
  for (unsigned i = 0; i < CR_TREE_KEYS_MAX; i++)
    if (tree->key[i].used && cr_tree_within(tree, i, tree_key))
      cr_local_changed(i, REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_LAST_SET);
  unsigned parent = tree->key[tree_key].parent;
  error = cr_local_error(cr_tree_empty(tree, tree_key));
  if (error == ERROR_SUCCESS && name != NULL && parent != CR_TREE_NONE) {
    error = cr_local_error(cr_tree_delete(tree, tree_key));
    names_changed(parent);
  }
  return (LSTATUS)error;
}

static LSTATUS WINAPI hook_RegDeleteKeyW(HKEY key, LPCWSTR name) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegDeleteKeyW(key, name);
  CR_SITE(t);
  return delete_key(t, key, name, false);
}

static LSTATUS WINAPI hook_RegDeleteKeyA(HKEY key, LPCSTR name) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegDeleteKeyA(key, name);
  CR_SITE(t);
  return delete_key(t, key, name, true);
}

static LSTATUS WINAPI hook_RegDeleteKeyExW(HKEY key, LPCWSTR name, REGSAM view, DWORD reserved) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegDeleteKeyExW(key, name, view, reserved);
  CR_SITE(t);
  return delete_key(t, key, name, false);
}

static LSTATUS WINAPI hook_RegDeleteKeyExA(HKEY key, LPCSTR name, REGSAM view, DWORD reserved) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegDeleteKeyExA(key, name, view, reserved);
  CR_SITE(t);
  return delete_key(t, key, name, true);
}

static LSTATUS WINAPI hook_RegDeleteTreeW(HKEY key, LPCWSTR name) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegDeleteTreeW(key, name);
  CR_SITE(t);
  return delete_tree(t, key, name, false);
}

static LSTATUS WINAPI hook_RegDeleteTreeA(HKEY key, LPCSTR name) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key)) return RegDeleteTreeA(key, name);
  CR_SITE(t);
  return delete_tree(t, key, name, true);
}

/* ---- looking round --------------------------------------------------------------------------- */

static const FILETIME never = {0, 0};

static LSTATUS enum_key(cr_thread *t, HKEY key, DWORD index, bool ansi, void *name, LPDWORD size,
                        PFILETIME written) {
  unsigned tree_key;
  DWORD error = cr_local_step(t, key, KEY_ENUMERATE_SUB_KEYS, NULL, &tree_key);
  if (error != ERROR_SUCCESS) return (LSTATUS)error;
  unsigned child = cr_tree_child(&local()->tree, tree_key, index);
  if (child == CR_TREE_NONE) return ERROR_NO_MORE_ITEMS;
  const WCHAR *text = local()->tree.key[child].name;
  if (written != NULL) *written = never;
  return (LSTATUS)cr_local_text_out(text, wcslen(text), ansi, name, size);
}

static LSTATUS WINAPI hook_RegEnumKeyExW(HKEY key, DWORD index, LPWSTR name, LPDWORD size,
                                         LPDWORD reserved, LPWSTR class, LPDWORD class_size,
                                         PFILETIME written) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key))
    return RegEnumKeyExW(key, index, name, size, reserved, class, class_size, written);
  CR_SITE(t);
  if (class_size != NULL) *class_size = 0;
  return enum_key(t, key, index, false, name, size, written);
}

static LSTATUS WINAPI hook_RegEnumKeyExA(HKEY key, DWORD index, LPSTR name, LPDWORD size,
                                         LPDWORD reserved, LPSTR class, LPDWORD class_size,
                                         PFILETIME written) {
  cr_thread *t = cr_self();
  if (!cr_local_ours(t, key))
    return RegEnumKeyExA(key, index, name, size, reserved, class, class_size, written);
  CR_SITE(t);
  if (class_size != NULL) *class_size = 0;
  return enum_key(t, key, index, true, name, size, written);
}

static void give(LPDWORD to, DWORD value) {
  if (to != NULL) *to = value;
}

static DWORD larger(DWORD a, size_t b) { return a > b ? a : (DWORD)b; }

/* What RegQueryInfoKey counts. */
typedef struct key_info {
  LPDWORD keys, key_length, values, value_length, data_size, security;
  PFILETIME written;
} key_info;

static LSTATUS query_info(cr_thread *t, HKEY key, bool ansi, const key_info *to) {
  unsigned tree_key, keys = 0, values = 0;
  DWORD key_length = 0, value_length = 0, data_size = 0;
  const cr_tree *tree = &local()->tree;
  const cr_tree_value *v;
  DWORD error = cr_local_step(t, key, KEY_QUERY_VALUE, NULL, &tree_key);
  if (error != ERROR_SUCCESS) return (LSTATUS)error;
  for (unsigned child; (child = cr_tree_child(tree, tree_key, keys)) != CR_TREE_NONE; keys++)
    key_length = larger(key_length, wcslen(tree->key[child].name));
  for (; (v = cr_tree_value_at(tree, tree_key, values)) != NULL; values++) {
    bool text = v->type == REG_SZ || v->type == REG_EXPAND_SZ || v->type == REG_MULTI_SZ;
    value_length = larger(value_length, wcslen(v->name));
    data_size = larger(data_size, ansi && text ? v->size / sizeof(WCHAR) : v->size);
  }
  give(to->keys, keys);
  give(to->key_length, key_length);
  give(to->values, values);
  give(to->value_length, value_length);
  give(to->data_size, data_size);
  give(to->security, 0);
  if (to->written != NULL) *to->written = never;
  return ERROR_SUCCESS;
}

static LSTATUS WINAPI hook_RegQueryInfoKeyW(HKEY key, LPWSTR class, LPDWORD class_size,
                                            LPDWORD reserved, LPDWORD keys, LPDWORD key_length,
                                            LPDWORD class_length, LPDWORD values,
                                            LPDWORD value_length, LPDWORD data_size,
                                            LPDWORD security, PFILETIME written) {
  cr_thread *t = cr_self();
  const key_info to = {keys, key_length, values, value_length, data_size, security, written};
  if (!cr_local_ours(t, key))
    return RegQueryInfoKeyW(key, class, class_size, reserved, keys, key_length, class_length,
                            values, value_length, data_size, security, written);
  CR_SITE(t);
  if (class != NULL && class_size != NULL && *class_size != 0) class[0] = 0;
  give(class_size, 0);
  give(class_length, 0);
  return query_info(t, key, false, &to);
}

static LSTATUS WINAPI hook_RegQueryInfoKeyA(HKEY key, LPSTR class, LPDWORD class_size,
                                            LPDWORD reserved, LPDWORD keys, LPDWORD key_length,
                                            LPDWORD class_length, LPDWORD values,
                                            LPDWORD value_length, LPDWORD data_size,
                                            LPDWORD security, PFILETIME written) {
  cr_thread *t = cr_self();
  const key_info to = {keys, key_length, values, value_length, data_size, security, written};
  if (!cr_local_ours(t, key))
    return RegQueryInfoKeyA(key, class, class_size, reserved, keys, key_length, class_length,
                            values, value_length, data_size, security, written);
  CR_SITE(t);
  if (class != NULL && class_size != NULL && *class_size != 0) class[0] = 0;
  give(class_size, 0);
  give(class_length, 0);
  return query_info(t, key, true, &to);
}

static LSTATUS WINAPI hook_RegFlushKey(HKEY key) {
  cr_thread *t = cr_self();
  unsigned tree_key;
  if (!cr_local_ours(t, key)) return RegFlushKey(key);
  CR_SITE(t);
  return (LSTATUS)cr_local_step(t, key, 0, NULL, &tree_key);
}

const cr_hook cr_hooks_local_keys[] = {CR_HOOK(RegOpenKeyExW),
                                       CR_HOOK(RegOpenKeyExA),
                                       CR_HOOK(RegOpenKeyW),
                                       CR_HOOK(RegOpenKeyA),
                                       CR_HOOK(RegCreateKeyExW),
                                       CR_HOOK(RegCreateKeyExA),
                                       CR_HOOK(RegCreateKeyW),
                                       CR_HOOK(RegCreateKeyA),
                                       CR_HOOK(RegCloseKey),
                                       CR_HOOK(RegDeleteKeyW),
                                       CR_HOOK(RegDeleteKeyA),
                                       CR_HOOK(RegDeleteKeyExW),
                                       CR_HOOK(RegDeleteKeyExA),
                                       CR_HOOK(RegDeleteTreeW),
                                       CR_HOOK(RegDeleteTreeA),
                                       CR_HOOK(RegEnumKeyExW),
                                       CR_HOOK(RegEnumKeyExA),
                                       CR_HOOK(RegQueryInfoKeyW),
                                       CR_HOOK(RegQueryInfoKeyA),
                                       CR_HOOK(RegFlushKey),
                                       CR_HOOK(RegNotifyChangeKeyValue),
                                       CR_HOOK_END};

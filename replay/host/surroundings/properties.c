/* properties.c - resutils' functions for property tables and parameter blocks, and the lists that
 * they make and take.
 *
 * Every one is a single silent step, also those that touch no key: they read and replace parameter
 * blocks, which a DLL's threads may share. What a DLL gets to keep is from LocalAlloc. A list that
 * a DLL passes may hold anything; tables and blocks are believed, as they are by Windows: a wrong
 * one is a crash of the DLL.
 */
#include "properties.h"

#include <string.h>
#include <wchar.h>

#include "../session.h"

typedef const RESUTIL_PROPERTY_ITEM *table_item;

/* The key a table's item is below; only a resource's own key and its Parameters are simulated. */
static bool item_place(const cr_reg_place *place, table_item item, cr_reg_place *result) {
  *result = *place;
  return item->KeyName == NULL || item->KeyName[0] == 0 || cr_registry_below(result, item->KeyName);
}

void cr_properties_step(cr_thread *t) {
  if (t == NULL) return;
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_emit_sync(t, CR_WAIT_REGISTRY);
}

void *cr_properties_copy(const void *data, size_t size) {
  void *copy = LocalAlloc(LMEM_FIXED, size == 0 ? 1 : size);
  if (copy != NULL && size != 0) memcpy(copy, data, size);
  return copy;
}

DWORD cr_properties_text_size(LPCWSTR text) { return (DWORD)((wcslen(text) + 1) * sizeof *text); }

DWORD cr_properties_list_error(cr_plist_result result, const void *list, DWORD size) {
  switch (result) {
    case CR_PLIST_OK:
    case CR_PLIST_END: return ERROR_SUCCESS;
    case CR_PLIST_CUT:
      return list == NULL || size < sizeof(DWORD) ? ERROR_INVALID_DATA : ERROR_INSUFFICIENT_BUFFER;
    case CR_PLIST_BAD: break;
  }
  return ERROR_INVALID_PARAMETER;
}

/* ---- formats --------------------------------------------------------------------------------- */

static DWORD reg_type(DWORD format) {
  switch (format) {
    case CLUSPROP_FORMAT_DWORD:
    case CLUSPROP_FORMAT_LONG:
    case CLUSPROP_FORMAT_WORD: return REG_DWORD;
    case CLUSPROP_FORMAT_SZ: return REG_SZ;
    case CLUSPROP_FORMAT_EXPAND_SZ:
    case CLUSPROP_FORMAT_EXPANDED_SZ: return REG_EXPAND_SZ;
    case CLUSPROP_FORMAT_MULTI_SZ: return REG_MULTI_SZ;
    case CLUSPROP_FORMAT_ULARGE_INTEGER:
    case CLUSPROP_FORMAT_LARGE_INTEGER:
    case CLUSPROP_FORMAT_FILETIME: return REG_QWORD;
    default: return REG_BINARY;
  }
}

static DWORD format_of(DWORD type) {
  switch (type) {
    case REG_DWORD: return CLUSPROP_FORMAT_DWORD;
    case REG_SZ: return CLUSPROP_FORMAT_SZ;
    case REG_EXPAND_SZ: return CLUSPROP_FORMAT_EXPAND_SZ;
    case REG_MULTI_SZ: return CLUSPROP_FORMAT_MULTI_SZ;
    case REG_QWORD: return CLUSPROP_FORMAT_ULARGE_INTEGER;
    default: return CLUSPROP_FORMAT_BINARY;
  }
}

/* Does the database hold that format under that type? Both kinds of single strings go for either.
 */
static bool type_fits(DWORD format, DWORD type) {
  if (format == CLUSPROP_FORMAT_SZ || format == CLUSPROP_FORMAT_EXPAND_SZ)
    return type == REG_SZ || type == REG_EXPAND_SZ;
  return type == reg_type(format);
}

/* How a parameter block holds a value. */
typedef enum holding { HOLDS_NUMBER, HOLDS_TEXT, HOLDS_BYTES } holding;

static holding holding_of(DWORD format) {
  switch (format) {
    case CLUSPROP_FORMAT_SZ:
    case CLUSPROP_FORMAT_EXPAND_SZ:
    case CLUSPROP_FORMAT_EXPANDED_SZ: return HOLDS_TEXT;
    case CLUSPROP_FORMAT_MULTI_SZ:
    case CLUSPROP_FORMAT_BINARY:
    case CLUSPROP_FORMAT_SECURITY_DESCRIPTOR: return HOLDS_BYTES;
    default: return HOLDS_NUMBER;
  }
}

static bool format_known(DWORD format) {
  return format > CLUSPROP_FORMAT_UNKNOWN && format <= CLUSPROP_FORMAT_FILETIME;
}

static DWORD number_size(DWORD format) {
  switch (format) {
    case CLUSPROP_FORMAT_WORD: return 2;
    case CLUSPROP_FORMAT_ULARGE_INTEGER:
    case CLUSPROP_FORMAT_LARGE_INTEGER:
    case CLUSPROP_FORMAT_FILETIME: return 8;
    default: return 4;
  }
}

/* A value somewhere; data NULL: none. */
typedef struct view {
  const void *data;
  DWORD size;
} view;

static view item_default(table_item item) {
  switch (holding_of(item->Format)) {
    case HOLDS_TEXT:
      return (view){item->lpDefault,
                    item->lpDefault == NULL ? 0 : cr_properties_text_size(item->lpDefault)};
    case HOLDS_BYTES: return (view){item->lpDefault, item->lpDefault == NULL ? 0 : item->Minimum};
    case HOLDS_NUMBER: break;
  }
  static const ULONGLONG zero;
  DWORD size = number_size(item->Format);
  if (size != 8) return (view){&item->Default, size};
  return (view){item->lpDefault == NULL ? (const void *)&zero : item->lpDefault, size};
}

/* Is the number within the item's bounds? Equal bounds are none. */
static bool item_allows(table_item item, const void *data) {
  if (item->Format == CLUSPROP_FORMAT_LARGE_INTEGER && item->LargeIntData != NULL) {
    const RESUTIL_LARGEINT_DATA *d = item->LargeIntData;
    LONGLONG n;
    memcpy(&n, data, sizeof n);
    return d->Maximum.QuadPart <= d->Minimum.QuadPart ||
           (n >= d->Minimum.QuadPart && n <= d->Maximum.QuadPart);
  }
  if (item->Format == CLUSPROP_FORMAT_ULARGE_INTEGER && item->ULargeIntData != NULL) {
    const RESUTIL_ULARGEINT_DATA *d = item->ULargeIntData;
    ULONGLONG n;
    memcpy(&n, data, sizeof n);
    return d->Maximum.QuadPart <= d->Minimum.QuadPart ||
           (n >= d->Minimum.QuadPart && n <= d->Maximum.QuadPart);
  }
  if (item->Format != CLUSPROP_FORMAT_DWORD && item->Format != CLUSPROP_FORMAT_LONG) return true;
  DWORD n;
  memcpy(&n, data, sizeof n);
  if (item->Format == CLUSPROP_FORMAT_LONG || (item->Flags & RESUTIL_PROPITEM_SIGNED) != 0) {
    LONG low = (LONG)item->Minimum, high = (LONG)item->Maximum;
    return high <= low || ((LONG)n >= low && (LONG)n <= high);
  }
  return item->Maximum <= item->Minimum || (n >= item->Minimum && n <= item->Maximum);
}

/* ---- parameter blocks ------------------------------------------------------------------------ */

/* In a block, behind a pointer to data of any length. */
typedef struct sized {
  void *data;
  DWORD size;
} sized;

static view block_view(const BYTE *block, table_item item) {
  const void *at = block + item->Offset;
  const void *data;
  switch (holding_of(item->Format)) {
    case HOLDS_TEXT:
      memcpy(&data, at, sizeof data);
      return (view){data, data == NULL ? 0 : cr_properties_text_size(data)};
    case HOLDS_BYTES: {
      sized s;
      memcpy(&s.data, at, sizeof s.data);
      memcpy(&s.size, (const BYTE *)at + offsetof(sized, size), sizeof s.size);
      return (view){s.data, s.data == NULL ? 0 : s.size};
    }
    case HOLDS_NUMBER: break;
  }
  return (view){at, number_size(item->Format)};
}

/* Puts a value without changing who owns the one before. */
static void block_put(BYTE *block, table_item item, void *data, DWORD size) {
  BYTE *at = block + item->Offset;
  memcpy(at, &data, sizeof data);
  if (holding_of(item->Format) == HOLDS_BYTES)
    memcpy(at + offsetof(sized, size), &size, sizeof size);
}

/* Puts a copy of a value; frees the value before when the block owned it. */
static DWORD block_set(BYTE *block, table_item item, view value, bool owned) {
  if (holding_of(item->Format) == HOLDS_NUMBER) {
    memmove(block + item->Offset, value.data, value.size);
    return ERROR_SUCCESS;
  }
  view before = block_view(block, item);
  void *copy = NULL;
  if (value.data != NULL) {
    if (owned && before.data == value.data) return ERROR_SUCCESS; /* a block onto itself */
    copy = cr_properties_copy(value.data, value.size);
    if (copy == NULL) return ERROR_NOT_ENOUGH_MEMORY;
  }
  if (owned && before.data != NULL) LocalFree((HLOCAL)(ULONG_PTR)before.data);
  block_put(block, item, copy, value.size);
  return ERROR_SUCCESS;
}

static DWORD WINAPI hook_ResUtilDupParameterBlock(LPBYTE out, const LPBYTE in, table_item table) {
  STEP();
  if (out == NULL || in == NULL || table == NULL) return ERROR_BAD_ARGUMENTS;
  DWORD error = ERROR_SUCCESS;
  /* The new block's pointers may be anything, so they are set first. */
  for (table_item item = table; item->Name != NULL; item++)
    if (holding_of(item->Format) != HOLDS_NUMBER) block_put(out, item, NULL, 0);
  for (table_item item = table; item->Name != NULL && error == ERROR_SUCCESS; item++)
    error = format_known(item->Format) ? block_set(out, item, block_view(in, item), false)
                                       : ERROR_INVALID_PARAMETER;
  return error;
}

/* The pointers are cleared: the documentation leaves open whether they are, and clearing hides a
 * fault of the DLL rather than inventing one. */
static void WINAPI hook_ResUtilFreeParameterBlock(LPBYTE out, const LPBYTE in, table_item table) {
  STEP();
  if (out == NULL || table == NULL) return;
  for (table_item item = table; item->Name != NULL; item++) {
    if (holding_of(item->Format) == HOLDS_NUMBER) continue;
    view mine = block_view(out, item);
    if (mine.data == NULL || (in != NULL && block_view(in, item).data == mine.data)) continue;
    LocalFree((HLOCAL)(ULONG_PTR)mine.data);
    block_put(out, item, NULL, 0);
  }
}

static DWORD WINAPI hook_ResUtilGetPropertiesToParameterBlock(HKEY key, table_item table,
                                                              LPBYTE out, BOOL check,
                                                              LPWSTR *name_in_error) {
  cr_reg_place place, below;
  cr_reg_value value;
  DWORD error;
  STEP_KEY(key, place, error);
  if (name_in_error != NULL) *name_in_error = NULL;
  if (table == NULL || out == NULL) return ERROR_BAD_ARGUMENTS;
  for (table_item item = table; item->Name != NULL && error == ERROR_SUCCESS; item++) {
    if ((item->Flags & RESUTIL_PROPITEM_IN_MEMORY) != 0) continue;
    bool there = item_place(&place, item, &below) && cr_registry_get(&below, item->Name, &value);
    if (!format_known(item->Format))
      error = ERROR_INVALID_PARAMETER;
    else if (!there && check && (item->Flags & RESUTIL_PROPITEM_REQUIRED) != 0)
      error = ERROR_FILE_NOT_FOUND;
    else if (!there)
      error = block_set(out, item, item_default(item), true);
    else if (!type_fits(item->Format, value.type) ||
             !cr_plist_data_sound((cr_plist_format)item->Format, value.data, value.size))
      error = ERROR_INVALID_PARAMETER;
    else
      error = block_set(out, item, (view){value.data, value.size}, true);
    if (error != ERROR_SUCCESS && name_in_error != NULL) *name_in_error = item->Name;
  }
  return error;
}

/* ---- making lists ---------------------------------------------------------------------------- */

static void add_item(cr_plist_writer *writer, table_item item, view value) {
  if (value.data == NULL) { /* no string: an empty one */
    static const WCHAR none[2];
    value = (view){none, holding_of(item->Format) == HOLDS_TEXT ? sizeof none[0] : 0};
  }
  cr_plist_add(writer, item->Name, CR_PLIST_SYNTAX(item->Format), value.data, value.size);
}

/* Adds an item's value from the database, or its default. A required property that is missing has
 * neither. */
static DWORD add_from_database(cr_plist_writer *writer, const cr_reg_place *place,
                               table_item item) {
  cr_reg_place below;
  cr_reg_value value;
  if (!format_known(item->Format)) return ERROR_INVALID_PARAMETER;
  if ((item->Flags & RESUTIL_PROPITEM_IN_MEMORY) == 0 && item_place(place, item, &below) &&
      cr_registry_get(&below, item->Name, &value)) {
    if (!type_fits(item->Format, value.type)) return ERROR_INVALID_PARAMETER;
    add_item(writer, item, (view){value.data, value.size});
  } else if ((item->Flags & RESUTIL_PROPITEM_REQUIRED) == 0) {
    add_item(writer, item, item_default(item));
  }
  return ERROR_SUCCESS;
}

static table_item table_find_name(table_item table, LPCWSTR name) {
  for (table_item item = table; item != NULL && item->Name != NULL; item++)
    if (_wcsicmp(item->Name, name) == 0) return item;
  return NULL;
}

static table_item table_find(table_item table, const cr_plist_item *property) {
  for (table_item item = table; item != NULL && item->Name != NULL; item++)
    if (cr_plist_named(property, item->Name)) return item;
  return NULL;
}

static void add_unknown(cr_plist_writer *writer, const cr_reg_place *place, table_item table) {
  cr_reg_value value;
  for (unsigned i = 0; cr_registry_at(place, i, &value); i++)
    if (table_find_name(table, value.name) == NULL)
      cr_plist_add(writer, value.name, CR_PLIST_SYNTAX(format_of(value.type)), value.data,
                   value.size);
}

/* Ends a function that gives out a list. */
static DWORD finish(cr_plist_writer *writer, LPDWORD returned, LPDWORD required) {
  bool done = cr_plist_finish(writer);
  *returned = done ? (DWORD)writer->size : 0;
  *required = done ? 0 : (DWORD)writer->size;
  return done ? ERROR_SUCCESS : ERROR_MORE_DATA;
}

static void nothing(LPDWORD returned, LPDWORD required) {
  *returned = 0;
  *required = 0;
}

static DWORD get_properties(const cr_reg_place *place, table_item table, bool unknown, void *list,
                            DWORD size, LPDWORD returned, LPDWORD required) {
  cr_plist_writer writer;
  DWORD error = ERROR_SUCCESS;
  cr_plist_begin(&writer, list, list == NULL ? 0 : size);
  for (table_item item = table; item != NULL && item->Name != NULL && error == ERROR_SUCCESS;
       item++)
    error = add_from_database(&writer, place, item);
  if (error != ERROR_SUCCESS) {
    nothing(returned, required);
    return error;
  }
  if (unknown) add_unknown(&writer, place, table);
  return finish(&writer, returned, required);
}

static DWORD WINAPI hook_ResUtilGetProperties(HKEY key, table_item table, PVOID list, DWORD size,
                                              LPDWORD returned, LPDWORD required) {
  cr_reg_place place;
  DWORD error;
  STEP_KEY(key, place, error);
  if (table == NULL || returned == NULL || required == NULL) return ERROR_BAD_ARGUMENTS;
  if (error == ERROR_SUCCESS)
    return get_properties(&place, table, false, list, size, returned, required);
  nothing(returned, required);
  return error;
}

static DWORD WINAPI hook_ResUtilGetAllProperties(HKEY key, table_item table, PVOID list, DWORD size,
                                                 LPDWORD returned, LPDWORD required) {
  cr_reg_place place;
  DWORD error;
  STEP_KEY(key, place, error);
  if (table == NULL || returned == NULL || required == NULL) return ERROR_BAD_ARGUMENTS;
  if (error == ERROR_SUCCESS)
    return get_properties(&place, table, true, list, size, returned, required);
  nothing(returned, required);
  return error;
}

static DWORD WINAPI hook_ResUtilGetPrivateProperties(HKEY key, PVOID list, DWORD size,
                                                     LPDWORD returned, LPDWORD required) {
  cr_reg_place place;
  DWORD error;
  STEP_KEY(key, place, error);
  if (returned == NULL || required == NULL) return ERROR_BAD_ARGUMENTS;
  if (error == ERROR_SUCCESS)
    return get_properties(&place, NULL, true, list, size, returned, required);
  nothing(returned, required);
  return error;
}

static DWORD WINAPI hook_ResUtilAddUnknownProperties(HKEY key, table_item table, PVOID list,
                                                     DWORD size, LPDWORD returned,
                                                     LPDWORD required) {
  cr_reg_place place;
  cr_plist_writer writer;
  DWORD error;
  STEP_KEY(key, place, error);
  if (table == NULL || returned == NULL || required == NULL) return ERROR_BAD_ARGUMENTS;
  if (error != ERROR_SUCCESS) return error;
  if (!cr_plist_resume(&writer, list, list == NULL ? 0 : size, *returned))
    return ERROR_INVALID_DATA;
  add_unknown(&writer, &place, table);
  if (cr_plist_finish(&writer)) {
    *returned = (DWORD)writer.size;
    *required = 0;
    return ERROR_SUCCESS;
  }
  *required = (DWORD)writer.size; /* the list that was there keeps its size */
  return ERROR_MORE_DATA;
}

static DWORD WINAPI hook_ResUtilPropertyListFromParameterBlock(table_item table, PVOID list,
                                                               LPDWORD size, const LPBYTE in,
                                                               LPDWORD returned, LPDWORD required) {
  cr_plist_writer writer;
  STEP();
  if (table == NULL || in == NULL || size == NULL || returned == NULL || required == NULL)
    return ERROR_BAD_ARGUMENTS;
  cr_plist_begin(&writer, list, list == NULL ? 0 : *size);
  for (table_item item = table; item->Name != NULL; item++) {
    if (!format_known(item->Format)) {
      nothing(returned, required);
      return ERROR_INVALID_PARAMETER;
    }
    add_item(&writer, item, block_view(in, item));
  }
  return finish(&writer, returned, required);
}

static DWORD WINAPI hook_ResUtilGetPropertySize(HKEY key, table_item item, LPDWORD size,
                                                LPDWORD count) {
  cr_reg_place place;
  cr_plist_writer writer;
  DWORD error;
  STEP_KEY(key, place, error);
  if (item == NULL || size == NULL || count == NULL) return ERROR_BAD_ARGUMENTS;
  cr_plist_begin(&writer, NULL, 0);
  if (error == ERROR_SUCCESS) error = add_from_database(&writer, &place, item);
  if (error != ERROR_SUCCESS) return error;
  *size += (DWORD)(writer.size - sizeof(DWORD)); /* the count is not the property's */
  *count += writer.count;
  return ERROR_SUCCESS;
}

static DWORD WINAPI hook_ResUtilGetProperty(HKEY key, table_item item, PVOID *out, LPDWORD size) {
  cr_reg_place place;
  cr_plist_writer writer;
  DWORD error;
  STEP_KEY(key, place, error);
  if (item == NULL || out == NULL || *out == NULL || size == NULL) return ERROR_BAD_ARGUMENTS;
  /* What a list would begin with, its count, goes into a buffer of our own. */
  BYTE list[2 * sizeof(DWORD) + 2 * sizeof(CLUSPROP_VALUE) + 1024 + CR_REG_DATA_MAX];
  cr_plist_begin(&writer, list, sizeof list);
  if (error == ERROR_SUCCESS) error = add_from_database(&writer, &place, item);
  if (error != ERROR_SUCCESS) return error;
  DWORD length = (DWORD)(writer.size - sizeof(DWORD));
  if (writer.full) return ERROR_NOT_ENOUGH_MEMORY;
  if (length > *size) return ERROR_MORE_DATA;
  memcpy(*out, list + sizeof(DWORD), length);
  *out = (BYTE *)*out + length;
  *size -= length;
  return ERROR_SUCCESS;
}

/* Ends a function that gives out names: their list of strings has one more zero. */
typedef struct names {
  WCHAR *at;
  DWORD room, size;
} names;

static void names_add(names *n, LPCWSTR name) {
  DWORD length = name == NULL ? sizeof(WCHAR) : cr_properties_text_size(name);
  if (n->size <= n->room && length <= n->room - n->size)
    memcpy((BYTE *)n->at + n->size, name == NULL ? L"" : name, length);
  n->size += length;
}

static DWORD names_finish(names *n, LPDWORD returned, LPDWORD required) {
  names_add(n, NULL);
  bool done = n->size <= n->room;
  *returned = done ? n->size : 0;
  *required = done ? 0 : n->size;
  return done ? ERROR_SUCCESS : ERROR_MORE_DATA;
}

static DWORD WINAPI hook_ResUtilEnumProperties(table_item table, LPWSTR out, DWORD size,
                                               LPDWORD returned, LPDWORD required) {
  STEP();
  if (table == NULL || returned == NULL || required == NULL) return ERROR_BAD_ARGUMENTS;
  names n = {.at = out, .room = out == NULL ? 0 : size};
  for (table_item item = table; item->Name != NULL; item++) names_add(&n, item->Name);
  return names_finish(&n, returned, required);
}

static DWORD WINAPI hook_ResUtilEnumPrivateProperties(HKEY key, LPWSTR out, DWORD size,
                                                      LPDWORD returned, LPDWORD required) {
  cr_reg_place place;
  cr_reg_value value;
  DWORD error;
  STEP_KEY(key, place, error);
  if (returned == NULL || required == NULL) return ERROR_BAD_ARGUMENTS;
  nothing(returned, required);
  if (error != ERROR_SUCCESS) return error;
  names n = {.at = out, .room = out == NULL ? 0 : size};
  for (unsigned i = 0; cr_registry_at(&place, i, &value); i++) names_add(&n, value.name);
  return names_finish(&n, returned, required);
}

/* ---- taking lists ---------------------------------------------------------------------------- */

/* May the list's property become the table's item? */
static DWORD verify_item(table_item item, const cr_plist_item *property) {
  if ((item->Flags & RESUTIL_PROPITEM_READ_ONLY) != 0) return ERROR_INVALID_PARAMETER;
  if (property->value.syntax != CR_PLIST_SYNTAX(item->Format) ||
      !cr_plist_value_sound(&property->value) || !item_allows(item, property->value.data))
    return ERROR_INVALID_PARAMETER;
  return ERROR_SUCCESS;
}

/* The whole list against the table, before anything is changed. */
static DWORD verify(table_item table, bool allow_unknown, const void *list, DWORD size) {
  cr_plist_reader reader;
  cr_plist_item property;
  cr_plist_result result = cr_plist_open(&reader, list, size);
  while (result == CR_PLIST_OK && (result = cr_plist_next(&reader, &property)) == CR_PLIST_OK) {
    table_item item = table_find(table, &property);
    if (item == NULL && !allow_unknown) return ERROR_INVALID_PARAMETER;
    DWORD error = item == NULL ? ERROR_SUCCESS : verify_item(item, &property);
    if (error != ERROR_SUCCESS) return error;
  }
  return cr_properties_list_error(result, list, size);
}

static DWORD set_unknown(const cr_reg_place *place, const cr_plist_item *property) {
  WCHAR whole[2 * CR_REG_NAME_MAX];
  const cr_plist_value *v = &property->value;
  cr_reg_place at = *place;
  if (property->name_units >= 2 * CR_REG_NAME_MAX) return ERROR_INVALID_PARAMETER;
  cr_plist_name(property, whole, 2 * CR_REG_NAME_MAX);
  WCHAR *name = whole;
  for (WCHAR *end; (end = wcschr(name, L'\\')) != NULL; name = end + 1) { /* a key below */
    *end = 0;
    if (!cr_registry_below(&at, name)) return ERROR_FILE_NOT_FOUND;
  }
  /* Without bytes: the property is to be as if it had never been set. */
  if (v->size == 0) return cr_registry_delete(&at, name);
  if (!cr_plist_value_sound(v)) return ERROR_INVALID_DATA;
  return cr_registry_set(&at, name, reg_type(v->syntax & 0xFFFF), v->data, v->size);
}

static DWORD set_item(const cr_reg_place *place, table_item item, view value) {
  cr_reg_place below;
  if ((item->Flags & RESUTIL_PROPITEM_IN_MEMORY) != 0) return ERROR_SUCCESS;
  if (!item_place(place, item, &below)) return ERROR_FILE_NOT_FOUND;
  return cr_registry_set(&below, item->Name, reg_type(item->Format), value.data, value.size);
}

/* What apply does with the properties of a sound list. */
enum { APPLY_KNOWN = 1, APPLY_UNKNOWN = 2, APPLY_DATABASE = 4 };

static DWORD apply(const cr_reg_place *place, table_item table, unsigned what, const void *list,
                   DWORD size, BYTE *out) {
  cr_plist_reader reader;
  cr_plist_item property;
  DWORD error = ERROR_SUCCESS;
  cr_plist_result result = cr_plist_open(&reader, list, size);
  while (error == ERROR_SUCCESS && result == CR_PLIST_OK &&
         (result = cr_plist_next(&reader, &property)) == CR_PLIST_OK) {
    table_item item = table_find(table, &property);
    view value = {property.value.data, property.value.size};
    if (item == NULL && (what & APPLY_UNKNOWN) != 0) error = set_unknown(place, &property);
    if (item == NULL || (what & APPLY_KNOWN) == 0) continue;
    if ((what & APPLY_DATABASE) != 0) error = set_item(place, item, value);
    if (error == ERROR_SUCCESS && out != NULL) error = block_set(out, item, value, true);
  }
  return error != ERROR_SUCCESS ? error : cr_properties_list_error(result, list, size);
}

static DWORD WINAPI hook_ResUtilVerifyPropertyTable(table_item table, PVOID reserved,
                                                    BOOL allow_unknown, const PVOID list,
                                                    DWORD size, LPBYTE out) {
  (void)reserved;
  STEP();
  if (table == NULL) return ERROR_BAD_ARGUMENTS;
  DWORD error = verify(table, allow_unknown != FALSE, list, size);
  if (error != ERROR_SUCCESS || out == NULL) return error;
  return apply(NULL, table, APPLY_KNOWN, list, size, out);
}

static DWORD set_table(const cr_reg_place *place, table_item table, BOOL allow_unknown,
                       const void *list, DWORD size, LPBYTE out) {
  if (table == NULL) return ERROR_BAD_ARGUMENTS;
  DWORD error = verify(table, allow_unknown != FALSE, list, size);
  if (error != ERROR_SUCCESS) return error;
  return apply(place, table, APPLY_KNOWN | APPLY_UNKNOWN | APPLY_DATABASE, list, size, out);
}

static DWORD WINAPI hook_ResUtilSetPropertyTable(HKEY key, table_item table, PVOID reserved,
                                                 BOOL allow_unknown, const PVOID list, DWORD size,
                                                 LPBYTE out) {
  cr_reg_place place;
  DWORD error;
  (void)reserved;
  STEP_KEY(key, place, error);
  return error != ERROR_SUCCESS ? error : set_table(&place, table, allow_unknown, list, size, out);
}

/* `force` writes values that are there already, which nothing in the simulation could tell. */
static DWORD WINAPI hook_ResUtilSetPropertyTableEx(HKEY key, table_item table, PVOID reserved,
                                                   BOOL allow_unknown, const PVOID list, DWORD size,
                                                   BOOL force, LPBYTE out) {
  cr_reg_place place;
  DWORD error;
  (void)reserved;
  (void)force;
  STEP_KEY(key, place, error);
  return error != ERROR_SUCCESS ? error : set_table(&place, table, allow_unknown, list, size, out);
}

static DWORD set_block(const cr_reg_place *place, table_item table, const BYTE *in,
                       const void *list, DWORD size, LPBYTE out) {
  if (table == NULL || in == NULL) return ERROR_BAD_ARGUMENTS;
  DWORD error = list == NULL
                    ? ERROR_SUCCESS
                    : cr_properties_list_error(cr_plist_check(list, size, NULL), list, size);
  for (table_item item = table; item->Name != NULL && error == ERROR_SUCCESS; item++) {
    view value = block_view(in, item);
    bool read_only = (item->Flags & RESUTIL_PROPITEM_READ_ONLY) != 0;
    if (!format_known(item->Format) ||
        (holding_of(item->Format) == HOLDS_NUMBER && !read_only && !item_allows(item, value.data)))
      error = ERROR_INVALID_PARAMETER;
    else if (value.data != NULL && !read_only)
      error = set_item(place, item, value);
    if (error == ERROR_SUCCESS && out != NULL) error = block_set(out, item, value, true);
  }
  if (error == ERROR_SUCCESS && list != NULL)
    error = apply(place, table, APPLY_UNKNOWN, list, size, NULL);
  return error;
}

static DWORD WINAPI hook_ResUtilSetPropertyParameterBlock(HKEY key, table_item table,
                                                          PVOID reserved, const LPBYTE in,
                                                          const PVOID list, DWORD size,
                                                          LPBYTE out) {
  cr_reg_place place;
  DWORD error;
  (void)reserved;
  STEP_KEY(key, place, error);
  return error != ERROR_SUCCESS ? error : set_block(&place, table, in, list, size, out);
}

static DWORD WINAPI hook_ResUtilSetPropertyParameterBlockEx(HKEY key, table_item table,
                                                            PVOID reserved, const LPBYTE in,
                                                            const PVOID list, DWORD size,
                                                            BOOL force, LPBYTE out) {
  cr_reg_place place;
  DWORD error;
  (void)reserved;
  (void)force;
  STEP_KEY(key, place, error);
  return error != ERROR_SUCCESS ? error : set_block(&place, table, in, list, size, out);
}

static DWORD WINAPI hook_ResUtilSetUnknownProperties(HKEY key, table_item table, const PVOID list,
                                                     DWORD size) {
  cr_reg_place place;
  DWORD error;
  STEP_KEY(key, place, error);
  if (table == NULL) return ERROR_BAD_ARGUMENTS;
  if (error == ERROR_SUCCESS)
    error = cr_properties_list_error(cr_plist_check(list, size, NULL), list, size);
  return error != ERROR_SUCCESS ? error : apply(&place, table, APPLY_UNKNOWN, list, size, NULL);
}

/* Every value of the list has the length that its format says. */
static DWORD verify_private(const void *list, DWORD size) {
  cr_plist_reader reader;
  cr_plist_item property;
  cr_plist_result result = cr_plist_open(&reader, list, size);
  while (result == CR_PLIST_OK && (result = cr_plist_next(&reader, &property)) == CR_PLIST_OK) {
    const cr_plist_value *v = &property.value;
    if ((v->syntax >> 16) != CLUSPROP_TYPE_LIST_VALUE) return ERROR_INVALID_PARAMETER;
    if (v->size != 0 && !cr_plist_value_sound(v)) return ERROR_INVALID_DATA;
  }
  return cr_properties_list_error(result, list, size);
}

static DWORD WINAPI hook_ResUtilVerifyPrivatePropertyList(const PVOID list, DWORD size) {
  STEP();
  return verify_private(list, size);
}

static DWORD WINAPI hook_ResUtilSetPrivatePropertyList(HKEY key, const PVOID list, DWORD size) {
  cr_reg_place place;
  DWORD error;
  STEP_KEY(key, place, error);
  if (error == ERROR_SUCCESS) error = verify_private(list, size);
  return error != ERROR_SUCCESS ? error : apply(&place, NULL, APPLY_UNKNOWN, list, size, NULL);
}

const cr_hook cr_hooks_properties[] = {CR_HOOK(ResUtilDupParameterBlock),
                                       CR_HOOK(ResUtilFreeParameterBlock),
                                       CR_HOOK(ResUtilGetPropertiesToParameterBlock),
                                       CR_HOOK(ResUtilGetProperties),
                                       CR_HOOK(ResUtilGetAllProperties),
                                       CR_HOOK(ResUtilGetPrivateProperties),
                                       CR_HOOK(ResUtilAddUnknownProperties),
                                       CR_HOOK(ResUtilPropertyListFromParameterBlock),
                                       CR_HOOK(ResUtilGetPropertySize),
                                       CR_HOOK(ResUtilGetProperty),
                                       CR_HOOK(ResUtilEnumProperties),
                                       CR_HOOK(ResUtilEnumPrivateProperties),
                                       CR_HOOK(ResUtilVerifyPropertyTable),
                                       CR_HOOK(ResUtilSetPropertyTable),
                                       CR_HOOK(ResUtilSetPropertyTableEx),
                                       CR_HOOK(ResUtilSetPropertyParameterBlock),
                                       CR_HOOK(ResUtilSetPropertyParameterBlockEx),
                                       CR_HOOK(ResUtilSetUnknownProperties),
                                       CR_HOOK(ResUtilVerifyPrivatePropertyList),
                                       CR_HOOK(ResUtilSetPrivatePropertyList),
                                       CR_HOOK_END};

/* property_find.c - resutils' functions that find a property in a list, or walk along one. */
#include "properties.h"

#include <string.h>
#include <wchar.h>

/* ---- finding a property ---------------------------------------------------------------------- */

/* The property's first value of that format. */
static DWORD find(const void *list, DWORD size, LPCWSTR name, DWORD format, cr_plist_value *value) {
  cr_plist_item property;
  if (name == NULL) return ERROR_INVALID_PARAMETER;
  cr_plist_result result = cr_plist_find(list, size, name, &property);
  if (result == CR_PLIST_END) return ERROR_FILE_NOT_FOUND;
  if (result != CR_PLIST_OK) return ERROR_INVALID_DATA;
  *value = property.value;
  do {
    if (value->syntax == CR_PLIST_SYNTAX(format))
      return cr_plist_value_sound(value) ? ERROR_SUCCESS : ERROR_INVALID_DATA;
  } while (cr_plist_value_next(&property, value));
  return ERROR_INVALID_DATA;
}

static DWORD find_number(const void *list, DWORD size, LPCWSTR name, DWORD format, void *out) {
  cr_plist_value value;
  DWORD error = find(list, size, name, format, &value);
  if (error == ERROR_SUCCESS && out != NULL) memcpy(out, value.data, value.size);
  return error;
}

static DWORD find_copy(const void *list, DWORD size, LPCWSTR name, DWORD format, void **out,
                       LPDWORD out_size) {
  cr_plist_value value;
  DWORD error = find(list, size, name, format, &value);
  if (error != ERROR_SUCCESS) return error;
  if (out != NULL) {
    *out = cr_properties_copy(value.data, value.size);
    if (*out == NULL) return ERROR_NOT_ENOUGH_MEMORY;
  }
  if (out_size != NULL) *out_size = value.size;
  return ERROR_SUCCESS;
}

static DWORD WINAPI hook_ResUtilFindSzProperty(const PVOID list, DWORD size, LPCWSTR name,
                                               LPWSTR *out) {
  STEP();
  return find_copy(list, size, name, CLUSPROP_FORMAT_SZ, (void **)out, NULL);
}

static DWORD WINAPI hook_ResUtilFindExpandSzProperty(const PVOID list, DWORD size, LPCWSTR name,
                                                     LPWSTR *out) {
  STEP();
  return find_copy(list, size, name, CLUSPROP_FORMAT_EXPAND_SZ, (void **)out, NULL);
}

static DWORD WINAPI hook_ResUtilFindExpandedSzProperty(const PVOID list, DWORD size, LPCWSTR name,
                                                       LPWSTR *out) {
  STEP();
  return find_copy(list, size, name, CLUSPROP_FORMAT_EXPANDED_SZ, (void **)out, NULL);
}

static DWORD WINAPI hook_ResUtilFindMultiSzProperty(const PVOID list, DWORD size, LPCWSTR name,
                                                    LPWSTR *out, LPDWORD out_size) {
  STEP();
  return find_copy(list, size, name, CLUSPROP_FORMAT_MULTI_SZ, (void **)out, out_size);
}

static DWORD WINAPI hook_ResUtilFindBinaryProperty(const PVOID list, DWORD size, LPCWSTR name,
                                                   LPBYTE *out, LPDWORD out_size) {
  STEP();
  return find_copy(list, size, name, CLUSPROP_FORMAT_BINARY, (void **)out, out_size);
}

static DWORD WINAPI hook_ResUtilFindDwordProperty(const PVOID list, DWORD size, LPCWSTR name,
                                                  LPDWORD out) {
  STEP();
  return find_number(list, size, name, CLUSPROP_FORMAT_DWORD, out);
}

static DWORD WINAPI hook_ResUtilFindLongProperty(const PVOID list, DWORD size, LPCWSTR name,
                                                 LPLONG out) {
  STEP();
  return find_number(list, size, name, CLUSPROP_FORMAT_LONG, out);
}

static DWORD WINAPI hook_ResUtilFindULargeIntegerProperty(const PVOID list, DWORD size,
                                                          LPCWSTR name, ULONGLONG *out) {
  STEP();
  return find_number(list, size, name, CLUSPROP_FORMAT_ULARGE_INTEGER, out);
}

static DWORD WINAPI hook_ResUtilFindFileTimeProperty(const PVOID list, DWORD size, LPCWSTR name,
                                                     LPFILETIME out) {
  STEP();
  return find_number(list, size, name, CLUSPROP_FORMAT_FILETIME, out);
}

/* ---- walking along a list -------------------------------------------------------------------- */

/* Takes the value that `value` points to, inside the list whose rest is *list, and moves the rest
 * on to the next property. The caller has found the value by itself; without the list nothing
 * bounds it. */
static DWORD take(const void *value, DWORD format, LPBYTE *list, LPDWORD size,
                  cr_plist_value *taken) {
  if (value == NULL) return ERROR_BAD_ARGUMENTS;
  const CLUSPROP_VALUE *head = value;
  size_t room = SIZE_MAX;
  if (list != NULL && size != NULL) {
    const BYTE *from = *list;
    ULONG_PTR skipped = (ULONG_PTR)value - (ULONG_PTR)from;
    if (skipped > *size || *size - skipped < sizeof *head) return ERROR_INVALID_PARAMETER;
    room = *size - skipped - sizeof *head;
  }
  *taken = (cr_plist_value){
      .syntax = head->Syntax.dw, .size = head->cbLength, .data = (const uint8_t *)(head + 1)};
  if (taken->size > room || taken->syntax != CR_PLIST_SYNTAX(format) ||
      !cr_plist_value_sound(taken))
    return ERROR_INVALID_PARAMETER;
  return ERROR_SUCCESS;
}

/* Behind the value, its fellows and the end mark, as far as these are there. */
static void move_on(const cr_plist_value *value, LPBYTE *list, LPDWORD size) {
  if (list == NULL || size == NULL) return;
  const uint8_t *at = value->data + ((value->size + 3u) & ~3u), *end = *list + *size;
  DWORD head[2];
  while (at < end && end - at >= (ptrdiff_t)sizeof head[0]) {
    memcpy(head, at, sizeof head[0]);
    if (head[0] == CLUSPROP_SYNTAX_NAME) break;
    if (head[0] == CLUSPROP_SYNTAX_ENDMARK) {
      at += sizeof head[0];
      break;
    }
    if (end - at < (ptrdiff_t)sizeof head) break;
    memcpy(head, at, sizeof head);
    size_t length = sizeof head + (((size_t)head[1] + 3) & ~(size_t)3);
    if (length > (size_t)(end - at)) break;
    at += length;
  }
  if (at > end) at = end; /* the padding may be cut off */
  *size = (DWORD)(end - at);
  *list = (LPBYTE)(ULONG_PTR)at;
}

/* Strings and bytes are given out in place: no new memory. */
static DWORD WINAPI hook_ResUtilGetSzProperty(LPWSTR *out, const void *value, LPCWSTR old,
                                              LPBYTE *list, LPDWORD size) {
  cr_plist_value taken;
  (void)old;
  STEP();
  if (out == NULL) return ERROR_BAD_ARGUMENTS;
  DWORD error = take(value, CLUSPROP_FORMAT_SZ, list, size, &taken);
  if (error != ERROR_SUCCESS) return error;
  *out = (LPWSTR)(ULONG_PTR)taken.data;
  move_on(&taken, list, size);
  return ERROR_SUCCESS;
}

static DWORD WINAPI hook_ResUtilGetMultiSzProperty(LPWSTR *out, LPDWORD out_size, const void *value,
                                                   LPCWSTR old, DWORD old_size, LPBYTE *list,
                                                   LPDWORD size) {
  cr_plist_value taken;
  (void)old;
  (void)old_size;
  STEP();
  if (out == NULL || out_size == NULL) return ERROR_BAD_ARGUMENTS;
  DWORD error = take(value, CLUSPROP_FORMAT_MULTI_SZ, list, size, &taken);
  if (error != ERROR_SUCCESS) return error;
  *out = (LPWSTR)(ULONG_PTR)taken.data;
  *out_size = taken.size;
  move_on(&taken, list, size);
  return ERROR_SUCCESS;
}

static DWORD WINAPI hook_ResUtilGetBinaryProperty(LPBYTE *out, LPDWORD out_size, const void *value,
                                                  const LPBYTE old, DWORD old_size, LPBYTE *list,
                                                  LPDWORD size) {
  cr_plist_value taken;
  (void)old;
  (void)old_size;
  STEP();
  if (out == NULL || out_size == NULL) return ERROR_BAD_ARGUMENTS;
  DWORD error = take(value, CLUSPROP_FORMAT_BINARY, list, size, &taken);
  if (error != ERROR_SUCCESS) return error;
  *out = (LPBYTE)(ULONG_PTR)taken.data;
  *out_size = taken.size;
  move_on(&taken, list, size);
  return ERROR_SUCCESS;
}

static DWORD WINAPI hook_ResUtilGetDwordProperty(LPDWORD out, const void *value, DWORD old,
                                                 DWORD minimum, DWORD maximum, LPBYTE *list,
                                                 LPDWORD size) {
  cr_plist_value taken;
  DWORD number;
  (void)old;
  STEP();
  if (out == NULL) return ERROR_BAD_ARGUMENTS;
  DWORD error = take(value, CLUSPROP_FORMAT_DWORD, list, size, &taken);
  if (error != ERROR_SUCCESS) return error;
  memcpy(&number, taken.data, sizeof number);
  if (maximum > minimum && (number < minimum || number > maximum)) return ERROR_INVALID_PARAMETER;
  *out = number;
  move_on(&taken, list, size);
  return ERROR_SUCCESS;
}

static DWORD WINAPI hook_ResUtilGetLongProperty(LPLONG out, const void *value, LONG old,
                                                LONG minimum, LONG maximum, LPBYTE *list,
                                                LPDWORD size) {
  cr_plist_value taken;
  LONG number;
  (void)old;
  STEP();
  if (out == NULL) return ERROR_BAD_ARGUMENTS;
  DWORD error = take(value, CLUSPROP_FORMAT_LONG, list, size, &taken);
  if (error != ERROR_SUCCESS) return error;
  memcpy(&number, taken.data, sizeof number);
  if (maximum > minimum && (number < minimum || number > maximum)) return ERROR_INVALID_PARAMETER;
  *out = number;
  move_on(&taken, list, size);
  return ERROR_SUCCESS;
}

const cr_hook cr_hooks_property_find[] = {CR_HOOK(ResUtilFindSzProperty),
                                          CR_HOOK(ResUtilFindExpandSzProperty),
                                          CR_HOOK(ResUtilFindExpandedSzProperty),
                                          CR_HOOK(ResUtilFindMultiSzProperty),
                                          CR_HOOK(ResUtilFindBinaryProperty),
                                          CR_HOOK(ResUtilFindDwordProperty),
                                          CR_HOOK(ResUtilFindLongProperty),
                                          CR_HOOK(ResUtilFindULargeIntegerProperty),
                                          CR_HOOK(ResUtilFindFileTimeProperty),
                                          CR_HOOK(ResUtilGetSzProperty),
                                          CR_HOOK(ResUtilGetMultiSzProperty),
                                          CR_HOOK(ResUtilGetBinaryProperty),
                                          CR_HOOK(ResUtilGetDwordProperty),
                                          CR_HOOK(ResUtilGetLongProperty),
                                          CR_HOOK_END};

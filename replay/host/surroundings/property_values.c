/* property_values.c - resutils' functions for single values of the cluster database, for strings,
 * paths and the environment. */
#include "properties.h"

#include <string.h>
#include <wchar.h>

/* ---- single values --------------------------------------------------------------------------- */

/* Sets a string; *out, when asked for, is freed and replaced. */
static DWORD set_text(const cr_reg_place *place, LPCWSTR name, DWORD type, LPCWSTR text,
                      LPWSTR *out) {
  if (name == NULL || text == NULL) return ERROR_BAD_ARGUMENTS;
  DWORD size = cr_properties_text_size(text);
  LPWSTR copy = out == NULL ? NULL : cr_properties_copy(text, size); /* first: text may be *out */
  if (out != NULL && copy == NULL) return ERROR_NOT_ENOUGH_MEMORY;
  DWORD error = cr_registry_set(place, name, type, text, size);
  if (error != ERROR_SUCCESS) {
    LocalFree(copy);
  } else if (out != NULL) {
    LocalFree(*out);
    *out = copy;
  }
  return error;
}

static DWORD WINAPI hook_ResUtilSetSzValue(HKEY key, LPCWSTR name, LPCWSTR text, LPWSTR *out) {
  cr_reg_place place;
  DWORD error;
  STEP_KEY(key, place, error);
  return error != ERROR_SUCCESS ? error : set_text(&place, name, REG_SZ, text, out);
}

static DWORD WINAPI hook_ResUtilSetExpandSzValue(HKEY key, LPCWSTR name, LPCWSTR text,
                                                 LPWSTR *out) {
  cr_reg_place place;
  DWORD error;
  STEP_KEY(key, place, error);
  return error != ERROR_SUCCESS ? error : set_text(&place, name, REG_EXPAND_SZ, text, out);
}

/* Sets bytes; *out is only written: what it held may be anything. */
static DWORD set_bytes(const cr_reg_place *place, LPCWSTR name, DWORD type, const void *data,
                       DWORD size, void **out, LPDWORD out_size) {
  if (name == NULL || (data == NULL && size != 0)) return ERROR_BAD_ARGUMENTS;
  DWORD error = cr_registry_set(place, name, type, data, size);
  if (error != ERROR_SUCCESS) return error;
  if (out != NULL) {
    *out = cr_properties_copy(data, size);
    if (*out == NULL) return ERROR_NOT_ENOUGH_MEMORY;
  }
  if (out_size != NULL) *out_size = size;
  return ERROR_SUCCESS;
}

static DWORD WINAPI hook_ResUtilSetMultiSzValue(HKEY key, LPCWSTR name, LPCWSTR texts, DWORD size,
                                                LPWSTR *out, LPDWORD out_size) {
  cr_reg_place place;
  DWORD error;
  STEP_KEY(key, place, error);
  if (error != ERROR_SUCCESS) return error;
  return set_bytes(&place, name, REG_MULTI_SZ, texts, size, (void **)out, out_size);
}

static DWORD WINAPI hook_ResUtilSetBinaryValue(HKEY key, LPCWSTR name, const LPBYTE data,
                                               DWORD size, LPBYTE *out, LPDWORD out_size) {
  cr_reg_place place;
  DWORD error;
  STEP_KEY(key, place, error);
  if (error != ERROR_SUCCESS) return error;
  return set_bytes(&place, name, REG_BINARY, data, size, (void **)out, out_size);
}

static DWORD WINAPI hook_ResUtilSetQwordValue(HKEY key, LPCWSTR name, ULONGLONG value,
                                              ULONGLONG *out) {
  cr_reg_place place;
  DWORD error;
  STEP_KEY(key, place, error);
  if (error == ERROR_SUCCESS)
    error = cr_registry_set(&place, name, REG_QWORD, &value, sizeof value);
  if (error == ERROR_SUCCESS && out != NULL) *out = value;
  return error;
}

/* A value's bytes, copied; other: a second type that will do. */
static DWORD get_bytes(const cr_reg_place *place, LPCWSTR name, DWORD type, DWORD other, void **out,
                       LPDWORD out_size) {
  cr_reg_value value;
  if (name == NULL || out == NULL || out_size == NULL) return ERROR_BAD_ARGUMENTS;
  *out = NULL;
  *out_size = 0;
  if (!cr_registry_get(place, name, &value)) return ERROR_FILE_NOT_FOUND;
  if (value.type != type && value.type != other) return ERROR_INVALID_DATA;
  *out = cr_properties_copy(value.data, value.size);
  if (*out == NULL) return ERROR_NOT_ENOUGH_MEMORY;
  *out_size = value.size;
  return ERROR_SUCCESS;
}

static DWORD WINAPI hook_ResUtilGetBinaryValue(HKEY key, LPCWSTR name, LPBYTE *out,
                                               LPDWORD out_size) {
  cr_reg_place place;
  DWORD error;
  STEP_KEY(key, place, error);
  if (error != ERROR_SUCCESS) return error;
  /* The header makes ResUtilGetMultiSzValue out of this one. */
  return get_bytes(&place, name, REG_BINARY, REG_MULTI_SZ, (void **)out, out_size);
}

static DWORD WINAPI hook_ResUtilGetMultiSzValue(HKEY key, LPCWSTR name, LPWSTR *out,
                                                LPDWORD out_size) {
  cr_reg_place place;
  DWORD error;
  STEP_KEY(key, place, error);
  if (error != ERROR_SUCCESS) return error;
  return get_bytes(&place, name, REG_MULTI_SZ, REG_MULTI_SZ, (void **)out, out_size);
}

static DWORD WINAPI hook_ResUtilGetQwordValue(HKEY key, LPCWSTR name, ULONGLONG *out,
                                              ULONGLONG initial) {
  cr_reg_place place;
  cr_reg_value value;
  DWORD error;
  STEP_KEY(key, place, error);
  if (error != ERROR_SUCCESS) return error;
  if (name == NULL || out == NULL) return ERROR_BAD_ARGUMENTS;
  *out = initial;
  if (!cr_registry_get(&place, name, &value)) return ERROR_SUCCESS;
  if (value.type != REG_QWORD || value.size != sizeof *out) return ERROR_INVALID_DATA;
  memcpy(out, value.data, sizeof *out);
  return ERROR_SUCCESS;
}

/* ---- strings, paths, the environment --------------------------------------------------------- */

/* The text with the process's variables put in; NULL with the last error set. */
static LPWSTR expand(LPCWSTR text) {
  DWORD room = ExpandEnvironmentStringsW(text, NULL, 0);
  LPWSTR out = room == 0 ? NULL : LocalAlloc(LMEM_FIXED, room * sizeof *out);
  if (out == NULL || ExpandEnvironmentStringsW(text, out, room) <= room) return out;
  LocalFree(out); /* a variable has grown meanwhile */
  SetLastError(ERROR_INSUFFICIENT_BUFFER);
  return NULL;
}

static LPWSTR WINAPI hook_ResUtilExpandEnvironmentStrings(LPCWSTR text) {
  STEP();
  if (text != NULL) return expand(text);
  SetLastError(ERROR_INVALID_PARAMETER);
  return NULL;
}

static LPWSTR WINAPI hook_ResUtilGetExpandSzValue(HKEY key, LPCWSTR name, BOOL expanded) {
  cr_reg_place place;
  cr_reg_value value;
  DWORD error;
  STEP_KEY(key, place, error);
  if (error == ERROR_SUCCESS && name == NULL) error = ERROR_INVALID_PARAMETER;
  if (error == ERROR_SUCCESS && !cr_registry_get(&place, name, &value))
    error = ERROR_FILE_NOT_FOUND;
  if (error == ERROR_SUCCESS && ((value.type != REG_EXPAND_SZ && value.type != REG_SZ) ||
                                 !cr_plist_data_sound(CR_PLIST_EXPAND_SZ, value.data, value.size)))
    error = ERROR_INVALID_DATA;
  if (error != ERROR_SUCCESS) {
    SetLastError(error);
    return NULL;
  }
  const WCHAR *text = (const WCHAR *)(const void *)value.data;
  return expanded ? expand(text) : cr_properties_copy(text, value.size);
}

/* Nothing that is simulated gives out an environment; there is none to free. */
static DWORD WINAPI hook_ResUtilFreeEnvironment(LPVOID environment) {
  STEP();
  (void)environment;
  return ERROR_SUCCESS;
}

static LPWSTR WINAPI hook_ResUtilDupString(LPCWSTR text) {
  STEP();
  if (text != NULL) return cr_properties_copy(text, cr_properties_text_size(text));
  SetLastError(ERROR_INVALID_PARAMETER);
  return NULL;
}

/* By its form alone: X:\..., or \\server\share..., and no character that a name cannot have. */
static BOOL WINAPI hook_ResUtilIsPathValid(LPCWSTR path) {
  STEP();
  if (path == NULL || path[0] == 0 || wcslen(path) >= MAX_PATH) return FALSE;
  size_t start;
  if (path[1] == L':' && ((path[0] | 32) >= L'a' && (path[0] | 32) <= L'z'))
    start = 2;
  else if (path[0] == L'\\' && path[1] == L'\\' && path[2] != 0 && path[2] != L'\\')
    start = 2;
  else
    return FALSE;
  for (size_t i = start; path[i] != 0; i++)
    if (path[i] < 32 || wcschr(L"<>\"|?*:", path[i]) != NULL) return FALSE;
  return TRUE;
}

const cr_hook cr_hooks_property_values[] = {CR_HOOK(ResUtilSetSzValue),
                                            CR_HOOK(ResUtilSetExpandSzValue),
                                            CR_HOOK(ResUtilSetMultiSzValue),
                                            CR_HOOK(ResUtilSetBinaryValue),
                                            CR_HOOK(ResUtilSetQwordValue),
                                            CR_HOOK(ResUtilGetBinaryValue),
                                            CR_HOOK(ResUtilGetMultiSzValue),
                                            CR_HOOK(ResUtilGetQwordValue),
                                            CR_HOOK(ResUtilExpandEnvironmentStrings),
                                            CR_HOOK(ResUtilGetExpandSzValue),
                                            CR_HOOK(ResUtilFreeEnvironment),
                                            CR_HOOK(ResUtilDupString),
                                            CR_HOOK(ResUtilIsPathValid),
                                            CR_HOOK_END};

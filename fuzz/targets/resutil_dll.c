/* resutil_dll.c - a resource DLL that believes the cluster's functions: what comes with a control
 * code is given to each of them that takes a property list. It hands the functions nothing that is
 * wrong but the list, so whatever goes wrong is theirs. */
#include "startup_v1.h"

struct instance {
  HKEY key; /* Parameters */
};

/* ---- the table ------------------------------------------------------------------------------- */

struct params {
  DWORD number;
  LONG level;
  LONGLONG large;
  LPWSTR text, expand;
  LPWSTR texts;
  DWORD texts_size;
  LPBYTE bytes;
  DWORD bytes_size;
  LPWSTR volume;
};

#define AT(member) ((DWORD)offsetof(struct params, member))

static WCHAR n_number[] = L"Number", n_level[] = L"Level", n_large[] = L"Large", n_text[] = L"Text",
             n_expand[] = L"Expand", n_texts[] = L"Texts", n_bytes[] = L"Bytes",
             n_volume[] = L"Volume", d_text[] = L"none";
static BYTE d_bytes[3] = {1, 2, 3};
static RESUTIL_LARGEINT_DATA d_large = {{.QuadPart = 5}, {.QuadPart = -10}, {.QuadPart = 10}};

static const RESUTIL_PROPERTY_ITEM table[] = {
    {n_number, NULL, CLUSPROP_FORMAT_DWORD, {.Default = 7}, 1, 100, 0, AT(number)},
    {n_level, NULL, CLUSPROP_FORMAT_LONG, {.Default = (DWORD)-3}, (DWORD)-9, 9, 0, AT(level)},
    {n_large, NULL, CLUSPROP_FORMAT_LARGE_INTEGER, {.LargeIntData = &d_large}, 0, 0, 0, AT(large)},
    {n_text, NULL, CLUSPROP_FORMAT_SZ, {.lpDefault = d_text}, 0, 0, 0, AT(text)},
    {n_expand, NULL, CLUSPROP_FORMAT_EXPAND_SZ, {.lpDefault = NULL}, 0, 0, 0, AT(expand)},
    {n_texts, NULL, CLUSPROP_FORMAT_MULTI_SZ, {.lpDefault = NULL}, 0, 0, 0, AT(texts)},
    {n_bytes, NULL, CLUSPROP_FORMAT_BINARY, {.lpDefault = d_bytes}, 3, 0, 0, AT(bytes)},
    {n_volume, NULL, CLUSPROP_FORMAT_SZ, {.lpDefault = NULL}, 0, 0, 0, AT(volume)},
    {.Name = NULL}};

/* ---- the functions --------------------------------------------------------------------------- */

static void find(const PVOID list, DWORD size) {
  LPCWSTR name[] = {n_number, n_level, n_text, n_expand, n_texts, n_bytes, n_volume};
  for (unsigned i = 0; i < sizeof name / sizeof name[0]; i++) {
    LPWSTR text = NULL;
    LPBYTE bytes = NULL;
    DWORD number = 0, length = 0;
    LONG level = 0;
    if (ResUtilFindSzProperty(list, size, name[i], &text) == ERROR_SUCCESS) LocalFree(text);
    if (ResUtilFindExpandSzProperty(list, size, name[i], &text) == ERROR_SUCCESS) LocalFree(text);
    if (ResUtilFindExpandedSzProperty(list, size, name[i], &text) == ERROR_SUCCESS) LocalFree(text);
    if (ResUtilFindMultiSzProperty(list, size, name[i], &text, &length) == ERROR_SUCCESS)
      LocalFree(text);
    if (ResUtilFindBinaryProperty(list, size, name[i], &bytes, &length) == ERROR_SUCCESS)
      LocalFree(bytes);
    ResUtilFindDwordProperty(list, size, name[i], &number);
    ResUtilFindLongProperty(list, size, name[i], &level);
  }
}

/* As a DLL walks along a list: the value of the first property, then what is behind it. */
static void walk(BYTE *list, DWORD size) {
  enum { STEPS = 8, HEAD = 3 * sizeof(DWORD), VALUE_HEAD = 2 * sizeof(DWORD) };
  if (size < sizeof(DWORD)) return;
  BYTE *at = list + sizeof(DWORD);
  DWORD left = size - (DWORD)sizeof(DWORD);
  for (unsigned i = 0; i < STEPS && left >= HEAD; i++) {
    const CLUSPROP_VALUE *name = (const CLUSPROP_VALUE *)(const void *)at;
    DWORD length = name->cbLength, before = left, number = 0;
    LONG level = 0;
    LPWSTR text = NULL;
    if (((ULONG_PTR)at & 3) != 0 || length > left - HEAD) return;
    DWORD skip = VALUE_HEAD + ((length + 3) & ~(DWORD)3);
    if (skip > left || left - skip < VALUE_HEAD) return;
    const void *value = at + skip;
    if (ResUtilGetDwordProperty(&number, value, 0, 1, 100, &at, &left) != ERROR_SUCCESS &&
        ResUtilGetLongProperty(&level, value, 0, 0, 0, &at, &left) != ERROR_SUCCESS &&
        ResUtilGetSzProperty(&text, value, NULL, &at, &left) != ERROR_SUCCESS)
      return;
    if (left >= before) return;
  }
}

/* A list out of what is stored, into a room that may be too small. */
static void list_back(const struct instance *n, DWORD room) {
  DWORD returned = 0, required = 0;
  BYTE *out = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, room == 0 ? 1 : room);
  if (out == NULL) return;
  ResUtilGetProperties(n->key, table, out, room, &returned, &required);
  ResUtilGetAllProperties(n->key, table, out, room, &returned, &required);
  if (ResUtilGetPrivateProperties(n->key, out, room, &returned, &required) == ERROR_SUCCESS)
    ResUtilAddUnknownProperties(n->key, table, out, room, &returned, &required);
  ResUtilEnumPrivateProperties(n->key, (LPWSTR)(void *)out, room & ~(DWORD)1, &returned, &required);
  ResUtilEnumProperties(table, (LPWSTR)(void *)out, room & ~(DWORD)1, &returned, &required);
  HeapFree(GetProcessHeap(), 0, out);
}

static void set(const struct instance *n, const PVOID list, DWORD size, DWORD room) {
  struct params before = {0}, params = {0}, twin = {0};
  LPWSTR wrong = NULL;
  BYTE *none = NULL;
  ResUtilGetPropertiesToParameterBlock(n->key, table, (LPBYTE)&before, FALSE, &wrong);
  if (ResUtilDupParameterBlock((LPBYTE)&params, (LPBYTE)&before, table) == ERROR_SUCCESS) {
    ResUtilVerifyPropertyTable(table, NULL, FALSE, list, size, NULL);
    ResUtilVerifyPropertyTable(table, NULL, TRUE, list, size, (LPBYTE)&params);
    if (ResUtilDupParameterBlock((LPBYTE)&twin, (LPBYTE)&params, table) == ERROR_SUCCESS)
      ResUtilSetPropertyParameterBlock(n->key, table, NULL, (LPBYTE)&twin, list, size, none);
    ResUtilFreeParameterBlock((LPBYTE)&twin, NULL, table);
    ResUtilFreeParameterBlock((LPBYTE)&params, (LPBYTE)&before, table);
  }
  ResUtilFreeParameterBlock((LPBYTE)&before, NULL, table);
  ResUtilSetPropertyTable(n->key, table, NULL, TRUE, list, size, NULL);
  ResUtilSetUnknownProperties(n->key, table, list, size);
  ResUtilVerifyPrivatePropertyList(list, size);
  ResUtilSetPrivatePropertyList(n->key, list, size);
  list_back(n, room);
}

/* ---- the entry points ------------------------------------------------------------------------ */

static DWORD WINAPI control(RESID resource, DWORD code, PVOID in, DWORD in_size, PVOID out,
                            DWORD room, LPDWORD returned) {
  (void)out;
  *returned = 0;
  if (code == CLUSCTL_RESOURCE_VALIDATE_PRIVATE_PROPERTIES) {
    find(in, in_size);
    walk(in, in_size);
  } else {
    set(resource, in, in_size, room);
  }
  return ERROR_SUCCESS;
}

static RESID WINAPI open_it(LPCWSTR name, HKEY key, RESOURCE_HANDLE handle) {
  struct instance *n = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *n);
  (void)name;
  (void)handle;
  if (n == NULL || ClusterRegOpenKey(key, L"Parameters", 0, &n->key) != ERROR_SUCCESS) return NULL;
  return n;
}

static VOID WINAPI close_it(RESID resource) {
  struct instance *n = resource;
  ClusterRegCloseKey(n->key);
  HeapFree(GetProcessHeap(), 0, n);
}

static DWORD WINAPI online(RESID resource, LPHANDLE event) {
  (void)resource;
  (void)event;
  return ERROR_SUCCESS;
}
static DWORD WINAPI offline(RESID resource) {
  (void)resource;
  return ERROR_SUCCESS;
}
static VOID WINAPI terminate(RESID resource) { (void)resource; }
static BOOL WINAPI alive(RESID resource) {
  (void)resource;
  return TRUE;
}

CLRES_FUNCTION_TABLE startup_v1_table = {.TableSize = CLRES_V1_FUNCTION_SIZE,
                                         .Version = CLRES_VERSION_V1_00,
                                         .V1Functions = {.Open = open_it,
                                                         .Close = close_it,
                                                         .Online = online,
                                                         .Offline = offline,
                                                         .Terminate = terminate,
                                                         .LooksAlive = alive,
                                                         .IsAlive = alive,
                                                         .ResourceControl = control}};

/* properties.c - a conforming DLL whose Open asks for everything that the host simulates of
 * property lists, tables and parameter blocks. An answer that is not as documented: its line on
 * standard error, and a crash. */
#include "disk_common.h"

#include "clusrace/abi.h"

static void fail(unsigned line) {
  char text[] = "properties.c:000\r\n";
  DWORD written;
  for (int i = 15; i > 12; i--, line /= 10) text[i] = (char)('0' + line % 10);
  WriteFile(GetStdHandle(STD_ERROR_HANDLE), text, sizeof text - 1, &written, NULL);
  *(volatile int *)NULL = 0;
}

#define CHECK(condition)              \
  do {                                \
    if (!(condition)) fail(__LINE__); \
  } while (0)
#define IS(expected, call) CHECK((call) == (DWORD)(expected))

static BOOL same(const void *a, const void *b, DWORD size) {
  const volatile BYTE *x = a, *y = b;
  for (DWORD i = 0; i < size; i++)
    if (x[i] != y[i]) return FALSE;
  return TRUE;
}

#define SAME_TEXT(a, text) CHECK((a) != NULL && same((a), (text), sizeof(text)))

/* ---- the table ------------------------------------------------------------------------------- */

struct params {
  DWORD number;
  LONG level;
  ULONGLONG large;
  LPWSTR text;
  LPWSTR texts;
  DWORD texts_size;
  LPBYTE bytes;
  DWORD bytes_size;
  LPWSTR volume;
};

#define AT(member) ((DWORD)offsetof(struct params, member))

static WCHAR n_number[] = L"Number", n_level[] = L"Level", n_large[] = L"Large", n_text[] = L"Text",
             n_texts[] = L"Texts", n_bytes[] = L"Bytes", n_volume[] = L"Volume",
             n_missing[] = L"Missing", k_parameters[] = L"Parameters", d_text[] = L"none";
static BYTE d_bytes[3] = {1, 2, 3};
static RESUTIL_LARGEINT_DATA d_large = {{.QuadPart = 5}, {.QuadPart = -10}, {.QuadPart = 10}};

static const RESUTIL_PROPERTY_ITEM table[] = {
    {n_number, NULL, CLUSPROP_FORMAT_DWORD, {.Default = 7}, 1, 100, 0, AT(number)},
    {n_level, NULL, CLUSPROP_FORMAT_LONG, {.Default = (DWORD)-3}, (DWORD)-9, 9, 0, AT(level)},
    {n_large, NULL, CLUSPROP_FORMAT_LARGE_INTEGER, {.LargeIntData = &d_large}, 0, 0, 0, AT(large)},
    {n_text, NULL, CLUSPROP_FORMAT_SZ, {.lpDefault = d_text}, 0, 0, 0, AT(text)},
    {n_texts, NULL, CLUSPROP_FORMAT_MULTI_SZ, {.lpDefault = NULL}, 0, 0, 0, AT(texts)},
    {n_bytes, NULL, CLUSPROP_FORMAT_BINARY, {.lpDefault = d_bytes}, 3, 0, 0, AT(bytes)},
    {.Name = NULL}};

static const RESUTIL_PROPERTY_ITEM below[] = {{n_volume,
                                               k_parameters,
                                               CLUSPROP_FORMAT_SZ,
                                               {.lpDefault = NULL},
                                               0,
                                               0,
                                               RESUTIL_PROPITEM_REQUIRED,
                                               AT(volume)},
                                              {.Name = NULL}};

static const RESUTIL_PROPERTY_ITEM missing[] = {{n_missing,
                                                 NULL,
                                                 CLUSPROP_FORMAT_SZ,
                                                 {.lpDefault = NULL},
                                                 0,
                                                 0,
                                                 RESUTIL_PROPITEM_REQUIRED,
                                                 AT(text)},
                                                {.Name = NULL}};

static const RESUTIL_PROPERTY_ITEM read_only[] = {{n_number,
                                                   NULL,
                                                   CLUSPROP_FORMAT_DWORD,
                                                   {.Default = 0},
                                                   0,
                                                   0,
                                                   RESUTIL_PROPITEM_READ_ONLY,
                                                   AT(number)},
                                                  {.Name = NULL}};

static const RESUTIL_PROPERTY_ITEM as_text[] = {
    {n_number, NULL, CLUSPROP_FORMAT_SZ, {.lpDefault = NULL}, 0, 0, 0, AT(text)}, {.Name = NULL}};

static void clear(void *memory, DWORD size) {
  volatile BYTE *bytes = memory;
  for (DWORD i = 0; i < size; i++) bytes[i] = 0;
}

static void copy(void *to, const void *from, DWORD size) {
  volatile BYTE *bytes = to;
  for (DWORD i = 0; i < size; i++) bytes[i] = ((const BYTE *)from)[i];
}

/* Static: Open is called by one thread at a time. */
static BYTE list[1024], other[1024];
static struct params params, twin;

static void check_defaults(HKEY root, HKEY key) {
  LPWSTR wrong = NULL;
  clear(&params, sizeof params);
  IS(ERROR_SUCCESS,
     ResUtilGetPropertiesToParameterBlock(key, table, (LPBYTE)&params, TRUE, &wrong));
  CHECK(wrong == NULL && params.number == 7 && params.level == -3 && params.large == 5);
  SAME_TEXT(params.text, L"none");
  CHECK(params.texts == NULL && params.bytes_size == 3 && same(params.bytes, d_bytes, 3));
  CHECK(params.text != d_text); /* the default's copy */
  IS(ERROR_SUCCESS,
     ResUtilGetPropertiesToParameterBlock(root, below, (LPBYTE)&params, TRUE, &wrong));
  CHECK(params.volume != NULL && params.volume[1] == L':' && params.volume[2] == 0);
  LocalFree(params.volume);
  params.volume = NULL;
  IS(ERROR_FILE_NOT_FOUND,
     ResUtilGetPropertiesToParameterBlock(key, missing, (LPBYTE)&twin, TRUE, &wrong));
  CHECK(wrong == n_missing);
  IS(ERROR_SUCCESS,
     ResUtilGetPropertiesToParameterBlock(key, missing, (LPBYTE)&twin, FALSE, &wrong));
  IS(ERROR_BAD_ARGUMENTS, ResUtilGetPropertiesToParameterBlock(key, NULL, NULL, TRUE, NULL));
  IS(ERROR_INVALID_HANDLE,
     ResUtilGetPropertiesToParameterBlock(NULL, table, (LPBYTE)&twin, TRUE, NULL));
}

/* The list of what is in the block; returns its size. */
static DWORD check_list(void) {
  DWORD room = 0, returned = 1, required = 0, n = 0;
  LPWSTR text = NULL;
  IS(ERROR_MORE_DATA, ResUtilPropertyListFromParameterBlock(table, NULL, &room, (LPBYTE)&params,
                                                            &returned, &required));
  CHECK(returned == 0 && required > 4 && required < sizeof list);
  room = required - 1;
  IS(ERROR_MORE_DATA, ResUtilPropertyListFromParameterBlock(table, list, &room, (LPBYTE)&params,
                                                            &returned, &required));
  room = required;
  IS(ERROR_SUCCESS, ResUtilPropertyListFromParameterBlock(table, list, &room, (LPBYTE)&params,
                                                          &returned, &required));
  CHECK(returned == room && required == 0);
  IS(ERROR_SUCCESS, ResUtilFindDwordProperty(list, returned, L"nUMBER", &n));
  CHECK(n == params.number);
  IS(ERROR_SUCCESS, ResUtilFindSzProperty(list, returned, L"Text", &text));
  CHECK(same(text, params.text, 4));
  LocalFree(text);
  IS(ERROR_SUCCESS, ResUtilFindSzProperty(list, returned, L"Text", NULL));
  IS(ERROR_FILE_NOT_FOUND, ResUtilFindSzProperty(list, returned, L"Nothing", &text));
  IS(ERROR_INVALID_DATA, ResUtilFindSzProperty(list, returned, L"Number", &text));
  IS(ERROR_INVALID_DATA, ResUtilFindSzProperty(list, 3, L"Number", &text));
  return returned;
}

static void check_verify(DWORD size) {
  clear(&twin, sizeof twin);
  IS(ERROR_SUCCESS, ResUtilVerifyPropertyTable(table, NULL, FALSE, list, size, (LPBYTE)&twin));
  CHECK(twin.number == params.number && twin.level == params.level && twin.large == params.large);
  CHECK(same(twin.text, params.text, 4) && twin.text != params.text);
  ResUtilFreeParameterBlock((LPBYTE)&twin, (LPBYTE)&params, table);
  CHECK(twin.text == NULL);
  IS(ERROR_INSUFFICIENT_BUFFER,
     ResUtilVerifyPropertyTable(table, NULL, FALSE, list, size - 1, NULL));
  IS(ERROR_INVALID_DATA, ResUtilVerifyPropertyTable(table, NULL, FALSE, NULL, 0, NULL));
  IS(ERROR_INVALID_PARAMETER, ResUtilVerifyPropertyTable(missing, NULL, FALSE, list, size, NULL));
  IS(ERROR_SUCCESS, ResUtilVerifyPropertyTable(missing, NULL, TRUE, list, size, NULL));
  IS(ERROR_INVALID_PARAMETER, ResUtilVerifyPropertyTable(read_only, NULL, TRUE, list, size, NULL));
  IS(ERROR_INVALID_PARAMETER, ResUtilVerifyPropertyTable(as_text, NULL, TRUE, list, size, NULL));
  IS(ERROR_SUCCESS, ResUtilVerifyPrivatePropertyList(list, size));
  /* The first property is Number: count, name (8 + 14, padded), value. */
  copy(other, list, size);
  other[4 + 24 + 8] = 101;
  IS(ERROR_INVALID_PARAMETER, ResUtilVerifyPropertyTable(table, NULL, TRUE, other, size, NULL));
  other[4 + 24 + 8] = 100;
  IS(ERROR_SUCCESS, ResUtilVerifyPropertyTable(table, NULL, TRUE, other, size, NULL));
  other[4] = 9;
  IS(ERROR_INVALID_PARAMETER, ResUtilVerifyPropertyTable(table, NULL, TRUE, other, size, NULL));
}

static void check_walk(DWORD size) {
  DWORD number = 0, left = size - 4 - 24;
  LPBYTE at = list + 4 + 24;
  IS(ERROR_INVALID_PARAMETER,
     ResUtilGetDwordProperty(&number, (const CLUSPROP_DWORD *)(void *)at, 0, 50, 60, &at, &left));
  IS(ERROR_SUCCESS,
     ResUtilGetDwordProperty(&number, (const CLUSPROP_DWORD *)(void *)at, 0, 1, 100, &at, &left));
  CHECK(number == params.number && at == list + 4 + 24 + 12 + 4 && left == size - 4 - 24 - 16);
  CHECK(((const CLUSPROP_VALUE *)(void *)at)->Syntax.dw == CLUSPROP_SYNTAX_NAME);
  /* The next one is Level, then Large, then Text: over each name to its value. */
  LONG level = 0;
  LPBYTE value = at + 8 + 12;
  IS(ERROR_SUCCESS,
     ResUtilGetLongProperty(&level, (const CLUSPROP_LONG *)(void *)value, 0, -9, 9, &at, &left));
  CHECK(level == -3 && at == value + 12 + 4);
  value = at + 8 + 12;
  IS(ERROR_INVALID_PARAMETER,
     ResUtilGetLongProperty(&level, (const CLUSPROP_LONG *)(void *)value, 0, -9, 9, &at, &left));
  at = value + 8 + 8 + 4;
  left = (DWORD)(list + size - at);
  LPWSTR text = NULL;
  value = at + 8 + 12; /* Text: five characters with the zero */
  IS(ERROR_SUCCESS,
     ResUtilGetSzProperty(&text, (const CLUSPROP_SZ *)(void *)value, L"old", &at, &left));
  CHECK((LPBYTE)text == value + 8 && at == value + 8 + 12 + 4);
  left = 0; /* the value is behind what the list's size says */
  value = at + 8 + 12;
  IS(ERROR_INVALID_PARAMETER,
     ResUtilGetSzProperty(&text, (const CLUSPROP_SZ *)(void *)value, NULL, &at, &left));
}

static void check_formats(HKEY key, DWORD size) {
  LONG level = 0;
  LPBYTE bytes = NULL;
  LPWSTR text = NULL;
  DWORD n = 0, returned = 0, required = 0;
  IS(ERROR_SUCCESS, ResUtilFindLongProperty(list, size, L"Level", &level));
  CHECK(level == -3);
  IS(ERROR_SUCCESS, ResUtilFindBinaryProperty(list, size, L"Bytes", &bytes, &n));
  CHECK(n == 3 && same(bytes, d_bytes, 3));
  LocalFree(bytes);
  IS(ERROR_INVALID_DATA, ResUtilFindExpandSzProperty(list, size, L"Text", &text));
  IS(ERROR_SUCCESS, ResUtilSetExpandSzValue(key, L"Path", L"%CLUSRACE_DIR%\\x", &text));
  SAME_TEXT(text, L"%CLUSRACE_DIR%\\x");
  LocalFree(text);
  SetEnvironmentVariableW(L"CLUSRACE_DIR", L"V:");
  /* Missing in mingw-w64's import library. */
  FARPROC found = GetProcAddress(GetModuleHandleW(L"resutils.dll"), "ResUtilGetExpandSzValue");
  CHECK(found != NULL);
  text = ((LPWSTR(WINAPI *)(HKEY, LPCWSTR, BOOL))(void (*)(void))found)(key, L"Path", TRUE);
  SAME_TEXT(text, L"V:\\x");
  LocalFree(text);
  IS(ERROR_SUCCESS, ResUtilSetBinaryValue(key, L"Raw", d_bytes, 3, &bytes, &n));
  CHECK(n == 3 && bytes != d_bytes && same(bytes, d_bytes, 3));
  LocalFree(bytes);
  IS(ERROR_SUCCESS, ResUtilGetPrivateProperties(key, other, sizeof other, &returned, &required));
  IS(ERROR_SUCCESS, ResUtilFindExpandSzProperty(other, returned, L"Path", &text));
  SAME_TEXT(text, L"%CLUSRACE_DIR%\\x");
  LocalFree(text);
  IS(ERROR_INVALID_DATA, ResUtilFindExpandedSzProperty(other, returned, L"Path", &text));
  IS(ERROR_SUCCESS, ResUtilFindBinaryProperty(other, returned, L"Raw", NULL, &n));
  IS(ERROR_INVALID_PARAMETER,
     ResUtilSetPropertyTableEx(key, table, NULL, FALSE, other, returned, TRUE, NULL));
  IS(ERROR_SUCCESS, ResUtilSetPropertyTableEx(key, table, NULL, TRUE, other, returned, TRUE, NULL));
}

static void check_database(HKEY key, DWORD size) {
  DWORD returned = 0, required = 0, type = 0, number = 0, bytes = sizeof number, count = 0, sum = 0;
  PVOID out = other;
  IS(ERROR_INVALID_PARAMETER, ResUtilSetPropertyTable(key, missing, NULL, FALSE, list, size, NULL));
  IS(ERROR_FILE_NOT_FOUND, ClusterRegQueryValue(key, L"Number", &type, (LPBYTE)&number, &bytes));
  IS(ERROR_SUCCESS, ResUtilSetPropertyTable(key, table, NULL, FALSE, list, size, NULL));
  bytes = sizeof number;
  IS(ERROR_SUCCESS, ClusterRegQueryValue(key, L"Number", &type, (LPBYTE)&number, &bytes));
  CHECK(type == REG_DWORD && number == params.number);
  IS(ERROR_MORE_DATA, ResUtilGetProperties(key, table, other, size - 1, &returned, &required));
  CHECK(returned == 0 && required == size);
  IS(ERROR_SUCCESS, ResUtilGetProperties(key, table, other, size, &returned, &required));
  CHECK(returned == size && same(list, other, size));
  for (const RESUTIL_PROPERTY_ITEM *item = table; item->Name != NULL; item++)
    IS(ERROR_SUCCESS, ResUtilGetPropertySize(key, item, &sum, &count));
  CHECK(count == 6 && sum == size - 4);
  for (const RESUTIL_PROPERTY_ITEM *item = table; item->Name != NULL; item++)
    IS(ERROR_SUCCESS, ResUtilGetProperty(key, item, &out, &sum));
  CHECK(sum == 0 && same(list + 4, other, size - 4));
  IS(ERROR_MORE_DATA, ResUtilGetProperty(key, table, &out, &sum));
  IS(ERROR_INVALID_PARAMETER,
     ResUtilGetProperties(key, as_text, other, sizeof other, &returned, &required));
}

static void check_blocks(HKEY key, DWORD size) {
  static WCHAR texts[] = L"one\0two\0";
  LPWSTR found = NULL;
  DWORD returned = 0, required = 0, n = 0;
  IS(ERROR_SUCCESS, ResUtilDupParameterBlock((LPBYTE)&twin, (LPBYTE)&params, table));
  CHECK(twin.text != params.text && same(twin.text, params.text, 10) && twin.texts == NULL);
  CHECK(twin.bytes != params.bytes && twin.bytes_size == 3 && same(twin.bytes, params.bytes, 3));
  twin.number = 1000;
  IS(ERROR_INVALID_PARAMETER,
     ResUtilSetPropertyParameterBlock(key, table, NULL, (LPBYTE)&twin, NULL, 0, NULL));
  twin.number = 42;
  twin.texts = texts;
  twin.texts_size = sizeof texts;
  IS(ERROR_SUCCESS, ResUtilSetPropertyParameterBlock(key, table, NULL, (LPBYTE)&twin, list, size,
                                                     (LPBYTE)&params));
  CHECK(params.number == 42 && params.texts != texts && params.texts_size == sizeof texts);
  IS(ERROR_SUCCESS, ResUtilGetProperties(key, table, other, sizeof other, &returned, &required));
  IS(ERROR_SUCCESS, ResUtilFindDwordProperty(other, returned, L"Number", &n));
  CHECK(n == 42);
  IS(ERROR_SUCCESS, ResUtilFindMultiSzProperty(other, returned, L"Texts", &found, &n));
  CHECK(n == sizeof texts && same(found, texts, n));
  LocalFree(found);
  twin.texts = params.texts; /* in the reference: not freed with twin */
  ResUtilFreeParameterBlock((LPBYTE)&twin, (LPBYTE)&params, table);
  CHECK(twin.texts == params.texts && same(params.texts, texts, sizeof texts));
  ResUtilFreeParameterBlock((LPBYTE)&params, NULL, table);
  CHECK(params.text == NULL && params.texts == NULL && params.bytes == NULL);
}

static void check_unknown(HKEY key) {
  DWORD returned = 0, required = 0, used = 0, all = 0, n = 0;
  LPWSTR text = NULL, extra = NULL;
  LPBYTE bytes = NULL;
  IS(ERROR_SUCCESS, ResUtilSetSzValue(key, L"Extra", L"first", &extra));
  SAME_TEXT(extra, L"first");
  IS(ERROR_SUCCESS, ResUtilSetSzValue(key, L"Extra", L"more", &extra));
  SAME_TEXT(extra, L"more");
  LocalFree(extra);
  IS(ERROR_SUCCESS, ResUtilGetProperties(key, table, other, sizeof other, &used, &required));
  IS(ERROR_FILE_NOT_FOUND, ResUtilFindSzProperty(other, used, L"Extra", &text));
  all = used;
  IS(ERROR_MORE_DATA, ResUtilAddUnknownProperties(key, table, other, used, &all, &required));
  CHECK(all == used && required > used);
  IS(ERROR_SUCCESS, ResUtilAddUnknownProperties(key, table, other, required, &all, &n));
  CHECK(all == required);
  IS(ERROR_SUCCESS, ResUtilFindSzProperty(other, all, L"Extra", &text));
  SAME_TEXT(text, L"more");
  LocalFree(text);
  IS(ERROR_SUCCESS, ResUtilGetAllProperties(key, table, list, sizeof list, &returned, &required));
  CHECK(returned == all && same(list, other, all));
  IS(ERROR_SUCCESS, ResUtilGetPrivateProperties(key, list, sizeof list, &returned, &required));
  IS(ERROR_SUCCESS, ResUtilVerifyPrivatePropertyList(list, returned));
  IS(ERROR_SUCCESS, ResUtilFindSzProperty(list, returned, L"Volume", NULL));
  IS(ERROR_SUCCESS, ResUtilSetUnknownProperties(key, missing, list, returned));
  IS(ERROR_SUCCESS, ResUtilSetPrivatePropertyList(key, list, returned));
  IS(ERROR_SUCCESS, ResUtilGetPrivateProperties(key, other, sizeof other, &used, &required));
  CHECK(used == returned);
  IS(ERROR_SUCCESS, ResUtilSetMultiSzValue(key, L"Bytes2", L"a\0", 6, NULL, NULL));
  IS(ERROR_SUCCESS, ResUtilGetBinaryValue(key, L"Bytes2", &bytes, &n));
  CHECK(n == 6 && bytes[0] == 'a');
  LocalFree(bytes);
  IS(ERROR_FILE_NOT_FOUND, ResUtilGetBinaryValue(key, L"Bytes3", &bytes, &n));
  IS(ERROR_INVALID_DATA, ResUtilGetBinaryValue(key, L"Extra", &bytes, &n));
}

/* A list with one property, whose name leads to a key below: Parameters\X. */
static const BYTE one[] = {1,   0, 0,   0, 3,    0, 4,   0, 26,  0, 0,   0, 'P', 0,
                           'a', 0, 'r', 0, 'a',  0, 'm', 0, 'e', 0, 't', 0, 'e', 0,
                           'r', 0, 's', 0, '\\', 0, 'X', 0, 0,   0, 0,   0, 2,   0,
                           1,   0, 4,   0, 0,    0, 9,   0, 0,   0, 0,   0, 0,   0};

static void check_path(HKEY root, HKEY key) {
  DWORD n = 0, type = 0, size = sizeof n;
  IS(ERROR_SUCCESS, ResUtilSetPrivatePropertyList(root, (PVOID)(ULONG_PTR)one, sizeof one));
  IS(ERROR_SUCCESS, ClusterRegQueryValue(key, L"X", &type, (LPBYTE)&n, &size));
  CHECK(type == REG_DWORD && n == 9);
  IS(ERROR_FILE_NOT_FOUND, ResUtilSetPrivatePropertyList(key, (PVOID)(ULONG_PTR)one, sizeof one));
  copy(other, one, sizeof one);
  other[44] = 3; /* a DWORD of three bytes */
  IS(ERROR_INVALID_DATA, ResUtilSetPrivatePropertyList(root, other, sizeof one));
  other[44] = 0; /* of none; the end mark follows at once */
  other[48] = 0;
  IS(ERROR_SUCCESS, ResUtilSetPrivatePropertyList(root, other, sizeof one));
  IS(ERROR_FILE_NOT_FOUND, ClusterRegQueryValue(key, L"X", &type, (LPBYTE)&n, &size));
}

static void check_names(HKEY key) {
  static const WCHAR names[] = L"Number\0Level\0Large\0Text\0Texts\0Bytes\0";
  DWORD returned = 0, required = 0;
  WCHAR *out = (WCHAR *)(void *)other;
  IS(ERROR_MORE_DATA, ResUtilEnumProperties(table, out, sizeof names - 1, &returned, &required));
  CHECK(returned == 0 && required == sizeof names);
  IS(ERROR_SUCCESS, ResUtilEnumProperties(table, out, sizeof names, &returned, &required));
  CHECK(returned == sizeof names && same(out, names, sizeof names));
  IS(ERROR_MORE_DATA, ResUtilEnumPrivateProperties(key, NULL, 0, &returned, &required));
  IS(ERROR_SUCCESS, ResUtilEnumPrivateProperties(key, out, sizeof other, &returned, &required));
  CHECK(out[returned / 2 - 1] == 0 && out[returned / 2 - 2] == 0);
}

static void check_strings(void) {
  LPWSTR text = ResUtilDupString(L"twice");
  SAME_TEXT(text, L"twice");
  LocalFree(text);
  SetEnvironmentVariableW(L"CLUSRACE_WORD", L"inner");
  text = ResUtilExpandEnvironmentStrings(L"<%CLUSRACE_WORD%>");
  SAME_TEXT(text, L"<inner>");
  LocalFree(text);
  CHECK(ResUtilIsPathValid(L"C:\\a\\b.txt") && ResUtilIsPathValid(L"\\\\server\\share"));
  CHECK(!ResUtilIsPathValid(L"C:\\a|b") && !ResUtilIsPathValid(L"") && !ResUtilIsPathValid(NULL));
  CHECK(!ResUtilIsPathValid(L"C:\\a:b") && !ResUtilIsPathValid(L"\\\\"));
}

static void opened(HKEY root) {
  static BOOL done;
  HKEY key = NULL;
  DWORD size;
  if (done) return; /* the database keeps what the first Open has written */
  done = TRUE;
  IS(ERROR_SUCCESS, ClusterRegOpenKey(root, L"Parameters", KEY_READ, &key));
  check_defaults(root, key);
  size = check_list();
  check_verify(size);
  check_walk(size);
  check_formats(key, size);
  check_database(key, size);
  check_blocks(key, size);
  check_unknown(key);
  check_path(root, key);
  check_names(key);
  check_strings();
  ClusterRegCloseKey(key);
}

const struct disk_traits disk_traits = {.opened = opened};

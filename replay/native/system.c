/* system.c - the little that is left of the real system: what no hook replaces, and what the host's
 * own calls and hooks come down to. Everything else fails (cr_native_missing).
 *
 * Inside the host the name of a hook means cr_real_NAME (windows.h): so these definitions do.
 */
#include <malloc.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <windows.h>

#include "native.h"
#include "stubs.h"

void *cr_native_missing(void) {
  SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
  return NULL;
}

/* ---- modules, the process, files of the host ------------------------------------------------- */

CR_NATIVE_EXPORT BOOL DisableThreadLibraryCalls(HMODULE module) {
  (void)module;
  return TRUE;
}

/* There is no other DLL here. */
static HMODULE no_module(void) {
  SetLastError(ERROR_MOD_NOT_FOUND);
  return NULL;
}

HMODULE LoadLibraryA(LPCSTR name) {
  (void)name;
  return no_module();
}

HMODULE LoadLibraryW(LPCWSTR name) {
  (void)name;
  return no_module();
}

HMODULE LoadLibraryExA(LPCSTR name, HANDLE file, DWORD flags) {
  (void)name;
  (void)file;
  (void)flags;
  return no_module();
}

HMODULE LoadLibraryExW(LPCWSTR name, HANDLE file, DWORD flags) {
  (void)name;
  (void)file;
  (void)flags;
  return no_module();
}

BOOL FreeLibrary(HMODULE module) {
  (void)module;
  return TRUE;
}

CR_NATIVE_EXPORT void OutputDebugStringA(LPCSTR text) { (void)text; }
CR_NATIVE_EXPORT void OutputDebugStringW(LPCWSTR text) { (void)text; }

BOOL TerminateProcess(HANDLE process, UINT code) {
  (void)process;
  _exit((int)code);
}

void ExitProcess(UINT code) { _exit((int)code); }

/* 1 + descriptor. */
CR_NATIVE_EXPORT HANDLE GetStdHandle(DWORD which) {
  int file = which == STD_INPUT_HANDLE ? 0 : which == STD_OUTPUT_HANDLE ? 1 : 2;
  return (HANDLE)(ULONG_PTR)(file + 1);
}

static int file_of(HANDLE handle) {
  ULONG_PTR value = (ULONG_PTR)handle;
  return value >= 1 && value <= 3 ? (int)value - 1 : -1;
}

BOOL ReadFile(HANDLE file, LPVOID to, DWORD bytes, LPDWORD done, LPOVERLAPPED overlapped) {
  ssize_t n = read(file_of(file), to, bytes);
  (void)overlapped;
  *done = n < 0 ? 0 : (DWORD)n;
  return n >= 0;
}

BOOL WriteFile(HANDLE file, LPCVOID from, DWORD bytes, LPDWORD done, LPOVERLAPPED overlapped) {
  ssize_t n = write(file_of(file), from, bytes);
  (void)overlapped;
  *done = n < 0 ? 0 : (DWORD)n;
  return n >= 0;
}

/* ---- memory ---------------------------------------------------------------------------------- */

static int protection_of(DWORD protection) {
  switch (protection) {
    case PAGE_NOACCESS: return PROT_NONE;
    case PAGE_READONLY: return PROT_READ;
    default: return PROT_READ | PROT_WRITE;
  }
}

/* Under AddressSanitizer the low addresses are its own: memory is that much higher. */
#ifdef CR_NATIVE_ASAN
enum { HIGHER_TB = 16 };
#else
enum { HIGHER_TB = 0 };
#endif

CR_NATIVE_EXPORT LPVOID VirtualAlloc(LPVOID at, SIZE_T bytes, DWORD kind, DWORD protection) {
  if ((kind & MEM_RESERVE) == 0)
    return mprotect(at, bytes, protection_of(protection)) == 0 ? at : NULL;
  uint8_t *place = (uint8_t *)at + (at == NULL ? 0 : (size_t)HIGHER_TB << 40);
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (at == NULL ? 0 : MAP_FIXED_NOREPLACE);
  void *got =
      mmap(place, bytes, kind & MEM_COMMIT ? protection_of(protection) : PROT_NONE, flags, -1, 0);
  if (got == MAP_FAILED) return NULL;
  if (at == NULL || got == place) return got;
  munmap(got, bytes);
  return NULL;
}

CR_NATIVE_EXPORT BOOL VirtualProtect(LPVOID at, SIZE_T bytes, DWORD protection, PDWORD old) {
  *old = PAGE_READWRITE;
  return mprotect(at, bytes, protection_of(protection)) == 0;
}

CR_NATIVE_EXPORT HANDLE GetProcessHeap(void) { return (HANDLE)(ULONG_PTR)0x10000; }

CR_NATIVE_EXPORT HANDLE HeapCreate(DWORD options, SIZE_T initial, SIZE_T most) {
  (void)options;
  (void)initial;
  (void)most;
  return (HANDLE)(ULONG_PTR)0x20000;
}

LPVOID HeapAlloc(HANDLE heap, DWORD flags, SIZE_T bytes) {
  (void)heap;
  (void)flags;
  return calloc(1, bytes);
}

LPVOID HeapReAlloc(HANDLE heap, DWORD flags, LPVOID block, SIZE_T bytes) {
  (void)heap;
  (void)flags;
  return realloc(block, bytes);
}

BOOL HeapFree(HANDLE heap, DWORD flags, LPVOID block) {
  (void)heap;
  (void)flags;
  free(block);
  return TRUE;
}

SIZE_T HeapSize(HANDLE heap, DWORD flags, LPCVOID block) {
  (void)heap;
  (void)flags;
  return malloc_usable_size((void *)(uintptr_t)block);
}

BOOL HeapValidate(HANDLE heap, DWORD flags, LPCVOID block) {
  (void)heap;
  (void)flags;
  (void)block;
  return TRUE;
}

BOOL HeapDestroy(HANDLE heap) {
  (void)heap;
  return TRUE;
}

HLOCAL LocalAlloc(UINT flags, SIZE_T bytes) {
  (void)flags;
  return calloc(1, bytes == 0 ? 1 : bytes);
}

HLOCAL LocalReAlloc(HLOCAL block, SIZE_T bytes, UINT flags) {
  (void)flags;
  return realloc(block, bytes == 0 ? 1 : bytes);
}

HLOCAL LocalFree(HLOCAL block) {
  free(block);
  return NULL;
}

SIZE_T LocalSize(HLOCAL block) { return malloc_usable_size(block); }
HGLOBAL GlobalAlloc(UINT flags, SIZE_T bytes) { return LocalAlloc(flags, bytes); }
HGLOBAL GlobalFree(HGLOBAL block) { return LocalFree(block); }

/* ---- locks before they are used -------------------------------------------------------------- */

CR_NATIVE_EXPORT void InitializeCriticalSection(LPCRITICAL_SECTION section) {
  *section = (CRITICAL_SECTION){.LockCount = -1};
}

CR_NATIVE_EXPORT BOOL InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section,
                                                            DWORD spins) {
  (void)spins;
  InitializeCriticalSection(section);
  return TRUE;
}

CR_NATIVE_EXPORT BOOL InitializeCriticalSectionEx(LPCRITICAL_SECTION section, DWORD spins,
                                                  DWORD flags) {
  (void)flags;
  return InitializeCriticalSectionAndSpinCount(section, spins);
}

void DeleteCriticalSection(LPCRITICAL_SECTION section) { *section = (CRITICAL_SECTION){0}; }

CR_NATIVE_EXPORT void InitializeSRWLock(PSRWLOCK lock) { lock->Ptr = NULL; }
CR_NATIVE_EXPORT void InitializeConditionVariable(PCONDITION_VARIABLE c) { c->Ptr = NULL; }
CR_NATIVE_EXPORT void InitOnceInitialize(PINIT_ONCE once) { once->Ptr = NULL; }

/* ---- lists (one thread runs at a time, but while loading nothing sees to that)
 * ------------------- */

/* Alignment is the first entry, Region the length. */
static PSLIST_ENTRY first_of(PSLIST_HEADER list) {
  return (PSLIST_ENTRY)(uintptr_t)list->Alignment; /* NOLINT(performance-no-int-to-ptr) */
}

static PSLIST_ENTRY list_set(PSLIST_HEADER list, PSLIST_ENTRY entry, ULONGLONG length) {
  PSLIST_ENTRY before = first_of(list);
  list->Alignment = (uintptr_t)entry;
  list->Region = length;
  return before;
}

CR_NATIVE_EXPORT void InitializeSListHead(PSLIST_HEADER list) { list_set(list, NULL, 0); }

PSLIST_ENTRY InterlockedPushEntrySList(PSLIST_HEADER list, PSLIST_ENTRY entry) {
  entry->Next = first_of(list);
  return list_set(list, entry, list->Region + 1);
}

PSLIST_ENTRY InterlockedPopEntrySList(PSLIST_HEADER list) {
  PSLIST_ENTRY first = first_of(list);
  return first == NULL ? NULL : list_set(list, first->Next, list->Region - 1);
}

PSLIST_ENTRY InterlockedFlushSList(PSLIST_HEADER list) { return list_set(list, NULL, 0); }
USHORT QueryDepthSList(PSLIST_HEADER list) { return (USHORT)list->Region; }

/* ---- thread storage -------------------------------------------------------------------------- */

enum { SLOTS_MAX = 256 };
static _Thread_local void *slot_value[2][SLOTS_MAX];
static volatile LONG slots_used[2];

static DWORD slot_new(unsigned kind) {
  LONG slot = InterlockedIncrement(&slots_used[kind]) - 1;
  return slot < SLOTS_MAX ? (DWORD)slot : TLS_OUT_OF_INDEXES;
}

static BOOL slot_set(unsigned kind, DWORD slot, PVOID value) {
  if (slot >= SLOTS_MAX) return FALSE;
  slot_value[kind][slot] = value;
  return TRUE;
}

DWORD TlsAlloc(void) { return slot_new(0); }
DWORD FlsAlloc(PFLS_CALLBACK_FUNCTION callback) {
  (void)callback;
  return slot_new(1);
}
CR_NATIVE_EXPORT BOOL TlsSetValue(DWORD slot, LPVOID value) { return slot_set(0, slot, value); }
CR_NATIVE_EXPORT BOOL FlsSetValue(DWORD slot, PVOID value) { return slot_set(1, slot, value); }
CR_NATIVE_EXPORT LPVOID TlsGetValue(DWORD slot) {
  return slot < SLOTS_MAX ? slot_value[0][slot] : NULL;
}
CR_NATIVE_EXPORT PVOID FlsGetValue(DWORD slot) {
  return slot < SLOTS_MAX ? slot_value[1][slot] : NULL;
}
BOOL TlsFree(DWORD slot) { return slot < SLOTS_MAX; }
BOOL FlsFree(DWORD slot) { return slot < SLOTS_MAX; }

/* ---- time ------------------------------------------------------------------------------------ */

/* For the time that a search may take. */
ULONGLONG GetTickCount64(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (ULONGLONG)now.tv_sec * 1000 + (ULONGLONG)now.tv_nsec / 1000000;
}

CR_NATIVE_EXPORT BOOL FileTimeToSystemTime(const FILETIME *from, LPSYSTEMTIME to) {
  ULONGLONG ticks = (ULONGLONG)from->dwHighDateTime << 32 | from->dwLowDateTime;
  time_t seconds = (time_t)(ticks / 10000000) - 11644473600; /* from 1601 to 1970 */
  struct tm tm;
  if (gmtime_r(&seconds, &tm) == NULL) return FALSE;
  *to = (SYSTEMTIME){.wYear = (WORD)(tm.tm_year + 1900),
                     .wMonth = (WORD)(tm.tm_mon + 1),
                     .wDayOfWeek = (WORD)tm.tm_wday,
                     .wDay = (WORD)tm.tm_mday,
                     .wHour = (WORD)tm.tm_hour,
                     .wMinute = (WORD)tm.tm_min,
                     .wSecond = (WORD)tm.tm_sec,
                     .wMilliseconds = (WORD)(ticks / 10000 % 1000)};
  return TRUE;
}

/* ---- the environment ------------------------------------------------------------------------- */

enum { ENVIRONMENT_NAME_MAX = 256 };

static bool narrow(const WCHAR *from, size_t n, char *to, size_t to_size) {
  if (n >= to_size) return false;
  for (size_t i = 0; i < n; i++) to[i] = from[i] < 0x80 ? (char)from[i] : '?';
  to[n] = '\0';
  return true;
}

CR_NATIVE_EXPORT BOOL SetEnvironmentVariableW(LPCWSTR name, LPCWSTR value) {
  char key[ENVIRONMENT_NAME_MAX], text[4096];
  if (!narrow(name, wcslen(name), key, sizeof key)) return FALSE;
  if (value == NULL) return unsetenv(key) == 0;
  return narrow(value, wcslen(value), text, sizeof text) && setenv(key, text, 1) == 0;
}

/* The value of %NAME% at `from`, or NULL; *n: how many characters that is. */
static const char *variable_at(LPCWSTR from, size_t *n) {
  char name[ENVIRONMENT_NAME_MAX];
  if (from[0] != '%') return NULL;
  const WCHAR *end = wcschr(from + 1, '%');
  if (end == NULL || !narrow(from + 1, (size_t)(end - from - 1), name, sizeof name)) return NULL;
  *n = (size_t)(end - from) + 1;
  return getenv(name);
}

CR_NATIVE_EXPORT DWORD ExpandEnvironmentStringsW(LPCWSTR from, LPWSTR to, DWORD size) {
  DWORD used = 0;
  while (*from != 0) {
    size_t n = 1;
    const char *value = variable_at(from, &n);
    if (value == NULL) {
      if (used < size) to[used] = *from;
      used++;
      from++;
      continue;
    }
    for (; *value != '\0'; value++, used++)
      if (used < size) to[used] = (WCHAR)(unsigned char)*value;
    from += n;
  }
  if (used < size) to[used] = 0;
  return used + 1;
}

CR_NATIVE_EXPORT DWORD GetEnvironmentVariableW(LPCWSTR name, LPWSTR to, DWORD size) {
  char key[ENVIRONMENT_NAME_MAX];
  const char *value = narrow(name, wcslen(name), key, sizeof key) ? getenv(key) : NULL;
  if (value == NULL) {
    SetLastError(203); /* no such variable */
    return 0;
  }
  DWORD n = (DWORD)strlen(value);
  if (n >= size) return n + 1;
  for (DWORD i = 0; i <= n; i++) to[i] = (WCHAR)(unsigned char)value[i];
  return n;
}

/* ---- text ------------------------------------------------------------------------------------ */

CR_NATIVE_EXPORT size_t wcslen(const WCHAR *text) {
  size_t n = 0;
  while (text[n] != 0) n++;
  return n;
}

/* Case is that of ASCII. */
CR_NATIVE_EXPORT WCHAR towlower(WCHAR c) { return c >= 'A' && c <= 'Z' ? (WCHAR)(c + 32) : c; }
CR_NATIVE_EXPORT WCHAR towupper(WCHAR c) { return c >= 'a' && c <= 'z' ? (WCHAR)(c - 32) : c; }

static int compare(const WCHAR *a, const WCHAR *b, size_t n, bool ignore_case) {
  for (size_t i = 0; i < n; i++) {
    WCHAR x = ignore_case ? towlower(a[i]) : a[i], y = ignore_case ? towlower(b[i]) : b[i];
    if (x != y) return x < y ? -1 : 1;
    if (x == 0) return 0;
  }
  return 0;
}

CR_NATIVE_EXPORT int wcscmp(const WCHAR *a, const WCHAR *b) {
  return compare(a, b, SIZE_MAX, false);
}
CR_NATIVE_EXPORT int wcsncmp(const WCHAR *a, const WCHAR *b, size_t n) {
  return compare(a, b, n, false);
}
CR_NATIVE_EXPORT int _wcsicmp(const WCHAR *a, const WCHAR *b) {
  return compare(a, b, SIZE_MAX, true);
}
CR_NATIVE_EXPORT int _wcsnicmp(const WCHAR *a, const WCHAR *b, size_t n) {
  return compare(a, b, n, true);
}

CR_NATIVE_EXPORT WCHAR *wcscpy(WCHAR *to, const WCHAR *from) {
  memcpy(to, from, (wcslen(from) + 1) * sizeof *to);
  return to;
}

CR_NATIVE_EXPORT WCHAR *wcsncpy(WCHAR *to, const WCHAR *from, size_t n) {
  size_t i = 0;
  for (; i < n && from[i] != 0; i++) to[i] = from[i];
  for (; i < n; i++) to[i] = 0;
  return to;
}

CR_NATIVE_EXPORT WCHAR *wcscat(WCHAR *to, const WCHAR *from) {
  wcscpy(to + wcslen(to), from);
  return to;
}

CR_NATIVE_EXPORT WCHAR *wcschr(const WCHAR *text, WCHAR c) {
  for (;; text++) {
    if (*text == c) return (WCHAR *)(uintptr_t)text;
    if (*text == 0) return NULL;
  }
}

CR_NATIVE_EXPORT WCHAR *wcsrchr(const WCHAR *text, WCHAR c) {
  for (size_t n = wcslen(text) + 1; n > 0; n--)
    if (text[n - 1] == c) return (WCHAR *)(uintptr_t)(text + n - 1);
  return NULL;
}

CR_NATIVE_EXPORT WCHAR *wcsstr(const WCHAR *text, const WCHAR *part) {
  size_t n = wcslen(part);
  for (;; text++) {
    if (compare(text, part, n, false) == 0) return (WCHAR *)(uintptr_t)text;
    if (*text == 0) return NULL;
  }
}

CR_NATIVE_EXPORT int lstrlenA(LPCSTR text) { return text == NULL ? 0 : (int)strlen(text); }
CR_NATIVE_EXPORT int lstrlenW(LPCWSTR text) { return text == NULL ? 0 : (int)wcslen(text); }
CR_NATIVE_EXPORT int lstrcmpW(LPCWSTR a, LPCWSTR b) { return wcscmp(a, b); }
CR_NATIVE_EXPORT int lstrcmpiW(LPCWSTR a, LPCWSTR b) { return _wcsicmp(a, b); }
CR_NATIVE_EXPORT LPWSTR lstrcpyW(LPWSTR to, LPCWSTR from) { return wcscpy(to, from); }
CR_NATIVE_EXPORT LPWSTR lstrcatW(LPWSTR to, LPCWSTR from) { return wcscat(to, from); }

CR_NATIVE_EXPORT LPWSTR lstrcpynW(LPWSTR to, LPCWSTR from, int size) {
  int i = 0;
  for (; i + 1 < size && from[i] != 0; i++) to[i] = from[i];
  if (size > 0) to[i] = 0;
  return to;
}

CR_NATIVE_EXPORT int CompareStringOrdinal(LPCWSTR a, int a_len, LPCWSTR b, int b_len,
                                          BOOL ignore_case) {
  size_t n = a_len < 0 ? wcslen(a) : (size_t)a_len, m = b_len < 0 ? wcslen(b) : (size_t)b_len;
  size_t both = n < m ? n : m;
  for (size_t i = 0; i < both; i++) {
    WCHAR x = ignore_case ? towlower(a[i]) : a[i], y = ignore_case ? towlower(b[i]) : b[i];
    if (x != y) return x < y ? CSTR_LESS_THAN : CSTR_GREATER_THAN;
  }
  return n == m ? CSTR_EQUAL : n < m ? CSTR_LESS_THAN : CSTR_GREATER_THAN;
}

CR_NATIVE_EXPORT int CompareStringW(LCID locale, DWORD flags, LPCWSTR a, int a_len, LPCWSTR b,
                                    int b_len) {
  (void)locale;
  return CompareStringOrdinal(a, a_len, b, b_len, (flags & NORM_IGNORECASE) != 0);
}

/* windows.h - the part of the Windows interface that the host and the sample DLLs use, for a build
 * on Linux: types of the same sizes, documented constants, structures and prototypes. To be
 * compiled with -fshort-wchar, so that WCHAR has 16 bits.
 *
 * Inside the host a simulated function's own name means the function of the real system, of which
 * there is none here: cr_real_NAME (system.c, or a stub that fails). A DLL's calls go to NAME,
 * which the host program exports for each of its hooks (stubs.cmake).
 */
#ifndef CR_NATIVE_WINDOWS_H
#define CR_NATIVE_WINDOWS_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

_Static_assert(sizeof(wchar_t) == 2, "compile with -fshort-wchar");

#ifdef CR_NATIVE_HOST
#include "native_real.h" /* generated: SetEvent is cr_real_SetEvent, and so on */
#define __builtin_longjmp(jump, value) (cr_native_jumps(), __builtin_longjmp(jump, value))
void cr_native_jumps(void);
#endif

/* ---- conventions ----------------------------------------------------------------------------- */

#define WINAPI
#define CALLBACK
#define APIENTRY
#define NTAPI
#define __stdcall
#define __cdecl
#define dllexport visibility("default")
#define dllimport visibility("default")
#define __declspec(what) __attribute__((what))
#define WINBASEAPI
#define CONST const
#define VOID void
#define TRUE 1
#define FALSE 0
#define MAX_PATH 260
#define UNREFERENCED_PARAMETER(p) ((void)(p))

/* ---- types ----------------------------------------------------------------------------------- */

typedef int32_t LONG, BOOL, INT, HRESULT, LSTATUS;
typedef uint32_t DWORD, ULONG, UINT, ACCESS_MASK, REGSAM, LCTYPE, LCID, NET_API_STATUS;
typedef int16_t SHORT;
typedef uint16_t WORD, USHORT;
typedef uint8_t BYTE, UCHAR, BOOLEAN;
typedef char CHAR;
typedef wchar_t WCHAR;
typedef long long LONGLONG, LONG64, INT64;
typedef unsigned long long ULONGLONG, ULONG64, UINT64, DWORDLONG, DWORD64;
typedef intptr_t LONG_PTR, INT_PTR, SSIZE_T;
typedef uintptr_t ULONG_PTR, DWORD_PTR, UINT_PTR;
typedef size_t SIZE_T;

typedef void *PVOID, *LPVOID, *HANDLE, *HLOCAL, *HGLOBAL;
typedef const void *LPCVOID, *PCVOID;
typedef CHAR *PSTR, *LPSTR, *PCHAR;
typedef const CHAR *PCSTR, *LPCSTR;
typedef WCHAR *PWSTR, *LPWSTR, *PWCHAR;
typedef const WCHAR *PCWSTR, *LPCWSTR;
typedef WCHAR *LMSTR;
typedef BYTE *PBYTE, *LPBYTE;
typedef BOOL *PBOOL, *LPBOOL;
typedef BOOLEAN *PBOOLEAN;
typedef WORD *PWORD, *LPWORD;
typedef DWORD *PDWORD, *LPDWORD;
typedef LONG *PLONG, *LPLONG;
typedef ULONG *PULONG;
typedef SIZE_T *PSIZE_T;
typedef DWORD_PTR *PDWORD_PTR;
typedef ULONG_PTR *PULONG_PTR;
typedef LONGLONG *PLONGLONG;
typedef ULONGLONG *PULONGLONG;
typedef HANDLE *PHANDLE, *LPHANDLE;
typedef PVOID PSECURITY_DESCRIPTOR, PSID;

#define DECLARE_HANDLE(name) typedef struct name##__ *name
DECLARE_HANDLE(HINSTANCE);
DECLARE_HANDLE(HKEY);
DECLARE_HANDLE(SC_HANDLE);
typedef HINSTANCE HMODULE;
typedef HKEY *PHKEY;
typedef LONG_PTR (*FARPROC)(void);

typedef union LARGE_INTEGER {
  struct {
    DWORD LowPart;
    LONG HighPart;
  };
  struct {
    DWORD LowPart;
    LONG HighPart;
  } u;
  LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union ULARGE_INTEGER {
  struct {
    DWORD LowPart;
    DWORD HighPart;
  };
  struct {
    DWORD LowPart;
    DWORD HighPart;
  } u;
  ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

typedef struct FILETIME {
  DWORD dwLowDateTime;
  DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;

typedef struct SYSTEMTIME {
  WORD wYear, wMonth, wDayOfWeek, wDay, wHour, wMinute, wSecond, wMilliseconds;
} SYSTEMTIME, *PSYSTEMTIME, *LPSYSTEMTIME;

typedef struct GUID {
  DWORD Data1;
  WORD Data2;
  WORD Data3;
  BYTE Data4[8];
} GUID, *LPGUID;

typedef struct SECURITY_ATTRIBUTES {
  DWORD nLength;
  LPVOID lpSecurityDescriptor;
  BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;

typedef struct OVERLAPPED {
  ULONG_PTR Internal;
  ULONG_PTR InternalHigh;
  union {
    struct {
      DWORD Offset;
      DWORD OffsetHigh;
    };
    PVOID Pointer;
  };
  HANDLE hEvent;
} OVERLAPPED, *LPOVERLAPPED;

typedef struct CRITICAL_SECTION {
  PVOID DebugInfo;
  LONG LockCount;
  LONG RecursionCount;
  HANDLE OwningThread;
  HANDLE LockSemaphore;
  ULONG_PTR SpinCount;
} CRITICAL_SECTION, *PCRITICAL_SECTION, *LPCRITICAL_SECTION;

typedef struct SRWLOCK {
  PVOID Ptr;
} SRWLOCK, *PSRWLOCK;
typedef struct CONDITION_VARIABLE {
  PVOID Ptr;
} CONDITION_VARIABLE, *PCONDITION_VARIABLE;
typedef union INIT_ONCE {
  PVOID Ptr;
} INIT_ONCE, *PINIT_ONCE, *LPINIT_ONCE;
#define SRWLOCK_INIT \
  { NULL }
#define CONDITION_VARIABLE_INIT \
  { NULL }
#define INIT_ONCE_STATIC_INIT \
  { NULL }
#define CONDITION_VARIABLE_LOCKMODE_SHARED 1
#define INIT_ONCE_CHECK_ONLY 1
#define INIT_ONCE_ASYNC 2
#define INIT_ONCE_INIT_FAILED 4

typedef DWORD (*LPTHREAD_START_ROUTINE)(LPVOID parameter);
typedef LPTHREAD_START_ROUTINE PTHREAD_START_ROUTINE;
typedef BOOL (*PINIT_ONCE_FN)(PINIT_ONCE once, PVOID parameter, PVOID *context);
typedef VOID (*PFLS_CALLBACK_FUNCTION)(PVOID data);
typedef VOID (*PAPCFUNC)(ULONG_PTR parameter);
typedef VOID (*WAITORTIMERCALLBACK)(PVOID parameter, BOOLEAN timed_out);

/* ---- errors and other constants -------------------------------------------------------------- */

#define ERROR_SUCCESS 0U
#define NO_ERROR 0U
#define NERR_Success 0U
#define S_OK ((HRESULT)0)
#define ERROR_INVALID_FUNCTION 1U
#define ERROR_FILE_NOT_FOUND 2U
#define ERROR_PATH_NOT_FOUND 3U
#define ERROR_TOO_MANY_OPEN_FILES 4U
#define ERROR_ACCESS_DENIED 5U
#define ERROR_INVALID_HANDLE 6U
#define ERROR_NOT_ENOUGH_MEMORY 8U
#define ERROR_INVALID_DATA 13U
#define ERROR_OUTOFMEMORY 14U
#define ERROR_NO_MORE_FILES 18U
#define ERROR_NOT_SAME_DEVICE 17U
#define ERROR_NOT_READY 21U
#define ERROR_BAD_LENGTH 24U
#define ERROR_GEN_FAILURE 31U
#define ERROR_SHARING_VIOLATION 32U
#define ERROR_HANDLE_EOF 38U
#define ERROR_NOT_SUPPORTED 50U
#define ERROR_FILE_EXISTS 80U
#define ERROR_DISK_FULL 112U
#define ERROR_NEGATIVE_SEEK 131U
#define ERROR_DIR_NOT_EMPTY 145U
#define ERROR_UNRECOGNIZED_VOLUME 1005U
#define ERROR_KEY_DELETED 1018U
#define ERROR_NO_SYSTEM_RESOURCES 1450U
#define ERROR_UNSUPPORTED_TYPE 1630U
#define MOVEFILE_REPLACE_EXISTING 1U
#define MOVEFILE_COPY_ALLOWED 2U
#define MOVEFILE_WRITE_THROUGH 8U
#define INVALID_FILE_SIZE 0xFFFFFFFFU
#define FILE_FLAG_DELETE_ON_CLOSE 0x04000000U
#define ERROR_SIGNAL_REFUSED 156U
#define ERROR_BUSY 170U
#define ERROR_INVALID_PARAMETER 87U
#define ERROR_CALL_NOT_IMPLEMENTED 120U
#define ERROR_SEM_TIMEOUT 121U
#define ERROR_INSUFFICIENT_BUFFER 122U
#define ERROR_INVALID_NAME 123U
#define ERROR_INVALID_LEVEL 124U
#define ERROR_MOD_NOT_FOUND 126U
#define ERROR_PROC_NOT_FOUND 127U
#define ERROR_NOT_LOCKED 158U
#define ERROR_BAD_ARGUMENTS 160U
#define ERROR_ALREADY_EXISTS 183U
#define ERROR_BAD_EXE_FORMAT 193U
#define ERROR_FILENAME_EXCED_RANGE 206U
#define ERROR_MORE_DATA 234U
#define WAIT_TIMEOUT 258U
#define ERROR_NO_MORE_ITEMS 259U
#define ERROR_NOT_OWNER 288U
#define ERROR_TOO_MANY_POSTS 298U
#define ERROR_OPERATION_ABORTED 995U
#define ERROR_IO_INCOMPLETE 996U
#define ERROR_IO_PENDING 997U
#define ERROR_INVALID_SERVICE_CONTROL 1052U
#define ERROR_SERVICE_REQUEST_TIMEOUT 1053U
#define ERROR_SERVICE_ALREADY_RUNNING 1056U
#define ERROR_SERVICE_DISABLED 1058U
#define ERROR_SERVICE_DOES_NOT_EXIST 1060U
#define ERROR_SERVICE_CANNOT_ACCEPT_CTRL 1061U
#define ERROR_SERVICE_NOT_ACTIVE 1062U
#define ERROR_DATABASE_DOES_NOT_EXIST 1065U
#define ERROR_SERVICE_SPECIFIC_ERROR 1066U
#define ERROR_PROCESS_ABORTED 1067U
#define ERROR_SERVICE_EXISTS 1073U
#define ERROR_SERVICE_NEVER_STARTED 1077U
#define ERROR_DLL_INIT_FAILED 1114U
#define ERROR_DEVICE_NOT_CONNECTED 1167U
#define ERROR_NOT_FOUND 1168U
#define ERROR_CANCELLED 1223U
#define ERROR_REVISION_MISMATCH 1306U
#define ERROR_TIMEOUT 1460U
#define ERROR_DEVICE_REMOVED 1617U
#define ERROR_INVALID_STATE 5023U
#define ERROR_RESOURCE_NOT_ONLINE 5004U
#define ERROR_RESOURCE_NOT_FOUND 5007U
#define RPC_S_CALL_FAILED 1726L
#define ERROR_OBJECT_ALREADY_EXISTS 5010U
#define ERROR_CLUSTER_RESNAME_NOT_FOUND 5080U
#define PARM_ERROR_UNKNOWN 0xFFFFFFFFU

#define INFINITE 0xFFFFFFFFU
#define WAIT_OBJECT_0 0U
#define WAIT_ABANDONED 0x80U
#define WAIT_ABANDONED_0 0x80U
#define WAIT_IO_COMPLETION 0xC0U
#define WAIT_FAILED 0xFFFFFFFFU
#define MAXIMUM_WAIT_OBJECTS 64
#define STILL_ACTIVE 259U
#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)
#define INVALID_FILE_ATTRIBUTES 0xFFFFFFFFU
#define INVALID_FILE_SIZE 0xFFFFFFFFU
#define INVALID_SET_FILE_POINTER 0xFFFFFFFFU

#define DELETE 0x00010000U
#define READ_CONTROL 0x00020000U
#define WRITE_DAC 0x00040000U
#define WRITE_OWNER 0x00080000U
#define SYNCHRONIZE 0x00100000U
#define STANDARD_RIGHTS_REQUIRED 0x000F0000U
#define MAXIMUM_ALLOWED 0x02000000U
#define GENERIC_ALL 0x10000000U
#define GENERIC_EXECUTE 0x20000000U
#define GENERIC_WRITE 0x40000000U
#define GENERIC_READ 0x80000000U
#define FILE_READ_DATA 0x0001U
#define FILE_LIST_DIRECTORY 0x0001U
#define FILE_WRITE_DATA 0x0002U
#define FILE_APPEND_DATA 0x0004U
#define FILE_READ_ATTRIBUTES 0x0080U
#define FILE_WRITE_ATTRIBUTES 0x0100U
#define FILE_SHARE_READ 1U
#define FILE_SHARE_WRITE 2U
#define FILE_SHARE_DELETE 4U
#define CREATE_NEW 1U
#define CREATE_ALWAYS 2U
#define OPEN_EXISTING 3U
#define OPEN_ALWAYS 4U
#define TRUNCATE_EXISTING 5U
#define FILE_ATTRIBUTE_READONLY 0x01U
#define FILE_ATTRIBUTE_DIRECTORY 0x10U
#define FILE_ATTRIBUTE_NORMAL 0x80U
#define FILE_FLAG_OVERLAPPED 0x40000000U
#define FILE_FLAG_NO_BUFFERING 0x20000000U
#define FILE_FLAG_WRITE_THROUGH 0x80000000U
#define FILE_FLAG_BACKUP_SEMANTICS 0x02000000U
#define FILE_BEGIN 0U
#define FILE_CURRENT 1U
#define FILE_END 2U
#define DUPLICATE_CLOSE_SOURCE 1U
#define DUPLICATE_SAME_ACCESS 2U
#define EVENT_MODIFY_STATE 2U
#define EVENT_ALL_ACCESS 0x001F0003U
#define MUTEX_ALL_ACCESS 0x001F0001U
#define SEMAPHORE_ALL_ACCESS 0x001F0003U
#define CREATE_EVENT_MANUAL_RESET 1U
#define CREATE_EVENT_INITIAL_SET 2U
#define CREATE_MUTEX_INITIAL_OWNER 1U
#define PROCESS_TERMINATE 0x0001U
#define PROCESS_QUERY_INFORMATION 0x0400U
#define PROCESS_QUERY_LIMITED_INFORMATION 0x1000U
#define PROCESS_ALL_ACCESS 0x001FFFFFU
#define CREATE_SUSPENDED 4U
#define CREATE_NO_WINDOW 0x08000000U
#define STD_INPUT_HANDLE ((DWORD)-10)
#define STD_OUTPUT_HANDLE ((DWORD)-11)
#define STD_ERROR_HANDLE ((DWORD)-12)
#define DLL_PROCESS_ATTACH 1U
#define DLL_THREAD_ATTACH 2U
#define DLL_THREAD_DETACH 3U
#define DLL_PROCESS_DETACH 0U
#define TLS_OUT_OF_INDEXES 0xFFFFFFFFU
#define FLS_OUT_OF_INDEXES 0xFFFFFFFFU
#define WT_EXECUTEDEFAULT 0U
#define WT_EXECUTEONLYONCE 8U
#define WT_EXECUTELONGFUNCTION 0x10U
#define CSTR_LESS_THAN 1
#define CSTR_EQUAL 2
#define CSTR_GREATER_THAN 3
#define NORM_IGNORECASE 1U
#define LOCALE_INVARIANT 0x007FU
#define LOCALE_USER_DEFAULT 0x0400U

#define HEAP_NO_SERIALIZE 1U
#define HEAP_GENERATE_EXCEPTIONS 4U
#define HEAP_ZERO_MEMORY 8U
#define HEAP_REALLOC_IN_PLACE_ONLY 0x10U
#define LMEM_FIXED 0U
#define LMEM_MOVEABLE 2U
#define LMEM_ZEROINIT 0x40U
#define LPTR 0x40U
#define GMEM_FIXED 0U
#define GMEM_MOVEABLE 2U
#define GMEM_ZEROINIT 0x40U
#define GPTR 0x40U
#define MEM_COMMIT 0x1000U
#define MEM_RESERVE 0x2000U
#define MEM_DECOMMIT 0x4000U
#define MEM_RELEASE 0x8000U
#define MEM_FREE 0x10000U
#define PAGE_NOACCESS 1U
#define PAGE_READONLY 2U
#define PAGE_READWRITE 4U
#define PAGE_EXECUTE_READ 0x20U
#define PAGE_EXECUTE_READWRITE 0x40U

#define REG_NONE 0U
#define REG_SZ 1U
#define REG_EXPAND_SZ 2U
#define REG_BINARY 3U
#define REG_DWORD 4U
#define REG_MULTI_SZ 7U
#define REG_QWORD 11U
#define REG_CREATED_NEW_KEY 1U
#define REG_OPENED_EXISTING_KEY 2U
#define REG_OPTION_NON_VOLATILE 0U
#define KEY_QUERY_VALUE 1U
#define KEY_SET_VALUE 2U
#define KEY_CREATE_SUB_KEY 4U
#define KEY_ENUMERATE_SUB_KEYS 8U
#define KEY_NOTIFY 0x10U
#define KEY_CREATE_LINK 0x20U
#define KEY_WOW64_64KEY 0x100U
#define KEY_WOW64_32KEY 0x200U
#define KEY_READ 0x20019U
#define KEY_WRITE 0x20006U
#define KEY_ALL_ACCESS 0xF003FU
#define REG_NOTIFY_CHANGE_NAME 1U
#define REG_NOTIFY_CHANGE_ATTRIBUTES 2U
#define REG_NOTIFY_CHANGE_LAST_SET 4U
#define REG_NOTIFY_CHANGE_SECURITY 8U
#define RRF_RT_REG_NONE 0x01U
#define RRF_RT_REG_SZ 0x02U
#define RRF_RT_REG_EXPAND_SZ 0x04U
#define RRF_RT_REG_BINARY 0x08U
#define RRF_RT_REG_DWORD 0x10U
#define RRF_RT_REG_MULTI_SZ 0x20U
#define RRF_RT_REG_QWORD 0x40U
#define RRF_RT_ANY 0xFFFFU
#define RRF_NOEXPAND 0x10000000U
#define RRF_ZEROONFAILURE 0x20000000U
#define HKEY_CLASSES_ROOT ((HKEY)(LONG_PTR)(LONG)0x80000000)
#define HKEY_CURRENT_USER ((HKEY)(LONG_PTR)(LONG)0x80000001)
#define HKEY_LOCAL_MACHINE ((HKEY)(LONG_PTR)(LONG)0x80000002)
#define HKEY_USERS ((HKEY)(LONG_PTR)(LONG)0x80000003)
#define HKEY_CURRENT_CONFIG ((HKEY)(LONG_PTR)(LONG)0x80000005)

/* ---- interlocked operations ------------------------------------------------------------------ */

#define CR_INTERLOCKED(type, suffix)                                                               \
  static inline type InterlockedExchange##suffix(type volatile *p, type v) {                       \
    return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);                                            \
  }                                                                                                \
  static inline type InterlockedExchangeAdd##suffix(type volatile *p, type v) {                    \
    return __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST);                                             \
  }                                                                                                \
  static inline type InterlockedIncrement##suffix(type volatile *p) {                              \
    return __atomic_add_fetch(p, 1, __ATOMIC_SEQ_CST);                                             \
  }                                                                                                \
  static inline type InterlockedDecrement##suffix(type volatile *p) {                              \
    return __atomic_sub_fetch(p, 1, __ATOMIC_SEQ_CST);                                             \
  }                                                                                                \
  static inline type InterlockedOr##suffix(type volatile *p, type v) {                             \
    return __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST);                                              \
  }                                                                                                \
  static inline type InterlockedAnd##suffix(type volatile *p, type v) {                            \
    return __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST);                                             \
  }                                                                                                \
  static inline type InterlockedXor##suffix(type volatile *p, type v) {                            \
    return __atomic_fetch_xor(p, v, __ATOMIC_SEQ_CST);                                             \
  }                                                                                                \
  static inline type InterlockedCompareExchange##suffix(type volatile *p, type v, type expected) { \
    __atomic_compare_exchange_n(p, &expected, v, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);           \
    return expected;                                                                               \
  }
CR_INTERLOCKED(LONG, )
CR_INTERLOCKED(LONG64, 64)
#undef CR_INTERLOCKED
static inline PVOID InterlockedExchangePointer(PVOID volatile *p, PVOID v) {
  return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);
}
static inline PVOID InterlockedCompareExchangePointer(PVOID volatile *p, PVOID v, PVOID expected) {
  __atomic_compare_exchange_n(p, &expected, v, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  return expected;
}
#define MemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define YieldProcessor() __builtin_ia32_pause()
#define ZeroMemory(at, n) memset((at), 0, (n))
#define CopyMemory(to, from, n) memcpy((to), (from), (n))
#define FillMemory(at, n, with) memset((at), (with), (n))
#define RtlZeroMemory ZeroMemory

/* ---- errors, modules, the process ------------------------------------------------------------ */

DWORD GetLastError(void);
void SetLastError(DWORD error);
HMODULE GetModuleHandleA(LPCSTR name);
HMODULE GetModuleHandleW(LPCWSTR name);
HMODULE LoadLibraryA(LPCSTR name);
HMODULE LoadLibraryW(LPCWSTR name);
HMODULE LoadLibraryExA(LPCSTR name, HANDLE file, DWORD flags);
HMODULE LoadLibraryExW(LPCWSTR name, HANDLE file, DWORD flags);
BOOL FreeLibrary(HMODULE module);
void FreeLibraryAndExitThread(HMODULE module, DWORD code);
BOOL GetHandleInformation(HANDLE handle, LPDWORD flags);
BOOL SetHandleInformation(HANDLE handle, DWORD mask, DWORD flags);
FARPROC GetProcAddress(HMODULE module, LPCSTR name);
BOOL DisableThreadLibraryCalls(HMODULE module);
HANDLE GetCurrentProcess(void);
DWORD GetCurrentProcessId(void);
HANDLE GetCurrentThread(void);
DWORD GetCurrentThreadId(void);
HANDLE GetStdHandle(DWORD which);
__attribute__((noreturn)) void ExitProcess(UINT code);
__attribute__((noreturn)) void ExitThread(DWORD code);
BOOL GetProcessAffinityMask(HANDLE process, PDWORD_PTR own, PDWORD_PTR all);
BOOL SetProcessAffinityMask(HANDLE process, DWORD_PTR mask);
BOOL SetThreadStackGuarantee(PULONG bytes);
UINT SetErrorMode(UINT mode);
DWORD ExpandEnvironmentStringsW(LPCWSTR from, LPWSTR to, DWORD size);
BOOL SetEnvironmentVariableW(LPCWSTR name, LPCWSTR value);
DWORD GetEnvironmentVariableW(LPCWSTR name, LPWSTR to, DWORD size);
void OutputDebugStringA(LPCSTR text);
void OutputDebugStringW(LPCWSTR text);
DWORD TlsAlloc(void);
BOOL TlsFree(DWORD slot);
BOOL TlsSetValue(DWORD slot, LPVOID value);
LPVOID TlsGetValue(DWORD slot);
DWORD FlsAlloc(PFLS_CALLBACK_FUNCTION callback);
BOOL FlsFree(DWORD slot);
BOOL FlsSetValue(DWORD slot, PVOID value);
PVOID FlsGetValue(DWORD slot);

typedef struct EXCEPTION_RECORD {
  DWORD ExceptionCode;
  DWORD ExceptionFlags;
  struct EXCEPTION_RECORD *ExceptionRecord;
  PVOID ExceptionAddress;
  DWORD NumberParameters;
  ULONG_PTR ExceptionInformation[15];
} EXCEPTION_RECORD, *PEXCEPTION_RECORD;
typedef struct EXCEPTION_POINTERS {
  PEXCEPTION_RECORD ExceptionRecord;
  PVOID ContextRecord;
} EXCEPTION_POINTERS, *PEXCEPTION_POINTERS;
typedef LONG (*LPTOP_LEVEL_EXCEPTION_FILTER)(EXCEPTION_POINTERS *exception);
typedef LPTOP_LEVEL_EXCEPTION_FILTER PTOP_LEVEL_EXCEPTION_FILTER;
LPTOP_LEVEL_EXCEPTION_FILTER SetUnhandledExceptionFilter(LPTOP_LEVEL_EXCEPTION_FILTER filter);

/* ---- memory ---------------------------------------------------------------------------------- */

LPVOID VirtualAlloc(LPVOID at, SIZE_T bytes, DWORD kind, DWORD protection);
BOOL VirtualFree(LPVOID at, SIZE_T bytes, DWORD kind);
BOOL VirtualProtect(LPVOID at, SIZE_T bytes, DWORD protection, PDWORD old);
HANDLE GetProcessHeap(void);
HANDLE HeapCreate(DWORD options, SIZE_T initial, SIZE_T most);
BOOL HeapDestroy(HANDLE heap);
LPVOID HeapAlloc(HANDLE heap, DWORD flags, SIZE_T bytes);
LPVOID HeapReAlloc(HANDLE heap, DWORD flags, LPVOID block, SIZE_T bytes);
BOOL HeapFree(HANDLE heap, DWORD flags, LPVOID block);
SIZE_T HeapSize(HANDLE heap, DWORD flags, LPCVOID block);
BOOL HeapValidate(HANDLE heap, DWORD flags, LPCVOID block);
HLOCAL LocalAlloc(UINT flags, SIZE_T bytes);
HLOCAL LocalReAlloc(HLOCAL block, SIZE_T bytes, UINT flags);
HLOCAL LocalFree(HLOCAL block);
SIZE_T LocalSize(HLOCAL block);
HGLOBAL GlobalAlloc(UINT flags, SIZE_T bytes);
HGLOBAL GlobalFree(HGLOBAL block);

/* ---- objects, waits, threads ----------------------------------------------------------------- */

BOOL CloseHandle(HANDLE handle);
BOOL DuplicateHandle(HANDLE from_process, HANDLE from, HANDLE to_process, LPHANDLE to, DWORD access,
                     BOOL inherit, DWORD options);
HANDLE CreateEventA(LPSECURITY_ATTRIBUTES attributes, BOOL manual, BOOL set, LPCSTR name);
HANDLE CreateEventW(LPSECURITY_ATTRIBUTES attributes, BOOL manual, BOOL set, LPCWSTR name);
HANDLE CreateEventExA(LPSECURITY_ATTRIBUTES attributes, LPCSTR name, DWORD flags, DWORD access);
HANDLE CreateEventExW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name, DWORD flags, DWORD access);
HANDLE OpenEventW(DWORD access, BOOL inherit, LPCWSTR name);
HANDLE OpenEventA(DWORD access, BOOL inherit, LPCSTR name);
BOOL SetEvent(HANDLE event);
BOOL ResetEvent(HANDLE event);
HANDLE CreateMutexA(LPSECURITY_ATTRIBUTES attributes, BOOL owned, LPCSTR name);
HANDLE CreateMutexW(LPSECURITY_ATTRIBUTES attributes, BOOL owned, LPCWSTR name);
HANDLE CreateMutexExW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name, DWORD flags, DWORD access);
HANDLE CreateMutexExA(LPSECURITY_ATTRIBUTES attributes, LPCSTR name, DWORD flags, DWORD access);
HANDLE OpenMutexW(DWORD access, BOOL inherit, LPCWSTR name);
HANDLE OpenMutexA(DWORD access, BOOL inherit, LPCSTR name);
BOOL ReleaseMutex(HANDLE mutex);
HANDLE CreateSemaphoreA(LPSECURITY_ATTRIBUTES attributes, LONG count, LONG most, LPCSTR name);
HANDLE CreateSemaphoreW(LPSECURITY_ATTRIBUTES attributes, LONG count, LONG most, LPCWSTR name);
HANDLE CreateSemaphoreExW(LPSECURITY_ATTRIBUTES attributes, LONG count, LONG most, LPCWSTR name,
                          DWORD flags, DWORD access);
HANDLE CreateSemaphoreExA(LPSECURITY_ATTRIBUTES attributes, LONG count, LONG most, LPCSTR name,
                          DWORD flags, DWORD access);
HANDLE OpenSemaphoreW(DWORD access, BOOL inherit, LPCWSTR name);
HANDLE OpenSemaphoreA(DWORD access, BOOL inherit, LPCSTR name);
BOOL ReleaseSemaphore(HANDLE semaphore, LONG count, LPLONG before);
DWORD WaitForSingleObject(HANDLE handle, DWORD ms);
DWORD WaitForSingleObjectEx(HANDLE handle, DWORD ms, BOOL alertable);
DWORD WaitForMultipleObjects(DWORD count, const HANDLE *handles, BOOL all, DWORD ms);
DWORD WaitForMultipleObjectsEx(DWORD count, const HANDLE *handles, BOOL all, DWORD ms,
                               BOOL alertable);
DWORD SignalObjectAndWait(HANDLE signal, HANDLE wait, DWORD ms, BOOL alertable);
HANDLE CreateThread(LPSECURITY_ATTRIBUTES attributes, SIZE_T stack, LPTHREAD_START_ROUTINE routine,
                    LPVOID parameter, DWORD flags, LPDWORD id);
BOOL GetExitCodeThread(HANDLE thread, LPDWORD code);
DWORD GetThreadId(HANDLE thread);
DWORD ResumeThread(HANDLE thread);
DWORD SuspendThread(HANDLE thread);
BOOL TerminateThread(HANDLE thread, DWORD code);
BOOL SetThreadPriority(HANDLE thread, int priority);
BOOL SwitchToThread(void);
BOOL QueueUserWorkItem(LPTHREAD_START_ROUTINE routine, PVOID parameter, ULONG flags);
void Sleep(DWORD ms);
DWORD SleepEx(DWORD ms, BOOL alertable);
DWORD GetTickCount(void);
ULONGLONG GetTickCount64(void);
BOOL QueryPerformanceCounter(LARGE_INTEGER *count);
BOOL QueryPerformanceFrequency(LARGE_INTEGER *frequency);
void GetSystemTime(LPSYSTEMTIME time);
void GetLocalTime(LPSYSTEMTIME time);
void GetSystemTimeAsFileTime(LPFILETIME time);
void GetSystemTimePreciseAsFileTime(LPFILETIME time);
BOOL FileTimeToSystemTime(const FILETIME *from, LPSYSTEMTIME to);
uintptr_t _beginthreadex(void *security, unsigned stack, unsigned (*routine)(void *),
                         void *parameter, unsigned flags, unsigned *id);
void _endthreadex(unsigned code);

void InitializeCriticalSection(LPCRITICAL_SECTION section);
BOOL InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section, DWORD spins);
BOOL InitializeCriticalSectionEx(LPCRITICAL_SECTION section, DWORD spins, DWORD flags);
void DeleteCriticalSection(LPCRITICAL_SECTION section);
void EnterCriticalSection(LPCRITICAL_SECTION section);
BOOL TryEnterCriticalSection(LPCRITICAL_SECTION section);
void LeaveCriticalSection(LPCRITICAL_SECTION section);
void InitializeSRWLock(PSRWLOCK lock);
void AcquireSRWLockExclusive(PSRWLOCK lock);
void AcquireSRWLockShared(PSRWLOCK lock);
void ReleaseSRWLockExclusive(PSRWLOCK lock);
void ReleaseSRWLockShared(PSRWLOCK lock);
BOOLEAN TryAcquireSRWLockExclusive(PSRWLOCK lock);
BOOLEAN TryAcquireSRWLockShared(PSRWLOCK lock);
void InitializeConditionVariable(PCONDITION_VARIABLE condition);
BOOL SleepConditionVariableCS(PCONDITION_VARIABLE condition, PCRITICAL_SECTION section, DWORD ms);
BOOL SleepConditionVariableSRW(PCONDITION_VARIABLE condition, PSRWLOCK lock, DWORD ms, ULONG flags);
void WakeConditionVariable(PCONDITION_VARIABLE condition);
void WakeAllConditionVariable(PCONDITION_VARIABLE condition);
BOOL WaitOnAddress(volatile VOID *address, PVOID compare, SIZE_T size, DWORD ms);
void WakeByAddressSingle(PVOID address);
void WakeByAddressAll(PVOID address);
void InitOnceInitialize(PINIT_ONCE once);
BOOL InitOnceExecuteOnce(PINIT_ONCE once, PINIT_ONCE_FN function, PVOID parameter, LPVOID *context);
BOOL InitOnceBeginInitialize(LPINIT_ONCE once, DWORD flags, PBOOL pending, LPVOID *context);
BOOL InitOnceComplete(LPINIT_ONCE once, DWORD flags, LPVOID context);

#define SYNCHRONIZATION_BARRIER_FLAGS_SPIN_ONLY 1U
#define SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY 2U
#define MAXIMUM_SUSPEND_COUNT 127
#define THREAD_SUSPEND_RESUME 2U
#define THREAD_SET_CONTEXT 0x10U
#define THREAD_ALL_ACCESS 0x001FFFFFU
typedef struct SYNCHRONIZATION_BARRIER {
  DWORD Reserved1, Reserved2;
  ULONG_PTR Reserved3[2];
  DWORD Reserved4, Reserved5;
} SYNCHRONIZATION_BARRIER, *PSYNCHRONIZATION_BARRIER, *LPSYNCHRONIZATION_BARRIER;
typedef struct SLIST_ENTRY {
  struct SLIST_ENTRY *Next;
} __attribute__((aligned(16))) SLIST_ENTRY, *PSLIST_ENTRY;
typedef struct SLIST_HEADER {
  ULONGLONG Alignment, Region;
} __attribute__((aligned(16))) SLIST_HEADER, *PSLIST_HEADER;
BOOL InitializeSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER barrier, LONG threads, LONG spins);
BOOL EnterSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER barrier, DWORD flags);
BOOL DeleteSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER barrier);
void InitializeSListHead(PSLIST_HEADER list);
PSLIST_ENTRY InterlockedPushEntrySList(PSLIST_HEADER list, PSLIST_ENTRY entry);
PSLIST_ENTRY InterlockedPopEntrySList(PSLIST_HEADER list);
PSLIST_ENTRY InterlockedFlushSList(PSLIST_HEADER list);
USHORT QueryDepthSList(PSLIST_HEADER list);
HANDLE OpenThread(DWORD access, BOOL inherit, DWORD id);
BOOL GetThreadTimes(HANDLE thread, LPFILETIME begun, LPFILETIME ended, LPFILETIME kernel,
                    LPFILETIME user);
DWORD QueueUserAPC(PAPCFUNC function, HANDLE thread, ULONG_PTR argument);

/* ---- the thread pool and timers -------------------------------------------------------------- */

typedef struct TP_CALLBACK_INSTANCE TP_CALLBACK_INSTANCE, *PTP_CALLBACK_INSTANCE;
typedef struct TP_WORK TP_WORK, *PTP_WORK;
typedef struct TP_TIMER TP_TIMER, *PTP_TIMER;
typedef struct TP_WAIT TP_WAIT, *PTP_WAIT;
typedef struct TP_POOL TP_POOL, *PTP_POOL;
typedef struct TP_CLEANUP_GROUP TP_CLEANUP_GROUP, *PTP_CLEANUP_GROUP;
typedef DWORD TP_WAIT_RESULT;
typedef VOID (*PTP_CLEANUP_GROUP_CANCEL_CALLBACK)(PVOID object, PVOID context);
typedef struct TP_CALLBACK_ENVIRON {
  DWORD Version;
  PTP_POOL Pool;
  PTP_CLEANUP_GROUP CleanupGroup;
  PTP_CLEANUP_GROUP_CANCEL_CALLBACK CleanupGroupCancelCallback;
  PVOID RaceDll, ActivationContext, FinalizationCallback;
  DWORD Flags, CallbackPriority, Size;
} TP_CALLBACK_ENVIRON, *PTP_CALLBACK_ENVIRON;
typedef VOID (*PTP_SIMPLE_CALLBACK)(PTP_CALLBACK_INSTANCE instance, PVOID context);
typedef VOID (*PTP_WORK_CALLBACK)(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WORK work);
typedef VOID (*PTP_TIMER_CALLBACK)(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_TIMER timer);
typedef VOID (*PTP_WAIT_CALLBACK)(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WAIT wait,
                                  TP_WAIT_RESULT result);
/* In the documents these are inline: what they set is the caller's. */
static inline void InitializeThreadpoolEnvironment(PTP_CALLBACK_ENVIRON environment) {
  *environment = (TP_CALLBACK_ENVIRON){.Version = 3};
}
static inline void SetThreadpoolCallbackPool(PTP_CALLBACK_ENVIRON environment, PTP_POOL pool) {
  environment->Pool = pool;
}
static inline void SetThreadpoolCallbackCleanupGroup(PTP_CALLBACK_ENVIRON environment,
                                                     PTP_CLEANUP_GROUP group,
                                                     PTP_CLEANUP_GROUP_CANCEL_CALLBACK cancel) {
  environment->CleanupGroup = group;
  environment->CleanupGroupCancelCallback = cancel;
}
static inline void DestroyThreadpoolEnvironment(PTP_CALLBACK_ENVIRON environment) {
  (void)environment;
}
PTP_POOL CreateThreadpool(PVOID reserved);
void CloseThreadpool(PTP_POOL pool);
void SetThreadpoolThreadMaximum(PTP_POOL pool, DWORD most);
BOOL SetThreadpoolThreadMinimum(PTP_POOL pool, DWORD least);
PTP_CLEANUP_GROUP CreateThreadpoolCleanupGroup(void);
void CloseThreadpoolCleanupGroup(PTP_CLEANUP_GROUP group);
void CloseThreadpoolCleanupGroupMembers(PTP_CLEANUP_GROUP group, BOOL cancel, PVOID context);
BOOL CallbackMayRunLong(PTP_CALLBACK_INSTANCE instance);
void DisassociateCurrentThreadFromCallback(PTP_CALLBACK_INSTANCE instance);
void SetEventWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance, HANDLE event);
void ReleaseSemaphoreWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance, HANDLE semaphore,
                                         DWORD by);
void ReleaseMutexWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance, HANDLE mutex);
void LeaveCriticalSectionWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance,
                                             PCRITICAL_SECTION section);
void FreeLibraryWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance, HMODULE module);
BOOL TrySubmitThreadpoolCallback(PTP_SIMPLE_CALLBACK callback, PVOID context,
                                 PTP_CALLBACK_ENVIRON environment);
PTP_WORK CreateThreadpoolWork(PTP_WORK_CALLBACK callback, PVOID context,
                              PTP_CALLBACK_ENVIRON environment);
void SubmitThreadpoolWork(PTP_WORK work);
void WaitForThreadpoolWorkCallbacks(PTP_WORK work, BOOL cancel);
void CloseThreadpoolWork(PTP_WORK work);
PTP_TIMER CreateThreadpoolTimer(PTP_TIMER_CALLBACK callback, PVOID context,
                                PTP_CALLBACK_ENVIRON environment);
void SetThreadpoolTimer(PTP_TIMER timer, PFILETIME due, DWORD period, DWORD window);
BOOL IsThreadpoolTimerSet(PTP_TIMER timer);
void WaitForThreadpoolTimerCallbacks(PTP_TIMER timer, BOOL cancel);
void CloseThreadpoolTimer(PTP_TIMER timer);
PTP_WAIT CreateThreadpoolWait(PTP_WAIT_CALLBACK callback, PVOID context,
                              PTP_CALLBACK_ENVIRON environment);
void SetThreadpoolWait(PTP_WAIT wait, HANDLE handle, PFILETIME timeout);
void WaitForThreadpoolWaitCallbacks(PTP_WAIT wait, BOOL cancel);
void CloseThreadpoolWait(PTP_WAIT wait);
HANDLE CreateTimerQueue(void);
BOOL CreateTimerQueueTimer(PHANDLE timer, HANDLE queue, WAITORTIMERCALLBACK callback,
                           PVOID parameter, DWORD due, DWORD period, ULONG flags);
BOOL ChangeTimerQueueTimer(HANDLE queue, HANDLE timer, ULONG due, ULONG period);
BOOL DeleteTimerQueueTimer(HANDLE queue, HANDLE timer, HANDLE completion);
BOOL DeleteTimerQueue(HANDLE queue);
BOOL DeleteTimerQueueEx(HANDLE queue, HANDLE completion);
BOOL RegisterWaitForSingleObject(PHANDLE wait, HANDLE object, WAITORTIMERCALLBACK callback,
                                 PVOID context, ULONG ms, ULONG flags);
BOOL UnregisterWait(HANDLE wait);
BOOL UnregisterWaitEx(HANDLE wait, HANDLE completion);
#define CREATE_WAITABLE_TIMER_MANUAL_RESET 1U
#define TIMER_ALL_ACCESS 0x001F0003U
typedef struct REASON_CONTEXT {
  ULONG Version;
  DWORD Flags;
  LPWSTR SimpleReasonString;
} REASON_CONTEXT, *PREASON_CONTEXT;
typedef VOID (*PTIMERAPCROUTINE)(LPVOID argument, DWORD low, DWORD high);
HANDLE CreateWaitableTimerA(LPSECURITY_ATTRIBUTES attributes, BOOL manual, LPCSTR name);
HANDLE CreateWaitableTimerW(LPSECURITY_ATTRIBUTES attributes, BOOL manual, LPCWSTR name);
HANDLE CreateWaitableTimerExW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name, DWORD flags,
                              DWORD access);
HANDLE CreateWaitableTimerExA(LPSECURITY_ATTRIBUTES attributes, LPCSTR name, DWORD flags,
                              DWORD access);
HANDLE OpenWaitableTimerA(DWORD access, BOOL inherit, LPCSTR name);
HANDLE OpenWaitableTimerW(DWORD access, BOOL inherit, LPCWSTR name);
BOOL SetWaitableTimer(HANDLE timer, const LARGE_INTEGER *due, LONG period, PTIMERAPCROUTINE routine,
                      LPVOID argument, BOOL resume);
BOOL SetWaitableTimerEx(HANDLE timer, const LARGE_INTEGER *due, LONG period,
                        PTIMERAPCROUTINE routine, LPVOID argument, PREASON_CONTEXT why,
                        ULONG delay);
BOOL CancelWaitableTimer(HANDLE timer);

/* ---- files ----------------------------------------------------------------------------------- */

typedef struct WIN32_FIND_DATAW {
  DWORD dwFileAttributes;
  FILETIME ftCreationTime, ftLastAccessTime, ftLastWriteTime;
  DWORD nFileSizeHigh, nFileSizeLow, dwReserved0, dwReserved1;
  WCHAR cFileName[MAX_PATH];
  WCHAR cAlternateFileName[14];
} WIN32_FIND_DATAW, *PWIN32_FIND_DATAW, *LPWIN32_FIND_DATAW;

typedef struct WIN32_FILE_ATTRIBUTE_DATA {
  DWORD dwFileAttributes;
  FILETIME ftCreationTime, ftLastAccessTime, ftLastWriteTime;
  DWORD nFileSizeHigh, nFileSizeLow;
} WIN32_FILE_ATTRIBUTE_DATA, *LPWIN32_FILE_ATTRIBUTE_DATA;
typedef enum GET_FILEEX_INFO_LEVELS { GetFileExInfoStandard } GET_FILEEX_INFO_LEVELS;

HANDLE CreateFileA(LPCSTR path, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES attributes,
                   DWORD creation, DWORD flags, HANDLE like);
HANDLE CreateFileW(LPCWSTR path, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES attributes,
                   DWORD creation, DWORD flags, HANDLE like);
BOOL ReadFile(HANDLE file, LPVOID to, DWORD bytes, LPDWORD done, LPOVERLAPPED overlapped);
BOOL WriteFile(HANDLE file, LPCVOID from, DWORD bytes, LPDWORD done, LPOVERLAPPED overlapped);
BOOL FlushFileBuffers(HANDLE file);
BOOL GetFileSizeEx(HANDLE file, PLARGE_INTEGER size);
DWORD SetFilePointer(HANDLE file, LONG distance, PLONG high, DWORD from);
BOOL SetFilePointerEx(HANDLE file, LARGE_INTEGER distance, PLARGE_INTEGER at, DWORD from);
BOOL GetOverlappedResult(HANDLE file, LPOVERLAPPED overlapped, LPDWORD done, BOOL wait);
BOOL DeviceIoControl(HANDLE device, DWORD code, LPVOID in, DWORD in_bytes, LPVOID out,
                     DWORD out_bytes, LPDWORD done, LPOVERLAPPED overlapped);
DWORD GetFileAttributesA(LPCSTR path);
DWORD GetFileAttributesW(LPCWSTR path);
BOOL GetFileAttributesExA(LPCSTR path, GET_FILEEX_INFO_LEVELS level, LPVOID data);
BOOL GetFileAttributesExW(LPCWSTR path, GET_FILEEX_INFO_LEVELS level, LPVOID data);
BOOL DeleteFileA(LPCSTR path);
BOOL DeleteFileW(LPCWSTR path);
BOOL MoveFileExA(LPCSTR from, LPCSTR to, DWORD flags);
BOOL MoveFileExW(LPCWSTR from, LPCWSTR to, DWORD flags);
BOOL MoveFileA(LPCSTR from, LPCSTR to);
BOOL MoveFileW(LPCWSTR from, LPCWSTR to);
BOOL SetEndOfFile(HANDLE file);
DWORD GetFileSize(HANDLE file, LPDWORD high);
BOOL RemoveDirectoryW(LPCWSTR path);
BOOL CreateDirectoryW(LPCWSTR path, LPSECURITY_ATTRIBUTES attributes);
HANDLE FindFirstFileW(LPCWSTR path, LPWIN32_FIND_DATAW data);
BOOL FindNextFileW(HANDLE find, LPWIN32_FIND_DATAW data);
BOOL FindClose(HANDLE find);
BOOL GetDiskFreeSpaceExW(LPCWSTR path, PULARGE_INTEGER mine, PULARGE_INTEGER all,
                         PULARGE_INTEGER free_bytes);
BOOL GetVolumeInformationW(LPCWSTR root, LPWSTR name, DWORD name_size, LPDWORD serial,
                           LPDWORD component_max, LPDWORD flags, LPWSTR system, DWORD system_size);
BOOL GetVolumeNameForVolumeMountPointW(LPCWSTR point, LPWSTR name, DWORD size);

/* ---- registry -------------------------------------------------------------------------------- */

LSTATUS RegOpenKeyExA(HKEY key, LPCSTR name, DWORD options, REGSAM access, PHKEY result);
LSTATUS RegOpenKeyExW(HKEY key, LPCWSTR name, DWORD options, REGSAM access, PHKEY result);
LSTATUS RegOpenKeyA(HKEY key, LPCSTR name, PHKEY result);
LSTATUS RegOpenKeyW(HKEY key, LPCWSTR name, PHKEY result);
LSTATUS RegCreateKeyExA(HKEY key, LPCSTR name, DWORD reserved, LPSTR class_name, DWORD options,
                        REGSAM access, LPSECURITY_ATTRIBUTES attributes, PHKEY result,
                        LPDWORD disposition);
LSTATUS RegCreateKeyExW(HKEY key, LPCWSTR name, DWORD reserved, LPWSTR class_name, DWORD options,
                        REGSAM access, LPSECURITY_ATTRIBUTES attributes, PHKEY result,
                        LPDWORD disposition);
LSTATUS RegCreateKeyA(HKEY key, LPCSTR name, PHKEY result);
LSTATUS RegCreateKeyW(HKEY key, LPCWSTR name, PHKEY result);
LSTATUS RegCloseKey(HKEY key);
LSTATUS RegFlushKey(HKEY key);
LSTATUS RegDeleteKeyA(HKEY key, LPCSTR name);
LSTATUS RegDeleteKeyW(HKEY key, LPCWSTR name);
LSTATUS RegDeleteKeyExA(HKEY key, LPCSTR name, REGSAM view, DWORD reserved);
LSTATUS RegDeleteKeyExW(HKEY key, LPCWSTR name, REGSAM view, DWORD reserved);
LSTATUS RegDeleteTreeA(HKEY key, LPCSTR name);
LSTATUS RegDeleteTreeW(HKEY key, LPCWSTR name);
LSTATUS RegEnumKeyExA(HKEY key, DWORD index, LPSTR name, LPDWORD size, LPDWORD reserved,
                      LPSTR class_name, LPDWORD class_size, PFILETIME written);
LSTATUS RegEnumKeyExW(HKEY key, DWORD index, LPWSTR name, LPDWORD size, LPDWORD reserved,
                      LPWSTR class_name, LPDWORD class_size, PFILETIME written);
LSTATUS RegQueryInfoKeyA(HKEY key, LPSTR class_name, LPDWORD class_size, LPDWORD reserved,
                         LPDWORD keys, LPDWORD key_length, LPDWORD class_length, LPDWORD values,
                         LPDWORD value_length, LPDWORD data_size, LPDWORD security,
                         PFILETIME written);
LSTATUS RegQueryInfoKeyW(HKEY key, LPWSTR class_name, LPDWORD class_size, LPDWORD reserved,
                         LPDWORD keys, LPDWORD key_length, LPDWORD class_length, LPDWORD values,
                         LPDWORD value_length, LPDWORD data_size, LPDWORD security,
                         PFILETIME written);
LSTATUS RegNotifyChangeKeyValue(HKEY key, BOOL subtree, DWORD filter, HANDLE event, BOOL later);
LSTATUS RegQueryValueExA(HKEY key, LPCSTR name, LPDWORD reserved, LPDWORD type, LPBYTE data,
                         LPDWORD size);
LSTATUS RegQueryValueExW(HKEY key, LPCWSTR name, LPDWORD reserved, LPDWORD type, LPBYTE data,
                         LPDWORD size);
LSTATUS RegGetValueA(HKEY key, LPCSTR below, LPCSTR name, DWORD flags, LPDWORD type, PVOID data,
                     LPDWORD size);
LSTATUS RegGetValueW(HKEY key, LPCWSTR below, LPCWSTR name, DWORD flags, LPDWORD type, PVOID data,
                     LPDWORD size);
LSTATUS RegEnumValueA(HKEY key, DWORD index, LPSTR name, LPDWORD name_size, LPDWORD reserved,
                      LPDWORD type, LPBYTE data, LPDWORD size);
LSTATUS RegEnumValueW(HKEY key, DWORD index, LPWSTR name, LPDWORD name_size, LPDWORD reserved,
                      LPDWORD type, LPBYTE data, LPDWORD size);
LSTATUS RegSetValueExA(HKEY key, LPCSTR name, DWORD reserved, DWORD type, const BYTE *data,
                       DWORD size);
LSTATUS RegSetValueExW(HKEY key, LPCWSTR name, DWORD reserved, DWORD type, const BYTE *data,
                       DWORD size);
LSTATUS RegDeleteValueA(HKEY key, LPCSTR name);
LSTATUS RegDeleteValueW(HKEY key, LPCWSTR name);

/* ---- text ------------------------------------------------------------------------------------ */

int CompareStringW(LCID locale, DWORD flags, LPCWSTR a, int a_len, LPCWSTR b, int b_len);
int CompareStringOrdinal(LPCWSTR a, int a_len, LPCWSTR b, int b_len, BOOL ignore_case);
int lstrlenA(LPCSTR text);
int lstrlenW(LPCWSTR text);
int lstrcmpW(LPCWSTR a, LPCWSTR b);
int lstrcmpiW(LPCWSTR a, LPCWSTR b);
int lstrcmpiA(LPCSTR a, LPCSTR b);
LPWSTR lstrcpyW(LPWSTR to, LPCWSTR from);
LPWSTR lstrcpynW(LPWSTR to, LPCWSTR from, int size);
LPWSTR lstrcatW(LPWSTR to, LPCWSTR from);

/* The C library's own are for 32-bit characters. */
#define wcslen cr_w16_len
#define wcscmp cr_w16_cmp
#define wcsncmp cr_w16_ncmp
#define wcscpy cr_w16_cpy
#define wcsncpy cr_w16_ncpy
#define wcscat cr_w16_cat
#define wcschr cr_w16_chr
#define wcsrchr cr_w16_rchr
#define wcsstr cr_w16_str
#define _wcsicmp cr_w16_icmp
#define _wcsnicmp cr_w16_nicmp
#define towlower cr_w16_lower
#define towupper cr_w16_upper
size_t wcslen(const WCHAR *text);
int wcscmp(const WCHAR *a, const WCHAR *b);
int wcsncmp(const WCHAR *a, const WCHAR *b, size_t n);
WCHAR *wcscpy(WCHAR *to, const WCHAR *from);
WCHAR *wcsncpy(WCHAR *to, const WCHAR *from, size_t n);
WCHAR *wcscat(WCHAR *to, const WCHAR *from);
WCHAR *wcschr(const WCHAR *text, WCHAR c);
WCHAR *wcsrchr(const WCHAR *text, WCHAR c);
WCHAR *wcsstr(const WCHAR *text, const WCHAR *part);
int _wcsicmp(const WCHAR *a, const WCHAR *b);
int _wcsnicmp(const WCHAR *a, const WCHAR *b, size_t n);
WCHAR towlower(WCHAR c);
WCHAR towupper(WCHAR c);

/* ---- processes and jobs ---------------------------------------------------------------------- */

typedef struct PROCESS_INFORMATION {
  HANDLE hProcess, hThread;
  DWORD dwProcessId, dwThreadId;
} PROCESS_INFORMATION, *PPROCESS_INFORMATION, *LPPROCESS_INFORMATION;
typedef struct STARTUPINFOA {
  DWORD cb;
  LPSTR lpReserved, lpDesktop, lpTitle;
  DWORD dwX, dwY, dwXSize, dwYSize, dwXCountChars, dwYCountChars, dwFillAttribute, dwFlags;
  WORD wShowWindow, cbReserved2;
  LPBYTE lpReserved2;
  HANDLE hStdInput, hStdOutput, hStdError;
} STARTUPINFOA, *LPSTARTUPINFOA;
typedef struct STARTUPINFOW {
  DWORD cb;
  LPWSTR lpReserved, lpDesktop, lpTitle;
  DWORD dwX, dwY, dwXSize, dwYSize, dwXCountChars, dwYCountChars, dwFillAttribute, dwFlags;
  WORD wShowWindow, cbReserved2;
  LPBYTE lpReserved2;
  HANDLE hStdInput, hStdOutput, hStdError;
} STARTUPINFOW, *LPSTARTUPINFOW;

BOOL CreateProcessA(LPCSTR program, LPSTR line, LPSECURITY_ATTRIBUTES process,
                    LPSECURITY_ATTRIBUTES thread, BOOL inherit, DWORD flags, LPVOID environment,
                    LPCSTR folder, LPSTARTUPINFOA startup, LPPROCESS_INFORMATION information);
BOOL CreateProcessW(LPCWSTR program, LPWSTR line, LPSECURITY_ATTRIBUTES process,
                    LPSECURITY_ATTRIBUTES thread, BOOL inherit, DWORD flags, LPVOID environment,
                    LPCWSTR folder, LPSTARTUPINFOW startup, LPPROCESS_INFORMATION information);
HANDLE OpenProcess(DWORD access, BOOL inherit, DWORD id);
BOOL TerminateProcess(HANDLE process, UINT code);
BOOL GetExitCodeProcess(HANDLE process, LPDWORD code);
DWORD GetProcessId(HANDLE process);
DWORD WaitForInputIdle(HANDLE process, DWORD ms);

typedef enum JOBOBJECTINFOCLASS {
  JobObjectBasicAccountingInformation = 1,
  JobObjectBasicLimitInformation = 2,
  JobObjectBasicProcessIdList = 3,
  JobObjectExtendedLimitInformation = 9
} JOBOBJECTINFOCLASS;
#define JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE 0x2000U
typedef struct JOBOBJECT_BASIC_ACCOUNTING_INFORMATION {
  LARGE_INTEGER TotalUserTime, TotalKernelTime, ThisPeriodTotalUserTime, ThisPeriodTotalKernelTime;
  DWORD TotalPageFaultCount, TotalProcesses, ActiveProcesses, TotalTerminatedProcesses;
} JOBOBJECT_BASIC_ACCOUNTING_INFORMATION;
typedef struct JOBOBJECT_BASIC_LIMIT_INFORMATION {
  LARGE_INTEGER PerProcessUserTimeLimit, PerJobUserTimeLimit;
  DWORD LimitFlags;
  SIZE_T MinimumWorkingSetSize, MaximumWorkingSetSize;
  DWORD ActiveProcessLimit;
  ULONG_PTR Affinity;
  DWORD PriorityClass, SchedulingClass;
} JOBOBJECT_BASIC_LIMIT_INFORMATION;
typedef struct IO_COUNTERS {
  ULONGLONG ReadOperationCount, WriteOperationCount, OtherOperationCount, ReadTransferCount,
      WriteTransferCount, OtherTransferCount;
} IO_COUNTERS;
typedef struct JOBOBJECT_EXTENDED_LIMIT_INFORMATION {
  JOBOBJECT_BASIC_LIMIT_INFORMATION BasicLimitInformation;
  IO_COUNTERS IoInfo;
  SIZE_T ProcessMemoryLimit, JobMemoryLimit, PeakProcessMemoryUsed, PeakJobMemoryUsed;
} JOBOBJECT_EXTENDED_LIMIT_INFORMATION;
typedef struct JOBOBJECT_BASIC_PROCESS_ID_LIST {
  DWORD NumberOfAssignedProcesses, NumberOfProcessIdsInList;
  ULONG_PTR ProcessIdList[1];
} JOBOBJECT_BASIC_PROCESS_ID_LIST;
HANDLE CreateJobObjectA(LPSECURITY_ATTRIBUTES attributes, LPCSTR name);
HANDLE CreateJobObjectW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name);
BOOL AssignProcessToJobObject(HANDLE job, HANDLE process);
BOOL TerminateJobObject(HANDLE job, UINT code);
BOOL IsProcessInJob(HANDLE process, HANDLE job, PBOOL result);
BOOL SetInformationJobObject(HANDLE job, JOBOBJECTINFOCLASS kind, LPVOID data, DWORD bytes);
BOOL QueryInformationJobObject(HANDLE job, JOBOBJECTINFOCLASS kind, LPVOID data, DWORD bytes,
                               LPDWORD needed);

/* ---- services -------------------------------------------------------------------------------- */

#define SERVICES_ACTIVE_DATABASEW L"ServicesActive"
#define SC_MANAGER_CONNECT 1U
#define SC_MANAGER_CREATE_SERVICE 2U
#define SC_MANAGER_ENUMERATE_SERVICE 4U
#define SC_MANAGER_LOCK 8U
#define SC_MANAGER_QUERY_LOCK_STATUS 0x10U
#define SC_MANAGER_ALL_ACCESS 0xF003FU
#define SERVICE_QUERY_CONFIG 1U
#define SERVICE_CHANGE_CONFIG 2U
#define SERVICE_QUERY_STATUS 4U
#define SERVICE_ENUMERATE_DEPENDENTS 8U
#define SERVICE_START 0x10U
#define SERVICE_STOP 0x20U
#define SERVICE_PAUSE_CONTINUE 0x40U
#define SERVICE_INTERROGATE 0x80U
#define SERVICE_USER_DEFINED_CONTROL 0x100U
#define SERVICE_ALL_ACCESS 0xF01FFU
#define SERVICE_NO_CHANGE 0xFFFFFFFFU
#define SERVICE_STOPPED 1U
#define SERVICE_START_PENDING 2U
#define SERVICE_STOP_PENDING 3U
#define SERVICE_RUNNING 4U
#define SERVICE_CONTINUE_PENDING 5U
#define SERVICE_PAUSE_PENDING 6U
#define SERVICE_PAUSED 7U
#define SERVICE_ACTIVE 1U
#define SERVICE_INACTIVE 2U
#define SERVICE_STATE_ALL 3U
#define SERVICE_CONTROL_STOP 1U
#define SERVICE_CONTROL_PAUSE 2U
#define SERVICE_CONTROL_CONTINUE 3U
#define SERVICE_CONTROL_INTERROGATE 4U
#define SERVICE_ACCEPT_STOP 1U
#define SERVICE_ACCEPT_PAUSE_CONTINUE 2U
#define SERVICE_WIN32_OWN_PROCESS 0x10U
#define SERVICE_AUTO_START 2U
#define SERVICE_DEMAND_START 3U
#define SERVICE_DISABLED 4U
#define SERVICE_ERROR_NORMAL 1U

typedef struct SERVICE_STATUS {
  DWORD dwServiceType, dwCurrentState, dwControlsAccepted, dwWin32ExitCode,
      dwServiceSpecificExitCode, dwCheckPoint, dwWaitHint;
} SERVICE_STATUS, *LPSERVICE_STATUS;
typedef struct SERVICE_STATUS_PROCESS {
  DWORD dwServiceType, dwCurrentState, dwControlsAccepted, dwWin32ExitCode,
      dwServiceSpecificExitCode, dwCheckPoint, dwWaitHint, dwProcessId, dwServiceFlags;
} SERVICE_STATUS_PROCESS, *LPSERVICE_STATUS_PROCESS;
typedef enum SC_STATUS_TYPE { SC_STATUS_PROCESS_INFO = 0 } SC_STATUS_TYPE;
typedef struct QUERY_SERVICE_CONFIGW {
  DWORD dwServiceType, dwStartType, dwErrorControl;
  LPWSTR lpBinaryPathName, lpLoadOrderGroup;
  DWORD dwTagId;
  LPWSTR lpDependencies, lpServiceStartName, lpDisplayName;
} QUERY_SERVICE_CONFIGW, *LPQUERY_SERVICE_CONFIGW;
typedef struct ENUM_SERVICE_STATUSW {
  LPWSTR lpServiceName, lpDisplayName;
  SERVICE_STATUS ServiceStatus;
} ENUM_SERVICE_STATUSW, *LPENUM_SERVICE_STATUSW;
typedef struct ENUM_SERVICE_STATUSA {
  LPSTR lpServiceName, lpDisplayName;
  SERVICE_STATUS ServiceStatus;
} ENUM_SERVICE_STATUSA, *LPENUM_SERVICE_STATUSA;

SC_HANDLE OpenSCManagerA(LPCSTR machine, LPCSTR database, DWORD access);
SC_HANDLE OpenSCManagerW(LPCWSTR machine, LPCWSTR database, DWORD access);
SC_HANDLE OpenServiceA(SC_HANDLE manager, LPCSTR name, DWORD access);
SC_HANDLE OpenServiceW(SC_HANDLE manager, LPCWSTR name, DWORD access);
SC_HANDLE CreateServiceW(SC_HANDLE manager, LPCWSTR name, LPCWSTR display, DWORD access, DWORD type,
                         DWORD start, DWORD error, LPCWSTR path, LPCWSTR group, LPDWORD tag,
                         LPCWSTR dependencies, LPCWSTR account, LPCWSTR password);
SC_HANDLE CreateServiceA(SC_HANDLE manager, LPCSTR name, LPCSTR display, DWORD access, DWORD type,
                         DWORD start, DWORD error, LPCSTR path, LPCSTR group, LPDWORD tag,
                         LPCSTR dependencies, LPCSTR account, LPCSTR password);
BOOL DeleteService(SC_HANDLE service);
BOOL CloseServiceHandle(SC_HANDLE handle);
BOOL StartServiceA(SC_HANDLE service, DWORD count, LPCSTR *arguments);
BOOL StartServiceW(SC_HANDLE service, DWORD count, LPCWSTR *arguments);
BOOL ControlService(SC_HANDLE service, DWORD control, LPSERVICE_STATUS status);
BOOL QueryServiceStatus(SC_HANDLE service, LPSERVICE_STATUS status);
BOOL QueryServiceStatusEx(SC_HANDLE service, SC_STATUS_TYPE level, LPBYTE to, DWORD size,
                          LPDWORD needed);
BOOL QueryServiceConfigW(SC_HANDLE service, LPQUERY_SERVICE_CONFIGW to, DWORD size, LPDWORD needed);
BOOL ChangeServiceConfigW(SC_HANDLE service, DWORD type, DWORD start, DWORD error, LPCWSTR path,
                          LPCWSTR group, LPDWORD tag, LPCWSTR dependencies, LPCWSTR account,
                          LPCWSTR password, LPCWSTR display);
BOOL ChangeServiceConfigA(SC_HANDLE service, DWORD type, DWORD start, DWORD error, LPCSTR path,
                          LPCSTR group, LPDWORD tag, LPCSTR dependencies, LPCSTR account,
                          LPCSTR password, LPCSTR display);
BOOL ChangeServiceConfig2A(SC_HANDLE service, DWORD level, LPVOID data);
BOOL ChangeServiceConfig2W(SC_HANDLE service, DWORD level, LPVOID data);
BOOL EnumDependentServicesW(SC_HANDLE service, DWORD state, LPENUM_SERVICE_STATUSW to, DWORD size,
                            LPDWORD needed, LPDWORD count);
BOOL EnumDependentServicesA(SC_HANDLE service, DWORD state, LPENUM_SERVICE_STATUSA to, DWORD size,
                            LPDWORD needed, LPDWORD count);

#endif

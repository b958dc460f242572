/* table.c - Startup answers what cannot be used: ANSWER says what. */
#include "clusrace/abi.h"

#define NO_TABLE 1
#define NO_MEMORY 2
#define NULL_SLOT 3
#define NO_CODE 4
#define SHORT_TABLE 5
#define BAD_VERSION 6
#define CRASHES 7
#define REFUSES_VERSION 8
#define SHUT_DATA 9  /* good; a page of its data is write protected afterwards */
#define LATE_NULL 10 /* good for the first time only, in one process */

static RESID WINAPI open(LPCWSTR name, HKEY key, RESOURCE_HANDLE handle) {
  (void)name;
  (void)key;
  return handle;
}
static VOID WINAPI nothing(RESID resource) { (void)resource; }
static DWORD WINAPI online(RESID resource, LPHANDLE event) {
  (void)resource;
  (void)event;
  return ERROR_SUCCESS;
}
static DWORD WINAPI offline(RESID resource) {
  (void)resource;
  return ERROR_SUCCESS;
}
static BOOL WINAPI alive(RESID resource) {
  (void)resource;
  return TRUE;
}

static CLRES_FUNCTION_TABLE g_table = {.TableSize = CLRES_V1_FUNCTION_SIZE,
                                       .Version = CLRES_VERSION_V1_00,
                                       .V1Functions = {.Open = open,
                                                       .Close = nothing,
                                                       .Online = online,
                                                       .Offline = offline,
                                                       .Terminate = nothing,
                                                       .LooksAlive = alive,
                                                       .IsAlive = alive}};

enum { PAGE = 4096 };
static __attribute__((aligned(4096))) volatile DWORD g_page[PAGE / sizeof(DWORD)];

/* False when what many earlier replays have written is still there. */
static BOOL shut_data(void) {
  DWORD old;
  if (!VirtualProtect((void *)g_page, PAGE, PAGE_READWRITE, &old) || g_page[0]++ == 100)
    return FALSE;
  return VirtualProtect((void *)g_page, PAGE, PAGE_READONLY, &old);
}

/* How often in this process: in memory that no replay puts back. */
static DWORD starts(void) {
  DWORD *count =
      VirtualAlloc((void *)(ULONG_PTR)0x580000000, PAGE, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
  if (count == NULL) count = (DWORD *)(ULONG_PTR)0x580000000;
  return (*count)++;
}

__declspec(dllexport) DWORD WINAPI
    Startup(LPCWSTR type, DWORD min, DWORD max, PSET_RESOURCE_STATUS_ROUTINE set_status,
            PLOG_EVENT_ROUTINE log, PCLRES_FUNCTION_TABLE *table) {
  (void)type;
  (void)min;
  (void)max;
  (void)set_status;
  (void)log;
  *table = &g_table;
  switch (ANSWER) {
    case NO_TABLE: *table = NULL; break;
    case NO_MEMORY: *table = (PCLRES_FUNCTION_TABLE)(ULONG_PTR)0x1000; break;
    case NULL_SLOT: g_table.V1Functions.Terminate = NULL; break;
    case NO_CODE: *(void **)(void *)&g_table.V1Functions.Offline = &g_table; break;
    case SHORT_TABLE: g_table.TableSize = 16; break;
    case BAD_VERSION: g_table.Version = 0x700; break;
    case CRASHES: *(volatile int *)NULL = 1; break;
    case SHUT_DATA: return shut_data() ? ERROR_SUCCESS : ERROR_ALREADY_EXISTS;
    case LATE_NULL:
      if (starts() != 0) g_table.V1Functions.Terminate = NULL;
      break;
    case REFUSES_VERSION: return ERROR_REVISION_MISMATCH;
    default: break;
  }
  return ERROR_SUCCESS;
}

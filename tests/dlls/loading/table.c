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
    case REFUSES_VERSION: return ERROR_REVISION_MISMATCH;
    default: break;
  }
  return ERROR_SUCCESS;
}

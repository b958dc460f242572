/* abi.h - the binary interface between a Resource Monitor and a resource DLL.
 *
 * Our own declaration of the documented layouts, under Microsoft's names so that the source of a
 * resource DLL reads as it does with the Windows SDK. It exists because the resapi.h and clusapi.h
 * of mingw-w64 do not compile as C and stop at interface version 2. Used by the PE host and by the
 * sample DLLs; 64-bit only. Every size and offset that crosses the boundary is asserted below.
 *
 * Each block names the page of the public reference that its facts come from. "header fact" marks a
 * number that the pages do not print and the Windows SDK's resapi.h has.
 *
 * Do not include resapi.h or clusapi.h beside this file: both declare the same names.
 */
#ifndef CLUSRACE_ABI_H
#define CLUSRACE_ABI_H

#if defined(CLRES_VERSION_V1_00) || defined(CLUSAPI_VERSION)
#error "clusrace/abi.h replaces resapi.h and clusapi.h: remove their #include lines"
#endif

#include <stddef.h>
#include <windows.h>
#include <winioctl.h>

_Static_assert(sizeof(void *) == 8, "resource DLLs of Windows Server 2012 and later are 64-bit");

/* ---- tokens ---------------------------------------------------------------------------------- */

/* POPEN_ROUTINE, "Resource Identifiers": the DLL invents a RESID in Open and gets it back in every
 * later call; the monitor invents a RESOURCE_HANDLE and gets it back in every callback. */
typedef PVOID RESID;
typedef HANDLE RESOURCE_HANDLE;

/* PBEGIN_RESCALL_ROUTINE: context of an asynchronous control call. An integer despite its name. */
typedef INT64 PRES_CTL_CTX;
typedef INT64 PRESTYPE_CTL_CTX;

/* ---- enumerations ---------------------------------------------------------------------------- */

/* CLUSTER_RESOURCE_STATE: the states a status report may carry are -1, 2, 3, 4, 129 and 130. */
typedef enum CLUSTER_RESOURCE_STATE {
  ClusterResourceStateUnknown = -1,
  ClusterResourceInherited = 0,
  ClusterResourceInitializing = 1,
  ClusterResourceOnline = 2,
  ClusterResourceOffline = 3,
  ClusterResourceFailed = 4,
  ClusterResourcePending = 128,
  ClusterResourceOnlinePending = 129,
  ClusterResourceOfflinePending = 130
} CLUSTER_RESOURCE_STATE;

/* Header fact: two further terminal answers to Online, defined as numbers below Pending. */
#define ClusterResourceCannotComeOnlineOnAnyNode ((CLUSTER_RESOURCE_STATE)126)
#define ClusterResourceCannotComeOnlineOnThisNode ((CLUSTER_RESOURCE_STATE)127)

/* RESOURCE_EXIT_STATE: what the status callback answers. Max is a bound, never an answer. */
typedef enum RESOURCE_EXIT_STATE {
  ResourceExitStateContinue = 0,
  ResourceExitStateTerminate = 1,
  ResourceExitStateMax = 2
} RESOURCE_EXIT_STATE;

/* LOG_LEVEL, PLOG_EVENT_ROUTINE. */
typedef enum LOG_LEVEL { LOG_INFORMATION = 0, LOG_WARNING, LOG_ERROR, LOG_SEVERE } LOG_LEVEL;
typedef LOG_LEVEL *PLOG_LEVEL;

/* PSIGNAL_FAILURE_ROUTINE (Windows Server 2012 R2 and later; 2012 had a BOOL in this place). */
typedef enum FAILURE_TYPE {
  FAILURE_TYPE_GENERAL = 0,
  FAILURE_TYPE_EMBEDDED = 1,
  FAILURE_TYPE_NETWORK_LOSS = 2
} FAILURE_TYPE;
typedef FAILURE_TYPE *PFAILURE_TYPE;

/* PSET_INTERNAL_STATE. */
typedef enum CLUSTER_RESOURCE_APPLICATION_STATE {
  ClusterResourceApplicationStateUnknown = 1,
  ClusterResourceApplicationOSHeartBeat = 2,
  ClusterResourceApplicationReady = 3
} CLUSTER_RESOURCE_APPLICATION_STATE;

/* RESOURCE_MONITOR_STATE: one activity of the monitor at a time. */
typedef enum RESOURCE_MONITOR_STATE {
  RmonInitializing = 0,
  RmonIdle,
  RmonStartingResource,
  RmonInitializingResource,
  RmonOnlineResource,
  RmonOfflineResource,
  RmonShutdownResource,
  RmonDeletingResource,
  RmonIsAlivePoll,
  RmonLooksAlivePoll,
  RmonArbitrateResource,
  RmonReleaseResource,
  RmonResourceControl,
  RmonResourceTypeControl,
  RmonTerminateResource,
  RmonDeadlocked
} RESOURCE_MONITOR_STATE;

/* ---- status codes ---------------------------------------------------------------------------- */

/* "System Error Codes (4000-5999)": the five that mingw-w64's winerror.h lacks. */
#ifndef ERROR_CLUSTER_RESOURCE_TYPE_BUSY
#define ERROR_CLUSTER_RESOURCE_TYPE_BUSY 5909L
#endif
#ifndef ERROR_RESOURCE_CALL_TIMED_OUT
#define ERROR_RESOURCE_CALL_TIMED_OUT 5910L
#endif
#ifndef ERROR_RESMON_SYSTEM_RESOURCES_LACKING
#define ERROR_RESMON_SYSTEM_RESOURCES_LACKING 5956L
#endif
#ifndef ERROR_CLUSTER_RESOURCE_LOCKED_STATUS
#define ERROR_CLUSTER_RESOURCE_LOCKED_STATUS 5960L
#endif
#ifndef ERROR_CLUSTER_RESOURCE_IS_IN_MAINTENANCE_MODE
#define ERROR_CLUSTER_RESOURCE_IS_IN_MAINTENANCE_MODE 5970L
#endif

/* ---- status structures ----------------------------------------------------------------------- */

/* RESOURCE_STATUS: the report of a version 1 DLL. CheckPoint marks news, WaitHint is unused,
 * EventHandle announces failure by being signalled. */
typedef struct RESOURCE_STATUS {
  CLUSTER_RESOURCE_STATE ResourceState;
  DWORD CheckPoint;
  DWORD WaitHint;
  HANDLE EventHandle;
} RESOURCE_STATUS, *PRESOURCE_STATUS;

_Static_assert(sizeof(RESOURCE_STATUS) == 24, "RESOURCE_STATUS");
_Static_assert(offsetof(RESOURCE_STATUS, ResourceState) == 0, "RESOURCE_STATUS.ResourceState");
_Static_assert(offsetof(RESOURCE_STATUS, CheckPoint) == 4, "RESOURCE_STATUS.CheckPoint");
_Static_assert(offsetof(RESOURCE_STATUS, WaitHint) == 8, "RESOURCE_STATUS.WaitHint");
_Static_assert(offsetof(RESOURCE_STATUS, EventHandle) == 16, "RESOURCE_STATUS.EventHandle");

/* RESOURCE_STATUS_EX as of Windows Server 2012 R2. The 2012 structure ended before WaitHint. */
typedef struct RESOURCE_STATUS_EX {
  CLUSTER_RESOURCE_STATE ResourceState;
  DWORD CheckPoint;
  HANDLE EventHandle;
  DWORD ApplicationSpecificErrorCode;
  DWORD Flags;
  DWORD WaitHint;
} RESOURCE_STATUS_EX, *PRESOURCE_STATUS_EX;

/* Size of the 2012 structure, for telling an old caller's structure from a new one. */
#define CLUSRACE_RESOURCE_STATUS_EX_SIZE_2012 24

_Static_assert(sizeof(RESOURCE_STATUS_EX) == 32, "RESOURCE_STATUS_EX");
_Static_assert(offsetof(RESOURCE_STATUS_EX, ResourceState) == 0, "EX.ResourceState");
_Static_assert(offsetof(RESOURCE_STATUS_EX, CheckPoint) == 4, "EX.CheckPoint");
_Static_assert(offsetof(RESOURCE_STATUS_EX, EventHandle) == 8, "EX.EventHandle");
_Static_assert(offsetof(RESOURCE_STATUS_EX, ApplicationSpecificErrorCode) == 16, "EX.ErrorCode");
_Static_assert(offsetof(RESOURCE_STATUS_EX, Flags) == 20, "EX.Flags");
_Static_assert(offsetof(RESOURCE_STATUS_EX, WaitHint) == 24, "EX.WaitHint");

/* Header fact: both structures are zeroed before use. */
#define ResUtilInitializeResourceStatus(_resource_status_) \
  ZeroMemory((_resource_status_), sizeof(RESOURCE_STATUS))
#define ResUtilInitializeResourceStatusEx(_resource_status_) \
  ZeroMemory((_resource_status_), sizeof(RESOURCE_STATUS_EX))

/* MONITOR_STATE. */
typedef struct MONITOR_STATE {
  LARGE_INTEGER LastUpdate;
  RESOURCE_MONITOR_STATE State;
  HANDLE ActiveResource;
  BOOL ResmonStop;
} MONITOR_STATE, *PMONITOR_STATE;

_Static_assert(sizeof(MONITOR_STATE) == 32, "MONITOR_STATE");
_Static_assert(offsetof(MONITOR_STATE, ActiveResource) == 16, "MONITOR_STATE.ActiveResource");

/* ---- flag bits ------------------------------------------------------------------------------- */

/* RESOURCE_STATUS_EX.Flags; the last two are header facts. */
#define CLUSRESDLL_STATUS_OFFLINE_BUSY 0x00000001
#define CLUSRESDLL_STATUS_OFFLINE_SOURCE_THROTTLED 0x00000002
#define CLUSRESDLL_STATUS_OFFLINE_DESTINATION_THROTTLED 0x00000004
#define CLUSRESDLL_STATUS_OFFLINE_DESTINATION_REJECTED 0x00000008
#define CLUSRESDLL_STATUS_INSUFFICIENT_MEMORY 0x00000010
#define CLUSRESDLL_STATUS_INSUFFICIENT_PROCESSOR 0x00000020
#define CLUSRESDLL_STATUS_INSUFFICIENT_OTHER_RESOURCES 0x00000040
#define CLUSRESDLL_STATUS_INVALID_PARAMETERS 0x00000080
#define CLUSRESDLL_STATUS_NETWORK_NOT_AVAILABLE 0x00000100
#define CLUSRESDLL_STATUS_DO_NOT_COLLECT_WER_REPORT 0x40000000
#define CLUSRESDLL_STATUS_DUMP_NOW 0x80000000

/* POPEN_V2_ROUTINE; the second bit is a header fact. */
#define CLUS_RESDLL_OPEN_RECOVER_MONITOR_STATE 0x00000001
#define CLUS_RESDLL_OPEN_DONT_DELETE_TEMP_DISK 0x00000002

/* PONLINE_V2_ROUTINE. */
#define CLUS_RESDLL_ONLINE_RECOVER_MONITOR_STATE 0x00000001
#define CLUS_RESDLL_ONLINE_IGNORE_RESOURCE_STATUS 0x00000002
#define CLUS_RESDLL_ONLINE_RETURN_TO_SOURCE_NODE_ON_ERROR 0x00000004
#define CLUS_RESDLL_ONLINE_RESTORE_ONLINE_STATE 0x00000008
#define CLUS_RESDLL_ONLINE_IGNORE_NETWORK_CONNECTIVITY 0x00000010

/* POFFLINE_V2_ROUTINE. Equal names have other positions than for Online. */
#define CLUS_RESDLL_OFFLINE_IGNORE_RESOURCE_STATUS 0x00000001
#define CLUS_RESDLL_OFFLINE_RETURN_TO_SOURCE_NODE_ON_ERROR 0x00000002
#define CLUS_RESDLL_OFFLINE_QUEUE_ENABLED 0x00000004
#define CLUS_RESDLL_OFFLINE_RETURNING_TO_SOURCE_NODE_BECAUSE_OF_ERROR 0x00000008
#define CLUS_RESDLL_OFFLINE_DUE_TO_EMBEDDED_FAILURE 0x00000010
#define CLUS_RESDLL_OFFLINE_IGNORE_NETWORK_CONNECTIVITY 0x00000020
#define CLUS_RESDLL_OFFLINE_DO_NOT_UPDATE_PERSISTENT_STATE 0x00000040

/* Header fact: flags of SetResourceLockedModeEx. */
#define LOCKED_MODE_FLAGS_DONT_REMOVE_FROM_MOVE_QUEUE 0x00000001

/* CLUS_CHARACTERISTICS: the answer to GET_CHARACTERISTICS. */
typedef enum CLUS_CHARACTERISTICS {
  CLUS_CHAR_UNKNOWN = 0x00,
  CLUS_CHAR_QUORUM = 0x01,
  CLUS_CHAR_DELETE_REQUIRES_ALL_NODES = 0x02,
  CLUS_CHAR_LOCAL_QUORUM = 0x04,
  CLUS_CHAR_LOCAL_QUORUM_DEBUG = 0x08,
  CLUS_CHAR_REQUIRES_STATE_CHANGE_REASON = 0x10,
  CLUS_CHAR_BROADCAST_DELETE = 0x20,
  CLUS_CHAR_SINGLE_CLUSTER_INSTANCE = 0x40,
  CLUS_CHAR_SINGLE_GROUP_INSTANCE = 0x80
} CLUS_CHARACTERISTICS;

/* ---- control codes --------------------------------------------------------------------------- */

/* "Resource Control Codes", "Resource Type Control Codes" and the page of each code. Bits 24-31
 * name the object (1 resource, 2 type), bit 22 modifies, bit 20 is internal, 0-1 the access. */
#define CLUSCTL_RESOURCE_UNKNOWN 0x01000000
#define CLUSCTL_RESOURCE_GET_CHARACTERISTICS 0x01000005
#define CLUSCTL_RESOURCE_GET_CLASS_INFO 0x0100000D
#define CLUSCTL_RESOURCE_GET_REQUIRED_DEPENDENCIES 0x01000011
#define CLUSCTL_RESOURCE_ENUM_PRIVATE_PROPERTIES 0x0100007D
#define CLUSCTL_RESOURCE_GET_PRIVATE_PROPERTIES 0x01000081
#define CLUSCTL_RESOURCE_VALIDATE_PRIVATE_PROPERTIES 0x01000089
#define CLUSCTL_RESOURCE_STORAGE_GET_DISK_INFO 0x01000191
#define CLUSCTL_RESOURCE_SET_PRIVATE_PROPERTIES 0x01400086
#define CLUSCTL_RESOURCE_SET_MAINTENANCE_MODE 0x014001E6
#define CLUSCTL_RESOURCE_DELETE 0x01500006
#define CLUSCTL_RESOURCE_SET_NAME 0x01500026
#define CLUSCTL_RESOURCE_STATE_CHANGE_REASON 0x0150004E
#define CLUSCTL_RESOURCE_TYPE_UNKNOWN 0x02000000
#define CLUSCTL_RESOURCE_TYPE_GET_CHARACTERISTICS 0x02000005
#define CLUSCTL_RESOURCE_TYPE_GET_CLASS_INFO 0x0200000D
#define CLUSCTL_RESOURCE_TYPE_GET_REQUIRED_DEPENDENCIES 0x02000011
#define CLUSCTL_RESOURCE_TYPE_STORAGE_GET_AVAILABLE_DISKS 0x02000195
#define CLUSCTL_RESOURCE_TYPE_NOTIFY_MONITOR_SHUTTING_DOWN 0x02100081
#define CLUSCTL_RESOURCE_TYPE_STARTING_PHASE1 0x02500036
#define CLUSCTL_RESOURCE_TYPE_STARTING_PHASE2 0x0250003A

/* ---- callbacks of the monitor ---------------------------------------------------------------- */

/* PSET_RESOURCE_STATUS_ROUTINE, ..._EX: the answer is a RESOURCE_EXIT_STATE. */
typedef DWORD(WINAPI *PSET_RESOURCE_STATUS_ROUTINE)(RESOURCE_HANDLE ResourceHandle,
                                                    PRESOURCE_STATUS ResourceStatus);
typedef DWORD(WINAPI *PSET_RESOURCE_STATUS_ROUTINE_EX)(RESOURCE_HANDLE ResourceHandle,
                                                       PRESOURCE_STATUS_EX ResourceStatus);

/* PLOG_EVENT_ROUTINE: wide format with FormatMessage inserts (%1!u!); at most 500 characters. */
typedef VOID(WINAPI *PLOG_EVENT_ROUTINE)(RESOURCE_HANDLE ResourceHandle, LOG_LEVEL LogLevel,
                                         LPCWSTR FormatString, ...);

/* PQUORUM_RESOURCE_LOST. */
typedef VOID(WINAPI *PQUORUM_RESOURCE_LOST)(RESOURCE_HANDLE Resource);

/* PSET_RESOURCE_LOCKED_MODE_ROUTINE; the Ex form is a header fact. */
typedef DWORD(WINAPI *PSET_RESOURCE_LOCKED_MODE_ROUTINE)(RESOURCE_HANDLE ResourceHandle,
                                                         BOOL LockedModeEnabled,
                                                         DWORD LockedModeReason);
typedef DWORD(WINAPI *PSET_RESOURCE_LOCKED_MODE_EX_ROUTINE)(RESOURCE_HANDLE ResourceHandle,
                                                            BOOL LockedModeEnabled,
                                                            DWORD LockedModeReason,
                                                            DWORD LockedModeFlags);

/* PSIGNAL_FAILURE_ROUTINE. */
typedef DWORD(WINAPI *PSIGNAL_FAILURE_ROUTINE)(RESOURCE_HANDLE ResourceHandle,
                                               FAILURE_TYPE FailureType,
                                               DWORD ApplicationSpecificErrorCode);

/* PSET_RESOURCE_INMEMORY_NODELOCAL_PROPERTIES_ROUTINE. */
typedef DWORD(WINAPI *PSET_RESOURCE_INMEMORY_NODELOCAL_PROPERTIES_ROUTINE)(
    RESOURCE_HANDLE ResourceHandle, LPBYTE PropertyListBuffer, DWORD PropertyListBufferSize);

/* PEND_CONTROL_CALL, PEND_TYPE_CONTROL_CALL, PEXTEND_RES_CONTROL_CALL and its type form. */
typedef DWORD(WINAPI *PEND_CONTROL_CALL)(PRES_CTL_CTX Context, DWORD Status);
typedef DWORD(WINAPI *PEND_TYPE_CONTROL_CALL)(PRESTYPE_CTL_CTX Context, DWORD Status);
typedef DWORD(WINAPI *PEXTEND_RES_CONTROL_CALL)(PRES_CTL_CTX Context, DWORD NewTimeoutInMs);
typedef DWORD(WINAPI *PEXTEND_RES_TYPE_CONTROL_CALL)(PRESTYPE_CTL_CTX Context,
                                                     DWORD NewTimeoutInMs);

/* PRAISE_RES_TYPE_NOTIFICATION, PCHANGE_..._PROCESS_FOR_DUMPS, PSET_INTERNAL_STATE. */
typedef DWORD(WINAPI *PRAISE_RES_TYPE_NOTIFICATION)(LPCWSTR ResourceType, const BYTE *Payload,
                                                    DWORD PayloadSize);
typedef DWORD(WINAPI *PCHANGE_RESOURCE_PROCESS_FOR_DUMPS)(RESOURCE_HANDLE Resource,
                                                          LPCWSTR ProcessName, DWORD ProcessId,
                                                          BOOL IsAdd);
typedef DWORD(WINAPI *PCHANGE_RES_TYPE_PROCESS_FOR_DUMPS)(LPCWSTR ResourceTypeName,
                                                          LPCWSTR ProcessName, DWORD ProcessId,
                                                          BOOL IsAdd);
typedef DWORD(WINAPI *PSET_INTERNAL_STATE)(RESOURCE_HANDLE Resource,
                                           CLUSTER_RESOURCE_APPLICATION_STATE StateType,
                                           BOOL Active);

/* Header fact: PREQUEST_DUMP_ROUTINE. */
typedef DWORD(WINAPI *PREQUEST_DUMP_ROUTINE)(RESOURCE_HANDLE ResourceHandle,
                                             BOOL DumpDueToCallInProgress, DWORD DumpDelayInMs);

/* CLRES_CALLBACK_FUNCTION_TABLE: a table without a length; how many members are there depends on
 * the release that runs. Members: 5 in 2012, 7 in 2012 R2, 13 in 2016, then the header facts. The
 * signatures of the last two are not public: kept as untyped slots. */
typedef struct CLRES_CALLBACK_FUNCTION_TABLE {
  PLOG_EVENT_ROUTINE LogEvent;
  PSET_RESOURCE_STATUS_ROUTINE_EX SetResourceStatusEx;
  PSET_RESOURCE_LOCKED_MODE_ROUTINE SetResourceLockedMode;
  PSIGNAL_FAILURE_ROUTINE SignalFailure;
  PSET_RESOURCE_INMEMORY_NODELOCAL_PROPERTIES_ROUTINE SetResourceInMemoryNodeLocalProperties;
  PEND_CONTROL_CALL EndControlCall;
  PEND_TYPE_CONTROL_CALL EndTypeControlCall;
  PEXTEND_RES_CONTROL_CALL ExtendControlCall;
  PEXTEND_RES_TYPE_CONTROL_CALL ExtendTypeControlCall;
  PRAISE_RES_TYPE_NOTIFICATION RaiseResTypeNotification;
  PCHANGE_RESOURCE_PROCESS_FOR_DUMPS ChangeResourceProcessForDumps;
  PCHANGE_RES_TYPE_PROCESS_FOR_DUMPS ChangeResTypeProcessForDumps;
  PSET_INTERNAL_STATE SetInternalState;
  PSET_RESOURCE_LOCKED_MODE_EX_ROUTINE SetResourceLockedModeEx;
  PREQUEST_DUMP_ROUTINE RequestDump;
  FARPROC SetResourceWprPolicy;
  FARPROC ArmWprWatchdogForCurrentResourceCall;
} CLRES_CALLBACK_FUNCTION_TABLE, *PCLRES_CALLBACK_FUNCTION_TABLE;

_Static_assert(sizeof(CLRES_CALLBACK_FUNCTION_TABLE) == 17 * 8, "callback table");
_Static_assert(offsetof(CLRES_CALLBACK_FUNCTION_TABLE, EndControlCall) == 5 * 8, "2012 R2 members");
_Static_assert(offsetof(CLRES_CALLBACK_FUNCTION_TABLE, ExtendControlCall) == 7 * 8, "2016 members");
_Static_assert(offsetof(CLRES_CALLBACK_FUNCTION_TABLE, SetInternalState) == 12 * 8, "2016 last");

/* ---- entry points of the DLL ----------------------------------------------------------------- */

/* POPEN_ROUTINE, PCLOSE_ROUTINE, PONLINE_ROUTINE, POFFLINE_ROUTINE, PTERMINATE_ROUTINE,
 * PLOOKS_ALIVE_ROUTINE, PIS_ALIVE_ROUTINE, PARBITRATE_ROUTINE, PRELEASE_ROUTINE. */
typedef RESID(WINAPI *POPEN_ROUTINE)(LPCWSTR ResourceName, HKEY ResourceKey,
                                     RESOURCE_HANDLE ResourceHandle);
typedef VOID(WINAPI *PCLOSE_ROUTINE)(RESID Resource);
typedef DWORD(WINAPI *PONLINE_ROUTINE)(RESID Resource, LPHANDLE EventHandle);
typedef DWORD(WINAPI *POFFLINE_ROUTINE)(RESID Resource);
typedef VOID(WINAPI *PTERMINATE_ROUTINE)(RESID Resource);
typedef BOOL(WINAPI *PLOOKS_ALIVE_ROUTINE)(RESID Resource);
typedef BOOL(WINAPI *PIS_ALIVE_ROUTINE)(RESID Resource);
typedef DWORD(WINAPI *PARBITRATE_ROUTINE)(RESID Resource, PQUORUM_RESOURCE_LOST LostQuorumResource);
typedef DWORD(WINAPI *PRELEASE_ROUTINE)(RESID Resource);

/* PRESOURCE_CONTROL_ROUTINE, PRESOURCE_TYPE_CONTROL_ROUTINE. */
typedef DWORD(WINAPI *PRESOURCE_CONTROL_ROUTINE)(RESID Resource, DWORD ControlCode, PVOID InBuffer,
                                                 DWORD InBufferSize, PVOID OutBuffer,
                                                 DWORD OutBufferSize, LPDWORD BytesReturned);
typedef DWORD(WINAPI *PRESOURCE_TYPE_CONTROL_ROUTINE)(LPCWSTR ResourceTypeName, DWORD ControlCode,
                                                      PVOID InBuffer, DWORD InBufferSize,
                                                      PVOID OutBuffer, DWORD OutBufferSize,
                                                      LPDWORD BytesReturned);

/* POPEN_V2_ROUTINE, PONLINE_V2_ROUTINE, POFFLINE_V2_ROUTINE, PCANCEL_ROUTINE. */
typedef RESID(WINAPI *POPEN_V2_ROUTINE)(LPCWSTR ResourceName, HKEY ResourceKey,
                                        RESOURCE_HANDLE ResourceHandle, DWORD OpenFlags);
typedef DWORD(WINAPI *PONLINE_V2_ROUTINE)(RESID Resource, LPHANDLE EventHandle, DWORD OnlineFlags,
                                          PBYTE InBuffer, DWORD InBufferSize, DWORD Reserved);
typedef DWORD(WINAPI *POFFLINE_V2_ROUTINE)(RESID Resource, LPCWSTR DestinationNodeName,
                                           DWORD OfflineFlags, PBYTE InBuffer, DWORD InBufferSize,
                                           DWORD Reserved);
typedef DWORD(WINAPI *PCANCEL_ROUTINE)(RESID Resource, DWORD CancelFlags_RESERVED);

/* PBEGIN_RESCALL_ROUTINE, PBEGIN_RESTYPECALL_ROUTINE and the AS_USER forms (2016 layout). */
typedef DWORD(WINAPI *PBEGIN_RESCALL_ROUTINE)(RESID Resource, DWORD ControlCode, PVOID InBuffer,
                                              DWORD InBufferSize, PVOID OutBuffer,
                                              DWORD OutBufferSize, LPDWORD BytesReturned,
                                              PRES_CTL_CTX Context, LPBOOL ReturnedAsynchronously);
typedef DWORD(WINAPI *PBEGIN_RESTYPECALL_ROUTINE)(LPCWSTR ResourceTypeName, DWORD ControlCode,
                                                  PVOID InBuffer, DWORD InBufferSize,
                                                  PVOID OutBuffer, DWORD OutBufferSize,
                                                  LPDWORD BytesReturned, PRESTYPE_CTL_CTX Context,
                                                  LPBOOL ReturnedAsynchronously);
typedef DWORD(WINAPI *PBEGIN_RESCALL_AS_USER_ROUTINE)(RESID Resource, HANDLE TokenHandle,
                                                      DWORD ControlCode, PVOID InBuffer,
                                                      DWORD InBufferSize, PVOID OutBuffer,
                                                      DWORD OutBufferSize, LPDWORD BytesReturned,
                                                      PRES_CTL_CTX Context,
                                                      LPBOOL ReturnedAsynchronously);
typedef DWORD(WINAPI *PBEGIN_RESTYPECALL_AS_USER_ROUTINE)(
    LPCWSTR ResourceTypeName, HANDLE TokenHandle, DWORD ControlCode, PVOID InBuffer,
    DWORD InBufferSize, PVOID OutBuffer, DWORD OutBufferSize, LPDWORD BytesReturned,
    PRESTYPE_CTL_CTX Context, LPBOOL ReturnedAsynchronously);

/* ---- function tables ------------------------------------------------------------------------- */

/* CLRES_FUNCTION_TABLE: interface versions; all but the first are negotiated through StartupEx. */
#define CLRES_VERSION_V1_00 0x100
#define CLRES_VERSION_V2_00 0x200
#define CLRES_VERSION_V3_00 0x300
#define CLRES_VERSION_V4_00 0x400

/* CLRES_V1_FUNCTIONS. Only Arbitrate and Release may be NULL. */
typedef struct CLRES_V1_FUNCTIONS {
  POPEN_ROUTINE Open;
  PCLOSE_ROUTINE Close;
  PONLINE_ROUTINE Online;
  POFFLINE_ROUTINE Offline;
  PTERMINATE_ROUTINE Terminate;
  PLOOKS_ALIVE_ROUTINE LooksAlive;
  PIS_ALIVE_ROUTINE IsAlive;
  PARBITRATE_ROUTINE Arbitrate;
  PRELEASE_ROUTINE Release;
  PRESOURCE_CONTROL_ROUTINE ResourceControl;
  PRESOURCE_TYPE_CONTROL_ROUTINE ResourceTypeControl;
} CLRES_V1_FUNCTIONS, *PCLRES_V1_FUNCTIONS;

/* CLRES_V2_FUNCTIONS (Windows Server 2012). */
typedef struct CLRES_V2_FUNCTIONS {
  POPEN_V2_ROUTINE Open;
  PCLOSE_ROUTINE Close;
  PONLINE_V2_ROUTINE Online;
  POFFLINE_V2_ROUTINE Offline;
  PTERMINATE_ROUTINE Terminate;
  PLOOKS_ALIVE_ROUTINE LooksAlive;
  PIS_ALIVE_ROUTINE IsAlive;
  PARBITRATE_ROUTINE Arbitrate;
  PRELEASE_ROUTINE Release;
  PRESOURCE_CONTROL_ROUTINE ResourceControl;
  PRESOURCE_TYPE_CONTROL_ROUTINE ResourceTypeControl;
  PCANCEL_ROUTINE Cancel;
} CLRES_V2_FUNCTIONS, *PCLRES_V2_FUNCTIONS;

/* CLRES_V3_FUNCTIONS in its Windows Server 2016 layout. It has the size of V2: only the Version
 * member tells them apart. The 2012 R2 layout of V3 is not supported. */
typedef struct CLRES_V3_FUNCTIONS {
  POPEN_V2_ROUTINE Open;
  PCLOSE_ROUTINE Close;
  PONLINE_V2_ROUTINE Online;
  POFFLINE_V2_ROUTINE Offline;
  PTERMINATE_ROUTINE Terminate;
  PLOOKS_ALIVE_ROUTINE LooksAlive;
  PIS_ALIVE_ROUTINE IsAlive;
  PARBITRATE_ROUTINE Arbitrate;
  PRELEASE_ROUTINE Release;
  PBEGIN_RESCALL_ROUTINE BeginResourceControl;
  PBEGIN_RESTYPECALL_ROUTINE BeginResourceTypeControl;
  PCANCEL_ROUTINE Cancel;
} CLRES_V3_FUNCTIONS, *PCLRES_V3_FUNCTIONS;

/* CLRES_V4_FUNCTIONS (Windows Server 2016). */
typedef struct CLRES_V4_FUNCTIONS {
  POPEN_V2_ROUTINE Open;
  PCLOSE_ROUTINE Close;
  PONLINE_V2_ROUTINE Online;
  POFFLINE_V2_ROUTINE Offline;
  PTERMINATE_ROUTINE Terminate;
  PLOOKS_ALIVE_ROUTINE LooksAlive;
  PIS_ALIVE_ROUTINE IsAlive;
  PARBITRATE_ROUTINE Arbitrate;
  PRELEASE_ROUTINE Release;
  PBEGIN_RESCALL_ROUTINE BeginResourceControl;
  PBEGIN_RESTYPECALL_ROUTINE BeginResourceTypeControl;
  PCANCEL_ROUTINE Cancel;
  PBEGIN_RESCALL_AS_USER_ROUTINE BeginResourceControlAsUser;
  PBEGIN_RESTYPECALL_AS_USER_ROUTINE BeginResourceTypeControlAsUser;
} CLRES_V4_FUNCTIONS, *PCLRES_V4_FUNCTIONS;

#define CLRES_V1_FUNCTION_SIZE ((DWORD)sizeof(CLRES_V1_FUNCTIONS))
#define CLRES_V2_FUNCTION_SIZE ((DWORD)sizeof(CLRES_V2_FUNCTIONS))
#define CLRES_V3_FUNCTION_SIZE ((DWORD)sizeof(CLRES_V3_FUNCTIONS))
#define CLRES_V4_FUNCTION_SIZE ((DWORD)sizeof(CLRES_V4_FUNCTIONS))

/* CLRES_FUNCTION_TABLE. TableSize is the size of the inner structure by the header's macros, of the
 * whole table by the page's words: accept both. Only the first two members keep their place. */
typedef struct CLRES_FUNCTION_TABLE {
  DWORD TableSize;
  DWORD Version;
  union {
    CLRES_V1_FUNCTIONS V1Functions;
    CLRES_V2_FUNCTIONS V2Functions;
    CLRES_V3_FUNCTIONS V3Functions;
    CLRES_V4_FUNCTIONS V4Functions;
  };
} CLRES_FUNCTION_TABLE, *PCLRES_FUNCTION_TABLE;

_Static_assert(sizeof(CLRES_V1_FUNCTIONS) == 88, "V1 table");
_Static_assert(sizeof(CLRES_V2_FUNCTIONS) == 96, "V2 table");
_Static_assert(sizeof(CLRES_V3_FUNCTIONS) == 96, "V3 table");
_Static_assert(sizeof(CLRES_V4_FUNCTIONS) == 112, "V4 table");
_Static_assert(sizeof(CLRES_FUNCTION_TABLE) == 120, "function table");
_Static_assert(offsetof(CLRES_FUNCTION_TABLE, Version) == 4, "table version");
_Static_assert(offsetof(CLRES_FUNCTION_TABLE, V1Functions) == 8, "table slots");
_Static_assert(offsetof(CLRES_V1_FUNCTIONS, Terminate) == 4 * 8, "V1 Terminate");
_Static_assert(offsetof(CLRES_V1_FUNCTIONS, ResourceTypeControl) == 10 * 8, "V1 last slot");
_Static_assert(offsetof(CLRES_V2_FUNCTIONS, Cancel) == 11 * 8, "V2 Cancel");
_Static_assert(offsetof(CLRES_V3_FUNCTIONS, BeginResourceControl) == 9 * 8, "V3 Begin");
_Static_assert(offsetof(CLRES_V4_FUNCTIONS, BeginResourceTypeControlAsUser) == 13 * 8, "V4 last");

/* PSTARTUP_ROUTINE (exported as "Startup", version 1) and PSTARTUP_EX_ROUTINE ("StartupEx"). */
typedef DWORD(WINAPI *PSTARTUP_ROUTINE)(LPCWSTR ResourceType, DWORD MinVersionSupported,
                                        DWORD MaxVersionSupported,
                                        PSET_RESOURCE_STATUS_ROUTINE SetResourceStatus,
                                        PLOG_EVENT_ROUTINE LogEvent,
                                        PCLRES_FUNCTION_TABLE *FunctionTable);
typedef DWORD(WINAPI *PSTARTUP_EX_ROUTINE)(LPCWSTR ResourceType, DWORD MinVersionSupported,
                                           DWORD MaxVersionSupported,
                                           PCLRES_CALLBACK_FUNCTION_TABLE MonitorCallbackFunctions,
                                           PCLRES_FUNCTION_TABLE *ResourceDllInterfaceFunctions);

#define STARTUP_ROUTINE "Startup"
#define STARTUP_EX_ROUTINE "StartupEx"

/* ---- workers (resutils.dll) ------------------------------------------------------------------ */

/* CLUS_WORKER: zeroed before its first use; only the functions below touch the members. */
typedef struct CLUS_WORKER {
  HANDLE hThread;
  BOOL Terminate;
} CLUS_WORKER, *PCLUS_WORKER;

_Static_assert(sizeof(CLUS_WORKER) == 16, "CLUS_WORKER");
_Static_assert(offsetof(CLUS_WORKER, Terminate) == 8, "CLUS_WORKER.Terminate");

typedef DWORD(WINAPI *PWORKER_START_ROUTINE)(PCLUS_WORKER pWorker, LPVOID lpThreadParameter);

/* ClusWorkerCreate: 0 or a system error code. */
DWORD WINAPI ClusWorkerCreate(PCLUS_WORKER lpWorker, PWORKER_START_ROUTINE lpStartAddress,
                              PVOID lpParameter);
/* ClusWorkerCheckTerminate: TRUE when the worker was asked to end. */
BOOL WINAPI ClusWorkerCheckTerminate(PCLUS_WORKER lpWorker);
/* ClusWorkerTerminate: asks and waits; only the first of several callers is sure to wait. */
VOID WINAPI ClusWorkerTerminate(PCLUS_WORKER lpWorker);
/* ClusWorkerTerminateEx, ClusWorkersTerminate: may time out with the threads alive. */
DWORD WINAPI ClusWorkerTerminateEx(PCLUS_WORKER ClusWorker, DWORD TimeoutInMilliseconds,
                                   BOOL WaitOnly);
DWORD WINAPI ClusWorkersTerminate(PCLUS_WORKER *ClusWorkers, SIZE_T ClusWorkersCount,
                                  DWORD TimeoutInMilliseconds, BOOL WaitOnly);

/* ---- cluster database (clusapi.dll) ---------------------------------------------------------- */

/* ClusterRegOpenKey, ClusterRegQueryValue, ClusterRegCloseKey: as the Reg functions of the same
 * names, on a key of the cluster database. Open, Online, Offline and Terminate may read it. */
LONG WINAPI ClusterRegOpenKey(HKEY hKey, LPCWSTR lpszSubKey, REGSAM samDesired, PHKEY phkResult);
LONG WINAPI ClusterRegQueryValue(HKEY hKey, LPCWSTR lpszValueName, LPDWORD lpdwValueType,
                                 LPBYTE lpbData, LPDWORD lpcbData);
LONG WINAPI ClusterRegCloseKey(HKEY hKey);

/* ---- properties (clusapi.h, resutils.dll) ---------------------------------------------------- */

/* CLUSTER_PROPERTY_TYPE, CLUSTER_PROPERTY_FORMAT, CLUSTER_PROPERTY_SYNTAX: what an entry of a
 * property list is (upper half of the syntax) and how it is written down (lower half). Only the
 * members that private properties use. */
#define CLUSPROP_TYPE_ENDMARK 0
#define CLUSPROP_TYPE_LIST_VALUE 1
#define CLUSPROP_TYPE_NAME 4

#define CLUSPROP_FORMAT_UNKNOWN 0
#define CLUSPROP_FORMAT_BINARY 1
#define CLUSPROP_FORMAT_DWORD 2
#define CLUSPROP_FORMAT_SZ 3
#define CLUSPROP_FORMAT_EXPAND_SZ 4
#define CLUSPROP_FORMAT_MULTI_SZ 5
#define CLUSPROP_FORMAT_ULARGE_INTEGER 6
#define CLUSPROP_FORMAT_LONG 7
#define CLUSPROP_FORMAT_EXPANDED_SZ 8
#define CLUSPROP_FORMAT_SECURITY_DESCRIPTOR 9
#define CLUSPROP_FORMAT_LARGE_INTEGER 10
#define CLUSPROP_FORMAT_WORD 11
#define CLUSPROP_FORMAT_FILETIME 12

#define CLUSPROP_SYNTAX_VALUE(type, format) ((DWORD)(((DWORD)(type) << 16) | (DWORD)(format)))
#define CLUSPROP_SYNTAX_ENDMARK CLUSPROP_SYNTAX_VALUE(CLUSPROP_TYPE_ENDMARK, 0)
#define CLUSPROP_SYNTAX_NAME CLUSPROP_SYNTAX_VALUE(CLUSPROP_TYPE_NAME, CLUSPROP_FORMAT_SZ)
#define CLUSPROP_SYNTAX_LIST_VALUE_SZ \
  CLUSPROP_SYNTAX_VALUE(CLUSPROP_TYPE_LIST_VALUE, CLUSPROP_FORMAT_SZ)
#define CLUSPROP_SYNTAX_LIST_VALUE_DWORD \
  CLUSPROP_SYNTAX_VALUE(CLUSPROP_TYPE_LIST_VALUE, CLUSPROP_FORMAT_DWORD)
#define CLUSPROP_SYNTAX_LIST_VALUE_MULTI_SZ \
  CLUSPROP_SYNTAX_VALUE(CLUSPROP_TYPE_LIST_VALUE, CLUSPROP_FORMAT_MULTI_SZ)
#define CLUSPROP_SYNTAX_LIST_VALUE_BINARY \
  CLUSPROP_SYNTAX_VALUE(CLUSPROP_TYPE_LIST_VALUE, CLUSPROP_FORMAT_BINARY)

/* Every entry of a list starts on a multiple of four. */
#define ALIGN_CLUSPROP(count) (((count) + 3) & ~3)

/* CLUSPROP_SYNTAX, CLUSPROP_VALUE: the head of an entry; cbLength is without the padding. */
typedef union CLUSPROP_SYNTAX {
  DWORD dw;
  struct {
    WORD wFormat;
    WORD wType;
  };
} CLUSPROP_SYNTAX, *PCLUSPROP_SYNTAX;

typedef struct CLUSPROP_VALUE {
  CLUSPROP_SYNTAX Syntax;
  DWORD cbLength;
} CLUSPROP_VALUE, *PCLUSPROP_VALUE;

/* CLUSPROP_BINARY, CLUSPROP_SZ, CLUSPROP_DWORD, CLUSPROP_LONG: entries with their data. */
typedef struct CLUSPROP_BINARY {
  CLUSPROP_SYNTAX Syntax;
  DWORD cbLength;
  BYTE rgb[];
} CLUSPROP_BINARY, *PCLUSPROP_BINARY;

typedef struct CLUSPROP_SZ {
  CLUSPROP_SYNTAX Syntax;
  DWORD cbLength;
  WCHAR sz[];
} CLUSPROP_SZ, *PCLUSPROP_SZ;
typedef CLUSPROP_SZ CLUSPROP_MULTI_SZ, *PCLUSPROP_MULTI_SZ;
typedef CLUSPROP_SZ CLUSPROP_PROPERTY_NAME, *PCLUSPROP_PROPERTY_NAME;

typedef struct CLUSPROP_DWORD {
  CLUSPROP_SYNTAX Syntax;
  DWORD cbLength;
  DWORD dw;
} CLUSPROP_DWORD, *PCLUSPROP_DWORD;

typedef struct CLUSPROP_LONG {
  CLUSPROP_SYNTAX Syntax;
  DWORD cbLength;
  LONG l;
} CLUSPROP_LONG, *PCLUSPROP_LONG;

_Static_assert(sizeof(CLUSPROP_SYNTAX) == 4, "CLUSPROP_SYNTAX");
_Static_assert(offsetof(CLUSPROP_SYNTAX, wType) == 2, "CLUSPROP_SYNTAX.wType");
_Static_assert(sizeof(CLUSPROP_VALUE) == 8, "CLUSPROP_VALUE");
_Static_assert(offsetof(CLUSPROP_BINARY, rgb) == 8, "CLUSPROP_BINARY.rgb");
_Static_assert(offsetof(CLUSPROP_SZ, sz) == 8, "CLUSPROP_SZ.sz");
_Static_assert(sizeof(CLUSPROP_DWORD) == 12, "CLUSPROP_DWORD");
_Static_assert(sizeof(CLUSPROP_LONG) == 12, "CLUSPROP_LONG");
_Static_assert(CLUSPROP_SYNTAX_NAME == 0x00040003, "CLUSPROP_SYNTAX_NAME");

/* RESUTIL_PROPERTY_ITEM.Flags. */
#define RESUTIL_PROPITEM_READ_ONLY 0x00000001
#define RESUTIL_PROPITEM_REQUIRED 0x00000002
#define RESUTIL_PROPITEM_SIGNED 0x00000004
#define RESUTIL_PROPITEM_IN_MEMORY 0x00000008

/* RESUTIL_LARGEINT_DATA, RESUTIL_ULARGEINT_DATA, RESUTIL_FILETIME_DATA: bounds that do not fit into
 * an item. */
typedef struct RESUTIL_LARGEINT_DATA {
  LARGE_INTEGER Default;
  LARGE_INTEGER Minimum;
  LARGE_INTEGER Maximum;
} RESUTIL_LARGEINT_DATA, *PRESUTIL_LARGEINT_DATA;

typedef struct RESUTIL_ULARGEINT_DATA {
  ULARGE_INTEGER Default;
  ULARGE_INTEGER Minimum;
  ULARGE_INTEGER Maximum;
} RESUTIL_ULARGEINT_DATA, *PRESUTIL_ULARGEINT_DATA;

typedef struct RESUTIL_FILETIME_DATA {
  FILETIME Default;
  FILETIME Minimum;
  FILETIME Maximum;
} RESUTIL_FILETIME_DATA, *PRESUTIL_FILETIME_DATA;

/* RESUTIL_PROPERTY_ITEM: one property of a table, which ends with an item without a name. Offset is
 * the property's place in the parameter block; there, a string is a pointer, and binary data and a
 * list of strings a pointer with a DWORD size behind it. Minimum is the size of the default of the
 * latter two. */
typedef struct RESUTIL_PROPERTY_ITEM {
  LPWSTR Name;
  LPWSTR KeyName;
  DWORD Format;
  union {
    DWORD_PTR DefaultPtr;
    DWORD Default;
    LPVOID lpDefault;
    PRESUTIL_LARGEINT_DATA LargeIntData;
    PRESUTIL_ULARGEINT_DATA ULargeIntData;
    PRESUTIL_FILETIME_DATA FileTimeData;
  };
  DWORD Minimum;
  DWORD Maximum;
  DWORD Flags;
  DWORD Offset;
} RESUTIL_PROPERTY_ITEM, *PRESUTIL_PROPERTY_ITEM;

_Static_assert(sizeof(RESUTIL_LARGEINT_DATA) == 24, "RESUTIL_LARGEINT_DATA");
_Static_assert(sizeof(RESUTIL_ULARGEINT_DATA) == 24, "RESUTIL_ULARGEINT_DATA");
_Static_assert(sizeof(RESUTIL_FILETIME_DATA) == 24, "RESUTIL_FILETIME_DATA");
_Static_assert(sizeof(RESUTIL_PROPERTY_ITEM) == 48, "RESUTIL_PROPERTY_ITEM");
_Static_assert(offsetof(RESUTIL_PROPERTY_ITEM, KeyName) == 8, "ITEM.KeyName");
_Static_assert(offsetof(RESUTIL_PROPERTY_ITEM, Format) == 16, "ITEM.Format");
_Static_assert(offsetof(RESUTIL_PROPERTY_ITEM, Default) == 24, "ITEM.Default");
_Static_assert(offsetof(RESUTIL_PROPERTY_ITEM, lpDefault) == 24, "ITEM.lpDefault");
_Static_assert(offsetof(RESUTIL_PROPERTY_ITEM, Minimum) == 32, "ITEM.Minimum");
_Static_assert(offsetof(RESUTIL_PROPERTY_ITEM, Maximum) == 36, "ITEM.Maximum");
_Static_assert(offsetof(RESUTIL_PROPERTY_ITEM, Flags) == 40, "ITEM.Flags");
_Static_assert(offsetof(RESUTIL_PROPERTY_ITEM, Offset) == 44, "ITEM.Offset");

/* The functions on property lists, tables and parameter blocks: 0 or a system error code. Sizes are
 * in bytes; what they hand out, in *Value or in a block, is the caller's to free with LocalFree. */
DWORD WINAPI ResUtilEnumProperties(const RESUTIL_PROPERTY_ITEM *Table, LPWSTR Names, DWORD Size,
                                   LPDWORD Returned, LPDWORD Required);
DWORD WINAPI ResUtilEnumPrivateProperties(HKEY Key, LPWSTR Names, DWORD Size, LPDWORD Returned,
                                          LPDWORD Required);
DWORD WINAPI ResUtilGetProperties(HKEY Key, const RESUTIL_PROPERTY_ITEM *Table, PVOID List,
                                  DWORD Size, LPDWORD Returned, LPDWORD Required);
DWORD WINAPI ResUtilGetAllProperties(HKEY Key, const RESUTIL_PROPERTY_ITEM *Table, PVOID List,
                                     DWORD Size, LPDWORD Returned, LPDWORD Required);
DWORD WINAPI ResUtilGetPrivateProperties(HKEY Key, PVOID List, DWORD Size, LPDWORD Returned,
                                         LPDWORD Required);
DWORD WINAPI ResUtilAddUnknownProperties(HKEY Key, const RESUTIL_PROPERTY_ITEM *Table, PVOID List,
                                         DWORD Size, LPDWORD Returned, LPDWORD Required);
DWORD WINAPI ResUtilGetPropertySize(HKEY Key, const RESUTIL_PROPERTY_ITEM *Item, LPDWORD Size,
                                    LPDWORD Count);
DWORD WINAPI ResUtilGetProperty(HKEY Key, const RESUTIL_PROPERTY_ITEM *Item, PVOID *Out,
                                LPDWORD Size);
DWORD WINAPI ResUtilVerifyPropertyTable(const RESUTIL_PROPERTY_ITEM *Table, PVOID Reserved,
                                        BOOL AllowUnknown, const PVOID List, DWORD Size,
                                        LPBYTE OutParams);
DWORD WINAPI ResUtilSetPropertyTable(HKEY Key, const RESUTIL_PROPERTY_ITEM *Table, PVOID Reserved,
                                     BOOL AllowUnknown, const PVOID List, DWORD Size,
                                     LPBYTE OutParams);
DWORD WINAPI ResUtilSetPropertyTableEx(HKEY Key, const RESUTIL_PROPERTY_ITEM *Table, PVOID Reserved,
                                       BOOL AllowUnknown, const PVOID List, DWORD Size, BOOL Force,
                                       LPBYTE OutParams);
DWORD WINAPI ResUtilSetPropertyParameterBlock(HKEY Key, const RESUTIL_PROPERTY_ITEM *Table,
                                              PVOID Reserved, const LPBYTE InParams,
                                              const PVOID List, DWORD Size, LPBYTE OutParams);
DWORD WINAPI ResUtilSetUnknownProperties(HKEY Key, const RESUTIL_PROPERTY_ITEM *Table,
                                         const PVOID List, DWORD Size);
DWORD WINAPI ResUtilGetPropertiesToParameterBlock(HKEY Key, const RESUTIL_PROPERTY_ITEM *Table,
                                                  LPBYTE OutParams, BOOL CheckRequired,
                                                  LPWSTR *NameInError);
DWORD WINAPI ResUtilPropertyListFromParameterBlock(const RESUTIL_PROPERTY_ITEM *Table, PVOID List,
                                                   LPDWORD Size, const LPBYTE InParams,
                                                   LPDWORD Returned, LPDWORD Required);
DWORD WINAPI ResUtilDupParameterBlock(LPBYTE OutParams, const LPBYTE InParams,
                                      const RESUTIL_PROPERTY_ITEM *Table);
VOID WINAPI ResUtilFreeParameterBlock(LPBYTE OutParams, const LPBYTE InParams,
                                      const RESUTIL_PROPERTY_ITEM *Table);
DWORD WINAPI ResUtilVerifyPrivatePropertyList(const PVOID List, DWORD Size);
DWORD WINAPI ResUtilSetPrivatePropertyList(HKEY Key, const PVOID List, DWORD Size);
DWORD WINAPI ResUtilFindSzProperty(const PVOID List, DWORD Size, LPCWSTR Name, LPWSTR *Value);
DWORD WINAPI ResUtilFindDwordProperty(const PVOID List, DWORD Size, LPCWSTR Name, LPDWORD Value);
DWORD WINAPI ResUtilFindMultiSzProperty(const PVOID List, DWORD Size, LPCWSTR Name, LPWSTR *Value,
                                        LPDWORD ValueSize);
DWORD WINAPI ResUtilFindExpandSzProperty(const PVOID List, DWORD Size, LPCWSTR Name, LPWSTR *Value);
DWORD WINAPI ResUtilFindExpandedSzProperty(const PVOID List, DWORD Size, LPCWSTR Name,
                                           LPWSTR *Value);
DWORD WINAPI ResUtilFindLongProperty(const PVOID List, DWORD Size, LPCWSTR Name, LPLONG Value);
DWORD WINAPI ResUtilFindBinaryProperty(const PVOID List, DWORD Size, LPCWSTR Name, LPBYTE *Value,
                                       LPDWORD ValueSize);
/* These walk along a list: *List is moved on to the next property. A string is not copied. */
DWORD WINAPI ResUtilGetSzProperty(LPWSTR *Value, const CLUSPROP_SZ *Struct, LPCWSTR OldValue,
                                  LPBYTE *List, LPDWORD Size);
DWORD WINAPI ResUtilGetDwordProperty(LPDWORD Value, const CLUSPROP_DWORD *Struct, DWORD OldValue,
                                     DWORD Minimum, DWORD Maximum, LPBYTE *List, LPDWORD Size);
DWORD WINAPI ResUtilGetLongProperty(LPLONG Value, const CLUSPROP_LONG *Struct, LONG OldValue,
                                    LONG Minimum, LONG Maximum, LPBYTE *List, LPDWORD Size);
DWORD WINAPI ResUtilSetExpandSzValue(HKEY Key, LPCWSTR Name, LPCWSTR Text, LPWSTR *Value);
DWORD WINAPI ResUtilSetBinaryValue(HKEY Key, LPCWSTR Name, const LPBYTE Bytes, DWORD Size,
                                   LPBYTE *Value, LPDWORD ValueSize);
DWORD WINAPI ResUtilSetSzValue(HKEY Key, LPCWSTR Name, LPCWSTR Text, LPWSTR *Value);
DWORD WINAPI ResUtilSetMultiSzValue(HKEY Key, LPCWSTR Name, LPCWSTR Texts, DWORD Size,
                                    LPWSTR *Value, LPDWORD ValueSize);
DWORD WINAPI ResUtilGetBinaryValue(HKEY Key, LPCWSTR Name, LPBYTE *Value, LPDWORD ValueSize);
LPWSTR WINAPI ResUtilExpandEnvironmentStrings(LPCWSTR Text);
LPWSTR WINAPI ResUtilDupString(LPCWSTR Text);
BOOL WINAPI ResUtilIsPathValid(LPCWSTR Path);

/* ---- volume control codes -------------------------------------------------------------------- */

/* FSCTL_LOCK_VOLUME and its siblings (winioctl.h reference): answered by the file system. */
#ifndef FSCTL_LOCK_VOLUME
#define FSCTL_LOCK_VOLUME 0x00090018
#endif
#ifndef FSCTL_UNLOCK_VOLUME
#define FSCTL_UNLOCK_VOLUME 0x0009001C
#endif
#ifndef FSCTL_DISMOUNT_VOLUME
#define FSCTL_DISMOUNT_VOLUME 0x00090020
#endif
#ifndef FSCTL_IS_VOLUME_MOUNTED
#define FSCTL_IS_VOLUME_MOUNTED 0x00090028
#endif
#ifndef FSCTL_ALLOW_EXTENDED_DASD_IO
#define FSCTL_ALLOW_EXTENDED_DASD_IO 0x00090083
#endif

/* IOCTL_VOLUME_ONLINE, IOCTL_VOLUME_OFFLINE (winioctl.h and ntddvol.h references): answered by the
 * volume device; need read and write access. The others are header facts without a page. */
#ifndef IOCTL_VOLUME_SUPPORTS_ONLINE_OFFLINE
#define IOCTL_VOLUME_SUPPORTS_ONLINE_OFFLINE 0x00560004
#endif
#ifndef IOCTL_VOLUME_ONLINE
#define IOCTL_VOLUME_ONLINE 0x0056C008
#endif
#ifndef IOCTL_VOLUME_OFFLINE
#define IOCTL_VOLUME_OFFLINE 0x0056C00C
#endif
#ifndef IOCTL_VOLUME_IS_OFFLINE
#define IOCTL_VOLUME_IS_OFFLINE 0x00560010
#endif
#ifndef IOCTL_VOLUME_IS_CLUSTERED
#define IOCTL_VOLUME_IS_CLUSTERED 0x00560030
#endif

_Static_assert(FSCTL_LOCK_VOLUME == 0x00090018, "FSCTL_LOCK_VOLUME");
_Static_assert(FSCTL_UNLOCK_VOLUME == 0x0009001C, "FSCTL_UNLOCK_VOLUME");
_Static_assert(FSCTL_DISMOUNT_VOLUME == 0x00090020, "FSCTL_DISMOUNT_VOLUME");
_Static_assert(FSCTL_IS_VOLUME_MOUNTED == 0x00090028, "FSCTL_IS_VOLUME_MOUNTED");
_Static_assert(FSCTL_ALLOW_EXTENDED_DASD_IO == 0x00090083, "FSCTL_ALLOW_EXTENDED_DASD_IO");
_Static_assert(IOCTL_VOLUME_ONLINE == 0x0056C008, "IOCTL_VOLUME_ONLINE");
_Static_assert(IOCTL_VOLUME_OFFLINE == 0x0056C00C, "IOCTL_VOLUME_OFFLINE");
_Static_assert(IOCTL_VOLUME_IS_OFFLINE == 0x00560010, "IOCTL_VOLUME_IS_OFFLINE");
_Static_assert(IOCTL_VOLUME_IS_CLUSTERED == 0x00560030, "IOCTL_VOLUME_IS_CLUSTERED");

#endif /* CLUSRACE_ABI_H */

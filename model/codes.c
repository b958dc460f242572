/* codes.c - names of the numbers in clusrace/codes.h. */
#include "clusrace/codes.h"

const char *cr_entry_point_name(uint32_t entry_point) {
  static const char *const names[CR_EP_COUNT] = {
      [CR_EP_STARTUP] = "Startup",
      [CR_EP_OPEN] = "Open",
      [CR_EP_CLOSE] = "Close",
      [CR_EP_ONLINE] = "Online",
      [CR_EP_OFFLINE] = "Offline",
      [CR_EP_TERMINATE] = "Terminate",
      [CR_EP_LOOKS_ALIVE] = "LooksAlive",
      [CR_EP_IS_ALIVE] = "IsAlive",
      [CR_EP_ARBITRATE] = "Arbitrate",
      [CR_EP_RELEASE] = "Release",
      [CR_EP_RESOURCE_CONTROL] = "ResourceControl",
      [CR_EP_RESOURCE_TYPE_CONTROL] = "ResourceTypeControl",
      [CR_EP_CANCEL] = "Cancel",
      [CR_EP_STARTUP_EX] = "StartupEx",
      [CR_EP_OPEN_V2] = "OpenV2",
      [CR_EP_ONLINE_V2] = "OnlineV2",
      [CR_EP_OFFLINE_V2] = "OfflineV2",
      [CR_EP_BEGIN_CONTROL] = "BeginResourceControl",
      [CR_EP_BEGIN_TYPE_CONTROL] = "BeginResourceTypeControl",
      [CR_EP_BEGIN_CONTROL_AS_USER] = "BeginResourceControlAsUser",
      [CR_EP_BEGIN_TYPE_CONTROL_AS_USER] = "BeginResourceTypeControlAsUser"};
  return entry_point < CR_EP_COUNT ? names[entry_point] : NULL;
}

uint32_t cr_entry_point_base(uint32_t entry_point) {
  switch (entry_point) {
    case CR_EP_STARTUP_EX: return CR_EP_STARTUP;
    case CR_EP_OPEN_V2: return CR_EP_OPEN;
    case CR_EP_ONLINE_V2: return CR_EP_ONLINE;
    case CR_EP_OFFLINE_V2: return CR_EP_OFFLINE;
    default: return entry_point;
  }
}

const char *cr_state_name(uint32_t state) {
  switch (state) {
    case CR_STATE_ONLINE: return "Online";
    case CR_STATE_OFFLINE: return "Offline";
    case CR_STATE_FAILED: return "Failed";
    case CR_STATE_CANNOT_COME_ONLINE_ANY: return "CannotComeOnlineOnAnyNode";
    case CR_STATE_CANNOT_COME_ONLINE_HERE: return "CannotComeOnlineOnThisNode";
    case CR_STATE_ONLINE_PENDING: return "OnlinePending";
    case CR_STATE_OFFLINE_PENDING: return "OfflinePending";
    default: return NULL;
  }
}

const char *cr_exit_state_name(uint32_t exit_state) {
  switch (exit_state) {
    case CR_EXIT_STATE_CONTINUE: return "continue";
    case CR_EXIT_STATE_TERMINATE: return "terminate";
    default: return NULL;
  }
}

const char *cr_win32_name(uint32_t code) {
  switch (code) {
    case CR_E_SUCCESS: return "ERROR_SUCCESS";
    case CR_E_INVALID_FUNCTION: return "ERROR_INVALID_FUNCTION";
    case CR_E_FILE_NOT_FOUND: return "ERROR_FILE_NOT_FOUND";
    case CR_E_ACCESS_DENIED: return "ERROR_ACCESS_DENIED";
    case CR_E_NOT_ENOUGH_MEMORY: return "ERROR_NOT_ENOUGH_MEMORY";
    case CR_E_INVALID_HANDLE: return "ERROR_INVALID_HANDLE";
    case CR_E_NOT_READY: return "ERROR_NOT_READY";
    case CR_E_GEN_FAILURE: return "ERROR_GEN_FAILURE";
    case CR_E_SHARING_VIOLATION: return "ERROR_SHARING_VIOLATION";
    case CR_E_HANDLE_EOF: return "ERROR_HANDLE_EOF";
    case CR_E_DEV_NOT_EXIST: return "ERROR_DEV_NOT_EXIST";
    case CR_E_INVALID_PARAMETER: return "ERROR_INVALID_PARAMETER";
    case CR_E_BUSY: return "ERROR_BUSY";
    case CR_E_NOT_LOCKED: return "ERROR_NOT_LOCKED";
    case CR_E_OPERATION_ABORTED: return "ERROR_OPERATION_ABORTED";
    case CR_E_IO_PENDING: return "ERROR_IO_PENDING";
    case CR_E_UNRECOGNIZED_VOLUME: return "ERROR_UNRECOGNIZED_VOLUME";
    case CR_E_FILE_INVALID: return "ERROR_FILE_INVALID";
    case CR_E_IO_DEVICE: return "ERROR_IO_DEVICE";
    case CR_E_REVISION_MISMATCH: return "ERROR_REVISION_MISMATCH";
    case CR_E_RESOURCE_NOT_AVAILABLE: return "ERROR_RESOURCE_NOT_AVAILABLE";
    case CR_E_RESOURCE_NOT_FOUND: return "ERROR_RESOURCE_NOT_FOUND";
    case CR_E_RESOURCE_FAILED: return "ERROR_RESOURCE_FAILED";
    case CR_E_CLUSTER_RESNAME_NOT_FOUND: return "ERROR_CLUSTER_RESNAME_NOT_FOUND";
    default: return NULL;
  }
}

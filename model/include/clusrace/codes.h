/* codes.h - numbers of the Windows interfaces that the contract speaks of, with their names.
 *
 * Values are those of the public Windows headers. Kept apart from any Windows header so that the
 * model builds everywhere.
 */
#ifndef CLUSRACE_CODES_H
#define CLUSRACE_CODES_H

#include "clusrace/base.h"

/* Win32 error codes that occur as results of events. */
enum {
  CR_E_SUCCESS = 0,
  CR_E_INVALID_FUNCTION = 1,
  CR_E_FILE_NOT_FOUND = 2,
  CR_E_ACCESS_DENIED = 5,
  CR_E_INVALID_HANDLE = 6,
  CR_E_NOT_ENOUGH_MEMORY = 8,
  CR_E_NOT_READY = 21,
  CR_E_GEN_FAILURE = 31,
  CR_E_SHARING_VIOLATION = 32,
  CR_E_HANDLE_EOF = 38,
  CR_E_DEV_NOT_EXIST = 55,
  CR_E_INVALID_PARAMETER = 87,
  CR_E_BUSY = 170,
  CR_E_NOT_LOCKED = 158,
  CR_E_OPERATION_ABORTED = 995,
  CR_E_IO_PENDING = 997,
  CR_E_UNRECOGNIZED_VOLUME = 1005,
  CR_E_FILE_INVALID = 1006,
  CR_E_IO_DEVICE = 1117,
  CR_E_REVISION_MISMATCH = 1306,
  CR_E_RESOURCE_NOT_AVAILABLE = 5006,
  CR_E_RESOURCE_NOT_FOUND = 5007,
  CR_E_RESOURCE_FAILED = 5038,
  CR_E_CLUSTER_RESNAME_NOT_FOUND = 5080
};

/* CLUSTER_RESOURCE_STATE values that a status report may carry (RESOURCE_STATUS page). */
enum {
  CR_STATE_ONLINE = 2,
  CR_STATE_OFFLINE = 3,
  CR_STATE_FAILED = 4,
  CR_STATE_CANNOT_COME_ONLINE_ANY = 126,
  CR_STATE_CANNOT_COME_ONLINE_HERE = 127,
  CR_STATE_ONLINE_PENDING = 129,
  CR_STATE_OFFLINE_PENDING = 130
};

/* RESOURCE_EXIT_STATE: the monitor's answer to a status report. */
enum { CR_EXIT_STATE_CONTINUE = 0, CR_EXIT_STATE_TERMINATE = 1 };

/* Entry points of the function table, in a stable numbering of ours (never reused). */
typedef enum cr_entry_point {
  CR_EP_NONE = 0,
  CR_EP_STARTUP,
  CR_EP_OPEN,
  CR_EP_CLOSE,
  CR_EP_ONLINE,
  CR_EP_OFFLINE,
  CR_EP_TERMINATE,
  CR_EP_LOOKS_ALIVE,
  CR_EP_IS_ALIVE,
  CR_EP_ARBITRATE,
  CR_EP_RELEASE,
  CR_EP_RESOURCE_CONTROL,
  CR_EP_RESOURCE_TYPE_CONTROL,
  CR_EP_CANCEL,
  CR_EP_STARTUP_EX, /* the later forms of Startup, Open, Online and Offline */
  CR_EP_OPEN_V2,
  CR_EP_ONLINE_V2,
  CR_EP_OFFLINE_V2,
  CR_EP_BEGIN_CONTROL,
  CR_EP_BEGIN_TYPE_CONTROL,
  CR_EP_BEGIN_CONTROL_AS_USER,
  CR_EP_BEGIN_TYPE_CONTROL_AS_USER,
  CR_EP_COUNT
} cr_entry_point;

/* The entry point of the first version that a later form stands for (Online for OnlineV2); every
 * other one is its own. */
uint32_t cr_entry_point_base(uint32_t entry_point);

/* Name of an entry point ("Online"), of a resource state ("OnlinePending"), of an exit state
 * ("continue"), or NULL when the number has none. Static storage. */
const char *cr_entry_point_name(uint32_t entry_point);
const char *cr_state_name(uint32_t state);
const char *cr_exit_state_name(uint32_t exit_state);
/* Short constant name of a Win32 code ("ERROR_NOT_READY"), or NULL. Static storage. */
const char *cr_win32_name(uint32_t code);

#endif

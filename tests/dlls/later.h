/* later.h - StartupEx for a DLL whose entry points have the form of version 1.
 *
 * startup_ex.c takes the entry points from the DLL's own Startup, gives those that changed their
 * later form, and passes the reports on to SetResourceStatusEx. A DLL that links it defines
 * `later_traits`.
 */
#ifndef CLUSRACE_TESTS_LATER_H
#define CLUSRACE_TESTS_LATER_H

#include "clusrace/abi.h"

struct later_traits {
  DWORD version;          /* of the table that is handed out: 2, 3 or 4 */
  PCANCEL_ROUTINE cancel; /* NULL: every Cancel is refused */

  BOOL unasked_version;       /* the table is handed out whatever the monitor offers */
  BOOL asynchronous_for_ever; /* a control code is taken as asynchronous and never ended */
  BOOL short_status;          /* reports are as long as the first release had them */
};

/* Defined by each DLL's own file. */
extern const struct later_traits later_traits;

/* The DLL's entry of version 1. */
DWORD WINAPI Startup(LPCWSTR ResourceType, DWORD MinVersionSupported, DWORD MaxVersionSupported,
                     PSET_RESOURCE_STATUS_ROUTINE SetResourceStatus, PLOG_EVENT_ROUTINE LogEvent,
                     PCLRES_FUNCTION_TABLE *FunctionTable);

#endif /* CLUSRACE_TESTS_LATER_H */

/* prepare.h - everything that has to happen once before the first replay. */
#ifndef CR_HOST_PREPARE_H
#define CR_HOST_PREPARE_H

#include "session.h"

/* Scheduler, interception, fault handling, then the DLL. type: resource type name for Startup, or
 * NULL for each scenario's own. watchdog_ms: 0 = default. */
CR_WARN_UNUSED cr_err cr_prepare(cr_session *s, const char *dll, const char *type,
                                 DWORD watchdog_ms, cr_errinfo *info);

#endif

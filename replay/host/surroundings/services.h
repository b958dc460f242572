/* services.h - the simulated services, between the service control manager (services.c) and
 * resutils (service_helpers.c). Errors are the system's. */
#ifndef CR_HOST_SERVICES_H
#define CR_HOST_SERVICES_H

#include "surroundings.h"

enum { CR_SERVICE_HINT_MS = 1000 }; /* the wait hint of a pending state */

/* The table of services. */
cr_service *cr_services_all(void);
/* The service of this name goes to *found, made at its first use. */
DWORD cr_service_find(LPCWSTR name, unsigned *found);
/* A new handle to it with these rights; *result NULL on error. */
DWORD cr_service_open(LPCWSTR name, DWORD access, SC_HANDLE *result);
/* The service behind a handle that was opened with these rights, or NULL with *error set. */
cr_service *cr_service_of(SC_HANDLE handle, DWORD access, DWORD *error);

bool cr_service_pending(const cr_service *service);
/* Somebody looks at it: a pending state comes nearer to its end. */
void cr_service_look(cr_service *service);
/* slow: it stays pending for longer than its wait hint. */
DWORD cr_service_start(cr_service *service, bool slow);
DWORD cr_service_control(cr_service *service, DWORD code);

#endif

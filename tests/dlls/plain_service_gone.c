/* plain_service_gone.c - Offline stops the service that Online has started, and tries again until
 * that succeeds: it does not expect that the service's process has died. */
#include "plain_common.h"

#define POLL_MS 100

static void start_service(struct plain *p) {
  SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
  SC_HANDLE service = OpenServiceW(manager, L"ClusraceSample", SERVICE_START | SERVICE_STOP);
  CloseServiceHandle(manager);
  if (StartServiceW(service, 0, NULL))
    p->own = service;
  else
    CloseServiceHandle(service);
}

static void stop_service(struct plain *p) {
  SERVICE_STATUS status;
  if (p->own == NULL) return;
  while (!ControlService(p->own, SERVICE_CONTROL_STOP, &status)) Sleep(POLL_MS);
  CloseServiceHandle(p->own);
  p->own = NULL;
}

const struct plain_traits plain_traits = {.online = start_service, .offline = stop_service};

/* plain_service_stays.c - Online starts a service and waits until it runs: it does not expect that
 * the start fails or the service's process dies. */
#include "plain_common.h"

#define POLL_MS 100

static void start_and_wait(struct plain *p) {
  SERVICE_STATUS status = {0};
  SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
  SC_HANDLE service =
      OpenServiceW(manager, L"ClusraceSample", SERVICE_START | SERVICE_STOP | SERVICE_QUERY_STATUS);
  (void)p;
  StartServiceW(service, 0, NULL);
  while (status.dwCurrentState != SERVICE_RUNNING) {
    Sleep(POLL_MS);
    QueryServiceStatus(service, &status);
  }
  CloseServiceHandle(service);
  CloseServiceHandle(manager);
}

const struct plain_traits plain_traits = {.online = start_and_wait};

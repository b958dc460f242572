/* plain_service_slow.c - Online starts a service and looks at it ten times: then it uses what it
 * has only for a service that runs. A service that stops, or does not start, is given up. */
#include "plain_common.h"

#define LOOKS 10
#define POLL_MS 100

static void start_and_use(struct plain *p) {
  SERVICE_STATUS status = {.dwCurrentState = SERVICE_START_PENDING};
  SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
  SC_HANDLE service =
      OpenServiceW(manager, L"ClusraceSample", SERVICE_START | SERVICE_QUERY_STATUS);
  BOOL good = StartServiceW(service, 0, NULL);
  for (int i = 0; good && i < LOOKS && status.dwCurrentState == SERVICE_START_PENDING; i++) {
    Sleep(POLL_MS);
    good = QueryServiceStatus(service, &status);
  }
  if (status.dwCurrentState == SERVICE_RUNNING) p->scratch = (LONG *)&status;
  if (good && status.dwCurrentState != SERVICE_STOPPED) p->scratch[0]++;
  p->scratch = NULL;
  CloseServiceHandle(service);
  CloseServiceHandle(manager);
}

const struct plain_traits plain_traits = {.online = start_and_use};

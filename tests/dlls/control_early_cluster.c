/* control_early_cluster.c - a thread that Open starts asks the cluster, which answers only after
 * the second phase of the type's start. */
#include "control_common.h"
#include "plain_common.h"

/* clusapi.dll, under the names of the Windows SDK. */
typedef struct _HCLUSTER *HCLUSTER;

HCLUSTER WINAPI OpenCluster(LPCWSTR lpszClusterName);
BOOL WINAPI CloseCluster(HCLUSTER hCluster);

static DWORD WINAPI ask(LPVOID parameter) {
  HCLUSTER cluster = OpenCluster(NULL);
  (void)parameter;
  if (cluster != NULL) CloseCluster(cluster);
  return 0;
}

static DWORD start_asking(struct plain *p, LPCWSTR name) {
  (void)name;
  p->own = CreateThread(NULL, 0, ask, NULL, 0, NULL);
  return p->own == NULL ? GetLastError() : ERROR_SUCCESS;
}

static void end_asking(struct plain *p) {
  WaitForSingleObject(p->own, INFINITE);
  CloseHandle(p->own);
}

const struct plain_traits plain_traits = {.open = start_asking, .close = end_asking};
const struct control_traits control_traits = {.unknown_success = FALSE};

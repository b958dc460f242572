/* plain_cluster_call.c - Online asks the cluster for the state of a resource. Entry points have to
 * avoid that: the answer may need an entry point of the same DLL. */
#include "plain_common.h"

/* clusapi.dll, under the names of the Windows SDK. */
typedef struct _HCLUSTER *HCLUSTER;
typedef struct _HRESOURCE *HRESOURCE;

HCLUSTER WINAPI OpenCluster(LPCWSTR lpszClusterName);
BOOL WINAPI CloseCluster(HCLUSTER hCluster);
HRESOURCE WINAPI OpenClusterResource(HCLUSTER hCluster, LPCWSTR lpszResourceName);
BOOL WINAPI CloseClusterResource(HRESOURCE hResource);
CLUSTER_RESOURCE_STATE WINAPI GetClusterResourceState(HRESOURCE hResource, LPWSTR lpszNodeName,
                                                      LPDWORD lpcchNodeName, LPWSTR lpszGroupName,
                                                      LPDWORD lpcchGroupName);

static void ask(struct plain *p) {
  HCLUSTER cluster = OpenCluster(NULL);
  HRESOURCE resource;
  if (cluster == NULL) return;
  resource = OpenClusterResource(cluster, L"Cluster IP Address");
  if (resource != NULL) {
    if (GetClusterResourceState(resource, NULL, NULL, NULL, NULL) != ClusterResourceOnline)
      plain_log(p, L"The address is not online.\n");
    CloseClusterResource(resource);
  }
  CloseCluster(cluster);
}

const struct plain_traits plain_traits = {.online = ask};

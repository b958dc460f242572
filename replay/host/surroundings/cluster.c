/* cluster.c - the part of the Cluster API that resource DLLs use. The simulated cluster has one
 * node and the resources of the scenario. The documents forbid these calls inside most entry
 * points: that is told as facts, which the contract judges. */
#include <string.h>
#include <wchar.h>

#include "../session.h"

enum { CLUSTER_HANDLE = 0xC1057E00 };

/* What the caller is in: facts for the clauses on functions that an entry point must not call. */
static void tell_where(cr_thread *t) {
  if (cr_session_get()->controls.phases) cr_emit_fact(t, CR_TOPIC_CLUSTER_CALL, CR_DETAIL_MADE);
  if (t->role == CR_ROLE_WORKER) return;
  unsigned ep = cr_entry_point_base(t->job.entry_point);
  uint32_t detail = ep == CR_EP_ONLINE      ? CR_DETAIL_CALLED_IN_ONLINE
                    : ep == CR_EP_OFFLINE   ? CR_DETAIL_CALLED_IN_OFFLINE
                    : ep == CR_EP_TERMINATE ? CR_DETAIL_CALLED_IN_TERMINATE
                                            : 0;
  if (detail != 0) cr_emit_fact(t, CR_TOPIC_AVOIDED_FUNCTION, detail);
  cr_emit_fact(t, CR_TOPIC_CLUSTER_FUNCTION, CR_DETAIL_FROM_ENTRY_POINT);
}

static bool step(cr_thread *t) {
  if (t == NULL) return false;
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_nothing();
  cr_emit_sync(t, CR_WAIT_OTHER);
  return true;
}

/* The step of a function that asks the cluster; the fact is a step of its own. */
static bool asking_step(cr_thread *t) {
  if (!step(t)) return false;
  tell_where(t);
  return true;
}

static HANDLE WINAPI hook_OpenCluster(LPCWSTR name) {
  cr_thread *t = cr_self();
  (void)name;
  if (t != NULL) CR_SITE(t);
  if (!asking_step(t)) return SetLastError(ERROR_CALL_NOT_IMPLEMENTED), NULL;
  return (HANDLE)(ULONG_PTR)CLUSTER_HANDLE;
}

static BOOL WINAPI hook_CloseCluster(HANDLE cluster) {
  cr_thread *t = cr_self();
  if (t != NULL) CR_SITE(t);
  return step(t) && cluster == (HANDLE)(ULONG_PTR)CLUSTER_HANDLE;
}

/* Resource number n has the handle behind the cluster's: there is nothing to be kept for it. */
static HANDLE WINAPI hook_OpenClusterResource(HANDLE cluster, LPCWSTR name) {
  cr_thread *t = cr_self();
  const cr_scenario *s = cr_session_get()->scenario;
  WCHAR wide[CR_NAME_MAX];
  (void)cluster;
  if (t != NULL) CR_SITE(t);
  if (!asking_step(t)) return SetLastError(ERROR_CALL_NOT_IMPLEMENTED), NULL;
  for (unsigned r = 0; name != NULL && r < s->resources_count; r++) {
    cr_path_widen(s->resource[r].name, wide, CR_ARRAY_LEN(wide));
    if (_wcsicmp(wide, name) == 0) return (HANDLE)(ULONG_PTR)(CLUSTER_HANDLE + 1 + r);
  }
  SetLastError(ERROR_RESOURCE_NOT_FOUND);
  return NULL;
}

static BOOL WINAPI hook_CloseClusterResource(HANDLE resource) {
  cr_thread *t = cr_self();
  if (t != NULL) CR_SITE(t);
  return step(t) && (ULONG_PTR)resource > CLUSTER_HANDLE &&
         (ULONG_PTR)resource <= CLUSTER_HANDLE + CR_RESOURCES_MAX;
}

static LPCWSTR node_name(void) { return L"NODE0"; }

/* As the documents have it: the length without the end comes back, whether the room is enough. */
static DWORD give_name(LPWSTR to, LPDWORD room, LPCWSTR name) {
  DWORD length = (DWORD)wcslen(name);
  if (room == NULL) return ERROR_SUCCESS;
  DWORD had = *room;
  *room = length;
  if (to == NULL) return ERROR_SUCCESS;
  if (had <= length) return ERROR_MORE_DATA;
  memcpy(to, name, (length + 1) * sizeof *name);
  return ERROR_SUCCESS;
}

static DWORD WINAPI hook_GetClusterResourceState(HANDLE resource, LPWSTR node, LPDWORD node_room,
                                                 LPWSTR group, LPDWORD group_room) {
  static const DWORD states[CR_MON_COUNT] = {[CR_MON_OFFLINE] = ClusterResourceOffline,
                                             [CR_MON_ONLINE_CALL] = ClusterResourceOnlinePending,
                                             [CR_MON_ONLINE_PEND] = ClusterResourceOnlinePending,
                                             [CR_MON_ONLINE] = ClusterResourceOnline,
                                             [CR_MON_OFFLINE_CALL] = ClusterResourceOfflinePending,
                                             [CR_MON_OFFLINE_PEND] = ClusterResourceOfflinePending,
                                             [CR_MON_FAILED] = ClusterResourceFailed};
  cr_thread *t = cr_self();
  ULONG_PTR r = (ULONG_PTR)resource - CLUSTER_HANDLE - 1;
  if (t != NULL) CR_SITE(t);
  if (!asking_step(t)) return (DWORD)ClusterResourceStateUnknown;
  if (r >= cr_session_get()->scenario->resources_count) {
    SetLastError(ERROR_INVALID_HANDLE);
    return (DWORD)ClusterResourceStateUnknown;
  }
  cr_touch(CR_THING_FAMILY, r, CR_ACCESS_READ);
  give_name(node, node_room, node_name());
  give_name(group, group_room, L"Group");
  return states[cr_session_get()->monitor[r].state];
}

static DWORD WINAPI hook_ClusterResourceControl(HANDLE resource, HANDLE node, DWORD code, LPVOID in,
                                                DWORD in_size, LPVOID out, DWORD out_size,
                                                LPDWORD returned) {
  cr_thread *t = cr_self();
  (void)resource, (void)node, (void)code, (void)in, (void)in_size, (void)out, (void)out_size;
  if (t != NULL) CR_SITE(t);
  if (returned != NULL) *returned = 0;
  return asking_step(t) ? ERROR_INVALID_FUNCTION : ERROR_CALL_NOT_IMPLEMENTED;
}

static DWORD change(cr_thread *t) {
  return asking_step(t) ? ERROR_ACCESS_DENIED : ERROR_CALL_NOT_IMPLEMENTED;
}

static DWORD WINAPI hook_OnlineClusterResource(HANDLE resource) {
  (void)resource;
  return change(cr_self());
}

static DWORD WINAPI hook_OfflineClusterResource(HANDLE resource) {
  (void)resource;
  return change(cr_self());
}

static DWORD WINAPI hook_FailClusterResource(HANDLE resource) {
  (void)resource;
  return change(cr_self());
}

static DWORD WINAPI hook_GetNodeClusterState(LPCWSTR node, LPDWORD state) {
  enum { RUNNING = 0x13 };
  cr_thread *t = cr_self();
  (void)node;
  if (t != NULL) CR_SITE(t);
  if (!step(t)) return ERROR_CALL_NOT_IMPLEMENTED;
  if (state != NULL) *state = RUNNING;
  return ERROR_SUCCESS;
}

/* Which key a resource has, by its handle; the key is the caller's to close. */
static HKEY WINAPI hook_GetClusterResourceKey(HANDLE resource, REGSAM access) {
  cr_thread *t = cr_self();
  ULONG_PTR r = (ULONG_PTR)resource - CLUSTER_HANDLE - 1;
  (void)access;
  if (t != NULL) CR_SITE(t);
  if (!asking_step(t)) return NULL;
  if (r >= cr_session_get()->scenario->resources_count)
    return SetLastError(ERROR_INVALID_HANDLE), NULL;
  cr_touch_numbers();
  return cr_registry_root((unsigned)r);
}

const cr_hook cr_hooks_cluster[] = {CR_HOOK(OpenCluster),
                                    CR_HOOK(CloseCluster),
                                    CR_HOOK(OpenClusterResource),
                                    CR_HOOK(CloseClusterResource),
                                    CR_HOOK(GetClusterResourceState),
                                    CR_HOOK(ClusterResourceControl),
                                    CR_HOOK(OnlineClusterResource),
                                    CR_HOOK(OfflineClusterResource),
                                    CR_HOOK(FailClusterResource),
                                    CR_HOOK(GetNodeClusterState),
                                    CR_HOOK(GetClusterResourceKey),
                                    CR_HOOK_END};

/* shares.c - file shares and the buffers of the network functions.
 *
 * There are no shares at first. A share is known by its name and the server name that it is seen
 * under, as a cluster's network names each have their own shares. That its path exists is not
 * asked: the simulated volumes hold no folders.
 */
#include <string.h>
#include <wchar.h>

#include "../session.h"
/* after windows.h */
#include <lm.h>

/* mingw-w64 does not have this level. */
typedef struct share_503 {
  LPWSTR netname;
  DWORD type;
  LPWSTR remark;
  DWORD permissions, max_uses, current_uses;
  LPWSTR path, passwd, servername;
  DWORD reserved;
  PSECURITY_DESCRIPTOR security_descriptor;
} share_503;
_Static_assert(offsetof(share_503, security_descriptor) == 72, "SHARE_INFO_503");

/* netapi32 is not linked, because it is slow to load: who comes here has loaded it. */
static void (*real(const char *name))(void) {
  HMODULE module = GetModuleHandleA("netapi32.dll");
  return module == NULL ? NULL : (void (*)(void))GetProcAddress(module, name);
}
#define PASS_ON(name, ...)                                       \
  do {                                                           \
    __typeof__(&name) pass_on_ = (__typeof__(&name))real(#name); \
    if (pass_on_ == NULL) return ERROR_CALL_NOT_IMPLEMENTED;     \
    return pass_on_(__VA_ARGS__);                                \
  } while (0)

static cr_shares *shares(void) {
  cr_shares *s = &cr_session_get()->shares;
  s->used = true;
  return s;
}

/* ---- buffers --------------------------------------------------------------------------------- */

/* Ours are remembered: the DLL may also free what a function gave it that is not simulated. */
static void *buffer_new(size_t bytes) {
  cr_shares *s = shares();
  unsigned i = 0;
  while (i < CR_NET_BUFFERS_MAX && s->buffer[i] != NULL) i++;
  if (i == CR_NET_BUFFERS_MAX) return NULL;
  s->buffer[i] = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, bytes == 0 ? 1 : bytes);
  return s->buffer[i];
}

static bool buffer_free(const void *buffer) {
  cr_shares *s = shares();
  for (unsigned i = 0; buffer != NULL && i < CR_NET_BUFFERS_MAX; i++) {
    if (s->buffer[i] != buffer) continue;
    HeapFree(GetProcessHeap(), 0, s->buffer[i]);
    s->buffer[i] = NULL;
    return true;
  }
  return false;
}

void cr_shares_reset(cr_shares *s) {
  if (!s->used) return;
  for (unsigned i = 0; i < CR_NET_BUFFERS_MAX; i++)
    if (s->buffer[i] != NULL) HeapFree(GetProcessHeap(), 0, s->buffer[i]);
  memset(s, 0, sizeof *s);
}

static NET_API_STATUS WINAPI hook_NetApiBufferAllocate(DWORD bytes, LPVOID *buffer) {
  cr_thread *t = cr_self();
  if (t == NULL) PASS_ON(NetApiBufferAllocate, bytes, buffer);
  CR_SITE(t);
  cr_stop_once(t);
  if (buffer == NULL) return ERROR_INVALID_PARAMETER;
  *buffer = buffer_new(bytes);
  return *buffer == NULL ? ERROR_NOT_ENOUGH_MEMORY : NERR_Success;
}

static NET_API_STATUS WINAPI hook_NetApiBufferFree(LPVOID buffer) {
  cr_thread *t = cr_self();
  if (t == NULL) PASS_ON(NetApiBufferFree, buffer);
  CR_SITE(t);
  cr_stop_once(t);
  if (buffer == NULL || buffer_free(buffer)) return NERR_Success;
  PASS_ON(NetApiBufferFree, buffer);
}

/* ---- the table ------------------------------------------------------------------------------- */

static const WCHAR *without_slashes(const WCHAR *server) {
  while (server != NULL && *server == L'\\') server++;
  return server == NULL || wcscmp(server, L"*") == 0 ? L"" : server;
}

static cr_share *share_find(const WCHAR *server, const WCHAR *name) {
  cr_shares *s = shares();
  server = without_slashes(server);
  for (unsigned i = 0; name != NULL && i < CR_SHARES_MAX; i++)
    if (s->share[i].used && _wcsicmp(s->share[i].name, name) == 0 &&
        _wcsicmp(s->share[i].server, server) == 0)
      return &s->share[i];
  return NULL;
}

static bool fits(const WCHAR *text, size_t room) { return text == NULL || wcslen(text) < room; }

static void copy(WCHAR *to, const WCHAR *from) { wcscpy(to, from == NULL ? L"" : from); }

/* What the caller's structure says, whatever its level. The levels 2, 502 and 503 begin alike up to
 * the password. */
static NET_API_STATUS share_read(const WCHAR *server, DWORD level, const void *from,
                                 cr_share *share) {
  const SHARE_INFO_2 *info = from;
  if (level != 2 && level != 502 && level != 503) return ERROR_INVALID_LEVEL;
  if (from == NULL || info->shi2_netname == NULL || info->shi2_path == NULL)
    return ERROR_INVALID_PARAMETER;
  const share_503 *wide = from;
  if (level == 503 && wide->servername != NULL) server = wide->servername;
  server = without_slashes(server);
  if (info->shi2_netname[0] == 0 || !fits(info->shi2_netname, CR_SHARE_NAME_MAX))
    return ERROR_INVALID_NAME;
  if (!fits(info->shi2_remark, CR_SHARE_TEXT_MAX) || !fits(info->shi2_path, CR_SHARE_TEXT_MAX) ||
      !fits(server, CR_SHARE_TEXT_MAX))
    return ERROR_INVALID_PARAMETER;
  *share = (cr_share){.used = true,
                      .type = info->shi2_type,
                      .permissions = info->shi2_permissions,
                      .max_uses = info->shi2_max_uses};
  copy(share->server, server);
  copy(share->name, info->shi2_netname);
  copy(share->remark, info->shi2_remark);
  copy(share->path, info->shi2_path);
  return NERR_Success;
}

static NET_API_STATUS WINAPI hook_NetShareAdd(LMSTR server, DWORD level, LPBYTE info,
                                              LPDWORD wrong) {
  cr_thread *t = cr_self();
  cr_shares *s = shares();
  cr_share fresh;
  unsigned i = 0;
  static const uint32_t faults[] = {ERROR_ACCESS_DENIED, 0};
  if (t == NULL) PASS_ON(NetShareAdd, server, level, info, wrong);
  CR_SITE(t);
  if (!cr_stop_or_fail(t, faults)) return t->fault;
  NET_API_STATUS error = share_read(server, level, info, &fresh);
  if (wrong != NULL && error == ERROR_INVALID_PARAMETER) *wrong = PARM_ERROR_UNKNOWN;
  if (error != NERR_Success) return error;
  if (share_find(fresh.server, fresh.name) != NULL) return NERR_DuplicateShare;
  while (i < CR_SHARES_MAX && s->share[i].used) i++;
  if (i == CR_SHARES_MAX) return ERROR_NOT_ENOUGH_MEMORY;
  s->share[i] = fresh;
  return NERR_Success;
}

static NET_API_STATUS WINAPI hook_NetShareDel(LMSTR server, LMSTR name, DWORD reserved) {
  cr_thread *t = cr_self();
  if (t == NULL) PASS_ON(NetShareDel, server, name, reserved);
  CR_SITE(t);
  cr_stop_once(t);
  cr_share *share = share_find(server, name);
  if (share == NULL) return NERR_NetNameNotFound;
  *share = (cr_share){0};
  return NERR_Success;
}

/* Description, number of users and flags can be changed; all else of the structures is ignored, as
 * documented. */
static NET_API_STATUS WINAPI hook_NetShareSetInfo(LMSTR server, LMSTR name, DWORD level,
                                                  LPBYTE info, LPDWORD wrong) {
  cr_thread *t = cr_self();
  if (t == NULL) PASS_ON(NetShareSetInfo, server, name, level, info, wrong);
  CR_SITE(t);
  cr_stop_once(t);
  const void *from = info;
  const SHARE_INFO_2 *all = from;
  cr_share *share = share_find(server, name);
  const WCHAR *remark = NULL;
  if (info == NULL) return ERROR_INVALID_PARAMETER;
  if (level == 503)
    share = share_find(((const share_503 *)from)->servername != NULL
                           ? ((const share_503 *)from)->servername
                           : server,
                       name);
  if (share == NULL) return NERR_NetNameNotFound;
  switch (level) {
    case 1: remark = ((const SHARE_INFO_1 *)from)->shi1_remark; break;
    case 2:
    case 502:
    case 503:
      remark = all->shi2_remark;
      share->max_uses = all->shi2_max_uses;
      break;
    case 1004: remark = ((const SHARE_INFO_1004 *)from)->shi1004_remark; break;
    case 1005: share->flags = *(const DWORD *)from; break;
    case 1006: share->max_uses = *(const DWORD *)from; break;
    case 1501: break; /* the security descriptor */
    default: return ERROR_INVALID_LEVEL;
  }
  if (!fits(remark, CR_SHARE_TEXT_MAX)) return ERROR_INVALID_PARAMETER;
  if (remark != NULL) copy(share->remark, remark);
  return NERR_Success;
}

/* ---- giving out ------------------------------------------------------------------------------ */

static size_t bytes_of_level(DWORD level) {
  switch (level) {
    case 0: return sizeof(SHARE_INFO_0);
    case 1: return sizeof(SHARE_INFO_1);
    case 2: return sizeof(SHARE_INFO_2);
    case 501: return sizeof(SHARE_INFO_501);
    case 502: return sizeof(SHARE_INFO_502);
    case 503: return sizeof(share_503);
    case 1005: return sizeof(DWORD);
    default: return 0;
  }
}

static LPWSTR text_put(WCHAR **at, const WCHAR *text) {
  WCHAR *start = *at;
  wcscpy(start, text);
  *at += wcslen(text) + 1;
  return start;
}

static size_t text_bytes(const cr_share *share) {
  return sizeof(WCHAR) * (wcslen(share->name) + wcslen(share->remark) + wcslen(share->path) +
                          wcslen(share->server) + 5); /* each one's end, and one for "*" */
}

/* One structure, its strings at *at. */
static void share_write(const cr_share *share, DWORD level, void *to, WCHAR **at) {
  SHARE_INFO_2 *two = to;
  SHARE_INFO_501 *flags = to;
  share_503 *wide = to;
  if (level == 1005) {
    *(DWORD *)to = share->flags;
    return;
  }
  two->shi2_netname = text_put(at, share->name);
  if (level == 0) return;
  two->shi2_type = share->type;
  two->shi2_remark = text_put(at, share->remark);
  if (level == 501) flags->shi501_flags = share->flags;
  if (level == 1 || level == 501) return;
  two->shi2_permissions = share->permissions;
  two->shi2_max_uses = share->max_uses;
  two->shi2_path = text_put(at, share->path);
  if (level == 503) wide->servername = text_put(at, share->server[0] == 0 ? L"*" : share->server);
}

static NET_API_STATUS WINAPI hook_NetShareGetInfo(LMSTR server, LMSTR name, DWORD level,
                                                  LPBYTE *result) {
  cr_thread *t = cr_self();
  if (t == NULL) PASS_ON(NetShareGetInfo, server, name, level, result);
  CR_SITE(t);
  cr_stop_once(t);
  size_t bytes = bytes_of_level(level);
  const cr_share *share = share_find(server, name);
  if (result == NULL || name == NULL) return ERROR_INVALID_PARAMETER;
  *result = NULL;
  if (bytes == 0) return ERROR_INVALID_LEVEL;
  if (share == NULL) return NERR_NetNameNotFound;
  void *buffer = buffer_new(bytes + text_bytes(share));
  if (buffer == NULL) return ERROR_NOT_ENOUGH_MEMORY;
  WCHAR *at = (WCHAR *)(void *)((BYTE *)buffer + bytes);
  share_write(share, level, buffer, &at);
  *result = buffer;
  return NERR_Success;
}

/* Level 503 lists the shares of every server name, the others those of the one that is asked. */
static bool listed(const cr_share *share, const WCHAR *server, DWORD level) {
  return share->used && (level == 503 || _wcsicmp(share->server, without_slashes(server)) == 0);
}

/* All at once: the table is small, whatever length the caller prefers. */
static NET_API_STATUS WINAPI hook_NetShareEnum(LMSTR server, DWORD level, LPBYTE *result,
                                               DWORD preferred, LPDWORD count, LPDWORD total,
                                               LPDWORD resume) {
  cr_thread *t = cr_self();
  const cr_shares *s = shares();
  if (t == NULL) PASS_ON(NetShareEnum, server, level, result, preferred, count, total, resume);
  CR_SITE(t);
  cr_stop_once(t);
  size_t one = bytes_of_level(level), texts = 0;
  DWORD found = 0;
  if (result == NULL || count == NULL || total == NULL) return ERROR_INVALID_PARAMETER;
  *result = NULL;
  *count = *total = 0;
  if (one == 0 || level == 1005) return ERROR_INVALID_LEVEL;
  for (unsigned i = 0; i < CR_SHARES_MAX; i++) {
    if (!listed(&s->share[i], server, level)) continue;
    found++;
    texts += text_bytes(&s->share[i]);
  }
  BYTE *buffer = buffer_new(found * one + texts), *next = buffer;
  if (buffer == NULL) return ERROR_NOT_ENOUGH_MEMORY;
  WCHAR *at = (WCHAR *)(void *)(buffer + found * one);
  for (unsigned i = 0; i < CR_SHARES_MAX; i++) {
    if (!listed(&s->share[i], server, level)) continue;
    share_write(&s->share[i], level, next, &at);
    next += one;
  }
  *result = buffer;
  *count = *total = found;
  if (resume != NULL) *resume = 0;
  return NERR_Success;
}

/* Is a folder of this device shared? */
static NET_API_STATUS WINAPI hook_NetShareCheck(LMSTR server, LMSTR device, LPDWORD type) {
  cr_thread *t = cr_self();
  const cr_shares *s = shares();
  if (t == NULL) PASS_ON(NetShareCheck, server, device, type);
  CR_SITE(t);
  cr_stop_once(t);
  if (device == NULL || device[0] == 0 || type == NULL) return ERROR_INVALID_PARAMETER;
  for (unsigned i = 0; i < CR_SHARES_MAX; i++) {
    if (!listed(&s->share[i], server, 2)) continue;
    if (_wcsnicmp(s->share[i].path, device, wcslen(device)) != 0) continue;
    *type = s->share[i].type;
    return NERR_Success;
  }
  return NERR_DeviceNotShared;
}

const cr_hook cr_hooks_shares[] = {
    CR_HOOK(NetApiBufferAllocate), CR_HOOK(NetApiBufferFree), CR_HOOK(NetShareAdd),
    CR_HOOK(NetShareDel),          CR_HOOK(NetShareSetInfo),  CR_HOOK(NetShareGetInfo),
    CR_HOOK(NetShareEnum),         CR_HOOK(NetShareCheck),    CR_HOOK_END};

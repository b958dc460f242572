/* plain_share_gone.c - Offline looks at the share that Online has added, and does not expect that
 * somebody has deleted it. An Online that cannot add it goes without. */
#include "plain_common.h"

#include <lm.h>

static WCHAR share_name[] = L"ClusraceSample";
static WCHAR share_path[] = L"C:\\Shared";

static void add_share(struct plain *p) {
  SHARE_INFO_2 info = {.shi2_netname = share_name,
                       .shi2_type = STYPE_DISKTREE,
                       .shi2_max_uses = (DWORD)-1,
                       .shi2_path = share_path};
  if (NetShareAdd(NULL, 2, (LPBYTE)&info, NULL) == NERR_Success) p->own = p;
}

static void remove_share(struct plain *p) {
  SHARE_INFO_2 *info = NULL;
  if (p->own == NULL) return;
  NetShareGetInfo(NULL, share_name, 2, (LPBYTE *)&info);
  p->beats = info->shi2_current_uses;
  NetApiBufferFree(info);
  NetShareDel(NULL, share_name, 0);
  p->own = NULL;
}

const struct plain_traits plain_traits = {.online = add_share, .offline = remove_share};

/* lm.h - file shares, for a build on Linux; see windows.h. */
#ifndef CR_NATIVE_LM_H
#define CR_NATIVE_LM_H

#include <windows.h>

#define MAX_PREFERRED_LENGTH 0xFFFFFFFFU
#define STYPE_DISKTREE 0U
#define NERR_BASE 2100U
#define NERR_BufTooSmall (NERR_BASE + 23U)
#define NERR_DuplicateShare (NERR_BASE + 18U)
#define NERR_NetNameNotFound (NERR_BASE + 210U)
#define NERR_DeviceNotShared (NERR_BASE + 211U)

typedef struct SHARE_INFO_0 {
  LMSTR shi0_netname;
} SHARE_INFO_0;
typedef struct SHARE_INFO_1 {
  LMSTR shi1_netname;
  DWORD shi1_type;
  LMSTR shi1_remark;
} SHARE_INFO_1;
typedef struct SHARE_INFO_2 {
  LMSTR shi2_netname;
  DWORD shi2_type;
  LMSTR shi2_remark;
  DWORD shi2_permissions, shi2_max_uses, shi2_current_uses;
  LMSTR shi2_path, shi2_passwd;
} SHARE_INFO_2;
typedef struct SHARE_INFO_501 {
  LMSTR shi501_netname;
  DWORD shi501_type;
  LMSTR shi501_remark;
  DWORD shi501_flags;
} SHARE_INFO_501;
typedef struct SHARE_INFO_502 {
  LMSTR shi502_netname;
  DWORD shi502_type;
  LMSTR shi502_remark;
  DWORD shi502_permissions, shi502_max_uses, shi502_current_uses;
  LMSTR shi502_path, shi502_passwd;
  DWORD shi502_reserved;
  PSECURITY_DESCRIPTOR shi502_security_descriptor;
} SHARE_INFO_502;
typedef struct SHARE_INFO_503 {
  LMSTR shi503_netname;
  DWORD shi503_type;
  LMSTR shi503_remark;
  DWORD shi503_permissions, shi503_max_uses, shi503_current_uses;
  LMSTR shi503_path, shi503_passwd, shi503_servername;
  DWORD shi503_reserved;
  PSECURITY_DESCRIPTOR shi503_security_descriptor;
} SHARE_INFO_503;
typedef struct SHARE_INFO_1004 {
  LMSTR shi1004_remark;
} SHARE_INFO_1004;
typedef struct SHARE_INFO_1005 {
  DWORD shi1005_flags;
} SHARE_INFO_1005;

NET_API_STATUS NetApiBufferAllocate(DWORD bytes, LPVOID *buffer);
NET_API_STATUS NetApiBufferFree(LPVOID buffer);
NET_API_STATUS NetShareAdd(LMSTR server, DWORD level, LPBYTE buffer, LPDWORD wrong);
NET_API_STATUS NetShareCheck(LMSTR server, LMSTR device, LPDWORD type);
NET_API_STATUS NetShareDel(LMSTR server, LMSTR name, DWORD reserved);
NET_API_STATUS NetShareEnum(LMSTR server, DWORD level, LPBYTE *buffer, DWORD size, LPDWORD read,
                            LPDWORD total, LPDWORD resume);
NET_API_STATUS NetShareGetInfo(LMSTR server, LMSTR name, DWORD level, LPBYTE *buffer);
NET_API_STATUS NetShareSetInfo(LMSTR server, LMSTR name, DWORD level, LPBYTE buffer, LPDWORD wrong);

#endif

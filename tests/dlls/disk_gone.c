/* disk_gone.c - Online waits until the volume that it has put online is online: it does not expect
 * that the disk is pulled. */
#include "disk_common.h"

#include "clusrace/abi.h"

#define POLL_MS 100

static BOOL is_offline(WCHAR letter) {
  WCHAR name[] = L"\\\\.\\V:";
  HANDLE volume;
  DWORD bytes;
  BOOL offline;
  name[4] = letter;
  volume = CreateFileW(name, 0, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
  if (volume == INVALID_HANDLE_VALUE) return FALSE;
  offline = DeviceIoControl(volume, IOCTL_VOLUME_IS_OFFLINE, NULL, 0, NULL, 0, &bytes, NULL);
  CloseHandle(volume);
  return offline;
}

static DWORD await_online(WCHAR letter) {
  while (is_offline(letter)) Sleep(POLL_MS);
  return ERROR_SUCCESS;
}

const struct disk_traits disk_traits = {.mounted = await_online};

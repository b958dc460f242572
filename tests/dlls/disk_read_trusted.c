/* disk_read_trusted.c - Online divides by the number of bytes that a read has given, whether or not
 * the read has succeeded. */
#include "disk_common.h"

static DWORD read_share(WCHAR letter) {
  WCHAR name[] = L"V:\\clusrace.share";
  char text[16];
  DWORD bytes = 0;
  volatile DWORD share;
  HANDLE file;
  name[0] = letter;
  file = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_ALWAYS, 0, NULL);
  if (file == INVALID_HANDLE_VALUE) return GetLastError();
  ReadFile(file, text, sizeof text, &bytes, NULL);
  share = 100 / bytes;
  (void)share;
  CloseHandle(file);
  return ERROR_SUCCESS;
}

const struct disk_traits disk_traits = {.mounted = read_share};

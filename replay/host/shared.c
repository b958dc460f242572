/* shared.c - a file that another process has mapped as well; see guided.h. */
#include <windows.h>

#include "guided.h"

void *cr_shared_map(const char *path, size_t n) {
  HANDLE file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                            NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
  if (file == INVALID_HANDLE_VALUE) return NULL;
  HANDLE mapping = CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, (DWORD)n, NULL);
  CloseHandle(file);
  if (mapping == NULL) return NULL;
  void *block = MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, n);
  CloseHandle(mapping);
  return block;
}

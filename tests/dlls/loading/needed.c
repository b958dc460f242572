/* needed.c - what user.dll and delayed.dll need: a DLL with a heap block and data of its own. */
#include <stdlib.h>
#include <windows.h>

#include "needed.h"

struct needed {
  HANDLE thread;
  LPTHREAD_START_ROUTINE routine;
  void *parameter;
};

static struct needed *g_last;
static int g_count;

DWORD needed_start(LPTHREAD_START_ROUTINE routine, void *parameter) {
  struct needed *n = calloc(1, sizeof *n);
  if (n == NULL) return ERROR_NOT_ENOUGH_MEMORY;
  n->routine = routine;
  n->parameter = parameter;
  n->thread = CreateThread(NULL, 0, routine, parameter, 0, NULL);
  if (n->thread == NULL) {
    free(n);
    return ERROR_NOT_ENOUGH_MEMORY;
  }
  g_last = n;
  g_count++;
  return ERROR_SUCCESS;
}

void needed_join(void) {
  WaitForSingleObject(g_last->thread, INFINITE);
  CloseHandle(g_last->thread);
  free(g_last);
  g_last = NULL;
}

int needed_count(void) { return g_count; }

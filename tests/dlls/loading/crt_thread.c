/* crt_thread.c - conforming: a C runtime that is a DLL of its own, whose heap and threads it uses.
 */
#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plain_common.h"

struct mine {
  HANDLE thread;
  char *name;
};

static int g_opened; /* put back before each replay */

static unsigned __stdcall thread_main(void *parameter) {
  struct plain *p = parameter;
  p->body(p);
  return 0;
}

static DWORD start(struct plain *p, plain_body body) {
  struct mine *mine = malloc(sizeof *mine);
  char text[40];
  (void)body;
  if (mine == NULL) return ERROR_NOT_ENOUGH_MEMORY;
  snprintf(text, sizeof text, "operation %d", ++g_opened);
  mine->name = calloc(1, strlen(text) + 1);
  if (mine->name != NULL) mine->name = realloc(mine->name, 100);
  if (mine->name != NULL) strcpy(mine->name, text);
  mine->thread =
      mine->name == NULL ? NULL : (HANDLE)_beginthreadex(NULL, 0, thread_main, p, 0, NULL);
  if (mine->thread == NULL) {
    free(mine->name);
    free(mine);
    return ERROR_NOT_ENOUGH_MEMORY;
  }
  p->own = mine;
  return ERROR_SUCCESS;
}

static void join(struct plain *p) {
  struct mine *mine = p->own;
  WaitForSingleObject(mine->thread, INFINITE);
  CloseHandle(mine->thread);
  free(mine->name);
  free(mine);
  p->own = NULL;
}

static const struct plain_runner threads = {.start = start, .join = join};
const struct plain_traits plain_traits = {.runner = &threads};

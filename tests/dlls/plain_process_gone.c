/* plain_process_gone.c - Offline ends the process that Online has started, and tries again until
 * that succeeds: it does not expect that the process has ended by itself. */
#include "plain_common.h"

#define POLL_MS 100

static void start_process(struct plain *p) {
  WCHAR command[] = L"sample.exe";
  STARTUPINFOW startup = {.cb = sizeof startup};
  PROCESS_INFORMATION made;
  if (!CreateProcessW(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &made)) return;
  CloseHandle(made.hThread);
  p->own = made.hProcess;
}

static void end_process(struct plain *p) {
  if (p->own == NULL) return;
  while (!TerminateProcess(p->own, 0)) Sleep(POLL_MS);
  CloseHandle(p->own);
  p->own = NULL;
}

const struct plain_traits plain_traits = {.online = start_process, .offline = end_process};

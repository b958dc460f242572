/* byhand_posix.c - what byhand.c asks of the system. */
#include "byhand.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool traced(void) {
  char line[128];
  bool is = false;
  FILE *status = fopen("/proc/self/status", "r");
  while (status != NULL && !is && fgets(line, sizeof line, status) != NULL)
    is = strncmp(line, "TracerPid:", 10) == 0 &&
         strcspn(line + 10, "123456789") != strlen(line + 10);
  if (status != NULL) fclose(status);
  return is;
}

void cr_person_waits(void) {
  char line[8];
  if (traced()) {
    raise(SIGTRAP);
    return;
  }
  fprintf(stderr, CR_HOST_NAME ": no debugger is attached; process %d, Enter goes on\n", getpid());
  FILE *console = fopen("/dev/tty", "r");
  if (fgets(line, sizeof line, console != NULL ? console : stdin) == NULL) line[0] = '\0';
  if (console != NULL) fclose(console);
}

int cr_byhand_hand_over(unsigned long from) {
  cr_buf own = {0};
  cr_errinfo info;
  char number[32], from_option[] = "--from";
  char *argument[64];
  unsigned n = 0;
  pid_t child;
  int status = 0;
  if (cr_file_read("/proc/self/cmdline", 1024 * 1024, &own, &info) != CR_OK)
    return CR_EXIT_ENVIRONMENT;
  for (char *at = own.data; at < own.data + own.len; at += strlen(at) + 1)
    if (n < CR_ARRAY_LEN(argument) - 3) argument[n++] = at;
  snprintf(number, sizeof number, "%lu", from);
  argument[n++] = from_option;
  argument[n++] = number;
  argument[n] = NULL;
  bool started = posix_spawn(&child, "/proc/self/exe", NULL, NULL, argument, environ) == 0 &&
                 waitpid(child, &status, 0) == child && WIFEXITED(status);
  cr_buf_free(&own);
  if (started) return WEXITSTATUS(status);
  fprintf(stderr, CR_HOST_NAME ": no process can be started for the rest of the suite\n");
  return CR_EXIT_ENVIRONMENT;
}

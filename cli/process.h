/* process.h - running a program of ours as a child. Private to cli/. */
#ifndef CR_CLI_PROCESS_H
#define CR_CLI_PROCESS_H

#include "cli.h"

/* Runs argv[0] (found in PATH when it has no slash) with its output appended to the file log, until
 * it ends, limit_ms have passed (0: no limit) or Ctrl-C was pressed; then it is asked to end and,
 * two seconds later, killed with all its children. tick (may be NULL) is called about five times a
 * second. *status receives the exit status, 128 + signal, or -1 when it was stopped by us. Fails
 * with CR_ERR_ENVIRONMENT when it cannot be started. */
CR_WARN_UNUSED cr_err cli_process_run(const char *const *argv, const char *log, uint64_t limit_ms,
                                      void (*tick)(void *arg), void *arg, int *status,
                                      cr_errinfo *info);

/* Makes a folder of its own below TMPDIR (or /tmp); out receives its path. */
CR_WARN_UNUSED cr_err cli_folder_make(cr_buf *out, cr_errinfo *info);
/* Removes a folder made by cli_folder_make with all it holds. */
void cli_folder_remove(const char *path);

#endif

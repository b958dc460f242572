/* process.c - see process.h. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { POLL_MS = 20, TICK_MS = 200, GRACE_MS = 2000 };

static void sleep_ms(long ms) {
  struct timespec time = {ms / 1000, (ms % 1000) * 1000000};
  nanosleep(&time, NULL);
}

static cr_err start(const char *const *argv, const char *log, pid_t *pid, cr_errinfo *info) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  char **words = (char **)(uintptr_t)argv; /* posix_spawn does not write to them */
  int failed = posix_spawnp(pid, argv[0], &files, &attributes, words, environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0)
    return cr_fail(info, CR_ERR_ENVIRONMENT, "%s cannot be started: %s", argv[0], strerror(failed));
  return CR_OK;
}

cr_err cli_process_run(const char *const *argv, const char *log, uint64_t limit_ms,
                       void (*tick)(void *arg), void *arg, int *status, cr_errinfo *info) {
  pid_t pid;
  cr_err err = start(argv, log, &pid, info);
  if (err != CR_OK) return err;
  uint64_t begun = cli_now_ms(), ticked = begun, stopped = 0;
  for (;;) {
    int raw;
    pid_t ended = waitpid(pid, &raw, WNOHANG);
    if (ended == pid) {
      *status = stopped != 0 ? -1 : WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
      kill(-pid, SIGKILL); /* what it may have left behind */
      return CR_OK;
    }
    uint64_t now = cli_now_ms();
    if (stopped == 0 && (cli_interrupted() || (limit_ms != 0 && now - begun > limit_ms))) {
      stopped = now;
      kill(-pid, SIGINT);
    }
    if (stopped != 0 && now - stopped > GRACE_MS) kill(-pid, SIGKILL);
    if (tick != NULL && now - ticked >= TICK_MS) {
      ticked = now;
      tick(arg);
    }
    sleep_ms(POLL_MS);
  }
}

cr_err cli_folder_make(cr_buf *out, cr_errinfo *info) {
  const char *base = getenv("TMPDIR");
  cr_buf_clear(out);
  cr_buf_printf(out, "%s/clusrace.XXXXXX", base == NULL || *base == '\0' ? "/tmp" : base);
  if (mkdtemp(out->data) == NULL)
    return cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be made: %s", out->data, strerror(errno));
  return CR_OK;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where) {
  (void)status;
  (void)type;
  (void)where;
  remove(path);
  return 0;
}

void cli_folder_remove(const char *path) { nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

/* launch.c - see launch.h. */
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clusrace/frame.h"

enum { PREFIX_TIMEOUT_MS = 120000, GRACE_MS = 1500, LOOK_MS = 100, ENVIRONMENT_MAX = 512 };

static uint64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void nap(long ms) {
  struct timespec time = {ms / 1000, (ms % 1000) * 1000000};
  nanosleep(&time, NULL);
}

/* ---- the environment of Wine ----------------------------------------------------------------- */

/* Where Wine keeps its state: as told, else below the user's cache folder. */
static void prefix_path(const char *given, cr_buf *out) {
  const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  if (given != NULL)
    cr_buf_puts(out, given);
  else if (cache != NULL && cache[0] == '/')
    cr_buf_printf(out, "%s/clusrace/wine", cache);
  else
    cr_buf_printf(out, "%s/.cache/clusrace/wine", home == NULL ? "/tmp" : home);
}

static void make_folders(const char *path) {
  char *copy = cr_strdup(path);
  for (char *p = copy + 1; *p != '\0'; p++)
    if (*p == '/') {
      *p = '\0';
      mkdir(copy, 0700);
      *p = '/';
    }
  mkdir(copy, 0700);
  free(copy);
}

/* The present environment with Wine's own variables set. Strings of ours are in `own`. */
static void environment(const char *prefix, cr_buf *own, const char **list) {
  static const char *const replaced[] = {
      "WINEPREFIX=", "WINEDEBUG=", "WINEDLLOVERRIDES=", "DISPLAY=", "WAYLAND_DISPLAY="};
  size_t n = 0;
  cr_buf_printf(own, "WINEPREFIX=%s", prefix);
  list[n++] = own->data;
  list[n++] = "WINEDEBUG=-all";
  list[n++] = "WINEDLLOVERRIDES=winedbg.exe=d;mscoree,mshtml=";
  for (char **e = environ; *e != NULL && n + 1 < ENVIRONMENT_MAX; e++) {
    bool ours = false;
    for (size_t i = 0; i < CR_ARRAY_LEN(replaced); i++)
      if (strncmp(*e, replaced[i], strlen(replaced[i])) == 0) ours = true;
    if (!ours) list[n++] = *e;
  }
  list[n] = NULL;
}

/* ---- processes ------------------------------------------------------------------------------- */

/* Starts argv in a process group of its own; in and out are its standard input and output. */
static cr_err spawn(const char *const *argv, const char *prefix, int in, int out, pid_t *pid,
                    cr_errinfo *info) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  sigset_t none;
  cr_buf own = {0};
  const char *list[ENVIRONMENT_MAX];
  environment(prefix, &own, list);
  sigemptyset(&none);
  posix_spawn_file_actions_init(&files);
  if (in >= 0)
    posix_spawn_file_actions_adddup2(&files, in, 0);
  else
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  if (out >= 0)
    posix_spawn_file_actions_adddup2(&files, out, 1);
  else
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setsigmask(&attributes, &none);
  int failed = posix_spawnp(pid, argv[0], &files, &attributes, (char **)(uintptr_t)argv,
                            (char **)(uintptr_t)list);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  cr_buf_free(&own);
  if (failed != 0)
    return cr_fail(info, CR_ERR_ENVIRONMENT, "%s cannot be started: %s; install wine and wine64",
                   argv[0], strerror(failed));
  return CR_OK;
}

static bool wants_end(bool (*interrupted)(void)) { return interrupted != NULL && interrupted(); }

/* Waits for the process, kills its group after the limit or when it is interrupted (may be NULL);
 * true when it ended by itself with status 0. */
static bool reap(pid_t pid, uint64_t limit_ms, bool (*interrupted)(void)) {
  uint64_t begun = now_ms();
  bool killed = false;
  for (;;) {
    int status = 0;
    pid_t ended = waitpid(pid, &status, WNOHANG);
    if (ended == pid || (ended < 0 && errno != EINTR)) {
      kill(-pid, SIGKILL);
      return !killed && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    if (!killed && (now_ms() - begun > limit_ms || wants_end(interrupted))) {
      kill(-pid, SIGKILL);
      killed = true;
    }
    nap(2);
  }
}

/* What a set-up that was given up has started goes on by itself, and would be in the next one's
 * way. Wine's server is named like Wine, and all of it ends with its server. */
static void end_wine(const char *wine, const char *prefix) {
  cr_buf server = {0};
  pid_t pid;
  cr_errinfo ignored;
  cr_buf_printf(&server, "%sserver", wine);
  const char *const argv[] = {server.data, "-k", NULL};
  if (spawn(argv, prefix, -1, -1, &pid, &ignored) == CR_OK) reap(pid, GRACE_MS, NULL);
  cr_buf_free(&server);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where) {
  (void)status;
  (void)type;
  if (where->level > 0 && strncmp(path + where->base, "clusrace.", 9) != 0) remove(path);
  return 0;
}

/* Has the folder this file? */
static bool holds(const char *folder, const char *name, cr_buf *path) {
  cr_buf_clear(path);
  cr_buf_printf(path, "%s/%s", folder, name);
  return access(path->data, F_OK) == 0;
}

/* Wine cannot go on with a folder that is half set up. What is in it is removed only where a set-up
 * of ours began with nothing: clusrace.begun says so. */
static cr_err set_up(const char *wine, const char *prefix, bool (*interrupted)(void),
                     cr_errinfo *info) {
  const char *const argv[] = {wine, "wineboot", "-i", NULL};
  cr_buf path = {0};
  pid_t pid;
  if (holds(prefix, "clusrace.begun", &path)) nftw(prefix, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  cr_err err = CR_OK;
  if (!holds(prefix, "drive_c", &path)) {
    (void)holds(prefix, "clusrace.begun", &path);
    err = cr_file_write(path.data, "begun\n", 6, info);
  }
  if (err == CR_OK) err = spawn(argv, prefix, -1, -1, &pid, info);
  if (err == CR_OK && !reap(pid, PREFIX_TIMEOUT_MS, interrupted)) {
    end_wine(wine, prefix);
    err =
        cr_fail(info, CR_ERR_ENVIRONMENT,
                "%s: Wine cannot set up its folder; remove it and try again, or mend Wine", prefix);
  }
  if (err == CR_OK) {
    (void)holds(prefix, "clusrace.ready", &path);
    err = cr_file_write(path.data, "ready\n", 6, info);
  }
  if (err == CR_OK && holds(prefix, "clusrace.begun", &path)) remove(path.data);
  cr_buf_free(&path);
  return err;
}

/* Makes the prefix once; a lock keeps other controllers out meanwhile. */
static cr_err prepare_prefix(const char *wine, const char *prefix, bool (*interrupted)(void),
                             cr_errinfo *info) {
  cr_buf path = {0};
  cr_err err = CR_OK;
  make_folders(prefix);
  if (holds(prefix, "clusrace.ready", &path)) {
    cr_buf_free(&path);
    return CR_OK;
  }
  (void)holds(prefix, "clusrace.lock", &path);
  int lock = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) {
    err =
        cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be written: %s", path.data, strerror(errno));
  } else {
    while (flock(lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK && !wants_end(interrupted))
      nap(LOOK_MS);
    if (wants_end(interrupted))
      err = cr_fail(info, CR_ERR_ENVIRONMENT, "%s: interrupted before it was set up", prefix);
    else if (!holds(prefix, "clusrace.ready", &path))
      err = set_up(wine, prefix, interrupted, info);
    close(lock);
  }
  cr_buf_free(&path);
  return err;
}

cr_err cr__link_open(const cr__launch *launch, cr__link *link, cr_errinfo *info) {
  cr_buf prefix = {0};
  bool wine = launch->wine[0] != '\0';
  cr_err err = CR_OK;
  prefix_path(launch->prefix, &prefix);
  if (wine) err = prepare_prefix(launch->wine, prefix.data, launch->interrupted, info);
  int to[2] = {-1, -1}, from[2] = {-1, -1};
  if (err == CR_OK && (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0)) {
    err = cr_fail(info, CR_ERR_ENVIRONMENT, "no pipe can be made: %s", strerror(errno));
    for (int i = 0; i < 2 && to[i] >= 0; i++) close(to[i]);
  }
  if (err == CR_OK) {
    const char *argv[20];
    char processor[12];
    size_t n = 0;
    if (wine) argv[n++] = launch->wine;
    argv[n++] = launch->host;
    argv[n++] = "serve";
    argv[n++] = "--dll";
    argv[n++] = launch->dll;
    if (launch->type != NULL) {
      argv[n++] = "--type";
      argv[n++] = launch->type;
    }
    if (launch->properties != NULL) {
      argv[n++] = "--properties";
      argv[n++] = launch->properties;
    }
    if (launch->heap_guard) argv[n++] = "--heap-guard";
    if (launch->refuse_unseen) argv[n++] = "--refuse-unseen";
    if (launch->threads != NULL) argv[n++] = launch->threads;
    if (launch->processor != 0) {
      snprintf(processor, sizeof processor, "%u", launch->processor);
      argv[n++] = "--processor";
      argv[n++] = processor;
    }
    argv[n] = NULL;
    err = spawn(argv, prefix.data, to[0], from[1], &link->pid, info);
    close(to[0]);
    close(from[1]);
    link->to = to[1];
    link->from = from[0];
    link->interrupted = launch->interrupted;
    if (err != CR_OK) {
      close(to[1]);
      close(from[0]);
      link->pid = 0;
    }
  }
  cr_buf_free(&prefix);
  return err;
}

void cr__link_close(cr__link *link, bool in_order) {
  if (in_order) (void)cr__link_write(link, CR_FRAME_BYE, "", 0);
  close(link->to);
  if (!in_order) kill(-link->pid, SIGKILL);
  reap(link->pid, GRACE_MS, link->interrupted);
  close(link->from);
  *link = (cr__link){0};
}

/* ---- frames ---------------------------------------------------------------------------------- */

static cr__link_state read_all(cr__link *link, uint32_t silence_ms, void *to, size_t n) {
  uint8_t *p = to;
  uint64_t heard = now_ms();
  while (n > 0) {
    struct pollfd wait = {.fd = link->from, .events = POLLIN};
    uint64_t quiet = now_ms() - heard, left = quiet < silence_ms ? silence_ms - quiet : 0;
    int ready = poll(&wait, 1, left < LOOK_MS ? (int)left : LOOK_MS);
    if (ready <= 0 && wants_end(link->interrupted)) return CR__LINK_INTERRUPTED;
    if (ready == 0 && left <= LOOK_MS) return CR__LINK_SILENT;
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    ssize_t got = read(link->from, p, n);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return CR__LINK_ENDED;
    heard = now_ms();
    p += got;
    n -= (size_t)got;
  }
  return CR__LINK_OK;
}

cr__link_state cr__link_read(cr__link *link, uint32_t silence_ms, uint8_t *type, cr_buf *payload) {
  uint8_t head[5];
  cr_buf_clear(payload);
  cr__link_state state = read_all(link, silence_ms, head, sizeof head);
  if (state != CR__LINK_OK) return state;
  size_t n = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
  if (n < 1 || n > CR_FRAME_BYTES_MAX) return CR__LINK_ENDED;
  *type = head[4];
  char chunk[16384];
  for (n--; n > 0;) {
    size_t part = n < sizeof chunk ? n : sizeof chunk;
    state = read_all(link, silence_ms, chunk, part);
    if (state != CR__LINK_OK) return state;
    cr_buf_add(payload, chunk, part);
    n -= part;
  }
  if (payload->data == NULL) cr_buf_add(payload, "", 0);
  return CR__LINK_OK;
}

static bool send_all(int to, const void *bytes, size_t n) {
  const char *p = bytes;
  while (n > 0) {
    ssize_t sent = write(to, p, n);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    p += sent;
    n -= (size_t)sent;
  }
  return true;
}

/* A host that has gone must not end its controller: SIGPIPE is held back and taken away again. */
static bool send_frame(int to, const uint8_t *head, size_t head_len, const void *bytes, size_t n) {
  sigset_t pipe_signal, before, waiting;
  struct timespec at_once = {0, 0};
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  sigpending(&waiting);
  bool foreign = sigismember(&waiting, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  bool sent = send_all(to, head, head_len) && send_all(to, bytes, n);
  if (!sent && !foreign)
    while (sigtimedwait(&pipe_signal, NULL, &at_once) < 0 && errno == EINTR) continue;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return sent;
}

bool cr__link_write(cr__link *link, uint8_t type, const void *bytes, size_t n) {
  size_t length = n + 1;
  uint8_t head[5] = {(uint8_t)length, (uint8_t)(length >> 8), (uint8_t)(length >> 16),
                     (uint8_t)(length >> 24), type};
  return send_frame(link->to, head, sizeof head, bytes, n);
}

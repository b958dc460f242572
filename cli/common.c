/* common.c - flags, messages and the terminal; see cli.h. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

static int flag_index(const cli_args *args, const char *flag) {
  for (int i = 0; args->command->flags[i].name != NULL; i++)
    if (strcmp(args->command->flags[i].name, flag) == 0) return i;
  return -1;
}

const char *cli_value(const cli_args *args, const char *flag) {
  int i = flag_index(args, flag);
  CR_ASSERT(i >= 0);
  return args->value[i];
}

bool cli_has(const cli_args *args, const char *flag) {
  int i = flag_index(args, flag);
  return i >= 0 && args->value[i] != NULL;
}

static bool mute;

void cli_mute(void) { mute = true; }

static void vmessage(const char *format, va_list args) {
  char text[1024];
  if (mute) { /* mpirun ends all when one ends so: the one that speaks is given the time */
    struct timespec pause = {.tv_nsec = 500000000};
    nanosleep(&pause, NULL);
    return;
  }
  vsnprintf(text, sizeof text, format, args);
  if (cli_stderr_is_terminal()) fputs("\r\033[K", stderr);
  fprintf(stderr, "clusrace: %s\n", text);
}

int cli_fail(cr_exit status, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vmessage(format, args);
  va_end(args);
  return (int)status;
}

int cli_error(cr_err err, const cr_errinfo *info) {
  return cli_fail(err == CR_ERR_INPUT ? CR_EXIT_INPUT : CR_EXIT_ENVIRONMENT, "%s", info->text);
}

int cli_usage(const cli_args *args, const char *format, ...) {
  va_list list;
  va_start(list, format);
  vmessage(format, list);
  va_end(list);
  if (!mute) fprintf(stderr, "clusrace: see `clusrace %s --help`\n", args->command->name);
  return CR_EXIT_USAGE;
}

/* Digits and a suffix from the table; false when it is not of that form or too large. */
static bool parse_scaled(const char *text, const char *const *suffix, const uint64_t *factor,
                         size_t suffixes, uint64_t *value) {
  uint64_t x = 0;
  const char *p = text;
  if (*p < '0' || *p > '9') return false;
  for (; *p >= '0' && *p <= '9'; p++) {
    if (x > UINT64_MAX / 100) return false;
    x = x * 10 + (uint64_t)(*p - '0');
  }
  for (size_t i = 0; i < suffixes; i++)
    if (strcmp(p, suffix[i]) == 0) {
      if (x > UINT64_MAX / 2 / factor[i]) return false;
      *value = x * factor[i];
      return true;
    }
  return false;
}

uint64_t cli_number(const cli_args *args, const char *flag, uint64_t initial, uint64_t min,
                    uint64_t max) {
  static const char *const suffix[] = {"", "k", "M", "G"};
  static const uint64_t factor[] = {1, 1000, 1000000, 1000000000};
  const char *text = cli_value(args, flag);
  uint64_t value;
  if (text == NULL) return initial;
  if (parse_scaled(text, suffix, factor, CR_ARRAY_LEN(factor), &value) && value >= min &&
      value <= max)
    return value;
  if (max > UINT32_MAX) /* nobody means the limit */
    exit(cli_usage(args, "--%s: \"%s\" is no number from %llu on", flag, text,
                   (unsigned long long)min));
  exit(cli_usage(args, "--%s: \"%s\" is no number from %llu to %llu", flag, text,
                 (unsigned long long)min, (unsigned long long)max));
}

uint64_t cli_interval_ms(const cli_args *args, const char *flag, uint64_t initial_ms) {
  static const char *const suffix[] = {"ms", "s", "m", "h", ""};
  static const uint64_t factor[] = {1, 1000, 60000, 3600000, 1000};
  const char *text = cli_value(args, flag);
  uint64_t value;
  if (text == NULL) return initial_ms;
  if (!parse_scaled(text, suffix, factor, CR_ARRAY_LEN(factor), &value))
    exit(cli_usage(args, "--%s: \"%s\" is no duration like 30s, 10m or 500ms", flag, text));
  return value;
}

uint64_t cli_duration_ms(const cli_args *args, const char *flag, uint64_t initial_ms) {
  uint64_t value = cli_interval_ms(args, flag, initial_ms);
  if (value == 0 && cli_has(args, flag))
    exit(cli_usage(args, "--%s: \"%s\" is no duration like 30s, 10m or 500ms", flag,
                   cli_value(args, flag)));
  return value;
}

bool cli_stdout_is_terminal(void) { return isatty(STDOUT_FILENO) != 0; }
bool cli_stderr_is_terminal(void) { return isatty(STDERR_FILENO) != 0; }

bool cli_colours(void) {
  const char *no = getenv("NO_COLOR");
  const char *term = getenv("TERM");
  return cli_stdout_is_terminal() && (no == NULL || *no == '\0') &&
         (term == NULL || strcmp(term, "dumb") != 0);
}

unsigned cli_terminal_width(void) {
  struct winsize size;
  const char *columns = getenv("COLUMNS");
  char *end = NULL;
  unsigned long given = columns == NULL || *columns == '\0' ? 0 : strtoul(columns, &end, 10);
  if (given >= 40 && given <= 1000 && *end == '\0') return (unsigned)given;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) return size.ws_col;
  return 80;
}

uint64_t cli_now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

unsigned cli_processors(unsigned max) {
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  return processors < 1 ? 1 : processors > (long)max ? max : (unsigned)processors;
}

static atomic_bool interrupted; /* asked by several threads */

static volatile sig_atomic_t interrupted_s; /* when, in seconds of the monotonic clock */

/* The first signal is taken note of; a later one ends the process at once. What follows at once is
 * the same one: a process is often told by itself and through its group. */
static void on_interrupt(int number) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (!interrupted) {
    interrupted = true;
    interrupted_s = (sig_atomic_t)now.tv_sec;
  } else if ((sig_atomic_t)now.tv_sec - interrupted_s >= 1) {
    signal(number, SIG_DFL);
    raise(number);
  }
}

bool cli_interrupted(void) {
  static bool installed;
  if (!installed) {
    installed = true;
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
  }
  return interrupted;
}

cr_err cli_write(const char *path, const cr_buf *buf, cr_errinfo *info) {
  const char *data = buf->data == NULL ? "" : buf->data;
  if (path != NULL && strcmp(path, "-") != 0) return cr_file_write(path, data, buf->len, info);
  if (fwrite(data, 1, buf->len, stdout) != buf->len || fflush(stdout) != 0)
    return cr_fail(info, CR_ERR_ENVIRONMENT, "standard output cannot be written");
  return CR_OK;
}

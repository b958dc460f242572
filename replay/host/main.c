/* main.c - clusrace-host: runs a resource DLL under the deterministic scheduler. */
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/frame.h"
#include "clusrace/version.h"
#include "follow.h"
#include "hunt.h"
#include "prepare.h"
#include "serve.h"

#ifndef CR_HOST_NAME
#define CR_HOST_NAME "clusrace-host"
#endif

static const char usage[] =
    "usage: " CR_HOST_NAME
    " replay --dll X.dll --trace T [options]\n"
    "       " CR_HOST_NAME
    " serve --dll X.dll [--type NAME] [--fibres]\n"
    "       " CR_HOST_NAME
    " imports --dll X.dll\n"
    "\n"
    "  replay    follows the trace on the DLL and prints what the DLL did; the exit status says\n"
    "            whether it keeps the contract (0), breaks it (10), crashes or hangs (14)\n"
    "  serve     the same for a controller: frames on standard input and output\n"
    "  imports   lists what the DLL imports and how each function is treated\n"
    "\n"
    "  --dll FILE       the resource DLL\n"
    "  --trace FILE     the trace to follow\n"
    "  --type NAME      resource type name for Startup (default: the scenario's)\n"
    "  --exact          every step, silent ones too, must come as recorded\n"
    "  --strict         warnings count as violations\n"
    "  --repeat N       replay N times; all must give the same bytes (13 if not)\n"
    "  --watchdog MS    real time that a thread may run without a step (default 3000)\n"
    "  --fibres         threads of the DLL are fibres of one thread of the system\n"
    "  --help, --version\n";

typedef struct options {
  const char *command, *dll, *trace, *type;
  uint32_t flags;
  unsigned long repeat, watchdog_ms;
} options;

static bool number(const char *text, unsigned long max, unsigned long *value) {
  char *end;
  *value = strtoul(text, &end, 10);
  return *text >= '0' && *text <= '9' && *end == '\0' && *value > 0 && *value <= max;
}

/* Takes an option; *i is moved past its value. Returns NULL or what is wrong. */
static const char *take_option(options *o, int argc, char **argv, int *i) {
  const char *name = argv[*i];
  if (strcmp(name, "--exact") == 0) return o->flags |= CR_REPLAY_EXACT, NULL;
  if (strcmp(name, "--strict") == 0) return o->flags |= CR_REPLAY_STRICT, NULL;
#ifndef CR_NATIVE_HOST
  cr_sched *sched = &cr_session_get()->sched;
  if (strcmp(name, "--fibres") == 0) return sched->fibres = true, NULL;
  if (strcmp(name, "--fresh-threads") == 0) return sched->fresh_threads = true, NULL; /* bench */
#endif
  static const char *const valued[] = {"--dll", "--trace", "--type", "--repeat", "--watchdog"};
  size_t k = 0;
  while (k < CR_ARRAY_LEN(valued) && strcmp(valued[k], name) != 0) k++;
  if (k == CR_ARRAY_LEN(valued)) return "is not known";
  if (++*i == argc) return "needs a value";
  const char *value = argv[*i];
  switch (k) {
    case 0: o->dll = value; return NULL;
    case 1: o->trace = value; return NULL;
    case 2: o->type = value; return NULL;
    case 3: return number(value, 1000000, &o->repeat) ? NULL : "needs a number from 1 to 1000000";
    default:
      return number(value, 600000, &o->watchdog_ms) ? NULL : "needs milliseconds, 1 to 600000";
  }
}

static int fail(cr_err err, const cr_errinfo *info) {
  fprintf(stderr, CR_HOST_NAME ": %s\n", info->text);
  return err == CR_ERR_INPUT ? CR_EXIT_INPUT : CR_EXIT_ENVIRONMENT;
}

static int imports(const options *o) {
  cr_session *s = cr_session_get();
  cr_errinfo info;
  cr_err err = cr_prepare(s, o->dll, o->type, 0, &info);
  if (err != CR_OK) return fail(err, &info);
  cr_buf text = {0};
  cr_image_imports(&s->image, false, &text);
  if (text.len != 0) fwrite(text.data, 1, text.len, stdout);
  cr_buf_free(&text);
  return CR_EXIT_OK;
}

static int replay(const options *o) {
  cr_session *s = cr_session_get();
  cr_errinfo info;
  cr_buf file = {0}, text = {0}, again = {0};
  cr_trace input = {0}, observed = {0};
  cr_err err = cr_file_read(o->trace, CR_TRACE_BYTES_MAX, &file, &info);
  if (err == CR_OK) err = cr_trace_read(file.data, file.len, o->trace, &input, &info);
  if (err == CR_OK) err = cr_prepare(s, o->dll, o->type, (DWORD)o->watchdog_ms, &info);
  if (err != CR_OK) return fail(err, &info);
  bool usable = cr_follow(s, &input, o->flags, &observed);
  cr_trace_write(&observed, &text);
  int status = (int)cr_verdict_exit(&observed.verdict);
  for (unsigned long i = 1; i < o->repeat && usable; i++) {
    usable = cr_follow(s, &input, o->flags, &observed);
    cr_buf_clear(&again);
    cr_trace_write(&observed, &again);
    if (again.len == text.len && memcmp(again.data, text.data, text.len) == 0) continue;
    fprintf(stderr, CR_HOST_NAME ": replay %lu differs from the first\n", i + 1);
    status = CR_EXIT_NONDET;
    break;
  }
  fwrite(text.data, 1, text.len, stdout);
  return status;
}

static int run(int argc, char **argv) {
  options o = {0};
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--help") == 0) return fputs(usage, stdout), CR_EXIT_OK;
    if (strcmp(argv[i], "--version") == 0) {
      printf(CR_HOST_NAME " %s, contract %016llx, protocol %d\n", CR_VERSION,
             (unsigned long long)cr_contract_digest(), CR_FRAME_PROTOCOL);
      return CR_EXIT_OK;
    }
    if (argv[i][0] != '-' && o.command == NULL) {
      o.command = argv[i];
      continue;
    }
    const char *option = argv[i];
    const char *wrong = take_option(&o, argc, argv, &i);
    if (wrong == NULL) continue;
    fprintf(stderr, CR_HOST_NAME ": %s %s; see --help\n", option, wrong);
    return CR_EXIT_USAGE;
  }
  bool is_replay = o.command != NULL && strcmp(o.command, "replay") == 0;
  bool is_serve = o.command != NULL && strcmp(o.command, "serve") == 0;
  bool is_imports = o.command != NULL && strcmp(o.command, "imports") == 0;
  if ((!is_replay && !is_serve && !is_imports) || o.dll == NULL || (is_replay && o.trace == NULL)) {
    fputs(usage, stderr);
    return CR_EXIT_USAGE;
  }
  if (is_serve) return cr_serve(o.dll, o.type);
  return is_replay ? replay(&o) : imports(&o);
}

int main(int argc, char **argv) {
  _setmode(_fileno(stdin), _O_BINARY);
  _setmode(_fileno(stdout), _O_BINARY);
  int status = run(argc, argv);
  fflush(NULL);
  /* Threads of the DLL may stand anywhere: nothing of it may run any more. */
  TerminateProcess(GetCurrentProcess(), (UINT)status);
  return status;
}

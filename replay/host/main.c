/* main.c - clusrace-host: runs a resource DLL under the deterministic scheduler. */
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "byhand.h"
#include "clusrace/frame.h"
#include "clusrace/version.h"
#include "serve.h"

static const char usage[] =
    "usage: " CR_HOST_NAME
    " replay --dll X.dll --trace T | --suite FILE [options]\n"
    "       " CR_HOST_NAME
    " hunt --dll X.dll --scenario FILE [options]\n"
    "       " CR_HOST_NAME
    " imports --dll X.dll\n"
    "       " CR_HOST_NAME
    " verdicts --tally FILE [--all] [--json]\n"
    "       " CR_HOST_NAME
    " serve --dll X.dll [options]\n"
    "\n"
    "  replay    follows a trace on the DLL and prints what the DLL did, or the traces that stand "
    "in\n"
    "            one file, one line for each; the exit status says whether the DLL keeps the\n"
    "            contract (0), breaks it (10), crashes or hangs (14)\n"
    "  hunt      searches the DLL's schedules without any trace\n"
    "  imports   lists what the DLL imports and how each function is treated\n"
    "  verdicts  what replays and hunts with --tally say of each clause\n"
    "  serve     replays and hunts for a controller: frames on standard input and output\n"
    "\n"
    "  --dll FILE       the resource DLL\n"
    "  --type NAME      resource type name for Startup (default: the scenario's)\n"
    "  --properties FILE  private properties of the resources: NAME sz|dword|... VALUE\n"
    "  --strict         warnings count as violations\n"
    "  --heap-guard     an access behind a block of memory, or to a freed one, is a crash\n"
    "  --refuse-unseen  refuse a DLL that imports what nobody simulates\n"
    "  --watchdog MS    real time that a thread may run without a step (default 3000)\n"
    "  --processor N    run on the Nth processor (default: by the process's number)\n"
    "  --json           one JSON object for each result\n"
    "  --out FILE       write the observed trace, or the finding's, there; for a suite, a folder\n"
    "                   for the first trace of each kind of finding\n"
    "  --tally FILE     add to FILE how often each clause was held and broken\n"
    "  --fibres         threads of the DLL are fibres of one thread of the system\n"
    "replay:\n"
    "  --trace FILE     the trace to follow\n"
    "  --suite FILE     traces one after the other; the exit status is the worst\n"
    "  --exact          every step, silent ones too, must come as recorded\n"
    "  --repeat N       replay N times; all must give the same bytes (13 if not)\n"
    "  --break-at STEP  stop before that step: in the debugger, else until Enter is pressed\n"
    "verdicts:\n"
    "  --all            the clauses that held and those not exercised, too\n"
    "hunt:\n"
    "  --scenario FILE  the scenario to play\n"
    "  --strategy NAME  systematic (default), pct, pos or random\n"
    "  --preemptions N  at most so many in a schedule (default 2)\n"
    "  --timers N       sleeps and waits that may end early in a schedule (default 1)\n"
    "  --faults N       things that may go wrong in a schedule (default: the scenario's)\n"
    "  --schedules N    at most so many (default 20000)\n"
    "  --seed N         for the strategies that draw (default 1)\n"
    "\n"
    "  --help, --version\n";

typedef struct options {
  const char *command;
  unsigned long watchdog_ms, processor, preemptions, timers, faults, schedules, seed;
  const char *strategy;
  cr_byhand by;
} options;

static bool number(const char *text, unsigned long min, unsigned long max, unsigned long *value) {
  char *end;
  *value = strtoul(text, &end, 10);
  return *text >= '0' && *text <= '9' && *end == '\0' && *value >= min && *value <= max;
}

/* Takes an option without a value; false when it is none. */
static bool take_flag(options *o, const char *name) {
  if (strcmp(name, "--exact") == 0) return o->by.flags |= CR_REPLAY_EXACT, true;
  if (strcmp(name, "--strict") == 0) return o->by.flags |= CR_REPLAY_STRICT, true;
  if (strcmp(name, "--heap-guard") == 0) return o->by.how.heap_guard = true, true;
  if (strcmp(name, "--refuse-unseen") == 0) return o->by.how.refuse_unseen = true, true;
  if (strcmp(name, "--json") == 0) return o->by.json = true, true;
  if (strcmp(name, "--all") == 0) return o->by.all = true, true;
#ifndef CR_NATIVE_HOST
  cr_sched *sched = &cr_session_get()->sched;
  if (strcmp(name, "--fibres") == 0) return sched->fibres = true, true;
  if (strcmp(name, "--fresh-threads") == 0) return sched->fresh_threads = true, true; /* bench */
#endif
  return false;
}

/* Takes an option; *i is moved past its value. Returns NULL or what is wrong. */
static const char *take_option(options *o, int argc, char **argv, int *i) {
  const struct {
    const char *name;
    const char **text; /* or a number: */
    unsigned long *value, min, max;
  } valued[] = {{"--dll", &o->by.how.dll, NULL, 0, 0},
                {"--type", &o->by.how.type, NULL, 0, 0},
                {"--properties", &o->by.how.properties, NULL, 0, 0},
                {"--trace", &o->by.trace, NULL, 0, 0},
                {"--suite", &o->by.suite, NULL, 0, 0},
                {"--scenario", &o->by.scenario, NULL, 0, 0},
                {"--out", &o->by.out, NULL, 0, 0},
                {"--tally", &o->by.tally, NULL, 0, 0},
                {"--strategy", &o->strategy, NULL, 0, 0},
                {"--repeat", NULL, &o->by.repeat, 1, 1000000},
                {"--from", NULL, &o->by.from, 1, 1000000000},
                {"--break-at", NULL, &o->by.break_at, 1, 1000000},
                {"--processor", NULL, &o->processor, 1, 1000000},
                {"--watchdog", NULL, &o->watchdog_ms, 1, 600000},
                {"--preemptions", NULL, &o->preemptions, 0, 100},
                {"--timers", NULL, &o->timers, 0, 100},
                {"--faults", NULL, &o->faults, 0, 100},
                {"--schedules", NULL, &o->schedules, 1, 1000000000},
                {"--seed", NULL, &o->seed, 0, 1000000000}};
  const char *name = argv[*i];
  size_t k = 0;
  if (take_flag(o, name)) return NULL;
  while (k < CR_ARRAY_LEN(valued) && strcmp(valued[k].name, name) != 0) k++;
  if (k == CR_ARRAY_LEN(valued)) return "is not known";
  if (++*i == argc) return "needs a value";
  if (valued[k].text != NULL) return *valued[k].text = argv[*i], NULL;
  bool good = number(argv[*i], valued[k].min, valued[k].max, valued[k].value);
  return good ? NULL : "needs a number within its bounds";
}

/* False when there is no strategy of that name. */
static bool configure(options *o) {
  cr_search_config *c = &o->by.config;
  unsigned strategy = 0;
  while (o->strategy != NULL && strategy < CR_STRATEGY_COUNT &&
         strcmp(cr_strategy_name(strategy), o->strategy) != 0)
    strategy++;
  c->strategy = (uint8_t)strategy;
  c->preemptions = (uint8_t)o->preemptions;
  c->iterate = strategy == CR_STRATEGY_SYSTEMATIC;
  c->budget[CR_COST_TIMER] = (uint8_t)o->timers;
  c->budget[CR_COST_FAULT] = (uint8_t)o->faults;
  c->schedules = o->schedules;
  c->seed = o->seed;
  o->by.how.watchdog_ms = (DWORD)o->watchdog_ms;
  o->by.how.processor = (unsigned)o->processor;
  return strategy < CR_STRATEGY_COUNT;
}

static int carry_out(const options *o) {
  const cr_byhand *b = &o->by;
  bool replay = strcmp(o->command, "replay") == 0;
  if (strcmp(o->command, "verdicts") == 0 && b->tally != NULL) return cr_byhand_verdicts(b);
  if (b->how.dll != NULL) {
    if (strcmp(o->command, "serve") == 0) return cr_serve(&b->how);
    if (strcmp(o->command, "imports") == 0) return cr_byhand_imports(b);
    if (replay && b->trace != NULL && b->suite == NULL) return cr_byhand_replay(b);
    if (replay && b->suite != NULL && b->trace == NULL) return cr_byhand_suite(b);
    if (strcmp(o->command, "hunt") == 0 && b->scenario != NULL) return cr_byhand_hunt(b);
  }
  fputs(usage, stderr);
  return CR_EXIT_USAGE;
}

static int run(int argc, char **argv) {
  options o = {
      .preemptions = 2, .timers = 1, .faults = CR_SEARCH_UNBOUNDED, .schedules = 20000, .seed = 1};
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
  if (o.command == NULL) return fputs(usage, stderr), CR_EXIT_USAGE;
  if (!configure(&o)) {
    fprintf(stderr, CR_HOST_NAME ": --strategy %s is not known; see --help\n", o.strategy);
    return CR_EXIT_USAGE;
  }
  return carry_out(&o);
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

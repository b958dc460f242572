/* hunting.h - hunts on one or several DLLs: what was asked, what came out, how it is shown. */
#ifndef CR_CLI_HUNTING_H
#define CR_CLI_HUNTING_H

#include "cli.h"
#include "clusrace/replay.h"

enum { CLI_HUNT_SCENARIOS_MAX = 16 };

/* One DLL. */
typedef struct cli_hunt {
  char *dll;
  cr_buf host; /* its path */
  char *in;    /* of a sample: the one scenario that shows it, else NULL */
  cr_subject subject;
  char *expects, *what; /* of a sample: "conforms", a clause or a kind of verdict, and what is wrong
                           with it; else NULL */
  uint64_t schedules, redundant, ms;
  bool exhausted; /* in every scenario, within the bounds */
  bool begun;     /* it was its turn */
  bool stopped;   /* by Ctrl-C */
  bool failed;    /* by what the machine lacks */
  bool bounded;   /* some scenario was left before its end */
  unsigned findings_count, unconfirmed, lost;
  unsigned kept;             /* traces written */
  uint64_t *written;         /* digests of their texts */
  size_t found_steps, steps; /* of the first finding, before and after it was minimised */
  bool minimal;              /* ... and nothing more can be left out of it */
  cr_clauses warned;         /* clauses of the level warning that it broke */
  cr_verdict first;          /* of the first finding */
  char scenario[CR_NAME_MAX];
  char *trace; /* file of the first finding */
  char refused[320], error[sizeof((cr_hunt_answer *)0)->error], unseen[200], remarks[200];
} cli_hunt;

/* In which scenarios a DLL is searched, and how deep. */
typedef struct cli_hunt_plan {
  cr_scenario scenario[CLI_HUNT_SCENARIOS_MAX];
  uint8_t preemptions[CLI_HUNT_SCENARIOS_MAX];
  uint32_t samples[CLI_HUNT_SCENARIOS_MAX]; /* 0, or: too large to be searched, so many are drawn
                                               (PCT) */
  unsigned count;
} cli_hunt_plan;

typedef struct cli_hunting {
  const cli_args *args;
  cr_hunt_options options;
  cli_hunt_plan plan[2]; /* for DLLs that use a volume, and for those that do not */
  cli_hunt *hunt;
  unsigned hunts_count;
  uint64_t ms_max; /* for one DLL, 0 = any */
} cli_hunting;

/* Does the DLL touch the volume of its resource in a plain life? */
CR_WARN_UNUSED cr_err cli_uses_volume(cr_host *host, const cr_scenario *scenario, bool *uses,
                                      cr_errinfo *info);
/* Reads the flags; -1, or the exit status of a usage error. */
int cli_hunting_options(cli_hunting *h);
/* Finds the DLLs, scenarios and the host. */
CR_WARN_UNUSED cr_err cli_hunting_prepare(cli_hunting *h, cr_errinfo *info);
CR_WARN_UNUSED cr_err cli_hunting_run(cli_hunting *h, cr_errinfo *info);
/* The table or the JSON object; what was not begun or failed is told as such. */
void cli_hunting_show(const cli_hunting *h);
/* Has anything come out? So it may have before the disk was full. */
bool cli_hunting_known(const cli_hunting *h);
int cli_hunting_status(const cli_hunting *h);
void cli_hunting_free(cli_hunting *h);

#endif

/* conforming.h - a campaign of runs on one DLL, and what it says of every clause. Private to cli/.
 */
#ifndef CR_CLI_CONFORMING_H
#define CR_CLI_CONFORMING_H

#include "clusrace/conformance.h"
#include "clusrace/corpus.h"
#include "clusrace/picture.h"
#include "clusrace/replay.h"
#include "events.h"
#include "reporting.h"

enum { CLI_CONFORM_SCENARIOS_MAX = 16 };

/* What is run in a scenario. */
typedef struct cli_conform_plan {
  cr_scenario scenario;
  uint8_t preemptions;
  uint32_t samples; /* not 0: schedules are drawn (PCT), so many */
  bool guides_only; /* no hunt */
} cli_conform_plan;

/* What an earlier result had. */
typedef struct cli_conform_before cli_conform_before;

typedef struct cli_conforming {
  const cli_args *args;
  const char *dll;
  cr_host *host;
  cr_corpus *corpus; /* or NULL */
  cli_conform_plan plan[CLI_CONFORM_SCENARIOS_MAX];
  cr_conform_scenario *scenario; /* as many */
  unsigned count;
  uint64_t behind[CR_CLAUSE_COUNT]; /* runs in which it was broken behind another violation */
  cr_dll_duties duties;
  cli_reporting *reporting;
  unsigned subject; /* its number there */
  uint64_t begun_ms, ms_max;
  unsigned broken; /* guides in a row of checks that cost a host */
  char refused[320], note[600];
  char **why; /* texts that are made here */
  unsigned whys;
  cr_conform_finding *finding;
  cr_covering *covering;      /* for pictures and the JSON, or NULL */
  cli_events *events;         /* or NULL */
  cli_conform_before *before; /* or NULL */
  bool failed;                /* the campaign ended before its end: no host can be asked any more */
  cr_conformance result;
} cli_conforming;

/* Fills in plan: what --scenario names, or what fits the DLL. */
CR_WARN_UNUSED cr_err cli_conforming_plan(cli_conforming *c, cr_errinfo *info);
/* Finds host and DLL, chooses the scenarios, opens the store. */
CR_WARN_UNUSED cr_err cli_conforming_prepare(cli_conforming *c, cr_errinfo *info);
/* Reads an earlier result to compare with: a JSON file of this command, or a store. Before the run,
 * which may write to that store. */
CR_WARN_UNUSED cr_err cli_conforming_baseline(cli_conforming *c, const char *baseline,
                                              cr_errinfo *info);
CR_WARN_UNUSED cr_err cli_conforming_run(cli_conforming *c, cr_errinfo *info);
/* Is it over, by --time or Ctrl-C? */
bool cli_conforming_late(const cli_conforming *c);
/* Has anything been run? */
bool cli_conforming_begun(const cli_conforming *c);
/* Minimises the findings, writes their traces into folder and fills in c->result; that also when
 * something of it fails. */
CR_WARN_UNUSED cr_err cli_conforming_finish(cli_conforming *c, const char *folder,
                                            cr_errinfo *info);
void cli_conforming_free(cli_conforming *c);

/* Why a clause was not exercised in these scenarios; static, or made for c. */
const char *cli_conforming_why(cli_conforming *c, cr_clause clause);

#endif

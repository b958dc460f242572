/* cmd_hunt.c - `clusrace hunt`: searches the schedules of a real DLL, without any trace. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "clusrace/replay.h"
#include "hunting.h"
#include "json.h"

static const cli_flag flags[] = {
    {"dll", "FILE", "the resource DLL (may be given several times)"},
    {"samples", NULL, "all sample DLLs, each with what is expected of it"},
    {"scenario", "S", "names or files, separated by commas (default: hunt-... or plain-...)"},
    {"strategy", "NAME",
     "systematic (default), everything (without reduction), pct, pos or random"},
    {"preemptions", "N",
     "at most so many in a schedule, or `all` (default 2, less in larger scenarios)"},
    {"timers", "N", "sleeps and waits that may end early in a schedule (default 1)"},
    {"faults", "N", "things that may go wrong in a schedule (default: the scenario's budget)"},
    {"schedules", "N", "at most so many in each scenario (default 100k)"},
    {"time", "T", "at most so long for each DLL, like 30s; results then depend on the machine"},
    {"seed", "N", "for the strategies that draw (default 1)"},
    {"findings", "N", "go on until so many different ones are found (default 1)"},
    {"as-found", NULL, "keep traces as they were found, not minimised"},
    {"strict", NULL, "warnings count as violations"},
    {"properties", "FILE", "private properties of the resources: NAME sz|dword|... VALUE"},
    {"heap-guard", NULL, "the access behind a block of memory, or to a freed one, is a crash"},
    {"refuse-unseen", NULL, "refuse a DLL that imports what nobody simulates"},
    {"out", "DIR", "where the traces of findings are put (default clusrace-hunt)"},
    {"host", "FILE", "the host program (default: the one that was built with this command)"},
    {"type", "NAME", "resource type name given to Startup (default: the scenario's)"},
    {"fibres", NULL, "the DLL's threads are fibres of one thread: faster"},
    {"fresh-threads", NULL, NULL}, /* a new thread for each job: what the bench compares with */
    {"json", NULL, "print one JSON object (docs/json.md)"},
    {NULL, NULL, NULL}};

static int run(const cli_args *args) {
  cli_hunting h = {.args = args};
  cr_errinfo info;
  int status = cli_hunting_options(&h);
  if (status >= 0) return status;
  cr_err err = cli_hunting_prepare(&h, &info);
  if (err == CR_OK) {
    err = cli_hunting_run(&h, &info);
    if (err == CR_OK || cli_hunting_known(&h)) cli_hunting_show(&h);
  }
  status = err == CR_OK ? cli_hunting_status(&h) : cli_error(err, &info);
  cli_hunting_free(&h);
  return status;
}

const cli_command cli_command_hunt = {
    .name = "hunt",
    .summary = "search the schedules of a real DLL for violations, without any trace",
    .usage = "clusrace hunt --dll FILE [FLAGS] | --samples",
    .details =
        "Plays the Resource Monitor for the DLL under a deterministic scheduler and tries its "
        "schedules\n"
        "one after the other: which thread goes on at each call, when a Terminate comes, when a "
        "sleep\n"
        "ends. Systematic search leaves out schedules that cannot differ, and takes those with "
        "few\n"
        "preemptions first. Every finding is replayed in a fresh process before it is shown, and "
        "put\n"
        "into a trace that `clusrace replay` follows step by step.\n",
    .flags = flags,
    .repeated = "dll",
    .examples =
        "  clusrace hunt --dll clusdisk.dll\n"
        "  clusrace hunt --dll mydisk.dll --preemptions 3 --schedules 1M --time 10m\n"
        "  clusrace hunt --dll mydisk.dll --strategy pct --seed 7 --faults 1\n"
        "  clusrace hunt --samples --json\n",
    .run = run};

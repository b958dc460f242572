/* cmd_fuzz.c - `clusrace fuzz`: hunting where exploring ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzzing.h"
#include "hunting.h"
#include "json.h"
#include "progress.h"

static const cli_flag flags[] = {
    {"dll", "FILE", "fuzz the schedules of this resource DLL instead of the models"},
    {"scenario", "NAME",
     "scenario by name or file (default " CLI_DEFAULT_SCENARIO
     "; for a DLL hunt-life, or plain-life "
     "when it uses no volume)"},
    {"mutant", "NAME", "fuzz the models with this deviation instead of the reference"},
    {"engine", "ENGINE", "random (built in), libfuzzer or afl (default random)"},
    {"time", "TIME", "stop after this time, like 30s or 10m (default 10s unless --runs)"},
    {"runs", "N", "stop after so many executions (k, M, G)"},
    {"seed", "N",
     "seed (default 1); with the built-in engine the same seed and runs give the same bytes"},
    {"store", "FILE", "keep violations and novel interleavings in this database"},
    {"only", "CLAUSE", "judge only this clause"},
    {"strict", NULL, "warnings count as violations"},
    {"type", "NAME", "DLL: resource type name given to Startup (default: the scenario's)"},
    {"properties", "FILE", "DLL: private properties of the resources: NAME sz|dword|... VALUE"},
    {"heap-guard", NULL, "DLL: the access behind a block of memory, or to a freed one, is a crash"},
    {"fibres", NULL, "DLL: its threads are fibres of one thread: faster"},
    {"host", "FILE", "DLL: the host program (default: the one that was built with this command)"},
    {"json", NULL, "print the result as JSON (docs/json.md)"},
    {NULL, NULL, NULL}};

static int print_json(const cli_fuzz *fuzz, const cli_fuzz_result *r, int status) {
  cr_buf subject = {0};
  cr_subject_write(fuzz->subject, &subject);
  json_t *found = json_object();
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++)
    if (r->shortest[i] != 0)
      json_object_set_new(found, cr_clause_row_of((cr_clause)i)->id, json_integer(r->shortest[i]));
  json_t *root = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:b, s:i}", "schema",
                           "clusrace-fuzz-1", "scenario", fuzz->scenario->name, "subject",
                           subject.data, "engine", fuzz->engine, "seed", (json_int_t)fuzz->seed,
                           "executions", (json_int_t)r->executions, "novel", (json_int_t)r->novel,
                           "violations", (json_int_t)r->violations, "stored", (json_int_t)r->stored,
                           "clauses", found, "interrupted", r->interrupted, "exit", status);
  cli_json_print(root);
  cr_buf_free(&subject);
  return status;
}

static void print_text(const cli_fuzz *fuzz, const cli_fuzz_result *r) {
  cr_buf out = {0};
  cr_buf_printf(&out, "scenario  %s\nsubject   ", fuzz->scenario->name);
  cr_subject_write(fuzz->subject, &out);
  cr_buf_printf(&out, "\nengine    %s, seed %llu\nran       ", fuzz->engine,
                (unsigned long long)fuzz->seed);
  cli_thousands(r->executions, &out);
  cr_buf_puts(&out, " executions, ");
  cli_thousands(r->novel, &out);
  cr_buf_puts(&out, " of them novel, ");
  cli_thousands(r->violations, &out);
  cr_buf_puts(&out, " violating\n");
  if (fuzz->store != NULL) {
    cr_buf_puts(&out, "stored    ");
    cli_thousands(r->stored, &out);
    cr_buf_printf(&out, " new interleavings in %s\n", fuzz->store);
  }
  bool any = false;
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    if (r->shortest[i] == 0) continue;
    cr_buf_printf(&out, "verdict   violates %s in %u steps\n          %s\n",
                  cr_clause_row_of((cr_clause)i)->id, r->shortest[i],
                  cr_clause_row_of((cr_clause)i)->text);
    any = true;
  }
  if (!any && r->violations > 0)
    cr_buf_puts(&out, fuzz->real.dll == NULL
                          ? "verdict   deadlock\n"
                          : "verdict   crashes, hangs, deadlocks or leaves something behind\n");
  if (!any && r->violations == 0) cr_buf_puts(&out, "verdict   no violation found (no proof)\n");
  fputs(out.data, stdout);
  cr_buf_free(&out);
}

/* What a DLL is played with when no scenario is named. */
static cr_err default_scenario(const cli_fuzz_dll *real, cr_scenario *scenario, cr_errinfo *info) {
  cr_host *host = NULL;
  bool volume = true;
  cr_err err = cli_load_scenario("hunt-life", scenario, info);
  if (err == CR_OK) err = cli_fuzz_host(real, &host, info);
  if (err == CR_OK) err = cli_uses_volume(host, scenario, &volume, info);
  cr_host_free(host);
  return err == CR_OK && !volume ? cli_load_scenario("plain-life", scenario, info) : err;
}

static cr_err load_dll(const cli_args *args, cli_fuzz_dll *real, cr_buf *path,
                       cr_scenario *scenario, cr_subject *subject, cr_errinfo *info) {
  const char *name = cli_value(args, "scenario");
  cr_host *host = NULL;
  if (cli_value(args, "mutant") != NULL || cli_value(args, "only") != NULL)
    return cr_fail(info, CR_ERR_INPUT, "--mutant and --only are for the models, not for --dll");
  cr_err err = cli_find_host(args, real->dll, path, info);
  real->host = path->data;
  real->type = cli_value(args, "type");
  real->properties = cli_value(args, "properties");
  real->heap_guard = cli_has(args, "heap-guard");
  real->fibres = cli_has(args, "fibres");
  if (err == CR_OK) err = cli_fuzz_host(real, &host, info);
  if (err == CR_OK) *subject = *cr_host_subject(host);
  cr_host_free(host);
  if (err != CR_OK) return err;
  err = name == NULL ? default_scenario(real, scenario, info)
                     : cli_load_scenario(name, scenario, info);
  for (unsigned p = 0; err == CR_OK && p < CR_PART_COUNT; p++)
    if (scenario->part[p])
      err = cr_fail(info, CR_ERR_INPUT,
                    "scenario %s: the host does not play the part %s; take one without parts",
                    scenario->name, cr_part_name((cr_part)p));
  return err;
}

static cr_err load_models(const cli_args *args, cr_scenario *scenario, cr_subject *subject,
                          cr_errinfo *info) {
  const char *name = cli_value(args, "scenario"), *only = cli_value(args, "only");
  cr_err err = cli_load_scenario(name == NULL ? CLI_DEFAULT_SCENARIO : name, scenario, info);
  if (err == CR_OK) err = cli_subject(cli_value(args, "mutant"), subject, info);
  if (err == CR_OK && only != NULL && cr_clause_by_id(only) == CR_CLAUSE_COUNT)
    err = cr_fail(info, CR_ERR_INPUT, "there is no clause \"%.60s\"", only);
  return err;
}

static int status_of(const cli_fuzz *run, const cli_fuzz_result *r) {
  if (r->violations == 0) return CR_EXIT_BOUNDED;
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++)
    if (r->shortest[i] != 0) return CR_EXIT_SAFETY;
  return run->real.dll == NULL ? CR_EXIT_SAFETY : CR_EXIT_CRASH;
}

static int carry_out(const cli_args *args, cli_fuzz *run) {
  cr_errinfo info;
  cli_fuzz_result *result = cr_alloc(sizeof *result);
  cr_err err = cli_fuzz_run(run, result, &info);
  int status = err == CR_OK ? status_of(run, result) : cli_error(err, &info);
  if (err == CR_OK && cli_has(args, "json"))
    print_json(run, result, status);
  else if (err == CR_OK)
    print_text(run, result);
  free(result);
  return status;
}

static int fuzz(const cli_args *args) {
  cr_errinfo info;
  if (args->operands_count > 0)
    return cli_usage(args, "\"%s\" is not expected here", args->operand[0]);
  cr_scenario scenario;
  cr_subject subject;
  cr_buf host = {0};
  const char *engine = cli_value(args, "engine");
  cli_fuzz run = {.scenario = &scenario,
                  .subject = &subject,
                  .real = {.dll = cli_value(args, "dll")},
                  .only = cli_value(args, "only"),
                  .strict = cli_has(args, "strict"),
                  .engine = engine == NULL ? "random" : engine,
                  .store = cli_value(args, "store"),
                  .runs = cli_number(args, "runs", 0, 1, UINT64_MAX / 4),
                  .seed = cli_number(args, "seed", 1, 1, UINT32_MAX)};
  run.limit_ms = cli_duration_ms(args, "time", run.runs == 0 ? 10000 : 0);
  cr_err err = run.real.dll == NULL ? load_models(args, &scenario, &subject, &info)
                                    : load_dll(args, &run.real, &host, &scenario, &subject, &info);
  int status = err == CR_OK ? carry_out(args, &run) : cli_error(err, &info);
  cr_buf_free(&host);
  return status;
}

const cli_command cli_command_fuzz = {
    .name = "fuzz",
    .summary = "hunt for violations with a fuzzing engine and keep what is new",
    .usage =
        "clusrace fuzz [--dll FILE] [--scenario NAME] [--engine ENGINE] [--store FILE] [FLAGS]",
    .details =
        "Any bytes are an interleaving; the engines are told of the model's abstract states. A\n"
        "violation is minimised and stored, and the engine runs on. Without one the status is 20: "
        "a\n"
        "fuzzer proves nothing. With --dll the bytes are choices of the schedule of a real DLL, "
        "which\n"
        "is played as by `clusrace hunt`; each finding is replayed in a fresh host first.\n",
    .flags = flags,
    .examples =
        "  clusrace fuzz --time 30s --store nightly.db\n"
        "  clusrace fuzz --mutant remount-window --runs 100k\n"
        "  clusrace fuzz --engine libfuzzer --scenario disk-admin --time 10m --store a.db\n"
        "  clusrace fuzz --dll mydisk.dll --engine libfuzzer --time 10m --store nightly.db\n",
    .run = fuzz};

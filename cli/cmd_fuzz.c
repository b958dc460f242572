/* cmd_fuzz.c - `clusrace fuzz`: hunting where exploring ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzzing.h"
#include "json.h"
#include "progress.h"

static const cli_flag flags[] = {
    {"scenario", "NAME", "scenario by name or file (default " CLI_DEFAULT_SCENARIO ")"},
    {"mutant", "NAME", "fuzz the models with this deviation instead of the reference"},
    {"engine", "ENGINE", "random (built in), libfuzzer or afl (default random)"},
    {"time", "TIME", "stop after this time, like 30s or 10m (default 10s unless --runs)"},
    {"runs", "N", "stop after so many executions (k, M, G)"},
    {"seed", "N",
     "seed (default 1); with the built-in engine the same seed and runs give the same bytes"},
    {"store", "FILE", "keep violations and novel interleavings in this database"},
    {"only", "CLAUSE", "judge only this clause"},
    {"strict", NULL, "warnings count as violations"},
    {"json", NULL, "print the result as JSON (docs/json.md)"},
    {NULL, NULL, NULL}};

static int print_json(const cli_fuzz *fuzz, const cli_fuzz_result *r, int status) {
  cr_buf subject = {0};
  cr_subject_write(fuzz->subject, &subject);
  json_t *found = json_object(), *before = json_object();
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    if (r->shortest[i] == 0) continue;
    json_object_set_new(found, cr_clause_row_of((cr_clause)i)->id, json_integer(r->shortest[i]));
    json_object_set_new(before, cr_clause_row_of((cr_clause)i)->id, json_integer(r->found[i]));
  }
  json_t *root =
      json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:b, s:i}", "schema",
                "clusrace-fuzz-1", "scenario", fuzz->scenario->name, "subject", subject.data,
                "engine", fuzz->engine, "seed", (json_int_t)fuzz->seed, "executions",
                (json_int_t)r->executions, "novel", (json_int_t)r->novel, "violations",
                (json_int_t)r->violations, "stored", (json_int_t)r->stored, "clauses", found,
                "clauses_found_in", before, "interrupted", r->interrupted, "exit", status);
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
    cr_buf_printf(&out, "verdict   violates %s in %u steps (found in %u)\n          %s\n",
                  cr_clause_row_of((cr_clause)i)->id, r->shortest[i], r->found[i],
                  cr_clause_row_of((cr_clause)i)->text);
    any = true;
  }
  if (!any && r->violations > 0) cr_buf_puts(&out, "verdict   deadlock\n");
  if (!any && r->violations == 0) cr_buf_puts(&out, "verdict   no violation found (no proof)\n");
  fputs(out.data, stdout);
  cr_buf_free(&out);
}

static int fuzz(const cli_args *args) {
  cr_errinfo info;
  if (args->operands_count > 0)
    return cli_usage(args, "\"%s\" is not expected here", args->operand[0]);
  const char *name = cli_value(args, "scenario");
  cr_scenario scenario;
  cr_subject subject;
  cr_err err = cli_load_scenario(name == NULL ? CLI_DEFAULT_SCENARIO : name, &scenario, &info);
  if (err == CR_OK) err = cli_subject(cli_value(args, "mutant"), &subject, &info);
  const char *only = cli_value(args, "only");
  if (err == CR_OK && only != NULL && cr_clause_by_id(only) == CR_CLAUSE_COUNT)
    err = cr_fail(&info, CR_ERR_INPUT, "there is no clause \"%.60s\"", only);
  if (err != CR_OK) return cli_error(err, &info);
  const char *engine = cli_value(args, "engine");
  cli_fuzz run = {.scenario = &scenario,
                  .subject = &subject,
                  .only = only,
                  .strict = cli_has(args, "strict"),
                  .engine = engine == NULL ? "random" : engine,
                  .store = cli_value(args, "store"),
                  .runs = cli_number(args, "runs", 0, 1, UINT64_MAX / 4),
                  .seed = cli_number(args, "seed", 1, 1, UINT32_MAX)};
  run.limit_ms = cli_duration_ms(args, "time", run.runs == 0 ? 10000 : 0);
  cli_fuzz_result *result = cr_alloc(sizeof *result);
  err = cli_fuzz_run(&run, result, &info);
  int status;
  if (err != CR_OK) {
    status = cli_error(err, &info);
  } else {
    status = result->violations > 0 ? CR_EXIT_SAFETY : CR_EXIT_BOUNDED;
    if (cli_has(args, "json"))
      print_json(&run, result, status);
    else
      print_text(&run, result);
  }
  free(result);
  return status;
}

const cli_command cli_command_fuzz = {
    .name = "fuzz",
    .summary = "hunt for violations with a fuzzing engine and keep what is new",
    .usage = "clusrace fuzz [--scenario NAME] [--engine ENGINE] [--store FILE] [FLAGS]",
    .details =
        "Any bytes are an interleaving; the engines are told of the model's abstract states. A\n"
        "violation is minimised and stored, and the engine runs on. Without one the status is 20: "
        "a\n"
        "fuzzer proves nothing.\n",
    .flags = flags,
    .examples =
        "  clusrace fuzz --time 30s --store nightly.db\n"
        "  clusrace fuzz --mutant remount-window --runs 100k\n"
        "  clusrace fuzz --engine libfuzzer --scenario disk-admin --time 10m --store a.db\n",
    .run = fuzz};

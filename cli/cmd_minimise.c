/* cmd_minimise.c - `clusrace minimise`: the shortest and calmest form of a violation. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "clusrace/minimise.h"
#include "json.h"

static const cli_flag flags[] = {
    {"out", "FILE", "write the minimal trace there (- for standard output); one trace only"},
    {"json", NULL, "print the lengths as JSON (docs/json.md)"},
    {NULL, NULL, NULL}};

/* The minimal form, run once more with the same verdict. */
static cr_err minimise(const char *path, cr_trace *trace, cr_trace *minimal, cr_minimised *stats,
                       cr_errinfo *info) {
  cr_trace again = {0};
  cr_judge judge = {0};
  cr_err err = cli_load_trace(path, trace, info);
  if (err != CR_OK) return err;
  if (trace->subject.kind != CR_SUBJECT_REFERENCE && trace->subject.kind != CR_SUBJECT_MUTANT)
    return cr_fail(
        info, CR_ERR_INPUT,
        "%s: is of a real DLL; only what the model did is minimised here (`clusrace hunt` "
        "shortens its own findings)",
        path);
  if ((trace->verdict.kind != CR_VERDICT_VIOLATES && trace->verdict.kind != CR_VERDICT_DEADLOCK) ||
      trace->verdict.loop != 0)
    return cr_fail(
        info, CR_ERR_INPUT,
        "%s: violates nothing at one step, so there is nothing to keep; name a trace with "
        "a violation or a deadlock",
        path);
  if (trace->verdict.kind == CR_VERDICT_VIOLATES)
    cr_clauses_add(&judge.only, trace->verdict.clause);
  cr_model *model = cr_model_new(&trace->scenario, &trace->subject, &judge);
  cr_minimise(model, trace, minimal, stats);
  cr_trace_rerun(model, minimal, &again, NULL);
  if (again.verdict.kind != trace->verdict.kind || again.verdict.clause != trace->verdict.clause)
    err = cr_fail(info, CR_ERR_INPUT,
                  "%s: run again it gives another verdict; was it made by another version of "
                  "clusrace? see `clusrace replay`",
                  path);
  cr_trace_free(&again);
  cr_model_free(model);
  return err;
}

static int run(const cli_args *args) {
  const char *out = cli_value(args, "out");
  cr_errinfo info;
  cr_err err = CR_OK;
  if (args->operands_count == 0) return cli_usage(args, "expected the FILE of a trace");
  if (out != NULL && args->operands_count > 1)
    return cli_usage(args, "--out takes one trace, not %u", args->operands_count);
  json_t *rows = cli_has(args, "json") ? json_array() : NULL;
  for (unsigned i = 0; err == CR_OK && i < args->operands_count; i++) {
    cr_trace trace = {0}, minimal = {0};
    cr_minimised stats = {0};
    cr_buf text = {0};
    err = minimise(args->operand[i], &trace, &minimal, &stats, &info);
    if (err == CR_OK && out != NULL) {
      cr_trace_write(&minimal, &text);
      err = cli_write(out, &text, &info);
    }
    cr_buf_clear(&text);
    if (err == CR_OK) {
      cr_verdict_write(&minimal.verdict, &text);
      /* With the trace on standard output the lengths are a message. */
      FILE *to = out != NULL && strcmp(out, "-") == 0 ? stderr : stdout;
      if (rows == NULL)
        fprintf(to, "%s: %s; %zu steps became %zu (%llu runs, %llu states searched)\n",
                args->operand[i], text.data, trace.steps_count, minimal.steps_count,
                (unsigned long long)stats.executions, (unsigned long long)stats.states);
      else
        json_array_append_new(
            rows, json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "trace", args->operand[i], "verdict",
                            text.data, "steps_before", (json_int_t)trace.steps_count, "steps",
                            (json_int_t)minimal.steps_count, "executions",
                            (json_int_t)stats.executions, "states", (json_int_t)stats.states));
    }
    cr_buf_free(&text);
    cr_trace_free(&trace);
    cr_trace_free(&minimal);
  }
  if (err == CR_OK && rows != NULL)
    cli_json_print(rows);
  else
    json_decref(rows);
  return err == CR_OK ? CR_EXIT_OK : cli_error(err, &info);
}

const cli_command cli_command_minimise = {
    .name = "minimise",
    .summary = "shorten a violation to the least that still shows it",
    .usage = "clusrace minimise TRACE... [--out FILE] [--json]",
    .details =
        "What is left violates the same clause: no actor and no step can go, no way with the same\n"
        "actions or actors is shorter, no switch is needless. `clusrace corpus min` does it to a\n"
        "whole store. Exit status: 0 done, 2 the trace cannot be read or shows nothing.\n",
    .flags = flags,
    .examples =
        "  clusrace minimise found.trace --out small.trace\n"
        "  clusrace minimise traces/*.trace --json\n",
    .run = run};

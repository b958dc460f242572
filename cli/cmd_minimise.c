/* cmd_minimise.c - `clusrace minimise`: the shortest and calmest form of a violation. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "clusrace/frame.h"
#include "clusrace/minimise.h"
#include "clusrace/replay.h"
#include "json.h"
#include "minimising.h"

static const cli_flag flags[] = {
    {"dll", "FILE", "the DLL that the traces were recorded on"},
    {"host", "FILE", "the host program (default: the one that was built with this command)"},
    {"type", "NAME", "resource type name given to Startup (default: the scenario's)"},
    {"properties", "FILE", "private properties of the resources: NAME sz|dword|... VALUE"},
    {"strict", NULL, "warnings count as violations: of a trace that was found so"},
    {"heap-guard", NULL, "as in the replay that found it"},
    {"out", "FILE", "write the minimal trace there (- for standard output); one trace only"},
    {"json", NULL, "print the lengths as JSON (docs/json.md)"},
    {NULL, NULL, NULL}};

/* What one trace became. */
typedef struct minimised {
  cr_trace trace, minimal;
  uint64_t executions, states;
  bool on_dll;
  cr_host_minimised dll;
} minimised;

/* The minimal form on the model, run once more with the same verdict. */
static cr_err on_model(const char *path, minimised *m, cr_errinfo *info) {
  const cr_trace *trace = &m->trace;
  cr_trace again = {0};
  cr_judge judge = {0};
  cr_minimised stats = {0};
  cr_err err = CR_OK;
  if (trace->verdict.kind == CR_VERDICT_VIOLATES)
    cr_clauses_add(&judge.only, trace->verdict.clause);
  cr_model *model = cr_model_new(&trace->scenario, &trace->subject, &judge);
  cr_minimise(model, trace, &m->minimal, &stats);
  cr_trace_rerun(model, &m->minimal, &again, NULL);
  if (again.verdict.kind != trace->verdict.kind || again.verdict.clause != trace->verdict.clause)
    err = cr_fail(info, CR_ERR_INPUT,
                  "%s: run again it gives another verdict; was it made by another version of "
                  "clusrace? see `clusrace replay`",
                  path);
  m->executions = stats.executions;
  m->states = stats.states;
  cr_trace_free(&again);
  cr_model_free(model);
  return err;
}

static bool go_on(void *context) {
  (void)context;
  return !cli_interrupted();
}

static cr_err still_shows(const char *path, const cr_trace *trace, cr_host *host, bool strict,
                          cr_errinfo *info) {
  cr_trace again = {0};
  uint32_t how = CR_REPLAY_EXACT | CR_REPLAY_ONCE | (strict ? CR_REPLAY_STRICT : 0u);
  if (cr_replay_lives_again(&trace->verdict)) how |= CR_REPLAY_LEAKS;
  cr_err err = cr_host_replay(host, trace, how, &again, NULL, info);
  const cr_verdict *was = &trace->verdict, *is = &again.verdict;
  if (err == CR_OK && !cr_host_interrupted(host) &&
      (is->kind != was->kind || is->clause != was->clause)) {
    cr_buf text = {0};
    cr_verdict_write(is, &text);
    err =
        cr_fail(info, CR_ERR_INPUT,
                "%s: replayed on the DLL it gives another verdict (%.200s); give the flags of the "
                "replay that found it",
                path, text.data);
    cr_buf_free(&text);
  }
  cr_trace_free(&again);
  return err;
}

/* The minimal form on the DLL itself, replayed exactly in fresh processes. */
static cr_err on_dll(const cli_args *args, const char *path, minimised *m, cr_host *host,
                     cr_errinfo *info) {
  const cr_subject *own = cr_host_subject(host);
  if (m->trace.subject.kind != own->kind || m->trace.subject.digest != own->digest)
    return cr_fail(
        info, CR_ERR_INPUT,
        "%s: was not recorded on this very DLL; `clusrace replay %s --dll %s --out FILE` "
        "records what it does",
        path, path, cli_value(args, "dll"));
  cr_host_minimise_options options = {.strict = cli_has(args, "strict"), .go_on = go_on};
  cr_err err = still_shows(path, &m->trace, host, options.strict, info);
  if (err != CR_OK) return err;
  err = cr_host_minimise(host, &m->trace, &options, &m->minimal, &m->dll, info);
  m->executions = m->dll.replays;
  m->on_dll = true;
  return err;
}

static cr_err minimise(const cli_args *args, const char *path, cr_host *host, minimised *m,
                       cr_errinfo *info) {
  cr_err err = cli_load_trace(path, &m->trace, info);
  if (err != CR_OK) return err;
  const cr_verdict *v = &m->trace.verdict;
  bool real =
      m->trace.subject.kind != CR_SUBJECT_REFERENCE && m->trace.subject.kind != CR_SUBJECT_MUTANT;
  bool crash = v->kind >= CR_VERDICT_CRASHES && v->kind <= CR_VERDICT_MISUSES;
  if (real && host == NULL)
    return cr_fail(info, CR_ERR_INPUT, "%s: is of a real DLL; name it with --dll", path);
  if (!real && host != NULL)
    return cr_fail(info, CR_ERR_INPUT, "%s: is of the model; leave out --dll", path);
  bool finding =
      v->kind == CR_VERDICT_VIOLATES || v->kind == CR_VERDICT_DEADLOCK || (real && crash);
  if (!finding || v->loop != 0)
    return cr_fail(
        info, CR_ERR_INPUT,
        "%s: violates nothing at one step, so there is nothing to keep; name a trace with "
        "a violation or a deadlock",
        path);
  return real ? on_dll(args, path, m, host, info) : on_model(path, m, info);
}

static cr_err make_host(const cli_args *args, cr_host **host, cr_errinfo *info) {
  const char *dll = cli_value(args, "dll");
  cr_buf path = {0};
  if (dll == NULL) return CR_OK;
  (void)cli_interrupted(); /* from here on Ctrl-C is taken note of */
  cr_err err = cli_find_host(args, dll, &path, info);
  cr_host_options options = {.host = path.data,
                             .dll = dll,
                             .type = cli_value(args, "type"),
                             .properties = cli_value(args, "properties"),
                             .heap_guard = cli_has(args, "heap-guard"),
                             .interrupted = cli_interrupted};
  if (err == CR_OK) err = cr_host_new(&options, host, info);
  cr_buf_free(&path);
  return err;
}

/* What there is to say beside the lengths, or "". */
static const char *remark(const minimised *m) {
  return m->on_dll ? cli_minimising_remark(&m->dll) : "";
}

static void print_row(const minimised *m, const char *path, const char *verdict, FILE *to) {
  fprintf(to, "%s: %s; %zu steps became %zu (%llu runs", path, verdict, m->trace.steps_count,
          m->minimal.steps_count, (unsigned long long)m->executions);
  if (!m->on_dll) fprintf(to, ", %llu states searched", (unsigned long long)m->states);
  if (remark(m)[0] != '\0') fprintf(to, "; %s", remark(m));
  fprintf(to, ")\n");
}

static json_t *row_json(const minimised *m, const char *path, const char *verdict) {
  json_t *row =
      json_pack("{s:o, s:o, s:I, s:I, s:I}", "trace", cli_json_string(path), "verdict",
                cli_json_string(verdict), "steps_before", (json_int_t)m->trace.steps_count, "steps",
                (json_int_t)m->minimal.steps_count, "executions", (json_int_t)m->executions);
  if (!m->on_dll) json_object_set_new(row, "states", json_integer((json_int_t)m->states));
  if (remark(m)[0] != '\0') json_object_set_new(row, "remark", json_string(remark(m)));
  return row;
}

static int run(const cli_args *args) {
  const char *out = cli_value(args, "out");
  cr_errinfo info;
  cr_host *host = NULL;
  if (args->operands_count == 0) return cli_usage(args, "expected the FILE of a trace");
  if (out != NULL && args->operands_count > 1)
    return cli_usage(args, "--out takes one trace, not %u", args->operands_count);
  json_t *rows = cli_has(args, "json") ? json_array() : NULL;
  cr_err err = make_host(args, &host, &info);
  bool stopped = false;
  for (unsigned i = 0; err == CR_OK && !stopped && i < args->operands_count; i++) {
    minimised m = {.executions = 0};
    cr_buf text = {0};
    err = minimise(args, args->operand[i], host, &m, &info);
    stopped = m.dll.stopped;
    if (err == CR_OK && out != NULL) {
      cr_trace_write(&m.minimal, &text);
      err = cli_write(out, &text, &info);
    }
    cr_buf_clear(&text);
    if (err == CR_OK) {
      cr_verdict_write(&m.minimal.verdict, &text);
      /* With the trace on standard output the lengths are a message. */
      FILE *to = out != NULL && strcmp(out, "-") == 0 ? stderr : stdout;
      if (rows == NULL)
        print_row(&m, args->operand[i], text.data, to);
      else
        json_array_append_new(rows, row_json(&m, args->operand[i], text.data));
    }
    cr_buf_free(&text);
    cr_trace_free(&m.trace);
    cr_trace_free(&m.minimal);
  }
  if (err == CR_OK && rows != NULL)
    cli_json_print(rows);
  else
    json_decref(rows);
  cr_host_free(host);
  if (err != CR_OK) return cli_error(err, &info);
  return stopped ? CR_EXIT_BOUNDED : CR_EXIT_OK;
}

const cli_command cli_command_minimise = {
    .name = "minimise",
    .summary = "shorten a violation to the least that still shows it",
    .usage = "clusrace minimise TRACE... [--dll X.dll] [--out FILE] [--json]",
    .details =
        "What is left violates the same clause: no actor and no step can go, no way with the same\n"
        "actions or actors is shorter, no switch is needless. `clusrace corpus min` does it to a\n"
        "whole store. A trace of a real DLL is shortened on that DLL, step by step, by replays;\n"
        "`clusrace hunt` and `conform` do so with their findings. Exit status: 0 done, 2 the "
        "trace\n"
        "cannot be read or shows nothing, 20 interrupted.\n",
    .flags = flags,
    .examples =
        "  clusrace minimise found.trace --out small.trace\n"
        "  clusrace minimise seen.trace --dll mydisk.dll --out small.trace\n"
        "  clusrace minimise traces/*.trace --json\n",
    .run = run};

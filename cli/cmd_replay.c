/* cmd_replay.c - `clusrace replay`: traces again, on the model or on a real DLL. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "clusrace/frame.h"
#include "clusrace/replay.h"
#include "json.h"
#include "progress.h"

static const cli_flag flags[] = {
    {"dll", "FILE", "replay on this DLL instead of what the trace names"},
    {"host", "FILE", "the host program (default: the one that was built with this command)"},
    {"type", "NAME", "resource type name given to Startup (default: the scenario's)"},
    {"exact", NULL,
     "follow every step of a trace of the same DLL; the first difference is a verdict"},
    {"strict", NULL, "warnings count as violations"},
    {"properties", "FILE", "private properties of the resources: NAME sz|dword|... VALUE"},
    {"heap-guard", NULL, "the access behind a block of memory, or to a freed one, is a crash"},
    {"refuse-unseen", NULL, "refuse a DLL that imports what nobody simulates"},
    {"times", "N", "replay each trace N times and demand the same bytes (default 1)"},
    {"out", "FILE", "write the observed trace of the last FILE there"},
    {"show", NULL, "print the observed traces"},
    {"json", NULL, "print one JSON object (docs/json.md)"},
    {NULL, NULL, NULL}};

typedef struct replay_run {
  const cli_args *args;
  cr_host *host; /* for the DLL in dll; made when a trace needs it */
  cr_buf dll;
  uint64_t times;
  json_t *rows;
} replay_run;

/* Was it recorded on a DLL? */
static bool of_dll(const cr_trace *trace) {
  return trace->subject.kind == CR_SUBJECT_PE || trace->subject.kind == CR_SUBJECT_NATIVE;
}

/* The file of such a trace's DLL: --dll, else by name beside the trace, here, or among the samples.
 */
static cr_err find_dll(const replay_run *r, const char *file, const cr_trace *trace, cr_buf *path,
                       cr_errinfo *info) {
  const char *given = cli_value(r->args, "dll");
  cr_buf_clear(path);
  if (given != NULL) {
    cr_buf_puts(path, given);
    return CR_OK;
  }
  const char *slash = strrchr(file, '/');
  cr_buf_printf(path, "%.*s%s", slash == NULL ? 0 : (int)(slash + 1 - file), file,
                trace->subject.name);
  if (access(path->data, R_OK) == 0) return CR_OK;
  cr_buf_clear(path);
  cr_buf_puts(path, trace->subject.name);
  if (access(path->data, R_OK) == 0) return CR_OK;
  if (cli_find_dll(trace->subject.name, path, info) == CR_OK) return CR_OK;
  return cr_fail(info, CR_ERR_INPUT,
                 "%s: its DLL %s is neither beside it nor here; name it with --dll", file,
                 trace->subject.name);
}

/* The host for this trace's DLL: the one at hand, or a new one. */
static cr_err host_for(replay_run *r, const char *file, const cr_trace *trace, cr_errinfo *info) {
  cr_buf host = {0}, dll = {0};
  cr_err err = find_dll(r, file, trace, &dll, info);
  bool at_hand = err == CR_OK && r->host != NULL && strcmp(r->dll.data, dll.data) == 0;
  if (err == CR_OK && !at_hand) {
    cr_host_free(r->host);
    r->host = NULL;
    cr_buf_clear(&r->dll);
    cr_buf_puts(&r->dll, dll.data);
    err = cli_find_host(r->args, dll.data, &host, info);
    if (err == CR_OK) {
      cr_host_options options = {.host = host.data,
                                 .dll = dll.data,
                                 .type = cli_value(r->args, "type"),
                                 .properties = cli_value(r->args, "properties"),
                                 .heap_guard = cli_has(r->args, "heap-guard"),
                                 .refuse_unseen = cli_has(r->args, "refuse-unseen"),
                                 .interrupted = cli_interrupted};
      err = cr_host_new(&options, &r->host, info);
    }
  }
  cr_buf_free(&host);
  cr_buf_free(&dll);
  return err;
}

static cr_err replay_on_dll(replay_run *r, const char *file, const cr_trace *trace,
                            cr_trace *observed, cr_errinfo *info) {
  cr_err err = host_for(r, file, trace, info);
  if (err != CR_OK) return err;
  const cr_subject *subject = cr_host_subject(r->host);
  bool same = of_dll(trace) && trace->subject.kind == subject->kind &&
              trace->subject.digest == subject->digest;
  if (cli_has(r->args, "exact") && !same)
    return cr_fail(info, CR_ERR_INPUT, "%s: --exact needs a trace of this very DLL", file);
  bool renamed = strcmp(trace->subject.name, subject->name) != 0;
  if (of_dll(trace) && !same)
    fprintf(stderr, "clusrace: %s: recorded on %s%s; following it as far as it goes\n", file,
            renamed ? "" : "another build of ", trace->subject.name);
  uint32_t mode = same ? CR_REPLAY_EXACT : 0;
  if (cli_has(r->args, "strict")) mode |= CR_REPLAY_STRICT;
  if (same && cr_replay_lives_again(&trace->verdict)) mode |= CR_REPLAY_LEAKS;
  return cr_host_replay(r->host, trace, mode, observed, NULL, info);
}

/* The trace may have been found with fewer clauses judged, so at first it is judged by the clause
 * that it names. When that one is not violated all clauses are judged, and a verdict other than the
 * recorded one is a divergence. */
static cr_err replay_on_model(const replay_run *r, const cr_trace *trace, cr_trace *observed) {
  cr_judge judge = {.strict = cli_has(r->args, "strict")};
  bool narrowed = trace->verdict.kind == CR_VERDICT_VIOLATES;
  for (;;) {
    cr_judge used = judge;
    if (narrowed) cr_clauses_add(&used.only, trace->verdict.clause);
    cr_model *model = cr_model_new(&trace->scenario, &trace->subject, &used);
    cr_trace_rerun(model, trace, observed, NULL);
    cr_model_free(model);
    if (!narrowed || observed->verdict.kind != CR_VERDICT_CONFORMS) break;
    narrowed = false;
  }
  bool lost =
      trace->verdict.kind == CR_VERDICT_VIOLATES && observed->verdict.kind == CR_VERDICT_CONFORMS;
  if (lost) {
    observed->verdict.kind = CR_VERDICT_DIVERGES;
    observed->verdict.step = (uint32_t)observed->steps_count;
    snprintf(observed->verdict.note, sizeof observed->verdict.note,
             "the recorded violation of %s does not happen",
             cr_clause_row_of(trace->verdict.clause)->id);
  }
  return CR_OK;
}

/* parting: where two replays differ, or "". */
static void add_row(replay_run *r, const char *file, const cr_trace *trace,
                    const cr_trace *observed, const char *parting) {
  bool same = parting[0] == '\0';
  cr_buf subject = {0}, expected = {0}, verdict = {0}, text = {0};
  cr_subject_write(&observed->subject, &subject);
  cr_verdict_write(&trace->verdict, &expected);
  cr_verdict_write(&observed->verdict, &verdict);
  cr_trace_write(observed, &text);
  if (r->rows != NULL) {
    json_array_append_new(
        r->rows,
        json_pack("{s:o, s:s, s:s, s:s, s:o, s:I, s:b, s:s}", "file", cli_json_string(file),
                  "subject", subject.data, "recorded", expected.data, "verdict", verdict.data,
                  "note", cli_json_string(observed->verdict.note), "steps",
                  (json_int_t)observed->steps_count, "deterministic", same, "trace", text.data));
    if (!same)
      json_object_set_new(json_array_get(r->rows, json_array_size(r->rows) - 1), "differ",
                          cli_json_string(parting));
  } else {
    printf("%s on %s: %s\n", file, subject.data, verdict.data);
    if (!same) printf("%s: two replays differ %s\n", file, parting);
    if (observed->verdict.kind == CR_VERDICT_VIOLATES)
      printf("  %s\n", cr_clause_row_of(observed->verdict.clause)->text);
    if (cli_has(r->args, "show")) fputs(text.data, stdout);
  }
  cr_buf_free(&subject);
  cr_buf_free(&expected);
  cr_buf_free(&verdict);
  cr_buf_free(&text);
}

/* One file; returns its exit status. */
static int replay_file(replay_run *r, const char *file) {
  cr_errinfo info;
  cr_trace trace = {0}, observed = {0}, again = {0};
  cr_buf first = {0}, other = {0}, parting = {0};
  uint64_t whole = 0; /* replays that Ctrl-C has not cut short */
  cr_err err = cli_load_trace(file, &trace, &info);
  if (err == CR_OK && !cr_trace_current(&trace))
    fprintf(stderr, "clusrace: %s: made under another contract; its verdict may differ now\n",
            file);
  bool on_dll = cli_has(r->args, "dll") || of_dll(&trace);
  for (uint64_t i = 0; err == CR_OK && i < r->times && !(i > 0 && cli_interrupted()); i++) {
    cr_trace *to = i == 0 ? &observed : &again;
    err = on_dll ? replay_on_dll(r, file, &trace, to, &info) : replay_on_model(r, &trace, to);
    bool cut = r->host != NULL && cr_host_interrupted(r->host);
    whole += !cut;
    if (err != CR_OK || r->times == 1 || cut) continue;
    cr_buf *text = i == 0 ? &first : &other;
    cr_buf_clear(text);
    cr_trace_write(to, text);
    bool differs = first.len != other.len ||
                   (first.len != 0 && memcmp(first.data, other.data, first.len) != 0);
    if (i > 0 && differs && parting.len == 0) cr_trace_write_parting(&observed, &again, &parting);
  }
  int status;
  if (err == CR_OK && whole > 0 && cli_value(r->args, "out") != NULL) {
    cr_buf_clear(&other);
    cr_trace_write(&observed, &other);
    err = cli_write(cli_value(r->args, "out"), &other, &info);
  }
  if (err != CR_OK) {
    status = cli_error(err, &info);
    if (r->rows != NULL)
      json_array_append_new(r->rows, json_pack("{s:o, s:o}", "file", cli_json_string(file), "error",
                                               cli_json_string(info.text)));
  } else {
    status = whole == 0         ? CR_EXIT_BOUNDED
             : parting.len == 0 ? (int)cr_verdict_exit(&observed.verdict)
                                : CR_EXIT_NONDET;
    add_row(r, file, &trace, &observed, parting.len == 0 ? "" : parting.data);
  }
  cr_buf_free(&first);
  cr_buf_free(&other);
  cr_buf_free(&parting);
  cr_trace_free(&trace);
  cr_trace_free(&observed);
  cr_trace_free(&again);
  return status;
}

/* Broken input and environment outrank findings; findings outrank success. */
static int worse(int a, int b) {
  static const int order[] = {CR_EXIT_ENVIRONMENT, CR_EXIT_INPUT,   CR_EXIT_NONDET,
                              CR_EXIT_CRASH,       CR_EXIT_SAFETY,  CR_EXIT_LIVENESS,
                              CR_EXIT_DIVERGED,    CR_EXIT_BOUNDED, CR_EXIT_OK};
  for (size_t i = 0; i < CR_ARRAY_LEN(order); i++)
    if (a == order[i] || b == order[i]) return order[i];
  return CR_EXIT_INTERNAL;
}

static int replay(const cli_args *args) {
  if (args->operands_count == 0) return cli_usage(args, "expected a trace file");
  (void)cli_interrupted(); /* from here on Ctrl-C is taken note of */
  replay_run r = {.args = args, .times = cli_number(args, "times", 1, 1, 1000000)};
  if (cli_has(args, "json")) r.rows = json_array();
  int status = CR_EXIT_OK;
  for (unsigned i = 0; i < args->operands_count && !cli_interrupted(); i++)
    status = worse(status, replay_file(&r, args->operand[i]));
  if (cli_interrupted()) status = worse(status, CR_EXIT_BOUNDED);
  if (r.rows != NULL) {
    json_t *root = json_pack("{s:s, s:o, s:i}", "schema", "clusrace-replay-1", "replays", r.rows,
                             "exit", status);
    cli_json_print(root);
  }
  cr_host_free(r.host);
  cr_buf_free(&r.dll);
  return status;
}

const cli_command cli_command_replay = {
    .name = "replay",
    .summary = "follow a trace again, on the model or on a real DLL",
    .usage = "clusrace replay FILE... [--dll X.dll] [FLAGS]",
    .details =
        "A trace says by itself what it ran on: without --dll it is followed on the same subject.\n"
        "On another DLL than the one it was recorded on it is a guide: the monitor, the timers "
        "and\n"
        "the programs act as it says, the DLL's threads run as it says as far as they can, and "
        "the\n"
        "contract judges what they do. The exit status is that of the worst verdict.\n",
    .flags = flags,
    .examples =
        "  clusrace replay found.trace\n"
        "  clusrace replay found.trace --dll build/dlls/race_online.dll --show\n"
        "  clusrace replay found.trace --dll my.dll --times 100\n",
    .run = replay};

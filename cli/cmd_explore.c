/* cmd_explore.c - `clusrace explore`: every interleaving of a scenario. */
#include <stdio.h>
#include <string.h>

#include "coverage.h"
#include "exploring.h"
#include "graphing.h"
#include "ranks.h"

static const cli_flag flags[] = {
    {"scenario", "NAME", "scenario by name or file (default " CLI_DEFAULT_SCENARIO ")"},
    {"mutant", "NAME", "explore the models with this deviation instead of the reference"},
    {"all", NULL, "explore every installed scenario, one line each"},
    {"keep-going", NULL, "go on after a violation and find the shortest trace of each clause"},
    {"strict", NULL, "warnings count as violations"},
    {"only-doc", NULL, "judge only clauses that a document states"},
    {"only", "CLAUSE", "judge only this clause (may be repeated); doc: the same as --only-doc"},
    {"unjudged", NULL, "walk the actors' states alone: no observer, no verdict on clauses"},
    {"max-states", "N", "stop after so many states (k, M, G)"},
    {"max-depth", "N", "stop at this depth"},
    {"max-memory", "BYTES", "stop at this size of the explorer's arrays (k, M, G)"},
    {"compress", NULL, "keep states in less memory; results are the same, found more slowly"},
    {"hash-compact", "BITS", "let so many bits (16 to 64) stand for a state; some may be omitted"},
    {"bitstate", "BYTES", "let three bits of an array of this size (k, M, G) stand for a state"},
    {"threads", "N", "threads that share the work (default: the processors); results are the same"},
    {"plain", NULL, "do not look at the scenario as a product of components; results are the same"},
    {"blocks", "HOW",
     "keep states as bits of blocks: auto (default), on, off; results are the same"},
    {"symmetry", NULL, "store states once that differ only in which of alike actors is which"},
    {"partial-order", NULL, "leave out orders of independent steps; traces may be longer"},
    {"check-footprints", NULL, "check what each transition group reads and writes every time"},
    {"spill", "DIR",
     "keep the states in files there, and what --max-memory does not allow of their table"},
    {"checkpoint", "FILE", "keep the run in this new file, to go on from it after anything"},
    {"checkpoint-every", "TIME", "how often (default 5m; 0s: only at the end)"},
    {"resume", "FILE", "go on from a checkpoint, and keep the run in it"},
    {"trace", "FILE", "write the (first) counterexample there"},
    {"coverage", NULL, "how often each action was taken and each clause put to the test, or never"},
    {"depths", NULL, "draw how many states lie at each depth"},
    {"graph", "FILE", "draw a small space: FILE.dot, or FILE.svg through the program dot"},
    {"graph-max", "N", "how many states a graph may have (default 2000)"},
    {"json", NULL, "print the result as JSON (docs/json.md)"},
    {"list", NULL, "list the scenarios that are installed"},
    {"settings", NULL, "list what `set` may set in a scenario, with default and maximum"},
    {NULL, NULL, NULL}};

/* The installed scenarios with their sentences. */
static int list_scenarios(void) {
  char **names;
  size_t count;
  cr_errinfo info;
  cr_err err = cli_scenario_names(&names, &count, &info);
  int status = err == CR_OK ? CR_EXIT_OK : cli_error(err, &info);
  for (size_t i = 0; i < count; i++) {
    cr_scenario scenario;
    err = cli_load_scenario(names[i], &scenario, &info);
    if (err != CR_OK)
      status = cli_error(err, &info);
    else
      printf("%-28s %s\n", names[i], scenario.about);
  }
  cli_scenario_names_free(names, count);
  return status;
}

static int list_settings(void) {
  for (unsigned i = 0; i < CR_PARAM_COUNT; i++)
    printf("%-24s %3u of %3u  %s\n", cr_param_name((cr_param)i), cr_param_initial((cr_param)i),
           cr_param_max((cr_param)i), cr_param_meaning((cr_param)i));
  return CR_EXIT_OK;
}

static json_t *path_json(const cr_model *model, const cr_xpath *path) {
  cr_trace trace = {0};
  cr_buf text = {0}, verdict = {0};
  cr_modelcheck_trace(model, path, &trace);
  cr_trace_write(&trace, &text);
  cr_verdict_write(&trace.verdict, &verdict);
  json_t *row = json_pack("{s:s, s:s, s:I, s:s}", "verdict", verdict.data, "kind",
                          cr_verdict_kind_name(trace.verdict.kind), "steps",
                          (json_int_t)trace.steps_count, "trace", text.data);
  if (trace.verdict.kind == CR_VERDICT_VIOLATES)
    json_object_set_new(row, "clause", json_string(cr_clause_row_of(trace.verdict.clause)->id));
  cr_buf_free(&text);
  cr_buf_free(&verdict);
  cr_trace_free(&trace);
  return row;
}

static json_t *traffic_json(const cr_xtraffic *t) {
  return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "count", (json_int_t)t->processes,
                   "rounds", (json_int_t)t->rounds, "targets", (json_int_t)t->targets, "spared",
                   (json_int_t)t->spared, "bytes", (json_int_t)t->bytes, "messages",
                   (json_int_t)t->messages, "collectives", (json_int_t)t->collectives,
                   "memory_bytes", (json_int_t)t->memory_bytes);
}

/* As texts: the numbers of the output are integers. */
static json_t *omissions_json(const cr_xresult *r) {
  cr_buf expected = {0}, probability = {0};
  cli_bound_write(r->omissions, &expected);
  cli_bound_write(r->omissions < 1 ? r->omissions : 1, &probability);
  json_t *omissions =
      json_pack("{s:s, s:s}", "expected", expected.data, "probability", probability.data);
  cr_buf_free(&expected);
  cr_buf_free(&probability);
  return omissions;
}

json_t *cli_explored_json(const cr_model *model, const cr_xresult *r, size_t state_bytes,
                          int status) {
  cr_buf subject = {0};
  char digest[17];
  cr_subject_write(cr_model_subject(model), &subject);
  snprintf(digest, sizeof digest, "%016llx", (unsigned long long)cr_model_scenario(model)->digest);
  json_t *findings = json_array(), *depths = json_array(), *actions = json_array();
  for (size_t i = 0; i < r->paths_count; i++)
    json_array_append_new(findings, path_json(model, &r->paths[i]));
  for (size_t i = 0; i <= r->depth; i++)
    json_array_append_new(depths, json_integer((json_int_t)r->depth_counts[i]));
  for (unsigned i = 0; i < cr_model_actions_count(model); i++) {
    cr_buf name = {0};
    cr_action_write(model, (cr_action)i, &name);
    json_array_append_new(
        actions, json_pack("{s:s, s:I}", "action", name.data, "taken",
                           (json_int_t)(i < r->label_counts_len ? r->label_counts[i] : 0)));
    cr_buf_free(&name);
  }
  json_t *root = json_pack(
      "{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:i}",
      "schema", "clusrace-explore-1", "scenario", cr_model_scenario(model)->name, "scenario_digest",
      digest, "subject", subject.data, "stop", cli_stop_name(r->stop), "complete",
      r->stop == CR_XSTOP_COMPLETE, "untold", r->untold, "states", (json_int_t)r->states,
      "transitions", (json_int_t)r->transitions, "depth", (json_int_t)r->depth, "deadlocks",
      (json_int_t)r->deadlocks, "reduced", (json_int_t)r->reduced, "state_bytes",
      (json_int_t)state_bytes, "memory_bytes", (json_int_t)r->memory_bytes, "findings", findings,
      "states_per_depth", depths, "actions", actions, "exit", status);
  if (r->traffic.processes != 0) json_object_set_new(root, "processes", traffic_json(&r->traffic));
  if (r->inexact) json_object_set_new(root, "omissions", omissions_json(r));
  cr_buf_free(&subject);
  return root;
}

static void traffic_write(const cr_xresult *r, cr_buf *out) {
  const cr_xtraffic *t = &r->traffic;
  cr_buf_printf(out, "shared    by %u processes: ", t->processes);
  cli_thousands(t->targets, out);
  cr_buf_puts(out, " targets sent, ");
  cli_thousands(t->spared, out);
  cr_buf_puts(out, " spared, ");
  cli_thousands(t->bytes, out);
  cr_buf_puts(out, " bytes in ");
  cli_thousands(t->messages, out);
  cr_buf_printf(out, " messages (%.1f bytes, %.4f messages a state), ",
                (double)t->bytes / (double)r->states, (double)t->messages / (double)r->states);
  cli_thousands(t->rounds, out);
  cr_buf_puts(out, " rounds\n");
}

static void print_no_finding(const cr_model *model, const cr_xresult *r, cr_buf *line) {
  if (cr_model_judge(model)->nothing) {
    cr_buf_puts(line, "verdict   none: the actors alone, nothing was judged\n");
  } else if (r->stop == CR_XSTOP_COMPLETE) {
    cr_buf_puts(line, "verdict   every clause holds in every interleaving\n");
  } else if (r->untold) {
    cr_buf_puts(
        line,
        "verdict   something is violated, but its trace did not fit (max-memory): give more, or "
        "--blocks=off with --spill\n");
  } else {
    cr_buf_puts(line, "verdict   no clause is violated as far as it went (");
    if (r->inexact)
      cli_omissions_write(r, line);
    else
      cr_buf_puts(line, "no proof");
    cr_buf_puts(line, ")\n");
  }
}

static void print_omissions(const cr_xresult *r, cr_buf *line) {
  cr_buf_puts(line, "omissions at most ");
  if (r->omissions >= 1 && r->omissions < 1e15)
    cli_thousands((uint64_t)r->omissions + 1, line);
  else
    cli_bound_write(r->omissions, line);
  cr_buf_puts(line, " expected\n");
}

static void print_text(const cr_model *model, const cr_xresult *r, bool keep_going,
                       const char *saved) {
  cr_buf line = {0};
  cr_buf_printf(&line, "scenario  %s\nsubject   ", cr_model_scenario(model)->name);
  cr_subject_write(cr_model_subject(model), &line);
  cr_buf_puts(&line, "\nexplored  ");
  cli_thousands(r->states, &line);
  cr_buf_puts(&line, " states, ");
  cli_thousands(r->transitions, &line);
  cr_buf_printf(&line, " transitions, depth %u, %zu bytes a state: %s\n", r->depth, r->key_bytes,
                r->stop == CR_XSTOP_COMPLETE    ? "to the end"
                : r->stop == CR_XSTOP_VIOLATION ? "up to the first violation"
                : r->stop == CR_XSTOP_INEXACT   ? "as far as it knew"
                                                : cli_stop_name(r->stop));
  if (r->traffic.processes != 0) traffic_write(r, &line);
  if (r->reduced > 0) {
    cr_buf_puts(&line, "reduced   ");
    cli_thousands(r->reduced, &line);
    cr_buf_puts(&line,
                " states were left in some orders only; a trace need not be a shortest one\n");
  }
  if (r->paths_count == 0) print_no_finding(model, r, &line);
  if (r->inexact) print_omissions(r, &line);
  for (size_t i = 0; i < r->paths_count; i++) {
    cr_trace trace = {0};
    cr_modelcheck_trace(model, &r->paths[i], &trace);
    cr_buf_puts(&line, "verdict   ");
    cr_verdict_write(&trace.verdict, &line);
    if (trace.verdict.kind == CR_VERDICT_VIOLATES)
      cr_buf_printf(&line, "\n          %s", cr_clause_row_of(trace.verdict.clause)->text);
    cr_buf_putc(&line, '\n');
    if (i == 0 && !keep_going && saved == NULL) {
      cr_buf_putc(&line, '\n');
      cr_trace_write(&trace, &line);
    }
    cr_trace_free(&trace);
  }
  if (saved != NULL && r->paths_count > 0)
    cr_buf_printf(&line, "trace     %s (clusrace replay %s)\n", saved, saved);
  fputs(line.data, stdout);
  cr_buf_free(&line);
}

static cr_err save_trace(const cr_model *model, const cr_xresult *r, const char *path,
                         cr_errinfo *info) {
  cr_trace trace = {0}, again = {0};
  cr_buf text = {0};
  cr_modelcheck_trace(model, &r->paths[0], &trace);
  cr_trace_rerun(model, &trace, &again, NULL);
  CR_ASSERT(again.verdict.kind == trace.verdict.kind &&
            again.verdict.clause == trace.verdict.clause);
  cr_trace_write(&trace, &text);
  cr_err err = cli_write(path, &text, info);
  cr_buf_free(&text);
  cr_trace_free(&trace);
  cr_trace_free(&again);
  return err;
}

static void print_result(const cli_args *args, const cr_model *model, const cr_xresult *r,
                         size_t state_bytes, int status, const char *drawn) {
  bool coverage = cli_has(args, "coverage");
  cr_tally tally;
  if (coverage) cli_coverage_tally(model, r, &tally);
  if (cli_has(args, "json")) {
    json_t *root = cli_explored_json(model, r, state_bytes, status);
    if (coverage) cli_coverage_json(model, &tally, root);
    cli_json_print(root);
    return;
  }
  print_text(model, r, cli_has(args, "keep-going"), cli_value(args, "trace"));
  if (drawn != NULL) printf("graph     %s\n", drawn);
  if (cli_has(args, "depths")) cli_depths_print(r);
  if (coverage) cli_coverage_print(model, r, &tally);
}

/* What only a single run can do. identity must outlive the options. */
static void long_run_options(const cli_args *args, const cr_model *model, cr_buf *identity,
                             cli_progress *progress, cr_xoptions *options) {
  enum { EVERY_MS = 300000 };
  options->spill = cli_value(args, "spill");
  options->resume = cli_value(args, "resume");
  options->checkpoint = cli_value(args, cli_has(args, "checkpoint") ? "checkpoint" : "resume");
  cr_modelcheck_identity(model, identity);
  options->identity = identity->data;
  progress->checkpoint_every_ms = cli_interval_ms(args, "checkpoint-every", EVERY_MS);
  if (progress->checkpoint_every_ms > 0) options->checkpoint_due = cli_progress_checkpoint;
}

/* One line on standard error, so that it is not mixed with a result. */
static void tell_checkpoint(const cr_xoptions *options, const cr_xresult *r) {
  if (options->checkpoint == NULL) return;
  bool kept = r->checkpoints > 0 ||
              (options->resume != NULL && strcmp(options->resume, options->checkpoint) == 0);
  if (r->checkpoint_trouble.text[0] != '\0')
    fprintf(stderr, "clusrace: the last checkpoint failed: %s\n", r->checkpoint_trouble.text);
  else if (kept && r->stop != CR_XSTOP_COMPLETE && r->stop != CR_XSTOP_VIOLATION)
    fprintf(stderr, "clusrace: stopped (%s); the same command with --resume %s goes on\n",
            cli_stop_name(r->stop), options->checkpoint);
}

/* What is for one process only. */
static int refuse_alone(const cli_args *args) {
  static const char *const alone[] = {
      "blocks",           "all",      "threads",      "check-footprints", "checkpoint",
      "checkpoint-every", "resume",   "spill",        "compress",         "hash-compact",
      "bitstate",         "symmetry", "partial-order"};
  for (size_t i = 0; i < CR_ARRAY_LEN(alone); i++)
    if (cli_has(args, alone[i]))
      return cli_usage(args, "--%s is for one process; leave it out, or mpirun", alone[i]);
  return CR_EXIT_OK;
}

static int explore(const cli_args *args) {
  cr_errinfo info;
  if (args->operands_count > 0)
    return cli_usage(args, "\"%s\" is not expected here; name a scenario with --scenario",
                     args->operand[0]);
  if (cli_has(args, "compress") + cli_has(args, "hash-compact") + cli_has(args, "bitstate") > 1)
    return cli_usage(args,
                     "--compress, --hash-compact and --bitstate exclude each other; choose one");
  const char *blocks = cli_value(args, "blocks");
  if (blocks != NULL && !cli_blocks_known(blocks))
    return cli_usage(args, "--blocks takes auto, on or off, not \"%s\"", blocks);
  static const char *const lists[] = {"list", "settings"};
  for (size_t i = 0; i < CR_ARRAY_LEN(lists); i++)
    if (cli_has(args, lists[i]) && cli_has(args, "json"))
      return cli_usage(args, "--%s is text only; leave --json out", lists[i]);
  if (cli_has(args, "list")) return list_scenarios();
  if (cli_has(args, "settings")) return list_settings();
  if (cli_ranks_started() && refuse_alone(args) != CR_EXIT_OK) return CR_EXIT_USAGE;
  if (cli_has(args, "all")) return cli_explore_all(args);
  int wanted = cli_graph_wanted(args);
  if (wanted != CR_EXIT_OK) return wanted;
  if (cli_has(args, "checkpoint-every") && !cli_has(args, "checkpoint") && !cli_has(args, "resume"))
    return cli_usage(args, "--checkpoint-every needs --checkpoint or --resume");
  const char *name = cli_value(args, "scenario");
  cr_scenario scenario;
  cr_subject subject;
  cr_judge judge;
  cli_progress progress;
  cr_xoptions options;
  cli_explore_options(args, &progress, &options);
  cr_err err = cli_ranks_open(&options.ranks, &info);
  if (err != CR_OK) return cli_error(err, &info);
  err = cli_load_scenario(name == NULL ? CLI_DEFAULT_SCENARIO : name, &scenario, &info);
  if (err == CR_OK) err = cli_subject(cli_value(args, "mutant"), &subject, &info);
  if (err == CR_OK) err = cli_judge(args, &judge, &info);
  err = cli_ranks_agree(options.ranks, err, &info);
  if (err != CR_OK) {
    cli_ranks_close();
    return cli_error(err, &info);
  }

  cr_model *model = cr_model_new(&scenario, &subject, &judge);
  cr_xmodel xmodel;
  cr_modelcheck_bind(model, &xmodel);
  cli_progress_begin(&progress);
  if (!cli_ranks_first()) options.progress = cli_ranks_progress;
  cr_buf identity = {0};
  long_run_options(args, model, &identity, &progress, &options);
  cr_xresult result;
  err = cr_explore(&xmodel, &options, &result, &info);
  cli_progress_end(&progress);
  cr_buf_free(&identity);
  int status;
  if (err != CR_OK) {
    status = cli_error(err, &info);
  } else {
    tell_checkpoint(&options, &result);
    status = cli_explored_status(&result);
    const char *saved = cli_value(args, "trace");
    if (saved != NULL && result.paths_count > 0 && cli_ranks_first())
      err = save_trace(model, &result, saved, &info);
    bool kept = err == CR_OK; /* the counterexample, where it is to be */
    const char *drawn = cli_value(args, "graph");
    if (kept && drawn != NULL && cli_ranks_first())
      err = cli_graph_write(args, model, &result, &info);
    if (err != CR_OK) status = cli_error(err, &info);
    if (kept && cli_ranks_first())
      print_result(args, model, &result, xmodel.state_bytes, status, err == CR_OK ? drawn : NULL);
    cr_xresult_free(&result);
  }
  cr_model_free(model);
  cli_ranks_close();
  return cli_ranks_first() ? status : CR_EXIT_OK; /* the first one's counts for all */
}

const cli_command cli_command_explore = {
    .name = "explore",
    .summary = "prove or refute the clauses over every interleaving of a scenario",
    .usage = "clusrace explore [--scenario NAME] [--mutant NAME] [FLAGS]",
    .details =
        "Walks all states breadth first: a counterexample is a shortest one, and the same one\n"
        "every time. --symmetry and --partial-order walk fewer states with the same verdict\n"
        "(docs/exploring.md); not for scenarios with `option live`. Ctrl-C ends it with what is\n"
        "known so far (status 20).\n"
        "With --checkpoint a long run goes on after Ctrl-C, a kill or a power cut, to the same\n"
        "result: the same command with --resume FILE in place of --checkpoint FILE.\n"
        "Started by mpirun, the processes share the states, over several machines if need be,\n"
        "and the first one prints what one process would have found (docs/scale.md).\n",
    .flags = flags,
    .repeated = "only",
    .examples =
        "  clusrace explore\n"
        "  clusrace explore --scenario disk-basic --mutant term-nojoin --trace t.trace\n"
        "  clusrace explore --mutant remount-window --keep-going\n"
        "  clusrace explore --scenario two-disks --checkpoint two.walk --checkpoint-every 10m\n"
        "  clusrace explore --scenario two-disks --resume two.walk\n"
        "  clusrace explore --all\n"
        "  clusrace explore --scenario two-disks --partial-order\n"
        "  clusrace explore --scenario disk-small --mutant remount-window --graph window.svg\n"
        "  clusrace explore --scenario disk-small --coverage --depths\n"
        "  clusrace explore --json | jq .states\n"
        "  mpirun -n 4 clusrace explore --scenario two-disks\n",
    .shared = true,
    .run = explore};

/* explore_all.c - `clusrace explore --all`: every installed scenario in one table. */
#include <stdio.h>

#include "exploring.h"

/* A scenario that is meant to be beyond exhausting ends here, unless the user says otherwise. */
enum { STATES_MAX = 3000000 };

typedef struct table {
  const cli_args *args;
  json_t *rows; /* NULL: text */
  uint64_t states, transitions;
  int status;
} table;

/* The worst: a violation, then trouble, then a bound. */
static void merge_status(table *t, int status) {
  static const int worst_first[] = {CR_EXIT_SAFETY,      CR_EXIT_LIVENESS, CR_EXIT_INPUT,
                                    CR_EXIT_ENVIRONMENT, CR_EXIT_BOUNDED,  CR_EXIT_OK};
  for (size_t i = 0; i < CR_ARRAY_LEN(worst_first); i++)
    if (status == worst_first[i] || t->status == worst_first[i]) {
      t->status = worst_first[i];
      return;
    }
}

static void verdict_write(const cr_model *model, const cr_xresult *r, cr_buf *out) {
  if (r->paths_count > 0) {
    cr_trace trace = {0};
    cr_modelcheck_trace(model, &r->paths[0], &trace);
    cr_verdict_write(&trace.verdict, out);
    cr_trace_free(&trace);
  } else if (r->untold) {
    cr_buf_puts(out, "violated, but the trace did not fit (max-memory)");
  } else if (r->inexact) {
    cr_buf_printf(out, "no violation, %s: ", cli_stop_name(r->stop));
    cli_omissions_write(r, out);
  } else if (r->stop == CR_XSTOP_COMPLETE) {
    cr_buf_puts(out, "every clause holds");
  } else {
    cr_buf_printf(out, "no violation, stopped: %s", cli_stop_name(r->stop));
  }
}

static void print_row(const cr_model *model, const cr_xresult *r, uint64_t ms) {
  cr_buf states = {0}, transitions = {0}, verdict = {0};
  cli_thousands(r->states, &states);
  cli_thousands(r->transitions, &transitions);
  verdict_write(model, r, &verdict);
  printf("%-28s %12s %12s %6u %8.2f %7.1f  %s\n", cr_model_scenario(model)->name, states.data,
         transitions.data, r->depth, (double)ms / 1000.0,
         (double)r->memory_bytes / (1024.0 * 1024.0), verdict.data);
  fflush(stdout);
  cr_buf_free(&states);
  cr_buf_free(&transitions);
  cr_buf_free(&verdict);
}

static cr_err one(table *t, const char *name, cr_errinfo *info) {
  cr_scenario scenario;
  cr_subject subject;
  cr_judge judge;
  cr_err err = cli_load_scenario(name, &scenario, info);
  if (err == CR_OK) err = cli_subject(cli_value(t->args, "mutant"), &subject, info);
  if (err == CR_OK) err = cli_judge(t->args, &judge, info);
  if (err != CR_OK) return err;
  cr_model *model = cr_model_new(&scenario, &subject, &judge);
  cr_xmodel xmodel;
  cr_xresult result;
  cli_progress progress;
  cr_xoptions options;
  cr_modelcheck_bind(model, &xmodel);
  cli_progress_begin(&progress);
  cli_explore_options(t->args, &progress, &options);
  if (options.max_states == 0) options.max_states = STATES_MAX;
  if (xmodel.owed != NULL) options.symmetry = options.partial_order = false; /* not for liveness */
  err = cr_explore(&xmodel, &options, &result, info);
  cli_progress_end(&progress);
  if (err == CR_OK) {
    int status = cli_explored_status(&result);
    merge_status(t, status);
    t->states += result.states;
    t->transitions += result.transitions;
    if (t->rows != NULL)
      json_array_append_new(t->rows, cli_explored_json(model, &result, xmodel.state_bytes, status));
    else
      print_row(model, &result, cli_now_ms() - progress.started_ms);
    cr_xresult_free(&result);
  }
  cr_model_free(model);
  return err;
}

int cli_explore_all(const cli_args *args) {
  static const char *const single[] = {"scenario",   "trace",  "coverage",         "spill",
                                       "checkpoint", "resume", "checkpoint-every", "graph",
                                       "graph-max",  "depths"};
  for (size_t i = 0; i < CR_ARRAY_LEN(single); i++)
    if (cli_has(args, single[i]))
      return cli_usage(args, "--%s is for one scenario, not for --all", single[i]);
  table t = {.args = args, .rows = cli_has(args, "json") ? json_array() : NULL};
  char **names;
  size_t count;
  cr_errinfo info;
  cr_err err = cli_scenario_names(&names, &count, &info);
  if (err == CR_OK && t.rows == NULL)
    printf("%-28s %12s %12s %6s %8s %7s  %s\n", "scenario", "states", "transitions", "depth",
           "seconds", "MiB", "verdict");
  for (size_t i = 0; i < count && err == CR_OK && !cli_interrupted(); i++)
    err = one(&t, names[i], &info);
  cli_scenario_names_free(names, count);
  if (err != CR_OK) {
    json_decref(t.rows);
    return cli_error(err, &info);
  }
  if (cli_interrupted()) merge_status(&t, CR_EXIT_BOUNDED);
  if (t.rows != NULL) {
    cli_json_print(t.rows);
  } else {
    cr_buf states = {0}, transitions = {0};
    cli_thousands(t.states, &states);
    cli_thousands(t.transitions, &transitions);
    printf("%-28s %12s %12s\n", "all", states.data, transitions.data);
    cr_buf_free(&states);
    cr_buf_free(&transitions);
  }
  return t.status;
}

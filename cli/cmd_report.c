/* cmd_report.c - `clusrace report`: the report again, from what a store remembers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/corpus.h"
#include "clusrace/suite.h"
#include "clusrace/version.h"
#include "picturing.h"
#include "reporting.h"

static const cli_flag flags[] = {
    {"store", "FILE", "the database (default clusrace-out/clusrace.db)"},
    {"scenario", "NAME", "the scenario to report on (default " CLI_DEFAULT_SCENARIO ")"},
    {"html", "FILE", "write the page there"},
    {"junit", "FILE", "write JUnit XML there"},
    {"json", "FILE", "write JSON there (docs/json.md)"},
    {"pictures", "DIR", "write states.svg and pairs.svg there: what of the model was covered"},
    {"date", "TEXT", "say on the page when this was; without it two runs give the same bytes"},
    {"traces", "FOLDER", "write the findings' traces there"},
    {"svg", "FILE", "write the sequence chart of the trace FILE that is given as operand"},
    {NULL, NULL, NULL}};

typedef struct gathering {
  cli_reporting *reporting;
  const cr_scenario *scenario;
  cr_covering *covering; /* or NULL */
} gathering;

/* Larger models make a picture, too, of what lies nearest. */
enum { STATES_MAX = 50000 };

static cr_err gather(void *arg, const cr_corpus_replay *replay, cr_errinfo *info) {
  gathering *g = arg;
  cr_trace trace = {0};
  cr_err err = cr_trace_read(replay->text, replay->text_len, "a stored replay", &trace, info);
  if (err == CR_OK && trace.scenario.digest == g->scenario->digest) {
    unsigned subject = cli_reporting_subject(g->reporting, &trace.subject);
    cli_reporting_add(g->reporting, subject, &trace, "");
    if (g->covering != NULL) cr_covering_run(g->covering, &trace);
  }
  cr_trace_free(&trace);
  return err;
}

static cr_err cover_model(gathering *g, cr_errinfo *info) {
  cr_suite suite;
  cr_suite_options options = {.pairs = true, .max_states = STATES_MAX, .stop = cli_interrupted};
  if (g->covering == NULL) return CR_OK;
  cr_err err = cr_suite_make(g->scenario, &options, &suite, info);
  if (err != CR_OK) return err;
  cr_covering_model(g->covering, &suite);
  cr_suite_free(&suite);
  return CR_OK;
}

static cr_err write_pictures(const cli_args *args, const gathering *g, cli_pictures *pictures,
                             cr_errinfo *info) {
  if (g->covering == NULL) return CR_OK;
  cr_err err = cli_pictures_make(g->covering, cli_has(args, "pictures"), pictures, info);
  if (err == CR_OK && cli_has(args, "pictures"))
    err = cli_pictures_write(pictures, cli_value(args, "pictures"), info);
  return err;
}

static cr_err write_one(const cli_args *args, const char *flag, const cr_report *report,
                        void (*write)(const cr_report *report, cr_buf *out), cr_errinfo *info) {
  const char *path = cli_value(args, flag);
  if (path == NULL) return CR_OK;
  cr_buf text = {0};
  write(report, &text);
  cr_err err = cli_write(path, &text, info);
  cr_buf_free(&text);
  return err;
}

/* The chart of one trace: as SVG with --svg, as text without. */
static int chart(const cli_args *args) {
  cr_errinfo info;
  cr_trace trace = {0};
  cr_buf text = {0};
  cr_err err = cli_load_trace(args->operand[0], &trace, &info);
  if (err == CR_OK) {
    if (cli_value(args, "svg") != NULL)
      cr_report_svg(&trace, &text);
    else
      cr_report_chart(&trace, cli_terminal_width(), cli_colours(), &text);
    err = cli_write(cli_value(args, "svg"), &text, &info);
  }
  cr_trace_free(&trace);
  cr_buf_free(&text);
  return err == CR_OK ? CR_EXIT_OK : cli_error(err, &info);
}

static int report(const cli_args *args) {
  if (args->operands_count == 1) {
    static const char *const whole[] = {"store", "scenario", "html",     "junit",
                                        "json",  "traces",   "pictures", "date"};
    for (size_t i = 0; i < CR_ARRAY_LEN(whole); i++)
      if (cli_has(args, whole[i]))
        return cli_usage(args, "--%s does not go with a trace", whole[i]);
    return chart(args);
  }
  if (args->operands_count > 1) return cli_usage(args, "expected one trace at most");
  if (cli_has(args, "svg")) return cli_usage(args, "--svg needs a trace");
  const char *store = cli_value(args, "store"), *name = cli_value(args, "scenario");
  if (store == NULL) store = "clusrace-out/clusrace.db";
  cr_errinfo info;
  cr_scenario scenario;
  cr_corpus *corpus = NULL;
  cr_err err = cli_load_scenario(name == NULL ? CLI_DEFAULT_SCENARIO : name, &scenario, &info);
  if (err == CR_OK) err = cr_corpus_open(store, CR_CORPUS_READ, &corpus, &info);
  if (err != CR_OK) return cli_error(err, &info);
  cr_report r = {.tool = "clusrace " CR_VERSION,
                 .command = "clusrace report",
                 .scenario = &scenario,
                 .engine = "none"};
  bool drawn = cli_has(args, "html") || cli_has(args, "pictures");
  gathering g = {cli_reporting_new(), &scenario, drawn ? cr_covering_new() : NULL};
  cli_pictures pictures = {.count = 0};
  err = cover_model(&g, &info);
  if (err == CR_OK) err = cr_corpus_each_replay(corpus, 0, gather, &g, &info);
  if (err == CR_OK) err = write_pictures(args, &g, &pictures, &info);
  r.pictures = pictures.picture;
  r.pictures_count = pictures.count;
  r.time = cli_value(args, "date");
  if (err == CR_OK && cli_value(args, "traces") != NULL)
    err = cli_reporting_save(g.reporting, cli_value(args, "traces"), &info);
  cli_reporting_finish(g.reporting, &r);
  if (err == CR_OK) err = write_one(args, "html", &r, cr_report_html, &info);
  if (err == CR_OK) err = write_one(args, "junit", &r, cr_report_junit, &info);
  if (err == CR_OK) err = write_one(args, "json", &r, cr_report_json, &info);
  cr_buf text = {0};
  cr_report_text(&r, cli_terminal_width(), cli_colours(),
                 cli_value(args, "html") == NULL ? "" : cli_value(args, "html"), &text);
  if (err == CR_OK) err = cli_write(NULL, &text, &info);
  int status = err == CR_OK ? (int)cr_report_exit(&r) : cli_error(err, &info);
  cr_buf_free(&text);
  cli_pictures_free(&pictures);
  cr_covering_free(g.covering);
  cli_reporting_free(g.reporting);
  cr_corpus_close(corpus);
  return status;
}

const cli_command cli_command_report = {
    .name = "report",
    .summary = "write the report of what a store remembers, or the chart of one trace",
    .usage =
        "clusrace report [--store FILE] [--html FILE] [--junit FILE] [--json FILE], "
        "clusrace report TRACE [--svg FILE]",
    .flags = flags,
    .examples =
        "  clusrace report --html report.html --junit junit.xml\n"
        "  clusrace report found.trace\n"
        "  clusrace report found.trace --svg chart.svg\n",
    .run = report};

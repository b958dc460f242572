/* cmd_run.c - `clusrace run`: the whole life of the interleavings of one scenario. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clusrace/corpus.h"
#include "clusrace/frame.h"
#include "clusrace/replay.h"
#include "clusrace/version.h"
#include "fuzzing.h"
#include "minimising.h"
#include "progress.h"
#include "reporting.h"

static const cli_flag flags[] = {
    {"dll", "FILE", "replay on this DLL (may be repeated; default: the sample DLLs)"},
    {"scenario", "NAME", "scenario by name or file (default " CLI_DEFAULT_SCENARIO ")"},
    {"type", "NAME", "resource type name given to Startup (default: the scenario's)"},
    {"host", "FILE", "the host program (default: the one that was built with this command)"},
    {"out", "FOLDER", "where everything is written (default clusrace-out)"},
    {"runs", "N", "executions of the fuzzer on the reference (default 200k)"},
    {"replays", "N", "interleavings replayed on each DLL (default 200)"},
    {"seed", "N", "seed of the fuzzer (default 1)"},
    {"strict", NULL, "warnings count as violations"},
    {"json", NULL, "print the report as JSON instead of the summary"},
    {NULL, NULL, NULL}};

static const char *const samples[] = {"clusdisk.dll", "race_online.dll", "race_remount.dll",
                                      "close_nojoin.dll"};

/* Executions within which a mutant must be found, and findings of one kind after which more replays
 * of a DLL that crashes or hangs say nothing new. */
enum { RUNS = 200000, REPLAYS = 200, MUTANT_RUNS = 2000, BROKEN_MAX = 5 };

typedef struct job {
  const cli_args *args;
  const char *out;
  cr_buf store;
  cr_judge judge;
  cr_scenario scenario;
  cr_corpus *corpus;
  cr_report report;
  cr_trace refuted;
  cli_reporting *reporting;
  cr_trace *guides;
  uint64_t *behaviours; /* of the guides */
  size_t guides_count, guides_cap;
} job;

static void say(const char *what) { fprintf(stderr, "clusrace: %s\n", what); }

/* The explorer's shortest violation may be in the store as the fuzzer's as well. */
static void add_guide(job *j, const cr_trace *trace) {
  uint64_t behaviour = cr_trace_behaviour_digest(trace);
  for (size_t i = 0; i < j->guides_count; i++)
    if (j->behaviours[i] == behaviour) return;
  if (j->guides_count == j->guides_cap) {
    j->guides_cap = j->guides_cap == 0 ? 64 : 2 * j->guides_cap;
    j->guides = cr_realloc(j->guides, j->guides_cap * sizeof *j->guides);
    j->behaviours = cr_realloc(j->behaviours, j->guides_cap * sizeof *j->behaviours);
  }
  j->behaviours[j->guides_count] = behaviour;
  j->guides[j->guides_count] = (cr_trace){0};
  cr_trace_copy(&j->guides[j->guides_count++], trace);
}

/* Stores a trace of the model after it has been run once more with the same verdict. */
static cr_err keep(job *j, const cr_model *model, const cr_trace *trace, cr_errinfo *info) {
  cr_trace again = {0};
  cr_judgement covered;
  cr_trace_rerun(model, trace, &again, &covered);
  CR_ASSERT(again.verdict.kind == trace->verdict.kind);
  cr_trace_free(&again);
  return cr_corpus_put(j->corpus, trace, &covered.exercised, CR_ENGINE_EXPLORE, 0, NULL, info);
}

/* ---- exploring ------------------------------------------------------------------------------- */

static cr_err explore_reference(job *j, cr_errinfo *info) {
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  cr_model *model = cr_model_new(&j->scenario, &subject, &j->judge);
  cr_xmodel xmodel;
  cr_xresult result;
  cli_progress progress;
  cr_modelcheck_bind(model, &xmodel);
  cli_progress_begin(&progress);
  cr_xoptions options = {.progress_every = 4096,
                         .progress = cli_progress_explore,
                         .progress_arg = &progress,
                         .max_states = 20000000};
  cr_err err = cr_explore(&xmodel, &options, &result, info);
  cli_progress_end(&progress);
  if (err == CR_OK) {
    j->report.states = result.states;
    j->report.transitions = result.transitions;
    j->report.depth = result.depth;
    j->report.explored = result.stop == CR_XSTOP_COMPLETE;
    if (result.paths_count > 0) {
      cr_modelcheck_trace(model, &result.paths[0], &j->refuted);
      j->report.refuted = &j->refuted;
      err = keep(j, model, &j->refuted, info);
    }
    cr_xresult_free(&result);
  }
  cr_model_free(model);
  return err;
}

/* The shortest violation of each mutant of the DLL: the guides that lead a real DLL into the races.
 */
static cr_err explore_mutant(job *j, uint32_t mutant, cr_errinfo *info) {
  const cr_mutant_row *row = cr_mutant_row_of(mutant);
  cr_subject subject = {.kind = CR_SUBJECT_MUTANT, .mutant = mutant};
  cr_judge judge = {.strict = true};
  cr_clauses_add(&judge.only, cr_clause_by_id(row->clause));
  cr_model *model = cr_model_new(&j->scenario, &subject, &judge);
  cr_xmodel xmodel;
  cr_xresult result;
  cli_progress progress;
  cli_progress_begin(&progress);
  cr_xoptions options = {.max_states = 2000000,
                         .allow_deadlock = true,
                         .progress_every = 4096,
                         .progress = cli_progress_explore,
                         .progress_arg = &progress};
  cr_modelcheck_bind(model, &xmodel);
  cr_err err = cr_explore(&xmodel, &options, &result, info);
  cli_progress_end(&progress);
  if (err == CR_OK) {
    j->report.mutants++;
    if (result.paths_count > 0) {
      cr_trace trace = {0};
      cr_modelcheck_trace(model, &result.paths[0], &trace);
      j->report.caught++;
      add_guide(j, &trace);
      err = keep(j, model, &trace, info);
      cr_trace_free(&trace);
    }
    cr_xresult_free(&result);
  }
  cr_model_free(model);
  return err;
}

/* Is it a mutant of the DLL that this scenario can show: one found in a scenario with the same
 * parts?
 */
static bool suits(const job *j, uint32_t mutant) {
  const cr_mutant_row *row = cr_mutant_row_of(mutant);
  cr_scenario scenario;
  cr_errinfo info;
  if (row->side != CR_MUTANT_SIDE_DLL) return false;
  if (cli_load_scenario(row->scenario, &scenario, &info) != CR_OK) return false;
  /* A run that ends shows nothing about what is owed for ever. */
  if (scenario.option[CR_OPTION_LIVE] && !j->scenario.option[CR_OPTION_LIVE]) return false;
  return memcmp(scenario.part, j->scenario.part, sizeof scenario.part) == 0;
}

static cr_err explore_all(job *j, cr_errinfo *info) {
  say("exploring the scenario");
  cr_err err = explore_reference(j, info);
  say("exploring the mutants of the DLL");
  for (uint32_t m = 1; err == CR_OK && m < CR_MUTANT_COUNT && !cli_interrupted(); m++)
    if (suits(j, m)) err = explore_mutant(j, m, info);
  return err;
}

/* ---- fuzzing --------------------------------------------------------------------------------- */

static cr_err fuzz_subject(job *j, const cr_subject *subject, uint64_t runs, bool strict,
                           bool *violated, cr_errinfo *info) {
  cli_fuzz_result *result = cr_alloc(sizeof *result);
  cli_fuzz fuzz = {.scenario = &j->scenario,
                   .subject = subject,
                   .engine = "random",
                   .strict = strict,
                   .store = j->store.data,
                   .runs = runs,
                   .seed = cli_number(j->args, "seed", 1, 1, UINT32_MAX)};
  cr_err err = cli_fuzz_run(&fuzz, result, info);
  j->report.executions += result->executions;
  j->report.novel += result->novel;
  j->report.stored += result->stored;
  *violated = result->violations > 0;
  free(result);
  return err;
}

static cr_err fuzz_all(job *j, cr_errinfo *info) {
  say("fuzzing");
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  j->report.engine = "random";
  bool violated = false;
  cr_err err = fuzz_subject(j, &subject, cli_number(j->args, "runs", RUNS, 1, UINT32_MAX),
                            j->judge.strict, &violated, info);
  for (uint32_t m = 1; err == CR_OK && m < CR_MUTANT_COUNT && !cli_interrupted(); m++) {
    const cr_mutant_row *row = cr_mutant_row_of(m);
    if (!suits(j, m)) continue;
    bool warning = cr_clause_row_of(cr_clause_by_id(row->clause))->level == CR_LEVEL_WARNING;
    subject = (cr_subject){.kind = CR_SUBJECT_MUTANT, .mutant = m};
    err = fuzz_subject(j, &subject, MUTANT_RUNS, warning || j->judge.strict, &violated, info);
    if (violated) j->report.fuzz_caught++;
  }
  return err;
}

/* ---- choosing what to replay ----------------------------------------------------------------- */

typedef struct choosing {
  job *j;
  uint64_t seen, every;
} choosing;

static cr_err choose(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  choosing *c = arg;
  if (item->scenario_digest != c->j->scenario.digest) return CR_OK; /* an older one of this name */
  if (c->seen++ % c->every != 0) return CR_OK;
  cr_trace trace = {0};
  cr_err err = cr_trace_read(item->text, item->text_len, item->id, &trace, info);
  if (err == CR_OK) add_guide(c->j, &trace);
  cr_trace_free(&trace);
  return err;
}

static cr_err count_row(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  (void)item;
  (void)info;
  ++*(uint64_t *)arg;
  return CR_OK;
}

/* Beside the explorer's violations: the fuzzer's, and an even sample of the reference's novel runs.
 */
static cr_err choose_guides(job *j, cr_errinfo *info) {
  uint64_t limit = cli_number(j->args, "replays", REPLAYS, 1, 1000000), total = 0;
  cr_corpus_filter findings = {.scenario = j->scenario.name, .subject = "mutant", .findings = true};
  cr_corpus_filter novel = {.scenario = j->scenario.name, .subject = "reference"};
  choosing c = {.j = j, .every = 1};
  cr_err err = cr_corpus_each(j->corpus, &findings, count_row, &total, info);
  c.every = 1 + total / (limit / 3 + 1);
  if (err == CR_OK) err = cr_corpus_each(j->corpus, &findings, choose, &c, info);
  total = 0;
  if (err == CR_OK) err = cr_corpus_each(j->corpus, &novel, count_row, &total, info);
  uint64_t left = limit > j->guides_count ? limit - j->guides_count : 1;
  c = (choosing){.j = j, .every = 1 + total / left};
  if (err == CR_OK) err = cr_corpus_each(j->corpus, &novel, choose, &c, info);
  return err;
}

/* ---- replaying ------------------------------------------------------------------------------- */

/* A finding is confirmed in a fresh host until it was seen often enough to be believed. */
static cr_err replay_guide(job *j, cr_host *host, unsigned subject, const cr_trace *guide,
                           cr_trace *observed, cr_errinfo *info) {
  uint32_t mode = cli_has(j->args, "strict") ? CR_REPLAY_STRICT : 0;
  cr_err err = cr_host_replay(host, guide, mode | CR_REPLAY_ONCE, observed, NULL, info);
  if (err != CR_OK || observed->verdict.kind == CR_VERDICT_CONFORMS ||
      !cli_reporting_wants_proof(j->reporting, subject, observed))
    return err;
  cr_verdict first = observed->verdict;
  err = cr_host_replay(host, guide, mode, observed, NULL, info);
  if (err == CR_OK && observed->verdict.kind == CR_VERDICT_CONFORMS) {
    cr_buf text = {0};
    first.note[0] = '\0';
    cr_verdict_write(&first, &text);
    observed->verdict = (cr_verdict){.kind = CR_VERDICT_INCONCLUSIVE, .clause = CR_CLAUSE_COUNT};
    snprintf(observed->verdict.note, sizeof observed->verdict.note,
             "%s once, and not again in a fresh process", text.data);
    cr_buf_free(&text);
  }
  return err;
}

static cr_err replay_guides(job *j, cr_host *host, const char *dll, cr_errinfo *info) {
  unsigned subject = cli_reporting_subject(j->reporting, cr_host_subject(host));
  cli_progress progress;
  cli_progress_begin(&progress);
  cr_trace observed = {0};
  cr_err err = CR_OK;
  unsigned broken = 0;
  for (size_t i = 0; err == CR_OK && i < j->guides_count && !cli_interrupted(); i++) {
    err = replay_guide(j, host, subject, &j->guides[i], &observed, info);
    if (err != CR_OK || cr_host_interrupted(host)) break;
    cli_reporting_add(j->reporting, subject, &observed, dll);
    err = cr_corpus_put_replay(j->corpus, j->behaviours[i], &observed, NULL, info);
    bool unloaded = observed.verdict.kind == CR_VERDICT_INCONCLUSIVE && observed.steps_count <= 4;
    if (unloaded) break; /* it cannot be driven at all */
    uint8_t kind = observed.verdict.kind;
    bool lost = kind == CR_VERDICT_CRASHES || kind == CR_VERDICT_HANGS;
    if (lost && ++broken == BROKEN_MAX) {
      cli_reporting_note(j->reporting, subject,
                         "replays stopped: it crashed or hung again and again");
      break;
    }
    if (!cli_progress_due(&progress)) continue;
    char line[200];
    snprintf(line, sizeof line, "clusrace: %s: %zu of %zu replays, findings: %u",
             cr_host_subject(host)->name, i + 1, j->guides_count,
             cli_reporting_findings(j->reporting, subject));
    cli_progress_show(&progress, line);
  }
  cli_progress_end(&progress);
  cr_trace_free(&observed);
  if (err == CR_OK && cr_host_unseen(host)[0] != '\0') {
    cr_buf note = {0};
    cr_buf_printf(&note, "not under the scheduler: %s", cr_host_unseen(host));
    cli_reporting_note(j->reporting, subject, note.data);
    cr_buf_free(&note);
  }
  return err;
}

static cr_err make_host(const job *j, const char *dll, cr_host **host, cr_errinfo *info) {
  cr_buf path = {0};
  cr_err err = cli_find_host(j->args, dll, &path, info);
  if (err == CR_OK) {
    cr_host_options options = {.host = path.data,
                               .dll = dll,
                               .type = cli_value(j->args, "type"),
                               .interrupted = cli_interrupted};
    err = cr_host_new(&options, host, info);
  }
  cr_buf_free(&path);
  return err;
}

static bool go_on(void *context) {
  (void)context;
  return !cli_interrupted();
}

static cr_err minimise_findings(const job *j, cr_host *host, cr_errinfo *info) {
  unsigned subject = cli_reporting_subject(j->reporting, cr_host_subject(host));
  cli_minimising m = {.host = host,
                      .options = {.strict = cli_has(j->args, "strict"), .go_on = go_on},
                      .corpus = j->corpus};
  cr_buf note = {0};
  bool stopped = false; /* by Ctrl-C, which the report says of all of it */
  /* The findings were confirmed: what fails here is told in the note. */
  cr_err err = cli_minimising_findings(&m, j->reporting, subject, &note, &stopped, info);
  if (err == CR_ERR_ENVIRONMENT) err = CR_OK;
  if (note.len != 0) cli_reporting_note(j->reporting, subject, note.data);
  cr_buf_free(&note);
  return err;
}

static cr_err replay_dll(job *j, const char *dll, cr_errinfo *info) {
  cr_host *host = NULL;
  cr_err err = make_host(j, dll, &host, info);
  if (err == CR_OK) err = replay_guides(j, host, dll, info);
  if (err == CR_OK) err = minimise_findings(j, host, info);
  cr_host_free(host);
  return err;
}

static cr_err replay_all(job *j, cr_errinfo *info) {
  say("replaying on the DLLs");
  cr_err err = CR_OK;
  for (unsigned i = 0; err == CR_OK && i < j->args->values_count && !cli_interrupted(); i++)
    err = replay_dll(j, j->args->values[i], info);
  for (size_t i = 0; j->args->values_count == 0 && err == CR_OK && i < CR_ARRAY_LEN(samples) &&
                     !cli_interrupted();
       i++) {
    cr_buf path = {0};
    err = cli_find_dll(samples[i], &path, info);
    if (err == CR_OK) err = replay_dll(j, path.data, info);
    cr_buf_free(&path);
  }
  return err;
}

/* ---- reporting ------------------------------------------------------------------------------- */

static cr_err write_report(job *j, const char *name,
                           void (*write)(const cr_report *report, cr_buf *out), cr_errinfo *info) {
  cr_buf path = {0}, text = {0};
  cr_buf_printf(&path, "%s/%s", j->out, name);
  write(&j->report, &text);
  cr_err err = cr_file_write(path.data, text.data, text.len, info);
  cr_buf_free(&path);
  cr_buf_free(&text);
  return err;
}

static cr_err report_all(job *j, cr_errinfo *info) {
  cr_buf text = {0}, where = {0}, traces = {0};
  cr_buf_printf(&traces, "%s/traces", j->out);
  cr_err err = cli_reporting_save(j->reporting, traces.data, info);
  cli_reporting_finish(j->reporting, &j->report);
  if (err == CR_OK) err = write_report(j, "report.html", cr_report_html, info);
  if (err == CR_OK) err = write_report(j, "junit.xml", cr_report_junit, info);
  if (err == CR_OK) err = write_report(j, "report.json", cr_report_json, info);
  cr_buf_printf(&where, "%s/report.html, %s/traces, %s/clusrace.db", j->out, j->out, j->out);
  if (cli_has(j->args, "json"))
    cr_report_json(&j->report, &text);
  else
    cr_report_text(&j->report, cli_terminal_width(), cli_colours(), where.data, &text);
  if (err == CR_OK) err = cli_write(NULL, &text, info);
  cr_buf_free(&text);
  cr_buf_free(&where);
  cr_buf_free(&traces);
  return err;
}

/* ---- the command ----------------------------------------------------------------------------- */

/* What is wrong with the flags is said before anything is run or written. */
static cr_err validate(job *j, cr_errinfo *info) {
  const char *name = cli_value(j->args, "scenario");
  cr_err err = cli_load_scenario(name == NULL ? CLI_DEFAULT_SCENARIO : name, &j->scenario, info);
  for (unsigned i = 0; err == CR_OK && i < CR_PART_COUNT; i++)
    if (j->scenario.part[i])
      err = cr_fail(info, CR_ERR_INPUT,
                    "scenario %s has the part %s, which no real DLL is led through yet; explore or "
                    "fuzz it, or run a scenario without parts",
                    j->scenario.name, cr_part_name((cr_part)i));
  (void)cli_number(j->args, "runs", RUNS, 1, UINT32_MAX);
  (void)cli_number(j->args, "replays", REPLAYS, 1, 1000000);
  (void)cli_number(j->args, "seed", 1, 1, UINT32_MAX);
  for (unsigned i = 0; err == CR_OK && i < j->args->values_count; i++) {
    cr_host *host = NULL;
    err = make_host(j, j->args->values[i], &host, info);
    cr_host_free(host);
  }
  return err;
}

static cr_err prepare(job *j, cr_errinfo *info) {
  cr_err err = validate(j, info);
  if (err != CR_OK) return err;
  if (mkdir(j->out, 0777) != 0 && errno != EEXIST)
    return cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be made: %s", j->out, strerror(errno));
  cr_buf_printf(&j->store, "%s/clusrace.db", j->out);
  j->judge.strict = cli_has(j->args, "strict");
  j->report.scenario = &j->scenario;
  j->report.tool = "clusrace " CR_VERSION;
  j->report.engine = "none";
  j->reporting = cli_reporting_new();
  return cr_corpus_open(j->store.data, CR_CORPUS_CREATE, &j->corpus, info);
}

static void job_free(job *j) {
  cli_reporting_free(j->reporting);
  cr_corpus_close(j->corpus);
  for (size_t i = 0; i < j->guides_count; i++) cr_trace_free(&j->guides[i]);
  free(j->guides);
  free(j->behaviours);
  cr_trace_free(&j->refuted);
  cr_buf_free(&j->store);
  free(j);
}

static int run(const cli_args *args) {
  if (args->operands_count > 0)
    return cli_usage(args, "\"%s\" is not expected here; name DLLs with --dll", args->operand[0]);
  job *j = cr_alloc(sizeof *j);
  cr_errinfo info;
  cr_buf command = {0};
  j->args = args;
  j->out = cli_value(args, "out") == NULL ? "clusrace-out" : cli_value(args, "out");
  cli_command_line(args, &command);
  j->report.command = command.data;
  cr_err err = prepare(j, &info);
  if (err == CR_OK) err = explore_all(j, &info);
  if (err == CR_OK && !cli_interrupted()) err = fuzz_all(j, &info);
  if (err == CR_OK) err = choose_guides(j, &info);
  if (err == CR_OK && !cli_interrupted()) err = replay_all(j, &info);
  j->report.stopped = cli_interrupted();
  if (err == CR_OK) err = report_all(j, &info);
  int status = err == CR_OK ? (int)cr_report_exit(&j->report) : cli_error(err, &info);
  job_free(j);
  cr_buf_free(&command);
  return status;
}

const cli_command cli_command_run = {
    .name = "run",
    .summary = "explore, fuzz, store, replay on the DLLs and write the report",
    .usage = "clusrace run [--dll X.dll ...] [FLAGS]",
    .details =
        "The main job. The scenario is explored to the end; the shortest violations of the "
        "mutants\n"
        "and what the fuzzer finds are stored and become the guides for the DLLs; what the DLLs do "
        "is\n"
        "judged by the same clauses. Findings give status 10 to 14, a clean and complete run 0.\n",
    .flags = flags,
    .repeated = "dll",
    .examples =
        "  clusrace run\n"
        "  clusrace run --dll build/x64/mydisk.dll --type \"My Disk\" --out nightly\n",
    .run = run};

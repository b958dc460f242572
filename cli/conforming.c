/* conforming.c - see conforming.h: the runs. What they say is in conform_judge.c. */
#include "conforming.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/frame.h"
#include "clusrace/suite.h"
#include "clusrace/version.h"
#include "minimising.h"
#include "progress.h"

/* BROKEN_MAX: guides in one scenario that may cost a host each; more say nothing new. */
enum {
  BROKEN_MAX = 5,
  STORED_MAX = 500,
  SCHEDULES = 100000,
  FINDINGS = 8,
  SUITE_BYTES_MAX = 256 * 1024 * 1024
};

/* ---- what is run ----------------------------------------------------------------------------- */

static bool has_controls(const cr_scenario *s) {
  return cr_scenario_has_codes(s) || s->option[CR_OPTION_CANCEL] || s->option[CR_OPTION_ARBITRATE];
}

cr_err cli_conforming_prepare(cli_conforming *c, cr_errinfo *info) {
  cr_buf host = {0};
  c->dll = cli_value(c->args, "dll");
  c->ms_max = cli_duration_ms(c->args, "time", 0);
  c->begun_ms = cli_now_ms();
  c->reporting = cli_reporting_new();
  if (cli_has(c->args, "html") || cli_has(c->args, "pictures") || cli_has(c->args, "json"))
    c->covering = cr_covering_new();
  cr_duties_of_dll(&c->duties);
  cr_err err = cli_find_host(c->args, c->dll, &host, info);
  if (err == CR_OK) {
    cr_host_options options = {.host = host.data,
                               .dll = c->dll,
                               .type = cli_value(c->args, "type"),
                               .properties = cli_value(c->args, "properties"),
                               .heap_guard = cli_has(c->args, "heap-guard"),
                               .interrupted = cli_interrupted};
    err = cr_host_new(&options, &c->host, info);
  }
  if (err == CR_OK && cli_has(c->args, "store"))
    err = cr_corpus_open(cli_value(c->args, "store"), CR_CORPUS_CREATE, &c->corpus, info);
  if (err == CR_OK) {
    c->subject = cli_reporting_subject(c->reporting, cr_host_subject(c->host));
    err = cli_conforming_plan(c, info);
  }
  if (err == CR_OK) {
    c->scenario = cr_alloc(c->count * sizeof *c->scenario);
    c->result.tool = "clusrace " CR_VERSION;
    c->result.subject = cr_host_subject(c->host);
    c->result.strict = cli_has(c->args, "strict");
    err = cli_events_open(&c->events, cli_value(c->args, "ndjson"), info);
    if (err == CR_OK) cli_events_begin(c->events, &c->result);
  }
  cr_buf_free(&host);
  return err;
}

/* ---- replaying ------------------------------------------------------------------------------- */

bool cli_conforming_late(const cli_conforming *c) {
  return cli_interrupted() || (c->ms_max != 0 && cli_now_ms() - c->begun_ms >= c->ms_max);
}

/* What one observed run says of each clause that is a duty of the DLL. */
static void tally(cli_conforming *c, cr_conform_scenario *s, const cr_trace *observed) {
  cr_observer observer;
  cr_judgement all = {{{0}}, {{0}}}, one;
  const cr_verdict *v = &observed->verdict;
  unsigned row = cr_conform_row_of(v);
  cr_observer_init(&observer, &observed->scenario);
  for (size_t i = 0; i < observed->steps_count; i++) {
    const cr_event *event = &observed->steps[i].event;
    cr_observe(&observer, &observed->scenario, event, &one);
    cr_judgement_narrow(&c->duties, event, &one);
    cr_clauses_merge(&all.exercised, &one.exercised);
    cr_clauses_merge(&all.violated, &one.violated);
  }
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    cr_clause clause = (cr_clause)i;
    bool warning = cr_clause_row_of(clause)->level == CR_LEVEL_WARNING;
    if (i == row || !cr_clauses_has(&all.exercised, clause)) continue;
    if (!cr_clauses_has(&all.violated, clause))
      s->held[i]++;
    else if (warning && v->kind == CR_VERDICT_CONFORMS)
      s->violated[i]++;
    else if (v->kind != CR_VERDICT_CONFORMS) /* else the host knows what excuses it */
      c->behind[i]++;
  }
  if (row < CR_CONFORM_ROWS) s->violated[row]++;
}

static void keep_report(cli_conforming *c, const cr_trace *observed) {
  unsigned before = cli_reporting_findings(c->reporting, c->subject);
  cli_reporting_add(c->reporting, c->subject, observed, c->dll);
  if (cli_reporting_findings(c->reporting, c->subject) != before)
    cli_events_finding(c->events, observed);
}

static cr_err take(cli_conforming *c, cr_conform_scenario *s, uint64_t behaviour,
                   const cr_trace *observed, cr_errinfo *info) {
  const cr_verdict *v = &observed->verdict;
  cli_events_run(c->events, behaviour, observed);
  if (v->kind == CR_VERDICT_INCONCLUSIVE) {
    if (observed->steps_count <= 4)
      snprintf(c->refused, sizeof c->refused, "%s", v->note);
    else if (!c->result.nondeterministic)
      snprintf(c->note, sizeof c->note, "a run in %s could not be judged: %s", s->scenario->name,
               v->note);
    return CR_OK;
  }
  tally(c, s, observed);
  if (c->covering != NULL) cr_covering_run(c->covering, observed);
  keep_report(c, observed);
  if (c->corpus == NULL) return CR_OK;
  return cr_corpus_put_replay(c->corpus, behaviour, observed, NULL, info);
}

/* A trace of this very DLL is followed step by step; when it goes another way now, as a guide. */
static cr_err replay_exact(const cli_conforming *c, const cr_trace *guide, uint32_t mode,
                           cr_trace *observed, cr_errinfo *info) {
  const cr_subject *own = cr_host_subject(c->host);
  if (guide->subject.kind == own->kind && guide->subject.digest == own->digest) {
    uint32_t exact = mode | CR_REPLAY_EXACT;
    if (cr_replay_lives_again(&guide->verdict)) exact |= CR_REPLAY_LEAKS;
    cr_err err = cr_host_replay(c->host, guide, exact, observed, NULL, info);
    if (err != CR_OK || observed->verdict.kind != CR_VERDICT_DIVERGES) return err;
  }
  return cr_host_replay(c->host, guide, mode, observed, NULL, info);
}

/* Something was broken, and not again in a fresh process. */
static void note_unrepeated(cli_conforming *c, const cr_conform_scenario *s, const char *what) {
  if (c->result.nondeterministic) return;
  c->result.nondeterministic = true;
  snprintf(c->note, sizeof c->note, "does not repeat itself in %s: %s did not come again",
           s->scenario->name, what);
}

/* What the fresh process shows counts; what was seen before it, as seen once. */
static cr_err prove(cli_conforming *c, cr_conform_scenario *s, const cr_trace *guide, uint32_t mode,
                    cr_trace *observed, cr_errinfo *info) {
  cr_verdict first = observed->verdict;
  unsigned row = cr_conform_row_of(&first);
  cr_buf what = {0};
  cr_err err = replay_exact(c, guide, mode, observed, info);
  if (err != CR_OK || cr_host_interrupted(c->host)) return err;
  const cr_verdict *now = &observed->verdict;
  if ((now->kind == first.kind && now->clause == first.clause) || row == CR_CONFORM_ROWS)
    return CR_OK;
  first.note[0] = '\0';
  cr_verdict_write(&first, &what);
  note_unrepeated(c, s, what.data);
  s->violated[row]++;
  cr_buf_free(&what);
  return CR_OK;
}

/* Follows one guide; a finding is confirmed in a fresh host until it is believed. */
static cr_err replay(cli_conforming *c, cr_conform_scenario *s, const cr_trace *guide,
                     uint32_t *count, cr_errinfo *info) {
  uint32_t mode = cli_has(c->args, "strict") ? CR_REPLAY_STRICT : 0;
  cr_trace observed = {0};
  if (c->refused[0] != '\0' || c->broken >= BROKEN_MAX) return CR_OK;
  if (cli_conforming_late(c)) {
    c->result.stopped = true;
    return CR_OK;
  }
  cr_err err = replay_exact(c, guide, mode | CR_REPLAY_ONCE, &observed, info);
  bool proof = err == CR_OK && observed.verdict.kind != CR_VERDICT_CONFORMS &&
               cli_reporting_wants_proof(c->reporting, c->subject, &observed);
  if (proof) err = prove(c, s, guide, mode, &observed, info);
  if (err == CR_OK && cr_host_interrupted(c->host)) {
    c->result.stopped = true;
  } else if (err == CR_OK) {
    ++*count;
    uint8_t kind = observed.verdict.kind;
    c->broken += kind == CR_VERDICT_CRASHES || kind == CR_VERDICT_HANGS;
    err = take(c, s, cr_trace_behaviour_digest(guide), &observed, info);
  }
  cr_trace_free(&observed);
  return err;
}

static cr_err replay_suite(cli_conforming *c, unsigned i, cr_errinfo *info) {
  cr_conform_scenario *s = &c->scenario[i];
  cr_suite suite;
  cr_suite_options options = {.pairs = true, .stop = cli_interrupted};
  if (has_controls(s->scenario)) return CR_OK; /* the model has none of it */
  cr_err err = cr_suite_make(s->scenario, &options, &suite, info);
  if (err == CR_OK && suite.stopped) c->result.stopped = true;
  if (err == CR_OK && c->covering != NULL) cr_covering_model(c->covering, &suite);
  for (size_t k = 0; err == CR_OK && k < suite.traces_count; k++) {
    cr_judgement judged;
    cr_trace_judge(&suite.trace[k], &judged);
    if (c->corpus != NULL)
      err = cr_corpus_put(c->corpus, &suite.trace[k], &judged.exercised, CR_ENGINE_EXPLORE, 0, NULL,
                          info);
    if (err == CR_OK) err = replay(c, s, &suite.trace[k], &s->suite, info);
  }
  cr_suite_free(&suite);
  return err;
}

/* Of a bundle, what is of this scenario. */
typedef struct bundle {
  cli_conforming *c;
  cr_conform_scenario *s;
} bundle;

static cr_err replay_bundled(void *arg, const cr_trace *guide, cr_errinfo *info) {
  const bundle *b = arg;
  cr_err err = CR_OK;
  if (guide->scenario.digest != b->s->scenario->digest) return CR_OK;
  if (b->c->corpus != NULL) {
    cr_judgement judged;
    cr_trace_judge(guide, &judged);
    err = cr_corpus_put(b->c->corpus, guide, &judged.exercised, CR_ENGINE_EXPLORE, 0, NULL, info);
  }
  return err == CR_OK ? replay(b->c, b->s, guide, &b->s->suite, info) : err;
}

static cr_err replay_bundle(cli_conforming *c, unsigned i, cr_errinfo *info) {
  const char *file = cli_value(c->args, "suite");
  bundle b = {c, &c->scenario[i]};
  cr_buf text = {0};
  cr_err err = cr_file_read(file, SUITE_BYTES_MAX, &text, info);
  if (err == CR_OK)
    err = cr_bundle_each(text.data == NULL ? "" : text.data, text.len, file, replay_bundled, &b,
                         info);
  cr_buf_free(&text);
  return err;
}

/* The store's interleavings of this scenario. */
typedef struct guides {
  const cr_scenario *scenario;
  cr_trace *trace;
  size_t count;
} guides;

static cr_err collect(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  guides *g = arg;
  if (item->scenario_digest != g->scenario->digest || g->count == STORED_MAX) return CR_OK;
  g->trace = cr_realloc(g->trace, (g->count + 1) * sizeof *g->trace);
  g->trace[g->count] = (cr_trace){0};
  return cr_trace_read(item->text, item->text_len, item->id, &g->trace[g->count++], info);
}

/* Those that the suite does not have: what was found earlier, on whatever. */
static cr_err replay_stored(cli_conforming *c, unsigned i, cr_errinfo *info) {
  cr_conform_scenario *s = &c->scenario[i];
  cr_corpus_filter filter = {.scenario = s->scenario->name};
  guides g = {.scenario = s->scenario};
  if (c->corpus == NULL) return CR_OK;
  filter.engines = ~(1u << CR_ENGINE_EXPLORE);
  cr_err err = cr_corpus_each(c->corpus, &filter, collect, &g, info);
  for (size_t k = 0; err == CR_OK && k < g.count; k++)
    err = replay(c, s, &g.trace[k], &s->stored, info);
  for (size_t k = 0; k < g.count; k++) cr_trace_free(&g.trace[k]);
  free(g.trace);
  return err;
}

/* ---- hunting --------------------------------------------------------------------------------- */

static bool go_on(void *context, const cr_hunt_report *report) {
  (void)report;
  return !cli_conforming_late(context);
}

static cr_err keep_finding(cli_conforming *c, const cr_trace *finding, cr_errinfo *info) {
  if (c->covering != NULL) cr_covering_run(c->covering, finding);
  keep_report(c, finding);
  return c->corpus == NULL ? CR_OK : cli_store_finding(c->corpus, finding, info);
}

static cr_err hunt(cli_conforming *c, unsigned i, cr_errinfo *info) {
  const cli_conform_plan *plan = &c->plan[i];
  cr_conform_scenario *s = &c->scenario[i];
  cr_hunt_options options = {
      .strict = cli_has(c->args, "strict"), .findings_max = FINDINGS, .go_on = go_on, .context = c};
  options.taken = c->covering != NULL;
  cr_hunt_report r;
  s->partial = plan->guides_only || plan->samples != 0;
  if (plan->guides_only || c->refused[0] != '\0') return CR_OK;
  if (cli_conforming_late(c)) {
    c->result.stopped = true;
    return CR_OK;
  }
  options.config = (cr_search_config){.strategy = CR_STRATEGY_SYSTEMATIC,
                                      .iterate = true,
                                      .preemptions = plan->preemptions,
                                      .seed = cli_number(c->args, "seed", 1, 0, UINT32_MAX)};
  options.config.schedules = cli_number(c->args, "schedules", SCHEDULES, 1, UINT32_MAX);
  options.config.budget[CR_COST_TIMER] = 1;
  options.config.budget[CR_COST_FAULT] = plan->scenario.budget[CR_BUDGET_FAULT];
  if (plan->samples != 0) {
    options.config.strategy = CR_STRATEGY_PCT;
    options.config.iterate = false;
    if (options.config.schedules > plan->samples) options.config.schedules = plan->samples;
  }
  cr_err err = cr_host_hunt(c->host, s->scenario, &options, &r, info);
  if (err == CR_OK) {
    s->schedules = r.answer.stats.schedules;
    if (c->covering != NULL) cr_covering_taken(c->covering, s->scenario, &r.answer.taken);
    s->exhausted =
        r.answer.exhausted && !r.interrupted && r.findings_count == 0 && plan->samples == 0;
    if (r.interrupted) c->result.stopped = true;
    if (r.refused[0] != '\0') snprintf(c->refused, sizeof c->refused, "%s", r.refused);
    if (r.answer.error[0] != '\0') {
      c->result.nondeterministic = true;
      snprintf(c->note, sizeof c->note, "does not repeat itself in %s: %s", s->scenario->name,
               r.answer.error);
    }
    if (r.unconfirmed > 0 && r.lost == 0) note_unrepeated(c, s, "what looked like a finding");
    for (unsigned k = 0; k < CR_CLAUSE_COUNT; k++) {
      s->held[k] += r.answer.held[k];
      s->violated[k] += r.answer.broken[k];
    }
  }
  for (unsigned k = 0; err == CR_OK && k < r.findings_count; k++) {
    unsigned row = cr_conform_row_of(&r.finding[k].verdict);
    if (row >= CR_CLAUSE_COUNT && row < CR_CONFORM_ROWS) s->violated[row]++;
    /* Some clauses are judged at a schedule's end, outside of what the host counts. */
    if (row < CR_CLAUSE_COUNT && s->violated[row] == 0) s->violated[row]++;
    err = keep_finding(c, &r.finding[k], info);
  }
  cli_events_hunt(c->events, s);
  cr_hunt_report_free(&r);
  return err;
}

/* How much of a bundle is of the scenarios that are run? */
typedef struct wanted {
  const cli_conforming *c;
  size_t fitting;
} wanted;

static cr_err count_fitting(void *arg, const cr_trace *guide, cr_errinfo *info) {
  wanted *w = arg;
  (void)info;
  for (unsigned i = 0; i < w->c->count; i++)
    w->fitting += w->c->plan[i].scenario.digest == guide->scenario.digest;
  return CR_OK;
}

/* A bundle of other scenarios would be passed over without a word. */
static cr_err suite_fits(const cli_conforming *c, cr_errinfo *info) {
  const char *file = cli_value(c->args, "suite");
  wanted w = {.c = c};
  cr_buf text = {0};
  cr_err err = cr_file_read(file, SUITE_BYTES_MAX, &text, info);
  if (err == CR_OK)
    err =
        cr_bundle_each(text.data == NULL ? "" : text.data, text.len, file, count_fitting, &w, info);
  if (err == CR_OK && w.fitting == 0)
    err = cr_fail(info, CR_ERR_INPUT,
                  "%s: holds nothing of the scenarios that are run; name its own with --scenario",
                  file);
  cr_buf_free(&text);
  return err;
}

cr_err cli_conforming_run(cli_conforming *c, cr_errinfo *info) {
  cli_progress progress;
  cr_err err = cli_has(c->args, "suite") ? suite_fits(c, info) : CR_OK;
  cli_progress_begin(&progress);
  for (unsigned i = 0; i < c->count; i++) c->scenario[i].scenario = &c->plan[i].scenario;
  for (unsigned i = 0; err == CR_OK && i < c->count; i++) {
    char line[160];
    snprintf(line, sizeof line, "clusrace: %s: scenario %u of %u, %s",
             cr_host_subject(c->host)->name, i + 1, c->count, c->plan[i].scenario.name);
    if (cli_stderr_is_terminal()) cli_progress_show(&progress, line);
    c->broken = 0;
    cli_events_scenario(c->events, &c->plan[i].scenario);
    err = cli_has(c->args, "suite") ? replay_bundle(c, i, info) : replay_suite(c, i, info);
    if (err == CR_OK) err = replay_stored(c, i, info);
    if (err == CR_OK) err = hunt(c, i, info);
  }
  cli_progress_end(&progress);
  return err;
}

bool cli_conforming_begun(const cli_conforming *c) {
  uint64_t runs = 0;
  for (unsigned i = 0; i < c->count; i++)
    runs += c->scenario[i].suite + c->scenario[i].stored + c->scenario[i].schedules;
  return runs != 0;
}

void cli_conforming_free(cli_conforming *c) {
  cli_events_free(c->events);
  cr_host_free(c->host);
  cr_corpus_close(c->corpus);
  cli_reporting_free(c->reporting);
  for (unsigned i = 0; i < c->whys; i++) free(c->why[i]);
  free(c->why);
  free(c->scenario);
  free(c->finding);
  cr_covering_free(c->covering);
  free(c->before);
}

/* hunting.c - see hunting.h. */
#include "hunting.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clusrace/frame.h"
#include "json.h"
#include "progress.h"

enum { THREADS_MAX = 8, SAMPLES_BYTES_MAX = 256 * 1024 };

/* ---- what is asked --------------------------------------------------------------------------- */

static int strategy_of(const char *name) {
  for (unsigned i = 0; i < CR_STRATEGY_COUNT; i++)
    if (strcmp(cr_strategy_name(i), name) == 0) return (int)i;
  return -1;
}

int cli_hunting_options(cli_hunting *h) {
  const cli_args *args = h->args;
  const char *strategy = cli_value(args, "strategy"), *preemptions = cli_value(args, "preemptions");
  cr_search_config *c = &h->options.config;
  int s = strategy == NULL ? CR_STRATEGY_SYSTEMATIC : strategy_of(strategy);
  if (s < 0)
    return cli_usage(args, "--strategy %s is not known; take systematic, pct, pos or random",
                     strategy);
  if (args->operands_count != 0)
    return cli_usage(args, "%s: name the DLL with --dll", args->operand[0]);
  if (!cli_has(args, "samples") && args->values_count == 0)
    return cli_usage(args, "name a DLL with --dll, or take --samples");
  c->strategy = (uint8_t)s;
  c->preemptions = CR_SEARCH_UNBOUNDED;
  if (preemptions == NULL || strcmp(preemptions, "all") != 0)
    c->preemptions = (uint8_t)cli_number(args, "preemptions", 2, 0, 100);
  c->iterate = s == CR_STRATEGY_SYSTEMATIC;
  c->budget[CR_COST_TIMER] = (uint8_t)cli_number(args, "timers", 1, 0, 100);
  c->budget[CR_COST_FAULT] = (uint8_t)cli_number(args, "faults", 0, 0, 100);
  c->schedules = cli_number(args, "schedules", 100000, 1, UINT64_MAX / 2);
  c->seed = cli_number(args, "seed", 1, 0, UINT64_MAX / 2);
  h->options.strict = cli_has(args, "strict");
  h->options.findings_max = (unsigned)cli_number(args, "findings", 1, 1, CR_HUNT_KNOWN_MAX);
  h->ms_max = cli_duration_ms(args, "time", 0);
  return -1;
}

static cr_err plan_add(cli_hunt_plan *plan, const char *name, unsigned preemptions,
                       cr_errinfo *info) {
  if (plan->count == CLI_HUNT_SCENARIOS_MAX)
    return cr_fail(info, CR_ERR_INPUT, "--scenario: at most %d of them", CLI_HUNT_SCENARIOS_MAX);
  cr_scenario *s = &plan->scenario[plan->count];
  plan->preemptions[plan->count++] = (uint8_t)preemptions;
  cr_err err = cli_load_scenario(name, s, info);
  for (unsigned p = 0; err == CR_OK && p < CR_PART_COUNT; p++)
    if (s->part[p])
      err = cr_fail(info, CR_ERR_INPUT,
                    "scenario %s: the host does not play the part %s; take one without parts",
                    s->name, cr_part_name((cr_part)p));
  return err;
}

/* Without --scenario: one life is searched deep, several lives less so, and of two resources side
 * by side schedules are drawn. How deep was chosen such that a small DLL is through in a few
 * seconds. */
static cr_err default_plans(cli_hunting *h, cr_errinfo *info) {
  static const struct {
    uint8_t plan, preemptions;
    uint16_t samples;
    const char *name;
  } rows[] = {{0, 2, 0, "hunt-life"},   {0, 0, 0, "hunt-again"},   {0, 0, 0, "hunt-opener"},
              {0, 0, 500, "hunt-two"},  {0, 0, 0, "hunt-codes"},   {0, 0, 0, "hunt-control"},
              {1, 2, 0, "plain-life"},  {1, 0, 0, "plain-again"},  {1, 0, 500, "plain-two"},
              {1, 0, 0, "plain-codes"}, {1, 0, 0, "plain-control"}};
  bool own = cli_has(h->args, "preemptions") || cli_has(h->args, "strategy");
  cr_err err = CR_OK;
  for (size_t i = 0; err == CR_OK && i < CR_ARRAY_LEN(rows); i++) {
    cli_hunt_plan *plan = &h->plan[rows[i].plan];
    if (!own) plan->samples[plan->count] = rows[i].samples;
    err = plan_add(plan, rows[i].name, own ? h->options.config.preemptions : rows[i].preemptions,
                   info);
  }
  return err;
}

static cr_err load_scenarios(cli_hunting *h, cr_errinfo *info) {
  const char *given = cli_value(h->args, "scenario");
  if (given == NULL) return default_plans(h, info);
  char *list = cr_strdup(given);
  cr_err err = CR_OK;
  for (char *at = list; err == CR_OK && at != NULL;) {
    char *comma = strchr(at, ',');
    if (comma != NULL) *comma = '\0';
    err = plan_add(&h->plan[0], at, h->options.config.preemptions, info);
    at = comma == NULL ? NULL : comma + 1;
  }
  h->plan[1] = h->plan[0];
  free(list);
  return err;
}

static cli_hunt *hunt_add(cli_hunting *h, const char *dll) {
  h->hunt = cr_realloc(h->hunt, (h->hunts_count + 1) * sizeof *h->hunt);
  cli_hunt *one = &h->hunt[h->hunts_count++];
  memset(one, 0, sizeof *one);
  one->dll = cr_strdup(dll);
  return one;
}

/* samples.list beside the sample DLLs: NAME[@SCENARIO] EXPECTED WHAT..., `#` begins a comment. */
static cr_err add_samples(cli_hunting *h, cr_errinfo *info) {
  cr_buf path = {0}, text = {0};
  cr_err err = cli_find_dll("samples.list", &path, info);
  if (err == CR_OK) err = cr_file_read(path.data, SAMPLES_BYTES_MAX, &text, info);
  unsigned line = 0;
  for (char *at = text.data; err == CR_OK && at != NULL && *at != '\0';) {
    char *end = strchr(at, '\n'), name[64], expects[64];
    int what = 0;
    if (end != NULL) *end++ = '\0';
    line++;
    if (*at != '#' && *at != '\0') {
      if (sscanf(at, "%63s %63s %n", name, expects, &what) < 2 || what == 0) {
        err = cr_fail(info, CR_ERR_INPUT, "%s:%u: not NAME EXPECTED WHAT", path.data, line);
        break;
      }
      cr_buf dll = {0};
      char *in = strchr(name, '@');
      if (in != NULL) *in++ = '\0';
      char *slash = strrchr(path.data, '/');
      cr_buf_printf(&dll, "%.*s/%s.dll", (int)(slash - path.data), path.data, name);
      cli_hunt *one = hunt_add(h, dll.data);
      one->expects = cr_strdup(expects);
      if (in != NULL) one->in = cr_strdup(in);
      one->what = cr_strdup(at + what);
      cr_buf_free(&dll);
    }
    at = end;
  }
  cr_buf_free(&path);
  cr_buf_free(&text);
  return err;
}

cr_err cli_hunting_prepare(cli_hunting *h, cr_errinfo *info) {
  const char *folder = cli_value(h->args, "out");
  (void)cli_interrupted(); /* from here on Ctrl-C is taken note of */
  if (folder == NULL) folder = "clusrace-hunt";
  if (mkdir(folder, 0777) != 0 && errno != EEXIST) /* before anything is begun */
    return cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be made: %s", folder, strerror(errno));
  cr_err err = access(folder, W_OK) == 0
                   ? load_scenarios(h, info)
                   : cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be written to", folder);
  for (unsigned i = 0; i < h->args->values_count; i++) hunt_add(h, h->args->values[i]);
  if (err == CR_OK && cli_has(h->args, "samples")) err = add_samples(h, info);
  for (unsigned i = 0; err == CR_OK && i < h->hunts_count; i++) { /* before anything is begun */
    cr_host *host = NULL;
    cr_host_options options = {.dll = h->hunt[i].dll};
    err = cli_find_host(h->args, h->hunt[i].dll, &h->hunt[i].host, info);
    options.host = h->hunt[i].host.data;
    if (err == CR_OK) err = cr_host_new(&options, &host, info);
    if (err == CR_OK) h->hunt[i].subject = *cr_host_subject(host);
    cr_host_free(host);
  }
  return err;
}

/* ---- hunting --------------------------------------------------------------------------------- */

/* What the threads share: under `lock`. */
typedef struct crew {
  cli_hunting *h;
  pthread_mutex_t lock;
  unsigned next, done, workers;
  bool alone; /* one worker: whoever else hunts is not known */
  cli_progress progress;
  uint64_t schedules; /* of all, for the progress line */
  cr_err err;
  cr_errinfo info;
} crew;

typedef struct one_hunt {
  crew *crew;
  cli_hunt *hunt;
  uint64_t begun_ms, seen;
} one_hunt;

static bool in_time(const one_hunt *o) {
  uint64_t ms_max = o->crew->h->ms_max;
  return !cli_interrupted() && (ms_max == 0 || cli_now_ms() - o->begun_ms < ms_max);
}

static bool go_on(void *context, const cr_hunt_report *r) {
  one_hunt *o = context;
  crew *c = o->crew;
  pthread_mutex_lock(&c->lock);
  c->schedules += r->answer.stats.schedules - o->seen;
  o->seen = r->answer.stats.schedules;
  if (cli_progress_due(&c->progress)) {
    char line[200];
    snprintf(line, sizeof line,
             "clusrace: %u of %u DLLs, %llu schedules; %s, at most %u preemptions", c->done,
             c->h->hunts_count, (unsigned long long)c->schedules, o->hunt->subject.name,
             r->answer.stats.bound);
    cli_progress_show(&c->progress, line);
  }
  pthread_mutex_unlock(&c->lock);
  return in_time(o);
}

static bool minimise_on(void *context) { return in_time(context); }

/* Two that were told apart may have the same minimal form. */
static bool is_written(cli_hunt *one, const cr_buf *text) {
  uint64_t digest = cr_digest(text->data, text->len);
  for (unsigned i = 0; i < one->kept; i++)
    if (one->written[i] == digest) return true;
  one->written = cr_realloc(one->written, (one->kept + 1) * sizeof *one->written);
  one->written[one->kept] = digest;
  return false;
}

/* DIR/DLL-SCENARIO-FINDING.trace; another one than the others is counted. */
static cr_err keep_trace(const cli_hunting *h, cli_hunt *one, const cr_trace *trace,
                         cr_errinfo *info) {
  const char *folder = cli_value(h->args, "out");
  cr_buf path = {0}, text = {0};
  cr_trace_write(trace, &text);
  if (is_written(one, &text)) {
    cr_buf_free(&text);
    return CR_OK;
  }
  one->findings_count++;
  if (folder == NULL) folder = "clusrace-hunt";
  const cr_verdict *v = &trace->verdict;
  const char *kind = v->kind == CR_VERDICT_VIOLATES
                         ? cr_clause_row_of(v->clause)->id
                         : cr_verdict_kind_name((cr_verdict_kind)v->kind);
  size_t name = strlen(one->subject.name);
  if (name > 4 && one->subject.name[name - 4] == '.')
    name -= 4;
  else if (name > 3 && one->subject.name[name - 3] == '.')
    name -= 3;
  cr_buf_printf(&path, "%s/%.*s-%s-%s", folder, (int)name, one->subject.name, trace->scenario.name,
                kind);
  if (one->kept++ != 0) cr_buf_printf(&path, "-%u", one->kept);
  cr_buf_puts(&path, ".trace");
  cr_err err = cr_file_write(path.data, text.data, text.len, info);
  if (err == CR_OK && one->trace == NULL) one->trace = cr_strdup(path.data);
  cr_buf_free(&path);
  cr_buf_free(&text);
  return err;
}

static cr_err keep_finding(one_hunt *o, cr_host *host, const cr_trace *finding, cr_errinfo *info) {
  cli_hunt *one = o->hunt;
  cr_host_minimise_options options = {
      .strict = o->crew->h->options.strict, .go_on = minimise_on, .context = o};
  cr_host_minimised stats = {.found_steps = finding->steps_count};
  cr_trace minimal = {0};
  cr_errinfo ignored;
  cr_err err = CR_OK;
  /* It was confirmed, and is kept whatever becomes of this. */
  if (cli_has(o->crew->h->args, "as-found"))
    cr_trace_copy(&minimal, finding);
  else
    err = cr_host_minimise(host, finding, &options, &minimal, &stats, info);
  if (one->findings_count == 0) {
    one->first = minimal.verdict;
    one->found_steps = stats.found_steps;
    one->steps = minimal.steps_count;
    one->minimal = stats.minimal;
    snprintf(one->scenario, sizeof one->scenario, "%s", finding->scenario.name);
  }
  if (err == CR_OK && stats.stopped) one->bounded = true;
  cr_err kept = keep_trace(o->crew->h, one, &minimal, err == CR_OK ? info : &ignored);
  cr_trace_free(&minimal);
  return err == CR_OK ? kept : err;
}

static cr_err take(one_hunt *o, cr_host *host, const cr_hunt_report *r, bool sampled,
                   cr_errinfo *info) {
  cr_err err = CR_OK;
  cli_hunt *one = o->hunt;
  one->schedules += r->answer.stats.schedules;
  one->redundant += r->answer.stats.redundant;
  one->unconfirmed += r->unconfirmed;
  cr_clauses_merge(&one->warned, &r->answer.warned);
  one->lost += r->lost;
  if (!r->answer.exhausted && !sampled) one->bounded = true;
  if (r->refused[0] != '\0') snprintf(one->refused, sizeof one->refused, "%s", r->refused);
  if (r->answer.error[0] != '\0') snprintf(one->error, sizeof one->error, "%s", r->answer.error);
  for (unsigned i = 0; err == CR_OK && i < r->findings_count; i++)
    err = keep_finding(o, host, &r->finding[i], info);
  return err;
}

cr_err cli_uses_volume(cr_host *host, const cr_scenario *scenario, bool *uses, cr_errinfo *info) {
  static const cr_entry_point life[] = {CR_EP_STARTUP, CR_EP_OPEN, CR_EP_ONLINE};
  cr_trace guide = {0}, observed = {0};
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  cr_trace_init(&guide, scenario, &subject);
  for (size_t i = 0; i < CR_ARRAY_LEN(life); i++) {
    cr_event call = {
        .kind = CR_EV_CALL, .role = CR_ROLE_MONITOR, .handle = CR_NO_HANDLE, .value = life[i]};
    cr_trace_push(&guide, &call, 0);
  }
  /* A host of which nothing is heard, not even the first step, says nothing about the DLL: so it is
   * asked again, and after that taken to use one, which leaves room for both. */
  cr_err err = CR_OK;
  for (unsigned tries = 2; err == CR_OK && tries > 0; tries--) {
    err =
        cr_host_replay(host, &guide, CR_REPLAY_ONCE | CR_REPLAY_BREADCRUMBS, &observed, NULL, info);
    *uses = observed.verdict.kind == CR_VERDICT_HANGS && observed.steps_count == 0;
    if (!*uses) break;
  }
  for (size_t i = 0; i < observed.steps_count; i++) {
    uint8_t kind = observed.steps[i].event.kind;
    *uses = *uses || (kind >= CR_EV_OPENV && kind <= CR_EV_FLUSH);
  }
  cr_trace_free(&guide);
  cr_trace_free(&observed);
  return err;
}

static cr_err hunt_one(crew *c, cli_hunt *one, unsigned processor, cr_errinfo *info) {
  cli_hunting *h = c->h;
  one->begun = true;
  one_hunt context = {.crew = c, .hunt = one, .begun_ms = cli_now_ms()};
  cr_host_options options = {.host = one->host.data,
                             .dll = one->dll,
                             .type = cli_value(h->args, "type"),
                             .properties = cli_value(h->args, "properties"),
                             .heap_guard = cli_has(h->args, "heap-guard"),
                             .refuse_unseen = cli_has(h->args, "refuse-unseen"),
                             .interrupted = cli_interrupted,
                             .processor = processor,
                             .threads = cli_has(h->args, "fibres")          ? "--fibres"
                                        : cli_has(h->args, "fresh-threads") ? "--fresh-threads"
                                                                            : NULL};
  cr_hunt_options hunt = h->options;
  cr_host *host = NULL;
  hunt.go_on = go_on;
  hunt.context = &context;
  bool volume = true;
  cr_err err = cr_host_new(&options, &host, info);
  cli_hunt_plan own = {.count = 0};
  if (err == CR_OK && one->in != NULL)
    err = plan_add(&own, one->in, h->options.config.preemptions, info);
  else if (err == CR_OK && !cli_has(h->args, "scenario"))
    err = cli_uses_volume(host, &h->plan[0].scenario[0], &volume, info);
  if (host != NULL && cr_host_interrupted(host)) one->stopped = one->bounded = true;
  const cli_hunt_plan *plan = one->in != NULL ? &own : &h->plan[volume ? 0 : 1];
  for (unsigned i = 0; err == CR_OK && !one->stopped && i < plan->count; i++) {
    cr_hunt_report report;
    context.seen = 0;
    hunt.config = h->options.config;
    hunt.config.preemptions = plan->preemptions[i];
    if (!cli_has(h->args, "faults"))
      hunt.config.budget[CR_COST_FAULT] = plan->scenario[i].budget[CR_BUDGET_FAULT];
    if (plan->samples[i] != 0) {
      hunt.config.strategy = CR_STRATEGY_PCT;
      hunt.config.iterate = false;
      hunt.config.schedules = plan->samples[i];
    }
    err = cr_host_hunt(host, &plan->scenario[i], &hunt, &report, info);
    if (err == CR_OK) err = take(&context, host, &report, plan->samples[i] != 0, info);
    bool enough =
        one->findings_count >= hunt.findings_max || one->refused[0] != '\0' || report.interrupted;
    one->stopped = one->stopped || (report.interrupted && cli_interrupted());
    if (report.findings_count != 0 && hunt.findings_max > 1)
      one->bounded = true; /* each cuts its schedule */
    if (report.interrupted || (enough && i + 1 < plan->count)) one->bounded = true;
    cr_hunt_report_free(&report);
    if (enough) break;
  }
  if (host != NULL) {
    snprintf(one->unseen, sizeof one->unseen, "%.190s", cr_host_unseen(host));
    snprintf(one->remarks, sizeof one->remarks, "%.190s", cr_host_remarks(host));
  }
  cr_host_free(host);
  one->failed = err != CR_OK;
  one->exhausted = !one->bounded && !one->failed;
  one->ms = cli_now_ms() - context.begun_ms;
  return err;
}

static void *work(void *argument) {
  crew *c = argument;
  pthread_mutex_lock(&c->lock);
  unsigned worker = ++c->workers;
  pthread_mutex_unlock(&c->lock);
  for (;;) {
    pthread_mutex_lock(&c->lock);
    bool stop = c->err != CR_OK || c->next == c->h->hunts_count || cli_interrupted();
    cli_hunt *one = stop ? NULL : &c->h->hunt[c->next++];
    pthread_mutex_unlock(&c->lock);
    if (one == NULL) return NULL;
    cr_errinfo info;
    cr_err err = hunt_one(c, one, c->alone ? 0 : worker, &info);
    pthread_mutex_lock(&c->lock);
    c->done++;
    if (err != CR_OK && c->err == CR_OK) {
      c->err = err;
      c->info = info;
    }
    pthread_mutex_unlock(&c->lock);
  }
}

/* Each DLL is one thread's, and what comes out for it does not depend on the others. */
cr_err cli_hunting_run(cli_hunting *h, cr_errinfo *info) {
  crew c = {.h = h, .lock = PTHREAD_MUTEX_INITIALIZER};
  pthread_t thread[THREADS_MAX];
  unsigned wanted = cli_processors(THREADS_MAX);
  if (wanted > h->hunts_count) wanted = h->hunts_count;
  unsigned started = 0;
  c.alone = wanted < 2;
  cli_progress_begin(&c.progress);
  while (started + 1 < wanted && pthread_create(&thread[started], NULL, work, &c) == 0) started++;
  work(&c);
  for (unsigned i = 0; i < started; i++) pthread_join(thread[i], NULL);
  cli_progress_end(&c.progress);
  if (c.err != CR_OK) *info = c.info;
  return c.err;
}

/* ---- what came out --------------------------------------------------------------------------- */

static void outcome(const cli_hunt *one, cr_buf *out) {
  if (!one->begun)
    cr_buf_puts(out, "not-run");
  else if (one->refused[0] != '\0')
    cr_buf_puts(out, "refused");
  else if (one->error[0] != '\0')
    cr_buf_puts(out, "differs");
  else if (one->findings_count == 0 && one->failed)
    cr_buf_puts(out, "failed");
  else if (one->findings_count == 0 && one->stopped)
    cr_buf_puts(out, "stopped");
  else if (one->findings_count == 0 && one->unconfirmed != 0)
    cr_buf_puts(out, "unconfirmed");
  else if (one->findings_count == 0)
    cr_buf_puts(out, "conforms");
  else if (one->first.kind == CR_VERDICT_VIOLATES)
    cr_buf_puts(out, cr_clause_row_of(one->first.clause)->id);
  else
    cr_buf_puts(out, cr_verdict_kind_name((cr_verdict_kind)one->first.kind));
}

/* expects: one word, or several with `|` between them. */
static bool as_expected(const cli_hunt *one) {
  cr_buf got = {0};
  bool same = false;
  outcome(one, &got);
  for (const char *at = one->expects; at != NULL && *at != '\0' && !same;) {
    size_t n = strcspn(at, "|");
    same = n == got.len && memcmp(at, got.data, n) == 0;
    for (unsigned c = 0; c < CR_CLAUSE_COUNT && !same; c++) { /* a warning shows it as well */
      const char *id = cr_clause_row_of((cr_clause)c)->id;
      same =
          cr_clauses_has(&one->warned, (cr_clause)c) && strlen(id) == n && memcmp(at, id, n) == 0;
    }
    at += n + (at[n] == '|');
  }
  cr_buf_free(&got);
  return same;
}

static bool should_conform(const cli_hunt *one) {
  return one->expects != NULL && strcmp(one->expects, "conforms") == 0;
}

/* What was not run to its end says nothing. */
static bool judged(const cli_hunt *one) {
  return one->expects != NULL && one->begun &&
         ((!one->stopped && !one->failed) || one->findings_count != 0);
}

static bool missed(const cli_hunt *one) {
  return judged(one) && !should_conform(one) && !as_expected(one);
}

static bool false_alarm(const cli_hunt *one) {
  return judged(one) && should_conform(one) && !as_expected(one);
}

static json_t *row_json(const cli_hunt *one) {
  cr_buf got = {0}, verdict = {0};
  outcome(one, &got);
  if (one->findings_count != 0) cr_verdict_write(&one->first, &verdict);
  json_t *row = json_object();
  json_object_set_new(row, "dll", cli_json_string(one->subject.name));
  json_object_set_new(row, "outcome", cli_json_string(got.data));
  json_object_set_new(row, "schedules", json_integer((json_int_t)one->schedules));
  json_object_set_new(row, "redundant", json_integer((json_int_t)one->redundant));
  json_object_set_new(row, "ms", json_integer((json_int_t)one->ms));
  json_object_set_new(row, "exhausted", json_boolean(one->exhausted));
  json_object_set_new(row, "findings", json_integer(one->findings_count));
  json_object_set_new(row, "unconfirmed", json_integer(one->unconfirmed));
  json_object_set_new(row, "hosts_lost", json_integer(one->lost));
  if (one->findings_count != 0) {
    json_object_set_new(row, "verdict", cli_json_string(verdict.data));
    json_object_set_new(row, "scenario", cli_json_string(one->scenario));
    json_object_set_new(row, "steps_before", json_integer((json_int_t)one->found_steps));
    json_object_set_new(row, "steps", json_integer((json_int_t)one->steps));
    json_object_set_new(row, "minimal", json_boolean(one->minimal));
    if (one->trace != NULL) json_object_set_new(row, "trace", cli_json_string(one->trace));
  }
  json_t *warnings = json_array();
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++)
    if (cr_clauses_has(&one->warned, (cr_clause)c))
      json_array_append_new(warnings, json_string(cr_clause_row_of((cr_clause)c)->id));
  json_object_set_new(row, "warnings", warnings);
  if (one->refused[0] != '\0') json_object_set_new(row, "refused", cli_json_string(one->refused));
  if (one->error[0] != '\0') json_object_set_new(row, "differs", cli_json_string(one->error));
  if (one->unseen[0] != '\0')
    json_object_set_new(row, "not_simulated", cli_json_string(one->unseen));
  if (one->remarks[0] != '\0') json_object_set_new(row, "remarks", cli_json_string(one->remarks));
  if (one->expects != NULL) {
    json_object_set_new(row, "expected", cli_json_string(one->expects));
    json_object_set_new(row, "missed", json_boolean(missed(one)));
    json_object_set_new(row, "false_alarm", json_boolean(false_alarm(one)));
  }
  cr_buf_free(&got);
  cr_buf_free(&verdict);
  return row;
}

static void print_row(const cli_hunt *one) {
  cr_buf schedules = {0}, got = {0};
  cli_thousands(one->schedules, &schedules);
  outcome(one, &got);
  printf("%-22s %-14s %10s %8.1f  %-9s", one->subject.name, got.data, schedules.data,
         (double)one->ms / 1000,
         one->findings_count != 0 || one->refused[0] != '\0' ? "-"
         : one->exhausted                                    ? "exhausted"
                                                             : "bounded");
  if (judged(one))
    printf(" %s", as_expected(one) ? "as expected" : false_alarm(one) ? "FALSE ALARM" : "MISSED");
  printf("\n");
  cr_buf_free(&schedules);
  cr_buf_free(&got);
}

static void print_details(const cli_hunting *h, const cli_hunt *one) {
  bool only = h->hunts_count == 1;
  if (one->refused[0] != '\0' && one->expects == NULL)
    printf("  %s: refused: %s\n", one->subject.name, one->refused);
  if (one->error[0] != '\0')
    printf("  %s: does not repeat itself: %s\n", one->subject.name, one->error);
  if (one->unconfirmed != 0)
    printf("  %s: %u finding%s did not come again in a fresh process\n", one->subject.name,
           one->unconfirmed, one->unconfirmed == 1 ? "" : "s");
  if (one->unseen[0] != '\0') printf("  %s: not simulated: %s\n", one->subject.name, one->unseen);
  if (one->remarks[0] != '\0') printf("  %s: %s\n", one->subject.name, one->remarks);
  if (cr_clauses_any(&one->warned) && (only || one->expects == NULL || !as_expected(one))) {
    printf("  %s: warnings:", one->subject.name);
    for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++)
      if (cr_clauses_has(&one->warned, (cr_clause)c))
        printf(" %s", cr_clause_row_of((cr_clause)c)->id);
    printf("\n");
  }
  if (one->findings_count == 0 || (!only && one->expects != NULL && as_expected(one))) return;
  cr_buf verdict = {0};
  cr_verdict_write(&one->first, &verdict);
  printf("  %s: %s (scenario %s)%s\n", one->subject.name, verdict.data, one->scenario,
         one->minimal ? "" : ", perhaps not minimal");
  if (one->first.kind == CR_VERDICT_VIOLATES)
    printf("    %s\n", cr_clause_row_of(one->first.clause)->text);
  if (one->trace != NULL) printf("    clusrace replay %s --show\n", one->trace);
  cr_buf_free(&verdict);
}

void cli_hunting_show(const cli_hunting *h) {
  if (cli_has(h->args, "json")) {
    json_t *rows = json_array();
    for (unsigned i = 0; i < h->hunts_count; i++)
      json_array_append_new(rows, row_json(&h->hunt[i]));
    cli_json_print(rows);
    return;
  }
  printf("%-22s %-14s %10s %8s  %s\n", "DLL", "outcome", "schedules", "seconds", "space");
  for (unsigned i = 0; i < h->hunts_count; i++) print_row(&h->hunt[i]);
  for (unsigned i = 0; i < h->hunts_count; i++) print_details(h, &h->hunt[i]);
}

bool cli_hunting_known(const cli_hunting *h) {
  for (unsigned i = 0; i < h->hunts_count; i++)
    if (h->hunt[i].schedules != 0 || h->hunt[i].findings_count != 0) return true;
  return false;
}

int cli_hunting_status(const cli_hunting *h) {
  int status = CR_EXIT_OK;
  for (unsigned i = 0; i < h->hunts_count; i++) {
    const cli_hunt *one = &h->hunt[i];
    if (one->expects != NULL) {
      if (missed(one) || false_alarm(one)) return CR_EXIT_SAFETY;
      if (!judged(one)) status = CR_EXIT_BOUNDED;
      continue;
    }
    int own = one->findings_count != 0                           ? (int)cr_verdict_exit(&one->first)
              : one->refused[0] != '\0' || one->error[0] != '\0' ? CR_EXIT_NONDET
              : !one->exhausted                                  ? CR_EXIT_BOUNDED
                                                                 : CR_EXIT_OK;
    bool worse = status == CR_EXIT_OK || (status == CR_EXIT_BOUNDED && own != CR_EXIT_OK);
    if (worse) status = own;
  }
  return status;
}

void cli_hunting_free(cli_hunting *h) {
  for (unsigned i = 0; i < h->hunts_count; i++) {
    free(h->hunt[i].dll);
    cr_buf_free(&h->hunt[i].host);
    free(h->hunt[i].in);
    free(h->hunt[i].expects);
    free(h->hunt[i].what);
    free(h->hunt[i].trace);
    free(h->hunt[i].written);
  }
  free(h->hunt);
}

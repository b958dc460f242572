/* corpus_tend.c - `clusrace corpus prune|min|diff|gc`. */
#include "clusrace/corpus_tend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/fuzz.h"
#include "clusrace/minimise.h"
#include "corpus_verbs.h"
#include "json.h"
#include "progress.h"

typedef struct figure {
  const char *name;
  uint64_t value;
} figure;

static void print_numbers(const figure *numbers, size_t count) {
  json_t *root = json_object();
  for (size_t i = 0; i < count; i++)
    json_object_set_new(root, numbers[i].name, json_integer((json_int_t)numbers[i].value));
  cli_json_print(root);
}

/* ---- prune and gc -----------------------------------------------------------------------------
 */

cr_err cli_corpus_prune(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info) {
  cr_corpus_policy policy = cr_corpus_policy_default;
  cr_corpus_pruned pruned = {0};
  cr_corpus_totals totals = {0};
  cr_err err = CR_OK;
  (void)bad;
  if (cli_has(args, "keep")) err = cr_corpus_policy_parse(cli_value(args, "keep"), &policy, info);
  if (err == CR_OK) err = cr_corpus_prune(corpus, &policy, &pruned, info);
  if (err == CR_OK) err = cr_corpus_total(corpus, &totals, info);
  if (err != CR_OK) return err;
  const figure numbers[] = {{"interleavings", pruned.interleavings},
                            {"replays", pruned.replays},
                            {"runs", pruned.runs},
                            {"left", totals.interleavings},
                            {"findings", totals.findings}};
  if (cli_has(args, "json"))
    print_numbers(numbers, CR_ARRAY_LEN(numbers));
  else
    printf(
        "%s: %llu interleavings, %llu replays and %llu runs went; %llu interleavings stay, %llu "
        "findings among them\n",
        cli_corpus_path(args), (unsigned long long)pruned.interleavings,
        (unsigned long long)pruned.replays, (unsigned long long)pruned.runs,
        (unsigned long long)totals.interleavings, (unsigned long long)totals.findings);
  return CR_OK;
}

cr_err cli_corpus_gc(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info) {
  cr_corpus_collected c;
  (void)bad;
  cr_err err = cr_corpus_gc(corpus, &c, info);
  if (err != CR_OK) return err;
  const figure numbers[] = {{"scenarios", c.scenarios},
                            {"subjects", c.subjects},
                            {"bytes_before", c.bytes_before},
                            {"bytes", c.bytes_now}};
  if (cli_has(args, "json"))
    print_numbers(numbers, CR_ARRAY_LEN(numbers));
  else
    printf("%s: %llu scenarios and %llu subjects went; %llu bytes became %llu\n",
           cli_corpus_path(args), (unsigned long long)c.scenarios, (unsigned long long)c.subjects,
           (unsigned long long)c.bytes_before, (unsigned long long)c.bytes_now);
  return CR_OK;
}

/* ---- min --------------------------------------------------------------------------------------
 */

/* The model of the trace before is the model of the next one, most times. */
typedef struct lessening {
  cr_model *model;
  cr_trace again;
  cli_progress progress;
  uint64_t done;
} lessening;

static bool is_of_model(const cr_trace *trace) {
  return trace->subject.kind == CR_SUBJECT_REFERENCE || trace->subject.kind == CR_SUBJECT_MUTANT;
}

static void show_progress(lessening *l) {
  char line[64];
  l->done++;
  if (!cli_progress_due(&l->progress)) return;
  snprintf(line, sizeof line, "%llu interleavings", (unsigned long long)l->done);
  cli_progress_show(&l->progress, line);
}

/* A model that judges as the trace was judged: a violation's clause alone counts. */
static const cr_model *model_for(lessening *l, const cr_trace *trace) {
  cr_judge judge = {0};
  if (trace->verdict.kind == CR_VERDICT_VIOLATES)
    cr_clauses_add(&judge.only, trace->verdict.clause);
  const cr_model *m = l->model;
  if (m != NULL && cr_model_scenario(m)->digest == trace->scenario.digest &&
      cr_model_subject(m)->kind == trace->subject.kind &&
      cr_model_subject(m)->mutant == trace->subject.mutant &&
      memcmp(&cr_model_judge(m)->only, &judge.only, sizeof judge.only) == 0)
    return m;
  cr_model_free(l->model);
  return l->model = cr_model_new(&trace->scenario, &trace->subject, &judge);
}

static cr_err reduce(void *arg, const cr_trace *trace, cr_trace *form, cr_clauses *exercised,
                     cr_errinfo *info) {
  lessening *l = arg;
  cr_judgement covered;
  (void)info;
  show_progress(l);
  if (!is_of_model(trace)) return CR_OK;
  const cr_model *model = model_for(l, trace);
  cr_minimise(model, trace, form, NULL);
  cr_trace_rerun(model, form, &l->again, &covered);
  if (l->again.verdict.kind != trace->verdict.kind ||
      l->again.verdict.clause != trace->verdict.clause)
    cr_trace_clear(form); /* of another contract: it stays what it was */
  *exercised = covered.exercised;
  return CR_OK;
}

static void add_number(cr_buf *numbers, uint64_t kind, uint64_t number) {
  number = cr_digest_seeded(&number, sizeof number, kind);
  cr_buf_add(numbers, &number, sizeof number);
}

/* What an interleaving of the model reaches: clauses, and (abstract state, action) pairs; of a real
 * DLL, whose states nobody sees: clauses, and which event of whom came after which. */
static cr_err reaches(void *arg, const cr_trace *trace, cr_buf *numbers, cr_errinfo *info) {
  lessening *l = arg;
  cr_judgement judged;
  (void)info;
  show_progress(l);
  cr_trace_judge(trace, &judged);
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++)
    if (cr_clauses_has(&judged.exercised, (cr_clause)i)) add_number(numbers, 1, i);
  if (is_of_model(trace)) {
    const cr_model *model = model_for(l, trace);
    cr_world world;
    cr_actions enabled;
    cr_event event;
    cr_world_init(model, &world);
    for (size_t i = 0; i < trace->steps_count; i++) {
      cr_world_enabled(model, &world, &enabled);
      unsigned action = cr_action_of_step(model, &world, &enabled, &trace->steps[i]);
      if (action == CR_ACTIONS_MAX) break;
      (void)cr_world_step(model, &world, (cr_action)action, &event, NULL);
      add_number(numbers, 2, (uint64_t)cr_fuzz_abstract(model, &world) << 16 | action);
    }
    return CR_OK;
  }
  uint64_t before = 0;
  for (size_t i = 0; i < trace->steps_count; i++) {
    const cr_event *e = &trace->steps[i].event;
    if (!cr_event_row_of(e->kind)->visible) continue;
    uint64_t now = (uint64_t)e->kind << 16 | (uint64_t)e->role << 8 | e->who;
    add_number(numbers, 3, before << 32 | now);
    before = now;
  }
  return CR_OK;
}

cr_err cli_corpus_min(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info) {
  lessening l = {0};
  cr_corpus_lessened sum;
  const cr_corpus_least how = {.reduce = reduce, .reaches = reaches, .arg = &l};
  (void)bad;
  cli_progress_begin(&l.progress);
  cr_err err = cr_corpus_lessen(corpus, &how, &sum, info);
  cli_progress_end(&l.progress);
  cr_model_free(l.model);
  cr_trace_free(&l.again);
  if (err != CR_OK) return err;
  const figure numbers[] = {{"findings_before", sum.findings}, {"findings", sum.findings_left},
                            {"steps_before", sum.steps},       {"steps", sum.steps_left},
                            {"clean_before", sum.clean},       {"clean", sum.clean_left}};
  if (cli_has(args, "json"))
    print_numbers(numbers, CR_ARRAY_LEN(numbers));
  else
    printf(
        "%s: %llu interleavings that are findings, of %llu steps, became %llu of %llu steps; %llu "
        "clean ones became %llu that reach as much\n",
        cli_corpus_path(args), (unsigned long long)sum.findings, (unsigned long long)sum.steps,
        (unsigned long long)sum.findings_left, (unsigned long long)sum.steps_left,
        (unsigned long long)sum.clean, (unsigned long long)sum.clean_left);
  return CR_OK;
}

/* ---- diff -------------------------------------------------------------------------------------
 */

typedef struct differing {
  json_t *rows[4]; /* by side; NULL: text */
  uint64_t count;
} differing;

static cr_err show_difference(void *arg, cr_corpus_side side, const cr_corpus_item *item,
                              cr_errinfo *info) {
  static const char signs[] = {' ', '-', '+', '~'};
  differing *d = arg;
  (void)info;
  d->count++;
  if (d->rows[side] != NULL)
    json_array_append_new(d->rows[side], cli_corpus_row(item));
  else
    printf("%c %-12s %5u  %-12s %-15s %-16s %s\n", signs[side], item->id, item->steps,
           cr_verdict_kind_name(item->verdict), item->clause[0] == '\0' ? "-" : item->clause,
           item->scenario, item->subject);
  return CR_OK;
}

cr_err cli_corpus_diff(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info) {
  differing d = {.count = 0};
  cr_corpus *other;
  cr_err err = cr_corpus_open(args->operand[1], CR_CORPUS_READ, &other, info);
  if (err != CR_OK) return err;
  bool json = cli_has(args, "json");
  for (unsigned i = CR_CORPUS_ONLY_FIRST; json && i <= CR_CORPUS_CHANGED; i++)
    d.rows[i] = json_array();
  err = cr_corpus_diff(corpus, other, show_difference, &d, info);
  cr_corpus_close(other);
  if (json) {
    json_t *root =
        json_pack("{s:o, s:o, s:o}", "only_first", d.rows[CR_CORPUS_ONLY_FIRST], "only_second",
                  d.rows[CR_CORPUS_ONLY_SECOND], "changed", d.rows[CR_CORPUS_CHANGED]);
    if (err == CR_OK)
      cli_json_print(root);
    else
      json_decref(root);
  }
  *bad = d.count;
  return err;
}

/* corpus_carry.c - `clusrace corpus export|import|merge`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/corpus_carry.h"
#include "clusrace/fuzz.h"
#include "corpus_verbs.h"
#include "json.h"

static void say_refused(void *arg, const char *line) {
  (void)arg;
  fprintf(stderr, "clusrace: %s\n", line);
}

/* A trace of the model must still give its verdict; one of a real DLL is taken as it is, and judged
 * for the clauses that it exercises, which no file carries. */
static cr_err accept(void *arg, const cr_trace *trace, cr_clauses *exercised, cr_errinfo *reason) {
  (void)arg;
  cr_judgement covered;
  if (trace->subject.kind != CR_SUBJECT_REFERENCE && trace->subject.kind != CR_SUBJECT_MUTANT) {
    cr_trace_judge(trace, &covered);
    *exercised = covered.exercised;
    return CR_OK;
  }
  cr_judge judge = {0};
  if (trace->verdict.kind == CR_VERDICT_VIOLATES)
    cr_clauses_add(&judge.only, trace->verdict.clause);
  cr_model *model = cr_model_new(&trace->scenario, &trace->subject, &judge);
  cr_trace again = {0};
  cr_trace_rerun(model, trace, &again, &covered);
  cr_err err = CR_OK;
  if (again.verdict.kind != trace->verdict.kind || again.verdict.clause != trace->verdict.clause) {
    cr_buf text = {0};
    cr_verdict_write(&again.verdict, &text);
    err = cr_fail(reason, CR_ERR_INPUT, "run again it gives another verdict: %s", text.data);
    cr_buf_free(&text);
  }
  *exercised = covered.exercised;
  cr_trace_free(&again);
  cr_model_free(model);
  return err;
}

/* The model of inputs: bytes do not say it themselves. */
static cr_err inputs_model(const cli_args *args, cr_model **model, cr_errinfo *info) {
  cr_scenario scenario;
  cr_subject subject;
  const char *name = cli_value(args, "scenario");
  if (name == NULL)
    return cr_fail(info, CR_ERR_INPUT,
                   "--inputs needs --scenario NAME: the same bytes mean something else in another "
                   "scenario");
  cr_err err = cli_load_scenario(name, &scenario, info);
  if (err == CR_OK) err = cli_subject(cli_value(args, "mutant"), &subject, info);
  if (err == CR_OK) *model = cr_model_new(&scenario, &subject, NULL);
  return err;
}

static void say_taken(const char *from, const cr_corpus_taken *taken, json_t *rows) {
  if (rows == NULL)
    printf("%s: %llu new, %llu replaced, %llu known, %llu refused\n", from,
           (unsigned long long)taken->puts.inserted, (unsigned long long)taken->puts.replaced,
           (unsigned long long)taken->puts.known, (unsigned long long)taken->refused);
  else
    json_array_append_new(
        rows,
        json_pack("{s:o, s:I, s:I, s:I, s:I}", "from", cli_json_string(from), "new",
                  (json_int_t)taken->puts.inserted, "replaced", (json_int_t)taken->puts.replaced,
                  "known", (json_int_t)taken->puts.known, "refused", (json_int_t)taken->refused));
}

/* One operand, whatever it is. */
static cr_err take_one(cr_corpus *corpus, const char *from, bool merge, const cr_model *model,
                       cr_corpus_taken *taken, cr_errinfo *info) {
  static const cr_corpus_intake intake = {.accept = accept, .refused = say_refused};
  if (model != NULL)
    return cr_corpus_import_inputs(corpus, from, model, CR_FUZZ_STEPS_DEFAULT, taken, info);
  if (cr_corpus_is_bundle(from)) return cr_corpus_unbundle(corpus, from, &intake, taken, info);
  return merge ? cr_corpus_merge(corpus, from, &intake, taken, info)
               : cr_corpus_import(corpus, from, &intake, taken, info);
}

static cr_err take_in(const cli_args *args, cr_corpus *corpus, bool merge, uint64_t *refused,
                      cr_errinfo *info) {
  cr_model *model = NULL;
  cr_err err = CR_OK;
  if (!merge && cli_has(args, "inputs")) err = inputs_model(args, &model, info);
  if (err != CR_OK) return err;
  json_t *rows = cli_has(args, "json") ? json_array() : NULL;
  for (unsigned i = 1; err == CR_OK && i < args->operands_count; i++) {
    cr_corpus_taken taken = {.read = 0};
    err = take_one(corpus, args->operand[i], merge, model, &taken, info);
    *refused += taken.refused;
    if (err == CR_OK) say_taken(args->operand[i], &taken, rows);
  }
  if (err == CR_OK && rows != NULL)
    cli_json_print(rows);
  else
    json_decref(rows);
  cr_model_free(model);
  return err;
}

cr_err cli_corpus_import(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info) {
  return take_in(args, corpus, false, bad, info);
}

cr_err cli_corpus_merge(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info) {
  return take_in(args, corpus, true, bad, info);
}

static bool ends_in(const char *text, const char *end) {
  size_t n = strlen(text), m = strlen(end);
  return n > m && strcmp(text + n - m, end) == 0;
}

static cr_err export_bundle(const cli_args *args, cr_corpus *corpus, const char *to,
                            cr_errinfo *info) {
  cr_corpus_filter filter = cli_corpus_filter(args);
  cr_corpus_packed packed;
  cr_err err = cr_corpus_bundle(corpus, &filter, to, &packed, info);
  if (err != CR_OK) return err;
  if (cli_has(args, "json"))
    cli_json_print(json_pack("{s:o, s:I, s:I, s:I, s:I}", "to", cli_json_string(to), "traces",
                             (json_int_t)packed.traces, "replays", (json_int_t)packed.replays,
                             "bytes", (json_int_t)packed.bytes, "packed",
                             (json_int_t)packed.packed_bytes));
  else
    printf("%llu traces and %llu replays in %s, %llu bytes as %llu\n",
           (unsigned long long)packed.traces, (unsigned long long)packed.replays, to,
           (unsigned long long)packed.bytes, (unsigned long long)packed.packed_bytes);
  return CR_OK;
}

cr_err cli_corpus_export(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info) {
  cr_corpus_filter filter = cli_corpus_filter(args);
  const char *to = args->operand[1];
  bool inputs = cli_has(args, "inputs");
  uint64_t files = 0;
  (void)bad;
  if (!inputs && ends_in(to, ".zst")) return export_bundle(args, corpus, to, info);
  cr_err err = inputs ? cr_corpus_export_inputs(corpus, &filter, to, &files, info)
                      : cr_corpus_export(corpus, &filter, to, &files, info);
  if (err != CR_OK) return err;
  if (cli_has(args, "json"))
    cli_json_print(json_pack("{s:o, s:I}", "to", cli_json_string(to), inputs ? "inputs" : "traces",
                             (json_int_t)files));
  else
    printf("%llu %s in %s\n", (unsigned long long)files, inputs ? "inputs" : "traces", to);
  return CR_OK;
}

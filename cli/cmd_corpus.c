/* cmd_corpus.c - `clusrace corpus`: the store of interleavings from the command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "clusrace/corpus.h"
#include "json.h"

static const cli_flag flags[] = {
    {"store", "FILE", "the database (default clusrace.db)"},
    {"scenario", "NAME", "only interleavings of this scenario"},
    {"subject", "TEXT", "only of this subject (\"pe\", \"reference\", a DLL's name, ...)"},
    {"clause", "CLAUSE", "only violations of this clause"},
    {"findings", NULL, "only findings"},
    {"limit", "N", "at most N rows"},
    {"json", NULL, "print as JSON (docs/json.md); not for show, check and export"},
    {NULL, NULL, NULL}};

static const char *store_path(const cli_args *args) {
  const char *given = cli_value(args, "store");
  return given == NULL ? "clusrace.db" : given;
}

static cr_corpus_filter filter_of(const cli_args *args) {
  return (cr_corpus_filter){.scenario = cli_value(args, "scenario"),
                            .subject = cli_value(args, "subject"),
                            .clause = cli_value(args, "clause"),
                            .findings = cli_has(args, "findings"),
                            .limit = cli_number(args, "limit", 0, 1, UINT32_MAX)};
}

/* ---- ls -------------------------------------------------------------------------------------- */

typedef struct listing {
  json_t *rows;
  uint64_t count;
} listing;

static cr_err list_row(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  listing *l = arg;
  (void)info;
  l->count++;
  if (l->rows != NULL) {
    json_array_append_new(
        l->rows,
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "id", item->id, "scenario",
                  item->scenario, "subject", item->subject, "engine", cr_engine_name(item->engine),
                  "verdict", cr_verdict_kind_name(item->verdict), "clause", item->clause, "steps",
                  (json_int_t)item->steps, "replays", (json_int_t)item->replays));
    return CR_OK;
  }
  printf("%-12s %5u  %-12s %-15s %-10s %-16s %s\n", item->id, item->steps,
         cr_verdict_kind_name(item->verdict), item->clause[0] == '\0' ? "-" : item->clause,
         cr_engine_name(item->engine), item->scenario, item->subject);
  return CR_OK;
}

static cr_err list(const cli_args *args, cr_corpus *corpus, cr_errinfo *info) {
  cr_corpus_filter filter = filter_of(args);
  listing l = {.rows = cli_has(args, "json") ? json_array() : NULL};
  if (l.rows == NULL)
    printf("%-12s %5s  %-12s %-15s %-10s %-16s %s\n", "id", "steps", "verdict", "clause", "engine",
           "scenario", "subject");
  cr_err err = cr_corpus_each(corpus, &filter, list_row, &l, info);
  if (l.rows != NULL) cli_json_print(l.rows);
  return err;
}

/* ---- show, import, export, merge ------------------------------------------------------------- */

static cr_err show(const cli_args *args, cr_corpus *corpus, cr_errinfo *info) {
  for (unsigned i = 1; i < args->operands_count; i++) {
    cr_trace trace = {0};
    cr_buf text = {0};
    cr_err err = cr_corpus_get(corpus, args->operand[i], &trace, info);
    if (err == CR_OK) {
      cr_trace_write(&trace, &text);
      err = cli_write(NULL, &text, info);
    }
    cr_buf_free(&text);
    cr_trace_free(&trace);
    if (err != CR_OK) return err;
  }
  return CR_OK;
}

static void say_refused(void *arg, const char *line) {
  (void)arg;
  fprintf(stderr, "clusrace: %s\n", line);
}

/* A trace of the model must still give its verdict; one of a real DLL is taken as it is. */
static cr_err accept(void *arg, const cr_trace *trace, cr_clauses *exercised, cr_errinfo *reason) {
  (void)arg;
  if (trace->subject.kind != CR_SUBJECT_REFERENCE && trace->subject.kind != CR_SUBJECT_MUTANT)
    return CR_OK;
  cr_judge judge = {0};
  if (trace->verdict.kind == CR_VERDICT_VIOLATES)
    cr_clauses_add(&judge.only, trace->verdict.clause);
  cr_model *model = cr_model_new(&trace->scenario, &trace->subject, &judge);
  cr_trace again = {0};
  cr_judgement covered;
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

static cr_err take_in(const cli_args *args, cr_corpus *corpus, bool merge, uint64_t *refused,
                      cr_errinfo *info) {
  cr_corpus_intake intake = {.accept = accept, .refused = say_refused};
  json_t *rows = json_array();
  cr_err err = CR_OK;
  for (unsigned i = 1; err == CR_OK && i < args->operands_count; i++) {
    cr_corpus_taken taken = {.read = 0};
    err = merge ? cr_corpus_merge(corpus, args->operand[i], &intake, &taken, info)
                : cr_corpus_import(corpus, args->operand[i], &intake, &taken, info);
    if (err != CR_OK) break;
    *refused += taken.refused;
    json_array_append_new(
        rows,
        json_pack("{s:s, s:I, s:I, s:I, s:I}", "from", args->operand[i], "new",
                  (json_int_t)taken.puts.inserted, "replaced", (json_int_t)taken.puts.replaced,
                  "known", (json_int_t)taken.puts.known, "refused", (json_int_t)taken.refused));
    if (!cli_has(args, "json"))
      printf("%s: %llu new, %llu replaced, %llu known, %llu refused\n", args->operand[i],
             (unsigned long long)taken.puts.inserted, (unsigned long long)taken.puts.replaced,
             (unsigned long long)taken.puts.known, (unsigned long long)taken.refused);
  }
  if (err == CR_OK && cli_has(args, "json"))
    cli_json_print(rows);
  else
    json_decref(rows);
  return err;
}

static cr_err export_to(const cli_args *args, cr_corpus *corpus, cr_errinfo *info) {
  cr_corpus_filter filter = filter_of(args);
  uint64_t files = 0;
  cr_err err = cr_corpus_export(corpus, &filter, args->operand[1], &files, info);
  if (err == CR_OK) printf("%llu traces in %s\n", (unsigned long long)files, args->operand[1]);
  return err;
}

/* ---- stats and check ------------------------------------------------------------------------- */

typedef struct counting {
  json_t *object;
} counting;

static cr_err count_row(void *arg, const char *key, uint64_t count, cr_errinfo *info) {
  counting *c = arg;
  (void)info;
  if (c->object != NULL)
    json_object_set_new(c->object, key, json_integer((json_int_t)count));
  else
    printf("  %8llu  %s\n", (unsigned long long)count, key);
  return CR_OK;
}

static cr_err stats(const cli_args *args, cr_corpus *corpus, cr_errinfo *info) {
  static const struct {
    cr_corpus_key key;
    const char *name, *title;
  } keys[] = {{CR_CORPUS_BY_SCENARIO, "scenarios", "by scenario"},
              {CR_CORPUS_BY_SUBJECT, "subjects", "by subject"},
              {CR_CORPUS_BY_ENGINE, "engines", "by engine"},
              {CR_CORPUS_BY_VERDICT, "verdicts", "by verdict"},
              {CR_CORPUS_BY_CLAUSE, "violated", "violated clauses"},
              {CR_CORPUS_BY_EXERCISED, "exercised", "exercised clauses"}};
  bool json = cli_has(args, "json");
  cr_corpus_totals totals;
  cr_err err = cr_corpus_total(corpus, &totals, info);
  if (err != CR_OK) return err;
  json_t *root = json ? json_object() : NULL;
  const struct {
    const char *name;
    uint64_t value;
  } numbers[] = {{"interleavings", totals.interleavings},
                 {"findings", totals.findings},
                 {"scenarios", totals.scenarios},
                 {"subjects", totals.subjects},
                 {"runs", totals.runs},
                 {"replays", totals.replays},
                 {"stale", totals.stale}};
  for (size_t i = 0; i < CR_ARRAY_LEN(numbers); i++) {
    if (json)
      json_object_set_new(root, numbers[i].name, json_integer((json_int_t)numbers[i].value));
    else
      printf("%10llu  %s\n", (unsigned long long)numbers[i].value, numbers[i].name);
  }
  for (size_t i = 0; err == CR_OK && i < CR_ARRAY_LEN(keys); i++) {
    counting c = {json ? json_object() : NULL};
    if (!json) printf("%s\n", keys[i].title);
    err = cr_corpus_count(corpus, keys[i].key, count_row, &c, info);
    if (json) {
      char name[32];
      snprintf(name, sizeof name, "by_%s", keys[i].name);
      json_object_set_new(root, name, c.object);
    }
  }
  if (json && err == CR_OK)
    cli_json_print(root);
  else
    json_decref(root);
  return err;
}

static void say_problem(void *arg, const char *line) {
  (void)arg;
  printf("%s\n", line);
}

/* ---- the subcommand -------------------------------------------------------------------------- */

typedef struct action {
  const char *name;
  cr_corpus_mode mode;
  unsigned least, most; /* operands after the name */
  const char *operands;
} action;

static const action actions[] = {{"ls", CR_CORPUS_READ, 0, 0, ""},
                                 {"show", CR_CORPUS_READ, 1, UINT32_MAX, "ID..."},
                                 {"stats", CR_CORPUS_READ, 0, 0, ""},
                                 {"check", CR_CORPUS_READ, 0, 0, ""},
                                 {"import", CR_CORPUS_CREATE, 1, UINT32_MAX, "FILE|FOLDER..."},
                                 {"export", CR_CORPUS_READ, 1, 1, "FOLDER"},
                                 {"merge", CR_CORPUS_CREATE, 1, UINT32_MAX, "DATABASE..."}};

static int run_action(const cli_args *args, const action *a, cr_corpus *corpus) {
  cr_errinfo info;
  uint64_t bad = 0;
  cr_err err = CR_OK;
  switch (a - actions) {
    case 0: err = list(args, corpus, &info); break;
    case 1: err = show(args, corpus, &info); break;
    case 2: err = stats(args, corpus, &info); break;
    case 3:
      err = cr_corpus_check(corpus, say_problem, NULL, &bad, &info);
      if (err == CR_OK && bad == 0) printf("%s: sound\n", store_path(args));
      break;
    case 4: err = take_in(args, corpus, false, &bad, &info); break;
    case 5: err = export_to(args, corpus, &info); break;
    default: err = take_in(args, corpus, true, &bad, &info);
  }
  if (err != CR_OK) return cli_error(err, &info);
  return bad == 0 ? CR_EXIT_OK : CR_EXIT_INPUT;
}

static int corpus(const cli_args *args) {
  const char *clause = cli_value(args, "clause");
  if (clause != NULL && cr_clause_by_id(clause) == CR_CLAUSE_COUNT)
    return cli_fail(CR_EXIT_INPUT, "there is no clause \"%s\"; see `clusrace explain --list`",
                    clause);
  if (args->operands_count == 0)
    return cli_usage(args, "expected ls, show, stats, check, import, export or merge");
  for (size_t i = 0; i < CR_ARRAY_LEN(actions); i++) {
    const action *a = &actions[i];
    if (strcmp(a->name, args->operand[0]) != 0) continue;
    unsigned given = args->operands_count - 1;
    if (given < a->least || given > a->most)
      return cli_usage(args, "expected `clusrace corpus %s %s`", a->name, a->operands);
    cr_corpus *store;
    cr_errinfo info;
    cr_err err = cr_corpus_open(store_path(args), a->mode, &store, &info);
    if (err != CR_OK) return cli_error(err, &info);
    int status = run_action(args, a, store);
    cr_corpus_close(store);
    return status;
  }
  return cli_usage(args, "there is no `clusrace corpus %s`", args->operand[0]);
}

const cli_command cli_command_corpus = {
    .name = "corpus",
    .summary = "list, show, check, import and export stored interleavings",
    .usage = "clusrace corpus ls|show ID|stats|check|import FILE|export FOLDER|merge DB [FLAGS]",
    .details =
        "Equal content is listed and exported in equal order and bytes, whoever stored it first.\n"
        "import runs traces of the model once more and refuses those whose verdict has changed.\n",
    .flags = flags,
    .examples =
        "  clusrace corpus ls --store clusrace.db --findings\n"
        "  clusrace corpus show 3f2a91c04d7e --store clusrace.db > found.trace\n"
        "  clusrace corpus import traces/ --store clusrace.db\n"
        "  clusrace corpus check --store clusrace.db\n",
    .run = corpus};

/* cmd_corpus.c - `clusrace corpus`: the store of interleavings from the command line. What it shows
 * is here; the rest, in corpus_carry.c, corpus_new.c and corpus_tend.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "clusrace/corpus_tend.h"
#include "corpus_verbs.h"
#include "json.h"

static const cli_flag flags[] = {
    {"store", "FILE", "the database (default clusrace.db)"},
    {"scenario", "NAME", "ls, export, new: only this scenario's; import --inputs: theirs"},
    {"subject", "TEXT",
     "ls, export, new: only this subject's (\"pe\", \"reference\", a DLL's name, ...)"},
    {"clause", "CLAUSE", "ls, export, new: only violations of this clause"},
    {"findings", NULL, "export: only findings; ls: one row for each, with how many show it"},
    {"limit", "N", "ls, export: at most N rows"},
    {"inputs", NULL, "import, export: the folders of libFuzzer and AFL++ instead of traces"},
    {"mutant", "NAME", "import --inputs: they are of this mutant instead of the reference"},
    {"keep", "RULES", "prune: what stays, like findings=3,sample=1000 (docs/corpus.md)"},
    {"json", NULL, "print as JSON (docs/json.md); not for show and check"},
    {NULL, NULL, NULL}};

const char *cli_corpus_path(const cli_args *args) {
  const char *given = cli_value(args, "store");
  return given == NULL ? "clusrace.db" : given;
}

cr_corpus_filter cli_corpus_filter(const cli_args *args) {
  return (cr_corpus_filter){.scenario = cli_value(args, "scenario"),
                            .subject = cli_value(args, "subject"),
                            .clause = cli_value(args, "clause"),
                            .findings = cli_has(args, "findings"),
                            .limit = cli_number(args, "limit", 0, 1, UINT32_MAX)};
}

/* ---- ls -------------------------------------------------------------------------------------- */

typedef struct listing {
  json_t *rows;  /* NULL: text */
  uint64_t same; /* interleavings that show the finding; 0: the rows are interleavings */
} listing;

json_t *cli_corpus_row(const cr_corpus_item *item) {
  return json_pack("{s:s, s:o, s:o, s:s, s:s, s:o, s:I, s:I}", "id", item->id, "scenario",
                   cli_json_string(item->scenario), "subject", cli_json_string(item->subject),
                   "engine", cr_engine_name(item->engine), "verdict",
                   cr_verdict_kind_name(item->verdict), "clause", cli_json_string(item->clause),
                   "steps", (json_int_t)item->steps, "replays", (json_int_t)item->replays);
}

static cr_err list_row(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  listing *l = arg;
  (void)info;
  if (l->rows != NULL) {
    json_t *row = cli_corpus_row(item);
    if (l->same != 0) json_object_set_new(row, "interleavings", json_integer((json_int_t)l->same));
    json_array_append_new(l->rows, row);
    return CR_OK;
  }
  printf("%-12s %5u  ", item->id, item->steps);
  if (l->same != 0) printf("%5llu  ", (unsigned long long)l->same);
  printf("%-12s %-15s %-10s %-16s %s\n", cr_verdict_kind_name(item->verdict),
         item->clause[0] == '\0' ? "-" : item->clause, cr_engine_name(item->engine), item->scenario,
         item->subject);
  return CR_OK;
}

static cr_err list_finding(void *arg, const cr_corpus_finding *finding, cr_errinfo *info) {
  listing *l = arg;
  l->same = finding->interleavings;
  return list_row(l, finding->shortest, info);
}

static cr_err list(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info) {
  cr_corpus_filter filter = cli_corpus_filter(args);
  listing l = {.rows = cli_has(args, "json") ? json_array() : NULL};
  (void)bad;
  if (l.rows == NULL)
    printf("%-12s %5s  %s%-12s %-15s %-10s %-16s %s\n", "id", "steps",
           filter.findings ? " same  " : "", "verdict", "clause", "engine", "scenario", "subject");
  cr_err err = filter.findings ? cr_corpus_each_finding(corpus, &filter, list_finding, &l, info)
                               : cr_corpus_each(corpus, &filter, list_row, &l, info);
  if (l.rows != NULL && err == CR_OK)
    cli_json_print(l.rows);
  else
    json_decref(l.rows);
  return err;
}

/* ---- show ------------------------------------------------------------------------------------ */

static cr_err show(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info) {
  (void)bad;
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

/* ---- stats and check ------------------------------------------------------------------------- */

typedef struct counting {
  json_t *object;
} counting;

/* Keys that differ only in bytes that are no UTF-8 are counted together. */
static void add_count(json_t *object, const char *key, uint64_t count) {
  json_t *text = cli_json_string(key);
  json_int_t before = json_integer_value(json_object_get(object, json_string_value(text)));
  json_object_set_new(object, json_string_value(text), json_integer(before + (json_int_t)count));
  json_decref(text);
}

static cr_err count_row(void *arg, const char *key, uint64_t count, cr_errinfo *info) {
  counting *c = arg;
  (void)info;
  if (c->object != NULL)
    add_count(c->object, key, count);
  else
    printf("  %8llu  %s\n", (unsigned long long)count, key);
  return CR_OK;
}

static cr_err stats(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info) {
  (void)bad;
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

static cr_err check(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info) {
  cr_err err = cr_corpus_check(corpus, say_problem, NULL, bad, info);
  if (err == CR_OK && *bad == 0) printf("%s: sound\n", cli_corpus_path(args));
  return err;
}

/* ---- the subcommand -------------------------------------------------------------------------- */

typedef struct verb {
  const char *name;
  cr_corpus_mode mode;
  unsigned least, most; /* operands after the name */
  cr_exit bad_exit;     /* when it is done and counted something bad */
  const char *operands;
  const char *flags; /* that it takes beside --store, with a space behind each */
  cr_err (*run)(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info);
} verb;

#define CHOOSING "scenario subject clause "

static const verb verbs[] = {
    {"ls", CR_CORPUS_READ, 0, 0, CR_EXIT_OK, "", CHOOSING "findings limit json ", list},
    {"show", CR_CORPUS_READ, 1, UINT32_MAX, CR_EXIT_OK, "ID...", "", show},
    {"export", CR_CORPUS_READ, 1, 1, CR_EXIT_OK, "FOLDER|FILE.zst",
     CHOOSING "findings limit inputs json ", cli_corpus_export},
    {"import", CR_CORPUS_CREATE, 1, UINT32_MAX, CR_EXIT_INPUT, "FILE|FOLDER...",
     "inputs scenario mutant json ", cli_corpus_import},
    {"merge", CR_CORPUS_CREATE, 1, UINT32_MAX, CR_EXIT_INPUT, "DATABASE|FILE.zst...", "json ",
     cli_corpus_merge},
    {"prune", CR_CORPUS_WRITE, 0, 0, CR_EXIT_OK, "", "keep json ", cli_corpus_prune},
    {"min", CR_CORPUS_WRITE, 0, 0, CR_EXIT_OK, "", "json ", cli_corpus_min},
    {"stats", CR_CORPUS_READ, 0, 0, CR_EXIT_OK, "", "json ", stats},
    {"check", CR_CORPUS_READ, 0, 0, CR_EXIT_INPUT, "", "", check},
    {"diff", CR_CORPUS_READ, 1, 1, CR_EXIT_NONDET, "DATABASE", "json ", cli_corpus_diff},
    {"new", CR_CORPUS_READ, 0, UINT32_MAX, CR_EXIT_SAFETY, "DATABASE...", CHOOSING "json ",
     cli_corpus_new},
    {"gc", CR_CORPUS_WRITE, 0, 0, CR_EXIT_OK, "", "json ", cli_corpus_gc}};

static bool takes(const verb *v, const char *flag) {
  size_t n = strlen(flag);
  if (strcmp(flag, "store") == 0) return true;
  for (const char *p = v->flags; *p != '\0'; p += strcspn(p, " ") + 1)
    if (strcspn(p, " ") == n && memcmp(p, flag, n) == 0) return true;
  return false;
}

/* A flag that a verb would pass over may be meant to hold it back: `prune --scenario X`. */
static int check_flags(const cli_args *args, const verb *v) {
  for (const cli_flag *flag = flags; flag->name != NULL; flag++) {
    if (!cli_has(args, flag->name) || takes(v, flag->name)) continue;
    cr_buf others = {0};
    for (size_t i = 0; i < CR_ARRAY_LEN(verbs); i++)
      if (takes(&verbs[i], flag->name))
        cr_buf_printf(&others, "%s%s", others.len == 0 ? "" : ", ", verbs[i].name);
    int status = cli_usage(args, "`clusrace corpus %s` does not take --%s; these do: %s", v->name,
                           flag->name, others.data);
    cr_buf_free(&others);
    return status;
  }
  if (strcmp(v->name, "import") == 0 && !cli_has(args, "inputs") &&
      (cli_has(args, "scenario") || cli_has(args, "mutant")))
    return cli_usage(args, "--%s goes with `clusrace corpus import --inputs`",
                     cli_has(args, "scenario") ? "scenario" : "mutant");
  return CR_EXIT_OK;
}

static int run_verb(const cli_args *args, const verb *v) {
  const char *clause = cli_value(args, "clause");
  if (clause != NULL && cr_clause_by_id(clause) == CR_CLAUSE_COUNT)
    return cli_fail(CR_EXIT_INPUT, "there is no clause \"%s\"; see `clusrace explain --list`",
                    clause);
  cr_corpus *store;
  cr_errinfo info;
  uint64_t bad = 0;
  cr_err err = cr_corpus_open(cli_corpus_path(args), v->mode, &store, &info);
  if (err != CR_OK) return cli_error(err, &info);
  err = v->run(args, store, &bad, &info);
  cr_corpus_close(store);
  if (err != CR_OK) return cli_error(err, &info);
  return bad == 0 ? CR_EXIT_OK : (int)v->bad_exit;
}

static int corpus(const cli_args *args) {
  if (args->operands_count == 0)
    return cli_usage(args,
                     "expected ls, show, export, import, merge, prune, min, stats, check, "
                     "diff, new or gc");
  for (size_t i = 0; i < CR_ARRAY_LEN(verbs); i++) {
    const verb *v = &verbs[i];
    if (strcmp(v->name, args->operand[0]) != 0) continue;
    unsigned given = args->operands_count - 1;
    if (given < v->least || given > v->most)
      return cli_usage(args, "expected `clusrace corpus %s%s%s`", v->name,
                       v->operands[0] == '\0' ? "" : " ", v->operands);
    int status = check_flags(args, v);
    return status == CR_EXIT_OK ? run_verb(args, v) : status;
  }
  return cli_usage(args, "there is no `clusrace corpus %s`", args->operand[0]);
}

const cli_command cli_command_corpus = {
    .name = "corpus",
    .summary = "list, show, carry, prune, minimise and check stored interleavings",
    .usage =
        "clusrace corpus ls|show ID|export TO|import FROM|merge DB|prune|min|stats|check|diff "
        "DB|new DB...|gc [FLAGS]",
    .details =
        "  ls      what is stored; with --findings one row for each bug\n"
        "  show    traces, by id\n"
        "  export  to a folder of traces, a bundle (FILE.zst), or inputs for engines (--inputs)\n"
        "  import  the same ways back; a trace of the model must still give its verdict\n"
        "  merge   takes over other stores and bundles; the order does not matter\n"
        "  prune   retention: keeps what the rules of --keep name, removes the rest\n"
        "  min     every finding minimal, each once; of the clean ones those that reach more\n"
        "  stats   numbers of everything\n"
        "  check   is everything what it says it is?\n"
        "  diff    what the store (-) and another one (+) do not share, or have differently (~)\n"
        "  new     the bugs that none of the other stores has: scenario, subject, verdict, clause\n"
        "  gc      removes what nothing refers to and gives space back\n"
        "\nEqual content is listed and exported in equal order and bytes, whoever stored it "
        "first.\n"
        "Exit status: 0 done, 2 something was refused or is damaged, 3 the file cannot be read or\n"
        "written, 10 new: there are some, 13 diff: the two differ.\n",
    .flags = flags,
    .examples =
        "  clusrace corpus ls --store clusrace.db --findings\n"
        "  clusrace corpus show 3f2a91c04d7e --store clusrace.db > found.trace\n"
        "  clusrace corpus import traces/ --store clusrace.db\n"
        "  clusrace corpus import out/ --inputs --scenario disk-small --store clusrace.db\n"
        "  clusrace corpus export job7.zst --store clusrace.db\n"
        "  clusrace corpus merge job*.zst --store nightly.db\n"
        "  clusrace corpus prune --keep findings=3,sample=500 --store nightly.db\n"
        "  clusrace corpus diff last-night.db --store nightly.db\n"
        "  clusrace corpus new nightly.db --store change.db\n",
    .run = corpus};

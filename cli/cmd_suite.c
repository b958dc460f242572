/* cmd_suite.c - `clusrace suite`: few interleavings that together show everything of a scenario. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/corpus.h"
#include "clusrace/suite.h"
#include "json.h"
#include "progress.h"
#include "why_not.h"

enum { REASONS_SHOWN = 6 };

static const cli_flag flags[] = {
    {"scenario", "NAME", "scenario by name or file (default " CLI_DEFAULT_SCENARIO ")"},
    {"pairs", NULL, "cover racing pairs of operations in each order, too"},
    {"max-states", "N", "look at so many states of the model at most (default 1M)"},
    {"out", "FILE", "write the suite there, all traces in one file"},
    {"store", "FILE", "put its traces into this database (made when missing)"},
    {"all", NULL, "list every clause that is not exercised, with a scenario that does it"},
    {"json", NULL, "print one JSON object (docs/json.md)"},
    {NULL, NULL, NULL}};

static cr_err keep(const cr_suite *suite, const char *path, cr_errinfo *info) {
  cr_corpus *corpus = NULL;
  cr_err err = cr_corpus_open(path, CR_CORPUS_CREATE, &corpus, info);
  cr_corpus_batch *batch = err == CR_OK ? cr_corpus_batch_new(corpus, 0) : NULL;
  for (size_t i = 0; err == CR_OK && i < suite->traces_count; i++) {
    cr_judgement judged;
    cr_trace_judge(&suite->trace[i], &judged);
    err = cr_corpus_batch_put(batch, &suite->trace[i], &judged.exercised, CR_ENGINE_EXPLORE, info);
  }
  if (err == CR_OK) err = cr_corpus_batch_flush(batch, info);
  cr_corpus_batch_free(batch);
  cr_corpus_close(corpus);
  return err;
}

static void number(const char *name, uint64_t value, const char *what) {
  cr_buf digits = {0};
  cli_thousands(value, &digits);
  printf("  %-12s %10s  %s\n", name, digits.data, what);
  cr_buf_free(&digits);
}

/* ---- what is not exercised ------------------------------------------------------------------- */

/* The clauses that the suite does not exercise, each with the reason; those with one reason in one
 * group, the largest first. */
typedef struct missed {
  cr_buf why[CR_CLAUSE_COUNT], see[CR_CLAUSE_COUNT];
  uint16_t clause[CR_CLAUSE_COUNT], group[CR_CLAUSE_COUNT], size[CR_CLAUSE_COUNT];
  unsigned count, groups;
  uint16_t order[CR_CLAUSE_COUNT]; /* of groups; a group is known by its first clause's place */
} missed;

static void find_missed(const cr_scenario *scenario, const cr_suite *s, missed *m) {
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++) {
    if (cr_clauses_has(&s->exercised, (cr_clause)c)) continue;
    unsigned at = m->count++, first = 0;
    m->clause[at] = (uint16_t)c;
    cli_suite_why(scenario, s->complete, (cr_clause)c, &m->why[at], &m->see[at]);
    while (strcmp(m->why[first].data, m->why[at].data) != 0) first++;
    m->group[at] = (uint16_t)first;
    if (m->size[first]++ == 0) m->order[m->groups++] = (uint16_t)first;
  }
  for (unsigned i = 1; i < m->groups; i++) /* few, and those that are alike keep their order */
    for (unsigned k = i; k > 0 && m->size[m->order[k]] > m->size[m->order[k - 1]]; k--) {
      uint16_t larger = m->order[k];
      m->order[k] = m->order[k - 1];
      m->order[k - 1] = larger;
    }
}

static void free_missed(missed *m) {
  for (unsigned i = 0; i < m->count; i++) {
    cr_buf_free(&m->why[i]);
    cr_buf_free(&m->see[i]);
  }
  free(m);
}

static const char *see_of(const missed *m, unsigned at) {
  return m->see[at].data == NULL ? "" : m->see[at].data;
}

static void print_missed(const missed *m, bool all) {
  unsigned left = 0;
  if (m->count == 0) return;
  printf("not exercised: %u clauses\n", m->count);
  for (unsigned i = 0; i < m->groups; i++) {
    unsigned first = m->order[i];
    if (!all && i >= REASONS_SHOWN) {
      left += m->size[first];
      continue;
    }
    printf("  %5u  %s%s%s%s\n", m->size[first], m->why[first].data, all ? "" : " (like ",
           all ? "" : see_of(m, first), all ? "" : ")");
    for (unsigned k = first; all && k < m->count; k++)
      if (m->group[k] == first)
        printf("         %-15s %s\n", cr_clause_row_of((cr_clause)m->clause[k])->id, see_of(m, k));
  }
  if (left != 0) printf("  %5u  for %u other reasons (--all)\n", left, m->groups - REASONS_SHOWN);
}

static json_t *missed_json(const missed *m) {
  json_t *list = json_array();
  for (unsigned i = 0; i < m->count; i++)
    json_array_append_new(
        list, json_pack("{s:s, s:s, s:s}", "clause", cr_clause_row_of((cr_clause)m->clause[i])->id,
                        "why", m->why[i].data, "see", see_of(m, i)));
  return list;
}

/* ---- the suite ------------------------------------------------------------------------------- */

static void print_suite(const cr_scenario *scenario, const cr_suite *s, bool all) {
  cr_buf states = {0}, edges = {0}, least = {0}, steps = {0};
  cli_thousands(s->states, &states);
  cli_thousands(s->edges, &edges);
  cli_thousands(s->steps_least, &steps);
  printf("scenario %s: %s states, %s edges%s\n", scenario->name, states.data, edges.data,
         s->complete ? "" : "; stopped at the bound, what lies behind is not covered");
  number("transitions", s->transitions, "events in their control points, all covered");
  if (s->pairs != 0) number("pairs", s->pairs, "racing operations in their order, all covered");
  number("clauses", s->clauses, "that can fail here, all exercised");
  cr_buf_printf(&least, "no such suite has fewer than %u", s->traces_least);
  number("traces", s->traces_count, least.data);
  cr_buf_clear(&least);
  cr_buf_printf(&least, "no such suite has fewer than %s", steps.data);
  number("steps", s->steps, least.data);
  missed *m = cr_alloc(sizeof *m);
  find_missed(scenario, s, m);
  print_missed(m, all);
  free_missed(m);
  cr_buf_free(&states);
  cr_buf_free(&edges);
  cr_buf_free(&least);
  cr_buf_free(&steps);
}

static void print_json(const cr_scenario *scenario, const cr_suite *s, int status) {
  char digest[17];
  snprintf(digest, sizeof digest, "%016llx", (unsigned long long)scenario->digest);
  json_t *clauses = json_array();
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++)
    if (cr_clauses_has(&s->exercised, (cr_clause)c))
      json_array_append_new(clauses, json_string(cr_clause_row_of((cr_clause)c)->id));
  missed *m = cr_alloc(sizeof *m);
  find_missed(scenario, s, m);
  json_t *root = json_pack(
      "{s:s, s:s, s:s, s:I, s:I, s:b, s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:i}", "schema",
      "clusrace-suite-1", "scenario", scenario->name, "scenario_digest", digest, "states",
      (json_int_t)s->states, "edges", (json_int_t)s->edges, "complete", s->complete, "transitions",
      (json_int_t)s->transitions, "pairs", (json_int_t)s->pairs, "clauses", clauses, "traces",
      (json_int_t)s->traces_count, "traces_least", (json_int_t)s->traces_least, "steps",
      (json_int_t)s->steps, "steps_least", (json_int_t)s->steps_least, "exit", status);
  json_object_set_new(root, "not_exercised", missed_json(m));
  free_missed(m);
  cli_json_print(root);
}

static int suite(const cli_args *args) {
  cr_errinfo info;
  cr_scenario scenario;
  cr_suite made = {0};
  const char *name = cli_value(args, "scenario");
  if (args->operands_count != 0)
    return cli_usage(args, "%s: name the scenario with --scenario", args->operand[0]);
  (void)cli_interrupted(); /* from here on Ctrl-C is taken note of */
  cr_suite_options options = {
      .pairs = cli_has(args, "pairs"),
      .max_states = cli_number(args, "max-states", CR_SUITE_STATES, 1, UINT32_MAX - 2),
      .stop = cli_interrupted};
  cr_err err = cli_load_scenario(name == NULL ? CLI_DEFAULT_SCENARIO : name, &scenario, &info);
  if (err == CR_OK) err = cr_suite_make(&scenario, &options, &made, &info);
  int status = made.complete ? CR_EXIT_OK : CR_EXIT_BOUNDED;
  if (err == CR_OK && made.stopped) {
    cr_suite_free(&made);
    return cli_fail(CR_EXIT_BOUNDED, "interrupted; there is no suite");
  }
  if (err == CR_OK && cli_has(args, "out")) {
    cr_buf text = {0};
    cr_suite_write(&made, &text);
    err = cli_write(cli_value(args, "out"), &text, &info);
    cr_buf_free(&text);
  }
  if (err == CR_OK && cli_has(args, "store")) err = keep(&made, cli_value(args, "store"), &info);
  if (err != CR_OK)
    status = cli_error(err, &info);
  else if (cli_has(args, "json"))
    print_json(&scenario, &made, status);
  else
    print_suite(&scenario, &made, cli_has(args, "all"));
  cr_suite_free(&made);
  return status;
}

const cli_command cli_command_suite = {
    .name = "suite",
    .summary = "few interleavings that together show everything of a scenario",
    .usage = "clusrace suite [--scenario NAME] [--pairs] [--out FILE] [FLAGS]",
    .details =
        "Walks through the states of the reference by shortest ways until every transition (an "
        "event\n"
        "in an abstract control point), every clause that can fail and, with --pairs, every pair "
        "of\n"
        "racing operations was seen; leaves out what others cover. Says how far from a smallest "
        "suite\n"
        "it can be, which clauses cannot fail in this scenario, and why. `clusrace conform` does "
        "this by\n"
        "itself; `clusrace-host --suite` replays the file.\n",
    .flags = flags,
    .examples =
        "  clusrace suite --scenario hunt-life\n"
        "  clusrace suite --scenario disk-small --pairs --out disk.suite\n"
        "  clusrace-host.exe replay --dll mydisk.dll --suite disk.suite\n",
    .run = suite};

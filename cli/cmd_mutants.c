/* cmd_mutants.c - `clusrace mutants`: which clause catches which deviation. */
#include <stdio.h>
#include <string.h>

#include "exploring.h"

static const cli_flag flags[] = {
    {"side", "SIDE", "only mutants of the dll, monitor, volume, cluster or pnp"},
    {"matrix", "FILE", "write the matrix mutant x clause as CSV"},
    {"json", NULL, "print the result as JSON (docs/json.md)"},
    {NULL, NULL, NULL}};

/* States after which a survey ends: what else a mutant breaks is worth no more. */
enum { SURVEY_MAX = 500000 };

/* What became of one mutant. */
typedef struct row {
  uint32_t mutant;
  cr_clause meant;
  size_t steps;      /* of the shortest trace in which the clause meant is violated; 0 = none */
  cr_clauses breaks; /* every clause that some interleaving violates */
  uint64_t states;   /* of the survey */
  bool surveyed_whole;
} row;

static cr_err try_mutant(const cli_args *args, uint32_t mutant, row *r, cr_errinfo *info) {
  const cr_mutant_row *m = cr_mutant_row_of(mutant);
  cr_subject subject = {.kind = CR_SUBJECT_MUTANT, .mutant = mutant};
  cr_scenario scenario;
  cr_trace trace = {0};
  cli_progress progress;
  cr_xoptions options;
  *r = (row){.mutant = mutant, .meant = cr_clause_by_id(m->clause)};
  CR_ASSERT(r->meant != CR_CLAUSE_COUNT);
  cr_err err = cli_load_scenario(m->scenario, &scenario, info);
  if (err != CR_OK) return err;
  cli_progress_begin(&progress);
  cli_explore_options(args, &progress, &options);
  err = cr_modelcheck_find(&scenario, &subject, r->meant, CR_SOUGHT_VIOLATION, &options, &trace,
                           info);
  r->steps = trace.steps_count;
  cr_trace_free(&trace);
  if (err == CR_OK) {
    cr_judgement judged;
    cr_xresult result;
    cr_model *model = cr_model_new(&scenario, &subject, NULL);
    options.max_states = SURVEY_MAX;
    err = cr_modelcheck_survey(model, &options, &judged, &result, info);
    if (err == CR_OK) {
      r->breaks = judged.violated;
      r->states = result.states;
      r->surveyed_whole = result.stop == CR_XSTOP_COMPLETE;
      cr_xresult_free(&result);
    }
    cr_model_free(model);
  }
  cli_progress_end(&progress);
  return err;
}

static json_t *row_json(const row *r) {
  const cr_mutant_row *m = cr_mutant_row_of(r->mutant);
  json_t *also = json_array();
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++)
    if (c != (unsigned)r->meant && cr_clauses_has(&r->breaks, (cr_clause)c))
      json_array_append_new(also, json_string(cr_clause_row_of((cr_clause)c)->id));
  return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:I, s:o, s:I, s:b}", "mutant", m->name, "side",
                   cr_mutant_side_name(m->side), "clause", m->clause, "scenario", m->scenario,
                   "text", m->text, "caught", r->steps > 0, "steps", (json_int_t)r->steps, "also",
                   also, "states", (json_int_t)r->states, "complete", r->surveyed_whole);
}

static void print_row(const row *r) {
  const cr_mutant_row *m = cr_mutant_row_of(r->mutant);
  unsigned width = cli_terminal_width() < 100 ? 100 : cli_terminal_width(), column = 76;
  char steps[24] = "-";
  if (r->steps > 0) snprintf(steps, sizeof steps, "%zu", r->steps);
  printf("%-28s %-7s %-16s %-6s %5s  ", m->name, cr_mutant_side_name(m->side), m->clause,
         r->steps > 0 ? "caught" : "MISSED", steps);
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++) {
    if (c == (unsigned)r->meant || !cr_clauses_has(&r->breaks, (cr_clause)c)) continue;
    const char *id = cr_clause_row_of((cr_clause)c)->id;
    if (column + strlen(id) + 1 > width) {
      printf("\n%*s", 69, "");
      column = 69;
    }
    column += (unsigned)strlen(id) + 1;
    printf(" %s", id);
  }
  putchar('\n');
  fflush(stdout);
}

/* One line a mutant, one column a clause that any of them breaks: M for the clause meant, x for
 * another one, nothing for none. */
static void matrix_write(const row *rows, size_t count, cr_buf *out) {
  cr_clauses columns = {{0}};
  for (size_t i = 0; i < count; i++) cr_clauses_merge(&columns, &rows[i].breaks);
  cr_buf_puts(out, "mutant");
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++)
    if (cr_clauses_has(&columns, (cr_clause)c))
      cr_buf_printf(out, ",%s", cr_clause_row_of((cr_clause)c)->id);
  cr_buf_putc(out, '\n');
  for (size_t i = 0; i < count; i++) {
    cr_buf_puts(out, cr_mutant_row_of(rows[i].mutant)->name);
    for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++) {
      if (!cr_clauses_has(&columns, (cr_clause)c)) continue;
      bool breaks = cr_clauses_has(&rows[i].breaks, (cr_clause)c);
      cr_buf_puts(out, !breaks ? "," : c == (unsigned)rows[i].meant ? ",M" : ",x");
    }
    cr_buf_putc(out, '\n');
  }
}

/* The mutants asked for: those named, else all, of one side if one is given. */
static cr_err choose(const cli_args *args, uint32_t *chosen, size_t *count, cr_errinfo *info) {
  const char *side = cli_value(args, "side");
  *count = 0;
  for (unsigned i = 0; i < args->operands_count; i++) {
    uint32_t mutant = cr_mutant_by_name(args->operand[i]);
    if (mutant == CR_MUTANT_NONE)
      return cr_fail(info, CR_ERR_INPUT,
                     "there is no mutant \"%s\"; `clusrace explain --mutants` names them",
                     args->operand[i]);
  }
  for (uint32_t m = 1; m < CR_MUTANT_COUNT; m++) {
    const cr_mutant_row *known = cr_mutant_row_of(m);
    bool named = args->operands_count == 0;
    for (unsigned i = 0; i < args->operands_count; i++)
      if (strcmp(args->operand[i], known->name) == 0) named = true;
    if (side != NULL && strcmp(side, cr_mutant_side_name(known->side)) != 0) named = false;
    if (named) chosen[(*count)++] = m;
  }
  if (*count == 0)
    return cr_fail(info, CR_ERR_INPUT,
                   "there is no such mutant; --side takes dll, monitor, volume, cluster or pnp");
  return CR_OK;
}

static int summary(const cli_args *args, const row *rows, size_t count) {
  size_t caught = 0;
  for (size_t i = 0; i < count; i++)
    if (rows[i].steps > 0) caught++;
  int status = caught == count ? CR_EXIT_OK : CR_EXIT_INTERNAL;
  if (cli_has(args, "json")) {
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) json_array_append_new(list, row_json(&rows[i]));
    cli_json_print(json_pack("{s:s, s:o, s:I, s:I, s:i}", "schema", "clusrace-mutants-1", "mutants",
                             list, "count", (json_int_t)count, "caught", (json_int_t)caught, "exit",
                             status));
  } else {
    printf("\n%zu mutants, %zu caught by the clause meant", count, caught);
    printf(caught == count ? " (100 %%)\n" : ", %zu MISSED\n", count - caught);
  }
  return status;
}

static int mutants(const cli_args *args) {
  static uint32_t chosen[CR_MUTANT_COUNT];
  static row rows[CR_MUTANT_COUNT];
  size_t count;
  cr_errinfo info;
  cr_err err = choose(args, chosen, &count, &info);
  if (err != CR_OK) return cli_error(err, &info);
  bool text = !cli_has(args, "json");
  if (text)
    printf("%-28s %-7s %-16s %-6s %5s   %s\n", "mutant", "side", "clause meant", "", "steps",
           "breaks also");
  for (size_t i = 0; i < count && err == CR_OK; i++) {
    err = try_mutant(args, chosen[i], &rows[i], &info);
    if (cli_interrupted()) return CR_EXIT_BOUNDED;
    if (err == CR_OK && text) print_row(&rows[i]);
  }
  if (err != CR_OK) return cli_error(err, &info);
  if (cli_has(args, "matrix")) {
    cr_buf matrix = {0};
    matrix_write(rows, count, &matrix);
    err = cli_write(cli_value(args, "matrix"), &matrix, &info);
    cr_buf_free(&matrix);
    if (err != CR_OK) return cli_error(err, &info);
  }
  return summary(args, rows, count);
}

const cli_command cli_command_mutants = {
    .name = "mutants",
    .summary = "show that every named deviation is caught by the clause it is meant for",
    .usage = "clusrace mutants [MUTANT...] [FLAGS]",
    .details =
        "Explores each mutant in the scenario that its row names: the shortest trace in which the\n"
        "clause meant for it is violated, and every other clause that some interleaving breaks.\n"
        "Status 0 only if every mutant is caught by the clause meant, 70 if one is not.\n",
    .flags = flags,
    .examples =
        "  clusrace mutants\n"
        "  clusrace mutants term-nojoin remount-window\n"
        "  clusrace mutants --side volume --matrix matrix.csv\n"
        "  clusrace mutants --json | jq '.mutants[] | select(.caught | not)'\n",
    .run = mutants};

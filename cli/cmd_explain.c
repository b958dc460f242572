/* cmd_explain.c - `clusrace explain`: clauses and mutants in words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exploring.h"

static const cli_flag flags[] = {
    {"list", NULL, "list all clauses"},
    {"all", NULL, "look for the witness and the counter-witness of every clause"},
    {"mutants", NULL, "list all mutants and the clause that catches each"},
    {"markdown", NULL, "print the whole contract as docs/contract.md has it"},
    {"json", NULL, "print as JSON (docs/json.md)"},
    {NULL, NULL, NULL}};

/* Text with a left margin, broken at blanks. */
static void print_wrapped(const char *text, unsigned margin, unsigned width) {
  unsigned column = margin;
  printf("%*s", (int)margin, "");
  while (*text != '\0') {
    size_t n = strcspn(text, " ");
    if (column > margin && column + 1 + n > width) {
      printf("\n%*s", (int)margin, "");
      column = margin;
    } else if (column > margin) {
      putchar(' ');
      column++;
    }
    fwrite(text, 1, n, stdout);
    column += (unsigned)n;
    text += n;
    while (*text == ' ') text++;
  }
  putchar('\n');
}

static json_t *clause_json(cr_clause clause) {
  const cr_clause_row *row = cr_clause_row_of(clause);
  json_t *mutants = json_array();
  for (uint32_t i = 1; i < CR_MUTANT_COUNT; i++)
    if (strcmp(cr_mutant_row_of(i)->clause, row->id) == 0)
      json_array_append_new(mutants, json_string(cr_mutant_row_of(i)->name));
  return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "id", row->id, "kind",
                   cr_clause_kind_name(row->kind), "party", cr_party_name(row->party), "confidence",
                   cr_confidence_name(row->confidence), "level", cr_level_name(row->level),
                   "source", row->source, "text", row->text, "mutants", mutants);
}

static json_t *mutant_json(uint32_t mutant) {
  const cr_mutant_row *row = cr_mutant_row_of(mutant);
  return json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", row->name, "side",
                   cr_mutant_side_name(row->side), "clause", row->clause, "scenario", row->scenario,
                   "text", row->text);
}

static int dump(json_t *value) {
  cli_json_print(value);
  return CR_EXIT_OK;
}

static int list(bool mutants, bool json) {
  json_t *rows = json_array();
  uint32_t first = mutants ? 1 : 0;
  uint32_t end = mutants ? (uint32_t)CR_MUTANT_COUNT : (uint32_t)CR_CLAUSE_COUNT;
  for (uint32_t i = first; i < end; i++) {
    if (json) {
      json_array_append_new(rows, mutants ? mutant_json(i) : clause_json((cr_clause)i));
    } else if (mutants) {
      const cr_mutant_row *row = cr_mutant_row_of(i);
      printf("%-28s %-15s %-18s %s\n", row->name, row->clause, row->scenario, row->text);
    } else {
      const cr_clause_row *row = cr_clause_row_of((cr_clause)i);
      printf("%-15s %-8s %-8s %s\n", row->id, cr_level_name(row->level), cr_party_name(row->party),
             row->text);
    }
  }
  if (json) return dump(rows);
  json_decref(rows);
  return CR_EXIT_OK;
}

/* ---- witness and counter-witness ------------------------------------------------------------ */

/* What shows that a clause is no decoration: the shortest trace in which the reference could have
 * broken it and did not, and the shortest one in which a mutant breaks it. */
typedef struct evidence {
  uint32_t mutant; /* first one that is meant for the clause; 0 = none */
  cr_trace witness, violation;
} evidence;

static cr_err evidence_find(const cli_args *args, cr_clause clause, evidence *e, cr_errinfo *info) {
  const char *id = cr_clause_row_of(clause)->id;
  cli_progress progress;
  cr_xoptions options;
  *e = (evidence){0};
  cli_progress_begin(&progress);
  cli_explore_options(args, &progress, &options);
  cr_err err = CR_OK;
  for (uint32_t m = 1; m < CR_MUTANT_COUNT && err == CR_OK && e->witness.steps_count == 0; m++) {
    const cr_mutant_row *row = cr_mutant_row_of(m);
    if (strcmp(row->clause, id) != 0) continue;
    cr_subject reference = {.kind = CR_SUBJECT_REFERENCE};
    cr_subject mutant = {.kind = CR_SUBJECT_MUTANT, .mutant = m};
    cr_scenario scenario;
    err = cli_load_scenario(row->scenario, &scenario, info);
    if (err == CR_OK)
      err = cr_modelcheck_find(&scenario, &reference, clause, CR_SOUGHT_WITNESS, &options,
                               &e->witness, info);
    if (err != CR_OK || e->violation.steps_count > 0) continue;
    e->mutant = m;
    err = cr_modelcheck_find(&scenario, &mutant, clause, CR_SOUGHT_VIOLATION, &options,
                             &e->violation, info);
  }
  cli_progress_end(&progress);
  return err;
}

static void evidence_free(evidence *e) {
  cr_trace_free(&e->witness);
  cr_trace_free(&e->violation);
}

static void print_steps(const char *title, const cr_trace *trace) {
  cr_buf line = {0};
  printf("\n%s\n", title);
  for (size_t i = 0; i < trace->steps_count; i++) {
    cr_buf_clear(&line);
    cr_trace_write_event(&trace->scenario, &trace->steps[i].event, &line);
    printf("  %3zu  %s\n", i + 1, line.data);
  }
  cr_buf_free(&line);
}

static void print_evidence(const evidence *e) {
  char title[256];
  if (e->witness.steps_count > 0) {
    snprintf(title, sizeof title,
             "witness: the reference in the scenario %s comes to where it could break the clause, "
             "and keeps it",
             e->witness.scenario.name);
    print_steps(title, &e->witness);
  }
  if (e->violation.steps_count > 0) {
    snprintf(title, sizeof title, "violation: the mutant %s in the scenario %s breaks it",
             cr_mutant_row_of(e->mutant)->name, e->violation.scenario.name);
    print_steps(title, &e->violation);
  }
}

/* One line a clause; status 0 only if each has both. */
static int explain_all(const cli_args *args, bool json) {
  json_t *rows = json_array();
  unsigned complete = 0;
  if (!json)
    printf("%-15s %-22s %5s  %-28s %5s\n", "clause", "witness in", "steps", "counter-witness by",
           "steps");
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    const cr_clause_row *row = cr_clause_row_of((cr_clause)i);
    evidence e;
    cr_errinfo info;
    cr_err err = evidence_find(args, (cr_clause)i, &e, &info);
    if (err != CR_OK || cli_interrupted()) {
      evidence_free(&e);
      json_decref(rows);
      return err == CR_OK ? CR_EXIT_BOUNDED : cli_error(err, &info);
    }
    const char *scenario = e.witness.steps_count == 0 ? "" : e.witness.scenario.name;
    const char *mutant = e.violation.steps_count == 0 ? "" : cr_mutant_row_of(e.mutant)->name;
    if (*scenario != '\0' && *mutant != '\0') complete++;
    json_array_append_new(
        rows, json_pack("{s:s, s:s, s:I, s:s, s:I}", "clause", row->id, "witness", scenario,
                        "witness_steps", (json_int_t)e.witness.steps_count, "counter_witness",
                        mutant, "counter_witness_steps", (json_int_t)e.violation.steps_count));
    if (!json) {
      printf("%-15s %-22s %5zu  %-28s %5zu\n", row->id, *scenario == '\0' ? "NONE" : scenario,
             e.witness.steps_count, *mutant == '\0' ? "NONE" : mutant, e.violation.steps_count);
      fflush(stdout);
    }
    evidence_free(&e);
  }
  int status = complete == CR_CLAUSE_COUNT ? CR_EXIT_OK : CR_EXIT_INTERNAL;
  if (json) {
    cli_json_print(json_pack("{s:s, s:o, s:i, s:i, s:i}", "schema", "clusrace-explain-all-1",
                             "clauses", rows, "count", (int)CR_CLAUSE_COUNT, "complete",
                             (int)complete, "exit", status));
    return status;
  }
  json_decref(rows);
  printf("\n%u clauses, %u with witness and counter-witness\n", (unsigned)CR_CLAUSE_COUNT,
         complete);
  for (unsigned i = 0; cr_unseen_row_of(i) != NULL; i++)
    printf("not judged: %s, %s\n", cr_unseen_row_of(i)->id, cr_unseen_row_of(i)->reason);
  return status;
}

/* ---- one clause or mutant -------------------------------------------------------------------- */

static int explain_clause(const cli_args *args, cr_clause clause) {
  const cr_clause_row *row = cr_clause_row_of(clause);
  printf("%s\n", row->id);
  print_wrapped(row->text, 2, cli_terminal_width());
  printf("\n  %-12s %s\n  %-12s %s\n  %-12s %s\n  %-12s %s\n  %-12s %s\n", "kind",
         cr_clause_kind_name(row->kind), "judged", cr_party_name(row->party), "confidence",
         cr_confidence_name(row->confidence), "severity", cr_level_name(row->level), "source",
         row->source);
  for (uint32_t i = 1; i < CR_MUTANT_COUNT; i++) {
    const cr_mutant_row *mutant = cr_mutant_row_of(i);
    if (strcmp(mutant->clause, row->id) != 0) continue;
    printf("  %-12s %s: %s\n", "broken by", mutant->name, mutant->text);
  }
  evidence e;
  cr_errinfo info;
  cr_err err = evidence_find(args, clause, &e, &info);
  if (err == CR_OK) print_evidence(&e);
  if (err == CR_OK && e.mutant != 0)
    printf("\nas a trace file: clusrace explore --scenario %s --mutant %s --only %s --trace FILE\n",
           cr_mutant_row_of(e.mutant)->scenario, cr_mutant_row_of(e.mutant)->name, row->id);
  evidence_free(&e);
  return err == CR_OK ? CR_EXIT_OK : cli_error(err, &info);
}

static int explain_unseen(const cr_unseen_row *row) {
  printf("%s\n", row->id);
  print_wrapped(row->text, 2, cli_terminal_width());
  printf("\n  %-12s %s\n  %-12s not judged: %s\n", "source", row->source, "judged", row->reason);
  return CR_EXIT_OK;
}

static int explain_mutant(cr_mutant mutant) {
  const cr_mutant_row *row = cr_mutant_row_of(mutant);
  printf("%s\n", row->name);
  print_wrapped(row->text, 2, cli_terminal_width());
  printf("\n  caught by %s; shortest trace: clusrace explore --scenario %s --mutant %s --only %s\n",
         row->clause, row->scenario, row->name, row->clause);
  return CR_EXIT_OK;
}

/* docs/contract.md, so that the document cannot differ from what is judged. */
static int print_markdown(void) {
  printf(
      "# The contract\n\n"
      "Made from the table in `model/include/clusrace/clauses.def` by `clusrace explain "
      "--markdown`; a test\n"
      "keeps it so. %u clauses; digest of the contract `%016llx`.\n\n"
      "*Judged* says whose duty a clause is: the DLL's, that of any program that uses a volume "
      "(the DLL among\n"
      "them), or that of our own models of monitor and volume, which must keep it in every replay "
      "as well.\n"
      "*Confidence*: documented (a Microsoft document says it), source (published source code "
      "shows it),\n"
      "inferred (follows from several of these). *Severity*: errors and the notes on our models "
      "always count,\n"
      "warnings with `--strict`.\n\n"
      "Sources are named by short names, which the end of this document spells out.\n",
      (unsigned)CR_CLAUSE_COUNT, (unsigned long long)cr_contract_digest());
  char family[16] = "";
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    const cr_clause_row *row = cr_clause_row_of((cr_clause)i);
    size_t n = (size_t)(strrchr(row->id, '-') - row->id);
    if (strlen(family) != n || strncmp(family, row->id, n) != 0) {
      snprintf(family, sizeof family, "%.*s", (int)n, row->id);
      printf("\n## %s\n", family);
    }
    printf("\n### %s\n\n%s\n\n%s; judged: %s; %s; severity: %s; source: %s", row->id, row->text,
           cr_clause_kind_name(row->kind), cr_party_name(row->party),
           cr_confidence_name(row->confidence), cr_level_name(row->level), row->source);
    for (uint32_t m = 1; m < CR_MUTANT_COUNT; m++)
      if (strcmp(cr_mutant_row_of(m)->clause, row->id) == 0)
        printf("; broken by `%s`", cr_mutant_row_of(m)->name);
    printf("\n");
  }
  printf("\n## Not judged\n\nClauses of the documents that no observer of events can see.\n");
  for (unsigned i = 0; cr_unseen_row_of(i) != NULL; i++) {
    const cr_unseen_row *row = cr_unseen_row_of(i);
    printf("\n### %s\n\n%s\n\nNot judged: %s; source: %s\n", row->id, row->text, row->reason,
           row->source);
  }
  printf("\n## Sources\n\n| short names | what they stand for |\n| --- | --- |\n");
#define SOURCE(names, what) printf("| %s | %s |\n", names, what);
#include "clusrace/sources.def"
#undef SOURCE
  return CR_EXIT_OK;
}

/* The row of that id among the clauses that are not judged, or NULL. */
static const cr_unseen_row *unseen_by_id(const char *id) {
  for (unsigned i = 0; cr_unseen_row_of(i) != NULL; i++)
    if (strcmp(cr_unseen_row_of(i)->id, id) == 0) return cr_unseen_row_of(i);
  return NULL;
}

static int explain(const cli_args *args) {
  bool json = cli_has(args, "json");
  if (cli_has(args, "markdown")) return print_markdown();
  if (cli_has(args, "all")) return explain_all(args, json);
  if (cli_has(args, "list") || cli_has(args, "mutants"))
    return list(cli_has(args, "mutants"), json);
  if (args->operands_count != 1)
    return cli_usage(args, "expected one clause (like RM-TERM-03) or mutant; or --list");
  const char *name = args->operand[0];
  cr_clause clause = cr_clause_by_id(name);
  if (clause != CR_CLAUSE_COUNT)
    return json ? dump(clause_json(clause)) : explain_clause(args, clause);
  const cr_unseen_row *unseen = unseen_by_id(name);
  if (unseen != NULL) return explain_unseen(unseen);
  cr_mutant mutant = cr_mutant_by_name(name);
  if (mutant != CR_MUTANT_NONE) return json ? dump(mutant_json(mutant)) : explain_mutant(mutant);
  return cli_fail(CR_EXIT_INPUT,
                  "there is no clause or mutant \"%s\"; see `clusrace explain --list`", name);
}

const cli_command cli_command_explain = {
    .name = "explain",
    .summary = "say what a clause or a mutant means, and where it comes from",
    .usage = "clusrace explain CLAUSE|MUTANT, clusrace explain --list|--mutants|--all",
    .details =
        "A clause is shown with a witness (a shortest trace in which the reference comes to where\n"
        "it could break the clause, and keeps it) and a shortest trace of a mutant that breaks "
        "it.\n"
        "--all looks for both of every clause: status 0 only if none is without.\n",
    .flags = flags,
    .examples =
        "  clusrace explain RM-TERM-03\n"
        "  clusrace explain remount-window\n"
        "  clusrace explain --list --json\n"
        "  clusrace explain --all\n",
    .run = explain};

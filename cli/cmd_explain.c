/* cmd_explain.c - `clusrace explain`: clauses and mutants in words. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static const cli_flag flags[] = {
    {"list", NULL, "list all clauses"},
    {"mutants", NULL, "list all mutants and the clause that catches each"},
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
  static const char *const sides[] = {"", "dll", "monitor", "volume"};
  const cr_mutant_row *row = cr_mutant_row_of(mutant);
  return json_pack("{s:s, s:s, s:s, s:s}", "name", row->name, "side", sides[row->side], "clause",
                   row->clause, "text", row->text);
}

static int dump(json_t *value) {
  char *text = json_dumps(value, JSON_INDENT(2) | JSON_SORT_KEYS);
  CR_ASSERT(text != NULL);
  puts(text);
  free(text);
  json_decref(value);
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
      printf("%-26s %-15s %s\n", row->name, row->clause, row->text);
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

static int explain_clause(cr_clause clause) {
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
    printf("\n  broken by the mutant %s: %s\n", mutant->name, mutant->text);
    printf("  shortest trace: clusrace explore --mutant %s --only %s\n", mutant->name, row->id);
  }
  return CR_EXIT_OK;
}

static int explain_mutant(cr_mutant mutant) {
  const cr_mutant_row *row = cr_mutant_row_of(mutant);
  printf("%s\n", row->name);
  print_wrapped(row->text, 2, cli_terminal_width());
  printf("\n  caught by %s; shortest trace: clusrace explore --mutant %s\n", row->clause,
         row->name);
  return CR_EXIT_OK;
}

static int explain(const cli_args *args) {
  bool json = cli_has(args, "json");
  if (cli_has(args, "list") || cli_has(args, "mutants"))
    return list(cli_has(args, "mutants"), json);
  if (args->operands_count != 1)
    return cli_usage(args, "expected one clause (like RM-TERM-03) or mutant; or --list");
  const char *name = args->operand[0];
  cr_clause clause = cr_clause_by_id(name);
  if (clause != CR_CLAUSE_COUNT) return json ? dump(clause_json(clause)) : explain_clause(clause);
  cr_mutant mutant = cr_mutant_by_name(name);
  if (mutant != CR_MUTANT_NONE) return json ? dump(mutant_json(mutant)) : explain_mutant(mutant);
  return cli_fail(CR_EXIT_INPUT,
                  "there is no clause or mutant \"%s\"; see `clusrace explain --list`", name);
}

const cli_command cli_command_explain = {
    .name = "explain",
    .summary = "say what a clause or a mutant means, and where it comes from",
    .usage = "clusrace explain CLAUSE|MUTANT, clusrace explain --list|--mutants",
    .flags = flags,
    .examples =
        "  clusrace explain RM-TERM-03\n"
        "  clusrace explain remount-window\n"
        "  clusrace explain --list --json\n",
    .run = explain};

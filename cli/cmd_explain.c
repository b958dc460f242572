/* cmd_explain.c - `clusrace explain`: clauses and mutants in words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "json.h"

static const cli_flag flags[] = {
    {"list", NULL, "list all clauses"},
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
      "Sources are named by short names: entry points by the reference page of their routine "
      "(ONLINE, OFFLINE,\n"
      "OPEN, CLOSE, TERM, LOOKS, ISAL), SRS and RSTAT for SetResourceStatus and RESOURCE_STATUS, "
      "EXIT for\n"
      "RESOURCE_EXIT_STATE, `I-` for the \"Implementing ...\" pages, RECO and AVOID for the "
      "recommended\n"
      "practices and the calls to avoid, `P-` for common properties, WORKER for the ClusWorker "
      "helpers, CMRP for\n"
      "[MS-CMRP], SDK98 for the 1998 pages; LOCK, UNLOCK, DISM, OFFL, ONL for the pages of the "
      "control codes\n"
      "(-DDI and -SDK editions), CREATE, WRITE and FLUSH for those functions, FAT and CDFS for "
      "Microsoft's\n"
      "published file systems, ROS for ReactOS, STMAP for the map of status codes, KB for "
      "knowledge-base\n"
      "articles, CSVP for [MS-CSVP].\n",
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
  return CR_EXIT_OK;
}

static int explain(const cli_args *args) {
  bool json = cli_has(args, "json");
  if (cli_has(args, "markdown")) return print_markdown();
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

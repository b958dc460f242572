/* coverage.c - see coverage.h. */
#include "coverage.h"

#include <stdio.h>
#include <string.h>

#include "progress.h"

static bool go_on(void *arg) {
  (void)arg;
  return !cli_interrupted();
}

/* The explorer was cut at a depth or a number of states; the walk that tallies is cut alike. */
void cli_coverage_tally(const cr_model *model, const cr_xresult *result, cr_tally *tally) {
  uint64_t most = result->stop == CR_XSTOP_COMPLETE ? 0 : result->states;
  uint32_t depth = result->stop == CR_XSTOP_MAX_DEPTH ? result->depth : 0;
  cr_tally_collect(model, most, depth, go_on, NULL, tally);
}

/* Is the clause asked about? What is no error is tallied as well: it is seen, if not punished. */
static bool judged(const cr_model *model, unsigned clause) {
  const cr_judge *judge = cr_model_judge(model);
  if (judge->nothing) return false;
  if (judge->only_doc && cr_clause_row_of((cr_clause)clause)->confidence != CR_CONF_DOC)
    return false;
  return !cr_clauses_any(&judge->only) || cr_clauses_has(&judge->only, (cr_clause)clause);
}

static void print_count(uint64_t number, const char *text) {
  cr_buf count = {0};
  cli_thousands(number, &count);
  printf("%14s  %s", count.data, text);
  cr_buf_free(&count);
}

static void print_actions(const cr_model *model, const cr_xresult *r) {
  unsigned dead = 0;
  printf("\n%14s  action\n", "taken");
  for (unsigned pass = 0; pass < 2; pass++)
    for (unsigned i = 0; i < cr_model_actions_count(model); i++) {
      cr_buf name = {0};
      uint64_t taken = i < r->label_counts_len ? r->label_counts[i] : 0;
      if ((taken == 0) != (pass == 1)) continue;
      if (taken == 0 && dead++ == 0) printf("\n%14s  action (dead)\n", "never");
      cr_action_write(model, (cr_action)i, &name);
      print_count(taken, name.data);
      putchar('\n');
      cr_buf_free(&name);
    }
}

static void print_exercised(const cr_model *model, const cr_tally *tally) {
  printf("\n%14s  clause\n", "exercised");
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    const cr_clause_row *row = cr_clause_row_of((cr_clause)i);
    if (!judged(model, i) || tally->exercised[i] == 0) continue;
    print_count(tally->exercised[i], row->id);
    if (tally->violated[i] > 0) {
      cr_buf count = {0};
      cli_thousands(tally->violated[i], &count);
      printf("  (violated %s%s)", count.data, row->level == CR_LEVEL_WARNING ? ", a warning" : "");
      cr_buf_free(&count);
    }
    putchar('\n');
  }
}

/* Ids only, several to a line: most of them speak of parts that the scenario has not. */
static void print_never(const cr_model *model, const cr_tally *tally) {
  unsigned width = cli_terminal_width(), column = 0, count = 0;
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++)
    count += judged(model, i) && tally->exercised[i] == 0;
  if (count == 0) return;
  printf("\n%14s  %u clauses\n", "never", count);
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    const char *id = cr_clause_row_of((cr_clause)i)->id;
    if (!judged(model, i) || tally->exercised[i] > 0) continue;
    if (column > 0 && column + 2 + strlen(id) > width) {
      putchar('\n');
      column = 0;
    }
    column += (unsigned)(column == 0 ? printf("%16s%s", "", id) : printf(", %s", id));
  }
  putchar('\n');
}

void cli_coverage_print(const cr_model *model, const cr_xresult *result, const cr_tally *tally) {
  print_actions(model, result);
  if (cr_model_judge(model)->nothing) return;
  print_exercised(model, tally);
  print_never(model, tally);
  if (tally->whole) return;
  cr_buf states = {0};
  cli_thousands(tally->states, &states);
  printf("\nThe clauses are tallied over the first %s states, not over all.\n", states.data);
  cr_buf_free(&states);
}

void cli_coverage_json(const cr_model *model, const cr_tally *tally, json_t *root) {
  json_t *rows = json_array();
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++)
    if (judged(model, i))
      json_array_append_new(
          rows,
          json_pack("{s:s, s:I, s:I}", "clause", cr_clause_row_of((cr_clause)i)->id, "exercised",
                    (json_int_t)tally->exercised[i], "violated", (json_int_t)tally->violated[i]));
  json_object_set_new(root, "clauses", rows);
  json_object_set_new(root, "clauses_complete", json_boolean(tally->whole));
}

void cli_depths_print(const cr_xresult *r) {
  uint64_t most = 1;
  int digits = 6; /* as long as its heading */
  for (uint32_t d = 0; d <= r->depth; d++)
    if (r->depth_counts[d] > most) most = r->depth_counts[d];
  cr_buf number = {0};
  cli_thousands(most, &number);
  if ((int)number.len > digits) digits = (int)number.len;
  uint64_t room = cli_terminal_width() - 7U - (unsigned)digits - 2U;
  printf("\n%5s  %*s\n", "depth", digits, "states");
  for (uint32_t d = 0; d <= r->depth; d++) {
    uint64_t count = r->depth_counts[d];
    /* States are fewer than 2^32 (CR_XSTATES_MAX), so this cannot overflow; what is there is seen.
     */
    uint64_t bar = count * room / most;
    if (bar == 0 && count > 0) bar = 1;
    cr_buf_clear(&number);
    cli_thousands(count, &number);
    printf("%5u  %*s%s", d, digits, number.data, bar > 0 ? "  " : "");
    for (uint64_t i = 0; i < bar; i++) putchar('#');
    putchar('\n');
  }
  cr_buf_free(&number);
}

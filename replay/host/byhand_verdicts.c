/* byhand_verdicts.c - what a tally says: the verdict on the DLL, and on each clause; see byhand.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "byhand_private.h"
#include "clusrace/frame.h"
#include "clusrace/observer.h"
#include "tally.h"

enum { LINE_WIDTH = 100 };

/* ---- what it says ---------------------------------------------------------------------------- */

typedef struct summary {
  const cr_byhand *b;
  const cr_tally *tally;
  cr_dll_duties duties;
  unsigned violated, warned, held, met_not;
  uint64_t lost; /* commands that took the process along */
} summary;

static const cr_verdict_kind down[] = {CR_VERDICT_CRASHES, CR_VERDICT_HANGS, CR_VERDICT_DEADLOCK,
                                       CR_VERDICT_MISUSES};

static bool is_duty(const summary *s, cr_clause clause) {
  return cr_clauses_has(&s->duties.always, clause) || cr_clauses_has(&s->duties.as_program, clause);
}

static const char *verdict_of(const summary *s, cr_clause clause) {
  bool warning = cr_clause_row_of(clause)->level == CR_LEVEL_WARNING;
  if (s->tally->broken[clause] != 0)
    return warning && (s->b->flags & CR_REPLAY_STRICT) == 0 ? "warning" : "violated";
  return s->tally->held[clause] != 0 ? "held" : "not-exercised";
}

static void sum_up(summary *s) {
  cr_duties_of_dll(&s->duties);
  s->lost = s->tally->begun - s->tally->ended;
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++) {
    const char *verdict = verdict_of(s, (cr_clause)c);
    s->violated += strcmp(verdict, "violated") == 0;
    s->warned += strcmp(verdict, "warning") == 0;
    s->held += strcmp(verdict, "held") == 0;
    s->met_not += strcmp(verdict, "not-exercised") == 0 && is_duty(s, (cr_clause)c);
  }
}

static int exit_of(const summary *s) {
  const cr_tally *t = s->tally;
  uint64_t broke_down = s->lost;
  for (size_t i = 0; i < CR_ARRAY_LEN(down); i++) broke_down += t->verdict[down[i]];
  if (s->violated > 0 || t->verdict[CR_VERDICT_MISUSES] != 0) return CR_EXIT_SAFETY;
  if (broke_down != 0) return CR_EXIT_CRASH;
  if (t->unsteady != 0 || t->replays + t->schedules == 0) return CR_EXIT_NONDET;
  return t->hunts > t->exhausted + t->sampled ? CR_EXIT_BOUNDED : CR_EXIT_OK;
}

static const char *answer_of(const summary *s, int status) {
  switch (status) {
    case CR_EXIT_OK: return "conforms";
    case CR_EXIT_BOUNDED: return "conforms as far as it was searched";
    case CR_EXIT_NONDET:
      return s->tally->unsteady != 0 ? "does not repeat itself" : "could not be driven";
    case CR_EXIT_CRASH: return "breaks down";
    default: return "violates the contract";
  }
}

/* ---- as text --------------------------------------------------------------------------------- */

/* The clause's text behind its row, folded. */
static void put_folded(cr_buf *out, const char *text, unsigned indent) {
  for (size_t n = strlen(text); n > 0;) {
    size_t room = LINE_WIDTH - indent, take = n;
    if (n > room)
      for (take = room; take > 1 && text[take] != ' ';) take--;
    cr_buf_printf(out, "%.*s\n", (int)take, text);
    text += take;
    n -= take;
    while (n > 0 && *text == ' ') text++, n--;
    if (n > 0) cr_buf_printf(out, "%*s", (int)indent, "");
  }
}

static void put_clause(cr_buf *out, const summary *s, cr_clause clause) {
  const cr_clause_row *row = cr_clause_row_of(clause);
  uint64_t broken = s->tally->broken[clause], held = s->tally->held[clause];
  cr_buf_printf(out, "  %-13s  %-14s  ", verdict_of(s, clause), row->id);
  if (broken + held == 0)
    cr_buf_printf(out, "%-18s  ", "");
  else
    cr_buf_printf(out, "%7" PRIu64 " of %7" PRIu64 "  ", broken, broken + held);
  put_folded(out, row->text, 53);
}

static void put_text(cr_buf *out, const summary *s, int status) {
  const cr_tally *t = s->tally;
  cr_buf_printf(out, "%s: %s\n\n", t->subject, answer_of(s, status));
  cr_buf_printf(out,
                "  runs           %" PRIu64 " of suites, %" PRIu64 " schedules of %" PRIu64
                " hunts (%" PRIu64 " exhausted, %" PRIu64 " drawn)\n",
                t->replays, t->schedules, t->hunts, t->exhausted, t->sampled);
  cr_buf_printf(out, "  clauses        %u violated, %u warnings, %u held, %u not exercised\n",
                s->violated, s->warned, s->held, s->met_not);
  for (size_t i = 0; i < CR_ARRAY_LEN(down); i++)
    if (t->verdict[down[i]] != 0)
      cr_buf_printf(out, "  %-13s  in %" PRIu64 " runs\n", cr_verdict_kind_name(down[i]),
                    t->verdict[down[i]]);
  if (t->unsteady != 0)
    cr_buf_printf(out, "  not repeated   in %" PRIu64 " hunts and replays\n", t->unsteady);
  if (s->lost != 0)
    cr_buf_printf(out, "  lost           %" PRIu64 " commands: the process ended with the DLL\n",
                  s->lost);
  static const char *const order[] = {"violated", "warning", "held", "not-exercised"};
  bool headed = false;
  for (unsigned o = 0; o < (s->b->all ? 4u : 2u); o++)
    for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++) {
      if (strcmp(verdict_of(s, (cr_clause)c), order[o]) != 0) continue;
      if (o == 3 && !is_duty(s, (cr_clause)c)) continue;
      if (!headed)
        cr_buf_printf(out, "\n  %-13s  %-14s  %18s\n", "verdict", "clause", "broken in runs");
      headed = true;
      put_clause(out, s, (cr_clause)c);
    }
}

/* ---- as JSON --------------------------------------------------------------------------------- */

static void put_json(cr_buf *out, const summary *s, int status) {
  const cr_tally *t = s->tally;
  cr_buf_puts(out, "{");
  cr_byhand_json_text(out, "subject", t->subject);
  cr_byhand_json_text(out, "verdict", answer_of(s, status));
  cr_byhand_json_number(out, "status", (unsigned)status);
  cr_byhand_json_number(out, "replays", t->replays);
  cr_byhand_json_number(out, "schedules", t->schedules);
  cr_byhand_json_number(out, "lost", s->lost);
  cr_byhand_json_number(out, "unsteady", t->unsteady);
  for (size_t i = 0; i < CR_ARRAY_LEN(down); i++)
    cr_byhand_json_number(out, cr_verdict_kind_name(down[i]), t->verdict[down[i]]);
  cr_buf_puts(out, ", \"clauses\": [");
  bool first = true;
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++) {
    if (t->held[c] + t->broken[c] == 0 && !is_duty(s, (cr_clause)c)) continue;
    cr_buf_puts(out, first ? "\n  {" : ",\n  {");
    first = false;
    cr_byhand_json_text(out, "id", cr_clause_row_of((cr_clause)c)->id);
    cr_byhand_json_text(out, "verdict", verdict_of(s, (cr_clause)c));
    cr_byhand_json_number(out, "held", t->held[c]);
    cr_byhand_json_number(out, "broken", t->broken[c]);
    cr_buf_puts(out, "}");
  }
  cr_buf_puts(out, "]}\n");
}

int cr_byhand_verdicts(const cr_byhand *b) {
  cr_tally tally;
  cr_errinfo info;
  cr_buf out = {0};
  cr_err err = cr_tally_read(b->tally, &tally, &info);
  if (err == CR_OK && tally.subject[0] == '\0')
    err = cr_fail(&info, CR_ERR_INPUT, "%s: there is no tally; replay or hunt with --tally first",
                  b->tally);
  if (err != CR_OK) return cr_byhand_fail(err, &info);
  summary s = {.b = b, .tally = &tally};
  sum_up(&s);
  int status = exit_of(&s);
  if (b->json)
    put_json(&out, &s, status);
  else
    put_text(&out, &s, status);
  cr_byhand_print(&out);
  cr_buf_free(&out);
  return status;
}

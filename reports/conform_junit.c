/* conform_junit.c - a conformance as JUnit XML: a suite for each scenario, in it a case for each
 * row that is the DLL's, since a case holds one failure. */
#include "clusrace/conformance.h"
#include "summary.h"
#include "xunit.h"

/* What is another's duty is no case. */
static bool is_case(const cr_conformance *c, unsigned row) {
  if (c->row[row].verdict == CR_CONFORM_NONE) return false;
  if (row >= CR_CLAUSE_COUNT) return true;
  const cr_clause_row *clause = cr_clause_row_of((cr_clause)row);
  return clause->level != CR_LEVEL_NOTE &&
         (clause->party == CR_PARTY_DLL || clause->party == CR_PARTY_APP);
}

typedef enum outcome { PASSED, FAILED, SKIPPED } outcome;

static outcome outcome_of(const cr_conformance *c, const cr_conform_scenario *s, unsigned row) {
  if (s->violated[row] > 0) return c->row[row].counts ? FAILED : SKIPPED;
  if (row >= CR_CLAUSE_COUNT) return s->suite + s->stored + s->schedules > 0 ? PASSED : SKIPPED;
  return s->held[row] > 0 ? PASSED : SKIPPED;
}

static cr__counts count(const cr_conformance *c, const cr_conform_scenario *s) {
  cr__counts n = {0};
  for (unsigned row = 0; row < CR_CONFORM_ROWS; row++) {
    if (!is_case(c, row)) continue;
    outcome o = outcome_of(c, s, row);
    n.tests++;
    n.failures += o == FAILED;
    n.skipped += o == SKIPPED;
  }
  return n;
}

static void write_failure(cr__xunit *x, const cr_conformance *c, unsigned row) {
  const cr_conform_finding *f = c->row[row].finding;
  cr_buf message = {0}, body = {0};
  cr_buf_puts(&message, cr_conform_text(row));
  if (c->row[row].change == CR_CONFORM_UNCHANGED) cr_buf_puts(&message, " (not new)");
  if (f != NULL && f->command[0] != '\0') cr_buf_printf(&body, "replay: %s\n\n", f->command);
  if (f != NULL) cr_trace_write(f->trace, &body);
  cr__xunit_failure(x, message.data, row < CR_CLAUSE_COUNT ? "violates" : cr_conform_id(row),
                    body.data == NULL ? "" : body.data);
  cr_buf_free(&message);
  cr_buf_free(&body);
}

static void write_case(cr__xunit *x, const cr_conformance *c, const cr_conform_scenario *s,
                       unsigned row) {
  cr_buf name = {0};
  const char *why = c->row[row].why;
  cr_buf_printf(&name, "%s.%s", c->subject->name, s->scenario->name);
  cr__xunit_case(x, name.data, cr_conform_id(row));
  outcome o = outcome_of(c, s, row);
  if (o == FAILED)
    write_failure(x, c, row);
  else if (o == SKIPPED)
    cr__xunit_skipped(x, s->violated[row] > 0
                             ? "a warning: broken, and does not count without --strict"
                         : why[0] != '\0' ? why
                                          : "not exercised in this scenario");
  cr__xunit_close(x);
  cr_buf_free(&name);
}

/* The DLL that could not even be driven, or does not repeat itself. */
static void write_unjudged(cr__xunit *x, const cr_conformance *c) {
  cr__xunit_suite(x, c->subject->name, &(cr__counts){.tests = 1, .failures = 1});
  cr__xunit_case(x, c->subject->name, "can be judged");
  cr__xunit_failure(x, cr__conform_unjudged(c),
                    c->refused[0] != '\0' ? "refused" : "nondeterministic", "");
  cr__xunit_close(x);
  cr__xunit_close(x);
}

void cr_conform_junit(const cr_conformance *c, cr_buf *out) {
  cr__xunit x;
  bool unjudged = cr__conform_unjudged(c) != NULL;
  cr__counts all = {.tests = unjudged, .failures = unjudged};
  for (size_t i = 0; i < c->scenarios_count; i++) {
    cr__counts n = count(c, &c->scenario[i]);
    cr__counts_add(&all, &n);
  }
  cr__xunit_begin(&x, "clusrace conform", &all);
  for (size_t i = 0; i < c->scenarios_count; i++) {
    cr__counts n = count(c, &c->scenario[i]);
    cr__xunit_suite(&x, c->scenario[i].scenario->name, &n);
    for (unsigned row = 0; row < CR_CONFORM_ROWS; row++)
      if (is_case(c, row)) write_case(&x, c, &c->scenario[i], row);
    cr__xunit_close(&x);
  }
  if (unjudged) write_unjudged(&x, c);
  cr__xunit_end(&x, out);
}

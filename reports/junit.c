/* junit.c - the report as JUnit XML: a case per clause, since a case holds one failure. */
#include "clusrace/report.h"
#include "lanes.h"
#include "summary.h"
#include "xunit.h"

static void failure(cr__xunit *x, const cr_report_finding *f) {
  cr_buf verdict = {0}, body = {0};
  cr__verdict_text(&f->trace->verdict, &verdict);
  if (f->command[0] != '\0') cr_buf_printf(&body, "replay: %s\n\n", f->command);
  cr_trace_write(f->trace, &body);
  cr__xunit_failure(x, verdict.data, cr_verdict_kind_name(f->trace->verdict.kind), body.data);
  cr_buf_free(&verdict);
  cr_buf_free(&body);
}

static const cr_report_finding *finding_of(const cr_report_subject *s, cr_clause clause) {
  for (size_t i = 0; i < s->findings_count; i++)
    if (s->findings[i].trace->verdict.kind == CR_VERDICT_VIOLATES &&
        s->findings[i].trace->verdict.clause == clause)
      return &s->findings[i];
  return NULL;
}

/* The finding that kept the DLL from running to the end, if any. */
static const cr_report_finding *broken_run(const cr_report_subject *s) {
  for (size_t i = 0; i < s->findings_count; i++)
    if (s->findings[i].trace->verdict.kind != CR_VERDICT_VIOLATES) return &s->findings[i];
  return NULL;
}

static cr__counts count(const cr_report_subject *s) {
  cr__counts c = {.tests = 1, .failures = broken_run(s) != NULL};
  c.skipped = s->replays == 0 && c.failures == 0;
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    if (!cr__clause_is_judged((cr_clause)i)) continue;
    c.tests++;
    if (finding_of(s, (cr_clause)i) != NULL)
      c.failures++;
    else if (s->held[i] == 0)
      c.skipped++;
  }
  return c;
}

static void write_case(cr__xunit *x, const cr_report *r, const char *name,
                       const cr_report_finding *finding, const char *skipped) {
  cr__xunit_case(x, r->scenario->name, name);
  if (finding != NULL)
    failure(x, finding);
  else if (skipped != NULL)
    cr__xunit_skipped(x, skipped);
  cr__xunit_close(x);
}

static void write_suite(cr__xunit *x, const cr_report *r, const cr_report_subject *s) {
  cr__counts c = count(s);
  cr__xunit_suite(x, s->subject->name, &c);
  write_case(x, r, "runs to the end", broken_run(s),
             s->replays == 0 ? (s->note[0] != '\0' ? s->note : "nothing was replayed") : NULL);
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    if (!cr__clause_is_judged((cr_clause)i)) continue;
    write_case(x, r, cr_clause_row_of((cr_clause)i)->id, finding_of(s, (cr_clause)i),
               s->held[i] == 0 ? "not exercised" : NULL);
  }
  cr__xunit_close(x);
}

void cr_report_junit(const cr_report *r, cr_buf *out) {
  cr__xunit x;
  cr__counts all = {.tests = r->refuted != NULL, .failures = r->refuted != NULL};
  for (size_t i = 0; i < r->subjects_count; i++) {
    cr__counts c = count(&r->subjects[i]);
    cr__counts_add(&all, &c);
  }
  cr__xunit_begin(&x, "clusrace", &all);
  for (size_t i = 0; i < r->subjects_count; i++) write_suite(&x, r, &r->subjects[i]);
  if (r->refuted != NULL) {
    cr_report_finding model = {
        .trace = r->refuted, .id = "", .file = "", .command = "", .times = 1};
    cr__xunit_suite(&x, "model", &(cr__counts){.tests = 1, .failures = 1});
    write_case(&x, r, "the reference keeps every clause", &model, NULL);
    cr__xunit_close(&x);
  }
  cr__xunit_end(&x, out);
}

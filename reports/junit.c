/* junit.c - the report as JUnit XML: a case per clause, since a case holds one failure. */
#include <libxml/xmlwriter.h>
#include <stdio.h>

#include "clusrace/report.h"
#include "escape.h"
#include "lanes.h"
#include "summary.h"

static void attribute(xmlTextWriterPtr w, const char *name, const char *value) {
  cr_buf clean = {0};
  cr__clean(value, &clean);
  CR_ASSERT(xmlTextWriterWriteAttribute(w, BAD_CAST name,
                                        BAD_CAST(clean.data == NULL ? "" : clean.data)) >= 0);
  cr_buf_free(&clean);
}

static void attribute_number(xmlTextWriterPtr w, const char *name, size_t value) {
  char digits[24];
  snprintf(digits, sizeof digits, "%zu", value);
  attribute(w, name, digits);
}

static void open_element(xmlTextWriterPtr w, const char *name) {
  CR_ASSERT(xmlTextWriterStartElement(w, BAD_CAST name) >= 0);
}

static void close_element(xmlTextWriterPtr w) { CR_ASSERT(xmlTextWriterEndElement(w) >= 0); }

static void failure(xmlTextWriterPtr w, const cr_report_finding *f) {
  cr_buf verdict = {0}, body = {0}, clean = {0};
  cr__verdict_text(&f->trace->verdict, &verdict);
  if (f->command[0] != '\0') cr_buf_printf(&body, "replay: %s\n\n", f->command);
  cr_trace_write(f->trace, &body);
  cr__clean(body.data, &clean);
  open_element(w, "failure");
  attribute(w, "message", verdict.data);
  attribute(w, "type", cr_verdict_kind_name(f->trace->verdict.kind));
  CR_ASSERT(xmlTextWriterWriteString(w, BAD_CAST clean.data) >= 0);
  close_element(w);
  cr_buf_free(&verdict);
  cr_buf_free(&body);
  cr_buf_free(&clean);
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

typedef struct counts {
  size_t tests, failures, skipped;
} counts;

static counts count(const cr_report_subject *s) {
  counts c = {.tests = 1, .failures = broken_run(s) != NULL};
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

static void write_case(xmlTextWriterPtr w, const cr_report *r, const char *name,
                       const cr_report_finding *finding, const char *skipped) {
  open_element(w, "testcase");
  attribute(w, "classname", r->scenario->name);
  attribute(w, "name", name);
  if (finding != NULL) {
    failure(w, finding);
  } else if (skipped != NULL) {
    open_element(w, "skipped");
    attribute(w, "message", skipped);
    close_element(w);
  }
  close_element(w);
}

static void write_suite(xmlTextWriterPtr w, const cr_report *r, const cr_report_subject *s) {
  counts c = count(s);
  open_element(w, "testsuite");
  attribute(w, "name", s->subject->name);
  attribute_number(w, "tests", c.tests);
  attribute_number(w, "failures", c.failures);
  attribute_number(w, "errors", 0);
  attribute_number(w, "skipped", c.skipped);
  write_case(w, r, "runs to the end", broken_run(s),
             s->replays == 0 ? (s->note[0] != '\0' ? s->note : "nothing was replayed") : NULL);
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    if (!cr__clause_is_judged((cr_clause)i)) continue;
    write_case(w, r, cr_clause_row_of((cr_clause)i)->id, finding_of(s, (cr_clause)i),
               s->held[i] == 0 ? "not exercised" : NULL);
  }
  close_element(w);
}

void cr_report_junit(const cr_report *r, cr_buf *out) {
  xmlBufferPtr buffer = xmlBufferCreate();
  CR_ASSERT(buffer != NULL);
  xmlTextWriterPtr w = xmlNewTextWriterMemory(buffer, 0);
  CR_ASSERT(w != NULL);
  CR_ASSERT(xmlTextWriterSetIndent(w, 1) >= 0);
  CR_ASSERT(xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL) >= 0);
  counts all = {.tests = r->refuted != NULL, .failures = r->refuted != NULL};
  for (size_t i = 0; i < r->subjects_count; i++) {
    counts c = count(&r->subjects[i]);
    all.tests += c.tests;
    all.failures += c.failures;
    all.skipped += c.skipped;
  }
  open_element(w, "testsuites");
  attribute(w, "name", "clusrace");
  attribute_number(w, "tests", all.tests);
  attribute_number(w, "failures", all.failures);
  attribute_number(w, "errors", 0);
  attribute_number(w, "skipped", all.skipped);
  for (size_t i = 0; i < r->subjects_count; i++) write_suite(w, r, &r->subjects[i]);
  if (r->refuted != NULL) {
    cr_report_finding model = {
        .trace = r->refuted, .id = "", .file = "", .command = "", .times = 1};
    open_element(w, "testsuite");
    attribute(w, "name", "model");
    attribute_number(w, "tests", 1);
    attribute_number(w, "failures", 1);
    attribute_number(w, "errors", 0);
    attribute_number(w, "skipped", 0);
    write_case(w, r, "the reference keeps every clause", &model, NULL);
    close_element(w);
  }
  close_element(w);
  CR_ASSERT(xmlTextWriterEndDocument(w) >= 0);
  xmlFreeTextWriter(w);
  cr_buf_add(out, xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer));
  xmlBufferFree(buffer);
}

/* conform_junit.c - a conformance as JUnit XML: a suite for each scenario, in it a case for each
 * row that is the DLL's, since a case holds one failure. */
#include <libxml/xmlwriter.h>
#include <stdio.h>
#include <string.h>

#include "clusrace/conformance.h"
#include "escape.h"
#include "lanes.h"

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

typedef struct counts {
  size_t tests, failures, skipped;
} counts;

static counts count(const cr_conformance *c, const cr_conform_scenario *s) {
  counts n = {0};
  for (unsigned row = 0; row < CR_CONFORM_ROWS; row++) {
    if (!is_case(c, row)) continue;
    outcome o = outcome_of(c, s, row);
    n.tests++;
    n.failures += o == FAILED;
    n.skipped += o == SKIPPED;
  }
  return n;
}

static void counts_attributes(xmlTextWriterPtr w, const counts *n) {
  attribute_number(w, "tests", n->tests);
  attribute_number(w, "failures", n->failures);
  attribute_number(w, "errors", 0);
  attribute_number(w, "skipped", n->skipped);
}

static void write_failure(xmlTextWriterPtr w, const cr_conformance *c, unsigned row) {
  const cr_conform_finding *f = c->row[row].finding;
  cr_buf message = {0}, body = {0}, clean = {0};
  cr_buf_puts(&message, cr_conform_text(row));
  if (c->row[row].change == CR_CONFORM_UNCHANGED) cr_buf_puts(&message, " (not new)");
  if (f != NULL && f->command[0] != '\0') cr_buf_printf(&body, "replay: %s\n\n", f->command);
  if (f != NULL) cr_trace_write(f->trace, &body);
  cr__clean(body.data == NULL ? "" : body.data, &clean);
  open_element(w, "failure");
  attribute(w, "message", message.data);
  attribute(w, "type", row < CR_CLAUSE_COUNT ? "violates" : cr_conform_id(row));
  CR_ASSERT(xmlTextWriterWriteString(w, BAD_CAST(clean.data == NULL ? "" : clean.data)) >= 0);
  close_element(w);
  cr_buf_free(&message);
  cr_buf_free(&body);
  cr_buf_free(&clean);
}

static void write_case(xmlTextWriterPtr w, const cr_conformance *c, const cr_conform_scenario *s,
                       unsigned row) {
  cr_buf name = {0};
  cr_buf_printf(&name, "%s.%s", c->subject->name, s->scenario->name);
  open_element(w, "testcase");
  attribute(w, "classname", name.data);
  attribute(w, "name", cr_conform_id(row));
  outcome o = outcome_of(c, s, row);
  if (o == FAILED) {
    write_failure(w, c, row);
  } else if (o == SKIPPED) {
    const char *why = c->row[row].why;
    open_element(w, "skipped");
    attribute(w, "message",
              s->violated[row] > 0 ? "a warning: broken, and does not count without --strict"
              : why[0] != '\0'     ? why
                                   : "not exercised in this scenario");
    close_element(w);
  }
  close_element(w);
  cr_buf_free(&name);
}

void cr_conform_junit(const cr_conformance *c, cr_buf *out) {
  xmlBufferPtr buffer = xmlBufferCreate();
  CR_ASSERT(buffer != NULL);
  xmlTextWriterPtr w = xmlNewTextWriterMemory(buffer, 0);
  CR_ASSERT(w != NULL);
  CR_ASSERT(xmlTextWriterSetIndent(w, 1) >= 0);
  CR_ASSERT(xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL) >= 0);
  counts all = {.tests = c->refused[0] != '\0', .failures = c->refused[0] != '\0'};
  for (size_t i = 0; i < c->scenarios_count; i++) {
    counts n = count(c, &c->scenario[i]);
    all.tests += n.tests;
    all.failures += n.failures;
    all.skipped += n.skipped;
  }
  open_element(w, "testsuites");
  attribute(w, "name", "clusrace conform");
  counts_attributes(w, &all);
  for (size_t i = 0; i < c->scenarios_count; i++) {
    counts n = count(c, &c->scenario[i]);
    open_element(w, "testsuite");
    attribute(w, "name", c->scenario[i].scenario->name);
    counts_attributes(w, &n);
    for (unsigned row = 0; row < CR_CONFORM_ROWS; row++)
      if (is_case(c, row)) write_case(w, c, &c->scenario[i], row);
    close_element(w);
  }
  if (c->refused[0] != '\0') {
    counts one = {.tests = 1, .failures = 1};
    open_element(w, "testsuite");
    attribute(w, "name", c->subject->name);
    counts_attributes(w, &one);
    open_element(w, "testcase");
    attribute(w, "classname", c->subject->name);
    attribute(w, "name", "can be judged");
    open_element(w, "failure");
    attribute(w, "message", c->refused);
    attribute(w, "type", "refused");
    close_element(w);
    close_element(w);
    close_element(w);
  }
  close_element(w);
  CR_ASSERT(xmlTextWriterEndDocument(w) >= 0);
  xmlFreeTextWriter(w);
  cr_buf_add(out, xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer));
  xmlBufferFree(buffer);
}

/* xunit.c - see xunit.h. */
#include "xunit.h"

#include <stdio.h>

#include "escape.h"

void cr__counts_add(cr__counts *to, const cr__counts *more) {
  to->tests += more->tests;
  to->failures += more->failures;
  to->skipped += more->skipped;
}

void cr__xunit_open(cr__xunit *x, const char *element) {
  CR_ASSERT(xmlTextWriterStartElement(x->writer, BAD_CAST element) >= 0);
}

void cr__xunit_close(cr__xunit *x) { CR_ASSERT(xmlTextWriterEndElement(x->writer) >= 0); }

void cr__xunit_attribute(cr__xunit *x, const char *name, const char *value) {
  cr_buf clean = {0};
  cr__clean(value, &clean);
  CR_ASSERT(xmlTextWriterWriteAttribute(x->writer, BAD_CAST name,
                                        BAD_CAST(clean.data == NULL ? "" : clean.data)) >= 0);
  cr_buf_free(&clean);
}

static void number(cr__xunit *x, const char *name, size_t value) {
  char digits[24];
  snprintf(digits, sizeof digits, "%zu", value);
  cr__xunit_attribute(x, name, digits);
}

/* No schema has the number of those skipped for all suites together. */
static void put_counts(cr__xunit *x, const char *name, const cr__counts *counts, bool suite) {
  cr__xunit_attribute(x, "name", name);
  number(x, "tests", counts->tests);
  number(x, "failures", counts->failures);
  number(x, "errors", 0);
  if (suite) number(x, "skipped", counts->skipped);
}

void cr__xunit_begin(cr__xunit *x, const char *name, const cr__counts *counts) {
  x->buffer = xmlBufferCreate();
  CR_ASSERT(x->buffer != NULL);
  x->writer = xmlNewTextWriterMemory(x->buffer, 0);
  CR_ASSERT(x->writer != NULL);
  CR_ASSERT(xmlTextWriterSetIndent(x->writer, 1) >= 0);
  CR_ASSERT(xmlTextWriterStartDocument(x->writer, NULL, "UTF-8", NULL) >= 0);
  cr__xunit_open(x, "testsuites");
  put_counts(x, name, counts, false);
}

void cr__xunit_end(cr__xunit *x, cr_buf *out) {
  cr__xunit_close(x);
  CR_ASSERT(xmlTextWriterEndDocument(x->writer) >= 0);
  xmlFreeTextWriter(x->writer);
  cr_buf_add(out, xmlBufferContent(x->buffer), (size_t)xmlBufferLength(x->buffer));
  xmlBufferFree(x->buffer);
}

void cr__xunit_suite(cr__xunit *x, const char *name, const cr__counts *counts) {
  cr__xunit_open(x, "testsuite");
  put_counts(x, name, counts, true);
}

void cr__xunit_case(cr__xunit *x, const char *class_name, const char *name) {
  cr__xunit_open(x, "testcase");
  cr__xunit_attribute(x, "classname", class_name);
  cr__xunit_attribute(x, "name", name);
}

void cr__xunit_failure(cr__xunit *x, const char *message, const char *type, const char *text) {
  cr_buf clean = {0};
  cr__clean(text, &clean);
  cr__xunit_open(x, "failure");
  cr__xunit_attribute(x, "message", message);
  cr__xunit_attribute(x, "type", type);
  if (clean.len != 0) CR_ASSERT(xmlTextWriterWriteString(x->writer, BAD_CAST clean.data) >= 0);
  cr__xunit_close(x);
  cr_buf_free(&clean);
}

void cr__xunit_skipped(cr__xunit *x, const char *message) {
  cr__xunit_open(x, "skipped");
  cr__xunit_attribute(x, "message", message);
  cr__xunit_close(x);
}

/* xunit.h - JUnit XML, as both writers of it need it. Private to reports/. */
#ifndef CR_REPORT_XUNIT_H
#define CR_REPORT_XUNIT_H

#include <libxml/xmlwriter.h>

#include "clusrace/base.h"

typedef struct cr__xunit {
  xmlBufferPtr buffer;
  xmlTextWriterPtr writer;
} cr__xunit;

typedef struct cr__counts {
  size_t tests, failures, skipped;
} cr__counts;

void cr__counts_add(cr__counts *to, const cr__counts *more);

/* The document with its element testsuites, open. */
void cr__xunit_begin(cr__xunit *x, const char *name, const cr__counts *counts);
/* Appends the document and frees it. */
void cr__xunit_end(cr__xunit *x, cr_buf *out);

void cr__xunit_open(cr__xunit *x, const char *element);
void cr__xunit_close(cr__xunit *x);
/* What XML does not bear is replaced, here and in texts. */
void cr__xunit_attribute(cr__xunit *x, const char *name, const char *value);
/* A suite, open, with its counts. */
void cr__xunit_suite(cr__xunit *x, const char *name, const cr__counts *counts);
/* A case, open. */
void cr__xunit_case(cr__xunit *x, const char *class_name, const char *name);
/* What became of the case that is open. */
void cr__xunit_failure(cr__xunit *x, const char *message, const char *type, const char *text);
void cr__xunit_skipped(cr__xunit *x, const char *message);

#endif

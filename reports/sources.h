/* sources.h - what the short names of a clause's sources stand for. Private to reports/. */
#ifndef CR_REPORT_SOURCES_H
#define CR_REPORT_SOURCES_H

#include "clusrace/clause.h"

typedef struct cr__source {
  char name[32];    /* "TERM" */
  const char *what; /* "the reference pages of ..."; static storage */
} cr__source;

enum { CR__SOURCES_MAX = 16 };

/* The sources of a clause, in their order; how many. */
unsigned cr__sources_of(cr_clause clause, cr__source *list);

#endif

/* page.h - the page that people open: what it shows goes into one object, which its script reads.
 * Private to reports/.
 *
 * The files of page/ are its frame, style and script. A finding's steps are written as short texts
 * of numbers in base 36 that point into one list of strings, and are read when somebody opens the
 * finding; so ten thousand findings are some megabytes, and nothing is drawn that nobody sees.
 */
#ifndef CR_REPORT_PAGE_H
#define CR_REPORT_PAGE_H

#include "clusrace/report.h"
#include "jsons.h"
#include "strings.h"

typedef struct cr__page {
  json_t *root, *clauses, *findings;
  cr__strings strings;
  /* said in the page's head, without any script */
  const char *kind;      /* "Conformance report" */
  cr_buf headline, lead; /* plain text */
  cr_exit status;
  json_t *facts; /* pairs of name and value */
} cr__page;

typedef struct cr__page_finding {
  const cr_trace *trace;
  const cr_trace *neighbour; /* or NULL */
  const char *id, *file, *command, *change;
  unsigned subject;
  uint64_t times;
} cr__page_finding;

void cr__page_begin(cr__page *page, const char *kind);
/* A line of the facts beside the verdict; nothing when value is empty. */
void cr__page_fact(cr__page *page, const char *name, const char *value);
/* A row of the table of clauses: row as cr_conform_id has it. The caller adds a cell for each
 * subject to what is returned. */
json_t *cr__page_clause(cr__page *page, unsigned row);
/* verdict as cr_conform_verdict_name has it. */
void cr__page_cell(json_t *cells, const char *verdict, uint64_t held, uint64_t violated,
                   const char *why, const char *change);
void cr__page_finding_add(cr__page *page, const cr__page_finding *finding);
/* What was run in a scenario, in a few words. */
void cr__page_scenario(cr__page *page, const cr_scenario *scenario, const char *runs,
                       const char *state);
void cr__page_pictures(cr__page *page, const cr_report_picture *pictures, size_t count);
/* Appends the page and frees what it is made of. */
void cr__page_end(cr__page *page, cr_buf *out);

#endif

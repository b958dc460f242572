/* summary.h - what several writers say of a report. Private to reports/. */
#ifndef CR_REPORT_SUMMARY_H
#define CR_REPORT_SUMMARY_H

#include "clusrace/conformance.h"

size_t cr__findings_total(const cr_report *report);
/* Clauses that the subject was really put to and kept. */
unsigned cr__clauses_held(const cr_report_subject *subject);
/* Is the clause an obligation of a DLL (and so judged on a real one)? */
bool cr__clause_is_judged(cr_clause clause);
/* "conforms", "violates the contract", ... Static storage. */
const char *cr__subject_verdict(const cr_report_subject *subject);
/* Why the DLL cannot be judged (it cannot be driven, or does not repeat itself), or NULL. */
const char *cr__conform_unjudged(const cr_conformance *c);
/* "does not conform", ...: what is claimed of the DLL, to stand behind its name. */
void cr__conform_claim(const cr_conformance *c, cr_exit status, cr_buf *out);

#endif

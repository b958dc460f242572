/* summary.c - what several writers say of a report: statuses and counts. */
#include "summary.h"

#include <string.h>

/* Statuses from the worst to the best. */
static const cr_exit order[] = {CR_EXIT_SAFETY,   CR_EXIT_LIVENESS, CR_EXIT_CRASH, CR_EXIT_NONDET,
                                CR_EXIT_DIVERGED, CR_EXIT_BOUNDED,  CR_EXIT_OK};

static cr_exit worse(cr_exit a, cr_exit b) {
  for (size_t i = 0; i < CR_ARRAY_LEN(order); i++)
    if (a == order[i] || b == order[i]) return order[i];
  return a;
}

cr_exit cr_report_subject_exit(const cr_report_subject *subject) {
  cr_exit status = subject->replays > 0       ? CR_EXIT_OK
                   : subject->note[0] != '\0' ? CR_EXIT_NONDET /* it could not be judged */
                                              : CR_EXIT_BOUNDED;
  for (size_t i = 0; i < subject->findings_count; i++)
    status = worse(status, cr_verdict_exit(&subject->findings[i].trace->verdict));
  return status;
}

cr_exit cr_report_exit(const cr_report *report) {
  bool proved = report->states == 0 || report->explored; /* not asked for, or done to the end */
  cr_exit status =
      proved && !report->stopped && report->subjects_count > 0 ? CR_EXIT_OK : CR_EXIT_BOUNDED;
  if (report->refuted != NULL) status = CR_EXIT_SAFETY;
  for (size_t i = 0; i < report->subjects_count; i++)
    status = worse(status, cr_report_subject_exit(&report->subjects[i]));
  return status;
}

size_t cr__findings_total(const cr_report *report) {
  size_t total = 0;
  for (size_t i = 0; i < report->subjects_count; i++) total += report->subjects[i].findings_count;
  return total;
}

unsigned cr__clauses_held(const cr_report_subject *subject) {
  unsigned held = 0;
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++)
    if (cr__clause_is_judged((cr_clause)i) && subject->held[i] > 0 && subject->violated[i] == 0)
      held++;
  return held;
}

bool cr__clause_is_judged(cr_clause clause) {
  cr_party party = cr_clause_row_of(clause)->party;
  return party == CR_PARTY_DLL || party == CR_PARTY_APP;
}

const char *cr__subject_verdict(const cr_report_subject *subject) {
  if (subject->replays == 0) return "not judged";
  switch (cr_report_subject_exit(subject)) {
    case CR_EXIT_OK: return "conforms";
    case CR_EXIT_SAFETY:
    case CR_EXIT_LIVENESS: return "violates the contract";
    case CR_EXIT_CRASH: return "crashes, hangs or deadlocks";
    case CR_EXIT_NONDET: return "inconclusive";
    case CR_EXIT_DIVERGED: return "diverges";
    default: return "not judged";
  }
}

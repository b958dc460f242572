/* neighbours.c - see neighbours.h. */
#include "neighbours.h"

#include "clusrace/frame.h"

/* TRIES: a beginning that fails again costs a host. FINDINGS: more of them get what was run anyway.
 */
enum { TRIES = 9, FINDINGS = 24 };

typedef struct search {
  cli_reporting *reporting;
  cr_host *host;
  uint32_t flags;
  unsigned subject;
  cr_trace guide, observed;
} search;

/* Does the beginning of so many steps, brought to rest, conform? Then it is kept. */
static cr_err try_beginning(search *s, size_t steps, bool *conforms, cr_errinfo *info) {
  s->guide.steps_count = steps;
  cr_err err =
      cr_host_replay(s->host, &s->guide, s->flags | CR_REPLAY_ONCE, &s->observed, NULL, info);
  *conforms = err == CR_OK && s->observed.verdict.kind == CR_VERDICT_CONFORMS;
  if (*conforms) cli_reporting_keep(s->reporting, s->subject, &s->observed);
  return err;
}

/* Cut before the step that decides, then further and further away from it; then back again by
 * halves. */
static cr_err find_one(search *s, const cr_trace *finding, cr_errinfo *info) {
  size_t end = finding->verdict.step == 0 ? finding->steps_count : finding->verdict.step - 1;
  size_t bad = 0, good = 0; /* steps cut off */
  bool conforms = false;
  cr_err err = CR_OK;
  cr_trace_copy(&s->guide, finding);
  s->guide.verdict = (cr_verdict){.kind = CR_VERDICT_CONFORMS, .clause = CR_CLAUSE_COUNT};
  for (size_t try = 0; err == CR_OK && !conforms && try < TRIES && good <= end; try++) {
    err = try_beginning(s, end - good, &conforms, info);
    if (conforms) break;
    bad = good;
    good += 1 + good / 2;
  }
  while (err == CR_OK && conforms && good > bad + 1 && !cr_host_interrupted(s->host)) {
    size_t middle = bad + (good - bad) / 2;
    bool also = false;
    err = try_beginning(s, end - middle, &also, info);
    if (also)
      good = middle;
    else
      bad = middle;
  }
  return err;
}

cr_err cli_neighbours_find(cli_reporting *reporting, unsigned subject, cr_host *host,
                           uint32_t flags, cr_errinfo *info) {
  cr_report report = {0};
  cr_err err = CR_OK;
  search s = {.reporting = reporting, .host = host, .flags = flags, .subject = subject};
  cli_reporting_finish(reporting, &report);
  const cr_report_subject *found = &report.subjects[subject];
  for (size_t i = 0; err == CR_OK && i < found->findings_count && i < FINDINGS; i++)
    if (!cr_host_interrupted(host)) err = find_one(&s, found->findings[i].trace, info);
  cr_trace_free(&s.guide);
  cr_trace_free(&s.observed);
  return err;
}

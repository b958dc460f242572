/* minimising.c - see minimising.h. */
#include "minimising.h"

#include "clusrace/conformance.h"

cr_err cli_store_finding(cr_corpus *corpus, const cr_trace *finding, cr_errinfo *info) {
  cr_judgement judged;
  cr_trace_judge(finding, &judged);
  cr_err err = cr_corpus_put(corpus, finding, &judged.exercised, CR_ENGINE_REPLAY, 0, NULL, info);
  if (err != CR_OK) return err;
  return cr_corpus_put_replay(corpus, cr_trace_behaviour_digest(finding), finding, NULL, info);
}

const char *cli_minimising_remark(const cr_host_minimised *stats) {
  return stats->stopped    ? "it was stopped, so the trace is as it was found"
         : stats->unsure   ? "the shortest did not come again in a fresh process"
         : !stats->minimal ? "not all could be tried"
                           : "";
}

static void say(const cr_trace *finding, const char *remark, cr_buf *note) {
  unsigned row = cr_conform_row_of(&finding->verdict);
  if (note == NULL || remark[0] == '\0' || row == CR_CONFORM_ROWS) return;
  cr_buf_printf(note, "%s%s is perhaps not minimal: %s", note->len == 0 ? "" : "; ",
                cr_conform_id(row), remark);
}

cr_err cli_minimising_findings(const cli_minimising *m, cli_reporting *reporting, unsigned subject,
                               cr_buf *note, bool *stopped, cr_errinfo *info) {
  cr_report report = {0};
  cr_err err = CR_OK;
  *stopped = false;
  cli_reporting_finish(reporting, &report);
  const cr_report_subject *found = &report.subjects[subject];
  for (size_t i = 0; err == CR_OK && i < found->findings_count; i++) {
    const cr_trace *trace = found->findings[i].trace;
    if (cr_conform_row_of(&trace->verdict) == CR_CONFORM_ROWS) continue; /* it was not judged */
    cr_trace minimal = {0};
    cr_host_minimised stats;
    err = cr_host_minimise(m->host, trace, &m->options, &minimal, &stats, info);
    if (err == CR_OK) {
      *stopped = *stopped || stats.stopped;
      say(trace, cli_minimising_remark(&stats), note);
      if (m->corpus != NULL && !stats.stopped) err = cli_store_finding(m->corpus, &minimal, info);
      cli_reporting_minimise(reporting, subject, &minimal, stats.minimal);
    } else {
      say(trace, info->text, note);
    }
    cr_trace_free(&minimal);
  }
  return err;
}

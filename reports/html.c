/* html.c - the page of a report: what was explored, fuzzed and replayed, on one DLL or several. */
#include <string.h>

#include "clusrace/conformance.h"
#include "page.h"
#include "summary.h"

static void say_verdict(const cr_report *r, cr__page *p) {
  size_t findings = cr__findings_total(r);
  unsigned clean = 0;
  for (size_t i = 0; i < r->subjects_count; i++)
    clean += cr_report_subject_exit(&r->subjects[i]) == CR_EXIT_OK;
  if (r->refuted != NULL)
    cr_buf_puts(&p->headline, "The reference model itself violates the contract");
  else if (findings > 0)
    cr_buf_printf(&p->headline, "%zu finding%s on %zu of %zu DLL%s", findings,
                  findings == 1 ? "" : "s", r->subjects_count - clean, r->subjects_count,
                  r->subjects_count == 1 ? "" : "s");
  else if (p->status == CR_EXIT_OK)
    cr_buf_puts(&p->headline, "Nothing was found: every replay conforms");
  else
    cr_buf_puts(&p->headline, "Nothing was found, but not everything could be judged");
  cr_buf_printf(&p->lead, "%u of %zu DLL%s kept every clause that %s put to.", clean,
                r->subjects_count, r->subjects_count == 1 ? "" : "s",
                r->subjects_count == 1 ? "it was" : "they were");
}

static void thousands(uint64_t value, cr_buf *out) {
  cr_buf plain = {0};
  cr_buf_printf(&plain, "%llu", (unsigned long long)value);
  for (size_t i = 0; i < plain.len; i++) {
    if (i > 0 && (plain.len - i) % 3 == 0) cr_buf_putc(out, ',');
    cr_buf_putc(out, plain.data[i]);
  }
  cr_buf_free(&plain);
}

/* What was proved on the model, when that was part of it. */
static void say_models(const cr_report *r, cr__page *p) {
  cr_buf text = {0};
  if (r->states == 0) return; /* made from a store: nothing was explored */
  thousands(r->states, &text);
  cr_buf_puts(&text, " states, ");
  thousands(r->transitions, &text);
  cr_buf_printf(&text, " transitions, %s: %s",
                r->explored ? "explored to the end" : "not explored to the end",
                r->refuted != NULL ? "a clause fails"
                : r->explored      ? "every clause holds"
                                   : "no clause failed, which is no proof");
  cr__page_fact(p, "Model", text.data);
  cr_buf_clear(&text);
  cr_buf_printf(&text, "%u of %u named deviations were caught by their clause, %u by the fuzzer",
                r->caught, r->mutants, r->fuzz_caught);
  cr__page_fact(p, "Mutants", text.data);
  cr_buf_clear(&text);
  thousands(r->executions, &text);
  cr_buf_printf(&text, " interleavings (%s), ", r->engine);
  thousands(r->novel, &text);
  cr_buf_puts(&text, " of them new, ");
  thousands(r->stored, &text);
  cr_buf_puts(&text, " stored");
  cr__page_fact(p, "Fuzzing", text.data);
  cr_buf_free(&text);
}

static void say_facts(const cr_report *r, cr__page *p) {
  cr_buf text = {0};
  say_models(r, p);
  cr__page_fact(p, "Scenario", r->scenario->name);
  cr_buf_printf(&text, "%d", (int)p->status);
  cr__page_fact(p, "Exit status", text.data);
  cr__page_fact(p, "Made by", r->tool);
  cr__page_fact(p, "Made on", r->time);
  cr_buf_clear(&text);
  cr_buf_printf(&text, "%016llx", (unsigned long long)cr_contract_digest());
  cr__page_fact(p, "Contract", text.data);
  cr__page_fact(p, "Command", r->command);
  cr_buf_free(&text);
}

static json_t *subject_json(const cr_report_subject *s) {
  json_t *o = json_object();
  cr_buf digest = {0};
  cr_exit status = cr_report_subject_exit(s);
  cr_buf_printf(&digest, "%016llx", (unsigned long long)s->subject->digest);
  cr__json_set(o, "name", cr__json_text(s->subject->name));
  cr__json_set(o, "digest", json_string(digest.data));
  cr__json_set(o, "verdict", json_string(cr__subject_verdict(s)));
  cr__json_set(o, "mood",
               json_string(status == CR_EXIT_OK        ? "good"
                           : status == CR_EXIT_BOUNDED ? "warn"
                                                       : "bad"));
  cr__json_set(o, "replays", json_integer((json_int_t)s->replays));
  cr__json_set(o, "note", cr__json_text(s->note));
  cr_buf_free(&digest);
  return o;
}

static void put_clauses(const cr_report *r, cr__page *p) {
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    json_t *cells = cr__page_clause(p, i);
    for (size_t k = 0; k < r->subjects_count; k++) {
      const cr_report_subject *s = &r->subjects[k];
      cr_conform_verdict verdict = s->violated[i] > 0 ? CR_CONFORM_VIOLATED
                                   : s->held[i] > 0   ? CR_CONFORM_HELD
                                                      : CR_CONFORM_NOT_EXERCISED;
      cr__page_cell(cells, cr_conform_verdict_name(verdict), s->held[i], s->violated[i], "",
                    cr_conform_change_name(CR_CONFORM_SAME));
    }
  }
}

static void put_findings(const cr_report *r, cr__page *p) {
  for (size_t i = 0; i < r->subjects_count; i++)
    for (size_t k = 0; k < r->subjects[i].findings_count; k++) {
      const cr_report_finding *f = &r->subjects[i].findings[k];
      cr__page_finding_add(p, &(cr__page_finding){.trace = f->trace,
                                                  .neighbour = f->neighbour,
                                                  .id = f->id,
                                                  .file = f->file,
                                                  .command = f->command,
                                                  .change = "same",
                                                  .subject = (unsigned)i,
                                                  .times = f->times});
    }
  if (r->refuted != NULL)
    cr__page_finding_add(p, &(cr__page_finding){.trace = r->refuted,
                                                .id = "",
                                                .file = "",
                                                .command = "",
                                                .change = "same",
                                                .subject = (unsigned)r->subjects_count,
                                                .times = 1});
}

void cr_report_html(const cr_report *r, cr_buf *out) {
  cr__page page;
  json_t *subjects = json_array();
  cr__page_begin(&page, "Report");
  page.status = cr_report_exit(r);
  say_verdict(r, &page);
  say_facts(r, &page);
  for (size_t i = 0; i < r->subjects_count; i++)
    json_array_append_new(subjects, subject_json(&r->subjects[i]));
  cr__json_set(page.root, "subjects", subjects);
  put_clauses(r, &page);
  put_findings(r, &page);
  cr__page_scenario(&page, r->scenario, "", "");
  cr__page_pictures(&page, r->pictures, r->pictures_count);
  cr__page_end(&page, out);
}

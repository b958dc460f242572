/* html.c - the report as one self-contained page. */
#include <string.h>

#include "clusrace/report.h"
#include "escape.h"
#include "lanes.h"
#include "style.h"
#include "summary.h"

static void esc(cr_buf *out, const char *text) { cr__escape(text, out); }

static void thousands(uint64_t number, cr_buf *out) {
  char digits[24];
  cr_buf plain = {0};
  cr_buf_printf(&plain, "%llu", (unsigned long long)number);
  size_t n = plain.len < sizeof digits ? plain.len : 0;
  for (size_t i = 0; i < n; i++) {
    if (i > 0 && (n - i) % 3 == 0) cr_buf_putc(out, ',');
    cr_buf_putc(out, plain.data[i]);
  }
  cr_buf_free(&plain);
}

static const char *mood(cr_exit status) {
  return status == CR_EXIT_OK ? "good" : status == CR_EXIT_BOUNDED ? "warn" : "bad";
}

static void term(cr_buf *out, const char *name, const char *value) {
  if (value[0] == '\0') return;
  cr_buf_puts(out, "<dt>");
  esc(out, name);
  cr_buf_puts(out, "</dt><dd>");
  esc(out, value);
  cr_buf_puts(out, "</dd>");
}

/* A block of text with a button that copies it. */
static void copy_block(cr_buf *out, const char *id, unsigned long long number, const char *text) {
  cr_buf_printf(out, "<div class=\"copy\"><pre id=\"%s%llu\" tabindex=\"0\">", id, number);
  esc(out, text);
  cr_buf_printf(out,
                "</pre><button type=\"button\" data-copy=\"%s%llu\" hidden>Copy</button></div>\n",
                id, number);
}

/* ---- the head -------------------------------------------------------------------------------- */

static void write_banner(const cr_report *r, cr_buf *out) {
  cr_exit status = cr_report_exit(r);
  size_t findings = cr__findings_total(r);
  unsigned clean = 0;
  for (size_t i = 0; i < r->subjects_count; i++)
    if (cr_report_subject_exit(&r->subjects[i]) == CR_EXIT_OK) clean++;
  cr_buf_printf(out, "<div class=\"banner %s\" role=\"status\"><strong>", mood(status));
  if (r->refuted != NULL)
    cr_buf_puts(out, "The reference model itself violates the contract.");
  else if (findings > 0)
    cr_buf_printf(out, "%zu finding%s on %zu of %zu DLLs.", findings, findings == 1 ? "" : "s",
                  r->subjects_count - clean, r->subjects_count);
  else if (status == CR_EXIT_OK)
    cr_buf_puts(out, "Nothing was found: every replay conforms.");
  else
    cr_buf_puts(out, "Nothing was found, but not everything could be judged.");
  cr_buf_printf(
      out,
      "</strong><p>Exit status %d. %u of %zu DLLs kept every clause they were put to.</p></div>\n",
      (int)status, clean, r->subjects_count);
}

static void write_models(const cr_report *r, cr_buf *out) {
  if (r->states == 0) return; /* made from a store: nothing was explored */
  cr_buf_puts(out,
              "<section aria-labelledby=\"model\"><h2 id=\"model\">What was explored</h2><div "
              "class=\"grid\">"
              "<div class=\"card\"><h3>Proof on the model</h3><p>");
  thousands(r->states, out);
  cr_buf_puts(out, " states, ");
  thousands(r->transitions, out);
  cr_buf_printf(out, " transitions, depth %u: %s.</p><p class=\"soft\">%s</p></div>", r->depth,
                r->explored ? "explored to the end" : "not explored to the end",
                r->refuted != NULL ? "A clause fails: see the counterexample below."
                : r->explored      ? "Every clause holds in every interleaving of the scenario."
                                   : "No clause failed as far as it went; this is no proof.");
  cr_buf_printf(
      out,
      "<div class=\"card\"><h3>Mutants</h3><p>%u of %u named deviations of the DLL were caught by "
      "their clause, %u also by the fuzzer.</p><p class=\"soft\">A clause that nothing can break "
      "would prove nothing.</p></div>",
      r->caught, r->mutants, r->fuzz_caught);
  cr_buf_puts(out, "<div class=\"card\"><h3>Fuzzing</h3><p>");
  thousands(r->executions, out);
  cr_buf_puts(out, " interleavings (");
  esc(out, r->engine);
  cr_buf_puts(out, "), ");
  thousands(r->novel, out);
  cr_buf_puts(out, " of them new, ");
  thousands(r->stored, out);
  cr_buf_puts(out, " stored.</p></div></div></section>\n");
}

static void write_subjects(const cr_report *r, cr_buf *out) {
  cr_buf_puts(out,
              "<section aria-labelledby=\"dlls\"><h2 id=\"dlls\">DLLs</h2><div class=\"grid\">\n");
  for (size_t i = 0; i < r->subjects_count; i++) {
    const cr_report_subject *s = &r->subjects[i];
    cr_buf_puts(out, "<div class=\"card\"><h3>");
    esc(out, s->subject->name);
    cr_buf_printf(out, "</h3><p class=\"%s\"><strong>", mood(cr_report_subject_exit(s)));
    esc(out, cr__subject_verdict(s));
    cr_buf_puts(out, "</strong></p><dl>");
    cr_buf_printf(
        out,
        "<dt>replays</dt><dd>%llu</dd><dt>clauses held</dt><dd>%u</dd>"
        "<dt>findings</dt><dd>%zu</dd><dt>digest</dt><dd class=\"mono\">%016llx</dd></dl>",
        (unsigned long long)s->replays, cr__clauses_held(s), s->findings_count,
        (unsigned long long)s->subject->digest);
    if (s->note[0] != '\0') {
      cr_buf_puts(out, "<p class=\"warn\">");
      esc(out, s->note);
      cr_buf_puts(out, "</p>");
    }
    for (size_t k = 0; k < s->findings_count; k++) {
      cr_buf text = {0};
      cr_verdict verdict = s->findings[k].trace->verdict;
      verdict.note[0] = '\0';
      cr__verdict_text(&verdict, &text);
      cr_buf_printf(out, "<p><a href=\"#f%zu-%zu\">", i + 1, k + 1);
      esc(out, text.data);
      cr_buf_puts(out, "</a></p>");
      cr_buf_free(&text);
    }
    cr_buf_puts(out, "</div>\n");
  }
  cr_buf_puts(out, "</div></section>\n");
}

/* ---- findings -------------------------------------------------------------------------------- */

static void write_clause(cr_clause clause, cr_buf *out) {
  const cr_clause_row *row = cr_clause_row_of(clause);
  cr_buf_puts(out, "<p>");
  esc(out, row->text);
  cr_buf_puts(out, "</p><p><span class=\"tag\">");
  esc(out, cr_clause_kind_name(row->kind));
  cr_buf_puts(out, "</span><span class=\"tag\">judged: ");
  esc(out, cr_party_name(row->party));
  cr_buf_puts(out, "</span><span class=\"tag\">");
  esc(out, cr_confidence_name(row->confidence));
  cr_buf_puts(out, "</span><span class=\"tag\">source: ");
  esc(out, row->source);
  cr_buf_puts(out, "</span></p>");
}

static void write_finding(const cr_report_subject *s, size_t subject, size_t index,
                          const cr_report_finding *f, cr_buf *out) {
  unsigned long long number = subject * 1000 + index + 1;
  cr_buf verdict = {0}, text = {0};
  cr_verdict plain = f->trace->verdict;
  plain.note[0] = '\0';
  cr__verdict_text(&plain, &verdict);
  cr_buf_printf(out, "<article class=\"card finding\" id=\"f%zu-%zu\"><h3><span class=\"bad\">",
                subject + 1, index + 1);
  esc(out, verdict.data);
  cr_buf_puts(out, "</span> &mdash; ");
  esc(out, s->subject->name);
  cr_buf_puts(out, "</h3>");
  if (f->trace->verdict.kind == CR_VERDICT_VIOLATES) write_clause(f->trace->verdict.clause, out);
  cr_buf_puts(out, "<dl>");
  cr_buf_printf(out, "<dt>steps</dt><dd>%zu</dd><dt>seen in</dt><dd>%llu interleaving%s</dd>",
                f->trace->steps_count, (unsigned long long)f->times, f->times == 1 ? "" : "s");
  term(out, "note", f->trace->verdict.note);
  term(out, "trace", f->file);
  term(out, "id", f->id);
  cr_buf_puts(out, "</dl>");
  if (f->command[0] != '\0') {
    cr_buf_puts(out, "<p>Replay it by hand:</p>");
    copy_block(out, "c", number, f->command);
  }
  cr_buf_puts(
      out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Sequence chart\">");
  cr_report_svg(f->trace, out);
  cr_buf_puts(out, "</div><details><summary>The trace as text</summary>");
  cr_trace_write(f->trace, &text);
  copy_block(out, "t", number, text.data);
  cr_buf_puts(out, "</details></article>\n");
  cr_buf_free(&verdict);
  cr_buf_free(&text);
}

static void write_findings(const cr_report *r, cr_buf *out) {
  cr_buf_puts(out, "<section aria-labelledby=\"findings\"><h2 id=\"findings\">Findings</h2>\n");
  if (cr__findings_total(r) == 0 && r->refuted == NULL) cr_buf_puts(out, "<p>None.</p>");
  if (r->refuted != NULL) {
    static const cr_report_subject model = {.note = ""};
    cr_report_subject reference = model;
    reference.subject = &r->refuted->subject;
    cr_report_finding f = {.trace = r->refuted, .id = "", .file = "", .command = "", .times = 1};
    write_finding(&reference, 999, 0, &f, out);
  }
  for (size_t i = 0; i < r->subjects_count; i++)
    for (size_t k = 0; k < r->subjects[i].findings_count; k++)
      write_finding(&r->subjects[i], i, k, &r->subjects[i].findings[k], out);
  cr_buf_puts(out, "</section>\n");
}

/* ---- the table of clauses -------------------------------------------------------------------- */

static void write_cell(const cr_report_subject *s, cr_clause clause, cr_buf *out) {
  if (s->violated[clause] > 0)
    cr_buf_printf(out, "<td class=\"bad\"><strong>violated</strong> %u&times;</td>",
                  s->violated[clause]);
  else if (s->held[clause] > 0)
    cr_buf_printf(out, "<td class=\"good\">held %u&times;</td>", s->held[clause]);
  else
    cr_buf_puts(out, "<td class=\"soft\">not exercised</td>");
}

static void write_clause_row(const cr_report *r, cr_clause clause, cr_buf *out) {
  const cr_clause_row *row = cr_clause_row_of(clause);
  bool held = false, violated = false, idle = false;
  for (size_t i = 0; i < r->subjects_count; i++) {
    if (r->subjects[i].violated[clause] > 0)
      violated = true;
    else if (r->subjects[i].held[clause] > 0)
      held = true;
    else
      idle = true;
  }
  cr_buf_printf(
      out, "<tr data-s=\"%s%s%s\"><th scope=\"row\" class=\"mono\" id=\"clause-%s\">%s</th><td>",
      violated ? "violated " : "", held ? "held " : "", idle ? "idle" : "", row->id, row->id);
  esc(out, row->text);
  cr_buf_puts(out, "</td><td>");
  esc(out, cr_party_name(row->party));
  cr_buf_puts(out, "</td><td class=\"mono\">");
  esc(out, row->source);
  cr_buf_puts(out, "</td>");
  for (size_t i = 0; i < r->subjects_count; i++) write_cell(&r->subjects[i], clause, out);
  cr_buf_puts(out, "</tr>\n");
}

static void write_clauses(const cr_report *r, cr_buf *out) {
  cr_buf_puts(
      out,
      "<section aria-labelledby=\"table\"><h2 id=\"table\">Clauses</h2>"
      "<p class=\"soft\">Obligations of the DLL are judged on the DLLs; the others are assertions "
      "on "
      "our own monitor and volume, which must hold in a replay as well.</p>"
      "<form id=\"filters\" class=\"filters\" hidden onsubmit=\"return false\">"
      "<label>Filter <input id=\"q\" type=\"search\"></label>"
      "<label>Status <select id=\"s\"><option value=\"\">all</option><option>violated</option>"
      "<option>held</option><option value=\"idle\">not exercised</option></select></label>"
      "<span id=\"n\" role=\"status\" class=\"soft\"></span></form>"
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of clauses\">"
      "<table id=\"clauses\"><thead><tr><th scope=\"col\">Clause</th><th scope=\"col\">What it "
      "says</th>"
      "<th scope=\"col\">Judged</th><th scope=\"col\">Source</th>");
  for (size_t i = 0; i < r->subjects_count; i++) {
    cr_buf_puts(out, "<th scope=\"col\">");
    esc(out, r->subjects[i].subject->name);
    cr_buf_puts(out, "</th>");
  }
  cr_buf_puts(out, "</tr></thead><tbody>\n");
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) write_clause_row(r, (cr_clause)i, out);
  cr_buf_puts(out, "</tbody></table></div></section>\n");
}

void cr_report_html(const cr_report *r, cr_buf *out) {
  cr_buf text = {0};
  cr_buf_puts(out,
              "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
              "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>");
  esc(out, "clusrace: ");
  esc(out, r->scenario->name);
  cr_buf_printf(
      out,
      "</title><style>%s</style></head><body>\n<header><h1>clusrace report</h1><p class=\"soft\">",
      cr__style);
  esc(out, r->tool);
  cr_buf_puts(out, " &middot; scenario <code>");
  esc(out, r->scenario->name);
  cr_buf_puts(out, "</code></p></header>\n<main>\n");
  write_banner(r, out);
  write_subjects(r, out);
  write_findings(r, out);
  write_models(r, out);
  write_clauses(r, out);
  cr_buf_puts(out, "<section aria-labelledby=\"scenario\"><h2 id=\"scenario\">Scenario</h2><p>");
  esc(out, r->scenario->about);
  cr_buf_puts(out, "</p><details><summary>Its text</summary>");
  cr_scenario_write(r->scenario, "", &text);
  copy_block(out, "s", 1, text.data);
  cr_buf_puts(out, "</details></section>\n</main>\n<footer><p>Made by <code>");
  esc(out, r->command);
  cr_buf_printf(
      out,
      "</code>, contract <code>%016llx</code>.</p></footer>\n<script>%s</script></body></html>\n",
      (unsigned long long)cr_contract_digest(), cr__script);
  cr_buf_free(&text);
}

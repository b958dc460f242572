/* conform_html.c - the page of a conformance: one DLL, every clause. */
#include "clusrace/conformance.h"
#include "page.h"
#include "summary.h"

static void plural(cr_buf *out, unsigned count, const char *what) {
  cr_buf_printf(out, "%u clause%s %s", count, count == 1 ? "" : "s", what);
}

/* Of what was not exercised, the duties of others than the DLL. */
static unsigned foreign(const cr_conformance *c) {
  unsigned count = 0;
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    cr_party party = cr_clause_row_of((cr_clause)i)->party;
    count += c->row[i].verdict == CR_CONFORM_NOT_EXERCISED && party != CR_PARTY_DLL &&
             party != CR_PARTY_APP;
  }
  return count;
}

static void say_verdict(const cr_conformance *c, cr__page *p) {
  unsigned warnings = 0;
  for (unsigned i = 0; i < CR_CONFORM_ROWS; i++)
    warnings += c->row[i].verdict == CR_CONFORM_VIOLATED && !c->row[i].counts;
  cr_buf_printf(&p->headline, "%s ", c->subject->name);
  cr__conform_claim(c, p->status, &p->headline);
  cr_buf *lead = &p->lead;
  if (c->refused[0] != '\0') {
    cr_buf_printf(lead, "It cannot be driven: %s.", c->refused);
    return;
  }
  unsigned inconclusive = cr_conform_count(c, CR_CONFORM_INCONCLUSIVE);
  plural(lead, cr_conform_count(c, CR_CONFORM_VIOLATED), "violated");
  if (warnings != 0)
    cr_buf_printf(lead, " (%u of them %s)", warnings, warnings == 1 ? "a warning" : "warnings");
  if (c->baseline != NULL)
    cr_buf_printf(lead, ", %u new against the baseline", cr_conform_changes(c, CR_CONFORM_NEW));
  if (inconclusive != 0) cr_buf_printf(lead, ", %u inconclusive", inconclusive);
  cr_buf_printf(lead, "; %u held, %u not exercised", cr_conform_count(c, CR_CONFORM_HELD),
                cr_conform_count(c, CR_CONFORM_NOT_EXERCISED) - foreign(c));
  cr_buf_puts(lead, p->status == CR_EXIT_OK ? ". Every schedule within the bounds was run."
                    : c->nondeterministic   ? ". It does not repeat itself: see the remarks."
                    : c->stopped            ? ". Stopped before the end."
                                            : ".");
}

/* What all scenarios come to. */
static void say_runs(const cr_conformance *c, cr_buf *out) {
  uint64_t guides = 0, schedules = 0;
  for (size_t i = 0; i < c->scenarios_count; i++) {
    guides += (uint64_t)c->scenario[i].suite + c->scenario[i].stored;
    schedules += c->scenario[i].schedules;
  }
  cr_buf_printf(out, "%llu guide%s, %llu schedule%s", (unsigned long long)guides,
                guides == 1 ? "" : "s", (unsigned long long)schedules, schedules == 1 ? "" : "s");
}

static void say_scenarios(const cr_conformance *c, cr_buf *out) {
  for (size_t i = 0; i < c->scenarios_count; i++)
    cr_buf_printf(out, "%s%s", i == 0 ? "" : ", ", c->scenario[i].scenario->name);
}

static void say_facts(const cr_conformance *c, cr__page *p) {
  cr_buf text = {0};
  cr_buf_printf(&text, "%016llx", (unsigned long long)c->subject->digest);
  cr__page_fact(p, "DLL", c->subject->name);
  cr__page_fact(p, "File version", c->version);
  cr__page_fact(p, "File digest", text.data);
  cr_buf_clear(&text);
  cr_buf_printf(&text, "%016llx", (unsigned long long)cr_contract_digest());
  cr__page_fact(p, "Contract", text.data);
  cr_buf_clear(&text);
  cr_buf_printf(&text, "%d", (int)p->status);
  cr__page_fact(p, "Exit status", text.data);
  cr__page_fact(p, "Made by", c->tool);
  cr__page_fact(p, "Made on", c->time);
  cr_buf_clear(&text);
  say_runs(c, &text);
  cr__page_fact(p, "Runs", text.data);
  cr__page_fact(p, "Covered of the model", c->coverage);
  cr_buf_clear(&text);
  say_scenarios(c, &text);
  cr__page_fact(p, c->scenarios_count == 1 ? "Scenario" : "Scenarios", text.data);
  cr__page_fact(p, "Baseline", c->baseline);
  cr__page_fact(p, "Command", c->command);
  cr__page_fact(p, "Remarks", c->note);
  cr_buf_free(&text);
}

static void put_scenario(const cr_conform_scenario *s, cr__page *p) {
  cr_buf runs = {0};
  cr_buf_printf(&runs, "%u guide%s of the suite", s->suite, s->suite == 1 ? "" : "s");
  if (s->stored != 0) cr_buf_printf(&runs, ", %u of the store", s->stored);
  if (s->schedules != 0)
    cr_buf_printf(&runs, ", %llu schedule%s", (unsigned long long)s->schedules,
                  s->schedules == 1 ? "" : "s");
  cr__page_scenario(p, s->scenario, runs.data,
                    s->exhausted                               ? "every schedule within the bounds"
                    : s->suite + s->stored + s->schedules == 0 ? "not run"
                    : s->schedules == 0                        ? "guides only"
                    : s->partial                               ? "schedules were drawn"
                                 : "there are schedules beyond the bounds");
  cr_buf_free(&runs);
}

static void put_findings(const cr_conformance *c, cr__page *p) {
  for (size_t i = 0; i < c->findings_count; i++) {
    const cr_conform_finding *f = &c->finding[i];
    unsigned row = cr_conform_row_of(&f->trace->verdict);
    cr_conform_change change =
        row < CR_CONFORM_ROWS ? (cr_conform_change)c->row[row].change : CR_CONFORM_SAME;
    cr__page_finding_add(p, &(cr__page_finding){.trace = f->trace,
                                                .neighbour = f->neighbour,
                                                .id = f->id == NULL ? "" : f->id,
                                                .file = f->file,
                                                .command = f->command,
                                                .change = cr_conform_change_name(change),
                                                .times = f->times});
  }
}

void cr_conform_html(const cr_conformance *c, cr_buf *out) {
  cr__page page;
  json_t *subject = json_object(), *subjects = json_array();
  cr__page_begin(&page, "Conformance report");
  page.status = cr_conform_exit(c);
  say_verdict(c, &page);
  say_facts(c, &page);
  cr__json_set(subject, "name", cr__json_text(c->subject->name));
  json_array_append_new(subjects, subject);
  cr__json_set(page.root, "subjects", subjects);
  for (unsigned i = 0; i < CR_CONFORM_ROWS; i++) {
    const cr_conform_row *row = &c->row[i];
    if (row->verdict == CR_CONFORM_NONE) continue;
    bool warning = row->verdict == CR_CONFORM_VIOLATED && !row->counts;
    cr__page_cell(cr__page_clause(&page, i),
                  cr_conform_verdict_name((cr_conform_verdict)row->verdict), row->held,
                  row->violated,
                  warning ? "a warning: it does not count without --strict" : row->why,
                  cr_conform_change_name((cr_conform_change)row->change));
  }
  put_findings(c, &page);
  for (size_t i = 0; i < c->scenarios_count; i++) put_scenario(&c->scenario[i], &page);
  cr__page_pictures(&page, c->pictures, c->pictures_count);
  cr__page_end(&page, out);
}

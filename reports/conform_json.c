/* conform_json.c - a conformance as JSON (docs/schemas/conform-1.schema.json), and as a stream of
 * lines while it goes on (docs/schemas/conform-event-1.schema.json). */
#include "clusrace/conformance.h"
#include "jsons.h"

static json_t *row_json(const cr_conformance *c, unsigned i) {
  const cr_conform_row *row = &c->row[i];
  json_t *o = json_object();
  cr__json_set(o, "id", cr__json_text(cr_conform_id(i)));
  cr__json_set(o, "level", cr__json_text(cr_conform_level(i)));
  cr__json_set(o, "verdict",
               cr__json_text(cr_conform_verdict_name((cr_conform_verdict)row->verdict)));
  cr__json_set(o, "held", cr__json_number(row->held));
  cr__json_set(o, "violated", cr__json_number(row->violated));
  if (row->why[0] != '\0') cr__json_set(o, "why", cr__json_text(row->why));
  if (i < CR_CLAUSE_COUNT) {
    const cr_clause_row *clause = cr_clause_row_of((cr_clause)i);
    cr__json_set(o, "kind", cr__json_text(cr_clause_kind_name(clause->kind)));
    cr__json_set(o, "party", cr__json_text(cr_party_name(clause->party)));
    cr__json_set(o, "confidence", cr__json_text(cr_confidence_name(clause->confidence)));
  }
  if (c->baseline != NULL)
    cr__json_set(o, "change",
                 cr__json_text(cr_conform_change_name((cr_conform_change)row->change)));
  return o;
}

/* What an observed trace says by itself; its id is that of the row that it is about, if any. */
static json_t *trace_json(const cr_trace *trace, bool text) {
  const cr_verdict *v = &trace->verdict;
  unsigned row = cr_conform_row_of(v);
  json_t *o = json_object();
  if (v->kind != CR_VERDICT_CONFORMS)
    cr__json_set(
        o, "id",
        cr__json_text(row < CR_CONFORM_ROWS ? cr_conform_id(row) : cr_verdict_kind_name(v->kind)));
  cr__json_set(o, "verdict", cr__json_text(cr_verdict_kind_name(v->kind)));
  cr__json_set(o, "scenario", cr__json_text(trace->scenario.name));
  cr__json_set(o, "step", cr__json_number(v->step));
  cr__json_set(o, "steps", cr__json_number(trace->steps_count));
  cr__json_set(o, "note", cr__json_text(v->note));
  if (!text) return o;
  cr_buf written = {0};
  cr_trace_write(trace, &written);
  cr__json_set(o, "signature", cr__json_digest(cr_trace_signature(trace)));
  cr__json_set(o, "trace", cr__json_text(written.data));
  cr_buf_free(&written);
  return o;
}

static json_t *finding_json(const cr_conformance *c, const cr_conform_finding *f) {
  unsigned row = cr_conform_row_of(&f->trace->verdict);
  json_t *o = trace_json(f->trace, true);
  cr__json_set(o, "times", cr__json_number(f->times));
  if (f->found_steps != 0) {
    cr__json_set(o, "steps_before", cr__json_number(f->found_steps));
    cr__json_set(o, "minimal", json_boolean(f->minimal));
  }
  cr__json_set(o, "file", cr__json_text(f->file));
  cr__json_set(o, "command", cr__json_text(f->command));
  if (c->baseline != NULL && row < CR_CONFORM_ROWS)
    cr__json_set(o, "change",
                 cr__json_text(cr_conform_change_name((cr_conform_change)c->row[row].change)));
  return o;
}

static json_t *scenario_json(const cr_conform_scenario *s) {
  json_t *o = json_object();
  cr__json_set(o, "name", cr__json_text(s->scenario->name));
  cr__json_set(o, "digest", cr__json_digest(s->scenario->digest));
  cr__json_set(o, "suite", cr__json_number(s->suite));
  cr__json_set(o, "stored", cr__json_number(s->stored));
  cr__json_set(o, "schedules", cr__json_number(s->schedules));
  cr__json_set(o, "exhausted", json_boolean(s->exhausted));
  cr__json_set(o, "partial", json_boolean(s->partial));
  return o;
}

static json_t *summary_json(const cr_conformance *c) {
  json_t *o = json_object();
  cr__json_set(o, "violated", cr__json_number(cr_conform_count(c, CR_CONFORM_VIOLATED)));
  cr__json_set(o, "inconclusive", cr__json_number(cr_conform_count(c, CR_CONFORM_INCONCLUSIVE)));
  cr__json_set(o, "held", cr__json_number(cr_conform_count(c, CR_CONFORM_HELD)));
  cr__json_set(o, "not_exercised", cr__json_number(cr_conform_count(c, CR_CONFORM_NOT_EXERCISED)));
  if (c->baseline == NULL) return o;
  cr__json_set(o, "new", cr__json_number(cr_conform_changes(c, CR_CONFORM_NEW)));
  cr__json_set(o, "unchanged", cr__json_number(cr_conform_changes(c, CR_CONFORM_UNCHANGED)));
  cr__json_set(o, "fixed", cr__json_number(cr_conform_changes(c, CR_CONFORM_FIXED)));
  cr__json_set(o, "gone", cr__json_number(cr_conform_changes(c, CR_CONFORM_GONE)));
  return o;
}

static json_t *coverage_json(const cr_covered *n) {
  json_t *o = json_object();
  cr__json_set(o, "ways", cr__json_number(n->ways));
  cr__json_set(o, "ways_taken", cr__json_number(n->ways_taken));
  cr__json_set(o, "pairs", cr__json_number(n->pairs));
  cr__json_set(o, "pairs_taken", cr__json_number(n->pairs_taken));
  return o;
}

static json_t *subject_json(const cr_subject *subject) {
  json_t *o = json_object();
  cr__json_set(o, "kind", cr__json_text(subject->kind == CR_SUBJECT_NATIVE ? "native" : "pe"));
  cr__json_set(o, "name", cr__json_text(subject->name));
  cr__json_set(o, "digest", cr__json_digest(subject->digest));
  return o;
}

void cr_conform_json(const cr_conformance *c, cr_buf *out) {
  json_t *root = json_object(), *rows = json_array(), *findings = json_array();
  json_t *scenarios = json_array(), *unseen = json_array();
  for (unsigned i = 0; i < CR_CONFORM_ROWS; i++)
    if (c->row[i].verdict != CR_CONFORM_NONE) json_array_append_new(rows, row_json(c, i));
  for (size_t i = 0; i < c->findings_count; i++)
    json_array_append_new(findings, finding_json(c, &c->finding[i]));
  for (size_t i = 0; i < c->scenarios_count; i++)
    json_array_append_new(scenarios, scenario_json(&c->scenario[i]));
  for (unsigned i = 0; cr_unseen_row_of(i) != NULL; i++) {
    json_t *o = json_object();
    cr__json_set(o, "id", cr__json_text(cr_unseen_row_of(i)->id));
    cr__json_set(o, "why", cr__json_text(cr_unseen_row_of(i)->reason));
    json_array_append_new(unseen, o);
  }
  cr__json_set(root, "schema", cr__json_text("clusrace-conform-1"));
  cr__json_set(root, "tool", cr__json_text(c->tool));
  cr__json_set(root, "contract", cr__json_digest(cr_contract_digest()));
  cr__json_set(root, "subject", subject_json(c->subject));
  cr__json_set(root, "refused", cr__json_text(c->refused));
  cr__json_set(root, "note", cr__json_text(c->note));
  cr__json_set(root, "strict", json_boolean(c->strict));
  cr__json_set(root, "stopped", json_boolean(c->stopped));
  cr__json_set(root, "nondeterministic", json_boolean(c->nondeterministic));
  if (c->baseline != NULL) cr__json_set(root, "baseline", cr__json_text(c->baseline));
  cr__json_set(root, "summary", summary_json(c));
  if (c->covered != NULL) cr__json_set(root, "coverage", coverage_json(c->covered));
  cr__json_set(root, "scenarios", scenarios);
  cr__json_set(root, "clauses", rows);
  cr__json_set(root, "unseen", unseen);
  cr__json_set(root, "findings", findings);
  cr__json_set(root, "exit", cr__json_number((uint64_t)cr_conform_exit(c)));
  cr__json_dump(root, out);
}

/* ---- the stream ------------------------------------------------------------------------------ */

/* Takes o. */
static void event(const char *kind, json_t *o, cr_buf *out) {
  cr__json_set(o, "event", cr__json_text(kind));
  cr__json_dump_line(o, out);
}

void cr_conform_event_begin(const cr_conformance *c, cr_buf *out) {
  json_t *o = json_object();
  cr__json_set(o, "schema", cr__json_text("clusrace-conform-event-1"));
  cr__json_set(o, "tool", cr__json_text(c->tool));
  cr__json_set(o, "contract", cr__json_digest(cr_contract_digest()));
  cr__json_set(o, "subject", subject_json(c->subject));
  cr__json_set(o, "strict", json_boolean(c->strict));
  event("begin", o, out);
}

void cr_conform_event_scenario(const cr_scenario *scenario, cr_buf *out) {
  json_t *o = json_object();
  cr__json_set(o, "scenario", cr__json_text(scenario->name));
  cr__json_set(o, "digest", cr__json_digest(scenario->digest));
  event("scenario", o, out);
}

void cr_conform_event_run(uint64_t guide, const cr_trace *observed, cr_buf *out) {
  json_t *o = trace_json(observed, false);
  cr__json_set(o, "guide", cr__json_digest(guide));
  event("run", o, out);
}

void cr_conform_event_hunt(const cr_conform_scenario *s, cr_buf *out) {
  json_t *o = json_object();
  cr__json_set(o, "scenario", cr__json_text(s->scenario->name));
  cr__json_set(o, "schedules", cr__json_number(s->schedules));
  cr__json_set(o, "exhausted", json_boolean(s->exhausted));
  event("hunt", o, out);
}

void cr_conform_event_finding(const cr_trace *finding, cr_buf *out) {
  event("finding", trace_json(finding, true), out);
}

void cr_conform_events_end(const cr_conformance *c, cr_buf *out) {
  for (unsigned i = 0; i < CR_CONFORM_ROWS; i++) {
    const cr_conform_row *row = &c->row[i];
    if (row->verdict == CR_CONFORM_NONE) continue;
    json_t *o = row_json(c, i);
    if (row->finding != NULL && row->finding->file[0] != '\0')
      cr__json_set(o, "file", cr__json_text(row->finding->file));
    event("clause", o, out);
  }
  json_t *o = json_object();
  cr__json_set(o, "summary", summary_json(c));
  cr__json_set(o, "refused", cr__json_text(c->refused));
  cr__json_set(o, "note", cr__json_text(c->note));
  cr__json_set(o, "stopped", json_boolean(c->stopped));
  cr__json_set(o, "exit", cr__json_number((uint64_t)cr_conform_exit(c)));
  event("end", o, out);
}

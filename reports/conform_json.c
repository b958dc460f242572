/* conform_json.c - a conformance as JSON (docs/schemas/conform-1.schema.json) and as SARIF 2.1.0.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/conformance.h"
#include "escape.h"
#include "lanes.h"

/* What those who show SARIF take: a longer flow keeps its end. */
enum { FLOW_STEPS_MAX = 1000 };

static json_t *string(const char *text) {
  cr_buf clean = {0};
  cr__clean(text, &clean);
  json_t *value = json_string(clean.data == NULL ? "" : clean.data);
  CR_ASSERT(value != NULL);
  cr_buf_free(&clean);
  return value;
}

static json_t *digest(uint64_t number) {
  char text[17];
  snprintf(text, sizeof text, "%016llx", (unsigned long long)number);
  return json_string(text);
}

static void set(json_t *object, const char *key, json_t *value) {
  CR_ASSERT(json_object_set_new(object, key, value) == 0);
}

static json_t *number(uint64_t value) { return json_integer((json_int_t)value); }

static void dump(json_t *root, cr_buf *out) {
  char *text = json_dumps(root, JSON_INDENT(2) | JSON_SORT_KEYS);
  CR_ASSERT(text != NULL);
  cr_buf_puts(out, text);
  cr_buf_putc(out, '\n');
  free(text);
  json_decref(root);
}

/* ---- clusrace-conform-1 ---------------------------------------------------------------------- */

static json_t *row_json(const cr_conformance *c, unsigned i) {
  const cr_conform_row *row = &c->row[i];
  json_t *o = json_object();
  set(o, "id", string(cr_conform_id(i)));
  set(o, "level", string(cr_conform_level(i)));
  set(o, "verdict", string(cr_conform_verdict_name((cr_conform_verdict)row->verdict)));
  set(o, "held", number(row->held));
  set(o, "violated", number(row->violated));
  if (row->why[0] != '\0') set(o, "why", string(row->why));
  if (i < CR_CLAUSE_COUNT) {
    const cr_clause_row *clause = cr_clause_row_of((cr_clause)i);
    set(o, "kind", string(cr_clause_kind_name(clause->kind)));
    set(o, "party", string(cr_party_name(clause->party)));
    set(o, "confidence", string(cr_confidence_name(clause->confidence)));
  }
  if (c->baseline != NULL)
    set(o, "change", string(cr_conform_change_name((cr_conform_change)row->change)));
  return o;
}

static json_t *finding_json(const cr_conformance *c, const cr_conform_finding *f) {
  const cr_verdict *v = &f->trace->verdict;
  unsigned row = cr_conform_row_of(v);
  cr_buf text = {0};
  cr_trace_write(f->trace, &text);
  json_t *o = json_object();
  set(o, "id", string(row < CR_CONFORM_ROWS ? cr_conform_id(row) : cr_verdict_kind_name(v->kind)));
  set(o, "verdict", string(cr_verdict_kind_name(v->kind)));
  set(o, "scenario", string(f->trace->scenario.name));
  set(o, "step", number(v->step));
  set(o, "steps", number(f->trace->steps_count));
  set(o, "times", number(f->times));
  set(o, "note", string(v->note));
  set(o, "file", string(f->file));
  set(o, "command", string(f->command));
  set(o, "signature", digest(cr_trace_signature(f->trace)));
  set(o, "trace", string(text.data));
  if (c->baseline != NULL && row < CR_CONFORM_ROWS)
    set(o, "change", string(cr_conform_change_name((cr_conform_change)c->row[row].change)));
  cr_buf_free(&text);
  return o;
}

static json_t *scenario_json(const cr_conform_scenario *s) {
  json_t *o = json_object();
  set(o, "name", string(s->scenario->name));
  set(o, "digest", digest(s->scenario->digest));
  set(o, "suite", number(s->suite));
  set(o, "stored", number(s->stored));
  set(o, "schedules", number(s->schedules));
  set(o, "exhausted", json_boolean(s->exhausted));
  set(o, "partial", json_boolean(s->partial));
  return o;
}

static json_t *summary_json(const cr_conformance *c) {
  json_t *o = json_object();
  set(o, "violated", number(cr_conform_count(c, CR_CONFORM_VIOLATED)));
  set(o, "inconclusive", number(cr_conform_count(c, CR_CONFORM_INCONCLUSIVE)));
  set(o, "held", number(cr_conform_count(c, CR_CONFORM_HELD)));
  set(o, "not_exercised", number(cr_conform_count(c, CR_CONFORM_NOT_EXERCISED)));
  if (c->baseline == NULL) return o;
  set(o, "new", number(cr_conform_changes(c, CR_CONFORM_NEW)));
  set(o, "unchanged", number(cr_conform_changes(c, CR_CONFORM_UNCHANGED)));
  set(o, "fixed", number(cr_conform_changes(c, CR_CONFORM_FIXED)));
  set(o, "gone", number(cr_conform_changes(c, CR_CONFORM_GONE)));
  return o;
}

static const char *subject_kind(const cr_subject *subject) {
  return subject->kind == CR_SUBJECT_NATIVE ? "native" : "pe";
}

void cr_conform_json(const cr_conformance *c, cr_buf *out) {
  json_t *root = json_object(), *rows = json_array(), *findings = json_array();
  json_t *scenarios = json_array(), *unseen = json_array(), *subject = json_object();
  for (unsigned i = 0; i < CR_CONFORM_ROWS; i++)
    if (c->row[i].verdict != CR_CONFORM_NONE) json_array_append_new(rows, row_json(c, i));
  for (size_t i = 0; i < c->findings_count; i++)
    json_array_append_new(findings, finding_json(c, &c->finding[i]));
  for (size_t i = 0; i < c->scenarios_count; i++)
    json_array_append_new(scenarios, scenario_json(&c->scenario[i]));
  for (unsigned i = 0; cr_unseen_row_of(i) != NULL; i++) {
    json_t *o = json_object();
    set(o, "id", string(cr_unseen_row_of(i)->id));
    set(o, "why", string(cr_unseen_row_of(i)->reason));
    json_array_append_new(unseen, o);
  }
  set(subject, "kind", string(subject_kind(c->subject)));
  set(subject, "name", string(c->subject->name));
  set(subject, "digest", digest(c->subject->digest));
  set(root, "schema", string("clusrace-conform-1"));
  set(root, "tool", string(c->tool));
  set(root, "contract", digest(cr_contract_digest()));
  set(root, "subject", subject);
  set(root, "refused", string(c->refused));
  set(root, "note", string(c->note));
  set(root, "strict", json_boolean(c->strict));
  set(root, "stopped", json_boolean(c->stopped));
  if (c->baseline != NULL) set(root, "baseline", string(c->baseline));
  set(root, "summary", summary_json(c));
  set(root, "scenarios", scenarios);
  set(root, "clauses", rows);
  set(root, "unseen", unseen);
  set(root, "findings", findings);
  set(root, "exit", number((uint64_t)cr_conform_exit(c)));
  dump(root, out);
}

/* ---- SARIF ----------------------------------------------------------------------------------- */

static json_t *text_of(const char *text) {
  json_t *o = json_object();
  set(o, "text", string(text));
  return o;
}

/* The line of a trace's text on which a step stands: steps are numbered lines behind the head. */
static unsigned line_of_step(const cr_trace *trace, uint32_t step) {
  cr_buf text = {0};
  char begin[16];
  int n = snprintf(begin, sizeof begin, "%u ", step);
  unsigned line = 1, found = 1;
  cr_trace_write(trace, &text);
  for (const char *at = text.data; at != NULL && *at != '\0'; line++) {
    if (strncmp(at, begin, (size_t)n) == 0) {
      found = line;
      break;
    }
    at = strchr(at, '\n');
    if (at != NULL) at++;
  }
  cr_buf_free(&text);
  return found;
}

static json_t *location(const char *file, unsigned line, const char *message) {
  json_t *o = json_object(), *physical = json_object(), *artifact = json_object();
  json_t *region = json_object();
  set(artifact, "uri", string(file));
  set(region, "startLine", number(line));
  set(physical, "artifactLocation", artifact);
  set(physical, "region", region);
  set(o, "physicalLocation", physical);
  if (message != NULL) set(o, "message", text_of(message));
  return o;
}

/* The visible steps up to the one that decides. */
static json_t *flow(const cr_conform_finding *f, unsigned first_line) {
  const cr_trace *t = f->trace;
  json_t *steps = json_array();
  size_t end =
      t->verdict.step == 0 || t->verdict.step > t->steps_count ? t->steps_count : t->verdict.step;
  size_t shown = 0, skip;
  for (size_t i = 0; i < end; i++) shown += cr__lane_shows(t, i) || i + 1 == end;
  skip = shown > FLOW_STEPS_MAX ? shown - FLOW_STEPS_MAX : 0;
  for (size_t i = 0; i < end; i++) {
    if (!cr__lane_shows(t, i) && i + 1 != end) continue;
    if (skip > 0) {
      skip--;
      continue;
    }
    cr_buf text = {0};
    json_t *step = json_object();
    cr_trace_write_event(&t->scenario, &t->steps[i].event, &text);
    set(step, "location", location(f->file, first_line + (unsigned)i, text.data));
    set(step, "importance", string(i + 1 == end ? "essential" : "important"));
    json_array_append_new(steps, step);
    cr_buf_free(&text);
  }
  json_t *thread = json_object(), *threads = json_array(), *whole = json_object();
  json_t *flows = json_array();
  set(thread, "locations", steps);
  json_array_append_new(threads, thread);
  set(whole, "threadFlows", threads);
  json_array_append_new(flows, whole);
  return flows;
}

static const char *sarif_level(const cr_conformance *c, unsigned row) {
  return c->row[row].counts ? "error" : "warning";
}

static json_t *result_json(const cr_conformance *c, const cr_conform_finding *f, unsigned row,
                           unsigned rule) {
  const cr_verdict *v = &f->trace->verdict;
  uint32_t step = v->step == 0 ? (uint32_t)f->trace->steps_count : v->step;
  json_t *o = json_object(), *locations = json_array(), *prints = json_object();
  cr_buf text = {0};
  cr_buf_printf(&text, "%s: %s", c->subject->name, cr_conform_text(row));
  if (v->note[0] != '\0') cr_buf_printf(&text, " %s", v->note);
  if (f->command[0] != '\0') cr_buf_printf(&text, " Replay: %s", f->command);
  json_array_append_new(locations, location(f->file, line_of_step(f->trace, step), NULL));
  set(prints, "clusraceSignature/v1", digest(cr_trace_signature(f->trace)));
  set(o, "ruleId", string(cr_conform_id(row)));
  set(o, "ruleIndex", number(rule));
  set(o, "level", string(sarif_level(c, row)));
  set(o, "message", text_of(text.data));
  set(o, "locations", locations);
  set(o, "partialFingerprints", prints);
  set(o, "occurrenceCount", number(f->times == 0 ? 1 : f->times));
  if (c->baseline != NULL)
    set(o, "baselineState", string(c->row[row].change == CR_CONFORM_NEW ? "new" : "unchanged"));
  if (f->trace->steps_count != 0) set(o, "codeFlows", flow(f, line_of_step(f->trace, 1)));
  cr_buf_free(&text);
  return o;
}

static json_t *rule_json(const cr_conformance *c, unsigned row) {
  json_t *o = json_object(), *level = json_object();
  set(o, "id", string(cr_conform_id(row)));
  set(o, "shortDescription", text_of(cr_conform_text(row)));
  set(level, "level", string(sarif_level(c, row)));
  set(o, "defaultConfiguration", level);
  if (row < CR_CLAUSE_COUNT) {
    const cr_clause_row *clause = cr_clause_row_of((cr_clause)row);
    cr_buf help = {0};
    cr_buf_printf(&help, "%s Kind: %s. Confidence: %s. Source: %s. More: clusrace explain %s",
                  clause->text, cr_clause_kind_name(clause->kind),
                  cr_confidence_name(clause->confidence), clause->source, clause->id);
    set(o, "help", text_of(help.data));
    cr_buf_free(&help);
  }
  return o;
}

void cr_conform_sarif(const cr_conformance *c, cr_buf *out) {
  json_t *rules = json_array(), *results = json_array();
  unsigned rules_count = 0;
  for (unsigned row = 0; row < CR_CONFORM_ROWS; row++) {
    bool has = false;
    for (size_t i = 0; i < c->findings_count; i++) {
      const cr_conform_finding *f = &c->finding[i];
      /* A result without a place in a file would have the whole file refused. */
      if (cr_conform_row_of(&f->trace->verdict) != row || f->file[0] == '\0') continue;
      if (!has) json_array_append_new(rules, rule_json(c, row));
      has = true;
      json_array_append_new(results, result_json(c, f, row, rules_count));
    }
    rules_count += has;
  }
  const char *space = strrchr(c->tool, ' ');
  json_t *driver = json_object(), *tool = json_object(), *run = json_object();
  json_t *runs = json_array(), *root = json_object(), *properties = json_object();
  set(driver, "name", string("clusrace"));
  set(driver, "semanticVersion", string(space == NULL ? "0.0.0" : space + 1));
  set(driver, "rules", rules);
  set(tool, "driver", driver);
  set(properties, "contract", digest(cr_contract_digest()));
  set(properties, "subject", string(c->subject->name));
  set(run, "tool", tool);
  set(run, "columnKind", string("utf16CodeUnits"));
  set(run, "results", results);
  set(run, "properties", properties);
  json_array_append_new(runs, run);
  set(root, "$schema", string("https://json.schemastore.org/sarif-2.1.0.json"));
  set(root, "version", string("2.1.0"));
  set(root, "runs", runs);
  dump(root, out);
}

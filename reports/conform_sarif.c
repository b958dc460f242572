/* conform_sarif.c - a conformance as SARIF 2.1.0: a result for each finding that points into its
 * trace. */
#include <stdio.h>
#include <string.h>

#include "clusrace/conformance.h"
#include "jsons.h"
#include "lanes.h"

/* What those who show SARIF take: a longer flow keeps its end. RELATED_MAX: more say nothing. */
enum { FLOW_STEPS_MAX = 1000, RELATED_MAX = 6 };

static json_t *text_of(const char *text) {
  json_t *o = json_object();
  cr__json_set(o, "text", cr__json_text(text));
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
  cr__json_set(artifact, "uri", cr__json_text(file));
  cr__json_set(region, "startLine", cr__json_number(line));
  cr__json_set(physical, "artifactLocation", artifact);
  cr__json_set(physical, "region", region);
  cr__json_set(o, "physicalLocation", physical);
  if (message != NULL) cr__json_set(o, "message", text_of(message));
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
    cr__json_set(step, "location", location(f->file, first_line + (unsigned)i, text.data));
    cr__json_set(step, "importance", cr__json_text(i + 1 == end ? "essential" : "important"));
    json_array_append_new(steps, step);
    cr_buf_free(&text);
  }
  json_t *thread = json_object(), *threads = json_array(), *whole = json_object();
  json_t *flows = json_array();
  cr__json_set(thread, "locations", steps);
  json_array_append_new(threads, thread);
  cr__json_set(whole, "threadFlows", threads);
  json_array_append_new(flows, whole);
  return flows;
}

/* What the step that decides is about: the calls, reports, starts of workers and expiries before
 * it, the last ones. The message points to them by their numbers. */
static json_t *related(const cr_conform_finding *f, uint32_t decides, unsigned first_line,
                       cr_buf *message) {
  const cr_trace *t = f->trace;
  json_t *list = json_array();
  size_t found[RELATED_MAX], count = 0;
  for (size_t i = decides == 0 ? 0 : decides - 1; i > 0 && count < RELATED_MAX; i--) {
    uint8_t kind = t->steps[i - 1].event.kind;
    if (kind == CR_EV_CALL || kind == CR_EV_STATUS || kind == CR_EV_SPAWN || kind == CR_EV_EXPIRE)
      found[count++] = i - 1;
  }
  for (size_t n = 0; n < count; n++) {
    size_t step = found[count - 1 - n];
    cr_buf text = {0};
    cr_trace_write_event(&t->scenario, &t->steps[step].event, &text);
    json_t *place = location(f->file, first_line + (unsigned)step, text.data);
    cr__json_set(place, "id", cr__json_number(n + 1));
    json_array_append_new(list, place);
    cr_buf_printf(message, "%s[step %zu](%zu)", n == 0 ? " Before: " : ", ", step + 1, n + 1);
    cr_buf_free(&text);
  }
  if (count != 0) cr_buf_putc(message, '.');
  return list;
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
  if (f->trace->steps_count != 0) {
    json_t *before = related(f, step, line_of_step(f->trace, 1), &text);
    cr__json_set(o, "relatedLocations", before);
  }
  if (f->command[0] != '\0') cr_buf_printf(&text, " Replay: %s", f->command);
  json_array_append_new(locations, location(f->file, line_of_step(f->trace, step), NULL));
  cr__json_set(prints, "clusraceSignature/v1", cr__json_digest(cr_trace_signature(f->trace)));
  cr__json_set(o, "ruleId", cr__json_text(cr_conform_id(row)));
  cr__json_set(o, "ruleIndex", cr__json_number(rule));
  cr__json_set(o, "level", cr__json_text(sarif_level(c, row)));
  cr__json_set(o, "message", text_of(text.data));
  cr__json_set(o, "locations", locations);
  cr__json_set(o, "partialFingerprints", prints);
  cr__json_set(o, "occurrenceCount", cr__json_number(f->times == 0 ? 1 : f->times));
  if (c->baseline != NULL)
    cr__json_set(o, "baselineState",
                 cr__json_text(c->row[row].change == CR_CONFORM_NEW ? "new" : "unchanged"));
  if (f->trace->steps_count != 0) cr__json_set(o, "codeFlows", flow(f, line_of_step(f->trace, 1)));
  cr_buf_free(&text);
  return o;
}

static json_t *rule_json(const cr_conformance *c, unsigned row) {
  json_t *o = json_object(), *level = json_object();
  cr__json_set(o, "id", cr__json_text(cr_conform_id(row)));
  cr__json_set(o, "shortDescription", text_of(cr_conform_text(row)));
  cr__json_set(level, "level", cr__json_text(sarif_level(c, row)));
  cr__json_set(o, "defaultConfiguration", level);
  if (row < CR_CLAUSE_COUNT) {
    const cr_clause_row *clause = cr_clause_row_of((cr_clause)row);
    cr_buf help = {0};
    cr_buf_printf(&help, "%s Kind: %s. Confidence: %s. Source: %s. More: clusrace explain %s",
                  clause->text, cr_clause_kind_name(clause->kind),
                  cr_confidence_name(clause->confidence), clause->source, clause->id);
    cr__json_set(o, "help", text_of(help.data));
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
  cr__json_set(driver, "name", cr__json_text("clusrace"));
  cr__json_set(driver, "semanticVersion", cr__json_text(space == NULL ? "0.0.0" : space + 1));
  cr__json_set(driver, "rules", rules);
  cr__json_set(tool, "driver", driver);
  cr__json_set(properties, "contract", cr__json_digest(cr_contract_digest()));
  cr__json_set(properties, "subject", cr__json_text(c->subject->name));
  cr__json_set(run, "tool", tool);
  cr__json_set(run, "columnKind", cr__json_text("utf16CodeUnits"));
  cr__json_set(run, "results", results);
  cr__json_set(run, "properties", properties);
  json_array_append_new(runs, run);
  cr__json_set(root, "$schema", cr__json_text("https://json.schemastore.org/sarif-2.1.0.json"));
  cr__json_set(root, "version", cr__json_text("2.1.0"));
  cr__json_set(root, "runs", runs);
  cr__json_dump(root, out);
}

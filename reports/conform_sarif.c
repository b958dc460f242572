/* conform_sarif.c - a conformance as SARIF 2.1.0: a result for each finding that points into its
 * trace. */
#include <stdio.h>
#include <string.h>

#include "clusrace/conformance.h"
#include "sarif_places.h"
#include "summary.h"

static const char *sarif_level(const cr_conformance *c, unsigned row) {
  return c->row[row].counts ? "error" : "warning";
}

/* What says that two results of two runs are one, of the next build as well: that is why the file's
 * digest is left out. The second name is the one that GitHub reads. */
static json_t *fingerprints(const cr_trace *trace) {
  char line[24];
  json_t *o = json_object();
  cr_trace of_any_build = *trace;
  of_any_build.subject.digest = 0;
  uint64_t signature = cr_trace_signature(&of_any_build);
  snprintf(line, sizeof line, "%016llx:1", (unsigned long long)signature);
  cr__json_set(o, "clusraceSignature/v1", cr__json_digest(signature));
  cr__json_set(o, "primaryLocationLineHash", cr__json_text(line));
  return o;
}

static json_t *result_json(const cr_conformance *c, const cr_conform_finding *f, unsigned row,
                           unsigned rule) {
  const cr_verdict *v = &f->trace->verdict;
  json_t *o = json_object(), *locations = json_array();
  cr_buf text = {0};
  cr__sarif_plain(c->subject->name, &text);
  cr_buf_printf(&text, ": %s", cr_conform_text(row));
  if (v->note[0] != '\0') {
    cr_buf_putc(&text, ' ');
    cr__sarif_plain(v->note, &text);
  }
  if (f->trace->steps_count != 0) {
    cr__json_set(o, "relatedLocations", cr__sarif_related(f, &text));
    cr__json_set(o, "codeFlows", cr__sarif_flow(f));
  }
  if (f->command[0] != '\0') {
    cr_buf_puts(&text, " Replay: ");
    cr__sarif_plain(f->command, &text);
  }
  json_array_append_new(locations, cr__sarif_place(f));
  cr__json_set(o, "ruleId", cr__json_text(cr_conform_id(row)));
  cr__json_set(o, "ruleIndex", cr__json_number(rule));
  cr__json_set(o, "level", cr__json_text(sarif_level(c, row)));
  cr__json_set(o, "message", cr__sarif_text(text.data));
  cr__json_set(o, "locations", locations);
  cr__json_set(o, "partialFingerprints", fingerprints(f->trace));
  cr__json_set(o, "occurrenceCount", cr__json_number(f->times == 0 ? 1 : f->times));
  if (c->baseline != NULL)
    cr__json_set(o, "baselineState",
                 cr__json_text(c->row[row].change == CR_CONFORM_NEW ? "new" : "unchanged"));
  cr_buf_free(&text);
  return o;
}

/* What GitHub wants of a rule: an id, both descriptions, a help. */
static json_t *rule_json(const cr_conformance *c, unsigned row) {
  json_t *o = json_object(), *level = json_object(), *properties = json_object();
  json_t *tags = json_array();
  cr_buf help = {0};
  cr__json_set(o, "id", cr__json_text(cr_conform_id(row)));
  cr__json_set(o, "shortDescription", cr__sarif_text(cr_conform_text(row)));
  cr__json_set(o, "fullDescription", cr__sarif_text(cr_conform_text(row)));
  cr__json_set(level, "level", cr__json_text(sarif_level(c, row)));
  cr__json_set(o, "defaultConfiguration", level);
  if (row < CR_CLAUSE_COUNT) {
    const cr_clause_row *clause = cr_clause_row_of((cr_clause)row);
    cr_buf_printf(&help, "%s Kind: %s. Confidence: %s. Source: %s. More: clusrace explain %s",
                  clause->text, cr_clause_kind_name(clause->kind),
                  cr_confidence_name(clause->confidence), clause->source, clause->id);
    json_array_append_new(tags, cr__json_text(cr_clause_kind_name(clause->kind)));
  } else {
    cr_buf_printf(&help, "%s It holds for any DLL, whatever the contract says.",
                  cr_conform_text(row));
    json_array_append_new(tags, cr__json_text("any DLL"));
  }
  cr__json_set(o, "help", cr__sarif_text(help.data));
  cr__json_set(properties, "tags", tags);
  cr__json_set(o, "properties", properties);
  cr_buf_free(&help);
  return o;
}

/* ---- what is no result ----------------------------------------------------------------------- */

static void notify(json_t *list, const char *level, const char *text) {
  json_t *o = json_object();
  cr__json_set(o, "level", cr__json_text(level));
  cr__json_set(o, "message", cr__sarif_text(text));
  json_array_append_new(list, o);
}

/* A DLL that cannot be judged must not look like one without findings; nor may warnings, which have
 * no trace to point into, be passed over. */
static json_t *invocation(const cr_conformance *c) {
  json_t *o = json_object(), *list = json_array();
  cr_buf text = {0};
  const char *unjudged = cr__conform_unjudged(c);
  if (unjudged != NULL) {
    cr_buf_puts(&text, "The DLL cannot be judged: ");
    cr__sarif_plain(unjudged, &text);
    notify(list, "error", text.data);
  }
  if (c->stopped) notify(list, "warning", "Stopped before the end: the next run may say more.");
  for (unsigned row = 0; row < CR_CONFORM_ROWS; row++) {
    const cr_conform_row *r = &c->row[row];
    if (r->verdict != CR_CONFORM_VIOLATED || (r->finding != NULL && r->finding->file[0] != '\0'))
      continue;
    cr_buf_clear(&text);
    cr_buf_printf(&text, "%s was broken in %llu run%s and has no trace%s: %s", cr_conform_id(row),
                  (unsigned long long)r->violated, r->violated == 1 ? "" : "s",
                  r->counts ? "" : " without --strict", cr_conform_text(row));
    notify(list, "warning", text.data);
  }
  if (c->note[0] != '\0' && unjudged != c->note) {
    cr_buf_clear(&text);
    cr__sarif_plain(c->note, &text);
    notify(list, "note", text.data);
  }
  cr__json_set(o, "executionSuccessful", json_boolean(unjudged == NULL));
  cr__json_set(o, "exitCode", cr__json_number((uint64_t)cr_conform_exit(c)));
  cr__json_set(o, "toolExecutionNotifications", list);
  cr_buf_free(&text);
  return o;
}

static json_t *tool_json(const cr_conformance *c, json_t *rules) {
  const char *space = strrchr(c->tool, ' ');
  json_t *driver = json_object(), *tool = json_object();
  cr__json_set(driver, "name", cr__json_text("clusrace"));
  cr__json_set(driver, "semanticVersion", cr__json_text(space == NULL ? "0.0.0" : space + 1));
  cr__json_set(driver, "rules", rules);
  cr__json_set(tool, "driver", driver);
  return tool;
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
  json_t *run = json_object(), *runs = json_array(), *root = json_object();
  json_t *properties = json_object(), *details = json_object(), *invocations = json_array();
  cr_buf id = {0};
  cr_buf_printf(&id, "clusrace/%s/", c->subject->name); /* so that two DLLs are two analyses */
  cr__json_set(details, "id", cr__json_text(id.data));
  cr__json_set(properties, "contract", cr__json_digest(cr_contract_digest()));
  cr__json_set(properties, "subject", cr__json_text(c->subject->name));
  json_array_append_new(invocations, invocation(c));
  cr__json_set(run, "tool", tool_json(c, rules));
  cr__json_set(run, "automationDetails", details);
  cr__json_set(run, "columnKind", cr__json_text("utf16CodeUnits"));
  cr__json_set(run, "invocations", invocations);
  cr__json_set(run, "results", results);
  cr__json_set(run, "properties", properties);
  json_array_append_new(runs, run);
  cr__json_set(root, "$schema", cr__json_text("https://json.schemastore.org/sarif-2.1.0.json"));
  cr__json_set(root, "version", cr__json_text("2.1.0"));
  cr__json_set(root, "runs", runs);
  cr__json_dump(root, out);
  cr_buf_free(&id);
}

/* json.c - the report as JSON, schema clusrace-report-1 (docs/json.md). */
#include "clusrace/report.h"
#include "jsons.h"
#include "summary.h"

static json_t *finding(const cr_report_finding *f) {
  const cr_verdict *v = &f->trace->verdict;
  cr_buf text = {0};
  cr_trace_write(f->trace, &text);
  json_t *row = json_pack("{s:s, s:i, s:I, s:I}", "verdict", cr_verdict_kind_name(v->kind), "step",
                          (int)v->step, "steps", (json_int_t)f->trace->steps_count, "times",
                          (json_int_t)f->times);
  CR_ASSERT(row != NULL);
  if (v->kind == CR_VERDICT_VIOLATES)
    json_object_set_new(row, "clause", cr__json_text(cr_clause_row_of(v->clause)->id));
  if (f->found_steps != 0) {
    json_object_set_new(row, "steps_before", json_integer((json_int_t)f->found_steps));
    json_object_set_new(row, "minimal", json_boolean(f->minimal));
  }
  json_object_set_new(row, "note", cr__json_text(v->note));
  json_object_set_new(row, "id", cr__json_text(f->id));
  json_object_set_new(row, "file", cr__json_text(f->file));
  json_object_set_new(row, "command", cr__json_text(f->command));
  json_object_set_new(row, "signature", cr__json_digest(cr_trace_signature(f->trace)));
  json_object_set_new(row, "trace", cr__json_text(text.data));
  cr_buf_free(&text);
  return row;
}

static json_t *subject(const cr_report_subject *s) {
  json_t *clauses = json_array(), *findings = json_array();
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    if (!cr__clause_is_judged((cr_clause)i)) continue;
    const char *status = s->violated[i] > 0 ? "violated"
                         : s->held[i] > 0   ? "held"
                                            : "not exercised";
    json_array_append_new(
        clauses,
        json_pack("{s:s, s:s, s:i, s:i}", "id", cr_clause_row_of((cr_clause)i)->id, "status",
                  status, "held", (int)s->held[i], "violated", (int)s->violated[i]));
  }
  for (size_t i = 0; i < s->findings_count; i++)
    json_array_append_new(findings, finding(&s->findings[i]));
  json_t *row = json_pack("{s:I, s:o, s:o, s:s, s:i}", "replays", (json_int_t)s->replays, "clauses",
                          clauses, "findings", findings, "verdict", cr__subject_verdict(s), "exit",
                          (int)cr_report_subject_exit(s));
  CR_ASSERT(row != NULL);
  json_object_set_new(row, "name", cr__json_text(s->subject->name));
  json_object_set_new(row, "digest", cr__json_digest(s->subject->digest));
  json_object_set_new(row, "note", cr__json_text(s->note));
  return row;
}

void cr_report_json(const cr_report *r, cr_buf *out) {
  json_t *subjects = json_array();
  for (size_t i = 0; i < r->subjects_count; i++)
    json_array_append_new(subjects, subject(&r->subjects[i]));
  json_t *root = json_pack(
      "{s:s, s:{s:I, s:I, s:i, s:b, s:b}, s:{s:i, s:i, s:i}, s:{s:s, s:I, s:I, s:I}, s:o, s:i}",
      "schema", "clusrace-report-1", "explore", "states", (json_int_t)r->states, "transitions",
      (json_int_t)r->transitions, "depth", (int)r->depth, "complete", r->explored, "refuted",
      r->refuted != NULL, "mutants", "tried", (int)r->mutants, "caught", (int)r->caught, "fuzzed",
      (int)r->fuzz_caught, "fuzz", "engine", r->engine, "executions", (json_int_t)r->executions,
      "novel", (json_int_t)r->novel, "stored", (json_int_t)r->stored, "dlls", subjects, "exit",
      (int)cr_report_exit(r));
  CR_ASSERT(root != NULL);
  json_object_set_new(root, "tool", cr__json_text(r->tool));
  json_object_set_new(root, "scenario", cr__json_text(r->scenario->name));
  json_object_set_new(root, "scenario_digest", cr__json_digest(r->scenario->digest));
  json_object_set_new(root, "contract", cr__json_digest(cr_contract_digest()));
  cr__json_dump(root, out);
}

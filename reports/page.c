/* page.c - see page.h. */
#include "page.h"

#include <stdlib.h>
#include <string.h>

#include "clusrace/conformance.h"
#include "escape.h"
#include "lanes.h"
#include "sources.h"
#include "states.h"

/* The files of page/, made into arrays at build time. */
extern const unsigned char cr__page_frame[], cr__page_style[], cr__page_script[];

static void push(json_t *array, json_t *value) {
  CR_ASSERT(json_array_append_new(array, value) == 0);
}

void cr__page_begin(cr__page *p, const char *kind) {
  *p = (cr__page){.root = json_object(),
                  .clauses = json_array(),
                  .findings = json_array(),
                  .facts = json_array(),
                  .kind = kind};
  cr__json_set(p->root, "clauses", p->clauses);
  cr__json_set(p->root, "findings", p->findings);
  cr__json_set(p->root, "facts", p->facts);
  cr__json_set(p->root, "scenarios", json_array());
  cr__json_set(p->root, "pictures", json_array());
  json_t *verbs = json_object();
  for (uint32_t kind_number = 1; kind_number < CR_EV_COUNT; kind_number++)
    cr__json_set(verbs, cr_event_row_of(kind_number)->verb,
                 json_string(cr_event_row_of(kind_number)->meaning));
  cr__json_set(p->root, "verbs", verbs);
}

void cr__page_fact(cr__page *p, const char *name, const char *value) {
  json_t *pair = json_array();
  if (value == NULL || value[0] == '\0') {
    json_decref(pair);
    return;
  }
  push(pair, json_string(name));
  push(pair, cr__json_text(value));
  push(p->facts, pair);
}

/* Name and meaning in turn, both by their numbers. */
static json_t *sources_json(cr__page *p, cr_clause clause) {
  cr__source source[CR__SOURCES_MAX];
  json_t *list = json_array();
  unsigned count = cr__sources_of(clause, source);
  for (unsigned i = 0; i < count; i++) {
    push(list,
         cr__json_number(cr__strings_add(&p->strings, source[i].name, strlen(source[i].name))));
    push(list,
         cr__json_number(cr__strings_add(&p->strings, source[i].what, strlen(source[i].what))));
  }
  return list;
}

json_t *cr__page_clause(cr__page *p, unsigned row) {
  json_t *o = json_object(), *cells = json_array();
  cr__json_set(o, "id", cr__json_text(cr_conform_id(row)));
  cr__json_set(o, "text", cr__json_text(cr_conform_text(row)));
  cr__json_set(o, "level", json_string(cr_conform_level(row)));
  if (row < CR_CLAUSE_COUNT) {
    const cr_clause_row *clause = cr_clause_row_of((cr_clause)row);
    cr__json_set(o, "kind", json_string(cr_clause_kind_name(clause->kind)));
    cr__json_set(o, "party", json_string(cr_party_name(clause->party)));
    cr__json_set(o, "confidence", json_string(cr_confidence_name(clause->confidence)));
    cr__json_set(o, "source", cr__json_text(clause->source));
    cr__json_set(o, "sources", sources_json(p, (cr_clause)row));
  }
  cr__json_set(o, "cells", cells);
  push(p->clauses, o);
  return cells;
}

void cr__page_cell(json_t *cells, const char *verdict, uint64_t held, uint64_t violated,
                   const char *why, const char *change) {
  json_t *cell = json_array();
  push(cell, json_string(verdict));
  push(cell, cr__json_number(held));
  push(cell, cr__json_number(violated));
  push(cell, cr__json_text(why));
  push(cell, json_string(change));
  push(cells, cell);
}

/* ---- runs ------------------------------------------------------------------------------------ */

static void base36(uint64_t value, cr_buf *out) {
  char digits[16];
  unsigned n = 0;
  do {
    digits[n++] = "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36];
    value /= 36;
  } while (value != 0);
  while (n > 0) cr_buf_putc(out, digits[--n]);
}

static uint32_t intern(cr__page *p, const cr_buf *text) {
  return cr__strings_add(&p->strings, text->data == NULL ? "" : text->data, text->len);
}

static char letter_of(const cr_event *e) {
  switch (e->kind) {
    case CR_EV_CALL: return 'c';
    case CR_EV_RET: return 'r';
    case CR_EV_STATUS: return 's';
    case CR_EV_SPAWN:
    case CR_EV_EXIT: return 'w';
    case CR_EV_EXPIRE: return 'x';
    case CR_EV_FACT: return 'f';
    default: return cr_event_row_of(e->kind)->object == CR_FIELD_VOLUME ? 'v' : 'o';
  }
}

static void put_clauses(cr__page *p, const cr_clauses *set, cr_buf *scratch, cr_buf *out) {
  cr_buf_clear(scratch);
  for (unsigned i = 0; cr_clauses_any(set) && i < CR_CLAUSE_COUNT; i++)
    if (cr_clauses_has(set, (cr_clause)i))
      cr_buf_printf(scratch, "%s%s", scratch->len == 0 ? "" : " ",
                    cr_clause_row_of((cr_clause)i)->id);
  cr_buf_putc(out, '.');
  base36(intern(p, scratch), out);
}

/* TEXT.FROM.TO.KIND.EXERCISED.VIOLATED, a step each; behind KIND stand ! for what was refused and ~
 * for what is not shown at first. */
static void put_step(cr__page *p, const cr__states *states, size_t i, cr_buf *scratch,
                     cr_buf *out) {
  const cr_step *step = &states->trace->steps[i];
  const cr_event *e = &step->event;
  cr_buf_clear(scratch);
  cr_trace_write_event(&states->trace->scenario, e, scratch);
  if (step->after != 0) cr_buf_printf(scratch, " @%016llx", (unsigned long long)step->after);
  if (i > 0) cr_buf_putc(out, ';');
  base36(intern(p, scratch), out);
  cr_buf_putc(out, '.');
  base36(cr__lane_from(states->lanes, e), out);
  cr_buf_putc(out, '.');
  base36(cr__lane_to(states->lanes, e), out);
  cr_buf_printf(out, ".%c", letter_of(e));
  if (cr_event_row_of(e->kind)->result == CR_FIELD_WIN32 && e->result != 0) cr_buf_putc(out, '!');
  if (!cr__lane_shows(states->trace, i)) cr_buf_putc(out, '~');
  put_clauses(p, &states->judgement.exercised, scratch, out);
  put_clauses(p, &states->judgement.violated, scratch, out);
}

/* LANE.TEXT for every lane of which something else is to be said now. */
static void put_changes(cr__page *p, const cr__states *states, uint32_t *last, cr_buf *scratch,
                        cr_buf *out) {
  bool first = true;
  for (unsigned lane = 0; lane < states->lanes->count; lane++) {
    cr_buf_clear(scratch);
    cr__states_lane(states, lane, scratch);
    uint32_t text = intern(p, scratch);
    if (text == last[lane]) continue;
    last[lane] = text;
    if (!first) cr_buf_putc(out, ',');
    first = false;
    base36(lane, out);
    cr_buf_putc(out, '.');
    base36(text, out);
  }
}

static json_t *lanes_json(cr__page *p, const cr__lanes *lanes) {
  json_t *array = json_array();
  for (unsigned i = 0; i < lanes->count; i++) {
    push(array, cr__json_number(cr__strings_add(&p->strings, lanes->lane[i].name,
                                                strlen(lanes->lane[i].name))));
    const char *class_name = cr__lane_class(lanes->lane[i].role);
    push(array, cr__json_number(cr__strings_add(&p->strings, class_name, strlen(class_name))));
  }
  return array;
}

/* The text form but for its steps: what stands before them, and behind. */
static void put_frame(cr__page *p, const cr_trace *trace, json_t *run) {
  cr_trace bare = *trace;
  cr_buf text = {0}, tail = {0};
  bare.steps_count = 0;
  cr_trace_write(&bare, &text);
  cr_buf_puts(&tail, "verdict ");
  cr_verdict_write(&trace->verdict, &tail);
  cr_buf_putc(&tail, '\n');
  cr__json_set(run, "head",
               cr__json_number(cr__strings_add(&p->strings, text.data, text.len - tail.len)));
  cr__json_set(run, "tail", cr__json_number(intern(p, &tail)));
  cr_buf_free(&text);
  cr_buf_free(&tail);
}

static json_t *run_json(cr__page *p, const cr_trace *trace) {
  cr__lanes lanes;
  cr__states *states = cr_alloc(sizeof *states);
  uint32_t last[CR_LANES_MAX] = {0};
  cr_buf steps = {0}, changes = {0}, scratch = {0};
  json_t *run = json_object();
  cr__lanes_of(trace, &lanes);
  cr__states_begin(states, trace, &lanes);
  put_changes(p, states, last, &scratch, &changes);
  for (size_t i = 0; i < trace->steps_count; i++) {
    cr__states_step(states, &trace->steps[i].event);
    put_step(p, states, i, &scratch, &steps);
    cr_buf_putc(&changes, ';');
    put_changes(p, states, last, &scratch, &changes);
  }
  put_frame(p, trace, run);
  cr__json_set(run, "lanes", lanes_json(p, &lanes));
  cr__json_set(run, "steps", json_string(steps.data == NULL ? "" : steps.data));
  cr__json_set(run, "changes", json_string(changes.data == NULL ? "" : changes.data));
  cr_buf_free(&steps);
  cr_buf_free(&changes);
  cr_buf_free(&scratch);
  free(states);
  return run;
}

void cr__page_finding_add(cr__page *p, const cr__page_finding *f) {
  const cr_verdict *v = &f->trace->verdict;
  unsigned row = cr_conform_row_of(v);
  json_t *o = json_object();
  cr_buf verdict = {0};
  cr_verdict plain = *v;
  plain.note[0] = '\0';
  cr__verdict_text(&plain, &verdict);
  cr__json_set(
      o, "row",
      cr__json_text(row < CR_CONFORM_ROWS ? cr_conform_id(row) : cr_verdict_kind_name(v->kind)));
  cr__json_set(o, "verdict", cr__json_text(verdict.data));
  cr__json_set(o, "note", cr__json_text(v->note));
  cr__json_set(o, "step", cr__json_number(v->step));
  cr__json_set(o, "loop", cr__json_number(v->loop));
  cr__json_set(o, "count", cr__json_number(f->trace->steps_count));
  cr__json_set(o, "times", cr__json_number(f->times));
  cr__json_set(o, "subject", cr__json_number(f->subject));
  cr__json_set(o, "scenario", cr__json_text(f->trace->scenario.name));
  cr__json_set(o, "id", cr__json_text(f->id));
  cr__json_set(o, "file", cr__json_text(f->file));
  cr__json_set(o, "command", cr__json_text(f->command));
  cr__json_set(o, "change", json_string(f->change));
  cr__json_set(o, "run", run_json(p, f->trace));
  if (f->neighbour != NULL) cr__json_set(o, "neighbour", run_json(p, f->neighbour));
  push(p->findings, o);
  cr_buf_free(&verdict);
}

void cr__page_scenario(cr__page *p, const cr_scenario *scenario, const char *runs,
                       const char *state) {
  json_t *o = json_object();
  cr_buf text = {0};
  cr_scenario_write(scenario, "", &text);
  cr__json_set(o, "name", cr__json_text(scenario->name));
  cr__json_set(o, "about", cr__json_text(scenario->about));
  cr__json_set(o, "runs", json_string(runs));
  cr__json_set(o, "state", json_string(state));
  cr__json_set(o, "text", cr__json_text(text.data));
  push(json_object_get(p->root, "scenarios"), o);
  cr_buf_free(&text);
}

void cr__page_pictures(cr__page *p, const cr_report_picture *pictures, size_t count) {
  for (size_t i = 0; i < count; i++) {
    json_t *o = json_object();
    cr__json_set(o, "title", cr__json_text(pictures[i].title));
    cr__json_set(o, "about", cr__json_text(pictures[i].about));
    cr__json_set(o, "svg", cr__json_text(pictures[i].svg));
    push(json_object_get(p->root, "pictures"), o);
  }
}

/* ---- the page -------------------------------------------------------------------------------- */

/* As a script element bears it: nothing in it looks like markup. */
static void put_data(cr__page *p, cr_buf *out) {
  json_t *texts = json_array();
  for (size_t i = 0; i < p->strings.count; i++) push(texts, cr__json_text(p->strings.text[i]));
  cr__json_set(p->root, "strings", texts);
  char *text = json_dumps(p->root, JSON_COMPACT | JSON_SORT_KEYS);
  CR_ASSERT(text != NULL);
  for (const char *at = text; *at != '\0';) {
    size_t n = strcspn(at, "<");
    cr_buf_add(out, at, n);
    at += n;
    if (*at == '\0') break;
    cr_buf_puts(out, "\\u003c");
    at++;
  }
  free(text);
}

static const char *mood_of(cr_exit status) {
  return status == CR_EXIT_OK ? "good" : status == CR_EXIT_BOUNDED ? "warn" : "bad";
}

/* A longer one gets a line of its own. */
enum { FACT_SHORT = 32 };

static void put_facts(const cr__page *p, cr_buf *out) {
  json_t *pair;
  size_t i;
  json_array_foreach(p->facts, i, pair) {
    const char *value = json_string_value(json_array_get(pair, 1));
    cr_buf_puts(out, strlen(value) > FACT_SHORT ? "<div class=\"long\"><dt>" : "<div><dt>");
    cr__escape(json_string_value(json_array_get(pair, 0)), out);
    cr_buf_puts(out, "</dt><dd>");
    cr__escape(value, out);
    cr_buf_puts(out, "</dd></div>");
  }
}

static void put_part(cr__page *p, const char *name, size_t n, cr_buf *out) {
  static const char *const parts[] = {"kind",  "headline", "lead",   "mood",
                                      "facts", "style",    "script", "data"};
  unsigned part = 0;
  while (part < CR_ARRAY_LEN(parts) &&
         (strlen(parts[part]) != n || strncmp(parts[part], name, n) != 0))
    part++;
  switch (part) {
    case 0: cr__escape(p->kind, out); break;
    case 1: cr__escape(p->headline.data == NULL ? "" : p->headline.data, out); break;
    case 2: cr__escape(p->lead.data == NULL ? "" : p->lead.data, out); break;
    case 3: cr_buf_puts(out, mood_of(p->status)); break;
    case 4: put_facts(p, out); break;
    case 5: cr_buf_puts(out, (const char *)cr__page_style); break;
    case 6: cr_buf_puts(out, (const char *)cr__page_script); break;
    case 7: put_data(p, out); break;
    default: CR_ASSERT(part < CR_ARRAY_LEN(parts));
  }
}

void cr__page_end(cr__page *p, cr_buf *out) {
  const char *at = (const char *)cr__page_frame;
  for (const char *mark; (mark = strstr(at, "{{")) != NULL;) {
    const char *end = strstr(mark, "}}");
    CR_ASSERT(end != NULL);
    cr_buf_add(out, at, (size_t)(mark - at));
    put_part(p, mark + 2, (size_t)(end - mark - 2), out);
    at = end + 2;
  }
  cr_buf_puts(out, at);
  json_decref(p->root);
  cr__strings_free(&p->strings);
  cr_buf_free(&p->headline);
  cr_buf_free(&p->lead);
}

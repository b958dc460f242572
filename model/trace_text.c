/* trace_text.c - the text form of a trace: one table of field types drives writer and reader. */
#include <stdlib.h>
#include <string.h>

#include "clusrace/trace.h"
#include "text.h"

/* ---- writing --------------------------------------------------------------------------------- */

void cr_actor_write(const cr_scenario *s, const cr_event *e, cr_buf *out) {
  switch (e->role) {
    case CR_ROLE_EP:
    case CR_ROLE_TERM:
    case CR_ROLE_WORKER:
    case CR_ROLE_POLLER:
      if (e->who < s->resources_count)
        cr_buf_puts(out, s->resource[e->who].name);
      else
        cr_buf_number(out, e->who);
      cr_buf_putc(out, '.');
      cr_buf_puts(out, cr_role_name(e->role));
      if (e->role == CR_ROLE_WORKER) cr_buf_number(out, e->lane);
      return;
    case CR_ROLE_APP:
      if (e->who < s->apps_count)
        cr_buf_puts(out, s->app[e->who].name);
      else
        cr_buf_printf(out, "app.%u", e->who);
      return;
    default: cr_buf_puts(out, cr_role_name(e->role));
  }
}

static void write_access(uint32_t access, cr_buf *out) {
  static const struct {
    uint32_t bit;
    char letter;
  } bits[] = {{CR_ACC_READ, 'r'}, {CR_ACC_WRITE, 'w'}, {0, '/'},
              {CR_SHR_READ, 'r'}, {CR_SHR_WRITE, 'w'}, {CR_SHR_DELETE, 'd'}};
  size_t before = out->len;
  for (size_t i = 0; i < CR_ARRAY_LEN(bits); i++) {
    if (bits[i].bit == 0) {
      if (out->len == before) cr_buf_putc(out, '-');
      cr_buf_putc(out, '/');
      before = out->len;
    } else if (access & bits[i].bit) {
      cr_buf_putc(out, bits[i].letter);
    }
  }
  if (out->len == before) cr_buf_putc(out, '-');
}

static void write_named(const char *name, uint32_t value, cr_buf *out) {
  if (name != NULL)
    cr_buf_puts(out, name);
  else
    cr_buf_number(out, value);
}

/* place: 0 value, 1 extra, 2 result, for words. */
static void write_field(const cr_event *e, unsigned place, cr_field field, uint32_t value,
                        cr_buf *out) {
  switch (field) {
    case CR_FIELD_WORD: write_named(cr_event_word(e->kind, place, value), value, out); break;
    case CR_FIELD_ENTRY_POINT: write_named(cr_entry_point_name(value), value, out); break;
    case CR_FIELD_STATE: write_named(cr_state_name(value), value, out); break;
    case CR_FIELD_EXIT_STATE: write_named(cr_exit_state_name(value), value, out); break;
    case CR_FIELD_WAIT: write_named(cr_wait_name(value), value, out); break;
    case CR_FIELD_CHECKPOINT:
      cr_buf_puts(out, "cp=");
      cr_buf_number(out, value);
      break;
    case CR_FIELD_ACCESS: write_access(value, out); break;
    default: cr_buf_number(out, value);
  }
}

void cr_trace_write_event(const cr_scenario *s, const cr_event *e, cr_buf *out) {
  const cr_event_row *row = cr_event_row_of(e->kind);
  cr_actor_write(s, e, out);
  cr_buf_putc(out, ' ');
  cr_buf_puts(out, row->verb);
  cr_buf_putc(out, ' ');
  if (row->object == CR_FIELD_RESOURCE && e->object < s->resources_count)
    cr_buf_puts(out, s->resource[e->object].name);
  else if (row->object == CR_FIELD_VOLUME && e->object < s->volumes_count)
    cr_buf_puts(out, s->volume[e->object].name);
  else
    cr_buf_number(out, e->object);
  if (e->handle != CR_NO_HANDLE) {
    cr_buf_puts(out, " h");
    cr_buf_number(out, e->handle);
  }
  if (row->value != CR_FIELD_NONE) {
    cr_buf_putc(out, ' ');
    write_field(e, 0, row->value, e->value, out);
  }
  if (row->extra != CR_FIELD_NONE) {
    cr_buf_putc(out, ' ');
    write_field(e, 1, row->extra, e->extra, out);
  }
  bool silent = row->result == CR_FIELD_AMOUNT && e->result == 0;
  if (row->result != CR_FIELD_NONE && !silent) {
    cr_buf_puts(out, " -> ");
    write_field(e, 2, row->result, e->result, out);
  }
  if (e->cause != CR_CAUSE_NONE) {
    cr_buf_puts(out, " (");
    cr_buf_puts(out, cr_cause_name(e->cause));
    cr_buf_putc(out, ')');
  }
  for (unsigned bit = 0; bit < CR_FX_COUNT; bit++) {
    if ((e->effects >> bit & 1) == 0) continue;
    cr_buf_puts(out, " +");
    cr_buf_puts(out, cr_effect_name(bit));
  }
}

/* The format has no escapes: what would end the text or the line is written as something else. */
static void write_quoted(const char *text, cr_buf *out) {
  cr_buf_putc(out, '"');
  for (; *text != '\0'; text++) {
    unsigned char c = (unsigned char)*text;
    cr_buf_putc(out, c == '"' ? '\'' : c < ' ' ? ' ' : *text);
  }
  cr_buf_putc(out, '"');
}

void cr_subject_write(const cr_subject *subject, cr_buf *out) {
  switch ((cr_subject_kind)subject->kind) {
    case CR_SUBJECT_MUTANT:
      cr_buf_printf(out, "mutant %s", cr_mutant_row_of(subject->mutant)->name);
      return;
    case CR_SUBJECT_NATIVE:
    case CR_SUBJECT_PE:
      cr_buf_puts(out, subject->kind == CR_SUBJECT_PE ? "pe " : "native ");
      write_quoted(subject->name, out);
      cr_buf_putc(out, ' ');
      cr_buf_hex(out, subject->digest);
      return;
    case CR_SUBJECT_REFERENCE:
    case CR_SUBJECT_INVALID: break;
  }
  cr_buf_puts(out, "reference");
}

void cr_verdict_write(const cr_verdict *verdict, cr_buf *out) {
  cr_buf_puts(out, cr_verdict_kind_name(verdict->kind));
  if (verdict->kind == CR_VERDICT_VIOLATES)
    cr_buf_printf(out, " %s", cr_clause_row_of(verdict->clause)->id);
  if (verdict->step != 0) cr_buf_printf(out, " at %u", verdict->step);
  if (verdict->loop != 0) cr_buf_printf(out, " loop %u", verdict->loop);
  if (verdict->note[0] == '\0') return;
  cr_buf_putc(out, ' ');
  write_quoted(verdict->note, out);
}

/* ---- the behaviour: scenario, subject and visible events, whose digest names it -------------- */

static void behaviour_begin(const cr_trace *trace, cr_buf *text) {
  cr_buf_hex(text, trace->scenario.digest);
  cr_buf_putc(text, ' ');
  cr_subject_write(&trace->subject, text);
}

static bool visible(const cr_event *e) { return cr_event_row_of(e->kind)->visible; }

uint64_t cr_trace_behaviour_digest(const cr_trace *trace) {
  cr_buf text = {0};
  behaviour_begin(trace, &text);
  for (size_t i = 0; i < trace->steps_count; i++) {
    const cr_event *e = &trace->steps[i].event;
    if (!visible(e)) continue;
    cr_buf_putc(&text, '\n');
    cr_trace_write_event(&trace->scenario, e, &text);
  }
  uint64_t digest = cr_digest(text.data, text.len);
  cr_buf_free(&text);
  return digest;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* behaviour: receives the visible events as well; NULL for nothing. */
static void write_step(const cr_trace *trace, size_t i, cr_buf *out, cr_buf *behaviour) {
  const cr_step *step = &trace->steps[i];
  cr_buf_number(out, i + 1);
  cr_buf_putc(out, ' ');
  size_t from = out->len;
  cr_trace_write_event(&trace->scenario, &step->event, out);
  if (behaviour != NULL && visible(&step->event)) {
    cr_buf_putc(behaviour, '\n');
    cr_buf_add(behaviour, out->data + from, out->len - from);
  }
  if (step->after != 0) {
    cr_buf_puts(out, " @");
    cr_buf_hex(out, step->after);
  }
  cr_buf_putc(out, '\n');
}

static void write_trace(const cr_trace *trace, cr_buf *out, cr_buf *behaviour) {
  cr_buf_printf(out, "clusrace-trace 1\ncontract %016llx\nscenario %s %016llx\n",
                (unsigned long long)trace->contract, trace->scenario.name,
                (unsigned long long)trace->scenario.digest);
  cr_scenario_write(&trace->scenario, "  ", out);
  cr_buf_puts(out, "subject ");
  cr_subject_write(&trace->subject, out);
  cr_buf_putc(out, '\n');
  for (size_t i = 0; i < trace->steps_count; i++) write_step(trace, i, out, behaviour);
  cr_buf_puts(out, "verdict ");
  cr_verdict_write(&trace->verdict, out);
  cr_buf_putc(out, '\n');
}

void cr_trace_write(const cr_trace *trace, cr_buf *out) { write_trace(trace, out, NULL); }

uint64_t cr_trace_write_digested(const cr_trace *trace, cr_buf *out) {
  cr_buf behaviour = {0};
  behaviour_begin(trace, &behaviour);
  write_trace(trace, out, &behaviour);
  uint64_t digest = cr_digest(behaviour.data, behaviour.len);
  cr_buf_free(&behaviour);
  return digest;
}

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct reader {
  cr_lines lines;
  cr_line line;
  bool more;
  cr_trace *trace;
  cr_errinfo *info;
} reader;

static cr_err reader_next(reader *r) {
  return cr__line_next(&r->lines, &r->line, &r->more, r->info);
}

static bool line_is(const reader *r, const char *key, unsigned words) {
  return r->more && !r->line.indented && r->line.words_count == words &&
         strcmp(r->line.word[0], key) == 0;
}

static bool actor_parse(const cr_scenario *s, const char *word, cr_event *e) {
  if (strcmp(word, "monitor") == 0) return e->role = CR_ROLE_MONITOR, true;
  if (strcmp(word, "env") == 0) return e->role = CR_ROLE_ENV, true;
  if (strcmp(word, "cluster") == 0) return e->role = CR_ROLE_CLUSTER, true;
  if (strcmp(word, "pnp") == 0) return e->role = CR_ROLE_PNP, true;
  for (unsigned i = 0; i < s->apps_count; i++)
    if (strcmp(word, s->app[i].name) == 0) {
      e->role = CR_ROLE_APP;
      e->who = (uint8_t)i;
      return true;
    }
  for (unsigned i = 0; i < s->resources_count; i++) {
    size_t n = strlen(s->resource[i].name);
    if (strncmp(word, s->resource[i].name, n) != 0 || word[n] != '.') continue;
    const char *thread = word + n + 1;
    e->who = (uint8_t)i;
    if (strcmp(thread, "ep") == 0) return e->role = CR_ROLE_EP, true;
    if (strcmp(thread, "term") == 0) return e->role = CR_ROLE_TERM, true;
    if (strcmp(thread, "poller") == 0) return e->role = CR_ROLE_POLLER, true;
    if (strncmp(thread, "worker", 6) == 0) {
      uint64_t lane;
      if (!cr__parse_u64(thread + 6, 254, &lane)) return false;
      e->role = CR_ROLE_WORKER;
      e->lane = (uint8_t)lane;
      return true;
    }
  }
  return false;
}

static bool object_parse(const cr_scenario *s, cr_field field, const char *word, uint8_t *object) {
  unsigned count = field == CR_FIELD_RESOURCE ? s->resources_count : s->volumes_count;
  for (unsigned i = 0; i < count; i++) {
    const char *name = field == CR_FIELD_RESOURCE ? s->resource[i].name : s->volume[i].name;
    if (strcmp(name, word) == 0) {
      *object = (uint8_t)i;
      return true;
    }
  }
  return false;
}

static bool access_parse(const char *word, uint32_t *access) {
  static const char letters[2][4] = {"rw", "rwd"};
  static const uint32_t bits[2][3] = {{CR_ACC_READ, CR_ACC_WRITE, 0},
                                      {CR_SHR_READ, CR_SHR_WRITE, CR_SHR_DELETE}};
  *access = 0;
  for (unsigned part = 0; part < 2; part++) {
    if (*word == '-') {
      word++;
    } else {
      size_t at = 0;
      bool any = false;
      for (; *word != '\0' && *word != '/'; word++, any = true) {
        while (letters[part][at] != '\0' && letters[part][at] != *word) at++;
        if (letters[part][at] == '\0') return false;
        *access |= bits[part][at++];
      }
      if (!any) return false;
    }
    if (part == 0 && *word++ != '/') return false;
  }
  return *word == '\0';
}

static bool named_parse(const char *word, uint32_t max, const char *(*name_of)(uint32_t),
                        uint32_t *value) {
  for (uint32_t i = 0; i <= max; i++) {
    const char *name = name_of(i);
    if (name != NULL && strcmp(name, word) == 0) {
      *value = i;
      return true;
    }
  }
  uint64_t number;
  if (!cr__parse_u64(word, UINT32_MAX, &number)) return false;
  *value = (uint32_t)number;
  return number > max ||
         name_of(*value) == NULL; /* one spelling only: the name where there is one */
}

/* One spelling only: the word where there is one. */
static bool word_field_parse(uint32_t kind, unsigned place, const char *word, uint32_t *value) {
  if (cr_event_word_parse(kind, place, word, value)) return true;
  uint64_t number;
  if (!cr__parse_u64(word, UINT32_MAX, &number)) return false;
  *value = (uint32_t)number;
  return cr_event_word(kind, place, *value) == NULL;
}

static bool field_parse(uint32_t kind, unsigned place, cr_field field, const char *word,
                        uint32_t *value) {
  uint64_t number;
  switch (field) {
    case CR_FIELD_WORD: return word_field_parse(kind, place, word, value);
    case CR_FIELD_ENTRY_POINT: return named_parse(word, CR_EP_COUNT, cr_entry_point_name, value);
    case CR_FIELD_STATE: return named_parse(word, 255, cr_state_name, value);
    case CR_FIELD_EXIT_STATE: return named_parse(word, 1, cr_exit_state_name, value);
    case CR_FIELD_WAIT: return named_parse(word, 255, cr_wait_name, value);
    case CR_FIELD_ACCESS: return access_parse(word, value);
    case CR_FIELD_CHECKPOINT:
      if (strncmp(word, "cp=", 3) != 0) return false;
      word += 3;
      break;
    default: break;
  }
  if (!cr__parse_u64(word, UINT32_MAX, &number)) return false;
  *value = (uint32_t)number;
  return true;
}

static bool cause_parse(const char *word, uint8_t *cause) {
  size_t n = strlen(word);
  if (n < 3 || word[0] != '(' || word[n - 1] != ')') return false;
  for (uint8_t i = 1; i < CR_CAUSE_COUNT; i++) {
    const char *name = cr_cause_name(i);
    if (strlen(name) == n - 2 && memcmp(name, word + 1, n - 2) == 0) {
      *cause = i;
      return true;
    }
  }
  return false;
}

static bool effect_parse(const char *word, uint8_t *effects) {
  for (unsigned bit = 0; bit < CR_FX_COUNT; bit++)
    if (strcmp(word, cr_effect_name(bit)) == 0) {
      if (*effects >> bit != 0) return false; /* ascending, each once */
      *effects = (uint8_t)(*effects | 1u << bit);
      return true;
    }
  return false;
}

static const cr_event_row *verb_parse(const char *word, uint8_t *kind) {
  for (uint8_t i = 1; i < CR_EV_COUNT; i++)
    if (strcmp(cr_event_row_of(i)->verb, word) == 0) {
      *kind = i;
      return cr_event_row_of(i);
    }
  return NULL;
}

#define REMEDY "; docs/trace-format.md says what stands there; or record the trace again"

static cr_err bad_word(reader *r, const char *what, unsigned at) {
  if (at >= r->line.words_count)
    return cr__line_fail(&r->lines, r->info, "the line ends where %s is expected" REMEDY, what);
  return cr__line_fail(&r->lines, r->info, "\"%.80s\" is no %s" REMEDY, r->line.word[at], what);
}

static const char *word_at(const reader *r, unsigned at) {
  return at < r->line.words_count ? r->line.word[at] : "";
}

/* The parts of a step behind its object: handle, value, extra, result, cause, effects, digest. */
static cr_err step_tail(reader *r, const cr_event_row *row, unsigned at, cr_event *e,
                        uint64_t *after) {
  uint64_t number;
  const char *w = word_at(r, at);
  if (w[0] == 'h' && cr__parse_u64(w + 1, CR_NO_HANDLE - 1, &number)) {
    e->handle = (uint8_t)number;
    at++;
  }
  if (row->value != CR_FIELD_NONE) {
    if (!field_parse(e->kind, 0, row->value, word_at(r, at), &e->value))
      return bad_word(r, "value", at);
    at++;
  }
  if (row->extra != CR_FIELD_NONE) {
    if (!field_parse(e->kind, 1, row->extra, word_at(r, at), &e->extra))
      return bad_word(r,
                      row->extra == CR_FIELD_ACCESS       ? "access like rw/rw"
                      : row->extra == CR_FIELD_CHECKPOINT ? "checkpoint like cp=1"
                                                          : "number or word",
                      at);
    at++;
  }
  bool silent = row->result == CR_FIELD_AMOUNT && strcmp(word_at(r, at), "->") != 0;
  if (row->result != CR_FIELD_NONE && !silent) {
    if (strcmp(word_at(r, at), "->") != 0) return bad_word(r, "`->` before the result", at);
    at++;
    if (!field_parse(e->kind, 2, row->result, word_at(r, at), &e->result))
      return bad_word(r, "result", at);
    at++;
  }
  if (word_at(r, at)[0] == '(') {
    if (!cause_parse(word_at(r, at), &e->cause)) return bad_word(r, "cause", at);
    at++;
  }
  for (; word_at(r, at)[0] == '+'; at++)
    if (!effect_parse(word_at(r, at) + 1, &e->effects)) return bad_word(r, "effect", at);
  if (word_at(r, at)[0] == '@') {
    if (!cr__parse_digest(word_at(r, at) + 1, after) || *after == 0)
      return bad_word(r, "state digest (@ and 16 hexadecimal digits)", at);
    at++;
  }
  if (at < r->line.words_count) return bad_word(r, "part of this step", at);
  return CR_OK;
}

static cr_err step_parse(reader *r) {
  const cr_scenario *s = &r->trace->scenario;
  uint64_t number;
  if (!cr__parse_u64(r->line.word[0], UINT32_MAX, &number))
    return cr__line_fail(&r->lines, r->info,
                         "\"%.60s\" begins neither a step (its number) nor the verdict" REMEDY,
                         r->line.word[0]);
  if (number != r->trace->steps_count + 1)
    return cr__line_fail(
        &r->lines, r->info,
        "step %llu follows step %zu; steps are numbered from 1: give it its number",
        (unsigned long long)number, r->trace->steps_count);
  if (r->trace->steps_count == CR_TRACE_STEPS_MAX)
    return cr__line_fail(&r->lines, r->info, "more than %d steps; cut the trace",
                         CR_TRACE_STEPS_MAX);
  cr_event e = {.handle = CR_NO_HANDLE};
  uint64_t after = 0;
  if (!actor_parse(s, word_at(r, 1), &e)) return bad_word(r, "actor of this scenario", 1);
  const cr_event_row *row = verb_parse(word_at(r, 2), &e.kind);
  if (row == NULL) return bad_word(r, "kind of event", 2);
  if (!object_parse(s, row->object, word_at(r, 3), &e.object))
    return bad_word(
        r,
        row->object == CR_FIELD_RESOURCE ? "resource of this scenario" : "volume of this scenario",
        3);
  cr_err err = step_tail(r, row, 4, &e, &after);
  if (err == CR_OK) cr_trace_push(r->trace, &e, after);
  return err;
}

/* The verdict's number, clause and note. */
static cr_err verdict_parse(reader *r) {
  cr_verdict *v = &r->trace->verdict;
  unsigned at = 1;
  const char *kind = word_at(r, at);
  while (v->kind < CR_VERDICT_COUNT && strcmp(cr_verdict_kind_name(v->kind), kind) != 0) v->kind++;
  if (v->kind == CR_VERDICT_COUNT) {
    v->kind = CR_VERDICT_NONE;
    return bad_word(r, "verdict", at);
  }
  at++;
  if (v->kind == CR_VERDICT_VIOLATES) {
    v->clause = cr_clause_by_id(word_at(r, at));
    if (v->clause == CR_CLAUSE_COUNT) return bad_word(r, "clause of this contract", at);
    at++;
  }
  if (strcmp(word_at(r, at), "at") == 0) {
    uint64_t step;
    if (!cr__parse_u64(word_at(r, at + 1), r->trace->steps_count, &step) || step == 0)
      return bad_word(r, "number of a step of this trace", at + 1);
    v->step = (uint32_t)step;
    at += 2;
  }
  if (v->kind == CR_VERDICT_VIOLATES && strcmp(word_at(r, at), "loop") == 0) {
    uint64_t loop;
    if (!cr__parse_u64(word_at(r, at + 1), r->trace->steps_count + 1, &loop) || loop == 0)
      return bad_word(r, "number of the step where the loop begins", at + 1);
    v->loop = (uint32_t)loop;
    at += 2;
  }
  if (v->kind == CR_VERDICT_VIOLATES && v->step == 0)
    return cr__line_fail(&r->lines, r->info, "the verdict names no step; add `at N`");
  if (at < r->line.words_count) {
    size_t n = strlen(r->line.word[at]);
    if (n == 0 || n >= sizeof v->note || at + 1 < r->line.words_count)
      return bad_word(r, "note of the verdict (one quoted text)", at);
    memcpy(v->note, r->line.word[at], n + 1);
  }
  return CR_OK;
}

static cr_err subject_parse(reader *r) {
  cr_subject *subject = &r->trace->subject;
  const char *kind = word_at(r, 1);
  unsigned words = 2;
  if (strcmp(kind, "reference") == 0) {
    subject->kind = CR_SUBJECT_REFERENCE;
  } else if (strcmp(kind, "mutant") == 0) {
    subject->kind = CR_SUBJECT_MUTANT;
    subject->mutant = cr_mutant_by_name(word_at(r, 2));
    if (subject->mutant == CR_MUTANT_NONE) return bad_word(r, "known mutant", 2);
    words = 3;
  } else if (strcmp(kind, "pe") == 0 || strcmp(kind, "native") == 0) {
    subject->kind = kind[0] == 'p' ? CR_SUBJECT_PE : CR_SUBJECT_NATIVE;
    size_t n = strlen(word_at(r, 2));
    if (n == 0 || n >= sizeof subject->name) return bad_word(r, "file name", 2);
    memcpy(subject->name, word_at(r, 2), n + 1);
    if (!cr__parse_digest(word_at(r, 3), &subject->digest)) return bad_word(r, "digest", 3);
    words = 4;
  } else {
    return bad_word(r, "subject (reference, mutant, native or pe)", 1);
  }
  if (r->line.words_count > words) return bad_word(r, "part of the subject", words);
  return CR_OK;
}

/* The scenario's own text: the indented lines. */
static cr_err scenario_block(reader *r, const char *name, uint64_t digest) {
  const char *start = r->lines.next;
  unsigned line = r->lines.number;
  cr_buf text = {0};
  const char *p = start;
  while (p < r->lines.end && *p == ' ') {
    const char *stop = memchr(p, '\n', (size_t)(r->lines.end - p));
    stop = stop == NULL ? r->lines.end : stop + 1;
    size_t indent = stop - p > 2 && p[1] == ' ' ? 2 : 1;
    cr_buf_add(&text, p + indent, (size_t)(stop - p) - indent);
    p = stop;
    r->lines.number++;
  }
  r->lines.next = p;
  cr_err err = cr_scenario_parse(text.data == NULL ? "" : text.data, text.len, r->lines.file,
                                 line + 1, &r->trace->scenario, r->info);
  cr_buf_free(&text);
  if (err != CR_OK) return err;
  if (strcmp(r->trace->scenario.name, name) != 0 || r->trace->scenario.digest != digest) {
    r->lines.number = line;
    return cr__line_fail(
        &r->lines, r->info,
        "the scenario below is %s %016llx, not what this line says; correct one of them",
        r->trace->scenario.name, (unsigned long long)r->trace->scenario.digest);
  }
  return CR_OK;
}

static cr_err header_parse(reader *r) {
  cr_err err = reader_next(r);
  if (err != CR_OK) return err;
  if (!line_is(r, "clusrace-trace", 2))
    return cr__line_fail(&r->lines, r->info,
                         "not a trace; the first line must be `clusrace-trace 1`");
  if (strcmp(r->line.word[1], "1") != 0)
    return cr__line_fail(&r->lines, r->info,
                         "trace format %.20s is not known; this version reads 1", r->line.word[1]);
  if ((err = reader_next(r)) != CR_OK) return err;
  if (!line_is(r, "contract", 2) || !cr__parse_digest(r->line.word[1], &r->trace->contract))
    return cr__line_fail(&r->lines, r->info, "expected `contract` and 16 hexadecimal digits");
  if ((err = reader_next(r)) != CR_OK) return err;
  uint64_t digest;
  if (!line_is(r, "scenario", 3) || !cr__parse_digest(r->line.word[2], &digest))
    return cr__line_fail(&r->lines, r->info, "expected `scenario NAME` and 16 hexadecimal digits");
  char name[CR_LINE_MAX];
  memcpy(name, r->line.word[1], strlen(r->line.word[1]) + 1);
  if ((err = scenario_block(r, name, digest)) != CR_OK) return err;
  if ((err = reader_next(r)) != CR_OK) return err;
  if (!r->more || r->line.indented || strcmp(r->line.word[0], "subject") != 0)
    return cr__line_fail(&r->lines, r->info,
                         "expected `subject` and what stands on the DLL's side");
  return subject_parse(r);
}

static cr_err trace_parse(reader *r) {
  cr_err err = header_parse(r);
  while (err == CR_OK) {
    err = reader_next(r);
    if (err != CR_OK) break;
    if (!r->more)
      return cr__line_fail(
          &r->lines, r->info,
          "the trace ends without a verdict; it is cut short: copy it again or record it again");
    if (strcmp(r->line.word[0], "verdict") == 0) {
      err = verdict_parse(r);
      break;
    }
    err = step_parse(r);
  }
  if (err != CR_OK) return err;
  err = reader_next(r);
  if (err == CR_OK && r->more)
    err = cr__line_fail(&r->lines, r->info,
                        "text after the verdict; a file holds one trace: remove the rest");
  return err;
}

cr_err cr_trace_read(const char *text, size_t n, const char *file, cr_trace *trace,
                     cr_errinfo *info) {
  reader *r = cr_alloc(sizeof *r);
  r->lines = (cr_lines){text, text + n, file, 0};
  r->trace = trace;
  r->info = info;
  cr_trace_free(trace);
  cr_err err = n > CR_TRACE_BYTES_MAX ? cr_fail(info, CR_ERR_INPUT, "%s: larger than %d bytes",
                                                file, CR_TRACE_BYTES_MAX)
                                      : trace_parse(r);
  free(r);
  if (err != CR_OK) cr_trace_free(trace);
  return err;
}

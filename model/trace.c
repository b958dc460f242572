/* trace.c - the trace as a value: building, comparing, naming. Its text form is in trace_text.c. */
#include "clusrace/trace.h"

#include <stdlib.h>
#include <string.h>

void cr_trace_init(cr_trace *trace, const cr_scenario *scenario, const cr_subject *subject) {
  *trace = (cr_trace){.contract = cr_contract_digest(), .scenario = *scenario, .subject = *subject};
  trace->verdict.clause = CR_CLAUSE_COUNT;
}

void cr_trace_free(cr_trace *trace) {
  free(trace->steps);
  memset(trace, 0, sizeof *trace);
  trace->verdict.clause = CR_CLAUSE_COUNT;
}

void cr_trace_clear(cr_trace *trace) {
  trace->steps_count = 0;
  trace->verdict = (cr_verdict){.clause = CR_CLAUSE_COUNT};
}

void cr_trace_push(cr_trace *trace, const cr_event *event, uint64_t after) {
  if (trace->steps_count == trace->steps_cap) {
    trace->steps_cap = trace->steps_cap < 32 ? 32 : trace->steps_cap * 2;
    trace->steps = cr_realloc(trace->steps, trace->steps_cap * sizeof *trace->steps);
  }
  trace->steps[trace->steps_count++] = (cr_step){*event, after};
}

void cr_trace_copy(cr_trace *to, const cr_trace *from) {
  cr_step *steps = to->steps;
  size_t cap = to->steps_cap;
  if (cap < from->steps_count) {
    cap = from->steps_count;
    steps = cr_realloc(steps, cap * sizeof *steps);
  }
  if (from->steps_count != 0) memcpy(steps, from->steps, from->steps_count * sizeof *steps);
  *to = *from;
  to->steps = steps;
  to->steps_cap = cap;
}

bool cr_trace_current(const cr_trace *trace) { return trace->contract == cr_contract_digest(); }

/* How many visible events before the finding tell two bugs apart; more would split one bug. */
enum { SIGNATURE_EVENTS = 3 };

uint64_t cr_trace_signature(const cr_trace *trace) {
  const cr_verdict *v = &trace->verdict;
  if (v->kind == CR_VERDICT_NONE || v->kind == CR_VERDICT_CONFORMS) return 0;
  cr_buf text = {0};
  cr_buf_puts(&text, cr_verdict_kind_name(v->kind));
  if (v->kind == CR_VERDICT_VIOLATES) {
    cr_buf_putc(&text, ' ');
    cr_buf_puts(&text, cr_clause_row_of(v->clause)->id);
  }
  cr_buf_putc(&text, ' ');
  cr_subject_write(&trace->subject, &text);
  size_t i = v->step == 0 || v->step > trace->steps_count ? trace->steps_count : v->step;
  for (unsigned left = SIGNATURE_EVENTS; i > 0 && left > 0; i--) {
    const cr_event *e = &trace->steps[i - 1].event;
    if (!cr_event_row_of(e->kind)->visible) continue;
    cr_buf_printf(&text, " %s:%s", cr_role_name(e->role), cr_event_row_of(e->kind)->verb);
    left--;
  }
  uint64_t digest = cr_digest(text.data, text.len);
  cr_buf_free(&text);
  return digest == 0 ? 1 : digest;
}

const char *cr_verdict_kind_name(cr_verdict_kind kind) {
  static const char *const names[CR_VERDICT_COUNT] = {"none",     "conforms", "violates",
                                                      "diverges", "crashes",  "hangs",
                                                      "deadlock", "misuses",  "inconclusive"};
  CR_ASSERT((unsigned)kind < CR_VERDICT_COUNT);
  return names[kind];
}

cr_exit cr_verdict_exit(const cr_verdict *verdict) {
  switch ((cr_verdict_kind)verdict->kind) {
    case CR_VERDICT_CONFORMS: return CR_EXIT_OK;
    case CR_VERDICT_MISUSES: return CR_EXIT_SAFETY;
    case CR_VERDICT_VIOLATES:
      return verdict->loop != 0 || cr_clause_row_of(verdict->clause)->kind == CR_KIND_L
                 ? CR_EXIT_LIVENESS
                 : CR_EXIT_SAFETY;
    case CR_VERDICT_DIVERGES: return CR_EXIT_DIVERGED;
    case CR_VERDICT_CRASHES:
    case CR_VERDICT_HANGS:
    case CR_VERDICT_DEADLOCK: return CR_EXIT_CRASH;
    case CR_VERDICT_INCONCLUSIVE: return CR_EXIT_NONDET;
    case CR_VERDICT_NONE:
    case CR_VERDICT_COUNT: break;
  }
  return CR_EXIT_BOUNDED;
}

/* ---- two of them ----------------------------------------------------------------------------- */

static void write_step(const cr_trace *trace, size_t step, cr_buf *out) {
  if (step < trace->steps_count)
    cr_trace_write_event(&trace->scenario, &trace->steps[step].event, out);
  else
    cr_buf_printf(out, "it %s", cr_verdict_kind_name((cr_verdict_kind)trace->verdict.kind));
}

void cr_trace_write_parting(const cr_trace *one, const cr_trace *other, cr_buf *out) {
  size_t step = 0;
  while (step < one->steps_count && step < other->steps_count &&
         cr_event_equal(&one->steps[step].event, &other->steps[step].event))
    step++;
  cr_buf_printf(out, "from step %zu on: once ", step + 1);
  write_step(one, step, out);
  cr_buf_puts(out, ", once ");
  write_step(other, step, out);
}

/* ---- runs of one actor ----------------------------------------------------------------------- */

static bool same_actor_at(const cr_trace *trace, size_t a, size_t b) {
  return cr_event_same_actor(&trace->steps[a].event, &trace->steps[b].event);
}

size_t cr_trace_switches(const cr_trace *trace) {
  size_t count = 0;
  for (size_t i = 1; i < trace->steps_count; i++) count += !same_actor_at(trace, i - 1, i);
  return count;
}

size_t cr_trace_run_end(const cr_trace *trace, size_t at) {
  size_t end = at + 1;
  while (end < trace->steps_count && same_actor_at(trace, at, end)) end++;
  return end;
}

size_t cr_trace_next_run(const cr_trace *trace, size_t at) {
  size_t next = cr_trace_run_end(trace, at);
  while (next < trace->steps_count && !same_actor_at(trace, at, next)) next++;
  return next;
}

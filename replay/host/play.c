/* play.c - see play.h. */
#include "play.h"

#include <stdio.h>

#include "clusrace/frame.h"

/* ---- one step of a thread -------------------------------------------------------------------- */

void cr_play_stop(cr_play *d, cr_verdict_kind kind, const char *why) {
  if (d->ended != CR_VERDICT_NONE) return;
  d->ended = kind;
  snprintf(d->why, sizeof d->why, "%s", why);
}

static void silent(cr_play *d, const cr_thread *t) {
  cr_buf text = {0};
  cr_buf_printf(&text, "no step for %lu ms of ", (unsigned long)d->s->sched.watchdog_ms);
  cr_thread_name(t, &text);
  cr_buf_puts(&text, ", last seen ");
  if (t->site == NULL)
    cr_buf_puts(&text, "at its start");
  else
    cr_address_write(t->site, &text);
  cr_play_stop(d, CR_VERDICT_HANGS, text.data);
  cr_buf_free(&text);
}

static void fault(cr_play *d, const cr_thread *t) {
  cr_buf text = {0};
  cr_buf_printf(&text, "%s (", d->s->sched.fault);
  cr_thread_name(t, &text);
  cr_buf_putc(&text, ')');
  cr_play_stop(d, CR_VERDICT_CRASHES, text.data);
  cr_buf_free(&text);
}

static bool run_ended(cr_play *d, const cr_thread *t, cr_run_end end) {
  if (end != CR_RUN_STOPPED && d->s->sched.running != NULL) t = d->s->sched.running;
  if (end == CR_RUN_FAULT) fault(d, t);
  if (end == CR_RUN_SILENT) silent(d, t);
  if (end != CR_RUN_STOPPED) d->usable = false;
  return end == CR_RUN_STOPPED;
}

static bool has_first(const cr_play *d) {
  return d->first && (d->s->violated != CR_CLAUSE_COUNT || d->s->misuse[0] != '\0');
}

bool cr_play_run(cr_play *d, cr_thread *t, bool time_out) {
  return run_ended(d, t, cr_sched_run(&d->s->sched, t, time_out)) && !has_first(d);
}

bool cr_play_run_silent(cr_play *d, cr_thread *t, unsigned steps_max) {
  return run_ended(d, t, cr_sched_run_silent(&d->s->sched, t, steps_max)) && !has_first(d);
}

bool cr_play_over(const cr_play *d) {
  return d->ended != CR_VERDICT_NONE || has_first(d) ||
         d->s->observed.steps_count >= CR_REPLAY_STEPS_MAX;
}

/* ---- the monitor ----------------------------------------------------------------------------- */

bool cr_play_may_call(const cr_play *d, unsigned r, cr_entry_point ep) {
  return cr_controls_admit(d->s, r, ep) &&
         cr_monitor_may_call(&d->s->monitor[r], ep, d->s->scenario->option[CR_OPTION_CLOSE_ANY],
                             CR_MUTANT_NONE);
}

static const cr_entry_point owed[] = {CR_EP_TERMINATE, CR_EP_IS_ALIVE};

bool cr_play_call_owed(cr_play *d) {
  for (unsigned r = 0; r < d->s->scenario->resources_count; r++)
    for (size_t i = 0; i < CR_ARRAY_LEN(owed); i++)
      if (cr_monitor_obliged(&d->s->monitor[r], owed[i]) && cr_play_may_call(d, r, owed[i])) {
        cr_session_call(d->s, r, owed[i]);
        return true;
      }
  return false;
}

bool cr_play_expire_one(cr_play *d) {
  for (unsigned r = 0; r < d->s->scenario->resources_count; r++)
    if (d->s->monitor[r].timer) {
      cr_session_expire(d->s, r);
      return true;
    }
  return false;
}

bool cr_play_inside(const cr_session *s) {
  for (unsigned i = 0; i < s->sched.high; i++) {
    const cr_thread *t = &s->sched.thread[i];
    if (t->state != CR_THREAD_FREE && t->role != CR_ROLE_WORKER) return true;
  }
  return false;
}

void cr_play_write_wait(const cr_thread *t, cr_buf *out) {
  cr_thread_name(t, out);
  cr_buf_printf(out, " waits for %s",
                t->suspended != 0           ? "ResumeThread"
                : t->stop.waits_for != NULL ? t->stop.waits_for
                                            : "its turn");
  const cr_thread *holder = t->stop.holder == NULL ? NULL : t->stop.holder(t);
  if (holder == NULL) return;
  cr_buf_puts(out, " of ");
  cr_thread_name(holder, out);
}

void cr_play_deadlock(cr_play *d) {
  cr_buf text = {0};
  for (unsigned i = 0; i < d->s->sched.high; i++) {
    const cr_thread *t = &d->s->sched.thread[i];
    if (t->state == CR_THREAD_FREE) continue;
    if (text.len != 0) cr_buf_puts(&text, "; ");
    cr_play_write_wait(t, &text);
  }
  cr_play_stop(d, CR_VERDICT_DEADLOCK, text.data == NULL ? "" : text.data);
  cr_buf_free(&text);
}

bool cr_play_call_down(cr_play *d) {
  static const cr_entry_point down[] = {CR_EP_OFFLINE, CR_EP_CLOSE};
  for (unsigned r = 0; r < d->s->scenario->resources_count; r++)
    for (size_t i = 0; i < CR_ARRAY_LEN(down); i++)
      if (cr_play_may_call(d, r, down[i])) {
        cr_session_call(d->s, r, down[i]);
        return true;
      }
  return false;
}

bool cr_play_give_up(cr_play *d) {
  for (unsigned i = 0; i < d->s->sched.high; i++)
    if (d->s->sched.thread[i].state != CR_THREAD_FREE) return false;
  uint64_t duties = cr_observer_owed(&d->s->observer, d->s->scenario);
  for (unsigned bit = 0; bit < 64; bit++) {
    if ((duties >> bit & 1) == 0) continue;
    cr_clause clause = cr_duty_clause(bit);
    if (cr_clause_row_of(clause)->party != CR_PARTY_DLL) continue;
    d->s->violated = clause;
    d->s->violated_at = (uint32_t)d->s->observed.steps_count;
    return true;
  }
  return false;
}

/* ---- verdict --------------------------------------------------------------------------------- */

static void note_add(cr_buf *note, const char *text) {
  if (note->len != 0) cr_buf_puts(note, "; ");
  cr_buf_puts(note, text);
}

static const char *startup_says(uint32_t error) {
  switch (error) {
    case ERROR_CLUSTER_RESNAME_NOT_FOUND: return "Startup refuses the resource type";
    case ERROR_REVISION_MISMATCH: return "Startup refuses the versions that it is offered";
    default: return "Startup fails";
  }
}

static cr_verdict judge(const cr_play *d, const cr_buf *left_over) {
  const cr_session *s = d->s;
  cr_verdict v = {.kind = CR_VERDICT_CONFORMS, .clause = CR_CLAUSE_COUNT};
  cr_buf note = {0};
  if (s->violated != CR_CLAUSE_COUNT && d->ended != CR_VERDICT_DIVERGES) {
    v.kind = CR_VERDICT_VIOLATES;
    v.clause = s->violated;
    v.step = s->violated_at;
    if (d->ended != CR_VERDICT_NONE)
      cr_buf_printf(&note, "then %s: %s", cr_verdict_kind_name(d->ended), d->why);
  } else if (s->misuse[0] != '\0' && d->ended != CR_VERDICT_DIVERGES) {
    v.kind = CR_VERDICT_MISUSES;
    v.step = s->misuse_at;
    cr_buf_puts(&note, s->misuse);
    if (d->ended != CR_VERDICT_NONE)
      cr_buf_printf(&note, "; then %s: %s", cr_verdict_kind_name(d->ended), d->why);
  } else if (d->ended != CR_VERDICT_NONE) {
    v.kind = (uint8_t)d->ended;
    v.step = (uint32_t)s->observed.steps_count;
    cr_buf_puts(&note, d->why);
  } else if (s->observed.steps_count >= CR_REPLAY_STEPS_MAX) {
    v.kind = CR_VERDICT_HANGS;
    v.step = (uint32_t)s->observed.steps_count;
    cr_buf_printf(&note, "not at rest after %d steps", CR_REPLAY_STEPS_MAX);
  } else if (s->startup_error != ERROR_SUCCESS) {
    v.kind = CR_VERDICT_INCONCLUSIVE;
    if (s->startup_why != NULL)
      cr_buf_puts(&note, s->startup_why);
    else
      cr_buf_printf(&note, "%s: error %u", startup_says(s->startup_error), s->startup_error);
  }
  /* A divergence has said so, and nothing follows a Startup that refuses. */
  bool said = v.kind == CR_VERDICT_DIVERGES || v.kind == CR_VERDICT_INCONCLUSIVE;
  if (d->left_at != 0 && !said) {
    cr_buf text = {0};
    cr_buf_printf(&text, "left the trace at step %u: %s", d->left_at, d->left_why);
    note_add(&note, text.data);
    cr_buf_free(&text);
  }
  if (s->bad_tokens != 0) note_add(&note, "a callback named no resource");
  if (s->sched.escaped) note_add(&note, "a thread outside of the scheduler called in");
  if (left_over->len != 0) note_add(&note, left_over->data + 2);
  for (char *p = note.data; p != NULL && *p != '\0'; p++)
    if (*p == '"' || (unsigned char)*p < ' ') *p = '\'';
  snprintf(v.note, sizeof v.note, "%s", note.data == NULL ? "" : note.data);
  cr_buf_free(&note);
  return v;
}

/* ---- begin and end --------------------------------------------------------------------------- */

void cr_play_begin(cr_play *d, cr_session *s, const cr_scenario *scenario, bool strict) {
  *d = (cr_play){.s = s, .usable = true};
  cr_session_begin(s, scenario, strict);
}

void cr_play_end(cr_play *d, bool left_over) {
  cr_buf left = {0};
  bool told = left_over && d->ended == CR_VERDICT_NONE;
  if (d->ended == CR_VERDICT_NONE) {
    const char *wrong = cr_heap_check(&d->s->heap);
    if (wrong != NULL) cr_misuse(NULL, wrong);
  }
  if (d->usable) cr_session_end(d->s, &left);
  if (!told) cr_buf_clear(&left);
  d->s->observed.verdict = judge(d, &left);
  cr_buf_free(&left);
}

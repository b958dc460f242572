/* driver.c - see driver.h.
 *
 * Guided: the trace comes from the model (or is an edited one), whose DLL takes other steps than
 * this one. Each of its steps is carried out in kind: the same call, the same thread moves on to
 * the same kind of event, the same application does the same. What cannot be done is skipped.
 * Afterwards the replay is brought to rest (drain), so that every replay ends with the resources
 * closed.
 *
 * Exact: the trace was recorded here; every step has to come again as it is.
 */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>

#include "clusrace/frame.h"

typedef struct drive {
  cr_session *s;
  const cr_trace *input;
  uint32_t left_at;      /* first step of the input that could not be followed, 0 = none */
  cr_verdict_kind ended; /* NONE, or why the replay cannot go on */
  char why[sizeof((cr_verdict *)0)->note];
  bool usable;                    /* the process can be used again */
  uint8_t slot[CR_APPS_MAX][256]; /* application's handle number in the input -> 1 + slot here */
} drive;

/* ---- one step of a thread -------------------------------------------------------------------- */

static void end_with(drive *d, cr_verdict_kind kind, const char *why) {
  if (d->ended != CR_VERDICT_NONE) return;
  d->ended = kind;
  snprintf(d->why, sizeof d->why, "%s", why);
}

static void silent(drive *d, const cr_thread *t) {
  cr_buf text = {0};
  cr_buf_printf(&text, "no step for %lu ms of ", d->s->sched.watchdog_ms);
  cr_thread_name(t, &text);
  cr_buf_puts(&text, ", last seen ");
  if (t->site == NULL)
    cr_buf_puts(&text, "at its start");
  else
    cr_address_write(t->site, &text);
  end_with(d, CR_VERDICT_HANGS, text.data);
  cr_buf_free(&text);
}

static void fault(drive *d, const cr_thread *t) {
  cr_buf text = {0};
  cr_buf_printf(&text, "%s (", d->s->sched.fault);
  cr_thread_name(t, &text);
  cr_buf_putc(&text, ')');
  end_with(d, CR_VERDICT_CRASHES, text.data);
  cr_buf_free(&text);
}

static bool run_ended(drive *d, const cr_thread *t, cr_run_end end) {
  if (end == CR_RUN_FAULT) fault(d, t);
  if (end == CR_RUN_SILENT) silent(d, t);
  if (end != CR_RUN_STOPPED) d->usable = false;
  return end == CR_RUN_STOPPED;
}

/* Both return false when the replay is over with it. */
static bool run(drive *d, cr_thread *t, bool time_out) {
  return run_ended(d, t, cr_sched_run(&d->s->sched, t, time_out));
}

static bool run_silent(drive *d, cr_thread *t, unsigned steps_max) {
  return run_ended(d, t, cr_sched_run_silent(&d->s->sched, t, steps_max));
}

static bool over(const drive *d) {
  return d->ended != CR_VERDICT_NONE || d->s->observed.steps_count >= CR_REPLAY_STEPS_MAX;
}

/* ---- the monitor ----------------------------------------------------------------------------- */

static bool may_call(const drive *d, unsigned r, cr_entry_point ep) {
  return cr_monitor_may_call(&d->s->monitor[r], ep, d->s->scenario->option[CR_OPTION_CLOSE_ANY],
                             CR_MUTANT_NONE);
}

/* The call of the input: at once, or after the DLL's threads have made it possible. */
static bool call_when_possible(drive *d, unsigned r, cr_entry_point ep) {
  for (unsigned i = 0; i < CR_FAIR_STEPS_MAX && !may_call(d, r, ep); i++) {
    cr_thread *t = cr_sched_next(&d->s->sched);
    if (t == NULL || !run(d, t, false)) break;
  }
  if (over(d) || !may_call(d, r, ep)) return false;
  cr_session_call(d->s, r, ep);
  return true;
}

/* ---- applications ---------------------------------------------------------------------------- */

/* Carries out an application's step in kind; exact: with the very handle of the input. Returns
 * false when it has no such handle. */
static bool app_step(drive *d, const cr_event *want, bool exact) {
  cr_session *s = d->s;
  cr_volumes *vs = &s->volumes;
  cr_event e = *want;
  cr_volop done;
  bool open = want->kind == CR_EV_OPENV || want->kind == CR_EV_OPENF || want->kind == CR_EV_OPENM;
  uint8_t *map = &d->slot[want->who][want->handle];
  unsigned slot = open ? cr_volume_free_slot(vs) : exact ? want->handle : *map - 1u;
  cr_volopt opt = {0};
  if (slot >= CR_OPENS_MAX) return false;
  if (want->kind == CR_EV_DISMOUNT && cr_volume_dismount_chooses(vs, slot)) {
    uint8_t detach = s->scenario->volume[want->object].detach;
    opt.detach_now = detach == CR_DETACH_ONCE ||
                     (detach == CR_DETACH_ANY && (want->effects & CR_FX_DETACH) != 0);
  }
  if (want->kind == CR_EV_OPENV)
    done = cr_volume_openv(vs, want->object, slot, want->extra, opt);
  else if (want->kind == CR_EV_OPENM)
    done = cr_volume_openm(vs, want->object, slot, opt);
  else if (want->kind == CR_EV_OPENF)
    done = cr_volume_openf(vs, want->object, slot, want->extra, opt);
  else
    done = cr_volume_op(vs, (cr_event_kind)want->kind, slot, opt);
  e.handle = open && done.code != CR_E_SUCCESS ? CR_NO_HANDLE : (uint8_t)slot;
  e.result = done.code;
  e.cause = done.cause;
  e.effects = done.effects;
  if (open && done.code == CR_E_SUCCESS) *map = (uint8_t)(slot + 1);
  if (want->kind == CR_EV_CLOSE) *map = 0;
  cr_emit(&e);
  return true;
}

static bool app_event(const cr_event *e, const cr_scenario *scenario) {
  return e->kind >= CR_EV_OPENV && e->kind <= CR_EV_FLUSH && e->object < scenario->volumes_count &&
         e->who < scenario->apps_count;
}

/* ---- guided ---------------------------------------------------------------------------------- */

static bool dll_role(const cr_event *e) {
  return e->role == CR_ROLE_EP || e->role == CR_ROLE_TERM || e->role == CR_ROLE_WORKER;
}

static cr_thread *thread_of(const cr_event *e) {
  return cr_thread_find((cr_role)e->role, e->who, e->lane);
}

/* Somebody who is in t's way (directly or through others) takes a silent step. False when nobody
 * can: then t has to wait for something visible. */
static bool make_way(drive *d, const cr_thread *t) {
  for (unsigned i = 0; i < CR_THREADS_MAX && t != NULL; i++) {
    t = t->stop.holder == NULL ? NULL : t->stop.holder(t);
    if (t == NULL || t->state != CR_THREAD_STOPPED) return false;
    if (!cr_thread_ready(t)) continue;
    return !t->stop.visible && run(d, &d->s->sched.thread[t->index], false);
  }
  return false;
}

/* Is it the same kind of thing? Reports are told apart by their state. */
static bool counterpart(const cr_event *want, const cr_event *seen) {
  return want->kind == seen->kind && want->object == seen->object &&
         (want->kind != CR_EV_STATUS || want->value == seen->value);
}

/* The thread moves on until it has done what corresponds to `want`: the DLL's way there may be
 * longer than the model's, so up to CR_ALIGN_STEPS_MAX other visible steps are taken, but never its
 * last one if that is not wanted. Returns the counterpart or the last visible event, or NULL. */
static const cr_event *to_counterpart(drive *d, const cr_event *want) {
  const cr_trace *seen = &d->s->observed;
  bool last = want->kind == CR_EV_RET || want->kind == CR_EV_EXIT;
  size_t found = SIZE_MAX;
  size_t limit = seen->steps_count + CR_FAIR_STEPS_MAX;
  for (unsigned visible = 0; seen->steps_count < limit;) {
    cr_thread *t = thread_of(want);
    if (t == NULL || (t->stop.last && !last)) break;
    if (!cr_thread_ready(t)) {
      if (make_way(d, t)) continue;
      break;
    }
    bool shows = t->stop.visible;
    size_t before = seen->steps_count;
    bool go_on = shows ? run(d, t, false) : run_silent(d, t, (unsigned)(limit - seen->steps_count));
    if (shows && seen->steps_count > before) {
      found = before;
      visible++;
      if (counterpart(want, &seen->steps[found].event)) break;
      if (!last && visible >= CR_ALIGN_STEPS_MAX) break;
    }
    if (!go_on) break;
  }
  return found == SIZE_MAX ? NULL : &seen->steps[found].event;
}

/* The thread takes its silent steps up to the next visible one; once: at most one of them. */
static void through_silent(drive *d, const cr_event *want, bool once) {
  size_t limit = d->s->observed.steps_count + CR_FAIR_STEPS_MAX;
  while (d->s->observed.steps_count < limit) {
    unsigned left = (unsigned)(limit - d->s->observed.steps_count);
    cr_thread *t = thread_of(want);
    if (t == NULL || t->stop.visible) return;
    bool good = cr_thread_ready(t) ? run_silent(d, t, once ? 0 : left) : !once && make_way(d, t);
    if (!good || once) return;
  }
}

/* Carries out a step of the input in kind; false when it could not be followed. */
static bool guided_step(drive *d, const cr_event *want, bool same_steps) {
  cr_session *s = d->s;
  switch (want->role) {
    case CR_ROLE_MONITOR:
      if (want->kind != CR_EV_CALL || want->object >= s->scenario->resources_count) return false;
      return call_when_possible(d, want->object, (cr_entry_point)want->value);
    case CR_ROLE_APP: return app_event(want, s->scenario) && app_step(d, want, false);
    case CR_ROLE_ENV:
      if (want->kind != CR_EV_EXPIRE || want->object >= s->scenario->resources_count ||
          !s->monitor[want->object].timer)
        return false;
      cr_session_expire(s, want->object);
      return true;
    default: break;
  }
  if (!dll_role(want)) return false;
  if (!cr_event_row_of(want->kind)->visible) {
    through_silent(d, want, same_steps);
    return true;
  }
  s->detach_now = want->kind == CR_EV_DISMOUNT && (want->effects & CR_FX_DETACH) != 0;
  const cr_event *seen = to_counterpart(d, want);
  s->detach_now = false;
  return seen != NULL && cr_event_matches(want, seen);
}

/* ---- coming to rest -------------------------------------------------------------------------- */

static const cr_entry_point owed[] = {CR_EP_TERMINATE, CR_EP_IS_ALIVE};

static bool call_owed(drive *d) {
  for (unsigned r = 0; r < d->s->scenario->resources_count; r++)
    for (size_t i = 0; i < CR_ARRAY_LEN(owed); i++)
      if (cr_monitor_obliged(&d->s->monitor[r], owed[i]) && may_call(d, r, owed[i])) {
        cr_session_call(d->s, r, owed[i]);
        return true;
      }
  return false;
}

static bool expire_one(drive *d) {
  for (unsigned r = 0; r < d->s->scenario->resources_count; r++)
    if (d->s->monitor[r].timer) {
      cr_session_expire(d->s, r);
      return true;
    }
  return false;
}

static bool entry_inside(const cr_session *s) {
  for (unsigned i = 0; i < CR_THREADS_MAX; i++) {
    const cr_thread *t = &s->sched.thread[i];
    if (t->state != CR_THREAD_FREE && t->role != CR_ROLE_WORKER) return true;
  }
  return false;
}

static void deadlock(drive *d) {
  cr_buf text = {0};
  for (unsigned i = 0; i < CR_THREADS_MAX; i++) {
    const cr_thread *t = &d->s->sched.thread[i];
    if (t->state == CR_THREAD_FREE) continue;
    if (text.len != 0) cr_buf_puts(&text, "; ");
    cr_thread_name(t, &text);
    cr_buf_printf(&text, " waits for %s",
                  t->suspended != 0           ? "ResumeThread"
                  : t->stop.waits_for != NULL ? t->stop.waits_for
                                              : "its turn");
    const cr_thread *holder = t->stop.holder == NULL ? NULL : t->stop.holder(t);
    if (holder == NULL) continue;
    cr_buf_puts(&text, " of ");
    cr_thread_name(holder, &text);
  }
  end_with(d, CR_VERDICT_DEADLOCK, text.data == NULL ? "" : text.data);
  cr_buf_free(&text);
}

/* Takes the resources down in good order: Offline while online, then Close. */
static bool call_down(drive *d) {
  static const cr_entry_point down[] = {CR_EP_OFFLINE, CR_EP_CLOSE};
  for (unsigned r = 0; r < d->s->scenario->resources_count; r++)
    for (size_t i = 0; i < CR_ARRAY_LEN(down); i++)
      if (may_call(d, r, down[i])) {
        cr_session_call(d->s, r, down[i]);
        return true;
      }
  return false;
}

/* One step towards rest; false when there is nothing left to do. */
static bool drain_step(drive *d) {
  cr_sched *sched = &d->s->sched;
  if (call_owed(d)) return true;
  cr_thread *t = cr_sched_next(sched);
  if (t != NULL) return run(d, t, false);
  t = cr_sched_first_deadline(sched);
  if (t != NULL) return run(d, t, true);
  if (expire_one(d)) return true;
  if (entry_inside(d->s)) {
    deadlock(d);
    return false;
  }
  return call_down(d);
}

static void drain(drive *d) {
  char why[64];
  for (unsigned i = 0; !over(d); i++) {
    if (!drain_step(d)) return;
    if (i < CR_DRAIN_STEPS_MAX) continue;
    snprintf(why, sizeof why, "not at rest after %d more steps", CR_DRAIN_STEPS_MAX);
    end_with(d, CR_VERDICT_HANGS, why);
  }
}

static void guided(drive *d) {
  bool same_steps = d->input->subject.kind == CR_SUBJECT_PE;
  for (size_t i = 0; i < d->input->steps_count && !over(d); i++)
    if (!guided_step(d, &d->input->steps[i].event, same_steps) && d->left_at == 0)
      d->left_at = (uint32_t)(i + 1);
  drain(d);
}

/* ---- exact ----------------------------------------------------------------------------------- */

/* Carries out the step; false when that is not possible. */
static bool exact_step(drive *d, const cr_event *want) {
  cr_session *s = d->s;
  switch (want->role) {
    case CR_ROLE_MONITOR:
      if (want->kind != CR_EV_CALL || want->object >= s->scenario->resources_count ||
          !may_call(d, want->object, (cr_entry_point)want->value))
        return false;
      cr_session_call(s, want->object, (cr_entry_point)want->value);
      return true;
    case CR_ROLE_APP: return app_event(want, s->scenario) && app_step(d, want, true);
    case CR_ROLE_ENV: return guided_step(d, want, true);
    default: break;
  }
  cr_thread *t = dll_role(want) ? thread_of(want) : NULL;
  if (t == NULL) return false;
  bool time_out = want->kind == CR_EV_SYNC && want->value == CR_WAIT_TIMEOUT && t->stop.finite;
  if (!time_out && !cr_thread_ready(t)) return false;
  s->detach_now = want->kind == CR_EV_DISMOUNT && (want->effects & CR_FX_DETACH) != 0;
  run(d, t, time_out);
  s->detach_now = false;
  return true;
}

static void diverge(drive *d, const cr_event *want, const cr_event *seen) {
  cr_buf text = {0};
  cr_buf_puts(&text, "expected ");
  cr_trace_write_event(d->s->scenario, want, &text);
  cr_buf_puts(&text, ", saw ");
  if (seen == NULL)
    cr_buf_puts(&text, "that it cannot be done");
  else
    cr_trace_write_event(d->s->scenario, seen, &text);
  end_with(d, CR_VERDICT_DIVERGES, text.data);
  cr_buf_free(&text);
}

static bool at_rest(const drive *d) {
  return cr_sched_next(&d->s->sched) == NULL && cr_sched_first_deadline(&d->s->sched) == NULL;
}

static bool timer_armed(const cr_session *s) {
  for (unsigned r = 0; r < s->scenario->resources_count; r++)
    if (s->monitor[r].timer) return true;
  return false;
}

static void exact(drive *d) {
  const cr_trace *seen = &d->s->observed;
  for (size_t i = 0; i < d->input->steps_count && !over(d); i++) {
    const cr_event *want = &d->input->steps[i].event;
    size_t before = seen->steps_count;
    bool done = exact_step(d, want);
    const cr_event *got = seen->steps_count > before ? &seen->steps[before].event : NULL;
    if (got != NULL && cr_event_equal(want, got)) continue;
    d->left_at = (uint32_t)(i + 1);
    diverge(d, want, done ? got : NULL);
    return;
  }
  if (!over(d) && entry_inside(d->s) && at_rest(d) && !timer_armed(d->s)) deadlock(d);
}

/* ---- verdict --------------------------------------------------------------------------------- */

static void note_add(cr_buf *note, const char *text) {
  if (note->len != 0) cr_buf_puts(note, "; ");
  cr_buf_puts(note, text);
}

static cr_verdict judge(const drive *d, const cr_buf *left_over) {
  const cr_session *s = d->s;
  cr_verdict v = {.kind = CR_VERDICT_CONFORMS, .clause = CR_CLAUSE_COUNT};
  cr_buf note = {0};
  if (s->violated != CR_CLAUSE_COUNT && d->ended != CR_VERDICT_DIVERGES) {
    v.kind = CR_VERDICT_VIOLATES;
    v.clause = s->violated;
    v.step = s->violated_at;
    if (d->ended != CR_VERDICT_NONE)
      cr_buf_printf(&note, "then %s: %s", cr_verdict_kind_name(d->ended), d->why);
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
      cr_buf_printf(&note, "Startup refuses the resource type: error %u", s->startup_error);
  }
  if (d->left_at != 0 && v.kind != CR_VERDICT_DIVERGES) {
    char text[64];
    snprintf(text, sizeof text, "left the trace at step %u", d->left_at);
    note_add(&note, text);
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

/* The parts' actors are the model's alone: without what they do, their clauses would blame a DLL
 * for what nobody asked of it. */
static bool has_part(const cr_trace *input, cr_verdict *verdict) {
  for (unsigned i = 0; i < CR_PART_COUNT; i++) {
    if (!input->scenario.part[i]) continue;
    *verdict = (cr_verdict){.kind = CR_VERDICT_INCONCLUSIVE, .clause = CR_CLAUSE_COUNT};
    snprintf(verdict->note, sizeof verdict->note,
             "the host does not play the part %s; replay the trace on the model",
             cr_part_name((cr_part)i));
    return true;
  }
  return false;
}

bool cr_drive(cr_session *s, const cr_trace *input, uint32_t flags, cr_trace *observed) {
  cr_verdict refused;
  if (has_part(input, &refused)) {
    cr_buf nothing = {0};
    cr_session_begin(s, &input->scenario, false);
    cr_session_end(s, &nothing);
    cr_trace_copy(observed, &s->observed);
    observed->verdict = refused;
    cr_buf_free(&nothing);
    return true;
  }
  drive *d = cr_alloc(sizeof *d);
  cr_buf left_over = {0};
  d->s = s;
  d->input = input;
  d->usable = true;
  cr_session_begin(s, &input->scenario, (flags & CR_REPLAY_STRICT) != 0);
  if (flags & CR_REPLAY_EXACT)
    exact(d);
  else
    guided(d);
  bool report_left = d->ended == CR_VERDICT_NONE && (flags & CR_REPLAY_EXACT) == 0;
  if (d->usable) cr_session_end(s, &left_over);
  if (!report_left) cr_buf_clear(&left_over);
  s->observed.verdict = judge(d, &left_over);
  cr_trace_copy(observed, &s->observed);
  bool usable = d->usable;
  cr_buf_free(&left_over);
  free(d);
  return usable;
}

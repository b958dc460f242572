/* follow.c - see follow.h.
 *
 * Guided: the trace comes from the model (or is an edited one), whose DLL takes other steps than
 * this one. Each of its steps is carried out in kind: the same call, the same thread moves on to
 * the same kind of event, the same application does the same. What cannot be done is skipped.
 * Afterwards the replay is brought to rest (drain), so that every replay ends with the resources
 * closed.
 *
 * Until the first violation (CR_REPLAY_FIRST), rest is not gone on to; and what is owed when only
 * time could pass is judged as in a hunt: it will never come.
 *
 * Exact: the trace was recorded here; every step has to come again as it is.
 */
#include "follow.h"

#include <stdio.h>
#include <stdlib.h>

#include "clusrace/frame.h"
#include "left.h"
#include "play.h"

typedef struct follow {
  cr_play play;
  cr_session *s;
  const cr_trace *input;
  uint8_t slot[CR_APPS_MAX][256]; /* application's handle number in the input -> 1 + slot here */
  cr_event instead;               /* in place of the present step's counterpart; INVALID: nothing */
} follow;

/* ---- the monitor ----------------------------------------------------------------------------- */

/* The call of the input: at once, or after the DLL's threads have made it possible. */
static bool call_when_possible(follow *d, unsigned r, cr_entry_point ep) {
  for (unsigned i = 0; i < CR_FAIR_STEPS_MAX && !cr_play_may_call(&d->play, r, ep); i++) {
    cr_thread *t = cr_sched_next(&d->s->sched);
    if (t == NULL || !cr_play_run(&d->play, t, false)) break;
  }
  if (cr_play_over(&d->play) || !cr_play_may_call(&d->play, r, ep)) return false;
  cr_session_call(d->s, r, ep);
  return true;
}

/* ---- applications ---------------------------------------------------------------------------- */

/* Carries out an application's step in kind; exact: with the very handle of the input. `instead` is
 * what came of it. Returns false when it has no such handle. */
static bool app_step(follow *d, const cr_event *want, bool exact) {
  cr_session *s = d->s;
  cr_volumes *vs = &s->volumes;
  cr_event e = *want;
  cr_volop done;
  bool open = want->kind == CR_EV_OPENV || want->kind == CR_EV_OPENF || want->kind == CR_EV_OPENM;
  uint8_t *map = &d->slot[want->who][want->handle];
  unsigned slot = open    ? cr_session_free_open(s, CR_RESOURCES_MAX)
                  : exact ? want->handle
                          : *map - 1u;
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
  d->instead = e;
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
static bool make_way(follow *d, const cr_thread *t) {
  for (unsigned i = 0; i < CR_THREADS_MAX && t != NULL; i++) {
    t = t->stop.holder == NULL ? NULL : t->stop.holder(t);
    if (t == NULL || t->state != CR_THREAD_STOPPED) return false;
    if (!cr_thread_ready(t)) continue;
    return !t->stop.visible && cr_play_run(&d->play, &d->s->sched.thread[t->index], false);
  }
  return false;
}

/* Is it the same kind of thing? Reports are told apart by their state. */
static bool counterpart(const cr_event *want, const cr_event *seen) {
  return want->kind == seen->kind && want->object == seen->object &&
         (want->kind != CR_EV_STATUS || want->value == seen->value);
}

static bool can_fail(const cr_thread *t, uint32_t error) {
  for (unsigned i = 0; t->stop.faults != NULL && t->stop.faults[i] != 0; i++)
    if (t->stop.faults[i] == error) return true;
  return false;
}

/* The thread moves on until it has done what corresponds to `want`: the DLL's way there may be
 * longer than the model's, so up to CR_ALIGN_STEPS_MAX other visible steps are taken, but never its
 * last one if that is not wanted. Returns the counterpart or the last visible event, or NULL. */
static const cr_event *to_counterpart(follow *d, const cr_event *want) {
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
    bool fails = shows && visible == 0 && want->cause == CR_CAUSE_FAULT;
    if (fails && can_fail(t, want->result)) t->fault_next = want->result;
    bool go_on = shows ? cr_play_run(&d->play, t, false)
                       : cr_play_run_silent(&d->play, t, (unsigned)(limit - seen->steps_count));
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
static void through_silent(follow *d, const cr_event *want, bool once) {
  size_t limit = d->s->observed.steps_count + CR_FAIR_STEPS_MAX;
  while (d->s->observed.steps_count < limit) {
    unsigned left = (unsigned)(limit - d->s->observed.steps_count);
    cr_thread *t = thread_of(want);
    if (t == NULL || t->stop.visible) return;
    bool good = cr_thread_ready(t) ? cr_play_run_silent(&d->play, t, once ? 0 : left)
                                   : !once && make_way(d, t);
    if (!good || once) return;
  }
}

/* A call of the thread fails or takes long: the next one that can, before its next visible step.
 * False when there is none. */
static bool goes_wrong(follow *d, const cr_event *want) {
  bool slow = want->value == CR_WAIT_DELAY;
  size_t limit = d->s->observed.steps_count + CR_FAIR_STEPS_MAX;
  while (d->s->observed.steps_count < limit) {
    cr_thread *t = thread_of(want);
    if (t == NULL) return false;
    if (!cr_thread_ready(t)) {
      if (make_way(d, t)) continue;
      return false;
    }
    bool here = slow ? t->stop.delay_ms != 0
                     : t->stop.faults != NULL && (want->result == 0 || can_fail(t, want->result));
    if (!here && t->stop.visible) return false;
    t->delay_next = here && slow;
    if (here && !slow) t->fault_next = want->result != 0 ? want->result : t->stop.faults[0];
    bool good = cr_play_run(&d->play, t, false);
    if (here || !good) return here;
  }
  return false;
}

/* A wait of the thread ends by time. */
static bool times_out(follow *d, const cr_event *want) {
  cr_thread *t = thread_of(want);
  if (t == NULL || t->suspended != 0 || !t->stop.finite) return false;
  return cr_play_run(&d->play, t, true);
}

/* The same thing is gone; of another DLL, or a later build, what comes next to it. */
static bool gone(cr_wait what, unsigned which) {
  return cr_vanish(what, which) || (cr_vanish_which(what, &which) && cr_vanish(what, which));
}

/* A fact that the monitor makes true: it offers version 1 alone, sends a control code, sees the
 * signal of an event handle. False when it cannot be. */
static bool monitor_fact(follow *d, const cr_event *want) {
  cr_session *s = d->s;
  if (want->object >= s->scenario->resources_count) return false;
  switch (want->value) {
    case CR_TOPIC_OFFERS: cr_session_offer_v1(s); return true;
    case CR_TOPIC_CONTROL_CODE: {
      unsigned row = cr_control_row_of(want);
      if (row == cr_control_rows() || !cr_control_possible(s, want->object, row)) return false;
      cr_control_announce(s, want->object, row);
      return true;
    }
    case CR_TOPIC_SIGNAL:
      if (!cr_event_signalled(s, want->object)) return false;
      cr_event_take(s, want->object);
      return true;
    default: return false;
  }
}

/* Carries out a step of the input in kind; false when it could not be followed. */
static bool guided_step(follow *d, const cr_event *want, bool same_steps) {
  cr_session *s = d->s;
  switch (want->role) {
    case CR_ROLE_MONITOR:
      if (want->kind == CR_EV_FACT && (want->value != CR_TOPIC_OFFERS || d->play.first))
        return monitor_fact(d, want);
      if (want->kind != CR_EV_CALL || want->object >= s->scenario->resources_count) return false;
      return call_when_possible(d, want->object,
                                cr_control_next(s, want->object, (cr_entry_point)want->value));
    case CR_ROLE_APP:
      return app_event(want, s->scenario) && app_step(d, want, false) &&
             cr_event_matches(want, &d->instead);
    case CR_ROLE_ENV:
      if (want->kind == CR_EV_SYNC) return gone((cr_wait)want->value, want->result);
      if (want->kind != CR_EV_EXPIRE || want->object >= s->scenario->resources_count ||
          !s->monitor[want->object].timer)
        return false;
      cr_session_expire(s, want->object);
      return true;
    default: break;
  }
  if (!dll_role(want)) return false;
  if (want->kind == CR_EV_SYNC && (want->value == CR_WAIT_FAULT || want->value == CR_WAIT_DELAY))
    return goes_wrong(d, want);
  if (same_steps && want->kind == CR_EV_SYNC && want->value == CR_WAIT_TIMEOUT)
    return times_out(d, want);
  if (!cr_event_row_of(want->kind)->visible) {
    through_silent(d, want, same_steps);
    return true;
  }
  s->detach_now = want->kind == CR_EV_DISMOUNT && (want->effects & CR_FX_DETACH) != 0;
  const cr_event *seen = to_counterpart(d, want);
  s->detach_now = false;
  if (seen != NULL) d->instead = *seen;
  return seen != NULL && cr_event_matches(want, seen);
}

/* ---- coming to rest -------------------------------------------------------------------------- */

static bool timer_armed(const cr_session *s) {
  for (unsigned r = 0; r < s->scenario->resources_count; r++)
    if (s->monitor[r].timer) return true;
  return false;
}

/* One step towards rest; false when there is nothing left to do. */
static bool drain_step(follow *d) {
  cr_sched *sched = &d->s->sched;
  if (cr_play_call_owed(&d->play)) return true;
  cr_thread *t = cr_sched_next(sched);
  if (t != NULL) return cr_play_run(&d->play, t, false);
  t = cr_sched_first_deadline(sched);
  if (t != NULL) return cr_play_run(&d->play, t, true);
  if (d->play.first && timer_armed(d->s) && cr_play_give_up(&d->play)) return false;
  if (cr_play_expire_one(&d->play)) return true;
  if (cr_play_inside(d->s)) {
    cr_play_deadlock(&d->play);
    return false;
  }
  return cr_play_call_down(&d->play);
}

static void drain(follow *d) {
  char why[64];
  size_t before = d->s->observed.steps_count;
  for (unsigned i = 0; !cr_play_over(&d->play); i++) {
    if (!drain_step(d)) return;
    if (i < CR_DRAIN_STEPS_MAX) continue;
    snprintf(why, sizeof why, "not at rest after %d more steps", CR_DRAIN_STEPS_MAX);
    cr_play_stop(&d->play, CR_VERDICT_HANGS, why);
    if (d->play.first)
      d->s->observed.steps_count = before; /* they show no more than their number */
  }
}

/* Keeps where and why the input was left, if this is the first time. */
static void left(follow *d, size_t step, const cr_event *instead) {
  cr_buf why = {0};
  if (d->play.left_at != 0) return;
  cr_left_why(d->s, &d->input->steps[step].event, instead, &why);
  d->play.left_at = (uint32_t)(step + 1);
  snprintf(d->play.left_why, sizeof d->play.left_why, "%s", why.data);
  cr_buf_free(&why);
}

static void guided(follow *d) {
  uint8_t kind = d->input->subject.kind;
  bool same_steps = kind == CR_SUBJECT_PE || kind == CR_SUBJECT_NATIVE;
  for (size_t i = 0; i < d->input->steps_count && !cr_play_over(&d->play); i++) {
    d->instead.kind = CR_EV_INVALID;
    if (!guided_step(d, &d->input->steps[i].event, same_steps))
      left(d, i, d->instead.kind == CR_EV_INVALID ? NULL : &d->instead);
  }
  drain(d);
}

/* ---- exact ----------------------------------------------------------------------------------- */

/* Carries out the step; false when that is not possible. */
static bool exact_step(follow *d, const cr_event *want) {
  cr_session *s = d->s;
  switch (want->role) {
    case CR_ROLE_MONITOR:
      if (want->kind == CR_EV_FACT) return monitor_fact(d, want);
      if (want->kind != CR_EV_CALL || want->object >= s->scenario->resources_count ||
          !cr_play_may_call(&d->play, want->object, (cr_entry_point)want->value))
        return false;
      cr_session_call(s, want->object, (cr_entry_point)want->value);
      return true;
    case CR_ROLE_APP: return app_event(want, s->scenario) && app_step(d, want, true);
    case CR_ROLE_ENV:
      if (want->kind == CR_EV_SYNC) return cr_vanish((cr_wait)want->value, want->result);
      return guided_step(d, want, true);
    default: break;
  }
  cr_thread *t = dll_role(want) ? thread_of(want) : NULL;
  if (t == NULL) return false;
  bool time_out = want->kind == CR_EV_SYNC && want->value == CR_WAIT_TIMEOUT && t->stop.finite;
  if (!time_out && !cr_thread_ready(t)) return false;
  s->detach_now = want->kind == CR_EV_DISMOUNT && (want->effects & CR_FX_DETACH) != 0;
  if (want->cause == CR_CAUSE_FAULT)
    t->fault_next = want->result;
  else if (want->kind == CR_EV_SYNC && want->value == CR_WAIT_FAULT && t->stop.faults != NULL)
    t->fault_next = want->result != 0 ? want->result : t->stop.faults[0];
  t->delay_next = want->kind == CR_EV_SYNC && want->value == CR_WAIT_DELAY;
  cr_play_run(&d->play, t, time_out);
  s->detach_now = false;
  return true;
}

static bool at_rest(const follow *d) {
  return cr_sched_next(&d->s->sched) == NULL && cr_sched_first_deadline(&d->s->sched) == NULL;
}

static void exact(follow *d) {
  const cr_trace *seen = &d->s->observed;
  for (size_t i = 0; i < d->input->steps_count && !cr_play_over(&d->play); i++) {
    const cr_event *want = &d->input->steps[i].event;
    size_t before = seen->steps_count;
    bool done = exact_step(d, want);
    const cr_event *got = seen->steps_count > before ? &seen->steps[before].event : NULL;
    if (got != NULL && cr_event_equal(want, got)) continue;
    left(d, i, done ? got : NULL);
    cr_play_stop(&d->play, CR_VERDICT_DIVERGES, d->play.left_why);
    return;
  }
  const cr_verdict *v = &d->input->verdict;
  bool never = v->kind == CR_VERDICT_VIOLATES && v->step == seen->steps_count &&
               d->s->violated == CR_CLAUSE_COUNT && !cr_play_over(&d->play);
  if (never) cr_play_give_up(&d->play);
  if (d->input->verdict.kind == CR_VERDICT_HANGS && !at_rest(d))
    cr_play_stop(&d->play, CR_VERDICT_HANGS, d->input->verdict.note);
  if (!cr_play_over(&d->play) && cr_play_inside(d->s) && at_rest(d) && !timer_armed(d->s))
    cr_play_deadlock(&d->play);
}

/* ---- all of it ------------------------------------------------------------------------------- */

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

bool cr_follow(cr_session *s, const cr_trace *input, uint32_t flags, cr_trace *observed) {
  cr_verdict refused;
  bool exactly = (flags & CR_REPLAY_EXACT) != 0;
  bool first = !exactly && (flags & CR_REPLAY_FIRST) != 0;
  follow *d = cr_alloc(sizeof *d);
  d->s = s;
  d->input = input;
  cr_play_begin(&d->play, s, &input->scenario, (flags & CR_REPLAY_STRICT) != 0);
  d->play.first = first;
  bool refuse = has_part(input, &refused);
  if (!refuse) (exactly ? exact : guided)(d);
  cr_play_end(&d->play, !exactly && !first);
  if (refuse) s->observed.verdict = refused;
  cr_trace_copy(observed, &s->observed);
  bool usable = d->play.usable;
  free(d);
  return usable;
}

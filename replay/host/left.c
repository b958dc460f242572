/* left.c - see left.h. */
#include "left.h"

#include "play.h"

/* Who waits for whom, up to somebody who does not wait: "a waits for a lock of b; b waits for an
 * event". */
static void write_waits(const cr_thread *t, cr_buf *out) {
  for (unsigned i = 0; i < CR_THREADS_MAX && t != NULL; i++) {
    if (i > 0 && (t->state != CR_THREAD_STOPPED || cr_thread_ready(t))) return;
    if (i > 0) cr_buf_puts(out, "; ");
    cr_play_write_wait(t, out);
    t = t->stop.holder == NULL ? NULL : t->stop.holder(t);
  }
}

/* A call of the monitor: who of the resource is still inside an entry point. */
static void why_no_call(const cr_session *s, const cr_event *want, cr_buf *out) {
  for (unsigned i = 0; i < s->sched.high; i++) {
    const cr_thread *t = &s->sched.thread[i];
    if (t->state == CR_THREAD_FREE || t->role == CR_ROLE_WORKER || t->resource != want->object ||
        t->job.kind != CR_JOB_ENTRY)
      continue;
    cr_thread_name(t, out);
    cr_buf_printf(out, " is still in %s", cr_entry_point_name(t->job.entry_point));
    if (cr_thread_ready(t)) return;
    cr_buf_puts(out, ": ");
    write_waits(t, out);
    return;
  }
  cr_buf_puts(out, "the monitor may not do that now");
}

static void why_no_step(const cr_session *s, const cr_event *want, cr_buf *out) {
  const cr_thread *t = cr_thread_find((cr_role)want->role, want->who, want->lane);
  if (t == NULL) {
    cr_buf_puts(out, "there is no ");
    cr_actor_write(s->scenario, want, out);
  } else if (!cr_thread_ready(t)) {
    write_waits(t, out);
  } else {
    cr_thread_name(t, out);
    cr_buf_puts(out, t->stop.last ? " is about to return without it" : " came to nothing like it");
  }
}

void cr_left_why(const cr_session *s, const cr_event *want, const cr_event *instead, cr_buf *out) {
  cr_buf_puts(out, "expected ");
  cr_trace_write_event(s->scenario, want, out);
  if (instead != NULL) {
    cr_buf_puts(out, ", saw ");
    cr_trace_write_event(s->scenario, instead, out);
    return;
  }
  cr_buf_puts(out, ", but ");
  switch (want->role) {
    case CR_ROLE_MONITOR: why_no_call(s, want, out); break;
    case CR_ROLE_APP: cr_buf_puts(out, "it has no such handle here"); break;
    case CR_ROLE_EP:
    case CR_ROLE_TERM:
    case CR_ROLE_WORKER: why_no_step(s, want, out); break;
    case CR_ROLE_ENV:
      cr_buf_puts(out, want->kind == CR_EV_EXPIRE ? "that timer does not run"
                                                  : "there is nothing of that kind");
      break;
    default: cr_buf_puts(out, "nobody plays that here"); break;
  }
}

/* stack.c - the observer on the part "stack": what the programs' operations say about the volume
 * stack, beyond the clauses of the core (volume.c). */
#include "obs.h"

typedef struct view {
  const cr__view *w;
  cr_obs_stack *o;
  cr_obs_volume *v; /* after the event */
  bool ok, judge;
} view;

#define SJUDGE(x, CLAUSE, premise, holds) JUDGE((x)->w, CLAUSE, (x)->judge && (premise), (holds))

const cr_event *cr__stack_event(const cr__view *w, cr_event *copy) {
  if (w->e->kind != CR_EV_OPENROOT) return w->e;
  *copy = *w->e;
  copy->kind = CR_EV_OPENF;
  return copy;
}

static bool is_open(uint32_t kind) {
  return kind == CR_EV_OPENV || kind == CR_EV_OPENF || kind == CR_EV_OPENROOT;
}

/* ---- locks -----------------------------------------------------------------------------------
 */

/* The lock as it was before an open: an open that succeeds does not change an explicit one. */
static void judge_open(const view *x) {
  const cr_event *e = x->w->e;
  bool refused = e->result == CR_E_ACCESS_DENIED && e->cause != CR_CAUSE_RIGHTS;
  bool locked = x->v->lock != 0 && !x->v->impl;
  bool own = e->role == CR_ROLE_APP && x->o->locker == e->who + 1u;
  SJUDGE(x, VOL_OPEN_04, locked && own, refused);
  SJUDGE(x, VOL_LOCK_03, locked && x->o->fresh, !x->ok);
  SJUDGE(x, VOL_LOCK_10, locked, !x->ok);
  SJUDGE(x, VOL_LOCK_13, x->v->lock == 0 && x->o->tried, !refused);
  x->o->fresh = 0;
}

/* An unlock by the open that, as far as was seen, holds the lock. */
static void judge_unlock(const view *x, bool owner) {
  SJUDGE(x, VOL_LOCK_11, owner, x->w->e->result != CR_E_NOT_LOCKED);
}

static void on_lock(const view *x) {
  const cr_event *e = x->w->e;
  x->o->tried = 1;
  if (!x->ok || x->v->lock != e->handle + 1u) return;
  x->o->fresh = 1;
  x->o->locker = e->role == CR_ROLE_APP && e->who < CR_APPS_MAX ? (uint8_t)(e->who + 1u) : 0;
}

/* ---- names and dispositions --------------------------------------------------------------------
 */

static void judge_root(const view *x) {
  const cr_event *e = x->w->e;
  bool control = e->kind == CR_EV_LOCK || e->kind == CR_EV_UNLOCK || e->kind == CR_EV_DISMOUNT ||
                 e->kind == CR_EV_OFFLINE || e->kind == CR_EV_ONLINE;
  SJUDGE(x, VOL_OPEN_17, control && x->o->root == e->handle + 1u,
         e->result == CR_E_INVALID_PARAMETER);
  if (e->kind == CR_EV_OPENROOT && x->ok && e->handle < CR_OPENS_MAX)
    x->o->root = (uint8_t)(e->handle + 1u);
  else if (x->o->root == e->handle + 1u && e->kind == CR_EV_CLOSE && x->ok)
    x->o->root = 0;
}

/* ---- the frame ---------------------------------------------------------------------------------
 */

static void on_program(const view *x) {
  const cr_event *e = x->w->e;
  if (e->kind == CR_EV_DEMOTE && e->role == CR_ROLE_APP && e->who < CR_APPS_MAX)
    x->o->plain |= (uint8_t)(1u << e->who);
}

void cr__observe_stack(const cr__view *w) {
  const cr_event *e = w->e;
  if (cr_event_row_of(e->kind)->object != CR_FIELD_VOLUME) return;
  /* One volume is followed. */
  if (e->object != 0 || w->s->volumes_count == 0) return;
  view x = {.w = w,
            .o = &w->o->parts.stack,
            .v = &w->o->volume[0],
            .ok = e->result == CR_E_SUCCESS,
            .judge = e->cause != CR_CAUSE_FAULT};
  bool owner = x.o->owner != 0 && x.o->owner == e->handle + 1u;
  judge_root(&x);
  if (is_open(e->kind)) judge_open(&x);
  if (e->kind == CR_EV_LOCK) on_lock(&x);
  if (e->kind == CR_EV_UNLOCK) judge_unlock(&x, owner);
  SJUDGE(&x, VOL_OPEN_16, e->kind == CR_EV_CREATEV, !x.ok);
  on_program(&x);
  x.o->owner = x.v->impl ? 0 : x.v->lock;
  if (x.o->owner == 0) x.o->locker = x.o->fresh = 0;
}

/* stack_use.c - the observer on how a program uses the volume stack: the clauses of the part
 * "stack" that oblige applications. Judged are the threads of the DLL and, where the scenario says
 * so, the first program of the part; one of them at a time is followed. */
#include "obs.h"

typedef struct use {
  const cr__view *w;
  const cr_event *e;
  cr_obs_stack *o;
  const cr_obs_volume *v; /* after the event */
  unsigned thread;        /* 1 to 5: which thread of the DLL, or the tool */
  unsigned me;            /* 1 + the event's handle, 0 when it has none */
  bool ok;
} use;

enum { REFUSALS_MAX = 3, SOUR_MAX = 2 };

bool cr__stack_judged(const cr__view *w) {
  bool tool = w->s->param[CR_PARAM_STACK_TOOL] != 0;
  return cr__by_dll(w->seen) || (tool && w->seen->role == CR_ROLE_APP && w->seen->who == 0);
}

/* ---- locks and dismounts -----------------------------------------------------------------------
 */

static void on_lock(const use *u) {
  cr_obs_stack *o = u->o;
  JUDGE(u->w, VOL_ACC_10, true, o->narrow != u->me);
  JUDGE(u->w, VOL_LOCK_16, o->hadfile, o->file0 == 0 || o->fthread != u->thread);
  if (u->ok) {
    o->asked = 0;
    o->haslocked = 1;
    o->locked0 = (uint8_t)u->me;
    return;
  }
  if (u->e->result != CR_E_ACCESS_DENIED) return;
  JUDGE(u->w, VOL_LOCK_15, true, o->asked < REFUSALS_MAX);
  if (o->asked < REFUSALS_MAX) o->asked++;
}

static void on_dismount(const use *u) {
  cr_obs_stack *o = u->o;
  /* An open that was refused before is an attempt as well. */
  JUDGE(u->w, VOL_LOCK_14, u->ok && o->asked > 0, o->asked > 1 || o->kept);
  JUDGE(u->w, VOL_DISM_18, o->hadfile && o->file0 == 0, true);
  o->asked = o->kept = 0;
  if (!u->ok) return;
  o->mydism = (uint8_t)u->me;
  o->dthread = (uint8_t)u->thread;
}

/* ---- handles -----------------------------------------------------------------------------------
 */

static void on_open(const use *u) {
  cr_obs_stack *o = u->o;
  bool csv = u->w->s->param[CR_PARAM_STACK_CSV] != 0;
  unsigned both = CR_SHR_READ | CR_SHR_WRITE;
  bool volume = u->e->kind == CR_EV_OPENV;
  JUDGE(u->w, VOL_OPEN_21, volume && csv && o->haslocked, o->locked0 == 0);
  if (volume && !u->ok) o->kept = 1;
  if (!u->ok || u->me == 0) return;
  if (volume && (u->e->extra & both) != both) o->narrow = (uint8_t)u->me;
  if (volume) return;
  o->file0 = (uint8_t)u->me;
  o->fthread = (uint8_t)u->thread;
  o->hadfile = 1;
}

static void forget(uint8_t *handle, unsigned which) {
  if (*handle == which) *handle = 0;
}

static void on_close(const use *u) {
  cr_obs_stack *o = u->o;
  JUDGE(u->w, VOL_STALE_10, o->soured == u->me, true);
  if (!u->ok) return;
  forget(&o->narrow, u->me);
  forget(&o->file0, u->me);
  forget(&o->mydism, u->me);
  forget(&o->locked0, u->me);
  forget(&o->worked, u->me);
  forget(&o->soured, u->me);
}

/* ---- data --------------------------------------------------------------------------------------
 */

static void on_data(const use *u) {
  cr_obs_stack *o = u->o;
  bool dead = u->e->result == CR_E_NOT_READY || u->e->result == CR_E_FILE_INVALID;
  bool mine = o->file0 == u->me && o->mydism != 0 && o->dthread == u->thread;
  JUDGE(u->w, VOL_DISM_18, mine && u->w->was.stale, false);
  JUDGE(u->w, VOL_STALE_10, o->soured == u->me, o->sour < SOUR_MAX);
  if (u->ok) {
    o->worked = (uint8_t)u->me;
    forget(&o->soured, u->me);
  } else if (dead && o->soured == u->me) {
    if (o->sour < SOUR_MAX) o->sour++;
  } else if (dead && o->worked == u->me) {
    o->soured = (uint8_t)u->me;
    o->sour = 0;
  }
  if (o->soured == u->me) o->stale0 = 1;
}

static void on_conclusion(const use *u) {
  enum { UNUSABLE = 2 };
  JUDGE(u->w, VOL_STALE_11, u->e->value == UNUSABLE, !u->o->stale0);
}

void cr__stack_verdict(const cr__view *w) {
  const cr_event *e = w->seen;
  if (!cr__by_dll(e) || !cr__is_poll(e->value) || e->result != 0) return;
  JUDGE(w, VOL_STALE_11, true, !w->o->parts.stack.stale0);
}

/* ---- the frame ---------------------------------------------------------------------------------
 */

static void on_handle(const use *u) {
  cr_obs_stack *o = u->o;
  switch (u->e->kind) {
    case CR_EV_CLOSE: on_close(u); break;
    case CR_EV_LOCK: on_lock(u); break;
    case CR_EV_DISMOUNT: on_dismount(u); break;
    case CR_EV_UNLOCK:
    case CR_EV_OFFLINE:
      JUDGE(u->w, VOL_DISM_15, o->mydism != 0 && o->dthread == u->thread, o->mydism == u->me);
      break;
    case CR_EV_READ:
    case CR_EV_WRITE: on_data(u); break;
    default: break;
  }
}

static void on_event(const use *u) {
  cr_obs_stack *o = u->o;
  switch (u->e->kind) {
    case CR_EV_OPENV:
    case CR_EV_OPENF: on_open(u); break;
    case CR_EV_DISKWRITE:
      JUDGE(u->w, VOL_ACC_08, (o->disklock & 2) != 0, o->locked0 != 0 || o->mydism != 0);
      break;
    case CR_EV_CONCLUDE: on_conclusion(u); break;
    default:
      if (u->me != 0) on_handle(u);
  }
  /* A look through a new handle, whatever comes of it. */
  if (u->e->kind == CR_EV_OPENF || u->e->kind == CR_EV_OPENV) o->stale0 = 0;
}

static unsigned thread_of(const cr_event *e) {
  switch (e->role) {
    case CR_ROLE_EP: return 1;
    case CR_ROLE_TERM: return 2;
    case CR_ROLE_WORKER: return e->lane == 0 ? 3 : 4;
    default: return 5;
  }
}

void cr__stack_use(const cr__view *w, uint8_t handle) {
  if (!cr__stack_judged(w) || w->seen->cause == CR_CAUSE_FAULT) return;
  use u = {.w = w,
           .e = w->seen,
           .o = &w->o->parts.stack,
           .v = &w->o->volume[0],
           .thread = thread_of(w->seen),
           .me = handle < CR_OPENS_MAX ? handle + 1u : 0,
           .ok = w->seen->result == CR_E_SUCCESS};
  on_event(&u);
}

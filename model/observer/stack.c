/* stack.c - the observer on the part "stack": what the programs' operations say about the volume
 * stack, beyond the clauses of the core (volume.c). */
#include "obs.h"

typedef struct view {
  const cr__view *w;
  cr_obs_stack *o;
  cr_obs_volume *v; /* after the event */
  cr_obs_open open; /* the event's, before it */
  uint8_t handle;   /* the event's, a duplicate taken for what it duplicates */
  bool ok, judge;
} view;

#define SJUDGE(x, CLAUSE, premise, holds) JUDGE((x)->w, CLAUSE, (x)->judge && (premise), (holds))

/* The handle that a duplicate stands for, or the handle itself. */
static uint8_t resolve(const cr_obs_stack *o, uint8_t handle) {
  return o->twin != 0 && o->twin == handle + 1u ? (uint8_t)(o->twinof - 1u) : handle;
}

/* Does a close leave another handle to the same open? */
static bool leaves_twin(const cr_obs_stack *o, const cr_event *e) {
  if (e->kind != CR_EV_CLOSE || o->twin == 0 || o->orphan) return false;
  return o->twin == e->handle + 1u || o->twinof == e->handle + 1u;
}

const cr_event *cr__stack_event(const cr__view *w, cr_event *copy) {
  const cr_obs_stack *o = &w->o->parts.stack;
  *copy = *w->e;
  copy->handle = resolve(o, w->e->handle);
  if (w->e->kind == CR_EV_OPENROOT) copy->kind = CR_EV_OPENF;
  /* Nothing that the core follows. */
  if (leaves_twin(o, w->e)) copy->kind = CR_EV_DUP;
  return copy;
}

static bool is_open(uint32_t kind) {
  return kind == CR_EV_OPENV || kind == CR_EV_OPENF || kind == CR_EV_OPENROOT;
}

static bool has(const view *x, unsigned effects) { return (x->w->seen->effects & effects) != 0; }

/* Refused because of a lock, and not for want of a right. */
static bool is_denied(const view *x) {
  return x->w->seen->result == CR_E_ACCESS_DENIED && x->w->seen->cause != CR_CAUSE_RIGHTS;
}

static bool by_program(const cr_event *e) { return e->role == CR_ROLE_APP && e->who < CR_APPS_MAX; }

/* 1 + the program that acts, or 0. */
static uint8_t program_of(const cr_event *e) { return by_program(e) ? (uint8_t)(e->who + 1u) : 0; }

/* By a program that gave up the right to manage volumes. */
static bool is_plain(const view *x) {
  return by_program(x->w->seen) && (x->o->plain >> x->w->seen->who & 1) != 0;
}

/* ---- locks -----------------------------------------------------------------------------------
 */

/* The lock as it was before an open: an open that succeeds does not change an explicit one. */
static void judge_open(const view *x) {
  bool refused = is_denied(x);
  bool locked = x->v->lock != 0 && !x->v->impl;
  bool own = x->o->locker != 0 && x->o->locker == program_of(x->w->seen);
  SJUDGE(x, VOL_OPEN_04, locked && own, refused);
  SJUDGE(x, VOL_LOCK_03, locked && x->o->fresh, !x->ok);
  SJUDGE(x, VOL_LOCK_10, locked, !x->ok);
  SJUDGE(x, VOL_LOCK_13, x->v->lock == 0 && x->o->tried, !refused);
  x->o->fresh = 0;
}

/* A lock that ends, or turns out to have ended. */
static void judge_end(const view *x, bool owner) {
  const cr_event *e = x->w->seen;
  bool ends = e->kind == CR_EV_UNLOCK || e->kind == CR_EV_CLOSE;
  SJUDGE(x, VOL_LOCK_11, owner && e->kind == CR_EV_UNLOCK, e->result != CR_E_NOT_LOCKED);
  SJUDGE(x, VOL_LOCK_11, x->o->owner != 0 && has(x, CR_FX_UNLOCK), owner && ends);
}

static void on_lock(const view *x) {
  x->o->tried = 1;
  if (!x->ok || x->v->lock != x->handle + 1u) return;
  x->o->fresh = 1;
  x->o->locker = program_of(x->w->seen);
}

/* ---- dismounts and stale opens -----------------------------------------------------------------
 */

/* Opening a volume whose dismount has been completed. */
static void judge_remount(const view *x) {
  SJUDGE(x, VOL_DISM_12, x->o->remount && !x->o->off && x->o->device == 0,
         x->ok && has(x, CR_FX_MOUNT));
  SJUDGE(x, VOL_DISM_13, x->o->both != 0, !x->ok);
  SJUDGE(x, VOL_LOCK_18, x->o->zlock && x->v->lock == 0 && !x->v->pend, !is_denied(x));
  x->o->remount = 0;
}

/* An operation through an open of a dismounted instance. */
static void judge_stale(const view *x, const cr_obs_open *open) {
  const cr_event *e = x->w->seen;
  bool data = e->kind == CR_EV_READ || e->kind == CR_EV_WRITE;
  bool asks = e->kind == CR_EV_ISMOUNTED;
  bool device = e->kind == CR_EV_OFFLINE || e->kind == CR_EV_ONLINE || e->kind == CR_EV_ISOFF;
  bool mounted = x->o->real; /* a later instance */
  unsigned both = CR_ACC_READ | CR_ACC_WRITE;
  bool rights = e->kind == CR_EV_ISOFF || (open->access & both) == both;
  SJUDGE(x, VOL_DISM_04, true, e->result != CR_E_INVALID_HANDLE);
  SJUDGE(x, VOL_DISM_01, asks && open->dism != 0, !x->ok);
  SJUDGE(x, VOL_DISM_03, (asks || data) && open->dism == 0, !x->ok);
  SJUDGE(x, VOL_ACC_11, (asks || data) && open->dism == 0 && mounted, !x->ok);
  SJUDGE(x, VOL_STALE_04, data && open->dism == 0 && x->o->onlined, !x->ok);
  SJUDGE(x, VOL_STALE_05, true, !has(x, CR_FX_MOUNT | CR_FX_RAW));
  SJUDGE(x, VOL_STALE_07, device && open->kind == CR_OPEN_VOLUME && rights,
         x->ok || e->result == CR_E_GEN_FAILURE);
  SJUDGE(x, VOL_STALE_09, open->dism != 2 && mounted && !device,
         !has(x, CR_FX_DETACH | CR_FX_UNLOCK | CR_FX_LOST));
  if (e->kind == CR_EV_LOCK && open->kind == CR_OPEN_VOLUME && !is_plain(x)) {
    SJUDGE(x, VOL_LOCK_18, true,
           x->ok || e->result == CR_E_NOT_READY || e->result == CR_E_ACCESS_DENIED);
    x->o->zlock = 1;
  }
}

static void judge_close(const view *x, const cr_obs_open *open, bool owner) {
  SJUDGE(x, VOL_CLOSE_04, open->dism == 2 && owner && x->ok && has(x, CR_FX_UNLOCK),
         has(x, CR_FX_DETACH));
}

static void after_handle(const view *x, bool owner) {
  const cr_event *e = x->w->seen;
  if (!x->ok) return;
  if (e->kind == CR_EV_DISMOUNT && owner) x->o->both = (uint8_t)(x->handle + 1u);
  if (e->kind == CR_EV_DISMOUNT) x->o->onlined = 0;
  if (e->kind == CR_EV_ONLINE) x->o->onlined = 1;
  bool ends = e->kind == CR_EV_UNLOCK || e->kind == CR_EV_CLOSE;
  if (ends && x->o->both == x->handle + 1u) x->o->both = 0;
  if (has(x, CR_FX_DETACH) && x->v->fs == CR_FS_NONE) x->o->remount = 1;
}

/* ---- locks and dismounts under way -------------------------------------------------------------
 */

enum { NOTE_LOCK = 1, NOTE_LOCK_FAILED, NOTE_DISMOUNT, NOTE_DISMOUNT_FAILED };
enum { LOCKS = 1, DISMOUNTS = 2 }; /* bits of noted and owed */

static bool somebody_else(const view *x) {
  for (unsigned i = 0; i < CR_OPENS_MAX; i++) {
    const cr_obs_open *open = &x->w->o->open[i];
    bool counts = open->kind == CR_OPEN_VOLUME || open->kind == CR_OPEN_FILE;
    if (counts && i != x->handle && open->volume == 0 && !open->stale) return true;
  }
  return false;
}

static void judge_gap(const view *x) {
  const cr_event *e = x->w->seen;
  bool moves = (is_open(e->kind) || e->kind == CR_EV_CLOSE) && x->ok;
  if (e->kind == CR_EV_LOCKING) x->o->gap = 1;
  if (moves && x->o->gap == 1) x->o->gap = 2;
  if (e->kind != CR_EV_LOCK) return;
  SJUDGE(x, VOL_LOCK_07, x->o->gap == 2 && !x->open.stale, x->ok == !somebody_else(x));
  x->o->gap = 0;
}

/* What the file system has to announce before, or to admit afterwards. */
static void judge_notes(const view *x) {
  const cr_event *e = x->w->seen;
  cr_obs_stack *o = x->o;
  if (e->kind == CR_EV_NOTE) {
    if (e->value == NOTE_LOCK) o->noted |= LOCKS;
    if (e->value == NOTE_DISMOUNT) o->noted |= DISMOUNTS;
    if (e->value == NOTE_LOCK_FAILED) o->owed &= (uint8_t)~LOCKS;
    if (e->value == NOTE_DISMOUNT_FAILED) o->owed &= (uint8_t)~DISMOUNTS;
    return;
  }
  bool lock = e->kind == CR_EV_LOCK, dismount = e->kind == CR_EV_DISMOUNT;
  if (o->ower != 0 && o->ower == program_of(e)) { /* its request is over */
    SJUDGE(x, VOL_LOCK_08, true, !(o->owed & LOCKS));
    SJUDGE(x, VOL_DISM_14, true, !(o->owed & DISMOUNTS));
    o->ower = o->owed = 0;
  }
  if (!lock && !dismount) return;
  SJUDGE(x, VOL_LOCK_08, lock, (o->noted & LOCKS) != 0);
  SJUDGE(x, VOL_DISM_14, dismount, (o->noted & DISMOUNTS) != 0);
  o->noted &= (uint8_t) ~(lock ? LOCKS : DISMOUNTS);
  if (x->ok || (dismount && e->result == CR_E_NOT_READY)) return;
  o->owed |= lock ? LOCKS : DISMOUNTS;
  o->ower = program_of(e);
}

/* ---- duplicates, death and references ----------------------------------------------------------
 */

static void judge_twins(const view *x, bool owner) {
  const cr_event *e = x->w->seen;
  cr_obs_stack *o = x->o;
  bool twin = o->twin != 0 && o->twin == e->handle + 1u;
  SJUDGE(x, VOL_UNLOCK_04, e->kind == CR_EV_UNLOCK && twin && owner, x->ok);
  if (e->kind == CR_EV_CLOSE) {
    bool leaves = leaves_twin(o, e);
    SJUDGE(x, VOL_CLOSE_01, leaves && x->ok, e->effects == 0);
    SJUDGE(x, VOL_CLOSE_08, cr__stack_judged(x->w) && (owner || x->open.dism != 0), !leaves);
    if (leaves && x->ok && twin)
      o->twin = o->twinof = 0;
    else if (leaves && x->ok)
      o->orphan = 1;
    else if (x->ok && twin)
      o->twin = o->twinof = o->orphan = 0;
  }
  if (e->kind == CR_EV_DUP && x->ok && e->handle < CR_OPENS_MAX && e->value < CR_OPENS_MAX) {
    o->twin = (uint8_t)(e->handle + 1u);
    o->twinof = (uint8_t)(e->value + 1u);
    o->orphan = 0;
  }
}

static void judge_references(const view *x) {
  const cr_event *e = x->w->seen;
  cr_obs_stack *o = x->o;
  bool lock = e->kind == CR_EV_LOCK && x->open.kind == CR_OPEN_VOLUME && !x->open.stale;
  const uint8_t *param = x->w->s->param;
  bool free = o->owner == 0 && !x->v->pend && !o->off && !param[CR_PARAM_STACK_SYSTEM];
  bool nobody = lock && free && !is_plain(x) && !somebody_else(x);
  SJUDGE(x, VOL_CLOSE_07, nobody && o->refer == 2, e->result == CR_E_ACCESS_DENIED);
  SJUDGE(x, VOL_LOCK_02, lock && x->ok, o->refer != 2);
  SJUDGE(x, VOL_LOCK_17, nobody && o->refer == 0, x->ok);
  if (e->kind == CR_EV_REFER && e->handle < CR_OPENS_MAX) {
    o->refer = 1;
    o->file = (uint8_t)(e->handle + 1u);
  }
  if (e->kind == CR_EV_CLOSE && x->ok && o->refer == 1 && o->file == x->handle + 1u) o->refer = 2;
  if (e->kind == CR_EV_UNREFER) {
    o->refer = o->file = 0;
    o->dropped = 1;
  }
}

static void judge_refusals(const view *x) {
  const cr_event *e = x->w->seen;
  if (e->kind != CR_EV_OPENF || !by_program(e)) return;
  uint8_t bit = (uint8_t)(1u << e->who);
  bool clear =
      x->v->lock == 0 && !x->v->pend && !x->o->off && x->v->fs != CR_FS_RAW && x->o->device == 0;
  SJUDGE(x, VOL_OPEN_20, clear && (x->o->refused & bit) != 0, x->ok);
  if (!x->ok) x->o->refused |= bit;
}

static void follow_death(const view *x) {
  const cr_event *e = x->w->seen;
  if (e->kind == CR_EV_DIE && by_program(e) && x->o->died == 0)
    x->o->died = x->o->locker == program_of(e) ? 2 : 1;
}

/* The end of time: what should have come has not. */
static void judge_quiet(const cr__view *w) {
  cr_obs_stack *o = &w->o->parts.stack;
  JUDGE(w, VOL_CLOSE_03, o->died == 2, w->o->volume[0].lock == 0);
  JUDGE(w, VOL_CLOSE_06, o->file != 0 || o->dropped, o->refer != 2);
}

/* ---- disks -------------------------------------------------------------------------------------
 */

static void judge_disk(const view *x) {
  const cr_event *e = x->w->seen;
  SJUDGE(x, VOL_OPEN_18, e->kind == CR_EV_OPENDISK && x->o->device == 0, x->ok);
  SJUDGE(x, VOL_ACC_06, is_open(e->kind) && x->o->disklock && x->v->lock == 0, !is_denied(x));
  SJUDGE(x, VOL_ACC_06, e->kind == CR_EV_DISKCTL, e->effects == 0);
  if (e->kind == CR_EV_DISKCTL && x->ok) x->o->disklock |= cr__stack_judged(x->w) ? 2 : 1;
}

/* ---- profiles of the volume and its file system ------------------------------------------------
 */

/* The program that is on another node, where the volume is a cluster shared one. */
enum { REMOTE = 2 };

static void judge_profile(const view *x, bool owner) {
  const cr_event *e = x->w->seen;
  const uint8_t *param = x->w->s->param;
  bool system = param[CR_PARAM_STACK_SYSTEM] != 0;
  bool dismounts = param[CR_PARAM_STACK_LOCK_DISMOUNTS] != 0;
  SJUDGE(x, VOL_LOCK_09, system && e->kind == CR_EV_LOCK, !x->ok);
  SJUDGE(x, VOL_DISM_06, system && e->kind == CR_EV_DISMOUNT, !x->ok);
  SJUDGE(x, VOL_LOCK_12, dismounts && owner && e->kind == CR_EV_ISMOUNTED, !x->ok);
  SJUDGE(x, VOL_DISM_17,
         param[CR_PARAM_STACK_CSV] && e->role == CR_ROLE_APP && e->who == REMOTE &&
             e->kind == CR_EV_READ && x->open.stale,
         !x->ok);
  SJUDGE(x, VOL_UNLOCK_05, dismounts && owner && e->kind == CR_EV_UNLOCK && x->ok,
         has(x, CR_FX_DETACH));
}

static void judge_device(const view *x) {
  const cr_event *e = x->w->seen;
  SJUDGE(x, VOL_OPEN_12, is_open(e->kind) && x->o->device == 1,
         e->result == CR_E_DEV_NOT_EXIST && !has(x, CR_FX_MOUNT | CR_FX_RAW));
  bool data = e->kind == CR_EV_READ || e->kind == CR_EV_WRITE;
  SJUDGE(x, VOL_STALE_08, data && x->o->device == 2 && x->open.stale && x->open.dism == 0,
         e->result == CR_E_NOT_READY);
  if (e->kind == CR_EV_REMOVEQUERY && x->ok) x->o->device = 1;
  if (e->kind == CR_EV_REMOVECANCEL) x->o->device = 0;
  if (e->kind == CR_EV_VANISH) x->o->device = 2;
  if ((e->kind == CR_EV_REMOVEQUERY && x->ok) || e->kind == CR_EV_VANISH)
    x->v->fs = x->v->pend = x->v->dirt = x->v->lock = x->v->impl = 0;
}

/* ---- offline or not ----------------------------------------------------------------------------
 */

static void judge_off(const view *x) {
  const cr_event *e = x->w->seen;
  if (e->kind == CR_EV_ISOFF && (x->ok || e->result == CR_E_GEN_FAILURE)) {
    SJUDGE(x, VOL_UNLOCK_06, x->o->since, x->ok == (x->o->off != 0));
    x->o->since = 0;
  }
  if (e->kind == CR_EV_OFFLINE || e->kind == CR_EV_ONLINE) x->o->since = 0;
  if (e->kind == CR_EV_UNLOCK && x->ok) x->o->since = 1;
  x->o->off = x->v->off;
}

/* ---- names and dispositions --------------------------------------------------------------------
 */

static void judge_root(const view *x) {
  const cr_event *e = x->w->seen;
  bool control = e->kind == CR_EV_LOCK || e->kind == CR_EV_UNLOCK || e->kind == CR_EV_DISMOUNT ||
                 e->kind == CR_EV_OFFLINE || e->kind == CR_EV_ONLINE;
  SJUDGE(x, VOL_OPEN_17, control && x->o->root == x->handle + 1u,
         e->result == CR_E_INVALID_PARAMETER);
  if (e->kind == CR_EV_OPENROOT && x->ok && x->handle < CR_OPENS_MAX)
    x->o->root = (uint8_t)(x->handle + 1u);
  else if (x->o->root == x->handle + 1u && e->kind == CR_EV_CLOSE && x->ok)
    x->o->root = 0;
}

/* ---- the frame ---------------------------------------------------------------------------------
 */

static void on_program(const view *x) {
  const cr_event *e = x->w->seen;
  if (e->kind == CR_EV_DEMOTE && by_program(e)) x->o->plain |= (uint8_t)(1u << e->who);
}

void cr__observe_stack(const cr__view *w) {
  const cr_event *e = w->seen;
  if (e->kind == CR_EV_QUIET) judge_quiet(w);
  if (e->kind == CR_EV_RET) cr__stack_verdict(w);
  if (cr_event_row_of(e->kind)->object != CR_FIELD_VOLUME) return;
  /* One volume is followed. */
  if (e->object != 0 || w->s->volumes_count == 0) return;
  view x = {.w = w,
            .o = &w->o->parts.stack,
            .v = &w->o->volume[0],
            .open = w->was,
            .handle = resolve(&w->o->parts.stack, w->seen->handle),
            .ok = e->result == CR_E_SUCCESS,
            .judge = e->cause != CR_CAUSE_FAULT};
  bool owner = x.o->owner != 0 && x.o->owner == x.handle + 1u;
  judge_root(&x);
  if (is_open(e->kind)) judge_open(&x);
  if (is_open(e->kind)) judge_remount(&x);
  if (x.open.kind != CR_OPEN_NONE && x.open.stale) judge_stale(&x, &x.open);
  if (e->kind == CR_EV_CLOSE) judge_close(&x, &x.open, owner);
  after_handle(&x, owner);
  judge_gap(&x);
  if (w->s->param[CR_PARAM_STACK_NOTES]) judge_notes(&x);
  judge_twins(&x, owner);
  judge_references(&x);
  judge_refusals(&x);
  follow_death(&x);
  judge_profile(&x, owner);
  judge_device(&x);
  judge_disk(&x);
  cr__stack_use(w, x.handle);
  judge_off(&x);
  if (e->kind == CR_EV_LOCK) on_lock(&x);
  judge_end(&x, owner);
  SJUDGE(&x, VOL_OPEN_16, e->kind == CR_EV_CREATEV, !x.ok);
  on_program(&x);
  x.o->real = cr__mounted(x.v);
  x.o->owner = x.v->impl ? 0 : x.v->lock;
  if (x.o->owner == 0) x.o->locker = x.o->fresh = 0;
}

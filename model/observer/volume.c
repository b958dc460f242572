/* volume.c - the observer on the volume stack: its clauses, and the shadow of its state.
 *
 * The shadow is made from operations, results and effects. An event that the environment made fail
 * is not judged. The stack's clauses are assertions on our own model; where the catalogue admits
 * several results, all are accepted.
 */
#include "obs.h"

/* One volume operation: the view, the shadow, and the handle's entry (NULL when not open). */
typedef struct op {
  const cr__view *w;
  cr_obs_volume *v;
  cr_obs_open *open;
  unsigned volume;
  bool ok;    /* success */
  bool judge; /* not injected */
} op;

#define VJUDGE(x, CLAUSE, premise, holds) JUDGE((x)->w, CLAUSE, (x)->judge && (premise), (holds))

static uint32_t code(const op *x) { return x->w->e->result; }
static bool effect(const op *x, unsigned bits) { return (x->w->e->effects & bits) != 0; }
static bool binds(const op *x) { return effect(x, CR_FX_MOUNT | CR_FX_RAW); }

static bool live(const op *x) {
  return x->open != NULL && !x->open->stale && x->open->kind != CR_OPEN_META;
}

static bool owns_lock(const op *x) {
  return x->open != NULL && x->v->lock == x->w->e->handle + 1u && !x->v->impl;
}

/* Number of opens of a kind, other than the event's, on the bound instance. */
static unsigned others(const op *x, unsigned kind) {
  unsigned n = 0;
  for (unsigned i = 0; i < CR_OPENS_MAX; i++) {
    const cr_obs_open *open = &x->w->o->open[i];
    if (open != x->open && open->kind == kind && open->volume == x->volume && !open->stale) n++;
  }
  return n;
}

/* ---- offline or not -------------------------------------------------------------------------- */

/* Something shows whether the volume is offline. What was done since that was last known says which
 * clause is meant when it is not as it should be, the earliest cause first; the shadow then follows
 * what was seen. */
static void observe_off(const op *x, bool off) {
  cr_obs_volume *v = x->v;
  bool right = v->off == (off ? 1 : 0);
  if (v->off) {
    VJUDGE(x, VOL_OFFLINE_04, v->unsure, right);
    VJUDGE(x, VOL_CLOSE_05, v->sus && !v->unsure, right);
    VJUDGE(x, VOL_OFFLINE_14, !v->unsure && !v->sus, right);
  } else {
    VJUDGE(x, VOL_ONLINE_01, v->unsure, right);
    VJUDGE(x, VOL_DISM_11, v->sus && !v->unsure, right);
  }
  v->off = off ? 1 : 0;
  v->unsure = v->sus = 0;
}

static void set_off(cr_obs_volume *v, bool off) {
  if (v->off == (off ? 1 : 0)) return;
  v->off = off ? 1 : 0;
  v->unsure = 1;
  v->sus = 0;
}

/* ---- opens ----------------------------------------------------------------------------------- */

static void judge_open_bound(const op *x, bool file) {
  const cr_obs_volume *v = x->v;
  bool locked = v->lock != 0;
  VJUDGE(x, VOL_OPEN_02, cr__mounted(v), !binds(x));
  VJUDGE(x, VOL_OPEN_05, v->pend && !locked,
         !x->ok && (code(x) == CR_E_NOT_READY || code(x) == CR_E_ACCESS_DENIED) && !binds(x) &&
             x->w->e->cause != CR_CAUSE_OFFLINE);
  VJUDGE(x, VOL_OPEN_10, file && v->fs == CR_FS_RAW && !v->pend && !locked,
         code(x) == CR_E_INVALID_PARAMETER || code(x) == CR_E_UNRECOGNIZED_VOLUME);
}

/* Is the volume offline beyond doubt? If only a control or a close that may not have done its duty
 * says so, a mount is held against that (observe_off). */
static bool surely_off(const cr_obs_volume *v) { return v->off && !v->unsure && !v->sus; }

static void judge_open_unbound(const op *x, bool file) {
  const cr_obs_volume *v = x->v;
  bool sure = surely_off(v);
  VJUDGE(x, VOL_OPEN_01, !v->off, effect(x, CR_FX_MOUNT) && x->ok);
  VJUDGE(x, VOL_OPEN_06, v->off && !file, x->ok);
  VJUDGE(x, VOL_OPEN_07, sure && file, !x->ok && !binds(x));
  VJUDGE(x, VOL_OPEN_09, sure && !file && x->ok, effect(x, CR_FX_RAW) && !effect(x, CR_FX_MOUNT));
}

/* Is there an open that an exclusive one with this access cannot be beside? */
static bool in_the_way(const op *x, unsigned access) {
  bool reads = (access & CR_SHR_READ) != 0 && !(access & CR_ACC_WRITE);
  for (unsigned i = 0; i < CR_OPENS_MAX; i++) {
    const cr_obs_open *open = &x->w->o->open[i];
    bool counts = (open->kind == CR_OPEN_VOLUME || open->kind == CR_OPEN_FILE) &&
                  open->volume == x->volume && !open->stale;
    if (counts && !(reads && !(open->access & CR_ACC_WRITE))) return true;
  }
  return false;
}

static void judge_exclusive(const op *x, bool file) {
  const cr_obs_volume *v = x->v;
  unsigned access = x->w->e->extra;
  bool alone = !file && (access & (CR_SHR_WRITE | CR_SHR_DELETE)) == 0;
  VJUDGE(x, VOL_OPEN_14, alone && v->lock == 0 && !v->pend && in_the_way(x, access),
         code(x) == CR_E_SHARING_VIOLATION);
}

static void judge_open(const op *x, bool file) {
  const cr_obs_volume *v = x->v;
  uint8_t cause = x->w->e->cause;
  if (cause == CR_CAUSE_RIGHTS || cause == CR_CAUSE_GONE) return; /* refused before all else */
  VJUDGE(x, VOL_OPEN_03, v->lock && !v->impl, !x->ok && code(x) == CR_E_ACCESS_DENIED && !binds(x));
  VJUDGE(x, VOL_OPEN_08, effect(x, CR_FX_MOUNT), !surely_off(v));
  VJUDGE(x, VOL_OPEN_13, binds(x), v->fs == CR_FS_NONE);
  judge_exclusive(x, file);
  VJUDGE(x, VOL_OPEN_15, v->lock && v->impl,
         code(x) == CR_E_ACCESS_DENIED || code(x) == CR_E_SHARING_VIOLATION);
  /* What an open binds shows whether the volume can be read. */
  bool shows = v->fs == CR_FS_NONE && binds(x);
  if (shows && effect(x, CR_FX_RAW)) observe_off(x, true);
  if (v->fs == CR_FS_NONE && !v->lock)
    judge_open_unbound(x, file);
  else
    judge_open_bound(x, file);
  if (shows && !effect(x, CR_FX_RAW)) observe_off(x, false);
}

static void on_open(const op *x, cr_open_kind kind) {
  const cr_event *e = x->w->e;
  if (kind == CR_OPEN_META)
    VJUDGE(x, VOL_OPEN_11, e->cause != CR_CAUSE_GONE, x->ok && !binds(x));
  else
    judge_open(x, kind == CR_OPEN_FILE);
  if (!x->ok || e->handle >= CR_OPENS_MAX) return;
  unsigned access = kind == CR_OPEN_META ? 0 : e->extra & (CR_ACC_READ | CR_ACC_WRITE);
  x->w->o->open[e->handle] = (cr_obs_open){.kind = (uint8_t)kind,
                                           .volume = (uint8_t)x->volume,
                                           .access = (uint8_t)access,
                                           .dll = cr__by_dll(e)};
  bool alone = (e->extra & (CR_SHR_WRITE | CR_SHR_DELETE)) == 0;
  if (kind == CR_OPEN_VOLUME && alone && x->v->lock == 0) {
    x->v->lock = (uint8_t)(e->handle + 1u);
    x->v->impl = 1;
  }
}

/* ---- close ----------------------------------------------------------------------------------- */

static void on_close(const op *x) {
  cr_obs_volume *v = x->v;
  bool owner = v->lock == x->w->e->handle + 1u;
  bool raw_last = v->fs == CR_FS_RAW && !v->pend && live(x) &&
                  others(x, CR_OPEN_VOLUME) + others(x, CR_OPEN_FILE) == 0;
  VJUDGE(x, VOL_STALE_06, x->open->stale, x->ok);
  if (!x->ok) return;
  VJUDGE(x, VOL_DISM_09, x->open->dism == 2 && v->pend, effect(x, CR_FX_DETACH));
  VJUDGE(x, VOL_CLOSE_02, owner, effect(x, CR_FX_UNLOCK));
  VJUDGE(x, VOL_ONLINE_06, raw_last, effect(x, CR_FX_DETACH));
  if (owner) v->lock = v->impl = 0;
  if (v->dirt == 2 && owner) v->dirt = 0;
  /* The detach is due, done or not. */
  if (x->open->dism == 2 && v->pend) v->fs = v->pend = 0;
  if (v->off) v->sus = 1;
  *x->open = (cr_obs_open){0};
}

/* ---- rights ---------------------------------------------------------------------------------- */

/* The event comes from a program that gave up the right to manage volumes. */
static bool is_plain(const op *x) {
  const cr_event *e = x->w->e;
  return e->role == CR_ROLE_APP && e->who < CR_APPS_MAX &&
         (x->w->o->parts.stack.plain >> e->who & 1) != 0;
}

/* A control that asks for no access, through an open that lacks some; where nothing else stands in
 * its way it must not be refused. */
static void judge_no_access_needed(const op *x) {
  unsigned both = CR_ACC_READ | CR_ACC_WRITE;
  if (!live(x) || x->open->kind != CR_OPEN_VOLUME || is_plain(x)) return;
  if ((x->open->access & both) == both || x->w->s->param[CR_PARAM_STACK_SYSTEM]) return;
  bool alone = others(x, CR_OPEN_FILE) + others(x, CR_OPEN_VOLUME) == 0;
  bool free = true;
  switch (x->w->e->kind) {
    case CR_EV_LOCK: free = alone && (x->v->lock == 0 || x->v->impl); break;
    case CR_EV_UNLOCK: free = owns_lock(x); break;
    case CR_EV_DISMOUNT: free = x->v->lock == 0 || owns_lock(x); break;
    case CR_EV_ISMOUNTED:
    case CR_EV_ISOFF: break;
    default: return;
  }
  VJUDGE(x, VOL_ACC_02, free, code(x) != CR_E_ACCESS_DENIED);
}

/* ---- file-system controls -------------------------------------------------------------------- */

/* Lock, unlock and dismount are for those who may manage volumes. Says whether that settles it. */
static bool refused_to_plain(const op *x) {
  if (!is_plain(x) || x->open->kind != CR_OPEN_VOLUME) return false;
  VJUDGE(x, VOL_ACC_03, true,
         (code(x) == CR_E_INVALID_PARAMETER || code(x) == CR_E_ACCESS_DENIED) &&
             x->w->e->effects == 0);
  return !x->ok;
}

static void on_lock(const op *x) {
  cr_obs_volume *v = x->v;
  bool file = x->open->kind == CR_OPEN_FILE, volume = x->open->kind == CR_OPEN_VOLUME;
  VJUDGE(x, VOL_ACC_04, file, code(x) == CR_E_INVALID_PARAMETER);
  VJUDGE(x, VOL_OPEN_11, x->open->kind == CR_OPEN_META, !x->ok);
  if (!volume || refused_to_plain(x)) return;
  /* An open of a dismounted instance is answered like a live one, or as not ready. */
  bool here = !x->open->stale;
  unsigned files = others(x, CR_OPEN_FILE), volumes = others(x, CR_OPEN_VOLUME);
  VJUDGE(x, VOL_LOCK_01, here && x->ok, files == 0);
  VJUDGE(x, VOL_LOCK_02, here && x->ok, volumes == 0);
  VJUDGE(x, VOL_LOCK_04, here && files + volumes > 0 && v->lock == 0,
         code(x) == CR_E_ACCESS_DENIED);
  VJUDGE(x, VOL_LOCK_05, here && v->lock != 0 && !v->impl, code(x) == CR_E_ACCESS_DENIED);
  if (!x->ok || (!here && !v->pend)) return;
  v->lock = (uint8_t)(x->w->e->handle + 1u);
  v->impl = 0;
  v->dirt = v->dirt != 0 ? 2 : 0;
}

static void on_unlock(const op *x) {
  cr_obs_volume *v = x->v;
  bool owner = owns_lock(x), volume = x->open->kind == CR_OPEN_VOLUME;
  VJUDGE(x, VOL_ACC_04, x->open->kind == CR_OPEN_FILE, code(x) == CR_E_INVALID_PARAMETER);
  if (refused_to_plain(x)) return;
  VJUDGE(x, VOL_UNLOCK_01, volume && owner, x->ok && effect(x, CR_FX_UNLOCK));
  /* An instance that is detached may have a lock of its own, which is not followed. */
  VJUDGE(x, VOL_UNLOCK_02, volume && !owner && (!x->open->stale || v->pend),
         code(x) == CR_E_NOT_LOCKED || (x->open->stale && code(x) == CR_E_NOT_READY));
  VJUDGE(x, VOL_UNLOCK_03, volume && owner && x->open->dism, x->ok);
  if (!x->ok || !owner) return;
  v->lock = v->impl = 0;
  if (v->dirt == 2) v->dirt = 0;
}

static void mark_dismounted(const op *x) {
  for (unsigned i = 0; i < CR_OPENS_MAX; i++) {
    cr_obs_open *open = &x->w->o->open[i];
    if (open->volume == x->volume && (open->kind == CR_OPEN_VOLUME || open->kind == CR_OPEN_FILE))
      open->stale = 1;
  }
}

static void on_dismount(const op *x) {
  cr_obs_volume *v = x->v;
  bool volume = x->open->kind == CR_OPEN_VOLUME, here = live(x) && volume;
  bool owner = owns_lock(x);
  bool at_close = x->w->s->volume[x->volume].detach == CR_DETACH_CLEANUP || owner;
  VJUDGE(x, VOL_ACC_04, x->open->kind == CR_OPEN_FILE, code(x) == CR_E_INVALID_PARAMETER);
  if (refused_to_plain(x)) return;
  VJUDGE(x, VOL_LOCK_06, here && x->ok && owner && v->dirt == 2, !effect(x, CR_FX_LOST));
  bool system = x->w->s->param[CR_PARAM_STACK_SYSTEM] != 0;
  VJUDGE(x, VOL_DISM_02, here && !system && cr__mounted(v) && v->lock == 0, x->ok);
  VJUDGE(x, VOL_DISM_05, volume && x->open->stale,
         code(x) == CR_E_NOT_READY || (x->ok && x->w->e->effects == 0));
  VJUDGE(x, VOL_DISM_07, here && v->lock != 0 && v->lock != x->w->e->handle + 1u, !x->ok);
  VJUDGE(x, VOL_DISM_08, here && x->ok && v->fs == CR_FS_REAL && at_close,
         !effect(x, CR_FX_DETACH));
  if (!x->ok || !here) return;
  mark_dismounted(x);
  bool detached = effect(x, CR_FX_DETACH);
  x->open->dism = detached ? 1 : 2;
  v->pend = detached ? 0 : 1;
  v->dirt = 0;
  if (!v->off) v->sus = 1;
}

static void on_ismounted(const op *x) {
  if (x->open->kind == CR_OPEN_META) return;
  /* A lock may count as a dismount, depending on the file system. */
  VJUDGE(x, VOL_QUERY_01, live(x) && x->v->lock == 0, x->ok == cr__mounted(x->v));
  VJUDGE(x, VOL_QUERY_02, x->open->stale, !x->ok);
}

/* ---- device controls ------------------------------------------------------------------------- */

static bool may_control(const op *x) {
  unsigned both = CR_ACC_READ | CR_ACC_WRITE;
  return x->open->kind == CR_OPEN_VOLUME && (x->open->access & both) == both;
}

static void judge_rights(const op *x) {
  VJUDGE(x, VOL_ACC_05, x->open->kind == CR_OPEN_FILE, code(x) == CR_E_INVALID_PARAMETER);
  VJUDGE(x, VOL_ACC_01, x->open->kind == CR_OPEN_VOLUME && !may_control(x),
         code(x) == CR_E_ACCESS_DENIED);
}

static void on_offline(const op *x) {
  cr_obs_volume *v = x->v;
  bool may = may_control(x);
  judge_rights(x);
  VJUDGE(x, VOL_OFFLINE_05, may && v->off, x->ok && x->w->e->effects == 0);
  VJUDGE(x, VOL_OFFLINE_08, x->ok && !v->off, x->w->e->effects == 0);
  VJUDGE(x, VOL_OFFLINE_12, may && !v->off && !cr__mounted(v), x->ok);
  VJUDGE(x, VOL_OFFLINE_13, may && !v->off && cr__mounted(v), x->ok);
  if (x->ok) set_off(v, true);
}

static void on_online(const op *x) {
  cr_obs_volume *v = x->v;
  bool may = may_control(x);
  judge_rights(x);
  VJUDGE(x, VOL_ONLINE_02, x->ok, !binds(x));
  VJUDGE(x, VOL_ONLINE_03, may && !v->off, x->ok && x->w->e->effects == 0);
  VJUDGE(x, VOL_ONLINE_04, may && v->off, x->ok);
  if (x->ok) set_off(v, false);
}

static void on_isoff(const op *x) {
  bool file = x->open->kind == CR_OPEN_FILE;
  VJUDGE(x, VOL_ACC_05, file, code(x) == CR_E_INVALID_PARAMETER);
  if (file) return;
  bool answer = x->ok || code(x) == CR_E_GEN_FAILURE;
  VJUDGE(x, VOL_QUERY_03, true, answer);
  if (answer && x->judge) observe_off(x, x->ok);
}

/* ---- data ------------------------------------------------------------------------------------ */

static void judge_stale_data(const op *x, bool file) {
  bool flush = x->w->e->kind == CR_EV_FLUSH;
  bool refused =
      code(x) == CR_E_NOT_READY || code(x) == CR_E_FILE_INVALID || code(x) == CR_E_ACCESS_DENIED;
  bool revived = cr__mounted(x->v); /* a later instance is mounted */
  /* A success after a new mount is VOL-STALE-03's. */
  VJUDGE(x, VOL_STALE_01, file && !(revived && x->ok), refused);
  VJUDGE(x, VOL_STALE_02, !file && !flush && x->open->dism == 0 && !(revived && x->ok), refused);
  VJUDGE(x, VOL_STALE_03, revived && x->open->dism == 0 && (file || !flush), !x->ok);
}

static void on_data(const op *x) {
  cr_obs_volume *v = x->v;
  VJUDGE(x, VOL_OPEN_11, x->open->kind == CR_OPEN_META && x->w->e->kind != CR_EV_FLUSH, !x->ok);
  bool read = x->w->e->kind == CR_EV_READ, flush = x->w->e->kind == CR_EV_FLUSH;
  bool file = x->open->kind == CR_OPEN_FILE, volume = x->open->kind == CR_OPEN_VOLUME;
  if (!file && !volume) return;
  if ((x->open->access & (read ? CR_ACC_READ : CR_ACC_WRITE)) == 0) return;
  if (x->open->stale) judge_stale_data(x, file);
  VJUDGE(x, VOL_OFFLINE_06, volume && !flush && v->off, !x->ok);
  VJUDGE(x, VOL_DISM_10, volume && read && x->open->dism == 2 && !v->off, x->ok);
  if (!live(x) || !x->ok) return;
  if (file && x->w->e->kind == CR_EV_WRITE) v->dirt = 1;
  if (volume && flush) v->dirt = 0;
}

/* ---- the frame ------------------------------------------------------------------------------- */

/* A binding that went away, or appeared, where no clause expects it. */
static void apply_effects(const op *x) {
  if (effect(x, CR_FX_MOUNT | CR_FX_RAW)) {
    x->v->fs = effect(x, CR_FX_MOUNT) ? CR_FS_REAL : CR_FS_RAW;
    x->v->pend = 0;
  } else if (effect(x, CR_FX_DETACH)) {
    x->v->fs = CR_FS_NONE;
    x->v->pend = 0;
    /* The unlock or the close dismounted it. */
    if (x->w->s->param[CR_PARAM_STACK_LOCK_DISMOUNTS]) mark_dismounted(x);
  }
  if (x->v->fs == CR_FS_NONE) x->v->dirt = 0;
}

static void on_handle(const op *x) {
  judge_no_access_needed(x);
  switch (x->w->e->kind) {
    case CR_EV_CLOSE: on_close(x); break;
    case CR_EV_LOCK: on_lock(x); break;
    case CR_EV_UNLOCK: on_unlock(x); break;
    case CR_EV_DISMOUNT: on_dismount(x); break;
    case CR_EV_ISMOUNTED: on_ismounted(x); break;
    case CR_EV_OFFLINE: on_offline(x); break;
    case CR_EV_ONLINE: on_online(x); break;
    case CR_EV_ISOFF: on_isoff(x); break;
    case CR_EV_READ:
    case CR_EV_WRITE:
    case CR_EV_FLUSH: on_data(x); break;
    default: break;
  }
}

void cr__on_volume(const cr__view *w, unsigned volume) {
  const cr_event *e = w->e;
  op x = {.w = w,
          .v = &w->o->volume[volume],
          .open = cr__open_of(w),
          .volume = volume,
          .ok = e->result == CR_E_SUCCESS,
          .judge = e->cause != CR_CAUSE_FAULT};
  if (x.judge && e->cause == CR_CAUSE_OFFLINE && !x.ok) observe_off(&x, true);
  bool opens = e->kind == CR_EV_OPENV || e->kind == CR_EV_OPENM || e->kind == CR_EV_OPENF;
  bool unknown = e->handle >= CR_OPENS_MAX && e->handle != CR_NO_HANDLE;
  if (opens) {
    x.open = NULL;
    on_open(&x, e->kind == CR_EV_OPENV   ? CR_OPEN_VOLUME
                : e->kind == CR_EV_OPENM ? CR_OPEN_META
                                         : CR_OPEN_FILE);
  } else if (x.open != NULL && x.open->volume == volume) {
    on_handle(&x);
  } else if (x.open == NULL && !unknown) {
    VJUDGE(&x, VOL_ACC_07, true, code(&x) == CR_E_INVALID_HANDLE);
  }
  apply_effects(&x);
}

/* user.c - the observer on what the DLL does to its volume, and on what it claims about it.
 *
 * The volume clauses that oblige a program are judged for threads of the DLL only: the applications
 * of a scenario are the environment and may do what they like.
 */
#include "obs.h"

static bool in_poll(const cr__view *w, const cr_obs_resource *r) {
  return w->e->role == CR_ROLE_EP && cr__is_poll(r->inflight);
}

/* A thread that must not act for its operation any more: a worker that outlived Terminate or was
 * told to stop, or an entry point that had begun when Terminate returned. */
static bool guilty(const cr__view *w, cr_obs_resource *r) {
  bool ending = r->op != CR__OP_NONE && r->cancel != CR__LIVE && r->cancel != CR__OVER;
  if (w->e->role == CR_ROLE_EP) return r->op != CR__OP_NONE && r->cancel == CR__OVER && r->knew;
  if (w->e->role != CR_ROLE_WORKER || w->e->lane >= CR_WORKERS_MAX) return false;
  if (*cr__worker(r, w->e->lane) == CR__W_OLD) return true;
  return *cr__told(r, w->e->lane) && !ending && *cr__worker(r, w->e->lane) != CR__W_DONE;
}

/* Is a handle open through which the DLL itself has dismounted the event's volume? */
static bool dll_dismounted(const cr__view *w) {
  for (unsigned i = 0; i < CR_OPENS_MAX; i++) {
    const cr_obs_open *open = &w->o->open[i];
    if (open->kind != CR_OPEN_NONE && open->volume == w->e->object && open->dll && open->dism)
      return true;
  }
  return false;
}

/* Taking the volume offline. What is bound now decides: a mounted file system must have been
 * dismounted by the DLL; the raw file system, or nothing, needs no dismount. */
static void judge_offline(const cr__view *w, const cr_obs_resource *r, const cr_obs_volume *v,
                          const cr_obs_open *open) {
  bool real = cr__mounted(v);
  bool done = r->dm == CR__DM_HELD || r->dm == CR__DM_GOOD;
  JUDGE(w, VOL_LOCK_19, r->gave != CR__LOCK_NONE, r->gave != CR__LOCK_GIVEN_LATE);
  JUDGE(w, VOL_UNLOCK_07, r->gave == CR__LOCK_HELD && r->dm == CR__DM_HELD, true);
  JUDGE(w, VOL_DISM_16, r->dm == CR__DM_HELD || (real && r->dm == CR__DM_FAILED),
        r->dm == CR__DM_HELD);
  /* With the dismounting handle closed it is VOL-OFFLINE-03's, whoever has mounted since. */
  JUDGE(w, VOL_OFFLINE_01, (real || done) && r->dm != CR__DM_CLOSED, done);
  JUDGE(w, VOL_OFFLINE_02, r->dm == CR__DM_HELD && open != NULL,
        open == NULL || open->dism != 0 || (open->stale && !dll_dismounted(w)));
  JUDGE(w, VOL_OFFLINE_03, r->dm == CR__DM_HELD || r->dm == CR__DM_CLOSED, r->dm == CR__DM_HELD);
}

void cr__user_before(const cr__view *w, cr_obs_resource *r, const cr_obs_volume *v) {
  const cr_event *e = w->e;
  const cr_obs_open *open = cr__open_of(w);
  bool control = e->kind == CR_EV_OFFLINE || e->kind == CR_EV_ONLINE;
  bool changes = control || e->kind == CR_EV_LOCK || e->kind == CR_EV_DISMOUNT;
  bool success = e->result == CR_E_SUCCESS;
  bool really = success || e->cause == CR_CAUSE_FAULT; /* no fault of the call itself */
  unsigned both = CR_ACC_READ | CR_ACC_WRITE;
  JUDGE(w, VOL_ACC_09, control && open != NULL && open->kind != CR_OPEN_FILE,
        open == NULL || (open->access & both) == both);
  JUDGE(w, VOL_CLUS_18, in_poll(w, r), !changes);
  bool back = e->kind == CR_EV_ONLINE && success;
  bool opens = e->kind == CR_EV_OPENF && success;
  JUDGE(w, RM_TERM_03, back && guilty(w, r), false);
  JUDGE(w, VOL_CLUS_08, e->role == CR_ROLE_WORKER && (back || opens) && guilty(w, r), false);
  JUDGE(w, RM_OPEN_05, e->role == CR_ROLE_EP && r->inflight == CR_EP_OPEN && back && v->off, false);
  bool gap = r->op == CR__OP_OFFLINE && !v->off && (r->dm == CR__DM_HELD || r->dm == CR__DM_CLOSED);
  JUDGE(w, VOL_CLUS_19, gap && (opens || (e->kind == CR_EV_OFFLINE && success)), !opens);
  if (e->kind == CR_EV_DISMOUNT)
    JUDGE(w, VOL_LOCK_19, r->gave != CR__LOCK_NONE, r->gave != CR__LOCK_GIVEN);
  if (e->kind == CR_EV_UNLOCK && success && v->lock == e->handle + 1u)
    JUDGE(w, VOL_UNLOCK_07, r->dm == CR__DM_HELD, v->off != 0);
  if (e->kind == CR_EV_OFFLINE && really) judge_offline(w, r, v, open);
}

/* ---- the removal ----------------------------------------------------------------------------- */

static void after_dismount(const cr__view *w, cr_obs_resource *r, const cr_obs_volume *before) {
  uint32_t result = w->e->result;
  if (result != CR_E_SUCCESS && result != CR_E_NOT_READY) {
    if (r->dm != CR__DM_HELD && r->dm < CR__DM_GOOD) r->dm = CR__DM_FAILED;
    r->gave = CR__LOCK_NONE; /* this path is broken; the next may do without the lock */
    return;
  }
  if (r->dm == CR__DM_GOOD) return;
  r->dm = r->dm == CR__DM_BAD && before->off ? CR__DM_GOOD : CR__DM_HELD;
}

static void after_close(const cr__view *w, cr_obs_resource *r, const cr_obs_volume *before,
                        const cr_obs_open *open) {
  if (w->e->result != CR_E_SUCCESS || open == NULL) return;
  bool owner = before->lock == w->e->handle + 1u && !before->impl;
  /* An Online that goes on may dismount to be rid of the raw file system [VOL-ONLINE-08]. */
  bool removal = r->op != CR__OP_ONLINE || r->cancel != CR__LIVE;
  if (open->dism != 0 && !before->off && r->dm == CR__DM_HELD)
    r->dm = removal ? CR__DM_CLOSED : CR__DM_NONE;
  /* A cancelled operation may give its lock up. */
  if (owner && open->dism == 0 && r->gave == CR__LOCK_HELD)
    r->gave = r->cancel == CR__LIVE || w->e->role == CR_ROLE_TERM ? CR__LOCK_GIVEN : CR__LOCK_NONE;
}

static void after_unlock(const cr__view *w, cr_obs_resource *r, const cr_obs_volume *before) {
  if (w->e->result != CR_E_SUCCESS || before->lock != w->e->handle + 1u) return;
  if (r->gave != CR__LOCK_HELD) return;
  if (r->cancel != CR__LIVE && w->e->role != CR_ROLE_TERM)
    r->gave = CR__LOCK_NONE;
  else if (r->dm == CR__DM_HELD)
    r->gave = before->off ? CR__LOCK_NONE : CR__LOCK_GIVEN_LATE;
  else
    r->gave = CR__LOCK_GIVEN;
}

static void after_offline(const cr__view *w, cr_obs_resource *r, const cr_obs_volume *before) {
  if (w->e->result != CR_E_SUCCESS) return;
  bool done = r->dm == CR__DM_HELD || r->dm == CR__DM_GOOD;
  r->dm = done || (!cr__mounted(before) && r->dm != CR__DM_CLOSED) ? CR__DM_GOOD : CR__DM_BAD;
  r->gave = CR__LOCK_NONE;
  r->ready = CR__READY_NO;
}

static void seen_online(cr_obs_resource *r, unsigned ready) {
  if (r->op == CR__OP_ONLINE && r->early == 0 && r->ready < ready) r->ready = (uint8_t)ready;
}

void cr__user_after(const cr__view *w, cr_obs_resource *r, const cr_obs_volume *before,
                    const cr_obs_open *open) {
  const cr_event *e = w->e;
  bool success = e->result == CR_E_SUCCESS;
  bool used = success && (e->kind == CR_EV_OPENF || e->kind == CR_EV_READ);
  if (in_poll(w, r)) {
    if (used) r->probe = CR__PROBE_USED;
    if (e->kind == CR_EV_OPENV && success && r->probe == CR__PROBE_NONE)
      r->probe = CR__PROBE_OPENED;
  }
  if (used && !before->off) seen_online(r, CR__READY_USED);
  switch (e->kind) {
    case CR_EV_OPENV:
    case CR_EV_OPENF:
      /* While the volume is offline an open mounts no file system. */
      if (success && !before->off && r->dm == CR__DM_HELD) r->dm = CR__DM_REOPENED;
      break;
    case CR_EV_CLOSE: after_close(w, r, before, open); break;
    case CR_EV_LOCK:
      if (success) r->gave = CR__LOCK_HELD;
      break;
    case CR_EV_UNLOCK: after_unlock(w, r, before); break;
    case CR_EV_DISMOUNT: after_dismount(w, r, before); break;
    case CR_EV_OFFLINE: after_offline(w, r, before); break;
    case CR_EV_ONLINE:
      if (!success) break;
      r->up = 1;
      r->dm = CR__DM_NONE;
      seen_online(r, CR__READY_ONLINE);
      break;
    case CR_EV_ISOFF:
      if (e->result == CR_E_GEN_FAILURE) seen_online(r, CR__READY_ONLINE);
      break;
    default: break;
  }
}

/* ---- claims ---------------------------------------------------------------------------------- */

/* That the volume is online at all is the effect clause's; that it was used, VOL-CLUS-02's. */
void cr__claims_online(const cr__view *w, cr_obs_resource *r, cr_clause effect, bool extra) {
  bool managed = cr__volume_of(w, w->e->object) != NULL;
  bool online = !managed || r->ready != CR__READY_NO;
  cr__judge(w, effect, managed || effect == CR_CLAUSE_RM_ONLINE_07, online && extra);
  JUDGE(w, VOL_CLUS_02, managed, r->ready == CR__READY_USED);
}

/* For the effect clauses a volume whose dismount is completed is down, though unprotected; that it
 * must be offline as well is VOL-CLUS-04's. */
void cr__claims_offline(const cr__view *w, cr_obs_resource *r, cr_clause effect) {
  const cr_obs_volume *v = cr__volume_of(w, w->e->object);
  if (v == NULL) return;
  cr__judge(w, effect, true, !r->up || r->dm == CR__DM_CLOSED);
  bool offline = v->off || r->dm >= CR__DM_GOOD; /* somebody may have put it online since */
  bool dismounted = r->dm == CR__DM_GOOD || !cr__mounted(v);
  JUDGE(w, VOL_CLUS_04, true, offline && dismounted);
}

void cr__claims_alive(const cr__view *w, cr_obs_resource *r) {
  bool managed = cr__volume_of(w, w->e->object) != NULL;
  bool alive = managed && w->e->result != 0;
  JUDGE(w, VOL_OPEN_19, alive && r->probe != CR__PROBE_NONE, r->probe == CR__PROBE_USED);
  JUDGE(w, VOL_CLUS_11, alive && w->e->value == CR_EP_IS_ALIVE, r->probe == CR__PROBE_USED);
}

void cr__no_handles(const cr__view *w) {
  if (cr__volume_of(w, w->e->object) == NULL) return;
  bool left = false;
  for (unsigned i = 0; i < CR_OPENS_MAX; i++) {
    const cr_obs_open *open = &w->o->open[i];
    left = left || (open->kind != CR_OPEN_NONE && open->dll &&
                    open->volume == w->s->resource[w->e->object].volume);
  }
  JUDGE(w, VOL_CLOSE_09, true, !left);
}

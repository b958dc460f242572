/* obs.h - private to the observer: what its variables mean, and the parts of cr_observe.
 *
 * The parts: monitor.c (calls, returns, expiries), status.c (reports, workers), volume.c (the
 * clauses of the volume stack and the shadow of its state), user.c (what the DLL does to volumes,
 * and what it claims about them).
 */
#ifndef CLUSRACE_OBS_H
#define CLUSRACE_OBS_H

#include "clusrace/observer.h"

/* Values of cr_obs_resource's fields. */
enum { CR__LOAD_NONE = 0, CR__LOAD_RUNS, CR__LOAD_DONE, CR__LOAD_FAILED };
enum { CR__OP_NONE = 0, CR__OP_ONLINE, CR__OP_OFFLINE };
enum {
  CR__LIVE = 0,   /* cancel: the operation goes on */
  CR__EXPIRED,    /* its pending timer expired */
  CR__TERMINATED, /* Terminate (or Close) has begun */
  CR__OVER        /* Terminate has returned; the entry point is still inside */
};
enum { CR__END_ONLINE = 1, CR__END_OFFLINE, CR__END_FAILED }; /* early, and kinds of reports */
enum {
  CR__MUST_NONE = 0,
  CR__MUST_ONLINE,  /* Online returned an error */
  CR__MUST_OFFLINE, /* Offline did */
  CR__MUST_POLL,    /* IsAlive answered FALSE */
  CR__MUST_TIME,    /* the pending timer expired */
  CR__MUST_REPORT   /* Failed was reported */
};
enum {
  CR__W_NONE = 0,
  CR__W_LIVE, /* of the present operation; or started by an entry point that could not know of the
                 Terminate that had cancelled it: nothing is held against it until it is told */
  CR__W_DONE, /* its operation has ended by a terminal report */
  CR__W_LATE, /* the entry point returned something else than 997: nothing is left to report */
  CR__W_QUIT, /* made its terminal report when the operation was cancelled already */
  CR__W_OLD   /* outlived its cancelled operation */
};
enum {
  CR__DM_NONE = 0, /* no removal is under way */
  CR__DM_HELD,     /* dismounted, and the dismounting handle is open */
  CR__DM_CLOSED,   /* that handle was closed while the volume was online: anybody may mount */
  CR__DM_REOPENED, /* the DLL opened the volume itself, which may have mounted it */
  CR__DM_FAILED,   /* the dismount was refused */
  CR__DM_GOOD,     /* taken offline as it should be */
  CR__DM_BAD       /* taken offline otherwise */
};
enum { CR__SPAWN_NONE = 0, CR__SPAWN_FAILED, CR__SPAWN_DONE };
enum { CR__PROBE_NONE = 0, CR__PROBE_OPENED, CR__PROBE_USED };
enum { CR__READY_NO = 0, CR__READY_ONLINE, CR__READY_USED };
enum { CR__LOCK_NONE = 0, CR__LOCK_HELD, CR__LOCK_GIVEN, CR__LOCK_GIVEN_LATE };

/* One event being judged. */
typedef struct cr__view {
  cr_observer *o;
  const cr_scenario *s;
  const cr_event *e;
  cr_judgement *j;
  const cr_event *seen; /* as it was given; e is what the core takes it for */
  cr_obs_open was;      /* the event's handle as it was before the event; all zero when not open */
} cr__view;

/* Notes that clause was exercised if premise holds, and violated if holds does not as well. */
static inline void cr__judge(const cr__view *w, cr_clause clause, bool premise, bool holds) {
  if (!premise) return;
  cr_clauses_add(&w->j->exercised, clause);
  if (!holds) cr_clauses_add(&w->j->violated, clause);
}
#define JUDGE(w, CLAUSE, premise, holds) cr__judge((w), CR_CLAUSE_##CLAUSE, (premise), (holds))

/* Is the event's actor a thread of the DLL? */
static inline bool cr__by_dll(const cr_event *e) {
  return e->role == CR_ROLE_EP || e->role == CR_ROLE_TERM || e->role == CR_ROLE_WORKER;
}

/* The operation that an entry point is, or CR__OP_NONE. */
static inline unsigned cr__op_of(uint32_t ep) {
  return ep == CR_EP_ONLINE ? CR__OP_ONLINE : ep == CR_EP_OFFLINE ? CR__OP_OFFLINE : CR__OP_NONE;
}

static inline bool cr__is_poll(uint32_t ep) {
  return ep == CR_EP_LOOKS_ALIVE || ep == CR_EP_IS_ALIVE;
}

/* Is the outstanding operation's entry point still inside? */
static inline bool cr__inside(const cr_obs_resource *r) {
  return r->op != CR__OP_NONE && cr__op_of(r->inflight) == r->op;
}

/* Worker states by lane; NULL for a lane that is not followed. */
static inline uint8_t *cr__worker(cr_obs_resource *r, unsigned lane) {
  return lane == 0 ? &r->w0 : lane == 1 ? &r->w1 : NULL;
}
static inline uint8_t *cr__told(cr_obs_resource *r, unsigned lane) {
  return lane == 0 ? &r->told0 : lane == 1 ? &r->told1 : NULL;
}
_Static_assert(CR_WORKERS_MAX == 2, "the observer follows two workers of a resource");

/* Changes every worker in state from to state to. */
static inline void cr__workers_become(cr_obs_resource *r, unsigned from, unsigned to) {
  for (unsigned i = 0; i < CR_WORKERS_MAX; i++)
    if (*cr__worker(r, i) == from) *cr__worker(r, i) = (uint8_t)to;
}
static inline bool cr__worker_any(cr_obs_resource *r, unsigned state) {
  return r->w0 == state || r->w1 == state;
}

/* Shadow of the volume that resource index manages, or NULL. */
static inline cr_obs_volume *cr__volume_of(const cr__view *w, unsigned resource) {
  unsigned v = w->s->resource[resource].volume;
  return v < w->s->volumes_count && v < CR_VOLUMES_MAX ? &w->o->volume[v] : NULL;
}

/* A file system is mounted and not dismounted. */
static inline bool cr__mounted(const cr_obs_volume *v) { return v->fs == CR_FS_REAL && !v->pend; }

/* Shadow of the event's handle when it is open and followed, else NULL. */
static inline cr_obs_open *cr__open_of(const cr__view *w) {
  if (w->e->handle >= CR_OPENS_MAX) return NULL;
  cr_obs_open *open = &w->o->open[w->e->handle];
  return open->kind == CR_OPEN_NONE ? NULL : open;
}

/* The operation is over for the monitor: forgets everything about it but the workers. */
void cr__op_end(cr_obs_resource *r);

/* monitor.c */
void cr__on_call(const cr__view *w, cr_obs_resource *r);
void cr__on_ret(const cr__view *w, cr_obs_resource *r);
void cr__on_expire(const cr__view *w, cr_obs_resource *r);

/* status.c */
void cr__on_status(const cr__view *w, cr_obs_resource *r);
void cr__on_log(const cr__view *w, cr_obs_resource *r);
void cr__on_spawn(const cr__view *w, cr_obs_resource *r);
void cr__on_exit(const cr__view *w, cr_obs_resource *r);

/* volume.c: judges the volume stack and moves the shadow. */
void cr__on_volume(const cr__view *w, unsigned volume);

/* What a program of the part "stack" whose conduct is judged does; handle is the event's, resolved.
 */
void cr__stack_use(const cr__view *w, uint8_t handle);
/* A health check of the DLL returns: has it looked through a handle that can still be believed? */
void cr__stack_verdict(const cr__view *w);
/* Is this event's actor a thread of the DLL, or the tool that is judged like one? */
bool cr__stack_judged(const cr__view *w);

/* The event as the core is to take it, when the part "stack" knows better what it is; *copy is for
 * the changed one. */
const cr_event *cr__stack_event(const cr__view *w, cr_event *copy);

/* The parts, one file each: called for every event, after the core, when the scenario has the part.
 * Before a part changes what it remembers it judges; the core's variables are those after the
 * event.
 */
#define PART(ID, lower, meaning) void cr__observe_##lower(const cr__view *w);
#include "clusrace/parts.def"
#undef PART

/* duties.c: before is what was owed before the event. */
void cr__judge_duties(const cr__view *w, uint64_t before);

/* user.c */
/* Judges a thread of the DLL by the shadow as it was before the event. */
void cr__user_before(const cr__view *w, cr_obs_resource *r, const cr_obs_volume *v);
/* Moves the resource's variables; before is the shadow as it was, open the handle's (or
 * NULL). */
void cr__user_after(const cr__view *w, cr_obs_resource *r, const cr_obs_volume *before,
                    const cr_obs_open *open);
/* The resource says that it is online or offline (report or return). */
void cr__claims_online(const cr__view *w, cr_obs_resource *r, cr_clause effect, bool extra);
void cr__claims_offline(const cr__view *w, cr_obs_resource *r, cr_clause effect);
/* A poll returned its verdict. */
void cr__claims_alive(const cr__view *w, cr_obs_resource *r);
/* Terminate, Close or Offline is over: no handle of the volume should be left. */
void cr__no_handles(const cr__view *w);

#endif

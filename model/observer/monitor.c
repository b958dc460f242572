/* monitor.c - the observer on calls into the DLL, their returns and expiries. */
#include "obs.h"

/* ---- calls ----------------------------------------------------------------------------------- */

/* A call while a Terminate is owed. A new Online is RM-FAIL-01's alone, so that the finding says
 * what went wrong: a restart without Terminate. */
static void judge_owed(const cr__view *w, const cr_obs_resource *r, uint32_t ep) {
  bool terminate = ep == CR_EP_TERMINATE;
  bool other = ep != CR_EP_ONLINE;
  unsigned must = r->term ? CR__MUST_NONE : r->must; /* it has been called already */
  JUDGE(w, RM_ONLINE_10, must == CR__MUST_ONLINE && other, terminate);
  JUDGE(w, RM_OFFLINE_07, must == CR__MUST_OFFLINE && other, terminate);
  JUDGE(w, RM_POLL_05, must == CR__MUST_POLL && other, terminate);
  JUDGE(w, RM_TIME_04, must == CR__MUST_TIME && other, terminate);
  /* A monitor that shuts down may close instead, if the scenario has one. */
  bool shut = ep == CR_EP_CLOSE && w->s->option[CR_OPTION_CLOSE_ANY];
  JUDGE(w, RM_POLL_03, r->alive && !shut, terminate || ep == CR_EP_IS_ALIVE);
  /* Exercised by an Online after any failure: the state is left by Terminate or by nothing. */
  JUDGE(w, RM_FAIL_01, !other && (must != CR__MUST_NONE || r->mon == CR_MON_FAILED),
        must == CR__MUST_NONE);
}

/* An operation whose end was reported early keeps that end: the calls that follow show it. */
static void judge_kept(const cr__view *w, cr_obs_resource *r, uint32_t ep) {
  if (ep > CR_EP_IS_ALIVE) return; /* what may come in any state says nothing about it */
  bool fits =
      ep == CR_EP_TERMINATE || ep == CR_EP_CLOSE ||
      (r->mon == CR_MON_ONLINE ? ep == CR_EP_OFFLINE || cr__is_poll(ep) : ep == CR_EP_ONLINE);
  JUDGE(w, RM_STATUS_20, r->kept, fits);
  r->kept = 0;
}

static void judge_open(const cr__view *w, const cr_obs_resource *r) {
  unsigned load = w->o->resource[0].load;
  JUDGE(w, RM_LOAD_01, load != CR__LOAD_FAILED, load == CR__LOAD_DONE);
  JUDGE(w, RM_OPEN_01, true, r->mon == CR_MON_NONE || r->mon == CR_MON_CLOSED);
}

static void judge_close(const cr__view *w, const cr_obs_resource *r) {
  bool idle = r->inflight == CR_EP_NONE && !r->term;
  JUDGE(w, RM_CLOSE_01, true, r->mon != CR_MON_CLOSING && r->mon != CR_MON_CLOSED);
  JUDGE(w, RM_CLOSE_02, true, idle);
  /* A scenario may ask for a monitor that shuts down and closes whatever the state. */
  JUDGE(w, RM_CLOSE_08, !w->s->option[CR_OPTION_CLOSE_ANY],
        r->mon == CR_MON_OFFLINE || r->mon == CR_MON_FAILED);
}

static void judge_operation(const cr__view *w, const cr_obs_resource *r, uint32_t ep) {
  if (ep == CR_EP_ONLINE) {
    JUDGE(w, RM_ONLINE_01, true, r->mon >= CR_MON_OFFLINE && r->mon <= CR_MON_FAILED);
    /* With an operation outstanding it is RM-ONLINE-03's. */
    JUDGE(w, RM_ONLINE_02,
          r->op == CR__OP_NONE && r->mon > CR_MON_OPENING && r->mon < CR_MON_CLOSING,
          r->mon == CR_MON_OFFLINE || r->mon == CR_MON_FAILED);
  } else {
    JUDGE(w, RM_OFFLINE_01, r->op == CR__OP_NONE,
          r->mon == CR_MON_ONLINE || r->mon == CR_MON_FAILED || r->mon == CR_MON_OFFLINE);
  }
  JUDGE(w, RM_ONLINE_03, true, r->op == CR__OP_NONE || r->cancel != CR__LIVE);
  JUDGE(w, RM_TERM_07, true, !r->term);
}

/* What holds for calls of every entry point but Startup. */
static void judge_any(const cr__view *w, const cr_obs_resource *r, uint32_t ep) {
  unsigned load = w->o->resource[0].load;
  JUDGE(w, RM_LOAD_15, true, load != CR__LOAD_RUNS || ep == CR_EP_TERMINATE);
  JUDGE(w, RM_LOAD_16, load == CR__LOAD_FAILED, false);
  /* Terminate during Close is RM-TERM-02's, Close again RM-CLOSE-01's. */
  JUDGE(w, RM_CLOSE_03,
        (r->mon == CR_MON_CLOSED && ep != CR_EP_OPEN && ep != CR_EP_CLOSE) ||
            (r->mon == CR_MON_CLOSING && ep != CR_EP_TERMINATE && ep != CR_EP_CLOSE),
        false);
  bool offline = r->mon == CR_MON_OFFLINE_CALL || r->mon == CR_MON_OFFLINE_PEND;
  JUDGE(w, RM_OFFLINE_12, offline, !cr__is_poll(ep));
  if (ep == CR_EP_TERMINATE) {
    JUDGE(w, RM_TERM_02, true,
          load != CR__LOAD_RUNS && r->mon != CR_MON_OPENING && r->mon != CR_MON_CLOSING);
    JUDGE(w, RM_CONC_10, true, !r->term);
    return;
  }
  bool open = ep == CR_EP_OPEN || r->inflight == CR_EP_OPEN;
  JUDGE(w, RM_OPEN_08, open, r->inflight == CR_EP_NONE && !r->term);
  JUDGE(w, RM_CONC_01, true, r->inflight == CR_EP_NONE);
}

static void judge_poll(const cr__view *w, const cr_obs_resource *r) {
  JUDGE(w, RM_POLL_01, true, r->mon == CR_MON_ONLINE);
  JUDGE(w, RM_POLL_13, true, !cr__is_poll(r->inflight));
}

static void call_startup(const cr__view *w) {
  bool none_open = true, none_runs = true;
  JUDGE(w, RM_LOAD_16, w->o->resource[0].load == CR__LOAD_FAILED, true);
  for (unsigned i = 0; i < w->s->resources_count && i < CR_RESOURCES_MAX; i++) {
    const cr_obs_resource *r = &w->o->resource[i];
    none_open = none_open && (r->mon == CR_MON_NONE || r->mon == CR_MON_CLOSED);
    none_runs = none_runs && r->inflight == CR_EP_NONE && !r->term;
  }
  JUDGE(w, RM_LOAD_02, true, none_open);
  JUDGE(w, RM_LOAD_15, true, none_runs);
  w->o->resource[0].load = CR__LOAD_RUNS;
}

static void call_terminate(cr_obs_resource *r) {
  r->term = 1;
  r->alive = 0;
  /* Polls are cancelled too: their verdict no longer counts. */
  if (r->op != CR__OP_NONE || r->inflight != CR_EP_NONE) r->cancel = CR__TERMINATED;
}

static void operation_begin(cr_obs_resource *r, unsigned op) {
  cr__op_end(r);
  r->op = (uint8_t)op;
  r->mon = op == CR__OP_ONLINE ? CR_MON_ONLINE_CALL : CR_MON_OFFLINE_CALL;
  r->dm = r->gave = r->must = 0;
  cr__workers_become(r, CR__W_LATE, CR__W_OLD);
  cr__workers_become(r, CR__W_QUIT, CR__W_OLD);
}

/* Everything that depends on the resource is down when its Offline begins. */
static void judge_order(const cr__view *w) {
  for (unsigned i = 0; i < w->s->resources_count && i < CR_RESOURCES_MAX; i++) {
    if (w->s->resource[i].needs != w->e->object + 1u) continue;
    unsigned mon = w->o->resource[i].mon;
    JUDGE(w, RM_OFFLINE_20, true, mon < CR_MON_ONLINE_CALL || mon >= CR_MON_FAILED);
  }
}

void cr__on_call(const cr__view *w, cr_obs_resource *r) {
  uint32_t ep = w->e->value;
  if (ep == CR_EP_NONE || ep >= CR_EP_COUNT) return;
  if (ep == CR_EP_STARTUP) {
    call_startup(w);
    return;
  }
  judge_any(w, r, ep);
  judge_owed(w, r, ep);
  if (r->kept) judge_kept(w, r, ep);
  if (ep == CR_EP_OPEN) judge_open(w, r);
  if (ep == CR_EP_CLOSE) judge_close(w, r);
  if (cr__op_of(ep) != CR__OP_NONE) judge_operation(w, r, ep);
  if (ep == CR_EP_OFFLINE) judge_order(w);
  if (cr__is_poll(ep)) judge_poll(w, r);
  if (ep == CR_EP_TERMINATE) {
    call_terminate(r);
    return;
  }
  r->inflight = (uint8_t)ep;
  r->probe = 0;
  switch (ep) {
    case CR_EP_OPEN: r->mon = CR_MON_OPENING; break;
    case CR_EP_ONLINE:
    case CR_EP_OFFLINE: operation_begin(r, cr__op_of(ep)); break;
    case CR_EP_IS_ALIVE: r->alive = 0; break;
    case CR_EP_CLOSE:
      r->mon = CR_MON_CLOSING;
      r->probe = r->up;
      /* The DLL ends what is under way; its worker may say so while Close waits for it. */
      if (r->op != CR__OP_NONE) r->cancel = CR__TERMINATED;
      break;
    default: break;
  }
}

/* ---- returns --------------------------------------------------------------------------------- */

static void ret_startup(const cr__view *w) {
  uint8_t *load = &w->o->resource[0].load;
  JUDGE(w, RM_LOAD_17, true, true); /* it is over, and nothing was reported */
  if (*load == CR__LOAD_RUNS)
    *load = w->e->result == CR_E_SUCCESS ? CR__LOAD_DONE : CR__LOAD_FAILED;
}

static void ret_open(const cr__view *w, cr_obs_resource *r) {
  bool managed = cr__volume_of(w, w->e->object) != NULL;
  bool opened = w->e->result != 0;
  JUDGE(w, RM_OPEN_05, managed, !r->up);
  JUDGE(w, RM_OPEN_09, true, true);
  r->mon = opened ? CR_MON_OFFLINE : CR_MON_NONE;
  r->dm = r->gave = 0;
}

/* Everything about the instance is forgotten but workers that should not be there. */
static void ret_close(const cr__view *w, cr_obs_resource *r) {
  bool alone = r->w0 == CR__W_NONE && r->w1 == CR__W_NONE;
  JUDGE(w, RM_CLOSE_03, true, true);
  JUDGE(w, RM_CLOSE_04, true, alone);
  JUDGE(w, RM_CLOSE_05, alone, true); /* nobody is left who could */
  JUDGE(w, RM_CLOSE_07, r->probe != 0 || r->up, !r->up);
  cr__no_handles(w);
  uint8_t load = r->load, w0 = r->w0, w1 = r->w1;
  *r = (cr_obs_resource){0};
  r->load = load;
  r->mon = CR_MON_CLOSED;
  r->w0 = w0 == CR__W_NONE ? CR__W_NONE : CR__W_OLD;
  r->w1 = w1 == CR__W_NONE ? CR__W_NONE : CR__W_OLD;
}

static bool own_code(uint32_t result) { return result != 1 && result < 0x10000; }

static void judge_operation_ret(const cr__view *w, cr_obs_resource *r, bool online) {
  uint32_t result = w->e->result;
  bool done = result == CR_E_SUCCESS, pending = result == CR_E_IO_PENDING;
  bool worker = cr__worker_any(r, CR__W_LIVE);
  if (online) {
    JUDGE(w, RM_ONLINE_05, true, own_code(result));
    JUDGE(w, RM_ONLINE_08, pending, r->spawned == CR__SPAWN_DONE);
    if (done) cr__claims_online(w, r, CR_CLAUSE_RM_ONLINE_07, !worker);
  } else {
    JUDGE(w, RM_OFFLINE_02, true, own_code(result));
    JUDGE(w, RM_OFFLINE_04, done, !worker);
    JUDGE(w, RM_OFFLINE_05, pending, r->spawned == CR__SPAWN_DONE);
    if (done) cr__claims_offline(w, r, CR_CLAUSE_RM_OFFLINE_03);
  }
  JUDGE(w, RM_ONLINE_14, r->early != 0, pending);
  JUDGE(w, RM_ONLINE_13, !pending, true); /* from here on */
  JUDGE(w, RM_WORK_10, r->spawned == CR__SPAWN_FAILED, !pending);
}

static void operation_failed(cr_obs_resource *r, unsigned must) {
  cr__op_end(r);
  r->mon = CR_MON_FAILED;
  r->must = (uint8_t)must;
  r->kept = 0;
}

static void ret_operation(const cr__view *w, cr_obs_resource *r) {
  bool online = w->e->value == CR_EP_ONLINE;
  uint32_t result = w->e->result;
  if (r->op != cr__op_of(w->e->value)) return;
  if (r->cancel != CR__LIVE) {
    /* The value is ignored. Only an entry point that had begun before Terminate returned could
     * know of that Terminate; one that had not cannot tell it from an earlier one. */
    JUDGE(w, RM_TERM_17, r->cancel == CR__OVER && r->knew, r->spawned != CR__SPAWN_DONE);
    if (r->cancel == CR__OVER) cr__op_end(r);
    return;
  }
  judge_operation_ret(w, r, online);
  if (result == CR_E_IO_PENDING && r->early == 0) {
    r->mon = online ? CR_MON_ONLINE_PEND : CR_MON_OFFLINE_PEND;
    r->step = r->tolde = 0;
  } else if (result == CR_E_IO_PENDING) {
    unsigned end = r->early;
    if (end == CR__END_FAILED) {
      operation_failed(r, CR__MUST_REPORT);
    } else {
      cr__op_end(r);
      r->mon = end == CR__END_ONLINE ? CR_MON_ONLINE : CR_MON_OFFLINE;
    }
    r->kept = 1;
  } else {
    /* Nobody is left who could report. */
    JUDGE(w, RM_ONLINE_13, r->w0 == CR__W_NONE && r->w1 == CR__W_NONE, true);
    cr__workers_become(r, CR__W_LIVE, CR__W_LATE);
    if (result == CR_E_SUCCESS) {
      cr__op_end(r);
      r->mon = online ? CR_MON_ONLINE : CR_MON_OFFLINE;
      r->dm = r->gave = 0;
    } else {
      operation_failed(r, online ? CR__MUST_ONLINE : CR__MUST_OFFLINE);
    }
  }
}

static void ret_poll(const cr__view *w, cr_obs_resource *r) {
  JUDGE(w, RM_POLL_12, true, true);
  if (r->cancel == CR__LIVE && r->mon == CR_MON_ONLINE) {
    cr__claims_alive(w, r);
    if (w->e->result == 0 && w->e->value == CR_EP_LOOKS_ALIVE) r->alive = 1;
    if (w->e->result == 0 && w->e->value == CR_EP_IS_ALIVE) operation_failed(r, CR__MUST_POLL);
  }
}

static void ret_terminate(const cr__view *w, cr_obs_resource *r) {
  cr_obs_volume *v = cr__volume_of(w, w->e->object);
  bool operation = r->op != CR__OP_NONE;
  bool workers = cr__worker_any(r, CR__W_LIVE) || cr__worker_any(r, CR__W_QUIT) ||
                 cr__worker_any(r, CR__W_LATE);
  JUDGE(w, RM_TERM_03, v != NULL, !r->up);
  JUDGE(w, RM_TERM_04, operation || r->must != CR__MUST_NONE || workers, !workers);
  JUDGE(w, VOL_CLUS_08, v != NULL, v == NULL || !(r->up && !v->off && cr__mounted(v)));
  /* A poll or an operation that is still inside may have its own handle. */
  if (r->inflight == CR_EP_NONE && !workers) cr__no_handles(w);
  cr__workers_become(r, CR__W_LIVE, CR__W_OLD);
  cr__workers_become(r, CR__W_QUIT, CR__W_OLD);
  cr__workers_become(r, CR__W_LATE, CR__W_OLD);
  r->term = 0;
  r->dm = r->gave = 0;
  if (r->mon == CR_MON_CLOSING || r->mon == CR_MON_CLOSED || r->mon == CR_MON_NONE) return;
  r->mon = r->must != CR__MUST_NONE || r->mon == CR_MON_FAILED ? CR_MON_FAILED : CR_MON_OFFLINE;
  r->must = CR__MUST_NONE;
  r->kept = 0;
  if (operation && cr__inside(r)) {
    r->cancel = CR__OVER;
    r->knew = r->step;
    r->spawned = r->early = r->cp = r->ready = 0;
  } else if (r->inflight != CR_EP_NONE) {
    cr__op_end(r);
    r->cancel = CR__OVER; /* a poll: its verdict is discarded */
  } else {
    cr__op_end(r);
  }
}

void cr__on_ret(const cr__view *w, cr_obs_resource *r) {
  uint32_t ep = w->e->value;
  if (ep == CR_EP_STARTUP) {
    ret_startup(w);
    return;
  }
  if (ep == CR_EP_TERMINATE) {
    if (r->term) ret_terminate(w, r);
    return;
  }
  if (ep == CR_EP_NONE || ep != r->inflight) return; /* not a return of what was called */
  switch (ep) {
    case CR_EP_OPEN: ret_open(w, r); break;
    case CR_EP_ONLINE:
    case CR_EP_OFFLINE: ret_operation(w, r); break;
    case CR_EP_LOOKS_ALIVE:
    case CR_EP_IS_ALIVE: ret_poll(w, r); break;
    case CR_EP_CLOSE: ret_close(w, r); return;
    default: break;
  }
  r->inflight = CR_EP_NONE;
  r->probe = r->step = r->tolde = 0;
  if (r->op == CR__OP_NONE && !r->term) r->cancel = r->knew = 0;
}

/* ---- expiries -------------------------------------------------------------------------------- */

void cr__on_expire(const cr__view *w, cr_obs_resource *r) {
  bool pending = r->mon == CR_MON_ONLINE_PEND || r->mon == CR_MON_OFFLINE_PEND;
  bool running = pending && r->op != CR__OP_NONE && r->cancel == CR__LIVE;
  bool ended = r->op == CR__OP_NONE || r->cancel != CR__LIVE;
  JUDGE(w, RM_STATUS_20, r->kept, false);
  /* Before the return it is RM-TIME-01's, after the end RM-TIME-06's. */
  JUDGE(w, RM_TIME_01, !ended, running);
  JUDGE(w, RM_TIME_06, running || ended, running);
  if (!running) return;
  r->cancel = CR__EXPIRED;
  r->mon = CR_MON_FAILED;
  r->must = CR__MUST_TIME;
}

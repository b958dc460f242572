/* status.c - the observer on status reports, log entries and workers. */
#include "obs.h"

static bool known_state(uint32_t state) {
  switch (state) {
    case 0xFFFFFFFFu: /* unknown */
    case CR_STATE_ONLINE:
    case CR_STATE_OFFLINE:
    case CR_STATE_FAILED:
    case CR_STATE_CANNOT_COME_ONLINE_ANY:
    case CR_STATE_CANNOT_COME_ONLINE_HERE:
    case CR_STATE_ONLINE_PENDING:
    case CR_STATE_OFFLINE_PENDING: return true;
    default: return false;
  }
}

static unsigned end_of(uint32_t state) {
  switch (state) {
    case CR_STATE_ONLINE: return CR__END_ONLINE;
    case CR_STATE_OFFLINE: return CR__END_OFFLINE;
    case CR_STATE_FAILED:
    case CR_STATE_CANNOT_COME_ONLINE_ANY:
    case CR_STATE_CANNOT_COME_ONLINE_HERE: return CR__END_FAILED;
    default: return 0;
  }
}

/* Who reports: the state of its worker; a thread that is not followed (Terminate's, a further lane)
 * counts as a live worker. */
static unsigned reporter(const cr__view *w, cr_obs_resource *r) {
  if (w->e->role != CR_ROLE_WORKER) return CR__W_LIVE;
  const uint8_t *state = cr__worker(r, w->e->lane);
  return state == NULL || *state == CR__W_NONE ? CR__W_LIVE : *state;
}

/* Is there an operation to report for? Threads of operations that have ended are judged by the
 * clauses for that; here remains a report when nothing was ever asked for, or long after. */
static void judge_outstanding(const cr__view *w, cr_obs_resource *r, unsigned who) {
  bool closed = r->mon == CR_MON_CLOSED;
  bool during = r->mon == CR_MON_OPENING || w->o->resource[0].load == CR__LOAD_RUNS;
  bool poll = w->e->role == CR_ROLE_EP && cr__is_poll(r->inflight);
  bool next = r->op != CR__OP_NONE && r->cancel == CR__LIVE;
  JUDGE(w, RM_LOAD_17, w->o->resource[0].load == CR__LOAD_RUNS, false);
  JUDGE(w, RM_OPEN_09, r->mon == CR_MON_OPENING, false);
  JUDGE(w, RM_CLOSE_05, closed, false);
  JUDGE(w, RM_POLL_12, poll, false);
  if (closed || during || poll) return;
  JUDGE(w, RM_ONLINE_13, who == CR__W_LATE, false);
  /* A worker that outlived Terminate: during the next operation it is RM-STATUS-29's. */
  JUDGE(w, RM_STATUS_29, w->e->role == CR_ROLE_WORKER && next, who != CR__W_OLD);
  bool followed = w->e->role == CR_ROLE_WORKER && w->e->lane < CR_WORKERS_MAX &&
                  *cr__worker(r, w->e->lane) == CR__W_LIVE;
  bool orphan = who == CR__W_OLD && !next;
  JUDGE(w, RM_STATUS_01, orphan || who == CR__W_LIVE,
        !orphan && (r->op != CR__OP_NONE || followed));
}

static void judge_content(const cr__view *w, const cr_obs_resource *r) {
  uint32_t state = w->e->value;
  bool progress = state == CR_STATE_ONLINE_PENDING || state == CR_STATE_OFFLINE_PENDING;
  bool terminal = end_of(state) != 0;
  bool online = r->op == CR__OP_ONLINE;
  JUDGE(w, RM_STATUS_05, progress,
        state == (online ? CR_STATE_ONLINE_PENDING : CR_STATE_OFFLINE_PENDING));
  JUDGE(w, RM_STATUS_06, terminal && !online,
        state != CR_STATE_CANNOT_COME_ONLINE_ANY && state != CR_STATE_CANNOT_COME_ONLINE_HERE);
  /* Beyond 254 a checkpoint is remembered as "large": only a fall below is seen. */
  uint32_t cp = w->e->extra;
  bool comparable = r->cp != 0 && (r->cp < 255 || cp < 254);
  JUDGE(w, RM_STATUS_07, progress && comparable, r->cp < 255 && cp >= r->cp);
}

/* What the monitor must answer can be told when the reporter belongs to the present operation. An
 * operation that was ended early but is still inside may be answered either way. */
static void judge_answer(const cr__view *w, const cr_obs_resource *r, unsigned who, bool own) {
  uint32_t answer = w->e->result;
  bool go = answer == CR_EXIT_STATE_CONTINUE, stop = answer == CR_EXIT_STATE_TERMINATE;
  JUDGE(w, RM_STATUS_14, true, go || stop);
  if (own && r->cancel >= CR__TERMINATED) {
    JUDGE(w, RM_TERM_05, true, stop);
  } else if (own && r->cancel == CR__EXPIRED) {
    JUDGE(w, RM_STATUS_15, true, stop);
  } else if (own && r->early == 0) {
    JUDGE(w, RM_STATUS_15, true, go);
  } else if (r->op == CR__OP_NONE && !r->kept && who != CR__W_LIVE) {
    JUDGE(w, RM_STATUS_15, true, stop);
  }
  JUDGE(w, RM_STATUS_20, r->kept && who == CR__W_DONE, stop);
}

/* A report that the monitor takes as the operation's end. */
static void accept_end(const cr__view *w, cr_obs_resource *r, unsigned end) {
  if (end == CR__END_ONLINE && r->op == CR__OP_ONLINE)
    cr__claims_online(w, r, CR_CLAUSE_RM_ONLINE_16, true);
  if (end == CR__END_OFFLINE && r->op == CR__OP_OFFLINE) {
    cr__claims_offline(w, r, CR_CLAUSE_RM_OFFLINE_11);
    cr__no_handles(w);
  }
  cr__workers_become(r, CR__W_LIVE, CR__W_DONE);
  if (end != CR__END_FAILED) r->dm = r->gave = 0;
  if (cr__inside(r)) {
    r->early = (uint8_t)end;
    r->cp = r->ready = 0;
    return;
  }
  cr__op_end(r);
  r->mon = end == CR__END_ONLINE    ? CR_MON_ONLINE
           : end == CR__END_OFFLINE ? CR_MON_OFFLINE
                                    : CR_MON_FAILED;
  if (end == CR__END_FAILED) r->must = CR__MUST_REPORT;
}

static uint8_t *told_of(const cr__view *w, cr_obs_resource *r) {
  if (w->e->role == CR_ROLE_EP) return &r->tolde;
  return w->e->role == CR_ROLE_WORKER ? cr__told(r, w->e->lane) : NULL;
}

void cr__on_status(const cr__view *w, cr_obs_resource *r) {
  if (!cr__by_dll(w->e)) return;
  unsigned who = reporter(w, r);
  unsigned end = end_of(w->e->value);
  bool worker = w->e->role == CR_ROLE_WORKER;
  bool own = r->op != CR__OP_NONE && (who == CR__W_LIVE || who == CR__W_QUIT) &&
             (w->e->role != CR_ROLE_EP || cr__inside(r));
  bool ended = who == CR__W_DONE || who == CR__W_QUIT || (own && !worker && r->early != 0);
  uint8_t *told = told_of(w, r);
  JUDGE(w, RM_STATUS_04, true, known_state(w->e->value));
  judge_outstanding(w, r, who);
  if (own) judge_content(w, r);
  JUDGE(w, RM_STATUS_12, end != 0 && (own || ended), !ended);
  JUDGE(w, RM_STATUS_13, own || ended, !ended);
  /* Judged by thread: another thread of the operation has not been told. */
  JUDGE(w, RM_STATUS_16, told != NULL && *told, false);
  judge_answer(w, r, who, own);

  bool accepted = own && !ended && r->cancel == CR__LIVE && r->early == 0 &&
                  w->e->result == CR_EXIT_STATE_CONTINUE;
  if (w->e->result == CR_EXIT_STATE_TERMINATE && told != NULL &&
      (worker ? *cr__worker(r, w->e->lane) != CR__W_NONE : cr__inside(r)))
    *told = 1;
  if (accepted && end != 0) {
    accept_end(w, r, end);
  } else if (accepted) {
    r->cp = (uint8_t)(w->e->extra >= 254 ? 255 : w->e->extra + 1);
  } else if (own && end != 0 && worker && cr__worker(r, w->e->lane) != NULL &&
             *cr__worker(r, w->e->lane) == CR__W_LIVE) {
    *cr__worker(r, w->e->lane) = CR__W_QUIT;
  }
}

void cr__on_log(const cr__view *w, cr_obs_resource *r) {
  JUDGE(w, RM_CLOSE_05, r->mon == CR_MON_CLOSED && cr__by_dll(w->e), false);
}

/* ---- workers --------------------------------------------------------------------------------- */

void cr__on_spawn(const cr__view *w, cr_obs_resource *r) {
  CR_ASSERT(r != NULL);
  if (!cr__by_dll(w->e)) return;
  bool entry = w->e->role == CR_ROLE_EP;
  JUDGE(w, RM_POLL_12, entry && cr__is_poll(r->inflight), false);
  if (w->e->result != CR_E_SUCCESS) {
    if (cr__inside(r) && r->spawned == CR__SPAWN_NONE) r->spawned = CR__SPAWN_FAILED;
    return;
  }
  /* Terminate has come and gone. If the entry point had not begun to run by then, no DLL can tell
   * that Terminate from one before the operation, so nothing is held against it. */
  const uint8_t *self = w->e->role == CR_ROLE_WORKER ? cr__worker(r, w->e->lane) : NULL;
  bool outlived = self != NULL && *self == CR__W_OLD;
  bool knew = entry && r->cancel == CR__OVER && r->op != CR__OP_NONE && r->knew;
  JUDGE(w, RM_WORK_07, outlived || cr__inside(r), !outlived && !knew);
  if (cr__inside(r)) r->spawned = CR__SPAWN_DONE;
  uint8_t *state = w->e->value < CR_WORKERS_MAX ? cr__worker(r, w->e->value) : NULL;
  if (state == NULL) return;
  /* One that Open starts lives as long as the instance, and so does what such a one starts: it is
   * no operation's. */
  bool instance = r->op == CR__OP_NONE &&
                  (entry ? r->inflight == CR_EP_OPEN : self != NULL && *self == CR__W_NONE);
  instance = instance || (entry && r->inflight > CR_EP_IS_ALIVE); /* a control call's */
  *state = outlived || knew ? CR__W_OLD : instance ? CR__W_NONE : CR__W_LIVE;
  *cr__told(r, w->e->value) = 0;
}

void cr__on_exit(const cr__view *w, cr_obs_resource *r) {
  if (w->e->role != CR_ROLE_WORKER || w->e->lane >= CR_WORKERS_MAX) return;
  JUDGE(w, RM_STATUS_16, *cr__told(r, w->e->lane) != 0, true);
  *cr__worker(r, w->e->lane) = CR__W_NONE;
  *cr__told(r, w->e->lane) = 0;
}

/* nodes.c - the clauses of the part "nodes": arbitration, reservations, the cluster disk on two
 * nodes. */
#include <stddef.h>
#include <string.h>

#include "obs.h"

enum { ARB, LOST, KNEW, CUT, DEAD, DOWN, FAILED, DIRTY, TRIED, INQ, OUSTED, BAD, TRIED_UP, FIELDS };
_Static_assert(offsetof(cr_obs_nodes, arb1) == FIELDS, "one node's variables after the other's");

enum { ARB_NONE = 0, ARB_RUNS, ARB_WON, ARB_RELEASED, ARB_LOST, ARB_GOES };
enum { MAINT_NEVER = 0, MAINT_ON, MAINT_WAS };
enum { DIRTY_NONE = 0, DIRTY_YES, DIRTY_FLUSHED };

static uint8_t *var(const cr__view *w, unsigned node, unsigned field) {
  return (uint8_t *)&w->o->parts.nodes + node * FIELDS + field;
}
static unsigned get(const cr__view *w, unsigned node, unsigned field) {
  return *var(w, node, field);
}

static bool has_table(const cr__view *w) { return w->s->param[CR_PARAM_NODES_TABLE] != 0; }

/* Nobody but the instance itself disturbs it in this scenario. */
static bool undisturbed(const cr__view *w) {
  return w->s->apps_count == 0 && w->s->budget[CR_BUDGET_TERMINATE] == 0 &&
         w->s->budget[CR_BUDGET_FAULT] == 0 && w->s->param[CR_PARAM_NODES_CUTS] == 0 &&
         w->s->budget[CR_BUDGET_EXPIRE] == 0;
}

/* ---- calls and returns ------------------------------------------------------------------------
 */

static void on_call(const cr__view *w, unsigned n) {
  const cr_obs_resource *r = &w->o->resource[n];
  cr_obs_nodes *p = &w->o->parts.nodes;
  uint32_t ep = w->e->value;
  bool quorum = ep == CR_EP_ARBITRATE || ep == CR_EP_RELEASE;
  JUDGE(w, RM_QUORUM_02, !has_table(w) && (quorum || ep == CR_EP_ONLINE), !quorum);
  switch (ep) {
    case CR_EP_ARBITRATE:
      JUDGE(w, RM_QUORUM_01, true,
            w->o->resource[0].load == CR__LOAD_DONE && r->mon >= CR_MON_OFFLINE &&
                r->mon < CR_MON_CLOSING);
      *var(w, n, ARB) = ARB_RUNS;
      break;
    case CR_EP_RELEASE:
      JUDGE(w, RM_QUORUM_06, true, r->op != CR__OP_OFFLINE);
      *var(w, n, ARB) = ARB_GOES;
      break;
    case CR_EP_ONLINE:
      JUDGE(w, RM_QUORUM_07, has_table(w), get(w, n, ARB) == ARB_WON);
      JUDGE(w, VOL_CLUS_14, p->maint != MAINT_NEVER && n == 1, p->maint != MAINT_ON);
      *var(w, n, TRIED_UP) = *var(w, n, FAILED) = 0;
      break;
    case CR_EP_IS_ALIVE:
    case CR_EP_LOOKS_ALIVE: {
      JUDGE(w, VOL_CLUS_13, p->maint == MAINT_ON, false);
      const cr_obs_volume *v = cr__volume_of(w, n);
      *var(w, n, BAD) = v != NULL && (v->off || (v->lock && !v->impl));
      break;
    }
    default: break;
  }
}

static void ret_arbitrate(const cr__view *w, unsigned n) {
  bool won = w->e->result == CR_E_SUCCESS;
  JUDGE(w, RM_QUORUM_09, won, w->o->parts.nodes.holder == n + 1);
  *var(w, n, ARB) = won ? ARB_WON : ARB_NONE;
  *var(w, n, LOST) = *var(w, n, KNEW) = 0;
}

static void ret_online(const cr__view *w, unsigned n) {
  const cr_obs_volume *v = cr__volume_of(w, n);
  uint32_t code = w->e->result;
  bool good = code == CR_E_SUCCESS || code == CR_E_IO_PENDING;
  JUDGE(w, VOL_CLUS_15, !good && v != NULL && get(w, n, TRIED_UP),
        v == NULL || v->off || !w->o->resource[n].up);
  JUDGE(w, VOL_CLUS_17, get(w, n, DOWN) && undisturbed(w), good);
  *var(w, n, FAILED) = !good;
  *var(w, n, TRIED_UP) = 0;
}

static void on_ret(const cr__view *w, unsigned n) {
  uint32_t ep = w->e->value, result = w->e->result;
  switch (ep) {
    case CR_EP_ARBITRATE: ret_arbitrate(w, n); break;
    case CR_EP_RELEASE:
      if (result == CR_E_SUCCESS) *var(w, n, ARB) = ARB_RELEASED;
      break;
    case CR_EP_ONLINE: ret_online(w, n); break;
    case CR_EP_OFFLINE:
      JUDGE(w, RM_QUORUM_06, result == CR_E_SUCCESS && get(w, n, ARB) == ARB_WON, true);
      if (result == CR_E_SUCCESS) *var(w, n, DOWN) = 1;
      break;
    case CR_EP_TERMINATE: *var(w, n, TRIED) = 0; break;
    case CR_EP_IS_ALIVE:
      JUDGE(w, VOL_CLUS_12, get(w, n, BAD), result == 0);
      *var(w, n, BAD) = 0;
      JUDGE(w, VOL_CLUS_10, get(w, n, KNEW), result == 0);
      break;
    case CR_EP_LOOKS_ALIVE:
      *var(w, n, BAD) = 0;
      JUDGE(w, VOL_CLUS_10, get(w, n, KNEW), result == 0);
      break;
    default: break;
  }
}

/* ---- the reservation --------------------------------------------------------------------------
 */

/* The other node holds the disk. The challenge decides who may take it. */
static void judge_reserve(const cr__view *w, unsigned n, unsigned owner) {
  const cr_obs_nodes *p = &w->o->parts.nodes;
  bool granted = w->e->result == CR_E_SUCCESS, challenged = p->challenger == n + 1;
  bool reachable = !get(w, owner, CUT) && !get(w, owner, DEAD);
  JUDGE(w, VOL_PR_01, !challenged, !granted);
  JUDGE(w, VOL_PR_04, !challenged && p->foreign, !granted);
  JUDGE(w, RM_QUORUM_03, challenged && reachable && get(w, owner, ARB) == ARB_WON, p->renewed);
  JUDGE(w, VOL_PR_05, challenged && reachable && get(w, owner, ARB) == ARB_WON, !granted);
  JUDGE(w, VOL_PR_06, challenged && get(w, owner, DEAD) && !p->renewed, granted);
}

static void taken_from(const cr__view *w, unsigned owner) {
  if (get(w, owner, ARB) == ARB_WON) *var(w, owner, LOST) = 1;
}

static void on_reserve(const cr__view *w, unsigned n) {
  cr_obs_nodes *p = &w->o->parts.nodes;
  JUDGE(w, VOL_PR_08, true, w->e->value == 0);
  unsigned other = 1 - n;
  bool free = p->holder == 0;
  if (p->holder == other + 1) judge_reserve(w, n, other);
  JUDGE(w, RM_QUORUM_05, free && get(w, other, ARB) == ARB_RELEASED, true);
  if (p->challenger == n + 1) p->challenger = p->renewed = 0;
  if (w->e->result != CR_E_SUCCESS) return;
  if (p->holder == other + 1) taken_from(w, other);
  p->holder = (uint8_t)(n + 1);
  p->foreign = 0;
  if (p->challenger != 0) p->renewed = 1; /* whoever waits finds it taken anew */
  *var(w, n, OUSTED) = 0;
}

static void on_renew(const cr__view *w, unsigned n) {
  cr_obs_nodes *p = &w->o->parts.nodes;
  JUDGE(w, RM_QUORUM_05, get(w, n, ARB) == ARB_RELEASED, false);
  if (w->e->result == CR_E_SUCCESS) {
    if (p->holder == 0) p->holder = (uint8_t)(n + 1);
    if (p->holder == n + 1) p->renewed = 1;
  } else if (get(w, n, ARB) == ARB_WON) {
    *var(w, n, KNEW) = *var(w, n, LOST) = 1;
  }
}

static void on_unreserve(const cr__view *w, unsigned n) {
  cr_obs_nodes *p = &w->o->parts.nodes;
  const cr_obs_volume *v = cr__volume_of(w, n);
  if (p->holder == n + 1) {
    JUDGE(w, VOL_CLUS_07, v != NULL, v == NULL || v->off || !w->o->resource[n].up);
    p->holder = 0;
  } else {
    p->foreign = p->holder != 0;
  }
}

static void on_preempt(const cr__view *w, unsigned n) {
  cr_obs_nodes *p = &w->o->parts.nodes;
  if (w->e->result != CR_E_SUCCESS) return;
  if (p->holder == (1 - n) + 1) {
    taken_from(w, 1 - n);
    *var(w, 1 - n, OUSTED) = 1;
  }
  p->holder = (uint8_t)(n + 1);
  *var(w, n, OUSTED) = 0;
}

static void on_diskio(const cr__view *w, unsigned n) {
  const cr_obs_nodes *p = &w->o->parts.nodes;
  bool foreign = p->holder != 0 && p->holder != n + 1;
  JUDGE(w, VOL_PR_02, foreign && !get(w, n, OUSTED), w->e->result == CR_E_BUSY);
  JUDGE(w, VOL_PR_03, foreign && get(w, n, OUSTED), w->e->result == CR_E_BUSY);
}

static void on_qlost(const cr__view *w, unsigned n) {
  JUDGE(w, RM_QUORUM_04, true, get(w, n, ARB) == ARB_WON);
  JUDGE(w, RM_QUORUM_08, get(w, n, LOST), true);
  *var(w, n, ARB) = ARB_LOST;
  *var(w, n, LOST) = 0;
  *var(w, n, INQ) = 1;
}

static void on_dies(const cr__view *w, unsigned n) {
  cr_obs_volume *v = cr__volume_of(w, n);
  uint8_t load = w->o->resource[n].load;
  w->o->resource[n] = (cr_obs_resource){.load = load};
  if (v != NULL) *v = (cr_obs_volume){.off = 1};
  for (unsigned i = 0; i < CR_OPENS_MAX; i++)
    if (w->o->open[i].kind != CR_OPEN_NONE && w->o->open[i].volume == w->s->resource[n].volume)
      w->o->open[i] = (cr_obs_open){0};
  for (unsigned field = 0; field < FIELDS; field++) *var(w, n, field) = 0;
  *var(w, n, DEAD) = 1;
}

/* ---- the volumes of the disk ------------------------------------------------------------------
 */

static void on_online(const cr__view *w, unsigned n) {
  JUDGE(w, VOL_CLUS_01, has_table(w), w->o->parts.nodes.holder == n + 1);
  JUDGE(w, VOL_CLUS_03, has_table(w), get(w, n, ARB) >= ARB_WON);
  *var(w, n, TRIED_UP) = 1;
}

static void on_dll_volume(const cr__view *w, unsigned n) {
  const cr_event *e = w->e;
  const cr_obs_nodes *p = &w->o->parts.nodes;
  bool good = e->result == CR_E_SUCCESS;
  uint8_t *dirty = var(w, n, DIRTY);
  if (e->kind == CR_EV_ONLINE && good) on_online(w, n);
  if (e->kind == CR_EV_OPENF && (e->effects & CR_FX_MOUNT)) {
    JUDGE(w, VOL_CLUS_20, p->check == 2, w->s->param[CR_PARAM_NODES_MOUNT_DAMAGED] != 0);
  }
  if (e->kind == CR_EV_OFFLINE && good) {
    /* A Terminate that cuts the Offline short is not graceful any more. */
    bool graceful = w->o->resource[n].op == CR__OP_OFFLINE && e->role != CR_ROLE_TERM;
    JUDGE(w, VOL_CLUS_05, graceful && *dirty != DIRTY_NONE, *dirty == DIRTY_FLUSHED);
    *dirty = DIRTY_NONE;
  }
  if (e->role == CR_ROLE_TERM && (e->kind == CR_EV_LOCK || e->kind == CR_EV_DISMOUNT)) {
    JUDGE(w, VOL_CLUS_09, true, e->kind == CR_EV_DISMOUNT || !get(w, n, TRIED));
    if (e->kind == CR_EV_LOCK && !good) *var(w, n, TRIED) = 1;
  }
}

/* Whoever mounts has something cached, whoever locks or flushes writes it out; a dismount does,
 * too, unless the scenario has a file system that leaves it to the others. */
static void note_cache(const cr__view *w, unsigned n) {
  const cr_event *e = w->e;
  uint8_t *dirty = var(w, n, DIRTY);
  bool dismount_flushes = w->s->param[CR_PARAM_NODES_LOCK_FLUSHES] == 0;
  if (e->effects & CR_FX_MOUNT) *dirty = DIRTY_YES;
  bool flushes = e->kind == CR_EV_LOCK || e->kind == CR_EV_FLUSH ||
                 (e->kind == CR_EV_DISMOUNT && dismount_flushes);
  if (flushes && e->result == CR_E_SUCCESS && *dirty == DIRTY_YES) *dirty = DIRTY_FLUSHED;
}

static void on_volume_event(const cr__view *w) {
  const cr_event *e = w->e;
  for (unsigned n = 0; n < 2 && n < w->s->resources_count; n++) {
    if (w->s->resource[n].volume != e->object) continue;
    bool good = e->result == CR_E_SUCCESS;
    bool outside = e->kind == CR_EV_LOCK || e->kind == CR_EV_DISMOUNT || e->kind == CR_EV_OFFLINE;
    JUDGE(w, VOL_CLUS_13,
          w->o->parts.nodes.maint == MAINT_ON && outside && good && e->role == CR_ROLE_APP, true);
    if (good && (e->kind == CR_EV_ONLINE || e->kind == CR_EV_UNLOCK || e->kind == CR_EV_CLOSE))
      *var(w, n, BAD) = 0;
    note_cache(w, n);
    if (cr__by_dll(e) && e->who == n) on_dll_volume(w, n);
  }
}

/* ---- the end of time --------------------------------------------------------------------------
 */

static void on_quiet(const cr__view *w) {
  const cr_obs_nodes *p = &w->o->parts.nodes;
  for (unsigned n = 0; n < 2 && n < w->s->resources_count; n++) {
    const cr_obs_volume *v = cr__volume_of(w, n);
    if (get(w, n, DEAD)) continue;
    JUDGE(w, RM_QUORUM_08, get(w, n, LOST) && get(w, n, ARB) == ARB_WON, false);
    JUDGE(w, RM_QUORUM_10, get(w, n, INQ), false);
    JUDGE(w, VOL_PR_07, get(w, n, ARB) == ARB_LOST && v != NULL, v == NULL || v->off);
    JUDGE(w, VOL_CLUS_15,
          get(w, n, FAILED) && has_table(w) && w->s->param[CR_PARAM_NODES_RELEASE] != 0,
          p->holder != n + 1);
    JUDGE(w, VOL_CLUS_20, p->check == 2 && v != NULL && n == 0,
          v == NULL || v->off || w->s->param[CR_PARAM_NODES_MOUNT_DAMAGED] != 0);
  }
}

static void on_node(const cr__view *w, unsigned n) {
  const cr_event *e = w->e;
  cr_obs_nodes *p = &w->o->parts.nodes;
  const cr_obs_volume *v = cr__volume_of(w, n);
  const cr_obs_resource *r = &w->o->resource[n];
  switch (e->kind) {
    case CR_EV_CALL: on_call(w, n); break;
    case CR_EV_RET: on_ret(w, n); break;
    case CR_EV_RESERVE: on_reserve(w, n); break;
    case CR_EV_RENEW: on_renew(w, n); break;
    case CR_EV_UNRESERVE: on_unreserve(w, n); break;
    case CR_EV_PREEMPT: on_preempt(w, n); break;
    case CR_EV_DISKIO: on_diskio(w, n); break;
    case CR_EV_QLOST: on_qlost(w, n); break;
    case CR_EV_NODE_DIES: on_dies(w, n); break;
    case CR_EV_CUT: *var(w, n, CUT) = 1; break;
    case CR_EV_CHALLENGE:
      p->challenger = (uint8_t)(n + 1);
      p->renewed = 0;
      break;
    case CR_EV_GATE:
      JUDGE(w, VOL_CLUS_06, e->value == 0 && v != NULL, v == NULL || !r->up || !cr__mounted(v));
      break;
    case CR_EV_QLOSTBACK:
      JUDGE(w, RM_QUORUM_10, r->term || r->inflight != CR_EP_NONE, true);
      *var(w, n, INQ) = 0;
      break;
    case CR_EV_NODE_STARTS: JUDGE(w, VOL_CLUS_16, true, e->value == 1); break;
    case CR_EV_MAINTENANCE: p->maint = e->value != 0 ? MAINT_ON : MAINT_WAS; break;
    case CR_EV_CHKDSK: p->check = (uint8_t)(1 + (e->result != 0)); break;
    default: break;
  }
}

void cr__observe_nodes(const cr__view *w) {
  const cr_event *e = w->e;
  if (e->kind == CR_EV_QUIET)
    on_quiet(w);
  else if (cr_event_row_of(e->kind)->object == CR_FIELD_VOLUME)
    on_volume_event(w);
  else if (e->object < 2 && e->object < w->s->resources_count)
    on_node(w, e->object);
}

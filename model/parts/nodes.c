/* nodes.c - the actors of the part "nodes": two nodes, one disk, one resource on each node.
 *
 * Node n hosts resource number n. The disk knows one reservation. Arbitrate asks for it; when the
 * other node holds it, it breaks it and waits: an owner that is alive and reaches the disk renews
 * it before the wait is over (the renewal interval is shorter than the wait [VOL-PR-05]), so the
 * second attempt is refused. The life of the resources in between is the core's.
 */
#include <stddef.h>
#include <string.h>

#include "world_private.h"

enum { PC, ARB, DEFEND, LOST, TOLD, INQ, GATE, CUT, DEAD, CHK, FIELDS };
_Static_assert(offsetof(cr_part_nodes, pc1) == FIELDS, "one node's variables after the other's");

enum {
  PC_NONE = 0,
  PC_EARLY_OPEN, /* mutant */
  PC_EARLY_ONLINE,
  PC_EARLY_CLOSE,
  PC_RESERVE,
  PC_CHALLENGE,
  PC_AGAIN,
  PC_GATE,
  PC_WON,
  PC_REFUSED,
  PC_BLOCK,
  PC_UNRESERVE,
  PC_RELEASED
};
enum { DEAD_ALIVE = 0, DEAD_DEAD, DEAD_STARTED };

static uint8_t *var(cr_world *w, unsigned node, unsigned field) {
  return (uint8_t *)&w->parts.nodes + node * FIELDS + field;
}
static unsigned get(const cr_world *w, unsigned node, unsigned field) {
  return ((const uint8_t *)&w->parts.nodes)[node * FIELDS + field];
}

static bool exists(const cr_model *m, unsigned node) { return node < m->scenario.resources_count; }
static bool alive(const cr_model *m, const cr_world *w, unsigned node) {
  return exists(m, node) && get(w, node, DEAD) == DEAD_ALIVE;
}
static bool bare(const cr_model *m) { return cr__param(m, CR_PARAM_NODES_BARE) != 0; }
static bool has_table(const cr_model *m) { return cr__param(m, CR_PARAM_NODES_TABLE) != 0; }
static bool holds(const cr_world *w, unsigned node) { return w->parts.nodes.holder == node + 1; }
static unsigned volume_of(const cr_model *m, unsigned node) {
  return m->scenario.resource[node].volume;
}
static bool volume_up(const cr_model *m, const cr_world *w, unsigned node) {
  unsigned v = volume_of(m, node);
  return v != CR_NO_VOLUME && !w->volumes.volume[v].off;
}

static void event_of(cr_event *e, cr_event_kind kind, unsigned node) {
  e->kind = (uint8_t)kind;
  e->object = (uint8_t)node;
  if (e->role == CR_ROLE_MONITOR || e->role == CR_ROLE_CLUSTER || e->role == CR_ROLE_ENV)
    e->who = 0;
}

/* ---- the monitor calls Arbitrate and Release ------------------------------------------------- */

static bool monitor_idle(const cr_world *w, unsigned node) {
  const cr_monitor *m = &w->monitor[node];
  return m->inflight == CR_EP_NONE && !m->term && !m->mustterm && !m->mustalive;
}

static bool may_arbitrate(const cr_model *m, const cr_world *w, unsigned node) {
  if (!alive(m, w, node) || bare(m) || w->parts.nodes.moves == 0 || !monitor_idle(w, node))
    return false;
  if (!has_table(m) && !cr__is(m, CR_MUTANT_MON_ARBITRATES_ANYWAY)) return false;
  const cr_monitor *mon = &w->monitor[node];
  if (cr__is(m, CR_MUTANT_MON_ARBITRATES_EARLY) && mon->loaded && mon->state == CR_MON_NONE)
    return true;
  return (mon->state == CR_MON_OFFLINE || mon->state == CR_MON_FAILED) && !get(w, node, ARB) &&
         !get(w, node, INQ);
}

static void call(cr_world *w, cr_event *e, unsigned node, cr_entry_point ep, unsigned pc) {
  w->monitor[node].inflight = (uint8_t)ep;
  w->monitor[node].begun = 0;
  *var(w, node, PC) = (uint8_t)pc;
  event_of(e, CR_EV_CALL, node);
  e->value = ep;
}

static void arbitrate(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  w->parts.nodes.moves--;
  call(w, e, node, CR_EP_ARBITRATE,
       cr__is(m, CR_MUTANT_ONLINE_BEFORE_RESERVE) ? PC_EARLY_OPEN : PC_RESERVE);
}

static bool may_release(const cr_model *m, const cr_world *w, unsigned node) {
  if (!alive(m, w, node) || bare(m) || !get(w, node, ARB)) return false;
  if (!cr__param(m, CR_PARAM_NODES_RELEASE)) return false;
  const cr_monitor *mon = &w->monitor[node];
  if (cr__is(m, CR_MUTANT_MON_RELEASES_IN_OFFLINE) && mon->state == CR_MON_OFFLINE_PEND)
    return monitor_idle(w, node);
  return (mon->state == CR_MON_OFFLINE || mon->state == CR_MON_FAILED) && monitor_idle(w, node);
}

static void release(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  (void)m;
  call(w, e, node, CR_EP_RELEASE, PC_BLOCK);
}

/* ---- the thread inside Arbitrate or Release -------------------------------------------------- */

/* The owner that is challenged can still renew: the wait of the challenger is longer than that. */
static bool owner_will_renew(const cr_world *w) {
  const cr_part_nodes *p = &w->parts.nodes;
  if (p->broken == 0 || p->holder == 0 || p->broken == p->holder) return false;
  unsigned owner = p->holder - 1u;
  return get(w, owner, DEFEND) && !get(w, owner, CUT) && get(w, owner, DEAD) == DEAD_ALIVE;
}

static bool thread_may_go_on(const cr_model *m, const cr_world *w, unsigned node) {
  if (!alive(m, w, node) || get(w, node, PC) == PC_NONE) return false;
  if (get(w, node, PC) != PC_AGAIN) return true;
  return cr__is(m, CR_MUTANT_M_CHALLENGE_ALWAYS_WINS) || !owner_will_renew(w);
}

static uint32_t reserve(const cr_model *m, cr_world *w, unsigned node, bool challenged) {
  cr_part_nodes *p = &w->parts.nodes;
  bool mine = p->holder == 0 || holds(w, node);
  bool broken = challenged && p->broken == node + 1 && !cr__is(m, CR_MUTANT_M_DEAD_OWNER_STAYS);
  if (cr__is(m, CR_MUTANT_M_TWO_HOLDERS)) mine = true;
  if (!mine && !broken) return CR_E_BUSY;
  p->holder = (uint8_t)(node + 1);
  p->broken = 0;
  return CR_E_SUCCESS;
}

static void early_step(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  uint8_t *pc = var(w, node, PC);
  unsigned slot = cr__slot_part(m, CR_PART_NODES, node),
           access = CR_ACC_READ | CR_ACC_WRITE | CR_SHR_READ | CR_SHR_WRITE;
  cr_volopt opt = {.mutant = m->mutant};
  cr_volop done;
  e->object = (uint8_t)volume_of(m, node);
  e->handle = (uint8_t)slot;
  if (*pc == PC_EARLY_OPEN) {
    e->kind = CR_EV_OPENV;
    e->extra = access;
    done = cr_volume_openv(&w->volumes, volume_of(m, node), slot, access, opt);
    if (done.code != CR_E_SUCCESS) e->handle = CR_NO_HANDLE;
    *pc = done.code == CR_E_SUCCESS ? PC_EARLY_ONLINE : PC_RESERVE;
  } else {
    e->kind = *pc == PC_EARLY_ONLINE ? CR_EV_ONLINE : CR_EV_CLOSE;
    done = cr_volume_op(&w->volumes, (cr_event_kind)e->kind, slot, opt);
    (*pc)++;
  }
  e->result = done.code;
  e->cause = done.cause;
  e->effects = done.effects;
}

static void thread_returns(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  unsigned pc = get(w, node, PC);
  cr_entry_point ep = pc == PC_RELEASED ? CR_EP_RELEASE : CR_EP_ARBITRATE;
  event_of(e, CR_EV_RET, node);
  e->value = ep;
  e->result = pc == PC_REFUSED ? CR_E_BUSY : CR_E_SUCCESS;
  *var(w, node, PC) = PC_NONE;
  cr_monitor_ret(&w->monitor[node], ep, e->result, m->mutant);
  if (pc == PC_REFUSED) return;
  *var(w, node, ARB) = pc == PC_WON;
}

static uint8_t refused_at(const cr_model *m, unsigned pc) {
  if (cr__is(m, CR_MUTANT_ARBITRATE_WITHOUT_RESERVE)) return PC_GATE;
  return pc == PC_AGAIN ? PC_REFUSED : PC_CHALLENGE;
}

static void thread_step(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  uint8_t *pc = var(w, node, PC);
  cr_monitor_begun(&w->monitor[node]);
  switch (*pc) {
    case PC_EARLY_OPEN:
    case PC_EARLY_ONLINE:
    case PC_EARLY_CLOSE: early_step(m, w, e, node); return;
    case PC_RESERVE:
    case PC_AGAIN:
      event_of(e, CR_EV_RESERVE, node);
      e->result = reserve(m, w, node, *pc == PC_AGAIN);
      if (e->result == CR_E_SUCCESS) {
        *pc = PC_GATE; /* the defence begins at once: a challenge may come at any moment */
        *var(w, node, DEFEND) = !cr__is(m, CR_MUTANT_ARBITRATE_NO_DEFENCE);
        *var(w, node, LOST) = *var(w, node, TOLD) = 0;
      }
      if (e->result != CR_E_SUCCESS) *pc = refused_at(m, *pc);
      return;
    case PC_CHALLENGE:
      event_of(e, CR_EV_CHALLENGE, node);
      w->parts.nodes.broken = (uint8_t)(node + 1);
      *pc = PC_AGAIN;
      return;
    case PC_GATE:
      event_of(e, CR_EV_GATE, node);
      e->value = 1;
      *var(w, node, GATE) = 1;
      *pc = PC_WON;
      return;
    case PC_BLOCK:
      event_of(e, CR_EV_GATE, node);
      *var(w, node, GATE) = 0;
      if (!cr__is(m, CR_MUTANT_RELEASE_KEEPS_DEFENDING)) *var(w, node, DEFEND) = 0;
      *pc = PC_UNRESERVE;
      return;
    case PC_UNRESERVE:
      event_of(e, CR_EV_UNRESERVE, node);
      if (holds(w, node)) w->parts.nodes.holder = 0;
      *pc = PC_RELEASED;
      return;
    default: thread_returns(m, w, e, node);
  }
}

/* ---- the defence ----------------------------------------------------------------------------- */

static bool may_renew(const cr_model *m, const cr_world *w, unsigned node) {
  const cr_part_nodes *p = &w->parts.nodes;
  if (!alive(m, w, node) || !get(w, node, DEFEND) || get(w, node, LOST)) return false;
  bool challenged = p->broken != 0 && p->broken != node + 1 && holds(w, node);
  return challenged || !holds(w, node) || get(w, node, CUT);
}

static void renew(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  (void)m;
  cr_part_nodes *p = &w->parts.nodes;
  event_of(e, CR_EV_RENEW, node);
  if (get(w, node, CUT)) {
    e->result = CR_E_DEV_NOT_EXIST;
  } else if (p->holder != 0 && !holds(w, node)) {
    e->result = CR_E_BUSY;
  } else {
    p->holder = (uint8_t)(node + 1);
    if (p->broken != node + 1) p->broken = 0;
    return;
  }
  *var(w, node, LOST) = 1;
}

static bool may_tell(const cr_model *m, const cr_world *w, unsigned node) {
  if (!alive(m, w, node) || !get(w, node, LOST) || get(w, node, INQ)) return false;
  if (cr__is(m, CR_MUTANT_LOST_NOT_TOLD)) return false;
  if (get(w, node, PC) >= PC_BLOCK) return false; /* it is being given up anyway */
  bool again = cr__is(m, CR_MUTANT_QLOST_TWICE) && get(w, node, TOLD);
  return again || (get(w, node, ARB) && !get(w, node, TOLD));
}

/* The cluster fails the resource: Terminate follows. */
static void tell(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  event_of(e, CR_EV_QLOST, node);
  if (get(w, node, TOLD)) *var(w, node, LOST) = 0;
  *var(w, node, TOLD) = *var(w, node, INQ) = 1;
  *var(w, node, ARB) = *var(w, node, DEFEND) = 0;
  cr_monitor *mon = &w->monitor[node];
  bool acts = mon->state >= CR_MON_ONLINE_CALL && mon->state <= CR_MON_OFFLINE_PEND && !mon->term;
  if (acts && !cr__is(m, CR_MUTANT_QLOST_IGNORED)) mon->mustterm = 1;
}

static bool may_come_back(const cr_model *m, const cr_world *w, unsigned node) {
  if (!alive(m, w, node) || !get(w, node, INQ)) return false;
  const cr_monitor *mon = &w->monitor[node];
  return !cr__is(m, CR_MUTANT_QLOST_VS_JOIN) || (mon->inflight == CR_EP_NONE && !mon->term);
}

static void come_back(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  (void)m;
  event_of(e, CR_EV_QLOSTBACK, node);
  *var(w, node, INQ) = 0;
}

/* ---- what happens to nodes and disk ---------------------------------------------------------- */

static bool may_die(const cr_model *m, const cr_world *w, unsigned node) {
  return alive(m, w, node) && exists(m, 1) && w->parts.nodes.deaths > 0 && get(w, node, ARB);
}

/* Everything in the node's memory is gone; the reservation stays with the disk. */
static void die(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  event_of(e, CR_EV_NODE_DIES, node);
  w->parts.nodes.deaths--;
  w->monitor[node] = (cr_monitor){0};
  w->dll[node] = (cr_dll){0};
  unsigned v = volume_of(m, node);
  if (v != CR_NO_VOLUME) {
    w->volumes.volume[v] = (cr_volume){.off = 1};
    for (unsigned i = 0; i < CR_OPENS_MAX; i++)
      if (w->volumes.open[i].kind != CR_OPEN_NONE && w->volumes.open[i].volume == v)
        w->volumes.open[i] = (cr_open){0};
  }
  for (unsigned field = 0; field < FIELDS; field++) *var(w, node, field) = 0;
  *var(w, node, DEAD) = DEAD_DEAD;
  if (w->parts.nodes.broken == node + 1) w->parts.nodes.broken = 0;
}

static bool may_start(const cr_model *m, const cr_world *w, unsigned node) {
  return exists(m, node) && cr__param(m, CR_PARAM_NODES_STARTS) && get(w, node, DEAD) == DEAD_DEAD;
}

static void start(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  event_of(e, CR_EV_NODE_STARTS, node);
  e->value = !cr__is(m, CR_MUTANT_M_BOOT_ONLINE);
  *var(w, node, DEAD) = DEAD_STARTED;
}

static bool may_cut(const cr_model *m, const cr_world *w, unsigned node) {
  return alive(m, w, node) && w->parts.nodes.cuts > 0 && get(w, node, DEFEND) &&
         w->monitor[node].state == CR_MON_ONLINE && monitor_idle(w, node);
}

static void cut(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  (void)m;
  event_of(e, CR_EV_CUT, node);
  w->parts.nodes.cuts--;
  *var(w, node, CUT) = 1;
}

/* ---- the disk alone -------------------------------------------------------------------------- */

static bool may_reserve(const cr_model *m, const cr_world *w, unsigned node) {
  return bare(m) && alive(m, w, node) && w->parts.nodes.moves > 0;
}

static void reserve_alone(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  event_of(e, CR_EV_RESERVE, node);
  w->parts.nodes.moves--;
  e->result = reserve(m, w, node, false);
}

static bool may_preempt(const cr_model *m, const cr_world *w, unsigned node) {
  return bare(m) && alive(m, w, node) && w->parts.nodes.odd > 0 && w->parts.nodes.holder != 0 &&
         !holds(w, node);
}

static void preempt(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  event_of(e, CR_EV_PREEMPT, node);
  w->parts.nodes.odd--;
  if (!cr__is(m, CR_MUTANT_M_PREEMPT_NOOP)) w->parts.nodes.holder = (uint8_t)(node + 1);
}

static bool may_unreserve(const cr_model *m, const cr_world *w, unsigned node) {
  return bare(m) && alive(m, w, node) && w->parts.nodes.odd > 0 && w->parts.nodes.holder != 0;
}

static void unreserve(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  event_of(e, CR_EV_UNRESERVE, node);
  w->parts.nodes.odd--;
  if (holds(w, node) || cr__is(m, CR_MUTANT_M_RELEASE_ANY)) w->parts.nodes.holder = 0;
}

static bool may_write(const cr_model *m, const cr_world *w, unsigned node) {
  return alive(m, w, node) && w->parts.nodes.ios > 0 && (bare(m) || get(w, node, GATE));
}

static void write_disk(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  event_of(e, CR_EV_DISKIO, node);
  w->parts.nodes.ios--;
  bool allowed =
      w->parts.nodes.holder == 0 || holds(w, node) || cr__is(m, CR_MUTANT_M_IO_IGNORES_RESERVATION);
  e->result = allowed ? CR_E_SUCCESS : CR_E_BUSY;
}

/* ---- maintenance, checks ----------------------------------------------------------------------
 */

static bool may_maintain(const cr_model *m, const cr_world *w, unsigned on) {
  const cr_part_nodes *p = &w->parts.nodes;
  if (on == 0) return p->maint && !cr__is(m, CR_MUTANT_M_MAINTENANCE_STICKY);
  return !p->maint && p->maintenance > 0 && alive(m, w, 0) &&
         w->monitor[0].state == CR_MON_ONLINE && monitor_idle(w, 0);
}

static void maintain(const cr_model *m, cr_world *w, cr_event *e, unsigned on) {
  (void)m;
  event_of(e, CR_EV_MAINTENANCE, 0);
  e->value = on;
  w->parts.nodes.maint = (uint8_t)on;
  if (on) w->parts.nodes.maintenance--;
}

static bool may_check(const cr_model *m, const cr_world *w, unsigned damaged) {
  (void)damaged;
  return cr__param(m, CR_PARAM_NODES_CHECK) && alive(m, w, 0) && get(w, 0, ARB) &&
         !get(w, 0, CHK) && monitor_idle(w, 0) && w->monitor[0].state == CR_MON_OFFLINE;
}

static void check(const cr_model *m, cr_world *w, cr_event *e, unsigned damaged) {
  (void)m;
  event_of(e, CR_EV_CHKDSK, 0);
  e->result = damaged;
  *var(w, 0, CHK) = (uint8_t)(1 + damaged);
}

/* ---- mutants of the DLL, as steps that should not be there ----------------------------------- */

static bool inside_offline(const cr_world *w, unsigned node) {
  return w->monitor[node].inflight == CR_EP_OFFLINE && w->monitor[node].begun;
}

static bool may_block_early(const cr_model *m, const cr_world *w, unsigned node) {
  return cr__is(m, CR_MUTANT_BLOCK_BEFORE_DISMOUNT) && alive(m, w, node) &&
         inside_offline(w, node) && get(w, node, GATE) && volume_up(m, w, node);
}

static void block_early(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  (void)m;
  event_of(e, CR_EV_GATE, node);
  *var(w, node, GATE) = 0;
}

static bool may_release_early(const cr_model *m, const cr_world *w, unsigned node) {
  return cr__is(m, CR_MUTANT_RELEASE_BEFORE_OFFLINE) && alive(m, w, node) &&
         inside_offline(w, node) && holds(w, node) && volume_up(m, w, node);
}

static void release_early(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  (void)m;
  event_of(e, CR_EV_UNRESERVE, node);
  w->parts.nodes.holder = 0;
}

static bool may_keep_handle(const cr_model *m, const cr_world *w, unsigned node) {
  unsigned slot = cr__slot_part(m, CR_PART_NODES, node);
  return cr__is(m, CR_MUTANT_OFFLINE_LEAVES_HANDLE) && alive(m, w, node) &&
         inside_offline(w, node) && !volume_up(m, w, node) &&
         w->volumes.open[slot].kind == CR_OPEN_NONE;
}

static void keep_handle(const cr_model *m, cr_world *w, cr_event *e, unsigned node) {
  unsigned slot = cr__slot_part(m, CR_PART_NODES, node);
  unsigned access = CR_ACC_READ | CR_SHR_READ | CR_SHR_WRITE;
  cr_volop done = cr_volume_openv(&w->volumes, volume_of(m, node), slot, access,
                                  (cr_volopt){.mutant = m->mutant});
  e->kind = CR_EV_OPENV;
  e->object = (uint8_t)volume_of(m, node);
  e->handle = done.code == CR_E_SUCCESS ? (uint8_t)slot : CR_NO_HANDLE;
  e->extra = access;
  e->result = done.code;
  e->cause = done.cause;
  e->effects = done.effects;
}

/* ---- the part -------------------------------------------------------------------------------- */

#define BOTH(role, text, enabled, step) \
  {role, 0, 0, 0, text, enabled, step}, { role, 1, 0, 1, text, enabled, step }

static const cr_rule rules[] = {
    BOTH(CR_ROLE_MONITOR, "call Arbitrate of its resource", may_arbitrate, arbitrate),
    BOTH(CR_ROLE_MONITOR, "call Release of its resource", may_release, release),
    BOTH(CR_ROLE_EP, "next step of Arbitrate or Release", thread_may_go_on, thread_step),
    BOTH(CR_ROLE_POLLER, "the defence renews", may_renew, renew),
    BOTH(CR_ROLE_POLLER, "says that the reservation is lost", may_tell, tell),
    BOTH(CR_ROLE_POLLER, "comes back from saying so", may_come_back, come_back),
    BOTH(CR_ROLE_ENV, "the node dies", may_die, die),
    BOTH(CR_ROLE_ENV, "the node starts again", may_start, start),
    BOTH(CR_ROLE_ENV, "the node loses its path to the disk", may_cut, cut),
    BOTH(CR_ROLE_CLUSTER, "reserves the disk", may_reserve, reserve_alone),
    BOTH(CR_ROLE_CLUSTER, "preempts the reservation", may_preempt, preempt),
    BOTH(CR_ROLE_CLUSTER, "releases the disk", may_unreserve, unreserve),
    BOTH(CR_ROLE_CLUSTER, "writes below the volumes", may_write, write_disk),
    {CR_ROLE_CLUSTER, 0, 0, 1, "maintenance begins", may_maintain, maintain},
    {CR_ROLE_CLUSTER, 0, 0, 0, "maintenance ends", may_maintain, maintain},
    {CR_ROLE_CLUSTER, 0, 0, 0, "a check finds no damage", may_check, check},
    {CR_ROLE_CLUSTER, 0, 0, 1, "a check finds damage", may_check, check},
    BOTH(CR_ROLE_EP, "blocks I/O inside Offline (mutant)", may_block_early, block_early),
    BOTH(CR_ROLE_EP, "releases inside Offline (mutant)", may_release_early, release_early),
    BOTH(CR_ROLE_EP, "keeps a handle after Offline (mutant)", may_keep_handle, keep_handle),
};

static void init(const cr_model *m, cr_world *w) {
  cr_part_nodes *p = &w->parts.nodes;
  p->moves = (uint8_t)cr__param(m, CR_PARAM_NODES_MOVES);
  p->deaths = (uint8_t)cr__param(m, CR_PARAM_NODES_DEATHS);
  p->cuts = (uint8_t)cr__param(m, CR_PARAM_NODES_CUTS);
  p->ios = (uint8_t)cr__param(m, CR_PARAM_NODES_IOS);
  p->odd = (uint8_t)cr__param(m, CR_PARAM_NODES_ODD);
  p->maintenance = (uint8_t)cr__param(m, CR_PARAM_NODES_MAINTENANCE);
}

static bool may_go_online(const cr_model *m, const cr_world *w, unsigned node) {
  const cr_part_nodes *p = &w->parts.nodes;
  if (p->maint && node == 1 && !cr__is(m, CR_MUTANT_M_MAINTENANCE_STICKY)) return false;
  if (cr__param(m, CR_PARAM_NODES_CHECK)) {
    bool damaged = get(w, node, CHK) == 2 && !cr__param(m, CR_PARAM_NODES_MOUNT_DAMAGED);
    if (get(w, node, CHK) == 0) return false;
    if (damaged && !cr__is(m, CR_MUTANT_MOUNT_AFTER_BAD_CHECK)) return false;
  }
  if (!has_table(m)) return true;
  if (cr__is(m, CR_MUTANT_MON_ONLINE_UNARBITRATED)) return true;
  if (cr__is(m, CR_MUTANT_MON_ONLINE_AFTER_LOSS) && get(w, node, TOLD)) return true;
  return get(w, node, ARB) && !get(w, node, LOST) && !get(w, node, CUT);
}

static bool allows(const cr_model *m, const cr_world *w, const cr_action_row *row) {
  if (bare(m)) return false;
  if (row->role == CR_ROLE_APP) return true;
  unsigned node = row->who;
  if (!alive(m, w, node)) return false;
  if (row->role == CR_ROLE_TERM && get(w, node, INQ)) return false; /* it waits for the defence */
  if (row->role != CR_ROLE_MONITOR) return true;
  if (row->what == CR_EP_ONLINE) return may_go_online(m, w, node);
  if (row->what == CR_EP_LOOKS_ALIVE || row->what == CR_EP_IS_ALIVE)
    return !w->parts.nodes.maint || cr__is(m, CR_MUTANT_M_MAINTENANCE_IGNORED);
  if (row->what == CR_EP_CLOSE) return !get(w, node, ARB) && !get(w, node, INQ);
  return true;
}

static bool final(const cr_model *m, const cr_world *w) {
  (void)m;
  return get(w, 0, PC) == PC_NONE && get(w, 1, PC) == PC_NONE && !get(w, 0, INQ) && !get(w, 1, INQ);
}

const cr_part_rules cr__part_nodes = {.rule = rules,
                                      .rules_count = CR_ARRAY_LEN(rules),
                                      .init = init,
                                      .allows = allows,
                                      .final = final};

/* monitor.c - the Resource Monitor's side of one resource; see clusrace/monitor.h.
 *
 * The state moves as in the transition table of the catalogue (section 3.0):
 *
 *   NONE -Open-> OPENING -RESID-> OFFLINE -Online-> ONLINE_CALL -0-> ONLINE
 *   ONLINE_CALL -997-> ONLINE_PEND -status Online-> ONLINE; any failure -> FAILED and a Terminate
 * owed ONLINE -Offline-> OFFLINE_CALL -0-> OFFLINE; -997-> OFFLINE_PEND -status Offline-> OFFLINE
 *   OFFLINE, FAILED -Close-> CLOSING -> CLOSED
 *
 * Terminate may overlap anything but Startup, Open and Close; from its call on the operation is
 * cancelled: reports are answered "terminate" and change nothing. No new operation starts before
 * both Terminate and the cancelled entry point have returned [RM-TERM-07, RM-CONC-01].
 */
#include "clusrace/monitor.h"

static bool may_terminate(const cr_monitor *m, cr_mutant mutant) {
  if (m->term) return false;
  if (m->inflight != CR_EP_NONE && !m->begun) return false;
  if (m->state == CR_MON_CLOSING) return mutant == CR_MUTANT_MON_TERM_IN_CLOSE;
  return m->state >= CR_MON_OFFLINE && m->state <= CR_MON_FAILED;
}

static bool may_online(const cr_monitor *m, cr_mutant mutant) {
  if (m->state == CR_MON_ONLINE_PEND) return mutant == CR_MUTANT_MON_ONLINE_TWICE;
  if (m->mustterm && mutant != CR_MUTANT_MON_NO_TERMINATE) return false;
  return m->state == CR_MON_OFFLINE || m->state == CR_MON_FAILED;
}

static bool owes(const cr_monitor *m) { return m->mustterm != 0 || m->mustalive != 0; }

/* Between the return of Open and the call of Close. */
static bool is_open(const cr_monitor *m) {
  return m->state >= CR_MON_OFFLINE && m->state <= CR_MON_FAILED;
}

bool cr_monitor_may_call(const cr_monitor *m, cr_entry_point ep, bool close_any, cr_mutant mutant) {
  if (ep == CR_EP_TERMINATE) return may_terminate(m, mutant);
  if (m->inflight != CR_EP_NONE) return false;
  if (ep == CR_EP_STARTUP) return !m->loaded && m->state == CR_MON_NONE;
  if (ep == CR_EP_OPEN) return m->loaded && m->state == CR_MON_NONE;
  if (m->term) return false; /* Terminate alone may be joined by nothing new */
  switch (ep) {
    case CR_EP_ONLINE: return may_online(m, mutant);
    case CR_EP_OFFLINE: return m->state == CR_MON_ONLINE && !m->mustalive;
    case CR_EP_LOOKS_ALIVE: return m->state == CR_MON_ONLINE && !m->mustalive;
    case CR_EP_IS_ALIVE:
      return m->state == CR_MON_ONLINE ||
             (mutant == CR_MUTANT_MON_LATE_POLL && m->state == CR_MON_OFFLINE);
    case CR_EP_CLOSE:
      if (m->mustterm || m->mustalive) return false;
      if (m->state == CR_MON_OFFLINE || m->state == CR_MON_FAILED) return true;
      return close_any && (m->state == CR_MON_ONLINE || m->state == CR_MON_ONLINE_PEND ||
                           m->state == CR_MON_OFFLINE_PEND);
    case CR_EP_RESOURCE_CONTROL:
    case CR_EP_RESOURCE_TYPE_CONTROL:
    case CR_EP_BEGIN_CONTROL:
    case CR_EP_BEGIN_TYPE_CONTROL:
    case CR_EP_BEGIN_CONTROL_AS_USER:
    case CR_EP_BEGIN_TYPE_CONTROL_AS_USER: return is_open(m) && !owes(m);
    case CR_EP_CANCEL:
      return !owes(m) && (m->state == CR_MON_ONLINE_PEND || m->state == CR_MON_OFFLINE_PEND);
    case CR_EP_ARBITRATE:
    case CR_EP_RELEASE:
      return !owes(m) && (m->state == CR_MON_OFFLINE || m->state == CR_MON_FAILED);
    default: return false;
  }
}

/* Calls out of turn, by mutant. The call is seen, and is a violation; the DLL is not entered. */
bool cr_monitor_rogue(const cr_monitor *m, cr_entry_point ep, cr_mutant mutant) {
  bool idle = m->inflight == CR_EP_NONE && !m->term;
  switch (mutant) {
    case CR_MUTANT_MON_OPENS_UNLOADED:
      return ep == CR_EP_OPEN && idle && !m->loaded && m->state == CR_MON_NONE;
    case CR_MUTANT_MON_STARTS_AGAIN:
      return ep == CR_EP_STARTUP && idle && m->state == CR_MON_OFFLINE;
    case CR_MUTANT_MON_OPENS_IN_STARTUP: return ep == CR_EP_OPEN && m->inflight == CR_EP_STARTUP;
    case CR_MUTANT_MON_OPENS_TWICE: return ep == CR_EP_OPEN && idle && m->state == CR_MON_OFFLINE;
    case CR_MUTANT_MON_POLLS_IN_OPEN: return ep == CR_EP_LOOKS_ALIVE && m->inflight == CR_EP_OPEN;
    case CR_MUTANT_MON_CLOSES_TWICE: return ep == CR_EP_CLOSE && m->state == CR_MON_CLOSED;
    case CR_MUTANT_MON_CLOSES_BESIDE: return ep == CR_EP_CLOSE && m->inflight == CR_EP_IS_ALIVE;
    case CR_MUTANT_MON_POLLS_CLOSED: return ep == CR_EP_IS_ALIVE && m->state == CR_MON_CLOSED;
    case CR_MUTANT_MON_CLOSES_ONLINE: return ep == CR_EP_CLOSE && idle && m->state == CR_MON_ONLINE;
    case CR_MUTANT_MON_ONLINES_UNOPENED:
      return ep == CR_EP_ONLINE && idle && m->loaded && m->state == CR_MON_NONE;
    case CR_MUTANT_MON_ONLINES_ONLINE:
      return ep == CR_EP_ONLINE && idle && m->state == CR_MON_ONLINE;
    case CR_MUTANT_MON_OFFLINES_UNOPENED:
      return ep == CR_EP_OFFLINE && idle && m->loaded && m->state == CR_MON_NONE;
    case CR_MUTANT_MON_POLLS_OFFLINING:
      return ep == CR_EP_LOOKS_ALIVE && idle && m->state == CR_MON_OFFLINE_PEND;
    case CR_MUTANT_MON_ONLINES_IN_TERMINATE:
      return ep == CR_EP_ONLINE && m->term && m->inflight == CR_EP_NONE;
    case CR_MUTANT_MON_POLLS_TWICE:
      return ep == CR_EP_IS_ALIVE && m->inflight == CR_EP_LOOKS_ALIVE && !m->term;
    case CR_MUTANT_MON_CALLS_BESIDE:
      return ep == CR_EP_OFFLINE && m->inflight == CR_EP_IS_ALIVE && !m->term;
    case CR_MUTANT_MON_TERMINATES_TWICE: return ep == CR_EP_TERMINATE && m->term;
    case CR_MUTANT_MON_CLOSES_FAILED_ONLINE:
      return ep == CR_EP_CLOSE && idle && m->mustterm && m->state == CR_MON_FAILED;
    case CR_MUTANT_MON_CLOSES_FAILED_OFFLINE:
      return ep == CR_EP_CLOSE && idle && m->mustterm && m->state == CR_MON_FAILED;
    default: return false;
  }
}

bool cr_monitor_rogue_timer(const cr_monitor *m, cr_mutant mutant) {
  if (mutant == CR_MUTANT_MON_TIMER_EARLY) return m->state == CR_MON_ONLINE_CALL && !m->cancelled;
  return mutant == CR_MUTANT_MON_TIMER_STAYS && m->state == CR_MON_ONLINE;
}

bool cr_monitor_obliged(const cr_monitor *m, cr_entry_point ep) {
  return (ep == CR_EP_TERMINATE && m->mustterm && !m->term) ||
         (ep == CR_EP_IS_ALIVE && m->mustalive);
}

cr_budget cr_monitor_pays(const cr_monitor *m, cr_entry_point ep) {
  if (cr_monitor_obliged(m, ep)) return CR_BUDGET_COUNT;
  switch (ep) {
    case CR_EP_ONLINE: return CR_BUDGET_ONLINE;
    case CR_EP_OFFLINE: return CR_BUDGET_OFFLINE;
    case CR_EP_TERMINATE: return CR_BUDGET_TERMINATE;
    case CR_EP_LOOKS_ALIVE:
    case CR_EP_IS_ALIVE: return CR_BUDGET_POLL;
    default: return CR_BUDGET_COUNT;
  }
}

/* Is a resource neither up nor on its way? */
static bool is_down(const cr_monitor *m) {
  return m->state < CR_MON_ONLINE_CALL || m->state >= CR_MON_FAILED;
}

bool cr_monitor_order_admits(const cr_scenario *s, const cr_monitor *monitors, unsigned r,
                             cr_entry_point ep, cr_mutant mutant) {
  unsigned needs = s->resource[r].needs;
  if (ep == CR_EP_ONLINE && needs != 0) return monitors[needs - 1].state == CR_MON_ONLINE;
  if ((ep != CR_EP_OFFLINE && ep != CR_EP_CLOSE) || mutant == CR_MUTANT_MON_PROVIDER_FIRST)
    return true;
  for (unsigned i = 0; i < s->resources_count; i++)
    if (s->resource[i].needs == r + 1 && !is_down(&monitors[i])) return false;
  return true;
}

static void operation_begin(cr_monitor *m, cr_entry_point ep, cr_mon_state state) {
  m->op = (uint8_t)ep;
  m->state = (uint8_t)state;
  m->cancelled = 0;
  m->early = 0;
  m->checkpoint = 0;
  m->timer = 0;
}

static void operation_end(cr_monitor *m, cr_mon_state state) {
  m->op = CR_EP_NONE;
  m->state = (uint8_t)state;
  m->cancelled = 0;
  m->early = 0;
  m->checkpoint = 0;
  m->timer = 0;
}

void cr_monitor_call(cr_monitor *m, cr_entry_point ep) {
  if (ep == CR_EP_TERMINATE) {
    m->term = 1;
    m->forced = !m->mustterm;
    m->mustterm = 0;
    m->mustalive = 0;
    m->timer = 0;
    m->early = 0;
    m->cancelled = m->op != CR_EP_NONE || m->inflight != CR_EP_NONE;
    return;
  }
  m->inflight = (uint8_t)ep;
  m->begun = 0;
  switch (ep) {
    case CR_EP_OPEN: m->state = CR_MON_OPENING; break;
    case CR_EP_ONLINE: operation_begin(m, ep, CR_MON_ONLINE_CALL); break;
    case CR_EP_OFFLINE: operation_begin(m, ep, CR_MON_OFFLINE_CALL); break;
    case CR_EP_CLOSE: operation_end(m, CR_MON_CLOSING); break;
    default: break;
  }
}

void cr_monitor_begun(cr_monitor *m) {
  if (m->inflight != CR_EP_NONE) m->begun = 1;
}

static void fail(cr_monitor *m) {
  operation_end(m, CR_MON_FAILED);
  m->mustterm = 1;
  m->mustalive = 0;
}

static void terminated(cr_monitor *m) {
  m->term = 0;
  if (m->state == CR_MON_CLOSING || m->state == CR_MON_CLOSED) return;
  m->op = CR_EP_NONE;
  m->checkpoint = 0;
  m->state = m->forced ? CR_MON_OFFLINE : CR_MON_FAILED;
  m->forced = 0;
  /* An entry point that is still inside stays cancelled: what it returns is ignored. */
  m->cancelled = m->inflight != CR_EP_NONE;
}

/* Online or Offline came back. */
static void operation_returned(cr_monitor *m, cr_entry_point ep, uint32_t value, cr_mutant mutant) {
  bool online = ep == CR_EP_ONLINE;
  if (m->cancelled) {
    if (!m->term) m->cancelled = 0;
    return;
  }
  if (value == CR_E_IO_PENDING) {
    if (m->early != 0 && mutant != CR_MUTANT_MON_PEND_OVERWRITES) {
      cr_mon_state early = (cr_mon_state)m->early;
      if (early == CR_MON_FAILED)
        fail(m);
      else
        operation_end(m, early);
      return;
    }
    m->early = 0;
    m->state = online ? CR_MON_ONLINE_PEND : CR_MON_OFFLINE_PEND;
    m->timer = 1;
  } else if (value == CR_E_SUCCESS) {
    operation_end(m, online ? CR_MON_ONLINE : CR_MON_OFFLINE);
  } else {
    fail(m);
    if (mutant ==
        (online ? CR_MUTANT_MON_FORGETS_ONLINE_ERROR : CR_MUTANT_MON_FORGETS_OFFLINE_ERROR))
      m->mustterm = 0;
  }
}

void cr_monitor_ret(cr_monitor *m, cr_entry_point ep, uint32_t value, cr_mutant mutant) {
  if (ep == CR_EP_TERMINATE) {
    terminated(m);
    return;
  }
  m->inflight = CR_EP_NONE;
  m->begun = 0;
  switch (ep) {
    case CR_EP_STARTUP: m->loaded = value == CR_E_SUCCESS; break;
    case CR_EP_OPEN: m->state = value != 0 ? CR_MON_OFFLINE : CR_MON_NONE; break;
    case CR_EP_CLOSE: m->state = CR_MON_CLOSED; break;
    case CR_EP_ONLINE:
    case CR_EP_OFFLINE: operation_returned(m, ep, value, mutant); break;
    case CR_EP_LOOKS_ALIVE:
      if (!m->cancelled && m->state == CR_MON_ONLINE && value == 0)
        m->mustalive = mutant != CR_MUTANT_MON_TRUSTS_LOOKS;
      break;
    case CR_EP_IS_ALIVE:
      if (!m->cancelled && m->state == CR_MON_ONLINE) {
        m->mustalive = 0;
        if (value == 0) fail(m);
        if (value == 0 && mutant == CR_MUTANT_MON_FORGETS_DEAD) m->mustterm = 0;
      }
      break;
    default: break;
  }
  if (m->inflight == CR_EP_NONE && !m->term && m->op == CR_EP_NONE) m->cancelled = 0;
}

/* The state that a terminal report asks for, or CR_MON_NONE when it is none (OQ-10: Offline during
 * Online and Online during Offline are unsuccessful ends in that state). */
static cr_mon_state terminal_state(uint32_t state) {
  switch (state) {
    case CR_STATE_ONLINE: return CR_MON_ONLINE;
    case CR_STATE_OFFLINE: return CR_MON_OFFLINE;
    case CR_STATE_FAILED:
    case CR_STATE_CANNOT_COME_ONLINE_ANY:
    case CR_STATE_CANNOT_COME_ONLINE_HERE: return CR_MON_FAILED;
    default: return CR_MON_NONE;
  }
}

uint32_t cr_monitor_status(cr_monitor *m, uint32_t state, uint32_t checkpoint, cr_mutant mutant) {
  if (m->op == CR_EP_NONE || m->cancelled)
    return mutant == CR_MUTANT_MON_CONTINUE ? CR_EXIT_STATE_CONTINUE : CR_EXIT_STATE_TERMINATE;
  cr_mon_state end = terminal_state(state);
  bool inside = m->inflight == m->op;
  if (end == CR_MON_NONE) {
    m->checkpoint = (uint8_t)(checkpoint > 255 ? 255 : checkpoint);
    return CR_EXIT_STATE_CONTINUE;
  }
  if (inside) {
    if (m->early != 0) return CR_EXIT_STATE_TERMINATE; /* the operation has ended already */
    m->early = (uint8_t)end;
  } else if (end == CR_MON_FAILED) {
    fail(m);
  } else {
    operation_end(m, end);
  }
  return CR_EXIT_STATE_CONTINUE;
}

void cr_monitor_expire(cr_monitor *m) {
  CR_ASSERT(m->timer);
  fail(m);
}

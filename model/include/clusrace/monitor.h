/* monitor.h - the Resource Monitor: what it may call in a state, and how it takes returns, status
 * reports and expiries. One cr_monitor per resource; plain data.
 *
 * Used by the explored world and by the host that plays the monitor for a real DLL.
 * Source: sections 3.0 and 3.1 of the monitor catalogue (transition table, permitted overlaps).
 */
#ifndef CLUSRACE_MONITOR_H
#define CLUSRACE_MONITOR_H

#include "clusrace/mutant.h"
#include "clusrace/observer.h"

typedef struct cr_monitor {
  uint8_t state;      /* cr_mon_state */
  uint8_t loaded;     /* Startup has returned success */
  uint8_t inflight;   /* cr_entry_point running that is not Terminate, or CR_EP_NONE */
  uint8_t begun;      /* the call in flight has taken a step of its own */
  uint8_t term;       /* 1: Terminate is running */
  uint8_t cancelled;  /* the operation (or the call in flight) was terminated */
  uint8_t op;         /* outstanding operation: CR_EP_ONLINE, CR_EP_OFFLINE or CR_EP_NONE */
  uint8_t early;      /* terminal state reported before the return: cr_mon_state, or 0 */
  uint8_t checkpoint; /* last one seen, 0 = none */
  uint8_t timer;      /* pending timer armed */
  uint8_t mustterm;   /* owes a Terminate */
  uint8_t mustalive;  /* owes an IsAlive */
  uint8_t forced;     /* the running Terminate had no failure as its cause: ends in OFFLINE */
} cr_monitor;

/* May the monitor call the entry point now? close_any: Close also while online or pending. Does not
 * know budgets. */
bool cr_monitor_may_call(const cr_monitor *monitor, cr_entry_point ep, bool close_any,
                         cr_mutant mutant);
/* Does the mutant make the call out of turn (the timer expire), although it may not? The event
 * alone happens then; neither the monitor's state nor the DLL knows of it. */
bool cr_monitor_rogue(const cr_monitor *monitor, cr_entry_point ep, cr_mutant mutant);
bool cr_monitor_rogue_timer(const cr_monitor *monitor, cr_mutant mutant);
/* Is the call an obligation (Terminate after a failure, IsAlive after LooksAlive FALSE)? */
bool cr_monitor_obliged(const cr_monitor *monitor, cr_entry_point ep);

/* The budget that the call is paid from, or CR_BUDGET_COUNT when it is free. */
cr_budget cr_monitor_pays(const cr_monitor *monitor, cr_entry_point ep);
/* Does the order of dependencies admit the call on resource r? What a resource needs comes up
 * before it and goes down after it. monitors: of all resources of the scenario. */
bool cr_monitor_order_admits(const cr_scenario *scenario, const cr_monitor *monitors, unsigned r,
                             cr_entry_point ep, cr_mutant mutant);

/* The call begins. */
void cr_monitor_call(cr_monitor *monitor, cr_entry_point ep);
/* The entry point in flight (not Terminate) took a step of its own, of whatever kind. Until then no
 * Terminate is called: one that overtakes the very first step of a call looks to the DLL exactly
 * like one that came before the call, and no DLL could be blamed for taking it so. */
void cr_monitor_begun(cr_monitor *monitor);
/* The entry point returned; term: the thread was in Terminate. value: Win32 code, non-zero for a
 * RESID, BOOL. */
void cr_monitor_ret(cr_monitor *monitor, cr_entry_point ep, uint32_t value, cr_mutant mutant);
/* A status report; returns the RESOURCE_EXIT_STATE. */
uint32_t cr_monitor_status(cr_monitor *monitor, uint32_t state, uint32_t checkpoint,
                           cr_mutant mutant);
/* The pending timer expires; only while armed. */
void cr_monitor_expire(cr_monitor *monitor);

#endif

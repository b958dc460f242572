/* thread.c - see thread.h. */
#include "thread.h"

#include <stdio.h>
#include <string.h>

#include "session.h"

typedef BOOL(WINAPI *wait_on_address)(volatile VOID *address, PVOID compare, SIZE_T size,
                                      DWORD timeout_ms);
typedef VOID(WINAPI *wake_by_address)(PVOID address);

/* Resolved once, before anything is intercepted; never changed again. */
static wait_on_address wait_on;
static wake_by_address wake_one, wake_all;

BOOL cr_real_wait_on_address(volatile VOID *address, PVOID compare, SIZE_T size, DWORD ms) {
  return wait_on(address, compare, size, ms);
}

void cr_real_wake_by_address(PVOID address, bool all) { (all ? wake_all : wake_one)(address); }

/* ---- the baton ------------------------------------------------------------------------------- */

static void give(volatile LONG *flag) {
  InterlockedExchange(flag, 1);
  wake_one((void *)flag);
}

/* False when the time is over; INFINITE never is. */
static bool take(volatile LONG *flag, DWORD timeout_ms) {
  LONG zero = 0;
  while (InterlockedCompareExchange(flag, 0, 1) == 0)
    if (!wait_on(flag, &zero, sizeof zero, timeout_ms) && GetLastError() == ERROR_TIMEOUT &&
        InterlockedCompareExchange(flag, 0, 1) == 0)
      return false;
  return true;
}

/* ---- fibres ---------------------------------------------------------------------------------- */

#ifdef CR_NATIVE_HOST /* threads only */

static void fibre_switch(cr_sched *sched, const cr_thread *to) {
  (void)sched;
  (void)to;
}
static bool fibres_init(cr_sched *sched) { return !sched->fibres; }

#else

/* What the system keeps for a thread and not for a fibre: the values of TlsSetValue. FLS and the
 * limits of the stack are the fibre's; the last error is kept at each stop. */
static void storage_exchange(cr_sched *sched, const cr_thread *to) {
  const cr_slots *slots = &cr_session_get()->slots;
  const cr_thread *from = sched->storing;
  sched->storing = to;
  if (slots->tls_noted == 0 || from == to) return;
  unsigned was = from == NULL ? CR_THREADS_MAX : from->index;
  unsigned is = to == NULL ? CR_THREADS_MAX : to->index;
  for (DWORD i = 0; i < CR_SLOTS_MAX; i++) {
    if (!slots->tls[i]) continue;
    sched->storage[was * CR_SLOTS_MAX + i] = TlsGetValue(i);
    TlsSetValue(i, sched->storage[is * CR_SLOTS_MAX + i]);
  }
}

/* to: NULL for the controller. Returns when the caller is switched to. */
static void fibre_switch(cr_sched *sched, const cr_thread *to) {
  storage_exchange(sched, to);
  SwitchToFiber(to == NULL ? sched->main_fibre : to->fibre);
}

/* The fibre that does not come back keeps its thread of the system; the controller goes on here. */
static DWORD WINAPI watchdog(void *argument) {
  cr_sched *sched = argument;
  enum { LOOKS = 16 }; /* in the watchdog's time */
  LONG beat = 0, steps = 0;
  for (unsigned same = 0;; same++) {
    Sleep(sched->watchdog_ms / LOOKS + 1);
    bool moves = sched->beat != beat || sched->steps != steps;
    if (moves || sched->running == NULL || sched->faulted) same = 0;
    beat = sched->beat;
    steps = sched->steps;
    if (same < LOOKS) continue;
    if (ConvertThreadToFiber(NULL) == NULL) return 1;
    sched->controller_id = GetCurrentThreadId();
    sched->silent = 1;
    SwitchToFiber(sched->main_fibre);
  }
}

static bool fibres_init(cr_sched *sched) {
  if (!sched->fibres) return true;
  sched->main_fibre = ConvertThreadToFiber(NULL);
  sched->storage = cr_alloc((CR_THREADS_MAX + 1) * CR_SLOTS_MAX * sizeof *sched->storage);
  memset(sched->storage, 0, (CR_THREADS_MAX + 1) * CR_SLOTS_MAX * sizeof *sched->storage);
  HANDLE watches = CreateThread(NULL, 64 * 1024, watchdog, sched, 0, NULL);
  if (watches != NULL) CloseHandle(watches);
  return sched->main_fibre != NULL && watches != NULL;
}

#endif

void cr_sched_slot_new(cr_sched *sched, DWORD slot) {
  for (unsigned i = 0; sched->fibres && i <= CR_THREADS_MAX; i++)
    sched->storage[i * CR_SLOTS_MAX + slot] = NULL;
}

/* ---- handing over ---------------------------------------------------------------------------- */

static void back_to_controller(void) {
  cr_sched *sched = &cr_session_get()->sched;
  sched->running = NULL;
  if (sched->fibres)
    fibre_switch(sched, NULL);
  else
    give(&sched->control);
}

/* Hands over to whoever goes on next; true when it is t's turn (again). */
static bool hand_over(cr_thread *t) {
  cr_sched *sched = &cr_session_get()->sched;
  cr_thread *next = sched->decide == NULL ? NULL : sched->decide(sched->context);
  if (next == t) return true;
  if (next == NULL) {
    back_to_controller();
  } else if (sched->fibres) {
    sched->running = next;
    fibre_switch(sched, next);
  } else {
    sched->running = next;
    give(&next->turn);
  }
  return sched->fibres;
}

static void stop_at(cr_thread *t, const cr_stop *stop) {
  DWORD error = GetLastError();
  cr_session_get()->sched.steps++;
  t->stop = *stop;
  t->timed_out = false;
  t->fault = 0;
  if (t->free_steps > 0 && !stop->visible && (stop->ready == NULL || stop->ready(t))) {
    t->free_steps--;
    SetLastError(error);
    return;
  }
  t->state = CR_THREAD_STOPPED;
  if (!hand_over(t)) take(&t->turn, INFINITE);
  if (t->killed) __builtin_longjmp(t->jump, 1);
  SetLastError(error);
}

/* It stands at its operation, and then in it, until the time has passed; then it is carried out. */
static void take_long(cr_thread *t, const cr_stop *stop) {
  cr_stop again = *stop;
  cr_stop slow = {.sleeps = true,
                  .late = true,
                  .deadline = cr_deadline(stop->delay_ms),
                  .waits_for = "a call that takes long"};
  cr_touch(CR_THING_TIME, 0, CR_ACCESS_ADD);
  cr_session_get()->faults_injected++;
  cr_emit_sync(t, CR_WAIT_DELAY);
  stop_at(t, &slow);
  cr_touch(CR_THING_TIME, 0, CR_ACCESS_ADD);
  cr_time_reach(slow.deadline);
  cr_emit_sync(t, CR_WAIT_SLEEP);
  again.faults = NULL;
  again.delay_ms = 0;
  stop_at(t, &again);
}

void cr_stop_here(cr_thread *t, const cr_stop *stop) {
  stop_at(t, stop);
  t->was_delayed = t->delayed && stop->delay_ms != 0;
  t->delayed = false;
  if (t->was_delayed) take_long(t, stop);
}

void cr_thread_end(cr_thread *t, DWORD exit_code) {
  t->exit_code = exit_code;
  if (t->role != CR_ROLE_WORKER) cr_thread_fault(t, "an entry point ended its thread");
  cr_session_worker_exits(t);
  __builtin_longjmp(t->jump, 1);
}

void cr_thread_fault(cr_thread *t, const char *what) {
  cr_sched *sched = &cr_session_get()->sched;
  snprintf(sched->fault, sizeof sched->fault, "%s", what);
  InterlockedExchange(&sched->faulted, 1);
  if (sched->fibres) fibre_switch(sched, NULL); /* for good */
  give(&sched->control);
  for (;;) take(&t->turn, INFINITE);
}

/* ---- the pool -------------------------------------------------------------------------------- */

/* In a function of its own, so that nothing is expected of its variables after a jump. */
static __attribute__((noinline)) void run_job(cr_thread *t) {
  if (__builtin_setjmp(t->jump)) return;
  if (!t->killed) cr_job_run(t);
}

/* Runs the thread's job and hands over; true when it is its turn again, with another job. */
static bool pool_job(cr_thread *t) {
  run_job(t);
  bool killed = t->killed;
  t->state = CR_THREAD_FREE;
  t->killed = false;
  if (!killed) return hand_over(t);
  back_to_controller();
  return false;
}

static DWORD WINAPI pool_thread(void *argument) {
  cr_thread *t = argument;
  ULONG reserve = 64 * 1024; /* so that a stack overflow can still be reported */
  SetThreadStackGuarantee(&reserve);
  give(&t->started);
  for (;;) {
    take(&t->turn, INFINITE);
    if (t->retired) return 0;
    if (pool_job(t)) give(&t->turn); /* its place in the pool was given to the next one */
  }
}

#ifndef CR_NATIVE_HOST

static void CALLBACK pool_fibre(void *argument) {
  cr_thread *t = argument;
  ULONG reserve = 64 * 1024;
  SetThreadStackGuarantee(&reserve);
  for (;;) pool_job(t);
}

static bool fibre_fill(cr_thread *t) {
  enum { FIRST_ID = 0x10000 }; /* as the system gives numbers: multiples of 4 */
  if (t->fibre == NULL) t->fibre = CreateFiberEx(64 * 1024, 1024 * 1024, 0, pool_fibre, t);
  t->os_id = FIRST_ID + 4 * t->index;
  return t->fibre != NULL;
}

static void pool_retire(cr_thread *t) {
  if (t->os == NULL) return;
  t->retired = true;
  cr_session_get()->sched.filling = true;
  give(&t->turn);
  WaitForSingleObject(t->os, INFINITE);
  CloseHandle(t->os);
  cr_session_get()->sched.filling = false;
  t->os = NULL;
}

#else
static bool fibre_fill(cr_thread *t) { return t->fibre != NULL; }
static void pool_retire(cr_thread *t) { (void)t; }
#endif

/* Waits until the new thread stands in the pool: what modules do at its start is not the DLL's. */
static bool pool_fill(cr_sched *sched, cr_thread *t) {
  if (sched->fibres) return fibre_fill(t);
  if (t->os != NULL) return true;
  sched->filling = true;
  t->os = CreateThread(NULL, 1024 * 1024, pool_thread, t, 0, &t->os_id);
  bool good = t->os != NULL && take(&t->started, sched->watchdog_ms);
  sched->filling = false;
  return good;
}

/* ---- controller ------------------------------------------------------------------------------ */

/* One thread runs at a time: a hand-off within one processor is ten times as fast. Several hosts
 * are spread over the processors. */
static void keep_to_one(DWORD processor) {
  DWORD_PTR own = 0, all = 0;
  if (!GetProcessAffinityMask(GetCurrentProcess(), &own, &all) || own == 0) return;
  for (DWORD skip = processor % (DWORD)__builtin_popcountll(own); skip > 0; skip--) own &= own - 1;
  SetProcessAffinityMask(GetCurrentProcess(), own & (~own + 1));
}

bool cr_sched_init(cr_sched *sched, DWORD watchdog_ms, unsigned processor) {
  HMODULE base = GetModuleHandleW(L"kernelbase.dll");
  void (*wait)(void) = base == NULL ? NULL : (void (*)(void))GetProcAddress(base, "WaitOnAddress");
  void (*wake)(void) =
      base == NULL ? NULL : (void (*)(void))GetProcAddress(base, "WakeByAddressSingle");
  void (*all_wake)(void) =
      base == NULL ? NULL : (void (*)(void))GetProcAddress(base, "WakeByAddressAll");
  if (wait == NULL || wake == NULL || all_wake == NULL) return false;
  wait_on = (wait_on_address)wait;
  wake_one = (wake_by_address)wake;
  wake_all = (wake_by_address)all_wake;
  *sched = (cr_sched){.fibres = sched->fibres, .fresh_threads = sched->fresh_threads};
  for (unsigned i = 0; i < CR_THREADS_MAX; i++) sched->thread[i].index = i;
  sched->controller_id = GetCurrentThreadId();
  sched->watchdog_ms = watchdog_ms == 0 ? CR_WATCHDOG_MS_DEFAULT : watchdog_ms;
  keep_to_one(processor == 0 ? GetCurrentProcessId() / 4 : processor - 1);
  return fibres_init(sched);
}

unsigned cr_sched_reset(cr_sched *sched) {
  unsigned left = 0;
  for (unsigned i = 0; i < sched->high; i++) {
    cr_thread *t = &sched->thread[i];
    if (t->state == CR_THREAD_STOPPED) {
      left++;
      t->killed = true;
      cr_sched_run(sched, t, false);
    }
    if (sched->fresh_threads) pool_retire(t);
    cr_thread fresh = {.index = i, .os = t->os, .fibre = t->fibre, .os_id = t->os_id};
    memcpy(t, &fresh, sizeof fresh);
  }
  sched->high = 0;
  sched->next = 0;
  sched->tickets = 0;
  sched->idle_fires = 0;
  sched->faulted = sched->escaped = 0;
  sched->fault[0] = '\0';
  return left;
}

cr_thread *cr_self(void) {
  cr_sched *sched = &cr_session_get()->sched;
  cr_thread *t = sched->running;
  DWORD id = GetCurrentThreadId();
  if (sched->fibres) {
    if (id == sched->controller_id) return t;
    if (sched->silent && t != NULL) Sleep(INFINITE); /* it comes back too late */
  } else if (t != NULL && t->os_id == id) {
    return t;
  }
  if (t != NULL && id != sched->controller_id && !sched->filling &&
      !cr_image_started(&cr_session_get()->image, id))
    sched->escaped = 1;
  return NULL;
}

DWORD cr_self_id(void) {
  const cr_sched *sched = &cr_session_get()->sched;
  const cr_thread *t = sched->running;
  DWORD id = GetCurrentThreadId();
  return sched->fibres && t != NULL && id == sched->controller_id ? t->os_id : id;
}

cr_thread *cr_thread_begin(cr_role role, unsigned resource, unsigned lane, const cr_job *job) {
  cr_sched *sched = &cr_session_get()->sched;
  unsigned i = 0;
  while (i < CR_THREADS_MAX && sched->thread[i].state != CR_THREAD_FREE) i++;
  if (i == CR_THREADS_MAX || !pool_fill(sched, &sched->thread[i])) return NULL;
  cr_thread *t = &sched->thread[i];
  if (sched->high <= i) sched->high = i + 1;
  t->state = CR_THREAD_STOPPED;
  t->role = (uint8_t)role;
  t->resource = (uint8_t)resource;
  t->lane = (uint8_t)lane;
  t->suspended = 0;
  t->killed = t->timed_out = t->woken = false;
  t->fault = 0;
  t->stop = (cr_stop){.waits_for = "its first step"};
  t->job = *job;
  t->exit_code = STILL_ACTIVE;
  t->object = NULL;
  t->site = NULL;
  cr_apcs_clear(t);
  return t;
}

void cr_thread_unbegin(cr_thread *t) {
  CR_ASSERT(t->state == CR_THREAD_STOPPED);
  t->state = CR_THREAD_FREE;
}

cr_thread *cr_thread_find(cr_role role, unsigned resource, unsigned lane) {
  cr_sched *sched = &cr_session_get()->sched;
  for (unsigned i = 0; i < sched->high; i++) {
    cr_thread *t = &sched->thread[i];
    if (t->state != CR_THREAD_FREE && t->role == role && t->resource == resource && t->lane == lane)
      return t;
  }
  return NULL;
}

unsigned cr_thread_free_lane(unsigned resource) {
  unsigned lane = 0;
  while (lane < CR_LANES_MAX && cr_thread_find(CR_ROLE_WORKER, resource, lane) != NULL) lane++;
  return lane;
}

bool cr_thread_ready(const cr_thread *t) {
  return t->state == CR_THREAD_STOPPED && t->suspended == 0 &&
         (t->stop.ready == NULL || t->stop.ready(t));
}

cr_thread *cr_sched_next(cr_sched *sched) {
  for (unsigned k = 0; k < CR_THREADS_MAX; k++) {
    unsigned i = (sched->next + k) % CR_THREADS_MAX;
    if (!cr_thread_ready(&sched->thread[i])) continue;
    sched->next = (i + 1) % CR_THREADS_MAX;
    return &sched->thread[i];
  }
  return NULL;
}

cr_thread *cr_sched_first_deadline(cr_sched *sched) {
  cr_thread *first = NULL;
  for (unsigned i = 0; i < sched->high; i++) {
    cr_thread *t = &sched->thread[i];
    if (t->state != CR_THREAD_STOPPED || t->suspended != 0 || !t->stop.finite) continue;
    if (t->job.quiet && sched->idle_fires >= CR_IDLE_FIRES_MAX) continue;
    if (first == NULL || t->stop.deadline < first->stop.deadline) first = t;
  }
  return first;
}

void cr_sched_prepare(cr_sched *sched, cr_thread *t, bool time_out) {
  CR_ASSERT(t->state == CR_THREAD_STOPPED);
  t->state = CR_THREAD_RUNNING;
  if (!t->job.quiet) sched->idle_fires = 0;
  t->timed_out = time_out;
  t->fault = t->fault_next;
  t->fault_next = 0;
  t->delayed = t->delay_next;
  t->delay_next = false;
  sched->running = t;
}

/* Until somebody hands over to the controller; false when nobody has moved for the watchdog's time.
 */
static bool wait_for_control(cr_sched *sched) {
  for (;;) {
    LONG before = sched->steps;
    if (take(&sched->control, sched->watchdog_ms)) return true;
    if (sched->steps == before) return false;
  }
}

cr_run_end cr_sched_run(cr_sched *sched, cr_thread *t, bool time_out) {
  cr_sched_prepare(sched, t, time_out);
  if (sched->fibres) {
    sched->beat++;
    fibre_switch(sched, t);
    if (sched->silent) return CR_RUN_SILENT;
    return sched->faulted ? CR_RUN_FAULT : CR_RUN_STOPPED;
  }
  give(&t->turn);
  if (!wait_for_control(sched)) return CR_RUN_SILENT;
  return sched->faulted ? CR_RUN_FAULT : CR_RUN_STOPPED;
}

cr_run_end cr_sched_run_silent(cr_sched *sched, cr_thread *t, unsigned steps_max) {
  t->free_steps = steps_max;
  cr_run_end end = cr_sched_run(sched, t, false);
  t->free_steps = 0;
  return end;
}

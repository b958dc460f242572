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

static void back_to_controller(void) {
  cr_sched *sched = &cr_session_get()->sched;
  sched->running = NULL;
  give(&sched->control);
}

/* Hands over to whoever goes on next; returns at once when that is t itself. */
static bool hand_over(cr_thread *t) {
  cr_sched *sched = &cr_session_get()->sched;
  cr_thread *next = sched->decide == NULL ? NULL : sched->decide(sched->context);
  if (next == t) return true;
  if (next == NULL) {
    back_to_controller();
  } else {
    sched->running = next;
    give(&next->turn);
  }
  return false;
}

void cr_stop_here(cr_thread *t, const cr_stop *stop) {
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
  give(&sched->control);
  for (;;) take(&t->turn, INFINITE);
}

/* ---- the pool -------------------------------------------------------------------------------- */

/* In a function of its own, so that nothing is expected of its variables after a jump. */
static __attribute__((noinline)) void run_job(cr_thread *t) {
  if (__builtin_setjmp(t->jump)) return;
  if (!t->killed) cr_job_run(t);
}

static DWORD WINAPI pool_thread(void *argument) {
  cr_thread *t = argument;
  ULONG reserve = 64 * 1024; /* so that a stack overflow can still be reported */
  SetThreadStackGuarantee(&reserve);
  give(&t->started);
  for (;;) {
    take(&t->turn, INFINITE);
    run_job(t);
    bool killed = t->killed;
    t->state = CR_THREAD_FREE;
    t->killed = false;
    if (killed)
      back_to_controller();
    else if (hand_over(t))
      give(&t->turn); /* its place in the pool was given to the next one */
  }
  return 0;
}

/* Waits until the new thread stands in the pool: what modules do at its start is not the DLL's. */
static bool pool_fill(cr_sched *sched, cr_thread *t) {
  if (t->os != NULL) return true;
  sched->filling = true;
  t->os = CreateThread(NULL, 1024 * 1024, pool_thread, t, 0, &t->os_id);
  bool good = t->os != NULL && take(&t->started, sched->watchdog_ms);
  sched->filling = false;
  return good;
}

/* ---- controller ------------------------------------------------------------------------------ */

bool cr_sched_init(cr_sched *sched, DWORD watchdog_ms) {
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
  memset(sched, 0, sizeof *sched);
  for (unsigned i = 0; i < CR_THREADS_MAX; i++) sched->thread[i].index = i;
  sched->controller_id = GetCurrentThreadId();
  sched->watchdog_ms = watchdog_ms == 0 ? CR_WATCHDOG_MS_DEFAULT : watchdog_ms;
  /* One thread runs at a time: a hand-off within one processor is ten times as fast. */
  DWORD_PTR own = 0, all = 0;
  if (GetProcessAffinityMask(GetCurrentProcess(), &own, &all) && own != 0) {
    /* Spread several hosts over the processors. */
    unsigned bit = (unsigned)(GetCurrentProcessId() / 4 % 64);
    while ((own >> bit & 1) == 0) bit = (bit + 1) % 64;
    SetProcessAffinityMask(GetCurrentProcess(), (DWORD_PTR)1 << bit);
  }
  return true;
}

unsigned cr_sched_reset(cr_sched *sched) {
  unsigned left = 0;
  for (unsigned i = 0; i < CR_THREADS_MAX; i++) {
    cr_thread *t = &sched->thread[i];
    if (t->state == CR_THREAD_STOPPED) {
      left++;
      t->killed = true;
      cr_sched_run(sched, t, false);
    }
    cr_thread fresh = {.index = i, .os = t->os, .os_id = t->os_id};
    memcpy(t, &fresh, sizeof fresh);
  }
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
  if (t != NULL && t->os_id == id) return t;
  if (t != NULL && id != sched->controller_id && !sched->filling &&
      !cr_image_started(&cr_session_get()->image, id))
    sched->escaped = 1;
  return NULL;
}

cr_thread *cr_thread_begin(cr_role role, unsigned resource, unsigned lane, const cr_job *job) {
  cr_sched *sched = &cr_session_get()->sched;
  unsigned i = 0;
  while (i < CR_THREADS_MAX && sched->thread[i].state != CR_THREAD_FREE) i++;
  if (i == CR_THREADS_MAX || !pool_fill(sched, &sched->thread[i])) return NULL;
  cr_thread *t = &sched->thread[i];
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
  for (unsigned i = 0; i < CR_THREADS_MAX; i++) {
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
  for (unsigned i = 0; i < CR_THREADS_MAX; i++) {
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

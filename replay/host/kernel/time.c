/* time.c - virtual time: it moves on when somebody sleeps, a wait ends by time, or asks for it. */
#include "../session.h"

/* The time at the beginning of every replay: 2020-01-01, and a system that has been up 1,000 s. */
#define BASE_FILETIME 132223104000000000ULL
#define BASE_UPTIME_MS 1000000ULL

uint64_t cr_deadline(DWORD ms) {
  return cr_session_get()->kernel.now + (uint64_t)ms * CR_TICKS_PER_MS;
}

uint64_t cr_time_due(int64_t due) {
  uint64_t now = cr_session_get()->kernel.now;
  if (due <= 0) return now + (uint64_t)-due;
  return (uint64_t)due > BASE_FILETIME + now ? (uint64_t)due - BASE_FILETIME : now;
}

void cr_time_reach(uint64_t to) {
  cr_kernel *k = &cr_session_get()->kernel;
  if (k->now < to) k->now = to;
}

/* Each look at the time costs a millisecond, so that a loop which waits for a time ends. */
static uint64_t ask(cr_thread *t) {
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch(CR_THING_TIME, 0, CR_ACCESS_WRITE);
  cr_kernel *k = &cr_session_get()->kernel;
  k->now += CR_TICKS_PER_MS;
  cr_emit_sync(t, CR_WAIT_TIME);
  return k->now;
}

static bool never(const cr_thread *t) {
  (void)t;
  return false;
}

/* A sleeper may go on at any moment: when its timer expires is the scheduler's choice. */
static bool apc_only(const cr_thread *t) { return cr_apcs_pending(t); }

/* Returns whether APCs ended it. */
static bool sleep_for(cr_thread *t, DWORD ms, bool alertable) {
  cr_stop stop = cr_stop_silent();
  if (ms == INFINITE) {
    stop.waits_for = "nothing (a sleep without end)";
    stop.ready = alertable ? apc_only : never;
  }
  uint64_t deadline = cr_deadline(ms);
  stop.sleeps = ms != INFINITE && !(alertable && cr_apcs_pending(t));
  stop.alertable = alertable;
  stop.deadline = deadline;
  cr_stop_here(t, &stop);
  if (alertable) cr_touch_apcs(t);
  if (alertable && cr_apcs_pending(t)) {
    cr_emit_sync(t, CR_WAIT_WAIT);
    cr_apcs_deliver(t);
    return true;
  }
  cr_touch(CR_THING_TIME, 0, CR_ACCESS_ADD);
  cr_time_reach(deadline);
  cr_emit_sync(t, ms == 0 ? CR_WAIT_YIELD : CR_WAIT_SLEEP);
  return false;
}

static void WINAPI hook_Sleep(DWORD ms) {
  cr_thread *t = cr_self();
  if (t == NULL) {
    Sleep(ms);
    return;
  }
  CR_SITE(t);
  sleep_for(t, ms, false);
}

static DWORD WINAPI hook_SleepEx(DWORD ms, BOOL alertable) {
  cr_thread *t = cr_self();
  if (t == NULL) return SleepEx(ms, alertable);
  CR_SITE(t);
  return sleep_for(t, ms, alertable != FALSE) ? WAIT_IO_COMPLETION : 0;
}

static BOOL WINAPI hook_SwitchToThread(void) {
  cr_thread *t = cr_self();
  if (t == NULL) return SwitchToThread();
  CR_SITE(t);
  sleep_for(t, 0, false);
  return TRUE;
}

static DWORD WINAPI hook_GetTickCount(void) {
  cr_thread *t = cr_self();
  if (t == NULL) return GetTickCount();
  CR_SITE(t);
  return (DWORD)(BASE_UPTIME_MS + ask(t) / CR_TICKS_PER_MS);
}

static ULONGLONG WINAPI hook_GetTickCount64(void) {
  cr_thread *t = cr_self();
  if (t == NULL) return GetTickCount64();
  CR_SITE(t);
  return BASE_UPTIME_MS + ask(t) / CR_TICKS_PER_MS;
}

static BOOL WINAPI hook_QueryPerformanceCounter(LARGE_INTEGER *counter) {
  cr_thread *t = cr_self();
  if (t == NULL) return QueryPerformanceCounter(counter);
  CR_SITE(t);
  counter->QuadPart = (LONGLONG)(BASE_UPTIME_MS * CR_TICKS_PER_MS + ask(t));
  return TRUE;
}

static BOOL WINAPI hook_QueryPerformanceFrequency(LARGE_INTEGER *frequency) {
  if (cr_self() == NULL) return QueryPerformanceFrequency(frequency);
  frequency->QuadPart = 1000LL * CR_TICKS_PER_MS;
  return TRUE;
}

static FILETIME file_time(uint64_t ticks) {
  ticks += BASE_FILETIME;
  return (FILETIME){(DWORD)(ticks & 0xFFFFFFFFu), (DWORD)(ticks >> 32)};
}

static void WINAPI hook_GetSystemTimeAsFileTime(LPFILETIME time) {
  cr_thread *t = cr_self();
  if (t == NULL) {
    GetSystemTimeAsFileTime(time);
    return;
  }
  CR_SITE(t);
  *time = file_time(ask(t));
}

static void WINAPI hook_GetSystemTimePreciseAsFileTime(LPFILETIME time) {
  hook_GetSystemTimeAsFileTime(time);
}

static void WINAPI hook_GetSystemTime(LPSYSTEMTIME time) {
  cr_thread *t = cr_self();
  if (t == NULL) {
    GetSystemTime(time);
    return;
  }
  CR_SITE(t);
  FILETIME now = file_time(ask(t));
  FileTimeToSystemTime(&now, time);
}

/* The simulated system's time zone is UTC. */
static void WINAPI hook_GetLocalTime(LPSYSTEMTIME time) {
  if (cr_self() == NULL)
    GetLocalTime(time);
  else
    hook_GetSystemTime(time);
}

const cr_hook cr_hooks_time[] = {CR_HOOK(Sleep),
                                 CR_HOOK(SleepEx),
                                 CR_HOOK(SwitchToThread),
                                 CR_HOOK(GetTickCount),
                                 CR_HOOK(GetTickCount64),
                                 CR_HOOK(QueryPerformanceCounter),
                                 CR_HOOK(QueryPerformanceFrequency),
                                 CR_HOOK(GetSystemTimeAsFileTime),
                                 CR_HOOK(GetSystemTimePreciseAsFileTime),
                                 CR_HOOK(GetSystemTime),
                                 CR_HOOK(GetLocalTime),
                                 CR_HOOK_END};

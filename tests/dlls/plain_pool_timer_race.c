/* plain_pool_timer_race.c - Close closes a timer of the thread pool without a wait for its
 * callback. */
#include "plain_common.h"

#define BEAT_MS 50

static VOID CALLBACK beat(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_TIMER timer) {
  struct plain *p = context;
  (void)instance;
  (void)timer;
  EnterCriticalSection(&p->lock);
  p->beats++;
  LeaveCriticalSection(&p->lock);
}

static DWORD start_timer(struct plain *p, LPCWSTR name) {
  LARGE_INTEGER due;
  FILETIME first;
  (void)name;
  p->own = CreateThreadpoolTimer(beat, p, NULL);
  if (p->own == NULL) return GetLastError();
  due.QuadPart = -10000LL * BEAT_MS; /* from now on, in units of 100 nanoseconds */
  first.dwLowDateTime = due.LowPart;
  first.dwHighDateTime = (DWORD)due.HighPart;
  SetThreadpoolTimer(p->own, &first, BEAT_MS, 0);
  return ERROR_SUCCESS;
}

static void stop_timer(struct plain *p) {
  SetThreadpoolTimer(p->own, NULL, 0, 0);
  CloseThreadpoolTimer(p->own);
}

const struct plain_traits plain_traits = {.open = start_timer, .close = stop_timer};

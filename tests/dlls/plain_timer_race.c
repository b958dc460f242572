/* plain_timer_race.c - Close deletes a timer without a wait: a callback that is running uses the
 * freed instance. */
#include "plain_common.h"

#define BEAT_MS 50

static VOID CALLBACK beat(PVOID context, BOOLEAN fired) {
  struct plain *p = context;
  (void)fired;
  EnterCriticalSection(&p->lock);
  p->beats++;
  LeaveCriticalSection(&p->lock);
}

static DWORD start_timer(struct plain *p, LPCWSTR name) {
  (void)name;
  return CreateTimerQueueTimer(&p->own, NULL, beat, p, BEAT_MS, BEAT_MS, WT_EXECUTEDEFAULT)
             ? ERROR_SUCCESS
             : GetLastError();
}

static void stop_timer(struct plain *p) { DeleteTimerQueueTimer(NULL, p->own, NULL); }

const struct plain_traits plain_traits = {.open = start_timer, .close = stop_timer};

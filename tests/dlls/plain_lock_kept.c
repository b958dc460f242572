/* plain_lock_kept.c - an Online that is given up ends its worker with the lock of the journal held.
 */
#include "plain_common.h"

static SRWLOCK g_journal = SRWLOCK_INIT;

static void write_journal(struct plain *p) {
  AcquireSRWLockExclusive(&g_journal);
  if (p->terminate) return;
  ReleaseSRWLockExclusive(&g_journal);
}

const struct plain_traits plain_traits = {.online = write_journal};

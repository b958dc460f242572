/* locks.c - critical sections, SRW locks, condition variables, one-time initialisation and waits on
 * addresses.
 *
 * All are known by their address, and only while something is to be known about them; so objects
 * that the DLL's C runtime keeps in static memory need no initialisation here.
 */
#include <string.h>

#include "../session.h"

static cr_lock *lock_find(const volatile void *address) {
  cr_kernel *k = &cr_session_get()->kernel;
  for (unsigned i = 0; i < k->locks_used; i++)
    if (k->lock[i].address == address) return &k->lock[i];
  return NULL;
}

static cr_lock *lock_make(const void *address) {
  cr_lock *lock = lock_find(address);
  if (lock != NULL) return lock;
  lock = lock_find(NULL);
  cr_kernel *k = &cr_session_get()->kernel;
  CR_ASSERT(lock != NULL || k->locks_used < CR_LOCKS_MAX);
  if (lock == NULL) lock = &k->lock[k->locks_used++];
  lock->address = address;
  return lock;
}

/* A lock that nobody holds is forgotten. */
static void lock_trim(cr_lock *lock) {
  if (lock->owner == NULL && lock->shared == 0) *lock = (cr_lock){0};
}

/* ---- taking and giving back ------------------------------------------------------------------ */

static bool free_for_all(const cr_thread *t) { return lock_find(t->stop.address) == NULL; }

static bool free_or_mine(const cr_thread *t) {
  const cr_lock *lock = lock_find(t->stop.address);
  return lock == NULL || lock->owner == t;
}

static bool free_to_share(const cr_thread *t) {
  const cr_lock *lock = lock_find(t->stop.address);
  return lock == NULL || lock->owner == NULL;
}

/* Owns the locks of threads that are no more, so that no later thread in their place does. */
static const cr_thread gone;

static const cr_thread *holder(const cr_thread *t) {
  const cr_lock *lock = lock_find(t->stop.address);
  return lock == NULL || lock->owner == &gone ? NULL : lock->owner;
}

void cr_locks_thread_ended(const cr_thread *t) {
  cr_kernel *k = &cr_session_get()->kernel;
  for (unsigned i = 0; i < k->locks_used; i++) {
    if (k->lock[i].owner != t) continue;
    cr_touch_address(k->lock[i].address, CR_ACCESS_WRITE);
    cr_misuse(t, "ends while it holds a lock");
    k->lock[i].owner = &gone;
  }
}

static void take_exclusive(cr_thread *t, const void *address) {
  cr_lock *lock = lock_make(address);
  lock->owner = t;
  lock->depth++;
}

static void give_exclusive(const cr_thread *t, const void *address) {
  cr_lock *lock = lock_find(address);
  if (lock == NULL || lock->owner != t) {
    cr_misuse(t, "gives back a lock that it does not hold");
    return;
  }
  if (--lock->depth == 0) lock->owner = NULL;
  lock_trim(lock);
}

void cr_lock_leave(const cr_thread *t, const void *address) {
  cr_touch_address(address, CR_ACCESS_WRITE);
  give_exclusive(t, address);
}

static void give_shared(const cr_thread *t, const void *address) {
  cr_lock *lock = lock_find(address);
  if (lock == NULL || lock->shared == 0) {
    cr_misuse(t, "gives back a lock that nobody shares");
    return;
  }
  lock->shared--;
  lock_trim(lock);
}

static void acquire(cr_thread *t, const void *address, bool (*ready)(const cr_thread *t)) {
  cr_stop stop = {.ready = ready, .holder = holder, .waits_for = "a lock", .address = address};
  cr_stop_here(t, &stop);
  cr_touch_address(address, ready == free_to_share ? CR_ACCESS_ADD : CR_ACCESS_WRITE);
  if (ready == free_to_share)
    lock_make(address)->shared++;
  else
    take_exclusive(t, address);
  cr_emit_sync(t, CR_WAIT_LOCK);
}

static BOOLEAN try_acquire(cr_thread *t, const void *address, bool (*ready)(const cr_thread *t)) {
  cr_stop stop = {.address = address};
  cr_stop_here(t, &stop);
  cr_touch_address(address, CR_ACCESS_WRITE);
  bool got = ready(t);
  if (got && ready == free_to_share)
    lock_make(address)->shared++;
  else if (got)
    take_exclusive(t, address);
  cr_emit_sync(t, got ? CR_WAIT_LOCK : CR_WAIT_OTHER);
  return got;
}

static void release(cr_thread *t, const void *address, bool shared) {
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_address(address, shared ? CR_ACCESS_ADD : CR_ACCESS_WRITE);
  if (shared)
    give_shared(t, address);
  else
    give_exclusive(t, address);
  cr_emit_sync(t, CR_WAIT_UNLOCK);
}

/* ---- critical sections ----------------------------------------------------------------------- */

static void WINAPI hook_EnterCriticalSection(LPCRITICAL_SECTION section) {
  cr_thread *t = cr_self();
  if (t == NULL) {
    EnterCriticalSection(section);
    return;
  }
  CR_SITE(t);
  acquire(t, section, free_or_mine);
}

static BOOL WINAPI hook_TryEnterCriticalSection(LPCRITICAL_SECTION section) {
  cr_thread *t = cr_self();
  if (t == NULL) return TryEnterCriticalSection(section);
  CR_SITE(t);
  return try_acquire(t, section, free_or_mine);
}

static void WINAPI hook_LeaveCriticalSection(LPCRITICAL_SECTION section) {
  cr_thread *t = cr_self();
  if (t == NULL) {
    LeaveCriticalSection(section);
    return;
  }
  CR_SITE(t);
  release(t, section, false);
}

/* Initialisation is left to the real function (it only fills in memory); deletion forgets a lock
 * that is held, because the memory may be used for another one. */
static void WINAPI hook_DeleteCriticalSection(LPCRITICAL_SECTION section) {
  cr_lock *lock = cr_self() == NULL ? NULL : lock_find(section);
  if (lock != NULL) {
    cr_misuse(cr_self(), "deletes a critical section that is held");
    *lock = (cr_lock){0};
  }
  DeleteCriticalSection(section);
}

/* ---- SRW locks ------------------------------------------------------------------------------- */

#define SRW_HOOK(function, action)                    \
  static void WINAPI hook_##function(PSRWLOCK lock) { \
    cr_thread *t = cr_self();                         \
    if (t == NULL) {                                  \
      function(lock);                                 \
      return;                                         \
    }                                                 \
    CR_SITE(t);                                       \
    action;                                           \
  }
SRW_HOOK(AcquireSRWLockExclusive, acquire(t, lock, free_for_all))
SRW_HOOK(AcquireSRWLockShared, acquire(t, lock, free_to_share))
SRW_HOOK(ReleaseSRWLockExclusive, release(t, lock, false))
SRW_HOOK(ReleaseSRWLockShared, release(t, lock, true))

static BOOLEAN WINAPI hook_TryAcquireSRWLockExclusive(PSRWLOCK lock) {
  cr_thread *t = cr_self();
  if (t == NULL) return TryAcquireSRWLockExclusive(lock);
  CR_SITE(t);
  return try_acquire(t, lock, free_for_all);
}

static BOOLEAN WINAPI hook_TryAcquireSRWLockShared(PSRWLOCK lock) {
  cr_thread *t = cr_self();
  if (t == NULL) return TryAcquireSRWLockShared(lock);
  CR_SITE(t);
  return try_acquire(t, lock, free_to_share);
}

/* ---- condition variables --------------------------------------------------------------------- */

static bool woken(const cr_thread *t) { return t->woken; }

/* Released and asleep in one step; awake, then the lock again in another. */
static BOOL condition_sleep(cr_thread *t, const void *condition, const void *lock, bool shared,
                            DWORD ms, bool recursive) {
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_address(condition, CR_ACCESS_WRITE);
  cr_touch_address(lock, CR_ACCESS_WRITE);
  if (shared)
    give_shared(t, lock);
  else
    give_exclusive(t, lock);
  cr_emit_sync(t, CR_WAIT_UNLOCK);
  t->woken = false;
  t->ticket = ++cr_session_get()->sched.tickets;
  stop = (cr_stop){.ready = woken,
                   .waits_for = "a condition",
                   .address = condition,
                   .finite = ms != INFINITE,
                   .deadline = cr_deadline(ms)};
  cr_stop_here(t, &stop);
  cr_touch_address(condition, CR_ACCESS_WRITE);
  bool late = t->timed_out;
  if (late) cr_time_reach(stop.deadline);
  t->ticket = 0;
  cr_emit_sync(t, late ? CR_WAIT_TIMEOUT : CR_WAIT_WAIT);
  acquire(t, lock, shared ? free_to_share : recursive ? free_or_mine : free_for_all);
  if (late) SetLastError(ERROR_TIMEOUT);
  return !late;
}

static BOOL WINAPI hook_SleepConditionVariableCS(PCONDITION_VARIABLE condition,
                                                 PCRITICAL_SECTION section, DWORD ms) {
  cr_thread *t = cr_self();
  if (t == NULL) return SleepConditionVariableCS(condition, section, ms);
  CR_SITE(t);
  return condition_sleep(t, condition, section, false, ms, true);
}

static BOOL WINAPI hook_SleepConditionVariableSRW(PCONDITION_VARIABLE condition, PSRWLOCK lock,
                                                  DWORD ms, ULONG flags) {
  cr_thread *t = cr_self();
  if (t == NULL) return SleepConditionVariableSRW(condition, lock, ms, flags);
  CR_SITE(t);
  return condition_sleep(t, condition, lock, (flags & CONDITION_VARIABLE_LOCKMODE_SHARED) != 0, ms,
                         false);
}

/* The longest waiting sleeper on the address that has not been woken, or NULL. */
static cr_thread *sleeper(const volatile void *address) {
  cr_sched *sched = &cr_session_get()->sched;
  cr_thread *first = NULL;
  for (unsigned i = 0; i < sched->high; i++) {
    cr_thread *t = &sched->thread[i];
    if (t->state != CR_THREAD_STOPPED || t->ticket == 0 || t->woken || t->stop.address != address)
      continue;
    if (first == NULL || t->ticket < first->ticket) first = t;
  }
  return first;
}

static void wake(cr_thread *t, const volatile void *address, bool all) {
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_address(address, CR_ACCESS_WRITE);
  cr_emit_sync(t, CR_WAIT_SIGNAL);
  for (cr_thread *next = sleeper(address); next != NULL; next = all ? sleeper(address) : NULL)
    next->woken = true;
}

#define WAKE_HOOK(function, type, all)               \
  static void WINAPI hook_##function(type address) { \
    cr_thread *t = cr_self();                        \
    if (t == NULL) {                                 \
      function(address);                             \
      return;                                        \
    }                                                \
    CR_SITE(t);                                      \
    wake(t, address, all);                           \
  }
WAKE_HOOK(WakeConditionVariable, PCONDITION_VARIABLE, false)
WAKE_HOOK(WakeAllConditionVariable, PCONDITION_VARIABLE, true)

/* ---- waiting on an address ------------------------------------------------------------------- */

static uint64_t bytes_at(const volatile void *address, SIZE_T size) {
  uint64_t value = 0;
  memcpy(&value, (const void *)address, size > sizeof value ? sizeof value : size);
  return value;
}

/* The stop's objects_count is the number of bytes compared. */
static bool changed_or_woken(const cr_thread *t) {
  return t->woken || bytes_at(t->stop.address, t->stop.objects_count) != t->stop.compare;
}

static BOOL WINAPI hook_WaitOnAddress(volatile VOID *address, PVOID compare, SIZE_T size,
                                      DWORD ms) {
  cr_thread *t = cr_self();
  if (t == NULL) return cr_real_wait_on_address(address, compare, size, ms);
  CR_SITE(t);
  if (size != 1 && size != 2 && size != 4 && size != 8) return cr_answer(ERROR_INVALID_PARAMETER);
  t->woken = false;
  t->ticket = ++cr_session_get()->sched.tickets;
  cr_stop stop = {.ready = changed_or_woken,
                  .waits_for = "an address",
                  .address = address,
                  .compare = bytes_at(compare, size),
                  .objects_count = size,
                  .finite = ms != INFINITE,
                  .deadline = cr_deadline(ms)};
  cr_stop_here(t, &stop);
  cr_touch_address(address, CR_ACCESS_WRITE);
  t->ticket = 0;
  if (t->timed_out) {
    cr_time_reach(stop.deadline);
    SetLastError(ERROR_TIMEOUT);
  }
  cr_emit_sync(t, t->timed_out ? CR_WAIT_TIMEOUT : CR_WAIT_WAIT);
  return !t->timed_out;
}

static void wake_address(PVOID address, bool all) {
  cr_thread *t = cr_self();
  if (t == NULL) {
    cr_real_wake_by_address(address, all);
    return;
  }
  CR_SITE(t);
  wake(t, address, all);
}

static void WINAPI hook_WakeByAddressSingle(PVOID address) { wake_address(address, false); }
static void WINAPI hook_WakeByAddressAll(PVOID address) { wake_address(address, true); }

/* ---- one-time initialisation ----------------------------------------------------------------- */

/* As on Windows, the DLL's memory says that it is done, with what was made of it; so memory that is
 * used anew, or was initialised while the DLL was loaded, is taken for what it is. Its two lowest
 * bits are reserved; who is at it stands in the table. */
enum { ONCE_BITS = 3, ONCE_DONE = 2 };

static bool once_done(const INIT_ONCE *once, LPVOID *made) {
  ULONG_PTR value = (ULONG_PTR)once->Ptr;
  bool done = (value & ONCE_BITS) == ONCE_DONE;
  if (done && made != NULL) *made = (LPVOID)(value & ~(ULONG_PTR)ONCE_BITS);
  return done;
}

static void once_ends(PINIT_ONCE once, bool good, LPVOID made) {
  cr_lock *lock = lock_find(once);
  if (lock != NULL) *lock = (cr_lock){0};
  once->Ptr = good ? (PVOID)((ULONG_PTR)made | ONCE_DONE) : NULL;
}

static BOOL WINAPI hook_InitOnceExecuteOnce(PINIT_ONCE once, PINIT_ONCE_FN function,
                                            PVOID parameter, LPVOID *context) {
  cr_thread *t = cr_self();
  if (t == NULL) return InitOnceExecuteOnce(once, function, parameter, context);
  CR_SITE(t);
  cr_stop stop = {
      .ready = free_for_all, .holder = holder, .waits_for = "an initialisation", .address = once};
  cr_stop_here(t, &stop);
  cr_touch_address(once, CR_ACCESS_WRITE);
  if (once_done(once, context)) {
    cr_emit_sync(t, CR_WAIT_OTHER);
    return TRUE;
  }
  lock_make(once)->owner = t;
  cr_emit_sync(t, CR_WAIT_LOCK);
  void *made = NULL;
  BOOL good = function(once, parameter, &made);
  stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_address(once, CR_ACCESS_WRITE);
  once_ends(once, good != FALSE, made);
  cr_emit_sync(t, CR_WAIT_UNLOCK);
  if (good && context != NULL) *context = made;
  return good;
}

static BOOL WINAPI hook_InitOnceBeginInitialize(LPINIT_ONCE once, DWORD flags, PBOOL pending,
                                                LPVOID *context) {
  cr_thread *t = cr_self();
  if (t == NULL) return InitOnceBeginInitialize(once, flags, pending, context);
  CR_SITE(t);
  bool ask = (flags & INIT_ONCE_CHECK_ONLY) != 0, race = (flags & INIT_ONCE_ASYNC) != 0;
  cr_stop stop = {.ready = ask || race ? NULL : free_for_all,
                  .holder = holder,
                  .waits_for = "an initialisation",
                  .address = once};
  cr_stop_here(t, &stop);
  cr_touch_address(once, CR_ACCESS_WRITE);
  bool done = once_done(once, context);
  cr_emit_sync(t, done || ask || race ? CR_WAIT_OTHER : CR_WAIT_LOCK);
  *pending = !done;
  if (done) return TRUE;
  if (ask) return cr_answer(ERROR_GEN_FAILURE);
  if (!race) lock_make(once)->owner = t;
  return TRUE;
}

static BOOL WINAPI hook_InitOnceComplete(LPINIT_ONCE once, DWORD flags, LPVOID context) {
  cr_thread *t = cr_self();
  if (t == NULL) return InitOnceComplete(once, flags, context);
  CR_SITE(t);
  cr_stop stop = cr_stop_silent();
  cr_stop_here(t, &stop);
  cr_touch_address(once, CR_ACCESS_WRITE);
  cr_emit_sync(t, CR_WAIT_UNLOCK);
  bool race = (flags & INIT_ONCE_ASYNC) != 0, failed = (flags & INIT_ONCE_INIT_FAILED) != 0;
  bool reserved = ((ULONG_PTR)context & ONCE_BITS) != 0;
  if (reserved || (failed && (race || context != NULL))) return cr_answer(ERROR_INVALID_PARAMETER);
  bool begun = lock_find(once) != NULL;
  if (once_done(once, NULL) || begun == race) return cr_answer(ERROR_GEN_FAILURE);
  once_ends(once, !failed, context);
  return TRUE;
}

/* ---- barriers -------------------------------------------------------------------------------- */

/* The DLL's memory of a barrier holds how many it is for and how many have come. */
typedef struct barrier {
  LONG total, here;
} barrier;
_Static_assert(sizeof(barrier) <= sizeof(SYNCHRONIZATION_BARRIER), "barrier");

static BOOL WINAPI hook_InitializeSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER address,
                                                         LONG threads, LONG spins) {
  barrier *b = (barrier *)address;
  if (cr_self() == NULL) return InitializeSynchronizationBarrier(address, threads, spins);
  if (threads < 1 || spins < -1) return cr_answer(ERROR_INVALID_PARAMETER);
  *b = (barrier){.total = threads};
  return TRUE;
}

static BOOL WINAPI hook_EnterSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER address,
                                                    DWORD flags) {
  cr_thread *t = cr_self();
  barrier *b = (barrier *)address;
  if (t == NULL) return EnterSynchronizationBarrier(address, flags);
  CR_SITE(t);
  cr_stop stop = {.address = address};
  cr_stop_here(t, &stop);
  cr_touch_address(address, CR_ACCESS_WRITE);
  cr_emit_sync(t, CR_WAIT_SIGNAL);
  if (++b->here >= b->total) { /* the last one */
    b->here = 0;
    for (cr_thread *next = sleeper(address); next != NULL; next = sleeper(address))
      next->woken = true;
    return TRUE;
  }
  t->woken = false;
  t->ticket = ++cr_session_get()->sched.tickets;
  stop = (cr_stop){.ready = woken, .waits_for = "a barrier", .address = address};
  cr_stop_here(t, &stop);
  cr_touch_address(address, CR_ACCESS_WRITE);
  t->ticket = 0;
  cr_emit_sync(t, CR_WAIT_WAIT);
  return FALSE;
}

static BOOL WINAPI hook_DeleteSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER address) {
  cr_thread *t = cr_self();
  if (t == NULL) return DeleteSynchronizationBarrier(address);
  CR_SITE(t);
  cr_stop stop = {.address = address};
  cr_stop_here(t, &stop);
  cr_touch_address(address, CR_ACCESS_WRITE);
  cr_emit_sync(t, CR_WAIT_DESTROY);
  if (sleeper(address) != NULL) cr_misuse(t, "deletes a barrier that somebody waits at");
  return TRUE;
}

/* ---- lists without locks --------------------------------------------------------------------- */

/* A step before the operation, which is the system's own. */
static void list_step(cr_thread *t, const void *list, cr_access_mode mode) {
  cr_stop stop = {.address = list};
  cr_stop_here(t, &stop);
  cr_touch_address(list, mode);
  cr_emit_sync(t, CR_WAIT_OTHER);
}

static PSLIST_ENTRY WINAPI hook_InterlockedPushEntrySList(PSLIST_HEADER list, PSLIST_ENTRY entry) {
  cr_thread *t = cr_self();
  if (t != NULL) {
    CR_SITE(t);
    list_step(t, list, CR_ACCESS_WRITE);
  }
  return InterlockedPushEntrySList(list, entry);
}

static PSLIST_ENTRY WINAPI hook_InterlockedPopEntrySList(PSLIST_HEADER list) {
  cr_thread *t = cr_self();
  if (t != NULL) {
    CR_SITE(t);
    list_step(t, list, CR_ACCESS_WRITE);
  }
  return InterlockedPopEntrySList(list);
}

static PSLIST_ENTRY WINAPI hook_InterlockedFlushSList(PSLIST_HEADER list) {
  cr_thread *t = cr_self();
  if (t != NULL) {
    CR_SITE(t);
    list_step(t, list, CR_ACCESS_WRITE);
  }
  return InterlockedFlushSList(list);
}

static USHORT WINAPI hook_QueryDepthSList(PSLIST_HEADER list) {
  cr_thread *t = cr_self();
  if (t != NULL) {
    CR_SITE(t);
    list_step(t, list, CR_ACCESS_READ);
  }
  return QueryDepthSList(list);
}

const cr_hook cr_hooks_locks[] = {CR_HOOK(EnterCriticalSection),
                                  CR_HOOK(TryEnterCriticalSection),
                                  CR_HOOK(LeaveCriticalSection),
                                  CR_HOOK(DeleteCriticalSection),
                                  CR_HOOK(AcquireSRWLockExclusive),
                                  CR_HOOK(AcquireSRWLockShared),
                                  CR_HOOK(ReleaseSRWLockExclusive),
                                  CR_HOOK(ReleaseSRWLockShared),
                                  CR_HOOK(TryAcquireSRWLockExclusive),
                                  CR_HOOK(TryAcquireSRWLockShared),
                                  CR_HOOK(SleepConditionVariableCS),
                                  CR_HOOK(SleepConditionVariableSRW),
                                  CR_HOOK(WakeConditionVariable),
                                  CR_HOOK(WakeAllConditionVariable),
                                  CR_HOOK(WaitOnAddress),
                                  CR_HOOK(WakeByAddressSingle),
                                  CR_HOOK(WakeByAddressAll),
                                  CR_HOOK(InitOnceExecuteOnce),
                                  CR_HOOK(InitOnceBeginInitialize),
                                  CR_HOOK(InitOnceComplete),
                                  CR_HOOK(InitializeSynchronizationBarrier),
                                  CR_HOOK(EnterSynchronizationBarrier),
                                  CR_HOOK(DeleteSynchronizationBarrier),
                                  CR_HOOK(InterlockedPushEntrySList),
                                  CR_HOOK(InterlockedPopEntrySList),
                                  CR_HOOK(InterlockedFlushSList),
                                  CR_HOOK(QueryDepthSList),
                                  CR_HOOK_END};

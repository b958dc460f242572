/* lifecycle.pml - the lives of some clustered disks, for Spin: the same model as lifecycle.c, state by
 * state and rule by rule. Defined before this text: RESOURCES (1..4), CHECKS, RETRIES. Variables have
 * the least width that holds them. The safety conditions are looked at once a state, as in the other
 * statements: an option of the loop that is enabled only where one is broken.
 */

#define M_OFFLINE 0
#define M_ONLINE_PENDING 1
#define M_ONLINE 2
#define M_OFFLINE_PENDING 3
#define M_FAILED 4

#define P_IDLE 0
#define P_UP_BEGIN 1
#define P_UP_MOUNT 2
#define P_UP_CHECK 3
#define P_UP_REPORT 4
#define P_DOWN_BEGIN 5
#define P_DOWN_FLUSH 6
#define P_DOWN_LOCK 7
#define P_DOWN_REPORT 8
#define P_STOPPED 9

#define O_NONE 0
#define O_OPEN 1
#define O_WRITES 2
#define O_STALE 3

#define WORKER(i) (1 + 2 * (i))
#define OPENER(i) (2 + 2 * (i))

typedef resource {
  unsigned monitor : 3; unsigned place : 4; unsigned told : 1; unsigned checks : 3; unsigned retries : 2;
  unsigned mounted : 1; unsigned dirty : 1; unsigned opener : 2
}
resource r[RESOURCES];
unsigned slot : 4;

/* The first depends on nothing, and nothing depends on the last. */
#define FIRST true
#define BEFORE(i) (r[(i) - 1].monitor == M_ONLINE)
#define LAST true
#define AFTER(i) (r[(i) + 1].monitor == M_OFFLINE || r[(i) + 1].monitor == M_FAILED)

#define PENDING(i) (r[i].monitor == M_ONLINE_PENDING || r[i].monitor == M_OFFLINE_PENDING)
#define AT_DISK(i) (r[i].place == P_UP_MOUNT || r[i].place == P_DOWN_FLUSH)

inline dismounted(i) {
  r[i].mounted = 0; r[i].dirty = 0;
  if :: r[i].opener == O_OPEN -> r[i].opener = O_STALE :: else fi
}

#define SAFE(i) \
  (((r[i].monitor != M_ONLINE && r[i].place != P_UP_CHECK && r[i].place != P_UP_REPORT) || r[i].mounted) && \
   (r[i].monitor != M_OFFLINE || !r[i].mounted) && \
   ((!r[i].dirty && r[i].opener != O_OPEN && r[i].opener != O_WRITES) || r[i].mounted) && \
   (AT_DISK(i) == (slot == WORKER(i))) && ((r[i].opener == O_WRITES) == (slot == OPENER(i))))
#define SAFE_CHAIN(i) \
  (r[(i) - 1].monitor != M_OFFLINE || r[i].monitor == M_OFFLINE || r[i].monitor == M_FAILED)

#define RULES(i, before, after) \
  :: d_step { r[i].monitor == M_OFFLINE && before -> \
       r[i].monitor = M_ONLINE_PENDING; r[i].place = P_UP_BEGIN } \
  :: d_step { r[i].monitor == M_ONLINE && after -> \
       r[i].monitor = M_OFFLINE_PENDING; r[i].place = P_DOWN_BEGIN } \
  :: d_step { PENDING(i) && !r[i].told -> r[i].told = 1 } \
  :: d_step { r[i].monitor == M_FAILED && r[i].retries < RETRIES && !r[i].mounted && before -> \
       r[i].retries++; r[i].monitor = M_ONLINE_PENDING; r[i].place = P_UP_BEGIN } \
  :: d_step { r[i].monitor == M_FAILED && !r[i].mounted && after -> \
       r[i].monitor = M_OFFLINE; r[i].retries = 0 } \
  :: d_step { r[i].monitor == M_ONLINE -> r[i].monitor = M_FAILED } \
  :: d_step { r[i].place == P_STOPPED -> r[i].monitor = M_FAILED; r[i].place = P_IDLE; r[i].told = 0 } \
  :: d_step { r[i].place == P_UP_BEGIN && !r[i].told && slot == 0 -> \
       slot = WORKER(i); r[i].place = P_UP_MOUNT } \
  :: d_step { r[i].place == P_UP_MOUNT -> slot = 0; r[i].mounted = 1; r[i].place = P_UP_CHECK } \
  :: d_step { r[i].place == P_UP_MOUNT -> slot = 0; r[i].place = P_STOPPED } \
  :: d_step { r[i].place == P_UP_CHECK && !r[i].told && r[i].checks < CHECKS -> r[i].checks++ } \
  :: d_step { r[i].place == P_UP_CHECK && !r[i].told && r[i].checks == CHECKS -> \
       r[i].checks = 0; r[i].place = P_UP_REPORT } \
  :: d_step { r[i].place == P_UP_REPORT && !r[i].told -> r[i].monitor = M_ONLINE; r[i].place = P_IDLE } \
  :: d_step { r[i].told && r[i].place != P_IDLE && r[i].place != P_STOPPED && !AT_DISK(i) -> \
       r[i].checks = 0; r[i].place = P_STOPPED } \
  :: d_step { r[i].place == P_DOWN_BEGIN && !r[i].told && r[i].dirty && slot == 0 -> \
       slot = WORKER(i); r[i].place = P_DOWN_FLUSH } \
  :: d_step { r[i].place == P_DOWN_FLUSH -> slot = 0; r[i].dirty = 0; r[i].place = P_DOWN_LOCK } \
  :: d_step { r[i].place == P_DOWN_BEGIN && !r[i].told && !r[i].dirty -> r[i].place = P_DOWN_LOCK } \
  :: d_step { r[i].place == P_DOWN_LOCK && !r[i].told && r[i].mounted && r[i].opener != O_WRITES -> \
       dismounted(i); r[i].place = P_DOWN_REPORT } \
  :: d_step { r[i].place == P_DOWN_REPORT && !r[i].told -> \
       r[i].monitor = M_OFFLINE; r[i].place = P_IDLE; r[i].retries = 0 } \
  :: d_step { r[i].monitor == M_FAILED && r[i].mounted && r[i].opener != O_WRITES -> dismounted(i) } \
  :: d_step { r[i].mounted && r[i].opener == O_NONE -> r[i].opener = O_OPEN } \
  :: d_step { r[i].opener == O_OPEN && slot == 0 -> slot = OPENER(i); r[i].opener = O_WRITES } \
  :: d_step { r[i].opener == O_WRITES -> slot = 0; r[i].opener = O_OPEN; r[i].dirty = 1 } \
  :: d_step { r[i].opener == O_OPEN || r[i].opener == O_STALE -> r[i].opener = O_NONE }

active proctype world() {
  do
#if RESOURCES == 1
  :: d_step { !SAFE(0) -> assert(false) }
  RULES(0, FIRST, LAST)
#elif RESOURCES == 2
  :: d_step { !(SAFE(0) && SAFE(1) && SAFE_CHAIN(1)) -> assert(false) }
  RULES(0, FIRST, AFTER(0))
  RULES(1, BEFORE(1), LAST)
#elif RESOURCES == 3
  :: d_step { !(SAFE(0) && SAFE(1) && SAFE_CHAIN(1) && SAFE(2) && SAFE_CHAIN(2)) -> assert(false) }
  RULES(0, FIRST, AFTER(0))
  RULES(1, BEFORE(1), AFTER(1))
  RULES(2, BEFORE(2), LAST)
#else
  :: d_step {
       !(SAFE(0) && SAFE(1) && SAFE_CHAIN(1) && SAFE(2) && SAFE_CHAIN(2) && SAFE(3) && SAFE_CHAIN(3)) ->
       assert(false) }
  RULES(0, FIRST, AFTER(0))
  RULES(1, BEFORE(1), AFTER(1))
  RULES(2, BEFORE(2), AFTER(2))
  RULES(3, BEFORE(3), LAST)
#endif
  od
}

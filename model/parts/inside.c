/* inside.c - the stories of the part "inside"; see story.h. */
#include "story.h"

/* Online with a worker: the lock, the report, the worker's structure, and a Terminate that
 * waits for it. */
static const cr_story_step story_worker_0[] = {
    {MON, CALL(STARTUP)},
    {EP, RET(STARTUP, 0)},
    {MON, CALL(OPEN)},
    {EP, FACT(GLOBAL, GUARDED), DROP(GLOBAL_LAZY_INIT)},
    {EP, FACT(GLOBAL, CREATED_TWICE), ONLY(GLOBAL_LAZY_INIT)},
    {EP, RET(OPEN, 1)},
    {MON, FACT(EVENT_ARGUMENT, EMPTY), DROP(MON_DIRTY_ARGUMENT)},
    {MON, FACT(EVENT_ARGUMENT, LEFTOVER), ONLY(MON_DIRTY_ARGUMENT)},
    {MON, CALL(ONLINE)},
    {EP, FACT(PRIVATE_PROPERTIES, READ_AT_ONLINE), DROP(PROPERTIES_AT_OPEN)},
    {EP, FACT(PRIVATE_PROPERTIES, OF_OPEN), ONLY(PROPERTIES_AT_OPEN)},
    {EP, FACT(WORKER_STRUCTURE, ZEROED)},
    {EP, FACT(WORKER_STRUCTURE, BY_HELPER), DROP(WORKER_BY_HAND)},
    {EP, FACT(WORKER_STRUCTURE, BY_HAND), ONLY(WORKER_BY_HAND)},
    {EP, FACT(AVOIDED_FUNCTION, NOT_CALLED_IN_ONLINE), DROP(ONLINE_AVOIDED)},
    {EP, FACT(AVOIDED_FUNCTION, CALLED_IN_ONLINE), ONLY(ONLINE_AVOIDED)},
    {EP, FACT(CLUSTER_FUNCTION, FROM_ENTRY_POINT), ONLY(AVOID_CALL)},
    {EP, SPAWN(0)},
    {EP, SPAWN(0), ONLY(WORKER_REUSED)},
    {EP, FACT(TIME_IN_ONLINE, IN_MILLISECONDS), .result = 30, DROP(ONLINE_SLOW)},
    {EP, FACT(TIME_IN_ONLINE, IN_MILLISECONDS), .result = 2000, ONLY(ONLINE_SLOW)},
    {EP, RET(ONLINE, 997), .set = 1},
    {MON, CALL(TERMINATE), .wait = 2},
    {TERM, FACT(FLAG, SET), .set = 4},
    {TERM, FACT(AVOIDED_FUNCTION, NOT_CALLED_IN_TERMINATE), DROP(TERMINATE_AVOIDED)},
    {TERM, FACT(AVOIDED_FUNCTION, CALLED_IN_TERMINATE), ONLY(TERMINATE_AVOIDED)},
    {TERM, FACT(EXCEPTION_IN_TERMINATE, CAUGHT), DROP(TERMINATE_THROWS)},
    {TERM, FACT(EXCEPTION_IN_TERMINATE, LEAVES), ONLY(TERMINATE_THROWS)},
    {TERM, FACT(FIRST_WAIT, RETURNS), ONLY(HELPER_RETURNS_EARLY)},
    {TERM, FACT(FIRST_WAIT, RETURNS), .wait = 8},
    {TERM, RET(TERMINATE, 0)},
    {TERM, FACT(INSTANCE_DATA, FREED), ONLY(TERMINATE_FREES)},
    {MON, CALL(CLOSE)},
    {EP, RET(CLOSE, 0)},
};
static const cr_story_step story_worker_1[] = {
    {WORKER, FACT(CLUSTER_FUNCTION, FROM_WORKER), .wait = 1},
    {WORKER, FACT(LOCK, TAKEN)},
    {WORKER, FACT(WORKER_DATA, LOCKED), DROP(WORKER_UNLOCKED)},
    {WORKER, FACT(WORKER_DATA, BARE), ONLY(WORKER_UNLOCKED)},
    {WORKER, FACT(LOCK, RELEASED), DROP(REPORT_UNDER_LOCK)},
    {WORKER, FACT(REPORTER, SAME_WORKER), DROP(TWO_REPORTERS)},
    {WORKER, FACT(REPORTER, ANOTHER_WORKER), ONLY(TWO_REPORTERS)},
    {WORKER, STATUS(ONLINE_PENDING, 1, CONTINUE)},
    {MON, FACT(REPORT_FROM_THREAD, TAKEN), DROP(MON_ONE_THREAD)},
    {MON, FACT(REPORT_FROM_THREAD, REFUSED), ONLY(MON_ONE_THREAD)},
    {MON, FACT(REPORT, ANSWERED), .set = 2, DROP(MON_LOCKS_CALLBACK)},
    {WORKER, FACT(WORKER_DATA, LOCKED), .set = 2, ONLY(MON_LOCKS_CALLBACK)},
    {WORKER, STATUS(ONLINE_PENDING, 2, TERMINATE), .wait = 4, DROP(IGNORE_EXIT_STATE)},
    {MON, FACT(REPORT, ANSWERED), DROP3(MON_REPORT_BLOCKS, MON_LOCKS_CALLBACK, IGNORE_EXIT_STATE)},
    {WORKER, FACT(WORKER, WAITS_FOR_ITSELF), ONLY(WORKER_SELF_JOIN)},
    {WORKER, ENDS, .set = 8, DROP2(IGNORE_EXIT_STATE, MON_REPORT_BLOCKS)},
};

/* Two threads wait for one worker, and one wait times out. */
static const cr_story_step story_two_waiters[] = {
    {MON, CALL(STARTUP)},
    {EP, RET(STARTUP, 0)},
    {MON, CALL(OPEN)},
    {EP, RET(OPEN, 1)},
    {MON, CALL(ONLINE)},
    {EP, FACT(WORKER_STRUCTURE, ZEROED)},
    {EP, SPAWN(0)},
    {EP, RET(ONLINE, 997)},
    {MON, CALL(TERMINATE)},
    {TERM, FACT(SECOND_WAIT, RETURNS)},
    {TERM, FACT(WORKER_DATA, FREED), ONLY(WORKER_SECOND_JOIN_TRUSTS)},
    {TERM, FACT(WAIT, TIMES_OUT)},
    {TERM, FACT(WORKER_DATA, FREED), ONLY(TIMED_WAIT_TRUSTS)},
    {TERM, FACT(WAIT_RESULT, LOOKED_AT)},
    {WORKER, ENDS},
    {TERM, RET(TERMINATE, 0)},
};

/* Terminate in the middle of Online, a second Terminate, and Online again. */
static const cr_story_step story_terminate[] = {
    {MON, CALL(STARTUP)},
    {EP, RET(STARTUP, 0)},
    {MON, CALL(OPEN)},
    {EP, RET(OPEN, 1)},
    {MON, CALL(ONLINE)},
    {EP, FACT(LOCK, TAKEN)},
    {MON, CALL(TERMINATE)},
    {TERM, FACT(TERMINATE_DATA, LOCKED), DROP(OFFLINE_DOUBLE_CLOSE)},
    {TERM, FACT(TERMINATE_DATA, BARE), ONLY(OFFLINE_DOUBLE_CLOSE)},
    {EP, FACT(CRASH, IN_ENTRY_POINT), ONLY(TERMINATE_CRASHES_ONLINE)},
    {EP, FACT(LOCK, RELEASED)},
    {EP, RET(ONLINE, 995)},
    {TERM, RET(TERMINATE, 0)},
    {MON, CALL(TERMINATE)},
    {TERM, FACT(HANDLE, CLOSED_TWICE), ONLY(TERM_NOT_IDEMPOTENT)},
    {TERM, RET(TERMINATE, 0)},
    {MON, CALL(ONLINE)},
    {EP, FACT(WORKER_STRUCTURE, ZEROED)},
    {EP, SPAWN(0)},
    {EP, RET(ONLINE, 997), DROP(TERM_FLAG_STICKY)},
    {EP, RET(ONLINE, 31), ONLY(TERM_FLAG_STICKY)},
    {WORKER, FACT(OWN_STATE, UPDATED), DROP(STATE_AFTER_REPORT)},
    {WORKER, STATUS(ONLINE, 1, CONTINUE)},
    {MON, FACT(REPORT, ANSWERED)},
    {WORKER, FACT(OPERATION_DATA, TOUCHED), ONLY(WORKER_AFTER_REPORT)},
    {WORKER, FACT(OWN_STATE, UPDATED), ONLY(STATE_AFTER_REPORT)},
    {WORKER, ENDS},
    {MON, CALL(IS_ALIVE)},
    {EP, FACT(LOCK, TAKEN)},
    {EP, FACT(LOCK, RELEASED), DROP(LOCK_LEFT)},
    {EP, RET(IS_ALIVE, 1)},
};

/* Terminate needs a lock that Online holds for a while. */
static const cr_story_step story_contended_0[] = {
    {MON, CALL(STARTUP)},
    {EP, RET(STARTUP, 0)},
    {MON, CALL(OPEN)},
    {EP, RET(OPEN, 1)},
    {MON, CALL(ONLINE), .set = 1},
    {EP, FACT(LOCK, TAKEN)},
    {EP, FACT(LOCK, RELEASED), .set = 2, DROP(BIG_LOCK)},
    {EP, RET(ONLINE, 995), .wait = 8},
};
static const cr_story_step story_contended_1[] = {
    {MON, CALL(TERMINATE), .wait = 1},
    {TERM, FACT(TERMINATE, NEEDS_LOCK)},
    {TERM, FACT(THE_THING, STOPPED), .wait = 2, .set = 8},
    {TERM, RET(TERMINATE, 0)},
};

/* An Online that fails after it has started something; a quorum type whose disk is not
 * available. */
static const cr_story_step story_failed_start[] = {
    {MON, CALL(STARTUP)},
    {EP, RET(STARTUP, 0)},
    {MON, CALL(OPEN)},
    {EP, FACT(QUORUM_CAPABLE, YES), DROP(ONLINE_NOT_AVAILABLE)},
    {EP, RET(OPEN, 1)},
    {MON, CALL(ONLINE)},
    {EP, FACT(THE_THING, STARTED)},
    {EP, RET(ONLINE, 31)},
    {MON, CALL(TERMINATE)},
    {TERM, FACT(THE_THING, STOPPED), DROP(TERMINATE_LEAVES_STARTED)},
    {TERM, RET(TERMINATE, 0)},
    {MON, CALL(ONLINE)},
    {EP, RET(ONLINE, 5006)},
    {MON, CALL(TERMINATE)},
    {TERM, RET(TERMINATE, 0)},
};

/* Offline of a type that defends something, and Online again. */
static const cr_story_step story_offline[] = {
    {MON, CALL(STARTUP)},
    {EP, RET(STARTUP, 0)},
    {MON, CALL(OPEN)},
    {EP, RET(OPEN, 1)},
    {EP, FACT(OFFLINE_OF_IDLE, SUCCEEDS), DROP(OFFLINE_OF_IDLE_FAILS)},
    {EP, FACT(OFFLINE_OF_IDLE, FAILS), ONLY(OFFLINE_OF_IDLE_FAILS)},
    {MON, CALL(ONLINE)},
    {EP, FACT(RESERVATION, DEFENDED)},
    {EP, RET(ONLINE, 0)},
    {MON, CALL(OFFLINE)},
    {EP, FACT(RESERVATION, GIVEN_UP), DROP(OFFLINE_KEEPS_DEFENDING)},
    {EP, FACT(AVOIDED_FUNCTION, NOT_CALLED_IN_OFFLINE), DROP(OFFLINE_AVOIDED)},
    {EP, FACT(AVOIDED_FUNCTION, CALLED_IN_OFFLINE), ONLY(OFFLINE_AVOIDED)},
    {EP, FACT(TIME_IN_OFFLINE, IN_MILLISECONDS), .result = 50, DROP(OFFLINE_BLOCKS_ON_ONLINE)},
    {EP, FACT(TIME_IN_OFFLINE, IN_MILLISECONDS), .result = 30000, ONLY(OFFLINE_BLOCKS_ON_ONLINE)},
    {EP, FACT(LEASE, KEPT), ONLY(OFFLINE_KEEPS_LEASE)},
    {EP, RET(OFFLINE, 0)},
    {MON, CALL(ONLINE)},
    {EP, RET(ONLINE, 0), DROP(OFFLINE_KEEPS_LEASE)},
    {EP, RET(ONLINE, 31), ONLY(OFFLINE_KEEPS_LEASE)},
};

/* Two instances whose entry points are called one after the other, and then side by side. */
static const cr_story_step story_instances[] = {
    {MON, CALL(STARTUP)},
    {EP, RET(STARTUP, 0)},
    {MON, CALL(OPEN)},
    {EP, RET(OPEN, 1)},
    {MON, .object = 1, CALL(OPEN)},
    {EP, .who = 1, .object = 1, RET(OPEN, 1)},
    {MON, CALL(ONLINE)},
    {MON, .object = 1, FACT(OTHER_INSTANCE, ENTERED), ONLY(MON_TWO_INSTANCES)},
    {EP, RET(ONLINE, 0)},
    {MON, .object = 1, FACT(OTHER_INSTANCE, ENTERED)},
    {EP, .who = 1, .object = 1, FACT(OTHER_INSTANCE, RETURNS_WELL), DROP(INSTANCES_SHARE)},
    {EP, .who = 1, .object = 1, FACT(OTHER_INSTANCE, CORRUPTS), ONLY(INSTANCES_SHARE)},
};

static const cr_story stories[] = {CR_STORY2(story_worker_0, story_worker_1),
                                   CR_STORY1(story_two_waiters),
                                   CR_STORY1(story_terminate),
                                   CR_STORY2(story_contended_0, story_contended_1),
                                   CR_STORY1(story_failed_start),
                                   CR_STORY1(story_offline),
                                   CR_STORY1(story_instances)};

CR_STORY_PART(inside, INSIDE)

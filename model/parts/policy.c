/* policy.c - the stories of the part "policy"; see story.h. */
#include "story.h"

/* A resource fails, is restarted within its threshold, fails again, and its group moves. */
static const cr_story_step story_restarts[] = {
    {MON, CALL(STARTUP)},
    {EP, RET(STARTUP, 0)},
    {MON, CALL(OPEN)},
    {EP, RET(OPEN, 1)},
    {MON, FACT(RESTART_ACTION, NOTIFY)},
    {MON, CALL(ONLINE)},
    {EP, RET(ONLINE, 0)},
    {MON, CALL(TERMINATE), ONLY(MON_TERMINATES_SUCCESS)},
    {MON, CALL(LOOKS_ALIVE)},
    {EP, RET(LOOKS_ALIVE, 1)},
    {CLUSTER, FACT(FAIL_REQUEST, ACCEPTED)},
    {MON, CALL(IS_ALIVE)},
    {EP, RET(IS_ALIVE, 0)},
    {MON, CALL(TERMINATE)},
    {TERM, RET(TERMINATE, 0)},
    {MON, CALL(TERMINATE), ONLY(MON_DOUBLE_FAILURE)},
    {MON, FACT(STATE, FAILED), DROP(MON_FAILURE_OFFLINE)},
    {MON, FACT(STATE, OFFLINE), ONLY(MON_FAILURE_OFFLINE)},
    {MON, CALL(LOOKS_ALIVE), ONLY(MON_POLLS_FAILED)},
    {MON, CALL(OFFLINE), ONLY(MON_OFFLINE_AFTER_TERMINATE)},
    {MON, FACT(RESTART, DECIDED)},
    {MON, CALL(CLOSE), ONLY(MON_RESTART_REOPENS)},
    {MON, CALL(ONLINE)},
    {EP, RET(ONLINE, 0)},
    {EP, FACT(SIGNAL_FAILURE, CALLED)},
    {MON, FACT(CAUSE, RECORDED)},
    {MON, CALL(TERMINATE)},
    {TERM, RET(TERMINATE, 0)},
    {MON, FACT(THRESHOLD, REACHED)},
    {MON, CALL(ONLINE), ONLY(MON_RESTARTS_FOR_EVER)},
    {MON, FACT(GROUP, MOVES), DROP(MON_GROUP_STAYS)},
    {MON, FACT(GROUP, STAYS), ONLY(MON_GROUP_STAYS)},
    {CLUSTER, FACT(FAIL_REQUEST, REFUSED), DROP(MON_FAILS_OFFLINE)},
    {CLUSTER, FACT(FAIL_REQUEST, ACCEPTED), ONLY(MON_FAILS_OFFLINE)},
    {POLLER, FACT(SIGNAL_FAILURE, CALLED), ONLY(SIGNAL_FAILURE_OFFLINE)},
};

/* After a failover that failed the resource is tried once more, and once only when that is
 * switched off. */
static const cr_story_step story_restarts_retry[] = {
    {MON, CALL(STARTUP)},
    {EP, RET(STARTUP, 0)},
    {MON, CALL(OPEN)},
    {EP, RET(OPEN, 1)},
    {MON, CALL(ONLINE)},
    {EP, RET(ONLINE, 31)},
    {MON, CALL(TERMINATE)},
    {TERM, RET(TERMINATE, 0)},
    {MON, FACT(RETRY, DUE), DROP(MON_RETRIES_OFF)},
    {MON, FACT(RETRY, SWITCHED_OFF), ONLY(MON_RETRIES_OFF)},
    {MON, CALL(ONLINE)},
    {EP, RET(ONLINE, 0)},
};

/* A resource that is not to be restarted fails; one reports that it cannot come online here. */
static const cr_story_step story_no_restart[] = {
    {MON, CALL(STARTUP)},
    {EP, RET(STARTUP, 0)},
    {MON, CALL(OPEN)},
    {EP, RET(OPEN, 1)},
    {MON, FACT(RESTART_ACTION, NONE)},
    {MON, CALL(ONLINE)},
    {EP, RET(ONLINE, 0)},
    {MON, CALL(IS_ALIVE)},
    {EP, RET(IS_ALIVE, 0)},
    {MON, CALL(TERMINATE)},
    {TERM, RET(TERMINATE, 0)},
    {MON, CALL(ONLINE), ONLY(MON_RESTARTS_ANYWAY)},
    {MON, FACT(FAILED_FOR_GOOD, RECORDED)},
    {MON, CALL(CLOSE)},
    {EP, RET(CLOSE, 0)},
};

/* Online reports that the resource cannot come online on this node; the group moves. */
static const cr_story_step story_cannot_here[] = {
    {MON, CALL(STARTUP)},
    {EP, RET(STARTUP, 0)},
    {MON, CALL(OPEN)},
    {EP, RET(OPEN, 1)},
    {MON, CALL(ONLINE)},
    {EP, SPAWN(0)},
    {EP, RET(ONLINE, 997)},
    {MON, FACT(STATE, ONLINE_PENDING), DROP(MON_PENDING_UNSEEN)},
    {MON, FACT(STATE, OFFLINE), ONLY(MON_PENDING_UNSEEN)},
    {WORKER, STATUS(CANNOT_COME_ONLINE_HERE, 1, CONTINUE)},
    {WORKER, ENDS},
    {MON, CALL(TERMINATE)},
    {TERM, RET(TERMINATE, 0)},
    {MON, FACT(GROUP, MOVES), DROP(MON_RESTARTS_HERE)},
    {MON, CALL(ONLINE), ONLY(MON_RESTARTS_HERE)},
};

/* An embedded failure, and a forced offline; Offline in the order of dependencies. */
static const cr_story_step story_embedded[] = {
    {MON, CALL(STARTUP)},
    {EP, RET(STARTUP, 0)},
    {MON, CALL(OPEN)},
    {EP, RET(OPEN, 1)},
    {MON, CALL(ONLINE)},
    {EP, RET(ONLINE, 0)},
    {EP, FACT(EMBEDDED_FAILURE, SIGNALLED), DROP(MON_TERMINATES_IDLY)},
    {MON, CALL(TERMINATE), ONLY(MON_TERMINATES_IDLY)},
    {MON, CALL(TERMINATE), ONLY(MON_EMBEDDED_TERMINATES)},
    {MON, FACT(EMBEDDED_ACTION, TAKEN)},
    {MON, CALL(OFFLINE)},
    {EP, SPAWN(0)},
    {EP, RET(OFFLINE, 997)},
    {MON, FACT(STATE, OFFLINE_PENDING), DROP(MON_OFFLINE_UNSEEN)},
    {MON, FACT(STATE, ONLINE), ONLY(MON_OFFLINE_UNSEEN)},
    {WORKER, STATUS(OFFLINE, 1, CONTINUE)},
    {WORKER, ENDS},
    {MON, CALL(TERMINATE), ONLY(MON_TERMINATES_OFFLINE)},
    {MON, CALL(ONLINE)},
    {EP, RET(ONLINE, 0)},
    {CLUSTER, FACT(CAUSE, FORCED)},
    {MON, CALL(TERMINATE)},
    {TERM, RET(TERMINATE, 0)},
    {MON, FACT(STATE, OFFLINE), DROP(MON_FORCED_FAILS)},
    {MON, FACT(STATE, FAILED), ONLY(MON_FORCED_FAILS)},
};

/* Calls that hang, an exception, and what becomes of the process and its instances. */
static const cr_story_step story_deadlock[] = {
    {MON, CALL(STARTUP)},
    {EP, RET(STARTUP, 0)},
    {MON, CALL(OPEN)},
    {EP, RET(OPEN, 1)},
    {MON, CALL(ONLINE)},
    {EP, SPAWN(0)},
    {EP, RET(ONLINE, 997)},
    {WORKER, FACT(WORKER, SILENT)},
    {MON, FACT(PROCESS, KILLED), ONLY(MON_KILLS_SILENT)},
    {ENVIRONMENT, .kind = CR_EV_EXPIRE},
    {MON, CALL(TERMINATE)},
    {WORKER, STATUS(ONLINE, 1, TERMINATE), DROP(MON_LATE_REPORT_COUNTS)},
    {WORKER, STATUS(ONLINE, 1, CONTINUE), ONLY(MON_LATE_REPORT_COUNTS)},
    {WORKER, ENDS},
    {TERM, FACT(TERMINATE, SLOW)},
    {MON, FACT(PROCESS, KILLED), ONLY(MON_KILLS_SLOW_TERMINATE)},
    {TERM, RET(TERMINATE, 0)},
    {MON, CALL(ONLINE)},
    {EP, RET(ONLINE, 0)},
    {MON, CALL(IS_ALIVE)},
    {EP, FACT(EXCEPTION, CAUGHT), DROP(EXCEPTION_LEAVES)},
    {EP, FACT(EXCEPTION, LEAVES), ONLY(EXCEPTION_LEAVES)},
    {ENVIRONMENT, FACT(CALL, HANGS)},
    {MON, FACT(PROCESS, KILLED), DROP(MON_WAITS_FOR_HUNG)},
    {MON, FACT(PROCESS, GOES_ON), ONLY(MON_WAITS_FOR_HUNG)},
    {MON, FACT(OTHER_PROCESS, UNTOUCHED), DROP(MON_KILLS_ALL)},
    {MON, FACT(OTHER_PROCESS, KILLED), ONLY(MON_KILLS_ALL)},
    {MON, CALL(TERMINATE), ONLY(MON_TERMINATES_DEAD)},
    {MON, FACT(PROCESS_OF_TYPE, STARTS)},
    {MON, FACT(HOSTED, ALONE), DROP(MON_HOSTS_TOGETHER)},
    {MON, FACT(HOSTED, WITH_OTHERS), ONLY(MON_HOSTS_TOGETHER)},
    {MON, FACT(CONTROL_CALL, HANGS)},
    {MON, FACT(PROCESS, KILLED), DROP(MON_CONTROL_UNWATCHED)},
    {MON, FACT(PROCESS, GOES_ON), ONLY(MON_CONTROL_UNWATCHED)},
    {MON, FACT(PROCESS, DOES_NOT_END)},
    {MON, FACT(NODE, GOES_DOWN), DROP(MON_NODE_STAYS)},
    {MON, FACT(NODE, STAYS_UP), ONLY(MON_NODE_STAYS)},
};

/* An exception leaves an entry point: the process ends, and the next one begins anew. */
static const cr_story_step story_exception[] = {
    {MON, CALL(STARTUP)},
    {EP, RET(STARTUP, 0)},
    {MON, CALL(OPEN)},
    {EP, FACT(EXCEPTION, THROWN)},
    {MON, FACT(PROCESS, KILLED), DROP(MON_SWALLOWS_EXCEPTION)},
    {MON, FACT(PROCESS, GOES_ON), ONLY(MON_SWALLOWS_EXCEPTION)},
    {MON, FACT(PROCESS_OF_TYPE, STARTS)},
};

/* A new process finds what a killed one has left. */
static const cr_story_step story_new_process[] = {
    {ENVIRONMENT, FACT(LEFTOVERS, OF_KILLED_PROCESS)},
    {MON, FACT(PROCESS_OF_TYPE, STARTS)},
    {MON, CALL(ONLINE), ONLY(MON_SKIPS_STARTUP)},
    {MON, CALL(STARTUP)},
    {EP, RET(STARTUP, 0)},
    {MON, CALL(OPEN)},
    {EP, FACT(LEFTOVERS, TAKEN_DOWN), DROP(OPEN_ADOPTS_RUNNING)},
    {EP, RET(OPEN, 1)},
};

static const cr_story stories[] = {CR_STORY1(story_restarts),   CR_STORY1(story_restarts_retry),
                                   CR_STORY1(story_no_restart), CR_STORY1(story_cannot_here),
                                   CR_STORY1(story_embedded),   CR_STORY1(story_deadlock),
                                   CR_STORY1(story_exception),  CR_STORY1(story_new_process)};

CR_STORY_PART(policy, POLICY)

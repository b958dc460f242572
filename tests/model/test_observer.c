/* test_observer.c - the observer: for every clause a sequence of events that keeps it and one that
 * breaks it at its last event; whole lives without a complaint; random events.
 *
 * Sequences are written in a small notation; events are separated by semicolons:
 *   c ENTRYPOINT               the monitor calls         r ENTRYPOINT RESULT   it returns
 *   s ACTOR STATE CP ANSWER    status report             x                     the timer expires
 *   spawn ACTOR LANE RESULT    exit LANE                 y ACTOR    log ACTOR
 *   ACTOR OPERATION HANDLE RESULT [+EFFECT] [?CAUSE] [ro] [excl]
 * ACTOR is e (entry point), t (Terminate), w0, w1 (workers), a (application); HANDLE - is none.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/observer.h"
#include "words.h"

Suite *cr_suite_observer(void);

/* ---- the notation ---------------------------------------------------------------------------- */

static uint32_t entry_point_of(const char *word) {
  for (uint32_t i = 1; i < CR_EP_COUNT; i++)
    if (strcmp(cr_entry_point_name(i), word) == 0) return i;
  ck_abort_msg("unknown entry point %s", word);
}

static uint32_t state_of(const char *word) {
  for (uint32_t i = 0; i < 256; i++)
    if (cr_state_name(i) != NULL && strcmp(cr_state_name(i), word) == 0) return i;
  return number(word);
}

static void actor_set(cr_event *e, const char *word) {
  switch (word[0]) {
    case 'e': e->role = CR_ROLE_EP; break;
    case 't': e->role = CR_ROLE_TERM; break;
    case 'a': e->role = CR_ROLE_APP; break;
    case 'w':
      e->role = CR_ROLE_WORKER;
      e->lane = (uint8_t)number(word + 1);
      break;
    default: ck_abort_msg("unknown actor %s", word);
  }
}

static void attribute(cr_event *e, const char *word) {
  if (word[0] == '+') {
    for (uint32_t bit = 0; bit < CR_FX_COUNT; bit++)
      if (strcmp(cr_effect_name(bit), word + 1) == 0) {
        e->effects = (uint8_t)(e->effects | (1u << bit));
        return;
      }
  } else if (word[0] == '?') {
    for (uint8_t cause = 1; cause < CR_CAUSE_COUNT; cause++)
      if (strcmp(cr_cause_name(cause), word + 1) == 0) {
        e->cause = cause;
        return;
      }
  } else if (strcmp(word, "ro") == 0) {
    e->extra &= ~(uint32_t)CR_ACC_WRITE;
    return;
  } else if (strcmp(word, "excl") == 0) {
    e->extra &= ~(uint32_t)(CR_SHR_WRITE | CR_SHR_DELETE);
    return;
  }
  ck_abort_msg("unknown attribute %s", word);
}

static cr_event volume_event(const words *w) {
  cr_event e = {.kind = kind_of(w->word[1]), .handle = CR_NO_HANDLE};
  actor_set(&e, w->word[0]);
  if (w->word[2][0] != '-') e.handle = (uint8_t)number(w->word[2]);
  e.result = number(w->word[3]);
  if (e.kind == CR_EV_OPENV || e.kind == CR_EV_OPENF)
    e.extra = CR_ACC_READ | CR_ACC_WRITE | CR_SHR_READ | CR_SHR_WRITE;
  for (unsigned i = 4; i < w->count; i++) attribute(&e, w->word[i]);
  return e;
}

static cr_event event_of(const words *w) {
  const char *verb = w->word[0];
  cr_event e = {.handle = CR_NO_HANDLE};
  if (strcmp(verb, "c") == 0) {
    e.kind = CR_EV_CALL;
    e.role = CR_ROLE_MONITOR;
    e.value = entry_point_of(w->word[1]);
  } else if (strcmp(verb, "r") == 0) {
    e.kind = CR_EV_RET;
    e.value = entry_point_of(w->word[1]);
    e.role = e.value == CR_EP_TERMINATE ? CR_ROLE_TERM : CR_ROLE_EP;
    e.result = number(w->word[2]);
  } else if (strcmp(verb, "s") == 0) {
    e.kind = CR_EV_STATUS;
    actor_set(&e, w->word[1]);
    e.value = state_of(w->word[2]);
    e.extra = number(w->word[3]);
    e.result = number(w->word[4]);
  } else if (strcmp(verb, "x") == 0) {
    e.kind = CR_EV_EXPIRE;
    e.role = CR_ROLE_ENV;
  } else if (strcmp(verb, "spawn") == 0) {
    e.kind = CR_EV_SPAWN;
    actor_set(&e, w->word[1]);
    e.value = number(w->word[2]);
    e.result = number(w->word[3]);
  } else if (strcmp(verb, "exit") == 0) {
    e.kind = CR_EV_EXIT;
    e.role = CR_ROLE_WORKER;
    e.lane = (uint8_t)number(w->word[1]);
  } else if (strcmp(verb, "y") == 0 || strcmp(verb, "log") == 0) {
    e.kind = verb[0] == 'y' ? CR_EV_SYNC : CR_EV_LOG;
    actor_set(&e, w->word[1]);
  } else {
    return volume_event(w);
  }
  return e;
}

/* ---- running a sequence ---------------------------------------------------------------------- */

static cr_scenario scenario_make(void) {
  cr_scenario s = {.resources_count = 1, .volumes_count = 1, .apps_count = 1};
  s.volume[0].off = 1;
  s.volume[0].detach = CR_DETACH_CLEANUP;
  return s;
}

typedef struct outcome {
  cr_judgement all;  /* union over the sequence */
  cr_judgement last; /* of the last event */
  cr_clauses before; /* violated before the last event */
} outcome;

static outcome run(const cr_scenario *s, const char *text) {
  cr_observer o;
  outcome out = {0};
  cr_observer_init(&o, s);
  while (*text != '\0') {
    words w;
    text = words_read(text, &w);
    if (w.count == 0) continue;
    cr_event e = event_of(&w);
    out.before = out.all.violated;
    cr_observe(&o, s, &e, &out.last);
    cr_clauses_merge(&out.all.exercised, &out.last.exercised);
    cr_clauses_merge(&out.all.violated, &out.last.violated);
  }
  return out;
}

/* ---- building blocks ------------------------------------------------------------------------- */

#define LOADED "c Startup;r Startup 0;"
#define OPENED LOADED "c Open;y e;r Open 1;"
#define ONLINING OPENED "c Online;y e;"
#define PENDING ONLINING "spawn e 0 0;r Online 997;"
#define W_UP                                                                  \
  "w0 openv 5 0 +raw;w0 online 5 0;w0 close 5 0 +detach;w0 openf 5 0 +mount;" \
  "w0 read 5 0;w0 close 5 0;"
#define UP PENDING W_UP "s w0 Online 1 0;exit 0;"
#define OFFLINING UP "c Offline;y e;"
#define OFF_PENDING OFFLINING "spawn e 0 0;r Offline 997;"
#define W_DOWN \
  "w0 openv 5 0;w0 lock 5 0;w0 dismount 5 0;w0 offline 5 0;w0 close 5 0 +detach +unlock;"
#define DOWN OFF_PENDING W_DOWN "s w0 Offline 1 0;exit 0;"
#define T_DOWN "t openv 6 0;t dismount 6 0;t offline 6 0;t close 6 0 +detach;"
/* A volume that is online with nothing bound, mounted; both by an application. */
#define ON "a openv 0 0 +raw;a online 0 0;a close 0 0 +detach;"
#define MNT ON "a openf 0 0 +mount;a close 0 0;"

typedef struct pair {
  cr_clause clause;
  const char *good, *bad;
} pair;
#define P(ID, good, bad) \
  { CR_CLAUSE_##ID, good, bad }

static const pair monitor_pairs[] = {
    P(RM_LOAD_01, LOADED "c Open;", "c Open;"),
    P(RM_LOAD_02, LOADED, OPENED "c Startup;"),
    P(RM_LOAD_15, LOADED "c Open;", "c Startup;c Open;"),
    P(RM_LOAD_16, "c Startup;r Startup 5080;c Startup;", "c Startup;r Startup 5080;c Open;"),
    P(RM_LOAD_17, LOADED, "c Startup;s e Failed 0 1;"),
    P(RM_OPEN_01, OPENED, OPENED "c Open;"),
    P(RM_OPEN_05, OPENED, LOADED "c Open;e openv 4 0 +raw;e online 4 0;"),
    P(RM_OPEN_08, OPENED, LOADED "c Open;c IsAlive;"),
    P(RM_OPEN_09, OPENED, LOADED "c Open;s e Online 0 1;"),
    P(RM_CLOSE_01, OPENED "c Close;r Close 0;", OPENED "c Close;r Close 0;c Close;"),
    P(RM_CLOSE_02, OPENED "c Close;", OPENED "c Terminate;c Close;"),
    P(RM_CLOSE_03, OPENED "c Close;r Close 0;c Open;", OPENED "c Close;r Close 0;c Online;"),
    P(RM_CLOSE_04, DOWN "c Close;r Close 0;", PENDING "c Close;r Close 0;"),
    P(RM_CLOSE_05, OPENED "c Close;r Close 0;", OPENED "c Close;r Close 0;log e;"),
    P(RM_CLOSE_07,
      UP "c Close;e openv 4 0;e dismount 4 0;e offline 4 0;e close 4 0 +detach;r Close 0;",
      UP "c Close;r Close 0;"),
    P(RM_CLOSE_08, OPENED "c Close;", UP "c Close;"),
    P(RM_ONLINE_01, OPENED "c Online;", LOADED "c Online;"),
    P(RM_ONLINE_02, OPENED "c Online;", UP "c Online;"),
    P(RM_ONLINE_03, OPENED "c Online;", PENDING "c Online;"),
    P(RM_ONLINE_05, ONLINING "r Online 5038;", ONLINING "r Online 2147500037;"),
    P(RM_ONLINE_07,
      ONLINING "e openv 4 0 +raw;e online 4 0;e close 4 0 +detach;"
               "e openf 4 0 +mount;e close 4 0;r Online 0;",
      ONLINING "e openv 4 0 +raw;e close 4 0 +detach;r Online 0;"),
    P(RM_ONLINE_08, PENDING, ONLINING "r Online 997;"),
    P(RM_ONLINE_10, ONLINING "r Online 31;c Terminate;", ONLINING "r Online 31;c Close;"),
    P(RM_ONLINE_13, ONLINING "r Online 31;", ONLINING "spawn e 0 0;r Online 31;s w0 Failed 0 1;"),
    P(RM_ONLINE_14, ONLINING "spawn e 0 0;" W_UP "s w0 Online 0 0;r Online 997;",
      ONLINING "spawn e 0 0;" W_UP "s w0 Online 0 0;r Online 31;"),
    P(RM_ONLINE_16, UP, PENDING "s w0 Online 0 0;"),
    P(RM_OFFLINE_01, UP "c Offline;", LOADED "c Offline;"),
    P(RM_OFFLINE_02, OFFLINING "r Offline 31;", OFFLINING "r Offline 1;"),
    P(RM_OFFLINE_03,
      OFFLINING "e openv 4 0;e dismount 4 0;e offline 4 0;e close 4 0 +detach;"
                "r Offline 0;",
      OFFLINING "r Offline 0;"),
    P(RM_OFFLINE_04,
      OFFLINING "e openv 4 0;e dismount 4 0;e offline 4 0;e close 4 0 +detach;"
                "r Offline 0;",
      OFFLINING "spawn e 0 0;r Offline 0;"),
    P(RM_OFFLINE_05, OFF_PENDING, OFFLINING "r Offline 997;"),
    P(RM_OFFLINE_07, OFFLINING "r Offline 31;c Terminate;", OFFLINING "r Offline 31;c Offline;"),
    P(RM_OFFLINE_11, DOWN, OFF_PENDING "s w0 Offline 1 0;"),
    P(RM_OFFLINE_12, OFF_PENDING "c Terminate;", OFF_PENDING "c LooksAlive;"),
    P(RM_TERM_02, OPENED "c Terminate;", OPENED "c Close;c Terminate;"),
    P(RM_TERM_03, UP "c Terminate;" T_DOWN "r Terminate 0;", UP "c Terminate;r Terminate 0;"),
    P(RM_TERM_04, PENDING "c Terminate;s w0 Failed 0 1;exit 0;r Terminate 0;",
      PENDING "c Terminate;r Terminate 0;"),
    P(RM_TERM_05, PENDING "c Terminate;s w0 OnlinePending 1 1;",
      PENDING "c Terminate;s w0 OnlinePending 1 0;"),
    P(RM_TERM_07, OPENED "c Terminate;r Terminate 0;c Online;", OPENED "c Terminate;c Online;"),
    P(RM_TERM_17, ONLINING "c Terminate;r Terminate 0;r Online 31;",
      ONLINING "c Terminate;r Terminate 0;spawn e 0 0;r Online 997;"),
    P(RM_POLL_01, UP "c IsAlive;", OPENED "c IsAlive;"),
    P(RM_POLL_03, UP "c LooksAlive;r LooksAlive 0;c IsAlive;",
      UP "c LooksAlive;r LooksAlive 0;c Offline;"),
    P(RM_POLL_05, UP "c IsAlive;r IsAlive 0;c Terminate;", UP "c IsAlive;r IsAlive 0;c Close;"),
    P(RM_POLL_12, UP "c LooksAlive;r LooksAlive 1;", UP "c IsAlive;s e Failed 2 1;"),
    P(RM_POLL_13, UP "c IsAlive;", UP "c IsAlive;c LooksAlive;"),
    P(RM_CONC_01, UP "c IsAlive;", UP "c IsAlive;c Offline;"),
    P(RM_CONC_10, OPENED "c Terminate;", OPENED "c Terminate;c Terminate;"),
    P(RM_TIME_01, PENDING "x;", ONLINING "x;"),
    P(RM_TIME_04, PENDING "x;c Terminate;", PENDING "x;c Close;"),
    P(RM_TIME_06, PENDING "x;", UP "x;"),
    P(RM_FAIL_01, ONLINING "r Online 31;c Terminate;r Terminate 0;c Online;",
      ONLINING "r Online 31;c Online;"),
};

static const pair status_pairs[] = {
    P(RM_STATUS_01, PENDING "s w0 OnlinePending 1 0;", OPENED "s e Online 1 1;"),
    P(RM_STATUS_04, PENDING "s w0 OnlinePending 1 0;", PENDING "s w0 128 1 0;"),
    P(RM_STATUS_05, OFF_PENDING "s w0 OfflinePending 1 0;", OFF_PENDING "s w0 OnlinePending 1 0;"),
    P(RM_STATUS_06, OFF_PENDING W_DOWN "s w0 Failed 1 0;", OFF_PENDING "s w0 127 1 0;"),
    P(RM_STATUS_07,
      PENDING "s w0 OnlinePending 1 0;s w0 OnlinePending 300 0;"
              "s w0 OnlinePending 400 0;",
      PENDING "s w0 OnlinePending 1 0;s w0 OnlinePending 1 0;"),
    P(RM_STATUS_12, UP, PENDING W_UP "s w0 Online 1 0;s w0 Failed 1 1;"),
    P(RM_STATUS_13, UP, PENDING W_UP "s w0 Online 1 0;s w0 OnlinePending 2 1;"),
    P(RM_STATUS_14, PENDING "s w0 OnlinePending 1 0;", PENDING "s w0 OnlinePending 1 2;"),
    P(RM_STATUS_15, PENDING "x;s w0 OnlinePending 1 1;", PENDING "s w0 OnlinePending 1 1;"),
    P(RM_STATUS_16, PENDING "c Terminate;s w0 OnlinePending 1 1;exit 0;",
      PENDING "c Terminate;s w0 OnlinePending 1 1;s w0 OnlinePending 2 1;"),
    P(RM_STATUS_20, ONLINING "spawn e 0 0;" W_UP "s w0 Online 0 0;exit 0;r Online 997;c IsAlive;",
      ONLINING "spawn e 0 0;" W_UP "s w0 Online 0 0;exit 0;r Online 997;x;"),
    P(RM_STATUS_29, PENDING "s w0 OnlinePending 1 0;",
      PENDING "c Terminate;r Terminate 0;c Online;s w0 OnlinePending 1 0;"),
    P(RM_WORK_07, ONLINING "spawn e 0 0;", ONLINING "c Terminate;r Terminate 0;spawn e 0 0;"),
    P(RM_WORK_10, ONLINING "spawn e 0 8;r Online 8;", ONLINING "spawn e 0 8;r Online 997;"),
};

static const pair stack_pairs[] = {
    P(VOL_ACC_01, "a openv 0 0 +raw ro;a online 0 5 ?rights;", "a openv 0 0 +raw ro;a online 0 0;"),
    P(VOL_ACC_04, ON "a openf 0 0 +mount;a lock 0 87 ?kind;",
      ON "a openf 0 0 +mount;a dismount 0 0;"),
    P(VOL_ACC_05, ON "a openf 0 0 +mount;a offline 0 87 ?kind;",
      ON "a openf 0 0 +mount;a offline 0 0;"),
    P(VOL_ACC_07, "a read 3 6 ?handle;", "a read 3 0;"),
    P(VOL_OPEN_01, ON "a openf 0 0 +mount;", ON "a openf 0 21;"),
    P(VOL_OPEN_02, MNT "a openf 0 0;", MNT "a openf 0 0 +mount;"),
    P(VOL_OPEN_03, MNT "a openv 1 0;a lock 1 0;a openf - 5 ?locked;",
      MNT "a openv 1 0;a lock 1 0;a openf 0 0;"),
    P(VOL_OPEN_05, MNT "a openv 1 0;a dismount 1 0;a openf - 21 ?pending;",
      MNT "a openv 1 0;a dismount 1 0;a openf 0 0 +mount;"),
    P(VOL_OPEN_06, "a openv 0 0 +raw;", "a openv - 21 ?offline;"),
    P(VOL_OPEN_07, "a openf - 21 ?offline;", "a openf 0 0 +mount;"),
    P(VOL_OPEN_08, ON "a openf 0 0 +mount;", "a openv 0 0 +mount;"),
    P(VOL_OPEN_09, "a openv 0 0 +raw;", "a openv 0 0 +mount;"),
    P(VOL_OPEN_10, "a openv 0 0 +raw;a openf - 1005 ?raw;", "a openv 0 0 +raw;a openf 1 0;"),
    P(VOL_OPEN_11, "a openm 0 0;", "a openm 0 0 +mount;"),
    P(VOL_OPEN_13, MNT, MNT "a openv 0 0 +raw;"),
    P(VOL_OPEN_15, MNT "a openv 1 0 excl;a openf - 5 ?locked;",
      MNT "a openv 1 0 excl;a openf 0 0;"),
    P(VOL_LOCK_01, MNT "a openv 1 0;a lock 1 0;", MNT "a openf 0 0;a openv 1 0;a lock 1 0;"),
    P(VOL_LOCK_02, MNT "a openv 1 0;a lock 1 0;", MNT "a openv 0 0;a openv 1 0;a lock 1 0;"),
    P(VOL_LOCK_04, MNT "a openf 0 0;a openv 1 0;a lock 1 5 ?busy;",
      MNT "a openf 0 0;a openv 1 0;a lock 1 87;"),
    P(VOL_LOCK_05, MNT "a openv 1 0;a lock 1 0;a lock 1 5 ?locked;",
      MNT "a openv 1 0;a lock 1 0;a lock 1 0;"),
    P(VOL_LOCK_06, MNT "a openf 0 0;a write 0 0;a close 0 0;a openv 1 0;a lock 1 0;a dismount 1 0;",
      MNT "a openf 0 0;a write 0 0;a close 0 0;a openv 1 0;a lock 1 0;a dismount 1 0 +lost;"),
    P(VOL_UNLOCK_01, MNT "a openv 1 0;a lock 1 0;a unlock 1 0 +unlock;",
      MNT "a openv 1 0;a lock 1 0;a unlock 1 158;"),
    P(VOL_UNLOCK_02, MNT "a openv 1 0;a unlock 1 158;", MNT "a openv 1 0;a unlock 1 0 +unlock;"),
    P(VOL_UNLOCK_03, MNT "a openv 1 0;a lock 1 0;a dismount 1 0;a unlock 1 0 +unlock;",
      MNT "a openv 1 0;a lock 1 0;a dismount 1 0;a unlock 1 21;"),
    P(VOL_DISM_02, MNT "a openf 0 0;a openv 1 0;a dismount 1 0;",
      MNT "a openf 0 0;a openv 1 0;a dismount 1 158;"),
    P(VOL_DISM_05, MNT "a openv 1 0;a dismount 1 0;a dismount 1 21 ?dismounted;",
      MNT "a openv 1 0;a dismount 1 0;a dismount 1 5;"),
    P(VOL_DISM_07, MNT "a openv 0 0 ro;a openv 1 0 excl ro;a dismount 0 5 ?locked;",
      MNT "a openv 0 0 ro;a openv 1 0 excl ro;a dismount 0 0;"),
    P(VOL_DISM_08, MNT "a openv 1 0;a dismount 1 0;", MNT "a openv 1 0;a dismount 1 0 +detach;"),
    P(VOL_DISM_09, MNT "a openv 1 0;a dismount 1 0;a close 1 0 +detach;",
      MNT "a openv 1 0;a dismount 1 0;a close 1 0;"),
    P(VOL_DISM_10, MNT "a openv 1 0;a dismount 1 0;a read 1 0;",
      MNT "a openv 1 0;a dismount 1 0;a read 1 21 ?dismounted;"),
    P(VOL_DISM_11, MNT "a openv 1 0;a dismount 1 0;a isoff 1 31;",
      MNT "a openv 1 0;a dismount 1 0;a isoff 1 0;"),
    P(VOL_STALE_01, MNT "a openf 0 0;a openv 1 0;a dismount 1 0;a read 0 21 ?dismounted;",
      MNT "a openf 0 0;a openv 1 0;a dismount 1 0;a read 0 0;"),
    P(VOL_STALE_02, MNT "a openv 0 0;a openv 1 0;a dismount 1 0;a read 0 21 ?dismounted;",
      MNT "a openv 0 0;a openv 1 0;a dismount 1 0;a read 0 0;"),
    P(VOL_STALE_03,
      MNT "a openf 0 0;a openv 1 0;a dismount 1 0;a close 1 0 +detach;a openf 1 0 +mount;"
          "a read 0 21 ?dismounted;",
      MNT "a openf 0 0;a openv 1 0;a dismount 1 0;a close 1 0 +detach;a openf 1 0 +mount;"
          "a read 0 0;"),
    P(VOL_STALE_06, MNT "a openf 0 0;a openv 1 0;a dismount 1 0;a close 0 0;",
      MNT "a openf 0 0;a openv 1 0;a dismount 1 0;a close 0 21;"),
    P(VOL_CLOSE_02, MNT "a openv 1 0;a lock 1 0;a close 1 0 +unlock;",
      MNT "a openv 1 0;a lock 1 0;a close 1 0;"),
    P(VOL_CLOSE_05, "a openv 0 0 +raw;a close 0 0 +detach;a openf - 21 ?offline;",
      "a openv 0 0 +raw;a close 0 0 +detach;a openf 0 0 +mount;"),
    P(VOL_OFFLINE_04, MNT "a openv 1 0;a offline 1 0;a isoff 1 0;",
      MNT "a openv 1 0;a offline 1 0;a isoff 1 31;"),
    P(VOL_OFFLINE_05, "a openv 0 0 +raw;a offline 0 0;", "a openv 0 0 +raw;a offline 0 31;"),
    P(VOL_OFFLINE_06, "a openv 0 0 +raw;a read 0 21 ?offline;", "a openv 0 0 +raw;a read 0 0;"),
    P(VOL_OFFLINE_08, MNT "a openv 1 0;a offline 1 0;", MNT "a openv 1 0;a offline 1 0 +detach;"),
    P(VOL_OFFLINE_12, MNT "a openv 1 0;a dismount 1 0;a offline 1 0;",
      MNT "a openv 1 0;a dismount 1 0;a offline 1 31;"),
    P(VOL_OFFLINE_13, MNT "a openv 1 0;a offline 1 0;", MNT "a openv 1 0;a offline 1 5;"),
    P(VOL_OFFLINE_14, "a openm 0 0;a isoff 0 0;", "a openm 0 0;a isoff 0 31;"),
    P(VOL_ONLINE_01, ON "a openf 0 0 +mount;", ON "a openf - 21 ?offline;"),
    P(VOL_ONLINE_02, ON, "a openv 0 0 +raw;a online 0 0 +mount;"),
    P(VOL_ONLINE_03, MNT "a openv 1 0;a online 1 0;", MNT "a openv 1 0;a online 1 31;"),
    P(VOL_ONLINE_04, ON, "a openv 0 0 +raw;a online 0 21;"),
    P(VOL_ONLINE_06, "a openv 0 0 +raw;a close 0 0 +detach;", "a openv 0 0 +raw;a close 0 0;"),
    P(VOL_QUERY_01, MNT "a openf 0 0;a ismounted 0 0;", MNT "a openf 0 0;a ismounted 0 21;"),
    P(VOL_QUERY_02, MNT "a openf 0 0;a openv 1 0;a dismount 1 0;a ismounted 0 21;",
      MNT "a openf 0 0;a openv 1 0;a dismount 1 0;a ismounted 0 0;"),
    P(VOL_QUERY_03, "a openm 0 0;a isoff 0 0;", "a openm 0 0;a isoff 0 5;"),
};

static const pair user_pairs[] = {
    P(VOL_ACC_09, PENDING W_UP, PENDING "w0 openv 5 0 +raw ro;w0 online 5 5 ?rights;"),
    P(VOL_OPEN_19, UP "c LooksAlive;e openv 4 0;e read 4 0;e close 4 0;r LooksAlive 1;",
      UP "c LooksAlive;e openv 4 0;e close 4 0;r LooksAlive 1;"),
    P(VOL_LOCK_19, DOWN,
      OFF_PENDING "w0 openv 5 0;w0 lock 5 0;w0 unlock 5 0 +unlock;w0 dismount 5 0;"),
    P(VOL_UNLOCK_07, DOWN,
      OFF_PENDING "w0 openv 5 0;w0 lock 5 0;w0 dismount 5 0;w0 unlock 5 0 +unlock;"),
    P(VOL_DISM_16, DOWN, OFF_PENDING "w0 openv 5 0;w0 dismount 5 1117 ?fault;w0 offline 5 0;"),
    P(VOL_CLOSE_09, DOWN,
      OFF_PENDING "w0 openv 5 0;w0 dismount 5 0;w0 offline 5 0;s w0 Offline 1 0;"),
    P(VOL_OFFLINE_01, DOWN, OFF_PENDING "w0 openv 5 0;w0 offline 5 0;"),
    P(VOL_OFFLINE_02, DOWN,
      OFF_PENDING "w0 openm 7 0;w0 openv 5 0;w0 dismount 5 0;w0 offline 7 0;"),
    P(VOL_OFFLINE_03, DOWN,
      OFF_PENDING "w0 openv 5 0;w0 dismount 5 0;w0 close 5 0 +detach;w0 openv 5 0 +mount;"
                  "w0 offline 5 0;"),
    P(VOL_CLUS_02, UP,
      PENDING "w0 openv 5 0 +raw;w0 online 5 0;w0 close 5 0 +detach;s w0 Online 0 0;"),
    P(VOL_CLUS_04, DOWN,
      OFF_PENDING "w0 openv 5 0;w0 dismount 5 0;w0 close 5 0 +detach;s w0 Offline 1 0;"),
    P(VOL_CLUS_08, UP "c Terminate;" T_DOWN "r Terminate 0;",
      PENDING "w0 openv 5 0 +raw;c Terminate;r Terminate 0;w0 online 5 0;"),
    P(VOL_CLUS_11, UP "c IsAlive;e openf 4 0;e close 4 0;r IsAlive 1;",
      UP "c IsAlive;r IsAlive 1;"),
    P(VOL_CLUS_18, UP "c IsAlive;e openf 4 0;", UP "c IsAlive;e openv 4 0;e online 4 0;"),
    P(VOL_CLUS_19, DOWN, OFF_PENDING "w0 openv 5 0;w0 dismount 5 0;e openf 4 0 +mount;"),
};

/* ---- every clause has both ------------------------------------------------------------------- */

/* Sequences that keep one clause may show what another forbids only where said here. */
static bool may_break(cr_clause clause, cr_clause other) {
  switch (clause) {
    case CR_CLAUSE_RM_CLOSE_07: return other == CR_CLAUSE_RM_CLOSE_08;
    default: return false;
  }
}

static void pairs_check(const pair *pairs, size_t n) {
  cr_scenario s = scenario_make();
  for (size_t i = 0; i < n; i++) {
    cr_clause clause = pairs[i].clause;
    const char *id = cr_clause_row_of(clause)->id;
    outcome good = run(&s, pairs[i].good);
    ck_assert_msg(cr_clauses_has(&good.all.exercised, clause), "%s is not exercised", id);
    for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++)
      ck_assert_msg(
          !cr_clauses_has(&good.all.violated, (cr_clause)c) || may_break(clause, (cr_clause)c),
          "%s: the good sequence breaks %s", id, cr_clause_row_of((cr_clause)c)->id);
    outcome bad = run(&s, pairs[i].bad);
    ck_assert_msg(cr_clauses_has(&bad.last.violated, clause), "%s is not broken", id);
    ck_assert_msg(cr_clauses_has(&bad.last.exercised, clause), "%s: broken, not exercised", id);
    ck_assert_msg(!cr_clauses_has(&bad.before, clause), "%s is broken too early", id);
  }
}

START_TEST(clauses_of_the_calls) { pairs_check(monitor_pairs, CR_ARRAY_LEN(monitor_pairs)); }
END_TEST
START_TEST(clauses_of_the_reports) { pairs_check(status_pairs, CR_ARRAY_LEN(status_pairs)); }
END_TEST
START_TEST(clauses_of_the_volume_stack) { pairs_check(stack_pairs, CR_ARRAY_LEN(stack_pairs)); }
END_TEST
START_TEST(clauses_of_the_volume_user) { pairs_check(user_pairs, CR_ARRAY_LEN(user_pairs)); }
END_TEST

/* ---- whole lives ----------------------------------------------------------------------------- */

static void ck_good(const cr_scenario *s, const char *text) {
  outcome out = run(s, text);
  cr_clause first = cr_clauses_first(&out.all.violated);
  ck_assert_msg(first == CR_CLAUSE_COUNT, "%s is broken by: %s",
                first == CR_CLAUSE_COUNT ? "" : cr_clause_row_of(first)->id, text);
}

#define POLLS \
  "c LooksAlive;y e;r LooksAlive 1;c IsAlive;y e;e openf 4 0;e read 4 0;e close 4 0;r IsAlive 1;"

START_TEST(good_lives) {
  cr_scenario s = scenario_make();
  ck_good(&s, UP POLLS "c Offline;y e;spawn e 0 0;r Offline 997;s w0 OfflinePending 1 0;" W_DOWN
                       "s w0 Offline 1 0;exit 0;c Close;y e;r Close 0;");
  /* Stopped while pending, then started again on the same instance. */
  ck_good(&s, PENDING
          "s w0 OnlinePending 1 0;c Terminate;y t;s w0 OnlinePending 2 1;exit 0;"
          "r Terminate 0;c Online;y e;spawn e 0 0;r Online 997;" W_UP "s w0 Online 0 0;exit 0;");
  /* The worker reports its failure while Terminate waits for it. */
  ck_good(&s, PENDING "x;c Terminate;s w0 Failed 1 1;exit 0;r Terminate 0;c Close;r Close 0;");
  /* Stopped when up; the forced path without a lock looks once more for a late mount. */
  ck_good(&s, UP "c Terminate;" T_DOWN
                 "t openv 6 0 +raw;t dismount 6 0;t close 6 0 +detach;r Terminate 0;c Close;"
                 "r Close 0;c Open;r Open 1;");
  /* The undo of an Online that failed half-way. */
  ck_good(&s, PENDING
          "w0 openv 5 0 +raw;w0 online 5 0;w0 close 5 0 +detach;w0 openf - 1117 ?fault;"
          "w0 openv 5 0 +mount;w0 dismount 5 0;w0 offline 5 0;w0 close 5 0 +detach;"
          "s w0 Failed 1 0;exit 0;c Terminate;r Terminate 0;");
  /* The handle got while offline is dismounted to be rid of the raw file system [VOL-ONLINE-08]. */
  ck_good(&s, PENDING
          "w0 openv 5 0 +raw;w0 online 5 0;w0 dismount 5 0;w0 close 5 0 +detach;"
          "w0 openf 5 0 +mount;w0 close 5 0;s w0 Online 0 0;exit 0;");
  /* Nothing is mounted: the volume may be taken offline as it is. */
  ck_good(&s, PENDING
          "w0 openv 5 0 +raw;w0 online 5 0;c Terminate;w0 offline 5 0;"
          "w0 close 5 0 +detach;exit 0;r Terminate 0;");
  /* An early report of success, and its end. */
  ck_good(&s, ONLINING "spawn e 0 0;" W_UP "s w0 Online 0 0;r Online 997;exit 0;" POLLS);
}
END_TEST

START_TEST(what_the_dll_cannot_know_is_not_held_against_it) {
  cr_scenario s = scenario_make();
  /* Terminate came and went before Online began to run. */
  ck_good(&s, OPENED
          "c Online;c Terminate;y t;r Terminate 0;y e;spawn e 0 0;r Online 997;"
          "w0 openv 5 0 +raw;w0 online 5 0;w0 close 5 0 +detach;");
  /* Another program dismounted first: 21 counts as done. */
  ck_good(&s, OFF_PENDING
          "a openv 1 0;a dismount 1 0;w0 openv - 21 ?pending;a close 1 0 +detach;"
          "w0 openv 5 0 +mount;w0 dismount 5 0;w0 offline 5 0;"
          "w0 close 5 0 +detach;s w0 Offline 1 0;exit 0;");
  /* Another program put the volume online again after the DLL's offline. */
  ck_good(&s, OFF_PENDING W_DOWN "a openv 0 0 +raw;a online 0 0;s w0 Offline 1 0;exit 0;");
  /* With a detach at the dismount somebody may mount before the offline. */
  s.volume[0].detach = CR_DETACH_ONCE;
  ck_good(&s, OFF_PENDING
          "w0 openv 5 0;w0 dismount 5 0 +detach;a openf 0 0 +mount;w0 offline 5 0;"
          "w0 close 5 0;w0 openv 5 0;w0 dismount 5 0 +detach;w0 close 5 0;"
          "s w0 Offline 1 0;exit 0;");
  /* The DLL dismounted the raw file system; a file system came in between. */
  ck_good(&s, PENDING
          "w0 openv 5 0 +raw;w0 online 5 0;c Terminate;w0 dismount 5 0 +detach;"
          "a openf 0 0 +mount;w0 offline 5 0;w0 close 5 0;exit 0;r Terminate 0;");
}
END_TEST

START_TEST(a_failure_is_named_by_the_clause_that_says_most) {
  static const struct {
    cr_clause first;
    const char *text;
  } rows[] = {
      {CR_CLAUSE_VOL_OFFLINE_03,
       OFF_PENDING "w0 openv 5 0;w0 dismount 5 0;w0 close 5 0 +detach;w0 openv 5 0 +mount;"
                   "w0 offline 5 0;"},
      {CR_CLAUSE_VOL_CLUS_04,
       OFF_PENDING "w0 openv 5 0;w0 dismount 5 0;w0 close 5 0 +detach;s w0 Offline 1 0;"},
      {CR_CLAUSE_VOL_CLUS_02,
       PENDING "w0 openv 5 0 +raw;w0 online 5 0;w0 close 5 0 +detach;s w0 Online 0 0;"},
      {CR_CLAUSE_RM_OFFLINE_11, OFF_PENDING "s w0 Offline 1 0;"},
      {CR_CLAUSE_RM_FAIL_01, ONLINING "r Online 31;c Online;"},
      {CR_CLAUSE_RM_ONLINE_03, PENDING "c Online;"},
      {CR_CLAUSE_RM_TERM_02, OPENED "c Close;c Terminate;"},
      {CR_CLAUSE_RM_STATUS_12, PENDING W_UP "s w0 Online 1 0;s w0 Failed 1 1;"},
      {CR_CLAUSE_RM_STATUS_20,
       ONLINING "spawn e 0 0;" W_UP "s w0 Online 0 0;exit 0;r Online 997;x;"},
      {CR_CLAUSE_VOL_STALE_03,
       MNT "a openf 0 0;a openv 1 0;a dismount 1 0;a close 1 0 +detach;a openf 1 0 +mount;"
           "a read 0 0;"},
      {CR_CLAUSE_VOL_OPEN_07, "a openf 0 0 +mount;"},
  };
  cr_scenario s = scenario_make();
  for (size_t i = 0; i < CR_ARRAY_LEN(rows); i++) {
    outcome out = run(&s, rows[i].text);
    cr_clause first = cr_clauses_first(&out.all.violated);
    ck_assert_msg(first == rows[i].first, "%s instead of %s",
                  first == CR_CLAUSE_COUNT ? "none" : cr_clause_row_of(first)->id,
                  cr_clause_row_of(rows[i].first)->id);
  }
}
END_TEST

START_TEST(an_injected_failure_is_not_the_volume_stacks) {
  cr_scenario s = scenario_make();
  ck_good(&s, MNT "a openv 1 0;a dismount 1 1117 ?fault;a offline 1 1117 ?fault;");
  outcome out = run(&s, MNT "a openv 1 0;a dismount 1 1117;");
  ck_assert(cr_clauses_has(&out.last.violated, CR_CLAUSE_VOL_DISM_02));
}
END_TEST

START_TEST(a_monitor_that_shuts_down_may_close_at_any_time) {
  cr_scenario s = scenario_make();
  s.option[CR_OPTION_CLOSE_ANY] = true;
  ck_good(&s, PENDING "c Close;y e;s w0 Failed 1 1;exit 0;r Close 0;");
}
END_TEST

START_TEST(a_closed_resource_leaves_nothing_behind) {
  cr_scenario s = scenario_make();
  cr_observer o;
  cr_observer_init(&o, &s);
  const char *text = DOWN "c Close;r Close 0;";
  while (*text != '\0') {
    words w;
    text = words_read(text, &w);
    cr_event e = event_of(&w);
    cr_judgement j;
    cr_observe(&o, &s, &e, &j);
  }
  cr_obs_resource empty = {.load = o.resource[0].load, .mon = CR_MON_CLOSED};
  ck_assert_mem_eq(&o.resource[0], &empty, sizeof empty);
  cr_obs_open none[CR_OPENS_MAX] = {0};
  ck_assert_mem_eq(o.open, none, sizeof none);
}
END_TEST

/* ---- which clauses count --------------------------------------------------------------------- */

START_TEST(the_judge_chooses) {
  cr_judgement j = {0};
  cr_event by_dll = {.role = CR_ROLE_WORKER}, by_app = {.role = CR_ROLE_APP};
  cr_judge judge = {0};
  ck_assert_uint_eq(cr_judge_first(&judge, &j, &by_dll), CR_CLAUSE_COUNT);
  cr_clauses_add(&j.violated, CR_CLAUSE_RM_STATUS_07); /* a warning */
  ck_assert_uint_eq(cr_judge_first(&judge, &j, &by_dll), CR_CLAUSE_COUNT);
  judge.strict = true;
  ck_assert_uint_eq(cr_judge_first(&judge, &j, &by_dll), CR_CLAUSE_RM_STATUS_07);
  judge.strict = false;
  cr_clauses_add(&judge.only, CR_CLAUSE_RM_STATUS_07); /* asked for by name */
  ck_assert_uint_eq(cr_judge_first(&judge, &j, &by_dll), CR_CLAUSE_RM_STATUS_07);
  judge = (cr_judge){.dll_only = true};
  cr_clauses_add(&j.violated, CR_CLAUSE_VOL_OPEN_07); /* the volume stack's */
  cr_clauses_add(&j.violated, CR_CLAUSE_VOL_OFFLINE_03);
  ck_assert_uint_eq(cr_judge_first(&judge, &j, &by_dll), CR_CLAUSE_VOL_OFFLINE_03);
  ck_assert_uint_eq(cr_judge_first(&judge, &j, &by_app), CR_CLAUSE_COUNT);
  judge = (cr_judge){0};
  ck_assert_uint_eq(cr_judge_first(&judge, &j, &by_dll), CR_CLAUSE_VOL_OPEN_07);
  judge = (cr_judge){.only_doc = true};
  ck_assert_uint_eq(cr_judge_first(&judge, &j, &by_dll), CR_CLAUSE_VOL_OFFLINE_03);
}
END_TEST

START_TEST(the_table_is_sound) {
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    const cr_clause_row *row = cr_clause_row_of((cr_clause)i);
    ck_assert_uint_eq(cr_clause_by_id(row->id), i);
    ck_assert_ptr_nonnull(strchr(row->id, '-'));
    ck_assert_uint_gt(strlen(row->text), 20);
    ck_assert_uint_gt(strlen(row->source), 1);
    ck_assert_str_ne(cr_clause_kind_name(row->kind), "unknown");
    ck_assert_str_ne(cr_party_name(row->party), "unknown");
    ck_assert_str_ne(cr_confidence_name(row->confidence), "unknown");
    ck_assert_str_ne(cr_level_name(row->level), "unknown");
  }
  ck_assert_uint_eq(cr_clause_by_id("RM-NONE-99"), CR_CLAUSE_COUNT);
  ck_assert_uint_eq(cr_contract_digest(), cr_contract_digest());
  cr_clauses none = {0};
  ck_assert_uint_eq(cr_clauses_first(&none), CR_CLAUSE_COUNT);
}
END_TEST

/* ---- any event at all ------------------------------------------------------------------------ */

static bool widths_kept(const cr_observer *o) {
  bool kept = true;
#define FIELD(name, bits) kept = kept && ((unsigned)x->name >> (bits)) == 0;
  for (unsigned i = 0; i < CR_RESOURCES_MAX; i++) {
    const cr_obs_resource *x = &o->resource[i];
    CR_OBS_RESOURCE_FIELDS(FIELD)
  }
  for (unsigned i = 0; i < CR_VOLUMES_MAX; i++) {
    const cr_obs_volume *x = &o->volume[i];
    CR_OBS_VOLUME_FIELDS(FIELD)
  }
  for (unsigned i = 0; i < CR_OPENS_MAX; i++) {
    const cr_obs_open *x = &o->open[i];
    CR_OBS_OPEN_FIELDS(FIELD)
  }
#define PART(ID, lower, meaning)               \
  {                                            \
    const cr_obs_##lower *x = &o->parts.lower; \
    CR_OBS_##ID##_FIELDS(FIELD)                \
  }
#include "clusrace/parts.def"
#undef PART
#undef FIELD
  return kept;
}

/* Mostly plausible values, so that states are reached; sometimes any byte. */
static uint8_t small_or_any(cr_rng *rng, uint32_t bound) {
  if (cr_rng_below(rng, 32) == 0) return (uint8_t)cr_rng_below(rng, 256);
  return (uint8_t)cr_rng_below(rng, bound);
}

static uint32_t value_any(cr_rng *rng) {
  static const uint32_t likely[] = {0, 1, 2, 3, 4, 5, 21, 31, 87, 127, 129, 130, 158, 997, 1005};
  if (cr_rng_below(rng, 16) == 0) return (uint32_t)cr_rng_next(rng);
  if (cr_rng_below(rng, 3) == 0) return 0;
  return likely[cr_rng_below(rng, CR_ARRAY_LEN(likely))];
}

static cr_event event_any(cr_rng *rng) {
  cr_event e = {.kind = small_or_any(rng, CR_EV_COUNT),
                .role = small_or_any(rng, CR_ROLE_COUNT),
                .who = small_or_any(rng, 3),
                .lane = small_or_any(rng, 3),
                .object = small_or_any(rng, 3),
                .handle = small_or_any(rng, 6),
                .effects = cr_rng_below(rng, 3) == 0 ? small_or_any(rng, 32) : 0,
                .cause = cr_rng_below(rng, 3) == 0 ? small_or_any(rng, CR_CAUSE_COUNT) : 0,
                .extra = (uint32_t)cr_rng_below(rng, 40),
                .result = value_any(rng)};
  bool entry_point = e.kind == CR_EV_CALL || e.kind == CR_EV_RET;
  e.value = entry_point ? small_or_any(rng, CR_EP_COUNT) : value_any(rng);
  return e;
}

START_TEST(any_event_is_taken) {
  cr_scenario s = scenario_make();
  s.resources_count = 2;
  s.volumes_count = 2;
  s.resource[1].volume = CR_NO_VOLUME;
  for (unsigned p = 0; p < CR_PART_COUNT; p++) s.part[p] = true;
  cr_rng rng;
  cr_rng_seed(&rng, 20240229);
  cr_observer one, two;
  cr_observer_init(&one, &s);
  cr_observer_init(&two, &s);
  cr_judgement all = {0};
  for (unsigned i = 0; i < 100000; i++) {
    cr_event e = event_any(&rng);
    cr_judgement a, b;
    cr_observe(&one, &s, &e, &a);
    cr_observe(&two, &s, &e, &b);
    ck_assert_mem_eq(&one, &two, sizeof one);
    ck_assert_mem_eq(&a, &b, sizeof a);
    uint64_t odd = 0;
    for (unsigned k = 0; k < 8; k++) odd |= a.violated.bits[k] & ~a.exercised.bits[k];
    ck_assert_uint_eq(odd, 0);
    ck_assert(widths_kept(&one));
    cr_clauses_merge(&all.violated, &a.violated);
    if (i % 64 == 63) { /* a fresh start now and then reaches more */
      cr_observer_init(&one, &s);
      cr_observer_init(&two, &s);
    }
  }
  ck_assert(cr_clauses_any(&all.violated));
}
END_TEST

Suite *cr_suite_observer(void) {
  Suite *suite = suite_create("observer");
  TCase *clauses = tcase_create("clauses");
  tcase_add_test(clauses, clauses_of_the_calls);
  tcase_add_test(clauses, clauses_of_the_reports);
  tcase_add_test(clauses, clauses_of_the_volume_stack);
  tcase_add_test(clauses, clauses_of_the_volume_user);
  suite_add_tcase(suite, clauses);
  TCase *lives = tcase_create("lives");
  tcase_add_test(lives, good_lives);
  tcase_add_test(lives, what_the_dll_cannot_know_is_not_held_against_it);
  tcase_add_test(lives, a_failure_is_named_by_the_clause_that_says_most);
  tcase_add_test(lives, an_injected_failure_is_not_the_volume_stacks);
  tcase_add_test(lives, a_monitor_that_shuts_down_may_close_at_any_time);
  tcase_add_test(lives, a_closed_resource_leaves_nothing_behind);
  suite_add_tcase(suite, lives);
  TCase *rest = tcase_create("table and judge");
  tcase_add_test(rest, the_judge_chooses);
  tcase_add_test(rest, the_table_is_sound);
  tcase_add_test(rest, any_event_is_taken);
  tcase_set_timeout(rest, 60);
  suite_add_tcase(suite, rest);
  return suite;
}

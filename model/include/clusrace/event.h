/* event.h - the one event type that the model produces, the observer judges, the trace records and
 * the host of a real DLL emits.
 *
 * One action of an actor gives exactly one event; what it caused beside its result (a mount, a
 * detach) is in its effects. So a step of a trace is one event.
 */
#ifndef CLUSRACE_EVENT_H
#define CLUSRACE_EVENT_H

#include "clusrace/codes.h"

typedef enum cr_event_kind {
  CR_EV_INVALID = 0,
#define EVENT(ID, verb, object, value, extra, result, visible, meaning) CR_EV_##ID,
#include "clusrace/events.def"
#undef EVENT
  CR_EV_COUNT
} cr_event_kind;

/* Who acts. EP is the thread in the one non-Terminate entry point of a resource, TERM the thread in
 * its Terminate, WORKER a thread that the DLL started. */
typedef enum cr_role {
  CR_ROLE_INVALID = 0,
  CR_ROLE_MONITOR,
  CR_ROLE_EP,
  CR_ROLE_TERM,
  CR_ROLE_WORKER,
  CR_ROLE_APP,
  CR_ROLE_ENV,
  CR_ROLE_CLUSTER, /* the cluster service, and an administrator through it */
  CR_ROLE_PNP,     /* plug and play, the mount manager */
  CR_ROLE_POLLER,  /* a thread of the DLL that is no operation's worker; who: resource index */
  CR_ROLE_COUNT
} cr_role;

/* What an event caused beside its result. */
enum {
  CR_FX_MOUNT = 1,  /* a real file-system instance was mounted */
  CR_FX_RAW = 2,    /* the raw file system was bound */
  CR_FX_DETACH = 4, /* the volume's instance was detached from it */
  CR_FX_UNLOCK = 8, /* a volume lock ended */
  CR_FX_LOST = 16   /* acknowledged writes were dropped */
};
#define CR_FX_COUNT 5

/* Why an operation was refused: the code alone does not say (three different 21s). */
typedef enum cr_cause {
  CR_CAUSE_NONE = 0,
  CR_CAUSE_DISMOUNTED, /* the open is stale: its instance was dismounted */
  CR_CAUSE_PENDING,    /* a dismount is not completed yet */
  CR_CAUSE_OFFLINE,    /* the volume is offline */
  CR_CAUSE_LOCKED,
  CR_CAUSE_BUSY, /* in use by other opens */
  CR_CAUSE_RAW,  /* no real file system is mounted */
  CR_CAUSE_RIGHTS,
  CR_CAUSE_KIND, /* wrong kind of open */
  CR_CAUSE_HANDLE,
  CR_CAUSE_GONE,
  CR_CAUSE_FAULT, /* injected by the environment */
  CR_CAUSE_COUNT
} cr_cause;

#define CR_NO_HANDLE 0xFFu

/* In tables: whatever the value. */
#define CR_ANY 0xFFFFFFFFu

/* Access bits of an OPENV or OPENF (extra). */
enum { CR_ACC_READ = 1, CR_ACC_WRITE = 2, CR_SHR_READ = 4, CR_SHR_WRITE = 8, CR_SHR_DELETE = 16 };

typedef struct cr_event {
  uint8_t kind;    /* cr_event_kind */
  uint8_t role;    /* cr_role */
  uint8_t who;     /* EP, TERM, WORKER: resource index; APP: application index; else 0 */
  uint8_t lane;    /* WORKER: number of the worker among those alive of its resource; else 0 */
  uint8_t object;  /* resource or volume index, as the kind says */
  uint8_t handle;  /* handle number, CR_NO_HANDLE when the event has none or the open failed */
  uint8_t effects; /* CR_FX_ bits */
  uint8_t cause;   /* cr_cause of a refusal */
  uint32_t value, extra, result;
} cr_event;

/* Field types of a kind; see events.def. */
typedef enum cr_field {
  CR_FIELD_NONE = 0,
  CR_FIELD_RESOURCE,
  CR_FIELD_VOLUME,
  CR_FIELD_ENTRY_POINT,
  CR_FIELD_STATE,
  CR_FIELD_NUMBER,
  CR_FIELD_AMOUNT, /* a number that is not written when it is 0 */
  CR_FIELD_WORD,
  CR_FIELD_WAIT,
  CR_FIELD_CHECKPOINT,
  CR_FIELD_ACCESS,
  CR_FIELD_WIN32,
  CR_FIELD_EXIT_STATE,
  CR_FIELD_RET
} cr_field;

typedef struct cr_event_row {
  const char *id;   /* "STATUS" */
  const char *verb; /* "status" */
  cr_field object, value, extra, result;
  bool visible;
  const char *meaning;
} cr_event_row;

/* Name of number in a WORD field (words.def) of a kind: field 0 value, 1 extra, 2 result. NULL when
 * it has none. */
const char *cr_event_word(uint32_t kind, unsigned field, uint32_t number);
/* The number of a word; false when there is none. */
bool cr_event_word_parse(uint32_t kind, unsigned field, const char *word, uint32_t *number);

/* The row of a kind; kind must be between 1 and CR_EV_COUNT - 1. Static storage. */
const cr_event_row *cr_event_row_of(uint32_t kind);
/* "monitor", "ep", ...; "dismounted", ...; "mount" for effect bit number 0, ... NULL when unknown.
 */
const char *cr_role_name(uint32_t role);
const char *cr_cause_name(uint32_t cause);
const char *cr_effect_name(uint32_t bit_number);

/* Values and extras of FACT events (facts.def). */
typedef enum cr_topic {
  CR_TOPIC_0 = 0,
#define TOPIC(ID, number, word) CR_TOPIC_##ID = number,
#include "clusrace/facts.def"
} cr_topic;
typedef enum cr_detail {
  CR_DETAIL_0 = 0,
#define DETAIL(ID, number, word) CR_DETAIL_##ID = number,
#include "clusrace/facts.def"
} cr_detail;

/* Values of SYNC events (waits.def). */
typedef enum cr_wait {
  CR_WAIT_INVALID = 0,
#define WAIT(ID, number, name) CR_WAIT_##ID = number,
#include "clusrace/waits.def"
#undef WAIT
} cr_wait;
/* "lock", ... or NULL. Static storage. */
const char *cr_wait_name(uint32_t wait);

/* True when role, who and lane are equal. */
bool cr_event_same_actor(const cr_event *a, const cr_event *b);
/* True when all fields are equal. */
bool cr_event_equal(const cr_event *a, const cr_event *b);
/* True when the two are the same behaviour: same actor, kind, object, value, result and, for volume
 * operations, same effects; handle numbers, checkpoints and causes may differ. */
bool cr_event_matches(const cr_event *expected, const cr_event *observed);

#endif

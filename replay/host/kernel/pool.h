/* pool.h - callbacks of the thread pool, timers and registered waits.
 *
 * A submitted callback is a worker like any other: it is seen to begin and to end. An armed timer
 * or wait is a quiet thread that has not begun: nobody sees it until it fires, and when it is
 * disarmed before, it goes back to the pool without a step. Quiet threads have the highest lanes of
 * their resource. A timer that repeats is armed again when its callback has returned.
 */
#ifndef CR_HOST_POOL_H
#define CR_HOST_POOL_H

#include "../thread.h"

enum {
  CR_POOL_OBJECTS_MAX = 256, /* of a replay: a closed one's place is not used again */
  CR_APCS_MAX = 8
};

typedef enum cr_pool_kind {
  CR_POOL_FREE = 0,
  CR_POOL_WORK,
  CR_POOL_TIMER,
  CR_POOL_WAIT,
  CR_POOL_SIMPLE, /* TrySubmitThreadpoolCallback: has no token */
  CR_POOL_GROUP,
  CR_POOL_POOL,
  CR_POOL_QUEUE,
  CR_POOL_QUEUE_TIMER,
  CR_POOL_REGISTERED,
  CR_POOL_KERNEL_TIMER /* what makes a waitable timer signalled */
} cr_pool_kind;

typedef struct cr_pool_object {
  uint8_t kind; /* cr_pool_kind */
  bool closed;
  void (*function)(void);
  void *context;
  void (*group_cancel)(void); /* PTP_CLEANUP_GROUP_CANCEL_CALLBACK */
  void (*finished)(void);     /* SIMPLE: PTP_SIMPLE_CALLBACK */
  unsigned group;             /* 1 + place of its cleanup group, 0 = none */
  unsigned queue;             /* QUEUE_TIMER: 1 + place of its queue, 0 = the default one */
  unsigned pending;           /* callbacks that are submitted or run */
  unsigned submitted;         /* WORK: so far */
  unsigned cancelled;         /* WORK: as many of them are not called if they have not begun */
  uint8_t resource;
  cr_thread *carrier; /* stands until it fires; NULL: not armed */
  bool again;         /* it has fired since it was armed */
  bool once;          /* REGISTERED: fires at most once; QUEUE_TIMER: has expired for good */
  uint64_t due;
  DWORD period;         /* ms; REGISTERED: of its timeout, or INFINITE */
  cr_kobject *object;   /* WAIT, REGISTERED: what is waited for; KERNEL_TIMER: what is signalled */
  cr_kobject *complete; /* retired: the event to set when the last callback is over */
  cr_thread *setter;    /* KERNEL_TIMER: whose APC is queued */
} cr_pool_object;

/* What a callback wants done when it returns. */
typedef struct cr_pool_instance {
  cr_pool_object *of; /* NULL: no callback runs on the thread, or it is disassociated */
  bool runs;
  HANDLE event, semaphore, mutex;
  LONG release;
  void *section;
  HMODULE library;
} cr_pool_instance;

typedef struct cr_apc {
  void (*function)(ULONG_PTR a, ULONG_PTR b, ULONG_PTR c);
  ULONG_PTR argument[3];
  const cr_kobject *timer; /* whose routine it is, or NULL */
} cr_apc;

typedef struct cr_pool {
  bool used; /* anything below may differ from zero */
  cr_pool_object object[CR_POOL_OBJECTS_MAX];
  unsigned count;
  cr_pool_instance instance[CR_THREADS_MAX];
  cr_pool_instance nobody; /* takes what is said of a callback that does not run */
  cr_apc apc[CR_THREADS_MAX][CR_APCS_MAX];
  uint8_t apcs[CR_THREADS_MAX];
} cr_pool;

/* A new object, or NULL when there is no room. */
cr_pool_object *cr_pool_new(cr_pool_kind kind, void (*function)(void), void *context,
                            unsigned resource);
/* What the DLL knows it by, and back; NULL when it is none of ours, of another kind or closed. */
void *cr_pool_token(const cr_pool_object *o);
cr_pool_object *cr_pool_of(const void *token, cr_pool_kind kind);
/* The step uses what is none of ours any more. */
void cr_pool_gone(cr_thread *t);
/* The present step reads or changes it. */
void cr_pool_touch(const cr_pool_object *o);

/* Stands until `due` (by its kind: or until its object is signalled; finite: due counts). */
void cr_pool_arm(cr_pool_object *o, bool finite, uint64_t due);
void cr_pool_disarm(cr_pool_object *o);
/* One step, then waits until no callback of it is left. */
void cr_pool_wait_over(cr_thread *t, cr_pool_object *o);
/* DeleteTimerQueueTimer's and UnregisterWaitEx's way; several: all that belong together. */
BOOL cr_pool_retire(cr_thread *t, cr_pool_object **several, unsigned count, HANDLE completion);

/* For waits: are there APCs for the thread? They are called, the oldest first. */
bool cr_apcs_pending(const cr_thread *t);
void cr_apcs_deliver(cr_thread *t);
/* The present step looks for them. */
void cr_touch_apcs(const cr_thread *t);
/* Queues one; false when there is no room. Wakes an alertable wait. */
bool cr_apc_queue(cr_thread *to, const cr_apc *apc);
/* A thread begins: it has none, and is nobody that set a timer. */
void cr_apcs_clear(const cr_thread *t);
/* A waitable timer is cancelled: its routine is no longer to be called. */
void cr_apc_forget(const cr_kobject *timer);

#endif

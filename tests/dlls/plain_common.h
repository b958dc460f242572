/* plain_common.h - a resource DLL without a volume, made to be varied.
 *
 * What it manages is its own record of being up. Every DLL whose name begins with `plain_` links
 * plain_common.c and one small file that defines `plain_traits`. All members zero is the conforming
 * DLL with workers of resutils; the other conforming ones set `sync` or `runner`; each faulty one
 * sets exactly one member, or brings one step of its own that is wrong.
 */
#ifndef CLUSRACE_TESTS_PLAIN_COMMON_H
#define CLUSRACE_TESTS_PLAIN_COMMON_H

#include "clusrace/abi.h"

struct plain;

/* One operation, from its first step to its report. Runs on a thread of the runner. */
typedef void (*plain_body)(struct plain *p);

/* How an operation gets its thread. One body of an instance runs at a time. */
struct plain_runner {
  DWORD (*start)(struct plain *p, plain_body body); /* 0, or an error and nothing was started */
  void (*join)(struct plain *p);                    /* the body has returned; nothing is left */
};

struct plain {
  struct plain *next; /* under the lock of the list */
  RESOURCE_HANDLE handle;
  SRWLOCK teardown; /* the right to join the worker; a worker never takes it */
  CRITICAL_SECTION lock;

  volatile LONG terminate; /* the current operation is to be given up */

  /* under lock */
  CLUSTER_RESOURCE_STATE state;
  BOOL worker_live; /* started and not joined */
  BOOL cancelled;

  /* of the current operation: the entry point before it starts the worker, then the worker */
  DWORD checkpoint;
  plain_body body;
  CLUS_WORKER worker; /* of the runner that is used without `runner` */

  void *own;   /* of the runner and the steps that a DLL brings itself */
  DWORD beats; /* under lock: how often a timer has called */

  /* of the faulty traits only */
  CRITICAL_SECTION second;
  HANDLE event;
  LONG *scratch;
  volatile LONG busy;
  LONG references;
};

struct plain_traits {
  /* the conforming forms */
  BOOL sync;                         /* Online and Offline finish inside the entry point */
  const struct plain_runner *runner; /* NULL: workers of resutils */

  /* further steps of a DLL; an Open whose step answers an error fails with it */
  DWORD (*open)(struct plain *p, LPCWSTR name);
  void (*online)(struct plain *p);
  void (*offline)(struct plain *p);
  void (*terminate)(struct plain *p);
  void (*close)(struct plain *p);

  /* Terminate and the worker */
  BOOL failed_when_told;       /* a worker that is told to end reports Failed */
  BOOL terminate_without_join; /* Terminate does not wait; the worker looks at the flag only once */
  BOOL create_unchecked;       /* Online starts its worker without another look at the flag */
  BOOL lock_order;             /* Terminate takes two locks in the worker's opposite order */
  BOOL wait_under_lock;        /* Terminate waits for the worker with the lock held */
  BOOL lost_wakeup;            /* the worker resets the event that tells it to begin */
  BOOL check_then_act;         /* whether there is a worker is looked up without the lock */
  BOOL self_join;              /* a worker that is told to end calls Terminate */
  BOOL spin;                   /* Online waits in a loop for a flag that only Online clears */

  /* reports */
  BOOL never_report;         /* the Online worker ends without a report */
  BOOL report_twice;         /* the Online worker reports Online twice */
  BOOL pending_after_online; /* the Online worker reports Online, then progress */
  BOOL null_handle;          /* reports carry no resource handle */
  BOOL last_handle;          /* reports carry the handle of the instance that was opened last */
  BOOL checkpoint_stuck;     /* every progress report has the same checkpoint */
  BOOL report_in_open;       /* Open reports Offline */
  BOOL success_and_worker;   /* Online answers success and leaves the rest to a worker */
  BOOL error_after_report;   /* Online reports the end and answers an error */
  BOOL offline_and_worker;   /* Offline answers success and leaves the rest to a worker */

  /* memory, handles, locks */
  BOOL close_without_join;   /* Close frees the instance and forgets the worker */
  BOOL free_twice;           /* Terminate frees what Close frees again */
  BOOL close_handle_twice;   /* every Terminate closes the same event */
  BOOL leave_unheld;         /* Terminate without a worker leaves a lock that it does not hold */
  BOOL offline_needs_online; /* Offline uses what Online allocates and Terminate frees */
  BOOL count_in_two_steps;   /* the instance's references are read and written in two steps */
};

/* Defined by each DLL's own file. */
extern const struct plain_traits plain_traits;

/* For the files that add to the DLL. plain_cancel is Cancel: it ends a pending Online as failed. */
void plain_log(struct plain *p, LPCWSTR text);
DWORD WINAPI plain_cancel(RESID resource, DWORD flags);

#endif /* CLUSRACE_TESTS_PLAIN_COMMON_H */

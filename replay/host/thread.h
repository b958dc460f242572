/* thread.h - the threads of the DLL, and the baton that lets exactly one of them run.
 *
 * Every thread of the DLL is a real thread of the operating system. It stops before each
 * intercepted call, with a description of what it is about to do (cr_stop), and goes on when the
 * controller (the host's main thread) hands it the baton. Between two stops it carries out one
 * operation, emits exactly one event for it (session.h) and runs the DLL's own code up to the next
 * stop.
 *
 * With sched->fibres set, all of them and the controller are fibres of one thread of the system
 * instead: a hand-off is a SwitchToFiber, and what such a thread has of its own (its number, its
 * last error, its storage) is exchanged with it. A second thread of the system only watches whether
 * anybody moves, and takes the controller over when nobody does.
 *
 * Invariants  (T1) at most one thread of the DLL or the controller runs at any time.
 *             (T2) a thread carries out its operation only when the operation cannot block.
 *             (T3) threads are pooled: an index keeps its thread of the operating system, so that
 *                  the same schedule uses the same threads.
 */
#ifndef CR_HOST_THREAD_H
#define CR_HOST_THREAD_H

#include <windows.h>

#include "clusrace/scenario.h"

enum {
  CR_THREADS_MAX = 64,
  CR_LANES_MAX = 32,             /* live workers of one resource that an event can name */
  CR_WATCHDOG_MS_DEFAULT = 3000, /* real time that a thread may run without a stop */
  CR_IDLE_FIRES_MAX = 4          /* of quiet threads in a row, when nobody else does anything */
};

typedef struct cr_thread cr_thread;
typedef struct cr_kobject cr_kobject;

/* What a stopped thread is about to do. Operands are of the operation's own choosing. */
typedef struct cr_stop {
  bool visible;                      /* its event is part of the behaviour */
  bool last;                         /* its function has returned: RET or EXIT */
  bool sleeps;                       /* may go on at any time, but as a rule at `deadline` */
  bool finite;                       /* a wait that may also end by time, at `deadline` */
  uint64_t deadline;                 /* virtual time in 100 ns */
  bool (*ready)(const cr_thread *t); /* may it be carried out now? NULL: always */
  const cr_thread *(*holder)(const cr_thread *t); /* who has what it waits for, or NULL */
  unsigned dismounts;     /* 1 + open through which it dismounts a volume, or 0 */
  const uint32_t *faults; /* errors that the environment may make it fail with, 0 ends; or NULL */
  unsigned delay_ms;      /* how long the environment may make it take, or 0 */
  bool late;              /* it takes that long */
  const char *waits_for;  /* for people: "a lock"; static storage */
  const volatile void *address;
  cr_kobject **objects;
  const HANDLE *handles; /* of the objects, which are looked up anew each time; NULL: held */
  size_t objects_count;
  bool alertable; /* goes on for an APC too */
  uint64_t compare;
  bool all;
} cr_stop;

typedef enum cr_thread_state {
  CR_THREAD_FREE = 0, /* in the pool */
  CR_THREAD_STOPPED,
  CR_THREAD_RUNNING
} cr_thread_state;

typedef enum cr_job_kind {
  CR_JOB_ENTRY = 1,
  CR_JOB_WORKER,
  CR_JOB_CLUS_WORKER,
  CR_JOB_POOLED
} cr_job_kind;

/* What a thread is for. */
typedef struct cr_job {
  cr_job_kind kind;
  uint8_t entry_point;                                          /* ENTRY: cr_entry_point */
  uint8_t control;                                              /* ENTRY: 1 + row of controls.c */
  LPTHREAD_START_ROUTINE routine;                               /* WORKER */
  void *parameter;                                              /* WORKER, CLUS_WORKER */
  DWORD(WINAPI *worker_routine)(void *worker, void *parameter); /* CLUS_WORKER */
  void *worker;                 /* CLUS_WORKER: its CLUS_WORKER; POOLED: its number */
  void (*pooled)(cr_thread *t); /* POOLED: sees to its own end (pool.h) */
  bool quiet;                   /* POOLED: a timer or a registered wait */
} cr_job;

struct cr_thread {
  unsigned index;
  HANDLE os;   /* its thread of the system */
  void *fibre; /* ... or its fibre */
  DWORD os_id;
  volatile LONG turn;
  volatile bool retired; /* the thread of the operating system is to end */
  volatile LONG started; /* the thread of the operating system waits in the pool */
  cr_thread_state state;
  uint8_t role, resource, lane;
  unsigned suspended;  /* CREATE_SUSPENDED and SuspendThread: count */
  bool killed;         /* ends at its stop without another step */
  bool timed_out;      /* its wait ends by time: set by the controller */
  uint32_t fault_next; /* what `fault` is to be at its next step */
  uint32_t fault;      /* its operation is made to fail with this error: set by the controller */
  bool delay_next, delayed; /* likewise: its operation takes its delay_ms */
  bool was_delayed;         /* ... and has */
  unsigned free_steps;      /* silent steps that it may take without asking the controller */
  bool woken;               /* a condition it waits for was signalled */
  uint64_t ticket;          /* order of arrival at a condition */
  cr_stop stop;
  cr_job job;
  DWORD exit_code;
  cr_kobject *object; /* its kernel object while it has one */
  const void *site;   /* where its last intercepted call came from */
  void *jump[5];
};

/* Why the controller has the baton again. */
typedef enum cr_run_end {
  CR_RUN_STOPPED = 0, /* the thread stands at its next stop, or has ended */
  CR_RUN_FAULT,       /* it crashed or ended the process (sched.fault says how) */
  CR_RUN_SILENT       /* it has not come back within the watchdog's time */
} cr_run_end;

typedef struct cr_sched {
  cr_thread thread[CR_THREADS_MAX];
  /* Asked by a thread at its stop (and by one that has ended) in place of the controller: who goes
   * on, prepared with cr_sched_prepare; NULL hands over to the controller. So a schedule costs a
   * hand-off only where it changes from one thread to another. NULL: the controller decides every
   * step. */
  cr_thread *(*decide)(void *context);
  void *context;
  volatile LONG steps; /* stops so far: shows the watchdog that somebody moves */
  cr_thread *volatile running;
  volatile LONG control;
  DWORD controller_id;
  unsigned high; /* threads from this index on have not been used in this replay */
  unsigned next; /* round robin */
  uint64_t tickets;
  unsigned idle_fires; /* of quiet threads since anybody else did anything */
  bool filling;        /* a thread of the pool is being started */
  DWORD watchdog_ms;
  volatile LONG escaped; /* an unknown thread called an intercepted function */
  volatile LONG faulted;
  char fault[128]; /* one line, without the thread's name */
  /* How the threads are made; set before cr_sched_init. */
  bool fibres;        /* fibres of one thread of the system */
  bool fresh_threads; /* new threads of the system for every replay: for measuring */
  void *main_fibre;
  volatile LONG silent;     /* fibres: the watchdog has taken the controller over */
  volatile LONG beat;       /* fibres: how often the controller has handed over */
  void **storage;           /* fibres: TLS values of those that do not run, by thread and slot */
  const cr_thread *storing; /* fibres: whose TLS values are in place; NULL: the controller's */
} cr_sched;

/* Prepares the scheduler: the calling thread becomes the controller, the process is pinned to one
 * processor: 1 + its number among those that it may run on, counted round; 0: by the process's own
 * number. Returns false when this system lacks WaitOnAddress. */
bool cr_sched_init(cr_sched *sched, DWORD watchdog_ms, unsigned processor);
/* Forgets everything of the last replay; threads that are still stopped are ended (their stack is
 * abandoned at the stop). Returns how many there were. */
unsigned cr_sched_reset(cr_sched *sched);

/* The thread of the DLL that calls, or NULL for the controller and any thread of the system. */
cr_thread *cr_self(void);
/* The number by which the DLL knows the calling thread. */
DWORD cr_self_id(void);
/* A slot of thread storage was given out: nobody has a value there. */
void cr_sched_slot_new(cr_sched *sched, DWORD slot);

/* Begins a thread at its first stop: it has done nothing yet. Returns NULL when all are in use. */
cr_thread *cr_thread_begin(cr_role role, unsigned resource, unsigned lane, const cr_job *job);
/* A thread that has not taken its first step is none any more. */
void cr_thread_unbegin(cr_thread *t);
/* The thread with that role, resource and lane, or NULL. */
cr_thread *cr_thread_find(cr_role role, unsigned resource, unsigned lane);
/* Lowest worker number of the resource that is not in use; CR_LANES_MAX when there is none. */
unsigned cr_thread_free_lane(unsigned resource);
/* Could it carry out its operation now? */
bool cr_thread_ready(const cr_thread *t);
/* The next ready thread in turn, or NULL. */
cr_thread *cr_sched_next(cr_sched *sched);
/* The stopped thread whose finite wait ends first (by deadline, then index), or NULL. */
cr_thread *cr_sched_first_deadline(cr_sched *sched);
/* Lets t carry out its operation and run up to its next stop; time_out: the wait ends by time. */
cr_run_end cr_sched_run(cr_sched *sched, cr_thread *t, bool time_out);
/* Makes t ready to carry out its operation: what cr_sched_run does before it hands over. */
void cr_sched_prepare(cr_sched *sched, cr_thread *t, bool time_out);
/* The same, then on through its next silent steps as long as they are ready, steps_max at most: one
 * hand-off for what would be many, with the same outcome. */
cr_run_end cr_sched_run_silent(cr_sched *sched, cr_thread *t, unsigned steps_max);

/* Called by a thread of the DLL. Returns when it may carry out the operation; keeps the thread's
 * last error. */
void cr_stop_here(cr_thread *t, const cr_stop *stop);
/* The calling thread's function ends now with this exit code: EXIT for a worker. Does not return.
 */
CR_NORETURN void cr_thread_end(cr_thread *t, DWORD exit_code);
/* The calling thread has done what no replay can survive; the controller gets the baton for good.
 * what: one line. Does not return. */
CR_NORETURN void cr_thread_fault(cr_thread *t, const char *what);

/* The real functions, for threads that are not the DLL's. */
BOOL cr_real_wait_on_address(volatile VOID *address, PVOID compare, SIZE_T size, DWORD ms);
void cr_real_wake_by_address(PVOID address, bool all);

/* Runs a thread's job (session.c): called on the thread itself. */
void cr_job_run(cr_thread *t);

#endif

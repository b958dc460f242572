/* session.h - one replay inside the host: what is simulated, what was observed, what was found.
 *
 * Intercepted functions get no argument that could carry a context, so the host has exactly one
 * session, reached through cr_session_get. It is the only mutable object of static duration in the
 * host (beside function pointers that are resolved once).
 */
#ifndef CR_HOST_SESSION_H
#define CR_HOST_SESSION_H

#include "clusrace/monitor.h"
#include "clusrace/search.h"
#include "clusrace/taken.h"
#include "clusrace/trace.h"
#include "clusrace/volume.h"
#include "controls.h"
#include "kernel/heap.h"
#include "kernel/kernel.h"
#include "kernel/pool.h"
#include "loader.h"
#include "surroundings/surroundings.h"
#include "thread.h"

/* What a step can touch, for those who ask whether two steps commute (search.h). */
typedef enum cr_thing {
  CR_THING_FAMILY = 1, /* a resource with its volume, as the contract sees them; by resource, behind
                          them the volumes of nobody */
  CR_THING_OBJECT,     /* a kernel object, by its place */
  CR_THING_ADDRESS,    /* a lock or whatever else is known by its address */
  CR_THING_REGISTRY,   /* the cluster database, by resource */
  CR_THING_TIME,
  CR_THING_HANDLES, /* which numbers are given to new handles, objects and opens */
  CR_THING_THREAD,  /* by process number: its beginning */
  CR_THING_MEMORY,  /* the DLL's data and heap */
  CR_THING_TURN,    /* who of a resource can go on, by resource */
  CR_THING_TIMERS,  /* what is left of a schedule's timers */
  CR_THING_SERVICES,
  CR_THING_LOCAL_KEY,     /* a key of the local registry, by its path */
  CR_THING_LOCAL_WATCHES, /* who waits for a change there */
  CR_THING_HANDLE         /* what a handle stands for, by its number */
} cr_thing;

/* What is left of one life of the resources, when all of them are closed. */
typedef struct cr_left {
  unsigned threads, handles, blocks;
} cr_left;

typedef struct cr_session {
  cr_image image; /* the loaded DLL */
  cr_sched sched;
  cr_slots slots;
  cr_kernel kernel;
  cr_heap heap;
  cr_pool pool;
  cr_registry registry;
  cr_local local;
  cr_store files;              /* what the volumes' files hold */
  cr_registry_file properties; /* with which every replay begins */
  cr_processes processes;
  cr_services services;
  cr_shares shares;
  cr_controls controls;
  const cr_scenario *scenario; /* of the replay; borrowed from its input */
  cr_monitor monitor[CR_RESOURCES_MAX];
  cr_volumes volumes;
  cr_observer observer;
  cr_judge judge;
  cr_scenario told; /* the scenario with the parts whose facts the host can tell */
  cr_observer told_observer;
  cr_clauses warned; /* clauses of lower level that the DLL broke */
  cr_dll_duties duties;
  cr_clauses exercised, broken; /* clauses that the DLL could have broken, and that it broke */
  RESID resid[CR_RESOURCES_MAX];
  HKEY key[CR_RESOURCES_MAX]; /* each resource's own key while it is open */
  cr_table table;             /* what Startup answered */
  cr_trace observed;
  cr_clause violated; /* first clause that counts, or CR_CLAUSE_COUNT */
  uint32_t violated_at;
  uint32_t startup_error; /* Startup's answer when it refused */
  uint32_t misuse_at;     /* the step of that */
  unsigned faults_injected;
  DWORD offers;                         /* highest version that Startup is offered */
  const char *startup_why;              /* what is wrong with its table, or NULL; static storage */
  cr_left left;                         /* by the replay that has ended */
  unsigned bad_tokens;                  /* callbacks with a handle that no resource has */
  bool detach_now;                      /* choice for a dismount that may detach at once */
  bool keep;                            /* see cr_session_begin */
  bool declared;                        /* ... and whether it has said so */
  char misuse[96];                      /* what the DLL did that nobody may, or "" */
  cr_footprint footprint;               /* what the present step has touched */
  void (*crumb)(const cr_event *event); /* told of every event; may be NULL */
  void *watched;                        /* of whoever has set crumb (guided.c) */
  cr_taken *taken;                      /* what the schedules of a hunt take, if it is asked for */
  unsigned long break_at;               /* step before which a person wants to look, 0 = none */
  const cr_trace *break_in;             /* ... of this trace */
} cr_session;

cr_session *cr_session_get(void);

/* Begins a replay: everything simulated is as the scenario says, nothing observed. With keep set
 * the DLL's memory, its handles and its threads are those of the replay before. */
void cr_session_begin(cr_session *s, const cr_scenario *scenario, bool strict);
/* Ends it: threads and kernel objects that are left are removed. Appends what was left over to note
 * ("1 thread, 2 handles") or nothing. */
void cr_session_end(cr_session *s, cr_buf *note);

/* Takes an event: observer, verdict, trace. Called by whoever has the baton. */
void cr_emit(const cr_event *event);
/* An event of the calling thread about its resource or a volume, everything else zero. */
cr_event cr_event_of(const cr_thread *t, cr_event_kind kind, unsigned object);
/* Emits a FACT: something that no call or report shows (facts.def). */
void cr_emit_fact(cr_thread *t, cr_topic topic, uint32_t detail);
/* Emits a SYNC. */
void cr_emit_sync(const cr_thread *t, cr_wait wait);

/* The present step touches this. A step that tells nothing is taken to touch everything. */
void cr_touch(cr_thing thing, uint64_t which, cr_access_mode mode);
/* What a volume's events touch, as CR_THING_FAMILY. */
unsigned cr_family_of_volume(unsigned volume);
/* The present step touches nothing that anybody else could see. */
void cr_touch_nothing(void);
void cr_touch_object(const cr_kobject *object, cr_access_mode mode);
void cr_touch_address(const volatile void *address, cr_access_mode mode);
/* New handles, objects or opens are numbered by what is free. */
void cr_touch_numbers(void);
/* What a stopped thread is going to touch, as far as it is known. */
cr_footprint cr_pending_footprint(const cr_thread *t);
/* Highest lane of the resource that no thread has and that a search can tell apart, for a quiet
 * thread; CR_LANES_MAX when there is none. */
unsigned cr_session_quiet_lane(unsigned resource);
/* Number of a thread for a search: the same for the same role, resource and lane. */
unsigned cr_process_of_thread(cr_role role, unsigned resource, unsigned lane);
/* The DLL did what nobody may; only the first time counts. what: "frees memory twice". */
void cr_misuse(const cr_thread *t, const char *what);

/* Calls entry point ep of the resource: CALL, and a thread at its first step. */
void cr_session_call(cr_session *s, unsigned resource, cr_entry_point ep);
/* The monitor is one that knows version 1 of the interface only: a fact, before Startup. */
void cr_session_offer_v1(cr_session *s);
/* The pending timer of a resource expires. */
void cr_session_expire(cr_session *s, unsigned resource);
/* A worker ends: stop, EXIT, its kernel object is signalled. Called on the worker. */
void cr_session_worker_exits(cr_thread *t);
/* Creates a worker of the calling thread's resource: SPAWN. Returns NULL and emits SPAWN with an
 * error when there is no room. The caller has stopped before. */
cr_thread *cr_session_spawn(cr_thread *creator, const cr_job *job, bool suspended);

/* SPAWN with the error that the environment chose; sets the last error. */
void cr_session_spawn_fails(cr_thread *creator);

/* The lowest free number for an open of a volume, of the resource's range or (CR_RESOURCES_MAX) of
 * the applications'; CR_OPENS_MAX when there is none. */
unsigned cr_session_free_open(const cr_session *s, unsigned resource);

/* The tokens that the DLL gets for a resource, and back; CR_RESOURCES_MAX for none of ours. */
void *cr_resource_token(unsigned resource);
unsigned cr_resource_of_token(const void *token);

/* "disk0.worker0" appended. */
void cr_thread_name(const cr_thread *t, cr_buf *out);

#endif

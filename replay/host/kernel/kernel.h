/* kernel.h - simulated kernel objects, handles to them, locks, and virtual time.
 *
 * Handles that a DLL sees are constants made of slot numbers; a handle that is not ours belongs to
 * the real system, and the call is passed on to it. Locks (critical sections, SRW locks) have no
 * handle: a lock is in the table while it is held, by its address; the DLL's memory of it is never
 * touched. That an initialisation is done stands in the DLL's memory, as on Windows.
 */
#ifndef CR_HOST_KERNEL_H
#define CR_HOST_KERNEL_H

#include "../thread.h"

enum {
  CR_KOBJECTS_MAX = 512,
  CR_KOBJECTS_EACH = CR_KOBJECTS_MAX / CR_RESOURCES_MAX,
  CR_LOCKS_MAX = 256,
  CR_TICKS_PER_MS = 10000, /* virtual time is counted in 100 ns */
  CR_KNAME_MAX = 64
};

typedef enum cr_kobject_kind {
  CR_KOBJECT_FREE = 0,
  CR_KOBJECT_EVENT,
  CR_KOBJECT_MUTEX,
  CR_KOBJECT_SEMAPHORE,
  CR_KOBJECT_THREAD,
  CR_KOBJECT_FILE, /* an open of a simulated volume */
  CR_KOBJECT_FIND, /* FindFirstFile on one */
  CR_KOBJECT_KEY,  /* a key of the cluster database */
  CR_KOBJECT_SCM,  /* OpenSCManager's */
  CR_KOBJECT_SERVICE,
  CR_KOBJECT_PROCESS,     /* a simulated process */
  CR_KOBJECT_MAIN_THREAD, /* the one thread of a simulated process */
  CR_KOBJECT_JOB,
  CR_KOBJECT_TIMER,    /* a waitable one */
  CR_KOBJECT_LOCAL_KEY /* of the local registry */
} cr_kobject_kind;

struct cr_kobject {
  uint8_t kind; /* cr_kobject_kind */
  unsigned refs;
  bool manual;       /* EVENT, TIMER: stays signalled */
  bool signalled;    /* EVENT, THREAD, TIMER */
  bool abandoned;    /* MUTEX: its owner ended */
  cr_thread *owner;  /* MUTEX */
  LONG count, max;   /* MUTEX: depth; SEMAPHORE */
  DWORD exit_code;   /* THREAD */
  cr_thread *thread; /* THREAD: while it runs */
  unsigned slot;     /* FILE, FIND: of cr_volumes */
  unsigned volume;   /* FILE, FIND */
  unsigned resource; /* KEY: of which resource */
  bool parameters;   /* KEY: its Parameters key, else the resource's own */
  unsigned index; /* SERVICE: of cr_services; PROCESS, MAIN_THREAD: of cr_processes; TIMER: 1 + its
                     place in the pool, 0 = never set; LOCAL_KEY: of its tree; FILE, FIND: 1 + its
                     place in cr_store, 0 = none */
  uint64_t at;    /* FILE: where the next read or write begins */
  bool unshared;  /* FILE: it may not be deleted meanwhile */
  DWORD access;   /* FILE, SCM, SERVICE, PROCESS, LOCAL_KEY: granted */
  DWORD limits;   /* JOB: JOB_OBJECT_LIMIT_... */
  char name[CR_KNAME_MAX]; /* EVENT, MUTEX, SEMAPHORE, TIMER, JOB: named ones */
};

/* A lock that is held, an initialisation that runs. */
typedef struct cr_lock {
  const void *address;    /* NULL: free */
  const cr_thread *owner; /* exclusive */
  unsigned depth;         /* exclusive: recursion */
  unsigned shared;        /* number of shared holders */
} cr_lock;

typedef struct cr_kernel {
  cr_kobject object[CR_KOBJECTS_MAX];
  uint16_t handle[CR_KOBJECTS_MAX]; /* 1 + object index, 0 = free */
  cr_lock lock[CR_LOCKS_MAX];
  /* How far the tables have been used, those of objects and handles by resource. */
  uint16_t objects_used[CR_RESOURCES_MAX], handles_used[CR_RESOURCES_MAX];
  unsigned locks_used;
  uint64_t now; /* since the replay began */
} cr_kernel;

enum { CR_SLOTS_MAX = 256 };

/* Slots of thread storage that modules loaded after the interception have asked for. */
typedef struct cr_slots {
  bool tls[CR_SLOTS_MAX], fls[CR_SLOTS_MAX];
  void(WINAPI *fls_callback[CR_SLOTS_MAX])(void *value); /* of this replay's */
  /* Allocated in replays: the next one gets the same ones again, in the same order. */
  DWORD tls_again[CR_SLOTS_MAX], fls_again[CR_SLOTS_MAX];
  unsigned tls_count, fls_count, tls_given, fls_given;
  unsigned tls_noted, fls_noted; /* asked for so far: 0 spares the search */
} cr_slots;

/* A replay begins: nothing has been allocated in it yet. */
void cr_slots_begin(cr_slots *slots);
/* Empties these slots in the calling thread. */
void cr_slots_clear(const cr_slots *slots);
/* The calling thread's job is over: calls the callbacks of slots with a value. */
void cr_slots_end(const cr_slots *slots);

/* One replacement: the name under which it is imported or exported. */
typedef struct cr_hook {
  const char *name;
  void (*replacement)(void);
} cr_hook;
#define CR_HOOK(name) \
  { #name, (void (*)(void))hook_##name }
#define CR_HOOK_END \
  { NULL, NULL }

/* Remembers where the intercepted call came from. */
#define CR_SITE(t) ((t)->site = __builtin_return_address(0))

extern const cr_hook cr_hooks_heap[], cr_hooks_objects[], cr_hooks_named[], cr_hooks_waits[],
    cr_hooks_locks[], cr_hooks_threads[], cr_hooks_time[], cr_hooks_pool[], cr_hooks_timers[],
    cr_hooks_apcs[];

/* A new object with one handle; NULL (and *handle NULL) when there is no room. */
cr_kobject *cr_kobject_new(cr_kobject_kind kind, HANDLE *handle);
/* The object behind a handle, or NULL when the handle is not ours. kind FREE: any. */
cr_kobject *cr_kobject_of(HANDLE handle, cr_kobject_kind kind);
/* Does the number look like one of our handles, whether it is open or not? */
bool cr_handle_was_ours(HANDLE handle);
/* A step that uses such a handle after it was closed: says so and returns FALSE with
 * ERROR_INVALID_HANDLE. */
BOOL cr_handle_gone(cr_thread *t);
/* The object that the present step, behind its stop, uses a handle of ours for: a call begins only
 * there, and until then another thread may close the handle. NULL when it is closed or stands for
 * nothing of that kind (FREE: anything of the kernel's): then it has said so, with
 * ERROR_INVALID_HANDLE; the caller emits. */
cr_kobject *cr_handle_use(cr_thread *t, HANDLE handle, cr_kobject_kind kind);
/* The present step depends on what the handle stands for, if it is one of ours. */
void cr_touch_handle(HANDLE handle);
/* What it stands for, as a footprint names it. */
uint64_t cr_handle_thing(HANDLE handle);
/* As cr_kobject_of, for functions of kernel32: a service's handle is none of the kernel's. */
cr_kobject *cr_kobject_of_kernel(HANDLE handle);
/* Stops, then creates the object or opens the one of that name ("": none); *fresh says which. Sets
 * the last error; NULL when there is no room or the name is that of another kind. */
cr_kobject *cr_kobject_create(cr_thread *t, cr_kobject_kind kind, const char *name, HANDLE *handle,
                              bool *fresh);
/* An object's name as the table keeps it ("": none). */
void cr_kname_narrow(LPCWSTR from, char to[CR_KNAME_MAX]);
void cr_kname_keep(LPCSTR from, char to[CR_KNAME_MAX]);
/* Another handle to the object; NULL when there is no room. */
HANDLE cr_kobject_share(cr_kobject *object);
/* Gives one handle back; the object goes with its last one, a thread's once it has ended too. */
void cr_handle_close(HANDLE handle);
/* Gives one reference back that a wait had taken, likewise. */
void cr_kobject_release(cr_kobject *object);
/* The last handle of a waitable timer is closed. */
void cr_waitable_timer_closed(cr_kobject *timer);
/* Handles in use. */
unsigned cr_handles_count(const cr_kernel *kernel);
/* The calling thread's own object; it gets one if it has none. NULL: no room. */
cr_kobject *cr_thread_object(cr_thread *t);
/* A thread ends: its object is signalled, its mutexes are abandoned. */
void cr_kernel_thread_ended(cr_thread *t);
/* Removes every object. */
void cr_kernel_reset(cr_kernel *kernel);

/* May a wait for the object succeed now for t? Taking it has the effect that the object's kind
 * says. */
bool cr_kobject_signalled(const cr_kobject *object, const cr_thread *t);
void cr_kobject_take(cr_kobject *object, cr_thread *t);

/* The deadline of a wait of that many milliseconds from now. */
uint64_t cr_deadline(DWORD ms);
/* The virtual time of a due time: absolute, or negative and from now on. In 100 ns. */
uint64_t cr_time_due(int64_t due);
/* Virtual time moves on to at least `to`. */
void cr_time_reach(uint64_t to);

/* Behind a stop with faults: was the operation made to fail? Then the event is emitted and the last
 * error set. */
bool cr_faulted(cr_thread *t);

/* The locks that the thread, which ends, holds: a misuse, and nobody gets them any more. */
void cr_locks_thread_ended(const cr_thread *t);
/* In a step of its own: the calling thread gives back a critical section. */
void cr_lock_leave(const cr_thread *t, const void *address);

/* Stop descriptions. */
cr_stop cr_stop_silent(void);
cr_stop cr_stop_visible(void);

/* One silent step of a call whose order alone matters: stops, emits SYNC OTHER. */
void cr_stop_once(cr_thread *t);
/* The same for a call that the environment may make fail (errors: 0 ends). False when it did: the
 * error is the last one, and in t->fault. */
bool cr_stop_or_fail(cr_thread *t, const uint32_t *errors);
/* What a BOOL function returns for the error, which becomes the last one unless it is success. */
BOOL cr_answer(DWORD error);

#endif

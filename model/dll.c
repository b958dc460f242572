/* dll.c - the reference DLL: a disk-like resource type that keeps every clause, and its mutants.
 *
 * Each thread is a small program; one micro-operation is one step and gives one event.
 *
 *   Online   ENTER JOIN START, then SPAWN and 997, or the path up inside the call and 0, or an
 * error Offline  the same with the path down Terminate, Close   ENTER (terminate flag) JOIN, the
 * path down if up, RET path up    PROGRESS VOPEN ONLINE VCLOSE FOPEN READ FCLOSE REPORT; stopped or
 * failing: path down path down  PROGRESS VOPEN LOCK DISMOUNT OFFLINE VCLOSE; without the lock once
 * more VOPEN DISMOUNT VCLOSE (a file system may have been mounted meanwhile [VOL-OFFLINE-19])
 *
 * Terminate waits for the worker and for an Online or Offline that is in its critical part (busy);
 * both look at the flag at every step, so that they end soon. A check of the flag and the step it
 * allows are one action here: in a real DLL the lock does that.
 */
#include <string.h>

#include "dll_private.h"

enum { LOCK_TRIES = 2 };

/* Everything a step needs at hand. */
typedef struct step {
  const cr_model *model;
  cr_world *world;
  cr_dll *dll;
  cr_dll_thread *thread;
  cr_event *event;
  cr_alternative alt;
  unsigned resource, slot;
  uint8_t volume;
} step;

static bool mutant_is(const step *s, cr_mutant mutant) { return s->model->mutant == mutant; }

static cr_dll_thread *thread_of(cr_dll *dll, cr_role role, unsigned lane) {
  if (role == CR_ROLE_EP) return &dll->ep;
  if (role == CR_ROLE_TERM) return &dll->termt;
  CR_ASSERT(role == CR_ROLE_WORKER && lane < CR_WORKERS_MAX);
  return &dll->worker[lane];
}

bool cr__dll_idle(const cr_dll *dll) {
  return dll->ep.job == CR_EP_NONE && dll->termt.job == CR_EP_NONE && !cr__worker_alive(dll);
}

void cr__dll_call(cr_world *world, unsigned resource, cr_entry_point ep) {
  cr_dll *dll = &world->dll[resource];
  cr_dll_thread *t = ep == CR_EP_TERMINATE ? &dll->termt : &dll->ep;
  CR_ASSERT(t->job == CR_EP_NONE);
  *t = (cr_dll_thread){.job = (uint8_t)ep, .pc = PC_ENTER};
}

/* ---- where a thread goes next ---------------------------------------------------------------- */

static bool is_worker(const step *s) { return s->event->role == CR_ROLE_WORKER; }

/* The path (up, down or both) is over. */
static void path_end(step *s) {
  cr_dll_thread *t = s->thread;
  if (is_worker(s)) {
    bool report = !t->told && !t->reported && (t->job == CR_EP_OFFLINE || t->failed);
    t->pc = report ? PC_DOWN_REPORT : PC_EXIT;
    return;
  }
  if (t->job == CR_EP_ONLINE || t->job == CR_EP_OFFLINE) s->dll->busy = 0;
  t->pc = PC_RET;
}

static void path_down(step *s) {
  cr_dll_thread *t = s->thread;
  t->tries = mutant_is(s, CR_MUTANT_FORCE_WITHOUT_RETRY) ? 1 : LOCK_TRIES;
  t->locked = t->again = 0;
  bool graceful = t->job == CR_EP_OFFLINE;
  bool report_first = mutant_is(s, CR_MUTANT_OFFLINE_REPORT_FIRST) && is_worker(s) && graceful;
  if (report_first)
    t->pc = PC_DOWN_REPORT;
  else
    t->pc = is_worker(s) && graceful ? PC_DOWN_PROGRESS : PC_DOWN_VOPEN;
}

/* The path up must not go on: undo what was done. */
static void path_up_stop(step *s) {
  cr_dll_thread *t = s->thread;
  const cr_open *open = &s->world->volumes.open[s->slot];
  t->failed = 1;
  if (mutant_is(s, CR_MUTANT_FAILED_ONLINE_KEEPS) && open->kind == CR_OPEN_NONE) {
    path_end(s);
  } else if (open->kind == CR_OPEN_VOLUME && s->dll->up) {
    path_down(s);
    t->pc = PC_DOWN_DISMOUNT;
  } else if (open->kind != CR_OPEN_NONE) {
    t->pc = PC_ABORT_CLOSE;
  } else if (s->dll->up) {
    path_down(s);
  } else {
    path_end(s);
  }
}

/* A thread on the path up has been asked to stop. */
static bool must_stop(const step *s) {
  if (mutant_is(s, CR_MUTANT_WORKER_NEVER_LOOKS) && is_worker(s)) return false;
  return cr__going_up(s->thread) && (s->thread->told || s->dll->term);
}

/* ---- events ---------------------------------------------------------------------------------- */

static void sync_event(step *s, cr_wait wait) {
  s->event->kind = CR_EV_SYNC;
  s->event->object = (uint8_t)s->resource;
  s->event->value = wait;
}

static cr_volopt volopt(const step *s) {
  return cr__volopt(s->model, s->world, s->alt == CR_ALT_ONCE);
}

static bool operate(step *s, cr_event_kind kind) {
  cr_event *e = s->event;
  e->kind = (uint8_t)kind;
  e->object = s->volume;
  e->handle = (uint8_t)s->slot;
  if (s->alt == CR_ALT_FAULT) {
    cr__spend(s->world, CR_BUDGET_FAULT);
    e->result = CR_E_IO_DEVICE;
    e->cause = CR_CAUSE_FAULT;
    return false;
  }
  cr_volop done = cr_volume_op(&s->world->volumes, kind, s->slot, volopt(s));
  e->result = done.code;
  e->cause = done.cause;
  e->effects = done.effects;
  return done.code == CR_E_SUCCESS;
}

static bool open_handle(step *s, bool file, unsigned access) {
  cr_event *e = s->event;
  if (file || !mutant_is(s, CR_MUTANT_EXCLUSIVE_OPEN)) access |= CR_SHR_READ | CR_SHR_WRITE;
  e->kind = file ? CR_EV_OPENF : CR_EV_OPENV;
  e->object = s->volume;
  e->extra = access;
  cr_volumes *vs = &s->world->volumes;
  cr_volop done = file ? cr_volume_openf(vs, s->volume, s->slot, access, volopt(s))
                       : cr_volume_openv(vs, s->volume, s->slot, access, volopt(s));
  e->result = done.code;
  e->cause = done.cause;
  e->effects = done.effects;
  if (done.code == CR_E_SUCCESS) e->handle = (uint8_t)s->slot;
  return done.code == CR_E_SUCCESS;
}

/* Returns true when the monitor answered "continue". */
static bool report(step *s, uint32_t state) {
  cr_event *e = s->event;
  e->kind = CR_EV_STATUS;
  e->object = (uint8_t)s->resource;
  e->value = state;
  e->extra = s->dll->checkpoint;
  e->result = cr_monitor_status(&s->world->monitor[s->resource], state, s->dll->checkpoint,
                                s->model->mutant);
  return e->result == CR_EXIT_STATE_CONTINUE;
}

static bool report_progress(step *s) {
  bool online = s->thread->job == CR_EP_ONLINE || mutant_is(s, CR_MUTANT_PENDING_KIND_SWAPPED);
  bool stuck = mutant_is(s, CR_MUTANT_CHECKPOINT_STUCK) && s->dll->checkpoint > 0;
  if (!stuck) s->dll->checkpoint++;
  bool go_on = report(s, online ? CR_STATE_ONLINE_PENDING : CR_STATE_OFFLINE_PENDING);
  if (!go_on) s->thread->told = 1;
  return go_on;
}

static void return_value(step *s, uint32_t value) {
  cr_event *e = s->event;
  cr_entry_point ep = (cr_entry_point)s->thread->job;
  e->kind = CR_EV_RET;
  e->object = (uint8_t)s->resource;
  e->value = ep;
  e->result = value;
  if (ep == CR_EP_TERMINATE || ep == CR_EP_CLOSE) s->dll->term = 0;
  if (!cr__worker_alive(s->dll)) s->dll->progress = s->dll->checkpoint = 0;
  if (ep == CR_EP_CLOSE) {
    cr_dll_thread kept[CR_WORKERS_MAX];
    memcpy(kept, s->dll->worker, sizeof kept); /* none, but for mutants */
    *s->dll = (cr_dll){0};
    memcpy(s->dll->worker, kept, sizeof kept);
  }
  *s->thread = (cr_dll_thread){0};
}

/* ---- entry points ---------------------------------------------------------------------------- */

static void tell_workers(cr_dll *dll) {
  for (unsigned i = 0; i < CR_WORKERS_MAX; i++)
    if (dll->worker[i].job != CR_EP_NONE) dll->worker[i].told = 1;
}

static void enter(step *s) {
  cr_dll *dll = s->dll;
  cr_dll_thread *t = s->thread;
  sync_event(s, CR_WAIT_ENTER);
  switch (t->job) {
    case CR_EP_ONLINE:
    case CR_EP_OFFLINE:
      dll->busy = 1;
      dll->checkpoint = 0;
      dll->progress = s->model->scenario.budget[CR_BUDGET_PROGRESS];
      if (!mutant_is(s, CR_MUTANT_STALE_WORKER))
        tell_workers(dll); /* one that is left over ends before this operation begins */
      t->pc = PC_JOIN;
      break;
    case CR_EP_TERMINATE:
      dll->term = 1;
      t->pc = PC_JOIN;
      break;
    case CR_EP_CLOSE:
      dll->term = 1;
      t->pc = PC_JOIN;
      if (mutant_is(s, CR_MUTANT_CLOSE_NOJOIN) || mutant_is(s, CR_MUTANT_REPORT_AFTER_CLOSE))
        t->pc = PC_RET;
      break;
    case CR_EP_IS_ALIVE:
      t->pc = mutant_is(s, CR_MUTANT_HEALING_POLL) ? PC_HEAL_VOPEN : PC_POLL_FOPEN;
      if (mutant_is(s, CR_MUTANT_ISALIVE_ALWAYS_TRUE) || s->volume == CR_NO_VOLUME) t->pc = PC_RET;
      break;
    case CR_EP_OPEN:
      t->pc = PC_RET;
      if (mutant_is(s, CR_MUTANT_REPORT_IN_OPEN)) t->pc = PC_OPEN_STATUS;
      if (s->volume == CR_NO_VOLUME) break;
      if (mutant_is(s, CR_MUTANT_OPEN_BRINGS_UP)) {
        t->pc = PC_HEAL_VOPEN;
      } else if (!s->world->volumes.volume[s->volume].off) {
        dll->up = 1; /* left online by somebody: Open leaves it offline [RM-OPEN-05] */
        path_down(s);
      }
      break;
    default:
      t->pc = PC_RET;
      if (t->job == CR_EP_STARTUP && mutant_is(s, CR_MUTANT_REPORT_IN_STARTUP))
        t->pc = PC_OPEN_STATUS;
      if (t->job == CR_EP_LOOKS_ALIVE && mutant_is(s, CR_MUTANT_POLL_REPORTS))
        t->pc = PC_OPEN_STATUS;
  }
}

static void joined(step *s) {
  cr_dll_thread *t = s->thread;
  sync_event(s, CR_WAIT_JOIN);
  if (t->job == CR_EP_ONLINE || t->job == CR_EP_OFFLINE) {
    t->pc = PC_START;
    return;
  }
  bool leave_up = (t->job == CR_EP_TERMINATE && mutant_is(s, CR_MUTANT_TERM_LEAVES_UP)) ||
                  (t->job == CR_EP_CLOSE && mutant_is(s, CR_MUTANT_CLOSE_NOTERM));
  if (s->dll->up && !leave_up)
    path_down(s);
  else
    t->pc =
        mutant_is(s, CR_MUTANT_TERM_REPORTS) && t->job == CR_EP_TERMINATE ? PC_OPEN_STATUS : PC_RET;
}

static unsigned spawn_event(step *s, uint32_t result) {
  cr_event *e = s->event;
  unsigned lane = 0;
  while (lane < CR_WORKERS_MAX && s->dll->worker[lane].job != CR_EP_NONE) lane++;
  CR_ASSERT(lane < CR_WORKERS_MAX);
  e->kind = CR_EV_SPAWN;
  e->object = (uint8_t)s->resource;
  e->value = lane;
  e->result = result;
  return lane;
}

static void spawn(step *s) {
  unsigned lane = spawn_event(s, CR_E_SUCCESS);
  cr_dll_thread *t = s->thread;
  s->thread = &s->dll->worker[lane];
  *s->thread = (cr_dll_thread){.job = t->job, .pc = PC_UP_PROGRESS, .tries = LOCK_TRIES};
  if (t->job == CR_EP_OFFLINE)
    s->thread->pc =
        mutant_is(s, CR_MUTANT_OFFLINE_REPORT_FIRST) ? PC_DOWN_REPORT : PC_DOWN_PROGRESS;
  s->thread = t;
  t->spawned = 1;
}

/* Online or Offline cannot go on. */
static void start_fails(step *s) {
  cr_dll_thread *t = s->thread;
  t->failed = 1;
  if (s->alt == CR_ALT_FAULT) cr__spend(s->world, CR_BUDGET_FAULT);
  if (s->alt == CR_ALT_FAULT && cr__option(s->model, CR_OPTION_PENDING)) {
    (void)spawn_event(s, CR_E_NOT_ENOUGH_MEMORY);
    t->spawned = mutant_is(s, CR_MUTANT_PENDING_SPAWN_FAILED);
    t->failed = !t->spawned;
  } else {
    sync_event(s, CR_WAIT_CHECK);
  }
  path_end(s);
}

/* Online and Offline decide how to go on. */
static void start(step *s) {
  cr_dll_thread *t = s->thread;
  bool late = mutant_is(s, CR_MUTANT_ONLINE_CREATE_AFTER_TERM) ||
              mutant_is(s, CR_MUTANT_TERM_MISSES_ONLINE) || mutant_is(s, CR_MUTANT_TERM_NOJOIN) ||
              mutant_is(s, CR_MUTANT_ONLINE_AFTER_TERMINATE);
  if (s->alt == CR_ALT_FAULT || (s->dll->term && !late)) {
    start_fails(s);
  } else if (s->alt == CR_ALT_OTHER) {
    sync_event(s, CR_WAIT_CHECK);
    if (t->job == CR_EP_OFFLINE && mutant_is(s, CR_MUTANT_OFFLINE_SYNC_LEAVES_UP)) {
      path_end(s);
    } else if (t->job == CR_EP_OFFLINE) {
      path_down(s);
    } else {
      t->pc = PC_UP_VOPEN;
    }
  } else {
    s->dll->busy = 0;
    t->pc = PC_RET;
    if ((t->job == CR_EP_ONLINE && mutant_is(s, CR_MUTANT_PENDING_NO_WORKER)) ||
        (t->job == CR_EP_OFFLINE && mutant_is(s, CR_MUTANT_OFFLINE_PENDING_NO_WORKER))) {
      sync_event(s, CR_WAIT_CHECK);
      t->spawned = 1;
    } else {
      spawn(s);
    }
  }
}

/* On a node that has lost the reservation of the disk the resource is not alive [VOL-CLUS-10]. */
static bool unreserved(const step *s) {
  const cr_part_nodes *p = &s->world->parts.nodes;
  if (mutant_is(s, CR_MUTANT_ALIVE_WITHOUT_RESERVATION)) return false;
  return s->model->scenario.part[CR_PART_NODES] && (s->resource == 0 ? p->lost0 : p->lost1);
}

/* Mutants that return an error although a worker carries the operation on, or has ended it. */
static bool wrong_error(const step *s) {
  const cr_dll_thread *t = s->thread, *worker = &s->dll->worker[0];
  if (!t->spawned || t->job != CR_EP_ONLINE) return false;
  if (mutant_is(s, CR_MUTANT_EARLY_ONLINE_THEN_ERROR)) return worker->reported;
  return mutant_is(s, CR_MUTANT_ERROR_WITH_WORKER) && worker->job != CR_EP_NONE &&
         !worker->reported;
}

static void ret(step *s) {
  const cr_dll_thread *t = s->thread;
  switch (t->job) {
    case CR_EP_STARTUP: return_value(s, CR_E_SUCCESS); return;
    case CR_EP_OPEN:
      if (s->alt == CR_ALT_FAULT) cr__spend(s->world, CR_BUDGET_FAULT);
      return_value(s, s->alt != CR_ALT_FAULT);
      return;
    case CR_EP_ONLINE:
    case CR_EP_OFFLINE:
      if (t->failed || wrong_error(s))
        return_value(s, s->dll->term ? CR_E_OPERATION_ABORTED : CR_E_GEN_FAILURE);
      else if (t->spawned &&
               !mutant_is(s, t->job == CR_EP_ONLINE ? CR_MUTANT_SUCCESS_WITH_WORKER
                                                    : CR_MUTANT_OFFLINE_SUCCESS_WITH_WORKER))
        return_value(s, CR_E_IO_PENDING);
      else
        return_value(s, CR_E_SUCCESS);
      return;
    case CR_EP_LOOKS_ALIVE:
      if (s->alt == CR_ALT_FAULT) cr__spend(s->world, CR_BUDGET_FAULT);
      return_value(s, s->alt != CR_ALT_FAULT && !unreserved(s));
      return;
    case CR_EP_IS_ALIVE: return_value(s, !t->failed && !unreserved(s)); return;
    default: return_value(s, CR_E_SUCCESS);
  }
}

/* ---- the path up ----------------------------------------------------------------------------- */

static void after_step(step *s, bool good, uint8_t next) {
  if (good)
    s->thread->pc = next;
  else
    path_up_stop(s);
}

static bool reports_again(const step *s) {
  return mutant_is(s, CR_MUTANT_DOUBLE_TERMINAL) || mutant_is(s, CR_MUTANT_PROGRESS_AFTER_END) ||
         mutant_is(s, CR_MUTANT_REPORT_AFTER_CLOSE);
}

static void report_online(step *s) {
  cr_dll_thread *t = s->thread;
  if (!is_worker(s)) { /* inside the entry point the return value says it */
    sync_event(s, CR_WAIT_CHECK);
    path_end(s);
    return;
  }
  bool first = mutant_is(s, CR_MUTANT_ONLINE_REPORT_FIRST);
  if (mutant_is(s, CR_MUTANT_ONLINE_NEVER_REPORTS)) {
    sync_event(s, CR_WAIT_CHECK);
    t->pc = PC_EXIT;
    return;
  }
  t->reported = 1;
  if (!report(s, CR_STATE_ONLINE)) {
    t->told = 1;
    if (!mutant_is(s, CR_MUTANT_WORKER_NEVER_LOOKS)) path_up_stop(s);
  } else if (first) {
    t->pc = PC_UP_VOPEN;
  } else {
    t->pc = reports_again(s) ? PC_AGAIN_REPORT : PC_EXIT;
  }
}

static void step_up(step *s) {
  cr_dll_thread *t = s->thread;
  switch (t->pc) {
    case PC_UP_PROGRESS:
      after_step(s, report_progress(s),
                 mutant_is(s, CR_MUTANT_ONLINE_REPORT_FIRST) ? PC_UP_REPORT : PC_UP_VOPEN);
      if (t->told && mutant_is(s, CR_MUTANT_REPORT_AFTER_TOLD)) t->pc = PC_AGAIN_REPORT;
      break;
    case PC_UP_VOPEN:
      if (s->volume == CR_NO_VOLUME) { /* nothing to manage but the state itself */
        sync_event(s, CR_WAIT_OTHER);
        s->dll->up = 1;
        t->pc = PC_UP_REPORT;
        break;
      }
      after_step(s, open_handle(s, false, CR_ACC_READ | CR_ACC_WRITE), PC_UP_ONLINE);
      break;
    case PC_UP_ONLINE: {
      bool good = operate(s, CR_EV_ONLINE);
      if (good) s->dll->up = 1;
      after_step(s, good, PC_UP_VCLOSE);
      break;
    }
    case PC_UP_VCLOSE: {
      bool no_probe = mutant_is(s, CR_MUTANT_NO_ONLINE);
      after_step(s, operate(s, CR_EV_CLOSE), no_probe ? PC_UP_REPORT : PC_UP_FOPEN);
      break;
    }
    case PC_UP_FOPEN:
      after_step(s, open_handle(s, true, CR_ACC_READ | CR_ACC_WRITE), PC_UP_READ);
      break;
    case PC_UP_READ: after_step(s, operate(s, CR_EV_READ), PC_UP_FCLOSE); break;
    case PC_UP_FCLOSE:
      after_step(s, operate(s, CR_EV_CLOSE), t->reported ? PC_EXIT : PC_UP_REPORT);
      break;
    default: report_online(s);
  }
}

/* ---- the path down --------------------------------------------------------------------------- */

/* A mutant's second open lasts: it serves the next way down as well. */
static unsigned other_slot(const step *s) {
  return cr__slot_dll(s->model, s->resource, CR_ROLE_WORKER, 1);
}

static bool other_open(const step *s) {
  return s->world->volumes.open[other_slot(s)].kind != CR_OPEN_NONE;
}

static void down_opened(step *s) {
  cr_dll_thread *t = s->thread;
  bool locks = t->job == CR_EP_OFFLINE && !mutant_is(s, CR_MUTANT_OFFLINE_NO_FLUSH);
  if (t->job == CR_EP_TERMINATE && mutant_is(s, CR_MUTANT_TERM_TAKES_LOCK)) locks = true;
  if (t->again || !locks)
    t->pc = PC_DOWN_DISMOUNT;
  else
    t->pc = PC_DOWN_LOCK;
  if (!t->again && mutant_is(s, CR_MUTANT_OFFLINE_NO_DISMOUNT)) t->pc = PC_DOWN_OFFLINE;
  if (!t->again && mutant_is(s, CR_MUTANT_OFFLINE_OTHER_OPEN) && !other_open(s))
    t->pc = PC_DOWN_WINDOW_OPEN;
}

static void down_vopen(step *s) {
  cr_dll_thread *t = s->thread;
  if (s->volume == CR_NO_VOLUME) {
    sync_event(s, CR_WAIT_OTHER);
    s->dll->up = 0;
    path_end(s);
    return;
  }
  unsigned access = CR_ACC_READ;
  if (!mutant_is(s, CR_MUTANT_READ_ONLY_OPEN)) access |= CR_ACC_WRITE;
  if (open_handle(s, false, access)) {
    down_opened(s);
  } else if (t->again) {
    path_end(s); /* nobody can mount while the volume is offline */
  } else if (t->job == CR_EP_OFFLINE && --t->tries == 0) {
    t->failed = 1; /* somebody keeps the volume locked: a graceful stop may fail */
    path_end(s);
  }
}

static void down_lock(step *s) {
  cr_dll_thread *t = s->thread;
  bool give_up = !mutant_is(s, CR_MUTANT_LOCK_FOR_EVER);
  if (operate(s, CR_EV_LOCK)) {
    t->locked = 1;
    t->pc = mutant_is(s, CR_MUTANT_UNLOCK_BEFORE_DISMOUNT) ? PC_DOWN_UNLOCK : PC_DOWN_DISMOUNT;
  } else if ((give_up && --t->tries == 0) || s->event->result != CR_E_ACCESS_DENIED) {
    t->pc = PC_DOWN_DISMOUNT; /* a stop must end: go on without the lock [VOL-LOCK-15] */
  }
}

static void down_dismount(step *s) {
  cr_dll_thread *t = s->thread;
  bool done = operate(s, CR_EV_DISMOUNT) || s->event->result == CR_E_NOT_READY;
  if (done || mutant_is(s, CR_MUTANT_IGNORE_DISMOUNT_RESULT)) {
    t->pc = PC_DOWN_OFFLINE;
    if (t->locked && mutant_is(s, CR_MUTANT_UNLOCK_BEFORE_OFFLINE)) t->pc = PC_DOWN_UNLOCK;
    if (t->again || mutant_is(s, CR_MUTANT_OFFLINE_LIES)) t->pc = PC_DOWN_VCLOSE;
    if (!t->again &&
        (mutant_is(s, CR_MUTANT_REMOUNT_WINDOW) || mutant_is(s, CR_MUTANT_OFFLINE_PROBES)))
      t->pc = PC_DOWN_WINDOW_CLOSE;
    if (mutant_is(s, CR_MUTANT_OFFLINE_LIES)) s->dll->up = 0;
  }
}

static void down_closed(step *s) {
  cr_dll_thread *t = s->thread;
  bool second = !t->again && !t->locked && !mutant_is(s, CR_MUTANT_OFFLINE_NO_DISMOUNT);
  if (second && !mutant_is(s, CR_MUTANT_REMOUNT_WINDOW)) {
    t->again = 1;
    t->pc = PC_DOWN_VOPEN;
    return;
  }
  path_end(s);
}

static void down_report(step *s) {
  cr_dll_thread *t = s->thread;
  bool first =
      mutant_is(s, CR_MUTANT_OFFLINE_REPORT_FIRST) && t->job == CR_EP_OFFLINE && s->dll->up;
  if (mutant_is(s, CR_MUTANT_OFFLINE_NEVER_REPORTS)) {
    sync_event(s, CR_WAIT_CHECK);
    t->pc = PC_EXIT;
    return;
  }
  t->reported = 1;
  if (!report(s, t->failed || t->job == CR_EP_ONLINE ? CR_STATE_FAILED : CR_STATE_OFFLINE))
    t->told = 1;
  t->pc = PC_EXIT;
  if (first) {
    t->pc = PC_DOWN_VOPEN;
    t->tries = LOCK_TRIES;
  } else if (reports_again(s) && !t->told) {
    t->pc = PC_AGAIN_REPORT;
  }
}

static void step_down(step *s) {
  cr_dll_thread *t = s->thread;
  switch (t->pc) {
    case PC_DOWN_PROGRESS:
      report_progress(s);
      path_down(s);
      t->pc = s->dll->up ? PC_DOWN_VOPEN : PC_DOWN_REPORT;
      if (t->told && t->pc == PC_DOWN_REPORT) t->pc = PC_EXIT;
      if (t->told && mutant_is(s, CR_MUTANT_REPORT_AFTER_TOLD)) t->pc = PC_AGAIN_REPORT;
      break;
    case PC_DOWN_VOPEN: down_vopen(s); break;
    case PC_DOWN_LOCK: down_lock(s); break;
    case PC_DOWN_UNLOCK:
      operate(s, CR_EV_UNLOCK);
      t->pc = mutant_is(s, CR_MUTANT_UNLOCK_BEFORE_OFFLINE) ? PC_DOWN_OFFLINE : PC_DOWN_DISMOUNT;
      break;
    case PC_DOWN_DISMOUNT: down_dismount(s); break;
    case PC_DOWN_WINDOW_CLOSE:
      operate(s, CR_EV_CLOSE);
      t->pc = PC_DOWN_WINDOW_OPEN;
      break;
    case PC_DOWN_WINDOW_OPEN:
      if (mutant_is(s, CR_MUTANT_OFFLINE_OTHER_OPEN)) {
        s->slot = other_slot(s);
        if (open_handle(s, false, CR_ACC_READ | CR_ACC_WRITE)) t->pc = PC_DOWN_DISMOUNT;
        break;
      }
      if (open_handle(s, mutant_is(s, CR_MUTANT_OFFLINE_PROBES), CR_ACC_READ | CR_ACC_WRITE))
        t->pc = mutant_is(s, CR_MUTANT_OFFLINE_PROBES) ? PC_DOWN_VCLOSE : PC_DOWN_OFFLINE;
      break;
    case PC_DOWN_OFFLINE:
      if (mutant_is(s, CR_MUTANT_OFFLINE_OTHER_OPEN)) s->slot = other_slot(s);
      if (operate(s, CR_EV_OFFLINE) || mutant_is(s, CR_MUTANT_READ_ONLY_OPEN)) {
        s->dll->up = 0;
        t->pc = PC_DOWN_VCLOSE;
        if (mutant_is(s, CR_MUTANT_HANDLE_KEPT) && t->job == CR_EP_OFFLINE) down_closed(s);
      }
      break;
    case PC_DOWN_VCLOSE:
      operate(s, CR_EV_CLOSE);
      down_closed(s);
      break;
    default: down_report(s);
  }
}

/* ---- polls, and what only mutants do --------------------------------------------------------- */

static void step_poll(step *s) {
  cr_dll_thread *t = s->thread;
  switch (t->pc) {
    case PC_POLL_FOPEN:
      if (s->dll->term &&
          !mutant_is(
              s, CR_MUTANT_POLL_FOR_EVER)) { /* a poll must not mount what Terminate takes down */
        sync_event(s, CR_WAIT_CHECK);
        t->failed = 1;
        t->pc = PC_RET;
        break;
      }
      t->failed = !open_handle(s, !mutant_is(s, CR_MUTANT_OPEN_IS_ALIVE), CR_ACC_READ);
      t->pc = t->failed ? PC_RET : PC_POLL_READ;
      if (t->failed && mutant_is(s, CR_MUTANT_POLL_FOR_EVER)) t->pc = PC_POLL_FOPEN;
      if (mutant_is(s, CR_MUTANT_ISALIVE_IGNORES_REFUSAL) && t->pc == PC_RET) t->failed = 0;
      break;
    case PC_POLL_READ:
      if (mutant_is(s, CR_MUTANT_OPEN_IS_ALIVE)) {
        operate(s, CR_EV_CLOSE);
        t->pc = PC_RET;
        break;
      }
      t->failed = !operate(s, CR_EV_READ);
      t->pc = PC_POLL_CLOSE;
      break;
    case PC_POLL_CLOSE:
      operate(s, CR_EV_CLOSE);
      t->pc = PC_RET;
      break;
    case PC_HEAL_VOPEN:
      t->pc = PC_HEAL_ONLINE;
      if (!open_handle(s, false, CR_ACC_READ | CR_ACC_WRITE)) t->pc = PC_RET;
      break;
    case PC_HEAL_ONLINE:
      if (operate(s, CR_EV_ONLINE)) s->dll->up = 1;
      t->pc = PC_HEAL_CLOSE;
      break;
    default: operate(s, CR_EV_CLOSE); t->pc = t->job == CR_EP_OPEN ? PC_RET : PC_POLL_FOPEN;
  }
}

static void again_report(step *s) {
  cr_dll_thread *t = s->thread;
  if (mutant_is(s, CR_MUTANT_REPORT_AFTER_TOLD) || mutant_is(s, CR_MUTANT_PROGRESS_AFTER_END))
    report(s, t->job == CR_EP_ONLINE ? CR_STATE_ONLINE_PENDING : CR_STATE_OFFLINE_PENDING);
  else
    report(s, CR_STATE_FAILED);
  t->pc = PC_EXIT;
  if (mutant_is(s, CR_MUTANT_REPORT_AFTER_TOLD) && s->dll->up) {
    path_down(s);
    t->pc = PC_DOWN_VOPEN;
  }
}

static bool about_to_open(const cr_dll_thread *t) {
  return t->pc == PC_UP_VOPEN || t->pc == PC_UP_FOPEN || t->pc == PC_DOWN_VOPEN ||
         t->pc == PC_POLL_FOPEN;
}

/* ---- one step -------------------------------------------------------------------------------- */

void cr__dll_step(const cr_model *model, cr_world *world, cr_event *event, cr_alternative alt) {
  unsigned r = event->who;
  cr_dll *dll = &world->dll[r];
  step s = {.model = model,
            .world = world,
            .dll = dll,
            .thread = thread_of(dll, (cr_role)event->role, event->lane),
            .event = event,
            .alt = alt,
            .resource = r,
            .slot = cr__slot_dll(model, r, (cr_role)event->role, event->lane),
            .volume = model->scenario.resource[r].volume};
  cr_dll_thread *t = s.thread;
  if (must_stop(&s)) {
    sync_event(&s, CR_WAIT_CHECK);
    t->told = 1;
    path_up_stop(&s);
    return;
  }
  if (mutant_is(&s, CR_MUTANT_HANDLE_KEPT) && about_to_open(t) &&
      world->volumes.open[s.slot].kind != CR_OPEN_NONE) { /* the kept one goes at last */
    operate(&s, CR_EV_CLOSE);
    return;
  }
  if (is_worker(&s) && alt == CR_ALT_OTHER) { /* one more progress report between two steps */
    dll->progress--;
    if (!report_progress(&s) && cr__going_up(t)) path_up_stop(&s);
    return;
  }
  if (cr__going_up(t)) {
    step_up(&s);
  } else if (t->pc >= PC_DOWN_PROGRESS && t->pc <= PC_DOWN_REPORT) {
    step_down(&s);
  } else if (t->pc >= PC_POLL_FOPEN && t->pc <= PC_HEAL_CLOSE) {
    step_poll(&s);
  } else {
    switch (t->pc) {
      case PC_ENTER: enter(&s); break;
      case PC_JOIN: joined(&s); break;
      case PC_START: start(&s); break;
      case PC_ABORT_CLOSE:
        operate(&s, CR_EV_CLOSE);
        path_up_stop(&s);
        break;
      case PC_OPEN_STATUS:
        report(&s, CR_STATE_OFFLINE);
        t->pc = PC_RET;
        break;
      case PC_RET: ret(&s); break;
      case PC_AGAIN_REPORT: again_report(&s); break;
      default:
        CR_ASSERT(t->pc == PC_EXIT);
        event->kind = CR_EV_EXIT;
        event->object = (uint8_t)r;
        event->value = event->lane;
        *t = (cr_dll_thread){0};
        dll->progress = dll->checkpoint = 0;
    }
  }
}

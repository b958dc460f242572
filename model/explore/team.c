/* team.c - see team.h. */
#include "team.h"

#include <stdlib.h>

#ifdef _WIN32

struct cr__xteam {
  unsigned size;
};

cr__xteam *cr__xteam_new(unsigned workers) {
  (void)workers;
  cr__xteam *team = cr_alloc(sizeof *team);
  team->size = 1;
  return team;
}

void cr__xteam_free(cr__xteam *team) { free(team); }

void cr__xteam_run(cr__xteam *team, uint32_t count, cr__xtask_function *task, void *arg) {
  (void)team;
  for (uint32_t i = 0; i < count; i++) task(arg, 0, i);
}

struct cr__xlock {
  bool taken;
};

void cr__xlock_take(cr__xlock *lock) { lock->taken = true; }
void cr__xlock_give(cr__xlock *lock) { lock->taken = false; }
cr__xlock *cr__xlock_new(void) { return cr_alloc(sizeof(cr__xlock)); }
void cr__xlock_free(cr__xlock *lock) { free(lock); }

#else

#include <pthread.h>
#include <stdatomic.h>

struct cr__xteam {
  unsigned size, started; /* started: threads that exist besides the caller */
  pthread_t thread[CR__XTEAM_MAX];
  pthread_mutex_t mutex;
  pthread_cond_t begin, done;
  _Atomic uint64_t round; /* counts the runs */
  _Atomic unsigned busy;
  atomic_bool ending;
  cr__xtask_function *task;
  void *arg;
  uint32_t count;
  char apart[128]; /* from what is only read */
  _Atomic uint32_t next;
};

typedef struct member {
  cr__xteam *team;
  unsigned number;
} member;

static void work(cr__xteam *team, unsigned worker) {
  for (;;) {
    uint32_t number = atomic_fetch_add_explicit(&team->next, 1, memory_order_relaxed);
    if (number >= team->count) return;
    team->task(team->arg, worker, number);
  }
}

/* The next run, or the end of this one, is mostly so near that sleeping would take longer. */
enum { SPINS = 4000 };

static void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

static bool called(cr__xteam *team, uint64_t round) {
  return atomic_load(&team->ending) || atomic_load(&team->round) != round;
}

static void await_call(cr__xteam *team, uint64_t round) {
  for (unsigned i = 0; i < SPINS; i++) {
    if (called(team, round)) return;
    pause_briefly();
  }
  pthread_mutex_lock(&team->mutex);
  while (!called(team, round)) pthread_cond_wait(&team->begin, &team->mutex);
  pthread_mutex_unlock(&team->mutex);
}

static void await_others(cr__xteam *team) {
  for (unsigned i = 0; i < SPINS; i++) {
    if (atomic_load(&team->busy) == 0) return;
    pause_briefly();
  }
  pthread_mutex_lock(&team->mutex);
  while (atomic_load(&team->busy) > 0) pthread_cond_wait(&team->done, &team->mutex);
  pthread_mutex_unlock(&team->mutex);
}

static void *live(void *arg) {
  member *m = arg;
  cr__xteam *team = m->team;
  unsigned number = m->number;
  free(m);
  for (uint64_t round = 0;;) {
    await_call(team, round);
    if (atomic_load(&team->ending)) return NULL;
    round = atomic_load(&team->round);
    work(team, number);
    if (atomic_fetch_sub(&team->busy, 1) > 1) continue;
    pthread_mutex_lock(&team->mutex);
    pthread_cond_signal(&team->done);
    pthread_mutex_unlock(&team->mutex);
  }
}

cr__xteam *cr__xteam_new(unsigned workers) {
  CR_ASSERT(workers >= 1 && workers <= CR__XTEAM_MAX);
  cr__xteam *team = cr_alloc(sizeof *team);
  pthread_mutex_init(&team->mutex, NULL);
  pthread_cond_init(&team->begin, NULL);
  pthread_cond_init(&team->done, NULL);
  while (team->started + 1 < workers) {
    member *m = cr_alloc(sizeof *m);
    *m = (member){team, team->started + 1};
    if (pthread_create(&team->thread[team->started], NULL, live, m) != 0) {
      free(m);
      break;
    }
    team->started++;
  }
  team->size = team->started + 1;
  return team;
}

void cr__xteam_free(cr__xteam *team) {
  if (team == NULL) return;
  pthread_mutex_lock(&team->mutex);
  atomic_store(&team->ending, true);
  pthread_cond_broadcast(&team->begin);
  pthread_mutex_unlock(&team->mutex);
  for (unsigned i = 0; i < team->started; i++) pthread_join(team->thread[i], NULL);
  pthread_cond_destroy(&team->begin);
  pthread_cond_destroy(&team->done);
  pthread_mutex_destroy(&team->mutex);
  free(team);
}

void cr__xteam_run(cr__xteam *team, uint32_t count, cr__xtask_function *task, void *arg) {
  if (count <= 1 || team->started == 0) {
    for (uint32_t i = 0; i < count; i++) task(arg, 0, i);
    return;
  }
  team->task = task;
  team->arg = arg;
  team->count = count;
  atomic_store_explicit(&team->next, 0, memory_order_relaxed);
  atomic_store(&team->busy, team->started);
  pthread_mutex_lock(&team->mutex);
  atomic_fetch_add(&team->round, 1);
  pthread_cond_broadcast(&team->begin);
  pthread_mutex_unlock(&team->mutex);
  work(team, 0);
  await_others(team);
}

struct cr__xlock {
  pthread_mutex_t mutex;
};

cr__xlock *cr__xlock_new(void) {
  cr__xlock *lock = cr_alloc(sizeof *lock);
  pthread_mutex_init(&lock->mutex, NULL);
  return lock;
}

void cr__xlock_free(cr__xlock *lock) {
  if (lock == NULL) return;
  pthread_mutex_destroy(&lock->mutex);
  free(lock);
}

void cr__xlock_take(cr__xlock *lock) { pthread_mutex_lock(&lock->mutex); }
void cr__xlock_give(cr__xlock *lock) { pthread_mutex_unlock(&lock->mutex); }

#endif

unsigned cr__xteam_size(const cr__xteam *team) { return team->size; }

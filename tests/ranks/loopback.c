/* loopback.c - see loopback.h. Each operation: everyone shows what it has, all meet, everyone takes
 * what it wants, all meet again. */
#include "loopback.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ranks.h"

typedef struct hub {
  unsigned size;
  pthread_barrier_t barrier;
  const void *shown[LOOPBACK_MAX];
  const uint64_t *shown_bytes[LOOPBACK_MAX];
} hub;

typedef struct peer {
  hub *hub;
  unsigned rank;
  const cr_xmodel *model;
  cr_xoptions options;
  loopback_outcome *outcome;
  pthread_t thread;
} peer;

static void meet(peer *p) { pthread_barrier_wait(&p->hub->barrier); }

static void show(peer *p, const void *data, const uint64_t *bytes) {
  p->hub->shown[p->rank] = data;
  p->hub->shown_bytes[p->rank] = bytes;
  meet(p);
}

static void counts(void *arg, const uint64_t *send, uint64_t *receive) {
  peer *p = arg;
  show(p, send, NULL);
  for (unsigned r = 0; r < p->hub->size; r++)
    receive[r] = ((const uint64_t *)p->hub->shown[r])[p->rank];
  meet(p);
}

static void exchange(void *arg, const unsigned char *const *send, const uint64_t *send_bytes,
                     unsigned char *receive, const uint64_t *receive_bytes) {
  peer *p = arg;
  show(p, send, send_bytes);
  for (unsigned r = 0; r < p->hub->size; r++) {
    CR_ASSERT(p->hub->shown_bytes[r][p->rank] == receive_bytes[r]);
    const unsigned char *const *from = p->hub->shown[r];
    if (receive_bytes[r] == 0) continue;
    memcpy(receive, from[p->rank], receive_bytes[r]);
    receive += receive_bytes[r];
  }
  meet(p);
}

static void combine(peer *p, uint64_t *values, unsigned count, bool add) {
  uint64_t *all = cr_alloc(count * sizeof *all);
  show(p, values, NULL);
  for (unsigned r = 0; r < p->hub->size; r++)
    for (unsigned i = 0; i < count; i++) {
      uint64_t value = ((const uint64_t *)p->hub->shown[r])[i];
      all[i] = add ? all[i] + value : value > all[i] ? value : all[i];
    }
  meet(p);
  memcpy(values, all, count * sizeof *all);
  free(all);
}

static void sum(void *arg, uint64_t *values, unsigned count) { combine(arg, values, count, true); }

static void greatest(void *arg, uint64_t *values, unsigned count) {
  combine(arg, values, count, false);
}

static uint64_t before(void *arg, uint64_t value) {
  peer *p = arg;
  uint64_t result = 0;
  show(p, &value, NULL);
  for (unsigned r = 0; r < p->rank; r++) result += *(const uint64_t *)p->hub->shown[r];
  meet(p);
  return result;
}

static void broadcast(void *arg, unsigned from, void *data, size_t bytes) {
  peer *p = arg;
  show(p, data, NULL);
  if (p->rank != from) memcpy(data, p->hub->shown[from], bytes);
  meet(p);
}

static void *live(void *arg) {
  peer *p = arg;
  const cr_xranks ranks = {.size = p->hub->size,
                           .rank = p->rank,
                           .arg = p,
                           .counts = counts,
                           .exchange = exchange,
                           .sum = sum,
                           .greatest = greatest,
                           .before = before,
                           .broadcast = broadcast};
  p->options.ranks = &ranks;
  p->outcome->err = cr_explore(p->model, &p->options, &p->outcome->result, &p->outcome->info);
  return NULL;
}

void loopback_explore(unsigned size, const cr_xmodel *const *models, const cr_xoptions *options,
                      loopback_outcome *outcomes) {
  CR_ASSERT(size >= 1 && size <= LOOPBACK_MAX);
  hub h = {.size = size};
  peer peers[LOOPBACK_MAX];
  pthread_barrier_init(&h.barrier, NULL, size);
  for (unsigned i = 0; i < size; i++) {
    outcomes[i] = (loopback_outcome){0};
    peers[i] = (peer){&h, i, models[i], options[i], &outcomes[i], 0};
    int failed = pthread_create(&peers[i].thread, NULL, live, &peers[i]);
    CR_ASSERT(failed == 0);
  }
  for (unsigned i = 0; i < size; i++) pthread_join(peers[i].thread, NULL);
  pthread_barrier_destroy(&h.barrier);
}

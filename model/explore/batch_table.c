/* batch_table.c - targets and candidates for a wide store or a lean set; see batch_private.h. */
#include <string.h>

#include "batch_private.h"

enum { INSERT_AHEAD = 8 };

/* ---- expand ---------------------------------------------------------------------------------- */

static void candidates_grow(task *t, size_t key_bytes) {
  t->cap = t->cap == 0 ? 64 : t->cap * 2;
  t->candidate = cr_realloc(t->candidate, t->cap * sizeof *t->candidate);
  t->keys = cr_realloc(t->keys, t->cap * key_bytes);
}

/* A candidate joins those of its segment. */
static inline void candidate_link(task *t, uint32_t i) {
  unsigned segment = cr__xstore_segment(t->candidate[i].hash);
  if (t->head[segment] == NONE)
    t->head[segment] = i;
  else
    t->candidate[t->tail[segment]].next = i;
  t->tail[segment] = i;
  t->in_segment[segment]++;
}

static inline uint32_t candidate_new(task *t, const target *from, const unsigned char *key,
                                     size_t key_bytes) {
  if (t->count == t->cap) candidates_grow(t, key_bytes);
  uint32_t i = t->count++;
  t->candidate[i] = (candidate){from->hash, from->source, from->position, NONE, CR__XNO_SLOT};
  memcpy(t->keys + i * key_bytes, key, key_bytes);
  return i;
}

static inline void candidate_add(task *t, const target *from, const unsigned char *key,
                                 size_t key_bytes) {
  candidate_link(t, candidate_new(t, from, key, key_bytes));
}

/* By now the slots of the queue are at hand. */
static void queue_work_off(lane *l) {
  const cr__xstore *store = l->batch->store;
  size_t bytes = store->key_bytes;
  for (unsigned i = 0; i < l->queued; i++)
    l->queue[i].guess = cr__xstore_guess(store, l->queue[i].hash);
  for (unsigned i = 0; i < l->queued; i++) {
    const unsigned char *key = l->keys + i * bytes;
    if (!cr__xstore_known(store, l->queue[i].hash, key, l->queue[i].guess))
      candidate_add(l->task, &l->queue[i], key, bytes);
  }
  l->queued = 0;
}

static void take(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  lane *l = sink->arg;
  uint32_t position = l->position++;
  l->task->transitions++;
  cr__xlabel_count(l, label);
  if (violation != 0) {
    cr__xviolated(l, label, position, violation);
    return;
  }
  if (l->queued == QUEUE) queue_work_off(l);
  const cr__xstore *store = l->batch->store;
  unsigned i = l->queued++;
  unsigned char *key = l->keys + i * store->key_bytes;
  memcpy(key, next, store->key_bytes);
  uint64_t hash = cr__xstore_hash(store, key);
  l->queue[i] = (target){hash, l->source, position, CR__XNO_STATE, false};
  cr__xstore_prefetch(store, hash);
}

static bool one_wide(cr__xbatch *b, lane *l, const unsigned char *key) {
  cr_xsink sink = {.take = take, .fresh = cr__xfresh, .arg = l};
  l->position = 0;
  cr__xspace_successors(b->space, l->worker, key, &sink);
  l->task->reduced += sink.reduced;
  cr__xfull_set(b->full, l->source, !sink.reduced);
  return sink.emitted > 0;
}

const cr__xbatch_way cr__xway_wide = {one_wide, queue_work_off};

/* The same with a lean set. Candidates are linked when they have their names (name_all). */
static void queue_work_off_lean(lane *l) {
  const cr__xlean *lean = l->batch->store->lean;
  size_t bytes = l->batch->store->key_bytes;
  for (unsigned i = 0; i < l->queued; i++)
    if (!l->queue[i].named || !cr__xlean_known(lean, l->queue[i].hash))
      (void)candidate_new(l->task, &l->queue[i], l->keys + i * bytes, bytes);
  l->queued = 0;
}

static void take_lean(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  lane *l = sink->arg;
  cr__xlean *lean = l->batch->store->lean;
  uint32_t position = l->position++;
  l->task->transitions++;
  cr__xlabel_count(l, label);
  if (violation != 0) {
    cr__xviolated(l, label, position, violation);
    return;
  }
  if (l->queued == QUEUE) queue_work_off_lean(l);
  size_t bytes = l->batch->store->key_bytes;
  unsigned i = l->queued++;
  unsigned char *key = l->keys + i * bytes;
  target *t = &l->queue[i];
  memcpy(key, next, bytes);
  *t = (target){.source = l->source, .position = position};
  t->named = cr__xlean_print(lean, l->worker, key, &t->hash);
  if (t->named) cr__xlean_prefetch(lean, t->hash);
}

static bool one_lean(cr__xbatch *b, lane *l, const unsigned char *key) {
  cr_xsink sink = {.take = take_lean, .arg = l};
  l->position = 0;
  if (!cr__xspace_lists(b->space)) {
    cr__xspace_successors(b->space, l->worker, key, &sink);
    return sink.emitted > 0;
  }
  uint64_t word;
  const cr__xnarrow *list;
  memcpy(&word, key, sizeof word);
  unsigned count = cr__xspace_list(b->space, l->worker, word, &list);
  for (unsigned n = 0; n < count; n++)
    take_lean(&sink, list[n].label, &list[n].key, list[n].violation);
  return count > 0;
}

const cr__xbatch_way cr__xway_lean = {one_lean, queue_work_off_lean};

/* ---- insert ---------------------------------------------------------------------------------- */

static const unsigned char *pending_key(const void *arg, uint32_t number) {
  const cr__xbatch *b = arg;
  uint32_t low = 0, high = b->tasks_count;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (b->task[middle].base <= number)
      low = middle;
    else
      high = middle;
  }
  const task *t = &b->task[low];
  return t->keys + (size_t)(number - t->base) * b->store->key_bytes;
}

static uint32_t insert_prefetch(const cr__xbatch *b, const candidate *c) {
  cr__xstore_prefetch(b->store, c->hash);
  return c->next;
}

static void insert(void *arg, unsigned worker, uint32_t segment) {
  (void)worker;
  cr__xbatch *b = arg;
  cr__xpending pending = {pending_key, b};
  size_t bytes = b->store->key_bytes;
  for (uint32_t k = 0; k < b->tasks_count; k++) {
    task *t = &b->task[k];
    uint32_t ahead = t->head[segment]; /* its slot will be at hand when its turn comes */
    for (unsigned i = 0; i < INSERT_AHEAD && ahead != NONE; i++)
      ahead = insert_prefetch(b, &t->candidate[ahead]);
    for (uint32_t i = t->head[segment]; i != NONE; i = t->candidate[i].next) {
      candidate *c = &t->candidate[i];
      if (ahead != NONE) ahead = insert_prefetch(b, &t->candidate[ahead]);
      c->slot = cr__xstore_put(b->store, c->hash, t->keys + i * bytes, t->base + i, &pending);
    }
  }
}

bool cr__xbatch_name(cr__xbatch *b) {
  size_t bytes = b->store->key_bytes;
  for (uint32_t k = 0; k < b->tasks_count; k++) {
    task *t = &b->task[k];
    for (uint32_t i = 0; i < t->count; i++) {
      if (!cr__xlean_name(b->store->lean, t->keys + i * bytes, &t->candidate[i].hash)) return false;
      candidate_link(t, i);
    }
  }
  return true;
}

static void insert_lean(void *arg, unsigned worker, uint32_t segment) {
  (void)worker;
  cr__xbatch *b = arg;
  for (uint32_t k = 0; k < b->tasks_count; k++) {
    task *t = &b->task[k];
    for (uint32_t i = t->head[segment]; i != NONE; i = t->candidate[i].next) {
      candidate *c = &t->candidate[i];
      if (c->next != NONE) cr__xlean_prefetch(b->store->lean, t->candidate[c->next].hash);
      c->slot = cr__xlean_put(b->store->lean, c->hash) ? 0 : CR__XNO_SLOT;
    }
  }
}

static void count_stay(void *arg, unsigned worker, uint32_t number) {
  (void)worker;
  task *t = &((cr__xbatch *)arg)->task[number];
  t->stay = 0;
  for (uint32_t i = 0; i < t->count; i++) t->stay += t->candidate[i].slot != CR__XNO_SLOT;
}

void cr__xbatch_insert(cr__xbatch *b, uint32_t count) {
  cr__xbatch_share(b, count, CR__XSEGMENTS, b->store->lean != NULL ? insert_lean : insert);
  cr__xbatch_share(b, count, b->tasks_count, count_stay);
}

uint32_t cr__xbatch_trail(cr__xbatch *b, uint32_t room) {
  uint32_t written = 0;
  for (uint32_t k = 0; k < b->tasks_count; k++) {
    const task *t = &b->task[k];
    for (uint32_t i = 0; i < t->count && written < room; i++) {
      const candidate *c = &t->candidate[i];
      if (c->slot == CR__XNO_SLOT) continue;
      if (!cr__xtrail_add(&b->store->lean->trail, c->source, c->position, b->store)) return written;
      written++;
    }
  }
  return written;
}

/* ---- settle ---------------------------------------------------------------------------------- */

void cr__xsettle_table(cr__xbatch *b, task *t, unsigned worker) {
  size_t bytes = b->store->key_bytes;
  uint32_t next = t->number, left = t->stay;
  const bool lean = b->store->lean != NULL;
  bool judges = cr__xspace_judges_states(b->space);
  for (uint32_t i = 0; i < t->count && left > 0; i++) {
    const candidate *c = &t->candidate[i];
    if (c->slot == CR__XNO_SLOT) continue;
    left--;
    const unsigned char *key = t->keys + i * bytes;
    if (lean)
      cr__xstore_keep(b->store, next, key);
    else
      cr__xstore_settle(b->store, c->hash, c->slot, next, key, c->source);
    if (judges) cr__xbatch_judge(b, t, worker, next, key, c->source, c->position);
    next++;
  }
}

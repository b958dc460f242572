/* batch.c - see batch.h. */
#include "batch.h"

#include "lean.h"

#include <stdlib.h>
#include <string.h>

/* A batch of many states keeps the threads busy between its three meetings; one of few keeps the
 * candidates in the second cache. A queue of more targets than QUEUE gains nothing. */
enum {
  TASK_STATES = 256,
  TASKS_MAX = 64,
  BATCH_STATES = CR__XBATCH_STATES,
  BATCH_STATES_MIN = 64,
  QUEUE = 64,
  INSERT_AHEAD = 8,
  TEAM_WORTH = 1024
};
_Static_assert((int)BATCH_STATES == (int)TASK_STATES * (int)TASKS_MAX, "one batch, all tasks");

/* A target that the store did not know when the batch began. */
typedef struct candidate {
  uint64_t hash;
  uint32_t source, position;
  uint32_t next; /* candidate of the same task and segment, NONE: the last */
  uint32_t slot; /* CR__XNO_SLOT: it is not new after all */
} candidate;

#define NONE UINT32_MAX

typedef struct task {
  uint32_t first, end; /* the states to expand */
  candidate *candidate;
  unsigned char *keys;
  uint32_t count, cap;
  uint32_t base;   /* number of its first candidate in the batch */
  uint32_t number; /* final number of the first that stays */
  uint32_t stay;   /* how many of them do */
  uint32_t head[CR__XSEGMENTS], tail[CR__XSEGMENTS], in_segment[CR__XSEGMENTS];
  uint64_t transitions, deadlocks, reduced;
  cr__xfindings deadlocked, others;
} task;

typedef struct target {
  uint64_t hash;
  uint32_t source, position, guess;
  bool named; /* with a lean set: hash is the print */
} target;

/* What a worker has at hand. */
typedef struct lane {
  struct cr__xbatch *batch;
  task *task;
  unsigned worker;
  uint32_t source, position;
  target queue[QUEUE];
  unsigned char *keys; /* of the queue */
  unsigned queued;
  uint64_t *labels; /* transitions by label, in this batch */
  size_t labels_len, labels_cap;
} lane;

struct cr__xbatch {
  cr__xspace *space;
  cr__xstore *store;
  cr__xteam *team;
  bool deadlocks, partial_order;
  uint32_t states_max; /* a batch takes no more; halved when memory is short */
  uint32_t first;      /* the first state of this batch */
  /* By state, for partial order: was it expanded with all its transitions? Known of the states
   * before full_cap, and asked for those before this batch. */
  unsigned char *full;
  size_t full_cap;
  task task[TASKS_MAX];
  uint32_t tasks_count;
  lane *lane;
  size_t buffers_bytes; /* accounted for candidates */
  cr__xfindings deadlocked, others;
};

static void lanes_shape(cr__xbatch *b) {
  for (unsigned i = 0; i < cr__xteam_size(b->team); i++) {
    free(b->lane[i].keys);
    b->lane[i].keys = cr_alloc(QUEUE * b->store->key_bytes);
  }
}

cr__xbatch *cr__xbatch_new(cr__xspace *space, cr__xstore *store, cr__xteam *team,
                           const cr_xoptions *options) {
  cr__xbatch *b = cr_alloc(sizeof *b);
  b->space = space;
  b->store = store;
  b->team = team;
  b->deadlocks = !options->allow_deadlock;
  b->partial_order = options->partial_order;
  b->states_max = BATCH_STATES;
  b->lane = cr_alloc(cr__xteam_size(team) * sizeof *b->lane);
  for (unsigned i = 0; i < cr__xteam_size(team); i++) b->lane[i] = (lane){.batch = b, .worker = i};
  lanes_shape(b);
  return b;
}

static void buffers_free(cr__xbatch *b) {
  for (unsigned i = 0; i < TASKS_MAX; i++) {
    free(b->task[i].candidate);
    free(b->task[i].keys);
    b->task[i].candidate = NULL;
    b->task[i].keys = NULL;
    b->task[i].cap = b->task[i].count = 0;
  }
  cr__xstore_release(b->store, b->buffers_bytes);
  b->buffers_bytes = 0;
}

void cr__xbatch_free(cr__xbatch *b) {
  if (b == NULL) return;
  buffers_free(b);
  for (unsigned i = 0; i < TASKS_MAX; i++) {
    cr__xfindings_free(&b->task[i].deadlocked);
    cr__xfindings_free(&b->task[i].others);
  }
  for (unsigned i = 0; i < cr__xteam_size(b->team); i++) {
    free(b->lane[i].keys);
    free(b->lane[i].labels);
  }
  free(b->lane);
  free(b->full);
  cr__xfindings_free(&b->deadlocked);
  cr__xfindings_free(&b->others);
  free(b);
}

uint32_t cr__xbatch_states(const cr__xbatch *b) { return b->states_max; }

void cr__xbatch_set_states(cr__xbatch *b, uint32_t states) {
  CR_ASSERT(states >= 1 && states <= BATCH_STATES);
  b->states_max = states;
}

/* ---- expand ---------------------------------------------------------------------------------- */

static void count_label(lane *l, uint32_t label) {
  if (label >= CR_XLABELS_COUNTED_MAX) return;
  if (label >= l->labels_len) {
    size_t len = (size_t)label + 1;
    if (len > l->labels_cap) {
      size_t cap = len * 2;
      l->labels = cr_realloc(l->labels, cap * sizeof *l->labels);
      l->labels_cap = cap;
    }
    memset(l->labels + l->labels_len, 0, (len - l->labels_len) * sizeof *l->labels);
    l->labels_len = len;
  }
  l->labels[label]++;
}

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

static void violated(lane *l, uint32_t label, uint32_t position, cr_xviolation violation) {
  cr__xfinding found = {CR_XKIND_TRANSITION, violation, l->source, label, l->source, position};
  cr__xfindings_add_first(&l->task->others, &found);
}

static void take(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  lane *l = sink->arg;
  uint32_t position = l->position++;
  l->task->transitions++;
  count_label(l, label);
  if (violation != 0) {
    violated(l, label, position, violation);
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

/* The same for a narrow store. */
static void queue_work_off_narrow(lane *l) {
  const cr__xstore *store = l->batch->store;
  for (unsigned i = 0; i < l->queued; i++) {
    uint64_t key;
    memcpy(&key, l->keys + i * sizeof key, sizeof key);
    if (!cr__xstore_known_narrow(store, l->queue[i].hash, key))
      candidate_add(l->task, &l->queue[i], (const unsigned char *)&key, sizeof key);
  }
  l->queued = 0;
}

static void take_narrow(lane *l, const cr__xnarrow *list, unsigned count) {
  const cr__xstore *store = l->batch->store;
  for (unsigned n = 0; n < count; n++) {
    if (list[n].label < l->labels_len)
      l->labels[list[n].label]++;
    else
      count_label(l, list[n].label);
    if (list[n].violation != 0) {
      violated(l, list[n].label, n, list[n].violation);
      continue;
    }
    if (l->queued == QUEUE) queue_work_off_narrow(l);
    unsigned i = l->queued++;
    uint64_t hash = cr__xstore_mix(list[n].key);
    memcpy(l->keys + i * sizeof list[n].key, &list[n].key, sizeof list[n].key);
    l->queue[i] = (target){hash, l->source, n, CR__XNO_STATE, false};
    cr__xstore_prefetch(store, hash);
  }
}

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
  count_label(l, label);
  if (violation != 0) {
    violated(l, label, position, violation);
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

/* Will the target be expanded later than the state that is being expanded, or has it been expanded
 * in full? */
static bool fresh(const cr_xsink *sink, const void *next) {
  const lane *l = sink->arg;
  const cr__xbatch *b = l->batch;
  uint32_t number = cr__xstore_find(b->store, next);
  if (number == CR__XNO_STATE || number > l->source) return true;
  return number < b->first && number < b->full_cap && b->full[number];
}

/* Room for the states before end, as long as there is any: without it more is expanded. */
static void full_grow(cr__xbatch *b, uint32_t end) {
  if (!b->partial_order || end <= b->full_cap) return;
  size_t cap = b->full_cap * 2 > end ? b->full_cap * 2 : (size_t)end + BATCH_STATES;
  if (!cr__xstore_reserve(b->store, cap - b->full_cap)) return;
  b->full = cr_realloc(b->full, cap);
  memset(b->full + b->full_cap, 0, cap - b->full_cap);
  b->full_cap = cap;
}

static void task_begin(task *t, uint32_t first, uint32_t end) {
  t->first = first;
  t->end = end;
  t->count = 0;
  memset(t->head, 0xFF, sizeof t->head);
  memset(t->in_segment, 0, sizeof t->in_segment);
  t->transitions = t->deadlocks = t->reduced = 0;
  t->deadlocked.count = t->others.count = 0;
}

static bool expand_one(cr__xbatch *b, lane *l, const unsigned char *key) {
  cr_xsink sink = {.take = take, .fresh = fresh, .arg = l};
  l->position = 0;
  cr__xspace_successors(b->space, l->worker, key, &sink);
  l->task->reduced += sink.reduced;
  if (l->source < b->full_cap) b->full[l->source] = !sink.reduced;
  return sink.emitted > 0;
}

static bool expand_one_lean(cr__xbatch *b, lane *l, const unsigned char *key) {
  cr_xsink sink = {.take = take_lean, .arg = l};
  l->position = 0;
  if (!b->store->narrow) {
    cr__xspace_successors(b->space, l->worker, key, &sink);
    return sink.emitted > 0;
  }
  uint64_t word;
  const cr__xnarrow *list;
  memcpy(&word, key, sizeof word);
  unsigned count = cr__xspace_successors_narrow(b->space, l->worker, word, &list);
  for (unsigned n = 0; n < count; n++)
    take_lean(&sink, list[n].label, &list[n].key, list[n].violation);
  return count > 0;
}

static bool expand_one_narrow(cr__xbatch *b, lane *l, const unsigned char *key) {
  uint64_t word;
  const cr__xnarrow *list;
  memcpy(&word, key, sizeof word);
  unsigned count = cr__xspace_successors_narrow(b->space, l->worker, word, &list);
  l->task->transitions += count;
  take_narrow(l, list, count);
  return count > 0;
}

static void expand(void *arg, unsigned worker, uint32_t number) {
  cr__xbatch *b = arg;
  lane *l = &b->lane[worker];
  task *t = l->task = &b->task[number];
  bool lean = b->store->lean != NULL, narrow = b->store->narrow && !b->partial_order;
  bool (*one)(cr__xbatch *, lane *, const unsigned char *) = lean     ? expand_one_lean
                                                             : narrow ? expand_one_narrow
                                                                      : expand_one;
  for (uint32_t source = t->first; source < t->end; source++) {
    const unsigned char *key = cr__xstore_key(b->store, source);
    l->source = source;
    if (one(b, l, key)) continue;
    if (cr__xspace_final(b->space, worker, key)) continue;
    t->deadlocks++;
    cr__xfinding found = {.kind = CR_XKIND_DEADLOCK, .state = source, .source = source};
    if (b->deadlocks) cr__xfindings_add_first(&t->deadlocked, &found);
  }
  if (lean)
    queue_work_off_lean(l);
  else if (narrow)
    queue_work_off_narrow(l);
  else
    queue_work_off(l);
}

static void expand_all(cr__xbatch *b, uint32_t first, uint32_t end) {
  b->tasks_count = 0;
  b->first = first;
  full_grow(b, end);
  for (uint32_t from = first; from < end; from += TASK_STATES) {
    uint32_t to = end - from < TASK_STATES ? end : from + TASK_STATES;
    task_begin(&b->task[b->tasks_count++], from, to);
  }
  for (unsigned i = 0; i < cr__xteam_size(b->team); i++) b->lane[i].labels_len = 0;
  cr__xteam_run(b->team, b->tasks_count, expand, b);
}

/* Waking the others does not pay for a few candidates. */
static void share(cr__xbatch *b, uint32_t count, uint32_t tasks, cr__xtask_function *function) {
  if (count >= TEAM_WORTH)
    cr__xteam_run(b->team, tasks, function, b);
  else
    for (uint32_t i = 0; i < tasks; i++) function(b, 0, i);
}

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

/* The same for a narrow store, whose candidates need not be compared with one another. */
static void insert_narrow(cr__xbatch *b, task *t, uint32_t segment) {
  cr__xsegment *to = &b->store->segments[segment];
  uint32_t ahead = t->head[segment];
  for (unsigned i = 0; i < INSERT_AHEAD && ahead != NONE; i++)
    ahead = insert_prefetch(b, &t->candidate[ahead]);
  for (uint32_t i = t->head[segment]; i != NONE; i = t->candidate[i].next) {
    candidate *c = &t->candidate[i];
    if (ahead != NONE) ahead = insert_prefetch(b, &t->candidate[ahead]);
    uint64_t key;
    memcpy(&key, t->keys + (size_t)i * sizeof key, sizeof key);
    uint32_t slot = cr__xstore_probe(to, c->hash, key);
    if (to->slots[slot] != 0) continue;
    to->slots[slot] = key + 1;
    to->count++;
    c->slot = slot;
  }
}

static void insert(void *arg, unsigned worker, uint32_t segment) {
  (void)worker;
  cr__xbatch *b = arg;
  cr__xpending pending = {pending_key, b};
  size_t bytes = b->store->key_bytes;
  for (uint32_t k = 0; k < b->tasks_count; k++) {
    task *t = &b->task[k];
    if (b->store->narrow) {
      insert_narrow(b, t, segment);
      continue;
    }
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

/* With a lean set: all candidates get their names, in order, as trees grow with them. False when
 * there is no room. */
static bool name_all(cr__xbatch *b) {
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

/* Writes down where the first `room` that stay come from; for how many there was room. */
static uint32_t trail_all(cr__xbatch *b, uint32_t room) {
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

static void count_stay(void *arg, unsigned worker, uint32_t number) {
  (void)worker;
  task *t = &((cr__xbatch *)arg)->task[number];
  t->stay = 0;
  for (uint32_t i = 0; i < t->count; i++) t->stay += t->candidate[i].slot != CR__XNO_SLOT;
}

static void settle(void *arg, unsigned worker, uint32_t number) {
  cr__xbatch *b = arg;
  task *t = &b->task[number];
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
    cr_xviolation violation = judges ? cr__xspace_invariant(b->space, worker, key) : 0;
    if (violation != 0) {
      cr__xfinding found = {CR_XKIND_INVARIANT, violation, next, 0, c->source, c->position};
      cr__xfindings_add_first(&t->others, &found);
    }
    next++;
  }
}

/* Numbers what stays, at most `room`. */
static uint32_t settle_all(cr__xbatch *b, uint32_t room) {
  uint32_t number = b->store->count, left = room;
  for (uint32_t k = 0; k < b->tasks_count; k++) {
    task *t = &b->task[k];
    if (t->stay > left) t->stay = left;
    t->number = number;
    number += t->stay;
    left -= t->stay;
  }
  share(b, room, b->tasks_count, settle);
  return number - b->store->count;
}

/* ---- a batch --------------------------------------------------------------------------------- */

static uint32_t candidates(cr__xbatch *b, uint32_t in_segment[CR__XSEGMENTS]) {
  uint32_t base = 0;
  memset(in_segment, 0, CR__XSEGMENTS * sizeof *in_segment);
  for (uint32_t k = 0; k < b->tasks_count; k++) {
    b->task[k].base = base;
    base += b->task[k].count;
    for (unsigned i = 0; i < CR__XSEGMENTS; i++) in_segment[i] += b->task[k].in_segment[i];
  }
  return base;
}

static bool buffers_account(cr__xbatch *b) {
  size_t bytes = 0;
  for (unsigned i = 0; i < TASKS_MAX; i++)
    bytes += b->task[i].cap * (sizeof(candidate) + b->store->key_bytes);
  if (bytes > b->buffers_bytes && !cr__xstore_reserve(b->store, bytes - b->buffers_bytes))
    return false;
  if (bytes < b->buffers_bytes) cr__xstore_release(b->store, b->buffers_bytes - bytes);
  b->buffers_bytes = bytes;
  return true;
}

static void harvest_findings(cr__xbatch *b, cr__xharvest *harvest) {
  b->deadlocked.count = b->others.count = 0;
  for (uint32_t k = 0; k < b->tasks_count; k++) {
    const task *t = &b->task[k];
    harvest->transitions += t->transitions;
    harvest->deadlocks += t->deadlocks;
    harvest->reduced += t->reduced;
    for (size_t i = 0; i < t->deadlocked.count; i++)
      cr__xfindings_add(&b->deadlocked, &t->deadlocked.list[i]);
    for (size_t i = 0; i < t->others.count; i++) cr__xfindings_add(&b->others, &t->others.list[i]);
  }
  cr__xfindings_sort(&b->others);
  harvest->deadlocked = b->deadlocked;
  harvest->others = b->others;
}

static void harvest_labels(const cr__xbatch *b, cr_xresult *counts) {
  for (unsigned i = 0; i < cr__xteam_size(b->team); i++) {
    const lane *l = &b->lane[i];
    if (l->labels_len > counts->label_counts_len) {
      counts->label_counts =
          cr_realloc(counts->label_counts, l->labels_len * sizeof *counts->label_counts);
      memset(counts->label_counts + counts->label_counts_len, 0,
             (l->labels_len - counts->label_counts_len) * sizeof *counts->label_counts);
      counts->label_counts_len = l->labels_len;
    }
    for (size_t k = 0; k < l->labels_len; k++) counts->label_counts[k] += l->labels[k];
  }
}

/* Expands and makes room; NONE when there is no room even for a few, else the number of candidates.
 * What was expanded may be less than was asked for. */
static uint32_t expand_and_fit(cr__xbatch *b, uint32_t first, uint32_t *end, bool *states_end) {
  uint32_t in_segment[CR__XSEGMENTS];
  for (;;) {
    if (*end - first > b->states_max) *end = first + b->states_max;
    expand_all(b, first, *end);
    if (cr__xspace_mistake(b->space) != NULL) return 0;
    if (cr__xspace_crowded(b->space)) {
      buffers_free(b);
      bool room = cr__xspace_rekey(b->space, b->store);
      lanes_shape(b);
      if (!room) return NONE;
      continue;
    }
    bool lean = b->store->lean != NULL, named = !lean || name_all(b);
    uint32_t count = candidates(b, in_segment);
    *states_end = (uint64_t)b->store->count + count > CR_XSTATES_MAX;
    if (!*states_end && named && buffers_account(b) &&
        (lean ? cr__xlean_make_room(b->store->lean, in_segment)
              : cr__xstore_make_room(b->store, in_segment)))
      return count;
    buffers_free(b);
    if (b->states_max <= BATCH_STATES_MIN) return NONE;
    b->states_max /= 2;
  }
}

cr__xbatch_end cr__xbatch_run(cr__xbatch *b, uint32_t first, uint32_t end, cr__xharvest *harvest,
                              cr_xresult *counts) {
  bool states_end = false;
  *harvest = (cr__xharvest){0};
  uint32_t count = expand_and_fit(b, first, &end, &states_end);
  if (count == NONE) return states_end ? CR__XBATCH_MAX_STATES : CR__XBATCH_MAX_MEMORY;
  harvest->expanded = end - first;
  cr__xbatch_end how = CR__XBATCH_DONE;
  if (count > 0) {
    uint32_t stay = 0;
    share(b, count, CR__XSEGMENTS, b->store->lean != NULL ? insert_lean : insert);
    share(b, count, b->tasks_count, count_stay);
    for (uint32_t k = 0; k < b->tasks_count; k++) stay += b->task[k].stay;
    uint32_t room = stay;
    if (b->store->count + (uint64_t)stay > b->store->states_max) {
      room = (uint32_t)(b->store->states_max - b->store->count);
      how = CR__XBATCH_MAX_STATES;
    }
    uint32_t chunks = cr__xstore_make_chunks(b->store, room);
    if (b->store->lean != NULL) chunks = trail_all(b, chunks);
    if (chunks < room) how = CR__XBATCH_MAX_MEMORY;
    harvest->added = settle_all(b, chunks);
    b->store->count += harvest->added;
    if (b->store->lean != NULL) cr__xlean_account(b->store->lean);
  }
  harvest_findings(b, harvest);
  harvest_labels(b, counts);
  return how;
}

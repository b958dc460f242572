/* batch.c - see batch.h. */
#include "batch_private.h"

#include <stdlib.h>
#include <string.h>

enum { TEAM_WORTH = 1024 };

static void lanes_shape(cr__xbatch *b) {
  cr__xclaims_forget(b);
  for (unsigned i = 0; i < cr__xteam_size(b->team); i++) {
    free(b->lane[i].keys);
    b->lane[i].keys = cr_alloc(QUEUE * b->store->key_bytes);
  }
}

cr__xbatch *cr__xbatch_new(cr__xspace *space, cr__xstore *store, cr__xteam *team, cr__xfull *full,
                           const cr_xoptions *options) {
  cr__xbatch *b = cr_alloc(sizeof *b);
  b->space = space;
  b->store = store;
  b->team = team;
  b->full = full;
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
  for (unsigned i = 0; i < TASKS_MAX; i++) cr__xclaims_free(&b->claims[i]);
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

void cr__xlabel_new(lane *l, uint32_t label) {
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

void cr__xviolated(lane *l, uint32_t label, uint32_t position, cr_xviolation violation) {
  cr__xfinding found = {CR_XKIND_TRANSITION, violation, l->source, label, l->source, position};
  cr__xfindings_add_first(&l->task->others, &found);
}

bool cr__xfresh(const cr_xsink *sink, const void *next) {
  const lane *l = sink->arg;
  const cr__xbatch *b = l->batch;
  uint32_t number = cr__xstore_find(b->store, next);
  if (number == CR__XNO_STATE || number > l->source) return true;
  return number < b->first && cr__xfull_has(b->full, number);
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

static const cr__xbatch_way *way_of(const cr__xbatch *b) {
  if (b->store->lean != NULL) return &cr__xway_lean;
  if (!b->store->narrow) return &cr__xway_wide;
  return cr__xspace_lists(b->space) && !b->partial_order ? &cr__xway_listed : &cr__xway_words;
}

static void expand(void *arg, unsigned worker, uint32_t number) {
  cr__xbatch *b = arg;
  lane *l = &b->lane[worker];
  task *t = l->task = &b->task[number];
  const cr__xbatch_way *way = way_of(b);
  for (uint32_t source = t->first; source < t->end; source++) {
    const unsigned char *key = cr__xstore_key(b->store, source);
    l->source = source;
    if (way->one(b, l, key)) continue;
    if (cr__xspace_final(b->space, worker, key)) continue;
    t->deadlocks++;
    cr__xfinding found = {.kind = CR_XKIND_DEADLOCK, .state = source, .source = source};
    if (b->deadlocks) cr__xfindings_add_first(&t->deadlocked, &found);
  }
  way->done(l);
}

static void expand_all(cr__xbatch *b, uint32_t first, uint32_t end) {
  cr__xspace_rest(b->space);
  b->tasks_count = 0;
  b->first = first;
  if (b->partial_order) cr__xfull_grow(b->full, b->store, end);
  for (uint32_t from = first, to; from < end; from = to) {
    to = end - from < TASK_STATES ? end : from + TASK_STATES;
    task_begin(&b->task[b->tasks_count++], from, to);
  }
  for (unsigned i = 0; i < cr__xteam_size(b->team); i++) b->lane[i].labels_len = 0;
  cr__xteam_run(b->team, b->tasks_count, expand, b);
}

void cr__xbatch_share(cr__xbatch *b, uint32_t count, uint32_t tasks, cr__xtask_function *function) {
  if (count >= TEAM_WORTH)
    cr__xteam_run(b->team, tasks, function, b);
  else
    for (uint32_t i = 0; i < tasks; i++) function(b, 0, i);
}

/* ---- settle ---------------------------------------------------------------------------------- */

static void settle(void *arg, unsigned worker, uint32_t number) {
  cr__xbatch *b = arg;
  if (b->store->narrow && b->store->lean == NULL)
    cr__xsettle_words(b, &b->task[number], worker);
  else
    cr__xsettle_table(b, &b->task[number], worker);
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
  cr__xbatch_share(b, room, b->tasks_count, settle);
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

/* How much claims take depends on who was first; what is accounted for does not. */
static bool claims_account(cr__xbatch *b, uint32_t count) {
  size_t bytes = (size_t)count * 2 * sizeof(cr__xclaim);
  if (bytes <= b->buffers_bytes) return true;
  if (!cr__xstore_reserve(b->store, bytes - b->buffers_bytes)) return false;
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

/* Is there room for the candidates, and how many are they? */
static bool candidates_fit(cr__xbatch *b, uint32_t *count, bool *states_end) {
  uint32_t in_segment[CR__XSEGMENTS];
  bool lean = b->store->lean != NULL, named = !lean || cr__xbatch_name(b);
  *count = candidates(b, in_segment);
  *states_end = (uint64_t)b->store->count + *count > CR_XSTATES_MAX;
  return !*states_end && named && buffers_account(b) &&
         (lean ? cr__xlean_make_room(b->store->lean, in_segment)
               : cr__xstore_make_room(b->store, in_segment));
}

static bool claims_fit(cr__xbatch *b, uint32_t count, bool *states_end) {
  *states_end = (uint64_t)b->store->count + count > CR_XSTATES_MAX;
  if (!*states_end && claims_account(b, count)) return true;
  cr__xclaims_drop(b);
  return false;
}

/* Expands and makes room; NONE when there is no room even for a few, else the number of candidates,
 * or claims. What was expanded may be less than was asked for. */
static uint32_t expand_and_fit(cr__xbatch *b, uint32_t first, uint32_t *end, bool *states_end) {
  for (;;) {
    if (*end - first > b->states_max) *end = first + b->states_max;
    bool words = b->store->narrow && b->store->lean == NULL, fits = true;
    uint32_t count = 0;
    if (words) fits = cr__xclaims_begin(b, *end - first);
    if (fits) {
      expand_all(b, first, *end);
      if (cr__xspace_mistake(b->space) != NULL) return 0;
      if (cr__xspace_crowded(b->space)) {
        buffers_free(b);
        bool room = cr__xspace_rekey(b->space, b->store, b->team);
        lanes_shape(b);
        if (!room) return NONE;
        continue;
      }
      if (words) {
        cr__xclaims_end how = cr__xclaims_finish(b, &count);
        if (how == CR__XCLAIMS_AGAIN) continue;
        fits = how == CR__XCLAIMS_DONE && claims_fit(b, count, states_end);
      } else {
        fits = candidates_fit(b, &count, states_end);
      }
      if (fits) return count;
    }
    buffers_free(b);
    if (b->states_max <= BATCH_STATES_MIN) return NONE;
    b->states_max /= 2;
  }
}

/* Inserts what was expanded, so many candidates, and how many stay; claims are in the table
 * already.
 */
static uint32_t insert_all(cr__xbatch *b, uint32_t count) {
  uint32_t stay = 0;
  if (!b->store->narrow || b->store->lean != NULL) cr__xbatch_insert(b, count);
  for (uint32_t k = 0; k < b->tasks_count; k++) stay += b->task[k].stay;
  return stay;
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
    uint32_t stay = insert_all(b, count), room = stay;
    if (b->store->count + (uint64_t)stay > b->store->states_max) {
      room = (uint32_t)(b->store->states_max - b->store->count);
      how = CR__XBATCH_MAX_STATES;
    }
    uint32_t chunks = cr__xstore_make_chunks(b->store, room);
    if (b->store->lean != NULL) chunks = cr__xbatch_trail(b, chunks);
    if (chunks < room) how = CR__XBATCH_MAX_MEMORY;
    harvest->added = settle_all(b, chunks);
    b->store->count += harvest->added;
    if (b->store->lean != NULL) cr__xlean_account(b->store->lean);
  }
  harvest_findings(b, harvest);
  harvest_labels(b, counts);
  return how;
}

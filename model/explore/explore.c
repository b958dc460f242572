/* explore.c - the breadth-first walk (see clusrace/explore.h).
 *
 * States are expanded in the order of their numbers. What a run of expansions emits goes into a
 * queue of events; when it is full, or a level ends, the queue is worked off in emission order. The
 * queue is there for the memory's sake: three passes over it (hash and fetch the slot; look at the
 * slot and fetch the state; compare and add) overlap the cache misses, and the order of adding is
 * the same as without it. More events than EVENTS_MAX gain nothing: they outgrow the first cache.
 */
#include "sink.h"

#include <stdlib.h>
#include <string.h>

enum { EVENTS_MAX = 128, EVENTS_BYTES_TARGET = 1 << 18, EVENTS_MIN = 32 };

/* A transition, or (deadlock) a state found without any. */
typedef struct event {
  uint64_t hash;
  uint32_t source, label, guess;
  cr_xviolation violation;
  bool deadlock;
} event;

/* A violation number seen, for finding it again quickly: kind << 32 | number, ascending. */
typedef struct seen_keys {
  uint64_t *keys;
  size_t count, cap;
} seen_keys;

typedef struct explorer {
  const cr_xmodel *model;
  cr_xoptions options;
  cr_xresult *result;
  cr__xstore store;
  event *events;
  unsigned char *event_states;
  size_t events_count, events_cap;
  void *current;  /* aligned copy of the state being expanded */
  uint32_t next;  /* the state to expand next */
  uint32_t depth; /* of the level being expanded */
  cr_xstop stop;  /* 0 while running */
  /* After the first violation without keep_going: the level is looked through for deadlocks, whose
   * paths are one step shorter; nothing is counted or added any more. */
  bool deadlocks_only;
  uint64_t until_progress;
  cr__xfinding *findings;
  size_t findings_count, findings_cap;
  seen_keys seen;
} explorer;

/* ---- findings -------------------------------------------------------------------------------- */

/* Remembers the key; false when it was there. */
static bool seen_add(seen_keys *seen, uint64_t key) {
  size_t low = 0, high = seen->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (seen->keys[middle] < key)
      low = middle + 1;
    else
      high = middle;
  }
  if (low < seen->count && seen->keys[low] == key) return false;
  if (seen->count == seen->cap) {
    seen->cap = seen->cap == 0 ? 16 : seen->cap * 2;
    seen->keys = cr_realloc(seen->keys, seen->cap * sizeof *seen->keys);
  }
  memmove(seen->keys + low + 1, seen->keys + low, (seen->count - low) * sizeof *seen->keys);
  seen->keys[low] = key;
  seen->count++;
  return true;
}

static void findings_append(explorer *x, cr__xfinding finding) {
  if (x->findings_count == x->findings_cap) {
    x->findings_cap = x->findings_cap == 0 ? 4 : x->findings_cap * 2;
    x->findings = cr_realloc(x->findings, x->findings_cap * sizeof *x->findings);
  }
  x->findings[x->findings_count++] = finding;
}

static void found(explorer *x, cr__xfinding finding) {
  if (x->options.keep_going) {
    if (seen_add(&x->seen, (uint64_t)finding.kind << 32 | finding.violation))
      findings_append(x, finding);
    return;
  }
  x->findings_count = 0; /* a deadlock met while looking for one replaces the violation */
  findings_append(x, finding);
  if (finding.kind == CR_XKIND_DEADLOCK || x->options.allow_deadlock)
    x->stop = CR_XSTOP_VIOLATION;
  else
    x->deadlocks_only = true;
}

/* ---- counting -------------------------------------------------------------------------------- */

static void count_transition(cr_xresult *result, uint32_t label) {
  result->transitions++;
  if (label >= CR_XLABELS_COUNTED_MAX) return;
  if (label >= result->label_counts_len) {
    size_t len = (size_t)label + 1;
    result->label_counts = cr_realloc(result->label_counts, len * sizeof *result->label_counts);
    memset(result->label_counts + result->label_counts_len, 0,
           (len - result->label_counts_len) * sizeof *result->label_counts);
    result->label_counts_len = len;
  }
  result->label_counts[label]++;
}

static void count_state(cr_xresult *result, uint32_t depth) {
  if (depth > result->depth) {
    CR_ASSERT(depth == result->depth + 1);
    size_t entries = (size_t)depth + 1;
    /* Grown at powers of two only, as a level may hold a single state. */
    if ((entries & (entries - 1)) == 0)
      result->depth_counts =
          cr_realloc(result->depth_counts, entries * 2 * sizeof *result->depth_counts);
    result->depth_counts[depth] = 0;
    result->depth = depth;
  }
  result->states++;
  result->depth_counts[depth]++;
}

/* ---- the queue ------------------------------------------------------------------------------- */

/* Adds a state at the given depth, unless it is known. False when the run has to stop. */
static bool visit(explorer *x, uint64_t hash, const void *state, uint32_t parent, uint32_t depth) {
  switch (cr__xstore_add(&x->store, hash, state, parent)) {
    case CR__XADD_KNOWN: return true;
    case CR__XADD_MAX_STATES: x->stop = CR_XSTOP_MAX_STATES; return false;
    case CR__XADD_MAX_MEMORY: x->stop = CR_XSTOP_MAX_MEMORY; return false;
    case CR__XADD_NEW: break;
  }
  count_state(x->result, depth);
  return true;
}

static void check_invariant(explorer *x, const void *state, uint32_t index) {
  if (x->model->invariant == NULL) return;
  cr_xviolation violation = x->model->invariant(x->model->ctx, state);
  if (violation != 0)
    found(x, (cr__xfinding){.kind = CR_XKIND_INVARIANT, .violation = violation, .state = index});
}

static void work_off_transition(explorer *x, const event *e, const unsigned char *next) {
  if (e->violation != 0) {
    count_transition(x->result, e->label);
    found(x, (cr__xfinding){.kind = CR_XKIND_TRANSITION,
                            .violation = e->violation,
                            .state = e->source,
                            .label = e->label});
    return;
  }
  uint32_t index = x->store.count;
  if (!cr__xstore_equals(&x->store, e->guess, next) &&
      !visit(x, e->hash, next, e->source, x->depth + 1))
    return;
  count_transition(x->result, e->label);
  if (x->store.count > index) check_invariant(x, next, index);
}

static void work_off_deadlock(explorer *x, const event *e) {
  x->result->deadlocks++;
  if (!x->options.allow_deadlock)
    found(x, (cr__xfinding){.kind = CR_XKIND_DEADLOCK, .state = e->source});
}

static void queue_work_off(explorer *x) {
  size_t bytes = x->model->state_bytes;
  if (!x->deadlocks_only)
    for (size_t i = 0; i < x->events_count; i++)
      if (!x->events[i].deadlock && x->events[i].violation == 0)
        x->events[i].guess = cr__xstore_guess(&x->store, x->events[i].hash);
  for (size_t i = 0; i < x->events_count && x->stop == 0; i++) {
    const event *e = &x->events[i];
    if (e->deadlock)
      work_off_deadlock(x, e);
    else if (!x->deadlocks_only)
      work_off_transition(x, e, x->event_states + i * bytes);
  }
  x->events_count = 0;
}

static event *queue_push(explorer *x) {
  if (x->events_count == x->events_cap) queue_work_off(x);
  return &x->events[x->events_count++];
}

static void take(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  explorer *x = sink->arg;
  if (x->stop != 0 || x->deadlocks_only) return;
  event *e = queue_push(x);
  *e = (event){.source = x->next, .label = label, .violation = violation};
  if (violation != 0) return;
  size_t bytes = x->model->state_bytes;
  unsigned char *copy = x->event_states + (size_t)(e - x->events) * bytes;
  memcpy(copy, next, bytes);
  e->hash = cr__xstore_hash(&x->store, copy);
  cr__xstore_prefetch_slot(&x->store, e->hash);
}

void cr_xemit(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  sink->emitted++;
  sink->take(sink, label, next, violation);
}

/* ---- the walk -------------------------------------------------------------------------------- */

static void report_progress(explorer *x) {
  if (x->options.progress_every == 0 || x->options.progress == NULL) return;
  if (--x->until_progress != 0) return;
  x->until_progress = x->options.progress_every;
  queue_work_off(x);
  if (x->stop != 0) return;
  cr_xprogress now = {.states = x->result->states,
                      .transitions = x->result->transitions,
                      .frontier = x->store.count - x->next,
                      .depth = x->depth,
                      .memory_bytes = x->store.memory_bytes};
  if (!x->options.progress(x->options.progress_arg, &now))
    x->stop = x->deadlocks_only ? CR_XSTOP_VIOLATION : CR_XSTOP_INTERRUPTED;
}

static void expand(explorer *x) {
  const cr_xmodel *model = x->model;
  cr_xsink sink = {.take = take, .arg = x};
  memcpy(x->current, cr__xstore_state(&x->store, x->next), model->state_bytes);
  model->successors(model->ctx, x->current, &sink);
  if (sink.emitted == 0 && (model->final == NULL || !model->final(model->ctx, x->current)))
    *queue_push(x) = (event){.source = x->next, .deadlock = true};
  x->next++;
}

static void expand_level(explorer *x) {
  uint32_t level_end = x->store.count;
  while (x->next < level_end && x->stop == 0) {
    expand(x);
    if (x->stop == 0) report_progress(x);
  }
  if (x->stop == 0) queue_work_off(x);
  if (x->stop == 0 && x->deadlocks_only) x->stop = CR_XSTOP_VIOLATION;
}

static cr_err add_initial_states(explorer *x, cr_errinfo *info) {
  const cr_xmodel *model = x->model;
  for (uint32_t i = 0; x->stop == 0; i++) {
    memset(x->current, 0, model->state_bytes);
    if (!model->initial(model->ctx, i, x->current)) {
      if (i > 0) break;
      return cr_fail(info, CR_ERR_INPUT, "model %s: it has no initial state; give it one",
                     model->name);
    }
    uint32_t index = x->store.count;
    uint64_t hash = cr__xstore_hash(&x->store, x->current);
    if (!visit(x, hash, x->current, CR__XNO_PARENT, 0)) break;
    if (x->store.count > index) check_invariant(x, x->current, index);
    /* Nothing is shorter than a path without steps. */
    if (x->deadlocks_only) x->stop = CR_XSTOP_VIOLATION;
  }
  return CR_OK;
}

static void walk(explorer *x) {
  while (x->stop == 0) {
    if (x->next == x->store.count)
      x->stop = CR_XSTOP_COMPLETE;
    else if (x->options.max_depth != 0 && x->depth == x->options.max_depth)
      x->stop = CR_XSTOP_MAX_DEPTH;
    else {
      expand_level(x);
      x->depth++;
    }
  }
}

/* ---- the run --------------------------------------------------------------------------------- */

/* Within one length the findings are in order already: a level's deadlocks were met after the
 * violations of that length, but between those that are one step longer. A stable sort by length
 * puts that right. */
static void build_paths(explorer *x) {
  cr_xresult *result = x->result;
  if (x->findings_count == 0) return;
  result->paths = cr_alloc(x->findings_count * sizeof *result->paths);
  for (size_t i = 0; i < x->findings_count; i++) {
    cr_xpath path;
    cr__xpath_build(x->model, &x->store, &x->findings[i], &path);
    size_t at = result->paths_count++;
    for (; at > 0 && path.labels_count < result->paths[at - 1].labels_count; at--)
      result->paths[at] = result->paths[at - 1];
    result->paths[at] = path;
  }
}

static bool queue_allocate(explorer *x) {
  size_t bytes = x->model->state_bytes;
  x->events_cap = EVENTS_BYTES_TARGET / (bytes + sizeof *x->events);
  if (x->events_cap > EVENTS_MAX) x->events_cap = EVENTS_MAX;
  if (x->events_cap < EVENTS_MIN) x->events_cap = EVENTS_MIN;
  x->events = malloc(x->events_cap * sizeof *x->events);
  x->event_states = malloc(x->events_cap * bytes);
  x->current = malloc(bytes);
  return x->events != NULL && x->event_states != NULL && x->current != NULL;
}

static void explorer_free(explorer *x) {
  cr__xstore_free(&x->store);
  free(x->events);
  free(x->event_states);
  free(x->current);
  free(x->findings);
  free(x->seen.keys);
}

cr_err cr_explore(const cr_xmodel *model, const cr_xoptions *options, cr_xresult *result,
                  cr_errinfo *info) {
  CR_ASSERT(model != NULL && result != NULL);
  CR_ASSERT(model->name != NULL && model->initial != NULL && model->successors != NULL);
  *result = (cr_xresult){0};
  if (model->state_bytes < 1 || model->state_bytes > CR_XSTATE_BYTES_MAX)
    return cr_fail(info, CR_ERR_INPUT,
                   "model %s: a state of %zu bytes is out of bounds; use 1 to %d bytes",
                   model->name, model->state_bytes, (int)CR_XSTATE_BYTES_MAX);
  explorer x = {.model = model, .result = result};
  if (options != NULL) x.options = *options;
  x.until_progress = x.options.progress_every;
  cr__xstore_init(&x.store, model->state_bytes, x.options.max_states, x.options.max_memory_bytes);
  if (!queue_allocate(&x)) {
    explorer_free(&x);
    return cr_fail(info, CR_ERR_ENVIRONMENT,
                   "model %s: no memory to begin exploring; free some and try again", model->name);
  }
  result->depth_counts = cr_alloc(2 * sizeof *result->depth_counts);
  size_t queue_bytes = x.events_cap * (sizeof *x.events + model->state_bytes);
  if (!cr__xstore_reserve(&x.store, queue_bytes)) x.stop = CR_XSTOP_MAX_MEMORY;
  cr_err err = add_initial_states(&x, info);
  if (err == CR_OK) {
    walk(&x);
    build_paths(&x);
    if (model->owed != NULL && x.stop == CR_XSTOP_COMPLETE &&
        !cr__xlassos(model, &x.store, &result->paths, &result->paths_count))
      x.stop = CR_XSTOP_MAX_MEMORY;
    result->stop = x.stop;
    result->memory_bytes = x.store.memory_peak_bytes;
  } else {
    cr_xresult_free(result);
  }
  explorer_free(&x);
  return err;
}

void cr_xresult_free(cr_xresult *result) {
  for (size_t i = 0; i < result->paths_count; i++) free(result->paths[i].labels);
  free(result->paths);
  free(result->label_counts);
  free(result->depth_counts);
  *result = (cr_xresult){0};
}

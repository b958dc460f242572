/* ranks.c - the breadth-first walk of several processes; see ranks.h. */
#include "ranks.h"

#include <stdlib.h>
#include <string.h>

#include "findings.h"
#include "round.h"

typedef struct walk {
  const cr_xmodel *model;
  cr_xoptions options;
  const cr_xranks *ranks;
  cr_xresult *result;
  cr__xshare share;
  uint64_t next; /* number over all processes of the state to expand next */
  uint32_t depth;
  cr_xstop stop; /* 0 while running */
  uint64_t since_progress;
  cr__xfounds findings; /* those to report, in order; the same everywhere */
} walk;

static void sum(walk *w, uint64_t *values, unsigned count) {
  w->ranks->sum(w->ranks->arg, values, count);
  w->share.traffic.collectives++;
}

/* ---- findings -------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b) {
  const cr__xfound *x = a, *y = b;
  if (x->source != y->source) return x->source < y->source ? -1 : 1;
  return (x->position > y->position) - (x->position < y->position);
}

/* What all processes found in this level, in order. The caller frees it. */
static cr__xfound *gather(walk *w, size_t *count) {
  unsigned size = w->ranks->size;
  const cr__xfounds *own = &w->share.found;
  const unsigned char **send = cr_alloc(size * sizeof *send);
  uint64_t *send_bytes = cr_alloc(size * sizeof *send_bytes), bytes = 0;
  uint64_t *receive_bytes = cr_alloc(size * sizeof *receive_bytes);
  for (unsigned i = 0; i < size; i++) {
    send[i] = (const unsigned char *)own->list;
    send_bytes[i] = own->count * sizeof *own->list;
  }
  w->ranks->counts(w->ranks->arg, send_bytes, receive_bytes);
  for (unsigned i = 0; i < size; i++) bytes += receive_bytes[i];
  cr__xfound *all = cr_alloc((size_t)bytes + 1);
  w->ranks->exchange(w->ranks->arg, send, send_bytes, (unsigned char *)all, receive_bytes);
  w->share.traffic.collectives++;
  free(send);
  free(send_bytes);
  free(receive_bytes);
  *count = (size_t)bytes / sizeof *all;
  if (*count > 1) qsort(all, *count, sizeof *all, compare);
  return all;
}

static void report(walk *w, const cr__xfound *all, size_t count, bool deadlocks) {
  for (size_t i = 0; i < count; i++) {
    if ((all[i].kind == CR_XKIND_DEADLOCK) != deadlocks) continue;
    cr__xfounds_add_first(&w->findings, &all[i]);
    if (!w->options.keep_going) return;
  }
}

/* As level_report of explore.c: the paths to deadlocks are one step shorter than the others. */
static void level_report(walk *w) {
  uint64_t found = w->share.found.count;
  sum(w, &found, 1);
  if (found == 0) return;
  size_t count;
  cr__xfound *all = gather(w, &count);
  report(w, all, count, true);
  if (w->options.keep_going || w->findings.count == 0) report(w, all, count, false);
  free(all);
  if (!w->options.keep_going) w->stop = CR_XSTOP_VIOLATION;
  w->share.found.count = 0;
}

/* ---- the walk -------------------------------------------------------------------------------- */

/* Does the progress of this process ask for an end? */
static bool interrupted(walk *w, uint64_t transitions, uint64_t expanded) {
  w->since_progress += expanded;
  if (w->options.progress_every == 0 || w->options.progress == NULL) return false;
  if (w->since_progress < w->options.progress_every) return false;
  w->since_progress = 0;
  cr_xprogress now = {.states = w->share.total,
                      .transitions = transitions,
                      .frontier = w->share.total - w->next,
                      .depth = w->depth,
                      .depth_counts = w->result->depth_counts,
                      .memory_bytes = w->share.store.memory_bytes};
  return !w->options.progress(w->options.progress_arg, &now);
}

static void stopped(walk *w, cr__xround_end how) {
  if (how == CR__XROUND_MAX_STATES) w->stop = CR_XSTOP_MAX_STATES;
  if (how == CR__XROUND_MAX_MEMORY) w->stop = CR_XSTOP_MAX_MEMORY;
}

static void expand_level(walk *w) {
  uint64_t level_end = w->share.total, transitions = w->result->transitions;
  uint64_t others = 0;
  while (w->next < level_end && w->stop == 0) {
    uint64_t before = w->share.total, first = w->next, end = level_end;
    stopped(w, cr__xround_run(&w->share, first, &end));
    w->next = end;
    cr__xresult_add_states(w->result, w->depth + 1, w->share.total - before);
    others = 0;
    for (size_t i = 0; i < w->share.found.count; i++)
      others += w->share.found.list[i].kind != CR_XKIND_DEADLOCK;
    uint64_t all[3] = {w->share.transitions, others, interrupted(w, transitions, end - first)};
    sum(w, all, 3);
    transitions = all[0];
    others = all[1];
    if (all[2] != 0 && w->stop == 0) w->stop = CR_XSTOP_INTERRUPTED;
    if (!w->options.keep_going && w->options.allow_deadlock && others > 0) break;
  }
  w->result->transitions = transitions;
  level_report(w);
}

/* What was found new is the level to expand now. */
static void level_next(walk *w) {
  cr__xlevel done = w->share.now;
  w->share.now = w->share.then;
  done.count = 0;
  done.first = w->share.store.count;
  w->share.then = done;
  w->share.taken = 0;
}

static cr_err add_initial_states(walk *w, cr_errinfo *info) {
  uint32_t index = 0;
  bool more = true;
  while (w->stop == 0 && more) {
    uint64_t before = w->share.total;
    stopped(w, cr__xround_initial(&w->share, &index, &more));
    cr__xresult_add_states(w->result, 0, w->share.total - before);
  }
  level_report(w);
  level_next(w);
  if (index > 0) return CR_OK;
  return cr_fail(info, CR_ERR_INPUT, "model %s: it has no initial state; give it one",
                 w->model->name);
}

static void go(walk *w) {
  while (w->stop == 0) {
    if (w->next == w->share.total)
      w->stop = CR_XSTOP_COMPLETE;
    else if (w->options.max_depth != 0 && w->depth == w->options.max_depth)
      w->stop = CR_XSTOP_MAX_DEPTH;
    else {
      expand_level(w);
      level_next(w);
      w->depth++;
    }
  }
}

/* ---- paths ----------------------------------------------------------------------------------- */

/* The states of a path, the last one first. */
typedef struct chain {
  unsigned char *keys;
  size_t count, cap, key_bytes;
} chain;

/* Each state comes from its owner, with the place of its parent. */
static void chain_fetch(walk *w, uint32_t owner, uint32_t state, chain *c) {
  const cr__xstore *store = &w->share.store;
  size_t key_bytes = c->key_bytes = store->key_bytes;
  unsigned char message[8 + CR_XSTATE_BYTES_MAX];
  uint32_t place[2] = {owner, state};
  do {
    if (place[0] == w->ranks->rank) {
      uint32_t up[2] = {w->share.owner[place[1]], cr__xstore_parent(store, place[1])};
      memcpy(message, up, sizeof up);
      memcpy(message + sizeof up, cr__xstore_key(store, place[1]), key_bytes);
    }
    w->ranks->broadcast(w->ranks->arg, place[0], message, sizeof place + key_bytes);
    w->share.traffic.collectives++;
    if (c->count == c->cap) {
      c->cap = c->cap == 0 ? 64 : c->cap * 2;
      c->keys = cr_realloc(c->keys, c->cap * key_bytes);
    }
    memcpy(c->keys + c->count++ * key_bytes, message + sizeof place, key_bytes);
    memcpy(place, message, sizeof place);
  } while (place[1] != CR__XNO_PARENT);
}

static void path_build(walk *w, const cr__xfound *found, cr_xpath *path) {
  chain c = {0};
  chain_fetch(w, found->owner, found->state, &c);
  size_t steps = c.count - 1, bytes = c.key_bytes;
  cr__xfinding end = {
      .kind = (cr_xkind)found->kind, .violation = found->violation, .label = found->label};
  cr__xpath_begin(path, &end, steps);
  for (size_t i = 0; i < steps; i++) {
    const unsigned char *child = c.keys + (steps - i - 1) * bytes;
    path->labels[i] = cr__xpath_label(w->share.space, child + bytes, child, bytes);
  }
  path->initial = cr__xpath_initial(w->share.space, c.keys + steps * bytes, bytes);
  free(c.keys);
}

/* ---- the run --------------------------------------------------------------------------------- */

static void finish_labels(walk *w) {
  cr_xresult *result = w->result;
  const cr__xtally *own = &w->share.labels;
  uint64_t len = own->len;
  w->ranks->greatest(w->ranks->arg, &len, 1);
  if (len == 0) return;
  result->label_counts = cr_alloc((size_t)len * sizeof *result->label_counts);
  result->label_counts_len = (size_t)len;
  if (own->len != 0) memcpy(result->label_counts, own->count, own->len * sizeof *own->count);
  w->ranks->sum(w->ranks->arg, result->label_counts, (unsigned)len);
}

static void finish(walk *w) {
  cr_xresult *result = w->result;
  if (w->findings.count > 0) result->paths = cr_alloc(w->findings.count * sizeof *result->paths);
  for (size_t i = 0; i < w->findings.count; i++)
    path_build(w, &w->findings.list[i], &result->paths[result->paths_count++]);
  finish_labels(w);
  cr_xtraffic *own = &w->share.traffic;
  uint64_t peak = w->share.store.memory_peak_bytes;
  uint64_t all[] = {w->share.deadlocked, own->targets,  own->spared,
                    own->bytes,          own->messages, peak};
  w->ranks->greatest(w->ranks->arg, &peak, 1);
  w->ranks->sum(w->ranks->arg, all, (unsigned)CR_ARRAY_LEN(all));
  result->stop = w->stop;
  result->deadlocks = all[0];
  result->memory_bytes = (size_t)peak;
  result->key_bytes = w->share.store.key_bytes;
  result->traffic = (cr_xtraffic){.processes = w->ranks->size,
                                  .rounds = own->rounds,
                                  .targets = all[1],
                                  .spared = all[2],
                                  .bytes = all[3],
                                  .messages = all[4],
                                  .collectives = own->collectives + 4,
                                  .memory_bytes = all[5]};
}

/* Do all processes explore the same? A state's owner, and all orders, depend on it. */
static cr_err agree(walk *w, cr_errinfo *info) {
  const cr_xoptions *o = &w->options;
  unsigned char key[CR_XSTATE_BYTES_MAX] = {0};
  uint64_t one = 1; /* its first byte differs where the order of bytes does */
  (void)cr__xspace_initial(w->share.space, 0, 0, key);
  const uint64_t said[] = {w->model->state_bytes,
                           o->max_states,
                           o->max_depth,
                           o->keep_going,
                           o->allow_deadlock,
                           *(unsigned char *)&one,
                           cr_digest(w->model->name, strlen(w->model->name))};
  uint64_t digest = cr_digest_seeded(said, sizeof said, cr_digest(key, w->model->state_bytes));
  uint64_t both[] = {digest, ~digest};
  w->ranks->greatest(w->ranks->arg, both, 2);
  if (both[0] == ~both[1]) return CR_OK;
  return cr_fail(info, CR_ERR_INPUT,
                 "model %s: the processes were given different models or options; start the same "
                 "program with the same files on all machines",
                 w->model->name);
}

static cr_err begin(walk *w, cr_errinfo *info) {
  CR_ASSERT(w->ranks->size >= 1 && w->ranks->size <= CR__XRANKS_MAX);
  if (w->model->owed != NULL)
    return cr_fail(info, CR_ERR_INPUT,
                   "model %s: it has duties (liveness), which one process looks for, not several: "
                   "run it without mpirun",
                   w->model->name);
  if (w->options.spill != NULL || w->options.checkpoint != NULL || w->options.resume != NULL)
    return cr_fail(
        info, CR_ERR_INPUT,
        "model %s: several processes neither spill states nor keep checkpoints; leave it "
        "out, or mpirun",
        w->model->name);
  if (w->options.compress || w->options.hash_bits != 0 || w->options.bitstate_bytes != 0)
    return cr_fail(info, CR_ERR_INPUT,
                   "model %s: several processes share whole states only; leave compression, hash "
                   "compaction and bitstate out, or mpirun",
                   w->model->name);
  if (w->options.symmetry || w->options.partial_order)
    return cr_fail(info, CR_ERR_INPUT,
                   "model %s: several processes explore every state in every order; leave symmetry "
                   "and partial order out, or mpirun",
                   w->model->name);
  cr__xshare *s = &w->share;
  s->ranks = w->ranks;
  s->deadlocks = !w->options.allow_deadlock;
  s->states_max = w->options.max_states == 0 ? UINT64_MAX : w->options.max_states;
  s->space = cr__xspace_new(w->model, &w->options, 1, info);
  if (s->space == NULL) return CR_ERR_INPUT;
  cr__xstore_kind kind = {.key_bytes = cr__xspace_key_bytes(s->space),
                          .memory_max_bytes = w->options.max_memory_bytes};
  cr__xstore_init(&s->store, &kind);
  cr_err err = agree(w, info);
  if (err != CR_OK) return err;
  /* Where a violation ends a run within its level, it has to be within the same batch. */
  s->round = cr__xround_new(s, !w->options.keep_going && w->options.allow_deadlock);
  w->result->depth_counts = cr_alloc(2 * sizeof *w->result->depth_counts);
  return CR_OK;
}

static void walk_free(walk *w) {
  cr__xshare *s = &w->share;
  cr__xround_free(s->round, s);
  cr__xspace_free(s->space);
  cr__xstore_free(&s->store);
  free(s->owner);
  free(s->now.number);
  free(s->then.number);
  free(s->found.list);
  free(s->labels.count);
  free(w->findings.list);
}

cr_err cr__xranks_explore(const cr_xmodel *model, const cr_xoptions *options, cr_xresult *result,
                          cr_errinfo *info) {
  walk w = {.model = model, .options = *options, .ranks = options->ranks, .result = result};
  w.options.plain = true;
  w.options.threads = 1;
  cr_err err = begin(&w, info);
  if (err == CR_OK) err = add_initial_states(&w, info);
  if (err == CR_OK) go(&w);
  if (err == CR_OK)
    finish(&w);
  else
    cr_xresult_free(result);
  walk_free(&w);
  return err;
}

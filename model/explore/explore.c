/* explore.c - the breadth-first walk (see clusrace/explore.h).
 *
 * States are expanded in the order of their numbers, level by level, in batches (batch.h). What a
 * level finds is put in order when the level ends.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "blocks.h"
#include "checkpoint.h"
#include "lean.h"
#include "ranks.h"

/* A violation number seen, for finding it again quickly: kind << 32 | number, ascending. */
typedef struct seen_keys {
  uint64_t *keys;
  size_t count, cap;
} seen_keys;

typedef struct explorer {
  const cr_xmodel *model;
  cr_xoptions options;
  cr_xresult *result;
  cr__xteam *team;
  cr__xspace *space;
  cr__xbatch *batch;
  cr__xfull full;
  cr__xstore store;
  cr__xlean *lean;    /* NULL: states are kept whole */
  uint32_t next;      /* the state to expand next */
  uint32_t level_end; /* where the level ends that is being expanded, or was last */
  uint32_t depth;     /* of that level; of the next one, when next is level_end */
  uint32_t batch_states;
  cr_xstop stop;               /* 0 while running */
  bool blocks_judged;          /* whether blocks pay is known, or they are not wanted */
  bool blocks_declined;        /* blocks would do, but what there is to tell takes single states */
  bool blocks_found;           /* and that is a finding */
  cr__xcheckpoint *checkpoint; /* NULL: none is written */
  uint64_t since_checkpoint;   /* batches */
  uint64_t since_progress;
  cr__xfindings deadlocked, others; /* of this level */
  cr__xfindings findings;           /* those to report, in order */
  seen_keys seen;
} explorer;

void cr_xemit(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  sink->emitted++;
  sink->take(sink, label, next, violation);
}

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

static void report_new(explorer *x, const cr__xfindings *from) {
  for (size_t i = 0; i < from->count; i++)
    if (seen_add(&x->seen, (uint64_t)from->list[i].kind << 32 | from->list[i].violation))
      cr__xfindings_add(&x->findings, &from->list[i]);
}

/* A level, or the run, ends. The paths to its deadlocks are one step shorter than the others. */
static void level_report(explorer *x) {
  if (x->options.keep_going) {
    report_new(x, &x->deadlocked);
    report_new(x, &x->others);
  } else if (x->deadlocked.count + x->others.count > 0) {
    cr__xfindings_add(&x->findings,
                      x->deadlocked.count > 0 ? &x->deadlocked.list[0] : &x->others.list[0]);
    x->stop = CR_XSTOP_VIOLATION;
  }
  x->deadlocked.count = x->others.count = 0;
}

static void level_findings(explorer *x, const cr__xharvest *harvest) {
  for (size_t i = 0; i < harvest->deadlocked.count; i++)
    cr__xfindings_add_first(&x->deadlocked, &harvest->deadlocked.list[i]);
  for (size_t i = 0; i < harvest->others.count; i++)
    cr__xfindings_add_first(&x->others, &harvest->others.list[i]);
}

/* ---- counting -------------------------------------------------------------------------------- */

static void report_progress(explorer *x, uint32_t expanded) {
  x->since_progress += expanded;
  if (x->options.progress_every == 0 || x->options.progress == NULL) return;
  if (x->since_progress < x->options.progress_every) return;
  x->since_progress = 0;
  cr_xprogress now = {.states = x->result->states,
                      .transitions = x->result->transitions,
                      .frontier = x->store.count - x->next,
                      .depth = x->depth,
                      .memory_bytes = x->store.memory_bytes,
                      .depth_counts = x->result->depth_counts};
  if (!x->options.progress(x->options.progress_arg, &now)) x->stop = CR_XSTOP_INTERRUPTED;
}

/* ---- checkpoints ----------------------------------------------------------------------------- */

static cr__xposition position_of(explorer *x) {
  return (cr__xposition){
      .next = x->next,
      .level_end = x->level_end,
      .depth = x->depth,
      .batch_states = x->batch == NULL ? x->batch_states : cr__xbatch_states(x->batch),
      .result = x->result,
      .full = &x->full,
      .deadlocked = &x->deadlocked,
      .others = &x->others,
      .findings = &x->findings};
}

/* Not being able to write one does not end the walk: the one before is still there. */
static void checkpoint_write(explorer *x) {
  if (x->checkpoint == NULL) return;
  cr__xposition now = position_of(x);
  x->since_checkpoint = 0;
  if (cr__xcheckpoint_write(x->checkpoint, &now, &x->result->checkpoint_trouble) != CR_OK) return;
  x->result->checkpoint_trouble.text[0] = '\0';
  x->result->checkpoints++;
}

static void checkpoint_if_due(explorer *x) {
  const cr_xoptions *o = &x->options;
  if (x->checkpoint == NULL) return;
  bool due = o->checkpoint_every != 0 && x->since_checkpoint >= o->checkpoint_every;
  if (!due && o->checkpoint_due != NULL) due = o->checkpoint_due(o->progress_arg);
  if (due) checkpoint_write(x);
}

/* The level goes on after what was done: is this a moment to keep? One that a bound on memory has
 * cut a batch short is none. */
static void checkpoint_in_level(explorer *x, uint32_t expanded) {
  if (x->next == x->level_end) return;
  if (x->stop == 0)
    checkpoint_if_due(x);
  else if (x->stop == CR_XSTOP_INTERRUPTED || (x->stop == CR_XSTOP_MAX_MEMORY && expanded == 0))
    checkpoint_write(x);
}

/* A level has ended and is reported; the last one is worth keeping when liveness is still to come.
 */
static void checkpoint_between_levels(explorer *x) {
  if (x->next != x->level_end) return;
  if (x->stop == 0)
    checkpoint_if_due(x);
  else if (x->stop == CR_XSTOP_INTERRUPTED || x->stop == CR_XSTOP_MAX_DEPTH ||
           (x->stop == CR_XSTOP_COMPLETE && cr__xspace_live(x->space)))
    checkpoint_write(x);
}

/* ---- the walk -------------------------------------------------------------------------------- */

static void expand_level(explorer *x) {
  if (x->next == x->level_end) x->level_end = x->store.count; /* else it was begun before */
  while (x->next < x->level_end && x->stop == 0) {
    cr__xharvest harvest;
    cr__xbatch_end how = cr__xbatch_run(x->batch, x->next, x->level_end, &harvest, x->result);
    x->since_checkpoint++;
    x->next += harvest.expanded;
    if (x->lean != NULL) cr__xstore_forget(&x->store, x->next);
    x->result->transitions += harvest.transitions;
    x->result->deadlocks += harvest.deadlocks;
    x->result->reduced += harvest.reduced;
    cr__xresult_add_states(x->result, x->depth + 1, harvest.added);
    level_findings(x, &harvest);
    if (cr__xspace_mistake(x->space) != NULL) return;
    if (how != CR__XBATCH_DONE)
      x->stop = how == CR__XBATCH_MAX_STATES ? CR_XSTOP_MAX_STATES : CR_XSTOP_MAX_MEMORY;
    else
      report_progress(x, harvest.expanded);
    /* Only a deadlock could still be nearer. */
    if (!x->options.keep_going && x->options.allow_deadlock && x->others.count > 0) break;
    checkpoint_in_level(x, harvest.expanded);
  }
  level_report(x);
}

/* Adds a key of an initial state, with its number. */
static cr__xadd add_lean(explorer *x, uint32_t index, const void *key) {
  uint32_t more[CR__XSEGMENTS] = {0};
  uint64_t print;
  if (!cr__xlean_name(x->lean, key, &print)) return CR__XADD_MAX_MEMORY;
  if (x->store.count >= x->store.states_max)
    return cr__xlean_known(x->lean, print) ? CR__XADD_KNOWN : CR__XADD_MAX_STATES;
  more[cr__xstore_segment(print)] = 1;
  if (!cr__xlean_make_room(x->lean, more)) return CR__XADD_MAX_MEMORY;
  if (!cr__xlean_put(x->lean, print)) return CR__XADD_KNOWN;
  if (cr__xstore_make_chunks(&x->store, 1) == 0 ||
      !cr__xtrail_add(&x->lean->trail, CR__XNO_PARENT, index, &x->store))
    return CR__XADD_MAX_MEMORY;
  cr__xstore_keep(&x->store, x->store.count++, key);
  cr__xlean_account(x->lean);
  return CR__XADD_NEW;
}

static cr__xadd add_key(explorer *x, uint32_t index, const void *key) {
  if (x->lean != NULL) return add_lean(x, index, key);
  return cr__xstore_add(&x->store, cr__xstore_hash(&x->store, key), key, CR__XNO_PARENT);
}

static bool rekey(explorer *x) {
  if (cr__xspace_rekey(x->space, &x->store, x->team)) return true;
  x->stop = CR_XSTOP_MAX_MEMORY;
  return false;
}

/* Adds initial state number index; false when there is none, or no room. */
static bool add_initial_state(explorer *x, uint32_t index) {
  unsigned char key[CR_XSTATE_BYTES_MAX];
  bool exists = cr__xspace_initial(x->space, 0, index, key);
  while (exists && cr__xspace_crowded(x->space)) {
    if (!rekey(x)) return false;
    exists = cr__xspace_initial(x->space, 0, index, key);
  }
  if (!exists) return false;
  switch (add_key(x, index, key)) {
    case CR__XADD_KNOWN: return true;
    case CR__XADD_MAX_STATES: x->stop = CR_XSTOP_MAX_STATES; return false;
    case CR__XADD_MAX_MEMORY: x->stop = CR_XSTOP_MAX_MEMORY; return false;
    case CR__XADD_NEW: break;
  }
  cr__xresult_add_states(x->result, 0, 1);
  cr_xviolation violation = cr__xspace_invariant(x->space, 0, key);
  cr__xfinding found = {
      .kind = CR_XKIND_INVARIANT, .violation = violation, .state = x->store.count - 1};
  if (violation != 0) cr__xfindings_add_first(&x->others, &found);
  return true;
}

static cr_err add_initial_states(explorer *x, cr_errinfo *info) {
  uint32_t index = 0;
  while (x->stop == 0 && add_initial_state(x, index)) index++;
  level_report(x);
  if (index > 0 || x->stop != 0) return CR_OK;
  return cr_fail(info, CR_ERR_INPUT, "model %s: it has no initial state; give it one",
                 x->model->name);
}

/* Between two levels: hands over to blocks where that pays (blocks.h). */
static void walk_by_blocks(explorer *x) {
  if (x->blocks_judged || x->findings.count > 0) return;
  if (!cr__xblocks_due(&x->options, x->store.count)) return;
  x->blocks_judged = true;
  cr__xblocks_shape shape;
  if (!cr__xblocks_choose(x->space, &x->store, x->options.blocks, &shape)) return;
  cr__xbatch_free(x->batch); /* either there is no more, or all is done anew */
  x->batch = NULL;
  cr__xblocks_run run = {x->model, &x->options, x->space,  &x->store,       x->next,
                         x->depth, x->team,     x->result, &x->blocks_found};
  x->stop = cr__xblocks_walk(&run, &shape);
  x->blocks_declined = x->stop == 0;
}

static void walk(explorer *x) {
  while (x->stop == 0 && cr__xspace_mistake(x->space) == NULL) {
    bool level_begins = x->next == x->level_end;
    if (level_begins && x->next < x->store.count) walk_by_blocks(x);
    if (x->stop != 0 || x->blocks_declined || cr__xspace_mistake(x->space) != NULL) break;
    if (level_begins && x->next == x->store.count) {
      x->stop = cr__xlean_inexact(x->lean) ? CR_XSTOP_INEXACT : CR_XSTOP_COMPLETE;
    } else if (level_begins && x->options.max_depth != 0 && x->depth == x->options.max_depth) {
      x->stop = CR_XSTOP_MAX_DEPTH;
    } else {
      expand_level(x);
      x->depth++;
    }
    if (cr__xspace_mistake(x->space) == NULL) checkpoint_between_levels(x);
  }
}

/* ---- the run --------------------------------------------------------------------------------- */

static void build_path(explorer *x, const cr__xfinding *finding, cr_xpath *path) {
  if (x->lean != NULL)
    cr__xtrail_path(x->space, &x->lean->trail, finding, path);
  else
    cr__xpath_build(x->space, &x->store, finding, path);
}

static void build_paths(explorer *x) {
  cr_xresult *result = x->result;
  if (x->findings.count == 0) return;
  result->paths = cr_alloc(x->findings.count * sizeof *result->paths);
  for (size_t i = 0; i < x->findings.count; i++)
    build_path(x, &x->findings.list[i], &result->paths[result->paths_count++]);
}

static void finish(explorer *x) {
  cr_xresult *result = x->result;
  build_paths(x);
  if (cr__xspace_live(x->space) && x->stop == CR_XSTOP_COMPLETE &&
      !cr__xlassos(x->space, &x->store, x->team, &result->paths, &result->paths_count))
    x->stop = CR_XSTOP_MAX_MEMORY;
  result->stop = x->stop;
  result->memory_bytes = x->store.memory_peak_bytes;
  result->key_bytes = x->store.key_bytes;
  result->inexact = cr__xlean_inexact(x->lean);
  if (result->inexact) result->omissions = x->lean->omissions;
}

static void explorer_free(explorer *x) {
  cr__xbatch_free(x->batch);
  cr__xfull_free(&x->full);
  cr__xcheckpoint_free(x->checkpoint);
  cr__xlean_free(x->lean);
  cr__xspace_free(x->space);
  cr__xteam_free(x->team);
  cr__xstore_free(&x->store);
  cr__xfindings_free(&x->deadlocked);
  cr__xfindings_free(&x->others);
  cr__xfindings_free(&x->findings);
  free(x->seen.keys);
}

static cr_err explorer_begin(explorer *x, cr_errinfo *info) {
  unsigned threads = x->options.threads == 0 ? 1 : x->options.threads;
  CR_ASSERT(threads <= CR_XTHREADS_MAX);
  x->team = cr__xteam_new(threads);
  x->space = cr__xspace_new(x->model, &x->options, cr__xteam_size(x->team), info);
  if (x->space == NULL) return CR_ERR_INPUT;
  cr__xspill *spill = NULL;
  if (x->options.spill != NULL) {
    if (cr__xspace_live(x->space))
      return cr_fail(info, CR_ERR_INPUT,
                     "model %s: liveness needs every state in memory; do not spill them",
                     x->model->name);
    spill = cr__xspill_new(x->options.spill, info);
    if (spill == NULL) return CR_ERR_ENVIRONMENT;
  }
  cr__xstore_kind kind = {.key_bytes = cr__xspace_key_bytes(x->space),
                          .narrow = cr__xspace_narrow(x->space),
                          .numbered = cr__xspace_live(x->space) || x->options.partial_order,
                          .orphaned = x->options.compress || x->options.hash_bits != 0 ||
                                      x->options.bitstate_bytes != 0,
                          .states_max = x->options.max_states,
                          .memory_max_bytes = x->options.max_memory_bytes,
                          .spill = spill};
  cr__xstore_init(&x->store, &kind);
  cr_err err = cr__xlean_new(x->model, &x->options, x->space, &x->store, cr__xteam_size(x->team),
                             &x->lean, info);
  if (err != CR_OK) return err;
  x->batch_states = CR__XBATCH_STATES;
  cr__xposition start = position_of(x);
  err =
      cr__xcheckpoint_new(x->model, &x->options, x->space, &x->store, &start, &x->checkpoint, info);
  x->next = start.next;
  x->level_end = start.level_end;
  x->depth = start.depth;
  x->batch_states = start.batch_states;
  for (size_t i = 0; i < x->findings.count; i++)
    (void)seen_add(&x->seen,
                   (uint64_t)x->findings.list[i].kind << 32 | x->findings.list[i].violation);
  return err;
}

/* When the form of the keys is that of the first states. */
static void batch_begin(explorer *x) {
  x->batch = cr__xbatch_new(x->space, &x->store, x->team, &x->full, &x->options);
  cr__xbatch_set_states(x->batch, x->batch_states);
}

static cr_err disk_full(const explorer *x, cr_errinfo *info) {
  return cr_fail(info, CR_ERR_ENVIRONMENT,
                 "%s: the disk is full: there is no room for more than %" PRIu64
                 " states; make some, or spill to another disk",
                 x->options.spill, x->result->states);
}

/* Explores with or without blocks. *declined: there is no result; do it again without. *found is
 * set when that is for a finding. */
static cr_err explore(const cr_xmodel *model, const cr_xoptions *options, bool blocks,
                      cr_xresult *result, bool *declined, bool *found, cr_errinfo *info) {
  explorer x = {.model = model, .result = result};
  if (options != NULL) x.options = *options;
  x.blocks_judged = !blocks;
  cr_err err = explorer_begin(&x, info);
  if (err == CR_OK && x.options.resume == NULL) {
    result->depth_counts = cr_alloc(2 * sizeof *result->depth_counts);
    err = add_initial_states(&x, info);
  }
  if (err == CR_OK) {
    batch_begin(&x);
    walk(&x);
  }
  const char *mistake = x.space == NULL ? NULL : cr__xspace_mistake(x.space);
  if (err == CR_OK && mistake != NULL) err = cr_fail(info, CR_ERR_INPUT, "%s", mistake);
  if (err == CR_OK && x.stop == CR_XSTOP_MAX_MEMORY && x.store.disk_full) err = disk_full(&x, info);
  *declined = err == CR_OK && x.blocks_declined;
  *found |= x.blocks_found;
  if (err == CR_OK && !*declined) {
    finish(&x); /* which runs groups again */
    mistake = x.space == NULL ? NULL : cr__xspace_mistake(x.space);
    if (mistake != NULL) err = cr_fail(info, CR_ERR_INPUT, "%s", mistake);
  }
  if (err != CR_OK || *declined) cr_xresult_free(result);
  explorer_free(&x);
  return err;
}

cr_err cr_explore(const cr_xmodel *model, const cr_xoptions *options, cr_xresult *result,
                  cr_errinfo *info) {
  CR_ASSERT(model != NULL && result != NULL);
  CR_ASSERT(model->name != NULL && model->initial != NULL && model->successors != NULL);
  const cr_xoptions defaults = {0}, *o = options == NULL ? &defaults : options;
  *result = (cr_xresult){0};
  bool wanted = o->blocks == CR_XBLOCKS_ON, declined = false, found = false;
  cr_err err = cr__xblocks_allowed(model, o, wanted ? info : NULL);
  if (err != CR_OK && wanted) return err;
  bool blocks = err == CR_OK && o->blocks != CR_XBLOCKS_OFF;
  if (o->ranks != NULL) return cr__xranks_explore(model, o, result, info);
  err = explore(model, o, blocks, result, &declined, &found, info);
  /* The first few states may have misled; or it was a bound, which only a walk state by state
   * tells.
   */
  if (err == CR_OK && declined && wanted && !found && o->max_states == 0) {
    cr_xoptions later = *o;
    later.blocks = CR_XBLOCKS_AUTO;
    err = explore(model, &later, true, result, &declined, &found, info);
  }
  if (err == CR_OK && declined) err = explore(model, o, false, result, &declined, &found, info);
  if (o->max_depth != 0) found = false; /* blocks may have looked a step beyond it */
  if (err == CR_OK)
    result->untold = found && result->paths_count == 0 && result->stop == CR_XSTOP_MAX_MEMORY;
  return err;
}

void cr_xresult_free(cr_xresult *result) {
  for (size_t i = 0; i < result->paths_count; i++) free(result->paths[i].labels);
  free(result->paths);
  free(result->label_counts);
  free(result->depth_counts);
  *result = (cr_xresult){0};
}

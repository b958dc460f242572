/* blocks.c - see blocks.h. */
#include <stdlib.h>

#include "blocks_private.h"

enum {
  AHEAD = 8,
  LINKS_MORE = 12,
  ASIDE_LEAST = 1 << 15,
  EXPANDED_MOST = 1 << 20 /* a worker's in one go */
};

/* ---- turns ----------------------------------------------------------------------------------- */

/* The next blocks of a worker's own, of one segment. */
static void gather(cr__xblocks *x, cr__xblocks_worker *w) {
  w->pieces_count = 0;
  for (; w->segment < CR__XBLOCK_SEGMENTS; w->segment += x->workers, w->position = 0) {
    const cr__xblock_rows *rows = &x->table.segment[w->segment].frontier;
    if (w->position >= rows->count) continue;
    const uint64_t *row = rows->words + w->position, *end = rows->words + rows->count;
    for (; row < end && w->pieces_count < CR__XBLOCKS_BATCH; row = cr__xblock_row_next(row)) {
      uint32_t place = (uint32_t)row[0];
      uint64_t *block = cr__xblock_at(&x->table, place);
      CR__PREFETCH(block);
      w->pieces[w->pieces_count++] = (cr__xpiece){.block = block, .place = place, .row = row};
    }
    w->end = (size_t)(row - rows->words);
    return;
  }
}

/* Fetches what comes after a block itself, which is at hand: its links, or when it is new, where
 * its effects are to be found. */
static inline void fetch_more(const cr__xblocks *x, const cr__xblocks_worker *w,
                              const uint64_t *block) {
  uint32_t links = cr__xblock_links(block);
  if (links != 0) {
    const uint32_t *there = x->table.segment[w->segment].links.words + links;
    CR__PREFETCH(there);
    CR__PREFETCH(there + LINKS_MORE);
    return;
  }
  for (unsigned i = 0; i < w->plan.families_count; i++)
    if (cr__xblock_mark(block, i) == 0) cr__xplan_fetch(&w->plan, i, *block);
}

/* And then the split effects. */
static inline void fetch_effects(const cr__xblocks_worker *w, const cr__xpiece *p) {
  unsigned word = cr__xfirst_bit(p->row[1]);
  for (unsigned i = w->plan.blind_count; i < w->plan.families_count; i++) {
    const cr__xsplit *split = w->plan.effects[cr__xblock_mark(p->block, i)].split;
    if (split != NULL) CR__PREFETCH(&split->traits[word]);
  }
}

static void take_task(void *arg, unsigned thread, uint32_t segment) {
  (void)thread;
  cr__xblocks *x = arg;
  if (!cr__xblocks_take(&x->table, segment)) atomic_store(&x->full, true);
}

/* Adds what workers have put aside for a segment, which nobody else uses now. */
static void merge_task(void *arg, unsigned thread, uint32_t segment) {
  (void)thread;
  cr__xblocks *x = arg;
  x->segment_added[segment] = 0;
  for (unsigned i = 0; i < x->workers; i++) {
    cr__xblock_rows *rows = &x->worker[i].rows[segment];
    if (!cr__xblocks_merge(&x->table, segment, rows, &x->segment_added[segment]))
      atomic_store(&x->full, true);
    rows->count = 0;
  }
}

/* Is there a reason for all to meet? */
static bool interrupted(const cr__xblocks *x) {
  return cr__xblocks_crowded(x) || atomic_load_explicit(&x->finding, memory_order_relaxed) ||
         atomic_load_explicit(&x->full, memory_order_relaxed) ||
         cr__xspace_mistake(x->run->space) != NULL;
}

/* False: there is a reason for all to meet, and the block has to be looked at again. */
static bool piece_done(cr__xblocks *x, cr__xblocks_worker *w, cr__xpiece *p, bool last) {
  uint64_t deadlocks = w->deadlocks;
  cr__xsome now;
  cr__xsome_row(&now, p->row);
  w->deeds_count = w->singles_count = 0;
  w->learned = false;
  cr__xblocks_look(x, w, p, &now);
  if (w->learned && interrupted(x)) {
    w->deadlocks = deadlocks;
    return false;
  }
  if (!last) cr__xblocks_expand(x, w, p, &now);
  return true;
}

/* Some blocks of one segment. */
static bool turn(cr__xblocks *x, cr__xblocks_worker *w, bool last) {
  if (interrupted(x)) return false;
  gather(x, w);
  w->done = w->pieces_count == 0;
  if (w->done) return true;
  const cr__xblock_segment *s = &x->table.segment[w->segment];
  bool good = true;
  for (uint32_t i = 0; good && i < w->pieces_count; i++) {
    if (i + AHEAD < w->pieces_count) fetch_more(x, w, w->pieces[i + AHEAD].block);
    if (i + AHEAD / 2 < w->pieces_count) fetch_effects(w, &w->pieces[i + AHEAD / 2]);
    w->position = (size_t)(w->pieces[i].row - s->frontier.words);
    good = piece_done(x, w, &w->pieces[i], last);
  }
  if (good) w->position = w->end;
  cr__xblocks_settle(x, w);
  cr__xblocks_account_plan(x, w);
  return good;
}

static void turns_task(void *arg, unsigned thread, uint32_t number) {
  (void)thread;
  cr__xblocks *x = arg;
  cr__xblocks_worker *w = &x->worker[number];
  w->deadlocks = w->expanded = w->added = w->aside = 0;
  w->aside_max = atomic_load(&x->table.bytes) / (128 * (size_t)x->workers);
  if (w->aside_max < ASIDE_LEAST) w->aside_max = ASIDE_LEAST;
  while (turn(x, w, x->last) && !w->done && w->aside < w->aside_max &&
         w->expanded < EXPANDED_MOST) {
  }
}

/* ---- levels ---------------------------------------------------------------------------------- */

static void report_progress(cr__xblocks *x, uint64_t expanded) {
  const cr_xoptions *o = x->run->options;
  x->since_progress += expanded;
  if (o->progress_every == 0 || o->progress == NULL || x->since_progress < o->progress_every)
    return;
  x->since_progress = 0;
  cr__xblocks_harvest(x);
  const cr_xresult *r = x->run->result;
  uint64_t next = r->depth > x->depth ? r->depth_counts[x->depth + 1] : 0;
  cr_xprogress now = {.states = r->states,
                      .transitions = r->transitions,
                      .frontier = x->frontier + next,
                      .depth = x->depth,
                      .memory_bytes = x->run->store->memory_bytes,
                      .depth_counts = r->depth_counts};
  if (!o->progress(o->progress_arg, &now)) x->stop = CR_XSTOP_INTERRUPTED;
}

static void batch_count(cr__xblocks *x) {
  cr_xresult *r = x->run->result;
  uint64_t added = 0, expanded = 0;
  bool forget = false;
  for (unsigned i = 0; i < x->workers; i++) {
    cr__xblocks_worker *w = &x->worker[i];
    added += w->added;
    expanded += w->expanded;
    r->deadlocks += w->deadlocks;
    for (uint32_t k = 0; k < w->labels_count; k++) cr__xresult_add_label(r, w->labels[k], 1);
    w->labels_count = 0;
    if (w->plan.bytes > CR_XMEMO_BYTES_MAX) forget = true;
  }
  for (unsigned i = 0; i < CR__XBLOCK_SEGMENTS; i++) added += x->segment_added[i];
  if (forget) {
    cr__xblocks_plans_clear(x);
    cr__xblocks_clear_marks(&x->table);
  }
  x->frontier -= expanded;
  cr__xresult_add_states(r, x->depth + 1, added);
  cr__xblocks_account(x);
  uint64_t max = x->run->options->max_states;
  if (r->states > (max == 0 ? CR_XSTATES_MAX : max)) x->declined = true;
  if (atomic_load(&x->full)) x->stop = CR_XSTOP_MAX_MEMORY;
  report_progress(x, expanded);
}

/* False: the level is done. */
static bool batch(cr__xblocks *x) {
  const cr__xblocks_run *run = x->run;
  bool done = true;
  cr__xspace_rest(run->space);
  cr__xteam_run(run->team, x->workers, turns_task, x);
  if (atomic_load(&x->finding)) x->declined = true;
  if (x->declined || cr__xspace_mistake(run->space) != NULL) return false;
  cr__xteam_run(run->team, CR__XBLOCK_SEGMENTS, merge_task, x);
  batch_count(x);
  if (cr__xblocks_crowded(x)) {
    cr__xblocks_widen(x);
    return true;
  }
  for (unsigned i = 0; i < x->workers; i++) done = done && x->worker[i].done;
  return !done;
}

static bool going(const cr__xblocks *x) {
  return x->stop == 0 && !x->declined && cr__xspace_mistake(x->run->space) == NULL;
}

static void level(cr__xblocks *x) {
  cr__xteam_run(x->run->team, CR__XBLOCK_SEGMENTS, take_task, x);
  if (atomic_load(&x->full)) x->stop = CR_XSTOP_MAX_MEMORY;
  cr__xblocks_rewind(x);
  while (going(x) && batch(x)) {
  }
}

static void levels(cr__xblocks *x) {
  cr_xresult *r = x->run->result;
  uint32_t max = x->run->options->max_depth;
  while (going(x)) {
    if (r->depth < x->depth) {
      x->stop = CR_XSTOP_COMPLETE;
      break;
    }
    x->frontier = r->depth_counts[x->depth];
    x->last = max != 0 && x->depth == max;
    level(x);
    if (x->last && going(x)) x->stop = CR_XSTOP_MAX_DEPTH;
    x->depth++;
  }
  cr__xblocks_harvest(x);
}

cr_xstop cr__xblocks_walk(const cr__xblocks_run *run, const cr__xblocks_shape *shape) {
  cr__xblocks *x = cr_alloc(sizeof *x);
  x->run = run;
  x->depth = run->depth;
  if (cr__xblocks_begin(x, shape)) levels(x);
  cr_xstop stop = x->declined ? 0 : x->stop;
  *run->found = atomic_load(&x->finding);
  for (unsigned i = 0; i < CR__XBLOCK_SEGMENTS; i++)
    run->result->blocks += x->table.segment[i].count;
  cr__xblocks_end(x);
  free(x);
  return stop;
}

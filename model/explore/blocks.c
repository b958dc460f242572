/* blocks.c - see blocks.h. */
#include "blocks.h"

#include <stdlib.h>
#include <string.h>

#include "blocks_plan.h"
#include "blocks_table.h"

enum { TASK_BLOCKS = 64, TASKS_EACH = 16, CHECK_EACH = 64 };

/* A block of a batch. */
typedef struct piece {
  uint64_t *block;
  uint32_t segment, number;
} piece;

/* A transition of a state for which no group had one but one that is asked otherwise. */
typedef struct single {
  uint64_t key;
  uint32_t label, local;
} single;

/* What is to be done to a block. */
typedef struct order {
  uint32_t piece, first, count; /* effects */
} order;

/* Rows for one segment: a key and a bitmap each. */
typedef struct outbox {
  uint64_t *rows;
  size_t count, cap; /* in words */
} outbox;

typedef struct worker {
  cr__xplan plan;
  order *orders;
  uint32_t orders_count, orders_cap;
  cr__xeffect **effects;
  uint32_t effects_count, effects_cap;
  single *singles;
  uint32_t singles_count, singles_cap;
  uint64_t deadlocks, expanded, added;
  uint32_t since_check;
  uint64_t *scratch; /* bitmaps of targets */
  uint32_t scratch_cap;
  outbox box[CR__XSEGMENTS];
  cr__xblock_list awake[CR__XSEGMENTS]; /* blocks that got a frontier from themselves */
} worker;

typedef struct walk {
  const cr__xblocks_run *run;
  cr__xcut cut;
  cr__xblocks_table table;
  worker *worker;
  unsigned workers, parity;
  piece *pieces;
  uint32_t pieces_count, pieces_cap;
  unsigned segment; /* where the next batch begins */
  uint32_t position;
  uint32_t depth;
  uint64_t frontier; /* states of the level that are not yet expanded */
  uint64_t since_progress;
  uint64_t segment_added[CR__XSEGMENTS];
  atomic_bool finding, full;
  size_t accounted; /* bytes, in the store's account */
  cr_xstop stop;
  bool declined;
} walk;

/* ---- bitmaps --------------------------------------------------------------------------------- */

static inline bool meets(const uint64_t *a, const uint64_t *b, unsigned words) {
  uint64_t any = 0;
  for (unsigned i = 0; i < words; i++) any |= a[i] & b[i];
  return any != 0;
}

static void *grown(void *array, uint32_t *cap, uint32_t wanted, size_t each) {
  if (wanted <= *cap) return array;
  while (*cap < wanted) *cap = *cap == 0 ? 64 : *cap * 2;
  return cr_realloc(array, *cap * each);
}

/* ---- look ------------------------------------------------------------------------------------ */

static void single_add(worker *w, single one) {
  w->singles = grown(w->singles, &w->singles_cap, w->singles_count + 1, sizeof *w->singles);
  w->singles[w->singles_count++] = one;
}

/* A state in which no group has a transition. */
static void look_at_end(walk *x, worker *w, uint64_t state) {
  cr__xspace *space = x->run->space;
  const cr__xnarrow *list;
  unsigned count = cr__xspace_successors_narrow(space, w->plan.worker, state, &list);
  for (unsigned i = 0; i < count; i++) {
    if (list[i].violation != 0) atomic_store(&x->finding, true);
    single_add(w, (single){.key = list[i].key & ~x->cut.mask,
                           .label = list[i].label,
                           .local = cr__xlocal_number(&x->cut, list[i].key)});
  }
  if (count > 0 || cr__xspace_final(space, w->plan.worker, &state)) return;
  w->deadlocks++;
  if (!x->run->options->allow_deadlock) atomic_store(&x->finding, true);
}

static bool crowded(const walk *x) {
  return cr__xspace_crowded(x->run->space) || x->cut.locals.crowded ||
         x->cut.locals.count > x->cut.words * 64;
}

static void look_judge(walk *x, worker *w, uint64_t key, const uint64_t *states) {
  for (unsigned i = 0; i < x->run->model->product->parts_count; i++) {
    const cr__xeffect *e = cr__xplan_verdict(&w->plan, i, key, states);
    if (meets(states, e->bad, x->cut.words)) atomic_store(&x->finding, true);
  }
}

/* Now and then a state is looked at as a whole. */
static void look_check(walk *x, worker *w, uint64_t key, const uint64_t *states) {
  bool all = x->run->options->check_all;
  if (++w->since_check % CHECK_EACH != 0 && !all) return;
  cr__xspace *s = x->run->space;
  for (unsigned i = 0; i < x->cut.words && !cr__xspace_crowded(s); i++)
    for (uint64_t bits = states[i]; bits != 0; bits &= bits - 1) {
      unsigned local = i * 64 + cr__xfirst_bit(bits);
      cr__xstate_check(s, &s->worker[w->plan.worker], key | x->cut.locals.bits[local]);
      if (!all) return;
    }
}

static void look(walk *x, worker *w, uint32_t number) {
  const cr_xproduct *p = x->run->model->product;
  uint64_t *block = x->pieces[number].block, key = *block;
  const uint64_t *states = cr__xblock_frontier(&x->table, block, x->parity);
  uint64_t idle[CR__XBLOCK_WORDS_MAX];
  unsigned words = x->cut.words;
  memcpy(idle, states, words * sizeof *idle);
  look_judge(x, w, key, states);
  order now = {number, w->effects_count, 0};
  w->effects = grown(w->effects, &w->effects_cap, w->effects_count + p->groups_count,
                     sizeof(cr__xeffect *));
  for (unsigned g = 0; g < p->groups_count; g++) {
    if (p->groups[g].otherwise) continue;
    cr__xeffect *e = cr__xplan_effect(&w->plan, g, key, states);
    if (e->empty) continue;
    uint64_t any = 0, bad = 0;
    for (unsigned i = 0; i < words; i++) {
      any |= states[i] & e->any[i];
      bad |= states[i] & e->bad[i];
      idle[i] &= ~e->any[i];
    }
    if (bad != 0) atomic_store(&x->finding, true);
    if (any != 0) w->effects[w->effects_count++] = e;
  }
  now.count = w->effects_count - now.first;
  w->orders = grown(w->orders, &w->orders_cap, w->orders_count + 1, sizeof *w->orders);
  w->orders[w->orders_count++] = now;
  look_check(x, w, key, states);
  for (unsigned i = 0; i < words && !crowded(x); i++)
    for (uint64_t bits = idle[i]; bits != 0 && !crowded(x); bits &= bits - 1)
      look_at_end(x, w, key | x->cut.locals.bits[i * 64 + cr__xfirst_bit(bits)]);
}

static void look_task(void *arg, unsigned number, uint32_t task) {
  walk *x = arg;
  uint32_t end = (task + 1) * TASK_BLOCKS;
  if (end > x->pieces_count) end = x->pieces_count;
  for (uint32_t i = task * TASK_BLOCKS; i < end; i++) {
    if (crowded(x) || atomic_load_explicit(&x->finding, memory_order_relaxed)) return;
    look(x, &x->worker[number], i);
  }
}

/* ---- expand ---------------------------------------------------------------------------------- */

static inline void put_aside(worker *w, uint64_t key, const uint64_t *states, unsigned words) {
  outbox *box = &w->box[cr__xstore_segment(cr__xstore_mix(key))];
  if (box->count + 1 + words > box->cap) {
    box->cap = box->cap == 0 ? 1024 : box->cap * 2;
    box->rows = cr_realloc(box->rows, box->cap * sizeof *box->rows);
  }
  uint64_t *row = box->rows + box->count;
  row[0] = key;
  for (unsigned i = 0; i < words; i++) row[1 + i] = states[i];
  box->count += 1 + words;
}

static inline void expand_blind(worker *w, cr__xeffect *e, uint64_t rest, const uint64_t *states,
                                uint32_t count, unsigned words) {
  e->fired[0] += count;
  for (uint32_t t = 1; t < e->targets_count; t++) put_aside(w, rest | e->target[t], states, words);
}

/* own gets what stays in the block. */
static inline void expand_split(worker *w, cr__xeffect *e, uint64_t rest, const uint64_t *states,
                                uint64_t *own, unsigned words) {
  uint32_t needed = e->targets_count * words;
  w->scratch = grown(w->scratch, &w->scratch_cap, needed, sizeof *w->scratch);
  uint64_t *out = w->scratch;
  memset(out, 0, needed * sizeof *out);
  for (unsigned i = 0; i < words; i++)
    for (uint64_t bits = states[i] & e->any[i]; bits != 0; bits &= bits - 1) {
      unsigned local = i * 64 + cr__xfirst_bit(bits);
      const cr__xstep *step = e->steps + e->of[local].first, *end = step + e->of[local].count;
      e->fired[local]++;
      for (; step < end; step++)
        out[step->target * words + step->local / 64] |= UINT64_C(1) << step->local % 64;
    }
  for (unsigned i = 0; i < words; i++) own[i] |= out[i];
  for (uint32_t t = 1; t < e->targets_count; t++) {
    uint64_t any = 0;
    for (unsigned i = 0; i < words; i++) any |= out[t * words + i];
    if (any != 0) put_aside(w, rest | e->target[t], out + (size_t)t * words, words);
  }
}

static void awake_add(worker *w, const piece *p) {
  cr__xblock_list *list = &w->awake[p->segment];
  list->numbers = grown(list->numbers, &list->cap, list->count + 1, sizeof *list->numbers);
  list->numbers[list->count++] = p->number;
}

static void expand(walk *x, worker *w, const order *o) {
  const piece *p = &x->pieces[o->piece];
  unsigned words = x->cut.words;
  uint64_t key = *p->block, own[CR__XBLOCK_WORDS_MAX] = {0};
  uint64_t *states = cr__xblock_frontier(&x->table, p->block, x->parity), any = 0;
  uint32_t count = 0;
  for (unsigned i = 0; i < words; i++) count += cr__xbits_count(states[i]);
  w->expanded += count;
  for (uint32_t i = 0; i < o->count; i++) {
    cr__xeffect *e = w->effects[o->first + i];
    if (e->blind)
      expand_blind(w, e, key & ~e->mask, states, count, words);
    else
      expand_split(w, e, key & ~e->mask, states, own, words);
  }
  for (unsigned i = 0; i < words; i++) {
    states[i] = 0;
    any |= own[i];
  }
  if (any == 0) return;
  bool idle;
  uint32_t new = cr__xblock_add(&x->table, p->block, x->parity ^ 1, own, &idle);
  w->added += new;
  if (new > 0 && idle) awake_add(w, p);
}

static void expand_task(void *arg, unsigned number, uint32_t task) {
  (void)number;
  walk *x = arg;
  worker *w = &x->worker[task];
  for (uint32_t i = 0; i < w->orders_count; i++) expand(x, w, &w->orders[i]);
  for (uint32_t i = 0; i < w->singles_count; i++) {
    uint64_t states[CR__XBLOCK_WORDS_MAX] = {0};
    states[w->singles[i].local / 64] |= UINT64_C(1) << w->singles[i].local % 64;
    put_aside(w, w->singles[i].key, states, x->cut.words);
  }
}

/* ---- merge ----------------------------------------------------------------------------------- */

static void merge_task(void *arg, unsigned number, uint32_t segment) {
  (void)number;
  walk *x = arg;
  unsigned next = x->parity ^ 1;
  bool room = true;
  x->segment_added[segment] = 0;
  for (unsigned i = 0; i < x->workers; i++) {
    cr__xblock_list *awake = &x->worker[i].awake[segment];
    for (uint32_t k = 0; k < awake->count && room; k++)
      room = cr__xblocks_activate(&x->table, segment, next, awake->numbers[k]);
    awake->count = 0;
  }
  for (unsigned i = 0; i < x->workers; i++) {
    outbox *box = &x->worker[i].box[segment];
    if (room)
      room = cr__xblocks_merge(&x->table, segment, next, box->rows,
                               box->count / (1 + (size_t)x->cut.words), &x->segment_added[segment]);
    box->count = 0;
  }
  if (!room) atomic_store(&x->full, true);
}

/* ---- another form ---------------------------------------------------------------------------- */

typedef struct conversion {
  unsigned count;
  cr__xfield old[CR_XCOMPONENTS_MAX], new[CR_XCOMPONENTS_MAX];
} conversion;

static uint64_t convert(void *arg, uint64_t key) {
  const conversion *v = arg;
  uint64_t new = 0;
  for (unsigned i = 0; i < v->count; i++)
    new |= (uint64_t)cr__xnumber_in(&key, v->old[i]) << v->new[i].shift;
  return new;
}

static void harvest(walk *x) {
  for (unsigned i = 0; i < x->workers; i++) cr__xplan_harvest(&x->worker[i].plan, x->run->result);
}

static void plans_clear(walk *x) {
  harvest(x);
  for (unsigned i = 0; i < x->workers; i++) cr__xplan_clear(&x->worker[i].plan);
}

/* Makes room for what did not fit. The level goes on with whatever has a frontier. */
static void widen(walk *x) {
  conversion v = {.count = cr__xspace_components(x->run->space)};
  bool rekeyed = cr__xspace_crowded(x->run->space);
  (void)cr__xspace_form(x->run->space, v.old);
  x->declined = x->cut.locals.crowded;
  if (rekeyed && !cr__xspace_rekey(x->run->space, x->run->store)) x->declined = true;
  if (!cr__xspace_narrow(x->run->space)) x->declined = true;
  if (x->declined) return;
  (void)cr__xspace_form(x->run->space, v.new);
  if (rekeyed) cr__xcut_convert(&x->cut, convert, &v);
  plans_clear(x);
  unsigned words = (x->cut.locals.count + 63) / 64;
  x->cut.words = words > x->cut.words ? words : x->cut.words;
  if (!cr__xblocks_reshape(&x->table, x->cut.words, rekeyed ? convert : NULL, &v))
    x->stop = CR_XSTOP_MAX_MEMORY;
  x->segment = 0;
  x->position = 0;
}

/* ---- levels ---------------------------------------------------------------------------------- */

static bool gather(walk *x) {
  x->pieces_count = 0;
  for (; x->segment < CR__XSEGMENTS; x->segment++, x->position = 0) {
    const cr__xblock_list *list = &x->table.segment[x->segment].active[x->parity];
    for (; x->position < list->count; x->position++) {
      if (x->pieces_count == x->pieces_cap) return true;
      uint32_t number = list->numbers[x->position];
      uint64_t *block = cr__xblock_at(&x->table, x->segment, number);
      CR__PREFETCH(block);
      x->pieces[x->pieces_count++] = (piece){block, x->segment, number};
    }
  }
  return x->pieces_count > 0;
}

static void workers_reset(walk *x) {
  for (unsigned i = 0; i < x->workers; i++) {
    worker *w = &x->worker[i];
    w->orders_count = w->effects_count = w->singles_count = 0;
    w->deadlocks = w->expanded = w->added = 0;
  }
}

/* The table's memory becomes part of the store's account. */
static void account(walk *x) {
  cr__xstore *store = x->run->store;
  size_t now = atomic_load(&x->table.bytes);
  cr__xstore_release(store, x->accounted);
  store->memory_bytes += now;
  if (store->memory_bytes > store->memory_peak_bytes) store->memory_peak_bytes = store->memory_bytes;
  x->accounted = now;
}

static void report_progress(walk *x, uint64_t expanded) {
  const cr_xoptions *o = x->run->options;
  x->since_progress += expanded;
  if (o->progress_every == 0 || o->progress == NULL || x->since_progress < o->progress_every) return;
  x->since_progress = 0;
  harvest(x);
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

static void batch_count(walk *x) {
  cr_xresult *r = x->run->result;
  uint64_t added = 0, expanded = 0;
  for (unsigned i = 0; i < x->workers; i++) {
    worker *w = &x->worker[i];
    added += w->added;
    expanded += w->expanded;
    r->deadlocks += w->deadlocks;
    for (uint32_t k = 0; k < w->singles_count; k++) cr__xlabel_count(r, w->singles[k].label, 1);
    if (w->plan.bytes > CR_XMEMO_BYTES_MAX) {
      cr__xplan_harvest(&w->plan, r);
      cr__xplan_clear(&w->plan);
    }
  }
  for (unsigned i = 0; i < CR__XSEGMENTS; i++) added += x->segment_added[i];
  x->frontier -= expanded;
  cr__xstates_count(r, x->depth + 1, added);
  account(x);
  uint64_t max = x->run->options->max_states;
  if (r->states > (max == 0 ? CR_XSTATES_MAX : max)) x->declined = true;
  if (atomic_load(&x->full)) x->stop = CR_XSTOP_MAX_MEMORY;
  report_progress(x, expanded);
}

static void batch(walk *x, bool last) {
  const cr__xblocks_run *run = x->run;
  workers_reset(x);
  cr__xteam_run(run->team, (x->pieces_count + TASK_BLOCKS - 1) / TASK_BLOCKS, look_task, x);
  if (atomic_load(&x->finding)) x->declined = true;
  if (x->declined || cr__xspace_mistake(run->space) != NULL) return;
  if (crowded(x)) {
    widen(x);
    return;
  }
  if (last) return;
  cr__xteam_run(run->team, x->workers, expand_task, x);
  cr__xteam_run(run->team, CR__XSEGMENTS, merge_task, x);
  batch_count(x);
}

static bool going(const walk *x) {
  return x->stop == 0 && !x->declined && cr__xspace_mistake(x->run->space) == NULL;
}

/* last: the states of the level are judged, but not expanded. */
static void level(walk *x, bool last) {
  x->parity = x->depth & 1;
  x->segment = 0;
  x->position = 0;
  while (going(x) && gather(x)) batch(x, last);
  for (unsigned i = 0; i < CR__XSEGMENTS; i++) x->table.segment[i].active[x->parity].count = 0;
}

static void levels(walk *x) {
  cr_xresult *r = x->run->result;
  uint32_t max = x->run->options->max_depth;
  while (going(x)) {
    if (r->depth < x->depth) {
      x->stop = CR_XSTOP_COMPLETE;
      break;
    }
    x->frontier = r->depth_counts[x->depth];
    bool last = max != 0 && x->depth == max;
    level(x, last);
    if (last && going(x)) x->stop = CR_XSTOP_MAX_DEPTH;
    x->depth++;
  }
  harvest(x);
}

/* ---- beginning ------------------------------------------------------------------------------- */

static uint64_t key_of(const cr__xstore *store, uint32_t number) {
  uint64_t key;
  memcpy(&key, cr__xstore_key(store, number), sizeof key);
  return key;
}

/* Puts states into blocks, into a frontier of this parity. */
static bool put_states(walk *x, uint32_t first, uint32_t end, unsigned parity) {
  for (uint32_t n = first; n < end; n++) {
    uint64_t key = key_of(x->run->store, n), row[1 + CR__XBLOCK_WORDS_MAX] = {0}, added = 0;
    unsigned local = cr__xlocal_number(&x->cut, key);
    row[0] = key & ~x->cut.mask;
    row[1 + local / 64] = UINT64_C(1) << local % 64;
    unsigned segment = cr__xstore_segment(cr__xstore_mix(row[0]));
    if (!cr__xblocks_merge(&x->table, segment, parity, row, 1, &added)) return false;
  }
  return true;
}

static void frontier_forget(walk *x, unsigned parity) {
  for (unsigned i = 0; i < CR__XSEGMENTS; i++) {
    cr__xblock_list *list = &x->table.segment[i].active[parity];
    for (uint32_t k = 0; k < list->count; k++)
      memset(cr__xblock_frontier(&x->table, cr__xblock_at(&x->table, i, list->numbers[k]), parity),
             0, x->table.words * sizeof(uint64_t));
    list->count = 0;
  }
}

/* The states are in blocks now. */
static void store_empty(cr__xstore *store) {
  cr__xstore_kind kind = {.key_bytes = store->key_bytes,
                          .narrow = true,
                          .states_max = store->states_max,
                          .memory_max_bytes = store->memory_max_bytes};
  size_t peak = store->memory_peak_bytes;
  cr__xstore_free(store);
  cr__xstore_init(store, &kind);
  store->memory_peak_bytes = peak;
}

static bool walk_begin(walk *x, uint64_t inside) {
  const cr__xblocks_run *run = x->run;
  cr__xcut_init(&x->cut, run->space, inside);
  for (uint32_t n = 0; n < run->store->count; n++)
    (void)cr__xlocal_number(&x->cut, key_of(run->store, n));
  if (x->cut.locals.crowded) return false;
  x->cut.words = (x->cut.locals.count + 63) / 64;
  cr__xblocks_table_init(&x->table, x->cut.words, run->options->max_memory_bytes);
  unsigned now = run->depth & 1;
  if (!put_states(x, 0, run->first, now)) return false;
  frontier_forget(x, now);
  if (!put_states(x, run->first, run->store->count, now)) return false;
  store_empty(run->store);
  account(x);
  x->workers = cr__xteam_size(run->team);
  x->worker = cr_alloc(x->workers * sizeof *x->worker);
  for (unsigned i = 0; i < x->workers; i++) cr__xplan_init(&x->worker[i].plan, &x->cut, i);
  x->pieces_cap = TASK_BLOCKS * TASKS_EACH * x->workers;
  x->pieces = cr_alloc(x->pieces_cap * sizeof *x->pieces);
  return true;
}

static void walk_end(walk *x) {
  for (unsigned i = 0; i < x->workers; i++) {
    worker *w = &x->worker[i];
    cr__xplan_free(&w->plan);
    free(w->orders);
    free(w->effects);
    free(w->singles);
    free(w->scratch);
    for (unsigned k = 0; k < CR__XSEGMENTS; k++) {
      free(w->box[k].rows);
      free(w->awake[k].numbers);
    }
  }
  free(x->worker);
  free(x->pieces);
  cr__xblocks_table_free(&x->table);
  cr__xcut_free(&x->cut);
  cr__xstore_release(x->run->store, x->accounted);
}

cr_xstop cr__xblocks_walk(const cr__xblocks_run *run, uint64_t inside) {
  walk *x = cr_alloc(sizeof *x);
  x->run = run;
  x->depth = run->depth;
  if (walk_begin(x, inside)) levels(x);
  cr_xstop stop = x->declined ? 0 : x->stop;
  walk_end(x);
  free(x);
  return stop;
}

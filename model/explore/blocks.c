/* blocks.c - see blocks.h. */
#include "blocks.h"

#include <stdlib.h>
#include <string.h>

#include "blocks_plan.h"
#include "blocks_table.h"

enum {
  BATCH_BLOCKS = 256,
  CHECK_EACH = 64,
  ASIDE_LEAST = 1 << 15 /* words that a worker may put aside; or a sixteenth of the table */
};

/* A block of a batch. */
typedef struct piece {
  uint64_t *block;
  uint32_t number;
  uint32_t first, count; /* effects to be done to it */
} piece;

/* A transition of a state for which no group had one but one that is asked otherwise. */
typedef struct single {
  uint64_t key;
  uint32_t label, local;
} single;

/* Owns the segments whose number is its own when divided by the number of workers. */
typedef struct worker {
  unsigned number;
  cr__xplan plan;
  unsigned segment; /* where its next batch begins */
  uint32_t position;
  piece *pieces;
  uint32_t pieces_count;
  uint32_t *effects; /* by number */
  uint32_t effects_count, effects_cap;
  single *singles;
  uint32_t singles_count, singles_cap;
  uint32_t *labels; /* of singles that were expanded */
  uint32_t labels_count, labels_cap;
  uint64_t deadlocks, expanded, added;
  uint32_t since_check;
  uint64_t *scratch; /* bitmaps of targets */
  uint32_t scratch_cap;
  size_t aside, aside_max; /* words in rows */
  bool done;               /* with the level */
  cr__xblock_rows rows[CR__XBLOCK_SEGMENTS];
} worker;

typedef struct walk {
  const cr__xblocks_run *run;
  cr__xcut cut;
  cr__xblocks_table table;
  worker *worker;
  unsigned workers;
  uint32_t depth;
  uint64_t frontier; /* states of the level that are not yet expanded */
  uint64_t since_progress;
  uint64_t segment_added[CR__XBLOCK_SEGMENTS];
  atomic_bool finding, full;
  size_t accounted; /* bytes, in the store's account */
  cr_xstop stop;
  bool last; /* the level's states are judged, but not expanded */
  bool declined;
} walk;

/* States of a block, without the words in which there are none. */
typedef struct states {
  uint64_t which; /* words, by bit */
  unsigned words; /* how many */
  uint8_t at[CR__XBLOCK_WORDS_MAX];
  uint64_t bits[CR__XBLOCK_WORDS_MAX];
} states;

static void *grown(void *array, uint32_t *cap, uint32_t wanted, size_t each) {
  if (wanted <= *cap) return array;
  while (*cap < wanted) *cap = *cap == 0 ? 64 : *cap * 2;
  return cr_realloc(array, *cap * each);
}

static inline void frontier_of(const walk *x, uint64_t *block, states *to) {
  unsigned parity = cr__xblock_parity(x->depth);
  to->which = 0;
  to->words = 0;
  for (unsigned i = 0; i < x->cut.words; i++) {
    uint64_t bits = cr__xblock_bits(&x->table, block, i)[1 + parity];
    if (bits == 0) continue;
    to->which |= UINT64_C(1) << i;
    to->at[to->words] = (uint8_t)i;
    to->bits[to->words++] = bits;
  }
}

/* ---- look ------------------------------------------------------------------------------------ */

static bool crowded(const walk *x) {
  return cr__xspace_crowded(x->run->space) || x->cut.locals.crowded ||
         x->cut.locals.count > x->cut.words * 64;
}

/* A state in which no group has a transition. */
static void look_at_end(walk *x, worker *w, uint64_t state) {
  cr__xspace *space = x->run->space;
  const cr__xnarrow *list;
  unsigned count = cr__xspace_list(space, w->number, state, &list);
  w->singles = grown(w->singles, &w->singles_cap, w->singles_count + count, sizeof *w->singles);
  for (unsigned i = 0; i < count; i++) {
    if (list[i].violation != 0) atomic_store(&x->finding, true);
    w->singles[w->singles_count++] = (single){.key = list[i].key & ~x->cut.mask,
                                              .label = list[i].label,
                                              .local = cr__xlocal_number(&x->cut, list[i].key)};
  }
  if (count > 0 || cr__xspace_final(space, w->number, &state)) return;
  w->deadlocks++;
  if (!x->run->options->allow_deadlock) atomic_store(&x->finding, true);
}

/* Now and then a state is looked at as a whole. */
static void look_check(walk *x, worker *w, uint64_t key, const states *now) {
  bool all = x->run->options->check_all;
  if (++w->since_check % CHECK_EACH != 0 && !all) return;
  cr__xspace *s = x->run->space;
  for (unsigned i = 0; i < now->words && !cr__xspace_crowded(s); i++)
    for (uint64_t bits = now->bits[i]; bits != 0; bits &= bits - 1) {
      unsigned local = now->at[i] * 64 + cr__xfirst_bit(bits);
      cr__xstate_check(s, &s->worker[w->number], key | x->cut.locals.bits[local]);
      if (!all) return;
    }
}

static void learn(worker *w, unsigned family, cr__xeffect *e, uint64_t key, const states *now) {
  uint64_t all[CR__XBLOCK_WORDS_MAX] = {0};
  for (unsigned i = 0; i < now->words; i++) all[now->at[i]] = now->bits[i];
  cr__xplan_learn(&w->plan, family, e, key, all);
}

/* The effect of a family in a block, whose mark remembers the number. */
static inline uint32_t effect_of(worker *w, unsigned family, uint64_t *block, const states *now) {
  uint32_t number = cr__xblock_mark(block, 1 + family);
  if (number != 0) return number;
  uint64_t all[CR__XBLOCK_WORDS_MAX] = {0};
  for (unsigned i = 0; i < now->words; i++) all[now->at[i]] = now->bits[i];
  number = cr__xplan_effect(&w->plan, family, *block, all);
  if (number <= UINT16_MAX) cr__xblock_set_mark(block, 1 + family, (uint16_t)number);
  return number;
}

/* Has the family any transition in these states? Those that have one are taken from idle. */
static bool look_split(walk *x, worker *w, unsigned family, cr__xeffect *e, uint64_t key,
                       const states *now, uint64_t *idle) {
  uint64_t new = 0, bad = 0, any = 0;
  for (unsigned i = 0; i < now->words; i++) new |= now->bits[i] & ~e->known[now->at[i]];
  if (new != 0) learn(w, family, e, key, now);
  for (unsigned i = 0; i < now->words; i++) {
    bad |= now->bits[i] & e->bad[now->at[i]];
    any |= now->bits[i] & e->any[now->at[i]];
    idle[i] &= ~e->any[now->at[i]];
  }
  if (bad != 0) atomic_store(&x->finding, true);
  return any != 0;
}

static void look(walk *x, worker *w, piece *p) {
  states now;
  frontier_of(x, p->block, &now);
  uint64_t key = *p->block, idle[CR__XBLOCK_WORDS_MAX];
  bool busy = false;
  memcpy(idle, now.bits, now.words * sizeof *idle);
  p->first = w->effects_count;
  w->effects = grown(w->effects, &w->effects_cap, w->effects_count + w->plan.families_count,
                     sizeof *w->effects);
  for (unsigned i = 0; i < w->plan.families_count; i++) {
    uint32_t number = effect_of(w, i, p->block, &now);
    cr__xeffect *e = w->plan.effects[number];
    bool any = e->blind ? e->labels_count > 0 : look_split(x, w, i, e, key, &now, idle);
    if (e->blind && e->broken) atomic_store(&x->finding, true);
    if (any) w->effects[w->effects_count++] = number;
    busy |= e->blind && any;
  }
  p->count = w->effects_count - p->first;
  look_check(x, w, key, &now);
  for (unsigned i = 0; i < now.words && !busy && !x->last; i++)
    for (uint64_t bits = idle[i]; bits != 0 && !crowded(x); bits &= bits - 1)
      look_at_end(x, w, key | x->cut.locals.bits[now.at[i] * 64 + cr__xfirst_bit(bits)]);
}

/* The next blocks of a worker's own, of one segment. */
static void gather(walk *x, worker *w) {
  unsigned parity = cr__xblock_parity(x->depth);
  w->pieces_count = 0;
  for (; w->segment < CR__XBLOCK_SEGMENTS; w->segment += x->workers, w->position = 0) {
    const cr__xblock_list *list = &x->table.segment[w->segment].active[parity];
    while (w->position < list->count && w->pieces_count < BATCH_BLOCKS) {
      uint32_t number = list->numbers[w->position++];
      uint64_t *block = cr__xblock_at(&x->table, w->segment, number);
      for (unsigned i = 0; i < cr__xblock_stride(&x->table); i += 8) CR__PREFETCH(block + i);
      w->pieces[w->pieces_count++] = (piece){.block = block, .number = number};
    }
    if (w->pieces_count > 0) return;
  }
}

/* ---- expand ---------------------------------------------------------------------------------- */

/* Room for a row for a block of this key; NULL: none. */
static inline uint64_t *row_new(walk *x, worker *w, uint64_t key, unsigned words) {
  cr__xblock_rows *rows = &w->rows[cr__xblocks_segment(&x->table, key)];
  if (rows->count + 2 + words > rows->cap &&
      !cr__xblocks_rows_grow(&x->table, rows, 2 + (size_t)words)) {
    atomic_store(&x->full, true);
    return NULL;
  }
  uint64_t *row = rows->words + rows->count;
  rows->count += 2 + words;
  w->aside += 2 + words;
  row[0] = key;
  return row;
}

static inline void put_aside(walk *x, worker *w, uint64_t key, const states *now) {
  uint64_t *row = row_new(x, w, key, now->words);
  if (row == NULL) return;
  row[1] = (uint64_t)now->words << 32 | now->which;
  for (unsigned i = 0; i < now->words; i++) row[2 + i] = now->bits[i];
}

static inline void expand_blind(walk *x, worker *w, cr__xeffect *e, uint64_t key, const states *now,
                                uint32_t count) {
  e->fired += count;
  for (uint32_t t = 1; t < e->changes_count; t++) put_aside(x, w, key ^ e->change[t], now);
}

static inline void expand_moves(walk *x, worker *w, cr__xeffect *e, uint64_t key,
                                const states *now) {
  for (uint32_t m = 0; m < e->moves_count; m++) {
    cr__xmove *move = &e->moves[m];
    states moved;
    uint32_t count = 0;
    moved.which = 0;
    moved.words = 0;
    for (unsigned i = 0; i < now->words; i++) {
      uint64_t bits = now->bits[i] & move->states[now->at[i]];
      if (bits == 0) continue;
      count += cr__xbits_count(bits);
      moved.which |= UINT64_C(1) << now->at[i];
      moved.bits[moved.words++] = bits;
    }
    move->fired += count;
    if (count > 0 && move->target != 0) put_aside(x, w, key ^ e->change[move->target], &moved);
  }
}

/* A bitmap for another block is put aside, without its empty words. */
static void put_aside_whole(walk *x, worker *w, uint64_t key, const uint64_t *bitmap,
                            unsigned words) {
  states some = {0};
  for (unsigned i = 0; i < words; i++) {
    if (bitmap[i] == 0) continue;
    some.which |= UINT64_C(1) << i;
    some.bits[some.words++] = bitmap[i];
  }
  if (some.words > 0) put_aside(x, w, key, &some);
}

/* own gets what stays in the block. */
static inline void expand_steps(walk *x, worker *w, cr__xeffect *e, uint64_t key, const states *now,
                                uint64_t *own, unsigned words) {
  uint64_t stepping = 0;
  for (unsigned i = 0; i < now->words; i++) stepping |= now->bits[i] & e->stepping[now->at[i]];
  if (stepping == 0) return;
  uint32_t needed = e->changes_count * words;
  w->scratch = grown(w->scratch, &w->scratch_cap, needed, sizeof *w->scratch);
  uint64_t *out = w->scratch;
  memset(out, 0, needed * sizeof *out);
  for (unsigned i = 0; i < now->words; i++)
    for (uint64_t bits = now->bits[i] & e->stepping[now->at[i]]; bits != 0; bits &= bits - 1) {
      unsigned local = now->at[i] * 64 + cr__xfirst_bit(bits);
      const cr__xstep *step = e->steps + e->of[local].first, *end = step + e->of[local].count;
      e->fired_by[local]++;
      for (; step < end; step++)
        out[step->target * words + step->local / 64] |= UINT64_C(1) << step->local % 64;
    }
  for (unsigned i = 0; i < words; i++) own[i] |= out[i];
  for (uint32_t t = 1; t < e->changes_count; t++)
    put_aside_whole(x, w, key ^ e->change[t], out + (size_t)t * words, words);
}

static void expand(walk *x, worker *w, const piece *p) {
  unsigned words = x->cut.words, parity = cr__xblock_parity(x->depth);
  uint64_t key = *p->block, own[CR__XBLOCK_WORDS_MAX] = {0};
  states now;
  frontier_of(x, p->block, &now);
  uint32_t count = 0, new = 0;
  for (unsigned i = 0; i < now.words; i++) {
    count += cr__xbits_count(now.bits[i]);
    cr__xblock_bits(&x->table, p->block, now.at[i])[1 + parity] = 0;
  }
  w->expanded += count;
  for (uint32_t i = 0; i < p->count; i++) {
    cr__xeffect *e = w->plan.effects[w->effects[p->first + i]];
    if (e->blind) {
      expand_blind(x, w, e, key, &now, count);
      continue;
    }
    expand_moves(x, w, e, key, &now);
    expand_steps(x, w, e, key, &now, own, words);
  }
  for (unsigned i = 0; i < words; i++)
    if (own[i] != 0)
      new += cr__xblock_add(cr__xblock_bits(&x->table, p->block, i), x->depth + 1, own[i]);
  w->added += new;
  if (new > 0 && !cr__xblocks_list(&x->table, w->segment, p->number, p->block, x->depth + 1))
    atomic_store(&x->full, true);
}

static void expand_singles(walk *x, worker *w) {
  uint32_t labels = w->labels_count + w->singles_count;
  w->labels = grown(w->labels, &w->labels_cap, labels, sizeof *w->labels);
  for (uint32_t i = 0; i < w->singles_count; i++) {
    states one = {.which = UINT64_C(1) << w->singles[i].local / 64, .words = 1};
    one.bits[0] = UINT64_C(1) << w->singles[i].local % 64;
    put_aside(x, w, w->singles[i].key, &one);
    w->labels[w->labels_count++] = w->singles[i].label;
  }
}

/* ---- merge ----------------------------------------------------------------------------------- */

/* Adds what a worker has put aside for a segment, which nobody else uses now. */
static void merge(walk *x, worker *w, unsigned segment, uint64_t *added) {
  cr__xblock_rows *rows = &w->rows[segment];
  if (!cr__xblocks_merge(&x->table, segment, x->depth + 1, rows, added))
    atomic_store(&x->full, true);
  rows->count = 0;
}

static void merge_task(void *arg, unsigned thread, uint32_t segment) {
  (void)thread;
  walk *x = arg;
  x->segment_added[segment] = 0;
  for (unsigned i = 0; i < x->workers; i++)
    merge(x, &x->worker[i], segment, &x->segment_added[segment]);
}

/* ---- turns ----------------------------------------------------------------------------------- */

/* Is there a reason for all to meet? */
static bool interrupted(const walk *x) {
  return crowded(x) || atomic_load_explicit(&x->finding, memory_order_relaxed) ||
         atomic_load_explicit(&x->full, memory_order_relaxed) ||
         cr__xspace_mistake(x->run->space) != NULL;
}

/* Some blocks of one segment. What is only looked at when there is a reason to meet keeps its
 * frontier. */
static bool turn(walk *x, worker *w, bool last) {
  uint64_t deadlocks = w->deadlocks;
  w->effects_count = w->singles_count = 0;
  gather(x, w);
  w->done = w->pieces_count == 0;
  for (uint32_t i = 0; i < w->pieces_count && !interrupted(x); i++) look(x, w, &w->pieces[i]);
  if (interrupted(x)) {
    w->deadlocks = deadlocks;
    return false;
  }
  if (last) return true;
  for (uint32_t i = 0; i < w->pieces_count; i++) expand(x, w, &w->pieces[i]);
  expand_singles(x, w);
  if (w->pieces_count > 0) merge(x, w, w->segment, &w->added);
  return true;
}

static void turns_task(void *arg, unsigned thread, uint32_t number) {
  (void)thread;
  walk *x = arg;
  worker *w = &x->worker[number];
  w->deadlocks = w->expanded = w->added = w->aside = 0;
  w->aside_max = atomic_load(&x->table.bytes) / (128 * (size_t)x->workers);
  if (w->aside_max < ASIDE_LEAST) w->aside_max = ASIDE_LEAST;
  while (turn(x, w, x->last) && !w->done && w->aside < w->aside_max) {
  }
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

/* The level's lists are gone through from their beginning. */
static void level_rewind(walk *x) {
  for (unsigned i = 0; i < x->workers; i++) {
    x->worker[i].segment = i;
    x->worker[i].position = 0;
  }
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
  if (!cr__xblocks_reshape(&x->table, x->cut.words, x->depth, x->cut.far, rekeyed ? convert : NULL,
                           &v))
    x->stop = CR_XSTOP_MAX_MEMORY;
  level_rewind(x);
}

/* ---- levels ---------------------------------------------------------------------------------- */

/* The table's memory becomes part of the store's account. */
static void account(walk *x) {
  cr__xstore *store = x->run->store;
  size_t now = atomic_load(&x->table.bytes);
  cr__xstore_release(store, x->accounted);
  store->memory_bytes += now;
  if (store->memory_bytes > store->memory_peak_bytes)
    store->memory_peak_bytes = store->memory_bytes;
  x->accounted = now;
}

static void report_progress(walk *x, uint64_t expanded) {
  const cr_xoptions *o = x->run->options;
  x->since_progress += expanded;
  if (o->progress_every == 0 || o->progress == NULL || x->since_progress < o->progress_every)
    return;
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
  bool forget = false;
  for (unsigned i = 0; i < x->workers; i++) {
    worker *w = &x->worker[i];
    added += w->added;
    expanded += w->expanded;
    r->deadlocks += w->deadlocks;
    for (uint32_t k = 0; k < w->labels_count; k++) cr__xresult_add_label(r, w->labels[k], 1);
    w->labels_count = 0;
    if (w->plan.bytes > CR_XMEMO_BYTES_MAX) forget = true;
  }
  for (unsigned i = 0; i < CR__XBLOCK_SEGMENTS; i++) added += x->segment_added[i];
  if (forget) {
    plans_clear(x);
    cr__xblocks_clear_marks(&x->table);
  }
  x->frontier -= expanded;
  cr__xresult_add_states(r, x->depth + 1, added);
  account(x);
  uint64_t max = x->run->options->max_states;
  if (r->states > (max == 0 ? CR_XSTATES_MAX : max)) x->declined = true;
  if (atomic_load(&x->full)) x->stop = CR_XSTOP_MAX_MEMORY;
  report_progress(x, expanded);
}

/* False: the level is done. */
static bool batch(walk *x) {
  const cr__xblocks_run *run = x->run;
  bool done = true;
  cr__xteam_run(run->team, x->workers, turns_task, x);
  if (atomic_load(&x->finding)) x->declined = true;
  if (x->declined || cr__xspace_mistake(run->space) != NULL) return false;
  cr__xteam_run(run->team, CR__XBLOCK_SEGMENTS, merge_task, x);
  batch_count(x);
  if (crowded(x)) {
    widen(x);
    return true;
  }
  for (unsigned i = 0; i < x->workers; i++) done = done && x->worker[i].done;
  return !done;
}

static bool going(const walk *x) {
  return x->stop == 0 && !x->declined && cr__xspace_mistake(x->run->space) == NULL;
}

static void level(walk *x) {
  if ((x->depth + 1) % CR__XBLOCK_LEVELS == 0) cr__xblocks_age(&x->table);
  level_rewind(x);
  while (going(x) && batch(x)) {
  }
  for (unsigned i = 0; i < CR__XBLOCK_SEGMENTS; i++)
    x->table.segment[i].active[cr__xblock_parity(x->depth)].count = 0;
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
    x->last = max != 0 && x->depth == max;
    level(x);
    if (x->last && going(x)) x->stop = CR_XSTOP_MAX_DEPTH;
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

/* Puts states into blocks, into the frontier of the level. */
static bool put_states(walk *x, uint32_t first, uint32_t end) {
  for (uint32_t n = first; n < end; n++) {
    uint64_t key = key_of(x->run->store, n), row[3], added = 0;
    unsigned local = cr__xlocal_number(&x->cut, key);
    row[0] = key & ~x->cut.mask;
    row[1] = UINT64_C(1) << 32 | UINT64_C(1) << local / 64;
    row[2] = UINT64_C(1) << local % 64;
    unsigned segment = cr__xblocks_segment(&x->table, row[0]);
    const cr__xblock_rows rows = {row, CR_ARRAY_LEN(row), CR_ARRAY_LEN(row)};
    if (!cr__xblocks_merge(&x->table, segment, x->depth, &rows, &added)) return false;
  }
  return true;
}

/* They are visited only. */
static void frontier_forget(walk *x) {
  unsigned parity = cr__xblock_parity(x->depth);
  for (unsigned i = 0; i < CR__XBLOCK_SEGMENTS; i++) {
    cr__xblock_list *list = &x->table.segment[i].active[parity];
    for (uint32_t k = 0; k < list->count; k++)
      for (unsigned word = 0; word < x->table.words; word++)
        cr__xblock_bits(&x->table, cr__xblock_at(&x->table, i, list->numbers[k]),
                        word)[1 + parity] = 0;
    list->count = 0;
  }
  cr__xblocks_age(&x->table);
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

static bool walk_begin(walk *x, const cr__xblocks_shape *shape) {
  const cr__xblocks_run *run = x->run;
  cr__xcut_init(&x->cut, run->space, shape->inside, shape->near);
  for (uint32_t n = 0; n < run->store->count; n++)
    (void)cr__xlocal_number(&x->cut, key_of(run->store, n));
  if (x->cut.locals.crowded) return false;
  x->cut.words = (x->cut.locals.count + 63) / 64;
  x->workers = cr__xteam_size(run->team);
  if (x->workers > CR__XBLOCK_SEGMENTS) x->workers = CR__XBLOCK_SEGMENTS;
  x->worker = cr_alloc(x->workers * sizeof *x->worker);
  for (unsigned i = 0; i < x->workers; i++) {
    x->worker[i].number = i;
    x->worker[i].pieces = cr_alloc(BATCH_BLOCKS * sizeof(piece));
    cr__xplan_init(&x->worker[i].plan, &x->cut, i);
  }
  size_t bytes_max = run->options->max_memory_bytes, taken = run->store->memory_bytes;
  if (bytes_max != 0 && bytes_max <= taken) return false;
  cr__xblocks_table_init(&x->table, x->cut.words, x->worker[0].plan.families_count, x->cut.far,
                         bytes_max == 0 ? 0 : bytes_max - taken);
  if (!put_states(x, 0, run->first)) return false;
  frontier_forget(x);
  if (!put_states(x, run->first, run->store->count)) return false;
  store_empty(run->store);
  x->table.bytes_max = bytes_max;
  account(x);
  return true;
}

static void walk_end(walk *x) {
  for (unsigned i = 0; i < x->workers; i++) {
    worker *w = &x->worker[i];
    cr__xplan_free(&w->plan);
    free(w->pieces);
    free(w->effects);
    free(w->singles);
    free(w->labels);
    free(w->scratch);
    for (unsigned k = 0; k < CR__XBLOCK_SEGMENTS; k++)
      cr__xblocks_rows_free(&x->table, &w->rows[k]);
  }
  free(x->worker);
  cr__xblocks_table_free(&x->table);
  cr__xcut_free(&x->cut);
  cr__xstore_release(x->run->store, x->accounted);
}

cr_xstop cr__xblocks_walk(const cr__xblocks_run *run, const cr__xblocks_shape *shape) {
  walk *x = cr_alloc(sizeof *x);
  x->run = run;
  x->depth = run->depth;
  if (walk_begin(x, shape)) levels(x);
  cr_xstop stop = x->declined ? 0 : x->stop;
  for (unsigned i = 0; i < CR__XBLOCK_SEGMENTS; i++)
    run->result->blocks += x->table.segment[i].count;
  walk_end(x);
  free(x);
  return stop;
}

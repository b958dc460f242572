/* blocks_begin.c - from states to blocks, the end, and what changes for all blocks; see blocks.h.
 */
#include <stdlib.h>
#include <string.h>

#include "blocks_private.h"

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

void cr__xblocks_harvest(cr__xblocks *x) {
  for (unsigned i = 0; i < x->workers; i++) cr__xplan_harvest(&x->worker[i].plan, x->run->result);
}

void cr__xblocks_plans_clear(cr__xblocks *x) {
  cr__xblocks_harvest(x);
  for (unsigned i = 0; i < x->workers; i++) {
    cr__xplan_clear(&x->worker[i].plan);
    cr__xblocks_account_plan(x, &x->worker[i]);
  }
}

void cr__xblocks_rewind(cr__xblocks *x) {
  for (unsigned i = 0; i < x->workers; i++) {
    x->worker[i].segment = i;
    x->worker[i].position = x->worker[i].end = 0;
  }
}

/* Of the level's rows only those stay that are not yet done. */
static void done_drop(cr__xblocks *x) {
  for (unsigned i = 0; i < x->workers; i++) {
    const cr__xblocks_worker *w = &x->worker[i];
    for (unsigned k = i; k < CR__XBLOCK_SEGMENTS && k <= w->segment; k += x->workers) {
      cr__xblock_rows *rows = &x->table.segment[k].frontier;
      size_t done = k < w->segment ? rows->count : w->position;
      rows->count -= done;
      if (done > 0 && rows->count > 0)
        memmove(rows->words, rows->words + done, rows->count * sizeof *rows->words);
    }
  }
}

void cr__xblocks_widen(cr__xblocks *x) {
  conversion v = {.count = cr__xspace_components(x->run->space)};
  bool rekeyed = cr__xspace_crowded(x->run->space);
  (void)cr__xspace_form(x->run->space, v.old);
  x->declined = x->cut.locals.crowded || x->cut.outgrown;
  if (rekeyed && !cr__xspace_rekey(x->run->space, x->run->store, x->run->team)) x->declined = true;
  if (!cr__xspace_narrow(x->run->space)) x->declined = true;
  if (x->declined) return;
  (void)cr__xspace_form(x->run->space, v.new);
  if (rekeyed) cr__xcut_convert(&x->cut, convert, &v);
  cr__xblocks_plans_clear(x);
  unsigned words = (x->cut.locals.count + 63) / 64;
  x->cut.words = words > x->cut.words ? words : x->cut.words;
  for (unsigned i = 0; i < x->workers; i++) x->worker[i].out_cap = 0;
  done_drop(x);
  if (!cr__xblocks_reshape(&x->table, x->cut.words, x->cut.far, rekeyed ? convert : NULL, &v))
    x->stop = CR_XSTOP_MAX_MEMORY;
  cr__xblocks_rewind(x);
}

void cr__xblocks_account_plan(cr__xblocks *x, cr__xblocks_worker *w) {
  size_t now = w->plan.bytes;
  if (now <= w->accounted)
    atomic_fetch_sub(&x->table.bytes, w->accounted - now);
  else if (!cr__xblocks_reserve(&x->table, now - w->accounted)) {
    atomic_store(&x->full, true);
    return;
  }
  w->accounted = now;
}

void cr__xblocks_account(cr__xblocks *x) {
  cr__xstore *store = x->run->store;
  size_t now = atomic_load(&x->table.bytes);
  cr__xstore_release(store, x->accounted);
  store->memory_bytes += now;
  if (store->memory_bytes > store->memory_peak_bytes)
    store->memory_peak_bytes = store->memory_bytes;
  x->accounted = now;
}

/* ---- beginning ------------------------------------------------------------------------------- */

static uint64_t key_of(const cr__xstore *store, uint32_t number) {
  uint64_t key;
  memcpy(&key, cr__xstore_key(store, number), sizeof key);
  return key;
}

/* Puts states into blocks, as found for the level. */
static bool put_states(cr__xblocks *x, uint32_t first, uint32_t end) {
  for (uint32_t n = first; n < end; n++) {
    uint64_t key = key_of(x->run->store, n), row[3], added = 0;
    unsigned local = cr__xlocal_number(&x->cut, key);
    row[0] = key & ~x->cut.mask;
    row[1] = UINT64_C(1) << 32 | UINT64_C(1) << local / 64;
    row[2] = UINT64_C(1) << local % 64;
    unsigned segment = cr__xblocks_segment(&x->table, row[0]);
    const cr__xblock_rows rows = {row, CR_ARRAY_LEN(row), CR_ARRAY_LEN(row)};
    if (!cr__xblocks_merge(&x->table, segment, &rows, &added)) return false;
  }
  return true;
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

bool cr__xblocks_begin(cr__xblocks *x, const cr__xblocks_shape *shape) {
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
    x->worker[i].pieces = cr_alloc(CR__XBLOCKS_BATCH * sizeof(cr__xpiece));
    x->worker[i].pending = cr_alloc(CR__XBLOCKS_PENDING * sizeof(cr__xaddition));
    x->worker[i].apart = cr_alloc(CR__XBLOCKS_PENDING * sizeof(cr__xapart));
    cr__xplan_init(&x->worker[i].plan, &x->cut, i);
    unsigned families = x->worker[i].plan.families_count + 1;
    x->worker[i].numbers = cr_alloc(families * sizeof *x->worker[i].numbers);
    x->worker[i].deeds = cr_alloc(families * sizeof *x->worker[i].deeds);
  }
  size_t bytes_max = run->options->max_memory_bytes, taken = run->store->memory_bytes;
  if (bytes_max != 0 && bytes_max <= taken) return false;
  cr__xblocks_table_init(&x->table, x->cut.words, x->worker[0].plan.families_count, x->cut.far,
                         bytes_max == 0 ? 0 : bytes_max - taken);
  if (!put_states(x, 0, run->first)) return false;
  for (unsigned i = 0; i < CR__XBLOCK_SEGMENTS; i++) /* they are visited only */
    if (!cr__xblocks_take(&x->table, i)) return false;
  if (!put_states(x, run->first, run->store->count)) return false;
  store_empty(run->store);
  x->table.bytes_max = bytes_max;
  cr__xblocks_account(x);
  return true;
}

void cr__xblocks_end(cr__xblocks *x) {
  for (unsigned i = 0; i < x->workers; i++) {
    cr__xblocks_worker *w = &x->worker[i];
    cr__xplan_free(&w->plan);
    free(w->pieces);
    free(w->pending);
    free(w->apart);
    free(w->target_of);
    free(w->numbers);
    free(w->deeds);
    free(w->singles);
    free(w->labels);
    free(w->out);
    for (unsigned k = 0; k < CR__XBLOCK_SEGMENTS; k++)
      cr__xblocks_rows_free(&x->table, &w->rows[k]);
  }
  free(x->worker);
  cr__xblocks_table_free(&x->table);
  cr__xcut_free(&x->cut);
  cr__xstore_release(x->run->store, x->accounted);
}

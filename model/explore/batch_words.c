/* batch_words.c - targets and claims for a narrow store; see batch_private.h and words.h. */
#include <string.h>

#include "batch_private.h"

/* Claims ahead of the one at hand for which something is fetched. */
enum { SETTLE_AHEAD = 8 };

/* ---- expand ---------------------------------------------------------------------------------- */

/* Whether the table becomes full depends on how many keys are new to it, never on who was first. */
static void claims_tell(lane *l) {
  cr__xbatch *b = l->batch;
  uint64_t claimed =
      atomic_fetch_add_explicit(&b->claimed, l->claimed, memory_order_relaxed) + l->claimed;
  l->claimed = 0;
  if (claimed > b->claims_max) l->stopped = true;
}

/* Drops targets that the lane has had a short while ago; fetches the home lines of the others. */
static unsigned due_fetch(lane *l, const cr__xwords *words) {
  unsigned count = 0;
  for (unsigned i = 0; i < l->due_count; i++) {
    cr__xclaim due = l->due[i];
    due.hash = cr__xwords_mix(due.key);
    uint64_t *had = &l->had[due.hash % HAD];
    l->due[count] = due;
    count += *had != due.hash;
    *had = due.hash;
    cr__xwords_prefetch(words, due.hash);
  }
  return count;
}

/* Leaves those out that are settled; fetches what comes after a home line that is full. */
static unsigned due_look(lane *l, const cr__xwords *words, unsigned count) {
  unsigned open = 0;
  for (unsigned i = 0; i < count; i++) {
    l->open[open] = (uint16_t)i;
    open += !cr__xwords_at_home(words, l->due[i].hash);
  }
  for (unsigned i = 0; i < open; i++) cr__xwords_prefetch_overflow(words, l->due[l->open[i]].hash);
  return open;
}

/* Step by step for all of them, so that the memory fetches many lines at a time and little has to
 * be guessed. */
static void due_work_off(lane *l) {
  cr__xbatch *b = l->batch;
  cr__xwords *words = &b->store->words;
  unsigned number = (unsigned)(l->task - b->task);
  unsigned open = due_look(l, words, due_fetch(l, words));
  for (unsigned i = 0; i < open && !l->stopped; i++) {
    if (!cr__xwords_claim(words, b->claims, number, &l->due[l->open[i]], &l->claimed)) {
      atomic_store(&b->crammed, true);
      l->stopped = true;
    }
  }
  if (l->claimed > 0) claims_tell(l);
  l->due_count = 0;
}

static inline void due_add(lane *l, uint64_t key, uint32_t position) {
  if (l->due_count == DUE) due_work_off(l);
  cr__xclaim *due = &l->due[l->due_count++];
  due->key = key;
  due->source = l->source;
  due->position = position;
}

static void take(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  lane *l = sink->arg;
  uint32_t position = l->position++;
  cr__xlabel_count(l, label);
  if (violation != 0) {
    cr__xviolated(l, label, position, violation);
    return;
  }
  uint64_t key;
  memcpy(&key, next, sizeof key);
  due_add(l, key, position);
}

static bool one_words(cr__xbatch *b, lane *l, const unsigned char *key) {
  cr_xsink sink = {.take = take, .fresh = cr__xfresh, .arg = l};
  l->position = 0;
  cr__xspace_successors(b->space, l->worker, key, &sink);
  l->task->transitions += l->position;
  l->task->reduced += sink.reduced;
  cr__xfull_set(b->full, l->source, !sink.reduced);
  return l->position > 0;
}

static bool one_listed(cr__xbatch *b, lane *l, const unsigned char *key) {
  (void)key;
  const task *t = l->task;
  uint32_t now = l->source - t->first, end = t->end - t->first;
  const cr__xnarrow *list;
  if (now == 0) cr__xstore_copy_words(b->store, t->first, end, l->listed);
  unsigned count = cr__xspace_list_next(b->space, l->worker, l->listed, end, now, &list);
  l->task->transitions += count;
  for (unsigned n = 0; n < count; n++) {
    cr__xlabel_count(l, list[n].label);
    if (list[n].violation != 0)
      cr__xviolated(l, list[n].label, n, list[n].violation);
    else
      due_add(l, list[n].key, n);
  }
  return count > 0;
}

const cr__xbatch_way cr__xway_words = {one_words, due_work_off},
                     cr__xway_listed = {one_listed, due_work_off};

/* ---- room ------------------------------------------------------------------------------------ */

static void claims_reset(cr__xbatch *b) {
  for (unsigned i = 0; i < TASKS_MAX; i++) {
    b->claims[i].count = 0;
    atomic_store_explicit(&b->claims[i].lost, 0, memory_order_relaxed);
  }
  for (unsigned i = 0; i < cr__xteam_size(b->team); i++) {
    b->lane[i].claimed = 0;
    b->lane[i].stopped = false;
  }
  atomic_store(&b->claimed, 0);
  atomic_store(&b->crammed, false);
}

/* Most batches add no more states than they expand; one that does may still find room above the
 * load that is aimed at. */
bool cr__xclaims_begin(cr__xbatch *b, uint32_t states) {
  cr__xstore *store = b->store;
  claims_reset(b);
  if (!cr__xstore_make_words(store, (uint64_t)store->count + states, b->team)) return false;
  b->claims_max = cr__xwords_limit(&store->words) - store->count;
  return true;
}

/* Nothing has the hash that is remembered in its place. */
void cr__xclaims_forget(cr__xbatch *b) {
  for (unsigned i = 0; i < cr__xteam_size(b->team); i++)
    for (uint64_t k = 0; k < HAD; k++) b->lane[i].had[k] = k ^ 1;
}

void cr__xclaims_drop(cr__xbatch *b) {
  for (uint32_t k = 0; k < b->tasks_count; k++) cr__xwords_unclaim(&b->store->words, &b->claims[k]);
  cr__xclaims_forget(b);
}

cr__xclaims_end cr__xclaims_finish(cr__xbatch *b, uint32_t *count) {
  for (unsigned i = 0; i < cr__xteam_size(b->team); i++) claims_tell(&b->lane[i]);
  uint64_t claimed = atomic_load(&b->claimed);
  if (claimed <= b->claims_max && !atomic_load(&b->crammed)) {
    for (uint32_t k = 0; k < b->tasks_count; k++)
      b->task[k].stay = b->claims[k].count - atomic_load(&b->claims[k].lost);
    *count = (uint32_t)claimed;
    return CR__XCLAIMS_DONE;
  }
  cr__xclaims_drop(b);
  cr__xwords *words = &b->store->words;
  uint64_t before = words->cap;
  (void)cr__xstore_make_words(b->store, before / 4 * 3 + 1, b->team);
  return words->cap > before ? CR__XCLAIMS_AGAIN : CR__XCLAIMS_SHORT;
}

/* ---- settle ---------------------------------------------------------------------------------- */

void cr__xsettle_words(cr__xbatch *b, task *t, unsigned worker) {
  cr__xstore *store = b->store;
  cr__xwords *words = &store->words;
  unsigned number = (unsigned)(t - b->task);
  const cr__xclaims *claims = &b->claims[number];
  uint32_t next = t->number, end = t->number + t->stay;
  bool judges = cr__xspace_judges_states(b->space);
  for (uint32_t i = 0; next < end; i++) {
    const cr__xclaim *c = cr__xclaim_at(claims, i);
    if (i + SETTLE_AHEAD < claims->count)
      CR__PREFETCH((const void *)&words->slots[cr__xclaim_at(claims, i + SETTLE_AHEAD)->slot]);
    if (atomic_load_explicit(&words->slots[c->slot], memory_order_relaxed) !=
        cr__xclaimed(c->hash, number, i))
      continue; /* an earlier task has it */
    atomic_store_explicit(&words->slots[c->slot], cr__xwords_settled(c->hash),
                          memory_order_relaxed);
    if (words->numbers != NULL) words->numbers[c->slot] = next;
    cr__xstore_write(store, next, &c->key, c->source);
    if (judges) cr__xbatch_judge(b, t, worker, next, &c->key, c->source, c->position);
    next++;
  }
}

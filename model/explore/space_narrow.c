/* space_narrow.c - the successors of states with keys of one word, all of a state at once; see
 * space_private.h.
 *
 * What is remembered of a state lies in a dozen places of which each is known by the one before: a
 * bundle's slot names the groups that are open, a group's slot its transitions. So states are
 * prepared in steps, several ahead of the one at hand, and each step fetches what the next one
 * reads. */
#include <stdlib.h>

#include "space_private.h"

/* Where the last of a few transitions begins, often on another line of the cache. */
enum { NEXT_LINE = 48 };
enum { FETCHED = 1, OPENED, NAMED };
/* States between two steps of one, so that the memory has had time. */
enum { BETWEEN = 4 };
_Static_assert(3 * (int)BETWEEN < (int)CR__XPLACES, "each has its place");

void cr__xahead_begin(const cr__xspace *s, cr__xworker *w) {
  size_t groups = s->product->groups_count + (size_t)1;
  w->named = cr_alloc(CR__XPLACES * groups * sizeof *w->named);
  for (unsigned i = 0; i < CR__XPLACES; i++) w->ahead[i].named = w->named + i * groups;
}

void cr__xahead_end(cr__xworker *w) { free(w->named); }

void cr__xahead_forget(cr__xspace *s) {
  for (unsigned w = 0; w < s->workers_count; w++)
    for (unsigned i = 0; i < CR__XPLACES; i++) s->worker[w].ahead[i].step = 0;
}

/* ---- steps ----------------------------------------------------------------------------------- */

static inline void fetch(const cr__xspace *s, cr__xahead *a) {
  for (unsigned b = 0; b < s->bundles_count; b++)
    cr__xmemo_fetch(&s->bundle[b].open, a->key & s->bundle[b].mask[0]);
  for (unsigned i = 0; i < s->unguarded_count; i++) {
    const cr__xgroup *g = &s->group[s->unguarded[i]];
    cr__xmemo_fetch(&g->memo, a->key & g->mask[0]);
  }
  a->step = FETCHED;
}

/* A state of which something is not known yet goes no further. */
static inline void open(const cr__xspace *s, cr__xahead *a) {
  a->count = 0;
  for (unsigned b = 0; b < s->bundles_count; b++) {
    const cr__xbundle *bundle = &s->bundle[b];
    uint64_t known = cr__xmemo_look_narrow(&bundle->open, a->key & bundle->mask[0]);
    if (known == 0) return;
    for (uint64_t bits = cr__xmemo_bits(known); bits != 0; bits &= bits - 1) {
      unsigned number = bundle->group[cr__xfirst_bit(bits)];
      const cr__xgroup *g = &s->group[number];
      a->named[a->count++].group = number;
      cr__xmemo_fetch(&g->memo, a->key & g->mask[0]);
    }
  }
  for (unsigned i = 0; i < s->unguarded_count; i++) a->named[a->count++].group = s->unguarded[i];
  a->step = OPENED;
}

static inline void name(const cr__xspace *s, cr__xahead *a) {
  for (unsigned i = 0; i < a->count; i++) {
    const cr__xgroup *g = &s->group[a->named[i].group];
    uint64_t value = cr__xmemo_look_narrow(&g->memo, a->key & g->mask[0]);
    a->named[i].value = value;
    CR__PREFETCH((const void *)(uintptr_t)value);
    CR__PREFETCH((const void *)(uintptr_t)(value + NEXT_LINE));
  }
  a->step = NAMED;
}

static inline cr__xahead *ahead_of(cr__xworker *w, uint32_t place) {
  return &w->ahead[place % CR__XPLACES];
}

static inline void step_first(const cr__xspace *s, cr__xworker *w, const uint64_t *keys,
                              uint32_t place) {
  cr__xahead *a = ahead_of(w, place);
  a->key = keys[place];
  fetch(s, a);
}

static inline void step_second(const cr__xspace *s, cr__xworker *w, const uint64_t *keys,
                               uint32_t place) {
  cr__xahead *a = ahead_of(w, place);
  if (a->key == keys[place] && a->step == FETCHED) open(s, a);
}

static inline void step_third(const cr__xspace *s, cr__xworker *w, const uint64_t *keys,
                              uint32_t place) {
  cr__xahead *a = ahead_of(w, place);
  if (a->key == keys[place] && a->step == OPENED) name(s, a);
}

/* Before the first state: those that are near. */
static void steps_begin(const cr__xspace *s, cr__xworker *w, const uint64_t *keys, uint32_t count) {
  for (uint32_t i = 0; i < 3 * BETWEEN && i < count; i++) step_first(s, w, keys, i);
  for (uint32_t i = 0; i < 2 * BETWEEN && i < count; i++) step_second(s, w, keys, i);
  for (uint32_t i = 0; i < BETWEEN && i < count; i++) step_third(s, w, keys, i);
}

/* Those after `now` go on. */
static inline void steps(const cr__xspace *s, cr__xworker *w, const uint64_t *keys, uint32_t count,
                         uint32_t now) {
  if (now == 0) steps_begin(s, w, keys, count);
  if (now + 3 * BETWEEN < count) step_first(s, w, keys, now + 3 * BETWEEN);
  if (now + 2 * BETWEEN < count) step_second(s, w, keys, now + 2 * BETWEEN);
  if (now + BETWEEN < count) step_third(s, w, keys, now + BETWEEN);
}

/* ---- lists ----------------------------------------------------------------------------------- */

static inline void add(cr__xworker *w, uint64_t rest, const uint64_t *transitions, uint32_t count) {
  if (w->narrow_count + count > w->narrow_cap) {
    w->narrow_cap = (w->narrow_count + count) * 2;
    w->narrow = cr_realloc(w->narrow, w->narrow_cap * sizeof *w->narrow);
  }
  for (uint32_t i = 0; i < count; i++, transitions += 2) {
    uint32_t label = (uint32_t)(transitions[1] >> 32);
    unsigned at = w->narrow_count++;
    for (; at > 0 && w->narrow[at - 1].label > label; at--) w->narrow[at] = w->narrow[at - 1];
    w->narrow[at] = (cr__xnarrow){rest | transitions[0], label, (cr_xviolation)transitions[1]};
  }
}

static inline void add_group(cr__xspace *s, cr__xworker *w, unsigned number, uint64_t key,
                             uint64_t value) {
  uint32_t count;
  const uint64_t *transitions = cr__xmemo_transitions(value, &count);
  if (transitions == NULL) transitions = cr__xgroup_transitions(s, w, number, &key, &count);
  add(w, key & ~s->group[number].mask[0], transitions, count);
}

static void add_unprepared(cr__xspace *s, cr__xworker *w, uint64_t key) {
  for (unsigned b = 0; b < s->bundles_count; b++)
    for (uint64_t bits = cr__xbundle_open(s, w, b, &key); bits != 0; bits &= bits - 1)
      add_group(s, w, s->bundle[b].group[cr__xfirst_bit(bits)], key, 0);
  for (unsigned i = 0; i < s->unguarded_count; i++) add_group(s, w, s->unguarded[i], key, 0);
}

static void add_otherwise(cr__xspace *s, cr__xworker *w, uint64_t key) {
  for (unsigned g = 0; g < s->product->groups_count; g++) {
    uint32_t count;
    const uint64_t *transitions = cr__xotherwise_transitions(s, w, g, &key, &count);
    add(w, key & ~s->group[g].mask[0], transitions, count);
  }
}

unsigned cr__xspace_list_next(cr__xspace *s, unsigned worker, const uint64_t *keys, uint32_t count,
                              uint32_t now, const cr__xnarrow **list) {
  cr__xworker *w = &s->worker[worker];
  const cr__xahead *a = &w->ahead[now % CR__XPLACES];
  uint64_t key = keys[now];
  steps(s, w, keys, count, now);
  w->narrow_count = 0;
  cr__xstate_begin(s, w, &key);
  if (a->key == key && a->step == NAMED)
    for (unsigned i = 0; i < a->count; i++)
      add_group(s, w, a->named[i].group, key, a->named[i].value);
  else
    add_unprepared(s, w, key);
  if (w->narrow_count == 0 && !cr__xspace_crowded(s)) add_otherwise(s, w, key);
  *list = w->narrow;
  return w->narrow_count;
}

unsigned cr__xspace_list(cr__xspace *s, unsigned worker, uint64_t key, const cr__xnarrow **list) {
  cr__xworker *w = &s->worker[worker];
  w->narrow_count = 0;
  cr__xstate_begin(s, w, &key);
  add_unprepared(s, w, key);
  if (w->narrow_count == 0 && !cr__xspace_crowded(s)) add_otherwise(s, w, key);
  *list = w->narrow;
  return w->narrow_count;
}

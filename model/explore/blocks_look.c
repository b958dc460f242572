/* blocks_look.c - what there is to do to a block, and whether its states are sound; see blocks.h.
 */
#include <string.h>

#include "blocks_private.h"

enum { CHECK_EACH = 64 };

/* A state in which no group has a transition. */
static void look_at_end(cr__xblocks *x, cr__xblocks_worker *w, uint64_t *block, uint64_t state) {
  cr__xspace *space = x->run->space;
  const cr__xnarrow *list;
  unsigned count = cr__xspace_list(space, w->number, 0, state, &list);
  w->singles =
      cr__xblocks_grown(w->singles, &w->singles_cap, w->singles_count + count, sizeof *w->singles);
  for (unsigned i = 0; i < count; i++) {
    if (list[i].violation != 0) atomic_store(&x->finding, true);
    w->singles[w->singles_count++] =
        (cr__xsingle){.block = block,
                      .key = list[i].key & ~x->cut.mask,
                      .label = list[i].label,
                      .local = cr__xlocal_number(&x->cut, list[i].key)};
  }
  if (count > 0 || cr__xspace_final(space, w->number, &state)) return;
  w->deadlocks++;
  if (!x->run->options->allow_deadlock) atomic_store(&x->finding, true);
}

/* Now and then a state is looked at as a whole. */
static void look_check(cr__xblocks *x, cr__xblocks_worker *w, uint64_t key, const cr__xsome *now) {
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

static void bitmap_of(const cr__xsome *some, uint64_t *bitmap) {
  memset(bitmap, 0, CR__XBLOCK_WORDS_MAX * sizeof *bitmap);
  for (unsigned i = 0; i < some->words; i++) bitmap[some->at[i]] = some->bits[i];
}

/* The effect of a family in a block, whose mark remembers the number. */
static inline uint32_t effect_of(cr__xblocks_worker *w, unsigned family, uint64_t *block,
                                 const cr__xsome *now) {
  uint32_t number = cr__xblock_mark(block, family);
  if (number != 0) return number;
  uint64_t all[CR__XBLOCK_WORDS_MAX];
  bitmap_of(now, all);
  number = cr__xplan_effect(&w->plan, family, *block, all);
  if (number <= UINT16_MAX) cr__xblock_set_mark(block, family, (uint16_t)number);
  return number;
}

/* Has the family any transition in these states? Those that have one are taken from idle. */
static bool look_split(cr__xblocks *x, cr__xblocks_worker *w, unsigned family, cr__xeffect *e,
                       uint64_t key, const cr__xsome *now, uint64_t *idle) {
  uint64_t new = 0, bad = 0, any = 0;
  for (unsigned i = 0; i < now->words; i++) new |= now->bits[i] & ~e->traits[now->at[i]].known;
  if (new != 0) {
    uint64_t all[CR__XBLOCK_WORDS_MAX];
    bitmap_of(now, all);
    cr__xplan_learn(&w->plan, family, e, key, all);
  }
  for (unsigned i = 0; i < now->words; i++) {
    const cr__xtraits *traits = &e->traits[now->at[i]];
    bad |= now->bits[i] & traits->bad;
    any |= now->bits[i] & traits->any;
    idle[i] &= ~traits->any;
  }
  if (bad != 0) atomic_store(&x->finding, true);
  return any != 0;
}

/* The block's links, with room for all that its deeds lead to. */
static void look_links(cr__xblocks *x, cr__xblocks_worker *w, cr__xpiece *p) {
  unsigned families = w->plan.families_count;
  const cr__xblock_segment *s = &x->table.segment[w->segment];
  uint32_t links = cr__xblock_links(p->block);
  bool room = links != 0;
  for (uint32_t i = 0; i < p->count && room; i++) {
    const cr__xdeed *deed = &w->deeds[p->first + i];
    room = w->plan.effects[deed->effect]->changes_count - 1 <=
           cr__xblock_links_of(s, families, links, deed->family).count;
  }
  if (!room) {
    uint32_t counts[CR__XBLOCK_FAMILIES_MAX];
    for (unsigned f = 0; f < families; f++)
      counts[f] = w->plan.effects[w->numbers[f]]->changes_count - 1;
    links = cr__xblock_links_new(&x->table, w->segment, p->block, families, counts);
  }
  p->links = links;
}

/* Fetches where the deeds lead. */
static inline void look_ahead(const cr__xblocks *x, const cr__xblocks_worker *w,
                              const cr__xpiece *p, const cr__xsome *now) {
  if (p->links == 0) return;
  const cr__xblock_segment *s = &x->table.segment[w->segment];
  for (uint32_t i = 0; i < p->count; i++) {
    const cr__xdeed *deed = &w->deeds[p->first + i];
    cr__xblock_way way = cr__xblock_links_of(s, w->plan.families_count, p->links, deed->family);
    for (uint32_t t = 0; t < way.count; t++) {
      if (way.link[t] == 0) {
        const cr__xeffect *e = w->plan.effects[deed->effect];
        if (t + 1 < e->changes_count) cr__xblocks_fetch(&x->table, *p->block ^ e->change[t + 1]);
        continue;
      }
      const uint64_t *bits =
          cr__xblock_bits(&x->table, cr__xblock_linked(&x->table, way.link[t]), now->at[0]);
      CR__PREFETCH(bits);
      CR__PREFETCH(cr__xblock_linked(&x->table, way.link[t]));
      CR__PREFETCH(bits + 2);
    }
  }
}

void cr__xblocks_look(cr__xblocks *x, cr__xblocks_worker *w, cr__xpiece *p) {
  cr__xsome now;
  cr__xblocks_frontier(x, p->block, &now);
  uint64_t key = *p->block, idle[CR__XBLOCK_WORDS_MAX];
  bool busy = false;
  memcpy(idle, now.bits, now.words * sizeof *idle);
  p->first = w->deeds_count;
  w->deeds = cr__xblocks_grown(w->deeds, &w->deeds_cap, w->deeds_count + w->plan.families_count,
                               sizeof *w->deeds);
  for (unsigned i = 0; i < w->plan.families_count; i++) {
    uint32_t number = effect_of(w, i, p->block, &now);
    w->numbers[i] = number;
    if (number == CR__XEFFECT_EMPTY) continue;
    cr__xeffect *e = w->plan.effects[number];
    bool any = e->blind ? e->labels_count > 0 : look_split(x, w, i, e, key, &now, idle);
    if (e->blind && e->broken) atomic_store(&x->finding, true);
    if (any) w->deeds[w->deeds_count++] = (cr__xdeed){number, i};
    busy |= e->blind && any;
  }
  p->count = w->deeds_count - p->first;
  look_check(x, w, key, &now);
  for (unsigned i = 0; i < now.words && !busy && !x->last; i++)
    for (uint64_t bits = idle[i]; bits != 0 && !cr__xblocks_crowded(x); bits &= bits - 1)
      look_at_end(x, w, p->block, key | x->cut.locals.bits[now.at[i] * 64 + cr__xfirst_bit(bits)]);
  if (x->last || now.words == 0) return;
  look_links(x, w, p);
  look_ahead(x, w, p, &now);
}

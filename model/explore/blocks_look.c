/* blocks_look.c - what there is to do to a block, and whether its states are sound; see blocks.h.
 */
#include <string.h>

#include "blocks_private.h"

enum { CHECK_EACH = 256 };

/* A state in which no group has a transition. */
static void look_at_end(cr__xblocks *x, cr__xblocks_worker *w, uint64_t *block, uint64_t state) {
  cr__xspace *space = x->run->space;
  const cr__xnarrow *list;
  w->learned = true;
  unsigned count = cr__xspace_list(space, w->number, state, &list);
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
  w->learned = true;
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

/* The effect of a family in a block, whose mark does not know it. */
static uint32_t effect_new(cr__xblocks_worker *w, unsigned family, uint64_t *block,
                           const cr__xsome *now) {
  uint64_t all[CR__XBLOCK_WORDS_MAX];
  bitmap_of(now, all);
  w->learned = true;
  uint32_t number = cr__xplan_effect(&w->plan, family, *block, all);
  if (number <= UINT16_MAX) cr__xblock_set_mark(block, family, (uint16_t)number);
  return number;
}

static inline uint32_t effect_of(cr__xblocks_worker *w, unsigned family, uint64_t *block,
                                 const cr__xsome *now) {
  uint32_t number = cr__xblock_mark(block, family);
  if (number == 0) number = effect_new(w, family, block, now);
  w->numbers[family] = number;
  return number;
}

/* Some of the states are new to an effect, or violate something. */
static void look_closer(cr__xblocks *x, cr__xblocks_worker *w, unsigned family, uint32_t number,
                        uint64_t key, const cr__xsome *now) {
  uint64_t all[CR__XBLOCK_WORDS_MAX], bad = 0;
  bitmap_of(now, all);
  w->learned = true;
  cr__xplan_learn(&w->plan, family, number, key, all);
  const cr__xtraits *traits = w->plan.effects[number].split->traits;
  for (unsigned i = 0; i < now->words; i++)
    bad |= now->bits[i] & traits[now->at[i]].known & ~traits[now->at[i]].fine;
  if (bad != 0) atomic_store(&x->finding, true);
}

/* Has the family any transition in these states? Those that have one are taken from idle. */
static inline bool look_split(cr__xblocks *x, cr__xblocks_worker *w, unsigned family,
                              uint32_t number, uint64_t key, const cr__xsome *now, uint64_t *idle) {
  const cr__xtraits *traits = w->plan.effects[number].split->traits;
  uint64_t odd = 0, any = 0;
  for (unsigned i = 0; i < now->words; i++) {
    const cr__xtraits *at = &traits[now->at[i]];
    odd |= now->bits[i] & ~at->fine;
    any |= now->bits[i] & at->any;
  }
  if (odd != 0) {
    look_closer(x, w, family, number, key, now);
    any = 0;
    for (unsigned i = 0; i < now->words; i++) any |= now->bits[i] & traits[now->at[i]].any;
  }
  if (any == 0) return false;
  for (unsigned i = 0; i < now->words; i++) idle[i] &= ~traits[now->at[i]].any;
  return true;
}

static void look_idle(cr__xblocks *x, cr__xblocks_worker *w, uint64_t *block, const cr__xsome *now,
                      const uint64_t *idle) {
  for (unsigned i = 0; i < now->words; i++)
    for (uint64_t bits = idle[i]; bits != 0 && !cr__xblocks_crowded(x); bits &= bits - 1)
      look_at_end(x, w, block, *block | x->cut.locals.bits[now->at[i] * 64 + cr__xfirst_bit(bits)]);
}

void cr__xblocks_look(cr__xblocks *x, cr__xblocks_worker *w, const cr__xpiece *p,
                      const cr__xsome *now) {
  uint64_t key = *p->block, idle[CR__XBLOCK_WORDS_MAX];
  cr__xdeed *deed = w->deeds;
  for (unsigned i = 0; i < now->words; i++) idle[i] = now->bits[i];
  for (unsigned i = 0; i < w->plan.blind_count; i++) {
    uint32_t number = effect_of(w, i, p->block, now);
    if (number == CR__XEFFECT_EMPTY) continue;
    const cr__xeffect *e = &w->plan.effects[number];
    if (e->broken) atomic_store(&x->finding, true);
    if (e->labels_count > 0) *deed++ = (cr__xdeed){number, i};
  }
  bool busy = deed > w->deeds;
  for (unsigned i = w->plan.blind_count; i < w->plan.families_count; i++) {
    uint32_t number = effect_of(w, i, p->block, now);
    if (look_split(x, w, i, number, key, now, idle)) *deed++ = (cr__xdeed){number, i};
  }
  w->deeds_count = (uint32_t)(deed - w->deeds);
  look_check(x, w, key, now);
  if (!busy && !x->last) look_idle(x, w, p->block, now, idle);
}

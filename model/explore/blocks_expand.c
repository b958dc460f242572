/* blocks_expand.c - does to blocks what transitions do; see blocks.h. */
#include <string.h>

#include "blocks_private.h"

/* States for a block of a segment of somebody else's. */
static void put_aside(cr__xblocks *x, cr__xblocks_worker *w, unsigned segment, uint64_t key,
                      const cr__xsome *some) {
  cr__xblock_rows *rows = &w->rows[segment];
  size_t words = 2 + (size_t)some->words;
  if (rows->count + words > rows->cap && !cr__xblocks_rows_grow(&x->table, rows, words)) {
    atomic_store(&x->full, true);
    return;
  }
  uint64_t *row = rows->words + rows->count;
  rows->count += words;
  w->aside += words;
  row[0] = key;
  row[1] = (uint64_t)some->words << 32 | some->which;
  for (unsigned i = 0; i < some->words; i++) row[2 + i] = some->bits[i];
}

/* Adds states to a block of the worker's own. */
static inline void add(cr__xblocks *x, cr__xblocks_worker *w, unsigned segment, uint32_t number,
                       uint64_t *block, const cr__xsome *some) {
  uint32_t new = 0;
  bool listed = false;
  for (unsigned i = 0; i < some->words; i++) {
    uint64_t *bits = cr__xblock_bits(&x->table, block, some->at[i]);
    listed |= bits[1 + cr__xblock_parity(x->depth + 1)] != 0;
    new += cr__xblock_add(bits, x->depth + 1, some->bits[i]);
  }
  w->added += new;
  if (new > 0 && !listed && !cr__xblocks_list(&x->table, segment, number, block, x->depth + 1))
    atomic_store(&x->full, true);
}

/* A block that is new has the effects of the one from which it was reached, where the two agree in
 * what a family touches. */
static void inherit(cr__xblocks_worker *w, uint64_t *block, const uint64_t *from) {
  for (unsigned f = 0; f < w->plan.families_count; f++)
    if (((*block ^ *from) & w->plan.families[f].mask) == 0)
      cr__xblock_set_mark(block, f, cr__xblock_mark(from, f));
}

/* Adds states to a block that has to be looked for, as a transition from another leads there. link
 * (may be NULL) remembers where it is. */
static void add_by_key(cr__xblocks *x, cr__xblocks_worker *w, uint32_t *link, uint64_t key,
                       const uint64_t *from, const cr__xsome *some) {
  unsigned segment = cr__xblocks_segment(&x->table, key);
  if (segment % x->workers != w->number) {
    put_aside(x, w, segment, key, some);
    return;
  }
  uint32_t number, before = x->table.segment[segment].count;
  uint64_t *block = cr__xblocks_open(&x->table, segment, key, &number);
  if (block == NULL) {
    atomic_store(&x->full, true);
    return;
  }
  if (number == before) inherit(w, block, from);
  if (link != NULL) *link = cr__xblock_link(segment, number);
  add(x, w, segment, number, block, some);
}

/* Does one of an effect's changes, of which the first is none, to states. */
static inline void change(cr__xblocks *x, cr__xblocks_worker *w, cr__xblock_way way, uint32_t t,
                          const uint64_t *from, uint64_t key, const cr__xsome *some) {
  uint32_t *link = t - 1 < way.count ? &way.link[t - 1] : NULL;
  if (link != NULL && *link != 0)
    add(x, w, cr__xblock_link_segment(*link), cr__xblock_link_number(*link),
        cr__xblock_linked(&x->table, *link), some);
  else
    add_by_key(x, w, link, key, from, some);
}

static inline void expand_blind(cr__xblocks *x, cr__xblocks_worker *w, cr__xeffect *e,
                                cr__xblock_way way, const uint64_t *block, const cr__xsome *now,
                                uint32_t count) {
  e->fired += count;
  for (uint32_t t = 1; t < e->changes_count; t++)
    change(x, w, way, t, block, *block ^ e->change[t], now);
}

static inline void expand_moves(cr__xblocks *x, cr__xblocks_worker *w, cr__xeffect *e,
                                cr__xblock_way way, const uint64_t *block, const cr__xsome *now) {
  for (uint32_t m = 0; m < e->moves_count; m++) {
    cr__xmove *move = &e->moves[m];
    cr__xsome moved;
    cr__xsome_none(&moved);
    uint32_t count = 0;
    for (unsigned i = 0; i < now->words; i++) {
      uint64_t bits = now->bits[i] & move->states[now->at[i]];
      if (bits == 0) continue;
      count += cr__xbits_count(bits);
      cr__xsome_add(&moved, now->at[i], bits);
    }
    move->fired += count;
    if (count > 0 && move->target != 0)
      change(x, w, way, move->target, block, *block ^ e->change[move->target], &moved);
  }
}

/* own gets what stays in the block. */
static inline void expand_steps(cr__xblocks *x, cr__xblocks_worker *w, cr__xeffect *e,
                                cr__xblock_way way, const uint64_t *block, const cr__xsome *now,
                                uint64_t *own) {
  unsigned words = x->cut.words;
  uint64_t stepping = 0;
  for (unsigned i = 0; i < now->words; i++)
    stepping |= now->bits[i] & e->traits[now->at[i]].stepping;
  if (stepping == 0) return;
  uint32_t needed = e->changes_count * words;
  w->scratch = cr__xblocks_grown(w->scratch, &w->scratch_cap, needed, sizeof *w->scratch);
  uint64_t *out = w->scratch;
  memset(out, 0, needed * sizeof *out);
  for (unsigned i = 0; i < now->words; i++)
    for (uint64_t bits = now->bits[i] & e->traits[now->at[i]].stepping; bits != 0;
         bits &= bits - 1) {
      unsigned local = now->at[i] * 64 + cr__xfirst_bit(bits);
      cr__xsteps *of = &e->of[local];
      of->fired++;
      out[of->target * words + of->local / 64] |= UINT64_C(1) << of->local % 64;
      for (uint32_t k = 0; k < of->more_count; k++) {
        const cr__xstep *step = &e->steps[of->more + k];
        out[step->target * words + step->local / 64] |= UINT64_C(1) << step->local % 64;
      }
    }
  for (unsigned i = 0; i < words; i++) own[i] |= out[i];
  for (uint32_t t = 1; t < e->changes_count; t++) {
    cr__xsome some;
    cr__xsome_none(&some);
    for (unsigned i = 0; i < words; i++)
      if (out[t * words + i] != 0) cr__xsome_add(&some, i, out[t * words + i]);
    if (some.words > 0) change(x, w, way, t, block, *block ^ e->change[t], &some);
  }
}

void cr__xblocks_expand(cr__xblocks *x, cr__xblocks_worker *w, const cr__xpiece *p) {
  unsigned words = x->cut.words, parity = cr__xblock_parity(x->depth);
  uint64_t own[CR__XBLOCK_WORDS_MAX] = {0};
  cr__xsome now, stay;
  cr__xsome_none(&stay);
  cr__xblocks_frontier(x, p->block, &now);
  uint32_t count = 0;
  for (unsigned i = 0; i < now.words; i++) {
    count += cr__xbits_count(now.bits[i]);
    cr__xblock_bits(&x->table, p->block, now.at[i])[1 + parity] = 0;
  }
  w->expanded += count;
  for (uint32_t i = 0; i < p->count; i++) {
    const cr__xdeed *deed = &w->deeds[p->first + i];
    cr__xeffect *e = w->plan.effects[deed->effect];
    cr__xblock_way way = {NULL, 0};
    if (p->links != 0)
      way = cr__xblock_links_of(&x->table.segment[w->segment], w->plan.families_count, p->links,
                                deed->family);
    if (e->blind) {
      expand_blind(x, w, e, way, p->block, &now, count);
      continue;
    }
    expand_moves(x, w, e, way, p->block, &now);
    expand_steps(x, w, e, way, p->block, &now, own);
  }
  for (unsigned i = 0; i < words; i++)
    if (own[i] != 0) cr__xsome_add(&stay, i, own[i]);
  add(x, w, w->segment, p->number, p->block, &stay);
}

void cr__xblocks_expand_singles(cr__xblocks *x, cr__xblocks_worker *w) {
  uint32_t labels = w->labels_count + w->singles_count;
  w->labels = cr__xblocks_grown(w->labels, &w->labels_cap, labels, sizeof *w->labels);
  for (uint32_t i = 0; i < w->singles_count; i++) {
    const cr__xsingle *single = &w->singles[i];
    cr__xsome one;
    cr__xsome_none(&one);
    cr__xsome_add(&one, single->local / 64, UINT64_C(1) << single->local % 64);
    add_by_key(x, w, NULL, single->key, single->block, &one);
    w->labels[w->labels_count++] = single->label;
  }
}

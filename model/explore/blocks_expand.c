/* blocks_expand.c - does to blocks what transitions do; see blocks.h.
 *
 * What is added to a block is asked for first and added a few dozen additions later, when the
 * memory that it needs has come.
 */
#include <string.h>

#include "blocks_private.h"

enum { LINE_WORDS = 4 }; /* of a bitmap, in a cache line */

/* ---- additions ------------------------------------------------------------------------------- */

static inline void add(cr__xblocks *x, cr__xblocks_worker *w, uint32_t place, uint64_t *block,
                       const uint64_t *row) {
  uint64_t *bits = block + x->table.head;
  const uint64_t *states = row + 2;
  uint32_t new = 0;
  for (uint64_t which = (uint32_t)row[1]; which != 0; which &= which - 1)
    new += cr__xblock_add(bits + 2 * (size_t)cr__xfirst_bit(which), *states++);
  if (new == 0) return;
  w->added += new;
  if ((block[1] & CR__XBLOCK_LISTED) == 0 && !cr__xblocks_list(&x->table, place, block))
    atomic_store(&x->full, true);
}

/* A block that is new has the effects of the one from which it was reached, where the two agree in
 * what a family touches. */
static void inherit(cr__xblocks_worker *w, uint64_t *block, const uint64_t *from) {
  for (unsigned f = 0; f < w->plan.families_count; f++)
    if (((*block ^ *from) & w->plan.families[f].mask) == 0)
      cr__xblock_set_mark(block, f, cr__xblock_mark(from, f));
}

static void add_by_key(cr__xblocks *x, cr__xblocks_worker *w, const cr__xaddition *a,
                       uint64_t key) {
  unsigned segment = cr__xblocks_segment(&x->table, key);
  uint32_t place;
  bool new;
  uint64_t *block = cr__xblocks_open(&x->table, segment, key, &place, &new);
  if (block == NULL) {
    atomic_store(&x->full, true);
    return;
  }
  if (new) inherit(w, block, a->from);
  if (a->link != 0) x->table.segment[w->segment].links.words[a->link] = place;
  add(x, w, place, block, a->row);
}

static inline void settle_one(cr__xblocks *x, cr__xblocks_worker *w) {
  uint32_t at = w->added_to++ % CR__XBLOCKS_PENDING;
  const cr__xaddition *a = &w->pending[at];
  if (a->block != NULL)
    add(x, w, a->place, a->block, a->row);
  else
    add_by_key(x, w, a, w->apart[at].key);
}

void cr__xblocks_settle(cr__xblocks *x, cr__xblocks_worker *w) {
  while (w->added_to != w->asked) settle_one(x, w);
}

/* The number of the next addition in the ring. It is asked for by ask or ask_by_key. */
static inline uint32_t next(cr__xblocks *x, cr__xblocks_worker *w) {
  if (w->asked - w->added_to == CR__XBLOCKS_PENDING) settle_one(x, w);
  return w->asked % CR__XBLOCKS_PENDING;
}

/* What was asked for by key half a ring before has its slot at hand now. */
static inline void asked(cr__xblocks *x, cr__xblocks_worker *w) {
  uint32_t before = w->asked++ - CR__XBLOCKS_PENDING / 2;
  if (before - w->added_to >= CR__XBLOCKS_PENDING) return;
  const cr__xaddition *a = &w->pending[before % CR__XBLOCKS_PENDING];
  if (a->block == NULL)
    cr__xblocks_fetch_block(&x->table, w->apart[before % CR__XBLOCKS_PENDING].key,
                            (uint32_t)a->row[1]);
}

static inline void ask(cr__xblocks *x, cr__xblocks_worker *w, uint32_t place, uint64_t *block,
                       const uint64_t *row) {
  const uint64_t *bits = block + x->table.head;
  unsigned first = cr__xfirst_bit(row[1]), last = cr__xlast_bit((uint32_t)row[1]);
  CR__PREFETCH(block);
  for (unsigned i = first; i < last; i += LINE_WORDS) CR__PREFETCH(bits + 2 * (size_t)i);
  CR__PREFETCH(bits + 2 * (size_t)last);
  w->pending[w->asked % CR__XBLOCKS_PENDING] =
      (cr__xaddition){.block = block, .row = row, .place = place};
  asked(x, w);
}

/* States for a block of a segment of somebody else's. */
static void put_aside(cr__xblocks *x, cr__xblocks_worker *w, unsigned segment, uint64_t key,
                      const uint64_t *states) {
  unsigned words = (unsigned)(states[1] >> 32);
  uint64_t *row = cr__xblocks_row(&x->table, &w->rows[segment], key, words, (uint32_t)states[1]);
  if (row == NULL) {
    atomic_store(&x->full, true);
    return;
  }
  w->aside += 2 + (size_t)words;
  memcpy(row, states + 2, words * sizeof *row);
}

static void ask_by_key(cr__xblocks *x, cr__xblocks_worker *w, uint32_t link, uint64_t key,
                       const uint64_t *from, const uint64_t *row) {
  unsigned segment = cr__xblocks_segment(&x->table, key);
  if (segment % x->workers != w->number) {
    put_aside(x, w, segment, key, row);
    return;
  }
  cr__xblocks_fetch(&x->table, key);
  w->apart[w->asked % CR__XBLOCKS_PENDING].key = key;
  w->pending[w->asked % CR__XBLOCKS_PENDING] =
      (cr__xaddition){.row = row, .from = from, .link = link};
  asked(x, w);
}

/* ---- effects --------------------------------------------------------------------------------- */

/* A block that is being done. */
typedef struct doing {
  const cr__xpiece *piece;
  const cr__xsome *now;
  const uint32_t *pool; /* of the segment */
  uint32_t count;       /* states */
  bool more;            /* links are needed */
} doing;

/* Where an effect's changes lead: the links of its family, in the pool. */
typedef struct ways {
  const cr__xeffect *effect;
  uint32_t first, count;
} ways;

/* Asks for one of an effect's changes, of which the first is none. */
static inline void change(cr__xblocks *x, cr__xblocks_worker *w, doing *d, const ways *way,
                          uint32_t t, const uint64_t *row) {
  uint32_t link = 0;
  if (t - 1 < way->count) {
    link = way->first + t - 1;
    uint32_t place = d->pool[link];
    if (place != 0) {
      ask(x, w, place, cr__xblock_at(&x->table, place), row);
      return;
    }
  } else {
    d->more = true;
  }
  ask_by_key(x, w, link, *d->piece->block ^ way->effect->change[t], d->piece->block, row);
}

static inline void expand_blind(cr__xblocks *x, cr__xblocks_worker *w, doing *d, const ways *way) {
  for (uint32_t t = 1; t < way->effect->changes_count; t++) {
    (void)next(x, w);
    change(x, w, d, way, t, d->piece->row);
  }
}

static inline void expand_moves(cr__xblocks *x, cr__xblocks_worker *w, doing *d, const ways *way) {
  const cr__xsplit *split = way->effect->split;
  const cr__xsome *now = d->now;
  for (uint32_t m = 0; m < split->moves_count; m++) {
    const cr__xmove *move = &split->moves[m];
    uint64_t *row = w->apart[next(x, w)].row;
    uint32_t count = 0, words = 0, which = 0;
    for (unsigned i = 0; i < now->words; i++) {
      uint64_t bits = now->bits[i] & move->states[now->at[i]];
      if (bits == 0) continue;
      count += cr__xbits_count(bits);
      which |= UINT32_C(1) << now->at[i];
      row[2 + words++] = bits;
    }
    if (count == 0) continue;
    row[1] = (uint64_t)words << 32 | which;
    w->plan.fired[move->tally] += count;
    if (move->target != 0) change(x, w, d, way, move->target, row);
  }
}

/* Room for bitmaps of so many targets. */
static void out_grow(cr__xblocks *x, cr__xblocks_worker *w, uint32_t wanted) {
  uint32_t before = w->out_cap;
  w->out = cr__xblocks_grown(w->out, &w->out_cap, wanted, sizeof *w->out);
  w->target_of = cr_realloc(w->target_of, w->out_cap * sizeof *w->target_of);
  for (uint32_t i = before; i < w->out_cap; i++) {
    w->out[i] = 0;
    w->target_of[i] = (uint16_t)(i / x->cut.words);
  }
}

/* The steps of the states into the bitmaps of targets. Returns in which words, by the last bits of
 * their numbers. */
static inline uint64_t steps_out(const cr__xblocks_worker *w, const cr__xsplit *split,
                                 const cr__xsome *now) {
  uint64_t touched = 0, *out = w->out, *fired = w->plan.fired;
  for (unsigned i = 0; i < now->words; i++) {
    const cr__xsteps *of = split->of + now->at[i] * (size_t)64;
    for (uint64_t bits = now->bits[i] & split->traits[now->at[i]].stepping; bits != 0;
         bits &= bits - 1) {
      cr__xsteps steps = of[cr__xfirst_bit(bits)];
      const uint32_t *step = split->steps + steps.first;
      fired[steps.tally]++;
      for (;; step++) {
        uint32_t at = (*step & ~CR__XSTEP_LAST) >> CR__XSTEP_AT_SHIFT;
        out[at] |= UINT64_C(1) << *step % 64;
        touched |= UINT64_C(1) << at % 64;
        if ((*step & CR__XSTEP_LAST) != 0) break;
      }
    }
  }
  return touched;
}

/* Takes a target's states out of the bitmaps, from a word on, which has some. */
static inline void out_take(cr__xblocks_worker *w, uint32_t words, uint32_t at, uint64_t *row) {
  uint32_t target = w->target_of[at], first = target * words, end = first + words;
  uint64_t which = 0;
  uint32_t count = 0;
  for (; at < end; at++) {
    if (w->out[at] == 0) continue;
    which |= UINT64_C(1) << (at - first);
    row[2 + count++] = w->out[at];
    w->out[at] = 0;
  }
  row[1] = (uint64_t)count << 32 | which;
}

/* What stays in the block is left in the first bitmap. */
static inline void expand_steps(cr__xblocks *x, cr__xblocks_worker *w, doing *d, const ways *way) {
  uint32_t words = x->cut.words, end = way->effect->changes_count * words;
  if (end > w->out_cap) out_grow(x, w, end);
  uint64_t touched = steps_out(w, way->effect->split, d->now);
  if (end <= 64) touched &= ~((UINT64_C(1) << words) - 1);
  for (uint32_t base = 0; base < end; base += 64)
    for (uint64_t bits = touched; bits != 0;) {
      uint32_t at = base + cr__xfirst_bit(bits);
      if (at >= words && at < end && w->out[at] != 0) {
        uint32_t target = w->target_of[at];
        uint64_t *row = w->apart[next(x, w)].row;
        out_take(w, words, at, row);
        change(x, w, d, way, target, row);
      }
      bits &= bits - 1;
    }
}

/* The block's links, with room for all to which its effects lead. */
static uint32_t links_make(cr__xblocks *x, cr__xblocks_worker *w, uint64_t *block) {
  uint32_t counts[CR__XBLOCK_FAMILIES_MAX];
  for (unsigned f = 0; f < w->plan.families_count; f++)
    counts[f] = w->plan.effects[w->numbers[f]].changes_count - 1U;
  return cr__xblock_links_new(&x->table, w->segment, block, w->plan.families_count, counts);
}

/* Transitions of states for which no group had one. */
static void expand_singles(cr__xblocks *x, cr__xblocks_worker *w) {
  uint32_t labels = w->labels_count + w->singles_count;
  w->labels = cr__xblocks_grown(w->labels, &w->labels_cap, labels, sizeof *w->labels);
  for (uint32_t i = 0; i < w->singles_count; i++) {
    const cr__xsingle *single = &w->singles[i];
    uint64_t *row = w->apart[next(x, w)].row;
    row[1] = UINT64_C(1) << 32 | UINT64_C(1) << single->local / 64;
    row[2] = UINT64_C(1) << single->local % 64;
    ask_by_key(x, w, 0, single->key, single->block, row);
    w->labels[w->labels_count++] = single->label;
  }
}

static void expand_deeds(cr__xblocks *x, cr__xblocks_worker *w, doing *d, uint32_t links) {
  uint32_t head = links + cr__xblock_links_head(w->plan.families_count);
  const uint8_t *from = links == 0 ? NULL : (const uint8_t *)(d->pool + links);
  for (uint32_t i = 0; i < w->deeds_count; i++) {
    cr__xdeed deed = w->deeds[i];
    cr__xeffect *e = &w->plan.effects[deed.effect];
    ways way = {e, 0, 0};
    if (from != NULL) {
      way.first = head + from[deed.family];
      way.count = (uint32_t)from[deed.family + 1] - from[deed.family];
    }
    if (e->split == NULL) {
      e->fired += d->count;
      expand_blind(x, w, d, &way);
      continue;
    }
    if (e->split->moves_count > 0) expand_moves(x, w, d, &way);
    if (e->split->of != NULL) expand_steps(x, w, d, &way);
  }
}

/* The states that stay in the block. */
static inline void expand_own(cr__xblocks *x, cr__xblocks_worker *w, const cr__xpiece *p) {
  uint32_t at = 0;
  while (at < x->cut.words && w->out[at] == 0) at++;
  if (at == x->cut.words) return;
  uint64_t *row = w->apart[next(x, w)].row;
  out_take(w, x->cut.words, at, row);
  ask(x, w, p->place, p->block, row);
}

void cr__xblocks_expand(cr__xblocks *x, cr__xblocks_worker *w, const cr__xpiece *p,
                        const cr__xsome *now) {
  uint32_t links = cr__xblock_links(p->block);
  if (links == 0) links = links_make(x, w, p->block);
  doing d = {p, now, x->table.segment[w->segment].links.words, 0, false};
  for (unsigned i = 0; i < now->words; i++) d.count += cr__xbits_count(now->bits[i]);
  w->expanded += d.count;
  if (x->cut.words > w->out_cap) out_grow(x, w, x->cut.words);
  expand_deeds(x, w, &d, links);
  expand_own(x, w, p);
  if (w->singles_count > 0) expand_singles(x, w);
  if (d.more) (void)links_make(x, w, p->block);
}

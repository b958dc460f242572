/* blocks_plan.c - see blocks_plan.h. */
#include "blocks_plan.h"

#include <stdlib.h>
#include <string.h>

#include "findings.h"

/* ---- cuts ------------------------------------------------------------------------------------ */

static uint64_t mask_of(const cr__xspace *s, uint64_t components) {
  uint64_t mask = 0;
  for (; components != 0; components &= components - 1)
    mask |= cr__xbits_in(s->component[cr__xfirst_bit(components)].field);
  return mask;
}

static void cut_masks(cr__xcut *cut) {
  unsigned components = cr__xspace_components(cut->space);
  uint64_t all = components == 64 ? UINT64_MAX : (UINT64_C(1) << components) - 1;
  cut->mask = mask_of(cut->space, cut->inside);
  cut->far = mask_of(cut->space, all & ~cut->inside & ~cut->near);
}

void cr__xcut_init(cr__xcut *cut, cr__xspace *space, uint64_t inside, uint64_t near) {
  CR_ASSERT(cr__xspace_narrow(space));
  memset(cut, 0, sizeof *cut);
  cut->space = space;
  cut->inside = inside;
  cut->near = near;
  cut_masks(cut);
  cut->locals.lock = cr__xlock_new();
}

void cr__xcut_free(cr__xcut *cut) { cr__xlock_free(cut->locals.lock); }

/* The slot of these bits, or the empty one where they belong. */
static unsigned local_slot(const cr__xlocals *l, uint64_t bits) {
  unsigned i = (unsigned)(cr__xmemo_hash(&bits, 1) % CR__XLOCAL_SLOTS);
  while (l->slots[i] != 0 && l->bits[l->slots[i] - 1] != bits) i = (i + 1) % CR__XLOCAL_SLOTS;
  return i;
}

unsigned cr__xlocal_number(cr__xcut *cut, uint64_t key) {
  cr__xlocals *l = &cut->locals;
  uint64_t bits = key & cut->mask;
  cr__xlock_take(l->lock);
  unsigned slot = local_slot(l, bits), number = 0;
  if (l->slots[slot] != 0) {
    number = l->slots[slot] - 1u;
  } else if (l->count == CR__XLOCALS_MAX) {
    l->crowded = true;
  } else {
    number = l->count;
    l->bits[number] = bits;
    l->slots[slot] = (uint16_t)(number + 1);
    l->count = number + 1;
  }
  cr__xlock_give(l->lock);
  return number;
}

void cr__xcut_convert(cr__xcut *cut, uint64_t (*convert)(void *arg, uint64_t key), void *arg) {
  cr__xlocals *l = &cut->locals;
  cut_masks(cut);
  memset(l->slots, 0, sizeof l->slots);
  for (unsigned i = 0; i < l->count; i++) {
    l->bits[i] = convert(arg, l->bits[i]) & cut->mask;
    l->slots[local_slot(l, l->bits[i])] = (uint16_t)(i + 1);
  }
}

/* ---- families -------------------------------------------------------------------------------- */

static uint64_t outside(const cr__xplan *p, uint64_t touches) { return touches & ~p->cut->inside; }

static unsigned bits_in(uint64_t bits) { return cr__xbits_count(bits); }

/* In how many ways the components may have values, at most, as far as is known. */
static double combinations(const cr__xplan *p, uint64_t components) {
  double all = 1;
  for (; components != 0; components &= components - 1)
    all *= cr__xvalues_count(&p->cut->space->component[cr__xfirst_bit(components)].values);
  return all;
}

/* The split family with the fewest effects: what touches nothing outside goes with it at little
 * cost. */
static cr__xfamily *family_fewest(const cr__xplan *p) {
  enum { FEW = 64 };
  cr__xfamily *best = NULL;
  double best_count = FEW;
  for (unsigned i = 0; i < p->families_count; i++) {
    cr__xfamily *f = &p->families[i];
    double count = combinations(p, outside(p, f->touches));
    if (f->blind || count > best_count) continue;
    best = f;
    best_count = count;
  }
  return best;
}

/* A family that groups with these components may belong to: one of blind ones may have more
 * outside, which makes few effects more; a split one has to have the same. */
static cr__xfamily *family_of(const cr__xplan *p, uint64_t touches) {
  bool blind = (touches & p->cut->inside) == 0;
  if (!blind && outside(p, touches) == 0) return family_fewest(p);
  for (unsigned i = 0; i < p->families_count; i++) {
    cr__xfamily *f = &p->families[i];
    uint64_t there = outside(p, f->touches), here = outside(p, touches);
    if (f->blind == blind && (blind ? (here & ~there) == 0 : here == there)) return f;
  }
  return NULL;
}

static cr__xfamily *family_new(cr__xplan *p, uint64_t touches) {
  cr__xfamily *f = &p->families[p->families_count++];
  f->blind = (touches & p->cut->inside) == 0;
  f->touches = touches;
  f->groups = cr_alloc((p->cut->space->product->groups_count + 1) * sizeof *f->groups);
  return f;
}

static void group_place(cr__xplan *p, unsigned group) {
  uint64_t touches = p->cut->space->product->groups[group].touches;
  cr__xfamily *f = family_of(p, touches);
  if (f == NULL) f = family_new(p, touches);
  f->groups[f->groups_count++] = group;
  f->touches |= touches;
}

/* Those with the most components first, so that the others find them. */
static void families_build(cr__xplan *p) {
  const cr_xproduct *product = p->cut->space->product;
  p->families = cr_alloc((product->groups_count + product->parts_count + 1) * sizeof *p->families);
  for (unsigned bits = CR_XCOMPONENTS_MAX + 1; bits-- > 0;)
    for (unsigned g = 0; g < product->groups_count; g++) {
      uint64_t touches = product->groups[g].touches;
      if (!product->groups[g].otherwise && bits_in(outside(p, touches)) == bits) group_place(p, g);
    }
  for (unsigned i = 0; i < product->parts_count; i++) {
    cr__xfamily *f = family_of(p, product->parts[i]);
    if (f == NULL) f = family_new(p, product->parts[i]);
    f->parts |= UINT64_C(1) << i;
    f->touches |= product->parts[i];
  }
}

/* The blind ones first. */
static void families_sort(cr__xplan *p) {
  cr__xfamily *sorted = cr_alloc((p->families_count + 1) * sizeof *sorted);
  unsigned count = 0;
  for (unsigned blind = 2; blind-- > 0;)
    for (unsigned i = 0; i < p->families_count; i++)
      if (p->families[i].blind == (blind != 0)) {
        sorted[count++] = p->families[i];
        p->blind_count += blind;
      }
  free(p->families);
  p->families = sorted;
}

static void masks_learn(cr__xplan *p) {
  for (unsigned i = 0; i < p->families_count; i++)
    p->families[i].mask = mask_of(p->cut->space, outside(p, p->families[i].touches));
}

/* ---- plans ----------------------------------------------------------------------------------- */

/* Number 0 is none; what groups without a transition do has its number from the beginning. */
static void effects_begin(cr__xplan *p) {
  p->effects = cr__xplan_more(p, p->effects, 0, sizeof *p->effects);
  p->effects[0] = (cr__xeffect){0};
  p->effects_count = 1;
  uint32_t number = cr__xeffect_blind(p, NULL, 0);
  CR_ASSERT(number == CR__XEFFECT_EMPTY);
}

void cr__xplan_init(cr__xplan *p, cr__xcut *cut, unsigned worker) {
  *p = (cr__xplan){.cut = cut, .worker = worker};
  families_build(p);
  families_sort(p);
  masks_learn(p);
  p->map = cr_alloc((p->families_count + 1) * sizeof *p->map);
  effects_begin(p);
}

static void all_clear(cr__xplan *p) {
  for (unsigned i = 0; i < p->families_count; i++) cr__xmap_clear(&p->map[i]);
  cr__xmap_clear(&p->interned);
  cr__xeffects_free(p);
  cr__xtallies_free(p);
  free(p->list.steps);
  free(p->list.labels);
  p->list = (cr__xsteplist){0};
  p->bytes = 0;
}

void cr__xplan_clear(cr__xplan *p) {
  all_clear(p);
  effects_begin(p);
  masks_learn(p);
}

void cr__xplan_free(cr__xplan *p) {
  if (p->families == NULL) return;
  all_clear(p);
  for (unsigned i = 0; i < p->families_count; i++) free(p->families[i].groups);
  free(p->families);
  free(p->map);
  p->families = NULL;
}

void cr__xplan_harvest(cr__xplan *p, cr_xresult *result) {
  for (uint32_t i = 1; i < p->effects_count; i++) {
    cr__xeffect *e = &p->effects[i];
    for (uint32_t k = 0; k < e->labels_count && e->fired > 0; k++)
      cr__xresult_add_label(result, e->labels[k], e->fired);
    e->fired = 0;
  }
  for (uint32_t i = 0; i < p->tallies_count; i++) {
    for (uint32_t k = 0; k < p->tallies[i].count && p->fired[i] > 0; k++)
      cr__xresult_add_label(result, p->tallies[i].labels[k], p->fired[i]);
    p->fired[i] = 0;
  }
}

static unsigned first_state(const uint64_t *states) {
  unsigned i = 0;
  while (states[i] == 0) i++;
  return i * 64 + cr__xfirst_bit(states[i]);
}

uint32_t cr__xplan_effect(cr__xplan *p, unsigned family, uint64_t key, const uint64_t *states) {
  cr__xeffect_map *m = &p->map[family];
  const cr__xfamily *f = &p->families[family];
  uint64_t at = key & f->mask;
  uint32_t known = cr__xmap_find(m, at);
  if (known != 0) return known;
  known = f->blind ? cr__xeffect_blind(p, f, key | p->cut->locals.bits[first_state(states)])
                   : cr__xeffect_split(p);
  cr__xmap_add(p, m, at, known);
  return known;
}

void cr__xplan_fetch(const cr__xplan *p, unsigned family, uint64_t key) {
  cr__xmap_fetch(&p->map[family], key & p->families[family].mask);
}

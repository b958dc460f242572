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
    number = l->count++;
    l->bits[number] = bits;
    l->slots[slot] = (uint16_t)(number + 1);
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

/* A family that groups with these components may belong to: one of blind ones may have more
 * outside, which makes few effects more; a split one has to have the same. */
static cr__xfamily *family_of(const cr__xplan *p, uint64_t touches) {
  bool blind = (touches & p->cut->inside) == 0;
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

static void masks_learn(cr__xplan *p) {
  for (unsigned i = 0; i < p->families_count; i++)
    p->families[i].mask = mask_of(p->cut->space, outside(p, p->families[i].touches));
}

/* ---- maps ------------------------------------------------------------------------------------ */

struct cr__xeffect_slot {
  uint64_t key;
  uint32_t effect;
};

static uint32_t map_find(const cr__xeffect_map *m, uint64_t key) {
  uint32_t i = (uint32_t)cr__xmemo_hash(&key, 1) & (m->cap - 1);
  while (m->slots[i].effect != 0 && m->slots[i].key != key) i = (i + 1) & (m->cap - 1);
  return i;
}

static void map_grow(cr__xplan *p, cr__xeffect_map *m) {
  cr__xeffect_map old = *m;
  m->cap = old.cap == 0 ? 16 : old.cap * 2;
  m->slots = cr_alloc(m->cap * sizeof *m->slots);
  p->bytes += (m->cap - old.cap) * sizeof *m->slots;
  for (uint32_t i = 0; i < old.cap; i++)
    if (old.slots[i].effect != 0) m->slots[map_find(m, old.slots[i].key)] = old.slots[i];
  free(old.slots);
}

static void map_add(cr__xplan *p, cr__xeffect_map *m, uint64_t key, uint32_t effect) {
  if ((m->count + 1) * UINT64_C(2) > m->cap) map_grow(p, m);
  uint32_t i = map_find(m, key);
  m->slots[i].key = key;
  m->slots[i].effect = effect;
  m->count++;
}

static void map_clear(cr__xeffect_map *m) {
  free(m->slots);
  *m = (cr__xeffect_map){0};
}

/* ---- effects --------------------------------------------------------------------------------- */

/* Room for one more in an array. */
static void *more(cr__xplan *p, void *array, uint32_t count, uint32_t *cap, size_t each) {
  if (count < *cap) return array;
  uint32_t new = *cap == 0 ? 4 : *cap * 2;
  p->bytes += (new - *cap) * each;
  *cap = new;
  return cr_realloc(array, new *each);
}

static void effect_free(cr__xeffect *e) {
  if (e == NULL) return;
  free(e->change);
  free(e->labels);
  free(e->moves);
  free(e->of);

  free(e->steps);
  free(e);
}

static uint16_t change_number(cr__xplan *p, cr__xeffect *e, uint64_t change) {
  uint32_t i = 0;
  while (i < e->changes_count && e->change[i] != change) i++;
  if (i < e->changes_count) return (uint16_t)i;
  e->change = more(p, e->change, i, &e->changes_cap, sizeof *e->change);
  CR_ASSERT(i < UINT16_MAX);
  e->change[e->changes_count++] = change;
  return (uint16_t)i;
}

static uint64_t bit_of(unsigned local) { return UINT64_C(1) << local % 64; }

static cr__xeffect *effect_new(cr__xplan *p, bool blind) {
  cr__xeffect *e = cr_alloc(sizeof *e);
  e->blind = blind;
  p->bytes += sizeof *e;
  (void)change_number(p, e, 0);
  return e;
}

static uint32_t effect_add(cr__xplan *p, cr__xeffect *e) {
  p->effects = more(p, p->effects, p->effects_count, &p->effects_cap, sizeof(cr__xeffect *));
  p->effects[p->effects_count] = e;
  return p->effects_count++;
}

/* ---- split effects --------------------------------------------------------------------------- */

static void move_add(cr__xplan *p, cr__xeffect *e, uint16_t target, uint32_t label,
                     unsigned local) {
  uint32_t i = 0;
  while (i < e->moves_count && (e->moves[i].target != target || e->moves[i].label != label)) i++;
  if (i == e->moves_count) {
    e->moves = more(p, e->moves, i, &e->moves_cap, sizeof *e->moves);
    e->moves[e->moves_count++] = (cr__xmove){.target = target, .label = label};
  }
  e->moves[i].states[local / 64] |= bit_of(local);
}

static void step_add(cr__xplan *p, cr__xeffect *e, unsigned local, cr__xstep step) {
  if (e->of == NULL) {
    unsigned locals = p->cut->words * 64;
    e->of = cr_alloc(locals * sizeof *e->of);
    p->bytes += locals * sizeof *e->of;
  }
  cr__xsteps *of = &e->of[local];
  if (!of->any) {
    of->any = true;
    of->target = step.target;
    of->local = step.local;
    of->label = step.label;
    of->more = e->steps_count;
    e->traits[local / 64].stepping |= bit_of(local);
    return;
  }
  CR_ASSERT(of->more_count < UINT16_MAX);
  of->more_count++;
  e->steps = more(p, e->steps, e->steps_count, &e->steps_cap, sizeof *e->steps);
  e->steps[e->steps_count++] = step;
}

/* Looks at one group for one state of a block. */
static void learn_group(cr__xplan *p, cr__xeffect *e, unsigned group, uint64_t key,
                        unsigned local) {
  cr__xspace *s = p->cut->space;
  uint64_t state = key | p->cut->locals.bits[local], mask = s->group[group].mask[0];
  uint32_t count = 0;
  const uint64_t *t = cr__xgroup_transitions(s, &s->worker[p->worker], group, &state, &count);
  if (count > 0) e->traits[local / 64].any |= bit_of(local);
  for (uint32_t i = 0; i < count; i++, t += 2) {
    if ((cr_xviolation)t[1] != 0) {
      e->traits[local / 64].bad |= bit_of(local);
      continue;
    }
    uint64_t next = (state & ~mask) | t[0];
    uint32_t label = (uint32_t)(t[1] >> 32);
    uint16_t target = change_number(p, e, (next ^ key) & ~p->cut->mask);
    unsigned there = cr__xlocal_number(p->cut, next);
    if (there == local)
      move_add(p, e, target, label, local);
    else
      step_add(p, e, local, (cr__xstep){target, (uint16_t)there, label});
  }
}

static bool parts_broken(cr__xplan *p, const cr__xfamily *f, uint64_t state) {
  cr__xspace *s = p->cut->space;
  bool broken = false;
  for (uint64_t parts = f->parts; parts != 0; parts &= parts - 1)
    if (cr__xpart_violation(s, &s->worker[p->worker], cr__xfirst_bit(parts), state) != 0)
      broken = true;
  return broken;
}

static void learn(cr__xplan *p, const cr__xfamily *f, cr__xeffect *e, uint64_t key,
                  unsigned local) {
  for (unsigned i = 0; i < f->groups_count; i++) learn_group(p, e, f->groups[i], key, local);
  if (parts_broken(p, f, key | p->cut->locals.bits[local]))
    e->traits[local / 64].bad |= bit_of(local);
  e->traits[local / 64].known |= bit_of(local);
}

void cr__xplan_learn(cr__xplan *p, unsigned family, cr__xeffect *e, uint64_t key,
                     const uint64_t *states) {
  for (unsigned i = 0; i < p->cut->words; i++)
    for (uint64_t new = states[i] & ~e->traits[i].known; new != 0; new &= new - 1)
      learn(p, &p->families[family], e, key, i * 64 + cr__xfirst_bit(new));
}

/* ---- blind effects --------------------------------------------------------------------------- */

static void blind_group(cr__xplan *p, cr__xeffect *e, unsigned group, uint64_t state) {
  cr__xspace *s = p->cut->space;
  uint32_t count = 0;
  const uint64_t *t = cr__xgroup_transitions(s, &s->worker[p->worker], group, &state, &count);
  for (uint32_t i = 0; i < count; i++, t += 2) {
    e->labels = more(p, e->labels, e->labels_count, &e->labels_cap, sizeof *e->labels);
    e->labels[e->labels_count++] = (uint32_t)(t[1] >> 32);
    if ((cr_xviolation)t[1] != 0)
      e->broken = true;
    else
      (void)change_number(p, e, (state & s->group[group].mask[0]) ^ t[0]);
  }
}

static bool same(const cr__xeffect *a, const cr__xeffect *b) {
  return a->broken == b->broken && a->changes_count == b->changes_count &&
         a->labels_count == b->labels_count &&
         memcmp(a->change, b->change, a->changes_count * sizeof *a->change) == 0 &&
         (a->labels_count == 0 ||
          memcmp(a->labels, b->labels, a->labels_count * sizeof *a->labels) == 0);
}

/* The number under which there is an equal one, or under which it is now. */
static uint32_t intern(cr__xplan *p, cr__xeffect *e) {
  uint64_t digest = cr_digest_seeded(e->change, e->changes_count * sizeof *e->change, e->broken);
  if (e->labels_count > 0)
    digest = cr_digest_seeded(e->labels, e->labels_count * sizeof *e->labels, digest);
  uint32_t known = 0;
  while (p->interned.cap > 0 &&
         (known = p->interned.slots[map_find(&p->interned, digest)].effect) != 0) {
    if (same(p->effects[known], e)) {
      effect_free(e);
      return known;
    }
    digest++;
  }
  known = effect_add(p, e);
  map_add(p, &p->interned, digest, known);
  return known;
}

static unsigned first_state(const uint64_t *states) {
  unsigned i = 0;
  while (states[i] == 0) i++;
  return i * 64 + cr__xfirst_bit(states[i]);
}

/* What holds for one state of the block holds for all. */
static uint32_t learn_blind(cr__xplan *p, const cr__xfamily *f, uint64_t state) {
  size_t before = p->bytes;
  cr__xeffect *e = effect_new(p, true);
  for (unsigned i = 0; i < f->groups_count; i++) blind_group(p, e, f->groups[i], state);
  if (parts_broken(p, f, state)) e->broken = true;
  uint32_t count = p->effects_count, number = intern(p, e);
  if (p->effects_count == count) p->bytes = before; /* it was known */
  return number;
}

/* ---- plans ----------------------------------------------------------------------------------- */

/* What groups without a transition do has its number from the beginning. */
static void empty_learn(cr__xplan *p) {
  uint32_t number = intern(p, effect_new(p, true));
  CR_ASSERT(number == CR__XEFFECT_EMPTY);
}

void cr__xplan_init(cr__xplan *p, cr__xcut *cut, unsigned worker) {
  *p = (cr__xplan){.cut = cut, .worker = worker};
  families_build(p);
  masks_learn(p);
  p->map = cr_alloc((p->families_count + 1) * sizeof *p->map);
  (void)effect_add(p, NULL);
  empty_learn(p);
}

static void effects_free(cr__xplan *p) {
  for (unsigned i = 0; i < p->families_count; i++) map_clear(&p->map[i]);
  map_clear(&p->interned);
  for (uint32_t i = 0; i < p->effects_count; i++) effect_free(p->effects[i]);
}

void cr__xplan_clear(cr__xplan *p) {
  effects_free(p);
  p->effects_count = 1;
  p->bytes = p->effects_cap * sizeof(cr__xeffect *);
  empty_learn(p);
  masks_learn(p);
}

void cr__xplan_free(cr__xplan *p) {
  if (p->families == NULL) return;
  effects_free(p);
  for (unsigned i = 0; i < p->families_count; i++) free(p->families[i].groups);
  free(p->families);
  free(p->map);
  free(p->effects);
  p->families = NULL;
}

static void harvest(const cr__xplan *p, cr__xeffect *e, cr_xresult *result) {
  for (uint32_t i = 0; i < e->labels_count && e->fired > 0; i++)
    cr__xresult_add_label(result, e->labels[i], e->fired);
  e->fired = 0;
  for (uint32_t i = 0; i < e->moves_count; i++) {
    cr__xresult_add_label(result, e->moves[i].label, e->moves[i].fired);
    e->moves[i].fired = 0;
  }
  for (unsigned v = 0; e->of != NULL && v < p->cut->words * 64; v++) {
    cr__xsteps *of = &e->of[v];
    if (of->fired == 0) continue;
    cr__xresult_add_label(result, of->label, of->fired);
    for (uint32_t i = 0; i < of->more_count; i++)
      cr__xresult_add_label(result, e->steps[of->more + i].label, of->fired);
    of->fired = 0;
  }
}

void cr__xplan_harvest(cr__xplan *p, cr_xresult *result) {
  for (uint32_t i = 1; i < p->effects_count; i++) harvest(p, p->effects[i], result);
}

uint32_t cr__xplan_effect(cr__xplan *p, unsigned family, uint64_t key, const uint64_t *states) {
  cr__xeffect_map *m = &p->map[family];
  const cr__xfamily *f = &p->families[family];
  uint64_t at = key & f->mask;
  uint32_t known = m->cap == 0 ? 0 : m->slots[map_find(m, at)].effect;
  if (known != 0) return known;
  known = f->blind ? learn_blind(p, f, key | p->cut->locals.bits[first_state(states)])
                   : effect_add(p, effect_new(p, false));
  map_add(p, m, at, known);
  return known;
}

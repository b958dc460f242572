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

void cr__xcut_init(cr__xcut *cut, cr__xspace *space, uint64_t inside) {
  CR_ASSERT(cr__xspace_narrow(space));
  memset(cut, 0, sizeof *cut);
  cut->space = space;
  cut->inside = inside;
  cut->mask = mask_of(space, inside);
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
  cut->mask = mask_of(cut->space, cut->inside);
  memset(l->slots, 0, sizeof l->slots);
  for (unsigned i = 0; i < l->count; i++) {
    l->bits[i] = convert(arg, l->bits[i]) & cut->mask;
    l->slots[local_slot(l, l->bits[i])] = (uint16_t)(i + 1);
  }
}

/* ---- effects --------------------------------------------------------------------------------- */

static unsigned locals_of(const cr__xplan *p, const cr__xeffect *e) {
  return e->blind ? 1 : p->cut->words * 64;
}

static cr__xeffect *effect_new(cr__xplan *p, const cr__xeffect_map *m, uint64_t from) {
  cr__xeffect *e = cr_alloc(sizeof *e);
  unsigned words = p->cut->words;
  e->blind = m->blind;
  e->mask = m->mask;
  e->known = cr_alloc(3 * words * sizeof *e->known);
  e->any = e->known + words;
  e->bad = e->any + words;
  e->of = cr_alloc(locals_of(p, e) * sizeof *e->of);
  e->fired = cr_alloc(locals_of(p, e) * sizeof *e->fired);
  e->targets_cap = 2;
  e->target = cr_alloc(e->targets_cap * sizeof *e->target);
  e->target[e->targets_count++] = from;
  p->bytes += sizeof *e + 3 * words * sizeof *e->known + 2 * sizeof *e->target +
              locals_of(p, e) * (sizeof *e->of + sizeof *e->fired);
  return e;
}

static void effect_free(cr__xeffect *e) {
  free(e->known);
  free(e->of);
  free(e->fired);
  free(e->target);
  free(e->steps);
  free(e);
}

static uint16_t target_number(cr__xplan *p, cr__xeffect *e, uint64_t bits) {
  uint32_t i = 0;
  while (i < e->targets_count && e->target[i] != bits) i++;
  if (i < e->targets_count) return (uint16_t)i;
  if (i == e->targets_cap) {
    p->bytes += e->targets_cap * sizeof *e->target;
    e->targets_cap *= 2;
    e->target = cr_realloc(e->target, e->targets_cap * sizeof *e->target);
  }
  CR_ASSERT(i < UINT16_MAX);
  e->target[e->targets_count++] = bits;
  return (uint16_t)i;
}

static void step_add(cr__xplan *p, cr__xeffect *e, cr__xstep step) {
  if (e->steps_count == e->steps_cap) {
    uint32_t cap = e->steps_cap == 0 ? 4 : e->steps_cap * 2;
    p->bytes += (cap - e->steps_cap) * sizeof *e->steps;
    e->steps_cap = cap;
    e->steps = cr_realloc(e->steps, cap * sizeof *e->steps);
  }
  e->steps[e->steps_count++] = step;
}

static void bit_set(uint64_t *words, unsigned bit) { words[bit / 64] |= UINT64_C(1) << bit % 64; }

/* Looks at a group for one state of a block. */
static void learn(cr__xplan *p, cr__xeffect *e, unsigned group, uint64_t key, unsigned local) {
  cr__xspace *s = p->cut->space;
  uint64_t state = key | p->cut->locals.bits[local], inside = p->cut->mask;
  uint32_t count = 0;
  const uint64_t *t = cr__xgroup_transitions(s, &s->worker[p->worker], group, &state, &count);
  unsigned kept = e->blind ? 0 : local;
  e->of[kept].first = e->steps_count;
  for (uint32_t i = 0; i < count; i++, t += 2) {
    if ((cr_xviolation)t[1] != 0) {
      bit_set(e->bad, local);
      continue;
    }
    cr__xstep step = {.target = target_number(p, e, t[0] & ~inside), .label = (uint32_t)(t[1] >> 32)};
    if (!e->blind)
      step.local = (uint16_t)cr__xlocal_number(p->cut, (state & ~s->group[group].mask[0]) | t[0]);
    step_add(p, e, step);
  }
  e->of[kept].count = e->steps_count - e->of[kept].first;
  bit_set(e->known, local);
  if (count > 0) bit_set(e->any, local);
}

/* What holds for one local number holds for all. */
static void learn_blind(cr__xplan *p, cr__xeffect *e) {
  bool any = false, bad = false;
  for (unsigned i = 0; i < p->cut->words; i++) {
    any = any || e->any[i] != 0;
    bad = bad || e->bad[i] != 0;
  }
  size_t bytes = p->cut->words * sizeof *e->any;
  memset(e->known, 0xFF, bytes);
  memset(e->any, any ? 0xFF : 0, bytes);
  memset(e->bad, bad ? 0xFF : 0, bytes);
  e->whole = true;
  e->empty = !any;
}

static unsigned first_state(const uint64_t *states) {
  unsigned i = 0;
  while (states[i] == 0) i++;
  return i * 64 + cr__xfirst_bit(states[i]);
}

/* ---- maps ------------------------------------------------------------------------------------ */

static uint32_t map_find(const cr__xeffect_map *m, uint64_t key) {
  uint32_t i = (uint32_t)cr__xmemo_hash(&key, 1) & (m->cap - 1);
  while (m->slots[i].effect != NULL && m->slots[i].key != key) i = (i + 1) & (m->cap - 1);
  return i;
}

static void map_grow(cr__xplan *p, cr__xeffect_map *m) {
  cr__xeffect_map old = *m;
  m->cap = old.cap == 0 ? 16 : old.cap * 2;
  m->slots = cr_alloc(m->cap * sizeof *m->slots);
  p->bytes += (m->cap - old.cap) * sizeof *m->slots;
  for (uint32_t i = 0; i < old.cap; i++)
    if (old.slots[i].effect != NULL) m->slots[map_find(m, old.slots[i].key)] = old.slots[i];
  free(old.slots);
}

static cr__xeffect *map_add(cr__xplan *p, cr__xeffect_map *m, uint64_t key) {
  if ((m->count + 1) * UINT64_C(2) > m->cap) map_grow(p, m);
  uint32_t i = map_find(m, key);
  m->slots[i] = (cr__xeffect_slot){key, effect_new(p, m, key)};
  m->count++;
  return m->slots[i].effect;
}

/* The effect for a block's key; a new one knows nothing. */
static inline cr__xeffect *effect_of(cr__xplan *p, unsigned number, uint64_t key) {
  cr__xeffect_map *m = &p->map[number];
  uint64_t at = key & m->mask;
  cr__xeffect *e = m->cap == 0 ? NULL : m->slots[map_find(m, at)].effect;
  return e != NULL ? e : map_add(p, m, at);
}

/* ---- plans ----------------------------------------------------------------------------------- */

static unsigned maps_of(const cr__xplan *p) {
  const cr_xproduct *product = p->cut->space->product;
  return product->groups_count + product->parts_count;
}

/* Empty, for keys as they are now. */
static void map_begin(cr__xplan *p, unsigned number) {
  const cr_xproduct *product = p->cut->space->product;
  uint64_t touches = number < product->groups_count ? product->groups[number].touches
                                                    : product->parts[number - product->groups_count];
  p->map[number] = (cr__xeffect_map){.mask = mask_of(p->cut->space, touches) & ~p->cut->mask,
                                     .blind = (touches & p->cut->inside) == 0};
}

void cr__xplan_init(cr__xplan *p, cr__xcut *cut, unsigned worker) {
  *p = (cr__xplan){.cut = cut, .worker = worker};
  p->map = cr_alloc((maps_of(p) + 1) * sizeof *p->map);
  for (unsigned i = 0; i < maps_of(p); i++) map_begin(p, i);
}

void cr__xplan_clear(cr__xplan *p) {
  for (unsigned g = 0; g < maps_of(p); g++) {
    cr__xeffect_map *m = &p->map[g];
    for (uint32_t i = 0; i < m->cap; i++)
      if (m->slots[i].effect != NULL) effect_free(m->slots[i].effect);
    free(m->slots);
    map_begin(p, g);
  }
  p->bytes = 0;
}

void cr__xplan_free(cr__xplan *p) {
  if (p->map != NULL) cr__xplan_clear(p);
  free(p->map);
  p->map = NULL;
}

static void effect_harvest(const cr__xplan *p, cr__xeffect *e, cr_xresult *result) {
  for (unsigned v = 0; v < locals_of(p, e); v++) {
    if (e->fired[v] == 0) continue;
    for (uint32_t i = 0; i < e->of[v].count; i++)
      cr__xlabel_count(result, e->steps[e->of[v].first + i].label, e->fired[v]);
    e->fired[v] = 0;
  }
}

void cr__xplan_harvest(cr__xplan *p, cr_xresult *result) {
  for (unsigned g = 0; g < p->cut->space->product->groups_count; g++)
    for (uint32_t i = 0; i < p->map[g].cap; i++)
      if (p->map[g].slots[i].effect != NULL)
        effect_harvest(p, p->map[g].slots[i].effect, result);
}

cr__xeffect *cr__xplan_effect(cr__xplan *p, unsigned group, uint64_t key, const uint64_t *states) {
  cr__xeffect *e = effect_of(p, group, key);
  if (e->whole) return e;
  if (e->blind) {
    learn(p, e, group, key, first_state(states));
    if (!cr__xspace_crowded(p->cut->space)) learn_blind(p, e);
    return e;
  }
  for (unsigned i = 0; i < p->cut->words; i++)
    for (uint64_t new = states[i] & ~e->known[i]; new != 0; new &= new - 1)
      learn(p, e, group, key, i * 64 + cr__xfirst_bit(new));
  return e;
}

static void judge(cr__xplan *p, cr__xeffect *e, unsigned part, uint64_t key, unsigned local) {
  cr__xspace *s = p->cut->space;
  uint64_t state = key | p->cut->locals.bits[local];
  if (cr__xpart_violation(s, &s->worker[p->worker], part, state) != 0) bit_set(e->bad, local);
  bit_set(e->known, local);
}

cr__xeffect *cr__xplan_verdict(cr__xplan *p, unsigned part, uint64_t key, const uint64_t *states) {
  cr__xeffect *e = effect_of(p, p->cut->space->product->groups_count + part, key);
  if (e->whole) return e;
  if (e->blind) {
    judge(p, e, part, key, first_state(states));
    learn_blind(p, e);
    return e;
  }
  for (unsigned i = 0; i < p->cut->words; i++)
    for (uint64_t new = states[i] & ~e->known[i]; new != 0; new &= new - 1)
      judge(p, e, part, key, i * 64 + cr__xfirst_bit(new));
  return e;
}

/* blocks_effects.c - what families of groups do to blocks; see blocks_plan.h. */
#include <stdlib.h>
#include <string.h>

#include "blocks_plan.h"
#include "findings.h"

/* ---- maps ------------------------------------------------------------------------------------ */

struct cr__xeffect_slot {
  uint64_t key;
  uint32_t effect;
};

static uint32_t slot_of(const cr__xeffect_map *m, uint64_t key) {
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
    if (old.slots[i].effect != 0) m->slots[slot_of(m, old.slots[i].key)] = old.slots[i];
  free(old.slots);
}

uint32_t cr__xmap_find(const cr__xeffect_map *m, uint64_t key) {
  return m->cap == 0 ? 0 : m->slots[slot_of(m, key)].effect;
}

void cr__xmap_fetch(const cr__xeffect_map *m, uint64_t key) {
  if (m->cap > 0) CR__PREFETCH(&m->slots[(uint32_t)cr__xmemo_hash(&key, 1) & (m->cap - 1)]);
}

void cr__xmap_add(cr__xplan *p, cr__xeffect_map *m, uint64_t key, uint32_t effect) {
  if ((m->count + 1) * UINT64_C(2) > m->cap) map_grow(p, m);
  uint32_t i = slot_of(m, key);
  m->slots[i].key = key;
  m->slots[i].effect = effect;
  m->count++;
}

void cr__xmap_clear(cr__xeffect_map *m) {
  free(m->slots);
  *m = (cr__xeffect_map){0};
}

/* ---- effects --------------------------------------------------------------------------------- */

enum { ROOM_FIRST = 4 };

void *cr__xplan_more(cr__xplan *p, void *array, uint32_t count, size_t each) {
  bool full = count == 0 || (count >= ROOM_FIRST && (count & (count - 1)) == 0);
  if (!full) return array;
  uint32_t cap = count == 0 ? ROOM_FIRST : count * 2;
  p->bytes += (cap - count) * each;
  return cr_realloc(array, cap * each);
}

static void effect_free(cr__xeffect *e) {
  free(e->change);
  free(e->labels);
  if (e->split == NULL) return;
  free(e->split->moves);
  free(e->split->of);
  free(e->split->steps);
  free(e->split);
}

static uint16_t change_number(cr__xplan *p, cr__xeffect *e, uint64_t change) {
  uint16_t i = 0;
  while (i < e->changes_count && e->change[i] != change) i++;
  if (i < e->changes_count) return i;
  if (i == CR__XEFFECT_MOST) {
    atomic_store(&p->cut->outgrown, true);
    return 0;
  }
  e->change = cr__xplan_more(p, e->change, i, sizeof *e->change);
  e->change[e->changes_count++] = change;
  return i;
}

static uint64_t bit_of(unsigned local) { return UINT64_C(1) << local % 64; }

static uint32_t effect_add(cr__xplan *p, const cr__xeffect *e) {
  p->effects = cr__xplan_more(p, p->effects, p->effects_count, sizeof *e);
  p->effects[p->effects_count] = *e;
  return p->effects_count++;
}

void cr__xeffects_free(cr__xplan *p) {
  for (uint32_t i = 1; i < p->effects_count; i++) effect_free(&p->effects[i]);
  free(p->effects);
  p->effects = NULL;
  p->effects_count = 0;
}

static bool tally_is(const cr__xtally *t, const uint32_t *labels, uint32_t count) {
  return t->count == count && memcmp(t->labels, labels, count * sizeof *labels) == 0;
}

/* The tally of these labels, of which there are some. */
static uint32_t tally_of(cr__xplan *p, const uint32_t *labels, uint32_t count) {
  uint64_t digest = cr_digest_seeded(labels, count * sizeof *labels, 0);
  for (uint32_t known; (known = cr__xmap_find(&p->tallied, digest)) != 0; digest++)
    if (tally_is(&p->tallies[known - 1], labels, count)) return known - 1;
  uint32_t number = p->tallies_count++;
  p->tallies = cr__xplan_more(p, p->tallies, number, sizeof *p->tallies);
  p->fired = cr__xplan_more(p, p->fired, number, sizeof *p->fired);
  p->tallies[number] = (cr__xtally){cr_alloc(count * sizeof *labels), count};
  p->fired[number] = 0;
  p->bytes += count * sizeof *labels;
  memcpy(p->tallies[number].labels, labels, count * sizeof *labels);
  cr__xmap_add(p, &p->tallied, digest, number + 1);
  return number;
}

void cr__xtallies_free(cr__xplan *p) {
  for (uint32_t i = 0; i < p->tallies_count; i++) free(p->tallies[i].labels);
  free(p->tallies);
  free(p->fired);
  cr__xmap_clear(&p->tallied);
  p->tallies = NULL;
  p->fired = NULL;
  p->tallies_count = 0;
}

/* ---- split effects --------------------------------------------------------------------------- */

uint32_t cr__xeffect_split(cr__xplan *p) {
  cr__xeffect e = {.split = cr_alloc(sizeof *e.split)};
  p->bytes += sizeof *e.split;
  (void)change_number(p, &e, 0);
  return effect_add(p, &e);
}

static void move_add(cr__xplan *p, cr__xsplit *e, uint16_t target, uint32_t label, unsigned local) {
  uint32_t i = 0, tally = tally_of(p, &label, 1);
  while (i < e->moves_count && (e->moves[i].target != target || e->moves[i].tally != tally)) i++;
  if (i == e->moves_count) {
    e->moves = cr__xplan_more(p, e->moves, i, sizeof *e->moves);
    e->moves[e->moves_count++] = (cr__xmove){.target = target, .tally = tally};
  }
  e->moves[i].states[local / 64] |= bit_of(local);
}

static void step_list(cr__xplan *p, uint16_t target, unsigned local, uint32_t label) {
  cr__xsteplist *list = &p->list;
  if (list->count == list->cap) {
    list->cap = list->cap == 0 ? ROOM_FIRST : list->cap * 2;
    list->steps = cr_realloc(list->steps, list->cap * sizeof *list->steps);
    list->labels = cr_realloc(list->labels, list->cap * sizeof *list->labels);
  }
  list->steps[list->count] =
      (target * p->cut->words + local / 64) << CR__XSTEP_AT_SHIFT | local % 64;
  list->labels[list->count++] = label;
}

/* The steps that are listed become those of a local number. */
static void steps_add(cr__xplan *p, cr__xsplit *e, unsigned local) {
  cr__xsteplist *list = &p->list;
  if (list->count == 0) return;
  if (e->of == NULL) {
    e->of = cr_alloc(p->cut->words * 64 * sizeof *e->of);
    p->bytes += p->cut->words * 64 * sizeof *e->of;
  }
  e->of[local] = (cr__xsteps){e->steps_count, tally_of(p, list->labels, list->count)};
  e->traits[local / 64].stepping |= bit_of(local);
  list->steps[list->count - 1] |= CR__XSTEP_LAST;
  for (uint32_t i = 0; i < list->count; i++) {
    e->steps = cr__xplan_more(p, e->steps, e->steps_count, sizeof *e->steps);
    e->steps[e->steps_count++] = list->steps[i];
  }
}

/* Looks at one group for one state of a block. False: something is violated. */
static bool learn_group(cr__xplan *p, cr__xeffect *e, unsigned group, uint64_t key,
                        unsigned local) {
  cr__xspace *s = p->cut->space;
  uint64_t state = key | p->cut->locals.bits[local], mask = s->group[group].mask[0];
  uint32_t count = 0;
  bool fine = true;
  const uint64_t *t = cr__xgroup_transitions(s, &s->worker[p->worker], group, &state, &count);
  if (count > 0) e->split->traits[local / 64].any |= bit_of(local);
  for (uint32_t i = 0; i < count; i++, t += 2) {
    if ((cr_xviolation)t[1] != 0) {
      fine = false;
      continue;
    }
    uint64_t next = (state & ~mask) | t[0];
    uint32_t label = (uint32_t)(t[1] >> 32);
    uint16_t target = change_number(p, e, (next ^ key) & ~p->cut->mask);
    unsigned there = cr__xlocal_number(p->cut, next);
    if (there == local)
      move_add(p, e->split, target, label, local);
    else
      step_list(p, target, there, label);
  }
  return fine;
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
  cr__xtraits *traits = &e->split->traits[local / 64];
  bool fine = !parts_broken(p, f, key | p->cut->locals.bits[local]);
  p->list.count = 0;
  for (unsigned i = 0; i < f->groups_count; i++)
    if (!learn_group(p, e, f->groups[i], key, local)) fine = false;
  steps_add(p, e->split, local);
  traits->known |= bit_of(local);
  if (fine) traits->fine |= bit_of(local);
}

void cr__xplan_learn(cr__xplan *p, unsigned family, uint32_t effect, uint64_t key,
                     const uint64_t *states) {
  cr__xeffect *e = &p->effects[effect];
  for (unsigned i = 0; i < p->cut->words; i++)
    for (uint64_t new = states[i] & ~e->split->traits[i].known; new != 0; new &= new - 1)
      learn(p, &p->families[family], e, key, i * 64 + cr__xfirst_bit(new));
}

/* ---- blind effects --------------------------------------------------------------------------- */

static void blind_group(cr__xplan *p, cr__xeffect *e, unsigned group, uint64_t state) {
  cr__xspace *s = p->cut->space;
  uint32_t count = 0;
  const uint64_t *t = cr__xgroup_transitions(s, &s->worker[p->worker], group, &state, &count);
  for (uint32_t i = 0; i < count; i++, t += 2) {
    if (e->labels_count == CR__XEFFECT_MOST) {
      atomic_store(&p->cut->outgrown, true);
      return;
    }
    e->labels = cr__xplan_more(p, e->labels, e->labels_count, sizeof *e->labels);
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
  for (uint32_t known; (known = cr__xmap_find(&p->interned, digest)) != 0; digest++)
    if (same(&p->effects[known], e)) {
      effect_free(e);
      return known;
    }
  uint32_t number = effect_add(p, e);
  cr__xmap_add(p, &p->interned, digest, number);
  return number;
}

uint32_t cr__xeffect_blind(cr__xplan *p, const cr__xfamily *f, uint64_t state) {
  size_t before = p->bytes;
  cr__xeffect e = {0};
  (void)change_number(p, &e, 0);
  for (unsigned i = 0; f != NULL && i < f->groups_count; i++)
    blind_group(p, &e, f->groups[i], state);
  if (f != NULL && parts_broken(p, f, state)) e.broken = true;
  uint32_t count = p->effects_count, number = intern(p, &e);
  if (p->effects_count == count) p->bytes = before; /* it was known */
  return number;
}

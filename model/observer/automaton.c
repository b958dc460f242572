/* automaton.c - see automaton.h. */
#include "automaton.h"

static bool compare(cr__compare how, uint32_t result, uint32_t with) {
  switch (how) {
    case CR__ANY_RESULT: return true;
    case CR__EQUAL: return result == with;
    case CR__UNEQUAL: return result != with;
    case CR__ABOVE: return result > with;
    case CR__UP_TO: return result <= with;
    case CR__FAILED: return result != CR_E_SUCCESS && result != CR_E_IO_PENDING;
  }
  return false;
}

static bool matches(const cr__pattern *p, const cr_event *e) {
  return p->kind == e->kind && (p->role == 0 || p->role == e->role) &&
         (p->object == CR__ANY_OBJECT || p->object == e->object) &&
         (p->value == CR_ANY || p->value == e->value) &&
         (p->extra == CR_ANY || p->extra == e->extra) && (e->effects & p->effects) == p->effects &&
         compare((cr__compare)p->compare, e->result, p->result);
}

/* The event, or what it was before the core took a later form of an entry point for the first. */
static bool about(const cr__pattern *p, const cr__view *w) {
  if (matches(p, w->e)) return true;
  bool call = w->e->kind == CR_EV_CALL || w->e->kind == CR_EV_RET;
  return call && p->value != CR_ANY && p->value != w->e->value && matches(p, w->seen);
}

/* Without this most rows would be looked at in vain: by what tells events apart most often. */
static inline bool may(const cr__pattern *p, const cr__view *w) {
  return (p->kind == w->e->kind || p->kind == w->seen->kind) &&
         (p->value == CR_ANY || p->value == w->e->value || p->value == w->seen->value);
}

/* The number of the volume that an event is about. */
static uint32_t volume_of(const cr_event *e) {
  if (e->kind == CR_EV_FACT) return e->result;
  return e->kind >= CR_EV_OPENV && e->kind <= CR_EV_FLUSH ? e->object : 0;
}

/* Bits of a row as those of a volume. */
static uint64_t bits_of(uint64_t row, unsigned shift) {
  uint64_t own = (CR__BIT(CR__OWN_BITS) - 1) << CR__OWN;
  return shift == 0 ? row : (row & ~own) | (row & own) << shift;
}

static uint64_t counted(uint64_t bits, const cr__note_row *row, unsigned shift) {
  uint64_t first = bits_of(CR__BIT(row->count), shift);
  uint64_t all = first * (CR__BIT(CR__COUNT) - 1);
  uint64_t count = bits & all;
  count = row->more ? count << 1 | first : count >> 1;
  return (bits & ~all) | (count & all);
}

static bool holds(uint64_t bits, uint64_t set, uint64_t clear, unsigned shift) {
  set = bits_of(set, shift);
  return (bits & set) == set && (bits & bits_of(clear, shift)) == 0;
}

void cr__automaton(const cr__view *w, uint8_t *memory, const cr__table *table) {
  unsigned shift = 0;
  if (table->volumes) {
    uint32_t volume = volume_of(w->e);
    if (volume >= CR__OWNERS) return;
    shift = volume * CR__OWN_BITS;
  }
  uint64_t before = 0;
  for (unsigned i = 0; i < 8; i++) before |= (uint64_t)memory[i] << (8 * i);
  for (size_t i = 0; i < table->judges; i++) {
    const cr__judge_row *row = &table->judge[i];
    if (may(&row->event, w) && holds(before, row->set, row->clear, shift) && about(&row->event, w))
      cr__judge(w, row->clause, true, row->keeps);
  }
  uint64_t bits = before;
  for (size_t i = 0; i < table->notes; i++) {
    const cr__note_row *row = &table->note[i];
    if (!may(&row->event, w) || !holds(before, row->when, row->unless, shift) ||
        !about(&row->event, w))
      continue;
    bits = (bits & ~bits_of(row->clear, shift)) | bits_of(row->set, shift);
    if (row->more || row->fewer) bits = counted(bits, row, shift);
  }
  for (unsigned i = 0; i < 8; i++) memory[i] = (uint8_t)(bits >> (8 * i));
}

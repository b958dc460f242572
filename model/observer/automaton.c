/* automaton.c - see automaton.h. */
#include "automaton.h"

static bool compare(cr__compare how, uint32_t result, uint32_t with) {
  switch (how) {
    case CR__ANY_RESULT: return true;
    case CR__EQUAL: return result == with;
    case CR__UNEQUAL: return result != with;
    case CR__ABOVE: return result > with;
    case CR__UP_TO: return result <= with;
  }
  return false;
}

static bool matches(const cr__pattern *p, const cr_event *e) {
  return p->kind == e->kind && (p->role == 0 || p->role == e->role) &&
         (p->object == CR__ANY_OBJECT || p->object == e->object) &&
         (p->value == CR_ANY || p->value == e->value) &&
         (p->extra == CR_ANY || p->extra == e->extra) &&
         compare((cr__compare)p->compare, e->result, p->result);
}

void cr__automaton(const cr__view *w, uint8_t *memory, const cr__judge_row *judge, size_t judges,
                   const cr__note_row *note, size_t notes) {
  uint64_t bits = 0;
  for (unsigned i = 0; i < 8; i++) bits |= (uint64_t)memory[i] << (8 * i);
  for (size_t i = 0; i < judges; i++) {
    const cr__judge_row *row = &judge[i];
    if ((bits & row->set) != row->set || (bits & row->clear) != 0) continue;
    if (matches(&row->event, w->e)) cr__judge(w, row->clause, true, row->keeps);
  }
  for (size_t i = 0; i < notes; i++)
    if (matches(&note[i].event, w->e)) bits = (bits & ~note[i].clear) | note[i].set;
  for (unsigned i = 0; i < 8; i++) memory[i] = (uint8_t)(bits >> (8 * i));
}

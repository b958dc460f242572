/* automaton.h - clauses as rows over events and sixty-four bits of memory. Private to the observer.
 *
 * For clauses that are told by what came before what: a row of `judge` says for which events, and
 * with which bits set or clear, a clause is exercised, and whether it is kept or broken then; a row
 * of `note` says which bits an event sets and clears. All rows of judge see the memory as it was
 * before the event; the notes are taken afterwards, in order.
 */
#ifndef CR_OBSERVER_AUTOMATON_H
#define CR_OBSERVER_AUTOMATON_H

#include "obs.h"

#define CR__BIT(n) ((uint64_t)1 << (n))

enum { CR__ANY_OBJECT = 0xFF };
typedef enum cr__compare {
  CR__ANY_RESULT = 0,
  CR__EQUAL,
  CR__UNEQUAL,
  CR__ABOVE,
  CR__UP_TO
} cr__compare;

/* Which events a row is about. role 0: whoever. */
typedef struct cr__pattern {
  uint8_t kind, role, object, compare;
  uint32_t value, extra, result;
} cr__pattern;

typedef struct cr__judge_row {
  uint64_t set, clear; /* bits that must be set, and clear */
  cr_clause clause;
  cr__pattern event;
  bool keeps;
} cr__judge_row;

typedef struct cr__note_row {
  uint64_t set, clear; /* bits that become set, and clear */
  cr__pattern event;
} cr__note_row;

/* memory: the part's CR_AUTOMATON_FIELDS. */
void cr__automaton(const cr__view *w, uint8_t *memory, const cr__judge_row *judge, size_t judges,
                   const cr__note_row *note, size_t notes);

/* Patterns, for the tables. */
#define ON(KIND) \
  { CR_EV_##KIND, 0, CR__ANY_OBJECT, CR__ANY_RESULT, CR_ANY, CR_ANY, 0 }
#define ON_VALUE(KIND, v) \
  { CR_EV_##KIND, 0, CR__ANY_OBJECT, CR__ANY_RESULT, (v), CR_ANY, 0 }
#define ON_FACT(topic, detail) \
  { CR_EV_FACT, 0, CR__ANY_OBJECT, CR__ANY_RESULT, CR_TOPIC_##topic, CR_DETAIL_##detail, 0 }
#define ON_TOPIC(topic) \
  { CR_EV_FACT, 0, CR__ANY_OBJECT, CR__ANY_RESULT, CR_TOPIC_##topic, CR_ANY, 0 }
#define ON_NUMBER(topic, compare, n) \
  { CR_EV_FACT, 0, CR__ANY_OBJECT, CR__##compare, CR_TOPIC_##topic, CR_ANY, (n) }
#define ON_CALL(ep) ON_VALUE(CALL, CR_EP_##ep)
#define ON_RET(ep) ON_VALUE(RET, CR_EP_##ep)
#define ON_RET_IF(ep, compare, n) \
  { CR_EV_RET, 0, CR__ANY_OBJECT, CR__##compare, CR_EP_##ep, CR_ANY, (n) }
#define ON_STATUS(state) ON_VALUE(STATUS, CR_STATE_##state)
#define ON_STATUS_IF(state, answer) \
  { CR_EV_STATUS, 0, CR__ANY_OBJECT, CR__EQUAL, CR_STATE_##state, CR_ANY, CR_EXIT_STATE_##answer }
#define ON_IF(KIND, compare, n) \
  { CR_EV_##KIND, 0, CR__ANY_OBJECT, CR__##compare, CR_ANY, CR_ANY, (n) }
#define KEEPS(clause, pattern, set, clear) \
  { (set), (clear), CR_CLAUSE_##clause, pattern, true }
#define BREAKS(clause, pattern, set, clear) \
  { (set), (clear), CR_CLAUSE_##clause, pattern, false }
#define NOTE(pattern, set, clear) \
  { (set), (clear), pattern }

#define CR__AUTOMATON(lower)                                                             \
  void cr__observe_##lower(const cr__view *w) {                                          \
    cr__automaton(w, (uint8_t *)&w->o->parts.lower, judges, CR_ARRAY_LEN(judges), notes, \
                  CR_ARRAY_LEN(notes));                                                  \
  }

#endif

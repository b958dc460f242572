/* automaton.h - clauses as rows over events and sixty-four bits of memory. Private to the observer.
 *
 * For clauses that are told by what came before what: a row of `judge` says for which events, and
 * with which bits set or clear, a clause is exercised, and whether it is kept or broken then; a row
 * of `note` says which bits an event sets and clears. All rows of judge see the memory as it was
 * before the event, and so do the conditions of notes; the notes are taken afterwards, in order.
 *
 * A call's pattern matches the later forms of the entry point too (cr_entry_point_base); one that
 * names a later form matches that one alone.
 *
 * A count is kept in consecutive bits: as many of them are set, from the first on, as there are
 * things, so its first bit says whether there is one at all. It counts to CR__COUNT.
 *
 * Volumes: a part may have bits that are there once for each volume (CR__AUTOMATON_OF_VOLUMES). The
 * rows name those of the first volume, bits CR__OWN and up, and mean those of the volume that the
 * event is about: the object of a volume operation, the number of a fact. An event about a volume
 * beyond CR__OWNERS is passed over.
 */
#ifndef CR_OBSERVER_AUTOMATON_H
#define CR_OBSERVER_AUTOMATON_H

#include "obs.h"

#define CR__BIT(n) ((uint64_t)1 << (n))

enum { CR__ANY_OBJECT = 0xFF };
enum { CR__COUNT = 3 };
enum { CR__OWNERS = 2, CR__OWN = 16, CR__OWN_BITS = 24 };
_Static_assert(CR__OWN + CR__OWNERS * CR__OWN_BITS == 64, "the bits of a memory are all used");

/* The second volume's bit, whatever the event is about (a fact without a number); both volumes'. */
#define CR__OTHER(n) CR__BIT((n) + CR__OWN_BITS)
#define CR__ALL_OF(count) ((CR__BIT(CR__COUNT) - 1) << (count)) /* a count's bits */
#define CR__EACH(n) (CR__BIT(n) | CR__OTHER(n))

typedef enum cr__compare {
  CR__ANY_RESULT = 0,
  CR__EQUAL,
  CR__UNEQUAL,
  CR__ABOVE,
  CR__UP_TO,
  CR__FAILED /* neither success nor pending */
} cr__compare;

/* Which events a row is about. role 0: whoever. */
typedef struct cr__pattern {
  uint8_t kind, role, object, compare;
  uint32_t value, extra, result;
  uint8_t effects; /* that it must have */
} cr__pattern;

typedef struct cr__judge_row {
  uint64_t set, clear; /* bits that must be set, and clear */
  cr_clause clause;
  cr__pattern event;
  bool keeps;
} cr__judge_row;

typedef struct cr__note_row {
  uint64_t set, clear;   /* bits that become set, and clear */
  uint64_t when, unless; /* bits that must be set, and clear, for that */
  cr__pattern event;
  uint8_t count; /* the first bit of a count that changes, if more or fewer */
  bool more, fewer;
} cr__note_row;

typedef struct cr__table {
  const cr__judge_row *judge;
  const cr__note_row *note;
  size_t judges, notes;
  bool volumes;
} cr__table;

/* memory: the part's CR_AUTOMATON_FIELDS. */
void cr__automaton(const cr__view *w, uint8_t *memory, const cr__table *table);

/* Patterns, for the tables. */
#define ON(KIND) \
  { CR_EV_##KIND, 0, CR__ANY_OBJECT, CR__ANY_RESULT, CR_ANY, CR_ANY, 0, 0 }
#define ON_VALUE(KIND, v) \
  { CR_EV_##KIND, 0, CR__ANY_OBJECT, CR__ANY_RESULT, (v), CR_ANY, 0, 0 }
#define ON_FACT(topic, detail) \
  { CR_EV_FACT, 0, CR__ANY_OBJECT, CR__ANY_RESULT, CR_TOPIC_##topic, CR_DETAIL_##detail, 0, 0 }
#define ON_TOPIC(topic) \
  { CR_EV_FACT, 0, CR__ANY_OBJECT, CR__ANY_RESULT, CR_TOPIC_##topic, CR_ANY, 0, 0 }
#define ON_NUMBER(topic, compare, n) \
  { CR_EV_FACT, 0, CR__ANY_OBJECT, CR__##compare, CR_TOPIC_##topic, CR_ANY, (n), 0 }
#define ON_CALL(ep) ON_VALUE(CALL, CR_EP_##ep)
#define ON_RET(ep) ON_VALUE(RET, CR_EP_##ep)
#define ON_RET_IF(ep, compare, n) \
  { CR_EV_RET, 0, CR__ANY_OBJECT, CR__##compare, CR_EP_##ep, CR_ANY, (n), 0 }
#define ON_STATUS(state) ON_VALUE(STATUS, CR_STATE_##state)
#define ON_STATUS_IF(state, answer)                                                               \
  {                                                                                               \
    CR_EV_STATUS, 0, CR__ANY_OBJECT, CR__EQUAL, CR_STATE_##state, CR_ANY, CR_EXIT_STATE_##answer, \
        0                                                                                         \
  }
#define ON_RET_FAILED(ep) ON_RET_IF(ep, FAILED, 0)
#define ON_EFFECT(KIND, effect) \
  { CR_EV_##KIND, 0, CR__ANY_OBJECT, CR__ANY_RESULT, CR_ANY, CR_ANY, 0, CR_FX_##effect }
#define ON_IF(KIND, compare, n) \
  { CR_EV_##KIND, 0, CR__ANY_OBJECT, CR__##compare, CR_ANY, CR_ANY, (n), 0 }
/* The same, by a role; volume operations by one that succeed. */
#define BY_FACT(who, topic, detail)                                              \
  {                                                                              \
    CR_EV_FACT, CR_ROLE_##who, CR__ANY_OBJECT, CR__ANY_RESULT, CR_TOPIC_##topic, \
        CR_DETAIL_##detail, 0, 0                                                 \
  }
#define BY(who, KIND) \
  { CR_EV_##KIND, CR_ROLE_##who, CR__ANY_OBJECT, CR__ANY_RESULT, CR_ANY, CR_ANY, 0, 0 }
#define BY_WELL(who, KIND) \
  { CR_EV_##KIND, CR_ROLE_##who, CR__ANY_OBJECT, CR__EQUAL, CR_ANY, CR_ANY, CR_E_SUCCESS, 0 }
#define KEEPS(clause, pattern, set, clear) \
  { (set), (clear), CR_CLAUSE_##clause, pattern, true }
#define BREAKS(clause, pattern, set, clear) \
  { (set), (clear), CR_CLAUSE_##clause, pattern, false }
#define NOTE(pattern, set, clear) \
  { (set), (clear), 0, 0, pattern, 0, false, false }
#define NOTE_IF(pattern, when, unless, set, clear) \
  { (set), (clear), (when), (unless), pattern, 0, false, false }
#define MORE(pattern, count) \
  { 0, 0, 0, 0, pattern, (count), true, false }
#define MORE_UNLESS(pattern, unless, count) \
  { 0, 0, 0, (unless), pattern, (count), true, false }
#define FEWER(pattern, count) \
  { 0, 0, 0, 0, pattern, (count), false, true }

#define CR__AUTOMATON_TABLE(lower, of_volumes)                                                \
  void cr__observe_##lower(const cr__view *w) {                                               \
    static const cr__table table = {judges, notes, CR_ARRAY_LEN(judges), CR_ARRAY_LEN(notes), \
                                    of_volumes};                                              \
    cr__automaton(w, (uint8_t *)&w->o->parts.lower, &table);                                  \
  }
#define CR__AUTOMATON(lower) CR__AUTOMATON_TABLE(lower, false)
#define CR__AUTOMATON_OF_VOLUMES(lower) CR__AUTOMATON_TABLE(lower, true)

#endif

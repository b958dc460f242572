/* owing.h - the part of the graph in which something is owed (private to the explorer).
 *
 * Only states that owe a duty can be on a cycle that breaks one, so only they are kept, under
 * numbers of their own ("places") in the order of the store, with the transitions among them. The
 * rest of the graph takes two bits a state.
 *
 * Memory       24 bytes a place, 5 bytes a transition; no label, see cr__xowing_label.
 * Threads      built in parts of neighbouring places, one task each; the parts are the same for any
 *              number of threads.
 * Owns         everything it points to but space and store; cr__xowing_free gives it back.
 */
#ifndef CLUSRACE_EXPLORE_OWING_H
#define CLUSRACE_EXPLORE_OWING_H

#include "findings.h"
#include "team.h"

enum { CR__XPART_BITS = 12, CR__XPART = 1 << CR__XPART_BITS };

/* The transitions of CR__XPART places: those of the i-th at first[i] .. first[i + 1] - 1. */
typedef struct cr__xpart {
  uint32_t *first;
  uint32_t *to;   /* places */
  uint8_t *class; /* fairness classes */
} cr__xpart;

/* Which of 64 states owe something, and how many do before them. */
typedef struct cr__xowes {
  uint64_t bits;
  uint64_t rank;
} cr__xowes;

typedef struct cr__xowing {
  cr__xspace *space;
  cr__xstore *store;
  cr__xowes *owes;
  uint32_t count, parts_count;
  uint32_t *state;          /* number in the store of each place */
  uint64_t *owed, *enabled; /* of each place: duties; fairness classes, of all its transitions */
  cr__xpart *part;
  uint64_t duties; /* that are owed anywhere */
  size_t bytes;    /* accounted for */
} cr__xowing;

/* Builds it from a store that holds every reachable state. False when there was no room; owing is
 * then to be freed as well. */
bool cr__xowing_build(cr__xowing *owing, cr__xspace *space, cr__xstore *store, cr__xteam *team);
void cr__xowing_free(cr__xowing *owing);

/* Accounts for and allocates count * size bytes (zeroed); NULL when they exceed the bound. */
void *cr__xowing_reserve(cr__xowing *owing, size_t count, size_t size);

/* The transitions of a place. */
typedef struct cr__xedges {
  const uint32_t *to;
  const uint8_t *class;
  uint32_t count;
} cr__xedges;

static inline cr__xedges cr__xowing_edges(const cr__xowing *owing, uint32_t place) {
  const cr__xpart *part = &owing->part[place >> CR__XPART_BITS];
  uint32_t i = place & (CR__XPART - 1), first = part->first[i];
  return (cr__xedges){part->to + first, part->class + first, part->first[i + 1] - first};
}

/* The label of the place's transition number index; expands its state again. */
uint32_t cr__xowing_label(const cr__xowing *owing, uint32_t place, uint32_t index);

#endif

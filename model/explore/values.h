/* values.h - the values that a component of a product has had, by number (private to the explorer).
 *
 * Equal values have one number for the whole run. Only a new value takes a lock, to be added; a
 * value may be read by whoever has its number from a thread that has it.
 */
#ifndef CLUSRACE_EXPLORE_VALUES_H
#define CLUSRACE_EXPLORE_VALUES_H

#include <stdatomic.h>

#include "team.h"

enum { CR__XVALUE_CHUNKS = 26, CR__XVALUE_FIRST = 64 };

/* Where numbers are found. One that was outgrown stays, for who still looks there. */
typedef struct cr__xnumbers {
  struct cr__xnumbers *outgrown;
  uint32_t mask;
  _Atomic uint64_t slots[]; /* half of the value's digest, then number + 1; 0 = empty */
} cr__xnumbers;

typedef struct cr__xvalues {
  size_t bytes;   /* of a value */
  uint32_t count; /* under the lock, as all that changes */
  _Atomic(cr__xnumbers *) numbers;
  unsigned char *chunk[CR__XVALUE_CHUNKS]; /* chunk i holds CR__XVALUE_FIRST << i values */
  cr__xlock *lock;
} cr__xvalues;

void cr__xvalues_init(cr__xvalues *values, size_t bytes);
void cr__xvalues_free(cr__xvalues *values);
/* The number of a value, a new one if it is new. */
uint32_t cr__xvalues_number(cr__xvalues *values, const void *value);
/* A value by its number. Never moves. */
const unsigned char *cr__xvalues_at(const cr__xvalues *values, uint32_t number);
/* How many there are. Not while others ask for numbers. */
static inline uint32_t cr__xvalues_count(const cr__xvalues *values) { return values->count; }

#endif

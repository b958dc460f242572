/* compact.h - a set of numbers of up to 64 bits in fewer bits each (private to the explorer).
 *
 * A number's place says a part of it, so only the rest is kept (quotienting: Cleary, "Compact hash
 * tables using bidirectional linear probing", IEEE Trans. Comput. C-33, 1984). Here a slot holds
 * the rest and how far it is from its home, + 1; 0 = empty. Slots are in the order of their homes
 * (Robin Hood probing), so a look ends soon even in a full table, and growing writes in sequence.
 * A number that finds no place within reach is kept whole in a list: rare, but then exact, too.
 *
 * Numbers are aligned to the top of 64 bits; their first CR__XSEGMENT_BITS bits are the same for a
 * segment and are not looked at. They should be well mixed.
 *
 * Threads      any number may look while nobody adds.
 */
#ifndef CLUSRACE_EXPLORE_COMPACT_H
#define CLUSRACE_EXPLORE_COMPACT_H

#include "store.h"

enum { CR__XCOMPACT_BITS_MIN = CR__XSEGMENT_BITS + 32, CR__XCOMPACT_BITS_MAX = 64 };

typedef struct cr__xcompact {
  unsigned low_bits; /* of a number, below the segment's bits and the next 32 */
  unsigned width;    /* of a slot */
  uint64_t *words;
  uint32_t cap, count;
  uint64_t *strays; /* whole numbers */
  uint32_t strays_count, strays_cap;
} cr__xcompact;

/* An empty set of numbers of so many bits. No allocation happens yet. */
void cr__xcompact_init(cr__xcompact *set, unsigned bits);
void cr__xcompact_free(cr__xcompact *set);
/* Makes room for so many more, accounted for in store; false, and nothing changes, when there is
 * none. */
bool cr__xcompact_ensure(cr__xcompact *set, uint32_t more, cr__xstore *store);
/* Adds a number for which there is room; false when it was there. */
bool cr__xcompact_put(cr__xcompact *set, uint64_t number);
bool cr__xcompact_known(const cr__xcompact *set, uint64_t number);
void cr__xcompact_prefetch(const cr__xcompact *set, uint64_t number);
/* What is accounted for: all but the strays. */
size_t cr__xcompact_bytes(const cr__xcompact *set);

/* Calls each for every number, with the segment's bits given, until it returns false; the last
 * answer. */
typedef bool cr__xcompact_each(void *arg, uint64_t number);
bool cr__xcompact_walk(const cr__xcompact *set, unsigned segment, cr__xcompact_each *each,
                       void *arg);

#endif

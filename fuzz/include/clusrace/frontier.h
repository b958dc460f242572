/* frontier.h - places that a fuzzer has seldom been at, and a way back to each.
 *
 * Each input starts at the beginning, so few reach what lies deep. The shortest way to every place
 * is kept, and how often the place was passed: a mutation returns to one that was passed seldom and
 * goes on from there ("first return, then explore": Ecoffet, Huizinga, Lehman, Stanley and Clune,
 * Nature 590, 2021).
 *
 * A place is a number, such as that of an abstract state; a way is the beginning of an input. The
 * archive is bounded: when it is full it begins anew. It depends on what it was told and in which
 * order, on nothing else, and belongs to one thread.
 */
#ifndef CLUSRACE_FRONTIER_H
#define CLUSRACE_FRONTIER_H

#include "clusrace/base.h"

enum {
  CR_FRONTIER_PLACES = 1 << 16,        /* kept at most */
  CR_FRONTIER_BYTES = 1 << 22,         /* of all ways together at most */
  CR_FRONTIER_WAY_MAX = 1 << 10,       /* bytes of a way; what is further off is not kept */
  CR_FRONTIER_PASSED_MAX = UINT16_MAX, /* counting ends here */
  CR_FRONTIER_DRAWN = 8                /* places of which the one passed least is chosen */
};

typedef struct cr_frontier cr_frontier;

/* An empty one. The caller frees it with cr_frontier_free. */
cr_frontier *cr_frontier_new(void);
void cr_frontier_free(cr_frontier *frontier); /* NULL: nothing */

/* A run was at a place after the first n bytes of its input. They are copied when no shorter way
 * there is known. */
void cr_frontier_pass(cr_frontier *frontier, uint32_t place, const uint8_t *bytes, size_t n);

/* How often a place was passed; 0 when it is not kept. */
unsigned cr_frontier_passed(const cr_frontier *frontier, uint32_t place);
/* The shortest way to a place and its length in *n, NULL when it is not kept. Lasts until the next
 * cr_frontier_pass. */
const uint8_t *cr_frontier_way(const cr_frontier *frontier, uint32_t place, size_t *n);
/* How many places are kept. */
unsigned cr_frontier_count(const cr_frontier *frontier);

/* Of CR_FRONTIER_DRAWN places at random the one that was passed least, among those whose way has at
 * most max bytes: that way, as cr_frontier_way gives it. NULL when there is none. */
const uint8_t *cr_frontier_choose(const cr_frontier *frontier, cr_rng *rng, size_t max, size_t *n);

#endif

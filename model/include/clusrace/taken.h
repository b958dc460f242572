/* taken.h - what runs have taken: ways of a resource from one state of the monitor's view to
 * another, and pairs of visible events of different actors, one right after the other.
 *
 * Two sets of numbers that a host fills in while it runs thousands of schedules, without keeping
 * any of their traces. Of the scenarios with one resource only: for others nothing is taken.
 */
#ifndef CLUSRACE_TAKEN_H
#define CLUSRACE_TAKEN_H

#include "clusrace/observer.h"

/* SLOTS is a power of two. What does not fit any more is not taken: some ten times what a DLL does.
 */
enum { CR_TAKEN_SLOTS = 8192, CR_TAKEN_MAX = CR_TAKEN_SLOTS * 3 / 4 };

typedef struct cr_taken {
  uint64_t key[CR_TAKEN_SLOTS]; /* by hash, 0: free */
  uint32_t count;
  cr_event last; /* visible, of the run that is going on; kind INVALID: none */
} cr_taken;

/* A run begins: nothing comes before its first event. */
void cr_taken_begin(cr_taken *taken);
/* An event of the run, and the states of its resource (cr_mon_state) before and after. */
void cr_taken_event(cr_taken *taken, unsigned from, unsigned to, const cr_event *event);

/* A key by itself: false when it is no key, or there is no room. For whoever reads them. */
bool cr_taken_add(cr_taken *taken, uint64_t key);
void cr_taken_merge(cr_taken *taken, const cr_taken *more);
/* All keys, least first; list has room for CR_TAKEN_MAX. Returns how many. */
uint32_t cr_taken_list(const cr_taken *taken, uint64_t *list);

/* What a key says. Of the events only role, who, lane, kind, and where they tell events apart value
 * and result are set; of a way only `second` is. */
typedef struct cr_taken_what {
  bool way; /* from, to and second; else first and second */
  uint8_t from, to;
  cr_event first, second;
} cr_taken_what;

cr_taken_what cr_taken_what_of(uint64_t key);

#endif

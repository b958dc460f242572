/* frontier.c - see clusrace/frontier.h. Places are found by hash; the ways lie one behind the
 * other, and a shorter one is written over the longer one.
 *
 * The table is looked at in each step of each run. So it is no larger than it has to be: it stays
 * in the processor's nearest memory as long as there are few places. */
#include "clusrace/frontier.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_LEAST = 1 << 10 };

typedef struct place {
  uint32_t number;
  uint32_t way;    /* where its bytes begin */
  uint16_t n;      /* how many there are */
  uint16_t passed; /* 0: a free slot */
} place;

struct cr_frontier {
  place *slot;
  uint32_t slots;                    /* a power of two, at least twice the places */
  uint32_t count, used;              /* of kept and of ways */
  uint32_t kept[CR_FRONTIER_PLACES]; /* slots in use, as they came */
  uint8_t ways[CR_FRONTIER_BYTES];
};

/* The slot of a place, or the free one that it would get. */
static uint32_t slot_of(const cr_frontier *f, uint32_t number) {
  uint32_t i = number & (f->slots - 1);
  while (f->slot[i].passed != 0 && f->slot[i].number != number) i = (i + 1) & (f->slots - 1);
  return i;
}

/* Gives it that many slots and puts the places that it has into them. */
static void set_slots(cr_frontier *f, uint32_t slots) {
  place *before = f->slot;
  f->slot = cr_alloc(slots * sizeof *f->slot);
  f->slots = slots;
  for (uint32_t k = 0; k < f->count; k++) {
    const place *p = &before[f->kept[k]];
    f->kept[k] = slot_of(f, p->number);
    f->slot[f->kept[k]] = *p;
  }
  free(before);
}

static void empty(cr_frontier *f) {
  f->count = f->used = 0;
  set_slots(f, SLOTS_LEAST);
}

cr_frontier *cr_frontier_new(void) {
  cr_frontier *f = cr_alloc(sizeof *f);
  empty(f);
  return f;
}

void cr_frontier_free(cr_frontier *f) {
  if (f != NULL) free(f->slot);
  free(f);
}

static void add(cr_frontier *f, uint32_t number, const uint8_t *bytes, size_t n) {
  if (n > CR_FRONTIER_WAY_MAX) return;
  if (f->count == CR_FRONTIER_PLACES || n > CR_FRONTIER_BYTES - f->used) empty(f);
  if (2 * f->count >= f->slots) set_slots(f, 2 * f->slots);
  uint32_t i = slot_of(f, number);
  f->slot[i] = (place){.number = number, .way = f->used, .n = (uint16_t)n, .passed = 1};
  f->kept[f->count++] = i;
  if (n > 0) memcpy(f->ways + f->used, bytes, n);
  f->used += (uint32_t)n;
}

void cr_frontier_pass(cr_frontier *f, uint32_t number, const uint8_t *bytes, size_t n) {
  place *p = &f->slot[slot_of(f, number)];
  if (p->passed == 0) {
    add(f, number, bytes, n);
    return;
  }
  p->passed = (uint16_t)(p->passed + (p->passed < CR_FRONTIER_PASSED_MAX));
  if (n >= p->n) return;
  if (n > 0) memcpy(f->ways + p->way, bytes, n);
  p->n = (uint16_t)n;
}

unsigned cr_frontier_passed(const cr_frontier *f, uint32_t number) {
  return f->slot[slot_of(f, number)].passed;
}

static const uint8_t *way_to(const cr_frontier *f, const place *p, size_t *n) {
  if (p == NULL || p->passed == 0) return NULL;
  *n = p->n;
  return f->ways + p->way;
}

const uint8_t *cr_frontier_way(const cr_frontier *f, uint32_t number, size_t *n) {
  return way_to(f, &f->slot[slot_of(f, number)], n);
}

unsigned cr_frontier_count(const cr_frontier *f) { return f->count; }

const uint8_t *cr_frontier_choose(const cr_frontier *f, cr_rng *rng, size_t max, size_t *n) {
  const place *least = NULL;
  for (unsigned i = 0; i < CR_FRONTIER_DRAWN && f->count > 0; i++) {
    const place *p = &f->slot[f->kept[cr_rng_below(rng, f->count)]];
    if (p->n <= max && (least == NULL || p->passed < least->passed)) least = p;
  }
  return way_to(f, least, n);
}

/* compact.c - see compact.h. */
#include "compact.h"

#include <stdlib.h>

enum { AWAY_BITS = 6, AWAY_MAX = (1 << AWAY_BITS) - 2, CAP_FIRST = 64, STRAYS_FIRST = 16 };
#define AWAY_MASK ((UINT64_C(1) << AWAY_BITS) - 1)

void cr__xcompact_init(cr__xcompact *set, unsigned bits) {
  CR_ASSERT(bits >= CR__XCOMPACT_BITS_MIN && bits <= CR__XCOMPACT_BITS_MAX);
  *set = (cr__xcompact){.low_bits = bits - CR__XCOMPACT_BITS_MIN};
}

void cr__xcompact_free(cr__xcompact *set) {
  free(set->words);
  free(set->strays);
  *set = (cr__xcompact){.low_bits = set->low_bits};
}

/* ---- slots ----------------------------------------------------------------------------------- */

static uint64_t mask_of(unsigned width) { return UINT64_MAX >> (64 - width); }

static uint64_t slot_at(const cr__xcompact *set, size_t i) {
  size_t bit = i * set->width, word = bit >> 6;
  unsigned shift = bit & 63;
  uint64_t high = set->words[word + 1] << 1 << (63 - shift);
  return (set->words[word] >> shift | high) & mask_of(set->width);
}

static void slot_set(cr__xcompact *set, size_t i, uint64_t slot) {
  size_t bit = i * set->width, word = bit >> 6;
  unsigned shift = bit & 63;
  uint64_t mask = mask_of(set->width);
  set->words[word] = (set->words[word] & ~(mask << shift)) | slot << shift;
  if (shift + set->width > 64) {
    unsigned gone = 64 - shift;
    set->words[word + 1] = (set->words[word + 1] & ~(mask >> gone)) | slot >> gone;
  }
}

/* No wrapping round: whatever is within reach of the last home has a slot. One word more, as
 * slot_at reads two. */
static size_t words_of(uint32_t cap, unsigned width) {
  return (((size_t)cap + AWAY_MAX) * width + 63) / 64 + 1;
}

/* 32 bits are scaled to a home; how many of the values with this home are smaller is the rest of
 * them. As home * 2^32 + fraction = high * cap, it is fraction / cap, rounded down. */
typedef struct place {
  uint32_t home;
  uint64_t rest;
} place;

static place place_of(const cr__xcompact *set, uint64_t number) {
  uint64_t below = number << CR__XSEGMENT_BITS;
  uint64_t scaled = (below >> 32) * set->cap;
  uint64_t low = set->low_bits == 0 ? 0 : below << 32 >> (64 - set->low_bits);
  return (place){(uint32_t)(scaled >> 32),
                 (uint64_t)((uint32_t)scaled / set->cap) << set->low_bits | low};
}

/* The number of a place, without the segment's bits. */
static uint64_t number_of(const cr__xcompact *set, uint32_t home, uint64_t rest) {
  uint64_t first = (((uint64_t)home << 32) + set->cap - 1) / set->cap;
  uint64_t below = (first + (rest >> set->low_bits)) << 32;
  if (set->low_bits > 0) below |= rest << (64 - set->low_bits) >> 32;
  return below >> CR__XSEGMENT_BITS;
}

static unsigned width_for(const cr__xcompact *set, uint32_t cap) {
  uint64_t rests = ((UINT64_C(1) << 32) + cap - 1) / cap;
  unsigned bits = 0;
  while (UINT64_C(1) << bits < rests) bits++;
  return bits + set->low_bits + AWAY_BITS;
}

/* ---- strays ---------------------------------------------------------------------------------- */

#define BELOW_SEGMENT (UINT64_MAX >> CR__XSEGMENT_BITS)

static bool stray_known(const cr__xcompact *set, uint64_t number) {
  for (uint32_t i = 0; i < set->strays_count; i++)
    if (set->strays[i] == (number & BELOW_SEGMENT)) return true;
  return false;
}

static void stray_add(cr__xcompact *set, uint64_t number) {
  if (set->strays_count == set->strays_cap) {
    set->strays_cap = set->strays_cap == 0 ? STRAYS_FIRST : set->strays_cap * 2;
    set->strays = cr_realloc(set->strays, set->strays_cap * sizeof *set->strays);
  }
  set->strays[set->strays_count++] = number & BELOW_SEGMENT;
}

/* ---- looking and adding ---------------------------------------------------------------------- */

void cr__xcompact_prefetch(const cr__xcompact *set, uint64_t number) {
  if (set->cap == 0) return;
  size_t home = (size_t)((number << CR__XSEGMENT_BITS >> 32) * set->cap >> 32);
  CR__PREFETCH(&set->words[home * set->width >> 6]);
}

/* What is nearer to its home than the number would be comes after it: it is not there. */
bool cr__xcompact_known(const cr__xcompact *set, uint64_t number) {
  if (set->cap == 0) return false;
  place p = place_of(set, number);
  for (uint32_t away = 0; away <= AWAY_MAX; away++) {
    uint64_t slot = slot_at(set, (size_t)p.home + away);
    if ((slot & AWAY_MASK) < away + 1) return false;
    if (slot == (p.rest << AWAY_BITS | (away + 1))) return true;
  }
  return stray_known(set, number);
}

/* Puts what is not there from home + away on, moving on what is nearer to its home. */
static void settle_from(cr__xcompact *set, place p, uint32_t away) {
  for (; away <= AWAY_MAX; away++) {
    size_t i = (size_t)p.home + away;
    uint64_t slot = slot_at(set, i), there = slot & AWAY_MASK;
    if (there >= away + 1) continue;
    slot_set(set, i, p.rest << AWAY_BITS | (away + 1));
    if (there == 0) return;
    away = (uint32_t)there - 1;
    p = (place){(uint32_t)(i - away), slot >> AWAY_BITS};
  }
  stray_add(set, number_of(set, p.home, p.rest));
}

bool cr__xcompact_put(cr__xcompact *set, uint64_t number) {
  place p = place_of(set, number);
  uint32_t away = 0;
  for (; away <= AWAY_MAX; away++) {
    uint64_t slot = slot_at(set, (size_t)p.home + away);
    if ((slot & AWAY_MASK) < away + 1) break;
    if (slot == (p.rest << AWAY_BITS | (away + 1))) return false;
  }
  if (away > AWAY_MAX && stray_known(set, number)) return false;
  settle_from(set, p, away);
  set->count++;
  return true;
}

bool cr__xcompact_walk(const cr__xcompact *set, unsigned segment, cr__xcompact_each *each,
                       void *arg) {
  uint64_t top = (uint64_t)segment << (64 - CR__XSEGMENT_BITS);
  size_t slots = set->cap == 0 ? 0 : (size_t)set->cap + AWAY_MAX;
  for (size_t i = 0; i < slots; i++) {
    uint64_t slot = slot_at(set, i);
    if (slot == 0) continue;
    uint32_t home = (uint32_t)(i - ((slot & AWAY_MASK) - 1));
    if (!each(arg, top | number_of(set, home, slot >> AWAY_BITS))) return false;
  }
  for (uint32_t i = 0; i < set->strays_count; i++)
    if (!each(arg, top | set->strays[i])) return false;
  return true;
}

/* ---- growing --------------------------------------------------------------------------------- */

size_t cr__xcompact_bytes(const cr__xcompact *set) {
  return set->cap == 0 ? 0 : words_of(set->cap, set->width) * sizeof *set->words;
}

static bool move_one(void *arg, uint64_t number) { return cr__xcompact_put(arg, number); }

/* Keeps the load at or below 7/8; growing by an eighth keeps it above 0.77. */
bool cr__xcompact_ensure(cr__xcompact *set, uint32_t more, cr__xstore *store) {
  uint64_t keys = (uint64_t)set->count + more, cap = set->cap;
  while (keys * 8 > cap * 7) cap = cap == 0 ? CAP_FIRST : cap + cap / 8;
  if (cap == set->cap) return true;
  if (cap > UINT32_MAX / 2) return false;
  cr__xcompact grown = {
      .low_bits = set->low_bits, .width = width_for(set, (uint32_t)cap), .cap = (uint32_t)cap};
  size_t bytes = cr__xcompact_bytes(&grown);
  CR_ASSERT(bytes > 0);
  if (!cr__xstore_reserve(store, bytes)) return false;
  grown.words = calloc(bytes / sizeof *grown.words, sizeof *grown.words);
  if (grown.words == NULL) {
    cr__xstore_release(store, bytes);
    return false;
  }
  bool moved = cr__xcompact_walk(set, 0, move_one, &grown);
  CR_ASSERT(moved && grown.count == set->count);
  cr__xstore_release(store, cr__xcompact_bytes(set));
  cr__xcompact_free(set);
  *set = grown;
  return true;
}

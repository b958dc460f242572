/* words.c - see words.h. */
#include "words.h"

#include <stdlib.h>
#include <string.h>

#include "pages.h"

/* REACH of the smallest table is so long that no key is ever that far away: the clusters of a
 * table that is filled to the limit are much shorter. */
enum { CAP_FIRST = 1 << 14, PIECE = 1 << 19 /* slots: pages are given back in pieces */ };

void cr__xwords_free(cr__xwords *words) {
  cr__xpages_free((void *)words->slots, (size_t)words->cap * sizeof *words->slots);
  cr__xpages_free(words->numbers, (size_t)words->cap * sizeof *words->numbers);
  *words = (cr__xwords){.numbered = words->numbered};
}

static size_t bytes_of(const cr__xwords *words, uint64_t cap) {
  return (size_t)cap * (sizeof *words->slots + (words->numbered ? sizeof *words->numbers : 0));
}

size_t cr__xwords_bytes(const cr__xwords *words) { return bytes_of(words, words->cap); }

/* Growing by half keeps the load above 0.5; eight slots share a cache line, so that at 0.75 one
 * line is mostly enough. */
uint64_t cr__xwords_cap_for(const cr__xwords *words, uint64_t keys) {
  uint64_t cap = words->cap;
  while (keys > cap / 4 * 3) cap = cap == 0 ? CAP_FIRST : (cap + cap / 2 + 7) & ~UINT64_C(7);
  return cap;
}

/* ---- growing ---------------------------------------------------------------------------------
 */

typedef struct moving {
  cr__xwords *from, *to;
} moving;

/* The mixed key of a settled slot: its home is not after the slot, and near. */
static uint64_t hash_of(const cr__xwords *words, uint64_t slot, uint64_t at) {
  uint64_t quarter = at * 4 / words->cap;
  uint64_t hash = quarter << 62 | slot >> 2;
  return cr__xwords_home(words, hash) <= at ? hash : (quarter + 3) << 62 | slot >> 2;
}

static uint64_t place(cr__xwords *words, uint64_t hash) {
  uint64_t at = cr__xwords_home(words, hash);
  for (uint64_t steps = 0; steps < words->reach; steps++, at = cr__xwords_next(words, at)) {
    uint64_t empty = 0;
    if (atomic_load_explicit(&words->slots[at], memory_order_relaxed) == 0 &&
        atomic_compare_exchange_strong_explicit(&words->slots[at], &empty, cr__xwords_settled(hash),
                                                memory_order_relaxed, memory_order_relaxed))
      return at;
  }
  return CR__XNO_WORD;
}

static void drop_piece(cr__xwords *words, uint64_t from, uint64_t end) {
  cr__xpages_drop((void *)words->slots, (size_t)from * sizeof *words->slots,
                  (size_t)end * sizeof *words->slots);
  if (words->numbers != NULL)
    cr__xpages_drop(words->numbers, (size_t)from * sizeof *words->numbers,
                    (size_t)end * sizeof *words->numbers);
}

static void move_piece(void *arg, unsigned worker, uint32_t number) {
  (void)worker;
  moving *m = arg;
  cr__xwords *from = m->from;
  uint64_t first = (uint64_t)number * PIECE,
           end = first + PIECE < from->cap ? first + PIECE : from->cap;
  for (uint64_t at = first; at < end; at++) {
    uint64_t slot = atomic_load_explicit(&from->slots[at], memory_order_relaxed);
    if (slot == 0) continue;
    uint64_t to = place(m->to, hash_of(from, slot, at));
    CR_ASSERT(to != CR__XNO_WORD); /* a larger table has shorter clusters */
    if (from->numbers != NULL) m->to->numbers[to] = from->numbers[at];
  }
  drop_piece(from, first, end);
}

static bool new_table(cr__xwords *words, uint64_t cap) {
  words->cap = cap;
  words->reach = cap / 8;
  words->slots = cr__xpages_new((size_t)cap * sizeof *words->slots);
  if (words->numbered) words->numbers = cr__xpages_new((size_t)cap * sizeof *words->numbers);
  if (words->slots != NULL && (!words->numbered || words->numbers != NULL)) return true;
  cr__xwords_free(words);
  return false;
}

bool cr__xwords_grow(cr__xwords *words, uint64_t cap, cr__xteam *team) {
  if (cap == words->cap) return true;
  cr__xwords grown = {.numbered = words->numbered};
  if (cap > UINT64_C(1) << 34 || !new_table(&grown, cap)) return false;
  moving m = {.from = words, .to = &grown};
  uint64_t pieces = (words->cap + PIECE - 1) / PIECE;
  CR_ASSERT(pieces <= UINT32_MAX);
  if (team != NULL) {
    cr__xteam_run(team, (uint32_t)pieces, move_piece, &m);
  } else {
    for (uint32_t i = 0; i < pieces; i++) move_piece(&m, 0, i);
  }
  cr__xwords_free(words);
  *words = grown;
  return true;
}

/* ---- looking and adding ----------------------------------------------------------------------
 */

uint64_t cr__xwords_find(const cr__xwords *words, uint64_t hash) {
  if (words->cap == 0) return CR__XNO_WORD;
  uint64_t at = cr__xwords_home(words, hash), settled = cr__xwords_settled(hash);
  for (uint64_t steps = 0; steps < words->reach; steps++, at = cr__xwords_next(words, at)) {
    uint64_t slot = atomic_load_explicit(&words->slots[at], memory_order_relaxed);
    if (slot == settled) return at;
    if (slot == 0) break;
  }
  return CR__XNO_WORD;
}

uint64_t cr__xwords_put(cr__xwords *words, uint64_t hash) { return place(words, hash); }

/* A place for one claim more, or NULL. */
static cr__xclaim *claim_next(cr__xclaims *claims) {
  uint32_t number = claims->count, rank = (number >> CR__XCLAIM_FIRST_BITS) + 1;
  if (number >> CR__XCLAIM_INDEX_BITS != 0) return NULL;
  if ((number & ((UINT32_C(1) << CR__XCLAIM_FIRST_BITS) - 1)) == 0 && (rank & (rank - 1)) == 0) {
    unsigned block = 0;
    while (rank >> (block + 1) != 0) block++;
    if (claims->block[block] == NULL)
      claims->block[block] = cr_alloc(sizeof(cr__xclaim) << (CR__XCLAIM_FIRST_BITS + block));
  }
  return cr__xclaim_at(claims, number);
}

/* The place in the batch of what has a claimed slot: task and number. */
static uint32_t order_of(uint64_t slot) { return (uint32_t)slot >> 2; }

bool cr__xwords_claim_slot(cr__xwords *words, cr__xclaims *tasks, unsigned task,
                           const cr__xclaim *claim, uint64_t at, uint64_t steps, uint32_t *fresh) {
  cr__xclaims *own = &tasks[task];
  cr__xclaim *new = claim_next(own);
  if (new == NULL) return false;
  *new = *claim;
  uint64_t claimed = cr__xclaimed(claim->hash, task, own->count);
  while (steps < words->reach) {
    uint64_t slot = atomic_load_explicit(&words->slots[at], memory_order_acquire);
    bool empty = slot == 0;
    if (!empty && ((slot & 2) == 0 || (slot ^ claimed) >> 32 != 0)) {
      at = cr__xwords_next(words, at);
      steps++;
      continue;
    }
    unsigned other = order_of(slot) >> CR__XCLAIM_INDEX_BITS;
    if (!empty) {
      const cr__xclaim *has =
          cr__xclaim_at(&tasks[other], order_of(slot) & ((1u << CR__XCLAIM_INDEX_BITS) - 1));
      if (has->hash != claim->hash) {
        at = cr__xwords_next(words, at);
        steps++;
        continue;
      }
      if (order_of(slot) < order_of(claimed)) return true;
    }
    new->slot = at;
    if (!atomic_compare_exchange_strong_explicit(&words->slots[at], &slot, claimed,
                                                 memory_order_acq_rel, memory_order_relaxed))
      continue; /* somebody was faster: look at it again */
    own->count++;
    if (empty)
      (*fresh)++;
    else
      atomic_fetch_add_explicit(&tasks[other].lost, 1, memory_order_relaxed);
    return true;
  }
  return false;
}

void cr__xwords_unclaim(cr__xwords *words, const cr__xclaims *claims) {
  for (uint32_t i = 0; i < claims->count; i++)
    atomic_store_explicit(&words->slots[cr__xclaim_at(claims, i)->slot], 0, memory_order_relaxed);
}

void cr__xclaims_free(cr__xclaims *claims) {
  for (unsigned i = 0; i < CR__XCLAIM_BLOCKS; i++) free(claims->block[i]);
  *claims = (cr__xclaims){0};
}

/* words.c - see words.h. */
#include "words.h"

#include <stdlib.h>
#include <string.h>

#include "pages.h"

/* An eighth of the smallest table is far more than the clusters of a table that is filled to the
 * limit are long. */
enum {
  CLAIMS_AHEAD = 8,
  CAP_FIRST = 1 << 14,
  CAP_SMALL = 1 << 17,
  CAP_MIDDLE = 1 << 21,
  PIECE = 1 << 18 /* slots: a large page, which is given back */
};

static void *array_new(size_t bytes, cr__xspill *spill) {
  return spill != NULL ? cr__xspill_array(spill, bytes) : cr__xpages_new(bytes);
}

static void array_free(const cr__xwords *words, void *array, size_t bytes) {
  if (words->spilled)
    cr__xspill_array_free(array, bytes);
  else
    cr__xpages_free(array, bytes);
}

static void array_drop(const cr__xwords *words, void *array, size_t from, size_t end) {
  if (words->spilled)
    cr__xspill_array_drop(array, from, end);
  else
    cr__xpages_drop(array, from, end);
}

void cr__xwords_free(cr__xwords *words) {
  array_free(words, (void *)words->slots, (size_t)words->cap * sizeof *words->slots);
  array_free(words, words->numbers, (size_t)words->cap * sizeof *words->numbers);
  *words = (cr__xwords){.numbered = words->numbered};
}

size_t cr__xwords_bytes_for(const cr__xwords *words, uint64_t cap) {
  return (size_t)cap * (sizeof *words->slots + (words->numbered ? sizeof *words->numbers : 0));
}

size_t cr__xwords_bytes(const cr__xwords *words) {
  return words->spilled ? 0 : cr__xwords_bytes_for(words, words->cap);
}

/* Growing by half keeps the load above 0.5; at 0.75 nineteen of twenty keys are in their home
 * line. To fill one small table after the other takes longer than their memory is worth. */
static uint64_t cap_next(uint64_t cap, bool scarce) {
  if (cap == 0) return CAP_FIRST;
  if (cap < CAP_SMALL && !scarce) return cap * 4;
  if (cap < CAP_MIDDLE && !scarce) return cap * 2;
  return (cap + cap / 2 + 31) & ~UINT64_C(31);
}

uint64_t cr__xwords_cap_for(const cr__xwords *words, uint64_t keys, bool scarce) {
  uint64_t cap = words->cap;
  while (keys > cap / 4 * 3) cap = cap_next(cap, scarce);
  return cap;
}

/* ---- growing ---------------------------------------------------------------------------------
 */

typedef struct moving {
  cr__xwords *from, *to;
} moving;

/* The mixed key of a settled slot in a line: its home is not after the line, and near. */
static uint64_t hash_of(const cr__xwords *words, uint64_t slot, uint64_t line) {
  uint64_t quarter = line * 4 / words->lines;
  uint64_t hash = quarter << 62 | slot >> 2;
  return cr__xwords_home(words, hash) <= line ? hash : (quarter + 3) << 62 | slot >> 2;
}

static uint64_t load(const cr__xwords *words, uint64_t at) {
  return atomic_load_explicit(&words->slots[at], memory_order_relaxed);
}

/* Settles a key in the first slot that is empty. */
static uint64_t place(cr__xwords *words, uint64_t hash) {
  uint64_t line = cr__xwords_home(words, hash), settled = cr__xwords_settled(hash);
  for (uint64_t lines = 0; lines < words->reach; lines++, line = cr__xwords_next(words, line)) {
    uint64_t at = line * CR__XWORDS_LINE, end = at + CR__XWORDS_LINE;
    for (; at < end; at++) {
      uint64_t empty = 0;
      if (load(words, at) == 0 &&
          atomic_compare_exchange_strong_explicit(&words->slots[at], &empty, settled,
                                                  memory_order_relaxed, memory_order_relaxed))
        return at;
    }
  }
  return CR__XNO_WORD;
}

static void drop_piece(cr__xwords *words, uint64_t from, uint64_t end) {
  array_drop(words, (void *)words->slots, (size_t)from * sizeof *words->slots,
             (size_t)end * sizeof *words->slots);
  if (words->numbers != NULL)
    array_drop(words, words->numbers, (size_t)from * sizeof *words->numbers,
               (size_t)end * sizeof *words->numbers);
}

static void move_piece(void *arg, unsigned worker, uint32_t number) {
  (void)worker;
  moving *m = arg;
  cr__xwords *from = m->from;
  uint64_t first = (uint64_t)number * PIECE,
           end = first + PIECE < from->cap ? first + PIECE : from->cap;
  for (uint64_t at = first; at < end; at++) {
    uint64_t slot = load(from, at);
    if (slot == 0) continue;
    uint64_t to = place(m->to, hash_of(from, slot, at / CR__XWORDS_LINE));
    CR_ASSERT(to != CR__XNO_WORD); /* a larger table has shorter clusters */
    if (from->numbers != NULL) m->to->numbers[to] = from->numbers[at];
  }
  drop_piece(from, first, end);
}

static bool new_table(cr__xwords *words, uint64_t cap, cr__xspill *spill) {
  words->cap = cap;
  words->spilled = spill != NULL;
  words->lines = cap / CR__XWORDS_LINE;
  words->reach = words->lines / 8;
  words->slots = array_new((size_t)cap * sizeof *words->slots, spill);
  if (words->numbered) words->numbers = array_new((size_t)cap * sizeof *words->numbers, spill);
  if (words->slots != NULL && (!words->numbered || words->numbers != NULL)) return true;
  cr__xwords_free(words);
  return false;
}

bool cr__xwords_grow(cr__xwords *words, uint64_t cap, cr__xspill *spill, cr__xteam *team) {
  if (cap == words->cap) return true;
  cr__xwords grown = {.numbered = words->numbered};
  if (cap > UINT64_C(1) << 34 || !new_table(&grown, cap, spill)) return false;
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
  uint64_t line = cr__xwords_home(words, hash), settled = cr__xwords_settled(hash);
  for (uint64_t lines = 0; lines < words->reach; lines++, line = cr__xwords_next(words, line)) {
    uint64_t at = line * CR__XWORDS_LINE, end = at + CR__XWORDS_LINE;
    for (; at < end; at++) {
      uint64_t slot = load(words, at);
      if (slot == settled) return at;
      if (slot == 0) return CR__XNO_WORD;
    }
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
  cr__xclaim *next = cr__xclaim_at(claims, number);
  CR__PREFETCH_TO_WRITE(next + CLAIMS_AHEAD);
  return next;
}

/* The place in the batch of what has a claimed slot: task and number. */
static uint32_t order_of(uint64_t slot) { return (uint32_t)slot >> 2; }

/* What a slot means to a claim. */
typedef enum meaning { OTHER = 1, EMPTY, SETTLED, EARLIER, LATER } meaning;

static meaning meaning_of(const cr__xclaims *tasks, uint64_t slot, uint64_t hash,
                          uint64_t claimed) {
  if (slot == 0) return EMPTY;
  if ((slot & 2) == 0) return slot == cr__xwords_settled(hash) ? SETTLED : OTHER;
  if ((slot ^ claimed) >> 32 != 0) return OTHER;
  uint32_t order = order_of(slot);
  const cr__xclaim *has = cr__xclaim_at(&tasks[order >> CR__XCLAIM_INDEX_BITS],
                                        order & ((UINT32_C(1) << CR__XCLAIM_INDEX_BITS) - 1));
  if (has->hash != hash) return OTHER;
  return order < order_of(claimed) ? EARLIER : LATER;
}

/* Tries one slot, until nobody else changes it meanwhile: what it meant. */
static meaning try_slot(cr__xwords *words, cr__xclaims *tasks, cr__xclaim *new, uint64_t claimed) {
  uint64_t slot = atomic_load_explicit(&words->slots[new->slot], memory_order_acquire);
  for (;;) {
    meaning m = meaning_of(tasks, slot, new->hash, claimed);
    if ((m != EMPTY && m != LATER) ||
        atomic_compare_exchange_strong_explicit(&words->slots[new->slot], &slot, claimed,
                                                memory_order_acq_rel, memory_order_acquire)) {
      if (m == LATER)
        atomic_fetch_add_explicit(&tasks[order_of(slot) >> CR__XCLAIM_INDEX_BITS].lost, 1,
                                  memory_order_relaxed);
      return m;
    }
  }
}

/* The slots of a line, by bit, that are empty or may be the key's. */
static unsigned worth_a_look(const cr__xwords *words, uint64_t line, uint64_t claimed) {
  unsigned slots = 0;
  for (unsigned i = 0; i < CR__XWORDS_LINE; i++) {
    uint64_t slot = load(words, line * CR__XWORDS_LINE + i);
    slots |= (unsigned)(slot == 0 || (slot ^ claimed) >> 32 == 0) << i;
  }
  return slots;
}

static unsigned first_of(unsigned slots) {
#if defined(__GNUC__) || defined(__clang__)
  return (unsigned)__builtin_ctz(slots);
#else
  unsigned i = 0;
  while ((slots >> i & 1) == 0) i++;
  return i;
#endif
}

bool cr__xwords_claim(cr__xwords *words, cr__xclaims *tasks, unsigned task, const cr__xclaim *claim,
                      uint32_t *fresh) {
  cr__xclaim *new = claim_next(&tasks[task]);
  if (new == NULL) return false;
  *new = *claim;
  uint64_t claimed = cr__xclaimed(claim->hash, task, tasks[task].count);
  uint64_t line = cr__xwords_home(words, claim->hash);
  for (uint64_t lines = 0; lines < words->reach; lines++, line = cr__xwords_next(words, line)) {
    for (unsigned slots = worth_a_look(words, line, claimed); slots != 0; slots &= slots - 1) {
      new->slot = line *CR__XWORDS_LINE + first_of(slots);
      meaning m = try_slot(words, tasks, new, claimed);
      if (m == OTHER) continue;
      tasks[task].count += m == EMPTY || m == LATER;
      *fresh += m == EMPTY;
      return true;
    }
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

/* store.c - see store.h. */
#include "lean.h"

#include <stdlib.h>
#include <string.h>

#include "pages.h"

/* While a table of words grows, HELD bytes of the old one are in use beside the new one. */
enum { CHUNK_BYTES_TARGET = 1 << 18, CHUNK_SHIFT_MAX = 16, SEGMENT_CAP_FIRST = 16, HELD = 1 << 23 };

static void chunks_shape(cr__xstore *store) {
  size_t each = store->key_bytes + store->parent_bytes;
  store->chunk_shift = 0;
  while (store->chunk_shift < CHUNK_SHIFT_MAX &&
         each << (store->chunk_shift + 1) <= (size_t)CHUNK_BYTES_TARGET)
    store->chunk_shift++;
}

void cr__xstore_init(cr__xstore *store, const cr__xstore_kind *kind) {
  CR_ASSERT(!kind->narrow || kind->key_bytes == sizeof(uint64_t));
  *store = (cr__xstore){.key_bytes = kind->key_bytes,
                        .narrow = kind->narrow,
                        .numbered = kind->numbered,
                        .parent_bytes = kind->orphaned ? 0 : sizeof(uint32_t),
                        .memory_max_bytes = kind->memory_max_bytes,
                        .spill = kind->spill,
                        .words = {.numbered = kind->numbered}};
  store->states_max = kind->states_max == 0 || kind->states_max > CR_XSTATES_MAX ? CR_XSTATES_MAX
                                                                                 : kind->states_max;
  chunks_shape(store);
}

static void segment_free(cr__xsegment *segment) {
  if (segment->spilled)
    cr__xspill_array_free(segment->slots, segment->cap * sizeof *segment->slots);
  else
    free(segment->slots);
}

static void segments_free(cr__xstore *store) {
  for (size_t i = 0; i < CR__XSEGMENTS; i++) {
    segment_free(&store->segments[i]);
    store->segments[i] = (cr__xsegment){0};
  }
  cr__xwords_free(&store->words);
}

void cr__xstore_free(cr__xstore *store) {
  for (size_t i = 0; i < store->chunks_count && store->spill == NULL; i++) free(store->chunks[i]);
  free(store->chunks);
  cr__xspill_free(store->spill);
  segments_free(store);
  *store = (cr__xstore){0};
}

bool cr__xstore_reserve(cr__xstore *store, size_t bytes) {
  if (bytes > SIZE_MAX - store->memory_bytes) return false;
  size_t total = store->memory_bytes + bytes;
  if (store->memory_max_bytes != 0 && total > store->memory_max_bytes) return false;
  store->memory_bytes = total;
  if (total > store->memory_peak_bytes) store->memory_peak_bytes = total;
  return true;
}

void cr__xstore_release(cr__xstore *store, size_t bytes) {
  CR_ASSERT(bytes <= store->memory_bytes);
  store->memory_bytes -= bytes;
}

static uint64_t word_of(const void *key) {
  uint64_t word;
  memcpy(&word, key, sizeof word);
  return word;
}

uint64_t cr__xstore_hash(const cr__xstore *store, const void *key) {
  return store->narrow ? cr__xwords_mix(word_of(key)) : cr_digest(key, store->key_bytes);
}

/* ---- chunks ---------------------------------------------------------------------------------- */

/* A chunk begins with the parents, so that they are aligned; the keys follow. */
static uint32_t *parent_at(const cr__xstore *store, uint32_t number) {
  uint32_t *parents = (uint32_t *)(void *)store->chunks[number >> store->chunk_shift];
  return parents + (number & ((UINT32_C(1) << store->chunk_shift) - 1));
}

static unsigned char *key_at(const cr__xstore *store, uint32_t number) {
  size_t per_chunk = (size_t)1 << store->chunk_shift;
  unsigned char *keys =
      store->chunks[number >> store->chunk_shift] + per_chunk * store->parent_bytes;
  return keys + (number & (per_chunk - 1)) * store->key_bytes;
}

const unsigned char *cr__xstore_key(const cr__xstore *store, uint32_t number) {
  CR_ASSERT(number < store->count);
  return key_at(store, number);
}

void cr__xstore_copy_words(const cr__xstore *store, uint32_t first, uint32_t count,
                           uint64_t *words) {
  CR_ASSERT(store->narrow && (uint64_t)first + count <= store->count);
  for (uint32_t n = 0; n < count; n++) memcpy(words + n, key_at(store, first + n), sizeof *words);
}

uint32_t cr__xstore_parent(const cr__xstore *store, uint32_t number) {
  CR_ASSERT(number < store->count);
  return *parent_at(store, number);
}

static bool chunk_list_grow(cr__xstore *store) {
  size_t cap = store->chunks_cap == 0 ? 16 : store->chunks_cap * 2;
  if (!cr__xstore_reserve(store, cap * sizeof *store->chunks)) return false;
  unsigned char **chunks = realloc(store->chunks, cap * sizeof *chunks);
  if (chunks == NULL) {
    cr__xstore_release(store, cap * sizeof *store->chunks);
    return false;
  }
  cr__xstore_release(store, store->chunks_cap * sizeof *chunks);
  store->chunks = chunks;
  store->chunks_cap = cap;
  return true;
}

static size_t chunk_bytes(const cr__xstore *store) {
  return (store->key_bytes + store->parent_bytes) << store->chunk_shift;
}

/* What a chunk takes of the memory that is accounted for. */
static size_t chunk_memory(const cr__xstore *store) {
  return store->spill == NULL ? chunk_bytes(store) : 0;
}

static bool chunk_add(cr__xstore *store) {
  if (store->chunks_count == store->chunks_cap && !chunk_list_grow(store)) return false;
  if (!cr__xstore_reserve(store, chunk_memory(store))) return false;
  unsigned char *chunk = store->spill == NULL ? malloc(chunk_bytes(store))
                                              : cr__xspill_chunk(store->spill, chunk_bytes(store));
  if (chunk == NULL) {
    store->disk_full |= store->spill != NULL;
    cr__xstore_release(store, chunk_memory(store));
    return false;
  }
  if (store->spill == NULL) cr__xpages_ready(chunk, chunk_bytes(store));
  store->chunks[store->chunks_count++] = chunk;
  return true;
}

uint32_t cr__xstore_make_chunks(cr__xstore *store, uint32_t more) {
  uint64_t wanted = (uint64_t)store->count + more;
  while ((uint64_t)store->chunks_count << store->chunk_shift < wanted && chunk_add(store)) {
  }
  uint64_t room = (uint64_t)store->chunks_count << store->chunk_shift;
  return (uint32_t)((room < wanted ? room : wanted) - store->count);
}

/* ---- table ----------------------------------------------------------------------------------- */

static void slots_move(const cr__xsegment *from, cr__xsegment *to) {
  for (uint32_t k = 0; k < from->cap; k++) {
    if (from->slots[k] == 0) continue;
    uint32_t i = cr__xstore_home(from->slots[k] >> 32, to->cap);
    while (to->slots[i] != 0) i = i + 1 == to->cap ? 0 : i + 1;
    to->slots[i] = from->slots[k];
  }
}

static size_t segment_bytes(const cr__xsegment *segment) {
  return segment->spilled ? 0 : segment->cap * sizeof *segment->slots;
}

/* Of memory. */
static size_t table_bytes(const cr__xstore *store) {
  size_t bytes = cr__xwords_bytes(&store->words);
  for (size_t i = 0; i < CR__XSEGMENTS; i++) bytes += segment_bytes(&store->segments[i]);
  return bytes;
}

/* Is a table that would take so much memory to be in a file? */
static bool table_spills(const cr__xstore *store, size_t bytes) {
  if (store->spill == NULL) return false;
  return store->table_spilled ||
         (store->memory_max_bytes != 0 && bytes > store->memory_max_bytes / 2);
}

static bool slots_in_memory(cr__xstore *store, cr__xsegment *segment) {
  size_t bytes = segment->cap * sizeof *segment->slots;
  if (table_spills(store, table_bytes(store) + bytes) || !cr__xstore_reserve(store, bytes))
    return false;
  segment->slots = calloc(segment->cap, sizeof *segment->slots);
  if (segment->slots == NULL) cr__xstore_release(store, bytes);
  return segment->slots != NULL;
}

static bool slots_in_file(cr__xstore *store, cr__xsegment *segment) {
  if (store->spill == NULL) return false;
  segment->slots = cr__xspill_array(store->spill, segment->cap * sizeof *segment->slots);
  segment->spilled = segment->slots != NULL;
  store->table_spilled |= segment->spilled;
  store->disk_full |= !segment->spilled;
  return segment->spilled;
}

/* Keeps the load at or below 0.8; eight slots share a cache line, so even then one line is mostly
 * enough. Growing by half keeps it above 0.53. */
static bool segment_ensure(cr__xstore *store, cr__xsegment *segment, uint32_t more) {
  uint64_t keys = (uint64_t)segment->count + more, cap = segment->cap;
  while (keys * 10 > cap * 8) cap = cap == 0 ? SEGMENT_CAP_FIRST : cap + cap / 2;
  if (cap == segment->cap) return true;
  if (cap > UINT32_MAX / 2) return false;
  cr__xsegment grown = {.cap = (uint32_t)cap, .count = segment->count};
  if (!slots_in_memory(store, &grown) && !slots_in_file(store, &grown)) return false;
  slots_move(segment, &grown);
  cr__xstore_release(store, segment_bytes(segment));
  segment_free(segment);
  *segment = grown;
  return true;
}

static bool words_in_memory(cr__xstore *store, uint64_t cap, cr__xteam *team) {
  cr__xwords *words = &store->words;
  size_t old = cr__xwords_bytes(words), new = cr__xwords_bytes_for(words, cap);
  size_t held = old < HELD ? old : HELD;
  if (table_spills(store, new + held) || !cr__xstore_reserve(store, new - old + held)) return false;
  bool grown = cr__xwords_grow(words, cap, NULL, team);
  cr__xstore_release(store, grown ? held : new - old + held);
  return grown;
}

static bool words_in_file(cr__xstore *store, uint64_t cap, cr__xteam *team) {
  size_t old = cr__xwords_bytes(&store->words);
  if (store->spill == NULL) return false;
  if (!cr__xwords_grow(&store->words, cap, store->spill, team)) {
    store->disk_full = true;
    return false;
  }
  store->table_spilled = true;
  cr__xstore_release(store, old);
  return true;
}

static bool words_grow(cr__xstore *store, uint64_t cap, cr__xteam *team) {
  return words_in_memory(store, cap, team) || words_in_file(store, cap, team);
}

bool cr__xstore_make_words(cr__xstore *store, uint64_t keys, cr__xteam *team) {
  bool scarce = store->memory_max_bytes != 0 || store->spill != NULL;
  uint64_t cap = cr__xwords_cap_for(&store->words, keys, scarce);
  return cap == store->words.cap || words_grow(store, cap, team) ||
         keys <= cr__xwords_limit(&store->words);
}

bool cr__xstore_make_room(cr__xstore *store, const uint32_t more[CR__XSEGMENTS]) {
  for (size_t i = 0; i < CR__XSEGMENTS; i++)
    if (!segment_ensure(store, &store->segments[i], more[i])) return false;
  return true;
}

static uint32_t slot_number(uint64_t slot) { return (uint32_t)slot - 1; }

static const unsigned char *pending_none(const void *arg, uint32_t number) {
  (void)arg;
  (void)number;
  CR_ASSERT(false);
  return NULL;
}

/* Between batches. */
static const cr__xpending nothing_pending = {.key = pending_none};

/* The slot of the key, or the empty one where it belongs. Numbers from count on are pending. */
static uint32_t segment_probe(const cr__xstore *store, const cr__xsegment *segment, uint64_t hash,
                              const void *key, const cr__xpending *pending) {
  uint32_t fingerprint = (uint32_t)hash;
  uint32_t i = cr__xstore_home(fingerprint, segment->cap);
  for (uint64_t slot; (slot = segment->slots[i]) != 0; i = i + 1 == segment->cap ? 0 : i + 1) {
    if ((uint32_t)(slot >> 32) != fingerprint) continue;
    uint32_t number = slot_number(slot);
    const unsigned char *other = number < store->count
                                     ? key_at(store, number)
                                     : pending->key(pending->arg, number - store->count);
    if (memcmp(other, key, store->key_bytes) == 0) return i;
  }
  return i;
}

uint32_t cr__xstore_find(const cr__xstore *store, const void *key) {
  return cr__xstore_find_hashed(store, cr__xstore_hash(store, key), key);
}

uint32_t cr__xstore_find_hashed(const cr__xstore *store, uint64_t hash, const void *key) {
  if (store->narrow) {
    CR_ASSERT(store->numbered);
    uint64_t at = cr__xwords_find(&store->words, hash);
    return at == CR__XNO_WORD ? CR__XNO_STATE : store->words.numbers[at];
  }
  const cr__xsegment *segment = &store->segments[cr__xstore_segment(hash)];
  if (segment->cap == 0) return CR__XNO_STATE;
  uint32_t i = segment_probe(store, segment, hash, key, &nothing_pending);
  return segment->slots[i] == 0 ? CR__XNO_STATE : slot_number(segment->slots[i]);
}

uint32_t cr__xstore_guess(const cr__xstore *store, uint64_t hash) {
  if (store->narrow) {
    if (store->words.numbers != NULL)
      CR__PREFETCH(&store->words.numbers[cr__xwords_home(&store->words, hash) * CR__XWORDS_LINE]);
    return CR__XNO_STATE;
  }
  const cr__xsegment *segment = &store->segments[cr__xstore_segment(hash)];
  if (segment->cap == 0) return CR__XNO_STATE;
  uint32_t fingerprint = (uint32_t)hash;
  uint32_t i = cr__xstore_home(fingerprint, segment->cap);
  for (uint64_t slot; (slot = segment->slots[i]) != 0; i = i + 1 == segment->cap ? 0 : i + 1) {
    if ((uint32_t)(slot >> 32) == fingerprint) {
      CR__PREFETCH(key_at(store, slot_number(slot)));
      return slot_number(slot);
    }
  }
  return CR__XNO_STATE;
}

bool cr__xstore_known(const cr__xstore *store, uint64_t hash, const void *key, uint32_t guess) {
  if (store->narrow) return cr__xwords_find(&store->words, hash) != CR__XNO_WORD;
  if (guess < store->count && memcmp(key_at(store, guess), key, store->key_bytes) == 0) return true;
  const cr__xsegment *segment = &store->segments[cr__xstore_segment(hash)];
  if (segment->cap == 0 || guess == CR__XNO_STATE) return false;
  return segment->slots[segment_probe(store, segment, hash, key, &nothing_pending)] != 0;
}

/* ---- adding ---------------------------------------------------------------------------------- */

uint32_t cr__xstore_put(cr__xstore *store, uint64_t hash, const void *key, uint32_t number,
                        const cr__xpending *pending) {
  cr__xsegment *segment = &store->segments[cr__xstore_segment(hash)];
  uint32_t i = segment_probe(store, segment, hash, key, pending);
  if (segment->slots[i] != 0) return CR__XNO_SLOT;
  segment->slots[i] = hash << 32 | ((uint64_t)store->count + number + 1);
  segment->count++;
  return i;
}

void cr__xstore_write(cr__xstore *store, uint32_t number, const void *key, uint32_t parent) {
  *parent_at(store, number) = parent;
  memcpy(key_at(store, number), key, store->key_bytes);
}

void cr__xstore_settle(cr__xstore *store, uint64_t hash, uint32_t slot, uint32_t number,
                       const void *key, uint32_t parent) {
  store->segments[cr__xstore_segment(hash)].slots[slot] = hash << 32 | ((uint64_t)number + 1);
  cr__xstore_write(store, number, key, parent);
}

/* Is there a slot for a key more, when there are so many? */
static bool words_room(cr__xstore *store, uint64_t keys) {
  return keys + 1 <= store->words.cap / 4 * 3 || cr__xstore_make_words(store, keys + 1, NULL);
}

static void words_put(cr__xstore *store, uint64_t hash, uint32_t number) {
  uint64_t at = cr__xwords_put(&store->words, hash);
  CR_ASSERT(at != CR__XNO_WORD);
  if (store->words.numbers != NULL) store->words.numbers[at] = number;
}

static cr__xadd add_word(cr__xstore *store, uint64_t hash, const void *key, uint32_t parent) {
  if (cr__xwords_find(&store->words, hash) != CR__XNO_WORD) return CR__XADD_KNOWN;
  if (store->count >= store->states_max) return CR__XADD_MAX_STATES;
  if (cr__xstore_make_chunks(store, 1) == 0 || !words_room(store, store->count))
    return CR__XADD_MAX_MEMORY;
  words_put(store, hash, store->count);
  cr__xstore_write(store, store->count, key, parent);
  store->count++;
  return CR__XADD_NEW;
}

cr__xadd cr__xstore_add(cr__xstore *store, uint64_t hash, const void *key, uint32_t parent) {
  if (store->narrow) return add_word(store, hash, key, parent);
  cr__xsegment *segment = &store->segments[cr__xstore_segment(hash)];
  if (segment->cap != 0 &&
      segment->slots[segment_probe(store, segment, hash, key, &nothing_pending)] != 0)
    return CR__XADD_KNOWN;
  if (store->count >= store->states_max) return CR__XADD_MAX_STATES;
  if (cr__xstore_make_chunks(store, 1) == 0 || !segment_ensure(store, segment, 1))
    return CR__XADD_MAX_MEMORY;
  uint32_t slot = cr__xstore_put(store, hash, key, 0, &nothing_pending);
  cr__xstore_settle(store, hash, slot, store->count, key, parent);
  store->count++;
  return CR__XADD_NEW;
}

void cr__xstore_keep(cr__xstore *store, uint32_t number, const void *key) {
  memcpy(key_at(store, number), key, store->key_bytes);
}

void cr__xstore_forget(cr__xstore *store, uint32_t first) {
  CR_ASSERT(store->lean != NULL && first >= store->forgotten && first <= store->count);
  for (size_t i = store->forgotten >> store->chunk_shift; i < first >> store->chunk_shift; i++) {
    free(store->chunks[i]);
    store->chunks[i] = NULL;
    cr__xstore_release(store, chunk_bytes(store));
  }
  store->forgotten = first;
}

/* ---- another form of the keys ---------------------------------------------------------------- */

/* The chunks of the new form, when they are spilled: all at once, as there may be no room. */
static bool chunks_spill(cr__xstore *store, size_t chunks) {
  bool room = cr__xspill_turn(store->spill);
  while (room && store->chunks_count < chunks) {
    unsigned char *chunk = cr__xspill_chunk(store->spill, chunk_bytes(store));
    room = chunk != NULL;
    if (room) store->chunks[store->chunks_count++] = chunk;
  }
  return room;
}

/* Chunks that there are. */
static size_t chunks_kept(const cr__xstore *store) {
  size_t gone = store->forgotten >> store->chunk_shift;
  return store->chunks_count > gone ? store->chunks_count - gone : 0;
}

/* Chunk by chunk, each old one being freed as soon as it has been read. */
static void keys_convert(cr__xstore *store, const cr__xstore *old, cr__xrekey *rekey, void *arg) {
  size_t freed = old->forgotten >> old->chunk_shift;
  for (uint32_t n = old->forgotten; n < old->count; n++) {
    if (store->chunks_count <= n >> store->chunk_shift)
      store->chunks[store->chunks_count++] = cr_alloc(chunk_bytes(store));
    rekey(arg, key_at(old, n), key_at(store, n));
    if (store->parent_bytes > 0) *parent_at(store, n) = *parent_at(old, n);
    if (old->spill == NULL && ((n + 1) & ((UINT32_C(1) << old->chunk_shift) - 1)) == 0)
      free(old->chunks[freed++]);
  }
  for (; old->spill == NULL && freed < old->chunks_count; freed++) free(old->chunks[freed]);
}

static bool table_fill(cr__xstore *store) {
  if (store->narrow && !cr__xstore_make_words(store, store->count, NULL)) return false;
  for (uint32_t n = 0; n < store->count; n++) {
    uint64_t hash = cr__xstore_hash(store, key_at(store, n));
    if (store->narrow) {
      words_put(store, hash, n);
      continue;
    }
    cr__xsegment *segment = &store->segments[cr__xstore_segment(hash)];
    if (!segment_ensure(store, segment, 1)) return false;
    uint32_t i = cr__xstore_home((uint32_t)hash, segment->cap);
    while (segment->slots[i] != 0) i = i + 1 == segment->cap ? 0 : i + 1;
    segment->slots[i] = hash << 32 | ((uint64_t)n + 1);
    segment->count++;
  }
  return true;
}

bool cr__xstore_rekey(cr__xstore *store, size_t key_bytes, bool narrow, cr__xrekey *rekey,
                      void *arg) {
  cr__xstore old = *store;
  size_t table = table_bytes(store), before = chunks_kept(&old) * chunk_memory(&old);
  segments_free(store);
  cr__xstore_release(store, table + before + old.chunks_cap * sizeof *old.chunks);
  store->key_bytes = key_bytes;
  store->narrow = narrow;
  chunks_shape(store);
  size_t chunks = (store->count >> store->chunk_shift) + 1;
  store->chunks_cap = chunks < 16 ? 16 : chunks;
  store->chunks = cr_alloc(store->chunks_cap * sizeof *store->chunks);
  store->chunks_count = store->forgotten >> store->chunk_shift;
  bool spilled = store->spill == NULL || chunks_spill(store, chunks);
  store->disk_full |= !spilled;
  if (!spilled) { /* the keys are kept in memory, for what is to be told at the run's end */
    store->chunks_count = 0;
    store->spill = NULL;
  }
  keys_convert(store, &old, rekey, arg);
  free(old.chunks);
  if (spilled && old.spill != NULL) cr__xspill_forget(old.spill);
  if (!spilled) cr__xspill_free(old.spill);
  size_t taken =
      chunks_kept(store) * chunk_memory(store) + store->chunks_cap * sizeof *store->chunks;
  if (!cr__xstore_reserve(store, taken)) {
    store->memory_bytes += taken; /* what is there is there: it is accounted for, above the bound */
    return false;
  }
  if (!spilled) return false;
  return store->lean != NULL ? cr__xlean_rekey(store->lean, rekey, arg) : table_fill(store);
}

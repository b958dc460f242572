/* store.c - see store.h. */
#include "store.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES_TARGET = 1 << 18, CHUNK_SHIFT_MAX = 16, SEGMENT_CAP_FIRST = 16 };

void cr__xstore_init(cr__xstore *store, size_t state_bytes, uint64_t states_max,
                     size_t memory_max_bytes) {
  *store = (cr__xstore){0};
  store->state_bytes = state_bytes;
  store->states_max = states_max == 0 || states_max > CR_XSTATES_MAX ? CR_XSTATES_MAX : states_max;
  store->memory_max_bytes = memory_max_bytes;
  size_t each = state_bytes + sizeof(uint32_t);
  while (store->chunk_shift < CHUNK_SHIFT_MAX &&
         each << (store->chunk_shift + 1) <= (size_t)CHUNK_BYTES_TARGET)
    store->chunk_shift++;
}

void cr__xstore_free(cr__xstore *store) {
  for (size_t i = 0; i < store->chunks_count; i++) free(store->chunks[i]);
  free(store->chunks);
  for (size_t i = 0; i < CR__XSEGMENTS; i++) free(store->segments[i].slots);
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

uint64_t cr__xstore_hash(const cr__xstore *store, const void *state) {
  return cr_digest(state, store->state_bytes);
}

/* ---- chunks ---------------------------------------------------------------------------------- */

/* A chunk begins with the parents, so that they are aligned; the states follow. */
static uint32_t *parent_at(const cr__xstore *store, uint32_t index) {
  uint32_t *parents = (uint32_t *)(void *)store->chunks[index >> store->chunk_shift];
  return parents + (index & ((UINT32_C(1) << store->chunk_shift) - 1));
}

static unsigned char *state_at(const cr__xstore *store, uint32_t index) {
  size_t per_chunk = (size_t)1 << store->chunk_shift;
  unsigned char *states = store->chunks[index >> store->chunk_shift] + per_chunk * sizeof(uint32_t);
  return states + (index & (per_chunk - 1)) * store->state_bytes;
}

const unsigned char *cr__xstore_state(const cr__xstore *store, uint32_t index) {
  CR_ASSERT(index < store->count);
  return state_at(store, index);
}

uint32_t cr__xstore_parent(const cr__xstore *store, uint32_t index) {
  CR_ASSERT(index < store->count);
  return *parent_at(store, index);
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

/* Makes room for the state numbered count. */
static bool chunk_ensure(cr__xstore *store) {
  if (store->count >> store->chunk_shift < store->chunks_count) return true;
  if (store->chunks_count == store->chunks_cap && !chunk_list_grow(store)) return false;
  size_t bytes = (store->state_bytes + sizeof(uint32_t)) << store->chunk_shift;
  if (!cr__xstore_reserve(store, bytes)) return false;
  unsigned char *chunk = malloc(bytes);
  if (chunk == NULL) {
    cr__xstore_release(store, bytes);
    return false;
  }
  store->chunks[store->chunks_count++] = chunk;
  return true;
}

/* ---- table ----------------------------------------------------------------------------------- */

static size_t segment_of(uint64_t hash) { return (size_t)(hash >> (64 - CR__XSEGMENT_BITS)); }

/* Scales 32 bits to a slot. Growing keeps the order of homes, so it writes almost in sequence. */
static uint32_t home_of(uint32_t fingerprint, uint32_t cap) {
  return (uint32_t)(((uint64_t)fingerprint * cap) >> 32);
}

static void slot_put(uint64_t *slots, uint32_t cap, uint64_t slot) {
  uint32_t i = home_of((uint32_t)(slot >> 32), cap);
  while (slots[i] != 0) i = i + 1 == cap ? 0 : i + 1;
  slots[i] = slot;
}

/* Keeps the load at or below 0.7. Growing by half keeps it above 0.46. */
static bool segment_ensure(cr__xstore *store, cr__xsegment *segment) {
  if (((uint64_t)segment->count + 1) * 10 <= (uint64_t)segment->cap * 7) return true;
  uint32_t cap = segment->cap == 0 ? SEGMENT_CAP_FIRST : segment->cap + segment->cap / 2;
  size_t bytes = (size_t)cap * sizeof(uint64_t);
  if (!cr__xstore_reserve(store, bytes)) return false;
  uint64_t *slots = calloc(cap, sizeof *slots);
  if (slots == NULL) {
    cr__xstore_release(store, bytes);
    return false;
  }
  for (uint32_t i = 0; i < segment->cap; i++)
    if (segment->slots[i] != 0) slot_put(slots, cap, segment->slots[i]);
  free(segment->slots);
  cr__xstore_release(store, (size_t)segment->cap * sizeof *slots);
  segment->slots = slots;
  segment->cap = cap;
  return true;
}

static uint32_t slot_state(uint64_t slot) { return (uint32_t)slot - 1; }

static uint32_t segment_find(const cr__xstore *store, const cr__xsegment *segment,
                             uint32_t fingerprint, const void *state) {
  if (segment->cap == 0) return CR__XNO_STATE;
  uint32_t i = home_of(fingerprint, segment->cap);
  for (uint64_t slot; (slot = segment->slots[i]) != 0; i = i + 1 == segment->cap ? 0 : i + 1)
    if ((uint32_t)(slot >> 32) == fingerprint &&
        memcmp(state_at(store, slot_state(slot)), state, store->state_bytes) == 0)
      return slot_state(slot);
  return CR__XNO_STATE;
}

uint32_t cr__xstore_find(const cr__xstore *store, const void *state) {
  uint64_t hash = cr__xstore_hash(store, state);
  return segment_find(store, &store->segments[segment_of(hash)], (uint32_t)hash, state);
}

cr__xadd cr__xstore_add(cr__xstore *store, uint64_t hash, const void *state, uint32_t parent) {
  cr__xsegment *segment = &store->segments[segment_of(hash)];
  uint32_t fingerprint = (uint32_t)hash;
  if (segment_find(store, segment, fingerprint, state) != CR__XNO_STATE) return CR__XADD_KNOWN;
  if (store->count >= store->states_max) return CR__XADD_MAX_STATES;
  if (!chunk_ensure(store) || !segment_ensure(store, segment)) return CR__XADD_MAX_MEMORY;
  uint32_t index = store->count++;
  *parent_at(store, index) = parent;
  memcpy(state_at(store, index), state, store->state_bytes);
  slot_put(segment->slots, segment->cap, (uint64_t)fingerprint << 32 | (index + 1));
  segment->count++;
  return CR__XADD_NEW;
}

void cr__xstore_prefetch_slot(const cr__xstore *store, uint64_t hash) {
  const cr__xsegment *segment = &store->segments[segment_of(hash)];
  if (segment->cap != 0) CR__PREFETCH(&segment->slots[home_of((uint32_t)hash, segment->cap)]);
}

uint32_t cr__xstore_guess(const cr__xstore *store, uint64_t hash) {
  const cr__xsegment *segment = &store->segments[segment_of(hash)];
  if (segment->cap == 0) return CR__XNO_STATE;
  uint32_t fingerprint = (uint32_t)hash;
  uint32_t i = home_of(fingerprint, segment->cap);
  for (uint64_t slot; (slot = segment->slots[i]) != 0; i = i + 1 == segment->cap ? 0 : i + 1) {
    if ((uint32_t)(slot >> 32) == fingerprint) {
      CR__PREFETCH(state_at(store, slot_state(slot)));
      return slot_state(slot);
    }
  }
  return CR__XNO_STATE;
}

bool cr__xstore_equals(const cr__xstore *store, uint32_t index, const void *state) {
  return index < store->count && memcmp(state_at(store, index), state, store->state_bytes) == 0;
}

/* owing.c - see owing.h. */
#include "owing.h"

#include <stdlib.h>
#include <string.h>

/* A round of parts is built before the memory that they take is accounted for. */
enum { QUEUE = 64, ROUND = 64, WORDS_PER_TASK = 64 };

#define NONE UINT32_MAX

void *cr__xowing_reserve(cr__xowing *o, size_t count, size_t size) {
  if (count > SIZE_MAX / size || !cr__xstore_reserve(o->store, count * size)) return NULL;
  o->bytes += count * size;
  return cr_alloc(count * size);
}

void cr__xowing_free(cr__xowing *o) {
  for (uint32_t i = 0; i < o->parts_count; i++) {
    free(o->part[i].first);
    free(o->part[i].to);
    free(o->part[i].class);
  }
  free(o->owes);
  free(o->state);
  free(o->owed);
  free(o->enabled);
  free(o->part);
  cr__xstore_release(o->store, o->bytes);
  *o = (cr__xowing){0};
}

/* ---- which states ---------------------------------------------------------------------------- */

static uint32_t words_of(const cr__xowing *o) {
  return (uint32_t)(((uint64_t)o->store->count + 63) / 64);
}

static void mark(void *arg, unsigned worker, uint32_t number) {
  cr__xowing *o = arg;
  uint32_t words = words_of(o), first = number * WORDS_PER_TASK;
  for (uint32_t w = first; w < words && w - first < WORDS_PER_TASK; w++)
    for (unsigned i = 0; i < 64 && (uint64_t)w * 64 + i < o->store->count; i++)
      if (cr__xspace_owed(o->space, worker, cr__xstore_key(o->store, w * 64 + i)) != 0)
        o->owes[w].bits |= (uint64_t)1 << i;
}

static unsigned bits_in(uint64_t word) {
#if defined(__GNUC__) || defined(__clang__)
  return (unsigned)__builtin_popcountll(word);
#else
  unsigned count = 0;
  for (; word != 0; word &= word - 1) count++;
  return count;
#endif
}

/* The place of a state, NONE when it owes nothing. */
static uint32_t place_of(const cr__xowing *o, uint32_t state) {
  const cr__xowes *owes = &o->owes[state / 64];
  uint64_t bit = (uint64_t)1 << state % 64;
  return (owes->bits & bit) == 0 ? NONE : (uint32_t)owes->rank + bits_in(owes->bits & (bit - 1));
}

static bool places_build(cr__xowing *o, cr__xteam *team) {
  uint32_t words = words_of(o), place = 0;
  o->owes = cr__xowing_reserve(o, (size_t)words + 1, sizeof *o->owes);
  if (o->owes == NULL) return false;
  cr__xteam_run(team, words / WORDS_PER_TASK + 1, mark, o);
  for (uint32_t w = 0; w < words; w++) {
    o->owes[w].rank = o->count;
    o->count += bits_in(o->owes[w].bits);
  }
  o->state = cr__xowing_reserve(o, (size_t)o->count + 1, sizeof *o->state);
  o->owed = cr__xowing_reserve(o, (size_t)o->count + 1, sizeof *o->owed);
  o->enabled = cr__xowing_reserve(o, (size_t)o->count + 1, sizeof *o->enabled);
  if (o->state == NULL || o->owed == NULL || o->enabled == NULL) return false;
  for (uint32_t w = 0; w < words; w++)
    for (unsigned i = 0; i < 64; i++)
      if (o->owes[w].bits >> i & 1) o->state[place++] = w * 64 + i;
  return true;
}

/* ---- transitions ----------------------------------------------------------------------------- */

typedef struct target {
  uint64_t hash;
  uint32_t source; /* place in the part */
  uint8_t class;
} target;

typedef struct build {
  cr__xowing *o;
  uint32_t last; /* number of the round's last part */
} build;

/* One part being built. */
typedef struct builder {
  cr__xowing *o;
  cr__xpart *part;
  unsigned worker;
  uint32_t source, count, cap;
  uint64_t enabled; /* of the source */
  const unsigned char *key;
  target queue[QUEUE];
  unsigned char *keys; /* of the queue */
  unsigned queued;
} builder;

static void edge_add(builder *b, uint32_t source, uint32_t to, uint8_t class) {
  if (b->count == b->cap) {
    b->cap = b->cap == 0 ? CR__XPART : b->cap * 2;
    b->part->to = cr_realloc(b->part->to, b->cap * sizeof *b->part->to);
    b->part->class = cr_realloc(b->part->class, b->cap * sizeof *b->part->class);
  }
  b->part->to[b->count] = to;
  b->part->class[b->count++] = class;
  b->part->first[source + 1] = b->count;
}

/* The number of a target; mostly its slot is in the home line of a narrow table, where it is found
 * without a guess that could be wrong. */
static inline uint32_t state_of(const cr__xstore *store, uint64_t hash, const unsigned char *key) {
  const cr__xwords *words = &store->words;
  if (!store->narrow) return cr__xstore_find_hashed(store, hash, key);
  uint64_t home = cr__xwords_home(words, hash), settled = cr__xwords_settled(hash);
  const _Atomic uint64_t *line = cr__xwords_line(words, home);
  unsigned at = CR__XWORDS_LINE;
  for (unsigned i = 0; i < CR__XWORDS_LINE; i++)
    at = atomic_load_explicit(&line[i], memory_order_relaxed) == settled ? i : at;
  if (at == CR__XWORDS_LINE) return cr__xstore_find_hashed(store, hash, key);
  return words->numbers[home * CR__XWORDS_LINE + at];
}

/* By now the slots of the queue are at hand; then what they lead to is fetched, then compared. */
static void queue_work_off(builder *b) {
  const cr__xstore *store = b->o->store;
  for (unsigned i = 0; i < b->queued; i++) (void)cr__xstore_guess(store, b->queue[i].hash);
  for (unsigned i = 0; i < b->queued; i++) {
    const target *t = &b->queue[i];
    uint32_t state = state_of(store, t->hash, b->keys + i * store->key_bytes);
    CR_ASSERT(state != CR__XNO_STATE);
    uint32_t to = place_of(b->o, state);
    if (to != NONE) edge_add(b, t->source, to, t->class);
  }
  b->queued = 0;
}

/* A transition of the place that is being built. */
static void add_target(builder *b, uint32_t label, const void *next) {
  const cr__xstore *store = b->o->store;
  if (b->queued == QUEUE) queue_work_off(b);
  unsigned class = cr__xspace_fairness(b->o->space, b->worker, b->key, label);
  CR_ASSERT(class <= CR_XFAIRNESS_MAX);
  if (class != 0) b->enabled |= (uint64_t)1 << class;
  unsigned char *key = b->keys + b->queued * store->key_bytes;
  memcpy(key, next, store->key_bytes);
  uint64_t hash = cr__xstore_hash(store, key);
  b->queue[b->queued++] = (target){hash, b->source, (uint8_t) class};
  cr__xstore_prefetch(store, hash);
}

static void take(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  if (violation == 0) add_target(sink->arg, label, next);
}

/* For keys of one word: all of a part. */
static void part_words(const cr__xowing *o, uint32_t base, uint32_t places, uint64_t *words) {
  for (uint32_t i = 0; i < places; i++)
    memcpy(words + i, cr__xstore_key(o->store, o->state[base + i]), sizeof *words);
}

/* Then the transitions come all at once. */
static void add_listed(builder *b, const uint64_t *words, uint32_t places) {
  const cr__xnarrow *list;
  unsigned count = cr__xspace_list_next(b->o->space, b->worker, words, places, b->source, &list);
  for (unsigned i = 0; i < count; i++)
    if (list[i].violation == 0) add_target(b, list[i].label, &list[i].key);
}

static uint32_t part_places(const cr__xowing *o, uint32_t part) {
  uint32_t left = o->count - part * CR__XPART;
  return left < CR__XPART ? left : CR__XPART;
}

static void part_build(void *arg, unsigned worker, uint32_t number) {
  const build *round = arg;
  cr__xowing *o = round->o;
  uint32_t part = round->last - number, places = part_places(o, part);
  builder b = {.o = o, .part = &o->part[part], .worker = worker};
  b.keys = cr_alloc(QUEUE * o->store->key_bytes);
  b.part->first = cr_alloc(((size_t)places + 1) * sizeof *b.part->first);
  bool lists = cr__xspace_lists(o->space);
  uint64_t *words = cr_alloc((lists ? places : 1) * sizeof *words);
  if (lists) part_words(o, part * CR__XPART, places, words);
  for (b.source = 0; b.source < places; b.source++) {
    uint32_t place = part * CR__XPART + b.source;
    b.key = cr__xstore_key(o->store, o->state[place]);
    b.enabled = 0;
    o->owed[place] = cr__xspace_owed(o->space, worker, b.key);
    if (lists)
      add_listed(&b, words, places);
    else
      cr__xspace_successors(o->space, worker, b.key, &(cr_xsink){.take = take, .arg = &b});
    o->enabled[place] = b.enabled;
  }
  queue_work_off(&b);
  free(words);
  free(b.keys);
  for (uint32_t i = 0; i < places; i++) /* places without a transition */
    if (b.part->first[i + 1] < b.part->first[i]) b.part->first[i + 1] = b.part->first[i];
  b.part->to = cr_realloc(b.part->to, (b.count + 1) * sizeof *b.part->to);
  b.part->class = cr_realloc(b.part->class, (b.count + 1) * sizeof *b.part->class);
}

static bool part_account(cr__xowing *o, uint32_t part) {
  uint32_t places = part_places(o, part), edges = o->part[part].first[places];
  size_t bytes = ((size_t)places + 1) * sizeof *o->part[part].first +
                 ((size_t)edges + 1) * (sizeof *o->part[part].to + sizeof *o->part[part].class);
  if (!cr__xstore_reserve(o->store, bytes)) return false;
  o->bytes += bytes;
  for (uint32_t i = 0; i < places; i++) o->duties |= o->owed[part * CR__XPART + i];
  return true;
}

bool cr__xowing_build(cr__xowing *o, cr__xspace *space, cr__xstore *store, cr__xteam *team) {
  *o = (cr__xowing){.space = space, .store = store};
  if (!places_build(o, team)) return false;
  uint32_t parts = (uint32_t)(((uint64_t)o->count + CR__XPART - 1) / CR__XPART);
  o->part = cr__xowing_reserve(o, (size_t)parts + 1, sizeof *o->part);
  if (o->part == NULL) return false;
  o->parts_count = parts;
  /* From the end: what is remembered of the transition groups is of the last states. */
  for (uint32_t left = parts; left > 0;) {
    build b = {.o = o, .last = left - 1};
    uint32_t now = left < ROUND ? left : ROUND;
    cr__xspace_rest(space);
    cr__xteam_run(team, now, part_build, &b);
    for (; now > 0; now--)
      if (!part_account(o, --left)) return false;
  }
  return true;
}

/* ---- labels ---------------------------------------------------------------------------------- */

typedef struct asked {
  const cr__xowing *o;
  uint32_t left, label;
  bool found;
} asked;

static void count_down(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  asked *a = sink->arg;
  if (a->found || violation != 0) return;
  if (place_of(a->o, cr__xstore_find(a->o->store, next)) == NONE) return;
  a->found = a->left-- == 0;
  a->label = label;
}

uint32_t cr__xowing_label(const cr__xowing *o, uint32_t place, uint32_t index) {
  asked a = {.o = o, .left = index};
  cr_xsink sink = {.take = count_down, .arg = &a};
  cr__xspace_successors(o->space, 0, cr__xstore_key(o->store, o->state[place]), &sink);
  CR_ASSERT(a.found);
  return a.label;
}

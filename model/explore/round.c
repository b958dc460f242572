/* round.c - see round.h. */
#include "round.h"

#include <stdlib.h>
#include <string.h>

#include "batch.h"

/* A process's part of a round is as large as a batch of one process. Where a run may end within a
 * level, a round is a batch of one process, so that both end at the same state. */
enum {
  BATCH_STATES = CR__XBATCH_STATES,
  ROUND_MIN = 64,
  ROUND_BATCHES_MAX = 4096, /* what is new in a round is numbered in 32 bits */
  AHEAD = 16,
  SENT_BYTES = 1 << 22,
  ORDER_BYTES = 8,
  HEAD_BYTES = ORDER_BYTES + 4 /* before the key: order, number of the source at its owner */
};

/* A target, or an initial state, that is new. */
typedef struct stay {
  uint64_t order, hash;
  const unsigned char *record;
  uint32_t run, slot;
} stay;

/* Records in the order of (source, position), for one process. */
typedef struct outbox {
  unsigned char *data;
  size_t used, cap;
} outbox;

/* The next record of a run of them. */
typedef struct head {
  uint64_t order;
  const unsigned char *at, *end;
  uint32_t run;
} head;

/* Runs of records, each ascending, to be read as one. */
typedef struct merge {
  head *heap; /* one a process */
  unsigned count;
  size_t record_bytes;
} merge;

struct cr__xround {
  cr__xshare *share;
  size_t record_bytes;
  uint64_t states_max; /* a round takes no more; smaller when memory is short */
  uint64_t first;      /* the number of the round's first source */
  uint32_t span;       /* sources are first .. first + span - 1 */
  uint32_t source, position;
  outbox *out;
  const unsigned char **send;
  uint64_t *send_bytes, *receive_bytes;
  unsigned char *in;
  size_t in_used, in_cap;
  uint64_t *hash; /* of each record in the inbox */
  bool *known;
  size_t records, records_cap;
  merge merge;
  stay *stays;
  uint64_t *order;  /* of the stays, sent; */
  uint32_t *number; /* what came back: their numbers in the round */
  uint32_t stays_count, stays_cap;
  unsigned char *numbering; /* orders to be numbered for others, and their numbers */
  uint32_t *numbered;
  size_t numbering_cap;
  size_t buffers_bytes; /* accounted for */
  cr__xtally labels;
  uint64_t transitions, deadlocked, dropped;
  /* Keys that were sent: the owner knows them, or will before it looks at a later one. */
  uint64_t *sent_hash; /* 0: none */
  unsigned char *sent_keys;
  size_t sent_count; /* a power of two, or 0 */
};

void cr__xfounds_add(cr__xfounds *to, const cr__xfound *found) {
  if (to->count == to->cap) {
    to->cap = to->cap == 0 ? 4 : to->cap * 2;
    to->list = cr_realloc(to->list, to->cap * sizeof *to->list);
  }
  to->list[to->count++] = *found;
}

void cr__xfounds_add_first(cr__xfounds *to, const cr__xfound *found) {
  for (size_t i = to->count; i-- > 0;)
    if (to->list[i].kind == found->kind && to->list[i].violation == found->violation) return;
  cr__xfounds_add(to, found);
}

/* ---- the round ------------------------------------------------------------------------------- */

static void sent_new(cr__xround *r, cr__xstore *store) {
  size_t each = store->key_bytes + sizeof *r->sent_hash, count = 1, bytes = SENT_BYTES;
  if (store->memory_max_bytes != 0 && store->memory_max_bytes / 16 < bytes)
    bytes = store->memory_max_bytes / 16;
  while (count * 2 * each <= bytes) count *= 2;
  if (r->share->ranks->size == 1 || !cr__xstore_reserve(store, count * each)) return;
  r->sent_hash = cr_alloc(count * sizeof *r->sent_hash);
  r->sent_keys = cr_alloc(count * store->key_bytes);
  r->sent_count = count;
}

cr__xround *cr__xround_new(cr__xshare *s, bool small) {
  size_t ranks = s->ranks->size;
  cr__xround *r = cr_alloc(sizeof *r);
  r->share = s;
  r->record_bytes = HEAD_BYTES + s->store.key_bytes;
  size_t batches = ranks < ROUND_BATCHES_MAX ? ranks : ROUND_BATCHES_MAX;
  r->states_max = small ? BATCH_STATES : BATCH_STATES * (uint64_t)batches;
  r->out = cr_alloc(ranks * sizeof *r->out);
  r->send = cr_alloc(ranks * sizeof *r->send);
  r->send_bytes = cr_alloc(ranks * sizeof *r->send_bytes);
  r->receive_bytes = cr_alloc(ranks * sizeof *r->receive_bytes);
  r->merge.heap = cr_alloc(ranks * sizeof *r->merge.heap);
  r->stays = cr_alloc(sizeof *r->stays);
  r->order = cr_alloc(sizeof *r->order);
  r->number = cr_alloc(sizeof *r->number);
  r->numbering = cr_alloc(ORDER_BYTES);
  r->numbered = cr_alloc(sizeof *r->numbered);
  sent_new(r, &s->store);
  return r;
}

static void buffers_free(cr__xround *r) {
  for (unsigned i = 0; i < r->share->ranks->size; i++) {
    free(r->out[i].data);
    r->out[i] = (outbox){0};
  }
  free(r->in);
  free(r->hash);
  free(r->known);
  r->in = NULL;
  r->hash = NULL;
  r->known = NULL;
  r->in_used = r->in_cap = r->records = r->records_cap = 0;
  cr__xstore_release(&r->share->store, r->buffers_bytes);
  r->buffers_bytes = 0;
}

void cr__xround_free(cr__xround *r, cr__xshare *s) {
  if (r == NULL) return;
  CR_ASSERT(r->share == s);
  buffers_free(r);
  free(r->out);
  free(r->send);
  free(r->send_bytes);
  free(r->receive_bytes);
  free(r->merge.heap);
  free(r->stays);
  free(r->order);
  free(r->number);
  free(r->numbering);
  free(r->numbered);
  free(r->labels.count);
  free(r->sent_hash);
  free(r->sent_keys);
  free(r);
}

/* Bits that neither the store's segments nor its slots use. */
static unsigned owner_of(const cr__xshare *s, uint64_t hash) {
  return (unsigned)((((hash >> 32) & 0x3FFFFFF) * s->ranks->size) >> 26);
}

/* ---- expand ---------------------------------------------------------------------------------- */

static void tally_reach(cr__xtally *t, size_t len) {
  if (len <= t->len) return;
  if (len > t->cap) {
    t->cap = len * 2;
    t->count = cr_realloc(t->count, t->cap * sizeof *t->count);
  }
  memset(t->count + t->len, 0, (len - t->len) * sizeof *t->count);
  t->len = len;
}

static void record_add(cr__xround *r, unsigned to, uint64_t order, uint32_t state,
                       const void *key) {
  outbox *out = &r->out[to];
  if (out->used + r->record_bytes > out->cap) {
    out->cap = out->cap == 0 ? 64 * r->record_bytes : out->cap * 2;
    out->data = cr_realloc(out->data, out->cap);
  }
  unsigned char *at = out->data + out->used;
  memcpy(at, &order, sizeof order);
  memcpy(at + ORDER_BYTES, &state, sizeof state);
  memcpy(at + HEAD_BYTES, key, r->record_bytes - HEAD_BYTES);
  out->used += r->record_bytes;
}

/* Was it sent before? Remembers it otherwise. */
static bool sent(cr__xround *r, uint64_t hash, const void *key) {
  if (r->sent_count == 0) return false;
  size_t i = (size_t)hash & (r->sent_count - 1), bytes = r->share->store.key_bytes;
  if (r->sent_hash[i] == hash && memcmp(r->sent_keys + i * bytes, key, bytes) == 0)
    return hash != 0;
  r->sent_hash[i] = hash;
  memcpy(r->sent_keys + i * bytes, key, bytes);
  return false;
}

static void take(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  cr__xround *r = sink->arg;
  cr__xshare *s = r->share;
  r->transitions++;
  if (label < CR_XLABELS_COUNTED_MAX) {
    tally_reach(&r->labels, (size_t)label + 1);
    r->labels.count[label]++;
  }
  if (violation != 0) {
    cr__xfound found = {s->now.number[r->source],
                        r->position,
                        CR_XKIND_TRANSITION,
                        violation,
                        label,
                        s->ranks->rank,
                        s->now.first + r->source};
    cr__xfounds_add_first(&s->found, &found);
  } else {
    uint64_t hash = cr__xstore_hash(&s->store, next);
    unsigned owner = owner_of(s, hash);
    bool drop = owner == s->ranks->rank
                    ? cr__xstore_known(&s->store, hash, next, cr__xstore_guess(&s->store, hash))
                    : sent(r, hash, next);
    uint64_t order = (s->now.number[r->source] - r->first) << 32 | r->position;
    if (!drop) record_add(r, owner, order, s->now.first + r->source, next);
    r->dropped += drop && owner != s->ranks->rank;
  }
  r->position++;
}

static void expand_one(cr__xround *r) {
  cr__xshare *s = r->share;
  uint32_t state = s->now.first + r->source;
  const unsigned char *key = cr__xstore_key(&s->store, state);
  cr_xsink sink = {.take = take, .arg = r};
  r->position = 0;
  cr__xspace_successors(s->space, 0, key, &sink);
  if (sink.emitted > 0 || cr__xspace_final(s->space, 0, key)) return;
  r->deadlocked++;
  cr__xfound found = {.source = s->now.number[r->source],
                      .kind = CR_XKIND_DEADLOCK,
                      .owner = s->ranks->rank,
                      .state = state};
  if (s->deadlocks) cr__xfounds_add_first(&s->found, &found);
}

/* How many states were expanded. */
static uint32_t expand(cr__xround *r, uint64_t end) {
  cr__xshare *s = r->share;
  r->transitions = r->deadlocked = r->dropped = 0;
  r->labels.len = 0;
  r->span = (uint32_t)(end - r->first);
  for (unsigned i = 0; i < s->ranks->size; i++) r->out[i].used = 0;
  for (r->source = s->taken; r->source < s->now.count && s->now.number[r->source] < end;
       r->source++)
    expand_one(r);
  return r->source - s->taken;
}

static void expanded(cr__xround *r, uint32_t states) {
  cr__xshare *s = r->share;
  s->taken += states;
  s->transitions += r->transitions;
  s->deadlocked += r->deadlocked;
  tally_reach(&s->labels, r->labels.len);
  for (size_t i = 0; i < r->labels.len; i++) s->labels.count[i] += r->labels.count[i];
}

/* ---- exchange -------------------------------------------------------------------------------- */

/* Accounts for the outboxes and for an inbox of so many bytes, and makes it. */
static bool inbox_make(cr__xround *r, size_t in_bytes) {
  size_t records = in_bytes / r->record_bytes, bytes = 0;
  for (unsigned i = 0; i < r->share->ranks->size; i++) bytes += r->out[i].cap;
  size_t in_cap = in_bytes >= r->in_cap ? in_bytes + in_bytes / 4 + 1 : r->in_cap;
  size_t records_cap = records > r->records_cap ? records + records / 4 : r->records_cap;
  bytes += in_cap + records_cap * (sizeof *r->hash + sizeof *r->known);
  if (bytes > r->buffers_bytes) {
    if (!cr__xstore_reserve(&r->share->store, bytes - r->buffers_bytes)) return false;
    r->buffers_bytes = bytes;
  }
  if (in_cap > r->in_cap) {
    free(r->in);
    r->in = cr_alloc(in_cap);
    r->in_cap = in_cap;
  }
  if (records_cap > r->records_cap) {
    free(r->hash);
    free(r->known);
    r->hash = cr_alloc(records_cap * sizeof *r->hash);
    r->known = cr_alloc(records_cap * sizeof *r->known);
    r->records_cap = records_cap;
  }
  r->in_used = in_bytes;
  r->records = records;
  return true;
}

static void traffic_count(cr__xround *r) {
  cr__xshare *s = r->share;
  for (unsigned i = 0; i < s->ranks->size; i++) {
    if (i == s->ranks->rank || r->send_bytes[i] == 0) continue;
    s->traffic.messages++;
    s->traffic.bytes += r->send_bytes[i];
  }
}

/* Sizes first: false, on all processes, when the round has to be done again with fewer states. */
static bool agree(cr__xround *r) {
  cr__xshare *s = r->share;
  uint64_t in_bytes = 0;
  for (unsigned i = 0; i < s->ranks->size; i++) r->send_bytes[i] = r->out[i].used;
  s->ranks->counts(s->ranks->arg, r->send_bytes, r->receive_bytes);
  for (unsigned i = 0; i < s->ranks->size; i++) in_bytes += r->receive_bytes[i];
  uint64_t all[2] = {in_bytes / r->record_bytes, !inbox_make(r, (size_t)in_bytes)};
  s->ranks->sum(s->ranks->arg, all, 2);
  s->traffic.collectives += 2;
  bool ending = all[0] > s->states_max - s->total && r->states_max > BATCH_STATES;
  if (all[1] == 0 && !ending) return true;
  r->states_max = all[1] == 0 ? BATCH_STATES : r->states_max / 2;
  return false;
}

static void exchange(cr__xround *r) {
  cr__xshare *s = r->share;
  for (unsigned i = 0; i < s->ranks->size; i++) {
    r->send[i] = r->out[i].data;
    if (i != s->ranks->rank) s->traffic.targets += r->send_bytes[i] / r->record_bytes;
  }
  s->ranks->exchange(s->ranks->arg, r->send, r->send_bytes, r->in, r->receive_bytes);
  s->traffic.spared += r->dropped;
  traffic_count(r);
}

/* ---- merge ----------------------------------------------------------------------------------- */

static bool head_read(const merge *m, head *h) {
  if (h->at == h->end) return false;
  memcpy(&h->order, h->at, sizeof h->order);
  CR_ASSERT((size_t)(h->end - h->at) >= m->record_bytes);
  return true;
}

static void sift_down(merge *m, unsigned i) {
  for (;;) {
    unsigned least = i;
    for (unsigned k = 2 * i + 1; k <= 2 * i + 2 && k < m->count; k++)
      if (m->heap[k].order < m->heap[least].order) least = k;
    if (least == i) return;
    head swap = m->heap[i];
    m->heap[i] = m->heap[least];
    m->heap[least] = swap;
    i = least;
  }
}

/* Run i has bytes[i]; they lie one behind the other. */
static void merge_begin(merge *m, unsigned runs, const unsigned char *data, const uint64_t *bytes,
                        size_t record_bytes) {
  m->count = 0;
  m->record_bytes = record_bytes;
  for (uint32_t i = 0; i < runs; data += bytes[i], i++) {
    head h = {0, data, data + bytes[i], i};
    if (head_read(m, &h)) m->heap[m->count++] = h;
  }
  for (unsigned i = m->count / 2; i-- > 0;) sift_down(m, i);
}

/* The next record of all and its run; false at the end. */
static bool merge_next(merge *m, head *next) {
  if (m->count == 0) return false;
  *next = m->heap[0];
  m->heap[0].at += m->record_bytes;
  if (!head_read(m, &m->heap[0])) m->heap[0] = m->heap[--m->count];
  sift_down(m, 0);
  return true;
}

/* ---- insert ---------------------------------------------------------------------------------- */

/* Which records of the inbox are known; how many are not, and by segment. */
static size_t look(cr__xround *r, uint32_t in_segment[CR__XSEGMENTS]) {
  const cr__xstore *store = &r->share->store;
  size_t unknown = 0;
  memset(in_segment, 0, CR__XSEGMENTS * sizeof *in_segment);
  for (size_t i = 0; i < r->records; i++)
    r->hash[i] = cr__xstore_hash(store, r->in + i * r->record_bytes + HEAD_BYTES);
  for (size_t i = 0; i < r->records; i++) {
    if (i + AHEAD < r->records) cr__xstore_prefetch(store, r->hash[i + AHEAD]);
    r->known[i] = cr__xstore_known(store, r->hash[i], r->in + i * r->record_bytes + HEAD_BYTES,
                                   cr__xstore_guess(store, r->hash[i]));
    if (r->known[i]) continue;
    in_segment[cr__xstore_segment(r->hash[i])]++;
    unknown++;
  }
  return unknown;
}

static const unsigned char *pending_key(const void *arg, uint32_t number) {
  const cr__xround *r = arg;
  return r->stays[number].record + HEAD_BYTES;
}

static bool stays_reach(cr__xround *r, size_t count) {
  size_t each = sizeof *r->stays + sizeof *r->order + sizeof *r->number;
  if (count <= r->stays_cap) return true;
  size_t cap = count + count / 4;
  if (cap > UINT32_MAX || !cr__xstore_reserve(&r->share->store, (cap - r->stays_cap) * each))
    return false;
  r->stays = cr_realloc(r->stays, cap * sizeof *r->stays);
  r->order = cr_realloc(r->order, cap * sizeof *r->order);
  r->number = cr_realloc(r->number, cap * sizeof *r->number);
  r->stays_cap = (uint32_t)cap;
  return true;
}

static void insert(cr__xround *r) {
  cr__xpending pending = {pending_key, r};
  head h;
  merge_begin(&r->merge, r->share->ranks->size, r->in, r->receive_bytes, r->record_bytes);
  while (merge_next(&r->merge, &h)) {
    size_t i = (size_t)(h.at - r->in) / r->record_bytes;
    if (r->known[i]) continue;
    uint32_t slot =
        cr__xstore_put(&r->share->store, r->hash[i], h.at + HEAD_BYTES, r->stays_count, &pending);
    if (slot == CR__XNO_SLOT) continue;
    r->order[r->stays_count] = h.order;
    r->stays[r->stays_count++] = (stay){h.order, r->hash[i], h.at, h.run, slot};
  }
}

static bool level_reach(cr__xshare *s, cr__xlevel *level, uint64_t count) {
  if (count <= level->cap) return true;
  uint64_t cap = level->cap + level->cap / 2;
  if (cap < count) cap = count + 64;
  if (cap > UINT32_MAX || !cr__xstore_reserve(&s->store, cap * sizeof *level->number)) return false;
  level->number = cr_realloc(level->number, cap * sizeof *level->number);
  cr__xstore_release(&s->store, level->cap * sizeof *level->number);
  level->cap = (uint32_t)cap;
  return true;
}

static bool owners_reach(cr__xshare *s, uint64_t count) {
  if (count <= s->owner_cap) return true;
  uint64_t cap = s->owner_cap + (uint64_t)s->owner_cap / 2;
  if (cap < count) cap = count + 64;
  if (cap > UINT32_MAX) cap = UINT32_MAX;
  if (!cr__xstore_reserve(&s->store, cap * sizeof *s->owner)) return false;
  s->owner = cr_realloc(s->owner, cap * sizeof *s->owner);
  cr__xstore_release(&s->store, s->owner_cap * sizeof *s->owner);
  s->owner_cap = (uint32_t)cap;
  return true;
}

/* False when this process has no room for what is new. */
static bool insert_all(cr__xround *r) {
  cr__xshare *s = r->share;
  uint32_t in_segment[CR__XSEGMENTS];
  r->stays_count = 0;
  size_t unknown = look(r, in_segment);
  if (s->store.count + (uint64_t)unknown > CR_XSTATES_MAX) return false;
  if (!stays_reach(r, unknown) || !cr__xstore_make_room(&s->store, in_segment)) return false;
  insert(r);
  return cr__xstore_make_chunks(&s->store, r->stays_count) == r->stays_count &&
         owners_reach(s, (uint64_t)s->store.count + r->stays_count) &&
         level_reach(s, &s->then, (uint64_t)s->then.count + r->stays_count);
}

/* ---- number ---------------------------------------------------------------------------------- */

/* Which process numbers what comes from a source: each has a part of the round's range. */
static unsigned part_of(const cr__xround *r, uint64_t order) {
  return (unsigned)((order >> 32) * r->share->ranks->size / r->span);
}

/* Gives the orders that were received their numbers, from the part's first on. */
static void part_number(cr__xround *r, size_t count) {
  cr__xshare *s = r->share;
  uint64_t number = s->ranks->before(s->ranks->arg, count);
  head h;
  merge_begin(&r->merge, s->ranks->size, r->numbering, r->receive_bytes, ORDER_BYTES);
  while (merge_next(&r->merge, &h)) {
    CR_ASSERT(number < UINT32_MAX);
    r->numbered[(size_t)(h.at - r->numbering) / ORDER_BYTES] = (uint32_t)number++;
  }
}

static void send_parts(cr__xround *r, const void *data, const uint64_t *bytes) {
  const unsigned char *at = data;
  for (unsigned i = 0; i < r->share->ranks->size; at += bytes[i], i++) r->send[i] = at;
}

/* Each stay gets its number in the round. */
static void number(cr__xround *r) {
  cr__xshare *s = r->share;
  const cr_xranks *ranks = s->ranks;
  size_t count = 0;
  memset(r->send_bytes, 0, ranks->size * sizeof *r->send_bytes);
  for (uint32_t i = 0; i < r->stays_count; i++)
    r->send_bytes[part_of(r, r->order[i])] += ORDER_BYTES;
  ranks->counts(ranks->arg, r->send_bytes, r->receive_bytes);
  for (unsigned i = 0; i < ranks->size; i++) count += (size_t)r->receive_bytes[i] / ORDER_BYTES;
  if (count > r->numbering_cap) {
    r->numbering_cap = count + count / 2;
    free(r->numbering);
    free(r->numbered);
    r->numbering = cr_alloc(r->numbering_cap * ORDER_BYTES);
    r->numbered = cr_alloc(r->numbering_cap * sizeof *r->numbered);
  }
  send_parts(r, r->order, r->send_bytes);
  ranks->exchange(ranks->arg, r->send, r->send_bytes, r->numbering, r->receive_bytes);
  traffic_count(r);
  part_number(r, count);
  for (unsigned i = 0; i < ranks->size; i++) {
    uint64_t asked = r->receive_bytes[i];
    r->receive_bytes[i] = r->send_bytes[i] / ORDER_BYTES * sizeof *r->number;
    r->send_bytes[i] = asked / ORDER_BYTES * sizeof *r->numbered;
  }
  send_parts(r, r->numbered, r->send_bytes);
  ranks->exchange(ranks->arg, r->send, r->send_bytes, (unsigned char *)r->number, r->receive_bytes);
  traffic_count(r);
  s->traffic.collectives += 2;
}

/* ---- settle ---------------------------------------------------------------------------------- */

static void settle_one(cr__xround *r, const stay *new, uint64_t global) {
  cr__xshare *s = r->share;
  uint32_t state = s->store.count, parent;
  const unsigned char *key = new->record + HEAD_BYTES;
  memcpy(&parent, new->record + ORDER_BYTES, sizeof parent);
  cr__xstore_settle(&s->store, new->hash, new->slot, state, key, parent);
  s->store.count++;
  s->owner[state] = (uint16_t) new->run;
  s->then.number[s->then.count++] = global;
  cr_xviolation violation = cr__xspace_invariant(s->space, 0, key);
  if (violation == 0) return;
  cr__xfound found = {r->first + (new->order >> 32),
                      (uint32_t) new->order,
                      CR_XKIND_INVARIANT,
                      violation,
                      0,
                      s->ranks->rank,
                      state};
  cr__xfounds_add_first(&s->found, &found);
}

/* The second half of a round: from the inbox to the store. */
static cr__xround_end add_new(cr__xround *r) {
  cr__xshare *s = r->share;
  uint64_t all[2] = {0, !insert_all(r)};
  all[0] = r->stays_count;
  s->ranks->sum(s->ranks->arg, all, 2);
  s->traffic.collectives++;
  if (all[1] != 0) return CR__XROUND_MAX_MEMORY;
  if (all[0] == 0) return CR__XROUND_DONE;
  number(r);
  uint64_t room = s->states_max - s->total;
  for (uint32_t i = 0; i < r->stays_count && r->number[i] < room; i++)
    settle_one(r, &r->stays[i], s->total + r->number[i]);
  s->total += all[0] < room ? all[0] : room;
  return all[0] <= room ? CR__XROUND_DONE : CR__XROUND_MAX_STATES;
}

cr__xround_end cr__xround_run(cr__xshare *s, uint64_t first, uint64_t *end) {
  cr__xround *r = s->round;
  size_t found = s->found.count;
  uint32_t states;
  r->first = first;
  for (;;) {
    if (*end - first > r->states_max) *end = first + r->states_max;
    states = expand(r, *end);
    if (agree(r)) break;
    s->found.count = found;
    buffers_free(r);
    if (r->sent_count != 0) memset(r->sent_hash, 0, r->sent_count * sizeof *r->sent_hash);
    if (r->states_max < ROUND_MIN) {
      *end = first;
      return CR__XROUND_MAX_MEMORY;
    }
  }
  expanded(r, states);
  s->traffic.rounds++;
  exchange(r);
  return add_new(r);
}

/* Each process looks at all initial states, and takes those that it owns. */
cr__xround_end cr__xround_initial(cr__xshare *s, uint32_t *index, bool *more) {
  cr__xround *r = s->round;
  unsigned rank = s->ranks->rank;
  unsigned char key[CR_XSTATE_BYTES_MAX];
  outbox *out = &r->out[rank];
  r->first = *index;
  r->span = BATCH_STATES;
  out->used = 0;
  for (uint32_t i = 0; i < BATCH_STATES; i++) {
    *more = cr__xspace_initial(s->space, 0, *index, key);
    if (!*more) break;
    ++*index;
    if (owner_of(s, cr__xstore_hash(&s->store, key)) == rank)
      record_add(r, rank, (uint64_t)i << 32, CR__XNO_PARENT, key);
  }
  bool room = inbox_make(r, out->used);
  memset(r->receive_bytes, 0, s->ranks->size * sizeof *r->receive_bytes);
  r->receive_bytes[rank] = room ? out->used : 0;
  if (room && out->used > 0) memcpy(r->in, out->data, out->used);
  uint64_t lacks = !room;
  s->ranks->sum(s->ranks->arg, &lacks, 1);
  return lacks != 0 ? CR__XROUND_MAX_MEMORY : add_new(r);
}

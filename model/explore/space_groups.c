/* space_groups.c - what transition groups do, remembered, and the successors that come of it; see
 * space_private.h. */
#include <string.h>

#include "space_private.h"

/* In one state of STATES_CHECK every group is run to compare. */
enum { STATES_CHECK = 1024, LOOK_BYTES = 64 };

/* ---- groups ---------------------------------------------------------------------------------- */

typedef struct run {
  cr__xspace *space;
  cr__xworker *worker;
  unsigned group;
  const unsigned char *whole;
  const uint64_t *key;
  cr__xrecording *to;
} run;

uint64_t *cr__xrecording_add(cr__xrecording *to, size_t words) {
  if (to->count + words > to->cap) {
    to->cap = to->cap == 0 ? 64 : to->cap * 2;
    while (to->cap < to->count + words) to->cap *= 2;
    to->words = cr_realloc(to->words, to->cap * sizeof *to->words);
  }
  uint64_t *new = to->words + to->count;
  to->count += words;
  return new;
}

/* In registers, where a compiler has vectors: two wholes are compared for each transition. */
static inline bool look(const unsigned char *a, const unsigned char *b) {
#if defined(__GNUC__) || defined(__clang__)
  typedef uint64_t pair __attribute__((vector_size(16)));
  pair any = {0, 0};
  for (unsigned i = 0; i < LOOK_BYTES; i += sizeof any) {
    pair x, y;
    memcpy(&x, a + i, sizeof x);
    memcpy(&y, b + i, sizeof y);
    any |= x ^ y;
  }
  return (any[0] | any[1]) != 0;
#else
  return memcmp(a, b, LOOK_BYTES) != 0;
#endif
}

static bool words_equal(const unsigned char *a, const unsigned char *b) {
  return memcmp(a, b, sizeof(uint64_t)) == 0;
}

/* The components of those bytes from .. end - 1 that differ. */
static uint64_t owners_of(const cr__xspace *s, const unsigned char *a, const unsigned char *b,
                          size_t from, size_t end, bool *stray) {
  uint64_t components = 0;
  while (from < end) {
    if (from + sizeof(uint64_t) <= end && words_equal(a + from, b + from)) {
      from += sizeof(uint64_t);
      continue;
    }
    for (unsigned i = 0; i < sizeof(uint64_t) && from < end; i++, from++) {
      if (a[from] == b[from]) continue;
      if (s->owner[from] == 0)
        *stray = true;
      else
        components |= (uint64_t)1 << (s->owner[from] - 1);
    }
  }
  return components;
}

/* The components in which two wholes differ; *stray is set when bytes of none do. */
static uint64_t differing(const cr__xspace *s, const unsigned char *a, const unsigned char *b,
                          bool *stray) {
  uint64_t components = 0;
  size_t bytes = s->product->whole_bytes, at = 0;
  for (; at + LOOK_BYTES <= bytes; at += LOOK_BYTES)
    if (look(a + at, b + at)) components |= owners_of(s, a, b, at, at + LOOK_BYTES, stray);
  return components | owners_of(s, a, b, at, bytes, stray);
}

/* The bits of a component that a transition changes. */
static uint64_t change(const run *r, unsigned number, const unsigned char *next) {
  cr__xspace *s = r->space;
  if (s->product->groups[r->group].reads >> number & 1)
    cr__xmistake(s, r->group, "changes a component that it declares as only read");
  if (r->worker->stubborn != NULL && (s->product->may_freeze >> number & 1) &&
      s->product->frozen(s->model->ctx, number, r->whole))
    cr__xmistake(s, r->group, "changes a component that is said to be frozen");
  return cr__xbits_of(s, r->worker, &s->component[number], next);
}

static void record(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  run *r = sink->arg;
  cr__xspace *s = r->space;
  const cr__xgroup *g = &s->group[r->group];
  uint64_t *new = cr__xrecording_add(r->to, s->words + 1u);
  for (unsigned i = 0; i < s->words; i++) new[i] = violation != 0 ? 0 : r->key[i] & g->mask[i];
  new[s->words] = (uint64_t)label << 32 | violation;
  if (violation != 0) return;
  uint64_t touches = s->product->groups[r->group].touches;
  bool stray = false;
  uint64_t changed = differing(s, next, r->whole, &stray);
  if (stray || (changed & ~touches) != 0)
    cr__xmistake(s, r->group, "writes a component that it does not declare");
  changed &= touches;
  for (; changed != 0; changed &= changed - 1) {
    unsigned number = cr__xfirst_bit(changed);
    const cr__xcomponent *c = &s->component[number];
    new[c->field.word] &= ~cr__xbits_in(c->field);
    new[c->field.word] |= change(r, number, next);
  }
}

void cr__xgroup_run(cr__xspace *s, cr__xworker *w, unsigned number, const uint64_t *key,
                    const unsigned char *whole, cr__xrecording *to) {
  run r = {s, w, number, whole, key, to};
  w->tainted = false;
  cr_xsink sink = {.take = record, .arg = &r};
  to->count = 0;
  s->product->successors(s->model->ctx, number, whole, &sink);
}

/* A whole with what is touched from the worker's, and the rest from another state. */
static void strange_build(const cr__xspace *s, const cr__xworker *w, uint64_t touches) {
  memcpy(w->strange, w->whole, s->product->whole_bytes);
  for (unsigned i = 0; i < s->product->components; i++)
    if ((touches >> i & 1) == 0)
      cr__xscatter(s, &s->component[i], cr__xnumber_in(w->other_key, s->component[i].field),
                   w->strange);
}

/* Does the group do the same when what it does not declare is that of another state? */
static void reads_check(cr__xspace *s, cr__xworker *w, unsigned number, const uint64_t *key) {
  if (!w->other_set) return;
  strange_build(s, w, s->product->groups[number].touches);
  cr__xgroup_run(s, w, number, key, w->strange, &w->again);
  bool same = w->again.count == w->recorded.count &&
              (w->again.count == 0 || memcmp(w->again.words, w->recorded.words,
                                             w->again.count * sizeof *w->again.words) == 0);
  if (!same && !cr__xspace_crowded(s))
    cr__xmistake(s, number, "reads a component that it does not declare");
}

/* ---- memory ---------------------------------------------------------------------------------- */

void cr__xmemos_init(cr__xspace *s) {
  for (unsigned g = 0; g < s->product->groups_count; g++) {
    cr__xmemo_init(&s->group[g].memo, s->words, 0);
    cr__xmemo_init(&s->group[g].closed_by, s->words, 0);
  }
  for (unsigned b = 0; b < s->bundles_count; b++) cr__xmemo_init(&s->bundle[b].open, s->words, 0);
}

void cr__xmemos_free(cr__xspace *s) {
  for (unsigned g = 0; g < s->product->groups_count; g++) {
    cr__xmemo_free(&s->group[g].memo);
    cr__xmemo_free(&s->group[g].closed_by);
  }
  for (unsigned b = 0; b < s->bundles_count; b++) cr__xmemo_free(&s->bundle[b].open);
}

void cr__xmemos_clear(cr__xspace *s) {
  for (unsigned g = 0; g < s->product->groups_count; g++) {
    cr__xmemo_clear(&s->group[g].memo, s->words);
    cr__xmemo_clear(&s->group[g].closed_by, s->words);
  }
  for (unsigned b = 0; b < s->bundles_count; b++) cr__xmemo_clear(&s->bundle[b].open, s->words);
  for (unsigned w = 0; w < s->workers_count; w++) cr__xpool_clear(&s->worker[w].pool);
  cr__xahead_forget(s);
}

void cr__xspace_rest(cr__xspace *s) {
  if (s->product == NULL) return;
  size_t bytes = 0;
  for (unsigned g = 0; g < s->product->groups_count; g++)
    bytes += cr__xmemo_bytes(&s->group[g].memo) + cr__xmemo_bytes(&s->group[g].closed_by);
  for (unsigned b = 0; b < s->bundles_count; b++) bytes += cr__xmemo_bytes(&s->bundle[b].open);
  for (unsigned w = 0; w < s->workers_count; w++) bytes += s->worker[w].pool.bytes;
  if (bytes / s->workers_count > CR_XMEMO_BYTES_MAX) cr__xmemos_clear(s);
}

const uint64_t *cr__xgroup_transitions(cr__xspace *s, cr__xworker *w, unsigned number,
                                       const uint64_t *key, uint32_t *count) {
  uint64_t reduced[CR__XWORDS_MAX] = {0};
  uint64_t hash = cr__xreduce(s, key, s->group[number].mask, reduced);
  cr__xmemo *memo = &s->group[number].memo;
  const uint64_t *known = cr__xmemo_transitions(cr__xmemo_look(memo, reduced, hash), count);
  if (known != NULL) return known;
  cr__xwhole_build(s, w, key);
  cr__xgroup_run(s, w, number, key, w->whole, &w->recorded);
  *count = 0;
  if (w->tainted) return s->nothing; /* the batch will be thrown away */
  *count = (uint32_t)(w->recorded.count / (s->words + 1u));
  if (cr__xchecks(s, hash)) {
    reads_check(s, w, number, key);
    if (w->stubborn != NULL) cr__xsupplies_check(s, w, number);
  }
  return cr__xmemo_add(memo, &w->pool, reduced, hash, w->recorded.words, *count);
}

uint64_t cr__xbundle_open(cr__xspace *s, cr__xworker *w, unsigned number, const uint64_t *key) {
  cr__xbundle *b = &s->bundle[number];
  uint64_t reduced[CR__XWORDS_MAX] = {0}, open = 0;
  uint32_t count = 0;
  uint64_t hash = cr__xreduce(s, key, b->mask, reduced);
  uint64_t known = cr__xmemo_look(&b->open, reduced, hash);
  if (known != 0) return cr__xmemo_bits(known);
  for (unsigned i = 0; i < b->count; i++) {
    (void)cr__xgroup_transitions(s, w, b->group[i], key, &count);
    open |= (uint64_t)(count > 0) << i;
  }
  if (cr__xspace_crowded(s)) return 0; /* the same */
  cr__xmemo_add_bits(&b->open, reduced, hash, open);
  return open;
}

/* Does a group do in this state what is remembered of another one? */
static void group_check(cr__xspace *s, cr__xworker *w, unsigned number, const uint64_t *key,
                        bool closed) {
  uint64_t reduced[CR__XWORDS_MAX] = {0};
  uint32_t count = 0;
  uint64_t hash = cr__xreduce(s, key, s->group[number].mask, reduced);
  const uint64_t *known =
      cr__xmemo_transitions(cr__xmemo_look(&s->group[number].memo, reduced, hash), &count);
  if (known == NULL && !closed) return;
  cr__xwhole_build(s, w, key);
  cr__xgroup_run(s, w, number, key, w->whole, &w->again);
  if (w->tainted) return;
  if (closed && w->again.count > 0)
    cr__xmistake(s, number, "has transitions, or none, for more reasons than its guard");
  if (closed) return;
  size_t words = (size_t)count * (s->words + 1u);
  if (w->again.count != words ||
      (words > 0 && memcmp(w->again.words, known, words * sizeof *known) != 0))
    cr__xmistake(s, number, "reads a component that it does not declare");
}

static void state_check(cr__xspace *s, cr__xworker *w, const uint64_t *key) {
  for (unsigned b = 0; b < s->bundles_count; b++) {
    uint64_t open = cr__xbundle_open(s, w, b, key);
    for (unsigned i = 0; i < s->bundle[b].count && !cr__xspace_crowded(s); i++)
      group_check(s, w, s->bundle[b].group[i], key, (open >> i & 1) == 0);
  }
  for (unsigned i = 0; i < s->unguarded_count; i++) group_check(s, w, s->unguarded[i], key, false);
}

void cr__xstate_begin(cr__xspace *s, cr__xworker *w, const uint64_t *key) {
  bool now = ++w->expanded % STATES_CHECK == 0;
  if (now && s->workers_count == 1) cr__xspace_rest(s);
  if (now || s->check_all) state_check(s, w, key);
}

/* Keeps what is due in the order of the labels. */
static void due_add(cr__xworker *w, unsigned number, const uint64_t *transitions, uint32_t count,
                    unsigned words) {
  if (w->due_count + count > w->due_cap) {
    w->due_cap = (w->due_count + count) * 2;
    w->due = cr_realloc(w->due, w->due_cap * sizeof *w->due);
  }
  for (uint32_t i = 0; i < count; i++, transitions += words + 1u) {
    uint32_t label = (uint32_t)(transitions[words] >> 32);
    size_t at = w->due_count++;
    for (; at > 0 && w->due[at - 1].label > label; at--) w->due[at] = w->due[at - 1];
    w->due[at] = (cr__xdue){label, number, transitions};
  }
}

const uint64_t *cr__xotherwise_transitions(cr__xspace *s, cr__xworker *w, unsigned number,
                                           const uint64_t *key, uint32_t *count) {
  *count = 0;
  if (!s->product->groups[number].otherwise) return NULL;
  cr__xwhole_build(s, w, key);
  cr__xrecording *to = &w->fallback[number];
  cr__xgroup_run(s, w, number, key, w->whole, to);
  *count = (uint32_t)(to->count / (s->words + 1u));
  return to->words;
}

/* ---- successors ------------------------------------------------------------------------------ */

void cr__xproduct_successors(cr__xspace *s, cr__xworker *w, const uint64_t *key, cr_xsink *sink) {
  const cr_xproduct *p = s->product;
  uint32_t count;
  w->due_count = 0;
  cr__xstate_begin(s, w, key);
  for (unsigned b = 0; b < s->bundles_count; b++)
    for (uint64_t open = cr__xbundle_open(s, w, b, key); open != 0; open &= open - 1) {
      unsigned g = s->bundle[b].group[cr__xfirst_bit(open)];
      const uint64_t *transitions = cr__xgroup_transitions(s, w, g, key, &count);
      due_add(w, g, transitions, count, s->words);
    }
  for (unsigned i = 0; i < s->unguarded_count; i++) {
    const uint64_t *transitions = cr__xgroup_transitions(s, w, s->unguarded[i], key, &count);
    if (count > 0) due_add(w, s->unguarded[i], transitions, count, s->words);
  }
  if (w->stubborn != NULL && sink->fresh != NULL && w->due_count > 1 && !cr__xspace_crowded(s))
    cr__xdue_reduce(s, w, key, sink);
  bool none = w->due_count == 0 && !cr__xspace_crowded(s); /* crowded: some may not be known */
  for (unsigned g = 0; none && g < p->groups_count; g++) {
    const uint64_t *transitions = cr__xotherwise_transitions(s, w, g, key, &count);
    due_add(w, g, transitions, count, s->words);
  }
  for (size_t i = 0; i < w->due_count; i++) {
    uint64_t next[CR__XWORDS_MAX];
    cr__xtarget(s, key, &w->due[i], next);
    sink->emitted++;
    sink->take(sink, w->due[i].label, next, (cr_xviolation)w->due[i].transition[s->words]);
  }
}

/* ---- many states at once ----------------------------------------------------------------------
 */

cr_xviolation cr__xpart_violation(cr__xspace *s, cr__xworker *w, unsigned part, uint64_t key) {
  cr__xwhole_build(s, w, &key);
  cr_xviolation violation = s->product->part(s->model->ctx, part, w->whole);
  if (!w->other_set || !cr__xchecks(s, cr__xmemo_hash(&key, 1))) return violation;
  strange_build(s, w, s->product->parts[part]);
  if (s->product->part(s->model->ctx, part, w->strange) != violation)
    cr__xmistake_of_part(s, part, "reads a component that it does not declare");
  return violation;
}

void cr__xstate_check(cr__xspace *s, cr__xworker *w, uint64_t key) {
  state_check(s, w, &key);
  if (s->product->invariant == NULL || cr__xspace_crowded(s)) return;
  cr__xwhole_build(s, w, &key);
  cr_xviolation whole = s->product->invariant(s->model->ctx, w->whole), found = 0;
  for (unsigned i = 0; found == 0 && i < s->product->parts_count; i++)
    found = s->product->part(s->model->ctx, i, w->whole);
  if (found != whole)
    cr__xmistake_of_part(s, 0, "or another says something else than the whole invariant");
}

/* space.c - plain models and products behind one face; see space.h. */
#include "space.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "memo.h"
#include "orbit.h"
#include "stubborn.h"

/* Of the combinations of values that a group meets, one in READS_CHECK is run again with the rest
 * of another state; in one state of STATES_CHECK every group is run to compare. Fields of keys have
 * up to SPARE - 1 bits more than they need. */
enum {
  WORDS_MAX = CR__XWORDS_MAX,
  MISTAKE_BYTES = 256,
  FROZEN_KNOWN = 256,
  READS_CHECK = 8,
  STATES_CHECK = 1024,
  LOOK_WORDS = 8,
  SPARE = 9,
  SPARE_COMPRESSED = 2
};

typedef cr__xfield field;

typedef struct component {
  cr__xvalues values;
  field field;
  size_t span_first, spans_count;
} component;

/* Groups whose guards have their first component in common: which of them are open is remembered
 * for all at once. */
typedef struct bundle {
  uint64_t guard; /* the components of all their guards */
  uint64_t mask[WORDS_MAX];
  unsigned group[64];
  unsigned count;
} bundle;

typedef struct range {
  size_t offset, bytes;
} range;

typedef struct group {
  uint64_t mask[WORDS_MAX]; /* the bits of its components */
  range *others;            /* the bytes of a whole that are none of theirs */
  size_t others_count;
} group;

/* Transitions of one group while it is run: words + 1 words each, as in memo.h. */
typedef struct recording {
  uint64_t *words;
  size_t count, cap;
} recording;

/* A transition that waits for its turn by label. */
typedef struct due {
  uint32_t label;
  unsigned group;
  const uint64_t *transition;
} due;

typedef struct worker {
  cr__xmemo *memo; /* one a group */
  cr__xmemo *open; /* one a bundle: its open groups, by bit */
  unsigned char *whole, *strange, *value, *state;
  uint64_t whole_key[WORDS_MAX], other_key[WORDS_MAX];
  bool whole_set, other_set;
  uint64_t digested_key[WORDS_MAX], *digests, digest; /* one a component, and of all */
  bool digested_set;
  recording recorded, again, fallback;
  bool tainted;      /* what was recorded last holds a number that does not fit */
  uint32_t expanded; /* states, so that some things are done now and then only */
  due *due;
  size_t due_count, due_cap;
  cr__xnarrow *narrow;
  unsigned narrow_count, narrow_cap;
  cr__xorbit *orbit;       /* NULL: no symmetry */
  cr__xstubborn *stubborn; /* NULL: no partial order; what follows is for it */
  cr__xmemo *closed_by;    /* one a group: the components that keep it closed */
  unsigned char *frozen;   /* by component and number, below FROZEN_KNOWN: 0 unknown, 1 no, 2 yes */
  uint32_t *count;         /* transitions of each group in this state */
} worker;

struct cr__xspace {
  const cr_xmodel *model;
  const cr_xproduct *product; /* NULL: plain */
  bool check_all;
  unsigned workers_count, words;
  unsigned spare;     /* SPARE or SPARE_COMPRESSED */
  unsigned word_bits; /* of the last word, that fields take */
  worker *worker;
  component *component;
  cr_xspan *span; /* by component */
  group *group;
  bundle *bundle;
  unsigned bundles_count;
  unsigned *unguarded; /* groups */
  unsigned unguarded_count;
  uint64_t *in_word;       /* of each 8 bytes of a whole: the components */
  bool *stray;             /* and whether there are bytes of none, which must never change */
  unsigned char *template; /* the bytes of a whole that belong to no component */
  size_t value_bytes_max;
  uint64_t nothing[WORDS_MAX + 1];
  atomic_bool crowded, mistaken;
  cr__xlock *mistake_lock;
  char mistake[MISTAKE_BYTES];
};

/* ---- layout ---------------------------------------------------------------------------------- */

static unsigned bits_for(uint32_t count) {
  unsigned bits = 0;
  while (bits < 32 && (uint64_t)1 << bits < count) bits++;
  return bits;
}

/* Bits for what there is and some more: a component that had one value only may keep to it. */
static unsigned width_of(const component *c, unsigned spare) {
  uint32_t count = cr__xvalues_count(&c->values);
  unsigned bits = bits_for(count) + (count > 1 ? spare : spare > 0 ? 1 : 0);
  return bits > 32 ? 32 : bits;
}

/* Puts the components into words of so many bits; the number of words that it takes. */
static unsigned place_fields(cr__xspace *s, unsigned spare, unsigned word_bits) {
  unsigned word = 0, used = 0;
  for (unsigned c = 0; c < s->product->components; c++) {
    unsigned width = width_of(&s->component[c], spare);
    if (used + width > word_bits) {
      word++;
      used = 0;
    }
    s->component[c].field = (field){word, used, width};
    used += width;
  }
  s->word_bits = used;
  return word + 1;
}

static uint64_t bits_in(field f) { return (((uint64_t)1 << f.width) - 1) << f.shift; }

static void masks_build(cr__xspace *s) {
  for (unsigned g = 0; g < s->product->groups_count; g++) {
    memset(s->group[g].mask, 0, sizeof s->group[g].mask);
    for (unsigned c = 0; c < s->product->components; c++) {
      field f = s->component[c].field;
      if (s->product->groups[g].touches >> c & 1) s->group[g].mask[f.word] |= bits_in(f);
    }
  }
  for (unsigned b = 0; b < s->bundles_count; b++) {
    memset(s->bundle[b].mask, 0, sizeof s->bundle[b].mask);
    for (unsigned c = 0; c < s->product->components; c++)
      if (s->bundle[b].guard >> c & 1)
        s->bundle[b].mask[s->component[c].field.word] |= bits_in(s->component[c].field);
  }
}

static void memos_clear(const cr__xspace *s, worker *w) {
  for (unsigned g = 0; g < s->product->groups_count; g++) cr__xmemo_clear(&w->memo[g], s->words);
  for (unsigned g = 0; w->closed_by != NULL && g < s->product->groups_count; g++)
    cr__xmemo_clear(&w->closed_by[g], s->words);
  for (unsigned b = 0; b < s->bundles_count; b++) cr__xmemo_clear(&w->open[b], s->words);
}

/* After a change of the fields. What is remembered of groups is the caller's to convert or clear.
 */
static void layout_use(cr__xspace *s) {
  masks_build(s);
  for (unsigned w = 0; w < s->workers_count; w++)
    s->worker[w].whole_set = s->worker[w].other_set = s->worker[w].digested_set = false;
}

/* One word with as many spare bits as it has room for, else several words. */
static bool layout(cr__xspace *s) {
  unsigned spare = s->spare;
  do {
    s->words = place_fields(s, --spare, 63);
  } while (s->words > 1 && spare > 0);
  if (s->words > 1) s->words = place_fields(s, 2, 64);
  if (s->words > WORDS_MAX) s->words = place_fields(s, 0, 64);
  if (s->words > WORDS_MAX) return false;
  layout_use(s);
  return true;
}

static uint32_t number_in(const uint64_t *key, field f) {
  return (uint32_t)(key[f.word] >> f.shift & (((uint64_t)1 << f.width) - 1));
}

/* ---- making ---------------------------------------------------------------------------------- */

static void spans_sort(cr__xspace *s) {
  const cr_xproduct *p = s->product;
  size_t n = 0;
  s->span = cr_alloc(p->spans_count * sizeof *s->span);
  for (unsigned c = 0; c < p->components; c++) {
    component *to = &s->component[c];
    size_t bytes = 0;
    to->span_first = n;
    for (size_t i = 0; i < p->spans_count; i++) {
      if (p->spans[i].component != c) continue;
      s->span[n++] = p->spans[i];
      bytes += p->spans[i].bytes;
    }
    to->spans_count = n - to->span_first;
    CR_ASSERT(bytes > 0);
    if (bytes > s->value_bytes_max) s->value_bytes_max = bytes;
    cr__xvalues_init(&to->values, bytes);
  }
  CR_ASSERT(n == p->spans_count);
}

static void others_add(group *g, size_t from, size_t to) {
  if (from < to) g->others[g->others_count++] = (range){from, to - from};
}

static void others_build(cr__xspace *s, unsigned number) {
  const cr_xproduct *p = s->product;
  group *g = &s->group[number];
  g->others = cr_alloc((p->spans_count + 1) * sizeof *g->others);
  size_t from = 0;
  for (size_t i = 0; i < p->spans_count; i++) {
    const cr_xspan *span = &p->spans[i];
    CR_ASSERT(i == 0 || span->offset >= span[-1].offset + span[-1].bytes);
    CR_ASSERT(span->offset + span->bytes <= p->whole_bytes);
    if ((p->groups[number].touches >> span->component & 1) == 0) continue;
    others_add(g, from, span->offset);
    from = span->offset + span->bytes;
  }
  others_add(g, from, p->whole_bytes);
}

static void words_build(cr__xspace *s) {
  const cr_xproduct *p = s->product;
  unsigned *owners = cr_alloc(p->whole_bytes * sizeof *owners);
  s->in_word = cr_alloc((p->whole_bytes / sizeof(uint64_t) + 1) * sizeof *s->in_word);
  for (size_t i = 0; i < p->spans_count; i++)
    for (size_t k = 0; k < p->spans[i].bytes; k++)
      owners[p->spans[i].offset + k] = p->spans[i].component + 1;
  s->stray = cr_alloc((p->whole_bytes / sizeof(uint64_t) + 1) * sizeof *s->stray);
  for (size_t i = 0; i < p->whole_bytes; i++) {
    size_t word = i / sizeof(uint64_t);
    if (owners[i] == 0)
      s->stray[word] = true;
    else
      s->in_word[word] |= (uint64_t)1 << (owners[i] - 1);
  }
  free(owners);
}

static uint64_t first_of(uint64_t components) { return components & (~components + 1); }

static void bundles_build(cr__xspace *s) {
  const cr_xproduct *p = s->product;
  s->bundle = cr_alloc((p->groups_count + 1) * sizeof *s->bundle);
  s->unguarded = cr_alloc((p->groups_count + 1) * sizeof *s->unguarded);
  for (unsigned g = 0; g < p->groups_count; g++) {
    uint64_t guard = p->groups[g].guard;
    CR_ASSERT((guard & ~p->groups[g].touches) == 0);
    if (p->groups[g].otherwise) continue;
    if (guard == 0) {
      s->unguarded[s->unguarded_count++] = g;
      continue;
    }
    unsigned b = 0;
    while (b < s->bundles_count &&
           (first_of(s->bundle[b].guard) != first_of(guard) || s->bundle[b].count == 64))
      b++;
    if (b == s->bundles_count) s->bundles_count++;
    s->bundle[b].guard |= guard;
    s->bundle[b].group[s->bundle[b].count++] = g;
  }
}

static void stubborn_begin(const cr_xproduct *p, worker *w) {
  w->stubborn = cr__xstubborn_new(p);
  w->closed_by = cr_alloc((p->groups_count + 1) * sizeof *w->closed_by);
  w->frozen = cr_alloc(p->components * (size_t)FROZEN_KNOWN);
  w->count = cr_alloc((p->groups_count + 1) * sizeof *w->count);
}

static void product_begin(cr__xspace *s, bool partial_order) {
  const cr_xproduct *p = s->product;
  CR_ASSERT(p->whole_bytes >= 1 && p->whole_bytes <= CR_XWHOLE_BYTES_MAX);
  CR_ASSERT(p->components >= 1 && p->components <= CR_XCOMPONENTS_MAX);
  s->component = cr_alloc(p->components * sizeof *s->component);
  s->group = cr_alloc((p->groups_count + 1) * sizeof *s->group);
  s->template = cr_alloc(p->whole_bytes);
  s->mistake_lock = cr__xlock_new();
  spans_sort(s);
  for (unsigned g = 0; g < p->groups_count; g++) others_build(s, g);
  bundles_build(s);
  words_build(s);
  for (unsigned w = 0; w < s->workers_count; w++) {
    worker *to = &s->worker[w];
    to->memo = cr_alloc((p->groups_count + 1) * sizeof *to->memo);
    to->open = cr_alloc((s->bundles_count + 1) * sizeof *to->open);
    to->whole = cr_alloc(p->whole_bytes);
    to->strange = cr_alloc(p->whole_bytes);
    to->value = cr_alloc(s->value_bytes_max);
    to->digests = cr_alloc(p->components * sizeof *to->digests);
    if (partial_order) stubborn_begin(p, to);
  }
  bool fits = layout(s);
  CR_ASSERT(fits); /* nothing has a value yet */
  for (unsigned w = 0; w < s->workers_count; w++) memos_clear(s, &s->worker[w]);
  (void)p->initial(s->model->ctx, 0, s->template);
}

static const cr_xproduct *product_for(const cr_xmodel *model, const cr_xoptions *options) {
  if (options->plain || (options->symmetry && model->canonical != NULL)) return NULL;
  return options->partial_order && model->finer != NULL ? model->finer : model->product;
}

/* Is what is asked for sound for the model? */
static bool reduction_allowed(const cr_xmodel *model, const cr_xoptions *o, cr_errinfo *info) {
  const cr_xproduct *product = product_for(model, o);
  const char *reason = NULL;
  if (o->symmetry && o->partial_order)
    reason = "symmetry and partial order do not go together; choose one";
  else if ((o->symmetry || o->partial_order) && model->owed != NULL)
    reason = "it has duties, and fairness is each actor's own; explore it without reductions";
  else if (o->partial_order && (o->checkpoint != NULL || o->resume != NULL))
    reason = "a checkpoint does not keep what partial order has left out; choose one of the two";
  else if (o->partial_order && product != NULL && product->invariant != NULL)
    reason = "partial order keeps no invariant of states; judge transitions, or go without";
  else if (o->partial_order && product != NULL && product->groups_count > CR_XREDUCED_GROUPS_MAX)
    reason = "partial order is for 256 groups at most; explore it without";
  if (reason != NULL) (void)cr_fail(info, CR_ERR_INPUT, "model %s: %s", model->name, reason);
  return reason == NULL;
}

cr__xspace *cr__xspace_new(const cr_xmodel *model, const cr_xoptions *options, unsigned workers,
                           cr_errinfo *info) {
  if (model->state_bytes < 1 || model->state_bytes > CR_XSTATE_BYTES_MAX) {
    (void)cr_fail(info, CR_ERR_INPUT,
                  "model %s: a state of %zu bytes is out of bounds; use 1 to %d bytes", model->name,
                  model->state_bytes, (int)CR_XSTATE_BYTES_MAX);
    return NULL;
  }
  if (!reduction_allowed(model, options, info)) return NULL;
  cr__xspace *s = cr_alloc(sizeof *s);
  s->model = model;
  bool symmetry = options->symmetry && model->canonical != NULL;
  s->product = product_for(model, options);
  s->check_all = options->check_all;
  s->spare = options->compress ? SPARE_COMPRESSED : SPARE;
  s->workers_count = workers;
  s->worker = cr_alloc(workers * sizeof *s->worker);
  for (unsigned w = 0; w < workers; w++) {
    s->worker[w].state = cr_alloc(model->state_bytes);
    if (symmetry) s->worker[w].orbit = cr__xorbit_new(model, s->check_all);
  }
  if (s->product != NULL) product_begin(s, options->partial_order);
  return s;
}

static void worker_free(const cr__xspace *s, worker *w) {
  if (s->product != NULL) memos_clear(s, w);
  free(w->memo);
  free(w->open);
  free(w->whole);
  free(w->strange);
  free(w->value);
  free(w->digests);
  free(w->state);
  free(w->recorded.words);
  free(w->again.words);
  free(w->fallback.words);
  free(w->due);
  free(w->narrow);
  cr__xorbit_free(w->orbit);
  cr__xstubborn_free(w->stubborn);
  free(w->closed_by);
  free(w->frozen);
  free(w->count);
}

void cr__xspace_free(cr__xspace *s) {
  if (s == NULL) return;
  for (unsigned w = 0; w < s->workers_count; w++) worker_free(s, &s->worker[w]);
  free(s->worker);
  if (s->product != NULL) {
    for (unsigned c = 0; c < s->product->components; c++) cr__xvalues_free(&s->component[c].values);
    for (unsigned g = 0; g < s->product->groups_count; g++) free(s->group[g].others);
    cr__xlock_free(s->mistake_lock);
  }
  free(s->component);
  free(s->group);
  free(s->bundle);
  free(s->unguarded);
  free(s->span);
  free(s->in_word);
  free(s->stray);
  free(s->template);
  free(s);
}

size_t cr__xspace_key_bytes(const cr__xspace *s) {
  return s->product != NULL ? s->words * sizeof(uint64_t) : s->model->state_bytes;
}

bool cr__xspace_narrow(const cr__xspace *s) { return s->product != NULL && s->words == 1; }

unsigned cr__xspace_key_bits(const cr__xspace *s) {
  return s->product != NULL ? s->word_bits : (unsigned)s->model->state_bytes * 8;
}

bool cr__xspace_crowded(const cr__xspace *s) { return atomic_load(&s->crowded); }

const char *cr__xspace_mistake(const cr__xspace *s) {
  for (unsigned w = 0; w < s->workers_count && s->worker[w].orbit != NULL; w++)
    if (cr__xorbit_mistake(s->worker[w].orbit) != NULL)
      return cr__xorbit_mistake(s->worker[w].orbit);
  return atomic_load(&s->mistaken) ? s->mistake : NULL;
}

cr__xorbit *cr__xspace_orbit(const cr__xspace *s) { return s->worker[0].orbit; }

static unsigned first_bit(uint64_t bits) {
#if defined(__GNUC__) || defined(__clang__)
  return (unsigned)__builtin_ctzll(bits);
#else
  unsigned i = 0;
  while ((bits >> i & 1) == 0) i++;
  return i;
#endif
}

/* ---- keys and wholes ------------------------------------------------------------------------- */

static const void *gather(const cr__xspace *s, const component *c, const unsigned char *whole,
                          unsigned char *value) {
  const cr_xspan *span = s->span + c->span_first;
  if (c->spans_count == 1) return whole + span->offset;
  unsigned char *to = value;
  for (size_t i = 0; i < c->spans_count; i++, to += span->bytes, span++)
    memcpy(to, whole + span->offset, span->bytes);
  return value;
}

static void scatter(const cr__xspace *s, const component *c, uint32_t number,
                    unsigned char *whole) {
  const unsigned char *from = cr__xvalues_at(&c->values, number);
  const cr_xspan *span = s->span + c->span_first;
  for (size_t i = 0; i < c->spans_count; i++, from += span->bytes, span++)
    memcpy(whole + span->offset, from, span->bytes);
}

static bool equal_in(const cr__xspace *s, const component *c, const unsigned char *a,
                     const unsigned char *b) {
  const cr_xspan *span = s->span + c->span_first;
  for (size_t i = 0; i < c->spans_count; i++, span++)
    if (memcmp(a + span->offset, b + span->offset, span->bytes) != 0) return false;
  return true;
}

/* The bits of a component's value in a key. */
static uint64_t bits_of(cr__xspace *s, worker *w, component *c, const unsigned char *whole) {
  uint32_t number = cr__xvalues_number(&c->values, gather(s, c, whole, w->value));
  if ((uint64_t)number >> c->field.width != 0) {
    atomic_store(&s->crowded, true);
    w->tainted = true;
    return 0;
  }
  return (uint64_t)number << c->field.shift;
}

static void key_build(cr__xspace *s, worker *w, const unsigned char *whole, uint64_t *key) {
  memset(key, 0, s->words * sizeof *key);
  for (unsigned i = 0; i < s->product->components; i++)
    key[s->component[i].field.word] |= bits_of(s, w, &s->component[i], whole);
}

/* The worker's whole becomes that of the key. */
static void whole_build(cr__xspace *s, worker *w, const uint64_t *key) {
  if (w->whole_set && memcmp(w->whole_key, key, s->words * sizeof *key) == 0) return;
  if (w->whole_set) {
    memcpy(w->other_key, w->whole_key, sizeof w->other_key);
    w->other_set = true;
  } else {
    memcpy(w->whole, s->template, s->product->whole_bytes);
  }
  for (unsigned i = 0; i < s->product->components; i++) {
    component *c = &s->component[i];
    uint32_t number = number_in(key, c->field);
    if (!w->whole_set || number != number_in(w->whole_key, c->field))
      scatter(s, c, number, w->whole);
  }
  memcpy(w->whole_key, key, s->words * sizeof *key);
  w->whole_set = true;
}

/* ---- groups ---------------------------------------------------------------------------------- */

static void mistake(cr__xspace *s, unsigned group_number, const char *does) {
  cr__xlock_take(s->mistake_lock);
  if (!atomic_load(&s->mistaken)) {
    cr_buf text = {0};
    cr_buf_printf(&text, "model %s: transition group %u %s; declare all components it touches",
                  s->model->name, group_number, does);
    size_t n = text.len < MISTAKE_BYTES - 1 ? text.len : MISTAKE_BYTES - 1;
    memcpy(s->mistake, text.data, n);
    cr_buf_free(&text);
    atomic_store(&s->mistaken, true);
  }
  cr__xlock_give(s->mistake_lock);
}

typedef struct run {
  cr__xspace *space;
  worker *worker;
  unsigned group;
  const unsigned char *whole;
  const uint64_t *key;
  recording *to;
} run;

static uint64_t *recording_add(recording *to, size_t words) {
  if (to->count + words > to->cap) {
    to->cap = to->cap == 0 ? 64 : to->cap * 2;
    while (to->cap < to->count + words) to->cap *= 2;
    to->words = cr_realloc(to->words, to->cap * sizeof *to->words);
  }
  uint64_t *new = to->words + to->count;
  to->count += words;
  return new;
}

static inline uint64_t word_at(const unsigned char *whole, size_t index) {
  uint64_t word;
  memcpy(&word, whole + index * sizeof word, sizeof word);
  return word;
}

/* The components in which two wholes may differ, found by words; stray: so may bytes of none. */
static uint64_t differing(const cr__xspace *s, const unsigned char *a, const unsigned char *b,
                          bool *stray) {
  uint64_t components = 0;
  size_t words = s->product->whole_bytes / sizeof(uint64_t), at = 0;
  for (; at + LOOK_WORDS <= words; at += LOOK_WORDS) {
    uint64_t any = 0;
    for (size_t i = at; i < at + LOOK_WORDS; i++) any |= word_at(a, i) ^ word_at(b, i);
    if (any == 0) continue;
    for (size_t i = at; i < at + LOOK_WORDS; i++) {
      if (word_at(a, i) == word_at(b, i)) continue;
      components |= s->in_word[i];
      *stray |= s->stray[i];
    }
  }
  size_t rest = at * sizeof(uint64_t);
  if (memcmp(a + rest, b + rest, s->product->whole_bytes - rest) != 0)
    for (; at <= words; at++) {
      components |= s->in_word[at];
      *stray |= s->stray[at];
    }
  return components;
}

static bool others_equal(const group *g, const unsigned char *a, const unsigned char *b) {
  for (size_t i = 0; i < g->others_count; i++)
    if (memcmp(a + g->others[i].offset, b + g->others[i].offset, g->others[i].bytes) != 0)
      return false;
  return true;
}

/* The bits of a component that a transition changes. */
static uint64_t change(const run *r, unsigned number, const unsigned char *next) {
  cr__xspace *s = r->space;
  if (s->product->groups[r->group].reads >> number & 1)
    mistake(s, r->group, "changes a component that it declares as only read");
  if (r->worker->stubborn != NULL && (s->product->may_freeze >> number & 1) &&
      s->product->frozen(s->model->ctx, number, r->whole))
    mistake(s, r->group, "changes a component that is said to be frozen");
  return bits_of(s, r->worker, &s->component[number], next);
}

static void record(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  run *r = sink->arg;
  cr__xspace *s = r->space;
  const group *g = &s->group[r->group];
  uint64_t *new = recording_add(r->to, s->words + 1u);
  for (unsigned i = 0; i < s->words; i++) new[i] = violation != 0 ? 0 : r->key[i] & g->mask[i];
  new[s->words] = (uint64_t)label << 32 | violation;
  if (violation != 0) return;
  uint64_t touches = s->product->groups[r->group].touches;
  bool stray = false;
  uint64_t changed = differing(s, next, r->whole, &stray);
  /* A word may hold bytes of several components. */
  if ((stray || (changed & ~touches) != 0) && !others_equal(g, next, r->whole))
    mistake(s, r->group, "writes a component that it does not declare");
  changed &= touches;
  for (; changed != 0; changed &= changed - 1) {
    unsigned number = first_bit(changed);
    const component *c = &s->component[number];
    if (equal_in(s, c, next, r->whole)) continue;
    new[c->field.word] &= ~bits_in(c->field);
    new[c->field.word] |= change(r, number, next);
  }
}

static void group_run(cr__xspace *s, worker *w, unsigned number, const uint64_t *key,
                      const unsigned char *whole, recording *to) {
  run r = {s, w, number, whole, key, to};
  w->tainted = false;
  cr_xsink sink = {.take = record, .arg = &r};
  to->count = 0;
  s->product->successors(s->model->ctx, number, whole, &sink);
}

/* Does the group do the same when what it does not declare is that of another state? */
static void reads_check(cr__xspace *s, worker *w, unsigned number, const uint64_t *key) {
  if (!w->other_set) return;
  memcpy(w->strange, w->whole, s->product->whole_bytes);
  for (unsigned i = 0; i < s->product->components; i++)
    if ((s->product->groups[number].touches >> i & 1) == 0)
      scatter(s, &s->component[i], number_in(w->other_key, s->component[i].field), w->strange);
  group_run(s, w, number, key, w->strange, &w->again);
  bool same = w->again.count == w->recorded.count &&
              (w->again.count == 0 || memcmp(w->again.words, w->recorded.words,
                                             w->again.count * sizeof *w->again.words) == 0);
  if (!same && !cr__xspace_crowded(s))
    mistake(s, number, "reads a component that it does not declare");
}

/* ---- supplies -------------------------------------------------------------------------------- */

/* A group that is run with another amount of one supply, against what it did. */
typedef struct retry {
  cr__xspace *space;
  const uint64_t *recorded, *recorded_end;
  unsigned group, component;
  unsigned char amount, other; /* then and now */
  bool same;
} retry;

static unsigned char *supply_in(const cr__xspace *s, unsigned number, unsigned char *whole) {
  const component *c = &s->component[number];
  CR_ASSERT(c->spans_count == 1 && c->values.bytes == 1);
  return whole + s->span[c->span_first].offset;
}

/* How much a recorded transition takes; more than 1: it does something else. */
static unsigned taken(const retry *r, const uint64_t *transition) {
  const cr__xspace *s = r->space;
  const component *c = &s->component[r->component];
  if ((cr_xviolation)transition[s->words] != 0) return 0;
  return (unsigned)(r->amount - *cr__xvalues_at(&c->values, number_in(transition, c->field)));
}

/* Is there enough for a recorded transition? A violation does not show what it takes. */
static bool affordable(const retry *r, const uint64_t *transition) {
  bool violates = (cr_xviolation)transition[r->space->words] != 0;
  return violates ? r->other > 0 : taken(r, transition) <= r->other;
}

/* Does a transition, but for the supply, lead where the recorded one does? */
static bool leads_there(const retry *r, const uint64_t *transition, const unsigned char *next) {
  const cr__xspace *s = r->space;
  for (unsigned i = 0; i < s->product->components; i++) {
    const component *c = &s->component[i];
    if ((s->product->groups[r->group].touches >> i & 1) == 0) continue;
    const unsigned char *value = cr__xvalues_at(&c->values, number_in(transition, c->field));
    const cr_xspan *span = s->span + c->span_first;
    for (size_t k = 0; k < c->spans_count; k++, value += span->bytes, span++) {
      if (i == r->component && next[span->offset] + r->amount != *value + r->other) return false;
      if (i != r->component && memcmp(next + span->offset, value, span->bytes) != 0) return false;
    }
  }
  return true;
}

static void compare(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  retry *r = sink->arg;
  unsigned words = r->space->words;
  for (; r->recorded < r->recorded_end && r->recorded[words] >> 32 != label;
       r->recorded += words + 1u)
    if (affordable(r, r->recorded)) r->same = false;
  if (r->recorded == r->recorded_end) {
    r->same = false;
    return;
  }
  if ((cr_xviolation)r->recorded[words] != violation) r->same = false;
  if (violation == 0 && (taken(r, r->recorded) > 1 || !leads_there(r, r->recorded, next)))
    r->same = false;
  r->recorded += words + 1u;
}

/* Is what a group counts a supply to it? Tried with the last one, and with none. */
static void supply_check(cr__xspace *s, worker *w, unsigned number, unsigned c,
                         unsigned char other) {
  retry r = {.space = s,
             .recorded = w->recorded.words,
             .group = number,
             .component = c,
             .amount = *supply_in(s, c, w->whole),
             .other = other,
             .same = true};
  r.recorded_end = r.recorded == NULL ? NULL : r.recorded + w->recorded.count;
  memcpy(w->strange, w->whole, s->product->whole_bytes);
  *supply_in(s, c, w->strange) = other;
  cr_xsink sink = {.take = compare, .arg = &r};
  s->product->successors(s->model->ctx, number, w->strange, &sink);
  for (; r.recorded < r.recorded_end; r.recorded += s->words + 1u)
    if (affordable(&r, r.recorded)) r.same = false;
  if (!r.same && !cr__xspace_crowded(s)) mistake(s, number, "counts a component that is no supply");
}

/* What is spent, or does not change any more, may be of any kind. */
static void supplies_check(cr__xspace *s, worker *w, unsigned number) {
  if (cr__xspace_crowded(s)) return;
  for (unsigned c = 0; c < s->product->components; c++) {
    if ((s->product->groups[number].counts >> c & 1) == 0) continue;
    if ((s->product->may_freeze >> c & 1) && s->product->frozen(s->model->ctx, c, w->whole))
      continue;
    if (*supply_in(s, c, w->whole) == 0) continue;
    supply_check(s, w, number, c, 0);
    supply_check(s, w, number, c, 1);
  }
}

/* ---- memory ---------------------------------------------------------------------------------- */

static uint64_t reduce(const cr__xspace *s, const uint64_t *key, const uint64_t *mask,
                       uint64_t *reduced) {
  for (unsigned i = 0; i < s->words; i++) reduced[i] = key[i] & mask[i];
  return cr__xmemo_hash(reduced, s->words);
}

static const uint64_t *group_transitions(cr__xspace *s, worker *w, unsigned number,
                                         const uint64_t *key, uint32_t *count) {
  uint64_t reduced[WORDS_MAX] = {0};
  uint64_t hash = reduce(s, key, s->group[number].mask, reduced);
  const uint64_t *known = cr__xmemo_find(&w->memo[number], reduced, hash, count);
  if (known != NULL) return known;
  whole_build(s, w, key);
  group_run(s, w, number, key, w->whole, &w->recorded);
  *count = 0;
  if (w->tainted) return s->nothing; /* the batch will be thrown away */
  *count = (uint32_t)(w->recorded.count / (s->words + 1u));
  if (s->check_all || (hash >> 40) % READS_CHECK == 0) {
    reads_check(s, w, number, key);
    if (w->stubborn != NULL) supplies_check(s, w, number);
  }
  return cr__xmemo_add(&w->memo[number], reduced, hash, w->recorded.words, *count);
}

/* The groups of a bundle that have a transition, by bit. */
static uint64_t bundle_open(cr__xspace *s, worker *w, unsigned number, const uint64_t *key) {
  const bundle *b = &s->bundle[number];
  uint64_t reduced[WORDS_MAX] = {0}, entry[WORDS_MAX + 1] = {0};
  uint32_t count = 0;
  uint64_t hash = reduce(s, key, b->mask, reduced);
  const uint64_t *known = cr__xmemo_find(&w->open[number], reduced, hash, &count);
  if (known != NULL) return known[0];
  for (unsigned i = 0; i < b->count; i++) {
    (void)group_transitions(s, w, b->group[i], key, &count);
    entry[0] |= (uint64_t)(count > 0) << i;
  }
  if (cr__xspace_crowded(s)) return 0; /* the same */
  return cr__xmemo_add(&w->open[number], reduced, hash, entry, 1)[0];
}

/* Does a group do in this state what is remembered of another one? */
static void group_check(cr__xspace *s, worker *w, unsigned number, const uint64_t *key,
                        bool closed) {
  uint64_t reduced[WORDS_MAX] = {0};
  uint32_t count = 0;
  uint64_t hash = reduce(s, key, s->group[number].mask, reduced);
  const uint64_t *known = cr__xmemo_find(&w->memo[number], reduced, hash, &count);
  if (known == NULL && !closed) return;
  whole_build(s, w, key);
  group_run(s, w, number, key, w->whole, &w->again);
  if (w->tainted) return;
  if (closed && w->again.count > 0)
    mistake(s, number, "has transitions, or none, for more reasons than its guard");
  if (closed) return;
  size_t words = (size_t)count * (s->words + 1u);
  if (w->again.count != words ||
      (words > 0 && memcmp(w->again.words, known, words * sizeof *known) != 0))
    mistake(s, number, "reads a component that it does not declare");
}

static void state_check(cr__xspace *s, worker *w, const uint64_t *key) {
  for (unsigned b = 0; b < s->bundles_count; b++) {
    uint64_t open = bundle_open(s, w, b, key);
    for (unsigned i = 0; i < s->bundle[b].count && !cr__xspace_crowded(s); i++)
      group_check(s, w, s->bundle[b].group[i], key, (open >> i & 1) == 0);
  }
  for (unsigned i = 0; i < s->unguarded_count; i++) group_check(s, w, s->unguarded[i], key, false);
}

static void memos_bound(const cr__xspace *s, worker *w) {
  size_t bytes = 0;
  for (unsigned g = 0; g < s->product->groups_count; g++) bytes += cr__xmemo_bytes(&w->memo[g]);
  for (unsigned b = 0; b < s->bundles_count; b++) bytes += cr__xmemo_bytes(&w->open[b]);
  for (unsigned g = 0; w->closed_by != NULL && g < s->product->groups_count; g++)
    bytes += cr__xmemo_bytes(&w->closed_by[g]);
  if (bytes > CR_XMEMO_BYTES_MAX) memos_clear(s, w);
}

static inline void begin_state(cr__xspace *s, worker *w, const uint64_t *key) {
  bool now = ++w->expanded % STATES_CHECK == 0;
  if (now) memos_bound(s, w);
  if (now || s->check_all) state_check(s, w, key);
}

/* Keeps what is due in the order of the labels. */
static void due_add(worker *w, unsigned number, const uint64_t *transitions, uint32_t count,
                    unsigned words) {
  if (w->due_count + count > w->due_cap) {
    w->due_cap = (w->due_count + count) * 2;
    w->due = cr_realloc(w->due, w->due_cap * sizeof *w->due);
  }
  for (uint32_t i = 0; i < count; i++, transitions += words + 1u) {
    uint32_t label = (uint32_t)(transitions[words] >> 32);
    size_t at = w->due_count++;
    for (; at > 0 && w->due[at - 1].label > label; at--) w->due[at] = w->due[at - 1];
    w->due[at] = (due){label, number, transitions};
  }
}

/* Those of a group that is asked only when all others have none; none of any other group. */
static const uint64_t *otherwise_transitions(cr__xspace *s, worker *w, unsigned number,
                                             const uint64_t *key, uint32_t *count) {
  *count = 0;
  if (!s->product->groups[number].otherwise) return NULL;
  whole_build(s, w, key);
  group_run(s, w, number, key, w->whole, &w->fallback);
  *count = (uint32_t)(w->fallback.count / (s->words + 1u));
  return w->fallback.words;
}

/* ---- partial order --------------------------------------------------------------------------- */

typedef struct asking {
  cr__xspace *space;
  worker *worker;
  const uint64_t *key;
} asking;

/* Is the group closed, too, when all but these components are those of another state? */
static void closed_check(cr__xspace *s, worker *w, unsigned number, const uint64_t *key,
                         uint64_t components) {
  if (!w->other_set) return;
  memcpy(w->strange, w->whole, s->product->whole_bytes);
  for (unsigned i = 0; i < s->product->components; i++)
    if ((components >> i & 1) == 0)
      scatter(s, &s->component[i], number_in(w->other_key, s->component[i].field), w->strange);
  group_run(s, w, number, key, w->strange, &w->again);
  if (w->again.count > 0) mistake(s, number, "is not closed by what is said to close it");
}

static uint64_t closed_by(void *arg, unsigned number) {
  const asking *a = arg;
  cr__xspace *s = a->space;
  worker *w = a->worker;
  const cr_xgroup *g = &s->product->groups[number];
  if (s->product->closed == NULL) return g->touches;
  uint64_t reduced[WORDS_MAX] = {0}, made[WORDS_MAX + 1] = {0};
  uint32_t one;
  uint64_t hash = reduce(s, a->key, s->group[number].mask, reduced);
  const uint64_t *known = cr__xmemo_find(&w->closed_by[number], reduced, hash, &one);
  if (known != NULL) return known[0];
  whole_build(s, w, a->key);
  made[0] = s->product->closed(s->model->ctx, number, w->whole) & g->touches;
  if (s->check_all || (hash >> 40) % READS_CHECK == 0) closed_check(s, w, number, a->key, made[0]);
  (void)cr__xmemo_add(&w->closed_by[number], reduced, hash, made, 1);
  return made[0];
}

static bool is_frozen(cr__xspace *s, worker *w, const uint64_t *key, unsigned c) {
  uint32_t number = number_in(key, s->component[c].field);
  if (number >= FROZEN_KNOWN) return false;
  unsigned char *known = &w->frozen[c * (size_t)FROZEN_KNOWN + number];
  if (*known == 0) {
    whole_build(s, w, key);
    *known = s->product->frozen(s->model->ctx, c, w->whole) ? 2 : 1;
  }
  return *known == 2;
}

static uint64_t frozen_now(cr__xspace *s, worker *w, const uint64_t *key) {
  uint64_t frozen = 0, may = s->product->may_freeze;
  for (unsigned i = 0; i < s->product->components; i++)
    if ((may >> i & 1) && is_frozen(s, w, key, i)) frozen |= (uint64_t)1 << i;
  return frozen;
}

/* The key of a target. */
static void target_of(const cr__xspace *s, const uint64_t *key, const due *d, uint64_t *next) {
  const uint64_t *mask = s->group[d->group].mask;
  for (unsigned k = 0; k < s->words; k++) next[k] = (key[k] & ~mask[k]) | d->transition[k];
}

/* Does one of the keys' transitions lead to a state that is expanded later? */
static bool some_fresh(const cr__xspace *s, const worker *w, const uint64_t *key,
                       const cr__xgroups *keys, const cr_xsink *sink) {
  for (size_t i = 0; i < w->due_count; i++) {
    uint64_t next[WORDS_MAX];
    if (!cr__xgroups_has(keys, w->due[i].group)) continue;
    if ((cr_xviolation)w->due[i].transition[s->words] != 0) continue;
    target_of(s, key, &w->due[i], next);
    if (sink->fresh(sink, next)) return true;
  }
  return false;
}

/* Drops what need not be taken: of the smallest sets the first that is not put off for ever. */
static void due_reduce(cr__xspace *s, worker *w, const uint64_t *key, cr_xsink *sink) {
  asking a = {s, w, key};
  cr__xset sets[CR__XSTUBBORN_SETS];
  cr__xsituation now = {.count = w->count, .closed = closed_by, .arg = &a};
  memset(w->count, 0, s->product->groups_count * sizeof *w->count);
  for (size_t i = 0; i < w->due_count; i++) {
    cr__xgroups_add(&now.enabled, w->due[i].group);
    w->count[w->due[i].group]++;
  }
  now.frozen = frozen_now(s, w, key);
  unsigned count = cr__xstubborn_sets(w->stubborn, &now, sets), chosen = 0;
  while (chosen < count && !some_fresh(s, w, key, &sets[chosen].keys, sink)) chosen++;
  if (chosen == count) return;
  size_t kept = 0;
  for (size_t i = 0; i < w->due_count; i++)
    if (cr__xgroups_has(&sets[chosen].groups, w->due[i].group)) w->due[kept++] = w->due[i];
  w->due_count = kept;
  sink->reduced = true;
}

static void product_successors(cr__xspace *s, worker *w, const uint64_t *key, cr_xsink *sink) {
  const cr_xproduct *p = s->product;
  uint32_t count;
  w->due_count = 0;
  begin_state(s, w, key);
  for (unsigned b = 0; b < s->bundles_count; b++)
    for (uint64_t open = bundle_open(s, w, b, key); open != 0; open &= open - 1) {
      unsigned g = s->bundle[b].group[first_bit(open)];
      const uint64_t *transitions = group_transitions(s, w, g, key, &count);
      due_add(w, g, transitions, count, s->words);
    }
  for (unsigned i = 0; i < s->unguarded_count; i++) {
    const uint64_t *transitions = group_transitions(s, w, s->unguarded[i], key, &count);
    if (count > 0) due_add(w, s->unguarded[i], transitions, count, s->words);
  }
  if (w->stubborn != NULL && sink->fresh != NULL && w->due_count > 1 && !cr__xspace_crowded(s))
    due_reduce(s, w, key, sink);
  for (unsigned g = 0; w->due_count == 0 && g < p->groups_count; g++) {
    const uint64_t *transitions = otherwise_transitions(s, w, g, key, &count);
    due_add(w, g, transitions, count, s->words);
  }
  for (size_t i = 0; i < w->due_count; i++) {
    uint64_t next[WORDS_MAX];
    target_of(s, key, &w->due[i], next);
    sink->emitted++;
    sink->take(sink, w->due[i].label, next, (cr_xviolation)w->due[i].transition[s->words]);
  }
}

/* ---- narrow ---------------------------------------------------------------------------------- */

/* What the general code does, for keys of one word and without a call on the way. */
static inline void narrow_add(worker *w, uint64_t rest, const uint64_t *transitions,
                              uint32_t count) {
  if (w->narrow_count + count > w->narrow_cap) {
    w->narrow_cap = (w->narrow_count + count) * 2;
    w->narrow = cr_realloc(w->narrow, w->narrow_cap * sizeof *w->narrow);
  }
  for (uint32_t i = 0; i < count; i++, transitions += 2) {
    uint32_t label = (uint32_t)(transitions[1] >> 32);
    unsigned at = w->narrow_count++;
    for (; at > 0 && w->narrow[at - 1].label > label; at--) w->narrow[at] = w->narrow[at - 1];
    w->narrow[at] = (cr__xnarrow){rest | transitions[0], label, (cr_xviolation)transitions[1]};
  }
}

static inline void narrow_group(cr__xspace *s, worker *w, unsigned number, uint64_t key) {
  uint32_t count;
  uint64_t mask = s->group[number].mask[0];
  const uint64_t *transitions = cr__xmemo_find_narrow(&w->memo[number], key & mask, &count);
  if (transitions == NULL) transitions = group_transitions(s, w, number, &key, &count);
  narrow_add(w, key & ~mask, transitions, count);
}

unsigned cr__xspace_successors_narrow(cr__xspace *s, unsigned number, uint64_t key,
                                      const cr__xnarrow **list) {
  worker *w = &s->worker[number];
  w->narrow_count = 0;
  begin_state(s, w, &key);
  for (unsigned b = 0; b < s->bundles_count; b++) {
    uint32_t count;
    const uint64_t *known = cr__xmemo_find_narrow(&w->open[b], key & s->bundle[b].mask[0], &count);
    uint64_t open = known == NULL ? bundle_open(s, w, b, &key) : *known;
    for (; open != 0; open &= open - 1)
      narrow_group(s, w, s->bundle[b].group[first_bit(open)], key);
  }
  for (unsigned i = 0; i < s->unguarded_count; i++) narrow_group(s, w, s->unguarded[i], key);
  if (w->narrow_count == 0) {
    const uint64_t *transitions;
    uint32_t count = 0;
    for (unsigned g = 0; g < s->product->groups_count; g++) {
      transitions = otherwise_transitions(s, w, g, &key, &count);
      narrow_add(w, key & ~s->group[g].mask[0], transitions, count);
    }
  }
  *list = w->narrow;
  return w->narrow_count;
}

/* ---- the face -------------------------------------------------------------------------------- */

static const uint64_t *words_of(const cr__xspace *s, const void *key, uint64_t *copy) {
  memcpy(copy, key, s->words * sizeof *copy);
  return copy;
}

/* The model's own form of a state, aligned. */
static const void *state_of(cr__xspace *s, worker *w, const void *key) {
  if (s->product == NULL) return memcpy(w->state, key, s->model->state_bytes);
  uint64_t words[WORDS_MAX];
  whole_build(s, w, words_of(s, key, words));
  return w->whole;
}

bool cr__xspace_initial(cr__xspace *s, unsigned number, uint32_t index, void *key) {
  worker *w = &s->worker[number];
  if (s->product == NULL) {
    memset(w->state, 0, s->model->state_bytes);
    if (!s->model->initial(s->model->ctx, index, w->state)) return false;
    if (w->orbit != NULL) cr__xorbit_canonical(w->orbit, w->state);
    memcpy(key, w->state, s->model->state_bytes);
    return true;
  }
  memcpy(w->strange, s->template, s->product->whole_bytes);
  if (!s->product->initial(s->model->ctx, index, w->strange)) return false;
  uint64_t words[WORDS_MAX];
  key_build(s, w, w->strange, words);
  memcpy(key, words, s->words * sizeof *words);
  return true;
}

void cr__xspace_successors(cr__xspace *s, unsigned number, const void *key, cr_xsink *sink) {
  worker *w = &s->worker[number];
  uint64_t words[WORDS_MAX];
  if (w->orbit != NULL)
    cr__xorbit_successors(w->orbit, state_of(s, w, key), sink);
  else if (s->product == NULL)
    s->model->successors(s->model->ctx, state_of(s, w, key), sink);
  else
    product_successors(s, w, words_of(s, key, words), sink);
}

bool cr__xspace_judges_states(const cr__xspace *s) {
  return (s->product == NULL ? s->model->invariant : s->product->invariant) != NULL;
}

cr_xviolation cr__xspace_invariant(cr__xspace *s, unsigned number, const void *key) {
  cr_xviolation (*invariant)(void *, const void *) =
      s->product == NULL ? s->model->invariant : s->product->invariant;
  return invariant == NULL ? 0 : invariant(s->model->ctx, state_of(s, &s->worker[number], key));
}

bool cr__xspace_final(cr__xspace *s, unsigned number, const void *key) {
  bool (*final)(void *, const void *) = s->product == NULL ? s->model->final : s->product->final;
  return final != NULL && final(s->model->ctx, state_of(s, &s->worker[number], key));
}

/* The digests of all components together: of a state much like the one before, few are new. */
uint64_t cr__xspace_digest(cr__xspace *s, unsigned number, const void *key) {
  worker *w = &s->worker[number];
  if (s->product == NULL) return cr_digest(key, s->model->state_bytes);
  uint64_t words[WORDS_MAX];
  words_of(s, key, words);
  for (unsigned i = 0; i < s->product->components; i++) {
    const component *c = &s->component[i];
    uint32_t value = number_in(words, c->field);
    if (w->digested_set && value == number_in(w->digested_key, c->field)) continue;
    uint64_t digest =
        cr_digest_seeded(cr__xvalues_at(&c->values, value), c->values.bytes, (uint64_t)i + 1);
    w->digest =
        w->digested_set ? w->digest ^ w->digests[i] ^ digest : (i == 0 ? 0 : w->digest) ^ digest;
    w->digests[i] = digest;
  }
  memcpy(w->digested_key, words, sizeof *words * s->words);
  w->digested_set = true;
  return w->digest;
}

bool cr__xspace_live(const cr__xspace *s) { return s->model->owed != NULL; }

unsigned cr__xspace_fairness(cr__xspace *s, unsigned number, const void *key, uint32_t label) {
  const void *state = state_of(s, &s->worker[number], key);
  return s->product == NULL ? s->model->fairness(s->model->ctx, state, label)
                            : s->product->fairness(s->model->ctx, state, label);
}

uint64_t cr__xspace_owed(cr__xspace *s, unsigned number, const void *key) {
  const void *state = state_of(s, &s->worker[number], key);
  return s->product == NULL ? s->model->owed(s->model->ctx, state)
                            : s->product->owed(s->model->ctx, state);
}

/* ---- growing --------------------------------------------------------------------------------- */

typedef struct conversion {
  const cr__xspace *space;
  unsigned old_words, count; /* count: of components */
  field old[CR_XCOMPONENTS_MAX], new[CR_XCOMPONENTS_MAX];
} conversion;

/* new is for the caller, when the form has changed. */
static void conversion_begin(conversion *v, const cr__xspace *s) {
  v->space = s;
  v->count = cr__xspace_components(s);
  v->old_words = cr__xspace_form(s, v->old);
}

static void convert(void *arg, const void *from, void *to) {
  const conversion *v = arg;
  uint64_t old[WORDS_MAX], new[WORDS_MAX] = {0};
  memcpy(old, from, v->old_words * sizeof *old);
  for (unsigned i = 0; i < v->count; i++)
    new[v->new[i].word] |= (uint64_t)number_in(old, v->old[i]) << v->new[i].shift;
  memcpy(to, new, v->space->words * sizeof *new);
}

/* What is remembered stays true, in its new form. of_keys: the transitions are bits of keys. */
static void memo_convert(cr__xmemo *memo, conversion *v, bool of_keys) {
  unsigned words = v->space->words, old_stride = v->old_words + 1;
  cr__xmemo new = {.words = words};
  recording transitions = {0};
  for (uint32_t i = 0; i < memo->cap; i++) {
    const uint64_t *slot = memo->slots + (size_t)i * old_stride;
    uint64_t value = slot[v->old_words], key[WORDS_MAX];
    if (value == 0) continue;
    const uint64_t *old = memo->pool + (size_t)(value >> 32) * old_stride;
    uint32_t count = (uint32_t)value - 1;
    transitions.count = 0;
    for (uint32_t k = 0; k < count; k++, old += old_stride) {
      uint64_t *to = recording_add(&transitions, words + 1u);
      memset(to, 0, words * sizeof *to);
      if (of_keys)
        convert(v, old, to);
      else
        to[0] = old[0];
      to[words] = old[v->old_words];
    }
    convert(v, slot, key);
    (void)cr__xmemo_add(&new, key, cr__xmemo_hash(key, words), transitions.words, count);
  }
  free(transitions.words);
  cr__xmemo_clear(memo, words);
  *memo = new;
}

bool cr__xspace_rekey(cr__xspace *s, cr__xstore *store) {
  conversion v;
  conversion_begin(&v, s);
  atomic_store(&s->crowded, false);
  if (!layout(s)) {
    mistake(s, 0, "has, with the others, components of more than 256 bits");
    return false;
  }
  (void)cr__xspace_form(s, v.new);
  for (unsigned w = 0; w < s->workers_count; w++) {
    for (unsigned g = 0; g < s->product->groups_count; g++)
      memo_convert(&s->worker[w].memo[g], &v, true);
    for (unsigned b = 0; b < s->bundles_count; b++) memo_convert(&s->worker[w].open[b], &v, false);
    for (unsigned g = 0; s->worker[w].closed_by != NULL && g < s->product->groups_count; g++)
      memo_convert(&s->worker[w].closed_by[g], &v, false);
  }
  return cr__xstore_rekey(store, cr__xspace_key_bytes(s), cr__xspace_narrow(s), convert, &v);
}

/* ---- saving and restoring -------------------------------------------------------------------- */

unsigned cr__xspace_components(const cr__xspace *s) {
  return s->product == NULL ? 0 : s->product->components;
}

cr__xvalues *cr__xspace_values(cr__xspace *s, unsigned number) {
  return &s->component[number].values;
}

unsigned cr__xspace_form(const cr__xspace *s, cr__xfield fields[CR_XCOMPONENTS_MAX]) {
  for (unsigned i = 0; i < cr__xspace_components(s); i++) fields[i] = s->component[i].field;
  return s->product == NULL ? 0 : s->words;
}

bool cr__xspace_set_form(cr__xspace *s, cr__xstore *store, unsigned words,
                         const cr__xfield fields[CR_XCOMPONENTS_MAX]) {
  conversion v;
  conversion_begin(&v, s);
  CR_ASSERT(words >= 1 && words <= WORDS_MAX);
  for (unsigned i = 0; i < s->product->components; i++) s->component[i].field = fields[i];
  s->words = words;
  layout_use(s);
  (void)cr__xspace_form(s, v.new);
  for (unsigned w = 0; w < s->workers_count; w++) memos_clear(s, &s->worker[w]);
  return cr__xstore_rekey(store, cr__xspace_key_bytes(s), cr__xspace_narrow(s), convert, &v);
}

/* space_keys.c - the form of a product's keys; see space_private.h. */
#include <stdlib.h>
#include <string.h>

#include "space_private.h"

/* ---- layout ---------------------------------------------------------------------------------- */

static unsigned bits_for(uint32_t count) {
  unsigned bits = 0;
  while (bits < 32 && (uint64_t)1 << bits < count) bits++;
  return bits;
}

/* Bits for what there is and so many more: a component that had one value only may keep to it. */
static unsigned width_of(const cr__xcomponent *c, unsigned spare) {
  uint32_t count = cr__xvalues_count(&c->values);
  unsigned bits = bits_for(count) + (count > 1 ? spare : spare > 0 ? 1 : 0);
  return bits > 32 ? 32 : bits;
}

/* Puts the components into words of so many bits; the number of words that it takes. */
static unsigned place_fields(cr__xspace *s, const unsigned *widths, unsigned word_bits) {
  unsigned word = 0, used = 0;
  for (unsigned c = 0; c < s->product->components; c++) {
    unsigned width = widths[c];
    if (used + width > word_bits) {
      word++;
      used = 0;
    }
    s->component[c].field = (cr__xfield){word, width == 0 ? 0 : used, width}; /* no shift by 64 */
    used += width;
  }
  s->word_bits = used;
  return word + 1;
}

static unsigned place_evenly(cr__xspace *s, unsigned spare) {
  unsigned widths[CR_XCOMPONENTS_MAX];
  for (unsigned c = 0; c < s->product->components; c++)
    widths[c] = width_of(&s->component[c], spare);
  return place_fields(s, widths, 64);
}

/* The components, those with the most values first. */
static void order_by_count(const cr__xspace *s, unsigned *order) {
  for (unsigned c = 0; c < s->product->components; c++) {
    unsigned at = c;
    uint32_t count = cr__xvalues_count(&s->component[c].values);
    for (; at > 0 && cr__xvalues_count(&s->component[order[at - 1]].values) < count; at--)
      order[at] = order[at - 1];
    order[at] = c;
  }
}

/* What has many values gets more; what had one so far may keep to it. */
static bool gets_more(const cr__xcomponent *c, unsigned round) {
  enum { FEW = 4 };
  uint32_t count = cr__xvalues_count(&c->values);
  if (count <= 1) return round == 1;
  return count > FEW || round % 2 == 1;
}

/* All bits of one word, in rounds of a bit each; false: they are not enough for what there is. */
static bool place_in_one(cr__xspace *s) {
  enum { WORD = 63 };
  unsigned widths[CR_XCOMPONENTS_MAX], order[CR_XCOMPONENTS_MAX], used = 0;
  for (unsigned c = 0; c < s->product->components; c++) {
    widths[c] = width_of(&s->component[c], 0);
    used += widths[c];
  }
  if (used > WORD) return false;
  order_by_count(s, order);
  for (unsigned round = 1; round < s->spare; round++)
    for (unsigned i = 0; i < s->product->components && used < WORD; i++) {
      if (!gets_more(&s->component[order[i]], round) || widths[order[i]] == 32) continue;
      widths[order[i]]++;
      used++;
    }
  s->words = place_fields(s, widths, WORD);
  return true;
}

static void masks_build(cr__xspace *s) {
  for (unsigned c = 0; c < s->product->components; c++)
    s->component[c].bits = cr__xbits_in(s->component[c].field);
  for (unsigned g = 0; g < s->product->groups_count; g++) {
    memset(s->group[g].mask, 0, sizeof s->group[g].mask);
    for (unsigned c = 0; c < s->product->components; c++) {
      cr__xfield f = s->component[c].field;
      if (s->product->groups[g].touches >> c & 1) s->group[g].mask[f.word] |= cr__xbits_in(f);
    }
  }
  for (unsigned b = 0; b < s->bundles_count; b++) {
    memset(s->bundle[b].mask, 0, sizeof s->bundle[b].mask);
    for (unsigned c = 0; c < s->product->components; c++)
      if (s->bundle[b].guard >> c & 1)
        s->bundle[b].mask[s->component[c].field.word] |= cr__xbits_in(s->component[c].field);
  }
}

/* After a change of the fields. What is remembered of groups is the caller's to convert or clear.
 */
static void layout_use(cr__xspace *s) {
  masks_build(s);
  for (unsigned w = 0; w < s->workers_count; w++)
    s->worker[w].whole_set = s->worker[w].other_set = s->worker[w].digested_set = false;
  cr__xahead_forget(s);
}

bool cr__xlayout(cr__xspace *s) {
  if (!place_in_one(s)) s->words = place_evenly(s, 2);
  if (s->words > CR__XWORDS_MAX) s->words = place_evenly(s, 0);
  if (s->words > CR__XWORDS_MAX) return false;
  layout_use(s);
  return true;
}

/* ---- keys and wholes ------------------------------------------------------------------------- */

static const void *gather(const cr__xspace *s, const cr__xcomponent *c, const unsigned char *whole,
                          unsigned char *value) {
  const cr_xspan *span = s->span + c->span_first;
  if (c->spans_count == 1) return whole + span->offset;
  unsigned char *to = value;
  for (size_t i = 0; i < c->spans_count; i++, to += span->bytes, span++)
    memcpy(to, whole + span->offset, span->bytes);
  return value;
}

void cr__xscatter(const cr__xspace *s, const cr__xcomponent *c, uint32_t number,
                  unsigned char *whole) {
  const unsigned char *from = cr__xvalues_at(&c->values, number);
  const cr_xspan *span = s->span + c->span_first;
  for (size_t i = 0; i < c->spans_count; i++, from += span->bytes, span++)
    memcpy(whole + span->offset, from, span->bytes);
}

uint64_t cr__xbits_of(cr__xspace *s, cr__xworker *w, cr__xcomponent *c,
                      const unsigned char *whole) {
  uint32_t number = cr__xvalues_number(&c->values, gather(s, c, whole, w->value));
  if ((uint64_t)number >> c->field.width != 0) {
    atomic_store(&s->crowded, true);
    w->tainted = true;
    return 0;
  }
  return (uint64_t)number << c->field.shift;
}

void cr__xkey_build(cr__xspace *s, cr__xworker *w, const unsigned char *whole, uint64_t *key) {
  memset(key, 0, s->words * sizeof *key);
  for (unsigned i = 0; i < s->product->components; i++)
    key[s->component[i].field.word] |= cr__xbits_of(s, w, &s->component[i], whole);
}

void cr__xwhole_build(cr__xspace *s, cr__xworker *w, const uint64_t *key) {
  if (w->whole_set && memcmp(w->whole_key, key, s->words * sizeof *key) == 0) return;
  if (w->whole_set) {
    memcpy(w->other_key, w->whole_key, sizeof w->other_key);
    w->other_set = true;
  } else {
    memcpy(w->whole, s->template, s->product->whole_bytes);
  }
  for (unsigned i = 0; i < s->product->components; i++) {
    const cr__xcomponent *c = &s->component[i];
    uint64_t differs = (key[c->field.word] ^ w->whole_key[c->field.word]) & c->bits;
    if (differs != 0 || !w->whole_set) cr__xscatter(s, c, cr__xnumber_in(key, c->field), w->whole);
  }
  memcpy(w->whole_key, key, s->words * sizeof *key);
  w->whole_set = true;
}

/* ---- growing --------------------------------------------------------------------------------- */

typedef struct conversion {
  const cr__xspace *space;
  unsigned old_words, count; /* count: of components */
  cr__xfield old[CR_XCOMPONENTS_MAX], new[CR_XCOMPONENTS_MAX];
} conversion;

/* new is for the caller, when the form has changed. */
static void conversion_begin(conversion *v, const cr__xspace *s) {
  v->space = s;
  v->count = cr__xspace_components(s);
  v->old_words = cr__xspace_form(s, v->old);
}

static void convert(void *arg, const void *from, void *to) {
  const conversion *v = arg;
  uint64_t old[CR__XWORDS_MAX], new[CR__XWORDS_MAX] = {0};
  memcpy(old, from, v->old_words * sizeof *old);
  for (unsigned i = 0; i < v->count; i++)
    new[v->new[i].word] |= (uint64_t)cr__xnumber_in(old, v->old[i]) << v->new[i].shift;
  memcpy(to, new, v->space->words * sizeof *new);
}

/* What a memo keeps. */
typedef enum kept { TRANSITIONS, COMPONENTS, OPEN } kept;

typedef struct keeping {
  conversion *v;
  cr__xpool *pool;
  cr__xrecording made; /* transitions in their new form */
} keeping;

static uint32_t transitions_convert(keeping *k, uint64_t value, kept what) {
  unsigned words = k->v->space->words, old_words = k->v->old_words;
  uint32_t count;
  const uint64_t *old = cr__xmemo_transitions(value, &count);
  k->made.count = 0;
  for (uint32_t i = 0; i < count; i++, old += old_words + 1u) {
    uint64_t *to = cr__xrecording_add(&k->made, words + 1u);
    memset(to, 0, words * sizeof *to);
    if (what == TRANSITIONS)
      convert(k->v, old, to);
    else
      to[0] = old[0];
    to[words] = old[old_words];
  }
  return count;
}

/* What is remembered stays true, in its new form. */
static void memo_convert(cr__xmemo *memo, keeping *k, kept what) {
  cr__xmemo old = *memo;
  unsigned words = k->v->space->words;
  cr__xmemo_init(memo, words, cr__xmemo_count(&old));
  const cr__xmemo_table *table = cr__xmemo_table_of(&old);
  for (size_t i = 0; i <= table->mask; i++) {
    const _Atomic uint64_t *slot = table->slots + i * (old.words + (size_t)1);
    uint64_t value = cr__xmemo_value(slot);
    uint64_t from[CR__XWORDS_MAX], key[CR__XWORDS_MAX];
    if (value < CR__XMEMO_READY) continue;
    for (unsigned n = 0; n < old.words; n++) from[n] = cr__xmemo_key(slot, n);
    convert(k->v, from, key);
    uint64_t hash = cr__xmemo_hash(key, words);
    if (what == OPEN) {
      cr__xmemo_add_bits(memo, key, hash, cr__xmemo_bits(value));
    } else {
      uint32_t count = transitions_convert(k, value, what);
      (void)cr__xmemo_add(memo, k->pool, key, hash, k->made.words, count);
    }
  }
  cr__xmemo_free(&old);
}

/* What each worker converts is in its own pool afterwards. */
typedef struct converting {
  cr__xspace *space;
  conversion *v;
} converting;

static void convert_one(void *arg, unsigned worker, uint32_t number) {
  const converting *c = arg;
  cr__xspace *s = c->space;
  keeping k = {.v = c->v, .pool = &s->worker[worker].pool};
  if (number < s->product->groups_count) {
    memo_convert(&s->group[number].memo, &k, TRANSITIONS);
    memo_convert(&s->group[number].closed_by, &k, COMPONENTS);
  } else {
    memo_convert(&s->bundle[number - s->product->groups_count].open, &k, OPEN);
  }
  free(k.made.words);
}

static void memos_convert(cr__xspace *s, conversion *v, cr__xteam *team) {
  cr__xpool *old = cr_alloc(s->workers_count * sizeof *old);
  converting c = {s, v};
  for (unsigned w = 0; w < s->workers_count; w++) {
    old[w] = s->worker[w].pool;
    s->worker[w].pool = (cr__xpool){0};
  }
  cr__xteam_run(team, s->product->groups_count + s->bundles_count, convert_one, &c);
  for (unsigned w = 0; w < s->workers_count; w++) cr__xpool_clear(&old[w]);
  free(old);
}

bool cr__xspace_rekey(cr__xspace *s, cr__xstore *store, cr__xteam *team) {
  conversion v;
  conversion_begin(&v, s);
  atomic_store(&s->crowded, false);
  if (!cr__xlayout(s)) {
    cr__xmistake(s, 0, "has, with the others, components of more than 256 bits");
    return false;
  }
  (void)cr__xspace_form(s, v.new);
  memos_convert(s, &v, team);
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
  CR_ASSERT(words >= 1 && words <= CR__XWORDS_MAX);
  for (unsigned i = 0; i < s->product->components; i++) s->component[i].field = fields[i];
  s->words = words;
  layout_use(s);
  (void)cr__xspace_form(s, v.new);
  cr__xmemos_clear(s);
  return cr__xstore_rekey(store, cr__xspace_key_bytes(s), cr__xspace_narrow(s), convert, &v);
}

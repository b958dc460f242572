/* space.c - plain models and products behind one face; see space.h. */
#include "space.h"

#include <stdlib.h>
#include <string.h>

#include "orbit.h"
#include "space_private.h"

/* Fields of keys have up to SPARE - 1 bits more than they need. */
enum { SPARE = 9, SPARE_COMPRESSED = 2 };

/* ---- making ---------------------------------------------------------------------------------- */

static void spans_sort(cr__xspace *s) {
  const cr_xproduct *p = s->product;
  size_t n = 0;
  s->span = cr_alloc(p->spans_count * sizeof *s->span);
  for (unsigned c = 0; c < p->components; c++) {
    cr__xcomponent *to = &s->component[c];
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

static void owners_build(cr__xspace *s) {
  const cr_xproduct *p = s->product;
  s->owner = cr_alloc(p->whole_bytes);
  for (size_t i = 0; i < p->spans_count; i++) {
    const cr_xspan *span = &p->spans[i];
    CR_ASSERT(i == 0 || span->offset >= span[-1].offset + span[-1].bytes);
    CR_ASSERT(span->offset + span->bytes <= p->whole_bytes);
    memset(s->owner + span->offset, (int)span->component + 1, span->bytes);
  }
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
    while (b < s->bundles_count && (first_of(s->bundle[b].guard) != first_of(guard) ||
                                    s->bundle[b].count == CR__XBUNDLE_GROUPS))
      b++;
    if (b == s->bundles_count) s->bundles_count++;
    s->bundle[b].guard |= guard;
    s->bundle[b].group[s->bundle[b].count++] = g;
  }
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
  bundles_build(s);
  owners_build(s);
  for (unsigned w = 0; w < s->workers_count; w++) {
    cr__xworker *to = &s->worker[w];
    to->fallback = cr_alloc((p->groups_count + 1) * sizeof *to->fallback);
    to->whole = cr_alloc(p->whole_bytes);
    to->strange = cr_alloc(p->whole_bytes);
    to->value = cr_alloc(s->value_bytes_max);
    to->digests = cr_alloc(p->components * sizeof *to->digests);
    cr__xahead_begin(s, to);
    if (partial_order) cr__xorder_begin(p, to);
  }
  bool fits = cr__xlayout(s);
  CR_ASSERT(fits); /* nothing has a value yet */
  cr__xmemos_init(s);
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

static void worker_free(const cr__xspace *s, cr__xworker *w) {
  cr__xpool_clear(&w->pool);
  free(w->whole);
  free(w->strange);
  free(w->value);
  free(w->digests);
  free(w->state);
  free(w->recorded.words);
  free(w->again.words);
  for (unsigned g = 0; w->fallback != NULL && g < s->product->groups_count; g++)
    free(w->fallback[g].words);
  free(w->fallback);
  free(w->due);
  free(w->narrow);
  cr__xahead_end(w);
  cr__xorbit_free(w->orbit);
  cr__xorder_end(w);
}

void cr__xspace_free(cr__xspace *s) {
  if (s == NULL) return;
  for (unsigned w = 0; w < s->workers_count; w++) worker_free(s, &s->worker[w]);
  free(s->worker);
  if (s->product != NULL) {
    cr__xmemos_free(s);
    for (unsigned c = 0; c < s->product->components; c++) cr__xvalues_free(&s->component[c].values);
    cr__xlock_free(s->mistake_lock);
  }
  free(s->component);
  free(s->group);
  free(s->bundle);
  free(s->unguarded);
  free(s->span);
  free(s->owner);
  free(s->template);
  free(s);
}

/* ---- the face -------------------------------------------------------------------------------- */

size_t cr__xspace_key_bytes(const cr__xspace *s) {
  return s->product != NULL ? s->words * sizeof(uint64_t) : s->model->state_bytes;
}

bool cr__xspace_narrow(const cr__xspace *s) { return cr__xspace_key_bytes(s) == sizeof(uint64_t); }

bool cr__xspace_lists(const cr__xspace *s) { return s->product != NULL && s->words == 1; }

unsigned cr__xspace_key_bits(const cr__xspace *s) {
  return s->product != NULL ? s->word_bits : (unsigned)s->model->state_bytes * 8;
}

bool cr__xspace_crowded(const cr__xspace *s) { return atomic_load(&s->crowded); }

/* Is it told rather than what was noted before? Groups before parts, then by number, then by what
 * is wrong: who finds what first is chance when there are several threads. */
static bool mistake_comes_before(const cr__xspace *s, uint64_t rank, const char *does) {
  if (!atomic_load(&s->mistaken)) return true;
  return rank != s->mistake_rank ? rank < s->mistake_rank : strcmp(does, s->mistake_does) < 0;
}

static void mistake_note(cr__xspace *s, bool part, unsigned number, const char *does) {
  uint64_t rank = (uint64_t)part << 32 | number;
  cr__xlock_take(s->mistake_lock);
  if (mistake_comes_before(s, rank, does)) {
    cr_buf text = {0};
    cr_buf_printf(&text, "model %s: %s %u %s; declare all components it touches", s->model->name,
                  part ? "part of the invariant" : "transition group", number, does);
    size_t n = text.len < CR__XMISTAKE_BYTES - 1 ? text.len : CR__XMISTAKE_BYTES - 1;
    memcpy(s->mistake, text.data, n);
    s->mistake[n] = '\0';
    cr_buf_free(&text);
    s->mistake_rank = rank;
    s->mistake_does = does;
    atomic_store(&s->mistaken, true);
  }
  cr__xlock_give(s->mistake_lock);
}

void cr__xmistake(cr__xspace *s, unsigned group_number, const char *does) {
  mistake_note(s, false, group_number, does);
}

void cr__xmistake_of_part(cr__xspace *s, unsigned part, const char *does) {
  mistake_note(s, true, part, does);
}

const char *cr__xspace_mistake(const cr__xspace *s) {
  for (unsigned w = 0; w < s->workers_count && s->worker[w].orbit != NULL; w++)
    if (cr__xorbit_mistake(s->worker[w].orbit) != NULL)
      return cr__xorbit_mistake(s->worker[w].orbit);
  return atomic_load(&s->mistaken) ? s->mistake : NULL;
}

cr__xorbit *cr__xspace_orbit(const cr__xspace *s) { return s->worker[0].orbit; }

static const uint64_t *words_of(const cr__xspace *s, const void *key, uint64_t *copy) {
  memcpy(copy, key, s->words * sizeof *copy);
  return copy;
}

/* The model's own form of a state, aligned. */
static const void *state_of(cr__xspace *s, cr__xworker *w, const void *key) {
  if (s->product == NULL) return memcpy(w->state, key, s->model->state_bytes);
  uint64_t words[CR__XWORDS_MAX];
  cr__xwhole_build(s, w, words_of(s, key, words));
  return w->whole;
}

bool cr__xspace_initial(cr__xspace *s, unsigned number, uint32_t index, void *key) {
  cr__xworker *w = &s->worker[number];
  if (s->product == NULL) {
    memset(w->state, 0, s->model->state_bytes);
    if (!s->model->initial(s->model->ctx, index, w->state)) return false;
    if (w->orbit != NULL) cr__xorbit_canonical(w->orbit, w->state);
    memcpy(key, w->state, s->model->state_bytes);
    return true;
  }
  memcpy(w->strange, s->template, s->product->whole_bytes);
  if (!s->product->initial(s->model->ctx, index, w->strange)) return false;
  uint64_t words[CR__XWORDS_MAX];
  cr__xkey_build(s, w, w->strange, words);
  memcpy(key, words, s->words * sizeof *words);
  return true;
}

void cr__xspace_successors(cr__xspace *s, unsigned number, const void *key, cr_xsink *sink) {
  cr__xworker *w = &s->worker[number];
  uint64_t words[CR__XWORDS_MAX];
  if (w->orbit != NULL)
    cr__xorbit_successors(w->orbit, state_of(s, w, key), sink);
  else if (s->product == NULL)
    s->model->successors(s->model->ctx, state_of(s, w, key), sink);
  else
    cr__xproduct_successors(s, w, words_of(s, key, words), sink);
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
  cr__xworker *w = &s->worker[number];
  if (s->product == NULL) return cr_digest(key, s->model->state_bytes);
  uint64_t words[CR__XWORDS_MAX];
  words_of(s, key, words);
  for (unsigned i = 0; i < s->product->components; i++) {
    const cr__xcomponent *c = &s->component[i];
    uint32_t value = cr__xnumber_in(words, c->field);
    if (w->digested_set && value == cr__xnumber_in(w->digested_key, c->field)) continue;
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

/* space_order.c - partial order: which transitions of a state need not be taken, and whether what
 * is declared for it is true; see space_private.h and stubborn.h. */
#include <stdlib.h>
#include <string.h>

#include "space_private.h"

/* Numbers of values of which it is remembered whether they are frozen. */
enum { FROZEN_KNOWN = 256 };

void cr__xorder_begin(const cr_xproduct *p, cr__xworker *w) {
  w->stubborn = cr__xstubborn_new(p);
  w->frozen = cr_alloc(p->components * (size_t)FROZEN_KNOWN);
  w->count = cr_alloc((p->groups_count + 1) * sizeof *w->count);
}

void cr__xorder_end(cr__xworker *w) {
  cr__xstubborn_free(w->stubborn);
  free(w->frozen);
  free(w->count);
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
  const cr__xcomponent *c = &s->component[number];
  CR_ASSERT(c->spans_count == 1 && c->values.bytes == 1);
  return whole + s->span[c->span_first].offset;
}

/* How much a recorded transition takes; more than 1: it does something else. */
static unsigned taken(const retry *r, const uint64_t *transition) {
  const cr__xspace *s = r->space;
  const cr__xcomponent *c = &s->component[r->component];
  if ((cr_xviolation)transition[s->words] != 0) return 0;
  return (unsigned)(r->amount - *cr__xvalues_at(&c->values, cr__xnumber_in(transition, c->field)));
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
    const cr__xcomponent *c = &s->component[i];
    if ((s->product->groups[r->group].touches >> i & 1) == 0) continue;
    const unsigned char *value = cr__xvalues_at(&c->values, cr__xnumber_in(transition, c->field));
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
static void supply_check(cr__xspace *s, cr__xworker *w, unsigned number, unsigned c,
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
  if (!r.same && !cr__xspace_crowded(s))
    cr__xmistake(s, number, "counts a component that is no supply");
}

/* What is spent, or does not change any more, may be of any kind. */
void cr__xsupplies_check(cr__xspace *s, cr__xworker *w, unsigned number) {
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

/* ---- partial order --------------------------------------------------------------------------- */

typedef struct asking {
  cr__xspace *space;
  cr__xworker *worker;
  const uint64_t *key;
} asking;

/* Is the group closed, too, when all but these components are those of another state? */
static void closed_check(cr__xspace *s, cr__xworker *w, unsigned number, const uint64_t *key,
                         uint64_t components) {
  if (!w->other_set) return;
  memcpy(w->strange, w->whole, s->product->whole_bytes);
  for (unsigned i = 0; i < s->product->components; i++)
    if ((components >> i & 1) == 0)
      cr__xscatter(s, &s->component[i], cr__xnumber_in(w->other_key, s->component[i].field),
                   w->strange);
  cr__xgroup_run(s, w, number, key, w->strange, &w->again);
  if (w->again.count > 0) cr__xmistake(s, number, "is not closed by what is said to close it");
}

static uint64_t closed_by(void *arg, unsigned number) {
  const asking *a = arg;
  cr__xspace *s = a->space;
  cr__xworker *w = a->worker;
  const cr_xgroup *g = &s->product->groups[number];
  if (s->product->closed == NULL) return g->touches;
  uint64_t reduced[CR__XWORDS_MAX] = {0}, made[CR__XWORDS_MAX + 1] = {0};
  uint32_t one;
  cr__xmemo *memo = &s->group[number].closed_by;
  uint64_t hash = cr__xreduce(s, a->key, s->group[number].mask, reduced);
  const uint64_t *known = cr__xmemo_transitions(cr__xmemo_look(memo, reduced, hash), &one);
  if (known != NULL) return known[0];
  cr__xwhole_build(s, w, a->key);
  made[0] = s->product->closed(s->model->ctx, number, w->whole) & g->touches;
  if (cr__xchecks(s, hash)) closed_check(s, w, number, a->key, made[0]);
  (void)cr__xmemo_add(memo, &w->pool, reduced, hash, made, 1);
  return made[0];
}

static bool is_frozen(cr__xspace *s, cr__xworker *w, const uint64_t *key, unsigned c) {
  uint32_t number = cr__xnumber_in(key, s->component[c].field);
  if (number >= FROZEN_KNOWN) return false;
  unsigned char *known = &w->frozen[c * (size_t)FROZEN_KNOWN + number];
  if (*known == 0) {
    cr__xwhole_build(s, w, key);
    *known = s->product->frozen(s->model->ctx, c, w->whole) ? 2 : 1;
  }
  return *known == 2;
}

static uint64_t frozen_now(cr__xspace *s, cr__xworker *w, const uint64_t *key) {
  uint64_t frozen = 0, may = s->product->may_freeze;
  for (unsigned i = 0; i < s->product->components; i++)
    if ((may >> i & 1) && is_frozen(s, w, key, i)) frozen |= (uint64_t)1 << i;
  return frozen;
}

/* Does one of the keys' transitions lead to a state that is expanded later? */
static bool some_fresh(const cr__xspace *s, const cr__xworker *w, const uint64_t *key,
                       const cr__xgroups *keys, const cr_xsink *sink) {
  for (size_t i = 0; i < w->due_count; i++) {
    uint64_t next[CR__XWORDS_MAX];
    if (!cr__xgroups_has(keys, w->due[i].group)) continue;
    if ((cr_xviolation)w->due[i].transition[s->words] != 0) continue;
    cr__xtarget(s, key, &w->due[i], next);
    if (sink->fresh(sink, next)) return true;
  }
  return false;
}

void cr__xdue_reduce(cr__xspace *s, cr__xworker *w, const uint64_t *key, cr_xsink *sink) {
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

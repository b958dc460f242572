/* orbit.c - see orbit.h. */
#include "orbit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the targets that are no representatives, one in CHECK is looked at closely, and FAR real steps
 * are taken from there: a real state differs the more from its representative the farther it is. */
enum { CHECK = 64, FAR = 24, MISTAKE_BYTES = 256 };

/* Transitions as they look up to symmetry: violation and representative of the target. */
typedef struct outlook {
  unsigned char *rows;
  size_t count, cap;
} outlook;

struct cr__xorbit {
  const cr_xmodel *model;
  bool check_all;
  char mistake[MISTAKE_BYTES];                                 /* "": none */
  unsigned char *target, *again, *here, *there, *representing; /* states, aligned */
  outlook real, representative;
};

cr__xorbit *cr__xorbit_new(const cr_xmodel *model, bool check_all) {
  cr__xorbit *o = cr_alloc(sizeof *o);
  o->model = model;
  o->check_all = check_all;
  o->target = cr_alloc(model->state_bytes);
  o->again = cr_alloc(model->state_bytes);
  o->here = cr_alloc(model->state_bytes);
  o->there = cr_alloc(model->state_bytes);
  o->representing = cr_alloc(model->state_bytes);
  return o;
}

void cr__xorbit_free(cr__xorbit *o) {
  if (o == NULL) return;
  free(o->target);
  free(o->again);
  free(o->here);
  free(o->there);
  free(o->representing);
  free(o->real.rows);
  free(o->representative.rows);
  free(o);
}

const char *cr__xorbit_mistake(const cr__xorbit *o) {
  return o->mistake[0] == 0 ? NULL : o->mistake;
}

void cr__xorbit_canonical(const cr__xorbit *o, void *state) {
  o->model->canonical(o->model->ctx, state);
}

/* ---- checking -------------------------------------------------------------------------------- */

static size_t row_bytes(const cr__xorbit *o) {
  return sizeof(cr_xviolation) + o->model->state_bytes;
}

typedef struct looking {
  cr__xorbit *orbit;
  outlook *to;
  uint64_t least; /* digest of the target that was kept as `there` */
} looking;

static void look(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  (void)label;
  looking *l = sink->arg;
  cr__xorbit *o = l->orbit;
  size_t bytes = row_bytes(o);
  if (l->to->count == l->to->cap) {
    l->to->cap = l->to->cap == 0 ? 16 : l->to->cap * 2;
    l->to->rows = cr_realloc(l->to->rows, l->to->cap * bytes);
  }
  memset(o->again, 0, o->model->state_bytes);
  if (violation == 0) {
    uint64_t digest = cr_digest(next, o->model->state_bytes);
    if (l->to == &o->real && digest < l->least) {
      l->least = digest;
      memcpy(o->there, next, o->model->state_bytes);
    }
    memcpy(o->again, next, o->model->state_bytes);
    cr__xorbit_canonical(o, o->again);
  }
  unsigned char *row = l->to->rows + l->to->count * bytes;
  memcpy(row, &violation, sizeof violation);
  memcpy(row + sizeof violation, o->again, o->model->state_bytes);
  l->to->count++;
}

/* Of a state; is there a step from it? */
static bool outlook_of(cr__xorbit *o, const void *state, outlook *to) {
  looking l = {o, to, UINT64_MAX};
  cr_xsink sink = {.take = look, .arg = &l};
  to->count = 0;
  o->model->successors(o->model->ctx, state, &sink);
  return l.least != UINT64_MAX;
}

static bool within(const outlook *a, const outlook *b, size_t bytes) {
  for (size_t i = 0; i < a->count; i++) {
    size_t k = 0;
    while (k < b->count && memcmp(a->rows + i * bytes, b->rows + k * bytes, bytes) != 0) k++;
    if (k == b->count) return false;
  }
  return true;
}

static bool same_judged(const cr_xmodel *m, const void *a, const void *b) {
  if (m->final != NULL && m->final(m->ctx, a) != m->final(m->ctx, b)) return false;
  return m->invariant == NULL || m->invariant(m->ctx, a) == m->invariant(m->ctx, b);
}

static void mistake(cr__xorbit *o, const char *does) {
  snprintf(o->mistake, sizeof o->mistake, "model %s: representatives %s", o->model->name, does);
}

/* Do a state and its representative look alike? If so, and if there is a step from it, `there` is
 * where it leads. */
static bool alike(cr__xorbit *o, const void *state, const void *representative) {
  size_t bytes = o->model->state_bytes;
  memcpy(o->again, representative, bytes);
  cr__xorbit_canonical(o, o->again);
  if (memcmp(o->again, representative, bytes) != 0) {
    mistake(o, "have representatives of their own; canonical must leave them as they are");
    return false;
  }
  bool goes_on = outlook_of(o, state, &o->real);
  (void)outlook_of(o, representative, &o->representative);
  if (!within(&o->real, &o->representative, row_bytes(o)) ||
      !within(&o->representative, &o->real, row_bytes(o)))
    mistake(o, "have other successors than the states they stand for; canonical is no symmetry");
  else if (!same_judged(o->model, state, representative))
    mistake(o, "differ from the states they stand for in invariant or final");
  return goes_on && o->mistake[0] == 0;
}

static void check(cr__xorbit *o, const void *state) {
  size_t bytes = o->model->state_bytes;
  memcpy(o->here, state, bytes);
  for (unsigned step = 0; step < FAR; step++) {
    memcpy(o->representing, o->here, bytes);
    cr__xorbit_canonical(o, o->representing);
    if (!alike(o, o->here, o->representing)) return;
    memcpy(o->here, o->there, bytes);
  }
}

/* ---- the walk -------------------------------------------------------------------------------- */

typedef struct turning {
  cr__xorbit *orbit;
  cr_xsink *sink;
} turning;

static void turn(cr_xsink *inner, uint32_t label, const void *next, cr_xviolation violation) {
  turning *t = inner->arg;
  cr__xorbit *o = t->orbit;
  size_t bytes = o->model->state_bytes;
  if (violation != 0) {
    cr_xemit(t->sink, label, next, violation);
    return;
  }
  memcpy(o->target, next, bytes);
  cr__xorbit_canonical(o, o->target);
  if ((o->check_all || cr_digest(next, bytes) % CHECK == 0) && memcmp(o->target, next, bytes) != 0)
    check(o, next);
  cr_xemit(t->sink, label, o->target, 0);
}

void cr__xorbit_successors(cr__xorbit *o, const void *state, cr_xsink *sink) {
  turning t = {o, sink};
  cr_xsink inner = {.take = turn, .arg = &t};
  o->model->successors(o->model->ctx, state, &inner);
}

/* ---- paths ----------------------------------------------------------------------------------- */

/* The transition wanted: into an orbit, or with a violation. */
typedef struct search {
  cr__xorbit *orbit;
  const unsigned char *wanted; /* NULL: the violation */
  cr_xviolation violation;
  unsigned char *to; /* the target becomes that */
  uint32_t label;
  bool found;
} search;

static void match(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  search *s = sink->arg;
  size_t bytes = s->orbit->model->state_bytes;
  if (s->found || violation != s->violation) return;
  if (s->wanted != NULL) {
    memcpy(s->orbit->target, next, bytes);
    cr__xorbit_canonical(s->orbit, s->orbit->target);
    if (memcmp(s->orbit->target, s->wanted, bytes) != 0) return;
    memcpy(s->to, next, bytes);
  }
  s->label = label;
  s->found = true;
}

static uint32_t step(cr__xorbit *o, unsigned char *state, const unsigned char *wanted,
                     cr_xviolation violation) {
  const cr_xmodel *m = o->model;
  search s = {.orbit = o, .wanted = wanted, .violation = violation, .to = o->again};
  cr_xsink sink = {.take = match, .arg = &s};
  m->successors(m->ctx, state, &sink);
  CR_ASSERT(s.found);
  if (wanted != NULL) memcpy(state, o->again, m->state_bytes);
  return s.label;
}

static uint32_t initial_in(cr__xorbit *o, const unsigned char *representative,
                           unsigned char *state) {
  const cr_xmodel *m = o->model;
  for (uint32_t index = 0;; index++) {
    memset(state, 0, m->state_bytes);
    bool exists = m->initial(m->ctx, index, state);
    CR_ASSERT(exists);
    memcpy(o->target, state, m->state_bytes);
    cr__xorbit_canonical(o, o->target);
    if (memcmp(o->target, representative, m->state_bytes) == 0) return index;
  }
}

void cr__xorbit_path(cr__xorbit *o, const cr__xstore *store, const cr__xfinding *finding,
                     cr_xpath *path) {
  size_t steps = 0, last = finding->kind == CR_XKIND_TRANSITION ? 1 : 0;
  uint32_t root = finding->state;
  for (uint32_t p; (p = cr__xstore_parent(store, root)) != CR__XNO_PARENT; root = p) steps++;
  uint32_t *way = cr_alloc((steps + 1) * sizeof *way);
  for (size_t i = steps + 1, s = finding->state; i-- > 0;) {
    way[i] = (uint32_t)s;
    s = cr__xstore_parent(store, (uint32_t)s);
  }
  unsigned char *state = cr_alloc(store->key_bytes);
  *path = (cr_xpath){.kind = finding->kind,
                     .violation = finding->violation,
                     .initial = initial_in(o, cr__xstore_key(store, root), state),
                     .labels = cr_alloc((steps + last) * sizeof *path->labels),
                     .labels_count = steps + last};
  for (size_t i = 0; i < steps; i++)
    path->labels[i] = step(o, state, cr__xstore_key(store, way[i + 1]), 0);
  if (last != 0) path->labels[steps] = step(o, state, NULL, finding->violation);
  free(state);
  free(way);
}

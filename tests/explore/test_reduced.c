/* test_reduced.c - walks with reductions against whole ones: the same findings with keep_going, the
 * same deadlocks, fewer states, real counterexamples, for any number of threads. Random models have
 * fixed seeds; the textbook counts are published ones.
 */
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "models/models.h"
#include "sink.h"
#include "suites.h"

enum { PARTS_MAX = 12, GROUPS_MAX = 10, ROWS = 2, PRODUCTS = 300, STATES_MAX = 30000 };

/* ---- comparing ------------------------------------------------------------------------------- */

/* The target of a label, or a violation. */
typedef struct wanted {
  uint32_t label;
  size_t bytes;
  unsigned char *next;
  bool found;
  cr_xviolation violation;
} wanted;

static void pick(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  wanted *w = sink->arg;
  if (label != w->label) return;
  w->found = true;
  w->violation = violation;
  if (violation == 0) memcpy(w->next, next, w->bytes);
}

/* Walks the path on the model itself, state by state: does it end as it says? */
static void assert_real(const cr_xmodel *m, const cr_xpath *path) {
  unsigned char *state = cr_alloc(m->state_bytes), *next = cr_alloc(m->state_bytes);
  ck_assert(m->initial(m->ctx, path->initial, state));
  for (size_t i = 0; i < path->labels_count; i++) {
    wanted w = {.label = path->labels[i], .bytes = m->state_bytes, .next = next};
    cr_xsink sink = {.take = pick, .arg = &w};
    m->successors(m->ctx, state, &sink);
    ck_assert(w.found);
    bool last = path->kind == CR_XKIND_TRANSITION && i + 1 == path->labels_count;
    ck_assert_uint_eq(w.violation, last ? path->violation : 0);
    memcpy(state, next, m->state_bytes);
  }
  if (path->kind == CR_XKIND_INVARIANT)
    ck_assert_uint_eq(m->invariant(m->ctx, state), path->violation);
  if (path->kind == CR_XKIND_DEADLOCK) {
    wanted w = {.label = UINT32_MAX};
    cr_xsink sink = {.take = pick, .arg = &w};
    m->successors(m->ctx, state, &sink);
    ck_assert_uint_eq(sink.emitted, 0);
  }
  free(state);
  free(next);
}

static bool has_path(const cr_xresult *r, const cr_xpath *like) {
  for (size_t i = 0; i < r->paths_count; i++)
    if (r->paths[i].kind == like->kind && r->paths[i].violation == like->violation) return true;
  return false;
}

static void assert_same_findings(const cr_xresult *whole, const cr_xresult *reduced) {
  ck_assert_int_eq(whole->stop, reduced->stop);
  ck_assert_uint_le(reduced->states, whole->states);
  ck_assert_uint_le(reduced->transitions, whole->transitions);
  ck_assert_uint_eq(whole->paths_count, reduced->paths_count);
  for (size_t i = 0; i < whole->paths_count; i++) ck_assert(has_path(reduced, &whole->paths[i]));
}

static void assert_same_run(const cr_xresult *a, const cr_xresult *b) {
  ck_assert_int_eq(a->stop, b->stop);
  ck_assert_uint_eq(a->states, b->states);
  ck_assert_uint_eq(a->transitions, b->transitions);
  ck_assert_uint_eq(a->depth, b->depth);
  ck_assert_uint_eq(a->deadlocks, b->deadlocks);
  ck_assert_uint_eq(a->reduced, b->reduced);
  ck_assert_uint_eq(a->paths_count, b->paths_count);
  for (size_t i = 0; i < a->paths_count; i++) assert_path(&a->paths[i], &b->paths[i]);
}

/* Compares a whole walk with a reduced one; whole is the result of the first. False when the model
 * has too many states to be walked to the end. */
static bool compare(const cr_xmodel *model, cr_xoptions how, cr_xresult *whole,
                    cr_xresult *reduced) {
  cr_xoptions options = {.max_states = STATES_MAX, .keep_going = true};
  *whole = explore_checked(model, &options);
  if (whole->stop != CR_XSTOP_COMPLETE) {
    cr_xresult_free(whole);
    return false;
  }
  how.keep_going = how.check_all = true;
  *reduced = explore_checked(model, &how);
  assert_same_findings(whole, reduced);
  for (size_t i = 0; i < reduced->paths_count; i++) assert_real(model, &reduced->paths[i]);
  how.threads = 3;
  how.check_all = false;
  cr_xresult again = explore_checked(model, &how);
  assert_same_run(reduced, &again);
  cr_xresult_free(&again);
  how.keep_going = false;
  again = explore_checked(model, &how);
  ck_assert_int_eq(again.stop, whole->paths_count > 0 ? CR_XSTOP_VIOLATION : CR_XSTOP_COMPLETE);
  if (again.paths_count > 0) {
    ck_assert(has_path(whole, &again.paths[0]));
    assert_real(model, &again.paths[0]);
  }
  cr_xresult_free(&again);
  return true;
}

/* ---- random products ------------------------------------------------------------------------- */

/* A byte a component; the last `supplies` of them are supplies. A group is closed by its first
 * component alone, or depends on a digest of what it touches. */
typedef struct product {
  uint64_t seed;
  unsigned components, groups, supplies;
  unsigned values;
  bool cyclic; /* else components only grow, and all ends */
  cr_xspan span[PARTS_MAX];
  cr_xgroup group[GROUPS_MAX];
  unsigned first[GROUPS_MAX]; /* the component that closes it */
  cr_xproduct face;
} product;

static uint64_t bit(unsigned i) { return (uint64_t)1 << i; }
static uint64_t supplies_of(const product *p) {
  return (bit(p->supplies) - 1) << (p->components - p->supplies);
}

static uint64_t digest_of(const product *p, const unsigned char *state, uint64_t components,
                          uint64_t seed) {
  unsigned char values[PARTS_MAX] = {0};
  for (unsigned c = 0; c < p->components; c++)
    if (components >> c & 1) values[c] = state[c];
  return cr_digest_seeded(values, sizeof values, p->seed ^ seed);
}

static bool initial(void *ctx, uint32_t index, void *state) {
  const product *p = ctx;
  memset(state, 0, p->components);
  for (unsigned i = 0; i < p->supplies; i++)
    ((unsigned char *)state)[p->components - 1 - i] = (unsigned char)(1 + (p->seed >> i & 1));
  return index < 1;
}

static bool shut(const product *p, unsigned g, const unsigned char *state) {
  return digest_of(p, state, bit(p->first[g]), 500 + g) % 5 == 0;
}

static void transition(const product *p, unsigned g, unsigned row, const unsigned char *state,
                       cr_xsink *sink) {
  uint32_t label = row * GROUPS_MAX + g;
  uint64_t touches = p->group[g].touches, supplies = supplies_of(p);
  uint64_t chance = digest_of(p, state, touches & ~supplies, label);
  unsigned char next[PARTS_MAX];
  memcpy(next, state, p->components);
  if (chance % 3 == 0) return;
  for (unsigned c = 0; c < p->components; c++) {
    if ((touches >> c & 1) == 0 || (p->group[g].reads >> c & 1)) continue;
    if (supplies >> c & 1) {
      bool takes = chance >> (c + 20) & 1;
      if (takes && next[c] == 0) return;
      next[c] = (unsigned char)(next[c] - takes);
    } else if (chance >> c & 1) {
      unsigned more = 1 + (unsigned)(chance >> 45) % 2;
      if (p->cyclic)
        next[c] = (unsigned char)((next[c] + more) % p->values);
      else if (next[c] + more < p->values)
        next[c] = (unsigned char)(next[c] + more);
      else
        return;
    }
  }
  cr_xemit(sink, label, next,
           chance >> 50 & 1 && chance % 17 == 7 ? 1 + (uint32_t)(chance >> 52) % 4 : 0);
}

static void of_group(void *ctx, unsigned g, const void *state, cr_xsink *sink) {
  const product *p = ctx;
  if (shut(p, g, state)) return;
  for (unsigned row = 0; row < ROWS; row++) transition(p, g, row, state, sink);
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const product *p = ctx;
  uint64_t before = sink->emitted;
  for (int otherwise = 0; otherwise < 2 && sink->emitted == before; otherwise++)
    for (unsigned row = 0; row < ROWS; row++)
      for (unsigned g = 0; g < p->groups; g++)
        if (p->group[g].otherwise == (otherwise == 1) && !shut(p, g, state))
          transition(p, g, row, state, sink);
}

static bool final(void *ctx, const void *state) {
  return digest_of(ctx, state, UINT64_MAX, 78) % 2;
}

static uint64_t closed(void *ctx, unsigned g, const void *state) {
  const product *p = ctx;
  return shut(p, g, state) ? bit(p->first[g]) : UINT64_MAX;
}

static bool frozen(void *ctx, unsigned component, const void *state) {
  (void)ctx;
  return ((const unsigned char *)state)[component] == 0;
}

static product product_random(cr_rng *rng) {
  product p = {.seed = cr_rng_next(rng),
               .components = 4 + cr_rng_below(rng, PARTS_MAX - 4),
               .groups = 3 + cr_rng_below(rng, GROUPS_MAX - 3),
               .supplies = cr_rng_below(rng, 3),
               .values = 3 + cr_rng_below(rng, 3),
               .cyclic = cr_rng_below(rng, 2) == 0};
  unsigned plain = p.components - p.supplies;
  for (unsigned c = 0; c < p.components; c++) p.span[c] = (cr_xspan){c, c, 1};
  for (unsigned g = 0; g < p.groups; g++) {
    cr_xgroup *to = &p.group[g];
    p.first[g] = cr_rng_below(rng, plain);
    to->touches = bit(p.first[g]);
    if (cr_rng_below(rng, 2) == 0) to->touches |= bit(cr_rng_below(rng, plain));
    if (cr_rng_below(rng, 4) == 0) {
      uint64_t read = bit(cr_rng_below(rng, plain)) & ~bit(p.first[g]);
      to->touches |= read;
      to->reads = read;
    }
    if (p.supplies > 0 && cr_rng_below(rng, 2) == 0) {
      to->counts = bit(plain + cr_rng_below(rng, p.supplies));
      to->touches |= to->counts;
    }
  }
  p.group[p.groups - 1].otherwise = cr_rng_below(rng, 4) == 0;
  return p;
}

static cr_xmodel product_model(product *p, bool helped) {
  p->face = (cr_xproduct){.whole_bytes = p->components,
                          .spans = p->span,
                          .spans_count = p->components,
                          .components = p->components,
                          .groups = p->group,
                          .groups_count = p->groups,
                          .initial = initial,
                          .successors = of_group,
                          .final = final};
  if (helped) {
    p->face.closed = closed;
    p->face.may_freeze = supplies_of(p);
    p->face.frozen = frozen;
  }
  return (cr_xmodel){.name = "product",
                     .state_bytes = p->components,
                     .ctx = p,
                     .initial = initial,
                     .successors = successors,
                     .final = final,
                     .product = &p->face};
}

/* Some of the products have states in which all is done in many orders, some have cycles. */
START_TEST(random_products__partial_order__same_findings) {
  uint64_t whole_states = 0, reduced_states = 0, reduced_at = 0, findings = 0, deadlocks = 0;
  unsigned compared = 0;
  for (uint64_t seed = 1; seed <= PRODUCTS; seed++) {
    cr_rng rng;
    cr_rng_seed(&rng, seed);
    product p = product_random(&rng);
    cr_xmodel model = product_model(&p, seed % 4 != 0);
    cr_xresult whole, reduced;
    if (!compare(&model, (cr_xoptions){.partial_order = true}, &whole, &reduced)) continue;
    ck_assert_uint_eq(whole.deadlocks, reduced.deadlocks);
    compared++;
    whole_states += whole.states;
    reduced_states += reduced.states;
    reduced_at += reduced.reduced;
    findings += whole.paths_count;
    deadlocks += whole.deadlocks;
    cr_xresult_free(&whole);
    cr_xresult_free(&reduced);
  }
  /* The test is worth nothing when nothing was found or left out. */
  ck_assert_uint_gt(compared, PRODUCTS / 2);
  ck_assert_uint_gt(findings, compared / 2);
  ck_assert_uint_gt(deadlocks, compared / 5);
  ck_assert_uint_gt(reduced_at, compared);
  ck_assert_uint_lt(reduced_states * 10, whole_states * 9);
}
END_TEST

/* ---- wrong declarations ---------------------------------------------------------------------- */

static void assert_refused(const cr_xmodel *model, cr_xoptions options, const char *reason) {
  cr_xresult result;
  cr_errinfo info = {{0}};
  options.check_all = true;
  ck_assert_int_eq(cr_explore(model, &options, &result, &info), CR_ERR_INPUT);
  ck_assert_msg(strstr(info.text, reason) != NULL, "%s", info.text);
  ck_assert_uint_eq(result.states, 0);
}

static uint64_t closed_by_nothing(void *ctx, unsigned g, const void *state) {
  (void)ctx, (void)g, (void)state;
  return 0;
}

static bool always_frozen(void *ctx, unsigned component, const void *state) {
  (void)ctx, (void)component, (void)state;
  return true;
}

/* A cyclic product without supplies in which everybody has much to do. */
static product product_busy(void) {
  cr_rng rng;
  product p;
  for (uint64_t seed = 1;; seed++) {
    cr_rng_seed(&rng, seed);
    p = product_random(&rng);
    if (!p.cyclic || p.supplies > 0 || p.groups < 6) continue;
    cr_xmodel model = product_model(&p, true);
    cr_xoptions options = {.max_states = 2000, .keep_going = true};
    cr_xresult r = explore_checked(&model, &options);
    bool busy = r.states >= 200;
    cr_xresult_free(&r);
    if (busy) return p;
  }
}

START_TEST(read_only_component__written__refused) {
  product p = product_busy();
  cr_xmodel model = product_model(&p, true);
  /* of_group honours reads, so the lie is told to the explorer alone */
  cr_xgroup group[GROUPS_MAX];
  memcpy(group, p.group, sizeof group);
  for (unsigned g = 0; g < p.groups; g++) group[g].reads = group[g].touches;
  p.face.groups = group;
  assert_refused(&model, (cr_xoptions){.keep_going = true}, "declares as only read");
}
END_TEST

START_TEST(closed__by_what_does_not_close__refused) {
  product p = product_busy();
  cr_xmodel model = product_model(&p, true);
  p.face.closed = closed_by_nothing;
  assert_refused(&model, (cr_xoptions){.partial_order = true, .keep_going = true},
                 "not closed by what is said");
}
END_TEST

START_TEST(frozen__component_that_changes__refused) {
  product p = product_busy();
  cr_xmodel model = product_model(&p, true);
  p.face.may_freeze = bit(p.components) - 1;
  p.face.frozen = always_frozen;
  assert_refused(&model, (cr_xoptions){.partial_order = true, .keep_going = true},
                 "said to be frozen");
}
END_TEST

START_TEST(counts__component_that_is_no_supply__refused) {
  product p = product_busy();
  cr_xmodel model = product_model(&p, true);
  for (unsigned g = 0; g < p.groups; g++) p.group[g].counts = p.group[g].touches;
  assert_refused(&model, (cr_xoptions){.partial_order = true, .keep_going = true},
                 "counts a component that is no supply");
}
END_TEST

static cr_xviolation holds(void *ctx, const void *state) {
  (void)ctx, (void)state;
  return 0;
}

static unsigned nobody(void *ctx, const void *state, uint32_t label) {
  (void)ctx, (void)state, (void)label;
  return 0;
}

static uint64_t nothing(void *ctx, const void *state) {
  (void)ctx, (void)state;
  return 0;
}

START_TEST(reductions__that_are_not_sound__refused) {
  product p = product_busy();
  cr_xmodel model = product_model(&p, true);
  assert_refused(&model, (cr_xoptions){.partial_order = true, .symmetry = true}, "choose one");
  p.face.invariant = model.invariant = holds;
  assert_refused(&model, (cr_xoptions){.partial_order = true}, "keeps no invariant");
  p.face.invariant = model.invariant = NULL;
  p.face.fairness = model.fairness = nobody;
  p.face.owed = model.owed = nothing;
  assert_refused(&model, (cr_xoptions){.partial_order = true}, "it has duties");
  assert_refused(&model, (cr_xoptions){.symmetry = true}, "it has duties");
}
END_TEST

/* A violation in a corner that another actor, who turns round for ever, does not let one see at
 * first: what is left out must have its turn (the ignoring problem). */
static void turn_or_fail(void *ctx, unsigned g, const void *state, cr_xsink *sink) {
  (void)ctx;
  const unsigned char *at = state;
  unsigned char next[2] = {at[0], at[1]};
  if (g == 0) {
    next[0] = (unsigned char)((at[0] + 1) % 3);
    cr_xemit(sink, 0, next, 0);
  } else {
    next[1] = (unsigned char)(at[1] + 1);
    cr_xemit(sink, 1, next, at[1] == 2 ? 5 : 0);
    cr_xemit(sink, 2, state, 0);
  }
}

static void turn_and_fail(void *ctx, const void *state, cr_xsink *sink) {
  turn_or_fail(ctx, 0, state, sink);
  turn_or_fail(ctx, 1, state, sink);
}

static bool two_zeros(void *ctx, uint32_t index, void *state) {
  (void)ctx;
  memset(state, 0, 2);
  return index == 0;
}

START_TEST(cycle_beside_a_violation__partial_order__found) {
  cr_xspan spans[] = {{0, 0, 1}, {1, 1, 1}};
  cr_xgroup groups[] = {{.touches = 1}, {.touches = 2}};
  cr_xproduct face = {.whole_bytes = 2,
                      .spans = spans,
                      .spans_count = 2,
                      .components = 2,
                      .groups = groups,
                      .groups_count = 2,
                      .initial = two_zeros,
                      .successors = turn_or_fail};
  cr_xmodel model = {.name = "turning",
                     .state_bytes = 2,
                     .initial = two_zeros,
                     .successors = turn_and_fail,
                     .product = &face};
  cr_xresult whole, reduced;
  ck_assert(compare(&model, (cr_xoptions){.partial_order = true}, &whole, &reduced));
  ck_assert_uint_eq(whole.states, 9);
  ck_assert_uint_eq(reduced.paths_count, 1);
  ck_assert_uint_gt(reduced.reduced, 0);
  cr_xresult_free(&whole);
  cr_xresult_free(&reduced);
}
END_TEST

/* Two take from a supply of one; what the second does with it is wrong. Who looks at the first
 * alone does not see it. */
static void take_one(void *ctx, unsigned g, const void *state, cr_xsink *sink) {
  (void)ctx;
  unsigned char next[3];
  memcpy(next, state, sizeof next);
  if (next[g] == 1 && g == 1) cr_xemit(sink, 2, NULL, 5);
  if (next[g] != 0 || next[2] == 0) return;
  next[g] = 1;
  next[2]--;
  cr_xemit(sink, g, next, 0);
}

static void take_both(void *ctx, const void *state, cr_xsink *sink) {
  take_one(ctx, 0, state, sink);
  take_one(ctx, 1, state, sink);
}

static bool one_left(void *ctx, uint32_t index, void *state) {
  (void)ctx;
  memcpy(state, (unsigned char[]){0, 0, 1}, 3);
  return index == 0;
}

START_TEST(last_of_a_supply__partial_order__either_takes_it) {
  cr_xspan spans[] = {{0, 0, 1}, {1, 1, 1}, {2, 2, 1}};
  cr_xgroup groups[] = {{.touches = 5, .counts = 4}, {.touches = 6, .counts = 4}};
  cr_xproduct face = {.whole_bytes = 3,
                      .spans = spans,
                      .spans_count = 3,
                      .components = 3,
                      .groups = groups,
                      .groups_count = 2,
                      .initial = one_left,
                      .successors = take_one};
  cr_xmodel model = {.name = "supply",
                     .state_bytes = 3,
                     .initial = one_left,
                     .successors = take_both,
                     .product = &face};
  cr_xresult whole, reduced;
  ck_assert(compare(&model, (cr_xoptions){.partial_order = true}, &whole, &reduced));
  ck_assert_uint_eq(reduced.paths_count, 2);
  ck_assert_uint_eq(reduced.deadlocks, 1);
  cr_xresult_free(&whole);
  cr_xresult_free(&reduced);
}
END_TEST

/* ---- philosophers ---------------------------------------------------------------------------- */

/* Each takes the left fork, then the right one, and puts both back: three groups each. Then they
 * think again, or have dined once for all. A component a philosopher and a component a fork. */
enum { LEFT, RIGHT, BACK, MOVES, DINERS_MAX = 10 };

typedef struct table {
  unsigned n;
  bool once;
  cr_xspan span[2 * DINERS_MAX];
  cr_xgroup group[MOVES * DINERS_MAX];
  cr_xproduct face;
} table;

static bool all_think(void *ctx, uint32_t index, void *state) {
  memset(state, 0, 2 * ((const table *)ctx)->n);
  return index == 0;
}

static void dine(void *ctx, unsigned g, const void *state, cr_xsink *sink) {
  const table *t = ctx;
  unsigned n = t->n, i = g / MOVES, move = g % MOVES;
  const unsigned char *now = state;
  unsigned char next[2 * DINERS_MAX];
  unsigned left = n + i, right = n + (i + 1) % n;
  if (now[i] != move || (move == LEFT && now[left]) || (move == RIGHT && now[right])) return;
  memcpy(next, now, 2 * n);
  next[i] = (unsigned char)(move == BACK && !t->once ? LEFT : move + 1);
  if (move != RIGHT) next[left] ^= 1;
  if (move != LEFT) next[right] ^= 1;
  cr_xemit(sink, g, next, 0);
}

static void dine_all(void *ctx, const void *state, cr_xsink *sink) {
  for (unsigned g = 0; g < MOVES * ((const table *)ctx)->n; g++) dine(ctx, g, state, sink);
}

/* It is not its turn, or else the fork is not there. */
static uint64_t cannot_dine(void *ctx, unsigned g, const void *state) {
  unsigned n = ((const table *)ctx)->n, i = g / MOVES, move = g % MOVES;
  const unsigned char *now = state;
  if (now[i] != move) return bit(i);
  return move == LEFT ? bit(n + i) : bit(n + (i + 1) % n);
}

static cr_xmodel table_model(table *t, unsigned n, bool once) {
  *t = (table){.n = n, .once = once};
  for (unsigned i = 0; i < 2 * n; i++) t->span[i] = (cr_xspan){i, i, 1};
  for (unsigned i = 0; i < n; i++) {
    uint64_t left = bit(n + i), right = bit(n + (i + 1) % n);
    t->group[MOVES * i + LEFT].touches = bit(i) | left;
    t->group[MOVES * i + RIGHT].touches = bit(i) | right;
    t->group[MOVES * i + BACK].touches = bit(i) | left | right;
  }
  t->face = (cr_xproduct){.whole_bytes = 2 * n,
                          .spans = t->span,
                          .spans_count = 2 * n,
                          .components = 2 * n,
                          .groups = t->group,
                          .groups_count = MOVES * n,
                          .initial = all_think,
                          .successors = dine,
                          .closed = cannot_dine};
  return (cr_xmodel){.name = "philosophers",
                     .state_bytes = 2 * n,
                     .ctx = t,
                     .initial = all_think,
                     .successors = dine_all,
                     .product = &t->face};
}

/* Who dines once has all orders cut short; in the other walk most states are on cycles, on which
 * nothing may be put off, and little is saved but transitions. */
START_TEST(philosophers__partial_order__same_deadlocks_fewer_states) {
  for (unsigned n = 4; n <= 8; n++)
    for (int once = 0; once < 2; once++) {
      table t;
      cr_xmodel model = table_model(&t, n, once == 1);
      cr_xresult whole, reduced;
      ck_assert(compare(&model, (cr_xoptions){.partial_order = true}, &whole, &reduced));
      ck_assert_uint_eq(whole.deadlocks, 1 + (unsigned)once);
      ck_assert_uint_eq(reduced.deadlocks, whole.deadlocks);
      ck_assert_uint_lt(reduced.transitions * 4, whole.transitions * 3);
      if (once == 1) ck_assert_uint_lt(reduced.states * (n - 2), whole.states * 2);
      cr_xresult_free(&whole);
      cr_xresult_free(&reduced);
    }
}
END_TEST

/* ---- symmetry -------------------------------------------------------------------------------- */

enum { NOBODY = 255 };

/* The least of the forms that n_peterson's state has when its processes are numbered otherwise. */
static void renumber(const unsigned char *state, uint32_t n, const unsigned *to,
                     unsigned char *out) {
  for (unsigned part = 0; part < 3; part++)
    for (uint32_t i = 0; i < n; i++) out[part * n + to[i]] = state[part * n + i];
  for (uint32_t i = 3 * n; i < 4 * n - 1; i++)
    out[i] = state[i] == NOBODY ? NOBODY : (unsigned char)to[state[i]];
}

static void least(const unsigned char *state, uint32_t n, unsigned *to, unsigned fixed,
                  unsigned char *best) {
  if (fixed == n) {
    unsigned char other[4 * MODEL_N_MAX];
    renumber(state, n, to, other);
    if (memcmp(other, best, 4 * n - 1) < 0) memcpy(best, other, 4 * n - 1);
    return;
  }
  for (unsigned i = fixed; i < n; i++) {
    unsigned kept = to[fixed];
    to[fixed] = to[i];
    to[i] = kept;
    least(state, n, to, fixed + 1, best);
    kept = to[fixed];
    to[fixed] = to[i];
    to[i] = kept;
  }
}

static void peterson_canonical(void *ctx, void *state) {
  uint32_t n = ((const model_size *)ctx)->n;
  unsigned to[MODEL_N_MAX];
  unsigned char best[4 * MODEL_N_MAX];
  if (n < 1 || n > MODEL_N_MAX) abort(); /* several threads are here: no ck_assert */
  for (unsigned i = 0; i < n; i++) to[i] = i;
  memcpy(best, state, 4 * n - 1);
  least(state, n, to, 0, best);
  memcpy(state, best, 4 * n - 1);
}

/* Murphi's counts with a scalar set of processes. */
START_TEST(n_peterson__symmetry__published_counts) {
  static const struct {
    uint32_t n;
    uint64_t states, transitions;
  } published[] = {{3, 172, 516}, {5, 6770, 33850}};
  model_size size = {published[_i].n, 0};
  cr_xmodel model = model_n_peterson(&size);
  model.canonical = peterson_canonical;
  cr_xoptions options = {.symmetry = true, .check_all = _i == 0};
  cr_xresult r = explore_checked(&model, &options);
  ck_assert_int_eq(r.stop, CR_XSTOP_COMPLETE);
  ck_assert_uint_eq(r.states, published[_i].states);
  ck_assert_uint_eq(r.transitions, published[_i].transitions);
  ck_assert_uint_eq(r.paths_count, 0);
  cr_xresult_free(&r);
}
END_TEST

/* Random crowds: what one of n alike does depends on itself, a shared byte, and how many stand at
 * each place. */
enum { CROWD = 4, PLACES = 4, CROWDS = 100 };

typedef struct crowd {
  uint64_t seed;
} crowd;

static uint64_t crowd_digest(const crowd *c, const unsigned char *state, int who, uint64_t seed) {
  unsigned char seen[PLACES + 2] = {0};
  for (unsigned i = 0; i < CROWD; i++) seen[state[i]]++;
  seen[PLACES] = state[CROWD];
  if (who >= 0) seen[PLACES + 1] = (unsigned char)(1 + state[who]);
  return cr_digest_seeded(seen, sizeof seen, c->seed ^ seed);
}

static bool crowd_initial(void *ctx, uint32_t index, void *state) {
  (void)ctx;
  memset(state, 0, CROWD + 1);
  ((unsigned char *)state)[3] = (unsigned char)(2 * (index % 2));
  return index < 2;
}

static void crowd_successors(void *ctx, const void *state, cr_xsink *sink) {
  for (unsigned i = 0; i < CROWD; i++)
    for (unsigned row = 0; row < 2; row++) {
      uint64_t chance = crowd_digest(ctx, state, (int)i, row);
      if (chance % 4 != 0) continue;
      unsigned char next[CROWD + 1];
      memcpy(next, state, sizeof next);
      next[i] = (unsigned char)(chance >> 10) % PLACES;
      if (chance >> 20 & 1) next[CROWD] = (unsigned char)(chance >> 30) % 3;
      cr_xemit(sink, row * CROWD + i, next,
               (chance >> 35) % 13 == 0 ? 1 + (uint32_t)(chance >> 45) % 3 : 0);
    }
}

static cr_xviolation crowd_invariant(void *ctx, const void *state) {
  return crowd_digest(ctx, state, -1, 50) % 53 == 0 ? 7 : 0;
}

static bool crowd_final(void *ctx, const void *state) {
  return crowd_digest(ctx, state, -1, 51) % 2 == 0;
}

static int compare_bytes(const void *a, const void *b) {
  return *(const unsigned char *)a - *(const unsigned char *)b;
}

static void crowd_canonical(void *ctx, void *state) {
  (void)ctx;
  qsort(state, CROWD, 1, compare_bytes);
}

static cr_xmodel crowd_model(crowd *c, uint64_t seed) {
  c->seed = cr_digest(&seed, sizeof seed);
  return (cr_xmodel){.name = "crowd",
                     .state_bytes = CROWD + 1,
                     .ctx = c,
                     .initial = crowd_initial,
                     .successors = crowd_successors,
                     .invariant = crowd_invariant,
                     .final = crowd_final,
                     .canonical = crowd_canonical};
}

START_TEST(random_crowds__symmetry__same_findings) {
  uint64_t findings = 0, whole_states = 0, reduced_states = 0;
  for (uint64_t seed = 1; seed <= CROWDS; seed++) {
    crowd c;
    cr_xmodel model = crowd_model(&c, seed);
    cr_xresult whole, reduced;
    ck_assert(compare(&model, (cr_xoptions){.symmetry = true}, &whole, &reduced));
    ck_assert_int_eq(whole.deadlocks > 0, reduced.deadlocks > 0);
    /* paths are as short as those of the whole walk */
    for (size_t i = 0; i < whole.paths_count; i++)
      for (size_t k = 0; k < reduced.paths_count; k++)
        if (whole.paths[i].kind == reduced.paths[k].kind &&
            whole.paths[i].violation == reduced.paths[k].violation)
          ck_assert_uint_eq(whole.paths[i].labels_count, reduced.paths[k].labels_count);
    findings += whole.paths_count;
    whole_states += whole.states;
    reduced_states += reduced.states;
    cr_xresult_free(&whole);
    cr_xresult_free(&reduced);
  }
  ck_assert_uint_gt(findings, CROWDS);
  ck_assert_uint_lt(reduced_states * 2, whole_states);
}
END_TEST

static void canonical_that_lies(void *ctx, void *state) {
  (void)ctx;
  ((unsigned char *)state)[0] = 0;
}

static void canonical_that_goes_round(void *ctx, void *state) {
  (void)ctx;
  unsigned char *at = state, first = at[0];
  memmove(at, at + 1, CROWD - 1);
  at[CROWD - 1] = first;
}

START_TEST(canonical__that_is_no_symmetry__refused) {
  crowd c;
  unsigned tried = 0;
  for (uint64_t seed = 1; tried < 5; seed++) {
    cr_xmodel model = crowd_model(&c, seed);
    cr_xoptions all = {.keep_going = true};
    cr_xresult r = explore_checked(&model, &all);
    bool large = r.states >= 200;
    cr_xresult_free(&r);
    if (!large) continue;
    tried++;
    model.canonical = canonical_that_lies;
    assert_refused(&model, (cr_xoptions){.symmetry = true, .keep_going = true}, "other successors");
    model.canonical = canonical_that_goes_round;
    assert_refused(&model, (cr_xoptions){.symmetry = true, .keep_going = true},
                   "representatives of their own");
  }
}
END_TEST

TCase *case_reduced(void) {
  TCase *tcase = tcase_create("reduced");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, random_products__partial_order__same_findings);
  tcase_add_test(tcase, read_only_component__written__refused);
  tcase_add_test(tcase, closed__by_what_does_not_close__refused);
  tcase_add_test(tcase, frozen__component_that_changes__refused);
  tcase_add_test(tcase, counts__component_that_is_no_supply__refused);
  tcase_add_test(tcase, reductions__that_are_not_sound__refused);
  tcase_add_test(tcase, cycle_beside_a_violation__partial_order__found);
  tcase_add_test(tcase, last_of_a_supply__partial_order__either_takes_it);
  tcase_add_test(tcase, philosophers__partial_order__same_deadlocks_fewer_states);
  tcase_add_loop_test(tcase, n_peterson__symmetry__published_counts, 0, 2);
  tcase_add_test(tcase, random_crowds__symmetry__same_findings);
  tcase_add_test(tcase, canonical__that_is_no_symmetry__refused);
  return tcase;
}

/* test_lasso.c - liveness: what is owed for ever, on graphs made by hand and on random ones. The
 * reference of the small ones tries every set of nodes, that of the large ones is the explorer's
 * first search (lasso_reference.h). Seeds are fixed.
 */
#include <stdlib.h>

#include "graph.h"
#include "lasso_reference.h"
#include "suites.h"

enum { CLASSES = 4, RANDOM_GRAPHS = 600, LARGE_GRAPHS = 240, DUTIES = 5, EXIT = 95 };

/* A graph with one duty: a final node owes it. The class of an edge is its label modulo CLASSES. */
typedef struct duty_graph {
  graph g;
  cr_xmodel plain;
} duty_graph;

static bool initial(void *ctx, uint32_t index, void *state) {
  duty_graph *d = ctx;
  return d->plain.initial(d->plain.ctx, index, state);
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  duty_graph *d = ctx;
  d->plain.successors(d->plain.ctx, state, sink);
}

static unsigned fairness(void *ctx, const void *state, uint32_t label) {
  (void)ctx;
  (void)state;
  return label % CLASSES;
}

static uint64_t owed(void *ctx, const void *state) {
  duty_graph *d = ctx;
  return d->plain.final(d->plain.ctx, state) ? 1 : 0;
}

static cr_xmodel duty_model(duty_graph *d) {
  d->plain = graph_model(&d->g);
  cr_xmodel model = d->plain;
  model.ctx = d;
  model.initial = initial;
  model.successors = successors;
  model.invariant = NULL;
  model.final = NULL;
  model.label_text = NULL;
  model.violation_text = NULL;
  model.fairness = fairness;
  model.owed = owed;
  return model;
}

static unsigned enabled_classes(const graph *g, uint32_t node) {
  unsigned classes = 0;
  for (uint32_t e = g->first[node]; e < g->first[node + 1]; e++)
    classes |= 1u << (g->edges[e].label % CLASSES);
  return classes & ~1u;
}

/* Is there an infinite fair run that stays in the set for ever and visits all of it again and
 * again? */
static bool set_is_fair_run(const graph *g, unsigned set) {
  bool reach[16][16] = {{false}};
  unsigned always = ~0u, taken = 0, edges = 0;
  for (uint32_t n = 0; n < g->nodes_count; n++) {
    if (!(set >> n & 1)) continue;
    always &= enabled_classes(g, n);
    for (uint32_t e = g->first[n]; e < g->first[n + 1]; e++) {
      if (!(set >> g->edges[e].to & 1)) continue;
      reach[n][g->edges[e].to] = true;
      taken |= 1u << (g->edges[e].label % CLASSES);
      edges++;
    }
  }
  if (edges == 0) return (set & (set - 1)) == 0 && always == 0;
  for (uint32_t k = 0; k < g->nodes_count; k++)
    for (uint32_t i = 0; i < g->nodes_count; i++)
      for (uint32_t j = 0; j < g->nodes_count; j++)
        if (reach[i][k] && reach[k][j]) reach[i][j] = true;
  for (uint32_t i = 0; i < g->nodes_count; i++)
    for (uint32_t j = 0; j < g->nodes_count; j++)
      if ((set >> i & 1) && (set >> j & 1) && !reach[i][j]) return false;
  return (always & ~taken) == 0 || ((set & (set - 1)) == 0 && always == 0);
}

/* Depth at which the first bad run is entered, or UINT32_MAX. */
static uint32_t reference_depth(const graph *g) {
  uint32_t *distances = graph_distances(g), best = UINT32_MAX;
  unsigned possible = 0;
  for (uint32_t n = 0; n < g->nodes_count; n++)
    if (g->finals[n] && distances[n] != UINT32_MAX) possible |= 1u << n;
  for (unsigned set = 1; set < 1u << g->nodes_count; set++) {
    if ((set & ~possible) != 0 || !set_is_fair_run(g, set)) continue;
    for (uint32_t n = 0; n < g->nodes_count; n++)
      if ((set >> n & 1) && distances[n] < best) best = distances[n];
  }
  free(distances);
  return best;
}

/* The path is a run of the graph, and what repeats is owed throughout and fair. */
static void assert_lasso(const graph *g, const cr_xpath *path) {
  ck_assert_int_eq(path->kind, CR_XKIND_LASSO);
  ck_assert_uint_eq(path->violation, 1);
  ck_assert_uint_le(path->loop, path->labels_count);
  uint32_t node = g->initials[path->initial], start = UINT32_MAX;
  unsigned always = ~0u, taken = 0;
  for (size_t i = 0;; i++) {
    if (i >= path->loop) {
      if (i == path->loop) start = node;
      ck_assert(g->finals[node]);
      always &= enabled_classes(g, node);
    }
    if (i == path->labels_count) break;
    uint32_t e = g->first[node];
    while (e < g->first[node + 1] && g->edges[e].label != path->labels[i]) e++;
    ck_assert_uint_lt(e, g->first[node + 1]);
    if (i >= path->loop) taken |= 1u << (path->labels[i] % CLASSES);
    node = g->edges[e].to;
  }
  ck_assert_uint_eq(node, start);
  ck_assert_uint_eq(always & ~taken, 0);
}

START_TEST(lasso__random_graphs__found_exactly_where_the_reference_finds_one) {
  unsigned with = 0, without = 0, cycles = 0;
  for (uint64_t seed = 0; seed < RANDOM_GRAPHS; seed++) {
    cr_rng rng;
    cr_rng_seed(&rng, seed);
    graph_shape shape = {.state_bytes = 3,
                         .nodes_count = 2 + cr_rng_below(&rng, 8),
                         .edges_max = 1 + cr_rng_below(&rng, 3),
                         .initials_max = 2,
                         .final = 30 + cr_rng_below(&rng, 50),
                         .violations = 1};
    duty_graph d = {.g = graph_random(&rng, &shape)};
    cr_xmodel model = duty_model(&d);
    cr_xoptions options = {.allow_deadlock = true};
    cr_xresult result = explore_checked(&model, &options);
    uint32_t depth = reference_depth(&d.g);
    ck_assert_uint_eq(result.paths_count, depth != UINT32_MAX);
    if (depth == UINT32_MAX) {
      without++;
    } else {
      with++;
      ck_assert_uint_eq(result.paths[0].loop, depth);
      assert_lasso(&d.g, &result.paths[0]);
      if (result.paths[0].loop < result.paths[0].labels_count) cycles++;
    }
    cr_xresult_free(&result);
    graph_free(&d.g);
  }
  ck_assert_uint_gt(with, 50);
  ck_assert_uint_gt(without, 50);
  ck_assert_uint_gt(cycles, 50);
}
END_TEST

/* ---- large graphs ---------------------------------------------------------------------------- */

/* Duties come and go in runs of nodes; edges lead mostly a little ahead, some far, some back. */
typedef struct many {
  graph g;
  cr_xmodel plain;
  uint64_t *owed;
  uint32_t labels; /* a class for some of them only */
} many;

static bool many_initial(void *ctx, uint32_t index, void *state) {
  many *m = ctx;
  return m->plain.initial(m->plain.ctx, index, state);
}

static void many_successors(void *ctx, const void *state, cr_xsink *sink) {
  many *m = ctx;
  m->plain.successors(m->plain.ctx, state, sink);
}

/* graph.c writes the node's number into the last four bytes. */
static uint32_t node_of(const void *state) {
  const unsigned char *bytes = state;
  return bytes[3] | (uint32_t)bytes[4] << 8 | (uint32_t)bytes[5] << 16;
}

static unsigned many_fairness(void *ctx, const void *state, uint32_t label) {
  const many *m = ctx;
  (void)state;
  return label == EXIT ? 5 : label < m->labels ? label % 3 + 1 : 0;
}

static uint64_t many_owed(void *ctx, const void *state) {
  const many *m = ctx;
  return m->owed[node_of(state)];
}

/* How many nodes at the end are exits; before them is the gate. None of them is the busiest. */
static uint32_t exits_of(uint32_t nodes) { return nodes > 8192 ? 1024 : 1; }

/* exits: from nearly everywhere a way leads to an exit, by a class of its own; from there it goes
 * on through the gate, and back to the first node. */
static void draw_edges(many *m, cr_rng *rng, uint32_t nodes, bool exits) {
  uint32_t back = cr_rng_below(rng, 40), count = 0, out_max = 1 + cr_rng_below(rng, 4);
  uint32_t gate = nodes - 1 - exits_of(nodes);
  graph_edge *edges = cr_alloc((size_t)nodes * 7 * sizeof *edges);
  for (uint32_t n = 0; n < nodes; n++) {
    uint32_t out = cr_rng_below(rng, 10) == 0 ? 0 : 1 + cr_rng_below(rng, out_max), label = 0;
    if (exits && n >= gate) {
      edges[count++] = (graph_edge){n, n == gate ? 0 : gate, EXIT, 0};
      continue;
    }
    for (uint32_t i = 0; i < out; i++) {
      uint32_t far = 1 + cr_rng_below(rng, cr_rng_below(rng, 8) == 0 ? nodes : 12);
      uint32_t to = cr_rng_below(rng, 100) < back ? (n > far ? n - far : n) : n + far;
      label += 1 + cr_rng_below(rng, 6);
      edges[count++] = (graph_edge){n, to < nodes ? to : n, label, cr_rng_below(rng, 40) == 0};
    }
    if (n < nodes / 2) edges[count++] = (graph_edge){n, n * 2 + 1, 90, 0}; /* all are reached */
    if (n < nodes / 2) edges[count++] = (graph_edge){n, n * 2 + 2 < nodes ? n * 2 + 2 : n, 91, 0};
    if (exits && cr_rng_below(rng, 9000) != 0)
      edges[count++] = (graph_edge){n, nodes - 1 - n % (nodes - gate - 1), EXIT, 0};
  }
  m->g = graph_new(7, nodes, edges, count);
  free(edges);
}

/* settled: something is owed nearly everywhere, and every edge is fair, so that large components
 * remain. */
static many many_random(cr_rng *rng, uint32_t nodes, bool settled, bool exits) {
  many m = {.owed = cr_alloc(nodes * sizeof *m.owed),
            .labels = settled ? 100 : cr_rng_below(rng, 24)};
  uint64_t now = 0;
  uint32_t change = 1 + cr_rng_below(rng, 60);
  draw_edges(&m, rng, nodes, exits);
  for (uint32_t n = 0; n < nodes; n++) {
    if (cr_rng_below(rng, change) == 0)
      now = (cr_rng_next(rng) & cr_rng_next(rng)) % (1u << DUTIES);
    m.owed[n] = settled ? now | 3 : now;
    if (cr_rng_below(rng, settled ? 900 : 9) == 0) m.owed[n] = 0;
  }
  m.owed[nodes - 1] = 0;
  uint32_t gate = nodes - 1 - exits_of(nodes);
  for (uint32_t n = gate; exits && n < nodes; n++)
    m.owed[n] = n == gate ? UINT64_C(1) << (DUTIES - 1) : 3; /* the gate is a place as well */
  return m;
}

/* The same as a product of one component, whose keys are short. */
static void many_group(void *ctx, unsigned group, const void *state, cr_xsink *sink) {
  (void)group;
  many_successors(ctx, state, sink);
}

static cr_xmodel many_model(many *m) {
  static const cr_xspan whole = {.component = 0, .offset = 0, .bytes = 7};
  static const cr_xgroup group = {.touches = 1};
  static const cr_xproduct product = {.whole_bytes = 7,
                                      .spans = &whole,
                                      .spans_count = 1,
                                      .components = 1,
                                      .groups = &group,
                                      .groups_count = 1,
                                      .initial = many_initial,
                                      .successors = many_group,
                                      .fairness = many_fairness,
                                      .owed = many_owed};
  m->plain = graph_model(&m->g);
  cr_xmodel model = {.name = "many",
                     .state_bytes = m->plain.state_bytes,
                     .ctx = m,
                     .initial = many_initial,
                     .successors = many_successors,
                     .fairness = many_fairness,
                     .owed = many_owed,
                     .product = &product};
  return model;
}

static const cr_xpath *lasso_of(const cr_xresult *result, cr_xviolation duty) {
  for (size_t i = 0; i < result->paths_count; i++)
    if (result->paths[i].kind == CR_XKIND_LASSO && result->paths[i].violation == duty)
      return &result->paths[i];
  return NULL;
}

START_TEST(lasso__large_random_graphs__the_same_as_the_reference_with_any_number_of_threads) {
  unsigned lassos = 0, stops = 0, long_cycles = 0;
  for (uint64_t seed = 0; seed < LARGE_GRAPHS; seed++) {
    cr_rng rng;
    cr_rng_seed(&rng, 1000 + seed);
    bool large = seed % 8 == 0;
    many m =
        many_random(&rng, 50 + cr_rng_below(&rng, large ? 30000 : 1500), large, seed % 16 == 0);
    cr_xmodel model = many_model(&m);
    size_t count = 0, memory = 0;
    cr_xpath *expected = lasso_reference(&model, &count);
    const unsigned teams[] = {1, 2 + (unsigned)(seed % 3), 5 + (unsigned)(seed % 3)};
    for (size_t t = 0; t < CR_ARRAY_LEN(teams); t++) {
      unsigned threads = teams[t];
      cr_xoptions options = {
          .allow_deadlock = true, .keep_going = true, .threads = threads, .plain = t != 1};
      cr_xresult result = explore_checked(&model, &options);
      size_t found = 0;
      for (size_t i = 0; i < result.paths_count; i++)
        found += result.paths[i].kind == CR_XKIND_LASSO;
      ck_assert_uint_eq(found, count);
      for (size_t i = 0; i < count; i++) {
        const cr_xpath *actual = lasso_of(&result, expected[i].violation);
        ck_assert_ptr_nonnull(actual);
        assert_path(actual, &expected[i]);
        ck_assert_uint_eq(actual->loop, expected[i].loop);
      }
      if (t == 2) ck_assert_uint_eq(result.memory_bytes, memory);
      if (t == 0) memory = result.memory_bytes;
      cr_xresult_free(&result);
    }
    for (size_t i = 0; i < count; i++) {
      lassos++;
      stops += expected[i].loop == expected[i].labels_count;
      long_cycles += expected[i].labels_count > expected[i].loop + 3;
      free(expected[i].labels);
    }
    free(expected);
    free(m.owed);
    graph_free(&m.g);
  }
  ck_assert_uint_gt(lassos - stops, 50);
  ck_assert_uint_gt(stops, 50);
  ck_assert_uint_gt(long_cycles, 20);
  ck_assert_uint_lt(lassos, LARGE_GRAPHS * DUTIES - 50); /* there are duties without one */
}
END_TEST

/* 0 -> 1 <-> 2, owed in 1 and 2; class 1 leaves for 3 from node 1 only, or from both. */
static size_t paths_of(const graph_edge *edges, uint32_t count) {
  duty_graph d = {.g = graph_new(1, 4, edges, count)};
  d.g.finals[1] = d.g.finals[2] = true;
  cr_xmodel model = duty_model(&d);
  cr_xoptions options = {.allow_deadlock = true};
  cr_xresult result = explore_checked(&model, &options);
  size_t paths = result.paths_count;
  cr_xresult_free(&result);
  graph_free(&d.g);
  return paths;
}

START_TEST(lasso__class_enabled_throughout_and_never_taken__is_no_fair_run) {
  static const graph_edge both[] = {
      {0, 1, 0, 0}, {1, 2, 4, 0}, {1, 3, 1, 0}, {2, 1, 4, 0}, {2, 3, 1, 0}};
  static const graph_edge one[] = {{0, 1, 0, 0}, {1, 2, 4, 0}, {1, 3, 1, 0}, {2, 1, 4, 0}};
  ck_assert_uint_eq(paths_of(both, 5), 0);
  ck_assert_uint_eq(paths_of(one, 4), 1);
}
END_TEST

START_TEST(lasso__nothing_fair_enabled__the_run_may_stop_there) {
  static const graph_edge unfair[] = {{0, 1, 0, 0}, {1, 3, 4, 0}};
  static const graph_edge fair[] = {{0, 1, 0, 0}, {1, 3, 1, 0}};
  ck_assert_uint_eq(paths_of(unfair, 2), 1);
  ck_assert_uint_eq(paths_of(fair, 2), 0);
}
END_TEST

START_TEST(lasso__no_room_for_the_graph__is_no_proof) {
  static const graph_edge edges[] = {{0, 1, 0, 0}, {1, 3, 1, 0}};
  duty_graph d = {.g = graph_new(1, 4, edges, 2)};
  cr_xmodel model = duty_model(&d);
  cr_xoptions unbounded = {.allow_deadlock = true};
  cr_xresult result = explore_checked(&model, &unbounded);
  ck_assert_int_eq(result.stop, CR_XSTOP_COMPLETE);
  cr_xoptions bounded = {.allow_deadlock = true, .max_memory_bytes = result.memory_bytes - 1};
  cr_xresult_free(&result);
  result = explore_checked(&model, &bounded);
  ck_assert_int_eq(result.stop, CR_XSTOP_MAX_MEMORY);
  cr_xresult_free(&result);
  graph_free(&d.g);
}
END_TEST

TCase *case_lasso(void) {
  TCase *tcase = tcase_create("lasso");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, lasso__random_graphs__found_exactly_where_the_reference_finds_one);
  tcase_add_test(tcase,
                 lasso__large_random_graphs__the_same_as_the_reference_with_any_number_of_threads);
  tcase_add_test(tcase, lasso__class_enabled_throughout_and_never_taken__is_no_fair_run);
  tcase_add_test(tcase, lasso__nothing_fair_enabled__the_run_may_stop_there);
  tcase_add_test(tcase, lasso__no_room_for_the_graph__is_no_proof);
  return tcase;
}

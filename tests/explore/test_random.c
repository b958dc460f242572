/* test_random.c - random graphs against references that share nothing with the explorer: they try
 * all paths in order, or compute distances by relaxation. Seeds are fixed.
 */
#include <stdlib.h>

#include "graph.h"
#include "suites.h"

enum { SMALL_GRAPHS = 400, SMALL_VIOLATIONS = 3, LARGE_VIOLATIONS = 60 };

static void assert_counts(const graph *g, const cr_xresult *result) {
  uint32_t *distances = graph_distances(g);
  uint64_t states = 0, transitions = 0, deadlocks = 0;
  uint32_t depth = 0;
  for (uint32_t node = 0; node < g->nodes_count; node++) {
    if (distances[node] == UINT32_MAX) continue;
    uint32_t out = g->first[node + 1] - g->first[node];
    states++;
    transitions += out;
    deadlocks += out == 0 && !g->finals[node];
    if (distances[node] > depth) depth = distances[node];
  }
  ck_assert_uint_eq(result->states, states);
  ck_assert_uint_eq(result->transitions, transitions);
  ck_assert_uint_eq(result->deadlocks, deadlocks);
  ck_assert_uint_eq(result->depth, depth);
  for (uint32_t d = 0; d <= depth; d++) {
    uint64_t at = 0;
    for (uint32_t node = 0; node < g->nodes_count; node++) at += distances[node] == d;
    ck_assert_uint_eq(result->depth_counts[d], at);
  }
  free(distances);
}

static void assert_labels(const graph *g, const cr_xresult *result) {
  uint32_t *distances = graph_distances(g);
  uint64_t *counts = cr_alloc((result->label_counts_len + 1) * sizeof *counts);
  for (uint32_t e = 0; e < g->edges_count; e++) {
    if (distances[g->edges[e].from] == UINT32_MAX) continue;
    ck_assert_uint_lt(g->edges[e].label, result->label_counts_len);
    counts[g->edges[e].label]++;
  }
  for (size_t label = 0; label < result->label_counts_len; label++)
    ck_assert_uint_eq(result->label_counts[label], counts[label]);
  free(counts);
  free(distances);
}

static graph small_graph(cr_rng *rng) {
  static const size_t sizes[] = {1, 3, 8, 17, 64, 300};
  graph_shape shape = {.state_bytes = sizes[cr_rng_below(rng, CR_ARRAY_LEN(sizes))],
                       .nodes_count = 2 + cr_rng_below(rng, 8),
                       .edges_max = 1 + cr_rng_below(rng, 3),
                       .initials_max = 3,
                       .edge_violation = cr_rng_below(rng, 30),
                       .invariant = cr_rng_below(rng, 30),
                       .final = 50,
                       .violations = SMALL_VIOLATIONS};
  return graph_random(rng, &shape);
}

/* Of two counterexamples the one to report: the shorter, or at equal length the violation. */
static bool reference_first(const graph *g, bool allow_deadlock, cr_xpath *path) {
  graph_goal violations = {.transitions = true, .invariants = true};
  graph_goal deadlocks = {.deadlocks = true};
  cr_xpath deadlock = {0};
  bool violated = graph_first_path(g, &violations, path);
  if (allow_deadlock || !graph_first_path(g, &deadlocks, &deadlock)) return violated;
  if (violated && path->labels_count <= deadlock.labels_count) {
    free(deadlock.labels);
    return true;
  }
  free(path->labels);
  *path = deadlock;
  return true;
}

START_TEST(small_random_graphs__explored__least_counterexample_of_all_paths) {
  cr_rng rng;
  cr_rng_seed(&rng, 1);
  uint32_t verdicts[CR_XKIND_DEADLOCK + 1] = {0};
  for (uint32_t i = 0; i < SMALL_GRAPHS; i++) {
    graph g = small_graph(&rng);
    cr_xmodel model = graph_model(&g);
    cr_xoptions options = {.allow_deadlock = i % 4 == 0};
    cr_xresult result = explore_checked(&model, &options);
    cr_xpath expected;
    if (reference_first(&g, options.allow_deadlock, &expected)) {
      ck_assert_int_eq(result.stop, CR_XSTOP_VIOLATION);
      assert_path(&result.paths[0], &expected);
      verdicts[expected.kind]++;
      free(expected.labels);
    } else {
      ck_assert_int_eq(result.stop, CR_XSTOP_COMPLETE);
      assert_counts(&g, &result);
      verdicts[0]++;
    }
    cr_xresult_free(&result);
    graph_free(&g);
  }
  for (size_t i = 0; i < CR_ARRAY_LEN(verdicts); i++) /* the draw is not one-sided */
    ck_assert_uint_ge(verdicts[i], SMALL_GRAPHS / 20);
}
END_TEST

/* The path of each kind and number, and nothing else. */
static void assert_all_paths(const graph *g, cr_xviolation violations, const cr_xresult *result) {
  size_t expected_count = 0;
  for (cr_xkind kind = CR_XKIND_TRANSITION; kind <= CR_XKIND_DEADLOCK; kind++) {
    cr_xviolation numbers = kind == CR_XKIND_DEADLOCK ? 1 : violations;
    for (cr_xviolation v = 1; v <= numbers; v++) {
      graph_goal goal = {.transitions = kind == CR_XKIND_TRANSITION,
                         .invariants = kind == CR_XKIND_INVARIANT,
                         .deadlocks = kind == CR_XKIND_DEADLOCK,
                         .violation = v};
      cr_xpath expected;
      if (!graph_least_path(g, &goal, &expected)) continue;
      expected_count++;
      size_t at = 0;
      while (at < result->paths_count && (result->paths[at].kind != expected.kind ||
                                          result->paths[at].violation != expected.violation))
        at++;
      ck_assert_uint_lt(at, result->paths_count);
      assert_path(&result->paths[at], &expected);
      free(expected.labels);
    }
  }
  ck_assert_uint_eq(result->paths_count, expected_count);
}

static const graph_edge *edge_with(const graph *g, uint32_t node, uint32_t label) {
  uint32_t e = g->first[node];
  while (e < g->first[node + 1] && g->edges[e].label != label) e++;
  ck_assert_uint_lt(e, g->first[node + 1]);
  return &g->edges[e];
}

/* Is a to be reported before b? */
static bool comes_before(const graph *g, const cr_xpath *a, const cr_xpath *b) {
  if (a->labels_count != b->labels_count) return a->labels_count < b->labels_count;
  if ((a->kind == CR_XKIND_DEADLOCK) != (b->kind == CR_XKIND_DEADLOCK))
    return b->kind == CR_XKIND_DEADLOCK;
  if (a->initial != b->initial) return a->initial < b->initial;
  uint32_t node = g->initials[a->initial];
  for (size_t i = 0; i < a->labels_count; i++) {
    const graph_edge *of_a = edge_with(g, node, a->labels[i]);
    const graph_edge *of_b = edge_with(g, node, b->labels[i]);
    if (of_a != of_b) return of_a < of_b; /* a node's edges are in the order of emission */
    node = of_a->to;
  }
  return false;
}

static void assert_order(const graph *g, const cr_xresult *result) {
  for (size_t i = 1; i < result->paths_count; i++)
    ck_assert(comes_before(g, &result->paths[i - 1], &result->paths[i]));
}

START_TEST(small_random_graphs__keep_going__least_counterexample_of_each_violation) {
  cr_rng rng;
  cr_rng_seed(&rng, 2);
  uint32_t several = 0;
  for (uint32_t i = 0; i < SMALL_GRAPHS; i++) {
    graph g = small_graph(&rng);
    cr_xmodel model = graph_model(&g);
    cr_xoptions options = {.keep_going = true};
    cr_xresult result = explore_checked(&model, &options);
    ck_assert_int_eq(result.stop, CR_XSTOP_COMPLETE);
    assert_counts(&g, &result);
    assert_labels(&g, &result);
    assert_all_paths(&g, SMALL_VIOLATIONS, &result);
    assert_order(&g, &result);
    cr_xpath first;
    if (reference_first(&g, false, &first)) {
      assert_path(&result.paths[0], &first);
      free(first.labels);
    }
    several += result.paths_count > 2;
    cr_xresult_free(&result);
    graph_free(&g);
  }
  ck_assert_uint_ge(several, SMALL_GRAPHS / 20);
}
END_TEST

/* The two references agree, so the faster one may stand for the definition. */
START_TEST(small_random_graphs__both_references__same_path) {
  cr_rng rng;
  cr_rng_seed(&rng, 3);
  uint32_t found = 0;
  for (uint32_t i = 0; i < SMALL_GRAPHS; i++) {
    graph g = small_graph(&rng);
    for (unsigned kinds = 1; kinds < 8; kinds++) {
      graph_goal goal = {.transitions = kinds & 1,
                         .invariants = kinds & 2,
                         .deadlocks = kinds & 4,
                         .violation = cr_rng_below(&rng, SMALL_VIOLATIONS + 1)};
      cr_xpath tried = {0}, computed = {0};
      bool exists = graph_first_path(&g, &goal, &tried);
      ck_assert_int_eq(graph_least_path(&g, &goal, &computed), exists);
      if (exists) assert_path(&computed, &tried);
      found += exists;
      free(tried.labels);
      free(computed.labels);
    }
    graph_free(&g);
  }
  ck_assert_uint_gt(found, SMALL_GRAPHS);
}
END_TEST

enum { WIDE_GRAPHS = 60, WIDE_VIOLATIONS = 20 };

/* Anything: narrow and wide states, few and many nodes, steps, labels and initial states. */
static graph wide_graph(cr_rng *rng) {
  static const uint32_t labels[] = {48, 257, 4099, CR_XLABELS_COUNTED_MAX};
  size_t bytes = 1 + cr_rng_below(rng, 200);
  graph_shape shape = {.state_bytes = bytes,
                       .nodes_count = 2 + cr_rng_below(rng, bytes == 1 ? 254 : 2500),
                       .edges_min = cr_rng_below(rng, 2),
                       .edges_max = 1 + cr_rng_below(rng, cr_rng_below(rng, 2) == 0 ? 3 : 40),
                       .initials_max = cr_rng_below(rng, 2) == 0 ? 2 : 300,
                       .edge_violation = cr_rng_below(rng, 8),
                       .invariant = cr_rng_below(rng, 8),
                       .final = 10 * cr_rng_below(rng, 11),
                       .violations = WIDE_VIOLATIONS,
                       .labels = labels[cr_rng_below(rng, CR_ARRAY_LEN(labels))],
                       .spread = cr_rng_below(rng, 2) == 0};
  return graph_random(rng, &shape);
}

START_TEST(wide_random_graphs__keep_going__counts_and_counterexamples_of_the_reference) {
  cr_rng rng;
  cr_rng_seed(&rng, 4);
  uint64_t states = 0, paths = 0;
  for (uint32_t i = 0; i < WIDE_GRAPHS; i++) {
    graph g = wide_graph(&rng);
    cr_xmodel model = graph_model(&g);
    cr_xoptions all = {.keep_going = true}, first = {.keep_going = false};
    cr_xresult result = explore_checked(&model, &all);
    ck_assert_int_eq(result.stop, CR_XSTOP_COMPLETE);
    assert_counts(&g, &result);
    assert_labels(&g, &result);
    assert_all_paths(&g, WIDE_VIOLATIONS, &result);
    assert_order(&g, &result);
    all.threads = 2 + i % 3;
    cr_xresult shared = explore_checked(&model, &all);
    assert_same(&shared, &result);
    cr_xresult_free(&shared);
    cr_xresult stopped = explore_checked(&model, &first);
    first.threads = all.threads;
    shared = explore_checked(&model, &first);
    assert_same(&shared, &stopped);
    cr_xresult_free(&shared);
    ck_assert_uint_eq(stopped.paths_count, result.paths_count != 0);
    if (result.paths_count != 0) assert_path(&stopped.paths[0], &result.paths[0]);
    states += result.states;
    paths += result.paths_count;
    cr_xresult_free(&stopped);
    cr_xresult_free(&result);
    graph_free(&g);
  }
  ck_assert_uint_gt(states, WIDE_GRAPHS * 300); /* the draw is not one-sided */
  ck_assert_uint_gt(paths, WIDE_GRAPHS * 10);
}
END_TEST

/* Large enough for every segment of the table to grow several times. */
START_TEST(large_random_graph__explored__counts_and_counterexamples_of_the_reference) {
  static const size_t sizes[] = {3, 8, 17, 64, 300};
  cr_rng rng;
  cr_rng_seed(&rng, 100 + (uint64_t)_i);
  graph_shape shape = {.state_bytes = sizes[_i],
                       .nodes_count = 30000,
                       .edges_min = 1,
                       .edges_max = 5,
                       .initials_max = 4,
                       .edge_violation = 1,
                       .invariant = 1,
                       .final = 50,
                       .violations = LARGE_VIOLATIONS};
  graph g = graph_random(&rng, &shape);
  cr_xmodel model = graph_model(&g);
  cr_xoptions options = {.keep_going = true};
  cr_xresult result = explore_checked(&model, &options);
  ck_assert_uint_gt(result.states, 20000);
  assert_counts(&g, &result);
  assert_labels(&g, &result);
  assert_all_paths(&g, LARGE_VIOLATIONS, &result);
  assert_order(&g, &result);
  cr_xresult_free(&result);
  graph_free(&g);
}
END_TEST

/* A one-byte state has 256 values: a cycle through all of them, and a deep one of 100,000. */
START_TEST(long_cycle__explored__one_state_a_depth) {
  static const uint32_t nodes[] = {256, 100000};
  uint32_t n = nodes[_i];
  graph_edge *edges = cr_alloc(n * sizeof *edges);
  for (uint32_t i = 0; i < n; i++) edges[i] = (graph_edge){.from = i, .to = (i + 1) % n};
  graph g = graph_new(_i == 0 ? 1 : 17, n, edges, n);
  free(edges);
  g.invariants[n - 1] = 1;
  cr_xmodel model = graph_model(&g);
  cr_xoptions options = {.keep_going = true};
  cr_xresult result = explore_checked(&model, &options);
  ck_assert_uint_eq(result.states, n);
  ck_assert_uint_eq(result.depth, n - 1);
  for (uint32_t i = 0; i < n; i++) ck_assert_uint_eq(result.depth_counts[i], 1);
  ck_assert_uint_eq(result.paths[0].labels_count, n - 1);
  cr_xresult_free(&result);
  graph_free(&g);
}
END_TEST

TCase *case_random(void) {
  TCase *tcase = tcase_create("random");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, small_random_graphs__explored__least_counterexample_of_all_paths);
  tcase_add_test(tcase, small_random_graphs__keep_going__least_counterexample_of_each_violation);
  tcase_add_test(tcase, small_random_graphs__both_references__same_path);
  tcase_add_test(tcase,
                 wide_random_graphs__keep_going__counts_and_counterexamples_of_the_reference);
  tcase_add_loop_test(
      tcase, large_random_graph__explored__counts_and_counterexamples_of_the_reference, 0, 5);
  tcase_add_loop_test(tcase, long_cycle__explored__one_state_a_depth, 0, 2);
  return tcase;
}

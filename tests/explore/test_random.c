/* test_random.c - random graphs against a reference that shares nothing with the explorer: it tries
 * all paths in order, and computes distances by relaxation. Seeds are fixed.
 */
#include <stdlib.h>

#include "graph.h"
#include "suites.h"

enum { SMALL_GRAPHS = 400, SMALL_VIOLATIONS = 3 };

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
  for (uint32_t label = 0; label < result->label_counts_len; label++) {
    uint64_t count = 0;
    for (uint32_t e = 0; e < g->edges_count; e++)
      count += g->edges[e].label == label && distances[g->edges[e].from] != UINT32_MAX;
    ck_assert_uint_eq(result->label_counts[label], count);
  }
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
static void assert_all_paths(const graph *g, const cr_xresult *result) {
  size_t expected_count = 0;
  for (cr_xkind kind = CR_XKIND_TRANSITION; kind <= CR_XKIND_DEADLOCK; kind++) {
    cr_xviolation numbers = kind == CR_XKIND_DEADLOCK ? 1 : SMALL_VIOLATIONS;
    for (cr_xviolation v = 1; v <= numbers; v++) {
      graph_goal goal = {.transitions = kind == CR_XKIND_TRANSITION,
                         .invariants = kind == CR_XKIND_INVARIANT,
                         .deadlocks = kind == CR_XKIND_DEADLOCK,
                         .violation = v};
      cr_xpath expected;
      if (!graph_first_path(g, &goal, &expected)) continue;
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
    assert_all_paths(&g, &result);
    for (size_t k = 1; k < result.paths_count; k++)
      ck_assert_uint_le(result.paths[k - 1].labels_count, result.paths[k].labels_count);
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

/* Large enough for every segment of the table to grow several times. */
START_TEST(large_random_graph__explored__counts_of_the_reference) {
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
                       .violations = 200};
  graph g = graph_random(&rng, &shape);
  cr_xmodel model = graph_model(&g);
  cr_xoptions options = {.keep_going = true};
  cr_xresult result = explore_checked(&model, &options);
  ck_assert_uint_gt(result.states, 20000);
  assert_counts(&g, &result);
  assert_labels(&g, &result);
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
  tcase_add_loop_test(tcase, large_random_graph__explored__counts_of_the_reference, 0, 5);
  tcase_add_loop_test(tcase, long_cycle__explored__one_state_a_depth, 0, 2);
  return tcase;
}

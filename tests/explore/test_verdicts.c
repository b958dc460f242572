/* test_verdicts.c - violations and deadlocks on small graphs drawn by hand: which counterexample is
 * reported, and what is counted.
 */
#include "graph.h"
#include "models/models.h"
#include "suites.h"

#define GRAPH(nodes, edges) graph_new(8, nodes, edges, (uint32_t)CR_ARRAY_LEN(edges))

static cr_xpath path_of(cr_xkind kind, cr_xviolation violation, uint32_t *labels, size_t count) {
  return (cr_xpath){.kind = kind, .violation = violation, .labels = labels, .labels_count = count};
}

START_TEST(two_ways_to_a_deadlock__explored__shortest_is_reported) {
  /* 0 -> 1 -> 2 -> 4, and 0 -> 3 -> 4 by larger labels */
  static const graph_edge edges[] = {
      {0, 1, 1, 0}, {0, 3, 9, 0}, {1, 2, 1, 0}, {2, 4, 1, 0}, {3, 4, 8, 0}};
  graph g = GRAPH(5, edges);
  cr_xmodel model = graph_model(&g);
  cr_xresult result = explore_checked(&model, NULL);
  ck_assert_int_eq(result.stop, CR_XSTOP_VIOLATION);
  ck_assert_uint_eq(result.deadlocks, 1);
  uint32_t labels[] = {9, 8};
  cr_xpath expected = path_of(CR_XKIND_DEADLOCK, 0, labels, 2);
  assert_path(&result.paths[0], &expected);
  cr_xresult_free(&result);

  cr_xoptions allowed = {.allow_deadlock = true};
  result = explore_checked(&model, &allowed);
  ck_assert_int_eq(result.stop, CR_XSTOP_COMPLETE);
  ck_assert_uint_eq(result.paths_count, 0);
  ck_assert_uint_eq(result.deadlocks, 1);
  cr_xresult_free(&result);

  g.finals[4] = true;
  result = explore_checked(&model, NULL);
  ck_assert_int_eq(result.stop, CR_XSTOP_COMPLETE);
  ck_assert_uint_eq(result.deadlocks, 0);
  cr_xresult_free(&result);
  graph_free(&g);
}
END_TEST

START_TEST(violating_transition__explored__counted_but_not_followed) {
  static const graph_edge edges[] = {{0, 1, 0, 0}, {1, 2, 5, 7}, {1, 1, 6, 0}, {2, 0, 0, 0}};
  graph g = GRAPH(3, edges);
  cr_xmodel model = graph_model(&g);
  cr_xoptions options = {.keep_going = true};
  uint32_t labels[] = {0, 5};
  cr_xpath expected = path_of(CR_XKIND_TRANSITION, 7, labels, 2);
  for (int keep_going = 0; keep_going < 2; keep_going++) {
    cr_xresult result = explore_checked(&model, keep_going ? &options : NULL);
    ck_assert_int_eq(result.stop, keep_going ? CR_XSTOP_COMPLETE : CR_XSTOP_VIOLATION);
    ck_assert_uint_eq(result.paths_count, 1);
    assert_path(&result.paths[0], &expected);
    ck_assert_uint_eq(result.states, 2);
    ck_assert_uint_eq(result.transitions, 3); /* the level is finished */
    ck_assert_uint_eq(result.label_counts[5], 1);
    cr_xresult_free(&result);
  }
  graph_free(&g);
}
END_TEST

START_TEST(only_violating_transitions__explored__no_deadlock) {
  static const graph_edge edges[] = {{0, 0, 0, 1}};
  graph g = GRAPH(1, edges);
  cr_xmodel model = graph_model(&g);
  cr_xoptions options = {.keep_going = true};
  cr_xresult result = explore_checked(&model, &options);
  ck_assert_uint_eq(result.deadlocks, 0);
  ck_assert_uint_eq(result.paths_count, 1);
  ck_assert_uint_eq(result.transitions, 1);
  cr_xresult_free(&result);
  graph_free(&g);
}
END_TEST

START_TEST(broken_invariant__explored__path_to_the_state) {
  static const graph_edge edges[] = {{0, 1, 0, 0}, {0, 2, 1, 0}, {1, 0, 2, 0}, {2, 1, 3, 0}};
  graph g = GRAPH(3, edges);
  g.invariants[2] = 40;
  cr_xmodel model = graph_model(&g);
  cr_xresult result = explore_checked(&model, NULL);
  uint32_t labels[] = {1};
  cr_xpath expected = path_of(CR_XKIND_INVARIANT, 40, labels, 1);
  ck_assert_uint_eq(result.paths_count, 1);
  assert_path(&result.paths[0], &expected);
  cr_xresult_free(&result);
  graph_free(&g);
}
END_TEST

START_TEST(broken_initial_state__explored__its_number_and_no_labels) {
  static const graph_edge edges[] = {{0, 0, 0, 0}, {1, 1, 0, 0}};
  graph g = GRAPH(2, edges);
  g.initials_count = 3;
  g.initials = cr_realloc(g.initials, 3 * sizeof *g.initials);
  g.initials[0] = g.initials[1] = 0;
  g.initials[2] = 1;
  g.invariants[1] = 3;
  cr_xmodel model = graph_model(&g);
  cr_xresult result = explore_checked(&model, NULL);
  cr_xpath expected = path_of(CR_XKIND_INVARIANT, 3, NULL, 0);
  expected.initial = 2;
  assert_path(&result.paths[0], &expected);
  ck_assert_uint_eq(result.states, 2);
  cr_xresult_free(&result);
  graph_free(&g);
}
END_TEST

/* The violation is met first, expanding node 1; the deadlock of node 2 is a step shorter. */
START_TEST(deadlock_behind_a_longer_violation__explored__deadlock_is_reported) {
  static const graph_edge edges[] = {{0, 1, 0, 0}, {0, 2, 1, 0}, {1, 1, 0, 9}};
  graph g = GRAPH(3, edges);
  cr_xmodel model = graph_model(&g);
  cr_xresult result = explore_checked(&model, NULL);
  uint32_t labels[] = {1, 0};
  cr_xpath deadlock = path_of(CR_XKIND_DEADLOCK, 0, labels, 1);
  ck_assert_uint_eq(result.paths_count, 1);
  assert_path(&result.paths[0], &deadlock);
  cr_xresult_free(&result);

  cr_xoptions options = {.keep_going = true};
  result = explore_checked(&model, &options);
  ck_assert_uint_eq(result.paths_count, 2);
  assert_path(&result.paths[0], &deadlock);
  uint32_t longer[] = {0, 0};
  cr_xpath violation = path_of(CR_XKIND_TRANSITION, 9, longer, 2);
  assert_path(&result.paths[1], &violation);
  cr_xresult_free(&result);

  options = (cr_xoptions){.allow_deadlock = true};
  result = explore_checked(&model, &options);
  assert_path(&result.paths[0], &violation);
  cr_xresult_free(&result);
  graph_free(&g);
}
END_TEST

START_TEST(deadlock_and_violation_of_one_length__explored__violation_first) {
  static const graph_edge edges[] = {{0, 1, 0, 0}, {0, 0, 1, 2}};
  graph g = GRAPH(2, edges);
  cr_xmodel model = graph_model(&g);
  cr_xresult result = explore_checked(&model, NULL);
  ck_assert_int_eq(result.paths[0].kind, CR_XKIND_TRANSITION);
  cr_xresult_free(&result);
  graph_free(&g);
}
END_TEST

/* One number broken by a transition and by a state is two findings; each is reported once. */
START_TEST(same_number_of_two_kinds__keep_going__both_once) {
  static const graph_edge edges[] = {{0, 0, 0, 5}, {0, 0, 1, 5}, {0, 1, 2, 0},
                                     {0, 2, 3, 0}, {1, 0, 0, 0}, {2, 2, 0, 0}};
  graph g = GRAPH(3, edges);
  g.invariants[1] = g.invariants[2] = 5;
  cr_xmodel model = graph_model(&g);
  cr_xoptions options = {.keep_going = true};
  cr_xresult result = explore_checked(&model, &options);
  ck_assert_uint_eq(result.paths_count, 2);
  uint32_t first[] = {0}, second[] = {2};
  cr_xpath transition = path_of(CR_XKIND_TRANSITION, 5, first, 1);
  cr_xpath state = path_of(CR_XKIND_INVARIANT, 5, second, 1);
  assert_path(&result.paths[0], &transition);
  assert_path(&result.paths[1], &state);
  ck_assert_uint_eq(result.states, 3);
  ck_assert_uint_eq(result.transitions, 6);
  cr_xresult_free(&result);
  graph_free(&g);
}
END_TEST

START_TEST(large_labels__explored__counted_up_to_the_limit) {
  static const graph_edge edges[] = {
      {0, 0, CR_XLABELS_COUNTED_MAX - 1, 0}, {0, 1, UINT32_MAX, 0}, {1, 0, 0, 1}};
  graph g = GRAPH(2, edges);
  cr_xmodel model = graph_model(&g);
  cr_xresult result;
  ck_assert_int_eq(cr_explore(&model, NULL, &result, NULL), CR_OK);
  ck_assert_uint_eq(result.transitions, 3);
  ck_assert_uint_eq(result.label_counts_len, CR_XLABELS_COUNTED_MAX);
  ck_assert_uint_eq(result.label_counts[CR_XLABELS_COUNTED_MAX - 1], 1);
  ck_assert_uint_eq(result.paths[0].labels[0], UINT32_MAX);
  cr_xresult_free(&result);
  graph_free(&g);
}
END_TEST

static cr_xviolation count_call(void *ctx, const void *state) {
  (void)state;
  ((model_size *)ctx)->option++;
  return 0;
}

START_TEST(invariant__explored__asked_once_a_state) {
  model_size size = {3, 0};
  cr_xmodel model = model_n_peterson(&size);
  model.invariant = count_call;
  cr_xresult result = explore_checked(&model, NULL);
  ck_assert_uint_eq(size.option, result.states);
  cr_xresult_free(&result);
}
END_TEST

/* The farthest tower: the path found is the known optimal solution in length. */
static cr_xviolation tower_moved(void *ctx, const void *state) {
  const model_size *size = ctx;
  const unsigned char *pegs = state;
  for (uint32_t i = 0; i < size->n; i++)
    if (pegs[i] != 2) return 0;
  return 1;
}

START_TEST(hanoi__whole_tower_wanted__optimal_solution) {
  model_size size = {8, 0};
  cr_xmodel model = model_hanoi(&size);
  model.invariant = tower_moved;
  cr_xresult result = explore_checked(&model, NULL);
  ck_assert_int_eq(result.stop, CR_XSTOP_VIOLATION);
  ck_assert_uint_eq(result.paths[0].labels_count, 255);
  cr_xresult_free(&result);
}
END_TEST

TCase *case_verdicts(void) {
  TCase *tcase = tcase_create("verdicts");
  tcase_add_test(tcase, two_ways_to_a_deadlock__explored__shortest_is_reported);
  tcase_add_test(tcase, violating_transition__explored__counted_but_not_followed);
  tcase_add_test(tcase, only_violating_transitions__explored__no_deadlock);
  tcase_add_test(tcase, broken_invariant__explored__path_to_the_state);
  tcase_add_test(tcase, broken_initial_state__explored__its_number_and_no_labels);
  tcase_add_test(tcase, deadlock_behind_a_longer_violation__explored__deadlock_is_reported);
  tcase_add_test(tcase, deadlock_and_violation_of_one_length__explored__violation_first);
  tcase_add_test(tcase, same_number_of_two_kinds__keep_going__both_once);
  tcase_add_test(tcase, large_labels__explored__counted_up_to_the_limit);
  tcase_add_test(tcase, invariant__explored__asked_once_a_state);
  tcase_add_test(tcase, hanoi__whole_tower_wanted__optimal_solution);
  return tcase;
}

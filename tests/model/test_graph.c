/* test_graph.c - the graph and the tallies are a second, plain walk: they count what the explorer
 * counts. */
#include "clusrace/graph.h"
#include "suites.h"

static cr_model *model_of(const char *name, const char *mutant) {
  cr_scenario scenario;
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  cr_judge judge = {0};
  load_scenario(name, &scenario);
  if (mutant != NULL) {
    subject.kind = CR_SUBJECT_MUTANT;
    subject.mutant = cr_mutant_by_name(mutant);
  }
  return cr_model_new(&scenario, &subject, &judge);
}

START_TEST(graph__whole_space__counts_as_the_explorer) {
  static const char *const names[] = {"disk-small", "policy-restarts", "lun-refusals"};
  for (size_t i = 0; i < CR_ARRAY_LEN(names); i++) {
    cr_model *model = model_of(names[i], NULL);
    cr_graph graph;
    cr_tally tally;
    cr_xresult r;
    explore_model(model, &r);
    ck_assert_int_eq(cr_graph_collect(model, 10000, 0, &graph, NULL), CR_OK);
    ck_assert_uint_eq(graph.states_count, r.states);
    ck_assert_uint_eq(graph.edges_count, r.transitions);
    ck_assert_uint_eq(graph.depth, r.depth);
    cr_tally_collect(model, 0, 0, NULL, NULL, &tally);
    ck_assert(tally.whole);
    ck_assert_uint_eq(tally.states, r.states);
    ck_assert_uint_eq(tally.transitions, r.transitions);
    cr_graph_free(&graph);
    cr_xresult_free(&r);
    cr_model_free(model);
  }
}
END_TEST

START_TEST(graph__counterexample__is_a_marked_path_to_a_violating_state) {
  cr_model *model = model_of("disk-small", "remount-window");
  cr_graph graph;
  cr_xresult r;
  size_t marked = 0;
  explore_model(model, &r);
  ck_assert_uint_gt(r.paths_count, 0);
  size_t length = r.paths[0].labels_count;
  ck_assert_int_eq(cr_graph_collect(model, 2000, (uint32_t)length, &graph, NULL), CR_OK);
  ck_assert(cr_graph_mark(&graph, r.paths[0].labels, length));
  for (size_t i = 0; i < graph.states_count; i++) {
    marked += graph.state[i].path;
    if (graph.state[i].path && graph.state[i].depth == length)
      ck_assert_int_ne(graph.state[i].violated, CR_CLAUSE_COUNT);
  }
  ck_assert_uint_eq(marked, length + 1);
  cr_graph_free(&graph);
  cr_xresult_free(&r);
  cr_model_free(model);
}
END_TEST

START_TEST(graph__too_many_states__is_refused) {
  cr_model *model = model_of("disk-small", NULL);
  cr_graph graph;
  ck_assert_int_eq(cr_graph_collect(model, 5528, 0, &graph, NULL), CR_OK);
  cr_graph_free(&graph);
  ck_assert_int_eq(cr_graph_collect(model, 5527, 0, &graph, NULL), CR_ERR_INPUT);
  ck_assert_uint_eq(graph.states_count, 0);
  cr_model_free(model);
}
END_TEST

Suite *cr_suite_graph(void) {
  Suite *suite = suite_create("graph");
  TCase *tests = tcase_create("graph");
  tcase_add_test(tests, graph__whole_space__counts_as_the_explorer);
  tcase_add_test(tests, graph__counterexample__is_a_marked_path_to_a_violating_state);
  tcase_add_test(tests, graph__too_many_states__is_refused);
  suite_add_tcase(suite, tests);
  return suite;
}

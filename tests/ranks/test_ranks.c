/* test_ranks.c - several ranks against one process: whole results, byte by byte, but for what is
 * measured. Runs the slow cases instead with the argument "slow". Seeds are fixed.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../explore/models/models.h"
#include "clusrace/modelcheck.h"
#include "graph.h"
#include "loopback.h"

enum { SIZES_MAX = 5, SMALL_GRAPHS = 60, WIDE_GRAPHS = 24, VIOLATIONS = 20 };

static cr_xresult alone(const cr_xmodel *model, const cr_xoptions *options) {
  cr_xresult result;
  cr_errinfo info = {{0}};
  ck_assert_msg(cr_explore(model, options, &result, &info) == CR_OK, "%s", info.text);
  return result;
}

static void assert_paths(const cr_xresult *actual, const cr_xresult *expected) {
  ck_assert_uint_eq(actual->paths_count, expected->paths_count);
  for (size_t i = 0; i < expected->paths_count; i++) {
    const cr_xpath *a = &actual->paths[i], *e = &expected->paths[i];
    ck_assert_int_eq(a->kind, e->kind);
    ck_assert_uint_eq(a->violation, e->violation);
    ck_assert_uint_eq(a->initial, e->initial);
    ck_assert_uint_eq(a->labels_count, e->labels_count);
    for (size_t k = 0; k < e->labels_count; k++) ck_assert_uint_eq(a->labels[k], e->labels[k]);
  }
}

static void assert_same(const cr_xresult *actual, const cr_xresult *expected) {
  ck_assert_int_eq(actual->stop, expected->stop);
  ck_assert_uint_eq(actual->states, expected->states);
  ck_assert_uint_eq(actual->transitions, expected->transitions);
  ck_assert_uint_eq(actual->depth, expected->depth);
  ck_assert_uint_eq(actual->deadlocks, expected->deadlocks);
  for (uint32_t d = 0; d <= expected->depth; d++)
    ck_assert_uint_eq(actual->depth_counts[d], expected->depth_counts[d]);
  ck_assert_uint_eq(actual->label_counts_len, expected->label_counts_len);
  for (size_t i = 0; i < expected->label_counts_len; i++)
    ck_assert_uint_eq(actual->label_counts[i], expected->label_counts[i]);
  assert_paths(actual, expected);
}

/* All of size ranks, with the same model and options. */
static void together(unsigned size, const cr_xmodel *model, const cr_xoptions *options,
                     loopback_outcome *outcomes) {
  const cr_xmodel *models[LOOPBACK_MAX] = {0};
  cr_xoptions all[LOOPBACK_MAX] = {{0}};
  for (unsigned i = 0; i < size; i++) {
    models[i] = model;
    all[i] = *options;
  }
  loopback_explore(size, models, all, outcomes);
}

static void outcomes_free(unsigned size, loopback_outcome *outcomes) {
  for (unsigned i = 0; i < size; i++) cr_xresult_free(&outcomes[i].result);
}

static void check_size(unsigned size, const cr_xmodel *model, const cr_xoptions *options,
                       const cr_xresult *expected) {
  loopback_outcome outcomes[LOOPBACK_MAX];
  together(size, model, options, outcomes);
  for (unsigned i = 0; i < size; i++) {
    ck_assert_msg(outcomes[i].err == CR_OK, "%s", outcomes[i].info.text);
    assert_same(&outcomes[i].result, expected);
    ck_assert_uint_eq(outcomes[i].result.traffic.processes, size);
  }
  outcomes_free(size, outcomes);
}

/* By 1, 2, 3, 4 and 5 ranks, or the first few of these. */
static cr_xresult check(unsigned sizes, const cr_xmodel *model, const cr_xoptions *options) {
  cr_xresult expected = alone(model, options);
  for (unsigned size = 1; size <= sizes; size++) check_size(size, model, options, &expected);
  return expected;
}

/* ---- graphs ---------------------------------------------------------------------------------- */

static graph draw(cr_rng *rng, uint32_t nodes, uint32_t edges_max, size_t state_bytes) {
  graph_shape shape = {.state_bytes = state_bytes,
                       .nodes_count = nodes,
                       .edges_max = edges_max,
                       .initials_max = 5,
                       .edge_violation = cr_rng_below(rng, 20),
                       .invariant = cr_rng_below(rng, 20),
                       .final = 50,
                       .violations = VIOLATIONS,
                       .spread = true};
  return graph_random(rng, &shape);
}

static cr_xoptions draw_options(cr_rng *rng, uint32_t nodes) {
  cr_xoptions options = {.keep_going = cr_rng_below(rng, 3) != 0,
                         .allow_deadlock = cr_rng_below(rng, 2) == 0};
  if (cr_rng_below(rng, 3) == 0) options.max_states = 1 + cr_rng_below(rng, nodes);
  if (cr_rng_below(rng, 4) == 0) options.max_depth = 1 + cr_rng_below(rng, 8);
  return options;
}

START_TEST(small_random_graphs__by_ranks__result_of_one_process) {
  static const size_t bytes[] = {1, 3, 8, 17, 300};
  bool stops[CR_XSTOP_INTERRUPTED + 1] = {false};
  size_t paths = 0;
  cr_rng rng;
  cr_rng_seed(&rng, 1);
  for (unsigned i = 0; i < SMALL_GRAPHS; i++) {
    uint32_t nodes = 2 + cr_rng_below(&rng, 40);
    graph g = draw(&rng, nodes, 1 + cr_rng_below(&rng, 4), bytes[i % CR_ARRAY_LEN(bytes)]);
    cr_xmodel model = graph_model(&g);
    cr_xoptions options = draw_options(&rng, nodes);
    cr_xresult result = check(SIZES_MAX, &model, &options);
    stops[result.stop] = true;
    paths += result.paths_count;
    cr_xresult_free(&result);
    graph_free(&g);
  }
  ck_assert(stops[CR_XSTOP_COMPLETE] && stops[CR_XSTOP_VIOLATION]); /* the draw is not one-sided */
  ck_assert(stops[CR_XSTOP_MAX_STATES] && stops[CR_XSTOP_MAX_DEPTH]);
  ck_assert_uint_gt(paths, SMALL_GRAPHS / 4);
}
END_TEST

START_TEST(wide_random_graphs__by_ranks__result_of_one_process) {
  cr_rng rng;
  cr_rng_seed(&rng, 2);
  uint64_t states = 0;
  for (unsigned i = 0; i < WIDE_GRAPHS; i++) {
    uint32_t nodes = 1000 + cr_rng_below(&rng, 4000);
    graph g = draw(&rng, nodes, 4, 5 + cr_rng_below(&rng, 60));
    for (uint32_t e = 0; e < g.edges_count; e++) /* most of the graph is to be reached */
      if (cr_rng_below(&rng, 10) != 0) g.edges[e].violation = 0;
    cr_xmodel model = graph_model(&g);
    cr_xoptions options = draw_options(&rng, nodes);
    cr_xresult result = check(4, &model, &options);
    states += result.states;
    cr_xresult_free(&result);
    graph_free(&g);
  }
  ck_assert_uint_gt(states, WIDE_GRAPHS * 300);
}
END_TEST

/* Levels of several batches: where a bound or a violation ends them is where one process ends. */
START_TEST(levels_of_many_batches__ended_by_bounds__at_the_state_of_one_process) {
  static const uint64_t max_states[] = {0, 40000, 60001};
  graph_shape shape = {.state_bytes = 9,
                       .nodes_count = 120000,
                       .edges_min = 1,
                       .edges_max = 6,
                       .initials_max = 3,
                       .final = 50,
                       .violations = VIOLATIONS};
  cr_rng rng;
  cr_rng_seed(&rng, 3);
  graph g = graph_random(&rng, &shape);
  uint32_t *distances = graph_distances(&g), deep = 0;
  for (uint32_t node = 0; node < g.nodes_count; node++) /* a few, in the widest levels */
    if (distances[node] != UINT32_MAX && distances[node] > 8 && deep++ % 5000 == 7)
      g.invariants[node] = 1 + deep % 3;
  for (uint32_t e = 0, k = 0; e < g.edges_count; e++) /* and some that a bound cuts off */
    if (distances[g.edges[e].from] != UINT32_MAX && distances[g.edges[e].from] > 6)
      if (k++ % 2000 == 0) g.edges[e].violation = 10 + k / 2000;
  free(distances);
  cr_xmodel model = graph_model(&g);
  for (size_t i = 0; i < CR_ARRAY_LEN(max_states); i++)
    for (unsigned k = 0; k < 4; k++) {
      cr_xoptions options = {
          .max_states = max_states[i], .keep_going = k % 2 == 0, .allow_deadlock = k < 2};
      cr_xresult result = check(3, &model, &options);
      ck_assert(max_states[i] == 0 || result.states <= max_states[i]);
      cr_xresult_free(&result);
    }
  graph_free(&g);
}
END_TEST

/* ---- textbook models ------------------------------------------------------------------------- */

typedef struct textbook {
  cr_xmodel (*model)(model_size *size);
  model_size size;
  uint64_t max_states;
} textbook;

static const textbook books[] = {
    {model_n_peterson, {3, 0}, 0},     {model_mcslock1, {3, 0}, 0},
    {model_mcslock2, {2, 0}, 0},       {model_philosophers, {5, 0}, 0},
    {model_two_phase, {5, 0}, 0},      {model_chang_roberts, {3, 0}, 0},
    {model_ewd840, {4, 0}, 0},         {model_coffee_can, {0, 100}, 0},
    {model_hanoi, {5, 0}, 0},          {model_token_ring, {6, 6}, 0},
    {model_token_ring, {6, 6}, 30000}, {model_puzzle, {3, 0}, 100000},
};

static const textbook slow_books[] = {
    {model_n_peterson, {5, 0}, 0},         {model_mcslock1, {4, 0}, 0},
    {model_lamport_mutex, {3, 6}, 0},      {model_coffee_can, {0, 1000}, 0},
    {model_lamport_mutex, {3, 6}, 400000}, {model_puzzle, {3, 0}, 0},
};

static void check_book(const textbook *book, unsigned sizes) {
  model_size size = book->size;
  cr_xmodel model = book->model(&size);
  cr_xoptions options = {.allow_deadlock = true, .max_states = book->max_states};
  cr_xresult result = check(sizes, &model, &options);
  cr_xresult_free(&result);
  options.allow_deadlock = false;
  options.keep_going = true;
  result = check(sizes, &model, &options);
  cr_xresult_free(&result);
}

START_TEST(textbook_model__by_ranks__result_of_one_process) { check_book(&books[_i], 4); }
END_TEST

START_TEST(large_textbook_model__by_ranks__result_of_one_process) {
  check_book(&slow_books[_i], 4);
}
END_TEST

/* ---- scenarios ------------------------------------------------------------------------------- */

typedef struct told {
  const char *scenario, *mutant; /* mutant NULL: the reference */
  bool keep_going;
} told;

static const told stories[] = {{"disk-basic", NULL, false},
                               {"disk-basic", "term-nojoin", false},
                               {"disk-basic", "remount-window", true},
                               {"disk-small", NULL, true},
                               {"stack-life", NULL, false}};

static void load(const char *name, cr_scenario *scenario) {
  cr_buf path = {0}, text = {0};
  cr_errinfo info = {{0}};
  cr_buf_printf(&path, "%s/%s.scenario", SCENARIOS, name);
  ck_assert_msg(cr_file_read(path.data, 65536, &text, &info) == CR_OK, "%s", info.text);
  ck_assert_msg(cr_scenario_parse(text.data, text.len, path.data, 1, scenario, &info) == CR_OK,
                "%s", info.text);
  cr_buf_free(&path);
  cr_buf_free(&text);
}

static void trace_text(const cr_model *model, const cr_xresult *result, size_t i, cr_buf *out) {
  cr_trace trace = {0};
  cr_modelcheck_trace(model, &result->paths[i], &trace);
  cr_trace_write(&trace, out);
  cr_trace_free(&trace);
}

/* One process walks the product, the ranks walk packed states: the results are the same. */
START_TEST(scenario__by_ranks__traces_of_one_process) {
  const told *t = &stories[_i];
  cr_scenario scenario;
  load(t->scenario, &scenario);
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  if (t->mutant != NULL) {
    subject.kind = CR_SUBJECT_MUTANT;
    subject.mutant = cr_mutant_by_name(t->mutant);
    ck_assert_uint_ne(subject.mutant, CR_MUTANT_NONE);
  }
  cr_judge judge = {0};
  cr_model *model = cr_model_new(&scenario, &subject, &judge);
  cr_xmodel xmodel;
  cr_modelcheck_bind(model, &xmodel);
  cr_xoptions options = {.keep_going = t->keep_going};
  cr_xresult expected = check(4, &xmodel, &options);
  ck_assert_uint_gt(expected.states, 100);
  ck_assert_uint_eq(expected.paths_count > 0, t->mutant != NULL);
  loopback_outcome outcomes[LOOPBACK_MAX];
  together(3, &xmodel, &options, outcomes);
  for (size_t i = 0; i < expected.paths_count; i++) {
    cr_buf one = {0}, several = {0};
    trace_text(model, &expected, i, &one);
    trace_text(model, &outcomes[2].result, i, &several);
    ck_assert_str_eq(several.data, one.data);
    cr_buf_free(&one);
    cr_buf_free(&several);
  }
  outcomes_free(3, outcomes);
  cr_xresult_free(&expected);
  cr_model_free(model);
}
END_TEST

/* ---- ends and refusals ----------------------------------------------------------------------- */

static bool stop_at_once(void *arg, const cr_xprogress *now) {
  (void)arg;
  (void)now;
  return false;
}

static void assert_consistent(const cr_xresult *r) {
  uint64_t states = 0, transitions = 0;
  for (uint32_t d = 0; d <= r->depth; d++) states += r->depth_counts[d];
  for (size_t i = 0; i < r->label_counts_len; i++) transitions += r->label_counts[i];
  ck_assert_uint_eq(states, r->states);
  ck_assert_uint_eq(transitions, r->transitions);
}

/* Only the last rank is interrupted, and all of them stop, at the same place. */
START_TEST(one_rank_interrupted__all_stop) {
  model_size size = {3, 0};
  cr_xmodel model = model_n_peterson(&size);
  const cr_xmodel *models[3] = {&model, &model, &model};
  cr_xoptions options[3] = {{0}};
  options[2].progress_every = 1;
  options[2].progress = stop_at_once;
  loopback_outcome outcomes[3];
  loopback_explore(3, models, options, outcomes);
  for (unsigned i = 0; i < 3; i++) {
    ck_assert_int_eq(outcomes[i].err, CR_OK);
    ck_assert_int_eq(outcomes[i].result.stop, CR_XSTOP_INTERRUPTED);
    ck_assert_uint_gt(outcomes[i].result.states, 1);
    ck_assert_uint_lt(outcomes[i].result.states, 882);
    assert_consistent(&outcomes[i].result);
    assert_same(&outcomes[i].result, &outcomes[0].result);
  }
  outcomes_free(3, outcomes);
}
END_TEST

static bool depths_add_up(void *arg, const cr_xprogress *now) {
  uint64_t states = 0;
  if (now->depth_counts != NULL)
    for (uint32_t d = 0; d <= now->depth; d++) states += now->depth_counts[d];
  unsigned *calls = arg;
  calls[0]++;
  calls[1] += states > 0 && states <= now->states; /* the next level may be begun */
  return true;
}

/* The callbacks run on threads that stand for processes: each counts for itself. */
START_TEST(progress__states_by_depth_are_told) {
  model_size size = {3, 0};
  cr_xmodel model = model_n_peterson(&size);
  const cr_xmodel *models[2] = {&model, &model};
  unsigned calls[2][2] = {{0}};
  cr_xoptions options[2] = {{0}};
  for (unsigned i = 0; i < 2; i++) {
    options[i].progress_every = 1;
    options[i].progress = depths_add_up;
    options[i].progress_arg = calls[i];
  }
  loopback_outcome outcomes[2];
  loopback_explore(2, models, options, outcomes);
  for (unsigned i = 0; i < 2; i++) {
    ck_assert_int_eq(outcomes[i].err, CR_OK);
    ck_assert_uint_gt(calls[i][0], 0);
    ck_assert_uint_eq(calls[i][0], calls[i][1]);
  }
  outcomes_free(2, outcomes);
}
END_TEST

/* The bound is for each rank: several of them get further than one. */
START_TEST(little_memory__all_stop__consistent) {
  model_size size = {3, 0};
  cr_xmodel model = model_puzzle(&size);
  cr_xoptions options = {.max_memory_bytes = 1 << 21};
  uint64_t before = 0;
  for (unsigned ranks = 2; ranks <= 4; ranks += 2) {
    loopback_outcome outcomes[LOOPBACK_MAX];
    together(ranks, &model, &options, outcomes);
    for (unsigned i = 0; i < ranks; i++) {
      const cr_xresult *r = &outcomes[i].result;
      ck_assert_int_eq(outcomes[i].err, CR_OK);
      ck_assert_int_eq(r->stop, CR_XSTOP_MAX_MEMORY);
      ck_assert_uint_le(r->memory_bytes, options.max_memory_bytes);
      assert_consistent(r);
      assert_same(r, &outcomes[0].result);
    }
    ck_assert_uint_gt(outcomes[0].result.states, before);
    before = outcomes[0].result.states;
    outcomes_free(ranks, outcomes);
  }
  ck_assert_uint_gt(before, 1000);
}
END_TEST

START_TEST(different_models__refused_by_all) {
  model_size sizes[2] = {{3, 0}, {4, 0}};
  cr_xmodel model[2] = {model_n_peterson(&sizes[0]), model_n_peterson(&sizes[1])};
  const cr_xmodel *models[2] = {&model[0], &model[1]};
  cr_xoptions options[2] = {{0}};
  loopback_outcome outcomes[2];
  loopback_explore(2, models, options, outcomes);
  for (unsigned i = 0; i < 2; i++) {
    ck_assert_int_eq(outcomes[i].err, CR_ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(outcomes[i].info.text, "different models or options"));
  }
  options[1].max_depth = 3;
  models[1] = models[0];
  loopback_explore(2, models, options, outcomes);
  ck_assert_int_eq(outcomes[0].err, CR_ERR_INPUT);
}
END_TEST

static uint64_t nothing_owed(void *ctx, const void *state) {
  (void)ctx;
  (void)state;
  return 0;
}

static unsigned no_class(void *ctx, const void *state, uint32_t label) {
  (void)ctx;
  (void)state;
  (void)label;
  return 0;
}

START_TEST(duties__refused_by_all) {
  model_size size = {3, 0};
  cr_xmodel model = model_n_peterson(&size);
  cr_xoptions options = {0};
  model.owed = nothing_owed;
  model.fairness = no_class;
  loopback_outcome outcomes[2];
  together(2, &model, &options, outcomes);
  for (unsigned i = 0; i < 2; i++) {
    ck_assert_int_eq(outcomes[i].err, CR_ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(outcomes[i].info.text, "liveness"));
  }
}
END_TEST

START_TEST(less_than_every_whole_state__refused_by_all) {
  static const struct {
    cr_xoptions options;
    const char *says;
  } rows[] = {{{.compress = true}, "whole states"},
              {{.hash_bits = 40}, "whole states"},
              {{.bitstate_bytes = 4096}, "whole states"},
              {{.symmetry = true}, "every state"},
              {{.partial_order = true}, "every state"}};
  model_size size = {3, 0};
  cr_xmodel model = model_n_peterson(&size);
  loopback_outcome outcomes[2];
  together(2, &model, &rows[_i].options, outcomes);
  for (unsigned i = 0; i < 2; i++) {
    ck_assert_int_eq(outcomes[i].err, CR_ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(outcomes[i].info.text, rows[_i].says));
  }
}
END_TEST

static bool no_initial(void *ctx, uint32_t index, void *state) {
  (void)ctx;
  (void)index;
  (void)state;
  return false;
}

START_TEST(no_initial_state__refused_by_all) {
  model_size size = {3, 0};
  cr_xmodel model = model_n_peterson(&size);
  cr_xoptions options = {0};
  model.initial = no_initial;
  loopback_outcome outcomes[2];
  together(2, &model, &options, outcomes);
  for (unsigned i = 0; i < 2; i++) {
    ck_assert_int_eq(outcomes[i].err, CR_ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(outcomes[i].info.text, "no initial state"));
  }
}
END_TEST

/* One rank sends nothing; of several, each target is sent, spared, or its sender's own. */
START_TEST(traffic__counted) {
  model_size size = {3, 0};
  cr_xmodel model = model_mcslock1(&size);
  cr_xoptions options = {0};
  for (unsigned ranks = 1; ranks <= 3; ranks++) {
    loopback_outcome outcomes[3];
    together(ranks, &model, &options, outcomes);
    const cr_xtraffic *t = &outcomes[0].result.traffic;
    ck_assert_uint_gt(t->rounds, 0);
    ck_assert_uint_gt(t->memory_bytes, 0);
    ck_assert_uint_eq(t->messages > 0, ranks > 1);
    ck_assert_uint_eq(t->bytes > 0, ranks > 1);
    ck_assert_uint_eq(t->targets > 0, ranks > 1);
    ck_assert_uint_eq(t->spared > 0, ranks > 1);
    ck_assert_uint_lt(t->targets + t->spared, outcomes[0].result.transitions);
    ck_assert_uint_ge(t->bytes, t->targets * (model.state_bytes + 12));
    outcomes_free(ranks, outcomes);
  }
}
END_TEST

int main(int argc, char **argv) {
  bool slow = argc > 1 && strcmp(argv[1], "slow") == 0;
  Suite *suite = suite_create(slow ? "ranks, slow" : "ranks");
  TCase *tcase = tcase_create("ranks");
  tcase_set_timeout(tcase, slow ? 600 : 120);
  if (slow) {
    tcase_add_loop_test(tcase, large_textbook_model__by_ranks__result_of_one_process, 0,
                        (int)CR_ARRAY_LEN(slow_books));
    TCase *levels = tcase_create("levels");
    tcase_set_timeout(levels, 600);
    tcase_add_test(levels, levels_of_many_batches__ended_by_bounds__at_the_state_of_one_process);
    suite_add_tcase(suite, levels);
  } else {
    tcase_add_test(tcase, small_random_graphs__by_ranks__result_of_one_process);
    tcase_add_test(tcase, wide_random_graphs__by_ranks__result_of_one_process);
    tcase_add_loop_test(tcase, textbook_model__by_ranks__result_of_one_process, 0,
                        (int)CR_ARRAY_LEN(books));
    tcase_add_loop_test(tcase, scenario__by_ranks__traces_of_one_process, 0,
                        (int)CR_ARRAY_LEN(stories));
    tcase_add_test(tcase, one_rank_interrupted__all_stop);
    tcase_add_test(tcase, progress__states_by_depth_are_told);
    tcase_add_test(tcase, little_memory__all_stop__consistent);
    tcase_add_test(tcase, different_models__refused_by_all);
    tcase_add_test(tcase, duties__refused_by_all);
    tcase_add_loop_test(tcase, less_than_every_whole_state__refused_by_all, 0, 5);
    tcase_add_test(tcase, no_initial_state__refused_by_all);
    tcase_add_test(tcase, traffic__counted);
  }
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

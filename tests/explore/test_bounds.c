/* test_bounds.c - every way a run can end before it is complete leaves a consistent result, and
 * models out of bounds are refused.
 */
#include <string.h>

#include "graph.h"
#include "models/models.h"
#include "suites.h"

enum { PETERSON_3_STATES = 882 };

START_TEST(max_states__each_bound__never_exceeded_and_exact_at_the_end) {
  static const uint64_t bounds[] = {1, 2, 7, 100, PETERSON_3_STATES - 1, PETERSON_3_STATES, 883};
  model_size size = {3, 0};
  cr_xmodel model = model_n_peterson(&size);
  cr_xoptions options = {.max_states = bounds[_i]};
  cr_xresult result = explore_checked(&model, &options);
  bool enough = bounds[_i] >= PETERSON_3_STATES;
  ck_assert_int_eq(result.stop, enough ? CR_XSTOP_COMPLETE : CR_XSTOP_MAX_STATES);
  ck_assert_uint_eq(result.states, enough ? PETERSON_3_STATES : bounds[_i]);
  cr_xresult_free(&result);
}
END_TEST

START_TEST(max_states__more_initial_states__stops_among_them) {
  model_size size = {6, 6};
  cr_xmodel model = model_token_ring(&size);
  cr_xoptions options = {.max_states = 1000};
  cr_xresult result = explore_checked(&model, &options);
  ck_assert_int_eq(result.stop, CR_XSTOP_MAX_STATES);
  ck_assert_uint_eq(result.states, 1000);
  ck_assert_uint_eq(result.transitions, 0);
  cr_xresult_free(&result);
}
END_TEST

START_TEST(max_depth__each_bound__levels_up_to_it) {
  model_size size = {3, 0};
  cr_xmodel model = model_puzzle(&size);
  cr_xresult whole = explore_checked(&model, NULL);
  static const uint32_t bounds[] = {1, 2, 17, 31, 32};
  for (size_t i = 0; i < CR_ARRAY_LEN(bounds); i++) {
    cr_xoptions options = {.max_depth = bounds[i]};
    cr_xresult result = explore_checked(&model, &options);
    bool enough = bounds[i] > 31; /* the states at depth 31 must be expanded, too */
    ck_assert_int_eq(result.stop, enough ? CR_XSTOP_COMPLETE : CR_XSTOP_MAX_DEPTH);
    ck_assert_uint_eq(result.depth, enough ? 31 : bounds[i]);
    for (uint32_t d = 0; d <= result.depth; d++)
      ck_assert_uint_eq(result.depth_counts[d], whole.depth_counts[d]);
    cr_xresult_free(&result);
  }
  cr_xresult_free(&whole);
}
END_TEST

START_TEST(max_memory__each_bound__never_exceeded) {
  model_size size = {3, 0};
  cr_xmodel model = model_puzzle(&size);
  cr_xresult whole = explore_checked(&model, NULL);
  uint64_t states_before = 0;
  for (size_t bound = 1; bound < whole.memory_bytes; bound += bound / 8 + 1) {
    cr_xoptions options = {.max_memory_bytes = bound};
    cr_xresult result = explore_checked(&model, &options);
    ck_assert_int_eq(result.stop, CR_XSTOP_MAX_MEMORY);
    ck_assert_uint_le(result.memory_bytes, bound);
    /* A larger bound may be used up by a larger table, but never by much. */
    ck_assert_uint_ge(result.states, states_before / 2);
    states_before = result.states;
    cr_xresult_free(&result);
  }
  ck_assert_uint_gt(states_before, 100000);
  cr_xoptions options = {.max_memory_bytes = whole.memory_bytes};
  cr_xresult result = explore_checked(&model, &options);
  ck_assert_int_eq(result.stop, CR_XSTOP_COMPLETE);
  ck_assert_uint_eq(result.states, whole.states);
  ck_assert_uint_eq(result.memory_bytes, whole.memory_bytes);
  cr_xresult_free(&result);
  cr_xresult_free(&whole);
}
END_TEST

/* At most 24 bytes a state besides the state itself, at any moment, and some that do not grow. */
START_TEST(memory__any_number_of_states__bounded_per_state) {
  for (uint64_t states = 1000; states <= 181440; states += states / 3) {
    model_size size = {3, 0};
    cr_xmodel model = model_puzzle(&size);
    cr_xoptions options = {.max_states = states};
    cr_xresult result = explore_checked(&model, &options);
    ck_assert_uint_le(result.memory_bytes, states * (model.state_bytes + 24) + (1 << 21));
    cr_xresult_free(&result);
  }
}
END_TEST

typedef struct watch {
  uint32_t calls, stop_at; /* stop_at 0 = never */
  cr_xprogress last;
} watch;

static bool on_progress(void *arg, const cr_xprogress *now) {
  watch *w = arg;
  w->calls++;
  ck_assert_uint_ge(now->states, w->last.states);
  ck_assert_uint_ge(now->transitions, w->last.transitions);
  ck_assert_uint_ge(now->depth, w->last.depth);
  ck_assert_uint_le(now->frontier, now->states);
  ck_assert_uint_gt(now->memory_bytes, 0);
  w->last = *now;
  return w->calls != w->stop_at;
}

START_TEST(progress__never_stopping__called_at_most_at_the_interval) {
  model_size size = {3, 0};
  cr_xmodel model = model_n_peterson(&size);
  watch w = {0};
  cr_xoptions options = {.progress_every = 10, .progress = on_progress, .progress_arg = &w};
  cr_xresult result = explore_checked(&model, &options);
  ck_assert_int_eq(result.stop, CR_XSTOP_COMPLETE);
  ck_assert_uint_eq(result.states, PETERSON_3_STATES);
  ck_assert_uint_eq(result.transitions, 3 * PETERSON_3_STATES);
  ck_assert_uint_le(w.calls, PETERSON_3_STATES / 10);
  ck_assert_uint_ge(w.calls, result.depth / 2); /* many levels are smaller than that */
  cr_xresult_free(&result);
}
END_TEST

START_TEST(progress__returning_false__interrupted_with_what_was_shown) {
  model_size size = {3, 0};
  cr_xmodel model = model_n_peterson(&size);
  watch w = {.stop_at = 5};
  cr_xoptions options = {.progress_every = 10, .progress = on_progress, .progress_arg = &w};
  cr_xresult result = explore_checked(&model, &options);
  ck_assert_int_eq(result.stop, CR_XSTOP_INTERRUPTED);
  ck_assert_uint_eq(w.calls, 5);
  ck_assert_uint_eq(result.states, w.last.states);
  ck_assert_uint_eq(result.transitions, w.last.transitions);
  ck_assert_uint_eq(result.transitions % 3, 0);
  ck_assert_uint_lt(result.states, PETERSON_3_STATES);
  cr_xresult_free(&result);
}
END_TEST

/* A bound keeps what was found before it. */
START_TEST(bound__after_a_violation__path_is_reported) {
  static const graph_edge edges[] = {{0, 1, 4, 0}, {0, 0, 5, 6}, {1, 2, 0, 0}, {2, 3, 0, 0}};
  graph g = graph_new(8, 4, edges, (uint32_t)CR_ARRAY_LEN(edges));
  cr_xmodel model = graph_model(&g);
  cr_xoptions options = {.keep_going = true, .max_states = 3};
  cr_xresult result = explore_checked(&model, &options);
  ck_assert_int_eq(result.stop, CR_XSTOP_MAX_STATES);
  ck_assert_uint_eq(result.paths_count, 1);
  ck_assert_uint_eq(result.paths[0].violation, 6);
  ck_assert_uint_eq(result.transitions, 4); /* the one to the state too many is counted */
  cr_xresult_free(&result);
  graph_free(&g);
}
END_TEST

START_TEST(state_size__out_of_bounds__refused) {
  static const size_t sizes[] = {0, CR_XSTATE_BYTES_MAX + 1};
  model_size size = {3, 0};
  cr_xmodel model = model_n_peterson(&size);
  model.state_bytes = sizes[_i];
  cr_xresult result;
  cr_errinfo info = {0};
  ck_assert_int_eq(cr_explore(&model, NULL, &result, &info), CR_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(info.text, "n_peterson"));
  ck_assert_ptr_nonnull(strstr(info.text, "1 to 4096"));
  cr_xresult_free(&result);
}
END_TEST

static bool no_initial(void *ctx, uint32_t index, void *state) {
  (void)ctx, (void)index, (void)state;
  return false;
}

START_TEST(no_initial_state__explored__refused) {
  model_size size = {3, 0};
  cr_xmodel model = model_n_peterson(&size);
  model.initial = no_initial;
  cr_xresult result;
  cr_errinfo info = {0};
  ck_assert_int_eq(cr_explore(&model, NULL, &result, &info), CR_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(info.text, "no initial state"));
  ck_assert_ptr_null(result.depth_counts);
  cr_xresult_free(&result);
}
END_TEST

START_TEST(largest_state__explored__counted) {
  cr_rng rng;
  cr_rng_seed(&rng, 5);
  graph_shape shape = {.state_bytes = CR_XSTATE_BYTES_MAX,
                       .nodes_count = 500,
                       .edges_min = 1,
                       .edges_max = 4,
                       .initials_max = 1,
                       .violations = 1};
  graph g = graph_random(&rng, &shape);
  cr_xmodel model = graph_model(&g);
  cr_xoptions options = {.keep_going = true};
  cr_xresult result = explore_checked(&model, &options);
  ck_assert_int_eq(result.stop, CR_XSTOP_COMPLETE);
  ck_assert_uint_gt(result.states, 300);
  cr_xresult_free(&result);
  graph_free(&g);
}
END_TEST

TCase *case_bounds(void) {
  TCase *tcase = tcase_create("bounds");
  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, max_states__each_bound__never_exceeded_and_exact_at_the_end, 0, 7);
  tcase_add_test(tcase, max_states__more_initial_states__stops_among_them);
  tcase_add_test(tcase, max_depth__each_bound__levels_up_to_it);
  tcase_add_test(tcase, max_memory__each_bound__never_exceeded);
  tcase_add_test(tcase, memory__any_number_of_states__bounded_per_state);
  tcase_add_test(tcase, progress__never_stopping__called_at_most_at_the_interval);
  tcase_add_test(tcase, progress__returning_false__interrupted_with_what_was_shown);
  tcase_add_test(tcase, bound__after_a_violation__path_is_reported);
  tcase_add_loop_test(tcase, state_size__out_of_bounds__refused, 0, 2);
  tcase_add_test(tcase, no_initial_state__explored__refused);
  tcase_add_test(tcase, largest_state__explored__counted);
  return tcase;
}

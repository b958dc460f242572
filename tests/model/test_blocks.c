/* test_blocks.c - the contract's model with its states as bits of blocks against the walk state by
 * state: equal counts, and counterexamples of equal bytes. */
#include <string.h>

#include "suites.h"

enum { SAMPLE = 16, SAMPLED = 5, SMALL = 60000, IN_BLOCKS_LEAST = 4 };

/* Those that are small, and large enough for blocks to begin. */
static const char *const small[] = {"disk-small",  "plain-two", "hunt-two",
                                    "disk-faults", "disk-both", "disk-found-online"};

static void assert_same_counts(const cr_xresult *a, const cr_xresult *b) {
  ck_assert_int_eq(a->stop, b->stop);
  ck_assert_uint_eq(a->states, b->states);
  ck_assert_uint_eq(a->transitions, b->transitions);
  ck_assert_uint_eq(a->deadlocks, b->deadlocks);
  ck_assert_uint_eq(a->depth, b->depth);
  ck_assert_mem_eq(a->depth_counts, b->depth_counts, (a->depth + 1) * sizeof *a->depth_counts);
  ck_assert_uint_eq(a->label_counts_len, b->label_counts_len);
  ck_assert_mem_eq(a->label_counts, b->label_counts, a->label_counts_len * sizeof *a->label_counts);
}

static void trace_text(const cr_model *model, const cr_xpath *path, cr_buf *text) {
  cr_trace trace = {0};
  cr_modelcheck_trace(model, path, &trace);
  cr_trace_write(&trace, text);
  cr_trace_free(&trace);
}

static void assert_same_traces(const cr_model *model, const cr_xresult *a, const cr_xresult *b) {
  ck_assert_uint_eq(a->paths_count, b->paths_count);
  for (size_t i = 0; i < a->paths_count; i++) {
    cr_buf one = {0}, other = {0};
    trace_text(model, &a->paths[i], &one);
    trace_text(model, &b->paths[i], &other);
    ck_assert_uint_gt(one.len, 0);
    ck_assert_uint_eq(one.len, other.len);
    ck_assert_mem_eq(one.data, other.data, one.len);
    cr_buf_free(&one);
    cr_buf_free(&other);
  }
}

static cr_xresult walk(const cr_xmodel *model, const cr_xoptions *options) {
  cr_xresult r;
  cr_errinfo info = {{0}};
  ck_assert_msg(cr_explore(model, options, &r, &info) == CR_OK, "%s", info.text);
  return r;
}

/* Both ways, and by blocks with several threads. Returns whether the states were in blocks at the
 * end, which they are when there is nothing to tell. */
static bool compare(const cr_scenario *scenario, const cr_subject *subject, bool keep_going) {
  cr_judge judge = {.strict = true};
  cr_model *model = cr_model_new(scenario, subject, &judge);
  cr_xmodel xmodel;
  cr_modelcheck_bind(model, &xmodel);
  if (xmodel.product == NULL || xmodel.owed != NULL) { /* blocks do not know these */
    cr_model_free(model);
    return false;
  }
  cr_xoptions options = {.blocks = CR_XBLOCKS_OFF, .keep_going = keep_going, .max_states = SMALL};
  cr_xresult one = walk(&xmodel, &options);
  bool in_blocks = false;
  options.blocks = CR_XBLOCKS_ON;
  for (options.threads = 1; options.threads <= 3; options.threads += 2) {
    cr_xresult other = walk(&xmodel, &options);
    assert_same_counts(&one, &other);
    assert_same_traces(model, &one, &other);
    in_blocks = other.blocks > 0;
    cr_xresult_free(&other);
  }
  cr_xresult_free(&one);
  cr_model_free(model);
  return in_blocks;
}

START_TEST(scenario__by_blocks__same_result_in_blocks) {
  unsigned in_blocks = 0;
  for (size_t i = 0; i < CR_ARRAY_LEN(small); i++) {
    cr_scenario scenario;
    cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
    load_scenario(small[i], &scenario);
    in_blocks += compare(&scenario, &subject, i % 2 == 0) ? 1 : 0;
  }
  ck_assert_uint_ge(in_blocks, IN_BLOCKS_LEAST);
}
END_TEST

/* One mutant in sixteen, in the scenario where it shows, up to the first finding or to the end. */
START_TEST(mutant__by_blocks__same_counterexamples) {
  if (_i % SAMPLE != SAMPLED) return;
  const cr_mutant_row *row = cr_mutant_row_of((uint32_t)_i);
  cr_subject subject = {.kind = CR_SUBJECT_MUTANT, .mutant = (uint32_t)_i};
  cr_scenario scenario;
  load_scenario(row->scenario, &scenario);
  (void)compare(&scenario, &subject, _i / SAMPLE % 2 == 0);
}
END_TEST

Suite *cr_suite_blocks(void) {
  Suite *suite = suite_create("blocks");
  TCase *tcase = tcase_create("blocks");
  tcase_set_timeout(tcase, 300);
  tcase_add_test(tcase, scenario__by_blocks__same_result_in_blocks);
  tcase_add_loop_test(tcase, mutant__by_blocks__same_counterexamples, 1, CR_MUTANT_COUNT);
  suite_add_tcase(suite, tcase);
  return suite;
}

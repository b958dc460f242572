/* test_product.c - random products of components against the same model state by state, and runs
 * with several threads against one; whole results, counterexamples included. Seeds are fixed.
 */
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "models/models.h"
#include "random_product.h"
#include "suites.h"

enum { PRODUCTS = 150, STATES_MAX = 4000 };

static void assert_all_ways(const cr_xmodel *model, cr_xoptions options) {
  options.plain = true;
  cr_xresult plain = explore_checked(model, &options);
  static const struct {
    unsigned threads;
    bool plain, check_all, compress;
  } ways[] = {{0, false, true, false}, {3, false, false, false}, {2, true, false, false},
              {1, false, false, true}, {3, false, false, true},  {1, true, false, true}};
  for (size_t i = 0; i < CR_ARRAY_LEN(ways); i++) {
    options.threads = ways[i].threads;
    options.plain = ways[i].plain;
    options.check_all = ways[i].check_all;
    options.compress = ways[i].compress;
    cr_xresult other = explore_checked(model, &options);
    assert_same(&plain, &other);
    cr_xresult_free(&other);
  }
  cr_xresult_free(&plain);
}

START_TEST(random_product__explored_in_every_way__same_result) {
  cr_rng rng;
  cr_rng_seed(&rng, (uint64_t)_i + 1);
  product p = product_random(&rng);
  cr_xmodel model = product_model(&p);
  cr_xoptions options = {
      .max_states = STATES_MAX, .keep_going = _i % 2 == 0, .allow_deadlock = _i % 3 == 0};
  assert_all_ways(&model, options);
}
END_TEST

/* What is omitted does not depend on the threads, nor on the numbers of values. */
START_TEST(random_product__inexact__same_with_any_threads) {
  cr_rng rng;
  cr_rng_seed(&rng, (uint64_t)_i + 1);
  product p = product_random(&rng);
  cr_xmodel model = product_model(&p);
  cr_xoptions options = {.max_states = STATES_MAX, .keep_going = true, .allow_deadlock = true};
  if (_i % 2 == 0)
    options.hash_bits = 16;
  else
    options.bitstate_bytes = 4096;
  cr_xresult one = explore_checked(&model, &options);
  options.threads = 3;
  cr_xresult more = explore_checked(&model, &options);
  assert_same(&one, &more);
  ck_assert(one.omissions == more.omissions);
  cr_xresult_free(&one);
  cr_xresult_free(&more);
}
END_TEST

/* The declarations are checked: what a group reads or writes beyond them is an error. */
START_TEST(undeclared_read__explored__refused) {
  cr_rng rng;
  cr_rng_seed(&rng, 7);
  product p = product_random(&rng);
  while (p.components < 10) p = product_random(&rng);
  p.group[0] = (cr_xgroup){.touches = 1};
  for (unsigned c = 1; c < p.components; c++) {
    p.values[c] = 4;
    p.reads_more[0] |= (uint64_t)1 << c;
  }
  cr_xmodel model = product_model(&p);
  cr_xoptions options = {.max_states = STATES_MAX, .keep_going = true, .check_all = true};
  cr_xresult result;
  cr_errinfo info = {{0}};
  ck_assert_int_eq(cr_explore(&model, &options, &result, &info), CR_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(info.text, "group 0 reads a component"));
}
END_TEST

static void writes_more(void *ctx, unsigned g, const void *state, cr_xsink *sink) {
  (void)ctx, (void)g;
  unsigned char next[WHOLE];
  memcpy(next, state, WHOLE);
  next[STRIDE] ^= 1;
  cr_xemit(sink, 0, next, 0);
}

START_TEST(undeclared_write__explored__refused) {
  cr_rng rng;
  cr_rng_seed(&rng, 7);
  product p = product_random(&rng);
  cr_xmodel model = product_model(&p);
  p.groups = p.face.groups_count = 1;
  p.group[0] = (cr_xgroup){.touches = 1};
  p.face.successors = writes_more;
  cr_xresult result;
  cr_errinfo info = {{0}};
  ck_assert_int_eq(cr_explore(&model, NULL, &result, &info), CR_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(info.text, "group 0 writes a component"));
}
END_TEST

START_TEST(textbook_model__several_threads__same_result) {
  model_size size = {3, 0};
  cr_xmodel models[] = {model_n_peterson(&size), model_puzzle(&size)};
  for (size_t i = 0; i < CR_ARRAY_LEN(models); i++) {
    cr_xresult one = explore_checked(&models[i], NULL);
    for (unsigned threads = 2; threads <= 7; threads += 5) {
      cr_xoptions options = {.threads = threads};
      cr_xresult more = explore_checked(&models[i], &options);
      assert_same(&one, &more);
      ck_assert_uint_eq(one.memory_bytes, more.memory_bytes);
      cr_xresult_free(&more);
    }
    cr_xresult_free(&one);
  }
}
END_TEST

/* A bound, too, ends the run at the same place. */
START_TEST(bounds__several_threads__same_result) {
  model_size size = {3, 0};
  cr_xmodel model = model_puzzle(&size);
  for (uint64_t bound = 50000; bound < 160000; bound += 50000) {
    cr_xoptions options = {.max_states = bound};
    cr_xresult one = explore_checked(&model, &options);
    options.threads = 4;
    cr_xresult more = explore_checked(&model, &options);
    assert_same(&one, &more);
    cr_xresult_free(&one);
    cr_xresult_free(&more);
    options = (cr_xoptions){.max_memory_bytes = bound * 20};
    one = explore_checked(&model, &options);
    options.threads = 4;
    more = explore_checked(&model, &options);
    ck_assert_int_eq(one.stop, CR_XSTOP_MAX_MEMORY);
    assert_same(&one, &more);
    cr_xresult_free(&one);
    cr_xresult_free(&more);
  }
}
END_TEST

TCase *case_product(void) {
  TCase *tcase = tcase_create("product");
  tcase_set_timeout(tcase, 60);
  tcase_add_loop_test(tcase, random_product__explored_in_every_way__same_result, 0, PRODUCTS);
  tcase_add_loop_test(tcase, random_product__inexact__same_with_any_threads, 0, 40);
  tcase_add_test(tcase, undeclared_read__explored__refused);
  tcase_add_test(tcase, undeclared_write__explored__refused);
  tcase_add_test(tcase, textbook_model__several_threads__same_result);
  tcase_add_test(tcase, bounds__several_threads__same_result);
  return tcase;
}

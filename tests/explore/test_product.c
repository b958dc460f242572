/* test_product.c - random products of components against the same model state by state, and runs
 * with several threads against one; whole results, counterexamples included. Seeds are fixed.
 */
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "models/models.h"
#include "random_product.h"
#include "space.h"
#include "suites.h"

enum { PRODUCTS = 150, STATES_MAX = 4000, FORM_COMPONENTS = 4 };

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

/* The later group's write is met before the earlier one's, which is told all the same. */
static void write_in_turn(void *ctx, unsigned group, const void *state, cr_xsink *sink) {
  (void)ctx;
  unsigned char next[2];
  memcpy(next, state, sizeof next);
  unsigned char now = next[0];
  for (next[0] = 1; group == 0 && now == 0 && next[0] <= 2; next[0]++)
    cr_xemit(sink, next[0], next, 0);
  if (group == 0 || now != 3 - group) return;
  next[0] = now;
  next[1] = 1;
  cr_xemit(sink, 2 + group, next, 0);
}

static void write_in_turn_all(void *ctx, const void *state, cr_xsink *sink) {
  for (unsigned group = 0; group < 3; group++) write_in_turn(ctx, group, state, sink);
}

static bool two_bytes_initial(void *ctx, uint32_t index, void *state) {
  (void)ctx;
  memset(state, 0, 2);
  return index == 0;
}

START_TEST(two_undeclared_writes__explored__lesser_group_told) {
  const cr_xspan spans[] = {{0, 0, 1}, {1, 1, 1}};
  const cr_xgroup groups[] = {{.touches = 1}, {.touches = 1}, {.touches = 1}};
  const cr_xproduct face = {.whole_bytes = 2,
                            .spans = spans,
                            .spans_count = 2,
                            .components = 2,
                            .groups = groups,
                            .groups_count = 3,
                            .initial = two_bytes_initial,
                            .successors = write_in_turn};
  const cr_xmodel model = {.name = "in turn",
                           .state_bytes = 2,
                           .initial = two_bytes_initial,
                           .successors = write_in_turn_all,
                           .product = &face};
  cr_xresult result;
  cr_errinfo info = {{0}};
  ck_assert_int_eq(cr_explore(&model, NULL, &result, &info), CR_ERR_INPUT);
  ck_assert_msg(strstr(info.text, "group 1 writes a component") != NULL, "%s", info.text);
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

static bool still_initial(void *ctx, uint32_t index, void *state) {
  (void)ctx;
  memset(state, 0, FORM_COMPONENTS * sizeof(uint32_t));
  return index == 0;
}

static void still_group(void *ctx, unsigned group, const void *state, cr_xsink *sink) {
  (void)ctx, (void)group, (void)state, (void)sink;
}

static void still_all(void *ctx, const void *state, cr_xsink *sink) {
  still_group(ctx, 0, state, sink);
}

/* The widths of fields for components with so many values. Returns the words of a key. */
static unsigned form_for(const uint32_t values[FORM_COMPONENTS], unsigned *widths) {
  cr_xspan spans[FORM_COMPONENTS];
  for (unsigned c = 0; c < FORM_COMPONENTS; c++)
    spans[c] = (cr_xspan){c, c * sizeof(uint32_t), sizeof(uint32_t)};
  const cr_xgroup group = {.touches = 1};
  const cr_xproduct face = {.whole_bytes = sizeof(uint32_t) * FORM_COMPONENTS,
                            .spans = spans,
                            .spans_count = FORM_COMPONENTS,
                            .components = FORM_COMPONENTS,
                            .groups = &group,
                            .groups_count = 1,
                            .initial = still_initial,
                            .successors = still_group};
  const cr_xmodel model = {.name = "still",
                           .state_bytes = sizeof(uint32_t) * FORM_COMPONENTS,
                           .initial = still_initial,
                           .successors = still_all,
                           .product = &face};
  cr_errinfo info = {{0}};
  cr_xoptions options = {0};
  cr__xspace *space = cr__xspace_new(&model, &options, 1, &info);
  for (unsigned c = 0; c < FORM_COMPONENTS; c++)
    for (uint32_t v = 0; v < values[c]; v++)
      (void)cr__xvalues_number(cr__xspace_values(space, c), &v);
  cr__xstore store;
  cr__xstore_kind kind = {.key_bytes = cr__xspace_key_bytes(space),
                          .narrow = cr__xspace_narrow(space)};
  cr__xstore_init(&store, &kind);
  cr__xteam *team = cr__xteam_new(1);
  ck_assert(cr__xspace_rekey(space, &store, team));
  cr__xfield fields[CR_XCOMPONENTS_MAX];
  unsigned words = cr__xspace_form(space, fields);
  for (unsigned c = 0; c < FORM_COMPONENTS; c++) widths[c] = fields[c].width;
  cr__xteam_free(team);
  cr__xstore_free(&store);
  cr__xspace_free(space);
  return words;
}

START_TEST(form_of_keys__one_word__most_bits_for_most_values) {
  static const struct {
    uint32_t values[FORM_COMPONENTS];
    unsigned widths[FORM_COMPONENTS], words;
  } forms[] = {
      {{100, 2, 1, 1}, {7 + 8, 1 + 4, 1, 1}, 1}, /* each as much as it may have */
      {{1 << 14, 70, 1 << 17, 3}, {14 + 7, 7 + 6, 17 + 7, 2 + 3}, 1}, /* all of the 63 bits */
      {{70000, 70000, 70000, 5000}, {17 + 2, 17 + 2, 17 + 2, 13 + 2}, 2},
  };
  for (size_t i = 0; i < CR_ARRAY_LEN(forms); i++) {
    unsigned widths[FORM_COMPONENTS];
    ck_assert_uint_eq(form_for(forms[i].values, widths), forms[i].words);
    for (unsigned c = 0; c < FORM_COMPONENTS; c++) ck_assert_uint_eq(widths[c], forms[i].widths[c]);
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
  tcase_add_test(tcase, two_undeclared_writes__explored__lesser_group_told);
  tcase_add_test(tcase, textbook_model__several_threads__same_result);
  tcase_add_test(tcase, bounds__several_threads__same_result);
  tcase_add_test(tcase, form_of_keys__one_word__most_bits_for_most_values);
  return tcase;
}

/* test_blocks.c - states as bits of blocks against the walk state by state: whole results, findings
 * included. Seeds are fixed. */
#include <string.h>

#include "random_product.h"
#include "suites.h"

enum { SMALL = 24, SMALL_SHARE = 8 };

/* Explores both ways, and with several threads; returns in how many blocks the states were. */
static uint64_t compare(const cr_xmodel *model, cr_xoptions options) {
  options.blocks = CR_XBLOCKS_OFF;
  cr_xresult one = explore_checked(model, &options);
  ck_assert_uint_eq(one.blocks, 0);
  uint64_t blocks = 0;
  for (unsigned threads = 1; threads <= 3; threads += 2) {
    options.blocks = CR_XBLOCKS_ON;
    options.threads = threads;
    cr_xresult other = explore_checked(model, &options);
    assert_same(&one, &other);
    if (threads > 1) ck_assert_uint_eq(blocks, other.blocks);
    blocks = other.blocks;
    cr_xresult_free(&other);
  }
  cr_xresult_free(&one);
  return blocks;
}

/* Products of all sorts; most of them end with a finding. */
START_TEST(random_product__by_blocks__same_result) {
  cr_rng rng;
  cr_rng_seed(&rng, (uint64_t)_i + 1);
  product p = product_random(&rng);
  cr_xmodel model = product_model(&p);
  cr_xoptions options = {.max_states = 4000, .keep_going = _i % 2 == 0};
  options.allow_deadlock = _i % 3 == 0;
  options.check_all = _i % 5 == 0;
  (void)compare(&model, options);
}
END_TEST

/* Products without a finding, so that blocks go to the end: of small components, of large ones that
 * outgrow a word of bits, and with bounds. */
START_TEST(calm_product__by_blocks__same_result_in_blocks) {
  unsigned in_blocks = 0;
  unsigned count = _i == 0 ? SMALL : SMALL / 3;
  for (unsigned i = 0; i < count; i++) {
    cr_rng rng;
    cr_rng_seed(&rng, 1000 + (uint64_t)_i * SMALL + i);
    product p = _i == 0   ? product_small(&rng, 7, 4)
                : _i == 1 ? product_small(&rng, 3, 20)
                          : product_small(&rng, 2, 120);
    p.calm = true;
    cr_xmodel model = product_model(&p);
    cr_xoptions options = {.allow_deadlock = true, .check_all = i % 8 == 0};
    if (i % 4 == 1) options.max_depth = 3 + i % 5;
    in_blocks += compare(&model, options) > 0 ? 1 : 0;
  }
  ck_assert_uint_ge(in_blocks, count / SMALL_SHARE);
}
END_TEST

/* A finding after blocks have begun. */
START_TEST(small_product__by_blocks__same_findings) {
  unsigned found = 0;
  for (unsigned i = 0; i < 60; i++) {
    cr_rng rng;
    cr_rng_seed(&rng, 5000 + (uint64_t)_i * 60 + i);
    product p = product_small(&rng, 8, 4);
    cr_xmodel model = product_model(&p);
    cr_xoptions options = {.keep_going = _i == 1, .allow_deadlock = i % 2 == 0};
    (void)compare(&model, options);
    cr_xresult result = explore_checked(&model, &options);
    found += result.paths_count > 0 && result.states > 100 ? 1 : 0;
    cr_xresult_free(&result);
  }
  ck_assert_uint_ge(found, 1);
}
END_TEST

/* ---- many targets ------------------------------------------------------------------------------
 */

enum { WIDE_A = 200, WIDE_B = 70, WIDE_C = 20 };
static const unsigned wide_values[] = {WIDE_A, WIDE_B, WIDE_C};

static bool wide_initial(void *ctx, uint32_t index, void *state) {
  (void)ctx;
  memset(state, 0, 3);
  return index == 0;
}

/* Each component goes round by itself. The last two groups move one of the first two components by
 * one, and the other by as much more as the first says: out of a block, in as many ways as there
 * are values, whichever of the two is inside. */
enum { WIDE_GROUPS = 5 };
static void wide_successors(void *ctx, unsigned group, const void *state, cr_xsink *sink) {
  (void)ctx;
  unsigned char next[3];
  memcpy(next, state, sizeof next);
  unsigned moved = group < 3 ? group : group - 3, other = 1 - moved % 2;
  if (group >= 3)
    next[other] = (unsigned char)((next[moved] * 11U + next[other]) % wide_values[other]);
  next[moved] = (unsigned char)((next[moved] + 1U) % wide_values[moved]);
  cr_xemit(sink, group, next, 0);
}

static void wide_all(void *ctx, const void *state, cr_xsink *sink) {
  for (unsigned group = 0; group < WIDE_GROUPS; group++) wide_successors(ctx, group, state, sink);
}

START_TEST(block_with_many_targets__chosen_by_itself__same_result) {
  const cr_xspan spans[] = {{0, 0, 1}, {1, 1, 1}, {2, 2, 1}};
  const cr_xgroup groups[] = {
      {.touches = 1}, {.touches = 2}, {.touches = 4}, {.touches = 3}, {.touches = 3}};
  const cr_xproduct face = {.whole_bytes = 3,
                            .spans = spans,
                            .spans_count = 3,
                            .components = 3,
                            .groups = groups,
                            .groups_count = WIDE_GROUPS,
                            .initial = wide_initial,
                            .successors = wide_successors};
  const cr_xmodel model = {.name = "wide",
                           .state_bytes = 3,
                           .initial = wide_initial,
                           .successors = wide_all,
                           .product = &face};
  cr_xoptions options = {.blocks = CR_XBLOCKS_OFF};
  cr_xresult one = explore_checked(&model, &options);
  ck_assert_uint_eq(one.states, WIDE_A * WIDE_B * WIDE_C);
  options.blocks = CR_XBLOCKS_AUTO;
  for (options.threads = 1; options.threads <= 3; options.threads += 2) {
    cr_xresult other = explore_checked(&model, &options);
    ck_assert_uint_ge(other.blocks, WIDE_B * WIDE_C);
    assert_same(&one, &other);
    cr_xresult_free(&other);
  }
  cr_xresult_free(&one);
}
END_TEST

typedef struct two {
  uint32_t a, b;
} two;

static bool two_initial(void *ctx, uint32_t index, void *state) {
  (void)ctx;
  memset(state, 0, sizeof(two));
  return index == 0;
}

/* Explores a product of the two, of two groups, automatically. */
static cr_xresult two_explored(const cr_xgroup *groups,
                               void (*successors)(void *, unsigned, const void *, cr_xsink *),
                               void (*all)(void *, const void *, cr_xsink *), cr_xoptions options) {
  const cr_xspan spans[] = {{0, offsetof(two, a), 4}, {1, offsetof(two, b), 4}};
  const cr_xproduct face = {.whole_bytes = sizeof(two),
                            .spans = spans,
                            .spans_count = 2,
                            .components = 2,
                            .groups = groups,
                            .groups_count = 2,
                            .initial = two_initial,
                            .successors = successors};
  const cr_xmodel model = {.name = "two",
                           .state_bytes = sizeof(two),
                           .initial = two_initial,
                           .successors = all,
                           .product = &face};
  return explore_checked(&model, &options);
}

/* a has some values in a row, until there are blocks, and then so many at once that no effect has
 * room for them; b, of which there is most, is what is inside, and goes round by itself. */
enum { FAN_ROW = 70, FAN_ALL = 1400, FAN_ROUND = 300, FAN_LABELS = FAN_ALL };

static void fan_successors(void *ctx, unsigned group, const void *state, cr_xsink *sink) {
  (void)ctx;
  two now, next;
  memcpy(&now, state, sizeof now);
  next = now;
  for (uint32_t i = 0, far = 1; group == 1 && i < 3; i++, far *= 7) {
    next.b = (now.b + far) % FAN_ROUND;
    cr_xemit(sink, FAN_LABELS + i, &next, 0);
  }
  if (group == 1 || now.a > FAN_ROW) return;
  uint32_t end = now.a < FAN_ROW ? now.a + 2 : FAN_ALL;
  for (next.a = now.a + 1; next.a < end; next.a++) cr_xemit(sink, next.a, &next, 0);
}

static void fan_all(void *ctx, const void *state, cr_xsink *sink) {
  for (unsigned group = 0; group < 2; group++) fan_successors(ctx, group, state, sink);
}

START_TEST(more_targets_than_an_effect_has_room_for__by_blocks__state_by_state) {
  const cr_xgroup groups[] = {{.touches = _i == 0 ? 1 : 3}, {.touches = 2}};
  cr_xoptions options = {.blocks = CR_XBLOCKS_OFF};
  cr_xresult one = two_explored(groups, fan_successors, fan_all, options);
  ck_assert_uint_eq(one.states, FAN_ALL * FAN_ROUND);
  options.blocks = CR_XBLOCKS_AUTO;
  for (options.threads = 1; options.threads <= 3; options.threads += 2) {
    cr_xresult other = two_explored(groups, fan_successors, fan_all, options);
    ck_assert_uint_eq(other.blocks, 0);
    assert_same(&one, &other);
    cr_xresult_free(&other);
  }
  cr_xresult_free(&one);
}
END_TEST

/* Both go round, each step looking at both: a block would hold many states, but what is learned of
 * one is of no use for the others. */
enum { BOUND_A = 16, BOUND_B = 5000 };

static void bound_successors(void *ctx, unsigned group, const void *state, cr_xsink *sink) {
  (void)ctx;
  two next;
  memcpy(&next, state, sizeof next);
  if (group == 0)
    next.a = (next.a + 1 + next.b % 2) % BOUND_A;
  else
    next.b = (next.b + 1 + next.a % 2) % BOUND_B;
  cr_xemit(sink, group, &next, 0);
}

static void bound_all(void *ctx, const void *state, cr_xsink *sink) {
  for (unsigned group = 0; group < 2; group++) bound_successors(ctx, group, state, sink);
}

START_TEST(blocks_that_learn_nothing_for_others__automatically__none) {
  const cr_xgroup groups[] = {{.touches = 3}, {.touches = 3}};
  cr_xresult result = two_explored(groups, bound_successors, bound_all, (cr_xoptions){0});
  ck_assert_uint_gt(result.states, 1 << 15);
  ck_assert_uint_eq(result.blocks, 0);
  cr_xresult_free(&result);
}
END_TEST

static void refused(const cr_xmodel *model, cr_xoptions options, const char *reason) {
  cr_xresult result;
  cr_errinfo info = {{0}};
  options.blocks = CR_XBLOCKS_ON;
  ck_assert_int_eq(cr_explore(model, &options, &result, &info), CR_ERR_INPUT);
  ck_assert_msg(strstr(info.text, reason) != NULL, "%s", info.text);
}

START_TEST(what_blocks_cannot_do__wanted__refused) {
  cr_rng rng;
  cr_rng_seed(&rng, 3);
  product p = product_random(&rng);
  cr_xmodel model = product_model(&p);
  refused(&model, (cr_xoptions){.plain = true}, "for products");
  refused(&model, (cr_xoptions){.compress = true}, "save memory");
  refused(&model, (cr_xoptions){.partial_order = true}, "reductions");
  refused(&model, (cr_xoptions){.checkpoint = "x"}, "checkpoint");
  p.face.parts_count = 0;
  refused(&model, (cr_xoptions){0}, "invariant in parts");
}
END_TEST

/* A part that looks at more than it declares; and parts that are not the invariant. */
START_TEST(undeclared_read_of_a_part__by_blocks__refused) {
  for (unsigned seed = 1, told = 0; told < 3; seed++) {
    ck_assert_uint_lt(seed, 200);
    cr_rng rng;
    cr_rng_seed(&rng, seed);
    product p = product_small(&rng, 8, 4);
    p.parts_read_more = 0xFF;
    cr_xmodel model = product_model(&p);
    cr_xoptions options = {.blocks = CR_XBLOCKS_ON, .check_all = true, .allow_deadlock = true};
    cr_xresult result;
    cr_errinfo info = {{0}};
    if (cr_explore(&model, &options, &result, &info) == CR_OK) {
      cr_xresult_free(&result);
      continue;
    }
    ck_assert_msg(strstr(info.text, "part of the invariant") != NULL, "%s", info.text);
    told++;
  }
}
END_TEST

/* The bound is kept, and the counts are consistent in themselves (explore_checked). */
START_TEST(little_memory__by_blocks__ends_within) {
  for (size_t bound = (size_t)1 << 17; bound <= (size_t)1 << 20; bound *= 2)
    for (unsigned i = 0; i < 5; i++) {
      cr_rng rng;
      cr_rng_seed(&rng, 1000 + i);
      product p = product_small(&rng, 9, 5);
      p.calm = true;
      cr_xmodel model = product_model(&p);
      cr_xoptions options = {
          .blocks = CR_XBLOCKS_ON, .allow_deadlock = true, .max_memory_bytes = bound};
      cr_xresult result = explore_checked(&model, &options);
      ck_assert_uint_le(result.memory_bytes, bound);
      cr_xresult_free(&result);
    }
}
END_TEST

/* What is told under a bound is so without one, too. */
START_TEST(little_memory__finding_by_blocks__true) {
  for (unsigned i = 0; i < 20; i++) {
    cr_rng rng;
    cr_rng_seed(&rng, 5000 + i);
    product p = product_small(&rng, 9, 5);
    cr_xmodel model = product_model(&p);
    cr_xoptions options = {.allow_deadlock = true};
    cr_xresult whole = explore_checked(&model, &options);
    options.blocks = CR_XBLOCKS_ON;
    for (size_t bound = (size_t)1 << 15; bound <= (size_t)1 << 19; bound *= 2) {
      options.max_memory_bytes = bound;
      cr_xresult r = explore_checked(&model, &options);
      if (r.paths_count > 0) assert_path(&r.paths[0], &whole.paths[0]);
      if (r.untold) ck_assert_uint_gt(whole.paths_count, 0);
      cr_xresult_free(&r);
    }
    cr_xresult_free(&whole);
  }
}
END_TEST

TCase *case_blocks(void) {
  TCase *tests = tcase_create("blocks");
  tcase_set_timeout(tests, 120);
  tcase_add_loop_test(tests, random_product__by_blocks__same_result, 0, 40);
  tcase_add_loop_test(tests, calm_product__by_blocks__same_result_in_blocks, 0, 3);
  tcase_add_loop_test(tests, small_product__by_blocks__same_findings, 0, 2);
  tcase_add_test(tests, block_with_many_targets__chosen_by_itself__same_result);
  tcase_add_loop_test(tests, more_targets_than_an_effect_has_room_for__by_blocks__state_by_state, 0,
                      2);
  tcase_add_test(tests, blocks_that_learn_nothing_for_others__automatically__none);
  tcase_add_test(tests, what_blocks_cannot_do__wanted__refused);
  tcase_add_test(tests, little_memory__finding_by_blocks__true);
  tcase_add_test(tests, undeclared_read_of_a_part__by_blocks__refused);
  tcase_add_test(tests, little_memory__by_blocks__ends_within);
  return tests;
}

/* test_symmetry.c - quotients by symmetry: published counts, and that each canonical state stands
 * for the whole class of its renamed states and for nothing else.
 */
#include <string.h>

#include "models/models.h"
#include "models/symmetry.h"
#include "suites.h"

enum { NOT_PINNED = 0 };

typedef struct symmetric {
  cr_xmodel (*model)(model_size *size);
  void (*canonical)(void *ctx, void *state);
  model_permute *permute;
  uint32_t n;
  uint64_t states, transitions; /* of the quotient; may be NOT_PINNED */
  uint64_t plain_states;        /* of the model itself; may be NOT_PINNED */
} symmetric;

#define MODEL(name) model_##name, canonical_##name, permute_##name

/* Murphi examples with scalarset symmetry, where no other source is named. */
static const symmetric pins[] = {
    {MODEL(2_peterson), 2, 13, 26, 26},
    {MODEL(n_peterson), 3, 172, 516, 882},
    {MODEL(n_peterson), 5, 6770, 33850, 628868},
    {MODEL(mcslock1), 2, 81, 162, 159},
    {MODEL(mcslock1), 3, 1285, 3855, 7597},
    {MODEL(mcslock1), 4, 23636, 94544, 554221},
    {MODEL(mcslock2), 2, 552, 1104, 1098},
    /* The quotient's counts are published nowhere; what it must stand for is. */
    {MODEL(two_phase), 3, NOT_PINNED, NOT_PINNED, 288},
    {MODEL(two_phase), 5, NOT_PINNED, NOT_PINNED, 8832},
    {MODEL(two_phase), 6, NOT_PINNED, NOT_PINNED, 50816},
};

static const symmetric slow_pins[] = {
    {MODEL(n_peterson), 6, 35159, 210954, NOT_PINNED},
    {MODEL(n_peterson), 7, 163298, 1143086, NOT_PINNED},
    {MODEL(mcslock2), 3, 540219, 1620657, 3240032},
};

static void check_counts(const symmetric *pin) {
  model_size size = {pin->n, MODEL_QUOTIENT};
  cr_xmodel model = pin->model(&size);
  cr_xoptions options = {.allow_deadlock = true};
  cr_xresult result = explore_checked(&model, &options);
  ck_assert_int_eq(result.stop, CR_XSTOP_COMPLETE);
  ck_assert_uint_eq(result.paths_count, 0);
  if (pin->states != NOT_PINNED) ck_assert_uint_eq(result.states, pin->states);
  if (pin->transitions != NOT_PINNED) ck_assert_uint_eq(result.transitions, pin->transitions);
  cr_xresult_free(&result);
}

/* Looks at each state of the quotient, as its invariant. */
typedef struct classes {
  const symmetric *pin;
  model_size size;
  cr_xmodel plain;
  uint64_t states; /* of all classes together */
} classes;

static bool initial(void *ctx, uint32_t index, void *state) {
  classes *c = ctx;
  return c->plain.initial(&c->size, index, state);
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  classes *c = ctx;
  c->plain.successors(&c->size, state, sink);
}

static cr_xviolation add_class(void *ctx, const void *state) {
  classes *c = ctx;
  unsigned char image[256], canonical[256];
  uint8_t to[MODEL_N_MAX];
  uint64_t permutations = 0, fixing = 0;
  ck_assert_uint_le(c->plain.state_bytes, sizeof image);
  model_first_permutation(c->pin->n, to);
  do {
    c->pin->permute(&c->size, to, state, image);
    memcpy(canonical, image, c->plain.state_bytes);
    c->pin->canonical(&c->size, canonical);
    if (memcmp(canonical, state, c->plain.state_bytes) != 0) return 1;
    permutations++;
    fixing += memcmp(image, state, c->plain.state_bytes) == 0;
  } while (model_next_permutation(c->pin->n, to));
  ck_assert_uint_gt(fixing, 0); /* the identity does */
  c->states += permutations / fixing;
  return 0;
}

static void check_classes(const symmetric *pin) {
  classes c = {.pin = pin, .size = {pin->n, MODEL_QUOTIENT}};
  c.plain = pin->model(&c.size);
  cr_xmodel model = {.name = c.plain.name,
                     .state_bytes = c.plain.state_bytes,
                     .ctx = &c,
                     .initial = initial,
                     .successors = successors,
                     .invariant = add_class};
  cr_xoptions options = {.allow_deadlock = true};
  cr_xresult result = explore_checked(&model, &options);
  ck_assert_msg(result.paths_count == 0, "%s, %u: a renamed state has another canonical form",
                c.plain.name, pin->n);
  if (pin->plain_states != NOT_PINNED) ck_assert_uint_eq(c.states, pin->plain_states);
  cr_xresult_free(&result);
}

START_TEST(symmetric_model__quotient_explored__published_counts) { check_counts(&pins[_i]); }
END_TEST

START_TEST(symmetric_model__quotient_explored__classes_make_up_the_plain_model) {
  check_classes(&pins[_i]);
}
END_TEST

START_TEST(large_symmetric_model__quotient_explored__published_counts) {
  check_counts(&slow_pins[_i]);
}
END_TEST

START_TEST(mcslock2__quotient_explored__classes_make_up_the_plain_model) {
  check_classes(&slow_pins[2]);
}
END_TEST

/* The helper of the tests above: n! different permutations, each of which is one. */
START_TEST(permutations__enumerated__each_once_in_order) {
  for (uint32_t n = 1, expected = 1; n <= 6; n++, expected *= n) {
    uint8_t to[MODEL_N_MAX], before[MODEL_N_MAX];
    uint32_t count = 0;
    model_first_permutation(n, to);
    do {
      uint32_t seen = 0;
      for (uint32_t i = 0; i < n; i++) seen |= 1u << to[i];
      ck_assert_uint_eq(seen, (1u << n) - 1);
      if (count != 0) ck_assert_int_gt(memcmp(to, before, n), 0);
      memcpy(before, to, n);
      count++;
    } while (model_next_permutation(n, to));
    ck_assert_uint_eq(count, expected);
  }
}
END_TEST

TCase *case_symmetry(void) {
  TCase *tcase = tcase_create("symmetry");
  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, symmetric_model__quotient_explored__published_counts, 0,
                      (int)CR_ARRAY_LEN(pins));
  tcase_add_loop_test(tcase, symmetric_model__quotient_explored__classes_make_up_the_plain_model, 0,
                      (int)CR_ARRAY_LEN(pins));
  tcase_add_test(tcase, permutations__enumerated__each_once_in_order);
  return tcase;
}

TCase *case_symmetry_slow(void) {
  TCase *tcase = tcase_create("symmetry, slow");
  tcase_set_timeout(tcase, 600);
  tcase_add_loop_test(tcase, large_symmetric_model__quotient_explored__published_counts, 0,
                      (int)CR_ARRAY_LEN(slow_pins));
  tcase_add_test(tcase, mcslock2__quotient_explored__classes_make_up_the_plain_model);
  return tcase;
}

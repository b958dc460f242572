/* test_textbook.c - textbook models against published counts.
 *
 * A wrong hash table, a lost state or a transition counted twice changes a count. "transitions" are
 * those of the explorer: Murphi's "rules fired" are the same; TLC's "states generated" are the
 * initial states and the transitions, so a pin taken from TLC is that number less the number of
 * initial states, which the table gives, too.
 */
#include "models/models.h"
#include "suites.h"

enum { NOT_PINNED = 0 };

typedef struct published {
  cr_xmodel (*model)(model_size *size);
  model_size size;
  uint64_t states, transitions, initial_states; /* transitions may be NOT_PINNED */
  uint32_t depth;                               /* or NOT_PINNED */
  uint64_t deepest;                             /* states at that depth, or NOT_PINNED */
} published;

static const published pins[] = {
    /* Murphi examples, ex/mux: states, rules fired */
    {model_2_peterson, {2, 0}, 26, 52, 2, NOT_PINNED, NOT_PINNED},
    {model_n_peterson, {3, 0}, 882, 2646, 1, NOT_PINNED, NOT_PINNED},
    {model_n_peterson, {5, 0}, 628868, 3144340, 1, NOT_PINNED, NOT_PINNED},
    {model_dekker, {2, 0}, 100, 200, 1, NOT_PINNED, NOT_PINNED},
    {model_mcslock1, {2, 0}, 159, 318, 1, NOT_PINNED, NOT_PINNED},
    {model_mcslock1, {3, 0}, 7597, 22791, 1, NOT_PINNED, NOT_PINNED},
    {model_mcslock1, {4, 0}, 554221, 2216884, 1, NOT_PINNED, NOT_PINNED},
    {model_mcslock2, {2, 0}, 1098, 2196, 1, NOT_PINNED, NOT_PINNED},
    /* TLA+ examples: distinct states, states generated less initial ones */
    {model_philosophers, {5, 0}, 67, 336 - 1, 1, NOT_PINNED, NOT_PINNED},
    {model_two_phase, {3, 0}, 288, 1146 - 1, 1, NOT_PINNED, NOT_PINNED},
    {model_chang_roberts, {3, 0}, 137, 227 - 8, 8, NOT_PINNED, NOT_PINNED},
    {model_ewd840, {3, 0}, 302, 2001 - 192, 192, NOT_PINNED, NOT_PINNED},
    {model_ewd840, {4, 0}, 1566, 15986 - 1024, 1024, 11, NOT_PINNED}, /* TLC counts 12 levels */
    {model_token_ring, {6, 6}, 46656, 248832 - 46656, 46656, NOT_PINNED, NOT_PINNED},
    {model_coffee_can, {0, 100}, 5150, 20002 - 5150, 5150, NOT_PINNED, NOT_PINNED},
    {model_lamport_mutex, {3, 6}, 724274, 2729079 - 1, 1, 60, NOT_PINNED}, /* TLC: 61 levels */
    /* comment in the TLA+ specification; unique states of stateright's version */
    {model_two_phase, {6, 0}, 50816, NOT_PINNED, 1, NOT_PINNED, NOT_PINNED},
    {model_two_phase, {5, 0}, 8832, NOT_PINNED, 1, NOT_PINNED, NOT_PINNED},
    /* Theorems. Hanoi: every placing of the discs is legal, 3 moves each but 2 when one peg holds
     * all; the farthest placings are 2^n - 1 moves away, and are 2^n. */
    {model_hanoi, {1, 0}, 3, 6, 1, 1, 2},
    {model_hanoi, {5, 0}, 243, 3 * 243 - 3, 1, 31, 32},
    {model_hanoi, {10, 0}, 59049, 3 * 59049 - 3, 1, 1023, 1024},
    /* 8-puzzle: 9!/2 boards, 24 moves for 9 places of the hole; 2 boards are 31 moves away. */
    {model_puzzle, {3, 0}, 181440, 483840, 1, 31, 2},
};

static const published slow_pins[] = {
    /* 7! * 3^6 cubes; 14 quarter turns, or 11 turns of any face, reach the farthest ones. */
    {model_cube, {0, 0}, 3674160, 6 * 3674160, 1, 14, 276},
    {model_cube, {0, 1}, 3674160, 9 * 3674160, 1, 11, 2644},
    /* Murphi examples, ex/mux; TLA+ examples */
    {model_mcslock2, {3, 0}, 3240032, 9720096, 1, NOT_PINNED, NOT_PINNED},
    {model_coffee_can, {0, 1000}, 501500, 2000002 - 501500, 501500, NOT_PINNED, NOT_PINNED},
};

static void check_pin(const published *pin, unsigned threads) {
  model_size size = pin->size;
  cr_xmodel model = pin->model(&size);
  cr_xoptions options = {.allow_deadlock = true, .threads = threads};
  cr_xresult result = explore_checked(&model, &options);
  ck_assert_int_eq(result.stop, CR_XSTOP_COMPLETE);
  ck_assert_uint_eq(result.paths_count, 0);
  ck_assert_uint_eq(result.states, pin->states);
  ck_assert_uint_eq(result.depth_counts[0], pin->initial_states);
  if (pin->transitions != NOT_PINNED) ck_assert_uint_eq(result.transitions, pin->transitions);
  if (pin->depth != NOT_PINNED) ck_assert_uint_eq(result.depth, pin->depth);
  if (pin->deepest != NOT_PINNED)
    ck_assert_uint_eq(result.depth_counts[result.depth], pin->deepest);
  cr_xresult_free(&result);
}

START_TEST(textbook_model__explored__published_counts) {
  check_pin(&pins[_i], 1);
  check_pin(&pins[_i], 3);
}
END_TEST

START_TEST(large_textbook_model__explored__published_counts) {
  check_pin(&slow_pins[_i], 1);
  check_pin(&slow_pins[_i], 2);
}
END_TEST

/* The published numbers of cubes at each distance in quarter turns. */
START_TEST(cube__explored__published_counts_per_depth) {
  static const uint64_t expected[] = {1,      6,      27,     120,     534,    2256,  8969, 33058,
                                      114149, 360508, 930588, 1350852, 782536, 90280, 276};
  model_size size = {0, 0};
  cr_xmodel model = model_cube(&size);
  cr_xresult result = explore_checked(&model, NULL);
  ck_assert_uint_eq(result.depth + 1, CR_ARRAY_LEN(expected));
  for (size_t i = 0; i < CR_ARRAY_LEN(expected); i++)
    ck_assert_uint_eq(result.depth_counts[i], expected[i]);
  cr_xresult_free(&result);
}
END_TEST

/* The 8-puzzle's distances are published as well; they add up to half of 9!. */
START_TEST(puzzle__explored__published_counts_per_depth) {
  static const uint64_t expected[] = {1,     2,     4,     8,     16,    20,    39,    62,
                                      116,   152,   286,   396,   748,   1024,  1893,  2512,
                                      4485,  5638,  9529,  10878, 16993, 17110, 23952, 20224,
                                      24047, 15578, 14560, 6274,  3910,  760,   221,   2};
  model_size size = {3, 0};
  cr_xmodel model = model_puzzle(&size);
  cr_xresult result = explore_checked(&model, NULL);
  ck_assert_uint_eq(result.depth + 1, CR_ARRAY_LEN(expected));
  for (size_t i = 0; i < CR_ARRAY_LEN(expected); i++)
    ck_assert_uint_eq(result.depth_counts[i], expected[i]);
  cr_xresult_free(&result);
}
END_TEST

/* Hinz (L'Enseignement Mathematique 35, 1989): as many placings are d moves from a whole tower as
 * there are subsets of the ones in d's binary form. */
START_TEST(hanoi__explored__power_of_two_placings_per_depth) {
  model_size size = {9, 0};
  cr_xmodel model = model_hanoi(&size);
  cr_xresult result = explore_checked(&model, NULL);
  ck_assert_uint_eq(result.depth, 511);
  for (uint32_t d = 0; d <= result.depth; d++) {
    uint64_t expected = 1;
    for (uint32_t rest = d; rest != 0; rest /= 2) expected <<= rest % 2;
    ck_assert_uint_eq(result.depth_counts[d], expected);
  }
  cr_xresult_free(&result);
}
END_TEST

/* Every process of n_peterson can always take exactly one step. */
START_TEST(n_peterson__explored__each_label_counted_once_a_state) {
  model_size size = {3, 0};
  cr_xmodel model = model_n_peterson(&size);
  cr_xresult result = explore_checked(&model, NULL);
  ck_assert_uint_eq(result.label_counts_len, 3);
  for (size_t i = 0; i < 3; i++) ck_assert_uint_eq(result.label_counts[i], 882);
  ck_assert_uint_eq(result.deadlocks, 0);
  cr_xresult_free(&result);
}
END_TEST

TCase *case_textbook(void) {
  TCase *tcase = tcase_create("textbook");
  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, textbook_model__explored__published_counts, 0,
                      (int)CR_ARRAY_LEN(pins));
  tcase_add_test(tcase, puzzle__explored__published_counts_per_depth);
  tcase_add_test(tcase, hanoi__explored__power_of_two_placings_per_depth);
  tcase_add_test(tcase, n_peterson__explored__each_label_counted_once_a_state);
  return tcase;
}

TCase *case_textbook_slow(void) {
  TCase *tcase = tcase_create("textbook, slow");
  tcase_set_timeout(tcase, 600);
  tcase_add_loop_test(tcase, large_textbook_model__explored__published_counts, 0,
                      (int)CR_ARRAY_LEN(slow_pins));
  tcase_add_test(tcase, cube__explored__published_counts_per_depth);
  return tcase;
}

/* test_words.c - the table of keys of one word by itself: growing keeps every key apart from those
 * that differ in what slots leave out, and of equal claims the first one has the slot. */
#include "suites.h"

#include "words.h"

/* Keys in groups of four whose mixed forms differ in the two uppermost bits alone. */
static uint64_t hash_of(uint64_t i) { return i % 4 << 62 | cr__xwords_mix(i / 4) >> 2; }

static void free_all(cr__xwords *words, cr__xclaims *tasks, unsigned count) {
  cr__xwords_free(words);
  for (unsigned i = 0; i < count; i++) cr__xclaims_free(&tasks[i]);
}

START_TEST(alike_but_for_two_bits__any_size_of_table__stay_apart) {
  enum { KEYS = 720000 };
  cr__xwords words = {.numbered = true};
  for (uint32_t i = 0; i < KEYS; i++) {
    ck_assert(cr__xwords_grow(&words, cr__xwords_cap_for(&words, i + 1, true), NULL, NULL));
    ck_assert(cr__xwords_find(&words, hash_of(i)) == CR__XNO_WORD);
    uint64_t at = cr__xwords_put(&words, hash_of(i));
    ck_assert(at != CR__XNO_WORD);
    words.numbers[at] = i;
  }
  for (uint32_t i = 0; i < KEYS; i++) {
    uint64_t at = cr__xwords_find(&words, hash_of(i));
    ck_assert(at != CR__XNO_WORD);
    ck_assert_uint_eq(words.numbers[at], i);
  }
  free_all(&words, NULL, 0);
}
END_TEST

/* Keys that belong at the end of the table go on at its beginning, and are found there. */
START_TEST(last_line__overflows__wraps_round) {
  cr__xwords words = {0};
  ck_assert(cr__xwords_grow(&words, cr__xwords_cap_for(&words, 1, true), NULL, NULL));
  for (uint64_t i = 0; i < 100; i++)
    ck_assert(cr__xwords_put(&words, UINT64_MAX - i) != CR__XNO_WORD);
  for (unsigned round = 0; round < 2; round++) {
    for (uint64_t i = 0; i < 100; i++)
      ck_assert(cr__xwords_find(&words, UINT64_MAX - i) != CR__XNO_WORD);
    ck_assert(cr__xwords_find(&words, UINT64_MAX - 100) == CR__XNO_WORD);
    ck_assert(cr__xwords_find(&words, UINT64_MAX >> 1) == CR__XNO_WORD);
    ck_assert(cr__xwords_grow(&words, cr__xwords_cap_for(&words, words.cap, true), NULL, NULL));
  }
  free_all(&words, NULL, 0);
}
END_TEST

/* Where memory is scarce, a table that is larger than it need be could be what is too
 * much; where there is none, small ones are soon left behind, and large ones grow by half as well.
 */
START_TEST(full_table__memory_scarce__grows_by_half) {
  const uint64_t small = 1 << 14, middle = 1 << 20, large = 1 << 22;
  cr__xwords words = {.cap = small};
  ck_assert_uint_eq(cr__xwords_cap_for(&words, small * 3 / 4, false), small);
  ck_assert_uint_eq(cr__xwords_cap_for(&words, small * 3 / 4 + 1, true), small / 2 * 3);
  ck_assert_uint_eq(cr__xwords_cap_for(&words, small * 3 / 4 + 1, false), small * 4);
  words.cap = middle;
  ck_assert_uint_eq(cr__xwords_cap_for(&words, middle * 3 / 4 + 1, true), middle / 2 * 3);
  ck_assert_uint_eq(cr__xwords_cap_for(&words, middle * 3 / 4 + 1, false), middle * 2);
  words.cap = large;
  ck_assert_uint_eq(cr__xwords_cap_for(&words, large * 3 / 4 + 1, true), large / 2 * 3);
  ck_assert_uint_eq(cr__xwords_cap_for(&words, large * 3 / 4 + 1, false), large / 2 * 3);
}
END_TEST

static void claim(cr__xwords *words, cr__xclaims *tasks, unsigned task, uint64_t key,
                  uint32_t *fresh) {
  cr__xclaim c = {.key = key, .hash = cr__xwords_mix(key)};
  ck_assert(cr__xwords_claim(words, tasks, task, &c, fresh));
}

START_TEST(equal_claims__later_task_first__earlier_one_has_it) {
  enum { KEYS = 3000 };
  cr__xwords words = {0};
  cr__xclaims tasks[3] = {{{NULL}, 0, 0, {0}}};
  uint32_t fresh = 0;
  ck_assert(cr__xwords_grow(&words, cr__xwords_cap_for(&words, KEYS, true), NULL, NULL));
  ck_assert(cr__xwords_put(&words, cr__xwords_mix(7)) != CR__XNO_WORD);
  for (uint64_t key = 0; key < KEYS; key++) claim(&words, tasks, 1, key, &fresh);
  ck_assert_uint_eq(fresh, KEYS - 1); /* 7 is settled */
  for (uint64_t key = 0; key < KEYS; key++) claim(&words, tasks, 2, key, &fresh);
  for (uint64_t key = 0; key < KEYS; key += 2) claim(&words, tasks, 0, key, &fresh);
  ck_assert_uint_eq(fresh, KEYS - 1);
  ck_assert_uint_eq(tasks[0].count, KEYS / 2);
  ck_assert_uint_eq(tasks[1].count, KEYS - 1);
  ck_assert_uint_eq(tasks[1].lost, KEYS / 2);
  ck_assert_uint_eq(tasks[2].count, 0);
  for (uint32_t i = 0; i < tasks[0].count; i++) {
    const cr__xclaim *c = cr__xclaim_at(&tasks[0], i);
    ck_assert(words.slots[c->slot] == cr__xclaimed(c->hash, 0, i));
  }
  for (unsigned i = 0; i < 3; i++) cr__xwords_unclaim(&words, &tasks[i]);
  uint64_t left = 0;
  for (uint64_t i = 0; i < words.cap; i++) left += words.slots[i] != 0;
  ck_assert_uint_eq(left, 1);
  free_all(&words, tasks, 3);
}
END_TEST

TCase *case_words(void) {
  TCase *tcase = tcase_create("words");
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, alike_but_for_two_bits__any_size_of_table__stay_apart);
  tcase_add_test(tcase, last_line__overflows__wraps_round);
  tcase_add_test(tcase, full_table__memory_scarce__grows_by_half);
  tcase_add_test(tcase, equal_claims__later_task_first__earlier_one_has_it);
  return tcase;
}

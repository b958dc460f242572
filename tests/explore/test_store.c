/* test_store.c - the set of states by itself, with hashes chosen by the test: what no model can be
 * made to do through the explorer's own hash.
 */
#include "suites.h"

#include "store.h"

enum { STATES = 2000 };

/* Every state collides: only whole comparisons tell them apart. The hashes put the home slot at
 * the first and at the last place of a segment, where probing wraps round. */
static void store_init(cr__xstore *store, size_t key_bytes, size_t memory_max_bytes) {
  cr__xstore_kind kind = {.key_bytes = key_bytes, .memory_max_bytes = memory_max_bytes};
  cr__xstore_init(store, &kind);
}

START_TEST(equal_hashes__added__states_stay_apart) {
  static const uint64_t hashes[] = {0, UINT64_MAX, UINT32_MAX, UINT64_C(0x8000000080000000)};
  cr__xstore store;
  store_init(&store, sizeof(uint32_t), 0);
  for (uint32_t round = 0; round < 2; round++) {
    for (uint32_t i = 0; i < STATES; i++) {
      uint32_t state = i << 21; /* many differ in the last byte only */
      cr__xstore_prefetch(&store, hashes[_i]);
      uint32_t guess = cr__xstore_guess(&store, hashes[_i]);
      ck_assert(cr__xstore_known(&store, hashes[_i], &state, guess) == (round == 1));
      cr__xadd added = cr__xstore_add(&store, hashes[_i], &state, i / 2);
      ck_assert_int_eq(added, round == 0 ? CR__XADD_NEW : CR__XADD_KNOWN);
    }
  }
  ck_assert_uint_eq(store.count, STATES);
  cr__xstore_free(&store);
}
END_TEST

/* Clusters across the end of a segment survive its growing. */
START_TEST(neighbouring_hashes__added__all_found_again) {
  cr__xstore store;
  store_init(&store, sizeof(uint32_t), 0);
  for (uint32_t i = 0; i < STATES; i++) {
    uint64_t hash = UINT32_MAX - i % 7 * (UINT32_MAX / 16);
    ck_assert_int_eq(cr__xstore_add(&store, hash, &i, i / 2), CR__XADD_NEW);
    for (uint32_t k = i > 20 ? i - 20 : 0; k <= i; k++) {
      uint64_t known = UINT32_MAX - k % 7 * (UINT32_MAX / 16);
      ck_assert_int_eq(cr__xstore_add(&store, known, &k, 0), CR__XADD_KNOWN);
    }
  }
  cr__xstore_free(&store);
}
END_TEST

START_TEST(states_and_parents__many_chunks__kept) {
  enum { BYTES = 300 };
  cr__xstore store;
  store_init(&store, BYTES, 0);
  unsigned char state[BYTES] = {0};
  for (uint32_t i = 0; i < STATES; i++) {
    state[0] = (unsigned char)i;
    state[BYTES - 1] = (unsigned char)(i >> 8);
    uint64_t hash = cr__xstore_hash(&store, state);
    ck_assert_int_eq(cr__xstore_add(&store, hash, state, i ^ 5), CR__XADD_NEW);
  }
  ck_assert_uint_gt(store.chunks_count, 1);
  for (uint32_t i = 0; i < STATES; i++) {
    const unsigned char *kept = cr__xstore_key(&store, i);
    ck_assert_uint_eq(kept[0] | (uint32_t)kept[BYTES - 1] << 8, i);
    ck_assert_uint_eq(cr__xstore_parent(&store, i), i ^ 5);
  }
  cr__xstore_free(&store);
}
END_TEST

/* A refusal adds nothing and what is known is still found. */
START_TEST(bound__reached__store_stays_usable) {
  cr__xstore store;
  store_init(&store, sizeof(uint32_t), (size_t)1 << 19);
  uint32_t state = 0;
  while (cr__xstore_add(&store, cr__xstore_hash(&store, &state), &state, 0) == CR__XADD_NEW)
    state++;
  ck_assert_uint_gt(state, 1000);
  ck_assert_uint_eq(store.count, state);
  ck_assert_int_eq(cr__xstore_add(&store, cr__xstore_hash(&store, &state), &state, 0),
                   CR__XADD_MAX_MEMORY);
  for (uint32_t i = 0; i < state; i++)
    ck_assert_int_eq(cr__xstore_add(&store, cr__xstore_hash(&store, &i), &i, 0), CR__XADD_KNOWN);
  cr__xstore_free(&store);
}
END_TEST

START_TEST(memory__reserved_and_released__peak_stays) {
  cr__xstore store;
  store_init(&store, 1, 100);
  ck_assert(cr__xstore_reserve(&store, 60));
  ck_assert(!cr__xstore_reserve(&store, 41));
  ck_assert(!cr__xstore_reserve(&store, SIZE_MAX));
  cr__xstore_release(&store, 50);
  ck_assert(cr__xstore_reserve(&store, 30));
  ck_assert_uint_eq(store.memory_bytes, 40);
  ck_assert_uint_eq(store.memory_peak_bytes, 60);
  cr__xstore_release(&store, 40);
  cr__xstore_free(&store);
}
END_TEST

TCase *case_store(void) {
  TCase *tcase = tcase_create("store");
  tcase_set_timeout(tcase, 60);
  tcase_add_loop_test(tcase, equal_hashes__added__states_stay_apart, 0, 4);
  tcase_add_test(tcase, neighbouring_hashes__added__all_found_again);
  tcase_add_test(tcase, states_and_parents__many_chunks__kept);
  tcase_add_test(tcase, bound__reached__store_stays_usable);
  tcase_add_test(tcase, memory__reserved_and_released__peak_stays);
  return tcase;
}

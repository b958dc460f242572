/* test_frontier.c - the archive of places: bounded, the same for the same story, keeps the shortest
 * way and prefers what was passed seldom; on a model its ways lead where it says. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/fuzz.h"

static void pass_often(cr_frontier *f, uint32_t place, const void *way, size_t n, unsigned times) {
  for (unsigned i = 0; i < times; i++) cr_frontier_pass(f, place, way, n);
}

static void assert_way(const cr_frontier *f, uint32_t place, const char *text) {
  size_t n = 0;
  const uint8_t *way = cr_frontier_way(f, place, &n);
  ck_assert_ptr_nonnull(way);
  ck_assert_uint_eq(n, strlen(text));
  if (n > 0) ck_assert_mem_eq(way, text, n);
}

START_TEST(pass__shorter_way__takes_its_place) {
  cr_frontier *f = cr_frontier_new();
  size_t n;
  ck_assert_ptr_null(cr_frontier_way(f, 5, &n));
  cr_frontier_pass(f, 5, (const uint8_t *)"abcdef", 6);
  cr_frontier_pass(f, 6, (const uint8_t *)"xyz", 3);
  cr_frontier_pass(f, 5, (const uint8_t *)"longer than before", 18);
  assert_way(f, 5, "abcdef");
  cr_frontier_pass(f, 5, (const uint8_t *)"gh", 2);
  assert_way(f, 5, "gh");
  assert_way(f, 6, "xyz");
  cr_frontier_pass(f, 5, NULL, 0);
  assert_way(f, 5, "");
  ck_assert_uint_eq(cr_frontier_passed(f, 5), 4);
  ck_assert_uint_eq(cr_frontier_passed(f, 6), 1);
  ck_assert_uint_eq(cr_frontier_passed(f, 7), 0);
  ck_assert_uint_eq(cr_frontier_count(f), 2);
  cr_frontier_free(f);
}
END_TEST

/* Counting ends and does not begin again at nothing. */
START_TEST(pass__very_often__saturates) {
  cr_frontier *f = cr_frontier_new();
  pass_often(f, 1, "a", 1, CR_FRONTIER_PASSED_MAX + 3);
  ck_assert_uint_eq(cr_frontier_passed(f, 1), CR_FRONTIER_PASSED_MAX);
  cr_frontier_free(f);
}
END_TEST

/* Whatever it is told, it keeps no more than it may, and what came last is kept. */
START_TEST(pass__more_than_there_is_room_for__begins_anew) {
  static const size_t lengths[] = {2, CR_FRONTIER_WAY_MAX};
  uint8_t way[CR_FRONTIER_WAY_MAX + 1] = {0};
  size_t length = lengths[_i], n, most = CR_FRONTIER_BYTES / length;
  if (most > CR_FRONTIER_PLACES) most = CR_FRONTIER_PLACES;
  cr_frontier *f = cr_frontier_new();
  bool anew = false;
  for (uint32_t i = 0; i < 3 * most; i++) {
    unsigned before = cr_frontier_count(f);
    memcpy(way, &i, 2);
    cr_frontier_pass(f, i * 0x9E3779B1u, way, length);
    ck_assert_uint_le(cr_frontier_count(f), most);
    ck_assert_mem_eq(cr_frontier_way(f, i * 0x9E3779B1u, &n), way, 2);
    anew |= cr_frontier_count(f) <= before;
  }
  ck_assert(anew);
  unsigned count = cr_frontier_count(f);
  cr_frontier_pass(f, 77, way, CR_FRONTIER_WAY_MAX + 1);
  ck_assert_uint_eq(cr_frontier_count(f), count);
  cr_frontier_free(f);
}
END_TEST

/* Of eight places the one passed seldom is the choice whenever it is drawn: in two of three. */
START_TEST(choose__one_passed_seldom__is_chosen_most) {
  cr_frontier *f = cr_frontier_new();
  cr_rng rng;
  size_t n;
  unsigned rare = 0;
  ck_assert_ptr_null(cr_frontier_choose(f, (cr_rng_seed(&rng, 1), &rng), 100, &n));
  for (uint8_t place = 0; place < 8; place++) pass_often(f, place, &place, 1, place == 3 ? 2 : 50);
  for (unsigned i = 0; i < 1000; i++) rare += *cr_frontier_choose(f, &rng, 100, &n) == 3;
  ck_assert_uint_gt(rare, 550);
  ck_assert_uint_lt(rare, 750); /* others have their turn, too */
  cr_frontier_free(f);
}
END_TEST

START_TEST(choose__little_room__gives_what_fits) {
  cr_frontier *f = cr_frontier_new();
  cr_rng rng;
  size_t n;
  cr_rng_seed(&rng, 2);
  pass_often(f, 1, "abcd", 4, 1);
  ck_assert_ptr_null(cr_frontier_choose(f, &rng, 3, &n));
  pass_often(f, 2, "xy", 2, 9);
  for (unsigned i = 0; i < 200; i++) {
    const uint8_t *way = cr_frontier_choose(f, &rng, 3, &n);
    if (way != NULL) ck_assert_uint_eq(n, 2);
  }
  cr_frontier_free(f);
}
END_TEST

/* ---- on a model ------------------------------------------------------------------------------ */

typedef struct subject {
  cr_scenario scenario;
  cr_model *model;
  cr_memo *memo;
  cr_frontier *frontier;
  cr_mutator mutator;
} subject;

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

static void set_up(subject *s, const char *name) {
  cr_subject reference = {.kind = CR_SUBJECT_REFERENCE};
  load(name, &s->scenario);
  s->model = cr_model_new(&s->scenario, &reference, NULL);
  s->memo = cr_memo_new(s->model, true);
  s->frontier = cr_frontier_new();
  cr_mutator_of_model(&s->mutator, s->memo, s->frontier);
}

static void tear_down(subject *s) {
  cr_frontier_free(s->frontier);
  cr_memo_free(s->memo);
  cr_model_free(s->model);
}

enum { BYTES = 512, STATES = 401, ROUNDS = 400 };

static size_t states(const subject *s, const uint8_t *bytes, size_t n, uint32_t *state) {
  return s->mutator.states(s->mutator.context, bytes, n, state, STATES);
}

static const char *const names[] = {"disk-admin", "nodes-health", "group-large"};

/* Bytes of any kind are noted; each place is then reached by a way no longer than the input's. */
START_TEST(note__any_input__keeps_ways_that_lead_there) {
  subject s;
  cr_rng rng;
  uint32_t passed[STATES], reached[STATES];
  uint8_t bytes[BYTES];
  set_up(&s, names[_i]);
  cr_rng_seed(&rng, 4);
  size_t w = s.mutator.width;
  for (unsigned i = 0; i < ROUNDS; i++) {
    size_t n = cr_rng_below(&rng, BYTES), length;
    for (size_t k = 0; k < n; k++) bytes[k] = (uint8_t)cr_rng_next(&rng);
    cr_mutator_note(&s.mutator, bytes, n);
    size_t count = states(&s, bytes, n, passed);
    for (size_t k = 1; k < count; k++) {
      const uint8_t *way = cr_frontier_way(s.frontier, passed[k], &length);
      ck_assert_ptr_nonnull(way);
      ck_assert_uint_le(length, k * w);
      ck_assert_uint_eq(states(&s, way, length, reached), length / w + 1);
      ck_assert_uint_eq(reached[length / w], passed[k]);
    }
  }
  ck_assert_uint_gt(cr_frontier_count(s.frontier), 100);
  tear_down(&s);
}
END_TEST

/* It returns to a place that is known and goes on: whole choices, each of them possible. */
START_TEST(mutate_by__return__goes_on_from_a_known_place) {
  subject s;
  uint8_t bytes[BYTES];
  uint32_t passed[STATES];
  size_t length;
  set_up(&s, names[_i]);
  size_t w = s.mutator.width;
  length = cr_mutate_by(&s.mutator, CR_MUTATION_FRESH, bytes, 0, 40 * w, 1);
  uint8_t way[BYTES];
  memcpy(way, bytes, length);
  ck_assert_uint_gt(length, 4 * w);
  size_t count = states(&s, way, length, passed);
  cr_frontier_pass(s.frontier, passed[count - 1], way, length);
  for (unsigned i = 0; i < ROUNDS; i++) {
    size_t max = 2 * w + i % (BYTES - 2 * w);
    size_t n = cr_mutate_by(&s.mutator, CR_MUTATION_RETURN, bytes, 0, max, i);
    ck_assert_uint_le(n, max);
    ck_assert_uint_eq(n % w, 0);
    if (length > max) continue; /* no way fits: a walk from the beginning */
    ck_assert_uint_ge(n, length);
    ck_assert_uint_le(n, length + 64 * w);
    ck_assert_mem_eq(bytes, way, length);
    for (size_t at = length; at < n; at += w) { /* where it is not possible another one would be */
      unsigned value = w == 2 ? (unsigned)(bytes[at] | bytes[at + 1] << 8) : bytes[at];
      ck_assert_uint_lt(value, s.mutator.count);
    }
  }
  tear_down(&s);
}
END_TEST

/* Without a place to return to it is a fresh walk, and so it is where nobody keeps any. */
START_TEST(mutate_by__return_to_nowhere__is_fresh) {
  subject s;
  set_up(&s, "disk-small");
  for (unsigned i = 0; i < 50; i++) {
    uint8_t a[BYTES], b[BYTES];
    if (i == 25) s.mutator.frontier = NULL;
    size_t na = cr_mutate_by(&s.mutator, CR_MUTATION_RETURN, a, 0, BYTES, i);
    size_t nb = cr_mutate_by(&s.mutator, CR_MUTATION_FRESH, b, 0, BYTES, i);
    ck_assert_uint_gt(na, 0);
    ck_assert_uint_eq(na, nb);
    ck_assert_mem_eq(a, b, na);
  }
  tear_down(&s);
}
END_TEST

/* The same story twice: the same inputs, though each of them depends on all before it. */
START_TEST(mutate__same_story__same_bytes) {
  subject one, two;
  uint8_t a[BYTES] = {0}, b[BYTES] = {0};
  size_t na = 1, nb = 1;
  set_up(&one, "disk-admin");
  set_up(&two, "disk-admin");
  for (unsigned i = 0; i < 2000; i++) {
    na = cr_mutate(&one.mutator, a, na, BYTES, i);
    nb = cr_mutate(&two.mutator, b, nb, BYTES, i);
    ck_assert_uint_eq(na, nb);
    ck_assert_mem_eq(a, b, na);
    cr_mutator_note(&one.mutator, a, na);
    cr_mutator_note(&two.mutator, b, nb);
  }
  ck_assert_uint_eq(cr_frontier_count(one.frontier), cr_frontier_count(two.frontier));
  tear_down(&one);
  tear_down(&two);
}
END_TEST

/* Planted bugs that no random walk comes to: found by a fixed seed within what that has needed and
 * a half more, by the engine that has nothing but the mutator. */
START_TEST(fuzz__deep_mutant__is_found_by_returning) {
  static const struct {
    const char *scenario, *clause;
    uint32_t mutant;
    uint64_t most;
  } rows[] = {{"nodes-health", "VOL-CLUS-12", CR_MUTANT_ISALIVE_IGNORES_REFUSAL, 4500},
              {"nodes-failover", "VOL-CLUS-14", CR_MUTANT_M_MAINTENANCE_STICKY, 3400},
              {"disk-admin", "VOL-UNLOCK-02", CR_MUTANT_M_UNLOCK_ANY, 17000}};
  cr_scenario scenario;
  cr_errinfo info;
  cr_subject planted = {.kind = CR_SUBJECT_MUTANT, .mutant = rows[_i].mutant};
  cr_judge judge = {0};
  load(rows[_i].scenario, &scenario);
  cr_clauses_add(&judge.only, cr_clause_by_id(rows[_i].clause));
  cr_fuzz_options options = {
      .scenario = &scenario, .subject = &planted, .judge = &judge, .remember = true};
  cr_fuzzer *fuzzer = cr_fuzzer_new(&options);
  const cr_fuzz_stats *stats = cr_fuzzer_stats(fuzzer);
  for (uint64_t i = 0; i < rows[_i].most && stats->violations == 0; i++)
    ck_assert_int_eq(cr_fuzzer_random(fuzzer, 1, i, &info), CR_OK);
  ck_assert_msg(stats->violations > 0, "not found in %llu", (unsigned long long)rows[_i].most);
  cr_fuzzer_free(fuzzer);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("frontier");
  TCase *tcase = tcase_create("frontier");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, pass__shorter_way__takes_its_place);
  tcase_add_test(tcase, pass__very_often__saturates);
  tcase_add_loop_test(tcase, pass__more_than_there_is_room_for__begins_anew, 0, 2);
  tcase_add_test(tcase, choose__one_passed_seldom__is_chosen_most);
  tcase_add_test(tcase, choose__little_room__gives_what_fits);
  tcase_add_loop_test(tcase, note__any_input__keeps_ways_that_lead_there, 0, 3);
  tcase_add_loop_test(tcase, mutate_by__return__goes_on_from_a_known_place, 0, 3);
  tcase_add_test(tcase, mutate_by__return_to_nowhere__is_fresh);
  tcase_add_test(tcase, mutate__same_story__same_bytes);
  tcase_add_loop_test(tcase, fuzz__deep_mutant__is_found_by_returning, 0, 3);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* test_mutate.c - the mutator: whatever it makes is an interleaving, within bounds and the same for
 * the same seed; each operator does what its name says; the feedback that engines get. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/fuzz.h"

enum { ROUNDS = 3000, BYTES = 96 };

static cr_model *load(const char *name, cr_mutator *mutator) {
  static cr_scenario scenario;
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  cr_buf path = {0}, text = {0};
  cr_errinfo info = {{0}};
  cr_buf_printf(&path, "%s/%s.scenario", SCENARIOS, name);
  ck_assert_msg(cr_file_read(path.data, 65536, &text, &info) == CR_OK, "%s", info.text);
  ck_assert_msg(cr_scenario_parse(text.data, text.len, path.data, 1, &scenario, &info) == CR_OK,
                "%s", info.text);
  cr_model *model = cr_model_new(&scenario, &subject, NULL);
  cr_mutator_of_model(mutator, cr_memo_new(model, true), cr_frontier_new());
  cr_buf_free(&path);
  cr_buf_free(&text);
  return model;
}

static void unload(cr_model *model, const cr_mutator *mutator) {
  cr_memo_free(mutator->context);
  cr_frontier_free(mutator->frontier);
  cr_model_free(model);
}

/* An input of choices of the mutator. */
static size_t random_input(const cr_mutator *m, cr_rng *rng, uint8_t *bytes, size_t max) {
  size_t n = 1 + cr_rng_below(rng, (uint32_t)(max / m->width));
  for (size_t i = 0; i < n; i++) {
    unsigned value = m->choice[cr_rng_below(rng, m->count)].value;
    bytes[i * m->width] = (uint8_t)value;
    if (m->width == 2) bytes[i * 2 + 1] = (uint8_t)(value >> 8);
  }
  return n * m->width;
}

static unsigned choice_at(const cr_mutator *m, const uint8_t *bytes, size_t i) {
  return m->width == 2 ? (unsigned)(bytes[2 * i] | bytes[2 * i + 1] << 8) : bytes[i];
}

static cr_action_kind kind_of(const cr_mutator *m, unsigned value) {
  for (unsigned i = 0; i < m->count; i++)
    if (m->choice[i].value == value) return m->choice[i].kind;
  return CR_ACTION_PLAIN;
}

static unsigned count_of(const cr_mutator *m, const uint8_t *bytes, size_t n, cr_action_kind kind) {
  unsigned count = 0;
  for (size_t i = 0; i < n / m->width; i++) count += kind_of(m, choice_at(m, bytes, i)) == kind;
  return count;
}

/* How often each byte stands there: the same for two inputs with the same choices in any order. */
static void tally(const cr_mutator *m, const uint8_t *bytes, size_t n, unsigned *of) {
  memset(of, 0, 65536 * sizeof *of);
  for (size_t i = 0; i < n / m->width; i++) of[choice_at(m, bytes, i)]++;
}

static bool same_choices(const cr_mutator *m, const uint8_t *a, size_t na, const uint8_t *b,
                         size_t nb) {
  static unsigned of_a[65536], of_b[65536];
  tally(m, a, na, of_a);
  tally(m, b, nb, of_b);
  return na == nb && memcmp(of_a, of_b, sizeof of_a) == 0;
}

static const char *const scenario_names[] = {"disk-small", "group-large"};

START_TEST(mutate__any_input__stays_within_bounds_and_repeats) {
  cr_mutator m;
  cr_model *model = load(scenario_names[_i], &m);
  cr_rng rng;
  cr_rng_seed(&rng, 3);
  unsigned changed = 0;
  for (unsigned i = 0; i < ROUNDS; i++) {
    size_t max = m.width * (1 + cr_rng_below(&rng, 64)), n = cr_rng_below(&rng, (uint32_t)max + 1);
    uint8_t *a = malloc(max), *b = malloc(max),
            *out = malloc(max); /* so that ASan sees the edges */
    for (size_t k = 0; k < max; k++) a[k] = b[k] = (uint8_t)cr_rng_next(&rng);
    uint64_t seed = cr_rng_next(&rng);
    size_t na = cr_mutate(&m, a, n, max, seed), nb = cr_mutate(&m, b, n, max, seed);
    ck_assert_uint_ge(na, 1);
    ck_assert_uint_le(na, max);
    ck_assert_uint_eq(na % m.width, 0);
    ck_assert_uint_eq(na, nb);
    ck_assert_mem_eq(a, b, na);
    if (na != n) changed++;
    ck_assert_uint_le(cr_splice(&m, a, na, b, nb, out, max, seed), max);
    free(a);
    free(b);
    free(out);
  }
  ck_assert_uint_gt(changed, ROUNDS / 4);
  unload(model, &m);
}
END_TEST

/* What an operator may do to the number of choices, and whether they remain the same ones. */
static const struct {
  cr_mutation which;
  int least, most; /* choices more */
  bool keeps;      /* the same choices, in another order */
} promises[] = {{CR_MUTATION_CHANGE, 0, 0, false},     {CR_MUTATION_INSERT, 1, 1, false},
                {CR_MUTATION_DROP, -4, -1, false},     {CR_MUTATION_SWAP, 0, 0, true},
                {CR_MUTATION_MOVE, 0, 0, true},        {CR_MUTATION_DOWN, 0, 0, true},
                {CR_MUTATION_RACE, 1, 1, false},       {CR_MUTATION_DUPLICATE, 1, 16, false},
                {CR_MUTATION_PRIORITY, 0, 100, false}, {CR_MUTATION_GROW, 1, 24, false}};

START_TEST(mutate_by__each_operator__keeps_its_promise) {
  cr_mutator m;
  cr_model *model = load("disk-admin", &m);
  cr_rng rng;
  cr_rng_seed(&rng, 11);
  unsigned changed = 0;
  for (unsigned i = 0; i < ROUNDS; i++) {
    uint8_t before[BYTES], after[2 * BYTES];
    size_t n = random_input(&m, &rng, before, sizeof before);
    if (n < 6) continue;
    memcpy(after, before, n);
    size_t now = cr_mutate_by(&m, promises[_i].which, after, n, sizeof after, cr_rng_next(&rng));
    int more = (int)now - (int)n;
    ck_assert_int_ge(more, promises[_i].least);
    ck_assert_int_le(more, promises[_i].most);
    if (promises[_i].keeps) ck_assert(same_choices(&m, before, n, after, now));
    changed += now != n || memcmp(before, after, n) != 0;
    if (promises[_i].which == CR_MUTATION_RACE)
      ck_assert_uint_eq(count_of(&m, after, now, CR_ACTION_OPEN),
                        count_of(&m, before, n, CR_ACTION_OPEN) + 1);
  }
  ck_assert_uint_gt(changed, ROUNDS / 2);
  unload(model, &m);
}
END_TEST

/* All that is no Terminate, Close or Offline keeps its order. */
START_TEST(mutate_by__down__moves_nothing_else) {
  cr_mutator m;
  cr_model *model = load("disk-admin", &m);
  cr_rng rng;
  cr_rng_seed(&rng, 12);
  for (unsigned i = 0; i < ROUNDS; i++) {
    uint8_t before[BYTES], after[BYTES];
    size_t n = random_input(&m, &rng, before, sizeof before), k = 0;
    memcpy(after, before, n);
    ck_assert_uint_eq(cr_mutate_by(&m, CR_MUTATION_DOWN, after, n, sizeof after, i), n);
    for (size_t at = 0; at < n; at++) {
      if (kind_of(&m, after[at]) == CR_ACTION_DOWN) continue;
      while (kind_of(&m, before[k]) == CR_ACTION_DOWN) k++;
      ck_assert_uint_eq(after[at], before[k++]);
    }
  }
  unload(model, &m);
}
END_TEST

START_TEST(mutate_by__swap__changes_two_neighbours) {
  cr_mutator m;
  cr_model *model = load("disk-small", &m);
  cr_rng rng;
  cr_rng_seed(&rng, 13);
  for (unsigned i = 0; i < ROUNDS; i++) {
    uint8_t before[BYTES], after[BYTES];
    size_t n = random_input(&m, &rng, before, sizeof before), first = 0;
    memcpy(after, before, n);
    cr_mutate_by(&m, CR_MUTATION_SWAP, after, n, sizeof after, i);
    while (first < n && before[first] == after[first]) first++;
    if (first == n) continue;
    ck_assert_uint_lt(first + 1, n);
    ck_assert_uint_eq(before[first], after[first + 1]);
    ck_assert_uint_eq(before[first + 1], after[first]);
    ck_assert_mem_eq(before + first + 2, after + first + 2, n - first - 2);
  }
  unload(model, &m);
}
END_TEST

/* A fresh input is a walk: every choice is possible where it is made, so decoding changes nothing.
 */
START_TEST(mutate_by__fresh__is_canonical) {
  cr_mutator m;
  cr_model *model = load(scenario_names[_i], &m);
  cr_trace trace = {0};
  cr_trace_init(&trace, cr_model_scenario(model), cr_model_subject(model));
  cr_buf canonical = {0};
  for (unsigned i = 0; i < 200; i++) {
    uint8_t bytes[400];
    size_t n = cr_mutate_by(&m, CR_MUTATION_FRESH, bytes, 0, sizeof bytes, i);
    ck_assert_uint_gt(n, 0);
    cr_buf_clear(&canonical);
    cr_choices_run(model, bytes, n, 400, &trace, NULL, &canonical);
    ck_assert_uint_eq(canonical.len, n);
    ck_assert_mem_eq(canonical.data, bytes, n);
  }
  cr_buf_free(&canonical);
  cr_trace_free(&trace);
  unload(model, &m);
}
END_TEST

/* Where two walks meet, the rest of the second fits the first: it goes on in the same states. */
START_TEST(splice__two_walks__meet_in_an_equal_state) {
  cr_mutator m;
  cr_model *model = load("disk-small", &m);
  unsigned met = 0;
  for (unsigned i = 0; i < 500; i++) {
    uint8_t a[200], b[200], out[400];
    uint32_t of_a[401], of_b[401];
    size_t na = cr_mutate_by(&m, CR_MUTATION_FRESH, a, 0, sizeof a, 2 * i);
    size_t nb = cr_mutate_by(&m, CR_MUTATION_FRESH, b, 0, sizeof b, 2 * i + 1);
    size_t n = cr_splice(&m, a, na, b, nb, out, sizeof out, i);
    size_t sa = m.states(m.context, a, na, of_a, 401), sb = m.states(m.context, b, nb, of_b, 401);
    bool fits = false;
    for (size_t head = 0; head < sa && head <= n && !fits; head++) {
      size_t from = nb - (n - head);
      fits = n - head <= nb && memcmp(out, a, head) == 0 &&
             memcmp(out + head, b + from, n - head) == 0 && from < sb && of_a[head] == of_b[from];
    }
    met += fits;
  }
  ck_assert_uint_eq(met, 500);
  unload(model, &m);
}
END_TEST

START_TEST(prefer__any_state__is_the_one_of_the_list) {
  cr_mutator m;
  cr_model *model = load(scenario_names[_i], &m);
  cr_rng rng;
  cr_rng_seed(&rng, 5);
  for (unsigned walk = 0; walk < 100; walk++) {
    cr_world world;
    cr_actions enabled;
    cr_event event;
    cr_world_init(model, &world);
    for (;;) {
      unsigned preferred = cr_rng_below(&rng, m.count);
      cr_world_enabled(model, &world, &enabled);
      unsigned action = cr_world_prefer(model, &world, preferred);
      if (enabled.count == 0) ck_assert_uint_eq(action, CR_ACTIONS_MAX);
      if (enabled.count == 0) break;
      ck_assert_uint_eq(action, cr_action_prefer(&enabled, preferred));
      if (cr_world_step(model, &world, (cr_action)action, &event, NULL) != CR_CLAUSE_COUNT) break;
    }
  }
  unload(model, &m);
}
END_TEST

/* The same two operations in the other order are another pair; one actor alone makes none. */
START_TEST(feedback__racing_pairs__are_told_apart) {
  uint8_t first[CR_FEEDBACK_COUNTERS] = {0}, second[CR_FEEDBACK_COUNTERS] = {0};
  cr_event open = {.kind = CR_EV_OPENF, .role = CR_ROLE_APP};
  cr_event offline = {.kind = CR_EV_OFFLINE, .role = CR_ROLE_EP};
  cr_feedback f;
  cr_feedback_begin(&f, first, CR_FEEDBACK_OF_RACES);
  cr_feedback_event(&f, &open);
  cr_feedback_event(&f, &open);
  uint8_t none[CR_FEEDBACK_COUNTERS] = {0};
  ck_assert_mem_eq(first, none, sizeof none);
  cr_feedback_event(&f, &offline);
  cr_feedback_begin(&f, second, CR_FEEDBACK_OF_RACES);
  cr_feedback_event(&f, &offline);
  cr_feedback_event(&f, &open);
  ck_assert_mem_ne(first, none, sizeof none);
  ck_assert_mem_ne(second, none, sizeof none);
  ck_assert_mem_ne(first, second, sizeof first);
}
END_TEST

/* Schedules of a DLL: choices of two bytes, with calls that take down and opens among them. */
START_TEST(mutator_of_schedules__two_resources__has_all_kinds) {
  cr_mutator m, of_model;
  cr_model *model = load("two-disks", &of_model);
  cr_mutator_of_schedules(&m, cr_model_scenario(model));
  unsigned kinds[3] = {0};
  for (unsigned i = 0; i < m.count; i++) kinds[m.choice[i].kind]++;
  ck_assert_uint_eq(m.width, 2);
  ck_assert_uint_eq(kinds[CR_ACTION_DOWN], 6);
  ck_assert_uint_eq(kinds[CR_ACTION_OPEN], 2 * cr_model_scenario(model)->apps_count);
  uint8_t bytes[64];
  size_t n = cr_mutate(&m, bytes, 0, sizeof bytes, 1);
  ck_assert_uint_ge(n, 2);
  ck_assert_uint_eq(n % 2, 0);
  unload(model, &of_model);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("mutate");
  TCase *tcase = tcase_create("mutate");
  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, mutate__any_input__stays_within_bounds_and_repeats, 0, 2);
  tcase_add_loop_test(tcase, mutate_by__each_operator__keeps_its_promise, 0,
                      (int)CR_ARRAY_LEN(promises));
  tcase_add_test(tcase, mutate_by__down__moves_nothing_else);
  tcase_add_test(tcase, mutate_by__swap__changes_two_neighbours);
  tcase_add_loop_test(tcase, mutate_by__fresh__is_canonical, 0, 2);
  tcase_add_test(tcase, splice__two_walks__meet_in_an_equal_state);
  tcase_add_loop_test(tcase, prefer__any_state__is_the_one_of_the_list, 0, 2);
  tcase_add_test(tcase, feedback__racing_pairs__are_told_apart);
  tcase_add_test(tcase, mutator_of_schedules__two_resources__has_all_kinds);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

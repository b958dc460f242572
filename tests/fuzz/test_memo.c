/* test_memo.c - runs that remember: what they show is what runs without a memory show, also when
 * the memory is full, begins anew, or is given back. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/fuzz.h"
#include "clusrace/memo.h"

enum { WALK_MAX = 300 };

static cr_model *load(const char *name, uint32_t mutant) {
  cr_scenario scenario;
  cr_subject subject = {.kind = mutant == 0 ? CR_SUBJECT_REFERENCE : CR_SUBJECT_MUTANT,
                        .mutant = mutant};
  cr_buf path = {0}, text = {0};
  cr_errinfo info = {{0}};
  cr_buf_printf(&path, "%s/%s.scenario", SCENARIOS, name);
  ck_assert_msg(cr_file_read(path.data, 65536, &text, &info) == CR_OK, "%s", info.text);
  ck_assert_msg(cr_scenario_parse(text.data, text.len, path.data, 1, &scenario, &info) == CR_OK,
                "%s", info.text);
  cr_buf_free(&path);
  cr_buf_free(&text);
  return cr_model_new(&scenario, &subject, NULL);
}

/* A walk: what was preferred, and what each step did. */
typedef struct walk {
  unsigned count, fresh;
  uint16_t preferred[WALK_MAX];
  cr_memo_step step[WALK_MAX];
  bool final;
} walk;

static void take(cr_memo *memo, cr_memo_moment *moment, unsigned number, walk *w) {
  cr_judgement judgement;
  bool fresh;
  w->step[w->count] = *cr_memo_take(memo, moment, number, &judgement, &fresh);
  w->fresh += fresh;
}

/* By preferred actions, as an input is decoded. */
static void follow(cr_memo *memo, walk *w, unsigned count) {
  cr_memo_moment moment;
  w->count = w->fresh = 0;
  w->final = false;
  cr_memo_begin(memo, &moment);
  while (w->count < count) {
    unsigned number = cr_memo_prefer(memo, &moment, w->preferred[w->count]);
    if (number == CR_MEMO_NOTHING) w->final = cr_memo_final(memo, &moment);
    if (number == CR_MEMO_NOTHING) return;
    take(memo, &moment, number, w);
    if (w->step[w->count++].clause != CR_CLAUSE_COUNT) return;
  }
  w->final = cr_memo_final(memo, &moment);
}

/* Uniform, as the mutator walks. */
static void wander(cr_memo *memo, walk *w, cr_rng *rng, unsigned count) {
  cr_memo_moment moment;
  w->count = w->fresh = 0;
  cr_memo_begin(memo, &moment);
  while (w->count < count) {
    unsigned number = cr_memo_any(memo, &moment, rng);
    if (number == CR_MEMO_NOTHING) return;
    take(memo, &moment, number, w);
    w->preferred[w->count] = w->step[w->count].action;
    if (w->step[w->count++].clause != CR_CLAUSE_COUNT) return;
  }
}

static void assert_same(const walk *a, const walk *b) {
  ck_assert_uint_eq(a->count, b->count);
  ck_assert_int_eq(a->final, b->final);
  for (unsigned i = 0; i < a->count; i++) {
    const cr_memo_step *x = &a->step[i], *y = &b->step[i];
    ck_assert_uint_eq(x->action, y->action);
    ck_assert_uint_eq(x->clause, y->clause);
    ck_assert_uint_eq(x->abstract, y->abstract);
    ck_assert_uint_eq(x->mark.state, y->mark.state);
    ck_assert_uint_eq(x->mark.pair, y->mark.pair);
    ck_assert_uint_eq(x->mark.operation, y->mark.operation);
    ck_assert_uint_eq(x->mark.actor, y->mark.actor);
    ck_assert_uint_eq(x->mark.thing, y->mark.thing);
  }
}

static void choose(walk *w, cr_rng *rng, const cr_model *model) {
  for (unsigned i = 0; i < WALK_MAX; i++)
    w->preferred[i] = (uint16_t)cr_rng_below(rng, cr_model_actions_count(model));
}

typedef struct subject {
  const char *scenario;
  uint32_t mutant;
} subject;
static const subject subjects[] = {{"disk-basic", 0},
                                   {"disk-basic", CR_MUTANT_TERM_NOJOIN},
                                   {"disk-admin", 0},
                                   {"nodes-health", 0},
                                   {"two-disks", CR_MUTANT_REMOUNT_WINDOW}};

/* Walks that begin like the one before, up to any place, and walks that do not. */
START_TEST(memo__any_walks__as_without) {
  cr_model *model = load(subjects[_i].scenario, subjects[_i].mutant);
  cr_memo *with = cr_memo_new(model, true), *without = cr_memo_new(model, false);
  walk a, b;
  cr_rng rng;
  cr_rng_seed(&rng, 11);
  ck_assert_uint_eq(cr_memo_first(with), cr_memo_first(without));
  choose(&a, &rng, model);
  for (unsigned round = 0; round < 1500; round++) {
    unsigned from = cr_rng_below(&rng, 60), some = 1 + cr_rng_below(&rng, 4);
    if (round % 7 == 0) wander(with, &a, &rng, 1 + cr_rng_below(&rng, WALK_MAX));
    if (round % 11 == 0) choose(&a, &rng, model);
    for (unsigned i = 0; i < some; i++)
      a.preferred[from + i] = (uint16_t)cr_rng_below(&rng, cr_model_actions_count(model));
    memcpy(b.preferred, a.preferred, sizeof b.preferred);
    unsigned count = 1 + cr_rng_below(&rng, WALK_MAX);
    follow(with, &a, count);
    follow(without, &b, count);
    assert_same(&a, &b);
    ck_assert_uint_eq(b.fresh, b.count);
    follow(with, &a, count); /* nothing of it is new */
    ck_assert_uint_eq(a.fresh, 0);
    assert_same(&a, &b);
  }
  cr_memo_free(with);
  cr_memo_free(without);
  cr_model_free(model);
}
END_TEST

/* Walks until the memory has been full: the first walk is new once more. How often each walk is
 * repeated decides whether remembering is worth its price. What leaves a walk somewhere is compared
 * with a run without a memory. Returns how many walks that took. */
static unsigned fill(cr_memo *memo, cr_memo *without, unsigned repeats, walk *first) {
  const cr_model *model = cr_memo_model(memo);
  walk a, b, c;
  cr_rng rng;
  cr_rng_seed(&rng, 5);
  choose(first, &rng, model);
  follow(memo, first, WALK_MAX);
  ck_assert_uint_gt(first->fresh, 0);
  for (unsigned walks = 1; walks < 10000; walks++) {
    wander(memo, &a, &rng, WALK_MAX);
    for (unsigned i = 0; i < repeats; i++) follow(memo, &a, a.count);
    memcpy(b.preferred, a.preferred, sizeof b.preferred);
    for (unsigned i = cr_rng_below(&rng, a.count); i < a.count; i++)
      b.preferred[i] = (uint16_t)cr_rng_below(&rng, cr_model_actions_count(model));
    memcpy(c.preferred, b.preferred, sizeof c.preferred);
    follow(memo, &b, a.count);
    follow(without, &c, a.count);
    assert_same(&b, &c);
    follow(memo, first, WALK_MAX);
    if (first->fresh != 0) return walks;
  }
  return 0;
}

/* Walks until the memory has been emptied, `useful` of them known walks in between, and the first
 * one once more: as without a memory, and next to nothing is left of it. Then it was remembered
 * again: of how many steps nothing was known. */
static void until_emptied(unsigned useful, walk *last) {
  cr_model *model = load("group-large", 0); /* more states than it can hold */
  cr_memo *with = cr_memo_new(model, true), *without = cr_memo_new(model, false);
  walk again;
  ck_assert_uint_gt(fill(with, without, useful, last), 100);
  memcpy(again.preferred, last->preferred, sizeof again.preferred);
  follow(without, &again, WALK_MAX);
  assert_same(last, &again);
  ck_assert_uint_gt(last->fresh, last->count / 2);
  follow(with, last, WALK_MAX);
  assert_same(last, &again);
  cr_memo_free(with);
  cr_memo_free(without);
  cr_model_free(model);
}

START_TEST(memo__full_but_useful__begins_anew) {
  walk last;
  until_emptied(20, &last);
  ck_assert_uint_eq(last.fresh, 0); /* it is remembered again */
}
END_TEST

START_TEST(memo__full_and_of_no_use__given_back) {
  walk last;
  until_emptied(0, &last);
  ck_assert_uint_gt(last.count, 0);
  ck_assert_uint_eq(last.fresh, last.count); /* and is not remembered any more */
}
END_TEST

int main(void) {
  Suite *suite = suite_create("memo");
  TCase *tcase = tcase_create("memo");
  tcase_set_timeout(tcase, 240);
  tcase_add_loop_test(tcase, memo__any_walks__as_without, 0, CR_ARRAY_LEN(subjects));
  tcase_add_test(tcase, memo__full_but_useful__begins_anew);
  tcase_add_test(tcase, memo__full_and_of_no_use__given_back);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* test_search.c - the search over small concurrent programs whose outcomes are known by walking all
 * schedules: a reduction may leave out schedules, never outcomes. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/search.h"

enum { THREADS = 4, STEPS = 8, VARS = 3, LOCKS = 2, OUTCOMES_MAX = 20000 };

typedef enum op {
  OP_END = 0,
  OP_SET,
  OP_COPY,
  OP_ADD,
  OP_LOCK,
  OP_UNLOCK,
  OP_CHOOSE,
  OP_SPAWN,
  OP_SLEEP
} op;
typedef struct instruction {
  op op;
  uint8_t a, b;
} instruction;
typedef struct program {
  unsigned threads;
  bool late[THREADS]; /* it begins when somebody spawns it */
  instruction code[THREADS][STEPS + 1];
} program;

typedef struct machine {
  uint8_t born[THREADS];                                      /* 1: begun by another thread */
  uint8_t pc[THREADS], reg[THREADS], var[VARS], owner[LOCKS]; /* owner: 1 + thread */
} machine;

static unsigned options_of(const program *p, const machine *m, cr_candidate *out) {
  unsigned n = 0;
  for (unsigned t = 0; t < p->threads; t++) {
    const instruction *i = &p->code[t][m->pc[t]];
    if (p->late[t] && !m->born[t]) continue;
    if (i->op == OP_END || (i->op == OP_LOCK && m->owner[i->a] != 0)) continue;
    for (unsigned v = 0; v < (i->op == OP_CHOOSE ? 2u : 1u); v++)
      out[n++] = (cr_candidate){
          .process = (uint8_t)t,
          .variant = (uint16_t)v,
          .object = i->op == OP_SET || i->op == OP_COPY || i->op == OP_ADD ? i->a + 1u : 0u};
    if (i->op == OP_SLEEP) out[n - 1].cost = CR_COST_TIMER;
  }
  bool free = false; /* somebody who is asleep wakes at no cost when nobody else can go on */
  for (unsigned i = 0; i < n; i++) free = free || out[i].cost == CR_COST_NONE;
  for (unsigned i = 0; i < n && !free; i++) out[i].cost = CR_COST_NONE;
  return n;
}

static cr_footprint step(const program *p, machine *m, const cr_candidate *o) {
  unsigned t = o->process;
  const instruction *i = &p->code[t][m->pc[t]++];
  cr_footprint f = {0};
  if (p->late[t] && m->pc[t] == 1) cr_footprint_add(&f, 300u + t, CR_ACCESS_WRITE);
  switch (i->op) {
    case OP_SET:
      m->var[i->a] = i->b;
      cr_footprint_add(&f, i->a + 1u, CR_ACCESS_WRITE);
      break;
    case OP_COPY:
      m->reg[t] = (uint8_t)(m->reg[t] * 3 + m->var[i->a]);
      cr_footprint_add(&f, i->a + 1u, CR_ACCESS_READ);
      break;
    case OP_ADD:
      m->var[i->a] = (uint8_t)(m->var[i->a] + i->b);
      cr_footprint_add(&f, i->a + 1u, CR_ACCESS_ADD);
      break;
    case OP_LOCK:
    case OP_UNLOCK:
      if (i->op == OP_LOCK)
        m->owner[i->a] = (uint8_t)(t + 1);
      else if (m->owner[i->a] == t + 1)
        m->owner[i->a] = 0;
      cr_footprint_add(&f, 100u + i->a, CR_ACCESS_WRITE);
      break;
    case OP_CHOOSE: m->reg[t] = (uint8_t)(m->reg[t] * 3 + o->variant); break;
    case OP_SPAWN:
      m->born[1 + i->a] = 1;
      cr_footprint_add(&f, 301u + i->a, CR_ACCESS_WRITE);
      break;
    case OP_SLEEP: /* woken because nobody else could go on, or out of what there is of timers */
      f.everything = o->cost == CR_COST_NONE;
      cr_footprint_add(&f, 200, CR_ACCESS_WRITE);
      break;
    default: break;
  }
  return f;
}

static void tell_blocked(const program *p, const machine *m, cr_search *s) {
  for (unsigned t = 0; t < p->threads; t++) {
    const instruction *i = &p->code[t][m->pc[t]];
    cr_footprint f = {0};
    if (i->op != OP_LOCK || (p->late[t] && !m->born[t])) continue;
    cr_footprint_add(&f, 100u + i->a, CR_ACCESS_WRITE);
    if (p->late[t] && m->pc[t] == 0) cr_footprint_add(&f, 300u + t, CR_ACCESS_WRITE);
    cr_search_blocked(s, t, &f);
  }
}

typedef struct outcomes {
  machine *list;
  unsigned count;
  cr_search_stats stats;
  bool exhausted;
} outcomes;

static void outcome_add(outcomes *o, const machine *m) {
  for (unsigned i = 0; i < o->count; i++)
    if (memcmp(&o->list[i], m, sizeof *m) == 0) return;
  ck_assert(o->count < OUTCOMES_MAX);
  o->list[o->count++] = *m;
}

static bool told_nothing; /* the search is told what a step touches only when it asks */

/* interrupted: every so many schedules the search is saved and goes on in a new one. */
static outcomes walk(const program *p, cr_search_config config, unsigned interrupted) {
  outcomes o = {.list = cr_alloc(OUTCOMES_MAX * sizeof *o.list)};
  cr_search *s = cr_search_new(&config);
  for (unsigned count = 1; cr_search_begin(s); count++) {
    machine m = {0};
    cr_candidate options[THREADS * 2];
    unsigned n, pick = 0;
    while ((n = options_of(p, &m, options)) > 0) {
      pick = cr_search_pick(s, options, n);
      if (pick >= n) break;
      cr_footprint f = step(p, &m, &options[pick]);
      if (told_nothing && !cr_search_learns(s)) f = (cr_footprint){0};
      cr_search_did(s, &f);
    }
    if (n == 0) outcome_add(&o, &m);
    tell_blocked(p, &m, s);
    cr_search_end(s);
    if (interrupted != 0 && count % interrupted == 0) {
      cr_buf saved = {0};
      cr_errinfo info;
      cr_search_save(s, &saved);
      cr_search_free(s);
      s = cr_search_new(&config);
      ck_assert_int_eq(cr_search_load(s, saved.data, saved.len, &info), CR_OK);
      saved.data[saved.len / 2] ^= 1;
      cr_search *broken = cr_search_new(&config);
      ck_assert_int_eq(cr_search_load(broken, saved.data, saved.len, &info), CR_ERR_INPUT);
      cr_search_free(broken);
      cr_buf_free(&saved);
    }
  }
  ck_assert_ptr_null(cr_search_error(s));
  o.stats = *cr_search_stats_of(s);
  o.exhausted = cr_search_exhausted(s);
  cr_search_free(s);
  return o;
}

static bool within(const outcomes *a, const outcomes *b) {
  for (unsigned i = 0; i < a->count; i++) {
    unsigned k = 0;
    while (k < b->count && memcmp(&a->list[i], &b->list[k], sizeof a->list[i]) != 0) k++;
    if (k == b->count) return false;
  }
  return true;
}

static program random_program(cr_rng *rng, bool sleepers) {
  program p = {.threads = 2 + cr_rng_below(rng, 2)};
  unsigned length = p.threads == 2 ? 8 : 4;
  for (unsigned t = 1; t < p.threads; t++) p.late[t] = cr_rng_below(rng, 2) == 0;
  for (unsigned t = 0; t < p.threads; t++)
    for (unsigned i = 0; i < length; i++)
      p.code[t][i] =
          (instruction){(op)(OP_SET + cr_rng_below(rng, sleepers ? 8 : 7)),
                        (uint8_t)cr_rng_below(rng, LOCKS), (uint8_t)(1 + cr_rng_below(rng, 3))};
  return p;
}

static const cr_search_config all = {.strategy = CR_STRATEGY_EVERYTHING,
                                     .preemptions = CR_SEARCH_UNBOUNDED};

START_TEST(independent_steps_need_one_schedule) {
  program p = {.threads = 2,
               .code = {{{OP_SET, 0, 1}, {OP_SET, 0, 2}, {OP_SET, 0, 3}},
                        {{OP_SET, 1, 1}, {OP_SET, 1, 2}, {OP_SET, 1, 3}}}};
  cr_search_config reduced = all;
  reduced.strategy = CR_STRATEGY_SYSTEMATIC;
  outcomes full = walk(&p, all, 0), few = walk(&p, reduced, 0);
  ck_assert_uint_eq(full.stats.schedules, 20); /* 6 over 3 */
  ck_assert_uint_eq(few.stats.schedules, 1);
  ck_assert(full.exhausted && few.exhausted);
  ck_assert_uint_eq(few.count, 1);
  free(full.list);
  free(few.list);
}
END_TEST

START_TEST(each_trace_once) {
  /* n writers of one variable: every order counts, and no schedule is run twice. */
  program p = {.threads = 4};
  for (unsigned t = 0; t < 4; t++) p.code[t][0] = (instruction){OP_SET, 0, (uint8_t)(t + 1)};
  cr_search_config reduced = all;
  reduced.strategy = CR_STRATEGY_SYSTEMATIC;
  outcomes o = walk(&p, reduced, 0);
  ck_assert_uint_eq(o.stats.schedules, 24);
  ck_assert_uint_eq(o.count, 4);
  free(o.list);
  for (unsigned t = 0; t < 4; t++) p.code[t][0].op = OP_ADD; /* sums commute */
  o = walk(&p, reduced, 0);
  ck_assert_uint_eq(o.stats.schedules, 1);
  free(o.list);
}
END_TEST

START_TEST(a_deadlock_is_found_with_one_preemption) {
  program p = {.threads = 2,
               .code = {{{OP_LOCK, 0, 0}, {OP_LOCK, 1, 0}, {OP_UNLOCK, 1, 0}, {OP_UNLOCK, 0, 0}},
                        {{OP_LOCK, 1, 0}, {OP_LOCK, 0, 0}, {OP_UNLOCK, 0, 0}, {OP_UNLOCK, 1, 0}}}};
  for (unsigned bound = 0; bound <= 2; bound++) {
    cr_search_config config = {.strategy = CR_STRATEGY_SYSTEMATIC, .preemptions = (uint8_t)bound};
    outcomes o = walk(&p, config, 0);
    ck_assert_uint_eq(o.count, bound == 0 ? 1 : 2);
    ck_assert(o.exhausted);
    free(o.list);
  }
}
END_TEST

/* _i: the seed */
START_TEST(no_outcome_is_lost) {
  cr_rng rng;
  cr_rng_seed(&rng, (uint64_t)_i);
  program p = random_program(&rng, false);
  cr_search_config reduced = all;
  reduced.strategy = CR_STRATEGY_SYSTEMATIC;
  outcomes full = walk(&p, all, 0), few = walk(&p, reduced, 0), cut = walk(&p, reduced, 3);
  ck_assert(full.exhausted && few.exhausted && cut.exhausted);
  ck_assert(within(&full, &few) && within(&few, &full) && within(&full, &cut));
  ck_assert_uint_le(few.stats.schedules, full.stats.schedules);
  ck_assert_uint_eq(few.stats.schedules, cut.stats.schedules);
  free(full.list);
  free(few.list);
  free(cut.list);
}
END_TEST

START_TEST(no_outcome_within_a_bound_is_lost) {
  cr_rng rng;
  cr_rng_seed(&rng, 1000 + (uint64_t)_i);
  program p = random_program(&rng, true);
  for (unsigned bound = 0; bound <= 2; bound++) {
    cr_search_config config = all;
    config.preemptions = (uint8_t)bound;
    config.budget[CR_COST_TIMER] = 1;
    outcomes full = walk(&p, config, 0);
    config.strategy = CR_STRATEGY_SYSTEMATIC;
    outcomes few = walk(&p, config, 0);
    ck_assert_msg(within(&full, &few), "bound %u: %u of %u outcomes", bound, few.count, full.count);
    ck_assert(full.exhausted && few.exhausted);
    free(full.list);
    free(few.list);
  }
}
END_TEST

START_TEST(iterating_ends_with_everything) {
  cr_rng rng;
  cr_rng_seed(&rng, 7000 + (uint64_t)_i);
  program p = random_program(&rng, false);
  cr_search_config config = {
      .strategy = CR_STRATEGY_SYSTEMATIC, .preemptions = CR_SEARCH_UNBOUNDED, .iterate = true};
  outcomes full = walk(&p, all, 0), few = walk(&p, config, 0);
  ck_assert(within(&full, &few) && few.exhausted);
  ck_assert_int_eq(few.stats.exhausted, CR_SEARCH_UNBOUNDED);
  free(full.list);
  free(few.list);
}
END_TEST

/* _i: the strategy. A sample stays within the space, finds what is not rare, and repeats itself. */
START_TEST(samples_are_schedules) {
  cr_rng rng;
  cr_rng_seed(&rng, 99);
  program p = random_program(&rng, true);
  cr_search_config config = all;
  config.budget[CR_COST_TIMER] = 2;
  outcomes full = walk(&p, config, 0);
  config.strategy = (uint8_t)_i;
  config.schedules = 3000;
  config.seed = 5;
  outcomes once = walk(&p, config, 0), again = walk(&p, config, 0);
  ck_assert(within(&once, &full));
  ck_assert_uint_gt(once.count * 4, full.count * 3);
  ck_assert_uint_eq(once.stats.schedules, 3000);
  ck_assert_uint_eq(once.count, again.count);
  ck_assert_int_eq(memcmp(once.list, again.list, once.count * sizeof *once.list), 0);
  ck_assert(!once.exhausted);
  if (_i != CR_STRATEGY_POS) { /* what it does not learn from does not matter */
    told_nothing = true;
    outcomes blind = walk(&p, config, 0);
    told_nothing = false;
    ck_assert_uint_eq(once.count, blind.count);
    ck_assert_int_eq(memcmp(once.list, blind.list, once.count * sizeof *once.list), 0);
    free(blind.list);
  }
  free(full.list);
  free(once.list);
  free(again.list);
}
END_TEST

START_TEST(what_does_not_repeat_itself_is_noticed) {
  cr_search_config config = {.strategy = CR_STRATEGY_SYSTEMATIC,
                             .preemptions = CR_SEARCH_UNBOUNDED};
  cr_search *s = cr_search_new(&config);
  cr_candidate both[2] = {{.process = 0}, {.process = 1}};
  for (unsigned run = 0; cr_search_begin(s); run++) {
    for (unsigned at = 0; at < 2; at++) {
      cr_footprint f = {.everything = true};
      unsigned n = run == 0 && at == 0 ? 2 : 1; /* the second time one of them is not there */
      if (cr_search_pick(s, both + (n == 1), n) == n) break;
      cr_search_did(s, &f);
    }
    cr_search_end(s);
    ck_assert_uint_lt(run, 3);
  }
  ck_assert_ptr_nonnull(cr_search_error(s));
  cr_search_free(s);
}
END_TEST

START_TEST(a_lost_schedule_is_given_up) {
  cr_search_config config = {.strategy = CR_STRATEGY_SYSTEMATIC,
                             .preemptions = CR_SEARCH_UNBOUNDED};
  program p = {.threads = 3};
  for (unsigned t = 0; t < 3; t++) p.code[t][0] = (instruction){OP_SET, 0, (uint8_t)(t + 1)};
  cr_search *s = cr_search_new(&config);
  unsigned finished = 0, lost = 0;
  while (cr_search_begin(s)) {
    if (finished == 2 && lost == 0) { /* the second one never comes back */
      lost++;
      cr_search_lost(s);
      continue;
    }
    machine m = {0};
    cr_candidate options[THREADS * 2];
    unsigned n;
    while ((n = options_of(&p, &m, options)) > 0) {
      unsigned pick = cr_search_pick(s, options, n);
      if (pick >= n) break;
      cr_footprint f = step(&p, &m, &options[pick]);
      cr_search_did(s, &f);
    }
    tell_blocked(&p, &m, s);
    cr_search_end(s);
    finished++;
  }
  ck_assert_ptr_null(cr_search_error(s));
  ck_assert(!cr_search_exhausted(s));
  ck_assert_uint_gt(finished, 2);
  cr_search_free(s);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("search");
  TCase *c = tcase_create("programs");
  tcase_set_timeout(c, 120);
  tcase_add_test(c, independent_steps_need_one_schedule);
  tcase_add_test(c, each_trace_once);
  tcase_add_test(c, a_deadlock_is_found_with_one_preemption);
  tcase_add_loop_test(c, no_outcome_is_lost, 0, 60);
  tcase_add_loop_test(c, no_outcome_within_a_bound_is_lost, 0, 400);
  tcase_add_loop_test(c, iterating_ends_with_everything, 0, 30);
  tcase_add_loop_test(c, samples_are_schedules, CR_STRATEGY_PCT, CR_STRATEGY_COUNT);
  tcase_add_test(c, what_does_not_repeat_itself_is_noticed);
  tcase_add_test(c, a_lost_schedule_is_given_up);
  suite_add_tcase(suite, c);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* test_stack.c - the part "stack": in every state of its small scenarios the volume stack is sound
 * and is what the observer takes it for, and no stream of events leads the observer astray. */
#include <stdlib.h>
#include <string.h>

#include "suites.h"

static const char *const scenarios[] = {
    "stack-rights",  "stack-lock",   "stack-exclusive",     "stack-dismount",
    "stack-once",    "stack-raw",    "stack-lock-dismount", "stack-foreign-lock",
    "stack-system",  "stack-notes",  "stack-duplicate",     "stack-lock-dismounts",
    "stack-die",     "stack-linger", "stack-careful",       "stack-health",
    "stack-removal", "stack-csv",    "stack-disk"};

enum { STATES_MAX = 8192, SLOTS = 4 * STATES_MAX };

/* The states that have been reached, by digest, and those still to be looked into. */
typedef struct frontier {
  uint64_t seen[SLOTS];
  cr_world *world;
  size_t count;
} frontier;

static void reach(frontier *f, const cr_model *model, const cr_world *world) {
  uint64_t digest = cr_world_digest(model, world);
  size_t slot = digest % SLOTS;
  while (f->seen[slot] != 0 && f->seen[slot] != digest) slot = (slot + 1) % SLOTS;
  if (f->seen[slot] == digest) return;
  ck_assert_uint_lt(f->count, STATES_MAX);
  f->seen[slot] = digest;
  f->world[f->count++] = *world;
}

/* The volume as it is, and as the observer has it from the events alone. */
static void check_state(const char *name, const cr_world *world) {
  const cr_volume *v = &world->volumes.volume[0];
  const cr_obs_volume *o = &world->observer.volume[0];
  const char *wrong = cr_volumes_check(&world->volumes);
  ck_assert_msg(wrong == NULL, "%s: %s", name, wrong);
  ck_assert_msg(v->off == o->off, "%s: offline", name);
  ck_assert_msg(v->fs == o->fs && v->dism == o->pend, "%s: the instance", name);
  ck_assert_msg(v->lock == o->lock && v->impl == o->impl, "%s: the lock", name);
  for (unsigned i = 0; i < CR_OPENS_MAX; i++) {
    const cr_open *open = &world->volumes.open[i];
    const cr_obs_open *seen = &world->observer.open[i];
    ck_assert_msg(open->kind == seen->kind, "%s: handle %u", name, i);
    /* For the observer the dismounting open is one of the dismounted instance. */
    ck_assert_msg((open->stale || open->dism) == (seen->stale != 0), "%s: stale %u", name, i);
  }
}

START_TEST(stack__every_state__is_sound_and_known) {
  cr_scenario scenario;
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  load_scenario(scenarios[_i], &scenario);
  cr_model *model = cr_model_new(&scenario, &subject, NULL);
  frontier *f = calloc(1, sizeof *f);
  f->world = malloc(STATES_MAX * sizeof *f->world);
  cr_world world;
  cr_world_init(model, &world);
  reach(f, model, &world);
  for (size_t i = 0; i < f->count; i++) {
    cr_actions enabled;
    check_state(scenario.name, &f->world[i]);
    cr_world_enabled(model, &f->world[i], &enabled);
    for (unsigned k = 0; k < enabled.count; k++) {
      cr_event event;
      world = f->world[i];
      (void)cr_world_step(model, &world, enabled.list[k], &event, NULL);
      reach(f, model, &world);
    }
  }
  ck_assert_uint_gt(f->count, 50);
  free(f->world);
  free(f);
  cr_model_free(model);
}
END_TEST

/* The clause that catches a mutant is exercised, and kept, by the reference in the same scenario.
 */
START_TEST(mutant_of_the_stack__its_clause__has_a_witness) {
  const cr_mutant_row *row = cr_mutant_row_of((uint32_t)_i);
  if (strncmp(row->scenario, "stack-", strlen("stack-")) != 0) return;
  cr_scenario scenario;
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  cr_judge judge = {.strict = true, .witness = true};
  cr_clause clause = cr_clause_by_id(row->clause);
  cr_xresult r;
  cr_clauses_add(&judge.only, clause);
  load_scenario(row->scenario, &scenario);
  cr_model *model = cr_model_new(&scenario, &subject, &judge);
  explore_model(model, &r);
  ck_assert_msg(r.paths_count > 0, "%s is not exercised in %s", row->clause, row->scenario);
  cr_xresult_free(&r);
  cr_model_free(model);
}
END_TEST

/* Every variable of the part within its width. */
static bool widths_kept(const cr_obs_stack *o) {
  bool kept = true;
#define FIELD(name, bits) kept = kept && ((unsigned)o->name >> (bits)) == 0;
  CR_OBS_STACK_FIELDS(FIELD)
#undef FIELD
  return kept;
}

/* With every profile on, whatever happens. */
START_TEST(stack__any_event__is_taken) {
  cr_scenario s;
  cr_observer o;
  cr_rng rng;
  cr_clauses violated = {{0}};
  load_scenario("stack-careful", &s);
  s.param[CR_PARAM_STACK_NOTES] = s.param[CR_PARAM_STACK_LOCK_DISMOUNTS] = 1;
  s.param[CR_PARAM_STACK_CSV] = 1;
  cr_rng_seed(&rng, 20261121);
  for (unsigned i = 0; i < 200000; i++) {
    if (i % 100 == 0) cr_observer_init(&o, &s);
    bool odd = cr_rng_below(&rng, 50) == 0;
    uint32_t first = CR_EV_OPENV, kinds = CR_EV_COUNT - CR_EV_OPENV;
    static const uint32_t results[] = {0, 0, 0, 5, 6, 21, 31, 32, 55, 87, 158, 1006};
    cr_event e = {.kind = (uint8_t)(first + cr_rng_below(&rng, kinds)),
                  .role = (uint8_t)(1 + cr_rng_below(&rng, CR_ROLE_COUNT - 1)),
                  .who = (uint8_t)cr_rng_below(&rng, odd ? 256 : 3),
                  .lane = (uint8_t)cr_rng_below(&rng, odd ? 256 : 2),
                  .handle = (uint8_t)cr_rng_below(&rng, odd ? 256 : 4),
                  .effects = (uint8_t)(cr_rng_below(&rng, 4) == 0 ? cr_rng_below(&rng, 32) : 0),
                  .cause = (uint8_t)cr_rng_below(&rng, CR_CAUSE_COUNT),
                  .value = odd ? (uint32_t)cr_rng_next(&rng) : cr_rng_below(&rng, 5),
                  .extra = cr_rng_below(&rng, 32),
                  .result = results[cr_rng_below(&rng, CR_ARRAY_LEN(results))]};
    cr_judgement j;
    cr_observe(&o, &s, &e, &j);
    ck_assert(widths_kept(&o.parts.stack));
    cr_clauses_merge(&violated, &j.violated);
  }
  /* The stream is wild enough to break nearly all that the part judges. */
  unsigned broken = 0;
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++) broken += cr_clauses_has(&violated, (cr_clause)c);
  ck_assert_uint_gt(broken, 70);
}
END_TEST

Suite *cr_suite_stack(void) {
  Suite *suite = suite_create("stack");
  TCase *tcase = tcase_create("stack");
  tcase_set_timeout(tcase, 60);
  tcase_add_loop_test(tcase, stack__every_state__is_sound_and_known, 0, CR_ARRAY_LEN(scenarios));
  tcase_add_loop_test(tcase, mutant_of_the_stack__its_clause__has_a_witness, 1, CR_MUTANT_COUNT);
  tcase_add_test(tcase, stack__any_event__is_taken);
  suite_add_tcase(suite, tcase);
  return suite;
}

/* test_choices.c - strings of choices: any bytes are an interleaving, canonical bytes give it
 * again, packing loses nothing, minimising keeps the clause and reaches the explorer's length. */
#include <string.h>

#include "clusrace/minimise.h"
#include "suites.h"

static void random_bytes(uint64_t seed, uint8_t *bytes, size_t n) {
  cr_rng rng;
  cr_rng_seed(&rng, seed);
  for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)cr_rng_next(&rng);
}

static cr_model *model_of(const char *name, const char *mutant, const char *only) {
  cr_scenario scenario;
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  cr_judge judge = {0};
  load_scenario(name, &scenario);
  if (mutant != NULL) {
    subject.kind = CR_SUBJECT_MUTANT;
    subject.mutant = cr_mutant_by_name(mutant);
    ck_assert_uint_ne(subject.mutant, CR_MUTANT_NONE);
  }
  if (only != NULL) cr_clauses_add(&judge.only, cr_clause_by_id(only));
  return cr_model_new(&scenario, &subject, &judge);
}

START_TEST(choices__canonical_bytes__give_the_same_trace) {
  static const char *const names[] = {"disk-basic", "disk-admin", "disk-small", "two-disks"};
  for (uint64_t seed = 0; seed < 400; seed++) {
    cr_model *model = model_of(names[seed % CR_ARRAY_LEN(names)], NULL, NULL);
    uint8_t bytes[150];
    cr_trace a, b;
    cr_buf canonical = {0}, again = {0}, ta = {0}, tb = {0};
    cr_trace_init(&a, cr_model_scenario(model), cr_model_subject(model));
    cr_trace_init(&b, cr_model_scenario(model), cr_model_subject(model));
    random_bytes(seed, bytes, sizeof bytes);
    cr_choices_run(model, bytes, sizeof bytes, 1000, &a, NULL, &canonical);
    cr_choices_run(model, (const uint8_t *)canonical.data, canonical.len, 1000, &b, NULL, &again);
    cr_trace_write(&a, &ta);
    cr_trace_write(&b, &tb);
    ck_assert_str_eq(ta.data, tb.data);
    ck_assert_mem_eq(canonical.data, again.data, canonical.len);
    ck_assert_uint_eq(canonical.len, again.len);
    ck_assert_int_eq(a.verdict.kind, CR_VERDICT_CONFORMS);
    cr_trace_free(&a);
    cr_trace_free(&b);
    cr_buf_free(&canonical);
    cr_buf_free(&again);
    cr_buf_free(&ta);
    cr_buf_free(&tb);
    cr_model_free(model);
  }
}
END_TEST

/* In every state of random walks: unpacking what was packed gives the same value, the volumes are
 * sound, what is enabled can be taken, and the observer agrees with the monitor. */
START_TEST(world__random_walks__stay_sound) {
  static const char *const names[] = {"disk-admin", "disk-small", "disk-once", "two-disks"};
  for (uint64_t seed = 0; seed < 600; seed++) {
    cr_model *model = model_of(names[seed % CR_ARRAY_LEN(names)], NULL, NULL);
    cr_world world, copy;
    cr_actions enabled;
    cr_event event;
    cr_rng rng;
    uint8_t packed[1024];
    cr_rng_seed(&rng, seed);
    cr_world_init(model, &world);
    for (unsigned step = 0; step < 300; step++) {
      cr_world_enabled(model, &world, &enabled);
      if (enabled.count == 0) {
        ck_assert(cr_world_final(model, &world));
        break;
      }
      cr_action action = enabled.list[cr_rng_below(&rng, enabled.count)];
      cr_world before = world;
      uint8_t again[sizeof packed];
      cr_world_pack(model, &before, again);
      cr_clause clause = cr_world_step(model, &world, action, &event, NULL);
      ck_assert_int_eq(clause, CR_CLAUSE_COUNT);
      cr_world_repack(model, &before, &world, again);
      const char *wrong = cr_volumes_check(&world.volumes);
      ck_assert_msg(wrong == NULL, "seed %llu step %u: %s", (unsigned long long)seed, step, wrong);
      cr_world_pack(model, &world, packed);
      ck_assert_mem_eq(packed, again, cr_world_packed_bytes(model));
      cr_world_unpack(model, packed, &copy);
      ck_assert_mem_eq(&world, &copy, sizeof world);
      for (unsigned v = 0; v < cr_model_scenario(model)->volumes_count; v++)
        ck_assert_uint_eq(world.observer.volume[v].off, world.volumes.volume[v].off);
    }
    cr_model_free(model);
  }
}
END_TEST

START_TEST(rerun__altered_trace__diverges_at_that_step) {
  cr_model *model = model_of("disk-basic", NULL, NULL);
  uint8_t bytes[60];
  cr_trace trace, again = {0};
  random_bytes(11, bytes, sizeof bytes);
  cr_trace_init(&trace, cr_model_scenario(model), cr_model_subject(model));
  cr_choices_run(model, bytes, sizeof bytes, 1000, &trace, NULL, NULL);
  ck_assert_uint_gt(trace.steps_count, 8);
  for (size_t i = 0; i < trace.steps_count; i++) {
    cr_step kept = trace.steps[i];
    trace.steps[i].event.result ^= 1;
    cr_trace_rerun(model, &trace, &again, NULL);
    ck_assert_int_eq(again.verdict.kind, CR_VERDICT_DIVERGES);
    ck_assert_uint_eq(again.verdict.step, i + 1);
    trace.steps[i] = kept;
    trace.steps[i].after ^= 2;
    cr_trace_rerun(model, &trace, &again, NULL);
    ck_assert_uint_eq(again.verdict.step, i + 1);
    trace.steps[i] = kept;
  }
  cr_trace_rerun(model, &trace, &again, NULL);
  ck_assert_int_eq(again.verdict.kind, CR_VERDICT_CONFORMS);
  cr_trace_free(&trace);
  cr_trace_free(&again);
  cr_model_free(model);
}
END_TEST

static const struct {
  const char *mutant, *clause;
} minimised[] = {{"term-nojoin", "RM-TERM-04"},
                 {"remount-window", "VOL-OFFLINE-03"},
                 {"term-leaves-up", "RM-TERM-03"},
                 {"offline-no-dismount", "VOL-OFFLINE-01"},
                 {"offline-lies", "VOL-CLUS-04"},
                 {"mon-term-in-close", "VOL-PR-04"}}; /* not that clause: a deadlock */

/* The choices of a random walk in which each action has a weight of its own, drawn per walk: with
 * equal chances a Terminate would nearly always come before anything is online. */
static size_t walk_bytes(const cr_model *model, uint64_t seed, uint8_t *bytes, size_t max) {
  uint32_t weight[256];
  cr_world world;
  cr_actions enabled;
  cr_event event;
  cr_rng rng;
  size_t n = 0;
  cr_rng_seed(&rng, seed);
  for (size_t i = 0; i < CR_ARRAY_LEN(weight); i++) weight[i] = 1u << 4 * cr_rng_below(&rng, 4);
  cr_world_init(model, &world);
  for (; n < max; n++) {
    cr_world_enabled(model, &world, &enabled);
    if (enabled.count == 0) break;
    uint32_t total = 0, i = 0;
    for (unsigned k = 0; k < enabled.count; k++) total += weight[enabled.list[k]];
    for (uint32_t left = cr_rng_below(&rng, total); left >= weight[enabled.list[i]]; i++)
      left -= weight[enabled.list[i]];
    bytes[n] = (uint8_t)enabled.list[i];
    if (cr_world_step(model, &world, enabled.list[i], &event, NULL) != CR_CLAUSE_COUNT)
      return n + 1;
  }
  return n;
}

/* Violations found by random walks lose nothing but length: each becomes as short as the
 * explorer's. */
START_TEST(minimise__random_violations__reach_the_shortest_length) {
  cr_model *model = model_of("disk-small", minimised[_i].mutant, minimised[_i].clause);
  cr_xresult r;
  explore_model(model, &r);
  ck_assert_uint_ge(r.paths_count, 1);
  size_t least = r.paths[0].labels_count;
  unsigned found = 0, shortest = 0;
  cr_trace trace, minimal = {0}, again = {0};
  cr_trace_init(&trace, cr_model_scenario(model), cr_model_subject(model));
  for (uint64_t seed = 0; seed < 20000 && found < 20; seed++) {
    uint8_t bytes[200];
    size_t n = walk_bytes(model, seed, bytes, sizeof bytes);
    cr_choices_run(model, bytes, n, 1000, &trace, NULL, NULL);
    if (trace.verdict.kind == CR_VERDICT_CONFORMS) continue;
    cr_minimised took;
    cr_minimise(model, &trace, &minimal, &took);
    ck_assert_int_eq(minimal.verdict.kind, trace.verdict.kind);
    ck_assert_int_eq(minimal.verdict.clause, trace.verdict.clause);
    ck_assert_uint_le(minimal.steps_count, trace.steps_count);
    ck_assert_uint_ge(minimal.steps_count, least);
    ck_assert_uint_le(took.executions, 1000);
    cr_trace_rerun(model, &minimal, &again, NULL);
    ck_assert_int_eq(again.verdict.kind, trace.verdict.kind);
    ck_assert_int_eq(again.verdict.clause, trace.verdict.clause);
    /* Nothing is left to do: the same again, to the byte. */
    cr_buf one = {0}, two = {0};
    cr_trace_write(&minimal, &one);
    cr_minimise(model, &minimal, &again, &took);
    cr_trace_write(&again, &two);
    ck_assert_str_eq(one.data, two.data);
    cr_buf_free(&one);
    cr_buf_free(&two);
    found++;
    if (minimal.steps_count == least) shortest++;
  }
  ck_assert_msg(found >= 10, "only %u violations in 20,000 walks", found);
  ck_assert_msg(shortest == found, "%u of %u reach %zu steps", shortest, found, least);
  cr_xresult_free(&r);
  cr_trace_free(&trace);
  cr_trace_free(&minimal);
  cr_trace_free(&again);
  cr_model_free(model);
}
END_TEST

Suite *cr_suite_choices(void) {
  Suite *suite = suite_create("choices");
  TCase *tcase = tcase_create("choices");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, choices__canonical_bytes__give_the_same_trace);
  tcase_add_test(tcase, world__random_walks__stay_sound);
  tcase_add_test(tcase, rerun__altered_trace__diverges_at_that_step);
  tcase_add_loop_test(tcase, minimise__random_violations__reach_the_shortest_length, 0,
                      CR_ARRAY_LEN(minimised));
  suite_add_tcase(suite, tcase);
  return suite;
}

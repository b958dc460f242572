/* test_lifecycle.c - the benchmark model: its tables against its meaning, each rule against the row
 * that says what it touches, and the safety conditions against states that break them. */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle.h"

enum { SAMPLE = 8 };

/* The model once more, without tables; its invariant looks at what the test is about. */
typedef struct plain {
  lifecycle *model;
  lifecycle_sizes sizes;
  lifecycle_state seen[SAMPLE]; /* of the last states, to take other values from */
  unsigned seen_count;
  uint64_t checked;
} plain;

static bool plain_initial(void *ctx, uint32_t index, void *state) {
  const plain *p = ctx;
  const lifecycle_state nothing = {0};
  uint64_t packed = lifecycle_pack(p->model, &nothing);
  memcpy(state, &packed, sizeof packed);
  return index == 0;
}

static lifecycle_state unpacked(const plain *p, const void *state) {
  uint64_t packed;
  lifecycle_state now;
  memcpy(&packed, state, sizeof packed);
  lifecycle_unpack(p->model, packed, &now);
  return now;
}

static void plain_successors(void *ctx, const void *state, cr_xsink *sink) {
  const plain *p = ctx;
  lifecycle_state now = unpacked(p, state);
  for (unsigned i = 0; i < p->sizes.resources; i++)
    for (unsigned rule = 0; rule < LIFECYCLE_RULES; rule++) {
      lifecycle_state next = now;
      if (!lifecycle_fire(p->model, &next, i, rule)) continue;
      uint64_t packed = lifecycle_pack(p->model, &next);
      cr_xemit(sink, i * LIFECYCLE_RULES + rule, &packed, 0);
    }
}

static cr_xviolation plain_invariant(void *ctx, const void *state) {
  const plain *p = ctx;
  lifecycle_state now = unpacked(p, state);
  return lifecycle_violation(p->model, &now);
}

static void explore_how(const cr_xmodel *model, const cr_xoptions *options, cr_xresult *result) {
  cr_errinfo info = {{0}};
  ck_assert_msg(cr_explore(model, options, result, &info) == CR_OK, "%s", info.text);
  ck_assert_int_eq(result->stop, CR_XSTOP_COMPLETE);
  ck_assert_uint_eq(result->paths_count, 0);
}

static void explore(const cr_xmodel *model, cr_xresult *result) {
  explore_how(model, NULL, result);
}

static const struct {
  lifecycle_sizes sizes;
  uint64_t states, transitions;
  uint32_t depth;
  bool blocks; /* what is chosen; a small model seldom shows in its first states whether they pay */
} pins[] = {{{1, 0, 0}, 110, 277, 17, false},
            {{1, 2, 1}, 274, 709, 19, false},
            {{2, 0, 0}, 2610, 11192, 32, false},
            {{2, 2, 1}, 30058, 145968, 39, true},
            {{3, 0, 0}, 115800, 739808, 49, false}};

START_TEST(tables__against_the_plain_meaning__equal_walks) {
  plain p = {.sizes = pins[_i].sizes};
  p.model = lifecycle_new(&p.sizes);
  cr_xmodel tables = lifecycle_xmodel(p.model);
  cr_xmodel meaning = tables;
  meaning.ctx = &p;
  meaning.product = NULL;
  meaning.initial = plain_initial;
  meaning.successors = plain_successors;
  meaning.invariant = plain_invariant;
  cr_xresult a, b;
  explore(&tables, &a);
  explore(&meaning, &b);
  ck_assert_uint_eq(a.states, pins[_i].states);
  ck_assert_uint_eq(a.transitions, pins[_i].transitions);
  ck_assert_uint_eq(a.depth, pins[_i].depth);
  ck_assert_uint_eq(b.states, a.states);
  ck_assert_uint_eq(b.transitions, a.transitions);
  ck_assert_uint_eq(b.depth, a.depth);
  ck_assert_mem_eq(a.depth_counts, b.depth_counts, (a.depth + 1) * sizeof *a.depth_counts);
  ck_assert_uint_eq(a.label_counts_len, b.label_counts_len);
  ck_assert_mem_eq(a.label_counts, b.label_counts, a.label_counts_len * sizeof *a.label_counts);
  for (size_t label = 0; label < a.label_counts_len; label++) {
    bool restarts = label % LIFECYCLE_RULES == 3;
    bool checks = label % LIFECYCLE_RULES == 10;
    if ((!restarts || p.sizes.retries > 0) && (!checks || p.sizes.checks > 0))
      ck_assert_msg(a.label_counts[label] > 0, "%s is never enabled",
                    lifecycle_rules[label % LIFECYCLE_RULES].name);
  }
  cr_xresult_free(&a);
  cr_xresult_free(&b);
  lifecycle_free(p.model);
}
END_TEST

static bool same_life(const lifecycle_life *a, const lifecycle_life *b) {
  return a->monitor == b->monitor && a->place == b->place && a->told == b->told &&
         a->checks == b->checks && a->retries == b->retries;
}

static bool same_disk(const lifecycle_disk *a, const lifecycle_disk *b) {
  return a->mounted == b->mounted && a->dirty == b->dirty && a->opener == b->opener;
}

/* Which components of a state differ from another's, seen from resource i. What a rule may not name
 * at all (a resource further away) is the bit above all others. */
static unsigned differences(const lifecycle_state *a, const lifecycle_state *b, unsigned i) {
  unsigned bits = 0;
  for (unsigned k = 0; k < LIFECYCLE_RESOURCES_MAX; k++) {
    bool life = !same_life(&a->life[k], &b->life[k]);
    bool disk = !same_disk(&a->disk[k], &b->disk[k]);
    if (life)
      bits |= k == i       ? LIFECYCLE_LIFE
              : k + 1 == i ? LIFECYCLE_BEFORE
              : k == i + 1 ? LIFECYCLE_AFTER
                           : 32;
    if (disk) bits |= k == i ? LIFECYCLE_DISK : 32;
  }
  return bits | (a->slot.owner != b->slot.owner ? LIFECYCLE_SLOT : 0);
}

/* now, with everything that the rule does not read taken from other. */
static lifecycle_state elsewhere(const lifecycle_state *now, const lifecycle_state *other,
                                 unsigned i, unsigned reads) {
  lifecycle_state mixed = *other;
  if (reads & LIFECYCLE_LIFE) mixed.life[i] = now->life[i];
  if (reads & LIFECYCLE_DISK) mixed.disk[i] = now->disk[i];
  if (reads & LIFECYCLE_SLOT) mixed.slot = now->slot;
  if (reads & LIFECYCLE_BEFORE && i > 0) mixed.life[i - 1] = now->life[i - 1];
  if (reads & LIFECYCLE_AFTER && i + 1 < LIFECYCLE_RESOURCES_MAX)
    mixed.life[i + 1] = now->life[i + 1];
  return mixed;
}

/* Check writes a mark for each assertion that holds; here there are millions. */
static void expect(bool good, const lifecycle_rule *rule, const char *what) {
  if (!good) ck_abort_msg("%s %s than its row says", rule->name, what);
}

static void check_footprint(plain *p, const lifecycle_state *now, const lifecycle_state *other) {
  for (unsigned i = 0; i < p->sizes.resources; i++)
    for (unsigned r = 0; r < LIFECYCLE_RULES; r++) {
      const lifecycle_rule *rule = &lifecycle_rules[r];
      lifecycle_state next = *now, mixed = elsewhere(now, other, i, rule->reads),
                      mixed_next = mixed;
      bool fires = lifecycle_fire(p->model, &next, i, r);
      expect(lifecycle_fire(p->model, &mixed_next, i, r) == fires, rule, "looks at more");
      if (!fires) continue;
      expect((differences(now, &next, i) & ~rule->writes) == 0, rule, "changes more");
      expect((differences(&mixed, &mixed_next, i) & ~rule->writes) == 0, rule, "changes more");
      expect((differences(&next, &mixed_next, i) & rule->writes) == 0, rule, "depends on more");
      p->checked++;
    }
}

/* Called once for each state: holds it against some of the states before it. */
static cr_xviolation footprint_invariant(void *ctx, const void *state) {
  plain *p = ctx;
  lifecycle_state now = unpacked(p, state);
  for (unsigned k = 0; k < SAMPLE && k < p->seen_count; k++) check_footprint(p, &now, &p->seen[k]);
  /* Far apart, so that they differ in much. */
  unsigned slot = p->seen_count++ * 7 % 1024;
  if (slot < SAMPLE) p->seen[slot] = now;
  return 0;
}

/* Counts that a run has, however its states are kept. */
static void assert_same_counts(const cr_xresult *a, const cr_xresult *b) {
  ck_assert_uint_eq(a->states, b->states);
  ck_assert_uint_eq(a->transitions, b->transitions);
  ck_assert_uint_eq(a->depth, b->depth);
  ck_assert_uint_eq(a->label_counts_len, b->label_counts_len);
  ck_assert_mem_eq(a->label_counts, b->label_counts, a->label_counts_len * sizeof *a->label_counts);
  ck_assert_mem_eq(a->depth_counts, b->depth_counts, (a->depth + 1) * sizeof *a->depth_counts);
}

/* A choice by the first few states may be one that the others do not fit. */
START_TEST(blocks__asked_for_at_once__are_kept_to) {
  lifecycle *model = lifecycle_new(&(lifecycle_sizes){3, 0, 1});
  cr_xmodel xmodel = lifecycle_xmodel(model);
  cr_xoptions options = {.blocks = CR_XBLOCKS_ON};
  cr_xresult result;
  explore_how(&xmodel, &options, &result);
  ck_assert_uint_eq(result.states, 1729114);
  ck_assert_uint_gt(result.blocks, 0);
  cr_xresult_free(&result);
  lifecycle_free(model);
}
END_TEST

START_TEST(states__as_bits_of_blocks__equal_walks) {
  lifecycle *model = lifecycle_new(&pins[_i].sizes);
  cr_xmodel xmodel = lifecycle_xmodel(model);
  cr_xoptions options = {.blocks = CR_XBLOCKS_OFF};
  cr_xresult one, other;
  explore_how(&xmodel, &options, &one);
  ck_assert_uint_eq(one.blocks, 0);
  for (options.threads = 1; options.threads <= 2; options.threads++)
    for (int on = 0; on < 2; on++) {
      options.blocks = on ? CR_XBLOCKS_ON : CR_XBLOCKS_AUTO;
      explore_how(&xmodel, &options, &other);
      assert_same_counts(&one, &other);
      if (!on) ck_assert_int_eq(other.blocks > 0, pins[_i].blocks);
      cr_xresult_free(&other);
    }
  cr_xresult_free(&one);
  lifecycle_free(model);
}
END_TEST

START_TEST(rules__each_state_with_parts_of_others__touch_what_their_rows_say) {
  plain p = {.sizes = {(unsigned)_i + 1, 1, 1}};
  if (_i == 2) p.sizes = (lifecycle_sizes){3, 0, 0};
  p.model = lifecycle_new(&p.sizes);
  cr_xmodel meaning = lifecycle_xmodel(p.model);
  meaning.ctx = &p;
  meaning.product = NULL;
  meaning.initial = plain_initial;
  meaning.successors = plain_successors;
  meaning.invariant = footprint_invariant;
  cr_xresult result;
  explore(&meaning, &result);
  ck_assert_uint_gt(p.checked, result.transitions);
  for (unsigned r = 0; r < LIFECYCLE_RULES; r++)
    ck_assert_uint_eq(lifecycle_rules[r].writes & ~lifecycle_rules[r].reads, 0);
  cr_xresult_free(&result);
  lifecycle_free(p.model);
}
END_TEST

START_TEST(invariant__states_that_no_rule_makes__the_same_verdict_with_tables) {
  lifecycle_sizes sizes = {4, 2, 1};
  lifecycle *model = lifecycle_new(&sizes);
  cr_xmodel xmodel = lifecycle_xmodel(model);
  static const lifecycle_monitor stands[] = {MONITOR_OFFLINE, MONITOR_ONLINE, MONITOR_FAILED};
  unsigned found[LIFECYCLE_VIOLATIONS + 1] = {0};
  cr_rng rng;
  cr_rng_seed(&rng, 1);
  for (unsigned k = 0; k < 200000; k++) {
    lifecycle_state state = {0};
    for (unsigned i = 0; i < sizes.resources; i++) {
      unsigned place = cr_rng_below(&rng, PLACE_STOPPED + 1);
      state.life[i].place = place;
      state.life[i].monitor = place == PLACE_IDLE        ? stands[cr_rng_below(&rng, 3)]
                              : place < PLACE_DOWN_BEGIN ? MONITOR_ONLINE_PENDING
                                                         : MONITOR_OFFLINE_PENDING;
      /* Mostly what agrees, or hardly a state would be a right one. */
      bool mounted = state.life[i].monitor != MONITOR_OFFLINE && cr_rng_below(&rng, 8) != 0;
      state.disk[i].mounted = mounted;
      state.disk[i].dirty = mounted && cr_rng_below(&rng, 2) == 0;
      state.disk[i].opener = cr_rng_below(&rng, 16) == 0 ? OPENER_WRITES : OPENER_NONE;
      if (place == PLACE_UP_MOUNT || place == PLACE_DOWN_FLUSH) state.slot.owner = 1 + 2 * i;
      if (state.disk[i].opener == OPENER_WRITES) state.slot.owner = 2 + 2 * i;
      if (cr_rng_below(&rng, 32) == 0) state.disk[i].mounted = !mounted;
    }
    if (cr_rng_below(&rng, 32) == 0) state.slot.owner = cr_rng_below(&rng, 9);
    uint64_t packed = lifecycle_pack(model, &state);
    cr_xviolation wrong = lifecycle_violation(model, &state);
    if ((xmodel.invariant(model, &packed) != 0) != (wrong != 0))
      ck_abort_msg("verdict %u of state %" PRIx64 " differs", wrong, packed);
    found[wrong]++;
  }
  for (unsigned i = 0; i <= LIFECYCLE_VIOLATIONS; i++) ck_assert_msg(found[i] > 0, "verdict %u", i);
  lifecycle_free(model);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("lifecycle");
  TCase *tests = tcase_create("lifecycle");
  tcase_set_timeout(tests, 120);
  tcase_add_loop_test(tests, tables__against_the_plain_meaning__equal_walks, 0, CR_ARRAY_LEN(pins));
  tcase_add_test(tests, blocks__asked_for_at_once__are_kept_to);
  tcase_add_loop_test(tests, states__as_bits_of_blocks__equal_walks, 0, CR_ARRAY_LEN(pins));
  tcase_add_loop_test(tests, rules__each_state_with_parts_of_others__touch_what_their_rows_say, 0,
                      3);
  tcase_add_test(tests, invariant__states_that_no_rule_makes__the_same_verdict_with_tables);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  bool good = srunner_ntests_failed(runner) == 0;
  srunner_free(runner);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* test_volume.c - the volume stack by itself: the rules as tables, the race that offline prevents,
 * and random operations against the invariants. */
#include <stdio.h>
#include <string.h>

#include "clusrace/volume.h"
#include "suites.h"

enum { RW = CR_ACC_READ | CR_ACC_WRITE | CR_SHR_READ | CR_SHR_WRITE };

static const cr_volopt faithful;

static void expect(cr_volop got, uint32_t code, cr_cause cause, unsigned effects,
                   const char *what) {
  ck_assert_msg(got.code == code && got.cause == cause && got.effects == effects,
                "%s: %u (%s) effects %u, not %u (%s) effects %u", what, got.code,
                cr_cause_name(got.cause), got.effects, code, cr_cause_name(cause), effects);
}

static void sound(const cr_volumes *vs) {
  const char *wrong = cr_volumes_check(vs);
  ck_assert_msg(wrong == NULL, "%s", wrong);
}

/* A script: each line one operation on one of four handles, with what must come of it. */
typedef struct line {
  cr_event_kind kind;
  unsigned slot, access;
  uint32_t code;
  cr_cause cause;
  unsigned effects;
} line;

static void play(cr_volumes *vs, const line *script, size_t n, cr_volopt opt) {
  for (size_t i = 0; i < n; i++) {
    const line *l = &script[i];
    cr_volop got;
    if (l->kind == CR_EV_OPENV)
      got = cr_volume_openv(vs, 0, l->slot, l->access, opt);
    else if (l->kind == CR_EV_OPENF)
      got = cr_volume_openf(vs, 0, l->slot, l->access, opt);
    else if (l->kind == CR_EV_OPENM)
      got = cr_volume_openm(vs, 0, l->slot, opt);
    else
      got = cr_volume_op(vs, l->kind, l->slot, opt);
    char what[64];
    snprintf(what, sizeof what, "line %zu: %s h%u", i + 1, cr_event_row_of(l->kind)->verb, l->slot);
    expect(got, l->code, l->cause, l->effects, what);
    sound(vs);
  }
}

#define PLAY(vs, script) play((vs), (script), CR_ARRAY_LEN(script), faithful)

START_TEST(open__online__mounts_once) { /* VOL-OPEN-01, -02 */
  static const line script[] = {{CR_EV_OPENF, 0, RW, 0, 0, CR_FX_MOUNT},
                                {CR_EV_OPENF, 1, RW, 0, 0, 0},
                                {CR_EV_CLOSE, 0, 0, 0, 0, 0},
                                {CR_EV_CLOSE, 1, 0, 0, 0, 0},
                                {CR_EV_OPENV, 0, RW, 0, 0, 0}};
  cr_volumes vs = {0};
  PLAY(&vs, script);
}
END_TEST

START_TEST(
    open__offline__volume_yes_file_no) { /* VOL-OPEN-06, -07, -09, -10; VOL-ONLINE-02, -05, -06 */
  static const line script[] = {{CR_EV_OPENF, 0, RW, 21, CR_CAUSE_OFFLINE, 0},
                                {CR_EV_OPENV, 0, RW, 0, 0, CR_FX_RAW},
                                {CR_EV_READ, 0, 0, 21, CR_CAUSE_OFFLINE, 0},
                                {CR_EV_OPENF, 1, RW, 1005, CR_CAUSE_RAW, 0},
                                {CR_EV_ONLINE, 0, 0, 0, 0, 0},
                                {CR_EV_ONLINE, 0, 0, 0, 0, 0},
                                {CR_EV_READ, 0, 0, 0, 0, 0},
                                {CR_EV_OPENF, 1, RW, 1005, CR_CAUSE_RAW, 0},
                                {CR_EV_CLOSE, 0, 0, 0, 0, CR_FX_DETACH},
                                {CR_EV_OPENF, 1, RW, 0, 0, CR_FX_MOUNT}};
  cr_volumes vs = {.volume = {{.off = 1}}};
  PLAY(&vs, script);
}
END_TEST

START_TEST(lock__rules__hold) { /* VOL-LOCK-01 to -06, VOL-OPEN-03, -04, VOL-UNLOCK-01, -02,
                                   VOL-CLOSE-02 */
  static const line script[] = {{CR_EV_OPENF, 0, RW, 0, 0, CR_FX_MOUNT},
                                {CR_EV_WRITE, 0, 0, 0, 0, 0},
                                {CR_EV_OPENV, 1, RW, 0, 0, 0},
                                {CR_EV_WRITE, 1, 0, 5, CR_CAUSE_LOCKED, 0},
                                {CR_EV_LOCK, 1, 0, 5, CR_CAUSE_BUSY, 0},
                                {CR_EV_CLOSE, 0, 0, 0, 0, 0},
                                {CR_EV_LOCK, 0, 0, 6, CR_CAUSE_HANDLE, 0},
                                {CR_EV_UNLOCK, 1, 0, 158, 0, 0},
                                {CR_EV_LOCK, 1, 0, 0, 0, 0},
                                {CR_EV_LOCK, 1, 0, 5, CR_CAUSE_LOCKED, 0},
                                {CR_EV_WRITE, 1, 0, 0, 0, 0},
                                {CR_EV_OPENF, 0, RW, 5, CR_CAUSE_LOCKED, 0},
                                {CR_EV_OPENV, 0, RW, 5, CR_CAUSE_LOCKED, 0},
                                {CR_EV_OPENM, 2, 0, 0, 0, 0},
                                {CR_EV_LOCK, 2, 0, 87, CR_CAUSE_KIND, 0},
                                {CR_EV_CLOSE, 2, 0, 0, 0, 0},
                                {CR_EV_UNLOCK, 1, 0, 0, 0, CR_FX_UNLOCK},
                                {CR_EV_OPENF, 0, RW, 0, 0, 0},
                                {CR_EV_LOCK, 0, 0, 87, CR_CAUSE_KIND, 0},
                                {CR_EV_CLOSE, 0, 0, 0, 0, 0},
                                {CR_EV_LOCK, 1, 0, 0, 0, 0},
                                {CR_EV_CLOSE, 1, 0, 0, 0, CR_FX_UNLOCK},
                                {CR_EV_OPENF, 0, RW, 0, 0, 0}};
  cr_volumes vs = {0};
  PLAY(&vs, script);
}
END_TEST

START_TEST(dismount__stale_handles__stay_stale) { /* VOL-DISM-01 to -12, VOL-STALE-01 to -07 */
  static const line script[] = {{CR_EV_OPENF, 0, RW, 0, 0, CR_FX_MOUNT},
                                {CR_EV_OPENV, 1, RW, 0, 0, 0},
                                {CR_EV_DISMOUNT, 0, 0, 87, CR_CAUSE_KIND, 0},
                                {CR_EV_DISMOUNT, 1, 0, 0, 0, 0},
                                {CR_EV_READ, 0, 0, 21, CR_CAUSE_DISMOUNTED, 0},
                                {CR_EV_READ, 1, 0, 0, 0, 0},
                                {CR_EV_WRITE, 1, 0, 0, 0, 0},
                                {CR_EV_OPENF, 2, RW, 21, CR_CAUSE_PENDING, 0},
                                {CR_EV_DISMOUNT, 1, 0, 21, CR_CAUSE_DISMOUNTED, 0},
                                {CR_EV_ISMOUNTED, 1, 0, 21, CR_CAUSE_DISMOUNTED, 0},
                                {CR_EV_CLOSE, 1, 0, 0, 0, CR_FX_DETACH},
                                {CR_EV_OPENF, 2, RW, 0, 0, CR_FX_MOUNT},
                                {CR_EV_ISMOUNTED, 2, 0, 0, 0, 0},
                                {CR_EV_ISMOUNTED, 0, 0, 21, CR_CAUSE_DISMOUNTED, 0},
                                {CR_EV_READ, 0, 0, 21, CR_CAUSE_DISMOUNTED, 0},
                                {CR_EV_FLUSH, 0, 0, 21, CR_CAUSE_DISMOUNTED, 0},
                                {CR_EV_CLOSE, 0, 0, 0, 0, 0},
                                {CR_EV_READ, 2, 0, 0, 0, 0}};
  cr_volumes vs = {0};
  PLAY(&vs, script);
}
END_TEST

/* Section 6.2: what OFFLINE between DISMOUNT and CLOSE prevents. */
START_TEST(offline__between_dismount_and_close__keeps_others_out) { /* VOL-OFFLINE-04 to -08,
                                                                       VOL-CLOSE-05 */
  static const line script[] = {
      {CR_EV_OPENV, 0, RW, 0, 0, CR_FX_MOUNT},
      {CR_EV_LOCK, 0, 0, 0, 0, 0},
      {CR_EV_DISMOUNT, 0, 0, 0, 0, 0},
      {CR_EV_OFFLINE, 0, 0, 0, 0, 0},
      {CR_EV_OFFLINE, 0, 0, 0, 0, 0},
      {CR_EV_ISOFF, 0, 0, 0, 0, 0},
      {CR_EV_CLOSE, 0, 0, 0, 0, CR_FX_DETACH | CR_FX_UNLOCK},
      {CR_EV_OPENF, 1, RW, 21, CR_CAUSE_OFFLINE, 0},
      {CR_EV_OPENV, 1, CR_ACC_READ | CR_SHR_READ | CR_SHR_WRITE, 0, 0, CR_FX_RAW},
      {CR_EV_ONLINE, 1, 0, 5, CR_CAUSE_RIGHTS, 0},
      {CR_EV_READ, 1, 0, 21, CR_CAUSE_OFFLINE, 0},
      {CR_EV_CLOSE, 1, 0, 0, 0, CR_FX_DETACH},
      {CR_EV_OPENM, 1, 0, 0, 0, 0},
      {CR_EV_ISOFF, 1, 0, 0, 0, 0}};
  cr_volumes vs = {0};
  PLAY(&vs, script);
}
END_TEST

START_TEST(close__before_offline__lets_another_mount) {
  static const line script[] = {{CR_EV_OPENV, 0, RW, 0, 0, CR_FX_MOUNT},
                                {CR_EV_DISMOUNT, 0, 0, 0, 0, 0},
                                {CR_EV_CLOSE, 0, 0, 0, 0, CR_FX_DETACH},
                                {CR_EV_OPENF, 1, RW, 0, 0, CR_FX_MOUNT},
                                {CR_EV_WRITE, 1, 0, 0, 0, 0},
                                {CR_EV_OPENV, 0, RW, 0, 0, 0},
                                {CR_EV_OFFLINE, 0, 0, 0, 0, 0},
                                {CR_EV_CLOSE, 0, 0, 0, 0, 0},
                                {CR_EV_READ, 1, 0, 21, CR_CAUSE_OFFLINE, 0},
                                {CR_EV_FLUSH, 1, 0, 21, CR_CAUSE_OFFLINE, 0}};
  cr_volumes vs = {0};
  PLAY(&vs, script);
}
END_TEST

START_TEST(dismount__that_detaches_at_once__lets_another_mount) { /* P-DETACH=ONCE */
  static const line script[] = {{CR_EV_OPENV, 0, RW, 0, 0, CR_FX_MOUNT},
                                {CR_EV_DISMOUNT, 0, 0, 0, 0, CR_FX_DETACH},
                                {CR_EV_OPENF, 1, RW, 0, 0, CR_FX_MOUNT},
                                {CR_EV_OFFLINE, 0, 0, 0, 0, 0},
                                {CR_EV_CLOSE, 0, 0, 0, 0, 0}};
  cr_volumes vs = {0};
  play(&vs, script, CR_ARRAY_LEN(script), (cr_volopt){.detach_now = true});
}
END_TEST

START_TEST(exclusive_open__locks_implicitly) { /* VOL-OPEN-14, -15, VOL-UNLOCK-02 */
  static const line script[] = {{CR_EV_OPENF, 0, RW, 0, 0, CR_FX_MOUNT},
                                {CR_EV_OPENV, 1, CR_ACC_READ, 32, CR_CAUSE_BUSY, 0},
                                {CR_EV_CLOSE, 0, 0, 0, 0, 0},
                                {CR_EV_OPENV, 1, CR_ACC_READ, 0, 0, 0},
                                {CR_EV_OPENF, 0, RW, 5, CR_CAUSE_LOCKED, 0},
                                {CR_EV_UNLOCK, 1, 0, 158, 0, 0},
                                {CR_EV_CLOSE, 1, 0, 0, 0, CR_FX_UNLOCK},
                                {CR_EV_OPENF, 0, RW, 0, 0, 0}};
  cr_volumes vs = {0};
  PLAY(&vs, script);
}
END_TEST

static cr_volop random_operation(cr_volumes *vs, cr_rng *rng, cr_event_kind *kind, unsigned *slot,
                                 uint32_t mutant) {
  static const cr_event_kind kinds[] = {
      CR_EV_OPENV,  CR_EV_OPENF,    CR_EV_OPENM,     CR_EV_CLOSE,  CR_EV_LOCK,
      CR_EV_UNLOCK, CR_EV_DISMOUNT, CR_EV_OFFLINE,   CR_EV_ONLINE, CR_EV_READ,
      CR_EV_WRITE,  CR_EV_FLUSH,    CR_EV_ISMOUNTED, CR_EV_ISOFF};
  cr_volopt opt = {.detach_now = cr_rng_below(rng, 2) != 0, .mutant = mutant};
  *slot = cr_rng_below(rng, 6);
  *kind = kinds[cr_rng_below(rng, CR_ARRAY_LEN(kinds))];
  unsigned volume = cr_rng_below(rng, 2), access = cr_rng_below(rng, 32);
  bool opens = *kind == CR_EV_OPENV || *kind == CR_EV_OPENF || *kind == CR_EV_OPENM;
  if (opens && vs->open[*slot].kind != CR_OPEN_NONE) {
    *kind = CR_EV_CLOSE;
    opens = false;
  }
  if (!opens) return cr_volume_op(vs, *kind, *slot, opt);
  if (*kind == CR_EV_OPENV) return cr_volume_openv(vs, volume, *slot, access, opt);
  if (*kind == CR_EV_OPENF) return cr_volume_openf(vs, volume, *slot, access, opt);
  return cr_volume_openm(vs, volume, *slot, opt);
}

START_TEST(random_operations__keep_the_invariants) {
  cr_volumes vs = {0};
  cr_rng rng;
  cr_rng_seed(&rng, (uint64_t)_i);
  for (unsigned i = 0; i < 100000; i++) {
    cr_volumes before = vs;
    cr_event_kind kind;
    unsigned slot;
    cr_volop done = random_operation(&vs, &rng, &kind, &slot, 0);
    sound(&vs);
    for (unsigned v = 0; v < 2; v++) {
      if (vs.volume[v].off != before.volume[v].off)
        ck_assert(kind == CR_EV_OFFLINE || kind == CR_EV_ONLINE); /* VOL-OFFLINE-14, VOL-CLOSE-05 */
      if (vs.volume[v].fs == CR_FS_REAL && before.volume[v].fs != CR_FS_REAL)
        ck_assert_uint_eq(before.volume[v].off, 0); /* VOL-OPEN-08 */
    }
    for (unsigned k = 0; k < 6; k++)
      if (before.open[k].stale != 0 && vs.open[k].kind != CR_OPEN_NONE && kind != CR_EV_CLOSE)
        ck_assert_uint_ge(vs.open[k].stale, before.open[k].stale); /* VOL-STALE-03 */
    bool opened = kind == CR_EV_OPENV || kind == CR_EV_OPENF || kind == CR_EV_OPENM;
    if (opened) ck_assert_int_eq(vs.open[slot].kind != CR_OPEN_NONE, done.code == 0);
  }
}
END_TEST

/* Each mutant of the volume differs from the faithful stack somewhere. */
START_TEST(mutant_of_the_volume__differs) {
  if (cr_mutant_row_of((uint32_t)_i)->side != CR_MUTANT_SIDE_VOLUME) return;
  cr_volumes good = {0}, bad = {0};
  cr_rng a, b;
  cr_rng_seed(&a, 1);
  cr_rng_seed(&b, 1);
  bool differs = false;
  for (unsigned i = 0; i < 200000 && !differs; i++) {
    cr_event_kind kind;
    unsigned slot;
    cr_volop x = random_operation(&good, &a, &kind, &slot, 0);
    cr_volop y = random_operation(&bad, &b, &kind, &slot, (uint32_t)_i);
    differs = memcmp(&good, &bad, sizeof good) != 0 || x.code != y.code;
  }
  ck_assert_msg(differs, "%s does nothing", cr_mutant_row_of((uint32_t)_i)->name);
}
END_TEST

Suite *cr_suite_volume(void) {
  Suite *suite = suite_create("volume");
  TCase *tcase = tcase_create("volume");
  tcase_add_test(tcase, open__online__mounts_once);
  tcase_add_test(tcase, open__offline__volume_yes_file_no);
  tcase_add_test(tcase, lock__rules__hold);
  tcase_add_test(tcase, dismount__stale_handles__stay_stale);
  tcase_add_test(tcase, offline__between_dismount_and_close__keeps_others_out);
  tcase_add_test(tcase, close__before_offline__lets_another_mount);
  tcase_add_test(tcase, dismount__that_detaches_at_once__lets_another_mount);
  tcase_add_test(tcase, exclusive_open__locks_implicitly);
  tcase_add_loop_test(tcase, random_operations__keep_the_invariants, 1, 4);
  tcase_add_loop_test(tcase, mutant_of_the_volume__differs, 1, CR_MUTANT_COUNT);
  suite_add_tcase(suite, tcase);
  return suite;
}

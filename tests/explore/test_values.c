/* test_values.c - the numbers of a component's values by themselves, given by several threads. */
#include <string.h>

#include "suites.h"
#include "team.h"
#include "values.h"

enum { THREADS = 4, TASKS = 64, VALUES = 20000, EACH = 4000 };

typedef struct numbering {
  cr__xvalues values;
  _Atomic uint32_t number[VALUES]; /* + 1, of each value */
  _Atomic uint32_t wrong;
} numbering;

typedef struct value {
  uint32_t which;
  char rest[20];
} value;

static value value_of(uint32_t which) {
  value v = {.which = which};
  memset(v.rest, (int)(which % 3), sizeof v.rest);
  return v;
}

/* Tasks number ranges that overlap: others add what is new to the one at hand, or what belongs
 * nearby. */
static void number_some(void *arg, unsigned worker, uint32_t task) {
  (void)worker;
  numbering *n = arg;
  for (uint32_t i = 0; i < EACH; i++) {
    uint32_t which = (task * 1117 + i) % VALUES, before = 0;
    value v = value_of(which);
    uint32_t number = cr__xvalues_number(&n->values, &v);
    bool same = memcmp(cr__xvalues_at(&n->values, number), &v, sizeof v) == 0;
    if (!atomic_compare_exchange_strong(&n->number[which], &before, number + 1))
      same = same && before == number + 1;
    if (!same) atomic_fetch_add(&n->wrong, 1);
  }
}

START_TEST(several_threads__each_value_has_one_number) {
  static numbering n;
  memset(&n, 0, sizeof n);
  cr__xvalues_init(&n.values, sizeof(value));
  cr__xteam *team = cr__xteam_new(THREADS);
  cr__xteam_run(team, TASKS, number_some, &n);
  ck_assert_uint_eq(n.wrong, 0);
  uint32_t met = 0;
  for (uint32_t i = 0; i < VALUES; i++) met += n.number[i] != 0;
  ck_assert_uint_gt(met, VALUES / 2);
  ck_assert_uint_eq(cr__xvalues_count(&n.values), met);
  cr__xteam_free(team);
  cr__xvalues_free(&n.values);
}
END_TEST

TCase *case_values(void) {
  TCase *tcase = tcase_create("values");
  tcase_add_loop_test(tcase, several_threads__each_value_has_one_number, 0, 100);
  return tcase;
}

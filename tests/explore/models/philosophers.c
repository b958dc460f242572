/* philosophers.c - dining philosophers that hand clean forks over, after Chandy and Misra (ACM
 * TOPLAS 6(4), 1984), with the atomic steps of DiningPhilosophers in the TLA+ examples: handing one
 * dirty fork over and deciding on the next place are one step, and the decision to eat looks at the
 * forks as they were before it. Fork f lies between philosophers f - 1 and f.
 */
#include <string.h>

#include "models.h"

enum { LOOP, EAT, THINK };

typedef struct table {
  struct {
    uint8_t holder, clean;
  } forks[MODEL_N_MAX];
  struct {
    uint8_t at, hungry;
  } seats[MODEL_N_MAX];
} table;

static bool initial(void *ctx, uint32_t index, void *state) {
  const model_size *size = ctx;
  table *t = state;
  *t = (table){0};
  for (uint32_t i = 0; i < size->n; i++) {
    t->forks[i].holder = (uint8_t)(i == 1 ? 0 : i); /* the lower of its two neighbours */
    t->seats[i].hungry = 1;
  }
  return index == 0;
}

static void loop(table *t, uint32_t n, uint32_t p) {
  uint32_t right = (p + 1) % n;
  bool has_left = t->forks[p].holder == p, has_right = t->forks[right].holder == p;
  bool can_eat = has_left && has_right && t->forks[p].clean && t->forks[right].clean;
  if (has_left && !t->forks[p].clean) {
    t->forks[p].holder = (uint8_t)((p + n - 1) % n);
    t->forks[p].clean = 1;
  } else if (has_right && !t->forks[right].clean) {
    t->forks[right].holder = (uint8_t)right;
    t->forks[right].clean = 1;
  }
  if (!t->seats[p].hungry)
    t->seats[p].at = THINK;
  else if (can_eat)
    t->seats[p].at = EAT;
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const model_size *size = ctx;
  for (uint32_t p = 0; p < size->n; p++) {
    table t = *(const table *)state;
    switch (t.seats[p].at) {
      case LOOP: loop(&t, size->n, p); break;
      case EAT:
        t.seats[p].hungry = 0;
        t.forks[p].clean = t.forks[(p + 1) % size->n].clean = 0;
        t.seats[p].at = LOOP;
        break;
      default:
        t.seats[p].hungry = 1;
        t.seats[p].at = LOOP;
        break;
    }
    cr_xemit(sink, p, &t, 0);
  }
}

static cr_xviolation invariant(void *ctx, const void *state) {
  const model_size *size = ctx;
  const table *t = state;
  for (uint32_t p = 0; p < size->n; p++)
    if (t->seats[p].at == EAT && t->seats[(p + 1) % size->n].at == EAT) return 1;
  return 0;
}

cr_xmodel model_philosophers(model_size *size) {
  return (cr_xmodel){.name = "philosophers",
                     .state_bytes = sizeof(table),
                     .ctx = size,
                     .initial = initial,
                     .successors = successors,
                     .invariant = invariant};
}

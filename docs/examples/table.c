/* table.c - an example of a model that tells the explorer its components: clerks round a table, a
 * stapler between each two; each clerk works once. docs/explore-your-own-model.md explains it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/explore.h"

enum { CLERKS = 8, FREE = 255 };

/* Where a clerk is. */
enum { WANTS, HAS_ONE, WORKS, GONE };

typedef struct table {
  uint8_t at[CLERKS];
  uint8_t user[CLERKS]; /* of the stapler to the left of clerk i: a clerk's number, or FREE */
} table;

/* What a clerk can do. A label is the clerk's number * ACTIONS + the action. */
enum { TAKE_FIRST, TAKE_SECOND, FINISH, ACTIONS };

/* The staplers of a clerk, in the order of taking: the last clerk begins on the other side. */
static unsigned stapler(unsigned clerk, unsigned number) {
  unsigned left = clerk, right = (clerk + 1) % CLERKS;
  bool other = clerk == CLERKS - 1;
  return (number == 0) != other ? left : right;
}

/* Does one action in place; false when it is not enabled in this state. */
static bool step(table *t, uint32_t label) {
  uint32_t clerk = label / ACTIONS, action = label % ACTIONS;
  if (t->at[clerk] != action) return false; /* actions are numbered as the places they leave */
  if (action == FINISH) {
    t->user[stapler(clerk, 0)] = t->user[stapler(clerk, 1)] = FREE;
  } else {
    if (t->user[stapler(clerk, action)] != FREE) return false;
    t->user[stapler(clerk, action)] = (uint8_t)clerk;
  }
  t->at[clerk]++;
  return true;
}

/* ---- the model --------------------------------------------------------------------------------
 */

static bool initial(void *ctx, uint32_t index, void *state) {
  (void)ctx;
  table *t = state;
  memset(t->at, WANTS, sizeof t->at);
  memset(t->user, FREE, sizeof t->user);
  return index == 0;
}

static void one(const void *state, uint32_t label, cr_xsink *sink) {
  table next;
  memcpy(&next, state, sizeof next);
  if (step(&next, label)) cr_xemit(sink, label, &next, 0);
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  (void)ctx;
  for (uint32_t label = 0; label < CLERKS * ACTIONS; label++) one(state, label, sink);
}

/* Who works has both staplers. */
static cr_xviolation one_works(const table *t, unsigned clerk) {
  if (t->at[clerk] != WORKS) return 0;
  return t->user[stapler(clerk, 0)] == clerk && t->user[stapler(clerk, 1)] == clerk ? 0 : 1;
}

static cr_xviolation invariant(void *ctx, const void *state) {
  (void)ctx;
  cr_xviolation violation = 0;
  for (unsigned i = 0; i < CLERKS && violation == 0; i++) violation = one_works(state, i);
  return violation;
}

static bool final(void *ctx, const void *state) {
  (void)ctx;
  const table *t = state;
  for (unsigned i = 0; i < CLERKS; i++)
    if (t->at[i] != GONE) return false;
  return true;
}

/* ---- the same as a product ---------------------------------------------------------------------
 */

/* Component i is clerk i, component CLERKS + i the stapler to the left. */
static uint64_t clerk_bit(unsigned clerk) { return UINT64_C(1) << clerk; }
static uint64_t stapler_bit(unsigned number) { return UINT64_C(1) << (CLERKS + number); }

static cr_xspan spans[2 * CLERKS];
static cr_xgroup groups[CLERKS * ACTIONS];
static uint64_t parts[CLERKS];

/* Group g is the action with label g. */
static void group_successors(void *ctx, unsigned group, const void *state, cr_xsink *sink) {
  (void)ctx;
  one(state, group, sink);
}

static cr_xviolation part(void *ctx, unsigned number, const void *state) {
  (void)ctx;
  return one_works(state, number);
}

/* What keeps an action from being enabled, until it changes: where the clerk is, or a stapler. */
static uint64_t closed(void *ctx, unsigned group, const void *state) {
  (void)ctx;
  const table *t = state;
  uint32_t clerk = group / ACTIONS, action = group % ACTIONS;
  return t->at[clerk] != action ? clerk_bit(clerk) : stapler_bit(stapler(clerk, action));
}

static void declare(void) {
  for (unsigned i = 0; i < CLERKS; i++) {
    spans[i] = (cr_xspan){i, offsetof(table, at) + i, 1};
    spans[CLERKS + i] = (cr_xspan){CLERKS + i, offsetof(table, user) + i, 1};
    uint64_t first = stapler_bit(stapler(i, 0)), second = stapler_bit(stapler(i, 1));
    cr_xgroup *g = &groups[i * ACTIONS];
    g[TAKE_FIRST] = (cr_xgroup){.touches = clerk_bit(i) | first};
    g[TAKE_SECOND] = (cr_xgroup){.touches = clerk_bit(i) | second};
    g[FINISH] = (cr_xgroup){.touches = clerk_bit(i) | first | second, .guard = clerk_bit(i)};
    parts[i] = clerk_bit(i) | first | second;
  }
}

static const cr_xproduct judged = {.whole_bytes = sizeof(table),
                                   .spans = spans,
                                   .spans_count = 2 * CLERKS,
                                   .components = 2 * CLERKS,
                                   .groups = groups,
                                   .groups_count = CLERKS * ACTIONS,
                                   .initial = initial,
                                   .successors = group_successors,
                                   .invariant = invariant,
                                   .final = final,
                                   .parts = parts,
                                   .parts_count = CLERKS,
                                   .part = part,
                                   .closed = closed};

/* ---- the walks --------------------------------------------------------------------------------
 */

static void explore(const char *how, const cr_xproduct *product, const cr_xoptions *options) {
  cr_xmodel model = {.name = "table",
                     .state_bytes = sizeof(table),
                     .initial = initial,
                     .successors = successors,
                     .invariant = product->invariant,
                     .final = final,
                     .product = product};
  cr_xresult r;
  cr_errinfo info;
  if (cr_explore(&model, options, &r, &info) != CR_OK) {
    printf("%-14s %s\n", how, info.text);
    return;
  }
  printf("%-14s %5llu states, %5llu transitions, %2zu bytes a state: %s\n", how,
         (unsigned long long)r.states, (unsigned long long)r.transitions, r.key_bytes,
         r.stop != CR_XSTOP_COMPLETE ? "stopped"
         : r.paths_count != 0        ? "complete, with findings"
                                     : "complete, nothing found");
  cr_xresult_free(&r);
}

int main(void) {
  declare();
  cr_xproduct unjudged = judged; /* partial order is for models without an invariant */
  unjudged.invariant = NULL;
  unjudged.parts = NULL;
  unjudged.parts_count = 0;
  unjudged.part = NULL;
  explore("plain", &judged, &(cr_xoptions){.plain = true});
  explore("product", &judged, NULL);
  explore("partial order", &unjudged, &(cr_xoptions){.partial_order = true});
  groups[FINISH].touches &= ~stapler_bit(0); /* clerk 0 gives it back all the same */
  explore("mistaken", &judged, NULL);
  return EXIT_SUCCESS;
}

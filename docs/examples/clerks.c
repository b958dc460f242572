/* clerks.c - an example of a model of one's own: two clerks who share a printer and a scanner,
 * under four house rules. One rule breaks an invariant, one ends in a deadlock, one lets a clerk
 * starve, and the last one is proved to do nothing of the kind. docs/explore-your-own-model.md
 * explains it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/explore.h"

enum { CLERKS = 2, DEVICES = 2, FREE = 255 };

/* Where a clerk is. */
enum { IDLE, WANTS, HAS_ONE, WORKS };

typedef struct office {
  uint8_t at[CLERKS];
  uint8_t user[DEVICES]; /* a clerk's number, or FREE */
  uint8_t turn;          /* who goes first when both want; rule TURNS only */
} office;

typedef enum rule { CARELESS, OPPOSITE, SAME, TURNS } rule;

/* What a clerk can do. A label is the clerk's number * ACTIONS + the action. */
enum { WANT, TAKE_FIRST, TAKE_SECOND, FINISH, ACTIONS };

static const char *const rule_names[] = {
    "careless: nobody looks whether a device is free",
    "opposite: one takes the printer first, the other one the scanner",
    "same: both take the printer first",
    "turns: as same, and who has worked lets the other one go first",
};
static const char *const action_names[] = {"wants to work", "takes a device",
                                           "takes the other device, works",
                                           "has finished, gives both back"};

/* Does one action in place; false when it is not enabled in this state. */
static bool step(rule r, office *o, uint32_t label) {
  uint32_t clerk = label / ACTIONS, other = 1 - clerk;
  uint32_t first = r == OPPOSITE ? clerk : 0;
  switch (label % ACTIONS) {
    case WANT:
      if (o->at[clerk] != IDLE) return false;
      o->at[clerk] = WANTS;
      return true;
    case TAKE_FIRST:
      if (o->at[clerk] != WANTS || (r != CARELESS && o->user[first] != FREE)) return false;
      if (r == TURNS && o->at[other] == WANTS && o->turn != clerk) return false;
      o->user[first] = (uint8_t)clerk;
      o->at[clerk] = HAS_ONE;
      return true;
    case TAKE_SECOND:
      if (o->at[clerk] != HAS_ONE || (r != CARELESS && o->user[1 - first] != FREE)) return false;
      o->user[1 - first] = (uint8_t)clerk;
      o->at[clerk] = WORKS;
      return true;
    default:
      if (o->at[clerk] != WORKS) return false;
      o->user[0] = o->user[1] = FREE;
      o->at[clerk] = IDLE;
      if (r == TURNS) o->turn = (uint8_t)other;
      return true;
  }
}

/* ---- the model --------------------------------------------------------------------------------
 */

static bool initial(void *ctx, uint32_t index, void *state) {
  (void)ctx;
  office o = {.at = {IDLE, IDLE}, .user = {FREE, FREE}, .turn = 0};
  memcpy(state, &o, sizeof o);
  return index == 0;
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const rule *r = ctx;
  for (uint32_t label = 0; label < CLERKS * ACTIONS; label++) {
    office next;
    memcpy(&next, state, sizeof next);
    if (step(*r, &next, label)) cr_xemit(sink, label, &next, 0);
  }
}

static cr_xviolation invariant(void *ctx, const void *state) {
  (void)ctx;
  const office *o = state;
  return o->at[0] == WORKS && o->at[1] == WORKS ? 1 : 0;
}

/* Clerk 0's steps are one class, clerk 1's another; nobody has to want anything. */
static unsigned fairness(void *ctx, const void *state, uint32_t label) {
  (void)ctx;
  (void)state;
  return label % ACTIONS == WANT ? 0 : 1 + label / ACTIONS;
}

/* Duty i: clerk i wants to work, and will at some time. */
static uint64_t owed(void *ctx, const void *state) {
  (void)ctx;
  const office *o = state;
  uint64_t duties = 0;
  for (uint32_t i = 0; i < CLERKS; i++)
    if (o->at[i] == WANTS || o->at[i] == HAS_ONE) duties |= UINT64_C(1) << i;
  return duties;
}

/* ---- the verdict ------------------------------------------------------------------------------
 */

static void print_path(rule r, const cr_xpath *path) {
  if (path->kind == CR_XKIND_DEADLOCK)
    printf("  deadlock\n");
  else if (path->kind == CR_XKIND_LASSO)
    printf("  clerk %u waits for ever\n", path->violation - 1);
  else
    printf("  violated: both clerks work at the same time\n");
  office o;
  if (!initial(NULL, path->initial, &o)) abort();
  for (size_t i = 0; i <= path->labels_count; i++) {
    if (path->kind == CR_XKIND_LASSO && i == path->loop)
      printf("    -- from here on for ever --\n");
    if (i == path->labels_count) break;
    if (!step(r, &o, path->labels[i])) abort(); /* a path is followed by the model's own steps */
    printf("    clerk %u %s\n", path->labels[i] / ACTIONS, action_names[path->labels[i] % ACTIONS]);
  }
}

int main(void) {
  for (rule r = CARELESS; r <= TURNS; r++) {
    cr_xmodel model = {.name = "clerks",
                       .state_bytes = sizeof(office),
                       .ctx = &r,
                       .initial = initial,
                       .successors = successors,
                       .invariant = invariant,
                       .fairness = fairness,
                       .owed = owed};
    cr_xoptions options = {.max_states = 1000000, .keep_going = true};
    cr_xresult result;
    cr_errinfo info;
    if (cr_explore(&model, &options, &result, &info) != CR_OK) {
      fprintf(stderr, "clerks: %s\n", info.text);
      return EXIT_FAILURE;
    }
    printf("%s\n", rule_names[r]);
    printf("  %llu states, %llu transitions, depth %u: %s\n", (unsigned long long)result.states,
           (unsigned long long)result.transitions, result.depth,
           result.stop != CR_XSTOP_COMPLETE ? "stopped"
           : result.paths_count != 0        ? "complete, with findings"
                                            : "complete, nothing found");
    if (result.paths_count != 0) print_path(r, &result.paths[0]);
    if (result.paths_count > 1) printf("  and %zu more\n", result.paths_count - 1);
    cr_xresult_free(&result);
  }
  return EXIT_SUCCESS;
}

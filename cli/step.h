/* step.h - a walk through a model by hand: where it stands, and back and forth. It knows no
 * commands and prints nothing. Private to cli/. */
#ifndef CR_CLI_STEP_H
#define CR_CLI_STEP_H

#include "clusrace/world.h"

/* A step that was taken. */
typedef struct cli_step {
  cr_action action;
  cr_event event;
  cr_judgement judgement;
  cr_clause ended; /* the clause whose violation ends the walk; else CR_CLAUSE_COUNT */
  cr_world world;  /* after it */
} cli_step;

/* The steps 1 to at have been taken, those behind it were taken back and can be taken again. */
typedef struct cli_walk {
  const cr_model *model; /* borrowed */
  const cr_trace *guide; /* borrowed; NULL: none */
  cr_world start;
  cr_actions enabled; /* here; none after the violation that ends a walk */
  size_t at, count;
  cli_step *step;
  size_t cap;
  cr_rng rng;
} cli_walk;

/* Stands at the initial state. guide (may be NULL) is a trace to follow with cli_walk_guided. */
void cli_walk_init(cli_walk *walk, const cr_model *model, const cr_trace *guide, uint64_t seed);
void cli_walk_free(cli_walk *walk);
/* The state here, and the step that led here (NULL at the start). */
const cr_world *cli_walk_world(const cli_walk *walk);
const cli_step *cli_walk_last(const cli_walk *walk);
/* The state before the last step; must not be at the start. */
const cr_world *cli_walk_before(const cli_walk *walk);
/* Takes an enabled action. What had been taken back is forgotten, unless it begins with the same
 * action. */
void cli_walk_take(cli_walk *walk, cr_action action);
/* Goes to a step that was taken, 0 to count; 0 is the start. */
void cli_walk_goto(cli_walk *walk, size_t step);
/* One of the enabled actions, each with equal chance; there must be one. */
cr_action cli_walk_random(cli_walk *walk);
/* The action that the guide's next step asks for. Returns CR_ACTIONS_MAX, with a reason in info,
 * when there is no guide, it is at its end, or the walk is not on it or cannot follow it. */
unsigned cli_walk_guided(const cli_walk *walk, cr_errinfo *info);
/* The trace of the steps taken, with the verdict that a replay gives. trace must be zero or
 * initialised. */
void cli_walk_trace(const cli_walk *walk, cr_trace *trace);

#endif

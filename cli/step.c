/* step.c - see step.h. */
#include "step.h"

#include <stdlib.h>

static void look_around(cli_walk *walk) {
  const cli_step *last = cli_walk_last(walk);
  walk->enabled.count = 0;
  if (last == NULL || last->ended == CR_CLAUSE_COUNT)
    cr_world_enabled(walk->model, cli_walk_world(walk), &walk->enabled);
}

void cli_walk_init(cli_walk *walk, const cr_model *model, const cr_trace *guide, uint64_t seed) {
  *walk = (cli_walk){.model = model, .guide = guide};
  cr_rng_seed(&walk->rng, seed);
  cr_world_init(model, &walk->start);
  look_around(walk);
}

void cli_walk_free(cli_walk *walk) {
  free(walk->step);
  *walk = (cli_walk){0};
}

const cli_step *cli_walk_last(const cli_walk *walk) {
  return walk->at == 0 ? NULL : &walk->step[walk->at - 1];
}

const cr_world *cli_walk_world(const cli_walk *walk) {
  return walk->at == 0 ? &walk->start : &walk->step[walk->at - 1].world;
}

const cr_world *cli_walk_before(const cli_walk *walk) {
  CR_ASSERT(walk->at > 0);
  return walk->at == 1 ? &walk->start : &walk->step[walk->at - 2].world;
}

void cli_walk_take(cli_walk *walk, cr_action action) {
  bool again = walk->at < walk->count && walk->step[walk->at].action == action;
  if (!again) {
    if (walk->at == walk->cap) {
      walk->cap = walk->cap == 0 ? 64 : 2 * walk->cap;
      walk->step = cr_realloc(walk->step, walk->cap * sizeof *walk->step);
    }
    cli_step step = {.action = action, .world = *cli_walk_world(walk)};
    step.ended = cr_world_step(walk->model, &step.world, action, &step.event, &step.judgement);
    walk->step[walk->at] = step;
    walk->count = walk->at + 1;
  }
  walk->at++;
  look_around(walk);
}

void cli_walk_goto(cli_walk *walk, size_t step) {
  CR_ASSERT(step <= walk->count);
  walk->at = step;
  look_around(walk);
}

cr_action cli_walk_random(cli_walk *walk) {
  CR_ASSERT(walk->enabled.count > 0);
  return walk->enabled.list[cr_rng_below(&walk->rng, walk->enabled.count)];
}

unsigned cli_walk_guided(const cli_walk *walk, cr_errinfo *info) {
  unsigned none = CR_ACTIONS_MAX;
  if (walk->guide == NULL)
    return (void)cr_fail(info, CR_ERR_INPUT, "there is no trace to follow; give one with --trace"),
           none;
  for (size_t i = 0; i < walk->at && i < walk->guide->steps_count; i++)
    if (!cr_event_equal(&walk->step[i].event, &walk->guide->steps[i].event))
      return (void)cr_fail(info, CR_ERR_INPUT,
                           "the walk left the trace at step %zu; g %zu goes back to it", i + 1, i),
             none;
  if (walk->at >= walk->guide->steps_count)
    return (void)cr_fail(info, CR_ERR_INPUT, "the trace ends at step %zu",
                         walk->guide->steps_count),
           none;
  unsigned action = cr_action_of_step(walk->model, cli_walk_world(walk), &walk->enabled,
                                      &walk->guide->steps[walk->at]);
  if (action == CR_ACTIONS_MAX)
    (void)cr_fail(info, CR_ERR_INPUT, "step %zu of the trace cannot be taken here", walk->at + 1);
  return action;
}

void cli_walk_trace(const cli_walk *walk, cr_trace *trace) {
  cr_trace taken = {0};
  cr_trace_init(&taken, cr_model_scenario(walk->model), cr_model_subject(walk->model));
  for (size_t i = 0; i < walk->at; i++)
    cr_trace_push(&taken, &walk->step[i].event, cr_world_digest(walk->model, &walk->step[i].world));
  cr_trace_rerun(walk->model, &taken, trace, NULL);
  CR_ASSERT(trace->steps_count == walk->at && trace->verdict.kind != CR_VERDICT_DIVERGES);
  cr_trace_free(&taken);
}

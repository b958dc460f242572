/* choices.c - from strings of choices to traces, and traces run again on a model. */
#include <stdlib.h>
#include <string.h>

#include "world_private.h"

void cr__trace_of(const cr_model *model, cr_trace *trace) {
  *trace = (cr_trace){
      .contract = model->contract, .scenario = model->scenario, .subject = model->subject};
  trace->verdict.clause = CR_CLAUSE_COUNT;
}

/* One step of a run that is being recorded. Returns false when the run is over. */
static bool record(const cr_model *model, cr_world *world, cr_action action, cr_trace *trace,
                   cr_judgement *covered) {
  cr_event event;
  cr_judgement judgement;
  cr_clause clause = cr_world_step(model, world, action, &event, &judgement);
  cr_trace_push(trace, &event, cr_world_digest(model, world));
  if (covered != NULL) {
    cr_clauses_merge(&covered->exercised, &judgement.exercised);
    cr_clauses_merge(&covered->violated, &judgement.violated);
  }
  if (clause == CR_CLAUSE_COUNT) return true;
  trace->verdict = (cr_verdict){
      .kind = CR_VERDICT_VIOLATES, .clause = clause, .step = (uint32_t)trace->steps_count};
  return false;
}

cr_action cr_action_prefer(const cr_actions *enabled, unsigned preferred) {
  CR_ASSERT(enabled->count > 0);
  for (unsigned i = 0; i < enabled->count; i++)
    if (enabled->list[i] >= preferred) return enabled->list[i];
  return enabled->list[0];
}

static void finish(const cr_model *model, const cr_world *world, const cr_actions *enabled,
                   cr_trace *trace) {
  if (trace->verdict.kind != CR_VERDICT_NONE) return;
  bool stuck = enabled->count == 0 && !cr_world_final(model, world);
  trace->verdict.kind = stuck ? CR_VERDICT_DEADLOCK : CR_VERDICT_CONFORMS;
  trace->verdict.step = stuck ? (uint32_t)trace->steps_count : 0;
}

static void put_choice(const cr_model *model, unsigned action, cr_buf *choices) {
  cr_buf_putc(choices, (char)(action & 0xFF));
  if (model->actions_count > 256) cr_buf_putc(choices, (char)(action >> 8));
}

void cr_choices_run(const cr_model *model, const uint8_t *bytes, size_t n, size_t steps_max,
                    cr_trace *trace, cr_judgement *covered, cr_buf *canonical) {
  size_t width = model->actions_count > 256 ? 2 : 1;
  cr_world world;
  cr_actions enabled;
  cr_world_init(model, &world);
  cr_trace_clear(trace);
  if (covered != NULL) memset(covered, 0, sizeof *covered);
  for (size_t at = 0;; at += width) {
    cr_world_enabled(model, &world, &enabled);
    if (enabled.count == 0 || at + width > n || trace->steps_count >= steps_max) break;
    unsigned choice = bytes[at];
    if (width == 2) choice |= (unsigned)bytes[at + 1] << 8;
    cr_action action = cr_action_prefer(&enabled, choice % model->actions_count);
    if (canonical != NULL) put_choice(model, action, canonical);
    if (!record(model, &world, action, trace, covered)) break;
  }
  finish(model, &world, &enabled, trace);
}

unsigned cr_action_of_step(const cr_model *model, const cr_world *world, const cr_actions *enabled,
                           const cr_step *step) {
  for (unsigned i = 0; i < enabled->count; i++) {
    const cr_action_row *row = &model->action[enabled->list[i]];
    if (row->part == 0 && row->role != step->event.role) continue;
    cr_world copy = *world;
    cr_event event;
    (void)cr_world_step(model, &copy, enabled->list[i], &event, NULL);
    if (!cr_event_equal(&event, &step->event)) continue;
    if (step->after == 0 || cr_world_digest(model, &copy) == step->after) return enabled->list[i];
  }
  return CR_ACTIONS_MAX;
}

bool cr_trace_choices(const cr_model *model, const cr_trace *trace, cr_buf *choices) {
  cr_world world;
  cr_actions enabled;
  cr_event event;
  cr_world_init(model, &world);
  for (size_t i = 0; i < trace->steps_count; i++) {
    cr_world_enabled(model, &world, &enabled);
    unsigned action = cr_action_of_step(model, &world, &enabled, &trace->steps[i]);
    if (action == CR_ACTIONS_MAX) return false;
    put_choice(model, action, choices);
    (void)cr_world_step(model, &world, (cr_action)action, &event, NULL);
  }
  return true;
}

void cr_trace_rerun(const cr_model *model, const cr_trace *trace, cr_trace *result,
                    cr_judgement *covered) {
  cr_world world;
  cr_actions enabled;
  cr_action *taken = cr_alloc((trace->steps_count + 1) * sizeof *taken);
  cr_world_init(model, &world);
  cr_trace_free(result);
  cr__trace_of(model, result);
  if (covered != NULL) memset(covered, 0, sizeof *covered);
  for (size_t i = 0;; i++) {
    cr_world_enabled(model, &world, &enabled);
    if (i == trace->steps_count) break;
    unsigned action = cr_action_of_step(model, &world, &enabled, &trace->steps[i]);
    if (action == CR_ACTIONS_MAX) {
      result->verdict.kind = CR_VERDICT_DIVERGES;
      result->verdict.step = (uint32_t)i + 1;
      break;
    }
    taken[i] = (cr_action)action;
    if (!record(model, &world, (cr_action)action, result, covered)) break;
  }
  if (result->verdict.kind == CR_VERDICT_NONE && trace->verdict.loop != 0 &&
      cr__trace_starves(model, trace, taken))
    result->verdict = trace->verdict;
  finish(model, &world, &enabled, result);
  free(taken);
}

void cr_trace_judge(const cr_trace *trace, cr_judgement *judgement) {
  cr_observer observer;
  cr_judgement one;
  cr_observer_init(&observer, &trace->scenario);
  memset(judgement, 0, sizeof *judgement);
  for (size_t i = 0; i < trace->steps_count; i++) {
    cr_observe(&observer, &trace->scenario, &trace->steps[i].event, &one);
    cr_clauses_merge(&judgement->exercised, &one.exercised);
    cr_clauses_merge(&judgement->violated, &one.violated);
  }
}

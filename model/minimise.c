/* minimise.c - delta debugging over the steps of a trace; see clusrace/minimise.h.
 *
 * A candidate is the trace without some steps. It is run with skipping: a step that no enabled action
 * can give any more (its actor stands elsewhere) is left out. What counts is the clause alone. */
#include "clusrace/minimise.h"

#include <stdlib.h>
#include <string.h>

#include "world_private.h"

typedef struct run {
  const cr_model *model;
  cr_clause clause;
  uint64_t executions;
  cr_trace out; /* of the last run */
} run;

/* The same behaviour at another place: handles, checkpoints and what a mount did may differ. */
static bool similar(const cr_event *a, const cr_event *b) {
  return a->role == b->role && a->who == b->who && a->lane == b->lane && a->kind == b->kind &&
         a->object == b->object && a->value == b->value && a->result == b->result;
}

static unsigned find(const cr_model *model, const cr_world *world, const cr_event *wanted) {
  cr_actions enabled;
  cr_world_enabled(model, world, &enabled);
  unsigned fallback = CR_ACTIONS_MAX;
  for (unsigned i = 0; i < enabled.count; i++) {
    if (model->action[enabled.list[i]].role != wanted->role) continue;
    cr_world copy = *world;
    cr_event event;
    (void)cr_world_step(model, &copy, enabled.list[i], &event, NULL);
    if (cr_event_equal(&event, wanted)) return enabled.list[i];
    if (fallback == CR_ACTIONS_MAX && similar(&event, wanted)) fallback = enabled.list[i];
  }
  return fallback;
}

/* Runs the kept steps; true when the clause is violated. */
static bool reproduces(run *r, const cr_step *steps, const bool *keep, size_t n) {
  cr_world world;
  cr_world_init(r->model, &world);
  cr_trace_clear(&r->out);
  r->executions++;
  for (size_t i = 0; i < n; i++) {
    if (keep != NULL && !keep[i]) continue;
    unsigned action = find(r->model, &world, &steps[i].event);
    if (action == CR_ACTIONS_MAX) continue;
    cr_event event;
    cr_clause clause = cr_world_step(r->model, &world, (cr_action)action, &event, NULL);
    cr_trace_push(&r->out, &event, cr_world_digest(r->model, &world));
    if (clause == CR_CLAUSE_COUNT) continue;
    r->out.verdict = (cr_verdict){
        .kind = CR_VERDICT_VIOLATES, .clause = clause, .step = (uint32_t)r->out.steps_count};
    return clause == r->clause;
  }
  return false;
}

/* Tries to leave out every run of `chunk` steps; keeps what is shorter. */
static bool sweep(run *r, cr_trace *best, size_t chunk) {
  bool any = false;
  for (size_t at = 0; at + chunk <= best->steps_count;) {
    size_t n = best->steps_count;
    bool *keep = cr_alloc(n * sizeof *keep);
    for (size_t i = 0; i < n; i++) keep[i] = i < at || i >= at + chunk;
    bool good = reproduces(r, best->steps, keep, n);
    free(keep);
    if (good && r->out.steps_count < n) {
      cr_trace_copy(best, &r->out);
      any = true;
    } else {
      at++;
    }
  }
  return any;
}

void cr_minimise(const cr_model *model, const cr_trace *trace, cr_trace *result,
                 uint64_t *executions) {
  run r = {.model = model, .clause = trace->verdict.clause};
  cr_trace_init(&r.out, &model->scenario, &model->subject);
  if (trace->verdict.kind != CR_VERDICT_VIOLATES ||
      !reproduces(&r, trace->steps, NULL, trace->steps_count)) {
    cr_trace_copy(result, trace);
  } else {
    cr_trace_copy(result, &r.out);
    for (bool again = true; again;) {
      again = false;
      for (size_t chunk = result->steps_count / 2; chunk >= 1; chunk /= 2)
        if (sweep(&r, result, chunk)) again = true;
    }
  }
  if (executions != NULL) *executions = r.executions;
  cr_trace_free(&r.out);
}

/* minimise.c - delta debugging over the steps of a trace; see clusrace/minimise.h.
 *
 * A candidate is the trace without some steps. It is run with skipping: a step that no enabled
 * action can give any more (its actor stands elsewhere) is left out. What counts is the clause
 * alone. What is left is a local minimum; last, the explorer looks for a shorter path that takes
 * only actions of the trace. */
#include "clusrace/minimise.h"

#include "clusrace/modelcheck.h"

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

/* ---- searching with the trace's own actions ---------------------------------------------------
 */

/* States after which the search is given up: what is not found by then stays a local minimum. */
enum { SEARCH_STATES_MAX = 50000 };

typedef struct restricted {
  const cr_model *model;
  cr_clause clause;
  bool allowed[CR_ACTIONS_MAX];
} restricted;

static bool restricted_initial(void *ctx, uint32_t index, void *state) {
  const restricted *search = ctx;
  cr_world world;
  if (index != 0) return false;
  cr_world_init(search->model, &world);
  cr_world_pack(search->model, &world, state);
  return true;
}

static void restricted_successors(void *ctx, const void *state, cr_xsink *sink) {
  const restricted *search = ctx;
  cr_world world, next;
  cr_actions enabled;
  cr_event event;
  uint8_t packed[CR_PACK_FIELDS_MAX];
  cr_world_unpack(search->model, state, &world);
  cr_world_enabled(search->model, &world, &enabled);
  for (unsigned i = 0; i < enabled.count; i++) {
    if (!search->allowed[enabled.list[i]]) continue;
    next = world;
    cr_clause clause = cr_world_step(search->model, &next, enabled.list[i], &event, NULL);
    if (clause != CR_CLAUSE_COUNT && clause != search->clause) continue;
    cr_world_pack(search->model, &next, packed);
    cr_xemit(sink, enabled.list[i], packed, clause == search->clause ? 1 : 0);
  }
}

static void search_shorter(run *r, cr_trace *best) {
  restricted *search = cr_alloc(sizeof *search);
  *search = (restricted){.model = r->model, .clause = r->clause};
  cr_world world;
  cr_world_init(r->model, &world);
  for (size_t i = 0; i < best->steps_count; i++) {
    unsigned action = find(r->model, &world, &best->steps[i].event);
    CR_ASSERT(action != CR_ACTIONS_MAX);
    cr_event event;
    (void)cr_world_step(r->model, &world, (cr_action)action, &event, NULL);
    search->allowed[action] = true;
  }
  cr_xmodel xmodel = {.name = "minimise",
                      .state_bytes = r->model->packed_bytes,
                      .ctx = search,
                      .initial = restricted_initial,
                      .successors = restricted_successors};
  cr_xoptions options = {.max_states = SEARCH_STATES_MAX,
                         .max_depth = (uint32_t)best->steps_count,
                         .allow_deadlock = true};
  cr_xresult found;
  if (cr_explore(&xmodel, &options, &found, NULL) == CR_OK) {
    if (found.paths_count > 0 && found.paths[0].labels_count < best->steps_count)
      cr_modelcheck_trace(r->model, &found.paths[0], best);
    cr_xresult_free(&found);
  }
  free(search);
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
    search_shorter(&r, result);
  }
  if (executions != NULL) *executions = r.executions;
  cr_trace_free(&r.out);
}

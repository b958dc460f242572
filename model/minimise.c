/* minimise.c - shorter, calmer and canonical forms of a trace; see clusrace/minimise.h.
 *
 * A candidate is a list of steps. It is run with skipping: a step that no enabled action can give
 * any more (its actor stands elsewhere) is left out. What counts is the clause alone. Of two traces
 * the better has fewer steps, then fewer switches between actors, then the lesser sequence of
 * actions; a candidate is kept only when it is better, so every loop here ends. */
#include "clusrace/minimise.h"

#include <stdlib.h>
#include <string.h>

#include "minimise_private.h"

enum {
  RUNS_MAX = 1000,          /* candidates; what is not better by then stays as it is */
  SEARCH_STATES_MAX = 50000 /* of one search */
};

/* A trace of the target, with the action of each step. */
typedef struct form {
  cr_trace trace;
  cr_action *actions;
  size_t cap;
} form;

typedef struct reduction {
  const cr_model *model;
  cr__target target;
  cr_minimised stats;
  form best, tried;
  cr_step *steps; /* the candidate */
  size_t steps_count, steps_cap;
} reduction;

/* ---- running a candidate ----------------------------------------------------------------------
 */

static void form_clear(form *f) { cr_trace_clear(&f->trace); }

static void form_push(form *f, const cr_model *model, const cr_world *world, cr_action action,
                      const cr_event *event) {
  if (f->trace.steps_count == f->cap) {
    f->cap = f->cap == 0 ? 64 : f->cap * 2;
    f->actions = cr_realloc(f->actions, f->cap * sizeof *f->actions);
  }
  f->actions[f->trace.steps_count] = action;
  cr_trace_push(&f->trace, event, cr_world_digest(model, world));
}

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
    const cr_action_row *row = &model->action[enabled.list[i]];
    /* An actor of a part may speak in another's name. */
    if (row->part == 0 && row->role != wanted->role) continue;
    cr_world copy = *world;
    cr_event event;
    (void)cr_world_step(model, &copy, enabled.list[i], &event, NULL);
    if (cr_event_equal(&event, wanted)) return enabled.list[i];
    if (fallback == CR_ACTIONS_MAX && similar(&event, wanted)) fallback = enabled.list[i];
  }
  return fallback;
}

/* Takes one step; true when it reached the target, *dead when it violated something else. */
static bool take(reduction *r, cr_world *world, cr_action action, bool *dead) {
  cr_event event;
  cr_clause clause = cr_world_step(r->model, world, action, &event, NULL);
  form_push(&r->tried, r->model, world, action, &event);
  bool reached = cr__target_reached(r->model, &r->target, world, clause);
  *dead = clause != CR_CLAUSE_COUNT && !reached;
  if (reached)
    r->tried.trace.verdict = (cr_verdict){.kind = (uint8_t)r->target.kind,
                                          .clause = r->target.clause,
                                          .step = (uint32_t)r->tried.trace.steps_count};
  return reached;
}

/* Runs the candidate into r->tried; true when it reaches the target. */
static bool reproduces(reduction *r) {
  cr_world world;
  cr_world_init(r->model, &world);
  form_clear(&r->tried);
  r->stats.executions++;
  bool dead = false;
  for (size_t i = 0; i < r->steps_count && !dead; i++) {
    unsigned action = find(r->model, &world, &r->steps[i].event);
    if (action != CR_ACTIONS_MAX && take(r, &world, (cr_action)action, &dead)) return true;
  }
  return false;
}

/* The same for a list of actions, all of which are enabled in their turn. */
static void follow(reduction *r, const cr_action *actions, size_t n) {
  cr_world world;
  bool dead = false;
  cr_world_init(r->model, &world);
  form_clear(&r->tried);
  r->stats.executions++;
  for (size_t i = 0; i < n; i++) {
    bool reached = take(r, &world, actions[i], &dead);
    CR_ASSERT(reached == (i + 1 == n));
  }
}

/* ---- which is better --------------------------------------------------------------------------
 */

static bool better(const form *a, const form *b) {
  size_t n = a->trace.steps_count;
  if (n != b->trace.steps_count) return n < b->trace.steps_count;
  size_t sa = cr_trace_switches(&a->trace), sb = cr_trace_switches(&b->trace);
  if (sa != sb) return sa < sb;
  for (size_t i = 0; i < n; i++)
    if (a->actions[i] != b->actions[i]) return a->actions[i] < b->actions[i];
  return false;
}

/* Makes what was tried the best. */
static void adopt(reduction *r) {
  form old = r->best;
  r->best = r->tried;
  r->tried = old;
}

static bool spent(const reduction *r) { return r->stats.executions >= RUNS_MAX; }

/* Runs the candidate and adopts it when it is better. */
static bool attempt(reduction *r) {
  if (spent(r) || !reproduces(r) || !better(&r->tried, &r->best)) return false;
  adopt(r);
  return true;
}

/* ---- candidates -------------------------------------------------------------------------------
 */

static void candidate_begin(reduction *r) {
  r->steps_count = 0;
  if (r->steps_cap >= r->best.trace.steps_count) return;
  r->steps_cap = r->best.trace.steps_count;
  r->steps = cr_realloc(r->steps, r->steps_cap * sizeof *r->steps);
}

/* Appends steps from..to-1 of the best. */
static void candidate_add(reduction *r, size_t from, size_t to) {
  for (; from < to; from++) r->steps[r->steps_count++] = r->best.trace.steps[from];
}

/* Without each run of `chunk` steps. */
static bool drop_chunks(reduction *r, size_t chunk) {
  bool any = false;
  for (size_t at = 0; at + chunk <= r->best.trace.steps_count;) {
    candidate_begin(r);
    candidate_add(r, 0, at);
    candidate_add(r, at + chunk, r->best.trace.steps_count);
    if (attempt(r))
      any = true;
    else
      at++;
  }
  return any;
}

/* Without all steps of the actor of step i, for each i that is its actor's first. */
static bool drop_actors(reduction *r) {
  bool any = false;
  for (size_t i = 0; i < r->best.trace.steps_count; i++) {
    const cr_trace *best = &r->best.trace;
    cr_event actor = best->steps[i].event;
    bool first = true;
    for (size_t k = 0; k < i; k++)
      first = first && !cr_event_same_actor(&best->steps[k].event, &actor);
    if (!first) continue;
    candidate_begin(r);
    for (size_t k = 0; k < best->steps_count; k++)
      if (!cr_event_same_actor(&best->steps[k].event, &actor)) candidate_add(r, k, k + 1);
    if (attempt(r)) any = true, i = 0;
  }
  return any;
}

/* The best with the steps from..mid-1 and mid..to-1 exchanged. */
static bool exchange(reduction *r, size_t from, size_t mid, size_t to) {
  candidate_begin(r);
  candidate_add(r, 0, from);
  candidate_add(r, mid, to);
  candidate_add(r, from, mid);
  candidate_add(r, to, r->best.trace.steps_count);
  return attempt(r);
}

/* Two runs of one actor with others in between become one: the later comes earlier, or the earlier
 * later. */
static bool join_runs(reduction *r) {
  bool any = false;
  const cr_trace *best = &r->best.trace;
  for (size_t at = 0; at < best->steps_count;) {
    size_t end = cr_trace_run_end(best, at), next = cr_trace_next_run(best, at);
    if (next < best->steps_count &&
        (exchange(r, end, next, cr_trace_run_end(best, next)) || exchange(r, at, end, next)))
      any = true;
    else
      at = end;
  }
  return any;
}

/* Neighbouring runs in the order of their first actions. */
static bool sort_runs(reduction *r) {
  bool any = false;
  const cr_trace *best = &r->best.trace;
  for (size_t at = 0; at < best->steps_count;) {
    size_t mid = cr_trace_run_end(best, at);
    if (mid < best->steps_count && r->best.actions[mid] < r->best.actions[at] &&
        exchange(r, at, mid, cr_trace_run_end(best, mid)))
      any = true;
    else
      at = mid;
  }
  return any;
}

/* Two workers of a resource, two applications or two resources with their volumes change places:
 * what is alike gets the least names. */
static void exchange_names(cr_event *e, cr_role role, uint8_t a, uint8_t b) {
  uint8_t *field = role == CR_ROLE_WORKER ? &e->lane : &e->who;
  bool resource = role == CR_ROLE_EP;
  bool mine = resource ? e->role == CR_ROLE_EP || e->role == CR_ROLE_TERM ||
                             e->role == CR_ROLE_WORKER || e->role == CR_ROLE_POLLER
                       : e->role == role;
  if (mine && (*field == a || *field == b)) *field = (uint8_t)(a + b - *field);
  if (resource && (e->object == a || e->object == b)) e->object = (uint8_t)(a + b - e->object);
}

static bool relabel(reduction *r) {
  const cr_scenario *scenario = &r->model->scenario;
  const struct {
    cr_role role;
    unsigned count;
  } like[] = {{CR_ROLE_WORKER, CR_WORKERS_MAX},
              {CR_ROLE_APP, scenario->apps_count},
              {CR_ROLE_EP, scenario->resources_count}};
  bool any = false;
  for (size_t k = 0; k < CR_ARRAY_LEN(like); k++)
    for (unsigned b = 1; b < like[k].count; b++)
      for (unsigned a = 0; a < b; a++) {
        candidate_begin(r);
        candidate_add(r, 0, r->best.trace.steps_count);
        for (size_t i = 0; i < r->steps_count; i++)
          exchange_names(&r->steps[i].event, like[k].role, (uint8_t)a, (uint8_t)b);
        if (attempt(r)) any = true;
      }
  return any;
}

/* ---- searching --------------------------------------------------------------------------------
 */

/* How much more than the actions of the best a search may take. */
typedef enum scope { OWN_ACTIONS, OWN_ACTORS, EVERYTHING } scope;

/* The shortest way. Also one of the same length is taken: it depends on less of what was found. */
static void search(reduction *r, scope allowed) {
  cr__alphabet *alphabet = cr_alloc(sizeof *alphabet);
  size_t n = r->best.trace.steps_count;
  cr_action *way = cr_alloc((n + 1) * sizeof *way);
  for (size_t i = 0; i < n; i++) {
    const cr_action_row *mine = &r->model->action[r->best.actions[i]];
    alphabet->has[r->best.actions[i]] = true;
    for (unsigned k = 0; allowed != OWN_ACTIONS && k < r->model->actions_count; k++) {
      const cr_action_row *row = &r->model->action[k];
      if (allowed == EVERYTHING ||
          (row->role == mine->role && row->who == mine->who && row->lane == mine->lane))
        alphabet->has[k] = true;
    }
  }
  if (cr__shortest_way(r->model, &r->target, alphabet, SEARCH_STATES_MAX, way, &n,
                       &r->stats.states)) {
    follow(r, way, n);
    adopt(r);
  }
  free(way);
  free(alphabet);
}

void cr_minimise(const cr_model *model, const cr_trace *trace, cr_trace *result,
                 cr_minimised *stats) {
  reduction r = {.model = model,
                 .target = {(cr_verdict_kind)trace->verdict.kind, trace->verdict.clause}};
  cr__trace_of(model, &r.best.trace);
  cr__trace_of(model, &r.tried.trace);
  cr_trace_copy(&r.best.trace, trace);
  bool finding = trace->verdict.kind == CR_VERDICT_DEADLOCK ||
                 (trace->verdict.kind == CR_VERDICT_VIOLATES && trace->verdict.loop == 0);
  candidate_begin(&r);
  candidate_add(&r, 0, trace->steps_count);
  if (finding && reproduces(&r)) {
    adopt(&r);
    for (bool again = true; again && !spent(&r);) {
      again = drop_actors(&r);
      for (size_t chunk = r.best.trace.steps_count / 2; chunk >= 1; chunk /= 2)
        if (drop_chunks(&r, chunk)) again = true;
    }
    for (unsigned i = OWN_ACTIONS; i <= EVERYTHING; i++) search(&r, (scope)i);
    for (bool again = true; again && !spent(&r);) {
      again = join_runs(&r);
      if (sort_runs(&r)) again = true;
      if (relabel(&r)) again = true;
    }
  }
  cr_trace_copy(result, &r.best.trace);
  if (stats != NULL) *stats = r.stats;
  cr_trace_free(&r.best.trace);
  cr_trace_free(&r.tried.trace);
  free(r.best.actions);
  free(r.tried.actions);
  free(r.steps);
}

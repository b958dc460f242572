/* covering.c - see picture.h: what there is to cover, and what was. */
#include "covering.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

cr_covering *cr_covering_new(void) { return cr_alloc(sizeof(cr_covering)); }

void cr_covering_free(cr_covering *c) {
  if (c == NULL) return;
  free(c->change);
  free(c);
}

bool cr_covering_any(const cr_covering *c) { return c->changes_count > 0; }

/* ---- the state machine ----------------------------------------------------------------------- */

/* What happened, without whom and how exactly. */
static void name_event(const cr_event *e, char *out, size_t n) {
  switch (e->kind) {
    case CR_EV_CALL: snprintf(out, n, "call %s", cr_entry_point_name(e->value)); return;
    case CR_EV_RET:
      snprintf(out, n, "%s returns%s", cr_entry_point_name(e->value),
               e->value != CR_EP_ONLINE && e->value != CR_EP_OFFLINE ? ""
               : e->result == CR_E_SUCCESS                           ? " success"
               : e->result == CR_E_IO_PENDING                        ? " pending"
                                                                     : " an error");
      return;
    case CR_EV_STATUS: {
      const char *state = cr_state_name(e->value);
      snprintf(out, n, "report %s", state == NULL ? "another state" : state);
      return;
    }
    case CR_EV_EXPIRE: snprintf(out, n, "the time is up"); return;
    default: snprintf(out, n, "%s", cr_event_row_of(e->kind)->verb); return;
  }
}

static void take_change(cr_covering *c, unsigned from, unsigned to, const cr_event *e, bool model) {
  cr__change change = {.from = (uint8_t)from, .to = (uint8_t)to, .covered = !model};
  name_event(e, change.what, sizeof change.what);
  for (size_t i = 0; i < c->changes_count; i++) {
    cr__change *old = &c->change[i];
    if (old->from != from || old->to != to || strcmp(old->what, change.what) != 0) continue;
    old->covered = old->covered || !model;
    return;
  }
  if (!model) return; /* not what the model does: no part of its picture */
  c->change = cr_realloc(c->change, (c->changes_count + 1) * sizeof *c->change);
  c->change[c->changes_count++] = change;
}

static void take_changes(cr_covering *c, const cr_trace *t, bool model) {
  cr_observer *observer = cr_alloc(sizeof *observer);
  cr_judgement judged;
  cr_observer_init(observer, &t->scenario);
  for (size_t i = 0; i < t->steps_count; i++) {
    unsigned from = observer->resource[0].mon;
    cr_observe(observer, &t->scenario, &t->steps[i].event, &judged);
    if (observer->resource[0].mon != from)
      take_change(c, from, observer->resource[0].mon, &t->steps[i].event, model);
  }
  free(observer);
}

/* ---- operations that race -------------------------------------------------------------------- */

static bool on_volume(const cr_event *e) {
  return cr_event_row_of(e->kind)->object == CR_FIELD_VOLUME;
}

/* Does it show, and is it about the one resource, or the volume that is its? */
static bool same_thing(const cr_scenario *s, const cr_event *e) {
  if (!cr_event_row_of(e->kind)->visible) return false; /* a DLL has steps of its own */
  return on_volume(e) ? e->object == s->resource[0].volume : e->object == 0;
}

static bool same_operation(const cr_event *a, const cr_event *b) {
  return a->kind == b->kind && cr_event_same_actor(a, b) && a->object == b->object &&
         (on_volume(a) || a->value == b->value);
}

/* The number of an operation; CR__OPERATIONS_MAX when it is none of the model's. */
static unsigned operation(cr_covering *c, const cr_scenario *s, const cr_event *e, bool add) {
  cr_buf whole = {0};
  char name[sizeof c->op[0].name];
  cr_actor_write(s, e, &whole);
  cr_buf_printf(&whole, " %s", cr_event_row_of(e->kind)->verb);
  if (e->kind == CR_EV_CALL || e->kind == CR_EV_RET)
    cr_buf_printf(&whole, " %s", cr_entry_point_name(e->value));
  else if (e->kind == CR_EV_STATUS && cr_state_name(e->value) != NULL)
    cr_buf_printf(&whole, " %s", cr_state_name(e->value));
  snprintf(name, sizeof name, "%s", whole.data);
  cr_buf_free(&whole);
  for (unsigned i = 0; i < c->ops_count; i++)
    if (strcmp(c->op[i].name, name) == 0) return i;
  if (!add || c->ops_count == CR__OPERATIONS_MAX) return CR__OPERATIONS_MAX;
  cr__operation *op = &c->op[c->ops_count];
  memcpy(op->name, name, sizeof name);
  op->rank = (uint8_t)(e->role * 16u + e->lane % 16u);
  return c->ops_count++;
}

/* Was the operation of `wanted` possible in world? */
static bool possible(const cr_model *model, const cr_world *world, const cr_event *wanted) {
  cr_actions enabled;
  cr_world next;
  cr_event event;
  cr_world_enabled(model, world, &enabled);
  for (unsigned i = 0; i < enabled.count; i++) {
    next = *world;
    (void)cr_world_step(model, &next, enabled.list[i], &event, NULL);
    if (same_operation(&event, wanted)) return true;
  }
  return false;
}

static void take_races(cr_covering *c, const cr_model *model, const cr_trace *t) {
  cr_world *world = cr_alloc(sizeof *world);
  cr_actions enabled;
  cr_event event;
  cr_world_init(model, world);
  for (size_t i = 0; i + 1 < t->steps_count; i++) {
    const cr_event *a = &t->steps[i].event, *b = &t->steps[i + 1].event;
    if (!cr_event_same_actor(a, b) && same_thing(&t->scenario, a) && same_thing(&t->scenario, b)) {
      unsigned x = operation(c, &t->scenario, a, true), y = operation(c, &t->scenario, b, true);
      if (x < CR__OPERATIONS_MAX && y < CR__OPERATIONS_MAX && c->pair[x][y] == 0 &&
          possible(model, world, b))
        c->pair[x][y] = CR__RACES;
    }
    cr_world_enabled(model, world, &enabled);
    unsigned action = cr_action_of_step(model, world, &enabled, &t->steps[i]);
    if (action == CR_ACTIONS_MAX) break;
    (void)cr_world_step(model, world, (cr_action)action, &event, NULL);
  }
  free(world);
}

void cr_covering_model(cr_covering *c, const cr_suite *suite) {
  if (suite->traces_count == 0 || suite->trace[0].scenario.resources_count != 1) return;
  cr_judge judge = {0};
  cr_model *model = cr_model_new(&suite->trace[0].scenario, &suite->trace[0].subject, &judge);
  for (size_t i = 0; i < suite->traces_count; i++) {
    take_changes(c, &suite->trace[i], true);
    take_races(c, model, &suite->trace[i]);
  }
  cr_model_free(model);
}

static void cover_pair(cr_covering *c, const cr_scenario *s, const cr_event *first,
                       const cr_event *second) {
  unsigned x = operation(c, s, first, false), y = operation(c, s, second, false);
  if (x < CR__OPERATIONS_MAX && y < CR__OPERATIONS_MAX && (c->pair[x][y] & CR__RACES) != 0)
    c->pair[x][y] |= CR__COVERED;
}

/* Neighbours in a run are what shows, one right after the other: steps inside the DLL are its own.
 */
void cr_covering_run(cr_covering *c, const cr_trace *t) {
  const cr_event *last = NULL;
  if (t->scenario.resources_count != 1) return;
  take_changes(c, t, false);
  for (size_t i = 0; i < t->steps_count; i++) {
    const cr_event *e = &t->steps[i].event;
    if (!cr_event_row_of(e->kind)->visible) continue;
    if (last != NULL && !cr_event_same_actor(last, e)) cover_pair(c, &t->scenario, last, e);
    last = e;
  }
}

void cr_covering_taken(cr_covering *c, const cr_scenario *scenario, const cr_taken *taken) {
  if (scenario->resources_count != 1) return;
  for (size_t i = 0; i < CR_TAKEN_SLOTS; i++) {
    if (taken->key[i] == 0) continue;
    cr_taken_what what = cr_taken_what_of(taken->key[i]);
    if (what.way)
      take_change(c, what.from, what.to, &what.second, false);
    else
      cover_pair(c, scenario, &what.first, &what.second);
  }
}

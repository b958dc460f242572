/* lanes.c - see lanes.h. */
#include "lanes.h"

#include <stdio.h>
#include <string.h>

static bool is_volume_event(const cr_event *e) {
  return cr_event_row_of(e->kind)->object == CR_FIELD_VOLUME;
}

bool cr__lane_shows(const cr_trace *trace, size_t step) {
  return cr_event_row_of(trace->steps[step].event.kind)->visible || step + 1 == trace->verdict.step;
}

static unsigned find(const cr__lanes *l, unsigned role, unsigned who, unsigned index) {
  for (unsigned i = 0; i < l->count; i++)
    if (l->lane[i].role == role && l->lane[i].who == who && l->lane[i].index == index) return i;
  return CR_LANES_MAX;
}

static void add(cr__lanes *l, const cr_trace *trace, unsigned role, unsigned who, unsigned index) {
  if (find(l, role, who, index) != CR_LANES_MAX || l->count == CR_LANES_MAX) return;
  cr__lane *lane = &l->lane[l->count++];
  *lane = (cr__lane){.role = (uint8_t)role, .who = (uint8_t)who, .index = (uint8_t)index};
  cr_buf name = {0};
  if (role == 0) {
    cr_buf_puts(&name, trace->scenario.volume[who].name);
  } else {
    cr_event e = {.role = (uint8_t)role, .who = (uint8_t)who, .lane = (uint8_t)index};
    cr_actor_write(&trace->scenario, &e, &name);
  }
  snprintf(lane->name, sizeof lane->name, "%s", name.data);
  cr_buf_free(&name);
}

/* Adds the actors of one role in the order of their numbers. */
static void add_role(cr__lanes *l, const cr_trace *trace, unsigned role) {
  for (unsigned who = 0; who < CR_RESOURCES_MAX + CR_APPS_MAX; who++)
    for (unsigned index = 0; index < 16; index++)
      for (size_t i = 0; i < trace->steps_count; i++) {
        const cr_event *e = &trace->steps[i].event;
        if (!cr__lane_shows(trace, i) || e->role != role || e->who != who || e->lane != index)
          continue;
        add(l, trace, role, who, index);
        break;
      }
}

void cr__lanes_of(const cr_trace *trace, cr__lanes *l) {
  memset(l, 0, sizeof *l);
  add(l, trace, CR_ROLE_MONITOR, 0, 0);
  add_role(l, trace, CR_ROLE_EP);
  add_role(l, trace, CR_ROLE_TERM);
  add_role(l, trace, CR_ROLE_WORKER);
  add_role(l, trace, CR_ROLE_POLLER);
  for (size_t i = 0; i < trace->steps_count; i++) {
    const cr_event *e = &trace->steps[i].event;
    if (is_volume_event(e) && e->object < trace->scenario.volumes_count)
      add(l, trace, 0, e->object, 0);
  }
  add_role(l, trace, CR_ROLE_APP);
  add_role(l, trace, CR_ROLE_CLUSTER);
  add_role(l, trace, CR_ROLE_PNP);
  add_role(l, trace, CR_ROLE_ENV);
}

const char *cr__lane_class(unsigned role) {
  switch (role) {
    case CR_ROLE_MONITOR: return "monitor";
    case CR_ROLE_EP:
    case CR_ROLE_TERM:
    case CR_ROLE_WORKER:
    case CR_ROLE_POLLER: return "dll";
    case CR_ROLE_APP: return "app";
    case CR_ROLE_CLUSTER:
    case CR_ROLE_PNP:
    case CR_ROLE_ENV: return "env";
    default: return "volume";
  }
}

unsigned cr__lane_from(const cr__lanes *l, const cr_event *e) {
  unsigned lane = find(l, e->role, e->role == CR_ROLE_MONITOR ? 0 : e->who, e->lane);
  return lane == CR_LANES_MAX ? 0 : lane;
}

unsigned cr__lane_to(const cr__lanes *l, const cr_event *e) {
  unsigned to = CR_LANES_MAX;
  if (is_volume_event(e)) {
    to = find(l, 0, e->object, 0);
  } else {
    switch (e->kind) {
      case CR_EV_CALL:
        to = find(l, e->value == CR_EP_TERMINATE ? CR_ROLE_TERM : CR_ROLE_EP, e->object, 0);
        break;
      case CR_EV_RET:
      case CR_EV_STATUS:
      case CR_EV_EXPIRE: to = find(l, CR_ROLE_MONITOR, 0, 0); break;
      case CR_EV_SPAWN: to = find(l, CR_ROLE_WORKER, e->object, e->value); break;
      default: break;
    }
  }
  return to == CR_LANES_MAX ? cr__lane_from(l, e) : to;
}

void cr__lane_label(const cr_trace *trace, const cr_event *e, cr_buf *out) {
  cr_buf whole = {0};
  cr_trace_write_event(&trace->scenario, e, &whole);
  /* "ACTOR VERB OBJECT REST": the lanes say who and on what. */
  const char *verb = strchr(whole.data, ' ');
  const char *object = verb == NULL ? NULL : strchr(verb + 1, ' ');
  const char *rest = object == NULL ? NULL : strchr(object + 1, ' ');
  if (object != NULL) {
    if (e->kind != CR_EV_CALL) cr_buf_add(out, verb + 1, (size_t)(object - verb - 1));
    if (rest != NULL) cr_buf_puts(out, e->kind == CR_EV_CALL ? rest + 1 : rest);
  }
  cr_buf_free(&whole);
}

void cr__verdict_text(const cr_verdict *v, cr_buf *out) {
  cr_buf_puts(out, cr_verdict_kind_name(v->kind));
  if (v->kind == CR_VERDICT_VIOLATES) cr_buf_printf(out, " %s", cr_clause_row_of(v->clause)->id);
  if (v->step != 0) cr_buf_printf(out, " at step %u", v->step);
  if (v->note[0] != '\0') cr_buf_printf(out, ": %s", v->note);
}

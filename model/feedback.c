/* feedback.c - see clusrace/feedback.h. */
#include "clusrace/feedback.h"

#include <string.h>

void cr_feedback_begin(cr_feedback *f, uint8_t *counter, unsigned kinds) {
  memset(f, 0, sizeof *f);
  f->counter = counter;
  f->kinds = kinds;
}

static uint32_t mix(uint32_t x) {
  x = (x ^ x >> 16) * 0x85EBCA6Bu;
  x = (x ^ x >> 13) * 0xC2B2AE35u;
  return x ^ x >> 16;
}

enum { NO_THING = CR_RESOURCES_MAX + CR_VOLUMES_MAX };

/* The thing that an event is about; NO_THING for none. */
static unsigned thing_of(const cr_event *e) {
  bool volume = e->kind >= CR_EV_OPENV && e->kind <= CR_EV_FLUSH;
  unsigned most = volume ? CR_VOLUMES_MAX : CR_RESOURCES_MAX;
  if (e->object >= most) return NO_THING;
  return volume ? CR_RESOURCES_MAX + e->object : e->object;
}

static void mark_step(cr_feedback_mark *m, uint32_t state, uint32_t action) {
  m->state = (uint16_t)(mix(state) % CR_FEEDBACK_STATES);
  m->pair =
      (uint16_t)(CR_FEEDBACK_STATES + mix(state ^ (action + 1) * 0x9E3779B1u) % CR_FEEDBACK_PAIRS);
}

static void mark_event(cr_feedback_mark *m, const cr_event *e) {
  m->thing = (uint8_t)thing_of(e);
  bool refused = e->result != CR_E_SUCCESS && e->kind >= CR_EV_OPENV && e->kind <= CR_EV_FLUSH;
  uint32_t about = e->kind | (uint32_t)e->role << 8 | (uint32_t)refused << 12;
  if (e->kind < CR_EV_OPENV) about ^= e->value << 16;
  m->operation = (uint16_t)mix(about);
  m->actor = (uint16_t)((unsigned)e->role << 8 | (unsigned)e->who << 4 | (e->lane & 15u));
}

void cr_feedback_mark_of(cr_feedback_mark *mark, uint32_t state, uint32_t action,
                         const cr_event *event) {
  mark_step(mark, state, action);
  mark_event(mark, event);
}

/* How often is of no interest: it would make many inputs look new that are not. */
static void raise_step(cr_feedback *f, const cr_feedback_mark *m) {
  if ((f->kinds & CR_FEEDBACK_OF_STATES) != 0) f->counter[m->state] = 1;
  if ((f->kinds & CR_FEEDBACK_OF_PAIRS) != 0) f->counter[m->pair] = 1;
}

static void raise_event(cr_feedback *f, const cr_feedback_mark *m) {
  if ((f->kinds & CR_FEEDBACK_OF_RACES) == 0 || m->thing == NO_THING) return;
  if (f->last[m->thing].actor != 0 && f->last[m->thing].actor != m->actor) {
    uint32_t met = (uint32_t)f->last[m->thing].operation << 16 | m->operation;
    f->counter[CR_FEEDBACK_STATES + CR_FEEDBACK_PAIRS + mix(met) % CR_FEEDBACK_RACES] = 1;
  }
  f->last[m->thing].operation = m->operation;
  f->last[m->thing].actor = m->actor;
}

void cr_feedback_raise(cr_feedback *f, const cr_feedback_mark *mark) {
  raise_step(f, mark);
  raise_event(f, mark);
}

void cr_feedback_step(cr_feedback *f, uint32_t state, uint32_t action) {
  cr_feedback_mark mark;
  mark_step(&mark, state, action);
  raise_step(f, &mark);
}

void cr_feedback_event(cr_feedback *f, const cr_event *e) {
  cr_feedback_mark mark;
  mark_event(&mark, e);
  raise_event(f, &mark);
}

uint32_t cr_feedback_observed(const cr_observer *o, const cr_scenario *s) {
  uint8_t bytes[sizeof *o];
  size_t n = 0;
  for (unsigned r = 0; r < s->resources_count; r++) {
    cr_obs_resource one = o->resource[r];
    one.cp = one.cp != 0; /* how far is no other place */
    memcpy(bytes + n, &one, sizeof one);
    n += sizeof one;
  }
  memcpy(bytes + n, o->volume, s->volumes_count * sizeof o->volume[0]);
  n += s->volumes_count * sizeof o->volume[0];
  return (uint32_t)cr_digest(bytes, n);
}

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

/* How often is of no interest: it would make many inputs look new that are not. */
static void raise(cr_feedback *f, uint32_t from, uint32_t range, uint32_t hash) {
  f->counter[from + mix(hash) % range] = 1;
}

void cr_feedback_step(cr_feedback *f, uint32_t state, uint32_t action) {
  if ((f->kinds & CR_FEEDBACK_OF_STATES) != 0) raise(f, 0, CR_FEEDBACK_STATES, state);
  if ((f->kinds & CR_FEEDBACK_OF_PAIRS) != 0)
    raise(f, CR_FEEDBACK_STATES, CR_FEEDBACK_PAIRS, state ^ (action + 1) * 0x9E3779B1u);
}

/* The thing that an event is about; the number of things for none. */
static unsigned thing_of(const cr_event *e) {
  bool volume = e->kind >= CR_EV_OPENV && e->kind <= CR_EV_FLUSH;
  unsigned most = volume ? CR_VOLUMES_MAX : CR_RESOURCES_MAX;
  if (e->object >= most) return CR_RESOURCES_MAX + CR_VOLUMES_MAX;
  return volume ? CR_RESOURCES_MAX + e->object : e->object;
}

void cr_feedback_event(cr_feedback *f, const cr_event *e) {
  unsigned thing = thing_of(e);
  if ((f->kinds & CR_FEEDBACK_OF_RACES) == 0 || thing == CR_ARRAY_LEN(f->last)) return;
  bool refused = e->result != CR_E_SUCCESS && e->kind >= CR_EV_OPENV && e->kind <= CR_EV_FLUSH;
  uint32_t about = e->kind | (uint32_t)e->role << 8 | (uint32_t)refused << 12;
  if (e->kind < CR_EV_OPENV) about ^= e->value << 16;
  uint16_t operation = (uint16_t)mix(about);
  uint16_t actor = (uint16_t)((unsigned)e->role << 8 | (unsigned)e->who << 4 | (e->lane & 15u));
  if (f->last[thing].actor != 0 && f->last[thing].actor != actor)
    raise(f, CR_FEEDBACK_STATES + CR_FEEDBACK_PAIRS, CR_FEEDBACK_RACES,
          (uint32_t)f->last[thing].operation << 16 | operation);
  f->last[thing].operation = operation;
  f->last[thing].actor = actor;
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

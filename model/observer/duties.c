/* duties.c - liveness: what is owed, and when it has been done; see duties.def. */
#include "obs.h"

/* The bits: those of resource 0, of resource 1, ..., then those of the volumes. */
static const cr_clause of_resource[] = {
#define DUTY(ID, CLAUSE, OWED) CR_CLAUSE_##CLAUSE,
#include "clusrace/duties.def"
#undef DUTY
};
static const cr_clause of_volume[] = {
#define DUTY(ID, CLAUSE, OWED)
#define VOLUME_DUTY(ID, CLAUSE, OWED) CR_CLAUSE_##CLAUSE,
#include "clusrace/duties.def"
#undef DUTY
#undef VOLUME_DUTY
};
enum {
  PER_RESOURCE = (int)CR_ARRAY_LEN(of_resource),
  PER_VOLUME = (int)CR_ARRAY_LEN(of_volume),
  FIRST_VOLUME = CR_RESOURCES_MAX * PER_RESOURCE
};
_Static_assert(FIRST_VOLUME + CR_VOLUMES_MAX * PER_VOLUME <= 64, "a duty is a bit");

static uint64_t owed_by_resource(const cr_obs_resource *r) {
  uint64_t bits = 0;
  unsigned bit = 0;
#define DUTY(ID, CLAUSE, OWED) bits |= (uint64_t)(OWED) << bit++;
#include "clusrace/duties.def"
#undef DUTY
  return bits;
}

static uint64_t owed_by_volume(const cr_obs_volume *v) {
  uint64_t bits = 0;
  unsigned bit = 0;
#define DUTY(ID, CLAUSE, OWED)
#define VOLUME_DUTY(ID, CLAUSE, OWED) bits |= (uint64_t)(OWED) << bit++;
#include "clusrace/duties.def"
#undef DUTY
#undef VOLUME_DUTY
  return bits;
}

uint64_t cr_observer_owed(const cr_observer *observer, const cr_scenario *scenario) {
  uint64_t bits = 0;
  for (unsigned r = 0; r < scenario->resources_count; r++)
    bits |= owed_by_resource(&observer->resource[r]) << (r * PER_RESOURCE);
  for (unsigned v = 0; v < scenario->volumes_count; v++)
    bits |= owed_by_volume(&observer->volume[v]) << (FIRST_VOLUME + v * PER_VOLUME);
  return bits;
}

cr_clause cr_duty_clause(unsigned bit) {
  CR_ASSERT(bit < FIRST_VOLUME + CR_VOLUMES_MAX * PER_VOLUME);
  return bit < FIRST_VOLUME ? of_resource[bit % PER_RESOURCE]
                            : of_volume[(bit - FIRST_VOLUME) % PER_VOLUME];
}

/* A duty that was owed and is not any more was done: the clause was kept where it mattered. A
 * program that has been refused a file is remembered only here: it will try again. */
void cr__judge_duties(const cr__view *w, uint64_t before) {
  const cr_event *e = w->e;
  if (e->kind == CR_EV_OPENF && e->role == CR_ROLE_APP && e->object < w->s->volumes_count &&
      w->s->budget[CR_BUDGET_APP] == CR_BUDGET_FOREVER)
    w->o->volume[e->object].refused = e->result != CR_E_SUCCESS;
  uint64_t done = before & ~cr_observer_owed(w->o, w->s);
  for (unsigned bit = 0; done != 0; bit++, done >>= 1)
    if (done & 1) cr_clauses_add(&w->j->exercised, cr_duty_clause(bit));
}

/* abstract.c - the abstract state that tells an engine that an input got somewhere new.
 *
 * Measured on planted bugs, the whole state is no better feedback than a small abstraction, and
 * costs an engine far more; so budgets, checkpoints, the observer and handle rights are left out.
 */
#include <string.h>

#include "clusrace/fuzz.h"

static uint8_t *monitor_part(const cr_monitor *m, uint8_t *p) {
  *p++ = m->state;
  *p++ = m->inflight;
  *p++ = (uint8_t)(m->term | m->cancelled << 1 | m->mustterm << 2 | m->timer << 3 |
                   (m->early != 0) << 4);
  return p;
}

static uint8_t *dll_part(const cr_dll *d, uint8_t *p) {
  *p++ = (uint8_t)(d->up | d->term << 1 | d->busy << 2);
  *p++ = d->ep.pc;
  *p++ = d->termt.pc;
  for (unsigned i = 0; i < CR_WORKERS_MAX; i++)
    *p++ = (uint8_t)(d->worker[i].pc | d->worker[i].told << 6);
  return p;
}

uint32_t cr_fuzz_abstract(const cr_model *model, const cr_world *world) {
  const cr_scenario *s = cr_model_scenario(model);
  uint8_t bytes[CR_RESOURCES_MAX * 16 + CR_VOLUMES_MAX * 4 + CR_OPENS_MAX];
  uint8_t *p = bytes;
  for (unsigned r = 0; r < s->resources_count; r++) {
    p = monitor_part(&world->monitor[r], p);
    p = dll_part(&world->dll[r], p);
  }
  for (unsigned v = 0; v < s->volumes_count; v++) {
    const cr_volume *volume = &world->volumes.volume[v];
    *p++ = (uint8_t)(volume->off | volume->fs << 1 | volume->dism << 3 | (volume->lock != 0) << 4);
  }
  for (unsigned i = 0; i < 2u * s->apps_count; i++)
    *p++ = (uint8_t)(world->volumes.open[i].kind | world->volumes.open[i].stale << 2);
  uint64_t parts = 0;
  for (unsigned i = 0; i < CR_PART_COUNT && parts == 0; i++)
    if (s->part[i]) parts = cr_digest(&world->parts, sizeof world->parts);
  return (uint32_t)cr_digest_seeded(bytes, (size_t)(p - bytes), parts);
}

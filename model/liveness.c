/* liveness.c - fairness: who has to go on when it can; see clusrace/world.h. */
#include "world_private.h"

/* Classes: four threads a resource (entry point, Terminate, workers), then the monitor's
 * obligations, then the programs' two handles each: who has one open closes it, who was refused
 * tries again. */
enum {
  CLASS_THREADS = 1,
  CLASS_MONITOR = CLASS_THREADS + CR_RESOURCES_MAX * (2 + CR_WORKERS_MAX),
  CLASS_APPS = CLASS_MONITOR + 2 * CR_RESOURCES_MAX,
  CLASS_END = CLASS_APPS + 2 * CR_APPS_MAX
};
_Static_assert(CLASS_END <= 64, "a class is a bit, 0 is none");

unsigned cr_action_fairness(const cr_model *model, const cr_world *world, cr_action action) {
  CR_ASSERT(action < model->actions_count);
  const cr_action_row *row = &model->action[action];
  unsigned threads = CLASS_THREADS + row->who * (2u + CR_WORKERS_MAX);
  switch (row->role) {
    case CR_ROLE_EP: return threads;
    case CR_ROLE_TERM: return threads + 1;
    case CR_ROLE_WORKER: return threads + 2 + row->lane;
    case CR_ROLE_MONITOR:
      if (row->part != 0 ||
          !cr_monitor_obliged(&world->monitor[row->who], (cr_entry_point)row->what))
        return 0;
      return CLASS_MONITOR + 2u * row->who + (row->what == CR_EP_TERMINATE);
    case CR_ROLE_APP: {
      bool again = row->what == CR_APP_OPENF &&
                   world->observer.volume[model->scenario.app[row->who].volume].refused;
      bool close = row->what == CR_APP_CLOSEF || row->what == CR_APP_CLOSEV;
      if (row->part != 0 || (!again && !close)) return 0;
      return CLASS_APPS + 2u * row->who + (row->what == CR_APP_CLOSEV);
    }
    default: return 0;
  }
}

static uint64_t fair_classes(const cr_model *model, const cr_world *world) {
  cr_actions enabled;
  uint64_t classes = 0;
  cr_world_enabled(model, world, &enabled);
  for (unsigned i = 0; i < enabled.count; i++)
    classes |= (uint64_t)1 << cr_action_fairness(model, world, enabled.list[i]);
  return classes & ~(uint64_t)1;
}

bool cr__trace_starves(const cr_model *model, const cr_trace *trace, const cr_action *actions) {
  size_t n = trace->steps_count, loop = trace->verdict.loop;
  if (loop == 0 || loop > n + 1) return false;
  cr_world world, start;
  cr_world_init(model, &world);
  uint64_t owed = UINT64_MAX, idle = 0; /* idle: classes that fairness lets wait */
  uint64_t always = UINT64_MAX;
  for (size_t i = 0;; i++) {
    if (i + 1 >= loop) {
      uint64_t now = cr_observer_owed(&world.observer, &model->scenario);
      if (i + 1 == loop) start = world;
      owed &= now;
      always &= fair_classes(model, &world);
    }
    if (i == n) break;
    if (i + 1 >= loop) idle |= (uint64_t)1 << cr_action_fairness(model, &world, actions[i]);
    cr_event event;
    (void)cr_world_step(model, &world, actions[i], &event, NULL);
  }
  if (cr_world_digest(model, &world) != cr_world_digest(model, &start)) return false;
  if ((always & ~idle) != 0) return false;
  for (unsigned bit = 0; owed != 0; bit++, owed >>= 1)
    if ((owed & 1) && cr_duty_clause(bit) == trace->verdict.clause) return true;
  return false;
}

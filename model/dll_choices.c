/* dll_choices.c - what the reference DLL's threads may do next. */
#include "dll_private.h"

static bool may_join(const cr_model *model, const cr_dll *dll, const cr_dll_thread *t) {
  cr_mutant m = model->mutant;
  if (t->job == CR_EP_TERMINATE &&
      (m == CR_MUTANT_TERM_NOJOIN || m == CR_MUTANT_ONLINE_AFTER_TERMINATE))
    return true;
  if (m == CR_MUTANT_STALE_WORKER) return true;
  if (cr__worker_alive(dll)) return false;
  if (m == CR_MUTANT_TERM_WAITS_FOR_CALL && t->job == CR_EP_TERMINATE && dll->ep.job != CR_EP_NONE)
    return false;
  if (m == CR_MUTANT_ONLINE_CREATE_AFTER_TERM || m == CR_MUTANT_TERM_MISSES_ONLINE ||
      t->job == CR_EP_ONLINE || t->job == CR_EP_OFFLINE)
    return true;
  return !dll->busy;
}

unsigned cr__dll_alternatives(const cr_model *model, const cr_world *world, unsigned resource,
                              cr_role role, unsigned lane) {
  const cr_dll *dll = &world->dll[resource];
  const cr_dll_thread *t = role == CR_ROLE_EP     ? &dll->ep
                           : role == CR_ROLE_TERM ? &dll->termt
                                                  : &dll->worker[lane];
  if (t->job == CR_EP_NONE) return 0;
  bool stop = cr__going_up(t) && (t->told || dll->term);
  bool fault = cr__has_budget(world, CR_BUDGET_FAULT) && !stop;
  unsigned next = 1u << CR_ALT_NEXT;
  if (role == CR_ROLE_WORKER && !stop && !t->told && !t->reported && dll->progress > 0 &&
      dll->checkpoint > 0 && t->pc != PC_EXIT && t->pc != PC_DOWN_REPORT &&
      t->pc != PC_AGAIN_REPORT && (cr__going_up(t) || t->job == CR_EP_OFFLINE))
    next |= 1u << CR_ALT_OTHER;
  switch (t->pc) {
    case PC_JOIN: return may_join(model, dll, t) ? next : 0;
    case PC_START: {
      if (dll->term) return next;
      unsigned start = 0;
      if (cr__option(model, CR_OPTION_PENDING)) start |= 1u << CR_ALT_NEXT;
      if (cr__option(model, CR_OPTION_SYNC)) start |= 1u << CR_ALT_OTHER;
      if (fault) start |= 1u << CR_ALT_FAULT;
      return start;
    }
    case PC_UP_ONLINE:
    case PC_DOWN_OFFLINE: return next | (fault ? 1u << CR_ALT_FAULT : 0);
    case PC_DOWN_DISMOUNT: {
      if (fault && cr__param(model, CR_PARAM_STACK_DISMOUNT_FAILS)) next |= 1u << CR_ALT_FAULT;
      unsigned slot = cr__slot_dll(model, resource, role, lane);
      if (!cr_volume_dismount_chooses(&world->volumes, slot)) return next;
      cr_detach detach =
          (cr_detach)model->scenario.volume[model->scenario.resource[resource].volume].detach;
      if (detach == CR_DETACH_ANY) return next | 1u << CR_ALT_ONCE;
      if (detach == CR_DETACH_ONCE) return (next & ~(1u << CR_ALT_NEXT)) | 1u << CR_ALT_ONCE;
      return next;
    }
    case PC_RET:
      if (model->mutant == CR_MUTANT_TERM_WAITS_FOR_CALL && t->job == CR_EP_ONLINE && dll->term)
        return 0;
      if (fault && ((t->job == CR_EP_OPEN && cr__option(model, CR_OPTION_OPEN_FAILS)) ||
                    t->job == CR_EP_LOOKS_ALIVE))
        return next | 1u << CR_ALT_FAULT;
      return next;
    default: return next;
  }
}

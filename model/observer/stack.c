/* stack.c - the observer on the part "stack". */
#include "obs.h"

void cr__observe_stack(const cr__view *w) {
  const cr_event *e = w->e;
  cr_obs_stack *o = &w->o->parts.stack;
  if (e->kind == CR_EV_DEMOTE && e->role == CR_ROLE_APP && e->who < CR_APPS_MAX)
    o->plain |= (uint8_t)(1u << e->who);
}

/* dll_private.h - where the reference DLL's threads stand: shared by what they do (dll.c) and what
 * they may do (dll_choices.c). */
#ifndef CR_MODEL_DLL_PRIVATE_H
#define CR_MODEL_DLL_PRIVATE_H

#include "world_private.h"

enum {
  PC_NONE = 0,
  PC_ENTER,
  PC_JOIN,
  PC_START,
  PC_UP_PROGRESS,
  PC_UP_VOPEN,
  PC_UP_ONLINE,
  PC_UP_VCLOSE,
  PC_UP_FOPEN,
  PC_UP_READ,
  PC_UP_FCLOSE,
  PC_UP_REPORT,
  PC_ABORT_CLOSE, /* the path up is given up while a handle is open */
  PC_DOWN_PROGRESS,
  PC_DOWN_VOPEN,
  PC_DOWN_LOCK,
  PC_DOWN_UNLOCK, /* mutant */
  PC_DOWN_DISMOUNT,
  PC_DOWN_WINDOW_CLOSE, /* mutant */
  PC_DOWN_WINDOW_OPEN,  /* mutant */
  PC_DOWN_OFFLINE,
  PC_DOWN_VCLOSE,
  PC_DOWN_REPORT,
  PC_POLL_FOPEN,
  PC_POLL_READ,
  PC_POLL_CLOSE,
  PC_HEAL_VOPEN, /* mutant */
  PC_HEAL_ONLINE,
  PC_HEAL_CLOSE,
  PC_OPEN_STATUS, /* mutant */
  PC_RET,
  PC_EXIT,
  PC_AGAIN_REPORT, /* mutant: one report too many */
  PC_COUNT
};
_Static_assert(PC_COUNT <= 64, "pc has six bits in the packed world");

static inline bool cr__worker_alive(const cr_dll *dll) {
  for (unsigned i = 0; i < CR_WORKERS_MAX; i++)
    if (dll->worker[i].job != CR_EP_NONE) return true;
  return false;
}

/* Is the thread on the path up? */
static inline bool cr__going_up(const cr_dll_thread *t) {
  return t->pc >= PC_UP_PROGRESS && t->pc <= PC_UP_REPORT;
}

#endif

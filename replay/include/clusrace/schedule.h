/* schedule.h - who can be chosen in a schedule of a real DLL: the numbers of the processes of a
 * search (search.h), and what the variants of their next step mean.
 */
#ifndef CLUSRACE_SCHEDULE_H
#define CLUSRACE_SCHEDULE_H

#include "clusrace/scenario.h"

/* First number of each kind; the resource's or application's index is added. Workers: the lanes of
 * one resource stand together. */
enum {
  CR_PROCESS_ENTRY = 0,
  CR_PROCESS_TERMINATE = CR_RESOURCES_MAX,
  CR_PROCESS_MONITOR = 2 * CR_RESOURCES_MAX, /* variant: cr_entry_point, or what hunt.c adds */
  CR_PROCESS_APP = 3 * CR_RESOURCES_MAX,     /* variant: cr_move */
  CR_PROCESS_TIMER = 4 * CR_RESOURCES_MAX,   /* variant: 0, the pending timer expires */
  CR_PROCESS_WORKER = 5 * CR_RESOURCES_MAX
};

/* Variants of a thread's next step. */
enum {
  CR_STEP_GO = 0,
  CR_STEP_TIME_OUT,
  CR_STEP_ONCE, /* a dismount that detaches at once */
  CR_STEP_FAULT /* the first of its failures */
};

/* What an application does next, as the model has it. */
typedef enum cr_move {
  CR_MOVE_OPENF = 0,
  CR_MOVE_OPENV,
  CR_MOVE_READ,
  CR_MOVE_WRITE,
  CR_MOVE_CLOSE,
  CR_MOVE_LOCK,
  CR_MOVE_UNLOCK,
  CR_MOVE_DISMOUNT,
  CR_MOVE_OFFLINE,
  CR_MOVE_ONLINE,
  CR_MOVE_COUNT
} cr_move;

#endif

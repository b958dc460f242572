/* schedules.c - what the inputs for a real DLL are made of; see clusrace/mutate.h and
 * clusrace/schedule.h. A choice is two bytes: a process and a variant of its next step. */
#include "clusrace/schedule.h"

#include <string.h>

#include "clusrace/mutate.h"

enum { LANES = 3 /* workers of a resource that are chosen by name; others as their neighbours */ };

static void add(cr_mutator *m, unsigned process, unsigned variant, cr_action_kind kind) {
  CR_ASSERT(m->count < CR_CHOICES_MAX);
  m->choice[m->count++] =
      (cr_choice){(uint16_t)(process | variant << 8), (uint8_t)process, (uint8_t)kind};
}

static void add_thread(cr_mutator *m, unsigned process) {
  static const uint8_t variants[] = {CR_STEP_GO, CR_STEP_TIME_OUT, CR_STEP_ONCE, CR_STEP_FAULT};
  for (size_t i = 0; i < CR_ARRAY_LEN(variants); i++) add(m, process, variants[i], CR_ACTION_PLAIN);
}

static void add_monitor(cr_mutator *m, unsigned resource) {
  static const cr_entry_point calls[] = {CR_EP_STARTUP,     CR_EP_OPEN,     CR_EP_ONLINE,
                                         CR_EP_LOOKS_ALIVE, CR_EP_IS_ALIVE, CR_EP_OFFLINE,
                                         CR_EP_TERMINATE,   CR_EP_CLOSE};
  for (size_t i = 0; i < CR_ARRAY_LEN(calls); i++) {
    bool down = calls[i] == CR_EP_OFFLINE || calls[i] == CR_EP_TERMINATE || calls[i] == CR_EP_CLOSE;
    add(m, CR_PROCESS_MONITOR + resource, calls[i], down ? CR_ACTION_DOWN : CR_ACTION_PLAIN);
  }
}

/* The situation by the calls alone: what the DLL has made of them is known to its host only. */
static size_t states_of_schedule(void *context, const uint8_t *bytes, size_t n, uint32_t *state,
                                 size_t max) {
  uint32_t calls = 0;
  size_t count = 0;
  (void)context;
  for (size_t at = 0; count < max; at += 2) {
    state[count++] = calls;
    if (at + 2 > n) break;
    bool monitor = bytes[at] >= CR_PROCESS_MONITOR && bytes[at] < CR_PROCESS_APP;
    if (monitor) calls = (calls << 5 | calls >> 27) ^ (bytes[at] + 31u * bytes[at + 1]);
  }
  return count;
}

void cr_mutator_of_schedules(cr_mutator *m, const cr_scenario *scenario) {
  unsigned resources = scenario->resources_count;
  memset(m, 0, sizeof *m);
  m->width = 2;
  m->states = states_of_schedule;
  unsigned lanes = (64 - CR_PROCESS_WORKER) / resources;
  for (unsigned r = 0; r < resources; r++) {
    add_thread(m, CR_PROCESS_ENTRY + r);
    add_thread(m, CR_PROCESS_TERMINATE + r);
    for (unsigned lane = 0; lane < LANES; lane++)
      add_thread(m, CR_PROCESS_WORKER + r * lanes + lane);
    add_monitor(m, r);
    add(m, CR_PROCESS_TIMER + r, 0, CR_ACTION_PLAIN);
  }
  for (unsigned a = 0; a < scenario->apps_count; a++)
    for (unsigned move = 0; move < CR_MOVE_COUNT; move++)
      add(m, CR_PROCESS_APP + a, move, move <= CR_MOVE_OPENV ? CR_ACTION_OPEN : CR_ACTION_PLAIN);
}

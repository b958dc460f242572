/* observer.h - the contract as an online automaton over events.
 *
 * It sees events and nothing else, so that the same code judges the model, a mutant and a real DLL.
 * Its state is plain data of fixed size, part of the world when exploring, and a function of the
 * events so far. What it must remember about a volume it reconstructs from operations and results.
 */
#ifndef CLUSRACE_OBSERVER_H
#define CLUSRACE_OBSERVER_H

#include "clusrace/clause.h"
#include "clusrace/parts.h"
#include "clusrace/scenario.h"

/* The monitor's view of a resource, as the catalogue's section 1 names it. */
typedef enum cr_mon_state {
  CR_MON_NONE = 0,
  CR_MON_OPENING,
  CR_MON_OFFLINE,
  CR_MON_ONLINE_CALL,
  CR_MON_ONLINE_PEND,
  CR_MON_ONLINE,
  CR_MON_OFFLINE_CALL,
  CR_MON_OFFLINE_PEND,
  CR_MON_FAILED,
  CR_MON_CLOSING,
  CR_MON_CLOSED,
  CR_MON_COUNT
} cr_mon_state;
const char *cr_mon_state_name(cr_mon_state state);

/* Fields with their width in bits: OBSERVER_RESOURCE(name, bits) and OBSERVER_VOLUME,
 * OBSERVER_OPEN. One table gives the structures, the packed form of the world and the names in
 * state listings. A value never exceeds its width. */
#include "clusrace/observer_fields.h"

typedef struct cr_obs_resource {
#define FIELD(name, bits) uint8_t name;
  CR_OBS_RESOURCE_FIELDS(FIELD)
} cr_obs_resource;

typedef struct cr_obs_volume {
  CR_OBS_VOLUME_FIELDS(FIELD)
} cr_obs_volume;

typedef struct cr_obs_open {
  CR_OBS_OPEN_FIELDS(FIELD)
#undef FIELD
} cr_obs_open;

typedef struct cr_observer {
  cr_obs_resource resource[CR_RESOURCES_MAX];
  cr_obs_volume volume[CR_VOLUMES_MAX];
  cr_obs_open open[CR_OPENS_MAX];
  uint8_t quiet; /* the end of time has come */
  cr_obs_parts parts;
} cr_observer;

/* What one event did to the clauses. A clause is exercised when its premise held, so that it could
 * have failed; violated when it did. Violated clauses are exercised too. */
typedef struct cr_judgement {
  cr_clauses exercised, violated;
} cr_judgement;

/* The state before the first event of the scenario. */
void cr_observer_init(cr_observer *observer, const cr_scenario *scenario);

/* Takes one event. judgement is overwritten with this event's clauses, whatever their level: the
 * caller chooses which count (cr_judge). The observer's state is updated for any event, sensible or
 * not; events that name objects outside the scenario are ignored. */
void cr_observe(cr_observer *observer, const cr_scenario *scenario, const cr_event *event,
                cr_judgement *judgement);

/* Liveness (scenarios with `option live`): the duties that are owed now, one bit a duty and
 * resource or volume, and the clause that one of them is about (duties.def). */
uint64_t cr_observer_owed(const cr_observer *observer, const cr_scenario *scenario);
cr_clause cr_duty_clause(unsigned bit);

/* Which clauses count as violations. */
typedef struct cr_judge {
  bool strict;   /* warnings too */
  bool dll_only; /* only obligations of the DLL (party DLL or APP): a real subject */
  bool only_doc; /* only clauses that a document states */
  bool nothing;  /* nothing is judged, and the observer is no part of the state: the actors alone */
  bool witness;  /* look for exercised clauses that hold, not for violated ones */
  cr_clauses only; /* if not empty: these and no others */
} cr_judge;

/* Does the clause count, for an event (NULL: for no event, a duty that is owed for ever)? */
bool cr_judge_counts(const cr_judge *judge, cr_clause clause, const cr_event *event);

/* What the DLL under test has to keep: clauses of the party DLL, and those of the party APP in what
 * its own threads do. Notes on our models are in neither. */
typedef struct cr_dll_duties {
  cr_clauses always, as_program;
} cr_dll_duties;
void cr_duties_of_dll(cr_dll_duties *duties);
/* Leaves in the judgement of an event only what is a duty of the DLL. */
void cr_judgement_narrow(const cr_dll_duties *duties, const cr_event *event,
                         cr_judgement *judgement);

/* The first violated (witness: exercised) clause that counts (by table order), or CR_CLAUSE_COUNT.
 * party APP counts against the DLL only when the event's actor is a thread of the DLL. */
cr_clause cr_judge_first(const cr_judge *judge, const cr_judgement *judgement,
                         const cr_event *event);

#endif

/* world.h - the composed state of all actors, what each may do next, and what happens then.
 *
 * A cr_model is a scenario with a subject (the reference or a mutant); it is immutable after
 * cr_model_init and may be shared by threads. A cr_world is a plain value of fixed size; its packed
 * form (cr_world_pack) is canonical: equal worlds are equal bytes. The observer is part of it.
 */
#ifndef CLUSRACE_WORLD_H
#define CLUSRACE_WORLD_H

#include "clusrace/monitor.h"
#include "clusrace/parts.h"
#include "clusrace/trace.h"

/* A thread of the reference DLL: what it is for and where it stands. All zero when not running. */
typedef struct cr_dll_thread {
  uint8_t job;      /* cr_entry_point it runs, or for a worker the operation it carries out */
  uint8_t pc;       /* next micro-operation (private numbering) */
  uint8_t tries;    /* lock attempts left */
  uint8_t locked;   /* the volume lock was obtained on this path */
  uint8_t told;     /* it must stop: a report was answered "terminate", or the DLL said so */
  uint8_t failed;   /* the path failed: undo, then report or return it */
  uint8_t reported; /* the terminal report has been made */
  uint8_t again;    /* the path down is in its second dismount */
  uint8_t spawned;  /* EP: a worker carries the operation on */
} cr_dll_thread;

/* Instance data of the reference DLL. */
typedef struct cr_dll {
  uint8_t up;         /* its own idea: the volume is online by its doing */
  uint8_t term;       /* terminate flag, set while Terminate or Close runs */
  uint8_t busy;       /* Online or Offline is inside its critical part */
  uint8_t progress;   /* further progress reports allowed in this operation */
  uint8_t checkpoint; /* last one reported */
  cr_dll_thread ep, termt, worker[CR_WORKERS_MAX];
} cr_dll;

typedef struct cr_app {
  uint8_t hands; /* opens left (budget) */
} cr_app;

typedef struct cr_world {
  cr_monitor monitor[CR_RESOURCES_MAX];
  cr_dll dll[CR_RESOURCES_MAX];
  cr_volumes volumes;
  cr_app app[CR_APPS_MAX];
  uint8_t budget[CR_BUDGET_COUNT];
  cr_parts parts;
  cr_observer observer;
} cr_world;

/* Something an actor may do next: an index into the model's table of actions, which is fixed for a
 * scenario and ordered canonically. */
typedef uint16_t cr_action;
enum { CR_ACTIONS_MAX = 512 };

typedef struct cr_actions {
  cr_action list[CR_ACTIONS_MAX];
  unsigned count;
} cr_actions;

typedef struct cr_model cr_model;

/* Makes a model. subject must be REFERENCE or MUTANT. judge says which clauses count (NULL: all
 * errors and notes, no warnings). The caller frees it with cr_model_free. */
cr_model *cr_model_new(const cr_scenario *scenario, const cr_subject *subject,
                       const cr_judge *judge);
void cr_model_free(cr_model *model);
const cr_scenario *cr_model_scenario(const cr_model *model);
const cr_subject *cr_model_subject(const cr_model *model);
const cr_judge *cr_model_judge(const cr_model *model);

/* The initial world. */
void cr_world_init(const cr_model *model, cr_world *world);
/* The actions enabled in world, in canonical order. */
void cr_world_enabled(const cr_model *model, const cr_world *world, cr_actions *actions);
/* Number of rows in the model's action table. */
unsigned cr_model_actions_count(const cr_model *model);
/* Takes an enabled action: changes world, fills event and judgement (may be NULL). Returns the
 * first violated clause that counts, or CR_CLAUSE_COUNT. */
cr_clause cr_world_step(const cr_model *model, cr_world *world, cr_action action, cr_event *event,
                        cr_judgement *judgement);
/* May the system rightly stop here (every resource closed or idle, every budget that matters
 * spent)? */
bool cr_world_final(const cr_model *model, const cr_world *world);

/* Packed form. */
size_t cr_world_packed_bytes(const cr_model *model);
void cr_world_pack(const cr_model *model, const cr_world *world, void *bytes);
/* Turns the packed form of `before` into that of `after`; quick when little differs. */
void cr_world_repack(const cr_model *model, const cr_world *before, const cr_world *after,
                     void *bytes);
void cr_world_unpack(const cr_model *model, const void *bytes, cr_world *world);
/* Digest of the packed form: what a trace's step records as `after`. */
uint64_t cr_world_digest(const cr_model *model, const cr_world *world);
/* Appends "name=value" for every variable that differs from `than` (NULL: every variable that is
 * not zero), separated by spaces, in a fixed order. */
void cr_world_describe(const cr_model *model, const cr_world *world, const cr_world *than,
                       cr_buf *out);

/* Liveness: the fairness class (1..63) of an enabled action, or 0 when it need never be taken.
 * Every thread of the DLL that can go on does (weak fairness), the monitor makes the calls that it
 * owes, a program closes what it has open, and tries again when it was refused a file; nobody has
 * to begin anything else. */
unsigned cr_action_fairness(const cr_model *model, const cr_world *world, cr_action action);

/* Text of an action, for coverage tables and interactive use ("monitor: call Online of disk0"). */
void cr_action_write(const cr_model *model, cr_action action, cr_buf *out);

/* ---- choices -----------------------------------------------------------------------------------
 */

/* The enabled action that a preferred one means: itself, else the next enabled one in the table,
 * else the first. enabled must not be empty. */
cr_action cr_action_prefer(const cr_actions *enabled, unsigned preferred);

/* The same without making the list: CR_ACTIONS_MAX when nothing is enabled. Much quicker, as it
 * looks no further than to the first that it finds. */
unsigned cr_world_prefer(const cr_model *model, const cr_world *world, unsigned preferred);

/* What an action is to those who rearrange interleavings. */
typedef enum cr_action_kind {
  CR_ACTION_PLAIN = 0,
  CR_ACTION_DOWN, /* the monitor calls Offline, Terminate or Close */
  CR_ACTION_OPEN  /* a program opens a file or a volume */
} cr_action_kind;
cr_action_kind cr_action_kind_of(const cr_model *model, cr_action action);
/* A number for who acts: the same for all actions of one actor, 0 to 255. */
unsigned cr_action_actor(const cr_model *model, cr_action action);

/* Decodes a string of choices: each byte is the preferred action (index modulo the table), else the
 * next enabled one. Runs until the bytes end, nothing is enabled, steps_max is reached or a clause
 * that counts is violated. Fills trace (steps, digests, verdict); covered (may be NULL) receives
 * the union of the judgements. canonical (may be NULL) receives the choices really taken, one byte
 * each, such that decoding them gives the same trace. Models with more than 256 actions use two
 * bytes per choice, little endian. */
void cr_choices_run(const cr_model *model, const uint8_t *bytes, size_t n, size_t steps_max,
                    cr_trace *trace, cr_judgement *covered, cr_buf *canonical);

/* The first enabled action whose event equals that of a recorded step and, where a digest is
 * recorded, whose state does; CR_ACTIONS_MAX when there is none. */
unsigned cr_action_of_step(const cr_model *model, const cr_world *world, const cr_actions *enabled,
                           const cr_step *step);

/* The other way round: appends the choices that give the trace's steps, as canonical of
 * cr_choices_run has them. False when a step cannot be taken; then what is appended ends before it.
 */
bool cr_trace_choices(const cr_model *model, const cr_trace *trace, cr_buf *choices);

/* Runs trace's steps on the model: at each step the first enabled action whose event equals the
 * recorded one (and, where a digest is recorded, whose state does). result receives the events seen
 * and the verdict: the model's own, or DIVERGES at the step that could not be taken. covered may be
 * NULL. */
void cr_trace_rerun(const cr_model *model, const cr_trace *trace, cr_trace *result,
                    cr_judgement *covered);

/* What the contract says of a recorded trace, event by event, whoever made it: the union of all
 * judgements. Nothing is run. */
void cr_trace_judge(const cr_trace *trace, cr_judgement *judgement);

#endif

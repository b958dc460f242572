/* world_private.h - what the parts of the world share with one another. Private to model/. */
#ifndef CR_MODEL_WORLD_PRIVATE_H
#define CR_MODEL_WORLD_PRIVATE_H

#include "clusrace/world.h"

/* How an actor may take its next step. What each means depends on where the actor stands. */
typedef enum cr_alternative {
  CR_ALT_NEXT = 0, /* the plain next step */
  CR_ALT_OTHER,    /* finish inside the entry point; one more progress report */
  CR_ALT_FAULT,    /* the step fails (budget fault) */
  CR_ALT_ONCE,     /* a dismount that detaches at once */
  CR_ALT_COUNT
} cr_alternative;

/* What an application does; one action each. */
typedef enum cr_app_move {
  CR_APP_OPENF = 0,
  CR_APP_OPENV,
  CR_APP_READF,
  CR_APP_WRITEF,
  CR_APP_CLOSEF,
  CR_APP_READV,
  CR_APP_CLOSEV,
  CR_APP_LOCK,
  CR_APP_UNLOCK,
  CR_APP_DISMOUNT,
  CR_APP_DISMOUNT_ONCE,
  CR_APP_OFFLINE,
  CR_APP_ONLINE,
  CR_APP_MOVES
} cr_app_move;

/* One row of the action table. */
typedef struct cr_action_row {
  uint8_t role, who, lane;
  uint8_t what; /* MONITOR: cr_entry_point; ENV: cr_env_move; DLL: cr_alternative; APP: cr_app_move;
                   of a part: number of its rule */
  uint8_t part; /* 0: the core; else cr_part + 1 */
} cr_action_row;

typedef enum cr_env_move { CR_ENV_EXPIRE = 0, CR_ENV_QUIET } cr_env_move;

/* ---- parts -------------------------------------------------------------------------------------
 */

/* What an actor of a part may do, as a guarded command: when enabled says so, step changes the
 * world and fills in the event (whose role, who and lane are set, and whose handle is none). arg is
 * the rule's, so that one function serves several rules. */
typedef struct cr_rule {
  uint8_t role, who, lane, arg;
  const char *text; /* what it does, for coverage tables: "ends the control call" */
  bool (*enabled)(const cr_model *model, const cr_world *world, unsigned arg);
  void (*step)(const cr_model *model, cr_world *world, cr_event *event, unsigned arg);
} cr_rule;

/* A part: its rules, and how it takes part in what the core does. Functions may be NULL. */
typedef struct cr_part_rules {
  const cr_rule *rule;
  unsigned rules_count;
  /* Sets the part's variables where not zero. */
  void (*init)(const cr_model *model, cr_world *world);
  /* May an action of the core be taken? For parts that restrain the core's actors. */
  bool (*allows)(const cr_model *model, const cr_world *world, const cr_action_row *row);
  /* An actor of the core has acted: the part sees, and may still change, the event. */
  void (*after)(const cr_model *model, cr_world *world, cr_event *event);
  /* May the part rightly stop here? */
  bool (*final)(const cr_model *model, const cr_world *world);
} cr_part_rules;

#define PART(ID, lower, meaning) extern const cr_part_rules cr__part_##lower;
#include "clusrace/parts.def"
#undef PART

/* Where a variable is in cr_world and how wide in the packed form. */
typedef struct cr_pack_place {
  uint16_t offset, bits;
} cr_pack_place;

/* How it is called. */
typedef struct cr_pack_field {
  const char *group; /* "monitor" */
  uint8_t index;
  const char *name; /* "state" */
} cr_pack_field;

enum { CR_PACK_FIELDS_MAX = 1024 };

typedef struct cr__product cr__product;

struct cr_model {
  cr_scenario scenario;
  cr_subject subject;
  uint64_t contract; /* cr_contract_digest, which takes longer than a short run */
  cr_judge judge;
  cr_mutant mutant;
  const cr_part_rules *part[CR_PART_COUNT]; /* those that are on */
  uint8_t part_id[CR_PART_COUNT];
  unsigned parts_count;
  uint8_t slots_base[CR_PART_COUNT]; /* first handle number of each part */
  cr_action_row action[CR_ACTIONS_MAX];
  unsigned actions_count;
  unsigned slots_count;
  cr_pack_place hot[CR_PACK_FIELDS_MAX];
  cr_pack_field field[CR_PACK_FIELDS_MAX];
  cr_pack_place
      packed[sizeof(cr_world)]; /* of each byte of a world: first bit and width, 0 = none */
  unsigned fields_count;
  size_t packed_bytes;
  cr__product *product, *finer; /* NULL: it is none (product.h) */
};

/* cr_trace_init for a trace of the model. */
void cr__trace_of(const cr_model *model, cr_trace *trace);

/* Is the action of a row enabled? The end of time aside. */
bool cr__row_enabled(const cr_model *model, const cr_world *world, const cr_action_row *row);

/* The duties owed that count (cr_observer_owed). */
uint64_t cr__owed(const cr_model *model, const cr_world *world);

/* Handle numbers are fixed per actor, so that equal situations are equal bytes: two per application
 * (file, volume), one per thread of a resource. */
unsigned cr__slot_app(unsigned app, bool volume);
unsigned cr__slot_dll(const cr_model *model, unsigned resource, cr_role role, unsigned lane);

/* Handle number of a part: its number i, below CR_PART_<ID>_SLOTS. */
static inline unsigned cr__slot_part(const cr_model *model, cr_part part, unsigned i) {
  return model->slots_base[part] + i;
}

/* Does the trace, taken with these actions, show that the duty of its verdict's clause is owed for
 * ever: do its last steps, from verdict.loop on, lead back to where they began, with the duty owed
 * all the time and no thread treated unfairly? */
bool cr__trace_starves(const cr_model *model, const cr_trace *trace, const cr_action *actions);

/* Fills in the packed layout of a model whose scenario is set. */
void cr__pack_layout(cr_model *model);

/* The cache's reference to a file (part "stack"): while the file is open, when it is closed, and
 * dropped but counted still (mutant). */
enum { CR__REFER_NONE = 0, CR__REFER_OPEN, CR__REFER_CLOSED, CR__REFER_DROPPED };

/* Options of an operation on a volume, as the scenario and the state of its parts have them. */
cr_volopt cr__volopt(const cr_model *model, const cr_world *world, bool detach_now);

/* The reference DLL. Bit set of alternatives that the thread may take now. */
unsigned cr__dll_alternatives(const cr_model *model, const cr_world *world, unsigned resource,
                              cr_role role, unsigned lane);
/* Takes one; event has role, who and lane set. */
void cr__dll_step(const cr_model *model, cr_world *world, cr_event *event, cr_alternative alt);
/* An entry point is called: its thread is made ready. */
void cr__dll_call(cr_world *world, unsigned resource, cr_entry_point ep);
/* True when no thread of the DLL runs for the resource. */
bool cr__dll_idle(const cr_dll *dll);

/* Is this the subject's deviation? */
static inline bool cr__is(const cr_model *model, cr_mutant mutant) {
  return model->mutant == mutant;
}
/* The scenario's setting. */
static inline unsigned cr__param(const cr_model *model, cr_param param) {
  return model->scenario.param[param];
}

/* Is the option or does the budget allow it? Spending asserts that there is some left. */
static inline bool cr__option(const cr_model *model, cr_option option) {
  return model->scenario.option[option];
}
static inline bool cr__has_budget(const cr_world *world, cr_budget budget) {
  return world->budget[budget] > 0;
}
static inline void cr__spend(cr_world *world, cr_budget budget) {
  CR_ASSERT(world->budget[budget] > 0);
  if (world->budget[budget] != CR_BUDGET_FOREVER) world->budget[budget]--;
}

#endif

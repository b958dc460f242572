/* stack.c - the actors of the part "stack": programs beside the resource that use a volume.
 *
 * Each program follows a script, a short list of operations on handles of its own; the scripts of a
 * scenario's story run interleaved. An operation is carried out by the volume stack (volume.c), so
 * that its answer, not the script, says what happens. */
#include "world_private.h"

enum { PROGRAMS = 3, SLOTS_EACH = 3 };
_Static_assert(PROGRAMS *SLOTS_EACH == CR_PART_STACK_SLOTS, "handles of the programs");

/* Handles of a program: of the volume, of a file, and one more. */
enum { V = 0, F, X };

/* One operation of a script. */
typedef struct cr_script_op {
  uint8_t kind;   /* cr_event_kind */
  uint8_t handle; /* V, F, X */
  uint8_t extra;  /* access of an open */
  uint8_t fail;   /* where to go on after a refusal; 0: the next operation */
  uint8_t may;    /* so many operations from this one on may be left out */
} cr_script_op;

typedef struct cr_script {
  const cr_script_op *op;
  uint8_t count;
} cr_script;

#define SCRIPT(table) \
  { table, CR_ARRAY_LEN(table) }

enum {
  RW = CR_ACC_READ | CR_ACC_WRITE,
  SHARED = CR_SHR_READ | CR_SHR_WRITE,
  R_SHARED = CR_ACC_READ | SHARED,
  RW_SHARED = RW | SHARED
};

/* ---- story 0: rights and kinds of handles ------------------------------------------------------
 */

/* A tool that opened the volume for reading only, and goes on after it has closed it. */
static const cr_script_op reading_tool[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = R_SHARED, .fail = 9},
    {.kind = CR_EV_OFFLINE, .handle = V},
    {.kind = CR_EV_ISOFF, .handle = V},
    {.kind = CR_EV_LOCK, .handle = V},
    {.kind = CR_EV_ISMOUNTED, .handle = V},
    {.kind = CR_EV_DISMOUNT, .handle = V},
    {.kind = CR_EV_UNLOCK, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V},
    {.kind = CR_EV_LOCK, .handle = V}};

/* One that took a file for the volume: a trailing backslash in its name. */
static const cr_script_op root_opener[] = {
    {.kind = CR_EV_OPENROOT, .handle = F, .extra = RW_SHARED, .fail = 6},
    {.kind = CR_EV_LOCK, .handle = F},
    {.kind = CR_EV_DISMOUNT, .handle = F},
    {.kind = CR_EV_OFFLINE, .handle = F},
    {.kind = CR_EV_ISOFF, .handle = F},
    {.kind = CR_EV_CLOSE, .handle = F}};

/* One that is not an administrator's. */
static const cr_script_op plain_user[] = {
    {.kind = CR_EV_DEMOTE},
    {.kind = CR_EV_OPENV, .handle = V, .extra = R_SHARED, .fail = 6},
    {.kind = CR_EV_LOCK, .handle = V},
    {.kind = CR_EV_DISMOUNT, .handle = V},
    {.kind = CR_EV_UNLOCK, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V}};

/* ---- story 1: locks ----------------------------------------------------------------------------
 */

/* Locks, tries what its own lock forbids, and unlocks; a refused lock is given up. */
static const cr_script_op locker[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 9},
    {.kind = CR_EV_LOCK, .handle = V, .fail = 8},
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED},
    {.kind = CR_EV_OPENM, .handle = X},
    {.kind = CR_EV_READ, .handle = X},
    {.kind = CR_EV_CLOSE, .handle = X},
    {.kind = CR_EV_LOCK, .handle = V},
    {.kind = CR_EV_UNLOCK, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V}};

static const cr_script_op reader[] = {
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 3},
    {.kind = CR_EV_READ, .handle = F},
    {.kind = CR_EV_CLOSE, .handle = F},
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 5},
    {.kind = CR_EV_CLOSE, .handle = F}};

static const cr_script_op volume_reader[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = R_SHARED, .fail = 3},
    {.kind = CR_EV_READ, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V}};

/* ---- story 2: opens without sharing ------------------------------------------------------------
 */

/* Shares nothing, and believes that it must unlock. */
static const cr_script_op exclusive_tool[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW, .fail = 3},
    {.kind = CR_EV_UNLOCK, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V},
    {.kind = CR_EV_OPENV, .handle = V, .extra = CR_ACC_READ | CR_SHR_READ, .fail = 5},
    {.kind = CR_EV_CLOSE, .handle = V}};

static const cr_script_op creator[] = {
    {.kind = CR_EV_CREATEV, .handle = V, .extra = RW_SHARED},
    {.kind = CR_EV_OPENF, .handle = F, .extra = RW_SHARED, .fail = 3},
    {.kind = CR_EV_CLOSE, .handle = F}};

/* ---- story 3: a dismount and those it surprises ------------------------------------------------
 */

/* Dismounts without a lock, and then uses the volume again. */
static const cr_script_op dismounter[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 5},
    {.kind = CR_EV_DISMOUNT, .handle = V},
    {.kind = CR_EV_ISMOUNTED, .handle = V},
    {.kind = CR_EV_READ, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V},
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 7},
    {.kind = CR_EV_CLOSE, .handle = F}};

static const cr_script_op patient_reader[] = {
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 4},
    {.kind = CR_EV_READ, .handle = F},
    {.kind = CR_EV_ISMOUNTED, .handle = F},
    {.kind = CR_EV_CLOSE, .handle = F}};

/* Keeps an open of the volume over the dismount, and works the volume device through it. */
static const cr_script_op second_tool[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 7},
    {.kind = CR_EV_OFFLINE, .handle = V, .may = 2},
    {.kind = CR_EV_ONLINE, .handle = V},
    {.kind = CR_EV_READ, .handle = V},
    {.kind = CR_EV_LOCK, .handle = V, .may = 2},
    {.kind = CR_EV_DISMOUNT, .handle = V, .may = 1},
    {.kind = CR_EV_CLOSE, .handle = V}};

/* ---- story 4: a lock and a dismount under it ---------------------------------------------------
 */

static const cr_script_op lock_and_dismount[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 8},
    {.kind = CR_EV_LOCK, .handle = V, .fail = 6},
    {.kind = CR_EV_DISMOUNT, .handle = V},
    {.kind = CR_EV_OFFLINE, .handle = V, .may = 2},
    {.kind = CR_EV_UNLOCK, .handle = V, .may = 1},
    {.kind = CR_EV_ISOFF, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V},
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 9},
    {.kind = CR_EV_CLOSE, .handle = F}};

/* ---- story 5: a dismount against somebody else's lock ------------------------------------------
 */

/* Opened for reading, it may stay beside the reader that shares only reading. */
static const cr_script_op unlocked_tool[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = R_SHARED, .fail = 4},
    {.kind = CR_EV_DISMOUNT, .handle = V},
    {.kind = CR_EV_ISMOUNTED, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V}};

static const cr_script_op locking_reader[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = CR_ACC_READ | CR_SHR_READ, .fail = 4},
    {.kind = CR_EV_READ, .handle = V},
    {.kind = CR_EV_LOCK, .handle = V, .may = 1},
    {.kind = CR_EV_CLOSE, .handle = V}};

static const cr_script stories[][PROGRAMS] = {
    {SCRIPT(reading_tool), SCRIPT(root_opener), SCRIPT(plain_user)},
    {SCRIPT(locker), SCRIPT(reader), SCRIPT(volume_reader)},
    {SCRIPT(exclusive_tool), SCRIPT(reader), SCRIPT(creator)},
    {SCRIPT(dismounter), SCRIPT(patient_reader), SCRIPT(second_tool)},
    {SCRIPT(lock_and_dismount), SCRIPT(reader), SCRIPT(volume_reader)},
    {SCRIPT(unlocked_tool), SCRIPT(locking_reader), SCRIPT(reader)},
};

/* ---- carrying a script out ---------------------------------------------------------------------
 */

static const cr_script *script_of(const cr_model *model, unsigned program) {
  unsigned story = cr__param(model, CR_PARAM_STACK_STORY);
  return story < CR_ARRAY_LEN(stories) ? &stories[story][program] : NULL;
}

static uint8_t *pc_of(cr_world *world, unsigned program) {
  cr_part_stack *p = &world->parts.stack;
  return program == 0 ? &p->pc0 : program == 1 ? &p->pc1 : &p->pc2;
}
static unsigned pc_at(const cr_world *world, unsigned program) {
  const cr_part_stack *p = &world->parts.stack;
  return program == 0 ? p->pc0 : program == 1 ? p->pc1 : p->pc2;
}

/* The operation that the program stands at, or NULL at the end of its script. */
static const cr_script_op *next_of(const cr_model *model, const cr_world *world, unsigned program) {
  if (program >= model->scenario.apps_count) return NULL;
  const cr_script *script = script_of(model, program);
  unsigned pc = pc_at(world, program);
  return script != NULL && pc < script->count ? &script->op[pc] : NULL;
}

static unsigned slot_of(const cr_model *model, unsigned program, unsigned handle) {
  return cr__slot_part(model, CR_PART_STACK, SLOTS_EACH * program + handle);
}

static bool programs_may_run(const cr_model *model, const cr_world *world) {
  if (cr__param(model, CR_PARAM_STACK_FREE)) return true;
  const cr_monitor *m = &world->monitor[0];
  return m->state == CR_MON_OFFLINE && m->inflight == CR_EP_NONE;
}

static bool all_done(const cr_model *model, const cr_world *world) {
  for (unsigned i = 0; i < PROGRAMS; i++)
    if (next_of(model, world, i) != NULL) return false;
  return true;
}

/* Ways to take a step; a rule's arg is the program and one of these. */
enum { PLAIN = 0, LEFT_OUT = 4, AT_ONCE = 8 };

static bool may_step(const cr_model *model, const cr_world *world, unsigned arg) {
  unsigned program = arg % 4, way = arg - program;
  const cr_script_op *op = next_of(model, world, program);
  if (op == NULL || !programs_may_run(model, world)) return false;
  if (way == LEFT_OUT && op->may == 0) return false;
  if (way == LEFT_OUT) op += op->may;
  bool chooses = op->kind == CR_EV_DISMOUNT &&
                 cr_volume_dismount_chooses(&world->volumes, slot_of(model, program, op->handle));
  uint8_t detach = model->scenario.volume[model->scenario.app[program].volume].detach;
  if (way == AT_ONCE) return chooses && detach != CR_DETACH_CLEANUP;
  return !chooses || detach != CR_DETACH_ONCE;
}

/* The locker's program has the lock for itself: a mutant that takes this for a right to open. */
static bool locks_itself(const cr_model *model, const cr_world *world, unsigned program,
                         unsigned volume) {
  unsigned lock = world->volumes.volume[volume].lock;
  return cr__is(model, CR_MUTANT_M_LOCKER_OPENS) && lock == slot_of(model, program, V) + 1;
}

/* Every disposition but open-existing is refused, before anything is looked at. */
static cr_volop create_volume(const cr_model *model, cr_event *event, const cr_script_op *op) {
  event->extra = op->extra;
  if (cr__is(model, CR_MUTANT_M_CREATE_ALWAYS_VOLUME)) return (cr_volop){0};
  return (cr_volop){.code = CR_E_ACCESS_DENIED, .cause = CR_CAUSE_RIGHTS};
}

/* What the volume stack makes of the operation. */
static cr_volop operate(const cr_model *model, cr_world *world, cr_event *event,
                        const cr_script_op *op, cr_volopt opt) {
  unsigned volume = event->object, slot = slot_of(model, event->who, op->handle);
  cr_volumes *vs = &world->volumes;
  event->handle = (uint8_t)slot;
  bool opens = op->kind == CR_EV_OPENV || op->kind == CR_EV_OPENF || op->kind == CR_EV_OPENM ||
               op->kind == CR_EV_OPENROOT;
  if (!opens) return cr_volume_op(vs, (cr_event_kind)op->kind, slot, opt);
  event->extra = op->extra;
  if (locks_itself(model, world, event->who, volume)) opt.mutant = CR_MUTANT_M_OPEN_WHILE_LOCKED;
  bool itself = op->kind == CR_EV_OPENV ||
                (op->kind == CR_EV_OPENROOT && cr__is(model, CR_MUTANT_M_ROOT_IS_VOLUME));
  cr_volop done = op->kind == CR_EV_OPENM ? cr_volume_openm(vs, volume, slot, opt)
                  : itself                ? cr_volume_openv(vs, volume, slot, op->extra, opt)
                                          : cr_volume_openf(vs, volume, slot, op->extra, opt);
  if (done.code != CR_E_SUCCESS) event->handle = CR_NO_HANDLE;
  return done;
}

/* Has the program given up the right to manage volumes? Then that was its first operation. */
static bool is_plain(const cr_model *model, const cr_world *world, unsigned program) {
  return script_of(model, program)->op[0].kind == CR_EV_DEMOTE && pc_at(world, program) > 0;
}

static void step(const cr_model *model, cr_world *world, cr_event *event, unsigned arg) {
  unsigned program = arg % 4, way = arg - program;
  const cr_script_op *op = next_of(model, world, program);
  uint8_t *pc = pc_of(world, program);
  if (way == LEFT_OUT) {
    *pc = (uint8_t)(*pc + op->may);
    op = next_of(model, world, program);
  }
  cr_volopt opt = {.detach_now = way == AT_ONCE,
                   .plain = is_plain(model, world, program),
                   .mutant = model->mutant};
  event->kind = op->kind;
  event->object = model->scenario.app[program].volume;
  cr_volop done = {0};
  if (op->kind == CR_EV_CREATEV)
    done = create_volume(model, event, op);
  else if (op->kind <= CR_EV_FLUSH || op->kind == CR_EV_OPENROOT)
    done = operate(model, world, event, op, opt);
  event->result = done.code;
  event->cause = done.cause;
  event->effects = done.effects;
  *pc = done.code != CR_E_SUCCESS && op->fail != 0 ? op->fail : (uint8_t)(*pc + 1);
}

/* ---- the part ----------------------------------------------------------------------------------
 */

/* While the programs run the resource stays as it is. */
static bool allows(const cr_model *model, const cr_world *world, const cr_action_row *row) {
  if (row->role != CR_ROLE_MONITOR || cr__param(model, CR_PARAM_STACK_FREE)) return true;
  return world->monitor[0].state != CR_MON_OFFLINE || all_done(model, world);
}

static const cr_rule rules[] = {
    {CR_ROLE_APP, 0, 0, PLAIN + 0, "next operation", may_step, step},
    {CR_ROLE_APP, 0, 0, AT_ONCE + 0, "dismount that detaches at once", may_step, step},
    {CR_ROLE_APP, 0, 0, LEFT_OUT + 0, "leaves a step out", may_step, step},
    {CR_ROLE_APP, 1, 0, PLAIN + 1, "next operation", may_step, step},
    {CR_ROLE_APP, 1, 0, AT_ONCE + 1, "dismount that detaches at once", may_step, step},
    {CR_ROLE_APP, 1, 0, LEFT_OUT + 1, "leaves a step out", may_step, step},
    {CR_ROLE_APP, 2, 0, PLAIN + 2, "next operation", may_step, step},
    {CR_ROLE_APP, 2, 0, AT_ONCE + 2, "dismount that detaches at once", may_step, step},
    {CR_ROLE_APP, 2, 0, LEFT_OUT + 2, "leaves a step out", may_step, step},
};

const cr_part_rules cr__part_stack = {
    .rule = rules, .rules_count = CR_ARRAY_LEN(rules), .allows = allows, .final = all_done};

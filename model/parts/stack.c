/* stack.c - the actors of the part "stack": programs beside the resource that use a volume.
 *
 * Each program follows a script, a short list of operations on handles of its own; the scripts of a
 * scenario's story run interleaved. An operation is carried out by the volume stack (volume.c), so
 * that its answer, not the script, says what happens. */
#include "stack_scripts.h"
#include "world_private.h"

_Static_assert(CR__PROGRAMS *CR__PROGRAM_HANDLES == CR_PART_STACK_SLOTS, "handles of the programs");

/* ---- carrying a script out ---------------------------------------------------------------------
 */

static const cr_script *script_of(const cr_model *model, unsigned program) {
  return cr__stack_script(cr__param(model, CR_PARAM_STACK_STORY), program, model->mutant);
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
  return cr__slot_part(model, CR_PART_STACK, CR__PROGRAM_HANDLES * program + handle);
}

static bool programs_may_run(const cr_model *model, const cr_world *world) {
  if (cr__param(model, CR_PARAM_STACK_FREE)) return true;
  const cr_monitor *m = &world->monitor[0];
  return m->state == CR_MON_OFFLINE && m->inflight == CR_EP_NONE;
}

static bool all_done(const cr_model *model, const cr_world *world) {
  for (unsigned i = 0; i < CR__PROGRAMS; i++)
    if (next_of(model, world, i) != NULL) return false;
  return true;
}

/* The locker's program has the lock for itself: a mutant that takes this for a right to open. */
static bool locks_itself(const cr_model *model, const cr_world *world, unsigned program,
                         unsigned volume) {
  unsigned lock = world->volumes.volume[volume].lock;
  return cr__is(model, CR_MUTANT_M_LOCKER_OPENS) &&
         lock == slot_of(model, program, CR__HANDLE_V) + 1;
}

/* Every disposition but open-existing is refused, before anything is looked at. */
static cr_volop create_volume(const cr_model *model, cr_event *event, const cr_script_op *op) {
  event->extra = op->extra;
  if (cr__is(model, CR_MUTANT_M_CREATE_ALWAYS_VOLUME)) return (cr_volop){0};
  return (cr_volop){.code = CR_E_ACCESS_DENIED, .cause = CR_CAUSE_RIGHTS};
}

/* ---- duplicates and references -----------------------------------------------------------------
 */

static unsigned original(const cr_model *model) { return slot_of(model, 0, CR__HANDLE_V); }
static unsigned duplicate(const cr_model *model) { return slot_of(model, 1, CR__HANDLE_X); }

/* Is it one of the two handles of one open? */
static bool is_duplicate(const cr_model *model, const cr_world *world, unsigned slot) {
  return world->parts.stack.dup != 0 && (slot == original(model) || slot == duplicate(model));
}

/* An operation through one of two handles: *slot becomes that of the open. A close that is not the
 * last one ends here (true). */
static bool through_duplicate(const cr_model *model, cr_world *world, unsigned *slot,
                              const cr_script_op *op, cr_volop *done) {
  cr_part_stack *p = &world->parts.stack;
  bool copy = *slot == duplicate(model);
  *slot = original(model);
  *done = (cr_volop){0};
  if (op->kind == CR_EV_UNLOCK && copy && cr__is(model, CR_MUTANT_M_UNLOCK_HANDLE_EXACT)) {
    done->code = CR_E_NOT_LOCKED;
    return true;
  }
  if (op->kind != CR_EV_CLOSE) return false;
  bool last = p->dup == 2;
  p->dup = last || copy ? 0 : 2;
  if (last) return false;
  if (!cr__is(model, CR_MUTANT_M_CLOSE_DUPLICATE_ENDS)) return true;
  p->dup = 0;
  return false;
}

/* A child gets a copy of the tool's handle, if the tool has one. */
static cr_volop duplicate_handle(const cr_model *model, cr_world *world, cr_event *event) {
  event->value = original(model);
  if (world->volumes.open[original(model)].kind == CR_OPEN_NONE)
    return (cr_volop){.code = CR_E_INVALID_HANDLE, .cause = CR_CAUSE_HANDLE};
  event->handle = (uint8_t)duplicate(model);
  world->parts.stack.dup = 1;
  return (cr_volop){0};
}

/* The tool waits for its child before it closes the handle that the child has a copy of. */
static bool waits_for_child(const cr_model *model, const cr_world *world, unsigned program,
                            const cr_script_op *op) {
  bool closes = program == 0 && op->kind == CR_EV_CLOSE && op->handle == CR__HANDLE_V;
  return closes && world->parts.stack.dup == 1 && !cr__is(model, CR_MUTANT_LEAK_TO_CHILD);
}

/* A lock that the cache's reference to a closed file stands in the way of. */
static bool is_referred(const cr_model *model, const cr_world *world, const cr_script_op *op) {
  if (op->kind != CR_EV_LOCK || world->parts.stack.refer < 2) return false;
  bool dropped = world->parts.stack.refer == 3; /* mutant */
  return dropped || !cr__is(model, CR_MUTANT_M_NO_LINGER);
}

static bool may_unrefer(const cr_model *model, const cr_world *world, unsigned arg) {
  (void)arg;
  return world->parts.stack.refer == 2 && !cr__is(model, CR_MUTANT_M_LINGER_FOREVER);
}

static void unrefer(const cr_model *model, cr_world *world, cr_event *event, unsigned arg) {
  (void)arg;
  event->kind = CR_EV_UNREFER;
  world->parts.stack.refer = cr__is(model, CR_MUTANT_M_LOCK_NEVER) ? 3 : 0;
}

/* A program that was refused a file once (mutant). */
static bool stays_refused(const cr_model *model, cr_world *world, unsigned program,
                          const cr_script_op *op, cr_volop *done) {
  if (op->kind != CR_EV_OPENF || !cr__is(model, CR_MUTANT_M_OPEN_STAYS_REFUSED)) return false;
  const cr_volume *v = &world->volumes.volume[model->scenario.app[program].volume];
  if ((world->parts.stack.refused >> program & 1) == 0 || v->lock || v->dism) return false;
  *done = (cr_volop){.code = CR_E_NOT_READY, .cause = CR_CAUSE_PENDING};
  return true;
}

/* What the volume stack makes of the operation. */
static cr_volop operate(const cr_model *model, cr_world *world, cr_event *event,
                        const cr_script_op *op, cr_volopt opt) {
  unsigned volume = event->object, slot = slot_of(model, event->who, op->handle);
  cr_volumes *vs = &world->volumes;
  cr_volop done;
  event->handle = (uint8_t)slot;
  if (is_duplicate(model, world, slot) && through_duplicate(model, world, &slot, op, &done))
    return done;
  bool opens = op->kind == CR_EV_OPENV || op->kind == CR_EV_OPENF || op->kind == CR_EV_OPENM ||
               op->kind == CR_EV_OPENROOT;
  if (!opens) return cr_volume_op(vs, (cr_event_kind)op->kind, slot, opt);
  event->extra = op->extra;
  if (locks_itself(model, world, event->who, volume)) opt.mutant = CR_MUTANT_M_OPEN_WHILE_LOCKED;
  bool itself = op->kind == CR_EV_OPENV ||
                (op->kind == CR_EV_OPENROOT && cr__is(model, CR_MUTANT_M_ROOT_IS_VOLUME));
  done = op->kind == CR_EV_OPENM ? cr_volume_openm(vs, volume, slot, opt)
         : itself                ? cr_volume_openv(vs, volume, slot, op->extra, opt)
                                 : cr_volume_openf(vs, volume, slot, op->extra, opt);
  if (done.code != CR_E_SUCCESS) event->handle = CR_NO_HANDLE;
  return done;
}

/* Has the program given up the right to manage volumes? Then that was its first operation. */
static bool is_plain(const cr_model *model, const cr_world *world, unsigned program) {
  return script_of(model, program)->op[0].kind == CR_EV_DEMOTE && pc_at(world, program) > 0;
}

/* Ways to take a step; a rule's arg is the program and one of these. */
enum { PLAIN = 0, LEFT_OUT = 4, AT_ONCE = 8 };

static bool may_step(const cr_model *model, const cr_world *world, unsigned arg) {
  unsigned program = arg % 4, way = arg - program;
  const cr_script_op *op = next_of(model, world, program);
  if (op == NULL || !programs_may_run(model, world)) return false;
  if (way == LEFT_OUT && op->may == 0) return false;
  if (way == LEFT_OUT) op += op->may;
  if (waits_for_child(model, world, program, op)) return false;
  bool chooses = op->kind == CR_EV_DISMOUNT &&
                 cr_volume_dismount_chooses(&world->volumes, slot_of(model, program, op->handle));
  uint8_t detach = model->scenario.volume[model->scenario.app[program].volume].detach;
  if (way == AT_ONCE) return chooses && detach != CR_DETACH_CLEANUP;
  return !chooses || detach != CR_DETACH_ONCE;
}

/* The file system, asked to lock: a mutant looks only now who is there. */
static void begin_lock(const cr_model *model, cr_world *world, cr_event *event,
                       const cr_script_op *op) {
  unsigned slot = slot_of(model, event->who, op->handle);
  event->handle = (uint8_t)slot;
  if (!cr__is(model, CR_MUTANT_M_LOCK_EARLY_VERDICT)) return;
  world->parts.stack.verdict = 1;
  for (unsigned i = 0; i < CR_OPENS_MAX; i++) {
    const cr_open *o = &world->volumes.open[i];
    bool other = i != slot && (o->kind == CR_OPEN_VOLUME || o->kind == CR_OPEN_FILE) && !o->stale;
    if (other && o->volume == event->object) world->parts.stack.verdict = 2;
  }
}

/* A lock whose fate was sealed when it began (mutant). */
static cr_volop sealed_lock(cr_world *world, unsigned slot) {
  bool granted = world->parts.stack.verdict == 1;
  world->parts.stack.verdict = 0;
  if (!granted) return (cr_volop){.code = CR_E_ACCESS_DENIED, .cause = CR_CAUSE_BUSY};
  world->volumes.volume[world->volumes.open[slot].volume].lock = (uint8_t)(slot + 1);
  return (cr_volop){0};
}

/* Plug and play asks: nobody may have the volume open. */
static cr_volop query_removal(cr_world *world, unsigned volume) {
  for (unsigned i = 0; i < CR_OPENS_MAX; i++)
    if (world->volumes.open[i].kind != CR_OPEN_NONE && world->volumes.open[i].volume == volume)
      return (cr_volop){.code = CR_E_GEN_FAILURE, .cause = CR_CAUSE_BUSY};
  cr_volop done = {.effects = world->volumes.volume[volume].fs != CR_FS_NONE ? CR_FX_DETACH : 0};
  world->volumes.volume[volume].fs = CR_FS_NONE;
  world->volumes.volume[volume].dirty = 0;
  world->parts.stack.device = 1;
  return done;
}

/* The device is gone: its instance loses it, and what is open stays open. */
static void vanish(cr_world *world, unsigned volume) {
  cr_volumes *vs = &world->volumes;
  world->parts.stack.device = 2;
  for (unsigned i = 0; i < CR_OPENS_MAX; i++) {
    cr_open *o = &vs->open[i];
    bool live = (o->kind == CR_OPEN_VOLUME || o->kind == CR_OPEN_FILE) && !o->stale;
    if (live && o->volume == volume) o->stale = o->dism ? 1 : 2;
  }
  vs->volume[volume] = (cr_volume){.off = vs->volume[volume].off};
}

/* Operations on a device that is about to go, or gone, and that no longer reach the volume stack.
 * Says whether this is one. */
static bool without_device(const cr_model *model, const cr_world *world, const cr_script_op *op,
                           unsigned slot, cr_volop *done) {
  unsigned device = world->parts.stack.device;
  const cr_open *o = &world->volumes.open[slot];
  bool opens = op->kind == CR_EV_OPENV || op->kind == CR_EV_OPENF;
  if (device == 1 && opens && !cr__is(model, CR_MUTANT_M_OPEN_REMOVING))
    *done = (cr_volop){.code = CR_E_DEV_NOT_EXIST, .cause = CR_CAUSE_GONE};
  else if (world->parts.stack.phantom && opens)
    *done = (cr_volop){.code = CR_E_ACCESS_DENIED, .cause = CR_CAUSE_LOCKED};
  else if (device == 2 && opens)
    *done = (cr_volop){.code = CR_E_FILE_NOT_FOUND, .cause = CR_CAUSE_GONE};
  else if (device == 2 && op->kind == CR_EV_READ && o->stale == 2)
    *done = (cr_volop){.code = CR_E_FILE_INVALID, .cause = CR_CAUSE_GONE};
  else if (device == 2 && op->kind == CR_EV_READ && o->stale == 1 &&
           cr__is(model, CR_MUTANT_M_DISM_TURNS_BAD))
    *done = (cr_volop){.code = CR_E_FILE_INVALID, .cause = CR_CAUSE_GONE};
  else
    return false;
  return true;
}

/* ---- disks -------------------------------------------------------------------------------------
 */

static bool is_disk_kind(uint8_t kind) {
  return kind == CR_EV_OPENDISK || kind == CR_EV_DISKCTL || kind == CR_EV_DISKWRITE ||
         kind == CR_EV_CLOSEDISK;
}

/* The disk's driver knows nothing of volumes; only writes into a mounted one are kept out. */
static cr_volop operate_disk(const cr_model *model, cr_world *world, cr_event *event,
                             const cr_script_op *op) {
  const cr_volume *v = &world->volumes.volume[event->object];
  cr_volop done = {0};
  event->handle = (uint8_t)slot_of(model, event->who, op->handle);
  if (op->kind == CR_EV_OPENDISK) {
    event->extra = op->extra;
    if (v->off && cr__is(model, CR_MUTANT_M_DISK_OPEN_OFFLINE)) {
      event->handle = CR_NO_HANDLE;
      done = (cr_volop){.code = CR_E_NOT_READY, .cause = CR_CAUSE_OFFLINE};
    }
  }
  if (op->kind == CR_EV_DISKCTL) {
    event->value = op->extra;
    if (cr__is(model, CR_MUTANT_M_LOCK_DISK_LOCKS_VOLUMES) && op->extra == CR__DISK_LOCK)
      world->parts.stack.phantom = 1;
  }
  if (op->kind == CR_EV_CLOSEDISK) world->parts.stack.phantom = 0;
  if (op->kind == CR_EV_DISKWRITE && v->fs == CR_FS_REAL && !v->lock && !v->dism)
    done = (cr_volop){.code = CR_E_ACCESS_DENIED, .cause = CR_CAUSE_LOCKED};
  return done;
}

/* What the operation comes to, and what the event says beside its kind. */
static cr_volop carry_out(const cr_model *model, cr_world *world, cr_event *event,
                          const cr_script_op *op, cr_volopt opt) {
  cr_volop done = {0};
  unsigned slot = slot_of(model, event->who, op->handle);
  switch (op->kind) {
    case CR_EV_DEMOTE: return done;
    case CR_EV_CREATEV: return create_volume(model, event, op);
    case CR_EV_LOCKING: begin_lock(model, world, event, op); return done;
    case CR_EV_NOTE:
      event->role = CR_ROLE_ENV;
      event->who = 0;
      event->value = op->extra;
      return done;
    case CR_EV_CONCLUDE: event->value = op->extra; return done;
    case CR_EV_DIE: return done;
    case CR_EV_DUP: return duplicate_handle(model, world, event);
    case CR_EV_REFER:
      event->role = CR_ROLE_ENV;
      event->who = 0;
      event->handle = (uint8_t)slot;
      world->parts.stack.refer = 1;
      return done;
    case CR_EV_REMOVEQUERY:
    case CR_EV_REMOVECANCEL:
    case CR_EV_VANISH:
      event->role = CR_ROLE_PNP;
      event->who = 0;
      if (op->kind == CR_EV_REMOVEQUERY) return query_removal(world, event->object);
      if (op->kind == CR_EV_VANISH)
        vanish(world, event->object);
      else
        world->parts.stack.device = 0;
      return done;
    default: break;
  }
  if (is_disk_kind(op->kind)) return operate_disk(model, world, event, op);
  if (without_device(model, world, op, slot, &done)) {
    bool opens = op->kind != CR_EV_READ;
    event->handle = opens ? CR_NO_HANDLE : (uint8_t)slot;
    event->extra = op->extra;
    return done;
  }
  if (op->kind == CR_EV_LOCK && world->parts.stack.verdict != 0) {
    event->handle = (uint8_t)slot;
    return sealed_lock(world, slot);
  }
  if (is_referred(model, world, op)) {
    event->handle = (uint8_t)slot;
    return (cr_volop){.code = CR_E_ACCESS_DENIED, .cause = CR_CAUSE_BUSY};
  }
  if (stays_refused(model, world, event->who, op, &done)) {
    event->extra = op->extra;
    return done;
  }
  return operate(model, world, event, op, opt);
}

/* Operations that are left out: by a mutant, or because the system has nothing to close. */
static bool is_omitted(const cr_model *model, const cr_world *world, unsigned program) {
  const cr_script_op *op = next_of(model, world, program);
  if (op == NULL) return false;
  if (op->kind == CR_EV_CLOSE && op->extra == CR__AFTER_DEATH) {
    unsigned slot = slot_of(model, program, op->handle);
    if (world->volumes.open[slot].kind == CR_OPEN_NONE) return true;
    return op->handle == CR__HANDLE_V && cr__is(model, CR_MUTANT_M_DIE_LEAKS);
  }
  if (op->kind != CR_EV_NOTE) return false;
  bool lock = op->extra <= CR__NOTE_LOCK_FAILED;
  return cr__is(model, lock ? CR_MUTANT_M_LOCK_SILENT : CR_MUTANT_M_DISMOUNT_SILENT);
}

static void advance(const cr_model *model, cr_world *world, unsigned program, bool success) {
  uint8_t *pc = pc_of(world, program);
  do {
    const cr_script_op *op = next_of(model, world, program);
    uint8_t then = success || op->fail == 0 ? op->then : op->fail;
    *pc = then != 0 ? then : (uint8_t)(*pc + 1);
    success = true;
  } while (is_omitted(model, world, program));
}

/* What the operation changes beside the volume. */
static void follow(const cr_model *model, cr_world *world, unsigned program, const cr_script_op *op,
                   bool success) {
  cr_part_stack *p = &world->parts.stack;
  bool file = op->handle == CR__HANDLE_F;
  bool local = cr__is(model, CR_MUTANT_M_CSV_LOCAL_DISMOUNT);
  if (op->kind == CR_EV_DISMOUNT && success && local)
    world->volumes.open[slot_of(model, CR__PROGRAMS - 1, CR__HANDLE_F)].stale = 0;
  if (op->kind == CR_EV_CLOSE && file && p->refer == 1) p->refer = 2;
  if (op->kind == CR_EV_OPENF && !success && cr__is(model, CR_MUTANT_M_OPEN_STAYS_REFUSED))
    p->refused |= (uint8_t)(1u << program);
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
                   .system = cr__param(model, CR_PARAM_STACK_SYSTEM) != 0,
                   .lock_dismounts = cr__param(model, CR_PARAM_STACK_LOCK_DISMOUNTS) != 0,
                   .plain = is_plain(model, world, program),
                   .mutant = model->mutant};
  event->kind = op->kind;
  event->object = model->scenario.app[program].volume;
  cr_volop done = carry_out(model, world, event, op, opt);
  event->result = done.code;
  event->cause = done.cause;
  event->effects = done.effects;
  follow(model, world, program, op, done.code == CR_E_SUCCESS);
  advance(model, world, program, done.code == CR_E_SUCCESS);
}

/* ---- the part ----------------------------------------------------------------------------------
 */

/* While the programs run the resource stays as it is. */
static bool allows(const cr_model *model, const cr_world *world, const cr_action_row *row) {
  if (row->role != CR_ROLE_MONITOR || cr__param(model, CR_PARAM_STACK_FREE)) return true;
  return world->monitor[0].state != CR_MON_OFFLINE || all_done(model, world);
}

static const cr_rule rules[] = {
    {CR_ROLE_ENV, 0, 0, 0, "the cache drops its reference", may_unrefer, unrefer},
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

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

/* Has the program given up the right to manage volumes? Then that was its first operation. */
static bool is_plain(const cr_model *model, const cr_world *world, unsigned program) {
  return script_of(model, program)->op[0].kind == CR_EV_DEMOTE && pc_at(world, program) > 0;
}

/* One operation being carried out. */
typedef struct turn {
  const cr_model *model;
  cr_world *world;
  cr_part_stack *part;
  cr_event *event;
  const cr_script_op *op;
  cr_volopt opt;
  unsigned program, volume, slot;
} turn;

static bool mutant_is(const turn *t, cr_mutant mutant) { return cr__is(t->model, mutant); }

static cr_volop refuse(uint32_t code, cr_cause cause) {
  return (cr_volop){.code = code, .cause = (uint8_t)cause};
}

/* ---- duplicates --------------------------------------------------------------------------------
 */

static unsigned original(const cr_model *model) { return slot_of(model, 0, CR__HANDLE_V); }
static unsigned duplicate(const cr_model *model) { return slot_of(model, 1, CR__HANDLE_X); }

/* An operation through one of two handles of one open: the slot becomes that of the open. A close
 * that is not the last one ends here (true). */
static bool through_duplicate(turn *t, cr_volop *done) {
  if (t->part->dup == 0) return false;
  bool copy = t->slot == duplicate(t->model);
  if (!copy && t->slot != original(t->model)) return false;
  t->slot = original(t->model);
  *done = (cr_volop){0};
  if (t->op->kind == CR_EV_UNLOCK && copy && mutant_is(t, CR_MUTANT_M_UNLOCK_HANDLE_EXACT)) {
    done->code = CR_E_NOT_LOCKED;
    return true;
  }
  if (t->op->kind != CR_EV_CLOSE) return false;
  bool last = t->part->dup == 2 || mutant_is(t, CR_MUTANT_M_CLOSE_DUPLICATE_ENDS);
  t->part->dup = last || copy ? 0 : 2;
  return !last;
}

/* A child gets a copy of the tool's handle, if the tool has one. */
static cr_volop duplicate_handle(turn *t) {
  t->event->value = original(t->model);
  if (t->world->volumes.open[original(t->model)].kind == CR_OPEN_NONE) {
    t->event->handle = CR_NO_HANDLE;
    return refuse(CR_E_INVALID_HANDLE, CR_CAUSE_HANDLE);
  }
  t->part->dup = 1;
  return (cr_volop){0};
}

/* The tool waits for its child before it closes the handle that the child has a copy of. */
static bool waits_for_child(const cr_model *model, const cr_world *world, unsigned program,
                            const cr_script_op *op) {
  bool closes = program == 0 && op->kind == CR_EV_CLOSE && op->handle == CR__HANDLE_V;
  return closes && world->parts.stack.dup == 1 && !cr__is(model, CR_MUTANT_LEAK_TO_CHILD);
}

/* ---- opens, locks and references ---------------------------------------------------------------
 */

/* What the volume stack makes of an open. */
static cr_volop open_it(turn *t) {
  cr_volumes *vs = &t->world->volumes;
  unsigned access = t->op->extra;
  unsigned own = slot_of(t->model, t->program, CR__HANDLE_V) + 1;
  if (mutant_is(t, CR_MUTANT_M_LOCKER_OPENS) && vs->volume[t->volume].lock == own)
    t->opt.mutant = CR_MUTANT_M_OPEN_WHILE_LOCKED;
  bool root = t->op->kind == CR_EV_OPENROOT;
  if (t->op->kind == CR_EV_OPENM) return cr_volume_openm(vs, t->volume, t->slot, t->opt);
  if (t->op->kind == CR_EV_OPENV || (root && mutant_is(t, CR_MUTANT_M_ROOT_IS_VOLUME)))
    return cr_volume_openv(vs, t->volume, t->slot, access, t->opt);
  return cr_volume_openf(vs, t->volume, t->slot, access, t->opt);
}

/* Every disposition but open-existing is refused, before anything is looked at. */
static cr_volop create_volume(const turn *t) {
  if (mutant_is(t, CR_MUTANT_M_CREATE_ALWAYS_VOLUME)) return (cr_volop){0};
  return refuse(CR_E_ACCESS_DENIED, CR_CAUSE_RIGHTS);
}

/* Opens that do not come as far as the volume stack. */
static bool is_kept_out(const turn *t, cr_volop *done) {
  const cr_volume *v = &t->world->volumes.volume[t->volume];
  bool again = (t->part->refused >> t->program & 1) != 0 && !v->lock && !v->dism; /* mutant */
  if (t->part->device == 1 && !mutant_is(t, CR_MUTANT_M_OPEN_REMOVING))
    *done = refuse(CR_E_DEV_NOT_EXIST, CR_CAUSE_GONE);
  else if (t->part->device == 2)
    *done = refuse(CR_E_FILE_NOT_FOUND, CR_CAUSE_GONE);
  else if (t->part->phantom)
    *done = refuse(CR_E_ACCESS_DENIED, CR_CAUSE_LOCKED);
  else if (again && t->op->kind == CR_EV_OPENF)
    *done = refuse(CR_E_NOT_READY, CR_CAUSE_PENDING);
  else
    return false;
  return true;
}

static cr_volop do_open(turn *t) {
  cr_volop done;
  t->event->extra = t->op->extra;
  if (t->op->kind == CR_EV_CREATEV)
    done = create_volume(t);
  else if (!is_kept_out(t, &done))
    done = open_it(t);
  if (done.code != CR_E_SUCCESS) t->event->handle = CR_NO_HANDLE;
  bool remembers = mutant_is(t, CR_MUTANT_M_OPEN_STAYS_REFUSED) && t->op->kind == CR_EV_OPENF;
  if (done.code != CR_E_SUCCESS && remembers) t->part->refused |= (uint8_t)(1u << t->program);
  return done;
}

/* The file system, asked to lock: a mutant looks only now who is there. */
static void begin_lock(const turn *t) {
  if (!mutant_is(t, CR_MUTANT_M_LOCK_EARLY_VERDICT)) return;
  t->part->verdict = 1;
  for (unsigned i = 0; i < CR_OPENS_MAX; i++) {
    const cr_open *o = &t->world->volumes.open[i];
    bool counts = (o->kind == CR_OPEN_VOLUME || o->kind == CR_OPEN_FILE) && !o->stale;
    if (i != t->slot && counts && o->volume == t->volume) t->part->verdict = 2;
  }
}

/* A lock whose fate was sealed when it began (mutant). */
static cr_volop sealed_lock(const turn *t) {
  bool granted = t->part->verdict == 1;
  t->part->verdict = 0;
  if (!granted) return refuse(CR_E_ACCESS_DENIED, CR_CAUSE_BUSY);
  t->world->volumes.volume[t->volume].lock = (uint8_t)(t->slot + 1);
  return (cr_volop){0};
}

static cr_volop do_lock(turn *t) {
  if (t->part->verdict != 0) return sealed_lock(t);
  return cr_volume_op(&t->world->volumes, CR_EV_LOCK, t->slot, t->opt);
}

static bool may_unrefer(const cr_model *model, const cr_world *world, unsigned arg) {
  (void)arg;
  return world->parts.stack.refer == CR__REFER_CLOSED && !cr__is(model, CR_MUTANT_M_LINGER_FOREVER);
}

static void unrefer(const cr_model *model, cr_world *world, cr_event *event, unsigned arg) {
  (void)arg;
  event->kind = CR_EV_UNREFER;
  world->parts.stack.refer =
      cr__is(model, CR_MUTANT_M_LOCK_NEVER) ? CR__REFER_DROPPED : CR__REFER_NONE;
}

/* ---- devices -----------------------------------------------------------------------------------
 */

/* Plug and play asks: nobody may have the volume open. */
static cr_volop query_removal(turn *t) {
  cr_volumes *vs = &t->world->volumes;
  for (unsigned i = 0; i < CR_OPENS_MAX; i++)
    if (vs->open[i].kind != CR_OPEN_NONE && vs->open[i].volume == t->volume)
      return refuse(CR_E_GEN_FAILURE, CR_CAUSE_BUSY);
  cr_volop done = {.effects = vs->volume[t->volume].fs != CR_FS_NONE ? CR_FX_DETACH : 0};
  vs->volume[t->volume] = (cr_volume){.off = vs->volume[t->volume].off};
  t->part->device = 1;
  return done;
}

/* The device is gone: its instance loses it, and what is open stays open. */
static void vanish(turn *t) {
  cr_volumes *vs = &t->world->volumes;
  t->part->device = 2;
  for (unsigned i = 0; i < CR_OPENS_MAX; i++) {
    cr_open *o = &vs->open[i];
    bool live = (o->kind == CR_OPEN_VOLUME || o->kind == CR_OPEN_FILE) && !o->stale;
    if (live && o->volume == t->volume) o->stale = o->dism ? 1 : 2;
  }
  vs->volume[t->volume] = (cr_volume){.off = vs->volume[t->volume].off};
}

/* Through an open whose instance lost its device when it was mounted still, or (mutant) before. */
static bool is_bad(const turn *t) {
  const cr_open *o = &t->world->volumes.open[t->slot];
  bool turned = t->part->device == 2 && o->stale && mutant_is(t, CR_MUTANT_M_DISM_TURNS_BAD);
  return o->kind != CR_OPEN_NONE && (o->stale == 2 || turned);
}

/* The disk's driver knows nothing of volumes; only writes into a mounted one are kept out. */
static cr_volop operate_disk(turn *t) {
  const cr_volume *v = &t->world->volumes.volume[t->volume];
  switch (t->op->kind) {
    case CR_EV_OPENDISK:
      t->event->extra = t->op->extra;
      if (!v->off || !mutant_is(t, CR_MUTANT_M_DISK_OPEN_OFFLINE)) break;
      t->event->handle = CR_NO_HANDLE;
      return refuse(CR_E_NOT_READY, CR_CAUSE_OFFLINE);
    case CR_EV_DISKCTL:
      t->event->value = t->op->extra;
      if (t->op->extra == CR__DISK_LOCK && mutant_is(t, CR_MUTANT_M_LOCK_DISK_LOCKS_VOLUMES))
        t->part->phantom = 1;
      break;
    case CR_EV_DISKWRITE:
      if (v->fs == CR_FS_REAL && !v->lock && !v->dism)
        return refuse(CR_E_ACCESS_DENIED, CR_CAUSE_LOCKED);
      break;
    default: t->part->phantom = 0;
  }
  return (cr_volop){0};
}

/* ---- one step of a script ----------------------------------------------------------------------
 */

/* Operations that are on no handle. */
static cr_volop without_handle(turn *t) {
  t->event->handle = CR_NO_HANDLE;
  switch (t->op->kind) {
    case CR_EV_NOTE:
    case CR_EV_CONCLUDE: t->event->value = t->op->extra; break;
    case CR_EV_REMOVEQUERY: return query_removal(t);
    case CR_EV_REMOVECANCEL: t->part->device = 0; break;
    case CR_EV_VANISH: vanish(t); break;
    default: break; /* DEMOTE, DIE */
  }
  return (cr_volop){0};
}

static cr_volop through_handle(turn *t) {
  cr_volop done;
  cr_volumes *vs = &t->world->volumes;
  if (through_duplicate(t, &done)) return done;
  if (t->op->kind == CR_EV_READ && is_bad(t)) return refuse(CR_E_FILE_INVALID, CR_CAUSE_GONE);
  if (t->op->kind == CR_EV_LOCK) return do_lock(t);
  done = cr_volume_op(vs, (cr_event_kind)t->op->kind, t->slot, t->opt);
  bool file = t->op->handle == CR__HANDLE_F;
  if (t->op->kind == CR_EV_CLOSE && file && t->part->refer == CR__REFER_OPEN)
    t->part->refer = CR__REFER_CLOSED;
  if (t->op->kind == CR_EV_DISMOUNT && mutant_is(t, CR_MUTANT_M_CSV_LOCAL_DISMOUNT))
    vs->open[slot_of(t->model, CR__PROGRAMS - 1, CR__HANDLE_F)].stale = 0;
  return done;
}

/* What the operation comes to, and what the event says beside its kind. */
static cr_volop carry_out(turn *t) {
  t->event->handle = (uint8_t)t->slot;
  switch (t->op->kind) {
    case CR_EV_OPENV:
    case CR_EV_OPENM:
    case CR_EV_OPENF:
    case CR_EV_OPENROOT:
    case CR_EV_CREATEV: return do_open(t);
    case CR_EV_DUP: return duplicate_handle(t);
    case CR_EV_LOCKING: begin_lock(t); return (cr_volop){0};
    case CR_EV_REFER: t->part->refer = CR__REFER_OPEN; return (cr_volop){0};
    case CR_EV_OPENDISK:
    case CR_EV_DISKCTL:
    case CR_EV_DISKWRITE:
    case CR_EV_CLOSEDISK: return operate_disk(t);
    default: return t->op->kind <= CR_EV_FLUSH ? through_handle(t) : without_handle(t);
  }
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

/* Ways to take a step; a rule's arg is the program and one of these. */
enum { PLAIN = 0, LEFT_OUT = 4, AT_ONCE = 8, BY_SYSTEM = 12, BY_PNP = 16 };

/* The way in which an operation is taken by whoever acts: the program itself, the file system and
 * the cache in its stead, or plug and play. */
static unsigned actor_of(const cr_script_op *op) {
  switch (op->kind) {
    case CR_EV_NOTE:
    case CR_EV_REFER: return BY_SYSTEM;
    case CR_EV_REMOVEQUERY:
    case CR_EV_REMOVECANCEL:
    case CR_EV_VANISH: return BY_PNP;
    default: return PLAIN;
  }
}

static bool may_step(const cr_model *model, const cr_world *world, unsigned arg) {
  unsigned program = arg % 4, way = arg - program;
  const cr_script_op *op = next_of(model, world, program);
  if (op == NULL || !programs_may_run(model, world)) return false;
  if (way == LEFT_OUT && op->may == 0) return false;
  if (way == LEFT_OUT) op += op->may;
  if (waits_for_child(model, world, program, op)) return false;
  if (actor_of(op) != PLAIN || way >= BY_SYSTEM) return actor_of(op) == way;
  bool chooses = op->kind == CR_EV_DISMOUNT &&
                 cr_volume_dismount_chooses(&world->volumes, slot_of(model, program, op->handle));
  uint8_t detach = model->scenario.volume[model->scenario.app[program].volume].detach;
  if (way == AT_ONCE) return chooses && detach != CR_DETACH_CLEANUP;
  return !chooses || detach != CR_DETACH_ONCE;
}

static void step(const cr_model *model, cr_world *world, cr_event *event, unsigned arg) {
  unsigned program = arg % 4, way = arg - program;
  const cr_script_op *op = next_of(model, world, program);
  if (way == LEFT_OUT) {
    uint8_t *pc = pc_of(world, program);
    *pc = (uint8_t)(*pc + op->may);
    op = next_of(model, world, program);
  }
  turn t = {.model = model,
            .world = world,
            .part = &world->parts.stack,
            .event = event,
            .op = op,
            .opt = cr__volopt(model, world, way == AT_ONCE),
            .program = program,
            .volume = model->scenario.app[program].volume,
            .slot = slot_of(model, program, op->handle)};
  t.opt.plain = is_plain(model, world, program);
  event->kind = op->kind;
  event->object = (uint8_t)t.volume;
  cr_volop done = carry_out(&t);
  event->result = done.code;
  event->cause = done.cause;
  event->effects = done.effects;
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
    {CR_ROLE_ENV, 0, 0, BY_SYSTEM + 0, "the file system, for a program", may_step, step},
    {CR_ROLE_PNP, 0, 0, BY_PNP + 0, "plug and play", may_step, step},
    {CR_ROLE_APP, 1, 0, PLAIN + 1, "next operation", may_step, step},
    {CR_ROLE_APP, 1, 0, AT_ONCE + 1, "dismount that detaches at once", may_step, step},
    {CR_ROLE_APP, 1, 0, LEFT_OUT + 1, "leaves a step out", may_step, step},
    {CR_ROLE_ENV, 0, 0, BY_SYSTEM + 1, "the file system, for a program", may_step, step},
    {CR_ROLE_PNP, 0, 0, BY_PNP + 1, "plug and play", may_step, step},
    {CR_ROLE_APP, 2, 0, PLAIN + 2, "next operation", may_step, step},
    {CR_ROLE_APP, 2, 0, AT_ONCE + 2, "dismount that detaches at once", may_step, step},
    {CR_ROLE_APP, 2, 0, LEFT_OUT + 2, "leaves a step out", may_step, step},
    {CR_ROLE_ENV, 0, 0, BY_SYSTEM + 2, "the file system, for a program", may_step, step},
    {CR_ROLE_PNP, 0, 0, BY_PNP + 2, "plug and play", may_step, step},
};

const cr_part_rules cr__part_stack = {
    .rule = rules, .rules_count = CR_ARRAY_LEN(rules), .allows = allows, .final = all_done};

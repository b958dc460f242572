/* lifecycle.c - see lifecycle.h. A rule is enabled when each component that it reads allows it, and
 * it changes each component by that component's value alone. So what is enabled is the conjunction
 * of a few words of bits out of tables, which are made from the functions below once. */
#include "lifecycle.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
  LIFE_BITS = 10,
  DISK_BITS = 4,
  RESOURCE_BITS = LIFE_BITS + DISK_BITS,
  SLOT_AT = 60,
  LIVES = 1 << LIFE_BITS,
  DISKS = 1 << DISK_BITS,
  SLOTS = 16
};

typedef enum rule_id {
  ONLINE,
  OFFLINE,
  TERMINATE,
  RESTART,
  RESET,
  GONE,
  GIVE_UP,
  MOUNT,
  MOUNTED,
  MOUNT_FAILS,
  CHECK,
  CHECKED,
  REPORT_ONLINE,
  STOP,
  FLUSH,
  FLUSHED,
  CLEAN,
  DISMOUNT,
  REPORT_OFFLINE,
  CLEAN_UP,
  OPEN,
  WRITE,
  WRITTEN,
  CLOSE
} rule_id;

#define L LIFECYCLE_LIFE
#define D LIFECYCLE_DISK
#define S LIFECYCLE_SLOT
#define B LIFECYCLE_BEFORE
#define A LIFECYCLE_AFTER
const lifecycle_rule lifecycle_rules[LIFECYCLE_RULES] = {
    /* the monitor's */
    [ONLINE] = {"online", L | B, L},
    [OFFLINE] = {"offline", L | A, L},
    [TERMINATE] = {"terminate", L, L},
    [RESTART] = {"restart", L | D | B, L},
    [RESET] = {"reset", L | D | A, L},
    [GONE] = {"gone", L, L},
    [GIVE_UP] = {"give-up", L, L},
    /* the worker's */
    [MOUNT] = {"mount", L | S, L | S},
    [MOUNTED] = {"mounted", L | D | S, L | D | S},
    [MOUNT_FAILS] = {"mount-fails", L | S, L | S},
    [CHECK] = {"check", L, L},
    [CHECKED] = {"checked", L, L},
    [REPORT_ONLINE] = {"report-online", L, L},
    [STOP] = {"stop", L, L},
    [FLUSH] = {"flush", L | D | S, L | S},
    [FLUSHED] = {"flushed", L | D | S, L | D | S},
    [CLEAN] = {"clean", L | D, L},
    [DISMOUNT] = {"dismount", L | D, L | D},
    [REPORT_OFFLINE] = {"report-offline", L, L},
    /* the volume's */
    [CLEAN_UP] = {"clean-up", L | D, D},
    /* the opener's */
    [OPEN] = {"open", D, D},
    [WRITE] = {"write", D | S, D | S},
    [WRITTEN] = {"written", D | S, D | S},
    [CLOSE] = {"close", D, D}};
#undef L
#undef D
#undef S
#undef B
#undef A

static const char *const violations[LIFECYCLE_VIOLATIONS + 1] = {
    "",
    "a resource is online, or about to say so, without its volume",
    "a resource is offline and its volume is still mounted",
    "something is open or unwritten on a volume that is gone",
    "the slot is not with the one whose operation is at the disk",
    "a resource comes or is online while what it depends on is offline"};

/* What a group of rules of one resource touches besides its life and disk. */
typedef enum group_kind { OWN, WITH_SLOT, WITH_BEFORE, WITH_AFTER, GROUP_KINDS } group_kind;

/* What is judged together: life with disk, the slot, the chain. */
typedef enum part_kind { PART_TOGETHER, PART_CHAIN, PART_SLOT } part_kind;

enum {
  COMPONENTS = 2 * LIFECYCLE_RESOURCES_MAX + 1,
  GROUPS = GROUP_KINDS * LIFECYCLE_RESOURCES_MAX,
  PARTS = 3 * LIFECYCLE_RESOURCES_MAX
};

/* The components side by side: the whole form of a state of the product. */
typedef struct whole {
  uint16_t life[LIFECYCLE_RESOURCES_MAX];
  uint8_t disk[LIFECYCLE_RESOURCES_MAX], slot, nothing[3];
} whole;

struct lifecycle {
  lifecycle_sizes sizes;
  /* Which rules a component's value allows, by bit. */
  uint32_t life_allows[LIVES], disk_allows[DISKS], before_allows[LIVES], after_allows[LIVES];
  uint32_t slot_allows[LIFECYCLE_RESOURCES_MAX][SLOTS];
  /* What a rule makes of a component's value, where it is allowed. */
  uint16_t life_becomes[LIFECYCLE_RULES][LIVES], disk_becomes[LIFECYCLE_RULES][DISKS];
  uint16_t slot_becomes[LIFECYCLE_RULES][LIFECYCLE_RESOURCES_MAX][SLOTS];
  /* For the invariant: what is wrong with a life and a disk together, and which of the two is at
   * the disk (0: neither, 1: the worker, 2: the opener, 3: both, which is wrong by itself). */
  uint8_t wrong[LIVES * DISKS], at_disk[LIVES * DISKS];

  /* The same as a product. */
  cr_xproduct product;
  cr_xspan spans[COMPONENTS];
  cr_xgroup groups[GROUPS];
  uint32_t group_rules[GROUPS]; /* by bit */
  uint64_t parts[PARTS];
  struct {
    part_kind kind;
    unsigned resource;
  } part_of[PARTS];
};

/* ---- what the rules mean, component by component ------------------------------------------------
 */

static bool pending(const lifecycle_life *life) {
  return life->monitor == MONITOR_ONLINE_PENDING || life->monitor == MONITOR_OFFLINE_PENDING;
}

static bool has_slot(const lifecycle_life *life) {
  return life->place == PLACE_UP_MOUNT || life->place == PLACE_DOWN_FLUSH;
}

/* Where the monitor and the worker go together. */
static bool both(lifecycle_life *life, bool allowed, lifecycle_monitor monitor,
                 lifecycle_place place) {
  if (!allowed) return false;
  life->monitor = monitor;
  life->place = place;
  return true;
}

static bool goes(lifecycle_life *life, bool allowed, lifecycle_place place) {
  return both(life, allowed, life->monitor, place);
}

static bool life_monitor(const lifecycle_sizes *sizes, rule_id which, lifecycle_life *life) {
  lifecycle_monitor now = life->monitor;
  switch (which) {
    case ONLINE: return both(life, now == MONITOR_OFFLINE, MONITOR_ONLINE_PENDING, PLACE_UP_BEGIN);
    case OFFLINE:
      return both(life, now == MONITOR_ONLINE, MONITOR_OFFLINE_PENDING, PLACE_DOWN_BEGIN);
    case TERMINATE:
      if (!pending(life) || life->told) return false;
      life->told = true;
      return true;
    case RESTART:
      if (!both(life, now == MONITOR_FAILED && life->retries < sizes->retries,
                MONITOR_ONLINE_PENDING, PLACE_UP_BEGIN))
        return false;
      life->retries++;
      return true;
    case RESET:
      if (!both(life, now == MONITOR_FAILED, MONITOR_OFFLINE, PLACE_IDLE)) return false;
      life->retries = 0;
      return true;
    case GONE: return both(life, now == MONITOR_ONLINE, MONITOR_FAILED, PLACE_IDLE);
    default: /* GIVE_UP */
      if (!both(life, life->place == PLACE_STOPPED, MONITOR_FAILED, PLACE_IDLE)) return false;
      life->told = false;
      return true;
  }
}

static bool life_worker(const lifecycle_sizes *sizes, rule_id which, lifecycle_life *life) {
  lifecycle_place at = life->place;
  bool told = life->told;
  switch (which) {
    case MOUNT: return goes(life, at == PLACE_UP_BEGIN && !told, PLACE_UP_MOUNT);
    case MOUNTED: return goes(life, at == PLACE_UP_MOUNT, PLACE_UP_CHECK);
    case MOUNT_FAILS: return goes(life, at == PLACE_UP_MOUNT, PLACE_STOPPED);
    case CHECK:
      if (at != PLACE_UP_CHECK || told || life->checks >= sizes->checks) return false;
      life->checks++;
      return true;
    case CHECKED:
      if (!goes(life, at == PLACE_UP_CHECK && !told && life->checks == sizes->checks,
                PLACE_UP_REPORT))
        return false;
      life->checks = 0;
      return true;
    case REPORT_ONLINE:
      return both(life, at == PLACE_UP_REPORT && !told, MONITOR_ONLINE, PLACE_IDLE);
    case STOP:
      if (!goes(life, told && at != PLACE_IDLE && at != PLACE_STOPPED && !has_slot(life),
                PLACE_STOPPED))
        return false;
      life->checks = 0;
      return true;
    case FLUSH: return goes(life, at == PLACE_DOWN_BEGIN && !told, PLACE_DOWN_FLUSH);
    case FLUSHED: return goes(life, at == PLACE_DOWN_FLUSH, PLACE_DOWN_LOCK);
    case CLEAN: return goes(life, at == PLACE_DOWN_BEGIN && !told, PLACE_DOWN_LOCK);
    case DISMOUNT: return goes(life, at == PLACE_DOWN_LOCK && !told, PLACE_DOWN_REPORT);
    default: /* REPORT_OFFLINE */
      if (!both(life, at == PLACE_DOWN_REPORT && !told, MONITOR_OFFLINE, PLACE_IDLE)) return false;
      life->retries = 0;
      return true;
  }
}

static bool step_life(const lifecycle_sizes *sizes, rule_id which, lifecycle_life *life) {
  if (which <= GIVE_UP) return life_monitor(sizes, which, life);
  if (which <= REPORT_OFFLINE) return life_worker(sizes, which, life);
  return which != CLEAN_UP || life->monitor == MONITOR_FAILED;
}

static bool dismounted(lifecycle_disk *disk) {
  if (!disk->mounted || disk->opener == OPENER_WRITES) return false;
  disk->mounted = disk->dirty = false;
  if (disk->opener == OPENER_OPEN) disk->opener = OPENER_STALE;
  return true;
}

static bool opener_goes(lifecycle_disk *disk, bool allowed, lifecycle_opener to) {
  if (allowed) disk->opener = to;
  return allowed;
}

static bool step_disk(rule_id which, lifecycle_disk *disk) {
  switch (which) {
    case RESTART:
    case RESET: return !disk->mounted;
    case MOUNTED: disk->mounted = true; return true;
    case FLUSH: return disk->dirty;
    case FLUSHED: disk->dirty = false; return true;
    case CLEAN: return !disk->dirty;
    case DISMOUNT:
    case CLEAN_UP: return dismounted(disk);
    case OPEN: return opener_goes(disk, disk->mounted && disk->opener == OPENER_NONE, OPENER_OPEN);
    case WRITE: return opener_goes(disk, disk->opener == OPENER_OPEN, OPENER_WRITES);
    case WRITTEN:
      if (!opener_goes(disk, disk->opener == OPENER_WRITES, OPENER_OPEN)) return false;
      disk->dirty = true;
      return true;
    case CLOSE:
      return opener_goes(disk, disk->opener == OPENER_OPEN || disk->opener == OPENER_STALE,
                         OPENER_NONE);
    default: return true;
  }
}

static bool slot_passes(lifecycle_slot *slot, unsigned from, unsigned to) {
  if (slot->owner != from) return false;
  slot->owner = to;
  return true;
}

static bool step_slot(rule_id which, unsigned resource, lifecycle_slot *slot) {
  unsigned worker = 1 + 2 * resource, opener = worker + 1;
  switch (which) {
    case MOUNT:
    case FLUSH: return slot_passes(slot, 0, worker);
    case MOUNTED:
    case MOUNT_FAILS:
    case FLUSHED: return slot_passes(slot, worker, 0);
    case WRITE: return slot_passes(slot, 0, opener);
    case WRITTEN: return slot_passes(slot, opener, 0);
    default: return true;
  }
}

/* What the resource on which this one depends must be. */
static bool before_allows(rule_id which, const lifecycle_life *before) {
  return !(lifecycle_rules[which].reads & LIFECYCLE_BEFORE) || before->monitor == MONITOR_ONLINE;
}

/* What the resource that depends on this one must be. */
static bool after_allows(rule_id which, const lifecycle_life *after) {
  return !(lifecycle_rules[which].reads & LIFECYCLE_AFTER) || after->monitor == MONITOR_OFFLINE ||
         after->monitor == MONITOR_FAILED;
}

bool lifecycle_fire(const lifecycle *model, lifecycle_state *state, unsigned resource,
                    unsigned rule) {
  CR_ASSERT(resource < model->sizes.resources && rule < LIFECYCLE_RULES);
  lifecycle_life life = state->life[resource];
  lifecycle_disk disk = state->disk[resource];
  lifecycle_slot slot = state->slot;
  if (!step_life(&model->sizes, rule, &life) || !step_disk(rule, &disk) ||
      !step_slot(rule, resource, &slot) ||
      (resource > 0 && !before_allows(rule, &state->life[resource - 1])) ||
      (resource + 1 < model->sizes.resources && !after_allows(rule, &state->life[resource + 1])))
    return false;
  state->life[resource] = life;
  state->disk[resource] = disk;
  state->slot = slot;
  return true;
}

/* ---- safety
 * -------------------------------------------------------------------------------------- */

static cr_xviolation wrong_together(const lifecycle_life *life, const lifecycle_disk *disk) {
  bool needs_volume = life->monitor == MONITOR_ONLINE || life->place == PLACE_UP_CHECK ||
                      life->place == PLACE_UP_REPORT;
  if (needs_volume && !disk->mounted) return 1;
  if (life->monitor == MONITOR_OFFLINE && disk->mounted) return 2;
  bool in_use = disk->dirty || disk->opener == OPENER_OPEN || disk->opener == OPENER_WRITES;
  return in_use && !disk->mounted ? 3 : 0;
}

static bool wrong_chain(const lifecycle_life *before, const lifecycle_life *life) {
  return before->monitor == MONITOR_OFFLINE && life->monitor != MONITOR_OFFLINE &&
         life->monitor != MONITOR_FAILED;
}

cr_xviolation lifecycle_violation(const lifecycle *model, const lifecycle_state *state) {
  for (unsigned i = 0; i < model->sizes.resources; i++) {
    const lifecycle_life *life = &state->life[i];
    const lifecycle_disk *disk = &state->disk[i];
    cr_xviolation wrong = wrong_together(life, disk);
    if (wrong != 0) return wrong;
    if (has_slot(life) != (state->slot.owner == 1 + 2 * i) ||
        (disk->opener == OPENER_WRITES) != (state->slot.owner == 2 + 2 * i))
      return 4;
    if (i > 0 && wrong_chain(&state->life[i - 1], life)) return 5;
  }
  return 0;
}

/* ---- packing
 * -------------------------------------------------------------------------------------- */

/* What monitor and worker can be together: the upper four bits of a packed life. */
static const struct {
  lifecycle_monitor monitor;
  lifecycle_place place;
} situations[] = {{MONITOR_OFFLINE, PLACE_IDLE},
                  {MONITOR_ONLINE, PLACE_IDLE},
                  {MONITOR_FAILED, PLACE_IDLE},
                  {MONITOR_ONLINE_PENDING, PLACE_UP_BEGIN},
                  {MONITOR_ONLINE_PENDING, PLACE_UP_MOUNT},
                  {MONITOR_ONLINE_PENDING, PLACE_UP_CHECK},
                  {MONITOR_ONLINE_PENDING, PLACE_UP_REPORT},
                  {MONITOR_ONLINE_PENDING, PLACE_STOPPED},
                  {MONITOR_OFFLINE_PENDING, PLACE_DOWN_BEGIN},
                  {MONITOR_OFFLINE_PENDING, PLACE_DOWN_FLUSH},
                  {MONITOR_OFFLINE_PENDING, PLACE_DOWN_LOCK},
                  {MONITOR_OFFLINE_PENDING, PLACE_DOWN_REPORT},
                  {MONITOR_OFFLINE_PENDING, PLACE_STOPPED}};
enum { SITUATIONS = sizeof situations / sizeof *situations };

static unsigned pack_life(const lifecycle_life *life) {
  unsigned at = 0;
  while (at < SITUATIONS &&
         (situations[at].monitor != life->monitor || situations[at].place != life->place))
    at++;
  CR_ASSERT(at < SITUATIONS && life->checks <= LIFECYCLE_CHECKS_MAX &&
            life->retries <= LIFECYCLE_RETRIES_MAX);
  return at << 6 | (unsigned)life->told << 5 | life->checks << 2 | life->retries;
}

/* Returns false for a number that stands for nothing. */
static bool unpack_life(unsigned packed, lifecycle_life *life) {
  unsigned at = packed >> 6;
  if (at >= SITUATIONS) return false;
  *life = (lifecycle_life){situations[at].monitor, situations[at].place, (packed >> 5 & 1) != 0,
                           packed >> 2 & 7, packed & 3};
  return true;
}

static unsigned pack_disk(const lifecycle_disk *disk) {
  return (unsigned)disk->mounted << 3 | (unsigned)disk->dirty << 2 | (unsigned)disk->opener;
}

static lifecycle_disk unpack_disk(unsigned packed) {
  return (lifecycle_disk){(packed >> 3 & 1) != 0, (packed >> 2 & 1) != 0, packed & 3};
}

uint64_t lifecycle_pack(const lifecycle *model, const lifecycle_state *state) {
  uint64_t packed = (uint64_t)state->slot.owner << SLOT_AT;
  for (unsigned i = 0; i < model->sizes.resources; i++)
    packed |= (uint64_t)(pack_life(&state->life[i]) | pack_disk(&state->disk[i]) << LIFE_BITS)
              << i * RESOURCE_BITS;
  return packed;
}

void lifecycle_unpack(const lifecycle *model, uint64_t packed, lifecycle_state *state) {
  memset(state, 0, sizeof *state);
  for (unsigned i = 0; i < model->sizes.resources; i++) {
    unsigned own = packed >> i * RESOURCE_BITS & (LIVES * DISKS - 1);
    bool known = unpack_life(own % LIVES, &state->life[i]);
    CR_ASSERT(known);
    state->disk[i] = unpack_disk(own / LIVES);
  }
  state->slot.owner = (unsigned)(packed >> SLOT_AT);
}

/* ---- tables
 * --------------------------------------------------------------------------------------- */

static void table_lives(lifecycle *model) {
  for (unsigned packed = 0; packed < LIVES; packed++) {
    lifecycle_life life;
    bool known = unpack_life(packed, &life);
    for (unsigned i = 0; known && i < LIFECYCLE_RULES; i++) {
      lifecycle_life next = life;
      if (step_life(&model->sizes, i, &next)) {
        model->life_allows[packed] |= UINT32_C(1) << i;
        model->life_becomes[i][packed] = (uint16_t)pack_life(&next);
      }
      if (before_allows(i, &life)) model->before_allows[packed] |= UINT32_C(1) << i;
      if (after_allows(i, &life)) model->after_allows[packed] |= UINT32_C(1) << i;
    }
    for (unsigned other = 0; known && other < DISKS; other++) {
      lifecycle_disk disk = unpack_disk(other);
      unsigned own = packed | other << LIFE_BITS;
      model->wrong[own] = (uint8_t)wrong_together(&life, &disk);
      model->at_disk[own] =
          (uint8_t)((has_slot(&life) ? 1 : 0) + (disk.opener == OPENER_WRITES ? 2 : 0));
    }
  }
}

static void table_disks(lifecycle *model) {
  for (unsigned packed = 0; packed < DISKS; packed++)
    for (unsigned i = 0; i < LIFECYCLE_RULES; i++) {
      lifecycle_disk disk = unpack_disk(packed);
      if (!step_disk(i, &disk)) continue;
      model->disk_allows[packed] |= UINT32_C(1) << i;
      model->disk_becomes[i][packed] = (uint16_t)pack_disk(&disk);
    }
}

static void table_slots(lifecycle *model) {
  for (unsigned resource = 0; resource < LIFECYCLE_RESOURCES_MAX; resource++)
    for (unsigned owner = 0; owner < SLOTS; owner++)
      for (unsigned i = 0; i < LIFECYCLE_RULES; i++) {
        lifecycle_slot slot = {owner};
        if (!step_slot(i, resource, &slot)) continue;
        model->slot_allows[resource][owner] |= UINT32_C(1) << i;
        model->slot_becomes[i][resource][owner] = (uint16_t)slot.owner;
      }
}

/* ---- the explorer's model
 * ------------------------------------------------------------------------ */

static bool initial(void *ctx, uint32_t index, void *state) {
  const lifecycle_state nothing = {0};
  uint64_t packed = lifecycle_pack(ctx, &nothing);
  memcpy(state, &packed, sizeof packed);
  return index == 0;
}

static uint64_t fired(const lifecycle *model, uint64_t packed, unsigned resource, unsigned rule) {
  unsigned at = resource * RESOURCE_BITS;
  unsigned own = packed >> at & (LIVES * DISKS - 1), owner = (unsigned)(packed >> SLOT_AT);
  uint64_t next = (uint64_t)model->life_becomes[rule][own % LIVES] |
                  (uint64_t)model->disk_becomes[rule][own / LIVES] << LIFE_BITS;
  uint64_t kept = packed & ~((uint64_t)(LIVES * DISKS - 1) << at) & ((UINT64_C(1) << SLOT_AT) - 1);
  return kept | next << at | (uint64_t)model->slot_becomes[rule][resource][owner] << SLOT_AT;
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const lifecycle *model = ctx;
  uint64_t packed;
  memcpy(&packed, state, sizeof packed);
  unsigned owner = (unsigned)(packed >> SLOT_AT), count = model->sizes.resources;
  for (unsigned i = 0; i < count; i++) {
    unsigned own = packed >> i * RESOURCE_BITS & (LIVES * DISKS - 1);
    uint32_t enabled = model->life_allows[own % LIVES] & model->disk_allows[own / LIVES] &
                       model->slot_allows[i][owner];
    if (i > 0) enabled &= model->before_allows[packed >> (i - 1) * RESOURCE_BITS & (LIVES - 1)];
    if (i + 1 < count)
      enabled &= model->after_allows[packed >> (i + 1) * RESOURCE_BITS & (LIVES - 1)];
    for (; enabled != 0; enabled &= enabled - 1) {
      unsigned rule = (unsigned)__builtin_ctz(enabled);
      uint64_t next = fired(model, packed, i, rule);
      cr_xemit(sink, i * LIFECYCLE_RULES + rule, &next, 0);
    }
  }
}

static cr_xviolation invariant(void *ctx, const void *state) {
  const lifecycle *model = ctx;
  uint64_t packed;
  memcpy(&packed, state, sizeof packed);
  unsigned holder = 0, holders = 0;
  bool before_offline = false;
  for (unsigned i = 0; i < model->sizes.resources; i++) {
    unsigned own = packed >> i * RESOURCE_BITS & (LIVES * DISKS - 1), at = own >> 6 & 15;
    if (model->wrong[own] != 0) return model->wrong[own];
    if (model->at_disk[own] != 0) {
      holders += model->at_disk[own] == 3 ? 2 : 1;
      holder = 2 * i + model->at_disk[own];
    }
    /* The first and the third situation are offline and failed. */
    if (before_offline && at != 0 && at != 2) return 5;
    before_offline = at == 0;
  }
  return holders > 1 || holder != packed >> SLOT_AT ? 4 : 0;
}

static void label_text(void *ctx, uint32_t label, cr_buf *out) {
  (void)ctx;
  cr_buf_printf(out, "%s %u", lifecycle_rules[label % LIFECYCLE_RULES].name,
                (unsigned)(label / LIFECYCLE_RULES));
}

static void violation_text(void *ctx, cr_xviolation violation, cr_buf *out) {
  (void)ctx;
  cr_buf_printf(out, "%s", violations[violation]);
}

/* ---- the product
 * ----------------------------------------------------------------------------------- */

static unsigned of_life(unsigned resource) { return resource; }
static unsigned of_disk(const lifecycle *model, unsigned resource) {
  return model->sizes.resources + resource;
}
static unsigned of_slot(const lifecycle *model) { return 2 * model->sizes.resources; }

static uint64_t component(unsigned number) { return UINT64_C(1) << number; }

static bool whole_initial(void *ctx, uint32_t index, void *state) {
  const lifecycle_life nothing = {0};
  whole now = {0};
  (void)ctx;
  for (unsigned i = 0; i < LIFECYCLE_RESOURCES_MAX; i++)
    now.life[i] = (uint16_t)pack_life(&nothing);
  memcpy(state, &now, sizeof now);
  return index == 0;
}

static void group_successors(void *ctx, unsigned group, const void *state, cr_xsink *sink) {
  const lifecycle *model = ctx;
  const whole *now = state;
  unsigned i = group / GROUP_KINDS;
  uint32_t enabled = model->group_rules[group] & model->life_allows[now->life[i]] &
                     model->disk_allows[now->disk[i]];
  if (group % GROUP_KINDS == WITH_SLOT) enabled &= model->slot_allows[i][now->slot];
  if (group % GROUP_KINDS == WITH_BEFORE && i > 0)
    enabled &= model->before_allows[now->life[i - 1]];
  if (group % GROUP_KINDS == WITH_AFTER && i + 1 < model->sizes.resources)
    enabled &= model->after_allows[now->life[i + 1]];
  for (; enabled != 0; enabled &= enabled - 1) {
    unsigned rule = (unsigned)__builtin_ctz(enabled);
    whole next = *now;
    next.life[i] = model->life_becomes[rule][now->life[i]];
    next.disk[i] = (uint8_t)model->disk_becomes[rule][now->disk[i]];
    if (group % GROUP_KINDS == WITH_SLOT)
      next.slot = (uint8_t)model->slot_becomes[rule][i][now->slot];
    cr_xemit(sink, i * LIFECYCLE_RULES + rule, &next, 0);
  }
}

static bool offline(unsigned life) { return life >> 6 == 0; }
static bool failed(unsigned life) { return life >> 6 == 2; }

static cr_xviolation part_violation(void *ctx, unsigned part, const void *state) {
  const lifecycle *model = ctx;
  const whole *now = state;
  unsigned i = model->part_of[part].resource;
  unsigned life = now->life[i], own = life + now->disk[i] * (unsigned)LIVES;
  switch (model->part_of[part].kind) {
    case PART_TOGETHER: return model->wrong[own];
    case PART_CHAIN: return offline(now->life[i - 1]) && !offline(life) && !failed(life) ? 5 : 0;
    default: break;
  }
  unsigned holds = (now->slot == 1 + 2 * i ? 1U : 0U) + (now->slot == 2 + 2 * i ? 2U : 0U);
  return model->at_disk[own] != holds || now->slot > 2 * model->sizes.resources ? 4 : 0;
}

static cr_xviolation whole_invariant(void *ctx, const void *state) {
  const lifecycle *model = ctx;
  cr_xviolation violation = 0;
  for (unsigned i = 0; violation == 0 && i < model->product.parts_count; i++)
    violation = part_violation(ctx, i, state);
  return violation;
}

static void part_add(lifecycle *model, part_kind kind, unsigned resource, uint64_t touches) {
  unsigned number = model->product.parts_count++;
  model->parts[number] = touches;
  model->part_of[number].kind = kind;
  model->part_of[number].resource = resource;
}

static void product_resource(lifecycle *model, unsigned i) {
  uint64_t own = component(of_life(i)) | component(of_disk(model, i));
  uint64_t touches[GROUP_KINDS] = {own, own | component(of_slot(model)), own, own};
  if (i > 0) touches[WITH_BEFORE] |= component(of_life(i - 1));
  if (i + 1 < model->sizes.resources) touches[WITH_AFTER] |= component(of_life(i + 1));
  for (unsigned rule = 0; rule < LIFECYCLE_RULES; rule++) {
    unsigned reads = lifecycle_rules[rule].reads;
    group_kind kind = reads & LIFECYCLE_SLOT     ? WITH_SLOT
                      : reads & LIFECYCLE_BEFORE ? WITH_BEFORE
                      : reads & LIFECYCLE_AFTER  ? WITH_AFTER
                                                 : OWN;
    model->group_rules[i * GROUP_KINDS + kind] |= UINT32_C(1) << rule;
  }
  for (unsigned kind = 0; kind < GROUP_KINDS; kind++)
    model->groups[i * GROUP_KINDS + kind] =
        (cr_xgroup){.touches = touches[kind],
                    .reads = kind == WITH_BEFORE || kind == WITH_AFTER ? touches[kind] & ~own : 0};
}

static void product_spans(lifecycle *model) {
  unsigned count = model->sizes.resources;
  for (unsigned i = 0; i < count; i++) {
    model->spans[i] = (cr_xspan){of_life(i), offsetof(whole, life) + i * sizeof(uint16_t), 2};
    model->spans[count + i] = (cr_xspan){of_disk(model, i), offsetof(whole, disk) + i, 1};
  }
  model->spans[2 * count] = (cr_xspan){of_slot(model), offsetof(whole, slot), 1};
}

static void product_begin(lifecycle *model) {
  unsigned count = model->sizes.resources;
  product_spans(model);
  for (unsigned i = 0; i < count; i++) product_resource(model, i);
  for (unsigned i = 0; i < count; i++) {
    uint64_t life = component(of_life(i));
    part_add(model, PART_TOGETHER, i, life | component(of_disk(model, i)));
    if (i > 0) part_add(model, PART_CHAIN, i, life | component(of_life(i - 1)));
  }
  for (unsigned i = 0; i < count; i++)
    part_add(model, PART_SLOT, i,
             component(of_life(i)) | component(of_disk(model, i)) | component(of_slot(model)));
  model->product.whole_bytes = sizeof(whole);
  model->product.spans = model->spans;
  model->product.spans_count = model->product.components = 2 * count + 1;
  model->product.groups = model->groups;
  model->product.groups_count = count * GROUP_KINDS;
  model->product.initial = whole_initial;
  model->product.successors = group_successors;
  model->product.invariant = whole_invariant;
  model->product.parts = model->parts;
  model->product.part = part_violation;
}

lifecycle *lifecycle_new(const lifecycle_sizes *sizes) {
  CR_ASSERT(sizes->resources >= 1 && sizes->resources <= LIFECYCLE_RESOURCES_MAX &&
            sizes->checks <= LIFECYCLE_CHECKS_MAX && sizes->retries <= LIFECYCLE_RETRIES_MAX);
  lifecycle *model = cr_alloc(sizeof *model);
  model->sizes = *sizes;
  table_lives(model);
  table_disks(model);
  table_slots(model);
  product_begin(model);
  return model;
}

void lifecycle_free(lifecycle *model) { free(model); }

cr_xmodel lifecycle_xmodel(lifecycle *model) {
  return (cr_xmodel){.name = "lifecycle",
                     .state_bytes = sizeof(uint64_t),
                     .ctx = model,
                     .initial = initial,
                     .successors = successors,
                     .invariant = invariant,
                     .product = &model->product,
                     .label_text = label_text,
                     .violation_text = violation_text};
}

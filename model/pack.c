/* pack.c - the packed, canonical form of a world: one table of variables with their widths gives
 * packing, unpacking, digests and listings. */
#include <string.h>

#include "world_private.h"

#define MONITOR_FIELDS(X) \
  X(state, 4)             \
  X(loaded, 1)            \
  X(inflight, 5)          \
  X(begun, 1)             \
  X(term, 1)              \
  X(cancelled, 1)         \
  X(op, 4)                \
  X(early, 4)             \
  X(checkpoint, 5)        \
  X(timer, 1)             \
  X(mustterm, 1)          \
  X(mustalive, 1)         \
  X(forced, 1)

#define DLL_FIELDS(X) \
  X(up, 1)            \
  X(term, 1)          \
  X(busy, 1)          \
  X(progress, 4)      \
  X(checkpoint, 5)

#define THREAD_FIELDS(X) \
  X(job, 4)              \
  X(pc, 6)               \
  X(tries, 2)            \
  X(locked, 1)           \
  X(told, 1)             \
  X(failed, 1)           \
  X(reported, 1)         \
  X(again, 1)            \
  X(spawned, 1)

#define VOLUME_FIELDS(X) \
  X(off, 1)              \
  X(fs, 2)               \
  X(dism, 1)             \
  X(lock, 6)             \
  X(impl, 1)             \
  X(dirty, 1)

#define OPEN_FIELDS(X) \
  X(kind, 2)           \
  X(volume, 2)         \
  X(stale, 2)          \
  X(access, 5)         \
  X(dism, 1)           \
  X(wrote, 1)

static void add(cr_model *m, size_t offset, unsigned bits, const char *group, unsigned index,
                const char *name) {
  CR_ASSERT(m->fields_count < CR_PACK_FIELDS_MAX);
  m->hot[m->fields_count] = (cr_pack_place){(uint16_t)offset, (uint16_t)bits};
  m->field[m->fields_count++] = (cr_pack_field){group, (uint8_t)index, name};
}

#define ADD(type, base, group, index) \
  static void add_##type(cr_model *m, size_t base, const char *group, unsigned index)

#define FIELD_OF(type, name, bits) add(m, base + offsetof(type, name), bits, group, index, #name);

ADD(monitor, base, group, index) {
#define X(name, bits) FIELD_OF(cr_monitor, name, bits)
  MONITOR_FIELDS(X)
#undef X
}

ADD(dll, base, group, index) {
#define X(name, bits) FIELD_OF(cr_dll, name, bits)
  DLL_FIELDS(X)
#undef X
}

ADD(thread, base, group, index) {
#define X(name, bits) FIELD_OF(cr_dll_thread, name, bits)
  THREAD_FIELDS(X)
#undef X
}

ADD(volume, base, group, index) {
#define X(name, bits) FIELD_OF(cr_volume, name, bits)
  VOLUME_FIELDS(X)
#undef X
}

ADD(open, base, group, index) {
#define X(name, bits) FIELD_OF(cr_open, name, bits)
  OPEN_FIELDS(X)
#undef X
}

ADD(obs_resource, base, group, index) {
#define X(name, bits) FIELD_OF(cr_obs_resource, name, bits)
  CR_OBS_RESOURCE_FIELDS(X)
#undef X
}

ADD(obs_volume, base, group, index) {
#define X(name, bits) FIELD_OF(cr_obs_volume, name, bits)
  CR_OBS_VOLUME_FIELDS(X)
#undef X
}

ADD(obs_open, base, group, index) {
#define X(name, bits) FIELD_OF(cr_obs_open, name, bits)
  CR_OBS_OPEN_FIELDS(X)
#undef X
}

/* Parts: their variables are in order of their offsets, a byte each. */
typedef struct part_field {
  const char *name;
  uint8_t bits;
} part_field;
#define PART_FIELD(name, bits) {#name, bits},
#define PART(ID, lower, meaning)                                                    \
  static const part_field fields_##lower[] = {CR_PART_##ID##_FIELDS(PART_FIELD)};   \
  static const part_field observed_##lower[] = {CR_OBS_##ID##_FIELDS(PART_FIELD)};  \
  _Static_assert(sizeof(cr_part_##lower) == CR_ARRAY_LEN(fields_##lower), "bytes"); \
  _Static_assert(sizeof(cr_obs_##lower) == CR_ARRAY_LEN(observed_##lower), "bytes");
#include "clusrace/parts.def"
#undef PART

static const struct {
  const part_field *fields, *observed;
  uint16_t fields_count, observed_count, at, observed_at;
  const char *group, *observed_group;
} part_layouts[CR_PART_COUNT] = {
#define PART(ID, lower, meaning)                       \
  {fields_##lower,                                     \
   observed_##lower,                                   \
   (uint16_t)CR_ARRAY_LEN(fields_##lower),             \
   (uint16_t)CR_ARRAY_LEN(observed_##lower),           \
   (uint16_t)offsetof(cr_world, parts.lower),          \
   (uint16_t)offsetof(cr_world, observer.parts.lower), \
   #lower,                                             \
   "observer." #lower},
#include "clusrace/parts.def"
#undef PART
};

static void add_part(cr_model *m, unsigned part) {
  for (unsigned i = 0; i < part_layouts[part].fields_count; i++)
    add(m, part_layouts[part].at + i, part_layouts[part].fields[i].bits, part_layouts[part].group,
        0, part_layouts[part].fields[i].name);
  for (unsigned i = 0; i < part_layouts[part].observed_count; i++)
    add(m, part_layouts[part].observed_at + i, part_layouts[part].observed[i].bits,
        part_layouts[part].observed_group, 0, part_layouts[part].observed[i].name);
}

/* A structure that the table above does not cover whole would make two worlds look alike. */
#define COUNT(name, bits) +1
_Static_assert(sizeof(cr_monitor) == 0 MONITOR_FIELDS(COUNT), "every variable is packed");
_Static_assert(sizeof(cr_dll_thread) == 0 THREAD_FIELDS(COUNT), "every variable is packed");
_Static_assert(sizeof(cr_dll) ==
                   (0 DLL_FIELDS(COUNT)) + (2 + CR_WORKERS_MAX) * sizeof(cr_dll_thread),
               "every variable is packed");
_Static_assert(sizeof(cr_volume) == 0 VOLUME_FIELDS(COUNT), "every variable is packed");
_Static_assert(sizeof(cr_open) == 0 OPEN_FIELDS(COUNT), "every variable is packed");

static void layout_resource(cr_model *m, unsigned r) {
  size_t dll = offsetof(cr_world, dll) + r * sizeof(cr_dll);
  add_monitor(m, offsetof(cr_world, monitor) + r * sizeof(cr_monitor), "monitor", r);
  add_dll(m, dll, "dll", r);
  add_thread(m, dll + offsetof(cr_dll, ep), "ep", r);
  add_thread(m, dll + offsetof(cr_dll, termt), "term", r);
  for (unsigned i = 0; i < CR_WORKERS_MAX; i++)
    add_thread(m, dll + offsetof(cr_dll, worker) + i * sizeof(cr_dll_thread), "worker",
               r * CR_WORKERS_MAX + i);
  add_obs_resource(m, offsetof(cr_world, observer.resource) + r * sizeof(cr_obs_resource),
                   "observer", r);
}

/* Leaves out what the observer remembers. */
static void forget_observer(cr_model *m) {
  unsigned kept = 0;
  for (unsigned i = 0; i < m->fields_count; i++) {
    size_t at = m->hot[i].offset;
    if (at >= offsetof(cr_world, observer) && at != offsetof(cr_world, observer.quiet)) continue;
    m->hot[kept] = m->hot[i];
    m->field[kept++] = m->field[i];
  }
  m->fields_count = kept;
}

void cr__pack_layout(cr_model *m) {
  const cr_scenario *s = &m->scenario;
  m->fields_count = 0;
  for (unsigned r = 0; r < s->resources_count; r++) layout_resource(m, r);
  for (unsigned v = 0; v < s->volumes_count; v++) {
    add_volume(m, offsetof(cr_world, volumes.volume) + v * sizeof(cr_volume), "volume", v);
    add_obs_volume(m, offsetof(cr_world, observer.volume) + v * sizeof(cr_obs_volume),
                   "observer.volume", v);
  }
  for (unsigned i = 0; i < m->slots_count; i++) {
    add_open(m, offsetof(cr_world, volumes.open) + i * sizeof(cr_open), "h", i);
    add_obs_open(m, offsetof(cr_world, observer.open) + i * sizeof(cr_obs_open), "observer.h", i);
  }
  for (unsigned a = 0; a < s->apps_count; a++)
    add(m, offsetof(cr_world, app) + a * sizeof(cr_app), 4, "app", a, "hands");
  for (unsigned b = 0; b < CR_BUDGET_COUNT; b++)
    add(m, offsetof(cr_world, budget) + b, 4, "budget", b, cr_budget_name((cr_budget)b));
  for (unsigned p = 0; p < m->parts_count; p++) add_part(m, m->part_id[p]);
  if (s->option[CR_OPTION_QUIET])
    add(m, offsetof(cr_world, observer.quiet), 1, "observer", 0, "quiet");
  if (m->judge.nothing) forget_observer(m);
  size_t bits = 0;
  for (unsigned i = 0; i < m->fields_count; i++) {
    m->packed[m->hot[i].offset] = (cr_pack_place){(uint16_t)bits, m->hot[i].bits};
    bits += m->hot[i].bits;
  }
  m->packed_bytes = (bits + 7) / 8;
}

size_t cr_world_packed_bytes(const cr_model *model) { return model->packed_bytes; }

static void put_word(uint8_t *to, uint32_t word) {
  for (unsigned i = 0; i < 4; i++) to[i] = (uint8_t)(word >> 8 * i);
}

/* The explorer spends much of its time here: 32 bits are written at once, and too wide a value is
 * looked for once at the end. */
void cr_world_pack(const cr_model *model, const cr_world *world, void *bytes) {
  const uint8_t *from = (const uint8_t *)world;
  uint8_t *to = bytes;
  uint64_t pool = 0, wide = 0;
  unsigned held = 0;
  for (unsigned i = 0; i < model->fields_count; i++) {
    uint64_t value = from[model->hot[i].offset];
    unsigned bits = model->hot[i].bits;
    wide |= value >> bits;
    pool |= value << held;
    held += bits;
    if (held >= 32) {
      put_word(to, (uint32_t)pool);
      to += 4;
      pool >>= 32;
      held -= 32;
    }
  }
  CR_ASSERT(wide == 0);
  for (; held > 0; held -= held < 8 ? held : 8) {
    *to++ = (uint8_t)pool;
    pool >>= 8;
  }
}

/* Puts a variable of at most 8 bits at a place of the packed form. */
static void patch(uint8_t *bytes, cr_pack_place place, uint8_t value) {
  unsigned shift = place.offset % 8;
  uint8_t *to = bytes + place.offset / 8;
  unsigned mask = ((1u << place.bits) - 1) << shift, put = (unsigned)value << shift;
  CR_ASSERT(value >> place.bits == 0);
  to[0] = (uint8_t)((to[0] & ~mask) | (put & 0xFF));
  if (mask > 0xFF) to[1] = (uint8_t)((to[1] & ~(mask >> 8)) | (put >> 8));
}

static void patch_bytes(const cr_model *model, const uint8_t *old, const uint8_t *new, size_t at,
                        size_t n, uint8_t *bytes) {
  for (size_t i = at; i < at + n; i++)
    if (old[i] != new[i] && model->packed[i].bits != 0) patch(bytes, model->packed[i], new[i]);
}

void cr_world_repack(const cr_model *model, const cr_world *before, const cr_world *after,
                     void *bytes) {
  const uint8_t *old = (const uint8_t *)before, *new = (const uint8_t *)after;
  size_t at = 0;
  for (; at + 8 <= sizeof *after; at += 8) {
    uint64_t x, y;
    memcpy(&x, old + at, 8);
    memcpy(&y, new + at, 8);
    if (x != y) patch_bytes(model, old, new, at, 8, bytes);
  }
  patch_bytes(model, old, new, at, sizeof *after - at, bytes);
}

void cr_world_unpack(const cr_model *model, const void *bytes, cr_world *world) {
  const uint8_t *from = bytes;
  uint8_t *to = (uint8_t *)world;
  uint64_t pool = 0;
  unsigned held = 0;
  memset(world, 0, sizeof *world);
  for (unsigned i = 0; i < model->fields_count; i++) {
    unsigned bits = model->hot[i].bits;
    while (held < bits) {
      pool |= (uint64_t)*from++ << held;
      held += 8;
    }
    to[model->hot[i].offset] = (uint8_t)(pool & ((1u << bits) - 1));
    pool >>= bits;
    held -= bits;
  }
}

uint64_t cr_world_digest(const cr_model *model, const cr_world *world) {
  uint8_t bytes[CR_PACK_FIELDS_MAX];
  cr_world_pack(model, world, bytes);
  uint64_t digest = cr_digest(bytes, model->packed_bytes);
  return digest == 0 ? 1 : digest; /* 0 stands for unknown in traces */
}

void cr_world_describe(const cr_model *model, const cr_world *world, const cr_world *than,
                       cr_buf *out) {
  const uint8_t *now = (const uint8_t *)world;
  const uint8_t *before = (const uint8_t *)than;
  bool first = true;
  for (unsigned i = 0; i < model->fields_count; i++) {
    const cr_pack_field *f = &model->field[i];
    if (now[model->hot[i].offset] == (before == NULL ? 0 : before[model->hot[i].offset])) continue;
    cr_buf_printf(out, "%s%s%u.%s=%u", first ? "" : " ", f->group, f->index, f->name,
                  now[model->hot[i].offset]);
    first = false;
  }
}

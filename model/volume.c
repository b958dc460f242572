/* volume.c - the volume stack; see clusrace/volume.h.
 *
 * A volume carries online/offline; a file-system instance bound to it carries mounted, dismounted
 * and the lock; an open carries its binding, which never changes. What a handle may do is decided
 * by the instance that its open was bound to, not by the volume's present state. */
#include "clusrace/volume.h"

#include "clusrace/mutant.h"

#define MUTANT_IS(ID) (opt.mutant == CR_MUTANT_##ID)

enum { ACCESS_BITS = CR_ACC_READ | CR_ACC_WRITE | CR_SHR_READ | CR_SHR_WRITE | CR_SHR_DELETE };

static const cr_volop done = {CR_E_SUCCESS, CR_CAUSE_NONE, 0};

static cr_volop refuse(uint32_t code, cr_cause cause) {
  return (cr_volop){code, (uint8_t)cause, 0};
}

static bool is_bound(const cr_volumes *vs, unsigned slot, unsigned volume) {
  const cr_open *o = &vs->open[slot];
  return (o->kind == CR_OPEN_VOLUME || o->kind == CR_OPEN_FILE) && o->volume == volume && !o->stale;
}

/* Opens bound to the volume's present instance, other than `except`. */
static unsigned bound_count(const cr_volumes *vs, unsigned volume, unsigned except) {
  unsigned count = 0;
  for (unsigned i = 0; i < CR_OPENS_MAX; i++)
    if (i != except && is_bound(vs, i, volume)) count++;
  return count;
}

/* The instance leaves the volume; opens still bound to it become stale. */
static uint8_t detach(cr_volumes *vs, unsigned volume) {
  cr_volume *v = &vs->volume[volume];
  uint8_t effects = CR_FX_DETACH;
  if (v->dirty) effects |= CR_FX_LOST;
  if (v->lock) effects |= CR_FX_UNLOCK;
  for (unsigned i = 0; i < CR_OPENS_MAX; i++)
    if (is_bound(vs, i, volume)) vs->open[i].stale = 1;
  v->fs = CR_FS_NONE;
  v->dism = v->lock = v->impl = v->dirty = 0;
  return effects;
}

/* ---- opening --------------------------------------------------------------------------------- */

/* Steps O5 to O8: something is bound when this returns success. */
static cr_volop mount(cr_volumes *vs, unsigned volume, bool file, cr_volopt opt) {
  cr_volume *v = &vs->volume[volume];
  cr_volop out = done;
  if (v->dism && MUTANT_IS(M_MOUNT_IN_PENDING) && !v->lock) detach(vs, volume);
  if (v->fs == CR_FS_RAW && !v->off && MUTANT_IS(M_RAW_GIVES_WAY)) v->fs = CR_FS_NONE;
  if (v->fs == CR_FS_REAL && !v->dism && MUTANT_IS(M_MOUNT_AGAIN)) out.effects = CR_FX_MOUNT;
  if (v->fs != CR_FS_NONE) return out;
  if (v->off ? !file && MUTANT_IS(M_OFFLINE_BINDS_NOTHING) : MUTANT_IS(M_MOUNT_NONE)) return out;
  if (!v->off || (!file && MUTANT_IS(M_OFFLINE_VOLUME_MOUNTS)) ||
      (file && MUTANT_IS(M_OFFLINE_OPEN_MOUNTS))) {
    v->fs = CR_FS_REAL;
    out.effects = CR_FX_MOUNT;
    for (unsigned i = 0; i < CR_OPENS_MAX; i++) {
      cr_open *o = &vs->open[i];
      bool again =
          MUTANT_IS(M_STALE_REVIVES) || (MUTANT_IS(M_REBIND_OPENS) && o->kind == CR_OPEN_FILE);
      if (again && o->volume == volume) o->stale = 0;
    }
  } else if (file || MUTANT_IS(M_OFFLINE_OPEN_FAILS)) {
    return refuse(CR_E_NOT_READY, CR_CAUSE_OFFLINE);
  } else {
    v->fs = CR_FS_RAW;
    out.effects = CR_FX_RAW;
  }
  return out;
}

/* May `other` stay open beside a new volume open that shares neither writing nor deleting? A reader
 * may, when reading is shared and no write is asked [VOL-OPEN-14]. */
static bool tolerates(const cr_open *other, unsigned access) {
  return (access & CR_SHR_READ) && !(access & CR_ACC_WRITE) && !(other->access & CR_ACC_WRITE);
}

/* Does one of the two do what the other does not share? */
static bool sharing_conflict(unsigned a, unsigned b) {
  return ((a & CR_ACC_READ) && !(b & CR_SHR_READ)) || ((a & CR_ACC_WRITE) && !(b & CR_SHR_WRITE)) ||
         ((b & CR_ACC_READ) && !(a & CR_SHR_READ)) || ((b & CR_ACC_WRITE) && !(a & CR_SHR_WRITE));
}

/* Steps O14 and O15: is a volume open refused because of the opens that are there? */
static bool excluded(const cr_volumes *vs, unsigned volume, unsigned access, bool exclusive) {
  for (unsigned i = 0; i < CR_OPENS_MAX; i++) {
    const cr_open *other = &vs->open[i];
    if (!is_bound(vs, i, volume)) continue;
    if (exclusive && !tolerates(other, access)) return true;
    if (other->kind == CR_OPEN_VOLUME && sharing_conflict(access, other->access)) return true;
  }
  return false;
}

/* Mutants that open a locked volume. */
static bool passes_lock(bool file, unsigned access, cr_volopt opt) {
  if (MUTANT_IS(M_LOCK_LETS_READERS_IN)) return file && !(access & CR_ACC_WRITE);
  return MUTANT_IS(M_OPEN_WHILE_LOCKED) || MUTANT_IS(M_LOCK_NO_VLOCK);
}

static cr_volop open_bound(cr_volumes *vs, unsigned volume, unsigned slot, unsigned access,
                           bool file, cr_volopt opt) {
  CR_ASSERT(volume < CR_VOLUMES_MAX && slot < CR_OPENS_MAX);
  CR_ASSERT(vs->open[slot].kind == CR_OPEN_NONE);
  cr_volume *v = &vs->volume[volume];
  cr_volop out = mount(vs, volume, file, opt);
  if (out.code != CR_E_SUCCESS) return out;
  if (v->lock && !v->impl && !passes_lock(file, access, opt)) {
    if (MUTANT_IS(M_LOCK_TIMES_OUT)) v->lock = 0;
    return refuse(CR_E_ACCESS_DENIED, CR_CAUSE_LOCKED);
  }
  if (v->dism) return refuse(CR_E_NOT_READY, CR_CAUSE_PENDING);
  if (v->lock && v->impl) return refuse(CR_E_ACCESS_DENIED, CR_CAUSE_LOCKED);
  if (v->fs == CR_FS_RAW && file && !MUTANT_IS(M_RAW_FILES))
    return refuse(CR_E_UNRECOGNIZED_VOLUME, CR_CAUSE_RAW);
  bool exclusive = !file && !(access & (CR_SHR_WRITE | CR_SHR_DELETE));
  if (!file && excluded(vs, volume, access, exclusive) && !MUTANT_IS(M_EXCLUSIVE_OVER_FILES)) {
    cr_volop busy = refuse(CR_E_SHARING_VIOLATION, CR_CAUSE_BUSY);
    busy.effects = out.effects;
    return busy;
  }
  vs->open[slot] = (cr_open){.kind = file ? CR_OPEN_FILE : CR_OPEN_VOLUME,
                             .volume = (uint8_t)volume,
                             .access = (uint8_t)(access & ACCESS_BITS)};
  if (exclusive && !MUTANT_IS(M_EXCLUSIVE_NO_LOCK)) {
    v->lock = (uint8_t)(slot + 1);
    v->impl = 1;
  }
  return out;
}

cr_volop cr_volume_openv(cr_volumes *vs, unsigned volume, unsigned slot, unsigned access,
                         cr_volopt opt) {
  return open_bound(vs, volume, slot, access, false, opt);
}

cr_volop cr_volume_openf(cr_volumes *vs, unsigned volume, unsigned slot, unsigned access,
                         cr_volopt opt) {
  if (MUTANT_IS(M_READERS_NEVER_MOUNT) && vs->volume[volume].fs == CR_FS_NONE &&
      !(access & CR_ACC_WRITE))
    return refuse(CR_E_UNRECOGNIZED_VOLUME, CR_CAUSE_RAW);
  return open_bound(vs, volume, slot, access, true, opt);
}

cr_volop cr_volume_openm(cr_volumes *vs, unsigned volume, unsigned slot, cr_volopt opt) {
  CR_ASSERT(volume < CR_VOLUMES_MAX && slot < CR_OPENS_MAX);
  CR_ASSERT(vs->open[slot].kind == CR_OPEN_NONE);
  if (MUTANT_IS(M_META_LOCKED) && vs->volume[volume].lock)
    return refuse(CR_E_ACCESS_DENIED, CR_CAUSE_LOCKED);
  vs->open[slot] = (cr_open){.kind = CR_OPEN_META, .volume = (uint8_t)volume};
  return done;
}

/* ---- closing --------------------------------------------------------------------------------- */

static cr_volop op_close(cr_volumes *vs, unsigned slot, cr_volopt opt) {
  cr_open o = vs->open[slot];
  cr_volume *v = &vs->volume[o.volume];
  cr_volop out = done;
  if (o.stale && MUTANT_IS(M_STALE_CLOSE_FAILS)) return refuse(CR_E_NOT_READY, CR_CAUSE_DISMOUNTED);
  vs->open[slot] = (cr_open){0};
  if (MUTANT_IS(M_OFFLINE_PER_HANDLE) && o.kind == CR_OPEN_VOLUME && v->off) v->off = 0;
  if (o.stale && o.dism && v->fs != CR_FS_NONE && MUTANT_IS(M_STALE_CLOSE_DETACHES))
    out.effects = detach(vs, o.volume);
  if (o.kind == CR_OPEN_META || o.stale) return out;
  bool owner = v->lock == slot + 1;
  bool completes =
      !MUTANT_IS(M_DISMOUNT_NEVER_DETACHES) && !(owner && MUTANT_IS(M_CLOSE_UNLOCKS_FIRST));
  if (o.dism && v->dism && completes) {
    out.effects = detach(vs, o.volume);
    if (MUTANT_IS(M_REMOUNT_RAW)) v->fs = CR_FS_RAW;
    return out;
  }
  if (owner && !MUTANT_IS(M_LOCK_SURVIVES_CLOSE)) {
    bool dismounts = opt.lock_dismounts && !v->impl;
    v->lock = v->impl = 0;
    out.effects |= CR_FX_UNLOCK;
    if (dismounts) out.effects |= detach(vs, o.volume);
  }
  if (v->fs == CR_FS_RAW && bound_count(vs, o.volume, slot) == 0 && !MUTANT_IS(M_RAW_STAYS))
    out.effects |= detach(vs, o.volume);
  return out;
}

/* ---- controls of the file system ------------------------------------------------------------- */

static bool in_use(const cr_volumes *vs, unsigned volume, unsigned slot, cr_volopt opt) {
  unsigned only = CR_OPEN_NONE;
  if (MUTANT_IS(M_LOCK_WITH_FILES)) only = CR_OPEN_VOLUME;
  if (MUTANT_IS(M_LOCK_WITH_VOLUMES)) only = CR_OPEN_FILE;
  if (only == CR_OPEN_NONE) return bound_count(vs, volume, slot) > 0;
  for (unsigned i = 0; i < CR_OPENS_MAX; i++)
    if (i != slot && is_bound(vs, i, volume) && vs->open[i].kind == only) return true;
  return false;
}

static cr_volop op_lock(cr_volumes *vs, unsigned slot, cr_volopt opt) {
  const cr_open *o = &vs->open[slot];
  cr_volume *v = &vs->volume[o->volume];
  if (MUTANT_IS(M_LOCK_NEEDS_WRITE) && !(o->access & CR_ACC_WRITE))
    return refuse(CR_E_ACCESS_DENIED, CR_CAUSE_RIGHTS);
  if (opt.system && !MUTANT_IS(M_LOCK_SYSTEM)) return refuse(CR_E_ACCESS_DENIED, CR_CAUSE_BUSY);
  if (o->stale && !(MUTANT_IS(M_LOCK_STALE_NEW) && v->fs == CR_FS_REAL && !v->dism))
    return refuse(CR_E_NOT_READY, CR_CAUSE_DISMOUNTED);
  if (v->lock && !v->impl && !MUTANT_IS(M_RELOCK))
    return refuse(CR_E_ACCESS_DENIED, CR_CAUSE_LOCKED);
  if (!v->off && !MUTANT_IS(M_LOCK_NO_FLUSH)) v->dirty = 0;
  bool referred = opt.referred && !MUTANT_IS(M_NO_LINGER);
  if (referred || in_use(vs, o->volume, slot, opt)) {
    if (MUTANT_IS(M_LOCK_WITHOUT_OWNER)) v->lock = (uint8_t)(slot + 1);
    return refuse(MUTANT_IS(M_LOCK_BUSY_WAITS) ? CR_E_NOT_READY : CR_E_ACCESS_DENIED,
                  CR_CAUSE_BUSY);
  }
  if (v->dirty && !MUTANT_IS(M_LOCK_NO_FLUSH)) return refuse(CR_E_NOT_READY, CR_CAUSE_OFFLINE);
  v->lock = (uint8_t)(slot + 1);
  v->impl = 0;
  return done;
}

static cr_volop op_unlock(cr_volumes *vs, unsigned slot, cr_volopt opt) {
  const cr_open *o = &vs->open[slot];
  cr_volume *v = &vs->volume[o->volume];
  bool owner = !o->stale && v->lock == slot + 1;
  if (MUTANT_IS(M_UNLOCK_ANY) && v->lock) owner = true;
  if (!owner || v->impl) return refuse(CR_E_NOT_LOCKED, CR_CAUSE_NONE);
  if (MUTANT_IS(M_UNLOCK_KEEPS_VLOCK)) return done;
  if (v->dism && MUTANT_IS(M_UNLOCK_AFTER_DISMOUNT_FAILS))
    return refuse(CR_E_NOT_LOCKED, CR_CAUSE_NONE);
  if (MUTANT_IS(M_UNLOCK_ONLINES)) v->off = 0;
  v->lock = 0;
  cr_volop out = done;
  out.effects = CR_FX_UNLOCK;
  bool dismounted = opt.lock_dismounts && !MUTANT_IS(M_UNLOCK_KEEPS_INSTANCE);
  if (dismounted || (v->dism && opt.detach_now)) out.effects |= detach(vs, o->volume);
  return out;
}

/* An open of an instance that is being dismounted. */
static void invalidate(cr_open *o, cr_volopt opt) {
  if (MUTANT_IS(M_DISMOUNT_SPARES_READERS) && !(o->access & CR_ACC_WRITE)) return;
  if (MUTANT_IS(M_DISMOUNT_CLOSES_HANDLES))
    *o = (cr_open){0};
  else
    o->stale = 1;
}

static cr_volop op_dismount(cr_volumes *vs, unsigned slot, cr_volopt opt) {
  cr_open *o = &vs->open[slot];
  cr_volume *v = &vs->volume[o->volume];
  if (opt.system && !MUTANT_IS(M_DISMOUNT_BOOT)) return refuse(CR_E_ACCESS_DENIED, CR_CAUSE_BUSY);
  if (o->stale || v->dism) {
    if (!MUTANT_IS(M_REDISMOUNT_RESTARTS)) return refuse(CR_E_NOT_READY, CR_CAUSE_DISMOUNTED);
    o->dism = 1;
    return (cr_volop){.effects = v->dism ? detach(vs, o->volume) : 0};
  }
  if (v->lock && v->lock != slot + 1 && !MUTANT_IS(M_DISMOUNT_FOREIGN_LOCK))
    return refuse(CR_E_ACCESS_DENIED, CR_CAUSE_LOCKED);
  if (!v->lock && MUTANT_IS(M_DISMOUNT_NEEDS_LOCK)) return refuse(CR_E_NOT_LOCKED, CR_CAUSE_NONE);
  cr_volop out = done;
  if (v->dirty && v->off) out.effects |= CR_FX_LOST; /* the flush inside fails and is ignored */
  v->dirty = 0;
  if (MUTANT_IS(M_DISMOUNT_NOOP)) return out;
  for (unsigned i = 0; i < CR_OPENS_MAX; i++)
    if (i != slot && is_bound(vs, i, o->volume)) invalidate(&vs->open[i], opt);
  v->dism = 1;
  o->dism = 1;
  if (MUTANT_IS(M_DISMOUNT_OFFLINES)) v->off = 1;
  if (MUTANT_IS(M_DISMOUNT_DROPS_LOCK)) v->lock = 0;
  bool early = MUTANT_IS(M_DISMOUNT_DETACHES) || MUTANT_IS(M_DISMOUNT_DROPS_LOCK);
  if ((opt.detach_now && !v->lock) || early) out.effects |= detach(vs, o->volume);
  return out;
}

static cr_volop op_ismounted(const cr_volumes *vs, unsigned slot, cr_volopt opt) {
  const cr_open *o = &vs->open[slot];
  const cr_volume *v = &vs->volume[o->volume];
  if (o->stale || v->dism) return refuse(CR_E_NOT_READY, CR_CAUSE_DISMOUNTED);
  bool dismounted = opt.lock_dismounts && v->lock && !v->impl;
  if (dismounted && !MUTANT_IS(M_MOUNTED_WHILE_LOCKED))
    return refuse(CR_E_NOT_READY, CR_CAUSE_DISMOUNTED);
  if (v->fs != CR_FS_REAL) return refuse(CR_E_NOT_READY, CR_CAUSE_RAW);
  return done;
}

/* ---- controls of the volume device ----------------------------------------------------------- */

static cr_volop op_device(cr_volumes *vs, cr_event_kind kind, unsigned slot, cr_volopt opt) {
  const cr_open *o = &vs->open[slot];
  cr_volume *v = &vs->volume[o->volume];
  bool reaches_device = o->kind == CR_OPEN_FILE && MUTANT_IS(M_IOCTL_ON_FILE);
  if (o->kind == CR_OPEN_FILE && !reaches_device)
    return refuse(CR_E_INVALID_PARAMETER, CR_CAUSE_KIND);
  if (kind == CR_EV_ISOFF) return v->off ? done : refuse(CR_E_GEN_FAILURE, CR_CAUSE_NONE);
  if (o->stale && MUTANT_IS(M_STALE_IOCTL_DEAD)) return refuse(CR_E_NOT_READY, CR_CAUSE_DISMOUNTED);
  unsigned both = CR_ACC_READ | CR_ACC_WRITE;
  if ((o->access & both) != both && !MUTANT_IS(M_OFFLINE_ANY_ACCESS) && !reaches_device)
    return refuse(CR_E_ACCESS_DENIED, CR_CAUSE_RIGHTS);
  cr_volop out = done;
  if (kind == CR_EV_OFFLINE) {
    if (v->off && MUTANT_IS(M_OFFLINE_TWICE_FAILS)) return refuse(CR_E_GEN_FAILURE, CR_CAUSE_NONE);
    if (MUTANT_IS(M_OFFLINE_WANTS_DISMOUNT) && v->fs == CR_FS_REAL && !v->dism)
      return refuse(CR_E_ACCESS_DENIED, CR_CAUSE_BUSY);
    if (!MUTANT_IS(M_OFFLINE_NOOP)) v->off = 1;
  } else {
    if (!v->off && MUTANT_IS(M_ONLINE_TWICE_FAILS)) return refuse(CR_E_GEN_FAILURE, CR_CAUSE_NONE);
    if (!MUTANT_IS(M_ONLINE_NOOP)) v->off = 0;
    for (unsigned i = 0; MUTANT_IS(M_ONLINE_REVIVES) && i < CR_OPENS_MAX; i++)
      if (vs->open[i].volume == o->volume) vs->open[i].stale = 0;
    if (MUTANT_IS(M_ONLINE_MOUNTS) && v->fs == CR_FS_RAW && !v->dism) {
      v->fs = CR_FS_REAL;
      out.effects = CR_FX_MOUNT;
    }
  }
  return out;
}

/* ---- data ------------------------------------------------------------------------------------ */

static cr_volop op_data_volume(cr_volumes *vs, cr_event_kind kind, unsigned slot, cr_volopt opt) {
  cr_open *o = &vs->open[slot];
  cr_volume *v = &vs->volume[o->volume];
  bool owns = o->dism || (!o->stale && v->lock == slot + 1);
  if (kind == CR_EV_FLUSH) {
    if (o->stale) return done; /* has nothing to write */
    if (v->dirty && v->off) return refuse(CR_E_NOT_READY, CR_CAUSE_OFFLINE);
    v->dirty = 0;
    return done;
  }
  if (kind == CR_EV_WRITE && !o->stale && v->fs == CR_FS_REAL && !owns)
    return refuse(CR_E_ACCESS_DENIED, CR_CAUSE_LOCKED);
  if (o->stale && !o->dism && !MUTANT_IS(M_STALE_VOLUME_READS))
    return refuse(CR_E_NOT_READY, CR_CAUSE_DISMOUNTED);
  if (o->dism && MUTANT_IS(M_DISMOUNTER_STALE)) return refuse(CR_E_NOT_READY, CR_CAUSE_DISMOUNTED);
  if (v->off && !MUTANT_IS(M_OFFLINE_IO_PASSES)) return refuse(CR_E_NOT_READY, CR_CAUSE_OFFLINE);
  if (kind == CR_EV_WRITE) o->wrote = 1;
  return done;
}

static cr_volop op_data_file(cr_volumes *vs, cr_event_kind kind, unsigned slot, cr_volopt opt) {
  cr_open *o = &vs->open[slot];
  cr_volume *v = &vs->volume[o->volume];
  if (o->stale && !MUTANT_IS(M_STALE_FILE_READS)) {
    cr_volop stale = refuse(CR_E_NOT_READY, CR_CAUSE_DISMOUNTED);
    if (MUTANT_IS(M_STALE_READ_MOUNTS) && v->fs == CR_FS_NONE)
      stale.effects = mount(vs, o->volume, true, opt).effects;
    return stale;
  }
  if (kind == CR_EV_WRITE) { /* taken by the cache, whatever the device can do */
    v->dirty = 1;
    o->wrote = 1;
    return done;
  }
  if (v->off) return refuse(CR_E_NOT_READY, CR_CAUSE_OFFLINE); /* both have to reach the device */
  if (kind == CR_EV_FLUSH) v->dirty = 0;
  return done;
}

static cr_volop op_data(cr_volumes *vs, cr_event_kind kind, unsigned slot, cr_volopt opt) {
  const cr_open *o = &vs->open[slot];
  unsigned needed = kind == CR_EV_READ ? CR_ACC_READ : CR_ACC_WRITE;
  if (o->kind == CR_OPEN_META || !(o->access & needed))
    return refuse(CR_E_ACCESS_DENIED, CR_CAUSE_RIGHTS);
  return o->kind == CR_OPEN_FILE ? op_data_file(vs, kind, slot, opt)
                                 : op_data_volume(vs, kind, slot, opt);
}

cr_volop cr_volume_op(cr_volumes *vs, cr_event_kind kind, unsigned slot, cr_volopt opt) {
  if (slot >= CR_OPENS_MAX || vs->open[slot].kind == CR_OPEN_NONE)
    return MUTANT_IS(M_CLOSED_HANDLE_WORKS) ? done : refuse(CR_E_INVALID_HANDLE, CR_CAUSE_HANDLE);
  switch (kind) {
    case CR_EV_CLOSE: return op_close(vs, slot, opt);
    case CR_EV_OFFLINE:
    case CR_EV_ONLINE:
    case CR_EV_ISOFF: return op_device(vs, kind, slot, opt);
    case CR_EV_READ:
    case CR_EV_WRITE:
    case CR_EV_FLUSH: return op_data(vs, kind, slot, opt);
    default: break;
  }
  if (kind == CR_EV_ISMOUNTED && vs->open[slot].kind == CR_OPEN_FILE)
    return op_ismounted(vs, slot, opt);
  bool pretends = MUTANT_IS(M_LOCK_ON_FILE) && kind == CR_EV_LOCK;
  if (vs->open[slot].kind != CR_OPEN_VOLUME)
    return pretends ? done : refuse(CR_E_INVALID_PARAMETER, CR_CAUSE_KIND);
  bool manages = kind == CR_EV_LOCK || kind == CR_EV_UNLOCK || kind == CR_EV_DISMOUNT;
  if (opt.plain && manages && !MUTANT_IS(M_LOCK_UNPRIVILEGED))
    return refuse(CR_E_INVALID_PARAMETER, CR_CAUSE_RIGHTS);
  switch (kind) {
    case CR_EV_LOCK: return op_lock(vs, slot, opt);
    case CR_EV_UNLOCK: return op_unlock(vs, slot, opt);
    case CR_EV_DISMOUNT: return op_dismount(vs, slot, opt);
    case CR_EV_ISMOUNTED: return op_ismounted(vs, slot, opt);
    default: return refuse(CR_E_INVALID_FUNCTION, CR_CAUSE_KIND);
  }
}

bool cr_volume_dismount_chooses(const cr_volumes *vs, unsigned slot) {
  if (slot >= CR_OPENS_MAX || vs->open[slot].kind != CR_OPEN_VOLUME || vs->open[slot].stale)
    return false;
  const cr_volume *v = &vs->volume[vs->open[slot].volume];
  return !v->dism && !v->lock;
}

unsigned cr_volume_free_slot(const cr_volumes *vs, unsigned first, unsigned end) {
  for (unsigned slot = first; slot < end; slot++)
    if (vs->open[slot].kind == CR_OPEN_NONE) return slot;
  return CR_OPENS_MAX;
}

/* What is wrong with a volume, apart from its opens. */
static const char *check_volume(const cr_volumes *vs, unsigned volume) {
  const cr_volume *v = &vs->volume[volume];
  if (v->off > 1 || v->fs > CR_FS_RAW || v->dism > 1 || v->impl > 1 || v->dirty > 1)
    return "a volume's field is out of range";
  if (v->fs == CR_FS_NONE && (v->dism || v->lock || v->impl || v->dirty))
    return "an unbound volume remembers an instance";
  if (v->lock && (v->lock > CR_OPENS_MAX || !is_bound(vs, v->lock - 1u, volume) ||
                  vs->open[v->lock - 1u].kind != CR_OPEN_VOLUME))
    return "a lock names no volume open that is bound to the volume";
  if (v->impl && !v->lock) return "an implicit lock without a lock";
  if (v->dirty && v->fs != CR_FS_REAL) return "unflushed writes without a file system";
  if (v->dirty && v->dism) return "unflushed writes in a dismounted instance";
  return NULL;
}

/* What is wrong with the opens that are bound to a volume. */
static const char *check_bound(const cr_volumes *vs, unsigned volume) {
  const cr_volume *v = &vs->volume[volume];
  unsigned bound = 0, dismounting = 0;
  for (unsigned i = 0; i < CR_OPENS_MAX; i++) {
    const cr_open *o = &vs->open[i];
    if (!is_bound(vs, i, volume)) continue;
    bound++;
    dismounting += o->dism;
    if (v->lock && v->lock != i + 1 && !v->impl) return "another open under a lock";
    if (v->lock && v->lock != i + 1 && (o->access & CR_ACC_WRITE))
      return "a writer under an implicit lock";
  }
  if (bound > 0 && v->fs == CR_FS_NONE) return "an open bound to nothing";
  if (bound == 0 && v->fs == CR_FS_RAW) return "the raw file system without an open";
  if (v->dism ? bound != 1 || dismounting != 1 : dismounting != 0)
    return "a pending dismount and its open do not agree";
  return NULL;
}

static const char *check_open(const cr_open *o) {
  if (o->kind > CR_OPEN_META || o->stale > 2 || o->access > ACCESS_BITS || o->dism > 1 ||
      o->wrote > 1)
    return "an open's field is out of range";
  if (o->volume >= CR_VOLUMES_MAX) return "an open on no volume";
  if (o->kind == CR_OPEN_NONE && (o->volume || o->stale || o->access || o->dism || o->wrote))
    return "a free handle remembers an open";
  if (o->kind == CR_OPEN_META && (o->stale || o->access || o->wrote))
    return "an open for attributes that is more than that";
  if (o->dism && o->kind != CR_OPEN_VOLUME) return "a dismount through no volume open";
  return NULL;
}

const char *cr_volumes_check(const cr_volumes *vs) {
  const char *wrong = NULL;
  for (unsigned i = 0; i < CR_OPENS_MAX && wrong == NULL; i++) wrong = check_open(&vs->open[i]);
  for (unsigned i = 0; i < CR_VOLUMES_MAX && wrong == NULL; i++) {
    wrong = check_volume(vs, i);
    if (wrong == NULL) wrong = check_bound(vs, i);
  }
  return wrong;
}

/* volume.h - the volume stack: volume devices, mounted file-system instances and opens.
 *
 * Executable form of sections 1, 3 and 4 of the volume catalogue. Plain data: a cr_volumes is a
 * value without pointers; every operation is a total function that returns what the caller would
 * see. One file-system instance per volume is bound at most; an older instance lives on only as the
 * `stale` mark of the opens that are bound to it.
 *
 * The explorer's world and the host of a real DLL use this same code.
 */
#ifndef CLUSRACE_VOLUME_H
#define CLUSRACE_VOLUME_H

#include "clusrace/event.h"

enum { CR_VOLUMES_MAX = 4, CR_OPENS_MAX = 32 };

typedef enum cr_open_kind {
  CR_OPEN_NONE = 0, /* free slot; every other field is 0 */
  CR_OPEN_VOLUME,   /* V: direct access */
  CR_OPEN_FILE,     /* F: file or directory */
  CR_OPEN_META      /* M: attributes only */
} cr_open_kind;

typedef struct cr_open {
  uint8_t kind;   /* cr_open_kind */
  uint8_t volume; /* index */
  uint8_t stale;  /* 0 bound to the present instance, 1 to one that was dismounted (answers 21) */
  uint8_t access; /* CR_ACC_ and CR_SHR_ bits */
  uint8_t dism;   /* 1: a DISMOUNT through it succeeded; closing it completes the dismount */
  uint8_t wrote;  /* 1: wrote through it */
} cr_open;

typedef enum cr_fs { CR_FS_NONE = 0, CR_FS_REAL, CR_FS_RAW } cr_fs;

typedef struct cr_volume {
  uint8_t off;   /* 1 = offline */
  uint8_t fs;    /* cr_fs of the bound instance; CR_FS_NONE = nothing bound */
  uint8_t dism;  /* 1: the bound instance is dismounted and not yet detached (pending) */
  uint8_t lock;  /* 0, or 1 + slot of the open that holds the lock */
  uint8_t impl;  /* 1: that lock is the implicit one of an open without sharing */
  uint8_t dirty; /* 1: acknowledged cached writes are not on the volume yet */
} cr_volume;

typedef struct cr_volumes {
  cr_volume volume[CR_VOLUMES_MAX];
  cr_open open[CR_OPENS_MAX];
} cr_volumes;

/* Where file systems differ (profile switches of the catalogue, section 1.4). */
typedef enum cr_detach {
  CR_DETACH_CLEANUP = 0, /* when the dismounting open is closed */
  CR_DETACH_ONCE,        /* at the dismount itself, unless locked */
  CR_DETACH_ANY          /* either, chosen at each dismount */
} cr_detach;

/* Outcome of one operation: what the caller sees, and what happened beside it. */
typedef struct cr_volop {
  uint32_t code;   /* Win32 code; 0 = success */
  uint8_t cause;   /* cr_cause when refused */
  uint8_t effects; /* CR_FX_ bits */
} cr_volop;

/* Options of one operation. */
typedef struct cr_volopt {
  bool detach_now; /* ONCE for a DISMOUNT of an unlocked volume and for an UNLOCK after a DISMOUNT;
                      otherwise the instance is detached when the dismounting open is closed */
  bool system;     /* the volume is the system volume [VOL-LOCK-09] */
  bool lock_dismounts; /* a lock counts as a dismount [VOL-LOCK-12, VOL-UNLOCK-05] */
  bool referred;       /* the cache refers to a closed file: it counts as open [VOL-CLOSE-07] */
  bool plain;          /* the caller lacks the right to manage volumes [VOL-ACC-03] */
  uint32_t mutant;     /* cr_mutant (mutant.h) on the side of the volume: a named deviation that the
                          observer must catch; 0 = the faithful stack */
} cr_volopt;

/* The three opens. volume is an index below CR_VOLUMES_MAX; slot is below CR_OPENS_MAX, free, and
 * taken on success only; anything else is a bug of the caller (CR_ASSERT). access holds CR_ACC_ and
 * CR_SHR_ bits. */

/* Opens the volume itself [VOL-OPEN-01 to -10, -13 to -15]: mounts what can be mounted, else binds
 * RAW. Without CR_SHR_WRITE and CR_SHR_DELETE it locks implicitly while it lasts. Refusals: 5
 * LOCKED, 21 PENDING, 32 BUSY. */
cr_volop cr_volume_openv(cr_volumes *vs, unsigned volume, unsigned slot, unsigned access,
                         cr_volopt opt);
/* Opens the volume for attributes [VOL-OPEN-11]: always succeeds, mounts nothing, is not counted.
 */
cr_volop cr_volume_openm(cr_volumes *vs, unsigned volume, unsigned slot, cr_volopt opt);
/* Opens a file or directory [VOL-OPEN-01 to -10, -17]. Conflicts between files are not modelled.
 * Refusals: 5 LOCKED, 21 PENDING, 21 OFFLINE, 1005 RAW. */
cr_volop cr_volume_openf(cr_volumes *vs, unsigned volume, unsigned slot, unsigned access,
                         cr_volopt opt);

/* Every other operation of the catalogue on the open in slot; kind is one of CR_EV_CLOSE, LOCK,
 * UNLOCK, DISMOUNT, ISMOUNTED, OFFLINE, ONLINE, ISOFF, READ, WRITE, FLUSH. A slot that is free or
 * out of range answers ERROR_INVALID_HANDLE [VOL-ACC-07]. */
cr_volop cr_volume_op(cr_volumes *vs, cr_event_kind kind, unsigned slot, cr_volopt opt);

/* True when a new DISMOUNT through slot would have to choose between CLEANUP and ONCE. Any slot may
 * be asked about. */
bool cr_volume_dismount_chooses(const cr_volumes *vs, unsigned slot);

/* Lowest free slot from first to before end, or CR_OPENS_MAX when there is none. */
unsigned cr_volume_free_slot(const cr_volumes *vs, unsigned first, unsigned end);

/* Checks the structural invariants and the canonical form (a lock names a bound volume open, a free
 * slot is all zero, and so on), which the faithful stack keeps; a mutant may not. Returns NULL or
 * what is wrong, in static storage. */
const char *cr_volumes_check(const cr_volumes *vs);

#endif

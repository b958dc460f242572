/* lifecycle.h - a benchmark model: the lives of some clustered disks, made to be of any size.
 *
 * Each resource has a monitor, a worker, a volume and an opener; a chain of dependencies says who
 * may come online when; one operation of all resources may be at the disks at a time (the slot). 24
 * atomic rules for each resource. lifecycle.pml and lifecycle.m state the same model for Spin and
 * Rumur: equal numbers of states and of rules fired (tests/bench/lifecycle/counts.sh).
 *
 * Components   The state consists of small structures that do not overlap: life (monitor and
 * worker) and disk (volume and opener) of each resource, and the slot. Each rule's row says which
 * of them it reads and which it writes; guards and effects are given component by component, so a
 * rule can look at nothing that its row does not name. Packing      a state is one 64-bit word in
 * the machine's byte order: for resource i ten bits of life at 14 i and four of disk above them;
 * the slot in the uppermost four. Invariants   lifecycle_violation: a resource that is online has
 * its volume mounted, and so on.
 */
#ifndef CLUSRACE_TESTS_LIFECYCLE_H
#define CLUSRACE_TESTS_LIFECYCLE_H

#include "clusrace/explore.h"

enum {
  LIFECYCLE_RESOURCES_MAX = 4,
  LIFECYCLE_CHECKS_MAX = 7,
  LIFECYCLE_RETRIES_MAX = 3,
  LIFECYCLE_RULES = 24
};

/* How large the model is: resources (1..4), checks that a worker makes before it reports (0..7),
 * and how often a failed resource is restarted until an administrator resets it (0..3). */
typedef struct lifecycle_sizes {
  unsigned resources, checks, retries;
} lifecycle_sizes;

typedef enum lifecycle_monitor {
  MONITOR_OFFLINE,
  MONITOR_ONLINE_PENDING,
  MONITOR_ONLINE,
  MONITOR_OFFLINE_PENDING,
  MONITOR_FAILED
} lifecycle_monitor;

typedef enum lifecycle_place {
  PLACE_IDLE,
  PLACE_UP_BEGIN,    /* wants to mount */
  PLACE_UP_MOUNT,    /* its mount is at the disk: it has the slot */
  PLACE_UP_CHECK,    /* looks at the volume, once for each check */
  PLACE_UP_REPORT,   /* will say online */
  PLACE_DOWN_BEGIN,  /* looks whether anything is to be written */
  PLACE_DOWN_FLUSH,  /* what was to be written is at the disk: it has the slot */
  PLACE_DOWN_LOCK,   /* wants to dismount */
  PLACE_DOWN_REPORT, /* will say offline */
  PLACE_STOPPED      /* failed, or has seen that it is told to stop */
} lifecycle_place;

typedef enum lifecycle_opener {
  OPENER_NONE,
  OPENER_OPEN,
  OPENER_WRITES,
  OPENER_STALE
} lifecycle_opener;

typedef struct lifecycle_life {
  lifecycle_monitor monitor;
  lifecycle_place place;
  bool told;        /* to stop */
  unsigned checks;  /* made so far */
  unsigned retries; /* restarts since the last reset */
} lifecycle_life;

typedef struct lifecycle_disk {
  bool mounted, dirty;
  lifecycle_opener opener;
} lifecycle_disk;

/* 0: free; 1 + 2 i: the worker of resource i; 2 + 2 i: its opener. */
typedef struct lifecycle_slot {
  unsigned owner;
} lifecycle_slot;

typedef struct lifecycle_state {
  lifecycle_life life[LIFECYCLE_RESOURCES_MAX];
  lifecycle_disk disk[LIFECYCLE_RESOURCES_MAX];
  lifecycle_slot slot;
} lifecycle_state;

/* The components that a rule of resource i may name, as bits. */
enum {
  LIFECYCLE_LIFE = 1, /* life of i */
  LIFECYCLE_DISK = 2, /* disk of i */
  LIFECYCLE_SLOT = 4, /* the slot */
  LIFECYCLE_BEFORE =
      8, /* life of i - 1, on which i depends; rules of the first one do not read it */
  LIFECYCLE_AFTER = 16 /* life of i + 1, which depends on i; rules of the last one do not read it */
};

/* What a rule looks at and what it may change (always a part of what it looks at). */
typedef struct lifecycle_rule {
  const char *name;
  unsigned reads, writes;
} lifecycle_rule;

extern const lifecycle_rule lifecycle_rules[LIFECYCLE_RULES];

typedef struct lifecycle lifecycle;

/* Makes the model's tables. The caller frees it with lifecycle_free. Sizes out of bounds are a bug
 * of the caller (assertion). */
lifecycle *lifecycle_new(const lifecycle_sizes *sizes);
void lifecycle_free(lifecycle *model); /* NULL is allowed */

/* The model for the explorer; borrows model. Label: resource * LIFECYCLE_RULES + rule. */
cr_xmodel lifecycle_xmodel(lifecycle *model);

/* A packed state as structures and back; what no rule can make is an assertion. */
void lifecycle_unpack(const lifecycle *model, uint64_t packed, lifecycle_state *state);
uint64_t lifecycle_pack(const lifecycle *model, const lifecycle_state *state);

/* Fires a rule of resource on unpacked structures, with neither table nor packing: the model's
 * meaning. Returns false, with state as it was, when the rule is not enabled. */
bool lifecycle_fire(const lifecycle *model, lifecycle_state *state, unsigned resource,
                    unsigned rule);

/* Which safety condition a state breaks (1..LIFECYCLE_VIOLATIONS), or 0. */
enum { LIFECYCLE_VIOLATIONS = 5 };
cr_xviolation lifecycle_violation(const lifecycle *model, const lifecycle_state *state);

#endif
